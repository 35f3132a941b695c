//! SYN, SYN-ACK, ACK → Handshake: a connection that opens properly, before any data.
//!
//! Nearly all connections of an export ask, with their next segment, for a server of no interest, and are then only
//! counted. Until then, three short segments have to be remembered; any other segment turns them into a [`Flow`].

use super::bare::Bare;
use super::elsewhere::Elsewhere;
use super::lone::flow_of;
use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, Timestamp};
use crate::base::wire_text::WireText;
use crate::connection::direction::is_one_of;
use crate::connection::flow::Flow;
use crate::connection::sighting::Sighting;
use crate::decode::{Segment, TcpFlags};
use crate::tls::peek;

/// A connection in TCP's handshake, or right after it.
#[derive(Debug)]
pub(super) struct Handshake {
    syn: Bare,
    syn_ack: Bare,
    ack: Option<Bare>,
}

/// The state after a segment.
pub(super) enum Next {
    /// The handshake continues.
    Handshake,
    /// It asked for a server of no interest.
    Elsewhere(Box<Elsewhere>),
    /// Any other segment belongs to a flow, which has not processed this segment yet.
    Flow,
}

impl Handshake {
    /// A SYN and the segment after it, if that segment is the answer (RFC 9293 section 3.5).
    pub(super) fn of(syn: &Bare, segment: &Segment<'_>, from: usize) -> Option<Self> {
        let answers = from != usize::from(syn.from) && segment.ack == syn.seq.plus(1);
        let syn_ack = Bare::of(segment, from, TcpFlags::SYN | TcpFlags::ACK).filter(|_| answers)?;
        Some(Self {
            syn: *syn,
            syn_ack,
            ack: None,
        })
    }

    /// True if the answer was acknowledged.
    pub(super) const fn is_open(&self) -> bool {
        self.ack.is_some()
    }

    /// Processes the next segment; `names` are the servers of interest, `None` means all.
    pub(super) fn accept(
        &mut self,
        segment: &Segment<'_>,
        from: usize,
        ends: [Endpoint; 2],
        names: Option<&[String]>,
    ) -> Next {
        let goes_on = from == usize::from(self.syn.from)
            && segment.seq == self.syn.seq.plus(1)
            && segment.ack == self.syn_ack.seq.plus(1);
        if !goes_on {
            return Next::Flow;
        }
        if self.ack.is_none()
            && let Some(ack) = Bare::of(segment, from, TcpFlags::ACK)
        {
            self.ack = Some(ack);
            return Next::Handshake;
        }
        let Some(names) = names else { return Next::Flow };
        let closes = segment.flags.0 & (TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST) != 0;
        let is_whole = !closes && segment.flags.ack() && segment.lost == 0;
        match peek::server_name(segment.payload) {
            Some(name) if is_whole && !is_one_of(name, names) => {
                Next::Elsewhere(Box::new(self.elsewhere(segment, ends, name.into())))
            }
            _ => Next::Flow,
        }
    }

    /// The times of its first and its last segment.
    pub(super) fn times(&self) -> (Timestamp, Timestamp) {
        (self.syn.time, self.ack.as_ref().unwrap_or(&self.syn_ack).time)
    }

    fn elsewhere(&self, hello: &Segment<'_>, ends: [Endpoint; 2], name: WireText) -> Elsewhere {
        let frames = 2 + u64::from(self.is_open());
        self.given_up(ends, frames, hello.frame_at(), Some(name))
    }

    /// The rest of a connection whose answer nobody acknowledged.
    pub(super) fn unanswered(&self, ends: [Endpoint; 2]) -> Elsewhere {
        self.given_up(ends, 1, self.syn_ack.frame_at(), None)
    }

    fn given_up(&self, ends: [Endpoint; 2], frames: u64, last: FrameAt, name: Option<WireText>) -> Elsewhere {
        let client = usize::from(self.syn.from);
        let (frames, syns) = match client {
            0 => ([frames, 1], [self.syn.seq, self.syn_ack.seq]),
            _ => ([1, frames], [self.syn_ack.seq, self.syn.seq]),
        };
        let sighting = Sighting {
            ends,
            frames,
            opener: Some(client),
            tunnel: self.syn.tunnel,
            first: self.syn.frame_at(),
            last,
            left_out: false,
        };
        Elsewhere::of_handshake(sighting, syns, name)
    }

    /// The flow that these segments begin.
    pub(super) fn flow(&self, ends: [Endpoint; 2], index: u64) -> Box<Flow> {
        match self.ack {
            Some(ack) => flow_of(&self.syn, &[self.syn_ack, ack], ends, index),
            None => flow_of(&self.syn, &[self.syn_ack], ends, index),
        }
    }
}
