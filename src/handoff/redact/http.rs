//! HTTP text → HTTP text of the same length: words replaced, secrets struck out, the framing of messages unchanged.

use super::pseudonym::Pseudonyms;
use crate::http::licensing_answer::verdict_words;

/// Headers whose values frame or describe a message and identify no one.
const PLAIN: [&str; 12] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "proxy-connection",
    "content-type",
    "content-encoding",
    "accept",
    "accept-encoding",
    "date",
    "keep-alive",
    "cache-control",
    "te",
];

/// Words of those values. A word outside this list does not belong to such a value: if a line's end is damaged, the
/// next line's words stand there.
const WORDS: &str = "close keep alive application json xml text html plain octet stream www form urlencoded charset utf iso \
    gzip deflate br identity chunked trailers timeout max age no cache store must revalidate private public proxy q mon tue \
    wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec gmt";

/// Methods of requests (RFC 9110 section 9.3, RFC 5789).
const METHODS: [&[u8]; 9] = [
    b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH",
];

/// Headers whose values grant access.
const SECRET: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-auth-token",
    "x-api-key",
    "authentication-info",
];

/// Replaces the identifying parts of text; returns whether it is HTTP.
pub(super) fn text(bytes: &mut [u8], names: &Pseudonyms) -> bool {
    let mut at = 0;
    let mut is_http = false;
    while at < bytes.len() {
        let rest = bytes.get_mut(at..).unwrap_or_default();
        let Some(head) = head_len(rest) else {
            body(rest, names);
            break;
        };
        is_http = true;
        let (head, behind) = rest.split_at_mut(head);
        let framing = lines(head, names);
        let len = match framing {
            Framing::Length(len) => len.min(behind.len()),
            Framing::Chunked => {
                chunks(behind, names);
                behind.len()
            }
            // An answer without a length extends to the end; a request without one has no body.
            Framing::None => behind.len().saturating_sub(next_head(behind)),
        };
        body(behind.get_mut(..len).unwrap_or_default(), names);
        at = at.saturating_add(head.len()).saturating_add(len);
    }
    is_http
}

enum Framing {
    None,
    Length(usize),
    Chunked,
}

/// Length of a head with its empty line, or of its captured part.
fn head_len(bytes: &[u8]) -> Option<usize> {
    let first = bytes.split(|byte| *byte == b'\n').next()?;
    let is_status = first.starts_with(b"HTTP/1.");
    let is_request = first.windows(8).any(|it| it == b" HTTP/1.");
    if !(is_status || is_request) {
        return None;
    }
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n").map(|at| at + 4);
    Some(end.unwrap_or(bytes.len()))
}

/// Bytes from the next head on, if another message follows.
fn next_head(bytes: &[u8]) -> usize {
    let heads = (0..bytes.len()).filter(|&at| at == 0 || bytes.get(at.saturating_sub(1)) == Some(&b'\n'));
    let next = heads
        .into_iter()
        .find(|&at| bytes.get(at..).and_then(head_len).is_some());
    next.map_or(0, |at| bytes.len().saturating_sub(at))
}

/// Replaces words in a head; returns what it says about the body.
fn lines(head: &mut [u8], names: &Pseudonyms) -> Framing {
    let mut framing = Framing::None;
    let mut is_secret = false;
    for (at, line) in head.split_mut(|byte| *byte == b'\n').enumerate() {
        if at == 0 {
            first_line(line, names);
            continue;
        }
        // A line that begins with a space continues the one before (RFC 9112 section 5.2).
        if is_secret && matches!(line, [b' ' | b'\t', ..]) {
            strike(line);
            continue;
        }
        is_secret = false;
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            names.text(line);
            continue;
        };
        let (name, value) = line.split_at_mut(colon);
        let lower = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
        let said = String::from_utf8_lossy(value.get(1..).unwrap_or_default())
            .trim()
            .to_ascii_lowercase();
        match lower.as_str() {
            "content-length" => framing = said.parse().map_or(Framing::None, Framing::Length),
            "transfer-encoding" if said.contains("chunked") => framing = Framing::Chunked,
            _ => {}
        }
        is_secret = SECRET.contains(&lower.as_str());
        if is_secret {
            strike(value.get_mut(1..).unwrap_or_default());
        } else if !PLAIN.contains(&lower.as_str()) {
            names.text(name);
            names.text(value);
        } else if lower == "content-length" {
            length(value, names);
        } else if !is_plain(&said, lower == "date") {
            names.text(value);
        }
    }
    framing
}

/// The greatest number of digits of a number that identifies no one: an address written as one number has more.
const MOST_DIGITS: usize = 5;

/// A body's length stays if a body of that length can have been captured; for a larger one, the number of its digits
/// stays.
fn length(value: &mut [u8], names: &Pseudonyms) {
    let said = String::from_utf8_lossy(value.get(1..).unwrap_or_default())
        .trim()
        .to_owned();
    let is_number = (1..=18).contains(&said.len()) && said.bytes().all(|byte| byte.is_ascii_digit());
    match said.parse::<u64>() {
        Ok(0..10_000_000) if is_number && said.len() < 10 => {}
        Ok(_) if is_number => {
            let digits = value.iter_mut().filter(|byte| byte.is_ascii_digit());
            digits.for_each(|digit| *digit = b'9');
        }
        _ => names.text(value),
    }
}

/// True if the value of a plain header contains only usual content: known words, and numbers that are too short and too
/// few for an address or an identifier.
fn is_plain(value: &str, is_date: bool) -> bool {
    let is_number = |word: &str| (1..=MOST_DIGITS).contains(&word.len()) && word.bytes().all(|it| it.is_ascii_digit());
    let is_known =
        |word: &str| word.is_empty() || is_number(word) || WORDS.split_ascii_whitespace().any(|it| it == word);
    let words = || value.split(|c: char| !c.is_ascii_alphanumeric());
    let few = if is_date { is_date_form(value) } else { !has_row(value) };
    value.is_ascii() && few && words().all(is_known)
}

/// True if it has the form of a date (RFC 9110 section 5.6.7).
fn is_date_form(value: &str) -> bool {
    const FORM: &[u8] = b"aaa, 00 aaa 0000 00:00:00 gmt";
    let fits = |(byte, form): (u8, &u8)| match form {
        b'a' => byte.is_ascii_alphabetic(),
        b'0' => byte.is_ascii_digit(),
        form => byte == *form,
    };
    value.len() == FORM.len() && value.bytes().zip(FORM).all(fits)
}

/// True if four numbers follow one another without a word between them.
fn has_row(value: &str) -> bool {
    let mut numbers = 0;
    value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .any(|word| {
            numbers = if word.bytes().all(|it| it.is_ascii_digit()) {
                numbers + 1
            } else {
                0
            };
            numbers > 3
        })
}

/// Method, version and status stay.
fn first_line(line: &mut [u8], names: &Pseudonyms) {
    if !is_first_line(line) {
        return names.text(line);
    }
    let spaces: Vec<usize> = (0..line.len()).filter(|&at| line.get(at) == Some(&b' ')).collect();
    let (from, to) = if line.starts_with(b"HTTP/1.") {
        (spaces.get(1).copied(), None)
    } else {
        (spaces.first().copied(), spaces.last().copied())
    };
    let to = to.unwrap_or(line.len());
    let from = from.unwrap_or(line.len()).min(to);
    let target = line.get_mut(from..to).unwrap_or_default();
    // The port of a CONNECT target shows the kind of service.
    let port = target.iter().rposition(|byte| *byte == b':').filter(|&at| {
        let behind = target.get(at.saturating_add(1)..).unwrap_or_default();
        (1..=5).contains(&behind.len()) && behind.iter().all(u8::is_ascii_digit)
    });
    names.text(
        target
            .get_mut(..port.unwrap_or(usize::MAX).min(to.saturating_sub(from)))
            .unwrap_or_default(),
    );
}

/// True if the line is a valid first line of a request or an answer, from its first byte to its last. An answer's
/// reason is replaced.
fn is_first_line(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let is_version = |word: &[u8]| matches!(word, [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0'..=b'9']);
    let mut words = line.split(|byte| *byte == b' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if is_version(first) {
        return second.len() == 3 && second.iter().all(u8::is_ascii_digit);
    }
    METHODS.contains(&first) && words.next_back().is_some_and(is_version)
}

/// The sizes of chunks stay.
fn chunks(bytes: &mut [u8], names: &Pseudonyms) {
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get_mut(at..).unwrap_or_default();
        let Some(line) = rest.iter().position(|byte| *byte == b'\n').map(|at| at + 1) else {
            return body(rest, names);
        };
        let digits = String::from_utf8_lossy(rest.get(..line).unwrap_or_default())
            .trim()
            .to_owned();
        // A longer number is no size, and may identify someone.
        let size = usize::from_str_radix(&digits, 16)
            .ok()
            .filter(|_| digits.len() <= 6 && line <= digits.len() + 2);
        let Some(size) = size else {
            return body(rest, names);
        };
        let to = line.saturating_add(size).min(rest.len());
        body(rest.get_mut(line..to).unwrap_or_default(), names);
        at = at.saturating_add(to).saturating_add(2);
    }
}

fn body(bytes: &mut [u8], names: &Pseudonyms) {
    if bytes.iter().any(|byte| matches!(byte, 0..=8 | 14..=31)) {
        bytes.fill(0);
        return;
    }
    // The words by which a licensing answer judges a message identify no one, and a verdict may rest on them.
    let kept: Vec<_> = verdict_words(bytes)
        .into_iter()
        .filter_map(|at| Some((at.start, bytes.get(at)?.to_vec())))
        .collect();
    crate::base::secrets::strike_out(bytes);
    names.text(bytes);
    for (at, word) in kept {
        if let Some(place) = bytes.get_mut(at..at.saturating_add(word.len())) {
            place.copy_from_slice(&word);
        }
    }
}

/// Letters and digits become x.
fn strike(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| !byte.is_ascii_whitespace()) {
        *byte = b'x';
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn issue_17_6_no_number_of_a_plain_header_is_an_address_and_a_folded_secret_is_struck_out() {
        let names = Pseudonyms::new(&[1; 32], &Profile::built_in("default").unwrap());
        let new = |head: &str| {
            let mut bytes = format!("GET / HTTP/1.1\r\n{head}\r\n\r\n").into_bytes();
            text(&mut bytes, &names);
            let text = String::from_utf8(bytes).unwrap();
            text.split_once("\r\n").unwrap().1.trim_end().to_owned()
        };
        for stays in [
            "Date: Mon, 14 Nov 2023 22:13:20 GMT",
            "Content-Length: 1234567",
            "Connection: close",
            "Keep-Alive: timeout=5, max=100",
        ] {
            assert_eq!(new(stays), stays);
        }
        for told in [
            "Date: 172835383",
            "Connection: close, 172835383",
            "Accept: 10, 77, 66, 55",
        ] {
            assert!(!new(told).contains(told.rsplit(": ").next().unwrap()), "{}", new(told));
        }
        assert_eq!(new("Content-Length: 172835383"), "Content-Length: 999999999");
        assert_eq!(new("Cookie: a=b\r\n c=secret"), "Cookie: xxx\r\n xxxxxxxx");
    }
}
