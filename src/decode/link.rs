//! Ethernet, LLC, PPP, MPLS → Ip: the headers between the wire and the network layer.

use super::layer::{Layer, Peeled, Wire};
use super::{Skip, eap};

/// EtherTypes (IEEE 802 numbers of IANA) that the decoder follows.
pub(super) mod ether_type {
    pub(in super::super) const IPV4: u16 = 0x0800;
    pub(in super::super) const ARP: u16 = 0x0806;
    pub(in super::super) const TRANSPARENT_ETHERNET: u16 = 0x6558;
    pub(in super::super) const VLAN: u16 = 0x8100;
    pub(in super::super) const IPV6: u16 = 0x86dd;
    pub(in super::super) const PPP: u16 = 0x880b;
    pub(in super::super) const MPLS: u16 = 0x8847;
    pub(in super::super) const MPLS_UPSTREAM: u16 = 0x8848;
    pub(in super::super) const PPPOE_SESSION: u16 = 0x8864;
    pub(in super::super) const PROVIDER_BRIDGE: u16 = 0x88a8;
    pub(in super::super) const EAPOL: u16 = 0x888e;
    pub(in super::super) const MACSEC: u16 = 0x88e5;
    pub(in super::super) const BACKBONE_BRIDGE: u16 = 0x88e7;
    pub(in super::super) const CISCO_METADATA: u16 = 0x8909;
    pub(in super::super) const VN_TAG: u16 = 0x8926;
    pub(in super::super) const SERVICE_CHAIN: u16 = 0x894f;
    pub(in super::super) const QINQ_OLD: u16 = 0x9100;
    pub(in super::super) const QINQ_OLDER: u16 = 0x9200;
}

/// The largest number in an Ethernet type field that is a length (IEEE 802.3 clause 3.2.6).
const MAX_LENGTH: u16 = 1500;

/// Destination, source, then a type or a length.
pub(super) fn ethernet(wire: Wire<'_>) -> Peeled<'_> {
    tagged(wire, 12)
}

/// A type or length field at `offset`, after bytes of no interest.
pub(super) fn tagged(wire: Wire<'_>, offset: usize) -> Peeled<'_> {
    let value = wire.u16(offset)?;
    let rest = wire.skip(offset + 2)?;
    if value <= MAX_LENGTH {
        return Ok((Layer::Llc, rest.limit(usize::from(value))));
    }
    Ok((Layer::EtherType(value), rest))
}

/// The header after an EtherType.
pub(super) fn announced(number: u16, wire: Wire<'_>) -> Peeled<'_> {
    match number {
        ether_type::IPV4 | ether_type::IPV6 => Ok((Layer::Ip, wire)),
        ether_type::VLAN | ether_type::PROVIDER_BRIDGE | ether_type::QINQ_OLD | ether_type::QINQ_OLDER => {
            tagged(wire, 2)
        }
        ether_type::MPLS | ether_type::MPLS_UPSTREAM => Ok((Layer::Mpls, wire)),
        ether_type::PPPOE_SESSION => pppoe(wire),
        ether_type::PPP => Ok((Layer::Ppp, wire)),
        ether_type::TRANSPARENT_ETHERNET => Ok((Layer::Ethernet, wire)),
        // IEEE 802.1ah: a service tag of four bytes, then the customer's whole Ethernet frame.
        ether_type::BACKBONE_BRIDGE => Ok((Layer::Ethernet, wire.skip(4)?)),
        ether_type::VN_TAG => tagged(wire, 4),
        // Cisco TrustSec: version, length, then options of four bytes that carry the security group tag.
        ether_type::CISCO_METADATA => tagged(wire, 2 + 4 * usize::from(wire.u8(1)?.max(1))),
        ether_type::MACSEC => macsec(wire),
        ether_type::SERVICE_CHAIN => service_chain(wire),
        ether_type::EAPOL if eap::is_tls_in_eapol(wire.data) => Err(Skip::EapTls),
        _ => Err(Skip::NotIp),
    }
}

/// IEEE 802.1AE: integrity protection leaves the frame readable, encryption (the E bit) does not.
fn macsec(wire: Wire<'_>) -> Peeled<'_> {
    let control = wire.u8(0)?;
    if control & 0x08 != 0 {
        return Err(Skip::Encrypted);
    }
    tagged(wire, if control & 0x20 != 0 { 14 } else { 6 })
}

/// Network Service Header (RFC 8300): its length in words of four bytes, and what it carries.
fn service_chain(wire: Wire<'_>) -> Peeled<'_> {
    let words = usize::from(wire.u8(1)? & 0x3f);
    let next = match wire.u8(3)? {
        1 | 2 => Layer::Ip,
        3 => Layer::Ethernet,
        5 => Layer::Mpls,
        _ => return Err(Skip::NotIp),
    };
    Ok((next, wire.skip(words * 4)?))
}

/// IEEE 802.2: SNAP carries an EtherType (RFC 1042); two older service access points carry IP directly.
pub(super) fn llc(wire: Wire<'_>) -> Peeled<'_> {
    match wire.array(0)? {
        [0xaa, 0xaa, 0x03] => snap(wire.skip(3)?),
        [0x06, 0x06, 0x03] => Ok((Layer::Ip, wire.skip(3)?)),
        [0xfe, 0xfe, 0x03] => network_layer_id(wire.skip(3)?),
        _ => Err(Skip::NotIp),
    }
}

/// The SNAP header: an organisation, and a number of its own.
fn snap(wire: Wire<'_>) -> Peeled<'_> {
    let organisation: [u8; 3] = wire.array(0)?;
    let number = wire.u16(3)?;
    match (organisation, number) {
        // 00-00-F8 is the bridge tunnel encapsulation of IEEE 802.1H.
        ([0, 0, 0 | 0xf8], number) => Ok((Layer::EtherType(number), wire.skip(5)?)),
        // RFC 2427 section 4.2: bridged Ethernet, with or without its checksum.
        ([0, 0x80, 0xc2], 0x0001 | 0x0007) => Ok((Layer::Ethernet, wire.skip(5)?)),
        _ => Err(Skip::NotIp),
    }
}

/// ISO/IEC TR 9577 identifiers, as frame relay uses them.
fn network_layer_id(wire: Wire<'_>) -> Peeled<'_> {
    match wire.u8(0)? {
        0xcc | 0x8e => Ok((Layer::Ip, wire.skip(1)?)),
        0x80 => snap(wire.skip(1)?),
        _ => Err(Skip::NotIp),
    }
}

/// A PPPoE session header (RFC 2516 section 4): its length keeps Ethernet padding out.
fn pppoe(wire: Wire<'_>) -> Peeled<'_> {
    if wire.array(0)? != [0x11, 0] {
        return Err(Skip::NotIp);
    }
    let len = usize::from(wire.u16(4)?);
    Ok((Layer::Ppp, wire.skip(6)?.limit(len)))
}

/// PPP with its HDLC framing, or Cisco's HDLC, which shares its link types.
pub(super) fn hdlc(wire: Wire<'_>) -> Peeled<'_> {
    match wire.array(0)? {
        [0xff, 0x03] => Ok((Layer::Ppp, wire.skip(2)?)),
        [0x0f | 0x8f, 0x00] => tagged(wire, 2),
        _ => Ok((Layer::Ppp, wire)),
    }
}

/// A PPP protocol number; one byte long when odd (RFC 1661 section 6.5).
pub(super) fn ppp(wire: Wire<'_>) -> Peeled<'_> {
    if wire.data.starts_with(&[0xff, 0x03]) {
        return Ok((Layer::Ppp, wire.skip(2)?));
    }
    let first = wire.u8(0)?;
    let (number, rest) = if first & 1 == 1 {
        (u16::from(first), wire.skip(1)?)
    } else {
        (wire.u16(0)?, wire.skip(2)?)
    };
    match number {
        0x0021 | 0x0057 => Ok((Layer::Ip, rest)),
        0x0281 | 0x0283 => Ok((Layer::Mpls, rest)),
        // Multilink (RFC 1990): only what travels in one piece, both its begin and end bit set.
        0x003d if rest.u8(0)? & 0xc0 == 0xc0 => Ok((Layer::Ppp, rest.skip(4)?)),
        0x003d => Err(Skip::Fragment),
        0x0053 => Err(Skip::Encrypted),
        _ => Err(Skip::NotIp),
    }
}

/// MPLS labels until the bottom of the stack. No field names the next protocol: IP is recognised by its version, a
/// pseudowire's control word by its zero nibble (RFC 4385), and the rest can only be Ethernet.
pub(super) fn mpls(mut wire: Wire<'_>) -> Peeled<'_> {
    loop {
        let label = wire.u32(0)?;
        wire = wire.skip(4)?;
        if label & 0x100 != 0 {
            break;
        }
    }
    match wire.ip_version() {
        Some(4 | 6) => Ok((Layer::Ip, wire)),
        Some(0) if !is_ethernet(wire) => Ok((Layer::Ethernet, wire.skip(4)?)),
        Some(_) => Ok((Layer::Ethernet, wire)),
        None => Err(wire.too_short()),
    }
}

/// True if there is an Ethernet frame with a familiar type here.
pub(super) fn is_ethernet(wire: Wire<'_>) -> bool {
    wire.u16(12).is_ok_and(|number| {
        matches!(
            number,
            ether_type::IPV4 | ether_type::IPV6 | ether_type::VLAN | ether_type::MPLS | ether_type::PPPOE_SESSION
        )
    })
}

/// Frame relay (RFC 2427): an address that ends at a set lowest bit, then a network layer id; Cisco writes an EtherType.
pub(super) fn frame_relay(mut wire: Wire<'_>) -> Peeled<'_> {
    while wire.u8(0)? & 1 == 0 {
        wire = wire.skip(1)?;
    }
    wire = wire.skip(1)?;
    match wire.array(0)? {
        // A padding byte may precede the id.
        [0x03, 0x00] => network_layer_id(wire.skip(2)?),
        [0x03, _] => network_layer_id(wire.skip(1)?),
        _ => tagged(wire, 0),
    }
}
