//! SYN, SYN-ACK → where a direction begins, and which segments are no beginning.
//!
//! A host that still holds an older connection on the same addresses and ports answers a SYN with the next segment of
//! that connection (RFC 9293 section 3.10.7.4, RFC 5961 section 4.2), and the client refuses that with a RST (section
//! 3.10.7.3). None of these segments counts bytes of the requested connection. A SYN may also be answered twice, with
//! two numbers: by a host that forgot the first answer, or by two hosts; the client's acknowledgement shows which
//! answer it accepted.

use crate::base::seq::SeqNumber;
use crate::connection::direction::{Direction, chunk_of};
use crate::connection::event::EventKind;
use crate::decode::{Segment, options};
use crate::tcp::said::Provenance;
use crate::tcp::side::StaleAnswer;
use crate::tcp::stream::{Position, Stream};

/// SYNs kept per direction.
pub(crate) const MAX_SYNS: usize = 16;

impl Direction {
    pub(crate) fn syn(&mut self, segment: &Segment<'_>, position: Position, acked: Position) {
        if self.tcp.syns.len() < MAX_SYNS {
            self.tcp.syns.push(segment.frame_at());
        }
        if self.syn_seq.is_none() {
            self.syn_seq = Some(segment.seq);
            self.tcp.isn = Some(segment.seq);
            self.tcp.ttl = segment.ttl;
            self.tcp.mss = options::Options::mss_of(segment.options);
            self.start_or_before(position.saturating_add(1));
            let at = Provenance::of(&chunk_of(segment, position, acked));
            self.tcp_events
                .push(at.said(EventKind::Syn, position.saturating_add(1)));
        } else if self.syn_seq == Some(segment.seq) {
            self.tcp.retransmissions += 1;
        } else {
            self.tcp.other_isn.get_or_insert(segment.frame);
            self.other_syn = Some((segment.seq, segment.ttl));
        }
    }

    /// The other side's acknowledgement shows which of two SYN-ACKs it accepted.
    #[cold]
    pub(crate) fn take_other_syn(&mut self, acked: SeqNumber) {
        if let Some((seq, ttl)) = self.other_syn
            && acked == seq.plus(1)
            && self.tcp.bytes_seen(&self.stream) == 0
            && !self.ignored
        {
            (self.syn_seq, self.tcp.isn, self.tcp.ttl) = (Some(seq), Some(seq), ttl);
            self.other_syn = None;
            self.stream = Stream::default();
            let position = self.stream.position(seq);
            self.start(position.saturating_add(1));
        }
    }

    pub(crate) const fn start(&mut self, position: Position) {
        self.stream.start_at(position);
        self.know_start(position);
    }

    pub(crate) const fn start_or_before(&mut self, position: Position) {
        self.stream.start_at_or_before(position);
        self.know_start(position);
    }

    /// Where more came ahead of the SYN than waits for it, what is read began behind the first byte.
    const fn know_start(&mut self, position: Position) {
        if let Some(start) = self.stream.start() {
            self.tcp.start_known |= start == position;
        }
    }

    /// True if its TCP handshake was reported as complete.
    pub(crate) fn acked_handshake(&self) -> bool {
        self.tcp_events.iter().any(|event| matches!(event.kind, EventKind::Ack))
    }

    /// True if a segment at `position` may complete TCP's handshake, or shows equally well where the peer's bytes
    /// begin: it was sent before any data.
    pub(crate) fn acks_handshake(&self, position: Position, peer: &Self) -> bool {
        self.stream.start() == Some(position) && (!self.acked_handshake() || peer.syn_seq.is_none())
    }

    /// True if a segment answers the other side's SYN with an acknowledgement that does not fit. Only before any data:
    /// later, bytes that were not captured explain such a number.
    pub(crate) fn answers_another(&mut self, segment: &Segment<'_>, peer: &Self, acked: Position) -> bool {
        let opens = self.syn_seq.is_none()
            && peer.syn_seq.is_some()
            && peer.tcp.ordinary.is_none()
            && segment.flags.ack()
            && !segment.flags.rst()
            && !segment.flags.fin()
            && segment.payload.is_empty();
        // A SYN may carry bytes (RFC 7413): an acknowledgement up to their end answers the SYN.
        let expected = peer.stream.start().unwrap_or_default()..=peer.stream.highest();
        if !opens || expected.contains(&acked) {
            return false;
        }
        let stale = self.tcp.stale_answer.get_or_insert(StaleAnswer {
            frame: segment.frame,
            time: segment.time,
            times: 0,
            refused: None,
            acked,
        });
        stale.times += 1;
        true
    }

    /// True if a RST answers such an acknowledgement: it carries the very number that was acknowledged.
    pub(crate) fn refuses_stale(&self, segment: &Segment<'_>, peer: &mut Self, position: Position) -> bool {
        let Some(stale) = peer.tcp.stale_answer.as_mut() else {
            return false;
        };
        let refuses = segment.flags.rst() && stale.acked == position;
        if refuses {
            stale.refused.get_or_insert(segment.frame);
        }
        refuses
    }
}
