//! Record → bytes passed over: those of a direction that nobody need read, and that they went by.

use super::{MAX_PREAMBLE, RecordReader, State};

impl RecordReader {
    /// How many of the next bytes need not be handed in but only counted, and whether that holds only as long as TLS
    /// cannot begin in them.
    #[must_use]
    pub(crate) fn passable(&self) -> (u64, bool) {
        match &self.state {
            State::Done => (u64::MAX, false),
            // The last of them ends the record.
            State::Passing { left } => (u64::from(left.saturating_sub(1)), false),
            State::Searching { seen, .. } if seen.is_empty() => (MAX_PREAMBLE.saturating_sub(self.preamble), true),
            _ => (0, false),
        }
    }

    /// Counts bytes that were not handed in, as [`Self::passable`] allowed.
    pub(crate) fn pass(&mut self, count: u64) {
        match &mut self.state {
            State::Passing { left } => *left = left.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX)),
            State::Searching { .. } => self.preamble += count,
            _ => {}
        }
    }
}
