//! Frames → Reports, one whenever attempts have ended: for a capture that grows, of which only what is bounded is kept.
//!
//! What was reported is forgotten but for what explains later attempts: who was told which address, which endpoints are a
//! service's, what servers chose. All of it is bounded.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::ops::ControlFlow;

use crate::analyzer::Analyzer;
use crate::attempt::{self, Attempt, SAME_ATTEMPT};
use crate::capture::{CaptureError, CaptureFacts, read_counted};
use crate::connection::Connection;
use crate::context::Options;
use crate::decode::Endpoint;
use crate::directory::Directory;
use crate::finding::Severity;
use crate::frame::{FrameNumber, Timestamp};
use crate::lookup::{Fate, Lookup};
use crate::report::{Before, Overall, Part, Report};
use crate::selection::{Purposed, Selector};
use crate::settled::{Clock, Open, is_settled};
use crate::surroundings::Surroundings;
use crate::verdict::Verdict;

const SECOND: i64 = 1_000_000_000;

/// How often, by the capture's clock, attempts that have ended are looked for.
const EVERY: i64 = SECOND;

/// How long connections and errors are kept that belong to no attempt: as long as an attempt may wait for others.
const KEPT: i64 = 900 * SECOND;

/// Look-ups of a service's names that are remembered after their attempts were reported.
const MAX_PAST: usize = 1024;

/// Look-ups beyond which those of others' names go earlier.
const MANY: usize = 4096;

/// Endpoints of services that are remembered.
const MAX_LEARNT: usize = 4096;

/// What has been told of a capture, and is worth knowing later.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) before: Before,
    pub(crate) surroundings: Surroundings,
    pub(crate) learnt: BTreeMap<Endpoint, Purposed>,
    parts: u64,
    /// Of equals the attempt that began first.
    worst: Option<((Severity, Reverse<FrameNumber>), Overall)>,
}

impl Story {
    /// Goes on behind a report.
    pub(crate) fn tell(&mut self, report: &Report, verdicts: &[Verdict], attempts: &[Attempt<'_>]) {
        self.before.attempts = self.before.attempts.saturating_add(attempts.len());
        self.before.connections = self.before.connections.saturating_add(report.connections.len());
        let causes = attempts.iter().zip(verdicts);
        let causes = causes.filter_map(|(attempt, it)| Some((it.cause()?.severity, Reverse(attempt.first().0))));
        let worst = causes.max();
        if let Some(worst) = worst
            && self.worst.as_ref().is_none_or(|(so_far, _)| *so_far < worst)
        {
            self.worst = Some((worst, report.verdict.clone()));
        }
    }

    fn mark(&mut self, report: &mut Report, last: bool) {
        self.parts = self.parts.saturating_add(1);
        report.part = Some(Part {
            number: self.parts,
            last,
        });
        if self.parts > 1 || !last {
            // Both need the whole story, and parts do not have it.
            report.courses.clear();
            report.cadence = None;
            report.attempts.iter_mut().for_each(|attempt| attempt.course = None);
        }
        if last && let Some((_, worst)) = &self.worst {
            report.verdict = worst.clone();
        }
    }
}

/// Reads a capture that grows, and says what happened in each attempt when it has ended: a report of the attempts since the
/// last one, whose [`Report::part`] tells its number. The last report comes when the input ends; its verdict and its
/// capture's totals are those of the whole. Time is the capture's own.
///
/// `each` may break: then nothing more is read, and there is no last report.
///
/// # Errors
/// When the input is no capture, or reading fails before the first frame.
pub fn analyze_stream(
    input: impl Read,
    file: &str,
    options: &Options,
    mut each: impl FnMut(Report) -> ControlFlow<()>,
) -> Result<(), CaptureError> {
    let mut stream = Stream {
        analyzer: Analyzer::new(options),
        story: Story::default(),
        clock: Clock::default(),
        due: Timestamp(i64::MIN),
    };
    let mut broken = false;
    let facts = read_counted(input, |frame, tally| {
        stream.analyzer.push(frame);
        let now = stream.clock.saw(frame.time);
        if now < stream.due {
            return ControlFlow::Continue(());
        }
        stream.due = Timestamp(now.0.saturating_add(EVERY));
        match stream.ended(file, now, || tally.so_far()).map(&mut each) {
            Some(ControlFlow::Break(())) => {
                broken = true;
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    })?;
    if !broken {
        let _ = each(stream.finish(file, &facts));
    }
    Ok(())
}

struct Stream<'o> {
    analyzer: Analyzer<'o>,
    story: Story,
    clock: Clock,
    /// When to look again.
    due: Timestamp,
}

impl Stream<'_> {
    /// The attempts that have ended, if there are any.
    fn ended(&mut self, file: &str, now: Timestamp, facts: impl FnOnce() -> CaptureFacts) -> Option<Report> {
        let collected = &mut self.analyzer.collected;
        let mut ended = Vec::new();
        collected.flows.hand_on_quiet(now, &mut ended);
        // In order of first frames, as they are at the end of a file.
        ended.into_iter().for_each(|flow| collected.end(flow));
        let open = Open::of(collected.flows.open());
        let (is_due, is_service) = self.is_due(now, &open);
        let (mut connections, mut lookups) = (HashSet::new(), HashSet::new());
        let mut report = None;
        if is_due {
            let mut told = self.analyzer.judge(
                file,
                &facts(),
                &mut self.story,
                |attempt| is_settled(attempt, now, &open),
                |attempts, _| {
                    for attempt in attempts {
                        connections.extend(attempt.connections.iter().map(|it| it.index));
                        lookups.extend(attempt.lookups.iter().map(|it| std::ptr::from_ref::<Lookup>(it)));
                    }
                },
            );
            if !told.attempts.is_empty() {
                self.story.mark(&mut told, false);
                report = Some(told);
            }
        }
        let told = self.analyzer.collected.lookups.all.iter();
        let told = told
            .map(|it| lookups.contains(&std::ptr::from_ref(it)))
            .collect::<Vec<_>>();
        self.forget(now, &connections, &told, &is_service);
        report
    }

    /// Whether an attempt is settled; and which look-ups are of a service's name.
    fn is_due(&mut self, now: Timestamp, open: &Open) -> (bool, Vec<bool>) {
        let collected = &mut self.analyzer.collected;
        let past = collected.lookups.past;
        collected
            .lookups
            .arrange(|at, _| if at < past { Fate::Past } else { Fate::Current });
        collected.connections.sort_by_key(|connection| connection.index);
        let (connections, lookups) = (&collected.connections, &collected.lookups);
        let learnt = std::mem::take(&mut self.story.learnt);
        let selector = Selector::knowing(self.analyzer.options, &lookups.all, connections, learnt);
        let directory = Directory::new(connections, &lookups.all, &[]);
        let attempts = attempt::grouped(&selector, connections, (&lookups.all, lookups.past), &directory);
        let is_due = attempts.iter().any(|attempt| is_settled(attempt, now, open));
        let names = lookups
            .all
            .iter()
            .map(|it| selector.is_service_name(it.name.raw()).is_some());
        let names = names.collect();
        self.story.learnt = selector.into_learnt();
        (is_due, names)
    }

    /// Forgets what was reported, and what is old.
    fn forget(&mut self, now: Timestamp, reported: &HashSet<u64>, told: &[bool], is_service: &[bool]) {
        let (story, collected) = (&mut self.story, &mut self.analyzer.collected);
        let is_old = |time: Timestamp, most: i64| now.since(time) > most;
        for connection in &collected.connections {
            story.surroundings.add(connection);
        }
        collected
            .connections
            .retain(|it| !reported.contains(&it.index) && !is_old(it.last.1, KEPT));
        collected.recount();
        collected.icmp.retain(|error| !is_old(error.time, KEPT));
        let past = collected.lookups.past;
        let flag = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or_default();
        let mut surplus = is_service.iter().filter(|&&it| it).count().saturating_sub(MAX_PAST);
        let most = if collected.lookups.all.len() > MANY {
            SAME_ATTEMPT
        } else {
            KEPT
        };
        let fates: Vec<Fate> = (0..)
            .zip(&collected.lookups.all)
            .map(|(at, lookup)| {
                let is_past = at < past || flag(told, at) || is_old(attempt::ended(lookup), KEPT);
                match (flag(is_service, at), is_past) {
                    (true, true) if surplus > 0 => {
                        surplus = surplus.saturating_sub(1);
                        Fate::Gone
                    }
                    (true, true) => Fate::Past,
                    (_, false) if !is_old(attempt::ended(lookup), most) || flag(is_service, at) => Fate::Current,
                    _ => Fate::Gone,
                }
            })
            .collect();
        collected
            .lookups
            .arrange(|at, _| fates.get(at).copied().unwrap_or(Fate::Current));
        while story.learnt.len() > MAX_LEARNT {
            story.learnt.pop_last();
        }
    }

    fn finish(mut self, file: &str, facts: &CaptureFacts) -> Report {
        self.analyzer.end();
        let mut report = self.analyzer.judge(
            file,
            facts,
            &mut self.story,
            |_| true,
            |_: &[Attempt<'_>], _: &[Connection]| (),
        );
        self.story.mark(&mut report, true);
        report
    }
}
