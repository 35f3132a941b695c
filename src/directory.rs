//! Connections, Lookups, ICMP errors → Directory: what else a device did, found without looking at everything.
//!
//! Each attempt asks who looked up its name, which errors quote it and what its device fetched meanwhile. Searched for in
//! the whole capture each time, 18,000 attempts took thirteen seconds.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::connection::Connection;
use crate::decode::{Endpoint, IcmpError};
use crate::frame::Timestamp;
use crate::lookup::Lookup;

/// A capture's connections, look-ups and errors, by device.
#[derive(Debug, Default)]
pub(crate) struct Directory<'a> {
    /// By client, in order of time.
    connections: HashMap<IpAddr, Vec<&'a Connection>, RandomState>,
    /// Names that were looked up, in lower case, by number: an export holds thousands of look-ups of some names.
    names: HashMap<Cow<'a, str>, u32, RandomState>,
    /// By client and name, in order.
    lookups: HashMap<(IpAddr, u32), Vec<&'a Lookup>, RandomState>,
    /// By the server that was asked and name, in order; only of servers that ask, too.
    asked: HashMap<(IpAddr, u32), Vec<&'a Lookup>, RandomState>,
    /// Errors that quote a DNS question, by who asked whom.
    refused: HashMap<(IpAddr, IpAddr), Vec<&'a IcmpError>, RandomState>,
    /// By the ends of the quoted packet, the lower one first.
    icmp: HashMap<[Endpoint; 2], Vec<&'a IcmpError>, RandomState>,
}

/// Addresses that somebody was told.
pub(crate) type Addresses = HashSet<IpAddr, RandomState>;

impl<'a> Directory<'a> {
    /// Of everything that was kept of a capture.
    pub(crate) fn new(connections: &'a [Connection], lookups: &'a [Lookup], icmp: &'a [IcmpError]) -> Self {
        let mut directory = Self::default();
        for connection in connections {
            let own = directory.connections.entry(connection.client.ip).or_default();
            own.push(connection);
        }
        for own in directory.connections.values_mut() {
            own.sort_by_key(|connection| connection.first.1);
        }
        let clients: HashSet<IpAddr, RandomState> = lookups.iter().map(|lookup| lookup.client).collect();
        for lookup in lookups {
            let next = u32::try_from(directory.names.len()).unwrap_or(u32::MAX);
            let name = *directory.names.entry(lower_case(lookup.name.raw())).or_insert(next);
            directory.lookups.entry((lookup.client, name)).or_default().push(lookup);
            if clients.contains(&lookup.server) {
                directory.asked.entry((lookup.server, name)).or_default().push(lookup);
            }
        }
        for error in icmp {
            let ends = ends(error.quoted_src, error.quoted_dst);
            directory.icmp.entry(ends).or_default().push(error);
            if error.quoted_seq.is_none() && error.quoted_dst.port == 53 {
                let hosts = (error.quoted_src.ip, error.quoted_dst.ip);
                directory.refused.entry(hosts).or_default().push(error);
            }
        }
        directory
    }

    /// A client's look-ups of a name, in order.
    pub(crate) fn lookups_of(&self, client: IpAddr, name: &str) -> &[&'a Lookup] {
        let name = self.names.get(&*lower_case(name));
        let lookups = name.and_then(|&name| self.lookups.get(&(client, name)));
        lookups.map_or(&[], Vec::as_slice)
    }

    /// The look-ups of a name that a server was asked for, in order; none where it asks nobody itself.
    pub(crate) fn lookups_asked_of(&self, server: IpAddr, name: &str) -> &[&'a Lookup] {
        let name = self.names.get(&*lower_case(name));
        let lookups = name.and_then(|&name| self.asked.get(&(server, name)));
        lookups.map_or(&[], Vec::as_slice)
    }

    /// Errors that quote a client's questions to a DNS server.
    pub(crate) fn refused_questions(&self, client: IpAddr, server: IpAddr) -> &[&'a IcmpError] {
        self.refused.get(&(client, server)).map_or(&[], Vec::as_slice)
    }

    /// The addresses that answers told a client for a name.
    pub(crate) fn told(&self, client: IpAddr, name: &str) -> Addresses {
        let answers = self.lookups_of(client, name).iter().filter_map(|it| it.answer.as_ref());
        answers.flat_map(|answer| &answer.addresses).copied().collect()
    }

    /// A client's connections that begin at this time or later, in order of time.
    pub(crate) fn connections_from(&self, client: IpAddr, time: Timestamp) -> &[&'a Connection] {
        let own = self.connections.get(&client).map_or(&[][..], Vec::as_slice);
        let first = own.partition_point(|connection| connection.first.1 < time);
        own.get(first..).unwrap_or_default()
    }

    /// Errors that quote a packet between these ends.
    pub(crate) fn errors_between(&self, one: Endpoint, other: Endpoint) -> &[&'a IcmpError] {
        self.icmp.get(&ends(one, other)).map_or(&[], Vec::as_slice)
    }
}

/// A name as it is compared (RFC 4343): copied only where its case differs.
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

/// Things by their times, for finding those near a moment.
#[derive(Debug, Default)]
pub(crate) struct ByTime {
    things: Vec<(Timestamp, usize)>,
}

impl ByTime {
    /// Of things in any order.
    pub(crate) fn new(things: impl Iterator<Item = (Timestamp, usize)>) -> Self {
        let mut things: Vec<_> = things.collect();
        things.sort_unstable();
        Self { things }
    }

    /// Those from one time to another, both included.
    pub(crate) fn between(&self, from: i64, to: i64) -> impl Iterator<Item = usize> {
        let first = self.things.partition_point(|(time, _)| time.0 < from);
        let rest = self.things.get(first..).unwrap_or_default();
        rest.iter()
            .take_while(move |(time, _)| time.0 <= to)
            .map(|&(_, thing)| thing)
    }
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
