//! Datagram → DatagramFlow: one attempt at DTLS or QUIC between two ends, and the messages of each end.

use crate::base::carrier::Carrier;
use crate::base::endpoint::Endpoint;
use crate::base::frame::{FrameAt, Timestamp};
use crate::connection::datagram::control::{Inside, inside};
use crate::connection::datagram::direction::Direction;
use crate::connection::datagram::quic::Quic;
use crate::connection::datagram::{Control, DatagramFacts, outcome};
use crate::connection::event::EventKind;
use crate::connection::step::Sides;
use crate::connection::walk::{self, StepKind};
use crate::connection::{ClientBy, Connection, is_tls_event};
use crate::decode::capwap::CONTROL_PORT;
use crate::decode::{Datagram, Tunnel};
use crate::dtls::hello_random;
use crate::dtls::record::Records;
use crate::tls::message::Message;
use crate::tls::record::content;

/// In nanoseconds. An access point waits some seconds before it asks for controllers again (RFC 5415 section 4.7: 5 s
/// and more).
const PAUSE: i64 = 2_000_000_000;

/// In nanoseconds. Two ends that both begin as clients do so within this time: either was told of the other just before.
const CONFLICT: i64 = 10_000_000_000;

/// The number of Discoveries reported as steps; further ones are counted.
const MAX_DISCOVERIES: u64 = 4;

/// An attempt at DTLS or QUIC under observation.
#[derive(Debug)]
pub struct DatagramFlow {
    /// In order of first frames, among all connections.
    pub index: u64,
    /// The two ends; `directions[0]` holds the messages of `ends[0]`.
    pub ends: [Endpoint; 2],
    carrier: Carrier,
    tunnel: Tunnel,
    pub(super) first: FrameAt,
    pub(super) last: FrameAt,
    directions: [Direction; 2],
    control: Control,
    /// The first Client Hello's random value, and its sender.
    hello: Option<(usize, [u8; 32])>,
    /// The random value of a Client Hello that the other end sent in the same attempt.
    second_client: Option<[u8; 32]>,
    /// The state of QUIC.
    quic: Option<Box<Quic>>,
}

/// The DTLS records in a datagram, if there are any.
fn dtls<'a>(datagram: &Datagram<'a>, carrier: Carrier) -> Option<&'a [u8]> {
    match carrier {
        Carrier::Capwap => match inside(datagram.payload)? {
            Inside::Dtls(bytes) => Some(bytes),
            Inside::Clear(_) => None,
        },
        Carrier::Quic => None,
        _ => Some(datagram.payload),
    }
}

impl DatagramFlow {
    /// Creates the flow for its first datagram, which is not processed yet.
    pub(super) fn begin(index: u64, ends: [Endpoint; 2], datagram: &Datagram<'_>, carrier: Carrier) -> Box<Self> {
        let now = datagram.frame_at();
        Box::new(Self {
            index,
            ends,
            carrier,
            tunnel: datagram.tunnel,
            first: now,
            last: now,
            directions: Default::default(),
            control: Control::default(),
            hello: None,
            second_client: None,
            quic: (carrier == Carrier::Quic).then(Box::default),
        })
    }

    /// True if a datagram begins an attempt where there is none: a hello, or any handshake message in clear.
    pub(super) fn begins(datagram: &Datagram<'_>, carrier: Carrier) -> bool {
        // Its event comes long after the datagram.
        if datagram.fragments_missing {
            return false;
        }
        if carrier == Carrier::Quic {
            return Quic::begins(datagram.payload);
        }
        if carrier == Carrier::Capwap {
            match inside(datagram.payload) {
                Some(Inside::Clear(kind)) => return kind.is_some(),
                Some(Inside::Dtls(bytes)) => return Records(bytes).next().is_some(),
                None => return false,
            }
        }
        // A session whose beginning was not captured cannot be judged; its encrypted records are not followed.
        let is_sign = |kind: u8| matches!(kind, content::CHANGE_CIPHER_SPEC | content::ALERT | content::HANDSHAKE);
        Records(datagram.payload)
            .next()
            .is_some_and(|it| it.epoch == 0 && it.kind.is_some_and(is_sign))
    }

    /// True if a datagram is the beginning of another attempt between the same ends: a hello with another random value,
    /// or a Discovery after DTLS.
    pub(super) fn is_reused_by(&self, datagram: &Datagram<'_>, from: usize) -> bool {
        if let Some(quic) = &self.quic {
            return quic.is_reused_by(datagram, from);
        }
        if let Some(bytes) = dtls(datagram, self.carrier) {
            let (Some((by, known)), Some(other)) = (self.hello, hello_random(bytes, true)) else {
                return false;
            };
            return match by == from {
                true => known != other,
                false => !self.is_of_second_client(other, datagram, from),
            };
        }
        let is_discovery = matches!(
            inside(datagram.payload),
            Some(Inside::Clear(Some(StepKind::DiscoveryRequest)))
        );
        // A Discovery that is only late in the file belongs to the attempt it began.
        is_discovery && self.has_spoken() && datagram.time.since(self.last.time) >= PAUSE
    }

    /// True if a hello of the end that did not begin is the second half of a conflict of roles, in which both ends begin as
    /// clients: so far that end has answered nothing. If it comes later, the first end had given up.
    fn is_of_second_client(&self, random: [u8; 32], datagram: &Datagram<'_>, from: usize) -> bool {
        let has_spoken = self.directions.get(from).is_some_and(|it| it.has_spoken);
        match self.second_client {
            Some(known) => known == random,
            None => !has_spoken && !self.is_over() && datagram.time.since(self.last.time) < CONFLICT,
        }
    }

    /// True if DTLS messages were sent.
    pub(super) fn has_spoken(&self) -> bool {
        self.directions.iter().any(|it| it.has_clear || it.has_sealed)
    }

    /// True if only one of its ends was seen.
    pub(super) fn is_one_sided(&self) -> bool {
        self.directions.iter().any(|it| it.side.frames == 0)
    }

    /// True if a side ended it with an alert.
    pub(super) fn is_over(&self) -> bool {
        let is_alert = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::Tls(Message::Alert { .. }) | EventKind::Tls(Message::EncryptedAlert { .. })
            )
        };
        let mut events = self.directions.iter().flat_map(|it| &it.events);
        events.any(|event| is_alert(&event.kind)) || self.quic.as_ref().is_some_and(|it| it.is_closed())
    }

    /// True if a hello was captured.
    pub(super) const fn has_asked(&self) -> bool {
        self.hello.is_some()
    }

    /// Processes a datagram of one of its ends.
    pub(super) fn accept(&mut self, datagram: &Datagram<'_>, from: usize, held: &mut usize) {
        let now = datagram.frame_at();
        (self.first, self.last) = (self.first.min(now), self.last.max(now));
        let [first, second] = &mut self.directions;
        let (own, peer) = if from == 0 { (first, second) } else { (second, first) };
        if !own.count(datagram) {
            return;
        }
        let heard = peer.position();
        if let Some(quic) = &mut self.quic {
            quic.accept(&mut self.directions, datagram, from, held);
            if self.hello.is_none() {
                self.hello = quic.client.map(|client| (client, [0; 32]));
            }
            return;
        }
        if let Some(bytes) = dtls(datagram, self.carrier) {
            if self.hello.is_none() {
                self.hello = hello_random(bytes, false).map(|random| (from, random));
            } else if self.hello.is_some_and(|(by, _)| by != from) && self.second_client.is_none() {
                self.second_client = hello_random(bytes, false);
            }
            own.read(bytes, datagram, heard, held);
            return;
        }
        let Some(Inside::Clear(Some(kind))) = inside(datagram.payload) else {
            return;
        };
        let control = &mut self.control;
        let count = match kind {
            StepKind::DiscoveryRequest => &mut control.discoveries,
            StepKind::DiscoveryResponse => {
                control.last_answer = Some(now);
                &mut control.answers
            }
            _ => &mut control.joins,
        };
        *count += 1;
        if *count <= MAX_DISCOVERIES {
            own.say(EventKind::Control(kind, None), datagram, heard);
        }
    }

    fn client(&self) -> (usize, ClientBy) {
        if let Some((client, _)) = self.hello {
            return (client, ClientBy::ClientHello);
        }
        let [first, second] = self.ends;
        if self.carrier == Carrier::Quic {
            return (usize::from(first.port < second.port), ClientBy::Port);
        }
        if self.carrier == Carrier::Capwap && (first.port == CONTROL_PORT) != (second.port == CONTROL_PORT) {
            return (usize::from(first.port == CONTROL_PORT), ClientBy::ServerHello);
        }
        let says = |test: fn(&Message) -> bool| {
            self.directions.iter().position(|side| {
                let mut messages = side.events.iter();
                messages.any(|event| matches!(&event.kind, EventKind::Tls(message) if test(message)))
            })
        };
        let server = says(|it| {
            matches!(
                it,
                Message::ServerHello(_)
                    | Message::ServerHelloDone
                    | Message::OtherMessage(3)
                    | Message::CertificateRequest(_)
            )
        });
        if let Some(server) = server {
            return (1 - server.min(1), ClientBy::ServerHello);
        }
        if let Some(client) = says(|it| matches!(it, Message::ClientKeyExchange)) {
            return (client, ClientBy::ServerHello);
        }
        (usize::from(first.port < second.port), ClientBy::Port)
    }

    /// Describes it when it has ended; the capture went on to `until`.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "one line for each field of a connection")]
    pub fn into_connection(mut self: Box<Self>, held: &mut usize, until: Timestamp) -> Connection {
        let mut quic = self.quic.take();
        let quic_facts = quic.as_mut().map(|it| Box::new(it.finish(&mut self.directions, held)));
        for direction in &mut self.directions {
            direction.finish(held);
        }
        let (client, client_by) = self.client();
        let [first, second] = self.directions;
        let [first_end, second_end] = self.ends;
        let ((own, peer), (client_end, server_end)) = match client {
            0 => ((first, second), (first_end, second_end)),
            _ => ((second, first), (second_end, first_end)),
        };
        let is_tls = [&own, &peer]
            .iter()
            .any(|side| side.has_clear || side.has_sealed || side.events.iter().any(is_tls_event))
            && quic
                .as_ref()
                .is_none_or(|it| !it.is_unread() || own.has_sealed || peer.has_sealed);
        let datagrams = DatagramFacts {
            is_whole: Sides {
                client: own.is_whole(&peer),
                server: peer.is_whole(&own),
            },
            again: Sides {
                client: own.again,
                server: peer.again,
            },
            torn: Sides {
                client: own.torn,
                server: peer.torn,
            },
            control: self.control,
            quic: quic_facts,
        };
        let mut walk = walk::walk_datagrams(own.events, peer.events);
        match quic {
            None => walk::tell_dtls13(&mut walk.tls),
            Some(quic) => {
                let [handshake, data] = [quic.handshake, quic.data].map(|[first, second]| match client {
                    0 => Sides {
                        client: first,
                        server: second,
                    },
                    _ => Sides {
                        client: second,
                        server: first,
                    },
                });
                outcome::tell(&mut walk, &handshake, &data, until);
            }
        }
        Connection {
            index: self.index,
            client: client_end,
            server: server_end,
            client_by,
            carrier: self.carrier,
            opened: false,
            datagrams: Some(Box::new(datagrams)),
            tunnel: self.tunnel,
            first: self.first,
            last: self.last,
            tcp: Sides {
                client: own.side,
                server: peer.side,
            },
            steps: walk.steps,
            tls: is_tls.then_some(walk.tls),
            records: Sides {
                client: own.application_data,
                server: peer.application_data,
            },
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
            events_dropped: own.events_dropped + peer.events_dropped,
        }
    }
}
