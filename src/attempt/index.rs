//! Connections, Lookups, ICMP errors → Directory: the other activities of a device, found without a search through everything.
//!
//! Each attempt needs the look-ups of its name, the errors that quote it and the data its device fetched meanwhile. A
//! search through the whole capture for each attempt took thirteen seconds for 18,000 attempts.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::connection::Connection;
use crate::decode::IcmpError;
use crate::dns::lookup::Lookup;

/// Look-ups of one name by one device that are looked at for an attempt: one that stays open for hours is not waited for by
/// all that the device asks meanwhile.
const MOST_BETWEEN: usize = 256;

/// A capture's connections, look-ups and errors, by device.
#[derive(Debug, Default)]
pub(crate) struct Directory<'a> {
    /// Names that were looked up, in lower case, by number: an export holds thousands of look-ups of some names.
    names: HashMap<Cow<'a, str>, u32, RandomState>,
    /// By client and server, in order of time.
    to_server: HashMap<(IpAddr, Endpoint), Vec<&'a Connection>, RandomState>,
    /// To port 53, never connected: by client and server, in order of time.
    unconnected_dns: HashMap<[IpAddr; 2], Vec<&'a Connection>, RandomState>,
    /// By client and name.
    lookups: HashMap<(IpAddr, u32), Asked<'a>, RandomState>,
    /// The times at which a server was asked for a name, in order; only for servers that also ask themselves.
    asked: HashMap<(IpAddr, u32), Vec<Timestamp>, RandomState>,
    /// Errors that quote a DNS question, by asking and asked host, in order of time.
    refused: HashMap<(IpAddr, IpAddr), Vec<&'a IcmpError>, RandomState>,
    /// By the ends of the quoted packet, the lower one first.
    icmp: HashMap<[Endpoint; 2], Vec<&'a IcmpError>, RandomState>,
}

/// Addresses that a client got by DNS.
pub(crate) type Addresses = HashSet<IpAddr, RandomState>;

/// The look-ups of a client for one name, with indexes by time and spelling: each attempt of the client needs a few of
/// them, and a search through all would cost attempts times look-ups.
#[derive(Debug, Default)]
pub(crate) struct Asked<'a> {
    /// In order.
    all: Vec<&'a Lookup>,
    told: OnceCell<Addresses>,
    by_time: OnceCell<ByTime>,
    by_spelling: OnceCell<HashMap<&'a str, Spelt, RandomState>>,
}

/// Questions for a name as it is written: resolvers may mix capitals in, to recognise their answers.
#[derive(Debug, Default)]
struct Spelt {
    times: Vec<Timestamp>,
    /// The last question's frame, by server and type.
    last: HashMap<(IpAddr, u16), FrameNumber, RandomState>,
}

impl<'a> Asked<'a> {
    /// The addresses that answers gave.
    pub(crate) fn told(&self) -> &Addresses {
        self.told.get_or_init(|| {
            let answers = self.all.iter().filter_map(|it| it.answer.as_ref());
            answers.flat_map(|answer| &answer.addresses).copied().collect()
        })
    }

    /// Those asked from one time to another, in order: the earliest, where they are very many.
    pub(crate) fn between(&self, from: i64, to: i64) -> impl Iterator<Item = &'a Lookup> {
        let by_time = self.by_time.get_or_init(|| {
            let times = self.all.iter().enumerate();
            ByTime::new(times.map(|(at, lookup)| (lookup.first().time, at)))
        });
        let mut found: Vec<usize> = by_time.between(from, to).take(MOST_BETWEEN).collect();
        found.sort_unstable();
        found.into_iter().filter_map(|at| self.all.get(at).copied())
    }

    fn spelt_like(&self, lookup: &Lookup) -> Option<&Spelt> {
        let spellings = self.by_spelling.get_or_init(|| {
            let mut spellings: HashMap<&str, Spelt, RandomState> = HashMap::default();
            for lookup in &self.all {
                let spelt = spellings.entry(lookup.name.raw()).or_default();
                let FrameAt { frame, time } = lookup.first();
                spelt.times.push(time);
                let last = spelt.last.entry((lookup.server, lookup.kind)).or_insert(frame);
                *last = frame.max(*last);
            }
            spellings.values_mut().for_each(|spelt| spelt.times.sort_unstable());
            spellings
        });
        spellings.get(lookup.name.raw())
    }

    /// The time of the next question for the same name.
    pub(crate) fn asked_again(&self, lookup: &Lookup) -> Option<Timestamp> {
        let times = &self.spelt_like(lookup)?.times;
        let next = times.partition_point(|time| *time <= lookup.first().time);
        times.get(next).copied()
    }

    /// True if the same question went to the same server later in the capture.
    pub(crate) fn is_asked_anew(&self, lookup: &Lookup) -> bool {
        let last = self
            .spelt_like(lookup)
            .and_then(|spelt| spelt.last.get(&(lookup.server, lookup.kind)));
        last.is_some_and(|last| *last > lookup.first().frame)
    }
}

impl<'a> Directory<'a> {
    /// The index of everything that is kept of a capture.
    pub(crate) fn new(connections: &'a [Connection], lookups: &'a [Lookup], icmp: &'a [IcmpError]) -> Self {
        let mut directory = Self::default();
        for connection in connections {
            let (client, server) = (connection.client.ip, connection.server);
            directory
                .to_server
                .entry((client, server))
                .or_default()
                .push(connection);
            if server.port == 53 && !connection.connected() {
                let own = directory.unconnected_dns.entry([client, server.ip]).or_default();
                own.push(connection);
            }
        }
        let all = directory.to_server.values_mut();
        for own in all.chain(directory.unconnected_dns.values_mut()) {
            own.sort_by_key(|connection| connection.first.time);
        }
        let clients: HashSet<IpAddr, RandomState> = lookups.iter().map(|lookup| lookup.client).collect();
        for lookup in lookups {
            let next = u32::try_from(directory.names.len()).unwrap_or(u32::MAX);
            let name = *directory.names.entry(lower_case(lookup.name.raw())).or_insert(next);
            directory
                .lookups
                .entry((lookup.client, name))
                .or_default()
                .all
                .push(lookup);
            if clients.contains(&lookup.server) {
                let asked = directory.asked.entry((lookup.server, name)).or_default();
                asked.push(lookup.first().time);
            }
        }
        directory.asked.values_mut().for_each(|times| times.sort_unstable());
        for error in icmp {
            let ends = ends(error.quoted_src, error.quoted_dst);
            directory.icmp.entry(ends).or_default().push(error);
            if error.quoted_seq.is_none() && error.quoted_dst.port == 53 {
                let hosts = (error.quoted_src.ip, error.quoted_dst.ip);
                directory.refused.entry(hosts).or_default().push(error);
            }
        }
        for errors in directory.refused.values_mut() {
            errors.sort_by_key(|error| error.time);
        }
        directory
    }

    /// A client's look-ups of a name.
    pub(crate) fn lookups_of(&self, client: IpAddr, name: &str) -> Option<&Asked<'a>> {
        let name = self.names.get(&*lower_case(name))?;
        self.lookups.get(&(client, *name))
    }

    /// True if a server was asked for a name in this range of time; never for a server that asks no other server
    /// itself.
    pub(crate) fn was_asked(&self, server: IpAddr, name: &str, from: i64, to: i64) -> bool {
        let name = self.names.get(&*lower_case(name));
        let times = name.and_then(|&name| self.asked.get(&(server, name)));
        times.is_some_and(|times| {
            let first = times.partition_point(|time| time.0 < from);
            times.get(first).is_some_and(|time| time.0 <= to)
        })
    }

    /// Errors that quote a client's questions to a DNS server, from one time to another.
    pub(crate) fn refused_questions(&self, client: IpAddr, server: IpAddr, from: i64, to: i64) -> &[&'a IcmpError] {
        let all = self.refused.get(&(client, server)).map_or(&[][..], Vec::as_slice);
        let first = all.partition_point(|error| error.time.0 < from);
        let end = all.partition_point(|error| error.time.0 <= to);
        all.get(first..end).unwrap_or_default()
    }

    /// A client's connections to a server that begin at this time or later, in order of time.
    pub(crate) fn connections_to(&self, client: IpAddr, server: Endpoint, time: Timestamp) -> &[&'a Connection] {
        let own = self.to_server.get(&(client, server)).map_or(&[][..], Vec::as_slice);
        let first = own.partition_point(|connection| connection.first.time < time);
        own.get(first..).unwrap_or_default()
    }

    /// The first connection to a DNS server that begins at this time or later and never connected.
    pub(crate) fn unconnected_dns(&self, client: IpAddr, server: IpAddr, time: Timestamp) -> Option<&'a Connection> {
        let own = self.unconnected_dns.get(&[client, server])?;
        let first = own.partition_point(|connection| connection.first.time < time);
        own.get(first).copied()
    }

    /// Errors that quote a packet between these ends.
    pub(crate) fn errors_between(&self, one: Endpoint, other: Endpoint) -> &[&'a IcmpError] {
        self.icmp.get(&ends(one, other)).map_or(&[], Vec::as_slice)
    }
}

/// A name as it is compared (RFC 4343): copied only if its case differs.
pub(crate) fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

fn ends(one: Endpoint, other: Endpoint) -> [Endpoint; 2] {
    if one <= other { [one, other] } else { [other, one] }
}

/// Items by their times, to find those near a moment.
#[derive(Debug, Default)]
pub(crate) struct ByTime {
    things: Vec<(Timestamp, usize)>,
    /// True if their numbers are in order of time, too, as they nearly always are.
    in_order: bool,
}

impl ByTime {
    /// An index of items in any order.
    pub(crate) fn new(things: impl Iterator<Item = (Timestamp, usize)>) -> Self {
        let mut things: Vec<_> = things.collect();
        things.sort_unstable();
        let in_order = things.is_sorted_by_key(|&(_, thing)| thing);
        Self { things, in_order }
    }

    /// The items of a range of time in order of their numbers; the search is lazy.
    pub(crate) fn in_order(&self, from: i64, to: i64) -> impl Iterator<Item = usize> {
        let mut sorted: Vec<usize> = Vec::new();
        if !self.in_order {
            sorted.extend(self.between(from, to));
            sorted.sort_unstable();
        }
        let as_they_are = self.in_order.then(|| self.between(from, to));
        as_they_are.into_iter().flatten().chain(sorted)
    }

    /// The items of a range of time, both ends included.
    pub(crate) fn between(&self, from: i64, to: i64) -> impl Iterator<Item = usize> {
        let first = self.things.partition_point(|(time, _)| time.0 < from);
        let rest = self.things.get(first..).unwrap_or_default();
        rest.iter()
            .inspect(|_| look())
            .take_while(move |(time, _)| time.0 <= to)
            .map(|&(_, thing)| thing)
    }
}

/// Counts an item that was examined, in tests.
pub(crate) fn look() {
    #[cfg(test)]
    LOOKED_AT.with(|count| count.set(count.get() + 1));
}

#[cfg(test)]
thread_local! {
    /// The number of items that this thread examined.
    pub(crate) static LOOKED_AT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_a_moment_is_found_at_the_limits_too() {
        let times = [30, 10, 20, 20];
        let by_time = ByTime::new(times.into_iter().enumerate().map(|(n, time)| (Timestamp(time), n)));
        let between = |from, to| by_time.between(from, to).collect::<Vec<_>>();
        assert_eq!(between(10, 20), [1, 2, 3]);
        assert_eq!(between(11, 19), [0_usize; 0]);
        assert_eq!(between(i64::MIN, i64::MAX), [1, 2, 3, 0]);
    }
}
