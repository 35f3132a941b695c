//! Text → Status: what a readable licensing answer says of itself, in JSON, whole or cut.
//!
//! CSLU and On-Prem answer in clear where the transport is plain HTTP: `{"status":"COMPLETE", …}` around a response whose
//! own JSON is a string. Only the words for the outcome are looked for, so a cut body and escaped quotes do no harm.

use std::ops::Range;

/// The licensing server's status for the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The word: `FAILURE`, `OK_POLL` …
    pub code: String,
    /// The reason given, where there is one.
    pub message: Option<String>,
}

/// Longest value taken for a code or a reason; codes are single words, reasons sentences.
const LONGEST: usize = 200;

/// Longest word taken for a code: `NO_DATA_TO_PROCESS` has 18 letters.
const LONGEST_WORD: usize = 24;

impl Status {
    /// The status in a body, the innermost first: an envelope may be `COMPLETE` around a failure.
    #[must_use]
    pub fn of(body: &str) -> Option<Self> {
        if !body.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let text = body.replace('\\', "");
        let code = value(&text, "status_code").or_else(|| value(&text, "status"))?;
        let message = value(&text, "message").filter(|it| !it.is_empty());
        Some(Self {
            code: code.to_owned(),
            message: message.map(str::to_owned),
        })
    }

    /// True if the message was refused.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        ["FAIL", "ERROR", "INVALID"]
            .iter()
            .any(|word| self.code.to_ascii_uppercase().starts_with(word))
    }
}

/// The parts of a body that say how the message was judged: the keys and their values, which identify no one. Redaction
/// may keep these.
#[must_use]
pub fn verdict_words(body: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = body
        .get(at..)
        .and_then(|rest| rest.windows(6).position(|it| it == b"status"))
    {
        let key = at.saturating_add(next);
        at = key.saturating_add(6);
        let rest = body.get(at..).unwrap_or_default();
        let rest_of_key = if rest.starts_with(b"_code") { 5 } else { 0 };
        let is_between = |byte: &u8| matches!(byte, b'"' | b'\\' | b':' | b' ');
        let value = rest.get(rest_of_key..).unwrap_or_default();
        let between = value.iter().take_while(|byte| is_between(byte)).count();
        let value = value.get(between..).unwrap_or_default();
        let len = value
            .iter()
            .take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_')
            .count();
        let begin = at.saturating_add(rest_of_key).saturating_add(between);
        if between > 0
            && (1..=LONGEST_WORD).contains(&len)
            && value.get(len).is_some_and(|byte| !byte.is_ascii_alphanumeric())
        {
            found.push(key..at.saturating_add(rest_of_key));
            found.push(begin..begin.saturating_add(len));
        }
    }
    found
}

/// The value of a key that is a string; of several the last, which is the innermost.
pub(super) fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let quoted = format!("\"{key}\"");
    text.rmatch_indices(&quoted).find_map(|(at, found)| {
        let rest = text.get(at + found.len()..)?.trim_start().strip_prefix(':')?;
        let (value, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        (value.len() <= LONGEST).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &str) -> Option<String> {
        Status::of(body).map(|status| status.code)
    }

    #[test]
    fn the_inner_status_counts_more_than_the_envelopes() {
        let body = r#"{"status":"COMPLETE","response":"{\"header\":{},\"status_code\":\"FAILURE\",\"message\":\"Invalid ProductInstanceIdentifier: 2e84\"}"}"#;
        let status = Status::of(body).unwrap();
        assert_eq!(status.code, "FAILURE");
        assert!(status.is_refusal());
        assert_eq!(
            status.message.as_deref(),
            Some("Invalid ProductInstanceIdentifier: 2e84")
        );
    }

    #[test]
    fn the_words_that_name_nobody_are_found_in_both_envelopes() {
        let body = br#"{"status":"COMPLETE","r":"{\"status_code\":\"FAILURE\"}","status":"Wien"}"#;
        let words: Vec<_> = verdict_words(body)
            .into_iter()
            .map(|it| String::from_utf8_lossy(&body[it]).into_owned())
            .collect();
        assert_eq!(words, ["status", "COMPLETE", "status_code", "FAILURE"]);
    }

    #[test]
    fn a_body_that_is_cut_or_no_json_says_what_can_be_read() {
        assert_eq!(
            code(r#"{"status": "OK_POLL", "message": "unfinis"#),
            Some("OK_POLL".into())
        );
        assert!(!Status::of(r#"{"status":"OK_POLL"}"#).unwrap().is_refusal());
        assert_eq!(code(r#"{"status":"FAIL"#), None, "the word may go on");
        assert_eq!(code("<html>\"status\":\"FAILURE\"</html>"), None);
        assert_eq!(code(r#"{"status":404}"#), None);
        assert_eq!(code(""), None);
    }
}
