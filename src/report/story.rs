//! Courses → phrases: several tries told in order, in the words that the text and the page share.

use super::labels::{step_name, worst};
use super::{Attempt, Course, Report, Try};
use crate::base::phrase::{Phrase, Voice, phrase};
use crate::judge::finding::Severity;
use crate::report::{At, CourseKind, Rhythm};

/// The number of runs shown at the beginning and at the end of a long course: with the attempt below they fit on one
/// screen.
pub(super) const SHOWN: (usize, usize) = (3, 5);

/// Consecutive tries with the same end; in a short course each try is a run of its own.
pub(super) struct Run<'a> {
    pub(super) first: &'a Try,
    /// The number of its first try in the course, from 1.
    pub(super) number: usize,
    pub(super) count: usize,
    /// True if no earlier run ends like this one, so that its sentence is new.
    is_told: bool,
    summary: &'a str,
}

/// A course as it is shown: the runs at both ends, and the number of tries left out, with their position.
pub(super) struct Told<'a> {
    pub(super) runs: Vec<Run<'a>>,
    pub(super) left_out: Option<(usize, usize)>,
}

/// A course as runs; the middle of a long one is left out.
pub(super) fn told<'a>(report: &'a Report, course: &'a Course) -> Told<'a> {
    let (head, tail) = SHOWN;
    let mut runs = runs(report, course);
    let between = runs.len().saturating_sub(head + tail);
    // A line about one missing run would take the place of that run.
    let left_out = (between > 1).then(|| {
        let left: Vec<_> = runs.drain(head..head + between).collect();
        (head, left.iter().map(|run| run.count).sum())
    });
    let mut before = None;
    for run in &mut runs {
        run.is_told = before != Some(run.summary) && run.first.severity != Severity::Ok;
        before = Some(run.summary);
    }
    Told { runs, left_out }
}

fn runs<'a>(report: &'a Report, course: &'a Course) -> Vec<Run<'a>> {
    let is_long = course.tries.len() > SHOWN.0 + SHOWN.1;
    let mut runs: Vec<Run<'_>> = Vec::new();
    for (at, one) in course.tries.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if is_long && run.first.verdict == one.verdict && run.first.severity == one.severity => {
                run.count += 1;
            }
            _ => runs.push(Run {
                first: one,
                number: at + 1,
                count: 1,
                is_told: false,
                summary: summary(report, one),
            }),
        }
    }
    runs
}

fn summary<'a>(report: &'a Report, one: &Try) -> &'a str {
    // Not every attempt is listed.
    let at = report.attempts.binary_search_by_key(&one.attempt, |it| it.id);
    at.ok()
        .and_then(|at| report.attempts.get(at))
        .map(|it| it.verdict.summary.as_str())
        .unwrap_or_default()
}

impl Run<'_> {
    /// Outcome of the run; a sentence only if it differs from the run before.
    pub(super) fn outcome(&self) -> Phrase {
        let id = match (self.count > 1, self.is_told) {
            (true, true) => "story-same",
            (true, false) => "story-same-again",
            (false, true) => "story-try",
            (false, false) => "story-again",
        };
        phrase(id)
            .with("verdict", self.first.verdict.name())
            .with("summary", self.summary)
            .with("count", self.count)
    }

    /// The pause since the previous try, and the timer that it fits; `span` puts a number of seconds into words.
    pub(super) fn pause(&self, span: impl FnOnce(f64) -> String) -> Option<Phrase> {
        let text = span(self.first.pause?);
        let id = match self.first.rhythm {
            Some(Rhythm::Report) => "story-report",
            Some(Rhythm::Retry) => "story-retry",
            Some(Rhythm::Poll) => "story-poll",
            None => "story-after",
        };
        Some(phrase(id).with("pause", text))
    }
}

/// How the tries at the head of a report turned, and the present severity; `None` if they all went alike.
pub(super) fn turn(report: &Report) -> Option<(Severity, Phrase)> {
    let shown = worst(report)?;
    let id = shown.course.as_ref()?.id;
    let course = report.courses.iter().find(|course| course.id == id)?;
    let failed = |one: &Try| one.severity == Severity::Error;
    let (severity, id, since) = match course.kind {
        CourseKind::Cured => {
            let last = course.tries.iter().rposition(failed)?;
            (Severity::Ok, "story-works-since", course.tries.get(last + 1)?)
        }
        CourseKind::Broke => (
            Severity::Error,
            "story-fails-since",
            course.tries.iter().find(|one| failed(one))?,
        ),
        CourseKind::Flapping => (Severity::Error, "story-fails-in-turn", course.tries.first()?),
        _ => return None,
    };
    let time = since.time.get(11..19).unwrap_or_default();
    let turn = phrase(id)
        .with("time", time)
        .with("failed", course.failed)
        .with("worked", course.worked)
        .with("tries", course.tries.len());
    Some((severity, turn))
}

/// Where an attempt leaves the successful walk of its transport.
pub(super) fn divergence(attempt: &Attempt, voice: Voice) -> Option<String> {
    let language = voice.language;
    let good = attempt.baseline.as_ref()?;
    let expected = phrase(if good.expected == "connect-response" {
        "baseline-proxy"
    } else if good.by == "client" {
        "baseline-client"
    } else {
        "baseline-server"
    })
    .with("step", step_name(&good.expected, language));
    let text = match (&good.after, good.after_frame) {
        (Some(after), Some(frame)) => phrase("baseline-after")
            .with(
                "after",
                match after.as_str() {
                    "connect-response" => phrase("baseline-proxy-answer"),
                    after => Phrase::verbatim(step_name(after, language)),
                },
            )
            .with("frame", frame),
        // The step that is missing is the resolver's, which is no part of the connection.
        _ if attempt.verdict.at == At::Dns => phrase("baseline-resolve"),
        _ => phrase("baseline-begin"),
    };
    let text = text
        .with("expected", expected)
        .with("consequence", good.consequence.as_str());
    Some(text.told(voice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::phrase::Language;
    use crate::report::examples;

    #[test]
    fn a_course_that_turned_says_when_and_shows_what_is_still_broken() {
        let mut report = examples::story();
        let said = |report: &Report| {
            let (severity, turn) = turn(report).unwrap();
            (severity, turn.in_language(Language::En))
        };
        assert_eq!(
            said(&report),
            (
                Severity::Ok,
                "works since 11:34:13 UTC, after 3 failed attempts".to_owned()
            )
        );
        // The last try is shown: it needs no remedy.
        assert_eq!(worst(&report).unwrap().id, 4);
        // Another course still fails.
        let mut other = report.attempts[0].clone();
        (other.id, other.course) = (5, None);
        report.attempts.push(other);
        assert_eq!(worst(&report).unwrap().id, 5);
        assert!(turn(&report).is_none());
        report.attempts.pop();
        for (kind, sentence) in [
            (
                CourseKind::Broke,
                "fails since 11:31:13 UTC, after 1 attempt that succeeded",
            ),
            (CourseKind::Flapping, "fails intermittently, in 3 of 4 attempts"),
        ] {
            report.courses[0].kind = kind;
            for attempt in &mut report.attempts {
                attempt.course.as_mut().unwrap().kind = kind;
            }
            assert_eq!(said(&report), (Severity::Error, sentence.to_owned()));
        }
        report.courses[0].kind = CourseKind::Constant;
        assert!(turn(&report).is_none());
    }

    #[test]
    fn a_long_course_is_told_by_runs_and_its_middle_is_counted() {
        let mut report = examples::story();
        let mut course = report.courses.remove(0);
        let first = course.tries[0].clone();
        course.tries = (0..40)
            .map(|at| Try {
                verdict: if at < 10 || at % 2 == 0 {
                    "tcp-refused"
                } else {
                    "dns-error"
                }
                .into(),
                ..first.clone()
            })
            .collect();
        let told = told(&report, &course);
        assert_eq!(told.runs.len(), SHOWN.0 + SHOWN.1);
        assert_eq!((told.runs[0].number, told.runs[0].count), (1, 11));
        let (behind, left_out) = told.left_out.unwrap();
        assert_eq!(behind, SHOWN.0);
        let shown: usize = told.runs.iter().map(|run| run.count).sum();
        assert_eq!(shown + left_out, 40);
        assert_eq!(told.runs.last().unwrap().number, 40);
    }
}
