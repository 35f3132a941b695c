//! JSON → Reports: the reports to check; other contents are refused with their names.

use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::VerifyError;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::report::{Report, SCHEMA};

/// Reads a report.
///
/// # Errors
/// If the text is not a report of this schema, or holds several.
pub fn read_report(text: &str, language: Language) -> Result<Report, VerifyError> {
    let mut reports = read_reports(text, language)?;
    match (reports.pop(), reports.len()) {
        (Some(report), 0) => Ok(report),
        _ => Err(VerifyError::Report(phrase("verify-several").in_language(language))),
    }
}

/// Reads reports: one, a list of them, or one per line.
///
/// # Errors
/// If the text holds anything except reports of this schema.
pub fn read_reports(text: &str, language: Language) -> Result<Vec<Report>, VerifyError> {
    let say = |phrase: Phrase| VerifyError::Report(phrase.in_language(language));
    // Each text is read twice rather than kept as a tree, which takes some ten times its length.
    let heads =
        read_all::<Head>(text).map_err(|error| say(phrase("verify-not-json").with("error", error.to_string())))?;
    for head in &heads {
        match head.schema.as_deref() {
            Some(SCHEMA) => {}
            Some(other) => {
                let other = crate::base::wire_text::WireText::from(other);
                return Err(say(phrase("verify-other-schema")
                    .with("schema", other)
                    .with("ours", SCHEMA)));
            }
            None => return Err(say(phrase("verify-no-schema").with("ours", SCHEMA))),
        }
    }
    let reports: Vec<Report> =
        read_all(text).map_err(|error| say(phrase("verify-other-version").with("error", error.to_string())))?;
    match reports.iter().any(|report| report.part.is_some()) {
        true => Err(say(phrase("verify-part"))),
        false if reports.is_empty() => Err(say(phrase("verify-no-schema").with("ours", SCHEMA))),
        false => Ok(reports),
    }
}

/// The values of a text: those of a list, or all consecutive ones.
fn read_all<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, serde_json::Error> {
    match text.trim_start().starts_with('[') {
        true => serde_json::from_str(text),
        false => serde_json::Deserializer::from_str(text).into_iter().collect(),
    }
}

/// The beginning of every report; empty for anything else.
#[derive(Default)]
struct Head {
    schema: Option<String>,
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeadVisitor)
    }
}

/// Skips everything else without keeping it.
struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head, A::Error> {
        let mut head = Head::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "schema" => head.schema = map.next_value::<serde_json::Value>()?.as_str().map(str::to_owned),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(head)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Head, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Head::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Head, E> {
        Ok(Head::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Head, E> {
        Ok(Head::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Head, E> {
        Ok(Head::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Head, E> {
        Ok(Head::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Head, E> {
        Ok(Head::default())
    }

    fn visit_unit<E>(self) -> Result<Head, E> {
        Ok(Head::default())
    }
}
