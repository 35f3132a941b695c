//! TOML, Report → accepted findings: known ones that are tolerable for now, each with a reason and a review date.
//!
//! ```toml
//! [[accept]]
//! finding = "legacy-endpoint"
//! captures = "site-a/*.pcap"      # absent: every capture
//! device = "192.0.2.1"            # absent: every device
//! reason = "replaced in March, CHG-1234"
//! review = 2026-03-31
//! ```
//!
//! The current date comes from the caller: no code here reads a clock.

use serde::Deserialize;

use super::junit::Expectation;
use super::{Report, explain};
use crate::judge::finding::Severity;

/// The accepted findings of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    entries: Vec<Entry>,
}

/// A day: year, month and day.
pub type Day = (u16, u8, u8);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accept: Vec<Entry>,
}

/// A finding that is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    finding: String,
    captures: Option<String>,
    device: Option<String>,
    reason: String,
    review: toml::value::Datetime,
}

impl Entry {
    fn day(&self) -> Option<Day> {
        self.review.date.map(|it| (it.year, it.month, it.day))
    }
}

impl Accepted {
    /// Reads a file of accepted findings.
    ///
    /// # Errors
    /// If the text is not such a file; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
        for entry in &file.accept {
            let id = &entry.finding;
            if explain::explanation(id).is_none() {
                let near = explain::nearest(id).map(|near| format!("; did you mean {near}?"));
                return Err(format!("{id} is no finding{}", near.unwrap_or_default()));
            }
            if entry.reason.trim().is_empty() {
                return Err(format!("{id}: a reason is needed"));
            }
            if entry.day().is_none() {
                return Err(format!("{id}: review is a day, as in 2026-03-31"));
            }
        }
        Ok(Self { entries: file.accept })
    }

    /// The patterns of captures, each by its place.
    pub fn patterns(&self) -> impl Iterator<Item = Option<&str>> {
        self.entries.iter().map(|it| it.captures.as_deref())
    }

    /// How many reviews are due on a day.
    #[must_use]
    pub fn due(&self, today: Day) -> usize {
        self.entries.iter().filter(|it| it.day() < Some(today)).count()
    }

    /// The result for a report: for each finding that is a warning or an error, whether it is accepted today. `fits`
    /// says whether a capture's name fits a pattern.
    #[must_use]
    pub fn check(&self, report: &Report, today: Day, fits: impl Fn(&str) -> bool) -> Vec<Expectation> {
        let mut told = Vec::new();
        let of_attempts = report.attempts.iter().flat_map(|attempt| {
            let findings = attempt.findings.iter();
            findings.map(|it| {
                (
                    it.id.name(),
                    it.severity,
                    it.detail.as_str(),
                    Some(attempt.device.as_str()),
                )
            })
        });
        let overall = report.attempts.is_empty().then(|| {
            let verdict = &report.verdict;
            (verdict.id.name(), verdict.severity, verdict.summary.as_str(), None)
        });
        for (id, severity, detail, device) in of_attempts.chain(overall) {
            if severity < Severity::Warning {
                continue;
            }
            let accepts = |entry: &&Entry| {
                entry.finding == id
                    && entry.captures.as_deref().is_none_or(&fits)
                    && entry.device.as_deref().is_none_or(|it| Some(it) == device)
            };
            let line = match self.entries.iter().filter(accepts).max_by_key(|it| it.day()) {
                Some(entry) => Expectation {
                    text: format!("{id} is accepted until {}: {}", entry.review, entry.reason),
                    met: entry.day() >= Some(today),
                    seen: format!("its review was due on {}: {detail}", entry.review),
                },
                None => Expectation {
                    text: "no finding that is not accepted".to_owned(),
                    met: false,
                    seen: format!("{id}: {detail}"),
                },
            };
            if !told.contains(&line) {
                told.push(line);
            }
        }
        if told.is_empty() {
            told.push(Expectation {
                text: "no finding that is not accepted".to_owned(),
                met: true,
                seen: String::new(),
            });
        }
        told
    }
}
