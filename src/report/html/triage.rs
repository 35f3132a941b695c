//! Tally → HTML: one page on many captures: counts by verdict, and under each verdict a card for each attempt.

use std::collections::BTreeMap;
use std::io::{self, Write};

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::super::explain;
use super::super::labels::{capitalised, common_folder, confidence, grouped, moment, sign};
use super::super::row::Row;
use super::super::triage::{Run, Tally, sum};
use super::{STYLE, render, shared, without};
use crate::base::phrase::{Language, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;
use crate::report::text::visible;

/// A verdict: its count, and its rows.
#[derive(Serialize)]
struct Group {
    sign: &'static str,
    severity: Severity,
    id: String,
    anchor: String,
    /// Meaning of the verdict, in a clause.
    meaning: &'static str,
    /// The number of captures and attempts, in words.
    counted: String,
    examples: Vec<String>,
    rows: Vec<Line>,
}

/// A row.
#[derive(Serialize)]
struct Line {
    capture: String,
    time: String,
    device: String,
    name: String,
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
    let folder = common_folder(tally.worst.values().map(|row| row.capture.as_str()));
    let mut groups = groups(tally, language);
    for (at, group) in groups.iter_mut().enumerate() {
        group.anchor = format!("v{}", at + 1);
        for capture in &mut group.examples {
            *capture = visible(without(folder, capture));
        }
    }
    for row in tally.worst.values() {
        let name = verdict(row, language);
        if let Some(group) = groups.iter_mut().find(|group| group.id == name) {
            group.rows.push(line(row, folder, language));
        }
    }
    let more = match tally.rows().saturating_sub(tally.worst.len() as u64) {
        0 => String::new(),
        more => phrase("triage-more").with("count", grouped(more)).in_language(language),
    };
    let labels: BTreeMap<&str, String> = [
        ("skip", "page-skip"),
        ("by_verdict", "triage-by-verdict"),
        ("rows", "triage-rows"),
        ("examples", "triage-examples"),
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
            lang => language.tag(), style => STYLE, t => labels, title, groups => Serde(groups), more,
            folder => shared(folder, language), sum => sum(tally, run).in_language(language), tool => ("tlswalk", env!("CARGO_PKG_VERSION")),
        },
    )?;
    out.write_all(page.as_bytes())
}

/// The verdicts that were reached, the worst first, and the unreadable captures; still without rows.
fn groups(tally: &Tally, language: Language) -> Vec<Group> {
    let captures = |count: u64| {
        phrase("triage-captures-counted")
            .with("count", count)
            .with("shown", grouped(count))
    };
    let mut groups: Vec<Group> = tally
        .verdicts()
        .into_iter()
        .map(|(id, counted)| Group {
            sign: sign(counted.severity),
            severity: counted.severity,
            id: id.to_owned(),
            anchor: String::new(),
            meaning: explain::title(id, language).unwrap_or_default(),
            counted: if counted.attempts == 0 {
                captures(counted.captures).in_language(language)
            } else {
                phrase("triage-counted")
                    .with("captures", counted.captures)
                    .with("shown", grouped(counted.captures))
                    .with("attempts", counted.attempts)
                    .with("attempts-shown", grouped(counted.attempts))
                    .in_language(language)
            },
            examples: counted.examples.clone(),
            rows: Vec::new(),
        })
        .collect();
    if tally.unread() > 0 {
        let first = tally.unread.rows.iter().take(3);
        // After the failures and before the successes, like its rows.
        let at = groups.iter().take_while(|it| it.severity == Severity::Error).count();
        let unread = Group {
            sign: sign(Severity::Error),
            severity: Severity::Error,
            id: phrase("triage-not-read").in_language(language),
            anchor: String::new(),
            meaning: "",
            counted: captures(tally.unread()).in_language(language),
            examples: first.map(|row| row.capture.clone()).collect(),
            rows: Vec::new(),
        };
        groups.insert(at, unread);
    }
    groups
}

/// The verdict of a row, or that its capture could not be read.
fn verdict(row: &Row, language: Language) -> String {
    let unread = || phrase("triage-not-read").in_language(language);
    row.verdict.map_or_else(unread, |id| id.to_string())
}

fn line(row: &Row, folder: &str, language: Language) -> Line {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Line {
        capture: visible(without(folder, &row.capture)),
        time: row.time.as_deref().map(moment).unwrap_or_default(),
        device: text(&row.device),
        name: in_prose(&text(&row.name)).into_owned(),
        confidence: row
            .confidence
            .map(|it| confidence(it).in_language(language))
            .unwrap_or_default(),
        what: capitalised(row.error.as_deref().or(row.summary.as_deref()).unwrap_or_default()),
        note: row.turn.iter().chain(&row.note).cloned().collect::<Vec<_>>().join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::triage::tests::tally;

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
            // A line for each verdict and for unreadable captures, and a card for each row.
            assert_eq!(count("li"), tally().verdicts().len() as u64 + 1 + tally().rows());
            // Each verdict links to an existing row.
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
