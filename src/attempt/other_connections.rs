//! Connections → Surroundings: the facts that a capture's other connections give about a server or an issuer.
//!
//! A refusal rarely says what the server would have accepted. Another client's handshake with the same server does, and
//! an authority that signs for unrelated names belongs to neither of their owners.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crate::attempt::chassis::Chassis;
use crate::base::carrier::Carrier;
use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::tls::{CipherSuite, Group, Version};

/// The number of choices kept per server: servers choose among a handful of suites.
const MAX_CHOICES: usize = 8;

/// The number of servers and issuers kept: an analyst's capture has hundreds.
const MAX_KEPT: usize = 10_000;

/// In nanoseconds. A client that opens several connections at a time opens them within this time.
const TOGETHER: i64 = 10_000_000_000;

/// In nanoseconds. A client that falls back to TCP does so within this time: its timers for QUIC double up to some ten
/// seconds, and people try again.
const FALLBACK: i64 = 60_000_000_000;

/// Names kept per issuer.
const MAX_NAMES: usize = 8;

/// Clients kept per server, among those whose handshake succeeded.
const MAX_CLIENTS: usize = 64;

/// A part of a connection outside the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The connection's ends.
    pub ends: [Endpoint; 2],
    /// Its first frame.
    pub first: FrameNumber,
    /// The last frame that counts as evidence.
    pub last: FrameNumber,
}

/// A server's choices in another connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The frame of the Server Hello.
    pub frame: FrameNumber,
    /// The version chosen.
    pub version: Version,
    /// The cipher suite chosen.
    pub suite: CipherSuite,
    /// The group of the key exchange, if visible.
    pub group: Option<Group>,
    /// The key of the server's certificate (`RSA 2048`), if visible.
    pub key: Option<String>,
    /// The frames that show all this.
    pub said: Stretch,
}

/// Facts that connections of a capture give about one another.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// The serial numbers that devices showed of themselves.
    pub chassis: Chassis,
    choices: HashMap<Endpoint, Vec<Choice>>,
    issued: HashMap<Box<[u8]>, BTreeMap<WireText, Stretch>>,
    intermediates: HashMap<Box<[u8]>, (FrameNumber, Stretch)>,
    completed: HashMap<Endpoint, BTreeMap<IpAddr, Success>>,
    accepted: HashMap<([u8; 32], IpAddr), Success>,
    tcp: HashMap<(IpAddr, IpAddr), Vec<TcpTry>>,
    named: HashMap<(IpAddr, String), Vec<TcpTry>>,
}

/// A client's connection over TCP to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpTry {
    /// The time at which it began.
    pub time: Timestamp,
    /// The server.
    pub server: Endpoint,
    /// True if the server sent any answer.
    pub is_answered: bool,
    /// True if the TLS handshake completed.
    pub is_complete: bool,
    /// The frames that show all this.
    pub said: Stretch,
}

/// A successful handshake: the frame that completes it, and the frames that show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Success {
    frame: FrameNumber,
    said: Stretch,
}

impl Surroundings {
    /// Reads all connections.
    #[cfg(test)]
    fn of(connections: &[Connection]) -> Self {
        let mut surroundings = Self::default();
        for connection in connections {
            surroundings.add(connection);
        }
        surroundings
    }

    /// This server's choices elsewhere in the capture, oldest first, without repetitions.
    #[must_use]
    pub fn choices(&self, server: Endpoint) -> &[Choice] {
        self.choices.get(&server).map_or(&[], Vec::as_slice)
    }

    /// The names for which an issuer (DER) signed certificates that servers sent in this capture, and the place where
    /// each was sent first.
    pub fn names_signed_by(&self, issuer_der: &[u8]) -> impl Iterator<Item = (&WireText, &Stretch)> {
        self.issued.get(issuer_der).into_iter().flatten()
    }

    /// The first frame in which a server presents an authority of this name (DER) with the certificate that it issued, if the
    /// authority is an intermediate.
    #[must_use]
    pub fn presents_intermediate(&self, name_der: &[u8]) -> Option<(FrameNumber, Stretch)> {
        self.intermediates.get(name_der).copied()
    }

    /// The clients whose handshake with this server succeeded in this capture, and the first frames that show it.
    pub fn completed(&self, server: Endpoint) -> impl Iterator<Item = (IpAddr, FrameNumber, Stretch)> {
        let clients = self.completed.get(&server).into_iter().flatten();
        clients.map(|(client, success)| (*client, success.frame, success.said))
    }

    /// The frame by which a client had accepted a server with this very certificate (SHA-256).
    #[must_use]
    pub fn accepted(&self, certificate: [u8; 32], client: IpAddr) -> Option<(FrameNumber, Stretch)> {
        let success = self.accepted.get(&(certificate, client))?;
        Some((success.frame, success.said))
    }

    /// The first connection over TCP that a client began after another attempt, to the same server or by the same name.
    #[must_use]
    pub fn tcp_after(&self, attempt: &Connection, name: Option<&str>) -> Option<TcpTry> {
        let client = attempt.client.ip;
        let by_address = self.tcp.get(&(client, attempt.server.ip)).into_iter().flatten();
        let named = name.and_then(|name| self.named.get(&(client, name.to_ascii_lowercase())));
        let all = by_address.chain(named.into_iter().flatten());
        let later =
            all.filter(|it| it.said.first > attempt.first.frame && it.time.since(attempt.first.time) < FALLBACK);
        later.min_by_key(|it| it.said.first).copied()
    }

    /// Another connection of the same client to the same server, by address or name, that began about the same time and
    /// completed its handshake.
    #[must_use]
    pub fn completed_beside(&self, connection: &Connection) -> Option<TcpTry> {
        let client = connection.client.ip;
        let name = connection.server_name().map(|name| name.raw().to_ascii_lowercase());
        let by_address = self.tcp.get(&(client, connection.server.ip)).into_iter().flatten();
        let by_address = by_address.filter(|it| it.server == connection.server);
        let by_name = name.and_then(|name| self.named.get(&(client, name)));
        let own = [connection.client, connection.server];
        let is_beside = |it: &&TcpTry| {
            it.is_complete && it.said.ends != own && it.time.since(connection.first.time).abs() <= TOGETHER
        };
        let mut all = by_address.chain(by_name.into_iter().flatten()).filter(is_beside);
        all.next().copied()
    }

    /// A connection of the same client through the same proxy that began soon after this one and completed its handshake
    /// with a server of this name.
    #[must_use]
    pub fn completed_through(&self, proxied: &Connection, name: &str) -> Option<TcpTry> {
        let named = self.named.get(&(proxied.client.ip, name.to_ascii_lowercase()));
        let mut through = named.into_iter().flatten().filter(|it| {
            let is_next = it.said.first > proxied.first.frame && it.time.since(proxied.first.time) <= TOGETHER;
            it.is_complete && it.server == proxied.server && is_next
        });
        through.next().copied()
    }

    /// Adding a connection twice changes nothing.
    fn add_tcp(&mut self, connection: &Connection) {
        let tls = connection.tls.as_ref();
        let one = TcpTry {
            time: connection.first.time,
            server: connection.server,
            is_answered: connection.tcp.server.frames > 0,
            is_complete: tls.is_some_and(|tls| tls.is_complete() && tls.first_error().is_none()),
            said: Stretch {
                ends: [connection.client, connection.server],
                first: connection.first.frame,
                last: connection.last.frame,
            },
        };
        let client = connection.client.ip;
        let name = connection.server_name().map(|name| name.raw().to_ascii_lowercase());
        let has_room = self.tcp.len() < MAX_KEPT || self.tcp.contains_key(&(client, connection.server.ip));
        let of_server = has_room.then(|| self.tcp.entry((client, connection.server.ip)).or_default());
        let has_room = self.named.len() < MAX_KEPT;
        let of_name = name
            .filter(|_| has_room)
            .map(|name| self.named.entry((client, name)).or_default());
        for tries in [of_server, of_name].into_iter().flatten() {
            if tries.len() < MAX_CHOICES && !tries.contains(&one) {
                tries.push(one);
            }
        }
    }

    fn add_success(&mut self, connection: &Connection, tls: &TlsFacts) {
        let Some(frame) = tls.finished.client.max(tls.finished.server) else {
            return;
        };
        let went_on = tls.is_complete() && tls.first_error().is_none() && tls.application_data.client > 0;
        if !went_on {
            return;
        }
        let success = Success {
            frame,
            said: Stretch {
                last: frame,
                ..said_by_server(connection)
            },
        };
        let client = connection.client.ip;
        if self.completed.len() < MAX_KEPT || self.completed.contains_key(&connection.server) {
            let clients = self.completed.entry(connection.server).or_default();
            if clients.len() < MAX_CLIENTS {
                clients.entry(client).or_insert(success);
            }
        }
        let leaf = tls
            .certificates
            .server
            .as_ref()
            .and_then(|message| message.chain.first());
        if let Some(leaf) = leaf.filter(|_| self.accepted.len() < MAX_KEPT) {
            self.accepted.entry((leaf.sha256, client)).or_insert(success);
        }
    }

    fn add_intermediates(&mut self, connection: &Connection, tls: &TlsFacts) {
        let Some(message) = &tls.certificates.server else {
            return;
        };
        let Some(step) = connection.step_by(StepKind::Certificate, Side::Server) else {
            return;
        };
        for (certificate, issuer) in message.chain.iter().zip(message.chain.iter().skip(1)) {
            let (Ok(fields), Ok(issuer)) = (&certificate.fields, &issuer.fields) else {
                continue;
            };
            let is_link = fields.issuer_raw == issuer.subject_raw && !issuer.self_issued;
            if is_link && self.intermediates.len() < MAX_KEPT && !self.intermediates.contains_key(&issuer.subject_raw) {
                let said = (step.frame, said_by_server(connection));
                self.intermediates.insert(issuer.subject_raw.clone(), said);
            }
        }
    }

    /// Adds the facts that a connection gives; adding it twice changes nothing.
    pub(crate) fn add(&mut self, connection: &Connection) {
        if connection.carrier == Carrier::Tcp {
            self.add_tcp(connection);
        }
        self.chassis.add(connection);
        let Some(tls) = &connection.tls else { return };
        // A server's choices are kept by its TCP port; the same number over UDP is another service.
        if connection.carrier.is_datagram() {
            return;
        }
        self.add_success(connection, tls);
        let leaf = tls
            .certificates
            .server
            .as_ref()
            .and_then(|message| message.chain.first()?.fields.as_deref().ok());
        if let Some(leaf) = leaf
            && (self.issued.len() < MAX_KEPT || self.issued.contains_key(&leaf.issuer_raw))
        {
            let names = self.issued.entry(leaf.issuer_raw.clone()).or_default();
            if let Some(name) = leaf.names.first().or(leaf.common_name.as_ref())
                && names.len() < MAX_NAMES
            {
                names.entry(name.clone()).or_insert_with(|| said_by_server(connection));
            }
        }
        self.add_intermediates(connection, tls);
        let (Some(hello), Some(step)) = (&tls.server_hello, connection.step(StepKind::ServerHello)) else {
            return;
        };
        if self.choices.len() >= MAX_KEPT && !self.choices.contains_key(&connection.server) {
            return;
        }
        let choice = Choice {
            frame: step.frame,
            version: Version(hello.version),
            suite: CipherSuite(hello.cipher_suite),
            group: tls.group,
            key: leaf.map(|leaf| leaf.key.clone()),
            said: said_by_server(connection),
        };
        let choices = self.choices.entry(connection.server).or_default();
        let known = choices
            .iter()
            .any(|it| (it.version, it.suite, it.group) == (choice.version, choice.suite, choice.group));
        if !known && choices.len() < MAX_CHOICES {
            choices.push(choice);
        }
    }
}

/// The part of a connection up to the frames that show the server's choice and its certificate.
fn said_by_server(connection: &Connection) -> Stretch {
    const SHOWN: [StepKind; 3] = [
        StepKind::ServerHello,
        StepKind::Certificate,
        StepKind::ServerKeyExchange,
    ];
    let steps = connection.steps.iter();
    let shown = steps.filter(|step| step.side == Side::Server && SHOWN.contains(&step.kind));
    Stretch {
        ends: [connection.client, connection.server],
        first: connection.first.frame,
        last: shown
            .flat_map(|step| step.frames.iter().copied())
            .max()
            .unwrap_or(connection.last.frame),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::connection;
    use crate::connection::walk::{Seen, Side, Step};
    use crate::tls::hello::ServerHello;

    fn chosen(server: &str, suite: u16) -> Connection {
        let mut one = connection(5, "10.0.0.1:50000", server).asking_for("a.example");
        let tls = one.tls.get_or_insert_default();
        tls.server_hello = Some(Box::new(ServerHello {
            version: 0x0303,
            cipher_suite: suite,
            ..ServerHello::default()
        }));
        one.steps.push(Step {
            kind: StepKind::ServerHello,
            side: Side::Server,
            frame: FrameNumber(8),
            frames: vec![FrameNumber(8)],
            time: one.first.time,
            from: 0,
            to: 0,
            seen: Seen::Observed,
            detail: None,
        });
        one
    }

    #[test]
    fn what_a_server_chose_is_kept_once_and_by_server() {
        let connections = [
            chosen("192.0.2.1:443", 0xc030),
            chosen("192.0.2.1:443", 0xc030),
            chosen("192.0.2.1:443", 0xc02f),
            chosen("192.0.2.2:443", 0x1301),
        ];
        let surroundings = Surroundings::of(&connections);
        let suites: Vec<u16> = surroundings
            .choices(connections[0].server)
            .iter()
            .map(|choice| choice.suite.0)
            .collect();
        assert_eq!(suites, [0xc030, 0xc02f]);
        assert_eq!(surroundings.choices(connections[3].server).len(), 1);
        assert!(surroundings.choices(connections[0].client).is_empty());
    }
}
