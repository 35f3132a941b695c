//! Report → notes: the parts of a capture that a report does not cover. Every format has them, because a verdict
//! without them claims more than was seen.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Report;
use super::labels::{grouped, language_of};
use crate::base::phrase::{Phrase, phrase};
use crate::judge::finding::VerdictId;

/// The id under which programs find them.
pub(super) const ID: &str = "not-wholly-judged";

/// The same of attempts that are only counted.
pub(super) const LEFT_OUT: &str = "attempts-not-listed";

/// Where reading ended early, and how much was not judged: clauses, none of an ordinary report.
pub(super) fn notes(report: &Report) -> Vec<String> {
    let capture = &report.capture;
    let mut notes = Vec::new();
    if let Some(detail) = &capture.end_detail {
        notes.push(phrase("text-cut-short-because").with("detail", detail));
    }
    if let Some(first) = capture.damage.first() {
        let lost: u64 = capture.damage.iter().map(|damage| damage.lost).sum();
        notes.push(
            phrase("text-damaged")
                .with("after", first.after_frame)
                .with("lost", grouped(lost)),
        );
    }
    notes.extend(not_judged(capture.not_judged));
    for log in &report.device_logs {
        notes.extend(
            log.end_detail
                .as_ref()
                .map(|detail| phrase("note-log-cut").with("file", &log.file).with("detail", detail)),
        );
    }
    let language = language_of(report);
    notes.into_iter().map(|it| it.in_language(language)).collect()
}

/// The same in one line, with what is not listed; `None`: nothing is missing.
pub(super) fn note(report: &Report) -> Option<String> {
    let language = language_of(report);
    let mut notes = notes(report);
    notes.extend(left_out(report).map(|it| it.in_language(language)));
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// How many attempts of which verdict were judged and are not listed.
pub(super) fn left_out(report: &Report) -> Option<Phrase> {
    let all: u64 = report.left_out.iter().map(|it| it.attempts).sum();
    let mut counts: BTreeMap<VerdictId, u64> = BTreeMap::new();
    for it in &report.left_out {
        *counts.entry(it.verdict).or_default() += it.attempts;
    }
    let mut counts: Vec<(VerdictId, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    let counts: Vec<String> = (counts.iter())
        .map(|(verdict, count)| format!("{} {verdict}", grouped(*count)))
        .collect();
    (all > 0).then(|| {
        phrase("note-left-out")
            .with("count", all)
            .with("shown", grouped(all))
            .with("verdicts", counts.join(", "))
    })
}

/// How many connections and look-ups there were no room for.
pub(super) fn not_judged(count: u64) -> Option<Phrase> {
    (count > 0).then(|| {
        phrase("note-not-judged")
            .with("count", count)
            .with("shown", grouped(count))
    })
}
