//! Packet → Record: what was read from a text, laid out in bytes, so that it is read as a file of records is.
//!
//! Text cannot be handed on in place as records of a capture file are. So packets are laid out behind one another, each with a
//! header of [`HEAD_LEN`] bytes in little-endian order: kind, flags, link type, captured length, length on the wire, interface,
//! time, number, and how much of the text has been read.

use super::oddity::Oddity;
use crate::base::frame::{LinkType, Timestamp};
use crate::base::phrase::phrase;
use crate::capture::annotated::{Block, Described};
use crate::capture::chunk::Chunk;
use crate::capture::tally::{Record, Tally};
use crate::capture::{End, Next, Stop};

const HEAD_LEN: usize = 40;

const PACKET: u8 = 0;
const INTERFACE: u8 = 1;
const ODDITY: u8 = 2;
const END: u8 = 3;

/// `if_name` of an Interface Description Block (draft-ietf-opsawg-pcapng).
const IF_NAME: u16 = 2;

/// A record of a text: a packet, or something else.
#[derive(Default)]
pub(super) struct Head {
    pub(super) link: LinkType,
    pub(super) captured: usize,
    pub(super) wire_len: usize,
    pub(super) interface: u32,
    pub(super) time: Option<Timestamp>,
    pub(super) number: u64,
    /// Bytes of the text read so far.
    pub(super) offset: u64,
}

impl Head {
    fn write(&self, kind: u8, out: &mut Vec<u8>) {
        let narrow = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        out.extend([kind, u8::from(self.time.is_some())]);
        out.extend(self.link.0.to_le_bytes());
        out.extend(narrow(self.captured).to_le_bytes());
        out.extend(narrow(self.wire_len).to_le_bytes());
        out.extend(self.interface.to_le_bytes());
        out.extend(self.time.unwrap_or_default().0.to_le_bytes());
        out.extend(self.number.to_le_bytes());
        out.extend(self.offset.to_le_bytes());
    }

    /// The kind, and the fields.
    fn read(bytes: &[u8; HEAD_LEN]) -> (u8, Self) {
        let word = |at: usize| {
            bytes
                .get(at..)
                .and_then(<[u8]>::first_chunk::<4>)
                .copied()
                .map_or(0, u32::from_le_bytes)
        };
        let long = |at: usize| {
            bytes
                .get(at..)
                .and_then(<[u8]>::first_chunk::<8>)
                .copied()
                .map_or(0, u64::from_le_bytes)
        };
        let [kind, has_time, link_low, link_high, ..] = *bytes;
        let head = Self {
            link: LinkType(u16::from_le_bytes([link_low, link_high])),
            captured: word(4) as usize,
            wire_len: word(8) as usize,
            interface: word(12),
            time: (has_time != 0).then(|| Timestamp(long(16).cast_signed())),
            number: long(24),
            offset: long(32),
        };
        (kind, head)
    }
}

/// Lays out a packet.
pub(super) fn write_packet(head: &Head, data: &[u8], out: &mut Vec<u8>) {
    head.write(PACKET, out);
    out.extend_from_slice(data);
}

/// Lays out an interface, to which packets behind it belong.
pub(super) fn write_interface(link: LinkType, name: &str, out: &mut Vec<u8>) {
    let head = Head {
        link,
        captured: name.len(),
        ..Head::default()
    };
    head.write(INTERFACE, out);
    out.extend_from_slice(name.as_bytes());
}

/// Lays out something odd about the packet before it.
pub(super) fn write_oddity(oddity: Oddity, out: &mut Vec<u8>) {
    let head = Head {
        number: oddity as u64,
        ..Head::default()
    };
    head.write(ODDITY, out);
}

/// Lays out the end. `missing`: how many bytes of the last packet are not there because the text ends before them.
pub(super) fn write_end(offset: u64, missing: usize, out: &mut Vec<u8>) {
    let head = Head {
        wire_len: missing,
        offset,
        ..Head::default()
    };
    head.write(END, out);
}

/// Reads what was laid out.
#[derive(Default)]
pub(in crate::capture) struct Reader {
    /// Bytes of the text read so far.
    pub(in crate::capture) offset: u64,
    /// Bytes of the last packet that are behind the end of the text.
    missing: usize,
    /// Interfaces, for whoever copies the packets; `None`: nobody does.
    pub(in crate::capture) kept: Option<Vec<Block>>,
}

impl Reader {
    /// The end of the text: complete or cut.
    pub(in crate::capture) fn end(&self, tally: &Tally) -> End {
        if self.missing == 0 {
            return End::Complete;
        }
        End::Truncated {
            after: tally.last_number(),
            offset: self.offset,
            lost: self.missing as u64,
            detail: phrase("damage-text-cut"),
            is_cut: true,
        }
    }

    /// The next packet, which the chunk begins with; what stands before it is consumed.
    pub(in crate::capture) fn next(&mut self, chunk: &mut Chunk<'_>, tally: &mut Tally) -> Next {
        loop {
            let Some(head) = chunk.fill_or(HEAD_LEN, 0).first_chunk::<HEAD_LEN>() else {
                return Next::Stop(Stop::End);
            };
            let (kind, head) = Head::read(head);
            let len = HEAD_LEN.saturating_add(head.captured);
            match kind {
                PACKET => {
                    chunk.fill(len);
                    self.offset = head.offset;
                    return Next::Record(Record {
                        time: head.time,
                        link: head.link,
                        interface: head.interface,
                        wire_len: u32::try_from(head.wire_len).unwrap_or(u32::MAX),
                        at: HEAD_LEN,
                        captured_len: head.captured,
                        len,
                        is_packet: true,
                        number: Some(head.number),
                    });
                }
                INTERFACE => {
                    let name = chunk.fill(len).get(HEAD_LEN..len).unwrap_or_default();
                    if let Some(kept) = &mut self.kept {
                        let texts = if name.is_empty() {
                            Vec::new()
                        } else {
                            vec![(IF_NAME, name.into())]
                        };
                        kept.push(Block::Interface(Described {
                            link: head.link.0,
                            resolution: 9,
                            texts,
                            ..Described::default()
                        }));
                    }
                }
                ODDITY => {
                    if let Some(oddity) = Oddity::ALL.into_iter().find(|it| *it as u64 == head.number) {
                        tally.odd(oddity.kind(), || phrase(oddity.text()));
                    }
                }
                _ => {
                    self.offset = head.offset;
                    self.missing = head.wire_len;
                }
            }
            chunk.consume(len);
        }
    }
}
