//! A capture that grows: what is reported in parts is what is reported of the file, soon and once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code states its invariants"
)]

#[path = "../benches/generator/mod.rs"]
mod generator;
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use generator::{Format, Mix, Plan};
use tlswalk::Options;
use tlswalk::profile::Profile;
use tlswalk::report::{Attempt, Report};

/// Samples whose attempts are read otherwise in parts, because what comes later in the file changes them.
const HINDSIGHT: &[(&str, &str)] = &[
    (
        "no-connection.pcap",
        "that the device did something else is counted when those flows end",
    ),
    (
        "story-three-faults.pcap",
        "what the server accepts in a later attempt is evidence for an earlier one",
    ),
];

fn options() -> Options {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let root = std::fs::read(support::root().join("samples/roots/lab-root.pem")).unwrap();
    options.anchors.add_pem(&root, "lab-root").unwrap();
    options
}

fn parts(capture: &[u8], options: &Options) -> Vec<Report> {
    let mut parts = Vec::new();
    tlswalk::analyze_stream(capture, "-", options, |report| {
        parts.push(report);
        ControlFlow::Continue(())
    })
    .unwrap();
    parts
}

/// What an attempt is, whatever its number: device, name, verdict, and the frames that show it.
fn shape(attempt: &Attempt) -> (String, String, String, Vec<u64>) {
    let verdict = &attempt.verdict;
    let frames = verdict.evidence.iter().map(|it| it.frame).collect();
    (attempt.device.clone(), attempt.name.clone(), verdict.id.clone(), frames)
}

/// The same where others, earlier or later, are evidence, or seem to have asked (addresses of samples are shared).
fn told_of(attempt: &Attempt) -> (String, String, String) {
    let (device, name, verdict, _) = shape(attempt);
    (device, name, verdict)
}

/// Of reports that are parts: numbered in order, the last one is the last, and ids go on.
fn hold_together(parts: &[Report], name: &str) {
    let (mut attempts, mut connections) = (0, 0);
    for (number, report) in (1..).zip(parts) {
        let part = report.part.unwrap();
        assert_eq!(
            (part.number, part.last),
            (number, number == parts.len() as u64),
            "{name}"
        );
        for attempt in &report.attempts {
            attempts += 1;
            assert_eq!(attempt.id, attempts, "{name}");
            for id in &attempt.connections {
                assert!(report.connections.iter().any(|it| it.id == *id), "{name}: {id}");
            }
        }
        for connection in &report.connections {
            connections += 1;
            assert_eq!(connection.id, connections, "{name}");
        }
        assert!(part.last || !report.attempts.is_empty(), "{name}");
    }
}

/// A pcap file that goes on for twenty minutes in which nothing happens that matters; any other file as it is.
fn with_tail(mut bytes: Vec<u8>) -> Vec<u8> {
    let little = match bytes.first_chunk::<4>() {
        Some([0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1]) => true,
        Some([0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d]) => false,
        _ => return bytes,
    };
    let mut last = 0;
    let read = tlswalk::capture::read_frames(&bytes[..], |frame| {
        last = u32::try_from(frame.time.0 / 1_000_000_000).unwrap_or(0).max(last);
        ControlFlow::Continue(())
    });
    if read.is_ok_and(|facts| facts.end == tlswalk::capture::End::Complete) {
        (1..240).for_each(|step| bytes.extend(other(last + step * 5, little)));
    }
    bytes
}

#[test]
fn every_sample_gives_the_same_attempts_in_parts() {
    let options = options();
    let (mut several, mut wrong) = (0, Vec::new());
    for path in support::samples() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let bytes = with_tail(bytes);
        let Ok(whole) = tlswalk::analyze(&bytes[..], &name, &options) else {
            continue;
        };
        let parts = parts(&bytes, &options);
        hold_together(&parts, &name);
        several += usize::from(parts.len() > 1);
        let mut expected: Vec<_> = whole.attempts.iter().map(shape).collect();
        let mut told: Vec<_> = parts.iter().flat_map(|it| &it.attempts).map(shape).collect();
        expected.sort();
        told.sort();
        let last = parts.last().unwrap();
        let same =
            expected == told && last.verdict.id == whole.verdict.id && last.capture.frames == whole.capture.frames;
        if same == HINDSIGHT.iter().any(|(sample, _)| *sample == name) {
            wrong.push(format!(
                "{name}:\n  file  {expected:?} {}\n  parts {told:?} {}",
                whole.verdict.id, last.verdict.id
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(several > 10, "only {several} samples came in parts");
}

#[test]
fn a_long_capture_tells_each_attempt_once() {
    let options = options();
    for (mix, bytes) in [(Mix::Mixed, 8_000_000), (Mix::Licensing, 2_000_000)] {
        let mut capture = Vec::new();
        let plan = Plan {
            mix,
            format: Format::Pcap,
            bytes,
            seed: 3,
        };
        let written = generator::write(&plan, &mut capture).unwrap();
        let whole = tlswalk::analyze(&capture[..], "-", &options).unwrap();
        let parts = parts(&capture, &options);
        hold_together(&parts, mix.name());
        let of = |reports: &[Report]| {
            let attempts = reports.iter().flat_map(|it| &it.attempts);
            let mut shapes: Vec<_> = attempts.map(told_of).collect();
            shapes.sort();
            shapes
        };
        let (expected, told) = (of(&[whole]), of(&parts));
        assert!(!written.attempts.is_empty());
        assert_eq!(expected.len(), told.len(), "{}", mix.name());
        let missing: Vec<_> = expected.iter().filter(|it| !told.contains(it)).collect();
        let surplus: Vec<_> = told.iter().filter(|it| !expected.contains(it)).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{}: {missing:?} / {surplus:?}",
            mix.name()
        );
    }
}

/// A pcap record of Ethernet that is no IP, at some second: what else is on a link.
fn other(second: u32, little: bool) -> Vec<u8> {
    let word = |it: u32| if little { it.to_le_bytes() } else { it.to_be_bytes() };
    let mut record: Vec<u8> = [second, 0, 60, 60].into_iter().flat_map(word).collect();
    record.extend([0xff; 12]);
    record.extend([0x88, 0xb5]);
    record.extend([0; 46]);
    record
}

#[test]
fn an_attempt_is_reported_while_the_input_is_open() {
    let rows = support::rows();
    let row = rows
        .iter()
        .find(|row| row.verdict == "client-certificate-rejected" && row.file.ends_with(".pcap"));
    let path = support::root().join("samples").join(&row.unwrap().file);
    let bytes = std::fs::read(path).unwrap();
    let little = bytes[0] == 0xd4 || bytes[0] == 0x4d;
    let mut last = 0;
    tlswalk::capture::read_frames(&bytes[..], |frame| {
        last = u32::try_from(frame.time.0 / 1_000_000_000).unwrap();
        ControlFlow::Continue(())
    })
    .unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tlswalk"))
        .args(["-f", "ndjson", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let (send, lines) = mpsc::channel();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || output.lines().for_each(|line| send.send(line.unwrap()).unwrap()));
    input.write_all(&bytes).unwrap();
    assert!(
        lines.recv_timeout(Duration::from_millis(500)).is_err(),
        "it has not ended yet"
    );
    // Eleven minutes by the capture's clock: even a silent connection is over.
    for second in (10..680).step_by(10) {
        input.write_all(&other(last + second, little)).unwrap();
    }
    let line = lines.recv_timeout(Duration::from_secs(60)).unwrap();
    let report: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(report["part"]["last"], false);
    assert_eq!(report["attempts"][0]["verdict"]["id"], "client-certificate-rejected");
    drop(input);
    let line = lines.recv_timeout(Duration::from_secs(60)).unwrap();
    let report: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&report["part"]["last"], &report["attempts"]),
        (&true.into(), &serde_json::json!([]))
    );
    assert_eq!(report["verdict"]["id"], "client-certificate-rejected");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    reader.join().unwrap();
}
