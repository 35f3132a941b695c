//! Attempt → rows of its ladder: look-ups, steps, pauses, gaps, and the frames of evidence that are no step.
//!
//! The order is the attempt's: look-ups, then each connection from its first step to its last. Facts about the same
//! attempt from another source (a device's log) become notes among these rows, by time.

use std::collections::BTreeMap;

use super::super::labels::{alert, capitalised, grouped, seconds_of, step_name};
use super::super::{Attempt, Connection, Gap, Step};
use crate::base::elapsed::elapsed;
use crate::base::phrase::{Voice, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;

/// Rows of one drawing. A handshake with a proxy has about thirty; a bulk transfer could have thousands.
const MOST: usize = 80;
/// Lines of the device's texts in one drawing; the page lists more of them below.
const MOST_EVENTS: usize = 20;
/// In seconds. A shorter pause is a round trip or a slow signature, and the times in the margin show it.
const PAUSE: f64 = 1.0;

/// Kind of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A message that was read.
    Observed,
    /// Records that were seen and cannot be read.
    Encrypted,
    /// A message deduced from order, size and side.
    Inferred,
    /// Bytes that are missing.
    Hole,
    /// Time in which nothing was sent.
    Pause,
    /// A fact about this point that is no message of the walk.
    Note,
    /// A line of the device's own text.
    Log,
    /// The beginning of another connection.
    Heading,
}

impl Kind {
    pub(super) const fn is_arrow(self) -> bool {
        matches!(self, Self::Observed | Self::Encrypted | Self::Inferred)
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Encrypted => "encrypted",
            Self::Inferred => "inferred",
            Self::Hole => "hole",
            Self::Pause => "pause",
            Self::Note => "note",
            Self::Log => "log",
            Self::Heading => "heading",
        }
    }
}

/// The other end of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Resolver,
    Proxy,
    Server,
}

/// One row, from top to bottom.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) end: End,
    pub(super) from_device: bool,
    pub(super) text: String,
    pub(super) detail: Option<String>,
    /// Seconds since the attempt's first step.
    pub(super) elapsed: Option<f64>,
    pub(super) frame: String,
    /// All frames of the row.
    frames: Vec<u64>,
    pub(super) copied: bool,
    pub(super) broken: bool,
}

impl Row {
    pub(super) fn new(kind: Kind, end: End, text: String) -> Self {
        Self {
            kind,
            end,
            from_device: true,
            text,
            detail: None,
            elapsed: None,
            frame: String::new(),
            frames: Vec::new(),
            copied: false,
            broken: false,
        }
    }

    /// True if a frame belongs to the row.
    pub(super) fn has(&self, frame: u64) -> bool {
        self.frames.contains(&frame)
    }

    fn at(mut self, frames: &[u64]) -> Self {
        self.frame = match frames {
            [] => String::new(),
            [one] => one.to_string(),
            [first, .., last] => format!("{first}–{last}"),
        };
        self.frames = frames.to_vec();
        self
    }
}

/// The rows of an attempt, and how many are left out.
pub(super) fn rows(attempt: &Attempt, connections: &[&Connection], voice: Voice) -> (Vec<Row>, usize) {
    let opened = connections
        .iter()
        .filter_map(|it| it.steps.first())
        .map(|step| &step.time);
    let asked = attempt.lookups.iter().map(|lookup| &lookup.asked);
    let began = asked.chain(opened).filter_map(|time| seconds_of(time)).reduce(f64::min);
    let mut rows = lookups(attempt, began, voice);
    let proxied = attempt.via_proxy.is_some();
    for (at, connection) in connections.iter().enumerate() {
        let end = |step: &Step| match step.kind {
            "syn" | "syn-ack" | "ack" | "connect-request" | "connect-response" | "fin" | "reset" if proxied => {
                End::Proxy
            }
            _ if proxied && connection.tls.is_none() => End::Proxy,
            _ => End::Server,
        };
        if at > 0 {
            let text = phrase("page-connection")
                .with("id", connection.id)
                .with("client", connection.client.as_str())
                .with("server", connection.server.as_str());
            let end = if proxied { End::Proxy } else { End::Server };
            rows.push(Row::new(Kind::Heading, end, text.told(voice)));
        }
        walk(&mut rows, connection, began, &end, voice);
    }
    evidence(&mut rows, attempt);
    pauses(&mut rows, voice);
    silence(&mut rows, attempt);
    device(&mut rows, attempt, began);
    let more = rows.len().saturating_sub(MOST);
    if more > 0 {
        // The decisive row is shown, wherever it is.
        let broken = rows.iter().position(|row| row.broken).unwrap_or_default();
        let begin = broken.saturating_sub(MOST * 3 / 4).min(more);
        rows = rows.into_iter().skip(begin).take(MOST).collect();
    }
    (rows, more)
}

fn lookups(attempt: &Attempt, began: Option<f64>, voice: Voice) -> Vec<Row> {
    let since = |time: &str| seconds_of(time).zip(began).map(|(time, began)| time - began);
    let mut rows = Vec::new();
    for lookup in attempt.lookups.iter().take(8) {
        let text = phrase("page-question")
            .with("kind", lookup.kind.as_str())
            .with("name", in_prose(&lookup.name).as_ref());
        let mut question = Row::new(Kind::Observed, End::Resolver, text.told(voice)).at(&[lookup.question]);
        question.elapsed = since(&lookup.asked);
        rows.push(question);
        let text = match (lookup.answer, lookup.status.as_deref()) {
            (None, _) => phrase("page-no-answer").told(voice),
            (Some(_), _) if !lookup.addresses.is_empty() => lookup.addresses.join(" "),
            (Some(_), Some(status)) if status != "NOERROR" => status.to_owned(),
            (Some(_), _) => phrase("page-no-address").told(voice),
        };
        match lookup.answer {
            Some(frame) => {
                let mut row = Row::new(Kind::Observed, End::Resolver, text).at(&[frame]);
                row.from_device = false;
                row.elapsed = lookup.answered.as_deref().and_then(since);
                rows.push(row);
            }
            None => rows.push(Row::new(Kind::Note, End::Resolver, text)),
        }
    }
    rows
}

/// Adjacent steps → a row's text, its frames, and the text below the arrow.
fn told(connection: &Connection, first: &Step, group: &[Step], voice: Voice) -> (String, Vec<u64>, Option<String>) {
    let mut names: Vec<String> = group
        .iter()
        .map(|step| capitalised(&step_name(step.kind, voice.language)))
        .collect();
    names.dedup();
    let mut frames: Vec<u64> = group.iter().map(|step| step.frame).collect();
    frames.dedup();
    let text = names.join(" + ");
    let detail = group.iter().find_map(|step| step.detail.clone());
    match (first.kind, detail) {
        ("syn", detail) if connection.tcp.syns.len() > 1 && first.side == "client" => {
            let frames = connection.tcp.syns.clone();
            let again = phrase("page-sent-times").with("name", text).with("count", frames.len());
            (again.told(voice), frames, detail)
        }
        ("alert", Some(said)) => (capitalised(&alert(&said, voice.language)), frames, None),
        ("connect-request" | "connect-response" | "http-request" | "http-response", Some(said)) => (said, frames, None),
        (_, detail) => (text, frames, detail),
    }
}

/// The steps of a connection, with its gaps before the frames that showed them.
fn walk(rows: &mut Vec<Row>, connection: &Connection, began: Option<f64>, end: &dyn Fn(&Step) -> End, voice: Voice) {
    let copied: BTreeMap<u64, u64> = connection.tcp.copies.iter().map(|copy| (copy.of, copy.frame)).collect();
    let mut gaps = connection.tcp.gaps.as_slice();
    let mut rest = connection.steps.as_slice();
    while let Some(first) = rest.first() {
        // Messages of one side in one frame are one arrow; so are consecutive records of data.
        let together = |step: &&Step| {
            step.side == first.side
                && kind(step) == kind(first)
                && (step.frame == first.frame || (step.kind, first.kind) == ("application-data", "application-data"))
        };
        let count = rest.iter().take_while(together).count().max(1);
        let (group, tail) = rest.split_at(count);
        rest = tail;
        while let [gap, later @ ..] = gaps
            && gap.before_frame <= first.frame
        {
            rows.push(hole(gap, end(first), voice));
            gaps = later;
        }
        let (text, frames, detail) = told(connection, first, group, voice);
        let mut row = Row::new(kind(first), end(first), text).at(&frames);
        row.copied = group
            .iter()
            .flat_map(|step| &step.frames)
            .any(|frame| copied.contains_key(frame));
        row.from_device = first.side == "client";
        row.detail = detail;
        row.elapsed = seconds_of(&first.time).zip(began).map(|(time, began)| time - began);
        rows.push(row);
    }
    let last = connection.steps.last().map_or(End::Server, end);
    rows.extend(gaps.iter().map(|gap| hole(gap, last, voice)));
    if connection.tcp.retransmissions > 0 && connection.tcp.syns.len() < 2 {
        let text = phrase("page-sent-again").with("count", connection.tcp.retransmissions);
        rows.push(Row::new(Kind::Note, last, text.told(voice)));
    }
}

fn kind(step: &Step) -> Kind {
    match (step.seen, step.kind) {
        ("inferred", _) => Kind::Inferred,
        (_, "application-data") => Kind::Encrypted,
        (_, "alert") if step.detail.as_deref().is_some_and(|it| !it.contains(' ')) => Kind::Encrypted,
        _ => Kind::Observed,
    }
}

fn hole(gap: &Gap, end: End, voice: Voice) -> Row {
    let text = phrase(match gap.cause {
        "not-captured" => "page-hole-not-captured",
        "never-arrived" => "page-hole-never-arrived",
        "snap-length" => "page-hole-snap-length",
        _ => "page-hole-unknown",
    });
    let text = text
        .with("count", gap.bytes)
        .with("bytes", grouped(gap.bytes))
        .told(voice);
    let mut row = Row::new(Kind::Hole, end, text);
    row.from_device = gap.side == "client";
    row.frames = vec![gap.before_frame];
    row
}

/// Marks the point of failure, and adds the frames of evidence that no row shows: an ICMP error, the last packet before
/// a silence.
fn evidence(rows: &mut Vec<Row>, attempt: &Attempt) {
    let verdict = &attempt.verdict;
    let failed = verdict.severity == Severity::Error;
    let last = verdict.evidence.len().saturating_sub(1);
    for (at, evidence) in verdict.evidence.iter().enumerate() {
        let shown = rows.iter().position(|row| {
            row.kind != Kind::Hole && row.kind != Kind::Heading && row.frames.contains(&evidence.frame)
        });
        let decides = failed && at == last;
        match shown {
            // The repetitions of a SYN are one row; a statement about the last one deserves a line.
            Some(row) if !(decides && rows.get(row).is_some_and(|row| row.frames.len() > 1)) => {
                if let Some(row) = rows.get_mut(row) {
                    row.broken |= decides;
                }
            }
            _ => {
                let end = rows.last().map_or(End::Server, |row| row.end);
                let mut note = Row::new(Kind::Note, end, evidence.what.clone()).at(&[evidence.frame]);
                note.broken = decides;
                let before = rows
                    .iter()
                    .rposition(|row| row.frames.iter().any(|frame| *frame <= evidence.frame));
                let place = before.map_or(rows.len(), |before| before + 1);
                if let Some(row) = before.and_then(|before| rows.get(before)) {
                    note.end = row.end;
                }
                rows.insert(place, note);
            }
        }
    }
}

/// Places the device's own lines among the rows, by time; lines without a time come last.
fn device(rows: &mut Vec<Row>, attempt: &Attempt, began: Option<f64>) {
    for event in attempt.device_events.iter().take(MOST_EVENTS) {
        let time = event.time.as_deref().and_then(seconds_of);
        let elapsed = time.zip(began).map(|(time, began)| time - began);
        let later =
            |row: &Row| row.kind != Kind::Log && row.elapsed.zip(elapsed).is_some_and(|(row, event)| row > event);
        let place = rows.iter().position(later).unwrap_or(rows.len());
        // It uses the lanes of the row before it; the first one uses those of the row after it.
        let beside = rows.get(place.saturating_sub(1)).map_or(End::Server, |row| row.end);
        let mut row = Row::new(Kind::Log, beside, event.text.clone());
        row.elapsed = elapsed;
        rows.insert(place, row);
    }
}

/// If the fault is a missing answer, the failure is in the pause after the unanswered message, not in the last packet.
fn silence(rows: &mut [Row], attempt: &Attempt) {
    let verdict = &attempt.verdict;
    let is_silence = verdict.id.ends_with("-no-response") || verdict.id == "silent-mid-handshake";
    let Some(first) = verdict.evidence.first().filter(|_| is_silence) else {
        return;
    };
    let asked = rows
        .iter()
        .position(|row| row.kind.is_arrow() && row.frames.contains(&first.frame));
    let Some(pause) = asked.map(|asked| asked + 1) else {
        return;
    };
    if rows.get(pause).is_some_and(|row| row.kind == Kind::Pause) {
        for (at, row) in rows.iter_mut().enumerate() {
            row.broken = at == pause;
        }
    }
}

/// Adds a row for each long pause.
fn pauses(rows: &mut Vec<Row>, voice: Voice) {
    let mut before: Option<f64> = None;
    let mut with = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        if let Some(now) = row.elapsed {
            if let Some(before) = before
                && now - before >= PAUSE
            {
                let text = phrase("page-pause").with("time", elapsed(now - before)).told(voice);
                with.push(Row::new(Kind::Pause, row.end, text));
            }
            before = Some(now);
        }
        with.push(row);
    }
    *rows = with;
}
