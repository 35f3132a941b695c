//! bytes of a packet → what its first header is, and how long it was on the wire.
//!
//! Most dumps do not say which link layer they print, and some print none (`tcpdump -x`). The bytes do: an IP header has a
//! version, lengths that agree and, in version 4, a checksum (RFC 791 section 3.1, RFC 8200 section 3).

use crate::base::frame::LinkType;

/// The EtherTypes that are looked behind: tags of a VLAN (IEEE 802.1Q, 802.1ad, and what was written before), 4 bytes each.
const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
/// EtherTypes of protocols that a capture of a network holds beside IP; behind two addresses they are proof enough.
const OTHERS: [u16; 6] = [0x8847, 0x8863, 0x8864, 0x888e, 0x88cc, 0x8902];

const ARP: u16 = 0x0806;
/// Bytes of ARP for IPv4 over Ethernet (RFC 826).
const ARP_LEN: usize = 28;

/// The shape of a packet, by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) link: LinkType,
    /// Its length on the wire, as far as its IP header tells.
    pub(super) wire_len: Option<usize>,
}

impl Shape {
    /// The shape of a packet that begins with `bytes`; `None`: they fit none, or several.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        type Reading = fn(&[u8]) -> Option<Option<usize>>;
        const READINGS: [(LinkType, Reading); 6] = [
            (LinkType::RAW, ip),
            (LinkType::ETHERNET, ethernet),
            (LinkType::LINUX_SLL, cooked),
            (LinkType::LINUX_SLL2, cooked_2),
            (LinkType::NULL, loopback),
            (LinkType::RAW, bare_arp),
        ];
        let shape = |(link, reading): &(LinkType, Reading)| {
            let wire_len = reading(bytes)?;
            Some(Self { link: *link, wire_len })
        };
        // A packet that was printed whole has the length that its header says; bytes that only look like a header do not.
        let is_whole = |shape: &Self| shape.wire_len.is_some_and(|len| len <= bytes.len());
        let mut shapes = READINGS.iter().filter_map(shape);
        let first = shapes.next()?;
        if is_whole(&first) {
            return Some(first);
        }
        Some(shapes.find(is_whole).unwrap_or(first))
    }
}

/// An IP header; its packet's length where it tells one (0: the network card was to cut it).
fn ip(bytes: &[u8]) -> Option<Option<usize>> {
    let &[first, _, high, low, high_6, low_6, next, ..] = bytes else {
        return None;
    };
    match first >> 4 {
        4 => {
            let header_len = usize::from(first & 0xf).saturating_mul(4);
            let len = usize::from(u16::from_be_bytes([high, low]));
            let header = bytes.get(..header_len).filter(|it| it.len() >= 20)?;
            let is_right = checksum(header) == 0xffff || header.get(10..12) == Some(&[0, 0]);
            (is_right && (len == 0 || len >= header_len)).then_some((len > 0).then_some(len))
        }
        6 => {
            // A version is little proof: the next header has to be one that is used, too.
            let len = usize::from(u16::from_be_bytes([high_6, low_6]));
            let is_used = matches!(
                next,
                0 | 4 | 6 | 17 | 41 | 43 | 44 | 47 | 50 | 51 | 58 | 59 | 60 | 89 | 132
            );
            (bytes.len() >= 40 && is_used).then_some((len > 0).then(|| len.saturating_add(40)))
        }
        _ => None,
    }
}

/// The ones' complement sum over a header, its checksum included (RFC 1071).
fn checksum(header: &[u8]) -> u32 {
    let words = header.as_chunks::<2>().0.iter();
    let sum: u32 = words.map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    let sum = (sum >> 16).wrapping_add(sum & 0xffff);
    (sum >> 16).wrapping_add(sum & 0xffff)
}

/// The place behind an EtherType at `at` and behind any VLAN tags.
fn typed(bytes: &[u8], at: usize) -> Option<Option<usize>> {
    let mut at = at;
    for _ in 0..3 {
        let kind = u16::from_be_bytes(*bytes.get(at..)?.first_chunk::<2>()?);
        let behind = at.saturating_add(2);
        match kind {
            0x0800 | 0x86dd => {
                let len = ip(bytes.get(behind..)?)?;
                return Some(len.map(|len| len.saturating_add(behind)));
            }
            ARP => return Some(Some(behind.saturating_add(ARP_LEN))),
            kind if TAGS.contains(&kind) => at = at.saturating_add(4),
            kind if OTHERS.contains(&kind) => return Some(None),
            _ => return None,
        }
    }
    None
}

fn ethernet(bytes: &[u8]) -> Option<Option<usize>> {
    typed(bytes, 12).or_else(|| ieee_802_3(bytes))
}

/// A length in place of the EtherType, and the service access points of spanning tree, SNAP, IPX and IS-IS (IEEE 802.2).
fn ieee_802_3(bytes: &[u8]) -> Option<Option<usize>> {
    let &[high, low, to, from, control, ..] = bytes.get(12..)? else {
        return None;
    };
    let is_short = u16::from_be_bytes([high, low]) <= 1500;
    let is_known = to == from && matches!(to, 0x42 | 0xaa | 0xe0 | 0xfe) && control == 3;
    (is_short && is_known).then_some(None)
}

/// LINKTYPE_LINUX_SLL: packet type 0 to 4, ARPHRD type, length of an address, address, protocol.
fn cooked(bytes: &[u8]) -> Option<Option<usize>> {
    let is_cooked = matches!(bytes, [0, 0..=4, _, _, 0, 0..=8, ..]);
    if is_cooked { typed(bytes, 14) } else { None }
}

/// LINKTYPE_LINUX_SLL2: protocol, two zero bytes, interface, ARPHRD type, packet type, length of an address, address.
fn cooked_2(bytes: &[u8]) -> Option<Option<usize>> {
    let len = match bytes {
        [8, 0, 0, 0, ..] | [0x86, 0xdd, 0, 0, ..] => ip(bytes.get(20..)?)?,
        _ => return None,
    };
    Some(len.map(|len| len.saturating_add(20)))
}

/// LINKTYPE_NULL: the address family in four bytes of any order.
fn loopback(bytes: &[u8]) -> Option<Option<usize>> {
    match bytes {
        [2 | 24 | 28 | 30, 0, 0, 0, ..] | [0, 0, 0, 2 | 24 | 28 | 30, ..] => {
            ip(bytes.get(4..)?).map(|len| len.map(|len| len.saturating_add(4)))
        }
        _ => None,
    }
}

/// ARP for IPv4 over Ethernet without the header before it, as `tcpdump -x` prints it (RFC 826).
fn bare_arp(bytes: &[u8]) -> Option<Option<usize>> {
    matches!(bytes, [0, 1, 8, 0, 6, 4, 0, 1 | 2, ..]).then_some(Some(ARP_LEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IPV4: &str = "45000054754940003f01b582c0a84983c0a84609";

    fn shape(hex: &str) -> Option<(u16, Option<usize>)> {
        let digits: Vec<u8> = hex.bytes().filter(|it| !it.is_ascii_whitespace()).collect();
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        Shape::of(&bytes).map(|it| (it.link.0, it.wire_len))
    }

    #[test]
    fn each_link_layer_is_found_from_its_bytes() {
        let macs = "00000c07ac154c5d3c259068";
        for (head, expected) in [
            (String::new(), (101, Some(84))),
            (format!("{macs}0800"), (1, Some(98))),
            (format!("{macs}81000064 0800"), (1, Some(102))),
            ("00000001 0006 4c5d3c259068 0000 0800".to_owned(), (113, Some(100))),
            (
                "0800 0000 00000002 0001 00 06 4c5d3c259068 0000".to_owned(),
                (276, Some(104)),
            ),
            ("02000000".to_owned(), (0, Some(88))),
        ] {
            assert_eq!(shape(&format!("{head}{IPV4}")), Some(expected), "{head}");
        }
        assert_eq!(shape(&format!("{macs}0806")), Some((1, Some(42))));
        assert_eq!(shape("0001080006040001"), Some((101, Some(28))));
        let ipv6 = format!("60000000 0014 06 40 {}", "00".repeat(32));
        assert_eq!(shape(&ipv6), Some((101, Some(60))));
    }

    #[test]
    fn what_is_no_packet_has_no_shape() {
        let wrong = IPV4.replace("b582", "b583");
        for hex in [
            "",
            "45",
            "45000054",
            &wrong,
            "7f454c4602010100",
            "0000000000000000000000000000000000000000",
        ] {
            assert_eq!(shape(hex), None, "{hex}");
        }
    }
}
