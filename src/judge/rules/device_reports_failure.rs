//! DeviceLogs → Finding: what the device says by itself, where no capture shows an attempt.
//!
//! A log tells that licensing failed and sometimes why, never who broke it off. So the likely cause is named with what to
//! type, and with the capture that would show it.

use super::device_remedies::remedies;
use crate::attempt::device_clock::written;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::Timestamp;
use crate::base::phrase::phrase;
use crate::base::wire_text::WireText;
use crate::device::{DeviceEvent, DeviceLog, Form, Reason, Standing, Statistics, What};
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Severity};
use crate::profile::options::Options;

/// The verdict id where the device says that licensing fails.
pub const ID: &str = "device-reports-failure";
/// The verdict id where it says that it works.
pub const SUCCESS: &str = "device-reports-success";
/// The verdict id where it says nothing about it.
pub const NOTHING: &str = "no-device-events";

/// Why, as far as the device knows.
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

/// What is said of logs by themselves.
#[must_use]
pub fn finding(options: &Options) -> Finding {
    let logs = &options.logs[..];
    let failing = failing(logs);
    let last = latest(logs);
    if !is_failing(logs) {
        return not_failing(options, last);
    }
    let (cause, says) = cause(logs, &failing);
    let mut finding = Finding::error(ID, By::Unknown, cause.at(), phrase(cause.summary()).with("says", &says))
        .confidence(Confidence::Likely)
        .cannot_tell(phrase(cause.hides()));
    for remedy in remedies(cause, options, says.raw()) {
        finding = finding.remedy(remedy);
    }
    finding
}

/// Whether logs say that licensing fails.
#[must_use]
pub fn is_failing(logs: &[DeviceLog]) -> bool {
    !failing(logs).is_empty() || latest(logs).is_some_and(|event| event.what.is_failure())
}

/// The types of messages that fail by the device's own count.
fn failing(logs: &[DeviceLog]) -> Vec<&Statistics> {
    let rows = logs.iter().flat_map(|log| &log.statistics);
    let fails = |row: &&Statistics| matches!(row.standing(), Standing::NoReply | Standing::Refused | Standing::Fails);
    rows.filter(fails).collect()
}

fn not_failing(options: &Options, last: Option<&DeviceEvent>) -> Finding {
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

/// What says yes or no, in order of time. Answers that are counted elsewhere are told there; the milliseconds inside a
/// message are the same event again. A line without a time is as late as those above it.
fn in_order(logs: &[DeviceLog]) -> Vec<&DeviceEvent> {
    let dated = logs.iter().flat_map(|log| &log.events);
    let with_year = dated.filter_map(|event| event.stamp.as_ref().filter(|it| it.year.is_some())?.as_written(0));
    // Years that are left out are those nearest to the latest one given.
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
    says.into_iter().map(|(_, event)| event).collect()
}

/// Without any year: all are of one.
const MIDDLE_OF_A_YEAR: Timestamp = Timestamp::from_seconds(1_719_792_000);

/// The last line that says yes or no.
fn latest(logs: &[DeviceLog]) -> Option<&DeviceEvent> {
    in_order(logs).last().copied()
}

/// The most telling thing that is said since licensing last worked.
fn cause(logs: &[DeviceLog], failing: &[&Statistics]) -> (Cause, WireText) {
    let mut events = in_order(logs);
    let good = events.iter().rposition(|event| event.what.is_success());
    events.drain(..good.map_or(0, |at| at + 1));
    // Of several types of messages the one that failed last: what it met is how things stand.
    let newest = failing
        .iter()
        .max_by_key(|row| row.last.as_ref().and_then(|stamp| stamp.as_written(1970)));
    let find = |wanted: &dyn Fn(What) -> bool| {
        let event = events.iter().rev().find(|event| wanted(event.what));
        event.map(|event| event.text.clone())
    };
    let reason = |wanted: Reason| find(&|what| what == What::CommunicationFailed(wanted));
    let row = |standing: Standing| {
        let row = newest.filter(|row| row.standing() == standing)?;
        let reason = if row.reason.is_empty() {
            String::new()
        } else {
            format!(", {}", row.reason.raw())
        };
        let last = row.last_response.raw();
        let text = format!("{}: {last}{reason}", row.message.raw());
        Some(WireText::from(text.trim_end_matches([':', ' '])))
    };
    let status = events.iter().rev().find_map(|event| match event.what {
        What::CommunicationFailed(Reason::HttpStatus(status)) => Some((status, event.text.clone())),
        _ => None,
    });
    let found = [
        (Cause::Name, reason(Reason::NameNotResolved)),
        (Cause::Off, reason(Reason::TransportOff)),
        (Cause::Certificate, reason(Reason::CertificateNotValidated)),
        (Cause::Revocation, find(&|what| what == What::RevocationFailed)),
        (Cause::Certificate, find(&|what| what == What::CertificateInvalid)),
        (Cause::OnPremTooOld, find(&|what| what == What::OnPremTooOld)),
        (
            Cause::HttpStatus(status.as_ref().map_or(0, |(status, _)| *status)),
            status.map(|(_, text)| text),
        ),
        (Cause::Empty, reason(Reason::EmptyAnswer)),
        (Cause::Refused, row(Standing::Refused)),
        (Cause::Refused, find(&|what| what == What::Answer(Some(false)))),
        (Cause::Silent, row(Standing::NoReply)),
        (Cause::Silent, reason(Reason::TimedOut)),
        (Cause::NotConnected, reason(Reason::NotConnected)),
        (Cause::Trust, find(&|what| what == What::TrustFailed)),
        (Cause::NotSent, reason(Reason::NotSent)),
        (Cause::Silent, find(&|what| what == What::NoAnswer)),
        (Cause::Registration, find(&|what| what == What::RegistrationFailed)),
        (Cause::Agent, find(&|what| what == What::AgentFailed)),
        (Cause::Unspecified, row(Standing::Fails)),
        (Cause::Unspecified, find(&|what| what.is_failure())),
    ];
    found
        .into_iter()
        .find_map(|(cause, text)| Some((cause, text?)))
        .unwrap_or((Cause::Unspecified, WireText::default()))
}

impl Cause {
    /// What a line beside an exchange that went well is about: no cause that such an exchange excludes.
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

    /// What the text does not show.
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

    fn judged(texts: &[&str]) -> (&'static str, Option<At>) {
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
    fn a_refusal_is_not_blamed_on_the_network_and_silence_is() {
        let row = |response: &str, communication: u8, day: u8| {
            format!(
                "Trust Sync:\n  Attempts: Total=2, Success=0, Fail=2  Ongoing Failure: Overall=2 Communication={communication}\n  \
                 Last Response: {response} on Aug {day} 09:58:51 2022 UTC\n"
            )
        };
        assert_eq!(judged(&[&row("NO REPLY", 2, 29)]), (ID, Some(At::Tcp)));
        assert_eq!(judged(&[&row("INVALID STATUS CODE", 0, 29)]), (ID, Some(At::Http)));
        // What failed last is how things stand.
        assert_eq!(
            judged(&[&row("INVALID STATUS CODE", 0, 28), &row("NO REPLY", 2, 29)]).1,
            Some(At::Tcp)
        );
    }
}
