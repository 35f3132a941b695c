//! capture → slice, verification, redaction, comparison: what is handed on says the same and no more.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::{Outcome, Row, root, rows, skip, tlswalk};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(60);

fn run(arguments: &[&str]) -> Outcome {
    tlswalk(arguments, LIMIT)
}

fn code(outcome: &Outcome) -> i32 {
    outcome.status.unwrap().code().unwrap()
}

fn sample(row: &Row) -> String {
    format!("samples/{}", row.file)
}

/// The arguments with the row's options behind them.
fn with_options<'a>(arguments: &[&'a str], row: &'a Row) -> Vec<&'a str> {
    let options = row.options.iter().map(String::as_str);
    arguments.iter().copied().chain(options).collect()
}

fn report(arguments: &[&str]) -> Value {
    run(&[&["-f", "json"], arguments].concat()).report()
}

/// The verdict, and what is said of each attempt.
fn said(report: &Value) -> String {
    let mut text = report["verdict"]["id"].to_string();
    for attempt in report["attempts"].as_array().unwrap() {
        let verdict = &attempt["verdict"];
        for key in ["id", "confidence", "by", "at", "causes"] {
            text += &format!(" {}", verdict[key]);
        }
    }
    text
}

fn file(directory: &tempfile::TempDir, name: &str) -> (PathBuf, String) {
    let path = directory.path().join(name);
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

/// Rows in shares, so that the tests run side by side.
fn share(number: usize) -> impl Iterator<Item = Row> {
    rows().into_iter().skip(number).step_by(2)
}

fn slices_agree(number: usize) {
    let directory = tempfile::tempdir().unwrap();
    let (report_path, report_name) = file(&directory, "report.json");
    let (_, slice) = file(&directory, "slice.pcapng");
    for row in share(number) {
        let capture = sample(&row);
        let cut = run(&with_options(&["slice", "--force", "-o", &slice, &capture], &row));
        assert_eq!(code(&cut), 0, "{}: {}", row.file, cut.stderr);
        let original = run(&with_options(&["-f", "json", &capture], &row));
        fs::write(&report_path, &original.stdout).unwrap();
        let again = report(&with_options(&[&slice], &row));
        assert_eq!(said(&original.report()), said(&again), "{}", row.file);
        for of in [&capture, &slice] {
            let verified = run(&with_options(&["verify", "-f", "json", &report_name, of], &row));
            assert_eq!(
                code(&verified),
                0,
                "{} {of}: {}{}",
                row.file,
                verified.stdout,
                verified.stderr
            );
            let verification = verified.report();
            // Of a slice, what counts all frames and the name of the capture; of the capture itself, nothing.
            let unchecked: Vec<&str> = verification["claims"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|it| it["state"] == "unchecked")
                .map(|it| it["why"].as_str().unwrap())
                .collect();
            let known = ["it counts all frames of the capture", "a file can have any name"];
            let is_known = |why: &&str| of == &slice && known.iter().any(|it| why.starts_with(it));
            assert!(unchecked.iter().all(is_known), "{} {of}: {verification}", row.file);
            assert!(verification["holds"].as_u64() > Some(0));
        }
    }
}

#[test]
fn the_slice_of_every_other_sample_gives_its_verdict_and_holds_its_report() {
    slices_agree(0);
}

#[test]
fn so_does_that_of_the_rest() {
    slices_agree(1);
}

/// What names somebody in a report: addresses, names, words of certificates, serial numbers.
fn identifiers(report: &Value) -> BTreeSet<String> {
    fn texts(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|it| texts(it, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    let mut words = Vec::new();
    for attempt in report["attempts"].as_array().unwrap() {
        found.insert(attempt["device"].as_str().unwrap().to_owned());
        texts(&attempt["name"], &mut words);
        for lookup in attempt["lookups"].as_array().unwrap() {
            texts(&lookup["name"], &mut words);
            for address in lookup["addresses"].as_array().unwrap() {
                found.insert(address.as_str().unwrap().to_owned());
            }
        }
    }
    for connection in report["connections"].as_array().unwrap() {
        for end in ["client", "server"] {
            let (host, _) = connection[end].as_str().unwrap().rsplit_once(':').unwrap();
            found.insert(host.trim_matches(['[', ']']).to_owned());
        }
        texts(&connection["tls"]["sni"], &mut words);
        for side in ["server", "client"] {
            for certificate in connection["certificates"][side].as_array().unwrap() {
                for key in ["subject", "issuer", "names"] {
                    texts(&certificate[key], &mut words);
                }
                if let Some(serial) = certificate["serial"].as_str() {
                    found.insert(serial.to_owned());
                }
            }
        }
        for exchange in connection["http"].as_array().unwrap() {
            texts(&exchange["target"], &mut words);
        }
    }
    for text in words {
        found.extend(text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned));
    }
    // Short words occur in any megabyte; public ones and reserved addresses stay on purpose.
    let profile = fs::read_to_string(root().join("profiles/cisco-smart-licensing.toml")).unwrap();
    // Names of products that stand in between are what a verdict rests on, and nobody's own.
    let between = fs::read_to_string(root().join("profiles/shared/in-between.toml")).unwrap();
    // So do words of our own sentences.
    let own: String = ["texts/en", "texts/en/dialects", "texts/en/explain"]
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).unwrap())
        .map(|it| it.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let public = profile
        + &between
        + &own
        + "Server Signed Certificate Device serialNumber default Transport Manufacturing <virtual account>";
    let public = public.to_ascii_lowercase();
    found.retain(|it| it.len() > 4 && it != "0.0.0.0" && !public.contains(&it.to_ascii_lowercase()));
    found
}

/// A text in the shapes that bytes give it.
fn shapes(identifier: &str) -> Vec<Vec<u8>> {
    let mut shapes = vec![
        identifier.as_bytes().to_vec(),
        identifier.to_ascii_lowercase().into_bytes(),
        identifier.bytes().flat_map(|byte| [0, byte]).collect(),
        identifier.bytes().flat_map(|byte| [byte, 0]).collect(),
        identifier
            .bytes()
            .flat_map(|byte| format!("{byte:02x}").into_bytes())
            .collect(),
    ];
    match identifier.parse() {
        Ok(std::net::IpAddr::V4(ip)) => shapes.push(ip.octets().to_vec()),
        Ok(std::net::IpAddr::V6(ip)) => shapes.push(ip.octets().to_vec()),
        Err(_) => {}
    }
    let hexadecimal: Option<Vec<u8>> = (identifier.len() >= 8 && identifier.len().is_multiple_of(2))
        .then(|| {
            (0..identifier.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(identifier.get(at..at + 2)?, 16).ok())
                .collect()
        })
        .flatten();
    shapes.extend(hexadecimal);
    shapes
}

fn nothing_leaks(number: usize) {
    let directory = tempfile::tempdir().unwrap();
    let (path, slice) = file(&directory, "slice.pcapng");
    let (report_path, report_name) = file(&directory, "report.json");
    for row in share(number) {
        let capture = sample(&row);
        let cut = run(&with_options(
            &["slice", "--whole", "--redact", "--force", "-o", &slice, &capture],
            &row,
        ));
        assert_eq!(code(&cut), 0, "{}: {}", row.file, cut.stderr);
        let original = report(&with_options(&[&capture], &row));
        let redacted = run(&with_options(&["-f", "json", "--redact", &capture], &row));
        assert_eq!(said(&original), said(&redacted.report()), "{}", row.file);
        let bytes = fs::read(&path).unwrap();
        for identifier in identifiers(&original) {
            for shape in shapes(&identifier) {
                let leaks = |bytes: &[u8]| bytes.windows(shape.len()).any(|it| it == shape);
                assert!(!leaks(&bytes), "{}: {identifier} in the slice", row.file);
                assert!(
                    !leaks(redacted.stdout.as_bytes()),
                    "{}: {identifier} in the report",
                    row.file
                );
            }
        }
        // The slice alone, with the options that it names.
        let options = named_options(&path);
        let mut arguments: Vec<&str> = options.iter().map(String::as_str).collect();
        if let Some(at) = row.options.iter().position(|it| it == "--profile") {
            arguments.extend(["--profile", &row.options[at + 1]]);
        }
        let again = report(&[&arguments[..], &[&slice]].concat());
        assert_eq!(said(&original), said(&again), "{}", row.file);
        fs::write(&report_path, &redacted.stdout).unwrap();
        let verified = run(&[&["verify", &report_name, &slice], &arguments[..]].concat());
        assert_eq!(
            code(&verified),
            0,
            "{}: {}{}",
            row.file,
            verified.stdout,
            verified.stderr
        );
    }
}

/// The options that a slice names.
fn named_options(slice: &Path) -> Vec<String> {
    let file = fs::File::open(slice).unwrap();
    let facts = tlswalk::capture::read_frames(file, |_| std::ops::ControlFlow::Continue(())).unwrap();
    facts.slice.unwrap().options
}

#[test]
fn nothing_identifying_is_left_of_every_other_sample_and_its_verdict_stays() {
    nothing_leaks(0);
}

#[test]
fn nor_of_the_rest() {
    nothing_leaks(1);
}

fn fields(path: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(path)
        .args(arguments)
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn tshark_reads_the_comments_the_numbers_and_right_checksums() {
    let directory = tempfile::tempdir().unwrap();
    let (path, slice) = file(&directory, "slice.pcapng");
    for (name, redact) in [
        ("client-certificate-self-signed-expired.pcap", false),
        ("client-certificate-self-signed-expired.pcap", true),
        ("duplicates-two-interfaces.pcapng", false),
        ("healthy-ipv6.pcap", true),
    ] {
        let capture = format!("samples/{name}");
        let mut arguments = vec!["slice", "--force", "-o", &slice, &capture];
        arguments.extend(redact.then_some("--redact"));
        assert_eq!(code(&run(&arguments)), 0);
        let lines = [
            "-T",
            "fields",
            "-e",
            "frame.packet_id",
            "-e",
            "frame.time_epoch",
            "-e",
            "frame.comment",
        ];
        let Some(text) = fields(&path, &lines) else {
            return skip("tshark", "no tshark");
        };
        let original = fields(&root().join(&capture), &["-T", "fields", "-e", "frame.time_epoch"]).unwrap();
        let times: Vec<&str> = original.lines().collect();
        let mut cited = BTreeSet::new();
        for line in text.lines() {
            let columns: Vec<&str> = line.splitn(3, '\t').collect();
            let number: usize = columns[0].parse().unwrap_or_else(|_| panic!("{line}"));
            assert_eq!(columns[1], times[number - 1], "{line}");
            if columns
                .get(2)
                .is_some_and(|it| it.contains(&format!("tlswalk: frame {number} of ")))
            {
                cited.insert(number as u64);
            }
        }
        let report = report(&[&capture]);
        let evidence = report["attempts"][0]["verdict"]["evidence"].as_array().unwrap();
        for it in evidence {
            assert!(cited.contains(&it["frame"].as_u64().unwrap()), "{name}: {it} {cited:?}");
        }
        let wrong = fields(
            &path,
            &[
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "ip.check_checksum:TRUE",
                "-o",
                "udp.check_checksum:TRUE",
                "-Y",
                "tcp.checksum.status==0 || ip.checksum.status==0 || udp.checksum.status==0",
            ],
        );
        assert_eq!(wrong.unwrap().trim(), "", "{name}");
    }
}

#[test]
fn a_report_with_a_changed_claim_does_not_hold() {
    let directory = tempfile::tempdir().unwrap();
    let (path, name) = file(&directory, "report.json");
    let capture = "samples/client-certificate-self-signed-expired.pcap";
    let text = run(&["-f", "json", "--hash", capture]).stdout;
    fs::write(&path, &text).unwrap();
    assert_eq!(code(&run(&["verify", &name, capture])), 0);
    for (old, new) in [
        ("\"confidence\": \"certain\"", "\"confidence\": \"possible\""),
        ("\"frame\": 24", "\"frame\": 23"),
        ("fatal alert unknown_ca", "fatal alert bad_certificate"),
        ("\"serial\": \"", "\"serial\": \"00"),
    ] {
        assert!(text.contains(old), "{old}");
        fs::write(&path, text.replace(old, new)).unwrap();
        let outcome = run(&["verify", &name, capture]);
        assert_eq!(code(&outcome), 1, "{old}: {}{}", outcome.stdout, outcome.stderr);
        assert!(outcome.stdout.contains('✗'), "{}", outcome.stdout);
    }
}

#[test]
fn what_cannot_be_checked_is_said_in_one_sentence_and_exit_2() {
    let directory = tempfile::tempdir().unwrap();
    let (path, name) = file(&directory, "report.json");
    let capture = "samples/healthy-tls12.pcap";
    let text = run(&["-f", "json", "--hash", capture]).stdout;
    let refused = |text: &str, of: &str, words: &str| {
        fs::write(&path, text).unwrap();
        let outcome = run(&["verify", &name, of]);
        assert_eq!(code(&outcome), 2, "{}", outcome.stdout);
        assert!(
            outcome.stdout.is_empty() && outcome.stderr.contains(words),
            "{words}: {}",
            outcome.stderr
        );
    };
    refused("no json", capture, "not a JSON report");
    refused("[]", capture, "not a report of tlswalk");
    refused("{}", capture, "not a report of tlswalk");
    refused(
        &text.replace("tlswalk.report/1", "tlswalk.report/9"),
        capture,
        "tlswalk.report/9",
    );
    refused(
        &text.replace("\"client-hello\"", "\"quic-initial\""),
        capture,
        "quic-initial",
    );
    refused(&text, "samples/healthy-tls13.pcap", "another capture");
    let (changed_path, changed) = file(&directory, "changed.pcap");
    let mut bytes = fs::read(root().join(capture)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&changed_path, bytes).unwrap();
    refused(&text, &changed, "SHA-256");
    refused(&text, "no-such.pcap", "no such file");
    let (slice_path, slice) = file(&directory, "slice.pcapng");
    assert_eq!(code(&run(&["slice", "-o", &slice, capture])), 0);
    let mut bytes = fs::read(&slice_path).unwrap();
    // Without its last packet and what follows.
    let packets: Vec<usize> = (0..bytes.len() - 4)
        .step_by(4)
        .filter(|at| bytes[*at..*at + 4] == [6, 0, 0, 0])
        .collect();
    bytes.truncate(*packets.last().unwrap());
    fs::write(&slice_path, bytes).unwrap();
    refused(&text, &slice, "not whole");
}

#[test]
fn nothing_is_overwritten_without_force_and_no_half_file_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let (path, slice) = file(&directory, "slice.pcapng");
    fs::write(&path, "precious").unwrap();
    let capture = "samples/healthy-tls12.pcap";
    let refused = run(&["slice", "-o", &slice, capture]);
    assert!(
        code(&refused) == 2 && refused.stderr.contains("--force"),
        "{}",
        refused.stderr
    );
    let failed = run(&["slice", "--force", "-o", &slice, "samples/README.md"]);
    assert_eq!(code(&failed), 2, "{}", failed.stderr);
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(code(&run(&["slice", "--force", "-o", &slice, capture])), 0);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    let two = run(&["slice", "--force", "-o", &slice, capture, capture]);
    assert!(code(&two) == 2 && two.stderr.contains("mergecap"), "{}", two.stderr);
    assert!(run(&["slice", capture]).stderr.contains("-o slice.pcapng"));
}

#[test]
fn another_key_gives_other_pseudonyms_and_the_same_key_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let capture = "samples/healthy-tls12.pcap";
    let device =
        |arguments: &[&str]| report(&[arguments, &["--redact", capture]].concat())["attempts"][0]["device"].to_string();
    let (path, key) = file(&directory, "key");
    fs::write(&path, [7; 32]).unwrap();
    let with_key = device(&["--redact-key", &key]);
    assert_eq!(with_key, device(&["--redact-key", &key]));
    assert_ne!(with_key, device(&[]));
    fs::write(&path, "short").unwrap();
    let refused = run(&["--redact", "--redact-key", &key, capture]);
    assert!(
        code(&refused) == 2 && refused.stderr.contains("16 bytes"),
        "{}",
        refused.stderr
    );
}

#[test]
fn captures_redacted_together_share_pseudonyms_and_no_name_of_a_file() {
    let (one, other) = ("samples/healthy-tls12.pcap", "samples/reset-during-handshake.pcap");
    let missing = "customer-name.pcap";
    let outcome = run(&["-f", "json", "--redact", one, missing, other]);
    assert_eq!(code(&outcome), 2);
    let reports: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let reports = reports.as_array().unwrap();
    let of = |report: &Value, what: &str| report["attempts"][0][what].clone();
    assert_eq!(of(&reports[0], "device"), of(&reports[1], "device"));
    assert_ne!(of(&reports[0], "device"), "192.168.10.150");
    let alone = report(&["--redact", one]);
    assert_ne!(
        of(&alone, "device"),
        of(&reports[0], "device"),
        "another set, another key"
    );
    let names: Vec<&str> = reports
        .iter()
        .map(|it| it["capture"]["file"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["redacted capture 1", "redacted capture 3"]);
    for format in ["csv", "junit", "sarif", "html"] {
        let outcome = run(&["-f", format, "--redact", one, missing, other]);
        let told = outcome.stdout.replace("%20", " ");
        assert!(
            told.contains("redacted capture 2") && told.contains("no such file"),
            "{format}"
        );
        for original in ["customer-name", "samples/", "healthy-tls12", "192.168.10.150"] {
            assert!(!told.contains(original), "{format}: {original}");
        }
    }
    let merged = run(&["--redact", "--merge", one, other]);
    assert!(
        code(&merged) == 2 && merged.stderr.contains("mergecap"),
        "{}",
        merged.stderr
    );
}

#[test]
fn what_redaction_cannot_replace_is_refused() {
    let capture = "samples/healthy-tls12.pcap";
    for arguments in [
        &["--redact", "--log", "README.md", capture][..],
        &["--redact", "--log", "README.md"],
        &["slice", "-o", "never-written.pcapng", "--log", "README.md", capture],
    ] {
        let refused = run(arguments);
        assert!(
            code(&refused) == 2 && refused.stderr.contains("--log"),
            "{}",
            refused.stderr
        );
        assert!(refused.stdout.is_empty() && !root().join("never-written.pcapng").exists());
    }
}

#[test]
fn certificates_can_be_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (path, slice) = file(&directory, "slice.pcapng");
    for name in [
        "server-certificate-name-mismatch",
        "crl-fetch-failed",
        "client-certificate-no-revocation-data",
    ] {
        let row = rows().into_iter().find(|it| it.file == format!("{name}.pcap")).unwrap();
        let capture = sample(&row);
        let cut = run(&with_options(
            &[
                "slice",
                "--redact",
                "--keep-certificates",
                "--force",
                "-o",
                &slice,
                &capture,
            ],
            &row,
        ));
        assert_eq!(code(&cut), 0, "{name}: {}", cut.stderr);
        let (before, after) = (report(&with_options(&[&capture], &row)), {
            let options = named_options(&path);
            let arguments: Vec<&str> = options.iter().map(String::as_str).chain([slice.as_str()]).collect();
            report(&arguments)
        });
        assert_eq!(said(&before), said(&after), "{name}");
        let hashes = |report: &Value| report["connections"][0]["certificates"]["server"][0]["sha256"].clone();
        assert_eq!(hashes(&before), hashes(&after));
    }
}

#[test]
fn decryption_secrets_of_a_capture_are_in_no_slice() {
    const SECRETS: &[u8] = b"CLIENT_RANDOM 00 11\n";
    let directory = tempfile::tempdir().unwrap();
    let ((path, capture), (slice, slice_name)) = (file(&directory, "with.pcapng"), file(&directory, "slice.pcapng"));
    let row = rows().into_iter().find(|row| row.file == "healthy-tls12.pcap").unwrap();
    let whole = ["slice", "--whole", "-o", &capture, &sample(&row)].map(String::from);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    assert_eq!(code(&run(&with_options(&whole, &row))), 0);
    // A block of type 10 (draft-ietf-opsawg-pcapng section 4.7) behind that of the interface.
    let mut bytes = fs::read(&path).unwrap();
    let length = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
    let section = length(&bytes, 0);
    let behind = section + length(&bytes, section);
    let total = 20 + SECRETS.len() as u32;
    let words = [10, total, 0x544c_534b, SECRETS.len() as u32]
        .map(u32::to_le_bytes)
        .concat();
    let block = [&words[..], SECRETS, &total.to_le_bytes()].concat();
    bytes.splice(behind..behind, block);
    fs::write(&path, &bytes).unwrap();
    assert!(bytes.windows(SECRETS.len()).any(|it| it == SECRETS));
    for more in [&[][..], &["--whole"], &["--redact"], &["--redact", "--whole"]] {
        let arguments = [&["slice", "--force", "-o", &slice_name, &capture], more].concat();
        let done = run(&with_options(&arguments, &row));
        assert_eq!(code(&done), 0, "{more:?}: {}", done.stderr);
        let cut = fs::read(&slice).unwrap();
        assert!(!cut.windows(13).any(|it| it == &SECRETS[..13]), "{more:?}");
        let mut at = 0;
        while at < cut.len() {
            assert_ne!(cut[at..at + 4], 10_u32.to_le_bytes(), "{more:?}");
            at += length(&cut, at);
        }
    }
}
