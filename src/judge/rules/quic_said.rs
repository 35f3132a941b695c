//! Attempt → Finding: QUIC's own reports about an attempt, beside the handshake that it carries.

use super::{client, elsewhere, listed, service, side_name, watched_after};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::phrase;
use crate::connection::datagram::QuicFacts;
use crate::connection::walk::{Side, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};
use crate::quic::{TransportError, Version};

fn facts<'a>(attempt: &Attempt<'a>) -> Option<&'a QuicFacts> {
    attempt.connection()?.datagrams.as_ref()?.quic.as_deref()
}

/// The server's list of versions, if the client went no further (RFC 9000 section 6).
pub(super) fn list_of_versions<'a>(attempt: &Attempt<'a>) -> Option<(FrameNumber, &'a [Version])> {
    let connection = attempt.connection()?;
    let facts = facts(attempt)?;
    let (frame, versions) = facts.negotiation.as_ref()?;
    let tls = connection.tls.as_ref()?;
    if tls.server_hello.is_some() || tls.first_error().is_some() {
        return None;
    }
    // A client that continued with one of those versions got past the list.
    let went_on = |kind: StepKind| matches!(kind, StepKind::EncryptedHandshake | StepKind::ApplicationData);
    let is_past = facts.version != facts.asked || connection.steps.iter().any(|step| went_on(step.kind));
    (!is_past).then_some((*frame, versions.as_slice()))
}

/// The server listed its versions, and the client went no further. Such a list is not protected against forgery.
pub(super) fn no_version(attempt: &Attempt<'_>, context: &Context<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let (frame, versions) = list_of_versions(attempt)?;
    let facts = facts(attempt)?;
    let asked = facts.asked.unwrap_or_default();
    let named: Vec<&Version> = versions.iter().filter(|it| !it.is_reserved()).collect();
    let offers = match named.as_slice() {
        [] => phrase("quic-no-versions"),
        named => phrase("quic-versions")
            .with("list", listed(named))
            .with("count", named.len()),
    };
    let hello = connection.step_by(StepKind::ClientHello, Side::Client);
    let first = hello.map_or(connection.first.frame, |step| step.frame);
    Some(
        Finding::error(
            id,
            By::Server,
            At::Tls,
            phrase("quic-version-summary")
                .with("who", client(attempt))
                .with("service", service(attempt))
                .with("asked", asked.to_string())
                .with("offers", offers.clone()),
        )
        .confidence(if watched_after(connection, connection.last.time, context) {
            Confidence::Likely
        } else {
            // The client may have gone on with another version after the capture's end.
            Confidence::Possible
        })
        .evidence(first, phrase("quic-version-asked").with("asked", asked.to_string()))
        .evidence(frame, phrase("quic-version-list").with("offers", offers))
        .cannot_tell(phrase("quic-version-cannot-tell").with("who", client(attempt)))
        .alternative(OtherCause::InBetween, phrase("quic-version-or"))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("quic-version-do")
                .with("server", connection.server)
                .with("asked", asked.to_string()),
        )),
    )
}

/// A side ended the connection, in a packet that can be read or by all that sizes and silence show.
pub(super) fn end(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    closed(attempt, id).or_else(|| ended(attempt, id))
}

/// A side ended the handshake with an error that is not a TLS alert (RFC 9000 section 20.1).
fn closed(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let close = facts(attempt)?.close.as_ref()?;
    let tls = connection.tls.as_ref()?;
    if close.error.alert().is_some() || tls.is_complete() {
        return None;
    }
    // A client that has changed its mind, or that gets no answer, ends without an error of its own.
    let is_error = !matches!(close.error, TransportError(0x00 | 0x0c));
    let answered = connection.steps.iter().any(|step| step.side == Side::Server);
    if close.side == Side::Client && !(is_error && answered) {
        return None;
    }
    let reason = (!close.reason.is_empty()).then_some(&close.reason);
    let said = match reason {
        Some(reason) => phrase("quic-closed-with-reason").with("reason", reason),
        None => phrase("quic-closed-with"),
    }
    .with("error", close.error.to_string())
    .with("who", side_name(close.side));
    let hello = connection.step(StepKind::ClientHello);
    let first = hello.map_or(connection.first.frame, |step| step.frame);
    let owner = match close.side {
        Side::Server => Owner::Server,
        Side::Client => Owner::Wlc,
    };
    let what = phrase(match close.error.0 {
        0x02 => "quic-error-refused",
        0x03..=0x08 | 0x0a | 0x0d => "quic-error-protocol",
        0x0b => "quic-error-token",
        0x10 => "quic-error-path",
        0x11 => "quic-error-versions",
        0x0c => "quic-error-application",
        _ => "quic-error-other",
    });
    Some(
        Finding::error(
            id,
            close.side.into(),
            At::Tls,
            phrase(match close.side {
                Side::Server => "quic-closed-summary-server",
                Side::Client => "quic-closed-summary-client",
            })
            .with("who", client(attempt))
            .with("service", service(attempt))
            .with("error", close.error.to_string())
            .with("what", what),
        )
        .confidence(Confidence::Certain)
        .evidence(first, phrase("verbatim").with("text", "Client Hello"))
        .evidence(close.frame, said)
        .cannot_tell(phrase("quic-closed-cannot-tell"))
        .remedy(elsewhere(
            attempt,
            owner,
            phrase("quic-closed-log").with("who", side_name(close.side)),
        )),
    )
}

/// The server ended the connection right behind the client's Finished, in packets that nobody can read.
fn ended(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    facts(attempt)?;
    let tls = connection.tls.as_ref()?;
    let end = tls
        .server_alert_after_finished
        .filter(|_| !tls.client_sent_certificate)?;
    let who = client(attempt);
    let mut finding = Finding::error(
        id,
        By::Server,
        At::Tls,
        phrase("quic-ended-summary")
            .with("service", service(attempt))
            .with("who", &who),
    )
    .confidence(Confidence::Likely);
    if let Some(finished) = tls.finished.client {
        finding = finding.evidence(finished, phrase("quic-ended-finished").with("who", &who));
    }
    Some(
        finding
            .evidence(end, phrase("quic-ended-last"))
            .alternative(
                OtherCause::ClientCertificateRejected,
                phrase("quic-ended-or-certificate").with("who", &who),
            )
            .alternative(OtherCause::ApplicationClose, phrase("quic-ended-or-close"))
            .cannot_tell(phrase("quic-ended-cannot-tell"))
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("quic-closed-log").with("who", side_name(Side::Server)),
            )),
    )
}
