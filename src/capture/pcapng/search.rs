//! damaged bytes → the next block: where, behind a place that holds no block, the chain of blocks goes on.
//!
//! A block repeats its length at its end, which a random place matches once in 2^32; a capture inside a capture matches
//! it everywhere. So a chain of blocks counts only if it is longer than any packet can be, or ends where the file does.

use std::ops::Range;

use pcap_parser::pcapng::{
    CB_MAGIC, DCB_MAGIC, DSB_MAGIC, EPB_MAGIC, IDB_MAGIC, ISB_MAGIC, NRB_MAGIC, SHB_MAGIC, SPB_MAGIC,
};

use super::{Order, PACKET, Reader, block_len};
use crate::capture::search::{Limits, Search};

/// The byte order that blocks in a chain depend on: the section's, until the chain begins another.
#[derive(Clone, Copy)]
struct Section {
    order: Order,
    interfaces: u32,
    /// True if the reader knows the clocks of these interfaces.
    is_known: bool,
}

impl Reader {
    /// The first place in `range` where a chain of blocks begins.
    pub(crate) fn search(&self, bytes: &[u8], range: Range<usize>, search: &mut Search) -> Option<usize> {
        let section = Section {
            order: self.order,
            interfaces: u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX),
            is_known: true,
        };
        range.into_iter().find(|&at| {
            self.block(bytes.get(at..).unwrap_or_default(), section, search)
                .is_some()
                && self.is_chain(bytes, at, section, search)
        })
    }

    /// True if blocks follow one another from `start` on.
    fn is_chain(&self, bytes: &[u8], start: usize, mut section: Section, search: &mut Search) -> bool {
        let mut at = start;
        let mut blocks = 0_usize;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            if rest.is_empty() && at == bytes.len() {
                return search.ended && blocks > 0;
            }
            if !search.step() {
                return false;
            }
            let Some((len, next)) = self.block(rest, section, search) else {
                return false;
            };
            if len > rest.len() {
                return search.ended && search.allow_cut && blocks >= Limits::RECORDS;
            }
            section = next;
            at = at.saturating_add(len);
            blocks = blocks.saturating_add(1);
            if blocks >= Limits::RECORDS && at.saturating_sub(start) > search.limits.span {
                return true;
            }
        }
    }

    /// The length of a plausible block at the start of `bytes`, and what the blocks behind it depend on.
    #[inline]
    fn block(&self, bytes: &[u8], mut section: Section, search: &Search) -> Option<(usize, Section)> {
        let &[k0, k1, k2, k3, l0, l1, l2, l3, ..] = bytes.first_chunk::<12>()?;
        let kind = section.order.u32([k0, k1, k2, k3]);
        if !is_known(kind) {
            return None;
        }
        if kind == SHB_MAGIC {
            section = Section {
                order: Order::of_section(bytes)?,
                interfaces: 0,
                is_known: false,
            };
        }
        let claimed = section.order.u32([l0, l1, l2, l3]);
        let len = block_len(claimed).filter(|&len| len == claimed as usize && len <= Limits::LARGEST)?;
        let body = match bytes.get(8..len) {
            Some(inside) => {
                let (body, trailer) = inside.split_last_chunk::<4>()?;
                (section.order.u32(*trailer) == claimed).then_some(body)?
            }
            None => bytes.get(8..)?,
        };
        match kind {
            EPB_MAGIC => {
                let Some(([index, high, low, captured, wire], _)) = section.order.fields::<5>(body) else {
                    return (bytes.len() < len).then_some((len, section));
                };
                let fits = captured as usize <= len.saturating_sub(32) && (captured <= wire || wire == 0);
                let in_time = !section.is_known
                    || self.interfaces.get(index as usize).is_some_and(|interface| {
                        let ticks = (u64::from(high) << 32) | u64::from(low);
                        search.limits.allow(interface.clock.time(ticks))
                    });
                (fits && index < section.interfaces && in_time).then_some((len, section))
            }
            IDB_MAGIC => {
                section.interfaces = section
                    .interfaces
                    .saturating_add(u32::from(!self.lost_blocks || !section.is_known));
                (len >= 20).then_some((len, section))
            }
            SHB_MAGIC => (len >= 28).then_some((len, section)),
            SPB_MAGIC | PACKET => (len >= 16 && section.interfaces > 0).then_some((len, section)),
            ISB_MAGIC => (len >= 24).then_some((len, section)),
            _ => Some((len, section)),
        }
    }

    /// The place at the chunk's start, found by a search, is where reading goes on.
    pub(crate) const fn resume(&mut self) {
        self.lost_blocks = true;
    }

    /// True if the last bytes of a file begin as a block does.
    pub(crate) fn resembles(&self, bytes: &[u8]) -> bool {
        match bytes.first_chunk::<4>() {
            Some(&kind) => is_known(self.order.u32(kind)),
            None => true,
        }
    }
}

/// Types of blocks that captures are made of. Others are skipped where they stand, but prove nothing.
const fn is_known(kind: u32) -> bool {
    matches!(
        kind,
        EPB_MAGIC
            | SHB_MAGIC
            | IDB_MAGIC
            | ISB_MAGIC
            | NRB_MAGIC
            | SPB_MAGIC
            | DSB_MAGIC
            | CB_MAGIC
            | DCB_MAGIC
            | PACKET
    )
}
