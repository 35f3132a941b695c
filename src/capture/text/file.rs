//! rows → bytes: a capture file that was itself printed in hexadecimal, as by `xxd` or `hexdump -C`.

use std::io::{self, Read};

use super::lines::Lines;
use super::row::Row;
use crate::capture::chunk::Chunk;
use crate::capture::{compressed, pcap};

/// The bytes of a printed file.
pub(super) struct FileDump<'a> {
    lines: Lines<'a>,
    /// The row read last, which the next one may shorten.
    row: Option<Row>,
    width: usize,
    /// `*` stood behind that row: rows like it follow, up to the next offset (hexdump, `xxd -a`).
    is_repeated: bool,
    /// Bytes ready to be read, from `at` on.
    ready: Vec<u8>,
    at: usize,
    has_ended: bool,
    failure: Option<io::Error>,
}

/// True if a text that begins so prints a capture file: its first row holds the magic number of one.
pub(super) fn is_printed(head: &[u8]) -> bool {
    let mut rows = head.split(|&byte| byte == b'\n').filter_map(Row::read);
    rows.find(|row| row.offset == 0).is_some_and(|row| {
        let magic = row.bytes().first_chunk::<4>();
        magic.is_some_and(|magic| {
            u32::from_be_bytes(*magic) == pcap_parser::SHB_MAGIC
                || pcap::magic(*magic).is_some()
                || compressed::is_magic(magic)
        })
    })
}

impl<'a> FileDump<'a> {
    pub(super) const fn new(text: Chunk<'a>) -> Self {
        Self {
            lines: Lines::new(text),
            row: None,
            width: 16,
            is_repeated: false,
            ready: Vec::new(),
            at: 0,
            has_ended: false,
            failure: None,
        }
    }

    /// Takes a line, and makes ready what is known with it.
    fn step(&mut self) {
        match self.lines.next() {
            Ok(Some(line)) => {
                let is_mark = line.trim_ascii() == b"*";
                match Row::read(line) {
                    Some(next) => self.row(next),
                    None => self.is_repeated |= is_mark,
                }
            }
            other => {
                self.failure = other.err();
                self.end();
            }
        }
    }

    fn row(&mut self, next: Row) {
        let Some(row) = &mut self.row else {
            self.row = (next.offset == 0).then_some(next);
            return;
        };
        let len = match next.offset.checked_sub(row.offset) {
            // FileDump twice.
            Some(0) => return,
            Some(len) => usize::try_from(len).unwrap_or(usize::MAX),
            // Another dump.
            None => return self.end(),
        };
        if len <= row.bytes().len() {
            self.width = len;
            self.ready.extend_from_slice(row.bytes().get(..len).unwrap_or_default());
        } else if self.is_repeated && len.is_multiple_of(self.width.max(1)) && len <= LONGEST_REPEAT {
            let bytes = row.bytes().get(..self.width).unwrap_or_default();
            self.ready.extend(bytes.iter().cycle().take(len));
        } else {
            let missing = row.offset.saturating_add(self.width as u64);
            self.end();
            self.failure = Some(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("rows of the hexadecimal dump are missing at {missing:#x}"),
            ));
            return;
        }
        self.is_repeated = false;
        self.row = Some(next);
    }

    fn end(&mut self) {
        if let Some(row) = self.row.take() {
            let bytes = row.bytes();
            self.ready.extend_from_slice(bytes.get(..self.width).unwrap_or(bytes));
        }
        self.has_ended = true;
    }
}

/// The longest repetition that is believed, in bytes: a longer one is a line that makes memory grow.
const LONGEST_REPEAT: usize = 1024 * 1024;

impl Read for FileDump<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.ready.len() {
            self.ready.clear();
            self.at = 0;
            if self.has_ended {
                return self.failure.take().map_or(Ok(0), Err);
            }
            self.step();
        }
        let bytes = self.ready.get(self.at..).unwrap_or_default();
        let len = bytes.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..len), bytes.get(..len)) {
            to.copy_from_slice(from);
        }
        self.at = self.at.saturating_add(len);
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use crate::capture::testing::{Pcap, read, read_err};
    use crate::capture::{End, Order};

    fn printed(bytes: &[u8], width: usize, fold: bool) -> String {
        let mut text = String::new();
        let mut last: &[u8] = &[];
        for (n, row) in bytes.chunks(width).enumerate() {
            if fold && row == last {
                if !text.ends_with("*\n") {
                    text.push_str("*\n");
                }
                continue;
            }
            last = row;
            let pairs: Vec<String> = row
                .chunks(2)
                .map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect())
                .collect();
            text += &format!("{:08x}: {}  {}\n", n * width, pairs.join(" "), "abcdefgh0011");
        }
        text
    }

    fn capture() -> Vec<u8> {
        let pcap = Pcap::new(Order::Little, 0xa1b2_c3d4);
        pcap.record(1, 2, b"abcde", 60).record(3, 4, &[7; 333], 333).bytes
    }

    #[test]
    fn a_capture_file_printed_by_xxd_is_read_as_the_file() {
        let bytes = capture();
        let (facts, frames) = read(&bytes);
        for (width, fold) in [(16, false), (32, false), (16, true), (8, false)] {
            let (printed_facts, printed_frames) = read(printed(&bytes, width, fold).as_bytes());
            assert_eq!(printed_frames, frames, "{width}");
            assert_eq!(printed_facts, facts);
        }
    }

    #[test]
    fn a_printed_file_with_a_hole_is_read_up_to_it() {
        let text = printed(&capture(), 16, false);
        let holed: String = text
            .lines()
            .enumerate()
            .filter(|(n, _)| *n != 9)
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let (facts, frames) = read(holed.as_bytes());
        assert_eq!(frames.len(), 1);
        assert!(matches!(facts.end, End::Truncated { detail, .. } if detail.english().contains("missing at 0x90")));
    }

    #[test]
    fn a_text_that_prints_a_printed_file_is_refused() {
        let twice = printed(printed(&capture(), 16, false).as_bytes(), 16, false);
        assert!(read_err(twice.as_bytes()).to_string().contains("hex dump"));
    }
}
