//! Segment → Flow: who talks to whom, and what each direction says.
//!
//! A flow is one TCP connection under observation: two [`Direction`]s, each with its stream and its readers, which never
//! share a buffer. A new SYN on the same addresses and ports is a new flow (port reuse).

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use crate::decode::{Endpoint, Segment, Tunnel};
use crate::direction::{Direction, Mark, chunk_of};
use crate::frame::{FrameNumber, Timestamp};
use crate::http::looks_like_http;
use crate::stream::{Arrival, Chunk};
use crate::tls::message::{EventKind, Provenance};

/// Flows observed at once. A 100 MB export of a busy uplink holds some thousands; a SYN scan a million. At about one KiB
/// each, this bounds a scan to 32 MiB; beyond it the flow that was idle longest is closed, and counted.
const MAX_FLOWS: usize = 32 * 1024;

/// Frames after which a closed flow is handed on: late copies and stray resets of it have come by then.
const LINGER: u64 = 4096;

/// Bytes of a direction that may precede its own SYN in the file and still belong to the same connection.
const LATE_SYN: i32 = 1024 * 1024;

/// One TCP connection under observation.
#[derive(Debug)]
pub struct Flow {
    /// In order of first frames, counted from 0 over all TCP connections of the capture that were followed.
    pub index: u64,
    /// The two ends; `directions[0]` is what `ends[0]` sends.
    pub ends: [Endpoint; 2],
    /// The two directions.
    pub directions: [Direction; 2],
    /// Which end sent the SYN, where one was captured (or its answer).
    pub opener: Option<usize>,
    /// First frame and its time.
    pub first: (FrameNumber, Timestamp),
    /// Last frame and its time.
    pub last: (FrameNumber, Timestamp),
    /// The tunnel of the first frame.
    pub tunnel: Tunnel,
    closing: bool,
}

/// Counters over all flows.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlowCounts {
    /// Flows followed.
    pub flows: u64,
    /// Flows closed early because too many were open at once.
    pub evicted: u64,
    /// Segments that belong to no flow: connections that began before the capture and do not look like TLS or HTTP.
    pub stray: u64,
    /// Second copies.
    pub duplicates: u64,
    /// Segments cut by the snap length.
    pub cut: u64,
}

/// All flows, by addresses and ports. VLAN tags and tunnels are no part of the key: a packet seen twice, with and without,
/// is one packet.
#[derive(Debug)]
pub struct Flows {
    table: HashMap<Key, usize, RandomState>,
    slots: Vec<Option<Flow>>,
    free: Vec<usize>,
    closing: VecDeque<(usize, u64, FrameNumber)>,
    /// Flows in order of creation, for finding the one idle longest.
    order: VecDeque<(usize, u64)>,
    /// Counters.
    pub counts: FlowCounts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key([Endpoint; 2]);

impl Default for Flows {
    fn default() -> Self {
        Self {
            table: HashMap::with_hasher(RandomState::default()),
            slots: Vec::new(),
            free: Vec::new(),
            closing: VecDeque::new(),
            order: VecDeque::new(),
            counts: FlowCounts::default(),
        }
    }
}

impl Flows {
    /// Takes a segment; flows that have ended for good are added to `ended`.
    pub fn accept(&mut self, segment: &Segment<'_>, ended: &mut Vec<Flow>) {
        self.hand_on_closed(segment.frame, ended);
        let from = usize::from(segment.src > segment.dst);
        let key = if from == 0 {
            Key([segment.src, segment.dst])
        } else {
            Key([segment.dst, segment.src])
        };
        let mut at = self.table.get(&key).copied();
        if let Some(slot) = at
            && segment.flags.syn()
            && self.flow(slot).is_some_and(|flow| flow.is_reused_by(segment, from))
        {
            ended.extend(self.take(slot, key));
            at = None;
        }
        let slot = match at {
            Some(slot) => slot,
            None if opens_flow(segment) => self.open(key, segment, ended),
            None => {
                self.counts.stray += u64::from(!segment.payload.is_empty());
                return;
            }
        };
        let counts = &mut self.counts;
        let Some(flow) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        flow.accept(segment, from, counts);
        if !flow.closing && flow.is_over() {
            flow.closing = true;
            self.closing.push_back((slot, flow.index, segment.frame));
        }
    }

    /// Hands on every flow that is left, in order of first frames.
    pub fn finish(&mut self, ended: &mut Vec<Flow>) {
        let mut flows: Vec<Flow> = std::mem::take(&mut self.slots).into_iter().flatten().collect();
        flows.sort_by_key(|flow| flow.index);
        self.table.clear();
        ended.extend(flows.into_iter().map(Flow::finish));
    }

    fn flow(&self, slot: usize) -> Option<&Flow> {
        self.slots.get(slot).and_then(Option::as_ref)
    }

    fn open(&mut self, key: Key, segment: &Segment<'_>, ended: &mut Vec<Flow>) -> usize {
        if self.table.len() >= MAX_FLOWS {
            self.evict(ended);
        }
        let mut flow = Flow {
            index: self.counts.flows,
            ends: key.0,
            directions: Default::default(),
            opener: None,
            first: (segment.frame, segment.time),
            last: (segment.frame, segment.time),
            tunnel: segment.tunnel,
            closing: false,
        };
        self.counts.flows += 1;
        if key.0.iter().any(|end| end.port == 53) {
            flow.directions
                .iter_mut()
                .for_each(|direction| direction.dns = Some(Vec::new()));
        }
        let index = flow.index;
        let slot = if let Some(slot) = self.free.pop() {
            if let Some(place) = self.slots.get_mut(slot) {
                *place = Some(flow);
            }
            slot
        } else {
            self.slots.push(Some(flow));
            self.slots.len() - 1
        };
        self.table.insert(key, slot);
        self.order.push_back((slot, index));
        slot
    }

    /// Removes a flow and finishes it.
    fn take(&mut self, slot: usize, key: Key) -> Option<Flow> {
        self.table.remove(&key);
        let flow = self.slots.get_mut(slot)?.take()?;
        self.free.push(slot);
        Some(flow.finish())
    }

    /// Closes the flow that was idle longest, approximately: each flow in the queue gets another turn while it was active
    /// since the last one (the clock algorithm), so that a scan does not push out a live connection.
    fn evict(&mut self, ended: &mut Vec<Flow>) {
        let mut turns = self.order.len();
        while let Some((slot, index)) = self.order.pop_front() {
            let Some(flow) = self.flow(slot).filter(|flow| flow.index == index) else {
                continue;
            };
            turns = turns.saturating_sub(1);
            let busy = flow.directions.iter().map(|side| side.tcp.frames).sum::<u64>() > 2 && !flow.closing;
            if busy && turns > 0 {
                self.order.push_back((slot, index));
                continue;
            }
            let key = Key(flow.ends);
            self.counts.evicted += 1;
            ended.extend(self.take(slot, key));
            return;
        }
    }

    fn hand_on_closed(&mut self, now: FrameNumber, ended: &mut Vec<Flow>) {
        while let Some(&(slot, index, closed)) = self.closing.front() {
            if now.0 < closed.0.saturating_add(LINGER) {
                return;
            }
            self.closing.pop_front();
            if let Some(key) = self
                .flow(slot)
                .filter(|flow| flow.index == index)
                .map(|flow| Key(flow.ends))
            {
                ended.extend(self.take(slot, key));
            }
        }
        // The queue of ages forgets flows that have gone, so that it does not outgrow the table.
        if self.order.len() > 2 * MAX_FLOWS {
            let slots = &self.slots;
            self.order.retain(|&(slot, index)| {
                slots
                    .get(slot)
                    .and_then(Option::as_ref)
                    .is_some_and(|flow| flow.index == index)
            });
        }
    }
}

/// Whether a segment that belongs to no flow begins one: a SYN, or payload in which TLS or HTTP could begin. A connection
/// that began before the capture is followed from there on; the rest of its kind costs nothing.
fn opens_flow(segment: &Segment<'_>) -> bool {
    segment.flags.syn()
        || match segment.payload {
            [20..=23, 3, 0..=4, ..] => true,
            // A hello in SSLv2 format (RFC 5246 appendix E.2).
            [high, _, 1, 3 | 0, ..] if high & 0x80 != 0 => true,
            payload @ [_, _, _, _, ..] => looks_like_http(payload) || holds_hello(payload),
            _ => false,
        }
}

/// Whether a hello's record stands near the beginning, behind some preamble.
fn holds_hello(payload: &[u8]) -> bool {
    let near = payload.get(..256).unwrap_or(payload);
    near.windows(6)
        .any(|bytes| matches!(bytes, [22, 3, 0..=4, _, _, 1 | 2]))
}

impl Flow {
    /// Whether a SYN on the same addresses and ports starts a new connection rather than belonging to this one.
    fn is_reused_by(&self, segment: &Segment<'_>, from: usize) -> bool {
        let Some(direction) = self.directions.get(from) else {
            return false;
        };
        if let Some(seq) = direction.syn_seq {
            return seq != segment.seq;
        }
        // No SYN of this side yet: one that comes late in the file, because its direction was written late, fits the
        // bytes seen of it, or what the peer acknowledged.
        direction
            .stream
            .first_seq()
            .is_some_and(|first| !(0..=LATE_SYN).contains(&first.distance_from(segment.seq)))
    }

    /// Whether both sides have closed, or one has reset, and every byte is there.
    fn is_over(&self) -> bool {
        let closed = self.directions.iter().all(|side| side.tcp.fin.is_some())
            || self.directions.iter().any(|side| side.tcp.reset.is_some());
        closed && self.directions.iter().all(|side| side.stream.is_whole())
    }

    fn accept(&mut self, segment: &Segment<'_>, from: usize, counts: &mut FlowCounts) {
        self.last = (segment.frame, segment.time);
        let [first, second] = &mut self.directions;
        let (own, peer) = if from == 0 { (first, second) } else { (second, first) };
        if own.ignored && peer.ignored && !segment.flags.rst() && !segment.flags.fin() {
            own.tcp.frames += 1;
            return;
        }

        let position = own.stream.position(segment.seq);
        let acked = if segment.flags.ack() {
            peer.stream.position(segment.ack)
        } else {
            0
        };
        let data_from = position.saturating_add(u64::from(segment.flags.syn()));
        let old = segment.payload.is_empty() || data_from < own.stream.highest();
        if old && own.is_copy(segment) {
            own.tcp.duplicates += 1;
            counts.duplicates += 1;
            return;
        }
        own.remember(segment);

        if own.tcp.frames == 0 {
            own.tcp.first = segment.frame;
            own.tcp.ttl = segment.ttl;
        }
        own.tcp.frames += 1;
        own.tcp.last = segment.frame;
        own.tcp.last_time = segment.time;
        own.tcp.largest = own.tcp.largest.max(segment.wire_payload_len());
        if segment.lost > 0 {
            own.tcp.cut += 1;
            counts.cut += 1;
        }
        if segment.window == 0 && !segment.flags.rst() && !segment.flags.syn() {
            own.tcp.zero_windows += 1;
        }
        if segment.flags.syn() {
            own.syn(segment, position, acked);
            if segment.flags.ack() {
                // It acknowledges exactly the client's SYN: the client's bytes begin there, captured or not.
                peer.start(acked);
            }
            self.opener = Some(if segment.flags.ack() { 1 - from.min(1) } else { from });
        }
        if segment.flags.ack() {
            peer.stream.acknowledge(acked);
            if !segment.flags.syn()
                && !segment.flags.rst()
                && self.opener == Some(from)
                && own.syn_seq.is_some()
                && own.acks_handshake(position)
            {
                // The peer's bytes begin where the acknowledgement of its SYN points, whether or not that was captured.
                peer.start(acked);
                own.tcp_events
                    .push(Provenance::of(&chunk_of(segment, position, acked)).event(EventKind::Ack, position));
            }
        }

        let chunk = Chunk {
            from: data_from,
            ..chunk_of(segment, position, acked)
        };
        let arrival = own.read(chunk, segment.lost);
        match arrival {
            Arrival::Old => own.tcp.retransmissions += 1,
            Arrival::KeepAlive => own.tcp.keep_alives += 1,
            Arrival::New | Arrival::Early => {}
        }
        let end = data_from.saturating_add(u64::from(segment.wire_payload_len()));
        let mark = Mark {
            frame: segment.frame,
            time: segment.time,
            ttl: segment.ttl,
            ip_id: segment.ip_id,
            window: segment.window,
            ack: segment.flags.ack(),
        };
        if segment.flags.fin() && own.tcp.fin.is_none() {
            own.tcp.fin = Some(mark);
            let at = Provenance {
                from: end,
                ..Provenance::of(&chunk)
            };
            own.tcp_events.push(at.event(EventKind::Fin, end.saturating_add(1)));
        }
        if segment.flags.rst() && own.tcp.reset.is_none() {
            own.tcp.reset = Some(mark);
            let end = own.stream.highest().max(own.stream.next()).max(position);
            let at = Provenance {
                from: end,
                ..Provenance::of(&chunk)
            };
            own.tcp_events.push(at.event(EventKind::Reset, end));
        }
        // Neither side has anything that is followed: only FIN and RST still matter.
        if own.is_uninteresting()
            && (peer.is_uninteresting() || peer.tcp.frames == 0)
            && own.tcp.bytes_seen(&own.stream) > MAX_IDLE_BYTES
        {
            own.ignore();
            peer.ignore();
        }
    }

    /// Reads what is left and puts each direction's events in order.
    fn finish(mut self) -> Self {
        let fins = [0, 1].map(|side: usize| self.directions.get(side).is_some_and(|side| side.tcp.fin.is_some()));
        for (direction, fin) in self.directions.iter_mut().zip(fins) {
            direction.finish(fin);
        }
        self
    }
}

/// Bytes after which a flow in which neither direction looks like anything known is no longer followed.
const MAX_IDLE_BYTES: u64 = 128 * 1024;
