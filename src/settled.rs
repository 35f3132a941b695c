//! Attempt → settled or not: whether anything that may still come can belong to it. The clock is the capture's own.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::attempt::{Attempt, SAME_ATTEMPT, ended};
use crate::decode::Endpoint;
use crate::frame::Timestamp;

/// The clock follows a frame that is so far ahead at once; a longer pause needs a second frame that says so.
const STEP: i64 = 30_000_000_000;

/// Frames in a row that are older by more than [`STEP`] after which the clock was wrong, and not they.
const OUTVOTED: u32 = 64;

/// After a refusal the next address is tried at once (`attempt.rs`); twice that.
const REFUSED: i64 = 10_000_000_000;

/// An attempt waits no longer than this for other connections of its device to end.
const LONGEST_WAIT: i64 = 900_000_000_000;

/// The time that the frames of a capture agree on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    now: Option<Timestamp>,
    ahead: Option<Timestamp>,
    behind: u32,
}

impl Clock {
    /// The time now, once there is one.
    pub(crate) const fn now(&self) -> Option<Timestamp> {
        self.now
    }

    /// Takes the time of a frame; the time now. One wild stamp does not move it.
    pub(crate) fn saw(&mut self, time: Timestamp) -> Timestamp {
        let Some(now) = self.now else {
            self.now = Some(time);
            return time;
        };
        let by = time.since(now);
        let mut next = now;
        if by > STEP {
            match self.ahead {
                // Two agree, roughly, about the time.
                Some(other) if other.since(time).abs() <= STEP => (next, self.ahead) = (other.min(time), None),
                _ => self.ahead = Some(time),
            }
        } else {
            self.ahead = None;
            self.behind = if by < -STEP { self.behind.saturating_add(1) } else { 0 };
            next = if self.behind >= OUTVOTED { time } else { now.max(time) };
        }
        self.now = Some(next);
        next
    }
}

/// Flows that are still open, by the hosts at their ends.
pub(crate) struct Open(BTreeMap<IpAddr, Vec<Timestamp>>);

impl Open {
    pub(crate) fn of(flows: impl Iterator<Item = ([Endpoint; 2], Timestamp)>) -> Self {
        let mut open: BTreeMap<IpAddr, Vec<Timestamp>> = BTreeMap::new();
        for (ends, first) in flows {
            for end in ends {
                open.entry(end.ip).or_default().push(first);
            }
        }
        Self(open)
    }

    /// Whether a flow of this host that is open began at this time or before.
    fn began(&self, host: IpAddr, until: Timestamp) -> bool {
        let flows = self.0.get(&host).into_iter().flatten();
        flows.into_iter().any(|first| *first <= until)
    }
}

/// Whether nothing that comes from now on can belong to the attempt.
pub(crate) fn is_settled(attempt: &Attempt<'_>, now: Timestamp, open: &Open) -> bool {
    let asked = attempt.lookups.iter().map(|lookup| ended(lookup));
    let connected = attempt.connections.iter().map(|connection| connection.last.1);
    let Some(last) = asked.chain(connected).max() else {
        return false;
    };
    let quiet = match attempt.connection() {
        Some(connection) if connection.connected() => 0,
        Some(connection) if connection.tcp.server.frames > 0 => REFUSED,
        _ => SAME_ATTEMPT,
    };
    let since = now.since(last);
    if since <= quiet {
        return false;
    }
    let until = Timestamp(last.0.saturating_add(quiet));
    // Where the device's address of the other family connects to was told in these look-ups.
    let answers = attempt.lookups.iter().filter_map(|lookup| lookup.answer.as_ref());
    let mut elsewhere = answers
        .flat_map(|answer| &answer.addresses)
        .filter(|address| address.is_ipv4() != attempt.device.is_ipv4());
    since > LONGEST_WAIT || !open.began(attempt.device, until) && !elsewhere.any(|&address| open.began(address, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: &[i64]) -> i64 {
        let mut clock = Clock::default();
        let times = seconds.iter().map(|&it| clock.saw(Timestamp(it * 1_000_000_000)).0);
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
}
