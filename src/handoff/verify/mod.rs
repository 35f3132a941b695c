//! Report, capture → Verification: every claim of a report is checked again against the capture, or a slice of it.
//!
//! The capture is analysed again, and the report is compared with the result: frames have their numbers in the capture
//! that the report is about, whichever file they are read from.

mod check;
mod fields;
mod read;
mod replay;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::ControlFlow;

use serde::Serialize;

use crate::analysis::analyzer::{Analyzer, analyze_merged};
use crate::base::frame::{Frame, FrameNumber};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::capture::{CaptureError, CaptureFacts, Item, MergeError, read_annotated};
use crate::handoff::slice::Kept;
use crate::profile::options::Options;
use crate::report::{Report, report_on_logs};

pub(crate) use check::{Present, compare};
pub use read::{read_report, read_reports};
pub use replay::replay;

/// The schema name of a verification.
pub const VERIFY_SCHEMA: &str = "tlswalk.verify/1";

/// The results for a report's claims.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// `tlswalk.verify/1`.
    pub schema: &'static str,
    /// The capture that they were checked against, by the given name.
    pub capture: String,
    /// The number of claims that hold.
    pub holds: u64,
    /// The number of claims that do not hold.
    pub fails: u64,
    /// The number of claims that cannot be checked.
    pub unchecked: u64,
    /// The claims, in the report's order.
    pub claims: Vec<Claim>,
}

/// One claim.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// `holds`, `fails` or `unchecked`.
    pub state: &'static str,
    /// The claim in words.
    pub claim: String,
    /// Why it does not hold or cannot be checked; null if it holds.
    pub why: Option<String>,
}

/// Why a report cannot be checked at all: a clause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It was made with other options or files than the given ones.
    #[error("{0}")]
    Options(String),
    /// The text is not a report, or a report of another version.
    #[error("{0}")]
    Report(String),
    /// The capture is not the report's capture.
    #[error("{0}")]
    Capture(String),
    /// The capture cannot be read.
    #[error(transparent)]
    Read(#[from] CaptureError),
    /// Captures cannot be read as one.
    #[error(transparent)]
    Merge(#[from] MergeError),
}

/// The files that a report is checked against.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The name of the capture, or the names of several files that are read as one; empty for a report on device logs
    /// alone.
    pub names: Vec<String>,
    /// SHA-256 of a single file, in hexadecimal.
    pub sha256: String,
    /// The language of the results.
    pub language: Language,
}

/// Checks a report against a capture, which `open` opens again each time. The options are those of the report; with
/// `others`, a capture without the service that was looked for is read with those options, as it was for the report.
///
/// # Errors
/// If the capture cannot be read, or is another one.
pub fn verify<R: Read>(
    report: &Report,
    files: &Files,
    mut open: impl FnMut() -> io::Result<Vec<R>>,
    options: &Options,
    others: Option<&Options>,
) -> Result<Verification, VerifyError> {
    let mut again = Again::read(report, files, &mut open, options)?;
    if let Some(others) = others.filter(|_| !again.report.has_what_was_looked_for()) {
        let found = Again::read(report, files, &mut open, others)?;
        again.report = again.report.or_failed(found.report);
    }
    let mut result = compare(report, &again.report, (again.frames, &again.present), files.language);
    result.capture = files.names.join(" + ");
    result.say_what_is_unchecked(report, files.language);
    Ok(result)
}

/// The result of analysing the capture again.
struct Again {
    report: Report,
    frames: u64,
    present: Present,
}

impl Again {
    fn read<R: Read>(
        report: &Report,
        files: &Files,
        open: &mut impl FnMut() -> io::Result<Vec<R>>,
        options: &Options,
    ) -> Result<Self, VerifyError> {
        let say = |phrase: Phrase| VerifyError::Options(phrase.in_language(files.language));
        let merged = report.made_with.as_ref().map_or(0, |it| it.merged.len());
        if merged > 1 && files.names.len() != merged {
            return Err(say(phrase("verify-merged").with("count", merged)));
        }
        let mut inputs = open().map_err(CaptureError::Read)?;
        match (inputs.pop(), inputs.len()) {
            (None, _) if report.capture.format == "none" => Ok(Self {
                report: report_on_logs(options),
                frames: 0,
                present: Present::All(0),
            }),
            (None, _) => Err(say(phrase("verify-no-capture"))),
            (Some(input), 0) => Self::one(report, input, files, options),
            (Some(last), _) => {
                inputs.push(last);
                let now = analyze_merged(files.names.iter().cloned().zip(inputs), options)?;
                let (claimed, found) = (&report.capture, &now.capture);
                let refuse = |phrase: Phrase| Err(VerifyError::Capture(phrase.in_language(files.language)));
                if claimed.frames != found.frames {
                    let other = phrase("verify-other-frames").with("expected", claimed.frames);
                    return refuse(other.with("found", found.frames));
                }
                if (&claimed.first, &claimed.last) != (&found.first, &found.last) {
                    return refuse(phrase("verify-other-times"));
                }
                Ok(Self {
                    frames: now.capture.frames,
                    present: Present::All(now.capture.frames),
                    report: now,
                })
            }
        }
    }

    fn one(report: &Report, input: impl Read, files: &Files, options: &Options) -> Result<Self, VerifyError> {
        let mut analyzer = Analyzer::new(options);
        let mut present = BTreeSet::new();
        let mut last = 0;
        // A redacted report describes the whole capture, with that capture's numbers.
        let of_capture = report
            .capture
            .slice_of
            .as_ref()
            .is_none_or(|of| of.frames == report.capture.frames);
        let mut facts = read_annotated(input, |item| {
            if let Item::Frame(frame, extras) = item {
                // A slice is read with the frame numbers of its capture, and so are texts that name frames.
                let number = extras.packet_id().filter(|_| of_capture && extras.in_slice);
                if let Some(number) = number {
                    present.insert(number);
                }
                last = frame.number.0;
                analyzer.push(&Frame {
                    number: number.map_or(frame.number, FrameNumber),
                    ..*frame
                });
            }
            ControlFlow::Continue(())
        })?;
        identify(report, &facts, &files.sha256, files.language)?;
        if of_capture && let Some(note) = &mut facts.slice {
            if let Some(cut) = &mut note.end {
                cut.after = cut.after_of_capture;
            }
            for hole in &mut note.damage {
                hole.after = hole.after_of_capture;
            }
        }
        let present = if of_capture && facts.slice.is_some() {
            Present::InSlice(Kept::These(present))
        } else {
            Present::All(last)
        };
        Ok(Self {
            report: analyzer.finish(&report.capture.file, &facts),
            frames: facts.frames,
            present,
        })
    }
}

/// Checks that this is the report's capture, or a whole slice of it.
fn identify(report: &Report, facts: &CaptureFacts, sha256: &str, language: Language) -> Result<(), VerifyError> {
    let refuse = |phrase: Phrase| Err(VerifyError::Capture(phrase.in_language(language)));
    let claimed = &report.capture;
    let (hash, frames) = match (&facts.slice, &claimed.slice_of) {
        // A report on a slice describes the slice itself.
        (Some(note), of) if of.as_ref().is_none_or(|of| of.redacted && of.frames == claimed.frames) => {
            match of {
                None if note.redacted => return refuse(phrase("verify-redacted")),
                Some(of) if !note.redacted || of.sha256 != note.sha256 => {
                    return refuse(phrase("verify-other-key"));
                }
                _ => {}
            }
            if note.kept != facts.frames {
                let missing = phrase("verify-slice-incomplete");
                return refuse(missing.with("kept", note.kept).with("frames", facts.frames));
            }
            (note.sha256.as_str(), note.frames)
        }
        (None, Some(of)) if of.redacted => return refuse(phrase("verify-report-redacted")),
        (None, Some(_)) => return refuse(phrase("verify-report-of-slice")),
        _ => (sha256, facts.frames),
    };
    if let Some(expected) = claimed.sha256.as_deref().filter(|expected| *expected != hash) {
        return refuse(
            phrase("verify-other-hash")
                .with("expected", expected)
                .with("found", hash),
        );
    }
    if claimed.frames != frames {
        let other = phrase("verify-other-frames");
        return refuse(other.with("expected", claimed.frames).with("found", frames));
    }
    let time = |time: Option<i64>| time.map(|it| crate::base::frame::Timestamp(it).to_string());
    let (first, last) = match &facts.slice {
        Some(note) if claimed.slice_of.is_none() => (time(note.first), time(note.last)),
        _ => (time(facts.first.map(|it| it.0)), time(facts.last.map(|it| it.0))),
    };
    // A report on a slice has the times of its capture.
    if claimed.slice_of.is_none() && (&claimed.first, &claimed.last) != (&first, &last) {
        return refuse(phrase("verify-other-times"));
    }
    Ok(())
}

impl Verification {
    /// Adds a claim that is not in the report itself; with `why`, it does not hold.
    pub fn add(&mut self, claim: &Phrase, why: Option<&Phrase>, language: Language) {
        let state = if why.is_some() { "fails" } else { "holds" };
        let count = if why.is_some() {
            &mut self.fails
        } else {
            &mut self.holds
        };
        *count = count.saturating_add(1);
        self.put(state, claim, why, language);
    }

    /// Lists the parts of the report that no capture can prove.
    fn say_what_is_unchecked(&mut self, report: &Report, language: Language) {
        let last = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let capture = self.capture.clone();
        let mut unchecked = |claim: Phrase, why: &'static str| {
            self.unchecked = self.unchecked.saturating_add(1);
            self.put("unchecked", &claim, Some(&phrase(why)), language);
        };
        let ours = env!("CARGO_PKG_VERSION");
        if report.tool.version != ours {
            let claim = phrase("claim-version").with("version", WireText::from(report.tool.version.as_str()));
            unchecked(claim.with("ours", ours), "why-version");
        }
        if report.settings.is_some() {
            unchecked(phrase("claim-settings"), "why-settings");
        }
        let names_capture = report.capture.slice_of.is_none() && report.capture.format != "none";
        let merged = report.made_with.as_ref().is_some_and(|it| !it.merged.is_empty());
        if names_capture && !merged && last(&report.capture.file) != last(&capture) {
            let claim = phrase("claim-file").with("file", WireText::from(report.capture.file.as_str()));
            unchecked(claim, "why-name");
        }
    }

    fn put(&mut self, state: &'static str, claim: &Phrase, why: Option<&Phrase>, language: Language) {
        self.claims.insert(
            0,
            Claim {
                state,
                claim: claim.in_language(language),
                why: why.map(|why| why.in_language(language)),
            },
        );
    }

    /// The results in a few lines: claims that do not hold or cannot be checked, and with `verbose` those that hold.
    #[must_use]
    pub fn to_text(&self, verbose: bool, language: Language) -> String {
        let mut text = phrase("verify-counts")
            .with("holds", self.holds)
            .with("fails", self.fails)
            .with("unchecked", self.unchecked)
            .in_language(language);
        text.push('\n');
        for claim in self.claims.iter().filter(|it| verbose || it.state != "holds") {
            let mark = match claim.state {
                "holds" => "✓",
                "fails" => "✗",
                _ => "?",
            };
            text.push_str(&format!("  {mark} {}\n", claim.claim));
            if let Some(why) = &claim.why {
                text.push_str(&format!("      {why}\n"));
            }
        }
        text
    }

    /// 0 if all hold, 1 if some do not. A claim that cannot be checked does not fail.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if self.fails > 0 { 1 } else { 0 }
    }
}
