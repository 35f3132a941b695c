//! bytes of one direction → bytes of the same length: TLS messages and HTTP heads with pseudonyms, the rest emptied.
//!
//! TLS in clear is parsed message by message, across records. Encrypted content is emptied or left: it cannot be read.
//! Readable text is replaced word by word, secrets are struck out, and all other bytes are not handed on.

use super::der;
use super::dns;
use super::hello::hello_extensions;
use super::http;
use super::pseudonym::Pseudonyms;
use crate::connection::plain;
use crate::connection::step::Side;
use crate::tls::CipherSuite;
use crate::tls::hello::RETRY_RANDOM;

/// How certificates are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// Names, keys and signatures are replaced.
    Replaced,
    /// They stay, with all their contents.
    Kept,
}

/// Replaces the identifying parts of contiguous bytes; returns whether they are of a kind that is handed on.
pub(super) fn redact(bytes: &mut [u8], is_dns: bool, names: &Pseudonyms, certificates: Certificates) -> bool {
    if is_dns {
        dns_messages(bytes, names);
        return true;
    }
    let mut at = 0;
    let mut known = false;
    while at < bytes.len() {
        let rest = bytes.get_mut(at..).unwrap_or_default();
        if record(rest).is_some() {
            at = at.saturating_add(records(rest, names, certificates));
            known = true;
        } else {
            // Up to the beginning of TLS, e.g. after a proxy's answer.
            let len = (1..rest.len())
                .find(|&at| rest.get(at..).is_some_and(begins_tls))
                .unwrap_or(rest.len());
            let part = rest.get_mut(..len).unwrap_or_default();
            if is_text(part) {
                let kept: Vec<_> = plain::words(part)
                    .into_iter()
                    .filter_map(|place| Some((place.start, part.get(place)?.to_vec())))
                    .collect();
                known |= http::text(part, names) || !kept.is_empty();
                for (at, word) in kept {
                    for (to, from) in part.iter_mut().skip(at).zip(word) {
                        *to = from;
                    }
                }
            } else {
                part.fill(0);
            }
            at = at.saturating_add(len);
        }
    }
    known
}

fn dns_messages(bytes: &mut [u8], names: &Pseudonyms) {
    let mut at = 0;
    while let Some(&[high, low]) = bytes.get(at..).and_then(|it| it.first_chunk::<2>()) {
        let len = usize::from(u16::from_be_bytes([high, low]));
        let from = at.saturating_add(2);
        let to = from.saturating_add(len).min(bytes.len());
        dns::message(bytes.get_mut(from..to).unwrap_or_default(), names);
        at = from.saturating_add(len);
    }
    // Half a length is no length.
    bytes.iter_mut().skip(at).for_each(|byte| *byte = 0);
}

fn is_text(bytes: &[u8]) -> bool {
    let looked = bytes.get(..512).unwrap_or(bytes);
    !looked.iter().any(|byte| matches!(byte, 0..=8 | 14..=31))
}

/// The type and length of the record at the beginning of these bytes.
fn record(bytes: &[u8]) -> Option<(u8, usize)> {
    let &[kind @ 20..=24, 3, 0..=4, high, low] = bytes.first_chunk::<5>()? else {
        return None;
    };
    let len = usize::from(u16::from_be_bytes([high, low]));
    (len <= 18_432).then_some((kind, len))
}

/// True if there is a record's header that another header, or the end, confirms.
fn begins_tls(bytes: &[u8]) -> bool {
    record(bytes).is_some_and(|(_, len)| {
        let behind = bytes.get(len.saturating_add(5)..);
        behind.is_none_or(|it| it.is_empty() || it.len() < 5 || record(it).is_some()) && len > 0
    })
}

/// Processes records as long as there are any; returns the number of bytes that they took.
fn records(bytes: &mut [u8], names: &Pseudonyms, certificates: Certificates) -> usize {
    let mut at = 0;
    // Places of the bytes of incomplete handshake messages.
    let mut pending: Vec<usize> = Vec::new();
    let mut changed_cipher = false;
    while let Some((kind, len)) = record(bytes.get(at..).unwrap_or_default()) {
        let from = at.saturating_add(5);
        let to = from.saturating_add(len).min(bytes.len());
        match kind {
            22 => {
                let head = bytes.get(from..to).unwrap_or_default();
                if pending.is_empty() && is_hidden(head, len, changed_cipher) {
                    // The length of ciphertext is informative. If only damage makes a message look like ciphertext, the
                    // message was never parsed. No message begins with these bytes, so its content stays hidden.
                    bytes.get_mut(from..to).unwrap_or_default().fill(0xff);
                    at = to;
                    continue;
                }
                pending.extend(from..to);
                messages(bytes, &mut pending, names, certificates);
            }
            20 => {
                changed_cipher = true;
                bytes
                    .get_mut(from.saturating_add(1).min(to)..to)
                    .unwrap_or_default()
                    .fill(0);
            }
            // Two bytes are an alert in clear; more are encrypted.
            21 if len != 2 => bytes.get_mut(from..to).unwrap_or_default().fill(0xff),
            // A heartbeat carries what its sender likes (RFC 6520).
            24 => bytes
                .get_mut(from.saturating_add(3).min(to)..to)
                .unwrap_or_default()
                .fill(0),
            23 => bytes.get_mut(from..to).unwrap_or_default().fill(0),
            _ => {}
        }
        at = to;
        if to == bytes.len() {
            break;
        }
    }
    // A message without its end.
    partial(bytes, &pending, names, certificates);
    at
}

/// True if a handshake record is encrypted: after change_cipher_spec only a hello is readable.
fn is_hidden(body: &[u8], len: usize, changed_cipher: bool) -> bool {
    let Some(&[kind, l0, l1, l2]) = body.first_chunk::<4>() else {
        return true;
    };
    let message = u32::from_be_bytes([0, l0, l1, l2]) as usize;
    let known = matches!(kind, 0..=2 | 4 | 8 | 11..=16 | 20 | 22 | 24) && message < 1 << 18;
    !known || changed_cipher && !(matches!(kind, 1 | 2) && message.saturating_add(4) == len)
}

/// Processes all whole messages. The bytes they took are removed once, at the end: a record has room for thousands of
/// empty ones.
fn messages(bytes: &mut [u8], pending: &mut Vec<usize>, names: &Pseudonyms, certificates: Certificates) {
    let mut done = 0_usize;
    while let Some(&[p0, p1, p2, p3]) = pending.get(done..).and_then(|it| it.first_chunk::<4>()) {
        let head = [p0, p1, p2, p3].map(|at| bytes.get(at).copied().unwrap_or(0));
        let [_, l0, l1, l2] = head;
        let len = (u32::from_be_bytes([0, l0, l1, l2]) as usize).saturating_add(4);
        let Some(places) = pending.get(done..done.saturating_add(len)) else {
            break;
        };
        partial(bytes, places, names, certificates);
        done = done.saturating_add(len);
    }
    pending.drain(..done);
}

/// Replaces the identifying parts of a handshake message's body.
pub(super) fn message(kind: u8, body: &mut [u8], names: &Pseudonyms, certificates: Certificates) {
    match kind {
        1 => client_hello(body, names),
        11 => chain(body, names, certificates),
        12 => key_exchange(body, names),
        13 => certificate_request(body, names),
        15 => signature(body, 0, names),
        22 => der::any(body.get_mut(4..).unwrap_or_default(), names),
        2 => server_hello(body, names),
        // After a lifetime and a length, a ticket; after a length, a key of this handshake or an identity.
        4 => names.scramble(body.get_mut(6..).unwrap_or_default()),
        16 => names.scramble(body.get_mut(2..).unwrap_or_default()),
        20 => names.scramble(body),
        // Messages without content, and those that are not parsed.
        _ => body.fill(0),
    }
}

/// Processes one message, whole or not.
fn partial(bytes: &mut [u8], places: &[usize], names: &Pseudonyms, certificates: Certificates) {
    let mut message: Vec<u8> = places.iter().filter_map(|&at| bytes.get(at)).copied().collect();
    let Some((head, body)) = message.split_at_mut_checked(4) else {
        return;
    };
    self::message(head.first().copied().unwrap_or_default(), body, names, certificates);
    for (&at, new) in places.iter().zip(message) {
        if let Some(to) = bytes.get_mut(at) {
            *to = new;
        }
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes
        .get(at..)?
        .first_chunk::<2>()
        .map(|it| usize::from(u16::from_be_bytes(*it)))
}

fn u24_at(bytes: &[u8], at: usize) -> Option<usize> {
    let &[a, b, c] = bytes.get(at..)?.first_chunk::<3>()?;
    Some(u32::from_be_bytes([0, a, b, c]) as usize)
}

/// The server's name (RFC 6066 section 3) is the identifying part of a hello. A single wrong length would make a hello
/// out of other messages, so each field keeps only values that such a field can hold.
fn client_hello(body: &mut [u8], names: &Pseudonyms) {
    let Some(at) = behind_session(body, names) else { return };
    let Some(len) = u16_at(body, at) else { return };
    let from = at.saturating_add(2);
    let to = from.saturating_add(len);
    suites(body.get_mut(from..to.min(body.len())).unwrap_or_default());
    let Some(&methods) = body.get(to) else { return };
    let from = to.saturating_add(1);
    let to = from.saturating_add(usize::from(methods));
    let listed = body.get_mut(from..to.min(body.len())).unwrap_or_default();
    // Null, DEFLATE (RFC 3749) and LZS (RFC 3943) are the only ones.
    listed
        .iter_mut()
        .filter(|method| !matches!(method, 0 | 1 | 64))
        .for_each(|method| *method = 0);
    hello_extensions(body, to.saturating_add(2), Side::Client, names);
}

fn server_hello(body: &mut [u8], names: &Pseudonyms) {
    // After the session come a suite, a method and the length of the extensions.
    if let Some(at) = behind_session(body, names) {
        hello_extensions(body, at.saturating_add(5), Side::Server, names);
    }
}

/// The end of a hello's session identifier. Bytes that cannot be a hello are emptied.
fn behind_session(body: &mut [u8], names: &Pseudonyms) -> Option<usize> {
    // Random bytes cannot be recognised as random. A Hello Retry Request has a fixed value (RFC 8446 section 4.1.3).
    let end = body.len().min(34);
    let random = body.get_mut(2..end).unwrap_or_default();
    if *random != RETRY_RANDOM {
        names.scramble(random);
    }
    // Every version begins with 3, except for drafts of TLS 1.3; no session identifier is longer than 32 bytes (RFC
    // 5246 section 7.4.1.2).
    let emptied_from = match (body.first()?, body.get(34).copied()) {
        (3 | 0x7f, None) => return None,
        (3 | 0x7f, Some(len @ 0..=32)) => {
            let behind = 35_usize.saturating_add(usize::from(len));
            let end = behind.min(body.len());
            // Equal identifiers stay equal: a resumed session stays recognisable.
            names.scramble(body.get_mut(35..end).unwrap_or_default());
            return Some(behind);
        }
        (3 | 0x7f, Some(_)) => 35,
        _ => 2,
    };
    body.get_mut(emptied_from..).unwrap_or_default().fill(0);
    None
}

/// Replaces invalid suites by a number without a meaning (RFC 8701).
fn suites(list: &mut [u8]) {
    for code in list.chunks_mut(2) {
        match *code {
            [high, low] if CipherSuite(u16::from_be_bytes([high, low])).is_known() => {}
            _ => code.fill(0x0a),
        }
    }
}

/// True if a group's or algorithm's number can begin with this byte.
pub(super) const fn is_group_or_algorithm(high: u8) -> bool {
    matches!(high, 0..=9 | 0x11 | 0x63)
}

/// Replaces invalid codes by a number without a meaning (RFC 8701).
pub(super) fn codes(list: &mut [u8], is_known: impl Fn(u8) -> bool) {
    for code in list.chunks_mut(2) {
        match *code {
            [high, low] if is_known(high) || (high == low && high & 0x0f == 0x0a) => {}
            _ => code.fill(0x0a),
        }
    }
}

/// Certificates of TLS up to 1.2; those of 1.3 are encrypted.
fn chain(body: &mut [u8], names: &Pseudonyms, certificates: Certificates) {
    let mut at = 3;
    while let Some(len) = u24_at(body, at) {
        let from = at.saturating_add(3);
        let to = from.saturating_add(len).min(body.len());
        let one = body.get_mut(from..to).unwrap_or_default();
        // A certificate that cannot be parsed is not one that was to be kept.
        if certificates == Certificates::Replaced || !der::is_certificate(one, names) {
            der::certificate(one, names);
        }
        at = from.saturating_add(len);
    }
}

/// The list of authorities at the end (RFC 5246 section 7.4.4; before 1.2 without algorithms).
fn certificate_request(body: &mut [u8], names: &Pseudonyms) {
    let types = body.first().map_or(0, |it| usize::from(*it)).saturating_add(1);
    let behind = u16_at(body, types).map_or(types, |len| types.saturating_add(2).saturating_add(len));
    let ends = |at: usize| u16_at(body, at).is_some_and(|len| at.saturating_add(2).saturating_add(len) == body.len());
    let at = match (ends(behind), ends(types)) {
        (true, _) => behind,
        (false, true) => types,
        // Its end is missing, or it is no list.
        (false, false) => {
            body.get_mut(types..).unwrap_or_default().fill(0);
            body.len()
        }
    };
    let listed = body.get_mut(1..types.min(body.len())).unwrap_or_default();
    // Kinds of certificates with an assigned number: up to 6, 20, and 64 to 68.
    listed
        .iter_mut()
        .filter(|kind| !matches!(kind, 0..=6 | 20 | 64..=68))
        .for_each(|kind| *kind = 0);
    let algorithms = body.get_mut(types.saturating_add(2)..at).unwrap_or_default();
    codes(algorithms, is_group_or_algorithm);
    let mut at = at.saturating_add(2);
    while let Some(len) = u16_at(body, at) {
        let from = at.saturating_add(2);
        let to = from.saturating_add(len).min(body.len());
        der::any(body.get_mut(from..to).unwrap_or_default(), names);
        at = from.saturating_add(len);
    }
}

/// A signature reveals the key it was made with, and neither it nor the ephemeral key before it can be recognised as
/// such.
fn key_exchange(body: &mut [u8], names: &Pseudonyms) {
    let behind = match body.first_chunk::<4>() {
        // The longest point is that of P-521.
        Some(&[3, _, _, len @ ..=133]) => {
            let behind = 4_usize.saturating_add(usize::from(len));
            let end = behind.min(body.len());
            names.scramble(body.get_mut(4..end).unwrap_or_default());
            behind
        }
        _ => {
            let mut at = 0_usize;
            for _ in 0..3 {
                let Some(len) = u16_at(body, at) else {
                    // A part is missing, or these are no numbers: the first length gives the size of the group.
                    return names.scramble(body.get_mut(2..).unwrap_or_default());
                };
                let from = at.saturating_add(2);
                at = from.saturating_add(len);
                let end = at.min(body.len());
                names.scramble(body.get_mut(from.min(end)..end).unwrap_or_default());
            }
            at
        }
    };
    signature(body, behind, names);
}

/// The signature at the end, after its algorithm if there is one.
fn signature(body: &mut [u8], at: usize, names: &Pseudonyms) {
    let ends = |at: usize| u16_at(body, at).is_some_and(|len| at.saturating_add(2).saturating_add(len) == body.len());
    for at in [at.saturating_add(2), at] {
        if ends(at) {
            names.scramble(body.get_mut(at.saturating_add(2)..).unwrap_or_default());
            return;
        }
    }
    names.scramble(body.get_mut(at.min(body.len())..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    /// A record of one handshake message.
    fn handshake(kind: u8, claimed: u32, body: &[u8]) -> Vec<u8> {
        let [_, l0, l1, l2] = claimed.to_be_bytes();
        let [high, low] = (body.len() as u16 + 4).to_be_bytes();
        [&[22, 3, 3, high, low, kind, l0, l1, l2], body].concat()
    }

    #[test]
    fn a_message_whose_length_is_wrong_hides_no_name_in_those_behind_it() {
        let names = Pseudonyms::new(&[7; 32], &Profile::built_in("cisco-smart-licensing").unwrap());
        let told = b"Some Authority of Somebody".repeat(40);
        for kind in 0..=u8::MAX {
            for first in [[3, 3], [2, 5], [0, 9], [0x7f, 0x1c]] {
                for len in [1, 33, 60] {
                    // The message needs more bytes than are left, according to its head.
                    let mut body = first.to_vec();
                    body.resize(34, 0);
                    body.extend([len]);
                    let mut bytes = handshake(kind, 0x0001_8000, &body);
                    bytes.extend(handshake(11, told.len() as u32, &told));
                    redact(&mut bytes, false, &names, Certificates::Replaced);
                    assert!(
                        !bytes.windows(14).any(|it| it == b"Some Authority"),
                        "{kind} {first:?} {len}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_a_hello_offers_stays() {
        let names = Pseudonyms::new(&[7; 32], &Profile::built_in("cisco-smart-licensing").unwrap());
        let hello = [
            &[3, 3][..],
            &[9; 32],
            &[4, 1, 2, 3, 4],
            &[0, 8, 0x13, 0x01, 0xc0, 0x2f, 0x1a, 0x1a, 0x00, 0xff],
            &[1, 0],
            &[0, 9, 0, 43, 0, 5, 4, 3, 4, 3, 3],
        ]
        .concat();
        let before = handshake(1, hello.len() as u32, &hello);
        let mut after = before.clone();
        assert!(redact(&mut after, false, &names, Certificates::Replaced));
        // The random bytes and the session's id can be anything.
        let is_opaque = |at: usize| (11..43).contains(&at) || (44..48).contains(&at);
        let differs = (0..before.len()).filter(|&at| before[at] != after[at]);
        assert!(
            differs.clone().count() > 20 && differs.clone().all(is_opaque),
            "{after:?}"
        );
    }
}
