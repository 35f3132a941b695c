//! The programs in `examples/`: does each do what its first line says?
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

use std::fs::File;

use crate::support::root;

#[allow(dead_code, reason = "its main is run by nobody here")]
#[path = "../../examples/follow.rs"]
mod follow;
#[allow(dead_code, reason = "its main is run by nobody here")]
#[path = "../../examples/judge.rs"]
mod judge;

#[test]
fn the_example_that_judges_a_file_names_cause_and_remedy() {
    let file = root().join("samples/client-certificate-self-signed-expired.pcap");
    let mut out = Vec::new();
    judge::judge(&file.to_string_lossy(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with("smartreceiver.cisco.com: ") && first.contains("certificate"),
        "{text}"
    );
    assert!(text.lines().any(|line| line.starts_with("  wlc: ")), "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("    license smart ")),
        "{text}"
    );
}

#[test]
fn the_example_that_follows_a_capture_raises_an_alarm_for_what_failed_only() {
    let alarms = |sample: &str| {
        let mut out = Vec::new();
        let failed = follow::follow(File::open(root().join("samples").join(sample)).unwrap(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), failed);
        text
    };
    let text = alarms("busy-two-controllers.pcapng");
    assert!(
        text.starts_with("ALARM 192.168.10.151 ") && text.ends_with(": client-certificate-rejected\n"),
        "{text}"
    );
    assert_eq!(alarms("healthy-tls12.pcap"), "");
}
