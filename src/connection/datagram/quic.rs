//! Datagram → Event: the messages of both sides of QUIC, as far as they are readable without secrets.
//!
//! The keys of the first packets are derived from the identifier that the client chose for the server, and after a
//! Retry from the server's own. Packets that come before the packet with that identifier wait for it, because the order
//! of the file is not trusted. Work is bounded for each attempt: after a number of Initial packets no more are read.

use crate::base::frame::FrameNumber;
use crate::base::wire_text::WireText;
use crate::connection::datagram::direction::{Direction, ONE_FLIGHT};
use crate::connection::datagram::outcome::Sample;
use crate::connection::datagram::{Close, QuicFacts};
use crate::connection::event::{Event, EventKind};
use crate::connection::step::{Detail, Side, StepKind};
use crate::decode::Datagram;
use crate::dtls::assembler::{Brought, From, MAX_HELD};
use crate::quic::Version;
use crate::quic::frame::{Frame, Frames};
use crate::quic::packet::{Kind, Packet, Packets};
use crate::quic::protection::{Keys, is_retry_to};
use crate::quic::stream::CryptoStream;
use crate::tls::message::Message;

/// The number of Initial packets that are tried per attempt: a hello takes two or three, and is sent again some ten
/// times.
const MAX_TRIED: u32 = 96;

/// The number of key pairs per attempt: the first ones, those after a Retry, and those of another version.
const MAX_KEYS: usize = 4;

/// Initial packets that wait for their keys.
const MAX_WAITING: usize = 8;

/// Packets of the rest of the handshake that are reported one by one.
const MAX_HANDSHAKE: usize = 16;

/// Packets of application data whose sizes are remembered.
pub(super) const MAX_SAMPLES: usize = 64;

/// The number of versions listed from a server's offer.
const MAX_VERSIONS: usize = 16;

/// The state that both sides of an attempt at QUIC share.
#[derive(Default)]
pub(super) struct Quic {
    /// Keys, with the version and identifier that they were derived from.
    keys: Vec<(Version, Vec<u8>, Keys)>,
    /// The identifier that the client chose for the server.
    original: Option<Vec<u8>>,
    pub(super) client: Option<usize>,
    /// The identifier that each side chose for itself.
    ids: [Option<Vec<u8>>; 2],
    streams: [CryptoStream; 2],
    waiting: Vec<Waiting>,
    tried: u32,
    has_retried: bool,
    /// Lists of versions, with the side that sent each, which is the server.
    lists: Vec<(usize, FrameNumber, Vec<Version>)>,
    closed: Option<(usize, Close)>,
    /// Packets of the handshake after the hellos.
    pub(super) handshake: [Vec<Sample>; 2],
    /// Packets of application data.
    pub(super) data: [Vec<Sample>; 2],
    facts: QuicFacts,
}

/// A packet that waits for its keys, or for the packet that it answers.
#[derive(Debug)]
struct Waiting {
    bytes: Vec<u8>,
    side: usize,
    from: From,
}

impl std::fmt::Debug for Quic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quic")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

/// The results of the Initial packets of a datagram.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    is_new: bool,
    is_again: bool,
}

impl Quic {
    /// True if a datagram may begin an attempt: with a packet that sets up a connection.
    pub(super) fn begins(payload: &[u8]) -> bool {
        let sets_up = |kind: Kind| matches!(kind, Kind::Initial | Kind::Retry | Kind::VersionNegotiation);
        Packets(payload).next().is_some_and(|it| sets_up(it.kind))
    }

    /// True if a datagram is the beginning of another attempt between the same ends: a first Initial, protected by the
    /// identifier inside it, from a client that chose another name for itself or has none.
    pub(super) fn is_reused_by(&self, datagram: &Datagram<'_>, side: usize) -> bool {
        let Some(client) = self.client else { return false };
        let Some(packet) = Packets(datagram.payload).next().filter(|it| it.kind == Kind::Initial) else {
            return false;
        };
        let is_known = self.keys.iter().any(|(_, id, _)| id == packet.to)
            || self
                .ids
                .get(1 - client.min(1))
                .is_some_and(|id| id.as_deref() == Some(packet.to));
        let is_same = side == client
            && !packet.from.is_empty()
            && self.ids.get(side).is_some_and(|id| id.as_deref() == Some(packet.from));
        // An answer to a list of versions, or to a Retry that was not captured.
        let goes_on = !self.lists.is_empty() || !packet.token.is_empty();
        let goes_on = goes_on && self.closed.is_none() && self.handshake.iter().all(Vec::is_empty);
        let may_be_new = !(is_known || is_same || goes_on);
        may_be_new && Keys::initial(packet.version, packet.to).is_some_and(|keys| keys.client.open(&packet).is_some())
    }

    /// Processes a datagram of one of the two sides.
    pub(super) fn accept(
        &mut self,
        directions: &mut [Direction; 2],
        datagram: &Datagram<'_>,
        side: usize,
        held: &mut usize,
    ) {
        let [first, second] = directions;
        let heard = if side == 0 { second } else { first }.position();
        let from = From {
            frame: datagram.frame,
            time: datagram.time,
            heard,
        };
        let mut brought = Heard::default();
        let mut has_initial = false;
        for packet in Packets(datagram.payload) {
            match packet.kind {
                Kind::Initial => {
                    has_initial = true;
                    self.initial(directions, &packet, side, from, held, &mut brought);
                }
                Kind::Retry | Kind::VersionNegotiation if self.client.is_none() => self.wait(&packet, side, from, held),
                Kind::Retry => self.retry(directions, &packet, side, from),
                Kind::VersionNegotiation => self.list(directions, &packet, side, from),
                Kind::Handshake | Kind::ZeroRtt | Kind::OneRtt => {
                    let is_new = self.sealed(directions, &packet, datagram, side, heard);
                    brought.is_new |= is_new;
                }
            }
        }
        if let Some(own) = directions.get_mut(side)
            && has_initial
            && brought.is_again
            && !brought.is_new
        {
            own.repeat(datagram);
        }
    }

    fn initial(
        &mut self,
        directions: &mut [Direction; 2],
        packet: &Packet<'_>,
        side: usize,
        from: From,
        held: &mut usize,
        brought: &mut Heard,
    ) {
        let had_keys = self.keys.len();
        match self.open(packet, side) {
            Some(frames) => self.read(directions, &frames, side, from, held, brought),
            None => {
                self.facts.unread += 1;
                if let Some(id) = self.ids.get_mut(side)
                    && id.is_none()
                {
                    *id = Some(packet.from.to_vec());
                }
                self.wait(packet, side, from, held);
            }
        }
        if self.keys.len() > had_keys {
            self.read_waiting(directions, held);
        }
    }

    fn wait(&mut self, packet: &Packet<'_>, side: usize, from: From, held: &mut usize) {
        if self.waiting.len() < MAX_WAITING && *held < MAX_HELD && packet.cut == 0 {
            *held = held.saturating_add(packet.bytes.len());
            let bytes = packet.bytes.to_vec();
            self.waiting.push(Waiting { bytes, side, from });
        }
    }

    /// Processes packets that came before their keys, or before the packet that they answer.
    fn read_waiting(&mut self, directions: &mut [Direction; 2], held: &mut usize) {
        for one in std::mem::take(&mut self.waiting) {
            *held = held.saturating_sub(one.bytes.len());
            let Some(packet) = Packets(&one.bytes).next() else {
                continue;
            };
            match packet.kind {
                Kind::Initial => {}
                Kind::Retry => {
                    self.retry(directions, &packet, one.side, one.from);
                    continue;
                }
                _ => {
                    self.list(directions, &packet, one.side, one.from);
                    continue;
                }
            }
            if let Some(frames) = self.open(&packet, one.side) {
                self.facts.unread = self.facts.unread.saturating_sub(1);
                self.read(directions, &frames, one.side, one.from, held, &mut Heard::default());
            } else if self.waiting.len() < MAX_WAITING {
                *held = held.saturating_add(one.bytes.len());
                self.waiting.push(one);
            }
        }
    }

    /// The frames of an Initial, if some keys open it.
    fn open(&mut self, packet: &Packet<'_>, side: usize) -> Option<Vec<u8>> {
        if self.tried >= MAX_TRIED || packet.cut > 0 {
            return None;
        }
        self.tried += 1;
        let is_clients = self.client == Some(side);
        if self.client.is_some() {
            let known = self
                .keys
                .iter()
                .rev()
                .filter(|(version, _, _)| *version == packet.version);
            let opened = known.into_iter().find_map(|(_, _, keys)| {
                let keys = if is_clients { &keys.client } else { &keys.server };
                keys.open(packet)
            });
            if let Some(opened) = opened {
                self.note(packet, side);
                return Some(opened.frames().to_vec());
            }
        }
        // The client's first packet is protected by its own identifier; a server that chose another version uses the
        // same identifier.
        let id = match self.client {
            None => packet.to.to_vec(),
            Some(_) if is_clients => packet.to.to_vec(),
            Some(_) => self.original.clone()?,
        };
        if self.keys.len() >= MAX_KEYS || self.keys.iter().any(|it| (it.0, &it.1) == (packet.version, &id)) {
            return None;
        }
        let keys = Keys::initial(packet.version, &id)?;
        let is_first = self.client.is_none() || is_clients;
        let opened = if is_first { &keys.client } else { &keys.server }.open(packet)?;
        if self.client.is_none() {
            self.client = Some(side);
            self.facts.asked = Some(packet.version);
        }
        if is_first {
            self.original = Some(id.clone());
        }
        self.keys.push((packet.version, id, keys));
        self.note(packet, side);
        Some(opened.frames().to_vec())
    }

    fn note(&mut self, packet: &Packet<'_>, side: usize) {
        self.facts.version = Some(packet.version);
        if let Some(id) = self.ids.get_mut(side) {
            *id = Some(packet.from.to_vec());
        }
    }

    /// Reads the frames of an Initial.
    fn read(
        &mut self,
        directions: &mut [Direction; 2],
        frames: &[u8],
        side: usize,
        from: From,
        held: &mut usize,
        brought: &mut Heard,
    ) {
        let (Some(own), Some(stream)) = (directions.get_mut(side), self.streams.get_mut(side)) else {
            return;
        };
        own.has_clear = true;
        for (frame, _) in Frames::of(frames) {
            match frame {
                Frame::Crypto { offset, bytes } => {
                    own.has_spoken = true;
                    let mut whole = Vec::new();
                    match stream.take(offset, bytes, from, (held, MAX_HELD), &mut |it| whole.push(it)) {
                        Brought::New => brought.is_new = true,
                        Brought::Again => brought.is_again = true,
                        Brought::Refused => {}
                    }
                    whole.into_iter().for_each(|it| own.hand_on(it));
                }
                Frame::Ping => brought.is_again = true,
                Frame::Ack => {}
                Frame::Close { error, reason } => {
                    brought.is_new = true;
                    if self.closed.is_some() {
                        continue;
                    }
                    let close = Close {
                        side: Side::Client,
                        error,
                        reason: WireText::from_bytes(reason),
                        frame: from.frame,
                    };
                    let kind = match error.alert() {
                        Some(description) => EventKind::Tls(Message::Alert { level: 2, description }),
                        None => EventKind::Control(StepKind::ConnectionClose, Some(Detail::Words(error.to_string()))),
                    };
                    own.say_from(kind, from, 1);
                    self.closed = Some((side, close));
                }
            }
        }
    }

    /// A Retry counts if it answers the client's packet, and only once.
    fn retry(&mut self, directions: &mut [Direction; 2], packet: &Packet<'_>, side: usize, from: From) {
        let is_answer = self.client.is_some_and(|client| client != side)
            && self.original.as_deref().is_some_and(|id| is_retry_to(packet, id));
        let Some(own) = directions.get_mut(side).filter(|_| is_answer && !self.has_retried) else {
            return;
        };
        self.has_retried = true;
        own.has_clear = true;
        own.say_from(EventKind::Control(StepKind::Retry, None), from, 1);
        if self.keys.len() < MAX_KEYS
            && let Some(keys) = Keys::initial(packet.version, packet.from)
        {
            self.keys.push((packet.version, packet.from.to_vec(), keys));
            self.original = Some(packet.from.to_vec());
        }
    }

    /// A list of versions counts if it names the identifiers of the client's packet, and not the requested version (RFC
    /// 9000 section 6.2).
    fn list(&mut self, directions: &mut [Direction; 2], packet: &Packet<'_>, side: usize, from: From) {
        let names_it = self.client.is_some_and(|client| client != side)
            && self.original.as_deref() == Some(packet.from)
            && self
                .ids
                .get(1 - side.min(1))
                .is_some_and(|id| id.as_deref() == Some(packet.to));
        let versions: Vec<Version> = packet.versions().take(MAX_VERSIONS).collect();
        let is_moot = versions.iter().any(|it| Some(*it) == self.facts.asked);
        let Some(own) = directions
            .get_mut(side)
            .filter(|_| names_it && !is_moot && self.lists.is_empty())
        else {
            return;
        };
        own.has_clear = true;
        let shown = versions.iter().filter(|it| !it.is_reserved());
        let words = shown.map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let kind = EventKind::Control(StepKind::VersionNegotiation, Some(Detail::Words(words)));
        own.say_from(kind, from, 1);
        self.lists.push((side, from.frame, versions));
    }

    /// A packet that is protected by the negotiated keys; returns whether it is new.
    #[allow(
        clippy::too_many_lines,
        reason = "one arm for each kind of packet, over the same parts of a side"
    )]
    fn sealed(
        &mut self,
        directions: &mut [Direction; 2],
        packet: &Packet<'_>,
        datagram: &Datagram<'_>,
        side: usize,
        heard: u64,
    ) -> bool {
        let peer = self.ids.get(1 - side.min(1)).and_then(|id| id.as_deref());
        let is_addressed = packet.kind == Kind::OneRtt || peer.is_none_or(|id| id == packet.to);
        let is_of_sender = packet.kind == Kind::OneRtt
            || self
                .ids
                .get(side)
                .is_none_or(|id| id.as_deref().is_none_or(|id| id == packet.from));
        let is_known = self.ids.get(side).is_some_and(Option::is_some);
        let (Some(own), Some(handshake), Some(data)) = (
            directions.get_mut(side),
            self.handshake.get_mut(side),
            self.data.get_mut(side),
        ) else {
            return false;
        };
        if !is_addressed || !is_of_sender {
            return false;
        }
        let sample = Sample {
            frame: datagram.frame,
            time: datagram.time,
            len: packet.wire_len(),
            is_joined: Packets(datagram.payload)
                .next()
                .is_some_and(|first| first.kind == Kind::Initial),
            heard,
        };
        let from = From {
            frame: datagram.frame,
            time: datagram.time,
            heard,
        };
        let len = u16::try_from(sample.len).unwrap_or(u16::MAX);
        match packet.kind {
            Kind::ZeroRtt => {
                let is_early = |event: &Event| matches!(event.kind, EventKind::Control(StepKind::ApplicationData, _));
                if !own.events.iter().any(is_early) {
                    let kind = EventKind::Control(StepKind::ApplicationData, Some(Detail::EarlyData));
                    own.say_from(kind, from, 1);
                }
            }
            Kind::Handshake => {
                own.has_sealed |= is_known;
                own.has_spoken = true;
                // A packet that comes long after the previous one, without anything received in between, is a
                // repetition.
                let is_again = handshake
                    .last()
                    .is_some_and(|it| it.heard == heard && sample.time.since(it.time) >= ONE_FLIGHT);
                if is_again {
                    own.repeat(datagram);
                } else if handshake.len() < MAX_HANDSHAKE {
                    own.say_from(
                        EventKind::Tls(Message::EncryptedHandshake { len }),
                        from,
                        u64::from(len),
                    );
                }
                if handshake.len() < MAX_SAMPLES {
                    handshake.push(sample);
                }
                return !is_again;
            }
            _ => {
                own.has_sealed |= is_known;
                own.has_spoken = true;
                if own.count_data(len) {
                    own.say_from(EventKind::Tls(Message::ApplicationData { len }), from, u64::from(len));
                }
                if data.len() < MAX_SAMPLES {
                    data.push(sample);
                }
            }
        }
        true
    }

    /// No packet follows: waiting packets are handed on as far as they are readable.
    pub(super) fn finish(&mut self, directions: &mut [Direction; 2], held: &mut usize) -> QuicFacts {
        for one in std::mem::take(&mut self.waiting) {
            *held = held.saturating_sub(one.bytes.len());
        }
        for (own, stream) in directions.iter_mut().zip(&mut self.streams) {
            own.has_hole |= stream.has_hole();
            let mut whole = Vec::new();
            stream.finish(held, &mut |it| whole.push(it));
            whole.into_iter().for_each(|it| own.hand_on(it));
        }
        let mut facts = std::mem::take(&mut self.facts);
        let client = self.client.unwrap_or_default();
        facts.negotiation = self.lists.pop().map(|(_, frame, versions)| (frame, versions));
        facts.close = self.closed.take().map(|(side, close)| Close {
            side: if side == client { Side::Client } else { Side::Server },
            ..close
        });
        facts
    }

    /// True if no part was readable: then nothing shows that it was QUIC.
    pub(super) fn is_unread(&self) -> bool {
        self.client.is_none()
    }

    /// True if a side ended it, as far as that is readable.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::carrier::Carrier;
    use crate::base::endpoint::endpoint;
    use crate::base::frame::Timestamp;
    use crate::connection::Connection;
    use crate::connection::datagram::table::DatagramFlows;
    use crate::decode::Tunnel;
    use crate::quic::protection::sealed_initial;

    const ID: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

    fn hello(random: u8) -> Vec<u8> {
        let body = [&[3, 3][..], &[random; 32], &[0, 0, 2, 0x13, 1, 1, 0]].concat();
        [&[1, 0, 0, body.len() as u8][..], &body].concat()
    }

    fn crypto(offset: u8, bytes: &[u8]) -> Vec<u8> {
        [&[6, offset, 0x40, bytes.len() as u8][..], bytes].concat()
    }

    /// The content of a client's first datagram.
    fn first(id: &[u8], random: u8) -> Vec<u8> {
        sealed_initial(
            Version::V1,
            id,
            true,
            (id, &[9]),
            &[],
            &[crypto(0, &hello(random)), vec![0; 60]].concat(),
        )
    }

    struct Talk {
        flows: DatagramFlows,
        all: Vec<Connection>,
        index: u64,
        frame: u64,
    }

    impl Talk {
        fn new() -> Self {
            Self {
                flows: DatagramFlows::default(),
                all: Vec::new(),
                index: 0,
                frame: 0,
            }
        }

        fn say(&mut self, from_client: bool, client: u32, millisecond: i64, payload: &[u8]) -> bool {
            let client = crate::base::endpoint::Endpoint {
                ip: std::net::Ipv4Addr::from(client).into(),
                port: 50_000,
            };
            let server = endpoint("10.0.0.1:443");
            let (src, dst) = if from_client {
                (client, server)
            } else {
                (server, client)
            };
            self.frame += 1;
            let datagram = Datagram {
                frame: FrameNumber(self.frame),
                time: Timestamp(millisecond * 1_000_000),
                src,
                dst,
                payload,
                lost: 0,
                fragments_missing: false,
                tunnel: Tunnel::None,
            };
            let index = &mut self.index;
            let mut ended = Vec::new();
            let next = || {
                *index += 1;
                *index
            };
            let taken = self.flows.accept(&datagram, Carrier::Quic, next, &mut ended);
            self.all.extend(ended.into_iter().map(|(it, _)| it));
            taken
        }

        fn end(mut self) -> Vec<Connection> {
            self.all.extend(self.flows.finish(Timestamp(0)));
            self.all
        }
    }

    const CLIENT: u32 = 0x0a00_0009;

    #[test]
    fn a_flood_of_spoofed_initials_takes_bounded_memory() {
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &first(&ID, 1));
        let answer = [crypto(0, &[2, 0, 0, 1, 0]), vec![0; 60]].concat();
        talk.say(
            false,
            CLIENT,
            1,
            &sealed_initial(Version::V1, &ID, false, (&[9], &[7]), &[], &answer),
        );
        let spoofed = first(&ID, 2);
        // A dozen times the table's capacity: each attempt costs its own keys, whoever sends it.
        for n in 0..100_000_u32 {
            talk.say(true, 0x0b00_0000 + n, 2, &spoofed);
            talk.all.clear();
        }
        assert!(talk.flows.evicted > 90_000);
        let all = talk.end();
        let kept = all
            .iter()
            .find(|it| it.client.ip == std::net::Ipv4Addr::from(CLIENT))
            .unwrap();
        assert_eq!(kept.steps.len(), 2);
    }

    #[test]
    fn initials_without_end_are_read_no_further() {
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &first(&ID, 1));
        for n in 0..20_000_u32 {
            let id = [&n.to_be_bytes()[..], &[1; 4]].concat();
            // Another name for the server each time, and the same name for itself.
            talk.say(true, CLIENT, i64::from(n), &first(&id, 1));
        }
        let all = talk.end();
        assert_eq!(all.len(), 1);
        let quic = all[0].datagrams.as_ref().unwrap().quic.as_ref().unwrap();
        assert!(quic.unread > 19_000, "{}", quic.unread);
        assert!(all[0].steps.len() < 16);
    }

    #[test]
    fn another_identifier_of_both_sides_is_another_attempt() {
        let mut talk = Talk::new();
        talk.say(true, CLIENT, 0, &first(&ID, 1));
        talk.say(true, CLIENT, 1000, &first(&ID, 1));
        let other = [8; 8];
        let again = [crypto(0, &hello(2)), vec![0; 60]].concat();
        talk.say(
            true,
            CLIENT,
            9000,
            &sealed_initial(Version::V1, &other, true, (&other, &[4]), &[], &again),
        );
        let all = talk.end();
        let repeated: Vec<_> = all.iter().map(|it| it.tcp.client.retransmissions).collect();
        assert_eq!(repeated, [1, 0]);
    }

    #[test]
    fn the_order_of_the_file_does_not_matter() {
        let answer = [crypto(0, &[2, 0, 0, 1, 0]), vec![0; 60]].concat();
        let answer = sealed_initial(Version::V1, &ID, false, (&[9], &[7]), &[], &answer);
        let kinds = |order: [bool; 2]| {
            let mut talk = Talk::new();
            for from_client in order {
                let payload = if from_client { first(&ID, 1) } else { answer.clone() };
                talk.say(from_client, CLIENT, i64::from(!from_client), &payload);
            }
            let all = talk.end();
            all[0].steps.iter().map(|it| (it.kind, it.side)).collect::<Vec<_>>()
        };
        assert_eq!(kinds([true, false]), kinds([false, true]));
    }

    #[test]
    fn garbage_is_not_called_quic() {
        let mut talk = Talk::new();
        let mut garbage = first(&ID, 1);
        garbage.iter_mut().skip(30).for_each(|byte| *byte ^= 0x55);
        talk.say(true, CLIENT, 0, &garbage);
        assert!(!talk.say(true, CLIENT + 1, 0, &[0x41; 60]));
        let all = talk.end();
        assert!(all[0].tls.is_none() && all[0].steps.is_empty());
    }

    #[test]
    fn a_refusal_in_clear_is_the_alert_of_tls_and_another_error_its_own() {
        for (code, is_alert) in [([0x41, 0x78], true), ([0x40, 0x02], false)] {
            let mut talk = Talk::new();
            talk.say(true, CLIENT, 0, &first(&ID, 1));
            let close = [&[0x1c][..], &code, &[6, 0], &[0; 60]].concat();
            talk.say(
                false,
                CLIENT,
                1,
                &sealed_initial(Version::V1, &ID, false, (&[9], &[7]), &[], &close),
            );
            let all = talk.end();
            let tls = all[0].tls.as_ref().unwrap();
            let said = tls
                .alerts
                .first()
                .and_then(|it| it.content)
                .map(|(_, description)| description.0);
            assert_eq!(said, is_alert.then_some(120));
            let quic = all[0].datagrams.as_ref().unwrap().quic.as_ref().unwrap();
            assert_eq!(quic.close.as_ref().unwrap().side, Side::Server);
        }
    }
}
