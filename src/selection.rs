//! Connection → Purposed: what belongs to licensing, and to which service.
//!
//! Learnt from the capture itself (names in Client Hellos, CONNECT, DNS answers, request targets) and from the user's
//! options; addresses in a profile are only hints.

use std::collections::BTreeMap;

use crate::connection::{ClientBy, Connection};
use crate::context::{Host, Options, Target};
use crate::decode::{Endpoint, Tunnel};
use crate::lookup::Lookup;
use crate::profile::{Service, Transport};

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

/// Decides which connections are for which service.
#[derive(Debug)]
pub struct Selector<'a> {
    pub(crate) options: &'a Options,
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
            return Some(named(service, without_port(&host), "the HTTP request is of its kind"));
        }
        let host = without_port(&host);
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
    pub(crate) fn is_service_name(&self, name: &str) -> Option<Purposed> {
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

/// The host of `host:port` or `[address]:port`; an IPv6 address without brackets has no port.
fn without_port(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
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
