//! Flow → Connection: everything a rule may look at, in terms of client and server.

use crate::decode::{Endpoint, Tunnel};
use crate::direction::{ApplicationData, TcpSide};
use crate::flow::Flow;
use crate::frame::{FrameNumber, Timestamp};
use crate::tls::message::{Event, EventKind};
use crate::tls::record::Carries;
use crate::tls::walk::{self, Http, Side, Sides, Step, StepKind, TlsFacts};
use crate::wire_text::WireText;

/// Why one end is taken for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientBy {
    /// It sent the Client Hello.
    ClientHello,
    /// The other end sent a Server Hello or a certificate request.
    ServerHello,
    /// It sent an HTTP request, or the other end an HTTP answer.
    Http,
    /// It sent the SYN, or was sent the SYN-ACK.
    Syn,
    /// Its port is the higher one: a guess.
    Port,
}

/// A readable HTTP request and its answer.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// The request, with its frame; `None` when only the answer was captured.
    pub request: Option<(FrameNumber, Box<crate::http::Request>)>,
    /// The answer, with its frame.
    pub response: Option<(FrameNumber, Box<crate::http::Response>)>,
}

/// One TCP connection, finished.
#[derive(Clone, Debug)]
pub struct Connection {
    /// In order of first frames, counted from 0 over all connections followed.
    pub index: u64,
    /// The client.
    pub client: Endpoint,
    /// The server.
    pub server: Endpoint,
    /// How that was told.
    pub client_by: ClientBy,
    /// The tunnel it travelled in.
    pub tunnel: Tunnel,
    /// First frame and its time.
    pub first: (FrameNumber, Timestamp),
    /// Last frame and its time.
    pub last: (FrameNumber, Timestamp),
    /// Below the bytes.
    pub tcp: Sides<TcpSide>,
    /// The walk.
    pub steps: Vec<Step>,
    /// TLS; `None` when neither side sent any.
    pub tls: Option<TlsFacts>,
    /// Application Data records by their headers, whatever they hold.
    pub records: Sides<ApplicationData>,
    /// Readable HTTP.
    pub http: Vec<Exchange>,
    /// First bytes of a side that does not speak TLS (or not at once).
    pub opening: Sides<WireText>,
    /// The frames of those bytes.
    pub opening_frame: Sides<Option<FrameNumber>>,
    /// The same side speaks something that is neither TLS nor readable HTTP.
    pub speaks_other: Sides<bool>,
    /// DNS over TCP.
    pub dns: Sides<Vec<u8>>,
    /// Events that were not kept.
    pub events_dropped: u64,
}

impl Connection {
    /// Describes a flow that has ended.
    #[must_use]
    pub fn of(flow: Flow) -> Self {
        let (client, client_by) = find_client(&flow);
        let [first, second] = flow.directions;
        let [first_end, second_end] = flow.ends;
        let ((own, peer), (client_end, server_end)) = if client == 0 {
            ((first, second), (first_end, second_end))
        } else {
            ((second, first), (second_end, first_end))
        };
        let is_tls = [&own, &peer]
            .iter()
            .any(|side| side.carries == Carries::Tls || side.events.iter().any(is_tls_event));
        let opening = |bytes: &[u8], carries: Carries, preamble: u64| {
            // A direction that is TLS from its first byte has no opening of its own.
            if carries == Carries::Tls && preamble == 0 {
                WireText::default()
            } else {
                WireText::from_bytes(bytes)
            }
        };
        let carries = Sides {
            client: own.carries,
            server: peer.carries,
        };
        let walk = walk::walk(own.events, peer.events);
        Self {
            index: flow.index,
            client: client_end,
            server: server_end,
            client_by,
            tunnel: flow.tunnel,
            first: flow.first,
            last: flow.last,
            opening: Sides {
                client: opening(&own.opening.bytes, carries.client, own.preamble),
                server: opening(&peer.opening.bytes, carries.server, peer.preamble),
            },
            opening_frame: Sides {
                client: own.opening.frame,
                server: peer.opening.frame,
            },
            speaks_other: Sides {
                client: own.speaks_other,
                server: peer.speaks_other,
            },
            records: Sides {
                client: own.application_data,
                server: peer.application_data,
            },
            dns: Sides {
                client: own.dns.unwrap_or_default(),
                server: peer.dns.unwrap_or_default(),
            },
            events_dropped: own.events_dropped + peer.events_dropped,
            tcp: Sides {
                client: own.tcp,
                server: peer.tcp,
            },
            http: pair(walk.http),
            tls: is_tls.then_some(walk.tls),
            steps: walk.steps,
        }
    }

    /// The first step of a kind, from either side.
    #[must_use]
    pub fn step(&self, kind: StepKind) -> Option<&Step> {
        self.steps.iter().find(|step| step.kind == kind)
    }

    /// The first step of a kind from one side.
    #[must_use]
    pub fn step_by(&self, kind: StepKind, side: Side) -> Option<&Step> {
        self.steps.iter().find(|step| step.kind == kind && step.side == side)
    }

    /// Whether TCP connected, as far as can be seen: the server answered the SYN, or bytes flowed.
    #[must_use]
    pub fn connected(&self) -> bool {
        !self.tcp.server.syns.is_empty()
            || self.step(StepKind::Ack).is_some()
            || Side::both().iter().any(|&side| self.tcp[side].bytes > 0)
    }

    /// The frame and time of the last thing a side sent.
    #[must_use]
    pub fn last_of(&self, side: Side) -> Option<(FrameNumber, Timestamp)> {
        let tcp = &self.tcp[side];
        (tcp.frames > 0).then_some((tcp.last, tcp.last_time))
    }

    /// The name the client asked for: SNI.
    #[must_use]
    pub fn server_name(&self) -> Option<&WireText> {
        self.tls.as_ref()?.client_hello.as_ref()?.server_name.as_ref()
    }

    /// The exchange that opened a tunnel through a proxy.
    #[must_use]
    pub fn connect(&self) -> Option<&Exchange> {
        self.http.iter().find(|exchange| {
            exchange
                .request
                .as_ref()
                .is_some_and(|(_, request)| request.method.raw() == "CONNECT")
        })
    }
}

impl Side {
    /// Client, server.
    #[must_use]
    pub const fn both() -> [Self; 2] {
        [Self::Client, Self::Server]
    }
}

/// Which end is the client, and why.
fn find_client(flow: &Flow) -> (usize, ClientBy) {
    let says = |test: fn(&EventKind) -> bool| {
        flow.directions
            .iter()
            .position(|side| side.events.iter().any(|event| test(&event.kind)))
    };
    if let Some(end) = says(|kind| matches!(kind, EventKind::ClientHello(_))) {
        return (end, ClientBy::ClientHello);
    }
    let server = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::ServerHello(_)
                | EventKind::CertificateRequest(_)
                | EventKind::ServerHelloDone
                | EventKind::ServerKeyExchange { .. }
                | EventKind::NewSessionTicket
        )
    };
    if let Some(end) = says(server) {
        return (1 - end.min(1), ClientBy::ServerHello);
    }
    if let Some(end) = says(|kind| matches!(kind, EventKind::ClientKeyExchange)) {
        return (end, ClientBy::ServerHello);
    }
    if let Some(end) = flow.opener {
        return (end, ClientBy::Syn);
    }
    if let Some(end) = says(|kind| matches!(kind, EventKind::HttpRequest(_))) {
        return (end, ClientBy::Http);
    }
    if let Some(end) = says(|kind| matches!(kind, EventKind::HttpResponse(_))) {
        return (1 - end.min(1), ClientBy::Http);
    }
    let [first, second] = flow.ends;
    (usize::from(first.port < second.port), ClientBy::Port)
}

const fn is_tls_event(event: &Event) -> bool {
    !matches!(
        event.kind,
        EventKind::Syn
            | EventKind::Ack
            | EventKind::Fin
            | EventKind::Reset
            | EventKind::HttpRequest(_)
            | EventKind::HttpResponse(_)
            | EventKind::NotARecord
    )
}

/// Requests and answers in order: HTTP/1 answers one request after the other (RFC 9112 section 9.3.2).
fn pair(messages: Vec<(Side, FrameNumber, Timestamp, Http)>) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut answered = 0;
    for (_, frame, _, message) in messages {
        match message {
            Http::Request(request) => exchanges.push(Exchange {
                request: Some((frame, request)),
                response: None,
            }),
            // An interim answer (RFC 9110 section 15.2) is not the one.
            Http::Response(response) if (100..200).contains(&response.status) => {}
            Http::Response(response) => {
                match exchanges.get_mut(answered) {
                    Some(exchange) => exchange.response = Some((frame, response)),
                    None => exchanges.push(Exchange {
                        request: None,
                        response: Some((frame, response)),
                    }),
                }
                answered += 1;
            }
        }
    }
    exchanges
}
