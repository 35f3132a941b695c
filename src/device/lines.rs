//! bytes → Line: what a device or a terminal wrote, a line at a time, without what only moved a cursor.
//!
//! A log comes through terminals, mail and Windows: any line end, UTF-8 or UTF-16 or neither, colours, page breaks that
//! were wiped away with backspaces. None of that is meaning. Bytes are looked at one after the other, so it cannot
//! matter where a read ends.

use std::io::{self, Read};

/// The longest line kept, in bytes. An answer in `show license history message` is one line of some kilobytes, a policy
/// with its certificates up to about 30; what is longer is no text of a device, and only its beginning can matter.
pub(super) const LONGEST_LINE: usize = 64 * 1024;

/// The number of bytes that one read requests.
const READ_LEN: usize = 64 * 1024;

/// The longest sequence that moves a cursor or colours text (ECMA-48 sets no limit; real ones have under 20 bytes) and
/// the longest window title. After that, the bytes are text after a stray escape character.
const LONGEST_ESCAPE: u32 = 256;

/// One line.
pub(super) struct Line<'a> {
    /// Its number, counted from 1 as editors and grep count.
    pub(super) number: u64,
    /// Its text; what is not UTF-8 became U+FFFD.
    pub(super) text: &'a str,
}

/// Lines that were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Bytes.
    pub(super) bytes: u64,
    /// Lines.
    pub(super) lines: u64,
    /// Lines of which only the beginning was kept.
    pub(super) cut: u64,
    /// `utf-8`, `utf-16` or `unknown`, where there were bytes that are neither.
    pub(super) encoding: &'static str,
}

/// The reader's position in an escape sequence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    No,
    /// After the escape character.
    Begun,
    /// In a control sequence: up to a byte from `@` to `~`.
    Control(u32),
    /// In a title or other string: up to BEL or another escape character.
    Title(u32),
}

/// The encoding of characters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Bytes,
    Utf16 { big: bool },
}

/// Bytes in, lines out.
pub(super) struct Lines<F> {
    take: F,
    /// The first bytes, until the encoding shows in them.
    head: Vec<u8>,
    encoding: Option<Encoding>,
    /// For UTF-16: the first byte of two, and the first unit of a pair.
    half: Option<u8>,
    high: Option<u16>,
    line: Vec<u8>,
    is_cut: bool,
    escape: Escape,
    /// The last character was a carriage return.
    returned: bool,
    number: u64,
    read: Extent,
}

impl<F: FnMut(Line<'_>)> Lines<F> {
    pub(super) const fn new(take: F) -> Self {
        Self {
            take,
            head: Vec::new(),
            encoding: None,
            half: None,
            high: None,
            line: Vec::new(),
            is_cut: false,
            escape: Escape::No,
            returned: false,
            number: 1,
            read: Extent {
                bytes: 0,
                lines: 0,
                cut: 0,
                encoding: "utf-8",
            },
        }
    }

    /// Reads to the end, or to an error.
    pub(super) fn read_all(mut self, input: &mut dyn Read) -> (Extent, Option<io::Error>) {
        let mut buffer = vec![0; READ_LEN];
        let error = loop {
            match input.read(&mut buffer) {
                Ok(0) => break None,
                Ok(len) => self.push(buffer.get(..len).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Some(error),
            }
        };
        (self.finish(), error)
    }

    /// Takes the next bytes, however many.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.read.bytes = self.read.bytes.saturating_add(bytes.len() as u64);
        if self.encoding.is_some() {
            return self.decode(bytes);
        }
        // Enough to recognise UTF-16 without a mark: text of a device is ASCII, every other byte zero.
        const HEAD: usize = 64;
        self.head.extend_from_slice(bytes);
        if self.head.len() >= HEAD {
            self.begin();
        }
    }

    /// The end: what is left is a line, too.
    pub(super) fn finish(mut self) -> Extent {
        if self.encoding.is_none() {
            self.begin();
        }
        if !self.line.is_empty() {
            self.end_line();
        }
        self.read
    }

    fn begin(&mut self) {
        let head = std::mem::take(&mut self.head);
        let zeros = |odd: usize| {
            let places = head.iter().skip(odd).step_by(2);
            places.clone().count() > 2 && places.take(32).all(|&byte| byte == 0)
        };
        let (encoding, skip) = match head.as_slice() {
            [0xff, 0xfe, ..] => (Encoding::Utf16 { big: false }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { big: true }, 2),
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
            _ if zeros(1) && !zeros(0) => (Encoding::Utf16 { big: false }, 0),
            _ if zeros(0) && !zeros(1) => (Encoding::Utf16 { big: true }, 0),
            _ => (Encoding::Bytes, 0),
        };
        self.encoding = Some(encoding);
        if encoding != Encoding::Bytes {
            self.read.encoding = "utf-16";
        }
        self.decode(head.get(skip..).unwrap_or_default());
    }

    fn decode(&mut self, bytes: &[u8]) {
        let Some(Encoding::Utf16 { big }) = self.encoding else {
            return self.bytes(bytes);
        };
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = if big {
                u16::from_be_bytes([first, byte])
            } else {
                u16::from_le_bytes([first, byte])
            };
            if (0xd800..0xdc00).contains(&unit) {
                self.high = Some(unit);
                continue;
            }
            let pair = [self.high.take().unwrap_or(unit), unit];
            let units = if (0xdc00..0xe000).contains(&unit) {
                &pair[..]
            } else {
                &pair[1..]
            };
            for character in char::decode_utf16(units.iter().copied()) {
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                self.bytes(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }

    /// Takes bytes of text: long runs of ordinary ones at once.
    fn bytes(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            let ordinary = |byte: &u8| *byte >= b' ' && *byte != 0x7f || *byte == b'\t';
            if self.escape == Escape::No && ordinary(&byte) {
                let len = bytes.iter().position(|byte| !ordinary(byte)).unwrap_or(bytes.len());
                let (run, behind) = bytes.split_at(len);
                self.text(run);
                bytes = behind;
                continue;
            }
            self.control(byte);
            bytes = rest;
        }
    }

    fn text(&mut self, run: &[u8]) {
        if self.returned {
            // A carriage return alone ends what stood there: a progress line, or a page break that is wiped away.
            self.end_line();
            self.returned = false;
        }
        let room = LONGEST_LINE.saturating_sub(self.line.len());
        self.is_cut |= run.len() > room;
        self.line.extend_from_slice(run.get(..room).unwrap_or(run));
    }

    fn control(&mut self, byte: u8) {
        match (self.escape, byte) {
            (Escape::No, b'\n') => {
                self.returned = false;
                self.end_line();
                self.number = self.number.saturating_add(1);
            }
            (Escape::No, b'\r') => self.returned = true,
            (Escape::No, 0x08) => {
                // The rest of a character of several bytes goes with it.
                while self.line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            (Escape::No, 0x1b) => self.escape = Escape::Begun,
            (Escape::No, _) => {}
            (Escape::Begun, b'[') => self.escape = Escape::Control(0),
            (Escape::Begun, b']' | b'P' | b'_' | b'^') => self.escape = Escape::Title(0),
            (Escape::Begun, b'\n' | b'\r') | (Escape::Control(_) | Escape::Title(_), b'\n' | b'\r') => {
                self.escape = Escape::No;
                self.control(byte);
            }
            // A character set is named by two bytes.
            (Escape::Begun, b' '..=b'/') => {}
            (Escape::Begun, _) | (Escape::Control(_), b'@'..=b'~') | (Escape::Title(_), 0x07) => {
                self.escape = Escape::No;
            }
            (Escape::Title(_), 0x1b) => self.escape = Escape::Begun,
            (Escape::Control(len) | Escape::Title(len), _) if len >= LONGEST_ESCAPE => self.escape = Escape::No,
            (Escape::Control(len), _) => self.escape = Escape::Control(len + 1),
            (Escape::Title(len), _) => self.escape = Escape::Title(len + 1),
        }
    }

    fn end_line(&mut self) {
        self.read.lines = self.read.lines.saturating_add(1);
        self.read.cut = self.read.cut.saturating_add(u64::from(self.is_cut));
        self.is_cut = false;
        let text = String::from_utf8_lossy(&self.line);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            self.read.encoding = "unknown";
        }
        (self.take)(Line {
            number: self.number,
            text: without_page_break(&text),
        });
        self.line.clear();
    }
}

/// A page break that was not wiped away.
fn without_page_break(text: &str) -> &str {
    for mark in ["--More--", "<--- More --->", "---- More ----"] {
        if let Some(rest) = text.trim_start().strip_prefix(mark) {
            return rest;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(pieces: &[&[u8]]) -> (Vec<(u64, String)>, Extent) {
        let mut found = Vec::new();
        let mut lines = Lines::new(|line: Line<'_>| found.push((line.number, line.text.to_owned())));
        for piece in pieces {
            lines.push(piece);
        }
        let read = lines.finish();
        (found, read)
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        lines(&[bytes]).0.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn any_line_end_ends_a_line() {
        assert_eq!(texts(b"a\nb\r\nc\r\r\nd\re"), ["a", "b", "c", "d", "e"]);
        assert_eq!(
            lines(&[b"a\r\n\r\nb"]).0,
            [(1, "a".into()), (2, String::new()), (3, "b".into())]
        );
    }

    #[test]
    fn colours_titles_and_backspaces_leave_no_trace() {
        assert_eq!(
            texts(b"\x1b[1;31m%SMART\x1b[0m ok\x1b]0;title\x07!\x1b(B\nnext"),
            ["%SMART ok!", "next"].map(String::from)
        );
        assert_eq!(
            texts(b" --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08Type: Smart"),
            ["Type: Smart"]
        );
        assert_eq!(
            texts(b" --More-- \r          \rType: Smart").last().unwrap(),
            "Type: Smart"
        );
        assert_eq!(texts(b"--More--  URL: x"), ["  URL: x"]);
        assert_eq!(texts(b"a\xc3\xa4\x08b"), ["ab"]);
    }

    #[test]
    fn utf_16_reads_as_the_same_text_with_and_without_a_mark() {
        let text = "Aug 23 09:19:43: %X-3-Y: caf\u{e9} \u{1f600}\r\nnext line of the log";
        for big in [false, true] {
            let mut bytes: Vec<u8> = Vec::new();
            for unit in text.encode_utf16() {
                bytes.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
            }
            let expected: Vec<String> = text.split("\r\n").map(String::from).collect();
            let mark = if big { [0xfe, 0xff] } else { [0xff, 0xfe] };
            assert_eq!(texts(&[&mark[..], &bytes].concat()), expected);
            let ascii: Vec<u8> = bytes.iter().copied().take(40).collect();
            assert_eq!(texts(&ascii), [&text[..20]]);
        }
        assert_eq!(texts(b"\xef\xbb\xbfabc"), ["abc"]);
    }

    #[test]
    fn what_is_no_utf_8_is_told_and_read_all_the_same() {
        let (found, read) = lines(&[b"caf\xe9 \x83\x89\nb\0c"]);
        assert_eq!(read.encoding, "unknown");
        assert!(found[0].1.starts_with("caf\u{fffd}"));
        assert_eq!(found[1].1, "bc");
    }

    #[test]
    fn an_endless_line_is_cut_and_an_endless_escape_given_up() {
        let (found, read) = lines(&[&[b'a'; 100_000], &[b'b'; 100_000], b"\nc"]);
        assert_eq!((found[0].1.len(), read.cut, read.lines), (LONGEST_LINE, 1, 2));
        let long = [b"\x1b]".as_slice(), &[b'x'; 1000], b"\nb"].concat();
        assert_eq!(texts(&long).last().unwrap(), "b");
    }

    proptest! {
        #[test]
        fn where_a_read_ends_does_not_matter(
            bytes in prop::collection::vec(prop::sample::select(b"a%\n\r\x1b[]0;m\x07\x08\0\xff\xfe\xc3\xa9-M ".to_vec()), 0..300),
            at in 0_usize..300,
        ) {
            let at = at.min(bytes.len());
            prop_assert_eq!(lines(&[&bytes]), lines(&[&bytes[..at], &bytes[at..]]));
        }
    }
}
