//! Segment → Chunk: one direction of a connection in sequence order, each byte with its frame, gaps named.
//!
//! TCP promises its user a byte stream (RFC 9293 section 3.8); a capture only shows segments, in the order in which the
//! capture saw them. A [`Stream`] sorts them by sequence number, whatever their order in the file, and stops waiting
//! for a missing byte only when it cannot come any more: at a bound (256 KiB held), or at the end of the capture. An
//! acknowledgement is no reason to stop: a direction may have been written seconds late.
//!
//! A direction without a SYN starts where the peer's SYN-ACK or handshake ACK points, else at the lowest of its first
//! 16 segments.
//!
//! Causes of gaps: `not-captured` (acknowledged, so it existed), `never-arrived` (the receiver was seen afterwards and
//! did not acknowledge it), `snap-length`, `unknown` (the receiver was not seen again).

use std::collections::VecDeque;

use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::seq::SeqNumber;

/// A place in a direction's byte stream: sequence space unwrapped to 64 bits, with an arbitrary origin.
pub type Position = u64;

/// The position of the first sequence number seen; far from zero, so that earlier data that comes later has room.
const ORIGIN: Position = 1 << 40;

/// Bytes held back after a gap, per direction. A sender may have a window's worth in flight (commonly up to a few
/// hundred KiB on a wide-area path); an older gap will not be filled by reordering.
const MAX_HELD: usize = 256 * 1024;

/// Segments held back after a gap: bounds the list when segments are tiny.
const MAX_HELD_SEGMENTS: usize = 4096;

/// Segments held until a direction whose beginning was not captured is started at the lowest of them: an initial window
/// of ten segments (RFC 6928) and some more may have been reordered, the SYN among them.
const START_AFTER: usize = 16;

/// Snap-length cuts remembered while they are still ahead of the reader.
const MAX_CUTS: usize = 64;

/// Bytes of one segment, as they are handed on.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Position of the first byte.
    pub from: Position,
    /// The bytes.
    pub data: &'a [u8],
    /// The frame that carried them.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// The position up to which the sender had received the other direction when it sent them (its acknowledgement number).
    pub acked: Position,
}

/// A hole in a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Position of the first missing byte.
    pub from: Position,
    /// Position after the last missing byte.
    pub to: Position,
    /// Why it is missing.
    pub cause: GapCause,
    /// The frame that showed the hole: the one after it, or the last one of the direction.
    pub seen_at: FrameNumber,
}

/// Why bytes are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The receiver acknowledged them, so they existed: the capture missed them.
    NotCaptured,
    /// They were never acknowledged: lost on the path, or sent beyond the end of the capture.
    NeverArrived,
    /// The snap length cut them off their packets.
    SnapLength,
    /// The receiver was not seen after the hole, so it said neither.
    Unknown,
}

/// An item that a stream hands on, in order.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// Bytes. Lent: a chunk copied just after its fields were written stalls the processor.
    Chunk(&'a Chunk<'a>),
    /// Missing bytes.
    Gap(Gap),
}

/// The kind of a segment's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// New bytes, or none at all.
    New,
    /// New bytes ahead of a hole.
    Early,
    /// Bytes that were handed on before.
    Old,
    /// The probe of RFC 1122 section 4.2.3.6: at most one byte, just before the next expected one.
    KeepAlive,
}

/// A segment's bytes waiting after a gap.
#[derive(Debug)]
struct Held {
    from: Position,
    data: Box<[u8]>,
    frame: FrameNumber,
    time: Timestamp,
    acked: Position,
}

impl Held {
    const fn end(&self) -> Position {
        self.from.saturating_add(self.data.len() as u64)
    }
}

/// One direction of a connection.
///
/// Invariants: `held` is sorted by `from` (equal ones in order of arrival, so that the first copy wins); everything in it
/// ends after `next`; `next` never goes back.
#[derive(Debug, Default)]
pub struct Stream {
    /// A sequence number and its position, moved along so that 32-bit distances stay small.
    anchor: Option<(SeqNumber, Position)>,
    /// True if the position of the first byte is known (or was decided).
    started: bool,
    /// Position of the first byte handed on, or to be.
    start: Position,
    /// The next position to hand on.
    next: Position,
    /// The end of the furthest segment seen.
    highest: Position,
    /// The furthest number of a segment without data: everything before it was sent.
    sent: Position,
    /// The position up to which the peer acknowledged, and that of its first acknowledgement.
    acked: Position,
    first_acked: Position,
    /// The end of the last block that the peer acknowledged selectively.
    sacked: Position,
    held: VecDeque<Held>,
    held_bytes: usize,
    cuts: Vec<(Position, Position)>,
    last_frame: FrameNumber,
}

impl Stream {
    /// The position of a sequence number; the first one asked about becomes the origin.
    pub fn position(&mut self, seq: SeqNumber) -> Position {
        let Some((anchor, at)) = self.anchor else {
            self.anchor = Some((seq, ORIGIN));
            return ORIGIN;
        };
        let distance = seq.distance_from(anchor);
        let position = at.saturating_add_signed(i64::from(distance));
        // Re-anchored only by steps a window could make (RFC 7323: below 1 GiB), so that one wild number moves nothing.
        if (1..=0x1000_0000).contains(&distance) {
            self.anchor = Some((seq, position));
        }
        position
    }

    /// The sequence number of the lowest byte seen, while the beginning is not far away.
    #[must_use]
    pub fn first_seq(&self) -> Option<SeqNumber> {
        let (anchor, at) = self.anchor?;
        let lowest = if self.started {
            self.start
        } else {
            self.held.front().map_or(at, |held| held.from)
        };
        let back = u32::try_from(at.checked_sub(lowest)?).ok()?;
        Some(SeqNumber(anchor.0.wrapping_sub(back)))
    }

    /// Declares where the byte stream begins: after the SYN, or where the peer's first acknowledgement points.
    pub const fn start_at(&mut self, position: Position) {
        if !self.started {
            self.started = true;
            self.start = position;
            self.next = position;
            if self.highest < position {
                self.highest = position;
            }
        }
    }

    /// Declares where the byte stream begins, or that it begins before the position of an acknowledgement that comes
    /// first in the file: that is corrected as long as no byte was handed on.
    pub const fn start_at_or_before(&mut self, position: Position) {
        if self.started && self.next == self.start && position < self.start {
            self.start = position;
            self.next = position;
        }
        self.start_at(position);
    }

    /// The position of the first byte, once known.
    #[must_use]
    pub const fn start(&self) -> Option<Position> {
        if self.started { Some(self.start) } else { None }
    }

    /// The position up to which bytes have been handed on, holes included.
    #[must_use]
    pub const fn next(&self) -> Position {
        self.next
    }

    /// The end of the furthest segment seen.
    #[must_use]
    pub const fn highest(&self) -> Position {
        self.highest
    }

    /// The position up to which the peer acknowledged this direction.
    #[must_use]
    pub const fn acked(&self) -> Position {
        self.acked
    }

    /// True if the peer acknowledged bytes that were not captured; one number may be a FIN.
    #[must_use]
    pub const fn acked_unseen(&self) -> bool {
        let known = if self.highest > self.first_acked {
            self.highest
        } else {
            self.first_acked
        };
        self.acked > known.saturating_add(1) || self.sacked > known.saturating_add(1)
    }

    /// Bytes at the end that were sent, as the numbers of later segments without data show, but not captured; one number
    /// may be a FIN.
    #[must_use]
    pub const fn unseen_end(&self) -> u64 {
        let missing = self.sent.saturating_sub(self.known_to());
        if missing > 1 { missing } else { 0 }
    }

    /// The furthest byte that is known of: of a direction that nothing was captured of but segments without data, what the
    /// peer had acknowledged first. Zero: none.
    const fn known_to(&self) -> Position {
        if self.started || self.highest > self.first_acked {
            self.highest
        } else {
            self.first_acked
        }
    }

    /// Notes the peer's acknowledgement.
    pub const fn acknowledge(&mut self, position: Position) {
        if self.first_acked == 0 {
            self.first_acked = position;
        }
        if position > self.acked {
            self.acked = position;
        }
    }

    /// Notes that the peer holds bytes beyond a hole, up to this number (RFC 2018).
    pub fn received(&mut self, right: SeqNumber) {
        let position = self.position(right);
        self.sacked = self.sacked.max(position);
    }

    /// True if every byte seen or acknowledged so far has been handed on.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.held.is_empty() && self.next >= self.highest && self.next.saturating_add(1) >= self.acked
    }

    /// True if the peer has acknowledged anything.
    pub(crate) const fn is_acknowledged(&self) -> bool {
        self.first_acked != 0
    }

    /// The number of the next byte, if everything seen has been handed on.
    #[must_use]
    pub(crate) fn next_number(&self) -> Option<SeqNumber> {
        let (anchor, at) = self.anchor?;
        let is_settled = self.started && self.held.is_empty() && self.next == self.highest;
        let distance = i32::try_from(self.next.cast_signed() - at.cast_signed()).ok()?;
        is_settled.then(|| anchor.plus(distance.cast_unsigned()))
    }

    /// Takes note of bytes up to `next` that were not handed in; returns their number.
    pub(crate) fn pass(&mut self, next: SeqNumber, last: FrameNumber) -> u64 {
        let to = self.position(next);
        let passed = to.saturating_sub(self.next);
        self.next += passed;
        self.highest = self.highest.max(self.next);
        self.last_frame = last;
        passed
    }

    /// Takes a segment's bytes; `lost` more followed on the wire but were cut off by the snap length.
    pub fn accept(&mut self, chunk: &Chunk<'_>, lost: u32, sink: &mut impl FnMut(Item<'_>)) -> Arrival {
        let captured_end = chunk.from.saturating_add(chunk.data.len() as u64);
        let end = captured_end.saturating_add(u64::from(lost));
        self.last_frame = chunk.frame;
        if end == chunk.from {
            // A number far away is a forged reset's.
            let known_to = self.known_to();
            if known_to > 0 && chunk.from <= known_to.saturating_add(MAX_HELD as u64) {
                self.sent = self.sent.max(chunk.from);
            }
            return Arrival::New;
        }
        if self.started && end <= self.next {
            return if end == self.next && end - chunk.from <= 1 {
                Arrival::KeepAlive
            } else {
                Arrival::Old
            };
        }
        self.highest = self.highest.max(end);
        if lost > 0 {
            self.note_cut(captured_end, end);
        }
        if self.started && chunk.from <= self.next {
            self.hand_on(chunk, sink);
            self.drain(sink);
            return Arrival::New;
        }
        self.hold(chunk);
        if !self.started {
            if self.held.len() >= START_AFTER {
                self.start_at_lowest();
                self.drain(sink);
            }
            return Arrival::New;
        }
        self.drain(sink);
        while self.held_bytes > MAX_HELD || self.held.len() > MAX_HELD_SEGMENTS {
            self.skip_hole(sink);
            self.drain(sink);
        }
        Arrival::Early
    }

    /// Hands on all that is left, holes named; for the end of the connection or of the capture.
    pub fn finish(&mut self, fin_seen: bool, sink: &mut impl FnMut(Item<'_>)) {
        if !self.started && !self.held.is_empty() {
            self.start_at_lowest();
        }
        self.drain(sink);
        while !self.held.is_empty() {
            self.skip_hole(sink);
            self.drain(sink);
        }
        if !self.started {
            return;
        }
        // A FIN takes one number: an acknowledgement one beyond the last byte is no missing byte.
        let slack = u64::from(!fin_seen || self.acked > self.highest);
        let acked_end = if self.acked > self.next.saturating_add(slack) {
            self.acked - slack
        } else {
            0
        };
        let end = self.highest.max(acked_end);
        if end > self.next {
            self.gap_to(end, self.last_frame, sink);
        }
    }

    /// Forgets what is held; for a direction that turned out not to matter.
    pub fn release(&mut self) {
        self.held = VecDeque::new();
        self.held_bytes = 0;
        self.cuts = Vec::new();
    }

    /// Notes bytes that the snap length cut off; neighbours, as when whole payloads were, are one cut.
    fn note_cut(&mut self, from: Position, to: Position) {
        if let Some(last) = self.cuts.last_mut()
            && last.0 <= from
            && from <= last.1
        {
            last.1 = last.1.max(to);
        } else if self.cuts.len() < MAX_CUTS {
            self.cuts.push((from, to));
        }
    }

    fn hand_on(&mut self, chunk: &Chunk<'_>, sink: &mut impl FnMut(Item<'_>)) {
        let old = usize::try_from(self.next.saturating_sub(chunk.from)).unwrap_or(usize::MAX);
        let Some(data) = chunk.data.get(old..) else { return };
        if data.is_empty() {
            return;
        }
        let from = self.next;
        self.next = self.next.saturating_add(data.len() as u64);
        if from == chunk.from {
            sink(Item::Chunk(chunk));
        } else {
            sink(Item::Chunk(&Chunk { from, data, ..*chunk }));
        }
    }

    fn hold(&mut self, chunk: &Chunk<'_>) {
        if chunk.data.is_empty() {
            return;
        }
        let after = self
            .held
            .iter()
            .rposition(|held| held.from <= chunk.from)
            .map_or(0, |at| at + 1);
        // A second copy of what is already held adds nothing.
        if let Some(before) = after.checked_sub(1).and_then(|at| self.held.get(at))
            && before.end() >= chunk.from.saturating_add(chunk.data.len() as u64)
        {
            return;
        }
        self.held_bytes += chunk.data.len();
        self.held.insert(
            after,
            Held {
                from: chunk.from,
                data: chunk.data.into(),
                frame: chunk.frame,
                time: chunk.time,
                acked: chunk.acked,
            },
        );
    }

    fn start_at_lowest(&mut self) {
        if let Some(lowest) = self.held.front().map(|held| held.from) {
            self.start_at(lowest);
        }
    }

    /// Hands on what is held and now follows without a hole, or after a hole that the snap length explains.
    fn drain(&mut self, sink: &mut impl FnMut(Item<'_>)) {
        while let Some(first) = self.held.front() {
            let (from, frame) = (first.from, first.frame);
            if from > self.next {
                let next = self.next;
                if !self.cuts.iter().any(|&(cut, end)| cut <= next && from <= end) {
                    return;
                }
                self.gap_to(from, frame, sink);
            }
            let Some(held) = self.held.pop_front() else { return };
            self.held_bytes = self.held_bytes.saturating_sub(held.data.len());
            self.hand_on(
                &Chunk {
                    from: held.from,
                    data: &held.data,
                    frame: held.frame,
                    time: held.time,
                    acked: held.acked,
                },
                sink,
            );
        }
    }

    /// Gives up the hole before the first held segment.
    fn skip_hole(&mut self, sink: &mut impl FnMut(Item<'_>)) {
        if let Some((from, frame)) = self.held.front().map(|held| (held.from, held.frame)) {
            self.gap_to(from, frame, sink);
        }
    }

    fn gap_to(&mut self, to: Position, seen_at: FrameNumber, sink: &mut impl FnMut(Item<'_>)) {
        let from = self.next;
        if to <= from {
            return;
        }
        let cut = self.cuts.iter().any(|&(cut, end)| cut <= from && to <= end);
        let cause = if cut {
            GapCause::SnapLength
        } else if self.acked >= to {
            GapCause::NotCaptured
        } else {
            GapCause::NeverArrived
        };
        self.next = to;
        self.cuts.retain(|&(_, end)| end > to);
        sink(Item::Gap(Gap {
            from,
            to,
            cause,
            seen_at,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `(sequence number, text, lost)` and renders what comes out: text as it is, holes as `[bytes cause]`.
    fn read(start: Option<u32>, segments: &[(u32, &str, u32)], acked: u32) -> String {
        let mut stream = Stream::default();
        let mut out = String::new();
        let mut sink = |item: Item<'_>| match item {
            Item::Chunk(chunk) => out.push_str(std::str::from_utf8(chunk.data).unwrap()),
            Item::Gap(gap) => out.push_str(&format!("[{} {:?}]", gap.to - gap.from, gap.cause)),
        };
        if let Some(isn) = start {
            let position = stream.position(SeqNumber(isn)) + 1;
            stream.start_at(position);
        }
        for (number, &(seq, text, lost)) in segments.iter().enumerate() {
            let from = stream.position(SeqNumber(seq));
            let chunk = Chunk {
                from,
                data: text.as_bytes(),
                frame: FrameNumber(number as u64 + 1),
                time: Timestamp(0),
                acked: 0,
            };
            stream.accept(&chunk, lost, &mut sink);
        }
        if acked != 0 {
            let position = stream.position(SeqNumber(acked));
            stream.acknowledge(position);
        }
        stream.finish(false, &mut sink);
        out
    }

    #[test]
    fn order_in_the_file_does_not_matter() {
        assert_eq!(
            read(Some(9), &[(10, "ab", 0), (14, "ef", 0), (12, "cd", 0)], 0),
            "abcdef"
        );
        assert_eq!(read(Some(9), &[(12, "cd", 0), (10, "ab", 0)], 0), "abcd");
        assert_eq!(read(None, &[(12, "cd", 0), (10, "ab", 0)], 0), "abcd");
    }

    #[test]
    fn a_syn_behind_an_acknowledgement_in_the_file_tells_the_beginning() {
        let mut stream = Stream::default();
        let syn = stream.position(SeqNumber(9));
        stream.start_at(syn + 25);
        stream.start_at_or_before(syn + 1);
        assert_eq!(stream.start(), Some(syn + 1));
        stream.start_at_or_before(syn + 3);
        assert_eq!(stream.start(), Some(syn + 1), "a later one moves nothing");
    }

    #[test]
    fn retransmissions_and_overlaps_add_nothing_and_the_first_copy_wins() {
        assert_eq!(
            read(Some(9), &[(10, "abc", 0), (10, "xyz", 0), (11, "xxd", 0)], 0),
            "abcd"
        );
        assert_eq!(
            read(Some(9), &[(12, "cd", 0), (12, "XXe", 0), (10, "ab", 0)], 0),
            "abcde"
        );
    }

    #[test]
    fn numbers_wrap() {
        let isn = u32::MAX - 2;
        assert_eq!(read(Some(isn), &[(u32::MAX - 1, "abcd", 0), (2, "ef", 0)], 0), "abcdef");
        assert_eq!(read(None, &[(2, "ef", 0), (u32::MAX - 1, "abcd", 0)], 0), "abcdef");
    }

    #[test]
    fn a_hole_is_named_by_what_the_receiver_said() {
        assert_eq!(
            read(Some(9), &[(10, "ab", 0), (14, "ef", 0)], 16),
            "ab[2 NotCaptured]ef"
        );
        assert_eq!(
            read(Some(9), &[(10, "ab", 0), (14, "ef", 0)], 12),
            "ab[2 NeverArrived]ef"
        );
        assert_eq!(
            read(Some(9), &[(10, "ab", 2), (14, "ef", 1)], 0),
            "ab[2 SnapLength]ef[1 SnapLength]"
        );
        assert_eq!(read(Some(9), &[(10, "ab", 0)], 20), "ab[7 NotCaptured]");
    }

    #[test]
    fn a_keep_alive_byte_is_not_data() {
        let mut stream = Stream::default();
        let start = stream.position(SeqNumber(10));
        stream.start_at(start);
        let mut out = Vec::new();
        let mut sink = |item: Item<'_>| {
            if let Item::Chunk(chunk) = item {
                out.extend_from_slice(chunk.data);
            }
        };
        let chunk = |from, data| Chunk {
            from,
            data,
            frame: FrameNumber(1),
            time: Timestamp(0),
            acked: 0,
        };
        assert_eq!(stream.accept(&chunk(start, &b"ab"[..]), 0, &mut sink), Arrival::New);
        assert_eq!(
            stream.accept(&chunk(start + 1, &b"?"[..]), 0, &mut sink),
            Arrival::KeepAlive
        );
        assert_eq!(stream.accept(&chunk(start, &b"ab"[..]), 0, &mut sink), Arrival::Old);
        assert_eq!(out, b"ab");
    }

    #[test]
    fn a_hole_never_filled_does_not_grow_memory() {
        let mut stream = Stream::default();
        stream.start_at(ORIGIN);
        let mut gaps = 0;
        let data = [0_u8; 1000];
        for n in 1..2000_u64 {
            let chunk = Chunk {
                from: ORIGIN + n * 1000,
                data: &data,
                frame: FrameNumber(n),
                time: Timestamp(0),
                acked: 0,
            };
            stream.accept(&chunk, 0, &mut |item| gaps += u32::from(matches!(item, Item::Gap(_))));
            assert!(stream.held_bytes <= MAX_HELD + 1000);
        }
        assert_eq!(gaps, 1);
    }

    #[test]
    fn payloads_cut_off_whole_are_cut_by_the_snap_length() {
        assert_eq!(read(Some(9), &[(10, "", 5), (15, "", 5)], 0), "[10 SnapLength]");
        assert_eq!(read(Some(9), &[(10, "", 5), (15, "", 5)], 20), "[10 SnapLength]");
        assert_eq!(
            read(Some(9), &[(10, "", 5), (15, "", 5), (20, "ab", 0)], 0),
            "[10 SnapLength]ab"
        );
        // A segment that was lost between two that were cut is another matter.
        assert_eq!(
            read(Some(9), &[(10, "a", 4), (20, "b", 4), (25, "c", 0)], 0),
            "a[9 NeverArrived]b[4 SnapLength]c"
        );
    }

    #[test]
    fn bytes_cut_once_and_captured_later_are_no_hole() {
        assert_eq!(
            read(Some(9), &[(10, "ab", 3), (10, "abcde", 0), (15, "f", 0)], 0),
            "abcdef"
        );
    }

    #[test]
    fn a_retransmission_in_other_pieces_fills_a_hole_once() {
        assert_eq!(
            read(
                Some(9),
                &[(10, "ab", 0), (14, "ef", 0), (18, "ij", 0), (11, "bcdefgh", 0)],
                0
            ),
            "abcdefghij"
        );
    }

    #[test]
    fn an_early_segment_inside_another_adds_nothing() {
        assert_eq!(
            read(
                Some(9),
                &[(12, "cdefgh", 0), (13, "XX", 0), (12, "YY", 0), (10, "ab", 0)],
                0
            ),
            "abcdefgh"
        );
    }

    #[test]
    fn an_acknowledgement_one_beyond_the_last_byte_is_of_a_fin() {
        assert_eq!(read(Some(9), &[(10, "ab", 0)], 13), "ab");
        assert_eq!(read(Some(9), &[(10, "ab", 0)], 14), "ab[1 NotCaptured]");
    }

    #[test]
    fn without_a_beginning_the_lowest_of_the_first_segments_is_it() {
        let many: Vec<(u32, &str, u32)> = (0..20).rev().map(|n| (100 + n, "x", 0)).collect();
        // The first 16 are 119 down to 104: what lies before them comes too late.
        assert_eq!(read(None, &many, 0).len(), 16);
        assert_eq!(read(None, &many[4..], 0).len(), 16);
    }

    #[test]
    fn a_direction_with_nothing_in_it_says_nothing() {
        assert_eq!(read(None, &[], 0), "");
        assert_eq!(read(Some(9), &[], 0), "");
        assert_eq!(read(Some(9), &[(10, "", 0)], 10), "");
    }
}
