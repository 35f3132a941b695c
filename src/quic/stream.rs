//! CRYPTO frames → Message: one direction's handshake bytes put in order, and its messages read (RFC 9000 section 19.6).
//!
//! A frame names its place in the stream, so frames come in any order, overlap, and come again; some clients shuffle a hello on
//! purpose. Where two overlap, the bytes that came first stay.

use crate::base::frame::{FrameNumber, Timestamp};
use crate::dtls::assembler::{Brought, From, Whole};
use crate::tcp::said::Frames;
use crate::tls::message::read_whole;

/// Bytes of a stream that are kept while they wait for others: a hello with post-quantum keys has two thousand.
const MAX_WAITING: usize = 64 * 1024;

/// Pieces that wait: clients cut a hello into some twenty.
const MAX_PIECES: usize = 128;

/// Messages read of a stream: two hellos at most.
const MAX_MESSAGES: u16 = 4;

const HEADER: usize = 4;

#[derive(Debug)]
struct Piece {
    at: u64,
    bytes: Vec<u8>,
    from: From,
}

impl Piece {
    fn end(&self) -> u64 {
        self.at.saturating_add(self.bytes.len() as u64)
    }
}

/// One direction's handshake bytes.
#[derive(Debug, Default)]
pub struct CryptoStream {
    /// In order of their places, without overlap.
    pieces: Vec<Piece>,
    /// Bytes handed on as messages.
    read: u64,
    messages: u16,
}

impl CryptoStream {
    /// Takes a frame; messages that are whole are handed on. `held` counts what all flows hold, up to `most`.
    pub fn take(
        &mut self,
        offset: u64,
        bytes: &[u8],
        from: From,
        (held, most): (&mut usize, usize),
        sink: &mut impl FnMut(Whole),
    ) -> Brought {
        let end = offset.saturating_add(bytes.len() as u64);
        if end <= self.read || bytes.is_empty() {
            return Brought::Again;
        }
        if self.messages >= MAX_MESSAGES || *held >= most || end - self.read > MAX_WAITING as u64 {
            return Brought::Refused;
        }
        let new = self.holes(offset.max(self.read), end);
        if new.is_empty() {
            return Brought::Again;
        }
        if self.pieces.len().saturating_add(new.len()) > MAX_PIECES {
            return Brought::Refused;
        }
        for (at, to) in new {
            let [first, last] = [at, to].map(|it| usize::try_from(it - offset).unwrap_or(usize::MAX));
            let bytes = bytes.get(first..last).unwrap_or_default().to_vec();
            *held = held.saturating_add(bytes.len());
            self.pieces.push(Piece { at, bytes, from });
        }
        self.pieces.sort_unstable_by_key(|piece| piece.at);
        while let Some(whole) = self.next_message(held) {
            sink(whole);
        }
        Brought::New
    }

    /// The parts of a stretch of the stream that are not there yet.
    fn holes(&self, mut from: u64, end: u64) -> Vec<(u64, u64)> {
        let mut holes = Vec::new();
        for piece in &self.pieces {
            if piece.end() <= from {
                continue;
            }
            if piece.at >= end {
                break;
            }
            if piece.at > from {
                holes.push((from, piece.at));
            }
            from = piece.end();
        }
        if from < end {
            holes.push((from, end));
        }
        holes
    }

    /// The contiguous bytes from the position up to which messages were read.
    fn ready(&self) -> Vec<u8> {
        let mut ready = Vec::new();
        for piece in &self.pieces {
            if piece.at != self.read.saturating_add(ready.len() as u64) {
                break;
            }
            ready.extend_from_slice(&piece.bytes);
        }
        ready
    }

    fn next_message(&mut self, held: &mut usize) -> Option<Whole> {
        let ready = self.ready();
        let (&[kind, a, b, c], body) = ready.split_first_chunk::<HEADER>()?;
        let len = usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
        let body = body.get(..len)?;
        (self.messages < MAX_MESSAGES).then(|| self.hand_on(kind, body, 0, held))
    }

    fn hand_on(&mut self, kind: u8, body: &[u8], missing: u32, held: &mut usize) -> Whole {
        let end = self.read.saturating_add((HEADER + body.len()) as u64);
        let mut of_it = self.pieces.iter().filter(|piece| piece.at < end);
        let first = of_it.next().map(|piece| piece.from);
        let mut last = first.unwrap_or(From {
            frame: FrameNumber(0),
            time: Timestamp(0),
            heard: 0,
        });
        let mut frames = Frames::one(last.frame);
        for piece in of_it {
            frames.note(piece.from.frame);
            if piece.from.time >= last.time {
                last = piece.from;
            }
        }
        self.forget(end, held);
        let number = self.messages;
        self.messages = self.messages.saturating_add(1);
        Whole {
            message: read_whole(kind, body, missing, &frames),
            number,
            frames,
            time: last.time,
            len: u32::try_from(HEADER + body.len())
                .unwrap_or(u32::MAX)
                .saturating_add(missing),
            heard: last.heard,
        }
    }

    /// Lets go of what was read.
    fn forget(&mut self, end: u64, held: &mut usize) {
        self.read = end;
        for piece in &mut self.pieces {
            let known = usize::try_from(end.saturating_sub(piece.at)).unwrap_or(usize::MAX);
            let known = known.min(piece.bytes.len());
            piece.bytes.drain(..known);
            piece.at = piece.at.saturating_add(known as u64);
            *held = held.saturating_sub(known);
        }
        self.pieces.retain(|piece| !piece.bytes.is_empty());
    }

    /// True if bytes wait for earlier ones, or a message for its end.
    #[must_use]
    pub fn has_hole(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// Nothing follows: what there is of the next message is handed on as far as it goes.
    pub fn finish(&mut self, held: &mut usize, sink: &mut impl FnMut(Whole)) {
        let ready = self.ready();
        if let Some((&[kind, a, b, c], body)) = ready.split_first_chunk::<HEADER>()
            && self.messages < MAX_MESSAGES
        {
            let len = u32::from_be_bytes([0, a, b, c]);
            let missing = len.saturating_sub(u32::try_from(body.len()).unwrap_or(u32::MAX));
            if missing > 0 {
                sink(self.hand_on(kind, body, missing, held));
            }
        }
        self.forget(u64::MAX, held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::message::Message;

    fn from(frame: u64) -> From {
        From {
            frame: FrameNumber(frame),
            time: Timestamp(frame.cast_signed()),
            heard: 0,
        }
    }

    fn take(stream: &mut CryptoStream, held: &mut usize, at: u64, offset: u64, bytes: &[u8]) -> (Brought, Vec<Whole>) {
        let mut whole = Vec::new();
        let brought = stream.take(offset, bytes, from(at), (held, 1 << 20), &mut |it| whole.push(it));
        (brought, whole)
    }

    #[test]
    fn shuffled_and_overlapping_frames_make_one_message() {
        let message: Vec<u8> = [&[8, 0, 0, 60][..], &(0..60).collect::<Vec<u8>>()].concat();
        let (mut stream, mut held) = (CryptoStream::default(), 0);
        for (n, (a, b)) in [(40, 64), (10, 30), (0, 12)].into_iter().enumerate() {
            let (brought, whole) = take(&mut stream, &mut held, n as u64 + 1, a as u64, &message[a..b]);
            assert_eq!((brought, whole.len()), (Brought::New, 0));
        }
        assert_eq!(take(&mut stream, &mut held, 4, 12, &message[12..20]).0, Brought::Again);
        let (_, whole) = take(&mut stream, &mut held, 5, 20, &message[20..50]);
        assert!(matches!(whole[0].message, Message::OtherMessage(8)));
        assert_eq!((whole[0].len, whole[0].frames.to_vec().len(), held), (64, 4, 0));
        assert_eq!(take(&mut stream, &mut held, 6, 0, &message).0, Brought::Again);
    }

    #[test]
    fn the_bytes_that_came_first_stay() {
        let (mut stream, mut held) = (CryptoStream::default(), 0);
        take(&mut stream, &mut held, 1, 0, &[8, 0, 0, 4, 1]);
        let (_, whole) = take(&mut stream, &mut held, 2, 3, &[9, 9, 9, 9, 9]);
        // The length is that of the first frame; all that the second one adds are three bytes.
        assert_eq!((whole[0].len, held), (8, 0));
    }

    #[test]
    fn what_never_becomes_whole_is_handed_on_as_damaged() {
        let (mut stream, mut held) = (CryptoStream::default(), 0);
        take(&mut stream, &mut held, 1, 0, &[2, 0, 0, 90, 1, 2]);
        take(&mut stream, &mut held, 1, 50, &[7; 20]);
        assert!(stream.has_hole());
        let mut whole = Vec::new();
        stream.finish(&mut held, &mut |it| whole.push(it));
        assert!(matches!(
            whole[0].message,
            Message::DamagedMessage { kind: 2, missing: 88 }
        ));
        assert_eq!((held, stream.has_hole()), (0, false));
    }

    #[test]
    fn endless_and_far_frames_take_bounded_memory() {
        let (mut stream, mut held) = (CryptoStream::default(), 0);
        for n in 0..100_000_u64 {
            take(&mut stream, &mut held, 1, n * 3 % 70_000 + 1, &[0]);
        }
        assert!(held <= MAX_PIECES && stream.pieces.len() <= MAX_PIECES, "{held}");
        assert_eq!(
            take(&mut stream, &mut held, 1, u64::MAX - 3, &[1; 9]).0,
            Brought::Refused
        );
        let mut full = 1 << 20;
        assert_eq!(take(&mut stream, &mut full, 1, 0, &[1; 9]).0, Brought::Refused);
    }

    #[test]
    fn messages_without_end_are_not_read_for_ever() {
        let (mut stream, mut held) = (CryptoStream::default(), 0);
        let mut count = 0;
        for n in 0..1000_u64 {
            count += take(&mut stream, &mut held, n, n * 4, &[8, 0, 0, 0]).1.len();
        }
        assert_eq!((count, held), (4, 0));
    }
}
