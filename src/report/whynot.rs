//! Conditions of a verdict → why it was given or not: conditions that are met, that are not, or that the capture hides.

use std::io::{self, Write};

use serde::Serialize;

use super::labels::language_of;
use super::text::{Page, Paint, TextStyle};
use super::{Report, explain};
use crate::attempt::Attempt;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Language, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::context::Context;
use crate::judge::rules::conditions::{Answer, Asked, Missing, Standing, why_not};
use crate::judge::verdict::Verdict;

/// The schema name of an answer.
const SCHEMA: &str = "tlswalk.whynot/1";

/// Why a verdict was given or not.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct WhyNot {
    /// `tlswalk.whynot/1`.
    pub schema: &'static str,
    /// The language of its texts (BCP 47).
    pub language: &'static str,
    /// The capture's name as given.
    pub capture: String,
    /// The verdict in question.
    pub asked: String,
    /// The verdict that the report gives.
    pub verdict: String,
    /// The answer for the capture as a whole, if the verdict needs no attempt.
    pub conditions: Vec<Condition>,
    /// The answer for each attempt.
    pub attempts: Vec<OfAttempt>,
}

/// Why an attempt has the verdict or not.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct OfAttempt {
    /// The attempt, counted from 1.
    pub attempt: usize,
    /// The device's address.
    pub device: String,
    /// The name it wanted to reach, or the address.
    pub name: String,
    /// The verdict of the attempt.
    pub verdict: String,
    /// `given`, `beside`, `says-less` or `not`.
    pub standing: &'static str,
    /// The conditions that were checked, up to the first that is not met.
    pub conditions: Vec<Condition>,
}

/// A condition of a verdict.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Condition {
    /// A stable name.
    pub id: String,
    /// `met`, `not-met` or `not-visible`.
    pub state: &'static str,
    /// The condition in words, one clause.
    pub text: String,
    /// The frame that shows it, or comes closest; null if there is none.
    pub frame: Option<u64>,
    /// The kind of capture that would show it, if this one does not; otherwise null.
    pub shown_by: Option<String>,
}

impl Condition {
    fn of(asked: &Asked, language: Language) -> Self {
        let Asked { message, answer } = *asked;
        let (state, frame, missing) = match answer {
            Answer::Met(frame) => ("met", frame, None),
            Answer::NotMet(frame) => ("not-met", frame, None),
            Answer::Hidden(missing, frame) => ("not-visible", frame, Some(missing)),
        };
        Self {
            id: message.trim_start_matches("condition-").to_owned(),
            state,
            text: phrase(message).in_language(language),
            frame: frame.map(|frame| frame.0).filter(|frame| *frame > 0),
            shown_by: missing.map(|missing| phrase(Missing::message(missing)).in_language(language)),
        }
    }

    /// A condition about the capture as a whole.
    fn of_capture(message: &'static str, holds: bool, frame: Option<FrameNumber>, language: Language) -> Self {
        let answer = if holds {
            Answer::Met(frame)
        } else {
            Answer::NotMet(frame)
        };
        Self::of(&Asked { message, answer }, language)
    }
}

/// Checks for each attempt whether it has a verdict. `None` if there is no such verdict.
pub(crate) fn of_attempts(
    id: &str,
    attempts: &[Attempt<'_>],
    verdicts: &[Verdict],
    context: &Context<'_>,
) -> Option<WhyNot> {
    explain::explanation(id)?;
    let language = context.options.language;
    let answers = attempts
        .iter()
        .zip(verdicts)
        .enumerate()
        .map(|(at, (attempt, verdict))| {
            let cause = verdict.cause().map(|cause| cause.id.name()).unwrap_or_default();
            let (standing, conditions) = match why_not(id, attempt, verdict, context) {
                Some(answer) => {
                    let asked = answer.conditions.iter().map(|it| Condition::of(it, language));
                    (answer.standing, asked.collect())
                }
                // Verdicts that need no attempt.
                None => {
                    let first = Some(attempt.first().frame);
                    let condition = Condition::of_capture("condition-no-attempt", false, first, language);
                    (Standing::Not, vec![condition])
                }
            };
            OfAttempt {
                attempt: at + 1,
                device: attempt.device.to_string(),
                name: crate::base::wire_text::WireText::from(attempt.service.name.as_str()).to_string(),
                verdict: cause.to_owned(),
                standing: match standing {
                    Standing::Given => "given",
                    Standing::Beside => "beside",
                    Standing::SaysLess => "says-less",
                    Standing::Not => "not",
                },
                conditions,
            }
        });
    Some(WhyNot {
        schema: SCHEMA,
        language: language.tag(),
        capture: String::new(),
        asked: id.to_owned(),
        verdict: String::new(),
        conditions: Vec::new(),
        attempts: answers.collect(),
    })
}

impl WhyNot {
    /// Adds the facts of the report as a whole.
    pub(crate) fn with_report(mut self, report: &Report) -> Self {
        let language = language_of(report);
        self.capture.clone_from(&report.capture.file);
        self.verdict = report.verdict.id.to_string();
        if !self.attempts.is_empty() {
            return self;
        }
        let no_attempt = Condition::of_capture("condition-no-attempt", true, None, language);
        let without = ["no-licensing-traffic", "device-reports-success", "no-device-events"];
        self.conditions = if self.asked == self.verdict {
            vec![no_attempt]
        } else if without.contains(&self.asked.as_str()) {
            vec![
                no_attempt,
                Condition::of_capture("condition-logs-alone", false, None, language),
            ]
        } else {
            let attempt = Condition {
                state: "not-visible",
                shown_by: Some(phrase("shown-by-attempt").in_language(language)),
                ..Condition::of_capture("condition-attempt", false, None, language)
            };
            vec![attempt]
        };
        self
    }

    /// Writes the answer for a person.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_text(&self, out: &mut dyn Write, style: &TextStyle) -> io::Result<()> {
        let language = Language::of(self.language);
        let mut page = Page::new(out, style, language);
        let id = if self.asked == self.verdict {
            "whynot-head-given"
        } else {
            "whynot-head-not"
        };
        let head = phrase(id)
            .with("id", self.asked.as_str())
            .with("file", self.capture.as_str())
            .with("verdict", self.verdict.as_str());
        page.hang_painted(&[], 0, (Paint::Strong, &head.in_language(language)), "")?;
        if !self.conditions.is_empty() {
            page.blank()?;
        }
        for condition in &self.conditions {
            condition.write(&mut page)?;
        }
        for attempt in &self.attempts {
            page.blank()?;
            let standing = phrase(match attempt.standing {
                "given" => "whynot-given",
                "beside" => "whynot-beside",
                "says-less" => "whynot-says-less",
                _ => "whynot-not",
            });
            let standing = standing
                .with("id", self.asked.as_str())
                .with("verdict", attempt.verdict.as_str());
            let who = format!("{} → {}", attempt.device, in_prose(&attempt.name));
            page.hang_painted(&[], 2, (Paint::Strong, &who), "")?;
            page.hang(&[(Paint::Plain, "  ")], 2, &standing.in_language(language), "")?;
            for condition in &attempt.conditions {
                condition.write(&mut page)?;
            }
        }
        Ok(())
    }
}

impl Condition {
    fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        let language = page.language;
        let (mark, paint) = match self.state {
            "met" => ("✓", Paint::Good),
            "not-met" => ("✗", Paint::Bad),
            _ => ("?", Paint::Warn),
        };
        let frame = self.frame.map(|frame| {
            let id = if self.state == "met" {
                "whynot-frame"
            } else {
                "whynot-closest"
            };
            phrase(id).with("frame", frame).in_language(language)
        });
        let lead = [(Paint::Plain, "  "), (paint, mark), (Paint::Plain, " ")];
        page.hang(&lead, 4, &self.text, frame.as_deref().unwrap_or_default())?;
        if let Some(shown_by) = &self.shown_by {
            let hidden = phrase("whynot-hidden").in_language(language);
            let shown = phrase("whynot-shown-by")
                .with("what", shown_by.as_str())
                .in_language(language);
            page.hang(&[(Paint::Plain, "    ")], 4, &format!("{hidden}; {shown}"), "")?;
        }
        Ok(())
    }
}
