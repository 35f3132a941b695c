//! key log → Secrets: what a program wrote of its sessions, for reading their handshakes.
//!
//! A line is a label, the client's random and a secret, in hexadecimal (RFC 9850 section 2). What it opens are handshake messages
//! and alerts; Application Data stays closed. A capture may carry a key log too (Decryption Secrets Block of pcapng). Secrets are shown nowhere: not by `Debug`, in no report and in no slice.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};

use foldhash::fast::RandomState;
use ring::digest::{SHA256, digest};

use crate::base::hexadecimal::hexadecimal;
use crate::capture::{self, CaptureError, LONGEST_KEY_LOG, reason};

pub(crate) mod opener;
mod protection;

pub(crate) use protection::expand_label;

/// Sessions that are kept of a key log: at some 300 bytes each, a busy day of a server, and 80 MB.
const MOST_SESSIONS: usize = 262_144;

/// Bytes by which a text is told from a capture.
const HEAD: u64 = 512;

/// The longest secret: the hash of SHA-384, and the master secret of TLS 1.2.
const LONGEST_SECRET: usize = 64;

/// The secrets of a key log, by the random value of the Client Hello that began the session.
#[derive(Clone, Default)]
pub struct KeyLog {
    sessions: HashMap<[u8; 32], Secrets, RandomState>,
    /// SHA-256 of its text.
    sha256: String,
}

/// The secrets of a session.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    /// `CLIENT_RANDOM`: the master secret, up to TLS 1.2.
    pub(crate) master: Option<Box<[u8]>>,
    /// `CLIENT_HANDSHAKE_TRAFFIC_SECRET` and `CLIENT_TRAFFIC_SECRET_0`.
    pub(crate) client: [Option<Box<[u8]>>; 2],
    /// The same of the server.
    pub(crate) server: [Option<Box<[u8]>>; 2],
}

/// Why there is no key log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyLogError {
    /// A text of something else.
    #[error(
        "it has no line as `CLIENT_RANDOM <random> <secret>` or `CLIENT_HANDSHAKE_TRAFFIC_SECRET …` (what SSLKEYLOGFILE writes)"
    )]
    NoKeyLog,
    /// A capture that carries none.
    #[error("the capture holds no TLS secrets (no Decryption Secrets Block with a TLS key log)")]
    NoSecrets,
    /// Neither text nor capture.
    #[error("neither a key log nor a capture that holds one: {0}")]
    Capture(#[source] CaptureError),
    /// The operating system refused to read it.
    #[error("{}", reason(.0))]
    Read(#[source] io::Error),
}

impl KeyLog {
    /// Reads a key log, or the one that a capture carries. Of text, lines that are none of a key log are passed over. A text
    /// without lines is of a program that agreed on no keys.
    ///
    /// # Errors
    /// When there are lines, and all are of something else; when a capture carries no secrets; when reading fails.
    pub fn read(mut input: impl Read) -> Result<Self, KeyLogError> {
        let mut head = Vec::new();
        let mut beginning = input.by_ref().take(HEAD);
        beginning.read_to_end(&mut head).map_err(KeyLogError::Read)?;
        if !is_text(&head) {
            let text = capture::key_log(head.as_slice().chain(input)).map_err(KeyLogError::Capture)?;
            return match text.is_empty() {
                true => Err(KeyLogError::NoSecrets),
                false => Self::parse(&text),
            };
        }
        let room = (LONGEST_KEY_LOG as u64).saturating_sub(HEAD);
        input.take(room).read_to_end(&mut head).map_err(KeyLogError::Read)?;
        Self::parse(&head)
    }

    fn parse(text: &[u8]) -> Result<Self, KeyLogError> {
        let mut log = Self {
            sha256: hexadecimal(digest(&SHA256, text).as_ref()),
            ..Self::default()
        };
        let is_comment = |line: &[u8]| matches!(line.trim_ascii_start(), [] | [b'#', ..]);
        let mut is_other = false;
        for line in text.split(|&byte| byte == b'\n').filter(|line| !is_comment(line)) {
            is_other = true;
            let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            let (Some(label), Some(random), Some(secret), None) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            let Some(random) = bytes(random).and_then(|it| <[u8; 32]>::try_from(it).ok()) else {
                continue;
            };
            let Some(secret) = bytes(secret).filter(|it| (16..=LONGEST_SECRET).contains(&it.len())) else {
                continue;
            };
            log.add(label, random, secret.into());
        }
        if is_other && log.sessions.is_empty() {
            Err(KeyLogError::NoKeyLog)
        } else {
            Ok(log)
        }
    }

    /// SHA-256 of its text, in hexadecimal: what a report may say of it.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Number of sessions with secrets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// True if it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// The secrets of the session that a Client Hello with this random began.
    pub(crate) fn of(&self, random: &[u8; 32]) -> Option<&Secrets> {
        self.sessions.get(random)
    }

    fn add(&mut self, label: &[u8], random: [u8; 32], secret: Box<[u8]>) {
        if self.sessions.len() >= MOST_SESSIONS && !self.sessions.contains_key(&random) {
            return;
        }
        let mut secrets = self.sessions.get(&random).cloned().unwrap_or_default();
        let place = match label {
            b"CLIENT_RANDOM" => &mut secrets.master,
            b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => &mut secrets.client[0],
            b"CLIENT_TRAFFIC_SECRET_0" => &mut secrets.client[1],
            b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => &mut secrets.server[0],
            b"SERVER_TRAFFIC_SECRET_0" => &mut secrets.server[1],
            _ => return,
        };
        *place = Some(secret);
        self.sessions.insert(random, secrets);
    }
}

impl fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyLog of {} sessions", self.sessions.len())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// True if bytes are text: all captures, and whatever compresses them, have a control character in front, which a key log does not.
fn is_text(head: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < b' ' && !byte.is_ascii_whitespace();
    !head.iter().any(is_control)
}

/// The bytes of a word in hexadecimal.
fn bytes(word: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = word.as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_log_gives_the_secrets_of_its_sessions_and_shows_none() {
        let random = "0a".repeat(32);
        let text = format!(
            "# a comment\nCLIENT_RANDOM {random} {}\r\nSERVER_TRAFFIC_SECRET_0 {random} {}\nEXPORTER_SECRET {random} {}\nx\n",
            "0b".repeat(48),
            "0c".repeat(32),
            "0d".repeat(32)
        );
        let log = KeyLog::read(text.as_bytes()).unwrap();
        let secrets = log.of(&[10; 32]).unwrap();
        assert_eq!(secrets.master.as_deref(), Some(&[11; 48][..]));
        assert_eq!(secrets.server[1].as_deref(), Some(&[12; 32][..]));
        assert!(secrets.client[0].is_none() && log.of(&[1; 32]).is_none());
        assert_eq!(format!("{log:?} {secrets:?}"), "KeyLog of 1 sessions Secrets");
        let of_none = KeyLog::read(&b"CLIENT_RANDOM 00 11\n"[..]).unwrap_err();
        assert!(matches!(of_none, KeyLogError::NoKeyLog));
        assert!(KeyLog::read(&b"# nothing yet\n\n"[..]).unwrap().is_empty());
    }
}
