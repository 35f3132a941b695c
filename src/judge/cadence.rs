//! Courses → Cadence: the rhythm of a device's tries, and what a quiet capture proves.
//!
//! Licensing traffic is rare: a report every few hours, one retry soon after a failure, polls after a report. A pause
//! that fits one of these shows that the device behaves as intended; in a capture shorter than the longest of them,
//! silence proves little. The times themselves are in the profile.

use crate::attempt::Attempt;
use crate::base::frame::Timestamp;
use crate::base::word::words;
use crate::judge::course::{Course, outcome};
use crate::judge::verdict::Verdict;
use crate::profile::Cadence;

const SECOND: i64 = 1_000_000_000;

words! {
    /// The regular interval that a pause between two tries fits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Rhythm {
        /// The regular report.
        Report = "report",
        /// The retry after a failure.
        Retry = "retry",
        /// The poll for a result, after a report that succeeded.
        Poll = "poll",
    }
}

/// A pause before a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Time from the beginning of the previous try to the beginning of this one.
    pub nanoseconds: i64,
    /// The interval that the pause fits, if any.
    pub rhythm: Option<Rhythm>,
}

/// The pauses before the second and every later try of a course.
#[must_use]
pub fn pauses(course: &Course, attempts: &[Attempt<'_>], verdicts: &[Verdict], usual: Option<&Cadence>) -> Vec<Pause> {
    let tries: Vec<Try> = course
        .tries
        .iter()
        .filter_map(|&at| {
            let (attempt, verdict) = (attempts.get(at)?, verdicts.get(at)?);
            let first = attempt.first().time;
            Some(Try {
                first,
                last: attempt
                    .connection()
                    .map_or(first, |connection| connection.last.time.max(first)),
                failed: outcome(verdict).map(|it| it.is_some()),
            })
        })
        .collect();
    rhythm(&tries, usual)
}

/// When a try began and ended, and whether it failed (`None`: unknown).
#[derive(Clone, Copy, Debug)]
struct Try {
    first: Timestamp,
    last: Timestamp,
    failed: Option<bool>,
}

fn rhythm(tries: &[Try], usual: Option<&Cadence>) -> Vec<Pause> {
    // Reports are counted from the last report: the tries between two reports are retries and polls.
    let mut report = tries.first().map(|it| it.first);
    tries
        .windows(2)
        .filter_map(|pair| match pair {
            [before, this] => Some((before, this)),
            _ => None,
        })
        .map(|(before, this)| {
            let nanoseconds = this.first.since(before.first);
            let since_report = report.map_or(nanoseconds, |at| this.first.since(at));
            let rhythm = usual.and_then(|usual| {
                let idle = this.first.since(before.last);
                if usual.is_report(nanoseconds / SECOND) || usual.is_report(since_report / SECOND) {
                    Some(Rhythm::Report)
                } else if before.failed == Some(true)
                    && (usual.is_retry(nanoseconds / SECOND) || usual.is_retry(idle / SECOND))
                {
                    Some(Rhythm::Retry)
                } else if before.failed == Some(false) && usual.is_poll(nanoseconds / SECOND) {
                    Some(Rhythm::Poll)
                } else {
                    None
                }
            });
            if rhythm != Some(Rhythm::Poll) {
                report = Some(this.first);
            }
            Pause { nanoseconds, rhythm }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    const HOUR: i64 = 3600;

    /// Tries at these seconds, each two seconds long; a negative number marks a failure.
    fn of(tries: &[i64]) -> Vec<&'static str> {
        let profile = Profile::built_in("cisco-smart-licensing").unwrap();
        let tries: Vec<Try> = tries
            .iter()
            .map(|at| Try {
                first: Timestamp(at.abs() * SECOND),
                last: Timestamp((at.abs() + 2) * SECOND),
                failed: Some(*at < 0),
            })
            .collect();
        rhythm(&tries, profile.cadence.as_ref())
            .iter()
            .map(|pause| pause.rhythm.map_or("-", Rhythm::name))
            .collect()
    }

    #[test]
    fn reports_retries_and_polls_are_told_by_their_pauses() {
        assert_eq!(of(&[100, 100 + 8 * HOUR, 100 + 16 * HOUR]), ["report", "report"]);
        assert_eq!(of(&[-100, -161]), ["retry"]);
        assert_eq!(of(&[100, 220, 100 + 8 * HOUR]), ["poll", "report"]);
        assert_eq!(of(&[100, 161]), ["poll"], "a try that worked is not retried");
        assert_eq!(of(&[-100, -105, -2000]), ["-", "-"]);
    }

    #[test]
    fn without_a_profile_no_pause_has_a_name() {
        let tries = [0, 60].map(|at| Try {
            first: Timestamp(at * SECOND),
            last: Timestamp(at * SECOND),
            failed: Some(true),
        });
        assert_eq!(rhythm(&tries, None)[0].rhythm, None);
    }
}
