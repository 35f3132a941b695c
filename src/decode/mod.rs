//! Frame → Segment: link, tunnel, IP and TCP headers; also DNS datagrams and ICMP errors. The rest is a counted Skip.

pub mod arp;
pub mod capwap;
pub mod datagram;
mod decoder;
mod eap;
mod layer;
mod straight;

mod capture_header;
mod link;
mod wireless;

mod fragment;
mod ip;

mod sflow;
mod tunnel;

mod icmp;
pub mod options;
mod tcp;

#[cfg(test)]
mod samples;

use std::fmt;
use std::net::IpAddr;

pub use decoder::Decoder;
pub use tcp::checksum_is_right;

use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, phrase};
use crate::base::seq::SeqNumber;

/// The outermost tunnel in which a packet travelled. Traffic inside CAPWAP is a wireless client's, not the controller's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tunnel {
    /// None: the packet is the network's own.
    #[default]
    None,
    /// CAPWAP data (RFC 5415).
    Capwap,
    /// Generic Routing Encapsulation (RFC 2784), NVGRE and ERSPAN included.
    Gre,
    /// GTP-U.
    Gtp,
    /// GENEVE (RFC 8926).
    Geneve,
    /// IP in IP, 6in4, 4in6.
    IpInIp,
    /// L2TP.
    L2tp,
    /// VXLAN (RFC 7348).
    Vxlan,
    /// Teredo (RFC 4380).
    Teredo,
    /// A packet sample carried by sFlow.
    Sflow,
}

impl fmt::Display for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Capwap => "capwap",
            Self::Gre => "gre",
            Self::Gtp => "gtp",
            Self::Geneve => "geneve",
            Self::IpInIp => "ip-in-ip",
            Self::L2tp => "l2tp",
            Self::Vxlan => "vxlan",
            Self::Teredo => "teredo",
            Self::Sflow => "sflow",
        })
    }
}

/// The control bits of a TCP header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpFlags(pub u8);

#[allow(missing_docs)] // the names of RFC 9293 section 3.1
impl TcpFlags {
    pub const FIN: u8 = 0x01;
    pub const SYN: u8 = 0x02;
    pub const RST: u8 = 0x04;
    pub const PSH: u8 = 0x08;
    pub const ACK: u8 = 0x10;

    #[must_use]
    pub const fn fin(self) -> bool {
        self.0 & Self::FIN != 0
    }
    #[must_use]
    pub const fn syn(self) -> bool {
        self.0 & Self::SYN != 0
    }
    #[must_use]
    pub const fn rst(self) -> bool {
        self.0 & Self::RST != 0
    }
    #[must_use]
    pub const fn ack(self) -> bool {
        self.0 & Self::ACK != 0
    }
}

/// One TCP segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The frame that carried it (for a reassembled datagram: the frame of the last fragment).
    pub frame: FrameNumber,
    /// The time at which that frame was captured.
    pub time: Timestamp,
    /// The sender.
    pub src: Endpoint,
    /// The receiver.
    pub dst: Endpoint,
    /// Sequence number of the first byte (of the SYN, if there is one).
    pub seq: SeqNumber,
    /// The acknowledgement field; meaningless without the ACK flag.
    pub ack: SeqNumber,
    /// SYN, FIN, RST, PSH, ACK.
    pub flags: TcpFlags,
    /// The window field, unscaled.
    pub window: u16,
    /// The header checksum as sent: equal copies of a packet have equal ones; it is never verified (offloading).
    pub checksum: u16,
    /// The option bytes.
    pub options: &'a [u8],
    /// The captured payload, Ethernet padding removed.
    pub payload: &'a [u8],
    /// Payload bytes that were on the wire but not captured (the snap length cut them off the end).
    pub lost: u32,
    /// Time to live or hop limit of the innermost IP header.
    pub ttl: u8,
    /// Identification of the innermost IPv4 header; IPv6 has none.
    pub ip_id: Option<u16>,
    /// The capture interface.
    pub interface: u32,
    /// The outermost tunnel.
    pub tunnel: Tunnel,
}

impl Segment<'_> {
    /// True if its IP identification tells it from its sender's next packet. A host answers each segment to a closed port
    /// with a RST of its own; without an identification these are equal, and yet no copies of one packet.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        self.ip_id.is_some_and(|id| id != 0)
    }

    /// The frame that carried it, with its time.
    #[must_use]
    pub const fn frame_at(&self) -> FrameAt {
        FrameAt::new(self.frame, self.time)
    }

    /// Length in sequence space: payload on the wire, plus one each for SYN and FIN (RFC 9293 section 3.4).
    #[must_use]
    pub fn sequence_len(&self) -> u32 {
        self.wire_payload_len()
            .wrapping_add(u32::from(self.flags.syn()))
            .wrapping_add(u32::from(self.flags.fin()))
    }

    /// Payload bytes on the wire, captured or not.
    #[must_use]
    pub fn wire_payload_len(&self) -> u32 {
        u32::try_from(self.payload.len())
            .unwrap_or(u32::MAX)
            .saturating_add(self.lost)
    }
}

/// One UDP datagram of a protocol that is looked into (DNS, DTLS, QUIC, CAPWAP control).
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The frame that carried it.
    pub frame: FrameNumber,
    /// The time at which that frame was captured.
    pub time: Timestamp,
    /// The sender.
    pub src: Endpoint,
    /// The receiver.
    pub dst: Endpoint,
    /// The captured payload.
    pub payload: &'a [u8],
    /// Payload bytes that were on the wire but not captured.
    pub lost: u32,
    /// IP fragments of it never came: of what follows the first hole nothing is here.
    pub fragments_missing: bool,
    /// The outermost tunnel.
    pub tunnel: Tunnel,
}

impl Datagram<'_> {
    /// The frame that carried it, with its time.
    #[must_use]
    pub const fn frame_at(&self) -> FrameAt {
        FrameAt::new(self.frame, self.time)
    }
}

/// The meaning of an ICMP or ICMPv6 error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IcmpErrorKind {
    /// No route to the network or address.
    NetworkUnreachable,
    /// The last router cannot reach the host.
    HostUnreachable,
    /// The host has no such protocol.
    ProtocolUnreachable,
    /// No service listens on the port.
    PortUnreachable,
    /// A filter forbids it (ICMP 9, 10, 13; ICMPv6 code 1, 5, 6).
    Prohibited,
    /// The packet is too big for the next link, whose MTU is given (0: unknown).
    FragmentationNeeded {
        /// The next hop's MTU in bytes.
        mtu: u32,
    },
    /// The hop limit ran out.
    TimeExceeded,
    /// Any other error: type and code.
    Other(u8, u8),
}

impl IcmpErrorKind {
    /// A clause; its subject is the sender of the error.
    #[must_use]
    pub fn phrase(self) -> Phrase {
        phrase(match self {
            Self::NetworkUnreachable => "icmp-network-unreachable",
            Self::HostUnreachable => "icmp-host-unreachable",
            Self::ProtocolUnreachable => "icmp-protocol-unreachable",
            Self::PortUnreachable => "icmp-port-unreachable",
            Self::Prohibited => "icmp-prohibited",
            Self::FragmentationNeeded { mtu: 0 } => "icmp-too-big",
            Self::FragmentationNeeded { mtu } => return phrase("icmp-too-big-for").with("mtu", mtu),
            Self::TimeExceeded => "icmp-time-exceeded",
            Self::Other(kind, code) => return phrase("icmp-other").with("kind", kind).with("code", code),
        })
    }
}

/// An ICMP error and the packet it quotes.
#[derive(Clone, Copy, Debug)]
pub struct IcmpError {
    /// The frame that carried it.
    pub frame: FrameNumber,
    /// The time at which that frame was captured.
    pub time: Timestamp,
    /// The sender of the error.
    pub from: IpAddr,
    /// Its meaning.
    pub kind: IcmpErrorKind,
    /// Sender of the quoted packet.
    pub quoted_src: Endpoint,
    /// Receiver of the quoted packet.
    pub quoted_dst: Endpoint,
    /// Sequence number of the quoted packet when it is TCP; `None` when it is UDP.
    pub quoted_seq: Option<SeqNumber>,
}

/// Why a frame, or a packet in it, is not looked into. Counted and shown, so that nothing is dropped silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Skip {
    /// A link type that has no decoder.
    UnknownLink,
    /// ARP, LLDP, spanning tree and other protocols that are not IP.
    NotIp,
    /// The bytes do not parse as the expected header.
    Malformed,
    /// The snap length cut the packet inside its headers.
    HeaderCut,
    /// An IP fragment that waits for, or never found, its companions.
    Fragment,
    /// ICMP or ICMPv6 that is no error about TCP or UDP.
    Icmp,
    /// UDP that is not looked into.
    Udp,
    /// UDP from or to port 443 that belongs to no attempt at QUIC (RFC 9001) that is followed.
    Quic,
    /// CAPWAP that carries no data, or that belongs to no attempt to join.
    Capwap,
    /// IPsec ESP or another encrypted tunnel.
    Encrypted,
    /// Any other IP protocol.
    OtherProtocol,
    /// More tunnels inside one another than are followed.
    TooDeep,
    /// CAPWAP data inside DTLS (RFC 5415 section 4.5.1): the data channel of an access point, encrypted.
    CapwapDataDtls,
    /// A TLS handshake inside EAP, in 802.1X or RADIUS.
    EapTls,
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownLink => "unknown-link",
            Self::NotIp => "not-ip",
            Self::Malformed => "malformed",
            Self::HeaderCut => "header-cut",
            Self::Fragment => "fragment",
            Self::Icmp => "icmp",
            Self::Udp => "udp",
            Self::Quic => "quic",
            Self::Capwap => "capwap",
            Self::Encrypted => "encrypted",
            Self::OtherProtocol => "other-protocol",
            Self::TooDeep => "too-deep",
            Self::CapwapDataDtls => "capwap-data-dtls",
            Self::EapTls => "eap-tls",
        })
    }
}

impl Skip {
    /// All reasons.
    pub const ALL: [Self; Self::COUNT] = [
        Self::UnknownLink,
        Self::NotIp,
        Self::Malformed,
        Self::HeaderCut,
        Self::Fragment,
        Self::Icmp,
        Self::Udp,
        Self::Quic,
        Self::Capwap,
        Self::Encrypted,
        Self::OtherProtocol,
        Self::TooDeep,
        Self::CapwapDataDtls,
        Self::EapTls,
    ];

    /// Number of them.
    pub const COUNT: usize = 14;
}

/// The content of a frame, decoded.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Decoded<'a> {
    /// A TCP segment. Lent, since it is large and is written once for each of a million frames.
    Tcp(&'a Segment<'a>),
    /// A UDP datagram from or to the DNS port.
    Dns(Datagram<'a>),
    /// A UDP datagram that opens with a record of DTLS.
    Dtls(Datagram<'a>),
    /// A UDP datagram that opens with a packet of QUIC.
    Quic(Datagram<'a>),
    /// A UDP datagram of CAPWAP control, from its preamble on: in clear, or DTLS after four bytes (RFC 5415 section 4).
    /// For CAPWAP data, only packets that keep its channel open, or are inside DTLS.
    Capwap(Datagram<'a>),
    /// An ICMP error that quotes a TCP or UDP packet.
    Icmp(IcmpError),
    /// Nothing that is looked into.
    Skip(Skip),
}
