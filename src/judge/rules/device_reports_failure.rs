//! DeviceLogs → Finding: what the device itself reports, without an attempt in a capture.
//!
//! A log shows that licensing failed and sometimes why, but never which side aborted. So the finding names the likely
//! cause with the commands to type, and with the capture that would show it.

use super::device_facts;
use super::device_join;
use super::device_remedies::remedies;
use crate::attempt::device_clock::written;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::Timestamp;
use crate::base::phrase::{Voice, phrase};
use crate::base::wire_text::WireText;
use crate::device::{DeviceEvent, DeviceLog, Form, Reason, Standing, Statistics, What};
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Severity, VerdictId};
use crate::profile::options::Options;

/// The verdict id if the device reports that licensing fails.
pub const ID: VerdictId = VerdictId::new("device-reports-failure");
/// The verdict id if the device reports that licensing works.
pub const SUCCESS: VerdictId = VerdictId::new("device-reports-success");
/// The verdict id if the device reports neither.
pub const NOTHING: VerdictId = VerdictId::new("no-device-events");

/// The reason, as far as the device knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Name,
    Certificate,
    Revocation,
    Empty,
    HttpStatus(u16),
    Off,
    Refused,
    Silent,
    NotConnected,
    NotSent,
    Trust,
    Registration,
    OnPremTooOld,
    Agent,
    Unspecified,
}

/// The finding for logs without a capture.
#[must_use]
pub fn finding(options: &Options) -> Finding {
    let logs = &options.logs[..];
    if let Some(finding) = device_join::finding(logs, options.dialect_of_join()) {
        return finding;
    }
    let failing = failing(logs);
    let last = latest(logs);
    if !is_failing(logs) {
        return not_failing(options, last);
    }
    let (cause, says) = cause(logs, &failing);
    let mut finding = Finding::error(ID, By::Unknown, cause.at(), phrase(cause.summary()).with("says", &says))
        .confidence(Confidence::Likely)
        .cannot_tell(phrase(cause.hides()));
    for remedy in device_facts::remedies(logs, options.dialect()) {
        finding = finding.remedy(remedy);
    }
    for remedy in remedies(cause, options, says.raw()) {
        finding = finding.remedy(remedy);
    }
    finding
}

/// The wording of the report: that of access points, if the logs mention nothing else.
#[must_use]
pub fn voice(options: &Options) -> Voice {
    let dialect = options.dialect_of_join();
    match device_join::finding(&options.logs, dialect) {
        Some(_) => Voice {
            language: options.language,
            dialect,
            carrier: Carrier::Capwap,
        },
        None => options.voice(),
    }
}

/// True if logs report that licensing fails.
#[must_use]
pub fn is_failing(logs: &[DeviceLog]) -> bool {
    !failing(logs).is_empty() || !standing(in_order(logs)).is_empty()
}

/// The types of messages that fail according to the device's own counters.
fn failing(logs: &[DeviceLog]) -> Vec<&Statistics> {
    let rows = logs.iter().flat_map(|log| &log.statistics);
    let fails = |row: &&Statistics| matches!(row.standing(), Standing::NoReply | Standing::Refused | Standing::Fails);
    rows.filter(fails).collect()
}

fn not_failing(options: &Options, last: Option<&DeviceEvent>) -> Finding {
    let finding = without_failure(options, last);
    let facts = device_facts::remedies(&options.logs, options.dialect());
    Finding {
        remedies: facts.into_iter().chain(finding.remedies).collect(),
        ..finding
    }
}

fn without_failure(options: &Options, last: Option<&DeviceEvent>) -> Finding {
    let logs = &options.logs[..];
    let works = logs
        .iter()
        .flat_map(|log| &log.statistics)
        .any(|row| row.standing() == Standing::Works);
    if works || last.is_some() {
        let says = last.map(|event| event.text.clone()).unwrap_or_default();
        let id = if says.is_empty() {
            "device-success-counted"
        } else {
            "device-success"
        };
        return Finding::ok(SUCCESS, phrase(id).with("says", &says))
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("device-cannot-tell-success"));
    }
    let lines: u64 = logs.iter().map(|log| log.lines).sum();
    let events = logs.iter().rev().flat_map(|log| log.events.iter().rev());
    let mut of_agent = events.filter(|event| event.form == Form::Syslog && event.text.raw().contains("_LIC"));
    let summary = match of_agent.next() {
        Some(event) => phrase("device-nothing-quoted").with("says", &event.text),
        None => phrase("device-nothing"),
    };
    Finding::ok(NOTHING, summary.with("lines", lines))
        .severity(Severity::Note)
        .remedy(Remedy {
            owner: Owner::Wlc,
            action: phrase("device-collect"),
            commands: options.dialect().lines(&[
                task("show-log-of-licensing"),
                task("show-history"),
                task("show-licensing"),
                task("show-all"),
                task("show-clock"),
            ]),
            verify: phrase("device-collect-verify"),
        })
}

/// The lines that report success or failure, in order of time. Answers that the counters cover are left to the
/// counters; the milliseconds inside a message are the same event again. A line without a time is as late as the lines
/// above it.
fn in_order(logs: &[DeviceLog]) -> Vec<(Option<Timestamp>, &DeviceEvent)> {
    let dated = logs.iter().flat_map(|log| &log.events);
    let with_year = dated.filter_map(|event| event.stamp.as_ref().filter(|it| it.year.is_some())?.as_written(0));
    // A missing year is taken as the year nearest to the latest one given.
    let around = with_year.max().unwrap_or(MIDDLE_OF_A_YEAR);
    let mut says: Vec<(Option<Timestamp>, &DeviceEvent)> = Vec::new();
    for log in logs {
        let mut above = None;
        for event in &log.events {
            let time = written(event, around);
            above = above.max(time);
            let is_telling = event.what.is_failure() || event.what.is_success();
            if is_telling && !matches!(event.form, Form::Status | Form::Epoch) {
                says.push((time.or(above), event));
            }
        }
    }
    says.sort_by_key(|&(time, _)| time);
    says
}

/// If no line has a year, all lines are in the same year.
const MIDDLE_OF_A_YEAR: Timestamp = Timestamp::from_seconds(1_719_792_000);

/// The failures that nothing said since has cured. That communication is restored says nothing of what the service refused.
fn standing(events: Vec<(Option<Timestamp>, &DeviceEvent)>) -> Vec<(Option<Timestamp>, &DeviceEvent)> {
    let outlasts = |what: What| matches!(what, What::TrustFailed | What::RegistrationFailed | What::OnPremTooOld);
    let mut standing = Vec::new();
    for (time, event) in events {
        match event.what {
            What::CommunicationRestored => standing.retain(|(_, it): &(_, &DeviceEvent)| outlasts(it.what)),
            what if what.is_success() => standing.clear(),
            _ => standing.push((time, event)),
        }
    }
    standing
}

/// The last line that reports success or failure.
fn latest(logs: &[DeviceLog]) -> Option<&DeviceEvent> {
    in_order(logs).last().map(|&(_, event)| event)
}

/// A failure that the device reports.
struct Failure {
    time: Option<Timestamp>,
    cause: Cause,
    /// It names a step of the attempt, so that earlier lines no longer apply.
    is_telling: bool,
    says: WireText,
}

/// The longest time between two lines of one try: a look-up alone may take half a minute, and devices wait longer
/// before they try again.
const ONE_TRY: i64 = 60_000_000_000;

/// Why it fails now: the most informative line of the last try, among the lines since licensing last worked. A line
/// that names no step does not refute an earlier line that names one.
fn cause(logs: &[DeviceLog], failing: &[&Statistics]) -> (Cause, WireText) {
    let mut failures: Vec<Failure> = standing(in_order(logs)).into_iter().filter_map(of_event).collect();
    // Of several types of messages, the one that failed last shows the present state.
    let last = |row: &Statistics| row.last.as_ref().and_then(|stamp| stamp.as_written(1970));
    if let Some(row) = failing.iter().max_by_key(|row| last(row)) {
        let time = last(row);
        let at = failures.partition_point(|failure| failure.time <= time || time.is_none());
        failures.insert(at, of_row(row, time));
    }
    let Some(end) = failures.last().map(|failure| failure.time) else {
        return (Cause::Unspecified, WireText::default());
    };
    let of_last_try = |failure: &&Failure| match (failure.time, end) {
        (Some(time), Some(end)) => end.since(time) <= ONE_TRY,
        _ => true,
    };
    let of_try = failures.iter().rev().filter(of_last_try);
    let of_try = of_try.min_by_key(|failure| (!failure.is_telling, failure.cause.rank()));
    let telling = of_try.filter(|failure| failure.is_telling);
    let before = || failures.iter().rev().find(|failure| failure.is_telling);
    let found = telling.or_else(before).or(of_try);
    found.map_or_else(
        || (Cause::Unspecified, WireText::default()),
        |failure| (failure.cause, failure.says.clone()),
    )
}

fn of_event((time, event): (Option<Timestamp>, &DeviceEvent)) -> Option<Failure> {
    let cause = match event.what {
        What::CommunicationFailed(reason) => match reason {
            Reason::NameNotResolved => Cause::Name,
            Reason::TransportOff => Cause::Off,
            Reason::CertificateNotValidated => Cause::Certificate,
            Reason::HttpStatus(status) => Cause::HttpStatus(status),
            Reason::EmptyAnswer => Cause::Empty,
            Reason::TimedOut => Cause::Silent,
            Reason::NotConnected => Cause::NotConnected,
            Reason::NotSent => Cause::NotSent,
            Reason::HandshakeFailed | Reason::Unspecified => Cause::Unspecified,
        },
        What::RevocationFailed => Cause::Revocation,
        What::CertificateInvalid => Cause::Certificate,
        What::OnPremTooOld => Cause::OnPremTooOld,
        What::Answer(Some(false)) => Cause::Refused,
        What::TrustFailed => Cause::Trust,
        What::NoAnswer => Cause::Silent,
        What::RegistrationFailed => Cause::Registration,
        What::AgentFailed => Cause::Agent,
        _ => return None,
    };
    // A device's history also lists a missing answer for a try that never left the device.
    let is_vague = matches!(cause, Cause::NotSent | Cause::Agent | Cause::Unspecified) || event.what == What::NoAnswer;
    Some(Failure {
        time,
        cause,
        is_telling: !is_vague,
        says: event.text.clone(),
    })
}

fn of_row(row: &Statistics, time: Option<Timestamp>) -> Failure {
    let cause = match row.standing() {
        Standing::Refused => Cause::Refused,
        Standing::NoReply => Cause::Silent,
        _ => Cause::Unspecified,
    };
    let reason = if row.reason.is_empty() {
        String::new()
    } else {
        format!(", {}", row.reason.raw())
    };
    let text = format!("{}: {}{reason}", row.message.raw(), row.last_response.raw());
    Failure {
        time,
        cause,
        is_telling: cause != Cause::Unspecified,
        says: WireText::from(text.trim_end_matches([':', ' '])),
    }
}

impl Cause {
    /// The cause that a line beside a successful exchange means: never a cause that such an exchange excludes.
    pub(super) const fn of(what: What) -> Self {
        match what {
            What::CommunicationFailed(Reason::HttpStatus(status)) => Self::HttpStatus(status),
            What::CommunicationFailed(Reason::EmptyAnswer) => Self::Empty,
            What::Answer(_) => Self::Refused,
            What::TrustFailed => Self::Trust,
            What::RegistrationFailed => Self::Registration,
            What::OnPremTooOld => Self::OnPremTooOld,
            _ => Self::Agent,
        }
    }

    /// The rank among other lines of the same try: the lower, the more informative.
    const fn rank(self) -> u8 {
        match self {
            Self::Name => 0,
            Self::Off => 1,
            Self::Revocation => 2,
            Self::Certificate => 3,
            Self::OnPremTooOld => 4,
            Self::HttpStatus(_) => 5,
            Self::Empty => 6,
            Self::Refused => 7,
            Self::Silent => 8,
            Self::NotConnected => 9,
            Self::Trust => 10,
            Self::Registration => 11,
            Self::NotSent => 12,
            Self::Agent => 13,
            Self::Unspecified => 14,
        }
    }

    const fn summary(self) -> &'static str {
        match self {
            Self::Name => "device-failure-name",
            Self::Certificate => "device-failure-certificate",
            Self::Revocation => "device-failure-revocation",
            Self::Empty => "device-failure-empty",
            Self::HttpStatus(_) => "device-failure-http",
            Self::Off => "device-failure-off",
            Self::Refused => "device-failure-refused",
            Self::Silent => "device-failure-silent",
            Self::NotConnected => "device-failure-not-connected",
            Self::NotSent => "device-failure-not-sent",
            Self::Trust => "device-failure-trust",
            Self::Registration => "device-failure-registration",
            Self::OnPremTooOld => "device-failure-too-old",
            Self::Agent => "device-failure-agent",
            Self::Unspecified => "device-failure-unspecified",
        }
    }

    const fn at(self) -> At {
        match self {
            Self::Name => At::Dns,
            Self::Certificate | Self::Revocation => At::Tls,
            Self::Empty
            | Self::HttpStatus(_)
            | Self::Refused
            | Self::Trust
            | Self::Registration
            | Self::OnPremTooOld
            | Self::Agent => At::Http,
            Self::Off | Self::Silent | Self::NotConnected | Self::NotSent | Self::Unspecified => At::Tcp,
        }
    }

    /// The message that says what the text does not show.
    const fn hides(self) -> &'static str {
        match self {
            Self::HttpStatus(_) | Self::Empty => "device-cannot-tell-answered-by",
            Self::Agent | Self::OnPremTooOld => "device-cannot-tell-success",
            _ => "device-cannot-tell-who",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    fn judged(texts: &[&str]) -> (VerdictId, Option<At>) {
        let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
        let logs = texts.iter().map(|text| crate::device::read("a", text.as_bytes()));
        options.logs = logs.collect();
        let finding = finding(&options);
        (finding.id, finding.at)
    }

    const RESOLVE: &str =
        "Aug 23 09:19:43: %SMART_LIC-3-COMM_FAILED: x : Unable to resolve server hostname/domain name\n";
    const INSTALLED: &str = "Aug 23 09:20:43: %SMART_LIC-6-TRUST_INSTALL_SUCCESS: x\n";

    #[test]
    fn what_came_last_decides_whatever_the_order_of_the_texts() {
        assert_eq!(judged(&[RESOLVE]), (ID, Some(At::Dns)));
        for texts in [[RESOLVE, INSTALLED], [INSTALLED, RESOLVE]] {
            assert_eq!(judged(&texts).0, SUCCESS);
        }
        assert_eq!(judged(&[""]).0, NOTHING);
    }

    #[test]
    fn trust_that_was_not_installed_is_not_cured_by_communication() {
        let of = |lines: &[&str]| judged(&[lines.join("\n").as_str()]);
        let trust = "Nov 22 09:00:00: %SMART_LIC-3-TRUST_CODE_INSTALL_FAILED: The install failed: Timestamp mismatch";
        let comm =
            "Nov 22 09:01:00: %SMART_LIC-3-COMM_FAILED: Communications failure : Unable to resolve server hostname";
        let restored = "Nov 22 09:02:00: %SMART_LIC-5-COMM_RESTORED: Communications restored";
        let installed = "Nov 22 09:03:00: %SMART_LIC-6-TRUST_INSTALL_SUCCESS: A new licensing trust code was installed";
        assert_eq!(of(&[trust, comm, restored]), (ID, Some(At::Http)));
        assert_eq!(of(&[comm, restored]).0, SUCCESS);
        assert_eq!(of(&[trust, comm, restored, installed]).0, SUCCESS);
    }

    #[test]
    fn the_last_try_says_why_and_a_vague_line_leaves_the_reason_that_stood_before() {
        let says = |clock: &str, reason: &str| format!("Aug 23 {clock}: %SMART_LIC-3-COMM_FAILED: x : {reason}\n");
        let name = says("09:00:00", "Unable to resolve server hostname/domain name");
        let later = says(
            "09:30:00",
            "Cannot establish secure connection because server TLS cert cannot be validated",
        );
        let vague = says("09:45:00", "Communications failure");
        // The later try got further: the name is no longer the failing step.
        assert_eq!(judged(&[&format!("{name}{later}")]).1, Some(At::Tls));
        assert_eq!(judged(&[&format!("{name}{later}{vague}")]).1, Some(At::Tls));
        assert_eq!(judged(&[&format!("{name}{vague}")]).1, Some(At::Dns));
        // Of one try, the most informative line counts, wherever it stands.
        let revoked = "Aug 23 09:29:58: %PKI-3-CRL_FETCH_FAIL: CRL fetch for trustpoint SLA-TrustPoint failed\n";
        let closed = says("09:30:00", "Connection refused");
        assert_eq!(judged(&[&format!("{name}{revoked}{closed}")]).1, Some(At::Tls));
        // Lines before the success no longer apply.
        assert_eq!(judged(&[&format!("{name}{INSTALLED}{vague}")]).1, Some(At::Tcp));
    }

    #[test]
    fn a_refusal_is_not_blamed_on_the_network_and_silence_is() {
        let row = |response: &str, communication: u8, day: u8| {
            format!(
                "Trust Sync:\n  Attempts: Total=2, Success=0, Fail=2  Ongoing Failure: Overall=2 Communication={communication}\n  \
                 Last Response: {response} on Aug {day} 09:58:51 2022 UTC\n"
            )
        };
        assert_eq!(judged(&[&row("NO REPLY", 2, 29)]), (ID, Some(At::Tcp)));
        assert_eq!(judged(&[&row("INVALID STATUS CODE", 0, 29)]), (ID, Some(At::Http)));
        // The last failure shows the present state.
        assert_eq!(
            judged(&[&row("INVALID STATUS CODE", 0, 28), &row("NO REPLY", 2, 29)]).1,
            Some(At::Tcp)
        );
    }
}
