//! Frame ⇄ Packet: a captured frame taken apart at its headers, changed, and put together again with right lengths and
//! checksums. What is not IP, or is a fragment, stays as it is.

use std::net::IpAddr;

/// A frame: what a capture file says of one packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Nanoseconds since the epoch.
    pub time: i64,
    pub link: u16,
    pub interface: u32,
    pub wire_len: u32,
    pub bytes: Vec<u8>,
}

pub const ETHERNET: u16 = 1;
pub const TCP: u8 = 6;
const UDP: u8 = 17;

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const PSH: u8 = 8;
pub const ACK: u8 = 16;

/// A frame taken apart.
#[derive(Clone, Debug)]
pub struct Packet {
    pub link: Vec<u8>,
    /// The EtherType that announced the packet.
    pub ether_type: u16,
    /// The IP header.
    pub ip: Vec<u8>,
    /// What IP carries, as far as it was captured.
    pub body: Vec<u8>,
    /// What follows the packet in the frame.
    pub padding: Vec<u8>,
    /// Bytes of the packet that were not captured.
    pub missing: u32,
}

/// Addresses and ports, from the sender's view.
pub type Ends = (IpAddr, u16, IpAddr, u16);

pub fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

pub fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

pub fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

/// The Internet checksum (RFC 1071).
pub fn checksum(parts: &[&[u8]]) -> u16 {
    let bytes = parts.concat();
    let mut sum: u64 = bytes
        .chunks(2)
        .map(|pair| u64::from(pair[0]) << 8 | u64::from(*pair.get(1).unwrap_or(&0)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// Where the network layer begins, and what it is.
pub fn network(frame: &Frame) -> Option<(usize, u16)> {
    let bytes = &frame.bytes;
    let by_version = |at: usize| match bytes.get(at)? >> 4 {
        4 => Some(0x0800),
        6 => Some(0x86dd),
        _ => None,
    };
    match frame.link {
        1 => {
            let mut at = 12;
            while bytes.len() >= at + 2 && matches!(be16(bytes, at), 0x8100 | 0x88a8 | 0x9100) {
                at += 4;
            }
            (bytes.len() >= at + 2).then(|| (at + 2, be16(bytes, at)))
        }
        101 => Some((0, by_version(0)?)),
        113 => (bytes.len() >= 16).then(|| (16, be16(bytes, 14))),
        276 => (bytes.len() >= 20).then(|| (20, be16(bytes, 0))),
        _ => None,
    }
}

impl Packet {
    pub fn of(frame: &Frame) -> Option<Self> {
        let (at, ether_type) = network(frame)?;
        let rest = frame.bytes.get(at..)?;
        let (header, total) = match (ether_type, rest.first()? >> 4) {
            (0x0800, 4) if rest.len() >= 20 => {
                let is_fragment = be16(rest, 6) & 0x3fff != 0;
                let header = usize::from(rest[0] & 15) * 4;
                (!is_fragment).then(|| (header, usize::from(be16(rest, 2))))?
            }
            (0x86dd, 6) if rest.len() >= 40 => (40, 40 + usize::from(be16(rest, 4))),
            _ => return None,
        };
        if header < 20 || total < header || rest.len() < header {
            return None;
        }
        let captured = total.min(rest.len());
        Some(Self {
            link: frame.bytes[..at].to_vec(),
            ether_type,
            ip: rest[..header].to_vec(),
            body: rest[header..captured].to_vec(),
            padding: rest[captured..].to_vec(),
            missing: (total - captured) as u32,
        })
    }

    pub fn is_v4(&self) -> bool {
        self.ether_type == 0x0800
    }

    pub fn protocol(&self) -> u8 {
        self.ip[if self.is_v4() { 9 } else { 6 }]
    }

    fn addresses(&self) -> (usize, usize) {
        if self.is_v4() { (12, 4) } else { (8, 16) }
    }

    pub fn src(&self) -> IpAddr {
        let (at, len) = self.addresses();
        address(&self.ip[at..at + len])
    }

    pub fn dst(&self) -> IpAddr {
        let (at, len) = self.addresses();
        address(&self.ip[at + len..at + 2 * len])
    }

    /// True if it is TCP with its whole header captured.
    pub fn is_tcp(&self) -> bool {
        self.protocol() == TCP && self.body.len() >= 20 && {
            let len = self.header_len();
            (20..=self.body.len()).contains(&len)
        }
    }

    fn header_len(&self) -> usize {
        usize::from(self.body[12] >> 4) * 4
    }

    /// Addresses and ports of a TCP segment.
    pub fn ends(&self) -> Ends {
        (self.src(), be16(&self.body, 0), self.dst(), be16(&self.body, 2))
    }

    pub fn seq(&self) -> u32 {
        be32(&self.body, 4)
    }

    pub fn ack(&self) -> u32 {
        be32(&self.body, 8)
    }

    pub fn flags(&self) -> u8 {
        self.body[13]
    }

    pub fn payload(&self) -> &[u8] {
        &self.body[self.header_len()..]
    }

    pub fn set_payload(&mut self, payload: &[u8]) {
        let len = self.header_len();
        self.body.truncate(len);
        self.body.extend(payload);
        self.padding.clear();
    }

    /// The whole option bytes of a TCP header.
    pub fn tcp_options(&mut self) -> &mut [u8] {
        let len = self.header_len();
        &mut self.body[20..len]
    }

    pub fn ip_id(&self) -> Option<u16> {
        self.is_v4().then(|| be16(&self.ip, 4))
    }

    pub fn set_ip_id(&mut self, id: u16) {
        if self.is_v4() {
            put16(&mut self.ip, 4, id);
        }
    }

    /// The packet from its IP header on.
    pub fn datagram(&self) -> Vec<u8> {
        [&self.ip[..], &self.body].concat()
    }

    /// Right lengths and checksums.
    pub fn seal(&mut self) {
        let carried = (self.body.len() + self.missing as usize) as u16;
        if self.is_v4() {
            let header = self.ip.len() as u16;
            put16(&mut self.ip, 2, header + carried);
            put16(&mut self.ip, 10, 0);
            let sum = checksum(&[&self.ip]);
            put16(&mut self.ip, 10, sum);
        } else {
            put16(&mut self.ip, 4, carried);
        }
        let at = match (self.protocol(), self.is_v4()) {
            (TCP, _) => 16,
            (UDP, _) => 6,
            (1, true) | (58, false) => 2,
            _ => return,
        };
        if self.missing > 0 || self.body.len() < at + 2 {
            return;
        }
        put16(&mut self.body, at, 0);
        let (start, len) = self.addresses();
        let pseudo = [
            &self.ip[start..start + 2 * len],
            &u32::from(carried).to_be_bytes(),
            &[0, 0, 0, self.protocol()],
        ]
        .concat();
        let sum = if self.protocol() == 1 {
            checksum(&[&self.body])
        } else {
            checksum(&[&pseudo, &self.body])
        };
        put16(&mut self.body, at, sum);
    }

    /// The frame again, at its time and place.
    pub fn frame(&self, like: &Frame) -> Frame {
        let bytes = [&self.link[..], &self.ip, &self.body, &self.padding].concat();
        Frame {
            wire_len: bytes.len() as u32 + self.missing,
            bytes,
            ..like.clone()
        }
    }
}

fn address(bytes: &[u8]) -> IpAddr {
    match <[u8; 4]>::try_from(bytes) {
        Ok(v4) => IpAddr::from(v4),
        Err(_) => IpAddr::from(<[u8; 16]>::try_from(bytes).unwrap()),
    }
}

/// Changes the packet in a frame, if there is one.
pub fn edit(frame: &Frame, change: impl FnOnce(&mut Packet)) -> Frame {
    match Packet::of(frame) {
        Some(mut packet) => {
            change(&mut packet);
            packet.seal();
            packet.frame(frame)
        }
        None => frame.clone(),
    }
}

/// Changes the TCP segment in a frame, if there is one.
pub fn edit_tcp(frame: &Frame, change: impl FnOnce(&mut Packet)) -> Frame {
    match Packet::of(frame).filter(Packet::is_tcp) {
        Some(_) => edit(frame, change),
        None => frame.clone(),
    }
}
