//! Attempt → whether its exchange succeeded, as far as the capture shows.
//!
//! In TLS 1.3 only later records show that the server accepted the client; if nothing was asked, an orderly close takes
//! the place of an answer.

use super::departure::first_fin;
use super::heard::{ANSWER, late_answer};
use super::sight::{SILENCE, is_closed, sees_handshake};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::tcp::stream::GapCause;

/// True if the exchange succeeded, as far as the capture shows.
pub(super) fn went_well(attempt: &Attempt<'_>) -> bool {
    attempt.connection().is_some_and(|connection| match &connection.tls {
        Some(tls) => {
            let sound = tls.first_error().is_none()
                && tls.client_alert_instead_of_finished.is_none()
                && tls.server_alert_after_finished.is_none()
                && tls.unclear_answer.is_none()
                && !(tls.application_data.server == 0 && super::renegotiation::refused(connection).is_some())
                && tls.is_complete()
                && tls.server_hello.is_some();
            // Without an answer the connection must have been closed in an orderly way, with nothing asked and nothing
            // hidden: in TLS 1.3 only later records show that the server accepted the client.
            let in_order = || {
                (is_closed(connection) || connection.carrier == Carrier::Dtls && tls.application_data.client == 0)
                    && (tls.application_data.client == 0 || !attempt.licensing)
                    && sees_handshake(connection)
                    && (!tls.client_sent_certificate || tls.server_accepted)
            };
            // A gap in TLS 1.3 hides which record was the refusal.
            let readable = !tls.version().is_some_and(crate::tls::Version::is_tls13) || !hole_in_handshake(connection);
            let answered = tls.application_data.server > 0 && late_answer(connection, ANSWER).is_none();
            // An answer that reached a client which had left without waiting is no failure.
            let unanswered = tls.application_data.server == 0 || left_at_once(attempt, connection).is_some();
            sound && readable && (answered || in_order() && unanswered)
        }
        None => answered(connection),
    })
}

/// True if bytes up to the server's first application data are missing: in TLS 1.3, where all records look alike, a
/// refusal may be among the missing bytes.
pub(super) fn hole_in_handshake(connection: &Connection) -> bool {
    let Some(tls) = &connection.tls else { return false };
    let marks = [
        tls.finished.client,
        tls.finished.server,
        tls.first_application_data.server,
    ];
    let end = marks.into_iter().flatten().max();
    Side::both().iter().any(|&side| {
        let tcp = &connection.tcp[side];
        let early = |gap: &crate::tcp::stream::Gap| gap.cause != GapCause::NeverArrived && Some(gap.seen_at) <= end;
        !tcp.start_known && tcp.bytes > 0 || tcp.gaps.iter().any(early) || tcp.frames == 0
    })
}

/// True if the last answer in plain HTTP was captured and is a success.
fn answered(connection: &Connection) -> bool {
    connection
        .http
        .iter()
        .rev()
        .find_map(|exchange| Some((exchange.request.as_ref()?, exchange.response.as_ref()?)))
        .is_some_and(|(_, (_, answer))| answer.status < 300 && connection.tunnel_target().is_none())
        && late_answer(connection, ANSWER).is_none()
}

/// The FIN of a client that closed before an answer arrived: the client had asked and needed no answer, or gave up; or
/// it had asked for nothing, as on a connection that a browser opens in advance and does not use.
pub(super) fn left_at_once(attempt: &Attempt<'_>, connection: &Connection) -> Option<FrameNumber> {
    let tls = connection.tls.as_ref()?;
    if let Some(alert) = said_goodbye_first(connection, tls) {
        return Some(alert).filter(|_| !attempt.licensing);
    }
    let fin = connection.tcp.client.fin?;
    let answer = connection
        .steps
        .iter()
        .find(|step| step.side == Side::Server && step.kind == StepKind::ApplicationData);
    let before = match answer {
        Some(answer) => fin.acked <= answer.from,
        None => first_fin(connection) == Some(Side::Client),
    };
    let asked = tls.first_application_data.client;
    let soon = asked.is_none_or(|asked| fin.time.since(time_in(connection, asked)) < SILENCE);
    (!attempt.licensing && before && soon).then_some(fin.frame)
}

/// The client's alert after a complete handshake, if neither side had sent data before it: the alert's content is
/// encrypted.
fn said_goodbye_first(connection: &Connection, tls: &TlsFacts) -> Option<FrameNumber> {
    let nothing_said = tls.application_data.client == 0 && tls.application_data.server == 0;
    let of = |side: Side| {
        tls.alerts
            .iter()
            .filter(move |alert| alert.side == side)
            .map(|alert| alert.frame)
            .min()
    };
    let server = of(Side::Server)
        .into_iter()
        .chain(connection.tcp.server.fin.map(|fin| fin.frame))
        .min();
    of(Side::Client).filter(|&alert| nothing_said && tls.is_complete() && server.is_none_or(|server| alert < server))
}

/// True if an answer arrived that the client did not reject as too late.
pub(super) fn answered_in_time(connection: &Connection) -> bool {
    let came = connection
        .tls
        .as_ref()
        .is_some_and(|tls| tls.application_data.server > 0);
    came && late_answer(connection, ANSWER).is_none()
}

/// The time at which the later Finished was sent.
pub(super) fn handshake_end(connection: &Connection) -> Timestamp {
    let finished = connection.steps.iter().filter(|step| step.kind == StepKind::Finished);
    finished.map(|step| step.time).max().unwrap_or(connection.last.time)
}

/// The time from the Client Hello to the later Finished, in nanoseconds.
pub(super) fn handshake_took(connection: &Connection) -> i64 {
    let end = handshake_end(connection);
    let hello = connection.step(StepKind::ClientHello).map(|step| step.time);
    end.since(hello.unwrap_or(connection.first.time))
}

/// The time at which the step that ends in this frame was complete.
pub(super) fn time_in(connection: &Connection, frame: FrameNumber) -> Timestamp {
    let mut steps = connection.steps.iter();
    steps
        .find(|step| step.frames.contains(&frame))
        .map_or(connection.last.time, |step| step.time)
}
