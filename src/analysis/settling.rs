//! Attempt → settled or not: whether any later frame can belong to it. The clock is the capture's own.
//!
//! Flows end 5 s after their last segment if they had closed, after 150 s unanswered, after 600 s silent; later segments of
//! them are stray. An attempt that connected is settled when its flow has ended; one that did not, after 10 s (refused) or
//! 120 s. Open flows of its device that began before that keep it waiting for at most 15 minutes. Where the server's
//! certificate was read, *before* extends to the time in which revocation data may have been fetched: 3 s after the close, or
//! any time where no close was seen. A flow to an address from its look-ups keeps the attempt waiting as long as the flow is
//! open: the look-ups were made for it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::attempt::revocation;
use crate::attempt::{Attempt, CLOCK_SKEW, SAME_ATTEMPT, ended};
use crate::base::clock::Moment;
use crate::base::endpoint::Endpoint;
use crate::base::frame::Timestamp;
use crate::connection::Connection;
use crate::connection::table::clock::OpenFlow;

/// In nanoseconds. After a refusal the next address is tried at once (`attempt.rs`); this is twice that time.
const REFUSED: i64 = 10_000_000_000;

/// An attempt waits no longer than this for connections of its device that may have nothing to do with it.
const LONGEST_WAIT: i64 = 900_000_000_000;

/// A connection may explain a look-up that is later by at most this time: one direction may have been written late.
const LATE: i64 = 10 * CLOCK_SKEW;

/// Flows that are still open, by the hosts at their ends: the time at which each began, and the host at the other end.
pub(crate) struct Open(BTreeMap<IpAddr, Vec<(Timestamp, IpAddr)>>);

impl Open {
    pub(crate) fn of(flows: impl Iterator<Item = OpenFlow>) -> Self {
        let mut open: BTreeMap<IpAddr, Vec<_>> = BTreeMap::new();
        for flow in flows {
            let [one, other] = flow.ends.map(|end: Endpoint| end.ip);
            open.entry(one).or_default().push((flow.first, other));
            open.entry(other).or_default().push((flow.first, one));
        }
        Self(open)
    }

    fn of_host(&self, host: IpAddr) -> impl Iterator<Item = &(Timestamp, IpAddr)> {
        self.0.get(&host).into_iter().flatten()
    }

    /// True if an open flow of this host began at this time or before.
    fn began(&self, host: IpAddr, until: Timestamp) -> bool {
        self.of_host(host).any(|(first, _)| *first <= until)
    }

    /// True if an open flow goes to an address that the look-ups gave, and began by `until`: the look-ups were made for
    /// it, however long it lasts.
    fn is_under_way(&self, attempt: &Attempt<'_>, until: Timestamp) -> bool {
        attempt.lookups.iter().any(|lookup| {
            let answers = lookup.answer.iter().flat_map(|answer| &answer.addresses);
            let asked = lookup.first().time;
            answers.into_iter().any(|&address| {
                self.of_host(address).any(|&(first, other)| {
                    (other == attempt.device || other == lookup.client || other.is_ipv4() != lookup.client.is_ipv4())
                        && first.since(asked) >= -LATE
                        && first <= until
                })
            })
        })
    }
}

/// Whether an attempt waits, and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No later frame can belong to it.
    Settled,
    /// For that time at least.
    Until(Timestamp),
    /// For flows that are open.
    ForFlows,
}

/// The time after a connection of an attempt in which more of the attempt may follow.
fn quiet(connection: &Connection) -> i64 {
    match connection.connected() {
        true => 0,
        false if connection.tcp.server.frames > 0 => REFUSED,
        false => SAME_ATTEMPT,
    }
}

/// The earliest time at which an attempt with this connection settles.
pub(crate) fn soonest(connection: &Connection) -> Timestamp {
    Timestamp(connection.last.time.0.saturating_add(quiet(connection)))
}

/// Whether a later frame can belong to the attempt.
pub(crate) fn state(attempt: &Attempt<'_>, moment: Moment, open: &Open) -> State {
    let asked = attempt.lookups.iter().map(|lookup| ended(lookup));
    let connected = attempt.connections.iter().map(|connection| connection.last.time);
    let Some(last) = asked.chain(connected).max() else {
        return State::ForFlows;
    };
    let decided = attempt.connection().filter(|connection| connection.connected());
    let quiet = attempt.connection().map_or(SAME_ATTEMPT, quiet);
    let since = moment.since(last);
    if since <= quiet {
        // By the clock, which may have gone back since.
        return State::Until(moment.after(quiet.saturating_sub(since)).now);
    }
    // Connections that belong to it have begun by then.
    let until = match decided.map(revocation::fetched_by) {
        Some(Some(until)) => until.min(moment.now),
        _ => Timestamp(last.0.saturating_add(quiet)),
    };
    if decided.is_none() && open.is_under_way(attempt, until) {
        return State::ForFlows;
    }
    // The device's address of the other family connects to an address that these look-ups gave.
    let answers = attempt.lookups.iter().filter_map(|lookup| lookup.answer.as_ref());
    let mut elsewhere = answers
        .flat_map(|answer| &answer.addresses)
        .filter(|address| address.is_ipv4() != attempt.device.is_ipv4());
    let is_over = since > LONGEST_WAIT
        || !open.began(attempt.device, until) && !elsewhere.any(|&address| open.began(address, until));
    if is_over { State::Settled } else { State::ForFlows }
}
