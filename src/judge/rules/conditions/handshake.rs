//! Attempt → Answer: conditions about the handshake and its alerts.

use super::answer::{Answer, Missing, absent, frame_of, is, missing, seen, tls};
use crate::attempt::Attempt;
use crate::connection::walk::{Alert, Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::rules::finished_order::finished_unheard;
use crate::judge::rules::heard::{closed_unfinished, finished_lost, late_answer};
use crate::judge::rules::sees_handshake;
use crate::tls::{AlertDescription, Version};

/// The Client Hello was captured.
pub(super) fn client_hello(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let whole = tls(attempt).is_some_and(|tls| tls.client_hello.is_some());
    seen(
        frame_of(attempt, StepKind::ClientHello).filter(|_| whole),
        attempt,
        context,
    )
}

/// After its Server Hello the server sent only an encrypted alert.
pub(super) fn server_broke_off(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let frame = tls(attempt).and_then(|tls| tls.server_broke_off);
    let hello = attempt.connection().and_then(|it| it.step(StepKind::ServerHello));
    is(frame.is_some(), frame.or_else(|| hello.map(|step| step.frame)))
}

/// A Client Hello, or the gap where it was.
pub(super) fn tls_begun(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let connection = attempt.connection();
    let begun = connection.filter(|it| it.tls.is_some() || it.beginning_hidden);
    seen(begun.map(|it| it.first.frame), attempt, context)
}

/// The server did not choose anything.
pub(super) fn no_server_hello(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let chosen = tls(attempt).is_some_and(|tls| tls.server_hello.is_some());
    is(!chosen, frame_of(attempt, StepKind::ServerHello))
}

/// No Server Hello, or none that the client received in time.
pub(super) fn hello_unanswered(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let late = attempt.connection().is_some_and(|connection| {
        late_answer(connection, &[StepKind::ServerHello, StepKind::HelloRetryRequest]).is_some()
    });
    if late {
        Answer::Met(frame_of(attempt, StepKind::ServerHello))
    } else {
        no_server_hello(attempt, context)
    }
}

/// The server sent bytes.
pub(super) fn server_spoke(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let spoke = attempt.connection().filter(|it| it.tcp.server.bytes > 0);
    seen(spoke.map(|it| it.tcp.server.first), attempt, context)
}

/// The server chose SSL 2.0.
pub(super) fn ssl2(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let chose = tls(attempt).and_then(TlsFacts::version) == Some(Version::SSL2);
    let first = || attempt.connection().map(|it| it.first.frame);
    is(chose, frame_of(attempt, StepKind::ServerHello).or_else(first))
}

/// The handshake is not complete, or not for both sides.
pub(super) fn unfinished(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return Answer::NotMet(Some(attempt.first().frame));
    };
    let complete = connection.tls.as_ref().is_some_and(TlsFacts::is_complete);
    let for_one = finished_lost(connection) || closed_unfinished(connection) || finished_unheard(connection).is_some();
    is(!complete || for_one, frame_of(attempt, StepKind::Finished))
}

/// The handshake is complete.
pub(super) fn complete(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let finished = tls(attempt)
        .filter(|tls| tls.is_complete())
        .and_then(|tls| tls.finished.server.max(tls.finished.client));
    match finished {
        Some(frame) => Answer::Met(Some(frame)),
        None => absent(attempt, context, None),
    }
}

/// No byte of the handshake is missing.
pub(super) fn handshake_captured(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match attempt.connection() {
        Some(connection) if sees_handshake(connection) => Answer::Met(Some(connection.first.frame)),
        Some(connection) => Answer::Hidden(
            missing(connection, context).unwrap_or(Missing::Packets),
            Some(connection.last.frame),
        ),
        None => absent(attempt, context, None),
    }
}

/// The server was sent no request after the handshake, or did not answer.
pub(super) fn no_server_data(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let frame = tls(attempt).and_then(|tls| tls.first_application_data.server);
    is(tls(attempt).is_none_or(|tls| tls.application_data.server == 0), frame)
}

fn first_error<'a>(attempt: &Attempt<'a>) -> Option<&'a Alert> {
    tls(attempt)?.first_error()
}

/// No alert reports an error.
pub(super) fn no_error(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let alert = first_error(attempt).map(|alert| alert.frame);
    is(alert.is_none(), alert)
}

/// An alert in clear reports an error that fits.
fn error(attempt: &Attempt<'_>, context: &Context<'_>, fits: impl Fn(&Alert, AlertDescription) -> bool) -> Answer {
    if let Some(alert) = first_error(attempt) {
        let fits = alert.content.is_some_and(|(_, description)| fits(alert, description));
        return is(fits, Some(alert.frame));
    }
    let sealed = tls(attempt).and_then(|tls| tls.alerts.iter().find(|alert| alert.content.is_none()));
    match sealed {
        Some(alert) => Answer::Hidden(Missing::Encrypted, Some(alert.frame)),
        None => absent(attempt, context, None),
    }
}

/// An alert in clear reports an error.
pub(super) fn readable_error(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    error(attempt, context, |_, _| true)
}

/// The error is about the protocol version.
pub(super) fn error_about_version(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let about = [
        AlertDescription::PROTOCOL_VERSION,
        AlertDescription::INAPPROPRIATE_FALLBACK,
    ];
    error(attempt, context, |_, description| about.contains(&description))
}

/// The error is one that a choice of suites, groups or signatures causes.
pub(super) fn error_about_choice(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let about = [
        AlertDescription::HANDSHAKE_FAILURE,
        AlertDescription::INSUFFICIENT_SECURITY,
        AlertDescription::MISSING_EXTENSION,
        AlertDescription::ILLEGAL_PARAMETER,
    ];
    error(attempt, context, |_, description| about.contains(&description))
}

/// The client sent an alert about a certificate, or an encrypted alert at a place where no other fits: after data an
/// alert is only close_notify.
pub(super) fn client_refused(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let sealed = tls(attempt).and_then(|tls| {
        let early = tls.application_data.client == 0 && tls.application_data.server == 0;
        let by_client = |alert: &&Alert| alert.side == Side::Client && alert.content.is_none() && !alert.after_close;
        let alert = tls.alerts.iter().find(by_client).map(|alert| alert.frame);
        tls.client_alert_instead_of_finished
            .or(alert.filter(|_| early && !tls.version().is_some_and(Version::is_tls13)))
    });
    match (first_error(attempt), sealed) {
        (None, Some(frame)) => Answer::Met(Some(frame)),
        _ => error(attempt, context, |alert, description| {
            alert.side == Side::Client && description.is_about_certificate()
        }),
    }
}

/// The server sent an alert that fits a certificate: in clear by its description, encrypted (TLS 1.3) by its place.
pub(super) fn server_refused(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    // Alerts that some servers send because no alert says that the certificate is missing.
    let generic = [
        AlertDescription::HANDSHAKE_FAILURE,
        AlertDescription::DECRYPT_ERROR,
        AlertDescription::UNEXPECTED_MESSAGE,
        AlertDescription::ILLEGAL_PARAMETER,
        AlertDescription::DECODE_ERROR,
    ];
    let sealed = tls(attempt).and_then(|tls| tls.server_alert_after_finished);
    match (first_error(attempt), sealed) {
        (None, Some(frame)) => Answer::Met(Some(frame)),
        _ => error(attempt, context, |alert, description| {
            alert.side == Side::Server && (description.is_about_certificate() || generic.contains(&description))
        }),
    }
}

/// The client's turn to send a certificate had come, or the handshake was not captured that far.
pub(super) fn certificate_turn(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return absent(attempt, context, None);
    };
    let sent = connection.step_by(StepKind::Certificate, Side::Client);
    let inferred = tls(attempt)
        .filter(|tls| tls.client_sent_certificate)
        .and_then(|tls| tls.finished.client);
    match sent.map(|step| step.frame).or(inferred) {
        Some(frame) => Answer::Met(Some(frame)),
        None if !sees_handshake(connection) => Answer::Met(None),
        None => Answer::NotMet(first_error(attempt).map(|alert| alert.frame)),
    }
}

/// TLS 1.3: the client sent an alert in place of the rest of its handshake.
pub(super) fn client_gave_up(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    seen(tls(attempt).and_then(|tls| tls.client_gave_up), attempt, context)
}

/// The handshake was abbreviated.
pub(super) fn resumed(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match frame_of(attempt, StepKind::ServerHello) {
        Some(frame) => is(tls(attempt).is_some_and(|tls| tls.resumed), Some(frame)),
        None => absent(attempt, context, None),
    }
}
