//! Reports, captures → what holds.

use std::io;
use std::path::{Path, PathBuf};

use tlswalk::base::hexadecimal::hexadecimal;
use tlswalk::base::phrase::{Language, phrase};
use tlswalk::handoff::signature::PublicKey;
use tlswalk::handoff::verify::{Files, Verification, read_reports, replay, verify};
use tlswalk::report::Report;

use super::signing::{public_key, signature_of};
use super::{Capture, json_text};
use crate::cli::args::{Format, Inspect};
use crate::cli::originals::Originals;
use crate::cli::{UNABLE, complain, output, reason};

/// The longest report read: one on 100 MB of nothing but handshakes has some 100 MB.
const LONGEST_REPORT: u64 = 1 << 30;

/// Checks a report, or several with a capture for each.
pub(crate) fn run(report: &Path, signed_by: Option<&Path>, inspect: &Inspect) -> Result<u8, String> {
    let mut originals = Originals::of(inspect).with("the report", report);
    if let Some(key) = signed_by {
        originals = originals.with("--signed-by", key);
    }
    originals.refuse_stdout()?;
    let key = signed_by.map(public_key).transpose()?;
    let language: Language = inspect.lang.into();
    let name = report.display().to_string();
    let unread = |error: &io::Error| format!("{name}: {}", reason(error));
    let metadata = std::fs::metadata(report).map_err(|error| unread(&error))?;
    if metadata.len() > LONGEST_REPORT {
        return Err(format!("{name}: is too long to be a report"));
    }
    let text = std::fs::read(report).map_err(|error| unread(&error))?;
    let claimed = {
        let text = std::str::from_utf8(&text).map_err(|_| format!("{name}: is not a JSON report: it is not UTF-8"))?;
        read_reports(text, language).map_err(|error| format!("{name}: {error}"))?
    };
    let groups = groups(&claimed, &inspect.captures).map_err(|why| format!("{name}: {why}"))?;
    let signer = signed_by.zip(key.as_ref());
    let signed = match signer {
        Some(signer) => Some(signature_claim(report, &text, signer)?),
        None => None,
    };
    let (mut verifications, mut unable) = (Vec::new(), false);
    for (report, captures) in claimed.iter().zip(groups) {
        match one(report, captures, inspect, &name) {
            Ok(mut verification) => {
                if let Some(signer) = signer {
                    slices_signed(&mut verification, captures, signer, language)?;
                }
                if let Some((claim, why)) = &signed {
                    verification.add(claim, why.as_ref(), language);
                }
                verifications.push(verification);
            }
            Err(why) if claimed.len() == 1 => return Err(why),
            Err(why) => {
                complain(&why);
                unable = true;
            }
        }
    }
    let page = page(&verifications, claimed.len() > 1, inspect)?;
    output::write_page(inspect, originals, page.as_bytes())?;
    let worst = verifications.iter().map(Verification::exit_code).max();
    Ok(if unable { UNABLE } else { worst.unwrap_or(UNABLE) })
}

/// Which captures belong to which report: as many as each was made of, in their order.
fn groups<'a>(reports: &[Report], mut captures: &'a [PathBuf]) -> Result<Vec<&'a [PathBuf]>, String> {
    let mut groups = Vec::new();
    for report in reports {
        let of_record = report.made_with.as_ref().map(|it| it.merged.len().max(1));
        let count = match of_record {
            _ if report.capture.format == "none" => 0,
            // One report: it is for the library to say what is missing or too much.
            _ if reports.len() == 1 => captures.len(),
            Some(count) => count,
            None => 1,
        };
        let (own, rest) = captures.split_at_checked(count).ok_or_else(|| {
            format!(
                "holds {} reports; name the capture of each, in their order",
                reports.len()
            )
        })?;
        groups.push(own);
        captures = rest;
    }
    match captures {
        [] => Ok(groups),
        [left, ..] => Err(format!(
            "holds {} reports, and {} belongs to none of them",
            reports.len(),
            left.display()
        )),
    }
}

/// Checks one report.
fn one(report: &Report, captures: &[PathBuf], inspect: &Inspect, name: &str) -> Result<Verification, String> {
    let mut options = crate::cli::options(inspect)?;
    // What the reader's own settings say of every call was not said of this report.
    let is_typed = |option: &str| inspect.settings.is_asked_for(option.trim_start_matches('-'));
    replay(report, &mut options, &is_typed).map_err(|why| format!("{name}: {why}"))?;
    let others = match options.leave_open_what() || report.others.is_some() {
        true => options.of_others(),
        false => None,
    };
    let captures = captures
        .iter()
        .map(|path| Capture::find(path))
        .collect::<Result<Vec<_>, _>>()?;
    let made_of_one = report.made_with.as_ref().is_some_and(|it| it.merged.is_empty());
    if made_of_one && captures.len() > 1 {
        return Err(format!("{name}: is on one capture, and {} are given", captures.len()));
    }
    let names: Vec<String> = captures.iter().map(|it| it.name.clone()).collect();
    let files = Files {
        sha256: match captures.as_slice() {
            [capture] => hexadecimal(&capture.digest(b"")?),
            _ => String::new(),
        },
        language: inspect.lang.into(),
        names,
    };
    let called = match files.names.as_slice() {
        [] => name.to_owned(),
        names => names.join(" + "),
    };
    let open = || {
        let opened = captures.iter().map(Capture::open);
        opened.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)
    };
    verify(report, &files, open, &options, others.as_ref()).map_err(|error| match error {
        tlswalk::handoff::verify::VerifyError::Options(why) => format!("{name}: {why}"),
        error => format!("{called}: {error}"),
    })
}

/// The answer about all reports together.
fn page(verifications: &[Verification], several: bool, inspect: &Inspect) -> Result<String, String> {
    let style = output::text_style(inspect.color, inspect.output.is_some());
    match inspect.format {
        Format::Text => {
            let texts = verifications.iter().map(|it| {
                let text = it.to_text(inspect.verbose, inspect.lang.into());
                let name = if several { it.capture.as_str() } else { "" };
                output::marked(&format!("{name}\n{text}"), style.color)
                    .trim_start_matches('\n')
                    .to_owned()
            });
            Ok(texts.collect::<Vec<_>>().join("\n"))
        }
        Format::Json if several => json_text(&verifications, true),
        format => verifications
            .iter()
            .map(|it| json_text(it, format == Format::Json))
            .collect(),
    }
}

/// A claim in words, and why it does not hold.
type Claimed = (tlswalk::base::phrase::Phrase, Option<tlswalk::base::phrase::Phrase>);

/// Whether the owner of a key signed a file.
fn signature_claim(file: &Path, bytes: &[u8], (path, key): (&Path, &PublicKey)) -> Result<Claimed, String> {
    let beside = signature_of(file);
    let claim = phrase("claim-signed")
        .with("file", file.display().to_string())
        .with("key", path.display().to_string());
    let why = match std::fs::read(&beside) {
        Ok(signature) if key.signed(bytes, &signature) => None,
        Ok(_) => Some(phrase("why-other-signature")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some(phrase("why-no-signature").with("file", beside.display().to_string()))
        }
        Err(error) => return Err(format!("{}: {}", beside.display(), reason(&error))),
    };
    Ok((claim, why))
}

/// A capture is known by the hash in the report; what was cut out of it is worth as much as its signature.
fn slices_signed(
    verification: &mut Verification,
    captures: &[PathBuf],
    signer: (&Path, &PublicKey),
    language: Language,
) -> Result<(), String> {
    for path in captures.iter().filter(|path| path.is_file()) {
        let unread = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = std::fs::File::open(path).map_err(|error| unread(&reason(&error)))?;
        let facts = tlswalk::capture::read_frames(file, |_| std::ops::ControlFlow::Break(()))
            .map_err(|error| unread(&error))?;
        if facts.slice.is_some() || signature_of(path).exists() {
            let bytes = std::fs::read(path).map_err(|error| unread(&reason(&error)))?;
            let (claim, why) = signature_claim(path, &bytes, signer)?;
            verification.add(&claim, why.as_ref(), language);
        }
    }
    Ok(())
}
