//! Capture → slice on disk: cut, judged again, and only then under its name.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Read as _, Seek as _, Write as _};
use std::path::Path;

use tlswalk::Options;
use tlswalk::base::frame::Frame;
use tlswalk::base::hexadecimal::hexadecimal;
use tlswalk::capture::note::Note;
use tlswalk::handoff::redact::Redactor;
use tlswalk::handoff::slice::{self, Breadth, Judged, Wish};

use super::signing::Signing;
use super::{Capture, only, redact};
use crate::cli::args::{Inspect, STANDARD_OUTPUT};
use crate::cli::originals::Originals;
use crate::cli::reason;
use crate::cli::target::Target;
use tlswalk::report::REDACTED;

/// Cuts a capture.
#[allow(
    clippy::too_many_lines,
    reason = "the order in which things are opened is the point: each may refuse before the next is touched"
)]
pub(crate) fn run(inspect: &Inspect, whole: bool, force: bool) -> Result<u8, String> {
    let path = only(inspect, "slice")?;
    let target = inspect
        .output
        .as_deref()
        .ok_or("slice needs a file to write: -o slice.pcapng")?;
    if target.as_os_str() == STANDARD_OUTPUT && io::stdout().is_terminal() {
        return Err("-o -: standard output is a terminal; name a file, or pipe the slice on".to_owned());
    }
    let signing = match &inspect.sign {
        Some(key) => Some(Signing::new(key, Some(target), force, Originals::of(inspect))?),
        None => None,
    };
    let target = Target::new(target, force, Originals::of(inspect))?;
    if !inspect.log.is_empty() {
        return Err("a slice holds frames, and its verdict rests on them alone; leave --log out".to_owned());
    }
    let options = crate::cli::options(inspect)?;
    let capture = Capture::find(path)?;
    let mut cutting = if inspect.redact {
        let sha256 = capture.digest(b"")?;
        let key = redact::key(&capture, inspect)?;
        let (redactor, judged, options) = redact::prepare(&capture, &key, inspect, options)?;
        let options = redactor.options(options);
        let note = redactor.note(&judged, &sha256, named_hosts(&options));
        // Comments are taken from what redacted frames show.
        let mut redactor = redactor;
        let report = redact::report(&capture, REDACTED, inspect, &mut redactor, &judged, &note, &options)?;
        Cutting {
            judged: Judged {
                report,
                facts: Redactor::facts(&judged.facts),
                ..judged
            },
            note,
            options,
            redactor: Some(redactor),
            name: REDACTED.to_owned(),
        }
    } else {
        Cutting::plain(&capture, options, |options| inspect.others(options))?
    };
    let widths = if whole { &[Breadth::Whole][..] } else { &Breadth::ALL };
    let spool = || target.spool();
    let mut file = cutting.narrowest(
        &capture,
        widths,
        &Spool {
            open: &spool,
            name: &target.name(),
        },
    )?;
    let written = file.rewind().and_then(|()| target.write(&mut file));
    if let (Some(signing), Ok(())) = (&signing, &written) {
        let mut bytes = Vec::new();
        let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
        read.map_err(|error| format!("{}: {}", target.name(), reason(&error)))?;
        signing.sign(&bytes)?;
    }
    crate::cli::quiet_on_broken_pipe(&target.name(), written)
}

/// Where a slice is kept until it is known to be right.
pub(crate) struct Spool<'a> {
    /// Makes a file without a name.
    pub(crate) open: &'a dyn Fn() -> io::Result<File>,
    /// For messages.
    pub(crate) name: &'a str,
}

/// Choice of frames, and form of the slice.
pub(crate) struct Cutting {
    judged: Judged,
    note: Note,
    /// For judging the slice.
    options: Options,
    redactor: Option<Redactor>,
    name: String,
}

impl Cutting {
    /// Without redaction. `others` are the options for whatever else failed, where nothing was said about what to look for.
    pub(crate) fn plain(
        capture: &Capture,
        mut options: Options,
        others: impl FnOnce(&Options) -> Option<Options>,
    ) -> Result<Self, String> {
        let judge = |options: &Options| {
            let judged = slice::judge(capture.open()?, &capture.name, options);
            judged.map_err(|error| format!("{}: {error}", capture.name))
        };
        let mut judged = judge(&options)?;
        if !judged.report.has_what_was_looked_for()
            && let Some(others) = others(&options)
        {
            let found = judge(&others)?;
            if !found.report.attempts.is_empty() {
                (judged, options) = (found, others);
            }
        }
        let mut note = Note::of(&judged.facts);
        note.options = named_hosts(&options);
        if judged.facts.slice.is_none() {
            note.sha256 = hexadecimal(&capture.digest(b"")?);
        }
        Ok(Self {
            judged,
            note,
            options,
            redactor: None,
            name: capture_name(&capture.name),
        })
    }

    /// The slice of the fewest frames that gives the capture's verdict.
    pub(crate) fn narrowest(
        &mut self,
        capture: &Capture,
        widths: &[Breadth],
        spool: &Spool<'_>,
    ) -> Result<File, String> {
        for &breadth in widths {
            if let Some(file) = self.cut(capture, breadth, spool)? {
                return Ok(file);
            }
        }
        Err(format!(
            "{}: nothing was written: even with all its frames the slice would not give the capture's verdict",
            capture.name
        ))
    }

    /// The slice in a file without a name; `None` when it would be judged otherwise than the capture.
    fn cut(&mut self, capture: &Capture, breadth: Breadth, spool: &Spool<'_>) -> Result<Option<File>, String> {
        let because = |error: &dyn std::fmt::Display| format!("{}: {error}", capture.name);
        let unwritten = |error: &io::Error| format!("{}: {}", spool.name, reason(error));
        let Self {
            judged,
            note,
            options,
            redactor,
            name,
        } = self;
        let mut rewrite = |frame: &Frame<'_>| redactor.as_mut().map(|it| it.frame(frame));
        // Frames are chosen as they will be: a redacted report names pseudonyms.
        let kept = slice::choose(capture.open()?, &judged.report, breadth, &mut rewrite).map_err(|it| because(&it))?;
        if let Some(redactor) = redactor.as_mut() {
            redactor.rewind();
        }
        let mut rewrite = |frame: &Frame<'_>| redactor.as_mut().map(|it| it.frame(frame));
        let mut file = (spool.open)().map_err(|error| unwritten(&error))?;
        let wish = Wish {
            kept: &kept,
            note: note.clone(),
            language: options.language,
            name,
        };
        slice::cut(capture.open()?, BufWriter::new(&mut file), judged, &wish, &mut rewrite)
            .map_err(|error| match error {
                slice::SliceError::Write(error) => unwritten(&error),
                error @ slice::SliceError::Read(_) => because(&error),
            })?
            .flush()
            .map_err(|error| unwritten(&error))?;
        if let Some(redactor) = redactor.as_mut() {
            redactor.rewind();
        }
        file.rewind().map_err(|error| unwritten(&error))?;
        let is_same = match breadth {
            // Nothing more can be kept.
            Breadth::Whole => tlswalk::analyze(&file, &capture.name, options)
                .map(|again| slice::same_verdicts(&judged.report, &again)),
            _ => slice::holds(judged, &kept, &file, options),
        };
        let is_same = is_same.map_err(|error| format!("{}: {error}", spool.name))?;
        Ok(is_same.then_some(file))
    }
}

/// A file's name without its folders, which concern nobody else.
fn capture_name(name: &str) -> String {
    Path::new(name)
        .file_name()
        .map_or_else(|| "standard input".to_owned(), |it| it.to_string_lossy().into_owned())
}

/// The options that say which hosts are what: whoever opens the slice needs them again.
pub(crate) fn named_hosts(inspect: &Options) -> Vec<String> {
    let groups = [
        ("--cssm", &inspect.cssm),
        ("--on-prem", &inspect.on_prem),
        ("--cslu", &inspect.cslu),
        ("--proxy", &inspect.proxy),
    ];
    let targets = groups
        .into_iter()
        .flat_map(|(option, targets)| targets.iter().flat_map(move |it| [option.to_owned(), it.to_string()]));
    let wlc = inspect.wlc.iter().flat_map(|ip| ["--wlc".to_owned(), ip.to_string()]);
    // Whoever gives no option has others judged anyway.
    let all = (inspect.all && !inspect.others).then(|| "--all".to_owned());
    wlc.chain(targets).chain(all).collect()
}
