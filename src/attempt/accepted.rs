//! Connections → Accepted: the ports that accepted a connection, and when.
//!
//! A SYN without an answer means one thing if nothing ever answers, and another if the same port completed a handshake
//! a moment before: then no firewall is closed, but a queue or a limit is full.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, Timestamp};
use crate::connection::Connection;

/// The number of ports remembered: an analyst's capture has hundreds of servers.
const MAX_PORTS: usize = 4096;

/// The number of connections remembered for each port, the first ones and the last.
const MAX_OF_PORT: usize = 32;

/// Ports that answered SYNs.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    ports: HashMap<Endpoint, Vec<FrameAt>, RandomState>,
}

impl Accepted {
    /// Records a connection whose SYN was answered and that opened.
    pub(crate) fn note(&mut self, connection: &Connection) {
        let Some(&answer) = connection.tcp.server.syns.first() else {
            return;
        };
        if connection.tcp.client.ordinary.is_none() {
            return; // nobody acknowledged the answer
        }
        if self.ports.len() >= MAX_PORTS && !self.ports.contains_key(&connection.server) {
            return;
        }
        let times = self.ports.entry(connection.server).or_default();
        if times.len() >= MAX_OF_PORT {
            times.pop();
        }
        times.push(answer);
    }

    /// The last time, up to this one, at which the port accepted a connection, and its frame.
    pub(crate) fn before(&self, port: Endpoint, time: Timestamp) -> Option<FrameAt> {
        let times = self.ports.get(&port)?;
        times
            .iter()
            .copied()
            .filter(|it| it.time <= time)
            .max_by_key(|it| it.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{SECOND, connection};

    /// A connection to a port that opened at this second.
    fn opened(at: i64) -> Connection {
        let mut it = connection(at, "10.0.0.1:50000", "10.0.0.2:443").answered();
        it.tcp.client.ordinary = Some(crate::tcp::side::Ordinary::add(None, 64, None));
        it
    }

    #[test]
    fn the_last_connection_before_a_moment_is_found() {
        let mut accepted = Accepted::default();
        let port = opened(1).server;
        for at in [10, 20, 30] {
            accepted.note(&opened(at));
        }
        let before = |at: i64| accepted.before(port, Timestamp(at * SECOND)).map(|it| it.frame.0);
        assert_eq!([before(9), before(25), before(99)], [None, Some(20), Some(30)]);
    }

    #[test]
    fn many_connections_of_a_port_cost_no_more_than_some() {
        let mut accepted = Accepted::default();
        for at in 1..1000 {
            accepted.note(&opened(at));
        }
        let port = opened(1).server;
        assert_eq!(accepted.ports[&port].len(), MAX_OF_PORT);
        let last = accepted.before(port, Timestamp(5000 * SECOND));
        assert_eq!(last.map(|it| it.frame.0), Some(999));
    }

    #[test]
    fn an_answer_that_nobody_acknowledged_opened_nothing() {
        let mut accepted = Accepted::default();
        let half = connection(5, "10.0.0.1:50000", "10.0.0.2:443").answered();
        accepted.note(&half);
        assert!(accepted.ports.is_empty());
    }
}
