//! Protocol → Segment: the TCP header (RFC 9293 section 3.1).

use super::layer::{Context, IpHeader, Wire};
use super::{Segment, Skip, TcpFlags};
use crate::seq::SeqNumber;

/// Bytes of a TCP header without options.
const FIXED_LEN: usize = 20;

/// Reads a segment. Options that the snap length cut leave the fixed fields readable: the segment then has no payload,
/// and all of it counts as lost.
#[inline(always)]
pub(super) fn segment<'a>(wire: Wire<'a>, ip: &IpHeader, context: &Context) -> Result<Segment<'a>, Skip> {
    let fixed: [u8; FIXED_LEN] = wire.array(0)?;
    let header_len = usize::from(fixed[12] >> 4) * 4;
    if header_len < FIXED_LEN || header_len > wire.wire_len() {
        return Err(Skip::Malformed);
    }
    let (options, payload) = match wire.skip(header_len) {
        Ok(payload) => (wire.data.get(FIXED_LEN..header_len).unwrap_or_default(), payload),
        Err(_) => {
            let lost = u32::try_from(wire.wire_len() - header_len).unwrap_or(u32::MAX);
            let options = wire.data.get(FIXED_LEN..).unwrap_or_default();
            (options, Wire { data: &[], cut: lost })
        }
    };
    let (src, dst) = ip.ends(
        u16::from_be_bytes([fixed[0], fixed[1]]),
        u16::from_be_bytes([fixed[2], fixed[3]]),
    );
    let mut flags = TcpFlags(fixed[13]);
    if context.open_ended {
        flags.0 &= !TcpFlags::FIN;
    }
    Ok(Segment {
        frame: context.frame,
        time: context.time,
        src,
        dst,
        seq: SeqNumber(u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]])),
        ack: SeqNumber(u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]])),
        flags,
        window: u16::from_be_bytes([fixed[14], fixed[15]]),
        checksum: u16::from_be_bytes([fixed[16], fixed[17]]),
        options,
        payload: payload.data,
        lost: payload.cut,
        ttl: ip.ttl,
        ip_id: ip.id,
        interface: context.interface,
        tunnel: context.tunnel,
    })
}

/// Whether a segment's checksum is right (RFC 9293 section 3.1); `None` when bytes of it were not captured. An urgent
/// pointer, which nothing has used for decades, is taken for zero.
#[must_use]
pub fn checksum_is_right(segment: &Segment<'_>) -> Option<bool> {
    if segment.lost > 0 {
        return None;
    }
    let mut sum = 0_u64;
    let mut add = |bytes: &[u8]| {
        for pair in bytes.chunks(2) {
            let high = u64::from(pair.first().copied().unwrap_or_default());
            sum += high << 8 | u64::from(pair.get(1).copied().unwrap_or_default());
        }
    };
    for ip in [segment.src.ip, segment.dst.ip] {
        match ip {
            std::net::IpAddr::V4(ip) => add(&ip.octets()),
            std::net::IpAddr::V6(ip) => add(&ip.octets()),
        }
    }
    let header_len = FIXED_LEN + segment.options.len();
    let len = u32::try_from(header_len + segment.payload.len()).ok()?;
    let offset = u8::try_from(header_len / 4).ok()?;
    add(&len.to_be_bytes());
    add(&[0, 6]); // the protocol
    add(&segment.src.port.to_be_bytes());
    add(&segment.dst.port.to_be_bytes());
    add(&segment.seq.0.to_be_bytes());
    add(&segment.ack.0.to_be_bytes());
    add(&[offset << 4, segment.flags.0]);
    add(&segment.window.to_be_bytes());
    add(segment.options);
    add(segment.payload);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    Some(sum ^ 0xffff == u64::from(segment.checksum))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ethernet, facts_of_cut, ipv4, tcp};
    use crate::frame::LinkType;

    #[test]
    fn a_header_cut_in_its_options_still_tells_ports_and_sequence() {
        let mut segment = tcp(b"");
        segment[12] = 0x80;
        segment.extend([1; 12]);
        segment.extend(b"hello");
        let mut bytes = ethernet(0x0800, &ipv4(6, &segment));
        let wire_len = bytes.len();
        bytes.truncate(58);
        assert_eq!(
            facts_of_cut(LinkType::ETHERNET, &[bytes], &[wire_len]),
            ["tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 0 lost 5 via none"]
        );
    }
}
