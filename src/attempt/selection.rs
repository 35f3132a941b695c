//! Connection → Purposed: the connections that belong to licensing, and the service of each.
//!
//! Determined from the capture itself (names in Client Hellos, CONNECT, DNS answers, request targets) and from the
//! user's options; addresses in a profile are only hints.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use crate::attempt::index::lower_case;
use crate::base::carrier::Carrier;
use crate::base::endpoint::Endpoint;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::{ClientBy, Connection};
use crate::decode::Tunnel;
use crate::dns::lookup::Lookup;
use crate::profile::options::{Host, Options, Target};
use crate::profile::{Service, Transport};

/// The purpose of a connection, as it was recognised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purposed {
    /// The transport to the service.
    pub transport: Transport,
    /// The service's name, or its address.
    pub name: String,
    /// The proxy in between.
    pub proxy: Option<Endpoint>,
    /// Its certificate should come from a public authority.
    pub public_certificate: bool,
    /// The service that supersedes it.
    pub superseded_by: Option<String>,
    /// The service opened the connection: it is the client, and the device is the connection's server.
    pub calls_device: bool,
    /// The clue that identified it.
    pub because: Clue,
}

/// The clue that identified a connection, or a look-up, as a service's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clue {
    /// The name in the Client Hello.
    ClientHello,
    /// The name in a CONNECT request.
    Connect,
    /// The kind of the HTTP request: its path.
    HttpKind,
    /// The host of the HTTP request.
    Http,
    /// The names in the server's certificate, or its issuer.
    Certificate,
    /// The device got this address for the service's name.
    Dns,
    /// The device asked for the service's name.
    Question,
    /// The profile lists the address.
    Address,
    /// Nothing else uses the port.
    Port,
    /// An option names the service.
    Named,
    /// An option names the CSLU that calls the device.
    NamedCslu,
    /// An option names the proxy.
    NamedProxy,
    /// Its port is that of CAPWAP, and so is its header.
    Capwap,
    /// Every connection is judged.
    Everything,
}

impl Clue {
    /// The value as a clause.
    #[must_use]
    pub fn phrase(self) -> Phrase {
        phrase(match self {
            Self::ClientHello => "because-hello",
            Self::Connect => "because-connect",
            Self::HttpKind => "because-http-kind",
            Self::Http => "because-http",
            Self::Certificate => "because-certificate",
            Self::Dns => "because-dns",
            Self::Question => "because-question",
            Self::Address => "because-profile",
            Self::Port => "because-port",
            Self::Named => "because-named",
            Self::NamedCslu => "because-cslu",
            Self::NamedProxy => "because-proxy",
            Self::Capwap => "because-capwap",
            Self::Everything => "because-all",
        })
    }
}

/// Clients that received an answer.
#[derive(Debug, Default)]
struct Clients {
    clients: HashSet<IpAddr>,
    any_v4: bool,
    any_v6: bool,
}

impl Clients {
    fn add(&mut self, client: IpAddr) {
        self.clients.insert(client);
        self.any_v4 |= client.is_ipv4();
        self.any_v6 |= client.is_ipv6();
    }

    /// True for this client, and for clients of the other address family, which may be the same device.
    fn has(&self, client: IpAddr) -> bool {
        let of_other_family = if client.is_ipv4() { self.any_v6 } else { self.any_v4 };
        of_other_family || self.clients.contains(&client)
    }
}

/// Decides which connections belong to which service.
#[derive(Debug)]
pub struct Selector<'a> {
    pub(crate) options: &'a Options,
    /// The clients to which DNS gave an address for a name; without it each look-up would be read for each connection.
    clients_by_answer: HashMap<IpAddr, HashMap<String, Clients>>,
    /// Endpoints recognised by name elsewhere in the capture: connections to them count even if they fail.
    learnt: BTreeMap<Endpoint, Purposed>,
}

impl<'a> Selector<'a> {
    /// Learns from connections whose purpose is evident.
    #[cfg(test)]
    #[must_use]
    pub fn new(options: &'a Options, lookups: &[Lookup], connections: &[Connection]) -> Self {
        Self::knowing(options, lookups, connections, BTreeMap::new())
    }

    /// The same with the endpoints learnt before.
    pub(crate) fn knowing(
        options: &'a Options,
        lookups: &[Lookup],
        connections: &[Connection],
        learnt: BTreeMap<Endpoint, Purposed>,
    ) -> Self {
        let mut selector = Self {
            options,
            clients_by_answer: HashMap::new(),
            learnt,
        };
        for lookup in lookups {
            let name = lookup.name.raw();
            if !selector.is_of_service(name) {
                continue;
            }
            let name = lower_case(name);
            for &address in lookup.answer.iter().flat_map(|answer| &answer.addresses) {
                let names = selector.clients_by_answer.entry(address).or_default();
                match names.get_mut(&*name) {
                    Some(clients) => clients.add(lookup.client),
                    None => names.entry(name.to_string()).or_default().add(lookup.client),
                }
            }
        }
        for connection in connections {
            if let Some(purpose) = selector.by_content(connection) {
                selector.learnt.entry(connection.server).or_insert(purpose);
            }
        }
        selector
    }

    /// The purposes learnt of endpoints, for a later selection.
    pub(crate) fn into_learnt(self) -> BTreeMap<Endpoint, Purposed> {
        self.learnt
    }

    /// The purpose of an access point's attempt to join a controller: DTLS was used, or its Discovery was not answered.
    /// An access point that received an answer may have chosen another controller.
    #[must_use]
    pub fn join(&self, connection: &Connection) -> Option<Purposed> {
        let profile = self.options.join.as_ref()?;
        let service = profile.endpoints.iter().find(|it| it.transport == Transport::Capwap)?;
        let unanswered = connection.tcp.server.frames == 0 && connection.tcp.client.frames > 0;
        let wlc = &self.options.wlc;
        let is_asked_for = wlc.is_empty() || wlc.contains(&connection.client.ip) || wlc.contains(&connection.server.ip);
        (connection.carrier == Carrier::Capwap
            && connection.tunnel != Tunnel::Capwap
            && is_asked_for
            && service.ports.contains(&connection.server.port)
            && (connection.tls.is_some() || unanswered))
            .then(|| named(service, &connection.server.ip.to_string(), Clue::Capwap))
    }

    /// The licensing service that the connection is for, if any.
    #[must_use]
    pub fn purpose(&self, connection: &Connection) -> Option<Purposed> {
        // Traffic inside CAPWAP belongs to a wireless client.
        if connection.tunnel == Tunnel::Capwap || connection.carrier.is_datagram() {
            return None;
        }
        let wlc = &self.options.wlc;
        if !wlc.is_empty() && !wlc.contains(&connection.client.ip) && !wlc.contains(&connection.server.ip) {
            return None;
        }
        if let Some(purpose) = self.by_content(connection) {
            return Some(purpose);
        }
        if connection.server_name().is_some() || connection.tunnel_target().is_some() {
            return self.by_option(connection); // another name: only an explicit option can still claim it
        }
        self.by_option(connection)
            .or_else(|| self.by_lookup(connection))
            .or_else(|| self.learnt.get(&connection.server).cloned())
            .or_else(|| self.by_address(connection))
            .or_else(|| self.by_certificate(connection))
    }

    /// Identified by the certificate of a server that was reached by its address alone.
    fn by_certificate(&self, connection: &Connection) -> Option<Purposed> {
        let profile = &self.options.profile;
        let chain = &connection.tls.as_ref()?.certificates.server.as_ref()?.chain;
        let fields = || {
            chain
                .iter()
                .filter_map(|certificate| certificate.fields.as_deref().ok())
        };
        let leaf = fields().next()?;
        let names = leaf.names.iter().chain(&leaf.common_name);
        let by_name = names
            .filter_map(|name| Some((profile.service_named(name.raw())?, name.to_string())))
            .next();
        let by_issuer = || {
            let service = fields().find_map(|it| profile.service_issued_by(it.issuer.raw()))?;
            Some((service, connection.server.ip.to_string()))
        };
        let (service, name) = by_name.or_else(by_issuer)?;
        Some(named(service, &name, Clue::Certificate))
    }

    /// Identified by the connection's own messages.
    fn by_content(&self, connection: &Connection) -> Option<Purposed> {
        let profile = &self.options.profile;
        let proxy = connection.tunnel_target().is_some().then_some(connection.server);
        if let Some(name) = connection.server_name()
            && let Some(service) = profile.service_named(name.raw())
        {
            return Some(Purposed {
                proxy,
                ..named(service, name.raw(), Clue::ClientHello)
            });
        }
        if let Some(target) = connection.tunnel_target() {
            let target = target.raw();
            let host = target.rsplit_once(':').map_or(target, |(host, _)| host);
            let address = host.trim_matches(['[', ']']).parse().ok();
            let listed = || {
                profile
                    .endpoints
                    .iter()
                    .find(|it| address.is_some_and(|ip| it.addresses.contains(&ip)))
            };
            if let Some(service) = profile.service_named(host).or_else(listed) {
                return Some(Purposed {
                    proxy,
                    ..named(service, host, Clue::Connect)
                });
            }
        }
        // Readable HTTP: the path determines the transport.
        let exchange = connection.http.iter().find(|exchange| exchange.request.is_some())?;
        let (_, request) = exchange.request.as_ref()?;
        let absolute = exchange.absolute();
        let target = absolute.map_or(request.target.raw(), |(_, path)| path);
        let host = match (absolute, &request.host) {
            (Some((host, _)), _) => host.to_owned(),
            (None, Some(host)) => host.to_string(),
            (None, None) => connection.server.ip.to_string(),
        };
        // A server may also be asked in absolute form (RFC 9112 section 3.2.2).
        let is_own = without_port(&host).parse() == Ok(connection.server.ip);
        let proxy = absolute.filter(|_| !is_own).map(|_| connection.server);
        if let Some(service) = profile.service_of_path(target, connection.server.port) {
            if service.calls_device {
                return Some(named(service, &connection.server.ip.to_string(), Clue::HttpKind));
            }
            return Some(Purposed {
                proxy,
                ..named(service, without_port(&host), Clue::HttpKind)
            });
        }
        let host = without_port(&host);
        profile.service_named(host).map(|service| Purposed {
            proxy,
            ..named(service, host, Clue::Http)
        })
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
                return Some(Purposed {
                    transport,
                    name,
                    proxy: connection.tunnel_target().is_some().then_some(connection.server),
                    public_certificate: transport == Transport::Cssm,
                    superseded_by: None,
                    calls_device: false,
                    because: Clue::Named,
                });
            }
        }
        // A CSLU may also call the device.
        let is_client = |target: &Target| matches!(target.host, Host::Address(ip) if ip == connection.client.ip);
        if options.cslu.iter().any(is_client) {
            return Some(Purposed {
                transport: Transport::Cslu,
                name: connection.server.ip.to_string(),
                proxy: None,
                public_certificate: false,
                superseded_by: None,
                calls_device: true,
                because: Clue::NamedCslu,
            });
        }
        let through = options
            .proxy
            .iter()
            .any(|proxy| self.reaches(proxy, connection).is_some());
        if through && connection.tunnel_target().is_none() && connection.server_name().is_none() {
            // No message shows what the client wanted from the proxy: the connection ended too early.
            return Some(Purposed {
                transport: Transport::Cssm,
                name: connection.server.to_string(),
                proxy: Some(connection.server),
                public_certificate: true,
                superseded_by: None,
                calls_device: false,
                because: Clue::NamedProxy,
            });
        }
        None
    }

    /// The name to show, if a connection goes to a host that an option names.
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

    /// Identified by a DNS answer to the device.
    fn by_lookup(&self, connection: &Connection) -> Option<Purposed> {
        let profile = &self.options.profile;
        profile.endpoints.iter().find_map(|service| {
            let ports_fit = service.ports.is_empty() || service.ports.contains(&connection.server.port);
            let name = service.names.iter().find(|name| self.resolved(name, connection))?;
            ports_fit.then(|| named(service, name, Clue::Dns))
        })
    }

    /// True if DNS gave the device the connection's address for `name`. The device may have asked from its address of
    /// the other family.
    fn resolved(&self, name: &str, connection: &Connection) -> bool {
        let names = self.clients_by_answer.get(&connection.server.ip);
        let clients = names.and_then(|names| names.get(&name.to_ascii_lowercase()));
        clients.is_some_and(|clients| clients.has(connection.client.ip))
    }

    /// Identified by the profile's dated hints.
    fn by_address(&self, connection: &Connection) -> Option<Purposed> {
        let server = connection.server;
        self.options.profile.endpoints.iter().find_map(|service| {
            let port = service.ports.contains(&server.port);
            if port && service.addresses.contains(&server.ip) {
                let name = service.names.first().cloned().unwrap_or_else(|| server.ip.to_string());
                return Some(named(service, &name, Clue::Address));
            }
            // Only the side that opened the connection is known to be a client of that port.
            let opened = connection.client_by != ClientBy::Port;
            (port && opened && service.port_suffices).then(|| named(service, &server.ip.to_string(), Clue::Port))
        })
    }

    fn is_of_service(&self, name: &str) -> bool {
        self.options.service_names().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// The service that a looked-up name belongs to.
    pub(crate) fn is_service_name(&self, name: &str) -> Option<Purposed> {
        if let Some(service) = self.options.profile.service_named(name) {
            return Some(named(service, name, Clue::Question));
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
                because: Clue::Named,
            })
        })
    }
}

/// The host of `host:port` or `[address]:port`; an IPv6 address without brackets has no port.
pub(super) fn without_port(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
    }
}

fn named(service: &Service, name: &str, because: Clue) -> Purposed {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
    use crate::base::wire_text::WireText;
    use crate::connection::connection;
    use crate::dns::lookup::Lookups;
    use crate::dns::message::{Message, Status};
    use crate::profile::Profile;
    use crate::profile::options::Options;

    const DEVICE: &str = "10.0.0.1:50000";
    const SERVER: &str = "203.0.113.5:443";

    fn options() -> Options {
        Options::new(Profile::built_in("cisco-smart-licensing").unwrap())
    }

    fn target(host: &str, port: Option<u16>) -> Target {
        let host = host.parse().map_or_else(|_| Host::Name(host.to_owned()), Host::Address);
        Target { host, port }
    }

    fn answered(name: &str, client: &str, address: &str) -> Vec<Lookup> {
        let mut lookups = Lookups::default();
        let message = Message {
            id: 1,
            is_response: true,
            truncated: false,
            status: Status::NO_ERROR,
            name: WireText::from(name),
            kind: 1,
            addresses: vec![address.parse().unwrap()],
        };
        lookups.message(
            message,
            client.parse().unwrap(),
            [9, 9, 9, 9].into(),
            FrameAt::new(FrameNumber(1), Timestamp(0)),
        );
        lookups.all
    }

    /// The purpose of the last of some connections: transport and name.
    fn last(options: &Options, lookups: &[Lookup], connections: &[Connection]) -> Option<(Transport, String)> {
        let selector = Selector::new(options, lookups, connections);
        let purpose = selector.purpose(connections.last().unwrap())?;
        Some((purpose.transport, purpose.name))
    }

    fn of(options: &Options, connection: Connection) -> Option<(Transport, String)> {
        last(options, &[], &[connection])
    }

    fn is(transport: Transport, name: &str) -> Option<(Transport, String)> {
        Some((transport, name.to_owned()))
    }

    #[test]
    fn the_name_in_the_client_hello_tells_the_service() {
        let named = |name: &str| of(&options(), connection(1, DEVICE, SERVER).asking_for(name));
        assert_eq!(
            named("SmartReceiver.cisco.com"),
            is(Transport::Cssm, "smartreceiver.cisco.com")
        );
        assert_eq!(named("tools.cisco.com"), is(Transport::CallHome, "tools.cisco.com"));
        for decoy in [
            "www.cisco.com",
            "smartreceiver.cisco.com.example",
            "notsmartreceiver.cisco.com",
            "smartreceiver.cisco.co",
        ] {
            assert_eq!(named(decoy), None, "{decoy}");
        }
    }

    #[test]
    fn another_name_at_an_address_of_the_service_is_something_else() {
        let server = "192.133.220.90:443";
        assert_eq!(
            of(&options(), connection(1, DEVICE, server)),
            is(Transport::Cssm, "smartreceiver.cisco.com")
        );
        assert_eq!(
            of(&options(), connection(1, DEVICE, server).asking_for("www.example")),
            None
        );
        assert_eq!(of(&options(), connection(1, DEVICE, "192.133.220.90:22")), None);
    }

    #[test]
    fn a_connect_request_tells_the_service_and_the_proxy() {
        let through = connection(1, DEVICE, "10.9.9.9:8080").requesting("CONNECT", "smartreceiver.cisco.com:443", None);
        let proxied = [through];
        let options = options();
        let purpose = Selector::new(&options, &[], &proxied).purpose(&proxied[0]).unwrap();
        assert_eq!(
            (purpose.transport, purpose.name.as_str()),
            (Transport::Cssm, "smartreceiver.cisco.com")
        );
        assert_eq!(purpose.proxy, Some(proxied[0].server));
        let other = connection(1, DEVICE, "10.9.9.9:8080").requesting("CONNECT", "www.example:443", None);
        assert_eq!(of(&options, other), None);
    }

    #[test]
    fn a_request_in_absolute_form_tells_the_service_and_the_proxy() {
        let asking = |target: &str| {
            let all = [connection(1, DEVICE, "10.9.9.9:3128").requesting("POST", target, None)];
            let options = options();
            let purpose = Selector::new(&options, &[], &all).purpose(&all[0]);
            purpose.map(|it| (it.transport, it.name, it.proxy.is_some()))
        };
        let cslu = |proxied: bool, host: &str| Some((Transport::Cslu, host.to_owned(), proxied));
        assert_eq!(asking("http://10.10.20.7:8182/cslu/v1/pi"), cslu(true, "10.10.20.7"));
        assert_eq!(asking("HTTP://cslu.example/cslu/v1/pi"), cslu(true, "cslu.example"));
        assert_eq!(asking("http://10.9.9.9:3128/cslu/v1/pi"), cslu(false, "10.9.9.9"));
        for other in [
            "http://",
            "http://10.10.20.7:8182",
            "http:/",
            "https://10.10.20.7/cslu/v1/pi",
            "ht\u{e9}p://x/cslu/v1/pi",
        ] {
            assert_eq!(asking(other), None, "{other}");
        }
    }

    #[test]
    fn a_proxy_that_was_used_for_the_service_is_learnt() {
        let used = connection(1, DEVICE, "10.9.9.9:8080").requesting("CONNECT", "smartreceiver.cisco.com:443", None);
        let failed = connection(2, DEVICE, "10.9.9.9:8080");
        let elsewhere = connection(3, DEVICE, "10.9.9.9:8081");
        assert_eq!(
            last(&options(), &[], &[used.clone(), failed]),
            is(Transport::Cssm, "smartreceiver.cisco.com")
        );
        assert_eq!(last(&options(), &[], &[used, elsewhere]), None);
    }

    #[test]
    fn an_endpoint_is_learnt_also_from_a_connection_that_comes_later() {
        let connections = [
            connection(2, DEVICE, SERVER).asking_for("smartreceiver.cisco.com"),
            connection(1, DEVICE, SERVER),
        ];
        assert_eq!(
            last(&options(), &[], &connections),
            is(Transport::Cssm, "smartreceiver.cisco.com")
        );
    }

    #[test]
    fn the_longest_path_tells_the_transport() {
        let request = |path: &str| {
            let server = "10.5.5.5:80";
            of(
                &options(),
                connection(1, DEVICE, server).requesting("POST", path, Some("ssm.example:80")),
            )
        };
        assert_eq!(request("/cslu/v1/pi"), is(Transport::Cslu, "ssm.example"));
        assert_eq!(request("/cslu/v1/pi/ssm-1"), is(Transport::OnPrem, "ssm.example"));
        assert_eq!(request("/SmartTransport"), is(Transport::OnPrem, "ssm.example"));
        assert_eq!(request("/index.html"), None);
    }

    #[test]
    fn a_request_without_a_host_or_with_an_address_names_the_address_whole() {
        let request = |host: Option<&str>| {
            let server = "[2001:db8::5]:80";
            of(
                &options(),
                connection(1, "[2001:db8::1]:50000", server).requesting("POST", "/SmartTransport", host),
            )
        };
        assert_eq!(request(None), is(Transport::OnPrem, "2001:db8::5"));
        assert_eq!(request(Some("[2001:db8::7]:80")), is(Transport::OnPrem, "2001:db8::7"));
        assert_eq!(request(Some("[2001:db8::7]")), is(Transport::OnPrem, "2001:db8::7"));
        assert_eq!(request(Some("10.1.1.1:80")), is(Transport::OnPrem, "10.1.1.1"));
    }

    #[test]
    fn a_cslu_that_calls_the_device_wants_the_devices_address() {
        let call = [connection(1, "10.7.7.7:40000", "10.0.0.1:443").requesting(
            "POST",
            "/smartlic-service/x",
            Some("10.0.0.1"),
        )];
        let options = options();
        let purpose = Selector::new(&options, &[], &call).purpose(&call[0]).unwrap();
        assert!(purpose.calls_device);
        assert_eq!(
            (purpose.transport, purpose.name.as_str()),
            (Transport::Cslu, "10.0.0.1")
        );
    }

    #[test]
    fn a_dns_answer_to_the_device_tells_what_an_address_is_for() {
        let lookups = answered("smartreceiver.cisco.com", "10.0.0.1", "203.0.113.5");
        let with = |client: &str, server: &str| last(&options(), &lookups, &[connection(1, client, server)]);
        assert_eq!(with(DEVICE, SERVER), is(Transport::Cssm, "smartreceiver.cisco.com"));
        assert_eq!(with("10.0.0.2:50000", SERVER), None, "another device got that address");
        assert_eq!(with(DEVICE, "203.0.113.6:443"), None, "another address");
        assert_eq!(with(DEVICE, "203.0.113.5:8443"), None, "another port");
    }

    #[test]
    fn an_option_names_a_server_by_name_address_and_port() {
        let on_prem = |target: Target| Options {
            on_prem: vec![target],
            ..options()
        };
        let plain = || connection(1, DEVICE, SERVER);
        let by_address = on_prem(target("203.0.113.5", None));
        assert_eq!(of(&by_address, plain()), is(Transport::OnPrem, "203.0.113.5"));
        assert_eq!(
            of(&by_address, plain().asking_for("ssm.example")),
            is(Transport::OnPrem, "ssm.example")
        );
        assert_eq!(of(&on_prem(target("203.0.113.5", Some(8443))), plain()), None);
        assert_eq!(
            of(&on_prem(target("203.0.113.5", Some(443))), plain()),
            is(Transport::OnPrem, "203.0.113.5")
        );
        let by_name = on_prem(target("ssm.example", None));
        assert_eq!(
            of(&by_name, plain().asking_for("SSM.example")),
            is(Transport::OnPrem, "ssm.example")
        );
        assert_eq!(of(&by_name, plain().asking_for("other.example")), None);
        let lookups = answered("ssm.example", "10.0.0.1", "203.0.113.5");
        assert_eq!(
            last(&by_name, &lookups, &[plain()]),
            is(Transport::OnPrem, "ssm.example")
        );
        assert_eq!(of(&by_name, plain()), None);
    }

    #[test]
    fn a_proxy_named_by_an_option_is_licensing_only_while_it_does_not_say_what_for() {
        let options = Options {
            proxy: vec![target("10.9.9.9", Some(8080))],
            ..options()
        };
        let to_proxy = || connection(1, DEVICE, "10.9.9.9:8080");
        assert_eq!(of(&options, to_proxy()), is(Transport::Cssm, "10.9.9.9:8080"));
        assert_eq!(
            of(&options, to_proxy().requesting("CONNECT", "www.example:443", None)),
            None
        );
    }

    #[test]
    fn wireless_clients_inside_capwap_are_not_the_controller() {
        let inside = connection(1, DEVICE, SERVER)
            .asking_for("smartreceiver.cisco.com")
            .inside(Tunnel::Capwap);
        assert_eq!(of(&options(), inside), None);
        let other = connection(1, DEVICE, SERVER)
            .asking_for("smartreceiver.cisco.com")
            .inside(Tunnel::Gre);
        assert!(of(&options(), other).is_some());
    }

    #[test]
    fn with_controllers_named_only_theirs_count() {
        let options = Options {
            wlc: vec![[10, 0, 0, 1].into()],
            ..options()
        };
        let from = |client: &str| {
            of(
                &options,
                connection(1, client, SERVER).asking_for("smartreceiver.cisco.com"),
            )
        };
        assert!(from(DEVICE).is_some());
        assert!(from("10.0.0.2:50000").is_none());
        // A CSLU that calls the controller is the connection's client.
        let call = connection(1, "10.7.7.7:40000", "10.0.0.1:443").requesting("POST", "/smartlic-service/x", None);
        assert!(of(&options, call).is_some());
    }

    #[test]
    fn a_port_that_nothing_else_uses_suffices_where_it_is_known_who_opened() {
        let to_cslu = || connection(1, DEVICE, "10.7.7.7:8182");
        assert_eq!(of(&options(), to_cslu()), is(Transport::Cslu, "10.7.7.7"));
        let mut guessed = to_cslu();
        guessed.client_by = ClientBy::Port;
        assert_eq!(of(&options(), guessed), None);
        assert_eq!(of(&options(), connection(1, DEVICE, "10.7.7.7:443")), None);
    }

    #[test]
    fn look_ups_of_a_service_are_recognised_by_profile_and_option() {
        let options = Options {
            cslu: vec![target("cslu.example", None)],
            ..options()
        };
        let selector = Selector::new(&options, &[], &[]);
        let name = |name: &str| selector.is_service_name(name).map(|it| it.transport);
        assert_eq!(name("SMARTRECEIVER.cisco.com"), Some(Transport::Cssm));
        assert_eq!(name("CSLU.example"), Some(Transport::Cslu));
        assert_eq!(name("www.cisco.com"), None);
    }
}
