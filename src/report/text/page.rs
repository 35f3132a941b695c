//! spans → lines: wrapping, colour and escaping; the only place through which text reaches a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::TextStyle;
use crate::base::phrase::{Language, Voice};
use crate::base::wire_text::WireText;

/// How a span is painted. Colour never carries information alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    /// Headings and labels.
    Strong,
    /// Text that may be skipped.
    Dim,
    Good,
    Warn,
    Bad,
}

impl Paint {
    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default().bold(),
            Self::Warn => AnsiColor::Yellow.on_default().bold(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// A piece of a line.
pub(crate) type Span<'a> = (Paint, &'a str);

/// The output for lines.
pub(crate) struct Page<'a> {
    out: &'a mut dyn Write,
    /// Columns to fill.
    pub(crate) width: usize,
    color: bool,
    /// Language of its texts.
    pub(crate) language: Language,
    /// The same with the words of the attempt that is being written.
    pub(crate) voice: Voice,
}

impl<'a> Page<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, style: &TextStyle, language: Language) -> Self {
        Self {
            out,
            width: style.width.clamp(TextStyle::NARROWEST, TextStyle::WIDEST),
            color: style.color,
            language,
            voice: language.into(),
        }
    }

    /// True if a column beside the text, however short, would leave too little room for it.
    pub(crate) const fn is_narrow(&self) -> bool {
        self.width < 60
    }

    pub(crate) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line as it is, however long: commands and tables.
    pub(crate) fn line(&mut self, spans: &[Span<'_>]) -> io::Result<()> {
        for (paint, text) in spans {
            let text = visible(text).replace('\u{a0}', " ");
            match (self.color, *paint) {
                (true, paint) if paint != Paint::Plain => {
                    let style = paint.style();
                    write!(self.out, "{style}{text}{style:#}")?;
                }
                _ => self.out.write_all(text.as_bytes())?,
            }
        }
        writeln!(self.out)
    }

    /// Text wrapped after a lead, its further lines under `indent`; `right` is placed at the right edge of the last
    /// line.
    pub(crate) fn hang(&mut self, lead: &[Span<'_>], indent: usize, text: &str, right: &str) -> io::Result<()> {
        self.hang_painted(lead, indent, (Paint::Plain, text), right)
    }

    pub(crate) fn hang_painted(
        &mut self,
        lead: &[Span<'_>],
        indent: usize,
        (paint, text): Span<'_>,
        right: &str,
    ) -> io::Result<()> {
        let text = glued(&visible(text));
        let lead_width: usize = lead.iter().map(|(_, text)| text.width()).sum();
        // On a narrow page it gets its own line.
        let reserve = match right {
            "" => 0,
            _ if self.is_narrow() => 0,
            right => right.width() + 2,
        };
        let room = |used: usize| self.width.saturating_sub(used + reserve);
        let start = lead_width.max(indent);
        let lines = wrap(&text, room(start), room(indent).max(12));
        let last = lines.len().saturating_sub(1);
        for (number, line) in lines.iter().enumerate() {
            let line = line.trim_end_matches('\u{a0}');
            let pad = " ".repeat(if number == 0 {
                start.saturating_sub(lead_width)
            } else {
                indent
            });
            let mut spans: Vec<Span<'_>> = if number == 0 { lead.to_vec() } else { Vec::new() };
            if let ("", Some((_, last))) = (line, spans.last_mut()) {
                *last = last.trim_end();
                self.line(&spans)?;
                continue;
            }
            spans.push((Paint::Plain, &pad));
            spans.push((paint, line));
            let used = line.width() + if number == 0 { start } else { indent };
            let fits = used + 2 + right.width() <= self.width;
            let gap = " ".repeat(self.width.saturating_sub(used + right.width()).max(2));
            if number == last && !right.is_empty() && fits {
                spans.extend([(Paint::Plain, gap.as_str()), (Paint::Dim, right)]);
            }
            self.line(&spans)?;
            if number == last && !right.is_empty() && !fits {
                let pad = " ".repeat(indent);
                let room = self.width.saturating_sub(indent).max(12);
                for line in wrap(&glued(right), room, room) {
                    self.line(&[(Paint::Plain, &pad), (Paint::Dim, &line)])?;
                }
            }
        }
        Ok(())
    }
}

/// `text` with spaces after it, up to a width in columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// `text` without characters that could control a terminal or hide text. Report fields are escaped already; file names,
/// and any future field that is forgotten, are not. A backslash stays a single one, so escaping twice changes nothing.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => out.push(c),
            c => out.push_str(&WireText::from(c.encode_utf8(&mut [0; 4]) as &str).to_string()),
        }
    }
    out
}

/// A number and its unit, or a label and its number, on one line.
pub(crate) fn glued(text: &str) -> String {
    const UNITS: [&str; 10] = ["s", "ms", "min", "h", "d", "%", "bytes", "frames", "seconds", "hours"];
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit() || c == '<');
    let mut words = text.split(' ');
    let mut out = words.next().unwrap_or_default().to_owned();
    let mut before = out.clone();
    for word in words {
        let bare = word.trim_end_matches([',', ';', '.', ':', ')']);
        let is_unit = is_number(&before) && UNITS.contains(&bare);
        let is_place = matches!(before.as_str(), "frame" | "(frame") && is_number(bare);
        out.push(if is_unit || is_place { '\u{a0}' } else { ' ' });
        out.push_str(word);
        word.clone_into(&mut before);
    }
    out
}

/// Breaks text at spaces, and inside a word only if the word is longer than a line, or between wide characters, which
/// may be separated except before and after certain marks. Always at least one line. U+00A0 does not break.
fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        for (number, piece) in pieces(word, rest).into_iter().enumerate() {
            let limit = if lines.len() == 1 { first } else { rest };
            let space = usize::from(used > 0 && number == 0);
            // A first word that does not fit beside the lead goes to the next line.
            let is_narrow = lines.len() == 1 && first < rest;
            if (used > 0 || is_narrow) && used + space + piece.width() > limit {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                if used > 0 && space == 1 {
                    line.push(' ');
                    used += 1;
                }
                line.push_str(&piece);
                used += piece.width();
            }
        }
    }
    lines
}

/// A word as pieces that each fit on a line: a line may end between two of them.
fn pieces(word: &str, limit: usize) -> Vec<String> {
    if word.width() <= limit && word.width() == word.chars().count() {
        return vec![word.to_owned()];
    }
    let mut pieces = vec![String::new()];
    let mut used = 0;
    let mut before = None;
    for c in word.chars() {
        let width = c.width().unwrap_or_default();
        let parts = before.is_some_and(|before: char| {
            let wide = width > 1 || before.width().is_some_and(|width| width > 1);
            wide && c != '\u{a0}' && before != '\u{a0}' && !CLOSING.contains(c) && !OPENING.contains(before)
        });
        if used > 0 && (parts || used + width > limit) {
            // The parts of a certificate's name stay whole where they can.
            let behind = pieces.last_mut().and_then(|piece| {
                let comma = piece.rfind(',').filter(|_| !parts)?;
                Some(piece.split_off(comma + 1))
            });
            let behind = behind.unwrap_or_default();
            used = behind.width();
            pieces.push(behind);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
        used += width;
        before = Some(c);
    }
    pieces
}

/// Characters that do not begin a line in Japanese (JIS X 4051, kinsoku).
const CLOSING: &str =
    "、。，．・：；？！）」』】〉》〕］｝”’ー～々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%";

/// Characters that do not end a line in Japanese.
const OPENING: &str = "（「『【〈《〔［｛“‘([{";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_at_spaces_and_break_only_when_they_must() {
        assert_eq!(wrap("aa bb cc", 5, 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aa frame\u{a0}23 b", 8, 8), ["aa", "frame\u{a0}23", "b"]);
        assert_eq!(wrap("abcdefgh i", 3, 3), ["abc", "def", "gh", "i"]);
        assert_eq!(wrap("O=Lab,CN=host.example", 16, 16), ["O=Lab,", "CN=host.example"]);
        assert_eq!(wrap("", 5, 5), [""]);
    }

    #[test]
    fn wide_characters_count_two_columns() {
        assert_eq!(wrap("ライセンス", 4, 4), ["ライ", "セン", "ス"]);
        assert!(
            wrap("組織 CN=ライセンス サーバー", 9, 9)
                .iter()
                .all(|line| line.width() <= 9)
        );
    }

    #[test]
    fn no_line_of_japanese_begins_with_a_mark_that_closes_or_ends_with_one_that_opens() {
        assert_eq!(wrap("拒否した（有効）。", 8, 8), ["拒否した", "（有", "効）。"]);
        assert_eq!(wrap("サーバー", 6, 6), ["サー", "バー"]);
        assert_eq!(wrap("要求は404です", 8, 8), ["要求は", "404です"]);
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(visible("a\x1b[2J\nb\u{202e}\\x1b"), "a\\x1b[2J\\x0ab\\u{202e}\\x1b");
        let mut out = Vec::new();
        let style = TextStyle {
            color: true,
            ..TextStyle::default()
        };
        let mut page = Page::new(&mut out, &style, Language::En);
        page.hang(&[(Paint::Bad, "\x07lead")], 2, "text\x1b]0;x\x07 \u{9b}2J", "\rright")
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        let own = text
            .replace("\x1b[1m\x1b[31m", "")
            .replace("\x1b[2m", "")
            .replace("\x1b[0m", "");
        assert!(own.trim_end_matches('\n').chars().all(|c| !c.is_control()), "{own:?}");
    }
}
