//! Connections, Lookups, ICMP errors → Attempt: one try to reach the service, from name look-up to close.
//!
//! What belongs to licensing is learnt from the capture (names in Client Hellos, CONNECT, DNS answers, request targets)
//! and from the user's options; addresses in a profile are only hints.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::connection::{ClientBy, Connection};
use crate::context::{Host, Options, Target};
use crate::decode::{Endpoint, IcmpError, Tunnel};
use crate::frame::{FrameNumber, Timestamp};
use crate::lookup::Lookup;
use crate::profile::{Service, Transport};
use crate::tls::trust::{self, Judgement, Purpose, ServerName};
use crate::tls::walk::{Side, Sides, StepKind, TlsFacts};

/// Connections that never connected belong to one attempt while the next one begins within this time: a client goes
/// through all addresses of a name, each for up to about a minute and a half of SYN retries.
const SAME_ATTEMPT: i64 = 120_000_000_000;

/// By how much the stamps of one direction may be off those of the other, or a reordered frame be late.
const CLOCK_SKEW: i64 = 3_000_000_000;

/// Attempts reported; a capture with more shows the same failure over and over.
pub const MAX_ATTEMPTS: usize = 100_000;

/// What a connection was recognised to be for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purposed {
    /// How the service is reached.
    pub transport: Transport,
    /// The service's name, else its address.
    pub name: String,
    /// The proxy in between.
    pub proxy: Option<Endpoint>,
    /// Its certificate should come from a public authority.
    pub public_certificate: bool,
    /// What supersedes the service.
    pub superseded_by: Option<String>,
    /// The service opened the connection: the device is the connection's server.
    pub calls_device: bool,
    /// How it was recognised, as a clause.
    pub because: &'static str,
}

/// A fetch of revocation data that a handshake may have waited for.
#[derive(Clone, Debug)]
pub struct Revocation<'a> {
    /// The URL in the certificate.
    pub url: String,
    /// Its host.
    pub host: String,
    /// Look-ups of the host.
    pub lookups: Vec<&'a Lookup>,
    /// Connections to it.
    pub connections: Vec<&'a Connection>,
}

/// One try to reach the service.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// Who tried.
    pub device: IpAddr,
    /// What it wanted to reach.
    pub service: Purposed,
    /// Part of licensing, or only reported because everything is.
    pub licensing: bool,
    /// Look-ups of the service's name.
    pub lookups: Vec<&'a Lookup>,
    /// Connections in order; all but the last never connected.
    pub connections: Vec<&'a Connection>,
    /// ICMP errors about those connections.
    pub icmp: Vec<&'a IcmpError>,
    /// Revocation data fetched during the handshake.
    pub revocation: Vec<Revocation<'a>>,
    /// What the presented chains are worth, at the time of the capture.
    pub judgements: Sides<Option<Judgement>>,
}

impl<'a> Attempt<'a> {
    /// The connection that decided: the last.
    #[must_use]
    pub fn connection(&self) -> Option<&'a Connection> {
        self.connections.last().copied()
    }

    /// TLS of that connection.
    #[must_use]
    pub fn tls(&self) -> Option<&'a TlsFacts> {
        self.connection()?.tls.as_ref()
    }

    /// First frame of the attempt.
    #[must_use]
    pub fn first(&self) -> (FrameNumber, Timestamp) {
        let lookup = self.lookups.first().map(|lookup| lookup.first());
        let connection = self.connections.first().map(|connection| connection.first);
        match (lookup, connection) {
            (Some(lookup), Some(connection)) => lookup.min(connection),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }

    /// Whether the exchange beyond the handshake went both ways.
    #[must_use]
    pub fn exchanged(&self) -> bool {
        self.tls()
            .is_some_and(|tls| tls.application_data.client > 0 && tls.application_data.server > 0)
    }
}

/// Decides which connections are for which service.
#[derive(Debug)]
pub struct Selector<'a> {
    options: &'a Options,
    lookups: &'a [Lookup],
    /// Endpoints recognised by name elsewhere in the capture: where a device also fails to connect to them.
    learnt: BTreeMap<Endpoint, Purposed>,
}

impl<'a> Selector<'a> {
    /// Learns from connections whose purpose shows by itself.
    #[must_use]
    pub fn new(options: &'a Options, lookups: &'a [Lookup], connections: &[Connection]) -> Self {
        let mut selector = Self {
            options,
            lookups,
            learnt: BTreeMap::new(),
        };
        for connection in connections {
            if let Some(purpose) = selector.by_content(connection) {
                selector.learnt.entry(connection.server).or_insert(purpose);
            }
        }
        selector
    }

    /// What the connection is for, as far as licensing goes.
    #[must_use]
    pub fn purpose(&self, connection: &Connection) -> Option<Purposed> {
        // Traffic inside CAPWAP is a wireless client's.
        if connection.tunnel == Tunnel::Capwap {
            return None;
        }
        let wlc = &self.options.wlc;
        if !wlc.is_empty() && !wlc.contains(&connection.client.ip) && !wlc.contains(&connection.server.ip) {
            return None;
        }
        if let Some(purpose) = self.by_content(connection) {
            return Some(purpose);
        }
        if connection.server_name().is_some() || connection.connect().is_some() {
            return self.by_option(connection); // another name: only an explicit option can still claim it
        }
        self.by_option(connection)
            .or_else(|| self.by_lookup(connection))
            .or_else(|| self.learnt.get(&connection.server).cloned())
            .or_else(|| self.by_address(connection))
    }

    /// By what the connection itself says.
    fn by_content(&self, connection: &Connection) -> Option<Purposed> {
        let profile = &self.options.profile;
        let proxy = connection.connect().is_some().then_some(connection.server);
        if let Some(name) = connection.server_name()
            && let Some(service) = profile.service_named(name.raw())
        {
            return Some(Purposed {
                proxy,
                ..named(service, name.raw(), "the Client Hello names it")
            });
        }
        if let Some((_, request)) = connection.connect().and_then(|exchange| exchange.request.as_ref()) {
            let target = request.target.raw();
            let host = target.rsplit_once(':').map_or(target, |(host, _)| host);
            if let Some(service) = profile.service_named(host) {
                return Some(Purposed {
                    proxy,
                    ..named(service, host, "the CONNECT request names it")
                });
            }
        }
        // Readable HTTP: the longest matching path tells the transport.
        let request = connection.http.iter().find_map(|exchange| exchange.request.as_ref())?;
        let target = request.1.target.raw();
        let host = request
            .1
            .host
            .as_ref()
            .map_or_else(|| connection.server.ip.to_string(), |host| host.to_string());
        let by_path = profile.endpoints.iter().filter_map(|service| {
            let longest = service
                .paths
                .iter()
                .filter(|path| target.starts_with(path.as_str()))
                .map(String::len)
                .max()?;
            Some((longest, service))
        });
        if let Some((_, service)) = by_path.max_by_key(|&(len, _)| len) {
            if service.calls_device {
                return Some(named(
                    service,
                    &connection.client.ip.to_string(),
                    "the HTTP request is of its kind",
                ));
            }
            let host = host.split(':').next().unwrap_or_default().to_owned();
            return Some(named(service, &host, "the HTTP request is of its kind"));
        }
        let host = host.split(':').next().unwrap_or_default();
        profile
            .service_named(host)
            .map(|service| named(service, host, "the HTTP request names it"))
    }

    /// By what the user said.
    fn by_option(&self, connection: &Connection) -> Option<Purposed> {
        let options = self.options;
        let lists = [
            (Transport::OnPrem, &options.on_prem),
            (Transport::Cslu, &options.cslu),
            (Transport::Cssm, &options.cssm),
        ];
        for (transport, targets) in lists {
            if let Some(name) = targets.iter().find_map(|target| self.reaches(target, connection)) {
                let because = "an option names it";
                return Some(Purposed {
                    transport,
                    name,
                    proxy: connection.connect().is_some().then_some(connection.server),
                    public_certificate: transport == Transport::Cssm,
                    superseded_by: None,
                    calls_device: false,
                    because,
                });
            }
        }
        // A CSLU may also call the device.
        let is_client = |target: &Target| matches!(target.host, Host::Address(ip) if ip == connection.client.ip);
        if options.cslu.iter().any(is_client) {
            return Some(Purposed {
                transport: Transport::Cslu,
                name: connection.client.ip.to_string(),
                proxy: None,
                public_certificate: false,
                superseded_by: None,
                calls_device: true,
                because: "an option names the CSLU that opens it",
            });
        }
        let through = options
            .proxy
            .iter()
            .any(|proxy| self.reaches(proxy, connection).is_some());
        if through && connection.connect().is_none() && connection.server_name().is_none() {
            // Nothing said what it wanted of the proxy: it never got that far.
            return Some(Purposed {
                transport: Transport::Cssm,
                name: connection.server.to_string(),
                proxy: Some(connection.server),
                public_certificate: true,
                superseded_by: None,
                calls_device: false,
                because: "an option names the proxy",
            });
        }
        None
    }

    /// Whether a connection goes to what an option names; the name to show for it.
    fn reaches(&self, target: &Target, connection: &Connection) -> Option<String> {
        if target.port.is_some_and(|port| port != connection.server.port) {
            return None;
        }
        match &target.host {
            Host::Address(ip) => (*ip == connection.server.ip).then(|| {
                let name = connection.server_name().map(|name| name.raw().to_owned());
                name.unwrap_or_else(|| ip.to_string())
            }),
            Host::Name(name) => {
                let asked = connection
                    .server_name()
                    .is_some_and(|sni| sni.raw().eq_ignore_ascii_case(name));
                let resolved = connection.server_name().is_none() && self.resolved(name, connection);
                (asked || resolved).then(|| name.clone())
            }
        }
    }

    /// By a DNS answer that the device was given.
    fn by_lookup(&self, connection: &Connection) -> Option<Purposed> {
        let profile = &self.options.profile;
        profile.endpoints.iter().find_map(|service| {
            let ports_fit = service.ports.is_empty() || service.ports.contains(&connection.server.port);
            let name = service.names.iter().find(|name| self.resolved(name, connection))?;
            ports_fit.then(|| named(service, name, "DNS gave this address for its name"))
        })
    }

    /// Whether the device was told that `name` is at the connection's address. It may have asked from its address of the
    /// other family.
    fn resolved(&self, name: &str, connection: &Connection) -> bool {
        self.lookups.iter().any(|lookup| {
            let own =
                lookup.client == connection.client.ip || lookup.client.is_ipv4() != connection.client.ip.is_ipv4();
            own && lookup.name.raw().eq_ignore_ascii_case(name)
                && lookup
                    .answer
                    .as_ref()
                    .is_some_and(|answer| answer.addresses.contains(&connection.server.ip))
        })
    }

    /// By the profile's dated hints.
    fn by_address(&self, connection: &Connection) -> Option<Purposed> {
        let server = connection.server;
        self.options.profile.endpoints.iter().find_map(|service| {
            let port = service.ports.contains(&server.port);
            if port && service.addresses.contains(&server.ip) {
                let name = service.names.first().cloned().unwrap_or_else(|| server.ip.to_string());
                return Some(named(service, &name, "the profile lists this address"));
            }
            // Only the side that opened the connection is known to be a client of that port.
            let opened = connection.client_by != ClientBy::Port;
            (port && opened && service.port_suffices)
                .then(|| named(service, &server.ip.to_string(), "nothing else uses this port"))
        })
    }

    /// The names under which look-ups of a service are recognised.
    fn is_service_name(&self, name: &str) -> Option<Purposed> {
        if let Some(service) = self.options.profile.service_named(name) {
            return Some(named(service, name, "the device asked for its name"));
        }
        let lists = [
            (Transport::OnPrem, &self.options.on_prem),
            (Transport::Cslu, &self.options.cslu),
            (Transport::Cssm, &self.options.cssm),
        ];
        lists.into_iter().find_map(|(transport, targets)| {
            let is_named = |target: &Target| matches!(&target.host, Host::Name(own) if own.eq_ignore_ascii_case(name));
            targets.iter().any(is_named).then(|| Purposed {
                transport,
                name: name.to_ascii_lowercase(),
                proxy: None,
                public_certificate: transport == Transport::Cssm,
                superseded_by: None,
                calls_device: false,
                because: "an option names it",
            })
        })
    }
}

fn named(service: &Service, name: &str, because: &'static str) -> Purposed {
    Purposed {
        transport: service.transport,
        name: name.trim_end_matches('.').to_ascii_lowercase(),
        proxy: None,
        public_certificate: service.public_certificate,
        superseded_by: service.superseded_by.clone(),
        calls_device: service.calls_device,
        because,
    }
}

/// Groups everything into attempts, in order of their first frames.
#[must_use]
pub fn attempts<'a>(
    options: &'a Options,
    connections: &'a [Connection],
    lookups: &'a [Lookup],
    icmp: &'a [IcmpError],
) -> Vec<Attempt<'a>> {
    let selector = Selector::new(options, lookups, connections);
    let mut attempts: Vec<Attempt<'a>> = Vec::new();
    // Per device and service: the attempt that has not connected yet.
    let mut open: BTreeMap<(IpAddr, Transport, String), usize> = BTreeMap::new();
    for connection in connections {
        let (service, licensing) = match selector.purpose(connection) {
            Some(service) => (service, true),
            None if is_wanted(options, connection) => (other(connection), false),
            None => continue,
        };
        if attempts.len() >= MAX_ATTEMPTS {
            break;
        }
        let device = if service.calls_device {
            connection.server.ip
        } else {
            connection.client.ip
        };
        let key = (device, service.transport, service.name.clone());
        let continues = open.get(&key).copied().filter(|&at| {
            licensing
                && attempts.get(at).is_some_and(|attempt: &Attempt<'_>| {
                    attempt
                        .connection()
                        .is_some_and(|before| connection.first.1.since(before.last.1) <= SAME_ATTEMPT)
                })
        });
        let at = continues.unwrap_or_else(|| {
            attempts.push(Attempt {
                device,
                service,
                licensing,
                lookups: Vec::new(),
                connections: Vec::new(),
                icmp: Vec::new(),
                revocation: Vec::new(),
                judgements: Sides::default(),
            });
            attempts.len() - 1
        });
        if connection.connected() {
            open.remove(&key);
        } else {
            open.insert(key, at);
        }
        if let Some(attempt) = attempts.get_mut(at) {
            attempt.connections.push(connection);
        }
    }
    assign_lookups(&selector, &mut attempts, lookups);
    for attempt in &mut attempts {
        attempt.icmp = icmp
            .iter()
            .filter(|error| concerns(error, &attempt.connections))
            .collect();
        judge(attempt, options);
        attempt.revocation = revocation(attempt, connections, lookups);
    }
    attempts.sort_by_key(Attempt::first);
    attempts
}

/// Whether a connection that is not licensing is reported all the same.
fn is_wanted(options: &Options, connection: &Connection) -> bool {
    (options.all || options.profile.everything)
        && (connection.tls.is_some() || !connection.connected() && connection.server.port == 443)
}

fn other(connection: &Connection) -> Purposed {
    let name = connection
        .server_name()
        .filter(|name| !name.is_empty())
        .map(|name| name.raw().to_owned());
    Purposed {
        transport: Transport::Other,
        name: name.unwrap_or_else(|| connection.server.to_string()),
        proxy: connection.connect().is_some().then_some(connection.server),
        public_certificate: false,
        superseded_by: None,
        calls_device: false,
        because: "every TLS connection is reported",
    }
}

/// Gives each look-up to the first attempt of its device and name that follows it; what no connection follows is an
/// attempt of its own, all types of record together.
fn assign_lookups<'a>(selector: &Selector<'_>, attempts: &mut Vec<Attempt<'a>>, lookups: &'a [Lookup]) {
    let with_connections = attempts.len();
    for lookup in lookups {
        let asked = lookup.first().1;
        let same_name = |attempt: &Attempt<'_>| {
            is_of_device(lookup, attempt, lookups) && attempt.service.name.eq_ignore_ascii_case(lookup.name.raw())
        };
        let follows = attempts.iter_mut().take(with_connections).find(|attempt| {
            same_name(attempt)
                && attempt.connections.iter().any(|connection| connection.first.1 >= asked)
                && attempt
                    .connections
                    .first()
                    .is_some_and(|connection| connection.first.1.since(asked) <= SAME_ATTEMPT)
        });
        if let Some(attempt) = follows {
            attempt.lookups.push(lookup);
            continue;
        }
        // A look-up that did not fail, around the beginning of a connection that it explains: the file or the clock of
        // one direction is out of order.
        let around = attempts
            .iter_mut()
            .take(with_connections)
            .filter(|attempt| same_name(attempt))
            .find(|attempt| {
                let Some(first) = attempt.connections.first() else {
                    return false;
                };
                let gives = |lookup: &Lookup| {
                    let answer = lookup.answer.as_ref();
                    answer.is_some_and(|answer| answer.addresses.contains(&first.server.ip))
                };
                // An address family without a record, beside one with it.
                let cut = |lookup: &Lookup| {
                    let answer = lookup.answer.as_ref();
                    answer.is_some_and(|answer| answer.truncated && answer.status.0 == 0)
                };
                let companion = lookups.iter().any(|other| {
                    other.client == lookup.client
                        && other.name == lookup.name
                        && other.first().1.since(asked).abs() <= CLOCK_SKEW
                        && (gives(other) || cut(other))
                });
                let away = asked.since(first.first.1).abs();
                gives(lookup) && away <= 10 * CLOCK_SKEW || (companion || !failed(lookup)) && away <= CLOCK_SKEW
            });
        if let Some(attempt) = around {
            attempt.lookups.push(lookup);
            continue;
        }
        let options = selector.options;
        if !options.wlc.is_empty() && !options.wlc.contains(&lookup.client) {
            continue;
        }
        let Some(service) = selector.is_service_name(lookup.name.raw()) else {
            continue;
        };
        let again = attempts.iter_mut().skip(with_connections).find(|attempt| {
            same_name(attempt)
                && attempt
                    .lookups
                    .last()
                    .is_some_and(|before| asked.since(before.first().1) <= SAME_ATTEMPT)
        });
        if let Some(attempt) = again {
            attempt.lookups.push(lookup);
        } else if attempts.len() < MAX_ATTEMPTS {
            attempts.push(Attempt {
                device: lookup.client,
                service,
                licensing: true,
                lookups: vec![lookup],
                connections: Vec::new(),
                icmp: Vec::new(),
                revocation: Vec::new(),
                judgements: Sides::default(),
            });
        }
    }
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
fn is_of_device(lookup: &Lookup, attempt: &Attempt<'_>, lookups: &[Lookup]) -> bool {
    attempt.device == lookup.client
        || attempt.device.is_ipv4() != lookup.client.is_ipv4()
            && lookups
                .iter()
                .filter(|other| other.client == lookup.client)
                .any(|other| {
                    other.answer.as_ref().is_some_and(|answer| {
                        attempt
                            .connections
                            .iter()
                            .any(|connection| answer.addresses.contains(&connection.server.ip))
                    })
                })
}

/// Whether an ICMP error quotes a packet of one of the connections, in either direction.
fn concerns(error: &IcmpError, connections: &[&Connection]) -> bool {
    connections.iter().any(|connection| {
        let (client, server) = (connection.client, connection.server);
        error.quoted_seq.is_some()
            && ((error.quoted_src, error.quoted_dst) == (client, server)
                || (error.quoted_src, error.quoted_dst) == (server, client))
            && error.time.since(connection.first.1) >= -CLOCK_SKEW
    })
}

/// Judges both sides' chains at the time they were presented.
fn judge(attempt: &mut Attempt<'_>, options: &Options) {
    let Some(connection) = attempt.connection() else { return };
    let Some(tls) = &connection.tls else { return };
    let name = expected_name(attempt, connection);
    for (side, purpose) in [(Side::Server, Purpose::Server), (Side::Client, Purpose::Client)] {
        let Some(message) = tls.certificates[side]
            .as_ref()
            .filter(|message| !message.chain.is_empty())
        else {
            continue;
        };
        let at = options.at.or(tls.certificate_times[side]).unwrap_or(connection.first.1);
        let name = if side == Side::Server { name.as_ref() } else { None };
        let mut judgement = trust::judge(&message.chain, name, purpose, at, &options.anchors);
        // Without a clock nothing is expired or not yet valid.
        if at == Timestamp::default() {
            judgement.validity = trust::Validity::Unknown;
        }
        attempt.judgements[side] = Some(judgement);
    }
}

/// The name the client must have expected in the certificate.
fn expected_name(attempt: &Attempt<'_>, connection: &Connection) -> Option<ServerName> {
    if let Some(name) = connection.server_name() {
        return Some(ServerName::Dns(name.raw().to_owned()));
    }
    let name = attempt.service.name.as_str();
    if attempt.service.transport == Transport::Other {
        return None;
    }
    match name.parse() {
        Ok(ip) => Some(ServerName::Ip(ip)),
        Err(_) => Some(ServerName::Dns(name.to_owned())),
    }
}

/// What the device did about the URLs for revocation data in the server's certificate, once it had it.
fn revocation<'a>(attempt: &Attempt<'a>, connections: &'a [Connection], lookups: &'a [Lookup]) -> Vec<Revocation<'a>> {
    let Some(connection) = attempt.connection() else {
        return Vec::new();
    };
    let Some(step) = connection.step_by(StepKind::Certificate, Side::Server) else {
        return Vec::new();
    };
    let closed = Side::both()
        .iter()
        .any(|&side| connection.tcp[side].fin.is_some() || connection.tcp[side].reset.is_some());
    let during = |time: Timestamp| {
        time.since(step.time) >= -CLOCK_SKEW && (!closed || time.since(connection.last.1) <= CLOCK_SKEW)
    };
    let chain = connection
        .tls
        .iter()
        .filter_map(|tls| tls.certificates.server.as_ref())
        .flat_map(|it| &it.chain);
    let mut urls: Vec<String> = Vec::new();
    for fields in chain.take(4).filter_map(|certificate| certificate.fields.as_ref().ok()) {
        for url in fields.crl_urls.iter().chain(&fields.ocsp_urls).take(4) {
            if !urls.iter().any(|known| known == url.raw()) {
                urls.push(url.raw().to_owned());
            }
        }
    }
    urls.into_iter()
        .filter_map(|url| {
            let (host, port) = host_and_port(&url)?;
            let lookups: Vec<&Lookup> = lookups
                .iter()
                .filter(|it| it.client == attempt.device && it.name.raw().eq_ignore_ascii_case(&host))
                .collect();
            let address: Option<IpAddr> = host.parse().ok();
            let resolved = |ip: IpAddr| {
                address == Some(ip)
                    || lookups
                        .iter()
                        .filter_map(|it| it.answer.as_ref())
                        .any(|answer| answer.addresses.contains(&ip))
            };
            let connections: Vec<&Connection> = connections
                .iter()
                .filter(|it| {
                    it.client.ip == attempt.device
                        && it.server.port == port
                        && during(it.first.1)
                        && resolved(it.server.ip)
                })
                .collect();
            let lookups: Vec<&Lookup> = lookups.into_iter().filter(|it| during(it.first().1)).collect();
            let seen = !lookups.is_empty() || !connections.is_empty();
            seen.then_some(Revocation {
                url,
                host,
                lookups,
                connections,
            })
        })
        .collect()
}

/// Host and port of an `http` URL.
fn host_and_port(url: &str) -> Option<(String, u16)> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("HTTP://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => Some((host.to_ascii_lowercase(), port.parse().ok()?)),
        _ => Some((authority.to_ascii_lowercase(), 80)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_revocation_urls_are_found() {
        assert_eq!(
            host_and_port("http://crl.example/x.crl"),
            Some(("crl.example".into(), 80))
        );
        assert_eq!(host_and_port("http://10.1.1.1:8080/x"), Some(("10.1.1.1".into(), 8080)));
        assert_eq!(host_and_port("ldap://dir/x"), None);
    }
}
