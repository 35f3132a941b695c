//! Segment → Ended: the table of connections; only some of them are worth a [`Flow`].
//!
//! Most connections of a capture matter little: a scan's are one SYN, and others name a server of no interest. Each is
//! kept as small as later questions allow, so that a segment of it costs only a look-up.
//!
//! Connection state grows only as far as later questions need: one SYN takes a place of 110 bytes in the table, TCP's
//! handshake three short segments. Nearly every connection then asks, in one segment, for a server of no interest: its
//! name is looked up in the hello (`tls/peek.rs`), the hello is not read, and no flow of 2 KiB is made. Any other
//! segment turns those segments into a flow. A dropped connection keeps which side sent data and whether it closed.
//! SYNs without an answer, or with an answer that nobody acknowledged, are evicted first when 16,384 are open, the oldest
//! of them first: a scan evicts no live connection, and no SYN before its answer comes.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::base::endpoint::is_host;
use crate::base::frame::FrameNumber;
use crate::connection::flow::{Flow, FlowCounts};
use crate::connection::plain;
use crate::decode::{Segment, TcpFlags};
use crate::http::reader::looks_like_http;
use crate::tls::may_hold_header;
use bare::Bare;
pub use elsewhere::Elsewhere;
use handshake::{Handshake, Next};
use key::Key;
pub use lone::Lone;
use lone::flow_of;

mod bare;
pub(crate) mod clock;
mod elsewhere;
mod handshake;
mod key;
mod lone;
#[cfg(test)]
mod tests;

/// The number of flows observed at once. A 100 MB export of a busy uplink holds some thousands; a SYN scan a million,
/// of 150 bytes each with the table's part. A followed flow has some three KiB, so this many take 50 MB; beyond that,
/// the flow that was idle longest is closed, and counted.
const MAX_FLOWS: usize = 16 * 1024;

/// The number of unopened flows closed at once when there are too many flows: closed one after another, each would wait
/// for memory separately.
const EVICTED_AT_ONCE: usize = 32;

/// Frames after which a closed flow is handed on: late copies and stray resets of it have come by then.
const LINGER: u64 = 4096;

/// A flow that has ended.
#[derive(Debug)]
pub enum Ended {
    /// One SYN and nothing else.
    Lone(Lone),
    /// Dropped: it has nothing to do with any server of interest, or consists of one SYN and its answer.
    Elsewhere(Box<Elsewhere>),
    /// Followed.
    Followed(Box<Flow>),
}

/// All flows, by addresses and ports. VLAN tags and tunnels are not part of the key: a packet seen twice, with and
/// without, is one packet.
#[derive(Debug, Default)]
pub struct Flows {
    /// Slots by their keys, which are stored in the slots only: a scan writes the whole table, so it must be small.
    table: HashTable<u32>,
    hasher: RandomState,
    slots: Vec<Slot>,
    free: Vec<u32>,
    closing: VecDeque<(Ticket, FrameNumber)>,
    /// Server names of interest; `None`: all are. A connection that names another server is only counted.
    names: Option<Vec<String>>,
    /// Unopened flows in order of creation: evicted first when there are too many flows, so that a scan does not evict
    /// live connections.
    unopened: VecDeque<Ticket>,
    /// Flows that were handed on by the clock; empty for a file.
    gone: clock::Gone,
    /// All others, to find one that was idle for long.
    order: VecDeque<Ticket>,
    next_index: u64,
    /// Counters.
    pub counts: FlowCounts,
    /// Bodies of encrypted records are kept, for a key log.
    pub(crate) keeps_bodies: bool,
}

/// A place in `slots`, and the flow that it was assigned to.
#[derive(Clone, Copy, Debug)]
struct Ticket {
    slot: u32,
    index: u64,
}

#[derive(Debug, Default)]
struct Slot {
    key: Key,
    index: u64,
    /// A segment has come since the queue was last searched.
    active: bool,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Free,
    Lone(Bare),
    /// Boxed as the next one is.
    Handshake(Box<Handshake>),
    /// Boxed except for the fields that each segment writes: a scan fills all slots, so they must be small.
    Elsewhere {
        spoke: [bool; 2],
        rest: Box<Elsewhere>,
    },
    Followed(Box<Flow>),
}

impl Flows {
    /// Follows only connections that name one of these servers, and those that name none.
    #[must_use]
    pub fn of_names(names: Vec<String>) -> Self {
        Self {
            names: Some(names),
            ..Self::default()
        }
    }

    /// Processes a segment; flows that have ended for good are added to `ended`.
    #[inline]
    pub fn accept(&mut self, segment: &Segment<'_>, ended: &mut Vec<Ended>) {
        if self
            .closing
            .front()
            .is_some_and(|&(_, closed)| segment.frame.0 >= closed.0.saturating_add(LINGER))
        {
            self.hand_on_closed(segment.frame, ended);
        }
        let (key, from) = Key::of(segment.src, segment.dst);
        let hash = self.hasher.hash_one(key);
        let Some(&slot) = self.table.find(hash, |&slot| is_of(&self.slots, slot, &key)) else {
            return self.begin(key, hash, from, segment, ended);
        };
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        place.active = true;
        let plain = segment.flags.0 & (TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST) == 0;
        match &mut place.state {
            State::Elsewhere { spoke, .. } if plain => speaks(spoke, from),
            State::Handshake(handshake) if plain => {
                let (is_first, index) = (!handshake.is_open(), place.index);
                match handshake.accept(segment, from, place.key.ends(), self.names.as_deref()) {
                    Next::Handshake => {}
                    Next::Elsewhere(rest) => {
                        place.state = State::Elsewhere {
                            spoke: rest.spoke,
                            rest,
                        };
                    }
                    Next::Flow => return self.accept_any(slot, key, from, segment, ended),
                }
                if is_first {
                    self.order.push_back(Ticket { slot, index });
                }
            }
            State::Followed(flow) if !segment.flags.syn() => {
                if flow.carries_on(segment, from) {
                    return;
                }
                flow.accept(segment, from, &mut self.counts, self.names.as_deref());
                if flow.may_close() || flow.is_given_up() {
                    self.settle(slot, segment.frame);
                }
            }
            _ => self.accept_any(slot, key, from, segment, ended),
        }
    }

    /// The number of the next connection, in order of first frames, datagrams included.
    pub(crate) const fn take_index(&mut self) -> u64 {
        let index = self.next_index;
        self.next_index += 1;
        index
    }

    /// Hands on every remaining flow, in order of first frames.
    pub fn finish(&mut self) -> impl Iterator<Item = Ended> + use<> {
        self.table = HashTable::new();
        let mut slots = std::mem::take(&mut self.slots);
        // A slot is a hundred bytes, so its number is sorted instead.
        let mut order: Vec<(u64, usize)> = slots.iter().enumerate().map(|(at, slot)| (slot.index, at)).collect();
        order.sort_unstable();
        order.into_iter().filter_map(move |(index, at)| {
            let slot = slots.get_mut(at)?;
            let state = std::mem::replace(&mut slot.state, State::Free);
            state.ended(&slot.key, index)
        })
    }

    /// A segment of no known flow.
    fn begin(&mut self, key: Key, hash: u64, from: usize, segment: &Segment<'_>, ended: &mut Vec<Ended>) {
        if !opens_flow(segment) || ![segment.src, segment.dst].iter().all(|end| is_host(end.ip)) {
            self.counts.stray += u64::from(!segment.payload.is_empty());
            return;
        }
        if self.gone.has(&key, segment) {
            self.counts.stray += u64::from(!segment.payload.is_empty());
            return;
        }
        if self.table.len() >= MAX_FLOWS {
            self.evict(ended);
        }
        let index = self.take_index();
        self.counts.flows += 1;
        let slot = self.free_slot();
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        // Written in its final place, field by field: copying a slot right after it was written stalls the processor.
        (place.key, place.index, place.active) = (key, index, false);
        let is_lone = match Bare::of(segment, from, TcpFlags::SYN) {
            Some(syn) => {
                place.state = State::Lone(syn);
                true
            }
            None => {
                place.state = State::Followed(Flow::begin(index, segment).keeping(self.keeps_bodies));
                false
            }
        };
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.table.insert_unique(hash, slot, |&slot| {
            slots.get(slot as usize).map_or(0, |place| hasher.hash_one(place.key))
        });
        let ticket = Ticket { slot, index };
        if is_lone {
            self.unopened.push_back(ticket);
        } else {
            self.order.push_back(ticket);
            self.accept_any(slot, key, from, segment, ended);
        }
    }

    /// A free slot.
    #[inline]
    fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
            self.slots.push(Slot::default());
            slot
        })
    }

    /// Processes everything except the ordinary segment of a followed flow.
    #[inline(never)]
    fn accept_any(&mut self, slot: u32, key: Key, from: usize, segment: &Segment<'_>, ended: &mut Vec<Ended>) {
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        let (ends, index) = (place.key.ends(), place.index);
        match &place.state {
            State::Lone(syn) => {
                if let Some(handshake) = Handshake::of(syn, segment, from) {
                    place.state = State::Handshake(Box::new(handshake));
                    return;
                }
                self.order.push_back(Ticket { slot, index });
                place.state = State::Followed(flow_of(syn, &[], ends, index).keeping(self.keeps_bodies));
            }
            State::Handshake(handshake) => {
                if !handshake.is_open() {
                    self.order.push_back(Ticket { slot, index });
                }
                place.state = State::Followed(handshake.flow(ends, index).keeping(self.keeps_bodies));
            }
            State::Free | State::Elsewhere { .. } | State::Followed(_) => {}
        }
        // A reset is looked at before a SYN in the same segment (RFC 9293 section 3.10.7.4): such a segment begins nothing.
        let is_reused = segment.flags.syn()
            && !segment.flags.rst()
            && match &place.state {
                State::Followed(flow) => flow.is_reused_by(segment, from),
                State::Elsewhere { rest, .. } => rest.is_reused_by(segment, from),
                State::Free | State::Lone(_) | State::Handshake(_) => false,
            };
        if is_reused {
            ended.extend(self.take(slot));
            return self.begin(key, self.hasher.hash_one(key), from, segment, ended);
        }
        match &mut place.state {
            State::Followed(flow) => flow.accept(segment, from, &mut self.counts, self.names.as_deref()),
            State::Elsewhere { spoke, rest } => {
                speaks(spoke, from);
                self.counts.duplicates += u64::from(rest.accept(segment, from));
            }
            State::Free | State::Lone(_) | State::Handshake(_) => {}
        }
        self.settle(slot, segment.frame);
    }

    /// A dropped flow shrinks; a flow that is over waits for late segments.
    fn settle(&mut self, slot: u32, now: FrameNumber) {
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        // If everything is reported, so is what was read before.
        if self.names.is_some()
            && let State::Followed(flow) = &place.state
            && flow.is_given_up()
        {
            let rest = Box::new(Elsewhere::of(flow));
            self.counts.given_up += u64::from(rest.name.is_none());
            place.state = State::Elsewhere {
                spoke: rest.spoke,
                rest,
            };
        }
        let closes = match &mut place.state {
            State::Followed(flow) => flow.closes(),
            State::Elsewhere { rest, .. } => rest.closes(),
            State::Free | State::Lone(_) | State::Handshake(_) => false,
        };
        if closes {
            let index = place.index;
            self.closing.push_back((Ticket { slot, index }, now));
        }
    }

    fn slot(&self, ticket: Ticket) -> Option<&Slot> {
        let slot = self.slots.get(ticket.slot as usize)?;
        (slot.index == ticket.index && !matches!(slot.state, State::Free)).then_some(slot)
    }

    /// Removes a flow.
    fn take(&mut self, slot: u32) -> Option<Ended> {
        let place = self.slots.get_mut(slot as usize)?;
        let (key, index) = (place.key, place.index);
        let state = std::mem::replace(&mut place.state, State::Free);
        self.free(slot);
        state.ended(&key, index)
    }

    fn free(&mut self, slot: u32) {
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        place.state = State::Free;
        let hash = self.hasher.hash_one(place.key);
        if let Ok(entry) = self.table.find_entry(hash, |&other| other == slot) {
            entry.remove();
        }
        self.free.push(slot);
    }

    /// Closes the oldest unopened flows; if there are none, approximately the flow that was idle longest: each flow in the
    /// queue gets another turn if it was active since its last one (the clock algorithm).
    fn evict(&mut self, ended: &mut Vec<Ended>) {
        let before = ended.len();
        while ended.len() - before < EVICTED_AT_ONCE
            && let Some(ticket) = self.unopened.pop_front()
        {
            if self.slot(ticket).is_some_and(|slot| slot.state.has_not_opened()) {
                ended.extend(self.take(ticket.slot));
            }
        }
        let unopened = (ended.len() - before) as u64;
        self.counts.evicted += unopened;
        if unopened > 0 {
            return;
        }
        self.counts.evicted += 1;
        while let Some(ticket) = self.order.pop_front() {
            if self.slot(ticket).is_none() {
                continue;
            }
            let place = self.slots.get_mut(ticket.slot as usize);
            if place.is_some_and(|slot| std::mem::take(&mut slot.active)) {
                self.order.push_back(ticket);
                continue;
            }
            let mut evicted = self.take(ticket.slot);
            if let Some(Ended::Followed(flow)) = &mut evicted {
                flow.was_evicted = true;
            }
            ended.extend(evicted);
            return;
        }
    }

    #[cold]
    fn hand_on_closed(&mut self, now: FrameNumber, ended: &mut Vec<Ended>) {
        while let Some(&(ticket, closed)) = self.closing.front() {
            if now.0 < closed.0.saturating_add(LINGER) {
                break;
            }
            self.closing.pop_front();
            if self.slot(ticket).is_some() {
                ended.extend(self.take(ticket.slot));
            }
        }
        // The queues forget flows that have gone, so that they do not outgrow the table.
        for queue in [&mut self.order, &mut self.unopened] {
            if queue.len() > 2 * MAX_FLOWS {
                queue.retain(|ticket| {
                    self.slots
                        .get(ticket.slot as usize)
                        .is_some_and(|slot| slot.index == ticket.index)
                });
            }
        }
    }
}

impl State {
    /// True if it is a SYN, with an answer at most.
    fn has_not_opened(&self) -> bool {
        match self {
            Self::Lone(_) => true,
            Self::Handshake(handshake) => !handshake.is_open(),
            Self::Free | Self::Elsewhere { .. } | Self::Followed(_) => false,
        }
    }

    fn ended(self, key: &Key, index: u64) -> Option<Ended> {
        match self {
            Self::Free => None,
            Self::Lone(syn) => Some(Ended::Lone(Lone::of(syn, *key, index))),
            // It holds nothing to read, and no sign that the answer was lost: an answer that was sent twice makes a flow.
            Self::Handshake(handshake) if !handshake.is_open() => {
                Some(Ended::Elsewhere(Box::new(handshake.unanswered(key.ends()))))
            }
            Self::Handshake(handshake) => Some(Ended::Followed(handshake.flow(key.ends(), index))),
            Self::Elsewhere { spoke, mut rest } => {
                rest.spoke = spoke;
                Some(Ended::Elsewhere(rest))
            }
            Self::Followed(mut flow) => {
                flow.catch_up();
                Some(Ended::Followed(flow))
            }
        }
    }
}

#[inline(always)]
fn is_of(slots: &[Slot], slot: u32, key: &Key) -> bool {
    slots.get(slot as usize).is_some_and(|place| place.key == *key)
}

#[inline]
fn speaks(spoke: &mut [bool; 2], from: usize) {
    if let Some(spoke) = spoke.get_mut(from) {
        *spoke = true;
    }
}

/// True if a segment outside all flows begins one: a SYN, or payload in which TLS or HTTP may begin. A connection that
/// began before the capture is followed from there on; its other segments cost nothing.
fn opens_flow(segment: &Segment<'_>) -> bool {
    // A reset that answers a SYN (RFC 9293 section 3.10.7.1) may stand before it in the file.
    segment.flags.syn()
        || segment.flags.rst() && segment.flags.ack() && segment.seq.0 == 0
        || match segment.payload {
            [20..=23, 3, 0..=4, ..] => true,
            // A hello in SSLv2 format (RFC 5246 appendix E.2).
            [high, _, 1, 3 | 0, ..] if high & 0x80 != 0 => true,
            payload @ [_, _, _, _, ..] => {
                looks_like_http(payload) || holds_hello(payload) || plain::opens_dialogue(payload)
            }
            _ => false,
        }
}

/// True if a hello's record is near the beginning, after some preamble.
fn holds_hello(payload: &[u8]) -> bool {
    let near = payload.get(..256).unwrap_or(payload);
    may_hold_header(near)
        && near
            .windows(6)
            .any(|bytes| matches!(bytes, [22, 3, 0..=4, _, _, 1 | 2]))
}
