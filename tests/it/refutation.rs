//! No claim of a report may be refuted by the capture it is about: a second judge reads the frames again.
//!
//! All samples, damaged variants of them, and the captures beside the repository where they are there. A false sentence of each
//! family is planted, and must be found: a judge that finds nothing would otherwise look like a report without faults.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::second_judge::sentences::TABLE;
use crate::second_judge::structure::FIELDS;
use crate::second_judge::{Tally, damage, judge, wire};
use crate::support::{root, samples, skip};
use serde_json::{Value, json};
use tlswalk::Options;
use tlswalk::profile::Profile;

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The report of a capture: for licensing, or of every connection.
fn report(file: &[u8], everything: bool) -> Option<Value> {
    let options = if everything {
        Options::everything().unwrap()
    } else {
        Options::new(Profile::built_in("cisco-smart-licensing").unwrap())
    };
    let report = tlswalk::analyze(file, "capture", &options).ok()?;
    Some(serde_json::to_value(report).unwrap())
}

fn examine(name: &str, file: &[u8], tally: &mut Tally) {
    let Some(wire) = wire::read(file) else { return };
    for everything in [false, true] {
        if let Some(report) = report(file, everything) {
            judge(name, &report, &wire, tally);
        }
    }
}

/// Judges files on two threads; what each adds comes together.
fn all(files: Vec<PathBuf>, each: impl Fn(&str, &[u8], &mut Tally) + Sync) -> Tally {
    let (queue, total) = (Mutex::new(files.into_iter()), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut own = Tally::default();
                while let Some(path) = { queue.lock().unwrap().next() } {
                    each(&name(&path), &std::fs::read(&path).unwrap(), &mut own);
                }
                let mut total = total.lock().unwrap();
                for (family, count) in own.checked {
                    *total.checked.entry(family).or_default() += count;
                }
                total.refuted.extend(own.refuted);
            });
        }
    });
    total.into_inner().unwrap()
}

fn hold(tally: &Tally) {
    for (family, count) in &tally.checked {
        println!("{count:>8} {family}");
    }
    let lines = tally.refuted.iter().map(|(family, what)| format!("{family}: {what}"));
    let lines: BTreeSet<String> = lines.collect();
    // Of each family a few: they mostly have one cause.
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    let some = lines.iter().filter(|line| {
        let count = shown.entry(line.split(':').next().unwrap_or_default()).or_default();
        *count += 1;
        *count <= 8
    });
    let some: Vec<&str> = some.map(String::as_str).collect();
    assert!(
        lines.is_empty(),
        "{} claims are refuted:\n{}",
        lines.len(),
        some.join("\n")
    );
}

#[test]
fn no_claim_about_a_sample_is_refuted_by_its_frames() {
    let tally = all(samples(), examine);
    hold(&tally);
    // Told of damaged samples and of captures beside the repository only.
    const ELSEWHERE: [&str; 5] = [
        "hello-not-received",
        "closed-at-once",
        "nothing-else-explains",
        "goes-on-sending",
        "nameless-hello",
    ];
    let families = TABLE.iter().map(|it| it.family).filter(|it| !ELSEWHERE.contains(it));
    let unused: Vec<&str> = families.filter(|it| !tally.checked.contains_key(it)).collect();
    assert!(
        unused.is_empty(),
        "no sample has a sentence of these families, were they reworded? {unused:?}"
    );
    let listed: Vec<&str> = TABLE
        .iter()
        .map(|it| it.family)
        .chain(FIELDS.iter().map(|it| it.0))
        .collect();
    let unlisted: Vec<&&str> = tally.checked.keys().filter(|it| !listed.contains(it)).collect();
    assert!(unlisted.is_empty(), "not in docs/sentences.md: {unlisted:?}");
}

#[test]
fn no_claim_about_a_damaged_sample_is_refuted_by_what_is_left() {
    let tally = all(samples(), |name, file, tally| {
        for (how, file) in damage::variants(file) {
            examine(&format!("{name}, {how}"), &file, tally);
        }
    });
    hold(&tally);
}

#[test]
fn no_claim_about_a_capture_beside_the_repository_is_refuted() {
    let folders = ["../shared/field/captures", "../shared/corpus/captures"].map(|it| root().join(it));
    let mut files = Vec::new();
    for folder in folders {
        let Ok(folder) = std::fs::read_dir(&folder) else {
            return skip("refutation", "../shared/field and ../shared/corpus are not there");
        };
        files.extend(folder.map(|entry| entry.unwrap().path()));
    }
    hold(&all(files, examine));
}

/// What is planted in the report of a sample: a sentence with its frame, or a change of a field.
enum Plant {
    Say(&'static str, u64),
    Set(&'static str, Value),
}

/// For each family a falsehood: family, sample, what is planted in it.
///
/// `healthy-tls12.pcap`: DNS in frames 3 and 4, TCP in 5 to 7, Client Hello 8, the server's flight to 18, its FIN or the client's
/// at the end; the other samples end in what their names say.
fn planted() -> Vec<(&'static str, &'static str, Plant)> {
    use Plant::{Say, Set};
    const REFUSED: &str = "client-certificate-self-signed-expired.pcap";
    const RESET: &str = "reset-during-handshake.pcap";
    vec![
        (
            "hello-never-acknowledged",
            REFUSED,
            Say(
                "the Client Hello was never acknowledged: it, or everything that answered it, was lost",
                8,
            ),
        ),
        (
            "hello-not-received",
            REFUSED,
            Say("closed without having received the client's Client Hello", 25),
        ),
        (
            "hello-taken",
            "tls-no-response-dropped.pcap",
            Say("the server acknowledged the client's Client Hello", 8),
        ),
        (
            "closed-without-alert",
            REFUSED,
            Say("the server closed (FIN) without an alert", 25),
        ),
        (
            "closed-at-once",
            REFUSED,
            Say(
                "the server accepted the connection and closed it at once, in frame 26",
                26,
            ),
        ),
        (
            "same-time-to-live",
            RESET,
            Say("its time to live 3 is that of the server's other packets", 10),
        ),
        (
            "other-time-to-live",
            REFUSED,
            Say("it carries time to live 64, the server's own packets 64", 25),
        ),
        (
            "nothing-visible-wrong",
            REFUSED,
            Say("the client's certificate; nothing visible is wrong with it", 21),
        ),
        (
            "no-answer",
            "healthy-tls12.pcap",
            Say("the client sent its request and got no answer for 5 s", 1),
        ),
        ("silent-syns", REFUSED, Say("3 SYNs in 5 s, no reply of any kind", 5)),
        (
            "reset-in-answer",
            REFUSED,
            Say("RST in answer, 0.1 s later, time to live 64", 25),
        ),
        (
            "reset-frame",
            REFUSED,
            Say("RST with the server's address, 0.1 s later", 26),
        ),
        (
            "had-expired",
            REFUSED,
            Say("it expired 2020-01-01 (12 days before this capture)", 21),
        ),
        (
            "issued-by",
            REFUSED,
            Say(
                "CN=smartreceiver.cisco.com,O=Lab,C=XX was issued by CN=Nobody, which is not presented",
                16,
            ),
        ),
        (
            "own-certificate",
            REFUSED,
            Say("the client's certificate: CN=Somebody, issued by CN=Nobody", 21),
        ),
        (
            "alert-frame",
            REFUSED,
            Say("fatal alert unknown_ca from the client", 24),
        ),
        (
            "not-captured",
            REFUSED,
            Say("99 bytes of the server were not captured, though they arrived", 16),
        ),
        (
            "never-arrived",
            REFUSED,
            Say("99 bytes of the server never arrived, though later ones did", 16),
        ),
        (
            "goes-on-sending",
            REFUSED,
            Say("the server goes on sending data behind it", 27),
        ),
        (
            "suites-offered",
            REFUSED,
            Say("Client Hello offers 900 cipher suites", 8),
        ),
        ("hello-for-name", REFUSED, Say("Client Hello for www.example.com", 8)),
        ("nameless-hello", REFUSED, Say("Client Hello, without a server name", 8)),
        (
            "demands-certificate",
            "cipher-mismatch-other-client.pcap",
            Say("the server asks for a certificate", 8),
        ),
        ("frames", REFUSED, Set("/capture/frames", json!(26))),
        (
            "evidence-frame",
            REFUSED,
            Set("/attempts/0/verdict/evidence/0/frame", json!(99)),
        ),
        (
            "certain-alone",
            REFUSED,
            Set(
                "/attempts/0/verdict/alternatives",
                json!([{"id": "other", "excluded": false}]),
            ),
        ),
        (
            "lookup",
            REFUSED,
            Set("/attempts/0/lookups/0/name", json!("www.example.com")),
        ),
        (
            "step-side",
            REFUSED,
            Set("/connections/0/steps/3/side", json!("server")),
        ),
        ("step-flags", REFUSED, Set("/connections/0/steps/0/kind", json!("fin"))),
        ("step-data", REFUSED, Set("/connections/0/steps/3/frame", json!(7))),
        ("message-frame", REFUSED, Set("/connections/0/steps/5/frame", json!(10))),
        ("alert", REFUSED, Set("/connections/0/tls/alerts/0/code", json!(42))),
        (
            "acknowledged",
            REFUSED,
            Set("/connections/0/tcp/client_seen/acked_bytes", json!(9999)),
        ),
        (
            "server-name",
            REFUSED,
            Set("/connections/0/tls/sni", json!("www.example.com")),
        ),
        ("version", REFUSED, Set("/connections/0/tls/version", json!("1.1"))),
        (
            "certificates",
            REFUSED,
            Set("/connections/0/certificates/server/0/sha256", json!("00")),
        ),
    ]
}

#[test]
fn planted_falsehoods_are_found() {
    let mut missed = Vec::new();
    for (family, sample, plant) in planted() {
        let file = std::fs::read(root().join("samples").join(sample)).unwrap();
        let mut report = report(&file, true).unwrap();
        let wire = wire::read(&file).unwrap();
        let mut before = Tally::default();
        judge(sample, &report, &wire, &mut before);
        let what = match plant {
            Plant::Say(what, frame) => {
                let evidence = report.pointer_mut("/attempts/0/verdict/evidence").unwrap();
                evidence
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"frame": frame, "what": what}));
                what.to_owned()
            }
            Plant::Set(place, value) => {
                let what = format!("{place} = {value}");
                *report.pointer_mut(place).unwrap() = value;
                what
            }
        };
        let mut after = Tally::default();
        judge(sample, &report, &wire, &mut after);
        let count = |tally: &Tally| tally.refuted.iter().filter(|it| it.0 == family).count();
        if count(&after) == count(&before) {
            missed.push(format!("{family}: {what}"));
        }
    }
    assert!(missed.is_empty(), "not found:\n{}", missed.join("\n"));
}

/// The table as a document: `docs/sentences.md`.
fn document() -> String {
    let planted = planted();
    let row = |family: &str, subject: String, holds: &str| {
        let plant = planted.iter().find(|it| it.0 == family);
        let plant = plant.map_or_else(|| "–".to_owned(), |it| format!("`{}`", it.1));
        format!("| {subject} | {holds} | {plant} |\n")
    };
    let sentences = TABLE
        .iter()
        .map(|it| row(it.family, format!("“… {} …”", it.words.trim()), it.holds));
    let fields = FIELDS
        .iter()
        .map(|&(family, holds)| row(family, family.replace('-', " "), holds));
    let head = "# What a report may say, and what must hold for it\n\n\
        A second judge reads the frames again by itself (`tests/it/second_judge/`). It knows nothing of rules and verdicts. A\n\
        sentence is recognised by its words; the frames decide whether it holds, and where they cannot, it is left alone. The test\n\
        `tests/it/refutation.rs` judges the report of every sample, of damaged copies of each, and of the public captures where\n\
        those are at hand: no sentence may be refuted. For each row a falsehood is planted in the report of the sample in the last\n\
        column, and must be found.\n\n\
        This page is written by that test: `TLSWALK_DOCUMENT=write cargo test --test it refutation::`.\n";
    let sentences: String = sentences.collect();
    let fields: String = fields.collect();
    format!(
        "{head}\n## Sentences\n\n| words | what must hold | falsehood in |\n| --- | --- | --- |\n{sentences}\n\
         ## Fields\n\n| field | what must hold | falsehood in |\n| --- | --- | --- |\n{fields}"
    )
}

#[test]
fn the_document_of_sentences_is_that_of_the_table() {
    let path = root().join("docs/sentences.md");
    if std::env::var("TLSWALK_DOCUMENT").is_ok_and(|it| it == "write") {
        std::fs::write(&path, document()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written == document(),
        "docs/sentences.md: its last line says how it is written"
    );
    let planted: BTreeSet<&str> = planted().into_iter().map(|it| it.0).collect();
    let unplanted: Vec<&str> = TABLE
        .iter()
        .map(|it| it.family)
        .filter(|it| !planted.contains(it))
        .collect();
    assert_eq!(
        unplanted,
        ["nothing-else-explains"],
        "sentences of which no falsehood is planted"
    );
}
