//! Frames → Reports, one whenever attempts have ended: for a capture that grows, in bounded memory.
//!
//! Reported attempts are forgotten except for the facts that explain later ones: addresses that DNS gave, endpoints of a
//! service, choices of servers. All of these are bounded.
//!
//! A capture that grows (`-f ndjson -`) is judged repeatedly. Each look groups everything that is kept, as at the end
//! of a file; attempts to which no later frame can belong are reported and forgotten. So there is only one way of
//! grouping. A look costs time for each item kept, so the pause between two looks is a second and 1/1024 s more for
//! each connection and look-up, at most 10 s by the capture's clock: on a busy line attempts are reported some seconds
//! later, and looks cost less than reading does (`benches/HISTORY.md`, Size).
//!
//! The clock is the capture's. It follows a frame by at most 30 s, and a longer pause when two frames within a quarter
//! of an hour agree that it is later; 64 older frames in a row outvote it. After the clock went back, older times count
//! as the time at which it did, so nothing waits until the clock has caught up. After a leap forward, flows have 5 s to
//! show that they continue.

use std::cell::RefCell;
use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::analysis::analyzer::Analyzer;
use crate::analysis::retention::{Found, KEPT, forget};
use crate::analysis::settling::{self, Open, State};
use crate::analysis::story::Story;
use crate::base::clock::{Clock, Moment};
use crate::base::frame::{Frame, Timestamp};
use crate::capture::{CaptureError, CaptureFacts, Tally, read_counted};
use crate::profile::options::Options;
use crate::report::Report;

const SECOND: i64 = 1_000_000_000;

/// The longest time for which hosts wait for the other fragments of a datagram (RFC 8200 section 4.5).
const FRAGMENTS_WAIT: i64 = 60 * SECOND;

/// The time added to a second, by the capture's clock, for each connection and look-up that is kept, before ended
/// attempts are looked for again.
const PER_KEPT: i64 = SECOND / 64;

/// The longest time between two looks.
const MOST_BETWEEN: i64 = 10 * SECOND;

/// Time from a leap of the clock to the next look: flows that continue send a segment within it.
const AFTER_LEAP: i64 = 5 * SECOND;

/// Longer silence makes no difference: everything has settled.
const MOST_SILENCE: i64 = 2 * KEPT;

/// The number of items that may be kept in addition to those at the last grouping before items are forgotten again.
const MOST_UNLOOKED: usize = 512;

/// The number of service endpoints that are remembered.
const MAX_LEARNT: usize = 4096;

/// Reads a capture that grows, and reports each attempt when it has ended: each report has the attempts since the last
/// one, and [`Report::part`] its number. The last report comes when the input ends; its verdict and its capture's
/// totals are those of the whole.
///
/// Time is the capture's own. An input without data for a while may report that ([`Silence`](crate::capture::Silence)):
/// between two records the capture's clock continues with it, until a frame comes, whose time counts again. In the
/// middle of a record more bytes are sure to follow, and in a compressed input they may: there the clock stops. A late
/// frame of a connection that was already reported is assigned to no connection, for ten minutes; a late answer to a
/// connection that was reported as unanswered makes another attempt.
///
/// `each` may break: then reading stops, and there is no last report.
///
/// # Errors
/// If the input is not a capture, or reading it fails.
pub fn analyze_stream(
    input: impl Read,
    file: &str,
    options: &Options,
    each: impl FnMut(Report) -> ControlFlow<()>,
) -> Result<(), CaptureError> {
    let stream = RefCell::new(Stream {
        file,
        analyzer: Analyzer::growing(options),
        story: Story::default(),
        clock: Clock::default(),
        due: Timestamp(i64::MIN),
        has_leapt: false,
        next: Next::Due,
        facts: CaptureFacts::default(),
        each,
        broken: false,
    });
    // Never borrowed twice: no frame arrives while silence is reported.
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
    /// The time of the next look.
    due: Timestamp,
    /// The clock leapt since the last look.
    has_leapt: bool,
    /// The earliest time at which grouping can find anything, unless a frame comes.
    next: Next,
    /// Facts of the capture, as of the last look.
    facts: CaptureFacts,
    each: F,
    broken: bool,
}

/// The result of the last grouping.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// Attempts must be grouped again.
    Due,
    /// No attempt waits, or none that settles before that time; and the number of items kept.
    NotBefore(Option<Timestamp>, usize),
}

impl<F: FnMut(Report) -> ControlFlow<()>> Stream<'_, F> {
    fn frame(&mut self, frame: &Frame<'_>, tally: &Tally) -> ControlFlow<()> {
        if self.broken {
            return ControlFlow::Break(());
        }
        self.analyzer.push(frame);
        let before = self.clock.moment();
        let moment = self.clock.saw(frame.time);
        if !self.has_leapt && before.is_some_and(|it| moment.is_leap_from(it)) {
            self.has_leapt = true;
            self.next = Next::Due;
            self.due = moment.after(AFTER_LEAP).now;
        }
        // A reported silence may have moved the clock too far.
        let is_wrong = self.due.since(moment.now) > MOST_BETWEEN;
        if moment.now < self.due && !is_wrong {
            return ControlFlow::Continue(());
        }
        self.facts = tally.so_far();
        self.look(moment)
    }

    /// No data came for this long: the clock advances for this look only, because the next frame may be older.
    fn silence(&mut self, silence: Duration, tally: &Tally) -> ControlFlow<()> {
        let Some(moment) = self.clock.moment() else {
            return ControlFlow::Continue(());
        };
        self.facts = tally.so_far();
        self.next = Next::Due;
        let silence = i64::try_from(silence.as_nanos()).unwrap_or(MOST_SILENCE);
        self.look(moment.after(silence.min(MOST_SILENCE)))
    }

    /// Reports the attempts that have ended, if there are any.
    fn look(&mut self, moment: Moment) -> ControlFlow<()> {
        self.has_leapt = false;
        let report = self.ended(moment);
        let collected = &self.analyzer.collected;
        let kept = i64::try_from(collected.kept()).unwrap_or(i64::MAX);
        // A look costs time for each item kept: the more is kept, the less often a look is made.
        let pause = SECOND.saturating_add(kept.saturating_mul(PER_KEPT)).min(MOST_BETWEEN);
        self.due = moment.after(pause).now;
        let flow = report.map_or(ControlFlow::Continue(()), &mut self.each);
        self.broken = flow.is_break();
        flow
    }

    fn ended(&mut self, moment: Moment) -> Option<Report> {
        let collected = &mut self.analyzer.collected;
        let old = Timestamp(moment.now.0.saturating_sub(FRAGMENTS_WAIT));
        let decoder = &mut self.analyzer.decoder;
        decoder.give_up_before(old, &mut |decoded| collected.take(decoded));
        let mut ended = Vec::new();
        collected.flows.hand_on_quiet(moment, &mut ended);
        // In order of first frames, as at the end of a file.
        ended.into_iter().for_each(|flow| collected.end(flow));
        let mut over = Vec::new();
        collected.datagrams.hand_on_quiet(moment, &mut over);
        over.into_iter().for_each(|it| collected.end_datagrams(it));
        // Most packets belong to others, and grouping everything would find the same as before.
        let news = collected.take_news(moment);
        if let Next::NotBefore(time, kept) = self.next {
            let time = time.into_iter().chain(news).min();
            if time.is_none_or(|time| moment.now <= time) && collected.kept() <= kept.saturating_add(MOST_UNLOOKED) {
                self.next = Next::NotBefore(time, kept);
                return None;
            }
        }
        collected.lookups.sort();
        let mut found = Found::default();
        let mut soonest = None;
        let open = collected.flows.open().chain(collected.datagrams.open());
        let open = Open::of(open.inspect(|flow| found.open(*flow)));
        let report = self
            .analyzer
            .judge_some(self.file, &self.facts, &mut self.story, |attempt, directory| {
                let state = settling::state(attempt, moment, &open);
                match state {
                    State::Settled => found.told(attempt),
                    _ => found.waits(attempt, directory),
                }
                match state {
                    State::Settled => {}
                    State::Until(time) => soonest = Some(soonest.map_or(time, |it: Timestamp| it.min(time))),
                    State::ForFlows => soonest = Some(Timestamp(i64::MIN)),
                }
                state == State::Settled
            });
        // A part without an attempt that is listed says nothing.
        let report = report.filter(|it| !it.attempts.is_empty()).map(|mut report| {
            self.story.mark(&mut report, false);
            report
        });
        forget(&mut self.analyzer.collected, moment, &found);
        self.next = Next::NotBefore(soonest, self.analyzer.collected.kept());
        while self.story.learnt.len() > MAX_LEARNT {
            self.story.learnt.pop_last();
        }
        report
    }

    fn finish(&mut self) {
        self.analyzer.end();
        let mut report = self.analyzer.judge(self.file, &self.facts, &mut self.story, |_| ());
        self.story.mark(&mut report, true);
        let _ = (self.each)(report);
    }
}
