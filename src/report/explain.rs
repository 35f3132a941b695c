//! Explanation → page: the output of `tlswalk explain` for one verdict or topic, or for all.

mod earned;

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar as _;

use super::text::{Page, Paint, TextStyle};
use crate::base::phrase::{Language, phrase};
pub use crate::judge::explanation::{Explanation, TOPICS};
pub use crate::judge::rules::{explanations, is_cause};

/// The explanation of a verdict id.
#[must_use]
pub fn explanation(id: &str) -> Option<Explanation> {
    explanations().find(|explanation| explanation.id == id)
}

/// The meaning of a verdict id in one clause.
#[must_use]
pub fn title(id: &str, language: Language) -> Option<&'static str> {
    explanation(id).map(|it| it.title(language))
}

/// Writes the explanation of `id`, a verdict or a topic, or a list of all.
///
/// # Errors
/// A sentence that names the nearest id if the id does not exist, or says that `out` cannot be written.
pub fn write_explanation(
    id: Option<&str>,
    out: &mut dyn Write,
    style: &TextStyle,
    language: Language,
) -> Result<(), String> {
    let mut page = Page::new(out, style, language);
    let written = match id {
        None => list(&mut page).and_then(|()| earned::write(&mut page, None)),
        Some(id) => {
            let topic = || TOPICS.into_iter().find(|topic| topic.id == id);
            let Some(explanation) = explanation(id).or_else(topic) else {
                let nearest = nearest(id)
                    .map(|near| format!("; did you mean {near}?"))
                    .unwrap_or_default();
                return Err(format!(
                    "explain {id}: no such verdict or topic{nearest} (all: tlswalk explain)"
                ));
            };
            let colon = if language == Language::Ja { "：" } else { ": " };
            let title = explanation.title(language);
            page.hang(&[(Paint::Strong, id), (Paint::Plain, colon)], 0, title, "")
                .and_then(|()| markdown(&mut page, explanation.text(language).lines().skip(1), 0))
                .and_then(|()| earned::write(&mut page, Some(id)))
        }
    };
    written.map_err(|error| error.to_string())
}

fn list(page: &mut Page<'_>) -> io::Result<()> {
    let all = || explanations().chain(TOPICS);
    let widest = all().map(|it| it.id.len()).max().unwrap_or_default();
    let row = |page: &mut Page<'_>, it: Explanation| {
        page.hang(&[(Paint::Strong, it.id)], widest + 2, it.title(page.language), "")
    };
    explanations().try_for_each(|it| row(page, it))?;
    page.blank()?;
    let heading = phrase("explain-topics").in_language(page.language);
    page.line(&[(Paint::Strong, &heading)])?;
    TOPICS.into_iter().try_for_each(|it| row(page, it))
}

/// The few forms of Markdown that the texts use: headings, paragraphs, list items, commands.
fn markdown<'a>(page: &mut Page<'_>, lines: impl Iterator<Item = &'a str>, indent: usize) -> io::Result<()> {
    let margin = " ".repeat(indent);
    let mut paragraph = String::new();
    let flush = |page: &mut Page<'_>, paragraph: &mut String| {
        let text = std::mem::take(paragraph);
        match text.strip_prefix("- ") {
            _ if text.is_empty() => Ok(()),
            Some(item) => page.hang(&[(Paint::Plain, &margin), (Paint::Plain, "- ")], indent + 2, item, ""),
            None => page.hang(&[(Paint::Plain, &margin)], indent, &text, ""),
        }
    };
    for line in lines {
        if let Some(heading) = line.strip_prefix("## ") {
            flush(page, &mut paragraph)?;
            page.line(&[(Paint::Strong, &margin), (Paint::Strong, heading)])?;
        } else if let Some(command) = line.strip_prefix("    ") {
            flush(page, &mut paragraph)?;
            page.line(&[(Paint::Plain, &margin), (Paint::Plain, "    "), (Paint::Plain, command)])?;
        } else if line.trim().is_empty() {
            flush(page, &mut paragraph)?;
            // A page within a report stays compact.
            if indent == 0 {
                page.blank()?;
            }
        } else {
            if line.starts_with("- ") {
                flush(page, &mut paragraph)?;
            }
            // Between two lines of Japanese text no space is inserted.
            let wide = |c: char| c.width().is_some_and(|width| width > 1);
            let joins = paragraph.ends_with(wide) && line.trim_start().starts_with(wide);
            if !paragraph.is_empty() && !joins {
                paragraph.push(' ');
            }
            // Code marks help on a web page; in a terminal they only disturb.
            paragraph.push_str(&line.trim().replace('`', ""));
        }
    }
    flush(page, &mut paragraph)
}

/// The intended id, if one is close enough: few letters differ, or it contains the typed text.
#[must_use]
pub fn nearest(typed: &str) -> Option<&'static str> {
    let typed: String = typed
        .chars()
        .take(60)
        .collect::<String>()
        .to_lowercase()
        .replace(['_', ' '], "-");
    let ids = || explanations().chain(TOPICS).map(|explanation| explanation.id);
    let close = ids()
        .map(|id| (distance(&typed, id), id))
        .min()
        .filter(|(edits, id)| edits * 3 <= id.len());
    close
        .map(|(_, id)| id)
        .or_else(|| ids().find(|id| typed.len() > 2 && id.contains(typed.as_str())))
}

/// The number of letters to insert, remove or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((y, &above_left), &above) in b.chars().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or_default();
            next.push((above_left + usize::from(x != y)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    /// The lines under a heading.
    fn section(text: &'static str, heading: &str) -> impl Iterator<Item = &'static str> {
        let is_start = move |line: &&str| line.strip_prefix("## ").is_some_and(|title| title.trim() == heading);
        let lines = text.lines().skip_while(move |line| !is_start(line)).skip(1);
        lines.take_while(|line| !line.starts_with("## "))
    }

    #[test]
    fn every_verdict_is_explained_in_every_respect() {
        for explanation in explanations() {
            let id = explanation.id;
            for (language, headings) in [
                (
                    Language::En,
                    ["In the capture", "Often confused with", "Do first", "Sources"],
                ),
                (
                    Language::Ja,
                    ["キャプチャでの見え方", "間違えやすいもの", "最初にすること", "出典"],
                ),
            ] {
                let text = explanation.text(language);
                for heading in headings {
                    assert!(
                        section(text, heading).any(|line| !line.trim().is_empty()),
                        "{id}: {heading}"
                    );
                }
                let title = explanation.title(language);
                assert!(text.starts_with("# ") && !title.ends_with(['.', '。']), "{id}");
            }
        }
    }

    #[test]
    fn the_nearest_id_is_suggested() {
        assert_eq!(nearest("helthy"), Some("healthy"));
        assert_eq!(
            nearest("Client_Certificate_Rejected"),
            Some("client-certificate-rejected")
        );
        assert_eq!(nearest("intercept"), Some("interception-suspected"));
        assert_eq!(nearest("zzzzzz"), None);
        let error =
            write_explanation(Some("helthy"), &mut io::sink(), &TextStyle::default(), Language::En).unwrap_err();
        assert_eq!(
            error,
            "explain helthy: no such verdict or topic; did you mean healthy? (all: tlswalk explain)"
        );
    }

    #[test]
    fn explanations_fit_the_page() {
        for (explanation, language) in explanations().flat_map(|it| Language::ALL.map(|language| (it, language))) {
            let mut out = Vec::new();
            write_explanation(Some(explanation.id), &mut out, &TextStyle::default(), language).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(
                text.lines().all(|line| line.starts_with("    ") || line.width() <= 80),
                "{text}"
            );
        }
    }
}
