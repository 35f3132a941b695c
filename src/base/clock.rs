//! Timestamps → Clock: the time that the frames of a capture agree on, whatever a few of them say.

use crate::base::frame::Timestamp;

/// The clock follows a frame that is so far ahead at once; a longer pause needs a second frame that says so.
const STEP: i64 = 30_000_000_000;

/// In nanoseconds. Two frames this far apart still agree that the clock is behind: a link may be that quiet. Wrong
/// stamps are years off.
const SPARSE: i64 = 900_000_000_000;

/// Frames in a row that are older by more than [`STEP`] after which the clock was wrong, and not they.
const OUTVOTED: u32 = 64;

/// The time that the frames of a capture agree on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    now: Option<Timestamp>,
    /// The time it last went back to.
    back: Option<Timestamp>,
    ahead: Option<Timestamp>,
    behind: u32,
}

/// A moment by the capture's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    back: Option<Timestamp>,
}

impl Moment {
    /// Nanoseconds from `time` to now. A time from before the clock went back lies ahead of it, and counts as the time when it did.
    pub(crate) fn since(self, time: Timestamp) -> i64 {
        let by = self.now.since(time);
        match self.back {
            Some(back) if by < -STEP => self.now.since(back),
            _ => by,
        }
    }

    /// So much later.
    pub(crate) const fn after(self, by: i64) -> Self {
        Self {
            now: Timestamp(self.now.0.saturating_add(by)),
            back: self.back,
        }
    }

    /// True if the clock was set between the two, or if there was a long silence.
    pub(crate) fn is_leap_from(self, before: Self) -> bool {
        self.now.since(before.now).abs() > STEP
    }
}

impl Clock {
    /// The moment, once there is one.
    pub(crate) fn moment(&self) -> Option<Moment> {
        let back = self.back;
        self.now.map(|now| Moment { now, back })
    }

    /// Takes the time of a frame; the moment. One wild stamp does not move it.
    pub(crate) fn saw(&mut self, time: Timestamp) -> Moment {
        let now = self.now.unwrap_or(time);
        let by = time.since(now);
        let mut next = now;
        if by > STEP {
            match self.ahead {
                // Two agree, roughly, that it is later.
                Some(other) if (-STEP..=SPARSE).contains(&time.since(other)) => {
                    next = other.min(time);
                    self.ahead = (time.since(next) > STEP).then_some(time);
                }
                _ => self.ahead = Some(time),
            }
        } else {
            self.ahead = None;
            self.behind = if by < -STEP { self.behind.saturating_add(1) } else { 0 };
            if self.behind >= OUTVOTED {
                (next, self.back) = (time, Some(time));
            } else {
                next = now.max(time);
            }
        }
        self.now = Some(next);
        let back = self.back;
        Moment { now: next, back }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: &[i64]) -> i64 {
        let mut clock = Clock::default();
        let times = seconds.iter().map(|&it| clock.saw(Timestamp(it * 1_000_000_000)).now.0);
        times.last().unwrap() / 1_000_000_000
    }

    #[test]
    fn one_wild_time_stamp_does_not_move_the_clock_and_a_long_pause_does() {
        assert_eq!(after(&[10, 11, 9_000_000, 12]), 12);
        assert_eq!(after(&[10, 11, 2, 12]), 12);
        assert_eq!(after(&[10, 4000]), 10);
        assert_eq!(after(&[10, 4000, 4001]), 4000);
        assert_eq!(after(&[10, 9_000_000, 11, 9_000_000, 12]), 12);
    }

    #[test]
    fn a_clock_that_began_wrongly_is_outvoted() {
        let mut times = vec![9_000_000];
        times.extend(0..70);
        assert_eq!(after(&times), 69);
    }

    #[test]
    fn a_clock_follows_frames_that_are_minutes_apart() {
        assert_eq!(after(&[0, 60, 120, 180, 240]), 180);
        assert_eq!(after(&[0, 600, 1200, 1800]), 1200);
        // Two wrong stamps that do not agree move nothing.
        assert_eq!(after(&[10, 9_000_000, 7_000_000]), 10);
    }

    #[test]
    fn what_a_clock_said_before_it_went_back_is_as_old_as_that() {
        let mut clock = Clock::default();
        let at = |second: i64| Timestamp(second * 1_000_000_000);
        clock.saw(at(4000));
        let before = clock.moment().unwrap();
        let after = (400..480).map(|second| clock.saw(at(second))).last().unwrap();
        assert!(after.is_leap_from(before));
        assert_eq!(after.since(at(4000)), 16_000_000_000, "it went back at 463");
        assert_eq!(after.since(at(470)), 9_000_000_000);
        assert_eq!(
            before.since(at(9_000_000)),
            -8_996_000 * 1_000_000_000,
            "one that never went back"
        );
    }
}
