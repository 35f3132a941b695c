//! Capture → what is told of it without identifiers.

use std::io::Read as _;
use std::ops::ControlFlow;

use tlswalk::capture::read_frames;
use tlswalk::frame::Frame;
use tlswalk::note::Note;
use tlswalk::redact::{Certificates, Redactor};
use tlswalk::report::Report;
use tlswalk::slice::{Judged, same_verdicts};
use tlswalk::{Analyzer, Options};

use super::Capture;
use super::slice::named_hosts;
use crate::args::Inspect;
use crate::reason;

/// How a redacted capture is called: its file's name may say whose it is.
pub(crate) const NAME: &str = "redacted capture";

/// What the key is derived under, so that it is no other hash of the same bytes.
const DOMAIN: &[u8] = b"tlswalk pseudonyms 1\0";

/// The longest key file read.
const LONGEST_KEY: u64 = 1 << 20;

/// Judges a capture and gathers what is to be replaced.
pub(crate) fn prepare(capture: &Capture, inspect: &Inspect, options: &Options) -> Result<(Redactor, Judged), String> {
    let key = match &inspect.redact_key {
        None => capture.digest(DOMAIN)?,
        Some(path) => {
            let name = path.display();
            let unread = |error: &std::io::Error| format!("--redact-key {name}: {}", reason(error));
            let mut secret = Vec::new();
            std::fs::File::open(path)
                .and_then(|file| file.take(LONGEST_KEY).read_to_end(&mut secret))
                .map_err(|error| unread(&error))?;
            if secret.len() < 16 {
                return Err(format!(
                    "--redact-key {name}: holds less than 16 bytes, which can be guessed; openssl rand -out {name} 32"
                ));
            }
            let digest = ring::digest::digest(&ring::digest::SHA256, &[DOMAIN, &secret].concat());
            digest.as_ref().try_into().unwrap_or_default()
        }
    };
    let certificates = if inspect.keep_certificates {
        Certificates::Kept
    } else {
        Certificates::Replaced
    };
    Redactor::prepare(
        capture.open()?,
        capture.open()?,
        &capture.name,
        options,
        &key,
        certificates,
    )
    .map_err(|error| format!("{}: {error}", capture.name))
}

/// The report of the capture as it is after redaction.
pub(crate) fn report(
    capture: &Capture,
    redactor: &mut Redactor,
    judged: &Judged,
    note: &Note,
    options: &Options,
) -> Result<Report, String> {
    let mut analyzer = Analyzer::new(options);
    let mut facts = read_frames(capture.open()?, |frame| {
        let data = redactor.frame(frame);
        analyzer.push(&Frame { data: &data, ..*frame });
        ControlFlow::Continue(())
    })
    .map_err(|error| format!("{}: {error}", capture.name))?;
    redactor.rewind();
    facts.origin = None;
    let mut note = note.clone();
    note.kept = judged.facts.frames;
    facts.slice = Some(Box::new(note));
    let report = analyzer.finish(NAME, &facts);
    if !same_verdicts(&judged.report, &report) {
        return Err(format!(
            "{}: nothing was written: redacted it would be judged otherwise ({}); what the verdict {} rests on is not kept",
            capture.name, report.verdict.id, judged.report.verdict.id
        ));
    }
    Ok(report)
}

/// The redacted report of a capture.
pub(crate) fn redacted(capture: &Capture, inspect: &Inspect, options: Options) -> Result<Report, String> {
    let sha256 = capture.digest(b"")?;
    let (mut redactor, judged) = prepare(capture, inspect, &options)?;
    let options = redactor.options(options);
    let note = redactor.note(&judged, &sha256, named_hosts(&options));
    report(capture, &mut redactor, &judged, &note, &options)
}
