//! Flow, CAPWAP → Hosts: the hosts that were seen, with licensing traffic or without.
//!
//! The absence of licensing traffic means something only if the capture holds other traffic of the controller.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::attempt::accepted::Accepted;
use crate::attempt::index::lower_case;
use crate::base::frame::FrameAt;
use crate::connection::datagram::channel::Channels;
use crate::connection::sighting::Sighting;
use crate::decode::Tunnel;
use crate::decode::arp::Neighbours;
use crate::decode::capwap::Controllers;
use crate::dns::lookup::Lookup;

/// The number of hosts remembered: a site's address space, not the Internet's.
const MAX_HOSTS: usize = 16 * 1024;

/// The number of further hosts remembered as receivers of packets other than TCP.
const MAX_RECEIVERS: usize = 16 * 1024;

/// A host in the capture: counts, first and last frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// TCP segments from it.
    pub sent: u64,
    /// TCP segments to it.
    pub received: u64,
    /// TCP connections that it opened, as far as the capture shows.
    pub opened: u64,
    /// The first frame of its connections.
    pub first: Option<FrameAt>,
    /// The last frame of its connections.
    pub last: Option<FrameAt>,
    /// Connections of the host were dropped at a bound: the absence of one of them proves nothing.
    pub left_out: bool,
}

/// The compact form for a known host: a scan produces thousands of them at random, so they are small.
#[derive(Clone, Copy, Debug)]
struct Row {
    first: FrameAt,
    last: FrameAt,
    sent: u64,
    received: u64,
    opened: u32,
    left_out: bool,
}

impl Row {
    const fn of(now: FrameAt) -> Self {
        Self {
            first: now,
            last: now,
            sent: 0,
            received: 0,
            opened: 0,
            left_out: false,
        }
    }

    #[inline]
    fn note(&mut self, flow: &Sighting, sent: u64, received: u64, opened: bool) {
        self.sent += sent;
        self.received += received;
        self.opened = self.opened.saturating_add(u32::from(opened));
        self.left_out |= opened && flow.left_out;
        self.seen_at(flow.first, flow.last);
    }

    #[inline]
    fn seen_at(&mut self, first: FrameAt, last: FrameAt) {
        self.first = self.first.min(first);
        self.last = self.last.max(last);
    }

    fn seen(&self) -> Seen {
        Seen {
            sent: self.sent,
            received: self.received,
            opened: u64::from(self.opened),
            first: Some(self.first),
            last: Some(self.last),
            left_out: self.left_out,
        }
    }
}

/// The hosts of a capture, by their TCP connections. An IPv4 address is looked up by its number, in half the time of an
/// [`IpAddr`].
#[derive(Debug, Default)]
pub struct Hosts {
    /// The numbers of rows. A look-up reads only these, which are near one another, so it does not wait for a distant
    /// row.
    v4: HashMap<u32, u32, RandomState>,
    v6: HashMap<u128, u32, RandomState>,
    rows: Vec<Row>,
    /// Hosts that datagrams, or packets quoted in errors, were sent to.
    receivers: HashSet<IpAddr, RandomState>,
    /// Ports that accepted connections.
    pub(crate) accepted: Accepted,
}

impl Hosts {
    /// Counts a flow that has ended; hosts that matter are remembered beyond the bound. Traffic inside CAPWAP belongs
    /// to a wireless client.
    pub fn saw(&mut self, flow: &Sighting, matters: impl Fn(IpAddr) -> bool) {
        if flow.tunnel == Tunnel::Capwap {
            return;
        }
        let [one, other] = flow.frames;
        for (at, sent, received) in [(0, one, other), (1, other, one)] {
            let Some(end) = flow.ends.get(at) else { continue };
            let opened = flow.opener == Some(at);
            if let Some(row) = self.row_of(end.ip, flow.first, &matters) {
                row.note(flow, sent, received, opened);
            }
        }
    }

    /// The same for a connection that is one SYN, from the first of these hosts to the second.
    #[inline]
    pub(crate) fn saw_syn(
        &mut self,
        [sender, receiver]: [IpAddr; 2],
        now: FrameAt,
        left_out: bool,
        matters: impl Fn(IpAddr) -> bool,
    ) {
        if let Some(row) = self.row_of(sender, now, &matters) {
            row.sent += 1;
            row.opened = row.opened.saturating_add(1);
            row.left_out |= left_out;
            row.seen_at(now, now);
        }
        if let Some(row) = self.row_of(receiver, now, &matters) {
            row.received += 1;
            row.seen_at(now, now);
        }
    }

    /// Notes that a connection of a host was not kept.
    pub fn leave_out(&mut self, client: IpAddr) {
        if let Some(row) = self.row(client) {
            row.left_out = true;
        }
    }

    /// Notes that a packet other than TCP was sent to a host.
    pub fn saw_receiver(&mut self, host: IpAddr) {
        if self.receivers.len() < MAX_RECEIVERS {
            self.receivers.insert(host);
        }
    }

    /// True if the capture shows packets to a host: then it can show other packets to the host.
    #[must_use]
    pub fn receives(&self, host: IpAddr) -> bool {
        self.of(host).received > 0 || self.receivers.contains(&host)
    }

    /// The counts of a host.
    #[must_use]
    pub fn of(&self, host: IpAddr) -> Seen {
        let row = self.number(host).and_then(|row| self.rows.get(row as usize));
        row.map_or_else(Seen::default, Row::seen)
    }

    #[inline]
    fn row(&mut self, host: IpAddr) -> Option<&mut Row> {
        let row = self.number(host)?;
        self.rows.get_mut(row as usize)
    }

    /// The row of a host, created if there is room for it or if the host matters.
    #[inline]
    fn row_of(&mut self, host: IpAddr, now: FrameAt, matters: impl Fn(IpAddr) -> bool) -> Option<&mut Row> {
        let row = match self.number(host) {
            Some(row) => row,
            None if self.rows.len() < MAX_HOSTS || matters(host) => self.add(host, Row::of(now)),
            None => return None,
        };
        self.rows.get_mut(row as usize)
    }

    #[inline]
    fn number(&self, host: IpAddr) -> Option<u32> {
        match host {
            IpAddr::V4(ip) => self.v4.get(&ip.to_bits()),
            IpAddr::V6(ip) => self.v6.get(&ip.to_bits()),
        }
        .copied()
    }

    fn add(&mut self, host: IpAddr, row: Row) -> u32 {
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(row);
        match host {
            IpAddr::V4(ip) => self.v4.insert(ip.to_bits(), number),
            IpAddr::V6(ip) => self.v6.insert(ip.to_bits(), number),
        };
        number
    }
}

/// Facts of the capture apart from connections: hosts, controllers, look-ups.
#[derive(Debug, Default)]
pub struct Watched<'a> {
    /// Hosts by their TCP connections.
    pub hosts: Hosts,
    /// Controllers by their CAPWAP.
    pub controllers: Controllers,
    /// Claims of addresses by ARP.
    pub neighbours: Neighbours,
    /// The data channels of access points.
    pub channels: Channels,
    /// All look-ups.
    pub lookups: &'a [Lookup],
    /// The addresses that answers gave, by name in lower case; built at first use.
    pub(crate) told: OnceCell<HashMap<String, BTreeSet<IpAddr>, RandomState>>,
}

impl Watched<'_> {
    /// The addresses that DNS gave for a name.
    pub fn addresses_of(&self, name: &str) -> impl Iterator<Item = IpAddr> {
        let told = self.told.get_or_init(|| told(self.lookups)).get(&*lower_case(name));
        told.into_iter().flatten().copied()
    }
}

fn told(lookups: &[Lookup]) -> HashMap<String, BTreeSet<IpAddr>, RandomState> {
    let mut told: HashMap<_, BTreeSet<IpAddr>, _> = HashMap::default();
    for lookup in lookups {
        if let Some(answer) = &lookup.answer
            && !answer.addresses.is_empty()
        {
            let name = lower_case(lookup.name.raw());
            match told.get_mut(&*name) {
                Some(told) => told.extend(&answer.addresses),
                None => {
                    told.insert(name.into_owned(), answer.addresses.iter().copied().collect());
                }
            }
        }
    }
    told
}
