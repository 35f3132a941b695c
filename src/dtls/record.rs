//! datagram → Record: one after the other, each by its header (RFC 6347 section 4.1, RFC 9147 section 4).

use crate::tls::record::content;

/// The longest record: as in TLS, 2^14 bytes and what encryption adds (RFC 5246 section 6.2.3).
const MAX_BODY: usize = 16_384 + 2_048;

/// Content type of acknowledgements (RFC 9147 section 7).
pub const ACK: u8 = 26;

/// Content type of encrypted records with a connection identifier (RFC 9146 section 4).
const WITH_CID: u8 = 25;

/// The version of records by the draft of DTLS 1.0, which VPN clients (AnyConnect, OpenConnect) still speak.
pub const DRAFT: u16 = 0x0100;

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Content type; of an encrypted record of DTLS 1.3 it is hidden.
    pub kind: Option<u8>,
    /// 0 until the sender changes to encryption; of DTLS 1.3 only the two lowest bits are sent.
    pub epoch: u16,
    /// The body as captured.
    pub body: &'a [u8],
    /// Its length on the wire.
    pub len: u16,
    /// It is one of DTLS 1.3 with the short header.
    pub is_short: bool,
}

/// The records of a datagram, up to what is none.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a>(pub &'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (record, rest) = match self.0 {
            [0x20..=0x3f, ..] => short(self.0)?,
            _ => long(self.0)?,
        };
        self.0 = rest;
        Some(record)
    }
}

/// Type, version, epoch, number of 48 bits, length.
fn long(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (&[kind, major, minor, e0, e1, _, _, _, _, _, _, l0, l1], rest) = bytes.split_first_chunk::<13>()?;
    let version = u16::from_be_bytes([major, minor]);
    if !(content::CHANGE_CIPHER_SPEC..=ACK).contains(&kind) || version < 0xfefc && version != DRAFT || version > 0xfeff
    {
        return None;
    }
    let epoch = u16::from_be_bytes([e0, e1]);
    // The length of the identifier was negotiated in the handshake; the record's length comes after it.
    let len = match kind {
        WITH_CID => rest.len(),
        _ => usize::from(u16::from_be_bytes([l0, l1])),
    };
    if len > MAX_BODY {
        return None;
    }
    let (body, rest) = rest.split_at_checked(len).unwrap_or((rest, &[]));
    let record = Record {
        kind: Some(if kind == WITH_CID {
            content::APPLICATION_DATA
        } else {
            kind
        }),
        epoch,
        body,
        len: u16::try_from(len).unwrap_or(u16::MAX),
        is_short: false,
    };
    Some((record, rest))
}

/// The unified header of DTLS 1.3: 001CSLEE, then identifier, number and length as C, S and L say.
fn short(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let [has_cid, has_long_number, has_len] = [0x10, 0x08, 0x04].map(|bit| first & bit != 0);
    let rest = rest.get(if has_long_number { 2 } else { 1 }..)?;
    let (body, rest) = match rest.split_first_chunk::<2>() {
        // The length of the identifier is not given, so the fields after it cannot be found either.
        Some((&len, behind)) if has_len && !has_cid => {
            let len = usize::from(u16::from_be_bytes(len));
            if len > MAX_BODY {
                return None;
            }
            behind.split_at_checked(len).unwrap_or((behind, &[]))
        }
        _ => (rest, &[][..]),
    };
    let record = Record {
        kind: None,
        epoch: u16::from(first & 3),
        body,
        len: u16::try_from(body.len()).unwrap_or(u16::MAX),
        is_short: true,
    };
    Some((record, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn record(kind: u8, epoch: u16, body: &[u8]) -> Vec<u8> {
        let len = u16::try_from(body.len()).unwrap();
        [
            &[kind, 0xfe, 0xfd][..],
            &epoch.to_be_bytes(),
            &[0; 6],
            &len.to_be_bytes(),
            body,
        ]
        .concat()
    }

    #[test]
    fn a_datagram_holds_several_records() {
        let bytes = [record(22, 0, &[1, 2, 3]), record(20, 0, &[1]), record(22, 1, &[9; 40])].concat();
        let records: Vec<_> = Records(&bytes).collect();
        let shown: Vec<_> = records.iter().map(|it| (it.kind, it.epoch, it.len)).collect();
        assert_eq!(shown, [(Some(22), 0, 3), (Some(20), 0, 1), (Some(22), 1, 40)]);
    }

    #[test]
    fn a_record_that_was_cut_says_how_much_is_missing() {
        let bytes = record(22, 0, &[7; 100]);
        for len in 13..bytes.len() {
            let cut: Vec<_> = Records(&bytes[..len]).collect();
            assert_eq!(cut.len(), 1);
            assert_eq!(usize::from(cut[0].len) - cut[0].body.len(), bytes.len() - len);
        }
        assert_eq!(Records(&bytes[..12]).count(), 0);
    }

    #[test]
    fn what_is_no_record_ends_the_datagram() {
        for other in [
            &[22, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &[22, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[22, 0xfe, 0xfb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[22, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0; 40],
            &[0xff; 40],
            b"SIP/2.0 200 OK",
        ] {
            assert_eq!(Records(other).count(), 0, "{other:?}");
        }
        let long = [&[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff][..], &[0; 20]].concat();
        assert_eq!(Records(&long).count(), 0);
    }

    #[test]
    fn the_short_header_of_1_3_tells_epoch_and_length() {
        let bytes = [0x2e, 0, 1, 0, 3, 7, 7, 7, 0x23, 5, 9, 9];
        let records: Vec<_> = Records(&bytes).collect();
        let shown: Vec<_> = records.iter().map(|it| (it.kind, it.epoch, it.len)).collect();
        assert_eq!(shown, [(None, 2, 3), (None, 3, 2)]);
        assert_eq!(Records(&[0x3f, 1, 2, 3, 4, 5, 6]).count(), 1, "with an identifier");
    }

    #[test]
    fn no_bytes_make_it_loop() {
        let mut seed = 0x9e37_79b9_u32;
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..64)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    seed.to_be_bytes()[0]
                })
                .collect();
            let bytes = [&[if seed & 1 == 0 { 0x2f } else { 22 }, 0xfe, 0xfd][..], &bytes].concat();
            assert!(Records(&bytes).count() <= bytes.len());
        }
    }
}
