//! Connection → its progress below TLS: whether TCP opened at the server, which part of the Client Hello arrived there,
//! and how long an answer takes.
//!
//! Each answer comes from the numbers and times of the segments, so that a rule states exactly what was checked.

use crate::base::frame::FrameAt;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::tcp::delivery::Coverage;
use crate::tcp::stream::Position;

/// In nanoseconds. A SYN is repeated after a second (RFC 6298); an answer that comes later than three is late, however far away
/// the server is.
const LATE: i64 = 3_000_000_000;

/// In nanoseconds. Retransmission timers of a SYN-ACK start at a second (RFC 6298); a SYN-ACK repeated sooner crossed
/// the acknowledgement.
const TIMER: i64 = 800_000_000;

impl Connection {
    /// The time from a packet of the client to the answer that the server's system gives at once, wherever on the path
    /// the capture was made: from the SYN to the acknowledgement of its answer. `None` if one of the three was
    /// repeated.
    #[must_use]
    pub fn round_trip(&self) -> Option<i64> {
        let [FrameAt { time: asked, .. }] = self.tcp.client.syns[..] else {
            return None;
        };
        let [_] = self.tcp.server.syns[..] else { return None };
        let opened = self.step_by(StepKind::Ack, Side::Client)?;
        Some(opened.time.since(asked)).filter(|&time| time >= 0)
    }

    /// The first and the last position of the first Client Hello, by its own length.
    #[must_use]
    pub fn hello_extent(&self) -> Option<(Position, Position)> {
        let step = self.step_by(StepKind::ClientHello, Side::Client)?;
        let len = self.tls.as_ref()?.client_hello.as_ref()?.wire_len;
        Some((step.from, step.to.max(step.from.saturating_add(len as u64))))
    }

    /// The part of the first Client Hello that arrived.
    #[must_use]
    pub fn hello_coverage(&self) -> Option<Coverage> {
        let (from, to) = self.hello_extent()?;
        Some(self.tcp.client.delivery.coverage(from, to))
    }

    /// The last SYN-ACK, if it was sent although the client had acknowledged an earlier one long before and had sent
    /// data: for the server the connection never opened.
    #[must_use]
    pub fn repeated_syn_ack(&self) -> Option<FrameAt> {
        let server = &self.tcp.server;
        let acknowledged = self.step_by(StepKind::Ack, Side::Client)?.time;
        let &last = server.syns.last().filter(|_| server.syns.len() > 1)?;
        (server.ordinary.is_none() && last.time.since(acknowledged) >= TIMER).then_some(last)
    }

    /// How long after the first SYN the server's SYN-ACK came, if that was too late: the client had repeated its SYN, and
    /// refuses the answer.
    #[must_use]
    pub fn answered_too_late(&self) -> Option<i64> {
        let (client, server) = (&self.tcp.client, &self.tcp.server);
        let (first, answer) = (client.syns.first()?, server.syns.first()?);
        let waited = answer.time.since(first.time);
        (self.answer_refused() && client.syns.len() > 1 && waited >= LATE).then_some(waited)
    }

    /// True if the server's SYN-ACK was answered by nothing, or by the same SYN again, and either was sent more than
    /// once: the answer to a single one may have come after the capture.
    #[must_use]
    pub fn syn_ack_unanswered(&self) -> bool {
        let (client, server) = (&self.tcp.client, &self.tcp.server);
        !server.syns.is_empty()
            && (server.syns.len() > 1 || client.syns.len() > 1)
            && server.ordinary.is_none()
            && client.ordinary.is_none()
            && client.frames > 0
            && client.reset.is_none()
            && server.reset.is_none()
            && !client.acked_unseen
            && client.bytes == 0
    }
}
