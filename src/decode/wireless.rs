//! 802.11 → Llc: radio headers, Wi-Fi data frames, and the aggregates that carry several of them (IEEE 802.11 clause 9).

use super::Skip;
use super::layer::{Layer, Peeled, Wire};

/// Radiotap: a little-endian length, and flags that show whether the driver padded the 802.11 header.
pub(super) fn radiotap(wire: Wire<'_>) -> Peeled<'_> {
    let len = usize::from(u16::from_le_bytes(wire.array(2)?));
    if len < 8 {
        return Err(Skip::Malformed);
    }
    let padded = radiotap_flags(wire.limit(len)).is_some_and(|flags| flags & 0x20 != 0);
    Ok((Layer::Dot11 { padded }, wire.skip(len)?))
}

/// The flags field: after the bitmaps of present fields (bit 31 announces another one) and the timer, if there is one.
fn radiotap_flags(wire: Wire<'_>) -> Option<u8> {
    let present = u32::from_le_bytes(wire.array(4).ok()?);
    if present & 0x02 == 0 {
        return None;
    }
    let mut offset = 4;
    while u32::from_le_bytes(wire.array(offset).ok()?) & 0x8000_0000 != 0 {
        offset += 4;
    }
    offset += 4;
    if present & 0x01 != 0 {
        offset = offset.next_multiple_of(8) + 8;
    }
    wire.u8(offset).ok()
}

/// The Prism monitoring header of 144 bytes; drivers that write AVS instead use the same link type.
pub(super) fn prism(wire: Wire<'_>) -> Peeled<'_> {
    if wire.u16(0)? == 0x8021 {
        avs(wire)
    } else {
        Ok((Layer::Dot11 { padded: false }, wire.skip(144)?))
    }
}

/// The AVS monitoring header: a magic number, then its length.
pub(super) fn avs(wire: Wire<'_>) -> Peeled<'_> {
    let len = usize::try_from(wire.u32(4)?).map_err(|_| Skip::Malformed)?;
    Ok((Layer::Dot11 { padded: false }, wire.skip(len.max(8))?))
}

/// A Wi-Fi frame; only data frames carry packets.
#[inline]
pub(super) fn dot11(wire: Wire<'_>, padded: bool) -> Peeled<'_> {
    let [first, second] = wire.array(0)?;
    // Cisco access points swap the two bytes of the frame control field when they tunnel frames to the controller.
    // The version in its lowest bits is always zero, while data frames of a network have one of those bits as a flag.
    let (control, flags) = if first & 3 == 0 {
        (first, second)
    } else {
        (second, first)
    };
    let is_data = control & 0x0f == 0x08;
    let has_body = control & 0x40 == 0;
    if !is_data || !has_body {
        return Err(if control & 3 == 0 { Skip::NotIp } else { Skip::Malformed });
    }

    let has_quality = control & 0x80 != 0;
    let mut len = 24;
    if flags & 0x03 == 0x03 {
        len += 6; // a fourth address: from one access point to another
    }
    let mut is_aggregate = false;
    if has_quality {
        is_aggregate = wire.u8(len)? & 0x80 != 0;
        len += 2;
        if flags & 0x80 != 0 {
            len += 4; // HT control
        }
    }
    if padded {
        len = len.next_multiple_of(4);
    }
    let body = wire.skip(len)?;
    if is_aggregate && flags & 0x40 == 0 {
        return Ok((Layer::Amsdu, body));
    }
    decrypted(body, flags & 0x40 != 0).map(|body| (Layer::Llc, body))
}

/// The body in the clear. A driver or controller that decrypts may leave the Protected bit, and the initialisation
/// vector of eight bytes, in place.
fn decrypted(body: Wire<'_>, is_protected: bool) -> Result<Wire<'_>, Skip> {
    const SNAP: [u8; 3] = [0xaa, 0xaa, 0x03];
    if !is_protected || body.array(0) == Ok(SNAP) {
        return Ok(body);
    }
    if body.array(8) == Ok(SNAP) {
        return body.skip(8);
    }
    Err(Skip::Encrypted)
}

/// The first subframe of an aggregate and what follows it: two addresses, a length, a body, padding to four bytes.
pub(super) fn subframe(wire: Wire<'_>) -> Option<(Wire<'_>, Option<Wire<'_>>)> {
    const HEADER_LEN: usize = 14;
    let len = usize::from(wire.u16(12).ok()?);
    let body = wire.skip(HEADER_LEN).ok()?.limit(len);
    let next = wire.skip((HEADER_LEN + len).next_multiple_of(4)).ok();
    // A rest shorter than a header is the frame check sequence.
    Some((body, next.filter(|rest| rest.data.len() >= HEADER_LEN)))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ethernet, facts, five_bytes_via, hello, ipv4, join, snap, udp};
    use crate::base::frame::LinkType;

    #[test]
    fn an_aggregate_gives_each_of_its_packets() {
        let body = snap(&hello());
        let len = u16::try_from(body.len()).unwrap().to_be_bytes();
        let subframe = join(&[&[0; 12], &len, &body]);
        let padding = vec![0; subframe.len().next_multiple_of(4) - subframe.len()];
        let control = [0x88, 0x02];
        let quality = [0x80, 0];
        let wifi = join(&[&control, &[0; 22], &quality, &subframe, &padding, &subframe]);
        assert_eq!(
            facts(LinkType::IEEE802_11, &[wifi]),
            [five_bytes_via("none"), five_bytes_via("none")].concat()
        );
    }

    #[test]
    fn encrypted_and_managing_frames_are_told_apart() {
        let encrypted = join(&[&[0x08, 0x41], &[0; 22], &[0x55; 40]]);
        assert_eq!(facts(LinkType::IEEE802_11, &[encrypted]), ["skip encrypted"]);
        let beacon = join(&[&[0x80, 0x00], &[0; 40]]);
        assert_eq!(facts(LinkType::IEEE802_11, &[beacon]), ["skip not-ip"]);
        let capwap = |payload: &[u8]| ethernet(0x0800, &ipv4(17, &udp(5247, 40_000, payload)));
        assert_eq!(
            facts(LinkType::ETHERNET, &[capwap(&[1, 0, 0, 0, 23, 254, 253])]),
            ["capwap 1 192.0.2.1:5247 > 198.51.100.2:40000 len 7"]
        );
        assert_eq!(
            facts(LinkType::ETHERNET, &[capwap(&[0, 0x10, 2, 8, 0, 0, 0, 0, 1])]),
            ["capwap 1 192.0.2.1:5247 > 198.51.100.2:40000 len 9"]
        );
    }
}
