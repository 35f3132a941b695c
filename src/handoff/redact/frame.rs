//! Frame → Frame of the same length: addresses replaced, payloads taken from redacted streams or emptied, checksums as
//! right as before.
//!
//! Every part that is not parsed here is emptied: an unparsed tunnel, protocol or fragment may hold anything. The
//! quotation in an ICMP error is one level deep: such an error is never about another (RFC 1122 section 3.2.2), so a
//! quoted ICMP error is emptied, and a frame cannot cause unbounded recursion.

use std::net::IpAddr;

use super::checksum::{Beside, Checksum};
use super::dns;
use super::pseudonym::Pseudonyms;
use crate::base::endpoint::Endpoint;
use crate::base::frame::LinkType;

/// The source of a payload: bytes that are replaced in place; a part that was not parsed is emptied, and reported as
/// such.
#[derive(Clone, Copy, Debug)]
pub(super) enum Payload {
    Tcp(Segment),
    Udp { src: Endpoint, dst: Endpoint },
}

/// The key of a payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) src: Endpoint,
    pub(super) dst: Endpoint,
    pub(super) seq: u32,
    pub(super) syn: bool,
}

/// Replaces the identifying parts of a frame; returns whether a part of it was emptied because it was not parsed.
pub(super) fn frame(
    link: LinkType,
    bytes: &mut [u8],
    names: &Pseudonyms,
    payloads: &mut dyn FnMut(&Payload, &mut [u8]) -> bool,
) -> bool {
    match link {
        LinkType::ETHERNET => ethernet(bytes, names, payloads),
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => ip(bytes, names, Within::Frame, payloads),
        LinkType::NULL | LinkType::LOOP => match bytes.split_at_mut_checked(4) {
            // A family's number in either byte order: 2, and the numbers that systems use for IPv6.
            Some(([0, 0, 0, family] | [family, 0, 0, 0], packet)) if matches!(family, 2 | 10 | 24 | 28 | 30) => {
                ip(packet, names, Within::Frame, payloads)
            }
            _ => empty(bytes),
        },
        LinkType::LINUX_SLL => {
            let Some((head, packet)) = bytes.split_at_mut_checked(16) else {
                return empty(bytes);
            };
            names.mac(head.get_mut(6..12).unwrap_or_default());
            zero(head, 12..14);
            // The direction, and the length of an address.
            keep_if(head, 0..2, |way| matches!(way, [0, 0..=4]));
            keep_if(head, 4..6, |len| matches!(len, [0, 0..=8]));
            let kind = u16_at(head, 14);
            ether_type(kind, packet, names, payloads)
        }
        LinkType::LINUX_SLL2 => {
            let Some((head, packet)) = bytes.split_at_mut_checked(20) else {
                return empty(bytes);
            };
            names.mac(head.get_mut(12..18).unwrap_or_default());
            zero(head, 18..20);
            zero(head, 2..4);
            // The number of an interface is small.
            keep_if(head, 4..8, |number| matches!(number, [0, 0, ..]));
            let kind = u16_at(head, 0);
            ether_type(kind, packet, names, payloads)
        }
        _ => empty(bytes),
    }
}

/// The place of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Frame,
    /// In an ICMP error.
    Quotation,
}

fn zero(bytes: &mut [u8], places: std::ops::Range<usize>) {
    keep_if(bytes, places, |_| false);
}

/// Keeps a field if its value is one that such a field can hold.
fn keep_if(bytes: &mut [u8], places: std::ops::Range<usize>, is_known: impl Fn(&[u8]) -> bool) {
    let len = bytes.len();
    let field = bytes
        .get_mut(places.start.min(len)..places.end.min(len))
        .unwrap_or_default();
    if !is_known(field) {
        field.fill(0);
    }
}

/// Fills with zeros; returns whether there was any other byte.
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

fn ethernet(bytes: &mut [u8], names: &Pseudonyms, payloads: &mut dyn FnMut(&Payload, &mut [u8]) -> bool) -> bool {
    // A frame may end within an address.
    let len = bytes.len().min(12);
    let addresses = bytes.get_mut(..len).unwrap_or_default();
    addresses.chunks_mut(6).for_each(|address| names.mac(address));
    let mut at = 12;
    while matches!(u16_at(bytes, at), 0x8100 | 0x88a8 | 0x9100) {
        at += 4;
    }
    let kind = u16_at(bytes, at);
    ether_type(kind, bytes.get_mut(at + 2..).unwrap_or_default(), names, payloads)
}

fn ether_type(
    kind: u16,
    bytes: &mut [u8],
    names: &Pseudonyms,
    payloads: &mut dyn FnMut(&Payload, &mut [u8]) -> bool,
) -> bool {
    match kind {
        0x0800 | 0x86dd => ip(bytes, names, Within::Frame, payloads),
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

#[allow(
    clippy::too_many_lines,
    reason = "one pass over a header: each step needs what the one before it found"
)]
fn ip(
    bytes: &mut [u8],
    names: &Pseudonyms,
    within: Within,
    payloads: &mut dyn FnMut(&Payload, &mut [u8]) -> bool,
) -> bool {
    let version = bytes.first().map_or(0, |it| it >> 4);
    let (header_len, claimed, protocol, addresses) = match version {
        4 if bytes.len() >= 20 => {
            let header_len = usize::from(bytes.first().map_or(0, |it| it & 15)) * 4;
            let claimed = usize::from(u16_at(bytes, 2));
            let claimed = if claimed == 0 { bytes.len() } else { claimed };
            (header_len.max(20), claimed, bytes.get(9).copied().unwrap_or(0), 12..20)
        }
        6 if bytes.len() >= 40 => {
            let claimed = usize::from(u16_at(bytes, 4)) + 40;
            (40, claimed, bytes.get(6).copied().unwrap_or(0), 8..40)
        }
        _ => return empty(bytes),
    };
    let is_whole = claimed <= bytes.len();
    // Padding after the packet is memory of the sender.
    let total = claimed.min(bytes.len()).max(header_len.min(bytes.len()));
    bytes.iter_mut().skip(total).for_each(|byte| *byte = 0);
    // If the options are invalid, the header's length is wrong, and the bytes in place of the next header are payload.
    let has_strange_options = version == 4 && !are_options(bytes.get(20..header_len.min(total)).unwrap_or_default());
    let is_fragment = version == 4 && u16_at(bytes, 6) & 0x3fff != 0;
    let Some((header, body)) = bytes
        .get_mut(..total)
        .and_then(|it| it.split_at_mut_checked(header_len))
    else {
        return empty(bytes);
    };
    let of_header = Checksum::of(header, 10, Beside::default(), true);
    let Some((src, dst)) = header.get(addresses.clone()).and_then(ends) else {
        return empty(bytes);
    };
    let len = body.len();
    let pseudo = |header: &[u8]| Beside::new(header.get(addresses.clone()).unwrap_or_default(), protocol, len);
    let before = pseudo(header);
    if let Some(both) = header.get_mut(addresses.clone()) {
        let (src, dst) = both.split_at_mut(both.len() / 2);
        names.address_bytes(src);
        names.address_bytes(dst);
    }
    if version == 4 {
        // Options can hold addresses (record route); zeros end the list.
        header.iter_mut().skip(20).for_each(|byte| *byte = 0);
        of_header.renew(header, 10, Beside::default(), names);
    }
    if is_fragment || has_strange_options {
        return empty(body);
    }
    let (at, before, after) = match protocol {
        6 => (16, before, pseudo(header)),
        17 => (6, before, pseudo(header)),
        58 => (2, before, pseudo(header)),
        // ICMP alone has no pseudo header.
        1 => (2, Beside::default(), Beside::default()),
        _ => return empty(body),
    };
    // A datagram states its own length.
    let is_whole = is_whole && (protocol != 17 || usize::from(u16_at(body, 4)) == len);
    let checksum = Checksum::of(body, at, before, is_whole);
    let emptied = match protocol {
        6 => {
            tcp(body, src, dst, payloads);
            false
        }
        17 => udp(body, (src, dst), names, payloads),
        _ => icmp(body, protocol == 58, names, within),
    };
    checksum.renew(body, at, after, names);
    emptied
}

/// Source and destination.
fn ends(both: &[u8]) -> Option<(IpAddr, IpAddr)> {
    let (src, dst) = both.split_at(both.len() / 2);
    let of = |half: &[u8]| -> Option<IpAddr> {
        match half.len() {
            4 => Some(<[u8; 4]>::try_from(half).ok()?.into()),
            _ => Some(<[u8; 16]>::try_from(half).ok()?.into()),
        }
    };
    Some((of(src)?, of(dst)?))
}

/// True if the options of an IPv4 header can be parsed: assigned kinds (RFC 791, 1108, 1393, 2113), up to the end or a
/// zero.
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

fn tcp(body: &mut [u8], src: IpAddr, dst: IpAddr, payloads: &mut dyn FnMut(&Payload, &mut [u8]) -> bool) {
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
    payloads(&Payload::Tcp(segment), payload);
}

/// Keeps the options whose values are sizes and times. Others can hold keys and cookies (RFC 7413, RFC 8684), and if
/// the header's length is wrong, the bytes there are payload.
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

fn udp(
    body: &mut [u8],
    (src, dst): (IpAddr, IpAddr),
    names: &Pseudonyms,
    payloads: &mut dyn FnMut(&Payload, &mut [u8]) -> bool,
) -> bool {
    let [src_port, dst_port] = [u16_at(body, 0), u16_at(body, 2)];
    let payload = body.get_mut(8..).unwrap_or_default();
    if src_port == 53 || dst_port == 53 {
        dns::message(payload, names);
        return false;
    }
    let ends = Payload::Udp {
        src: Endpoint {
            ip: src,
            port: src_port,
        },
        dst: Endpoint {
            ip: dst,
            port: dst_port,
        },
    };
    payloads(&ends, payload)
}

/// An error quotes the packet it is about, and neighbour discovery asks for a node by its address; everything else is
/// emptied.
fn icmp(body: &mut [u8], v6: bool, names: &Pseudonyms, within: Within) -> bool {
    let (kind, code) = match body {
        [kind, code, ..] => (*kind, *code),
        _ => return empty(body),
    };
    let is_error = if v6 {
        kind < 128
    } else {
        matches!(kind, 3 | 4 | 5 | 11 | 12)
    };
    let (head, behind) = match body.split_at_mut_checked(8) {
        Some((head, behind)) => (head.get_mut(4..).unwrap_or_default(), behind),
        None => return empty(body.get_mut(2..).unwrap_or_default()),
    };
    match (v6, kind) {
        // The better gateway.
        (false, 5) => names.address_bytes(head),
        // The MTU of the next link; old routers and senders put anything before it.
        (false, 3) if code == 4 => zero(head, 0..2),
        (true, 2) => keep_if(head, 0..4, |mtu| matches!(mtu, [0, 0, ..])),
        // The position of the fault in the packet.
        (false, 12) => zero(head, 1..4),
        (true, 4) => keep_if(head, 0..4, |place| matches!(place, [0, 0, ..])),
        // Flags.
        (true, 136) => {
            zero(head, 1..4);
            head.iter_mut().take(1).for_each(|flags| *flags &= 0xe0);
        }
        // The numbers of echoes are chosen by their sender; other types have no defined content here.
        _ => head.fill(0),
    }
    if v6
        && matches!(kind, 135 | 136)
        && let Some((target, options)) = behind.split_at_mut_checked(16)
    {
        names.address_bytes(target);
        options.fill(0);
        return false;
    }
    if !is_error || within == Within::Quotation {
        return empty(behind);
    }
    ip(behind, names, Within::Quotation, &mut |_, payload| empty(payload))
}
