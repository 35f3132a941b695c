//! Are the words of confidence earned? What is said of captures whose truth is known by how they were made is counted: each
//! `certain` has to be right, and nine of ten `likely`.
//!
//! The truth is never what the program says: it is the row of a sample, what the generator was told to write, or what was done
//! to make a fault of the field. `TLSWALK_EARNED=write cargo test --test it -- earned:: metamorphic::` writes the counts to
//! `src/report/explain/earned.tsv`, from where `tlswalk explain` shows them.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use crate::generator::{self, Format, Mix, Plan};
use crate::metamorphic;
use crate::second_judge::claims::list;
use crate::support::{is_nothing, root, rows, skip, tlswalk};
use serde_json::Value;
use tlswalk::report::Verdict;

/// What is true as well when `truth` is: said where a damaged file has lost what told the one from the other.
fn follows(truth: &str) -> &'static [(&'static str, &'static str)] {
    match truth {
        // A client that could not fetch the CRL, or that was shown another's certificate, refused a certificate.
        "crl-fetch-failed" | "interception-suspected" => &[("server-certificate-rejected", "client")],
        "cipher-mismatch" | "client-certificate-rejected" => &[("handshake-refused", "server")],
        _ => &[],
    }
}

/// So few claims say nothing of a rate.
const FEW: u64 = 10;

/// Of each verdict and word: claims, and how many of them were right.
#[derive(Default)]
pub(crate) struct Ledger(BTreeMap<(String, String), [u64; 2]>);

impl Ledger {
    pub(crate) fn count(&mut self, verdict: &str, word: &str, is_right: bool) {
        let [cases, right] = self.0.entry((verdict.to_owned(), word.to_owned())).or_default();
        *cases += 1;
        *right += u64::from(is_right);
    }

    /// Counts a verdict against its label. Who did it may be left open; what was said may not be wrong.
    pub(crate) fn judge(&mut self, verdict: &Verdict, id: &str, by: &str) {
        let is_by = is_nothing(by) || verdict.by == by || verdict.by == "unknown";
        let is_right = verdict.id == id && is_by || follows(id).contains(&(verdict.id.name(), verdict.by.name()));
        self.count(&verdict.id, verdict.confidence.name(), is_right);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (key, [cases, right]) in other.0 {
            let own = self.0.entry(key).or_default();
            *own = [own[0] + cases, own[1] + right];
        }
    }

    /// Cases of a word, and how many were right.
    fn of(&self, word: &str) -> [u64; 2] {
        let own = self.0.iter().filter(|((_, it), _)| it == word);
        own.fold([0, 0], |sum, (_, it)| [sum[0] + it[0], sum[1] + it[1]])
    }

    /// Fails when a word is not earned; else keeps the counts, where that is asked for.
    pub(crate) fn settle(&self, source: &str) {
        for ((verdict, word), [cases, right]) in &self.0 {
            println!("{source:10} {verdict:32} {word:9} {right:>6} of {cases:>6}");
        }
        let [cases, right] = self.of("certain");
        assert_eq!(right, cases, "{source}: certain, and wrong");
        for ((verdict, word), [cases, right]) in &self.0 {
            assert!(
                word != "likely" || *cases < FEW || right * 10 >= cases * 9,
                "{source}: {verdict}, likely, and right in {right} of {cases}"
            );
        }
        if std::env::var("TLSWALK_EARNED").is_ok_and(|it| it == "write") {
            self.write(source);
        }
    }

    /// Puts the counts of a source in the place of its older ones.
    fn write(&self, source: &str) {
        static FILE: Mutex<()> = Mutex::new(());
        let _held = FILE.lock().unwrap();
        let path = root().join("src/report/explain/earned.tsv");
        let old = std::fs::read_to_string(&path).unwrap();
        let (head, mut lines): (Vec<&str>, Vec<&str>) = old.lines().partition(|line| line.starts_with('#'));
        lines.retain(|line| line.split('\t').next() != Some(source));
        let new = self
            .0
            .iter()
            .map(|((verdict, word), [cases, right])| format!("{source}\t{verdict}\t{word}\t{cases}\t{right}"));
        let new: Vec<String> = new.collect();
        lines.extend(new.iter().map(String::as_str));
        lines.sort_unstable();
        std::fs::write(
            path,
            head.into_iter()
                .chain(lines)
                .fold(String::new(), |text, line| text + line + "\n"),
        )
        .unwrap();
    }
}

#[test]
fn words_about_samples_are_earned() {
    let mut ledger = Ledger::default();
    for row in rows() {
        let file = std::fs::read(root().join("samples").join(&row.file)).unwrap();
        let report = tlswalk::analyze(&file[..], &row.file, &metamorphic::options(&row)).unwrap();
        // The row speaks of the worst attempt.
        let worst = report.attempts.iter().find(|it| it.verdict.id == report.verdict.id);
        if let Some(attempt) = worst {
            ledger.judge(&attempt.verdict, &row.verdict, &row.by);
        }
    }
    ledger.settle("samples");
}

#[test]
fn words_about_generated_captures_are_earned() {
    // Those that need no more options than the root of the lab.
    let known = |row: &crate::support::Row| match &row.options[..] {
        [] => true,
        [option, value] => option == "--ca" && value == "samples/roots/lab-root.pem",
        _ => false,
    };
    let known: Vec<String> = rows().into_iter().filter(known).map(|row| row.file).collect();
    let row = rows()
        .into_iter()
        .find(|row| row.options.iter().any(|it| it.ends_with("lab-root.pem")))
        .unwrap();
    let options = metamorphic::options(&row);
    let mut ledger = Ledger::default();
    for seed in 1..=4 {
        let (mut capture, bytes) = (Vec::new(), 1_000_000);
        let plan = Plan {
            mix: Mix::Licensing,
            format: Format::Pcap,
            bytes,
            seed,
        };
        let written = generator::write(&plan, &mut capture).unwrap();
        let report = tlswalk::analyze(&capture[..], "generated", &options).unwrap();
        for truth in written.attempts.iter().filter(|it| known.contains(&it.sample)) {
            let own = report
                .attempts
                .iter()
                .filter(|it| it.device == truth.device || it.device == truth.device_v6);
            // Of several attempts the truth tells the worst.
            if let [attempt] = own.collect::<Vec<_>>()[..] {
                ledger.judge(&attempt.verdict, &truth.verdict, &truth.by);
            }
        }
    }
    ledger.settle("generated");
}

/// The attempt that a case speaks of: the selected one, or the worst.
fn selected<'a>(report: &'a Value, select: &Value) -> Option<&'a Value> {
    let is_own = |it: &&Value| {
        (select["server"].is_null() || it["server"] == select["server"])
            && select["client_port"].as_u64().is_none_or(|port| {
                it["client"]
                    .as_str()
                    .is_some_and(|end| end.ends_with(&format!(":{port}")))
            })
    };
    let ids: Vec<&Value> = list(&report["connections"])
        .filter(is_own)
        .map(|it| &it["id"])
        .collect();
    let mut attempts = list(&report["attempts"]);
    if select.is_null() {
        let worst = &report["verdict"]["id"];
        return attempts.find(|it| it["verdict"]["id"] == *worst);
    }
    let place = select["n"].as_u64().unwrap_or(1).saturating_sub(1) as usize;
    attempts
        .filter(|it| list(&it["connections"]).any(|id| ids.contains(&id)))
        .nth(place)
}

/// Six TLS stacks, each against each: `samples/make/stacks/record.py` made them, and wrote down what it did before it did it.
#[test]
fn words_about_other_stacks_are_earned() {
    let folder = root().join("tests/data/stacks");
    let table = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let (attempts, cases) = (table("attempts.tsv"), table("cases.tsv"));
    let is_right = |client: &str, case: &str, verdict: &Value| {
        let own = cases
            .iter()
            .filter(|row| row[0] == case && (row[2].is_empty() || row[2] == client));
        let truths = own.flat_map(|row| row[1].split(" | "));
        truths.filter_map(|truth| truth.split_once(' ')).any(|(id, by)| {
            let is_by = by == "*" || is_nothing(by) || verdict["by"] == by || verdict["by"] == "unknown";
            verdict["id"] == id && is_by
        })
    };
    let mut ledger = Ledger::default();
    let place = |name: &str| folder.join(name).to_string_lossy().into_owned();
    for server in ["openssl", "gnutls", "nss", "java", "go", "node"] {
        // The root of the certificates is known, or it is not.
        for options in [vec!["--ca".to_owned(), place("root.pem")], Vec::new()] {
            let mut arguments: Vec<String> = ["--all", "--profile", "default", "-f", "json"]
                .map(str::to_owned)
                .into();
            arguments.extend(options);
            arguments.push(place(&format!("{server}.pcap.zst")));
            let report = tlswalk(&arguments, Duration::from_secs(120)).report();
            for row in attempts.iter().filter(|row| row[0] == server) {
                let own = list(&report["connections"])
                    .find(|it| it["server"] == format!("{}:443", row[1]))
                    .map(|it| &it["id"]);
                let told = list(&report["attempts"])
                    .find(|attempt| list(&attempt["connections"]).any(|id| Some(id) == own))
                    .unwrap_or_else(|| panic!("{row:?} is not told"));
                let said = |key: &str| told["verdict"][key].as_str().unwrap_or_default();
                ledger.count(
                    said("id"),
                    said("confidence"),
                    is_right(&row[2], &row[3], &told["verdict"]),
                );
            }
        }
    }
    ledger.settle("stacks");
}

#[test]
fn words_about_faults_of_the_field_are_earned() {
    let folder = root().join("../shared/field");
    let Ok(cases) = std::fs::read_to_string(folder.join("cases.json")) else {
        return skip("earned", "../shared/field is not there");
    };
    let cases: Value = serde_json::from_str(&cases).unwrap();
    let captures = folder.join("captures");
    let place = |name: &str| captures.join(name).to_string_lossy().into_owned();
    let mut ledger = Ledger::default();
    for case in list(&cases) {
        let Some(file) = case["file"].as_str() else { continue };
        let words = list(&case["options"]).filter_map(Value::as_str);
        let mut arguments: Vec<String> = words
            .map(|it| it.strip_prefix('@').map_or(it.to_owned(), place))
            .collect();
        for log in list(&case["logs"]).filter_map(Value::as_str) {
            arguments.extend(["--log".to_owned(), place(log)]);
        }
        arguments.extend(["--format".to_owned(), "json".to_owned(), place(file)]);
        let report = tlswalk(&arguments, Duration::from_secs(60)).report();
        let report = report.get(0).unwrap_or(&report);
        let Some(verdict) = selected(report, &case["select"]).map(|it| &it["verdict"]) else {
            continue;
        };
        let is_by = list(&case["by"]).next().is_none() || list(&case["by"]).any(|it| *it == verdict["by"]);
        let is_right = list(&case["accept"]).any(|it| *it == verdict["id"]) && is_by;
        let said = |key: &str| verdict[key].as_str().unwrap_or_default();
        ledger.count(said("id"), said("confidence"), is_right);
    }
    ledger.settle("field");
}
