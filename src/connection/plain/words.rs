//! Plain text → words that identify no one: the words that a redacted capture may keep, so that its verdict stays the same.

use std::ops::Range;

use super::client::SENTENCES;

/// Commands and answers of protocols that negotiate TLS.
const WORDS: &[&str] = &[
    "STARTTLS",
    "STLS",
    "AUTH",
    "TLS",
    "SSL",
    "EHLO",
    "HELO",
    "LHLO",
    "QUIT",
    "LOGOUT",
    "CAPA",
    "CAPABILITY",
    "OK",
    "NO",
    "BAD",
    "ERR",
    "MAIL",
];

/// Digits of an IMAP tag that identify no one, after at most one letter.
const MAX_TAG: usize = 5;

/// The places of such words. Text outside such a dialogue keeps none except a server's sentence about HTTPS.
#[must_use]
pub fn words(bytes: &[u8]) -> Vec<Range<usize>> {
    let lower = bytes.to_ascii_lowercase();
    let sentences = SENTENCES.iter().filter_map(|sentence| {
        let at = lower.windows(sentence.len()).position(|it| it == sentence.as_bytes())?;
        Some(at..at + sentence.len())
    });
    let mut found: Vec<Range<usize>> = sentences.collect();
    let is_dialogue = bytes.split(|&byte| byte == b'\n').all(is_line) && !bytes.is_empty();
    if !is_dialogue {
        return found;
    }
    let mut at = 0;
    for line in bytes.split(|&byte| byte == b'\n') {
        let mut place = at;
        for (number, word) in line.split(|byte| !byte.is_ascii_alphanumeric()).enumerate() {
            let text = std::str::from_utf8(word).unwrap_or_default();
            let is_code = number == 0 && word.len() == 3 && word.iter().all(u8::is_ascii_digit);
            let is_tag = number == 0 && is_tag(word);
            let is_blotted = word.len() >= 4 && word.iter().take(word.len() - 1).all(|&byte| byte == b'X');
            if is_code || is_tag || is_blotted || WORDS.contains(&text) {
                found.push(place..place + word.len());
            }
            place += word.len() + 1;
        }
        at += line.len() + 1;
    }
    found
}

/// True if a line may be part of such a dialogue: empty, a reply with its code, or a line that begins with a known word
/// or a tag.
fn is_line(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let mut words = line.split(|byte| !byte.is_ascii_alphanumeric());
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_known = |word: &[u8]| WORDS.iter().any(|known| known.as_bytes() == word);
    match line {
        [] => true,
        [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] => true,
        [b'*' | b'+' | b'-', ..] => true,
        _ => is_known(first) || is_tag(first) && is_known(second),
    }
}

fn is_tag(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"A").or(word.strip_prefix(b"a")).unwrap_or(word);
    (1..=MAX_TAG).contains(&digits.len()) && digits.len() < word.len() && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Vec<&str> {
        let mut places = words(text.as_bytes());
        places.sort_by_key(|it| it.start);
        places.into_iter().map(|it| &text[it]).collect()
    }

    #[test]
    fn commands_and_codes_are_kept_and_names_are_not() {
        assert_eq!(kept("220 mail.acme.test ESMTP\r\n"), ["220"]);
        assert_eq!(
            kept("250-mail.acme.test\r\n250-STARTTLS\r\n250 SIZE\r\n"),
            ["250", "250", "STARTTLS", "250"]
        );
        assert_eq!(kept("A001 NO acme\r\n"), ["A001", "NO"]);
        assert_eq!(kept("EHLO host.acme.test\r\n"), ["EHLO"]);
        assert_eq!(kept("250-XXXXXXXA\r\n"), ["250", "XXXXXXXA"]);
        assert_eq!(kept("the password is STARTTLS\r\n"), [""; 0]);
        assert_eq!(
            kept("HTTP/1.1 400 Bad Request\r\n\r\n<h1>The plain HTTP request was sent to HTTPS port</h1>"),
            ["plain HTTP request was sent to HTTPS"]
        );
    }
}
