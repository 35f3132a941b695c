//! Noise → Frame: what an export holds beside TCP, and the smallest of frames.

use std::net::{IpAddr, Ipv4Addr};

use super::World;
use super::rng::Rng;
use super::tcp::{self, ACK, SYN};
use super::wire::{self, Ip, Way};

const MILLISECOND: u64 = 1_000_000;

/// The kind of an exchange of UDP datagrams.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dns,
    Quic,
    Voice,
}

/// Datagrams to and fro.
pub struct Datagrams {
    kind: Kind,
    way: Way,
    ips: [IpAddr; 2],
    ports: [u16; 2],
    left: u64,
    step: u64,
    id: u16,
}

impl Datagrams {
    fn new(kind: Kind, port: u16, left: u64, rng: &mut Rng) -> Self {
        Self {
            kind,
            way: Way::random(rng),
            ips: wire::ends(rng),
            ports: [32_768 + rng.below(28_000) as u16, port],
            left,
            step: 0,
            id: rng.next() as u16,
        }
    }

    pub fn dns(rng: &mut Rng) -> Self {
        let left = if rng.once_in(50) { 1 } else { 2 };
        Self::new(Kind::Dns, 53, left, rng)
    }

    pub fn quic(rng: &mut Rng) -> Self {
        let left = rng.heavy_tail(8, 512);
        Self::new(Kind::Quic, 443, left, rng)
    }

    pub fn voice(rng: &mut Rng) -> Self {
        let left = rng.heavy_tail(64, 2048);
        Self::new(Kind::Voice, 16_384 + rng.below(8000) as u16, left, rng)
    }

    pub fn next(&mut self, world: &mut World, out: &mut Vec<u8>) -> Option<u64> {
        let rng = &mut world.rng;
        let mut some = |len: usize| {
            let from = rng.below((world.noise.len() - len) as u64) as usize;
            &world.noise[from..from + len]
        };
        let (side, payload, pause) = match self.kind {
            Kind::Dns => ((self.step % 2) as usize, dns(self.id, self.step), 8 * MILLISECOND),
            // A long header while the connection opens, then short ones (RFC 9000 section 17).
            Kind::Quic if self.step < 4 => {
                let payload = [&[0xc3, 0, 0, 0, 1, 8], some(1190)].concat();
                ((self.step % 2) as usize, payload, 15 * MILLISECOND)
            }
            Kind::Quic if self.step % 3 == 2 => (0, [&[0x41], some(38)].concat(), 5 * MILLISECOND),
            Kind::Quic => (1, [&[0x41], some(1220)].concat(), MILLISECOND / 5),
            Kind::Voice => (
                (self.step % 2) as usize,
                [&[0x80, 0], some(170)].concat(),
                10 * MILLISECOND,
            ),
        };
        let mut header = [0; 8];
        header[..2].copy_from_slice(&self.ports[side].to_be_bytes());
        header[2..4].copy_from_slice(&self.ports[1 - side].to_be_bytes());
        header[4..6].copy_from_slice(&(payload.len() as u16 + 8).to_be_bytes());
        let ip = Ip {
            src: self.ips[side],
            dst: self.ips[1 - side],
            protocol: wire::UDP,
            ttl: 64,
            id: self.id.wrapping_add(self.step as u16),
            from_client: side == 0,
        };
        wire::frame(out, self.way, &ip, &[&header, &payload]);
        self.step += 1;
        (self.step < self.left).then_some(pause)
    }
}

/// A question for an address, or its answer.
fn dns(id: u16, step: u64) -> Vec<u8> {
    let is_answer = step > 0;
    let name = format!("host-{:04x}", id & 0x0fff);
    let mut message = id.to_be_bytes().to_vec();
    message.extend(if is_answer { [0x81, 0x80] } else { [1, 0] });
    message.extend([0, 1, 0, u8::from(is_answer), 0, 0, 0, 0, name.len() as u8]);
    message.extend(name.as_bytes());
    message.extend(b"\x07example\x03net\x00\x00\x01\x00\x01");
    if is_answer {
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0x2c, 0, 4, 198, 18]);
        message.extend(id.to_be_bytes());
    }
    message
}

/// Who has that address, and who does.
pub struct Arp {
    host: u16,
    step: u8,
}

impl Arp {
    pub fn new(rng: &mut Rng) -> Self {
        Self {
            host: rng.next() as u16,
            step: 0,
        }
    }

    pub fn next(&mut self, out: &mut Vec<u8>) -> Option<u64> {
        let [high, low] = self.host.to_be_bytes();
        let (asker, owner) = ([2, 0, 0, 0, 0, 2], [2, 0, 0, 1, high, low]);
        let is_answer = self.step == 1;
        let (from, to) = if is_answer { (owner, asker) } else { (asker, [0xff; 6]) };
        out.extend(to);
        out.extend(from);
        out.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, 1 + self.step]);
        out.extend(from);
        out.extend(if is_answer { [10, 64, high, low] } else { [10, 64, 0, 1] });
        out.extend(if is_answer { to } else { [0; 6] });
        out.extend(if is_answer { [10, 64, 0, 1] } else { [10, 64, high, low] });
        out.resize(60, 0);
        self.step += 1;
        (self.step < 2).then_some(MILLISECOND)
    }
}

/// A flow of frames of 60 bytes, 76 in a pcap file: keystrokes, acknowledgements, short datagrams.
pub struct Small {
    protocol: u8,
    ips: [IpAddr; 2],
    ports: [u16; 2],
    seq: [u32; 2],
    step: u64,
    left: u64,
}

impl Small {
    pub fn new(rng: &mut Rng) -> Self {
        let address = |net: u32, rng: &mut Rng| Ipv4Addr::from(net | (rng.next() as u32 & 0xffff)).into();
        let protocol = if rng.once_in(4) { wire::UDP } else { wire::TCP };
        Self {
            protocol,
            ips: [address(0x0a40_0000, rng), address(0xc612_0000, rng)],
            ports: [32_768 + rng.below(28_000) as u16, 23],
            seq: [rng.next() as u32, rng.next() as u32],
            step: 0,
            left: rng.heavy_tail(64, 1024),
        }
    }

    pub const fn is_tcp(&self) -> bool {
        self.protocol == wire::TCP
    }

    pub fn next(&mut self, world: &mut World, out: &mut Vec<u8>) -> Option<u64> {
        let side = (self.step % 2) as usize;
        let ip = Ip {
            src: self.ips[side],
            dst: self.ips[1 - side],
            protocol: self.protocol,
            ttl: 64,
            id: self.step as u16,
            from_client: side == 0,
        };
        let ports = [self.ports[side], self.ports[1 - side]];
        if self.is_tcp() {
            let (flags, ack, len) = match self.step {
                0 => (SYN, 0, 0),
                1 => (SYN | ACK, self.seq[0], 0),
                step => (ACK, self.seq[1 - side], [0, 1, 2, 6][(step / 2 % 4) as usize]),
            };
            let header = tcp::header(ports, self.seq[side], ack, 0, flags, 502);
            wire::frame(out, Way::Plain, &ip, &[&header, &b"\x1b[2~ls"[..len]]);
            self.seq[side] = self.seq[side].wrapping_add(if self.step < 2 { 1 } else { len as u32 });
        } else {
            let [from, to] = ports.map(u16::to_be_bytes);
            let header = [from[0], from[1], to[0], to[1], 0, 26, 0, 0];
            wire::frame(out, Way::Plain, &ip, &[&header, &[0x17; 18]]);
        }
        self.step += 1;
        (self.step < self.left).then(|| MILLISECOND + world.rng.below(200 * MILLISECOND))
    }
}
