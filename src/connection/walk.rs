//! Message → Walk: the two directions as one list of steps, in the order in which they can have happened.
//!
//! The file's order is not trusted: a direction may have been written late. A side's message came after everything that
//! the side had acknowledged (RFC 9293 section 3.4: an acknowledgement covers all bytes before it), so events are
//! merged by acknowledgement first, and by frame number only if neither side had seen the other's event.
//!
//! Encrypted messages are inferred from order, side and size, and marked so.

pub use super::facts::{Alert, NotARecord, TlsFacts};
pub use super::step::{Detail, Seen, Side, Sides, Step, StepKind};
use crate::base::frame::FrameAt;
use crate::connection::detail::{is_of_full_handshake, step_of, turn};
use crate::connection::event::{Event, EventKind};
use crate::connection::sealed::{self, Protected, Sizes};
use crate::http::reader::Head;
use crate::tcp::stream::Position;
use crate::tls::message::Message;
use crate::tls::{AlertDescription, AlertLevel, CipherSuite, Version};

/// In nanoseconds. Records of datagrams that belong together come within this time: retransmission timers start at a
/// second.
const ONE_FLIGHT: i64 = 800_000_000;

/// The walk: steps, and the facts of TLS that they show.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// In the order in which they can have happened.
    pub steps: Vec<Step>,
    /// Facts of TLS; meaningful when TLS was seen.
    pub tls: TlsFacts,
    /// Readable HTTP requests and answers, with the frame that completes each.
    pub http: Vec<(Side, FrameAt, Head)>,
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

/// Walks two directions' events of DTLS or QUIC. In DTLS 1.3 no record is named by its size: epochs show whether
/// records belong to the handshake, as types do for packets of QUIC.
#[must_use]
pub fn walk_datagrams(client: Vec<Event>, server: Vec<Event>) -> Walk {
    let mut walker = Walker {
        is_datagram: true,
        ..Walker::default()
    };
    let mut events = in_causal_order(client, server);
    // Lost datagrams are sent again and are not acknowledged, so only the protocol itself gives the order.
    let is_full = events
        .iter()
        .any(|(side, event)| *side == Side::Server && is_of_full_handshake(&event.kind));
    let mut hellos = 0_u8;
    events.sort_by_cached_key(|(side, event)| {
        let is_hello = *side == Side::Client && matches!(event.kind, EventKind::Tls(Message::ClientHello(_)));
        hellos = hellos.saturating_add(u8::from(is_hello));
        turn(*side, &event.kind, hellos > 1, is_full)
    });
    for (side, event) in events {
        walker.take(side, event);
    }
    let mut walk = walker.finish();
    if walk.tls.version().is_some_and(Version::is_tls13) {
        walk.tls.resumed = walk.tls.server_hello.as_ref().is_some_and(|it| it.accepts_psk);
    }
    walk
}

/// Adds the facts that records of DTLS 1.3 show about its handshake. Keys of epoch 3 exist if the other side's Finished
/// was read (RFC 9147 section 6.1), except for a server, which may send before that.
pub fn tell_dtls13(tls: &mut TlsFacts) {
    if tls.version().is_some_and(Version::is_tls13) {
        let first = tls.first_application_data;
        tls.finished = first;
        tls.ticket_or_answer = first.server;
    }
}

/// Merges both directions: an event comes before everything whose sender had received it.
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

/// Facts about the encryption of the connection, known before the walk.
#[derive(Clone, Copy, Debug, Default)]
struct Encryption {
    /// TLS 1.3 was chosen.
    tls13: bool,
    /// Lengths of records that hold one message.
    sizes: Sizes,
}

impl Encryption {
    fn of(events: &[(Side, Event)]) -> Self {
        let hello = events.iter().find_map(|(_, event)| match &event.kind {
            EventKind::Tls(Message::ServerHello(hello)) if !hello.is_retry => Some(hello),
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
    is_datagram: bool,
    /// Position after the client's early data.
    early_data_end: Option<Position>,
    encrypted_handshakes: Sides<u32>,
    /// A key log shows what the encrypted records are.
    is_opened: bool,
}

impl Walker {
    fn take(&mut self, side: Side, event: Event) {
        let (event, is_opened) = match event.kind {
            EventKind::Decrypted(message) => (
                Event {
                    kind: EventKind::Tls(message),
                    ..event
                },
                true,
            ),
            _ => (event, false),
        };
        self.is_opened |= is_opened;
        let (kind, detail) = match &event.kind {
            EventKind::Syn if side == Side::Server => (StepKind::SynAck, None),
            EventKind::Syn => (StepKind::Syn, None),
            EventKind::Ack if side == Side::Server => return,
            EventKind::Ack => (StepKind::Ack, None),
            EventKind::Fin => (StepKind::Fin, None),
            EventKind::Reset => (StepKind::Reset, None),
            EventKind::Control(kind, detail) => (*kind, detail.clone()),
            EventKind::Tls(Message::ApplicationData { len }) => {
                self.application_data(side, *len, &event);
                return;
            }
            EventKind::Http(head) => self.http_step(head),
            // None remains: each was put in the place of an encrypted record.
            EventKind::Decrypted(_) => return,
            EventKind::Tls(Message::NotARecord(bytes)) => {
                let found = || NotARecord::of(side, event.frame_at(), event.from, bytes);
                self.out.tls.not_a_record.get_or_insert_with(found);
                return;
            }
            EventKind::Tls(Message::EncryptedHandshake { .. }) => (self.encrypted_handshake(side), None),
            EventKind::Tls(message) => {
                self.changed[side] |= matches!(message, Message::ChangeCipherSpec);
                step_of(message)
            }
        };
        let seen = match event.kind {
            EventKind::Tls(Message::EncryptedHandshake { .. }) if kind == StepKind::Finished => Seen::Inferred,
            _ if is_opened => Seen::Decrypted,
            _ => Seen::Observed,
        };
        self.push(kind, side, &event, seen, detail);
        self.note_facts(side, event, seen);
    }

    fn http_step(&mut self, head: &Head) -> (StepKind, Option<Detail>) {
        let (kind, line) = match head {
            Head::Request(request) => {
                self.connect_pending = request.method.raw() == "CONNECT";
                let kind = if self.connect_pending {
                    StepKind::ConnectRequest
                } else {
                    StepKind::HttpRequest
                };
                let (method, target) = (request.method.in_prose(), request.target.in_prose());
                (kind, format!("{method} {target}"))
            }
            Head::Response(response) => {
                let kind = if std::mem::take(&mut self.connect_pending) {
                    StepKind::ConnectResponse
                } else {
                    StepKind::HttpResponse
                };
                (kind, format!("{} {}", response.status, response.reason.in_prose()))
            }
        };
        (kind, Some(Detail::Words(line)))
    }

    fn push(&mut self, kind: StepKind, side: Side, event: &Event, seen: Seen, detail: Option<Detail>) {
        self.out.steps.push(Step {
            kind,
            side,
            frame: event.frame(),
            frames: event.frames.to_vec(),
            time: event.time,
            from: event.from,
            to: event.to,
            seen,
            detail,
        });
    }

    fn note_facts(&mut self, side: Side, event: Event, seen: Seen) {
        let step = self.out.steps.len().saturating_sub(1);
        let FrameAt { frame, time } = event.frame_at();
        let tls = &mut self.out.tls;
        match event.kind {
            EventKind::Tls(Message::ClientHello(hello)) if side == Side::Server => {
                tls.second_client.get_or_insert(hello.random);
            }
            EventKind::Tls(Message::ClientHello(hello)) => {
                // After a retry the first hello still shows the client's preference; the second adds nothing.
                tls.client_hello.get_or_insert(hello);
            }
            EventKind::Tls(Message::ServerHello(hello)) if !hello.is_retry && tls.server_hello.is_none() => {
                self.server_hello_seen = true;
                tls.group = tls.group.or(hello.group);
                tls.server_hello = Some(hello);
            }
            EventKind::Tls(Message::ServerKeyExchange(exchange)) => {
                tls.group = tls.group.or(exchange.group);
                tls.key_exchange.get_or_insert(exchange);
            }
            EventKind::Tls(Message::CertificateRequest(request)) => {
                tls.certificate_request.get_or_insert(request);
            }
            EventKind::Tls(Message::Certificate(message)) => {
                tls.certificate_times[side].get_or_insert(time);
                tls.certificates[side].get_or_insert(message);
            }
            EventKind::Tls(Message::Alert { level, description }) => tls.alerts.push(Alert {
                side,
                content: Some((AlertLevel(level), AlertDescription(description))),
                frame,
                time,
                seen,
                step,
                after_close: false,
            }),
            EventKind::Tls(Message::EncryptedAlert { .. }) => {
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
            EventKind::Tls(Message::Finished) | EventKind::Tls(Message::EncryptedHandshake { .. })
                if self
                    .out
                    .steps
                    .last()
                    .is_some_and(|step| step.kind == StepKind::Finished) =>
            {
                tls.finished[side].get_or_insert(frame);
            }
            EventKind::Http(head) => self.out.http.push((side, FrameAt { frame, time }, head)),
            _ => {}
        }
    }

    /// The first encrypted handshake record after change_cipher_spec is Finished (RFC 5246 section 7.4.9); later ones
    /// renegotiate.
    fn encrypted_handshake(&mut self, side: Side) -> StepKind {
        // A record before change_cipher_spec was made unreadable by a gap, and does not count.
        self.encrypted_handshakes[side] += u32::from(self.changed[side]);
        if self.changed[side] && self.encrypted_handshakes[side] == 1 {
            StepKind::Finished
        } else {
            StepKind::EncryptedHandshake
        }
    }

    fn application_data(&mut self, side: Side, len: u16, event: &Event) {
        let tls = &mut self.out.tls;
        // Before the Server Hello, records from the client are early data (RFC 9846 section 2.3).
        if !self.encryption.tls13 || !self.server_hello_seen || self.is_opened {
            let is_early = self.encryption.tls13 && !self.server_hello_seen;
            let detail = is_early.then_some(Detail::EarlyData);
            tls.application_data[side] += 1;
            tls.first_application_data[side].get_or_insert(event.frame());
            if side == Side::Client && !self.is_opened {
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
            Some(Detail::Encrypted(len)),
        );
        let step = self.out.steps.len() - 1;
        self.protected[side].push(Protected {
            len,
            frame: event.frame(),
            time: event.time,
            step,
            to: event.to,
            acked: event.acked,
        });
    }

    /// Consecutive records from one side are one step.
    fn application_step(&mut self, side: Side, event: &Event, detail: Option<Detail>) {
        if let Some(last) = self.out.steps.last_mut()
            && last.kind == StepKind::ApplicationData
            && last.side == side
            && last.detail == detail
            // A datagram that is sent again is a record of its own, and shows how long the side waited for an answer.
            && (!self.is_datagram || event.time.since(last.time) < ONE_FLIGHT)
        {
            for frame in event.frames.iter() {
                if last.frames.last() != Some(&frame) {
                    last.frames.push(frame);
                }
            }
            last.frame = last.frame.max(event.frame());
            last.time = last.time.max(event.time);
            last.to = last.to.max(event.to);
            return;
        }
        self.push(StepKind::ApplicationData, side, event, Seen::Observed, detail);
    }

    fn finish(mut self) -> Walk {
        if self.encryption.tls13 && self.is_opened {
            self.tell_tls13();
        } else if self.encryption.tls13 {
            self.infer_tls13();
        } else {
            self.infer_resumption();
        }
        // Thousands of connections are held until they are judged.
        self.out.steps.shrink_to_fit();
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

    /// TLS 1.3, opened by a key log: facts that are otherwise inferred are read.
    fn tell_tls13(&mut self) {
        let tls = &mut self.out.tls;
        tls.resumed = tls.server_hello.as_ref().is_some_and(|hello| hello.accepts_psk);
        let certificate = tls.certificates.client.as_ref();
        // A compressed one (RFC 8879) is not read; its proof is.
        let proves = |step: &Step| step.side == Side::Client && step.kind == StepKind::CertificateVerify;
        tls.client_sent_certificate = certificate.is_some() || self.out.steps.iter().any(proves);
        tls.client_certificate_empty = certificate.is_some_and(|it| it.chain.is_empty() && it.missing == 0);
        let finished = |step: &Step| step.side == Side::Client && step.kind == StepKind::Finished;
        let behind = self.out.steps.iter().skip_while(|step| !finished(step));
        let accepts = |step: &Step| {
            step.side == Side::Server && matches!(step.kind, StepKind::NewSessionTicket | StepKind::ApplicationData)
        };
        tls.server_accepted = behind.into_iter().any(accepts);
    }

    /// TLS 1.3: takes over the inferred names of the encrypted records.
    fn infer_tls13(&mut self) {
        let named = sealed::name(
            &self.protected.client,
            &self.protected.server,
            self.encryption.sizes,
            self.early_data_end,
            sealed::round_trip(&self.out.steps),
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
        tls.client_certificate_empty = named.client_certificate_empty;
        tls.client_empty_record = named.client_empty_record;
        tls.server_accepted = named.server_accepted;
        tls.lone_answer = named.lone_answer;
        tls.ticket_or_answer = named.ticket_or_answer;
        tls.client_gave_up = named.client_gave_up;
        tls.server_alert_after_finished = named.server_refused;
        tls.server_broke_off = named.server_broke_off;
        tls.client_alert_instead_of_finished = named.client_refused;
        for side in [Side::Client, Side::Server] {
            tls.application_data[side] += named.application_data[side];
            let first = &mut tls.first_application_data[side];
            *first = first.or(named.first_application_data[side]);
        }
    }

    fn rename(&mut self, step: usize, kind: StepKind, remark: Option<Detail>) {
        if let Some(step) = self.out.steps.get_mut(step) {
            step.kind = kind;
            step.seen = Seen::Inferred;
            step.detail = remark;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::{FrameNumber, Timestamp};
    use crate::base::wire_text::WireText;
    use crate::tcp::said::Frames;
    use crate::tls::hello::{ClientHello, ServerHello};
    use crate::tls::message::CertificateMessage;
    use Side::{Client as C, Server as S};

    /// An event of a side that had seen the other side's bytes up to `acked`.
    fn event(kind: EventKind, frame: u64, bytes: std::ops::Range<u64>, acked: u64) -> Event {
        Event {
            kind,
            frames: Frames::one(FrameNumber(frame)),
            time: Timestamp(frame as i64),
            from: bytes.start,
            to: bytes.end,
            acked,
        }
    }

    /// A conversation in order: each side has seen everything before. Every event is 10 bytes long.
    fn talk(said: Vec<(Side, EventKind)>) -> (Vec<Event>, Vec<Event>) {
        let mut sides: Sides<Vec<Event>> = Sides::default();
        for (n, (side, kind)) in said.into_iter().enumerate() {
            let from = 1000 + sides[side].len() as u64 * 10;
            let acked = 1000 + sides[side.peer()].len() as u64 * 10;
            sides[side].push(event(kind, n as u64 + 1, from..from + 10, acked));
        }
        (sides.client, sides.server)
    }

    fn hear(said: Vec<(Side, EventKind)>) -> Walk {
        let (client, server) = talk(said);
        walk(client, server)
    }

    /// One letter per step, capital for the client.
    fn history(walk: &Walk) -> String {
        walk.steps
            .iter()
            .map(|step| match step.side {
                C => step.kind.letter(),
                S => step.kind.letter().to_ascii_lowercase(),
            })
            .collect()
    }

    fn client_hello() -> EventKind {
        EventKind::Tls(Message::ClientHello(Box::default()))
    }

    fn server_hello(version: Version) -> EventKind {
        EventKind::Tls(Message::ServerHello(Box::new(ServerHello {
            version: version.0,
            cipher_suite: 0x1302,
            ..ServerHello::default()
        })))
    }

    fn alert(description: u8) -> EventKind {
        EventKind::Tls(Message::Alert { level: 2, description })
    }

    const ENCRYPTED: EventKind = EventKind::Tls(Message::EncryptedHandshake { len: 40 });

    fn data(len: u16) -> EventKind {
        EventKind::Tls(Message::ApplicationData { len })
    }

    fn tls12() -> Vec<(Side, EventKind)> {
        vec![
            (C, client_hello()),
            (S, server_hello(Version::TLS12)),
            (S, EventKind::Tls(Message::Certificate(CertificateMessage::default()))),
            (S, EventKind::Tls(Message::ServerHelloDone)),
            (C, EventKind::Tls(Message::ClientKeyExchange)),
            (C, EventKind::Tls(Message::ChangeCipherSpec)),
            (C, ENCRYPTED),
            (S, EventKind::Tls(Message::ChangeCipherSpec)),
            (S, ENCRYPTED),
            (C, data(100)),
            (S, data(200)),
        ]
    }

    #[test]
    fn a_direction_written_late_or_early_changes_nothing() {
        let order = history(&hear(tls12()));
        assert_eq!(order, "CsxeGIFifDd");
        for late in [C, S] {
            let (mut client, mut server) = talk(tls12());
            let events = if late == C { &mut client } else { &mut server };
            for event in events {
                event.frames = Frames::one(FrameNumber(event.frame().0 + 1000));
            }
            assert_eq!(history(&walk(client, server)), order, "{} late", late.name());
        }
    }

    #[test]
    fn where_neither_had_seen_the_other_the_file_decides() {
        let hello = |frame| event(client_hello(), frame, 1000..1100, 500);
        let reset = |frame| event(EventKind::Reset, frame, 500..500, 1000);
        assert_eq!(history(&walk(vec![hello(4)], vec![reset(5)])), "C!");
        assert_eq!(history(&walk(vec![hello(4)], vec![reset(3)])), "!C");
    }

    #[test]
    fn tcp_and_connect_have_steps_of_their_own() {
        let request = |method: &str| {
            EventKind::Http(Head::Request(Box::new(crate::http::reader::Request {
                method: WireText::from(method),
                ..Default::default()
            })))
        };
        let answer = || {
            EventKind::Http(Head::Response(Box::new(crate::http::reader::Response {
                status: 200,
                ..Default::default()
            })))
        };
        let walk = hear(vec![
            (C, EventKind::Syn),
            (S, EventKind::Syn),
            (C, EventKind::Ack),
            (S, EventKind::Ack), // of a simultaneous open; no step
            (C, request("CONNECT")),
            (S, answer()),
            (C, request("GET")),
            (S, answer()),
            (C, EventKind::Fin),
        ]);
        assert_eq!(history(&walk), "YyNWwQqZ");
        assert_eq!(walk.steps[1].kind, StepKind::SynAck);
        assert_eq!(walk.http.len(), 4);
    }

    #[test]
    fn the_first_encrypted_record_after_change_cipher_spec_is_finished_by_inference() {
        let walk = hear(tls12());
        let finished: Vec<&Step> = walk.steps.iter().filter(|it| it.kind == StepKind::Finished).collect();
        assert!(finished.iter().all(|step| step.seen == Seen::Inferred));
        assert!(walk.tls.is_complete() && !walk.tls.resumed);
        assert_eq!(walk.tls.finished.client, Some(FrameNumber(7)));
    }

    #[test]
    fn a_record_that_a_hole_made_unreadable_does_not_take_the_place_of_finished() {
        let mut said = tls12();
        said.insert(3, (S, ENCRYPTED));
        let walk = hear(said);
        assert_eq!(history(&walk), "CsxmeGIFifDd");
        assert!(walk.tls.is_complete());
    }

    #[test]
    fn encrypted_handshake_records_without_change_cipher_spec_finish_nothing() {
        let walk = hear(vec![(C, ENCRYPTED), (S, ENCRYPTED)]);
        assert_eq!(history(&walk), "Mm");
        assert!(!walk.tls.is_complete());
    }

    #[test]
    fn a_renegotiation_is_encrypted_and_its_records_are_not_finished() {
        let mut said = tls12();
        said.extend([(C, ENCRYPTED), (S, ENCRYPTED), (S, ENCRYPTED), (C, ENCRYPTED)]);
        let walk = hear(said);
        assert_eq!(history(&walk), "CsxeGIFifDdMmmM");
        assert_eq!(walk.tls.finished.client, Some(FrameNumber(7)));
    }

    #[test]
    fn a_readable_renegotiation_replaces_no_fact_of_the_first_handshake() {
        let mut said = tls12();
        let named = ClientHello {
            server_name: Some(WireText::from("other.example")),
            ..Default::default()
        };
        said.extend([
            (S, EventKind::Tls(Message::HelloRequest)),
            (C, EventKind::Tls(Message::ClientHello(Box::new(named)))),
            (S, server_hello(Version::TLS10)),
        ]);
        let walk = hear(said);
        assert_eq!(history(&walk), "CsxeGIFifDdhCs");
        assert_eq!(walk.tls.version(), Some(Version::TLS12));
        assert!(walk.tls.client_hello.unwrap().server_name.is_none());
    }

    fn abbreviated(client_id: &[u8], server_id: &[u8]) -> Vec<(Side, EventKind)> {
        let client = ClientHello {
            session_id: client_id.to_vec(),
            ..Default::default()
        };
        let server = ServerHello {
            version: 0x0303,
            session_id: server_id.to_vec(),
            ..ServerHello::default()
        };
        vec![
            (C, EventKind::Tls(Message::ClientHello(Box::new(client)))),
            (S, EventKind::Tls(Message::ServerHello(Box::new(server)))),
            (S, EventKind::Tls(Message::ChangeCipherSpec)),
            (S, ENCRYPTED),
            (C, EventKind::Tls(Message::ChangeCipherSpec)),
            (C, ENCRYPTED),
        ]
    }

    #[test]
    fn resumption_shows_by_the_session_id_or_by_who_finishes_first() {
        assert!(hear(abbreviated(&[1, 2], &[1, 2])).tls.resumed);
        assert!(hear(abbreviated(&[], &[])).tls.resumed); // by ticket
        assert!(hear(abbreviated(&[], &[])[..4].to_vec()).tls.resumed); // the client not captured any more
        // Without the server's change_cipher_spec no session is agreed.
        assert!(!hear(abbreviated(&[1, 2], &[1, 2])[..2].to_vec()).tls.resumed);
    }

    #[test]
    fn a_handshake_of_which_any_part_of_the_key_exchange_is_seen_is_not_resumed() {
        let parts = [
            (S, EventKind::Tls(Message::DamagedMessage { kind: 11, missing: 9 })),
            (S, EventKind::Tls(Message::ServerHelloDone)),
            (C, EventKind::Tls(Message::ClientKeyExchange)),
        ];
        for part in parts {
            let mut said = abbreviated(&[], &[]);
            said.insert(2, part);
            assert!(!hear(said).tls.resumed);
        }
    }

    #[test]
    fn a_pre_shared_key_that_the_server_accepts_is_resumption_in_tls13() {
        for accepted in [true, false] {
            let hello = ServerHello {
                version: 0x0304,
                accepts_psk: accepted,
                ..ServerHello::default()
            };
            let walk = hear(vec![
                (C, client_hello()),
                (S, EventKind::Tls(Message::ServerHello(Box::new(hello)))),
            ]);
            assert_eq!(walk.tls.resumed, accepted);
        }
    }

    #[test]
    fn early_data_is_data_and_no_part_of_the_handshake() {
        let walk = hear(vec![
            (C, client_hello()),
            (C, data(400)),
            (S, server_hello(Version::TLS13)),
            (S, data(30)),
            (S, data(69)),
            (C, data(21)), // EndOfEarlyData
            (C, data(69)),
        ]);
        assert_eq!(walk.steps[1].detail, Some(Detail::EarlyData));
        assert_eq!(walk.tls.application_data, Sides { client: 1, server: 0 });
        assert!(walk.tls.is_complete() && !walk.tls.client_sent_certificate);
        assert_eq!(walk.tls.first_application_data.client, Some(FrameNumber(2)));
    }

    #[test]
    fn an_alert_in_place_of_finished_in_tls13_is_inferred_and_says_nothing_of_its_content() {
        let walk = hear(vec![
            (C, client_hello()),
            (S, server_hello(Version::TLS13)),
            (S, data(30)),
            (S, data(900)),
            (S, data(69)),
            (C, data(19)),
        ]);
        let [alert] = &walk.tls.alerts[..] else {
            panic!("{:?}", walk.tls.alerts)
        };
        assert_eq!((alert.side, alert.content, alert.seen), (C, None, Seen::Inferred));
        assert_eq!(walk.steps[alert.step].kind, StepKind::Alert);
        assert!(walk.tls.client_alert_instead_of_finished.is_some() && !walk.tls.is_complete());
    }

    #[test]
    fn only_an_alert_behind_the_other_sides_end_is_a_consequence_of_it() {
        for end in [EventKind::Fin, EventKind::Reset] {
            let mut said = tls12();
            said.extend([(S, end.clone()), (C, alert(20))]);
            assert!(hear(said).tls.alerts[0].after_close);
            // The side's own end is no reason, nor is one that comes later.
            let mut said = tls12();
            said.extend([(C, EventKind::Fin), (C, alert(20)), (S, end)]);
            let tls = hear(said).tls;
            assert!(!tls.alerts[0].after_close);
            assert_eq!(tls.first_error().unwrap().side, C);
        }
    }

    #[test]
    fn the_first_error_is_neither_a_goodbye_nor_a_warning() {
        let level1 = |description| EventKind::Tls(Message::Alert { level: 1, description });
        let with = |alerts: Vec<EventKind>, version| {
            let mut said = vec![(C, client_hello()), (S, server_hello(version))];
            said.extend(alerts.into_iter().map(|alert| (S, alert)));
            hear(said)
                .tls
                .first_error()
                .and_then(|alert| alert.content)
                .map(|it| it.1.0)
        };
        assert_eq!(with(vec![level1(112), alert(40)], Version::TLS12), Some(40));
        assert_eq!(with(vec![level1(0), level1(90)], Version::TLS13), None);
        // TLS 1.3 gives the level no meaning.
        assert_eq!(with(vec![level1(116)], Version::TLS13), Some(116));
        assert_eq!(with(vec![level1(100)], Version::TLS12), None);
    }

    #[test]
    fn a_retry_is_a_step_of_its_own_and_the_first_hello_is_kept() {
        let first = ClientHello {
            server_name: Some(WireText::from("first.example")),
            ..Default::default()
        };
        let retry = ServerHello {
            version: 0x0304,
            is_retry: true,
            group: Some(crate::tls::Group(24)),
            ..ServerHello::default()
        };
        let walk = hear(vec![
            (C, EventKind::Tls(Message::ClientHello(Box::new(first)))),
            (S, EventKind::Tls(Message::ServerHello(Box::new(retry)))),
            (C, client_hello()),
            (S, server_hello(Version::TLS13)),
        ]);
        assert_eq!(history(&walk), "CjCs");
        assert_eq!(walk.steps[1].detail, Some(Detail::AsksFor(crate::tls::Group(24))));
        assert_eq!(
            walk.tls.client_hello.unwrap().server_name.unwrap().raw(),
            "first.example"
        );
        assert_eq!(walk.tls.server_hello.unwrap().cipher_suite, 0x1302);
    }

    #[test]
    fn a_run_of_data_is_one_step_with_every_frame_and_each_record_is_counted() {
        let mut said = tls12();
        said.extend((0..5).map(|_| (S, data(1000))));
        said.push((C, data(9)));
        let walk = hear(said);
        assert_eq!(history(&walk), "CsxeGIFifDdD");
        assert_eq!(walk.tls.application_data, Sides { client: 2, server: 6 });
        let run = &walk.steps[10];
        assert_eq!((run.frames.len(), run.frame), (6, FrameNumber(16)));
    }

    #[test]
    fn what_is_no_record_is_noted_once_and_is_no_step() {
        let walk = hear(vec![
            (S, EventKind::Tls(Message::NotARecord(Box::from(*b"one")))),
            (C, EventKind::Tls(Message::NotARecord(Box::from(*b"two")))),
        ]);
        assert!(walk.steps.is_empty());
        let noted = walk.tls.not_a_record.unwrap();
        assert_eq!(
            (noted.side, noted.frame, &*noted.bytes),
            (S, FrameNumber(1), &b"one"[..])
        );
    }

    #[test]
    fn a_message_with_a_hole_keeps_its_place_and_says_so() {
        for (kind, letter) in [
            (1, 'C'),
            (11, 'X'),
            (12, 'K'),
            (13, 'R'),
            (16, 'G'),
            (20, 'F'),
            (22, 'U'),
        ] {
            let walk = hear(vec![(C, EventKind::Tls(Message::DamagedMessage { kind, missing: 7 }))]);
            assert_eq!(history(&walk), letter.to_string());
            assert_eq!(walk.steps[0].detail, Some(Detail::Missing(7)));
        }
    }
}
