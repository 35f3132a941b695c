//! Record → Message: handshake messages put together from fragments, in order of their numbers (RFC 6347 section 4.2).
//!
//! A fragment names its message and its place in it, so fragments may come in any order, overlap, and be repeated.
//! After a time-out some senders cut the same messages differently (OpenSSL: one per datagram), so that only number and
//! place identify a repetition. If two overlap, the bytes that came first stay.

use std::collections::BTreeMap;

use crate::base::frame::{FrameNumber, Timestamp};
use crate::tcp::said::Frames;
use crate::tls::message::{Message, read_whole};

/// The longest message kept: a chain of a dozen certificates is under 30 KiB.
const MAX_MESSAGE: u32 = 128 * 1024;

/// Messages that wait for fragments or for those before them; a flight has at most seven.
const MAX_WAITING: usize = 16;

/// Pieces of one message: 30 KiB in fragments of 256 bytes have as many.
const MAX_PIECES: usize = 128;

/// Complete messages remembered: two handshakes have fewer.
const MAX_DONE: usize = 64;

/// Bytes that all flows may hold at once in messages that are not whole.
pub const MAX_HELD: usize = 16 << 20;

const HEADER: usize = 12;

/// A fragment of a handshake message.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Handshake type.
    pub kind: u8,
    /// Number of the message.
    pub number: u16,
    /// Length of the message.
    pub len: u32,
    /// Its place in the message.
    pub offset: u32,
    /// Its bytes as captured.
    pub bytes: &'a [u8],
}

/// The fragments of a handshake record's body, up to what is none.
#[derive(Clone, Copy, Debug)]
pub struct Fragments<'a>(pub &'a [u8]);

impl<'a> Iterator for Fragments<'a> {
    type Item = Fragment<'a>;

    fn next(&mut self) -> Option<Fragment<'a>> {
        let (&[kind, a, b, c, n0, n1, d, e, f, g, h, i], rest) = self.0.split_first_chunk::<HEADER>()?;
        let [len, offset, own] = [[0, a, b, c], [0, d, e, f], [0, g, h, i]].map(u32::from_be_bytes);
        // Whole or cut, the fragment must lie within its message.
        if offset.saturating_add(own) > len || own == 0 && len > 0 {
            self.0 = &[];
            return None;
        }
        let own = usize::try_from(own).unwrap_or(usize::MAX);
        let (bytes, rest) = rest.split_at_checked(own).unwrap_or((rest, &[]));
        self.0 = rest;
        Some(Fragment {
            kind,
            number: u16::from_be_bytes([n0, n1]),
            len,
            offset,
            bytes,
        })
    }
}

/// The origin of a fragment.
#[derive(Clone, Copy, Debug)]
pub struct From {
    /// The frame.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// Messages of the other direction captured by then.
    pub heard: u64,
}

/// A message with where it came from.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The message.
    pub message: Message,
    /// Its number.
    pub number: u16,
    /// The frames that carried it.
    pub frames: Frames,
    /// Time of the frame by which it was whole.
    pub time: Timestamp,
    /// Bytes of it on the wire, its header included.
    pub len: u32,
    /// Messages of the other direction captured by then.
    pub heard: u64,
}

/// The effect of a fragment on its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// Something new.
    New,
    /// Nothing: its sender repeats itself.
    Again,
    /// Nothing that is kept: a bound was reached, or it contradicts what came before.
    Refused,
}

#[derive(Debug)]
struct Waiting {
    kind: u8,
    len: u32,
    /// In order of their places, without overlap.
    pieces: Vec<(u32, Vec<u8>)>,
    frames: Frames,
    time: Timestamp,
    heard: u64,
}

impl Waiting {
    fn have(&self) -> u32 {
        let lens = self.pieces.iter().map(|(_, bytes)| bytes.len());
        u32::try_from(lens.sum::<usize>()).unwrap_or(u32::MAX)
    }

    fn is_whole(&self) -> bool {
        self.have() >= self.len
    }

    /// Adds what is new of a fragment; says how many bytes that was, `None` where there are too many pieces.
    fn insert(&mut self, offset: u32, bytes: &[u8]) -> Option<usize> {
        let end = offset.saturating_add(u32::try_from(bytes.len()).ok()?);
        let (mut from, mut new) = (offset, Vec::new());
        for (at, piece) in &self.pieces {
            let piece_end = at.saturating_add(u32::try_from(piece.len()).ok()?);
            if piece_end <= from {
                continue;
            }
            if *at >= end {
                break;
            }
            if *at > from {
                new.push((from, *at));
            }
            from = from.max(piece_end);
        }
        if from < end {
            new.push((from, end));
        }
        if self.pieces.len().saturating_add(new.len()) > MAX_PIECES {
            return None;
        }
        let mut added = 0;
        for (from, to) in new {
            let [from_at, to_at] = [from, to].map(|at| usize::try_from(at - offset).unwrap_or(usize::MAX));
            let piece = bytes.get(from_at..to_at).unwrap_or_default().to_vec();
            added += piece.len();
            self.pieces.push((from, piece));
        }
        self.pieces.sort_unstable_by_key(|&(at, _)| at);
        Some(added)
    }

    /// The message, as far as its bytes are there without a hole.
    fn read(self, number: u16) -> Whole {
        let mut body = Vec::new();
        for (at, piece) in &self.pieces {
            if usize::try_from(*at) != Ok(body.len()) {
                break;
            }
            body.extend_from_slice(piece);
        }
        let missing = self.len.saturating_sub(u32::try_from(body.len()).unwrap_or(u32::MAX));
        let message = match self.kind {
            1 => read_client_hello(&body, missing, &self.frames),
            kind => with_tls_version(read_whole(kind, &body, missing, &self.frames)),
        };
        Whole {
            message,
            number,
            frames: self.frames,
            time: self.time,
            len: self.len.saturating_add(HEADER as u32),
            heard: self.heard,
        }
    }
}

/// A Client Hello without its cookie (RFC 6347 section 4.2.1) is one of TLS.
fn read_client_hello(body: &[u8], missing: u32, frames: &Frames) -> Message {
    let without_cookie = || {
        let session = 35_usize.checked_add(usize::from(*body.get(34)?))?;
        let cookie = session.checked_add(1)?.checked_add(usize::from(*body.get(session)?))?;
        Some([body.get(..session)?, body.get(cookie..)?].concat())
    };
    let read = match without_cookie() {
        Some(bare) => read_whole(1, &bare, missing, frames),
        None => Message::DamagedMessage { kind: 1, missing },
    };
    let mut read = with_tls_version(read);
    if let Message::ClientHello(hello) = &mut read {
        let missing = usize::try_from(missing).unwrap_or_default();
        hello.wire_len = body.len().saturating_add(missing).saturating_add(HEADER);
    }
    read
}

/// Versions are reported, and compared, by the names that TLS and DTLS share.
fn with_tls_version(message: Message) -> Message {
    match message {
        Message::ClientHello(mut hello) => {
            hello.version = super::as_tls(hello.version);
            for version in &mut hello.supported_versions {
                version.0 = super::as_tls(version.0);
            }
            Message::ClientHello(hello)
        }
        Message::ServerHello(mut hello) => {
            hello.version = super::as_tls(hello.version);
            Message::ServerHello(hello)
        }
        other => other,
    }
}

/// Puts one direction's handshake messages together.
#[derive(Debug, Default)]
pub struct Assembler {
    waiting: BTreeMap<u16, Waiting>,
    /// Numbers and types of messages that were handed on.
    done: Vec<(u16, u8)>,
    /// The number that comes next.
    next: u16,
}

impl Assembler {
    /// Takes a fragment; messages that are whole are handed on in order of their numbers. `held` counts what all flows hold.
    pub fn take(
        &mut self,
        fragment: &Fragment<'_>,
        from: From,
        held: &mut usize,
        sink: &mut impl FnMut(Whole),
    ) -> Brought {
        let Fragment { kind, number, len, .. } = *fragment;
        if self.done.contains(&(number, kind)) {
            return Brought::Again;
        }
        if len > MAX_MESSAGE || self.done.len() >= MAX_DONE {
            return Brought::Refused;
        }
        if !self.waiting.contains_key(&number) {
            if self.waiting.len() >= MAX_WAITING {
                return Brought::Refused;
            }
            self.waiting.insert(
                number,
                Waiting {
                    kind,
                    len,
                    pieces: Vec::new(),
                    frames: Frames::one(from.frame),
                    time: from.time,
                    heard: from.heard,
                },
            );
        }
        let Some(waiting) = self.waiting.get_mut(&number) else {
            return Brought::Refused;
        };
        if (waiting.kind, waiting.len) != (kind, len) {
            return Brought::Refused;
        }
        let was_whole = waiting.is_whole();
        if *held >= MAX_HELD {
            return Brought::Refused;
        }
        let Some(added) = waiting.insert(fragment.offset, fragment.bytes) else {
            return Brought::Refused;
        };
        *held = held.saturating_add(added);
        // One without a body is whole when it is first seen.
        if added == 0 && (len > 0 || was_whole && waiting.time != from.time) {
            return Brought::Again;
        }
        waiting.frames.note(from.frame);
        (waiting.time, waiting.heard) = (waiting.time.max(from.time), from.heard);
        self.hand_on(held, sink);
        Brought::New
    }

    fn hand_on(&mut self, held: &mut usize, sink: &mut impl FnMut(Whole)) {
        // A server that keeps no state for a client without a cookie starts counting again after its request for one.
        while let Some(first) = self.waiting.first_entry()
            && *first.key() <= self.next
            && first.get().is_whole()
        {
            let (number, waiting) = first.remove_entry();
            *held = held.saturating_sub(waiting.have() as usize);
            self.next = self.next.max(number.saturating_add(1));
            self.remember(number, waiting.kind);
            sink(waiting.read(number));
        }
    }

    fn remember(&mut self, number: u16, kind: u8) {
        if self.done.len() < MAX_DONE {
            self.done.push((number, kind));
        }
    }

    /// Hands on waiting messages, complete or not: the sender continued after them, or no more bytes come.
    pub fn flush(&mut self, held: &mut usize, sink: &mut impl FnMut(Whole)) {
        for (number, waiting) in std::mem::take(&mut self.waiting) {
            *held = held.saturating_sub(waiting.have() as usize);
            self.remember(number, waiting.kind);
            self.next = self.next.max(number.saturating_add(1));
            sink(waiting.read(number));
        }
    }

    /// Hands on complete messages, whatever is missing before them: the sender continued after them.
    pub fn flush_whole(&mut self, held: &mut usize, sink: &mut impl FnMut(Whole)) {
        let (whole, rest) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(_, waiting)| waiting.is_whole());
        self.waiting = whole;
        let rest: BTreeMap<u16, Waiting> = rest;
        self.flush(held, sink);
        self.waiting = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(frame: u64) -> From {
        From {
            frame: FrameNumber(frame),
            time: Timestamp(frame.cast_signed() * 10),
            heard: 0,
        }
    }

    fn fragment(kind: u8, number: u16, len: u32, offset: u32, bytes: &[u8]) -> Fragment<'_> {
        Fragment {
            kind,
            number,
            len,
            offset,
            bytes,
        }
    }

    fn take(assembler: &mut Assembler, held: &mut usize, at: u64, fragment: &Fragment<'_>) -> (Brought, Vec<Whole>) {
        let mut whole = Vec::new();
        let brought = assembler.take(fragment, from(at), held, &mut |it| whole.push(it));
        (brought, whole)
    }

    #[test]
    fn fragments_in_any_order_and_overlapping_make_one_message() {
        let body: Vec<u8> = (0..100).collect();
        let (mut assembler, mut held) = (Assembler::default(), 0);
        for (n, (a, b)) in [(60, 100), (0, 30), (20, 50)].into_iter().enumerate() {
            let part = fragment(16, 0, 100, a, &body[a as usize..b as usize]);
            let (brought, whole) = take(&mut assembler, &mut held, n as u64 + 1, &part);
            assert_eq!((brought, whole.len()), (Brought::New, 0));
        }
        assert_eq!(held, 90);
        let (_, whole) = take(&mut assembler, &mut held, 9, &fragment(16, 0, 100, 40, &body[40..70]));
        assert!(matches!(whole[0].message, Message::ClientKeyExchange));
        assert_eq!((whole[0].frames.to_vec().len(), held), (4, 0));
        let again = take(&mut assembler, &mut held, 10, &fragment(16, 0, 100, 0, &body[..50]));
        assert_eq!((again.0, held), (Brought::Again, 0));
    }

    #[test]
    fn messages_are_handed_on_in_order_of_their_numbers() {
        let (mut assembler, mut held) = (Assembler::default(), 0);
        assert!(
            take(&mut assembler, &mut held, 1, &fragment(16, 1, 2, 0, &[1, 2]))
                .1
                .is_empty()
        );
        let (_, whole) = take(&mut assembler, &mut held, 2, &fragment(14, 0, 0, 0, &[]));
        let numbers: Vec<u16> = whole.iter().map(|it| it.number).collect();
        assert_eq!(numbers, [0, 1]);
    }

    #[test]
    fn what_never_becomes_whole_is_handed_on_at_the_end_as_damaged() {
        let (mut assembler, mut held) = (Assembler::default(), 0);
        take(&mut assembler, &mut held, 1, &fragment(16, 0, 100, 50, &[7; 10]));
        let mut whole = Vec::new();
        assembler.flush(&mut held, &mut |it| whole.push(it));
        assert!(matches!(
            whole[0].message,
            Message::DamagedMessage { kind: 16, missing: 100 }
        ));
        assert_eq!(held, 0);
    }

    #[test]
    fn endless_and_contradicting_fragments_take_bounded_memory() {
        let (mut assembler, mut held) = (Assembler::default(), 0);
        let body = [0_u8; 1];
        for n in 0..200_000_u32 {
            let part = fragment(11, (n % 100) as u16, 100_000, n * 2 % 100_000, &body);
            take(&mut assembler, &mut held, 1, &part);
        }
        assert!(held <= MAX_WAITING * MAX_PIECES, "{held}");
        let other = take(&mut assembler, &mut held, 1, &fragment(12, 0, 5, 0, &[1; 5]));
        assert_eq!(other.0, Brought::Refused, "another type under the same number");
        let long = take(&mut assembler, &mut held, 1, &fragment(11, 60, 0xff_ffff, 0, &[1; 5]));
        assert_eq!(long.0, Brought::Refused);
        held = MAX_HELD;
        let (mut fresh, part) = (Assembler::default(), fragment(11, 0, 5, 0, &[1; 5]));
        assert_eq!(take(&mut fresh, &mut held, 1, &part).0, Brought::Refused);
    }

    #[test]
    fn a_fragment_that_reaches_beyond_its_message_is_none() {
        let header =
            |len: u8, offset: u8, own: u8| [&[11, 0, 0, len, 0, 0, 0, 0, offset, 0, 0, own][..], &[9; 20]].concat();
        assert_eq!(Fragments(&header(10, 0, 10)).next().unwrap().bytes.len(), 10);
        assert!(Fragments(&header(10, 5, 6)).next().is_none());
        assert!(Fragments(&header(10, 0, 0)).next().is_none());
        assert_eq!(Fragments(&header(50, 0, 50)).next().unwrap().bytes.len(), 20, "cut");
    }

    #[test]
    fn the_cookie_is_no_part_of_the_hello() {
        let hello = [
            &[0xfe, 0xfd][..],
            &[7; 32],
            &[0, 4, 0xaa, 0xbb, 0xcc, 0xdd, 0, 2, 0xc0, 0x2b, 1, 0],
        ]
        .concat();
        let len = u32::try_from(hello.len()).unwrap();
        let (mut assembler, mut held) = (Assembler::default(), 0);
        let (_, whole) = take(&mut assembler, &mut held, 1, &fragment(1, 0, len, 0, &hello));
        let Message::ClientHello(hello) = &whole[0].message else {
            panic!("{whole:?}")
        };
        assert_eq!((hello.version, hello.cipher_suites.len()), (0x0303, 1));
        assert_eq!(hello.wire_len as u32, len + 12);
    }
}
