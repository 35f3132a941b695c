//! datagram → Packet: the packets of QUIC in a datagram, by their headers (RFC 9000 section 17, RFC 8999 for other versions).

use crate::quic::{LONGEST_ID, Version, varint};

/// The kind of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Protected with keys that everybody can make: the hellos.
    Initial,
    /// Application data before the handshake is complete.
    ZeroRtt,
    /// The rest of the handshake.
    Handshake,
    /// The server wants to see that the client's address is its own.
    Retry,
    /// The server does not support the requested version.
    VersionNegotiation,
    /// Application data, acknowledgements and the end.
    OneRtt,
}

/// A packet.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Version; of a packet with a short header, 0.
    pub version: Version,
    /// Destination connection identifier; empty for a packet with a short header, which does not give its length.
    pub to: &'a [u8],
    /// Source connection identifier.
    pub from: &'a [u8],
    /// Token of an Initial or a Retry.
    pub token: &'a [u8],
    /// The packet from its first byte on, as captured.
    pub bytes: &'a [u8],
    /// The position of the packet number; in a Retry of its integrity tag, in a Version Negotiation of its list.
    pub body: usize,
    /// Bytes of it that were not captured.
    pub cut: usize,
}

impl Packet<'_> {
    /// The versions of a Version Negotiation.
    pub fn versions(&self) -> impl Iterator<Item = Version> {
        let list = self.bytes.get(self.body..).unwrap_or_default();
        let (numbers, _) = list.as_chunks::<4>();
        numbers.iter().map(|number| Version(u32::from_be_bytes(*number)))
    }

    /// The length on the wire.
    #[must_use]
    pub fn wire_len(&self) -> usize {
        self.bytes.len().saturating_add(self.cut)
    }
}

/// The packets of a datagram, up to bytes that are none. A packet without a length in its header takes the rest.
#[derive(Clone, Copy, Debug)]
pub struct Packets<'a>(pub &'a [u8]);

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        let bytes = std::mem::take(&mut self.0);
        let packet = match *bytes.first()? {
            0x80..=0xff => long(bytes)?,
            // Padding of a datagram. A server may leave the fixed bit out (RFC 9287), so a first byte of zero says nothing.
            0x00 if bytes.iter().all(|byte| *byte == 0) => return None,
            _ => Packet {
                kind: Kind::OneRtt,
                version: Version(0),
                to: &[],
                from: &[],
                token: &[],
                bytes,
                body: 1,
                cut: 0,
            },
        };
        self.0 = bytes.get(packet.bytes.len()..).unwrap_or_default();
        Some(packet)
    }
}

/// A packet with a long header (RFC 9000 section 17.2).
fn long(bytes: &[u8]) -> Option<Packet<'_>> {
    let (&[first, a, b, c, d], rest) = bytes.split_first_chunk::<5>()?;
    let version = Version(u32::from_be_bytes([a, b, c, d]));
    let (to, rest) = identifier(rest)?;
    let (from, rest) = identifier(rest)?;
    let mut packet = Packet {
        kind: Kind::VersionNegotiation,
        version,
        to,
        from,
        token: &[],
        bytes,
        body: bytes.len().saturating_sub(rest.len()),
        cut: 0,
    };
    if version.0 == 0 {
        return (rest.len() >= 4).then_some(packet);
    }
    if !version.is_known() {
        return None;
    }
    let kind = first >> 4 & 3;
    packet.kind = match if version == Version::V2 {
        kind.wrapping_sub(1) & 3
    } else {
        kind
    } {
        0 => Kind::Initial,
        1 => Kind::ZeroRtt,
        2 => Kind::Handshake,
        _ => {
            let (token, _) = rest.split_at_checked(rest.len().checked_sub(16)?)?;
            (packet.kind, packet.token) = (Kind::Retry, token);
            packet.body = bytes.len().checked_sub(16)?;
            return Some(packet);
        }
    };
    let mut rest = rest;
    if packet.kind == Kind::Initial {
        let (len, behind) = varint(rest)?;
        (packet.token, rest) = behind.split_at_checked(usize::try_from(len).ok()?)?;
    }
    let (len, rest) = varint(rest)?;
    let len = usize::try_from(len).ok()?;
    // No packet is longer than a datagram, and none shorter than its number and the sample of its protection.
    if !(20..=65_535).contains(&len) {
        return None;
    }
    packet.body = bytes.len().checked_sub(rest.len())?;
    packet.cut = len.saturating_sub(rest.len());
    packet.bytes = bytes.get(..packet.body.checked_add(len.min(rest.len()))?)?;
    Some(packet)
}

/// A connection identifier after its length.
fn identifier(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = bytes.split_first()?;
    let len = usize::from(len);
    (len <= LONGEST_ID).then(|| rest.split_at_checked(len)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_packet(first: u8, version: u32, token: &[u8], len: usize) -> Vec<u8> {
        let mut bytes = vec![first];
        bytes.extend(version.to_be_bytes());
        bytes.extend([2, 7, 7, 1, 9]);
        if matches!((first >> 4 & 3, version), (0, 1) | (1, 0x6b33_43cf)) {
            bytes.push(token.len() as u8);
            bytes.extend(token);
        }
        bytes.extend([0x40 | (len >> 8) as u8, len as u8]);
        bytes.extend(vec![5; len]);
        bytes
    }

    #[test]
    fn packets_that_share_a_datagram_are_taken_apart() {
        let datagram = [
            long_packet(0xc0, 1, &[1, 2, 3], 40),
            long_packet(0xe0, 1, &[], 30),
            vec![0x41; 30],
        ]
        .concat();
        let packets: Vec<_> = Packets(&datagram).collect();
        let kinds: Vec<_> = packets.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [Kind::Initial, Kind::Handshake, Kind::OneRtt]);
        assert_eq!(
            (packets[0].to, packets[0].from, packets[0].token),
            (&[7, 7][..], &[9][..], &[1, 2, 3][..])
        );
        assert_eq!((packets[0].bytes.len() - packets[0].body, packets[1].cut), (40, 0));
        assert_eq!(packets[2].bytes.len(), 30);
        let padded = [datagram, vec![0; 200]].concat();
        assert_eq!(Packets(&padded).count(), 3);
    }

    #[test]
    fn version_2_has_other_numbers_for_its_types() {
        let v2 = 0x6b33_43cf;
        for (first, kind) in [(0xd0, Kind::Initial), (0xe0, Kind::ZeroRtt), (0xf0, Kind::Handshake)] {
            let bytes = long_packet(first, v2, &[], 40);
            assert_eq!(Packets(&bytes).next().unwrap().kind, kind);
        }
        let retry = [&[0xc0, 0x6b, 0x33, 0x43, 0xcf, 0, 1, 9, 8, 8][..], &[3; 16]].concat();
        let packet = Packets(&retry).next().unwrap();
        assert_eq!((packet.kind, packet.token, packet.body), (Kind::Retry, &[8, 8][..], 10));
    }

    #[test]
    fn a_list_of_versions_is_read_and_what_is_none_begins_nothing() {
        let list = [
            &[0x8a, 0, 0, 0, 0, 0, 1, 9][..],
            &[0, 0, 0, 1, 0x6b, 0x33, 0x43, 0xcf, 7],
        ]
        .concat();
        let packet = Packets(&list).next().unwrap();
        assert_eq!(packet.versions().collect::<Vec<_>>(), [Version::V1, Version::V2]);
        // An identifier, a token or a length that goes beyond everything.
        for bad in [
            &[0xc0, 0, 0, 0, 1, 9, 1][..],
            &[0xc0, 0, 0, 0, 1, 0, 0, 0x7f, 0xff, 1, 2],
            &[0xc0, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3],
        ] {
            assert!(Packets(bad).next().is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_packet_cut_anywhere_says_how_much_is_missing() {
        let whole = long_packet(0xc0, 1, &[1; 10], 60);
        for len in 0..whole.len() {
            if let Some(packet) = Packets(&whole[..len]).next() {
                assert_eq!(packet.wire_len(), whole.len());
            }
        }
    }
}
