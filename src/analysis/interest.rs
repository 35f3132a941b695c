//! Connection → Grade: which connections are kept if there are too many, and which of the others matter.
//!
//! Whether a connection belongs to a service is decided at the end of a capture, when all names are known. A bound must
//! be kept before that, so two weaker questions are asked here: whether it may belong to one, and whether it succeeded
//! as far as its own bytes show.

use std::collections::HashSet;
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::base::carrier::Carrier;
use crate::base::endpoint::Endpoint;
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::dns::lookup::Lookups;
use crate::profile::options::{Host, Options};

/// The number of servers of services remembered: as many as endpoints in the report of a growing capture.
const MAX_SERVERS: usize = 4096;

/// The loss if a connection is not kept; a higher grade replaces a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// The connection belongs to no service, as far as the capture shows.
    Stranger,
    /// It succeeded.
    Smooth,
    /// No sign shows that it failed, and not all signs show success.
    Doubtful,
    /// It failed.
    Failed,
}

/// Recognises connections that may belong to a service.
#[derive(Debug, Default)]
pub(crate) struct Interest {
    everything: bool,
    wlc: Vec<IpAddr>,
    /// Addresses of services: from the profile, from options, and of connections that named one.
    servers: HashSet<IpAddr, RandomState>,
    /// Ports with no other use.
    ports: Vec<u16>,
}

impl Interest {
    pub(crate) fn new(options: &Options, everything: bool) -> Self {
        let endpoints = &options.profile.endpoints;
        let targets = [&options.on_prem, &options.cslu, &options.cssm, &options.proxy];
        let named = targets.into_iter().flatten().filter_map(|target| match target.host {
            Host::Address(ip) => Some(ip),
            Host::Name(_) => None,
        });
        let suffices = endpoints.iter().filter(|service| service.port_suffices);
        Self {
            everything,
            wlc: options.wlc.clone(),
            servers: endpoints
                .iter()
                .flat_map(|it| it.addresses.iter().copied())
                .chain(named)
                .collect(),
            ports: suffices.flat_map(|service| service.ports.iter().copied()).collect(),
        }
    }

    /// True if a connection between these endpoints may belong to a service.
    #[inline]
    pub(crate) fn in_ends(&self, client: Endpoint, server: Endpoint, lookups: &Lookups) -> bool {
        if self.everything && server.port == 443 {
            return true;
        }
        if !self.wlc.is_empty() {
            return [client.ip, server.ip].iter().any(|ip| self.wlc.contains(ip));
        }
        let servers = &self.servers;
        lookups.is_asker(client.ip)
            || lookups.was_told(server.ip)
            || servers.contains(&server.ip)
            || servers.contains(&client.ip)
            || self.ports.contains(&server.port)
    }

    /// The same for a connection that was read. A connection that names a service shows where that service is.
    pub(crate) fn in_connection(&mut self, connection: &Connection, options: &Options, lookups: &Lookups) -> bool {
        let is_service = |name: &str| {
            let name = name.trim_end_matches('.');
            options.service_names().any(|own| own.eq_ignore_ascii_case(name))
        };
        let says_so = connection.server_name().is_some_and(|name| is_service(name.raw()))
            || connection
                .http
                .iter()
                .filter_map(|it| it.request.as_ref())
                .any(|(_, request)| {
                    let target = request.target.raw();
                    let hosts = [
                        request.host.as_ref().map(|it| it.raw()),
                        target.rsplit_once(':').map(|(host, _)| host),
                    ];
                    let mut paths = options.profile.endpoints.iter().flat_map(|service| &service.paths);
                    hosts
                        .into_iter()
                        .flatten()
                        .any(|host| is_service(host) || self.is_server(host))
                        || paths.any(|path| target.contains(path.as_str()))
                });
        if says_so && self.servers.len() < MAX_SERVERS {
            self.servers.insert(connection.server.ip);
        }
        says_so
            || connection.carrier == Carrier::Capwap
            || self.everything && connection.tls.is_some()
            || self.in_ends(connection.client, connection.server, lookups)
    }

    fn is_server(&self, host: &str) -> bool {
        let address = host.trim_matches(['[', ']']).parse();
        address.is_ok_and(|ip| self.servers.contains(&ip))
    }
}

/// The outcome of a connection, as far as its own bytes show. A rule may know better, but a connection that a rule is
/// certain has failed is never `Smooth`.
pub(crate) fn grade(connection: &Connection) -> Grade {
    if !connection.connected() || connection.answer_refused() {
        return Grade::Failed;
    }
    let refused = |status: u16| status >= 300;
    let answers = connection.http.iter().filter_map(|it| it.response.as_ref());
    if answers.into_iter().any(|(_, answer)| refused(answer.status)) {
        return Grade::Failed;
    }
    let sides = || Side::both().map(|side| &connection.tcp[side]);
    let hides = sides()
        .iter()
        .any(|side| !side.gaps.is_empty() || side.frames == 0 || side.cut > 0);
    let was_reset = sides().iter().any(|side| side.reset.is_some());
    let is_doubtful = hides || was_reset || connection.events_dropped > 0;
    match &connection.tls {
        Some(tls) => {
            let has_failed = tls.first_error().is_some()
                || tls.client_alert_instead_of_finished.is_some()
                || tls.server_alert_after_finished.is_some()
                || !tls.is_complete()
                || tls.server_hello.is_none();
            match (
                has_failed,
                is_doubtful || tls.lone_answer || tls.application_data.server == 0,
            ) {
                (true, _) => Grade::Failed,
                (false, true) => Grade::Doubtful,
                (false, false) => Grade::Smooth,
            }
        }
        None if connection.http.iter().any(|exchange| exchange.response.is_none()) => Grade::Failed,
        None if is_doubtful || connection.http.is_empty() => Grade::Doubtful,
        None => Grade::Smooth,
    }
}
