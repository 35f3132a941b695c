//! Block, Frame → pcapng: one section in little-endian order, as Wireshark and tlswalk read it.
//!
//! Every interface of the capture is described once and numbered over the whole file, so that several sections with their
//! own interfaces become one (draft-ietf-opsawg-pcapng).

use std::io::{self, Write};
use std::net::IpAddr;

use crate::capture::Described;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const NAMES: u32 = 4;
const STATISTICS: u32 = 5;
const PACKET: u32 = 6;

/// `opt_comment`.
pub const COMMENT: u16 = 1;
/// `epb_packetid`.
pub const PACKET_ID: u16 = 5;

/// Writes blocks.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
}

/// A packet as it is written.
#[derive(Debug)]
pub struct Packet<'a> {
    /// The interface, counted from 0.
    pub interface: u32,
    /// The time, in ticks of the interface's clock.
    pub ticks: u64,
    /// Bytes on the wire.
    pub wire_len: u32,
    /// Bytes captured.
    pub data: &'a [u8],
    /// Option code and value.
    pub options: &'a [(u16, Vec<u8>)],
}

impl<W: Write> Writer<W> {
    /// Begins the file: comments, and the program that writes.
    ///
    /// # Errors
    /// If `out` cannot be written; the same holds for the other functions.
    pub fn begin(out: W, comments: &[String]) -> io::Result<Self> {
        let mut writer = Self { out };
        let mut body = Vec::new();
        body.extend(0x1a2b_3c4d_u32.to_le_bytes());
        body.extend([1, 0, 0, 0]);
        body.extend(u64::MAX.to_le_bytes());
        for comment in comments {
            option(&mut body, COMMENT, comment.as_bytes());
        }
        option(&mut body, 4, concat!("tlswalk ", env!("CARGO_PKG_VERSION")).as_bytes());
        end_of_options(&mut body);
        writer.block(SECTION, &body)?;
        Ok(writer)
    }

    /// Describes the next interface.
    ///
    /// # Errors
    /// See [`Self::begin`].
    pub fn interface(&mut self, described: &Described) -> io::Result<()> {
        let mut body = Vec::new();
        body.extend(described.link.to_le_bytes());
        body.extend([0, 0]);
        body.extend(described.snap_len.to_le_bytes());
        for (code, text) in &described.texts {
            option(&mut body, *code, text);
        }
        option(&mut body, 9, &[described.resolution]);
        if described.offset != 0 {
            option(&mut body, 14, &described.offset.to_le_bytes());
        }
        end_of_options(&mut body);
        self.block(INTERFACE, &body)
    }

    /// Names of addresses, which Wireshark displays.
    ///
    /// # Errors
    /// See [`Self::begin`].
    pub fn names(&mut self, names: &[(IpAddr, String)]) -> io::Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let mut body = Vec::new();
        for (address, name) in names {
            let mut value = match address {
                IpAddr::V4(ip) => ip.octets().to_vec(),
                IpAddr::V6(ip) => ip.octets().to_vec(),
            };
            value.extend(name.bytes());
            value.push(0);
            option(&mut body, if address.is_ipv4() { 1 } else { 2 }, &value);
        }
        body.extend([0; 4]); // end of records; no options follow
        self.block(NAMES, &body)
    }

    /// A packet.
    ///
    /// # Errors
    /// See [`Self::begin`].
    pub fn packet(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        let mut body = Vec::with_capacity(packet.data.len().saturating_add(64));
        body.extend(packet.interface.to_le_bytes());
        body.extend(((packet.ticks >> 32) as u32).to_le_bytes());
        body.extend((packet.ticks as u32).to_le_bytes());
        body.extend(u32::try_from(packet.data.len()).unwrap_or(u32::MAX).to_le_bytes());
        body.extend(packet.wire_len.to_le_bytes());
        padded(&mut body, packet.data);
        for (code, value) in packet.options {
            option(&mut body, *code, value);
        }
        if !packet.options.is_empty() {
            end_of_options(&mut body);
        }
        self.block(PACKET, &body)
    }

    /// Counters of an interface.
    ///
    /// # Errors
    /// See [`Self::begin`].
    pub fn statistics(&mut self, interface: u32, ticks: u64, counts: &[(u16, u64)]) -> io::Result<()> {
        let mut body = Vec::new();
        body.extend(interface.to_le_bytes());
        body.extend(((ticks >> 32) as u32).to_le_bytes());
        body.extend((ticks as u32).to_le_bytes());
        for (code, count) in counts {
            option(&mut body, *code, &count.to_le_bytes());
        }
        end_of_options(&mut body);
        self.block(STATISTICS, &body)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// See [`Self::begin`].
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn block(&mut self, kind: u32, body: &[u8]) -> io::Result<()> {
        let len = u32::try_from(body.len().saturating_add(12))
            .map_err(|_| io::Error::other("a block of more than 4 GiB"))?
            .to_le_bytes();
        self.out.write_all(&kind.to_le_bytes())?;
        self.out.write_all(&len)?;
        self.out.write_all(body)?;
        self.out.write_all(&len)
    }
}

/// Code, length, value, and zeros up to the next word. A value that is too long for an option is cut.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let len = u16::try_from(value.len()).unwrap_or(u16::MAX);
    body.extend(code.to_le_bytes());
    body.extend(len.to_le_bytes());
    padded(body, value.get(..usize::from(len)).unwrap_or(value));
}

fn padded(body: &mut Vec<u8>, value: &[u8]) {
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::capture::{Block, Item, read_annotated};

    #[test]
    fn what_is_written_is_read_again() {
        let interfaces = [
            Described {
                link: 1,
                snap_len: 96,
                resolution: 9,
                offset: -3600,
                texts: vec![(2, b"Gi1"[..].into())],
            },
            Described {
                link: 101,
                resolution: 0x8a,
                ..Described::default()
            },
        ];
        let mut writer = Writer::begin(Vec::new(), &["one".to_owned(), "two".to_owned()]).unwrap();
        interfaces.iter().for_each(|it| writer.interface(it).unwrap());
        writer
            .names(&[("192.0.2.1".parse().unwrap(), "a.example".to_owned())])
            .unwrap();
        let options = [(COMMENT, b"seen".to_vec()), (PACKET_ID, 7_u64.to_le_bytes().to_vec())];
        let packet = Packet {
            interface: 1,
            ticks: 1 << 40,
            wire_len: 9,
            data: b"abcde",
            options: &options,
        };
        writer.packet(&packet).unwrap();
        writer.statistics(1, 5, &[(5, 3)]).unwrap();
        let bytes = writer.finish().unwrap();
        let (mut comments, mut described, mut packets) = (0, Vec::new(), 0);
        let facts = read_annotated(&bytes[..], |item| {
            match item {
                Item::Block(Block::Comment(_)) => comments += 1,
                Item::Block(Block::Interface(it)) => described.push(it),
                Item::Block(Block::Statistics {
                    interface,
                    ticks,
                    counts,
                }) => {
                    assert_eq!((interface, ticks, counts), (1, 5, vec![(5, 3)]));
                }
                Item::Frame(frame, extras) => {
                    packets += 1;
                    assert_eq!((frame.data, frame.wire_len, frame.interface), (&b"abcde"[..], 9, 1));
                    assert_eq!((extras.ticks, extras.packet_id()), (Some(1 << 40), Some(7)));
                }
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!((comments, packets, facts.drops), (2, 1, Some(3)));
        assert_eq!(described, interfaces);
        assert_eq!(facts.end, crate::capture::End::Complete);
    }
}
