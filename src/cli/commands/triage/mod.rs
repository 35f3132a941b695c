//! paths → rows: folders of captures, judged on all cores.
//!
//! Everything is listed first, rings are put together, then each capture is read and judged; rows come in the order of
//! the list. Reports are given up as soon as their rows are made: memory holds as many captures as there are threads.
//!
//! Triage keeps rows, not reports: a report is given up on the thread that made it. Rows that wait for a slow capture
//! before them are held up to 4,096, then no further capture is begun: the slow one stops nobody before that, and
//! memory is that of the captures at hand. Lists, examples and the page have bounds; JUnit's cases wait in a file
//! without a name.

mod arrivals;
mod events;
mod judge;
pub(crate) mod options;
mod rings;
mod scanned;
mod sink;
mod state;
mod walk;
mod watch;

use std::io;
use std::ops::ControlFlow;
use std::time::Instant;

use tlswalk::report::Outcome;
use tlswalk::report::row::Row;
use tlswalk::report::triage::Run;

use crate::cli::args::{Format, Inspect};
use crate::cli::expect::{Expectations, Tally, code};
use crate::cli::originals::Originals;
use crate::cli::progress::Count;
use crate::cli::reason;
use crate::cli::workers::{self, Held};
use judge::{Judge, Judged, Kind, Known};
use options::TriageOptions;
use rings::Unit;
use sink::Sink;
use state::State;
use walk::{Entry, Found};
use watch::Watch;

/// Rows that may wait for a capture before them: at 1 KB each, a few megabytes.
const MOST_HELD: usize = 4096;
/// Files that are no captures, listed.
const OTHERS: usize = 1000;

/// A row of the list.
enum Job {
    Judge(Unit),
    /// It cannot be looked at.
    Problem(Box<Row>),
}

/// Judges everything below the paths, or what arrives.
#[allow(
    clippy::too_many_lines,
    reason = "the order in which things are opened is the point: each may refuse before the next is touched"
)]
pub(crate) fn run(inspect: &Inspect, triage: &TriageOptions) -> Result<u8, String> {
    check(inspect, triage)?;
    let options = crate::cli::options(inspect)?;
    let mut originals = Originals::of(inspect);
    let expected = crate::cli::expect::expected(inspect)?;
    let state = match &triage.state {
        Some(path) => {
            originals.refuse("--state", path)?;
            let state = State::open(path, state::fingerprint(&options, expected.as_ref()))?;
            originals = originals.with("--state", path);
            Some(state)
        }
        None => None,
    };
    let others = inspect.others(&options);
    let mut tally = expected.as_ref().map(Expectations::tally);
    let judge = Judge {
        expected: expected.as_ref(),
        options: &options,
        others: others.as_ref(),
        // What arrives is compared by content: whoever touches a file has not changed it.
        hash: inspect.hash || state.is_some() || !triage.watch.is_empty(),
        state: state.as_ref(),
    };
    if !triage.watch.is_empty() {
        let watch = Watch {
            folders: &triage.watch,
            settle: triage.settle,
            judge,
            state: state.as_ref(),
            language: options.language,
        };
        let there = walk::walk(&triage.watch, |_| ());
        let there = there.iter().filter_map(|it| match it {
            Entry::File(found) => Some(found),
            Entry::Problem { .. } => None,
        });
        let originals = scanned::add(originals, inspect, &triage.watch, there);
        let mut sink = Sink::open(inspect, originals, true)?;
        let code = watch.run(&mut sink, tally.as_mut())?;
        sink.finish(&Run::default())?;
        tally
            .iter()
            .flat_map(Tally::told)
            .for_each(|line| crate::cli::complain(&line));
        return Ok(code);
    }
    let began = Instant::now();
    let jobs = jobs(inspect, triage, state.as_ref());
    let mut progress = Count::new(jobs.len(), jobs.iter().map(Job::size).sum(), inspect.quiet);
    let originals = scanned::add(originals, inspect, &inspect.captures, jobs.iter().flat_map(Job::files));
    let mut sink = Sink::open(inspect, originals, false)?;
    let mut total = Total::default();
    let mut run = Run::default();
    let mut failure = None;
    let held = Held {
        weigh: |done: &(u64, Judged)| done.1.rows.len(),
        most: MOST_HELD,
    };
    let work = |job: &Job| (job.size(), job.run(&judge));
    workers::in_order(&jobs, &held, work, |(size, judged)| {
        progress.done(size, judged.bytes);
        run.bytes = run.bytes.saturating_add(judged.bytes);
        run.known = run.known.saturating_add(u64::from(judged.known != Known::No));
        if let Some(tally) = &mut tally {
            judged.counts_in(tally);
        }
        match progress.aside(|| take(judged, &mut total, &mut run, &mut sink, state.as_ref())) {
            Ok(()) => ControlFlow::Continue(()),
            Err(stop) => {
                failure = Some(stop);
                ControlFlow::Break(())
            }
        }
    });
    drop(progress);
    run.seconds = began.elapsed().as_secs_f64();
    let code = total.code(tally.as_ref());
    match failure {
        // Whoever reads has seen enough.
        Some(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(code),
        Some(Stop::Output(error)) => return Err(format!("{}: {}", sink.name(), reason(&error))),
        Some(Stop::State(why)) => return Err(why),
        None => {}
    }
    if let Some(tally) = &tally {
        sink.expected_of_none(&tally.of_no_capture())
            .map_err(|error| format!("{}: {}", sink.name(), reason(&error)))?;
    }
    sink.finish(&run)?;
    let told = tally.iter().flat_map(Tally::told);
    told.for_each(|line| crate::cli::complain(&line));
    Ok(code)
}

/// Refuses what cannot be meant together.
fn check(inspect: &Inspect, triage: &TriageOptions) -> Result<(), String> {
    let refused = [
        (
            inspect.merge,
            "--merge: triage puts the files of a ring together by itself; for others use tlswalk --merge",
        ),
        (
            inspect.redact,
            "--redact: rows name files and hosts; redact single captures: tlswalk slice --redact",
        ),
        (
            matches!(inspect.format, Format::Markdown | Format::Sarif),
            "-f: triage writes text, json, ndjson, csv, junit or html",
        ),
        (
            !triage.watch.is_empty() && !matches!(inspect.format, Format::Text | Format::Ndjson | Format::Csv),
            "-f: with --watch, rows are written as they come: text, ndjson or csv",
        ),
        (
            !triage.watch.is_empty() && inspect.output.is_some(),
            "-o: with --watch, rows are written as they come; append them: >> rows.ndjson",
        ),
    ];
    match refused.into_iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, why)) => Err(why.to_owned()),
        None => Ok(()),
    }
}

/// The list of what is to be judged.
fn jobs(inspect: &Inspect, triage: &TriageOptions, state: Option<&State>) -> Vec<Job> {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for (at, entry) in walk::walk(&inspect.captures, |_| ()).into_iter().enumerate() {
        match entry {
            Entry::File(found) if state.is_some_and(|state| !found.named && state.is(&found.path)) => {}
            Entry::File(found) => files.push((at, found)),
            Entry::Problem { path, why } => {
                problems.push((at, Box::new(Row::failed(&path.display().to_string(), None, &why))))
            }
        }
    }
    // Where each file stood in the list; a ring stands where its first file did.
    let places: std::collections::HashMap<_, usize> = files.iter().map(|(at, it)| (it.path.clone(), *at)).collect();
    let found: Vec<Found> = files.into_iter().map(|(_, found)| found).collect();
    let units = match triage.no_rings {
        true => found.into_iter().map(Unit::one).collect(),
        false => rings::units(found),
    };
    let place = |unit: &Unit| unit.files.iter().filter_map(|it| places.get(&it.path)).min().copied();
    let mut jobs: Vec<(usize, Job)> = units
        .into_iter()
        .map(|unit| (place(&unit).unwrap_or_default(), Job::Judge(unit)))
        .chain(problems.into_iter().map(|(at, row)| (at, Job::Problem(row))))
        .collect();
    jobs.sort_by_key(|(at, _)| *at);
    jobs.into_iter().map(|(_, job)| job).collect()
}

impl Job {
    fn size(&self) -> u64 {
        match self {
            Self::Judge(unit) => unit.size(),
            Self::Problem(_) => 0,
        }
    }

    fn files(&self) -> &[Found] {
        match self {
            Self::Judge(unit) => &unit.files,
            Self::Problem(_) => &[],
        }
    }

    fn run(&self, judge: &Judge<'_>) -> Judged {
        match self {
            Self::Judge(unit) => judge.judge(unit),
            Self::Problem(row) => Judged::problem(Row::clone(row)),
        }
    }
}

/// Outcome of all captures.
#[derive(Default)]
struct Total {
    outcome: Option<Outcome>,
    unable: bool,
}

impl Total {
    /// An unreadable file decides first, as for single captures; then the expectation.
    fn code(&self, tally: Option<&Tally<'_>>) -> u8 {
        code(self.outcome.unwrap_or(Outcome::Inconclusive), tally, self.unable)
    }

    fn add(&mut self, kind: &Kind) {
        match kind {
            Kind::Capture(outcome) => self.outcome = Some(self.outcome.map_or(*outcome, |it| it.and(*outcome))),
            Kind::Unread | Kind::Vanished => self.unable = true,
            Kind::Other(_) => {}
        }
    }
}

/// Why the run ends early.
enum Stop {
    Output(io::Error),
    State(String),
}

/// Takes what was judged: to the output, and then to the state. A stop between the two shows it again, but never loses it.
fn take(judged: Judged, total: &mut Total, run: &mut Run, sink: &mut Sink, state: Option<&State>) -> Result<(), Stop> {
    total.add(&judged.kind);
    let outcome = match &judged.kind {
        Kind::Capture(outcome) => Some(*outcome),
        Kind::Unread | Kind::Vanished => None,
        Kind::Other(looks_like) => {
            run.others = run.others.saturating_add(1);
            if run.other_names.len() < OTHERS {
                let name = judged.rows.first().map(|row| row.capture.clone()).unwrap_or_default();
                run.other_names.push((name, looks_like.clone()));
            }
            return Ok(());
        }
    };
    sink.write(&judged.rows, outcome, &judged.checked)
        .map_err(Stop::Output)?;
    remember(&judged, state).map_err(Stop::State)
}

/// Adds to the state what will hold next time.
fn remember(judged: &Judged, state: Option<&State>) -> Result<(), String> {
    let Some(state) = state.filter(|_| judged.lasting && judged.known != Known::Here) else {
        return Ok(());
    };
    let exit = match &judged.kind {
        Kind::Capture(outcome) => Some(judge::code_of(*outcome)),
        _ => None,
    };
    state.add(judged, exit)
}
