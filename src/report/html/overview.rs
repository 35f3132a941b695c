//! Attempts → overview: how many came to which verdict, when, and a row for each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::labels::{beginning, confidence, moment, seconds_of, sign, span};
use super::super::{Attempt, Report};
use crate::base::phrase::{Voice, phrase};
use crate::base::wire_text::in_prose;

/// Rows of the table. More than that nobody reads, and at 300 bytes each they would fill the page.
const MOST: usize = 1000;
/// Rows that nobody needs to fold.
const FEW: usize = 12;
/// Width of a time line in the units of its drawing. Attempts that fall on one place are one tick.
const WIDTH: f64 = 600.0;

/// The overview of a capture with several attempts.
#[derive(Debug, Serialize)]
pub(super) struct Overview {
    verdicts: Vec<Counted>,
    from: String,
    to: String,
    rows: Vec<Line>,
    /// Whether the rows are there to be read first: few, and no course tells of all of them already.
    open: bool,
    more: String,
}

#[derive(Debug, Serialize)]
struct Counted {
    id: String,
    severity: String,
    sign: &'static str,
    count: usize,
    label: String,
    /// An SVG path: a tick per attempt.
    ticks: String,
}

#[derive(Debug, Serialize)]
struct Line {
    id: usize,
    /// Whether its details are on the page.
    shown: bool,
    time: String,
    device: String,
    name: String,
    verdict: String,
    severity: String,
    sign: &'static str,
    confidence: String,
    frame: String,
}

/// `None` where there is nothing to look over.
pub(super) fn overview(report: &Report, shown: &[usize], voice: Voice) -> Option<Overview> {
    if report.attempts.len() < 2 {
        return None;
    }
    let begins: Vec<_> = report
        .attempts
        .iter()
        .map(|attempt| beginning(report, attempt))
        .collect();
    // The line spans the attempts, not the capture: what came long after the last one would press them together.
    let times = || begins.iter().filter_map(|(_, time)| time.as_ref());
    let (first, last) = (times().min(), times().max());
    let from = first.and_then(|time| seconds_of(time)).unwrap_or_default();
    let length = last.and_then(|time| seconds_of(time)).map_or(0.0, |last| last - from);
    let scale = length.max(1e-9);
    let mut groups: BTreeMap<(u8, &str), Vec<usize>> = BTreeMap::new();
    for (at, attempt) in report.attempts.iter().enumerate() {
        groups
            .entry((rank(attempt), attempt.verdict.id.as_str()))
            .or_default()
            .push(at);
    }
    let mut verdicts: Vec<(u8, Counted)> = groups
        .into_iter()
        .map(|((rank, id), members)| {
            let mut places: Vec<u64> = members
                .iter()
                .filter_map(|&at| seconds_of(begins.get(at)?.1.as_deref()?))
                .map(|time| (((time - from) / scale) * WIDTH).clamp(2.0, WIDTH - 2.0) as u64)
                .collect();
            places.sort_unstable();
            places.dedup();
            let severity = members
                .first()
                .and_then(|&at| report.attempts.get(at))
                .map(|attempt| attempt.verdict.severity.clone())
                .unwrap_or_default();
            let counted = Counted {
                id: id.to_owned(),
                sign: sign(&severity),
                severity,
                count: members.len(),
                label: phrase("page-timeline")
                    .with("id", id)
                    .with("count", members.len())
                    .with("total", report.attempts.len())
                    .with("time", span(length))
                    .told(voice),
                ticks: places.iter().map(|x| format!("M{x} 2v16")).collect(),
            };
            (rank, counted)
        })
        .collect();
    verdicts.sort_by_key(|(rank, counted)| (*rank, std::cmp::Reverse(counted.count)));
    let rows: Vec<Line> = report
        .attempts
        .iter()
        .zip(&begins)
        .take(MOST)
        .map(|(attempt, (frame, time))| Line {
            id: attempt.id,
            shown: shown.contains(&attempt.id),
            time: time.as_deref().map(moment).unwrap_or_default(),
            device: attempt.device.clone(),
            name: in_prose(&attempt.name).into_owned(),
            verdict: attempt.verdict.id.clone(),
            severity: attempt.verdict.severity.clone(),
            sign: sign(&attempt.verdict.severity),
            confidence: confidence(&attempt.verdict.confidence).told(voice),
            frame: frame.map(|frame| frame.to_string()).unwrap_or_default(),
        })
        .collect();
    // Of a short time, its seconds would be the same at both ends.
    let digits = if length < 60.0 { 23 } else { 19 };
    let edge = |time: Option<&String>| {
        let time = time.map(String::as_str).unwrap_or_default();
        time.get(..digits).unwrap_or(time).replace('T', " ")
    };
    let left_out = report.attempts.len().saturating_sub(MOST);
    Some(Overview {
        verdicts: verdicts.into_iter().map(|(_, counted)| counted).collect(),
        from: edge(first),
        to: edge(last),
        open: rows.len() <= FEW && report.attempts.iter().any(|attempt| attempt.course.is_none()),
        rows,
        more: if left_out == 0 {
            String::new()
        } else {
            phrase("page-rows-left-out").with("count", left_out).told(voice)
        },
    })
}

/// Bad ones first.
pub(super) fn rank(attempt: &Attempt) -> u8 {
    match attempt.verdict.severity.as_str() {
        "error" => 0,
        "warning" => 1,
        "note" => 2,
        _ => 3,
    }
}
