//! link type → Layer: the headers that capturing adds, and those of link types that begin like nothing else.

use super::layer::{Layer, Peeled, Wire};
use super::link;
use super::{Skip, wireless};
use crate::base::frame::LinkType;

/// The numbers are tcpdump.org's LINKTYPE registry.
pub(super) fn peel(link: LinkType, wire: Wire<'_>) -> Peeled<'_> {
    match link {
        LinkType::ETHERNET => Ok((Layer::Ethernet, wire)),
        LinkType::NULL | LinkType::LOOP => loopback(wire),
        // 12 and 14 are what some systems write for 101.
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 | LinkType(12 | 14) => Ok((Layer::Ip, wire)),
        LinkType::PPP | LinkType(50) => link::hdlc(wire),
        LinkType::LINUX_SLL => cooked_v1(wire),
        LinkType::LINUX_SLL2 => cooked_v2(wire),
        LinkType::IEEE802_11 => Ok((Layer::Dot11 { padded: false }, wire)),
        LinkType::RADIOTAP => wireless::radiotap(wire),
        LinkType(119) => wireless::prism(wire),
        LinkType(163) => wireless::avs(wire),
        LinkType(192) => per_packet_information(wire),
        LinkType(239) => nflog(wire),
        // FDDI: frame control and two addresses.
        LinkType(10) => Ok((Layer::Llc, wire.skip(13)?)),
        LinkType(51) => Ok((Layer::EtherType(link::ether_type::PPPOE_SESSION), wire)),
        LinkType(100) => Ok((Layer::Llc, wire)),
        LinkType(104) => link::hdlc(wire),
        LinkType(107) => link::frame_relay(wire),
        // pppd puts the direction where the address byte was.
        LinkType(166) => Ok((Layer::Ppp, wire.skip(2)?)),
        LinkType(178) => juniper_ethernet(wire),
        LinkType(219) => Ok((Layer::Mpls, wire)),
        // netANALYZER: four bytes of its own; the transparent kind keeps the preamble too.
        LinkType(240) => Ok((Layer::Ethernet, wire.skip(4)?)),
        LinkType(241) => Ok((Layer::Ethernet, wire.skip(12)?)),
        // IEEE 802.3br mPackets: preamble and start delimiter.
        LinkType(274) => Ok((Layer::Ethernet, wire.skip(8)?)),
        // Switch tags: Broadcom before the type and before the frame, Marvell's short and its EtherType form.
        LinkType(281 | 284) => link::tagged(wire, 16),
        LinkType(282) => Ok((Layer::Ethernet, wire.skip(4)?)),
        LinkType(285) => link::tagged(wire, 20),
        _ => Err(Skip::UnknownLink),
    }
}

/// An address family in the byte order of the capturing machine; a small number shows which order that was.
fn loopback(wire: Wire<'_>) -> Peeled<'_> {
    let bytes: [u8; 4] = wire.array(0)?;
    let family = u32::from_be_bytes(bytes).min(u32::from_le_bytes(bytes));
    let rest = wire.skip(4)?;
    match family {
        // IPv4, then IPv6 as Linux, Windows, NetBSD and OpenBSD, FreeBSD, and Darwin number it.
        2 | 10 | 23 | 24 | 28 | 30 => Ok((Layer::Ip, rest)),
        0x0600..=0xffff => Ok((Layer::EtherType(u16::try_from(family).map_err(|_| Skip::NotIp)?), rest)),
        _ => Err(Skip::NotIp),
    }
}

/// Linux cooked capture, version 1: 16 bytes, the protocol last.
fn cooked_v1(wire: Wire<'_>) -> Peeled<'_> {
    cooked(wire.u16(2)?, wire.u16(14)?, wire.skip(16)?)
}

/// Linux cooked capture, version 2: 20 bytes, the protocol first.
fn cooked_v2(wire: Wire<'_>) -> Peeled<'_> {
    cooked(wire.u16(8)?, wire.u16(0)?, wire.skip(20)?)
}

/// The hardware type decides what the protocol field means.
fn cooked(hardware: u16, protocol: u16, rest: Wire<'_>) -> Peeled<'_> {
    match (hardware, protocol) {
        // Netlink.
        (824, _) => Err(Skip::NotIp),
        (801, _) => Ok((Layer::Dot11 { padded: false }, rest)),
        (803, _) => wireless::radiotap(rest),
        // Tunnel interfaces have no link layer, and some kernels give no protocol either.
        (_, 0) if matches!(rest.ip_version(), Some(4 | 6)) => Ok((Layer::Ip, rest)),
        // ETH_P_ALL: some drivers hand over whole Ethernet frames.
        (_, 3) => Ok((Layer::Ethernet, rest)),
        (_, 4) => Ok((Layer::Llc, rest)),
        (_, number) => Ok((Layer::EtherType(number), rest)),
    }
}

/// Netfilter's log: attributes, one of which is the packet. Lengths are in the byte order of the capturing machine.
fn nflog(wire: Wire<'_>) -> Peeled<'_> {
    const PAYLOAD: u16 = 9;
    let mut rest = wire.skip(4)?;
    loop {
        let header: [u8; 4] = rest.array(0)?;
        let [a, b, c, d] = header;
        let little = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]) & 0x7fff);
        let big = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]) & 0x7fff);
        // There are about twenty kinds of attribute, so only one reading of the kind is small.
        let (len, kind) = if little.1 < 0x100 { little } else { big };
        let len = usize::from(len);
        if len < 4 {
            return Err(Skip::Malformed);
        }
        if kind == PAYLOAD {
            return Ok((Layer::Ip, rest.skip(4)?.limit(len - 4)));
        }
        rest = rest.skip(len.next_multiple_of(4))?;
    }
}

/// PPI: a length and a link type, both little-endian.
fn per_packet_information(wire: Wire<'_>) -> Peeled<'_> {
    let len = u16::from_le_bytes(wire.array(2)?);
    let link = u32::from_le_bytes(wire.array(4)?);
    let link = u16::try_from(link).map_err(|_| Skip::UnknownLink)?;
    if len < 8 {
        return Err(Skip::Malformed);
    }
    Ok((Layer::Link(LinkType(link)), wire.skip(usize::from(len))?))
}

/// Juniper Ethernet: a magic number, flags, and extensions with their own length. Without its layer 2 bit the frame is
/// bare IP.
fn juniper_ethernet(wire: Wire<'_>) -> Peeled<'_> {
    let [m, g, c, flags] = wire.array(0)?;
    if [m, g, c] != *b"MGC" {
        return Err(Skip::Malformed);
    }
    let extensions = if flags & 0x80 != 0 {
        2 + usize::from(wire.u16(4)?)
    } else {
        0
    };
    let rest = wire.skip(4 + extensions)?;
    if flags & 0x02 != 0 {
        // A protocol family of four bytes is in place of the Ethernet header.
        return Ok((Layer::Ip, rest.skip(4)?));
    }
    Ok((Layer::Ethernet, rest))
}
