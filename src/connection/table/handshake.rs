//! SYN, SYN-ACK, ACK → Handshake: a connection that opens properly, before any data.
//!
//! Nearly all connections of an export ask, with their next segment, for a server of no interest, and are then only
//! counted. Until then, three short segments have to be remembered; any other segment turns them into a [`Flow`].

use super::bare::Bare;
use super::elsewhere::Elsewhere;
use super::lone::flow_of;
use crate::base::endpoint::Endpoint;
use crate::base::frame::Timestamp;
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

    /// Processes the next segment; `names` are the servers of interest.
    pub(super) fn accept(&mut self, segment: &Segment<'_>, from: usize, ends: [Endpoint; 2], names: &[String]) -> Next {
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
        let client = usize::from(self.syn.from);
        let by_end = |of_client, of_server| {
            if client == 0 {
                [of_client, of_server]
            } else {
                [of_server, of_client]
            }
        };
        let [frames_of_client, frames_of_server] = [2 + u64::from(self.ack.is_some()), 1];
        let sighting = Sighting {
            ends,
            frames: by_end(frames_of_client, frames_of_server),
            opener: Some(client),
            tunnel: self.syn.tunnel,
            first: self.syn.frame_at(),
            last: hello.frame_at(),
            left_out: false,
        };
        let syns = if client == 0 {
            [self.syn.seq, self.syn_ack.seq]
        } else {
            [self.syn_ack.seq, self.syn.seq]
        };
        Elsewhere::after_hello(sighting, syns, name)
    }

    /// The flow that these segments begin.
    pub(super) fn flow(&self, ends: [Endpoint; 2], index: u64) -> Box<Flow> {
        match self.ack {
            Some(ack) => flow_of(&self.syn, &[self.syn_ack, ack], ends, index),
            None => flow_of(&self.syn, &[self.syn_ack], ends, index),
        }
    }
}
