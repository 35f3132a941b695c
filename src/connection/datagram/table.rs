//! Datagram → DatagramFlow: the table of attempts at DTLS, by addresses and ports.
//!
//! Anybody can send a million Client Hellos from a million addresses: what is held is bounded, and the first to go are those
//! that nobody answered.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use crate::base::carrier::Carrier;
use crate::base::clock::Moment;
use crate::base::endpoint::{Endpoint, is_host};
use crate::connection::Connection;
use crate::connection::datagram::flow::DatagramFlow;
use crate::connection::table::clock::OpenFlow;
use crate::decode::Datagram;

/// Attempts observed at once: a controller has at most 6,000 access points, which do not join in the same minute. One has some
/// two KiB.
const MAX_FLOWS: usize = 8 * 1024;

/// How many are looked at for one that nobody answered before the oldest goes.
const LOOKED_AT: usize = 32;

const SECOND: i64 = 1_000_000_000;

/// One that was closed is over when nothing of it came for so long.
const CLOSED: i64 = 5 * SECOND;

/// One that says nothing is over: timers double up to 60 s (RFC 6347 section 4.2.4.1).
const SILENT: i64 = 150 * SECOND;

type Key = [Endpoint; 2];

/// An attempt that has ended, and whether that was only because too many were open.
pub type Over = (Connection, bool);

/// All attempts at DTLS that are under observation.
#[derive(Debug, Default)]
pub struct DatagramFlows {
    flows: HashMap<Key, Box<DatagramFlow>, RandomState>,
    /// In order of their beginnings, for finding one to close.
    order: VecDeque<(Key, u64)>,
    /// Bytes held in messages that are not whole.
    held: usize,
    /// Attempts closed early because too many were open at once.
    pub evicted: u64,
}

/// The ends in an order that both directions share, and which of them is the sender.
fn key(datagram: &Datagram<'_>) -> (Key, usize) {
    match datagram.src <= datagram.dst {
        true => ([datagram.src, datagram.dst], 0),
        false => ([datagram.dst, datagram.src], 1),
    }
}

impl DatagramFlows {
    /// Takes a datagram; attempts that have ended are added to `ended`. False: it belongs to none. `index` gives a new one its
    /// number.
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
            ended.extend(self.take(&key).map(|it| (it, false)));
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
        // Those of the same ends again and again leave places behind.
        if self.order.len() > 2 * MAX_FLOWS {
            let flows = &self.flows;
            self.order
                .retain(|(key, index)| flows.get(key).is_some_and(|flow| flow.index == *index));
        }
        true
    }

    /// Whether these ends are those of an attempt under observation.
    #[must_use]
    pub fn knows(&self, src: Endpoint, dst: Endpoint) -> bool {
        let key = if src <= dst { [src, dst] } else { [dst, src] };
        self.flows.contains_key(&key)
    }

    /// Hands on every attempt that is left, in order of first frames.
    pub fn finish(&mut self) -> Vec<Connection> {
        let mut flows: Vec<_> = std::mem::take(&mut self.flows).into_values().collect();
        self.order.clear();
        flows.sort_unstable_by_key(|flow| flow.index);
        let held = &mut self.held;
        flows.into_iter().map(|flow| flow.into_connection(held)).collect()
    }

    /// Hands on the attempts that are over at this time, going by how long they have been silent.
    pub(crate) fn hand_on_quiet(&mut self, moment: Moment, ended: &mut Vec<Over>) {
        let is_quiet = |flow: &DatagramFlow| {
            let patience = if flow.is_over() { CLOSED } else { SILENT };
            moment.since(flow.last.1) > patience
        };
        let mut over: Vec<(u64, Key)> = self
            .flows
            .iter()
            .filter(|(_, flow)| is_quiet(flow))
            .map(|(key, flow)| (flow.index, *key))
            .collect();
        over.sort_unstable();
        for (_, key) in over {
            ended.extend(self.take(&key).map(|it| (it, false)));
        }
        let flows = &self.flows;
        self.order
            .retain(|(key, index)| flows.get(key).is_some_and(|flow| flow.index == *index));
    }

    /// The attempts that may still become connections of interest.
    pub(crate) fn open(&self) -> impl Iterator<Item = OpenFlow> {
        self.flows.iter().map(|(ends, flow)| OpenFlow {
            ends: *ends,
            first: flow.first.1,
            has_asked: flow.has_asked(),
        })
    }

    fn take(&mut self, key: &Key) -> Option<Connection> {
        let flow = self.flows.remove(key)?;
        Some(flow.into_connection(&mut self.held))
    }

    /// Closes the oldest attempt that nobody answered, and where none of the oldest is one, the oldest.
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
            return self.take(&key);
        }
        None
    }
}
