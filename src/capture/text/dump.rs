//! Row, Heading → Packet: rows put together by their offsets, as far as they follow each other.
//!
//! Between two rows of a packet anything may stand: a page break, a prompt, a line of a log. A row counts only where its offset
//! says that it belongs; where one is missing the packet ends, and is cut short.

use super::heading::{Heading, Meaning};
use super::row::Row;

/// The most bytes of a packet: what Wireshark takes, and four times what IP can carry.
const LARGEST_PACKET: usize = 262_144;

/// The bytes of a row that nothing says otherwise of.
const USUAL_WIDTH: usize = 16;

/// A packet as the text holds it.
#[derive(Debug, Default)]
pub(super) struct Packet {
    pub(super) heading: Heading,
    /// Its bytes, up to the first that is missing.
    pub(super) data: Vec<u8>,
    /// Its minimal length, by the last of its rows.
    pub(super) len: usize,
    /// Rows are missing in its middle.
    pub(super) has_hole: bool,
    /// Its offsets are addresses of memory: that its first row is there, only its bytes can tell.
    pub(super) has_addresses: bool,
}

/// Rows on their way to be packets.
#[derive(Debug, Default)]
pub(super) struct Dump {
    /// The heading of the packet whose rows come next.
    heading: Heading,
    is_no_packet: bool,
    /// A blank line stood before the row that comes next.
    is_apart: bool,
    current: Option<Current>,
    /// Rows of packets whose beginning is not there.
    pub(super) stray_rows: u64,
}

/// The packet whose rows are being read.
#[derive(Debug)]
struct Current {
    packet: Packet,
    is_no_packet: bool,
    /// The offset of its first byte.
    base: u64,
    /// The row read last, which the next one may shorten, and where it begins in the packet.
    row: Row,
    at: usize,
    /// Bytes in a row.
    width: usize,
}

impl Dump {
    /// Takes a line; the packet that it ends.
    pub(super) fn line(&mut self, line: &[u8]) -> Option<Packet> {
        // A number, a size and a time could be an offset and a byte.
        let is_row = |row: &Row| !row.form.is_bare() || !matches!(Meaning::read(line), Meaning::Packet(_));
        if let Some(row) = Row::read(line).filter(is_row) {
            let taken = self.row(row);
            self.is_apart = false;
            return taken;
        }
        self.is_apart |= line.trim_ascii().is_empty();
        match Meaning::read(line) {
            Meaning::Packet(heading) => {
                let ended = self.finish();
                self.heading = heading;
                self.is_no_packet = false;
                ended
            }
            Meaning::More(more) => {
                let ended = self.finish();
                self.heading.add(more);
                ended
            }
            Meaning::NoPacket => {
                let ended = self.finish();
                self.is_no_packet = true;
                ended
            }
            Meaning::Nothing => None,
        }
    }

    /// The packet that the text ends with.
    pub(super) fn finish(&mut self) -> Option<Packet> {
        let mut current = self.current.take()?;
        if !current.packet.has_hole {
            current.commit(current.width);
        }
        (!current.is_no_packet).then_some(current.packet)
    }

    fn row(&mut self, row: Row) -> Option<Packet> {
        let is_apart = self.is_apart;
        if let Some(current) = &mut self.current
            && current.takes(row, is_apart)
        {
            return None;
        }
        if row.offset != 0 && !row.form.may_be_addresses() {
            self.stray_rows = self.stray_rows.saturating_add(1);
            return None;
        }
        let ended = self.finish();
        self.current = Some(Current {
            packet: Packet {
                heading: std::mem::take(&mut self.heading),
                has_addresses: row.offset != 0,
                ..Packet::default()
            },
            is_no_packet: std::mem::take(&mut self.is_no_packet),
            base: row.offset.saturating_add(row.indent),
            row,
            at: 0,
            width: USUAL_WIDTH,
        });
        ended
    }
}

impl Current {
    /// Takes the row if it is one of this packet's.
    fn takes(&mut self, row: Row, is_apart: bool) -> bool {
        let has_addresses = self.packet.has_addresses;
        if !self.row.form.goes_on_with(row.form) || (has_addresses && is_apart) {
            return false;
        }
        let Some(at) = row
            .offset
            .checked_sub(self.base)
            .and_then(|at| usize::try_from(at).ok())
        else {
            return false;
        };
        let end = at.saturating_add(row.bytes().len().min(self.width));
        if at == 0 || (has_addresses && end > LARGEST_PACKET) {
            return false;
        }
        if end > LARGEST_PACKET {
            self.packet.has_hole = true;
            return true;
        }
        self.packet.len = self.packet.len.max(end);
        // A row that was printed twice says nothing new.
        let Some(len) = at.checked_sub(self.at).filter(|len| *len > 0) else {
            return true;
        };
        if self.packet.has_hole {
            return true;
        }
        if len > self.row.bytes().len() {
            self.commit(self.width);
            self.packet.has_hole = true;
            return true;
        }
        self.commit(len);
        if self.row.indent == 0 {
            self.width = len;
        }
        self.row = row;
        self.at = at;
        true
    }

    /// Takes the first `len` bytes of the row read last for the packet's.
    fn commit(&mut self, len: usize) {
        let bytes = self.row.bytes();
        let len = len.min(bytes.len());
        self.packet.data.extend_from_slice(bytes.get(..len).unwrap_or_default());
        self.packet.len = self.packet.len.max(self.packet.data.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(text: &str) -> Vec<Packet> {
        let mut dump = Dump::default();
        let mut packets: Vec<Packet> = text.lines().filter_map(|line| dump.line(line.as_bytes())).collect();
        packets.extend(dump.finish());
        packets
    }

    #[test]
    fn rows_follow_each_other_whatever_stands_between() {
        let text = "0\n  0000:  00010203 04050607 08090A0B 0C0D0E0F   ................\n\nwlc#\n*Nov 22: %SYS\n  \
                    0010:  10111213                              ....\n\n1\n  0000:  00010203\n";
        let found = packets(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].data, (0..20).collect::<Vec<u8>>());
        assert_eq!((found[0].heading.number, found[1].heading.number), (Some(0), Some(1)));
    }

    #[test]
    fn a_missing_row_ends_the_packet_and_its_length_is_known() {
        let found = packets("0000  00 01 02 03\n0008  08 09 0a 0b\n000c  0c\n0000  aa bb\n");
        assert_eq!((found[0].data.len(), found[0].len, found[0].has_hole), (4, 13, true));
        assert_eq!((found[1].data.len(), found[1].has_hole), (2, false));
    }

    #[test]
    fn the_next_offset_says_how_many_bytes_a_row_has() {
        let found = packets("0x0000 3132 3334 3536 3738 12345678\n0x0008 3132 3334 3536 3738 12345678\n");
        assert_eq!(found[0].data, b"1234567812345678");
        let wide: String = (0..32).map(|n| format!("{n:02x} ")).collect();
        let found = packets(&format!("00000000: {wide}\n00000020: {wide}\n"));
        assert_eq!(found[0].data.len(), 64);
    }

    #[test]
    fn addresses_of_memory_begin_anywhere() {
        let text = "22:45:44.700 UTC Nov 27 2021 : IPv4 LES CEF    : Fa4.320 None\n\n\
                    0F1A2C00:                   B0FAEBC7 A8620050          0zkG(b.P\n\
                    0F1A2C10: 568494FB 08004588 004EF201 40003F11  V..{..E..Nr.@.?.\n\
                    0F1A2C20: 5263                                 Rc\n\n\
                    0F1A2C00:                   B0FAEBC7 A8620051          0zkG(b.P\n";
        let found = packets(text);
        assert_eq!((found[0].data.len(), found[0].has_hole), (26, false));
        assert_eq!(found[1].data, [0xb0, 0xfa, 0xeb, 0xc7, 0xa8, 0x62, 0, 0x51]);
    }

    #[test]
    fn bytes_that_are_no_packet_are_left_out() {
        let found = packets("Frame (2 bytes):\n0000  01 02\nReassembled TCP (2 bytes):\n0000  03 04\n\n0000  05 06\n");
        let data: Vec<Vec<u8>> = found.into_iter().map(|it| it.data).collect();
        assert_eq!(data, [[1, 2], [5, 6]]);
    }

    #[test]
    fn a_packet_without_its_beginning_is_counted_and_no_packet() {
        let mut dump = Dump::default();
        assert!(dump.line(b"0010  01 02").is_none() && dump.finish().is_none());
        assert_eq!(dump.stray_rows, 1);
    }
}
