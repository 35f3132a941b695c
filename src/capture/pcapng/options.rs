//! bytes → options: the list at the end of a pcapng block.

use crate::capture::Order;

/// The options at the end of a block. Damaged ones end the list; the packet before them is whole.
pub(in crate::capture) struct Options<'a> {
    pub(in crate::capture) order: Order,
    pub(in crate::capture) bytes: &'a [u8],
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[c0, c1, l0, l1], rest) = self.bytes.split_first_chunk::<4>()?;
        let code = self.order.u16([c0, c1]);
        let len = usize::from(self.order.u16([l0, l1]));
        if code == 0 {
            return None;
        }
        let value = rest.get(..len)?;
        self.bytes = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}

impl Options<'_> {
    /// True if the list ends where the block does, as it must; packet bytes taken for options hardly ever do.
    pub(in crate::capture) fn are_whole(mut self) -> bool {
        while self.next().is_some() {}
        // The rest: nothing, or the end-of-options mark.
        matches!(self.bytes, [] | [0, 0, 0, 0])
    }

    /// True if there are any, and behind them, where the block ends, the mark of the end.
    pub(in crate::capture) fn are_proof(mut self) -> bool {
        let mut some = false;
        while self.next().is_some() {
            some = true;
        }
        some && self.bytes == [0; 4]
    }
}
