//! Connection → Departure: whether the client left before an answer can have reached it.
//!
//! "No answer" is the server's silence only if the client waited. A client that closes within a round trip of its
//! message, or soon after it, left first.

use crate::base::frame::{FrameAt, FrameNumber};
use crate::connection::Connection;
use crate::connection::walk::{Alert, Side, Step};

/// A client that leaves sooner than this did not wait: no client's time-out is that short, while servers that fetch
/// data before they answer may take that long.
pub(super) const NOT_WAITED: i64 = 1_000_000_000;

/// The client's close, before everything that the server sent after a given step of the client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departure {
    /// Its FIN or RST.
    pub(super) frame: FrameNumber,
    /// The time since the step, in nanoseconds.
    pub(super) after: i64,
    /// The connection's round trip, if it is known and no answer can have arrived sooner.
    pub(super) within_round_trip: Option<i64>,
}

/// The client's close after one of its own steps, if the client left first and at once.
pub(super) fn at_once(connection: &Connection, step: &Step) -> Option<Departure> {
    let FrameAt { frame, time } = left_first(connection)?;
    let after = time.since(step.time);
    if step.side != Side::Client || !(1..NOT_WAITED).contains(&after) {
        return None;
    }
    let within_round_trip = connection.round_trip().filter(|&round_trip| after < round_trip);
    Some(Departure {
        frame,
        after,
        within_round_trip,
    })
}

/// The server's alert behind a frame and before the client left, close_notify or another: the server ended the exchange, whichever
/// side's FIN came first (RFC 9846 section 6.1).
pub(super) fn goodbye_of_server(connection: &Connection, after: FrameNumber) -> Option<FrameNumber> {
    let client = &connection.tcp.client;
    let left = client.fin.into_iter().chain(client.reset).map(|mark| mark.frame).min();
    let mut alerts = connection.tls.iter().flat_map(|tls| &tls.alerts);
    let own = connection
        .tls
        .iter()
        .flat_map(|tls| &tls.alerts)
        .find(|alert| alert.side == Side::Client);
    let left = left.into_iter().chain(own.map(|alert| alert.frame)).min();
    let is_goodbye = |alert: &&Alert| alert.side == Side::Server && !alert.after_close && alert.frame > after;
    let alert = alerts.find(is_goodbye)?.frame;
    left.is_none_or(|left| alert < left).then_some(alert)
}

/// The side that closed first, with FIN.
pub(super) fn first_fin(connection: &Connection) -> Option<Side> {
    let (client, server) = (connection.tcp.client.fin, connection.tcp.server.fin);
    match (client, server) {
        // The side whose FIN acknowledges the other side's FIN was second, whatever the order in the file.
        (Some(client), Some(server)) if client.acked > server.at => Some(Side::Server),
        (Some(client), Some(server)) if server.acked > client.at => Some(Side::Client),
        (Some(client), Some(server)) if server.frame < client.frame => Some(Side::Server),
        (Some(client), None) if client.acked > connection.tcp.server.end => Some(Side::Server),
        (None, Some(server)) if server.acked > connection.tcp.client.end => Some(Side::Client),
        (Some(_), _) => Some(Side::Client),
        (None, Some(_)) => Some(Side::Server),
        (None, None) => None,
    }
}

/// The client's FIN or RST, if the server had sent neither.
fn left_first(connection: &Connection) -> Option<FrameAt> {
    let (client, server) = (&connection.tcp.client, &connection.tcp.server);
    let fin = client.fin.filter(|_| first_fin(connection) == Some(Side::Client));
    let mark = match (fin, client.reset) {
        (Some(fin), Some(reset)) if reset.frame < fin.frame => reset,
        (Some(fin), _) => fin,
        (None, Some(reset)) if server.fin.is_none_or(|fin| reset.frame < fin.frame) => reset,
        (None, _) => return None,
    };
    let server_reset_first = server.reset.is_some_and(|reset| reset.frame < mark.frame);
    (!server_reset_first).then_some(mark.frame_at())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::Timestamp;
    use crate::connection::connection;
    use crate::connection::walk::{Seen, StepKind};
    use crate::tcp::side::Mark;

    const MS: i64 = 1_000_000;

    fn step(kind: StepKind, frame: u64, at: i64) -> Step {
        Step {
            kind,
            side: Side::Client,
            frame: FrameNumber(frame),
            frames: vec![FrameNumber(frame)],
            time: Timestamp(at),
            from: 0,
            to: 0,
            seen: Seen::Observed,
            detail: None,
        }
    }

    fn mark(frame: u64, at: i64) -> Mark {
        Mark {
            frame: FrameNumber(frame),
            time: Timestamp(at),
            ttl: 64,
            ip_id: None,
            ack: true,
            at: 0,
            acked: 0,
        }
    }

    /// A connection with a round trip of 40 ms, whose client closes this long after its hello.
    fn closing(after: i64) -> (Connection, Step) {
        let mut it = connection(1, "10.0.0.1:50000", "10.0.0.2:443");
        it.tcp.client.syns = vec![FrameAt::new(FrameNumber(1), Timestamp(0))];
        it.tcp.server.syns = vec![FrameAt::new(FrameNumber(2), Timestamp(30 * MS))];
        it.steps = vec![step(StepKind::Ack, 3, 40 * MS)];
        it.tcp.client.fin = Some(mark(5, 50 * MS + after));
        (it, step(StepKind::ClientHello, 4, 50 * MS))
    }

    #[test]
    fn a_client_that_closes_within_a_round_trip_cannot_have_been_answered() {
        let (it, hello) = closing(39 * MS);
        assert_eq!(at_once(&it, &hello).unwrap().within_round_trip, Some(40 * MS));
        let (it, hello) = closing(300 * MS);
        let left = at_once(&it, &hello).unwrap();
        assert_eq!((left.after, left.within_round_trip), (300 * MS, None));
    }

    #[test]
    fn a_client_that_waits_or_closes_second_did_not_leave_first() {
        let (it, hello) = closing(1500 * MS);
        assert!(at_once(&it, &hello).is_none(), "it waited");
        let (mut it, hello) = closing(39 * MS);
        it.tcp.server.fin = Some(mark(4, 45 * MS));
        assert!(at_once(&it, &hello).is_none(), "the server had closed");
        let (mut it, hello) = closing(39 * MS);
        it.tcp.server.reset = Some(mark(4, 45 * MS));
        assert!(at_once(&it, &hello).is_none(), "it had been reset");
    }
}
