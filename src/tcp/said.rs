//! Chunk → Said: what a direction said, with the frames that carried it and its place among what both sides said.

use super::stream::{Chunk, Position};
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};

/// Frames remembered per message: one of 256 KiB in segments of 536 bytes has 490.
pub(crate) const MAX_FRAMES: usize = 512;

/// The origin of bytes.
#[derive(Clone, Copy, Debug)]
pub struct Provenance {
    /// Position of the first byte.
    pub from: Position,
    /// The frame.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// The position up to which the sender had received the other direction.
    pub acked: Position,
}

impl Provenance {
    /// The frame that carried the first byte, with its time.
    #[must_use]
    pub const fn frame_at(&self) -> FrameAt {
        FrameAt::new(self.frame, self.time)
    }

    /// The provenance of a chunk's first byte.
    #[must_use]
    pub const fn of(chunk: &Chunk<'_>) -> Self {
        Self {
            from: chunk.from,
            frame: chunk.frame,
            time: chunk.time,
            acked: chunk.acked,
        }
    }

    /// The provenance of a place whose bytes have not come yet.
    #[must_use]
    pub const fn at(from: Position) -> Self {
        Self {
            from,
            frame: FrameNumber(0),
            time: Timestamp(0),
            acked: 0,
        }
    }

    /// A message in these bytes, which end at `to`.
    #[must_use]
    pub fn said<T>(self, kind: T, to: Position) -> Said<T> {
        Said {
            kind,
            frames: Frames::one(self.frame),
            time: self.time,
            from: self.from,
            to,
            acked: self.acked,
        }
    }
}

/// A message of a direction, in its order: of TLS, a head of HTTP, or of TCP itself.
#[derive(Clone, Debug)]
pub struct Said<T> {
    /// Its kind.
    pub kind: T,
    /// The frames that carried it.
    pub frames: Frames,
    /// Time of the frame by which it was whole.
    pub time: Timestamp,
    /// Position of its first byte.
    pub from: Position,
    /// Position after its last byte.
    pub to: Position,
    /// The position up to which its sender had received the other direction.
    pub acked: Position,
}

impl<T> Said<T> {
    /// The same as a word of a larger language.
    pub(crate) fn map<U>(self, to: impl FnOnce(T) -> U) -> Said<U> {
        Said {
            kind: to(self.kind),
            frames: self.frames,
            time: self.time,
            from: self.from,
            to: self.to,
            acked: self.acked,
        }
    }

    /// The frame by which it was wholly captured.
    #[must_use]
    pub fn frame(&self) -> FrameNumber {
        self.frames.iter().max().unwrap_or_default()
    }

    /// That frame, with its time.
    #[must_use]
    pub fn frame_at(&self) -> FrameAt {
        FrameAt::new(self.frame(), self.time)
    }
}

/// The frames that carried something, in stream order; one of them needs no allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames {
    first: FrameNumber,
    more: Vec<FrameNumber>,
}

impl Frames {
    /// A single frame.
    #[must_use]
    pub const fn one(frame: FrameNumber) -> Self {
        Self {
            first: frame,
            more: Vec::new(),
        }
    }

    /// Every frame.
    pub fn iter(&self) -> impl Iterator<Item = FrameNumber> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    /// Every frame, in a list.
    #[must_use]
    pub fn to_vec(&self) -> Vec<FrameNumber> {
        self.iter().collect()
    }

    /// Adds a frame that is not the last one already.
    pub fn note(&mut self, frame: FrameNumber) {
        if self.more.last().copied().unwrap_or(self.first) != frame && self.more.len() < MAX_FRAMES {
            self.more.push(frame);
        }
    }
}

impl Default for Frames {
    fn default() -> Self {
        Self::one(FrameNumber(0))
    }
}
