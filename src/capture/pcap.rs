//! pcap record → Frame: the classic format, in the variants that turn up.
//!
//! A header of 24 bytes, then records, each with a header of 16 bytes (24 in Kuznetzov's Linux variant): seconds,
//! fraction, captured length, length on the wire. The magic number tells byte order, fraction and variant
//! (draft-ietf-opsawg-pcap). Nothing in a record marks its beginning, so a wrong length loses the rest of the file.

use std::ops::ControlFlow;

use pcap_parser::pcap::{
    LegacyPcapBlock, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified, parse_pcap_header,
};

use super::chunk::{Chunk, LARGEST_RECORD};
use super::tally::{Captured, Tally};
use super::{CaptureError, Order, Stop, link_type};
use crate::frame::{Frame, LinkType, Timestamp};

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Alexey Kuznetzov's libpcap patches, in Linux distributions about the year 2000.
const MODIFIED: u32 = 0xa1b2_cd34;
/// IXIA's hardware and software captures: four more bytes (the length of all records) follow the header.
const IXIA_HARDWARE: u32 = 0x1c00_01ac;
const IXIA_SOFTWARE: u32 = 0x1c00_01ab;

/// The byte order and the magic number that the first four bytes of a pcap file stand for.
pub(super) fn magic(bytes: [u8; 4]) -> Option<(Order, u32)> {
    [Order::Little, Order::Big].into_iter().find_map(|order| {
        let magic = order.u32(bytes);
        matches!(
            magic,
            MICROSECONDS | NANOSECONDS | MODIFIED | IXIA_HARDWARE | IXIA_SOFTWARE
        )
        .then_some((order, magic))
    })
}

/// Which of the two lengths in a record header is the captured one.
#[derive(Clone, Copy)]
enum Lengths {
    CapturedFirst,
    /// Before version 2.3 of the format, and DG/UX.
    WireFirst,
    /// Version 2.3 was written both ways; the captured length is the smaller one.
    SmallerIsCaptured,
}

/// The shape of one file's records.
pub(super) struct Reader {
    order: Order,
    /// Length of a record header in bytes.
    head_len: usize,
    lengths: Lengths,
    nanoseconds: bool,
    link: LinkType,
    /// Captured length above which a record is damage, in bytes.
    largest: usize,
}

impl Reader {
    /// Reads the file header; the magic number has been recognised.
    pub(super) fn open<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(
        chunk: &mut Chunk<'_>,
        tally: &mut Tally<F>,
        (order, magic): (Order, u32),
    ) -> Result<Self, CaptureError> {
        /// Wireshark's limit whatever the snap length says, since some writers declare less than they store.
        const WIRESHARK_LARGEST: usize = 262_144;

        let bytes = chunk.fill(28);
        let cut = CaptureError::HeaderCut(bytes.len() as u64);
        let Some(head) = bytes.first_chunk::<24>() else {
            return Err(cut);
        };
        // pcap-parser knows the layout, but not every magic: it is shown the plain one of the same byte order.
        let mut plain = *head;
        let plain_magic = match order {
            Order::Little => MICROSECONDS.to_le_bytes(),
            Order::Big => MICROSECONDS.to_be_bytes(),
        };
        plain.iter_mut().zip(plain_magic).for_each(|(to, from)| *to = from);
        let Ok((_, header)) = parse_pcap_header(&plain) else {
            return Err(cut);
        };

        // The upper half of the link-type field holds the length of the frame check sequence.
        let network = header.network.0.cast_unsigned();
        let version = (header.version_major, header.version_minor);
        // AIX writes version 2.2, interface types of RFC 1573 in place of link types, and nanoseconds.
        let aix = match (version, network) {
            ((2, 2), 6) => Some(LinkType::ETHERNET),
            ((2, 2), 24) => Some(LinkType::NULL),
            _ => None,
        };
        chunk.consume(if matches!(magic, IXIA_HARDWARE | IXIA_SOFTWARE) {
            28
        } else {
            24
        });
        tally.facts.format = "pcap";
        tally.snap_length(header.snaplen);
        Ok(Self {
            order,
            head_len: if magic == MODIFIED { 24 } else { 16 },
            lengths: match version {
                (2, 0..=2) | (543, _) => Lengths::WireFirst,
                (2, 3) => Lengths::SmallerIsCaptured,
                _ => Lengths::CapturedFirst,
            },
            nanoseconds: magic == NANOSECONDS || aix.is_some(),
            link: aix.unwrap_or_else(|| link_type(network)),
            largest: usize::try_from(header.snaplen)
                .unwrap_or(usize::MAX)
                .clamp(WIRESHARK_LARGEST, LARGEST_RECORD),
        })
    }

    /// Reads records until the file ends or is found damaged; the chunk then stands at the first byte not read.
    pub(super) fn read<F: FnMut(&Frame<'_>) -> ControlFlow<()>>(
        &self,
        chunk: &mut Chunk<'_>,
        tally: &mut Tally<F>,
    ) -> Stop {
        loop {
            let bytes = chunk.fill(self.head_len);
            let record = if let Some(record) = self.cut(bytes) {
                record
            } else {
                // Rare: the record crosses the end of the buffer.
                let Some(captured_len) = self.captured_len(bytes) else {
                    return match bytes.len() {
                        0 => Stop::End,
                        len => Stop::Cut(format!("{len} bytes, too few for a record header")),
                    };
                };
                if captured_len > self.largest {
                    return Stop::Damaged(format!("a record that claims {captured_len} bytes"));
                }
                let record_len = captured_len.saturating_add(self.head_len);
                let bytes = chunk.fill(record_len);
                let Some(record) = self.cut(bytes) else {
                    return Stop::Cut(format!("{} of a record's {record_len} bytes", bytes.len()));
                };
                record
            };
            if record.data.len() > self.largest {
                return Stop::Damaged(format!("a record that claims {} bytes", record.caplen));
            }
            let fraction = i64::from(record.ts_usec);
            let nanoseconds = if self.nanoseconds {
                fraction
            } else {
                fraction.saturating_mul(1_000)
            };
            let time = Timestamp::from_seconds(i64::from(record.ts_sec))
                .0
                .saturating_add(nanoseconds);
            // What is left when power fails: a tail of zero bytes, read as empty records of the year 1970.
            let blank = time == 0 && record.data.is_empty();
            let flow = tally.frame(&Captured {
                time: (!blank).then_some(Timestamp(time)),
                link: self.link,
                interface: 0,
                wire_len: record.origlen,
                data: record.data,
            });
            let record_len = record.data.len().saturating_add(self.head_len);
            chunk.consume(record_len);
            if flow.is_break() {
                return Stop::Asked;
            }
        }
    }

    /// The first record of `bytes`, if all of it is there.
    #[inline]
    fn cut<'b>(&self, bytes: &'b [u8]) -> Option<LegacyPcapBlock<'b>> {
        let parsed = match (self.lengths, self.head_len, self.order) {
            (Lengths::CapturedFirst, 16, Order::Little) => parse_pcap_frame(bytes),
            (Lengths::CapturedFirst, 16, Order::Big) => parse_pcap_frame_be(bytes),
            (Lengths::CapturedFirst, 24, Order::Little) => parse_pcap_frame_modified(bytes),
            _ => return self.cut_by_hand(bytes),
        };
        parsed.ok().map(|(_, record)| record)
    }

    /// For the variants that pcap-parser does not know: big-endian Kuznetzov, and lengths in the other order.
    fn cut_by_hand<'b>(&self, bytes: &'b [u8]) -> Option<LegacyPcapBlock<'b>> {
        let captured_len = self.captured_len(bytes)?;
        let [ts_sec, ts_usec, first_len, second_len] = self.fields(bytes)?;
        let caplen = u32::try_from(captured_len).ok()?;
        Some(LegacyPcapBlock {
            ts_sec,
            ts_usec,
            caplen,
            origlen: if first_len == caplen { second_len } else { first_len },
            data: bytes.get(self.head_len..)?.get(..captured_len)?,
        })
    }

    /// Captured length in the record header at the start of `bytes`, if all of the header is there.
    fn captured_len(&self, bytes: &[u8]) -> Option<usize> {
        bytes.get(..self.head_len)?;
        let [_, _, first, second] = self.fields(bytes)?;
        let captured = match self.lengths {
            Lengths::CapturedFirst => first,
            Lengths::WireFirst => second,
            Lengths::SmallerIsCaptured => first.min(second),
        };
        usize::try_from(captured).ok()
    }

    /// Seconds, fraction and the two lengths.
    fn fields(&self, bytes: &[u8]) -> Option<[u32; 4]> {
        let (fields, _) = bytes.first_chunk::<16>()?.as_chunks::<4>();
        let &[seconds, fraction, first, second] = fields else {
            return None;
        };
        Some([seconds, fraction, first, second].map(|field| self.order.u32(field)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::End;
    use crate::capture::testing::{Pcap, Seen, read, read_err};

    #[test]
    fn every_magic_and_byte_order_gives_the_same_frames() {
        for order in [Order::Little, Order::Big] {
            for (magic, fraction, head) in [
                (MICROSECONDS, 1_000, 0),
                (NANOSECONDS, 1, 0),
                (MODIFIED, 1_000, 8),
                (IXIA_SOFTWARE, 1_000, 0),
            ] {
                let mut pcap = Pcap::new(order, magic);
                if magic == IXIA_SOFTWARE {
                    pcap.bytes.extend([0; 4]);
                }
                pcap.extra = head;
                let (facts, frames) = read(&pcap.record(5, 7, b"abc", 90).record(6, 8, b"", 0).bytes);
                assert_eq!(facts.end, End::Complete);
                assert_eq!(
                    frames,
                    [
                        Seen::new(1, 5_000_000_000 + 7 * fraction, 1, 0, 90, b"abc"),
                        Seen::new(2, 6_000_000_000 + 8 * fraction, 1, 0, 0, b"")
                    ],
                    "{magic:x}"
                );
            }
        }
    }

    #[test]
    fn high_bits_of_the_link_type_are_not_the_link_type() {
        for (written, link) in [(0xf400_0001, 1), (12, 101), (14, 101), (0x1000_0071, 113)] {
            let pcap = Pcap::with_header(Order::Little, MICROSECONDS, (2, 4), 65_535, written);
            assert_eq!(read(&pcap.record(1, 1, b"x", 1).bytes).0.link_types, [LinkType(link)]);
        }
    }

    #[test]
    fn old_versions_have_their_lengths_in_the_other_order() {
        for (version, first, second) in [
            ((2, 2), 9, 3),
            ((2, 3), 9, 3),
            ((2, 3), 3, 9),
            ((543, 0), 9, 3),
            ((9, 9), 3, 9),
        ] {
            let mut pcap = Pcap::with_header(Order::Little, MICROSECONDS, version, 96, 1);
            for field in [1, 2, first, second] {
                pcap.bytes.extend(u32::to_le_bytes(field));
            }
            pcap.bytes.extend(b"abc");
            let (facts, frames) = read(&pcap.bytes);
            assert_eq!(frames, [Seen::new(1, 1_000_002_000, 1, 0, 9, b"abc")], "{version:?}");
            assert_eq!(facts.snap_length, Some(96));
        }
    }

    #[test]
    fn a_record_that_claims_4_gb_ends_the_reading_and_the_rest_is_counted() {
        let mut pcap = Pcap::new(Order::Little, MICROSECONDS).record(1, 0, b"abc", 3);
        let at = pcap.bytes.len() as u64;
        pcap.bytes.extend([0xff; 16]);
        pcap.bytes.extend(vec![0; 700_000]);
        let (facts, frames) = read(&pcap.bytes);
        assert_eq!(frames.len(), 1);
        let End::Truncated {
            after,
            offset,
            lost,
            detail,
        } = facts.end
        else {
            panic!()
        };
        assert_eq!((after.0, offset, lost), (1, at, 700_016));
        assert_eq!(detail, "a record that claims 4294967295 bytes");
        assert_eq!(facts.bytes, pcap.bytes.len() as u64);
    }

    #[test]
    fn a_tail_of_zeros_does_not_begin_the_capture_in_1970() {
        let mut pcap = Pcap::new(Order::Little, MICROSECONDS).record(9, 0, b"abc", 3);
        pcap.bytes.extend([0; 32]);
        let (facts, frames) = read(&pcap.bytes);
        assert_eq!(frames.len(), 3);
        assert_eq!(facts.first, Some(Timestamp::from_seconds(9)));
        assert_eq!(facts.anomalies[0].id, "no-time");
        assert_eq!(facts.anomalies[0].detail, "the file gives no time (2 times)");
    }

    #[test]
    fn a_file_cut_in_its_header_says_so() {
        let pcap = Pcap::new(Order::Big, MICROSECONDS);
        for len in 1..24 {
            assert!(
                matches!(read_err(&pcap.bytes[..len]), CaptureError::HeaderCut(n) if n == len as u64),
                "{len}"
            );
        }
        assert_eq!(read(&pcap.bytes).0.end, End::Complete);
    }
}
