//! Sentence → Token: the words that claims consist of, and the values between them.
//!
//! Other words are dropped here and have no effect: every part of a claim must be one of these.

use std::net::IpAddr;

use super::lexicon::{self, Event, Word};
use super::{fillers, issuers, moments, values};

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(Word),
    Event(Event),
    /// An alert by its number; true if its name was written as one word, so that it can be nothing else.
    Alert(u8, bool),
    Frames(Frames),
    Address(IpAddr, Option<u16>),
    Host(String),
    Moment(Moment),
    Seconds(f64),
    Days(u64),
    Number(u64),
    /// The status of an HTTP answer, with its reason phrase.
    Http(u64),
    Version(&'static str),
    Suite(String),
    Group(String),
    /// A distinguished name, or a part of one: `cn=lab root ca`.
    Name(String),
    Quoted(String),
    Hexadecimal(String),
    Verdict(String),
    Attempt(usize),
    Connection(usize),
    Comma,
    Semicolon,
    Colon,
    Open,
    Close,
}

/// Frames by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frames {
    pub(super) list: Vec<u64>,
    /// They are the first and the last of a range.
    pub(super) is_span: bool,
}

/// A day, a time of day, or both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// Year, month and day.
    pub(super) day: Option<(i32, u8, u8)>,
    /// Seconds of the day.
    pub(super) seconds: Option<f64>,
    /// Seconds east of UTC, if the text gives them.
    pub(super) zone: Option<i32>,
}

/// A place in a sentence.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    /// The sentence in small letters.
    pub(super) text: &'a str,
    /// The same as written: names begin with capitals.
    pub(super) cased: &'a str,
    pub(super) at: usize,
}

/// A token, and its place in the normalised sentence.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The sentence in signs of one width, so that few patterns are needed. Markup becomes a space.
pub(super) fn cased(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("**", "").chars() {
        out.push(match c {
            '\u{ff5e}' => '–',
            '\u{ff01}'..='\u{ff5d}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '’' | '‘' => '\'',
            '“' | '”' | '「' | '」' | '『' | '』' | '`' | '«' | '»' => '"',
            '〜' | '‐' => '–',
            '*' | '\u{a0}' | '\u{3000}' | '\n' | '\r' | '\t' => ' ',
            '|' => ';',
            '⇒' => '→',
            c => c,
        });
    }
    bare_values(&parted(&out.replace("->", "→").replace("=>", "→")))
}

/// ` / ` parts statements as a semicolon does, but not two days or their labels: `Not Before / Not After: 2026-01-01 /
/// 2027-01-01`.
fn parted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(" / ") {
        out.push_str(before);
        let last = before.trim_end_matches([')', '"']).to_ascii_lowercase();
        let next = behind.trim_start_matches(['(', '"']).to_ascii_lowercase();
        let is_day = |text: &str| {
            matches!(
                moments::moment(text),
                Some((Token::Moment(Moment { day: Some(_), .. }), _))
            )
        };
        let labels = ["before", "after", "from", "until", "開始", "終了", "開始日", "終了日"];
        let pairs =
            is_day(&next) || labels.iter().any(|it| last.ends_with(it)) && labels.iter().any(|it| next.contains(it));
        out.push_str(if pairs { " – " } else { " ; " });
        rest = behind;
    }
    out + rest
}

/// `cn="lab root ca"` without the quotation marks.
fn bare_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("=\"") {
        let Some((value, after)) = behind.split_once('"') else {
            break;
        };
        out.push_str(before);
        out.push('=');
        out.push_str(value);
        rest = after;
    }
    out + rest
}

/// The tokens of a normalised sentence, `cased` as written and `text` in small letters.
pub(super) fn tokens(text: &str, cased: &str) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    let (mut at, mut before) = (0, None);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        let here = Here { text, cased, at };
        let (token, len) = match issuers::issuer(&here, &found) {
            Some((name, len)) => (Some(Token::Quoted(name)), len),
            None => next(rest, before, &found),
        };
        let len = len.max(first.len_utf8());
        if let Some(token) = token {
            let to = at + len;
            found.push(Placed { token, from: at, to });
        }
        before = rest.get(..len).and_then(|taken| taken.chars().next_back());
        at += len;
    }
    found
}

/// The length of a label: a time, a speaker, the number of a step: `[14:27] tom: …`, `手順 3: …`.
fn label(text: &str, found: &[Placed]) -> usize {
    let is_part = |it: &&Placed| {
        matches!(
            it.token,
            Token::Moment(_) | Token::Number(_) | Token::Open | Token::Close | Token::Colon | Token::Semicolon
        )
    };
    let first = found.iter().find(|it| !is_part(it)).map_or(text.len(), |it| it.from);
    let before = text.get(..first.min(LONGEST_LABEL)).unwrap_or_default();
    before.rfind([':', '>', ';', ']']).map_or(0, |end| end + 1)
}

/// In bytes.
const LONGEST_LABEL: usize = 40;

/// Words of a normalised sentence that are no part of a token and in no list, with their places: they may turn the meaning of
/// a statement.
pub(super) fn unknown<'a>(text: &'a str, found: &[Placed]) -> Vec<(usize, &'a str)> {
    let mut unknown = Vec::new();
    let mut at = label(text, found);
    let ends = found
        .iter()
        .map(|it| (it.from, it.to))
        .chain([(text.len(), text.len())]);
    for (from, to) in ends {
        while let Some(rest) = text.get(at..from).filter(|rest| !rest.is_empty()) {
            let before = text.get(..at).and_then(|it| it.chars().next_back());
            at += match fillers::begins(rest, before) {
                fillers::Begin::Nothing(len) => len,
                fillers::Begin::Unknown(len) => {
                    unknown.extend(rest.get(..len).map(|word| (at, word)));
                    len
                }
            };
        }
        at = at.max(to);
    }
    unknown
}

/// The token at the beginning of the text, and its length.
fn next(rest: &str, before: Option<char>, found: &[Placed]) -> (Option<Token>, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    let sign = match first {
        ',' | '、' => Some(Token::Comma),
        ';' => Some(Token::Semicolon),
        ':' => Some(Token::Colon),
        '(' | '[' => Some(Token::Open),
        ')' | ']' => Some(Token::Close),
        '→' => Some(Token::Word(Word::To)),
        '"' => return quoted(rest, before, found),
        _ => None,
    };
    if let Some(sign) = sign {
        // A number of IPv6 may stand in brackets.
        return match values::address(rest) {
            Some((token, len)) => (Some(token), len),
            None => (Some(sign), first.len_utf8()),
        };
    }
    let is_dash = first == '–' || first == '—' || first == '-';
    if is_dash && before == Some(' ') && rest.get(first.len_utf8()..).is_some_and(|rest| rest.starts_with(' ')) {
        return (Some(Token::Comma), first.len_utf8());
    }
    // No token begins inside a word.
    let is_latin = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if before.is_some_and(is_latin) && is_latin(first) {
        return (None, rest.len() - rest.trim_start_matches(is_latin).len());
    }
    // `11月22日`, without a year: not 22 days.
    if let Some(len) = moments::day_of_month(rest) {
        return (None, len);
    }
    // `tcp-refused` is a verdict, and no refusal.
    if let Some(verdict) = values::verdict(rest) {
        return (Some(verdict.0), verdict.1);
    }
    // `three-way handshake` is no number of things.
    if let Some((Some(word @ Word::Tcp), len)) = lexicon::longest(rest, before) {
        return (Some(Token::Word(word)), len);
    }
    if let Some((token, len)) = values::value(rest, found) {
        return (Some(token), len);
    }
    if let Some((code, len)) = lexicon::alert_in_words(rest)
        && (speaks_of_alert(found) || has_code(rest.get(len..).unwrap_or_default()))
    {
        return (Some(Token::Alert(code, true)), len);
    }
    match lexicon::longest(rest, before) {
        // `no reset is seen`: the noun.
        Some((Some(Word::Reset), len))
            if matches!(
                found.last().map(|it| &it.token),
                Some(Token::Word(Word::Not | Word::Without))
            ) && rest.get(..len).is_some_and(|it| it == "reset" || it == "resets") =>
        {
            (Some(Token::Event(Event::Step("reset"))), len)
        }
        Some((Some(Word::Complete), len)) if is_way(rest, len) => (None, len),
        Some((Some(word), len)) => (Some(of_word(word, rest.get(..len).unwrap_or_default())), len),
        Some((None, len)) => (None, len),
        None => (None, first.len_utf8()),
    }
}

/// `goes through the proxy`: a way, and no success.
fn is_way(rest: &str, len: usize) -> bool {
    const THINGS: [&str; 9] = ["the ", "a ", "an ", "its ", "their ", "this ", "port", "proxy", "tcp"];
    let written = rest.get(..len).unwrap_or_default();
    let behind = rest.get(len..).unwrap_or_default().trim_start();
    let is_thing = behind.starts_with(|c: char| c.is_ascii_digit() || c == '[');
    written.ends_with("through") && (is_thing || THINGS.iter().any(|it| behind.starts_with(it)))
}

/// `certificate expired (45)`: the number may be that of another alert.
fn has_code(behind: &str) -> bool {
    let inner = behind.trim_start().strip_prefix('(');
    let number =
        inner.and_then(|it| values::digits(it).filter(|(_, len)| it.get(*len..).is_some_and(|it| it.starts_with(')'))));
    number.is_some_and(|it| lexicon::is_alert(it.0))
}

/// True if the name of an alert may follow, in words that mean something else elsewhere: `the alert certificate expired`,
/// `aborts the handshake with unexpected message`.
fn speaks_of_alert(found: &[Placed]) -> bool {
    let is_sign = |it: &&Placed| {
        matches!(
            it.token,
            Token::Comma
                | Token::Colon
                | Token::Open
                | Token::Frames(_)
                | Token::Number(_)
                // `alert — from the server, fatal certificate expired`
                | Token::Word(
                    Word::Is
                        | Word::In
                        | Word::Of
                        | Word::Code
                        | Word::From
                        | Word::FromBefore
                        | Word::By
                        | Word::To
                        | Word::Client
                        | Word::Server
                )
                | Token::Close
        )
    };
    // `fatal certificate expired`
    if matches!(
        found.last().map(|it| &it.token),
        Some(Token::Word(Word::Fatal | Word::Warning))
    ) {
        return true;
    }
    let mut before = found.iter().rev().skip_while(is_sign).map(|it| &it.token);
    match before.next() {
        Some(Token::Event(Event::Alert)) => true,
        Some(Token::Word(Word::With)) => found.iter().any(|it| {
            matches!(
                it.token,
                Token::Word(Word::End | Word::Close | Word::Reject | Word::Fail | Word::Answer)
            )
        }),
        _ => false,
    }
}

fn of_word(word: Word, written: &str) -> Token {
    match word {
        Word::Event(event) => Token::Event(event),
        Word::Alert(code) => {
            let is_one_word = written.contains('_') || !written.contains([' ', '-']) || code == 0;
            Token::Alert(code, is_one_word)
        }
        word => Token::Word(word),
    }
}

/// The longest quotation that is one name.
const LONGEST_QUOTED: usize = 300;

/// The content of quotation marks: a single token as it is, anything else as a name.
fn quoted(rest: &str, before: Option<char>, found: &[Placed]) -> (Option<Token>, usize) {
    let behind = rest.get(1..).unwrap_or_default();
    let end = behind.find('"').filter(|end| *end <= LONGEST_QUOTED && *end > 0);
    let Some(inner) = end.and_then(|end| behind.get(..end)) else {
        return (None, 1);
    };
    let len = inner.len() + 2;
    let whole = inner.trim();
    if let (Some(token), taken) = next(whole, before.filter(|_| false), found)
        && taken == whole.len()
    {
        return (Some(token), len);
    }
    match values::name(whole) {
        Some((Token::Name(_), _)) => (Some(Token::Name(whole.to_owned())), len),
        _ => (Some(Token::Quoted(whole.to_owned())), len),
    }
}
