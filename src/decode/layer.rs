//! bytes → Layer: the type of the next header, its bytes, and the facts of the headers before it.

use std::net::{IpAddr, Ipv4Addr};

use super::{Skip, Tunnel};
use crate::base::endpoint::Endpoint;
use crate::base::frame::{Frame, FrameNumber, LinkType, Timestamp};

/// A header that is yet to be peeled off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// The first header of a frame.
    Link(LinkType),
    /// Ethernet II or 802.3.
    Ethernet,
    /// The header that an `EtherType` announces; most types have none that is read.
    EtherType(u16),
    /// LLC (IEEE 802.2), with SNAP or without.
    Llc,
    /// A PPP protocol field (RFC 1661), address and control bytes removed.
    Ppp,
    /// An MPLS label stack (RFC 3032).
    Mpls,
    /// An 802.11 frame; `padded`: the driver aligned the body to four bytes.
    Dot11 {
        /// True if there is padding between header and body.
        padded: bool,
    },
    /// Several 802.11 frames in one (A-MSDU).
    Amsdu,
    /// IPv4 or IPv6: the version field decides.
    Ip,
    /// The header that an IP protocol number announces; the IP header is in [`Context::ip`].
    Protocol(u8),
    /// A piece of a datagram.
    Fragment(Fragment),
    /// An sFlow datagram with packet samples.
    Sflow,
}

/// The place of a piece in its datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    /// The protocol that was fragmented.
    pub(super) of: Fragmented,
    /// The identification that the pieces share.
    pub(super) id: u32,
    /// Bytes of the datagram before this piece.
    pub(super) offset: u32,
    /// True if more pieces follow.
    pub(super) more: bool,
    /// The content of the whole datagram: an IP protocol number, or for CAPWAP the T bit.
    pub(super) next: u8,
}

/// The protocol that was fragmented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fragmented {
    /// An IPv4 datagram.
    Ipv4,
    /// An IPv6 datagram.
    Ipv6,
    /// A CAPWAP data packet (RFC 5415 section 3.4).
    Capwap,
}

impl Fragment {
    /// The layer after the whole datagram.
    pub(super) const fn whole(self) -> Layer {
        match (self.of, self.next) {
            (Fragmented::Capwap, 0) => Layer::Ethernet,
            (Fragmented::Capwap, _) => Layer::Dot11 { padded: false },
            (Fragmented::Ipv4 | Fragmented::Ipv6, protocol) => Layer::Protocol(protocol),
        }
    }
}

/// The fields of an IP header that outlive it.
#[derive(Clone, Copy, Debug)]
pub(super) struct IpHeader {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    /// Time to live or hop limit.
    pub(super) ttl: u8,
    /// Identification, which IPv6 lacks.
    pub(super) id: Option<u16>,
}

impl IpHeader {
    pub(super) const fn ends(&self, src_port: u16, dst_port: u16) -> (Endpoint, Endpoint) {
        (
            Endpoint {
                ip: self.src,
                port: src_port,
            },
            Endpoint {
                ip: self.dst,
                port: dst_port,
            },
        )
    }
}

/// Facts about a packet besides its remaining bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) frame: FrameNumber,
    pub(super) time: Timestamp,
    pub(super) interface: u32,
    pub(super) tunnel: Tunnel,
    /// The innermost IP header so far; unspecified addresses until there is one.
    pub(super) ip: IpHeader,
    /// Headers peeled so far.
    pub(super) depth: u8,
    /// The end of the datagram was never seen, so the place of a FIN is unknown.
    pub(super) open_ended: bool,
    /// It was in fragments, and some never came.
    pub(super) fragments_missing: bool,
}

impl Context {
    pub(super) const fn of(frame: &Frame<'_>) -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self {
            frame: frame.number,
            time: frame.time,
            interface: frame.interface,
            tunnel: Tunnel::None,
            ip: IpHeader {
                src: nowhere,
                dst: nowhere,
                ttl: 0,
                id: None,
            },
            depth: 0,
            open_ended: false,
            fragments_missing: false,
        }
    }

    /// Records a tunnel. The outermost one counts, except for CAPWAP: wherever it is, it shows that the traffic is a
    /// wireless client's.
    pub(super) fn enter(&mut self, tunnel: Tunnel) {
        if self.tunnel == Tunnel::None || tunnel == Tunnel::Capwap {
            self.tunnel = tunnel;
        }
    }
}

/// The bytes of a layer as captured, and the number of further bytes on the wire after them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire<'a> {
    pub(super) data: &'a [u8],
    /// Bytes that the snap length cut off the end.
    pub(super) cut: u32,
}

impl<'a> Wire<'a> {
    pub(super) fn of(frame: &Frame<'a>) -> Self {
        let captured = u32::try_from(frame.data.len()).unwrap_or(u32::MAX);
        Self {
            data: frame.data,
            cut: frame.wire_len.saturating_sub(captured),
        }
    }

    /// Why a header does not fit: it was not captured whole, or it was never whole.
    pub(super) const fn too_short(self) -> Skip {
        if self.cut > 0 { Skip::HeaderCut } else { Skip::Malformed }
    }

    /// The bytes after the first `count`.
    pub(super) fn skip(self, count: usize) -> Result<Self, Skip> {
        let data = self.data.get(count..).ok_or_else(|| self.too_short())?;
        Ok(Self { data, cut: self.cut })
    }

    /// The first `len` bytes of what was on the wire. A length that promises more than the frame had is not believed:
    /// offloading and broken senders write such lengths, and bytes that never were on the wire must not become a gap.
    pub(super) fn limit(self, len: usize) -> Self {
        if let Some(data) = self.data.get(..len) {
            return Self { data, cut: 0 };
        }
        let beyond = u32::try_from(len.saturating_sub(self.data.len())).unwrap_or(u32::MAX);
        Self {
            data: self.data,
            cut: self.cut.min(beyond),
        }
    }

    /// Length on the wire.
    pub(super) fn wire_len(self) -> usize {
        self.data
            .len()
            .saturating_add(usize::try_from(self.cut).unwrap_or(usize::MAX))
    }

    /// `N` bytes at `offset`.
    pub(super) fn array<const N: usize>(self, offset: usize) -> Result<[u8; N], Skip> {
        let bytes = self.data.get(offset..).and_then(|rest| rest.first_chunk::<N>());
        bytes.copied().ok_or_else(|| self.too_short())
    }

    pub(super) fn u8(self, offset: usize) -> Result<u8, Skip> {
        self.array::<1>(offset).map(|[byte]| byte)
    }

    pub(super) fn u16(self, offset: usize) -> Result<u16, Skip> {
        self.array(offset).map(u16::from_be_bytes)
    }

    pub(super) fn u32(self, offset: usize) -> Result<u32, Skip> {
        self.array(offset).map(u32::from_be_bytes)
    }

    /// The version field of an IP header at this place.
    pub(super) fn ip_version(self) -> Option<u8> {
        self.data.first().map(|byte| byte >> 4)
    }
}

/// The next header and its bytes, or why there is none.
pub(super) type Peeled<'a> = Result<(Layer, Wire<'a>), Skip>;
