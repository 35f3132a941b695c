//! Another chassis at one address: told by serial numbers and by ARP, never as certain, and not where two merely take turns or a
//! capture was put together from several.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::support::root;
use tlswalk::profile::Profile;
use tlswalk::report::Report;
use tlswalk::{Host, Options, Target};

fn sample() -> Vec<u8> {
    std::fs::read(root().join("samples/chassis-changed.pcap")).unwrap()
}

fn judged(capture: &[u8]) -> Report {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    options.cslu = vec![Target {
        host: Host::Address([10, 10, 20, 7].into()),
        port: None,
    }];
    tlswalk::analyze(capture, "story", &options).unwrap()
}

/// What is told of a change of chassis, of each attempt.
fn told(report: &Report) -> Vec<Option<String>> {
    let of = |attempt: &tlswalk::report::Attempt| {
        let mut findings = attempt.findings.iter();
        findings
            .find(|it| &*it.id == "chassis-changed")
            .map(|it| it.detail.clone())
    };
    report.attempts.iter().map(of).collect()
}

/// The records of a little-endian pcap file behind its header of 24 bytes.
fn records(capture: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (head, mut rest) = capture.split_at(24);
    let mut all = Vec::new();
    while !rest.is_empty() {
        let len = 16 + u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let (record, behind) = rest.split_at(len);
        all.push(record.to_vec());
        rest = behind;
    }
    (head.to_vec(), all)
}

fn with(capture: &[u8], change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let (head, records) = records(capture);
    [
        head,
        records.into_iter().filter_map(change).collect::<Vec<_>>().concat(),
    ]
    .concat()
}

fn replaced(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    while let Some(at) = bytes.windows(old.len()).position(|it| it == old) {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    bytes
}

fn is_arp(record: &[u8]) -> bool {
    record[28..30] == [8, 6]
}

#[test]
fn two_serial_numbers_one_after_the_other_are_likely_another_chassis() {
    let report = judged(&sample());
    let told = told(&report);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], None, "until then there is one");
    let detail = told[1].as_deref().unwrap();
    for part in ["FCL0000SYN1", "FCL0000SYN2", "is likely"] {
        assert!(detail.contains(part), "{detail}");
    }
    // The service said no: the answer is read first, and then both chassis are looked after.
    let verdict = &report.attempts[1].verdict;
    assert_eq!(verdict.id, "application-error");
    let place = verdict.remedy.iter().position(|it| it.action.contains("both chassis"));
    assert_eq!(place, Some(1), "{:?}", verdict.remedy);
    // Serial numbers alone say the same.
    let without_arp = with(&sample(), |record| (!is_arp(&record)).then_some(record));
    assert_eq!(self::told(&judged(&without_arp))[1].as_deref(), Some(detail));
}

#[test]
fn other_hardware_that_announces_the_address_is_only_possibly_another_chassis() {
    let one_serial = replaced(sample(), b"FCL0000SYN2", b"FCL0000SYN1");
    let told_of = told(&judged(&one_serial));
    assert!(told_of[1].as_deref().unwrap().contains("is possible"), "{told_of:?}");
    // An ordinary question or answer is no announcement.
    let asked = with(&one_serial, |mut record| {
        if is_arp(&record) && record[44..48] == record[54..58] {
            record[57] ^= 1;
        }
        Some(record)
    });
    assert_eq!(told(&judged(&asked)), [None, None]);
    let neither = with(&one_serial, |record| (!is_arp(&record)).then_some(record));
    assert_eq!(told(&judged(&neither)), [None, None]);
}

#[test]
fn a_capture_that_was_put_together_from_several_shows_no_switchover() {
    let file = std::fs::read(root().join("samples/healthy-every-eight-hours.pcap")).unwrap();
    let report = judged(&file);
    assert!(report.attempts.len() > 2);
    assert!(told(&report).iter().all(Option::is_none));
}
