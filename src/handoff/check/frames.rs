//! words → Token: frames, attempts and connections by their numbers.

use super::tokens::{Frames, Token};
use super::values::{behind, blanks, digits};

/// The number of frames that a text lists one by one; a longer list is a range.
const MOST_FRAMES: usize = 64;

/// Signs of the number of a frame.
const ONE: [&str; 24] = [
    "frame with number",
    "frame with the number",
    "frame numbered",
    "packet with number",
    "packet with the number",
    "packet numbered",
    "frame number",
    "frame no.",
    "frame #",
    "frame",
    "packet number",
    "packet no.",
    "packet #",
    "packet",
    "pkt no.",
    "pkt.",
    "pkt #",
    "pkt",
    "fr.",
    "fr",
    "no.",
    "frame-no.",
    "#",
    "frame-number",
];

/// Signs of the numbers of several frames.
const SEVERAL: [&str; 7] = [
    "frame numbers",
    "frames",
    "packets",
    "フレーム番号",
    "フレーム",
    "パケット番号",
    "パケット",
];

/// Signs behind the number of a frame.
const BEHIND: [&str; 7] = [
    "番目のフレーム",
    "番フレーム",
    "番のフレーム",
    "番目のパケット",
    "番パケット",
    "番のパケット",
    "フレーム目",
];

/// Behind a number, these say how many, how long or how large.
const COUNTERS: [&str; 21] = [
    "個",
    "回",
    "件",
    "本",
    "枚",
    "つ",
    "種",
    "台",
    "秒",
    "バイト",
    "分",
    "度",
    "割",
    "%",
    "ミリ",
    "bytes",
    "byte ",
    "ms",
    "seconds",
    "times",
    "octets",
];

/// The same behind `第`.
const NTH: [&str; 2] = ["フレーム", "パケット"];

/// `frame 24`, `frames 10, 12 and 14`, `フレーム 8～24`, `24 番フレーム`, `#24`.
pub(super) fn frames(text: &str) -> Option<(Token, usize)> {
    if let Some((number, len)) = digits(text) {
        let mut list = vec![number];
        let mut rest = text.get(len..)?;
        // `7と8と9番のフレーム`
        while let Some((number, len)) = behind(rest, &["と", "、"]).and_then(digits)
            && list.len() < MOST_FRAMES
        {
            list.push(number);
            rest = behind(rest, &["と", "、"])?.get(len..)?;
        }
        let suffix = suffix(rest.trim_start(), &BEHIND)?;
        let len = text.len() - rest.len() + blanks(rest) + suffix;
        return Some((Token::Frames(Frames { list, is_span: false }), len));
    }
    // `第 16 フレーム`
    if let Some(rest) = behind(text, &["第"])
        && let Some((number, len)) = digits(rest)
    {
        let rest = rest.get(len..)?;
        let suffix = suffix(rest, &NTH).or_else(|| suffix(rest, &BEHIND)).unwrap_or(0);
        return Some((one(number), text.len() - rest.len() + suffix));
    }
    let several = behind(text, &SEVERAL);
    let rest = several.or_else(|| behind(text, &ONE))?;
    // `the frame number is 24`, `フレーム番号は 24`
    let told = behind(rest, &["is ", "は", ":"]);
    let says = told.is_some();
    let rest = told.unwrap_or(rest);
    let (first, len) = digits(rest)?;
    let mut list = vec![first];
    let mut rest = rest.get(len..)?;
    // `frame 0.05`, `number 3rd` and similar are none, and `パケットは 1 個` says how many.
    let ends = rest.trim_start();
    if rest.starts_with(|c: char| c.is_ascii_alphabetic())
        || rest.strip_prefix('.').is_some_and(|it| digits(it).is_some())
        || COUNTERS.iter().any(|it| ends.starts_with(it))
    {
        return None;
    }
    // `SYN/ACK packets: 1`, `RST パケットは 1`
    let is_list =
        ends.starts_with([',', '–', '-', '、', 'と', '～']) || ends.starts_with("and") || ends.starts_with("to ");
    let counts = ["packets", "パケット"].iter().any(|it| text.starts_with(it));
    if counts && says && !is_list {
        return None;
    }
    let mut is_span = false;
    while list.len() < MOST_FRAMES {
        let next = next_of_list(rest, several.is_some());
        let Some((joint, number, len)) = next.or_else(|| signed(rest)) else {
            break;
        };
        is_span |= joint;
        list.push(number);
        rest = rest.get(len..)?;
    }
    let is_span = is_span && list.len() == 2;
    Some((Token::Frames(Frames { list, is_span }), text.len() - rest.len()))
}

fn one(number: u64) -> Token {
    Token::Frames(Frames {
        list: vec![number],
        is_span: false,
    })
}

fn suffix(text: &str, known: &[&str]) -> Option<usize> {
    known.iter().find(|it| text.starts_with(**it)).map(|it| it.len())
}

/// The next of several that each have a sign: `#5, #6 and #7 are`, `no. 3 and no. 4, respectively`. Elsewhere the next may
/// belong to what follows it.
fn signed(text: &str) -> Option<(bool, u64, usize)> {
    let (number, after) = sign_behind(text)?;
    let (mut last, mut rest) = (after, after);
    while let Some((_, after)) = sign_behind(rest) {
        (last, rest) = (after, after);
    }
    let end = last.trim_start().trim_start_matches(',').trim_start();
    const AFTER: [&str; 10] = [
        "are ",
        "were ",
        "respectively",
        "show ",
        "hold ",
        "contain ",
        "carry ",
        "have ",
        "は",
        "です",
    ];
    let is_one = end.trim_end_matches('.').is_empty() || AFTER.iter().any(|it| end.starts_with(it));
    is_one.then(|| (false, number, text.len() - after.len()))
}

/// `and #6`, `, no. 7`: the number, and what is behind it.
fn sign_behind(text: &str) -> Option<(u64, &str)> {
    let rest = behind(text.trim_start(), &[", and ", "and ", "& ", ",", "、", "と"])?;
    let rest = behind(rest, &ONE)?;
    let (number, len) = digits(rest)?;
    Some((number, rest.get(len..)?))
}

/// The next number of a list: whether it ends a range, its value, and the length of both.
fn next_of_list(text: &str, is_list: bool) -> Option<(bool, u64, usize)> {
    let trimmed = text.trim_start();
    const SPANS: [&str; 6] = ["–", "-", "..", "to ", "through ", "から"];
    const JOINTS: [&str; 8] = [", and ", "and ", ",", "、", "&", "/", "と", "or "];
    let span = SPANS.iter().find(|it| trimmed.starts_with(**it));
    let joint = JOINTS
        .iter()
        .find(|it| trimmed.starts_with(**it) && (is_list || **it == "/"));
    let used = span.or(joint)?;
    let rest = trimmed.get(used.len()..)?;
    let rest = rest.trim_start();
    let rest = behind(rest, &["frame ", "#", "フレーム"]).unwrap_or(rest);
    let (number, len) = digits(rest)?;
    let after = rest.get(len..)?;
    let next = after.trim_start().chars().next();
    // A number with a fraction, a unit or a time after it is no frame.
    let is_other = after.starts_with(['.', ':']) && digits(after.get(1..)?).is_some()
        || after.starts_with(|c: char| c.is_ascii_alphabetic())
        || next.is_some_and(|c| matches!(c, '秒' | '回' | '個' | '件' | '本' | '枚' | '年'));
    (!is_other).then(|| (span.is_some(), number, text.len() - after.len()))
}

/// Ordinal numbers.
const ORDINALS: [(&str, usize); 10] = [
    ("first", 1),
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("fifth", 5),
    ("1st", 1),
    ("2nd", 2),
    ("3rd", 3),
    ("4th", 4),
    ("5th", 5),
];

/// `the second connection`, `2 本目の接続`
fn nth_connection(text: &str) -> Option<(Token, usize)> {
    for (word, number) in ORDINALS {
        let rest = text.strip_prefix(word).and_then(|it| it.strip_prefix(' '));
        let rest = rest.map(|it| {
            it.strip_prefix("tcp ")
                .or_else(|| it.strip_prefix("tls "))
                .unwrap_or(it)
        });
        let behind = rest.and_then(|it| it.strip_prefix("connection"));
        if let Some(behind) = behind
            && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !behind.starts_with(" attempt")
        {
            return Some((Token::Connection(number), text.len() - behind.len()));
        }
    }
    let (number, len) = digits(text)?;
    let rest = text.get(len..)?.trim_start();
    let after = ["本目の接続", "本目の tcp 接続", "番目の接続"]
        .iter()
        .find_map(|it| rest.strip_prefix(it))?;
    Some((
        Token::Connection(usize::try_from(number).ok()?),
        text.len() - after.len(),
    ))
}

/// `attempt 2`, `the second attempt`, `試行 2`, `2 回目の試行`, `connection 1`.
pub(super) fn numbered(text: &str) -> Option<(Token, usize)> {
    const ATTEMPT: [&str; 4] = ["attempt #", "attempt", "try", "試行"];
    const CONNECTION: [&str; 3] = ["connection #", "connection", "接続"];
    let of = |prefixes: &[&str]| {
        let rest = behind(text, prefixes)?;
        let (number, len) = digits(rest)?;
        let rest = rest.get(len..)?;
        let is_number = !rest.starts_with(['.', ':', ',']) || digits(rest.get(1..)?).is_none();
        let is_count = rest.trim_start().starts_with(['回', '本', '件', '%']);
        (is_number && !is_count).then_some((usize::try_from(number).ok()?, text.len() - rest.len()))
    };
    if let Some((number, len)) = of(&ATTEMPT) {
        return Some((Token::Attempt(number), len));
    }
    if let Some((number, len)) = of(&CONNECTION) {
        return Some((Token::Connection(number), len));
    }
    for (word, number) in ORDINALS {
        for noun in [" attempt", " try"] {
            let len = word.len() + noun.len();
            if text.starts_with(word) && text.get(word.len()..).is_some_and(|rest| rest.starts_with(noun)) {
                return Some((Token::Attempt(number), len));
            }
        }
    }
    if let Some(found) = nth_connection(text) {
        return Some(found);
    }
    let (number, len) = digits(text)?;
    let rest = text.get(len..)?.trim_start();
    let after = rest
        .strip_prefix("回目の試行")
        .or_else(|| rest.strip_prefix("番目の試行"))?;
    Some((Token::Attempt(usize::try_from(number).ok()?), text.len() - after.len()))
}
