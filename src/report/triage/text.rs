//! Tally → text: a table by verdict, then the failures, then the unreadable captures, then the speed.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::super::labels::{grouped, sign};
use super::super::row::Row;
use super::super::text::{Page, Paint, TextStyle, Verbosity, mark, table, visible};
use super::{Kept, Run, Tally};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::judge::finding::Severity;

/// Lines of a list without `-v`.
const SHORT: usize = 20;

/// Writes the result for many captures, for a person.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_tally(
    tally: &Tally,
    run: &Run,
    out: &mut dyn Write,
    style: &TextStyle,
    language: Language,
) -> io::Result<()> {
    let mut page = Page::new(out, style, language);
    verdicts(&mut page, tally)?;
    if style.verbosity != Verbosity::Quiet {
        let most = match style.verbosity {
            Verbosity::Verbose => usize::MAX,
            _ => SHORT,
        };
        failed(&mut page, &tally.failed, most)?;
        partial(&mut page, &tally.partial, most)?;
        unread(&mut page, &tally.unread, most)?;
        others(&mut page, run, style.verbosity == Verbosity::Verbose)?;
        if tally.rows() > 0 || run.others > 0 {
            page.blank()?;
        }
        page.line(&[(Paint::Plain, &sum(tally, run).in_language(language))])?;
    } else if tally.partial.count > 0 {
        let text = partly(tally.partial.count).in_language(language);
        page.line(&[(Paint::Plain, &text)])?;
    }
    out.flush()
}

/// Writes one line for a capture, as it comes.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_line(rows: &[Row], out: &mut dyn Write, style: &TextStyle, language: Language) -> io::Result<()> {
    let mut page = Page::new(out, style, language);
    if let Some(row) = super::worst(rows) {
        line(&mut page, row, rows.len())?;
    }
    out.flush()
}

/// Columns of the screen below which no examples are shown.
const MIN_ROOM: usize = 12;

fn verdicts(page: &mut Page<'_>, tally: &Tally) -> io::Result<()> {
    let language = page.language;
    let mut lines: Vec<([String; 4], Vec<&str>)> = tally
        .verdicts()
        .into_iter()
        .map(|(id, counted)| {
            let cells = [
                mark(counted.severity).0.to_owned(),
                id.to_owned(),
                grouped(counted.captures),
                match counted.attempts {
                    0 => String::new(),
                    attempts => grouped(attempts),
                },
            ];
            (cells, counted.examples.iter().map(String::as_str).collect())
        })
        .collect();
    if tally.unread() > 0 {
        let cells = [
            mark(Severity::Error).0.to_owned(),
            phrase("triage-not-read").in_language(language),
            grouped(tally.unread()),
            String::new(),
        ];
        let examples = tally.unread.rows.iter().take(3).map(|row| row.capture.as_str());
        lines.push((cells, examples.collect()));
    }
    if lines.is_empty() {
        return Ok(());
    }
    // Numbers are aligned, and there are as many examples as there is room for.
    let titles =
        ["text-verdict", "triage-captures", "triage-attempts"].map(|id| phrase(id).in_language(language).width());
    let mut used = 2;
    for (column, title) in (1..).zip(titles) {
        let cells = lines.iter().filter_map(|(cells, _)| cells.get(column));
        let width = cells.map(|cell| cell.width()).chain([title]).max().unwrap_or_default();
        used += width + 2;
        for cell in lines.iter_mut().filter_map(|(cells, _)| cells.get_mut(column)) {
            if column > 1 {
                *cell = format!("{cell:>width$}");
            }
        }
    }
    let room = page.width.saturating_sub(used + 6);
    // On a narrow screen the names are only in the lists below.
    let has_room = room >= MIN_ROOM;
    let rows = lines.into_iter().map(|(cells, names)| {
        let examples = has_room.then(|| fitting(&names, room));
        cells.into_iter().chain(examples).collect()
    });
    let header = [
        "",
        "text-verdict",
        "triage-captures",
        "triage-attempts",
        "triage-examples",
    ];
    let columns = if has_room { 5 } else { 4 };
    let header = header.get(..columns).unwrap_or(&header);
    table(page, header, columns - 1, rows.collect())
}

/// The beginning of a name that does not fit: the lists below have the whole name.
fn shortened(name: &str, room: usize) -> String {
    let room = room.max(8);
    if name.width() <= room {
        return name.to_owned();
    }
    let mut short = String::new();
    for c in name.chars() {
        if short.width() + c.width().unwrap_or_default() + 1 > room {
            break;
        }
        short.push(c);
    }
    short + "…"
}

/// As many names as fit, without their folders; at least one.
fn fitting(names: &[&str], room: usize) -> String {
    let mut text = String::new();
    for name in names {
        let name = name.rsplit('/').next().unwrap_or(name);
        if text.is_empty() {
            text = shortened(name, room);
        } else if text.width() + name.width() + 2 <= room {
            text.push_str(", ");
            text.push_str(name);
        }
    }
    text
}

fn failed(page: &mut Page<'_>, failed: &Kept, most: usize) -> io::Result<()> {
    if failed.count == 0 {
        return Ok(());
    }
    page.blank()?;
    for row in failed.rows.iter().take(most) {
        line(page, row, 1)?;
    }
    more(page, failed, most)
}

/// Captures whose verdicts do not cover everything in them.
fn partial(page: &mut Page<'_>, partial: &Kept, most: usize) -> io::Result<()> {
    if partial.count == 0 {
        return Ok(());
    }
    page.blank()?;
    let heading = phrase("triage-partial-heading").in_language(page.language);
    page.line(&[(Paint::Strong, &heading)])?;
    for row in partial.rows.iter().take(most) {
        line(page, row, 1)?;
    }
    more(page, partial, most)
}

fn partly(count: u64) -> Phrase {
    phrase("triage-partial")
        .with("count", count)
        .with("shown", grouped(count))
}

fn unread(page: &mut Page<'_>, unread: &Kept, most: usize) -> io::Result<()> {
    if unread.count == 0 {
        return Ok(());
    }
    page.blank()?;
    let heading = phrase("triage-not-read-heading").in_language(page.language);
    page.line(&[(Paint::Strong, &heading)])?;
    for row in unread.rows.iter().take(most) {
        line(page, row, 1)?;
    }
    more(page, unread, most)
}

/// A capture's row; `rows` is the number of its rows.
fn line(page: &mut Page<'_>, row: &Row, rows: usize) -> io::Result<()> {
    let language = page.language;
    let (sign, paint) = match row.severity {
        Some(severity) => mark(severity),
        None => (sign(Severity::Error), Paint::Bad),
    };
    let lead = [(paint, sign), (Paint::Plain, " ")];
    let mut text = format!("{}: ", visible(&row.capture));
    text.push_str(match (&row.error, &row.summary) {
        (Some(error), _) => error,
        (None, Some(summary)) if !summary.is_empty() => summary,
        (None, _) => row.verdict.as_deref().unwrap_or_default(),
    });
    if let Some(verdict) = &row.verdict {
        text.push_str(&format!(" [{verdict}]"));
    }
    if let Some(more @ 1..) = rows.checked_sub(1) {
        text.push(' ');
        text.push_str(&phrase("triage-more-attempts").with("count", more).in_language(language));
    }
    for remark in row.turn.iter().chain(&row.note) {
        text.push_str(&format!(" ({remark})"));
    }
    page.hang(&lead, 2, &text, "")
}

fn more(page: &mut Page<'_>, list: &Kept, most: usize) -> io::Result<()> {
    let shown = list.rows.len().min(most) as u64;
    match list.count.saturating_sub(shown) {
        0 => Ok(()),
        more => {
            let text = phrase("triage-more")
                .with("count", grouped(more))
                .in_language(page.language);
            page.line(&[(Paint::Dim, &text)])
        }
    }
}

/// Files that are not captures.
fn others(page: &mut Page<'_>, run: &Run, listed: bool) -> io::Result<()> {
    if run.others == 0 || !listed {
        return Ok(());
    }
    page.blank()?;
    let heading = phrase("triage-others-heading").in_language(page.language);
    page.line(&[(Paint::Strong, &heading)])?;
    for (name, looks_like) in &run.other_names {
        page.hang(
            &[(Paint::Plain, "  ")],
            4,
            &format!("{}: {looks_like}", visible(name)),
            "",
        )?;
    }
    match run.others.saturating_sub(run.other_names.len() as u64) {
        0 => Ok(()),
        more => {
            let text = phrase("page-more")
                .with("count", grouped(more))
                .in_language(page.language);
            page.line(&[(Paint::Dim, &format!("  {text}"))])
        }
    }
}

/// `1,003 captures, 1,204 attempts; 312.0 MB in 4.20 s: 239 captures/s, 74.3 MB/s; 12 files are no captures`.
pub(crate) fn sum(tally: &Tally, run: &Run) -> Phrase {
    let captures = tally.captures.saturating_add(tally.unread());
    let seconds = run.seconds.max(1e-3);
    let bytes = run.bytes as f64;
    let speed = phrase("triage-speed")
        .with("size", size(bytes))
        .with(
            "time",
            match seconds {
                0.1.. => phrase("triage-seconds").with("count", format!("{seconds:.2}")),
                _ => phrase("triage-milliseconds").with("count", format!("{:.0}", seconds * 1e3)),
            },
        )
        .with("captures", format!("{:.0}", captures as f64 / seconds))
        .with("rate", size(bytes / seconds));
    let mut clauses = vec![
        phrase("triage-counted")
            .with("captures", captures)
            .with("shown", grouped(captures))
            .with("attempts", tally.attempts)
            .with("attempts-shown", grouped(tally.attempts)),
        speed,
    ];
    if tally.partial.count > 0 {
        clauses.push(partly(tally.partial.count));
    }
    if run.known > 0 {
        clauses.push(phrase("triage-known").with("count", run.known));
    }
    if run.others > 0 {
        clauses.push(phrase("triage-others").with("count", run.others));
    }
    let mut clauses = clauses.into_iter();
    let first = clauses.next().unwrap_or_default();
    clauses.fold(first, |text, next| {
        phrase("triage-clauses").with("text", text).with("next", next)
    })
}

/// `312.0 MB`, `4.1 kB`: a few small captures must not show as zero.
fn size(bytes: f64) -> String {
    if bytes >= 1e6 {
        format!("{:.1} MB", bytes / 1e6)
    } else {
        format!("{:.1} kB", bytes / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tally;
    use super::*;

    #[test]
    fn what_is_small_is_told_in_small_units() {
        let told = |bytes, seconds| {
            let run = Run {
                bytes,
                seconds,
                ..Run::default()
            };
            sum(&tally(), &run).in_language(Language::En)
        };
        assert!(
            told(4_120, 0.004).contains("; 4.1 kB in 4 ms: "),
            "{}",
            told(4_120, 0.004)
        );
        assert!(told(4_120, 0.004).contains(" captures/s, 1.0 MB/s; "));
        assert!(told(312_000_000, 4.2).contains("; 312.0 MB in 4.20 s: "));
    }

    #[test]
    fn the_table_says_how_many_and_the_lists_say_why() {
        let run = Run {
            bytes: 2_000_000,
            seconds: 0.5,
            others: 1,
            other_names: vec![("notes.txt".to_owned(), "plain text".to_owned())],
            ..Run::default()
        };
        for language in Language::ALL {
            for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
                let mut out = Vec::new();
                let style = TextStyle {
                    verbosity,
                    ..TextStyle::default()
                };
                write_tally(&tally(), &run, &mut out, &style, language).unwrap();
                let text = String::from_utf8(out).unwrap();
                assert!(
                    text.contains("client-certificate-rejected") && !text.contains('\u{1b}'),
                    "{text}"
                );
                assert_eq!(text.contains("4.0 MB/s"), verbosity != Verbosity::Quiet, "{text}");
                assert_eq!(text.contains("notes.txt"), verbosity == Verbosity::Verbose, "{text}");
            }
        }
    }
}
