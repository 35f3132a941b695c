//! Capture → what is told of it without identifiers.

use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tlswalk::base::frame::Frame;
use tlswalk::capture::note::Note;
use tlswalk::capture::read_frames;
use tlswalk::handoff::redact::{Certificates, Redactor};
use tlswalk::handoff::slice::{Judged, same_verdicts};
use tlswalk::report::REDACTED;
use tlswalk::report::Report;
use tlswalk::report::made_with::Redaction;
use tlswalk::{Analyzer, Options};

use super::Capture;
use super::slice::named_hosts;
use crate::cli::args::Inspect;
use crate::cli::reason;

/// The context of the key derivation, so that the key differs from every other hash of the same bytes.
const DOMAIN: &[u8] = b"tlswalk pseudonyms 1\0";

/// The longest key file read.
const LONGEST_KEY: u64 = 1 << 20;

/// Captures that are redacted together: what is the same in them gets the same pseudonym.
pub(crate) struct Together {
    captures: Vec<(PathBuf, Result<Capture, String>)>,
    key: [u8; 32],
}

impl Together {
    /// Finds the captures of a call. Without a key file, the key is derived from all that can be read.
    pub(crate) fn find(inspect: &Inspect) -> Result<Self, String> {
        if inspect.merge && inspect.captures.len() > 1 {
            return Err(
                "--redact reads a capture several times; join the files of a ring first: mergecap -w all.pcapng ring_*.pcap"
                    .to_owned(),
            );
        }
        let captures: Vec<_> = inspect
            .captures
            .iter()
            .map(|path| (path.clone(), Capture::find(path)))
            .collect();
        let readable = captures.iter().filter_map(|(_, capture)| capture.as_ref().ok());
        let key = match &inspect.redact_key {
            Some(path) => key_of(path)?,
            None => {
                let readable: Vec<&Capture> = readable.collect();
                match readable.as_slice() {
                    [] => [0; 32],
                    [one] => one.digest(DOMAIN)?,
                    several => {
                        let mut all = DOMAIN.to_vec();
                        for capture in several {
                            all.extend(capture.digest(DOMAIN)?);
                        }
                        digest(&all)
                    }
                }
            }
        };
        Ok(Self { captures, key })
    }

    /// How a capture is called in what is told of it: by its place among them.
    pub(crate) fn name(&self, path: &Path) -> String {
        let place = self.captures.iter().position(|(it, _)| it == path);
        match place {
            Some(place) if self.captures.len() > 1 => format!("{REDACTED} {}", place + 1),
            _ => REDACTED.to_owned(),
        }
    }

    /// The redacted report of one of them.
    pub(crate) fn report(&self, path: &Path, inspect: &Inspect, options: Options) -> Result<Report, String> {
        let found = self.captures.iter().find(|(it, _)| it == path);
        let capture = match found {
            Some((_, Ok(capture))) => capture,
            Some((_, Err(why))) => return Err(why.clone()),
            None => return Err(format!("{}: is no capture of this call", path.display())),
        };
        let sha256 = capture.digest(b"")?;
        let (mut redactor, judged, options) = prepare(capture, &self.key, inspect, options)?;
        let options = redactor.options(options);
        let note = redactor.note(&judged, &sha256, named_hosts(&options));
        report(
            capture,
            &self.name(path),
            inspect,
            &mut redactor,
            &judged,
            &note,
            &options,
        )
    }
}

/// The key of a single capture: that of a file, else derived from the capture itself.
pub(crate) fn key(capture: &Capture, inspect: &Inspect) -> Result<[u8; 32], String> {
    match &inspect.redact_key {
        Some(path) => key_of(path),
        None => capture.digest(DOMAIN),
    }
}

fn key_of(path: &Path) -> Result<[u8; 32], String> {
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
    Ok(digest(&[DOMAIN, &secret].concat()))
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap_or_default()
}

/// Judges a capture and gathers what is to be replaced; also gives the options by which it was judged.
pub(crate) fn prepare(
    capture: &Capture,
    key: &[u8; 32],
    inspect: &Inspect,
    options: Options,
) -> Result<(Redactor, Judged, Options), String> {
    let (redactor, judged) = prepare_with(capture, key, inspect, &options)?;
    if !judged.report.has_what_was_looked_for()
        && let Some(others) = inspect.others(&options)
    {
        let (redactor, judged) = prepare_with(capture, key, inspect, &others)?;
        if !judged.report.attempts.is_empty() {
            return Ok((redactor, judged, others));
        }
    }
    Ok((redactor, judged, options))
}

fn prepare_with(
    capture: &Capture,
    key: &[u8; 32],
    inspect: &Inspect,
    options: &Options,
) -> Result<(Redactor, Judged), String> {
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
        key,
        certificates,
    )
    .map_err(|error| format!("{}: {error}", capture.name))
}

/// The report of the capture as it is after redaction.
pub(crate) fn report(
    capture: &Capture,
    name: &str,
    inspect: &Inspect,
    redactor: &mut Redactor,
    judged: &Judged,
    note: &Note,
    options: &Options,
) -> Result<Report, String> {
    let mut analyzer = Analyzer::new(options);
    let facts = read_frames(capture.open()?, |frame| {
        let data = redactor.frame(frame);
        analyzer.push(&Frame { data: &data, ..*frame });
        ControlFlow::Continue(())
    })
    .map_err(|error| format!("{}: {error}", capture.name))?;
    let emptied = redactor.emptied(options.language);
    redactor.rewind();
    let mut facts = Redactor::facts(&facts);
    let mut note = note.clone();
    note.kept = judged.facts.frames;
    facts.slice = Some(Box::new(note));
    let mut report = analyzer.finish(name, &facts);
    report.capture.anomalies.extend(emptied);
    let redaction = Redaction::new(inspect.redact_key.is_some(), inspect.keep_certificates);
    report.made_with = report.made_with.map(|it| it.redacted(redaction));
    if !same_verdicts(&judged.report, &report) {
        return Err(format!(
            "{}: nothing was written: redacted it would be judged otherwise ({}); what the verdict {} rests on is not kept",
            capture.name, report.verdict.id, judged.report.verdict.id
        ));
    }
    Ok(report)
}
