//! rows → output: each row at once, or a document made of all rows at the end.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write};

use anstream::AutoStream;
use tlswalk::base::phrase::Language;
use tlswalk::report::escaped::write_compact;
use tlswalk::report::junit::Expectation;
use tlswalk::report::row::Row;
use tlswalk::report::text::{TextStyle, Verbosity};
use tlswalk::report::triage::{
    CaseCounts, Run, Tally, write_case, write_expected, write_junit_begin, write_junit_end, write_line, write_tally,
};
use tlswalk::report::{Outcome, csv, html};

use crate::cli::args::{Format, Inspect};
use crate::cli::originals::Originals;
use crate::cli::target::Target;
use crate::cli::{output, reason};

/// The destination of rows.
pub(super) struct Sink {
    place: Place,
    format: Format,
    style: TextStyle,
    language: Language,
    /// Text reports the outcome of each capture at once.
    is_watching: bool,
    first: bool,
    pub(super) tally: Tally,
    /// Cases of JUnit: the document begins with their number.
    cases: CaseCounts,
    kept_cases: Option<BufWriter<File>>,
}

enum Place {
    Stdout(BufWriter<AutoStream<io::StdoutLock<'static>>>),
    /// A file without a name, until everything is written: it is removed when the program ends.
    File {
        target: Target,
        spool: BufWriter<File>,
    },
}

impl Place {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Stdout(out) => out,
            Self::File { spool, .. } => spool,
        }
    }
}

impl Sink {
    pub(super) fn open(inspect: &Inspect, originals: Originals, is_watching: bool) -> Result<Self, String> {
        let place = match &inspect.output {
            None => {
                originals.refuse_stdout()?;
                Place::Stdout(BufWriter::new(output::stdout(inspect.color)))
            }
            Some(path) => {
                let target = Target::new(path, true, originals)?;
                let spool = target
                    .spool()
                    .map_err(|error| format!("{}: {}", target.name(), reason(&error)))?;
                Place::File {
                    target,
                    spool: BufWriter::new(spool),
                }
            }
        };
        let kept_cases = match inspect.format {
            Format::Junit => {
                let file = tempfile::tempfile().map_err(|error| format!("a temporary file: {}", reason(&error)))?;
                Some(BufWriter::new(file))
            }
            _ => None,
        };
        let verbosity = match (inspect.quiet, inspect.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Ok(Self {
            style: TextStyle {
                verbosity,
                ..output::text_style(inspect.color, inspect.output.is_some())
            },
            place,
            format: inspect.format,
            language: inspect.lang.into(),
            is_watching,
            first: true,
            tally: Tally::default(),
            cases: CaseCounts::default(),
            kept_cases,
        })
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        match &self.place {
            Place::Stdout(_) => "standard output".to_owned(),
            Place::File { target, .. } => target.name(),
        }
    }

    /// Adds a capture; `outcome` is `None` if it could not be read. Rows that are written one by one are written when
    /// this returns.
    pub(super) fn write(&mut self, rows: &[Row], outcome: Option<Outcome>, checked: &[Expectation]) -> io::Result<()> {
        self.tally.add(rows, outcome);
        let out = self.place.writer();
        let first = std::mem::take(&mut self.first);
        match self.format {
            Format::Ndjson => {
                for row in rows {
                    write_compact(row, out)?;
                    out.write_all(b"\n")?;
                }
            }
            Format::Json => {
                for (at, row) in rows.iter().enumerate() {
                    out.write_all(if first && at == 0 { b"[\n" } else { b",\n" })?;
                    write_compact(row, out)?;
                }
            }
            Format::Csv => {
                if first {
                    csv::write_header(out)?;
                }
                rows.iter().try_for_each(|row| csv::write_row(row, out))?;
            }
            Format::Junit => {
                if let Some(kept) = &mut self.kept_cases {
                    match checked {
                        [] => write_case(rows, outcome, &mut self.cases, kept)?,
                        checked => write_expected(rows, checked, &mut self.cases, kept)?,
                    }
                }
            }
            Format::Text if self.is_watching => write_line(rows, out, &self.style, self.language)?,
            Format::Text | Format::Html | Format::Markdown | Format::Sarif => {}
        }
        if matches!(self.place, Place::Stdout(_)) {
            self.place.writer().flush()
        } else {
            Ok(())
        }
    }

    /// Adds the expectations for captures that were missing.
    pub(super) fn expected_of_none(&mut self, expected: &[Expectation]) -> io::Result<()> {
        match &mut self.kept_cases {
            Some(kept) => write_expected(&[], expected, &mut self.cases, kept),
            None => Ok(()),
        }
    }

    /// Ends the output; a file gets its name.
    pub(super) fn finish(mut self, run: &Run) -> Result<(), String> {
        let name = self.name();
        match self.end(run).and_then(|()| self.keep()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("{name}: {}", reason(&error))),
            _ => Ok(()),
        }
    }

    fn end(&mut self, run: &Run) -> io::Result<()> {
        let out = self.place.writer();
        match self.format {
            Format::Text if self.is_watching => {}
            Format::Text => write_tally(&self.tally, run, out, &self.style, self.language)?,
            Format::Html => html::write_overview(&self.tally, run, self.language, out)?,
            Format::Json => out.write_all(if self.first { b"[]\n" } else { b"\n]\n" })?,
            Format::Csv if self.first => csv::write_header(out)?,
            Format::Junit => {
                write_junit_begin(self.cases, out)?;
                if let Some(kept) = self.kept_cases.take() {
                    let mut cases = kept.into_inner().map_err(io::IntoInnerError::into_error)?;
                    cases.rewind()?;
                    io::copy(&mut cases, out)?;
                }
                write_junit_end(self.cases, out)?;
            }
            _ => {}
        }
        out.flush()
    }

    fn keep(&mut self) -> io::Result<()> {
        let Place::File { target, spool } = &mut self.place else {
            return Ok(());
        };
        let spool = spool.get_mut();
        spool.rewind()?;
        target.write(spool)
    }
}
