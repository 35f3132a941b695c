//! The first screen of every sample, as a person sees it: the fix is near the top, and a failure is never hidden.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::time::Duration;

use crate::support::{root, rows, run};
use serde_json::Value;
use tlswalk::Options;
use tlswalk::profile::Profile;
use unicode_width::UnicodeWidthStr as _;

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What the program prints of a sample in so many columns.
fn screen(options: &[String], file: &str, columns: usize) -> String {
    let mut command = crate::support::program();
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

/// What is copied as it is: commands and filters, in any place of a report.
fn to_copy(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("commands", Value::Array(lines)) => {
                        found.extend(lines.iter().filter_map(|it| Some(it.as_str()?.trim().to_owned())));
                    }
                    ("display_filter" | "sha256" | "serial" | "file", Value::String(text)) => found.push(text.clone()),
                    (_, value) => to_copy(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|it| to_copy(it, found)),
        _ => {}
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_but_one_to_copy() {
    let mut wide = Vec::new();
    for row in rows() {
        let file = format!("samples/{}", row.file);
        let mut command = crate::support::program();
        command
            .current_dir(root())
            .args(&row.options)
            .args(["-f", "json", &file]);
        let report: Value = serde_json::from_str(&run(&mut command, TIME_LIMIT).stdout).unwrap();
        let mut copies = Vec::new();
        to_copy(&report, &mut copies);
        let verbose = [&row.options[..], &["-v".to_owned()]].concat();
        for (options, columns) in [
            (&row.options, 32),
            (&row.options, 60),
            (&row.options, 100),
            (&verbose, 60),
        ] {
            for line in screen(options, &file, columns)
                .lines()
                .filter(|line| line.width() > columns)
            {
                // Of a command that suggests itself, its options and files follow.
                let is_copy = |text: &String| line.trim_end_matches(':').ends_with(text.as_str()) && !text.is_empty();
                if !line.contains("tlswalk ") && !copies.iter().any(is_copy) {
                    wide.push(format!("{}, {columns} columns: {line}", row.file));
                }
            }
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

#[test]
fn hashes_and_serial_numbers_are_whole_in_any_width() {
    let file = "samples/client-certificate-self-signed-expired.pcap";
    let (_, json) = outcome(&["-f", "json", file]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let certificates = &report["connections"][0]["certificates"];
    for columns in [32, 60, 100] {
        let text = screen(&["-v".to_owned()], file, columns);
        for certificate in ["server", "client"]
            .iter()
            .flat_map(|side| certificates[side].as_array().unwrap())
        {
            for key in ["sha256", "serial"] {
                let number = certificate[key].as_str().unwrap();
                assert!(text.contains(number), "{columns} columns: {number}");
            }
        }
    }
}

/// A browser refuses the certificate of a device's own page: no licensing, but a failure.
const OTHERS: &str = "samples/no-licensing-traffic-web-ui.pcap";

fn outcome(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = crate::support::program();
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
fn an_event_is_told_once_and_a_fault_that_was_cured_is_said_to_be() {
    let (_, told) = outcome(&["samples/interception-zscaler-issuer.pcap"]);
    assert!(!told.contains("Also:"), "{told}");
    let (_, told) = outcome(&["-v", "samples/interception-zscaler-issuer.pcap"]);
    assert!(told.contains("Also:"), "{told}");
    let (_, told) = outcome(&["samples/malformed-capture.pcap"]);
    assert_eq!(told.matches("at byte 836").count(), 1, "{told}");
    assert_eq!(told.matches("frame 8  ").count(), 1, "{told}");
    // The proxy's refusal is not the answer that was expected of it.
    let (_, told) = outcome(&["samples/proxy-authentication-required.pcap"]);
    assert!(told.contains("Expected next: the proxy's answer"), "{told}");
    let (_, told) = outcome(&["triage", "samples/retry-cured.pcap"]);
    assert!(told.contains("works since 09:46:08 UTC"), "{told}");
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
    let (_, told) = outcome(&["--lang", "ja", "samples/tcp-refused.pcap"]);
    assert!(told.contains("tlswalk explain --lang ja tcp-refused\n"), "{told}");
}

/// README.md and what it leads to.
fn documents() -> Vec<(String, String)> {
    let folder = std::fs::read_dir(root().join("docs")).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "md"));
    paths.push(root().join("README.md"));
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// True if lines are those that are shown, where a line of `…` stands for any lines and `…` in a line for any words.
fn fits(shown: &[&str], printed: &[&str]) -> bool {
    match shown {
        [] => printed.is_empty(),
        ["…", rest @ ..] => (0..=printed.len()).any(|from| fits(rest, &printed[from..])),
        [line, rest @ ..] => printed
            .split_first()
            .is_some_and(|(first, others)| fits_line(line, first) && fits(rest, others)),
    }
}

fn fits_line(shown: &str, printed: &str) -> bool {
    let Some((before, behind)) = shown.split_once('…') else {
        return shown == printed;
    };
    let Some(rest) = printed.strip_prefix(before) else {
        return shown == printed;
    };
    rest.char_indices()
        .map(|(at, _)| &rest[at..])
        .chain([""])
        .any(|rest| fits_line(behind, rest))
}

#[test]
fn every_screen_in_the_documentation_is_what_the_program_prints() {
    let mut wrong = Vec::new();
    let mut screens = 0;
    for (name, text) in documents() {
        for block in text.split("```text\n").skip(1) {
            let shown: Vec<&str> = block.split("```").next().unwrap().lines().collect();
            let Some(command) = shown[0].strip_prefix("$ tlswalk ") else {
                wrong.push(format!("{name}: a screen without its command: {}", shown[0]));
                continue;
            };
            let mut program = crate::support::program();
            program
                .current_dir(root())
                .env("COLUMNS", "100")
                .args(command.split(' '));
            let printed = run(&mut program, TIME_LIMIT).stdout;
            let printed: Vec<&str> = printed.lines().collect();
            if !fits(&shown[1..], &printed) {
                wrong.push(format!("{name}: {command} prints\n{}", printed.join("\n")));
            }
            screens += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(screens > 4, "{screens} screens");
}

#[test]
fn the_figures_in_the_readme_are_those_that_were_counted() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let counted = std::fs::read_to_string(root().join("src/report/explain/earned.tsv")).unwrap();
    let thousands = |number: u32| match (number / 1000, number % 1000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    };
    for word in ["certain", "likely", "possible"] {
        let rows = counted.lines().filter(|line| !line.starts_with('#'));
        let rows = rows.map(|line| line.split('\t').collect::<Vec<_>>());
        let (mut all, mut right) = (0, 0);
        for row in rows.filter(|row| row[2] == word) {
            all += row[3].parse::<u32>().unwrap();
            right += row[4].parse::<u32>().unwrap();
        }
        let told = format!("`{word}` | {} of {} right |", thousands(right), thousands(all));
        assert!(readme.contains(&told), "{told}");
    }
}

#[test]
fn what_an_audit_counted_is_what_the_readme_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let counted = std::fs::read_to_string(root().join("docs/audits.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = counted
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    let row = |name: &str| rows.iter().find(|row| row[0] == name).unwrap()[1..].to_vec();
    let [captures, verdicts, wrong, ..] = row("public-captures")[..] else {
        panic!()
    };
    assert!(readme.contains(&format!(
        "| {captures} public captures: {verdicts} `certain` verdicts, read by hand against the frames | {wrong} wrong or misleading."
    )));
    let [cases, judged, wrong, ..] = row("field-faults")[..] else {
        panic!()
    };
    assert_eq!(
        (cases, wrong),
        (judged, "0"),
        "the sentence in README.md says that all are right"
    );
    assert!(readme.contains(&format!("| {cases} faults from the field")));
    assert!(readme.contains(&format!("| {judged} right, no false statement.")));
}

/// An EAP packet of EAP-TLS that holds a fatal alert, behind its flags.
const ALERT_IN_EAP: [u8; 13] = [1, 3, 0, 13, 13, 0, 21, 3, 3, 0, 2, 2, 48];

/// 802.1X: addresses, EtherType, version, type, length.
fn in_eapol() -> Vec<u8> {
    [&[2; 12][..], &[0x88, 0x8e, 2, 0, 0, 13], &ALERT_IN_EAP].concat()
}

/// RADIUS over UDP and IPv4: a Challenge from port 1812, with the packet in its only attribute.
fn in_radius() -> Vec<u8> {
    let message = [&[11, 1, 0, 35][..], &[0; 16], &[79, 15], &ALERT_IN_EAP].concat();
    let udp = [&[7, 20, 0x80, 0, 0, 43, 0, 0][..], &message].concat();
    let ip = [69, 0, 0, 63, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    [&[2; 12][..], &[8, 0], &ip, &udp].concat()
}

#[test]
fn handshakes_inside_eap_are_said_not_to_be_read() {
    let report = |frames: &[Vec<u8>], profile: Profile| {
        let mut pcap = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0".to_vec();
        for (second, frame) in (1..).zip(frames) {
            let len = u32::try_from(frame.len()).unwrap();
            for word in [second, 0, len, len] {
                pcap.extend(u32::to_le_bytes(word));
            }
            pcap.extend(frame);
        }
        tlswalk::analyze(&pcap[..], "eap", &Options::new(profile)).unwrap()
    };
    for profile in ["cisco-smart-licensing", "default"] {
        let profile = || Profile::built_in(profile).unwrap();
        let told = report(&[in_eapol(), in_radius()], profile());
        assert_eq!(told.capture.skipped["eap-tls"], 2, "{:?}", told.capture.skipped);
        let noticed = told.capture.anomalies.iter().find(|it| it.id == "eap-tls").unwrap();
        assert!(
            noticed.detail.contains("2 frames") && noticed.detail.contains("eap && tls"),
            "{noticed:?}"
        );
        let unknown = &told.verdict.cannot_tell;
        assert!(unknown.iter().any(|it| it.contains("inside EAP")), "{unknown:?}");
        // Without the handshake nothing is said.
        let identity = [&in_eapol()[..22], &[1], b"somebody"].concat();
        let told = report(&[identity], profile());
        assert!(
            !told.capture.skipped.contains_key("eap-tls"),
            "{:?}",
            told.capture.skipped
        );
    }
    // A capture of EAP alone needs no new capture with the default profile.
    let told = report(&[in_radius()], Profile::built_in("default").unwrap());
    assert!(told.verdict.remedy.is_empty(), "{:#?}", told.verdict.remedy);
}
