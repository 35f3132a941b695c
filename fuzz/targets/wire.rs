//! Packets for targets: raw IP in a pcap file, from two ends.

use super::scenario::START;

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Client,
    Server,
}

impl Sender {
    pub const fn of(is_client: bool) -> Self {
        if is_client { Self::Client } else { Self::Server }
    }
}

/// A little-endian pcap of raw IP, with a clock of its own.
pub struct Capture {
    pub bytes: Vec<u8>,
    now: i64,
}

/// The port of the client.
const CLIENT_PORT: u16 = 50_123;

impl Capture {
    pub fn new() -> Self {
        Self {
            bytes: header(101),
            now: START,
        }
    }

    pub fn wait(&mut self, seconds: u32) {
        self.now += i64::from(seconds) * 1_000_000_000;
    }

    pub fn frame(&mut self, frame: &[u8]) {
        record(&mut self.bytes, self.now, frame);
        self.now += 1_000_000;
    }

    /// A datagram in IPv4, without checksums.
    pub fn udp(&mut self, from: Sender, port: u16, payload: &[u8]) {
        let len = u16::try_from(payload.len() + 8).unwrap();
        let [source, target] = ports(from, port);
        let head = [source, target, len, 0].map(u16::to_be_bytes).concat();
        self.frame(&ipv4(17, from, &[&head[..], payload].concat()));
    }
}

/// The header of a pcap with nanoseconds.
pub fn header(link: u32) -> Vec<u8> {
    let words = [0xa1b2_3c4d, 0x0004_0002, 0, 0, 0x0004_0000, link];
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

pub fn record(file: &mut Vec<u8>, time: i64, frame: &[u8]) {
    let len = i64::try_from(frame.len()).unwrap();
    for word in [time.div_euclid(1_000_000_000), time.rem_euclid(1_000_000_000), len, len] {
        // Times that pcap cannot hold wrap.
        file.extend((word as u32).to_le_bytes());
    }
    file.extend(frame);
}

const fn ports(from: Sender, port: u16) -> [u16; 2] {
    match from {
        Sender::Client => [CLIENT_PORT, port],
        Sender::Server => [port, CLIENT_PORT],
    }
}

/// An IPv4 packet, without a checksum.
pub fn ipv4(protocol: u8, from: Sender, body: &[u8]) -> Vec<u8> {
    let (client, server) = ([10, 9, 8, 7], [192, 0, 2, 7]);
    let ends = if from == Sender::Client {
        [client, server]
    } else {
        [server, client]
    };
    let [high, low] = u16::try_from(body.len() + 20).unwrap().to_be_bytes();
    let head = [0x45, 0, high, low, 0, 1, 0x40, 0, 64, protocol, 0, 0];
    [&head[..], &ends.concat(), body].concat()
}

/// The header fields of a TCP segment.
#[derive(Clone, Debug)]
pub struct Segment {
    pub from: Sender,
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub window: u16,
    pub checksum: u16,
    pub options: Vec<u8>,
    pub payload: Vec<u8>,
}

impl Segment {
    pub fn packet(&self, port: u16) -> Vec<u8> {
        let mut tcp = ports(self.from, port).map(u16::to_be_bytes).concat();
        tcp.extend([self.seq, self.ack].map(u32::to_be_bytes).concat());
        let words = u8::try_from(5 + self.options.len() / 4).unwrap();
        tcp.extend([words << 4, self.flags]);
        tcp.extend([self.window, self.checksum, 0].map(u16::to_be_bytes).concat());
        tcp.extend(&self.options);
        tcp.extend(&self.payload);
        ipv4(6, self.from, &tcp)
    }
}

/// Bytes in parts, each behind its length in two bytes; the last one may be shorter than it claims.
pub fn parts(mut data: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let &[high, low, ref rest @ ..] = data {
        let (one, after) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes([high, low]))));
        parts.push(one);
        data = after;
    }
    parts
}
