//! report, edited → verification: no field that a reader could act on can be changed without being found out.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use std::{fs, io};

use crate::support::{Outcome, Row, root, rows, tlswalk};
use serde_json::{Map, Value};
use tlswalk::Options;
use tlswalk::base::phrase::Language;
use tlswalk::handoff::verify::{Files, read_report, replay, verify};
use tlswalk::profile::Profile;

const LIMIT: Duration = Duration::from_secs(60);

/// Edits that are tried.
const EDITS: usize = 500;

/// Numbers that look random and are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// What the row asks for, of the options that rows have.
fn options(row: &Row) -> Option<Options> {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing")?);
    let mut words = row.options.iter();
    while let Some(option) = words.next() {
        match option.as_str() {
            "--all" => options.all = true,
            "--ca" => {
                let path = words.next()?;
                let mut anchors = std::mem::take(&mut options.anchors);
                anchors.add_pem(&fs::read(root().join(path)).ok()?, path).ok()?;
                options.anchors = anchors;
            }
            "--on-prem" => options.on_prem.push(words.next()?.parse().ok()?),
            "--cslu" => options.cslu.push(words.next()?.parse().ok()?),
            "--wlc" => options.wlc.push(words.next()?.parse().ok()?),
            "--profile" => {
                let name = words.next()?;
                options.profile = Profile::built_in(name)
                    .or_else(|| Profile::parse(&fs::read_to_string(root().join(name)).ok()?).ok())?;
            }
            _ => return None,
        }
    }
    Some(options)
}

/// A sample with its report in a language.
struct Sample {
    row: Row,
    path: PathBuf,
    report: Value,
}

fn sample(row: &Row, language: Language) -> Option<Sample> {
    let path = root().join("samples").join(&row.file);
    let options = Options {
        language,
        ..options(row)?
    };
    let bytes = fs::read(&path).ok()?;
    let mut report = tlswalk::analyze(&bytes[..], "sample.pcap", &options).ok()?;
    report.capture.sha256 = Some(sha256(&bytes));
    Some(Sample {
        row: row.clone(),
        path,
        report: serde_json::to_value(&report).unwrap(),
    })
}

fn sha256(bytes: &[u8]) -> String {
    let mut hashed = tlswalk::capture::Hashed::new(bytes, true);
    io::copy(&mut hashed, &mut io::sink()).unwrap();
    hashed.finish().unwrap().unwrap()
}

/// What becomes of a text that is given for a report: why not, or how many claims fail.
fn verified(sample: &Sample, text: &str) -> Result<u64, String> {
    let report = read_report(text, Language::En).map_err(|error| error.to_string())?;
    let mut options = options(&sample.row).unwrap();
    // As a user who gives the same files again: what else was said is replayed.
    let Options { profile, anchors, .. } = options;
    options = Options {
        anchors,
        ..Options::new(profile)
    };
    replay(&report, &mut options, &|_| true).map_err(|error| error.to_string())?;
    let bytes = fs::read(&sample.path).unwrap();
    let files = Files {
        names: vec!["sample.pcap".to_owned()],
        sha256: sha256(&bytes),
        ..Files::default()
    };
    let verification = verify(&report, &files, || Ok(vec![&bytes[..]]), &options, None);
    verification.map(|it| it.fails).map_err(|error| error.to_string())
}

/// The places of a value that can be edited: fields, and lists from which something can be taken.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    // What nobody acts on, or what is asked elsewhere: how the file was called then and its hash, which version wrote the report,
    // and how it was made, which is replayed.
    if matches!(
        path,
        "/options" | "/settings" | "/tool" | "/capture/file" | "/capture/sha256"
    ) {
        return;
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(
                    value,
                    &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            if !items.is_empty() {
                found.push(path.to_owned());
            }
            for (at, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{at}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// One edit of the value at a place; what it is.
fn edit(value: &mut Value, numbers: &mut Numbers) -> String {
    let kind = numbers.below(3);
    match value {
        Value::String(text) if text.is_empty() || kind == 0 => text.push('x'),
        Value::String(text) if kind == 1 => {
            text.pop();
        }
        Value::String(text) => {
            let at = numbers.below(text.chars().count());
            let changed = |(place, c): (usize, char)| match place == at {
                true if c.is_ascii_digit() => char::from(b'0' + ((c as u8 - b'0') + 1) % 10),
                true if c == 'x' => 'y',
                true => 'x',
                false => c,
            };
            *text = text.chars().enumerate().map(changed).collect();
        }
        Value::Number(number) => {
            *value = match number.as_u64() {
                Some(it) if kind == 0 && it > 0 => (it - 1).into(),
                Some(it) => (it + 1).into(),
                None => (number.as_f64().unwrap() + 1.0).into(),
            };
        }
        Value::Bool(it) => *it = !*it,
        Value::Null => {
            *value = match kind {
                0 => 1.into(),
                1 => true.into(),
                _ => "x".into(),
            }
        }
        Value::Array(items) => {
            let at = numbers.below(items.len());
            match kind {
                0 => items.push(items[at].clone()),
                _ => drop(items.remove(at)),
            }
        }
        Value::Object(_) => unreachable!("only fields and lists are edited"),
    }
    format!("{value:.200}")
}

/// Takes a field away, or edits it.
fn edited(report: &Value, place: &str, numbers: &mut Numbers) -> (Value, String) {
    let mut report = report.clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    let takes = numbers.below(5) == 0;
    if takes && let Some(Value::Object(map)) = report.pointer_mut(parent) {
        let map: &mut Map<String, Value> = map;
        map.remove(&key.replace("~1", "/").replace("~0", "~"));
        return (report, "removed".to_owned());
    }
    let told = edit(report.pointer_mut(place).unwrap(), numbers);
    (report, told)
}

/// True if two texts are the same report to whoever reads them: an absent null is one.
fn is_same(one: &Value, other: &Value) -> bool {
    let read = |value: &Value| {
        let report = read_report(&value.to_string(), Language::En).ok()?;
        Some(serde_json::to_value(report).unwrap())
    };
    read(one).is_some_and(|it| Some(it) == read(other))
}

fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let languages = [Language::En, Language::Ja].into_iter().cycle();
        let small = |row: &Row| fs::metadata(root().join("samples").join(&row.file)).is_ok_and(|it| it.len() < 100_000);
        let rows = rows().into_iter().filter(small).zip(languages);
        rows.filter_map(|(row, language)| sample(&row, language)).collect()
    })
}

#[test]
fn of_500_edited_fields_verify_finds_every_one() {
    let samples = samples();
    assert!(samples.len() > 100, "{} samples", samples.len());
    let mut numbers = Numbers(23);
    let (mut tried, mut missed) = (0, Vec::new());
    while tried < EDITS {
        let sample = &samples[numbers.below(samples.len())];
        let mut all = Vec::new();
        places(&sample.report, "", &mut all);
        let place = &all[numbers.below(all.len())];
        let (report, told) = edited(&sample.report, place, &mut numbers);
        if is_same(&report, &sample.report) {
            continue;
        }
        tried += 1;
        if verified(sample, &report.to_string()) == Ok(0) {
            missed.push(format!("{} {place}: {told}", sample.row.file));
        }
    }
    assert!(missed.is_empty(), "{} of {tried}:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn untouched_the_same_reports_hold() {
    for sample in samples() {
        assert_eq!(
            verified(sample, &sample.report.to_string()),
            Ok(0),
            "{}",
            sample.row.file
        );
    }
}

fn run(arguments: &[&str]) -> Outcome {
    tlswalk(arguments, LIMIT)
}

fn code(outcome: &Outcome) -> i32 {
    outcome.status.unwrap().code().unwrap()
}

const CAPTURE: &str = "samples/client-certificate-self-signed-expired.pcap";

/// A folder for a report, with the path of a file in it.
fn place(name: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name).to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn a_report_says_how_it_was_made_and_is_made_again_without_being_told() {
    let (_folder, path) = place("report.json");
    let capture = "samples/application-error-on-prem.pcap";
    let row = rows()
        .into_iter()
        .find(|row| row.file == "application-error-on-prem.pcap")
        .unwrap();
    let mut made: Vec<&str> = vec![
        "-o",
        &path,
        "--all",
        "--at",
        "2024-05-01T12:00:00Z",
        "--lang",
        "ja",
        "--dialect",
        "asa",
        capture,
    ];
    made.extend(row.options.iter().map(String::as_str));
    assert!(run(&made).is_orderly());
    let report: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let options = &report["options"];
    assert_eq!(options["at"], "2024-05-01T12:00:00.000000000Z");
    assert_eq!(
        (&options["all"], &options["language"], &options["dialect"]),
        (&true.into(), &"ja".into(), &"asa".into())
    );
    assert_eq!(options["version"], env!("CARGO_PKG_VERSION"));
    let profile = fs::read(root().join("profiles/cisco-smart-licensing.toml")).unwrap();
    assert_eq!(options["profile"]["sha256"], sha256(&profile));
    let files: Vec<&str> = row
        .options
        .iter()
        .map(String::as_str)
        .filter(|it| !it.is_empty())
        .collect();
    let ca: Vec<&str> = files
        .windows(2)
        .filter(|it| it[0] == "--ca")
        .flatten()
        .copied()
        .collect();
    let outcome = run(&[&["verify", &path, capture], &ca[..]].concat());
    assert_eq!(code(&outcome), 0, "{}{}", outcome.stdout, outcome.stderr);
    // Told in the language that the reader asks for.
    assert!(
        outcome.stdout.contains("claims of the report hold"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_file_that_is_missing_is_named_and_no_claim_is_called_false() {
    let (folder, path) = place("report.json");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let profile = fs::read_to_string(root().join("profiles/default.toml")).unwrap();
    let own = write("own.toml", &profile.replacen("id = \"default\"", "id = \"own\"", 1));
    let log = write("show.txt", "WLC#show license summary\n");
    let secrets = write(
        "keys.txt",
        &format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48)),
    );
    let root_ca = "samples/roots/lab-root.pem";
    for (option, value) in [
        ("--ca", root_ca),
        ("--profile", own.as_str()),
        ("--log", &log),
        ("--keylog", &secrets),
    ] {
        assert!(run(&["-o", &path, option, value, CAPTURE]).is_orderly());
        let without = run(&["verify", &path, CAPTURE]);
        assert_eq!(code(&without), 2, "{option}: {}{}", without.stdout, without.stderr);
        assert!(without.stdout.is_empty(), "{}", without.stdout);
        let told = &without.stderr;
        assert!(
            told.contains(&format!("was made with {option} "))
                && told.contains("(sha256 ")
                && told.contains("): give it"),
            "{told}"
        );
        let with = run(&["verify", &path, CAPTURE, option, value]);
        assert_eq!(code(&with), 0, "{option}: {}{}", with.stdout, with.stderr);
        // What was not there when it was made is no part of it either.
        assert!(run(&["-o", &path, CAPTURE]).is_orderly());
        let more = run(&["verify", &path, CAPTURE, option, value]);
        assert_eq!(code(&more), 2, "{option}: {}{}", more.stdout, more.stderr);
    }
    for more in [
        &["--on-prem", "192.0.2.1"][..],
        &["--all"],
        &["--wlc", "192.0.2.1"],
        &["--dialect", "asa"],
    ] {
        let outcome = run(&[&["verify", &path, CAPTURE], more].concat());
        assert!(
            code(&outcome) == 2 && outcome.stderr.contains("was made without"),
            "{more:?}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn commands_filters_counts_and_what_was_left_out_are_named() {
    let (_folder, path) = place("report.json");
    assert!(run(&["-o", &path, CAPTURE]).is_orderly());
    let report: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let change = |pointer: &str, new: Value| {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = new;
        report
    };
    let mut fewer = report.clone();
    fewer["attempts"][0]["findings"].as_array_mut().unwrap().pop();
    let mut no_connection = report.clone();
    no_connection["connections"].as_array_mut().unwrap().clear();
    for (report, named) in [
        (
            change("/attempts/0/verdict/remedy/0/commands/0", "write erase".into()),
            "remedy[0].commands[0] is “write erase”",
        ),
        (
            change("/attempts/0/verdict/display_filter", "tcp".into()),
            "display_filter is tcp",
        ),
        (
            change("/connections/0/tcp/retransmissions", 7.into()),
            "retransmissions is 7",
        ),
        (
            change("/attempts/0/verdict/remedy", Vec::<Value>::new().into()),
            "verdict.remedy is nothing",
        ),
        (fewer, "attempts[0].findings is nothing"),
        (no_connection, "the capture shows it, and the report does not"),
    ] {
        fs::write(&path, report.to_string()).unwrap();
        let outcome = run(&["verify", &path, CAPTURE]);
        assert_eq!(code(&outcome), 1, "{named}: {}{}", outcome.stdout, outcome.stderr);
        assert!(outcome.stdout.contains(named), "{named}: {}", outcome.stdout);
    }
}

#[test]
fn a_report_of_a_newer_version_is_not_called_false_for_other_words() {
    let (_folder, path) = place("report.json");
    assert!(run(&["-o", &path, CAPTURE]).is_orderly());
    let mut report: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    report["tool"]["version"] = "99.0.0".into();
    report["attempts"][0]["verdict"]["remedy"][0]["do"] = "in other words".into();
    report["attempts"][0]["a_new_field"] = 1.into();
    fs::write(&path, report.to_string()).unwrap();
    let outcome = run(&["verify", &path, CAPTURE]);
    assert_eq!(code(&outcome), 0, "{}{}", outcome.stdout, outcome.stderr);
    for told in ["99.0.0", "cannot be checked here", "in other words"] {
        assert!(outcome.stdout.contains(told), "{told}: {}", outcome.stdout);
    }
}

#[test]
fn reports_on_several_captures_and_on_merged_ones_are_checked_with_each() {
    let (folder, path) = place("reports.json");
    let other = "samples/tcp-refused.pcap";
    for format in ["json", "ndjson"] {
        assert!(run(&["-f", format, "-o", &path, CAPTURE, other]).is_orderly());
        let both = run(&["verify", "-f", "json", &path, CAPTURE, other]);
        assert_eq!(code(&both), 0, "{}{}", both.stdout, both.stderr);
        let told = both.report();
        assert_eq!(told[1]["capture"], other);
        let swapped = run(&["verify", &path, other, CAPTURE]);
        assert_eq!(code(&swapped), 2, "{}", swapped.stdout);
        let one = run(&["verify", &path, CAPTURE]);
        assert!(
            code(&one) == 2 && one.stderr.contains("holds 2 reports"),
            "{}",
            one.stderr
        );
    }
    // A capture in two files.
    let bytes = fs::read(root().join("samples/tcp-refused.pcap")).unwrap();
    let first = folder.path().join("a.pcap");
    let second = folder.path().join("b.pcap");
    let length = u32::from_le_bytes(bytes[32..36].try_into().unwrap()) as usize;
    let cut = 24 + 16 + length;
    fs::write(&first, &bytes[..cut]).unwrap();
    fs::write(&second, [&bytes[..24], &bytes[cut..]].concat()).unwrap();
    let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());
    assert!(run(&["-o", &path, "--merge", first, second]).is_orderly());
    let merged = run(&["verify", &path, first, second]);
    assert_eq!(code(&merged), 0, "{}{}", merged.stdout, merged.stderr);
    let part = run(&["verify", &path, first]);
    assert!(
        code(&part) == 2 && part.stderr.contains("made of 2 files with --merge"),
        "{}",
        part.stderr
    );
}

/// A new key: private and public, in files.
fn keys(folder: &tempfile::TempDir, name: &str) -> Option<[String; 2]> {
    let [private, public] = ["key", "pub"].map(|kind| {
        folder
            .path()
            .join(format!("{name}.{kind}"))
            .to_str()
            .unwrap()
            .to_owned()
    });
    let openssl = |arguments: &[&str]| {
        std::process::Command::new("openssl")
            .args(arguments)
            .output()
            .ok()
            .filter(|it| it.status.success())
    };
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &private])?;
    openssl(&["pkey", "-in", &private, "-pubout", "-out", &public])?;
    Some([private, public])
}

#[test]
fn a_signature_holds_for_the_file_and_the_key_that_made_it_alone() {
    let (folder, path) = place("report.json");
    let (Some([key, public]), Some([_, other])) = (keys(&folder, "mine"), keys(&folder, "other")) else {
        return crate::support::skip("signatures", "no openssl");
    };
    let slice = folder.path().join("slice.pcapng").to_str().unwrap().to_owned();
    assert!(run(&["-o", &path, "--sign", &key, CAPTURE]).is_orderly());
    let cut = run(&["slice", "-o", &slice, "--sign", &key, CAPTURE]);
    assert_eq!(code(&cut), 0, "{}", cut.stderr);
    let report = fs::read_to_string(&path).unwrap();
    assert!(
        report.contains("\"sha256\""),
        "a signed report says which capture it is about"
    );
    assert_eq!(fs::read(format!("{path}.sig")).unwrap().len(), 64);
    let verify = |public: &str, of: &str| run(&["verify", "--signed-by", public, &path, of]);
    for of in [CAPTURE, &slice] {
        let good = verify(&public, of);
        assert_eq!(code(&good), 0, "{of}: {}{}", good.stdout, good.stderr);
        let wrong = verify(&other, of);
        assert!(
            code(&wrong) == 1 && wrong.stdout.contains("of another key"),
            "{}",
            wrong.stdout
        );
    }
    // Any other program can check it.
    let openssl = std::process::Command::new("openssl")
        .args([
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            &public,
            "-rawin",
            "-in",
            &path,
            "-sigfile",
            &format!("{path}.sig"),
        ])
        .output()
        .unwrap();
    assert!(openssl.status.success(), "{}", String::from_utf8_lossy(&openssl.stderr));
    // A blank more changes no claim, and it is another file.
    fs::write(&path, format!("{report} ")).unwrap();
    let edited = verify(&public, CAPTURE);
    assert!(
        code(&edited) == 1 && edited.stdout.contains("changed after it was signed"),
        "{}",
        edited.stdout
    );
    fs::write(&path, &report).unwrap();
    fs::remove_file(format!("{slice}.sig")).unwrap();
    let unsigned = verify(&public, &slice);
    assert!(
        code(&unsigned) == 1 && unsigned.stdout.contains("no signature beside it"),
        "{}",
        unsigned.stdout
    );
    fs::remove_file(format!("{path}.sig")).unwrap();
    assert_eq!(code(&verify(&public, CAPTURE)), 1);
    // Keys that are none, and places where no signature can stand.
    for arguments in [
        &["-o", &path, "--sign", &public, CAPTURE][..],
        &["-o", "-", "--sign", &key, CAPTURE],
        &["--sign", &key, CAPTURE],
        &["-o", &key, "--sign", &key, CAPTURE],
        &["verify", "--signed-by", &key, &path, CAPTURE],
        &["verify", "--signed-by", "no-such.pem", &path, CAPTURE],
    ] {
        let refused = run(arguments);
        assert_eq!(code(&refused), 2, "{arguments:?}: {}", refused.stdout);
        assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    }
    assert!(
        fs::read_to_string(&key).unwrap().contains("PRIVATE KEY"),
        "a key is not overwritten"
    );
}
