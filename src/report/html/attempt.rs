//! Attempt → its part of the page: verdict, remedies, reasons, the walk, and the evidence.

use serde::Serialize;

use super::super::labels::{
    beginning, capitalised, confidence, connections, frames_filter, frames_of, moment, seconds_of, sign, step_name,
    tells_again, transport, voice_about,
};
use super::super::{Attempt, Connection, Evidence, Finding, Report, Step, Verdict};
use super::chain::{Chain, chains};
use super::ladder::{Ends, Ladder, draw};
use super::rows::{Row, rows};
use crate::base::phrase::{Language, Phrase, Voice, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;
use crate::report::By;
use crate::report::names::plain_name;
use crate::report::party;
use crate::report::story;

/// Connections whose details are shown: a controller that retries makes many alike.
const CONNECTIONS: usize = 4;
/// Rows of the table of steps, and entries of other lists.
const STEPS: usize = 120;
const ENTRIES: usize = 24;

/// An attempt, for the template.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// Anchor on the page: capture and attempt.
    anchor: String,
    title: String,
    sign: &'static str,
    severity: Severity,
    verdict: String,
    summary: String,
    blame: String,
    time: String,
    device: String,
    name: String,
    evidence: Vec<Shown>,
    alternatives: Vec<(bool, String, String)>,
    cannot_tell: Vec<String>,
    also: Vec<(&'static str, String, String, String)>,
    remedy: Vec<ToDo>,
    evidence_filter: String,
    filter: String,
    facts: Vec<(String, String)>,
    ladder: Option<Ladder>,
    ladder_title: String,
    ladder_desc: String,
    more_rows: String,
    /// Where it leaves the successful walk.
    good: String,
    steps: Vec<Line>,
    chains: Vec<Chain>,
}

/// A frame that shows the verdict, and the row of the ladder that has it.
#[derive(Debug, Serialize)]
struct Shown {
    frame: u64,
    what: String,
    row: String,
}

/// A remedy.
#[derive(Debug, Serialize)]
pub(super) struct ToDo {
    pub(super) owner: String,
    pub(super) action: String,
    /// One line each, because they are copied one by one.
    pub(super) commands: Vec<String>,
    pub(super) verify: String,
}

/// A step as a row of a table.
#[derive(Debug, Serialize)]
struct Line {
    seconds: String,
    from_device: bool,
    name: String,
    seen: &'static str,
    detail: String,
    frames: String,
}

/// An attempt of a report in the form of the page.
#[allow(clippy::too_many_lines, reason = "one line for each field of the page")]
pub(super) fn view(report: &Report, attempt: &Attempt, capture: usize) -> View {
    let voice = voice_about(report, attempt);
    let verdict = &attempt.verdict;
    let say = |id: &'static str| phrase(id).told(voice);
    let all = connections(report, attempt);
    // The last connections: earlier ones were retried.
    let shown = all.get(all.len().saturating_sub(CONNECTIONS)..).unwrap_or_default();
    let (rows, more) = rows(attempt, shown, voice);
    let broken = rows.iter().find(|row| row.broken);
    let end = match broken {
        Some(row) => phrase("page-ladder-breaks")
            .with("frame", row.frame.as_str())
            .with("what", row.text.as_str()),
        None => phrase("page-ladder-whole"),
    };
    let (_, time) = beginning(report, attempt);
    let evidence = verdict.evidence.iter().take(ENTRIES);
    let anchor = format!("c{capture}a{}", attempt.id);
    let mut ladder = (!rows.is_empty()).then(|| draw(&rows, &ends(attempt, shown), voice));
    let shows = evidence.clone().map(|it| lead(it, &rows, ladder.as_mut(), &anchor));
    View {
        evidence: shows.collect(),
        anchor,
        title: phrase("page-attempt").with("id", attempt.id).told(voice),
        sign: sign(verdict.severity),
        severity: verdict.severity,
        verdict: verdict.id.to_string(),
        summary: capitalised(&verdict.summary),
        blame: blame(verdict).told(voice),
        time: time.as_deref().map(moment).unwrap_or_default(),
        device: attempt.device.clone(),
        name: in_prose(&attempt.name).into_owned(),
        alternatives: verdict
            .alternatives
            .iter()
            .map(|other| {
                (
                    other.excluded,
                    plain_name(other.id.name(), voice.language),
                    other.why_not.clone(),
                )
            })
            .collect(),
        cannot_tell: verdict.cannot_tell.clone(),
        also: also(attempt, voice.language),
        remedy: super::to_do(&verdict.remedy, voice),
        evidence_filter: frames_filter(evidence.map(|it| it.frame)),
        filter: verdict.display_filter.clone(),
        facts: facts(attempt, shown.last().copied(), voice),
        ladder_title: phrase("page-ladder-title")
            .with("id", attempt.id)
            .with("device", attempt.device.as_str())
            .with("name", in_prose(&attempt.name).as_ref())
            .told(voice),
        ladder_desc: phrase("page-ladder-desc")
            .with("count", rows.len())
            .with("end", end)
            .told(voice),
        ladder,
        more_rows: if more == 0 {
            String::new()
        } else {
            phrase("page-more-rows").with("count", more).told(voice)
        },
        good: story::divergence(attempt, voice).unwrap_or_default(),
        steps: steps(shown, voice),
        chains: shown
            .last()
            .map(|connection| chains(connection, voice))
            .unwrap_or_default(),
    }
    .with_proxy(attempt, say("page-via"))
}

/// Links evidence to the row of the ladder that has its frame.
fn lead(evidence: &Evidence, rows: &[Row], ladder: Option<&mut Ladder>, anchor: &str) -> Shown {
    let at = rows.iter().position(|row| row.has(evidence.frame));
    let mark = at.and_then(|at| ladder?.marks.get_mut(at));
    let row = mark.map(|mark| {
        if mark.id.is_empty() {
            mark.id = format!("{anchor}f{}", evidence.frame);
        }
        mark.id.clone()
    });
    Shown {
        frame: evidence.frame,
        what: evidence.what.clone(),
        row: row.unwrap_or_default(),
    }
}

/// Findings beside the verdict: sign, name, sentence and frames of each.
fn also(attempt: &Attempt, language: Language) -> Vec<(&'static str, String, String, String)> {
    let others = attempt
        .findings
        .iter()
        .filter(|finding| finding.id != attempt.verdict.id && !tells_again(&attempt.verdict, finding));
    let entry = |finding: &Finding| {
        let frames = frames_of(&finding.evidence);
        let frames: Vec<String> = frames.iter().take(8).map(u64::to_string).collect();
        (
            sign(finding.severity),
            plain_name(&finding.id, language),
            finding.detail.clone(),
            frames.join(", "),
        )
    };
    others.take(ENTRIES).map(entry).collect()
}

impl View {
    fn with_proxy(mut self, attempt: &Attempt, label: String) -> Self {
        if let Some(proxy) = &attempt.via_proxy {
            self.facts.insert(1.min(self.facts.len()), (label, proxy.clone()));
        }
        self
    }
}

/// The confidence and, for a failure, the party that caused it and the step.
fn blame(verdict: &Verdict) -> Phrase {
    let sure = confidence(verdict.confidence);
    let at = verdict.at.name().to_uppercase();
    match verdict.by {
        _ if verdict.severity == Severity::Ok => sure,
        By::Unknown => phrase("page-where").with("confidence", sure).with("at", at),
        by => phrase("page-blame")
            .with("confidence", sure)
            .with("by", party(by))
            .with("at", at),
    }
}

fn ends(attempt: &Attempt, connections: &[&Connection]) -> Ends {
    let server = connections.first().map(|it| it.server.clone()).unwrap_or_default();
    Ends {
        device: attempt.device.clone(),
        resolver: attempt.lookups.first().map(|lookup| lookup.server.clone()),
        proxy: attempt.via_proxy.clone(),
        name: in_prose(&attempt.name).into_owned(),
        address: server,
    }
}

fn facts(attempt: &Attempt, connection: Option<&Connection>, voice: Voice) -> Vec<(String, String)> {
    let tls = connection.and_then(|it| it.tls.as_ref());
    let of =
        |value: fn(&super::super::Tls) -> &Option<String>| tls.and_then(|tls| value(tls).clone()).unwrap_or_default();
    [
        ("page-transport", transport(attempt.transport).told(voice)),
        (
            "page-server",
            connection.map(|it| it.server.clone()).unwrap_or_default(),
        ),
        ("page-version", of(|tls| &tls.version)),
        ("page-cipher", of(|tls| &tls.cipher_suite)),
        ("page-server-name", in_prose(&of(|tls| &tls.sni)).into_owned()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(id, value)| (phrase(id).told(voice), value))
    .collect()
}

fn steps(connections: &[&Connection], voice: Voice) -> Vec<Line> {
    let all: Vec<&Step> = connections.iter().flat_map(|it| &it.steps).collect();
    let began = all.first().and_then(|step| seconds_of(&step.time));
    all.iter()
        .take(STEPS)
        .map(|step| Line {
            seconds: seconds_of(&step.time)
                .zip(began)
                .map(|(time, began)| format!("{:.6}", time - began))
                .unwrap_or_default(),
            from_device: step.side == "client",
            name: capitalised(&step_name(step.kind, voice.language)),
            seen: step.seen,
            detail: step.detail.clone().unwrap_or_default(),
            frames: match step.frames.as_slice() {
                [first, .., last] if step.frames.len() > 3 => format!("{first}–{last}"),
                few => few.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
            },
        })
        .collect()
}
