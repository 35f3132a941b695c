//! Datagram → DatagramFlow: the table of attempts at DTLS and QUIC, by addresses and ports.
//!
//! A sender can produce a million Client Hellos from a million addresses: the table is bounded, and unanswered attempts
//! are evicted first.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use crate::base::carrier::Carrier;
use crate::base::clock::Moment;
use crate::base::endpoint::{Endpoint, is_host};
use crate::base::frame::Timestamp;
use crate::connection::Connection;
use crate::connection::datagram::flow::DatagramFlow;
use crate::connection::table::clock::OpenFlow;
use crate::decode::Datagram;

/// Attempts observed at once: a controller has at most 6,000 access points, which do not join in the same minute. One
/// attempt takes some two KiB.
const MAX_FLOWS: usize = 8 * 1024;

/// The number of flows searched for an unanswered one before the oldest is evicted.
const LOOKED_AT: usize = 32;

const SECOND: i64 = 1_000_000_000;

/// A closed attempt is over after this much silence.
const CLOSED: i64 = 5 * SECOND;

/// A silent attempt is over after this time: timers double up to 60 s (RFC 6347 section 4.2.4.1).
const SILENT: i64 = 150 * SECOND;

type Key = [Endpoint; 2];

/// An attempt that has ended, and whether it ended only because too many were open.
pub type Over = (Connection, bool);

/// All attempts at DTLS that are under observation.
#[derive(Debug, Default)]
pub struct DatagramFlows {
    flows: HashMap<Key, Box<DatagramFlow>, RandomState>,
    /// In order of their beginnings, to find one to close.
    order: VecDeque<(Key, u64)>,
    /// Bytes held in incomplete messages.
    held: usize,
    /// Attempts closed early because too many were open at once.
    pub evicted: u64,
}

/// The ends in an order that both directions share, and the index of the sender.
fn key(datagram: &Datagram<'_>) -> (Key, usize) {
    match datagram.src <= datagram.dst {
        true => ([datagram.src, datagram.dst], 0),
        false => ([datagram.dst, datagram.src], 1),
    }
}

impl DatagramFlows {
    /// Processes a datagram; ended attempts are added to `ended`. Returns false if it belongs to no attempt. `index`
    /// gives a new attempt its number.
    pub fn accept(
        &mut self,
        datagram: &Datagram<'_>,
        carrier: Carrier,
        mut index: impl FnMut() -> u64,
        ended: &mut Vec<Over>,
    ) -> bool {
        let (key, from) = key(datagram);
        if let Some(flow) = self.flows.get_mut(&key) {
            if !flow.is_reused_by(datagram, from) {
                flow.accept(datagram, from, &mut self.held);
                return true;
            }
            ended.extend(self.take(&key, datagram.time).map(|it| (it, false)));
        }
        let is_between_hosts = [datagram.src, datagram.dst].iter().all(|end| is_host(end.ip));
        if !is_between_hosts || !DatagramFlow::begins(datagram, carrier) {
            return false;
        }
        if self.flows.len() >= MAX_FLOWS {
            ended.extend(self.evict().map(|it| (it, true)));
        }
        let mut flow = DatagramFlow::begin(index(), key, datagram, carrier);
        flow.accept(datagram, from, &mut self.held);
        self.order.push_back((key, flow.index));
        self.flows.insert(key, flow);
        // Repeated attempts between the same ends leave unused places behind.
        if self.order.len() > 2 * MAX_FLOWS {
            let flows = &self.flows;
            self.order
                .retain(|(key, index)| flows.get(key).is_some_and(|flow| flow.index == *index));
        }
        true
    }

    /// True if these ends are those of an observed attempt.
    #[must_use]
    pub fn knows(&self, src: Endpoint, dst: Endpoint) -> bool {
        let key = if src <= dst { [src, dst] } else { [dst, src] };
        self.flows.contains_key(&key)
    }

    /// Hands on every remaining attempt, in order of first frames. The capture continues to `until`.
    pub fn finish(&mut self, until: Timestamp) -> Vec<Connection> {
        let mut flows: Vec<_> = std::mem::take(&mut self.flows).into_values().collect();
        self.order.clear();
        flows.sort_unstable_by_key(|flow| flow.index);
        let held = &mut self.held;
        let until = flows
            .iter()
            .map(|flow| flow.last.time)
            .max()
            .max(Some(until))
            .unwrap_or(until);
        flows
            .into_iter()
            .map(|flow| flow.into_connection(held, until))
            .collect()
    }

    /// Hands on the attempts that are over at this time, by the length of their silence.
    pub(crate) fn hand_on_quiet(&mut self, moment: Moment, ended: &mut Vec<Over>) {
        let is_quiet = |flow: &DatagramFlow| {
            let patience = if flow.is_over() { CLOSED } else { SILENT };
            moment.since(flow.last.time) > patience
        };
        let mut over: Vec<(u64, Key)> = self
            .flows
            .iter()
            .filter(|(_, flow)| is_quiet(flow))
            .map(|(key, flow)| (flow.index, *key))
            .collect();
        over.sort_unstable();
        for (_, key) in over {
            ended.extend(self.take(&key, moment.now).map(|it| (it, false)));
        }
        let flows = &self.flows;
        self.order
            .retain(|(key, index)| flows.get(key).is_some_and(|flow| flow.index == *index));
    }

    /// The attempts that may still become connections of interest.
    pub(crate) fn open(&self) -> impl Iterator<Item = OpenFlow> {
        self.flows.iter().map(|(ends, flow)| OpenFlow {
            ends: *ends,
            first: flow.first.time,
            has_asked: flow.has_asked(),
        })
    }

    fn take(&mut self, key: &Key, until: Timestamp) -> Option<Connection> {
        let flow = self.flows.remove(key)?;
        Some(flow.into_connection(&mut self.held, until))
    }

    /// Closes the oldest unanswered attempt or, if none of the oldest is unanswered, the oldest.
    fn evict(&mut self) -> Option<Connection> {
        let mut seen = 0;
        while let Some((key, index)) = self.order.pop_front() {
            let Some(flow) = self.flows.get(&key).filter(|flow| flow.index == index) else {
                continue;
            };
            seen += 1;
            if seen < LOOKED_AT && !flow.is_one_sided() {
                self.order.push_back((key, index));
                continue;
            }
            self.evicted += 1;
            let last = flow.last.time;
            return self.take(&key, last);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::FrameNumber;
    use crate::connection::step::{Side, StepKind};
    use crate::decode::Tunnel;

    const MS: i64 = 1_000_000;

    fn record(kind: u8, epoch: u16, body: &[u8]) -> Vec<u8> {
        let len = u16::try_from(body.len()).unwrap();
        [
            &[kind, 0xfe, 0xfd][..],
            &epoch.to_be_bytes(),
            &[0; 6],
            &len.to_be_bytes(),
            body,
        ]
        .concat()
    }

    fn handshake(kind: u8, number: u8, body: &[u8]) -> Vec<u8> {
        let len = u8::try_from(body.len()).unwrap();
        let head = [kind, 0, 0, len, 0, number, 0, 0, 0, 0, 0, len];
        record(22, 0, &[&head[..], body].concat())
    }

    /// A Client Hello by its random value, with a cookie or without.
    fn hello(random: u8, number: u8, cookie: &[u8]) -> Vec<u8> {
        let len = u8::try_from(cookie.len()).unwrap();
        let body = [
            &[0xfe, 0xfd][..],
            &[random; 32],
            &[0, len],
            cookie,
            &[0, 2, 0xc0, 0x2b, 1, 0],
        ]
        .concat();
        handshake(1, number, &body)
    }

    fn cookie_request() -> Vec<u8> {
        handshake(3, 0, &[0xfe, 0xff, 4, 9, 9, 9, 9])
    }

    struct Talk {
        flows: DatagramFlows,
        ended: Vec<Over>,
        index: u64,
        frame: u64,
    }

    impl Talk {
        fn new() -> Self {
            Self {
                flows: DatagramFlows::default(),
                ended: Vec::new(),
                index: 0,
                frame: 0,
            }
        }

        /// A datagram between a port of the client and port 4433 of the server, at this millisecond.
        fn say(&mut self, from_client: bool, client_ip: u32, at: i64, payload: &[u8]) -> bool {
            let client = Endpoint {
                ip: std::net::Ipv4Addr::from(client_ip).into(),
                port: 50_000,
            };
            let server = Endpoint {
                ip: [10, 0, 0, 1].into(),
                port: 4433,
            };
            let (src, dst) = if from_client {
                (client, server)
            } else {
                (server, client)
            };
            self.frame += 1;
            let datagram = Datagram {
                frame: FrameNumber(self.frame),
                time: Timestamp(at * MS),
                src,
                dst,
                payload,
                lost: 0,
                fragments_missing: false,
                tunnel: Tunnel::None,
            };
            let index = &mut self.index;
            let next = || {
                *index += 1;
                *index
            };
            self.flows.accept(&datagram, Carrier::Dtls, next, &mut self.ended)
        }

        fn end(mut self) -> Vec<Connection> {
            let mut all: Vec<_> = self.ended.into_iter().map(|(it, _)| it).collect();
            all.extend(self.flows.finish(Timestamp(0)));
            all
        }
    }

    const CLIENT: u32 = 0x0a00_0009;

    #[test]
    fn a_million_spoofed_hellos_take_bounded_memory_and_push_out_nobody_who_is_answered() {
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &hello(1, 0, &[]));
        talk.say(false, CLIENT, 1, &cookie_request());
        for n in 0..1_000_000_u32 {
            talk.say(true, 0x0b00_0000 + n, 2, &hello(2, 0, &[]));
            assert!(talk.flows.flows.len() <= MAX_FLOWS && talk.flows.order.len() <= 2 * MAX_FLOWS + 1);
            talk.ended.clear();
        }
        assert!(talk.say(true, CLIENT, 3, &hello(1, 1, &[9, 9, 9, 9])));
        assert!(talk.flows.evicted > 900_000 && talk.flows.held == 0);
        let all = talk.end();
        let kept = all
            .iter()
            .find(|it| it.client.ip == std::net::Ipv4Addr::from(CLIENT))
            .unwrap();
        assert_eq!(kept.steps.len(), 3);
    }

    #[test]
    fn a_loop_of_cookies_is_one_attempt_of_few_steps() {
        let mut talk = Talk::new();
        for n in 0..10_000 {
            talk.say(true, CLIENT, n * 1000, &hello(1, 0, &[]));
            talk.say(false, CLIENT, n * 1000 + 1, &cookie_request());
        }
        let [one] = &talk.end()[..] else { panic!("one attempt") };
        assert_eq!(one.steps.len(), 2);
        let facts = one.datagrams.as_deref().unwrap();
        assert!(facts.again.client.len() <= 32 && facts.again.server.len() <= 32);
        assert_eq!(one.tcp.client.retransmissions, 9_999);
    }

    #[test]
    fn another_random_value_is_another_attempt_and_the_same_a_repetition() {
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &hello(1, 0, &[]));
        talk.say(true, CLIENT, 1000, &hello(1, 0, &[]));
        talk.say(true, CLIENT, 9000, &hello(2, 0, &[]));
        let all = talk.end();
        let repeated: Vec<_> = all.iter().map(|it| it.tcp.client.retransmissions).collect();
        assert_eq!(repeated, [1, 0]);
        // With a cookie the hello continues the attempt, whatever its random value: some access points change it.
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &hello(1, 0, &[]));
        talk.say(false, CLIENT, 1, &cookie_request());
        talk.say(true, CLIENT, 2, &hello(2, 1, &[9, 9, 9, 9]));
        let all = talk.end();
        assert_eq!(all.len(), 1);
        let kinds: Vec<_> = all[0].steps.iter().map(|it| (it.kind, it.side)).collect();
        let hello = (StepKind::ClientHello, Side::Client);
        assert_eq!(kinds, [hello, (StepKind::HelloVerifyRequest, Side::Server), hello]);
    }

    #[test]
    fn a_second_copy_of_a_datagram_is_no_repetition() {
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &hello(1, 0, &[]));
        talk.say(true, CLIENT, 1, &hello(1, 0, &[]));
        let all = talk.end();
        assert_eq!(
            (all[0].tcp.client.duplicates, all[0].tcp.client.retransmissions),
            (1, 0)
        );
    }

    #[test]
    fn garbage_begins_nothing() {
        let mut talk = Talk::new();
        let sealed = record(22, 1, &[7; 40]);
        let data = record(23, 1, &[7; 40]);
        for payload in [
            &[][..],
            &[0; 60],
            &[0xff; 60],
            &[22, 0xfe, 0xfd],
            &sealed,
            &data,
            b"GET / HTTP/1.1\r\n",
        ] {
            assert!(!talk.say(true, CLIENT, 0, payload), "{payload:?}");
        }
        // During an attempt it changes nothing that was sent before.
        talk.say(true, CLIENT, 0, &hello(1, 0, &[]));
        let mut seed = 1_u32;
        for n in 0..5000 {
            let noise: Vec<u8> = (0..60)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    seed.to_be_bytes()[0]
                })
                .collect();
            talk.say(n % 2 == 0, CLIENT, n, &record(22, 0, &noise));
        }
        let all = talk.end();
        assert_eq!(
            all[0]
                .steps
                .iter()
                .filter(|it| it.kind == StepKind::ClientHello)
                .count(),
            1
        );
        assert!(all[0].steps.len() < 200);
    }

    #[test]
    fn who_fell_silent_long_ago_is_handed_on_by_the_clock() {
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &hello(1, 0, &[]));
        let mut over = Vec::new();
        let mut clock = crate::base::clock::Clock::default();
        for second in [0, 100] {
            let moment = clock.saw(Timestamp(second * SECOND));
            talk.flows.hand_on_quiet(moment, &mut over);
            assert!(over.is_empty());
        }
        let moment = clock.saw(Timestamp(120 * SECOND));
        talk.flows.hand_on_quiet(moment.after(60 * SECOND), &mut over);
        assert_eq!(over.len(), 1);
    }
}
