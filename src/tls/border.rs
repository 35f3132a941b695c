//! bytes → record border: where TLS begins, and where it continues after a gap.
//!
//! A header is five bytes and proves little; the bytes after it must agree with it. A false border is as likely as a
//! plausible random header (about three in ten million per offset), times the same again for the required next header.
//!
//! TLS is recognised by content: a hello's record anywhere in the first 64 KiB of a direction, any other record only
//! where a segment begins. So CONNECT, STARTTLS, SOCKS and PROXY preambles need no list.

use super::message::is_known_kind;
use super::record::content;
use crate::tcp::said::Provenance;

/// Length of a record header.
pub(super) const HEADER: usize = 5;

/// The largest body a peer may send: RFC 5246 section 6.2.3 allows 2^14 + 2,048 (TLS 1.3 less).
pub(super) const MAX_BODY: u16 = 16384 + 2048;

/// The number of bytes of a record body that decide whether it is a hello: a message header and a version.
const PEEK: usize = 6;

/// The origin of some bytes of a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Offset in the buffer at which the piece begins.
    pub(super) offset: usize,
    pub(super) at: Provenance,
    /// True if a segment begins here; false if its front was dropped.
    pub(super) whole: bool,
}

/// True if a segment begins at an offset of a buffer.
pub(super) fn at_segment(pieces: &[Piece], offset: usize) -> bool {
    let place = pieces.binary_search_by_key(&offset, |piece| piece.offset);
    place.is_ok_and(|at| pieces.get(at).is_some_and(|piece| piece.whole))
}

/// Content type and length, when the five bytes can be a record header.
pub(super) fn plausible_header(header: &[u8]) -> Option<(u8, u16)> {
    let &[kind, major, minor, high, low] = header.first_chunk::<HEADER>()?;
    let len = u16::from_be_bytes([high, low]);
    (matches!(kind, 20..=24) && major == 3 && minor <= 4 && len <= MAX_BODY).then_some((kind, len))
}

/// True if a whole handshake record's body is exactly one hello in clear.
pub(super) fn is_hello(body: &[u8], len: u16) -> bool {
    let Some(&[kind @ (1 | 2), 0, high, low, 3, minor]) = body.first_chunk::<PEEK>() else {
        return false;
    };
    let _ = kind;
    minor <= 4 && u32::from(u16::from_be_bytes([high, low])) + 4 <= u32::from(len)
}

/// True if a whole alert record's body is in clear. Two bytes are, before and after change_cipher_spec: no cipher
/// produces a record that short. Several alerts may share a record before it.
pub(super) fn is_clear_alert(body: &[u8], after_change: bool) -> bool {
    let known_level = |pair: &[u8]| matches!(pair.first(), Some(1 | 2));
    body.len() == 2 || !after_change && matches!(body.len(), 4 | 6 | 8) && body.chunks(2).all(known_level)
}

/// True if two bytes are an alert in clear that has a name.
pub(super) fn is_alert(level: u8, description: u8) -> bool {
    matches!(level, 1 | 2) && super::AlertDescription(description).name().is_some()
}

/// True if a handshake record's body is a chain of whole, known messages: such a record can be read again after a gap.
pub(super) fn messages_chain(mut body: &[u8]) -> bool {
    if body.is_empty() {
        return false;
    }
    while let Some(&[kind, a, b, c]) = body.first_chunk::<4>() {
        let len = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if !is_known_kind(kind, len) {
            return false;
        }
        // The last message may go on in the next record, but a certificate is the only one that long.
        match body.get(4 + len..) {
            Some(rest) => body = rest,
            None => return kind == 11 || kind == 13,
        }
    }
    body.is_empty()
}

/// The place where TLS begins in the bytes seen.
pub(super) enum Beginning {
    At(usize),
    /// Nowhere before this offset, whatever follows.
    NotBefore(usize),
}

/// True if these bytes may contain the first two bytes of a record header, or end with the first. TLS does not begin with
/// a heartbeat.
pub(crate) fn may_hold_header(bytes: &[u8]) -> bool {
    first_header::<{ content::APPLICATION_DATA }>(bytes).is_some() || matches!(bytes.last(), Some(20..=23))
}

/// The first place of the first two bytes of a record header, of a type up to `LAST`. Compares blocks of 32 with
/// themselves one byte on, which compilers turn into vector code: a tenth of the cost of examining each byte.
pub(super) fn first_header<const LAST: u8>(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 32;
    let fits = |(&kind, &major): (&u8, &u8)| {
        (kind.wrapping_sub(content::CHANGE_CIPHER_SPEC) <= LAST - content::CHANGE_CIPHER_SPEC) & (major == 3)
    };
    let behind = bytes.get(1..)?;
    let (blocks, rest) = bytes.get(..behind.len())?.as_chunks::<BLOCK>();
    let (blocks_behind, rest_behind) = behind.as_chunks::<BLOCK>();
    let found = |(kinds, majors): (&[u8; BLOCK], &[u8; BLOCK])| {
        kinds.iter().zip(majors).fold(false, |found, pair| found | fits(pair))
    };
    let block = blocks.iter().zip(blocks_behind).position(found);
    let at = block.unwrap_or(blocks.len()) * BLOCK;
    let (kinds, majors) = match block {
        Some(_) => (bytes.get(at..)?, behind.get(at..)?),
        None => (rest, rest_behind),
    };
    Some(at + kinds.iter().zip(majors).position(fits)?)
}

/// True if a TLS conversation may begin in bytes that follow nothing undecided, also in SSLv2 format (RFC 5246 appendix
/// E.2).
pub(crate) fn may_begin(bytes: &[u8]) -> bool {
    let may_be_sslv2 = match *bytes {
        [high, _, kind, ..] => high & 0x80 != 0 && matches!(kind, 1 | 4),
        [high, ..] => high & 0x80 != 0,
        [] => false,
    };
    may_be_sslv2 || may_hold_header(bytes)
}

/// Finds the first record of a TLS conversation: a handshake record that opens with a hello, anywhere; any other
/// plausible record, only at the beginning of a segment (an answer that is an alert, a capture that starts late).
pub(super) fn beginning_of_tls(seen: &[u8], pieces: &[Piece]) -> Beginning {
    let mut undecided = None;
    if !may_hold_header(seen) {
        return Beginning::NotBefore(seen.len());
    }
    for offset in 0..seen.len() {
        let rest = seen.get(offset..).unwrap_or_default();
        if !matches!(rest.first(), Some(20..=23)) || !matches!(rest.get(1), None | Some(3)) {
            continue;
        }
        match begins_tls(rest, at_segment(pieces, offset)) {
            Some(true) => return Beginning::At(offset),
            Some(false) => {}
            None => {
                undecided.get_or_insert(offset);
            }
        }
    }
    Beginning::NotBefore(undecided.unwrap_or(seen.len()))
}

/// True if the bytes begin with a record that begins a TLS conversation; `None` if more bytes are needed to decide.
pub(super) fn begins_tls(rest: &[u8], at_segment: bool) -> Option<bool> {
    if rest.len() < HEADER {
        // The bytes there are fit a header so far.
        return if rest.get(2).is_none_or(|minor| *minor <= 4) {
            None
        } else {
            Some(false)
        };
    }
    let Some((kind, len)) = plausible_header(rest) else {
        return Some(false);
    };
    let body = rest.get(HEADER..).unwrap_or_default();
    match kind {
        // RFC 9846 section 5.1: these are never empty.
        content::HANDSHAKE | content::ALERT if len == 0 => Some(false),
        content::HANDSHAKE => {
            let Some(&[kind, a, b, c, major, minor]) = body.first_chunk::<PEEK>() else {
                let possible = match body.first() {
                    None => len > 0,
                    Some(kind) => is_known_kind(*kind, 0) || matches!(kind, 1 | 2 | 11..=16 | 22),
                };
                // Records of less than six bytes do exist (1-byte fragments): they count only at the beginning of a
                // segment.
                if usize::from(len) < PEEK && at_segment && body.len() >= usize::from(len) {
                    return Some(possible);
                }
                return if possible { None } else { Some(false) };
            };
            let message = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
            let hello = matches!(kind, 1 | 2)
                && (38..=65_536 + 300).contains(&message)
                && (major == 3 && minor <= 4 || matches!(major, 0x7f | 0xfb));
            Some(hello || at_segment && (is_known_kind(kind, message) || chains(rest, len)))
        }
        content::ALERT if len == 2 => match *body {
            [level, description, ..] => Some(at_segment && is_alert(level, description)),
            _ => None,
        },
        content::CHANGE_CIPHER_SPEC if len != 1 => Some(false),
        // In mid-conversation: counts at the beginning of a segment, if the next header, where present, fits too.
        _ => Some(at_segment && len > 0 && chains(rest, len)),
    }
}

/// True if the bytes after the record, as far as they were seen, are a record again.
pub(super) fn chains(rest: &[u8], len: u16) -> bool {
    let next = rest.get(HEADER + usize::from(len)..).unwrap_or_default();
    match next {
        [] => true,
        [kind] => matches!(kind, 20..=24),
        [kind, major] => matches!((kind, major), (20..=24, 3)),
        [kind, major, minor] | [kind, major, minor, _] => matches!((kind, major, minor), (20..=24, 3, 0..=4)),
        _ => plausible_header(next).is_some(),
    }
}

/// True if a header of this kind may be searched for after a gap: an empty record proves nothing, and
/// change_cipher_spec is always one byte.
pub(super) const fn is_lone_border(kind: u8, len: u16) -> bool {
    match kind {
        content::CHANGE_CIPHER_SPEC => len == 1,
        content::ALERT => len > 1,
        _ => len > 0,
    }
}

/// True if these bytes begin an SSL 2.0 server's hello: a two-byte length, type 4, and its version.
pub(super) fn is_sslv2_server_hello(seen: &[u8]) -> bool {
    matches!(*seen, [high, _, 4, 0 | 1, 0 | 1, 0, 2, ..] if high & 0x80 != 0)
}

/// True if too few bytes are there to decide, but they fit a hello in SSLv2 format, of either side.
pub(super) fn may_be_sslv2(seen: &[u8]) -> bool {
    match *seen {
        [high] | [high, _] => high & 0x80 != 0,
        [high, _, 1, ..] => high & 0x80 != 0 && seen.len() < 11,
        [high, _, 4, ..] => high & 0x80 != 0 && seen.len() < 8,
        _ => false,
    }
}

/// The length of an SSLv2-format hello (RFC 5246 appendix E.2) that these bytes begin, without its two-byte header.
pub(super) fn sslv2_hello_len(seen: &[u8]) -> Option<usize> {
    let &[
        high,
        low,
        kind,
        major,
        minor,
        ciphers_high,
        ciphers_low,
        id_high,
        id_low,
        challenge_high,
        challenge_low,
    ] = seen.first_chunk::<11>()?;
    let len = usize::from(high & 0x7f) << 8 | usize::from(low);
    let ciphers = usize::from(u16::from_be_bytes([ciphers_high, ciphers_low]));
    let id = usize::from(u16::from_be_bytes([id_high, id_low]));
    let challenge = usize::from(u16::from_be_bytes([challenge_high, challenge_low]));
    (high & 0x80 != 0
        && kind == 1
        && matches!((major, minor), (0, 2) | (3, 0..=4))
        && ciphers.is_multiple_of(3)
        && ciphers > 0
        && (16..=32).contains(&challenge)
        && 9 + ciphers + id + challenge == len)
        .then_some(len)
}

/// Provenance of the byte at `offset` of a buffer.
pub(super) fn provenance_at(pieces: &[Piece], offset: usize) -> Provenance {
    let after = pieces.partition_point(|piece| piece.offset <= offset);
    match after.checked_sub(1).and_then(|at| pieces.get(at)) {
        Some(piece) => Provenance {
            from: piece.at.from.saturating_add((offset - piece.offset) as u64),
            ..piece.at
        },
        None => Provenance::at(0),
    }
}

/// Adds a segment's bytes to a buffer.
pub(super) fn gather(seen: &mut Vec<u8>, pieces: &mut Vec<Piece>, bytes: &[u8], at: Provenance) {
    pieces.push(Piece {
        offset: seen.len(),
        at,
        whole: true,
    });
    seen.extend_from_slice(bytes);
}

/// The bytes of each piece, in order. The last piece covers all later bytes.
pub(super) fn brought<'a>(seen: &'a [u8], pieces: &'a [Piece]) -> impl Iterator<Item = (&'a [u8], Provenance)> {
    pieces.iter().enumerate().map(|(n, piece)| {
        let end = pieces.get(n + 1).map_or(seen.len(), |next| next.offset);
        (seen.get(piece.offset..end).unwrap_or_default(), piece.at)
    })
}

/// Removes the first `count` bytes of a buffer.
pub(super) fn drop_front(seen: &mut Vec<u8>, pieces: &mut Vec<Piece>, count: usize) {
    if count == 0 {
        return;
    }
    let first = Piece {
        offset: 0,
        at: provenance_at(pieces, count),
        whole: at_segment(pieces, count),
    };
    let keep_from = pieces.partition_point(|piece| piece.offset <= count);
    seen.drain(..count.min(seen.len()));
    pieces.drain(..keep_from);
    for piece in pieces.iter_mut() {
        piece.offset = piece.offset.saturating_sub(count);
    }
    if !seen.is_empty() {
        pieces.insert(0, first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::FrameNumber;

    fn piece(offset: usize, from: u64) -> Piece {
        Piece {
            offset,
            at: Provenance {
                frame: FrameNumber(from / 100),
                ..Provenance::at(from)
            },
            whole: true,
        }
    }

    #[test]
    fn a_header_needs_a_known_type_a_version_and_a_possible_length() {
        assert_eq!(plausible_header(&[22, 3, 1, 2, 0]), Some((22, 512)));
        assert_eq!(plausible_header(&[23, 3, 3, 0x48, 0]), Some((23, 18432)));
        for header in [
            [19, 3, 1, 0, 9],
            [25, 3, 1, 0, 9],
            [22, 2, 1, 0, 9],
            [22, 3, 5, 0, 9],
            [22, 3, 3, 0x48, 1],
        ] {
            assert_eq!(plausible_header(&header), None, "{header:?}");
        }
        for cut in 0..HEADER {
            assert_eq!(plausible_header(&[22, 3, 1, 2, 0][..cut]), None);
        }
    }

    #[test]
    fn a_beginning_is_undecided_only_while_bytes_are_missing() {
        let hello = [22, 3, 1, 0, 50, 1, 0, 0, 46, 3, 3];
        for cut in 1..hello.len() {
            assert_eq!(begins_tls(&hello[..cut], false), None, "cut at {cut}");
        }
        assert_eq!(begins_tls(&hello, false), Some(true));
        assert_eq!(begins_tls(&[22, 3, 9], true), Some(false));
        assert_eq!(begins_tls(&[22, 3, 1, 0, 50, 99], true), Some(false));
    }

    #[test]
    fn alerts_are_in_clear_where_no_cipher_could_have_made_them() {
        assert!(is_clear_alert(&[2, 40], true) && is_clear_alert(&[9, 9], false));
        assert!(is_clear_alert(&[1, 0, 2, 40], false) && !is_clear_alert(&[1, 0, 2, 40], true));
        for body in [&[][..], &[2], &[2, 40, 1], &[1, 0, 3, 40], &[1; 10]] {
            assert!(!is_clear_alert(body, false), "{body:?}");
        }
    }

    #[test]
    fn only_whole_and_known_messages_chain() {
        let done = [14, 0, 0, 0];
        assert!(messages_chain(&done));
        assert!(messages_chain(&[&[16, 0, 0, 2, 1, 2][..], &done].concat()));
        assert!(messages_chain(&[11, 0, 1, 0, 0, 0, 9])); // goes on in the next record
        assert!(!messages_chain(&[16, 0, 0, 9, 1, 2]));
        assert!(!messages_chain(&[14, 0, 0, 0, 1]));
        assert!(!messages_chain(&[14, 0, 0, 1, 1]));
        assert!(!messages_chain(&[]));
    }

    #[test]
    fn bytes_keep_their_provenance_when_the_front_is_dropped() {
        let mut seen: Vec<u8> = (0..30).collect();
        let mut pieces = vec![piece(0, 100), piece(10, 500), piece(20, 900)];
        assert_eq!(provenance_at(&pieces, 9).from, 109);
        assert_eq!(provenance_at(&pieces, 10).from, 500);
        drop_front(&mut seen, &mut pieces, 13);
        assert_eq!(seen[0], 13);
        assert_eq!(
            (provenance_at(&pieces, 0).from, provenance_at(&pieces, 0).frame),
            (503, FrameNumber(5))
        );
        assert_eq!(provenance_at(&pieces, 7).from, 900);
        // No segment begins where the front was cut off.
        assert!(!at_segment(&pieces, 0) && at_segment(&pieces, 7));
        drop_front(&mut seen, &mut pieces, 7);
        assert!(at_segment(&pieces, 0));
        drop_front(&mut seen, &mut pieces, 10);
        assert!(seen.is_empty() && pieces.is_empty());
    }
}
