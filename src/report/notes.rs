//! Report → notes: the parts of a capture that a report does not cover. Every format has them, because a verdict
//! without them claims more than was seen.

use super::Report;
use super::labels::{grouped, language_of};
use crate::base::phrase::{Phrase, phrase};

/// The id under which programs find them.
pub(super) const ID: &str = "not-wholly-judged";

/// Where reading ended early, and how much was not judged, as clauses; empty for an ordinary report.
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

/// The same in one line; `None` if nothing is missing.
pub(super) fn note(report: &Report) -> Option<String> {
    let notes = notes(report);
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The number of connections and look-ups that were not kept.
pub(super) fn not_judged(count: u64) -> Option<Phrase> {
    (count > 0).then(|| {
        phrase("note-not-judged")
            .with("count", count)
            .with("shown", grouped(count))
    })
}
