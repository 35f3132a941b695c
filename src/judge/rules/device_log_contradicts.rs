//! Attempt → Finding: the device's own log says one thing and the capture shows another.
//!
//! Either the log's wording covers more than what happened (IOS XE has few messages), or the line is about an event
//! outside this capture: another path, another controller, another time. Both are worth knowing before changing
//! anything.

use super::sees_without_holes;
use crate::attempt::Attempt;
use crate::attempt::testimony::Testimony;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::walk::{Side, StepKind};
use crate::device::{JoinReason, Reason, What};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Rule, Severity};

/// Never the cause: the verdict rests on the frames.
pub(super) const RULE: Rule = rule!("device-log-contradicts", Beside, check);

/// An answer of fewer bytes than this may have no content, only headers.
const ANSWER: u64 = 512;

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    // A line whose time is a guess proves nothing about this attempt.
    let told = attempt
        .testimonies
        .iter()
        .filter(|it| it.certainty >= Confidence::Likely);
    let (testimony, frame, at, shows) = told.filter_map(|it| contradiction(attempt, it)).next()?;
    let finding = Finding::ok(
        RULE.id,
        phrase("device-log-contradicts")
            .with("log", testimony.log.name.as_str())
            .with("line", testimony.event.line)
            .with("says", &testimony.event.text)
            .with("shows", shows.clone()),
    )
    .severity(Severity::Warning)
    .confidence(testimony.certainty)
    .evidence(frame, shows)
    .alternative(OtherCause::OtherPath, phrase("device-log-contradicts-other-path"))
    .cannot_tell(phrase("device-log-contradicts-cannot-tell"));
    Some(Finding {
        by: Some(By::Device),
        at: Some(at),
        ..finding
    })
}

/// True if the time of a line is at least likely and the capture contradicts the line.
pub(super) fn contradicts(attempt: &Attempt<'_>, testimony: &Testimony<'_>) -> bool {
    testimony.certainty >= Confidence::Likely && contradiction(attempt, testimony).is_some()
}

type Contradiction<'t, 'a> = (&'t Testimony<'a>, FrameNumber, At, Phrase);

fn contradiction<'t, 'a>(attempt: &Attempt<'a>, testimony: &'t Testimony<'a>) -> Option<Contradiction<'t, 'a>> {
    let (frame, at, shows) = match testimony.what(attempt) {
        What::CommunicationFailed(Reason::CertificateNotValidated) | What::CertificateInvalid => {
            no_certificate(attempt)?
        }
        What::JoinFailed(JoinReason::CertificateDates | JoinReason::CertificateRefused) => no_certificates(attempt)?,
        What::JoinFailed(JoinReason::NoAnswer) => answered(attempt)?,
        What::Joined => refused(attempt)?,
        What::NoAnswer | What::CommunicationFailed(Reason::EmptyAnswer | Reason::TimedOut) => answered(attempt)?,
        What::CommunicationFailed(Reason::NameNotResolved) => resolved(attempt)?,
        What::TrustInstalled | What::CommunicationRestored | What::Answer(Some(true)) => refused(attempt)?,
        _ => return None,
    };
    Some((testimony, frame, at, shows))
}

/// No certificate of the server ever arrived, and none is hidden.
fn no_certificate(attempt: &Attempt<'_>) -> Option<(FrameNumber, At, Phrase)> {
    let Some(connection) = attempt.connection() else {
        let frame = attempt.first().frame;
        return Some((frame, At::Dns, phrase("device-log-contradicts-no-connection")));
    };
    let hidden = attempt
        .tls()
        .and_then(|tls| tls.version())
        .is_some_and(crate::tls::Version::is_tls13);
    let came = connection.step_by(StepKind::Certificate, Side::Server).is_some();
    if hidden || came || !sees_without_holes(connection) {
        return None;
    }
    Some((
        connection.last.frame,
        At::Tls,
        phrase("device-log-contradicts-no-certificate"),
    ))
}

/// Neither side of a join sent a certificate: a log line of either side may mean the other's certificate.
fn no_certificates(attempt: &Attempt<'_>) -> Option<(FrameNumber, At, Phrase)> {
    let came =
        |connection: &&crate::connection::Connection| connection.step_by(StepKind::Certificate, Side::Client).is_some();
    match attempt.connection().filter(came) {
        Some(_) => None,
        None => no_certificate(attempt),
    }
}

/// The server sent more than an empty answer.
fn answered(attempt: &Attempt<'_>) -> Option<(FrameNumber, At, Phrase)> {
    let connection = attempt.connection()?;
    if let Some((frame, answer)) = connection.http.iter().rev().find_map(|it| it.response.as_ref()) {
        let shows = phrase("device-log-contradicts-http").with("status", answer.status);
        return Some((*frame, At::Http, shows));
    }
    let bytes = connection.tls.as_ref()?.application_data.server;
    if bytes == 0 || connection.records.server.bytes < ANSWER {
        return None;
    }
    let step = connection
        .steps
        .iter()
        .rev()
        .find(|step| step.kind == StepKind::ApplicationData && step.side == Side::Server)?;
    let shows = phrase("device-log-contradicts-answered").with("bytes", connection.records.server.bytes);
    Some((step.frame, At::Http, shows))
}

/// Every question was answered with an address.
fn resolved(attempt: &Attempt<'_>) -> Option<(FrameNumber, At, Phrase)> {
    let connection = attempt.connection()?;
    let answer = attempt.lookups.iter().find_map(|lookup| {
        let answer = lookup.answer.as_ref()?;
        answer.addresses.contains(&connection.server.ip).then_some(answer)
    })?;
    let shows = phrase("device-log-contradicts-resolved").with("address", connection.server.ip);
    Some((answer.frame, At::Dns, shows))
}

/// A side refused, with an alert that ends the connection, or with a reset before the handshake was complete.
fn refused(attempt: &Attempt<'_>) -> Option<(FrameNumber, At, Phrase)> {
    let connection = attempt.connection()?;
    let fatal = connection.tls.as_ref().and_then(|tls| {
        tls.alerts
            .iter()
            .find(|alert| alert.content.is_some_and(|(level, _)| level.0 == 2))
    });
    if let Some(alert) = fatal {
        let shows = phrase("device-log-contradicts-alert")
            .with("alert", super::alert_text(alert))
            .with("side", alert.side.name());
        return Some((alert.frame, At::Tls, shows));
    }
    if connection.connected() || connection.tcp.client.syns.is_empty() {
        return None;
    }
    Some((
        connection.last.frame,
        At::Tcp,
        phrase("device-log-contradicts-never-connected"),
    ))
}
