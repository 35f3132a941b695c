//! Flow → Connection: everything a rule may use, in terms of client and server.

pub(crate) mod arrival;
pub(crate) mod beginning;
pub mod datagram;
mod decryption;
mod detail;
pub mod direction;
pub mod event;
pub mod facts;
mod fast_path;
pub mod flow;
mod padding;
pub mod plain;
mod sealed;
pub mod sighting;
pub mod step;
pub mod table;
pub mod walk;

use crate::base::carrier::Carrier;
use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, FrameNumber};
use crate::base::wire_text::WireText;
use crate::connection::datagram::DatagramFacts;
use crate::connection::direction::Direction;
use crate::connection::event::{Event, EventKind};
use crate::connection::flow::Flow;
use crate::connection::plain::offer::Ends;
use crate::connection::plain::{Offer, Part, PlainClient, Protocol, Said, Socks, Spoken, framing};
use crate::connection::step::Detail;
use crate::connection::walk::{Side, Sides, Step, StepKind, TlsFacts};
use crate::decode::Tunnel;
use crate::http::reader::Head;
use crate::tcp::side::{ApplicationData, TcpSide};
use crate::tcp::stream::{Gap, GapCause};
use crate::tls::keys::KeyLog;
use crate::tls::message::Message;
use crate::tls::record::Carries;

/// The reason why one end is taken as the client.
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
    /// The request, with its frame; `None` if only the answer was captured.
    pub request: Option<(FrameNumber, Box<crate::http::reader::Request>)>,
    /// The answer, with its frame.
    pub response: Option<(FrameNumber, Box<crate::http::reader::Response>)>,
}

/// One TCP connection, or one attempt at DTLS, finished.
#[derive(Clone, Debug)]
pub struct Connection {
    /// In order of first frames, counted from 0 over all connections followed.
    pub index: u64,
    /// The client.
    pub client: Endpoint,
    /// The server.
    pub server: Endpoint,
    /// The reason why this end is the client.
    pub client_by: ClientBy,
    /// The transport below TLS.
    pub carrier: Carrier,
    /// Facts that only datagrams have.
    pub datagrams: Option<Box<DatagramFacts>>,
    /// The tunnel it travelled in.
    pub tunnel: Tunnel,
    /// First frame and its time.
    pub first: FrameAt,
    /// Last frame and its time.
    pub last: FrameAt,
    /// The facts below the bytes.
    pub tcp: Sides<TcpSide>,
    /// The walk.
    pub steps: Vec<Step>,
    /// The facts of TLS; `None` if neither side sent any.
    pub tls: Option<TlsFacts>,
    /// Application Data records by their headers, whatever their content.
    pub records: Sides<ApplicationData>,
    /// Readable HTTP.
    pub http: Vec<Exchange>,
    /// First bytes of a side that does not speak TLS (or not at once).
    pub opening: Sides<Vec<u8>>,
    /// The frames of those bytes.
    pub opening_frame: Sides<Option<FrameNumber>>,
    /// This side sends a protocol other than TLS and readable HTTP.
    pub speaks_other: Sides<bool>,
    /// The beginning of a side was not captured, and the bytes that follow do not show the protocol.
    pub beginning_hidden: bool,
    /// DNS over TCP.
    pub dns: Sides<Vec<u8>>,
    /// TLS that was requested in plain text and did not follow.
    pub offer: Option<Offer>,
    /// The protocol in which the client asked for TLS in plain text.
    pub starttls: Option<Protocol>,
    /// What the server said in plain text when it had received the Client Hello, after an opening in plain text.
    pub answer_in_text: Option<Box<Said>>,
    /// A tunnel that was asked of a SOCKS proxy.
    pub socks: Option<Box<Socks>>,
    /// The client sends something other than TLS, with the sign that TLS was expected.
    pub plain_client: Option<PlainClient>,
    /// Events that were not kept.
    pub events_dropped: u64,
    /// A key log opened its handshake.
    pub opened: bool,
}

impl Connection {
    /// Describes a flow that has ended, with what a key log decrypts of it.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "one line for each field of a connection")]
    pub fn of(flow: Box<Flow>, log: Option<&KeyLog>) -> Self {
        let flow = *flow.finish();
        let (client, client_by) = find_client(&flow);
        let [first, second] = flow.directions;
        let [first_end, second_end] = flow.ends;
        let ((mut own, mut peer), (client_end, server_end)) = if client == 0 {
            ((first, second), (first_end, second_end))
        } else {
            ((second, first), (second_end, first_end))
        };
        // Records of a session inside another protocol's packets are cut by its headers: none of them is read.
        let is_framed = framing::is_openvpn(&own.opening.bytes, &peer.opening.bytes);
        if is_framed {
            [&mut own, &mut peer].into_iter().for_each(forget_records);
        }
        let is_tls = speaks_tls(&own) || speaks_tls(&peer);
        let is_hidden = [&own, &peer].iter().any(|side| side.carries == Carries::Hidden);
        lose_end(&mut own.tcp, &peer.tcp);
        lose_end(&mut peer.tcp, &own.tcp);
        doubt_gaps(&mut own.tcp, &peer.tcp);
        doubt_gaps(&mut peer.tcp, &own.tcp);
        let socks = Socks::of(&own.talk, &peer.talk, server_end.port).map(Box::new);
        if let Some(socks) = &socks {
            add_tunnel_steps(socks, &mut own.events, &mut peer.events);
        }
        let is_opened = log.is_some_and(|log| decryption::open(&mut own, &mut peer, log));
        let walk = walk::walk(std::mem::take(&mut own.events), std::mem::take(&mut peer.events));
        let (hello, answered) = (walk.tls.client_hello.is_some(), walk.tls.server_hello.is_some());
        let offer = || Offer::of(&own.talk, &peer.talk, Ends::of(&own.tcp, &peer.tcp, hello));
        let offer = if answered || is_framed { None } else { offer() };
        let mut hellos = walk.steps.iter().filter(|step| step.kind == StepKind::ClientHello);
        let hello_end = hellos.next().map(|step| step.to).filter(|_| !answered);
        let answer_in_text = hello_end.and_then(|end| peer.talk.answer_to(end)).map(Box::new);
        let mut connection = Self {
            index: flow.index,
            client: client_end,
            server: server_end,
            client_by,
            carrier: Carrier::Tcp,
            datagrams: None,
            tunnel: flow.tunnel,
            first: flow.first,
            last: flow.last,
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
            beginning_hidden: is_hidden && !is_tls && walk.http.is_empty(),
            events_dropped: own.events_dropped + peer.events_dropped,
            opening: Sides {
                client: own_opening(&mut own),
                server: own_opening(&mut peer),
            },
            dns: Sides {
                client: own.dns.unwrap_or_default(),
                server: peer.dns.unwrap_or_default(),
            },
            tcp: Sides {
                client: own.tcp,
                server: peer.tcp,
            },
            http: pair(walk.http),
            tls: is_tls.then_some(walk.tls),
            steps: walk.steps,
            offer,
            starttls: Protocol::asking(&own.talk, &peer.talk),
            answer_in_text,
            socks,
            plain_client: None,
            opened: is_opened,
        };
        // A client that negotiates TLS behaves as it should.
        if connection.offer.is_none() && !is_framed {
            connection.plain_client = PlainClient::of(&connection);
        }
        connection
    }

    /// True if it was TLS or readable HTTP, or may have been: if its beginning was not captured, the protocol is
    /// unknown.
    #[must_use]
    pub fn may_be_read(&self) -> bool {
        self.tls.is_some() || !self.http.is_empty() || self.beginning_hidden || self.wants_tls()
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

    /// True if TCP connected, as far as the capture shows: the server answered the SYN, or bytes were exchanged.
    #[must_use]
    pub fn connected(&self) -> bool {
        !self.tcp.server.syns.is_empty()
            || self.step(StepKind::Ack).is_some()
            || self.tcp.server.bytes > 0
            // Data in a SYN was sent before any answer (RFC 7413).
            || self.tcp.client.bytes > 0 && !self.spoke_in_syn_only()
    }

    /// True if everything that the client sent, bytes or none, came with its SYNs.
    #[must_use]
    pub fn spoke_in_syn_only(&self) -> bool {
        self.tcp.client.ordinary.is_none() && !self.tcp.client.syns.is_empty()
    }

    /// True if the client answered the server's answer to its SYN with a RST, before any data: its TCP has no such
    /// connection, or the server took the SYN as one of an older connection (RFC 9293 section 3.10.7.3).
    #[must_use]
    pub fn answer_refused(&self) -> bool {
        self.tcp.client.reset.is_some()
            && self.tcp.server.frames > 0
            && self.step(StepKind::Ack).is_none()
            && Side::both().iter().all(|&side| self.tcp[side].bytes == 0)
    }

    /// True if TLS was requested or expected, and did not follow.
    #[must_use]
    pub fn wants_tls(&self) -> bool {
        let is_sign = |client: &PlainClient| client.sign.is_some() || client.spoken == Spoken::Tlcp;
        self.offer.is_some() || self.plain_client.as_ref().is_some_and(is_sign) || self.lacks_tunnel()
    }

    /// The frame and time of a side's last packet.
    #[must_use]
    pub fn last_of(&self, side: Side) -> Option<FrameAt> {
        let tcp = &self.tcp[side];
        (tcp.frames > 0).then_some(tcp.last)
    }

    /// The name that the client asked for (SNI).
    #[must_use]
    pub fn server_name(&self) -> Option<&WireText> {
        self.tls.as_ref()?.client_hello.as_ref()?.server_name.as_ref()
    }

    /// The last exchange that a proxy was asked to perform itself, without a tunnel.
    #[must_use]
    pub fn forwarded(&self) -> Option<&Exchange> {
        self.http.iter().rfind(|exchange| exchange.absolute().is_some())
    }

    /// The last exchange that asked a proxy for a tunnel: it may have asked for credentials first.
    #[must_use]
    pub fn connect(&self) -> Option<&Exchange> {
        self.http.iter().rfind(|exchange| exchange.tunnel_target().is_some())
    }

    /// Host and port for which a proxy was asked for a tunnel, in HTTP or by SOCKS.
    #[must_use]
    pub fn tunnel_target(&self) -> Option<&WireText> {
        let by_http = || self.connect().and_then(Exchange::tunnel_target);
        self.socks.as_ref().map(|socks| &socks.target).or_else(by_http)
    }

    /// The host that speaks TLS with the client: the server, or the one at the far end of a proxy's tunnel.
    #[must_use]
    pub fn tls_server(&self) -> WireText {
        let server = || WireText::from(self.server.to_string().as_str());
        let target = self.tunnel_target().filter(|target| !target.is_empty());
        target.cloned().unwrap_or_else(server)
    }

    /// True if a proxy was asked for a tunnel, and no answer opened one.
    fn lacks_tunnel(&self) -> bool {
        let is_opened = |exchange: &Exchange| matches!(&exchange.response, Some((_, it)) if it.status < 300);
        let by_socks = self.socks.as_ref().is_some_and(|socks| !socks.is_open());
        self.tls.is_none() && (by_socks || self.connect().is_some_and(|exchange| !is_opened(exchange)))
    }
}

impl Exchange {
    /// Host and port of a request for a tunnel (RFC 9110 section 9.3.6).
    #[must_use]
    pub fn tunnel_target(&self) -> Option<&WireText> {
        let (_, request) = self.request.as_ref()?;
        (request.method.raw() == "CONNECT").then_some(&request.target)
    }

    /// Host and port of a request in absolute form, which is only sent to a proxy (RFC 9112 section 3.2.2), and its path.
    #[must_use]
    pub fn absolute(&self) -> Option<(&str, &str)> {
        let target = self.request.as_ref()?.1.target.raw();
        let scheme = target
            .get(..7)
            .filter(|scheme| scheme.eq_ignore_ascii_case("http://"))?;
        let rest = target.get(scheme.len()..)?;
        let path = rest.find('/').unwrap_or(rest.len());
        Some((rest.get(..path)?, rest.get(path..)?))
    }
}

impl Side {
    /// Client, server.
    #[must_use]
    pub const fn both() -> [Self; 2] {
        [Self::Client, Self::Server]
    }
}

/// In nanoseconds. A receiver that says nothing of bytes for longer than this has not received them: it acknowledges within
/// half a second (RFC 9293 section 3.8.6.3).
const ACKNOWLEDGED: i64 = 500_000_000;

/// Bytes before the end of a side that its receiver, though it went on, never acknowledged did not reach it: a better
/// capture would not hold them. A RST alone acknowledges nothing.
fn lose_end(own: &mut TcpSide, receiver: &TcpSide) {
    let is_reset = || receiver.reset.is_some_and(|reset| reset.frame == receiver.last.frame);
    let went_on = || receiver.last.time.since(own.last.time) > ACKNOWLEDGED && !is_reset();
    if own.unseen_end > 0 && !own.acked_unseen && went_on() {
        own.gaps.push(Gap {
            from: own.end,
            to: own.end.saturating_add(own.unseen_end),
            cause: GapCause::NeverArrived,
            seen_at: own.last.frame,
        });
        own.unseen_end = 0;
    }
}

/// Bytes that never arrived are shown by segments of their receiver after the gap; without such segments nothing shows
/// it.
fn doubt_gaps(own: &mut TcpSide, receiver: &TcpSide) {
    for gap in &mut own.gaps {
        if gap.cause == GapCause::NeverArrived && receiver.last.frame <= gap.seen_at {
            gap.cause = GapCause::Unknown;
        }
    }
}

/// The end that is the client, and the reason.
fn find_client(flow: &Flow) -> (usize, ClientBy) {
    let says = |test: fn(&EventKind) -> bool| {
        flow.directions
            .iter()
            .position(|side| side.events.iter().any(|event| test(&event.kind)))
    };
    let hellos: Vec<(usize, FrameNumber)> = flow
        .directions
        .iter()
        .enumerate()
        .filter_map(|(end, side)| {
            let mut events = side.events.iter();
            let hello = events.find(|event| matches!(event.kind, EventKind::Tls(Message::ClientHello(_))))?;
            Some((end, hello.frame()))
        })
        .collect();
    // A side that answers a Client Hello with one, as an echo does, is no client.
    let opened = |(end, _): &&(usize, FrameNumber)| flow.opener == Some(*end);
    let first = || hellos.iter().min_by_key(|(_, frame)| *frame);
    if let Some((end, _)) = hellos.iter().find(opened).filter(|_| hellos.len() > 1).or_else(first) {
        return (*end, ClientBy::ClientHello);
    }
    let server = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::Tls(Message::ServerHello(_))
                | EventKind::Tls(Message::CertificateRequest(_))
                | EventKind::Tls(Message::ServerHelloDone)
                | EventKind::Tls(Message::ServerKeyExchange(_))
                | EventKind::Tls(Message::NewSessionTicket)
        )
    };
    if let Some(end) = says(server) {
        return (1 - end.min(1), ClientBy::ServerHello);
    }
    if let Some(end) = says(|kind| matches!(kind, EventKind::Tls(Message::ClientKeyExchange))) {
        return (end, ClientBy::ServerHello);
    }
    if let Some(end) = flow.opener {
        return (end, ClientBy::Syn);
    }
    if let Some(end) = says(|kind| matches!(kind, EventKind::Http(Head::Request(_)))) {
        return (end, ClientBy::Http);
    }
    if let Some(end) = says(|kind| matches!(kind, EventKind::Http(Head::Response(_)))) {
        return (1 - end.min(1), ClientBy::Http);
    }
    let [first, second] = flow.ends;
    (usize::from(first.port < second.port), ClientBy::Port)
}

/// Adds the request and the answer of a SOCKS proxy to what the sides said, in their places.
fn add_tunnel_steps(socks: &Socks, client: &mut Vec<Event>, server: &mut Vec<Event>) {
    let add = |said: &mut Vec<Event>, kind, part: Part, words| {
        let event = part.said(EventKind::Control(kind, Some(Detail::Words(words))));
        let after = said.iter().position(|it| it.from > event.from);
        said.insert(after.unwrap_or(said.len()), event);
    };
    add(client, StepKind::ConnectRequest, socks.asked, socks.request());
    if let Some((reply, part)) = socks.reply {
        add(server, StepKind::ConnectResponse, part, reply.name());
    }
}

/// Discards what was read as TLS.
fn forget_records(side: &mut Direction) {
    side.events.retain(|event| !is_tls_event(event));
    side.carries = Carries::NotTls;
    side.speaks_other = true;
}

fn speaks_tls(side: &Direction) -> bool {
    side.carries == Carries::Tls || side.events.iter().any(is_tls_event)
}

/// The first bytes of a direction that is not TLS from its first byte; other directions have no opening.
fn own_opening(side: &mut Direction) -> Vec<u8> {
    let is_own = side.carries != Carries::Tls || side.preamble > 0;
    if is_own {
        std::mem::take(&mut side.opening.bytes)
    } else {
        Vec::new()
    }
}

const fn is_tls_event(event: &Event) -> bool {
    !matches!(
        event.kind,
        EventKind::Syn
            | EventKind::Ack
            | EventKind::Fin
            | EventKind::Reset
            | EventKind::Http(_)
            | EventKind::Control(..)
            | EventKind::Tls(Message::NotARecord(_))
    )
}

/// Requests and answers in order: HTTP/1 answers one request after the other (RFC 9112 section 9.3.2).
fn pair(messages: Vec<(Side, FrameAt, Head)>) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut answered = 0;
    for (_, FrameAt { frame, .. }, message) in messages {
        match message {
            Head::Request(request) => exchanges.push(Exchange {
                request: Some((frame, request)),
                response: None,
            }),
            // An interim answer (RFC 9110 section 15.2) is not the final one.
            Head::Response(response) if (100..200).contains(&response.status) => {}
            Head::Response(response) => {
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

#[cfg(test)]
pub(crate) use tests::{SECOND, connection};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::endpoint::endpoint;
    use crate::base::frame::Timestamp;
    use crate::base::seq::SeqNumber;
    use crate::connection::table::Flows;
    use crate::decode::{Segment, TcpFlags};
    use crate::http::reader::{Request, Response};
    use crate::tls::hello::ClientHello;

    pub(crate) const SECOND: i64 = 1_000_000_000;

    /// A connection with one captured SYN, at this second and in the frame with that number.
    pub(crate) fn connection(at: i64, client: &str, server: &str) -> Connection {
        let first = FrameAt::new(FrameNumber(at.unsigned_abs()), Timestamp(at * SECOND));
        Connection {
            index: at.unsigned_abs(),
            client: endpoint(client),
            server: endpoint(server),
            client_by: ClientBy::Syn,
            carrier: Carrier::Tcp,
            datagrams: None,
            tunnel: Tunnel::None,
            first,
            last: first,
            tcp: Sides {
                client: TcpSide {
                    frames: 1,
                    syns: vec![first],
                    ..TcpSide::default()
                },
                server: TcpSide::default(),
            },
            steps: Vec::new(),
            tls: None,
            records: Sides::default(),
            http: Vec::new(),
            opening: Sides::default(),
            opening_frame: Sides::default(),
            speaks_other: Sides::default(),
            beginning_hidden: false,
            dns: Sides::default(),
            offer: None,
            starttls: None,
            answer_in_text: None,
            socks: None,
            plain_client: None,
            opened: false,
            events_dropped: 0,
        }
    }

    impl Connection {
        /// The server answered the SYN.
        pub(crate) fn answered(mut self) -> Self {
            self.tcp.server.frames = 1;
            self.tcp.server.syns.push(self.first);
            self
        }

        /// The client sent a hello with this name (empty: without one).
        pub(crate) fn asking_for(self, name: &str) -> Self {
            let mut this = self.answered();
            let hello = ClientHello {
                server_name: (!name.is_empty()).then(|| WireText::from(name)),
                ..ClientHello::default()
            };
            this.tls.get_or_insert_default().client_hello = Some(Box::new(hello));
            this
        }

        /// The client sent this request in clear.
        pub(crate) fn requesting(self, method: &str, target: &str, host: Option<&str>) -> Self {
            let mut this = self.answered();
            let request = Request {
                method: WireText::from(method),
                target: WireText::from(target),
                host: host.map(WireText::from),
                has_credentials: false,
                sender: None,
            };
            this.http.push(Exchange {
                request: Some((this.first.frame, Box::new(request))),
                response: None,
            });
            this
        }

        pub(crate) fn inside(mut self, tunnel: Tunnel) -> Self {
            self.tunnel = tunnel;
            self
        }
    }

    /// The connection of segments `(from the first end, flags, sequence number, acknowledgement, payload)`.
    fn of(ends: [&str; 2], segments: &[(bool, u8, u32, u32, &[u8])]) -> Connection {
        let (mut flows, mut ended) = (Flows::default(), Vec::new());
        let ends = ends.map(endpoint);
        for (n, &(first, flags, seq, ack, payload)) in segments.iter().enumerate() {
            let segment = Segment {
                frame: FrameNumber(n as u64 + 1),
                time: Timestamp(n as i64 * SECOND),
                src: ends[usize::from(!first)],
                dst: ends[usize::from(first)],
                seq: SeqNumber(seq),
                ack: SeqNumber(ack),
                flags: TcpFlags(flags),
                window: 1000,
                checksum: u16::try_from(n).unwrap(),
                options: &[],
                payload,
                lost: 0,
                ttl: 64,
                ip_id: None,
                interface: 0,
                tunnel: Tunnel::None,
            };
            flows.accept(&segment, &mut ended);
        }
        ended.extend(flows.finish());
        assert_eq!(ended.len(), 1);
        Connection::of(ended.remove(0).flow(), None)
    }

    const SYN: u8 = TcpFlags::SYN;
    const ACK: u8 = TcpFlags::ACK;
    const ENDS: [&str; 2] = ["10.0.0.9:50000", "10.0.0.1:443"];

    fn hello(kind: u8) -> Vec<u8> {
        let rest: &[u8] = if kind == 1 {
            &[0, 0, 2, 0x13, 1, 1, 0]
        } else {
            &[0, 0xc0, 0x2f, 0]
        };
        let body = [&[3, 3][..], &[7; 32], rest].concat();
        let len = u8::try_from(body.len()).unwrap();
        [&[22, 3, 1, 0, len + 4, kind, 0, 0, len][..], &body].concat()
    }

    #[test]
    fn the_client_is_who_sends_the_client_hello_whoever_opened() {
        let syn = (true, SYN, 99, 0, &b""[..]);
        let connection = of(ENDS, &[syn, (false, ACK, 500, 100, &hello(1))]);
        assert_eq!(connection.client, endpoint(ENDS[1]));
        assert_eq!(connection.client_by, ClientBy::ClientHello);
        assert!(connection.step_by(StepKind::Syn, Side::Server).is_none());
        assert!(connection.tls.is_some());
    }

    #[test]
    fn a_server_hello_tells_the_client_by_its_absence() {
        for server in [0, 1] {
            let connection = of(ENDS, &[(server == 0, ACK, 500, 100, &hello(2))]);
            assert_eq!(connection.server, endpoint(ENDS[server]));
            assert_eq!(connection.client_by, ClientBy::ServerHello);
        }
    }

    #[test]
    fn without_tls_the_syn_tells_and_without_a_syn_http_and_then_the_port() {
        let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        let by_syn = of(ENDS, &[(false, SYN, 99, 0, b""), (true, ACK, 500, 100, request)]);
        assert_eq!((by_syn.client, by_syn.client_by), (endpoint(ENDS[1]), ClientBy::Syn));
        for (first, payload) in [(false, &request[..]), (true, &answer[..])] {
            let by_http = of(ENDS, &[(first, ACK, 500, 100, payload)]);
            assert_eq!((by_http.client, by_http.client_by), (endpoint(ENDS[1]), ClientBy::Http));
        }
        for first in [true, false] {
            let by_port = of(ENDS, &[(first, ACK, 500, 100, &[23, 3, 3, 0, 2, 1, 1])]);
            assert_eq!((by_port.client, by_port.client_by), (endpoint(ENDS[0]), ClientBy::Port));
        }
    }

    #[test]
    fn a_connection_without_tls_has_no_tls_facts_even_with_a_hole_in_it() {
        let connection = of(
            ENDS,
            &[
                (true, SYN, 99, 0, b""),
                (false, SYN | ACK, 499, 100, b""),
                (true, ACK, 100, 500, b""),
                (false, ACK, 500, 100, b"220 mail ready\r\n"),
                (false, ACK, 600, 100, b"and so on\r\n"),
            ],
        );
        assert!(connection.tls.is_none());
        assert_eq!(connection.opening.server, b"220 mail ready\r\n");
        assert_eq!(connection.opening_frame.server, Some(FrameNumber(4)));
        assert!(connection.speaks_other.server && !connection.speaks_other.client);
        assert!(connection.connected());
    }

    #[test]
    fn a_syn_alone_connects_nothing() {
        assert!(!of(ENDS, &[(true, SYN, 99, 0, b"")]).connected());
        assert!(
            !of(
                ENDS,
                &[(true, SYN, 99, 0, b""), (false, TcpFlags::RST | ACK, 0, 100, b"")]
            )
            .connected()
        );
        assert!(of(ENDS, &[(false, SYN | ACK, 499, 100, b"")]).connected());
    }

    #[test]
    fn a_direction_that_is_tls_from_its_first_byte_has_no_opening() {
        let plain = [&b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"[..], &hello(1)].concat();
        assert!(of(ENDS, &[(true, ACK, 100, 500, &hello(1))]).opening.client.is_empty());
        let opening = of(ENDS, &[(true, ACK, 100, 500, &plain)]).opening.client;
        assert!(opening.starts_with(b"PROXY TCP4"), "{opening:?}");
    }

    fn response(status: u16) -> Head {
        Head::Response(Box::new(Response {
            status,
            ..Response::default()
        }))
    }

    fn request(target: &str) -> Head {
        Head::Request(Box::new(Request {
            target: WireText::from(target),
            ..Request::default()
        }))
    }

    fn pairs(messages: Vec<Head>) -> Vec<(String, u16)> {
        let said = messages.into_iter().zip(1..);
        let said = said.map(|(message, n)| (Side::Client, FrameAt::new(FrameNumber(n), Timestamp(0)), message));
        pair(said.collect())
            .into_iter()
            .map(|exchange| {
                let target = exchange.request.map(|(_, request)| request.target.to_string());
                (
                    target.unwrap_or_default(),
                    exchange.response.map_or(0, |(_, response)| response.status),
                )
            })
            .collect()
    }

    fn expected(pairs: &[(&str, u16)]) -> Vec<(String, u16)> {
        pairs
            .iter()
            .map(|&(target, status)| (target.to_owned(), status))
            .collect()
    }

    #[test]
    fn answers_belong_to_requests_in_their_order() {
        let said = vec![request("/a"), request("/b"), response(200), response(404)];
        assert_eq!(pairs(said), expected(&[("/a", 200), ("/b", 404)]));
    }

    #[test]
    fn an_interim_answer_is_not_the_answer() {
        let said = vec![request("/a"), response(100), response(500)];
        assert_eq!(pairs(said), expected(&[("/a", 500)]));
    }

    #[test]
    fn an_answer_whose_request_was_not_captured_stands_alone() {
        assert_eq!(pairs(vec![response(200)]), expected(&[("", 200)]));
        assert_eq!(pairs(vec![request("/a")]), expected(&[("/a", 0)]));
    }
}
