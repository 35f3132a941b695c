//! text → text without secrets: what opens doors is struck out before anything is shown or handed on.
//!
//! Plain licensing traffic carries tokens in JSON bodies and request targets, and proxies ask for passwords in headers. No
//! report needs them, redacted or not.

/// Parts of names that mark secrets, in lower case.
const NAMES: [&str; 11] = [
    "token",
    "secret",
    "password",
    "passwd",
    "signature",
    "nonce",
    "cookie",
    "credential",
    "authorization",
    "apikey",
    "api_key",
];

/// Strikes out the values of secret names in JSON, forms, targets and header lines; the length stays.
pub fn strike_out(text: &mut [u8]) {
    let lower = text.to_ascii_lowercase();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut at = 0;
    while at < lower.len() {
        let rest = lower.get(at..).unwrap_or_default();
        if !may_begin_name(rest) || !NAMES.iter().any(|name| rest.starts_with(name.as_bytes())) {
            at += 1;
            continue;
        }
        // To the end of the name, its quote, and the mark that a value follows.
        let name = rest.iter().take_while(|byte| is_name(byte)).count();
        let mut value = at.saturating_add(name.max(1));
        let skip = |value: &mut usize, bytes: &[u8]| {
            while lower.get(*value).is_some_and(|byte| bytes.contains(byte)) {
                *value += 1;
            }
        };
        skip(&mut value, b"\\\"' ");
        let mark = lower.get(value).copied();
        let is_command = rest.starts_with(b"idtoken ") || preceded_by(&lower, at, b"id") && rest.starts_with(b"token ");
        at = value;
        if matches!(mark, Some(b':' | b'=')) {
            value += 1;
        } else if !is_command {
            continue;
        }
        skip(&mut value, b" ");
        // JSON inside a JSON string has escaped quotes.
        let is_escaped = lower.get(value) == Some(&b'\\');
        value += usize::from(is_escaped);
        let quote = lower.get(value).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let ends = |at: usize, byte: u8| match quote {
            Some(_) if is_escaped => byte == b'\\',
            Some(quote) => byte == quote && lower.get(at.saturating_sub(1)) != Some(&b'\\'),
            None if is_command => byte.is_ascii_whitespace(),
            None if mark == Some(b':') => matches!(byte, b'\r' | b'\n' | b',' | b'}'),
            None => matches!(byte, b'&' | b' ' | b'\r' | b'\n' | b'"' | b';'),
        };
        value += usize::from(quote.is_some());
        while let Some(byte) = text.get_mut(value).filter(|byte| !ends(value, **byte)) {
            *byte = b'x';
            value += 1;
        }
        at = value;
    }
}

/// True if the first two letters are those of a name, which spares comparing nearly every place of a text with all names.
const fn may_begin_name(rest: &[u8]) -> bool {
    matches!(
        rest,
        [b't' | b'n', b'o', ..]
            | [b's', b'e' | b'i', ..]
            | [b'p', b'a', ..]
            | [b'c', b'o' | b'r', ..]
            | [b'a', b'u' | b'p', ..]
    )
}

fn preceded_by(text: &[u8], at: usize, word: &[u8]) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        strike_out(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn every_name_is_looked_for() {
        assert!(NAMES.iter().all(|name| may_begin_name(name.as_bytes())));
    }

    #[test]
    fn values_of_secret_names_are_struck_out_and_nothing_else() {
        assert_eq!(
            struck(r#"{"id_token": "abc\"d", "n": 1}"#),
            r#"{"id_token": "xxxxxx", "n": 1}"#
        );
        assert_eq!(struck("/x?idtoken=abc&y=1 HTTP/1.1"), "/x?idtoken=xxx&y=1 HTTP/1.1");
        assert_eq!(
            struck("Proxy-Authorization: Basic abc\r\nHost: a"),
            "Proxy-Authorization: xxxxxxxxx\r\nHost: a"
        );
        assert_eq!(
            struck(r#"{"r":"{\"token\":\"abc\",\"n\":1}"}"#),
            r#"{"r":"{\"token\":\"xxx\",\"n\":1}"}"#
        );
        assert_eq!(
            struck("license smart trust idtoken ABC123 all force"),
            "license smart trust idtoken xxxxxx all force"
        );
        assert_eq!(struck("a broken token ring"), "a broken token ring");
        assert_eq!(struck("\"token\""), "\"token\"");
    }
}
