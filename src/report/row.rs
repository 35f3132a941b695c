//! Report → Row: an attempt in one line, the same for CSV, triage and data frames.
//!
//! The columns are a contract like the JSON report: new ones are added at the end, and [`ROW_SCHEMA`] changes only when
//! one changes its meaning. A capture without attempts has one row too, with an empty `attempt`, and so has one that
//! could not be read, with `error`: counting captures by their rows is complete.

use serde::{Deserialize, Serialize};

use super::labels::{beginning, connections, frames_of, is_cured, language_of};
use super::notes::{note, notes};
use super::text::visible;
use super::{Attempt, Report, story};
use crate::base::confidence::Confidence;
use crate::judge::finding::{At, By, Severity, VerdictId};
use crate::judge::reason::Reason;
use crate::profile::Transport;

/// The schema name of this shape.
pub const ROW_SCHEMA: &str = "tlswalk.row/1";

/// One attempt of one capture.
///
/// `null` in JSON, and an empty cell in CSV: the value was not seen, or does not apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The capture's name as given.
    pub capture: String,
    /// The attempt's number in its report, from 1; none if there was no attempt.
    pub attempt: Option<u64>,
    /// The time at which it began (RFC 3339, UTC); for a capture without attempts, its first frame's time.
    pub time: Option<String>,
    /// Its first frame.
    pub frame: Option<u64>,
    /// The verdict's id; none if the capture could not be read.
    pub verdict: Option<VerdictId>,
    /// `ok`, `note`, `warning` or `error`.
    pub severity: Option<Severity>,
    /// `certain`, `likely` or `possible`.
    pub confidence: Option<Confidence>,
    /// `client`, `server`, `path`, `device` or `unknown`.
    pub by: Option<By>,
    /// `dns`, `tcp`, `proxy`, `tls`, `http` or `close`.
    pub at: Option<At>,
    /// Causes in the order of their weight.
    pub causes: Vec<Reason>,
    /// One sentence.
    pub summary: Option<String>,
    /// Further verdict ids that hold too.
    pub also: Vec<VerdictId>,
    /// `cssm`, `on-prem`, `cslu`, `call-home`, `capwap` or `other`.
    pub transport: Option<Transport>,
    /// The device's address.
    pub device: Option<String>,
    /// The name it wanted to reach, or the address.
    pub name: Option<String>,
    /// Address and port of the server that was reached last.
    pub server: Option<String>,
    /// The proxy's address.
    pub via_proxy: Option<String>,
    /// TLS version negotiated.
    pub tls_version: Option<String>,
    /// Cipher suite chosen.
    pub cipher_suite: Option<String>,
    /// The frames that the verdict rests on.
    pub evidence_frames: Vec<u64>,
    /// A Wireshark display filter that shows the attempt.
    pub display_filter: Option<String>,
    /// Issuer of the server's own certificate, if seen.
    pub issuer: Option<String>,
    /// SHA-256 of the capture as it is stored, if requested.
    pub sha256: Option<String>,
    /// Why the capture could not be read.
    pub error: Option<String>,
    /// A note about the file: that it is cut short or damaged, that not everything in it was judged, that it changed
    /// while it was read, or was reported before it grew.
    pub note: Option<String>,
    /// How the attempts of a device that failed at first and works now turned, for a person who reads the rows.
    #[serde(skip)]
    pub turn: Option<String>,
    /// The note says that not everything in the capture was read or judged.
    #[serde(skip)]
    pub is_partial: bool,
}

impl Row {
    /// The rows of a report: one per attempt, at least one.
    #[must_use]
    pub fn of(report: &Report) -> Vec<Self> {
        if report.attempts.is_empty() {
            return vec![Self {
                time: report.capture.first.clone(),
                verdict: Some(report.verdict.id),
                severity: Some(report.verdict.severity),
                summary: Some(report.verdict.summary.clone()),
                ..Self::about(report)
            }];
        }
        let attempts = report.attempts.iter();
        attempts.map(|attempt| Self::of_attempt(report, attempt)).collect()
    }

    /// The row of a capture that could not be read.
    #[must_use]
    pub fn failed(capture: &str, sha256: Option<String>, error: &str) -> Self {
        Self {
            capture: visible(capture),
            sha256,
            error: Some(visible(error)),
            ..Self::default()
        }
    }

    fn about(report: &Report) -> Self {
        let note = note(report).map(|note| visible(&note));
        Self {
            capture: visible(&report.capture.file),
            sha256: report.capture.sha256.clone(),
            is_partial: !notes(report).is_empty(),
            note,
            ..Self::default()
        }
    }

    fn of_attempt(report: &Report, attempt: &Attempt) -> Self {
        let verdict = &attempt.verdict;
        let connection = connections(report, attempt).into_iter().next_back();
        let tls = connection.and_then(|it| it.tls.as_ref());
        let certificate = connection.and_then(|it| it.certificates.server.first());
        let (frame, time) = beginning(report, attempt);
        Self {
            attempt: Some(attempt.id as u64),
            time,
            frame,
            verdict: Some(verdict.id),
            severity: Some(verdict.severity),
            confidence: Some(verdict.confidence),
            by: Some(verdict.by),
            at: Some(verdict.at),
            causes: verdict.causes.clone(),
            summary: Some(verdict.summary.clone()),
            also: verdict.also.clone(),
            transport: Some(attempt.transport),
            device: Some(attempt.device.clone()),
            name: Some(attempt.name.clone()),
            server: connection.map(|it| it.server.clone()),
            via_proxy: attempt.via_proxy.clone(),
            tls_version: tls.and_then(|tls| tls.version.clone()),
            cipher_suite: tls.and_then(|tls| tls.cipher_suite.clone()),
            evidence_frames: frames_of(&verdict.evidence),
            display_filter: Some(verdict.display_filter.clone()),
            issuer: certificate.and_then(|it| it.issuer.clone()),
            turn: story::turn(report)
                .filter(|_| is_cured(attempt))
                .map(|(_, turn)| turn.in_language(language_of(report))),
            ..Self::about(report)
        }
    }
}
