//! UDP and GRE payload → Layer: the tunnels of data centres, mobile networks and Wi-Fi controllers.
//!
//! A UDP port is a hint, no proof: each tunnel's header is checked, and what does not look like it is plain UDP.

use super::ip::protocol;
use super::layer::{Context, Fragment, Fragmented, Layer, Peeled, Wire};
use super::link::{self, ether_type};
use super::{Skip, Tunnel, capwap, sflow};

/// Looks for a tunnel on either port.
pub(super) fn udp<'a>(ports: [u16; 2], wire: Wire<'a>, context: &mut Context) -> Peeled<'a> {
    for port in ports {
        let (tunnel, peeled) = match port {
            1701 => (Tunnel::L2tp, l2tp(wire)),
            2152 => (Tunnel::Gtp, gtp(wire)),
            3544 => (Tunnel::Teredo, teredo(wire)),
            4789 | 4790 | 8472 => (Tunnel::Vxlan, vxlan(wire)),
            capwap::DATA_PORT => (Tunnel::Capwap, capwap(wire)),
            6081 => (Tunnel::Geneve, geneve(wire)),
            6343 if wire.u32(0) == Ok(sflow::VERSION) => (Tunnel::Sflow, Ok((Layer::Sflow, wire))),
            _ => continue,
        };
        match peeled {
            // The header shows that it is not this tunnel; it may be the other port's.
            Err(Skip::Udp) => {}
            peeled => {
                context.enter(tunnel);
                return peeled;
            }
        }
    }
    Err(if ports.contains(&443) { Skip::Quic } else { Skip::Udp })
}

/// True if [`udp`] knows a port.
#[inline]
pub(super) const fn is_port(port: u16) -> bool {
    matches!(
        port,
        1701 | 2152 | 3544 | 4789 | 4790 | 5246 | 5247 | 6081 | 6343 | 8472
    )
}

/// VXLAN (RFC 7348 section 5), its group policy extension, and the generic one that names its payload.
fn vxlan(wire: Wire<'_>) -> Peeled<'_> {
    const HAS_NETWORK: u8 = 0x08;
    const NAMES_PAYLOAD: u8 = 0x04;
    let [flags, _, _, next] = wire.array(0)?;
    // Bits that neither extension uses must be zero.
    if flags & HAS_NETWORK == 0 || flags & 0x73 != 0 {
        return Err(Skip::Udp);
    }
    let rest = wire.skip(8)?;
    if flags & NAMES_PAYLOAD == 0 {
        return Ok((Layer::Ethernet, rest));
    }
    match next {
        1 | 2 => Ok((Layer::Ip, rest)),
        3 => Ok((Layer::Ethernet, rest)),
        4 => Ok((Layer::EtherType(ether_type::SERVICE_CHAIN), rest)),
        5 => Ok((Layer::Mpls, rest)),
        _ => Err(Skip::NotIp),
    }
}

/// GENEVE (RFC 8926 section 3.4): options counted in words of four bytes.
fn geneve(wire: Wire<'_>) -> Peeled<'_> {
    let first = wire.u8(0)?;
    if first >> 6 != 0 {
        return Err(Skip::Udp);
    }
    let number = wire.u16(2)?;
    Ok((Layer::EtherType(number), wire.skip(8 + usize::from(first & 0x3f) * 4)?))
}

/// GTP-U (3GPP TS 29.281 section 5): message 255 carries a user's packet, after a chain of extension headers.
fn gtp(wire: Wire<'_>) -> Peeled<'_> {
    const HAS_EXTENSION: u8 = 0x04;
    const HAS_OPTIONAL_FIELDS: u8 = 0x07;
    let [flags, kind] = wire.array(0)?;
    let is_version_1 = flags >> 5 == 1 && flags & 0x10 != 0;
    if !is_version_1 || kind != 0xff {
        return Err(Skip::Udp);
    }
    let mut rest = wire.skip(8)?.limit(usize::from(wire.u16(2)?));
    if flags & HAS_OPTIONAL_FIELDS != 0 {
        let mut next = rest.u8(3)?;
        rest = rest.skip(4)?;
        while flags & HAS_EXTENSION != 0 && next != 0 {
            // The length counts words of four bytes; the last byte names the next header.
            let len = usize::from(rest.u8(0)?) * 4;
            let last = len.checked_sub(1).ok_or(Skip::Malformed)?;
            next = rest.u8(last)?;
            rest = rest.skip(len)?;
        }
    }
    match rest.ip_version() {
        Some(4 | 6) => Ok((Layer::Ip, rest)),
        // A PDU session of type Ethernet (3GPP TS 29.281 section 4.2.4) is not marked as such.
        Some(_) if link::is_ethernet(rest) => Ok((Layer::Ethernet, rest)),
        Some(_) => Err(Skip::NotIp),
        None => Err(rest.too_short()),
    }
}

/// L2TP version 2 (RFC 2661 section 3.1) carries PPP; version 3 is [`l2tp_v3`] after four bytes.
fn l2tp(wire: Wire<'_>) -> Peeled<'_> {
    const CONTROL: u16 = 0x8000;
    const HAS_LENGTH: u16 = 0x4000;
    const HAS_SEQUENCE: u16 = 0x0800;
    const HAS_OFFSET: u16 = 0x0200;
    let flags = wire.u16(0)?;
    match (flags & 0x0f, flags & CONTROL) {
        (2, 0) => {}
        (3, 0) => return l2tp_v3(wire.skip(4)?),
        _ => return Err(Skip::Udp),
    }
    let mut rest = wire;
    let mut len = 2;
    if flags & HAS_LENGTH != 0 {
        rest = rest.limit(usize::from(wire.u16(2)?));
        len += 2;
    }
    len += 4; // tunnel and session
    if flags & HAS_SEQUENCE != 0 {
        len += 4;
    }
    if flags & HAS_OFFSET != 0 {
        len += 2 + usize::from(rest.u16(len)?);
    }
    Ok((Layer::Ppp, rest.skip(len)?))
}

/// L2TP version 3 data (RFC 3931 section 4.1): a session number, then a cookie of 0, 4 or 8 bytes and perhaps a
/// sublayer of 4, as negotiated when the session was set up. The first combination that is followed by Ethernet is
/// taken.
pub(super) fn l2tp_v3(wire: Wire<'_>) -> Peeled<'_> {
    if wire.u32(0)? == 0 {
        return Err(Skip::OtherProtocol); // control
    }
    for len in [4, 8, 12, 16] {
        let rest = wire.skip(len)?;
        if link::is_ethernet(rest) {
            return Ok((Layer::Ethernet, rest));
        }
    }
    Err(Skip::OtherProtocol)
}

/// Teredo (RFC 4380 section 5.1.1): IPv6 after an optional authentication header and an optional origin.
fn teredo(wire: Wire<'_>) -> Peeled<'_> {
    let mut rest = wire;
    if rest.u16(0)? == 1 {
        let [client_len, key_len] = rest.array(2)?;
        rest = rest.skip(4 + usize::from(client_len) + usize::from(key_len) + 9)?;
    }
    if rest.u16(0)? == 0 {
        rest = rest.skip(8)?;
    }
    if rest.ip_version() == Some(6) {
        Ok((Layer::Ip, rest))
    } else {
        Err(Skip::Udp)
    }
}

/// CAPWAP data (RFC 5415 section 4.3): a wireless client's frame on its way to or from the controller.
#[inline]
pub(super) fn capwap(wire: Wire<'_>) -> Peeled<'_> {
    const NATIVE: u8 = 0x01;
    const IS_FRAGMENT: u8 = 0x80;
    const IS_LAST: u8 = 0x40;
    const KEEP_ALIVE: u8 = 0x08;
    let [preamble, lengths, binding, flags] = wire.array(0)?;
    match preamble {
        0 => {}
        1 => return Err(Skip::CapwapDataDtls),
        _ => return Err(Skip::Udp),
    }
    let header_len = usize::from(lengths >> 3) * 4;
    if header_len < 8 {
        return Err(Skip::Udp);
    }
    let rest = wire.skip(header_len)?;
    if flags & KEEP_ALIVE != 0 || rest.wire_len() == 0 {
        return Err(Skip::Capwap);
    }
    let is_native = binding & NATIVE;
    let fragment = Fragment {
        of: Fragmented::Capwap,
        id: u32::from(wire.u16(4)?),
        offset: u32::from(wire.u16(6)? & !7),
        more: flags & IS_LAST == 0,
        next: is_native,
    };
    if flags & IS_FRAGMENT != 0 {
        return Ok((Layer::Fragment(fragment), rest));
    }
    Ok((fragment.whole(), rest))
}

/// GRE (RFC 2784, 2890), PPTP's version 1 (RFC 2637) and what vendors put in it.
pub(super) fn gre<'a>(wire: Wire<'a>, context: &mut Context) -> Peeled<'a> {
    const HAS_CHECKSUM: u16 = 0x8000;
    const HAS_ROUTING: u16 = 0x4000;
    const HAS_KEY: u16 = 0x2000;
    const HAS_SEQUENCE: u16 = 0x1000;
    const HAS_ACK: u16 = 0x0080;
    const ETHERNET_OVER_IP: u16 = 0x6400;
    let flags = wire.u16(0)?;
    let number = wire.u16(2)?;
    let version = flags & 7;
    context.enter(Tunnel::Gre);
    if version == 1 && number == ETHERNET_OVER_IP {
        // MikroTik: a big-endian length and a little-endian tunnel number in place of the key.
        return Ok((Layer::Ethernet, wire.skip(8)?.limit(usize::from(wire.u16(4)?))));
    }
    let mut len = 4;
    for bits in [HAS_CHECKSUM | HAS_ROUTING, HAS_KEY, HAS_SEQUENCE] {
        if flags & bits != 0 {
            len += 4;
        }
    }
    if version == 1 && flags & HAS_ACK != 0 {
        len += 4;
    }
    let mut rest = wire.skip(len)?;
    if version == 0 && flags & HAS_ROUTING != 0 {
        // RFC 1701: route entries with their length in the fourth byte, up to one of length zero.
        loop {
            let entry = rest.u32(0)?;
            let entry_len = usize::from(rest.u8(3)?);
            rest = rest.skip(4 + entry_len)?;
            if entry == 0 {
                break;
            }
        }
    }
    match number {
        // ERSPAN: type I has no header, type II one of 8 bytes, type III one of 12 and perhaps 8 more.
        0x88be if flags & HAS_SEQUENCE == 0 => Ok((Layer::Ethernet, rest)),
        0x88be => Ok((Layer::Ethernet, rest.skip(8)?)),
        0x22eb => {
            let has_more = rest.u8(11)? & 1 != 0;
            Ok((Layer::Ethernet, rest.skip(if has_more { 20 } else { 12 })?))
        }
        // Aruba controllers: the access point's 802.11 frame.
        0x8200..=0x837f | 0x9000 => Ok((Layer::Dot11 { padded: false }, rest)),
        // WCCP version 2 puts a redirect header before the packet; version 1 does not.
        0x883e if rest.ip_version() != Some(4) => Ok((Layer::Ip, rest.skip(4)?)),
        0x883e => Ok((Layer::Ip, rest)),
        number => Ok((Layer::EtherType(number), rest)),
    }
}

/// Tunnels that are an IP protocol of their own.
pub(super) fn peel_protocol<'a>(number: u8, wire: Wire<'a>, context: &mut Context) -> Option<Peeled<'a>> {
    match number {
        protocol::GRE => Some(gre(wire, context)),
        protocol::L2TP => {
            context.enter(Tunnel::L2tp);
            Some(l2tp_v3(wire))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ethernet, facts, ipv4, udp};
    use crate::base::frame::LinkType;

    #[test]
    fn a_tunnel_port_alone_makes_no_tunnel() {
        for port in [1701, 2152, 3544, 4789, 6343] {
            let bytes = ethernet(0x0800, &ipv4(17, &udp(port, 50_000, &[0xff; 40])));
            assert_eq!(facts(LinkType::ETHERNET, &[bytes]), ["skip udp"], "{port}");
        }
        let dns = ethernet(0x0800, &ipv4(17, &udp(4789, 53, &[8; 40])));
        assert_eq!(
            facts(LinkType::ETHERNET, &[dns]),
            ["dns 1 192.0.2.1:4789 > 198.51.100.2:53 len 40"]
        );
    }
}
