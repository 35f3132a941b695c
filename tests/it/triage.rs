//! Triage: many captures at once, whatever else is in their folders, and however they arrive.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

pub(crate) mod arriving;

use crate::generator;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Outcome, root, samples, skip, tlswalk};
use tlswalk::report::row::Row;

const TIME_LIMIT: Duration = Duration::from_secs(120);
const FAILING: &str = "samples/client-certificate-self-signed-expired.pcap";
const GOOD: &str = "samples/healthy-cslu.pcap";

fn triage(arguments: &[&str]) -> Outcome {
    tlswalk(&[&["triage"], arguments].concat(), TIME_LIMIT)
}

fn rows(outcome: &Outcome) -> Vec<Row> {
    outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn code(outcome: &Outcome) -> i32 {
    outcome
        .status
        .unwrap_or_else(|| panic!("{}", outcome.stderr))
        .code()
        .unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder with captures of every kind in it, and much else.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    fs::create_dir_all(base.join("site/deep")).unwrap();
    fs::create_dir_all(base.join(".git")).unwrap();
    fs::copy(root().join(FAILING), base.join("site/deep/export")).unwrap();
    fs::copy(root().join(GOOD), base.join("site/good.txt")).unwrap();
    fs::copy(root().join(GOOD), base.join(".git/hidden.pcap")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(
        fs::File::create(base.join("packed.bin")).unwrap(),
        flate2::Compression::fast(),
    );
    packed.write_all(&fs::read(root().join(FAILING)).unwrap()).unwrap();
    packed.finish().unwrap();
    fs::write(base.join("notes.txt"), "not a capture\n").unwrap();
    fs::write(base.join("a.pcap"), "<!DOCTYPE html><html>").unwrap();
    fs::write(base.join("empty"), "").unwrap();
    fs::write(base.join("cut.pcapng"), [0x0a, 0x0d, 0x0d]).unwrap();
    folder
}

#[test]
fn rows_are_those_of_single_captures_in_the_order_given() {
    let files: Vec<String> = samples().iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    let with = |first: &[&str], files: &[String]| {
        let arguments: Vec<&str> = first.iter().copied().chain(files.iter().map(String::as_str)).collect();
        tlswalk(&arguments, TIME_LIMIT).stdout
    };
    let backwards: Vec<String> = files.iter().rev().cloned().collect();
    for files in [&files, &backwards] {
        assert_eq!(with(&["triage", "-f", "csv"], files), with(&["-f", "csv"], files));
    }
    assert_eq!(
        with(&["triage", "-f", "csv", "--hash", "--lang", "ja"], &files),
        with(&["-f", "csv", "--hash", "--lang", "ja"], &files)
    );
    // A folder gives them by path, and those of its folders.
    let by_folder = triage(&["-f", "csv", "samples"]).stdout;
    let lines = |text: &str| {
        // Packets as text are captures of the folder, too.
        let is_other = |line: &&str| line.contains("/ring/") || line.contains("samples/text-");
        let lines = text.lines().skip(1).filter(|line| !is_other(line));
        lines
            .map(|line| line.replace(&format!("{}/", root().display()), ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&by_folder), lines(&with(&["-f", "csv"], &files)));
    assert!(by_folder.contains("samples/ring/ring-2.pcap") && by_folder.contains("samples/text-sniffer.txt"));
}

#[test]
fn folders_are_read_to_the_bottom_and_captures_known_by_content() {
    let folder = folder();
    let base = folder.path();
    let outcome = triage(&["-f", "ndjson", text(base)]);
    let rows = rows(&outcome);
    let told: Vec<(String, Option<String>)> = rows
        .iter()
        .map(|row| {
            (
                row.capture.replace(&format!("{}/", base.display()), ""),
                row.verdict.map(|id| id.to_string()),
            )
        })
        .collect();
    let verdict = |id: &str| Some(id.to_owned());
    assert_eq!(
        told,
        [
            ("a.pcap".to_owned(), None),
            ("cut.pcapng".to_owned(), None),
            ("empty".to_owned(), None),
            ("packed.bin".to_owned(), verdict("client-certificate-rejected")),
            ("site/deep/export".to_owned(), verdict("client-certificate-rejected")),
            ("site/good.txt".to_owned(), verdict("healthy")),
        ],
        "{}",
        outcome.stderr
    );
    let errors: Vec<&str> = rows.iter().filter_map(|row| row.error.as_deref()).collect();
    assert!(
        errors[0].contains("HTML") && errors[1].contains("after 3 bytes") && errors[2].contains("empty"),
        "{errors:?}"
    );
    assert_eq!(code(&outcome), 2, "what cannot be read wins");
    // The table says so to a person, in each language.
    for (language, others) in [
        ("en", "1 file is not a capture"),
        ("ja", "キャプチャではないファイル 1 件"),
    ] {
        let outcome = triage(&["--lang", language, text(base)]);
        assert!(outcome.stdout.contains(others), "{}", outcome.stdout);
        let verbose = triage(&["-v", "--lang", language, text(base)]).stdout;
        assert!(
            !outcome.stdout.contains("notes.txt") && verbose.contains("notes.txt"),
            "{verbose}"
        );
    }
    // Named, it is a capture that cannot be read; and so is what is hidden.
    let named = triage(&[
        "-f",
        "ndjson",
        text(&base.join("notes.txt")),
        text(&base.join(".git/hidden.pcap")),
    ]);
    let rows = self::rows(&named);
    assert!(
        rows[0].error.as_deref().unwrap().contains("plain text") && rows[1].verdict.is_some(),
        "{rows:?}"
    );
}

#[test]
fn the_exit_code_is_that_of_single_captures() {
    let code = |arguments: &[&str]| code(&triage(arguments));
    assert_eq!(code(&["--ca", "samples/roots/lab-root.pem", GOOD]), 0);
    assert_eq!(code(&[GOOD, FAILING]), 1);
    assert_eq!(code(&[FAILING, "no-such-folder"]), 2);
    assert_eq!(code(&["samples/no-licensing-traffic.pcap"]), 3);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(code(&[text(empty.path())]), 3);
    for refused in [
        &["--merge", GOOD][..],
        &["--redact", GOOD],
        &["-f", "sarif", GOOD],
        &["--watch", "samples", "-f", "html"],
        &["--watch", "samples", "-o", "x"],
        &["--watch", "no-such-folder"],
        &["--watch", "samples", GOOD],
        &["--state", "samples", GOOD],
        &["--settle", "0", "--watch", "samples"],
    ] {
        let outcome = triage(refused);
        assert_eq!((self::code(&outcome), outcome.stdout.as_str()), (2, ""), "{refused:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_a_row_with_the_reason_and_stops_nothing() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    fs::create_dir_all(base.join("down/secret")).unwrap();
    fs::copy(root().join(GOOD), base.join("z.pcap")).unwrap();
    fs::copy(root().join(GOOD), base.join("down/secret/x.pcap")).unwrap();
    symlink("nowhere", base.join("dangling.pcap")).unwrap();
    symlink("..", base.join("down/loop")).unwrap();
    symlink("z.pcap", base.join("link")).unwrap();
    fs::set_permissions(base.join("down/secret"), fs::Permissions::from_mode(0o000)).unwrap();
    let may_read_all = fs::read_dir(base.join("down/secret")).is_ok();
    let outcome = triage(&["-f", "ndjson", text(base)]);
    fs::set_permissions(base.join("down/secret"), fs::Permissions::from_mode(0o755)).unwrap();
    let rows = rows(&outcome);
    let error = |name: &str| {
        rows.iter()
            .find(|row| row.capture.ends_with(name))
            .and_then(|row| row.error.clone())
    };
    assert!(
        error("dangling.pcap")
            .unwrap()
            .contains("a link to something that is not there"),
        "{rows:?}"
    );
    assert!(
        error("down/loop").unwrap().contains("a link that leads back"),
        "{rows:?}"
    );
    if may_read_all {
        eprintln!("skipped: this user (root?) may read every folder");
    } else {
        assert_eq!(error("down/secret").as_deref(), Some("permission denied"));
    }
    let good = rows
        .iter()
        .filter(|row| row.verdict.as_deref() == Some("healthy"))
        .count();
    assert_eq!(good, 2 + usize::from(may_read_all));
    assert_eq!(code(&outcome), 2);
}

#[test]
fn a_file_that_grows_while_it_is_read_is_judged_as_it_was_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("growing.pcap");
    let whole = generator::capture(generator::Mix::Licensing, generator::Format::Pcap, 3_000_000);
    fs::write(&path, &whole).unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let noted = |row: &Row| row.note.as_deref().is_some_and(|it| it.contains("it grew from"));
    let rows = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::SeqCst) {
                file.write_all(&[0; 16]).unwrap();
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        // Whether it grows just then is up to the machine.
        let began = Instant::now();
        let rows = loop {
            let rows = rows(&triage(&["-f", "ndjson", text(folder.path())]));
            if rows.iter().all(noted) || began.elapsed() > TIME_LIMIT {
                break rows;
            }
        };
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
        rows
    });
    assert!(!rows.is_empty());
    for row in rows {
        assert!(row.verdict.is_some() && noted(&row), "{row:?}");
    }
}

#[test]
fn every_format_is_what_its_reader_takes() {
    let folder = folder();
    let path = text(folder.path());
    let expected = rows(&triage(&["-f", "ndjson", path, "samples"]));
    let array: Vec<Row> = serde_json::from_str(&triage(&["-f", "json", path, "samples"]).stdout).unwrap();
    assert_eq!(array, expected);
    let csv = triage(&["-f", "csv", path, "samples"]).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let cells: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(cells.len(), expected.len());
    for (cells, row) in cells.iter().zip(&expected) {
        assert_eq!(cells[0].trim_start_matches('\''), row.capture);
        assert_eq!(cells[4], *row.verdict.unwrap_or_default());
        assert_eq!(cells[23].is_empty(), row.error.is_none());
    }
    let junit = triage(&["-f", "junit", path, "samples"]).stdout;
    let document = roxmltree::Document::parse(&junit).unwrap();
    let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
    let captures: std::collections::BTreeSet<&str> = expected.iter().map(|row| row.capture.as_str()).collect();
    assert_eq!((count("testcase"), count("error")), (captures.len(), 3));
    assert!(count("failure") > 100 && count("skipped") > 5);
    if Command::new("xmllint").arg("--version").output().is_err() {
        skip("JUnit", "xmllint is not installed");
    } else {
        let schema = root().join("tests/data/junit.xsd");
        let mut child = Command::new("xmllint")
            .args(["--noout", "--schema", text(&schema), "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(junit.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for language in ["en", "ja"] {
        let page = triage(&["-f", "html", "--lang", language, path, "samples"]).stdout;
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..Default::default()
        };
        let document = roxmltree::Document::parse_with_options(&page, options).unwrap();
        let cells = document.descendants().filter(|node| node.has_tag_name("bdi"));
        let named: std::collections::BTreeSet<&str> = cells.filter_map(|node| node.text()).collect();
        assert!(captures.iter().all(|capture| named.contains(capture)));
        assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    }
    // Nothing at all is a document, too.
    let empty = tempfile::tempdir().unwrap();
    let empty = text(empty.path());
    assert_eq!(triage(&["-f", "json", empty]).stdout, "[]\n");
    assert_eq!(triage(&["-f", "csv", empty]).stdout.lines().count(), 1);
    assert!(triage(&["-f", "junit", empty]).stdout.contains("tests=\"0\""));
}

#[test]
fn a_file_of_output_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["text", "ndjson", "csv", "junit", "html", "json"] {
        let path = folder.path().join(format);
        let outcome = triage(&["-f", format, "-o", text(&path), FAILING, GOOD]);
        assert_eq!((code(&outcome), outcome.stdout.as_str()), (1, ""));
        let written = fs::read_to_string(&path).unwrap();
        if format != "text" && format != "html" {
            assert_eq!(written, triage(&["-f", format, FAILING, GOOD]).stdout);
        }
        assert!(written.contains("client-certificate-self-signed-expired.pcap"));
    }
    let outcome = triage(&["-f", "csv", "-o", text(&folder.path().join("no/such")), GOOD]);
    assert_eq!(code(&outcome), 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
}

/// A capture cut into files of so many frames, named as `tcpdump -C` names them.
fn into_ring(capture: &Path, frames: usize, target: &Path) {
    let bytes = fs::read(capture).unwrap();
    let (header, mut rest) = bytes.split_at(24);
    let (mut file, mut in_file, mut number) = (header.to_vec(), 0, 0);
    let keep = |file: &mut Vec<u8>, number: &mut usize| {
        let name = match *number {
            0 => target.to_owned(),
            number => PathBuf::from(format!("{}{number}", target.display())),
        };
        fs::write(name, std::mem::replace(file, header.to_vec())).unwrap();
        *number += 1;
    };
    while rest.len() >= 16 {
        let len = 16 + u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        file.extend(&rest[..len]);
        rest = &rest[len..];
        in_file += 1;
        if in_file == frames {
            keep(&mut file, &mut number);
            in_file = 0;
        }
    }
    if in_file > 0 {
        keep(&mut file, &mut number);
    }
}

#[test]
fn a_ring_without_licensing_tells_what_else_failed() {
    let folder = tempfile::tempdir().unwrap();
    let whole = root().join("samples/no-licensing-traffic-web-ui.pcap");
    into_ring(&whole, 5, &folder.path().join("up.pcap"));
    let outcome = triage(&["-f", "ndjson", text(folder.path())]);
    let rows = rows(&outcome);
    let [ring] = &rows[..] else { panic!("{rows:?}") };
    assert!(ring.capture.ends_with("up.pcap…2 (3 files)"), "{rows:?}");
    assert_eq!(ring.verdict.as_deref(), Some("server-certificate-rejected"));
}

#[test]
fn the_files_of_a_ring_are_one_capture_and_judged_as_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let whole = root().join(FAILING);
    into_ring(&whole, 5, &folder.path().join("up.pcap"));
    fs::copy(root().join(GOOD), folder.path().join("up.pcap.txt")).unwrap();
    let outcome = triage(&["-f", "ndjson", text(folder.path())]);
    let rows = rows(&outcome);
    let [ring, good] = &rows[..] else { panic!("{rows:?}") };
    assert!(
        ring.capture.ends_with("up.pcap…5 (6 files)") && good.capture.ends_with("up.pcap.txt"),
        "{rows:?}"
    );
    assert!(ring.note.as_deref().unwrap().contains("6 files of a ring"));
    let alone = self::rows(&triage(&["-f", "ndjson", FAILING]));
    assert_eq!(
        Row {
            capture: String::new(),
            note: None,
            ..ring.clone()
        },
        Row {
            capture: String::new(),
            ..alone[0].clone()
        }
    );
    assert_eq!(
        self::rows(&triage(&["-f", "ndjson", "--no-rings", text(folder.path())])).len(),
        7
    );
    // With a state, it is known again, also under another name.
    let state = folder.path().join("state");
    for _ in 0..2 {
        let outcome = triage(&["-f", "ndjson", "--state", text(&state), text(folder.path())]);
        assert_eq!(self::rows(&outcome).len(), 2);
    }
    assert_eq!(fs::read_to_string(&state).unwrap().lines().count(), 2);
    let moved = tempfile::tempdir().unwrap();
    for number in 0..6 {
        let number = if number == 0 { String::new() } else { number.to_string() };
        fs::copy(
            folder.path().join(format!("up.pcap{number}")),
            moved.path().join(format!("down.pcap{number}")),
        )
        .unwrap();
    }
    let text = triage(&["--state", text(&state), text(moved.path())]).stdout;
    assert!(text.contains("1 known from before"), "{text}");
}

/// Captures that differ from each other: samples with their clock put on.
fn many(folder: &Path, count: usize) {
    for number in 0..count {
        fs::write(folder.join(format!("{number:04}.pcap")), arriving::capture(number)).unwrap();
    }
}

#[test]
fn a_run_that_was_killed_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (captures, state) = (folder.path().join("captures"), folder.path().join("state"));
    fs::create_dir(&captures).unwrap();
    many(&captures, 600);
    let arguments = ["-f", "ndjson", "--hash", text(&captures)];
    let expected = rows(&triage(&arguments));
    let known = || fs::read_to_string(&state).unwrap_or_default().lines().count();
    for round in 0..3 {
        let mut child = crate::support::program()
            .args(["triage", "-f", "ndjson", "--state", text(&state), text(&captures)])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let (before, began) = (known(), Instant::now());
        while known() < before + 50 && child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < TIME_LIMIT, "round {round}");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // As a crash leaves it: the last line torn.
    let mut bytes = fs::read(&state).unwrap();
    bytes.truncate(bytes.len() - 100);
    fs::write(&state, bytes).unwrap();
    let known = known() - 1;
    assert!(known >= 100, "{known}");
    // Renamed and moved, they are the same captures.
    fs::create_dir(captures.join("aside")).unwrap();
    let resumed = triage(&["-f", "ndjson", "--state", text(&state), text(&captures)]);
    assert_eq!(rows(&resumed), expected);
    fs::rename(captures.join("0000.pcap"), captures.join("aside/renamed")).unwrap();
    let again = rows(&triage(&["-f", "ndjson", "--state", text(&state), text(&captures)]));
    assert_eq!(again.len(), expected.len());
    let moved = again.iter().find(|row| row.capture.ends_with("aside/renamed")).unwrap();
    assert_eq!(moved.sha256, expected[0].sha256);
    let text_of = triage(&["--state", text(&state), text(&captures)]).stdout;
    assert!(text_of.contains("600 known from before"), "{text_of}");
    // Other options, and what has changed, are judged anew.
    let other = triage(&["--all", "--state", text(&state), text(&captures)]).stdout;
    assert!(!other.contains("known from before"), "{other}");
    fs::write(captures.join("0001.pcap"), arriving::capture(7000)).unwrap();
    let changed = triage(&["--state", text(&state), text(&captures)]).stdout;
    assert!(changed.contains("599 known from before"), "{changed}");
}

#[test]
fn generated_captures_are_read_as_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, mix) in generator::Mix::ALL.into_iter().enumerate() {
        let plan = generator::Plan {
            mix,
            format: generator::Format::Pcapng,
            bytes: 400_000,
            seed: seed as u64,
        };
        let file = fs::File::create(folder.path().join(mix.name())).unwrap();
        generator::write(&plan, file).unwrap();
    }
    let mut arguments = vec!["-f".to_owned(), "csv".to_owned()];
    let mut names: Vec<&str> = generator::Mix::ALL.into_iter().map(|mix| mix.name()).collect();
    names.sort_unstable();
    arguments.extend(names.iter().map(|name| text(&folder.path().join(name)).to_owned()));
    let one_by_one = tlswalk(&arguments, TIME_LIMIT).stdout;
    assert!(one_by_one.lines().count() > 150);
    assert_eq!(triage(&["-f", "csv", text(folder.path())]).stdout, one_by_one);
}
