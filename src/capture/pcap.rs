//! pcap record → Frame: the classic format, in the variants that turn up.
//!
//! A header of 24 bytes, then records, each with a header of 16 bytes (24 in Kuznetzov's Linux variant): seconds,
//! fraction, captured length, length on the wire. The magic number tells byte order, fraction and variant
//! (draft-ietf-opsawg-pcap). Nothing in a record marks its beginning, so a record counts only when what follows it looks
//! like another: a wrong length is noticed before the frame is handed on.
//!
//! A pcap record is handed on when its successor's header looks right, so that one wrong length does not invent frames.

use crate::base::phrase::{Phrase, phrase};
use pcap_parser::pcap::parse_pcap_header;
use std::ops::ControlFlow;

use super::annotated::Described;
use super::chunk::{Chunk, LARGEST_RECORD};
use super::tally::{Record, Tally};
use super::{CaptureError, Doubt, Next, Order, Run, Stop, link_type};
use crate::base::frame::{Frame, LinkType, Timestamp};
use search::Habits;

mod search;
#[cfg(test)]
mod tests;

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
    snap_len: u32,
    habits: Habits,
    /// Second of the record that comes next, or of the last one whose time was plausible; `None` before the first.
    near: Option<u32>,
    /// The captured length of the packet cut last: packets are cut at the same length.
    usual_cut: u32,
    /// The header that the chunk begins with once the record given last is consumed, where it is as it should be.
    ahead: Option<Head>,
}

/// The fields of a record header, in order of meaning.
#[derive(Clone, Copy)]
struct Head {
    seconds: u32,
    fraction: u32,
    captured: u32,
    wire: u32,
}

impl Head {
    /// Zero bytes: what is left when power fails.
    const fn is_blank(&self) -> bool {
        (self.captured | self.wire | self.seconds) == 0
    }
}

impl Reader {
    /// Reads the file header; the magic number has been recognised.
    pub(super) fn open(
        chunk: &mut Chunk<'_>,
        tally: &mut Tally,
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
            snap_len: header.snaplen,
            habits: Habits::default(),
            near: None,
            usual_cut: 0,
            ahead: None,
        })
    }

    /// The file's only interface, for whoever copies the file.
    pub(super) fn described(&self) -> Described {
        Described {
            link: self.link.0,
            snap_len: self.snap_len,
            resolution: if self.nanoseconds { 9 } else { 6 },
            offset: 0,
            texts: Vec::new(),
        }
    }

    /// Hands on records that are as nearly all are: whole in the buffer, with their successor's header, and nothing odd
    /// about either. What comes then is for [`Self::next`]. Reading one by one took more than twice the instructions.
    #[inline(always)]
    pub(super) fn run(
        &mut self,
        bytes: &[u8],
        tally: &mut Tally,
        on_frame: &mut impl FnMut(&Frame<'_>, &Tally) -> ControlFlow<()>,
    ) -> Run {
        let mut run = Run::NOTHING;
        let Some(mut head) = self.ahead else { return run };
        let mut rest = bytes;
        while run.flow.is_continue()
            && let Some(body) = rest.get(self.head_len..)
            && let Some((data, behind)) = body.split_at_checked(head.captured as usize)
            && let Some(next) = self.head(behind)
            && self.is_plausible_near(&next, head.seconds)
        {
            let time = self.time(&head);
            if head.captured < head.wire {
                self.usual_cut = head.captured;
            }
            let frame = Frame {
                number: tally.number_packet(time, self.link),
                time,
                link: self.link,
                interface: 0,
                wire_len: head.wire,
                data,
            };
            let flow = on_frame(&frame, tally);
            run.saw(data.len().wrapping_add(self.head_len), time, flow);
            (rest, head) = (behind, next);
        }
        (self.near, self.ahead) = (Some(head.seconds), Some(head));
        run
    }

    /// When a record was captured.
    #[inline]
    fn time(&self, head: &Head) -> Timestamp {
        // Neither product can overflow: 32 bits times 10^9 are below 2^62.
        let unit = if self.nanoseconds { 1 } else { 1_000 };
        let fraction = i64::from(head.fraction).wrapping_mul(unit);
        let seconds = i64::from(head.seconds).wrapping_mul(1_000_000_000);
        Timestamp(seconds.wrapping_add(fraction))
    }

    /// The fields of a record header.
    #[inline]
    fn record(&self, head: &Head) -> Record {
        Record {
            time: Some(self.time(head)),
            link: self.link,
            interface: 0,
            wire_len: head.wire,
            at: self.head_len,
            captured_len: head.captured as usize,
            len: (head.captured as usize).saturating_add(self.head_len),
            is_packet: true,
            number: None,
        }
    }

    /// The next record, which the chunk begins with. When there is none, the chunk stands at the first byte not read.
    #[inline(never)]
    pub(super) fn next(&mut self, chunk: &mut Chunk<'_>) -> Next {
        self.ahead = None;
        let bytes = chunk.fill_or(self.head_len, 0);
        let Some(head) = self.head(bytes) else {
            return Next::Stop(match bytes.len() {
                0 => Stop::End,
                len => Stop::Cut(head_cut(len, self.head_len)),
            });
        };
        if self.near.is_none() && !self.begins(chunk, head) {
            return Next::damaged(phrase("damage-record-claims").with("bytes", head.captured));
        }
        let len = (head.captured as usize).saturating_add(self.head_len);
        let bytes = chunk.fill_or(len.saturating_add(self.head_len), len);
        if bytes.len() < len {
            return Next::Stop(Stop::Cut(
                phrase("damage-record-cut").with("there", bytes.len()).with("len", len),
            ));
        }
        let next = bytes.get(len..).and_then(|behind| self.head(behind));
        let record = self.record(&head);
        let rest = bytes.len().saturating_sub(len);
        let doubt = match next {
            Some(next) if self.is_plausible(&next) => {
                (self.near, self.ahead) = (Some(next.seconds), Some(next));
                None
            }
            Some(next) => {
                (!self.goes_on(chunk, len)).then(|| phrase("damage-record-claims").with("bytes", next.captured))
            }
            None if self.belongs_to(head, bytes.get(len..).unwrap_or_default()) => Some(head_cut(rest, self.head_len)),
            None => None,
        };
        if let Some(detail) = doubt {
            let is_whole = self.is_whole(head);
            return Next::Doubtful(Box::new(Doubt {
                record,
                is_whole,
                detail,
            }));
        }
        if head.captured < head.wire {
            self.usual_cut = head.captured;
        }
        Next::Record(record)
    }

    /// The record header at the start of `bytes`, if all of it is there.
    #[inline]
    fn head(&self, bytes: &[u8]) -> Option<Head> {
        let (fields, _) = bytes.get(..self.head_len)?.first_chunk::<16>()?.as_chunks::<4>();
        let &[seconds, fraction, first, second] = fields else {
            return None;
        };
        let fields = [seconds, fraction, first, second].map(u32::from_le_bytes);
        let [seconds, fraction, first, second] = match self.order {
            Order::Little => fields,
            Order::Big => fields.map(u32::swap_bytes),
        };
        let (captured, wire) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::WireFirst => (second, first),
            Lengths::SmallerIsCaptured => (first.min(second), first.max(second)),
        };
        Some(Head {
            seconds,
            fraction,
            captured,
            wire,
        })
    }
}

/// The detail of damage where the file ends, or something else begins, inside a record header.
#[cold]
fn head_cut(there: usize, len: usize) -> Phrase {
    phrase("damage-header-cut").with("there", there).with("len", len)
}
