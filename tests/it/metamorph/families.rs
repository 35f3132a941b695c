//! IPv4 capture → the same over IPv6: headers, fragments, ICMP errors with the packets that they quote, neighbour
//! discovery instead of ARP, and in DNS the addresses that were asked for and answered.
//!
//! What a program wrote about addresses elsewhere (HTTP, a certificate, a PROXY line) stays as it wrote it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::capture::Capture;
use super::packet::{Frame, be16, checksum, network, put16};

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;

/// The IPv6 address for an IPv4 one, of the same scope: what is private stays private.
pub fn in_six(v4: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = v4.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    match v4 {
        Ipv4Addr::UNSPECIFIED => Ipv6Addr::UNSPECIFIED,
        Ipv4Addr::LOCALHOST => Ipv6Addr::LOCALHOST,
        _ if v4.is_multicast() || v4.is_broadcast() => Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1),
        _ if v4.is_private() => Ipv6Addr::new(0xfd00, 0xdb8, 0, 1, 0, 0, high, low),
        _ if v4.is_link_local() => Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, high, low),
        _ => Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, high, low),
    }
}

/// The capture over IPv6. What was IPv6, or no IP at all, stays as it is.
pub fn over_six(capture: &Capture) -> Capture {
    let mut changed = capture.with(capture.frames.iter().map(frame_in_six).collect());
    for device in &mut changed.devices {
        if let IpAddr::V4(v4) = device {
            *device = in_six(*v4).into();
        }
    }
    // The header is longer than the one that the snap length was chosen for.
    changed.snap = capture.snap.saturating_add(28);
    changed
}

fn frame_in_six(frame: &Frame) -> Frame {
    let Some((at, kind)) = network(frame) else {
        return frame.clone();
    };
    let rest = &frame.bytes[at..];
    let not_captured = frame.wire_len as usize - frame.bytes.len();
    let Some((packet, missing)) = (match kind {
        IPV4 => packet_in_six(rest, not_captured),
        ARP => neighbour(rest).map(|packet| (packet, 0)),
        _ => None,
    }) else {
        return frame.clone();
    };
    let mut link = frame.bytes[..at].to_vec();
    let kind_at = match frame.link {
        1 => Some(at - 2),
        113 => Some(14),
        276 => Some(0),
        _ => None,
    };
    if let Some(kind_at) = kind_at {
        put16(&mut link, kind_at, IPV6);
    }
    let bytes = [link, packet].concat();
    Frame {
        wire_len: (bytes.len() + missing) as u32,
        bytes,
        ..frame.clone()
    }
}

/// An IPv4 packet in IPv6, and how many of its bytes were not captured.
fn packet_in_six(packet: &[u8], not_captured: usize) -> Option<(Vec<u8>, usize)> {
    let header = usize::from(packet.first()? & 15) * 4;
    if packet[0] >> 4 != 4 || header < 20 || packet.len() < header {
        return None;
    }
    let total = match usize::from(be16(packet, 2)) {
        // A network card was to fill it in.
        0 => packet.len() + not_captured,
        total => total,
    };
    let whole = total.checked_sub(header)?;
    let body = &packet[header..packet.len().min(total)];
    let addresses = [
        in_six(four(&packet[12..16])).octets(),
        in_six(four(&packet[16..20])).octets(),
    ]
    .concat();
    let (flags, protocol) = (be16(packet, 6), packet[9]);
    let (is_first, is_part) = (flags & 0x1fff == 0, flags & 0x3fff != 0);
    let (next, body, whole) = if is_part && !is_first {
        (protocol, body.to_vec(), whole)
    } else {
        let carried = carried(protocol, body, whole, is_part);
        (carried.protocol, carried.body, carried.whole)
    };
    let next = if is_part && protocol == 1 { 58 } else { next };
    let extension = if is_part {
        let id = be16(packet, 4).to_be_bytes();
        let place = (flags & 0x1fff) << 3 | (flags >> 13 & 1);
        [&[next, 0][..], &place.to_be_bytes(), &[0, 0], &id].concat()
    } else {
        Vec::new()
    };
    let missing = whole - body.len();
    let body = if is_part {
        body
    } else {
        summed(next, body, missing, &addresses)
    };
    let class = u32::from(packet[1]) << 20 | 6 << 28;
    let length = (whole + extension.len()) as u16;
    let six = [
        &class.to_be_bytes()[..],
        &length.to_be_bytes(),
        &[if is_part { 44 } else { next }, packet[8]],
        &addresses,
        &extension,
        &body,
    ]
    .concat();
    Some((six, missing))
}

/// What a packet carries.
struct Carried {
    protocol: u8,
    body: Vec<u8>,
    /// Its length on the wire.
    whole: usize,
}

fn carried(protocol: u8, body: &[u8], whole: usize, is_part: bool) -> Carried {
    let same = |protocol| Carried {
        protocol,
        body: body.to_vec(),
        whole,
    };
    let is_whole = body.len() == whole && !is_part;
    match protocol {
        1 if is_whole && body.len() >= 8 => {
            let body = icmp(body);
            Carried {
                protocol: 58,
                whole: body.len(),
                body,
            }
        }
        1 => same(58),
        17 if is_whole && body.len() >= 8 && (be16(body, 0) == 53 || be16(body, 2) == 53) => {
            let Some(message) = dns(&body[8..]) else {
                return same(17);
            };
            let mut body = [&body[..8], &message].concat();
            let length = body.len() as u16;
            put16(&mut body, 4, length);
            Carried {
                protocol: 17,
                whole: body.len(),
                body,
            }
        }
        _ => same(protocol),
    }
}

/// With its checksum, if all of it is there.
fn summed(protocol: u8, mut body: Vec<u8>, missing: usize, addresses: &[u8]) -> Vec<u8> {
    let at = match protocol {
        6 => 16,
        17 => 6,
        58 => 2,
        _ => return body,
    };
    if missing > 0 || body.len() < at + 2 {
        return body;
    }
    put16(&mut body, at, 0);
    let length = (body.len() as u32).to_be_bytes();
    let sum = checksum(&[addresses, &length, &[0, 0, 0, protocol], &body]);
    // RFC 768: zero says that there is none, which IPv6 does not allow.
    let is_none = protocol == 17 && sum == 0;
    put16(&mut body, at, if is_none { 0xffff } else { sum });
    body
}

/// The ICMPv6 message that says the same (RFC 7915, section 4.2, translates them so).
fn icmp(body: &[u8]) -> Vec<u8> {
    let (kind, code, rest) = match (body[0], body[1]) {
        (8, _) => (128, 0, &body[4..8]),
        (0, _) => (129, 0, &body[4..8]),
        (3, 4) => (2, 0, &body[4..8]),
        (3, 3) => (1, 4, &[0; 4][..]),
        (3, 9 | 10 | 13) => (1, 1, &[0; 4][..]),
        (3, 1) => (1, 3, &[0; 4][..]),
        (3, _) => (1, 0, &[0; 4][..]),
        (11, code) => (3, code, &[0; 4][..]),
        (12, _) => (4, 0, &[0; 4][..]),
        (kind, code) => (kind, code, &body[4..8]),
    };
    let mut rest = rest.to_vec();
    if kind == 2 {
        // The link carries what it carried: the header is 20 bytes longer.
        let mtu = be16(&rest, 2) + 20;
        put16(&mut rest, 0, 0);
        put16(&mut rest, 2, mtu);
    }
    let quoted = &body[8..];
    let quoted = if matches!(kind, 1..=4) {
        let total = if quoted.len() >= 20 {
            usize::from(be16(quoted, 2))
        } else {
            0
        };
        packet_in_six(quoted, total.saturating_sub(quoted.len())).map_or_else(|| quoted.to_vec(), |(packet, _)| packet)
    } else {
        quoted.to_vec()
    };
    [&[kind, code, 0, 0][..], &rest, &quoted].concat()
}

/// Neighbour solicitation and advertisement for ARP request and reply (RFC 4861, sections 4.3 and 4.4).
fn neighbour(arp: &[u8]) -> Option<Vec<u8>> {
    if arp.len() < 28 || be16(arp, 2) != IPV4 {
        return None;
    }
    let [source, target] = [14, 24].map(|at| in_six(four(&arp[at..at + 4])));
    let (kind, flags, option, about, to) = match be16(arp, 6) {
        1 => (135, 0, 1, target, Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1)),
        2 => (136, 0x60, 2, source, target),
        _ => return None,
    };
    let body = [
        &[kind, 0, 0, 0, flags, 0, 0, 0][..],
        &about.octets(),
        &[option, 1],
        &arp[8..14],
    ]
    .concat();
    let addresses = [source.octets(), to.octets()].concat();
    let body = summed(58, body, 0, &addresses);
    Some([&[0x60, 0, 0, 0, 0, body.len() as u8, 58, 255][..], &addresses, &body].concat())
}

fn four(bytes: &[u8]) -> Ipv4Addr {
    Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3])
}

const A: u16 = 1;
const AAAA: u16 = 28;

/// A DNS message in which A and AAAA have changed places; its names are written out, because places move.
fn dns(message: &[u8]) -> Option<Vec<u8>> {
    if message.len() < 12 {
        return None;
    }
    let counts = [4, 6, 8, 10].map(|at| be16(message, at));
    let mut out = message[..12].to_vec();
    let mut at = 12;
    let other = |kind| match kind {
        A => AAAA,
        AAAA => A,
        kind => kind,
    };
    for _ in 0..counts[0] {
        let (name, after) = name(message, at)?;
        let rest = message.get(after..after + 4)?;
        out.extend(name);
        out.extend(other(be16(rest, 0)).to_be_bytes());
        out.extend(&rest[2..]);
        at = after + 4;
    }
    for _ in 0..counts[1..].iter().map(|&it| u32::from(it)).sum() {
        let (name, after) = name(message, at)?;
        let head = message.get(after..after + 10)?;
        let (kind, length) = (be16(head, 0), usize::from(be16(head, 8)));
        let data_at = after + 10;
        let data = message.get(data_at..data_at + length)?;
        let data = match (kind, data.len()) {
            (A, 4) => in_six(four(data)).octets().to_vec(),
            (AAAA, 16) => data[12..].to_vec(),
            (A | AAAA, _) => return None,
            _ => written_out(message, kind, data_at, data)?,
        };
        out.extend(name);
        out.extend(other(kind).to_be_bytes());
        out.extend(&head[2..8]);
        out.extend((data.len() as u16).to_be_bytes());
        out.extend(data);
        at = data_at + length;
    }
    Some(out)
}

/// The data of a record with its names written out.
fn written_out(message: &[u8], kind: u16, at: usize, data: &[u8]) -> Option<Vec<u8>> {
    Some(match kind {
        // NS, CNAME, PTR.
        2 | 5 | 12 => name(message, at)?.0,
        // SOA.
        6 => {
            let (server, after) = name(message, at)?;
            let (owner, after) = name(message, after)?;
            [server, owner, message.get(after..at + data.len())?.to_vec()].concat()
        }
        // MX.
        15 => [message.get(at..at + 2)?.to_vec(), name(message, at + 2)?.0].concat(),
        _ => data.to_vec(),
    })
}

/// A name written out, and what follows it.
fn name(message: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut after = None;
    loop {
        let length = usize::from(*message.get(at)?);
        match length {
            0 => {
                out.push(0);
                return Some((out, after.unwrap_or(at + 1)));
            }
            1..=63 => {
                out.extend(message.get(at..=at + length)?);
                at += 1 + length;
            }
            _ => {
                let place = usize::from(be16(message.get(at..at + 2)?, 0) & 0x3fff);
                after.get_or_insert(at + 2);
                // Names point backwards.
                at = (place < at).then_some(place)?;
            }
        }
    }
}
