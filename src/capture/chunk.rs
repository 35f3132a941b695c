//! Read → bytes in order: one buffer refilled by large reads, from which records are cut without copying.

use std::io::{self, BufRead, Read};
use std::time::Duration;

use super::Silence;

/// Size of a read. 256 KiB stay in the second-level cache; 8 MiB were measured a third slower.
const READ_LEN: usize = 256 * 1024;

/// Size of the first read: enough to recognise a file and its first frame, so that 500 files of a ring that wait
/// for their turn hold 2 MB and not 128.
const FIRST_READ_LEN: usize = 4 * 1024;

/// The longest record or block accepted, in bytes without its header. Wireshark refuses blocks above 16 MiB and packets
/// above 256 KiB; what claims more is damage, and believing it would let a file of 20 bytes reserve 4 GB.
pub(super) const LARGEST_RECORD: usize = 16 * 1024 * 1024;

/// Room beside [`LARGEST_RECORD`] for the headers around it.
const HEADER_ROOM: usize = 64;

/// The unread part of an input.
///
/// Reads may be as short as one byte and may be interrupted; neither shows. A read that fails ends the input, and the
/// error is kept for whoever asks.
pub(super) struct Chunk<'a> {
    input: Box<dyn Read + 'a>,
    // Invariant: start <= end <= buffer.len()
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    ended: bool,
    failure: Option<io::Error>,
    overrun: bool,
    /// True if it gives up waiting where a reader says that nothing comes.
    heeds_silence: bool,
    /// For how long nothing came, if that is why there is no more.
    silence: Option<Duration>,
}

impl<'a> Chunk<'a> {
    pub(super) fn new(input: impl Read + 'a) -> Self {
        Self {
            input: Box::new(input),
            buffer: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            ended: false,
            failure: None,
            overrun: false,
            heeds_silence: false,
            silence: None,
        }
    }

    /// All unread bytes in memory: at least `wanted`, unless the input ends before.
    #[inline]
    pub(super) fn fill(&mut self, wanted: usize) -> &[u8] {
        if self.end.saturating_sub(self.start) < wanted {
            self.refill(wanted, usize::MAX);
        }
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The same; but where silence is heeded and whoever writes is silent, exactly `enough` suffice: with some bytes more it
    /// is in the middle of something.
    #[inline]
    pub(super) fn fill_or(&mut self, wanted: usize, enough: usize) -> &[u8] {
        if self.end.saturating_sub(self.start) < wanted {
            self.refill(wanted, enough);
        }
        self.fill(0)
    }

    /// From now on, [`Silence`] is heeded.
    pub(super) const fn heed_silence(&mut self) {
        self.heeds_silence = true;
    }

    /// For how long nothing came, if the last filling ended with that.
    pub(super) const fn silence(&self) -> Option<Duration> {
        self.silence
    }

    #[cold]
    fn refill(&mut self, wanted: usize, enough: usize) {
        const HALF: usize = READ_LEN / 2;

        self.silence = None;
        if self.ended {
            return;
        }
        let wanted = wanted.min(LARGEST_RECORD.saturating_add(HEADER_ROOM));
        self.buffer.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        // A reader that looks far ahead must not make every small step copy all of it.
        let room = match wanted {
            _ if self.buffer.is_empty() && wanted <= FIRST_READ_LEN => FIRST_READ_LEN,
            0..=HALF => READ_LEN,
            _ => wanted.saturating_add(READ_LEN),
        };
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        while self.end < wanted && !self.ended && self.silence.is_none() {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end = self.end.saturating_add(read.min(free.len())),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    let heeded = self.heeds_silence && self.end == enough;
                    self.silence = Silence::told_by(&error).filter(|_| heeded);
                }
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
        }
    }

    /// Marks the first `len` bytes as read; they must have been filled.
    #[inline]
    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.end.saturating_sub(self.start));
        self.start = self.start.saturating_add(len);
        self.offset = self.offset.saturating_add(len as u64);
    }

    /// Passes over `len` bytes, reading on as needed; returns how many there were.
    pub(super) fn skip(&mut self, len: u64) -> u64 {
        let mut left = len;
        while left > 0 {
            let here = self.fill(1).len();
            if here == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(here);
            self.consume(step);
            left = left.saturating_sub(step as u64);
        }
        len.saturating_sub(left)
    }

    /// Offset of the first unread byte in the input.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The error that ended the input, given out once.
    pub(super) const fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// True if somebody who uses this as a [`Read`] asked for more than there is.
    pub(super) const fn overrun(&self) -> bool {
        self.overrun
    }
}

/// For the decompressors, which read the file through the same buffer that was used to recognise it.
impl Read for Chunk<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill(1);
        let len = bytes.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..len), bytes.get(..len)) {
            to.copy_from_slice(from);
        }
        self.consume(len);
        if len == 0 && !out.is_empty() {
            if let Some(error) = self.take_failure() {
                return Err(error);
            }
            self.overrun = true;
        }
        Ok(len)
    }
}

/// For the decompressors that take exactly what belongs to them and leave the rest.
impl BufRead for Chunk<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.fill(1).is_empty()
            && let Some(error) = self.take_failure()
        {
            return Err(error);
        }
        Ok(self.fill(1))
    }

    fn consume(&mut self, len: usize) {
        Chunk::consume(self, len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::testing::Drip;

    #[test]
    fn short_and_interrupted_reads_do_not_show() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for step in 1..8 {
            let mut chunk = Chunk::new(Drip::new(&bytes, step));
            assert_eq!(chunk.fill(1000)[..1000], bytes[..1000]);
            chunk.consume(999);
            assert_eq!(chunk.fill(3000)[..3000], bytes[999..3999]);
            assert_eq!(chunk.skip(u64::MAX), 4001);
            assert_eq!(chunk.offset(), 5000);
            assert!(chunk.fill(1).is_empty());
        }
    }

    #[test]
    fn a_record_larger_than_the_buffer_grows_it_and_no_claim_grows_it_further() {
        let mut chunk = Chunk::new(io::repeat(7));
        assert!(chunk.fill(READ_LEN * 3).len() >= READ_LEN * 3);
        chunk.consume(10);
        chunk.fill(usize::MAX);
        assert!(chunk.buffer.len() <= LARGEST_RECORD + HEADER_ROOM + READ_LEN);
    }

    #[test]
    fn a_failure_ends_the_input_and_is_kept() {
        struct Broken(u8);
        impl Read for Broken {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                out[0] = self.0;
                if self.0 > 3 {
                    Err(io::Error::other("unplugged"))
                } else {
                    Ok(1)
                }
            }
        }
        let mut chunk = Chunk::new(Broken(0));
        assert_eq!(chunk.fill(100), [1, 2, 3]);
        assert_eq!(chunk.take_failure().unwrap().to_string(), "unplugged");
        assert_eq!(chunk.fill(100), [1, 2, 3]);
    }
}
