//! ICMP → `IcmpError`: a report of a router or host about a packet that it did not deliver (RFC 792, RFC 4443).
//!
//! An error quotes the packet it is about: the IP header and at least eight bytes after it, which is enough for the
//! ports and the sequence number, and not a whole TCP header.

use super::ip::{self, protocol};
use super::layer::{Context, Layer, Wire};
use super::{IcmpError, IcmpErrorKind, Skip};
use crate::base::seq::SeqNumber;

/// Extension headers that are skipped inside a quotation; a real packet has one or two.
const MAX_QUOTED_EXTENSIONS: u32 = 8;

/// Reads an ICMP (`v6`: ICMPv6) message that is an error about TCP or UDP.
pub(super) fn error(wire: Wire<'_>, v6: bool, context: &Context) -> Result<IcmpError, Skip> {
    let [kind, code] = wire.array(0)?;
    let kind = if v6 {
        kind_v6(kind, code, wire)
    } else {
        kind_v4(kind, code, wire)
    }
    .ok_or(Skip::Icmp)?;

    let mut quoted = *context;
    let (mut layer, mut rest) = ip::peel(wire.skip(8)?, &mut quoted).map_err(|_| Skip::Icmp)?;
    let mut extensions = 0..MAX_QUOTED_EXTENSIONS;
    let transport = loop {
        match layer {
            Layer::Protocol(number @ (protocol::TCP | protocol::UDP)) => break number,
            // Only the first fragment holds the ports.
            Layer::Fragment(fragment) if fragment.offset == 0 => layer = Layer::Protocol(fragment.next),
            Layer::Protocol(number) if quoted.ip.src.is_ipv6() && extensions.next().is_some() => {
                let peeled = ip::peel_protocol(number, rest, &mut quoted).ok_or(Skip::Icmp)?;
                (layer, rest) = peeled.map_err(|_| Skip::Icmp)?;
            }
            _ => return Err(Skip::Icmp),
        }
    };
    let (quoted_src, quoted_dst) = quoted.ip.ends(rest.u16(0)?, rest.u16(2)?);
    let quoted_seq = match transport {
        protocol::TCP => Some(SeqNumber(rest.u32(4)?)),
        _ => None,
    };
    Ok(IcmpError {
        frame: context.frame,
        time: context.time,
        from: context.ip.src,
        kind,
        quoted_src,
        quoted_dst,
        quoted_seq,
    })
}

/// The numbers are IANA's "ICMP Type Numbers".
fn kind_v4(kind: u8, code: u8, wire: Wire<'_>) -> Option<IcmpErrorKind> {
    Some(match (kind, code) {
        (3, 0 | 6 | 11) => IcmpErrorKind::NetworkUnreachable,
        (3, 1 | 7 | 8 | 12) => IcmpErrorKind::HostUnreachable,
        (3, 2) => IcmpErrorKind::ProtocolUnreachable,
        (3, 3) => IcmpErrorKind::PortUnreachable,
        // RFC 1191 section 4: old routers leave the MTU zero.
        (3, 4) => IcmpErrorKind::FragmentationNeeded {
            mtu: wire.u16(6).map_or(0, u32::from),
        },
        (3, 9 | 10 | 13) => IcmpErrorKind::Prohibited,
        (11, 0) => IcmpErrorKind::TimeExceeded,
        (3 | 4 | 11 | 12, _) => IcmpErrorKind::Other(kind, code),
        _ => return None,
    })
}

/// The numbers are IANA's "ICMPv6 Parameters".
fn kind_v6(kind: u8, code: u8, wire: Wire<'_>) -> Option<IcmpErrorKind> {
    Some(match (kind, code) {
        (1, 0) => IcmpErrorKind::NetworkUnreachable,
        (1, 1 | 5 | 6) => IcmpErrorKind::Prohibited,
        (1, 3) => IcmpErrorKind::HostUnreachable,
        (1, 4) => IcmpErrorKind::PortUnreachable,
        (2, _) => IcmpErrorKind::FragmentationNeeded {
            mtu: wire.u32(4).unwrap_or_default(),
        },
        (3, 0) => IcmpErrorKind::TimeExceeded,
        (4, 1) => IcmpErrorKind::ProtocolUnreachable,
        (1 | 3 | 4, _) => IcmpErrorKind::Other(kind, code),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{facts, ipv4, ipv6, join, tcp, udp};
    use crate::base::frame::LinkType;

    #[test]
    fn a_filter_that_answers_with_eight_quoted_bytes_is_read() {
        let quoted = ipv4(6, &tcp(b""));
        let bytes = ipv4(1, &join(&[&[3, 13, 0, 0, 0, 0, 0, 0], &quoted[..28]]));
        assert_eq!(
            facts(LinkType::RAW, &[bytes]),
            [
                "icmp 192.0.2.1 communication administratively prohibited about 192.0.2.1:40000 > 198.51.100.2:443 seq Some(7)"
            ]
        );
    }

    #[test]
    fn the_next_mtu_is_told() {
        let quoted = ipv4(6, &tcp(b""));
        let bytes = ipv4(1, &join(&[&[3, 4, 0, 0, 0, 0, 0x05, 0x78], &quoted]));
        assert!(facts(LinkType::RAW, &[bytes])[0].contains("whose MTU is 1400 bytes about"));
    }

    #[test]
    fn quoted_extension_headers_are_skipped() {
        let quoted = ipv6(
            60,
            &join(&[
                &[44, 0, 1, 4, 0, 0, 0, 0],
                &[17, 0, 0, 1, 0, 0, 0, 9],
                &udp(5000, 53, b""),
            ]),
        );
        let bytes = ipv6(58, &join(&[&[2, 0, 0, 0, 0, 0, 5, 0], &quoted]));
        assert_eq!(
            facts(LinkType::RAW, &[bytes]),
            [
                "icmp 2001:db8::1 packet too big for the next link, whose MTU is 1280 bytes about \
             [2001:db8::1]:5000 > [2001:db8::2]:53 seq None"
            ]
        );
    }

    #[test]
    fn echoes_and_redirects_are_no_errors() {
        for kind in [0, 5, 8] {
            let bytes = ipv4(1, &join(&[&[kind, 0, 0, 0, 0, 0, 0, 0], &ipv4(6, &tcp(b""))]));
            assert_eq!(facts(LinkType::RAW, &[bytes]), ["skip icmp"]);
        }
    }
}
