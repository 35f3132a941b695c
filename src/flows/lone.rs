//! SYN → Lone: a connection of which nothing is known but that somebody asked for it.
//!
//! A scan makes a million of them. A [`Flow`] has three KiB and takes thousands of instructions to make; this is made
//! into one when a second segment comes, or somebody wants to know.

use crate::decode::options::Options;
use crate::decode::{Endpoint, Segment, TcpFlags, Tunnel};
use crate::flow::{Flow, FlowCounts};
use crate::frame::{FrameNumber, Timestamp};
use crate::hosts::Sighting;
use crate::seq::SeqNumber;

/// A connection that is one SYN.
#[derive(Clone, Copy, Debug)]
pub struct Lone {
    /// In order of first frames, as a flow's.
    pub index: u64,
    /// Sender and receiver.
    pub ends: [Endpoint; 2],
    syn: Syn,
}

/// A SYN without data, as far as a flow would remember it and the table does not know it already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syn {
    frame: FrameNumber,
    time: Timestamp,
    seq: SeqNumber,
    ack: SeqNumber,
    interface: u32,
    window: u16,
    checksum: u16,
    ip_id: Option<u16>,
    mss: Option<u16>,
    flags: TcpFlags,
    ttl: u8,
    tunnel: Tunnel,
    /// Which of the two ends sent it.
    from: u8,
}

impl Syn {
    /// A segment that begins a flow, where it is a plain SYN.
    pub(super) fn of(segment: &Segment<'_>, from: usize) -> Option<Self> {
        let plain = segment.flags.0 & (TcpFlags::SYN | TcpFlags::ACK | TcpFlags::FIN | TcpFlags::RST) == TcpFlags::SYN;
        if !plain || segment.wire_payload_len() > 0 {
            return None;
        }
        Some(Self {
            frame: segment.frame,
            time: segment.time,
            seq: segment.seq,
            ack: segment.ack,
            interface: segment.interface,
            window: segment.window,
            checksum: segment.checksum,
            ip_id: segment.ip_id,
            mss: Options::read(segment.options).mss,
            flags: segment.flags,
            ttl: segment.ttl,
            tunnel: segment.tunnel,
            from: u8::from(from > 0),
        })
    }

    /// When it was sent.
    pub(super) const fn time(&self) -> Timestamp {
        self.time
    }

    /// With what the table knows.
    pub(super) const fn between(self, ends: [Endpoint; 2], index: u64) -> Lone {
        let [low, high] = ends;
        Lone {
            index,
            ends: if self.from == 0 { [low, high] } else { [high, low] },
            syn: self,
        }
    }
}

impl Lone {
    /// Who was asked.
    #[must_use]
    pub const fn receiver(&self) -> Endpoint {
        self.ends[1]
    }

    /// The tunnel it travelled in.
    #[must_use]
    pub const fn tunnel(&self) -> Tunnel {
        self.syn.tunnel
    }

    /// That its hosts were there.
    #[must_use]
    pub const fn sighting(&self) -> Sighting {
        let now = (self.syn.frame, self.syn.time);
        Sighting {
            ends: self.ends,
            frames: [1, 0],
            opener: Some(0),
            tunnel: self.syn.tunnel,
            first: now,
            last: now,
        }
    }

    /// The flow that this SYN begins.
    #[must_use]
    pub fn flow(&self) -> Box<Flow> {
        let [high, low] = self.syn.mss.unwrap_or_default().to_be_bytes();
        let options = [2, 4, high, low];
        let [src, dst] = self.ends;
        let segment = Segment {
            frame: self.syn.frame,
            time: self.syn.time,
            src,
            dst,
            seq: self.syn.seq,
            ack: self.syn.ack,
            flags: self.syn.flags,
            window: self.syn.window,
            checksum: self.syn.checksum,
            options: if self.syn.mss.is_some() { &options } else { &[] },
            payload: &[],
            lost: 0,
            ttl: self.syn.ttl,
            ip_id: self.syn.ip_id,
            interface: self.syn.interface,
            tunnel: self.syn.tunnel,
        };
        let mut flow = Flow::begin(self.index, &segment);
        // A SYN without data adds to none of the counters.
        flow.accept(&segment, usize::from(src > dst), &mut FlowCounts::default(), None);
        flow
    }
}
