//! What an output is written to, what it never replaces, and what a signal leaves behind.
#![cfg(unix)]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::generator;
use crate::support::{root, skip};

/// For what must come: nothing is hurried.
const LIMIT: Duration = Duration::from_secs(120);
const FAILING: &str = "samples/client-certificate-self-signed-expired.pcap";
const GOOD: &str = "samples/healthy-cslu.pcap";

fn tlswalk(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = crate::support::program();
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

/// One line on standard error that holds all of `words`, and exit code 2.
fn refused(output: &Output, words: &[&str], what: &dyn std::fmt::Debug) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{what:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{what:?}: {error}");
    for word in words {
        assert!(error.contains(word), "{what:?}: {word} is not in {error}");
    }
}

/// Everything in a folder, by name.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            all.insert(path, bytes);
        }
    }
    all
}

/// A folder with whatever may be read.
fn inputs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    fs::create_dir(base.join("in")).unwrap();
    for (from, to) in [
        (FAILING, "ev.pcap"),
        (GOOD, "b.pcap"),
        (GOOD, "in/x.pcap"),
        (GOOD, "in/.hidden.pcap"),
        ("samples/device-alone.log", "l"),
        ("samples/roots/lab-root.pem", "ca.pem"),
        ("profiles/default.toml", "own.toml"),
    ] {
        fs::copy(root().join(from), base.join(to)).unwrap_or_else(|error| panic!("{from}: {error}"));
    }
    fs::write(base.join("k"), [7; 32]).unwrap();
    fs::write(base.join("expected"), "healthy *\n").unwrap();
    fs::hard_link(base.join("ev.pcap"), base.join("hard.pcap")).unwrap();
    symlink("ev.pcap", base.join("soft.pcap")).unwrap();
    symlink("../ev.pcap", base.join("in/link.pcap")).unwrap();
    for arguments in [
        &["-f", "json", "-o", "report.json", "ev.pcap"][..],
        &["triage", "--state", "seen", "ev.pcap"],
    ] {
        let output = tlswalk(base, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }
    folder
}

#[test]
fn an_output_never_replaces_what_is_read() {
    let folder = inputs();
    let base = folder.path();
    let before = contents(base);
    // Arguments, and the two names that the message has.
    let cases: &[(&[&str], [&str; 2])] = &[
        (&["-o", "ev.pcap", "ev.pcap"], ["-o ev.pcap", "capture ev.pcap"]),
        (&["-o", "./ev.pcap", "ev.pcap"], ["-o ./ev.pcap", "capture ev.pcap"]),
        (&["-o", "in/../ev.pcap", "ev.pcap"], ["-o in/..", "capture ev.pcap"]),
        (&["-o", "hard.pcap", "ev.pcap"], ["-o hard.pcap", "capture ev.pcap"]),
        (&["-o", "soft.pcap", "ev.pcap"], ["-o soft.pcap", "capture ev.pcap"]),
        (&["-o", "ev.pcap", "soft.pcap"], ["-o ev.pcap", "capture soft.pcap"]),
        (
            &["-f", "html", "-o", "ev.pcap", "ev.pcap"],
            ["-o ev.pcap", "capture ev.pcap"],
        ),
        (
            &["-f", "csv", "-o", "b.pcap", "ev.pcap", "b.pcap"],
            ["-o b.pcap", "capture b.pcap"],
        ),
        (
            &["--merge", "-o", "b.pcap", "ev.pcap", "b.pcap"],
            ["-o b.pcap", "capture b.pcap"],
        ),
        (&["--log", "l", "-o", "l"], ["-o l", "--log l"]),
        (&["--log", "l", "-o", "l", "ev.pcap"], ["-o l", "--log l"]),
        (
            &["--ca", "ca.pem", "-o", "ca.pem", "ev.pcap"],
            ["-o ca.pem", "--ca ca.pem"],
        ),
        (
            &["--profile", "own.toml", "-o", "own.toml", "ev.pcap"],
            ["-o own.toml", "--profile own.toml"],
        ),
        (
            &["--expect-file", "expected", "-o", "expected", "ev.pcap"],
            ["-o expected", "--expect-file expected"],
        ),
        (
            &["--redact", "--redact-key", "k", "-o", "k", "ev.pcap"],
            ["-o k", "--redact-key k"],
        ),
        (
            &[
                "slice",
                "--redact",
                "--redact-key",
                "k",
                "--force",
                "-o",
                "k",
                "ev.pcap",
            ],
            ["-o k", "--redact-key k"],
        ),
        (
            &["slice", "--force", "-o", "ev.pcap", "ev.pcap"],
            ["-o ev.pcap", "capture ev.pcap"],
        ),
        (
            &["slice", "--force", "-o", "hard.pcap", "ev.pcap"],
            ["-o hard.pcap", "capture ev.pcap"],
        ),
        (
            &["verify", "-o", "report.json", "report.json", "ev.pcap"],
            ["-o report.json", "the report report.json"],
        ),
        (
            &["verify", "-o", "ev.pcap", "report.json", "ev.pcap"],
            ["-o ev.pcap", "capture ev.pcap"],
        ),
        (
            &["diff", "-o", "b.pcap", "ev.pcap", "b.pcap"],
            ["-o b.pcap", "capture b.pcap"],
        ),
        (
            &["triage", "-o", "ev.pcap", "ev.pcap"],
            ["-o ev.pcap", "capture ev.pcap"],
        ),
        (
            &["triage", "-o", "in/x.pcap", "in"],
            ["-o in/x.pcap", "in/x.pcap in a folder"],
        ),
        (
            &["triage", "-f", "csv", "-o", "in/.hidden.pcap", "in"],
            ["-o in/.hidden.pcap", "capture in/.hidden.pcap"],
        ),
        (
            &["triage", "-o", "ev.pcap", "in"],
            ["-o ev.pcap", "capture in/link.pcap"],
        ),
        (
            &["triage", "--state", "ev.pcap", "ev.pcap"],
            ["--state ev.pcap", "capture ev.pcap"],
        ),
        (
            &["triage", "--state", "seen", "-o", "seen", "in"],
            ["-o seen", "--state seen"],
        ),
        (
            &["triage", "--state", "l", "--log", "l", "in"],
            ["--state l", "--log l"],
        ),
    ];
    for (arguments, names) in cases {
        let output = tlswalk(base, arguments).output().unwrap();
        refused(&output, names, arguments);
    }
    // Standard input and output may be files, too.
    let output = tlswalk(base, &["-o", "ev.pcap", "-"])
        .stdin(File::open(base.join("ev.pcap")).unwrap())
        .output()
        .unwrap();
    refused(&output, &["-o ev.pcap", "standard input"], &"standard input");
    for arguments in [
        &["ev.pcap"][..],
        &["triage", "in"],
        &["verify", "report.json", "ev.pcap"],
        &["diff", "ev.pcap", "b.pcap"],
        &["slice", "-o", "-", "ev.pcap"],
        &["-f", "html", "-o", "-", "ev.pcap"],
    ] {
        let to = OpenOptions::new().append(true).open(base.join("ev.pcap")).unwrap();
        let output = tlswalk(base, arguments).stdout(to).output().unwrap();
        refused(&output, &["standard output", ".pcap"], &arguments);
    }
    assert!(contents(base) == before, "something has changed");
    // Into the folder that is scanned, and over what was written there before, rows may go.
    for _ in 0..2 {
        let arguments = ["triage", "-f", "ndjson", "-o", "in/rows.pcap.ndjson", "in"];
        let output = tlswalk(base, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }
    assert!(
        fs::read_to_string(base.join("in/rows.pcap.ndjson"))
            .unwrap()
            .lines()
            .count()
            >= 2
    );
}

/// A call for each command that writes to `-o`, and its exit code.
const WRITERS: &[(&[&str], i32)] = &[
    (&["-f", "json", "ev.pcap"], 1),
    (&["-f", "html", "ev.pcap"], 1),
    (&["slice", "ev.pcap"], 0),
    (&["verify", "report.json", "ev.pcap"], 0),
    (&["diff", "ev.pcap", "soft.pcap"], 0),
    (&["triage", "-f", "csv", "ev.pcap"], 1),
];

#[test]
fn devices_and_pipes_are_written_to_and_links_followed() {
    let folder = inputs();
    let base = folder.path();
    let run = |arguments: &[&str], output: &str| {
        let arguments = [arguments, &["-o", output]].concat();
        tlswalk(base, &arguments).output().unwrap()
    };
    // Not the machine's own: it would be replaced where this fails.
    let made = Command::new("mknod")
        .arg(base.join("null"))
        .args(["c", "1", "3"])
        .output();
    let has_device = made.is_ok_and(|it| it.status.success());
    let has_pipe = Command::new("mkfifo").arg(base.join("pipe")).status();
    assert!(has_pipe.is_ok_and(|it| it.success()));
    for (at, (arguments, code)) in WRITERS.iter().enumerate() {
        let plain = format!("plain{at}");
        let output = run(arguments, &plain);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?} {output:?}");
        let plain = fs::read(base.join(plain)).unwrap();
        assert!(output.stdout.is_empty() && !plain.is_empty(), "{arguments:?}");
        // A pipe.
        let pipe = base.join("pipe");
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        let output = run(arguments, "pipe");
        assert_eq!(output.status.code(), Some(*code), "{arguments:?} {output:?}");
        assert!(
            fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(),
            "{arguments:?}"
        );
        assert!(reader.join().unwrap() == plain, "{arguments:?}");
        // A device.
        if has_device {
            let output = run(arguments, "null");
            let metadata = fs::symlink_metadata(base.join("null")).unwrap();
            assert!(metadata.file_type().is_char_device(), "{arguments:?}");
            // Where devices do not work, it cannot be opened.
            assert!(matches!(output.status.code(), Some(it) if it == *code || it == 2));
        }
        // A link to nothing yet, in another folder.
        let (link, behind) = (format!("link{at}"), base.join(format!("behind{at}")));
        symlink(format!("in/../behind{at}"), base.join(&link)).unwrap();
        let output = run(arguments, &link);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?} {output:?}");
        assert!(
            fs::symlink_metadata(base.join(&link)).unwrap().is_symlink(),
            "{arguments:?}"
        );
        assert!(fs::read(&behind).unwrap() == plain, "{arguments:?}");
        // What standard output has been written to already stays.
        for standard_output in ["/dev/fd/1", "-"] {
            let log = base.join(format!("log{at}"));
            fs::write(&log, "before\n").unwrap();
            let output = tlswalk(base, &[*arguments, &["-o", standard_output]].concat())
                .stdout(OpenOptions::new().append(true).open(&log).unwrap())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(*code), "{arguments:?} {output:?}");
            assert!(
                fs::read(&log).unwrap() == [b"before\n", &plain[..]].concat(),
                "{arguments:?} {standard_output}"
            );
        }
        assert!(!base.join("-").exists(), "{arguments:?}");
    }
    // A file of that name, and a terminal, which frames might drive.
    assert_eq!(run(&["ev.pcap"], "./-").status.code(), Some(1));
    assert!(base.join("-").is_file());
    let call = format!("{} slice -o - ev.pcap", env!("CARGO_BIN_EXE_tlswalk"));
    let terminal = Command::new("script")
        .args(["-qec", &call, "/dev/null"])
        .current_dir(base)
        .output();
    let terminal = terminal.unwrap();
    assert_eq!(terminal.status.code(), Some(2), "{terminal:?}");
    assert!(
        String::from_utf8_lossy(&terminal.stdout).contains("is a terminal"),
        "{terminal:?}"
    );
    symlink("round", base.join("round")).unwrap();
    refused(&run(&["ev.pcap"], "round"), &["-o round"], &"a link to itself");
}

#[test]
fn what_cannot_be_written_is_one_sentence_and_exit_2() {
    let folder = inputs();
    let base = folder.path();
    let others: &[(&[&str], i32)] = &[
        (&["explain"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
        (&["--help"], 0),
        (&["--version"], 0),
    ];
    if !Path::new("/dev/full").exists() {
        return skip("a full device", "there is no /dev/full");
    }
    let full = "no space left on the device";
    for (arguments, _) in WRITERS.iter().chain(others).filter(|(it, _)| it[0] != "slice") {
        let to = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = tlswalk(base, arguments).stdout(to).output().unwrap();
        refused(&output, &["standard output", full], arguments);
    }
    // Where this fails, the link is replaced and not the device.
    symlink("/dev/full", base.join("full")).unwrap();
    for (arguments, _) in WRITERS {
        let output = tlswalk(base, &[*arguments, &["-o", "full"]].concat()).output().unwrap();
        refused(&output, &["-o full", full], arguments);
        // Before a long analysis: the capture is not even there.
        let missing: Vec<&str> = arguments
            .iter()
            .map(|it| if *it == "ev.pcap" { "missing.pcap" } else { it })
            .collect();
        if arguments[0] == "slice" || arguments[0].starts_with('-') {
            let output = tlswalk(base, &[&missing, &["-o", "no/x"][..]].concat())
                .output()
                .unwrap();
            refused(&output, &["-o no/x", "there is no directory no"], &missing);
        }
    }
    fs::write(base.join("kept"), "kept").unwrap();
    fs::set_permissions(base.join("kept"), fs::Permissions::from_mode(0o444)).unwrap();
    let output = tlswalk(base, &["-o", "kept", "ev.pcap"]).output().unwrap();
    refused(&output, &["-o kept", "write-protected"], &"write-protected");
    let locked = base.join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("probe"), "").is_ok() {
        eprintln!("skipped: this user (root?) may write in every folder");
    } else {
        let output = tlswalk(base, &["-o", "locked/x", "ev.pcap"]).output().unwrap();
        refused(&output, &["-o locked/x", "locked: permission denied"], &"locked");
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    let state = tlswalk(base, &["triage", "--state", "/dev/full", "ev.pcap"])
        .output()
        .unwrap();
    refused(&state, &["--state /dev/full", "no regular file"], &"a state");
}

#[cfg(target_os = "linux")]
mod signals {
    use super::*;
    use std::os::fd::AsFd;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Child;

    fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < LIMIT, "{what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn signal(name: &str, child: &Child) {
        let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Bytes that wait in a pipe.
    fn waiting(pipe: impl AsFd) -> u64 {
        rustix::io::ioctl_fionread(pipe).unwrap()
    }

    fn start(folder: &Path, arguments: &[&str]) -> Child {
        tlswalk(folder, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    #[test]
    fn ctrl_c_on_standard_input_reports_what_was_read_in_every_format() {
        let folder = inputs();
        let base = folder.path();
        let capture = fs::read(base.join("ev.pcap")).unwrap();
        let calls: Vec<Vec<&str>> = ["text", "json", "ndjson", "html", "markdown", "csv", "junit", "sarif"]
            .iter()
            .map(|format| vec!["-f", format, "-"])
            .chain([vec!["-q", "-"], vec!["slice", "--force", "-o", "cut.pcapng", "-"]])
            .collect();
        let mut open: Vec<_> = calls
            .iter()
            .map(|arguments| {
                let mut child = start(base, arguments);
                let mut input = child.stdin.take().unwrap();
                input.write_all(&capture).unwrap();
                (child, input)
            })
            .collect();
        // What was taken from the pipe was taken by one who heeds signals.
        for (child, input) in &open {
            wait_until("it is read", || waiting(input) == 0);
            signal("-INT", child);
        }
        for (arguments, (child, input)) in calls.iter().zip(open.drain(..)) {
            // The pipe is still open.
            let interrupted = child.wait_with_output().unwrap();
            drop(input);
            let stderr = String::from_utf8_lossy(&interrupted.stderr).into_owned();
            assert!(
                stderr.contains("-: reading was ended by a signal"),
                "{arguments:?}: {stderr}"
            );
            let mut child = start(base, arguments);
            child.stdin.take().unwrap().write_all(&capture).unwrap();
            let ended = child.wait_with_output().unwrap();
            assert_eq!(interrupted.status, ended.status, "{arguments:?}: {stderr}");
            let stdout = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
            if arguments[1] == "ndjson" {
                // Where the machine is slow, silence has parted it.
                let line = stdout(&interrupted);
                let last: serde_json::Value = serde_json::from_str(line.lines().last().unwrap()).unwrap();
                assert_eq!(last["verdict"]["id"], "client-certificate-rejected");
            } else {
                assert_eq!(stdout(&interrupted), stdout(&ended), "{arguments:?}");
            }
        }
        let output = tlswalk(base, &["-q", "cut.pcapng"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }

    #[test]
    fn so_does_ctrl_c_on_a_named_pipe() {
        let folder = inputs();
        let base = folder.path();
        let pipe = base.join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let child = start(base, &["-f", "json", "pipe"]);
        let mut input = OpenOptions::new().write(true).open(&pipe).unwrap();
        input.write_all(&fs::read(base.join("ev.pcap")).unwrap()).unwrap();
        wait_until("it is read", || waiting(&input) == 0);
        signal("-INT", &child);
        let output = child.wait_with_output().unwrap();
        drop(input);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["verdict"]["id"], "client-certificate-rejected");
        assert_eq!(output.status.code(), Some(1));
    }

    #[test]
    fn a_second_ctrl_c_ends_at_once() {
        let capture = generator::capture(generator::Mix::Licensing, generator::Format::Pcap, 1_000_000);
        let mut child = start(root(), &["-f", "json", "-"]);
        let mut input = child.stdin.take().unwrap();
        input.write_all(&capture).unwrap();
        wait_until("it is read", || waiting(&input) == 0);
        signal("-INT", &child);
        // The report is longer than a pipe, and nobody reads on: it waits now.
        let output = child.stdout.take().unwrap();
        wait_until("it writes", || waiting(&output) > 0);
        signal("-INT", &child);
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(2), "{status}");
        drop((input, output));
    }

    #[test]
    fn two_signals_during_the_last_step_leave_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(folder.path()).unwrap();
        let capture = generator::capture(generator::Mix::Mixed, generator::Format::Pcap, 3_000_000);
        fs::write(base.join("big.pcap"), capture).unwrap();
        let has_temporary = || {
            let names = fs::read_dir(&base).unwrap().map(|it| it.unwrap().file_name());
            names
                .into_iter()
                .any(|name| name.to_string_lossy().starts_with(".tlswalk-"))
        };
        let mut caught = 0;
        let began = Instant::now();
        while caught < 3 {
            assert!(began.elapsed() < LIMIT, "it is never stopped at that step");
            let arguments = ["slice", "--whole", "--force", "-o", "cut.pcapng", "big.pcap"];
            let mut child = start(&base, &arguments);
            while child.try_wait().unwrap().is_none() && !has_temporary() {}
            if child.try_wait().unwrap().is_none() {
                signal("-STOP", &child);
            }
            // Where it was too late, once more.
            if child.try_wait().unwrap().is_none() {
                caught += usize::from(has_temporary());
                ["-INT", "-TERM", "-CONT"].iter().for_each(|name| signal(name, &child));
            }
            child.wait().unwrap();
            assert!(!has_temporary());
        }
    }

    #[test]
    fn sigterm_during_a_slice_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(folder.path()).unwrap();
        let capture = generator::capture(generator::Mix::Licensing, generator::Format::Pcap, 3_000_000);
        fs::write(base.join("big.pcap"), capture).unwrap();
        let mut child = start(&base, &["slice", "--whole", "-o", "cut.pcapng", "big.pcap"]);
        let files = PathBuf::from(format!("/proc/{}/fd", child.id()));
        // A file of that folder is open that is not the capture: the slice is being written.
        wait_until("it cuts", || {
            assert!(child.try_wait().unwrap().is_none(), "it has ended");
            let open = fs::read_dir(&files).into_iter().flatten().flatten();
            open.filter_map(|it| fs::read_link(it.path()).ok())
                .any(|it| it.starts_with(&base) && !it.ends_with("big.pcap"))
        });
        signal("-TERM", &child);
        let status = child.wait().unwrap();
        let left: Vec<PathBuf> = contents(&base).into_keys().collect();
        assert_eq!((status.signal(), left), (Some(15), vec![base.join("big.pcap")]));
    }
}
