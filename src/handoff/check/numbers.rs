//! words → Token: numbers, lengths of time and serial numbers as people write them.

use super::lexicon::Word;
use super::tokens::Token;
use super::values::{blanks, digits};

const UNITS: [(&str, f64); 21] = [
    ("milliseconds", 0.001),
    ("millisecond", 0.001),
    ("msec", 0.001),
    ("ms", 0.001),
    ("ミリ秒", 0.001),
    ("microseconds", 0.000_001),
    ("us", 0.000_001),
    ("µs", 0.000_001),
    ("seconds", 1.0),
    ("second", 1.0),
    ("secs", 1.0),
    ("sec", 1.0),
    ("s", 1.0),
    ("秒", 1.0),
    ("minutes", 60.0),
    ("minute", 60.0),
    ("min", 60.0),
    ("分", 60.0),
    ("hours", 3600.0),
    ("hour", 3600.0),
    ("時間", 3600.0),
];

/// A number, with its unit if that is a unit of time.
#[allow(clippy::too_many_lines, reason = "the ways to write a number, one after the other")]
pub(super) fn number(text: &str, last: Option<&Token>) -> Option<(Token, usize)> {
    const WORDS: [(&str, u64); 13] = [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("zero", 0),
    ];
    // `1 本目`, `3 回目`: which one, and not how many.
    const ORDINALS: [&str; 6] = ["本目", "回目", "番目", "つ目", "個目", "台目"];
    let behind = digits(text).and_then(|(_, len)| text.get(len..));
    if behind.is_some_and(|it| ORDINALS.iter().any(|nth| it.trim_start().starts_with(nth))) {
        return None;
    }
    for (word, number) in WORDS {
        let ends = |rest: &&str| rest.is_empty() || rest.starts_with([' ', '-', '.', ',']);
        let behind = text.strip_prefix(word).filter(ends);
        let unit = behind.map(|it| it.trim_start_matches([' ', '-']));
        const LONG: [(&str, f64); 6] = [
            ("seconds", 1.0),
            ("second", 1.0),
            ("minutes", 60.0),
            ("minute", 60.0),
            ("hours", 3600.0),
            ("hour", 3600.0),
        ];
        let measured = LONG.iter().find_map(|(name, factor)| {
            let rest = unit?.strip_prefix(name)?;
            Some((number as f64 * factor, text.len() - rest.len()))
        });
        if let Some((seconds, len)) = measured {
            return Some((Token::Seconds(seconds), len));
        }
        if behind.is_some() {
            return Some((Token::Number(number), word.len()));
        }
    }
    let is_serial = matches!(last, Some(Token::Word(Word::Serial | Word::Is) | Token::Colon));
    if let Some(rest) = text.strip_prefix("0x")
        && let Some((Token::Hexadecimal(written), len)) = number(rest, last)
    {
        return Some((Token::Hexadecimal(written), len + 2));
    }
    let is_part = |c: char| c.is_ascii_hexdigit() || c == ':';
    let run = text.get(..text.len() - text.trim_start_matches(is_part).len())?;
    let run = run.trim_end_matches(':');
    let hexadecimal: String = run.chars().filter(|c| *c != ':').collect();
    let after = text.get(run.len()..)?;
    let is_whole = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
    if is_whole
        && (hexadecimal.len() >= 12 || is_serial && hexadecimal.len() >= 6)
        && hexadecimal.bytes().any(|it| it.is_ascii_digit())
    {
        return Some((Token::Hexadecimal(hexadecimal), run.len()));
    }
    let (_, mut len) = digits(text)?;
    // 1,254,000
    while let Some(group) = text.get(len..).and_then(|rest| rest.strip_prefix(',')) {
        match digits(group) {
            Some((_, 3)) => len += 4,
            _ => break,
        }
    }
    let whole: u64 = text.get(..len)?.replace(',', "").parse().ok()?;
    let rest = text.get(len..)?;
    let fraction = rest.strip_prefix('.').and_then(digits).map_or(0, |(_, len)| len + 1);
    let written = format!("{whole}{}", rest.get(..fraction)?);
    let behind = rest.get(fraction..)?;
    let gap = blanks(behind) + usize::from(behind.starts_with('-'));
    let unit = behind.get(gap..)?;
    for name in ["days", "day", "日間", "日"] {
        if unit
            .strip_prefix(name)
            .is_some_and(|it| !it.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            return Some((Token::Days(whole), len + fraction + gap + name.len()));
        }
    }
    for (name, factor) in UNITS {
        if unit
            .strip_prefix(name)
            .is_some_and(|it| !it.starts_with(|c: char| c.is_ascii_alphanumeric()))
        {
            let seconds: f64 = written.parse().ok()?;
            return Some((Token::Seconds(seconds * factor), len + fraction + gap + name.len()));
        }
    }
    // `16進`: how a number is written.
    let is_plain = fraction == 0
        && !behind.trim_start().starts_with('進')
        && !behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '%' || c == '_');
    is_plain.then_some((Token::Number(whole), len))
}
