//! Lookups → their attempts: the questions of each try, and the questions that are tries by themselves.
//!
//! A device asks before it connects, so a question belongs to the next connection of the same device for the same name.
//! A question that failed and was given up, or without a connection after it, is an attempt of its own.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::net::IpAddr;

use super::{Attempt, CLOCK_SKEW, MAX_ATTEMPTS, SAME_ATTEMPT, TRY_OVER};
use crate::attempt::index::{Addresses, Asked, ByTime, Directory, look, lower_case};
use crate::attempt::selection::Selector;
use crate::base::frame::{FrameAt, Timestamp};
use crate::connection::Connection;
use crate::dns::lookup::Lookup;

/// The names for which devices got addresses.
#[derive(Default)]
pub(super) struct NamesTold<'a>(HashMap<(IpAddr, IpAddr), Told<'a>>);

/// The name for which a device first got an address, and since when another name has had it, too: each connection asks, and a
/// device may have asked thousands of times.
struct Told<'a> {
    name: &'a str,
    since: FrameAt,
    another: Option<FrameAt>,
}

impl<'a> Told<'a> {
    fn add(&mut self, name: &'a str, at: FrameAt) {
        let earlier = |one: FrameAt, other: FrameAt| if other.time < one.time { other } else { one };
        let is_same = name.eq_ignore_ascii_case(self.name);
        if is_same {
            self.since = earlier(self.since, at);
        } else if at.time < self.since.time {
            // The other one came first.
            self.another = Some(self.another.map_or(self.since, |it| earlier(it, self.since)));
            (self.name, self.since) = (name, at);
        } else {
            self.another = Some(self.another.map_or(at, |it| earlier(it, at)));
        }
    }
}

impl<'a> NamesTold<'a> {
    pub(super) fn of(lookups: &'a [Lookup]) -> Self {
        let mut told: HashMap<_, Told<'_>> = HashMap::new();
        for lookup in lookups {
            let (name, asked) = (lookup.name.raw(), lookup.first());
            for &address in lookup.answer.iter().flat_map(|answer| &answer.addresses) {
                let known = told.entry((lookup.client, address)).or_insert(Told {
                    name,
                    since: asked,
                    another: None,
                });
                known.add(name, asked);
            }
        }
        Self(told)
    }

    /// The one name for which a client got a connection's address by DNS before it connected; `None` if two names gave
    /// that address.
    pub(super) fn of_target(&self, connection: &Connection) -> Option<&'a str> {
        let told = self.0.get(&(connection.client.ip, connection.server.ip))?;
        let before = |asked: FrameAt| is_before(asked, connection.first, CLOCK_SKEW);
        (before(told.since) && !told.another.is_some_and(before)).then_some(told.name)
    }
}

/// True if a question came before a connection began, by its time or, if the clocks of the two may differ by so much, by its
/// place in the file. What is later by both was asked for another reason.
fn is_before(asked: FrameAt, began: FrameAt, skew: i64) -> bool {
    asked.time <= began.time || asked.frame < began.frame && asked.time.since(began.time) <= skew
}

/// Gives each look-up to the first attempt of its device and name that follows it; look-ups without a later connection
/// become one attempt, all types of record together.
pub(super) fn assign_lookups<'a>(
    selector: &Selector<'_>,
    attempts: &mut Vec<Attempt<'a>>,
    lookups: &'a [Lookup],
    directory: &Directory<'a>,
) {
    let nearby = Nearby::of(attempts);
    // Attempts with look-ups only.
    let mut asked_only: HashMap<(IpAddr, Cow<'_, str>), AskedOnly> = HashMap::new();
    for lookup in lookups {
        let service = selector.is_service_name(lookup.name.raw());
        let name = lower_case(lookup.name.raw());
        // Nearly all look-ups of an export are for other names.
        if service.is_none() && !nearby.by_name.contains_key(&name) {
            continue;
        }
        let asked = lookup.first().time;
        let key = (lookup.client, name);
        let at = nearby.follower(lookup, &key, attempts, directory);
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
        // A look-up without a later connection: all types of record, and repetitions, are one attempt.
        if let Some(again) = asked_only.get_mut(&key)
            && again.goes_on(asked, lookup, attempts)
        {
            continue;
        }
        if attempts.len() < MAX_ATTEMPTS {
            let name = Cow::Owned(service.name.to_ascii_lowercase());
            let own = asked_only.entry((lookup.client, name)).or_default();
            own.begin(attempts.len(), lookup);
            let dialect = options.dialect_of(true, &service.name);
            let attempt = Attempt::new(options, lookup.client, service, true, dialect);
            attempts.push(Attempt {
                lookups: vec![lookup],
                ..attempt
            });
        }
    }
}

/// Attempts by the time of their last connection, so that those near a question are found without a search through all.
struct Nearby<'k> {
    /// By name and address family, because a device may ask from its address of the other family.
    by_name: HashMap<Cow<'k, str>, [ByTime; 2]>,
    by_device: HashMap<(IpAddr, Cow<'k, str>), ByTime>,
    /// The range that `precedes` and `stands_around` can accept: the last connection's time lies between `before`
    /// nanoseconds before a question and `after` nanoseconds after it.
    before: i64,
    after: i64,
}

impl Nearby<'_> {
    fn of(attempts: &[Attempt<'_>]) -> Self {
        type Times = Vec<(Timestamp, usize)>;
        let mut longest = 0;
        let mut families: HashMap<Cow<'_, str>, [Times; 2]> = HashMap::new();
        let mut devices: HashMap<(IpAddr, Cow<'_, str>), Times> = HashMap::new();
        for (at, attempt) in attempts.iter().enumerate() {
            let begins = || attempt.connections.iter().map(|connection| connection.first.time);
            let (Some(first), Some(latest)) = (begins().next(), begins().max()) else {
                continue;
            };
            longest = latest.since(first).max(longest);
            let name = Cow::Owned(attempt.service.name.to_ascii_lowercase());
            let [v4, v6] = families.entry(Cow::clone(&name)).or_default();
            let family = if attempt.device.is_ipv4() { v4 } else { v6 };
            family.push((latest, at));
            devices.entry((attempt.device, name)).or_default().push((latest, at));
        }
        let by_time = |times: Times| ByTime::new(times.into_iter());
        let families = families.into_iter();
        Self {
            by_name: families.map(|(name, times)| (name, times.map(by_time))).collect(),
            by_device: devices.into_iter().map(|(key, times)| (key, by_time(times))).collect(),
            before: 10 * CLOCK_SKEW,
            after: SAME_ATTEMPT.saturating_add(longest),
        }
    }
}

impl<'k> Nearby<'k> {
    /// The attempt that a look-up belongs to.
    fn follower(
        &self,
        lookup: &Lookup,
        key: &(IpAddr, Cow<'k, str>),
        attempts: &[Attempt<'_>],
        directory: &Directory<'_>,
    ) -> Option<usize> {
        let asked = lookup.first().time;
        let own = self.by_device.get(key);
        let of_name = self.by_name.get(&key.1);
        let other_family = of_name.map(|[v4, v6]| if lookup.client.is_ipv4() { v6 } else { v4 });
        // Determined only once: near a question there may be hundreds of attempts of the other family.
        let told = OnceCell::new();
        let explained = |from: i64, explains: &dyn Fn(&Lookup, &Attempt<'_>) -> bool| {
            let to = asked.0.saturating_add(self.after);
            let near = own.into_iter().chain(other_family);
            let mut candidates = near.flat_map(|it| it.in_order(from, to));
            candidates.find(|&at| {
                attempts.get(at).is_some_and(|attempt| {
                    is_of_device(lookup, attempt, || {
                        told.get_or_init(|| directory.lookups_of(lookup.client, lookup.name.raw()))
                            .map(Asked::told)
                    }) && explains(lookup, attempt)
                })
            })
        };
        // An earlier attempt has its last connection after the question.
        explained(asked.0, &|it, attempt| {
            precedes(it, attempt) && !was_given_up(it, attempt, directory)
        })
        .or_else(|| {
            explained(asked.0.saturating_sub(self.before), &|it, attempt| {
                stands_around(it, attempt, directory) && !was_given_up(it, attempt, directory)
            })
        })
    }
}

/// Attempts of one device and name with look-ups only, in order.
#[derive(Default)]
struct AskedOnly {
    attempts: Vec<usize>,
    /// The time at which the last look-up ended of this attempt or one before it: these times only grow, so the first
    /// attempt that had not ended at a given time is found without a search through all.
    ended: Vec<Timestamp>,
}

impl AskedOnly {
    fn begin(&mut self, attempt: usize, lookup: &Lookup) {
        let before = self.ended.last().copied();
        self.attempts.push(attempt);
        self.ended.push(before.max(Some(ended(lookup))).unwrap_or_default());
    }

    /// Gives a look-up to the first attempt that ended only shortly before; returns whether there is one.
    fn goes_on<'a>(&mut self, asked: Timestamp, lookup: &'a Lookup, attempts: &mut [Attempt<'a>]) -> bool {
        let since = asked.0.saturating_sub(TRY_OVER);
        let first = self.ended.partition_point(|ended| ended.0 < since);
        let own = self.attempts.get(first).and_then(|&at| attempts.get_mut(at));
        let Some(attempt) = own else { return false };
        attempt.lookups.push(lookup);
        let mut before = first.checked_sub(1).and_then(|at| self.ended.get(at).copied());
        for (own, at) in self.ended.iter_mut().zip(&self.attempts).skip(first) {
            look();
            let last = attempts.get(*at).and_then(|attempt| attempt.lookups.last());
            before = before.max(last.map(|last| ended(last)));
            *own = before.unwrap_or_default();
        }
        true
    }
}

/// True if an attempt's connections begin soon after the question.
fn precedes(lookup: &Lookup, attempt: &Attempt<'_>) -> bool {
    let asked = lookup.first().time;
    attempt
        .connections
        .iter()
        .any(|connection| connection.first.time >= asked)
        && attempt
            .connections
            .first()
            .is_some_and(|connection| connection.first.time.since(asked) <= SAME_ATTEMPT)
}

/// True if the asking host was itself asked for the same name just before: a resolver that asks for others is no
/// device.
pub(super) fn is_relayed(lookup: &Lookup, directory: &Directory<'_>) -> bool {
    let asked = lookup.first().time.0;
    let (from, to) = (asked.saturating_sub(TRY_OVER), asked.saturating_add(CLOCK_SKEW));
    directory.was_asked(lookup.client, lookup.name.raw(), from, to)
}

/// True if a look-up failed and was given up before the next action of an attempt: then it was a try of its own.
fn was_given_up(lookup: &Lookup, attempt: &Attempt<'_>, directory: &Directory<'_>) -> bool {
    let truncated = lookup.answer.as_ref().is_some_and(|answer| answer.truncated);
    let without_address = lookup.answer.as_ref().is_none_or(|answer| answer.addresses.is_empty());
    if truncated || !without_address {
        return false;
    }
    // A device asks a server that does not know the name again only in a new attempt.
    let says_no = lookup.answer.as_ref().is_some_and(|answer| answer.status.0 == 3);
    let lookups = directory.lookups_of(lookup.client, lookup.name.raw());
    if says_no && lookups.is_some_and(|it| it.is_asked_anew(lookup)) {
        return true;
    }
    let end = ended(lookup);
    let is_later = |time: Timestamp| time > lookup.first().time;
    let asked_again = lookups.and_then(|it| it.asked_again(lookup)).into_iter();
    let connected = attempt
        .connections
        .iter()
        .map(|it| it.first.time)
        .filter(|&time| is_later(time));
    asked_again
        .chain(connected)
        .min()
        .is_some_and(|next| next.since(end) > TRY_OVER)
}

/// The time at which a look-up was last seen.
pub(crate) fn ended(lookup: &Lookup) -> Timestamp {
    let answered = lookup.answer.as_ref().map(|answer| answer.time);
    let asked = lookup.questions.last().map(|question| question.time);
    answered.max(asked).unwrap_or_default()
}

/// True if a look-up that did not fail lies around the beginning of a connection that it explains: the file, or the
/// clock of one direction, is out of order.
fn stands_around(lookup: &Lookup, attempt: &Attempt<'_>, directory: &Directory<'_>) -> bool {
    let Some(first) = attempt.connections.first() else {
        return false;
    };
    let asked = lookup.first().time;
    let away = asked.since(first.first.time).abs();
    if away > 10 * CLOCK_SKEW {
        return false;
    }
    // A device asks for its service to connect to it; others ask for other reasons, too.
    if !attempt.licensing && !is_before(lookup.first(), first.first, 10 * CLOCK_SKEW) {
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
        let (from, to) = (asked.0.saturating_sub(CLOCK_SKEW), asked.0.saturating_add(CLOCK_SKEW));
        let asked_alike = directory.lookups_of(lookup.client, lookup.name.raw());
        let mut asked_alike = asked_alike.into_iter().flat_map(|it| it.between(from, to));
        asked_alike.any(|other| other.name == lookup.name && (gives(other) || cut(other)))
    };
    gives(lookup) || away <= CLOCK_SKEW && (!failed(lookup) || companion())
}

/// True if a look-up ended in an error or, after repetitions, in silence.
fn failed(lookup: &Lookup) -> bool {
    match &lookup.answer {
        Some(answer) => answer.status.0 != 0,
        None => lookup.questions.len() > 1,
    }
}

/// True if a look-up was made by the device of an attempt: from the same address, or from its address of the other
/// family, recognised by an answer that gives the address the device then connects to.
fn is_of_device<'t>(lookup: &Lookup, attempt: &Attempt<'_>, told: impl Fn() -> Option<&'t Addresses>) -> bool {
    let mut connections = attempt.connections.iter();
    attempt.device == lookup.client
        || attempt.device.is_ipv4() != lookup.client.is_ipv4()
            && connections.any(|connection| told().is_some_and(|it| it.contains(&connection.server.ip)))
}
