//! Attempt → Finding: the exchange succeeded on the wire, and the device's log says that it failed.
//!
//! The service's answer is encrypted; the device's texts hold it in clear, or say how the device took it. Then network
//! and TLS are in order, and no port has to be opened.

use std::cmp::{Ordering, Reverse};

use super::device_facts;
use super::device_join;
use super::device_remedies::remedies_beside;
use super::device_reports_failure::Cause;
use super::exchange::went_well;
use super::pair::{self, takeover};
use super::{service, verify};
use crate::attempt::Attempt;
use crate::attempt::device_clock::span;
use crate::attempt::testimony::{self, Testimony};
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::device::{Mark, Reason, What};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Rule};

/// Rests on a line whose time is at least likely, so it is never certain.
pub(super) const RULE: Rule = rule!("refused-by-service", Cause, check);

/// The same if the device does not mention an answer: a person has to look, and the wire shows no fault.
pub(super) const REPORTED: Rule = rule!("device-reports-failure", Cause, reported);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::join_refused::finding(attempt, RULE.id) {
        return Some(finding);
    }
    attempt.connection().filter(|_| attempt.exchanged())?;
    let testimony = unresolved(attempt).find(|it| it.certainty >= Confidence::Likely && is_answer(it.event.what))?;
    let summary = match testimony.event.what {
        What::CommunicationFailed(Reason::EmptyAnswer) => "refused-by-service-empty",
        What::CommunicationFailed(_) => "refused-by-service-http",
        What::Answer(_) => "refused-by-service",
        _ => "refused-by-service-unusable",
    };
    let finding = Finding::error(
        RULE.id,
        By::Server,
        At::Http,
        phrase(summary).with("says", &testimony.event.text),
    );
    Some(
        told(finding, attempt, testimony, "refused-by-service-evidence", context)
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("refused-by-service-cannot-tell")),
    )
}

fn reported(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if !went_well(attempt) {
        return None;
    }
    if check(attempt, context).is_some() {
        return None;
    }
    // A missing answer is the least informative line that a device can log. Among equally informative lines, the latest
    // counts.
    let testimony = unresolved(attempt).min_by_key(|it| Reverse((it.event.what != What::NoAnswer, it.certainty)))?;
    let certainty = unresolved(attempt).map(|it| it.certainty).max()?;
    let summary = match apart(attempt, testimony) {
        _ if attempt.is_join() => phrase("device-failure-beside-join"),
        Some((Ordering::Less, ns)) => phrase("device-failure-before").with("span", span(ns)),
        Some((_, ns)) => phrase("device-failure-after").with("span", span(ns)),
        None => phrase("device-failure-beside"),
    };
    let summary = summary
        .with("service", service(attempt))
        .with("says", &testimony.event.text);
    let finding = Finding::error(REPORTED.id, By::Unknown, At::Http, summary);
    Some(
        told(finding, attempt, testimony, "device-failure-beside-evidence", context)
            .confidence(certainty.min(Confidence::Likely))
            .alternative(OtherCause::OtherPath, phrase("device-log-contradicts-other-path"))
            .cannot_tell(phrase("device-failure-beside-cannot-tell")),
    )
}

/// How long before or after the attempt a line was written, in nanoseconds, if it was not written during it. A clock that was never set
/// tells no distance.
fn apart(attempt: &Attempt<'_>, testimony: &Testimony<'_>) -> Option<(Ordering, i64)> {
    if testimony.log.mark == Mark::NotSet {
        return None;
    }
    let began = attempt.first().time;
    let ended = attempt.connection().map_or(began, |connection| connection.last.time);
    let (before, after) = (began.since(testimony.time), testimony.time.since(ended));
    match () {
        () if before > testimony::BEFORE => Some((Ordering::Less, before)),
        () if after > testimony::AFTER => Some((Ordering::Greater, after)),
        () => None,
    }
}

/// The failures that are followed by no success, the latest first.
fn unresolved<'t, 'a>(attempt: &'t Attempt<'a>) -> impl Iterator<Item = &'t Testimony<'a>> {
    let lines = attempt.testimonies.iter().rev();
    lines
        .take_while(|it| !it.event.what.is_success() && it.event.what != What::Joined)
        .filter(|it| it.event.what.is_failure() || matches!(it.event.what, What::JoinFailed(_)))
}

/// True if a line reports an answer.
const fn is_answer(what: What) -> bool {
    matches!(
        what,
        What::Answer(Some(false))
            | What::TrustFailed
            | What::RegistrationFailed
            | What::OnPremTooOld
            | What::CommunicationFailed(Reason::HttpStatus(_) | Reason::EmptyAnswer)
    )
}

/// Adds the line, and its remedies.
fn told(
    mut finding: Finding,
    attempt: &Attempt<'_>,
    testimony: &Testimony<'_>,
    evidence: &'static str,
    context: &Context<'_>,
) -> Finding {
    if let Some(connection) = attempt.connection() {
        let place = phrase(evidence)
            .with("log", testimony.log.name.as_str())
            .with("line", testimony.event.line);
        finding = finding.evidence(connection.last.frame, place);
    }
    if let What::JoinFailed(reason) = testimony.event.what {
        device_join::remedies(reason, attempt.dialect, &verify(attempt))
            .into_iter()
            .for_each(|remedy| finding.remedies.push(remedy));
        return finding;
    }
    for remedy in device_facts::remedies(&context.options.logs, attempt.dialect) {
        finding = finding.remedy(remedy);
    }
    if takeover(attempt, context).is_some() {
        finding = finding.remedy(pair::remedy(attempt));
    }
    for remedy in remedies_beside(Cause::of(testimony.event.what), attempt) {
        finding = finding.remedy(remedy);
    }
    finding
}
