//! Segment → Bare: a segment without data, reduced to the fields that a flow would remember and the table does not know.

use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::seq::SeqNumber;
use crate::decode::options::{Options, holds_sack};
use crate::decode::{Segment, TcpFlags, Tunnel};

/// A segment without data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bare {
    pub(super) frame: FrameNumber,
    pub(super) time: Timestamp,
    pub(super) seq: SeqNumber,
    pub(super) ack: SeqNumber,
    interface: u32,
    window: u16,
    checksum: u16,
    ip_id: Option<u16>,
    mss: Option<u16>,
    pub(super) flags: TcpFlags,
    ttl: u8,
    pub(super) tunnel: Tunnel,
    /// The index of the end that sent it.
    pub(super) from: u8,
}

impl Bare {
    /// Its frame, with the time.
    pub(super) const fn frame_at(&self) -> FrameAt {
        FrameAt::new(self.frame, self.time)
    }

    /// A segment without payload and selective acknowledgements, with exactly `flags` set among these flags.
    #[inline(always)]
    pub(super) fn of(segment: &Segment<'_>, from: usize, flags: u8) -> Option<Self> {
        const TOLD_APART: u8 = TcpFlags::SYN | TcpFlags::ACK | TcpFlags::FIN | TcpFlags::RST;
        if segment.flags.0 & TOLD_APART != flags || segment.wire_payload_len() > 0 {
            return None;
        }
        let mut mss = None;
        if flags & TcpFlags::SYN != 0 {
            mss = Options::mss_of(segment.options);
        } else if holds_sack(segment.options) {
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
            mss,
            flags: segment.flags,
            ttl: segment.ttl,
            tunnel: segment.tunnel,
            from: u8::from(from > 0),
        })
    }

    /// Its sender and receiver, of the two ends of its connection.
    pub(super) const fn ends(&self, [low, high]: [Endpoint; 2]) -> [Endpoint; 2] {
        if self.from == 0 { [low, high] } else { [high, low] }
    }

    /// Hands on the segment as it was, except for options that are never read.
    pub(super) fn with_segment<T>(&self, ends: [Endpoint; 2], take: impl FnOnce(&Segment<'_>) -> T) -> T {
        let [high, low] = self.mss.unwrap_or_default().to_be_bytes();
        let options = [2, 4, high, low];
        let [src, dst] = self.ends(ends);
        take(&Segment {
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
        })
    }
}
