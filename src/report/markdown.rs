//! Report → Markdown (CommonMark, with tables as in GitHub and GitLab), for pasting into a ticket.
//!
//! The worst attempt in full, the others one row each: the reader of a ticket wants the cause and the remedy.

use std::io::{self, Write};

use super::labels::{
    about, beginning, beside, confidence, connections, frames_filter, headline, held, language_of, moment, owner,
    severity, sign, tells_again, transport, worst,
};
use super::names::plain_name;
use super::text::visible;
use super::{Attempt, Remedy, Report, explain};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::in_prose;

/// The number of attempts in the table. A ticket is read by people; the other formats list all attempts.
const ROWS: usize = 50;

/// Writes a report as a section of a document.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_markdown(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let language = language_of(report);
    let say = |phrase: Phrase| escaped(&phrase.in_language(language));
    let verdict = &report.verdict;
    writeln!(out, "## {} {}\n", sign(severity(report)), escaped(&headline(report)))?;
    let facts = about(&report.capture, language).into_iter().chain(beside(report));
    let facts: Vec<String> = facts.map(&say).collect();
    writeln!(out, "{} · {}", code(&visible(&report.capture.file)), facts.join(" · "))?;
    if report.attempts.len() > 1 {
        table(report, language, out)?;
    }
    match worst(report) {
        Some(attempt) => write_attempt(report, attempt, language, out)?,
        None => {
            writeln!(out, "\n{}", code(&verdict.id))?;
            let held = held(&report.capture);
            if !held.is_empty() {
                heading("page-holds", language, out)?;
                for line in held {
                    writeln!(out, "- {}", say(line))?;
                }
            }
            if !verdict.cannot_tell.is_empty() {
                heading("page-cannot-tell", language, out)?;
                for hidden in &verdict.cannot_tell {
                    writeln!(out, "- {}", escaped(hidden))?;
                }
            }
            remedies(&verdict.remedy, language, out)?;
        }
    }
    if !report.capture.anomalies.is_empty() {
        heading("page-odd", language, out)?;
        for odd in report.capture.anomalies.iter().take(5) {
            writeln!(out, "- {} {}: {}", odd.frame, code(&odd.id), escaped(&odd.detail))?;
        }
        if let Some(more @ 1..) = report.capture.anomalies.len().checked_sub(5) {
            writeln!(out, "- {}", say(phrase("page-more").with("count", more)))?;
        }
    }
    writeln!(
        out,
        "\n{} {} {}",
        say(phrase("page-made-by")),
        report.tool.name,
        report.tool.version
    )
}

fn heading(id: &'static str, language: Language, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n### {}\n", phrase(id).in_language(language))
}

fn table(report: &Report, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let say = |id: &'static str| phrase(id).in_language(language);
    writeln!(
        out,
        "\n| # | {} | {} → {} | {} | {} |\n| ---: | --- | --- | --- | --- |",
        say("page-time"),
        say("page-from"),
        say("page-to"),
        say("page-verdict"),
        say("page-confidence")
    )?;
    for attempt in report.attempts.iter().take(ROWS) {
        let (_, time) = beginning(report, attempt);
        writeln!(
            out,
            "| {} | {} | {} → {} | {} {} | {} |",
            attempt.id,
            time.as_deref().map(moment).unwrap_or_default(),
            escaped(&attempt.device),
            escaped(&in_prose(&attempt.name)),
            sign(attempt.verdict.severity),
            code(&attempt.verdict.id),
            confidence(attempt.verdict.confidence).in_language(language)
        )?;
    }
    match report.attempts.len().saturating_sub(ROWS) {
        0 => Ok(()),
        more => writeln!(
            out,
            "\n{}",
            phrase("page-rows-left-out").with("count", more).in_language(language)
        ),
    }
}

fn write_attempt(report: &Report, attempt: &Attempt, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let say = |id: &'static str| phrase(id).in_language(language);
    let verdict = &attempt.verdict;
    if report.attempts.len() > 1 {
        let title = phrase("page-attempt").with("id", attempt.id).in_language(language);
        writeln!(out, "\n**{}**: {}", title, escaped(&verdict.summary))?;
    }
    let connection = connections(report, attempt).into_iter().next_back();
    let version = connection.and_then(|it| it.tls.as_ref()?.version.as_ref());
    let mut facts = vec![
        code(&verdict.id),
        confidence(verdict.confidence).in_language(language),
        format!("{} → {}", escaped(&attempt.device), escaped(&in_prose(&attempt.name))),
        transport(attempt.transport).in_language(language),
    ];
    if let Some(connection) = connection {
        facts.push(escaped(&connection.server));
    }
    facts.extend(version.map(|version| format!("TLS {}", escaped(version))));
    writeln!(out, "\n{}", facts.join(" · "))?;
    remedies(&verdict.remedy, language, out)?;
    heading("page-why", language, out)?;
    for evidence in &verdict.evidence {
        writeln!(
            out,
            "- {} **{}**: {}",
            say("page-frame"),
            evidence.frame,
            escaped(&evidence.what)
        )?;
    }
    for other in &verdict.alternatives {
        let label = if other.excluded { "page-not" } else { "page-or" };
        writeln!(
            out,
            "- *{}*: {}: {}",
            say(label),
            escaped(&plain_name(other.id.name(), language)),
            escaped(&other.why_not)
        )?;
    }
    for hidden in &verdict.cannot_tell {
        writeln!(out, "- *{}*: {}", say("page-cannot-tell"), escaped(hidden))?;
    }
    for id in &verdict.also {
        let finding = attempt.findings.iter().find(|finding| finding.id == *id);
        if finding.is_some_and(|finding| tells_again(verdict, finding)) {
            continue;
        }
        let meaning = explain::title(id, language).unwrap_or_default();
        let what = finding.map_or(meaning, |finding| finding.detail.as_str());
        let name = plain_name(id, language);
        writeln!(out, "- *{}*: {}: {}", say("page-also"), escaped(&name), escaped(what))?;
    }
    heading("page-filters", language, out)?;
    let frames = frames_filter(verdict.evidence.iter().map(|it| it.frame));
    block(&[verdict.display_filter.clone(), frames], "", out)
}

fn remedies(remedies: &[Remedy], language: Language, out: &mut dyn Write) -> io::Result<()> {
    if remedies.is_empty() {
        return Ok(());
    }
    heading("page-do", language, out)?;
    for (at, remedy) in remedies.iter().enumerate() {
        let whose = owner(remedy).in_language(language);
        writeln!(out, "{}. **{}**: {}", at + 1, escaped(&whose), escaped(&remedy.action))?;
        if !remedy.commands.is_empty() {
            writeln!(out)?;
            block(&remedy.commands, "   ", out)?;
        }
        let again = remedies.get(at + 1).is_some_and(|next| next.verify == remedy.verify);
        if !remedy.verify.is_empty() && !again {
            let expect = phrase("page-expect").in_language(language);
            writeln!(out, "\n   {expect}: {}", escaped(&remedy.verify))?;
        }
    }
    Ok(())
}

/// A fenced block, whose fence is longer than any run of backticks in it.
pub(super) fn block(lines: &[String], indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<String> = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| visible(line))
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let fence = "`".repeat(longest_run(&lines.concat()).max(2) + 1);
    writeln!(out, "{indent}{fence}")?;
    for line in lines {
        writeln!(out, "{indent}{line}")?;
    }
    writeln!(out, "{indent}{fence}")
}

/// A code span that can hold any text.
pub(super) fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let edge = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    // In a table even a code span ends at a bar.
    format!("{fence}{edge}{}{edge}{fence}", text.replace('|', "¦"))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// Text without markup: neither Markdown's own nor HTML's.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        // A full stop or dash is markup only at the beginning of a line, and our texts never begin a line with one.
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '!' | '$' | '@'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    // Without the colon, or the full stop, no service makes a link out of text from a capture.
    out.replace("://", "\\://")
        .replace("www.", "www\\.")
        .replace("WWW.", "WWW\\.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        write_markdown(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_example_has_a_heading_and_commands_that_can_be_copied() {
        for report in examples::all() {
            let text = written(&report);
            let events: Vec<Event<'_>> = Parser::new_ext(&text, Options::ENABLE_TABLES).collect();
            let is_heading = |event: &&Event<'_>| matches!(event, Event::Start(Tag::Heading { .. }));
            assert!(events.iter().filter(is_heading).count() >= 2, "{text}");
            let blocks = events
                .iter()
                .filter(|event| matches!(event, Event::Start(Tag::CodeBlock(_))));
            assert!(blocks.count() >= 1, "{text}");
            let rows = events
                .iter()
                .filter(|event| matches!(event, Event::Start(Tag::TableRow)));
            let wanted = if report.attempts.len() > 1 {
                report.attempts.len()
            } else {
                0
            };
            assert_eq!(rows.count(), wanted);
        }
    }

    #[test]
    fn names_from_the_wire_are_no_markup() {
        let hostile = "<script>x</script> [a](http://b) `c` **d** | e\n# f ![g](h) <!-- &lt;";
        let mut report = examples::several();
        report.attempts[1].name = hostile.into();
        report.attempts[1].verdict.summary = hostile.into();
        report.verdict.summary = hostile.into();
        report.capture.file = hostile.into();
        report.attempts[1].verdict.evidence[0].what = hostile.into();
        let text = written(&report);
        let mut shown = String::new();
        // Typographic quotes and dashes are the reader's own choice.
        let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
        for event in Parser::new_ext(&text, options) {
            assert!(
                !matches!(
                    event,
                    Event::Html(_)
                        | Event::InlineHtml(_)
                        | Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::FootnoteDefinition(_))
                ),
                "{event:?}\n{text}"
            );
            if let Event::Text(part) = event {
                shown.push_str(&part);
            }
        }
        let plain = hostile.replace('\n', "\\x0a");
        assert!(shown.contains(&plain), "{shown}");
    }
}
