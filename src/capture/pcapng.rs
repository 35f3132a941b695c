//! pcapng block → Frame: sections, their interfaces, and the four ways to store a packet.
//!
//! A file is a list of blocks, each with its length at both ends (draft-ietf-opsawg-pcapng). A Section Header Block sets
//! the byte order and forgets all interfaces; an Interface Description Block gives the next interface its link type and
//! its clock. Enhanced Packet Blocks are read in place, everything else is rare.

use std::ops::ControlFlow;

use pcap_parser::pcapng::{
    BOM_MAGIC, CB_MAGIC, DCB_MAGIC, DSB_MAGIC, EPB_MAGIC, IDB_MAGIC, ISB_MAGIC, NRB_MAGIC, PIB_MAGIC, SHB_MAGIC,
    SJE_MAGIC, SPB_MAGIC,
};

use super::chunk::{Chunk, LARGEST_RECORD};
use super::clock::Clock;
use super::tally::{Captured, Tally};
use super::{CaptureError, Order, Stop, link_type};
use crate::frame::{Frame, LinkType};
use crate::wire_text::WireText;

/// The Packet Block that the Enhanced Packet Block replaced in 2008.
const PACKET: u32 = 2;
/// Event blocks of sysdig and Falco, which Wireshark numbers as frames.
const SYSDIG_EVENTS: [u32; 3] = [0x204, 0x216, 0x221];
/// Their relatives, which it does not.
const SYSDIG_OTHERS: std::ops::RangeInclusive<u32> = 0x201..=0x224;

/// Interfaces remembered per section. `tcpdump -i any` on a busy host or a switch stack has hundreds; at 64 bytes each
/// this many take 4 MiB, and an Enhanced Packet Block could name 2^32.
const MOST_INTERFACES: usize = 65_536;

/// What is known of one interface of the current section.
struct Interface {
    link: LinkType,
    snap_len: u32,
    clock: Clock,
    /// Drops by its latest Interface Statistics Block: by the interface, by the operating system.
    statistics: [Option<u64>; 2],
    /// Drops told packet by packet.
    told_by_packets: Option<u64>,
}

/// The state that blocks depend on.
pub(super) struct Reader {
    order: Order,
    interfaces: Vec<Interface>,
    /// How many the current section declared, remembered or not.
    declared: u32,
    /// How many the sections before declared.
    declared_before: u32,
}

/// The outcome of one block: whether the caller wants more, or what is wrong with the block.
type Outcome = Result<ControlFlow<()>, String>;

const GO_ON: Outcome = Ok(ControlFlow::Continue(()));

impl Reader {
    /// Checks the first Section Header Block, and leaves it to be read.
    pub(super) fn open<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(
        chunk: &mut Chunk<'_>,
        tally: &mut Tally<F>,
    ) -> Result<Self, CaptureError> {
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
        })
    }

    /// Reads blocks until the file ends or is found damaged; the chunk then stands at the first byte not read.
    pub(super) fn read<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(
        &mut self,
        chunk: &mut Chunk<'_>,
        tally: &mut Tally<F>,
    ) -> Stop {
        loop {
            let bytes = chunk.fill(12);
            let Some(head) = bytes.first_chunk::<12>() else {
                return match bytes.len() {
                    0 => Stop::End,
                    len => Stop::Cut(format!("{len} bytes, too few for a block")),
                };
            };
            let [k0, k1, k2, k3, l0, l1, l2, l3, ..] = *head;
            let kind = self.order.u32([k0, k1, k2, k3]);
            if kind == SHB_MAGIC {
                let Some(order) = Order::of_section(head) else {
                    return Stop::Damaged("a section header without a byte-order mark".to_owned());
                };
                self.order = order;
            }
            let claimed = self.order.u32([l0, l1, l2, l3]);
            let Some(len) = block_len(claimed) else {
                return Stop::Damaged(format!("a block of type {kind:#x} that claims {claimed} bytes"));
            };
            let bytes = chunk.fill(len);
            let Some((body, trailer)) = bytes.get(8..len).and_then(<[u8]>::split_last_chunk::<4>) else {
                return Stop::Cut(format!("{} of a block's {len} bytes", bytes.len()));
            };
            let trailer = self.order.u32(*trailer);
            if trailer != claimed && block_len(trailer) != Some(len) {
                return Stop::Damaged(format!(
                    "a block that claims {claimed} bytes at its start and {trailer} at its end"
                ));
            }
            let outcome = match kind {
                EPB_MAGIC => self.enhanced_packet(body, tally),
                SPB_MAGIC => self.simple_packet(body, tally),
                PACKET => self.old_packet(body, tally),
                _ => self.other(kind, body, tally),
            };
            match outcome {
                Ok(flow) => {
                    chunk.consume(len);
                    if flow.is_break() {
                        return Stop::Asked;
                    }
                }
                Err(detail) => return Stop::Damaged(detail),
            }
        }
    }

    /// Closes the last section.
    pub(super) fn finish<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(&mut self, tally: &mut Tally<F>) {
        for interface in self.interfaces.drain(..) {
            // The statistics count again what the packets told one by one, so the two are never added.
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
    fn enhanced_packet<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(
        &mut self,
        body: &[u8],
        tally: &mut Tally<F>,
    ) -> Outcome {
        let Some(([index, high, low, captured_len, wire_len], rest)) = self.fields::<5>(body) else {
            return Err("a packet block too short for its fields".to_owned());
        };
        let (data, options) = split(rest, captured_len)?;
        let Some(interface) = self.interfaces.get_mut(index as usize) else {
            return Err(self.undeclared(index, tally));
        };
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
        Ok(tally.frame(&Captured {
            time: Some(interface.clock.time(ticks)),
            link: interface.link,
            interface: self.declared_before.saturating_add(index),
            wire_len,
            data,
        }))
    }

    fn old_packet<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(&mut self, body: &[u8], tally: &mut Tally<F>) -> Outcome {
        let Some(([_, high, low, captured_len, wire_len], rest)) = self.fields::<5>(body) else {
            return Err("a packet block too short for its fields".to_owned());
        };
        let (data, _) = split(rest, captured_len)?;
        let &[i0, i1, d0, d1, ..] = body else {
            return GO_ON;
        };
        let index = u32::from(self.order.u16([i0, i1]));
        let Some(interface) = self.interfaces.get_mut(index as usize) else {
            return Err(self.undeclared(index, tally));
        };
        let drops = self.order.u16([d0, d1]);
        if drops != u16::MAX {
            let so_far = interface.told_by_packets.unwrap_or(0);
            interface.told_by_packets = Some(so_far.saturating_add(u64::from(drops)));
        }
        let ticks = (u64::from(high) << 32) | u64::from(low);
        Ok(tally.frame(&Captured {
            time: Some(interface.clock.time(ticks)),
            link: interface.link,
            interface: self.declared_before.saturating_add(index),
            wire_len,
            data,
        }))
    }

    /// A packet of interface 0 without a time. Its captured length is not stored: it is the wire's, cut at the snap length.
    fn simple_packet<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(&self, body: &[u8], tally: &mut Tally<F>) -> Outcome {
        let Some(([wire_len], rest)) = self.fields::<1>(body) else {
            return Err("a packet block too short for its fields".to_owned());
        };
        let Some(interface) = self.interfaces.first() else {
            return Err(self.undeclared(0, tally));
        };
        let captured_len = if interface.snap_len == 0 {
            wire_len
        } else {
            wire_len.min(interface.snap_len)
        };
        let (data, _) = split(rest, captured_len)?;
        Ok(tally.frame(&Captured {
            time: None,
            link: interface.link,
            interface: self.declared_before,
            wire_len,
            data,
        }))
    }

    #[cold]
    fn other<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(
        &mut self,
        kind: u32,
        body: &[u8],
        tally: &mut Tally<F>,
    ) -> Outcome {
        match kind {
            SHB_MAGIC => return self.section(body, tally),
            IDB_MAGIC => return self.interface(body, tally),
            ISB_MAGIC => self.statistics(body),
            NRB_MAGIC | DSB_MAGIC | PIB_MAGIC => {}
            CB_MAGIC | DCB_MAGIC | SJE_MAGIC => tally.number_without_packet(),
            kind if SYSDIG_EVENTS.contains(&kind) => tally.number_without_packet(),
            kind if SYSDIG_OTHERS.contains(&kind) => {}
            kind => tally.odd("unknown-block", || {
                format!("blocks of unknown type were skipped, first {kind:#010x}")
            }),
        }
        GO_ON
    }

    fn section<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(&mut self, body: &[u8], tally: &mut Tally<F>) -> Outcome {
        // Byte-order mark, version, section length. The length is often wrong and never needed.
        let Some((head, options)) = body.split_first_chunk::<16>() else {
            return Err("a section header too short for its fields".to_owned());
        };
        let major = self.order.u16([head[4], head[5]]);
        if major != 1 {
            return Err(format!("a section of pcapng version {major}"));
        }
        self.finish(tally);
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
        GO_ON
    }

    fn interface<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(&mut self, body: &[u8], tally: &mut Tally<F>) -> Outcome {
        let Some((&[l0, l1, _, _, s0, s1, s2, s3], options)) = body.split_first_chunk::<8>() else {
            return Err("an interface description too short for its fields".to_owned());
        };
        self.declared = self.declared.saturating_add(1);
        if self.interfaces.len() >= MOST_INTERFACES {
            tally.odd("too-many-interfaces", || {
                format!("a section describes more than {MOST_INTERFACES} interfaces; those beyond are not known")
            });
            return GO_ON;
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
        GO_ON
    }

    /// Counters are kept since the capture began, so the last block of an interface counts.
    fn statistics(&mut self, body: &[u8]) {
        let Some(([index, _, _], options)) = self.fields::<3>(body) else {
            return;
        };
        let Some(interface) = self.interfaces.get_mut(index as usize) else {
            return;
        };
        for (code, value) in (Options {
            order: self.order,
            bytes: options,
        }) {
            let count = self.order.u64(value);
            match code {
                5 => interface.statistics[0] = count, // isb_ifdrop
                7 => interface.statistics[1] = count, // isb_osdrop
                _ => {}
            }
        }
    }

    /// Notes the anomaly and says it again as the reason to stop: Wireshark reads no further, so no frame beyond has a number.
    #[cold]
    fn undeclared<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(&self, index: u32, tally: &mut Tally<F>) -> String {
        let detail = format!(
            "a packet of interface {index}, of which the section describes {}",
            self.declared
        );
        tally.odd("unknown-interface", || detail.clone());
        detail
    }

    /// The first `N` 32-bit fields of a block, and what follows.
    #[inline]
    fn fields<'b, const N: usize>(&self, body: &'b [u8]) -> Option<([u32; N], &'b [u8])> {
        let (words, rest) = body.split_at_checked(N.saturating_mul(4))?;
        let words: &[[u8; 4]; N] = words.as_chunks::<4>().0.try_into().ok()?;
        Some((words.map(|word| self.order.u32(word)), rest))
    }
}

/// Length of a block in bytes, rounded up to whole words as Wireshark does; `None` when no block can be so long.
#[inline]
fn block_len(claimed: u32) -> Option<usize> {
    let len = usize::try_from(claimed).ok()?.checked_next_multiple_of(4)?;
    (12..=LARGEST_RECORD.saturating_add(32)).contains(&len).then_some(len)
}

/// Divides what follows a packet block's fields into the packet and the options behind its padding.
#[inline]
fn split(rest: &[u8], captured_len: u32) -> Result<(&[u8], &[u8]), String> {
    let len = captured_len as usize;
    let Some((data, behind)) = rest.split_at_checked(len) else {
        return Err(format!(
            "a packet that claims {captured_len} bytes in a block with room for {}",
            rest.len()
        ));
    };
    Ok((data, behind.get((len.wrapping_neg() & 3)..).unwrap_or_default()))
}

/// The options at the end of a block. Damaged ones end the list; the packet before them is whole.
struct Options<'a> {
    order: Order,
    bytes: &'a [u8],
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

impl Order {
    /// The byte order that a Section Header Block declares in its third word.
    fn of_section(head: &[u8]) -> Option<Self> {
        let mark = *head.get(8..)?.first_chunk::<4>()?;
        [Self::Little, Self::Big]
            .into_iter()
            .find(|order| order.u32(mark) == BOM_MAGIC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::End;
    use crate::capture::testing::{PcapNg, Seen, read, read_err};
    use crate::frame::FrameNumber;

    #[test]
    fn sections_differ_in_byte_order_and_interfaces_in_link_type_and_clock() {
        for (first, second) in [(Order::Little, Order::Big), (Order::Big, Order::Little)] {
            let file = PcapNg::new(first)
                .interface(1, 96, &[])
                .interface(12, 0, &[(9, &[9])])
                .packet(1, 5, b"one", &[])
                .packet(0, 5, b"two", &[])
                .section(second, &[])
                .interface(113, 0, &[(9, &[0])])
                .packet(0, 5, b"three", &[]);
            let (facts, frames) = read(&file.bytes);
            assert_eq!(
                frames,
                [
                    Seen::new(1, 5, 101, 1, 3, b"one"),
                    Seen::new(2, 5_000, 1, 0, 3, b"two"),
                    Seen::new(3, 5_000_000_000, 113, 2, 5, b"three"),
                ]
            );
            assert_eq!(facts.end, End::Complete);
            assert_eq!(facts.link_types, [LinkType(101), LinkType(1), LinkType(113)]);
            assert!(facts.anomalies.is_empty());
        }
    }

    #[test]
    fn a_time_offset_is_read_in_the_byte_order_of_its_section() {
        let file = PcapNg::new(Order::Big)
            .interface(1, 0, &[(14, &(-5_i64).to_be_bytes()), (9, &[0x80])])
            .packet(0, 6, b"", &[]);
        assert_eq!(read(&file.bytes).1, [Seen::new(1, 1_000_000_000, 1, 0, 0, b"")]);
    }

    #[test]
    fn a_simple_packet_has_no_time_and_the_length_that_the_snap_length_leaves() {
        let file = PcapNg::new(Order::Little).interface(1, 4, &[]);
        let body = [&file.words(&[9])[..], b"abcd"].concat();
        let (facts, frames) = read(&file.block(3, &body).block(3, &body).bytes);
        assert_eq!(
            frames,
            [Seen::new(1, 0, 1, 0, 9, b"abcd"), Seen::new(2, 0, 1, 0, 9, b"abcd")]
        );
        assert_eq!((facts.first, facts.last), (None, None));
        assert_eq!((facts.anomalies.len(), facts.anomalies[0].id), (1, "no-time"));
    }

    #[test]
    fn the_old_packet_block_is_read_with_its_drops() {
        let file = PcapNg::new(Order::Big).interface(1, 0, &[]);
        let mut body = vec![0, 0, 0, 7];
        body.extend(file.words(&[0, 8, 3, 60]));
        body.extend(b"abc");
        let (facts, frames) = read(&file.block(2, &body).bytes);
        assert_eq!(frames, [Seen::new(1, 8_000, 1, 0, 60, b"abc")]);
        assert_eq!(facts.drops, Some(7));
    }

    #[test]
    fn drops_are_the_last_statistics_of_each_interface_or_else_what_the_packets_told() {
        let file = PcapNg::new(Order::Little)
            .interface(1, 0, &[])
            .interface(1, 0, &[])
            .packet(0, 1, b"a", &[(4, &3_u64.to_le_bytes())])
            .packet(0, 1, b"a", &[(1, b"hm"), (4, &4_u64.to_le_bytes())])
            .packet(1, 1, b"a", &[(4, &100_u64.to_le_bytes())]);
        assert_eq!(read(&file.bytes).0.drops, Some(107));
        let statistics = |file: PcapNg, by_interface: u64, by_system: u64| {
            let mut body = file.words(&[1, 0, 0]);
            body.extend(file.options(&[(5, &by_interface.to_le_bytes()), (7, &by_system.to_le_bytes())]));
            file.block(5, &body)
        };
        let file = statistics(statistics(file, 1, 2), 10, 20);
        assert_eq!(read(&file.bytes).0.drops, Some(37));
        assert_eq!(read(&PcapNg::new(Order::Big).interface(1, 0, &[]).bytes).0.drops, None);
    }

    #[test]
    fn records_that_wireshark_numbers_are_numbered_and_others_are_not() {
        let mut file = PcapNg::new(Order::Little).interface(1, 0, &[]);
        for kind in [4, 5, 10, 0x777, 0x8000_0001, 0x208, 0xbad, 0x4000_0bad, 9, 0x204] {
            file = file.block(kind, &[0; 60]);
        }
        let (facts, frames) = read(&file.packet(0, 1, b"x", &[]).bytes);
        assert_eq!(frames, [Seen::new(5, 1_000, 1, 0, 1, b"x")]);
        assert_eq!(facts.frames, 5);
        let ids: Vec<_> = facts.anomalies.iter().map(|a| (a.id, a.frame.0)).collect();
        assert_eq!(ids, [("unknown-block", 0), ("record-without-packet", 1)]);
    }

    #[test]
    fn a_packet_of_an_undeclared_interface_ends_the_reading_as_in_wireshark() {
        let file = PcapNg::new(Order::Little)
            .interface(1, 0, &[])
            .packet(0, 1, b"a", &[])
            .section(Order::Little, &[])
            .packet(0, 1, b"b", &[])
            .packet(0, 1, b"c", &[]);
        let (facts, frames) = read(&file.bytes);
        assert_eq!(frames.len(), 1);
        let detail = "a packet of interface 0, of which the section describes 0";
        assert_eq!(facts.anomalies[0].id, "unknown-interface");
        assert_eq!(facts.anomalies[0].detail, detail);
        let End::Truncated {
            after,
            lost,
            detail: end,
            ..
        } = facts.end
        else {
            panic!()
        };
        assert_eq!((after, lost, &end[..]), (FrameNumber(1), 72, detail));
    }

    #[test]
    fn damaged_blocks_end_the_reading() {
        let good = || PcapNg::new(Order::Little).interface(1, 0, &[]).packet(0, 1, b"a", &[]);
        let damage = |bytes: &[u8]| {
            let mut file = good().bytes;
            file.extend(bytes);
            let (facts, frames) = read(&file);
            assert_eq!(frames.len(), 1);
            let End::Truncated { lost, detail, .. } = facts.end else {
                panic!()
            };
            assert_eq!(lost, bytes.len() as u64);
            detail
        };
        assert_eq!(damage(&[0; 700]), "a block of type 0x0 that claims 0 bytes");
        assert_eq!(damage(b"garbage"), "7 bytes, too few for a block");
        assert_eq!(
            damage(&[0xff; 40]),
            "a block of type 0xffffffff that claims 4294967295 bytes"
        );
        assert_eq!(
            damage(&[[6, 0, 0, 0], [12, 0, 0, 0], [16, 0, 0, 0]].concat()),
            "a block that claims 12 bytes at its start and 16 at its end"
        );
        assert_eq!(
            damage(&[[6, 0, 0, 0], [12, 0, 0, 0], [12, 0, 0, 0]].concat()),
            "a packet block too short for its fields"
        );
        let claims_more = good().words(&[6, 36, 0, 0, 1, 5, 5, 0, 36]);
        assert_eq!(
            damage(&claims_more),
            "a packet that claims 5 bytes in a block with room for 4"
        );
    }

    #[test]
    fn the_section_header_tells_what_captured() {
        let options: &[(u16, &[u8])] = &[(1, b"hm"), (2, b"Cat\x1b9k"), (3, b"IOS-XE"), (4, b"EPC"), (0, b"")];
        let file = PcapNg::new(Order::Little).section(Order::Big, options);
        assert_eq!(
            read(&file.bytes).0.origin.unwrap().to_string(),
            "Cat\\x1b9k; IOS-XE; EPC"
        );
    }

    #[test]
    fn interfaces_beyond_the_limit_are_told_and_cost_no_memory() {
        let mut file = PcapNg::new(Order::Little).interface(1, 0, &[]);
        let block = file.bytes.split_off(28);
        file.bytes.extend(block.repeat(MOST_INTERFACES + 1));
        let (facts, frames) = read(&file.packet(65_535, 1, b"a", &[]).bytes);
        assert_eq!(frames.len(), 1);
        assert_eq!(facts.anomalies[0].id, "too-many-interfaces");
    }

    #[test]
    fn a_destroyed_header_and_a_foreign_version_are_told() {
        let mut bytes = PcapNg::new(Order::Little).bytes;
        bytes[9] = 0;
        assert!(read_err(&bytes).to_string().contains("binary mode"));
        let mut bytes = PcapNg::new(Order::Little).bytes;
        bytes[12] = 2;
        assert!(read_err(&bytes).to_string().contains("version 2.0"));
        assert!(matches!(read_err(&bytes[..20]), CaptureError::HeaderCut(20)));
    }
}
