//! Attempts → overview: the number of attempts per verdict, their times, and a row for each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::labels::{beginning, confidence, moment, seconds_of, sign};
use super::super::{Attempt, Report};
use crate::base::elapsed::elapsed;
use crate::base::phrase::{Voice, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;

/// Rows of the table. Longer tables are not read, and at 300 bytes each they would fill the page.
const MOST: usize = 1000;
/// Up to this number, rows are not folded.
const FEW: usize = 12;
/// Width of a time line in the units of its drawing. Attempts at the same place share one tick.
const WIDTH: f64 = 600.0;

/// The overview of a capture with several attempts.
#[derive(Debug, Serialize)]
pub(super) struct Overview {
    verdicts: Vec<Counted>,
    from: String,
    to: String,
    rows: Vec<Line>,
    /// True if the rows are unfolded: they are few, and no course lists all of them already.
    open: bool,
    more: String,
}

#[derive(Debug, Serialize)]
struct Counted {
    id: String,
    severity: Severity,
    sign: &'static str,
    count: usize,
    label: String,
    /// An SVG path: a tick per attempt.
    ticks: String,
}

#[derive(Debug, Serialize)]
struct Line {
    id: usize,
    /// True if its details are on the page.
    shown: bool,
    time: String,
    device: String,
    name: String,
    verdict: String,
    severity: Severity,
    sign: &'static str,
    confidence: String,
    frame: String,
}

/// `None` if there is nothing to summarise.
pub(super) fn overview(report: &Report, shown: &[usize], voice: Voice) -> Option<Overview> {
    if report.attempts.len() < 2 {
        return None;
    }
    let timeline = Timeline::of(report);
    let rows = lines(report, shown, &timeline, voice);
    // For a short time, whole seconds would be the same at both ends.
    let digits = if timeline.length < 60.0 { 23 } else { 19 };
    let edge = |time: Option<&String>| {
        let time = time.map(String::as_str).unwrap_or_default();
        time.get(..digits).unwrap_or(time).replace('T', " ")
    };
    let left_out = report.attempts.len().saturating_sub(MOST);
    Some(Overview {
        verdicts: timeline.verdicts(report, voice),
        from: edge(timeline.times().min()),
        to: edge(timeline.times().max()),
        open: rows.len() <= FEW && report.attempts.iter().any(|attempt| attempt.course.is_none()),
        rows,
        more: if left_out == 0 {
            String::new()
        } else {
            phrase("page-rows-left-out").with("count", left_out).told(voice)
        },
    })
}

/// The times at which the attempts began. The line spans the attempts, not the capture: frames long after the last
/// attempt would compress it.
struct Timeline {
    /// Frame and time of each attempt's beginning.
    begins: Vec<(Option<u64>, Option<String>)>,
    /// Seconds since the epoch at which the first began.
    from: f64,
    /// Seconds until the last one.
    length: f64,
}

impl Timeline {
    fn of(report: &Report) -> Self {
        let begins = report.attempts.iter().map(|attempt| beginning(report, attempt));
        let mut timeline = Self {
            begins: begins.collect(),
            from: 0.0,
            length: 0.0,
        };
        let first = timeline.times().min().and_then(|time| seconds_of(time));
        let last = timeline.times().max().and_then(|time| seconds_of(time));
        timeline.from = first.unwrap_or_default();
        timeline.length = last.map_or(0.0, |last| last - timeline.from);
        timeline
    }

    fn times(&self) -> impl Iterator<Item = &String> {
        self.begins.iter().filter_map(|(_, time)| time.as_ref())
    }

    /// Places on the line of these attempts, each once.
    fn places(&self, members: &[usize]) -> Vec<u64> {
        let scale = self.length.max(1e-9);
        let mut places: Vec<u64> = members
            .iter()
            .filter_map(|&at| seconds_of(self.begins.get(at)?.1.as_deref()?))
            .map(|time| (((time - self.from) / scale) * WIDTH).clamp(2.0, WIDTH - 2.0) as u64)
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The verdicts with their attempts on the line: bad ones first, equally bad ones by frequency.
    fn verdicts(&self, report: &Report, voice: Voice) -> Vec<Counted> {
        let mut groups: BTreeMap<(u8, &str), Vec<usize>> = BTreeMap::new();
        for (at, attempt) in report.attempts.iter().enumerate() {
            groups
                .entry((rank(attempt), attempt.verdict.id.name()))
                .or_default()
                .push(at);
        }
        let mut verdicts: Vec<(u8, Counted)> = groups
            .into_iter()
            .map(|((rank, id), members)| {
                let first = members.first().and_then(|&at| report.attempts.get(at));
                let severity = first.map(|attempt| attempt.verdict.severity).unwrap_or_default();
                let counted = Counted {
                    id: id.to_owned(),
                    sign: sign(severity),
                    severity,
                    count: members.len(),
                    label: phrase("page-timeline")
                        .with("id", id)
                        .with("count", members.len())
                        .with("total", report.attempts.len())
                        .with("time", elapsed(self.length))
                        .told(voice),
                    ticks: self.places(&members).iter().map(|x| format!("M{x} 2v16")).collect(),
                };
                (rank, counted)
            })
            .collect();
        verdicts.sort_by_key(|(rank, counted)| (*rank, std::cmp::Reverse(counted.count)));
        verdicts.into_iter().map(|(_, counted)| counted).collect()
    }
}

/// The first attempts, a line each.
fn lines(report: &Report, shown: &[usize], timeline: &Timeline, voice: Voice) -> Vec<Line> {
    let attempts = report.attempts.iter().zip(&timeline.begins).take(MOST);
    attempts
        .map(|(attempt, (frame, time))| Line {
            id: attempt.id,
            shown: shown.contains(&attempt.id),
            time: time.as_deref().map(moment).unwrap_or_default(),
            device: attempt.device.clone(),
            name: in_prose(&attempt.name).into_owned(),
            verdict: attempt.verdict.id.to_string(),
            severity: attempt.verdict.severity,
            sign: sign(attempt.verdict.severity),
            confidence: confidence(attempt.verdict.confidence).told(voice),
            frame: frame.map(|frame| frame.to_string()).unwrap_or_default(),
        })
        .collect()
}

/// Bad ones first.
pub(super) fn rank(attempt: &Attempt) -> u8 {
    match attempt.verdict.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
        Severity::Ok => 3,
    }
}
