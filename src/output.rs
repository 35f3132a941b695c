//! Reports → standard output or a file: in the format asked for, whole or not at all.
//!
//! A file is written only when all reports are done: they are gathered in memory (a report is some kilobytes), put
//! into a temporary file in the same directory and renamed. So Ctrl-C during the analysis leaves nothing at all, and
//! nothing half-written can ever bear the final name.

use std::fs;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use tlswalk::report::row::Row;
use tlswalk::report::text::{TextStyle, Verbosity, write_text};
use tlswalk::report::{Report, Unread, csv, html, json, junit, markdown, sarif};

use crate::args::{Color, Format, Inspect};

/// Where the reports go.
pub(crate) struct Output {
    sink: Sink,
    format: Format,
    style: TextStyle,
    /// Several captures: a JSON array, blank lines between texts.
    many: bool,
    written: usize,
    /// Reports of a format whose document begins with what all of them say.
    gathered: Vec<Report>,
    expectations: Vec<Option<junit::Expectation>>,
    unread: Vec<Unread>,
}

enum Sink {
    Stdout(BufWriter<AutoStream<StdoutLock<'static>>>),
    File { path: PathBuf, text: Vec<u8> },
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
        let sink = match &inspect.output {
            None => Sink::Stdout(BufWriter::new(stdout(inspect.color))),
            Some(path) => {
                may_be_file(path)?;
                Sink::File {
                    path: path.clone(),
                    text: Vec::new(),
                }
            }
        };
        Ok(Self {
            sink,
            format: inspect.format,
            style: TextStyle {
                verbosity,
                ..text_style(inspect.color, to_file)
            },
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
            Sink::File { path, .. } => format!("-o {}", path.display()),
        }
    }

    /// Adds a report, with what was expected of it. In a format that is written capture by capture it is there when
    /// this returns.
    pub(crate) fn write(&mut self, report: Report, expectation: Option<junit::Expectation>) -> io::Result<()> {
        let first = self.written == 0;
        self.written += 1;
        let out = self.sink.writer();
        match self.format {
            Format::Text => {
                if !first && self.style.verbosity != Verbosity::Quiet {
                    writeln!(out)?;
                }
                write_text(&report, out, &self.style)?;
            }
            Format::Json => {
                if self.many {
                    out.write_all(if first { b"[\n" } else { b",\n" })?;
                }
                json::write_pretty(&report, out)?;
                if !self.many {
                    writeln!(out)?;
                }
            }
            Format::Ndjson => json::write_line(&report, out)?,
            Format::Markdown => {
                if !first {
                    writeln!(out)?;
                }
                markdown::write_markdown(&report, out)?;
            }
            Format::Csv => {
                if first {
                    csv::write_header(out)?;
                }
                csv::write_rows(&report, out)?;
            }
            Format::Html | Format::Junit | Format::Sarif => {
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

    /// Ends the output. Where there is nothing to write, no file is touched.
    pub(crate) fn finish(mut self) -> Result<(), io::Error> {
        if self.written == 0 {
            return Ok(());
        }
        let name = self.name();
        self.end()
            .map_err(|error| io::Error::new(error.kind(), format!("{name}: {}", crate::reason(&error))))?;
        match self.sink {
            Sink::Stdout(_) => Ok(()),
            Sink::File { path, text } => write_whole(&path, &text).map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("-o {}: {}", path.display(), crate::reason(&error)),
                )
            }),
        }
    }

    /// What stands behind the last report, or is made of all of them.
    fn end(&mut self) -> io::Result<()> {
        let out = self.sink.writer();
        match self.format {
            Format::Json if self.many => out.write_all(b"\n]\n")?,
            Format::Html => html::write_html(&self.gathered, &self.unread, out)?,
            Format::Junit => junit::write_junit(&self.gathered, &self.expectations, &self.unread, out)?,
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

/// Refuses what no file can be written to.
pub(crate) fn may_be_file(path: &Path) -> Result<(), String> {
    let directory = directory(path);
    if path.is_dir() {
        return Err(format!("-o {}: is a directory; name a file in it", path.display()));
    }
    if !directory.is_dir() {
        return Err(format!(
            "-o {}: there is no directory {}",
            path.display(),
            directory.display()
        ));
    }
    Ok(())
}

/// Puts `bytes` under `path` in one step.
fn write_whole(path: &Path, mut bytes: &[u8]) -> io::Result<()> {
    write_all_of(path, &mut bytes)
}

/// Puts everything that `input` gives under `path` in one step.
pub(crate) fn write_all_of(path: &Path, input: &mut dyn io::Read) -> io::Result<()> {
    // The file behind a symbolic link is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        // /dev/stdout, /dev/null or a named pipe cannot be replaced by a file.
        io::copy(input, &mut fs::OpenOptions::new().write(true).open(&target)?)?;
        return Ok(());
    }
    let mut file = beside(&target)?;
    io::copy(input, &mut file)?;
    keep(file, &target)
}

/// A file without a name yet, where `target` is to be.
pub(crate) fn beside(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tlswalk-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any program would create it: the umask takes its part away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory(target))
}

/// Gives a file its name, in one step.
pub(crate) fn keep(file: tempfile::NamedTempFile, target: &Path) -> io::Result<()> {
    if let Ok(metadata) = fs::metadata(target) {
        if metadata.permissions().readonly() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}

/// The folder that a file is in.
pub(crate) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
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
