//! Capture → slice on disk: cut, judged again, and only then under its name.

use std::io::{BufWriter, Seek as _, Write as _};
use std::path::Path;

use tlswalk::Options;
use tlswalk::note::Note;
use tlswalk::slice::{self, Breadth, Judged, Kept, Wish};
use tlswalk::tls::attested::hexadecimal;

use super::{Capture, only, refuse_existing};
use crate::args::Inspect;
use crate::{output, reason};

/// Cuts a capture.
pub(crate) fn run(inspect: &Inspect, whole: bool, force: bool) -> Result<u8, String> {
    let path = only(inspect, "slice")?;
    let target = inspect
        .output
        .as_deref()
        .ok_or("slice needs a file to write: -o slice.pcapng")?;
    refuse_existing(target, force)?;
    let options = crate::options(inspect)?;
    let capture = Capture::find(path)?;
    let because = |error: &dyn std::fmt::Display| format!("{}: {error}", capture.name);
    let judged = slice::judge(capture.open()?, &capture.name, &options).map_err(|error| because(&error))?;
    let mut note = Note {
        options: named_hosts(inspect),
        ..Note::of(&judged.facts)
    };
    if judged.facts.slice.is_none() {
        note.sha256 = hexadecimal(&capture.digest(b"")?);
    }
    let widths = if whole { &[Breadth::Whole][..] } else { &Breadth::ALL };
    for &breadth in widths {
        let kept = slice::choose(capture.open()?, &judged.report, breadth).map_err(|error| because(&error))?;
        if let Some(file) = written(&capture, &judged, &kept, note.clone(), &options, target)? {
            output::keep(file, target).map_err(|error| format!("-o {}: {}", target.display(), reason(&error)))?;
            return Ok(0);
        }
    }
    Err(format!(
        "{}: nothing was written: even all its frames, as a slice, would not give the same verdict; please report this",
        capture.name
    ))
}

/// The slice in a file without a name; `None` when it would be judged otherwise than the capture.
fn written(
    capture: &Capture,
    judged: &Judged,
    kept: &Kept,
    note: Note,
    options: &Options,
    target: &Path,
) -> Result<Option<tempfile::NamedTempFile>, String> {
    let unwritten = |error: &std::io::Error| format!("-o {}: {}", target.display(), reason(error));
    let mut file = output::beside(target).map_err(|error| unwritten(&error))?;
    let name = capture_name(&capture.name);
    let wish = Wish {
        kept,
        note,
        language: options.language,
        name: &name,
    };
    slice::cut(
        capture.open()?,
        BufWriter::new(file.as_file_mut()),
        judged,
        &wish,
        |_| None,
    )
    .map_err(|error| match error {
        slice::SliceError::Write(error) => unwritten(&error),
        error @ slice::SliceError::Read(_) => format!("{}: {error}", capture.name),
    })?
    .flush()
    .map_err(|error| unwritten(&error))?;
    file.rewind().map_err(|error| unwritten(&error))?;
    let again = tlswalk::analyze(file.as_file(), &capture.name, options)
        .map_err(|error| format!("-o {}: {error}", target.display()))?;
    Ok(slice::same_verdicts(&judged.report, &again).then_some(file))
}

/// A file's name without its folders, which concern nobody else.
fn capture_name(name: &str) -> String {
    Path::new(name)
        .file_name()
        .map_or_else(|| "standard input".to_owned(), |it| it.to_string_lossy().into_owned())
}

/// The options that say which hosts are what: whoever opens the slice needs them again.
fn named_hosts(inspect: &Inspect) -> Vec<String> {
    use tlswalk::{Host, Target};

    let text = |target: &Target| {
        let host = match &target.host {
            Host::Address(ip) if ip.is_ipv6() && target.port.is_some() => format!("[{ip}]"),
            Host::Address(ip) => ip.to_string(),
            Host::Name(name) => name.clone(),
        };
        target
            .port
            .map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
    };
    let groups = [
        ("--cssm", &inspect.cssm),
        ("--on-prem", &inspect.on_prem),
        ("--cslu", &inspect.cslu),
        ("--proxy", &inspect.proxy),
    ];
    let targets = groups
        .into_iter()
        .flat_map(|(option, targets)| targets.iter().flat_map(move |it| [option.to_owned(), text(it)]));
    let wlc = inspect.wlc.iter().flat_map(|ip| ["--wlc".to_owned(), ip.to_string()]);
    let all = inspect.all.then(|| "--all".to_owned());
    wlc.chain(targets).chain(all).collect()
}
