//! Report, capture → Verification: every claim of a report checked again against the capture, or a slice of it.
//!
//! The capture is analysed again, and what a report says is compared with what that shows: frames by their numbers in the
//! capture that the report speaks of, whichever file they are read from.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::ControlFlow;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::analysis::analyzer::Analyzer;
use crate::base::frame::{Frame, FrameNumber};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::capture::{CaptureError, CaptureFacts, Item, read_annotated};
use crate::handoff::slice::Kept;
use crate::profile::options::Options;
use crate::report::{Attempt, Certificate, Connection, Course, Lookup, Report, SCHEMA};

/// The schema name of a verification.
const VERIFY_SCHEMA: &str = "tlswalk.verify/1";

/// Claims listed one by one; a report on 100 MB makes some thousands.
const MOST_LISTED: usize = 10_000;

/// What became of a report's claims.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verification {
    /// `tlswalk.verify/1`.
    pub schema: &'static str,
    /// How many claims hold.
    pub holds: u64,
    /// How many do not.
    pub fails: u64,
    /// How many cannot be checked.
    pub unchecked: u64,
    /// The claims, in the report's order.
    pub claims: Vec<Claim>,
}

/// One claim.
#[derive(Clone, Debug, Serialize)]
pub struct Claim {
    /// `holds`, `fails` or `unchecked`.
    pub state: &'static str,
    /// What is claimed.
    pub claim: String,
    /// Why it does not hold or cannot be checked; null when it holds.
    pub why: Option<String>,
}

/// Why a report cannot be checked at all: a clause.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The report is none, or of another version.
    #[error("{0}")]
    Report(String),
    /// The capture is not the report's.
    #[error("{0}")]
    Capture(String),
    /// The capture cannot be read.
    #[error(transparent)]
    Read(#[from] CaptureError),
}

/// Reads a report.
///
/// # Errors
/// When the text is no report of this schema.
pub fn read_report(text: &str, language: Language) -> Result<Report, VerifyError> {
    let say = |phrase: Phrase| VerifyError::Report(phrase.in_language(language));
    // Each text is read twice rather than kept as a tree, which takes some ten times its length.
    serde_json::from_str::<IgnoredAny>(text)
        .map_err(|error| say(phrase("verify-not-json").with("error", error.to_string())))?;
    if text.trim_start().starts_with('[') {
        return Err(say(phrase("verify-several")));
    }
    let head = serde_json::from_str::<Head>(text).unwrap_or_default();
    match head.schema.as_deref() {
        Some(SCHEMA) => {}
        Some(other) => {
            let other = crate::base::wire_text::WireText::from(other);
            return Err(say(phrase("verify-other-schema")
                .with("schema", other)
                .with("ours", SCHEMA)));
        }
        None => return Err(say(phrase("verify-no-schema").with("ours", SCHEMA))),
    }
    serde_json::from_str(text).map_err(|error| say(phrase("verify-other-version").with("error", error.to_string())))
}

/// What every report begins with.
#[derive(Default, Deserialize)]
struct Head {
    schema: Option<String>,
}

/// Checks a report against a capture. `sha256` is that of the capture's file.
///
/// # Errors
/// When the capture cannot be read, or is another one.
pub fn verify(report: &Report, input: impl Read, sha256: &str, options: &Options) -> Result<Verification, VerifyError> {
    let mut analyzer = Analyzer::new(options);
    let mut present = BTreeSet::new();
    // A redacted report speaks of the whole capture, under that one's numbers.
    let of_capture = report
        .capture
        .slice_of
        .as_ref()
        .is_none_or(|of| of.frames == report.capture.frames);
    let mut facts = read_annotated(input, |item| {
        if let Item::Frame(frame, extras) = item {
            // A slice is read under the numbers of its capture, and so are the texts that name frames.
            let number = extras.packet_id().filter(|_| of_capture && extras.in_slice);
            if let Some(number) = number {
                present.insert(number);
            }
            analyzer.push(&Frame {
                number: number.map_or(frame.number, FrameNumber),
                ..*frame
            });
        }
        ControlFlow::Continue(())
    })?;
    identify(report, &facts, sha256, options.language)?;
    if of_capture && let Some(note) = &mut facts.slice {
        if let Some(cut) = &mut note.end {
            cut.after = cut.after_of_capture;
        }
        for hole in &mut note.damage {
            hole.after = hole.after_of_capture;
        }
    }
    let now = analyzer.finish(&report.capture.file, &facts);
    let present = if of_capture && facts.slice.is_some() {
        Kept::These(present)
    } else {
        Kept::All
    };
    Ok(compare(report, &now, facts.frames, &present, options.language))
}

/// Checks a report against what was found now, under the same numbers, in as many frames or in those of them that are there.
pub(crate) fn compare(report: &Report, now: &Report, frames: u64, present: &Kept, language: Language) -> Verification {
    let mut check = Check {
        language,
        frames,
        present,
        same_language: report.language == now.language && report.dialect == now.dialect,
        same_version: report.tool.version == now.tool.version,
        result: Verification {
            schema: VERIFY_SCHEMA,
            ..Verification::default()
        },
    };
    check.report(report, now);
    check.result
}

/// Whether this is the report's capture, or a whole slice of it.
fn identify(report: &Report, facts: &CaptureFacts, sha256: &str, language: Language) -> Result<(), VerifyError> {
    let refuse = |phrase: Phrase| Err(VerifyError::Capture(phrase.in_language(language)));
    let claimed = &report.capture;
    let (hash, frames) = match (&facts.slice, &claimed.slice_of) {
        // A report on a slice speaks of the slice itself.
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

struct Check<'a> {
    language: Language,
    frames: u64,
    /// Frames of the capture that a slice holds.
    present: &'a Kept,
    same_language: bool,
    same_version: bool,
    result: Verification,
}

impl Check<'_> {
    fn report(&mut self, report: &Report, now: &Report) {
        let texts_count = self.same_language && self.same_version;
        let overall = phrase("claim-verdict").with("id", report.verdict.id.name());
        self.equal(overall, &report.verdict.id, &now.verdict.id);
        if report.attempts.len() != now.attempts.len() {
            let claim = phrase("claim-attempts").with("count", report.attempts.len());
            self.equal(
                claim,
                &report.attempts.len().to_string(),
                &now.attempts.len().to_string(),
            );
        }
        for (attempt, found) in report.attempts.iter().zip(&now.attempts) {
            self.attempt(attempt, found, texts_count);
        }
        let told = |course: &Course| {
            let tries = course.tries.iter().map(|it| (it.frame, it.verdict));
            (
                course.kind.name(),
                course.device.clone(),
                course.name.clone(),
                tries.collect::<Vec<_>>(),
            )
        };
        let courses: BTreeSet<_> = now.courses.iter().map(told).collect();
        for course in &report.courses {
            let claim = phrase("claim-course")
                .with("device", course.device.as_str())
                .with("name", course.name.as_str())
                .with("tries", course.tries.len())
                .with("kind", course.kind.name());
            let holds = courses.contains(&told(course));
            self.decide(claim, holds, || phrase("why-not-there"));
        }
        let place = |it: &Connection| (it.tcp.first_frame, it.client.clone(), it.server.clone());
        let places: BTreeMap<_, &Connection> = now.connections.iter().rev().map(|it| (place(it), it)).collect();
        for connection in &report.connections {
            let first = connection.tcp.first_frame;
            let found = places.get(&place(connection)).copied();
            let claim = phrase("claim-connection")
                .with("client", connection.client.as_str())
                .with("server", connection.server.as_str())
                .with("frame", first);
            match found {
                Some(found) => {
                    self.holds(claim);
                    self.connection(connection, found);
                }
                None => self.fails(claim, phrase("why-not-there")),
            }
        }
    }

    fn attempt(&mut self, attempt: &Attempt, found: &Attempt, texts_count: bool) {
        let (claimed, ours) = (&attempt.verdict, &found.verdict);
        let verdict = phrase("claim-attempt")
            .with("attempt", attempt.id)
            .with("device", attempt.device.as_str())
            .with("name", attempt.name.as_str())
            .with("id", claimed.id.name())
            .with("confidence", claimed.confidence.name())
            .with("by", claimed.by.name())
            .with("at", claimed.at.name());
        let said = |attempt: &Attempt| {
            let verdict = &attempt.verdict;
            format!(
                "{} {}: {} ({}, {}, {}) {}",
                attempt.device,
                attempt.name,
                verdict.id,
                verdict.confidence,
                verdict.by,
                verdict.at,
                verdict.causes.join(" ")
            )
        };
        self.equal(verdict, &said(attempt), &said(found));
        if texts_count {
            let claim = phrase("claim-summary").with("text", claimed.summary.as_str());
            self.equal(claim, &claimed.summary, &ours.summary);
        }
        self.evidence(attempt, found, texts_count);
        self.lookups(attempt, found);
    }

    /// What the findings rest on.
    fn evidence(&mut self, attempt: &Attempt, found: &Attempt, texts_count: bool) {
        let known: BTreeMap<(&str, u64), Vec<&str>> =
            found.findings.iter().fold(BTreeMap::new(), |mut known, finding| {
                for it in &finding.evidence {
                    let texts: &mut Vec<&str> = known.entry((finding.id.name(), it.frame)).or_default();
                    texts.push(&it.what);
                }
                known
            });
        for finding in &attempt.findings {
            for evidence in &finding.evidence {
                let claim = phrase("claim-evidence")
                    .with("finding", finding.id.name())
                    .with("frame", evidence.frame)
                    .with("what", evidence.what.as_str());
                let texts = known.get(&(finding.id.name(), evidence.frame));
                match texts {
                    _ if evidence.frame > 0 && !self.is_present(evidence.frame) => self.missing(claim),
                    None => self.fails(claim, phrase("why-not-evidence")),
                    Some(texts) if texts_count && !texts.contains(&evidence.what.as_str()) => {
                        self.fails(claim, phrase("why-instead").with("found", texts.join(" / ")));
                    }
                    Some(_) if !texts_count => self.unchecked(claim, phrase("why-other-words")),
                    Some(_) => self.holds(claim),
                }
            }
        }
    }

    fn lookups(&mut self, attempt: &Attempt, found: &Attempt) {
        let told = |it: &Lookup| {
            let said = (
                it.name.clone(),
                it.kind.clone(),
                it.status.clone(),
                it.addresses.clone(),
            );
            (it.question, it.answer, said)
        };
        let lookups: BTreeSet<_> = found.lookups.iter().map(told).collect();
        for lookup in &attempt.lookups {
            let claim = phrase("claim-lookup")
                .with("name", lookup.name.as_str())
                .with("frame", lookup.question);
            let holds = lookups.contains(&told(lookup));
            self.decide(claim, holds, || phrase("why-not-there"));
        }
    }

    fn connection(&mut self, connection: &Connection, found: &Connection) {
        let history = phrase("claim-history").with("history", connection.history.as_str());
        self.equal(history, &connection.history, &found.history);
        for step in &connection.steps {
            let claim = phrase("claim-step")
                .with("frame", step.frame)
                .with("step", step.kind)
                .with("side", step.side)
                .with("detail", step.detail.as_deref().unwrap_or_default());
            if !self.is_present(step.frame) {
                self.missing(claim);
                continue;
            }
            let holds = found.steps.iter().any(|it| {
                (it.kind, it.side, it.seen, &it.time, &it.detail)
                    == (step.kind, step.side, step.seen, &step.time, &step.detail)
                    && it.frame == step.frame
            });
            self.decide(claim, holds, || phrase("why-not-step"));
        }
        for alert in connection.tls.iter().flat_map(|tls| &tls.alerts) {
            let name = alert.description.as_deref().unwrap_or("?");
            let claim = phrase("claim-alert")
                .with("frame", alert.frame)
                .with("alert", name)
                .with("side", alert.side);
            let holds = found.tls.iter().flat_map(|tls| &tls.alerts).any(|it| {
                (it.side, &it.level, it.code, it.seen) == (alert.side, &alert.level, alert.code, alert.seen)
                    && it.frame == alert.frame
            });
            self.decide(claim, holds, || phrase("why-not-there"));
        }
        let sides = [
            (&connection.certificates.server, &found.certificates.server),
            (&connection.certificates.client, &found.certificates.client),
        ];
        for (claimed, found) in sides {
            for certificate in claimed {
                let name = certificate.subject.as_deref().unwrap_or("?");
                let claim = phrase("claim-certificate")
                    .with("subject", name)
                    .with("sha256", certificate.sha256.as_str());
                match found.iter().find(|it| it.sha256 == certificate.sha256) {
                    None => self.fails(claim, phrase("why-not-there")),
                    Some(it) => self.decide(claim, same_certificate(certificate, it), || {
                        phrase("why-not-certificate")
                    }),
                }
            }
        }
    }

    fn is_present(&self, number: u64) -> bool {
        match self.present {
            Kept::These(numbers) => numbers.contains(&number),
            Kept::All => (1..=self.frames).contains(&number),
        }
    }

    fn missing(&mut self, claim: Phrase) {
        if matches!(self.present, Kept::These(_)) {
            self.unchecked(claim, phrase("why-not-in-slice"));
        } else {
            self.fails(claim, phrase("why-no-frame").with("frames", self.frames));
        }
    }

    fn equal(&mut self, claim: Phrase, claimed: &str, found: &str) {
        self.decide(claim, claimed == found, || phrase("why-instead").with("found", found));
    }

    fn decide(&mut self, claim: Phrase, holds: bool, why: impl FnOnce() -> Phrase) {
        if holds {
            self.holds(claim)
        } else {
            self.fails(claim, why())
        }
    }

    fn holds(&mut self, claim: Phrase) {
        self.result.holds = self.result.holds.saturating_add(1);
        self.list("holds", &claim, None);
    }

    fn fails(&mut self, claim: Phrase, why: Phrase) {
        self.result.fails = self.result.fails.saturating_add(1);
        self.list("fails", &claim, Some(&why));
    }

    fn unchecked(&mut self, claim: Phrase, why: Phrase) {
        self.result.unchecked = self.result.unchecked.saturating_add(1);
        self.list("unchecked", &claim, Some(&why));
    }

    fn list(&mut self, state: &'static str, claim: &Phrase, why: Option<&Phrase>) {
        if self.result.claims.len() < MOST_LISTED {
            self.result.claims.push(Claim {
                state,
                claim: claim.in_language(self.language),
                why: why.map(|why| why.in_language(self.language)),
            });
        }
    }
}

fn same_certificate(one: &Certificate, other: &Certificate) -> bool {
    let fields = |it: &Certificate| {
        (
            [&it.subject, &it.issuer, &it.serial, &it.not_before, &it.not_after].map(Clone::clone),
            it.validity,
            it.names.clone(),
            it.self_signed,
        )
    };
    fields(one) == fields(other)
}

impl Verification {
    /// All in a few lines: what does not hold or cannot be checked, and with `verbose` what holds.
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

    /// 0: all hold; 1: some do not. What cannot be checked does not fail.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if self.fails > 0 { 1 } else { 0 }
    }
}
