//! Sentence → Token: the words that claims consist of, and the values between them.
//!
//! Other words are dropped here and have no effect: every part of a claim must be one of these.

use std::net::IpAddr;

use super::lexicon::{self, Event, Word};
use super::{fillers, moments, values};

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

/// A token, and its place in the normalised sentence.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The sentence in small letters of one width, so that few patterns are needed. Markup becomes a space.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("**", "").chars() {
        out.push(match c {
            '\u{ff5e}' => '–',
            '\u{ff01}'..='\u{ff5d}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c).to_ascii_lowercase(),
            '’' | '‘' => '\'',
            '“' | '”' | '「' | '」' | '『' | '』' | '`' | '«' | '»' => '"',
            '〜' | '‐' => '–',
            '*' | '\u{a0}' | '\u{3000}' | '\n' | '\r' | '\t' => ' ',
            '|' => ';',
            '⇒' => '→',
            c => c.to_ascii_lowercase(),
        });
    }
    bare_values(&out.replace("->", "→").replace("=>", "→").replace(" / ", " ; "))
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

/// The tokens of a normalised sentence.
pub(super) fn tokens(text: &str) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    let (mut at, mut before) = (0, None);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        let (token, len) = next(rest, before, &found);
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
    if let Some((token, len)) = values::value(rest, found) {
        return (Some(token), len);
    }
    if speaks_of_alert(found)
        && let Some((code, len)) = lexicon::alert_in_words(rest)
    {
        return (Some(Token::Alert(code, true)), len);
    }
    if let Some((name, len)) = issuer(rest, found) {
        return (Some(Token::Quoted(name)), len);
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
        Some((Some(word), len)) => (Some(of_word(word, rest.get(..len).unwrap_or_default())), len),
        Some((None, len)) => (None, len),
        None => (None, first.len_utf8()),
    }
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
                | Token::Word(Word::Is | Word::In | Word::Of | Word::Code)
        )
    };
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

/// The longest name of an issuer that stands without quotation marks, in bytes.
const LONGEST_ISSUER: usize = 80;

/// An issuer's name without a sign that it is one: `issued by Lab Server CA 1`, `発行者 Lab Server CA 1`,
/// `Lab Server CA 1 が発行`.
fn issuer(rest: &str, found: &[Placed]) -> Option<(String, usize)> {
    if !rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let is_end = |(at, c): &(usize, char)| {
        let rest = rest.get(*at..).unwrap_or_default();
        !c.is_ascii()
            || matches!(c, ',' | ';' | ':' | '(' | ')' | '"' | '/')
            || *c == '.' && !rest.starts_with(|c: char| c == '.' && rest.len() > 1 && !rest.starts_with(". "))
            || *c == ' ' && ISSUER_ENDS.iter().any(|it| rest.starts_with(it))
    };
    // Looked for at every word of a sentence: no further than a name can reach.
    let mut near = rest.char_indices().take_while(|(at, _)| *at <= LONGEST_ISSUER + 1);
    let len = match near.find(is_end) {
        Some((at, _)) => at,
        None if rest.len() <= LONGEST_ISSUER => rest.len(),
        None => return None,
    };
    let name = rest.get(..len)?.trim_end();
    if name.is_empty() || name.len() > LONGEST_ISSUER {
        return None;
    }
    let behind = rest.get(len..).unwrap_or_default();
    let issues = [" issued the ", " signed the ", " issued this ", " signed this "];
    let is_subject = issues.iter().any(|it| behind.starts_with(it));
    let is_behind = ["が発行", "により発行", "によって発行", "から発行"]
        .iter()
        .any(|it| behind.starts_with(it));
    let is_between = |it: &&Placed| {
        matches!(
            it.token,
            Token::Colon
                | Token::Word(
                    Word::Is | Word::By | Word::Of | Word::Server | Word::Client | Word::Certificate | Word::Chain
                )
        )
    };
    let mut before = found.iter().rev();
    let is_named = matches!(
        before.next().map(|it| &it.token),
        Some(Token::Word(Word::Issuer | Word::Is | Word::By) | Token::Colon)
    ) && matches!(
        found.iter().rev().find(|it| !is_between(it)).map(|it| &it.token),
        Some(Token::Word(Word::Issuer))
    );
    let first = name.split(' ').next().unwrap_or_default();
    // `let us` begins an advice elsewhere.
    let is_word =
        lexicon::longest(rest, None).is_some() && !rest.starts_with("let's encrypt") || NO_ISSUER.contains(&first);
    (is_behind || (is_named || is_subject) && !is_word).then(|| (name.to_owned(), name.len()))
}

const ISSUER_ENDS: [&str; 20] = [
    " issued", " signed", " and ", " but ", " which ", " that ", " valid", " expire", " until", " with ", " on ",
    " in ", " – ", " as ", " rather", " not ", " so ", " for ", " to ", " at ",
];

/// Words after `issued by` that name nobody.
const NO_ISSUER: [&str; 22] = [
    "a", "an", "the", "our", "your", "its", "their", "my", "some", "another", "this", "that", "one", "unknown",
    "itself", "what", "who", "whom", "same", "any", "us", "them",
];

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
