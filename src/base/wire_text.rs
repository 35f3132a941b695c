//! Text that came off the wire, made safe to show.

use std::fmt;

/// A string from the capture. Its `Display` escapes what could drive a terminal or hide text: C0 and C1 controls,
/// DEL, bidirectional controls, zero-width and other invisible characters, line separators.
///
/// A backslash stays as it is: it separates nothing, and distinguished names (RFC 4514) are full of meaningful ones.
///
/// Names in certificates, SNI and HTTP lines are chosen by whoever sent them; everything that shows one goes through here.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireText(String);

impl WireText {
    /// Longest text kept, in bytes. A DNS name has 253, a distinguished name of a real certificate under 1 KiB;
    /// what is longer only fills screens.
    pub const MAX_LEN: usize = 2048;

    /// Takes bytes as UTF-8; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let cut = bytes.get(..Self::MAX_LEN).unwrap_or(bytes);
        // Nearly all of it is ASCII, which is checked eight bytes at a time; replacing looks at each.
        let mut text = match str::from_utf8(cut) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(cut).into_owned(),
        };
        if cut.len() < bytes.len() {
            text.push('…');
        }
        Self(text)
    }

    /// The text as sent, unescaped: for comparing, never for showing.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for WireText {
    fn from(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }
}

/// Whether a character may not reach a terminal as it is.
pub(crate) const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Display for WireText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_str();
        // Nearly all of it is safe, and printable ASCII needs no look at single characters.
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
        while !rest.bytes().all(is_plain) {
            let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_unsafe(c)) else {
                break;
            };
            let (safe, from) = rest.split_at_checked(at).unwrap_or_default();
            f.write_str(safe)?;
            match c as u32 {
                number @ 0..0x80 => write!(f, "\\x{number:02x}")?,
                number => write!(f, "\\u{{{number:x}}}")?,
            }
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

/// Serialised as shown, so that printing a JSON report cannot drive a terminal either.
impl serde::Serialize for WireText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Read back from a note or report of our own.
impl<'de> serde::Deserialize<'de> for WireText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from(text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_bidirectional_controls_are_shown_not_obeyed() {
        let text = WireText::from_bytes(b"a\x1b[2Jb\x00\nc\xff");
        assert_eq!(text.to_string(), "a\\x1b[2Jb\\x00\\x0ac\u{fffd}");
        assert_eq!(WireText::from("x\u{202e}y\u{9b}").to_string(), "x\\u{202e}y\\u{9b}");
        assert_eq!(WireText::from("ライセンス").to_string(), "ライセンス");
    }

    #[test]
    fn endless_text_is_cut() {
        assert!(WireText::from_bytes(&[b'a'; 70_000]).raw().len() < WireText::MAX_LEN + 4);
    }
}
