//! capture, capture → Comparison: one attempt seen from two points, or a bad one beside a good one.
//!
//! Two captures that share a TCP flow were taken at two points of its path: packets that only one of them holds were
//! lost or made in between. If they share none, they are two attempts, and the first step at which these differ is
//! reported.

mod culprit;
mod points;
mod story;

use std::borrow::Borrow;
use std::io::Read;
use std::ops::ControlFlow;

use serde::Serialize;

use crate::analysis::analyzer::Analyzer;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::capture::{CaptureError, read_frames};
use crate::decode::Decoder;
use crate::profile::options::Options;
use crate::report::Report;
use crate::report::step_name;
use crate::report::text::padded;
use points::{Flow, Packet, Pair, Trace, pairs};

/// The number of packets listed per kind of difference; the rest is counted.
const MOST_LISTED: usize = 50;

/// In nanoseconds. A packet this close to the edge of the common time may be missing for that reason, and is left out.
const EDGE: i64 = 50_000_000;

/// Comparison of two captures.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// `tlswalk.diff/1`.
    pub schema: &'static str,
    /// `two-points` or `two-stories`.
    pub kind: &'static str,
    /// True if nothing differs.
    pub same: bool,
    /// The verdicts of the two.
    pub verdicts: [String; 2],
    /// Nanoseconds to add to the first capture's times to get the second's; null if unknown.
    pub clock_offset: Option<i64>,
    /// Nanoseconds from one point to the other, one way.
    pub transit: Option<i64>,
    /// The capture that was taken nearer to the client: 1 or 2; null if unknown.
    pub nearer_to_client: Option<u8>,
    /// TCP flows that both hold.
    pub flows: usize,
    /// Packets that both hold.
    pub packets: u64,
    /// Differences in the order of their weight.
    pub differences: Vec<Difference>,
    /// Two stories: the steps beside one another, with their times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepPair>,
    /// Facts that the two captures cannot show.
    pub cannot_tell: Vec<String>,
    #[serde(skip)]
    head: Vec<String>,
}

/// A difference.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// `lost`, `made`, `reset-made`, `reset-lost`, `not-seen` (two points); `parts`, `verdict` (two stories); `by`, `at`, `causes`,
    /// `confidence`, `also`, `server-issuer`, `client-issuer`, `version`, `cipher`, `group`, `alpn`, `resumed`, `attempts`.
    pub id: &'static str,
    /// One sentence.
    pub text: String,
    /// Frames of the first capture.
    pub first: Vec<u64>,
    /// Frames of the second capture.
    pub second: Vec<u64>,
}

/// A step in both captures, or in one.
#[derive(Clone, Debug, Serialize)]
pub struct StepPair {
    /// E.g. `client-hello`.
    pub step: &'static str,
    /// `client` or `server`.
    pub side: &'static str,
    /// In the first capture; null if absent.
    pub first: Option<StepTime>,
    /// In the second capture; null if absent.
    pub second: Option<StepTime>,
}

/// The place of a step in a capture.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StepTime {
    /// Its frame.
    pub frame: u64,
    /// Seconds since the first step of its connection.
    pub seconds: Option<f64>,
}

/// A capture that was read for a comparison.
#[derive(Debug)]
pub struct Side {
    report: Report,
    trace: Trace,
}

impl Side {
    /// Reads a capture.
    ///
    /// # Errors
    /// If the input is not a capture, or reading it fails.
    pub fn read(input: impl Read, file: &str, options: &Options) -> Result<Self, CaptureError> {
        let mut analyzer = Analyzer::new(options);
        let mut trace = Trace::default();
        let mut decoder = Decoder::new();
        let facts = read_frames(input, |frame| {
            analyzer.push(frame);
            trace.push(&mut decoder, frame);
            ControlFlow::Continue(())
        })?;
        Ok(Self {
            report: analyzer.finish(file, &facts),
            trace,
        })
    }

    /// Where it holds nothing of what was looked for, with what else failed in it ([`Report::or_others`]).
    ///
    /// # Errors
    /// When the capture cannot be read again.
    pub fn or_others<O: Borrow<Options>, E>(
        self,
        others: impl FnOnce() -> Option<O>,
        read: impl FnOnce(&Options) -> Result<Report, E>,
    ) -> Result<Self, E> {
        let report = self.report.or_others(others, read)?;
        Ok(Self { report, ..self })
    }
}

/// Compares two captures; `None` if they share no flow and one of them has no attempt.
#[must_use]
pub fn compare(first: &Side, second: &Side, language: Language) -> Option<Comparison> {
    let pairs = pairs(&first.trace, &second.trace);
    let mut comparison = Comparison {
        schema: "tlswalk.diff/1",
        verdicts: [first.report.verdict.id, second.report.verdict.id].map(|id| id.to_string()),
        ..Comparison::default()
    };
    if pairs.is_empty() {
        story::compare(&mut comparison, &first.report, &second.report, language)?;
    } else {
        two_points(&mut comparison, first, second, &pairs, language);
        // The two points may also have been judged with different options.
        let attempts = (story::telltale(&first.report), story::telltale(&second.report));
        if let (Some(one), Some(other)) = attempts {
            culprit::compare(&mut comparison, (&first.report, one), (&second.report, other), language);
        }
    }
    comparison.same = comparison.differences.is_empty();
    Some(comparison)
}

fn two_points(comparison: &mut Comparison, first: &Side, second: &Side, pairs: &[Pair], language: Language) {
    comparison.kind = "two-points";
    comparison.flows = pairs.len();
    comparison.packets = pairs.iter().map(|pair| pair.both.len() as u64).sum();
    let clock = Clock::of(&first.trace, &second.trace, pairs);
    comparison.clock_offset = clock.offset;
    comparison.transit = clock.transit;
    comparison.nearer_to_client = clock.nearer;
    let say = |phrase: Phrase| phrase.in_language(language);
    comparison.head.push(say(phrase("diff-two-points")
        .with("flows", pairs.len())
        .with("packets", comparison.packets)));
    if let Some(offset) = clock.offset {
        comparison
            .head
            .push(say(phrase("diff-clock").with("offset", span(offset))));
    }
    match (clock.nearer, clock.transit) {
        (Some(nearer), Some(transit)) => comparison.head.push(say(phrase("diff-nearer")
            .with("nearer", u32::from(nearer))
            .with("transit", span(transit)))),
        _ => comparison.cannot_tell.push(say(phrase("diff-order-unknown"))),
    }
    if first.trace.dropped > 0 || second.trace.dropped > 0 {
        comparison.cannot_tell.push(say(phrase("diff-too-many")));
    }
    for pair in pairs {
        one_flow(comparison, first, second, pair, &clock, language);
    }
    comparison.cannot_tell.dedup();
    let rank = |id: &str| {
        ["reset-made", "reset-lost", "lost", "made", "not-seen"]
            .iter()
            .position(|it| *it == id)
    };
    comparison.differences.sort_by_key(|it| rank(it.id));
}

/// Findings on a flow that passed both points.
fn one_flow(comparison: &mut Comparison, first: &Side, second: &Side, pair: &Pair, clock: &Clock, language: Language) {
    let (Some(one), Some(other)) = (first.trace.flows.get(pair.first), second.trace.flows.get(pair.second)) else {
        return;
    };
    if one.ends != other.ends {
        let translated = phrase("diff-translated")
            .with("first", ends(one))
            .with("second", ends(other));
        comparison.head.push(translated.in_language(language));
    }
    let offset = clock.offset.unwrap_or(0);
    let covered = |trace: &Trace, time: i64| {
        trace.first.is_some_and(|it| time >= it.saturating_sub(EDGE))
            && trace.last.is_some_and(|it| time <= it.saturating_add(EDGE))
    };
    let sides = [
        (1_u8, one, &pair.only_first, &second.trace, offset),
        (2_u8, other, &pair.only_second, &first.trace, offset.saturating_neg()),
    ];
    let kinds = [(0, true), (0, false), (1, true), (1, false)];
    for (here, flow, only, elsewhere, shift) in sides {
        for (from, is_reset) in kinds {
            let missing = only
                .iter()
                .filter_map(|&at| flow.packets.get(at))
                .filter(|it| it.from == from && (it.flags & 4 != 0) == is_reset);
            let (inside, outside): (Vec<&Packet>, Vec<&Packet>) =
                missing.partition(|it| covered(elsewhere, it.time.saturating_add(shift)));
            if !outside.is_empty() {
                let outside = phrase("diff-outside")
                    .with("count", outside.len())
                    .with("capture", u32::from(here));
                comparison.cannot_tell.push(outside.in_language(language));
            }
            if !inside.is_empty() {
                let found = difference(here, flow, from, is_reset, &inside, clock.nearer, language);
                comparison.differences.push(found);
            }
        }
    }
}

/// Meaning of packets that were seen at one point only.
fn difference(
    here: u8,
    flow: &Flow,
    from: usize,
    is_reset: bool,
    packets: &[&Packet],
    nearer_to_client: Option<u8>,
    language: Language,
) -> Difference {
    // The point that a packet passes first is the one nearer to its sender.
    let passed_first = nearer_to_client.map(|nearer| if from == 0 { nearer } else { 3_u8.saturating_sub(nearer) });
    let (id, message) = match (passed_first, is_reset) {
        (Some(point), false) if point == here => ("lost", "diff-lost"),
        (Some(point), true) if point == here => ("reset-lost", "diff-reset-lost"),
        (Some(_), true) => ("reset-made", "diff-reset-made"),
        (Some(_), false) => ("made", "diff-made"),
        (None, true) => ("not-seen", "diff-reset-one-sided"),
        (None, false) => ("not-seen", "diff-one-sided"),
    };
    let frames: Vec<u64> = packets.iter().map(|it| it.frame).take(MOST_LISTED).collect();
    let sender = flow.ends.get(from).map(ToString::to_string).unwrap_or_default();
    let receiver = flow.ends.get(1_usize.saturating_sub(from)).map(ToString::to_string);
    let listed: Vec<String> = frames.iter().take(8).map(ToString::to_string).collect();
    let usual = flow.packets.iter().find(|it| it.from == from && it.flags & 4 == 0);
    let mut text = phrase(message)
        .with("count", packets.len())
        .with("sender", sender)
        .with("receiver", receiver.unwrap_or_default())
        .with("here", u32::from(here))
        .with("there", u32::from(3_u8.saturating_sub(here)))
        .with("frames", listed.join(", ") + if packets.len() > 8 { " …" } else { "" })
        .in_language(language);
    if let (true, Some(usual), Some(reset)) = (is_reset, usual, packets.first())
        && usual.ttl != reset.ttl
    {
        let ttl = phrase("diff-ttl")
            .with("ttl", u32::from(reset.ttl))
            .with("usual", u32::from(usual.ttl));
        text.push_str(&ttl.in_language(language));
    }
    let (first, second) = if here == 1 {
        (frames, Vec::new())
    } else {
        (Vec::new(), frames)
    };
    Difference {
        id,
        text,
        first,
        second,
    }
}

/// The difference between the two clocks, and the point that a packet of the client passes first.
struct Clock {
    offset: Option<i64>,
    transit: Option<i64>,
    nearer: Option<u8>,
}

impl Clock {
    /// By the clocks, a packet takes offset plus transit from the first point to the second, and offset minus transit
    /// in the other direction; medians tolerate a few late packets.
    fn of(first: &Trace, second: &Trace, pairs: &[Pair]) -> Self {
        let mut deltas = [Vec::new(), Vec::new()];
        for pair in pairs {
            let (Some(one), Some(other)) = (first.flows.get(pair.first), second.flows.get(pair.second)) else {
                continue;
            };
            for &(here, there) in &pair.both {
                if let (Some(here), Some(there)) = (one.packets.get(here), other.packets.get(there))
                    && let Some(deltas) = deltas.get_mut(here.from)
                {
                    deltas.push(there.time.saturating_sub(here.time));
                }
            }
        }
        let [client, server] = deltas.map(median);
        match (client, server) {
            (Some(client), Some(server)) => {
                let twice = client.saturating_sub(server);
                let nearer = match twice {
                    1.. => Some(1),
                    ..=-1 => Some(2),
                    0 => None,
                };
                Self {
                    offset: Some(server.saturating_add(twice / 2)),
                    transit: nearer.map(|_| twice.saturating_abs() / 2),
                    nearer,
                }
            }
            (one, other) => Self {
                offset: one.or(other),
                transit: None,
                nearer: None,
            },
        }
    }
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn ends(flow: &Flow) -> String {
    let [one, other] = flow.ends;
    format!("{one} → {other}")
}

/// A length of time in the unit that a person would choose.
fn span(nanoseconds: i64) -> String {
    let seconds = nanoseconds as f64 / 1e9;
    match nanoseconds.saturating_abs() {
        0..1_000_000 => format!("{:.0} µs", seconds * 1e6),
        1_000_000..1_000_000_000 => format!("{:.3} ms", seconds * 1e3),
        _ => format!("{seconds:.6} s"),
    }
}

impl StepPair {
    /// Its name, its sender, and both frames with their times.
    fn line(&self, language: Language) -> String {
        let cell = |time: Option<StepTime>| match time {
            None => "-".to_owned(),
            Some(StepTime { frame, seconds: None }) => format!("{frame}"),
            Some(StepTime {
                frame,
                seconds: Some(seconds),
            }) => format!("{frame} ({seconds:.3} s)"),
        };
        let arrow = if self.side == "client" { "→" } else { "←" };
        let name = format!("{arrow} {}", step_name(self.step, language));
        format!(
            "  {} {:>20} {:>20}",
            padded(&name, 24),
            cell(self.first),
            cell(self.second)
        )
    }
}

impl Comparison {
    /// The comparison in a few lines.
    #[must_use]
    pub fn to_text(&self, language: Language) -> String {
        let mut lines = self.head.clone();
        if self.same {
            let same = if self.kind == "two-points" {
                "diff-all-passed"
            } else {
                "diff-same-story"
            };
            lines.push(format!("✓ {}", phrase(same).in_language(language)));
        }
        lines.extend(self.differences.iter().map(|it| format!("✗ {}", it.text)));
        if !self.steps.is_empty() {
            lines.push(String::new());
            lines.extend(self.steps.iter().map(|pair| pair.line(language)));
            lines.push(String::new());
        }
        lines.extend(self.cannot_tell.iter().map(|it| format!("? {it}")));
        lines.join("\n") + "\n"
    }

    /// 0: the same; 1: something differs.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.same)
    }
}
