//! `--log`: the sample logs beside their captures and alone, and logs that are large, strange or hostile.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use crate::support::{LogRow, log_rows, root, tlswalk, without_options};
use serde_json::Value;

const TIME_LIMIT: Duration = Duration::from_secs(60);

fn arguments(row: &LogRow, more: &[&str]) -> Vec<String> {
    let mut arguments = row.options.clone();
    arguments.extend([
        "--color".into(),
        "never".into(),
        "--log".into(),
        format!("samples/{}", row.log),
    ]);
    arguments.extend(more.iter().map(|&word| word.to_owned()));
    arguments.extend(row.capture.iter().map(|capture| format!("samples/{capture}")));
    arguments
}

fn report(row: &LogRow) -> Value {
    tlswalk(&arguments(row, &["-f", "json"]), TIME_LIMIT).report()
}

fn row(log: &str) -> LogRow {
    log_rows().into_iter().find(|row| row.log == log).unwrap()
}

#[test]
fn every_log_has_a_row_and_every_row_a_log() {
    let entries = std::fs::read_dir(root().join("samples")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let files: BTreeSet<String> = names.filter(|name| name.ends_with(".log")).collect();
    let listed: BTreeSet<String> = log_rows().into_iter().map(|row| row.log).collect();
    assert!(!files.is_empty() && files == listed, "{files:?} {listed:?}");
}

#[test]
fn every_log_gives_the_verdict_of_its_row_and_the_report_of_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots");
    settings.bind(|| {
        for row in log_rows() {
            let name = row.log.replace('.', "-");
            let json = tlswalk(&arguments(&row, &["-f", "json"]), TIME_LIMIT);
            assert_eq!(json.report()["verdict"]["id"], row.verdict.as_str(), "{}", row.log);
            let version = concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"");
            let text = without_options(&json.stdout).replace(version, "\"version\": \"…\"");
            insta::assert_snapshot!(format!("{name}-json"), text);
            insta::assert_snapshot!(
                format!("{name}-text"),
                tlswalk(&arguments(&row, &[]), TIME_LIMIT).stdout
            );
        }
    });
}

#[test]
fn the_exit_code_is_what_the_device_says_where_no_capture_says_better() {
    let code = |log: &str| {
        let outcome = tlswalk(&arguments(&row(log), &["-q"]), TIME_LIMIT);
        outcome.status.unwrap().code()
    };
    assert_eq!(code("device-alone.log"), Some(1));
    assert_eq!(code("device-success.log"), Some(0));
    assert_eq!(code("device-nothing.log"), Some(3));
    let missing = tlswalk(&["--log", "samples/no-such.log"], TIME_LIMIT);
    assert_eq!(missing.status.unwrap().code(), Some(2));
    assert!(
        missing.stderr.contains("--log samples/no-such.log: no such file"),
        "{}",
        missing.stderr
    );
}

#[test]
fn a_zone_is_no_clock_error_and_a_clock_error_is_found() {
    let agrees = report(&row("device-agrees.log"));
    let offsets = agrees["device_logs"][0]["offsets"].as_array().unwrap();
    let of = |form: &str| offsets.iter().find(|offset| offset["form"] == form).unwrap();
    assert_eq!(of("license-history")["ahead"], 3600.0);
    assert_eq!(of("license-history")["clock_error"], 0.0);
    assert_eq!(of("license-history-epoch")["ahead"], 0.0);
    let off = report(&row("device-clock-off.log"));
    let error = off["device_logs"][0]["offsets"][0]["clock_error"].as_f64().unwrap();
    assert!((error - 13_270.0).abs() < 15.0, "{error}");
}

#[test]
fn a_log_of_another_day_stands_with_no_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.log");
    std::fs::write(&path, "Mar  3 04:05:06.000: %SMART_LIC-3-COMM_FAILED: x : y\n").unwrap();
    let mut row = row("device-contradicts.log");
    let plain = tlswalk(&arguments(&row, &["-f", "json"]), TIME_LIMIT).report();
    row.options.extend(["--log".into(), path.display().to_string()]);
    row.log = "device-nothing.log".into();
    let report = report(&row);
    assert!(report["attempts"][0]["device_events"].is_null());
    assert_eq!(
        report["attempts"][0]["verdict"]["confidence"],
        plain["attempts"][0]["verdict"]["confidence"]
    );
}

/// What is said of a healthy exchange at 09:43:00 with this log: verdict, confidence, summary; and the exit code.
fn beside_a_healthy_exchange(lines: &str) -> (String, String, String, i32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.log");
    std::fs::write(&path, lines).unwrap();
    let path = path.display().to_string();
    let arguments = [
        "-f",
        "json",
        "--ca",
        "samples/roots/lab-root.pem",
        "--log",
        &path,
        "samples/healthy-tls12.pcap",
    ];
    let outcome = tlswalk(&arguments, TIME_LIMIT);
    let verdict = &outcome.report()["attempts"][0]["verdict"];
    let text = |field: &str| verdict[field].as_str().unwrap().to_owned();
    (
        text("id"),
        text("confidence"),
        text("summary"),
        outcome.status.unwrap().code().unwrap(),
    )
}

#[test]
fn a_failure_that_belongs_to_no_attempt_by_its_time_is_told_unless_a_later_success_shows_that_it_is_over() {
    let failed =
        |stamp: &str| format!("{stamp}: %SMART_LIC-3-COMM_FAILED: Communications failure with CSSM : Timeout\n");
    // Nothing confirms the clock, or the line is later than what was captured, or the clock was never set and tells no distance.
    for (stamp, distance) in [
        (
            "Nov 22 2026 09:06:00.500 UTC",
            Some("by its own clock 36 minutes earlier"),
        ),
        (
            "Nov 22 2026 10:20:00.500 UTC",
            Some("by its own clock 36 minutes later"),
        ),
        ("*Mar  1 2003 00:12:04.000 UTC", None),
    ] {
        let (id, confidence, summary, code) = beside_a_healthy_exchange(&failed(stamp));
        let told = (id.as_str(), confidence.as_str(), code);
        assert_eq!(told, ("device-reports-failure", "possible", 1), "{stamp}");
        match distance {
            Some(distance) => assert!(summary.contains(distance), "{summary}"),
            None => assert!(!summary.contains("clock"), "{summary}"),
        }
    }
    // Another day is another story.
    let (id, _, _, code) = beside_a_healthy_exchange(&failed("Nov 19 2026 09:06:00.500 UTC"));
    assert_eq!((id.as_str(), code), ("healthy", 0));
    let restored = "Nov 22 2026 09:43:01.000 UTC: %SMART_LIC-5-COMM_RESTORED: Communications with CSSM restored\n";
    let (id, _, _, code) = beside_a_healthy_exchange(&(failed("Nov 22 2026 09:06:00.500 UTC") + restored));
    assert_eq!((id.as_str(), code), ("healthy", 0));
}

#[test]
fn of_two_controllers_a_log_is_that_ones_whose_attempts_it_fits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.log").display().to_string();
    let text = "Nov 22 2026 10:11:02.400: %SMART_LIC-3-COMM_FAILED: x : Communications failure\n";
    std::fs::write(&path, text).unwrap();
    let arguments = [
        "--ca",
        "samples/roots/lab-root.pem",
        "-f",
        "json",
        "--log",
        &path,
        "samples/busy-two-controllers.pcapng",
    ];
    let report = tlswalk(&arguments, TIME_LIMIT).report();
    assert_eq!(report["device_logs"][0]["device"], "192.168.10.151");
    // What both may have written is nobody's.
    std::fs::write(&path, "{\"timestamp\":\"1\"}\nREQUEST: Nov 22 10:11:02 2026 UTC\n").unwrap();
    let report = tlswalk(&arguments, TIME_LIMIT).report();
    assert!(report["device_logs"][0]["device"].is_null());
    assert!(
        report["attempts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["device_events"].is_null())
    );
}

#[test]
fn reports_on_logs_are_there_in_japanese() {
    let outcome = tlswalk(&arguments(&row("device-alone.log"), &["--lang", "ja"]), TIME_LIMIT);
    assert!(
        outcome.stdout.contains("応答が返ってきていない") || outcome.stdout.contains("拒否"),
        "{}",
        outcome.stdout
    );
}

/// So many bytes of what a log may be full of.
struct Junk {
    left: usize,
    at: usize,
    lines: bool,
}

impl Read for Junk {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        const TEXT: &[u8] = b"Aug 23 09:19:43.486: %SMART_LIC-3-COMM_FAILED: x\r\nRESPONSE: Aug 23 10:18:10 2021 X\n{\"a\":%%-3-\xff\x1b[ \n \
            Attempts: Total=1\n--More--\x08\x08\x08 2021-11-17 03:31:32.920 UTC SAEVT_X %A-3-B: Aug Aug Aug 2021 2021 2021\n";
        let len = out.len().min(self.left);
        for byte in &mut out[..len] {
            *byte = TEXT[self.at % TEXT.len()];
            if !self.lines && matches!(*byte, b'\n' | b'\r') {
                *byte = b' ';
            }
            self.at += 1;
        }
        self.left -= len;
        Ok(len)
    }
}

#[test]
fn a_log_of_64_megabytes_costs_time_and_no_memory() {
    // An unoptimised build takes a minute for all of them.
    let size = if cfg!(debug_assertions) { 8 << 20 } else { 64 << 20 };
    for lines in [true, false] {
        let junk = Junk {
            left: size,
            at: 0,
            lines,
        };
        let mut most = 0;
        let info = allocation_counter::measure(|| {
            let log = tlswalk::device::read("junk", junk);
            assert_eq!(log.bytes, size as u64);
            assert!(log.events.len() <= 10_000);
            most = log.events.len();
        });
        // Ten thousand events of at most 400 characters, and buffers of some hundred kilobytes.
        assert!(info.bytes_max < 16 << 20, "{} bytes for {most} events", info.bytes_max);
    }
}

/// The report on a fixture of `tests/device`, beside a capture or alone.
fn on_fixture(name: &str, capture: Option<&str>) -> Value {
    let mut arguments = vec![
        "-f".to_owned(),
        "json".to_owned(),
        "--log".to_owned(),
        format!("tests/device/{name}"),
    ];
    arguments.extend(capture.map(|capture| format!("samples/{capture}")));
    tlswalk(&arguments, TIME_LIMIT).report()
}

fn actions(verdict: &Value) -> Vec<String> {
    let remedies = verdict["remedy"].as_array().unwrap();
    remedies
        .iter()
        .map(|it| it["do"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn silence_is_right_where_the_devices_transport_is_off() {
    let verdict = &on_fixture("offline.txt", Some("no-licensing-traffic.pcap"))["verdict"];
    assert_eq!(verdict["id"], "no-licensing-traffic");
    let summary = verdict["summary"].as_str().unwrap();
    assert!(summary.contains("none is to be expected"), "{summary}");
    let evidence = verdict["evidence"].to_string();
    assert!(evidence.contains("due by Dec 01 10:11:12 2026 UTC"), "{evidence}");
    let actions = actions(verdict);
    assert!(actions.iter().any(|it| it.contains("report by file")), "{actions:?}");
    assert!(!actions.iter().any(|it| it.contains("capture again")), "{actions:?}");
    let commands = verdict["remedy"].to_string();
    assert!(commands.contains("license smart save usage all file bootflash:usage.txt"));
    // Without that text the same capture is to be taken again.
    let plain = tlswalk(&["-f", "json", "samples/no-licensing-traffic.pcap"], TIME_LIMIT).report();
    assert!(plain["verdict"].to_string().contains("capture again"));
}

#[test]
fn a_pair_of_which_one_has_no_trust_is_told_so_first() {
    let verdict = &on_fixture("pair.txt", None)["verdict"];
    assert_eq!(verdict["id"], "device-reports-failure");
    let actions = actions(verdict);
    assert!(actions[0].contains("at least two for a pair"), "{actions:?}");
    assert!(actions[1].contains("every member of the pair"), "{actions:?}");
    assert!(verdict.to_string().contains("9SYNTHETIC9"), "{verdict}");
}

#[test]
fn a_reload_that_is_still_to_come_and_a_reservation_are_told() {
    let actions = actions(&on_fixture("reset.txt", None)["verdict"]);
    assert!(actions[0].contains("maintenance window"), "{actions:?}");
    assert!(actions[1].contains("from the reservation to reports"), "{actions:?}");
}

#[test]
fn the_dialect_follows_the_product_that_the_text_names() {
    for (product, dialect) in [
        ("C9800-40-K9", "ios-xe-wireless"),
        ("C9300-24T", "ios-xe"),
        ("N9K-C93180YC-EX", "nx-os"),
        ("PA-220", "ios-xe-wireless"),
    ] {
        let text = format!("Aug 01 05:09:51: %SMART_LIC-3-COMM_FAILED: x on PID:{product},SN:9SYNTHETIC9 : y\n");
        let mut options = tlswalk::Options::new(tlswalk::profile::Profile::built_in("cisco-smart-licensing").unwrap());
        options.logs = vec![tlswalk::device::read("a", text.as_bytes())];
        assert_eq!(options.dialect().name(), dialect, "{product}");
        // Nothing is known of a client by a profile that knows no product; the agent's own messages are IOS XE's.
        options.profile = tlswalk::profile::Profile::built_in("default").unwrap();
        let known = if dialect == "nx-os" || product.starts_with('C') {
            dialect
        } else {
            "ios-xe"
        };
        assert_eq!(options.dialect().name(), known, "{product}");
    }
}

/// The bearings of a log's lines on the only attempt of its capture.
fn bearings(report: &Value) -> Vec<(String, String)> {
    let attempts = report["attempts"].as_array().unwrap();
    let events = attempts.iter().flat_map(|attempt| attempt["device_events"].as_array());
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events
        .flatten()
        .map(|event| (word(&event["kind"]), word(&event["bearing"])))
        .collect()
}

#[test]
fn what_a_controller_or_an_access_point_says_of_a_join_stands_beside_it() {
    for (log, kind, bearing) in [
        ("device-join-expired.log", "join-failed", "agrees"),
        ("device-join-console.log", "join-failed", "agrees"),
        ("device-join-silent.log", "join-failed", "agrees"),
        ("device-join-contradicts.log", "join-failed", "contradicts"),
        ("device-join-beside.log", "join-failed", "agrees"),
        ("device-join-success.log", "joined", "agrees"),
    ] {
        let report = report(&row(log));
        let told = bearings(&report);
        assert!(told.contains(&(kind.to_owned(), bearing.to_owned())), "{log}: {told:?}");
        let others = told.iter().filter(|(_, other)| other != bearing && other != "neutral");
        assert!(others.count() == 0 || bearing == "contradicts", "{log}: {told:?}");
    }
    // A failure ten minutes before is not about the join that the capture shows.
    let report = report(&row("device-join-success.log"));
    assert!(!bearings(&report).iter().any(|(kind, _)| kind == "join-failed"));
    // The table names two access points, and the capture holds one.
    let expired = on_join("device-join-expired.log");
    assert_eq!(expired["verdict"]["confidence"], "certain");
    let beside = on_join("device-join-beside.log");
    assert_eq!(beside["verdict"]["confidence"], "likely");
    assert_eq!(beside["verdict"]["remedy"][0]["who"], "controller");
}

fn on_join(log: &str) -> Value {
    report(&row(log))["attempts"][0].clone()
}

#[test]
fn a_log_of_licensing_says_nothing_of_access_points_and_the_reverse() {
    let told = |log: Option<&str>, capture: &str| {
        let mut all: Vec<String> = ["-f", "json"].map(str::to_owned).into();
        all.extend(log.map(|log| format!("--log=samples/{log}")));
        all.push(format!("samples/{capture}"));
        tlswalk(&all, TIME_LIMIT).report()
    };
    for (log, capture) in [
        ("device-alone.log", "capwap-join-healthy.pcap"),
        ("device-join-beside.log", "healthy-tls12.pcap"),
    ] {
        let (report, plain) = (told(Some(log), capture), told(None, capture));
        assert!(bearings(&report).is_empty(), "{log}: {:?}", bearings(&report));
        assert_eq!(
            report["attempts"][0]["verdict"], plain["attempts"][0]["verdict"],
            "{log}"
        );
    }
}

#[test]
fn a_pair_is_told_from_two_logs_of_which_one_has_no_trust() {
    let text = |serial: &str, trust: &str| format!("UDI: PID:C9800-40-K9,SN:{serial}\nTrust Code Installed: {trust}\n");
    let mut options = tlswalk::Options::new(tlswalk::profile::Profile::built_in("cisco-smart-licensing").unwrap());
    let mut told = |texts: &[String]| {
        let logs = texts.iter().map(|text| tlswalk::device::read("a", text.as_bytes()));
        options.logs = logs.collect();
        tlswalk::report::report_on_logs(&options)
            .verdict
            .remedy
            .iter()
            .map(|it| it.verify.clone())
            .collect::<String>()
    };
    let installed = text("9SYNTHETIC1", "Aug 01 05:09:50 2022 UTC");
    let lacking = text("9SYNTHETIC2", "<none>");
    assert!(told(&[installed.clone(), lacking.clone()]).contains("9SYNTHETIC2"));
    // The same chassis before and after, and one chassis alone.
    assert!(!told(&[text("9SYNTHETIC1", "<none>"), installed]).contains("9SYNTHETIC1"));
    assert!(!told(&[lacking]).contains("9SYNTHETIC2"));
}
