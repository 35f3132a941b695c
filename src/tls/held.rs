//! Bytes after a gap → the next record border: the bytes held during the search, each of which is examined once.
//!
//! A possible header is confirmed by the header after its record. Until that has come it waits, under the position
//! where its record ends: new bytes then concern only the few that end there, and not everything seen before.
//!
//! After a gap the reader continues: inside Application Data by counting, inside a handshake record at the record's end
//! (the one message is reported as damaged), across a header at the next border that a second header confirms. A
//! beginning that was not captured does not show TLS by itself: that takes such a border, a record that fills its
//! segments, or a hello.

use std::collections::BTreeSet;

use super::border::{
    HEADER, MAX_BODY, Piece, first_header, is_alert, is_lone_border, messages_chain, plausible_header,
};
use super::record::content;
use crate::tcp::said::Provenance;

/// Bytes that may still be a border, or confirm one: a record of the largest size and the headers on either side of it.
const OPEN: usize = MAX_BODY as usize + 2 * HEADER;

/// Bytes of a direction, and the positions in them where a record may begin. Positions count from the first byte that
/// was ever held.
#[derive(Debug, Default)]
pub(super) struct Held {
    bytes: Vec<u8>,
    /// Place of the first of them.
    base: usize,
    pieces: Vec<Piece>,
    /// The start of the search.
    from: usize,
    /// No header begins before this but those that wait.
    looked: usize,
    /// Headers to be confirmed: the end of their record, and their position.
    waiting: BTreeSet<(usize, usize)>,
    /// Bytes and headers that were looked at.
    #[cfg(test)]
    pub(super) work: usize,
}

impl Held {
    /// The bytes of a direction seen so far.
    pub(super) fn of(bytes: Vec<u8>, pieces: Vec<Piece>) -> Self {
        Self {
            bytes,
            pieces,
            ..Self::default()
        }
    }

    /// Adds a segment's bytes.
    pub(super) fn gather(&mut self, bytes: &[u8], at: Provenance) {
        let decided = self.end().saturating_sub(OPEN);
        let gone = decided.saturating_sub(self.base);
        // Not each time, or whatever stays would be moved each time.
        if gone > OPEN {
            self.bytes.drain(..gone);
            self.base = decided;
            let first = self.piece_at(decided).unwrap_or_default();
            self.pieces.drain(..first);
            // In words.
            self.count(OPEN / 8);
        }
        self.pieces.push(Piece {
            offset: self.end(),
            at,
            whole: true,
        });
        self.bytes.extend_from_slice(bytes);
    }

    /// The position after the last byte.
    pub(super) const fn end(&self) -> usize {
        self.base + self.bytes.len()
    }

    /// The number of bytes from the start of the search to a position.
    pub(super) const fn searched(&self, to: usize) -> usize {
        to.saturating_sub(self.from)
    }

    /// Restarts the search: the bytes at this position were no record.
    pub(super) fn restart(&mut self, at: usize) {
        let provenance = self.provenance_at(at);
        if let Some(piece) = self.piece_at(at).and_then(|index| self.pieces.get_mut(index)) {
            *piece = Piece {
                offset: at,
                at: provenance,
                whole: true,
            };
        }
        (self.from, self.looked) = (at, at);
        self.waiting.clear();
    }

    /// The first border there is, in what had been seen when the segment that ends at `end` had come.
    pub(super) fn border(&mut self, end: usize) -> Option<usize> {
        let mut found = None;
        while let Some(&(next, offset)) = self.waiting.first().filter(|(next, _)| next + HEADER <= end) {
            self.waiting.pop_first();
            self.count(1);
            if self.is_record(next) {
                found = Some(found.map_or(offset, |other: usize| other.min(offset)));
            }
        }
        // Those that end just here: senders flush whole records.
        let whole = self
            .waiting
            .range((end, 0)..=(end, usize::MAX))
            .map(|(_, offset)| *offset);
        let whole = whole.filter(|&offset| self.is_segment(offset)).min();
        let first = found.into_iter().chain(whole).min();
        if first.is_some() {
            return first;
        }
        while let Some(offset) = self.next_header(end) {
            self.looked = offset + 1;
            let Some(next) = self.record_end(offset) else {
                continue;
            };
            let confirmed = match end.checked_sub(next) {
                Some(0) => self.is_segment(offset),
                Some(HEADER..) if self.is_record(next) => true,
                Some(HEADER..) => continue,
                _ => false,
            };
            if confirmed {
                return Some(offset);
            }
            self.waiting.insert((next, offset));
        }
        None
    }

    /// The next place of a possible header that is whole before `end`.
    fn next_header(&mut self, end: usize) -> Option<usize> {
        let behind = (end + 1).checked_sub(HEADER)?;
        let from = self.looked.checked_sub(self.base)?;
        // Including the second byte of the last one.
        let bytes = self.bytes.get(from..(behind + 1).checked_sub(self.base)?)?;
        let found = first_header::<{ content::HEARTBEAT }>(bytes).map(|at| self.looked + at);
        self.count(found.map_or(behind, |at| at + 1).saturating_sub(self.looked));
        self.looked = found.unwrap_or_else(|| behind.max(self.looked));
        found
    }

    /// The first header whose record ends with the data, when no more bytes come. If records came before (`in_tls`),
    /// also a record that extends beyond the data, at the beginning of a segment; otherwise the record begins with a
    /// segment, or can be read.
    pub(super) fn last_border(&self, in_tls: bool) -> Option<usize> {
        let end = self.end();
        let fits = |next: usize, offset: usize| {
            if next == end {
                in_tls || self.is_segment(offset) || self.is_readable(offset)
            } else {
                next > end && in_tls && self.is_segment(offset)
            }
        };
        let fitting = self
            .waiting
            .range((end, 0)..)
            .filter(|(next, offset)| fits(*next, *offset));
        fitting.map(|(_, offset)| *offset).min()
    }

    /// True if a last record consists of messages in clear, or is an alert: that is no coincidence.
    fn is_readable(&self, at: usize) -> bool {
        let body = at.checked_sub(self.base).and_then(|at| self.bytes.get(at + HEADER..));
        match (self.header(at), body) {
            (Some((content::HANDSHAKE, _)), Some(body)) => messages_chain(body),
            (Some((content::ALERT, _)), Some(&[level, description])) => is_alert(level, description),
            _ => false,
        }
    }

    /// The bytes from a position to the end of their segment, and their origin.
    pub(super) fn segment_from(&self, at: usize) -> Option<(&[u8], Provenance)> {
        let end = self.segment_end(at)?;
        let bytes = self.bytes.get(at.checked_sub(self.base)?..end - self.base)?;
        Some((bytes, self.provenance_at(at)))
    }

    /// The end of the segment that holds a position.
    pub(super) fn segment_end(&self, at: usize) -> Option<usize> {
        let next = self.pieces.get(self.piece_at(at)? + 1);
        let end = next.map_or(self.end(), |piece| piece.offset);
        (at < end).then_some(end)
    }

    /// The origin of the byte at a position.
    pub(super) fn provenance_at(&self, at: usize) -> Provenance {
        super::border::provenance_at(&self.pieces, at)
    }

    fn piece_at(&self, at: usize) -> Option<usize> {
        self.pieces.partition_point(|piece| piece.offset <= at).checked_sub(1)
    }

    fn is_segment(&self, at: usize) -> bool {
        super::border::at_segment(&self.pieces, at)
    }

    fn header(&self, at: usize) -> Option<(u8, u16)> {
        let at = at.checked_sub(self.base)?;
        plausible_header(self.bytes.get(at..at + HEADER)?)
    }

    /// True if a header at this position confirms another: an empty record proves nothing.
    fn is_record(&self, at: usize) -> bool {
        self.header(at).is_some_and(|(_, len)| len > 0)
    }

    /// The end of the record whose header may be at this position.
    fn record_end(&self, at: usize) -> Option<usize> {
        let (_, len) = self.header(at).filter(|&(kind, len)| is_lone_border(kind, len))?;
        Some(at + HEADER + usize::from(len))
    }

    #[cfg_attr(
        not(test),
        expect(clippy::unused_self, clippy::missing_const_for_fn, reason = "counts in tests only")
    )]
    fn count(&mut self, _work: usize) {
        #[cfg(test)]
        {
            self.work += _work;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// True if there is a border at a position, by examining everything that was seen: the definition.
    fn is_border(seen: &[u8], pieces: &[Piece], at: usize) -> bool {
        let whole = pieces.iter().any(|piece| piece.whole && piece.offset == at);
        let Some((kind, len)) = plausible_header(&seen[at..]) else {
            return false;
        };
        is_lone_border(kind, len)
            && match seen.get(at + HEADER + usize::from(len)..) {
                Some([]) => whole,
                Some(after) => plausible_header(after).is_some_and(|(_, len)| len > 0),
                None => false,
            }
    }

    fn first_border(seen: &[u8], pieces: &[Piece]) -> Option<usize> {
        (0..seen.len()).find(|&at| is_border(seen, pieces, at))
    }

    /// Numbers that are the same in every run (Knuth's MMIX constants).
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self, below: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % below
        }
    }

    /// The first border in segments, and what finding it took.
    fn search<'a>(segments: impl Iterator<Item = &'a [u8]>) -> (Option<usize>, Held) {
        let mut held = Held::default();
        for segment in segments {
            held.gather(segment, Provenance::at(held.end() as u64));
            if let Some(border) = held.border(held.end()) {
                return (Some(border), held);
            }
        }
        (None, held)
    }

    #[test]
    fn an_empty_record_confirms_no_border() {
        let border = |bytes: &[u8]| search([bytes].into_iter()).0;
        assert_eq!(border(&[23, 3, 3, 0, 1, 9, 23, 3, 3, 0, 0, 7]), None);
        assert_eq!(border(&[23, 3, 3, 0, 1, 9, 23, 3, 3, 0, 1, 7]), Some(0));
    }

    #[test]
    fn a_border_is_found_where_and_when_looking_at_everything_again_finds_it() {
        let mut numbers = Numbers(1);
        let mut found = 0;
        for _ in 0..4000 {
            let mut held = Held::default();
            let (mut seen, mut pieces) = (Vec::new(), Vec::new());
            for _ in 0..12 {
                // Headers among bytes that headers consist of: by chance alone there would be few.
                let few = [20, 21, 22, 23, 24, 3, 3, 0, 0, 0, 1, 2, 5, 9];
                let mut segment = Vec::new();
                for _ in 0..=numbers.next(5) {
                    if numbers.next(3) == 0 {
                        segment.extend([20 + numbers.next(5) as u8, 3, 3, 0, numbers.next(9) as u8]);
                    } else {
                        segment.push(few[numbers.next(few.len())]);
                    }
                }
                pieces.push(Piece {
                    offset: seen.len(),
                    at: Provenance::at(0),
                    whole: true,
                });
                seen.extend(&segment);
                held.gather(&segment, Provenance::at(0));
                let border = held.border(held.end());
                assert_eq!(border, first_border(&seen, &pieces), "{seen:?}");
                if border.is_some() {
                    found += 1;
                    break;
                }
            }
        }
        assert!(
            (200..3800).contains(&found),
            "{found} were found: both cases must occur"
        );
    }

    #[test]
    fn what_is_held_is_bounded_and_borders_far_behind_a_hole_keep_their_place() {
        let record = [&[23, 3, 3, 0x48, 0][..], &[9; MAX_BODY as usize], &[23, 3, 3, 0, 9]].concat();
        for before in [0, 1, OPEN, 10 * OPEN + 7] {
            let bytes = [vec![0x5a; before], record.clone()].concat();
            let (border, held) = search(bytes.chunks(100));
            assert_eq!(border, Some(before));
            assert!(
                held.bytes.len() <= 2 * OPEN + 100,
                "{} bytes are held",
                held.bytes.len()
            );
            assert_eq!(held.provenance_at(before).from, before as u64);
        }
    }

    #[test]
    fn behind_a_hole_each_byte_is_looked_at_once_however_it_is_cut() {
        // Nothing that could be a header, headers that never are confirmed, and headers that all end at one place.
        let lone = [23, 3, 3, 0x47, 0xff];
        let mixtures: [(&str, &dyn Fn(usize) -> u8); 3] = [
            ("text", &|at| b'a' + (at % 26) as u8),
            ("headers", &|at| lone[at % lone.len()]),
            ("ending together", &|at| {
                let len = (16_003 - HEADER - at / 5 * 5 % 16_000).to_be_bytes();
                [23, 3, 3, len[6], len[7]][at % 5]
            }),
        ];
        for (what, byte) in mixtures {
            for segment in [1, 6, 100, 1460, 60_000] {
                // A byte at a time, each header begins a segment, and one whose record ends there is a border.
                if segment == 1 && what != "text" {
                    continue;
                }
                let work = [1, 2, 4].map(|times| {
                    let bytes: Vec<u8> = (0..times * 60_000).map(byte).collect();
                    let (border, held) = search(bytes.chunks(segment));
                    assert_eq!(border, None, "{what}");
                    held.work
                });
                assert!(work[0] >= 59_000, "nothing was counted: {work:?}");
                // The exponent between n and 2n, and between 2n and 4n.
                for pair in work.windows(2) {
                    let exponent = (pair[1] as f64 / pair[0] as f64).log2();
                    assert!(exponent <= 1.15, "{what} in {segment}: {work:?}");
                }
                assert!(work[2] <= 4 * 3 * 60_000, "{what} in {segment}: {work:?}");
            }
        }
    }
}
