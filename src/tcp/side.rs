//! Nouns of a direction: its facts below the bytes, and its beginning.
//!
//! Overlaps: the first copy captured wins. Where the first 256 bytes of a direction (its first 16 segments at most) are
//! contradicted by a later segment, the anomaly `overlap-differs` shows both versions: a forged answer races the real
//! one just there.

use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::seq::SeqNumber;
use crate::tcp::delivery::Delivery;
use crate::tcp::stream::{Chunk, Gap, Position};

/// First bytes kept of a direction.
pub(crate) const MAX_OPENING: usize = 256;

/// The number of first segments from which they are kept: for keystrokes, a line.
pub(crate) const MAX_OPENING_SEGMENTS: u8 = 16;

/// A mark in a direction: a FIN, a RST.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The frame.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// Time to live.
    pub ttl: u8,
    /// IP identification.
    pub ip_id: Option<u16>,
    /// True if the ACK flag was set.
    pub ack: bool,
    /// Its position in its own direction.
    pub at: Position,
    /// The position up to which its sender had received the other direction.
    pub acked: Position,
}

impl Mark {
    /// Its frame, with the time.
    #[must_use]
    pub const fn frame_at(&self) -> FrameAt {
        FrameAt::new(self.frame, self.time)
    }
}

/// The IP headers of a direction's segments other than SYN and RST: compared with a RST, they show who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordinary {
    /// Lowest time to live.
    pub lowest_ttl: u8,
    /// Highest time to live.
    pub highest_ttl: u8,
    /// IP identification of the last of them.
    pub ip_id: Option<u16>,
    /// True if all of them carry the same IP identification (usually 0, since RFC 6864).
    pub same_ip_id: bool,
}

/// Acknowledgements of another connection, in answer to a SYN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleAnswer {
    /// The first of them.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// Number of them.
    pub times: u64,
    /// The other side's RST that answers one of them, as it must.
    pub refused: Option<FrameNumber>,
    /// The position it acknowledges.
    pub(crate) acked: Position,
}

impl Ordinary {
    pub(crate) fn add(so_far: Option<Self>, ttl: u8, ip_id: Option<u16>) -> Self {
        so_far.map_or(
            Self {
                lowest_ttl: ttl,
                highest_ttl: ttl,
                ip_id,
                same_ip_id: true,
            },
            |old| Self {
                lowest_ttl: old.lowest_ttl.min(ttl),
                highest_ttl: old.highest_ttl.max(ttl),
                ip_id,
                same_ip_id: old.same_ip_id && old.ip_id == ip_id,
            },
        )
    }
}

/// The TCP facts of a direction.
#[derive(Clone, Debug, Default)]
pub struct TcpSide {
    /// Frames captured, second copies excluded.
    pub frames: u64,
    /// Second copies made by the capture.
    pub duplicates: u64,
    /// The first of them: the copy's frame and the original's.
    pub copies: Vec<(FrameNumber, FrameNumber)>,
    /// Segments sent again by the sender.
    pub retransmissions: u64,
    /// Keep-alive probes.
    pub keep_alives: u64,
    /// Segments whose payload the snap length cut.
    pub cut: u64,
    /// First frame.
    pub first: FrameNumber,
    /// Last frame.
    pub last: FrameAt,
    /// SYNs or SYN-ACKs: frame and time.
    pub syns: Vec<FrameAt>,
    /// The (first) FIN.
    pub fin: Option<Mark>,
    /// The (first) RST.
    pub reset: Option<Mark>,
    /// Time to live of the SYN or, if that was not captured, of the first segment.
    pub ttl: u8,
    /// The IP headers of its ordinary segments; `None` if it sent none.
    pub ordinary: Option<Ordinary>,
    /// Its segments from beyond its own RST, with data or a FIN: by the numbers the RST was not the last thing it knew it had
    /// sent. A bare acknowledgement proves nothing: it may only be out of order.
    pub after_reset: u64,
    /// The first of them.
    pub first_after_reset: Option<FrameNumber>,
    /// Its answer to a SYN that acknowledges something else: an older connection's (RFC 9293 section 3.10.7.3).
    pub stale_answer: Option<StaleAnswer>,
    /// The initial number of its SYN; together with the other side's it distinguishes connections.
    pub isn: Option<SeqNumber>,
    /// A SYN-ACK with another initial number, for the same SYN: of the first that was sent.
    pub other_isn: Option<FrameNumber>,
    /// Which of its bytes arrived.
    pub delivery: Delivery,
    /// Maximum segment size announced in the SYN.
    pub mss: Option<u16>,
    /// Largest payload seen in one segment.
    pub largest: u32,
    /// Payload bytes in sequence space, as far as seen.
    pub bytes: u64,
    /// Payload bytes that the peer acknowledged.
    pub acked_bytes: u64,
    /// Segments that announced a window of zero: its receiver had no room left.
    pub zero_windows: u64,
    /// The first of them since its window was last open; `None` while it is open.
    pub window_closed: Option<FrameAt>,
    /// The peer acknowledged bytes of this side that were not captured.
    pub acked_unseen: bool,
    /// The position after its last byte seen.
    pub end: Position,
    /// Bytes before its FIN, RST or last acknowledgement that were not captured.
    pub unseen_end: u64,
    /// Bytes of its last record that were never sent, or not captured.
    pub unfinished_record: u32,
    /// Holes.
    pub gaps: Vec<Gap>,
    /// The first segment whose bytes differ from those captured before for the same place; the first copy is used.
    pub conflict: Option<Conflict>,
    /// True if its first byte is known: a SYN was seen, or the peer's handshake acknowledgement.
    pub start_known: bool,
}

impl TcpSide {
    /// True if it said something behind all that was captured of it, as the numbers of what came later show.
    #[must_use]
    pub const fn said_unseen(&self) -> bool {
        self.acked_unseen || self.unseen_end > 0
    }

    /// Number of segments sent again, SYNs not counted.
    #[must_use]
    pub fn repeated_beyond_syns(&self) -> u64 {
        let syns = (self.syns.len() as u64).saturating_sub(1);
        self.retransmissions.saturating_sub(syns)
    }
}

/// Totals of Application Data records.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApplicationData {
    /// Records.
    pub records: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
}

/// The first bytes of a direction: to show what does not speak TLS, and to distinguish a repeated segment from a forged
/// one, which matters most at the beginning of an answer.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The frame of the first of them.
    pub frame: Option<FrameNumber>,
    from: Position,
    segments: u8,
    /// Nothing is added any more.
    pub(crate) whole: bool,
}

/// Two segments that carry different bytes for the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The frame of the second.
    pub frame: FrameNumber,
    /// Bytes of the first copy, from the first difference on.
    pub kept: Vec<u8>,
    /// Bytes of the second copy there.
    pub other: Vec<u8>,
}

/// Bytes shown of each version of a conflict.
const MAX_CONFLICT: usize = 24;

impl Opening {
    pub(crate) fn keep(&mut self, chunk: &Chunk<'_>) {
        if self.whole {
            return;
        }
        if self.bytes.is_empty() {
            (self.from, self.frame) = (chunk.from, Some(chunk.frame));
        }
        let room = MAX_OPENING.saturating_sub(self.bytes.len()).min(chunk.data.len());
        self.bytes.extend_from_slice(chunk.data.get(..room).unwrap_or_default());
        self.segments += 1;
        self.whole = self.bytes.len() >= MAX_OPENING || self.segments >= MAX_OPENING_SEGMENTS;
    }

    /// True if a segment carries other bytes than those kept. A single byte may be a keep-alive's garbage.
    pub(crate) fn contradicts(&self, chunk: &Chunk<'_>) -> Option<Conflict> {
        let end = self.from.saturating_add(self.bytes.len() as u64);
        if self.bytes.is_empty() || chunk.data.len() < 2 || chunk.from >= end || chunk.from < self.from {
            return None;
        }
        let offset = usize::try_from(chunk.from - self.from).ok()?;
        let kept = self.bytes.get(offset..)?;
        let at = kept.iter().zip(chunk.data).position(|(kept, other)| kept != other)?;
        let shown = |bytes: &[u8]| bytes.iter().skip(at).take(MAX_CONFLICT).copied().collect();
        Some(Conflict {
            frame: chunk.frame,
            kept: shown(kept),
            other: shown(chunk.data),
        })
    }
}
