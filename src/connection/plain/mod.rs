//! Chunk → Opening talk: the plain text of a direction before TLS, or instead of it.
//!
//! Mail, directory and database protocols begin in plain text and ask for TLS with their own command (RFC 3207, RFC
//! 2595, RFC 4513 section 3, the SSLRequest of PostgreSQL). If the server refuses, no TLS record is sent, and only
//! these bytes show that TLS was wanted.

pub mod client;
pub mod framing;
pub mod offer;
pub mod socks;
mod spoken;
mod words;

pub use client::{PlainClient, TlsSign};
pub use offer::{Denial, Next, Offer, Protocol, Said};
pub use socks::Socks;
pub use spoken::Spoken;
pub use words::words;

use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::wire_text::WireText;
use crate::tcp::said;
use crate::tcp::stream::{Chunk, Position};

/// Bytes kept of a direction that begins as a server's greeting: banners of many lines and lists of capabilities.
const MAX_GREETING: usize = 2048;

/// Bytes kept of any other direction: a few commands, or enough to identify a protocol.
const MAX_COMMANDS: usize = 512;

/// The number of segments from which they are kept: a dialogue that negotiates TLS has fewer.
const MAX_PARTS: usize = 24;

/// The first plain bytes of a direction, with the segments that brought them.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    bytes: Vec<u8>,
    parts: Vec<Part>,
    closed: bool,
}

/// A segment's share of the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Offset of its first byte in the kept bytes.
    at: usize,
    /// The position of that byte.
    pub from: Position,
    /// Its frame.
    pub frame: FrameNumber,
    /// The time of that frame.
    pub time: Timestamp,
    /// The position up to which its sender had received the other direction.
    pub acked: Position,
}

/// A line, without its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a [u8],
    /// The segment that brought its last byte.
    pub(crate) part: Part,
    /// The position after it.
    pub(crate) to: Position,
}

impl Part {
    /// A message in this segment.
    pub(crate) fn said<T>(self, kind: T) -> said::Said<T> {
        let origin = said::Provenance {
            from: self.from,
            frame: self.frame,
            time: self.time,
            acked: self.acked,
        };
        origin.said(kind, self.from)
    }
}

impl Talk {
    /// Takes bytes in order. A direction that begins as TLS or readable HTTP costs only a look at its first bytes:
    /// other readers process it.
    pub(crate) fn keep(&mut self, chunk: &Chunk<'_>) {
        if self.closed || chunk.data.is_empty() {
            return;
        }
        if self.bytes.is_empty() && is_read_elsewhere(chunk.data) {
            self.closed = true;
            return;
        }
        let room = match self.bytes.first().or(chunk.data.first()) {
            Some(b'2' | b'*' | b'+' | b'<' | b'"') => MAX_GREETING,
            _ => MAX_COMMANDS,
        };
        let taken = room.saturating_sub(self.bytes.len()).min(chunk.data.len());
        self.parts.push(Part {
            at: self.bytes.len(),
            from: chunk.from,
            frame: chunk.frame,
            time: chunk.time,
            acked: chunk.acked,
        });
        self.bytes
            .extend_from_slice(chunk.data.get(..taken).unwrap_or_default());
        self.closed = self.bytes.len() >= room || self.parts.len() >= MAX_PARTS;
    }

    /// Stops taking bytes: bytes after a gap, or after the beginning of TLS, are no opening.
    pub(crate) const fn close(&mut self) {
        self.closed = true;
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The last segment.
    #[must_use]
    pub fn last(&self) -> Option<&Part> {
        self.parts.last()
    }

    /// The segment that brought the byte at this offset.
    pub(crate) fn part_of(&self, offset: usize) -> Option<&Part> {
        let after = self.parts.partition_point(|part| part.at <= offset);
        self.parts.get(after.checked_sub(1)?)
    }

    /// The position after the byte at this offset.
    pub(crate) fn position_after(&self, offset: usize) -> Position {
        self.part_of(offset).map_or(0, |part| {
            part.from.saturating_add((offset.saturating_sub(part.at) + 1) as u64)
        })
    }

    /// The first line that was said when its sender had received the other direction up to `heard`.
    pub(crate) fn answer_to(&self, heard: Position) -> Option<Said> {
        let part = self.parts.iter().find(|part| part.acked >= heard)?;
        let bytes = self.bytes.get(part.at..).filter(|bytes| !bytes.is_empty())?;
        let line = bytes.split(|&byte| byte == b'\n').next()?.trim_ascii_end();
        let is_text = line.len() > 2 && line.iter().all(|&byte| matches!(byte, b' '..=b'~' | b'\t' | 0x80..));
        is_text.then(|| Said {
            frame: part.frame,
            text: WireText::from_bytes(line),
        })
    }

    /// Its lines up to the first byte that is no text, including a line without an end.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut offset = 0;
        std::iter::from_fn(move || {
            let rest = self.bytes.get(offset..).filter(|rest| !rest.is_empty())?;
            let len = rest
                .iter()
                .position(|&byte| byte == b'\n')
                .map_or(rest.len(), |at| at + 1);
            let text = rest.get(..len)?.trim_ascii_end();
            let is_text = |byte: &u8| !byte.is_ascii_control() || *byte == b'\t';
            if !text.iter().all(is_text) {
                return None;
            }
            let last = offset + len - 1;
            offset += len;
            Some(Line {
                text,
                part: *self.part_of(last)?,
                to: self.position_after(last),
            })
        })
    }
}

/// True if a direction that begins like this is TLS or HTTP/1, which have their own readers, or SSH, which never asks
/// for TLS.
fn is_read_elsewhere(bytes: &[u8]) -> bool {
    matches!(bytes, [20..=23, 3, ..]) || bytes.starts_with(b"SSH-") || crate::http::reader::looks_like_http(bytes)
}

/// True if a segment is a greeting or a first command of a dialogue that may ask for TLS: it may stand before the SYN
/// in the file.
pub(crate) fn opens_dialogue(payload: &[u8]) -> bool {
    const OPENINGS: [&[u8]; 8] = [
        b"220 ",
        b"220-",
        b"* OK",
        b"+OK ",
        b"EHLO",
        b"HELO",
        b"LHLO",
        offer::SSL_REQUEST,
    ];
    OPENINGS.iter().any(|opening| payload.starts_with(opening))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A direction of these segments, each with how much its sender had received of the other direction.
    pub(crate) fn talk(segments: &[(&[u8], u64)]) -> Talk {
        let mut talk = Talk::default();
        let mut from = 1000;
        for (n, &(data, acked)) in segments.iter().enumerate() {
            talk.keep(&Chunk {
                from,
                data,
                frame: FrameNumber(n as u64 + 1),
                acked,
                time: Timestamp(0),
            });
            from += data.len() as u64;
        }
        talk
    }

    #[test]
    fn lines_name_the_segment_that_ends_them() {
        let talk = talk(&[(b"220 mail", 1), (b" ready\r\n250-a\r\n", 2), (b"250 b", 3)]);
        let lines: Vec<(&[u8], u64, u64)> = talk.lines().map(|it| (it.text, it.part.frame.0, it.to)).collect();
        assert_eq!(
            lines,
            [
                (&b"220 mail ready"[..], 2, 1016),
                (b"250-a", 2, 1023),
                (b"250 b", 3, 1028)
            ]
        );
    }

    #[test]
    fn tls_and_http_are_not_kept() {
        assert!(talk(&[(&[22, 3, 1, 0, 5], 0)]).bytes().is_empty());
        assert!(talk(&[(b"GET / HTTP/1.1\r\n", 0)]).bytes().is_empty());
    }

    #[test]
    fn greetings_and_first_commands_open_a_dialogue() {
        for opening in [
            &b"220 mail ESMTP"[..],
            b"* OK ready",
            b"EHLO here",
            &[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f],
        ] {
            assert!(opens_dialogue(opening), "{opening:?}");
        }
        for other in [&b"220"[..], b"250 ok", b"", &[0, 0, 0, 8, 4, 0xd2, 0x16, 0x30]] {
            assert!(!opens_dialogue(other), "{other:?}");
        }
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let talk = talk(&[(&[b'2'; 1500], 0), (&[b'2'; 1500], 0), (&[b'2'; 1500], 0)]);
        assert_eq!((talk.bytes().len(), talk.parts.len()), (MAX_GREETING, 2));
    }
}
