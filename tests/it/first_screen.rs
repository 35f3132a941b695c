//! The first screen of every sample, as a person sees it: the fix is near the top, and a failure is never hidden.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code states its invariants"
)]

use std::process::Command;
use std::time::Duration;

use crate::support::{root, rows, run};
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What the program prints of a sample in so many columns.
fn screen(options: &[String], file: &str, columns: usize) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlswalk"));
    command.current_dir(root()).env("COLUMNS", columns.to_string());
    command.args(options).args(["--color", "never", file]);
    run(&mut command, TIME_LIMIT).stdout
}

#[test]
fn the_fix_begins_within_the_first_twelve_lines() {
    let mut late = Vec::new();
    for row in rows() {
        let text = screen(&row.options, &format!("samples/{}", row.file), 100);
        let fix = text.lines().position(|line| line.starts_with("Fix, "));
        let failed = text.lines().any(|line| line.starts_with('✗'));
        if failed && fix.is_none_or(|line| line >= 12) {
            late.push(format!("{}: {fix:?}", row.file));
        }
    }
    assert!(late.is_empty(), "{}", late.join("\n"));
}

#[test]
fn a_narrow_terminal_shows_all_but_commands_and_filters_without_breaking_them() {
    let mut wide = Vec::new();
    for row in rows().iter().step_by(5) {
        let text = screen(&row.options, &format!("samples/{}", row.file), 32);
        let is_to_copy = |line: &&str| {
            line.starts_with("       ")
                || ["tlswalk ", "  Wireshark", "samples/"]
                    .iter()
                    .any(|it| line.contains(it))
        };
        let lines = text.lines().filter(|line| !is_to_copy(line));
        wide.extend(
            lines
                .filter(|line| line.width() > 32)
                .map(|line| format!("{}: {line}", row.file)),
        );
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

/// A browser refuses the certificate of a device's own page: no licensing, and a failure all the same.
const OTHERS: &str = "samples/no-licensing-traffic-web-ui.pcap";

fn outcome(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlswalk"));
    let outcome = run(command.current_dir(root()).args(arguments), TIME_LIMIT);
    (outcome.status.and_then(|status| status.code()), outcome.stdout)
}

#[test]
fn without_licensing_what_else_failed_is_told_and_decides_the_exit_code() {
    let (code, json) = outcome(&["-f", "json", OTHERS]);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(code, Some(1));
    assert_eq!(report["verdict"]["id"], "server-certificate-rejected");
    assert_eq!(report["others"], serde_json::json!({"failed": 1, "not_failed": 0}));
    for format in ["text", "markdown", "html"] {
        let (code, told) = outcome(&["-f", format, OTHERS]);
        assert_eq!(code, Some(1), "{format}");
        assert!(told.contains("o licensing traffic in this capture"), "{format}: {told}");
    }
    let (code, _) = outcome(&["triage", OTHERS]);
    assert_eq!(code, Some(1));
    // Files that are read as one are one capture.
    let (code, told) = outcome(&["-q", "--merge", OTHERS, "samples/no-licensing-traffic.pcap"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("[server-certificate-rejected]"), "{told}");
    // Whoever says what to look for is told of that.
    for options in [["--wlc", "192.168.10.150"], ["--on-prem", "ssm.example"]] {
        let (code, told) = outcome(&[&options[..], &[OTHERS]].concat());
        assert_eq!(code, Some(3), "{told}");
        assert!(told.contains("no-licensing-traffic"), "{told}");
    }
}

#[test]
fn what_failed_instead_is_cut_out_and_its_report_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let (slice, report) = (folder.path().join("case.pcapng"), folder.path().join("report.json"));
    let (slice, report) = (slice.to_str().unwrap(), report.to_str().unwrap());
    assert_eq!(outcome(&["-f", "json", "-o", report, OTHERS]).0, Some(1));
    assert_eq!(outcome(&["verify", report, OTHERS]).0, Some(0));
    assert_eq!(outcome(&["slice", "-o", slice, OTHERS]).0, Some(0));
    let (code, told) = outcome(&["-q", slice]);
    assert_eq!(code, Some(1));
    assert!(told.contains("[server-certificate-rejected]"), "{told}");
}

#[test]
fn suggested_commands_repeat_the_options_that_were_given() {
    let root = "samples/roots/lab-root.pem";
    let (_, told) = outcome(&["--ca", root, "--lang", "en", "samples/tcp-refused.pcap"]);
    assert!(
        told.contains(&format!("tlswalk -v --ca {root} samples/tcp-refused.pcap\n")),
        "{told}"
    );
    assert!(
        told.contains(&format!(
            "tlswalk slice -o case.pcapng --ca {root} samples/tcp-refused.pcap\n"
        )),
        "{told}"
    );
}

#[test]
fn the_screen_in_the_readme_is_what_the_program_prints() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let shown = readme.split("```text\n").nth(1).unwrap().split("```\n").next().unwrap();
    let options = ["--ca", "samples/roots/lab-root.pem"].map(String::from);
    let now = screen(&options, "samples/client-certificate-self-signed-expired.pcap", 100);
    assert_eq!(shown, now);
}
