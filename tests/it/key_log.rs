//! A key log → what was likely is certain: recordings with their keys, judged with and without them.
//!
//! The recordings in `tests/data/keys` are those of `samples/make/keys.py`: OpenSSL with itself over a loopback interface, with
//! certificates made for the occasion and thrown away.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::fs;
use std::ops::ControlFlow;

use crate::support::root;
use tlswalk::report::Report;
use tlswalk::{KeyLog, KeyLogError, Options};

fn bytes(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/data/keys").join(name)).unwrap()
}

fn judge(capture: &str, keys: Option<&str>) -> Report {
    let mut options = Options::everything().unwrap();
    options.key_log = keys.map(|keys| KeyLog::read(&bytes(&format!("{keys}.keys"))[..]).unwrap());
    tlswalk::analyze(&bytes(&format!("{capture}.pcap"))[..], "capture", &options).unwrap()
}

fn verdict(report: &Report) -> (&str, &str) {
    let verdict = &report.attempts[0].verdict;
    (&verdict.id, verdict.confidence.name())
}

/// Kinds of the steps that were decrypted, by the side that took them.
fn decrypted(report: &Report, side: &str) -> String {
    let steps = report.connections[0].steps.iter();
    let kinds = steps.filter(|step| step.seen == "decrypted" && step.side == side);
    kinds.map(|step| step.kind).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_refused_client_certificate_of_tls_1_3_is_certain_with_the_keys() {
    let name = "tls13-certificate-refused";
    let (without, with) = (judge(name, None), judge(name, Some(name)));
    assert_eq!(verdict(&without), ("client-certificate-rejected", "likely"));
    assert_eq!(verdict(&with), ("client-certificate-rejected", "certain"));
    let tls = with.connections[0].tls.as_ref().unwrap();
    let alerts: Vec<_> = tls.alerts.iter().map(|it| (it.side, it.code, it.seen)).collect();
    assert_eq!(alerts, [("server", Some(48), "decrypted")]);
    assert_eq!(
        decrypted(&with, "server"),
        "encrypted-extensions certificate-request certificate certificate-verify finished alert"
    );
    assert_eq!(decrypted(&with, "client"), "certificate certificate-verify finished");
    let json = serde_json::to_string(&with).unwrap();
    assert!(json.contains("CN=client.example") && json.contains("CN=server.example"));
    assert!(!json.contains("unreadable name"));
    let evidence = &with.attempts[0].verdict.evidence;
    assert!(
        evidence.iter().any(|it| it.what.contains("CN=client.example")),
        "{evidence:?}"
    );
}

#[test]
fn tickets_and_application_data_are_told_apart() {
    let name = "tls13-certificate-good";
    let with = judge(name, Some(name));
    assert_eq!(verdict(&with), ("healthy", "certain"));
    assert_eq!(
        decrypted(&with, "server"),
        "encrypted-extensions certificate-request certificate certificate-verify finished new-session-ticket \
         new-session-ticket alert"
    );
    let json = serde_json::to_string(&with).unwrap();
    assert!(
        !json.contains("HTTP/1.0 200") && !json.contains("GET / HTTP"),
        "application data is shown"
    );
}

#[test]
fn the_end_of_tls_1_2_is_read_with_each_aead_suite() {
    for name in ["tls12-good-aes256", "tls12-good-chacha20"] {
        let (without, with) = (judge(name, None), judge(name, Some(name)));
        assert_eq!(verdict(&without).0, verdict(&with).0);
        assert!(decrypted(&with, "client").starts_with("finished") && decrypted(&with, "server").contains("finished"));
        let tls = with.connections[0].tls.as_ref().unwrap();
        assert!(
            tls.alerts.iter().all(|it| it.code == Some(0)) && !tls.alerts.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn the_keys_of_another_capture_change_nothing_and_it_is_said() {
    let name = "tls13-certificate-refused";
    let value = |report: &Report| {
        let mut value = serde_json::to_value(report).unwrap();
        let anomalies = value["capture"]["anomalies"].as_array_mut().unwrap();
        let said = anomalies.iter().find(|it| it["id"] == "key-log").cloned();
        anomalies.retain(|it| it["id"] != "key-log");
        // That one was given is on record.
        value["options"]["key_log"] = serde_json::Value::Null;
        (value, said)
    };
    let (without, said) = value(&judge(name, None));
    assert!(said.is_none());
    let (with, said) = value(&judge(name, Some("tls13-certificate-good")));
    assert_eq!(with, without);
    assert!(
        said.unwrap()["detail"]
            .as_str()
            .unwrap()
            .contains("no secret of the key log fits")
    );
}

#[test]
fn keys_that_are_half_there_or_wrong_open_nothing() {
    let name = "tls13-certificate-refused";
    let text = String::from_utf8(bytes(&format!("{name}.keys"))).unwrap();
    let without = verdict(&judge(name, None)).1.to_owned();
    let capture = bytes(&format!("{name}.pcap"));
    let wrong: String = text
        .lines()
        .map(|line| {
            let (head, secret) = line.rsplit_once(' ').unwrap_or((line, ""));
            format!("{head} {}\n", secret.chars().rev().collect::<String>())
        })
        .collect();
    let half: String = text
        .lines()
        .filter(|line| !line.starts_with("SERVER"))
        .map(|line| format!("{line}\n"))
        .collect();
    for keys in [wrong, half] {
        let mut options = Options::everything().unwrap();
        options.key_log = Some(KeyLog::read(keys.as_bytes()).unwrap());
        let report = tlswalk::analyze(&capture[..], "capture", &options).unwrap();
        assert_eq!(verdict(&report).1, without);
        assert!(decrypted(&report, "server").is_empty());
    }
    // Cut or damaged anywhere, a capture is read with keys as far as it goes.
    let mut options = Options::everything().unwrap();
    options.key_log = Some(KeyLog::read(text.as_bytes()).unwrap());
    for at in (24..capture.len()).step_by(61) {
        let _ = tlswalk::analyze(&capture[..at], "capture", &options);
        let mut damaged = capture.clone();
        damaged[at] ^= 0x55;
        let _ = tlswalk::analyze(&damaged[..], "capture", &options);
    }
}

#[test]
fn no_secret_is_shown_and_the_exit_code_is_that_without_keys() {
    let name = "tls13-certificate-refused";
    let path = |ending: &str| root().join("tests/data/keys").join(format!("{name}.{ending}"));
    let run = |arguments: &[&str], keys: Option<&str>| {
        let mut command = crate::support::program();
        command.args(arguments).arg("--all").arg(path("pcap"));
        if let Some(keys) = keys {
            command.arg("--keylog").arg(root().join("tests/data/keys").join(keys));
        }
        command.output().unwrap()
    };
    let secrets = String::from_utf8(bytes(&format!("{name}.keys"))).unwrap();
    for arguments in [&["-v"][..], &["--format", "json"], &["--format", "html"]] {
        let own = run(arguments, Some("tls13-certificate-refused.keys"));
        let other = run(arguments, Some("tls13-certificate-good.keys"));
        let none = run(arguments, None);
        assert_eq!(
            (own.status.code(), other.status.code()),
            (none.status.code(), none.status.code())
        );
        let told = String::from_utf8_lossy(&own.stdout).to_lowercase();
        let mut words = secrets.split_whitespace().filter(|word| word.len() >= 64);
        assert!(words.all(|word| !told.contains(word)), "{arguments:?}");
    }
}

/// A recording as pcapng that carries its key log, before or behind its packets.
fn with_secrets(name: &str, secrets: &str, at_end: bool) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let mut body = body.to_vec();
        body.resize(body.len().next_multiple_of(4), 0);
        let len = (body.len() as u32 + 12).to_le_bytes();
        [&kind.to_le_bytes()[..], &len, &body, &len].concat()
    };
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let text = bytes(&format!("{secrets}.keys"));
    let of_file = [&b"KSLT"[..], &(text.len() as u32).to_le_bytes(), &text].concat();
    let mut packets = Vec::new();
    let mut link = 0;
    tlswalk::capture::read_frames(&bytes(&format!("{name}.pcap"))[..], |frame| {
        link = frame.link.0;
        let micros = (frame.time.0 / 1000) as u64;
        let (captured, wire) = (frame.data.len() as u32, frame.wire_len);
        let head = [0, (micros >> 32) as u32, micros as u32, captured, wire];
        let mut body: Vec<u8> = head.iter().flat_map(|field| field.to_le_bytes()).collect();
        body.extend(frame.data);
        packets.extend(block(6, &body));
        ControlFlow::Continue(())
    })
    .unwrap();
    let interface = [&link.to_le_bytes()[..], &[0; 6]].concat();
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface)].concat();
    let secrets = block(10, &of_file);
    match at_end {
        true => file.extend([packets, secrets].concat()),
        false => file.extend([secrets, packets].concat()),
    }
    file
}

#[test]
fn secrets_in_a_capture_are_used_only_where_it_is_given_as_key_log() {
    let name = "tls13-certificate-refused";
    for at_end in [false, true] {
        let file = with_secrets(name, name, at_end);
        let mut options = Options::everything().unwrap();
        let without = tlswalk::analyze(&file[..], "capture", &options).unwrap();
        assert_eq!(verdict(&without), ("client-certificate-rejected", "likely"));
        assert!(decrypted(&without, "server").is_empty());
        let said = without.capture.anomalies.iter().find(|it| it.id == "session-secrets");
        assert!(said.unwrap().detail.contains("--keylog"));
        options.key_log = Some(KeyLog::read(&file[..]).unwrap());
        let with = tlswalk::analyze(&file[..], "capture", &options).unwrap();
        assert_eq!(verdict(&with), ("client-certificate-rejected", "certain"));
        assert!(decrypted(&with, "server").ends_with("alert"));
    }
    let of_another = with_secrets(name, "tls13-certificate-good", false);
    let mut options = Options::everything().unwrap();
    options.key_log = Some(KeyLog::read(&of_another[..]).unwrap());
    let report = tlswalk::analyze(&of_another[..], "capture", &options).unwrap();
    assert_eq!(verdict(&report).1, "likely");
    let refused = KeyLog::read(&bytes(&format!("{name}.pcap"))[..]).unwrap_err();
    assert!(matches!(refused, KeyLogError::NoSecrets), "{refused}");
    let refused = KeyLog::read(&[0x0a, 0, 1, 2, 3][..]).unwrap_err();
    assert!(matches!(refused, KeyLogError::Capture(_)), "{refused}");
}

#[test]
fn secrets_in_a_capture_go_into_no_slice_and_no_report() {
    let name = "tls13-certificate-refused";
    let secrets = String::from_utf8(bytes(&format!("{name}.keys"))).unwrap();
    // Randoms are in the hellos; the secrets are the last words.
    let words: Vec<&str> = secrets.lines().filter_map(|line| line.split(' ').nth(2)).collect();
    let are_in = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        words.iter().any(|word| text.contains(*word))
    };
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("with-secrets.pcapng");
    let file = with_secrets(name, name, false);
    assert!(words.len() >= 4 && are_in(&file));
    fs::write(&capture, &file).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = crate::support::program();
        command.args(arguments).arg("--all").arg(&capture);
        command.output().unwrap()
    };
    for redact in [&[][..], &["--redact"]] {
        let slice = folder.path().join(format!("slice{}.pcapng", redact.len()));
        let outcome = run(&[&["slice", "-o", slice.to_str().unwrap()], redact].concat());
        assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
        let slice = fs::read(&slice).unwrap();
        assert!(!are_in(&slice) && !slice.windows(4).any(|it| it == b"KSLT"));
        let options = Options::everything().unwrap();
        let report = tlswalk::analyze(&slice[..], "slice", &options).unwrap();
        assert_eq!(verdict(&report), ("client-certificate-rejected", "likely"));
        assert!(report.capture.anomalies.iter().all(|it| it.id != "session-secrets"));
    }
    let path = capture.to_str().unwrap();
    for arguments in [&["-v"][..], &["-f", "json"], &["-f", "html", "--keylog", path]] {
        let outcome = run(arguments);
        assert!(outcome.stdout.len() > 500 && !are_in(&outcome.stdout), "{arguments:?}");
    }
    let report = folder.path().join("report.json");
    fs::write(&report, &run(&["-f", "json", "--keylog", path]).stdout).unwrap();
    let mut verify = crate::support::program();
    verify
        .arg("verify")
        .arg("--keylog")
        .arg(&capture)
        .arg(&report)
        .arg(&capture);
    let outcome = verify.output().unwrap();
    assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
}
