//! Lookups → their attempts: which questions belong to which try, and which are tries by themselves.
//!
//! A device asks before it connects, so a question belongs to the connection that follows it from the same device for the
//! same name. One that failed and was given up, or that nothing follows, is an attempt of its own.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::{Attempt, CLOCK_SKEW, MAX_ATTEMPTS, SAME_ATTEMPT, TRY_OVER};
use crate::directory::{Addresses, ByTime, Directory, lower_case};
use crate::frame::Timestamp;
use crate::lookup::Lookup;
use crate::selection::Selector;
use crate::tls::walk::Sides;

/// Gives each look-up to the first attempt of its device and name that follows it; what no connection follows is an
/// attempt of its own, all types of record together.
pub(super) fn assign_lookups<'a>(
    selector: &Selector<'_>,
    attempts: &mut Vec<Attempt<'a>>,
    lookups: &'a [Lookup],
    directory: &Directory<'a>,
) {
    let with_connections = attempts.len();
    let begins = |attempt: &Attempt<'_>| {
        let latest = attempt.connections.iter().map(|connection| connection.first.1).max();
        Some((attempt.connections.first()?.first.1, latest?))
    };
    let longest = attempts
        .iter()
        .filter_map(begins)
        .map(|(first, latest)| latest.since(first));
    // Before and after a question: what `precedes` and `stands_around` can accept, by the last connection's time.
    let (before, after) = (10 * CLOCK_SKEW, SAME_ATTEMPT.saturating_add(longest.max().unwrap_or(0)));
    let by_time = |wanted: &dyn Fn(&Attempt<'_>) -> bool| {
        let wanted = attempts.iter().enumerate().filter(|(_, attempt)| wanted(attempt));
        ByTime::new(wanted.filter_map(|(at, attempt)| Some((begins(attempt)?.1, at))))
    };
    let mut devices: HashMap<IpAddr, Vec<(Timestamp, usize)>> = HashMap::new();
    for (at, attempt) in attempts.iter().enumerate() {
        let latest = begins(attempt).map(|(_, latest)| latest);
        devices
            .entry(attempt.device)
            .or_default()
            .extend(latest.map(|latest| (latest, at)));
    }
    let by_device: HashMap<IpAddr, ByTime> = devices
        .into_iter()
        .map(|(device, own)| (device, ByTime::new(own.into_iter())))
        .collect();
    // A device may ask from its address of the other family.
    let (v4, v6) = (by_time(&|it| it.device.is_ipv4()), by_time(&|it| it.device.is_ipv6()));
    let names: HashSet<String> = attempts.iter().map(|it| it.service.name.to_ascii_lowercase()).collect();
    // Attempts of which there are only look-ups.
    let mut asked_only: HashMap<IpAddr, Vec<usize>> = HashMap::new();
    for lookup in lookups {
        let service = selector.is_service_name(lookup.name.raw());
        // Of the look-ups of an export nearly all are of others' names.
        if service.is_none() && !names.contains(&*lower_case(lookup.name.raw())) {
            continue;
        }
        let asked = lookup.first().1;
        let window = (asked.0.saturating_sub(before), asked.0.saturating_add(after));
        let near = |attempts: &ByTime| {
            let mut near: Vec<usize> = attempts.between(window.0, window.1).collect();
            near.sort_unstable();
            near
        };
        let own = by_device.get(&lookup.client).map(near).unwrap_or_default();
        let other_family = near(if lookup.client.is_ipv4() { &v6 } else { &v4 });
        // Found out once: near a question there may be hundreds of attempts of the other family.
        let told = OnceCell::new();
        let candidates: Vec<usize> = own
            .into_iter()
            .chain(asked_only.get(&lookup.client).into_iter().flatten().copied())
            .chain(other_family)
            .filter(|&at| {
                attempts.get(at).is_some_and(|attempt| {
                    attempt.service.name.eq_ignore_ascii_case(lookup.name.raw())
                        && is_of_device(lookup, attempt, || {
                            told.get_or_init(|| directory.told(lookup.client, lookup.name.raw()))
                        })
                })
            })
            .collect();
        let explained = |explains: &dyn Fn(&Lookup, &Attempt<'_>) -> bool, attempts: &[Attempt<'_>]| {
            let mut candidates = candidates.iter().copied().filter(|&at| at < with_connections);
            candidates.find(|&at| attempts.get(at).is_some_and(|attempt| explains(lookup, attempt)))
        };
        let at = explained(
            &|it, attempt| precedes(it, attempt) && !was_given_up(it, attempt, directory),
            attempts,
        )
        .or_else(|| {
            explained(
                &|it, attempt| stands_around(it, attempt, directory) && !was_given_up(it, attempt, directory),
                attempts,
            )
        });
        if let Some(attempt) = at.and_then(|at| attempts.get_mut(at)) {
            attempt.lookups.push(lookup);
            continue;
        }
        let options = selector.options;
        if !options.wlc.is_empty() && !options.wlc.contains(&lookup.client) {
            continue;
        }
        let Some(service) = service else { continue };
        if is_relayed(lookup, directory) {
            continue;
        }
        // What no connection follows: all types of record, and repetitions, are one attempt.
        let again = candidates
            .iter()
            .copied()
            .filter(|&at| at >= with_connections)
            .find(|&at| {
                let before = attempts.get(at).and_then(|attempt| attempt.lookups.last());
                before.is_some_and(|before| asked.since(ended(before)) <= TRY_OVER)
            });
        if let Some(attempt) = again.and_then(|at| attempts.get_mut(at)) {
            attempt.lookups.push(lookup);
        } else if attempts.len() < MAX_ATTEMPTS {
            asked_only.entry(lookup.client).or_default().push(attempts.len());
            attempts.push(Attempt {
                device: lookup.client,
                service,
                licensing: true,
                lookups: vec![lookup],
                connections: Vec::new(),
                icmp: Vec::new(),
                revocation: Vec::new(),
                judgements: Sides::default(),
                dns_over_tcp: None,
                testimonies: Vec::new(),
            });
        }
    }
}

/// Whether an attempt's connections begin soon after the question.
fn precedes(lookup: &Lookup, attempt: &Attempt<'_>) -> bool {
    let asked = lookup.first().1;
    attempt.connections.iter().any(|connection| connection.first.1 >= asked)
        && attempt
            .connections
            .first()
            .is_some_and(|connection| connection.first.1.since(asked) <= SAME_ATTEMPT)
}

/// Whether who asks was asked itself, for the same name and just before: a resolver that asks for others is no device.
fn is_relayed(lookup: &Lookup, directory: &Directory<'_>) -> bool {
    let asked = lookup.first().1;
    let same_name = directory.lookups_asked_of(lookup.client, lookup.name.raw());
    same_name
        .iter()
        .any(|other| (-CLOCK_SKEW..=TRY_OVER).contains(&asked.since(other.first().1)))
}

/// Whether a look-up failed and was given up before what an attempt did next: then it was a try of its own.
fn was_given_up(lookup: &Lookup, attempt: &Attempt<'_>, directory: &Directory<'_>) -> bool {
    let truncated = lookup.answer.as_ref().is_some_and(|answer| answer.truncated);
    let without_address = lookup.answer.as_ref().is_none_or(|answer| answer.addresses.is_empty());
    if truncated || !without_address {
        return false;
    }
    // Nobody asks the same server again that knows of no such name, unless it tries again.
    let says_no = lookup.answer.as_ref().is_some_and(|answer| answer.status.0 == 3);
    let asked_anew = |it: &Lookup| {
        (it.client, it.server, it.kind) == (lookup.client, lookup.server, lookup.kind)
            && it.name == lookup.name
            && it.first().0 > lookup.first().0
    };
    let lookups = directory.lookups_of(lookup.client, lookup.name.raw());
    if says_no && lookups.iter().any(|it| asked_anew(it)) {
        return true;
    }
    let end = ended(lookup);
    let is_later = |time: Timestamp| time > lookup.first().1;
    let asked_again = lookups
        .iter()
        .filter(|it| it.client == lookup.client && it.name == lookup.name && is_later(it.first().1))
        .map(|it| it.first().1);
    let connected = attempt
        .connections
        .iter()
        .map(|it| it.first.1)
        .filter(|&time| is_later(time));
    asked_again
        .chain(connected)
        .min()
        .is_some_and(|next| next.since(end) > TRY_OVER)
}

/// When the last of a look-up was seen.
pub(crate) fn ended(lookup: &Lookup) -> Timestamp {
    let answered = lookup.answer.as_ref().map(|answer| answer.time);
    let asked = lookup.questions.last().map(|&(_, time)| time);
    answered.max(asked).unwrap_or_default()
}

/// Whether a look-up that did not fail stands around the beginning of a connection that it explains: the file or the
/// clock of one direction is out of order.
fn stands_around(lookup: &Lookup, attempt: &Attempt<'_>, directory: &Directory<'_>) -> bool {
    let Some(first) = attempt.connections.first() else {
        return false;
    };
    let asked = lookup.first().1;
    let away = asked.since(first.first.1).abs();
    if away > 10 * CLOCK_SKEW {
        return false;
    }
    let gives = |lookup: &Lookup| {
        let answer = lookup.answer.as_ref();
        answer.is_some_and(|answer| answer.addresses.contains(&first.server.ip))
    };
    // An address family without a record, beside one with it.
    let cut = |lookup: &Lookup| {
        let answer = lookup.answer.as_ref();
        answer.is_some_and(|answer| answer.truncated && answer.status.0 == 0)
    };
    let companion = || {
        let asked_alike = directory.lookups_of(lookup.client, lookup.name.raw());
        asked_alike.iter().any(|other| {
            other.name == lookup.name
                && other.first().1.since(asked).abs() <= CLOCK_SKEW
                && (gives(other) || cut(other))
        })
    };
    gives(lookup) || away <= CLOCK_SKEW && (!failed(lookup) || companion())
}

/// Whether a look-up ended in an error or, asked again and again, in silence.
fn failed(lookup: &Lookup) -> bool {
    match &lookup.answer {
        Some(answer) => answer.status.0 != 0,
        None => lookup.questions.len() > 1,
    }
}

/// Whether a look-up was made by the device of an attempt: from the same address, or from its address of the other
/// family, which shows when an answer given there is what the device then connects to.
fn is_of_device<'t>(lookup: &Lookup, attempt: &Attempt<'_>, told: impl Fn() -> &'t Addresses) -> bool {
    let mut connections = attempt.connections.iter();
    attempt.device == lookup.client
        || attempt.device.is_ipv4() != lookup.client.is_ipv4()
            && connections.any(|connection| told().contains(&connection.server.ip))
}
