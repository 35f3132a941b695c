//! bytes of one direction → bytes of the same length: TLS messages and HTTP heads with pseudonyms, the rest emptied.
//!
//! What TLS shows in clear is taken apart message by message, across records. What is encrypted is emptied or left: nobody
//! can read it. Readable text is replaced word by word, secrets are struck out, and what is neither is not handed on.

use super::der;
use super::dns;
use super::http;
use super::pseudonym::Pseudonyms;

/// How certificates are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// Names, keys and signatures are replaced.
    Replaced,
    /// They stay, with whatever they tell.
    Kept,
}

/// Replaces what identifies in contiguous bytes; whether they are of a kind that is handed on.
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
            // Up to where TLS begins, e.g. behind a proxy's answer.
            let len = (1..rest.len())
                .find(|&at| rest.get(at..).is_some_and(begins_tls))
                .unwrap_or(rest.len());
            let part = rest.get_mut(..len).unwrap_or_default();
            if is_text(part) {
                known |= http::text(part, names);
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
}

fn is_text(bytes: &[u8]) -> bool {
    let looked = bytes.get(..512).unwrap_or(bytes);
    !looked.iter().any(|byte| matches!(byte, 0..=8 | 14..=31))
}

/// The type and length of the record that begins here.
fn record(bytes: &[u8]) -> Option<(u8, usize)> {
    let &[kind @ 20..=24, 3, 0..=4, high, low] = bytes.first_chunk::<5>()? else {
        return None;
    };
    let len = usize::from(u16::from_be_bytes([high, low]));
    (len <= 18_432).then_some((kind, len))
}

/// A record's header that another one, or the end, confirms.
fn begins_tls(bytes: &[u8]) -> bool {
    record(bytes).is_some_and(|(_, len)| {
        let behind = bytes.get(len.saturating_add(5)..);
        behind.is_none_or(|it| it.is_empty() || it.len() < 5 || record(it).is_some()) && len > 0
    })
}

/// Goes through records as long as there are any; how many bytes they took.
fn records(bytes: &mut [u8], names: &Pseudonyms, certificates: Certificates) -> usize {
    let mut at = 0;
    // Places of the bytes of handshake messages that are not yet whole.
    let mut pending: Vec<usize> = Vec::new();
    let mut changed_cipher = false;
    while let Some((kind, len)) = record(bytes.get(at..).unwrap_or_default()) {
        let from = at.saturating_add(5);
        let to = from.saturating_add(len).min(bytes.len());
        match kind {
            22 => {
                let head = bytes.get(from..to).unwrap_or_default();
                if pending.is_empty() && is_hidden(head, len, changed_cipher) {
                    // Of ciphertext the length says something. Where damage only makes it look like that, it is a message
                    // that nobody took apart. No message begins like this, so it stays hidden.
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
    // A message of which the end is missing.
    partial(bytes, &pending, names, certificates);
    at
}

/// Whether a handshake record is encrypted: behind change_cipher_spec nothing but a hello is readable.
fn is_hidden(body: &[u8], len: usize, changed_cipher: bool) -> bool {
    let Some(&[kind, l0, l1, l2]) = body.first_chunk::<4>() else {
        return true;
    };
    let message = u32::from_be_bytes([0, l0, l1, l2]) as usize;
    let known = matches!(kind, 0..=2 | 4 | 8 | 11..=16 | 20 | 22 | 24) && message < 1 << 18;
    !known || changed_cipher && !(matches!(kind, 1 | 2) && message.saturating_add(4) == len)
}

/// Deals with all whole messages.
fn messages(bytes: &mut [u8], pending: &mut Vec<usize>, names: &Pseudonyms, certificates: Certificates) {
    loop {
        let head: Vec<u8> = pending
            .iter()
            .take(4)
            .filter_map(|&at| bytes.get(at))
            .copied()
            .collect();
        let &[_, l0, l1, l2] = head.as_slice() else { return };
        let len = (u32::from_be_bytes([0, l0, l1, l2]) as usize).saturating_add(4);
        if pending.len() < len {
            return;
        }
        let places: Vec<usize> = pending.drain(..len).collect();
        partial(bytes, &places, names, certificates);
    }
}

/// Deals with one message, whole or not.
fn partial(bytes: &mut [u8], places: &[usize], names: &Pseudonyms, certificates: Certificates) {
    let mut message: Vec<u8> = places.iter().filter_map(|&at| bytes.get(at)).copied().collect();
    let Some((head, body)) = message.split_at_mut_checked(4) else {
        return;
    };
    match head.first() {
        Some(1) => client_hello(body, names),
        Some(11) if certificates == Certificates::Replaced => chain(body, names),
        Some(12) => key_exchange(body, names),
        Some(13) => certificate_request(body, names),
        Some(15) => signature(body, 0, names),
        Some(22) => der::any(body.get_mut(4..).unwrap_or_default(), names),
        Some(2) => server_hello(body, names),
        // Behind a lifetime and a length, a ticket; behind a length, a key of this handshake or an identity.
        Some(4) => names.scramble(body.get_mut(6..).unwrap_or_default()),
        Some(16) => names.scramble(body.get_mut(2..).unwrap_or_default()),
        Some(20) => names.scramble(body),
        Some(11) => {}
        // What has no content, and what nobody took apart.
        _ => body.fill(0),
    }
    for (&at, new) in places.iter().zip(message) {
        if let Some(to) = bytes.get_mut(at) {
            *to = new;
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes
        .get(at..)?
        .first_chunk::<2>()
        .map(|it| usize::from(u16::from_be_bytes(*it)))
}

fn u24_at(bytes: &[u8], at: usize) -> Option<usize> {
    let &[a, b, c] = bytes.get(at..)?.first_chunk::<3>()?;
    Some(u32::from_be_bytes([0, a, b, c]) as usize)
}

/// The server's name (RFC 6066 section 3) is what a hello tells of anybody.
fn client_hello(body: &mut [u8], names: &Pseudonyms) {
    let extensions = |body: &[u8]| -> Option<usize> {
        let at = 34;
        let at = at + 1 + usize::from(*body.get(at)?);
        let at = at.checked_add(2)?.checked_add(u16_at(body, at)?)?;
        at.checked_add(1)?
            .checked_add(usize::from(*body.get(at)?))?
            .checked_add(2)
    };
    if let Some(at) = extensions(body) {
        hello_extensions(body, at, names);
    }
}

fn server_hello(body: &mut [u8], names: &Pseudonyms) {
    if let Some(id) = body.get(34) {
        hello_extensions(body, 40_usize.saturating_add(usize::from(*id)), names);
    }
}

/// What is said in an extension whose meaning is not known is not handed on.
fn hello_extensions(body: &mut [u8], mut at: usize, names: &Pseudonyms) {
    while let (Some(kind), Some(len)) = (u16_at(body, at), u16_at(body, at.saturating_add(2))) {
        let from = at.saturating_add(4);
        let to = from.saturating_add(len).min(body.len());
        let value = body.get_mut(from.min(to)..to).unwrap_or_default();
        match kind {
            0 => names.text(value.get_mut(5..).unwrap_or_default()),
            // Groups and algorithms of signatures, of which none has a number of another kind.
            10 | 13 | 50 => codes(value.get_mut(2..).unwrap_or_default(), |high| {
                matches!(high, 0..=9 | 0x11 | 0x63)
            }),
            // Point formats, ALPN, status request, versions, modes, keys of this handshake only.
            5 | 11 | 16 | 17 | 22 | 23 | 43 | 45 | 51 | 0xff01 => {}
            // Identities of keys agreed on before, and tickets (RFC 8446 section 4.2.11).
            35 => names.scramble(value),
            41 => identities(value, names),
            _ => value.fill(0),
        }
        at = from.saturating_add(len);
    }
    body.iter_mut().skip(at).for_each(|byte| *byte = 0);
}

/// Puts a number that nobody gives a meaning to (RFC 8701) in place of codes that are none.
fn codes(list: &mut [u8], is_known: impl Fn(u8) -> bool) {
    for code in list.chunks_mut(2) {
        match *code {
            [high, low] if is_known(high) || (high == low && high & 0x0f == 0x0a) => {}
            _ => code.fill(0x0a),
        }
    }
}

/// Scrambles the identities of a `pre_shared_key` extension, and leaves their lengths.
fn identities(value: &mut [u8], names: &Pseudonyms) {
    let Some(len) = u16_at(value, 0) else {
        return value.fill(0);
    };
    let end = len.saturating_add(2).min(value.len());
    let mut at = 2;
    while at < end {
        let Some(len) = u16_at(value, at) else { break };
        let from = at.saturating_add(2);
        let to = from.saturating_add(len).min(end);
        names.scramble(value.get_mut(from.min(to)..to).unwrap_or_default());
        // The age is obfuscated.
        at = from.saturating_add(len).saturating_add(4);
    }
    names.scramble(value.get_mut(end..).and_then(|it| it.get_mut(3..)).unwrap_or_default());
}

/// Certificates of TLS up to 1.2; those of 1.3 are encrypted.
fn chain(body: &mut [u8], names: &Pseudonyms) {
    let mut at = 3;
    while let Some(len) = u24_at(body, at) {
        let from = at.saturating_add(3);
        let to = from.saturating_add(len).min(body.len());
        der::certificate(body.get_mut(from..to).unwrap_or_default(), names);
        at = from.saturating_add(len);
    }
}

/// The list of authorities at the end (RFC 5246 section 7.4.4; before 1.2 without algorithms).
fn certificate_request(body: &mut [u8], names: &Pseudonyms) {
    let types = body.first().map_or(0, |it| usize::from(*it)).saturating_add(1);
    let behind = u16_at(body, types).map_or(types, |len| types.saturating_add(2).saturating_add(len));
    let ends = |at: usize| u16_at(body, at).is_some_and(|len| at.saturating_add(2).saturating_add(len) == body.len());
    let at = if ends(behind) { behind } else { types };
    let mut at = at.saturating_add(2);
    while let Some(len) = u16_at(body, at) {
        let from = at.saturating_add(2);
        let to = from.saturating_add(len).min(body.len());
        der::any(body.get_mut(from..to).unwrap_or_default(), names);
        at = from.saturating_add(len);
    }
}

/// A signature tells the key it was made with; the ephemeral key before it tells nobody anything.
fn key_exchange(body: &mut [u8], names: &Pseudonyms) {
    let behind = match body.first_chunk::<4>() {
        Some(&[3, _, _, len]) => 4_usize.saturating_add(usize::from(len)),
        _ => {
            let mut at = 0_usize;
            for _ in 0..3 {
                let Some(len) = u16_at(body, at) else { return };
                at = at.saturating_add(2).saturating_add(len);
            }
            at
        }
    };
    signature(body, behind, names);
}

/// The signature at the end, behind its algorithm where there is one.
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
