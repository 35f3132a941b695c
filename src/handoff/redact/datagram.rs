//! datagrams of DTLS → datagrams of the same length: handshake messages with pseudonyms, the rest emptied. Datagrams of
//! QUIC are passed to `quic.rs`.
//!
//! A certificate spans several datagrams, and a repeated flight is cut differently. So messages are gathered by their
//! numbers first, replaced as a whole, and each fragment then gets its part (RFC 6347 section 4.2.3). For CAPWAP
//! control in clear the type of the message stays.

use std::collections::HashMap;

use super::pseudonym::Pseudonyms;
use super::quic::Quic;
use super::stream::{self, Certificates};
use crate::base::endpoint::Endpoint;
use crate::decode::capwap::{CONTROL_PORT, DATA_PORT, is_of_channel};
use crate::dtls::assembler::{Fragment, Fragments};
use crate::dtls::hello_random;
use crate::dtls::record::Records;
use crate::handoff::slice::choice::ordered;

/// The longest message gathered: longer ones are not read either.
const MOST_PER_MESSAGE: u32 = 128 * 1024;

/// A message: its sender and receiver, their attempt, its number, type and length.
type Key = (Endpoint, Endpoint, u32, (u16, u8, u32));

/// The number of an attempt among those between the same ends, by the random values of their hellos.
#[derive(Clone, Copy, Debug, Default)]
struct Attempt {
    number: u32,
    random: Option<[u8; 32]>,
}

/// The gathered DTLS messages.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    messages: HashMap<Key, Vec<u8>>,
    attempts: HashMap<(Endpoint, Endpoint), Attempt>,
    quic: Quic,
}

/// The place where DTLS begins in a payload, if it is DTLS.
fn begin_of_dtls((src, dst): (Endpoint, Endpoint), payload: &[u8]) -> Option<usize> {
    let is_capwap = [src.port, dst.port].contains(&CONTROL_PORT);
    let at = if is_capwap && payload.first() == Some(&1) { 4 } else { 0 };
    let first = Records(payload.get(at..)?).next()?;
    // Without a header before it, a short record alone is no sign.
    (at > 0 || !first.is_short || payload.len() > 1).then_some(at)
}

impl Datagrams {
    /// Prepares for a second pass over the frames.
    pub(super) fn rewind(&mut self) {
        self.attempts.clear();
    }

    /// Gathers the messages of a datagram; returns the number of bytes that this took.
    pub(super) fn take(&mut self, ends: (Endpoint, Endpoint), payload: &[u8]) -> usize {
        let Some(at) = begin_of_dtls(ends, payload) else {
            return self.quic.take(ends, payload);
        };
        let bytes = payload.get(at..).unwrap_or_default();
        let attempt = self.attempt(ends, bytes);
        let mut taken = 0_usize;
        for record in Records(bytes).filter(|it| it.kind == Some(22) && it.epoch == 0) {
            for fragment in Fragments(record.body).filter(|it| it.len <= MOST_PER_MESSAGE) {
                let message = self.messages.entry(key(ends, attempt, &fragment)).or_default();
                let from = fragment.offset as usize;
                let to = from.saturating_add(fragment.bytes.len());
                if message.len() < to {
                    taken = taken.saturating_add(to - message.len());
                    message.resize(to, 0);
                }
                for (to, byte) in message.iter_mut().skip(from).zip(fragment.bytes) {
                    *to = *byte;
                }
            }
        }
        taken
    }

    /// Replaces the identifying parts of everything gathered.
    pub(super) fn redact(&mut self, names: &Pseudonyms, certificates: Certificates) {
        self.quic.redact(names, certificates);
        for ((_, _, _, (_, kind, _)), message) in &mut self.messages {
            match kind {
                1 => client_hello(message, names, certificates),
                2 => with_version(message, |body| stream::message(2, body, names, certificates)),
                // A version and, after its length, a cookie.
                3 => with_version(message, |body| names.scramble(body.get_mut(3..).unwrap_or_default())),
                kind => stream::message(*kind, message, names, certificates),
            }
        }
    }

    /// Replaces a datagram; returns whether it was emptied because it was not parsed.
    pub(super) fn put(&mut self, ends: (Endpoint, Endpoint), payload: &mut [u8], names: &Pseudonyms) -> bool {
        if self.quic.knows(ends) {
            self.quic.put(ends, payload, names);
            return false;
        }
        if is_clear_control(ends, payload) {
            clear_control(payload);
            return false;
        }
        let is_of_data = [ends.0.port, ends.1.port].contains(&DATA_PORT);
        if is_of_data && is_of_channel(payload) {
            // Its header shows that it keeps the channel open; a session identifier follows.
            keep_header(payload);
            return false;
        }
        let Some(at) = begin_of_dtls(ends, payload) else {
            payload.fill(0);
            return !payload.is_empty();
        };
        let attempt = self.attempt(ends, payload.get(at..).unwrap_or_default());
        // The bytes between the preamble and DTLS are reserved.
        payload.get_mut(1..at.max(1)).unwrap_or_default().fill(0);
        let mut rest = payload.get_mut(at..).unwrap_or_default();
        while let Some((head, len)) = header(rest) {
            let (own, behind) = rest.split_at_mut(head.saturating_add(len).min(rest.len()));
            self.record(ends, attempt, own, head);
            rest = behind;
        }
        rest.fill(0);
        false
    }

    /// Replaces a record, whose body begins there.
    fn record(&self, ends: (Endpoint, Endpoint), attempt: u32, record: &mut [u8], body_at: usize) {
        let (head, body) = record.split_at_mut(body_at.min(record.len()));
        let is_clear = head.get(3..5) == Some(&[0, 0]);
        match (head.first(), is_clear) {
            (Some(22), true) => {
                let mut at = 0;
                let fragments: Vec<(usize, Option<Vec<u8>>)> = Fragments(body)
                    .map(|it| (it.bytes.len(), self.part(ends, attempt, &it)))
                    .collect();
                for (len, part) in fragments {
                    let to = body.get_mut(at + 12..at + 12 + len).unwrap_or_default();
                    match part {
                        Some(part) if part.len() == to.len() => to.copy_from_slice(&part),
                        _ => to.fill(0),
                    }
                    at = at.saturating_add(12).saturating_add(len);
                }
                body.get_mut(at..).unwrap_or_default().fill(0);
            }
            (Some(20), true) => body.iter_mut().skip(1).for_each(|byte| *byte = 0),
            (Some(21), true) if body.len() == 2 => {}
            // The length of ciphertext is informative; the content must not look like anything else.
            (Some(21 | 22), _) => body.fill(0xff),
            _ => body.fill(0),
        }
    }

    fn part(&self, ends: (Endpoint, Endpoint), attempt: u32, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        let message = self.messages.get(&key(ends, attempt, fragment))?;
        let from = fragment.offset as usize;
        message
            .get(from..from.saturating_add(fragment.bytes.len()))
            .map(<[u8]>::to_vec)
    }

    /// The number of the attempt that a datagram belongs to.
    fn attempt(&mut self, (src, dst): (Endpoint, Endpoint), bytes: &[u8]) -> u32 {
        let random = hello_random(bytes, true);
        if random.is_none() {
            return self.attempts.get(&ordered(src, dst)).map_or(0, |it| it.number);
        }
        let attempt = self.attempts.entry(ordered(src, dst)).or_default();
        if attempt.random != random {
            attempt.number = attempt.number.saturating_add(1);
            attempt.random = random;
        }
        attempt.number
    }
}

fn key((src, dst): (Endpoint, Endpoint), attempt: u32, fragment: &Fragment<'_>) -> Key {
    (src, dst, attempt, (fragment.number, fragment.kind, fragment.len))
}

/// The place of the body of the record at the beginning of these bytes, and its length; `None` for bytes that are no
/// record.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let record = Records(bytes).next()?;
    let head = match *bytes.first()? {
        first @ 0x20..=0x3f => {
            let [has_cid, has_long_number, has_len] = [0x10, 0x08, 0x04].map(|bit| first & bit != 0);
            // An identifier of unknown length is not kept.
            match has_cid {
                true => 1,
                false => 2 + usize::from(has_long_number) + if has_len { 2 } else { 0 },
            }
        }
        _ => 13,
    };
    let is_endless = record.is_short && bytes.first().is_some_and(|first| first & 0x10 != 0);
    let len = if is_endless {
        bytes.len().saturating_sub(head)
    } else {
        record.body.len()
    };
    Some((head, len))
}

/// Puts TLS's version in the place of the hello's while the hello is parsed; bytes that are no version are emptied.
fn with_version(body: &mut [u8], replace: impl FnOnce(&mut [u8])) {
    let version = match body.first_chunk::<2>() {
        Some(&[0xfe, minor @ 0xfc..=0xff]) => [0xfe, minor],
        Some(&[1, 0]) => [1, 0],
        _ => [0, 0],
    };
    put(body, [3, 3]);
    replace(body);
    put(body, version);
}

fn put(body: &mut [u8], version: [u8; 2]) {
    for (to, from) in body.iter_mut().zip(version) {
        *to = from;
    }
}

/// A Client Hello is parsed like one of TLS, without its cookie.
fn client_hello(body: &mut [u8], names: &Pseudonyms, certificates: Certificates) {
    let cookie = (|| {
        let from = 35_usize.checked_add(usize::from(*body.get(34)?))?;
        let to = from.checked_add(1)?.checked_add(usize::from(*body.get(from)?))?;
        (to <= body.len()).then_some(from..to)
    })();
    let Some(cookie) = cookie else { return body.fill(0) };
    let mut bare = [
        body.get(..cookie.start).unwrap_or_default(),
        body.get(cookie.end..).unwrap_or_default(),
    ]
    .concat();
    with_version(&mut bare, |bare| stream::message(1, bare, names, certificates));
    let value = body.get_mut(cookie.start + 1..cookie.end).unwrap_or_default();
    names.scramble(value);
    let (before, behind) = bare.split_at(cookie.start.min(bare.len()));
    let [first, second] = [(0, before), (cookie.end, behind)];
    for (at, part) in [first, second] {
        for (to, from) in body.iter_mut().skip(at).zip(part) {
            *to = *from;
        }
    }
}

/// Keeps the preamble and, in a header in clear, its lengths and flags.
fn keep_header(payload: &mut [u8]) {
    let kept = if payload.first() == Some(&0) { 4 } else { 1 };
    payload.iter_mut().skip(kept).for_each(|byte| *byte = 0);
}

fn is_clear_control((src, dst): (Endpoint, Endpoint), payload: &[u8]) -> bool {
    [src.port, dst.port].contains(&CONTROL_PORT) && payload.first() == Some(&0)
}

/// Names, addresses and serial numbers of CAPWAP control are in its elements; header and type identify the message (RFC
/// 5415 sections 4.3 and 4.5.1).
fn clear_control(payload: &mut [u8]) {
    let header = payload.get(1).map_or(0, |it| usize::from(it >> 3) * 4);
    let is_message = header >= 8
        && payload
            .get(header..)
            .is_some_and(|it| it.first_chunk::<3>() == Some(&[0, 0, 0]));
    if !is_message {
        return payload.iter_mut().skip(1).for_each(|byte| *byte = 0);
    }
    // A header's bytes after the first eight are addresses of radios.
    payload.get_mut(8..header).unwrap_or_default().fill(0);
    // Type, sequence number, length.
    let to = header.saturating_add(7);
    payload.iter_mut().skip(to).for_each(|byte| *byte = 0);
}
