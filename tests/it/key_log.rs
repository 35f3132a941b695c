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

use crate::support::root;
use tlswalk::report::Report;
use tlswalk::{KeyLog, Options};

fn bytes(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/data/keys").join(name)).unwrap()
}

fn judge(capture: &str, keys: Option<&str>) -> Report {
    let mut options = Options::everything().unwrap();
    options.key_log = keys.map(|keys| KeyLog::read(&bytes(&format!("{keys}.keys"))).unwrap());
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
