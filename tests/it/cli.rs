//! command line → exit code, standard output, standard error: what CONTRACT promises to people and scripts.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may state what it relies on, in its helpers too"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn tlswalk(arguments: &[&str]) -> Command {
    let mut command = crate::support::program();
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

fn run(arguments: &[&str]) -> Output {
    tlswalk(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Exit 2, nothing on standard output, one line on standard error that holds `words`.
fn refused(output: &Output, words: &str) {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    assert!(
        error.starts_with("tlswalk: ") && error.lines().count() == 1 && error.contains(words),
        "{error}"
    );
}

/// A pcap without any frame: the smallest capture there is.
const NO_FRAMES: &[u8] = &[
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0,
];

fn capture(directory: &Path, name: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, NO_FRAMES).unwrap();
    path.to_str().unwrap().to_owned()
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Recorded samples, as far as there are any.
fn samples() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/samples")) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().contains(".pcap"))
    });
    paths.sort();
    paths
}

#[test]
fn help_fits_a_screen_and_the_long_help_has_examples() {
    let short = tlswalk(&["-h"]).env("COLUMNS", "80").output().unwrap();
    assert_eq!(short.status.code(), Some(0));
    let lines = text(&short.stdout).lines().count();
    assert!(lines <= 24, "{lines} lines\n{}", text(&short.stdout));
    let long = run(&["--help"]);
    assert_eq!(long.status.code(), Some(0));
    for word in ["Examples:", "Exit codes:", "--on-prem", "explain"] {
        assert!(text(&long.stdout).contains(word), "{word}");
    }
}

#[test]
fn the_version_is_the_package_version() {
    let output = run(&["-V"]);
    assert_eq!(text(&output.stdout), format!("tlswalk {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn usage_errors_are_one_line_and_exit_2() {
    refused(&run(&[]), "no capture given");
    refused(&run(&["--formt", "json", "x"]), "--format");
    refused(&run(&["-f", "xml", "x"]), "text, json, ndjson");
    refused(&run(&["--at", "now", "x"]), "2024-05-01T12:00:00Z");
    refused(&run(&["--on-prem", "https://ssm/", "x"]), "host alone");
    refused(&run(&["-q", "-v", "x"]), "cannot be used with");
    refused(&run(&["--profile", "no-such", "x"]), "cisco-smart-licensing");
    refused(&run(&["--ca", "no-such.pem", "x"]), "--ca no-such.pem: no such file");
}

#[test]
fn what_was_nearly_right_is_suggested() {
    refused(&run(&["triag", "samples"]), "did you mean tlswalk triage?");
    refused(&run(&["triag", "--state", "x"]), "did you mean tlswalk triage?");
    refused(&run(&["help"]), "did you mean tlswalk --help?");
    refused(&run(&["help", "diff"]), "did you mean tlswalk diff --help?");
    refused(&run(&["--expect", "helthy", "x"]), "did you mean healthy?");
    refused(
        &run(&["--profile", "cisco-smart-licencing", "x"]),
        "did you mean cisco-smart-licensing?",
    );
    refused(&run(&["--dialect", "iosxe", "x"]), "did you mean ios-xe");
    refused(&run(&["explain", "tcp-refussed"]), "did you mean tcp-refused?");
    refused(&run(&["samples"]), "tlswalk triage samples");
    refused(
        &run(&["slice", "--merge", "-o", "x", "y"]),
        "slice does not take --merge",
    );
    refused(&run(&["diff"]), "tlswalk diff bad.pcap good.pcap");
}

#[test]
fn what_cannot_be_read_is_named_with_the_reason() {
    let directory = directory();
    refused(&run(&["no-such.pcap"]), "no-such.pcap: no such file");
    refused(&run(&[directory.path().to_str().unwrap()]), "is a directory");
    let empty = directory.path().join("empty.pcap");
    fs::write(&empty, b"").unwrap();
    refused(&run(&[empty.to_str().unwrap()]), "the file is empty");
    let other = directory.path().join("notes.txt");
    fs::write(&other, b"these are notes").unwrap();
    refused(&run(&[other.to_str().unwrap()]), "not a capture");
    refused(&run(&["no\x1b[2Jsuch.pcap"]), "no\\x1b[2Jsuch.pcap");
}

#[cfg(unix)]
#[test]
fn a_capture_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = directory();
    let path = capture(directory.path(), "secret.pcap");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        eprintln!("skipped: this user (root?) may read every file");
        return;
    }
    refused(&run(&[&path]), "permission denied");
}

#[test]
fn one_unreadable_capture_does_not_stop_the_others() {
    let directory = directory();
    let good = capture(directory.path(), "good.pcap");
    let output = run(&["-f", "json", "no-such.pcap", &good]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no-such.pcap: "));
    let reports: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reports.as_array().unwrap().len(), 1);
}

#[test]
fn programs_that_count_captures_are_told_of_those_that_could_not_be_read() {
    let directory = directory();
    let good = capture(directory.path(), "good.pcap");
    let out = directory.path().join("out");
    let written = |format: &str, captures: &[&str]| {
        drop(fs::remove_file(&out));
        let mut arguments = vec!["-f", format, "-o", out.to_str().unwrap()];
        arguments.extend(captures);
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{format}");
        assert!(text(&output.stderr).contains("no-such.pcap: no such file"), "{format}");
        fs::read_to_string(&out).unwrap_or_default()
    };
    for (format, told) in [
        ("csv", "no-such.pcap,,,,"),
        ("junit", "<error type=\"unreadable-capture\""),
        ("sarif", "\"executionSuccessful\": false"),
        ("html", "could not be read"),
    ] {
        let both = written(format, &["no-such.pcap", &good]);
        assert!(both.contains(told) && both.contains("good.pcap"), "{format}: {both}");
        let alone = written(format, &["no-such.pcap"]);
        // A page shows something, or there is none.
        assert_eq!(alone.contains(told), format != "html", "{format}: {alone}");
    }
    for format in ["text", "json", "ndjson", "markdown"] {
        assert_eq!(written(format, &["no-such.pcap"]), "", "{format}");
    }
}

#[test]
fn a_capture_without_licensing_exits_3() {
    let directory = directory();
    let path = capture(directory.path(), "a.pcap");
    let output = run(&[&path]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("tlswalk explain no-licensing-traffic"));
    let quiet = run(&["-q", &path]);
    assert_eq!(text(&quiet.stdout).lines().count(), 1);
}

#[test]
fn json_is_an_object_an_array_or_lines_and_matches_the_schema() {
    let directory = directory();
    let mut paths: Vec<String> = samples().iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    paths.push(capture(directory.path(), "a.pcap"));
    paths.push(capture(directory.path(), "b.pcap"));
    let schema = serde_json::from_str(include_str!("../../schema/report-1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let check = |report: &serde_json::Value| {
        let errors: Vec<_> = validator
            .iter_errors(report)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", report["capture"]["file"]);
    };
    let one = run(&["-f", "json", &paths[0]]);
    check(&serde_json::from_slice(&one.stdout).unwrap());
    let with = |format: &str| {
        let arguments: Vec<&str> = ["-f", format]
            .into_iter()
            .chain(paths.iter().map(String::as_str))
            .collect();
        run(&arguments).stdout
    };
    let array: Vec<serde_json::Value> = serde_json::from_slice(&with("json")).unwrap();
    array.iter().for_each(check);
    let lines: Vec<serde_json::Value> = text(&with("ndjson"))
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(array, lines);
    assert_eq!(array.len(), paths.len());
}

#[test]
fn standard_input_is_a_capture_too() {
    let mut child = tlswalk(&["-f", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // In pieces, as a network would deliver it.
    let mut input = child.stdin.take().unwrap();
    for piece in NO_FRAMES.chunks(5) {
        input.write_all(piece).unwrap();
        input.flush().unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["capture"]["file"], "-");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let directory = directory();
    let path = capture(directory.path(), "a.pcap");
    // Far more than a pipe holds, so that the writer is still writing when the reader leaves.
    let mut arguments = vec!["-f", "json"];
    arguments.extend(std::iter::repeat_n(path.as_str(), 400));
    let mut child = tlswalk(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 10]).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn an_output_file_is_written_whole_or_not_at_all() {
    let directory = directory();
    let path = capture(directory.path(), "a.pcap");
    let out = directory.path().join("report.json");
    let name = out.to_str().unwrap();
    let output = run(&["-f", "json", "-o", name, &path]);
    assert_eq!(
        (output.status.code(), output.stdout.len()),
        (Some(3), 0),
        "{}",
        text(&output.stderr)
    );
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!(report["schema"], "tlswalk.report/1");
    // Nothing to report: what is there stays.
    refused(&run(&["-f", "json", "-o", name, "no-such.pcap"]), "no-such.pcap");
    assert!(!fs::read(&out).unwrap().is_empty());
    // No temporary file stays either.
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    let text_file = directory.path().join("report.txt");
    run(&["-o", text_file.to_str().unwrap(), &path]);
    assert!(!fs::read_to_string(&text_file).unwrap().contains('\x1b'));
    refused(
        &run(&["-o", directory.path().to_str().unwrap(), &path]),
        "is a directory",
    );
    refused(
        &run(&["-o", "no-such-directory/x", &path]),
        "there is no directory no-such-directory",
    );
}

#[cfg(unix)]
#[test]
fn an_output_file_keeps_its_mode_and_its_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = directory();
    let path = capture(directory.path(), "a.pcap");
    let (file, link) = (directory.path().join("private.txt"), directory.path().join("link.txt"));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    run(&["-o", link.to_str().unwrap(), &path]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_ne!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(run(&["-o", "/dev/null", &path]).status.code(), Some(3));
}

#[test]
fn colour_is_used_when_asked_for_and_never_in_a_pipe() {
    let directory = directory();
    let path = capture(directory.path(), "a.pcap");
    let colored = |arguments: &[&str]| run(arguments).stdout.contains(&0x1b);
    assert!(!colored(&[&path]));
    assert!(colored(&["--color", "always", &path]));
    assert!(!colored(&["--color", "never", &path]));
}

#[test]
fn verdicts_are_explained() {
    let all = run(&["explain"]);
    assert_eq!(all.status.code(), Some(0));
    assert!(text(&all.stdout).lines().any(|line| line.starts_with("tcp-refused ")));
    let one = run(&["explain", "client-certificate-rejected"]);
    assert_eq!(one.status.code(), Some(0));
    assert!(text(&one.stdout).contains("ip http client secure-trustpoint"));
    refused(
        &run(&["explain", "client-certificate-reject"]),
        "did you mean client-certificate-rejected?",
    );
    refused(&run(&["explain", "\x1bxx"]), "no such verdict");
    // Topics stand below the verdicts, and each has its page in both languages.
    for topic in ["high-availability", "offline", "reservation", "ping", "acknowledgement"] {
        assert!(text(&all.stdout).contains(&format!("\n{topic} ")), "{topic}");
        for (lang, sources) in [("en", "Sources"), ("ja", "出典")] {
            let page = run(&["explain", topic, "--lang", lang]);
            assert!(
                page.status.success() && text(&page.stdout).contains(sources),
                "{topic} {lang}"
            );
        }
    }
    refused(
        &run(&["explain", "high-availabilty"]),
        "did you mean high-availability?",
    );
}

/// The records of a classic little-endian capture, without its header.
fn records(bytes: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    let mut rest = &bytes[24..];
    while !rest.is_empty() {
        let captured = u32::from_le_bytes(rest[8..12].try_into().unwrap());
        let (record, behind) = rest.split_at(16 + usize::try_from(captured).unwrap());
        records.push(record);
        rest = behind;
    }
    records
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[test]
fn the_files_of_a_ring_are_one_capture_with_merge() {
    let directory = directory();
    for sample in ["client-certificate-self-signed-expired.pcap", "healthy-tls12.pcap"] {
        let sample = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/samples")).join(sample);
        let bytes = fs::read(&sample).unwrap();
        let records = records(&bytes);
        let parts: Vec<String> = (0..3)
            .map(|n| {
                let part = &records[records.len() * n / 3..records.len() * (n + 1) / 3];
                let path = directory.path().join(format!("ring_{n}.pcap"));
                fs::write(&path, [&bytes[..24], &part.concat()].concat()).unwrap();
                path.to_str().unwrap().to_owned()
            })
            .collect();
        let mut whole = json(&run(&["-f", "json", sample.to_str().unwrap()]));
        // In the wrong order, as a shell lists ring_10 before ring_2.
        let output = run(&["-f", "json", "--merge", &parts[2], &parts[0], &parts[1]]);
        let mut merged = json(&output);
        let name = format!("{} + {} + {}", parts[2], parts[0], parts[1]);
        assert_eq!(merged["capture"]["file"], name);
        for report in [&mut whole, &mut merged] {
            report["capture"]["file"] = serde_json::Value::Null;
            report["capture"]["bytes"] = serde_json::Value::Null;
        }
        // How it was made is what tells them apart.
        assert_eq!(
            merged["options"]["merged"],
            serde_json::json!([parts[2], parts[0], parts[1]])
        );
        merged["options"]["merged"] = serde_json::json!([]);
        assert_eq!(merged, whole);
        // Without it, they are three.
        let three = json(&run(&["-f", "json", &parts[0], &parts[1], &parts[2]]));
        assert_eq!(three.as_array().unwrap().len(), 3);
    }
}

#[test]
fn a_ring_with_a_file_that_cannot_be_read_is_refused_whole() {
    let directory = directory();
    let good = capture(directory.path(), "good.pcap");
    refused(&run(&["--merge", &good, "no-such.pcap"]), "no-such.pcap: no such file");
    let text = directory.path().join("notes.txt");
    fs::write(&text, "these are notes").unwrap();
    let text = text.to_str().unwrap();
    refused(&run(&["--merge", &good, text]), "notes.txt: not a capture");
}

#[test]
fn a_damaged_capture_is_read_on_and_says_so() {
    let directory = directory();
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/samples/client-certificate-self-signed-expired.pcap"
    );
    let mut bytes = fs::read(sample).unwrap();
    // The second record's lengths are destroyed: a retried SYN, a look-up or the SYN-ACK, but not what decides.
    let second = 24 + records(&bytes)[0].len();
    bytes[second + 8..second + 16].fill(0xff);
    let path = directory.path().join("damaged.pcap");
    fs::write(&path, &bytes).unwrap();
    let report = json(&run(&["-f", "json", path.to_str().unwrap()]));
    let whole = json(&run(&["-f", "json", sample]));
    assert_eq!(report["capture"]["end"], "complete");
    assert_eq!(report["capture"]["damage"].as_array().unwrap().len(), 1);
    assert_eq!(report["verdict"]["id"], whole["verdict"]["id"]);
    let also = report["attempts"][0]["verdict"]["also"].as_array().unwrap();
    assert!(also.contains(&"malformed-capture".into()), "{also:?}");
    let page = run(&[path.to_str().unwrap()]);
    assert!(text(&page.stdout).contains("frame numbers after that are uncertain"));
}
