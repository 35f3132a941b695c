//! Segment → Flow: who talks to whom, and what each direction says.
//!
//! A flow is one TCP connection under observation: two [`Direction`]s, each with its stream and its readers, which never
//! share a buffer. A new SYN on the same addresses and ports is a new flow (port reuse).

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use crate::decode::options::Options;
use crate::decode::{Endpoint, Segment, TcpFlags, Tunnel};
use crate::direction::{Direction, chunk_of};
use crate::frame::{FrameNumber, Timestamp};
use crate::http::looks_like_http;
use crate::stream::{Arrival, Chunk};
use crate::tcp_side::{Mark, Ordinary};
use crate::tls::message::{EventKind, Provenance};

/// Flows observed at once. A 100 MB export of a busy uplink holds some thousands; a SYN scan a million. At about two KiB
/// each, this bounds a scan to 32 MiB; beyond it the flow that was idle longest is closed, and counted.
const MAX_FLOWS: usize = 16 * 1024;

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
    slots: Vec<Option<Box<Flow>>>,
    free: Vec<usize>,
    closing: VecDeque<(usize, u64, FrameNumber)>,
    /// Server names that are of interest; `None`: all are. A connection that names another is only counted.
    names: Option<Vec<String>>,
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
            names: None,
            order: VecDeque::new(),
            counts: FlowCounts::default(),
        }
    }
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
    pub fn accept(&mut self, segment: &Segment<'_>, ended: &mut Vec<Box<Flow>>) {
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
        flow.accept(segment, from, counts, self.names.as_deref());
        if !flow.closing && flow.is_over() {
            flow.closing = true;
            self.closing.push_back((slot, flow.index, segment.frame));
        }
    }

    /// Hands on every flow that is left, in order of first frames.
    pub fn finish(&mut self, mut ended: impl FnMut(Box<Flow>)) {
        self.table.clear();
        let mut slots = std::mem::take(&mut self.slots);
        let mut order: Vec<(u64, usize)> = slots
            .iter()
            .enumerate()
            .filter_map(|(slot, flow)| Some((flow.as_ref()?.index, slot)))
            .collect();
        order.sort_unstable();
        for (_, slot) in order {
            if let Some(flow) = slots.get_mut(slot).and_then(Option::take) {
                ended(flow);
            }
        }
    }

    fn flow(&self, slot: usize) -> Option<&Flow> {
        self.slots.get(slot).and_then(Option::as_deref)
    }

    fn open(&mut self, key: Key, segment: &Segment<'_>, ended: &mut Vec<Box<Flow>>) -> usize {
        if self.table.len() >= MAX_FLOWS {
            self.evict(ended);
        }
        let mut flow = Box::new(Flow {
            index: self.counts.flows,
            ends: key.0,
            directions: Default::default(),
            opener: None,
            first: (segment.frame, segment.time),
            last: (segment.frame, segment.time),
            tunnel: segment.tunnel,
            closing: false,
        });
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

    /// Removes a flow.
    fn take(&mut self, slot: usize, key: Key) -> Option<Box<Flow>> {
        self.table.remove(&key);
        let flow = self.slots.get_mut(slot)?.take()?;
        self.free.push(slot);
        Some(flow)
    }

    /// Closes the flow that was idle longest, approximately: each flow in the queue gets another turn while it was active
    /// since the last one (the clock algorithm), so that a scan does not push out a live connection.
    fn evict(&mut self, ended: &mut Vec<Box<Flow>>) {
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

    fn hand_on_closed(&mut self, now: FrameNumber, ended: &mut Vec<Box<Flow>>) {
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

/// Whether a segment's payload may be Ethernet's padding, which some stacks count as data: up to six zero bytes, not
/// pushed. Taken for data they would displace the first bytes of what follows.
fn may_be_padding(segment: &Segment<'_>) -> bool {
    let len = segment.payload.len();
    // Beside SYN and FIN a single zero byte is rather data.
    let least = if segment.flags.syn() || segment.flags.fin() {
        2
    } else {
        1
    };
    segment.flags.0 & TcpFlags::PSH == 0 && (least..=6).contains(&len) && segment.payload.iter().all(|&byte| byte == 0)
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
        closed
            && self
                .directions
                .iter()
                .all(|side| side.ignored || side.stream.is_whole())
    }

    fn accept(&mut self, segment: &Segment<'_>, from: usize, counts: &mut FlowCounts, names: Option<&[String]>) {
        self.last = (segment.frame, segment.time);
        let [first, second] = &mut self.directions;
        let (own, peer) = if from == 0 { (first, second) } else { (second, first) };
        if own.ignored && peer.ignored && !segment.flags.rst() && !segment.flags.fin() {
            own.tcp.frames += 1;
            return;
        }

        let padded = may_be_padding(segment);
        own.settle_doubtful(segment.seq, &mut peer.stream);
        let bare = Segment {
            payload: &[],
            ..*segment
        };
        let segment = if padded {
            own.doubt(segment);
            &bare
        } else {
            segment
        };

        let position = own.stream.position(segment.seq);
        let acked = if segment.flags.ack() {
            peer.stream.position(segment.ack)
        } else {
            0
        };
        let data_from = position.saturating_add(u64::from(segment.flags.syn()));
        let old = segment.payload.is_empty() || data_from < own.stream.highest();
        if old && own.is_copy(segment) {
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
        if !segment.flags.syn() && !segment.flags.rst() {
            own.tcp.ordinary = Some(Ordinary::add(own.tcp.ordinary, segment.ttl, segment.ip_id));
            if own.tcp.reset.is_some_and(|reset| position >= reset.at) && segment.wire_payload_len() > 0 {
                own.tcp.data_after_reset += 1;
            }
        }
        if segment.lost > 0 {
            own.tcp.cut += 1;
            counts.cut += 1;
        }
        if segment.window == 0 && !segment.flags.rst() && !segment.flags.syn() {
            own.tcp.zero_windows += 1;
            own.tcp.window_closed.get_or_insert((segment.frame, segment.time));
        } else {
            own.tcp.window_closed = None;
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
            // Selective acknowledgements (RFC 2018) follow two paddings and, as a rule, the timestamps: looked for only
            // where there is room for a block.
            if segment.options.len() >= 10 && segment.options.contains(&5) {
                for (_, right) in Options::read(segment.options).sack_blocks() {
                    peer.stream.received(right);
                }
            }
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
        let events = own.events.len();
        let arrival = own.read(chunk, segment.lost);
        if own.events.len() > events && names.is_some_and(|names| own.names_another(events, names)) {
            own.ignore();
            peer.ignore();
        }
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
            at: end,
            acked,
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
    #[must_use]
    pub fn finish(mut self: Box<Self>) -> Box<Self> {
        let fins = [0, 1].map(|side: usize| self.directions.get(side).is_some_and(|side| side.tcp.fin.is_some()));
        for (direction, fin) in self.directions.iter_mut().zip(fins) {
            direction.finish(fin);
        }
        self
    }
}

/// Bytes after which a flow in which neither direction looks like anything known is no longer followed.
const MAX_IDLE_BYTES: u64 = 128 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::TcpFlags;
    use crate::seq::SeqNumber;

    const SYN: u8 = TcpFlags::SYN;
    const ACK: u8 = TcpFlags::ACK;
    const FIN: u8 = TcpFlags::FIN;
    const RST: u8 = TcpFlags::RST;
    /// 10 ms between frames.
    const STEP: i64 = 10_000_000;
    const CLIENT: usize = 0;
    const SERVER: usize = 1;

    fn end(side: usize) -> Endpoint {
        Endpoint {
            ip: [10, 0, 0, u8::try_from(side).unwrap() + 1].into(),
            port: if side == CLIENT { 50_000 } else { 443 },
        }
    }

    /// A segment; its frame is set by [`run`], and with it all that tells packets apart.
    fn seg(from: usize, flags: u8, seq: u32, ack: u32, payload: &[u8]) -> Segment<'_> {
        Segment {
            frame: FrameNumber(0),
            time: Timestamp(0),
            src: end(from),
            dst: end(1 - from),
            seq: SeqNumber(seq),
            ack: SeqNumber(ack),
            flags: TcpFlags(flags),
            window: 1000,
            checksum: 0,
            options: &[],
            payload,
            lost: 0,
            ttl: 64,
            ip_id: None,
            interface: 0,
            tunnel: Tunnel::None,
        }
    }

    fn push(flows: &mut Flows, ended: &mut Vec<Box<Flow>>, segments: &[Segment<'_>], first: u64) {
        for (segment, frame) in segments.iter().zip(first..) {
            let unlike = u16::try_from(frame % 60_000).unwrap() + 1;
            let segment = Segment {
                frame: FrameNumber(frame),
                time: if segment.time == Timestamp(0) {
                    Timestamp(frame as i64 * STEP)
                } else {
                    segment.time
                },
                checksum: if segment.checksum == 0 {
                    unlike
                } else {
                    segment.checksum
                },
                ..*segment
            };
            flows.accept(&segment, ended);
        }
    }

    fn run(segments: &[Segment<'_>]) -> (Vec<Flow>, FlowCounts) {
        let (mut flows, mut ended) = (Flows::default(), Vec::new());
        push(&mut flows, &mut ended, segments, 1);
        flows.finish(|flow| ended.push(flow));
        ended.sort_by_key(|flow| flow.index);
        (ended.into_iter().map(|flow| *flow.finish()).collect(), flows.counts)
    }

    fn only(segments: &[Segment<'_>]) -> Flow {
        let (mut flows, _) = run(segments);
        assert_eq!(flows.len(), 1);
        flows.remove(0)
    }

    /// TCP's handshake with sequence numbers 99 and 499: bytes begin at 100 and 500.
    fn handshake() -> Vec<Segment<'static>> {
        vec![
            seg(CLIENT, SYN, 99, 0, b""),
            seg(SERVER, SYN | ACK, 499, 100, b""),
            seg(CLIENT, ACK, 100, 500, b""),
        ]
    }

    fn after_handshake<'a>(rest: &[Segment<'a>]) -> Vec<Segment<'a>> {
        [&handshake()[..], rest].concat()
    }

    /// Names of a direction's events.
    fn said(flow: &Flow, side: usize) -> String {
        let names = flow.directions[side].events.iter().map(|event| {
            let text = format!("{:?}", event.kind);
            text.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()
        });
        names.collect::<Vec<_>>().join(" ")
    }

    const ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
    const DATA: &[u8] = &[23, 3, 3, 0, 5, 1, 2, 3, 4, 5];

    #[test]
    fn a_connection_is_read_in_both_directions() {
        let flow = only(&after_handshake(&[
            seg(CLIENT, ACK, 100, 500, DATA),
            seg(SERVER, ACK, 500, 110, ALERT),
            seg(SERVER, FIN | ACK, 507, 110, b""),
            seg(CLIENT, FIN | ACK, 110, 508, b""),
        ]));
        assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData Fin");
        assert_eq!(said(&flow, SERVER), "Syn Alert Fin");
        assert_eq!(flow.opener, Some(CLIENT));
        assert_eq!((flow.first.0, flow.last.0), (FrameNumber(1), FrameNumber(7)));
        assert!(
            flow.directions
                .iter()
                .all(|side| side.tcp.start_known && side.tcp.gaps.is_empty())
        );
        assert_eq!(flow.directions[CLIENT].tcp.acked_bytes, 10);
    }

    #[test]
    fn a_new_syn_on_the_same_ports_is_a_new_connection() {
        let again = handshake().into_iter().map(|segment| Segment {
            seq: segment.seq.plus(70_000),
            ack: segment.ack.plus(70_000),
            ..segment
        });
        let (flows, counts) = run(&handshake().into_iter().chain(again).collect::<Vec<_>>());
        assert_eq!((flows.len(), counts.flows), (2, 2));
        assert!(
            flows
                .iter()
                .all(|flow| said(flow, CLIENT) == "Syn Ack" && said(flow, SERVER) == "Syn")
        );
    }

    #[test]
    fn a_syn_sent_again_is_the_same_connection() {
        let flow = only(&[
            seg(CLIENT, SYN, 99, 0, b""),
            seg(CLIENT, SYN, 99, 0, b""),
            seg(SERVER, SYN | ACK, 499, 100, b""),
            seg(SERVER, SYN | ACK, 499, 100, b""),
        ]);
        assert_eq!(flow.directions[CLIENT].tcp.syns.len(), 2);
        assert_eq!(flow.directions[CLIENT].tcp.retransmissions, 1);
        assert_eq!(flow.directions[SERVER].tcp.syns.len(), 2);
        assert_eq!(said(&flow, CLIENT), "Syn");
    }

    #[test]
    fn a_syn_that_comes_late_in_the_file_belongs_to_the_bytes_seen() {
        let flow = only(&[
            seg(CLIENT, ACK, 100, 500, DATA),
            seg(SERVER, ACK, 500, 110, ALERT),
            seg(SERVER, SYN | ACK, 499, 100, b""),
            seg(CLIENT, SYN, 99, 0, b""),
        ]);
        assert_eq!(said(&flow, CLIENT), "Syn ApplicationData");
        assert_eq!(said(&flow, SERVER), "Syn Alert");
        assert_eq!(flow.opener, Some(CLIENT));
        assert!(flow.directions[CLIENT].tcp.start_known);
    }

    #[test]
    fn a_syn_that_does_not_fit_the_bytes_seen_begins_another_connection() {
        for isn in [101, 99 + 5_000_000, 99_u32.wrapping_sub(5_000_000)] {
            let (flows, _) = run(&[seg(CLIENT, ACK, 100, 500, DATA), seg(CLIENT, SYN, isn, 0, b"")]);
            assert_eq!(flows.len(), 2, "{isn}");
        }
    }

    #[test]
    fn the_answer_to_a_syn_may_stand_before_it() {
        let [syn, answer, ack] = [0, 1, 2].map(|n: usize| handshake()[n]);
        let flow = only(&[answer, syn, ack, seg(CLIENT, ACK, 100, 500, DATA)]);
        assert_eq!(flow.opener, Some(CLIENT));
        assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData");
    }

    #[test]
    fn a_syn_ack_alone_tells_who_opened() {
        let flow = only(&[seg(SERVER, SYN | ACK, 499, 100, b"")]);
        assert_eq!(flow.opener, Some(CLIENT));
        assert!(flow.directions[CLIENT].tcp.start_known);
        assert_eq!(flow.directions[CLIENT].tcp.frames, 0);
    }

    #[test]
    fn bytes_after_a_reset_in_the_file_are_read_all_the_same() {
        let flow = only(&after_handshake(&[
            seg(SERVER, RST, 507, 0, b""),
            seg(SERVER, ACK, 500, 110, ALERT),
            seg(CLIENT, ACK, 100, 500, DATA),
        ]));
        assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData");
        assert_eq!(said(&flow, SERVER), "Syn Alert Reset");
        assert_eq!(flow.directions[SERVER].tcp.reset.unwrap().frame, FrameNumber(4));
    }

    #[test]
    fn a_reset_in_answer_to_a_syn_leaves_the_connection_unopened() {
        let flow = only(&[seg(CLIENT, SYN, 99, 0, b""), seg(SERVER, RST | ACK, 0, 100, b"")]);
        assert_eq!(said(&flow, SERVER), "Reset");
        assert!(flow.directions[SERVER].tcp.syns.is_empty());
        assert!(flow.directions[SERVER].tcp.reset.unwrap().ack);
    }

    #[test]
    fn a_closed_connection_is_handed_on_when_late_copies_have_come_and_not_before() {
        let (mut flows, mut ended) = (Flows::default(), Vec::new());
        push(
            &mut flows,
            &mut ended,
            &after_handshake(&[seg(SERVER, RST, 500, 0, b"")]),
            1,
        );
        let other = Segment {
            src: Endpoint { port: 1, ..end(CLIENT) },
            ..seg(CLIENT, SYN, 9, 0, b"")
        };
        push(&mut flows, &mut ended, &[other], 4 + LINGER - 1);
        assert!(ended.is_empty());
        push(&mut flows, &mut ended, &[other], 4 + LINGER);
        assert_eq!(ended.len(), 1);
        // Its slot is used again, and the end of the capture hands on the rest only.
        flows.finish(|flow| ended.push(flow));
        assert_eq!(ended.len(), 2);
    }

    #[test]
    fn a_connection_with_a_hole_waits_for_it_beyond_its_close() {
        let (mut flows, mut ended) = (Flows::default(), Vec::new());
        let closing = [
            seg(CLIENT, FIN | ACK, 110, 500, b""),
            seg(SERVER, FIN | ACK, 500, 111, b""),
        ];
        push(&mut flows, &mut ended, &after_handshake(&closing), 1);
        push(&mut flows, &mut ended, &[seg(CLIENT, ACK, 100, 500, DATA)], 2 * LINGER);
        assert!(ended.is_empty());
        flows.finish(|flow| ended.push(flow));
        let ended: Vec<_> = ended.into_iter().map(Flow::finish).collect();
        assert_eq!(said(&ended[0], CLIENT), "Syn Ack ApplicationData Fin");
    }

    #[test]
    fn the_same_packet_twice_is_a_copy_whatever_its_time_to_live() {
        let packet = Segment {
            ip_id: Some(7),
            checksum: 9,
            ..seg(CLIENT, ACK, 100, 500, DATA)
        };
        let flow = only(&after_handshake(&[packet, Segment { ttl: 63, ..packet }]));
        let tcp = &flow.directions[CLIENT].tcp;
        assert_eq!((tcp.duplicates, tcp.retransmissions, tcp.frames), (1, 0, 3));
    }

    #[test]
    fn the_same_bytes_with_another_identification_are_a_retransmission() {
        let packet = Segment {
            ip_id: Some(7),
            checksum: 9,
            ..seg(CLIENT, ACK, 100, 500, DATA)
        };
        let flow = only(&after_handshake(&[
            packet,
            Segment {
                ip_id: Some(8),
                ..packet
            },
        ]));
        let tcp = &flow.directions[CLIENT].tcp;
        assert_eq!((tcp.duplicates, tcp.retransmissions, tcp.frames), (0, 1, 4));
    }

    #[test]
    fn without_identification_only_a_prompt_repetition_is_a_copy() {
        for (id, after, copies) in [
            (None, 99_000_000, 1),
            (None, 200_000_000, 0),
            (Some(0), 200_000_000, 0),
            (Some(7), 200_000_000, 1),
        ] {
            let packet = Segment {
                ip_id: id,
                checksum: 9,
                time: Timestamp(STEP * 10),
                ..seg(CLIENT, ACK, 100, 500, DATA)
            };
            let later = Segment {
                time: Timestamp(STEP * 10 + after),
                ..packet
            };
            let flow = only(&after_handshake(&[packet, later]));
            let tcp = &flow.directions[CLIENT].tcp;
            assert_eq!(
                (tcp.duplicates, tcp.retransmissions),
                (copies, 1 - copies),
                "{id:?}, {after} ns"
            );
        }
    }

    #[test]
    fn copies_ahead_of_a_hole_are_copies() {
        let packet = Segment {
            ip_id: Some(7),
            checksum: 9,
            ..seg(CLIENT, ACK, 110, 500, DATA)
        };
        let (flows, counts) = run(&after_handshake(&[packet, packet, seg(CLIENT, ACK, 100, 500, DATA)]));
        assert_eq!(counts.duplicates, 1);
        assert_eq!(flows[0].directions[CLIENT].tcp.frames, 4);
        assert_eq!(said(&flows[0], CLIENT), "Syn Ack ApplicationData ApplicationData");
    }

    #[test]
    fn a_keep_alive_byte_is_counted_and_not_read() {
        let flow = only(&after_handshake(&[
            seg(CLIENT, ACK, 100, 500, DATA),
            seg(CLIENT, ACK, 109, 500, b"?"),
            seg(CLIENT, ACK, 110, 500, DATA),
        ]));
        let tcp = &flow.directions[CLIENT].tcp;
        assert_eq!((tcp.keep_alives, tcp.retransmissions, tcp.bytes), (1, 0, 20));
        assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData ApplicationData");
    }

    #[test]
    fn one_side_may_close_and_the_other_speak_on() {
        let (mut flows, mut ended) = (Flows::default(), Vec::new());
        let half = [seg(CLIENT, FIN | ACK, 100, 500, b""), seg(SERVER, ACK, 500, 101, DATA)];
        push(&mut flows, &mut ended, &after_handshake(&half), 1);
        push(&mut flows, &mut ended, &[seg(SERVER, ACK, 510, 101, ALERT)], 3 * LINGER);
        flows.finish(|flow| ended.push(flow));
        let ended: Vec<_> = ended.into_iter().map(Flow::finish).collect();
        assert_eq!(said(&ended[0], SERVER), "Syn ApplicationData Alert");
        assert_eq!(said(&ended[0], CLIENT), "Syn Ack Fin");
    }

    #[test]
    fn sequence_numbers_wrap_in_both_directions() {
        let isn = u32::MAX - 4;
        let flow = only(&[
            seg(CLIENT, SYN, isn, 0, b""),
            seg(SERVER, SYN | ACK, isn, isn + 1, b""),
            seg(CLIENT, ACK, isn + 1, isn + 1, b""),
            seg(CLIENT, ACK, isn + 1, isn + 1, DATA),
            seg(SERVER, ACK, isn + 1, 6, DATA),
            seg(CLIENT, FIN | ACK, 6, 6, DATA),
        ]);
        assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData ApplicationData Fin");
        assert_eq!(said(&flow, SERVER), "Syn ApplicationData");
        let tcp = &flow.directions[CLIENT].tcp;
        assert_eq!((tcp.bytes, tcp.acked_bytes, tcp.gaps.len()), (20, 10, 0));
    }

    #[test]
    fn a_syn_and_a_fin_may_carry_data() {
        let flow = only(&[
            seg(CLIENT, SYN, 99, 0, DATA),
            seg(SERVER, SYN | ACK, 499, 110, b""),
            seg(CLIENT, ACK, 110, 500, b""),
            seg(CLIENT, FIN | ACK, 110, 500, ALERT),
            seg(SERVER, ACK, 500, 118, b""),
        ]);
        assert_eq!(said(&flow, CLIENT), "Syn ApplicationData Alert Fin");
        let client = &flow.directions[CLIENT];
        assert_eq!((client.tcp.bytes, client.tcp.gaps.len()), (17, 0));
        assert!(!client.tcp.acked_unseen);
    }

    #[test]
    fn a_syn_whose_data_the_server_did_not_take_is_followed_by_it_again() {
        let flow = only(&[
            seg(CLIENT, SYN, 99, 0, DATA),
            seg(SERVER, SYN | ACK, 499, 100, b""),
            seg(CLIENT, ACK, 100, 500, DATA),
        ]);
        assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData");
        assert_eq!(flow.directions[CLIENT].tcp.retransmissions, 1);
    }

    #[test]
    fn segments_outside_any_window_do_not_stop_what_follows() {
        for wild in [100 + 0x3000_0000, 100_u32.wrapping_sub(0x3000_0000), 100 + 400_000] {
            let flow = only(&after_handshake(&[
                seg(CLIENT, ACK, wild, 500, b"injected"),
                seg(CLIENT, ACK, 100, 500, DATA),
                seg(CLIENT, ACK, 110, 500, ALERT),
            ]));
            assert!(
                said(&flow, CLIENT).starts_with("Syn Ack ApplicationData Alert"),
                "{wild}"
            );
        }
    }

    #[test]
    fn bytes_acknowledged_and_not_captured_are_known_to_exist() {
        let flow = only(&after_handshake(&[
            seg(CLIENT, ACK, 100, 500, DATA),
            seg(CLIENT, ACK, 110, 900, b""),
        ]));
        let server = &flow.directions[SERVER].tcp;
        assert!(server.acked_unseen);
        // One number of the 400 may be a FIN.
        assert_eq!(server.gaps.iter().map(|gap| gap.to - gap.from).sum::<u64>(), 399);
        assert!(!flow.directions[CLIENT].tcp.acked_unseen);
    }

    #[test]
    fn an_acknowledged_fin_is_no_missing_byte() {
        let flow = only(&after_handshake(&[
            seg(SERVER, FIN | ACK, 500, 100, b""),
            seg(CLIENT, ACK, 100, 501, b""),
        ]));
        assert!(!flow.directions[SERVER].tcp.acked_unseen && flow.directions[SERVER].tcp.gaps.is_empty());
    }

    #[test]
    fn what_began_before_the_capture_is_followed_only_where_something_known_could_begin() {
        let (flows, counts) = run(&[
            seg(CLIENT, ACK, 100, 500, b"\x99 the middle of something"),
            seg(SERVER, ACK, 500, 110, b""),
        ]);
        assert!(flows.is_empty());
        assert_eq!(counts.stray, 1);
        for begin in [
            DATA,
            ALERT,
            b"POST /a HTTP/1.1\r\n",
            b"xx\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
            b"\x80\x2e\x01\x03\x01",
        ] {
            assert_eq!(run(&[seg(CLIENT, ACK, 100, 500, begin)]).1.flows, 1, "{begin:?}");
        }
    }

    #[test]
    fn a_scan_closes_idle_connections_and_not_one_that_lives() {
        let (mut flows, mut ended) = (Flows::default(), Vec::new());
        push(
            &mut flows,
            &mut ended,
            &after_handshake(&[seg(CLIENT, ACK, 100, 500, DATA)]),
            1,
        );
        let scan: Vec<Segment<'_>> = (0..MAX_FLOWS + 50)
            .map(|n| Segment {
                src: Endpoint {
                    ip: [10, 1, 0, 1].into(),
                    port: u16::try_from(n % 60_000).unwrap(),
                },
                ..seg(CLIENT, SYN, 1, 0, b"")
            })
            .collect();
        push(&mut flows, &mut ended, &scan, 5);
        assert_eq!(flows.counts.evicted, 51);
        assert_eq!(ended.len(), 51);
        assert!(ended.iter().all(|flow| flow.index != 0));
        flows.finish(|flow| ended.push(flow));
        assert_eq!(ended.len(), MAX_FLOWS + 51);
    }

    #[test]
    fn two_connections_to_one_port_stay_apart() {
        let other = |segment: Segment<'static>| {
            let shift = |end: Endpoint| {
                if end.port == 443 {
                    end
                } else {
                    Endpoint { port: 50_001, ..end }
                }
            };
            Segment {
                src: shift(segment.src),
                dst: shift(segment.dst),
                ..segment
            }
        };
        let both: Vec<Segment<'_>> = handshake().into_iter().flat_map(|it| [it, other(it)]).collect();
        let (flows, _) = run(&both);
        assert_eq!(flows.len(), 2);
        assert!(flows.iter().all(|flow| said(flow, CLIENT) == "Syn Ack"));
    }

    #[test]
    fn payload_cut_by_the_snap_length_is_counted_and_its_hole_named() {
        let cut = Segment {
            lost: 40,
            ..seg(CLIENT, ACK, 100, 500, &DATA[..5])
        };
        let (flows, counts) = run(&after_handshake(&[cut, seg(CLIENT, ACK, 145, 500, ALERT)]));
        let tcp = &flows[0].directions[CLIENT].tcp;
        assert_eq!((counts.cut, tcp.cut, tcp.largest, tcp.bytes), (1, 1, 45, 52));
        assert_eq!(tcp.gaps[0].cause, crate::stream::GapCause::SnapLength);
    }
}
