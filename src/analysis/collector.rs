//! Decoded → Collected: the parts of a whole capture that are kept for judging; the rest is only counted.

use crate::base::phrase::{Phrase, phrase};
use crate::connection::plain;
use std::collections::BTreeSet;

use crate::analysis::datagrams::QuicToService;
use crate::analysis::dropped::Dropped;
use crate::analysis::interest::{Grade, Interest, grade};
use crate::analysis::room::{Class, MAX_CERTIFICATES, Room, class_of, size_of_certificates};
use crate::analysis::settling;
use crate::attempt::contents::Contents;
use crate::attempt::hosts::Hosts;
use crate::attempt::unopened::HTTPS;
use crate::base::carrier::Carrier;
use crate::base::endpoint::Endpoint;
use crate::base::frame::{Anomaly, AnomalyKind, FrameNumber, Timestamp};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::datagram::channel::Channels;
use crate::connection::datagram::table::DatagramFlows;
use crate::connection::flow::Flow;
use crate::connection::sighting::Sighting;
use crate::connection::table::{Elsewhere, Ended, Flows, Lone};
use crate::connection::walk::Side;
use crate::decode::{Datagram, Decoded, IcmpError, Segment, Skip, Tunnel, checksum_is_right};
use crate::dns::lookup::Lookups;
use crate::profile::options::Options;

/// The number of connections kept for judging. A controller that tries again every minute needs three days to reach it;
/// each connection costs some 20 KiB until its report is written, so all take 80 MB.
const MAX_CONNECTIONS: usize = 4096;

/// The same if every TLS connection was requested: 100 MB of nothing but handshakes holds 18,000.
const MAX_OF_EVERYTHING: usize = 20_000;

/// The number of connections kept that name no server: downloads over plain HTTP, TLS whose beginning was not captured.
const MAX_NAMELESS: usize = 4096;

/// The number of connections kept that never connected: a scan makes any number, a device fails with a few.
const MAX_UNCONNECTED: usize = 4096;

/// The number of segments whose checksums are computed, from the beginning: a host that leaves checksums to its network
/// card always does so.
const CHECKSUMS_TRIED: u64 = 512;

/// The number of server names remembered; the report of a capture without licensing traffic shows some of them.
const MAX_NAMES: usize = 64;

/// Conflicting overlaps listed.
const MAX_CONFLICTS: usize = 32;

/// The state that decoded packets change.
#[derive(Debug)]
pub(crate) struct Collected<'o> {
    pub(crate) options: &'o Options,
    /// Every TLS connection is reported.
    pub(crate) everything: bool,
    pub(crate) flows: Flows,
    pub(crate) datagrams: DatagramFlows,
    pub(crate) channels: Channels,
    pub(crate) lookups: Lookups,
    pub(crate) icmp: Vec<IcmpError>,
    /// Flows that ended with the current segment; kept for its allocation.
    pub(crate) ended: Vec<Ended>,
    pub(crate) connections: Vec<Connection>,
    /// The connections that make room for more important ones.
    pub(crate) room: Room,
    interest: Interest,
    pub(crate) skipped: [u64; Skip::COUNT],
    pub(crate) hosts: Hosts,
    pub(crate) unconnected: usize,
    /// Connections whose handshakes a key log opened.
    pub(crate) opened: u64,
    pub(crate) nameless: usize,
    named: usize,
    /// The memory that certificates of kept connections take, in bytes.
    certificates: usize,
    pub(crate) checksums: Checksums,
    pub(crate) conflicts: Vec<Anomaly>,
    pub(crate) contents: Contents,
    pub(crate) names: BTreeSet<WireText>,
    pub(crate) dropped: Dropped,
    /// The earliest time at which an attempt made of connections and look-ups since the last grouping may be settled.
    pub(crate) news: Option<Timestamp>,
    /// TCP connections with packets from both sides, and those where one side's packets were not captured although it
    /// sent some.
    pub(crate) both_directions: u64,
    pub(crate) one_sided: u64,
    pub(crate) in_capwap: u64,
    /// Attempts to reach a service by QUIC, if QUIC is not judged.
    pub(crate) quic_to_service: Option<QuicToService>,
    /// A wireless client that asks for a licensing service.
    pub(crate) wireless: Option<Phrase>,
    /// A TCP connection without TLS so far may be reported if everything is.
    pub(super) may_tell_others: bool,
}

/// The checksums of the first segments: wrong ones are tolerated, and mentioned once.
#[derive(Debug, Default)]
pub(crate) struct Checksums {
    pub(crate) tried: u64,
    pub(crate) wrong: u64,
    pub(crate) first: Option<FrameNumber>,
}

impl<'o> Collected<'o> {
    /// Nothing yet.
    pub(crate) fn new(options: &'o Options) -> Self {
        let everything = options.all || options.profile.everything;
        // An option may select any connection, so then all are followed to their ends.
        let claims = [&options.on_prem, &options.cslu, &options.cssm]
            .iter()
            .any(|targets| !targets.is_empty());
        let mut flows = if everything || claims {
            Flows::default()
        } else {
            Flows::of_names(options.service_names().map(str::to_owned).collect())
        };
        flows.keeps_bodies = options.key_log.is_some();
        Self {
            options,
            everything,
            flows,
            datagrams: DatagramFlows::default(),
            channels: Channels::default(),
            lookups: Lookups::of_names(options.service_names().map(str::to_owned).collect()),
            icmp: Vec::new(),
            ended: Vec::new(),
            connections: Vec::new(),
            room: Room::default(),
            interest: Interest::new(options, everything),
            skipped: [0; Skip::COUNT],
            hosts: Hosts::default(),
            unconnected: 0,
            opened: 0,
            nameless: 0,
            named: 0,
            certificates: 0,
            checksums: Checksums::default(),
            conflicts: Vec::new(),
            contents: Contents::default(),
            names: BTreeSet::new(),
            dropped: Dropped::default(),
            news: None,
            both_directions: 0,
            one_sided: 0,
            in_capwap: 0,
            quic_to_service: None,
            wireless: None,
            may_tell_others: false,
        }
    }

    /// Number of packets skipped for a reason.
    pub(crate) fn skips_of(&self, skip: Skip) -> u64 {
        self.skipped.get(skip as usize).copied().unwrap_or_default()
    }

    /// Takes the content of a decoded packet.
    #[inline(always)]
    pub(crate) fn take(&mut self, decoded: Decoded<'_>) {
        match decoded {
            Decoded::Tcp(segment) => self.segment(segment),
            Decoded::Skip(skip) => {
                if let Some(count) = self.skipped.get_mut(skip as usize) {
                    *count += 1;
                }
            }
            Decoded::Dns(datagram) => self.datagram(&datagram),
            Decoded::Dtls(datagram) => self.dtls(&datagram, Carrier::Dtls, Skip::Udp),
            Decoded::Quic(datagram) => self.dtls(&datagram, Carrier::Quic, Skip::Quic),
            Decoded::Capwap(datagram) => self.dtls(&datagram, Carrier::Capwap, Skip::Capwap),
            Decoded::Icmp(error) => self.icmp_error(error),
        }
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        if self.checksums.tried < CHECKSUMS_TRIED {
            self.try_checksum(segment);
        }
        self.flows.accept(segment, &mut self.ended);
        if !self.ended.is_empty() {
            self.end_all();
        }
    }

    #[inline(never)]
    fn end_all(&mut self) {
        let mut ended = std::mem::take(&mut self.ended);
        for flow in ended.drain(..) {
            match &flow {
                Ended::Lone(lone) => self.end_lone(lone),
                _ => self.end(flow),
            }
        }
        self.ended = ended;
    }

    fn datagram(&mut self, datagram: &Datagram<'_>) {
        // A wireless client's look-ups are not the controller's.
        if datagram.tunnel != Tunnel::Capwap {
            self.lookups.accept(datagram);
            self.hosts.saw_receiver(datagram.dst.ip);
        }
    }

    #[cold]
    fn try_checksum(&mut self, segment: &Segment<'_>) {
        if let Some(right) = checksum_is_right(segment) {
            self.checksums.tried += 1;
            self.checksums.wrong += u64::from(!right);
            self.checksums.first = self.checksums.first.or((!right).then_some(segment.frame));
        }
    }

    /// A flow has ended: it becomes a connection, if a report may need it.
    pub(crate) fn end(&mut self, ended: Ended) {
        match ended {
            Ended::Lone(lone) => self.end_lone(&lone),
            Ended::Elsewhere(mut elsewhere) => {
                // Frames after it was dropped are not counted, except for the fact that there were some.
                for (frames, spoke) in elsewhere.sighting.frames.iter_mut().zip(elsewhere.spoke) {
                    *frames = (*frames).max(u64::from(spoke));
                }
                self.saw(&elsewhere.sighting);
                if self.everything && elsewhere.sighting.tunnel == Tunnel::Capwap {
                    let ends = elsewhere.sighting.ends;
                    ends.iter().for_each(|end| self.hosts.saw_receiver(end.ip));
                }
                self.end_elsewhere(&elsewhere);
            }
            Ended::Followed(flow) => {
                self.saw(&Sighting::of(&flow));
                self.end_followed(flow);
            }
        }
    }

    fn saw(&mut self, sighting: &Sighting) {
        let lookups = &self.lookups;
        self.hosts.saw(sighting, |host| lookups.is_asker(host));
    }

    /// Ends a connection that is one SYN; once enough of them are kept, more are only counted.
    #[inline]
    fn end_lone(&mut self, lone: &Lone) {
        let in_capwap = lone.tunnel() == Tunnel::Capwap;
        let [_, server] = lone.ends();
        self.may_tell_others |= server.port == HTTPS;
        let enough = self.unconnected >= MAX_UNCONNECTED && !self.makes_room(lone.ends(), in_capwap);
        if !in_capwap {
            let (ips, lookups) = (lone.ends().map(|end| end.ip), &self.lookups);
            self.hosts
                .saw_syn(ips, lone.seen(), enough, |host| lookups.is_asker(host));
        }
        if !enough && (self.everything || !in_capwap) {
            return self.end_followed(lone.flow());
        }
        if self.everything && in_capwap {
            let [_, receiver] = lone.ends();
            self.hosts.saw_receiver(receiver.ip);
        }
        self.in_capwap += u64::from(in_capwap);
        self.dropped.unconnected += u64::from(enough);
    }

    fn end_followed(&mut self, flow: Box<Flow>) {
        if !self.everything && self.is_elsewhere(&flow) {
            self.may_tell_others = true;
            return;
        }
        let was_evicted = flow.was_evicted;
        let connection = Connection::of(flow, self.options.key_log.as_ref());
        self.opened += u64::from(connection.opened);
        self.note_other(&connection);
        self.note(&connection);
        let wanted = connection.may_be_read() && (self.everything || self.could_matter(&connection));
        if wanted || !connection.may_be_read() && self.is_telling_unread(&connection) {
            self.keep(connection, was_evicted);
        }
    }

    /// Records the facts about a connection that count whether it is kept or not.
    fn note(&mut self, connection: &Connection) {
        let (from_client, from_server) = (connection.tcp.client.frames > 0, connection.tcp.server.frames > 0);
        if connection.tunnel == Tunnel::Capwap {
            self.in_capwap += 1;
            if from_client {
                self.hosts.saw_receiver(connection.server.ip);
            }
            if from_server {
                self.hosts.saw_receiver(connection.client.ip);
            }
        }
        self.hosts.accepted.note(connection);
        self.both_directions += u64::from(from_client && from_server);
        let is_one_sided = |&side: &Side| connection.tcp[side].frames == 0 && connection.tcp[side].acked_unseen;
        self.one_sided += u64::from(Side::both().iter().any(is_one_sided));
        for side in Side::both() {
            self.note_conflict(connection, side);
        }
        self.contents.tls_connections += u64::from(connection.tls.is_some());
        self.dropped.events += connection.events_dropped;
        let is_dns = connection.server.port == 53 || connection.client.port == 53;
        // A wireless client's look-ups are not the controller's.
        if is_dns && connection.tunnel != Tunnel::Capwap {
            self.dns_over_tcp(connection);
        }
        if let Some(name) = connection.server_name().map(WireText::raw)
            && self.options.profile.service_named(name).is_none()
            && self.names.len() < MAX_NAMES
            && !name.is_empty()
        {
            self.names.insert(WireText::from(name));
        }
    }

    /// Notes two versions of the same bytes.
    fn note_conflict(&mut self, connection: &Connection, side: Side) {
        let Some(conflict) = &connection.tcp[side].conflict else {
            return;
        };
        if self.conflicts.len() >= MAX_CONFLICTS {
            return;
        }
        let who = phrase(match side {
            Side::Client => "client",
            Side::Server => "server",
        });
        self.conflicts.push(Anomaly {
            kind: AnomalyKind::OverlapDiffers,
            frame: conflict.frame,
            detail: phrase("anomaly-overlap-differs")
                .with("frame", conflict.frame)
                .with("who", who)
                .with("client", connection.client)
                .with("server", connection.server)
                .with("other", WireText::from_bytes(&conflict.other).to_string())
                .with("kept", WireText::from_bytes(&conflict.kept).to_string()),
        });
    }

    /// True if a connection without readable messages is also evidence.
    fn is_telling_unread(&self, connection: &Connection) -> bool {
        !connection.connected()
            || connection.tcp.server.reset.is_some()
            || connection.speaks_other.server
            || connection.answer_refused()
            // Another connection may show that the port expects TLS.
            || self.everything && connection.plain_client.is_some() && plain::client::is_over(connection)
            || connection.syn_ack_unanswered()
    }

    /// Keeps a wanted connection, if necessary in place of a less important one.
    pub(super) fn keep(&mut self, connection: Connection, was_evicted: bool) {
        let class = class_of(&connection, self.everything);
        let (kept, most) = match (class, self.everything) {
            (Class::Unconnected, _) => (&mut self.unconnected, MAX_UNCONNECTED),
            (Class::Nameless, _) => (&mut self.nameless, MAX_NAMELESS),
            (Class::Named, true) => (&mut self.named, MAX_OF_EVERYTHING),
            (Class::Named, false) => (&mut self.named, MAX_CONNECTIONS),
        };
        let Self {
            options,
            lookups,
            interest,
            ..
        } = self;
        let may_matter = interest.in_connection(&connection, options, lookups);
        if may_matter {
            let soonest = settling::soonest(&connection);
            self.news = Some(self.news.map_or(soonest, |it| it.min(soonest)));
        }
        // A connection that had not ended, or sent more than is kept, was not judged to its end.
        let is_over = Side::both().iter().all(|&side| connection.tcp[side].fin.is_some())
            || Side::both().iter().any(|&side| connection.tcp[side].reset.is_some());
        let has_unjudged_end = was_evicted && !is_over || connection.events_dropped > 0;
        self.dropped.not_judged += u64::from(may_matter && has_unjudged_end);
        let size = size_of_certificates(&connection);
        if *kept < most && self.certificates.saturating_add(size) <= MAX_CERTIFICATES {
            *kept += 1;
            self.certificates += size;
            // Each takes two KiB: twice as much room as is needed would be tens of megabytes.
            if self.connections.len() == self.connections.capacity() {
                self.connections.reserve_exact((self.connections.len() / 8).max(16));
            }
            self.connections.push(connection);
            return;
        }
        let everything = self.everything;
        let mut look = |it: &Connection| match interest.in_connection(it, options, lookups) {
            true => (class_of(it, everything), grade(it)),
            false => (class_of(it, everything), Grade::Stranger),
        };
        let place = self.room.take(look(&connection), &self.connections, &mut look);
        let left_out = match place.and_then(|place| self.connections.get_mut(place)) {
            Some(place) => {
                let others = self.certificates.saturating_sub(size_of_certificates(place));
                if others.saturating_add(size) <= MAX_CERTIFICATES {
                    self.certificates = others.saturating_add(size);
                    std::mem::replace(place, connection)
                } else {
                    connection
                }
            }
            None => connection,
        };
        match class {
            Class::Unconnected => self.dropped.unconnected += 1,
            Class::Named | Class::Nameless => self.dropped.connections += 1,
        }
        self.dropped.not_judged += u64::from(look(&left_out).1 > Grade::Stranger);
        self.hosts.leave_out(left_out.client.ip);
    }

    /// True if a connection that never connected may replace a less important one.
    #[inline(never)]
    fn makes_room(&mut self, [client, server]: [Endpoint; 2], in_capwap: bool) -> bool {
        let may_matter = !in_capwap && self.interest.in_ends(client, server, &self.lookups);
        let is_full = self.room.is_full(Class::Unconnected);
        // A connection that finds no room is not built just to be counted.
        self.dropped.not_judged += u64::from(may_matter && is_full);
        may_matter && !is_full
    }

    /// Counts the kept connections again, after some were reported and forgotten.
    pub(crate) fn recount(&mut self) {
        (self.nameless, self.named, self.unconnected) = (0, 0, 0);
        self.certificates = self.connections.iter().map(size_of_certificates).sum();
        self.room.forget();
        for connection in &self.connections {
            match class_of(connection, self.everything) {
                Class::Nameless => self.nameless += 1,
                Class::Named => self.named += 1,
                Class::Unconnected => self.unconnected += 1,
            }
        }
    }

    /// Counts a flow that cannot be licensing, without making a connection of it: it travels inside CAPWAP, it was
    /// dropped, or it never connected and enough such connections are kept.
    fn is_elsewhere(&mut self, flow: &Flow) -> bool {
        let never_connected = flow.directions.iter().all(|side| side.opening.bytes.is_empty())
            && flow.directions.iter().any(|side| side.tcp.frames == 0);
        let [one, other] = flow.ends;
        let ends = if flow.opener == Some(1) {
            [other, one]
        } else {
            [one, other]
        };
        let in_capwap = flow.tunnel == Tunnel::Capwap;
        let enough = never_connected && self.unconnected >= MAX_UNCONNECTED && !self.makes_room(ends, in_capwap);
        if !(in_capwap || enough || flow.is_given_up()) {
            return false;
        }
        if enough {
            self.dropped.unconnected += 1;
            flow.ends.iter().for_each(|end| self.hosts.leave_out(end.ip));
        }
        self.end_elsewhere(&Elsewhere::of(flow));
        true
    }

    /// Counts a connection that has nothing to do with licensing.
    fn end_elsewhere(&mut self, flow: &Elsewhere) {
        let in_capwap = flow.sighting.tunnel == Tunnel::Capwap;
        self.contents.tls_connections += u64::from(flow.is_tls);
        self.both_directions += u64::from(flow.spoke == [true; 2]);
        self.in_capwap += u64::from(in_capwap);
        let Some(name) = &flow.name else { return };
        if !in_capwap {
            if self.names.len() < MAX_NAMES && !name.is_empty() && !self.names.contains(name) {
                self.names.insert(name.clone());
            }
        } else if self.options.profile.service_named(name.raw()).is_some() {
            let [one, other] = flow.sighting.ends;
            self.wireless.get_or_insert_with(|| {
                phrase("anomaly-wireless-clients-also")
                    .with("one", one.to_string())
                    .with("other", other.to_string())
                    .with("name", name.to_string())
            });
        }
    }

    /// True if a connection may belong to licensing: all except those that name something else.
    fn could_matter(&self, connection: &Connection) -> bool {
        let Some(name) = connection.server_name() else {
            return true;
        };
        let options = self.options;
        options.profile.service_named(name.raw()).is_some()
            || connection.tunnel_target().is_some()
            || !options.on_prem.is_empty()
            || !options.cslu.is_empty()
            || !options.cssm.is_empty()
    }
}
