//! bytes → lines: what a terminal's log shows, with what erased a page break, moved the cursor or coloured a word applied.
//!
//! Logs of terminals hold the bytes that a terminal got: `--More--`, the carriage return or the backspaces that go back over
//! it, the spaces that erase it, and then the next line of the dump (ECMA-48 has the escape sequences). PowerShell's `>` writes
//! UTF-16; the zero bytes of its ASCII letters are left out.

use std::io::{self, Read};

use crate::capture::chunk::Chunk;

/// The longest line that is looked at, in bytes. A row of a dump has some eighty; what is longer is read on and not kept.
const LONGEST_LINE: usize = 4096;

/// Prompts of pagers at the end of a page: Cisco's IOS, NX-OS and AireOS, Cisco's ASA, FortiOS and `more`, Junos, PAN-OS.
const PAGE_BREAKS: [&[u8]; 6] = [
    b"--More-- or (q)uit",
    b"--More--",
    b"-- More --",
    b"<--- More --->",
    b"---(more)---",
    b"--more--",
];

/// The lines of a text, one after the other in one buffer.
pub(super) struct Lines<'a> {
    chunk: Chunk<'a>,
    raw: Vec<u8>,
    shown: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(super) const fn new(chunk: Chunk<'a>) -> Self {
        Self {
            chunk,
            raw: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// The next line as a terminal shows it; `None` at the end.
    ///
    /// # Errors
    /// When the input failed.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            if !self.read()? {
                return Ok(None);
            }
            show(&self.raw, &mut self.shown);
            // A page break alone on its line is no blank line of the text.
            let is_blank = without_page_break(&self.shown).trim_ascii().is_empty();
            if !(is_blank && has_page_break(&self.raw)) {
                return Ok(Some(without_page_break(&self.shown)));
            }
        }
    }

    /// Bytes of the text read so far.
    pub(super) const fn offset(&self) -> u64 {
        self.chunk.offset()
    }

    /// Reads up to the end of a line; whether there was anything.
    fn read(&mut self) -> io::Result<bool> {
        self.raw.clear();
        let mut is_any = false;
        loop {
            let bytes = self.chunk.fill(1);
            if bytes.is_empty() {
                return match self.chunk.take_failure() {
                    Some(error) => Err(error),
                    None => Ok(is_any),
                };
            }
            is_any = true;
            let end = bytes.iter().position(|&byte| byte == b'\n');
            let len = end.map_or(bytes.len(), |at| at.saturating_add(1));
            let room = LONGEST_LINE.saturating_sub(self.raw.len()).min(len);
            self.raw.extend_from_slice(bytes.get(..room).unwrap_or_default());
            self.chunk.consume(len);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// For a dump that turns out to be of a capture file: the rest of the text.
impl Read for Lines<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.chunk.read(out)
    }
}

/// The line that a terminal shows after it got `raw`.
fn show(raw: &[u8], shown: &mut Vec<u8>) {
    const ESCAPE: u8 = 0x1b;
    shown.clear();
    let mut cursor = 0_usize;
    let mut bytes = raw.iter().copied().filter(|&byte| byte != 0).peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' => {}
            b'\r' => cursor = 0,
            0x08 => cursor = cursor.saturating_sub(1),
            ESCAPE if bytes.peek() == Some(&b'[') => {
                bytes.next();
                // Parameters, and then the one letter that says what to do (ECMA-48 section 5.4).
                let last = bytes.by_ref().find(|byte| (0x40..=0x7e).contains(byte));
                if last == Some(b'K') {
                    shown.truncate(cursor);
                }
            }
            ESCAPE | 0x07 => {}
            byte => {
                match shown.get_mut(cursor) {
                    Some(place) => *place = byte,
                    None => shown.push(byte),
                }
                cursor = cursor.saturating_add(1);
            }
        }
    }
}

fn has_page_break(raw: &[u8]) -> bool {
    PAGE_BREAKS
        .iter()
        .any(|mark| raw.windows(mark.len()).any(|there| there == *mark))
}

/// The line behind a page break that was not erased.
fn without_page_break(line: &[u8]) -> &[u8] {
    let text = line.trim_ascii_start();
    PAGE_BREAKS
        .iter()
        .find_map(|mark| text.strip_prefix(*mark))
        .unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::testing::Drip;

    fn lines(text: &[u8], step: usize) -> Vec<String> {
        let mut lines = Lines::new(Chunk::new(Drip::new(text, step)));
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push(String::from_utf8_lossy(line).trim().to_owned());
        }
        all
    }

    #[test]
    fn a_page_break_leaves_the_line_behind_it_however_it_was_erased() {
        for erased in [
            " --More-- \r          \r0010:  00",
            "--More--\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}        \u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}0010:  00",
            "<--- More --->\r              \r0010:  00",
            "--More--\r\u{1b}[K0010:  00",
            " --More--          0010:  00",
            "\u{1b}[7m--More--\u{1b}[m\r\u{1b}[K\u{1b}[32m0010:\u{1b}[0m  00",
        ] {
            for step in [1, 3, 1000] {
                let text = format!("0000:  11\r\n{erased}\r\r\nx");
                assert_eq!(
                    lines(text.as_bytes(), step),
                    ["0000:  11", "0010:  00", "x"],
                    "{erased:?}"
                );
            }
        }
    }

    #[test]
    fn utf_16_is_read_in_both_byte_orders() {
        let text = "0000  45\r\n0010  46\r\n";
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
            assert_eq!(lines(&bytes, 7)[..2], ["0000  45", "0010  46"]);
        }
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let mut lines = Lines::new(Chunk::new(io::repeat(b'a').take(1 << 20)));
        assert_eq!(lines.next().unwrap().unwrap().len(), LONGEST_LINE);
        assert_eq!(lines.next().unwrap(), None);
        assert_eq!(lines.offset(), 1 << 20);
    }
}
