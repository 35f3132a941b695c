//! frames of an Initial packet → what they say: bytes of the handshake, an acknowledgement, or the end (RFC 9000 section 19).

use std::ops::Range;

use crate::quic::{TransportError, varint};

/// A frame that an Initial packet may hold (RFC 9000 section 12.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Asks for nothing but an acknowledgement.
    Ping,
    /// Acknowledges packets.
    Ack,
    /// Bytes of the handshake, and their place.
    Crypto {
        /// The place of the first byte.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The sender ends the connection.
    Close {
        /// Why.
        error: TransportError,
        /// The same in words, as far as it says.
        reason: &'a [u8],
    },
}

/// The frames of a packet with their places in it, up to what is none.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Frames<'a> {
    /// The frames in the bytes of a packet after its number.
    #[must_use]
    pub const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = (Frame<'a>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..)?;
        let padding = rest.iter().take_while(|byte| **byte == 0).count();
        let rest = rest.get(padding..)?;
        let start = self.at.saturating_add(padding);
        self.at = self.bytes.len();
        let (frame, behind) = read(rest)?;
        self.at = self.bytes.len().saturating_sub(behind.len());
        Some((frame, start..self.at))
    }
}

fn read(bytes: &[u8]) -> Option<(Frame<'_>, &[u8])> {
    let (kind, rest) = varint(bytes)?;
    match kind {
        0x01 => Some((Frame::Ping, rest)),
        0x02 | 0x03 => {
            let (_, rest) = varint(rest)?;
            let (_, rest) = varint(rest)?;
            let (ranges, rest) = varint(rest)?;
            let (_, mut rest) = varint(rest)?;
            // A gap and a length each; then, in one kind, counts of congestion marks.
            let numbers = ranges.checked_mul(2)?.checked_add(if kind == 3 { 3 } else { 0 })?;
            if numbers > rest.len() as u64 {
                return None;
            }
            for _ in 0..numbers {
                (_, rest) = varint(rest)?;
            }
            Some((Frame::Ack, rest))
        }
        0x06 => {
            let (offset, rest) = varint(rest)?;
            let (len, rest) = varint(rest)?;
            let (bytes, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            Some((Frame::Crypto { offset, bytes }, rest))
        }
        0x1c | 0x1d => {
            let (error, mut rest) = varint(rest)?;
            if kind == 0x1c {
                (_, rest) = varint(rest)?;
            }
            let (len, rest) = varint(rest)?;
            let (reason, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            // One of the application has no place here; its number is not one of QUIC's.
            let error = TransportError(if kind == 0x1c { error } else { 0x0c });
            Some((Frame::Close { error, reason }, rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_between_padding_are_read_with_their_places() {
        let bytes = [
            &[0, 0, 1][..],
            &[2, 4, 0, 1, 0, 1, 1],
            &[6, 0x40, 5, 3, 7, 8, 9, 0],
            &[0x1c, 0x41, 0x78, 6, 2, b'n', b'o'],
            &[0; 9],
        ]
        .concat();
        let frames: Vec<_> = Frames::of(&bytes).collect();
        let kinds: Vec<_> = frames.iter().map(|(frame, _)| *frame).collect();
        assert_eq!(
            kinds,
            [
                Frame::Ping,
                Frame::Ack,
                Frame::Crypto {
                    offset: 5,
                    bytes: &[7, 8, 9]
                },
                Frame::Close {
                    error: TransportError(0x178),
                    reason: b"no"
                }
            ]
        );
        assert_eq!(frames[2].1, 10..17);
    }

    #[test]
    fn what_is_no_frame_of_an_initial_ends_the_list() {
        for bytes in [
            &[8, 1, 2][..],
            &[6, 0, 9, 1],
            &[2, 0, 0, 0xff, 0xff],
            &[0x1c, 1],
            &[0x40],
        ] {
            assert_eq!(Frames::of(bytes).count(), 0, "{bytes:?}");
        }
        let many = [2, 0, 0, 0xbf, 0xff, 0xff, 0xff, 0];
        assert_eq!(Frames::of(&many).count(), 0);
    }
}
