//! Courses → text: several tries in order, one line each, as a story; and the conclusions from a quiet capture.

use std::io;

use super::page::Span;
use super::{Page, Paint, mark, tables};
use crate::base::phrase::{Language, phrase};
use crate::base::wire_text::in_prose;
use crate::report::{Attempt, Course, Report, story};

/// A story per course; attempts that belong to none get a line of the overview.
pub(super) fn write(page: &mut Page<'_>, report: &Report, worst: &Attempt) -> io::Result<()> {
    let language = page.language;
    for (at, course) in report.courses.iter().enumerate() {
        if at > 0 {
            page.blank()?;
        }
        let route = format!("{} → {}", course.device, in_prose(&course.name));
        page.hang_painted(&[], 0, (Paint::Strong, &route), "")?;
        page.hang(&[], 2, &super::sentence(&course.summary, language), "")?;
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

fn tries(page: &mut Page<'_>, report: &Report, course: &Course, language: Language) -> io::Result<()> {
    let told = story::told(report, course);
    let width = course.tries.len().to_string().len();
    let frames = course
        .tries
        .iter()
        .map(|one| one.frame.to_string().len())
        .max()
        .unwrap_or_default();
    for (at, run) in told.runs.iter().enumerate() {
        if let Some((_, skipped)) = told.left_out.filter(|(behind, _)| *behind == at) {
            let text = phrase("story-left-out").with("count", skipped).in_language(language);
            page.hang_painted(&[(Paint::Plain, "    … ")], 6, (Paint::Dim, &text), "")?;
        }
        let (sign, paint) = mark(run.first.severity);
        // The time of day; the date is in the capture's own line of the JSON report.
        let time = run.first.time.get(11..19).unwrap_or_default();
        let number = format!("  {:>width$} ", run.number);
        let place = phrase("story-place")
            .with("frame", format!("{:>frames$}", run.first.frame))
            .with("time", time)
            .in_language(language);
        let place = format!("  {place}  ");
        let lead: &[Span<'_>] = &[(Paint::Strong, &number), (paint, sign), (Paint::Plain, &place)];
        let pause = run
            .pause(|seconds| super::seconds(seconds, language))
            .map(|it| it.in_language(language))
            .unwrap_or_default();
        page.hang(lead, width + 6, &run.outcome().in_language(language), &pause)?;
    }
    Ok(())
}

/// Where the attempt leaves the successful walk of its transport, under its walk.
pub(super) fn divergence(page: &mut Page<'_>, attempt: &Attempt) -> io::Result<()> {
    let Some(text) = story::divergence(attempt, page.voice) else {
        return Ok(());
    };
    super::attempt::labelled(page, "text-good-label", &text)
}

/// Evidence of a capture without attempts.
pub(super) fn shows(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    for evidence in &report.verdict.evidence {
        let text = match evidence.frame {
            0 => evidence.what.clone(),
            frame => phrase("story-shows")
                .with("frame", frame)
                .with("what", evidence.what.as_str())
                .in_language(page.language),
        };
        page.hang(&[(Paint::Plain, "  ")], 4, &super::sentence(&text, page.language), "")?;
    }
    Ok(())
}
