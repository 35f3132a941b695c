//! Connections, Lookups, ICMP errors → Attempt: one try to reach the service, from name look-up to close.

pub(crate) mod accepted;
mod arrived;
pub mod attested;
pub mod chassis;
mod client;
pub mod contents;
pub mod device_clock;
mod families;
pub mod hosts;
pub(crate) mod index;
mod lookups;
pub mod other_connections;
pub mod presented;
pub mod revocation;
pub mod selection;
pub mod testimony;
pub(crate) mod twin;
pub(crate) mod unopened;
pub(crate) mod unresolved;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use self::families::Families;
pub(crate) use self::lookups::ended;
use self::lookups::{NamesTold, assign_lookups};
use crate::attempt::index::Directory;
use crate::attempt::presented::{Presented, present};
use crate::attempt::revocation::{Revocation, revocation};
use crate::attempt::selection::{Clue, Purposed, Selector, without_port};
use crate::attempt::testimony::Testimony;
use crate::attempt::twin::Twins;
use crate::attempt::unopened::Unopened;
use crate::base::carrier::Carrier;
use crate::base::command::HostArgument;
use crate::base::command::IosName;
use crate::base::dialect::Dialect;
use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::phrase::{Language, Voice};
use crate::connection::Connection;
use crate::connection::plain;
use crate::connection::walk::{Sides, StepKind, TlsFacts};
use crate::decode::IcmpError;
use crate::dns::lookup::Lookup;
use crate::profile::Transport;
use crate::profile::options::Options;
use crate::tls::stack::Stack;

/// Connections that never connected belong to one attempt if the next one begins within this time: a client tries all
/// addresses of a name, each for up to about a minute and a half of SYN retries.
pub(crate) const SAME_ATTEMPT: i64 = 120_000_000_000;

/// An attempt is over after this much silence: resolvers ask again for up to half a minute, and the guide's controller
/// tries again after a minute.
const TRY_OVER: i64 = 30_000_000_000;

/// After a refusal the next address is tried at once.
const AT_ONCE: i64 = 5_000_000_000;

/// The largest clock difference between the stamps of the two directions, and the largest delay of a reordered frame.
pub(crate) const CLOCK_SKEW: i64 = 3_000_000_000;

/// Attempts reported; a capture with more shows the same failure over and over.
pub const MAX_ATTEMPTS: usize = 100_000;

/// One try to reach the service.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The device that tried.
    pub device: IpAddr,
    /// The service it wanted to reach.
    pub service: Purposed,
    /// True if it is part of licensing; false if it is reported only because everything is.
    pub licensing: bool,
    /// The dialect of its client: the words and commands of remedies.
    pub dialect: Dialect,
    /// The library that its client looks like, if that chose those words.
    pub looks_like: Option<Stack>,
    /// The routing table from which the device reaches its service, if its own texts name one.
    pub vrf: Option<IosName>,
    /// Look-ups of the service's name.
    pub lookups: Vec<&'a Lookup>,
    /// Connections in order; all but the last never connected.
    pub connections: Vec<&'a Connection>,
    /// ICMP errors about those connections.
    pub icmp: Vec<&'a IcmpError>,
    /// Revocation data fetched during the handshake.
    pub revocation: Vec<Revocation<'a>>,
    /// The presented chains, judged at the time of the capture.
    pub presented: Sides<Presented<'a>>,
    /// The unanswered connection by which a truncated answer was requested again over TCP.
    pub dns_over_tcp: Option<&'a Connection>,
    /// The same connection once more, behind an address translation: one connection failed once.
    pub seen_again: Option<&'a Connection>,
    /// The lines of the device's own texts about it.
    pub testimonies: Vec<Testimony<'a>>,
    /// The frame in which the port answered another connection in TLS, if this client speaks plain text to it.
    pub speaks_tls: Option<FrameNumber>,
    /// The largest payload of each side that arrived in other connections between the same hosts, where bytes of this one
    /// were lost: a path that carries it once carries that size.
    pub arrived_beside: Sides<u32>,
}

impl<'a> Attempt<'a> {
    /// An attempt of a device at a service, of which nothing else is known yet. Only a device that was looked for has a
    /// routing table that its own texts name.
    fn new(options: &Options, device: IpAddr, service: Purposed, licensing: bool, dialect: Dialect) -> Self {
        Self {
            device,
            dialect,
            looks_like: None,
            service,
            licensing,
            vrf: options.vrf().filter(|_| licensing),
            lookups: Vec::new(),
            connections: Vec::new(),
            icmp: Vec::new(),
            revocation: Vec::new(),
            presented: Sides::default(),
            dns_over_tcp: None,
            seen_again: None,
            testimonies: Vec::new(),
            speaks_tls: None,
            arrived_beside: Sides::default(),
        }
    }

    /// The connection that decided the outcome: the last.
    #[must_use]
    pub fn connection(&self) -> Option<&'a Connection> {
        self.connections.last().copied()
    }

    /// The service's host, in a form that may stand in a command.
    #[must_use]
    pub fn host(&self) -> HostArgument {
        HostArgument::with_port(&self.service.name, "<host of the service>").0
    }

    /// True if it is an access point that tries to join a controller.
    #[must_use]
    pub fn is_join(&self) -> bool {
        self.service.transport == Transport::Capwap
    }

    /// The transport below TLS.
    #[must_use]
    pub fn carrier(&self) -> Carrier {
        self.connection().map_or(Carrier::Tcp, |connection| connection.carrier)
    }

    /// The language and dialect of its texts.
    #[must_use]
    pub fn voice(&self, language: Language) -> Voice {
        Voice {
            language,
            dialect: self.dialect,
            carrier: self.carrier(),
        }
    }

    /// True if the service is the cloud of the device's own vendor: the reader can change neither the server nor what it
    /// trusts.
    #[must_use]
    pub const fn is_at_vendors(&self) -> bool {
        self.licensing && matches!(self.service.transport, Transport::Cssm | Transport::CallHome)
    }

    /// The TLS facts of that connection.
    #[must_use]
    pub fn tls(&self) -> Option<&'a TlsFacts> {
        self.connection()?.tls.as_ref()
    }

    /// First frame of the attempt.
    #[must_use]
    pub fn first(&self) -> FrameAt {
        let lookup = self.lookups.first().map(|lookup| lookup.first());
        let connection = self.connections.first().map(|connection| connection.first);
        match (lookup, connection) {
            (Some(lookup), Some(connection)) => lookup.min(connection),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }

    /// True if data went both ways after the handshake.
    #[must_use]
    pub fn exchanged(&self) -> bool {
        self.tls()
            .is_some_and(|tls| tls.application_data.client > 0 && tls.application_data.server > 0)
    }
}

/// Groups connections, look-ups and errors into attempts, in order of their first frames.
#[cfg(test)]
pub(crate) fn attempts<'a>(
    options: &'a Options,
    connections: &'a [Connection],
    lookups: &'a [Lookup],
    icmp: &'a [IcmpError],
) -> Vec<Attempt<'a>> {
    let selector = Selector::new(options, lookups, connections);
    let directory = Directory::new(connections, lookups, icmp);
    let mut attempts = grouped(&selector, connections, (lookups, 0), &directory);
    for attempt in &mut attempts {
        complete(attempt, options, &directory);
    }
    attempts
}

/// Adds the known facts about an attempt other than its connections and look-ups.
pub(crate) fn complete<'a>(attempt: &mut Attempt<'a>, options: &'a Options, directory: &Directory<'a>) {
    attempt.icmp = errors_about(&attempt.connections, &attempt.lookups, directory);
    attempt.dns_over_tcp = unanswered_dns(attempt, directory);
    attempt.arrived_beside = arrived::beside(attempt, directory);
    client::tell(attempt, options);
    present(attempt, options);
    attempt.revocation = revocation(attempt, directory);
}

/// Connections and look-ups as attempts, in order of their first frames. The given number of look-ups, the first ones,
/// are only background: they belong to attempts that were already reported.
pub(crate) fn grouped<'a>(
    selector: &Selector<'_>,
    connections: &'a [Connection],
    (lookups, past): (&'a [Lookup], usize),
    directory: &Directory<'a>,
) -> Vec<Attempt<'a>> {
    let options = selector.options;
    let is_everything = options.all || options.profile.everything;
    let names = if is_everything {
        NamesTold::of(lookups)
    } else {
        NamesTold::default()
    };
    let tls_ports = tls_ports(connections);
    let unopened = Unopened::of(connections);
    let mut grouping = Grouping {
        options,
        families: Families::of(lookups, connections),
        attempts: Vec::new(),
        open: BTreeMap::new(),
        same_ports: HashMap::default(),
        twins: Twins::default(),
    };
    for connection in connections {
        if grouping.is_twin(connection) {
            continue;
        }
        let speaks_tls = tls_ports.get(&connection.server).copied();
        let join = selector.join(connection);
        let of_join = join.as_ref().map(|_| options.dialect_of_join());
        let (service, licensing) = match join
            .map(|it| (it, false))
            .or_else(|| Some((selector.purpose(connection)?, true)))
        {
            Some(found) => found,
            None if is_wanted(options, connection, speaks_tls, &unopened) => (other(connection, &names), false),
            None => continue,
        };
        if grouping.attempts.len() >= MAX_ATTEMPTS {
            break;
        }
        // Where the service opens the connection, the client is a computer on which the service runs.
        let dialect = match of_join {
            Some(dialect) => dialect,
            None if service.calls_device => Dialect::Generic,
            None => options.dialect_of(licensing, &service.name),
        };
        grouping.take(connection, service, licensing, dialect, speaks_tls);
    }
    let mut attempts = grouping.attempts;
    assign_lookups(
        selector,
        &mut attempts,
        lookups.get(past..).unwrap_or_default(),
        directory,
    );
    attempts.sort_by_key(Attempt::first);
    attempts
}

/// The attempts so far, and those of them that may continue.
struct Grouping<'a, 'o> {
    options: &'o Options,
    families: Families<'a>,
    attempts: Vec<Attempt<'a>>,
    /// Per device and service: the attempt that has not connected yet.
    open: BTreeMap<(IpAddr, Transport, String), usize>,
    /// Per pair of ports: the attempt that used them last.
    same_ports: HashMap<(Endpoint, Endpoint), usize, RandomState>,
    twins: Twins<'a>,
}

impl<'a> Grouping<'a, '_> {
    /// True if it is another view of an attempt's connection, behind an address translation.
    fn is_twin(&mut self, connection: &'a Connection) -> bool {
        let owner = self.twins.owner(connection);
        let attempt = owner.and_then(|at| self.attempts.get_mut(at));
        attempt
            .map(|attempt| attempt.seen_again.get_or_insert(connection))
            .is_some()
    }

    /// Adds a connection to the attempt that it continues, or starts a new one.
    fn take(
        &mut self,
        connection: &'a Connection,
        service: Purposed,
        licensing: bool,
        dialect: Dialect,
        speaks_tls: Option<FrameNumber>,
    ) {
        let device = connection.client.ip;
        let key = (
            self.families.device(device, &service.name, connection),
            service.transport,
            service.name.clone(),
        );
        let is = |at: usize, goes_on: fn(&Attempt<'_>, &Connection) -> bool| {
            self.attempts
                .get(at)
                .is_some_and(|attempt| goes_on(attempt, connection))
        };
        let continues = self.open.get(&key).copied();
        let continues = continues.filter(|&at| licensing && is(at, goes_on));
        // The same ports again with another initial number: the client's system keeps trying, as after a SYN with data
        // (RFC 7413) that was dropped, or an answer that it refused.
        let ports = (connection.client, connection.server);
        let again = self.same_ports.get(&ports).copied();
        let again = again.filter(|&at| is(at, tries_again));
        let at = again.or(continues).unwrap_or_else(|| {
            let attempt = Attempt::new(self.options, device, service, licensing, dialect);
            self.attempts.push(Attempt { speaks_tls, ..attempt });
            self.attempts.len() - 1
        });
        self.twins.note(connection, at);
        self.same_ports.insert(ports, at);
        if connection.connected() && !connection.answer_refused() {
            self.open.remove(&key);
        } else {
            self.open.insert(key, at);
        }
        if let Some(attempt) = self.attempts.get_mut(at) {
            // If two address families were used, the one used last.
            attempt.device = device;
            attempt.connections.push(connection);
        }
    }
}

/// True if a connection continues an attempt that has not connected: it tries the next address. The same address again
/// is another attempt.
fn goes_on(attempt: &Attempt<'_>, connection: &Connection) -> bool {
    let Some(before) = attempt.connection() else {
        return false;
    };
    let refused = before.tcp.server.frames > 0;
    let patience = if refused { AT_ONCE } else { SAME_ATTEMPT };
    let is_new = attempt.connections.iter().all(|it| it.server != connection.server);
    // The same SYN again: the client's TCP repeats it after it refused an answer.
    let goes_on = before.answer_refused() && (before.client, before.server) == (connection.client, connection.server);
    (is_new || goes_on) && connection.first.time.since(before.last.time) <= patience
}

/// True if a connection on the same ports is the client's next try to open a connection that never opened.
fn tries_again(attempt: &Attempt<'_>, connection: &Connection) -> bool {
    let Some(before) = attempt.connection() else {
        return false;
    };
    let numbers = (before.tcp.client.isn, connection.tcp.client.isn);
    (before.client, before.server) == (connection.client, connection.server)
        && matches!(numbers, (Some(one), Some(other)) if one != other)
        && !before.connected()
        && (0..=TRY_OVER).contains(&connection.first.time.since(before.last.time))
}

/// True if a connection other than licensing is reported as well.
fn is_wanted(options: &Options, connection: &Connection, speaks_tls: Option<FrameNumber>, unopened: &Unopened) -> bool {
    (options.all || options.profile.everything)
        && (connection.tls.is_some()
            || wanted_tls(connection, speaks_tls)
            || unopened.is_told(connection)
            || hides_tls(connection))
}

/// Without any captured message, only the port shows that TLS is expected.
pub(crate) fn hides_tls(connection: &Connection) -> bool {
    connection.beginning_hidden && plain::client::is_tls_port(connection.server.port)
}

/// True if TLS was requested or expected and did not follow.
fn wanted_tls(connection: &Connection, speaks_tls: Option<FrameNumber>) -> bool {
    connection.wants_tls()
        || speaks_tls.is_some() && connection.plain_client.is_some() && plain::client::is_over(connection)
}

/// Ports that speak TLS from their first byte, with the frame in which one does: searched for only if a client sends
/// something else to some port and is not answered.
fn tls_ports(connections: &[Connection]) -> HashMap<Endpoint, FrameNumber> {
    let is_asked = |connection: &Connection| connection.plain_client.is_some() && plain::client::is_over(connection);
    let asked: HashSet<Endpoint> = connections
        .iter()
        .filter(|it| is_asked(it))
        .map(|it| it.server)
        .collect();
    let mut ports = HashMap::new();
    for connection in connections {
        if asked.contains(&connection.server)
            && connection.opening.server.is_empty()
            && let Some(hello) = connection.step(StepKind::ServerHello)
        {
            ports.entry(connection.server).or_insert(hello.frame);
        }
    }
    ports
}

fn other(connection: &Connection, names: &NamesTold<'_>) -> Purposed {
    let name = connection
        .server_name()
        .filter(|name| !name.is_empty())
        .map(|name| name.raw().to_owned());
    // A proxy's name is not the name of the server behind it.
    let looked_up = || {
        names
            .of_target(connection)
            .filter(|_| connection.tunnel_target().is_none())
    };
    let asked = || {
        let host = without_port(connection.tunnel_target()?.raw());
        (!host.is_empty()).then(|| host.to_owned())
    };
    let name = name
        .or_else(asked)
        .or_else(|| looked_up().map(str::to_owned))
        .unwrap_or_else(|| connection.server.to_string());
    of_no_service(name, connection.tunnel_target().is_some().then_some(connection.server))
}

/// What is reported only because everything is.
pub(super) const fn of_no_service(name: String, proxy: Option<Endpoint>) -> Purposed {
    Purposed {
        transport: Transport::Other,
        name,
        proxy,
        public_certificate: false,
        superseded_by: None,
        calls_device: false,
        because: Clue::Everything,
    }
}

/// ICMP errors that quote a packet of one of the connections, in either direction, or a question of one of the look-ups,
/// in order.
fn errors_about<'a>(connections: &[&Connection], lookups: &[&Lookup], directory: &Directory<'a>) -> Vec<&'a IcmpError> {
    let mut errors: Vec<&IcmpError> = Vec::new();
    for connection in connections {
        let quoting = directory.errors_between(connection.client, connection.server).iter();
        let is_of_its_kind = |error: &IcmpError| error.quoted_seq.is_none() == connection.carrier.is_datagram();
        errors.extend(
            quoting.filter(|error| is_of_its_kind(error) && error.time.since(connection.first.time) >= -CLOCK_SKEW),
        );
    }
    for lookup in lookups {
        // An error that quotes a question between the same hosts, after the question was asked.
        if let Some(asked) = lookup.questions.iter().map(|question| question.time.0).min() {
            let (from, to) = (
                asked.saturating_sub(CLOCK_SKEW),
                ended(lookup).0.saturating_add(TRY_OVER),
            );
            errors.extend(directory.refused_questions(lookup.client, lookup.server, from, to));
        }
    }
    // An error that may be about either of two connections counts once.
    errors.sort_by_key(|error| error.frame);
    errors.dedup_by(|one, other| std::ptr::eq(*one, *other));
    errors
}

/// The connection to the resolver's port 53 by which a client tried to get a truncated answer whole (RFC 7766 section
/// 5), if the connection failed and no other answer came.
fn unanswered_dns<'a>(attempt: &Attempt<'a>, directory: &Directory<'a>) -> Option<&'a Connection> {
    let mut answers = attempt.lookups.iter().map(|lookup| (lookup, lookup.answer.as_ref()));
    let (lookup, answer) = answers
        .clone()
        .find(|(_, answer)| answer.is_some_and(|it| it.truncated))?;
    if !answers.all(|(_, answer)| answer.is_none_or(|it| it.truncated)) {
        return None;
    }
    let since = Timestamp(answer?.time.0.saturating_sub(CLOCK_SKEW));
    directory.unconnected_dns(lookup.client, lookup.server, since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::endpoint::endpoint;
    use crate::base::seq::SeqNumber;
    use crate::base::wire_text::WireText;
    use crate::connection::{SECOND, connection};
    use crate::decode::IcmpErrorKind;
    use crate::dns::lookup::Lookups;
    use crate::dns::message::{Message, Status};
    use crate::profile::Profile;

    const NAME: &str = "smartreceiver.cisco.com";
    const DEVICE: &str = "10.0.0.1:50000";
    const SERVER: &str = "192.133.220.90:443";

    fn options() -> Options {
        Options::new(Profile::built_in("cisco-smart-licensing").unwrap())
    }

    /// Answered look-ups of a name: device, second asked, address given.
    fn lookups(name: &str, asked: &[(&str, i64, &str)]) -> Vec<Lookup> {
        let mut lookups = Lookups::default();
        for (id, &(client, at, address)) in (1..).zip(asked) {
            for is_response in [false, true] {
                let message = Message {
                    id,
                    is_response,
                    truncated: false,
                    status: Status::NO_ERROR,
                    name: WireText::from(name),
                    kind: if address.contains(':') { 28 } else { 1 },
                    addresses: address.parse().ok().filter(|_| is_response).into_iter().collect(),
                };
                let frame = FrameNumber(at.unsigned_abs());
                let time = Timestamp(at * SECOND);
                lookups.message(
                    message,
                    client.parse().unwrap(),
                    [9, 9, 9, 9].into(),
                    FrameAt::new(frame, time),
                );
            }
        }
        lookups.all
    }

    /// Per attempt: device, seconds of its look-ups, seconds of its connections.
    fn shape(attempts: &[Attempt<'_>]) -> String {
        let second = |first: FrameAt| (first.time.0 / SECOND).to_string();
        let all = attempts.iter().map(|attempt| {
            let lookups: Vec<String> = attempt.lookups.iter().map(|it| second(it.first())).collect();
            let connections: Vec<String> = attempt.connections.iter().map(|it| second(it.first)).collect();
            format!("{} ?{} >{}", attempt.device, lookups.join(","), connections.join(","))
        });
        all.collect::<Vec<_>>().join("; ")
    }

    fn grouped(connections: &[Connection], lookups: &[Lookup]) -> String {
        shape(&attempts(&options(), connections, lookups, &[]))
    }

    #[test]
    fn attempts_look_at_the_lookups_beside_them_and_not_at_all() {
        use crate::attempt::index::LOOKED_AT;
        let address = "192.133.220.90";
        let of_time = |count: i64, apart: i64, answer: &str, connects: bool| {
            let asked: Vec<_> = (0..count).map(|at| ("10.0.0.1", 1 + at * apart, answer)).collect();
            let lookups = lookups(NAME, &asked);
            let connections = (0..count)
                .filter(|_| connects)
                .map(|at| connection(1 + at * apart, DEVICE, SERVER));
            let connections: Vec<_> = connections.collect();
            let before = LOOKED_AT.get();
            let options = options();
            let found = attempts(&options, &connections, &lookups, &[]).len();
            assert!(found > 0);
            LOOKED_AT.get() - before
        };
        for (apart, answer, connects) in [(10, address, true), (40, "", false), (40, "", true), (5, "", true)] {
            let work = [500, 1000, 2000].map(|count| of_time(count, apart, answer, connects) + 1);
            for pair in work.windows(2) {
                let exponent = (pair[1] as f64 / pair[0] as f64).log2();
                assert!(exponent <= 1.15, "every {apart} s, {answer}: {work:?}");
            }
        }
    }

    #[test]
    fn addresses_tried_one_after_the_other_are_one_attempt() {
        let connections = [
            connection(10, DEVICE, "192.0.2.1:443"),
            connection(40, DEVICE, "192.0.2.2:443"),
            connection(70, DEVICE, SERVER).asking_for(NAME),
        ];
        let told = lookups(NAME, &[("10.0.0.1", 5, "192.0.2.1"), ("10.0.0.1", 6, "192.0.2.2")]);
        assert_eq!(grouped(&connections, &told), "10.0.0.1 ?5,6 >10,40,70");
    }

    #[test]
    fn the_same_address_again_is_another_try() {
        let connections = [
            connection(10, DEVICE, SERVER),
            connection(40, DEVICE, SERVER),
            connection(70, DEVICE, SERVER).asking_for(NAME),
        ];
        assert_eq!(
            grouped(&connections, &[]),
            "10.0.0.1 ? >10; 10.0.0.1 ? >40; 10.0.0.1 ? >70"
        );
    }

    #[test]
    fn both_address_families_of_one_device_are_one_attempt_where_dns_shows_that_they_are() {
        let connections = [
            connection(10, "[2001:db8::1]:50000", "[2001:db8::5]:443"),
            connection(11, DEVICE, SERVER).asking_for(NAME),
        ];
        let told = lookups(
            NAME,
            &[("10.0.0.1", 5, "2001:db8::5"), ("10.0.0.1", 5, "192.133.220.90")],
        );
        assert_eq!(grouped(&connections, &told), "10.0.0.1 ?5,5 >10,11");
        assert_eq!(shape(&attempts(&options(), &connections, &[], &[])), "10.0.0.1 ? >11");
    }

    #[test]
    fn a_look_up_that_failed_and_was_given_up_is_a_try_of_its_own() {
        let told = lookups(NAME, &[("10.0.0.1", 5, "none"), ("10.0.0.1", 70, "192.133.220.90")]);
        let connections = [connection(71, DEVICE, SERVER).asking_for(NAME)];
        assert_eq!(grouped(&connections, &told), "10.0.0.1 ?5 >; 10.0.0.1 ?70 >71");
        let told = lookups(NAME, &[("10.0.0.1", 5, "none"), ("10.0.0.1", 10, "192.133.220.90")]);
        let connections = [connection(11, DEVICE, SERVER).asking_for(NAME)];
        assert_eq!(
            grouped(&connections, &told),
            "10.0.0.1 ?5,10 >11",
            "the next resolver knew"
        );
    }

    #[test]
    fn a_try_after_two_minutes_is_another_attempt() {
        let told = lookups(NAME, &[("10.0.0.1", 9, "192.0.2.1")]);
        let tried = |second| {
            [
                connection(10, DEVICE, "192.0.2.1:443"),
                connection(second, DEVICE, SERVER),
            ]
        };
        assert_eq!(grouped(&tried(131), &told), "10.0.0.1 ?9 >10; 10.0.0.1 ? >131");
        assert_eq!(grouped(&tried(130), &told), "10.0.0.1 ?9 >10,130");
    }

    #[test]
    fn a_retry_after_a_connection_that_connected_is_another_attempt() {
        let connections = [
            connection(10, DEVICE, SERVER).asking_for(NAME),
            connection(11, DEVICE, SERVER).asking_for(NAME),
            connection(12, DEVICE, SERVER),
        ];
        assert_eq!(
            grouped(&connections, &[]),
            "10.0.0.1 ? >10; 10.0.0.1 ? >11; 10.0.0.1 ? >12"
        );
    }

    #[test]
    fn two_devices_make_attempts_of_their_own() {
        let connections = [connection(10, DEVICE, SERVER), connection(11, "10.0.0.2:50000", SERVER)];
        assert_eq!(grouped(&connections, &[]), "10.0.0.1 ? >10; 10.0.0.2 ? >11");
    }

    #[test]
    fn what_is_not_licensing_is_an_attempt_only_when_everything_is_wanted() {
        let connections = [connection(10, DEVICE, "198.51.100.1:443").asking_for("www.example")];
        assert_eq!(grouped(&connections, &[]), "");
        let all = Options { all: true, ..options() };
        let attempts = attempts(&all, &connections, &[], &[]);
        assert!(!attempts[0].licensing);
        assert_eq!(attempts[0].service.transport, Transport::Other);
        assert_eq!(attempts[0].service.name, "www.example");
    }

    #[test]
    fn a_look_up_belongs_to_the_attempt_that_follows_it() {
        let asked = lookups(
            NAME,
            &[("10.0.0.1", 5, "192.133.220.90"), ("10.0.0.1", 300, "192.133.220.90")],
        );
        let connections = [
            connection(6, DEVICE, SERVER).asking_for(NAME),
            connection(301, DEVICE, SERVER).asking_for(NAME),
        ];
        assert_eq!(grouped(&connections, &asked), "10.0.0.1 ?5 >6; 10.0.0.1 ?300 >301");
    }

    #[test]
    fn a_look_up_between_two_addresses_belongs_to_the_same_attempt() {
        let asked = lookups(
            NAME,
            &[("10.0.0.1", 5, "192.0.2.1"), ("10.0.0.1", 60, "192.133.220.90")],
        );
        let connections = [
            connection(6, DEVICE, "192.0.2.1:443"),
            connection(61, DEVICE, SERVER).asking_for(NAME),
        ];
        assert_eq!(grouped(&connections, &asked), "10.0.0.1 ?5,60 >6,61");
    }

    #[test]
    fn a_look_up_that_no_connection_follows_is_an_attempt() {
        let asked = lookups(
            NAME,
            &[
                ("10.0.0.1", 5, "0.0.0.0"),
                ("10.0.0.1", 25, "0.0.0.0"),
                ("10.0.0.1", 85, "0.0.0.0"),
            ],
        );
        assert_eq!(grouped(&[], &asked), "10.0.0.1 ?5,25 >; 10.0.0.1 ?85 >");
        assert_eq!(
            grouped(&[], &lookups("www.cisco.com", &[("10.0.0.1", 5, "0.0.0.0")])),
            ""
        );
    }

    #[test]
    fn a_look_up_after_the_connection_is_not_its_cause() {
        let asked = lookups(NAME, &[("10.0.0.1", 200, "192.133.220.90")]);
        let connections = [connection(6, DEVICE, SERVER).asking_for(NAME)];
        assert_eq!(grouped(&connections, &asked), "10.0.0.1 ? >6; 10.0.0.1 ?200 >");
    }

    #[test]
    fn another_devices_look_up_is_not_this_ones() {
        let asked = lookups(NAME, &[("10.0.0.2", 5, "192.133.220.90")]);
        let connections = [connection(6, DEVICE, SERVER).asking_for(NAME)];
        assert_eq!(grouped(&connections, &asked), "10.0.0.2 ?5 >; 10.0.0.1 ? >6");
    }

    #[test]
    fn a_device_may_ask_from_its_address_of_the_other_family() {
        let asked = lookups(NAME, &[("10.0.0.1", 5, "2001:db8::5")]);
        let connections = [connection(6, "[2001:db8::1]:50000", "[2001:db8::5]:443").asking_for(NAME)];
        assert_eq!(grouped(&connections, &asked), "2001:db8::1 ?5 >6");
    }

    #[test]
    fn with_controllers_named_other_devices_look_ups_are_no_attempts() {
        let asked = lookups(NAME, &[("10.0.0.1", 5, "0.0.0.0"), ("10.0.0.2", 6, "0.0.0.0")]);
        let options = Options {
            wlc: vec![[10, 0, 0, 2].into()],
            ..options()
        };
        assert_eq!(shape(&attempts(&options, &[], &asked, &[])), "10.0.0.2 ?6 >");
    }

    #[test]
    fn a_service_that_calls_the_device_is_the_one_that_tries() {
        let call = [connection(6, "10.7.7.7:40000", "10.0.0.1:443").requesting("POST", "/smartlic-service/x", None)];
        assert_eq!(grouped(&call, &[]), "10.7.7.7 ? >6");
    }

    #[test]
    fn icmp_errors_count_that_quote_a_segment_of_the_attempt() {
        let connections = [connection(10, DEVICE, SERVER)];
        let error = |src: &str, dst: &str, frame: u64, seq: Option<u32>| IcmpError {
            frame: FrameNumber(frame),
            time: Timestamp::from_seconds(i64::try_from(frame).unwrap()),
            from: [10, 0, 0, 254].into(),
            kind: IcmpErrorKind::Prohibited,
            quoted_src: endpoint(src),
            quoted_dst: endpoint(dst),
            quoted_seq: seq.map(SeqNumber),
        };
        let errors = [
            error(DEVICE, SERVER, 11, Some(1)),
            error(SERVER, DEVICE, 12, Some(1)),
            error(DEVICE, SERVER, 5, Some(1)), // before it
            error(DEVICE, SERVER, 13, None),   // UDP
            error("10.0.0.1:50001", SERVER, 14, Some(1)),
        ];
        let options = options();
        let attempts = attempts(&options, &connections, &[], &errors);
        let frames: Vec<u64> = attempts[0].icmp.iter().map(|error| error.frame.0).collect();
        assert_eq!(frames, [11, 12]);
    }

    #[test]
    fn attempts_stand_in_the_order_of_their_first_frames() {
        let asked = lookups(NAME, &[("10.0.0.3", 1, "0.0.0.0"), ("10.0.0.1", 5, "192.133.220.90")]);
        let connections = [connection(3, "10.0.0.2:50000", SERVER), connection(6, DEVICE, SERVER)];
        assert_eq!(
            grouped(&connections, &asked),
            "10.0.0.3 ?1 >; 10.0.0.2 ? >3; 10.0.0.1 ?5 >6"
        );
    }
}
