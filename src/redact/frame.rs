//! Frame → Frame of the same length: addresses replaced, payloads taken from redacted streams or emptied, checksums as
//! right as before.
//!
//! Whatever is not taken apart here is emptied: a tunnel, a protocol or a fragment that nobody looked into may hold
//! anything. A checksum is corrected by what changed under it (RFC 1624), so a right one stays right, even where the snap
//! length cut the packet, and one that the network card was to fill in stays wrong.

use std::net::IpAddr;

use super::dns;
use super::pseudonym::Pseudonyms;
use crate::decode::Endpoint;
use crate::frame::LinkType;

/// What a payload is found by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) src: Endpoint,
    pub(super) dst: Endpoint,
    pub(super) seq: u32,
    pub(super) syn: bool,
}

/// Replaces what identifies in a frame; whether a part of it was emptied because nobody looked into it.
pub(super) fn frame(
    link: LinkType,
    bytes: &mut [u8],
    names: &Pseudonyms,
    payloads: &mut dyn FnMut(&Segment, &mut [u8]),
) -> bool {
    match link {
        LinkType::ETHERNET => ethernet(bytes, names, payloads),
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => ip(bytes, names, payloads),
        LinkType::NULL | LinkType::LOOP => ip(bytes.get_mut(4..).unwrap_or_default(), names, payloads),
        LinkType::LINUX_SLL => {
            names.mac(bytes.get_mut(6..12).unwrap_or_default());
            bytes.iter_mut().skip(12).take(2).for_each(|byte| *byte = 0);
            let kind = u16_at(bytes, 14);
            ether_type(kind, bytes.get_mut(16..).unwrap_or_default(), names, payloads)
        }
        LinkType::LINUX_SLL2 => {
            names.mac(bytes.get_mut(12..18).unwrap_or_default());
            bytes.iter_mut().skip(18).take(2).for_each(|byte| *byte = 0);
            let kind = u16_at(bytes, 0);
            ether_type(kind, bytes.get_mut(20..).unwrap_or_default(), names, payloads)
        }
        _ => empty(bytes),
    }
}

/// Zeros; whether there was anything.
fn empty(bytes: &mut [u8]) -> bool {
    bytes.fill(0);
    !bytes.is_empty()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..)
        .and_then(|it| it.first_chunk::<2>())
        .map_or(0, |it| u16::from_be_bytes(*it))
}

fn put16(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(to) = bytes.get_mut(at..at.saturating_add(2)) {
        to.copy_from_slice(&value.to_be_bytes());
    }
}

fn ethernet(bytes: &mut [u8], names: &Pseudonyms, payloads: &mut dyn FnMut(&Segment, &mut [u8])) -> bool {
    names.mac(bytes.get_mut(0..6).unwrap_or_default());
    names.mac(bytes.get_mut(6..12).unwrap_or_default());
    let mut at = 12;
    while matches!(u16_at(bytes, at), 0x8100 | 0x88a8 | 0x9100) {
        at += 4;
    }
    let kind = u16_at(bytes, at);
    ether_type(kind, bytes.get_mut(at + 2..).unwrap_or_default(), names, payloads)
}

fn ether_type(kind: u16, bytes: &mut [u8], names: &Pseudonyms, payloads: &mut dyn FnMut(&Segment, &mut [u8])) -> bool {
    match kind {
        0x0800 | 0x86dd => ip(bytes, names, payloads),
        // ARP between IPv4 hosts on Ethernet (RFC 826).
        0x0806 if bytes.starts_with(&[0, 1, 8, 0, 6, 4]) && bytes.len() >= 28 => {
            for at in [8, 18] {
                names.mac(bytes.get_mut(at..at + 6).unwrap_or_default());
                names.address_bytes(bytes.get_mut(at + 6..at + 10).unwrap_or_default());
            }
            bytes.iter_mut().skip(28).for_each(|byte| *byte = 0);
            false
        }
        _ => empty(bytes),
    }
}

fn ip(bytes: &mut [u8], names: &Pseudonyms, payloads: &mut dyn FnMut(&Segment, &mut [u8])) -> bool {
    let version = bytes.first().map_or(0, |it| it >> 4);
    let (header_len, total, protocol, addresses) = match version {
        4 if bytes.len() >= 20 => {
            let header_len = usize::from(bytes.first().map_or(0, |it| it & 15)) * 4;
            let total = usize::from(u16_at(bytes, 2));
            let total = if total == 0 { bytes.len() } else { total };
            (header_len.max(20), total, bytes.get(9).copied().unwrap_or(0), 12..20)
        }
        6 if bytes.len() >= 40 => {
            let total = usize::from(u16_at(bytes, 4)) + 40;
            (40, total, bytes.get(6).copied().unwrap_or(0), 8..40)
        }
        _ => return empty(bytes),
    };
    // Padding behind the packet is whatever stood in the sender's memory.
    let total = total.min(bytes.len()).max(header_len.min(bytes.len()));
    bytes.iter_mut().skip(total).for_each(|byte| *byte = 0);
    // Where options are none, the header's length is wrong, and what stands in the place of the next header is payload.
    let has_strange_options = version == 4 && !are_options(bytes.get(20..header_len.min(total)).unwrap_or_default());
    let is_fragment = version == 4 && u16_at(bytes, 6) & 0x3fff != 0;
    let Some((header, body)) = bytes
        .get_mut(..total)
        .and_then(|it| it.split_at_mut_checked(header_len))
    else {
        return empty(bytes);
    };
    let old = header.to_vec();
    let ends = |header: &[u8]| -> Option<(IpAddr, IpAddr)> {
        let both = header.get(addresses.clone())?;
        let (src, dst) = both.split_at(both.len() / 2);
        let of = |half: &[u8]| -> Option<IpAddr> {
            match half.len() {
                4 => Some(<[u8; 4]>::try_from(half).ok()?.into()),
                _ => Some(<[u8; 16]>::try_from(half).ok()?.into()),
            }
        };
        Some((of(src)?, of(dst)?))
    };
    let Some((src, dst)) = ends(header) else { return false };
    if let Some(both) = header.get_mut(addresses.clone()) {
        let (src, dst) = both.split_at_mut(both.len() / 2);
        names.address_bytes(src);
        names.address_bytes(dst);
    }
    if version == 4 {
        // Options can hold addresses (record route); zeros end the list.
        header.iter_mut().skip(20).for_each(|byte| *byte = 0);
        let sum = adjusted(u16_at(&old, 10), &old, header, Some(10));
        put16(header, 10, sum);
    }
    let pseudo = (
        old.get(addresses.clone()).unwrap_or_default().to_vec(),
        header.get(addresses).unwrap_or_default().to_vec(),
    );
    if is_fragment || has_strange_options {
        return empty(body);
    }
    let mut emptied = false;
    let old = body.to_vec();
    let at = match protocol {
        6 => {
            tcp(body, src, dst, payloads);
            Some(16)
        }
        17 => {
            emptied = udp(body, names);
            Some(6).filter(|_| u16_at(&old, 6) != 0)
        }
        1 => {
            emptied = icmp(body, names, matches!(body.first(), Some(3 | 4 | 5 | 11 | 12)));
            Some(2)
        }
        58 => {
            let kind = body.first().copied().unwrap_or(0);
            if let 135 | 136 = kind
                && body.len() >= 24
            {
                names.address_bytes(body.get_mut(8..24).unwrap_or_default());
                body.iter_mut().skip(24).for_each(|byte| *byte = 0);
            } else {
                emptied = icmp(body, names, kind < 128);
            }
            Some(2)
        }
        _ => {
            emptied = empty(body);
            None
        }
    };
    if let Some(at) = at
        && body.len() >= at + 2
    {
        let mut sum = adjusted(u16_at(&old, at), &old, body, Some(at));
        // ICMP alone has no pseudo header.
        if protocol != 1 {
            sum = adjusted(sum, &pseudo.0, &pseudo.1, None);
        }
        if protocol == 17 && sum == 0 {
            sum = 0xffff;
        }
        put16(body, at, sum);
    }
    emptied
}

/// Whether the options of an IPv4 header can be taken apart: kinds that were given out (RFC 791, 1108, 1393, 2113), up to
/// the end or a zero.
fn are_options(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let [kind, behind @ ..] = rest {
        rest = match (kind, behind.first()) {
            (0, _) => return behind.iter().all(|byte| *byte == 0),
            (1, _) => behind,
            (7 | 68 | 82 | 130 | 131 | 133 | 134 | 136 | 137 | 148, Some(2..)) => {
                let len = usize::from(behind.first().copied().unwrap_or(0));
                match rest.get(len..) {
                    Some(rest) => rest,
                    None => return false,
                }
            }
            _ => return false,
        };
    }
    true
}

/// A checksum after bytes under it have changed; the checksum's own place is left out.
fn adjusted(checksum: u16, old: &[u8], new: &[u8], own: Option<usize>) -> u16 {
    let sum = |bytes: &[u8]| -> u64 {
        (0..bytes.len())
            .step_by(2)
            .filter(|at| Some(*at) != own)
            .map(|at| {
                u64::from(bytes.get(at).copied().unwrap_or(0)) << 8 | u64::from(bytes.get(at + 1).copied().unwrap_or(0))
            })
            .sum()
    };
    let fold = |mut sum: u64| {
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        sum
    };
    // ~checksum is the sum of everything else; take the old away and add the new (RFC 1624, equation 3).
    let total = u64::from(!checksum) + (0xffff - fold(sum(old))) + fold(sum(new));
    !(fold(total) as u16)
}

fn tcp(body: &mut [u8], src: IpAddr, dst: IpAddr, payloads: &mut dyn FnMut(&Segment, &mut [u8])) {
    let header_len = usize::from(body.get(12).map_or(0, |it| it >> 4)) * 4;
    if header_len < 20 || body.len() < header_len {
        return body.iter_mut().skip(20).for_each(|byte| *byte = 0);
    }
    let (header, payload) = body.split_at_mut(header_len);
    options(header.get_mut(20..).unwrap_or_default());
    let seq = header
        .get(4..)
        .and_then(|it| it.first_chunk::<4>())
        .map_or(0, |it| u32::from_be_bytes(*it));
    let syn = header.get(13).is_some_and(|it| it & 2 != 0);
    let segment = Segment {
        src: Endpoint {
            ip: src,
            port: u16_at(header, 0),
        },
        dst: Endpoint {
            ip: dst,
            port: u16_at(header, 2),
        },
        seq: seq.wrapping_add(u32::from(syn)),
        syn,
    };
    payloads(&segment, payload);
}

/// Keeps the options whose values are sizes and times. Others can hold keys and cookies (RFC 7413, RFC 8684), and where the
/// header's length is wrong, what stands there is payload.
fn options(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(&kind) = bytes.get(at) {
        let len = match kind {
            1 => 1,
            _ => usize::from(bytes.get(at + 1).copied().unwrap_or(0)),
        };
        let is_known = match kind {
            1 => true,
            2 => len == 4,
            3 => len == 3,
            4 => len == 2,
            5 => matches!(len, 10 | 18 | 26 | 34),
            8 => len == 10,
            _ => false,
        };
        if !is_known || at + len > bytes.len() {
            break;
        }
        at += len;
    }
    // Zeros end the list.
    bytes.iter_mut().skip(at).for_each(|byte| *byte = 0);
}

fn udp(body: &mut [u8], names: &Pseudonyms) -> bool {
    let is_dns = u16_at(body, 0) == 53 || u16_at(body, 2) == 53;
    let payload = body.get_mut(8..).unwrap_or_default();
    if is_dns {
        dns::message(payload, names);
        return false;
    }
    empty(payload)
}

/// An error quotes the packet it is about; everything else is emptied.
fn icmp(body: &mut [u8], names: &Pseudonyms, is_error: bool) -> bool {
    let quoted = body.get_mut(8..).unwrap_or_default();
    if !is_error {
        return empty(quoted);
    }
    ip(quoted, names, &mut |_, payload| payload.fill(0))
}
