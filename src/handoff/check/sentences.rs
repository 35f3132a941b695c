//! Text → Sentence: a ticket, a mail or an answer as a series of sentences.
//!
//! Mail wraps its lines and lists do not end theirs, so a line end is a sentence end only if the line was not full and
//! the next line does not continue it. No text is copied: a sentence is a part of the text.

/// In bytes. A longer sentence is not read, and listed as unread; the longest of an answer has a few hundred.
const LONGEST: usize = 2_000;

/// The columns at which mail programs wrap lines.
const WRAPS_AT: std::ops::RangeInclusive<usize> = 60..=100;

/// A line of at least so many columns whose next line begins with a small letter reads on.
const LONG: usize = 50;

/// A sentence of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sentence<'a> {
    /// The line it begins in, counted from 1.
    pub(super) line: usize,
    /// Its text; line ends in it stand for spaces.
    pub(super) text: &'a str,
    /// It is a question.
    pub(super) asks: bool,
    /// It is too long to be read.
    pub(super) too_long: bool,
}

/// The sentences of a text.
pub(super) struct Sentences<'a> {
    rest: &'a str,
    line: usize,
    /// The columns of the line that stand before the rest.
    column: usize,
    /// The columns at which the text is wrapped, if it is.
    wrap: Option<usize>,
}

impl<'a> Sentences<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 1,
            column: 0,
            wrap: wrap(text),
        }
    }
}

impl<'a> Iterator for Sentences<'a> {
    type Item = Sentence<'a>;

    fn next(&mut self) -> Option<Sentence<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let end = end_of(self.rest, self.column, self.wrap);
            let (whole, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
            let blank = whole.len() - whole.trim_start().len();
            let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
            let line = self.line + lines(whole.get(..blank).unwrap_or_default());
            self.line += lines(whole);
            self.column = match whole.rsplit_once('\n') {
                Some((_, last)) => columns(last),
                None => self.column + columns(whole),
            };
            self.rest = rest;
            let text = whole.trim();
            // Signs without a word mean nothing: rules, fences, ends of lists.
            if !text.chars().any(char::is_alphanumeric) {
                continue;
            }
            return Some(Sentence {
                line,
                text,
                asks: text.trim_end_matches('*').ends_with(['?', '？']),
                too_long: text.len() > LONGEST,
            });
        }
    }
}

/// The end of the sentence at the beginning of the text.
fn end_of(text: &str, column: usize, wrap: Option<usize>) -> usize {
    let mut line_start = 0;
    let mut begun = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let behind = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        begun |= c.is_alphanumeric();
        match c {
            '。' | '！' | '？' => return behind,
            '!' | '?' if next.is_none_or(char::is_whitespace) => return behind,
            // `**And the cipher suite?** …`
            '?' if text
                .get(behind..)
                .is_some_and(|it| it.starts_with("** ") || it.starts_with("**\n")) =>
            {
                return behind + 2;
            }
            '.' if begun && next.is_none_or(char::is_whitespace) => {
                let (before, after) = text.split_at_checked(at).unwrap_or_default();
                if ends_with_full_stop(before, after.get(1..).unwrap_or_default()) {
                    return behind;
                }
            }
            '\n' if begun => {
                let line = text.get(line_start..at).unwrap_or_default();
                let before = if line_start == 0 { column } else { 0 };
                let next = text.get(behind..).unwrap_or_default();
                let next = next.get(..next.find('\n').unwrap_or(next.len())).unwrap_or_default();
                if ends_line(line, before, next, wrap) {
                    return behind;
                }
                line_start = behind;
            }
            '\n' => line_start = behind,
            _ => {}
        }
    }
    text.len()
}

/// True if a full stop between these ends a sentence.
fn ends_with_full_stop(before: &str, after: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let word = word.trim_start_matches(['*', '`', '>', '#', '-']);
    const SHORT: [&str; 25] = [
        "e.g", "i.e", "no", "nos", "nr", "vs", "approx", "resp", "cf", "fig", "inc", "ltd", "etc", "incl", "excl",
        "ca", "cert", "pkt", "fr", "sec", "seq", "max", "min", "ver", "conn",
    ];
    if SHORT.iter().any(|it| word.eq_ignore_ascii_case(it)) {
        return false;
    }
    // The number of an item: `1. The client …`.
    let is_item = word.bytes().all(|byte| byte.is_ascii_digit()) && before.trim_start().len() == word.len();
    // Notes begin with small letters; so does what follows an abbreviation.
    let is_abbreviation = word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let reads_on = is_abbreviation && after.trim_start().starts_with(|c: char| c.is_ascii_lowercase());
    !is_item && !reads_on
}

fn columns(line: &str) -> usize {
    line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// The columns at which a text is wrapped: the width of its longest line, if that is a usual width and another line comes
/// near it.
fn wrap(text: &str) -> Option<usize> {
    let widths = text.lines().map(|line| columns(line.trim_end()));
    let (longest, second) = widths.fold((0, 0), |(longest, second), width| match width > longest {
        true => (width, longest),
        false => (longest, second.max(width)),
    });
    (WRAPS_AT.contains(&longest) && second + 14 >= longest).then_some(longest)
}

/// True if a line end is the end of a sentence.
fn ends_line(line: &str, before: usize, next: &str, wrap: Option<usize>) -> bool {
    let width = before + columns(line.trim_end());
    let (line, next) = (line.trim(), next.trim());
    if next.is_empty() || line.starts_with('#') || line.ends_with([':', '：', '|']) || begins_item(next) {
        return true;
    }
    // Polite verbs end a sentence in Japanese, unless a joint follows.
    const ENDS: [&str; 6] = ["ました", "ます", "です", "ません", "でした", "ください"];
    const JOINTS: [&str; 9] = ["が", "の", "か", "し", "と", "け", "よ", "ね", "。"];
    if ENDS.iter().any(|it| line.ends_with(it)) && !JOINTS.iter().any(|it| next.starts_with(it)) {
        return true;
    }
    let last = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    const READS_ON: [&str; 24] = [
        "a", "an", "the", "no", "not", "in", "at", "by", "of", "to", "and", "or", "from", "with", "without", "frame",
        "frames", "is", "was", "that", "for", "on", "never", "its",
    ];
    let reads_on = line.ends_with([',', '、', ';'])
        || READS_ON.iter().any(|it| last.eq_ignore_ascii_case(it))
        || width >= LONG && wrap.is_some() && next.starts_with(|c: char| c.is_ascii_lowercase());
    !reads_on && !wrap.is_some_and(|wrap| is_full(line, width, next, wrap))
}

/// True if the next word had no room in the line.
fn is_full(line: &str, width: usize, next: &str, wrap: usize) -> bool {
    let is_foreign = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
    if is_foreign(line.chars().next_back()) || is_foreign(next.chars().next()) {
        return width + 3 >= wrap && !next.contains(['：', ':']);
    }
    let word = next.split_whitespace().next().unwrap_or_default();
    width + 1 + columns(word) > wrap
}

/// A sentence without the sign or number that makes it an item of a list.
pub(super) fn without_marker(sentence: &str) -> &str {
    let text = sentence.trim_start_matches(|c: char| c.is_whitespace() || "-•・>+●■○|".contains(c));
    // `#12` is a frame, `## Result` a heading.
    let heading = text.trim_start_matches('#').strip_prefix(' ');
    let text = heading.or_else(|| text.strip_prefix("* ")).unwrap_or(text).trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let behind = text.get(digits..).unwrap_or_default();
    // The first cell of a row may be the number of the row.
    let behind = if behind.trim_start().starts_with('|') {
        behind.trim_start()
    } else {
        behind
    };
    let is_number = (1..=2).contains(&digits) && behind.starts_with(['.', ')', '）', '．', '|']);
    let item = behind
        .get(behind.chars().next().map_or(0, char::len_utf8)..)
        .unwrap_or_default();
    match is_number && item.starts_with(|c: char| c.is_whitespace() || !c.is_ascii()) {
        true => item.trim_start(),
        false => text,
    }
}

/// True if a line begins an item of a list, a row of a table, a heading or a quotation.
fn begins_item(line: &str) -> bool {
    if line.starts_with(['-', '*', '•', '・', '#', '|', '>', '+', '●', '■', '○']) || is_spoken(line) {
        return true;
    }
    let lower = line.get(..line.len().min(24)).unwrap_or(line).to_lowercase();
    let named = ["frame", "packet", "no.", "フレーム"]
        .iter()
        .find_map(|it| lower.strip_prefix(it));
    let number = named.unwrap_or(&lower).trim_start();
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let behind = number.get(digits..).unwrap_or_default().trim_start();
    let ends = match named {
        Some(_) => behind.starts_with([':', '：', '|', '—', '–', '-']),
        None => behind.starts_with(['.', ')', '：', ':', '）']),
    };
    let sign = behind.chars().next().map_or(0, char::len_utf8);
    let is_apart = behind
        .get(sign..)
        .is_none_or(|it| !it.starts_with(|c: char| c.is_ascii_alphanumeric()));
    (1..=5).contains(&digits) && ends && (named.is_some() || digits < 3 && is_apart)
}

/// True if a line begins with a speaker, as in a chat: `tom: the server answers`.
fn is_spoken(line: &str) -> bool {
    let speaker = line.split_once(": ").map_or("", |it| it.0);
    (2..=12).contains(&speaker.len()) && speaker.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(usize, &str)> {
        Sentences::of(text).map(|it| (it.line, it.text)).collect()
    }

    #[test]
    fn sentences_end_at_full_stops_and_not_in_numbers() {
        let text = "TLS 1.2 was used, e.g. in frame 8. The server answered.\nフレーム 8 です。次の文。";
        let expected = [
            (1, "TLS 1.2 was used, e.g. in frame 8."),
            (1, "The server answered."),
            (2, "フレーム 8 です。"),
            (2, "次の文。"),
        ];
        assert_eq!(of(text), expected);
    }

    #[test]
    fn wrapped_lines_are_one_sentence_and_items_of_lists_are_not() {
        let text = "The server sent the fatal alert unknown_ca (48) in\nframe 24.\n\n- Frame 8: Client Hello\n- no alert\n\
                    1. The client closed\n2. There was no\nServer Hello";
        let found: Vec<&str> = Sentences::of(text).map(|it| it.text).collect();
        let expected = [
            "The server sent the fatal alert unknown_ca (48) in\nframe 24.",
            "- Frame 8: Client Hello",
            "- no alert",
            "1. The client closed",
            "2. There was no\nServer Hello",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_line_without_an_end_is_one_sentence_that_is_too_long() {
        let text = "a".repeat(100_000);
        assert!(Sentences::of(&text).all(|it| it.too_long));
    }
}
