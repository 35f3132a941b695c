//! Connection → what a side had received when it left: by the numbers it acknowledged, whatever the order in the file.

use super::client;
use super::exchange::request_after_settings;
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind};
use crate::judge::finding::Finding;
use crate::tcp::stream::Position;

/// The steps that show an answer.
pub(super) const ANSWER: &[StepKind] = &[StepKind::ApplicationData, StepKind::HttpResponse];

/// In nanoseconds. The shortest retransmission timer that systems use (200 ms; RFC 6298 asks for a second): what comes sooner may only
/// have come out of order.
const TIMER: i64 = 200_000_000;

/// The position up to which a side's bytes were acknowledged.
pub(super) const fn heard_to(connection: &Connection, side: Side) -> Position {
    let tcp = match side {
        Side::Client => &connection.tcp.client,
        Side::Server => &connection.tcp.server,
    };
    tcp.end.saturating_sub(tcp.bytes).saturating_add(tcp.acked_bytes)
}

/// True if the client had closed before the server began to send this step, and rejected it with a RST (RFC 9293
/// section 3.10.7): it had stopped waiting. A client that only closes its own direction acknowledges what still
/// arrives.
pub(super) fn came_too_late(connection: &Connection, step: &Step) -> bool {
    let client = &connection.tcp.client;
    step.side == Side::Server
        && client.reset.is_some()
        && client.fin.is_some_and(|fin| fin.acked <= step.from)
        && heard_to(connection, Side::Server) <= step.from
}

/// True if the client had closed before it had received a whole message, and rejected the rest: TLS delivers only whole
/// messages.
pub(super) fn came_partly_too_late(connection: &Connection, step: &Step) -> bool {
    let client = &connection.tcp.client;
    step.side == Side::Server
        && client.reset.is_some()
        && client.fin.is_some_and(|fin| fin.acked < step.to)
        && heard_to(connection, Side::Server) < step.to
}

/// The first step of these kinds that the server sent; among several HTTP answers the last.
fn said<'c>(connection: &'c Connection, kinds: &[StepKind]) -> Option<&'c Step> {
    let said = |step: &&Step| step.side == Side::Server && kinds.contains(&step.kind);
    let first = connection.steps.iter().find(said)?;
    match first.kind {
        StepKind::HttpResponse => connection.steps.iter().rfind(said),
        _ => Some(first),
    }
}

/// The server's step of these kinds, if it was sent too late.
pub(super) fn late_answer(connection: &Connection, kinds: &[StepKind]) -> Option<Step> {
    said(connection, kinds)
        .filter(|answer| came_too_late(connection, answer))
        .cloned()
}

/// The frame of the server's close, if it came before this step although its number lies behind it: the step had been
/// sent by then, and what was captured is its repetition (RFC 9293 section 3.8.1).
pub(super) fn sent_before(connection: &Connection, step: &Step) -> Option<FrameNumber> {
    let fin = connection.tcp.server.fin?;
    let is_behind = step.side == Side::Server && fin.frame < step.frame && fin.at >= step.to;
    (is_behind && step.time.since(fin.time) >= TIMER).then_some(fin.frame)
}

/// Lowers a finding that rests on the server's step of these kinds. If a client that had closed or then reset never
/// acknowledged the step, the step may have come too late, though the frame that would show this is not in the capture.
pub(super) fn if_heard(
    finding: Finding,
    attempt: &Attempt<'_>,
    connection: &Connection,
    kinds: &[StepKind],
) -> Finding {
    let tcp = &connection.tcp.client;
    let is_doubtful = said(connection, kinds).is_some_and(|step| {
        heard_to(connection, Side::Server) <= step.from
            && (tcp.reset.is_some() || tcp.fin.is_some_and(|fin| fin.acked <= step.from))
    });
    if !is_doubtful {
        return finding;
    }
    let confidence = finding.confidence.min(Confidence::Likely);
    finding
        .confidence(confidence)
        .cannot_tell(phrase("heard-cannot-tell").with("who", client(attempt)))
}

/// True if the client's Finished was sent again and never acknowledged: for the server the handshake never ended.
pub(super) fn finished_lost(connection: &Connection) -> bool {
    let client = &connection.tcp.client;
    let finished = connection.step_by(StepKind::Finished, Side::Client);
    client.retransmissions > 0
        && connection.tcp.server.fin.is_none()
        && finished.is_some_and(|step| heard_to(connection, Side::Client) <= step.from)
}

/// True if the server had closed before it received the client's Finished: for the server the handshake was never
/// complete.
pub(super) fn closed_unfinished(connection: &Connection) -> bool {
    let finished = connection.step_by(StepKind::Finished, Side::Client);
    let closed = connection.tcp.server.fin.zip(finished);
    closed.is_some_and(|(fin, finished)| fin.acked <= finished.from)
}

/// True if the server sent more bytes than were read as steps: an answer that is not TLS is still an answer.
fn says_more(connection: &Connection) -> bool {
    let is_read = |step: &&Step| step.side == Side::Server && !matches!(step.kind, StepKind::Fin | StepKind::Reset);
    let read = connection.steps.iter().filter(is_read).map(|step| step.to).max();
    read.is_some_and(|read| connection.tcp.server.end > read)
}

/// The frame of a request without an answer, or without an answer in time.
pub(super) fn unanswered(connection: &Connection, late: bool) -> Option<FrameNumber> {
    if let Some(tls) = &connection.tls {
        let is_sound = tls.is_complete() && tls.first_error().is_none() && tls.server_alert_after_finished.is_none();
        if let Some(request) = request_after_settings(connection, tls).filter(|_| is_sound) {
            return Some(request.frame);
        }
        let open = tls.is_complete()
            && tls.application_data.client > 0
            && (tls.application_data.server == 0 && !says_more(connection) || late)
            && tls.first_error().is_none()
            && tls.server_alert_after_finished.is_none()
            && tls.unclear_answer.is_none();
        return tls.first_application_data.client.filter(|_| open);
    }
    let exchange = connection.http.last()?;
    let (frame, request) = exchange.request.as_ref()?;
    ((exchange.response.is_none() || late) && request.method.raw() != "CONNECT").then_some(*frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::{FrameNumber, Timestamp};
    use crate::connection::connection;
    use crate::connection::walk::Seen;
    use crate::tcp::side::Mark;

    fn mark(frame: u64, acked: Position) -> Mark {
        Mark {
            frame: FrameNumber(frame),
            time: Timestamp(0),
            ttl: 64,
            ip_id: None,
            ack: true,
            at: 1000,
            acked,
        }
    }

    /// A client that had received up to 500 when it closed, and a server that then sent a step from there on.
    fn closed(heard: u64, reset: bool) -> (Connection, Step) {
        let mut it = connection(1, "10.0.0.1:50000", "10.0.0.2:443");
        it.tcp.client.fin = Some(mark(7, 500));
        it.tcp.client.reset = reset.then(|| mark(9, 500));
        (it.tcp.server.bytes, it.tcp.server.end, it.tcp.server.acked_bytes) = (200, 600, heard);
        let step = Step {
            kind: StepKind::ApplicationData,
            side: Side::Server,
            frame: FrameNumber(8),
            frames: vec![FrameNumber(8)],
            time: Timestamp(0),
            from: 500,
            to: 600,
            seen: Seen::Observed,
            detail: None,
        };
        (it, step)
    }

    #[test]
    fn what_comes_after_the_close_is_no_answer_unless_it_was_read() {
        let (left, step) = closed(100, true);
        assert!(came_too_late(&left, &step), "it refused what came");
        let (half, step) = closed(200, true);
        assert!(!came_too_late(&half, &step), "it closed its own direction and read on");
        let (open, step) = closed(100, false);
        assert!(!came_too_late(&open, &step), "the capture may end before it was read");
        let (left, mut step) = closed(100, true);
        step.from = 450;
        assert!(!came_too_late(&left, &step), "it was there before the close");
    }
}
