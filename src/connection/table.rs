//! Segment → Ended: the table of connections, and which of them are worth a [`Flow`].
//!
//! Most connections of a capture matter little: a scan's are one SYN, and others name a server that nobody asked about. Each
//! is kept as small as what may still be asked of it, so that a look-up is all that a segment of it costs.
//!
//! A connection is as large as what may be asked of it: one SYN takes a place of 110 bytes in the table, TCP's
//! handshake three short segments. Nearly every connection then asks, in one segment, for a server that nobody asked
//! about: its name is looked up in the hello (`tls/peek.rs`), the hello is not read, and no flow of 2 KiB is made.
//! Anything else makes one, from those segments. One that was given up keeps who spoke and whether it closed. Single
//! SYNs are the first to go when 16,384 are open, so a scan pushes out no live connection.

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

/// Flows observed at once. A 100 MB export of a busy uplink holds some thousands; a SYN scan a million, of 150 bytes each with the table's part. A
/// followed one has some three KiB, so this many take 50 MB; beyond it the one that was idle longest is closed, and counted.
const MAX_FLOWS: usize = 16 * 1024;

/// Single SYNs closed at once when there are too many flows: one after another, each waits for the memory that the one
/// before it waited for.
const EVICTED_AT_ONCE: usize = 32;

/// Frames after which a closed flow is handed on: late copies and stray resets of it have come by then.
const LINGER: u64 = 4096;

/// A flow that has ended.
#[derive(Debug)]
pub enum Ended {
    /// One SYN and nothing else.
    Lone(Lone),
    /// Given up: it has nothing to do with any server of interest.
    Elsewhere(Box<Elsewhere>),
    /// Followed.
    Followed(Box<Flow>),
}

/// All flows, by addresses and ports. VLAN tags and tunnels are no part of the key: a packet seen twice, with and without,
/// is one packet.
#[derive(Debug, Default)]
pub struct Flows {
    /// Slots by their keys, which stand in the slots only: a scan writes all of it, so it must be small.
    table: HashTable<u32>,
    hasher: RandomState,
    slots: Vec<Slot>,
    free: Vec<u32>,
    closing: VecDeque<(Ticket, FrameNumber)>,
    /// Server names that are of interest; `None`: all are. A connection that names another is only counted.
    names: Option<Vec<String>>,
    /// Single SYNs in order of creation: the first to go when there are too many flows, so that a scan does not push out
    /// live connections.
    lone: VecDeque<Ticket>,
    /// Flows that were handed on by the clock: none of a file.
    gone: clock::Gone,
    /// All others, for finding one that was idle long.
    order: VecDeque<Ticket>,
    next_index: u64,
    /// Counters.
    pub counts: FlowCounts,
    /// Bodies of encrypted records are kept, for a key log.
    pub(crate) keeps_bodies: bool,
}

/// A place in `slots`, and the flow that it was given out for.
#[derive(Clone, Copy, Debug)]
struct Ticket {
    slot: u32,
    index: u64,
}

#[derive(Debug, Default)]
struct Slot {
    key: Key,
    index: u64,
    /// A segment came since the queue was last looked through.
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

    /// Takes a segment; flows that have ended for good are added to `ended`.
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
                let names = self.names.as_deref().unwrap_or_default();
                match handshake.accept(segment, from, place.key.ends(), names) {
                    Next::Handshake => {}
                    Next::Elsewhere(rest) => {
                        place.state = State::Elsewhere {
                            spoke: rest.spoke,
                            rest,
                        };
                    }
                    Next::Flow => self.accept_any(slot, key, from, segment, ended),
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

    /// The number of the next connection, in order of first frames over those of datagrams as well.
    pub(crate) const fn take_index(&mut self) -> u64 {
        let index = self.next_index;
        self.next_index += 1;
        index
    }

    /// Hands on every flow that is left, in order of first frames.
    pub fn finish(&mut self) -> impl Iterator<Item = Ended> + use<> {
        self.table = HashTable::new();
        let mut slots = std::mem::take(&mut self.slots);
        // A slot is a hundred bytes: its number is what is sorted.
        let mut order: Vec<(u64, usize)> = slots.iter().enumerate().map(|(at, slot)| (slot.index, at)).collect();
        order.sort_unstable();
        order.into_iter().filter_map(move |(index, at)| {
            let slot = slots.get_mut(at)?;
            let state = std::mem::replace(&mut slot.state, State::Free);
            state.ended(&slot.key, index)
        })
    }

    /// A segment of no flow that is known.
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
        // Written where it stays, field by field: a slot copied just after it was written stalls the processor.
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
            self.lone.push_back(ticket);
        } else {
            self.order.push_back(ticket);
            self.accept_any(slot, key, from, segment, ended);
        }
    }

    /// A slot that nothing is in.
    #[inline]
    fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
            self.slots.push(Slot::default());
            slot
        })
    }

    /// Everything but the ordinary segment of a followed flow.
    #[inline(never)]
    fn accept_any(&mut self, slot: u32, key: Key, from: usize, segment: &Segment<'_>, ended: &mut Vec<Ended>) {
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        let (ends, index) = (place.key.ends(), place.index);
        match &place.state {
            State::Lone(syn) => {
                self.order.push_back(Ticket { slot, index });
                // Where everything is followed, nothing is gained by waiting.
                let handshake = self.names.as_ref().and_then(|_| Handshake::of(syn, segment, from));
                if let Some(handshake) = handshake {
                    place.state = State::Handshake(Box::new(handshake));
                    return;
                }
                place.state = State::Followed(flow_of(syn, &[], ends, index).keeping(self.keeps_bodies));
            }
            State::Handshake(handshake) => {
                place.state = State::Followed(handshake.flow(ends, index).keeping(self.keeps_bodies));
            }
            State::Free | State::Elsewhere { .. } | State::Followed(_) => {}
        }
        let is_reused = segment.flags.syn()
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

    /// A flow that was given up shrinks; one that is over waits for its stragglers.
    fn settle(&mut self, slot: u32, now: FrameNumber) {
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        // Where everything is reported, what was read before is, too.
        if self.names.is_some()
            && let State::Followed(flow) = &place.state
            && flow.is_given_up()
        {
            let rest = Box::new(Elsewhere::of(flow));
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

    /// Closes the oldest single SYNs; where there is none, the flow that was idle longest, approximately: each in the queue
    /// gets another turn while it was active since the last one (the clock algorithm).
    fn evict(&mut self, ended: &mut Vec<Ended>) {
        let before = ended.len();
        while ended.len() - before < EVICTED_AT_ONCE
            && let Some(ticket) = self.lone.pop_front()
        {
            if let Some(slot) = self.slot(ticket)
                && let State::Lone(syn) = &slot.state
            {
                ended.push(Ended::Lone(Lone::of(*syn, slot.key, slot.index)));
                self.free(ticket.slot);
            }
        }
        let lone = (ended.len() - before) as u64;
        self.counts.evicted += lone;
        if lone > 0 {
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
        for queue in [&mut self.order, &mut self.lone] {
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
    fn ended(self, key: &Key, index: u64) -> Option<Ended> {
        match self {
            Self::Free => None,
            Self::Lone(syn) => Some(Ended::Lone(Lone::of(syn, *key, index))),
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

/// Whether a segment that belongs to no flow begins one: a SYN, or payload in which TLS or HTTP could begin. A connection
/// that began before the capture is followed from there on; the rest of its kind costs nothing.
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

/// Whether a hello's record stands near the beginning, behind some preamble.
fn holds_hello(payload: &[u8]) -> bool {
    let near = payload.get(..256).unwrap_or(payload);
    may_hold_header(near)
        && near
            .windows(6)
            .any(|bytes| matches!(bytes, [22, 3, 0..=4, _, _, 1 | 2]))
}
