//! JSON → &'static str: words of the contract, read back from a report.
//!
//! A field that can only hold certain words is a `&'static str` in the report types. Read back, it must be one of them:
//! an unknown word was written by another version, and is no claim that can be checked.

use serde::{Deserialize as _, Deserializer};

use crate::base::dialect::Dialect;
use crate::base::phrase::Language;
use crate::connection::step::StepKind;

const WORDS: &[&str] = &[
    super::SCHEMA,
    "tlswalk",
    "complete",
    "truncated",
    "client",
    "server",
    "not-captured",
    "never-arrived",
    "snap-length",
    "unknown",
    "observed",
    "inferred",
    "decrypted",
    "current",
    "expired",
    "not-yet-valid",
];

pub(super) fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let text = String::deserialize(deserializer)?;
    let steps = StepKind::ALL.iter().map(|kind| kind.name());
    let languages = Language::ALL.iter().map(|language| language.tag());
    let dialects = Dialect::ALL.iter().map(|dialect| dialect.name()); // and of libraries, which have one each
    let mut known = WORDS.iter().copied().chain(steps).chain(languages).chain(dialects);
    known
        .find(|word| *word == text)
        .ok_or_else(|| serde::de::Error::custom(format!("“{text}” is no word that this version knows")))
}

/// Dialect of reports from versions that had none.
pub(super) const fn generic() -> &'static str {
    Dialect::Generic.name()
}

#[cfg(test)]
mod tests {
    use crate::report::{Report, examples};

    #[test]
    fn every_report_can_be_read_back() {
        for report in examples::all() {
            let text = serde_json::to_string(&report).unwrap();
            let read: Report = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn a_word_of_another_version_is_named() {
        let text = serde_json::to_string(&examples::rejected()).unwrap();
        let error = serde_json::from_str::<Report>(&text.replace("client-hello", "quic-initial")).unwrap_err();
        assert!(error.to_string().contains("“quic-initial”"), "{error}");
    }
}
