//! Courses → lists of tries: several attempts of one device for one service, in order.

use serde::Serialize;

use super::super::labels::{capitalised, moment, sign};
use super::super::{Course, Report};
use crate::base::elapsed::elapsed;
use crate::base::phrase::{Voice, phrase};
use crate::judge::finding::Severity;
use crate::report::story;

/// The number of courses shown. A capture with more needs an overview, and the page stays small.
const MOST: usize = 40;

/// A course, for the template.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    device: String,
    name: String,
    summary: String,
    tries: Vec<Line>,
}

/// One try, or several with the same end.
#[derive(Debug, Serialize)]
struct Line {
    number: usize,
    attempt: usize,
    /// True if its details are on the page.
    shown: bool,
    sign: &'static str,
    severity: Severity,
    place: String,
    outcome: String,
    pause: String,
    /// How many tries before this one are left out, in words.
    left_out: String,
}

/// The courses of a report, and how many are left out.
pub(super) fn courses(report: &Report, shown: &[usize], voice: Voice) -> (Vec<Told>, usize) {
    let told = report
        .courses
        .iter()
        .take(MOST)
        .map(|it| course(report, it, shown, voice));
    (told.collect(), report.courses.len().saturating_sub(MOST))
}

fn course(report: &Report, course: &Course, shown: &[usize], voice: Voice) -> Told {
    let told = story::told(report, course);
    let tries = told.runs.iter().enumerate().map(|(at, run)| {
        let one = run.first;
        let pause = run.pause(|seconds| elapsed(seconds).told(voice));
        Line {
            number: run.number,
            attempt: one.attempt,
            shown: shown.contains(&one.attempt),
            sign: sign(one.severity),
            severity: one.severity,
            place: format!(
                "{} · {}",
                phrase("one-frame").with("frame", one.frame).told(voice),
                moment(&one.time)
            ),
            outcome: run.outcome().told(voice),
            pause: pause.map(|it| it.told(voice)).unwrap_or_default(),
            left_out: told
                .left_out
                .filter(|(behind, _)| *behind == at)
                .map(|(_, count)| phrase("story-left-out").with("count", count).told(voice))
                .unwrap_or_default(),
        }
    });
    Told {
        device: course.device.clone(),
        name: course.name.clone(),
        summary: capitalised(&course.summary),
        tries: tries.collect(),
    }
}
