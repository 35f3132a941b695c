//! Message → Walk: the two directions as one list of steps, in the order in which they can have happened.
//!
//! The file's order is not trusted: a direction may have been written late. What a side says came after what it had
//! acknowledged (RFC 9293 section 3.4: an acknowledgement covers all bytes before it), so events are merged by
//! acknowledgement first and by frame number only where neither side had seen the other's event.
//!
//! What TLS encrypts is inferred from order, side and size, and marked so.

pub use super::facts::{Alert, TlsFacts};
use super::hello::ClientHello;
use super::hidden::{self, Protected, Sizes};
use super::message::{CertificateMessage, Event, EventKind};
pub use super::step::{Seen, Side, Sides, Step, StepKind};
use super::{AlertDescription, AlertLevel, CipherSuite, Version};
use crate::frame::{FrameNumber, Timestamp};
use crate::stream::Position;
use crate::wire_text::WireText;

/// The walk: steps, and what they show of TLS.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// In the order in which they can have happened.
    pub steps: Vec<Step>,
    /// Facts of TLS; meaningful when TLS was seen.
    pub tls: TlsFacts,
    /// Readable HTTP requests and answers, with the frame by which each was whole.
    pub http: Vec<(Side, FrameNumber, Timestamp, Http)>,
}

/// A readable HTTP message.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // HTTP's own names
pub enum Http {
    Request(Box<crate::http::Request>),
    Response(Box<crate::http::Response>),
}

/// Walks two directions' events.
#[must_use]
pub fn walk(client: Vec<Event>, server: Vec<Event>) -> Walk {
    let events = in_causal_order(client, server);
    let mut walker = Walker {
        encryption: Encryption::of(&events),
        ..Walker::default()
    };
    for (side, event) in events {
        walker.take(side, event);
    }
    walker.finish()
}

/// Merges both directions: an event comes before everything that was said in its knowledge.
fn in_causal_order(client: Vec<Event>, server: Vec<Event>) -> Vec<(Side, Event)> {
    let mut merged = Vec::with_capacity(client.len() + server.len());
    let (mut client, mut server) = (client.into_iter().peekable(), server.into_iter().peekable());
    loop {
        let side = match (client.peek(), server.peek()) {
            (None, None) => return merged,
            (Some(_), None) => Side::Client,
            (None, Some(_)) => Side::Server,
            (Some(c), Some(s)) => {
                // An event of no length (the ACK) is known only from beyond it.
                let knows = |later: &Event, earlier: &Event| {
                    later.acked >= earlier.to && (earlier.to > earlier.from || later.acked > earlier.to)
                };
                let (after_server, after_client) = (knows(c, s), knows(s, c));
                match (after_server, after_client) {
                    (true, false) => Side::Server,
                    (false, true) => Side::Client,
                    _ if s.frame() < c.frame() => Side::Server,
                    _ => Side::Client,
                }
            }
        };
        let next = if side == Side::Client {
            client.next()
        } else {
            server.next()
        };
        merged.extend(next.map(|event| (side, event)));
    }
}

/// What is known in advance of how the connection is encrypted.
#[derive(Clone, Copy, Debug, Default)]
struct Encryption {
    /// TLS 1.3 was chosen.
    tls13: bool,
    /// Lengths of its records that hold one message.
    sizes: Sizes,
}

impl Encryption {
    fn of(events: &[(Side, Event)]) -> Self {
        let hello = events.iter().find_map(|(_, event)| match &event.kind {
            EventKind::ServerHello(hello) if !hello.is_retry => Some(hello),
            _ => None,
        });
        let Some(hello) = hello else { return Self::default() };
        // Inner content type and tag follow the content (RFC 9846 section 5.2): 1 + 16 bytes, 8 for the CCM_8 suites.
        let overhead = if matches!(hello.cipher_suite, 0x1305) { 9 } else { 17 };
        let hash = u16::try_from(CipherSuite(hello.cipher_suite).hash_len()).unwrap_or_default();
        Self {
            tls13: Version(hello.version).is_tls13(),
            sizes: Sizes {
                finished: 4 + hash + overhead,
                alert: 2 + overhead,
            },
        }
    }
}

#[derive(Debug, Default)]
struct Walker {
    out: Walk,
    encryption: Encryption,
    changed: Sides<bool>,
    /// Encrypted records of TLS 1.3 seen since the Server Hello, per side.
    protected: Sides<Vec<Protected>>,
    server_hello_seen: bool,
    connect_pending: bool,
    /// Position after the client's early data.
    early_data_end: Option<Position>,
    encrypted_handshakes: Sides<u32>,
}

impl Walker {
    fn take(&mut self, side: Side, event: Event) {
        let (kind, detail) = match &event.kind {
            EventKind::Syn if side == Side::Server => (StepKind::SynAck, None),
            EventKind::Syn => (StepKind::Syn, None),
            EventKind::Ack if side == Side::Server => return,
            EventKind::Ack => (StepKind::Ack, None),
            EventKind::Fin => (StepKind::Fin, None),
            EventKind::Reset => (StepKind::Reset, None),
            EventKind::ClientHello(hello) => (StepKind::ClientHello, hello_detail(hello)),
            EventKind::ServerHello(hello) if hello.is_retry => {
                let group = hello.group.map(|group| format!("asks for {group}"));
                (StepKind::HelloRetryRequest, group)
            }
            EventKind::ServerHello(hello) => {
                let version = Version(hello.version);
                (
                    StepKind::ServerHello,
                    Some(format!("{version}, {}", CipherSuite(hello.cipher_suite))),
                )
            }
            EventKind::HelloRequest => (StepKind::HelloRequest, None),
            EventKind::Certificate(message) => (StepKind::Certificate, certificate_detail(message)),
            EventKind::CertificateStatus => (StepKind::CertificateStatus, None),
            EventKind::ServerKeyExchange { group } => {
                (StepKind::ServerKeyExchange, group.map(|group| group.to_string()))
            }
            EventKind::CertificateRequest(request) => {
                let names = request.authorities.len();
                (
                    StepKind::CertificateRequest,
                    (names > 0).then(|| format!("{names} acceptable issuers")),
                )
            }
            EventKind::ServerHelloDone => (StepKind::ServerHelloDone, None),
            EventKind::ClientKeyExchange => (StepKind::ClientKeyExchange, None),
            EventKind::CertificateVerify => (StepKind::CertificateVerify, None),
            EventKind::NewSessionTicket => (StepKind::NewSessionTicket, None),
            EventKind::Finished => (StepKind::Finished, None),
            EventKind::OtherMessage(24) => (StepKind::KeyUpdate, None),
            EventKind::OtherMessage(8) => (StepKind::EncryptedExtensions, None),
            EventKind::OtherMessage(2) => (StepKind::ServerHello, Some("malformed".to_owned())),
            EventKind::OtherMessage(kind) => (StepKind::OtherMessage, Some(format!("handshake type {kind}"))),
            EventKind::DamagedMessage { kind, missing } => (
                step_of_type(*kind),
                Some(format!("{missing} bytes of it are not in the capture")),
            ),
            EventKind::ChangeCipherSpec => {
                self.changed[side] = true;
                (StepKind::ChangeCipherSpec, None)
            }
            EventKind::Alert { level, description } => {
                let (level, description) = (AlertLevel(*level), AlertDescription(*description));
                (StepKind::Alert, Some(format!("{level} {description}")))
            }
            EventKind::EncryptedAlert { .. } => (StepKind::Alert, Some("encrypted".to_owned())),
            EventKind::EncryptedHandshake { .. } => self.encrypted_handshake(side),
            EventKind::ApplicationData { len } => {
                self.application_data(side, *len, &event);
                return;
            }
            EventKind::Heartbeat => (StepKind::Heartbeat, None),
            EventKind::HttpRequest(request) => {
                self.connect_pending = request.method.raw() == "CONNECT";
                let kind = if self.connect_pending {
                    StepKind::ConnectRequest
                } else {
                    StepKind::HttpRequest
                };
                (kind, Some(format!("{} {}", request.method, request.target)))
            }
            EventKind::HttpResponse(response) => {
                let kind = if self.connect_pending {
                    StepKind::ConnectResponse
                } else {
                    StepKind::HttpResponse
                };
                self.connect_pending = false;
                (kind, Some(format!("{} {}", response.status, response.reason)))
            }
            EventKind::NotARecord => {
                self.out.tls.not_a_record.get_or_insert((side, event.frame()));
                return;
            }
        };
        let seen = match event.kind {
            EventKind::EncryptedHandshake { .. } if kind == StepKind::Finished => Seen::Inferred,
            _ => Seen::Observed,
        };
        self.push(kind, side, &event, seen, detail);
        self.note_facts(side, event);
    }

    fn push(&mut self, kind: StepKind, side: Side, event: &Event, seen: Seen, detail: Option<String>) {
        self.out.steps.push(Step {
            kind,
            side,
            frame: event.frame(),
            frames: event.frames.to_vec(),
            time: event.time,
            seen,
            detail,
        });
    }

    fn note_facts(&mut self, side: Side, event: Event) {
        let step = self.out.steps.len().saturating_sub(1);
        let (frame, time) = (event.frame(), event.time);
        let tls = &mut self.out.tls;
        match event.kind {
            EventKind::ClientHello(hello) => {
                // After a retry the first hello still tells what the client would have liked; the second adds nothing.
                tls.client_hello.get_or_insert(hello);
            }
            EventKind::ServerHello(hello) if !hello.is_retry && tls.server_hello.is_none() => {
                self.server_hello_seen = true;
                tls.group = tls.group.or(hello.group);
                tls.server_hello = Some(hello);
            }
            EventKind::ServerKeyExchange { group } => tls.group = tls.group.or(group),
            EventKind::CertificateRequest(request) => {
                tls.certificate_request.get_or_insert(request);
            }
            EventKind::Certificate(message) => {
                tls.certificate_times[side].get_or_insert(time);
                tls.certificates[side].get_or_insert(message);
            }
            EventKind::Alert { level, description } => tls.alerts.push(Alert {
                side,
                content: Some((AlertLevel(level), AlertDescription(description))),
                frame,
                time,
                seen: Seen::Observed,
                step,
                after_close: false,
            }),
            EventKind::EncryptedAlert { .. } => {
                tls.alerts.push(Alert {
                    side,
                    content: None,
                    frame,
                    time,
                    seen: Seen::Observed,
                    step,
                    after_close: false,
                });
            }
            EventKind::Finished | EventKind::EncryptedHandshake { .. }
                if self
                    .out
                    .steps
                    .last()
                    .is_some_and(|step| step.kind == StepKind::Finished) =>
            {
                tls.finished[side].get_or_insert(frame);
            }
            EventKind::HttpRequest(request) => self.out.http.push((side, frame, time, Http::Request(request))),
            EventKind::HttpResponse(response) => self.out.http.push((side, frame, time, Http::Response(response))),
            _ => {}
        }
    }

    /// The first encrypted handshake record after change_cipher_spec is Finished (RFC 5246 section 7.4.9); later ones
    /// renegotiate.
    fn encrypted_handshake(&mut self, side: Side) -> (StepKind, Option<String>) {
        // One before it is a record that a hole made unreadable, and takes nothing from what follows.
        self.encrypted_handshakes[side] += u32::from(self.changed[side]);
        if self.changed[side] && self.encrypted_handshakes[side] == 1 {
            (StepKind::Finished, None)
        } else {
            (StepKind::EncryptedHandshake, None)
        }
    }

    fn application_data(&mut self, side: Side, len: u16, event: &Event) {
        let tls = &mut self.out.tls;
        // Before the Server Hello, records from the client are early data (RFC 9846 section 2.3).
        if !self.encryption.tls13 || !self.server_hello_seen {
            let detail = (self.encryption.tls13).then(|| "early data".to_owned());
            tls.application_data[side] += 1;
            tls.first_application_data[side].get_or_insert(event.frame());
            if side == Side::Client {
                self.early_data_end = Some(event.to);
            }
            self.application_step(side, event, detail);
            return;
        }
        self.push(
            StepKind::ApplicationData,
            side,
            event,
            Seen::Observed,
            Some(format!("{len} bytes encrypted")),
        );
        let step = self.out.steps.len() - 1;
        self.protected[side].push(Protected {
            len,
            frame: event.frame(),
            step,
            to: event.to,
            acked: event.acked,
        });
    }

    /// A run of records from one side is one step.
    fn application_step(&mut self, side: Side, event: &Event, detail: Option<String>) {
        if let Some(last) = self.out.steps.last_mut()
            && last.kind == StepKind::ApplicationData
            && last.side == side
            && last.detail == detail
        {
            for frame in event.frames.iter() {
                if last.frames.last() != Some(&frame) {
                    last.frames.push(frame);
                }
            }
            last.frame = last.frame.max(event.frame());
            last.time = last.time.max(event.time);
            return;
        }
        self.push(StepKind::ApplicationData, side, event, Seen::Observed, detail);
    }

    fn finish(mut self) -> Walk {
        if self.encryption.tls13 {
            self.infer_tls13();
        } else {
            self.infer_resumption();
        }
        self.out.tls.alerts.sort_by_key(|alert| alert.step);
        for alert in &mut self.out.tls.alerts {
            let before = self.out.steps.get(..alert.step).unwrap_or_default();
            alert.after_close = before
                .iter()
                .any(|step| step.side != alert.side && matches!(step.kind, StepKind::Fin | StepKind::Reset));
        }
        self.out
    }

    /// TLS 1.2 and earlier: an abbreviated handshake has no certificate and no key exchange, and the server finishes
    /// first (RFC 5246 section 7.3, RFC 5077 section 3.1).
    fn infer_resumption(&mut self) {
        let tls = &mut self.out.tls;
        let Some(server_hello) = &tls.server_hello else { return };
        let position = |kind, side| {
            self.out
                .steps
                .iter()
                .position(|step: &Step| step.kind == kind && step.side == side)
        };
        let key_exchange = position(StepKind::ClientKeyExchange, Side::Client)
            .or(position(StepKind::ServerHelloDone, Side::Server))
            .or(position(StepKind::Certificate, Side::Server));
        let server_changes = position(StepKind::ChangeCipherSpec, Side::Server);
        let client_changes = position(StepKind::ChangeCipherSpec, Side::Client);
        let same_session = tls
            .client_hello
            .as_ref()
            .is_some_and(|hello| !hello.session_id.is_empty() && hello.session_id == server_hello.session_id);
        tls.resumed = key_exchange.is_none()
            && server_changes.is_some()
            && (same_session
                || client_changes.is_none_or(|client| server_changes.is_some_and(|server| server < client)));
    }

    /// TLS 1.3: takes over what the encrypted records were found to be.
    fn infer_tls13(&mut self) {
        let named = hidden::name(
            &self.protected.client,
            &self.protected.server,
            self.encryption.sizes,
            self.early_data_end,
        );
        for (step, kind, remark) in named.steps {
            self.rename(step, kind, remark);
        }
        let tls = &mut self.out.tls;
        for (side, step) in named.alerts {
            if let Some(Step { frame, time, .. }) = self.out.steps.get(step) {
                let (frame, time) = (*frame, *time);
                tls.alerts.push(Alert {
                    side,
                    content: None,
                    frame,
                    time,
                    seen: Seen::Inferred,
                    step,
                    after_close: false,
                });
            }
        }
        tls.resumed = tls.server_hello.as_ref().is_some_and(|hello| hello.accepts_psk);
        tls.finished = named.finished;
        tls.client_sent_certificate = named.client_sent_certificate;
        tls.server_accepted = named.server_accepted;
        tls.lone_answer = named.lone_answer;
        tls.server_alert_after_finished = named.server_refused;
        tls.client_alert_instead_of_finished = named.client_refused;
        for side in [Side::Client, Side::Server] {
            tls.application_data[side] += named.application_data[side];
            let first = &mut tls.first_application_data[side];
            *first = first.or(named.first_application_data[side]);
        }
    }

    fn rename(&mut self, step: usize, kind: StepKind, what: &str) {
        if let Some(step) = self.out.steps.get_mut(step) {
            step.kind = kind;
            step.seen = Seen::Inferred;
            step.detail = (!what.is_empty()).then(|| what.to_owned());
        }
    }
}

const fn step_of_type(kind: u8) -> StepKind {
    match kind {
        0 => StepKind::HelloRequest,
        1 => StepKind::ClientHello,
        2 => StepKind::ServerHello,
        4 => StepKind::NewSessionTicket,
        8 => StepKind::EncryptedExtensions,
        11 => StepKind::Certificate,
        12 => StepKind::ServerKeyExchange,
        13 => StepKind::CertificateRequest,
        14 => StepKind::ServerHelloDone,
        15 => StepKind::CertificateVerify,
        16 => StepKind::ClientKeyExchange,
        20 => StepKind::Finished,
        22 => StepKind::CertificateStatus,
        24 => StepKind::KeyUpdate,
        _ => StepKind::OtherMessage,
    }
}

fn hello_detail(hello: &ClientHello) -> Option<String> {
    if hello.malformed {
        return Some("malformed".to_owned());
    }
    if hello.sslv2_format {
        return Some("SSLv2 format".to_owned());
    }
    hello.server_name.as_ref().map(WireText::to_string)
}

fn certificate_detail(message: &CertificateMessage) -> Option<String> {
    if message.missing > 0 {
        return Some(format!("{} bytes of it are not in the capture", message.missing));
    }
    match message.chain.as_slice() {
        [] => Some("empty: no certificate to show".to_owned()),
        [leaf, ..] => {
            let subject = leaf
                .fields
                .as_ref()
                .map_or_else(|why| format!("unreadable: {why}"), |it| it.subject.to_string());
            Some(subject)
        }
    }
}
