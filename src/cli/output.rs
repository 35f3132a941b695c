//! Reports → standard output or a file: in the format asked for, whole or not at all.
//!
//! A file is written only when all reports are done: they are gathered in memory (a report is some kilobytes), or, where they are
//! long, in a file without a name, and handed to [`Target`]. So Ctrl-C during the analysis leaves nothing at all, and nothing
//! half-written can ever bear the final name.

use std::io::{self, BufWriter, IsTerminal as _, Read as _, Seek as _, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use tempfile::{SpooledTempFile, spooled_tempfile};
use time::UtcOffset;
use tlswalk::report::row::Row;
use tlswalk::report::text::{TextStyle, Verbosity, visible, write_text};
use tlswalk::report::ticket::{self, Team};
use tlswalk::report::{Report, Unread, csv, html, json, junit, markdown, sarif};

use crate::cli::args::{Color, Format, Inspect};
use crate::cli::commands::signing::{self, Signing};
use crate::cli::originals::Originals;
use crate::cli::target::Target;

/// Bytes of reports that are gathered in memory: longer ones wait in a file without a name.
const MOST_IN_MEMORY: usize = 8 << 20;

/// Where the reports go.
pub(crate) struct Output {
    sink: Sink,
    format: Format,
    style: TextStyle,
    /// A ticket in place of the report: for whom, and by which clock.
    ticket: Option<(Team, UtcOffset)>,
    /// Several captures: a JSON array, blank lines between texts.
    many: bool,
    written: usize,
    /// Reports of a format whose document begins with what all of them say.
    gathered: Vec<Report>,
    expectations: Vec<Vec<junit::Expectation>>,
    unread: Vec<Unread>,
}

#[allow(clippy::large_enum_variant, reason = "there is one of a run")]
enum Sink {
    Stdout(BufWriter<AutoStream<StdoutLock<'static>>>),
    File {
        target: Target,
        text: BufWriter<SpooledTempFile>,
        signing: Option<Signing>,
    },
}

impl Output {
    /// Decides on colour and width; refuses a file that could not be written anyway, before a long analysis.
    pub(crate) fn open(inspect: &Inspect) -> Result<Self, String> {
        let to_file = inspect.output.is_some();
        let verbosity = match (inspect.quiet, inspect.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        let ticket = inspect
            .team
            .map(|team| (team.into(), inspect.zone.unwrap_or(UtcOffset::UTC)));
        if ticket.is_some() && !matches!(inspect.format, Format::Text | Format::Markdown) {
            return Err("--for writes text or markdown; leave -f out, or give -f markdown".to_owned());
        }
        let originals = Originals::of(inspect);
        let sink = match &inspect.output {
            None if inspect.sign.is_some() => return Err(signing::NEEDS_FILE.to_owned()),
            None => {
                originals.refuse_stdout()?;
                Sink::Stdout(BufWriter::new(stdout(inspect.color)))
            }
            Some(path) => Sink::File {
                target: Target::new(path, true, originals.clone())?,
                text: BufWriter::new(spooled_tempfile(MOST_IN_MEMORY)),
                signing: match &inspect.sign {
                    Some(key) => Some(Signing::new(key, Some(path), true, originals)?),
                    None => None,
                },
            },
        };
        Ok(Self {
            sink,
            format: inspect.format,
            style: TextStyle {
                verbosity,
                ..text_style(inspect.color, to_file)
            },
            ticket,
            many: inspect.captures.len() > 1 && !inspect.merge,
            written: 0,
            gathered: Vec::new(),
            expectations: Vec::new(),
            unread: Vec::new(),
        })
    }

    /// For messages.
    pub(crate) fn name(&self) -> String {
        match &self.sink {
            Sink::Stdout(_) => "standard output".to_owned(),
            Sink::File { target, .. } => target.name(),
        }
    }

    /// Adds a report, with what was expected of it. In a format that is written capture by capture it is there when
    /// this returns.
    pub(crate) fn write(&mut self, report: Report, expectation: Vec<junit::Expectation>) -> io::Result<()> {
        let first = self.written == 0;
        self.written += 1;
        let out = self.sink.writer();
        match (self.format, self.ticket) {
            (Format::Text, Some((team, zone))) => {
                if !first {
                    writeln!(out)?;
                }
                ticket::write_text(&report, team, zone, out, &self.style)?;
            }
            (Format::Markdown, Some((team, zone))) => {
                if !first {
                    writeln!(out)?;
                }
                ticket::write_markdown(&report, team, zone, out)?;
            }
            (Format::Text, None) => {
                if !first && self.style.verbosity != Verbosity::Quiet {
                    writeln!(out)?;
                }
                write_text(&report, out, &self.style)?;
            }
            (Format::Json, _) => {
                if self.many {
                    out.write_all(if first { b"[\n" } else { b",\n" })?;
                }
                json::write_pretty(&report, out)?;
                if !self.many {
                    writeln!(out)?;
                }
            }
            (Format::Ndjson, _) => json::write_line(&report, out)?,
            (Format::Markdown, _) => {
                if !first {
                    writeln!(out)?;
                }
                markdown::write_markdown(&report, out)?;
            }
            (Format::Csv, _) => {
                if first {
                    csv::write_header(out)?;
                }
                csv::write_rows(&report, out)?;
            }
            (Format::Html | Format::Junit | Format::Sarif, _) => {
                self.gathered.push(report);
                self.expectations.push(expectation);
                return Ok(());
            }
        }
        out.flush()
    }

    /// Adds that a capture could not be read, in the formats that programs count captures by. Those for people and JSON,
    /// which is nothing but reports, leave it to standard error.
    pub(crate) fn write_unread(&mut self, unread: Unread) -> io::Result<()> {
        match self.format {
            Format::Csv => {
                let out = self.sink.writer();
                if self.written == 0 {
                    csv::write_header(out)?;
                }
                self.written += 1;
                csv::write_row(&Row::failed(&unread.capture, None, &unread.why), out)?;
                out.flush()
            }
            Format::Junit | Format::Sarif => {
                self.written += 1;
                self.unread.push(unread);
                Ok(())
            }
            // A page is made where there is something to show.
            _ => {
                self.unread.push(unread);
                Ok(())
            }
        }
    }

    /// Ends the output, with what was expected of captures that were not there. Where there is nothing to write, no file is touched.
    pub(crate) fn finish(mut self, of_no_capture: &[junit::Expectation]) -> Result<(), io::Error> {
        if self.written == 0 {
            return Ok(());
        }
        let name = self.name();
        self.end(of_no_capture)
            .map_err(|error| io::Error::new(error.kind(), format!("{name}: {}", crate::cli::reason(&error))))?;
        match self.sink {
            Sink::Stdout(_) => Ok(()),
            Sink::File { target, text, signing } => {
                let because =
                    |error: io::Error| io::Error::new(error.kind(), format!("{name}: {}", crate::cli::reason(&error)));
                let mut text = text.into_inner().map_err(|error| because(error.into_error()))?;
                text.rewind().and_then(|()| target.write(&mut text)).map_err(because)?;
                let Some(signing) = signing else { return Ok(()) };
                let mut signed = Vec::new();
                text.rewind()
                    .and_then(|()| text.read_to_end(&mut signed))
                    .map_err(because)?;
                signing.sign(&signed).map_err(io::Error::other)
            }
        }
    }

    /// The part of the output that follows the last report, or is made of all reports.
    fn end(&mut self, of_no_capture: &[junit::Expectation]) -> io::Result<()> {
        let out = self.sink.writer();
        match self.format {
            Format::Json if self.many => out.write_all(b"\n]\n")?,
            Format::Html => html::write_html(&self.gathered, &self.unread, out)?,
            Format::Junit => {
                junit::write_junit(&self.gathered, &self.expectations, &self.unread, of_no_capture, out)?;
            }
            Format::Sarif => sarif::write_sarif(&self.gathered, &self.unread, out)?,
            _ => {}
        }
        out.flush()
    }
}

impl Sink {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Stdout(out) => out,
            Self::File { text, .. } => text,
        }
    }
}

/// Writes what a command says once: to the file that was asked for, or to standard output.
pub(crate) fn write_page(inspect: &Inspect, originals: Originals, page: &[u8]) -> Result<(), String> {
    let Some(path) = &inspect.output else {
        return crate::cli::print(inspect.color, page).map(drop);
    };
    let target = Target::new(path, true, originals)?;
    let written = target.write(&mut &*page);
    crate::cli::quiet_on_broken_pipe(&target.name(), written).map(drop)
}

/// Lines of which some begin with a mark, as a person sees them: escaped, and the mark in colour where that is wanted.
pub(crate) fn marked(text: &str, color: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = visible(line);
        let rest = line.trim_start();
        let style = match rest.chars().next() {
            Some('✓') => AnsiColor::Green.on_default().bold(),
            Some('✗') => AnsiColor::Red.on_default().bold(),
            Some('?') => AnsiColor::Yellow.on_default().bold(),
            _ => Style::new(),
        };
        match rest.chars().next() {
            Some(mark) if color && style != Style::new() => {
                let (lead, rest) = line.split_at_checked(line.len() - rest.len()).unwrap_or_default();
                let rest = rest.strip_prefix(mark).unwrap_or(rest);
                out.push_str(&format!("{lead}{style}{mark}{style:#}{rest}\n"));
            }
            _ => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

/// Standard output, which colours as asked; `auto` respects `NO_COLOR`, `CLICOLOR`, `TERM=dumb` and pipes.
pub(crate) fn stdout(color: Color) -> AutoStream<StdoutLock<'static>> {
    AutoStream::new(io::stdout().lock(), choice(color))
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        Color::Auto => AutoStream::choice(&io::stdout()),
    }
}

/// How text looks on standard output, or in a file.
pub(crate) fn text_style(color: Color, to_file: bool) -> TextStyle {
    let terminal = !to_file && io::stdout().is_terminal();
    // A pseudo-terminal may say that it has no columns at all (CRATES P15).
    let width = terminal
        .then(|| terminal_size::terminal_size_of(io::stdout()))
        .flatten()
        .map_or(0, |(width, _)| usize::from(width.0));
    // Without a terminal the reader may say how wide the place is where the text ends up.
    let width = if width == 0 { columns() } else { width };
    let color = if to_file {
        color == Color::Always
    } else {
        choice(color) != ColorChoice::Never
    };
    TextStyle {
        width: if width == 0 { TextStyle::WIDTH } else { width },
        color,
        verbosity: Verbosity::Normal,
    }
}

/// The width that the environment gives, as shells and `watch` set it; 0 without one.
fn columns() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .unwrap_or_default()
}
