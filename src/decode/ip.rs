//! IP → Protocol: IPv4 (RFC 791) and IPv6 (RFC 8200) headers and IPv6 extension headers.
//!
//! Checksums are never verified: a machine that captures its own traffic sees them before the network card fills them in.

use std::net::IpAddr;

use etherparse::err::ip_auth::HeaderSliceError;
use etherparse::{IpAuthHeaderSlice, Ipv6FragmentHeaderSlice, Ipv6RawExtHeaderSlice};

use super::layer::{Context, Fragment, Fragmented, IpHeader, Layer, Peeled, Wire};
use super::{Skip, Tunnel};

/// IP protocol numbers.
pub(super) mod protocol {
    pub(in super::super) const HOP_BY_HOP: u8 = 0;
    pub(in super::super) const ICMP: u8 = 1;
    pub(in super::super) const IPV4: u8 = 4;
    pub(in super::super) const TCP: u8 = 6;
    pub(in super::super) const UDP: u8 = 17;
    pub(in super::super) const IPV6: u8 = 41;
    pub(in super::super) const ROUTING: u8 = 43;
    pub(in super::super) const FRAGMENT: u8 = 44;
    pub(in super::super) const GRE: u8 = 47;
    pub(in super::super) const ESP: u8 = 50;
    pub(in super::super) const AUTHENTICATION: u8 = 51;
    pub(in super::super) const ICMPV6: u8 = 58;
    pub(in super::super) const DESTINATION_OPTIONS: u8 = 60;
    pub(in super::super) const ETHER_IP: u8 = 97;
    pub(in super::super) const L2TP: u8 = 115;
    pub(in super::super) const MOBILITY: u8 = 135;
    pub(in super::super) const HIP: u8 = 139;
    pub(in super::super) const SHIM6: u8 = 140;
    pub(in super::super) const MPLS: u8 = 137;
}

/// An IP header read: its addresses, and what follows.
pub(super) struct Ip<'a> {
    pub(super) header: IpHeader,
    pub(super) next: Layer,
    pub(super) payload: Wire<'a>,
}

/// Reads either version into `context`.
pub(super) fn peel<'a>(wire: Wire<'a>, context: &mut Context) -> Peeled<'a> {
    let ip = match wire.ip_version() {
        Some(4) => v4(wire),
        Some(6) => v6(wire),
        Some(_) => Err(Skip::Malformed),
        None => Err(wire.too_short()),
    }?;
    context.ip = ip.header;
    Ok((ip.next, ip.payload))
}

/// An IPv4 header. Read by hand: etherparse's slices took half of what decoding took.
#[inline(always)]
pub(super) fn v4(wire: Wire<'_>) -> Result<Ip<'_>, Skip> {
    let header_len = usize::from(wire.u8(0)? & 0x0f) * 4;
    if header_len < 20 {
        return Err(Skip::Malformed);
    }
    let fixed: [u8; 20] = wire.array(0)?;
    if fixed[0] >> 4 != 4 {
        return Err(Skip::Malformed);
    }
    let payload = match usize::from(u16::from_be_bytes([fixed[2], fixed[3]])) {
        // The sending host captured its own packet before the network card cut it into segments and filled this in.
        0 => wire.skip(header_len)?,
        total if total < header_len => return Err(Skip::Malformed),
        total => wire.limit(total).skip(header_len)?,
    };
    let id = u16::from_be_bytes([fixed[4], fixed[5]]);
    let place = u16::from_be_bytes([fixed[6], fixed[7]]);
    let (offset, more) = (place & 0x1fff, place & 0x2000 != 0);
    let next = if offset == 0 && !more {
        Layer::Protocol(fixed[9])
    } else {
        Layer::Fragment(Fragment {
            of: Fragmented::Ipv4,
            id: u32::from(id),
            offset: u32::from(offset) * 8,
            more,
            next: fixed[9],
        })
    };
    let header = IpHeader {
        src: IpAddr::from([fixed[12], fixed[13], fixed[14], fixed[15]]),
        dst: IpAddr::from([fixed[16], fixed[17], fixed[18], fixed[19]]),
        ttl: fixed[8],
        id: Some(id),
    };
    Ok(Ip { header, next, payload })
}

/// An IPv6 header, without the extension headers.
#[inline(always)]
pub(super) fn v6(wire: Wire<'_>) -> Result<Ip<'_>, Skip> {
    let Some((fixed, _)) = wire
        .data
        .split_first_chunk::<40>()
        .filter(|(fixed, _)| fixed[0] >> 4 == 6)
    else {
        return Err(wire.too_short());
    };
    let rest = wire.skip(fixed.len())?;
    let payload = match usize::from(u16::from_be_bytes([fixed[4], fixed[5]])) {
        // A jumbogram (RFC 2675), or segmentation offload.
        0 => rest,
        len => rest.limit(len),
    };
    let address = |at: usize| {
        let octets = fixed.get(at..).and_then(|rest| rest.first_chunk::<16>());
        IpAddr::from(octets.copied().unwrap_or_default())
    };
    let header = IpHeader {
        src: address(8),
        dst: address(24),
        ttl: fixed[7],
        id: None,
    };
    Ok(Ip {
        header,
        next: Layer::Protocol(fixed[6]),
        payload,
    })
}

/// The header that an IP protocol number announces, if there is another to peel; `None` for those that end the walk.
pub(super) fn peel_protocol<'a>(number: u8, wire: Wire<'a>, context: &mut Context) -> Option<Peeled<'a>> {
    let v6 = context.ip.src.is_ipv6();
    let peeled = match number {
        protocol::AUTHENTICATION => authentication(wire),
        protocol::HOP_BY_HOP
        | protocol::ROUTING
        | protocol::DESTINATION_OPTIONS
        | protocol::MOBILITY
        | protocol::HIP
        | protocol::SHIM6
            if v6 =>
        {
            extension(wire)
        }
        protocol::FRAGMENT if v6 => fragment(wire),
        protocol::IPV4 | protocol::IPV6 => {
            context.enter(Tunnel::IpInIp);
            Ok((Layer::Ip, wire))
        }
        protocol::MPLS => {
            context.enter(Tunnel::IpInIp);
            Ok((Layer::Mpls, wire))
        }
        // RFC 3378 section 3: version 3 in the upper four bits, then Ethernet.
        protocol::ETHER_IP => {
            context.enter(Tunnel::IpInIp);
            wire.skip(2).map(|rest| (Layer::Ethernet, rest))
        }
        protocol::ESP => Err(Skip::Encrypted),
        _ => return None,
    };
    Some(peeled)
}

/// An IPv6 extension header (RFC 8200 section 4.2).
fn extension(wire: Wire<'_>) -> Peeled<'_> {
    let Ok(header) = Ipv6RawExtHeaderSlice::from_slice(wire.data) else {
        return Err(wire.too_short());
    };
    Ok((
        Layer::Protocol(header.next_header().0),
        wire.skip(header.slice().len())?,
    ))
}

/// An Authentication Header (RFC 4302 section 2).
fn authentication(wire: Wire<'_>) -> Peeled<'_> {
    let header = match IpAuthHeaderSlice::from_slice(wire.data) {
        Ok(header) => header,
        Err(HeaderSliceError::Content(_)) => return Err(Skip::Malformed),
        Err(HeaderSliceError::Len(_)) => return Err(wire.too_short()),
    };
    Ok((
        Layer::Protocol(header.next_header().0),
        wire.skip(header.slice().len())?,
    ))
}

/// An IPv6 fragment header (RFC 8200 section 4.5).
fn fragment(wire: Wire<'_>) -> Peeled<'_> {
    let Ok(header) = Ipv6FragmentHeaderSlice::from_slice(wire.data) else {
        return Err(wire.too_short());
    };
    let next = header.next_header().0;
    let rest = wire.skip(header.slice().len())?;
    // An "atomic" fragment is a whole datagram (RFC 6946).
    if !header.is_fragmenting_payload() {
        return Ok((Layer::Protocol(next), rest));
    }
    let fragment = Fragment {
        of: Fragmented::Ipv6,
        id: header.identification(),
        offset: u32::from(header.fragment_offset().value()) * 8,
        more: header.more_fragments(),
        next,
    };
    Ok((Layer::Fragment(fragment), rest))
}

#[cfg(test)]
mod tests {
    use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice};

    use super::super::samples::{XorShift, ethernet, facts, five_bytes_via, hello, ipv4, join, tcp};
    use super::*;
    use crate::base::frame::LinkType;

    /// Headers read by hand for speed equal etherparse's reading, whatever the bytes.
    #[test]
    fn headers_read_by_hand_are_what_etherparse_reads() {
        let mut random = XorShift(0x9e37_79b9_7f4a_7c15);
        let (mut seen_v4, mut seen_v6) = (0, 0);
        for n in 0..40_000_usize {
            let mut bytes: Vec<u8> = (0..24 + n % 48).map(|_| random.next().to_le_bytes()[0]).collect();
            bytes[0] = if n % 2 == 0 { 0x40 | (n / 2 % 16) as u8 } else { 0x60 };
            if n % 3 > 0 {
                bytes[6..8].fill(0);
            }
            let wire = Wire { data: &bytes, cut: 0 };
            if n % 2 == 0 {
                let (own, theirs) = (v4(wire), Ipv4HeaderSlice::from_slice(&bytes));
                let Ok(theirs) = theirs else {
                    assert!(own.is_err(), "{bytes:02x?}");
                    continue;
                };
                // A total length of zero is offloading's; one that ends inside the header is damage.
                let total = usize::from(theirs.total_len());
                let header_len = theirs.slice().len();
                let Ok(own) = own else {
                    assert!((1..header_len).contains(&total), "{bytes:02x?}");
                    continue;
                };
                let end = if total == 0 {
                    bytes.len()
                } else {
                    total.min(bytes.len())
                };
                let is_part = theirs.is_fragmenting_payload();
                assert_eq!(own.header.src, IpAddr::from(theirs.source_addr()));
                assert_eq!(own.header.dst, IpAddr::from(theirs.destination_addr()));
                assert_eq!(
                    (own.header.ttl, own.header.id),
                    (theirs.ttl(), Some(theirs.identification()))
                );
                assert_eq!(own.payload.data, &bytes[header_len..end]);
                match own.next {
                    Layer::Protocol(next) => assert!(!is_part && next == theirs.protocol().0),
                    Layer::Fragment(part) => {
                        let place = (
                            u32::from(theirs.fragments_offset().value()) * 8,
                            theirs.more_fragments(),
                        );
                        assert!(is_part && (part.offset, part.more) == place && part.next == theirs.protocol().0);
                    }
                    other => panic!("{other:?}"),
                }
                seen_v4 += 1;
            } else {
                let (own, theirs) = (v6(wire), Ipv6HeaderSlice::from_slice(&bytes));
                assert_eq!(own.is_ok(), theirs.is_ok(), "{bytes:02x?}");
                let (Ok(own), Ok(theirs)) = (own, theirs) else { continue };
                assert_eq!(own.header.src, IpAddr::from(theirs.source_addr()));
                assert_eq!(own.header.dst, IpAddr::from(theirs.destination_addr()));
                assert_eq!(
                    (own.header.ttl, own.next),
                    (theirs.hop_limit(), Layer::Protocol(theirs.next_header().0))
                );
                let len = usize::from(theirs.payload_length());
                let rest = bytes.len() - 40;
                assert_eq!(own.payload.data.len(), if len == 0 { rest } else { len.min(rest) });
                seen_v6 += 1;
            }
        }
        assert!(seen_v4 > 5_000 && seen_v6 > 5_000, "{seen_v4} {seen_v6}");
    }

    #[test]
    fn ethernet_padding_is_no_payload() {
        let bytes = ethernet(0x0800, &join(&[&ipv4(6, &tcp(b"")), &[0; 6]]));
        assert_eq!(
            facts(LinkType::ETHERNET, &[bytes]),
            ["tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 0 lost 0 via none"]
        );
    }

    #[test]
    fn a_total_length_of_zero_means_the_rest_of_the_frame() {
        let mut bytes = ethernet(0x0800, &hello());
        bytes[16..18].fill(0);
        assert_eq!(facts(LinkType::ETHERNET, &[bytes]), five_bytes_via("none"));
    }

    #[test]
    fn a_total_length_beyond_the_frame_loses_nothing() {
        let mut bytes = ethernet(0x0800, &hello());
        bytes[16..18].fill(0xff);
        assert_eq!(facts(LinkType::ETHERNET, &[bytes]), five_bytes_via("none"));
    }
}
