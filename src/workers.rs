//! Captures → reports, on all cores and in order: what a second core is for when there are several files.
//!
//! A single capture stays on one core: order matters in it. Of several, each is one piece of work; reports are handed on in
//! the order of the command line as soon as they are due, and no capture is begun that would have to wait for long.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use tlswalk::report::Report;

/// Captures per thread that may be begun, or done and not yet handed on: one that takes long keeps nobody waiting, and not
/// more than these reports are in memory.
const AHEAD: usize = 2;

/// Captures read as one.
type Capture<'a> = &'a [PathBuf];
/// Its report, or why there is none.
type Outcome = Result<Report, String>;

/// How far the work is.
#[derive(Default)]
struct Progress {
    begun: usize,
    done: BTreeMap<usize, Outcome>,
    handed_on: usize,
    stopped: bool,
}

/// Runs `analyze` on each capture, and hands the outcomes to `take` in the order of the captures until it breaks.
pub(crate) fn in_order(
    captures: &[Capture<'_>],
    analyze: impl Fn(Capture<'_>) -> Outcome + Sync,
    mut take: impl FnMut(Outcome) -> ControlFlow<()>,
) {
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(captures.len());
    if threads <= 1 {
        for capture in captures {
            if take(analyze(capture)).is_break() {
                return;
            }
        }
        return;
    }
    let (progress, changed) = (Mutex::new(Progress::default()), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(captures, threads.saturating_mul(AHEAD), &analyze, &progress, &changed));
        }
        // Whatever becomes of this thread, the others must not wait for it.
        let _stop = Stop(&progress, &changed);
        for due in 0..captures.len() {
            let mut now = lock(&progress);
            let outcome = loop {
                if let Some(outcome) = now.done.remove(&due) {
                    break outcome;
                }
                if now.stopped {
                    return;
                }
                now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
            };
            now.handed_on = due.saturating_add(1);
            changed.notify_all();
            drop(now);
            if take(outcome).is_break() {
                return;
            }
        }
    });
}

/// One thread: takes the next capture until there is none.
fn work(
    captures: &[Capture<'_>],
    ahead: usize,
    analyze: impl Fn(Capture<'_>) -> Outcome,
    progress: &Mutex<Progress>,
    changed: &Condvar,
) {
    // A thread that panics would be waited for in vain.
    let stop = Stop(progress, changed);
    loop {
        let mut now = lock(progress);
        while !now.stopped && now.begun >= now.handed_on.saturating_add(ahead) {
            now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
        let own = now.begun;
        let Some(capture) = captures.get(own).filter(|_| !now.stopped) else {
            drop(now);
            std::mem::forget(stop);
            return;
        };
        now.begun = own.saturating_add(1);
        drop(now);
        let outcome = analyze(capture);
        lock(progress).done.insert(own, outcome);
        changed.notify_all();
    }
}

/// Tells all threads to stop when it is dropped.
struct Stop<'a>(&'a Mutex<Progress>, &'a Condvar);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        lock(self.0).stopped = true;
        self.1.notify_all();
    }
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn outcomes_come_in_the_order_of_the_captures_and_none_is_begun_long_before_it_is_due() {
        let paths: Vec<PathBuf> = (0..40).map(|n| PathBuf::from(n.to_string())).collect();
        let captures: Vec<Capture<'_>> = paths.chunks(1).collect();
        let most = thread::available_parallelism().map_or(1, usize::from) * AHEAD;
        let (begun, mut taken) = (AtomicUsize::new(0), Vec::new());
        let analyze = |capture: Capture<'_>| {
            begun.fetch_add(1, Ordering::SeqCst);
            let name = capture[0].display().to_string();
            thread::sleep(Duration::from_millis(if name == "3" { 20 } else { 1 }));
            Err(name)
        };
        in_order(&captures, analyze, |outcome| {
            taken.push(outcome.unwrap_err());
            assert!(begun.load(Ordering::SeqCst) <= taken.len() + most);
            ControlFlow::Continue(())
        });
        assert_eq!(taken, (0..40).map(|n| n.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn who_has_seen_enough_stops_the_work() {
        let paths: Vec<PathBuf> = (0..40).map(|n| PathBuf::from(n.to_string())).collect();
        let captures: Vec<Capture<'_>> = paths.chunks(1).collect();
        let mut taken = 0;
        in_order(
            &captures,
            |_| Err(String::new()),
            |_| {
                taken += 1;
                ControlFlow::Break(())
            },
        );
        assert_eq!(taken, 1);
    }
}
