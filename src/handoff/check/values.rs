//! words → Token: numbers, addresses and names as people write them.

use std::net::IpAddr;

use super::frames::{frames, numbered};
use super::lexicon::Word;
use super::moments::moment;
use super::numbers::number;
use super::tokens::{Frames, Placed, Token};
use crate::report::explain;

/// The value at the beginning of the text, and its length. `found` are the tokens before it.
pub(super) fn value(rest: &str, found: &[Placed]) -> Option<(Token, usize)> {
    let last = found.last().map(|it| &it.token);
    frames(rest)
        .or_else(|| numbered(rest))
        .or_else(|| address(rest))
        .or_else(|| moment(rest))
        .or_else(|| version(rest, last))
        .or_else(|| status(rest))
        .or_else(|| chunk(rest))
        .or_else(|| name(rest))
        .or_else(|| next_frame(rest, found))
        .or_else(|| number(rest, last))
}

/// `フレーム 16 が FIN、17 が …`: a frame as well.
fn next_frame(rest: &str, found: &[Placed]) -> Option<(Token, usize)> {
    let names_frame = found.iter().any(|it| matches!(it.token, Token::Frames(_)));
    let begins = matches!(found.last().map(|it| &it.token), Some(Token::Comma));
    let (number, len) = digits(rest).filter(|(_, len)| *len > 0 && names_frame && begins)?;
    let frames = Frames {
        list: vec![number],
        is_span: false,
    };
    let behind = rest.get(len..)?.trim_start();
    behind.starts_with(['が', 'は']).then_some((Token::Frames(frames), len))
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
pub(super) fn behind<'a>(text: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes
        .iter()
        .find_map(|it| text.strip_prefix(it))
        .map(str::trim_start)
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

/// Versions as they are written, those of TLS first.
const VERSIONS: [(&str, &str); 5] = [
    ("1.0", "1.0"),
    ("1.1", "1.1"),
    ("1.2", "1.2"),
    ("1.3", "1.3"),
    ("1", "1.0"),
];

/// The same of SSL.
const SSL_VERSIONS: [(&str, &str); 4] = [
    ("3.0", "ssl 3.0"),
    ("3", "ssl 3.0"),
    ("2.0", "ssl 2.0"),
    ("2", "ssl 2.0"),
];

/// Signs between the word and the number of a version.
const BEFORE_VERSION: [char; 6] = [':', '=', ' ', '→', 'は', 'が'];

/// `TLS 1.2`, `TLSv1.3`, `DTLS 1.2`, `SSL 3.0`, and `1.3` after one of these.
fn version(text: &str, last: Option<&Token>) -> Option<(Token, usize)> {
    let number = VERSIONS.get(..4)?;
    if let Some(rest) = text.strip_prefix("dtls").or_else(|| text.strip_prefix("tls")) {
        return version_after(text, rest, &VERSIONS);
    }
    if let Some(rest) = text.strip_prefix("ssl") {
        return version_after(text, rest, &SSL_VERSIONS);
    }
    if let Some(rest) = text.strip_prefix("version").or_else(|| text.strip_prefix("バージョン"))
        && rest.starts_with([' ', ':', '=', '→', 'は', '1'])
    {
        return version_after(text, rest.trim_start_matches(BEFORE_VERSION), number);
    }
    // `TLS version negotiated: 1.3`
    let ends = |len: usize| {
        let behind = text.get(len..).unwrap_or_default();
        behind.trim_start_matches([' ', '.', ')']).is_empty()
    };
    if matches!(last, Some(Token::Colon | Token::Word(Word::Choose | Word::Is)))
        && let Some(found) = version_after(text, text, number).filter(|it| ends(it.1))
    {
        return Some(found);
    }
    let is_list = matches!(
        last,
        Some(Token::Version(_) | Token::Word(Word::And | Word::Or) | Token::Comma)
    );
    (is_list && text.starts_with("1."))
        .then(|| version_after(text, text, number))
        .flatten()
}

/// The version at the beginning of the rest of a text, and its end in the text.
fn version_after(text: &str, rest: &str, table: &[(&'static str, &'static str)]) -> Option<(Token, usize)> {
    let rest = rest.trim_start_matches([' ', '-']);
    // `the TLS version is 1.3`
    let named = rest
        .strip_prefix("version ")
        .map(|it| it.strip_prefix("is ").unwrap_or(it));
    let rest = named.unwrap_or(rest);
    let named = rest
        .strip_prefix("バージョン")
        .map(|it| it.trim_start_matches(BEFORE_VERSION));
    let rest = named.unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    table.iter().find_map(|(written, version)| {
        let behind = rest.strip_prefix(written)?;
        let ends = !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
            && behind.strip_prefix('.').is_none_or(|it| digits(it).is_none());
        ends.then_some((Token::Version(version), text.len() - behind.len()))
    })
}

/// `404 Not Found`: the status of an HTTP answer with its reason phrase (RFC 9110 section 15).
fn status(text: &str) -> Option<(Token, usize)> {
    const REASONS: [&str; 24] = [
        "ok",
        "created",
        "accepted",
        "no content",
        "moved permanently",
        "found",
        "see other",
        "not modified",
        "temporary redirect",
        "permanent redirect",
        "bad request",
        "unauthorized",
        "forbidden",
        "not found",
        "method not allowed",
        "proxy authentication required",
        "request timeout",
        "connection established",
        "internal server error",
        "not implemented",
        "bad gateway",
        "service unavailable",
        "gateway timeout",
        "gateway time-out",
    ];
    let (number @ 100..=599, 3) = digits(text)? else {
        return None;
    };
    let rest = text.get(3..)?.strip_prefix(' ')?;
    let fits = |reason: &&&str| {
        rest.strip_prefix(**reason)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let reason = REASONS.iter().find(fits)?;
    Some((Token::Http(number), 4 + reason.len()))
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

/// The id of a verdict: `tcp-refused`.
pub(super) fn verdict(text: &str) -> Option<(Token, usize)> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let len = text.len() - text.trim_start_matches(is_part).len();
    let word = text.get(..len)?.trim_end_matches('-');
    let is_id = word.contains('-') && explain::explanation(word).is_some();
    is_id.then(|| (Token::Verdict(word.to_owned()), word.len()))
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
    const ENDS: [&str; 31] = [
        " signed ",
        " in the ",
        ": ",
        " who ",
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
            ' ' | ':' => {
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
