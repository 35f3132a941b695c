//! Protocol → Segment: the TCP header (RFC 9293 section 3.1).

use std::net::IpAddr;

use etherparse::checksum::Sum16BitWords;

use super::ip::protocol;
use super::layer::{Context, IpHeader, Wire};
use super::{Segment, Skip, TcpFlags};
use crate::base::seq::SeqNumber;

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

/// True if a segment's checksum is right (RFC 9293 section 3.1); `None` if some of its bytes were not captured. The
/// urgent pointer, unused for decades, is taken as zero.
#[must_use]
pub fn checksum_is_right(segment: &Segment<'_>) -> Option<bool> {
    if segment.lost > 0 {
        return None;
    }
    let header_len = FIXED_LEN + segment.options.len();
    let len = u32::try_from(header_len + segment.payload.len()).ok()?;
    let offset = u8::try_from(header_len / 4).ok()?;
    let mut sum = Sum16BitWords::new();
    for ip in [segment.src.ip, segment.dst.ip] {
        sum = match ip {
            IpAddr::V4(ip) => sum.add_4bytes(ip.octets()),
            IpAddr::V6(ip) => sum.add_16bytes(ip.octets()),
        };
    }
    let sum = sum
        .add_4bytes(len.to_be_bytes())
        .add_2bytes([0, protocol::TCP])
        .add_2bytes(segment.src.port.to_be_bytes())
        .add_2bytes(segment.dst.port.to_be_bytes())
        .add_4bytes(segment.seq.0.to_be_bytes())
        .add_4bytes(segment.ack.0.to_be_bytes())
        .add_2bytes([offset << 4, segment.flags.0])
        .add_2bytes(segment.window.to_be_bytes())
        .add_slice(segment.options)
        .add_slice(segment.payload);
    // The sum is kept in the machine's order of bytes.
    Some(sum.ones_complement().to_be() == segment.checksum)
}

#[cfg(test)]
mod tests {
    use etherparse::TcpHeaderSlice;

    use super::super::samples::{XorShift, ethernet, facts_of_cut, ipv4, tcp};
    use super::*;
    use crate::base::frame::{Frame, FrameNumber, LinkType, Timestamp};

    /// Headers read by hand for speed equal etherparse's reading, whatever the bytes; where it refuses a header that the
    /// snap length cut, the fixed fields are still there.
    #[test]
    fn a_header_read_by_hand_is_what_etherparse_reads_and_so_is_its_checksum() {
        let mut random = XorShift(0x2545_f491_4f6c_dd1d);
        let mut right = 0;
        for n in 0..20_000_usize {
            let mut bytes: Vec<u8> = (0..20 + n % 60).map(|_| random.next().to_le_bytes()[0]).collect();
            bytes[12] &= 0xf0;
            bytes[18..20].fill(0);
            let (src, dst) = ([10, 0, 0, n as u8], [192, 0, 2, 1]);
            let theirs = TcpHeaderSlice::from_slice(&bytes);
            if let Ok(header) = &theirs
                && n % 2 == 0
            {
                let payload = &bytes[header.slice().len()..];
                let sum = header.calc_checksum_ipv4_raw(src, dst, payload).unwrap();
                bytes[16..18].copy_from_slice(&sum.to_be_bytes());
            }
            let frame = Frame {
                number: FrameNumber(1),
                time: Timestamp(0),
                link: LinkType::RAW,
                interface: 0,
                wire_len: bytes.len() as u32,
                data: &bytes,
            };
            let ip = IpHeader {
                src: src.into(),
                dst: dst.into(),
                ttl: 1,
                id: None,
            };
            let own = segment(Wire::of(&frame), &ip, &Context::of(&frame));
            let theirs = TcpHeaderSlice::from_slice(&bytes);
            assert_eq!(own.is_ok(), theirs.is_ok(), "{bytes:02x?}");
            let (Ok(own), Ok(theirs)) = (own, theirs) else { continue };
            assert_eq!(
                (own.src.port, own.dst.port, own.seq.0, own.ack.0),
                (
                    theirs.source_port(),
                    theirs.destination_port(),
                    theirs.sequence_number(),
                    theirs.acknowledgment_number()
                )
            );
            assert_eq!((own.window, own.checksum), (theirs.window_size(), theirs.checksum()));
            assert_eq!(
                (own.flags.syn(), own.flags.ack(), own.flags.fin(), own.flags.rst()),
                (theirs.syn(), theirs.ack(), theirs.fin(), theirs.rst())
            );
            assert_eq!(own.options, theirs.options());
            assert_eq!(own.payload, &bytes[theirs.slice().len()..]);
            let sum = theirs.calc_checksum_ipv4_raw(src, dst, own.payload).unwrap();
            assert_eq!(checksum_is_right(&own), Some(sum == theirs.checksum()));
            right += u32::from(sum == theirs.checksum());
        }
        assert!(right > 1_000, "{right}");
    }

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
