//! facts → bytes → facts: frames for the unit tests, built header by header, and what the decoder says of them.

use std::iter;

use super::{Decoded, Decoder};
use crate::frame::{Frame, FrameNumber, LinkType, Timestamp};

/// A segment from port 40000 to 443 with sequence number 7 and the flags ACK and PSH.
pub(super) fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![
        0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 7, 0, 0, 0, 9, 0x50, 0x18, 1, 0, 0xab, 0xcd, 0, 0,
    ];
    bytes.extend(payload);
    bytes
}

pub(super) fn udp(src_port: u16, dst_port: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len() + 8).unwrap();
    let mut bytes = Vec::new();
    for field in [src_port, dst_port, len, 0] {
        bytes.extend(field.to_be_bytes());
    }
    bytes.extend(payload);
    bytes
}

/// From 192.0.2.1 to 198.51.100.2, identification 0x1234.
pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_fragment(protocol, payload, 0, false)
}

/// `offset` is in bytes.
pub(super) fn ipv4_fragment(protocol: u8, payload: &[u8], offset: u16, more: bool) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend(u16::try_from(payload.len() + 20).unwrap().to_be_bytes());
    bytes.extend([0x12, 0x34]);
    bytes.extend((offset / 8 | u16::from(more) << 13).to_be_bytes());
    bytes.extend([64, protocol, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2]);
    bytes.extend(payload);
    bytes
}

/// From 2001:db8::1 to 2001:db8::2.
pub(super) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend([next_header, 64]);
    for last in [1, 2] {
        bytes.extend([
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last,
        ]);
    }
    bytes.extend(payload);
    bytes
}

pub(super) fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    bytes.extend(ether_type.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// LLC/SNAP around IPv4.
pub(super) fn snap(payload: &[u8]) -> Vec<u8> {
    join(&[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], payload])
}

pub(super) fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// One line per decoded item, for frames that were captured whole.
pub(super) fn facts(link: LinkType, frames: &[Vec<u8>]) -> Vec<String> {
    let wire_lens: Vec<_> = frames.iter().map(Vec::len).collect();
    facts_of_cut(link, frames, &wire_lens)
}

/// The same with the frames' lengths on the wire.
pub(super) fn facts_of_cut(link: LinkType, frames: &[Vec<u8>], wire_lens: &[usize]) -> Vec<String> {
    let mut decoder = Decoder::new();
    let mut facts = Vec::new();
    let mut note = |decoded: Decoded<'_>| facts.push(fact(&decoded));
    for ((number, data), wire_len) in iter::zip(1.., frames).zip(wire_lens) {
        let frame = Frame {
            number: FrameNumber(number),
            time: Timestamp(0),
            link,
            interface: 0,
            wire_len: u32::try_from(*wire_len).unwrap(),
            data,
        };
        decoder.decode(&frame, &mut note);
    }
    decoder.finish(&mut note);
    facts
}

fn fact(decoded: &Decoded<'_>) -> String {
    match decoded {
        Decoded::Tcp(segment) => format!(
            "tcp {} {} > {} seq {} len {} lost {} via {}",
            segment.frame,
            segment.src,
            segment.dst,
            segment.seq,
            segment.payload.len(),
            segment.lost,
            segment.tunnel
        ),
        Decoded::Dns(dns) => format!(
            "dns {} {} > {} len {}",
            dns.frame,
            dns.src,
            dns.dst,
            dns.payload.len()
        ),
        Decoded::Icmp(error) => format!(
            "icmp {} {} about {} > {} seq {:?}",
            error.from,
            error.kind,
            error.quoted_src,
            error.quoted_dst,
            error.quoted_seq.map(|seq| seq.0)
        ),
        Decoded::Skip(skip) => format!("skip {skip}"),
    }
}

/// What [`facts`] says of [`tcp`] over [`ipv4`] with five bytes of payload.
pub(super) fn five_bytes_via(tunnel: &str) -> Vec<String> {
    vec![format!(
        "tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 5 lost 0 via {tunnel}"
    )]
}

/// A seeded generator (Marsaglia's xorshift), so that a failing run can be had again.
pub(super) struct XorShift(pub(super) u64);

impl XorShift {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}
