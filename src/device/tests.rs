//! Every form of text gives its events, and hostile text does no harm.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code states its invariants"
)]

use proptest::prelude::*;

use super::*;

fn fixture(name: &str) -> DeviceLog {
    let bytes = std::fs::read(format!("tests/device/{name}")).unwrap();
    read(name, &bytes[..])
}

/// Events as text: line, form, kind, stamp.
fn told(log: &DeviceLog) -> Vec<String> {
    let stamp = |event: &DeviceEvent| event.stamp.as_ref().map(ToString::to_string).unwrap_or_default();
    log.events
        .iter()
        .map(|event| {
            format!(
                "{} {} {} {}",
                event.line,
                event.form.name(),
                event.what.name(),
                stamp(event)
            )
        })
        .collect()
}

#[test]
fn syslog_of_any_header_is_read() {
    let log = fixture("syslog.txt");
    assert_eq!(
        told(&log),
        [
            "2 syslog communication-failed Mar 24 20:17:03.508",
            "3 syslog communication-failed Mar 24 20:18:04.001 CET",
            "4 syslog revocation-failed Mar 24 20:18:05.118 CET",
            "6 syslog communication-restored 2022 Mar 24 20:18:58.300",
            "7 syslog communication-failed Mar 24 13:54:11.717 UTC",
            "8 syslog communication-failed Mar 24 20:20:00",
        ]
    );
    assert!(
        log.events[2]
            .text
            .raw()
            .ends_with("Reason: Enrollment URL not configured.")
    );
    assert_eq!(log.events[5].what, What::CommunicationFailed(Reason::TimedOut));
    assert_eq!((log.forms["syslog"], log.recognised, log.mark), (8, 9, Mark::NotSet));
}

#[test]
fn the_guides_own_outputs_are_read() {
    let log = fixture("guide-syslog.txt");
    let kinds: Vec<&str> = log.events.iter().map(|event| event.what.name()).collect();
    assert_eq!(
        kinds,
        [
            "keys-renewed",
            "keys-renewed",
            "other",
            "trust-installed",
            "communication-failed",
            "communication-failed"
        ]
    );
    assert_eq!(log.host.raw(), "WLC-1");
    let log = fixture("guide-air.txt");
    assert_eq!(told(&log), ["7 clock measured 2021 Aug 27 07:38:15.237 UTC"]);
    assert!(log.setting("next-measured").unwrap().raw().starts_with("15:38:15.972"));
}

#[test]
fn the_guides_success_is_a_failure_and_its_empty_answer_is_none() {
    let log = fixture("guide-history.txt");
    assert_eq!(
        told(&log),
        [
            "1 license-history request 2021 Aug 23 10:18:08 Central",
            "1 license-history-epoch request 2021 Aug 23 10:18:08.600",
            "4 license-history answer-refused 2021 Aug 23 10:18:10 Central",
            "4 license-history-epoch answer-refused 2021 Aug 23 10:18:10.172",
            "7 license-history request 2021 Jun 29 11:12:39 CET",
            "11 license-history no-answer 2021 Jun 29 11:12:40 CET",
        ]
    );
    assert!(log.events[2].text.raw().contains("Invalid ProductInstanceIdentifier"));
}

#[test]
fn a_history_wrapped_by_a_terminal_is_put_together_around_what_was_logged_meanwhile() {
    let log = fixture("history.txt");
    assert_eq!(
        told(&log),
        [
            "4 license-history request 2024 May 02 08:00:00 JST",
            "4 license-history-epoch request 2024 May 01 23:00:00.123",
            "8 syslog other May 02 08:00:01.004",
            "9 license-history answer-good 2024 May 02 08:00:02 JST",
            "9 license-history-epoch answer-good 2024 May 01 23:00:02",
            "14 license-history request 2024 May 02 08:05:00 JST",
            "16 license-history no-answer 2024 May 02 08:05:01 JST",
        ]
    );
}

#[test]
fn statistics_say_where_each_type_of_message_fails() {
    let log = fixture("tech-support.txt");
    let standing: Vec<_> = log
        .statistics
        .iter()
        .map(|row| (row.message.raw(), row.standing()))
        .collect();
    assert_eq!(
        standing,
        [
            ("Trust Establishment", Standing::NoReply),
            ("Trust Acknowledgement", Standing::Untried),
            ("Usage Reporting", Standing::Refused),
            ("Trust Sync", Standing::Works),
        ]
    );
    assert!(log.statistics[2].reason.raw().contains("not valid"));
    for (name, value) in [
        ("transport", "Smart"),
        ("url", "https://smartreceiver.cisco.com/licservice/license"),
        ("proxy-address", "10.20.30.40"),
        ("proxy-port", "8080"),
        ("vrf", "Mgmt-vrf"),
        ("trust-code", "INSTALLED on Aug 01 05:09:50 2022 UTC"),
        ("trust", "INSTALLED (2)"),
        ("clock-synchronised", "True"),
    ] {
        assert_eq!(log.setting(name).unwrap().raw(), value, "{name}");
    }
    assert_eq!(log.host.raw(), "wlc-3");
}

#[test]
fn event_log_trace_and_terminal_log_are_read() {
    assert_eq!(
        told(&fixture("eventlog.txt")),
        [
            "4 license-eventlog measured 2021 Nov 17 03:31:32.920 UTC",
            "6 license-eventlog measured 2021 Nov 17 11:31:32.920 UTC",
            "7 license-eventlog communication-failed 2021 Nov 17 11:31:33.400 UTC",
        ]
    );
    let trace = fixture("trace.txt");
    assert_eq!(
        told(&trace),
        [
            "6 process-trace other 2025 Jun 09 18:37:29.127",
            "8 process-trace communication-failed 2025 Jun 09 18:37:31",
        ]
    );
    assert_eq!(trace.host.raw(), "wlc-4");
    let log = fixture("show-tech.txt");
    assert_eq!(told(&log), ["29 syslog communication-failed Nov 18 10:40:00.001"]);
    assert_eq!(log.mark, Mark::NotSet);
    for (name, value) in [
        ("transport", "cslu"),
        ("cslu", "https://ssm.corp.example/cslu/v1/pi/WLC-1"),
        ("source-interface", "Vlan39"),
        ("client-trustpoint", "CISCO_IDEVID_SUDI"),
        ("clock", "*10:45:23.029 JST Thu Nov 18 2021"),
    ] {
        assert_eq!(log.setting(name).unwrap().raw(), value, "{name}");
    }
}

#[test]
fn a_compressed_text_is_read_as_captures_are() {
    let plain = std::fs::read("tests/device/syslog.txt").unwrap();
    let log = read("syslog.txt.zst", &zstd::encode_all(&plain[..], 1).unwrap()[..]);
    assert_eq!(
        (log.compression, told(&log)),
        (Some("zstd"), told(&fixture("syslog.txt")))
    );
}

#[test]
fn a_log_that_breaks_off_keeps_what_was_read() {
    let whole = std::fs::read("tests/device/guide-history.txt").unwrap();
    let log = read("cut", &whole[..whole.len() / 2]);
    assert!(log.events.len() >= 2);
    let packed = zstd::encode_all(&whole[..], 1).unwrap();
    assert!(read("cut", &packed[..packed.len() - 9]).failure.is_some());
}

#[test]
fn of_more_events_than_are_kept_the_latest_stay() {
    let line = "Aug 23 09:19:43: %SMART_LIC-3-COMM_FAILED: x\n";
    let log = read("many", line.repeat(MAX_EVENTS + 7).as_bytes());
    assert_eq!((log.events.len(), log.events_dropped), (MAX_EVENTS, 7));
    assert_eq!(log.events.back().unwrap().line, MAX_EVENTS as u64 + 7);
}

/// Everything there is, as one text.
fn all() -> Vec<u8> {
    let mut names: Vec<_> = std::fs::read_dir("tests/device")
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    names.sort();
    names.iter().flat_map(|path| std::fs::read(path).unwrap()).collect()
}

/// Gives its bytes a few at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(self.0.len()).min(out.len());
        let (now, later) = self.0.split_at(len);
        out[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}

#[test]
fn where_a_read_ends_does_not_matter() {
    let bytes = all();
    let whole = read("all", &bytes[..]);
    for step in [1, 7, 63, 4096] {
        let parts = read("all", Drip(&bytes, step));
        assert_eq!(
            (&parts.events, &parts.settings),
            (&whole.events, &whole.settings),
            "{step}"
        );
        assert_eq!(parts.recognised, whole.recognised);
    }
}

proptest! {
    #[test]
    fn any_byte_may_be_wrong(seed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        let mut bytes = all();
        for (at, byte) in seed {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let log = read("damaged", &bytes[..]);
        prop_assert!(log.recognised <= log.lines);
    }

    #[test]
    fn any_bytes_are_a_text(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let log = read("noise", &bytes[..]);
        prop_assert_eq!(log.failure.is_some() || log.bytes <= bytes.len() as u64, true);
    }
}
