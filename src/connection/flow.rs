//! Segment → Flow: the two ends of a connection, and the messages of each direction.
//!
//! A flow is one TCP connection under observation: two [`Direction`]s, each with its stream and its readers, which never
//! share a buffer. A new SYN on the same addresses and ports is a new flow (port reuse).

use crate::base::endpoint::Endpoint;
use crate::base::frame::FrameAt;
use crate::base::wire_text::WireText;
use crate::connection::direction::{Direction, chunk_of};
use crate::connection::event::EventKind;
use crate::connection::fast_path::fingerprint;
use crate::connection::padding::may_be_padding;
use crate::decode::options::{Options, holds_sack};
use crate::decode::{Segment, Tunnel};
use crate::tcp::said::Provenance;
use crate::tcp::stream::{Arrival, Chunk};

/// Bytes of a direction that may precede its own SYN in the file and still belong to the same connection.
pub(crate) const LATE_SYN: i32 = 1024 * 1024;

/// One TCP connection under observation.
#[derive(Debug)]
pub struct Flow {
    /// In order of first frames, counted from 0 over all TCP connections of the capture that were followed.
    pub index: u64,
    /// The two ends; `directions[0]` holds what `ends[0]` sends.
    pub ends: [Endpoint; 2],
    /// The two directions.
    pub directions: [Direction; 2],
    /// The end that sent the SYN, if it or its answer was captured.
    pub opener: Option<usize>,
    /// First frame and its time.
    pub first: FrameAt,
    /// Last frame and its time.
    pub last: FrameAt,
    /// The tunnel of the first frame.
    pub tunnel: Tunnel,
    /// The flow is known to be over.
    pub(crate) closing: bool,
    /// It was handed on because too many flows were open at once: later segments belong to no flow.
    pub(crate) was_evicted: bool,
    /// The server that its hello asked for, if the flow was dropped for that before the hello was read.
    pub(crate) asks_for: Option<WireText>,
    /// No part of it is followed. Stored here as well as in both directions: each of them is a kilobyte away.
    given_up: bool,
    /// A FIN or a RST was seen.
    closed: bool,
}

/// Counters over all flows.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlowCounts {
    /// Flows followed.
    pub flows: u64,
    /// Flows closed early because too many were open at once.
    pub evicted: u64,
    /// Flows dropped without a known request for another server: what else they said is unknown.
    pub given_up: u64,
    /// Segments that belong to no flow: connections that began before the capture and do not look like TLS or HTTP.
    pub stray: u64,
    /// Second copies.
    pub duplicates: u64,
    /// Segments cut by the snap length.
    pub cut: u64,
}

impl Flow {
    /// A flow that begins with this segment, which is not processed yet.
    pub(crate) fn begin(index: u64, segment: &Segment<'_>) -> Box<Self> {
        let ends = if segment.src > segment.dst {
            [segment.dst, segment.src]
        } else {
            [segment.src, segment.dst]
        };
        let mut flow = Box::new(Self {
            index,
            ends,
            directions: Default::default(),
            opener: None,
            first: segment.frame_at(),
            last: segment.frame_at(),
            tunnel: segment.tunnel,
            closing: false,
            was_evicted: false,
            asks_for: None,
            given_up: false,
            closed: false,
        });
        if ends.iter().any(|end| end.port == 53) {
            flow.directions
                .iter_mut()
                .for_each(|direction| direction.dns = Some(Vec::new()));
        }
        flow
    }

    /// The same, keeping the bodies of encrypted records if wanted; must be called before the first of them.
    pub(crate) fn keeping(mut self: Box<Self>, keeps_bodies: bool) -> Box<Self> {
        if keeps_bodies {
            self.directions.iter_mut().for_each(Direction::keep_bodies);
        }
        self
    }

    /// True if a SYN on the same addresses and ports starts a new connection rather than belonging to this one.
    pub(crate) fn is_reused_by(&self, segment: &Segment<'_>, from: usize) -> bool {
        let Some(direction) = self.directions.get(from) else {
            return false;
        };
        // A SYN-ACK for the SYN of this connection never belongs to another, whatever its number (RFC 9293 section
        // 3.5).
        let peer = self.directions.get(1 - from.min(1));
        if segment.flags.ack()
            && let Some(asked) = peer.and_then(|peer| peer.syn_seq)
            && segment.ack == asked.plus(1)
        {
            return false;
        }
        if let Some(seq) = direction.syn_seq {
            return seq != segment.seq;
        }
        // This side has no SYN yet: a SYN that is late in the file, because its direction was written late, fits the
        // bytes seen of it, or the peer's acknowledgement.
        direction
            .stream
            .first_seq()
            .is_some_and(|first| !(0..=LATE_SYN).contains(&first.distance_from(segment.seq)))
    }

    /// True if both sides have closed, or one has reset, and every byte is captured; true only once.
    pub(crate) fn closes(&mut self) -> bool {
        let closes = !self.closing && self.is_over();
        self.closing |= closes;
        closes
    }

    /// True if it may have closed, and [`Self::closes`] has not returned true yet.
    #[inline]
    pub(crate) const fn may_close(&self) -> bool {
        self.closed && !self.closing
    }

    fn is_over(&self) -> bool {
        let closed = self.directions.iter().all(|side| side.tcp.fin.is_some())
            || self.directions.iter().any(|side| side.tcp.reset.is_some());
        closed
            && self
                .directions
                .iter()
                .all(|side| side.ignored || side.stream.is_whole())
    }

    /// True if no part of it is followed.
    #[inline]
    pub(crate) const fn is_given_up(&self) -> bool {
        self.given_up
    }

    /// Takes a segment if it only continues a direction, and returns whether it did. Any other is for [`Self::accept`].
    #[inline]
    pub(crate) fn carries_on(&mut self, segment: &Segment<'_>, from: usize) -> bool {
        self.directions.get_mut(from).is_some_and(|own| own.run.takes(segment))
    }

    /// Brings everything up to date with the segments that only continued a direction.
    pub(crate) fn catch_up(&mut self) {
        self.last = self.last();
        let [first, second] = &mut self.directions;
        first.catch_up(&mut second.stream);
        second.catch_up(&mut first.stream);
    }

    /// Last frame and its time, including segments that only continued a direction.
    pub(crate) fn last(&self) -> FrameAt {
        let passed = self.directions.iter().filter_map(|side| side.run.last());
        passed.fold(self.last, Ord::max)
    }

    /// Lets segments that only continue a direction pass from now on.
    fn let_pass(&mut self) {
        if self.closed || self.given_up {
            return;
        }
        let [first, second] = &mut self.directions;
        first.let_pass(second, self.opener == Some(0));
        second.let_pass(first, self.opener == Some(1));
    }

    /// Processes a segment of one of its ends.
    pub(crate) fn accept(
        &mut self,
        segment: &Segment<'_>,
        from: usize,
        counts: &mut FlowCounts,
        names: Option<&[String]>,
    ) {
        self.catch_up();
        self.last = segment.frame_at();
        let [first, second] = &mut self.directions;
        let (own, peer) = if from == 0 { (first, second) } else { (second, first) };
        if self.given_up && !segment.flags.rst() && !segment.flags.fin() {
            own.tcp.frames += 1;
            return;
        }
        own.settle_doubtful(segment.seq, &mut peer.stream);
        if may_be_padding(segment) {
            own.doubt(segment);
            let bare = Segment {
                payload: &[],
                ..*segment
            };
            self.follow(&bare, from, counts, names);
        } else {
            self.follow(segment, from, counts, names);
        }
        self.let_pass();
    }

    #[inline(always)]
    #[allow(
        clippy::too_many_lines,
        reason = "one pass over a segment, on the hot path: its parts share what they read"
    )]
    fn follow(&mut self, segment: &Segment<'_>, from: usize, counts: &mut FlowCounts, names: Option<&[String]>) {
        let [first, second] = &mut self.directions;
        let (own, peer) = if from == 0 { (first, second) } else { (second, first) };
        if peer.other_syn.is_some() && segment.flags.ack() {
            peer.take_other_syn(segment.ack);
        }
        let position = own.stream.position(segment.seq);
        let acked = if segment.flags.ack() {
            peer.stream.position(segment.ack)
        } else {
            0
        };
        let data_from = position.saturating_add(u64::from(segment.flags.syn()));
        let old = segment.payload.is_empty() || data_from < own.stream.highest();
        let print = fingerprint(segment);
        if old && own.is_copy(segment, print) {
            counts.duplicates += 1;
            return;
        }
        own.run.note(segment, print);
        own.tcp.count(segment, position);
        counts.cut += u64::from(segment.lost > 0);
        if !segment.flags.syn()
            && (own.answers_another(segment, peer, acked) || own.refuses_stale(segment, peer, position))
        {
            return;
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
            if holds_sack(segment.options) {
                let options = Options::read(segment.options);
                for (_, right) in options.sack_blocks() {
                    peer.stream.received(right);
                }
                let Direction { stream, tcp, .. } = &mut *peer;
                let blocks = options
                    .sack_blocks()
                    .map(|(left, right)| (stream.position(left), stream.position(right)));
                tcp.delivery.held(acked, blocks);
            }
            if !segment.flags.syn()
                && !segment.flags.rst()
                && self.opener == Some(from)
                && own.syn_seq.is_some()
                && own.acks_handshake(position, peer)
            {
                // The peer's bytes begin where the acknowledgement of its SYN points, whether or not the SYN was
                // captured: at the lowest acknowledgement sent before any data.
                if peer.syn_seq.is_none() {
                    peer.start_or_before(acked);
                }
                if !own.acked_handshake() {
                    own.tcp_events
                        .push(Provenance::of(&chunk_of(segment, position, acked)).said(EventKind::Ack, position));
                }
            }
        }

        let chunk = Chunk {
            from: data_from,
            ..chunk_of(segment, position, acked)
        };
        if let Some(names) = names
            && let Some(name) = own.names_another_at_once(&chunk, segment.lost, names)
        {
            self.asks_for = Some(name);
            own.ignore();
            peer.ignore();
            self.given_up = true;
        }
        let events = own.events.len();
        match own.read(&chunk, segment.lost) {
            Arrival::Old => {
                own.tcp.retransmissions += 1;
                let (len, acked) = (segment.wire_payload_len(), own.stream.acked());
                let at = segment.frame_at();
                own.tcp.delivery.again(data_from, len, at, acked);
            }
            Arrival::KeepAlive => own.tcp.keep_alives += 1,
            Arrival::New | Arrival::Early => {}
        }
        if own.events.len() > events && names.is_some_and(|names| own.names_another(events, names)) {
            own.ignore();
            peer.ignore();
            self.given_up = true;
        }
        if segment.flags.fin() || segment.flags.rst() {
            own.close(segment, &chunk);
            self.closed = true;
        }
        // Neither side carries anything that is followed: only FIN and RST still matter.
        if own.bytes_left_beside(peer) == Some(0) {
            own.ignore();
            peer.ignore();
            self.given_up = true;
        }
    }

    /// Reads the remaining bytes and puts each direction's events in order.
    #[must_use]
    pub fn finish(mut self: Box<Self>) -> Box<Self> {
        self.catch_up();
        let fins = [0, 1].map(|side: usize| self.directions.get(side).is_some_and(|side| side.tcp.fin.is_some()));
        for (direction, fin) in self.directions.iter_mut().zip(fins) {
            direction.finish(fin);
        }
        self
    }
}
