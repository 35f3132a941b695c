//! Datagram → Connection: DTLS over UDP, bare or behind the header of CAPWAP control, and QUIC, as a connection like any other.
//!
//! DTLS provides what UDP lacks: the numbers of handshake messages show repetitions, and an alert shows the end. QUIC
//! shows both itself as long as it is readable. The walk, and every rule on it, is the same as for TLS over TCP.

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

/// The facts of a connection over datagrams, other than its messages.
#[derive(Clone, Debug, Default)]
pub struct DatagramFacts {
    /// Flights that a side sent again: frame and time of each.
    pub again: Sides<Vec<FrameAt>>,
    /// Datagrams that lack IP fragments: the first of each side, and their number.
    pub torn: Sides<Option<Torn>>,
    /// True if all messages of a side were captured, from its first one on.
    pub is_whole: Sides<bool>,
    /// CAPWAP control in clear.
    pub control: Control,
    /// The statements of QUIC itself.
    pub quic: Option<Box<QuicFacts>>,
}

/// The statements of QUIC itself, other than the handshake that it carries.
#[derive(Clone, Debug, Default)]
pub struct QuicFacts {
    /// The version of the client's first readable packet.
    pub asked: Option<Version>,
    /// The version of the last readable packet.
    pub version: Option<Version>,
    /// The server's list of versions with its frame, if the server sent one.
    pub negotiation: Option<(FrameNumber, Vec<Version>)>,
    /// The first readable CONNECTION_CLOSE.
    pub close: Option<Close>,
    /// Initial packets that could not be read.
    pub unread: u64,
}

/// The end of a connection, from a packet that is readable without secrets.
#[derive(Clone, Debug)]
pub struct Close {
    /// The side that ended it.
    pub side: Side,
    /// The error.
    pub error: TransportError,
    /// The reason phrase; empty if there is none.
    pub reason: WireText,
    /// Its frame.
    pub frame: FrameNumber,
}

/// Datagrams that lack IP fragments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// The first fragment's frame, of the first such datagram.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// Bytes of that datagram that never arrived, as far as their number is known.
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
