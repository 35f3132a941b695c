//! Segment → Event: the messages of one side of a connection, read from its own bytes alone.
//!
//! The two directions never share a buffer: interleaving cannot mix them.
//!
//! Copies: the same sequence, acknowledgement, flags, window, checksum and IP identification is the same packet,
//! whatever its TTL, MAC or VLAN tag; without an IP identification the copy must come within 100 ms.

use std::collections::VecDeque;

use crate::base::seq::SeqNumber;
use crate::base::wire_text::WireText;
use crate::connection::event::{Event, EventKind};
use crate::connection::fast_path::Run;
use crate::connection::padding::Doubtful;
use crate::connection::plain::Talk;
use crate::decode::Segment;
use crate::http::licensing_request::ProductInstance;
use crate::http::reader::{Head, HttpReader};
use crate::tcp::said::Provenance;
use crate::tcp::side::{ApplicationData, Mark, Opening, Ordinary, TcpSide};
use crate::tcp::stream::{Arrival, Chunk, Item, Position, Stream};
use crate::tls::message::Message;
use crate::tls::peek;
use crate::tls::record::{Carries, RecordReader};

/// The number of bytes after which a flow is dropped if neither direction looks like a known protocol.
const MAX_IDLE_BYTES: u64 = 128 * 1024;

/// The number of segments of a direction that are all examined: most connections have no more.
const LOOKED_AT: u64 = 12;

/// Events kept per direction; a handshake has about ten, a renegotiating connection more.
const MAX_EVENTS: usize = 256;

/// Failures kept in addition: a long connection must not hide the reason for its end.
const MAX_LATE_FAILURES: usize = 16;

/// Application Data records kept one by one from the beginning of a direction: the encrypted handshake of TLS 1.3,
/// tickets and the first of the exchange are among them. Later ones are only counted, except for the last few.
const MAX_RECORDS: usize = 48;

/// The last Application Data records of a direction, kept one by one: an encrypted alert is among them.
const MAX_LAST_RECORDS: usize = 4;

/// Bytes kept of DNS over TCP, per direction: a few answers.
const MAX_DNS: usize = 8 * 1024;

/// Second copies listed per direction, with both frames: a handshake's worth.
const MAX_COPIES: usize = 32;

/// Gaps kept per direction.
const MAX_GAPS: usize = 32;

/// One direction of a flow.
#[derive(Debug, Default)]
pub struct Direction {
    /// The facts below the bytes.
    pub tcp: TcpSide,
    /// Its messages, in order (TCP's own events are added at the end).
    pub events: Vec<Event>,
    /// Events beyond the bound.
    pub events_dropped: u64,
    /// Totals.
    pub application_data: ApplicationData,
    /// The protocol it carries; set at the end.
    pub carries: Carries,
    /// The number of plaintext bytes before TLS; set at the end.
    pub preamble: u64,
    /// It speaks neither TLS nor readable HTTP; set at the end.
    pub speaks_other: bool,
    /// First bytes.
    pub opening: Opening,
    /// DNS over TCP; `None` on other ports.
    pub dns: Option<Vec<u8>>,
    /// Plain text before TLS, or instead of it.
    pub talk: Talk,
    /// Its bytes in order.
    pub(crate) stream: Stream,
    records: RecordReader,
    http: HttpReader,
    last_records: VecDeque<Event>,
    /// Segments that only continue the direction, since it last caught up.
    pub(crate) run: Run,
    /// Initial sequence number, from its SYN.
    pub(crate) syn_seq: Option<SeqNumber>,
    /// Another initial number, from a later SYN-ACK, and its time to live.
    pub(crate) other_syn: Option<(SeqNumber, u8)>,
    /// TCP's own events, merged with the others at the end.
    pub(crate) tcp_events: Vec<Event>,
    /// Zero bytes of the last segment that may be padding or data: the next segment decides.
    pub(super) doubtful: Option<Doubtful>,
    /// Dropped: no part of it is followed.
    pub(crate) ignored: bool,
}

pub(crate) const fn chunk_of<'a>(segment: &Segment<'a>, from: Position, acked: Position) -> Chunk<'a> {
    Chunk {
        from,
        data: segment.payload,
        frame: segment.frame,
        time: segment.time,
        acked,
    }
}

impl TcpSide {
    /// Records the facts of a segment below its bytes.
    #[inline]
    pub(crate) fn count(&mut self, segment: &Segment<'_>, position: Position) {
        if self.frames == 0 {
            self.first = segment.frame;
            self.ttl = segment.ttl;
        }
        self.frames += 1;
        self.last = segment.frame_at();
        let len = segment.wire_payload_len();
        if len > self.largest {
            self.largest = len;
            self.delivery.grew(len, position.saturating_add(u64::from(len)));
        }
        self.cut += u64::from(segment.lost > 0);
        if segment.flags.rst() || segment.flags.syn() {
            return;
        }
        self.ordinary = Some(Ordinary::add(self.ordinary, segment.ttl, segment.ip_id));
        if segment.window == 0 {
            self.zero_windows += 1;
            self.window_closed.get_or_insert(segment.frame_at());
        } else {
            self.window_closed = None;
        }
        if let Some(reset) = self.reset
            && position >= reset.at
            && (len > 0 || segment.flags.fin())
        {
            self.after_reset += 1;
            self.first_after_reset.get_or_insert(segment.frame);
        }
    }

    pub(crate) fn bytes_seen(&self, stream: &Stream) -> u64 {
        stream.start().map_or(0, |start| stream.highest().saturating_sub(start))
    }
}

impl Direction {
    pub(crate) fn read(&mut self, chunk: &Chunk<'_>, lost: u32) -> Arrival {
        if self.ignored {
            return Arrival::New;
        }
        let Self {
            stream,
            records,
            http,
            events,
            events_dropped,
            application_data,
            opening,
            dns,
            talk,
            last_records,
            tcp,
            ..
        } = self;
        let mut said = |event: Event| {
            if let EventKind::Tls(Message::ApplicationData { len }) = event.kind {
                application_data.records += 1;
                application_data.bytes += u64::from(len);
                if application_data.records > MAX_RECORDS as u64 {
                    if last_records.len() >= MAX_LAST_RECORDS {
                        last_records.pop_front();
                    }
                    last_records.push_back(event);
                    return;
                }
            }
            let most = if event.kind.tells_failure() {
                MAX_EVENTS + MAX_LATE_FAILURES
            } else {
                MAX_EVENTS
            };
            if events.len() < most {
                events.push(event);
            } else {
                *events_dropped += 1;
            }
        };
        if tcp.conflict.is_none() {
            tcp.conflict = opening.contradicts(chunk);
        }
        stream.accept(chunk, lost, &mut |item| {
            read_item(item, records, http, (&mut *opening, &mut *talk), dns, tcp, &mut said)
        })
    }

    /// Keeps the bodies of encrypted records, for a key log.
    pub(crate) fn keep_bodies(&mut self) {
        self.records.bodies = Some(Box::default());
    }

    /// The body of the encrypted record at a position, and its type.
    pub(crate) fn body_at(&self, position: Position) -> Option<(u8, &[u8])> {
        self.records.bodies.as_ref()?.at(position)
    }

    /// True if bodies of encrypted records were kept.
    pub(crate) fn has_bodies(&self) -> bool {
        self.records.bodies.as_ref().is_some_and(|it| !it.is_empty())
    }

    /// Number of Application Data records without an event of their own before the `told`th record that has one.
    pub(crate) fn untold_records(&self, told: u64) -> u64 {
        let all = self.application_data.records;
        if told <= MAX_RECORDS as u64 {
            0
        } else {
            all.saturating_sub((MAX_RECORDS + MAX_LAST_RECORDS) as u64)
        }
    }

    pub(crate) fn finish(&mut self, fin_seen: bool) {
        if self.ignored {
            self.carries = self.records.carries();
            return;
        }
        let Self {
            stream,
            records,
            http,
            events,
            opening,
            dns,
            talk,
            tcp,
            ..
        } = self;
        let mut said = |event: Event| events.push(event);
        tcp.acked_unseen = stream.acked_unseen();
        tcp.end = stream.highest();
        tcp.unseen_end = stream.unseen_end();
        tcp.delivery.settle(stream.acked());
        stream.finish(fin_seen, &mut |item| {
            read_item(item, records, http, (&mut *opening, &mut *talk), dns, tcp, &mut said)
        });
        records.finish(&mut |message| said(message.map(EventKind::Tls)));
        tcp.unfinished_record = records.unfinished();
        self.carries = records.carries();
        self.preamble = records.preamble();
        self.speaks_other = !opening.bytes.is_empty() && self.carries != Carries::Tls && !http.has_read();
        let start = stream.start().unwrap_or_default();
        tcp.bytes = stream.highest().saturating_sub(start);
        tcp.acked_bytes = stream.acked().min(stream.highest()).saturating_sub(start);
        // The last message's body is only complete now.
        let last = events.iter_mut().rev().find_map(|event| match &mut event.kind {
            EventKind::Http(head) => Some(head),
            _ => None,
        });
        match last {
            Some(Head::Response(answer)) => answer.excerpt = http.excerpt(),
            Some(Head::Request(request)) => request.sender = ProductInstance::of(http.excerpt().raw()),
            None => {}
        }
        self.events.extend(self.last_records.drain(..));
        self.events.append(&mut self.tcp_events);
        // Stable, so that events at one position stay in order: TCP's SYN and ACK come before bytes, FIN and RST after
        // them.
        self.events.sort_by_key(|event| {
            let rank = match event.kind {
                EventKind::Syn | EventKind::Ack => 0,
                EventKind::Fin => 2,
                EventKind::Reset => 3,
                _ => 1,
            };
            (event.from, rank)
        });
        self.stream.release();
    }

    /// The protocol it carries, as far as it was read.
    #[must_use]
    pub const fn carries_so_far(&self) -> Carries {
        self.records.carries()
    }

    /// The server that this direction asks for with its very first bytes, if it is none of `names`: found without
    /// reading the other bytes.
    #[inline]
    pub(crate) fn names_another_at_once(&self, chunk: &Chunk<'_>, lost: u32, names: &[String]) -> Option<WireText> {
        let begins = chunk.data.first() == Some(&22) && lost == 0 && self.stream.start() == Some(chunk.from);
        if !begins || !self.opening.bytes.is_empty() || self.ignored {
            return None;
        }
        let name = peek::server_name(chunk.data)?;
        (!is_one_of(name, names)).then(|| name.into())
    }

    /// True if, among the events from `since` on, a Client Hello asks for a server that is none of `names`, and no
    /// earlier message shows that the connection goes through a proxy.
    pub(crate) fn names_another(&self, since: usize, names: &[String]) -> bool {
        let connects = |event: &Event| matches!(event.kind, EventKind::Http(Head::Request(_)));
        self.events.iter().skip(since).any(|event| match &event.kind {
            EventKind::Tls(Message::ClientHello(hello)) => {
                let name = hello.server_name.as_ref();
                name.is_some_and(|name| !is_one_of(name.raw(), names))
            }
            _ => false,
        }) && !self.events.iter().any(connects)
    }

    /// The number of bytes that it may still send before it is dropped; `None` as long as it or its peer is of
    /// interest.
    pub(crate) fn bytes_left_beside(&self, peer: &Self) -> Option<u64> {
        (self.is_uninteresting() && (peer.is_uninteresting() || peer.tcp.frames == 0))
            .then(|| (MAX_IDLE_BYTES + 1).saturating_sub(self.tcp.bytes_seen(&self.stream)))
    }

    /// Lets segments that only continue the direction pass, if they cannot change anything else.
    #[inline]
    pub(crate) fn let_pass(&mut self, peer: &Self, is_opener: bool) {
        if self.tcp.frames > LOOKED_AT
            && let Some(next) = self.stream.next_number()
            && let Some(ordinary) = self.tcp.ordinary
            && self.tcp.window_closed.is_none()
            && self.doubtful.is_none()
            && self.dns.is_none()
            && peer.stream.is_acknowledged()
            && !(is_opener && self.syn_seq.is_some() && self.acks_handshake(self.stream.next(), peer))
        {
            let (room, is_searched) = self.passable(peer);
            self.run.open(next, room, is_searched, ordinary, self.tcp.largest);
        }
    }

    /// The number of bytes that may pass, and whether only bytes in which TLS cannot begin may.
    fn passable(&self, peer: &Self) -> (u32, bool) {
        let is_read = self.records.carries() != Carries::Tls && !self.http.is_done();
        if !self.opening.whole || is_read {
            return (0, false);
        }
        let (room, is_searched) = self.records.passable();
        // The last of them is examined, so that the direction is dropped there.
        let left = self
            .bytes_left_beside(peer)
            .map_or(u64::MAX, |left| left.saturating_sub(1));
        (u32::try_from(room.min(left)).unwrap_or(u32::MAX), is_searched)
    }

    /// Takes over the segments that only continued the direction.
    pub(crate) fn catch_up(&mut self, peer: &mut Stream) {
        let Some(passed) = self.run.close() else { return };
        let tcp = &mut self.tcp;
        tcp.frames += u64::from(passed.frames);
        tcp.last = passed.last;
        tcp.ordinary = passed.ordinary;
        self.records.pass(self.stream.pass(passed.next, passed.last.frame));
        let acked = peer.position(passed.acked);
        peer.acknowledge(acked);
    }

    pub(crate) fn is_uninteresting(&self) -> bool {
        self.records.carries() == Carries::NotTls && self.http.is_done()
    }

    pub(crate) fn ignore(&mut self) {
        self.ignored = true;
        self.stream.release();
        self.run = Run::default();
    }

    /// True if the capture already holds this very packet: the same header and checksum, hence the same bytes. Such a
    /// copy is counted, with the frames of both.
    #[inline]
    pub(crate) fn is_copy(&mut self, segment: &Segment<'_>, print: u64) -> bool {
        let Some(original) = self.run.copy_of(segment, print) else {
            return false;
        };
        self.tcp.duplicates += 1;
        if self.tcp.copies.len() < MAX_COPIES {
            self.tcp.copies.push((segment.frame, original));
        }
        true
    }

    /// Records a FIN or a RST, the first of each; `chunk` is the segment's payload.
    #[cold]
    pub(crate) fn close(&mut self, segment: &Segment<'_>, chunk: &Chunk<'_>) {
        let end = chunk.from.saturating_add(u64::from(segment.wire_payload_len()));
        let mark = Mark {
            frame: segment.frame,
            time: segment.time,
            ttl: segment.ttl,
            ip_id: segment.ip_id,
            ack: segment.flags.ack(),
            at: end,
            acked: chunk.acked,
        };
        if segment.flags.fin() && self.tcp.fin.is_none() {
            self.tcp.fin = Some(mark);
            let at = Provenance {
                from: end,
                ..Provenance::of(chunk)
            };
            self.tcp_events.push(at.said(EventKind::Fin, end.saturating_add(1)));
        }
        if segment.flags.rst() && self.tcp.reset.is_none() {
            self.tcp.reset = Some(mark);
            let position = self.stream.position(segment.seq);
            let end = self.stream.highest().max(self.stream.next()).max(position);
            let at = Provenance {
                from: end,
                ..Provenance::of(chunk)
            };
            self.tcp_events.push(at.said(EventKind::Reset, end));
        }
    }
}

/// True if a server's name is one of these; a dot at its end makes no difference.
pub(crate) fn is_one_of(name: &str, names: &[String]) -> bool {
    let name = name.trim_end_matches('.');
    names.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn read_item(
    item: Item<'_>,
    records: &mut RecordReader,
    http: &mut HttpReader,
    (opening, talk): (&mut Opening, &mut Talk),
    dns: &mut Option<Vec<u8>>,
    tcp: &mut TcpSide,
    said: &mut impl FnMut(Event),
) {
    match item {
        Item::Chunk(chunk) => {
            opening.keep(chunk);
            if records.carries() != Carries::Tls {
                // Bytes after a gap are not the opening.
                let whole = tcp.gaps.is_empty();
                talk.keep(chunk);
                if !http.is_done() {
                    http.chunk(chunk, &mut |head| said(head.map(EventKind::Http)));
                }
                if let Some(dns) = dns.as_mut().filter(|_| whole) {
                    let room = MAX_DNS.saturating_sub(dns.len()).min(chunk.data.len());
                    dns.extend_from_slice(chunk.data.get(..room).unwrap_or_default());
                }
            }
            records.chunk(chunk, &mut |message| said(message.map(EventKind::Tls)));
        }
        Item::Gap(gap) => {
            opening.whole = true;
            talk.close();
            if tcp.gaps.len() < MAX_GAPS {
                tcp.gaps.push(gap);
            }
            http.gap(gap.to.saturating_sub(gap.from));
            records.gap(&gap, &mut |message| said(message.map(EventKind::Tls)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::endpoint::Endpoint;
    use crate::base::frame::{FrameNumber, Timestamp};
    use crate::connection::fast_path::{MAX_RECENT, fingerprint};
    use crate::decode::{TcpFlags, Tunnel};
    use crate::tcp::side::MAX_OPENING;
    use crate::tcp::stream::GapCause;

    const START: Position = 1 << 20;

    /// Hands in bytes at positions after the start, each in its own frame, and ends the direction.
    fn read(parts: &[(u64, &[u8])]) -> Direction {
        read_into(Direction::default(), parts)
    }

    fn read_into(mut direction: Direction, parts: &[(u64, &[u8])]) -> Direction {
        direction.start(START);
        for (n, &(from, data)) in parts.iter().enumerate() {
            let chunk = Chunk {
                from: START + from,
                data,
                frame: FrameNumber(n as u64 + 1),
                time: Timestamp(0),
                acked: 0,
            };
            direction.read(&chunk, 0);
        }
        direction.finish(false);
        direction
    }

    fn segment(options: &[u8]) -> Segment<'_> {
        let end = Endpoint {
            ip: [10, 0, 0, 1].into(),
            port: 443,
        };
        Segment {
            frame: FrameNumber(1),
            time: Timestamp(0),
            src: end,
            dst: end,
            seq: SeqNumber(7),
            ack: SeqNumber(0),
            flags: TcpFlags(TcpFlags::SYN),
            window: 100,
            checksum: 1,
            options,
            payload: &[],
            lost: 0,
            ttl: 55,
            ip_id: None,
            interface: 0,
            tunnel: Tunnel::None,
        }
    }

    #[test]
    fn every_record_of_data_is_counted_and_the_first_and_last_are_kept() {
        let record = [23, 3, 3, 0, 3, 1, 2, 3];
        let bytes = record.repeat(200);
        let direction = read(&[(0, &bytes)]);
        assert_eq!(
            (direction.application_data.records, direction.application_data.bytes),
            (200, 600)
        );
        assert_eq!(direction.events.len(), MAX_RECORDS + MAX_LAST_RECORDS);
        let last = direction.events.last().unwrap();
        assert_eq!(last.to, START + bytes.len() as u64);
        assert_eq!(direction.events_dropped, 0);
    }

    #[test]
    fn events_beyond_the_bound_are_counted() {
        let warnings = [21, 3, 3, 0, 2, 1, 0].repeat(MAX_EVENTS + 10);
        let direction = read(&[(0, &warnings)]);
        assert_eq!((direction.events.len(), direction.events_dropped), (MAX_EVENTS, 10));
    }

    #[test]
    fn the_first_bytes_of_another_protocol_are_kept_with_their_frame() {
        let direction = read(&[(0, b"SSH-2.0-"), (8, b"OpenSSH\r\n")]);
        assert_eq!(direction.opening.bytes, b"SSH-2.0-OpenSSH\r\n");
        assert_eq!(direction.opening.frame, Some(FrameNumber(1)));
        assert!(direction.speaks_other);
        let long = [b'x'; 5000];
        assert_eq!(read(&[(0, &long)]).opening.bytes.len(), MAX_OPENING);
    }

    #[test]
    fn readable_http_is_no_other_protocol() {
        let direction = read(&[(0, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")]);
        assert!(!direction.speaks_other);
        assert!(matches!(
            direction.events[..],
            [Event {
                kind: EventKind::Http(Head::Request(_)),
                ..
            }]
        ));
    }

    #[test]
    fn a_hole_in_another_protocol_does_not_make_tls_of_it_and_what_follows_opens_nothing() {
        let direction = read(&[(0, b"220 mail ready\r\n"), (100, b"more text")]);
        assert_ne!(direction.carries, Carries::Tls);
        assert!(direction.speaks_other);
        assert_eq!(direction.opening.bytes, b"220 mail ready\r\n");
        assert_eq!(direction.tcp.gaps.len(), 1);
        assert_eq!(direction.tcp.gaps[0].cause, GapCause::NeverArrived);
    }

    #[test]
    fn a_direction_of_which_only_the_end_is_there_is_not_said_to_speak_something_else() {
        let direction = read(&[(100, b"\x99\x98\x97 ciphertext, the end of a record")]);
        assert!(!direction.speaks_other && direction.opening.bytes.is_empty());
    }

    #[test]
    fn dns_over_tcp_ends_at_a_hole() {
        let ready = || Direction {
            dns: Some(Vec::new()),
            ..Direction::default()
        };
        let direction = read_into(ready(), &[(0, b"\0\x05abcde"), (7, b"\0\x01f")]);
        assert_eq!(direction.dns.unwrap(), b"\0\x05abcde\0\x01f");
        let direction = read_into(ready(), &[(0, b"\0\x05abc"), (9, b"\0\x01f")]);
        assert_eq!(direction.dns.unwrap(), b"\0\x05abc");
    }

    #[test]
    fn the_last_answer_carries_the_beginning_of_its_body() {
        let direction = read(&[
            (0, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nblo"),
            (48, b"cked"),
        ]);
        let Some(EventKind::Http(Head::Response(answer))) = direction.events.first().map(|event| &event.kind) else {
            panic!("{:?}", direction.events);
        };
        assert_eq!(answer.status, 403);
        assert!(answer.excerpt.raw().starts_with("blo"), "{}", answer.excerpt);
    }

    #[test]
    fn a_syn_tells_segment_size_time_to_live_and_the_first_byte() {
        let mut direction = Direction::default();
        direction.syn(&segment(&[2, 4, 5, 0xb4]), START, 0);
        assert_eq!((direction.tcp.mss, direction.tcp.ttl), (Some(1460), 55));
        assert_eq!(direction.stream.start(), Some(START + 1));
        assert_eq!(direction.tcp.retransmissions, 0);
        direction.syn(&segment(&[]), START, 0);
        assert_eq!((direction.tcp.retransmissions, direction.tcp.mss), (1, Some(1460)));
        for _ in 0..100 {
            direction.syn(&segment(&[]), START, 0);
        }
        assert_eq!(direction.tcp.syns.len(), crate::connection::beginning::MAX_SYNS);
    }

    #[test]
    fn a_copy_is_recognised_among_the_last_segments_only() {
        let mut direction = Direction::default();
        let numbered = |n: u16| Segment {
            ip_id: Some(n),
            ..segment(&[])
        };
        let remember = |direction: &mut Direction, n| direction.run.note(&numbered(n), fingerprint(&numbered(n)));
        let is_copy = |direction: &mut Direction, n| direction.is_copy(&numbered(n), fingerprint(&numbered(n)));
        remember(&mut direction, 1);
        assert!(is_copy(&mut direction, 1) && !is_copy(&mut direction, 2));
        for n in 2..2 + MAX_RECENT as u16 {
            remember(&mut direction, n);
        }
        assert!(!is_copy(&mut direction, 1) && is_copy(&mut direction, 2));
    }

    #[test]
    fn what_changes_from_one_packet_to_another_makes_no_copy() {
        let mut direction = Direction::default();
        let one = Segment {
            ip_id: Some(5),
            ..segment(&[])
        };
        direction.run.note(&one, fingerprint(&one));
        let others = [
            Segment {
                seq: one.seq.plus(1),
                ..one
            },
            Segment {
                ack: one.ack.plus(1),
                ..one
            },
            Segment { window: 101, ..one },
            Segment { checksum: 2, ..one },
            Segment {
                flags: TcpFlags(TcpFlags::ACK),
                ..one
            },
            Segment { ip_id: Some(6), ..one },
            Segment { lost: 1, ..one },
        ];
        assert!(others.iter().all(|other| !direction.is_copy(other, fingerprint(other))));
        let forwarded = Segment {
            ttl: 1,
            interface: 3,
            ..one
        };
        assert!(direction.is_copy(&forwarded, fingerprint(&forwarded)));
    }

    #[test]
    fn tcps_own_events_stand_where_their_numbers_are() {
        let mut direction = Direction::default();
        let at = |from| Provenance::at(START + from);
        direction.tcp_events = vec![
            at(7).said(EventKind::Fin, START + 8),
            at(0).said(EventKind::Ack, START),
            at(7).said(EventKind::Reset, START + 7),
        ];
        let direction = read_into(direction, &[(0, &[21, 3, 3, 0, 2, 2, 40])]);
        assert!(matches!(
            direction.events.iter().map(|event| &event.kind).collect::<Vec<_>>()[..],
            [
                EventKind::Ack,
                EventKind::Tls(Message::Alert { .. }),
                EventKind::Fin,
                EventKind::Reset
            ]
        ));
    }
}
