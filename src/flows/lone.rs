//! SYN → Lone: a connection of which nothing is known but that somebody asked for it.
//!
//! A scan makes a million of them. A [`Flow`] has three KiB and takes thousands of instructions to make; this is made
//! into one when a second segment comes, or somebody wants to know.

use crate::decode::options::Options;
use crate::decode::{Endpoint, Segment, TcpFlags, Tunnel};
use crate::flow::{Flow, FlowCounts};
use crate::frame::{FrameNumber, Timestamp};
use crate::seq::SeqNumber;

/// A SYN without data, as far as a flow would remember it.
#[derive(Clone, Copy, Debug)]
pub struct Lone {
    /// In order of first frames, as a flow's.
    pub index: u64,
    frame: FrameNumber,
    time: Timestamp,
    ends: Ends,
    seq: SeqNumber,
    ack: SeqNumber,
    window: u16,
    checksum: u16,
    ip_id: Option<u16>,
    mss: Option<u16>,
    interface: u32,
    flags: TcpFlags,
    ttl: u8,
    /// The tunnel it travelled in.
    pub tunnel: Tunnel,
}

/// Sender and receiver.
type Ends = [Endpoint; 2];

impl Lone {
    /// A segment that begins a flow, where it is a plain SYN.
    pub(super) fn of(segment: &Segment<'_>, index: u64) -> Option<Self> {
        let plain = segment.flags.0 & (TcpFlags::SYN | TcpFlags::ACK | TcpFlags::FIN | TcpFlags::RST) == TcpFlags::SYN;
        if !plain || segment.wire_payload_len() > 0 {
            return None;
        }
        Some(Self {
            index,
            frame: segment.frame,
            time: segment.time,
            ends: [segment.src, segment.dst],
            seq: segment.seq,
            ack: segment.ack,
            window: segment.window,
            checksum: segment.checksum,
            ip_id: segment.ip_id,
            mss: Options::read(segment.options).mss,
            interface: segment.interface,
            flags: segment.flags,
            ttl: segment.ttl,
            tunnel: segment.tunnel,
        })
    }

    /// Who was asked.
    #[must_use]
    pub const fn receiver(&self) -> Endpoint {
        self.ends[1]
    }

    /// The flow that this SYN begins.
    #[must_use]
    pub fn flow(&self) -> Box<Flow> {
        let [high, low] = self.mss.unwrap_or_default().to_be_bytes();
        let options = [2, 4, high, low];
        let [src, dst] = self.ends;
        let segment = Segment {
            frame: self.frame,
            time: self.time,
            src,
            dst,
            seq: self.seq,
            ack: self.ack,
            flags: self.flags,
            window: self.window,
            checksum: self.checksum,
            options: if self.mss.is_some() { &options } else { &[] },
            payload: &[],
            lost: 0,
            ttl: self.ttl,
            ip_id: self.ip_id,
            interface: self.interface,
            tunnel: self.tunnel,
        };
        let mut flow = Flow::begin(self.index, &segment);
        // A SYN without data adds to none of the counters.
        flow.accept(&segment, usize::from(src > dst), &mut FlowCounts::default(), None);
        flow
    }
}
