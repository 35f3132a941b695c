//! Capture file ⇄ frames: read by the library itself, written as pcap or pcapng of either byte order, compressed or not.

use std::io::Write as _;
use std::net::IpAddr;
use std::ops::ControlFlow;

use super::packet::Frame;

/// A capture in memory.
#[derive(Clone, Debug)]
pub struct Capture {
    pub frames: Vec<Frame>,
    /// The addresses of those who attempted something.
    pub devices: Vec<IpAddr>,
    /// Hosts that options name.
    pub named: Vec<IpAddr>,
    /// How it is written.
    pub format: Format,
    /// The snap length that the file declares.
    pub snap: u32,
    /// Bytes behind the last record.
    pub tail: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Nanoseconds, little-endian; pcapng where pcap cannot hold the frames.
    Pcap,
    PcapMicro,
    PcapBig,
    PcapMicroBig,
    PcapNg,
    PcapNgBig,
    Gzip,
    Zstd,
    Lz4,
}

impl Capture {
    pub fn read(file: &[u8]) -> Self {
        let mut frames = Vec::new();
        let facts = tlswalk::capture::read_frames(file, |frame| {
            frames.push(Frame {
                time: frame.time.0,
                link: frame.link.0,
                interface: frame.interface,
                wire_len: frame.wire_len,
                bytes: frame.data.to_vec(),
            });
            ControlFlow::Continue(())
        })
        .unwrap();
        Self {
            frames,
            devices: Vec::new(),
            named: Vec::new(),
            format: Format::Pcap,
            snap: facts.snap_length.unwrap_or(262_144),
            tail: Vec::new(),
        }
    }

    /// The same capture with other frames.
    pub fn with(&self, frames: Vec<Frame>) -> Self {
        Self { frames, ..self.clone() }
    }

    /// The file.
    pub fn write(&self) -> Vec<u8> {
        let first = self.frames.first();
        let is_uniform = self
            .frames
            .iter()
            .all(|f| Some((f.link, f.interface)) == first.map(|f| (f.link, f.interface)) && f.time >= 0);
        let plain = match self.format {
            Format::PcapNg => self.pcapng(false),
            Format::PcapNgBig => self.pcapng(true),
            _ if !is_uniform => self.pcapng(false),
            Format::PcapMicro => self.pcap(false, false),
            Format::PcapBig => self.pcap(true, true),
            Format::PcapMicroBig => self.pcap(true, false),
            _ => self.pcap(false, true),
        };
        let plain = [plain, self.tail.clone()].concat();
        match self.format {
            Format::Gzip => {
                let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                out.write_all(&plain).unwrap();
                out.finish().unwrap()
            }
            Format::Zstd => zstd::encode_all(&plain[..], 1).unwrap(),
            Format::Lz4 => {
                let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
                out.write_all(&plain).unwrap();
                out.finish().unwrap()
            }
            _ => plain,
        }
    }

    fn pcap(&self, is_big: bool, is_nano: bool) -> Vec<u8> {
        let word = |value: u32| {
            if is_big {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            }
        };
        let mut out = word(if is_nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }).to_vec();
        out.extend(if is_big { [0, 2, 0, 4] } else { [2, 0, 4, 0] });
        let link = self.frames.first().map_or(1, |frame| u32::from(frame.link));
        for value in [0, 0, self.snap, link] {
            out.extend(word(value));
        }
        for frame in &self.frames {
            let fraction = frame.time.rem_euclid(1_000_000_000) as u32;
            let fields = [
                frame.time.div_euclid(1_000_000_000) as u32,
                if is_nano { fraction } else { fraction / 1000 },
                frame.bytes.len() as u32,
                frame.wire_len,
            ];
            fields.iter().for_each(|&field| out.extend(word(field)));
            out.extend(&frame.bytes);
        }
        out
    }

    /// One section, an interface for each that the frames name (and each of its link types), nanoseconds.
    fn pcapng(&self, is_big: bool) -> Vec<u8> {
        let word = |value: u32| {
            if is_big {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            }
        };
        let half = |value: u16| {
            if is_big {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            }
        };
        let block = |kind: u32, mut body: Vec<u8>| {
            body.resize(body.len().next_multiple_of(4), 0);
            let length = word(body.len() as u32 + 12);
            [&word(kind)[..], &length, &body, &length].concat()
        };
        let section = [&word(0x1a2b_3c4d)[..], &half(1), &half(0), &[0xff; 8]].concat();
        let mut out = block(0x0a0d_0d0a, section);
        let mut interfaces: Vec<(u32, u16)> = Vec::new();
        for frame in &self.frames {
            let key = (frame.interface, frame.link);
            let id = interfaces.iter().position(|it| *it == key).unwrap_or_else(|| {
                let options = [&half(9)[..], &half(1), &[9, 0, 0, 0], &half(0), &half(0)].concat();
                out.extend(block(
                    1,
                    [&half(frame.link)[..], &half(0), &word(self.snap), &options].concat(),
                ));
                interfaces.push(key);
                interfaces.len() - 1
            });
            let mut body = Vec::new();
            let fields = [
                id as u32,
                (frame.time >> 32) as u32,
                frame.time as u32,
                frame.bytes.len() as u32,
                frame.wire_len,
            ];
            fields.iter().for_each(|&field| body.extend(word(field)));
            body.extend(&frame.bytes);
            out.extend(block(6, body));
        }
        out
    }
}
