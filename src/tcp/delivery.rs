//! Segment → Delivery: the bytes of a direction that reached the other side, according to that side's acknowledgements.
//!
//! "Never arrived" is a claim about certain bytes. So it is decided by their own numbers: the cumulative
//! acknowledgement (RFC 9293 section 3.4) and the blocks acknowledged selectively beyond a gap (RFC 2018). Whether its
//! size is the reason why a packet was lost is decided by the sizes of those that passed (RFC 2923 section 2.1).
//!
//! Arrival is decided for the bytes in question, by the last cumulative acknowledgement and the last selective blocks
//! (`Delivery`): a 7-byte alert that a RST answered says nothing about the hello before it. Only the slow path keeps
//! this state: segments that only continue a direction are acknowledged in order. Six sizes, each larger than all
//! before, are enough to show that one as large passed.

use crate::base::frame::FrameAt;
use crate::tcp::stream::Position;

/// Sizes remembered, each larger than all before it: a hello, a certificate, a full segment are three.
const MAX_SIZES: usize = 6;

/// Blocks of one acknowledgement: TCP's options have room for four.
const MAX_BLOCKS: usize = 4;

/// A payload that any ordinary path carries: IPv4 hosts take packets of 576 bytes (RFC 791 section 3.1), IPv6 links 1,280.
const ORDINARY: u32 = 536;

/// The bytes of a direction that arrived at the other side.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// The position up to which the other side acknowledged; set at the end.
    acked: Position,
    /// Segments larger than all before them: payload and the position after it.
    sizes: [(u32, Position); MAX_SIZES],
    /// The selective blocks of the last acknowledgement that had any, beyond its own number.
    blocks: [(Position, Position); MAX_BLOCKS],
    repeated: Option<Repeated>,
}

/// Bytes that were sent again and again and never acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// Position of the first of them.
    pub from: Position,
    /// The payload that began there, when it was sent last.
    pub len: u32,
    /// Number of retransmissions.
    pub times: u64,
    /// The first time that was sent again, and the last.
    pub first: FrameAt,
    /// The last time.
    pub last: FrameAt,
}

/// The part of a stretch of bytes that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    Whole,
    /// Some of it.
    Part {
        /// Bytes that arrived.
        arrived: u64,
        /// Bytes that did not.
        missing: u64,
        /// The first of those is the first of the stretch.
        lacks_beginning: bool,
    },
    /// None of it.
    Nothing,
}

/// Whether size explains why bytes were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeLimit {
    /// Nothing as large as what was lost arrived, and something smaller did.
    Likely {
        /// Payload of what was lost.
        lost: u32,
        /// Largest payload that arrived.
        passed: u32,
    },
    /// A segment as large arrived.
    Excluded {
        /// Payload of what was lost.
        lost: u32,
    },
    /// The lost segment is so small that any ordinary path carries it.
    Hardly {
        /// Payload of what was lost.
        lost: u32,
    },
    /// Nothing shows whether size is the reason.
    Open,
}

impl Delivery {
    /// Takes note of a segment larger than all before it.
    #[cold]
    pub(crate) fn grew(&mut self, len: u32, end: Position) {
        if let Some(free) = self.sizes.iter_mut().find(|(len, _)| *len == 0) {
            *free = (len, end);
        }
    }

    /// Takes note of bytes that were sent again; `acked` is how far they were acknowledged by then.
    pub(crate) fn again(&mut self, from: Position, len: u32, at: FrameAt, acked: Position) {
        if from.saturating_add(u64::from(len)) <= acked || len == 0 {
            return;
        }
        match &mut self.repeated {
            Some(same) if same.from == from => {
                (same.len, same.last) = (len, at);
                same.times += 1;
            }
            // The first bytes that are missing are those that count: what lies beyond them is sent again for their sake.
            Some(other) if other.from >= acked && other.from < from => {}
            other => {
                *other = Some(Repeated {
                    from,
                    len,
                    times: 1,
                    first: at,
                    last: at,
                });
            }
        }
    }

    /// Takes note of what an acknowledgement holds selectively; one that reports a duplicate (RFC 2883) lies below its
    /// number and is none.
    pub(crate) fn held(&mut self, acked: Position, blocks: impl Iterator<Item = (Position, Position)>) {
        self.blocks = Default::default();
        let beyond = blocks.filter(|&(from, to)| from > acked && to > from);
        for (place, block) in self.blocks.iter_mut().zip(beyond) {
            *place = block;
        }
    }

    /// The direction has ended.
    pub(crate) fn settle(&mut self, acked: Position) {
        self.acked = acked;
        self.repeated = self
            .repeated
            .filter(|it| it.from.saturating_add(u64::from(it.len)) > acked);
    }

    /// The position up to which the other side acknowledged.
    #[must_use]
    pub const fn acked(&self) -> Position {
        self.acked
    }

    /// Bytes that were retransmitted and never acknowledged; `None` if all retransmitted bytes arrived in the end.
    #[must_use]
    pub const fn repeated(&self) -> Option<&Repeated> {
        self.repeated.as_ref()
    }

    /// The part of the bytes from one position to another that arrived.
    #[must_use]
    pub fn coverage(&self, from: Position, to: Position) -> Coverage {
        let upto = self.acked.clamp(from, to);
        let beyond = self.blocks.iter().map(|&(left, right)| {
            let right = right.min(to);
            right.saturating_sub(left.max(upto))
        });
        let arrived = (upto - from).saturating_add(beyond.sum()).min(to.saturating_sub(from));
        let missing = to.saturating_sub(from).saturating_sub(arrived);
        match (arrived, missing) {
            (_, 0) => Coverage::Whole,
            (0, _) => Coverage::Nothing,
            _ => Coverage::Part {
                arrived,
                missing,
                lacks_beginning: upto == from,
            },
        }
    }

    /// True if the other side holds anything beyond the first missing byte.
    #[must_use]
    pub fn holds_beyond(&self) -> bool {
        self.blocks.iter().any(|&(_, right)| right > self.acked)
    }

    /// The largest payload that arrived.
    fn passed(&self) -> u32 {
        let arrived = |&&(_, end): &&(u32, Position)| {
            end <= self.acked || self.blocks.iter().any(|&(left, right)| left < end && end <= right)
        };
        self.sizes
            .iter()
            .filter(arrived)
            .map(|&(len, _)| len)
            .max()
            .unwrap_or(0)
    }

    /// Whether the size of a segment with this payload explains why it did not arrive.
    #[must_use]
    pub fn size_limit(&self, lost: u32) -> SizeLimit {
        let passed = self.passed();
        if lost <= passed {
            SizeLimit::Excluded { lost }
        } else if lost <= ORDINARY {
            SizeLimit::Hardly { lost }
        } else if passed > 0 || self.holds_beyond() {
            SizeLimit::Likely { lost, passed }
        } else {
            SizeLimit::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::{FrameNumber, Timestamp};

    fn at(frame: u64) -> FrameAt {
        FrameAt::new(FrameNumber(frame), Timestamp(frame as i64))
    }

    /// A direction from 100 on, acknowledged up to `acked`, that has these blocks.
    fn delivery(acked: Position, blocks: &[(Position, Position)]) -> Delivery {
        let mut it = Delivery::default();
        it.held(acked, blocks.iter().copied());
        it.settle(acked);
        it
    }

    #[test]
    fn coverage_is_asked_of_the_bytes_themselves_not_of_what_follows_them() {
        let whole = delivery(417, &[]);
        assert_eq!(whole.coverage(100, 417), Coverage::Whole);
        // An unacknowledged alert after them changes nothing.
        assert_eq!(whole.coverage(417, 424), Coverage::Nothing);
        assert_eq!(delivery(100, &[]).coverage(100, 417), Coverage::Nothing);
    }

    #[test]
    fn a_part_may_be_the_beginning_or_the_end() {
        let part = |arrived, missing, lacks_beginning| Coverage::Part {
            arrived,
            missing,
            lacks_beginning,
        };
        assert_eq!(delivery(1548, &[]).coverage(100, 1693), part(1448, 145, false));
        assert_eq!(
            delivery(100, &[(1548, 1693)]).coverage(100, 1693),
            part(145, 1448, true)
        );
        assert_eq!(
            delivery(100, &[(1548, 9000)]).coverage(100, 1693),
            part(145, 1448, true)
        );
    }

    #[test]
    fn a_block_that_reports_a_duplicate_holds_nothing_beyond() {
        let it = delivery(500, &[(400, 450)]);
        assert!(!it.holds_beyond());
        assert_eq!(it.coverage(500, 600), Coverage::Nothing);
    }

    #[test]
    fn what_is_sent_again_counts_while_it_is_not_acknowledged() {
        let mut it = Delivery::default();
        it.again(100, 50, at(3), 100);
        it.again(100, 50, at(4), 100);
        it.again(150, 50, at(5), 100);
        it.settle(100);
        let repeated = it.repeated().unwrap();
        assert_eq!(
            (repeated.from, repeated.times, repeated.last.frame),
            (100, 2, FrameNumber(4))
        );
        it.settle(150);
        assert!(it.repeated().is_none(), "it arrived after all");
    }

    #[test]
    fn what_arrived_before_gives_way_to_what_is_lost_later() {
        let mut it = Delivery::default();
        it.again(100, 50, at(3), 100);
        it.again(400, 41, at(9), 400);
        it.again(300, 41, at(10), 400);
        it.settle(400);
        assert_eq!(it.repeated().unwrap().from, 400);
    }

    #[test]
    fn size_is_a_reason_only_where_nothing_as_large_arrived() {
        let mut it = Delivery::default();
        it.grew(517, 617);
        it.grew(1448, 2065);
        it.held(617, [(2065, 2400)].into_iter());
        it.settle(617);
        let likely = SizeLimit::Likely {
            lost: 1448,
            passed: 517,
        };
        assert_eq!(it.size_limit(1448), likely);
        assert_eq!(it.size_limit(377), SizeLimit::Excluded { lost: 377 });
        assert_eq!(it.size_limit(530), SizeLimit::Hardly { lost: 530 });
        it.settle(2065);
        assert_eq!(it.size_limit(1448), SizeLimit::Excluded { lost: 1448 });
        assert_eq!(Delivery::default().size_limit(1448), SizeLimit::Open);
    }
}
