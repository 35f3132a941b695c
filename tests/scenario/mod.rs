//! Captures in memory, from a story: messages → records → segments → frames → a pcap or pcapng file.
//!
//! A story is told once ([`Scenario::tls12`], [`Scenario::tls13`], [`Scenario::alert`], or by hand from
//! [`Scenario::open`] and [`Scenario::send`]) and then bent: every transformation consumes the scenario and returns it.
//! Frames are counted from 1 in the order of the file, as Wireshark counts them.
//!
//! ```ignore
//! let file = Scenario::tls12().split(Server, 7).duplicate_all(DuplicateKind::Vlan).pcap();
//! ```
#![allow(dead_code, unused_imports, reason = "each test and bench takes what it needs")]
#![allow(unreachable_pub, reason = "a module of several test crates has no one interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code states its invariants"
)]

mod bend;
mod frames;
pub mod messages;
mod story;

use std::fmt;

pub use Side::{Client, Server};
pub use story::{client_flight, server_flight};

/// Who opened the TCP connection, and who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

impl Side {
    /// The other one.
    pub fn peer(self) -> Self {
        match self {
            Client => Server,
            Server => Client,
        }
    }

    /// As the report writes it.
    pub fn name(self) -> &'static str {
        match self {
            Client => "client",
            Server => "server",
        }
    }
}

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const PSH: u8 = 8;
pub const ACK: u8 = 16;

/// Segment size both sides agree on: the one that the controllers use, and small enough to cut every flight.
pub const MSS: usize = 536;

/// When every story begins: 2026-02-01T12:00:00Z, inside the validity of the certificates in `tests/data`.
pub const START: i64 = 1_769_947_200_000_000_000;

/// Between two frames of one sender.
const BACK_TO_BACK: i64 = 40_000;

/// A TCP connection's ends and where its sequence numbers begin.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    pub client_port: u16,
    pub server_port: u16,
    pub client_isn: u32,
    pub server_isn: u32,
    pub ipv6: bool,
}

/// One packet. Sequence and acknowledgement numbers are relative: the SYN is 0, the first byte of data 1.
#[derive(Clone, Debug)]
pub struct Packet {
    pub flow: Flow,
    pub side: Side,
    /// Nanoseconds since the epoch.
    pub time: i64,
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub window: u16,
    pub payload: Vec<u8>,
    pub ip_id: u16,
    pub ttl: u8,
    /// Tells the MAC addresses of one link on the path from those of another.
    pub hop: u8,
    pub vlan: Option<u16>,
    pub bad_checksum: bool,
    /// A block acknowledged selectively, in relative numbers.
    pub sack: Option<(u32, u32)>,
}

/// How the second copy of a packet differs from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateKind {
    /// In nothing: a mirror port that sees both ports.
    Identical,
    /// It passed a router: the TTL is one less.
    TtlLess,
    /// It was seen on another link: other MAC addresses.
    OtherMac,
    /// It was seen on a trunk: a VLAN tag.
    Vlan,
}

/// A capture, as packets in file order.
#[derive(Clone)]
pub struct Scenario {
    pub packets: Vec<Packet>,
    flow: Flow,
    /// The next relative sequence number of client and server.
    next: [u32; 2],
    /// When the next packet is sent.
    now: i64,
    ip_id: [u16; 2],
    snap: usize,
}

/// A line per packet, for a test that failed.
impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.packets.first().map_or(0, |p| p.time);
        for (index, p) in self.packets.iter().enumerate() {
            let flags = [(SYN, 'S'), (FIN, 'F'), (RST, 'R'), (PSH, 'P'), (ACK, '.')];
            let flags: String = flags
                .iter()
                .filter(|(bit, _)| p.flags & bit != 0)
                .map(|(_, letter)| letter)
                .collect();
            let seconds = (p.time - first) as f64 / 1e9;
            let (frame, side, len) = (index + 1, p.side.name(), p.payload.len());
            write!(
                f,
                "\n{frame:4} {seconds:9.6} {side} {flags:3} seq {} len {len} ack {}",
                p.seq, p.ack
            )?;
        }
        Ok(())
    }
}

impl Scenario {
    /// The file as pcap.
    pub fn pcap(&self) -> Vec<u8> {
        frames::pcap(&self.packets, self.snap)
    }

    /// The file as pcapng.
    pub fn pcapng(&self) -> Vec<u8> {
        frames::pcapng(&self.packets, self.snap)
    }
}
