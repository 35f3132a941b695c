//! Frame → Ip: the short way through Ethernet and CAPWAP for ordinary frames. Unusual frames take the general walk,
//! which processes them header by header with the same result.

use std::net::IpAddr;

use super::ip::{self, Ip, protocol};
use super::layer::{Layer, Wire};
use super::link::ether_type;
use super::{eap, tunnel, wireless};
use crate::decode::datagram::DatagramPorts;

/// The port of DNS.
pub(super) const DNS_PORT: u16 = 53;

/// The EtherType of a frame with at most two VLAN tags, and what follows it.
#[inline(always)]
pub(super) fn ethernet(wire: Wire<'_>) -> Option<(u16, Wire<'_>)> {
    let mut offset = 12;
    for _ in 0..3 {
        let number = wire.u16(offset).ok()?;
        offset += 2;
        if number != ether_type::VLAN && number != ether_type::PROVIDER_BRIDGE {
            return Some((number, wire.skip(offset).ok()?));
        }
        offset += 2;
    }
    None
}

/// IPv4 or IPv6 over Ethernet with at most two VLAN tags.
#[inline]
pub(super) fn plain_ip(wire: Wire<'_>) -> Option<Ip<'_>> {
    match ethernet(wire)? {
        (ether_type::IPV4, wire) => ip::v4(wire).ok(),
        (ether_type::IPV6, wire) => ip::v6(wire).ok(),
        _ => None,
    }
}

/// True if there is a UDP header here with ports that are not examined, and no bytes after it that look like DTLS.
#[inline(always)]
pub(super) fn is_of_no_interest(wire: Wire<'_>, datagram_ports: &DatagramPorts) -> bool {
    let Ok([s0, s1, d0, d1, _, _, _, _]) = wire.array(0) else {
        return false;
    };
    let ports = [u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1])];
    let payload = wire.data.get(8..).unwrap_or_default();
    !ports.into_iter().any(is_of_interest) && !datagram_ports.may_begin(ports, payload)
}

/// The skip under which such a datagram is counted.
#[inline]
pub(super) fn skipped_udp(wire: Wire<'_>) -> super::Skip {
    const HTTPS: [u8; 2] = 443_u16.to_be_bytes();
    match wire.array(0) {
        Ok([s0, s1, d0, d1]) if [s0, s1] == HTTPS || [d0, d1] == HTTPS => super::Skip::Quic,
        _ => super::Skip::Udp,
    }
}

#[inline(always)]
const fn is_of_interest(port: u16) -> bool {
    port == DNS_PORT || tunnel::is_port(port) || eap::is_radius_port(port)
}

/// The controller, and the place of the client's IP header, in CAPWAP data over UDP that is no fragment and neither
/// encrypted nor aggregated.
#[inline(always)]
pub(super) fn capwap<'a>(outer: &Ip<'a>) -> Option<(IpAddr, Wire<'a>)> {
    const CAPWAP_DATA: u16 = 5247;
    if outer.next != Layer::Protocol(protocol::UDP) {
        return None;
    }
    let [s0, s1, d0, d1, l0, l1, _, _] = outer.payload.array(0).ok()?;
    let [src, dst, len] = [[s0, s1], [d0, d1], [l0, l1]].map(u16::from_be_bytes);
    let (controller, other) = match (src, dst) {
        (CAPWAP_DATA, other) => (outer.header.src, other),
        (other, CAPWAP_DATA) => (outer.header.dst, other),
        _ => return None,
    };
    if is_of_interest(other) {
        return None;
    }
    let payload = outer.payload.limit(usize::from(len)).skip(8).ok()?;
    let (number, client) = match tunnel::capwap(payload).ok()? {
        (Layer::Ethernet, frame) => ethernet(frame)?,
        (Layer::Dot11 { padded }, frame) => match wireless::dot11(frame, padded).ok()? {
            (Layer::Llc, body) => {
                let [0xaa, 0xaa, 0x03, 0, 0, 0 | 0xf8, n0, n1] = body.array(0).ok()? else {
                    return None;
                };
                (u16::from_be_bytes([n0, n1]), body.skip(8).ok()?)
            }
            _ => return None,
        },
        _ => return None,
    };
    // The walk also uses the version field; if the EtherType contradicts it, the walk decides.
    let version = match number {
        ether_type::IPV4 => 4,
        ether_type::IPV6 => 6,
        _ => return None,
    };
    (client.ip_version() == Some(version)).then_some((controller, client))
}

#[cfg(test)]
mod tests {
    use super::super::layer::Wire;
    use super::super::samples::{XorShift, ethernet, facts_by, hello, ipv4, ipv6, join, nested, snap, tcp, udp};
    use super::super::{Decoded, Decoder};
    use crate::base::frame::{Frame, LinkType};

    /// Frames as a controller and its access points exchange them, beside those of [`nested`].
    fn frames() -> Vec<(LinkType, Vec<u8>)> {
        let client = [
            hello(),
            ipv6(6, &tcp(b"hello")),
            ipv4(17, &udp(1, 2, b"voice")),
            ipv4(17, &udp(3, 53, b"?")),
        ];
        let mut all = nested()
            .into_iter()
            .map(|(link, _, bytes)| (link, bytes))
            .collect::<Vec<_>>();
        for ip in &client {
            let number = if ip[0] >> 4 == 6 { 0x86dd } else { 0x0800 };
            let tagged = ethernet(0x8100, &join(&[&[0, 7], &u16::to_be_bytes(number), ip]));
            let mut body = snap(ip);
            body[6..8].copy_from_slice(&number.to_be_bytes());
            let inner = [
                join(&[&[0, 0x10, 2, 0, 0, 0, 0, 0], &ethernet(number, ip)]),
                join(&[&[0, 0x10, 2, 0, 0, 0, 0, 0], &tagged]),
                join(&[&[0, 0x18, 3, 0, 0, 0, 0, 0, 1, 2, 3, 4], &[0x08, 1], &[0; 22], &body]),
                join(&[&[0, 0x10, 3, 0, 0, 0, 0, 0], &[0x41, 0x88], &[0; 24], &[0; 8], &body]),
                join(&[&[0, 0x10, 3, 0x80, 0, 9, 0, 0], &[0x08, 1], &[0; 22], &body]),
                join(&[&[0, 0x10, 2, 0xc0, 0, 9, 0, 0], &ethernet(number, ip)]),
            ];
            for capwap in inner {
                for (src, dst) in [
                    (5247, 50_000),
                    (50_000, 5247),
                    (5247, 5246),
                    (5247, 5247),
                    (53, 5247),
                    (5247, 4789),
                ] {
                    let bytes = udp(src, dst, &capwap);
                    all.push((LinkType::ETHERNET, ethernet(0x0800, &ipv4(17, &bytes))));
                    all.push((LinkType::ETHERNET, ethernet(0x86dd, &ipv6(17, &bytes))));
                }
            }
        }
        all
    }

    fn both_ways_agree(link: LinkType, bytes: &[u8], wire_len: usize) {
        let frames = std::iter::repeat_n((bytes, wire_len), 2);
        let straight = |decoder: &mut Decoder, frame: &Frame<'_>, note: &mut dyn FnMut(Decoded<'_>)| {
            decoder.decode(frame, &mut |decoded| note(decoded));
        };
        let walked = |decoder: &mut Decoder, frame: &Frame<'_>, note: &mut dyn FnMut(Decoded<'_>)| {
            decoder.decode_by_walk(frame, &mut |decoded| note(decoded));
        };
        let straight = facts_by(straight, link, frames.clone());
        assert_eq!(straight, facts_by(walked, link, frames), "{link} {bytes:02x?}");
    }

    #[test]
    fn ordinary_capwap_data_goes_straight() {
        let straight = frames().into_iter().filter(|(_, bytes)| {
            let outer = super::plain_ip(Wire { data: bytes, cut: 0 });
            outer.is_some_and(|outer| super::capwap(&outer).is_some())
        });
        assert!(straight.count() >= 64);
    }

    #[test]
    fn the_straight_way_says_what_the_walk_says_of_every_encapsulation_cut_anywhere() {
        for (link, bytes) in frames() {
            for len in 0..=bytes.len() {
                both_ways_agree(link, &bytes[..len], len);
                both_ways_agree(link, &bytes[..len], bytes.len());
            }
        }
    }

    #[test]
    fn the_straight_way_says_what_the_walk_says_of_damaged_frames() {
        let mut random = XorShift(0x6c07_8965_3f1a_2b4d);
        for (link, bytes) in frames() {
            for _ in 0..400 {
                let mut damaged = bytes.clone();
                for _ in 0..=random.below(3) {
                    let at = random.below(damaged.len());
                    damaged[at] = random.next().to_le_bytes()[0];
                }
                both_ways_agree(link, &damaged, bytes.len() + random.below(3));
            }
        }
    }
}
