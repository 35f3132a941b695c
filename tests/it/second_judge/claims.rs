//! Report → its claims, each with the attempt's connections: all that a reader could take for a fact.

use serde_json::Value;

/// A sentence of a report, in English, with the frame beside it.
pub struct Claim<'a> {
    pub text: &'a str,
    pub frame: Option<u64>,
}

/// Summaries, evidence, and why an alternative was excluded: what is stated, not what is only possible.
pub fn of_attempt<'a>(attempt: &'a Value) -> Vec<Claim<'a>> {
    let mut found = Vec::new();
    let mut say = |text: &'a Value, frame: &Value| {
        found.extend(text.as_str().map(|text| Claim {
            text,
            frame: frame.as_u64(),
        }));
    };
    let verdict = &attempt["verdict"];
    say(&verdict["summary"], &Value::Null);
    for alternative in list(&verdict["alternatives"]).filter(|it| it["excluded"] == true) {
        say(&alternative["why_not"], &Value::Null);
    }
    for reason in list(&verdict["cannot_tell"]) {
        say(reason, &Value::Null);
    }
    for finding in list(&attempt["findings"]) {
        say(&finding["detail"], &Value::Null);
    }
    let findings = list(&attempt["findings"]).map(|it| &it["evidence"]);
    for evidence in findings.chain([&verdict["evidence"]]).flat_map(list) {
        say(&evidence["what"], &evidence["frame"]);
    }
    found
}

pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The text between two others: `between("frame 5 of", "frame ", " of")` is `5`.
pub fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(behind)?.0)
}

/// The word before a text, as a number: `12` of `…: 12 bytes of the client`.
pub fn number_before(text: &str, behind: &str) -> Option<u64> {
    let (head, _) = text.split_once(behind)?;
    let word = head.rsplit([' ', '\u{a0}', ':']).next()?;
    word.replace(',', "").parse().ok()
}

/// The number behind a text: `64` of `its time to live 64 is`.
pub fn number_behind(text: &str, before: &str) -> Option<u64> {
    let (_, rest) = text.split_once(before)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
