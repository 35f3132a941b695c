//! Formats for programs: each is what its readers take, for every sample, alone and together; and expectations.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{root, run, samples, skip, tlswalk};
use serde_json::Value;

const TIME_LIMIT: Duration = Duration::from_secs(120);
const FAILING: &str = "samples/client-certificate-self-signed-expired.pcap";
const GOOD: &str = "samples/healthy-cslu.pcap";
const EMPTY: &str = "samples/no-licensing-traffic.pcap";

/// Every sample in one document.
fn all(format: &str) -> (usize, String) {
    let files: Vec<String> = samples().iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["-f".to_owned(), format.to_owned()];
    arguments.extend(files.iter().cloned());
    let outcome = tlswalk(&arguments, TIME_LIMIT);
    assert!(outcome.is_orderly(), "{}", outcome.stderr);
    (files.len(), outcome.stdout)
}

fn exit_code(arguments: &[&str]) -> (i32, String) {
    let outcome = tlswalk(arguments, TIME_LIMIT);
    (outcome.status.unwrap().code().unwrap(), outcome.stderr)
}

#[test]
fn csv_has_a_row_for_each_attempt_and_each_capture_without_one() {
    let (count, text) = all("csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        tlswalk::report::csv::COLUMNS
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut by_capture: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        *by_capture.entry(row[0].to_owned()).or_default() += 1;
        assert!(!row[4].is_empty() && !row[5].is_empty(), "{row:?}");
    }
    assert_eq!(by_capture.len(), count);
    assert!(rows.len() > count);
    assert!(text.lines().count() > rows.len() && text.contains("\r\n"));
}

#[test]
fn junit_matches_its_schema() {
    let (count, text) = all("junit");
    let document = roxmltree::Document::parse(&text).unwrap();
    let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
    assert_eq!(suites.count(), count);
    if Command::new("xmllint").arg("--version").output().is_err() {
        return skip("JUnit", "xmllint is not installed");
    }
    let schema = root().join("tests/data/junit.xsd");
    let mut child = Command::new("xmllint")
        .args(["--noout", "--schema", schema.to_str().unwrap(), "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn sarif_has_a_result_for_each_attempt_in_the_shape_of_its_schema() {
    let (count, text) = all("sarif");
    let log: Value = serde_json::from_str(&text).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../data/sarif-used.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(log["runs"][0]["artifacts"].as_array().unwrap().len(), count);
    let unread = tlswalk(&["-f", "sarif", "no-such.pcap", GOOD], TIME_LIMIT);
    let unread: Value = serde_json::from_str(&unread.stdout).unwrap();
    assert!(validator.is_valid(&unread), "{unread:#}");
    assert!(log["runs"][0]["results"].as_array().unwrap().len() >= count);
}

/// The standard's own schema is another's text and no part of this repository: `.ci/sarif` takes it from a package and
/// runs this with it.
#[test]
fn sarif_matches_the_schema_of_the_standard() {
    let Some(path) = std::env::var_os("TLSWALK_SARIF_SCHEMA") else {
        eprintln!("SKIPPED: TLSWALK_SARIF_SCHEMA does not name sarif-schema-2.1.0.json; .ci/sarif fetches it");
        return;
    };
    // One pattern of the schema, that of languages, has a bracket too many for a strict reader.
    let text = fs::read_to_string(path).unwrap().replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert!(schema["title"].as_str().unwrap().contains("SARIF"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (_, samples) = all("sarif");
    let unread = tlswalk(&["-f", "sarif", "no-such.pcap", GOOD], TIME_LIMIT);
    for text in [samples, unread.stdout] {
        let log: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn markdown_on_every_sample_is_free_of_html() {
    use pulldown_cmark::{Event, Options, Parser};
    let (count, text) = all("markdown");
    let mut headings = 0;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        assert!(!matches!(event, Event::Html(_) | Event::InlineHtml(_)), "{event:?}");
        if let Event::Start(pulldown_cmark::Tag::Heading { level, .. }) = event {
            headings += usize::from(level == pulldown_cmark::HeadingLevel::H2);
        }
    }
    assert_eq!(headings, count);
}

#[test]
fn what_is_expected_decides_the_exit_code() {
    let (code, told) = exit_code(&["-q", "--expect", "client-certificate-rejected", FAILING]);
    assert_eq!((code, told.trim()), (0, "tlswalk: all 1 as expected"));
    let (code, told) = exit_code(&["-q", "--expect", "healthy,healthy-resumed", FAILING, GOOD]);
    assert_eq!(code, 1);
    assert!(
        told.contains("expected healthy or healthy-resumed, seen client-certificate-rejected"),
        "{told}"
    );
    assert!(told.contains("1 of 2 as expected"), "{told}");
    let (code, told) = exit_code(&["--expect", "helthy", GOOD]);
    assert_eq!(code, 2);
    assert!(told.contains("helthy is not a verdict"), "{told}");
    assert_eq!(exit_code(&["--expect", "healthy", "no-such.pcap", GOOD]).0, 2);
}

#[test]
fn a_file_of_expectations_names_captures_by_pattern_and_junit_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expected.txt");
    let name = file.to_str().unwrap();
    fs::write(
        &file,
        "# the first line that fits counts\nclient-certificate-rejected  client-*.pcap\n\
         no-licensing-traffic\tsamples/no-licensing*\nhealthy  healthy-*.pcap\ntcp-refused  *refused*.pcap\n",
    )
    .unwrap();
    let all = [
        "-q",
        "--expect-file",
        name,
        FAILING,
        GOOD,
        EMPTY,
        "samples/tcp-refused.pcap",
    ];
    let (code, told) = exit_code(&all);
    assert_eq!(code, 0, "{told}");
    let outcome = tlswalk(&[&["-f", "junit"][..], &all[1..]].concat(), TIME_LIMIT);
    assert!(outcome.stdout.contains("failures=\"0\"") && outcome.stdout.contains("verdict is healthy"));
    let (code, told) = exit_code(&["-q", "--expect-file", name, "samples/dns-no-response.pcap"]);
    assert_eq!(code, 1);
    assert!(
        told.contains("expected a line that names this capture, seen dns-no-response"),
        "{told}"
    );
    assert_eq!(exit_code(&["--expect-file", "no-such-file", GOOD]).0, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_leaves_no_half_file() {
    for format in ["text", "json", "ndjson", "html", "markdown", "csv", "junit", "sarif"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = crate::support::program()
            .args(["-f", format, FAILING])
            .current_dir(root())
            .stdout(full)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{format}: {told}");
        assert!(told.contains("no space left"), "{format}: {told}");
        let (code, told) = exit_code(&["-f", format, "-o", "/dev/full", FAILING]);
        assert!(code == 2 && told.contains("no space left"), "{format}: {told}");
    }
    // A file system of a few kilobytes: what was there stays, and nothing is left beside it.
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().to_str().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=8k", "tmpfs", mount])
        .output();
    if !mounted.is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    }
    let page = folder.path().join("page.html");
    fs::write(&page, "old").unwrap();
    let (code, told) = exit_code(&["-f", "html", "-o", page.to_str().unwrap(), FAILING]);
    let (left, text) = (
        fs::read_dir(folder.path()).unwrap().count(),
        fs::read_to_string(&page).unwrap(),
    );
    let _ = Command::new("umount").arg(mount).status();
    assert!(code == 2 && told.contains("no space left"), "{told}");
    assert_eq!((left, text.as_str()), (1, "old"));
}

#[test]
fn completions_and_the_manual_are_what_their_readers_take() {
    let bash = tlswalk(&["completions", "bash"], TIME_LIMIT);
    assert!(bash.stdout.contains("--expect-file") && bash.stdout.contains("explain"));
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("tlswalk.bash");
    fs::write(&script, &bash.stdout).unwrap();
    let words = "COMP_WORDS=(tlswalk --form) COMP_CWORD=1; _tlswalk tlswalk --form tlswalk; echo \"${COMPREPLY[@]}\"";
    let asked = run(
        Command::new("bash")
            .arg("-c")
            .arg(format!("source {}; {words}", script.display())),
        TIME_LIMIT,
    );
    assert_eq!(asked.stdout.trim(), "--format", "{}", asked.stderr);
    let offers = |words: &str, offered: &str| {
        let last = words.split(' ').count() - 1;
        let said = run(
            Command::new("bash").arg("-c").arg(format!(
                "source {}; COMP_WORDS=({words} '') COMP_CWORD={}; _tlswalk tlswalk '' {}; echo \"${{COMPREPLY[@]}}\"",
                script.display(),
                last + 1,
                words.split(' ').next_back().unwrap()
            )),
            TIME_LIMIT,
        );
        let words_offered: Vec<&str> = said.stdout.split_whitespace().collect();
        assert!(
            words_offered.contains(&offered),
            "{words}: {words_offered:?} {}",
            said.stderr
        );
    };
    offers("tlswalk explain", "tcp-refused");
    offers("tlswalk whynot", "tcp-refused");
    offers("tlswalk --expect", "healthy");
    offers("tlswalk --profile", "capwap-join");
    offers("tlswalk triage --profile", "default");
    offers("tlswalk --dialect", "ios-xe");
    offers("tlswalk --for", "firewall");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(
            tlswalk(&["completions", shell], TIME_LIMIT).stdout.len() > 500,
            "{shell}"
        );
    }
    let page = folder.path().join("tlswalk.1");
    fs::write(&page, tlswalk(&["man"], TIME_LIMIT).stdout).unwrap();
    if Command::new("man").arg("--version").output().is_err() {
        return skip("the manual page", "man is not installed");
    }
    let shown = run(
        Command::new("man")
            .args(["--warnings", "-l"])
            .arg(&page)
            .env("MANWIDTH", "100")
            .env("LC_ALL", "C.UTF-8"),
        TIME_LIMIT,
    );
    assert!(
        shown.stdout.contains("EXAMPLES") && shown.stdout.contains("--expect-file"),
        "{}",
        shown.stderr
    );
    assert_eq!(shown.stderr, "");
}

#[test]
fn the_wireshark_menu_finds_the_open_file_and_shows_its_verdict() {
    let script = root().join("packaging/wireshark/tlswalk.lua");
    if Command::new("tshark").arg("--version").output().is_err() {
        return skip("the Wireshark menu", "tshark is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("it's a $(capture).pcap");
    fs::copy(root().join("samples/tcp-refused.pcap"), &capture).unwrap();
    let packed = |program: &str, name: &str| {
        let file = folder.path().join(name);
        let input = fs::File::open(&capture).unwrap();
        let output = fs::File::create(&file).unwrap();
        let done = Command::new(program)
            .args(["-c", "-q"])
            .stdin(input)
            .stdout(output)
            .status();
        done.is_ok_and(|it| it.success()).then_some(file)
    };
    let mut calls = vec![("exec \"$@\" -r \"$0\"", capture.clone())];
    // A temporary file that has lost its name is still open.
    calls.push((
        "exec 9<\"$0\"; rm \"$0\"; exec \"$@\" -r /dev/fd/9",
        folder.path().join("gone.pcap"),
    ));
    fs::copy(&capture, folder.path().join("gone.pcap")).unwrap();
    for (program, name) in [("gzip", "a.gz"), ("zstd", "a.zst"), ("lz4", "a.lz4")] {
        match packed(program, name) {
            Some(file) => calls.push(("exec \"$@\" -r \"$0\"", file)),
            None => skip(
                "the Wireshark menu with a compressed file",
                &format!("{program} is not installed"),
            ),
        }
    }
    for (call, file) in calls {
        let mut command = Command::new("sh");
        command
            .args(["-c", call])
            .arg(&file)
            .args(["tshark", "-q", "-X", &format!("lua_script:{}", script.display())])
            .env("TLSWALK", env!("CARGO_BIN_EXE_tlswalk"));
        let outcome = run(&mut command, TIME_LIMIT);
        let told = format!("{}: {} {}", file.display(), outcome.stdout, outcome.stderr);
        assert!(outcome.stdout.contains("tlswalk explain tcp-refused"), "{told}");
        assert!(outcome.stdout.contains("filter: ip.addr == "), "{told}");
        let frames = outcome.stdout.lines().find_map(|line| line.strip_prefix("frames: "));
        let frames: Vec<u64> = frames.unwrap().split(' ').map(|it| it.parse().unwrap()).collect();
        assert!(!frames.is_empty(), "{told}");
    }
}
