//! Report, frame → claims: all statements of a report that rest on one frame.

use std::io::{self, Write};

use serde::Serialize;

use super::labels::{language_of, step_name};
use super::text::{Page, Paint, TextStyle};
use super::{Attempt, Certificate, Connection, Report};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::in_prose;

/// The schema name of an answer.
const SCHEMA: &str = "tlswalk.why/1";

/// The number of frames named if no claim rests on the requested one.
const NEAREST: usize = 4;

/// The claims that rest on a frame.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Why {
    /// `tlswalk.why/1`.
    pub schema: &'static str,
    /// The language of its texts (BCP 47).
    pub language: &'static str,
    /// The capture's name as given.
    pub capture: String,
    /// The frame, counted from 1 as Wireshark counts.
    pub frame: u64,
    /// Claims of the report that rest on it, in the report's order.
    pub claims: Vec<Claim>,
    /// The nearest frames with a claim, if no claim rests on this one.
    pub nearest: Vec<u64>,
}

/// A statement of a report that rests on a frame.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// `verdict`, `beside`, `step`, `alert`, `certificate`, `lookup`, `http`, `baseline`, `course`, `anomaly` or `remedy`.
    pub kind: &'static str,
    /// The attempt that it is about, counted from 1; null: a connection or the capture as a whole.
    pub attempt: Option<usize>,
    /// The connection that it is about, counted from 1; null: the attempt or the capture as a whole.
    pub connection: Option<usize>,
    /// The verdict's id, if the claim belongs to one.
    pub verdict: Option<String>,
    /// The claim, one clause.
    pub text: String,
}

/// Finds the statements of a report that rest on a frame.
#[must_use]
pub fn why(report: &Report, frame: u64) -> Why {
    let language = language_of(report);
    let mut why = Why {
        schema: SCHEMA,
        language: language.tag(),
        capture: report.capture.file.clone(),
        frame,
        claims: Vec::new(),
        nearest: Vec::new(),
    };
    let mut all = Vec::new();
    for evidence in &report.verdict.evidence {
        let text = phrase("why-rests").with("what", evidence.what.as_str());
        let claim = Claim {
            verdict: Some(report.verdict.id.to_string()),
            ..claim("verdict", None, None, &text, language)
        };
        all.push((evidence.frame, claim));
    }
    for attempt in &report.attempts {
        of_attempt(report, attempt, language, &mut all);
    }
    for connection in &report.connections {
        of_connection(connection, language, &mut all);
    }
    for anomaly in &report.capture.anomalies {
        let text = phrase("why-anomaly")
            .with("id", anomaly.id.as_str())
            .with("detail", anomaly.detail.as_str());
        all.push((anomaly.frame, claim("anomaly", None, None, &text, language)));
    }
    let frames: std::collections::BTreeSet<u64> = all.iter().map(|(frame, _)| *frame).filter(|it| *it > 0).collect();
    why.claims = all
        .into_iter()
        .filter(|(it, _)| *it == frame)
        .map(|(_, claim)| claim)
        .collect();
    if why.claims.is_empty() {
        let mut frames: Vec<u64> = frames.into_iter().collect();
        frames.sort_by_key(|it| it.abs_diff(frame));
        frames.truncate(NEAREST);
        frames.sort_unstable();
        why.nearest = frames;
    }
    why
}

type Claims = Vec<(u64, Claim)>;

fn claim(
    kind: &'static str,
    attempt: Option<usize>,
    connection: Option<usize>,
    text: &Phrase,
    language: Language,
) -> Claim {
    Claim {
        kind,
        attempt,
        connection,
        verdict: None,
        text: text.in_language(language),
    }
}

fn of_attempt(report: &Report, attempt: &Attempt, language: Language, claims: &mut Claims) {
    let id = Some(attempt.id);
    let mut say = |frame: u64, kind: &'static str, verdict: Option<&str>, text: Phrase| {
        let claim = Claim {
            verdict: verdict.map(str::to_owned),
            ..claim(kind, id, None, &text, language)
        };
        claims.push((frame, claim));
    };
    let verdict = &attempt.verdict;
    for evidence in &verdict.evidence {
        let text = phrase("why-rests").with("what", evidence.what.as_str());
        say(evidence.frame, "verdict", Some(&verdict.id), text);
    }
    for finding in attempt.findings.iter().filter(|finding| finding.id != verdict.id) {
        for evidence in &finding.evidence {
            let text = phrase("why-beside")
                .with("id", finding.id.name())
                .with("what", evidence.what.as_str());
            say(evidence.frame, "beside", Some(&finding.id), text);
        }
    }
    for lookup in &attempt.lookups {
        say(
            lookup.question,
            "lookup",
            None,
            phrase("why-question").with("name", in_prose(&lookup.name).as_ref()),
        );
        if let (Some(frame), Some(status)) = (lookup.answer, &lookup.status) {
            let text = phrase("why-answer")
                .with("name", in_prose(&lookup.name).as_ref())
                .with("status", status.as_str());
            say(frame, "lookup", None, text);
        }
    }
    if let Some(baseline) = &attempt.baseline
        && let Some(frame) = baseline.after_frame
    {
        let text = phrase("why-last-good").with("expected", step_name(&baseline.expected, language));
        say(frame, "baseline", None, text);
    }
    for course in &report.courses {
        for (at, tried) in course
            .tries
            .iter()
            .enumerate()
            .filter(|(_, tried)| tried.attempt == attempt.id)
        {
            let text = phrase("why-try").with("number", at + 1).with("of", course.tries.len());
            say(tried.frame, "course", None, text);
        }
    }
    // A remedy rests on the verdict, and so on each frame of it.
    let mut frames: Vec<u64> = verdict.evidence.iter().map(|it| it.frame).collect();
    frames.dedup();
    for frame in frames {
        for remedy in &verdict.remedy {
            let text = phrase("why-remedy").with("action", remedy.action.as_str());
            say(frame, "remedy", Some(&verdict.id), text);
        }
    }
}

fn of_connection(connection: &Connection, language: Language, claims: &mut Claims) {
    let id = Some(connection.id);
    let mut say = |frame: u64, kind: &'static str, text: Phrase| {
        claims.push((frame, claim(kind, None, id, &text, language)));
    };
    // An alert is reported by its content, below.
    for step in connection.steps.iter().filter(|step| step.kind != "alert") {
        let text = match step.detail.as_deref() {
            Some(detail) => phrase("why-step-detail").with("detail", detail),
            None => phrase("why-step"),
        };
        let step_and_side = |text: Phrase| {
            text.with("step", step_name(step.kind, language))
                .with("side", phrase(step.side))
        };
        say(step.frame, "step", step_and_side(text));
        for &part in step.frames.iter().filter(|&&frame| frame != step.frame) {
            say(
                part,
                "step",
                step_and_side(phrase("why-part")).with("whole", step.frame),
            );
        }
    }
    for alert in connection.tls.iter().flat_map(|tls| &tls.alerts) {
        let text = match (&alert.level, &alert.description) {
            (Some(level), Some(description)) => phrase("why-alert").with(
                "alert",
                phrase("step-alert")
                    .with("level", level.as_str())
                    .with("description", description.as_str()),
            ),
            _ => phrase("why-alert-sealed"),
        };
        say(alert.frame, "alert", text.with("side", phrase(alert.side)));
    }
    for (side, chain) in [
        ("server", &connection.certificates.server),
        ("client", &connection.certificates.client),
    ] {
        for certificate in chain {
            let text = phrase("why-certificate")
                .with("side", phrase(side))
                .with("subject", in_prose(&subject(certificate)).as_ref());
            certificate
                .frames
                .iter()
                .for_each(|&frame| say(frame, "certificate", text.clone()));
        }
    }
    for exchange in &connection.http {
        if let (Some(frame), Some(method)) = (exchange.request, &exchange.method) {
            say(
                frame,
                "http",
                phrase("why-request").with("method", in_prose(method).as_ref()),
            );
        }
        if let (Some(frame), Some(status)) = (exchange.response, exchange.status) {
            say(frame, "http", phrase("why-response").with("status", status));
        }
    }
}

fn subject(certificate: &Certificate) -> String {
    certificate
        .subject
        .clone()
        .or_else(|| certificate.error.clone())
        .unwrap_or_default()
}

impl Why {
    /// 0 if a claim rests on the frame, otherwise 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(self.claims.is_empty())
    }

    /// Writes the answer for a person. `report` is the one that was asked.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_text(&self, report: &Report, out: &mut dyn Write, style: &TextStyle) -> io::Result<()> {
        let language = language_of(report);
        let mut page = Page::new(out, style, language);
        let head = phrase("why-head")
            .with("frame", self.frame)
            .with("file", self.capture.as_str());
        page.line(&[(Paint::Strong, &head.in_language(language))])?;
        if self.claims.is_empty() {
            let none = phrase("why-none").with("frame", self.frame).in_language(language);
            page.hang(&[], 0, &none, "")?;
            if self.nearest.is_empty() {
                return Ok(());
            }
            let nearest: Vec<String> = self.nearest.iter().map(u64::to_string).collect();
            let nearest = phrase("why-nearest").with("frames", nearest.join(", "));
            return page.hang(&[], 0, &nearest.in_language(language), "");
        }
        let mut of = None;
        for claim in &self.claims {
            let about = (claim.attempt, claim.connection);
            if of != Some(about) {
                of = Some(about);
                page.blank()?;
                page.hang_painted(
                    &[],
                    0,
                    (Paint::Strong, &heading(report, about).in_language(language)),
                    "",
                )?;
            }
            let label = label(claim.kind).in_language(language);
            let lead = super::text::padded(&label, LABEL);
            page.hang(&[(Paint::Plain, "  "), (Paint::Dim, &lead)], LABEL + 2, &claim.text, "")?;
        }
        Ok(())
    }
}

/// Columns of the labels.
const LABEL: usize = 13;

fn heading(report: &Report, (attempt, connection): (Option<usize>, Option<usize>)) -> Phrase {
    let attempt = attempt.and_then(|id| report.attempts.iter().find(|it| it.id == id));
    let connection = connection.and_then(|id| report.connections.iter().find(|it| it.id == id));
    match (attempt, connection) {
        (Some(attempt), _) => phrase("why-attempt")
            .with("attempt", attempt.id)
            .with("device", attempt.device.as_str())
            .with("name", in_prose(&attempt.name).as_ref())
            .with("verdict", attempt.verdict.id.name())
            .with("confidence", super::labels::confidence(attempt.verdict.confidence)),
        (None, Some(connection)) => phrase("why-connection")
            .with("connection", connection.id)
            .with("client", connection.client.as_str())
            .with("server", connection.server.as_str()),
        (None, None) => phrase("why-capture"),
    }
}

fn label(kind: &str) -> Phrase {
    phrase(match kind {
        "verdict" => "why-label-verdict",
        "beside" => "why-label-beside",
        "step" => "why-label-step",
        "alert" => "why-label-alert",
        "certificate" => "why-label-certificate",
        "lookup" => "why-label-lookup",
        "http" => "why-label-http",
        "baseline" => "why-label-baseline",
        "course" => "why-label-course",
        "anomaly" => "why-label-anomaly",
        _ => "why-label-remedy",
    })
}
