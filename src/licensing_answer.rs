//! Text → Status: what a readable licensing answer says of itself, in JSON, whole or cut.
//!
//! CSLU and On-Prem answer in clear where the transport is plain HTTP: `{"status":"COMPLETE", …}` around a response whose
//! own JSON is a string. Only the words for the outcome are looked for, so a cut body and escaped quotes do no harm.

/// How the licensing server judged the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The word: `FAILURE`, `OK_POLL` …
    pub code: String,
    /// The reason given, where there is one.
    pub message: Option<String>,
}

/// Longest value taken for a code or a reason; codes are single words, reasons sentences.
const LONGEST: usize = 200;

impl Status {
    /// What a body says, the innermost statement first: an envelope may be `COMPLETE` around a failure.
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

    /// Whether the message was refused.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        ["FAIL", "ERROR", "INVALID"]
            .iter()
            .any(|word| self.code.to_ascii_uppercase().starts_with(word))
    }
}

/// The value of a key that is a string; of several the last, which is the innermost.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
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
