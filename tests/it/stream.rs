//! A capture that grows: what is reported in parts is what is reported of the file, soon and once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code states its invariants"
)]

use crate::generator;
use crate::support;
use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::generator::{Format, Mix, Plan};
use tlswalk::Options;
use tlswalk::capture::Silence;
use tlswalk::profile::Profile;
use tlswalk::report::{Attempt, Report};

/// Samples whose attempts are read otherwise in parts, because what comes later in the file changes them.
const HINDSIGHT: &[(&str, &str)] = &[(
    "story-three-faults.pcap",
    "what the server accepts in a later attempt is evidence for an earlier one",
)];

fn options() -> Options {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let root = std::fs::read(support::root().join("samples/roots/lab-root.pem")).unwrap();
    options.anchors.add_pem(&root, "lab-root").unwrap();
    options
}

fn parts(capture: impl Read, options: &Options) -> Vec<Report> {
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
    (
        attempt.device.clone(),
        attempt.name.clone(),
        verdict.id.to_string(),
        frames,
    )
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
        let parts = parts(&bytes[..], &options);
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
        let parts = parts(&capture[..], &options);
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

/// An input that has bytes, then nothing for a while, as many times as there are pieces.
struct Pauses {
    pieces: VecDeque<Vec<u8>>,
    /// How long it says, again and again, that nothing comes.
    silence: Vec<u64>,
    told: usize,
}

impl Pauses {
    fn between(pieces: &[&[u8]], silence: &[u64]) -> Self {
        Self {
            pieces: pieces.iter().map(|it| it.to_vec()).collect(),
            silence: silence.to_vec(),
            told: 0,
        }
    }
}

impl Read for Pauses {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.pieces.front_mut() else {
            return Ok(0);
        };
        if !piece.is_empty() {
            let read = (&piece[..]).read(buffer)?;
            piece.drain(..read);
            return Ok(read);
        }
        if let Some(seconds) = self.silence.get(self.told) {
            self.told += 1;
            return Err(Silence::for_so_long(Duration::from_secs(*seconds)));
        }
        self.told = 0;
        self.pieces.pop_front();
        self.read(buffer)
    }
}

/// Nothing for half an hour.
const LONG: &[u64] = &[1, 2, 6, 20, 160, 610, 1000, 1800];

/// Where the records of a little-endian pcap file begin, and where the last one ends.
fn borders(pcap: &[u8]) -> Vec<usize> {
    let mut borders = vec![24];
    while let Some(len) = pcap
        .get(borders[borders.len() - 1] + 8..)
        .and_then(|it| it.first_chunk())
    {
        borders.push(borders[borders.len() - 1] + 16 + u32::from_le_bytes(*len) as usize);
    }
    borders
}

/// A sample whose only attempt fails, and closes.
fn rejected() -> Vec<u8> {
    let rows = support::rows();
    let row = rows
        .iter()
        .find(|row| row.verdict == "client-certificate-rejected" && row.file.starts_with("client-"));
    std::fs::read(support::root().join("samples").join(&row.unwrap().file)).unwrap()
}

#[test]
fn what_happened_before_silence_is_told_in_it() {
    let options = options();
    let (mut told_early, mut wrong) = (0, Vec::new());
    for path in support::samples() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let Ok(whole) = tlswalk::analyze(&bytes[..], &name, &options) else {
            continue;
        };
        let parts = parts(Pauses::between(&[&bytes], LONG), &options);
        hold_together(&parts, &name);
        let last = parts.last().unwrap();
        // A compressed file, or one that ends in the middle of a record, may go on at any time.
        let may_go_on = whole.capture.compression.is_some() || whole.capture.end_detail.is_some();
        if !may_go_on && !last.attempts.is_empty() {
            wrong.push(format!("{name}: told at the end only"));
        }
        told_early += usize::from(last.attempts.is_empty() && !whole.attempts.is_empty());
        let mut expected: Vec<_> = whole.attempts.iter().map(shape).collect();
        let mut told: Vec<_> = parts.iter().flat_map(|it| &it.attempts).map(shape).collect();
        expected.sort();
        told.sort();
        let is_same = expected == told && last.verdict.id == whole.verdict.id;
        if is_same == HINDSIGHT.iter().any(|(sample, _)| *sample == name) {
            wrong.push(format!("{name}:\n  file  {expected:?}\n  parts {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told_early > 10, "only {told_early} samples were told in silence");
}

#[test]
fn an_attempt_waits_for_its_quiet_time_in_silence_too() {
    let (options, capture) = (options(), rejected());
    for (silence, expected) in [(&[1, 2, 3, 4, 5][..], 1), (&[1, 2, 3, 4, 5, 6], 2)] {
        let parts = parts(Pauses::between(&[&capture], silence), &options);
        assert_eq!(parts.len(), expected, "after {silence:?}");
    }
}

#[test]
fn silence_in_the_middle_of_a_record_proves_nothing() {
    let (options, capture) = (options(), rejected());
    let borders = borders(&capture);
    let cut = borders[borders.len() - 2] + 20;
    let (before, after) = capture.split_at(cut);
    let parts = parts(Pauses::between(&[before, after], &[1, 2000]), &options);
    assert_eq!(parts.len(), 2, "in silence behind the rest of it");
    assert_eq!(parts[0].capture.frames, borders.len() as u64 - 1);
    assert_eq!(parts[0].attempts[0].verdict.id, "client-certificate-rejected");
}

#[test]
fn what_comes_late_is_not_told_twice() {
    let (options, capture) = (options(), rejected());
    let borders = borders(&capture);
    let whole = tlswalk::analyze(&capture[..], "-", &options).unwrap();
    let answered = whole.connections[0].steps.iter().find(|it| it.kind == "syn-ack");
    let answered = answered.unwrap().frame;
    for (frames, &border) in (0..).zip(&borders) {
        let (before, after) = capture.split_at(border);
        let parts = parts(Pauses::between(&[before, after], &[1, 2, 6, 20, 160, 610]), &options);
        hold_together(&parts, "late");
        let told = parts.iter().map(|it| it.attempts.len()).sum::<usize>();
        // A look-up that nothing follows is told, and a SYN without an answer: then what comes that late is told, too.
        let most = if frames < answered { 2 } else { 1 };
        assert!(told <= most, "{told} attempts when silent behind frame {frames}");
        let last = parts.last().unwrap();
        assert_eq!(last.capture.frames, whole.capture.frames);
    }
    // The last frames of a connection that has been told are those of no connection.
    let (before, after) = capture.split_at(borders[borders.len() - 2]);
    let parts = parts(Pauses::between(&[before, after], &[1, 2, 6, 20, 160, 610]), &options);
    assert_eq!(parts[0].attempts[0].verdict.id, "client-certificate-rejected");
    assert!(parts.last().unwrap().attempts.is_empty());
}

#[test]
fn where_an_input_pauses_changes_nothing_that_is_read() {
    let options = options();
    for path in support::samples() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let Ok(whole) = tlswalk::analyze(&bytes[..], &name, &options) else {
            continue;
        };
        for len in [97, 1031] {
            let pieces: Vec<_> = bytes.chunks(len).collect();
            let parts = parts(Pauses::between(&pieces, &[0]), &options);
            hold_together(&parts, &name);
            let (read, expected) = (&parts.last().unwrap().capture, &whole.capture);
            assert_eq!(
                serde_json::to_value(read).unwrap()["damage"],
                serde_json::to_value(expected).unwrap()["damage"],
                "{name}"
            );
            assert_eq!(
                (read.frames, read.bytes, &read.end_detail, &read.last),
                (expected.frames, expected.bytes, &expected.end_detail, &expected.last),
                "{name}"
            );
            let told = parts.iter().map(|it| it.attempts.len()).sum::<usize>();
            assert_eq!(told, whole.attempts.len(), "{name}");
        }
    }
}

#[test]
fn silence_of_any_length_is_survived() {
    let options = options();
    let capture = rejected();
    let middle = borders(&capture)[4];
    for pieces in [
        &[&capture[..]][..],
        &[&capture[..middle], &capture[middle..]],
        &[&[], &capture],
    ] {
        let mut pauses = Pauses::between(pieces, &[0, u64::MAX, 0, u64::MAX]);
        let parts = parts(&mut pauses, &options);
        hold_together(&parts, "long");
        assert_eq!(parts.last().unwrap().capture.frames, borders(&capture).len() as u64 - 1);
    }
}

/// The program on standard input.
fn start() -> std::process::Child {
    support::program()
        .args(["-f", "ndjson", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn parsed(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap()
}

#[test]
fn a_pipe_that_stays_open_and_silent_gives_its_line() {
    let mut child = start();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let started = Instant::now();
    input.write_all(&rejected()).unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    // How much later it is here is up to the machine.
    let waited = started.elapsed();
    assert!(waited.as_secs() >= 5, "{waited:?}");
    let report = parsed(&line);
    assert_eq!(report["part"]["last"], false);
    assert_eq!(report["attempts"][0]["verdict"]["id"], "client-certificate-rejected");
    drop(input);
    line.clear();
    output.read_line(&mut line).unwrap();
    assert_eq!(parsed(&line)["attempts"], serde_json::json!([]));
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn whoever_has_read_enough_ends_it() {
    let mut capture = Vec::new();
    let plan = Plan {
        mix: Mix::Licensing,
        format: Format::Pcap,
        bytes: 2_000_000,
        seed: 3,
    };
    generator::write(&plan, &mut capture).unwrap();
    let mut child = start();
    let mut input = child.stdin.take().unwrap();
    // Its end is not written: it must not wait for that.
    let writer = std::thread::spawn(move || {
        let _ = input.write_all(&capture);
        input
    });
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    drop(output);
    assert_eq!(parsed(&line)["part"]["number"], 1);
    let mut complaints = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    assert_eq!(complaints, "");
    assert!(matches!(child.wait().unwrap().code(), Some(0 | 1)));
    drop(writer.join().unwrap());
}

#[test]
#[cfg(unix)]
fn a_file_that_grows_is_followed() {
    let capture = rejected();
    let cut = borders(&capture)[3];
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&capture[..cut]).unwrap();
    let mut tail = Command::new("tail")
        .args(["-c", "+1", "-f"])
        .arg(file.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = support::program()
        .args(["-f", "ndjson", "-"])
        .stdin(tail.stdout.take().unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    file.write_all(&capture[cut..]).unwrap();
    // Minutes later by the capture's clock, which need not be waited for.
    let last = borders(&capture).into_iter().rev().nth(1).unwrap();
    let last = u32::from_le_bytes(*capture[last..].first_chunk().unwrap());
    for second in (10..680).step_by(10) {
        file.write_all(&other(last + second, true)).unwrap();
    }
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(
        parsed(&line)["attempts"][0]["verdict"]["id"],
        "client-certificate-rejected"
    );
    tail.kill().unwrap();
    tail.wait().unwrap();
    line.clear();
    output.read_line(&mut line).unwrap();
    assert_eq!(parsed(&line)["part"]["last"], true);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn an_attempt_is_reported_while_the_input_is_open() {
    let bytes = rejected();
    let little = bytes[0] == 0xd4 || bytes[0] == 0x4d;
    let mut last = 0;
    tlswalk::capture::read_frames(&bytes[..], |frame| {
        last = u32::try_from(frame.time.0 / 1_000_000_000).unwrap();
        ControlFlow::Continue(())
    })
    .unwrap();
    let mut child = support::program()
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
