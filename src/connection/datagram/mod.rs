//! Datagram → Connection: DTLS over UDP, bare or behind the header of CAPWAP control, and QUIC, as a connection like any other.
//!
//! DTLS replaces what UDP lacks beside TCP: the numbers of handshake messages show repetitions, and an alert shows the end. QUIC
//! tells both itself as long as it can be read. The walk, and every rule on it, is that of TLS over TCP.

pub mod channel;

mod control;

mod direction;

mod flow;

mod outcome;

mod quic;

pub mod table;

use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::wire_text::WireText;
use crate::connection::step::{Side, Sides};
use crate::quic::{TransportError, Version};

/// The facts of a connection over datagrams beside its messages.
#[derive(Clone, Debug, Default)]
pub struct DatagramFacts {
    /// Flights that a side sent again: frame and time of each.
    pub again: Sides<Vec<FrameAt>>,
    /// Datagrams that lack IP fragments: the first of each side, and how many.
    pub torn: Sides<Option<Torn>>,
    /// Whether the messages of a side are all there, from its first one on.
    pub is_whole: Sides<bool>,
    /// CAPWAP control in clear.
    pub control: Control,
    /// What QUIC itself says.
    pub quic: Option<Box<QuicFacts>>,
}

/// What QUIC says beside the handshake that it carries.
#[derive(Clone, Debug, Default)]
pub struct QuicFacts {
    /// The version of the client's first packet that could be read.
    pub asked: Option<Version>,
    /// The version of the last packet that could be read.
    pub version: Option<Version>,
    /// The server's list of versions, where it sent one: by frame.
    pub negotiation: Option<(FrameNumber, Vec<Version>)>,
    /// The first CONNECTION_CLOSE that could be read.
    pub close: Option<Close>,
    /// Initial packets that could not be read.
    pub unread: u64,
}

/// The end of a connection, said in a packet that anybody can read.
#[derive(Clone, Debug)]
pub struct Close {
    /// Who ended it.
    pub side: Side,
    /// Why.
    pub error: TransportError,
    /// The same in words, as far as it says.
    pub reason: WireText,
    /// Its frame.
    pub frame: FrameNumber,
}

/// Datagrams that lack IP fragments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// The frame of the first fragment of the first of them.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// Bytes of that datagram that never came, as far as their number shows.
    pub missing: u32,
    /// Number of them.
    pub count: u64,
}

/// CAPWAP control messages in clear (RFC 5415 section 4.5.1.1), by frame.
#[derive(Clone, Debug, Default)]
pub struct Control {
    /// Discovery Requests.
    pub discoveries: u64,
    /// Discovery Responses.
    pub answers: u64,
    /// The last Discovery Response.
    pub last_answer: Option<FrameAt>,
    /// Join Requests and Responses in clear: without DTLS, which no standard controller allows.
    pub joins: u64,
}
