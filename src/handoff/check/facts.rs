//! Report → Facts: what a report shows, in the form that claims need: steps by frame, and the hidden parts of each direction.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::claims::{Scope, Who};
use crate::base::phrase::Language;
use crate::connection::step::Side;
use crate::profile::Transport;
use crate::report::{Attempt, Certificate, Connection, Report};

/// The reason why a step that is absent may have existed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    Encrypted,
    NotCaptured,
}

/// A step of a connection.
#[derive(Clone, Debug)]
pub(super) struct Event<'a> {
    pub(super) kind: &'a str,
    pub(super) side: &'a str,
    pub(super) frame: u64,
    pub(super) frames: &'a [u64],
    pub(super) time: &'a str,
    pub(super) detail: Option<&'a str>,
    pub(super) is_inferred: bool,
    /// For an alert, its number; `None` if it is encrypted.
    pub(super) code: Option<u8>,
    pub(super) level: Option<&'a str>,
    pub(super) language: Language,
}

/// A connection with its attempt.
pub(super) struct Of<'a> {
    pub(super) connection: &'a Connection,
    pub(super) attempt: Option<&'a Attempt>,
    pub(super) events: Vec<Event<'a>>,
    pub(super) client: Option<(IpAddr, u16)>,
    pub(super) server: Option<(IpAddr, u16)>,
}

/// The facts that a report shows.
pub(super) struct Facts<'a> {
    pub(super) report: &'a Report,
    pub(super) connections: Vec<Of<'a>>,
    /// The connections and events at a frame.
    by_frame: BTreeMap<u64, Vec<(usize, usize)>>,
    /// The side that a controller is: the server where access points join it.
    pub(super) controller: Side,
    /// The report holds every TCP connection of the capture, and no packet was skipped.
    pub(super) is_complete: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let attempt_of: BTreeMap<usize, &Attempt> = report
            .attempts
            .iter()
            .flat_map(|attempt| attempt.connections.iter().map(move |id| (*id, attempt)))
            .collect();
        let connections: Vec<Of<'a>> = report
            .connections
            .iter()
            .map(|connection| Of {
                connection,
                attempt: attempt_of.get(&connection.id).copied(),
                events: events(connection, Language::of(report.language)),
                client: endpoint(&connection.client),
                server: endpoint(&connection.server),
            })
            .collect();
        let mut by_frame: BTreeMap<u64, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, of) in connections.iter().enumerate() {
            for (nth, event) in of.events.iter().enumerate() {
                for frame in event.frames {
                    by_frame.entry(*frame).or_default().push((at, nth));
                }
            }
        }
        let over_tcp = connections.iter().filter(|it| it.connection.carrier.is_none()).count() as u64;
        let capture = &report.capture;
        Self {
            is_complete: capture.not_judged == 0
                && capture
                    .skipped
                    .keys()
                    .all(|it| matches!(it.as_str(), "not-ip" | "udp" | "icmp"))
                && report.others.is_none()
                && report.part.is_none()
                && over_tcp >= capture.contents.tcp_connections
                && capture.contents.quic_packets == 0,
            controller: match report.attempts.iter().any(|it| it.transport == Transport::Capwap) {
                true => Side::Server,
                false => Side::Client,
            },
            report,
            connections,
            by_frame,
        }
    }

    /// The steps in a frame.
    pub(super) fn at(&self, frame: u64) -> Vec<(&Of<'a>, &Event<'a>)> {
        let found = self.by_frame.get(&frame).into_iter().flatten();
        found
            .filter_map(|(at, nth)| {
                self.connections
                    .get(*at)
                    .and_then(|of| Some((of, of.events.get(*nth)?)))
            })
            .collect()
    }

    /// The connections that a claim is about; `None` if it names one that does not exist.
    pub(super) fn in_scope(&self, scope: &Scope) -> Option<Vec<&Of<'a>>> {
        let fits = |of: &&Of<'a>| {
            scope.connection.is_none_or(|id| of.connection.id == id)
                && scope.port.is_none_or(|port| of.client.is_some_and(|it| it.1 == port))
                && scope
                    .attempt
                    .is_none_or(|id| of.attempt.is_some_and(|attempt| attempt.id == id))
                && scope
                    .places
                    .iter()
                    .all(|place| self.is_known_elsewhere(place) || of.is_at(place))
        };
        let found: Vec<&Of<'a>> = self.connections.iter().filter(fits).collect();
        let is_named = scope.connection.is_some() || scope.port.is_some() || !scope.places.is_empty();
        let has_attempt = scope
            .attempt
            .is_none_or(|id| self.report.attempts.iter().any(|it| it.id == id));
        (has_attempt && (!found.is_empty() || !is_named)).then_some(found)
    }

    /// The attempts that a claim is about.
    pub(super) fn attempts(&self, scope: &Scope) -> Vec<&'a Attempt> {
        let fits = |attempt: &&Attempt| {
            scope.attempt.is_none_or(|id| attempt.id == id)
                && scope.connection.is_none_or(|id| attempt.connections.contains(&id))
                && scope.port.is_none_or(|port| {
                    let own = |of: &Of<'_>| attempt.connections.contains(&of.connection.id);
                    self.connections
                        .iter()
                        .any(|of| own(of) && of.client.is_some_and(|it| it.1 == port))
                })
                && scope.places.iter().all(|place| {
                    let own = self
                        .connections
                        .iter()
                        .filter(|of| attempt.connections.contains(&of.connection.id));
                    attempt_is_at(attempt, place)
                        || own.into_iter().any(|of| of.is_at(place))
                        || self.is_known_elsewhere(place)
                })
        };
        self.report.attempts.iter().filter(fits).collect()
    }

    /// A place outside all connections: a DNS server, an address that DNS returned.
    fn is_known_elsewhere(&self, place: &Who) -> bool {
        let mut lookups = self.report.attempts.iter().flat_map(|it| &it.lookups);
        match place {
            // Nobody is asked for a name at another port.
            Who::At(_, Some(port)) if *port != 53 => false,
            Who::At(address, _) => {
                !self.connections.iter().any(|of| of.is_at(place)) && {
                    let address = address.to_string();
                    lookups.any(|it| it.server.starts_with(&address) || it.addresses.contains(&address))
                }
            }
            Who::Named(name) => {
                !self.connections.iter().any(|of| of.is_at(place))
                    && lookups.any(|it| it.name.eq_ignore_ascii_case(name))
            }
            Who::Side(_) => true,
        }
    }

    /// True if the report contains the address.
    pub(super) fn knows(&self, address: IpAddr) -> bool {
        let place = Who::At(address, None);
        self.connections.iter().any(|of| of.is_at(&place))
            || self.is_known_elsewhere(&place)
            || self.report.attempts.iter().any(|it| attempt_is_at(it, &place))
    }

    /// The connections that a frame may belong to by its number.
    pub(super) fn around(&self, frame: u64) -> impl Iterator<Item = &Of<'a>> {
        self.connections
            .iter()
            .filter(move |of| (of.connection.tcp.first_frame..=of.connection.tcp.last_frame).contains(&frame))
    }
}

fn attempt_is_at(attempt: &Attempt, place: &Who) -> bool {
    match place {
        Who::At(address, _) => {
            let address = address.to_string();
            attempt.device == address
                || attempt.name == address
                || attempt.via_proxy.as_ref().is_some_and(|it| it.starts_with(&address))
        }
        Who::Named(name) => attempt.name.eq_ignore_ascii_case(name) || attempt.device.eq_ignore_ascii_case(name),
        Who::Side(_) => true,
    }
}

/// `192.0.2.1:443`, `[2001:db8::1]:443`
fn endpoint(written: &str) -> Option<(IpAddr, u16)> {
    let (host, port) = written.rsplit_once(':')?;
    Some((host.trim_matches(['[', ']']).parse().ok()?, port.parse().ok()?))
}

fn events(connection: &Connection, language: Language) -> Vec<Event<'_>> {
    let mut alerts = connection.tls.iter().flat_map(|tls| &tls.alerts).collect::<Vec<_>>();
    let mut events: Vec<Event<'_>> = Vec::new();
    for step in &connection.steps {
        let alert = alerts
            .iter()
            .position(|it| step.kind == "alert" && it.frame == step.frame && it.side == step.side);
        let alert = alert.map(|at| alerts.remove(at));
        let frames = if step.frames.is_empty() {
            std::slice::from_ref(&step.frame)
        } else {
            step.frames.as_slice()
        };
        events.push(Event {
            kind: step.kind,
            side: step.side,
            frame: step.frame,
            frames,
            time: &step.time,
            detail: step.detail.as_deref(),
            is_inferred: step.seen == "inferred",
            code: alert.and_then(|it| it.code),
            level: alert.and_then(|it| it.level.as_deref()),
            language,
        });
    }
    // Repeated SYNs are no steps of their own.
    for frame in &connection.tcp.syns {
        if !events.iter().any(|it| it.kind == "syn" && it.frames.contains(frame)) {
            let of = events.iter().find(|it| it.kind == "syn");
            let time = of.map_or("", |it| it.time);
            events.push(Event {
                kind: "syn",
                side: "client",
                frame: *frame,
                frames: std::slice::from_ref(frame),
                time,
                detail: None,
                is_inferred: false,
                code: None,
                level: None,
                language,
            });
        }
    }
    events
}

/// Messages that TLS 1.3 encrypts.
const SEALED: [&str; 9] = [
    "certificate",
    "certificate-request",
    "certificate-verify",
    "certificate-status",
    "finished",
    "encrypted-extensions",
    "new-session-ticket",
    "key-update",
    "alert",
];

impl<'a> Of<'a> {
    pub(super) fn side(&self, side: Side) -> (&'a crate::report::Seen, u64) {
        let tcp = &self.connection.tcp;
        match side {
            Side::Client => (&tcp.client_seen, tcp.client_bytes),
            Side::Server => (&tcp.server_seen, tcp.server_bytes),
        }
    }

    pub(super) fn certificates(&self, side: Side) -> &'a [Certificate] {
        match side {
            Side::Client => &self.connection.certificates.client,
            Side::Server => &self.connection.certificates.server,
        }
    }

    /// True if this is the place of its client or server.
    pub(super) fn is_at(&self, place: &Who) -> bool {
        match place {
            Who::Side(_) => true,
            Who::At(..) => self.side_of(place).is_some(),
            Who::Named(name) => {
                self.side_of(place).is_some()
                    || self
                        .attempt
                        .is_some_and(|attempt| attempt.name.eq_ignore_ascii_case(name))
            }
        }
    }

    /// The side that a party is.
    pub(super) fn side_of(&self, who: &Who) -> Option<Side> {
        let is_at = |end: Option<(IpAddr, u16)>, address: &IpAddr, port: &Option<u16>| {
            end.is_some_and(|(own, own_port)| own == *address && port.is_none_or(|port| port == own_port))
        };
        match who {
            Who::Side(side) => Some(*side),
            Who::At(address, port) if is_at(self.client, address, port) => Some(Side::Client),
            Who::At(address, port) if is_at(self.server, address, port) => Some(Side::Server),
            Who::At(..) => None,
            Who::Named(name) => {
                let tls = self.connection.tls.as_ref();
                let is_server = tls
                    .and_then(|it| it.sni.as_deref())
                    .is_some_and(|it| it.eq_ignore_ascii_case(name))
                    || self.attempt.is_some_and(|it| it.name.eq_ignore_ascii_case(name))
                    || self
                        .connection
                        .certificates
                        .server
                        .iter()
                        .flat_map(|it| &it.names)
                        .any(|it| it.eq_ignore_ascii_case(name));
                is_server.then_some(Side::Server)
            }
        }
    }

    /// The reason why a step of that kind, which is absent, may have existed.
    pub(super) fn hides(&self, kind: &str, side: Option<Side>, report: &Report) -> Option<Hidden> {
        let sides = side.map_or(vec![Side::Client, Side::Server], |side| vec![side]);
        if sides.iter().any(|side| self.lacks(*side, report)) {
            return Some(Hidden::NotCaptured);
        }
        self.seals(kind, side).then_some(Hidden::Encrypted)
    }

    /// True if that side sends this kind encrypted.
    pub(super) fn seals(&self, kind: &str, side: Option<Side>) -> bool {
        let Some(tls) = &self.connection.tls else { return false };
        let is_new = tls.version.as_deref() == Some("1.3");
        let is_of = |event: &Event<'_>| side.is_none_or(|side| event.side == side.name());
        let is_sealed = |event: &Event<'_>| matches!(event.kind, "encrypted-handshake" | "application-data");
        match kind {
            "http-request" | "http-response" => self.events.iter().any(|it| it.kind == "application-data" && is_of(it)),
            "finished" | "new-session-ticket" if !is_new => self
                .events
                .iter()
                .any(|it| it.kind == "encrypted-handshake" && is_of(it)),
            "alert" if !is_new => false,
            kind => is_new && SEALED.contains(&kind) && self.events.iter().any(is_sealed),
        }
    }

    /// True if some of what that side sent was not captured.
    pub(super) fn lacks(&self, side: Side, report: &Report) -> bool {
        let (seen, _) = self.side(side);
        let tcp = &self.connection.tcp;
        let gap = tcp
            .gaps
            .iter()
            .any(|gap| gap.side == side.name() && gap.cause != "never-arrived");
        let capture = &report.capture;
        let is_partial = |attempt: &Attempt| attempt.findings.iter().any(|it| it.id == "incomplete-capture");
        // A side that answers a SYN with RST, or with nothing, has no beginning that could be missing.
        let starts = seen.start || seen.first_frame.is_none() || !tcp.syns.is_empty() && self.side(side).1 == 0;
        gap || seen.acked_unseen
            || seen.cut > 0
            || !starts
            || capture.visibility.one_direction
            || capture.end != "complete"
            || !capture.damage.is_empty()
            || self.attempt.is_some_and(is_partial)
    }
}
