//! Courses → text: several tries in order, a line each, so that a capture reads as a story; and what a quiet one proves.

use std::io;

use super::page::Span;
use super::{Page, Paint, mark, tables, words};
use crate::phrase::{Language, Phrase, phrase};
use crate::report::{Attempt, Course, Report, Try};

/// Lines at the beginning and at the end of a long course: with the attempt below they fit one screen.
const SHOWN: (usize, usize) = (3, 5);

/// A story per course; attempts that belong to none get a line of the overview.
pub(super) fn write(page: &mut Page<'_>, report: &Report, worst: &Attempt) -> io::Result<()> {
    let language = page.language;
    for (at, course) in report.courses.iter().enumerate() {
        if at > 0 {
            page.blank()?;
        }
        let route = format!("  {} → {}   ", course.device, course.name);
        page.hang(&[(Paint::Strong, &route)], 4, &course.summary, "")?;
        tries(page, report, course, language)?;
    }
    if report.attempts.iter().any(|attempt| attempt.course.is_none()) {
        page.blank()?;
        tables::overview(page, report, |attempt| attempt.course.is_none())?;
    }
    if let Some(place) = &worst.course {
        page.blank()?;
        let shown = phrase("story-shown").with("number", place.number).in_language(language);
        page.hang_painted(&[], 2, (Paint::Dim, &format!("  {shown}")), "")?;
    }
    Ok(())
}

/// Tries with the same end that follow one another; of a short course each try is a run of its own.
struct Run<'a> {
    first: &'a Try,
    number: usize,
    count: usize,
}

fn runs(course: &Course) -> Vec<Run<'_>> {
    let is_long = course.tries.len() > SHOWN.0 + SHOWN.1;
    let mut runs: Vec<Run<'_>> = Vec::new();
    for (at, one) in course.tries.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if is_long && run.first.verdict == one.verdict && run.first.severity == one.severity => {
                run.count += 1
            }
            _ => runs.push(Run {
                first: one,
                number: at + 1,
                count: 1,
            }),
        }
    }
    runs
}

fn tries(page: &mut Page<'_>, report: &Report, course: &Course, language: Language) -> io::Result<()> {
    let runs = runs(course);
    let (head, tail) = SHOWN;
    let left_out = runs.len().saturating_sub(head + tail);
    let width = course.tries.len().to_string().len();
    let frames = course
        .tries
        .iter()
        .map(|one| one.frame.to_string().len())
        .max()
        .unwrap_or_default();
    let mut before = None;
    for (at, run) in runs.iter().enumerate() {
        if left_out > 1 && at == head {
            let skipped: usize = runs.iter().skip(head).take(left_out).map(|run| run.count).sum();
            let text = phrase("story-left-out").with("count", skipped).in_language(language);
            page.hang_painted(&[(Paint::Plain, "    … ")], 6, (Paint::Dim, &text), "")?;
        }
        if left_out > 1 && (head..head + left_out).contains(&at) {
            continue;
        }
        let (sign, paint) = mark(&run.first.severity);
        // The time of day; the date stands in the capture's own line of the JSON report.
        let time = run.first.time.get(11..19).unwrap_or_default();
        let number = format!("  {:>width$} ", run.number);
        let place = phrase("story-place")
            .with("frame", format!("{:>frames$}", run.first.frame))
            .with("time", time)
            .in_language(language);
        let place = format!("  {place}  ");
        let lead: &[Span<'_>] = &[(Paint::Strong, &number), (paint, sign), (Paint::Plain, &place)];
        let summary = summary(report, run.first);
        let is_told = before != Some(summary) && run.first.severity != "ok";
        before = Some(summary);
        let text = told(run, summary, is_told).in_language(language);
        let pause = pause(run.first, language)
            .map(|it| it.in_language(language))
            .unwrap_or_default();
        page.hang(lead, width + 6, &text, &pause)?;
    }
    Ok(())
}

fn summary<'a>(report: &'a Report, one: &Try) -> &'a str {
    let attempt = report.attempts.iter().find(|it| it.id == one.attempt);
    attempt.map(|it| it.verdict.summary.as_str()).unwrap_or_default()
}

/// What became of a try; a sentence only where it is news.
fn told(run: &Run<'_>, summary: &str, is_told: bool) -> Phrase {
    let id = match (run.count > 1, is_told) {
        (true, true) => "story-same",
        (true, false) => "story-same-again",
        (false, true) => "story-try",
        (false, false) => "story-again",
    };
    phrase(id)
        .with("verdict", run.first.verdict.as_str())
        .with("summary", summary)
        .with("count", run.count)
}

/// How long after the try before, and what that fits.
fn pause(one: &Try, language: Language) -> Option<Phrase> {
    let text = super::seconds(one.pause?, language);
    let id = match one.rhythm.as_deref() {
        Some("report") => "story-report",
        Some("retry") => "story-retry",
        Some("poll") => "story-poll",
        _ => "story-after",
    };
    Some(phrase(id).with("pause", text))
}

/// Where the attempt leaves the good one of its transport, under its walk.
pub(super) fn divergence(page: &mut Page<'_>, attempt: &Attempt) -> io::Result<()> {
    let Some(good) = &attempt.baseline else { return Ok(()) };
    let expected = phrase(if good.by == "client" {
        "baseline-client"
    } else {
        "baseline-server"
    })
    .with("step", words::name(&good.expected, page.language));
    let text = match (&good.after, good.after_frame) {
        (Some(after), Some(frame)) => phrase("baseline-after")
            .with("after", words::name(after, page.language))
            .with("frame", frame),
        _ => phrase("baseline-begin"),
    };
    let text = text
        .with("expected", expected)
        .with("consequence", good.consequence.as_str())
        .in_language(page.language);
    let label = super::attempt::label("text-good-label", page.language);
    page.hang(&[(Paint::Strong, &label)], super::attempt::INDENT, &text, "")
}

/// What a capture without any attempt shows all the same.
pub(super) fn shows(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let label = super::attempt::label("text-shows-label", page.language);
    for evidence in &report.verdict.evidence {
        let text = match evidence.frame {
            0 => evidence.what.clone(),
            frame => phrase("story-shows")
                .with("frame", frame)
                .with("what", evidence.what.as_str())
                .in_language(page.language),
        };
        page.hang(&[(Paint::Strong, &label)], super::attempt::INDENT, &text, "")?;
    }
    Ok(())
}
