//! A read(2) that fails in the middle of a capture → exit 2 and an error in every format and command, and never a verdict.
//!
//! An input that fails without any help is a socket whose peer closed it with bytes unread: everything that was sent comes, and
//! then `ECONNRESET`. For files strace fails a read; where it cannot, the test says that it was skipped.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may state what it relies on, in its helpers too"
)]

use std::fs;
use std::io::{self, Read, Write as _};
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support;
use serde_json::Value;
use tlswalk::Options;
use tlswalk::capture::CaptureError;
use tlswalk::profile::Profile;

const TLSWALK: &str = env!("CARGO_BIN_EXE_tlswalk");

/// A good attempt.
fn healthy() -> Vec<u8> {
    fs::read(support::root().join("samples/healthy-tls12.pcap")).unwrap()
}

/// Standard input that gives these bytes and then fails.
fn failing(bytes: &[u8]) -> Stdio {
    let (mut ours, mut theirs) = UnixStream::pair().unwrap();
    // What the peer never reads makes its close a reset.
    theirs.write_all(b"unread").unwrap();
    ours.write_all(bytes).unwrap();
    Stdio::from(OwnedFd::from(theirs))
}

fn run_on(stdin: Stdio, arguments: &[&str]) -> Output {
    support::bare(Command::new(TLSWALK))
        .args(arguments)
        .stdin(stdin)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Exit 2, one line on standard error, and no verdict anywhere.
fn told(output: &Output, arguments: &[&str]) {
    let (error, page) = (text(&output.stderr), text(&output.stdout));
    assert_eq!(output.status.code(), Some(2), "{arguments:?} {error} {page}");
    assert!(
        error.lines().count() == 1 && error.starts_with("tlswalk: "),
        "{arguments:?} {error}"
    );
    assert!(!page.contains("healthy"), "{arguments:?} {page}");
}

/// A read that fails after so many bytes.
struct Fails<'a>(&'a [u8]);

impl Read for Fails<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::from_raw_os_error(5)),
            len => Ok(len),
        }
    }
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_read_that_fails_in_mid_capture_is_an_error_of_every_function_that_reads() {
    let options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let (whole, packed) = (healthy(), gzipped(&healthy()));
    for bytes in [
        &whole[..],
        &whole[..whole.len() - 40],
        &packed[..packed.len() - 9],
        &packed,
    ] {
        let input = || Fails(bytes);
        let is_told = |error: CaptureError| {
            let is_read = matches!(&error, CaptureError::ReadBehind { error, .. } if error.raw_os_error() == Some(5));
            assert!(is_read, "{error}");
        };
        is_told(tlswalk::analyze(input(), "x", &options).unwrap_err());
        is_told(tlswalk::handoff::slice::judge(input(), "x", &options).unwrap_err());
        is_told(
            tlswalk::handoff::diff::Side::read(input(), "x", &options)
                .map(|_| ())
                .unwrap_err(),
        );
        let (mut parts, mut last) = (0, 0);
        let streamed = tlswalk::analyze_stream(input(), "-", &options, |report| {
            parts += 1;
            last += usize::from(report.part.unwrap().last);
            ControlFlow::Continue(())
        });
        is_told(streamed.unwrap_err());
        assert_eq!(last, 0, "no part says that it was all");
        let both = [("good".to_owned(), Fails(bytes)), ("bad".to_owned(), Fails(bytes))];
        let error = tlswalk::analyze_merged(both, &options).unwrap_err().to_string();
        assert!(error.starts_with("good: reading failed after "), "{error}");
    }
}

#[test]
fn a_failing_standard_input_is_told_in_every_format() {
    let bytes = healthy();
    let cut = &bytes[..bytes.len() - 40];
    for arguments in [
        &["-"][..],
        &["-q", "-"],
        &["-v", "-"],
        &["-f", "json", "-"],
        &["-f", "ndjson", "-"],
        &["-f", "ndjson", "--hash", "-"],
        &["-f", "html", "-"],
        &["-f", "markdown", "-"],
        &["-f", "csv", "-"],
        &["-f", "junit", "-"],
        &["-f", "sarif", "-"],
        &["--merge", "-f", "csv", "-"],
    ] {
        let output = run_on(failing(cut), arguments);
        told(&output, arguments);
        let page = text(&output.stdout);
        match arguments.get(1) {
            Some(&"csv") => {
                let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(page.as_bytes())
                    .records()
                    .map(Result::unwrap)
                    .collect();
                assert!(
                    rows.len() == 1 && rows[0][23].starts_with("reading failed after "),
                    "{page}"
                );
            }
            Some(&"junit") => {
                assert!(
                    page.contains("errors=\"1\"") && page.contains("<error type=\"unreadable-capture\""),
                    "{page}"
                );
            }
            Some(&"sarif") => {
                let log: Value = serde_json::from_str(page).unwrap();
                let invocation = &log["runs"][0]["invocations"][0];
                assert_eq!(invocation["executionSuccessful"], false);
                assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
                assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
            }
            _ => {}
        }
    }
}

#[test]
fn a_failing_standard_input_is_told_by_every_command_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let good = support::root().join("samples/healthy-tls12.pcap");
    let good = good.to_str().unwrap();
    let report = path("report.json");
    let made = run_on(Stdio::null(), &["-f", "json", "--hash", "-o", &report, good]);
    assert_eq!(made.status.code(), Some(0));
    let bytes = healthy();
    for arguments in [
        &["slice", "-o", &path("slice.pcapng"), "-"][..],
        &["slice", "--redact", "-o", &path("redacted.pcapng"), "-"],
        &["--redact", "-"],
        &["verify", &report, "-"],
        &["diff", good, "-"],
        &["--merge", good, "-"],
        &["-o", &path("page.txt"), "-"],
    ] {
        told(&run_on(failing(&bytes[..bytes.len() - 40]), arguments), arguments);
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(left, ["report.json"]);
}

/// Runs with the second read of a file failing; `None` where nothing can be traced here.
fn with_failing_read(file: &Path, arguments: &[&str]) -> Option<Output> {
    let traced = |inject: &str, command: &[&str]| {
        Command::new("strace")
            .args([
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-P",
                file.to_str().unwrap(),
                "-e",
                inject,
            ])
            .args(command)
            .stdin(Stdio::null())
            .output()
    };
    if !traced("trace=read", &["true"]).is_ok_and(|it| it.status.success()) {
        support::skip(
            "a_failing_disk",
            "strace cannot trace here, so no read of a file can be made to fail",
        );
        return None;
    }
    let command = [&[TLSWALK], arguments].concat();
    Some(traced("inject=read:error=EIO:when=2", &command).unwrap())
}

#[test]
fn a_failing_disk_is_told_of_files_and_leaves_no_line_in_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let captures = folder.path().join("captures");
    fs::create_dir(&captures).unwrap();
    let bad = captures.join("bad.pcap");
    // Longer than one read.
    let mut bytes = healthy();
    while bytes.len() < 600_000 {
        bytes.extend_from_within(24..);
    }
    fs::write(&bad, &bytes).unwrap();
    let state = folder.path().join("state");
    let (state, captures, file) = (
        state.to_str().unwrap(),
        captures.to_str().unwrap(),
        bad.to_str().unwrap(),
    );
    for arguments in [
        &["triage", "--state", state, "-f", "csv", captures][..],
        &["triage", "--state", state, "-f", "ndjson", captures],
        &["triage", "--state", state, "-f", "json", captures],
        &["triage", "--state", state, "-f", "junit", captures],
        &["triage", "--state", state, "-f", "html", captures],
        &["triage", "--state", state, captures],
        &["triage", "--state", state, "-q", captures],
        &["triage", "--hash", captures],
        &[file],
        &["-f", "csv", file],
        &["-f", "junit", "--hash", file],
        &["--redact", file],
        &["diff", file, file],
    ] {
        let Some(output) = with_failing_read(&bad, arguments) else {
            return;
        };
        let page = text(&output.stdout);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?} {page} {}",
            text(&output.stderr)
        );
        assert!(!page.contains("healthy"), "{arguments:?} {page}");
        if arguments.contains(&"junit") {
            assert!(page.contains("errors=\"1\""), "{page}");
        }
        if arguments[0] == "triage" && !arguments.contains(&"-q") {
            assert!(
                page.replace("&#x2f;", "/").contains("nput/output error"),
                "{arguments:?} {page}"
            );
        }
        assert_eq!(fs::read_to_string(state).unwrap_or_default(), "", "{arguments:?}");
    }
    let after = run_on(Stdio::null(), &["triage", "--state", state, "-f", "csv", captures]);
    assert_eq!(after.status.code(), Some(0));
    assert!(!text(&after.stdout).contains("cut short"));
}

#[test]
fn a_compressed_stream_that_ends_early_is_a_note_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cut.pcap.gz");
    // The capture is whole, and the stream around it is not: its check sum is missing.
    let packed = gzipped(&healthy());
    fs::write(&file, &packed[..packed.len() - 8]).unwrap();
    let (file, folder) = (file.to_str().unwrap(), folder.path().to_str().unwrap());
    for arguments in [
        &[file][..],
        &["-q", file],
        &["-f", "json", file],
        &["-f", "ndjson", file],
        &["-f", "html", file],
        &["-f", "markdown", file],
        &["-f", "csv", file],
        &["-f", "junit", file],
        &["-f", "sarif", file],
        &["triage", folder],
        &["triage", "-f", "csv", folder],
        &["triage", "-f", "json", folder],
        &["triage", "-f", "ndjson", folder],
        &["triage", "-f", "junit", folder],
        &["triage", "-f", "html", folder],
    ] {
        let output = run_on(Stdio::null(), arguments);
        let page = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        let says = page.contains("cut short")
            || page.contains("\"end\": \"truncated\"")
            || page.contains("\"end\":\"truncated\"");
        assert!(says, "{arguments:?} {page}");
    }
    let quiet = run_on(Stdio::null(), &["triage", "-q", folder]);
    assert!(
        text(&quiet.stdout).contains("1 capture was not read or judged to the end"),
        "{}",
        text(&quiet.stdout)
    );
}

#[test]
fn a_cut_last_record_leaves_a_capture_without_licensing_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.pcap");
    let whole = fs::read(support::root().join("samples/no-licensing-traffic.pcap")).unwrap();
    fs::write(&file, &whole[..whole.len() - 3]).unwrap();
    let output = run_on(Stdio::null(), &["-f", "json", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"]["id"], "no-licensing-traffic");
    assert_eq!(report["capture"]["end"], "truncated");
    let hidden = report["verdict"]["cannot_tell"].to_string();
    assert!(hidden.contains("the file was cut short there"), "{hidden}");
}
