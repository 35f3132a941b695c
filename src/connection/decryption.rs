//! Events, Secrets → Events: a connection with a key log, and the content of its encrypted records in their place.
//!
//! Handshake messages and alerts are processed like those in clear. For Application Data only its kind is kept.

use crate::connection::direction::Direction;
use crate::connection::event::{Event, EventKind};
use crate::tcp::said::Provenance;
use crate::tls::keys::KeyLog;
use crate::tls::keys::opener::Opener;
use crate::tls::message::{Assembler, Message};
use crate::tls::record::content;
use crate::tls::{CipherSuite, Version};

/// Replaces encrypted records with the content that a key log opens; returns whether it opened any. If the first
/// records of a direction do not open, nothing changes: then it is unknown which record is which.
pub(crate) fn open(client: &mut Direction, server: &mut Direction, log: &KeyLog) -> bool {
    let hello = client.events.iter().find_map(|event| match &event.kind {
        EventKind::Tls(Message::ClientHello(hello)) => Some(hello.random),
        _ => None,
    });
    let answer = server.events.iter().find_map(|event| match &event.kind {
        EventKind::Tls(Message::ServerHello(hello)) if !hello.is_retry => {
            Some((hello.random, hello.cipher_suite, hello.version))
        }
        _ => None,
    });
    let (Some(client_random), Some((server_random, suite, version))) = (hello, answer) else {
        return false;
    };
    let Some(secrets) = log.of(&client_random) else {
        return false;
    };
    let is_tls13 = Version(version).is_tls13();
    let randoms = [&client_random, &server_random];
    let Some([mut of_client, mut of_server]) = Opener::both(CipherSuite(suite), is_tls13, secrets, randoms) else {
        return false;
    };
    let (from_client, from_server) = (
        opened(client, &mut of_client, is_tls13),
        opened(server, &mut of_server, is_tls13),
    );
    match (from_client, from_server) {
        (Outcome::Closed, _) | (_, Outcome::Closed) | (Outcome::Nothing, Outcome::Nothing) => false,
        (from_client, from_server) => {
            for (side, opened) in [(client, from_client), (server, from_server)] {
                if let Outcome::Events(events) = opened {
                    side.events = events;
                }
            }
            true
        }
    }
}

enum Outcome {
    /// No record is encrypted.
    Nothing,
    /// The first record does not open.
    Closed,
    Events(Vec<Event>),
}

#[allow(
    clippy::too_many_lines,
    reason = "one pass over records: each is opened with the keys that the one before it left"
)]
fn opened(direction: &Direction, opener: &mut Opener, is_tls13: bool) -> Outcome {
    let mut assembler = Assembler::of_decrypted(is_tls13);
    let mut events = Vec::with_capacity(direction.events.len());
    let (mut has_opened, mut has_closed) = (false, false);
    // In TLS 1.2, records are counted from change_cipher_spec on; if there are many, only the last ones have their own
    // events.
    let (mut sequence, mut is_encrypted, mut told) = (0, false, 0);
    for event in &direction.events {
        let EventKind::Tls(message) = &event.kind else {
            events.push(event.clone());
            continue;
        };
        let is_data = matches!(message, Message::ApplicationData { .. });
        let is_closed = is_data
            || matches!(
                message,
                Message::EncryptedAlert { .. } | Message::EncryptedHandshake { .. }
            );
        if matches!(message, Message::ChangeCipherSpec) {
            (sequence, is_encrypted) = (0, true);
        }
        if !is_closed || !(is_tls13 || is_encrypted) {
            events.push(event.clone());
            continue;
        }
        told += u64::from(is_data);
        if !is_tls13 {
            if !is_data {
                let untold = direction.untold_records(told);
                opener.skip_to(sequence + untold);
            }
            sequence += 1;
        }
        let content = match direction.body_at(event.from) {
            Some((kind, body)) if is_tls13 || !is_data => opener.open(kind, body),
            _ => None,
        };
        let Some((kind, bytes)) = content else {
            // Early data comes before the records that a key log opens, and later records are not kept.
            has_closed |= !has_opened && !is_data;
            events.push(event.clone());
            continue;
        };
        has_opened = true;
        let mut at = Provenance::at(event.from);
        (at.frame, at.time, at.acked) = (event.frame(), event.time, event.acked);
        let mut tell = |message: Message| {
            let mut told = at.said(EventKind::Decrypted(message), event.to);
            told.frames.clone_from(&event.frames);
            events.push(told);
        };
        match kind {
            content::HANDSHAKE => assembler.bytes(&bytes, at, &mut |said| {
                events.push(said.map(EventKind::Decrypted));
            }),
            content::ALERT => {
                if let [level, description] = *bytes.as_slice() {
                    tell(Message::Alert { level, description });
                }
            }
            _ => {
                let len = u16::try_from(event.to.saturating_sub(event.from).saturating_sub(5)).unwrap_or(u16::MAX);
                tell(Message::ApplicationData { len });
            }
        }
    }
    let is_any = direction.has_bodies();
    match (has_opened, is_any || has_closed) {
        (true, _) => Outcome::Events(events),
        (false, true) => Outcome::Closed,
        (false, false) => Outcome::Nothing,
    }
}
