//! damaged bytes → the next record: what a record header may say, and where a chain of records goes on.
//!
//! Two questions. Where the format's lengths lead, an odd header is believed if those behind it are good: some writers are
//! sloppy, and Wireshark believes them. Where a place has to be searched for, nothing odd is believed.

use std::ops::Range;

use super::{Head, Reader};
use crate::base::frame::Timestamp;
use crate::capture::chunk::Chunk;
use crate::capture::search::{Limits, Search};

const DAY: u32 = 86_400;

/// Longer than any packet that segmentation offloading hands to a capture. Four bytes into a record header, where a chain of
/// lengths leads on just as well, this is the beginning of a packet.
const LONGEST_ON_WIRE: u32 = 1 << 20;

/// Limit for following lengths, in bytes: the buffer holds as many without growing.
const AHEAD: usize = 128 * 1024;

/// Odd headers in a row that show that a file is made so.
const HABIT: usize = 4;
/// Odd headers in a row, none of them a habit, that are believed in the middle of a file.
const MANY: usize = 16;

/// Deviations that the headers of a file have from its beginning.
#[derive(Clone, Copy, Default)]
pub(super) struct Habits {
    /// Captured lengths above the wire's.
    lengths: bool,
    /// Fractions of a second above a second.
    fractions: bool,
    /// Times more than a day apart.
    times: bool,
}

/// Where following the lengths came to an end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// At the end of the file.
    End,
    /// Inside a record that the end of the file cuts.
    Cut,
    /// At something that is no header.
    Nowhere,
    /// So many headers were seen that no more were asked for.
    On,
}

impl Reader {
    /// True if a header that the lengths lead to looks as it should.
    #[inline]
    pub(super) fn is_plausible(&self, head: &Head) -> bool {
        self.near.is_some_and(|near| self.is_plausible_near(head, near))
    }

    #[inline]
    pub(super) fn is_plausible_near(&self, head: &Head, near: u32) -> bool {
        head.captured as usize <= self.largest
            && !head.is_blank()
            && self.has_sane_fields(head)
            && (head.seconds.wrapping_sub(near).wrapping_add(DAY) <= 2 * DAY || self.habits.times)
    }

    /// True if lengths and fraction are as they should be, the time aside.
    #[inline]
    const fn has_sane_fields(&self, head: &Head) -> bool {
        ((head.captured <= head.wire && head.wire <= LONGEST_ON_WIRE) || self.habits.lengths)
            && (head.fraction < self.parts() || self.habits.fractions)
    }

    /// Parts of a second that the fraction counts.
    const fn parts(&self) -> u32 {
        if self.nanoseconds { 1_000_000_000 } else { 1_000_000 }
    }

    /// True if the packet is all there or cut as others are: otherwise its captured length may be destroyed.
    pub(super) const fn is_whole(&self, head: Head) -> bool {
        head.captured > 0
            && (head.captured == head.wire || head.captured == self.snap_len || head.captured == self.usual_cut)
    }

    /// True if the last bytes of a file, too few for a header, are more likely the end of the record before them than the
    /// beginning of another.
    #[cold]
    pub(super) fn belongs_to(&self, head: Head, rest: &[u8]) -> bool {
        !rest.is_empty()
            && !self.is_whole(head)
            && (u64::from(head.captured).saturating_add(rest.len() as u64) == u64::from(head.wire)
                || !self.resembles(rest))
    }

    /// Looks at the first headers of a file: whether they are any, and what their habits are.
    #[cold]
    pub(super) fn begins(&mut self, chunk: &mut Chunk<'_>, first: Head) -> bool {
        let (heads, way) = self.follow(chunk, 0, HABIT);
        self.near = Some(first.seconds);
        if heads.is_empty() {
            self.near = None;
            return false;
        }
        let are_short = heads.iter().all(|head| head.wire <= LONGEST_ON_WIRE);
        if way == Way::End || (heads.len() >= HABIT && are_short) {
            self.habits.lengths = first.captured > first.wire;
            self.habits.fractions = first.fraction >= self.parts();
            let is_far = |pair: &[Head]| matches!(pair, [one, two] if one.seconds.abs_diff(two.seconds) > DAY);
            self.habits.times = heads.len() >= HABIT && heads.windows(2).all(is_far);
            return true;
        }
        let is_good = self.is_plausible_near(&first, first.seconds);
        if !is_good {
            self.near = None;
        }
        is_good
    }

    /// Believes whatever the lengths lead to, as Wireshark does, in a file of which nothing else makes sense. False if it
    /// does not even begin with a record.
    pub(crate) fn believe(&mut self, bytes: &[u8]) -> bool {
        let Some(head) = self.head(bytes) else { return false };
        let may_be = self.near.is_none() && head.captured as usize <= self.largest && !head.is_blank();
        if may_be {
            self.near = Some(head.seconds);
            self.habits = Habits {
                lengths: true,
                fractions: true,
                times: true,
            };
        }
        may_be
    }

    /// True if the file goes on at `at`, although the header there is odd.
    #[cold]
    pub(super) fn goes_on(&mut self, chunk: &mut Chunk<'_>, at: usize) -> bool {
        let (heads, way) = self.follow(chunk, at, MANY);
        let Some((odd, behind)) = heads.split_first() else {
            return false;
        };
        let near = self.near.unwrap_or(odd.seconds);
        let are_plausible = |heads: &[Head], near: u32| {
            let first = heads.get(..Limits::RECORDS).unwrap_or(heads);
            (first.len() == Limits::RECORDS || (!heads.is_empty() && way == Way::Cut) || way == Way::End)
                && first.iter().all(|head| self.is_plausible_near(head, near))
        };
        let is_near = |head: &Head| head.seconds.wrapping_sub(near).wrapping_add(DAY) <= 2 * DAY;
        // One odd header among good ones.
        if are_plausible(behind, near) {
            if is_near(odd) {
                self.near = Some(odd.seconds);
            }
            return true;
        }
        // A clock that was set; or a file of which the rest is odd in the same way.
        let is_set = self.is_plausible_near(odd, odd.seconds) && are_plausible(behind, odd.seconds);
        let is_long = (heads.len() >= MANY || way == Way::End) && heads.iter().all(|head| head.captured > 0);
        let is_odd_so = is_long && (heads.iter().all(is_near) || heads.iter().all(|head| self.has_sane_fields(head)));
        if is_set || is_odd_so {
            self.near = Some(odd.seconds);
        }
        is_set || is_odd_so
    }

    /// Up to `most` headers that the lengths lead to from `at` on.
    fn follow(&self, chunk: &mut Chunk<'_>, mut at: usize, most: usize) -> (Vec<Head>, Way) {
        let wanted = at.saturating_add(AHEAD);
        let mut heads = Vec::with_capacity(most);
        while heads.len() < most {
            // No more than is needed: who writes into a pipe may be slow.
            let need = at.saturating_add(self.head_len);
            let there = chunk.fill_or(need.min(wanted), at).len();
            // For now, nothing follows.
            if chunk.silence().is_some() && !heads.is_empty() {
                return (heads, Way::End);
            }
            let mut bytes = chunk.fill(0);
            let mut ended = false;
            if there < need {
                bytes = chunk.fill(wanted);
                ended = bytes.len() < wanted;
            }
            if at > bytes.len() {
                return (heads, if ended { Way::Cut } else { Way::On });
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(head) = self.head(rest) else {
                let way = match rest {
                    _ if !ended => Way::On,
                    [] => Way::End,
                    _ => Way::Cut,
                };
                return (heads, way);
            };
            if head.is_blank() || head.captured as usize > self.largest {
                return (heads, Way::Nowhere);
            }
            heads.push(head);
            at = at.saturating_add(self.head_len).saturating_add(head.captured as usize);
        }
        (heads, Way::On)
    }

    /// The first place in `range` where a chain of records begins.
    pub(crate) fn search(&self, bytes: &[u8], range: Range<usize>, search: &mut Search) -> Option<usize> {
        range.into_iter().find(|&at| {
            self.head(bytes.get(at..).unwrap_or_default())
                .is_some_and(|head| self.may_begin(&head, search))
                && self.is_chain(bytes, at, search)
        })
    }

    /// True if records follow one another from `start` on.
    fn is_chain(&self, bytes: &[u8], start: usize, search: &mut Search) -> bool {
        let mut at = start;
        let mut records = 0_usize;
        let mut near = None;
        loop {
            if !search.step() {
                return false;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(head) = self.head(rest) else {
                let is_cut = at > bytes.len() || !rest.is_empty();
                let enough = if is_cut { Limits::RECORDS + 1 } else { 1 };
                return search.ended && (search.allow_cut || !is_cut) && records >= enough;
            };
            let near_before = *near.get_or_insert(head.seconds);
            let goes_back = head.seconds.saturating_add(1) < near_before && !self.habits.times;
            if goes_back || !self.may_begin(&head, search) || !self.is_plausible_near(&head, near_before) {
                return false;
            }
            near = Some(head.seconds);
            at = at.saturating_add(self.head_len).saturating_add(head.captured as usize);
            records = records.saturating_add(1);
            if records >= Limits::RECORDS && at <= bytes.len() && at.saturating_sub(start) > search.limits.span {
                return true;
            }
        }
    }

    /// True if a header may stand at a place to which no length led.
    #[inline]
    fn may_begin(&self, head: &Head, search: &Search) -> bool {
        let second = i64::from(head.seconds);
        head.captured > 0
            && head.captured as usize <= self.largest.min(Limits::LARGEST)
            && head.wire > 0
            && self.has_sane_fields(head)
            && (search.limits.allow(Timestamp::from_seconds(second)) || self.habits.times)
    }

    /// The place at the chunk's start, found by a search, is where reading goes on.
    pub(crate) fn resume(&mut self, bytes: &[u8]) {
        self.near = self.head(bytes).map(|head| head.seconds);
    }

    /// True if the bytes between two places are one record, of which one length is destroyed and the other is not.
    pub(crate) fn is_one_record(&self, bytes: &[u8]) -> bool {
        self.head(bytes).is_some_and(|head| {
            [head.captured, head.wire]
                .iter()
                .any(|&len| (len as usize).saturating_add(self.head_len) == bytes.len())
        })
    }

    /// True if the last bytes of a file begin as a record does, or are as long as one says it is.
    pub(crate) fn resembles(&self, bytes: &[u8]) -> bool {
        let Some(&second) = bytes.first_chunk::<4>() else {
            return true;
        };
        let second = self.order.u32(second);
        self.is_one_record(bytes)
            || self
                .head(bytes)
                .is_some_and(|head| !head.is_blank() && self.has_sane_fields(&head))
            || self
                .near
                .is_none_or(|near| second.wrapping_sub(near).wrapping_add(DAY) <= 2 * DAY)
    }
}
