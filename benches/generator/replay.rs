//! Sample → Frame: a recorded capture again, under other addresses and ports, with right checksums.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

use super::rng::Rng;
use super::samples::SERVICE;
use super::tcp::SYN;
use super::wire::{self, seal};

/// A recorded capture.
pub struct Sample {
    /// Nanoseconds since 1970 of the first frame.
    pub start: u64,
    /// Each frame with its nanoseconds after the first.
    pub frames: Vec<(u64, Vec<u8>)>,
}

/// The controller of all samples.
const CONTROLLER: [u8; 4] = [192, 168, 10, 150];
const CONTROLLER_V6: [u8; 16] = [0x20, 1, 0x0d, 0xb8, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x50];
/// The licensing service of all samples.
const SERVER: [u8; 4] = [192, 133, 220, 90];

/// Ports that Linux gives to clients.
const EPHEMERAL: std::ops::Range<u16> = 32_768..61_000;

impl Sample {
    /// Its connections with the licensing service over TLS, without the rest.
    pub fn handshake(&self) -> Option<Self> {
        let mut frames: Vec<_> = self.frames.clone();
        frames.retain(|(_, bytes)| {
            let is_tcp = bytes[12..14] == [8, 0] && bytes[23] == wire::TCP;
            is_tcp && (bytes[26..30] == SERVER || bytes[30..34] == SERVER)
        });
        let first = frames.first()?.0;
        for (after, _) in &mut frames {
            *after -= first;
        }
        // A Client Hello: enough for a handshake, or half of one.
        let has_hello = |(_, bytes): &(u64, Vec<u8>)| bytes.windows(SERVICE.len()).any(|part| part == SERVICE);
        frames.iter().any(has_hello).then_some(Self {
            start: self.start + first,
            frames,
        })
    }
}

/// The fields that a replay changes.
#[derive(Clone, Copy)]
pub struct Disguise {
    client: u32,
    /// Another server under another name; `None`: the licensing service stays.
    server: Option<u32>,
    port_shift: u16,
}

impl Disguise {
    /// Another controller.
    pub const fn controller(number: u32, rng: &mut Rng) -> Self {
        Self {
            client: 0x0ac8_0000 + number + 1,
            server: None,
            port_shift: rng.below(28_232) as u16,
        }
    }

    /// Another client of another service.
    pub const fn stranger(rng: &mut Rng) -> Self {
        Self {
            client: 0x0a40_0000 | (rng.next() as u32 & 0x003f_ffff),
            server: Some(0xc612_0000 | (rng.next() as u32 & 0x1_ffff)),
            port_shift: rng.below(28_232) as u16,
        }
    }

    pub const fn client(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.client)
    }

    pub fn client_v6(&self) -> Ipv6Addr {
        let mut address = CONTROLLER_V6;
        self.v6(&mut address);
        address.into()
    }

    fn v4(&self, address: &mut [u8]) {
        if *address == CONTROLLER {
            address.copy_from_slice(&self.client.to_be_bytes());
        } else if let Some(server) = self.server.filter(|_| *address == SERVER) {
            address.copy_from_slice(&server.to_be_bytes());
        }
    }

    fn v6(&self, address: &mut [u8]) {
        if *address == CONTROLLER_V6 {
            address[12..].copy_from_slice(&self.client.to_be_bytes());
        }
    }

    fn port(&self, port: &mut [u8]) {
        let old = u16::from_be_bytes([port[0], port[1]]);
        if EPHEMERAL.contains(&old) {
            let count = u32::from(EPHEMERAL.end - EPHEMERAL.start);
            let new = (u32::from(old - EPHEMERAL.start) + u32::from(self.port_shift)) % count;
            port.copy_from_slice(&(EPHEMERAL.start + new as u16).to_be_bytes());
        }
    }

    /// Changes a whole frame.
    fn frame(&self, frame: &mut [u8]) {
        let mut at = 12;
        while frame[at..at + 2] == [0x81, 0] {
            at += 4;
        }
        let body = &mut frame[at + 2..];
        match [body.len(), usize::from(body[0] >> 4)] {
            // ARP between IPv4 hosts.
            _ if body[..4] == [0, 1, 8, 0] => {
                self.v4(&mut body[14..18]);
                self.v4(&mut body[24..28]);
            }
            [len, 4] if len >= 20 => self.packet(body, true),
            [len, 6] if len >= 40 => self.packet(body, true),
            _ => {}
        }
    }

    /// Changes a packet, and the one that an ICMP error quotes.
    fn packet(&self, packet: &mut [u8], is_outer: bool) {
        let (protocol, header_len) = if packet[0] >> 4 == 4 {
            self.v4(&mut packet[12..16]);
            self.v4(&mut packet[16..20]);
            (packet[9], usize::from(packet[0] & 15) * 4)
        } else {
            self.v6(&mut packet[8..24]);
            self.v6(&mut packet[24..40]);
            (packet[6], 40)
        };
        let transport = &mut packet[header_len..];
        match protocol {
            wire::TCP | wire::UDP if transport.len() >= 4 => {
                self.port(&mut transport[..2]);
                self.port(&mut transport[2..4]);
                if let Some(server) = self.server {
                    rename(transport, server);
                }
            }
            // Destination unreachable, too big, time exceeded: what follows eight bytes is the packet in question.
            1 if is_outer && matches!(transport[0], 3 | 11) && transport.len() >= 36 => {
                self.packet(&mut transport[8..], false);
            }
            58 if is_outer && matches!(transport[0], 1..=3) && transport.len() >= 56 => {
                self.packet(&mut transport[8..], false);
            }
            _ => {}
        }
        seal(packet);
    }
}

/// Puts another name, which follows from the number, where the service's name stands.
fn rename(bytes: &mut [u8], number: u32) {
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(SERVICE.len()).position(|part| part == SERVICE) {
        let name = format!("sv-{number:08x}.example.com");
        bytes[from + at..from + at + SERVICE.len()].copy_from_slice(name.as_bytes());
        from += at + SERVICE.len();
    }
}

/// A sample that is being written.
pub struct Replay {
    sample: Rc<Sample>,
    disguise: Disguise,
    step: usize,
    /// Which attempt of the truth it is.
    pub attempt: Option<usize>,
}

impl Replay {
    pub const fn new(sample: Rc<Sample>, disguise: Disguise, attempt: Option<usize>) -> Self {
        Self {
            sample,
            disguise,
            step: 0,
            attempt,
        }
    }

    /// Connections in it, by their first SYNs over Ethernet and IPv4.
    pub fn connections(&self) -> u64 {
        let mut ports: Vec<&[u8]> = Vec::new();
        for (_, bytes) in &self.sample.frames {
            let is_syn = bytes.len() > 47 && bytes[12..14] == [8, 0] && bytes[23] == wire::TCP && bytes[47] == SYN;
            if is_syn && !ports.contains(&&bytes[34..38]) {
                ports.push(&bytes[34..38]);
            }
        }
        ports.len() as u64
    }

    pub fn next(&mut self, out: &mut Vec<u8>) -> Option<u64> {
        let (after, bytes) = &self.sample.frames[self.step];
        out.extend(bytes);
        self.disguise.frame(out);
        self.step += 1;
        let (next, _) = self.sample.frames.get(self.step)?;
        Some(next.saturating_sub(*after))
    }
}
