//! damaged bytes → the place where records go on: what holds for both formats.

use crate::base::frame::Timestamp;

/// Bytes of the file that are searched at a time. The largest step of the search stays in the third-level cache.
pub(super) const WINDOW: usize = 1024 * 1024;

/// Bytes of a window that must lie behind a place for the chain that begins there to be followed.
pub(super) const MARGIN: usize = WINDOW / 2;

/// Limit of the search, in bytes. A disk that loses more at once has lost the capture.
pub(super) const FARTHEST: u64 = 64 * 1024 * 1024;

/// Limits that a record behind damage must keep.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Earliest and latest time; `None` before the first frame with a time.
    pub(super) times: Option<(Timestamp, Timestamp)>,
    /// Bytes that a chain of records must exceed, unless it ends where the file does: the largest record so far. A capture
    /// that was transferred inside the capture is cut into packets, so within none of them a chain can be longer.
    pub(super) span: usize,
}

impl Limits {
    /// Records that a chain must have at least.
    pub(super) const RECORDS: usize = 3;
    /// The longest record believed behind damage: Wireshark's limit for packets.
    pub(super) const LARGEST: usize = 262_144 + 64;
    /// A jumbo frame: the least that is taken for the largest record, as larger ones may come.
    const LEAST_SPAN: usize = 9_216;
    /// How much older than the last good frame a frame may be. Frames of several interfaces are out of order by less; a
    /// capture that was transferred inside this one is older than its transfer.
    const BACK: i64 = 2_000_000_000;
    /// How much later: nobody records a pause of more than a day and loses its beginning.
    const ON: i64 = 86_400_000_000_000;

    pub(super) fn new(last: Option<Timestamp>, largest_record: usize) -> Self {
        Self {
            times: last.map(|Timestamp(last)| {
                (
                    Timestamp(last.saturating_sub(Self::BACK)),
                    Timestamp(last.saturating_add(Self::ON)),
                )
            }),
            span: largest_record.max(Self::LEAST_SPAN),
        }
    }

    #[inline]
    pub(super) fn allow(&self, time: Timestamp) -> bool {
        self.times.is_none_or(|(from, to)| from <= time && time <= to)
    }
}

/// A search under way.
pub(super) struct Search {
    pub(super) limits: Limits,
    /// True if the bytes looked at end where the file does.
    pub(super) ended: bool,
    /// True if a chain may break off at a file's cut end: not when the search itself was set off by that cut.
    pub(super) allow_cut: bool,
    /// Steps that may still be taken along chains. It grows with the bytes read, so that a file made of beginnings of
    /// chains costs linear time; where it is used up, nothing more is found.
    pub(super) steps: u64,
}

impl Search {
    /// True if another step may be taken.
    pub(super) const fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }
}
