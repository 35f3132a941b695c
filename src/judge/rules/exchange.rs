//! Attempt → whether its exchange succeeded, as far as the capture shows.
//!
//! In TLS 1.3 only later records show that the server accepted the client; if nothing was asked, an orderly close takes
//! the place of an answer.

use super::departure::{NOT_WAITED, first_fin, goodbye_of_server};
use super::finished_order::finished_unheard;
use super::heard::{ANSWER, late_answer};
use super::sight::{first_end, is_closed, sees_handshake};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::tcp::side::Mark;
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
                && finished_unheard(connection).is_none()
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
    let asked = tls.first_application_data.client;
    let left = (connection.tcp.client.fin).or_else(|| reset_unasked(connection).filter(|_| asked.is_none()))?;
    // What a server sends unasked is no answer.
    let answer = data(connection, Side::Server).next().filter(|_| asked.is_some());
    let before = match answer {
        Some(answer) => left.acked <= answer.from,
        None => connection.tcp.client.fin.is_none() || first_fin(connection) == Some(Side::Client),
    };
    let soon = data(connection, Side::Client)
        .next_back()
        .is_none_or(|asked| left.time.since(asked.time) < NOT_WAITED);
    let is_first = goodbye_of_server(connection, asked.unwrap_or_default()).is_none();
    (!attempt.licensing && before && soon && is_first).then_some(left.frame)
}

/// The RST by which a client ended a connection that nobody had closed: of one that had asked for nothing it is a close
/// like any other, as of a browser's spare connection or a check of a balancer.
pub(super) fn reset_unasked(connection: &Connection) -> Option<Mark> {
    let (side, reset) = first_end(connection)?;
    (side == Side::Client).then_some(reset)
}

/// The client's alert after a complete handshake, if the client had asked for nothing before it: the alert's content is
/// encrypted.
fn said_goodbye_first(connection: &Connection, tls: &TlsFacts) -> Option<FrameNumber> {
    let nothing_said = tls.application_data.client == 0;
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

/// In bytes, records and all: the settings of large services, one acknowledgement and one window fill less than this; an answer
/// with a head alone may, too.
const MOST_SETTINGS: u64 = 200;

/// In bytes of a record, with its header: HTTP/2's frames that control the connection fit into less, with what TLS adds (RFC
/// 9113 section 6); a request or an answer does not.
const LARGEST_CONTROL: u64 = 48;

/// True if all that the server sent may be what a server of HTTP/2 sends unasked: its settings, an acknowledgement of the
/// client's, and a larger window (RFC 9113 section 3.4). In TLS 1.3 only the client's offer shows the protocol.
pub(super) fn settings_only(connection: &Connection, tls: &TlsFacts) -> bool {
    let chosen = tls.server_hello.as_ref().and_then(|hello| hello.alpn.as_ref());
    let mut offered = tls.client_hello.iter().flat_map(|hello| &hello.alpn);
    let is_sealed = tls.version().is_some_and(crate::tls::Version::is_tls13);
    let may_be_h2 = match chosen {
        Some(chosen) => chosen.raw() == "h2",
        None => is_sealed && offered.any(|it| it.raw() == "h2"),
    };
    let bytes: u64 = data(connection, Side::Server).map(size).sum();
    may_be_h2 && (1..=MOST_SETTINGS).contains(&bytes)
}

/// The client's last request of HTTP/2, if the server had sent its settings and nothing of the size of an answer behind the
/// request. The client's first record is no request: the connection preface is in it.
pub(super) fn request_after_settings<'c>(connection: &'c Connection, tls: &TlsFacts) -> Option<&'c Step> {
    if !settings_only(connection, tls) {
        return None;
    }
    let request = data(connection, Side::Client)
        .skip(1)
        .filter(|step| size(step) > LARGEST_CONTROL)
        .last()?;
    let mut behind = data(connection, Side::Server).filter(|step| step.time >= request.time);
    behind.all(|step| size(step) <= LARGEST_CONTROL).then_some(request)
}

/// A side's records of data, in order.
pub(super) fn data(connection: &Connection, side: Side) -> impl DoubleEndedIterator<Item = &Step> {
    let is_data = move |step: &&Step| step.side == side && step.kind == StepKind::ApplicationData;
    connection.steps.iter().filter(is_data)
}

/// The bytes of a step, records and all.
pub(super) const fn size(step: &Step) -> u64 {
    step.to.saturating_sub(step.from)
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
