//! SYN, SYN-ACK → where a direction begins, and what is no beginning of it.
//!
//! A host that still knows an older connection on the same addresses and ports answers a SYN with what that one would say
//! next (RFC 9293 section 3.10.7.4, RFC 5961 section 4.2), and the client refuses that with a RST (section 3.10.7.3). None of
//! it counts bytes of the connection that was asked for. A SYN may also be answered twice, with two numbers: by a host that
//! forgot it, or by two; the client's acknowledgement tells which answer it took.

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

    /// The other side's acknowledgement tells which of two SYN-ACKs it took.
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

    /// Whether its TCP handshake was reported as complete.
    pub(crate) fn acked_handshake(&self) -> bool {
        self.tcp_events.iter().any(|event| matches!(event.kind, EventKind::Ack))
    }

    /// Whether a segment at `position` can be the one that completes TCP's handshake, or tells as well as that one where the
    /// peer's bytes begin: it was sent before a word was said.
    pub(crate) fn acks_handshake(&self, position: Position, peer: &Self) -> bool {
        self.stream.start() == Some(position) && (!self.acked_handshake() || peer.syn_seq.is_none())
    }

    /// Whether a segment answers the other side's SYN with an acknowledgement of something else. Only before anything else
    /// was said: later, bytes that were not captured explain such a number.
    pub(crate) fn answers_another(&mut self, segment: &Segment<'_>, peer: &Self, acked: Position) -> bool {
        let opens = self.syn_seq.is_none()
            && peer.syn_seq.is_some()
            && peer.tcp.ordinary.is_none()
            && segment.flags.ack()
            && !segment.flags.rst()
            && !segment.flags.fin()
            && segment.payload.is_empty();
        // A SYN may carry bytes (RFC 7413): up to their end everything is an answer to it.
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

    /// Whether a RST is the answer to such an acknowledgement: it carries the very number that was acknowledged.
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
