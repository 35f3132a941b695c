//! folders → rows, as captures arrive: until a signal says that it is enough.
//!
//! This thread learns what is complete and writes rows; others judge. What is told of files comes first; every second or so
//! the folders are listed besides, which finds what nobody tells of.
//!
//! Watching hashes always: whoever touches a file or rewrites it with the same bytes has not changed it.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tlswalk::base::phrase::{Language, phrase};
use tlswalk::report::row::Row;

use super::arrivals::Arrivals;
use super::events::{Event, Events};
use super::judge::{Judge, Judged, Kind, Known};
use super::rings::Unit;
use super::sink::Sink;
use super::state::State;
use super::walk::{Entry, Found, walk};
use super::{Stop, Total};
use crate::cli::expect::Tally;
use crate::cli::interrupt::Heed;
use crate::cli::reason;

/// How often events are read: nobody waits for a capture that closely.
const TICK: Duration = Duration::from_millis(50);
/// The longest time between two lists of the folders, where listing them is quick.
const LIST: Duration = Duration::from_secs(1);
/// Of long lists, the part of the time that they may take: a tenth.
const SHARE: u32 = 10;
/// Captures for each thread that may be at hand.
const AT_HAND: usize = 2;

/// Watches folders.
pub(super) struct Watch<'a> {
    pub(super) folders: &'a [PathBuf],
    pub(super) settle: Duration,
    pub(super) judge: Judge<'a>,
    pub(super) state: Option<&'a State>,
    pub(super) language: Language,
}

/// Work for the threads, and their results.
type Jobs = Mutex<Receiver<Found>>;

impl Watch<'_> {
    /// Judges what arrives until a signal comes; gives the exit code.
    pub(super) fn run(&self, sink: &mut Sink, mut tally: Option<&mut Tally<'_>>) -> Result<u8, String> {
        for folder in self.folders {
            let metadata = std::fs::metadata(folder);
            let metadata = metadata.map_err(|error| format!("--watch {}: {}", folder.display(), reason(&error)))?;
            if !metadata.is_dir() {
                return Err(format!("--watch {}: is no folder", folder.display()));
            }
        }
        let heed = Heed::begin();
        let mut total = Total::default();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (jobs, taken) = mpsc::channel();
        let (give, done) = mpsc::channel();
        let taken: Jobs = Mutex::new(taken);
        let ended = thread::scope(|scope| {
            for _ in 0..threads {
                let (give, taken) = (give.clone(), &taken);
                scope.spawn(move || self.work(taken, &give));
            }
            drop(give);
            let mut desk = Desk {
                watch: self,
                sink,
                tally: tally.as_deref_mut(),
                total: &mut total,
                arrivals: Arrivals::new(self.settle),
                problems: Problems::default(),
                at_hand: 0,
            };
            let ran = desk.run(&heed, &jobs, &done, threads.saturating_mul(AT_HAND));
            // Without jobs the threads end.
            drop(jobs);
            match ran {
                Ok(()) => desk.finish(&done),
                // Nobody looks for signals any more.
                Err(stop) => {
                    drop(heed);
                    Err(stop)
                }
            }
        });
        match ended {
            Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(total.code(tally.as_deref())),
            Err(Stop::Output(error)) => Err(format!("standard output: {}", reason(&error))),
            Err(Stop::State(why)) => Err(why),
            Ok(()) => Ok(total.code(tally.as_deref())),
        }
    }

    /// One thread: judges until there are no more jobs.
    fn work(&self, jobs: &Jobs, give: &Sender<(Found, Judged)>) {
        loop {
            let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(found) = job else { return };
            let judged = self.judge.judge(&Unit::one(found.clone()));
            if give.send((found, judged)).is_err() {
                return;
            }
        }
    }
}

/// The thread that decides and writes.
struct Desk<'a, 'w, 'e> {
    watch: &'a Watch<'w>,
    sink: &'a mut Sink,
    tally: Option<&'a mut Tally<'e>>,
    total: &'a mut Total,
    arrivals: Arrivals,
    problems: Problems,
    at_hand: usize,
}

impl Desk<'_, '_, '_> {
    fn run(
        &mut self,
        heed: &Heed,
        jobs: &Sender<Found>,
        done: &Receiver<(Found, Judged)>,
        most: usize,
    ) -> Result<(), Stop> {
        let mut events = Events::new();
        let mut list_at = Instant::now();
        while !heed.asked() {
            let now = Instant::now();
            let told = events.read(|event| match event {
                Event::Sign(sign, path) => self.arrivals.notice(sign, path, now),
                Event::Renamed(from, to) => self.arrivals.renamed(from, to, now),
            });
            if told.lost {
                self.arrivals.forget_writers(now);
            }
            if told.lost || told.folders || now >= list_at {
                self.list(&mut events)?;
                let took = now.elapsed();
                let pause = (self.watch.settle / 2).min(LIST).max(took.saturating_mul(SHARE));
                list_at = Instant::now() + pause;
                // What happened while folders were listed is read before anything is thought complete.
                continue;
            }
            for found in self.arrivals.due(now, most.saturating_sub(self.at_hand)) {
                self.at_hand = self.at_hand.saturating_add(1);
                // There is somebody who takes it as long as this thread has not said that it is enough.
                let _ = jobs.send(found);
            }
            match done.recv_timeout(TICK) {
                Ok((found, judged)) => self.take(&found, judged)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            while let Ok((found, judged)) = done.try_recv() {
                self.take(&found, judged)?;
            }
        }
        Ok(())
    }

    /// Takes what is at hand when it is enough.
    fn finish(&mut self, done: &Receiver<(Found, Judged)>) -> Result<(), Stop> {
        while self.at_hand > 0
            && let Ok((found, judged)) = done.recv()
        {
            self.take(&found, judged)?;
        }
        Ok(())
    }

    /// Lists the folders.
    fn list(&mut self, events: &mut Events) -> Result<(), Stop> {
        let mut found = Vec::new();
        let mut problems = HashSet::new();
        for entry in walk(self.watch.folders, |folder| events.watch(folder)) {
            match entry {
                Entry::File(file) if self.watch.state.is_some_and(|state| state.is(&file.path)) => {}
                Entry::File(file) => found.push(file),
                Entry::Problem { path, why } => {
                    problems.insert((path, why));
                }
            }
        }
        for path in self.arrivals.scanned(found, Instant::now()) {
            self.tell(&path, "vanished before it could be read")?;
        }
        for (path, why) in self.problems.lasting(problems) {
            self.tell(&path, &why)?;
        }
        Ok(())
    }

    /// A row for what is no capture, but has to be told.
    fn tell(&mut self, path: &std::path::Path, why: &str) -> Result<(), Stop> {
        let row = Row::failed(&path.display().to_string(), None, why);
        self.write(&Judged::problem(row))
    }

    /// Takes what a thread has judged.
    fn take(&mut self, queued: &Found, mut judged: Judged) -> Result<(), Stop> {
        self.at_hand = self.at_hand.saturating_sub(1);
        let identity = &queued.identity;
        let Some(as_it_was) = judged.files.first().filter(|_| judged.kind != Kind::Vanished).cloned() else {
            // Renamed or gone: the next list says which.
            self.arrivals.lost(identity);
            return Ok(());
        };
        if as_it_was.identity != *identity {
            // Another file has its name by now; it comes by itself, and this one under its new name.
            self.arrivals.lost(identity);
            return Ok(());
        }
        if judged.changed {
            self.arrivals.disturbed(identity, Instant::now());
            return Ok(());
        }
        let before = self.arrivals.judged(&as_it_was, judged.sha256.as_deref());
        if matches!(judged.kind, Kind::Other(_)) {
            return Ok(());
        }
        let known_here = self.is_known_here(&as_it_was, &judged);
        let is_same = before
            .as_ref()
            .is_some_and(|it| it.sha256.is_some() && it.sha256 == judged.sha256);
        if known_here || is_same {
            // Touched or renamed: the place is remembered, and nobody is told again.
            if let (Some(tally), Some(row)) = (&mut self.tally, judged.rows.first()) {
                tally.uses(&row.capture);
            }
            return super::remember(&judged, self.watch.state).map_err(Stop::State);
        }
        let size = before
            .map(|it| it.size)
            .or_else(|| self.watch.state?.size_at(&as_it_was.path));
        if let Some(size) = size {
            let note = phrase("triage-note-again")
                .with("before", size)
                .with("after", as_it_was.size)
                .in_language(self.watch.language);
            for row in &mut judged.rows {
                row.note = Some(
                    row.note
                        .take()
                        .map_or_else(|| note.clone(), |other| format!("{note}; {other}")),
                );
            }
        }
        self.write(&judged)
    }

    /// True if this file was reported by an earlier run: here, or where it has been renamed from. A second file with the
    /// same content is one more capture.
    fn is_known_here(&self, found: &Found, judged: &Judged) -> bool {
        match judged.known {
            Known::No => false,
            Known::Here => true,
            Known::Elsewhere => {
                let here = std::path::absolute(&found.path).unwrap_or_else(|_| found.path.clone());
                let state = self.watch.state.zip(judged.sha256.as_deref());
                state.is_some_and(|(state, sha256)| state.was_here_or_moved(sha256, &here))
            }
        }
    }

    fn write(&mut self, judged: &Judged) -> Result<(), Stop> {
        self.total.add(&judged.kind);
        let outcome = match judged.kind {
            Kind::Capture(outcome) => Some(outcome),
            _ => None,
        };
        self.sink
            .write(&judged.rows, outcome, &judged.checked)
            .map_err(Stop::Output)?;
        if let Some(tally) = &mut self.tally {
            judged.counts_in(tally);
            tally.news().iter().for_each(|line| crate::cli::complain(line));
        }
        super::remember(judged, self.watch.state).map_err(Stop::State)
    }
}

/// Paths that cannot be read: reported once, after they have failed for two listings.
#[derive(Default)]
struct Problems {
    seen: HashSet<(PathBuf, String)>,
    told: HashSet<(PathBuf, String)>,
}

impl Problems {
    fn lasting(&mut self, now: HashSet<(PathBuf, String)>) -> Vec<(PathBuf, String)> {
        self.told.retain(|it| now.contains(it));
        let mut lasting: Vec<_> = now
            .iter()
            .filter(|it| self.seen.contains(*it) && !self.told.contains(*it))
            .cloned()
            .collect();
        lasting.sort();
        self.told.extend(lasting.iter().cloned());
        self.seen = now;
        lasting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_when_it_lasts_and_once() {
        let mut problems = Problems::default();
        let one = || HashSet::from([(PathBuf::from("a"), "no".to_owned())]);
        assert!(problems.lasting(one()).is_empty());
        assert_eq!(problems.lasting(one()).len(), 1);
        assert!(problems.lasting(one()).is_empty());
        assert!(problems.lasting(HashSet::new()).is_empty());
        assert!(problems.lasting(one()).is_empty());
        assert_eq!(problems.lasting(one()).len(), 1);
    }
}
