//! Rows → Tally: many captures counted by verdict, the worst first, in memory that does not grow with their number.

mod junit;
mod text;

use std::collections::BTreeMap;

use super::Outcome;
use super::row::Row;
use crate::judge::finding::Severity;

pub use junit::{CaseCounts, write_case, write_expected, write_junit_begin, write_junit_end};
pub(crate) use text::sum;
pub use text::{write_line, write_tally};

/// Captures named as examples of a verdict.
const EXAMPLES: usize = 3;
/// The number of lines kept for failures, and for unreadable captures; a longer list is for a program.
const LINES: usize = 1000;
/// Rows kept for a page, the worst of all: at 400 bytes each they stay under a megabyte.
const ROWS: usize = 2000;

/// Facts of a run other than its captures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Bytes of the files that were read.
    pub bytes: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Captures whose rows were known from an earlier run.
    pub known: u64,
    /// Files in the folders that are not captures.
    pub others: u64,
    /// Some of them: name, and apparent type.
    pub other_names: Vec<(String, String)>,
}

/// A verdict and how often it was reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// `ok`, `note`, `warning` or `error`: the worst that occurred with the verdict.
    pub severity: Severity,
    /// Captures with it.
    pub captures: u64,
    /// Attempts with it.
    pub attempts: u64,
    /// Some captures with it, the first ones.
    pub examples: Vec<String>,
}

/// A list that keeps its first entries and counts the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) rows: Vec<Row>,
    pub(crate) count: u64,
}

impl Kept {
    fn push(&mut self, row: &Row) {
        self.count = self.count.saturating_add(1);
        if self.rows.len() < LINES {
            self.rows.push(row.clone());
        }
    }
}

/// Counts over many captures.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Captures judged.
    pub captures: u64,
    /// Attempts in them.
    pub attempts: u64,
    verdicts: BTreeMap<String, Counted>,
    /// The worst row of each capture that failed, in order.
    pub(crate) failed: Kept,
    /// Captures that could not be read, in order.
    pub(crate) unread: Kept,
    /// The worst row of each capture that was not read or judged to its end, in order.
    pub(crate) partial: Kept,
    /// The worst rows of all, by rank and order.
    pub(crate) worst: BTreeMap<(u8, u64), Row>,
    rows: u64,
}

impl Tally {
    /// Adds a capture: its rows and its outcome; `None` if it could not be read.
    pub fn add(&mut self, rows: &[Row], outcome: Option<Outcome>) {
        for row in rows {
            self.rows = self.rows.saturating_add(1);
            self.worst.insert((rank(row), self.rows), row.clone());
            if self.worst.len() > ROWS {
                self.worst.pop_last();
            }
        }
        let Some(outcome) = outcome else {
            rows.iter().for_each(|row| self.unread.push(row));
            return;
        };
        self.captures = self.captures.saturating_add(1);
        let mut seen: Vec<&str> = Vec::new();
        for row in rows {
            let attempts = u64::from(row.attempt.is_some());
            self.attempts = self.attempts.saturating_add(attempts);
            let Some(verdict) = row.verdict.as_deref() else {
                continue;
            };
            let counted = self.verdicts.entry(verdict.to_owned()).or_default();
            counted.attempts = counted.attempts.saturating_add(attempts);
            counted.severity = counted.severity.max(row.severity.unwrap_or_default());
            if !seen.contains(&verdict) {
                seen.push(verdict);
                counted.captures = counted.captures.saturating_add(1);
                if counted.examples.len() < EXAMPLES {
                    counted.examples.push(row.capture.clone());
                }
            }
        }
        if rows.iter().any(|row| row.is_partial)
            && let Some(worst) = worst(rows)
        {
            self.partial.push(worst);
        }
        if matches!(outcome, Outcome::Failed | Outcome::Unusable)
            && let Some(worst) = worst(rows)
        {
            self.failed.push(worst);
        }
    }

    /// The verdicts that occurred: the worst first, equally bad ones by frequency.
    #[must_use]
    pub fn verdicts(&self) -> Vec<(&str, &Counted)> {
        let mut all: Vec<_> = self
            .verdicts
            .iter()
            .map(|(id, counted)| (id.as_str(), counted))
            .collect();
        all.sort_by_key(|(id, counted)| {
            (
                std::cmp::Reverse(counted.severity),
                std::cmp::Reverse(counted.captures),
                *id,
            )
        });
        all
    }

    /// The number of files and folders that could not be read.
    #[must_use]
    pub const fn unread(&self) -> u64 {
        self.unread.count
    }

    /// The number of captures that failed.
    #[must_use]
    pub const fn failed(&self) -> u64 {
        self.failed.count
    }

    /// The number of rows.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }
}

/// A capture's worst row: among equally bad ones the first.
#[must_use]
pub fn worst(rows: &[Row]) -> Option<&Row> {
    rows.iter().min_by_key(|row| rank(row))
}

/// Order by severity: failures, then captures that could not be read, then the others.
fn rank(row: &Row) -> u8 {
    match row.severity {
        Some(Severity::Error) => 0,
        None => 1,
        Some(Severity::Warning) => 2,
        Some(Severity::Note) => 3,
        Some(Severity::Ok) => 4,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::{examples, outcome};

    /// The tally of the examples, and of a file that is not a capture.
    pub(crate) fn tally() -> Tally {
        let mut tally = Tally::default();
        for report in examples::all() {
            tally.add(&Row::of(&report), Some(outcome([&report])));
        }
        tally.add(&[Row::failed("a<b>\u{1b}.pcap", None, "the file is empty")], None);
        tally
    }

    #[test]
    fn the_worst_verdict_comes_first_and_every_capture_is_counted() {
        let tally = tally();
        assert_eq!(tally.captures as usize, examples::all().len());
        let verdicts = tally.verdicts();
        let severities: Vec<Severity> = verdicts.iter().map(|(_, it)| it.severity).collect();
        assert!(
            severities.is_sorted_by(|one, next| one >= next) && severities.len() > 3,
            "{severities:?}"
        );
        let attempts: usize = examples::all().iter().map(|it| it.attempts.len()).sum();
        assert_eq!(tally.attempts as usize, attempts);
        assert_eq!((tally.unread(), tally.failed.rows.len() as u64), (1, tally.failed()));
        assert!(tally.failed() > 0);
    }

    #[test]
    fn lists_are_bounded_and_keep_the_worst() {
        let mut tally = Tally::default();
        let row = |n: usize, severity: Severity| Row {
            capture: n.to_string(),
            verdict: Some("x".into()),
            severity: Some(severity),
            ..Row::default()
        };
        for n in 0..5000 {
            tally.add(&[row(n, Severity::Ok)], Some(Outcome::Succeeded));
            tally.add(&[row(n, Severity::Error)], Some(Outcome::Failed));
        }
        assert_eq!((tally.failed(), tally.failed.rows.len()), (5000, LINES));
        assert_eq!(tally.worst.len(), ROWS);
        assert!(tally.worst.values().all(|row| row.severity == Some(Severity::Error)));
        assert_eq!(tally.verdicts()[0].1.examples, ["0", "0", "1"]);
    }
}
