//! bytes → Frame, Block: a capture read with everything that is said about its packets, for whoever copies it.
//!
//! The analysis needs bytes and times. A copy that is worth keeping needs the comments, directions and clocks too
//! (draft-ietf-opsawg-pcapng). Numbers come out in little-endian order whatever the section's is, ready to be written.

use std::io::Read;
use std::ops::ControlFlow;

use super::pcapng::options::Options;
use super::source::Source;
use super::tally::{Record, Tally};
use super::{CaptureError, CaptureFacts, Order};
use crate::base::frame::Frame;

/// The Enhanced Packet Block, and the Packet Block before it: both have their time in the same place.
const TIMED: [u32; 2] = [6, 2];

/// Text options kept per interface; there are nine in the standard, and a hostile file could have any number.
const MOST_TEXTS: usize = 16;

/// An item of a capture, in the order of the file.
#[derive(Debug)]
pub enum Item<'a> {
    /// Something about packets.
    Block(Block),
    /// A packet and what is said about it.
    Frame(&'a Frame<'a>, &'a Extras<'a>),
}

/// A block that describes packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A comment on the section; tlswalk's own notes are left out.
    Comment(Box<[u8]>),
    /// The next interface, counted over the whole file as [`Frame::interface`] is.
    Interface(Described),
    /// Counters of an interface.
    Statistics {
        /// The interface, counted over the whole file.
        interface: u32,
        /// When, in ticks of its clock.
        ticks: u64,
        /// Option code and count.
        counts: Vec<(u16, u64)>,
    },
}

/// The description of an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Its link type as the file writes it.
    pub link: u16,
    /// Its snap length; 0: none.
    pub snap_len: u32,
    /// `if_tsresol`.
    pub resolution: u8,
    /// `if_tsoffset` in seconds.
    pub offset: i64,
    /// Options that are text: name, description, operating system, hardware, comment.
    pub texts: Vec<(u16, Box<[u8]>)>,
}

/// The options of a packet: comments and flags beside its bytes.
#[derive(Debug, Default)]
pub struct Extras<'a> {
    /// Its time in ticks of its interface's clock; `None`: not given.
    pub ticks: Option<u64>,
    /// The section says that it is a slice of tlswalk's, so that packet ids are frame numbers.
    pub in_slice: bool,
    /// Options: code, and value in little-endian order.
    pub options: Vec<(u16, std::borrow::Cow<'a, [u8]>)>,
}

impl Described {
    pub(super) fn read(link: u16, snap_len: u32, options: Options<'_>) -> Self {
        let order = options.order;
        let mut described = Self {
            link,
            snap_len,
            resolution: 6,
            ..Self::default()
        };
        for (code, value) in options {
            match (code, value) {
                (9, &[resolution, ..]) => described.resolution = resolution,
                (14, value) => described.offset = order.u64(value).map_or(0, u64::cast_signed),
                (1 | 2 | 3 | 12 | 15, text) if described.texts.len() < MOST_TEXTS => {
                    described.texts.push((code, text.into()));
                }
                _ => {}
            }
        }
        described
    }
}

impl Extras<'_> {
    /// `epb_packetid`, by which a slice tells the number of a frame in the capture it was cut from.
    #[must_use]
    pub fn packet_id(&self) -> Option<u64> {
        let (_, value) = self.options.iter().find(|(code, _)| *code == 5)?;
        Some(u64::from_le_bytes(value.as_ref().try_into().ok()?))
    }
}

/// Reads a whole capture with all that is said about its packets, until `on_item` breaks.
///
/// # Errors
/// When the input is no capture, or reading it fails.
pub fn read_annotated(
    input: impl Read,
    mut on_item: impl FnMut(Item<'_>) -> ControlFlow<()>,
) -> Result<CaptureFacts, CaptureError> {
    let mut tally = Tally::default();
    let mut source = Source::open(input, &mut tally)?;
    source.keep_blocks();
    let mut flow = ControlFlow::Continue(());
    while flow.is_continue()
        && let Some(record) = source.next(&mut tally)
    {
        let number = tally.number(&record);
        for block in source.take_blocks() {
            flow = if flow.is_continue() {
                on_item(Item::Block(block))
            } else {
                flow
            };
        }
        if record.is_packet && flow.is_continue() {
            let (raw, order) = source.raw(&record);
            let raw = raw.to_vec();
            let extras = Extras {
                in_slice: tally.note.is_some(),
                ..extras(&raw, order, &record)
            };
            flow = on_item(Item::Frame(&source.frame(&record, number), &extras));
        }
        source.consume(&record);
    }
    for block in source.take_blocks() {
        flow = if flow.is_continue() {
            on_item(Item::Block(block))
        } else {
            flow
        };
    }
    let end = source.finish(&mut tally)?;
    let mut facts = tally.finish();
    facts.end = end;
    Ok(facts)
}

/// The options of a record, read.
fn extras<'a>(raw: &'a [u8], order: Option<Order>, record: &Record) -> Extras<'a> {
    let Some(order) = order else {
        return Extras::default();
    };
    let word = |at: usize| raw.get(at..)?.first_chunk::<4>().map(|bytes| order.u32(*bytes));
    if !word(0).is_some_and(|kind| TIMED.contains(&kind)) {
        return Extras::default();
    }
    let (Some(high), Some(low)) = (word(12), word(16)) else {
        return Extras::default();
    };
    let behind = record.at.saturating_add(record.captured_len.next_multiple_of(4));
    let options = Options {
        order,
        bytes: raw.get(behind..raw.len().saturating_sub(4)).unwrap_or_default(),
    };
    Extras {
        ticks: Some((u64::from(high) << 32) | u64::from(low)),
        in_slice: false,
        options: options
            .map(|(code, value)| {
                let is_number = matches!(code, 2 | 4 | 5 | 6);
                (
                    code,
                    if is_number && order == Order::Big {
                        value.iter().rev().copied().collect::<Vec<u8>>().into()
                    } else {
                        value.into()
                    },
                )
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::PcapNg;
    use super::*;

    #[test]
    fn interfaces_options_and_counters_come_out_in_one_byte_order() {
        for order in [Order::Little, Order::Big] {
            let flags = match order {
                Order::Little => [2, 0, 0, 0],
                Order::Big => [0, 0, 0, 2],
            };
            let file = PcapNg::new(order).interface(1, 96, &[(9, &[9]), (2, b"Gi1")]).packet(
                0,
                7,
                b"abc",
                &[(1, b"seen"), (2, &flags)],
            );
            let mut seen = Vec::new();
            let facts = read_annotated(&file.bytes[..], |item| {
                seen.push(match item {
                    Item::Block(Block::Interface(it)) => format!("{} {} {:?}", it.link, it.resolution, it.texts),
                    Item::Block(other) => format!("{other:?}"),
                    Item::Frame(frame, extras) => {
                        format!("{} {:?} {:?}", frame.number, extras.ticks, extras.options)
                    }
                });
                ControlFlow::Continue(())
            })
            .unwrap();
            assert_eq!(facts.frames, 1);
            assert_eq!(
                seen,
                [
                    "1 9 [(2, [71, 105, 49])]",
                    "1 Some(7) [(1, [115, 101, 101, 110]), (2, [2, 0, 0, 0])]"
                ]
            );
        }
    }
}
