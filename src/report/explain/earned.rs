//! Counts → lines: how often a verdict was right, over captures whose true cause is known.
//!
//! A word of confidence must be justified. `earned.tsv` is written by `tests/it/earned.rs`, which fails if a word no
//! longer is.

use std::io;

use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::report::labels;
use crate::report::text::{Page, Paint};

const COUNTS: &str = include_str!("earned.tsv");

/// A line of the table.
struct Row {
    verdict: &'static str,
    word: &'static str,
    cases: u64,
    right: u64,
}

/// Source, verdict, word, labelled cases, and how many of those were right; separated by tabs.
fn rows() -> impl Iterator<Item = Row> {
    let lines = COUNTS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut cells = line.split('\t').skip(1);
        Some(Row {
            verdict: cells.next()?,
            word: cells.next()?,
            cases: cells.next()?.parse().ok()?,
            right: cells.next()?.parse().ok()?,
        })
    })
}

/// The number of labelled cases of a verdict, or of all, with this word, and how many of them were right.
fn counts(verdict: Option<&str>, word: Confidence) -> (u64, u64) {
    let own = rows().filter(|row| verdict.is_none_or(|it| it == row.verdict) && row.word == word.name());
    own.fold((0, 0), |(cases, right), row| (cases + row.cases, right + row.right))
}

/// Writes how often a verdict, or all of them, were right; writes no line if nothing was counted.
pub(super) fn write(page: &mut Page<'_>, verdict: Option<&str>) -> io::Result<()> {
    let words = [Confidence::Certain, Confidence::Likely, Confidence::Possible];
    let counted = words.map(|word| (word, counts(verdict, word)));
    if counted.iter().all(|(_, (cases, _))| *cases == 0) {
        return Ok(());
    }
    let language = page.language;
    let title = phrase("explain-earned").in_language(language);
    page.blank()?;
    page.line(&[(Paint::Strong, &title)])?;
    page.blank()?;
    for (word, (cases, right)) in counted.into_iter().filter(|(_, (cases, _))| *cases > 0) {
        let line = phrase("explain-earned-word")
            .with("word", labels::confidence(word))
            .with("right", right)
            .with("cases", cases);
        page.hang(&[(Paint::Plain, "- ")], 2, &line.in_language(language), "")?;
    }
    page.blank()?;
    page.hang(&[], 0, &phrase("explain-earned-cases").in_language(language), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_earned() {
        let (cases, right) = counts(None, Confidence::Certain);
        assert!(cases >= 1_000 && right == cases, "certain: {right} of {cases}");
        let (cases, right) = counts(None, Confidence::Likely);
        assert!(cases > 0 && right * 10 >= cases * 9, "likely: {right} of {cases}");
    }

    #[test]
    fn every_line_is_read() {
        let lines = COUNTS.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(rows().count(), lines);
        assert!(rows().all(|row| row.right <= row.cases));
    }
}
