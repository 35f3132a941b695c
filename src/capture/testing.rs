//! Small captures made in memory, for the tests of this folder.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::{CaptureError, CaptureFacts, Order, read_frames};

/// A frame, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    number: u64,
    time: i64,
    link: u16,
    interface: u32,
    wire_len: u32,
    data: Vec<u8>,
}

impl Seen {
    pub(super) fn new(number: u64, time: i64, link: u16, interface: u32, wire_len: u32, data: &[u8]) -> Self {
        Self {
            number,
            time,
            link,
            interface,
            wire_len,
            data: data.to_vec(),
        }
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }
}

/// Reads all frames.
pub(super) fn read_from(input: impl Read) -> Result<(CaptureFacts, Vec<Seen>), CaptureError> {
    let mut seen = Vec::new();
    let facts = read_frames(input, |f| {
        seen.push(Seen::new(
            f.number.0,
            f.time.0,
            f.link.0,
            f.interface,
            f.wire_len,
            f.data,
        ));
        ControlFlow::Continue(())
    })?;
    Ok((facts, seen))
}

pub(super) fn read(bytes: &[u8]) -> (CaptureFacts, Vec<Seen>) {
    read_from(bytes).unwrap()
}

pub(super) fn read_err(bytes: &[u8]) -> CaptureError {
    read_from(bytes).unwrap_err()
}

/// An input that gives a few bytes at a time and is interrupted every third time.
pub(super) struct Drip<'a> {
    bytes: &'a [u8],
    step: usize,
    calls: usize,
}

impl<'a> Drip<'a> {
    pub(super) fn new(bytes: &'a [u8], step: usize) -> Self {
        Self { bytes, step, calls: 0 }
    }
}

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = self.step.min(out.len()).min(self.bytes.len());
        out[..len].copy_from_slice(&self.bytes[..len]);
        self.bytes = &self.bytes[len..];
        Ok(len)
    }
}

fn u32_bytes(order: Order, value: u32) -> [u8; 4] {
    match order {
        Order::Little => value.to_le_bytes(),
        Order::Big => value.to_be_bytes(),
    }
}

fn u16_bytes(order: Order, value: u16) -> [u8; 2] {
    match order {
        Order::Little => value.to_le_bytes(),
        Order::Big => value.to_be_bytes(),
    }
}

/// A classic capture in the making.
pub(super) struct Pcap {
    order: Order,
    /// Bytes to put between a record's header and its data.
    pub(super) extra: usize,
    pub(super) bytes: Vec<u8>,
}

impl Pcap {
    pub(super) fn new(order: Order, magic: u32) -> Self {
        Self::with_header(order, magic, (2, 4), 262_144, 1)
    }

    pub(super) fn with_header(order: Order, magic: u32, version: (u16, u16), snap: u32, network: u32) -> Self {
        let mut bytes = u32_bytes(order, magic).to_vec();
        bytes.extend(u16_bytes(order, version.0));
        bytes.extend(u16_bytes(order, version.1));
        for field in [0, 0, snap, network] {
            bytes.extend(u32_bytes(order, field));
        }
        Self { order, extra: 0, bytes }
    }

    pub(super) fn record(mut self, seconds: u32, fraction: u32, data: &[u8], wire_len: u32) -> Self {
        for field in [seconds, fraction, data.len() as u32, wire_len] {
            self.bytes.extend(u32_bytes(self.order, field));
        }
        self.bytes.extend(vec![0; self.extra]);
        self.bytes.extend(data);
        self
    }
}

/// A pcapng capture in the making.
pub(super) struct PcapNg {
    order: Order,
    pub(super) bytes: Vec<u8>,
}

impl PcapNg {
    pub(super) fn new(order: Order) -> Self {
        Self {
            order,
            bytes: Vec::new(),
        }
        .section(order, &[])
    }

    /// Any block; the body is padded.
    pub(super) fn block(mut self, kind: u32, body: &[u8]) -> Self {
        let len = u32_bytes(self.order, body.len().next_multiple_of(4) as u32 + 12);
        self.bytes.extend(u32_bytes(self.order, kind));
        self.bytes.extend(len);
        self.bytes.extend(body);
        self.bytes.extend(vec![0; body.len().wrapping_neg() % 4]);
        self.bytes.extend(len);
        self
    }

    /// The bytes of 32-bit fields.
    pub(super) fn words(&self, fields: &[u32]) -> Vec<u8> {
        fields.iter().flat_map(|&field| u32_bytes(self.order, field)).collect()
    }

    /// The bytes of options.
    pub(super) fn options(&self, options: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (code, value) in options {
            bytes.extend(u16_bytes(self.order, *code));
            bytes.extend(u16_bytes(self.order, value.len() as u16));
            bytes.extend(*value);
            bytes.extend(vec![0; value.len().wrapping_neg() % 4]);
        }
        bytes
    }

    pub(super) fn section(mut self, order: Order, options: &[(u16, &[u8])]) -> Self {
        self.order = order;
        let mut body = self.words(&[0x1a2b_3c4d]);
        body.extend(u16_bytes(order, 1));
        body.extend([0; 2]);
        body.extend([0xff; 8]);
        body.extend(self.options(options));
        self.block(0x0a0d_0d0a, &body)
    }

    pub(super) fn interface(self, link: u16, snap: u32, options: &[(u16, &[u8])]) -> Self {
        let mut body = u16_bytes(self.order, link).to_vec();
        body.extend([0; 2]);
        body.extend(self.words(&[snap]));
        body.extend(self.options(options));
        self.block(1, &body)
    }

    pub(super) fn packet(self, interface: u32, ticks: u64, data: &[u8], options: &[(u16, &[u8])]) -> Self {
        let len = data.len() as u32;
        let mut body = self.words(&[interface, (ticks >> 32) as u32, ticks as u32, len, len]);
        body.extend(data);
        body.extend(vec![0; data.len().wrapping_neg() % 4]);
        body.extend(self.options(options));
        self.block(6, &body)
    }
}
