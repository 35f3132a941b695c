//! Attempts that wait → the connections, errors and look-ups kept for them, while a capture grows.
//!
//! A verdict rests on more than its attempt's connection: on a fetch of revocation data by another name over another
//! connection, on an ICMP error, on other traffic of the device. So everything that the device did since its attempt began
//! stays until the attempt is reported, and while a flow that sent a hello to the service is open. The device decides, not the
//! rules that may ask.
//!
//! The rest stays for a while, because an attempt may begin before it is recognised. Connections, errors and look-ups of a host
//! that ever asked for a service stay for 15 minutes. Those of other hosts stay as long, but for 2 minutes where there are many
//! (2,048 connections or errors, 4,096 look-ups). Each class has these bounds for itself: a device's entries are never evicted
//! for another host's, and a device over its own limit, say a site behind one address, loses only entries on which no known
//! attempt rests.
//!
//! Kept of what was reported: 1,024 look-ups, 4,096 endpoints, choices of servers, hosts and receivers.
//!
//! Parts of a report leave out courses and cadence, which need the whole capture; the last part has the verdict of all.
//! Silence is judged when its flow has ended, so with less capture after it than a file has. With `-o`, `--log`,
//! `--redact` or `--merge` one line comes at the end, because they need the whole capture. `tests/it/told.rs` compares
//! the parts with the report on the whole file, frames of the evidence included.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::analysis::collector::Collected;
use crate::attempt::index::Directory;
use crate::attempt::revocation::revocation;
use crate::attempt::{Attempt, CLOCK_SKEW, SAME_ATTEMPT, ended};
use crate::base::clock::Moment;
use crate::base::frame::Timestamp;
use crate::connection::Connection;
use crate::connection::table::clock::OpenFlow;
use crate::dns::lookup::{Fate, Lookup, Lookups};

/// Retention of connections and errors that belong to no attempt: as long as an attempt may wait for others.
pub(crate) const KEPT: i64 = 900_000_000_000;

/// After this time, a look-up that belongs to no attempt comes from a resolver that asked for others: it is only
/// background.
const UNCLAIMED: i64 = 2 * SAME_ATTEMPT;

/// Look-ups of a service's names that are remembered after their attempts were reported.
const MAX_PAST: usize = 1024;

/// Above this number of look-ups, those for unrelated names are dropped earlier.
const MANY: usize = 4096;

/// Above this number of connections, or errors, those of no attempt are dropped earlier: if a bound of `collected.rs`
/// were reached between two looks, other connections would not be kept at all.
const MANY_CONNECTIONS: usize = 2048;

/// The result of a look at all attempts.
#[derive(Default)]
pub(crate) struct Found {
    /// Reported now: connections by number, look-ups by place in memory.
    reported: Parts,
    /// Parts of attempts that wait.
    waiting: Parts,
    /// The time from which traffic of a host may be evidence for an attempt that waits or still continues.
    since: HashMap<IpAddr, Timestamp, RandomState>,
}

/// The connections and look-ups of attempts.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) connections: HashSet<u64, RandomState>,
    pub(crate) lookups: HashSet<*const Lookup, RandomState>,
}

impl Parts {
    pub(crate) fn add(&mut self, connections: &[&Connection], lookups: &[&Lookup]) {
        self.connections.extend(connections.iter().map(|it| it.index));
        self.lookups
            .extend(lookups.iter().map(|it| std::ptr::from_ref::<Lookup>(it)));
    }
}

impl Found {
    /// Any open flow may become an attempt.
    pub(crate) fn open(&mut self, flow: OpenFlow) {
        if flow.has_asked {
            flow.ends.iter().for_each(|end| self.host_waits(end.ip, flow.first));
        }
    }

    pub(crate) fn waits<'a>(&mut self, attempt: &Attempt<'a>, directory: &Directory<'a>) {
        self.waiting.add(&attempt.connections, &attempt.lookups);
        // If its device has more than is kept, these are known to be needed.
        for fetch in revocation(attempt, directory) {
            self.waiting.add(&fetch.connections, &fetch.lookups);
        }
        self.host_waits(attempt.device, attempt.first().time);
        // The client may have another address.
        let clients = attempt.connections.iter().map(|it| (it.client.ip, it.first.time));
        let askers = attempt.lookups.iter().map(|it| (it.client, it.first().time));
        let own = clients.chain(askers).filter(|(host, _)| *host != attempt.device);
        own.for_each(|(host, time)| self.host_waits(host, time));
    }

    pub(crate) fn told(&mut self, attempt: &Attempt<'_>) {
        self.reported.add(&attempt.connections, &attempt.lookups);
    }

    fn host_waits(&mut self, host: IpAddr, time: Timestamp) {
        let from = Timestamp(time.0.saturating_sub(CLOCK_SKEW));
        let since = self.since.entry(host).or_insert(from);
        *since = from.min(*since);
    }

    fn is_evidence(&self, host: IpAddr, time: Timestamp) -> bool {
        self.since.get(&host).is_some_and(|since| *since <= time)
    }
}

/// The importance of items without an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// An attempt that is under way may rest on it.
    Evidence,
    /// It belongs to a host that asked for a service before.
    Asker,
    Other,
}

/// The retention of each item. A less important item never evicts a more important one, and no host, such as an address
/// translator for a whole site, fills a bound alone.
fn patience(worth: Vec<Worth>, many: usize) -> impl Iterator<Item = i64> {
    let count = |wanted: &[Worth]| worth.iter().filter(|it| wanted.contains(it)).count();
    let few = [
        count(&[Worth::Evidence]) <= many,
        count(&[Worth::Evidence, Worth::Asker]) <= many,
        worth.len() <= many,
    ];
    worth.into_iter().map(move |worth| match (worth, few) {
        (Worth::Evidence, [true, ..]) => i64::MAX,
        (Worth::Asker, [_, true, _]) | (_, [.., true]) => KEPT,
        _ => SAME_ATTEMPT,
    })
}

/// Forgets the reported items, and old items that are no evidence for a waiting attempt.
pub(crate) fn forget(collected: &mut Collected<'_>, moment: Moment, found: &Found) {
    let lookups = &collected.lookups;
    let worth_of = |hosts: [IpAddr; 2], time: Timestamp| {
        if hosts.iter().any(|&host| found.is_evidence(host, time)) {
            Worth::Evidence
        } else if hosts.iter().any(|&host| lookups.is_asker(host)) {
            Worth::Asker
        } else {
            Worth::Other
        }
    };
    let connections = collected.connections.iter();
    let worth = connections
        .map(|it| worth_of([it.client.ip; 2], it.last.time))
        .collect();
    let mut most = patience(worth, MANY_CONNECTIONS);
    let (reported, waiting) = (&found.reported.connections, &found.waiting.connections);
    collected.connections.retain(|it| {
        let most = most.next().unwrap_or(KEPT);
        !reported.contains(&it.index) && (waiting.contains(&it.index) || moment.since(it.last.time) <= most)
    });
    let errors = collected.icmp.iter();
    let worth = errors
        .map(|it| worth_of([it.quoted_src.ip, it.quoted_dst.ip], it.time))
        .collect();
    let mut most = patience(worth, MANY_CONNECTIONS);
    let errors = &mut collected.icmp;
    errors.retain(|it| moment.since(it.time) <= most.next().unwrap_or(KEPT));
    collected.recount();
    let fates = fates(&collected.lookups, moment, found);
    collected
        .lookups
        .arrange(|at, _| fates.get(at).copied().unwrap_or(Fate::Current));
}

fn fates(lookups: &Lookups, moment: Moment, found: &Found) -> Vec<Fate> {
    let worth_of = |it: &Lookup| {
        if found.is_evidence(it.client, ended(it)) {
            Worth::Evidence
        } else if lookups.is_asker(it.client) {
            Worth::Asker
        } else {
            Worth::Other
        }
    };
    let most = patience(lookups.all.iter().map(worth_of).collect(), MANY);
    let fate = |(at, (lookup, most)): (usize, (&Lookup, i64))| {
        let place = std::ptr::from_ref(lookup);
        if found.waiting.lookups.contains(&place) {
            return Fate::Current;
        }
        let age = moment.since(ended(lookup));
        let is_past = at < lookups.past || found.reported.lookups.contains(&place);
        match lookup.is_of_interest {
            true if !is_past && age <= UNCLAIMED => Fate::Current,
            true => Fate::Past,
            false if is_past || age > most => Fate::Gone,
            false => Fate::Current,
        }
    };
    let mut fates: Vec<Fate> = lookups.all.iter().zip(most).enumerate().map(fate).collect();
    drop_repeated(&mut fates, lookups, moment);
    drop_surplus(&mut fates, lookups);
    fates
}

/// Drops look-ups that a later one repeats with the same answer, once only the answer matters because of their age: a
/// look costs time for each look-up kept, and a device that tries for hours repeats the same question.
fn drop_repeated(fates: &mut [Fate], lookups: &Lookups, moment: Moment) {
    let mut known: HashSet<_, RandomState> = HashSet::default();
    for (fate, it) in fates.iter_mut().zip(&lookups.all).rev() {
        if *fate != Fate::Past {
            continue;
        }
        let answer = it.answer.as_ref();
        let said = answer.map(|it| (it.status.0, it.truncated, &it.addresses));
        let is_new = known.insert((it.client, it.server, it.kind, it.name.raw(), said));
        if !is_new && moment.since(ended(it)) > UNCLAIMED {
            *fate = Fate::Gone;
        }
    }
}

/// Drops the oldest look-ups if too many are remembered.
fn drop_surplus(fates: &mut [Fate], lookups: &Lookups) {
    let is_kept = |(fate, it): &(&Fate, &Lookup)| **fate != Fate::Gone && it.is_of_interest;
    let kept = fates.iter().zip(&lookups.all).filter(is_kept).count();
    let past = fates.iter_mut().filter(|fate| **fate == Fate::Past);
    past.take(kept.saturating_sub(MAX_PAST))
        .for_each(|fate| *fate = Fate::Gone);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Retention per class, with a limit of ten.
    fn kept(evidence: usize, askers: usize, others: usize) -> [Option<i64>; 3] {
        let counts = [
            (Worth::Evidence, evidence),
            (Worth::Asker, askers),
            (Worth::Other, others),
        ];
        let worth = counts.iter().flat_map(|&(worth, count)| vec![worth; count]).collect();
        let most: Vec<i64> = patience(worth, 10).collect();
        let first = |at: usize, count: usize| most.get(at).copied().filter(|_| count > 0);
        [
            first(0, evidence),
            first(evidence, askers),
            first(evidence + askers, others),
        ]
    }

    #[test]
    fn what_is_worth_less_pushes_out_nothing_that_is_worth_more() {
        let [always, long, short] = [i64::MAX, KEPT, SAME_ATTEMPT].map(Some);
        assert_eq!(kept(2, 3, 5), [always, long, long]);
        assert_eq!(kept(2, 3, 500), [always, long, short]);
        assert_eq!(kept(2, 30, 5), [always, short, short]);
        assert_eq!(kept(11, 0, 0), [short, None, None], "a site behind one address");
    }

    #[test]
    fn what_a_host_did_is_evidence_from_the_beginning_of_what_it_waits_for() {
        let (host, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let at = |second: i64| Timestamp(second * 1_000_000_000);
        let mut found = Found::default();
        found.host_waits(host, at(100));
        found.host_waits(host, at(200));
        assert!(
            found.is_evidence(host, at(100)) && found.is_evidence(host, at(98)),
            "clocks differ"
        );
        assert!(!found.is_evidence(host, at(90)) && !found.is_evidence(other, at(100)));
    }
}
