//! arguments → report → exit code: the edge, where files are opened and text is printed.
//!
//! Reports go to standard output, everything else to standard error as `tlswalk: <what>: <why>`, one line each.

mod again;
mod args;
mod choices;
mod commands;
mod expect;
mod given;
mod help;
mod interrupt;
mod listing;
mod manual;
mod originals;
mod output;
mod parsed;
mod progress;
mod settings;
mod stdin;
mod target;
mod usage;
mod workers;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use args::{Cli, Command, Inspect};
use commands::Hashed;
use commands::redact::Together;
use expect::{Expectations, Tally, code, expected};
use given::options;
use output::Output;
use parsed::Parsed;
use progress::Progress;
use stdin::Waiting;
use tlswalk::Options;
use tlswalk::base::command::shell_file;
use tlswalk::capture::{MOST_FILES, MergeError, reason};
use tlswalk::report::text::{TextStyle, Verbosity, visible};
use tlswalk::report::{Outcome, Report, Unread, explain, outcome as outcome_of, report_on_logs};

/// The tool could not do its work.
const UNABLE: u8 = 2;

pub(crate) fn main() -> ExitCode {
    match run(std::env::args_os()) {
        Ok(code) => ExitCode::from(code),
        Err(reason) => {
            complain(&reason);
            ExitCode::from(UNABLE)
        }
    }
}

/// The exit code, or why nothing could be done.
fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<u8, String> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let word = |at: usize| arguments.get(at).and_then(|it| it.to_str());
    let parsed = parsed::parse(arguments.clone());
    let is_no_command = match &parsed {
        Parsed::Run(cli) => cli.command.is_none(),
        Parsed::Show(_) => false,
        Parsed::Mistake(_) => true,
    };
    if let Some(first) = word(1).filter(|first| is_no_command && !first.starts_with('-') && !Path::new(first).exists())
        && let Some(hint) = usage::misspelt(first, word(2))
    {
        return Err(hint);
    }
    match parsed {
        Parsed::Run(mut cli) => {
            settings::apply(&mut cli)?;
            obey(*cli)
        }
        Parsed::Show(text) => {
            let mut out = anstream::stdout().lock();
            let written = write!(out, "{}", text.ansi()).and_then(|()| out.flush());
            quiet_on_broken_pipe("standard output", written)
        }
        Parsed::Mistake(line) => Err(line),
    }
}

/// Does what was asked for, and gives the exit code.
fn obey(cli: Cli) -> Result<u8, String> {
    let Some(command) = cli.command else {
        return inspect_all(&cli.inspect);
    };
    match command {
        Command::Explain { id, lang, color } => {
            let mut page = Vec::new();
            let style = TextStyle {
                verbosity: Verbosity::Normal,
                ..output::text_style(color, false)
            };
            explain::write_explanation(id.as_deref(), &mut page, &style, lang.into())?;
            print(color, &page)
        }
        Command::Slice { inspect, whole, force } => commands::slice::run(&inspect, whole, force),
        Command::Verify {
            report,
            signed_by,
            inspect,
        } => commands::verify::run(&report, signed_by.as_deref(), &inspect),
        Command::Diff { inspect } => commands::diff::run(&inspect),
        Command::Why { frame, inspect } => commands::reading::why(frame, &inspect),
        Command::Whynot { id, inspect } => commands::reading::whynot(&id, &inspect),
        Command::Check { text, inspect } => commands::check::run(&text, &inspect),
        Command::Triage { inspect, triage } => commands::triage::run(&inspect, &triage),
        Command::Mcp { arguments } => commands::mcp::run(&arguments),
        Command::Serve {
            inspect,
            port,
            max_upload,
        } => commands::serve::run(inspect, port, max_upload),
        Command::Config { inspect } => commands::config::run(&inspect),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            manual::write_completions(shell, &mut script);
            print(args::Color::Never, &script)
        }
        Command::Man => {
            let mut page = Vec::new();
            manual::write_manual(&mut page).map_err(|error| reason(&error))?;
            print(args::Color::Never, &page)
        }
    }
}

fn print(color: args::Color, page: &[u8]) -> Result<u8, String> {
    let mut out = output::stdout(color);
    // What is still in a buffer when the program ends is lost without a word.
    quiet_on_broken_pipe("standard output", out.write_all(page).and_then(|()| out.flush()))
}

fn quiet_on_broken_pipe(name: &str, written: io::Result<()>) -> Result<u8, String> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("{name}: {}", reason(&error))),
        _ => Ok(0),
    }
}

/// One report per capture, in order, each written as soon as it is due; a capture that cannot be read does not stop the others.
fn inspect_all(inspect: &Inspect) -> Result<u8, String> {
    let options = options(inspect)?;
    let expected = expected(inspect)?;
    if inspect.redact && !inspect.log.is_empty() {
        return Err("--redact cannot replace what names somebody in a device's own texts; leave --log out".to_owned());
    }
    let mut telling = Telling {
        output: Output::open(inspect)?,
        expected: expected.as_ref().map(|it| (it, it.tally())),
        together: None,
        given: again::options(inspect),
        settings: recorded(inspect),
        total: Outcome::Inconclusive,
        unable: false,
        failure: None,
    };
    if inspect.captures.is_empty() {
        let _ = telling.judged(report_on_logs(&options), &[]);
        if telling.failure.is_some() {
            return telling.finish();
        }
    }
    if streams(inspect) {
        return stream(inspect, &options, telling.output, expected.as_ref());
    }
    // With --merge, all captures are one.
    let captures: Vec<&[PathBuf]> = if inspect.merge && !inspect.captures.is_empty() {
        vec![&inspect.captures]
    } else {
        inspect.captures.chunks(1).collect()
    };
    let together = match inspect.redact {
        true => Some(Together::find(inspect)?),
        false => None,
    };
    telling.together = together.as_ref();
    let held = workers::Held {
        weigh: |_: &Result<Report, String>| 1,
        most: workers::threads(captures.len()).saturating_mul(workers::AHEAD),
    };
    let inspect_one = |paths: &&[PathBuf]| match (&together, *paths) {
        // Options are few, and a capture is read three times.
        (Some(together), [path]) => together.report(path, inspect, self::options(inspect)?),
        (_, paths) => analyze(paths, &options, inspect),
    };
    let mut due = captures.iter();
    workers::in_order(&captures, &held, inspect_one, |outcome| {
        let paths = due.next().copied().unwrap_or_default();
        match outcome {
            Ok(report) => telling.judged(report, paths),
            Err(why) => telling.unread(&why, paths),
        }
    });
    telling.finish()
}

/// Where the reports go, and what came of them so far.
struct Telling<'a> {
    output: Output,
    expected: Option<(&'a Expectations, Tally<'a>)>,
    /// The captures that are redacted with one key.
    together: Option<&'a Together>,
    /// The options that were given, for commands that are suggested.
    given: Vec<String>,
    /// The settings that nobody typed.
    settings: Option<tlswalk::report::Settings>,
    total: Outcome,
    /// Something could not be read.
    unable: bool,
    /// Why nothing more can be written.
    failure: Option<io::Error>,
}

impl Telling<'_> {
    /// Writes a report.
    fn judged(&mut self, mut report: Report, paths: &[PathBuf]) -> ControlFlow<()> {
        if !paths.is_empty() {
            report.options.clone_from(&self.given);
        }
        report.settings.clone_from(&self.settings);
        self.total = self.total.and(outcome_of([&report]));
        // A redacted report does not name its capture.
        let name = match self.together {
            Some(_) => named(paths),
            None => report.capture.file.clone(),
        };
        let checked = self.expected.as_mut().map(|(expected, tally)| {
            let checked = expected.check(&name, &report);
            tally.count(&name, &checked);
            checked
        });
        go_on(
            self.output.write(report, checked.unwrap_or_default()),
            &mut self.failure,
        )
    }

    /// Says of captures that they cannot be read.
    fn unread(&mut self, why: &str, paths: &[PathBuf]) -> ControlFlow<()> {
        self.unable = true;
        complain(why);
        let name = named(paths);
        if let Some((_, tally)) = &mut self.expected {
            tally.unread(&name);
        }
        let mut unread = Unread::new(&name, why);
        if let (Some(together), [path]) = (self.together, paths) {
            unread.capture = together.name(path);
        }
        go_on(self.output.write_unread(unread), &mut self.failure)
    }

    /// Ends the output; the exit code.
    fn finish(self) -> Result<u8, String> {
        let tally = self.expected.map(|(_, tally)| tally);
        let code = code(self.total, tally.as_ref(), self.unable);
        match self.failure {
            // Whoever reads has seen enough (`| head`): nothing is wrong, and the rest need not be read.
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(code),
            Some(error) => return Err(format!("{}: {}", self.output.name(), reason(&error))),
            None => {}
        }
        let of_no_capture = tally.as_ref().map(Tally::of_no_capture).unwrap_or_default();
        match self.output.finish(&of_no_capture) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
            _ => {
                let unmet = tally.iter().flat_map(Tally::told);
                unmet.for_each(|line| complain(&line));
                Ok(code)
            }
        }
    }
}

fn go_on(written: io::Result<()>, failure: &mut Option<io::Error>) -> ControlFlow<()> {
    match written {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            *failure = Some(error);
            ControlFlow::Break(())
        }
    }
}

/// The settings as a report records them. Names of files and sites identify a person, so a redacted report has none.
fn recorded(inspect: &Inspect) -> Option<tlswalk::report::Settings> {
    inspect.settings.recorded().filter(|_| !inspect.redact)
}

/// How a capture is called, or several that are one.
fn named(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    names.join(" + ")
}

/// True if attempts are reported as they end: of standard input, in a format of lines, where nothing that was asked for needs
/// the whole capture first.
fn streams(inspect: &Inspect) -> bool {
    let is_stdin = matches!(inspect.captures.as_slice(), [path] if path.as_os_str() == "-");
    is_stdin
        && inspect.format == args::Format::Ndjson
        && inspect.output.is_none()
        && inspect.log.is_empty()
        && !inspect.redact
        && !inspect.merge
}

/// A report for each time that attempts have ended. What is expected is expected of the last, which has the verdict of all.
fn stream(
    inspect: &Inspect,
    options: &Options,
    mut output: Output,
    expected: Option<&Expectations>,
) -> Result<u8, String> {
    refuse_terminal()?;
    let mut tally = expected.map(Expectations::tally);
    let name = "-".to_owned();
    let input = Waiting::for_stdin().map_err(|error| format!("{name}: {}", reason(&error)))?;
    let input = Progress::new(input.telling_silence(), name.clone(), None, inspect.quiet);
    let mut input = Hashed::new(input, inspect.hash);
    let mut total = Outcome::Inconclusive;
    let (mut last, mut failure) = (None, None);
    let settings = recorded(inspect);
    let mut write = |mut report: Report, total: &mut Outcome, output: &mut Output| {
        report.settings.clone_from(&settings);
        // A last part without attempts of its own repeats the verdict of the others.
        let tells = !report.attempts.is_empty() || !report.left_out.is_empty();
        if report.part.is_none_or(|part| part.number == 1) || tells {
            *total = total.and(outcome_of([&report]));
        } else if report.capture.not_judged > 0 {
            *total = total.and(Outcome::PartlyJudged);
        }
        match output.write(report, Vec::new()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let read = tlswalk::analyze_stream(&mut input, &name, options, |report| {
        if report.part.is_some_and(|part| part.last) {
            // Its hash is known when everything was read.
            last = Some(report);
            return ControlFlow::Continue(());
        }
        write(report, &mut total, &mut output)
    });
    read.map_err(|error| format!("{name}: {error}"))?;
    if let Some(mut report) = last {
        report.capture.sha256 = input.finish().map_err(|error| format!("{name}: {}", reason(&error)))?;
        if let (Some(expected), Some(tally)) = (expected, &mut tally) {
            tally.count(&name, &expected.check(&name, &report));
        }
        let _ = write(report, &mut total, &mut output);
    }
    match failure {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(format!("{}: {}", output.name(), reason(&error)));
        }
        Some(_) => {}
        None => {
            let told = tally.iter().flat_map(Tally::told);
            told.for_each(|line| complain(&line));
        }
    }
    Ok(code(total, tally.as_ref(), false))
}

/// One report, of one capture or of several that are one; where they hold nothing of what was looked for, of what else failed.
/// Errors begin with the capture's name.
fn analyze(paths: &[PathBuf], options: &Options, inspect: &Inspect) -> Result<Report, String> {
    let report = read(paths, options, inspect, inspect.quiet)?;
    // A pipe can be read once only.
    let can_be_read_again = || paths.iter().all(|path| path.is_file());
    let others = || inspect.others(options).filter(|_| can_be_read_again());
    report.or_others(others, |others| read(paths, others, inspect, true))
}

/// One reading of a capture, or of several that are one.
fn read(paths: &[PathBuf], options: &Options, inspect: &Inspect, quiet: bool) -> Result<Report, String> {
    if let [path] = paths {
        let (name, input) = open(path, quiet)?;
        let mut input = Hashed::new(input, inspect.hash);
        let mut report = tlswalk::analyze(&mut input, &name, options).map_err(|error| format!("{name}: {error}"))?;
        report.capture.sha256 = input.finish().map_err(|error| format!("{name}: {}", reason(&error)))?;
        return Ok(report);
    }
    if paths.len() > MOST_FILES {
        return Err(MergeError::TooMany(paths.len()).to_string());
    }
    let inputs = paths
        .iter()
        .map(|path| open(path, true)) // so many bars would only flicker
        .collect::<Result<Vec<_>, _>>()?;
    tlswalk::analyze_merged(inputs, options).map_err(|error| error.to_string())
}

fn refuse_terminal() -> Result<(), String> {
    if io::stdin().is_terminal() {
        return Err("-: standard input is a terminal; pipe a capture in".to_owned());
    }
    Ok(())
}

/// A capture's name and bytes.
fn open(path: &Path, quiet: bool) -> Result<(String, Progress<Box<dyn Read>>), String> {
    let name = path.display().to_string();
    if path.as_os_str() == "-" {
        refuse_terminal()?;
        let input: Box<dyn Read> =
            Box::new(Waiting::for_stdin().map_err(|error| format!("{name}: {}", reason(&error)))?);
        return Ok((name.clone(), Progress::new(input, name, None, quiet)));
    }
    let because = |error: &io::Error| format!("{name}: {}", reason(error));
    let metadata = fs::metadata(path).map_err(|error| because(&error))?;
    if metadata.is_dir() {
        return Err(format!(
            "{name}: is a directory; for every capture in it: tlswalk triage {}",
            shell_file(&name).unwrap_or_else(|| "DIR".to_owned())
        ));
    }
    let input: Box<dyn Read> = match metadata.is_file() {
        true => Box::new(File::open(path).map_err(|error| because(&error))?),
        false => Box::new(Waiting::for_pipe(path).map_err(|error| because(&error))?),
    };
    let label = path
        .file_name()
        .map(|name| visible(&name.to_string_lossy()))
        .unwrap_or_default();
    // A pipe or device has no length to count towards.
    let total = metadata.is_file().then_some(metadata.len());
    Ok((name, Progress::new(input, label, total, quiet)))
}

/// Suggestion added to an error where a similar name exists.
fn did_you_mean(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

/// One line on standard error. Where even that cannot be written, the exit code still tells.
fn complain(message: &str) {
    drop(writeln!(io::stderr().lock(), "tlswalk: {}", visible(message)));
}
