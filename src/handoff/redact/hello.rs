//! extensions of a hello → extensions of the same length, in which only parts with a known meaning stay (RFC 8446 section 4.2).
//!
//! A value stays if it is an assigned one. Keys and tickets can be anything, so they are scrambled. Lengths stay, right
//! or wrong: they have one or two bytes, and the enclosed bytes are examined whatever the lengths say.

use super::pseudonym::Pseudonyms;
use super::stream::{codes, is_group_or_algorithm, u16_at};
use crate::connection::step::Side;

/// ALPN protocols of clients of licensing services and of the devices in front of them.
const PROTOCOLS: [&[u8]; 7] = [
    b"http/1.1",
    b"http/1.0",
    b"h2",
    b"h2c",
    b"h3",
    b"spdy/3.1",
    b"acme-tls/1",
];

/// Values of extensions with an unknown meaning are not handed on.
pub(super) fn hello_extensions(body: &mut [u8], mut at: usize, side: Side, names: &Pseudonyms) {
    while let (Some(kind), Some(len)) = (u16_at(body, at), u16_at(body, at.saturating_add(2))) {
        let from = at.saturating_add(4);
        let to = from.saturating_add(len).min(body.len());
        let value = body.get_mut(from.min(to)..to).unwrap_or_default();
        let behind_len = |value: &mut [u8], known: fn(u8) -> bool, other: u8| {
            let unknown = value.iter_mut().skip(1).filter(|byte| !known(**byte));
            unknown.for_each(|byte| *byte = other);
        };
        match kind {
            0 => names.text(value.get_mut(5..).unwrap_or_default()),
            // A request for OCSP that names no responder.
            5 if *value == [1, 0, 0, 0, 0] => {}
            17 if *value == [0, 7, 2, 0, 4, 0, 0, 0, 0] => {}
            // Groups and signature algorithms; their numbers do not overlap.
            10 | 13 | 50 => codes(value.get_mut(2..).unwrap_or_default(), is_group_or_algorithm),
            // Point formats; modes of pre-shared keys.
            11 => behind_len(value, |byte| byte <= 2, 0),
            45 => behind_len(value, |byte| byte <= 1, 0x0b),
            16 => protocols(value, names),
            43 => {
                let listed = if value.len() == 2 { 0 } else { 1 };
                codes(value.get_mut(listed..).unwrap_or_default(), |high| {
                    matches!(high, 3 | 0x7f | 0xfe)
                });
            }
            51 => shares(value, side, names),
            0xff01 => names.scramble(value.get_mut(1..).unwrap_or_default()),
            // Identities of pre-shared keys, and tickets (RFC 8446 section 4.2.11).
            35 => names.scramble(value),
            41 if side == Side::Client => identities(value, names),
            41 if value.len() == 2 => {}
            _ => value.fill(0),
        }
        at = from.saturating_add(len);
    }
    body.iter_mut().skip(at).for_each(|byte| *byte = 0);
}

/// Names of protocols, each after its length (RFC 7301 section 3.1).
fn protocols(value: &mut [u8], names: &Pseudonyms) {
    let mut at = 2;
    while let Some(&len) = value.get(at) {
        let from = at.saturating_add(1);
        let to = from.saturating_add(usize::from(len)).min(value.len());
        let name = value.get_mut(from..to).unwrap_or_default();
        if !PROTOCOLS.contains(&&*name) {
            names.text(name);
        }
        at = from.saturating_add(usize::from(len));
    }
}

/// Keys of this handshake, each after its group and length; those of a client after the length of all. A Hello Retry
/// Request has a group only.
fn shares(value: &mut [u8], side: Side, names: &Pseudonyms) {
    let mut at = if side == Side::Client { 2 } else { 0 };
    while at < value.len() {
        codes(
            value.get_mut(at..).and_then(|it| it.get_mut(..2)).unwrap_or_default(),
            is_group_or_algorithm,
        );
        let Some(len) = u16_at(value, at.saturating_add(2)) else {
            return value.iter_mut().skip(at.saturating_add(2)).for_each(|byte| *byte = 0);
        };
        let from = at.saturating_add(4);
        at = from.saturating_add(len);
        let to = at.min(value.len());
        names.scramble(value.get_mut(from.min(to)..to).unwrap_or_default());
    }
}

/// Scrambles the identities of a `pre_shared_key` extension, and keeps their lengths.
fn identities(value: &mut [u8], names: &Pseudonyms) {
    let Some(len) = u16_at(value, 0) else {
        return value.fill(0);
    };
    let end = len.saturating_add(2).min(value.len());
    let mut at = 2;
    while at < end {
        let Some(len) = u16_at(value, at) else { break };
        let from = at.saturating_add(2);
        // The age after it is obfuscated, so it may be anything, too.
        let to = from.saturating_add(len).saturating_add(4).min(end);
        names.scramble(value.get_mut(from.min(to)..to).unwrap_or_default());
        at = from.saturating_add(len).saturating_add(4);
    }
    names.scramble(value.get_mut(end..).and_then(|it| it.get_mut(3..)).unwrap_or_default());
}
