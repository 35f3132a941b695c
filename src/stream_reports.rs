//! Frames → Reports, one whenever attempts have ended: for a capture that grows, of which only what is bounded is kept.
//!
//! What was reported is forgotten but for what explains later attempts: who was told which address, which endpoints are a
//! service's, what servers chose. All of it is bounded.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::analyzer::Analyzer;
use crate::attempt::{self, Attempt, SAME_ATTEMPT};
use crate::capture::{CaptureError, CaptureFacts, Tally, read_counted};
use crate::context::Options;
use crate::decode::Endpoint;
use crate::finding::Severity;
use crate::frame::{Frame, FrameNumber, Timestamp};
use crate::lookup::{Fate, Lookup};
use crate::report::{Before, Overall, Part, Report};
use crate::selection::{Purposed, Selector};
use crate::settled::{Clock, Open, is_settled};
use crate::surroundings::Surroundings;
use crate::verdict::Verdict;

const SECOND: i64 = 1_000_000_000;

/// How much longer than a second it takes, by the capture's clock, until attempts that have ended are looked for again, for each
/// connection and look-up that is kept.
const PER_KEPT: i64 = SECOND / 1024;

/// The longest time between two looks.
const MOST_BETWEEN: i64 = 10 * SECOND;

/// Longer silence is no different: all has settled.
const MOST_SILENCE: i64 = 2 * KEPT;

/// How long connections and errors are kept that belong to no attempt: as long as an attempt may wait for others.
const KEPT: i64 = 900 * SECOND;

/// Look-ups of a service's names that are remembered after their attempts were reported.
const MAX_PAST: usize = 1024;

/// Look-ups beyond which those of others' names go earlier.
const MANY: usize = 4096;

/// Connections beyond which those of no attempt go earlier: were a bound of `collected.rs` reached between two looks, others would
/// not be kept at all.
const MANY_CONNECTIONS: usize = 2048;

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
/// capture's totals are those of the whole.
///
/// Time is the capture's own. An input that has nothing for a while may say so ([`Silence`](crate::capture::Silence)): between
/// two records the capture's clock goes on with it, until a frame comes, whose time counts again. In the middle of a record more
/// is sure to come, and in a compressed input it may: there the clock stands. A frame that was held back meanwhile and belongs
/// to a connection that was reported is one of no connection, for ten minutes; the late answer of one that was reported as
/// unanswered makes another attempt.
///
/// `each` may break: then nothing more is read, and there is no last report.
///
/// # Errors
/// When the input is no capture, or reading fails before the first frame.
pub fn analyze_stream(
    input: impl Read,
    file: &str,
    options: &Options,
    each: impl FnMut(Report) -> ControlFlow<()>,
) -> Result<(), CaptureError> {
    let stream = RefCell::new(Stream {
        file,
        analyzer: Analyzer::new(options),
        story: Story::default(),
        clock: Clock::default(),
        due: Timestamp(i64::MIN),
        facts: CaptureFacts::default(),
        each,
        broken: false,
    });
    // Never borrowed twice: no frame comes while nothing comes.
    let facts = read_counted(
        input,
        |frame, tally| stream.borrow_mut().frame(frame, tally),
        Some(&mut |silence, tally| stream.borrow_mut().silence(silence, tally)),
    )?;
    let mut stream = stream.into_inner();
    if !stream.broken {
        stream.facts = facts;
        stream.finish();
    }
    Ok(())
}

struct Stream<'o, F> {
    file: &'o str,
    analyzer: Analyzer<'o>,
    story: Story,
    clock: Clock,
    /// When to look again.
    due: Timestamp,
    /// Of the capture, as of the last look.
    facts: CaptureFacts,
    each: F,
    broken: bool,
}

impl<F: FnMut(Report) -> ControlFlow<()>> Stream<'_, F> {
    fn frame(&mut self, frame: &Frame<'_>, tally: &Tally) -> ControlFlow<()> {
        if self.broken {
            return ControlFlow::Break(());
        }
        self.analyzer.push(frame);
        let now = self.clock.saw(frame.time);
        // A clock that was wrong goes back.
        let is_wrong = self.due.since(now) > MOST_BETWEEN;
        if now < self.due && !is_wrong {
            return ControlFlow::Continue(());
        }
        self.facts = tally.so_far();
        self.look(now)
    }

    /// Nothing came for so long: the clock goes on for this look only, since what comes next may be older.
    fn silence(&mut self, silence: Duration, tally: &Tally) -> ControlFlow<()> {
        let Some(now) = self.clock.now() else {
            return ControlFlow::Continue(());
        };
        self.facts = tally.so_far();
        let silence = i64::try_from(silence.as_nanos()).unwrap_or(MOST_SILENCE);
        self.look(Timestamp(now.0.saturating_add(silence.min(MOST_SILENCE))))
    }

    /// Reports the attempts that have ended, if there are any.
    fn look(&mut self, now: Timestamp) -> ControlFlow<()> {
        let told = self.ended(now);
        let collected = &self.analyzer.collected;
        let kept = collected.connections.len().saturating_add(collected.lookups.all.len());
        let kept = i64::try_from(kept).unwrap_or(i64::MAX);
        // A look costs what is kept, so that the more is kept the less often it is looked at.
        let pause = SECOND.saturating_add(kept.saturating_mul(PER_KEPT)).min(MOST_BETWEEN);
        self.due = Timestamp(now.0.saturating_add(pause));
        let flow = told.map_or(ControlFlow::Continue(()), &mut self.each);
        self.broken = flow.is_break();
        flow
    }

    fn ended(&mut self, now: Timestamp) -> Option<Report> {
        let collected = &mut self.analyzer.collected;
        let mut ended = Vec::new();
        collected.flows.hand_on_quiet(now, &mut ended);
        // In order of first frames, as they are at the end of a file.
        ended.into_iter().for_each(|flow| collected.end(flow));
        collected.lookups.sort();
        let open = Open::of(collected.flows.open());
        let (mut connections, mut lookups) = (HashSet::new(), HashSet::new());
        let mut waiting = HashSet::new();
        let report = self.analyzer.judge_some(
            self.file,
            &self.facts,
            &mut self.story,
            |attempt| {
                let settled = is_settled(attempt, now, &open);
                if !settled {
                    waiting.extend(attempt.connections.iter().map(|it| it.index));
                }
                settled
            },
            |attempts, _| {
                for attempt in attempts {
                    connections.extend(attempt.connections.iter().map(|it| it.index));
                    lookups.extend(attempt.lookups.iter().map(|it| std::ptr::from_ref::<Lookup>(it)));
                }
            },
        );
        let report = report.map(|mut told| {
            self.story.mark(&mut told, false);
            told
        });
        let told = self.analyzer.collected.lookups.all.iter();
        let told = told
            .map(|it| lookups.contains(&std::ptr::from_ref(it)))
            .collect::<Vec<_>>();
        self.forget(now, (&connections, &waiting), &told);
        report
    }

    /// Forgets what was reported, and what is old; of connections that wait to be reported, nothing.
    fn forget(&mut self, now: Timestamp, (reported, waiting): (&HashSet<u64>, &HashSet<u64>), told: &[bool]) {
        // Which names are a service's depends on nothing that was captured.
        let selector = Selector::new(self.analyzer.options, &[], &[]);
        let (story, collected) = (&mut self.story, &mut self.analyzer.collected);
        let is_old = |time: Timestamp, most: i64| now.since(time) > most;
        let is_service = collected.lookups.all.iter();
        let is_service: Vec<bool> = is_service
            .map(|it| selector.is_service_name(it.name.raw()).is_some())
            .collect();
        let kept = if collected.connections.len() > MANY_CONNECTIONS {
            SAME_ATTEMPT
        } else {
            KEPT
        };
        collected
            .connections
            .retain(|it| !reported.contains(&it.index) && (waiting.contains(&it.index) || !is_old(it.last.1, kept)));
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
                match (flag(&is_service, at), is_past) {
                    (true, true) if surplus > 0 => {
                        surplus = surplus.saturating_sub(1);
                        Fate::Gone
                    }
                    (true, true) => Fate::Past,
                    (_, false) if !is_old(attempt::ended(lookup), most) || flag(&is_service, at) => Fate::Current,
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

    fn finish(&mut self) {
        self.analyzer.end();
        let mut report = self.analyzer.judge(self.file, &self.facts, &mut self.story, |_, _| ());
        self.story.mark(&mut report, true);
        let _ = (self.each)(report);
    }
}
