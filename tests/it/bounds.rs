//! More connections and look-ups than are kept → what failed is told, and what was not judged is said.
//!
//! The captures are samples told many times over, each time from another port of the same controller.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may state what it relies on, in its helpers too"
)]

use std::fs;

use crate::support;
use tlswalk::Options;
use tlswalk::profile::Profile;
use tlswalk::report::{Report, outcome};

/// Bytes of the records of a little-endian pcap, each with its header.
fn records(sample: &str) -> Vec<Vec<u8>> {
    let bytes = fs::read(support::root().join("samples").join(sample)).unwrap();
    assert_eq!(bytes[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    let mut rest = &bytes[24..];
    let mut records = Vec::new();
    while !rest.is_empty() {
        let len = 16 + u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        records.push(rest[..len].to_vec());
        rest = &rest[len..];
    }
    records
}

const PROTOCOL: usize = 16 + 14 + 9;
const PORTS: usize = 16 + 14 + 20;
const SMTP: u16 = 25;

/// A capture put together.
struct Capture {
    bytes: Vec<u8>,
    seconds: u32,
    port: u16,
}

impl Capture {
    fn new() -> Self {
        let header = [
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
        ];
        Self {
            bytes: header.to_vec(),
            seconds: 1_790_000_000,
            port: 2000,
        }
    }

    /// A sample's TCP from another port, or all of it.
    fn add(&mut self, records: &[Vec<u8>], with_lookups: bool) {
        self.seconds += 150;
        self.port += 1;
        let first = u32::from_le_bytes(records[0][..4].try_into().unwrap());
        for record in records {
            let is_ip = record[16 + 12..16 + 14] == [8, 0];
            let is_tcp = is_ip && record[PROTOCOL] == 6;
            if !(is_tcp || is_ip && with_lookups) {
                continue;
            }
            let mut record = record.clone();
            let time = u32::from_le_bytes(record[..4].try_into().unwrap()) - first + self.seconds;
            record[..4].copy_from_slice(&time.to_le_bytes());
            if is_tcp {
                let src = u16::from_be_bytes(record[PORTS..PORTS + 2].try_into().unwrap());
                let dst = u16::from_be_bytes(record[PORTS + 2..PORTS + 4].try_into().unwrap());
                let client = if src > dst { PORTS } else { PORTS + 2 };
                record[client..client + 2].copy_from_slice(&self.port.to_be_bytes());
            }
            self.bytes.extend(record);
        }
    }

    /// SYNs of many strangers to another port.
    fn scan(&mut self, syn: &[u8], count: u32) {
        for n in 0..count {
            let mut record = syn.to_vec();
            record[..4].copy_from_slice(&self.seconds.to_le_bytes());
            record[16 + 14 + 12..16 + 14 + 16].copy_from_slice(&(0x0b00_0000 + n / 500).to_be_bytes());
            record[16 + 14 + 16..16 + 14 + 20].copy_from_slice(&(0x0c00_0000 + n % 500).to_be_bytes());
            record[PORTS + 2..PORTS + 4].copy_from_slice(&SMTP.to_be_bytes());
            self.bytes.extend(record);
        }
    }

    fn report(&self, options: &Options) -> Report {
        tlswalk::analyze(&self.bytes[..], "x", options).unwrap()
    }
}

fn licensing() -> Options {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let root = fs::read(support::root().join("samples/roots/lab-root.pem")).unwrap();
    options.anchors.add_pem(&root, "lab-root").unwrap();
    options
}

fn count(report: &Report, id: &str) -> usize {
    report.attempts.iter().filter(|it| it.verdict.id == id).count()
}

/// The capture of the issue: good attempts first, then such that fail.
fn good_then_bad(good: usize, bad: &str, failures: usize) -> Capture {
    let mut capture = Capture::new();
    let (healthy, bad) = (records("healthy-resumed-ticket.pcap"), records(bad));
    for n in 0..good {
        capture.add(&healthy, n == 0);
    }
    for _ in 0..failures {
        capture.add(&bad, false);
    }
    capture
}

#[test]
fn the_last_of_too_many_attempts_are_told_where_they_failed() {
    let options = licensing();
    let report = good_then_bad(4201, "client-certificate-unknown-issuer.pcap", 199).report(&options);
    assert_eq!(count(&report, "client-certificate-rejected"), 199);
    assert_eq!(report.attempts.len(), 4096);
    assert_eq!(report.capture.not_judged, 304);
    assert_eq!(outcome([&report]).exit_code(), 1);
}

#[test]
fn the_last_of_too_many_connections_of_all_are_told_where_they_failed() {
    let mut options = licensing();
    options.all = true;
    let report = good_then_bad(20_001, "client-certificate-unknown-issuer.pcap", 9).report(&options);
    assert_eq!(count(&report, "client-certificate-rejected"), 9);
    assert_eq!(report.capture.not_judged, 10);
    assert_eq!(outcome([&report]).exit_code(), 1);
}

#[test]
fn a_refused_controller_is_told_however_many_strangers_were_not_answered_before() {
    let options = licensing();
    let (refused, healthy) = (records("tcp-refused.pcap"), records("healthy-resumed-ticket.pcap"));
    let syn = healthy.iter().find(|it| it[PROTOCOL] == 6).unwrap();
    let mut capture = Capture::new();
    capture.add(&healthy, true);
    capture.scan(syn, 9000);
    for _ in 0..199 {
        capture.add(&refused, false);
    }
    let report = capture.report(&options);
    assert_eq!(count(&report, "tcp-refused"), 199);
    // Nobody asked for the strangers to be judged: they are counted, and cost no exit code.
    assert_eq!(report.capture.not_judged, 0);
    assert!(report.capture.anomalies.iter().any(|it| it.id == "bound"));
    let mut scanned = Capture::new();
    scanned.add(&healthy, true);
    scanned.scan(syn, 9000);
    assert_eq!(outcome([&scanned.report(&options)]).exit_code(), 0);
}

#[test]
fn more_refusals_than_are_kept_are_counted() {
    let refused = records("tcp-refused.pcap");
    let mut capture = Capture::new();
    for n in 0..4400 {
        capture.add(&refused, n == 0);
    }
    let report = capture.report(&licensing());
    assert_eq!((count(&report, "tcp-refused"), report.capture.not_judged), (4096, 304));
    assert_eq!(outcome([&report]).exit_code(), 1);
}

/// The text of a run, and its exit code.
fn run(arguments: &[&str]) -> (String, Option<i32>) {
    let output = support::program().args(arguments).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn every_format_says_how_many_were_not_judged_and_the_exit_code_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.pcap");
    fs::write(&file, good_then_bad(4100, "tcp-refused.pcap", 0).bytes).unwrap();
    let good = support::root().join("samples/healthy-tls12.pcap");
    let state = folder.path().join("state");
    let (file, good, state) = (file.to_str().unwrap(), good.to_str().unwrap(), state.to_str().unwrap());
    for arguments in [
        &[file][..],
        &["-q", file],
        &["-f", "markdown", file],
        &["-f", "html", file],
        &["-f", "csv", file],
        &["-f", "junit", file],
        &["-f", "sarif", file],
        &["triage", file],
        &["triage", "-f", "csv", file],
        &["triage", "-f", "ndjson", file],
        &["triage", "-f", "json", file],
        &["triage", "-f", "junit", file],
        &["triage", "-f", "html", file],
        &["triage", "--state", state, file, good],
        // Known from before.
        &["triage", "--state", state, file, good],
    ] {
        let (page, code) = run(arguments);
        assert_eq!(code, Some(3), "{arguments:?}");
        // Text is broken into lines.
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let end = page.get(page.len().saturating_sub(600)..).unwrap_or_default();
        assert!(
            page.contains("4 connections and look-ups were not judged"),
            "{arguments:?} {end}"
        );
    }
    let (page, code) = run(&["triage", "-q", file]);
    assert!(
        code == Some(3) && page.contains("1 capture was not read or judged to the end"),
        "{page}"
    );
    let (page, code) = run(&["-f", "json", file]);
    let report: serde_json::Value = serde_json::from_str(&page).unwrap();
    assert_eq!((report["capture"]["not_judged"].as_u64(), code), (Some(4), Some(3)));
    assert_eq!(
        run(&["-q", good, file]).1,
        Some(3),
        "another capture's success outweighs nothing"
    );
    assert_eq!(run(&["-q", "--expect", "healthy,healthy-resumed", file]).1, Some(3));
}
