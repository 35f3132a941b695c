//! pcapng block → Frame: sections, their interfaces, and the four ways to store a packet.
//!
//! A file is a list of blocks, each with its length at both ends (draft-ietf-opsawg-pcapng). A Section Header Block sets
//! the byte order and forgets all interfaces; an Interface Description Block gives the next interface its link type and
//! its clock. Enhanced Packet Blocks are read in place, everything else is rare.

use crate::base::frame::AnomalyKind;
use crate::base::phrase::{Phrase, phrase};
use pcap_parser::pcapng::{
    BOM_MAGIC, CB_MAGIC, DCB_MAGIC, DSB_MAGIC, EPB_MAGIC, IDB_MAGIC, ISB_MAGIC, NRB_MAGIC, PIB_MAGIC, SHB_MAGIC,
    SJE_MAGIC, SPB_MAGIC,
};

use super::annotated::{Block, Described};
use super::chunk::{Chunk, LARGEST_RECORD};
use super::clock::Clock;
use super::tally::{Record, Tally};
use super::{CaptureError, Next, Order, Stop, link_type};
use crate::base::frame::LinkType;
use crate::base::wire_text::WireText;
use options::Options;

mod beside;
pub(super) mod options;
mod run;
mod search;
#[cfg(test)]
mod tests;

/// The Packet Block that the Enhanced Packet Block replaced in 2008.
const PACKET: u32 = 2;
/// The option of every block that holds a comment.
pub(super) const COMMENT: u16 = 1;
/// Event blocks of sysdig and Falco, which Wireshark numbers as frames.
const SYSDIG_EVENTS: [u32; 3] = [0x204, 0x216, 0x221];
/// Their relatives, which it does not.
const SYSDIG_OTHERS: std::ops::RangeInclusive<u32> = 0x201..=0x224;

/// Interfaces remembered per section. `tcpdump -i any` on a busy host or a switch stack has hundreds; at 64 bytes each
/// this many take 4 MiB, and an Enhanced Packet Block could name 2^32.
const MOST_INTERFACES: usize = 65_536;

/// One interface of the current section.
struct Interface {
    link: LinkType,
    snap_len: u32,
    clock: Clock,
    /// Drops by its latest Interface Statistics Block: by the interface, by the operating system.
    statistics: [Option<u64>; 2],
    /// Drops counted per packet.
    told_by_packets: Option<u64>,
}

/// The state that blocks depend on.
pub(super) struct Reader {
    order: Order,
    interfaces: Vec<Interface>,
    /// Interfaces that the current section declared, remembered or not.
    declared: u32,
    /// Interfaces that the sections before declared.
    declared_before: u32,
    /// True if blocks of the current section were lost. An interface described behind them may have another number than
    /// it seems, so it is not believed.
    lost_blocks: bool,
    /// The captured length of the packet cut last: packets are cut at the same length.
    usual_cut: u32,
    /// Blocks that describe packets, for whoever copies the file; `None`: nobody does.
    pub(super) kept: Option<Vec<Block>>,
    /// The TLS key log in the file, for whoever was asked to use it; `None`: nobody was.
    pub(super) key_log: Option<Vec<u8>>,
}

/// The outcome of one block: a record, nothing to hand on, or what is wrong with the block.
type Outcome = Result<Option<Record>, Phrase>;

impl Reader {
    /// Checks the first Section Header Block, and leaves it to be read.
    pub(super) fn open(chunk: &mut Chunk<'_>, tally: &mut Tally) -> Result<Self, CaptureError> {
        tally.facts.format = "pcapng";
        let bytes = chunk.fill(28);
        let Some(head) = bytes.first_chunk::<28>() else {
            return Err(CaptureError::HeaderCut(bytes.len() as u64));
        };
        let Some(order) = Order::of_section(head) else {
            return Err(CaptureError::NotACapture {
                looks_like: "it begins as pcapng does, but its byte-order mark is destroyed; if it was copied in text \
                             mode (FTP ascii), copy it again in binary mode"
                    .to_owned(),
            });
        };
        if order.u16([head[12], head[13]]) != 1 {
            return Err(CaptureError::Unsupported(format!(
                "pcapng version {}.{} is not read; convert it with a Wireshark of its time (editcap in.pcapng out.pcapng)",
                order.u16([head[12], head[13]]),
                order.u16([head[14], head[15]])
            )));
        }
        let len = order.u32([head[4], head[5], head[6], head[7]]);
        let block_len = block_len(len).unwrap_or(28);
        let there = chunk.fill(block_len).len();
        if there < block_len {
            return Err(CaptureError::HeaderCut(there as u64));
        }
        Ok(Self {
            order,
            interfaces: Vec::new(),
            declared: 0,
            declared_before: 0,
            lost_blocks: false,
            usual_cut: 0,
            kept: None,
            key_log: None,
        })
    }

    /// The next record, which the chunk begins with; blocks before it are consumed. When there is none, the chunk stands
    /// at the first byte not read.
    #[inline]
    pub(super) fn next(&mut self, chunk: &mut Chunk<'_>, tally: &mut Tally) -> Next {
        loop {
            let bytes = chunk.fill_or(12, 0);
            let Some(head) = bytes.first_chunk::<12>() else {
                return Next::Stop(match bytes.len() {
                    0 => Stop::End,
                    len => Stop::Cut(phrase("damage-too-few-for-block").with("len", len)),
                });
            };
            let [k0, k1, k2, k3, l0, l1, l2, l3, ..] = *head;
            let mut order = self.order;
            let kind = order.u32([k0, k1, k2, k3]);
            if kind == SHB_MAGIC {
                let Some(declared) = Order::of_section(head) else {
                    return Next::damaged(phrase("damage-no-byte-order"));
                };
                order = declared;
            }
            let claimed = order.u32([l0, l1, l2, l3]);
            let Some(len) = block_len(claimed) else {
                return Next::damaged(
                    phrase("damage-block-claims")
                        .with("kind", format!("{kind:#x}"))
                        .with("claimed", claimed),
                );
            };
            let bytes = chunk.fill(len);
            let Some((body, trailer)) = bytes.get(8..len).and_then(<[u8]>::split_last_chunk::<4>) else {
                return Next::Stop(Stop::Cut(
                    phrase("damage-block-cut").with("there", bytes.len()).with("len", len),
                ));
            };
            let trailer = order.u32(*trailer);
            if trailer != claimed && block_len(trailer) != Some(len) {
                return Next::damaged(
                    phrase("damage-block-contradicts")
                        .with("claimed", claimed)
                        .with("trailer", trailer),
                );
            }
            let outcome = match kind {
                EPB_MAGIC => self.enhanced_packet(body),
                SPB_MAGIC => self.simple_packet(body),
                PACKET => self.old_packet(body),
                SHB_MAGIC => self.section(order, body, tally),
                _ => self.other(kind, body, tally),
            };
            match outcome {
                Ok(Some(record)) => return Next::Record(Record { len, ..record }),
                Ok(None) => chunk.consume(len),
                Err(detail) => return Next::damaged(detail),
            }
        }
    }

    /// The byte order of the current section.
    pub(super) const fn order(&self) -> Order {
        self.order
    }

    /// Closes the last section.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        for interface in self.interfaces.drain(..) {
            // The statistics count again the drops that the packets counted, so the two are never added.
            let drops = match interface.statistics {
                [None, None] => interface.told_by_packets,
                counted => Some(counted.into_iter().flatten().fold(0, u64::saturating_add)),
            };
            if let Some(drops) = drops {
                tally.dropped(drops);
            }
        }
        self.declared_before = self.declared_before.saturating_add(self.declared);
        self.declared = 0;
    }

    #[inline]
    fn enhanced_packet(&mut self, body: &[u8]) -> Outcome {
        let Some(([index, high, low, captured_len, wire_len], rest)) = self.fields::<5>(body) else {
            return Err(phrase("damage-packet-too-short"));
        };
        let options = options_behind(rest, captured_len)?;
        let Some(interface) = self.interfaces.get_mut(index as usize) else {
            return Err(self.undeclared(index));
        };
        if captured_len == 0 || (captured_len != wire_len && captured_len != interface.snap_len) {
            let is_usual = captured_len > 0 && captured_len == self.usual_cut;
            if !is_usual && has_wrong_length(self.order, [captured_len, wire_len], rest, options) {
                return Err(phrase("damage-packet-lengths")
                    .with("wire", wire_len)
                    .with("captured", captured_len));
            }
            self.usual_cut = captured_len;
        }
        if !options.is_empty() {
            let drops = Options {
                order: self.order,
                bytes: options,
            }
            .find(|(code, _)| *code == 4);
            if let Some(drops) = drops.and_then(|(_, value)| self.order.u64(value)) {
                let so_far = interface.told_by_packets.unwrap_or(0);
                interface.told_by_packets = Some(so_far.saturating_add(drops));
            }
        }
        let ticks = (u64::from(high) << 32) | u64::from(low);
        Ok(Some(Record {
            time: Some(interface.clock.time(ticks)),
            link: interface.link,
            interface: self.declared_before.saturating_add(index),
            wire_len,
            at: 28,
            captured_len: captured_len as usize,
            is_packet: true,
            ..NO_PACKET
        }))
    }

    fn old_packet(&mut self, body: &[u8]) -> Outcome {
        let Some(([_, high, low, captured_len, wire_len], rest)) = self.fields::<5>(body) else {
            return Err(phrase("damage-packet-too-short"));
        };
        options_behind(rest, captured_len)?;
        let &[i0, i1, d0, d1, ..] = body else {
            return Ok(None);
        };
        let index = u32::from(self.order.u16([i0, i1]));
        let Some(interface) = self.interfaces.get_mut(index as usize) else {
            return Err(self.undeclared(index));
        };
        let drops = self.order.u16([d0, d1]);
        if drops != u16::MAX {
            let so_far = interface.told_by_packets.unwrap_or(0);
            interface.told_by_packets = Some(so_far.saturating_add(u64::from(drops)));
        }
        let ticks = (u64::from(high) << 32) | u64::from(low);
        Ok(Some(Record {
            time: Some(interface.clock.time(ticks)),
            link: interface.link,
            interface: self.declared_before.saturating_add(index),
            wire_len,
            at: 28,
            captured_len: captured_len as usize,
            is_packet: true,
            ..NO_PACKET
        }))
    }

    /// A packet of interface 0 without a time. Its captured length is not stored: it is the wire's, cut at the snap length.
    fn simple_packet(&self, body: &[u8]) -> Outcome {
        let Some(([wire_len], rest)) = self.fields::<1>(body) else {
            return Err(phrase("damage-packet-too-short"));
        };
        let Some(interface) = self.interfaces.first() else {
            return Err(self.undeclared(0));
        };
        let captured_len = if interface.snap_len == 0 {
            wire_len
        } else {
            wire_len.min(interface.snap_len)
        };
        options_behind(rest, captured_len)?;
        Ok(Some(Record {
            time: None,
            link: interface.link,
            interface: self.declared_before,
            wire_len,
            at: 12,
            captured_len: captured_len as usize,
            is_packet: true,
            ..NO_PACKET
        }))
    }

    #[cold]
    fn other(&mut self, kind: u32, body: &[u8], tally: &mut Tally) -> Outcome {
        match kind {
            IDB_MAGIC => return self.interface(body, tally),
            ISB_MAGIC => self.statistics(body),
            NRB_MAGIC | PIB_MAGIC => {}
            DSB_MAGIC => self.session_secrets(body, tally),
            CB_MAGIC | DCB_MAGIC | SJE_MAGIC => return Ok(Some(NO_PACKET)),
            kind if SYSDIG_EVENTS.contains(&kind) => return Ok(Some(NO_PACKET)),
            kind if SYSDIG_OTHERS.contains(&kind) => {}
            kind => tally.odd(AnomalyKind::UnknownBlock, || {
                phrase("anomaly-unknown-block").with("kind", format!("{kind:#010x}"))
            }),
        }
        Ok(None)
    }

    #[cold]
    fn section(&mut self, order: Order, body: &[u8], tally: &mut Tally) -> Outcome {
        // Byte-order mark, version, section length. The length is often wrong and never needed.
        let Some((head, options)) = body.split_first_chunk::<16>() else {
            return Err(phrase("damage-section-too-short"));
        };
        let major = order.u16([head[4], head[5]]);
        if major != 1 {
            return Err(phrase("damage-section-version").with("major", major));
        }
        self.finish(tally);
        self.order = order;
        self.lost_blocks = false;
        for (_, comment) in (Options { order, bytes: options }).filter(|(code, _)| *code == COMMENT) {
            if !tally.note.comment(comment)
                && let Some(kept) = &mut self.kept
            {
                kept.push(Block::Comment(comment.into()));
            }
        }
        if tally.facts.origin.is_none() {
            // shb_hardware, shb_os, shb_userappl
            let named: Vec<&[u8]> = Options {
                order: self.order,
                bytes: options,
            }
            .filter(|(code, value)| matches!(code, 2..=4) && !value.is_empty())
            .map(|(_, value)| value.get(..WireText::MAX_LEN).unwrap_or(value))
            .take(3)
            .collect();
            if !named.is_empty() {
                tally.facts.origin = Some(WireText::from_bytes(&named.join(&b"; "[..])));
            }
        }
        Ok(None)
    }

    fn interface(&mut self, body: &[u8], tally: &mut Tally) -> Outcome {
        let Some((&[l0, l1, _, _, s0, s1, s2, s3], options)) = body.split_first_chunk::<8>() else {
            return Err(phrase("damage-interface-too-short"));
        };
        self.declared = self.declared.saturating_add(1);
        if let Some(kept) = &mut self.kept {
            kept.push(Block::Interface(Described::read(
                self.order.u16([l0, l1]),
                self.order.u32([s0, s1, s2, s3]),
                Options {
                    order: self.order,
                    bytes: options,
                },
            )));
        }
        if self.lost_blocks {
            return Ok(None);
        }
        if self.interfaces.len() >= MOST_INTERFACES {
            tally.odd(AnomalyKind::TooManyInterfaces, || {
                phrase("anomaly-too-many-interfaces").with("most", MOST_INTERFACES)
            });
            return Ok(None);
        }
        let snap_len = self.order.u32([s0, s1, s2, s3]);
        tally.snap_length(snap_len);
        let mut clock = Clock::MICROSECONDS;
        for (code, value) in (Options {
            order: self.order,
            bytes: options,
        }) {
            match (code, value) {
                (9, &[resolution, ..]) => clock = clock.with_resolution(resolution),
                (14, value) => clock.offset = self.order.u64(value).map_or(0, u64::cast_signed),
                _ => {}
            }
        }
        self.interfaces.push(Interface {
            link: link_type(u32::from(self.order.u16([l0, l1]))),
            snap_len,
            clock,
            statistics: [None; 2],
            told_by_packets: None,
        });
        Ok(None)
    }

    /// Wireshark reads no further than this.
    #[cold]
    fn undeclared(&self, index: u32) -> Phrase {
        phrase("damage-interface-unknown")
            .with("index", index)
            .with("declared", self.declared)
    }

    /// The first `N` 32-bit fields of a block, and what follows.
    #[inline]
    fn fields<'b, const N: usize>(&self, body: &'b [u8]) -> Option<([u32; N], &'b [u8])> {
        self.order.fields(body)
    }
}

/// Length of a block in bytes, rounded up to whole words as Wireshark does; `None` when no block can be so long.
#[inline]
fn block_len(claimed: u32) -> Option<usize> {
    let len = usize::try_from(claimed).ok()?.checked_next_multiple_of(4)?;
    (12..=LARGEST_RECORD.saturating_add(32)).contains(&len).then_some(len)
}

/// The options behind a packet and its padding; `rest` is what follows a packet block's fields.
#[inline]
fn options_behind(rest: &[u8], captured_len: u32) -> Result<&[u8], Phrase> {
    let len = captured_len as usize;
    let Some(behind) = rest.get(len..) else {
        return Err(phrase("damage-packet-claims")
            .with("captured", captured_len)
            .with("room", rest.len()));
    };
    Ok(behind.get((len.wrapping_neg() & 3)..).unwrap_or_default())
}

/// Whether a captured length that is not the wire's, and that no snap length explains, is more likely destroyed than meant: the
/// whole packet would fit the block, or what follows are no options. Options prove it right: a cut may take as many bytes.
#[cold]
fn has_wrong_length(order: Order, [captured_len, wire_len]: [u32; 2], rest: &[u8], options: &[u8]) -> bool {
    let are_whole = |bytes| Options { order, bytes }.are_whole();
    if (Options { order, bytes: options }).are_proof() {
        return false;
    }
    let would_fit = captured_len != wire_len && options_behind(rest, wire_len).is_ok_and(are_whole);
    would_fit || !are_whole(options)
}

/// A block that has a frame number and nothing else.
const NO_PACKET: Record = Record {
    time: None,
    link: LinkType(0),
    interface: 0,
    wire_len: 0,
    at: 0,
    captured_len: 0,
    len: 0,
    is_packet: false,
    number: None,
};

impl Order {
    /// The first `N` 32-bit fields of `body`, and what follows.
    #[inline]
    fn fields<const N: usize>(self, body: &[u8]) -> Option<([u32; N], &[u8])> {
        let (words, rest) = body.split_at_checked(N.saturating_mul(4))?;
        let words: &[[u8; 4]; N] = words.as_chunks::<4>().0.try_into().ok()?;
        Some((words.map(|word| self.u32(word)), rest))
    }

    /// The byte order that a Section Header Block declares in its third word.
    fn of_section(head: &[u8]) -> Option<Self> {
        let mark = *head.get(8..)?.first_chunk::<4>()?;
        [Self::Little, Self::Big]
            .into_iter()
            .find(|order| order.u32(mark) == BOM_MAGIC)
    }
}
