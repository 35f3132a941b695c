//! DeviceEvents → Attempt: which of the device's lines are about which attempt, and what they are worth there.
//!
//! A line agrees with a verdict or contradicts what the capture shows. Agreement can make a verdict surer, where the line
//! excludes what else it could have been; it can never make one up.

use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::attempt::device_clock::{self, Offset, Span};
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::phrase::phrase;
use crate::device::{DeviceEvent, DeviceLog, Form, Reason, What};
use crate::judge::finding::{Evidence, Finding, Severity};

/// Lines kept of one attempt. A failed one has two or three, with debugging some dozens.
const MAX_LINES: usize = 64;

/// Attempts looked at for a line, the latest that had begun: one lasts minutes, and a controller makes a few an hour.
const MAX_LATER: usize = 256;

/// How long before its first packet and after its last an attempt's lines may be written.
const BEFORE: i64 = 15_000_000_000;
const AFTER: i64 = 75_000_000_000;

/// A line of a device that is about an attempt.
#[derive(Clone, Copy, Debug)]
pub struct Testimony<'a> {
    /// The log it stands in.
    pub log: &'a DeviceLog,
    /// What it says.
    pub event: &'a DeviceEvent,
    /// When that was, by the capture's clock.
    pub time: Timestamp,
    /// How sure that time is.
    pub certainty: Confidence,
}

/// Gives every attempt its lines; returns how far the clocks are off.
pub fn assign<'a>(logs: &'a [DeviceLog], attempts: &mut [Attempt<'a>]) -> Vec<Offset> {
    if logs.is_empty() {
        return Vec::new();
    }
    let offsets = device_clock::offsets(logs, attempts);
    let mut spans: Vec<(Span, IpAddr, usize)> = attempts
        .iter()
        .enumerate()
        .filter(|(_, attempt)| attempt.licensing)
        .map(|(at, attempt)| (Span::of(attempt), attempt.device, at))
        .collect();
    spans.sort_by_key(|(span, _, _)| span.begin);
    let Some(around) = spans.first().map(|(span, _, _)| span.begin) else {
        return offsets;
    };
    for (at, log) in logs.iter().enumerate() {
        for event in &log.events {
            let Some(offset) = offsets.iter().find(|it| (it.log, it.form) == (at, event.form)) else {
                continue;
            };
            // The stamp beside it is the same event told twice.
            if event.form == Form::Epoch {
                continue;
            }
            let Some(written) = device_clock::written(event, around) else {
                continue;
            };
            let time = offset.time_of(written);
            let begun = spans.partition_point(|(span, _, _)| span.begin.since(time) <= BEFORE);
            let nearest = spans
                .get(..begun)
                .unwrap_or_default()
                .iter()
                .rev()
                .take(MAX_LATER)
                .filter(|(_, device, _)| offset.device.is_none_or(|it| it == *device))
                .filter_map(|(span, _, index)| {
                    let early = span.begin.since(time).max(0);
                    let late = time.since(span.end).max(0);
                    let what = event.what;
                    let differs = what.is_failure() && span.went_through || what.is_success() && !span.went_through;
                    (late <= AFTER).then_some((differs, early + late, *index))
                })
                .min();
            if let Some(attempt) = nearest.and_then(|(_, _, index)| attempts.get_mut(index))
                && attempt.testimonies.len() < MAX_LINES
            {
                attempt.testimonies.push(Testimony {
                    log,
                    event,
                    time,
                    certainty: offset.certainty,
                });
            }
        }
    }
    for attempt in attempts {
        attempt.testimonies.sort_by_key(|it| it.time);
    }
    offsets
}

/// What a line is to a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// It says the same.
    Agrees,
    /// It says the same, and excludes what else it could have been.
    Settles,
    /// It is about the attempt, and says neither yes nor no.
    Neutral,
}

/// What a line is to a verdict of this id.
#[must_use]
pub fn bearing(what: What, id: &str, severity: Severity) -> Bearing {
    match (what, id) {
        (What::CommunicationFailed(Reason::NameNotResolved), "dns-no-response" | "dns-error") => Bearing::Settles,
        (
            What::CommunicationFailed(Reason::CertificateNotValidated) | What::CertificateInvalid,
            "server-certificate-rejected" | "interception-suspected",
        ) => Bearing::Settles,
        (What::RevocationFailed, "crl-fetch-failed") => Bearing::Settles,
        (
            What::NoAnswer | What::CommunicationFailed(Reason::EmptyAnswer | Reason::TimedOut),
            "no-application-response",
        ) => Bearing::Settles,
        (What::CommunicationFailed(_) | What::NoAnswer, _) if severity == Severity::Error => Bearing::Agrees,
        (What::Answer(Some(false)), "application-error") => Bearing::Agrees,
        (what, _) if what.is_success() && severity == Severity::Ok => Bearing::Agrees,
        _ => Bearing::Neutral,
    }
}

/// Makes a verdict surer by one step where a line settles it: the device knows why it gave up. Only lines whose time is
/// beyond doubt count, and a claim about silence stays what the capture can prove.
pub fn support(finding: &mut Finding, attempt: &Attempt<'_>) {
    let settles = attempt.testimonies.iter().find(|it| {
        it.certainty >= Confidence::Likely && bearing(it.event.what, finding.id, finding.severity) == Bearing::Settles
    });
    let Some(testimony) = settles else { return };
    let before = finding.confidence;
    finding.confidence = match finding.confidence {
        Confidence::Possible => Confidence::Likely,
        // What both sides' silence hides, a line of one of them does not show.
        Confidence::Likely if finding.claims_silence_of.is_none() => Confidence::Certain,
        same => same,
    };
    if finding.confidence > before
        && let Some(frame) = finding.evidence.last().map(|evidence| evidence.frame)
    {
        let what = phrase("device-supports")
            .with("log", testimony.log.name.as_str())
            .with("line", testimony.event.line);
        finding.evidence.push(Evidence { frame, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_names_the_cause_settles_it() {
        let name = What::CommunicationFailed(Reason::NameNotResolved);
        assert_eq!(bearing(name, "dns-error", Severity::Error), Bearing::Settles);
        assert_eq!(bearing(name, "tcp-refused", Severity::Error), Bearing::Agrees);
        let vague = What::CommunicationFailed(Reason::Unspecified);
        assert_eq!(bearing(vague, "dns-error", Severity::Error), Bearing::Agrees);
        assert_eq!(bearing(vague, "healthy", Severity::Ok), Bearing::Neutral);
        assert_eq!(bearing(What::TrustInstalled, "healthy", Severity::Ok), Bearing::Agrees);
    }
}
