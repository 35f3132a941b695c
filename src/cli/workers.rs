//! Jobs → outcomes, on all cores and in order: this is how a second core is used when there are several files.
//!
//! A single capture stays on one core, because order matters in it. Of several, each is one piece of work; outcomes are
//! handed on in the order of the jobs as soon as they are due. A slow job does not stop the others: their outcomes
//! wait, up to the weight that the caller is willing to keep.
//!
//! A thread that reads ahead in one capture would have the effect of `cat file | tlswalk -`, which took 41 % more CPU
//! time, and CPU time is scarcer.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The number of captures per thread that may be done and not yet handed on, if each has a whole report: a slow one
/// keeps no other waiting, and memory holds no more than these reports.
pub(crate) const AHEAD: usize = 1;

/// The state of the work.
struct Progress<T> {
    begun: usize,
    done: BTreeMap<usize, T>,
    /// The weight of outcomes that are done and not yet handed on.
    weight: usize,
    stopped: bool,
}

/// The limit for outcomes that wait for their turn.
pub(crate) struct Held<W> {
    /// Returns the weight of one outcome.
    pub(crate) weigh: W,
    /// No job is begun while the waiting outcomes have this weight or more.
    pub(crate) most: usize,
}

/// The number of threads for that many jobs.
pub(crate) fn threads(jobs: usize) -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(jobs)
}

/// Runs `work` on each job, and hands the outcomes to `take` in the order of the jobs until it breaks.
pub(crate) fn in_order<J: Sync, T: Send>(
    jobs: &[J],
    held: &Held<impl Fn(&T) -> usize + Sync>,
    work: impl Fn(&J) -> T + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) {
    let threads = threads(jobs.len());
    if threads <= 1 {
        for job in jobs {
            if take(work(job)).is_break() {
                return;
            }
        }
        return;
    }
    let progress = Mutex::new(Progress {
        begun: 0,
        done: BTreeMap::new(),
        weight: 0,
        stopped: false,
    });
    let changed = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| one_thread(jobs, held, &work, &progress, &changed));
        }
        // However this thread ends, the others must not wait for it.
        let _stop = Stop(&progress, &changed);
        for due in 0..jobs.len() {
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
            now.weight = now.weight.saturating_sub((held.weigh)(&outcome));
            changed.notify_all();
            drop(now);
            if take(outcome).is_break() {
                return;
            }
        }
    });
}

/// One thread: takes the next job until there is none. The job that is due has always been begun, because jobs are
/// begun in order: it is finished however many outcomes wait.
fn one_thread<J, T>(
    jobs: &[J],
    held: &Held<impl Fn(&T) -> usize>,
    work: impl Fn(&J) -> T,
    progress: &Mutex<Progress<T>>,
    changed: &Condvar,
) {
    // If a thread panicked, the others would wait for it forever.
    let stop = Stop(progress, changed);
    loop {
        let mut now = lock(progress);
        while !now.stopped && now.weight >= held.most {
            now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
        let own = now.begun;
        let Some(job) = jobs.get(own).filter(|_| !now.stopped) else {
            drop(now);
            std::mem::forget(stop);
            return;
        };
        now.begun = own.saturating_add(1);
        drop(now);
        let outcome = work(job);
        let weight = (held.weigh)(&outcome);
        let mut now = lock(progress);
        now.weight = now.weight.saturating_add(weight);
        now.done.insert(own, outcome);
        changed.notify_all();
    }
}

/// Tells all threads to stop when it is dropped.
struct Stop<'a, T>(&'a Mutex<Progress<T>>, &'a Condvar);

impl<T> Drop for Stop<'_, T> {
    fn drop(&mut self) {
        lock(self.0).stopped = true;
        self.1.notify_all();
    }
}

fn lock<T>(progress: &Mutex<Progress<T>>) -> MutexGuard<'_, Progress<T>> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn outcomes_come_in_the_order_of_the_jobs_and_not_more_than_allowed_wait() {
        let jobs: Vec<usize> = (0..40).collect();
        let held = Held {
            weigh: |_: &usize| 3,
            most: 12,
        };
        let (begun, mut taken) = (AtomicUsize::new(0), Vec::new());
        let work = |job: &usize| {
            begun.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(if *job == 3 { 20 } else { 1 }));
            *job
        };
        in_order(&jobs, &held, work, |outcome| {
            taken.push(outcome);
            // Four may wait, each thread has one at hand, and one may be begun while this is counted.
            assert!(begun.load(Ordering::SeqCst) <= taken.len() + 4 + 2 * threads(40));
            ControlFlow::Continue(())
        });
        assert_eq!(taken, jobs);
    }

    #[test]
    fn one_slow_job_does_not_stop_the_others() {
        if threads(2) < 2 {
            return;
        }
        let jobs: Vec<usize> = (0..200).collect();
        let held = Held {
            weigh: |_: &usize| 1,
            most: 1000,
        };
        let done = AtomicUsize::new(0);
        let work = |job: &usize| {
            // The first is not done before all others are.
            while *job == 0 && done.load(Ordering::SeqCst) < 199 {
                thread::sleep(Duration::from_millis(1));
            }
            done.fetch_add(1, Ordering::SeqCst);
            *job
        };
        let mut taken = Vec::new();
        in_order(&jobs, &held, work, |outcome| {
            taken.push(outcome);
            ControlFlow::Continue(())
        });
        assert_eq!(taken, jobs);
    }

    #[test]
    fn who_has_seen_enough_stops_the_work() {
        let held = Held {
            weigh: |_: &()| 1,
            most: 2,
        };
        let mut taken = 0;
        in_order(
            &[(); 40],
            &held,
            |()| (),
            |()| {
                taken += 1;
                ControlFlow::Break(())
            },
        );
        assert_eq!(taken, 1);
    }
}
