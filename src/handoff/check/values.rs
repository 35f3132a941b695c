//! words → Token: numbers, addresses and names as people write them.

use std::net::IpAddr;

use super::lexicon::Word;
use super::moments::moment;
use super::numbers::number;
use super::tokens::{Frames, Placed, Token};
use crate::report::explain;

/// The number of frames that a text lists one by one; a longer list is a range.
const MOST_FRAMES: usize = 64;

/// The value at the beginning of the text, and its length. `found` are the tokens before it.
pub(super) fn value(rest: &str, found: &[Placed]) -> Option<(Token, usize)> {
    let last = found.last().map(|it| &it.token);
    frames(rest)
        .or_else(|| numbered(rest))
        .or_else(|| address(rest))
        .or_else(|| moment(rest))
        .or_else(|| version(rest, last))
        .or_else(|| chunk(rest))
        .or_else(|| name(rest))
        .or_else(|| number(rest, last))
}

/// The digits at the beginning of the text, as a number, with their length.
pub(super) fn digits(text: &str) -> Option<(u64, usize)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..len)?.parse().ok()?;
    Some((number, len))
}

pub(super) fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The text after a prefix and the spaces that follow it.
fn behind<'a>(text: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes
        .iter()
        .find_map(|it| text.strip_prefix(it))
        .map(str::trim_start)
}

/// `frame 24`, `frames 10, 12 and 14`, `フレーム 8～24`, `24 番フレーム`, `#24`.
#[allow(clippy::too_many_lines, reason = "the ways to write frames, one after the other")]
fn frames(text: &str) -> Option<(Token, usize)> {
    const ONE: [&str; 13] = [
        "frame number",
        "frame no.",
        "frame #",
        "frame",
        "packet number",
        "packet no.",
        "packet #",
        "packet",
        "pkt",
        "no.",
        "frame-no.",
        "#",
        "frame-number",
    ];
    const SEVERAL: [&str; 8] = [
        "frame numbers",
        "frames",
        "packets",
        "フレーム番号",
        "フレーム",
        "パケット番号",
        "パケット",
        "第",
    ];
    if let Some((number, len)) = digits(text) {
        let rest = text.get(len..)?;
        let behind = rest.trim_start();
        const BEHIND: [&str; 7] = [
            "番目のフレーム",
            "番フレーム",
            "番のフレーム",
            "番目のパケット",
            "番パケット",
            "番のパケット",
            "フレーム目",
        ];
        let suffix = BEHIND.iter().find(|it| behind.starts_with(**it))?;
        let frames = Frames {
            list: vec![number],
            is_span: false,
        };
        return Some((Token::Frames(frames), len + blanks(rest) + suffix.len()));
    }
    let several = behind(text, &SEVERAL);
    let one = behind(text, &ONE);
    let rest = several.or(one)?;
    // `the frame number is 24`, `フレーム番号は 24`
    let rest = behind(rest, &["is ", "は", ":"]).unwrap_or(rest);
    let (first, len) = digits(rest)?;
    let mut list = vec![first];
    let mut rest = rest.get(len..)?;
    // `frame 0.05`, `number 3rd` and similar are none.
    if rest.starts_with(|c: char| c.is_ascii_alphabetic())
        || rest.strip_prefix('.').is_some_and(|it| digits(it).is_some())
    {
        return None;
    }
    let mut is_span = false;
    while list.len() < MOST_FRAMES {
        let Some((joint, number, len)) = next_of_list(rest, several.is_some()) else {
            break;
        };
        is_span |= joint;
        list.push(number);
        rest = rest.get(len..)?;
    }
    let is_span = is_span && list.len() == 2;
    Some((Token::Frames(Frames { list, is_span }), text.len() - rest.len()))
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

/// `attempt 2`, `the second attempt`, `試行 2`, `2 回目の試行`, `connection 1`.
fn numbered(text: &str) -> Option<(Token, usize)> {
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
    const NTH: [(&str, usize); 10] = [
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
    for (word, number) in NTH {
        for noun in [" attempt", " try"] {
            let len = word.len() + noun.len();
            if text.starts_with(word) && text.get(word.len()..).is_some_and(|rest| rest.starts_with(noun)) {
                return Some((Token::Attempt(number), len));
            }
        }
    }
    let (number, len) = digits(text)?;
    let rest = text.get(len..)?.trim_start();
    let after = rest
        .strip_prefix("回目の試行")
        .or_else(|| rest.strip_prefix("番目の試行"))?;
    Some((Token::Attempt(usize::try_from(number).ok()?), text.len() - after.len()))
}

/// An address, with its port if one follows.
pub(super) fn address(text: &str) -> Option<(Token, usize)> {
    if let Some(rest) = text.strip_prefix('[') {
        let end = rest.find(']')?;
        let address: IpAddr = rest.get(..end)?.parse().ok()?;
        let behind = rest.get(end + 1..)?;
        let port = behind.strip_prefix(':').and_then(digits);
        let len = end + 2 + port.map_or(0, |(_, len)| len + 1);
        return Some((
            Token::Address(address, port.and_then(|(port, _)| u16::try_from(port).ok())),
            len,
        ));
    }
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let len = text.len() - text.trim_start_matches(is_part).len();
    let written = text.get(..len)?.trim_end_matches(['.', ':']);
    if let Ok(address) = written.parse::<IpAddr>() {
        return Some((Token::Address(address, None), written.len()));
    }
    let (host, port) = written.rsplit_once(':')?;
    let address: IpAddr = host.parse().ok().filter(IpAddr::is_ipv4)?;
    let port: u16 = port.parse().ok()?;
    Some((Token::Address(address, Some(port)), written.len()))
}

/// `TLS 1.2`, `TLSv1.3`, `DTLS 1.2`, `SSL 3.0`, and `1.3` after one of these.
fn version(text: &str, last: Option<&Token>) -> Option<(Token, usize)> {
    const KNOWN: [(&str, &str); 6] = [
        ("1.0", "1.0"),
        ("1.1", "1.1"),
        ("1.2", "1.2"),
        ("1.3", "1.3"),
        ("1", "1.0"),
        ("3.0", "ssl"),
    ];
    let after = |rest: &str, table: &[(&'static str, &'static str)]| {
        let rest = rest.trim_start_matches([' ', '-']);
        let rest = rest.strip_prefix("version ").unwrap_or(rest);
        let rest = rest.strip_prefix("バージョン").unwrap_or(rest).trim_start();
        let rest = rest.strip_prefix('v').unwrap_or(rest);
        table.iter().find_map(|(written, version)| {
            let behind = rest.strip_prefix(written)?;
            let ends = !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
                && behind.strip_prefix('.').is_none_or(|it| digits(it).is_none());
            ends.then_some((Token::Version(version), text.len() - behind.len()))
        })
    };
    if let Some(rest) = text.strip_prefix("dtls").or_else(|| text.strip_prefix("tls")) {
        return after(rest, KNOWN.get(..5)?);
    }
    if let Some(rest) = text.strip_prefix("ssl") {
        return after(
            rest,
            &[
                ("3.0", "ssl 3.0"),
                ("3", "ssl 3.0"),
                ("2.0", "ssl 2.0"),
                ("2", "ssl 2.0"),
            ],
        );
    }
    if let Some(rest) = text
        .strip_prefix("version ")
        .or_else(|| text.strip_prefix("バージョン"))
    {
        return after(rest, KNOWN.get(..4)?);
    }
    let is_list = matches!(
        last,
        Some(Token::Version(_) | Token::Word(Word::And | Word::Or) | Token::Comma)
    );
    if is_list && text.starts_with("1.") {
        return after(text, KNOWN.get(..4)?);
    }
    None
}

/// Cipher suites, groups, verdicts and host names: words with signs in them.
fn chunk(text: &str) -> Option<(Token, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let len = text.len() - text.trim_start_matches(is_part).len();
    let word = text.get(..len)?.trim_end_matches(['.', '-']);
    if word.is_empty() {
        return None;
    }
    let found = |token: Token| Some((token, word.len()));
    if let Some(group) = group(word) {
        return found(Token::Group(group.to_owned()));
    }
    if word.starts_with("tls_") && word.len() > 8 {
        return found(Token::Suite(word.to_ascii_uppercase()));
    }
    if let Some(suite) = suite_of_openssl(word) {
        return found(Token::Suite(suite));
    }
    if word.contains('-') && explain::explanation(word).is_some() {
        return found(Token::Verdict(word.to_owned()));
    }
    let (_, top) = word.rsplit_once('.')?;
    const FILES: [&str; 12] = [
        "pcap", "pcapng", "txt", "json", "toml", "md", "pem", "log", "crt", "cer", "key", "csv",
    ];
    let is_host = top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_lowercase())
        && !FILES.contains(&top)
        && !matches!(
            word,
            "e.g" | "i.e" | "a.k.a" | "dtls.handshake" | "ip.addr" | "tcp.port" | "frame.number"
        )
        && !word.starts_with("tls.")
        && word.split('.').all(|part| !part.is_empty() && part.len() < 64);
    if is_host {
        found(Token::Host(word.to_owned()))
    } else {
        None
    }
}

/// A group by any of its names.
fn group(word: &str) -> Option<&'static str> {
    Some(match word {
        "x25519" | "curve25519" => "x25519",
        "x448" => "x448",
        "secp256r1" | "p-256" | "prime256v1" | "nistp256" => "secp256r1",
        "secp384r1" | "p-384" | "nistp384" => "secp384r1",
        "secp521r1" | "p-521" | "nistp521" => "secp521r1",
        "x25519mlkem768" => "x25519mlkem768",
        "secp256r1mlkem768" => "secp256r1mlkem768",
        "secp384r1mlkem1024" => "secp384r1mlkem1024",
        "ffdhe2048" => "ffdhe2048",
        "ffdhe3072" => "ffdhe3072",
        _ => return None,
    })
}

/// A cipher suite as OpenSSL calls it, by its registered name: `ECDHE-RSA-AES256-GCM-SHA384`.
fn suite_of_openssl(word: &str) -> Option<String> {
    let parts: Vec<&str> = word.split('-').collect();
    let is_cipher = |part: &&str| {
        [
            "aes128",
            "aes256",
            "chacha20",
            "camellia128",
            "camellia256",
            "des",
            "rc4",
        ]
        .contains(part)
    };
    let at = parts.iter().position(is_cipher)?;
    if parts.len() < 3
        || !parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        return None;
    }
    let (exchange, cipher) = parts.split_at(at);
    let exchange = if exchange.is_empty() {
        "RSA".to_owned()
    } else {
        exchange.join("_")
    };
    let mut cipher = cipher
        .join("_")
        .replace("aes128", "aes_128")
        .replace("aes256", "aes_256");
    if cipher.ends_with("poly1305") {
        cipher.push_str("_sha256");
    }
    // For CBC, OpenSSL names no mode.
    if !cipher.contains("gcm") && !cipher.contains("ccm") && !cipher.contains("poly1305") {
        cipher = cipher.replace("_sha", "_cbc_sha");
    }
    Some(format!("TLS_{exchange}_WITH_{cipher}").to_ascii_uppercase())
}

/// `cn=lab root ca,o=lab`: a distinguished name, up to its end.
#[allow(clippy::too_many_lines, reason = "what ends a name, as a list")]
pub(super) fn name(text: &str) -> Option<(Token, usize)> {
    let kind = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    const KINDS: [&str; 9] = ["cn", "o", "ou", "c", "l", "st", "dc", "serialnumber", "e"];
    let is_kind = |text: &str| {
        let text = text.trim_start();
        let len = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        text.get(..len).is_some_and(|kind| KINDS.contains(&kind))
            && text.get(len..).is_some_and(|it| it.trim_start().starts_with('='))
    };
    if !is_kind(text) {
        return None;
    }
    const ENDS: [&str; 27] = [
        " and ",
        " on ",
        " which ",
        " that ",
        " expired",
        " was ",
        " is ",
        " has ",
        " had ",
        " in frame",
        " from ",
        " to ",
        " valid",
        " with ",
        " issued ",
        " by ",
        " for ",
        " at ",
        " (",
        " whose ",
        " but ",
        " not ",
        " under ",
        " as ",
        " presented",
        " sent ",
        " – ",
    ];
    let mut end = kind;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < kind) {
        let rest = text.get(at..).unwrap_or_default();
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        let is_end = match c {
            ',' | '+' => !is_kind(behind),
            ' ' => {
                ENDS.iter().any(|it| rest.starts_with(it))
                    || !behind.is_ascii() && behind.starts_with(|c: char| !c.is_ascii())
            }
            '.' => behind.is_empty() || behind.starts_with(' ') && !rest.starts_with(". "),
            ';' | '(' | ')' | '"' | '、' | '。' => true,
            c => !c.is_ascii() && !c.is_alphabetic() || ('\u{3040}'..='\u{30ff}').contains(&c),
        };
        if is_end || at > 300 {
            break;
        }
        end = at + c.len_utf8();
    }
    let written = text.get(..end)?.trim_end_matches(['.', ' ', ':']);
    (written.len() > kind + 1).then(|| (Token::Name(written.to_owned()), written.len()))
}
