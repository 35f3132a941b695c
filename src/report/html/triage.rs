//! Tally → HTML: one page on many captures: counts by verdict, what could not be read, and a row for each attempt.

use std::collections::BTreeMap;
use std::io::{self, Write};

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::super::labels::{capitalised, confidence, grouped, moment, sign};
use super::super::row::Row;
use super::super::triage::{Run, Tally, sum};
use super::{STYLE, render};
use crate::base::phrase::{Language, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;

/// A verdict of the table.
#[derive(Serialize)]
struct Counted {
    sign: &'static str,
    severity: Severity,
    id: String,
    /// The first row with that verdict; empty where none is on the page.
    anchor: String,
    captures: String,
    attempts: String,
    examples: Vec<String>,
}

/// A row.
#[derive(Serialize)]
struct Line {
    /// Of the first row of its verdict, to lead there.
    anchor: String,
    sign: &'static str,
    severity: Severity,
    capture: String,
    time: String,
    device: String,
    name: String,
    verdict: String,
    confidence: String,
    what: String,
    note: String,
}

/// Writes one page about many captures.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_overview(tally: &Tally, run: &Run, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let say = |id: &'static str| phrase(id).in_language(language);
    let mut counts = counts(tally, language);
    let mut rows: Vec<Line> = tally.worst.values().map(|row| line(row, language)).collect();
    lead(&mut counts, &mut rows);
    let folder = common_folder(rows.iter().map(|row| row.capture.as_str())).to_owned();
    let examples = counts.iter_mut().flat_map(|count| &mut count.examples);
    for capture in examples {
        *capture = capture.strip_prefix(&folder).unwrap_or(capture).to_owned();
    }
    for row in &mut rows {
        row.capture = row.capture.strip_prefix(&folder).unwrap_or(&row.capture).to_owned();
    }
    let more = match tally.rows().saturating_sub(rows.len() as u64) {
        0 => String::new(),
        more => phrase("triage-more").with("count", grouped(more)).in_language(language),
    };
    let labels: BTreeMap<&str, String> = [
        ("skip", "page-skip"),
        ("verdict", "page-verdict"),
        ("captures", "triage-captures"),
        ("attempts", "triage-attempts"),
        ("examples", "triage-examples"),
        ("by_verdict", "triage-by-verdict"),
        ("rows", "triage-rows"),
        ("folder", "triage-folder"),
        ("made_by", "page-made-by"),
    ]
    .into_iter()
    .map(|(name, id)| (name, say(id)))
    .collect();
    let title = phrase("triage-title")
        .with("captures", tally.captures.saturating_add(tally.unread()))
        .with("shown", grouped(tally.captures.saturating_add(tally.unread())))
        .in_language(language);
    let page = render(
        "triage.html",
        context! {
            lang => language.tag(), style => STYLE, t => labels, title, counts => Serde(counts), rows => Serde(rows),
            more, folder, sum => sum(tally, run).in_language(language), tool => ("tlswalk", env!("CARGO_PKG_VERSION")),
        },
    )?;
    out.write_all(page.as_bytes())
}

/// How often each verdict was reached, and how many captures could not be read.
fn counts(tally: &Tally, language: Language) -> Vec<Counted> {
    let mut counts: Vec<Counted> = tally
        .verdicts()
        .into_iter()
        .map(|(id, counted)| Counted {
            sign: sign(counted.severity),
            severity: counted.severity,
            id: id.to_owned(),
            anchor: String::new(),
            captures: grouped(counted.captures),
            attempts: grouped(counted.attempts),
            examples: counted.examples.clone(),
        })
        .collect();
    if tally.unread() > 0 {
        counts.push(Counted {
            sign: sign(Severity::Error),
            severity: Severity::Error,
            id: phrase("triage-not-read").in_language(language),
            anchor: String::new(),
            captures: grouped(tally.unread()),
            attempts: String::new(),
            examples: tally
                .unread
                .rows
                .iter()
                .take(3)
                .map(|row| row.capture.clone())
                .collect(),
        });
    }
    counts
}

/// Leads from each verdict to its first row.
fn lead(counts: &mut [Counted], rows: &mut [Line]) {
    for (at, count) in counts.iter_mut().enumerate() {
        if let Some(row) = rows.iter_mut().find(|row| row.verdict == count.id) {
            let anchor = format!("v{}", at + 1);
            row.anchor.clone_from(&anchor);
            count.anchor = anchor;
        }
    }
}

/// The folder that all captures are in, with its final separator; empty where they share none, or there is one capture only.
fn common_folder<'a>(mut captures: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = captures.next() else { return "" };
    let folder_of = |path: &'a str| path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default();
    let mut common = folder_of(first);
    let mut several = false;
    for capture in captures {
        several = true;
        while !capture.starts_with(common) {
            common = folder_of(common.trim_end_matches('/'));
        }
    }
    if several { common } else { "" }
}

fn line(row: &Row, language: Language) -> Line {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let severity = row.severity.unwrap_or(Severity::Error);
    Line {
        anchor: String::new(),
        sign: sign(severity),
        severity,
        capture: row.capture.clone(),
        time: row.time.as_deref().map(moment).unwrap_or_default(),
        device: text(&row.device),
        name: in_prose(&text(&row.name)).into_owned(),
        verdict: row
            .verdict
            .map(|id| id.to_string())
            .unwrap_or_else(|| phrase("triage-not-read").in_language(language)),
        confidence: row
            .confidence
            .map(|it| confidence(it).in_language(language))
            .unwrap_or_default(),
        what: capitalised(row.error.as_deref().or(row.summary.as_deref()).unwrap_or_default()),
        note: text(&row.note),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::triage::tests::tally;

    #[test]
    fn the_folder_that_captures_share_is_told_once() {
        let common = |captures: &[&'static str]| common_folder(captures.iter().copied());
        assert_eq!(common(&["a/b/x.pcap", "a/b/y.pcap", "a/b/c/z.pcap"]), "a/b/");
        assert_eq!(common(&["a/b/x.pcap", "a/bc/y.pcap"]), "a/");
        assert_eq!(common(&["/x.pcap", "/y.pcap"]), "/");
        assert_eq!(common(&["a/x.pcap", "b/y.pcap"]), "");
        assert_eq!(common(&["a/x.pcap"]), "");
        assert_eq!(common(&[]), "");
    }

    #[test]
    fn the_page_is_well_formed_in_each_language_and_escapes_names() {
        for language in Language::ALL {
            let mut page = Vec::new();
            write_overview(&tally(), &Run::default(), language, &mut page).unwrap();
            let text = String::from_utf8(page).unwrap();
            let options = roxmltree::ParsingOptions {
                allow_dtd: true,
                ..Default::default()
            };
            let document = roxmltree::Document::parse_with_options(&text, options).unwrap();
            let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count() as u64;
            assert_eq!(count("tr"), 1 + tally().verdicts().len() as u64 + 1);
            assert_eq!(count("li"), tally().rows());
            // Each verdict leads to a row that is there.
            let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
            let links = document
                .descendants()
                .filter_map(|node| node.attribute("href")?.strip_prefix('#'));
            assert!(links.clone().count() > 1 && links.clone().all(|link| ids.contains(&link)));
            assert!(
                text.contains("a&lt;b&gt;\\x1b.pcap") && !text.contains("<script"),
                "{text}"
            );
            assert!(
                !text.contains("triage-") && !text.contains("page-"),
                "a text is missing"
            );
        }
    }
}
