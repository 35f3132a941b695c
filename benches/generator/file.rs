//! Frame → file: pcap with microseconds as devices export it, and pcapng with options and comments as Wireshark saves it.

use std::io::{self, Write};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Pcap,
    Pcapng,
}

pub struct Writer<W> {
    out: W,
    format: Format,
    /// Nanoseconds since 1970 at which the capture begins.
    start: u64,
    pub bytes: u64,
    frames: u64,
    block: Vec<u8>,
}

const SNAP_LENGTH: u32 = 262_144;

/// Frames between two comments.
const COMMENT_EVERY: u64 = 500;

impl<W: Write> Writer<W> {
    pub fn new(out: W, format: Format, start: u64) -> io::Result<Self> {
        let mut writer = Self {
            out,
            format,
            start,
            bytes: 0,
            frames: 0,
            block: Vec::new(),
        };
        match format {
            Format::Pcap => {
                let words = [0xa1b2_c3d4, 0x0004_0002, 0, 0, SNAP_LENGTH, 1];
                let header: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                writer.put(&header)?;
            }
            Format::Pcapng => {
                writer.block(0x0a0d_0d0a, |body| {
                    body.extend(0x1a2b_3c4d_u32.to_le_bytes());
                    body.extend([1, 0, 0, 0]);
                    body.extend([0xff; 8]);
                    option(body, 2, b"x86_64");
                    option(body, 3, b"Linux");
                    option(body, 4, b"generator");
                    option(body, 0, b"");
                })?;
                writer.block(1, |body| {
                    body.extend([1, 0, 0, 0]);
                    body.extend(SNAP_LENGTH.to_le_bytes());
                    option(body, 2, b"uplink");
                    option(body, 9, &[9]);
                    option(body, 0, b"");
                })?;
            }
        }
        Ok(writer)
    }

    /// Writes a frame at so many nanoseconds after the start; its number.
    pub fn frame(&mut self, after: u64, data: &[u8]) -> io::Result<u64> {
        self.frames += 1;
        let (number, time, len) = (self.frames, self.start + after, (data.len() as u32).to_le_bytes());
        match self.format {
            Format::Pcap => {
                let seconds = ((time / 1_000_000_000) as u32).to_le_bytes();
                let micros = ((time % 1_000_000_000 / 1000) as u32).to_le_bytes();
                let header: [[u8; 4]; 4] = [seconds, micros, len, len];
                self.put(header.as_flattened())?;
                self.put(data)?;
            }
            Format::Pcapng => self.block(6, |body| {
                body.extend([0; 4]);
                body.extend(((time >> 32) as u32).to_le_bytes());
                body.extend((time as u32).to_le_bytes());
                body.extend([len, len].as_flattened());
                body.extend(data);
                pad(body);
                option(body, 2, &[1, 0, 0, 0]);
                if number.is_multiple_of(COMMENT_EVERY) {
                    option(body, 1, b"somebody looked at this frame");
                }
                option(body, 0, b"");
            })?,
        }
        Ok(number)
    }

    /// Bytes and frames written.
    pub fn finish(mut self) -> io::Result<(u64, u64)> {
        if self.format == Format::Pcapng {
            let frames = self.frames;
            self.block(5, |body| {
                body.extend([0; 12]);
                option(body, 4, &frames.to_le_bytes());
                option(body, 5, &[0; 8]);
                option(body, 0, b"");
            })?;
        }
        self.out.flush()?;
        Ok((self.bytes, self.frames))
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn block(&mut self, kind: u32, fill: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut block = std::mem::take(&mut self.block);
        block.clear();
        block.extend(kind.to_le_bytes());
        block.extend([0; 4]);
        fill(&mut block);
        let len = (block.len() as u32 + 4).to_le_bytes();
        block[4..8].copy_from_slice(&len);
        block.extend(len);
        self.put(&block)?;
        self.block = block;
        Ok(())
    }
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    pad(body);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}
