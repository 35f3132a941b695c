//! Connection → Twin: a connection that the capture holds twice, before and after its addresses were translated.
//!
//! A capture on "any", or on both sides of a router, shows each packet once with the client's own address and once with the
//! router's. Address translation leaves sequence numbers alone (RFC 3022 section 2.2), and two connections that begin within
//! a moment of one another with the same two random numbers of 32 bits are one.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::base::frame::FrameAt;
use crate::base::seq::SeqNumber;
use crate::connection::Connection;

/// A router passes a packet on within this time.
const PASSED_ON: i64 = 100_000_000;

/// Connections by their initial numbers, each with the attempt it belongs to.
#[derive(Debug, Default)]
pub(crate) struct Twins<'a> {
    seen: HashMap<[SeqNumber; 2], (&'a Connection, usize), RandomState>,
}

impl<'a> Twins<'a> {
    /// Remembers a connection and the attempt that it belongs to.
    pub(crate) fn note(&mut self, connection: &'a Connection, owner: usize) {
        if let Some(numbers) = numbers(connection) {
            self.seen.insert(numbers, (connection, owner));
        }
    }

    /// The attempt of the connection that this one is another view of.
    pub(crate) fn owner(&self, connection: &Connection) -> Option<usize> {
        let (earlier, owner) = self.seen.get(&numbers(connection)?)?;
        is_twin(earlier, connection).then_some(*owner)
    }
}

fn numbers(connection: &Connection) -> Option<[SeqNumber; 2]> {
    Some([connection.tcp.client.isn?, connection.tcp.server.isn?])
}

/// True if two connections with the same initial numbers have different addresses, and each step at the same time.
fn is_twin(one: &Connection, other: &Connection) -> bool {
    let is_elsewhere = one.client.ip != other.client.ip || one.server.ip != other.server.ip;
    // A translator forwards, and forwarding lowers the time to live (RFC 1812 section 5.3.1).
    let is_forwarded = one.tcp.client.ttl != other.tcp.client.ttl;
    let close = |one: &[FrameAt], other: &[FrameAt]| match (one.first(), other.first()) {
        (Some(one), Some(other)) => one.time.since(other.time).abs() <= PASSED_ON,
        _ => false,
    };
    let tcp = (&one.tcp, &other.tcp);
    is_elsewhere
        && is_forwarded
        && close(&tcp.0.client.syns, &tcp.1.client.syns)
        && close(&tcp.0.server.syns, &tcp.1.server.syns)
        && tcp.0.client.bytes == tcp.1.client.bytes
        && tcp.0.server.bytes == tcp.1.server.bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::Timestamp;
    use crate::connection::{SECOND, connection};

    /// A connection of that client with these initial numbers.
    fn of(client: &str, at: i64, numbers: [u32; 2]) -> Connection {
        let mut it = connection(at, client, "10.0.2.2:443").answered();
        it.tcp.client.isn = Some(SeqNumber(numbers[0]));
        it.tcp.server.isn = Some(SeqNumber(numbers[1]));
        it
    }

    #[test]
    fn the_same_numbers_at_the_same_time_are_one_connection_behind_a_translation() {
        let (before, mut after) = (of("10.0.1.2:50000", 5, [7, 9]), of("10.0.2.1:50000", 5, [7, 9]));
        after.tcp.client.ttl = 63;
        let mut twins = Twins::default();
        assert_eq!(twins.owner(&before), None);
        twins.note(&before, 3);
        assert_eq!(twins.owner(&after), Some(3));
    }

    #[test]
    fn other_numbers_another_time_or_the_same_addresses_are_another_connection() {
        let first = of("10.0.1.2:50000", 5, [7, 9]);
        for other in [
            of("10.0.2.1:50000", 5, [7, 10]),
            of("10.0.2.1:50000", 6, [7, 9]),
            of("10.0.1.2:50001", 5, [7, 9]),
            // Not forwarded.
            of("10.0.2.1:50000", 5, [7, 9]),
        ] {
            let mut twins = Twins::default();
            twins.note(&first, 0);
            assert_eq!(twins.owner(&other), None, "{:?}", other.client);
        }
        let mut later = of("10.0.2.1:50000", 5, [7, 9]);
        later.tcp.client.ttl = 63;
        later.tcp.client.syns[0].time = Timestamp(5 * SECOND + PASSED_ON);
        let mut twins = Twins::default();
        twins.note(&first, 0);
        assert_eq!(twins.owner(&later), Some(0));
    }
}
