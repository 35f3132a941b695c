//! Report → text: one screen that says what failed, why, and which commands to type next.
//!
//! The order is the reader's: the verdict, who and where, the fix, the evidence and the excluded explanations, where it
//! stopped, and further reading. Everything that requires action stands above everything that does not; `-v` shows the
//! full walk and adds the data at the end. A suggested command repeats the options that were given (`Report::options`).

mod attempt;
mod device;
mod page;
mod story;
mod tables;
mod walk;
mod words;

use std::io::{self, Write};

use super::labels::{beside, capitalised, connections, grouped, link_name, names, sign, worst};
use super::notes::{not_judged, note};
use super::{Anomaly, Attempt, Capture, Connection, Report, explain};
use crate::base::elapsed::elapsed;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::judge::finding::Severity;
pub use page::visible;
pub(crate) use page::{Page, Paint, glued, padded};
pub(crate) use tables::write as table;

/// The appearance of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns of the terminal; the text uses at least 32 and at most 110 of them.
    pub width: usize,
    /// True if to write ANSI colours.
    pub color: bool,
    /// The amount of text.
    pub verbosity: Verbosity,
}

/// The amount of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// The verdict line only.
    Quiet,
    /// One screen.
    Normal,
    /// All certificates, steps and connections.
    Verbose,
}

impl TextStyle {
    /// Columns assumed without a terminal: as much as mail and tickets can show.
    pub const WIDTH: usize = 80;
    /// Below this width, the terminal breaks the lines.
    const NARROWEST: usize = 32;
    /// Longer lines than this are hard to read.
    const WIDEST: usize = 110;
}

impl Default for TextStyle {
    fn default() -> Self {
        Self {
            width: Self::WIDTH,
            color: false,
            verbosity: Verbosity::Normal,
        }
    }
}

/// Anomalies shown without `-v`.
const ODDITIES: usize = 5;

/// Writes a report for a person.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_text(report: &Report, out: &mut dyn Write, style: &TextStyle) -> io::Result<()> {
    let language = Language::of(report.language);
    let mut page = Page::new(out, style, language);
    if style.verbosity == Verbosity::Quiet {
        let (severity, headline) = headline(report, language);
        let (mark, paint) = mark(severity);
        let mut tail = format!(" {}: {headline} [{}]", report.capture.file, report.verdict.id);
        if let Some(note) = note(report) {
            tail.push_str(&format!(" ({note})"));
        }
        return page.line(&[(paint, mark), (Paint::Plain, &tail)]);
    }
    if report.capture.format == "none" {
        device::logs(&mut page, report)?;
        page.blank()?;
        return device::alone(&mut page, report, style.verbosity);
    }
    capture_lines(&mut page, report)?;
    device::logs(&mut page, report)?;
    page.blank()?;
    let verbose = style.verbosity == Verbosity::Verbose;
    let Some(worst) = worst(report) else {
        return nothing(&mut page, report, verbose);
    };
    for beside in beside(report) {
        let beside = sentence(&beside.in_language(language), language);
        page.hang_painted(&[], 0, (Paint::Dim, &beside), "")?;
        page.blank()?;
    }
    if let Some((severity, turn)) = super::story::turn(report) {
        let (mark, paint) = mark(severity);
        let turn = sentence(&turn.in_language(language), language);
        page.hang_painted(&[(paint, mark), (Paint::Plain, " ")], 2, (Paint::Strong, &turn), "")?;
        page.blank()?;
    }
    attempt::write(&mut page, report, worst, verbose)?;
    if !report.courses.is_empty() {
        page.blank()?;
        story::write(&mut page, report, worst)?;
    } else if report.attempts.len() > 1 {
        attempt::section(&mut page, phrase("text-all-attempts"))?;
        tables::overview(&mut page, report, |_| true)?;
    }
    if verbose {
        for other in report.attempts.iter().filter(|other| other.id != worst.id) {
            page.blank()?;
            attempt::write(&mut page, report, other, true)?;
        }
    }
    if report.capture.anomalies.is_empty() {
        return Ok(());
    }
    page.blank()?;
    odd(&mut page, &report.capture, verbose)
}

/// The severity, and the sentence that states it.
fn headline(report: &Report, language: Language) -> (Severity, String) {
    let summary = match worst(report) {
        Some(attempt) if report.verdict.summary.is_empty() => &attempt.verdict.summary,
        _ => &report.verdict.summary,
    };
    let summary = match summary.is_empty() {
        true => explain::title(&report.verdict.id, language).unwrap_or_default(),
        false => summary,
    };
    let (severity, text) = match super::story::turn(report) {
        Some((Severity::Ok, turn)) => (Severity::Ok, turn.in_language(language)),
        Some((severity, turn)) => (
            severity,
            phrase("story-turned")
                .with("turn", turn)
                .with("summary", summary)
                .in_language(language),
        ),
        None => (report.verdict.severity, summary.to_owned()),
    };
    (severity, sentence(&text, language))
}

/// The file: its format, size and completeness, and what it may hide.
fn capture_lines(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let language = page.language;
    let capture = &report.capture;
    let facts = capture_facts(report, language);
    let limits = capture_limits(capture);
    let texts = |phrases: &[Phrase], separator: &'static str| {
        let texts: Vec<String> = phrases.iter().map(|it| it.in_language(language)).collect();
        texts.join(&phrase(separator).in_language(language))
    };
    let text = std::iter::once(texts(&facts, "list-separator"))
        .chain(limits.iter().map(|it| it.in_language(language)))
        .collect::<Vec<_>>()
        .join(&phrase("text-semicolon").in_language(language));
    page.hang(
        &[(Paint::Strong, &visible(&capture.file)), (Paint::Plain, ": ")],
        2,
        &text,
        "",
    )
}

/// Size, format and completeness.
fn capture_facts(report: &Report, language: Language) -> Vec<Phrase> {
    let capture = &report.capture;
    let mut facts = Vec::new();
    let frames = |id| {
        phrase(id)
            .with("frames", capture.frames)
            .with("grouped", grouped(capture.frames))
    };
    // If all frames have one time, as in a dump without times, no duration is claimed.
    facts.push(if capture.frames > 1 && capture.duration > 0.0 {
        frames("text-frames-in").with("span", seconds(capture.duration, language))
    } else {
        frames("text-frames")
    });
    if !capture.link_types.is_empty() {
        let links = capture.link_types.iter();
        let links: Vec<String> = links.map(|link| link_name(link).in_language(language)).collect();
        facts.push(Phrase::verbatim(links.join(" + ")));
    }
    facts.push(match (capture.end, &capture.end_detail) {
        ("complete", _) => phrase("text-complete"),
        // The verdict's own sentence says where and why.
        _ if report.verdict.id == "malformed-capture" => phrase("text-cut-short"),
        (_, Some(detail)) => phrase("text-cut-short-because").with("detail", detail),
        (_, None) => phrase("text-cut-short"),
    });
    if let Some(first) = capture.damage.first() {
        let lost: u64 = capture.damage.iter().map(|damage| damage.lost).sum();
        facts.push(
            phrase("text-damaged")
                .with("after", first.after_frame)
                .with("lost", grouped(lost)),
        );
    }
    facts
}

/// Limits of what the capture shows.
fn capture_limits(capture: &Capture) -> Vec<Phrase> {
    let seen = &capture.visibility;
    let mut limits = Vec::new();
    if seen.duplicates > 0 {
        limits.push(
            phrase("text-copies")
                .with("grouped", grouped(seen.duplicates))
                .with("frames", seen.duplicates),
        );
    }
    if seen.snap_length_cut > 0 {
        limits.push(phrase("text-snap-length").with("segments", grouped(seen.snap_length_cut)));
    }
    if seen.one_direction {
        limits.push(phrase("text-one-direction"));
    }
    if let Some(drops @ 1..) = seen.drops {
        limits.push(phrase("text-drops").with("packets", grouped(drops)));
    }
    limits.extend(not_judged(capture.not_judged));
    limits
}

/// A capture without any attempt: its content, and what to do.
fn nothing(page: &mut Page<'_>, report: &Report, verbose: bool) -> io::Result<()> {
    let (severity, headline) = headline(report, page.language);
    let (mark, paint) = mark(severity);
    page.hang_painted(&[(paint, mark), (Paint::Plain, " ")], 2, (Paint::Strong, &headline), "")?;
    let held = &report.capture.contents;
    let mut parts = vec![match (held.tcp_connections, held.tls_connections) {
        (0, _) => phrase("text-holds-none"),
        (1, 0) => phrase("text-holds-one-without"),
        (1, _) => phrase("text-holds-one-with"),
        (tcp, 0) => phrase("text-holds-without").with("tcp", grouped(tcp)),
        (tcp, tls) => phrase("text-holds").with("tcp", grouped(tcp)).with("tls", grouped(tls)),
    }];
    if held.dtls_connections > 0 {
        parts.push(phrase("text-holds-dtls").with("count", grouped(held.dtls_connections)));
    }
    if held.quic_connections > 0 {
        parts.push(phrase("text-holds-quic").with("count", grouped(held.quic_connections)));
    }
    if held.capwap_data_dtls_packets > 0 {
        parts.push(phrase("text-holds-capwap-data").with("count", grouped(held.capwap_data_dtls_packets)));
    }
    if !held.server_names.is_empty() {
        parts.push(phrase("text-holds-servers").with("names", names(&held.server_names)));
    }
    if !held.dns_names.is_empty() {
        parts.push(phrase("text-holds-names").with("names", names(&held.dns_names)));
    }
    let text: Vec<String> = parts.iter().map(|it| it.in_language(page.language)).collect();
    let text = text.join(&phrase("text-semicolon").in_language(page.language));
    attempt::section(page, phrase("text-holds-label"))?;
    page.hang(&[(Paint::Plain, "  ")], 4, &sentence(&text, page.language), "")?;
    for beside in beside(report) {
        let beside = sentence(&beside.in_language(page.language), page.language);
        page.hang(&[(Paint::Plain, "  ")], 4, &beside, "")?;
    }
    story::shows(page, report)?;
    device::said(page, report, verbose)?;
    odd(page, &report.capture, verbose)?;
    attempt::not_visible(page, &report.verdict.cannot_tell)?;
    attempt::remedies(page, &report.verdict.remedy, "text-next")?;
    page.blank()?;
    attempt::explained(page, report, &report.verdict.id)
}

/// Anomalies of the capture and bounds that were reached: nothing is lost silently.
fn odd(page: &mut Page<'_>, capture: &Capture, verbose: bool) -> io::Result<()> {
    let shown = if verbose { usize::MAX } else { ODDITIES };
    for Anomaly { id, frame, detail } in capture.anomalies.iter().take(shown) {
        let text = match frame {
            0 => phrase("text-named"),
            frame => phrase("text-odd-frame").with("frame", *frame),
        };
        let text = text.with("id", id).with("text", detail).in_language(page.language);
        attempt::labelled(page, "text-odd", &text)?;
    }
    match capture.anomalies.len().saturating_sub(shown) {
        0 => Ok(()),
        more => {
            let text = phrase("text-odd-more").with("count", more).in_language(page.language);
            attempt::labelled(page, "text-odd", &text)
        }
    }
}

/// The connection that shows the verdict: the one that holds the evidence, or else the last.
fn shown<'a>(report: &'a Report, attempt: &Attempt) -> Option<&'a Connection> {
    let connections = connections(report, attempt);
    let decisive = attempt.verdict.evidence.last().map(|evidence| evidence.frame);
    let holds = |connection: &&&Connection| {
        decisive.is_some_and(|frame| (connection.tcp.first_frame..=connection.tcp.last_frame).contains(&frame))
    };
    connections
        .iter()
        .rev()
        .find(holds)
        .or_else(|| connections.last())
        .copied()
}

pub(crate) fn mark(severity: Severity) -> (&'static str, Paint) {
    let paint = match severity {
        Severity::Ok => Paint::Good,
        Severity::Error => Paint::Bad,
        Severity::Warning => Paint::Warn,
        _ => Paint::Plain,
    };
    (sign(severity), paint)
}

/// A clause as a sentence: with a capital letter if the language has them.
fn sentence(text: &str, language: Language) -> String {
    match language {
        Language::En => capitalised(text),
        Language::Ja => text.to_owned(),
    }
}

/// `0.11 s`, `41.2 s`, `3 min 20 s`, `2 h 5 min`
fn seconds(seconds: f64, language: Language) -> String {
    elapsed(seconds).in_language(language)
}

#[cfg(test)]
mod tests;
