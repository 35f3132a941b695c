//! Record → Message: handshake messages put together across records, and read.
//!
//! A message is a type, a three-byte length and a body (RFC 9846 section 4); it may span many records, and a record may
//! hold many. tls-parser reads whole messages only, so bytes are gathered here first.

use super::certificate::Certificate;
use super::heartbeat::Heartbeat;
use super::hello::{self, CertificateRequest, ClientHello, ServerHello};
use super::key_exchange::{self, KeyExchange};
use crate::base::frame::Timestamp;
use crate::tcp::said::{Frames, Provenance, Said};
use crate::tcp::stream::Position;

/// The largest message put together. A chain of a dozen certificates is under 30 KiB; RFC 9846 allows 16 MiB.
const MAX_MESSAGE: usize = 256 * 1024;

/// Certificates read from one message; TLS stacks refuse chains of more than about ten.
const MAX_CERTIFICATES: usize = 200;

/// A message as a direction said it, in its order.
pub type Event = Said<Message>;

/// A message of TLS, as a direction sends it.
#[derive(Clone, Debug)]
#[allow(missing_docs, clippy::enum_variant_names)] // TLS's own names
pub enum Message {
    ClientHello(Box<ClientHello>),
    ServerHello(Box<ServerHello>),
    HelloRequest,
    Certificate(CertificateMessage),
    CertificateStatus,
    ServerKeyExchange(KeyExchange),
    CertificateRequest(Box<CertificateRequest>),
    ServerHelloDone,
    ClientKeyExchange,
    CertificateVerify,
    NewSessionTicket,
    /// Readable only with a NULL cipher.
    Finished,
    /// A message that has no reader here: its type.
    OtherMessage(u8),
    /// A message with missing bytes: its type, and how many are missing.
    DamagedMessage {
        kind: u8,
        missing: u32,
    },
    ChangeCipherSpec,
    Alert {
        level: u8,
        description: u8,
    },
    /// An encrypted alert record; its length depends on the cipher, not on the alert.
    EncryptedAlert {
        #[cfg_attr(
            not(test),
            expect(dead_code, reason = "told in tests only, which hold whole messages")
        )]
        len: u16,
    },
    /// A handshake record that is encrypted.
    EncryptedHandshake {
        #[cfg_attr(
            not(test),
            expect(dead_code, reason = "told in tests only, which hold whole messages")
        )]
        len: u16,
    },
    ApplicationData {
        len: u16,
    },
    /// Its fields, if it is in clear.
    Heartbeat(Option<Heartbeat>),
    /// Other bytes are where a record should begin: the first of them.
    NotARecord(Box<[u8]>),
}

/// A Certificate message.
#[derive(Clone, Debug, Default)]
pub struct CertificateMessage {
    /// The chain as sent, leaf first; empty when the sender has none to show.
    pub chain: Vec<Certificate>,
    /// The length of the message without its header.
    pub len: usize,
    /// Bytes of the message that are missing from the capture, or beyond the longest message kept.
    pub missing: u32,
    /// The bytes among these that were captured and not kept.
    pub unread: u32,
    /// Certificates beyond those read.
    pub surplus: usize,
}

/// True if a handshake type exists and may have a body of this length.
#[must_use]
pub const fn is_known_kind(kind: u8, len: usize) -> bool {
    match kind {
        // HelloRequest, EndOfEarlyData, ServerHelloDone have no body.
        0 | 5 | 14 => len == 0,
        1 => len >= 38 && len <= MAX_MESSAGE,
        2 => len >= 38 && len <= 65_536,
        4 => len >= 6 && len <= 65_542 + 256,
        11 => len >= 3 && len <= MAX_MESSAGE,
        13 => len >= 3 && len <= MAX_MESSAGE,
        12 | 15 | 16 => len >= 1 && len <= 65_536,
        20 => len == 12 || len == 36,
        21 => len <= 65_536,
        22 => len >= 4 && len <= 65_540,
        24 => len == 1,
        67 => len >= 2 && len <= 600,
        8 | 23 | 25 | 203 => len <= 65_536,
        _ => false,
    }
}

/// Puts one direction's handshake messages together.
#[derive(Debug, Default)]
pub struct Assembler {
    header: [u8; 4],
    /// Bytes of the header there are.
    have: usize,
    body: Vec<u8>,
    /// Bytes of the body still to come.
    left: usize,
    /// Bytes of the body that are missing, or were not kept because it is too long.
    missing: u32,
    /// The bytes among these that were not kept.
    unread: u32,
    /// After a gap: the rest is skipped.
    holed: bool,
    frames: Frames,
    time: Timestamp,
    from: Position,
    acked: Position,
    /// A hole swallowed a message border: nothing is known until a record proves to begin one.
    lost: bool,
    /// Messages are those of TLS 1.3, where some have other fields.
    is_tls13: bool,
}

impl Assembler {
    /// For decrypted messages, which in TLS 1.3 have their own fields.
    #[must_use]
    pub fn of_decrypted(is_tls13: bool) -> Self {
        Self {
            is_tls13,
            ..Self::default()
        }
    }

    /// True if a gap swallowed the border between messages.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.lost
    }

    /// A record was recognised to begin a message.
    pub const fn resume(&mut self) {
        self.lost = false;
    }

    /// Takes the bytes of readable handshake records.
    pub fn bytes(&mut self, mut data: &[u8], mut at: Provenance, sink: &mut impl FnMut(Event)) {
        while !data.is_empty() {
            if self.lost {
                return;
            }
            if self.have == 0 {
                (self.from, self.acked) = (at.from, at.acked);
                (self.frames, self.time) = (Frames::one(at.frame), at.time);
            }
            self.frames.note(at.frame);
            self.time = self.time.max(at.time);
            let used = if self.have < 4 {
                let used = data.len().min(4 - self.have);
                for (to, from) in self.header.iter_mut().skip(self.have).zip(data) {
                    *to = *from;
                }
                self.have += used;
                if self.have == 4 {
                    self.begin_body();
                }
                used
            } else {
                let used = data.len().min(self.left);
                if !self.holed {
                    let kept = used.min(MAX_MESSAGE.saturating_sub(self.body.len()));
                    self.body.extend_from_slice(data.get(..kept).unwrap_or_default());
                    let unread = u32::try_from(used - kept).unwrap_or(u32::MAX);
                    self.missing = self.missing.saturating_add(unread);
                    self.unread = self.unread.saturating_add(unread);
                }
                self.left -= used;
                used
            };
            data = data.get(used..).unwrap_or_default();
            at.from = at.from.saturating_add(used as u64);
            if self.have == 4 && self.left == 0 {
                self.complete(at.from, sink);
            }
        }
    }

    /// `count` bytes of the record are missing.
    pub fn gap(&mut self, count: u32, sink: &mut impl FnMut(Event)) {
        let count_usize = count as usize;
        if self.lost {
            return;
        }
        if self.have == 4 && count_usize <= self.left {
            self.left -= count_usize;
            self.missing = self.missing.saturating_add(count);
            // Bytes after the gap belong elsewhere in the message: only those before it are kept.
            self.holed = true;
            if self.left == 0 {
                let to = self
                    .from
                    .saturating_add(4 + self.body.len() as u64 + u64::from(self.missing));
                self.complete(to, sink);
            }
        } else {
            self.lose_track(sink);
        }
    }

    /// The rest of the current message, and the beginning of the next, are unknown.
    pub fn lose_track(&mut self, sink: &mut impl FnMut(Event)) {
        self.finish(sink);
        self.lost = true;
    }

    /// Hands on a message that will not become whole.
    pub fn finish(&mut self, sink: &mut impl FnMut(Event)) {
        if self.have == 4 && self.left > 0 && !self.lost {
            self.missing = self
                .missing
                .saturating_add(u32::try_from(self.left).unwrap_or(u32::MAX));
            self.left = 0;
            let to = self.from.saturating_add(4 + self.body.len() as u64);
            self.complete(to, sink);
        }
        self.reset();
    }

    fn begin_body(&mut self) {
        let [kind, a, b, c] = self.header;
        self.left = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if !is_possible_kind(kind) {
            self.reset();
            self.lost = true;
        }
    }

    fn complete(&mut self, to: Position, sink: &mut impl FnMut(Event)) {
        let mut kind = read(self.header, &self.body, self.missing, &self.frames);
        if self.is_tls13 && self.missing == 0 {
            kind = read_tls13(self.header, &self.body, &self.frames).unwrap_or(kind);
        }
        if let Message::Certificate(message) = &mut kind {
            message.unread = self.unread;
        }
        sink(Said {
            kind,
            frames: std::mem::take(&mut self.frames),
            time: self.time,
            from: self.from,
            to,
            acked: self.acked,
        });
        self.reset();
    }

    fn reset(&mut self) {
        *self = Self {
            lost: self.lost,
            is_tls13: self.is_tls13,
            body: std::mem::take(&mut self.body),
            ..Self::default()
        };
        self.body.clear();
    }
}

/// Types that TLS ever gave a handshake message.
const fn is_possible_kind(kind: u8) -> bool {
    matches!(kind, 0..=6 | 8 | 11..=16 | 20..=25 | 67 | 203 | 254)
}

/// Reads one message that came with its type and length in 24 bits, as DTLS has it too.
pub(crate) fn read_whole(kind: u8, body: &[u8], missing: u32, frames: &Frames) -> Message {
    let len = u32::try_from(body.len()).unwrap_or(u32::MAX).saturating_add(missing);
    let [_, a, b, c] = len.to_be_bytes();
    read([kind, a, b, c], body, missing, frames)
}

/// Reads one message; a body that does not parse becomes [`Message::OtherMessage`], one with a hole
/// [`Message::DamagedMessage`], unless what precedes the hole can be read.
fn read(header: [u8; 4], body: &[u8], missing: u32, frames: &Frames) -> Message {
    let [kind, ..] = header;
    if missing > 0 && kind != 11 {
        let hello = match kind {
            1 => hello::parse_client(body, true).map(|hello| client_hello(hello, header)),
            2 => hello::parse_server(body, true).map(|hello| Message::ServerHello(Box::new(hello))),
            _ => None,
        };
        return hello.unwrap_or(Message::DamagedMessage { kind, missing });
    }
    match kind {
        0 => Message::HelloRequest,
        1 => {
            let hello = hello::parse_client(body, false).unwrap_or_else(|| ClientHello::malformed(body));
            client_hello(hello, header)
        }
        2 => hello::parse_server(body, false).map_or(Message::OtherMessage(kind), |hello| {
            Message::ServerHello(Box::new(hello))
        }),
        4 => Message::NewSessionTicket,
        11 => Message::Certificate(read_certificates(body, missing, frames)),
        12 => Message::ServerKeyExchange(key_exchange::parse(body)),
        13 => Message::CertificateRequest(Box::new(hello::parse_certificate_request(body))),
        14 => Message::ServerHelloDone,
        15 => Message::CertificateVerify,
        16 => Message::ClientKeyExchange,
        20 => Message::Finished,
        22 => Message::CertificateStatus,
        other => Message::OtherMessage(other),
    }
}

/// The messages that have other fields in TLS 1.3 (RFC 9846 sections 4.3.2 and 4.4.2): a context comes first, and extensions
/// follow each certificate.
fn read_tls13([kind, ..]: [u8; 4], body: &[u8], frames: &Frames) -> Option<Message> {
    let (&context_len, rest) = body.split_first()?;
    let rest = rest.get(usize::from(context_len)..)?;
    match kind {
        11 => {
            let mut message = CertificateMessage::default();
            let mut rest = rest.get(3..)?;
            while let Some((&[a, b, c], after)) = rest.split_first_chunk::<3>() {
                let len = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
                let (der, after) = after.split_at_checked(len)?;
                let (&extensions_len, after) = after.split_first_chunk::<2>()?;
                if message.chain.len() < MAX_CERTIFICATES {
                    message.chain.push(Certificate::parse(der, frames.to_vec()));
                } else {
                    message.surplus += 1;
                }
                rest = after.get(usize::from(u16::from_be_bytes(extensions_len))..)?;
            }
            Some(Message::Certificate(message))
        }
        13 => Some(Message::CertificateRequest(Box::new(
            hello::parse_certificate_request_13(rest.get(2..)?),
        ))),
        _ => None,
    }
}

fn client_hello(hello: ClientHello, [_, a, b, c]: [u8; 4]) -> Message {
    // The header's own four bytes count.
    let wire_len = 4 + (usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c));
    Message::ClientHello(Box::new(ClientHello { wire_len, ..hello }))
}

/// A TLS 1.2 certificate list: a three-byte total, then length and DER of each (RFC 5246 section 7.4.2).
///
/// Not left to tls-parser: it refuses the whole list when its end is missing, and the leaf, which comes first, is what
/// matters.
fn read_certificates(body: &[u8], missing: u32, frames: &Frames) -> CertificateMessage {
    let mut message = CertificateMessage {
        len: body.len().saturating_add(missing as usize),
        missing,
        ..CertificateMessage::default()
    };
    let mut rest = body.get(3..).unwrap_or_default();
    while let Some((&[a, b, c], after)) = rest.split_first_chunk::<3>() {
        let len = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        let Some((der, after)) = after.split_at_checked(len) else {
            break;
        };
        if message.chain.len() < MAX_CERTIFICATES {
            message.chain.push(Certificate::parse(der, frames.to_vec()));
        } else {
            message.surplus += 1;
        }
        rest = after;
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::FrameNumber;
    use crate::tcp::said::MAX_FRAMES;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let len = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind], &len[1..], body].concat()
    }

    /// A Certificate message of entries that are no DER.
    fn certificates(lens: &[u16]) -> Vec<u8> {
        let mut list = Vec::new();
        for &len in lens {
            list.push(0);
            list.extend(len.to_be_bytes());
            list.extend(vec![0xee; len.into()]);
        }
        let len = u32::try_from(list.len()).unwrap().to_be_bytes();
        message(11, &[&len[1..], &list].concat())
    }

    enum Part<'a> {
        Bytes(&'a [u8]),
        Hole(u32),
    }
    use Part::{Bytes, Hole};

    /// Hands in the parts, each from a frame and at a time of its own; what becomes of them.
    fn read_parts(parts: &[Part<'_>]) -> (Vec<Event>, Assembler) {
        let mut assembler = Assembler::default();
        let mut events = Vec::new();
        let mut from = 0;
        for (n, part) in parts.iter().enumerate() {
            match part {
                Bytes(data) => {
                    let at = Provenance {
                        frame: FrameNumber(n as u64 + 1),
                        time: Timestamp(n as i64 * 10),
                        ..Provenance::at(from)
                    };
                    assembler.bytes(data, at, &mut |event| events.push(event));
                    from += data.len() as u64;
                }
                Hole(count) => {
                    assembler.gap(*count, &mut |event| events.push(event));
                    from += u64::from(*count);
                }
            }
        }
        assembler.finish(&mut |event| events.push(event));
        (events, assembler)
    }

    fn one(parts: &[Part<'_>]) -> Event {
        let (mut events, _) = read_parts(parts);
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }

    fn chain(event: &Event) -> &CertificateMessage {
        let Message::Certificate(message) = &event.kind else {
            panic!("{event:?}")
        };
        message
    }

    #[test]
    fn messages_of_tls_1_3_have_a_context_and_extensions() {
        // One certificate that is none, with an extension of five bytes; then a request with signature algorithms.
        let entry = [&[0, 0, 3, 1, 2, 3][..], &[0, 5, 0, 5, 0, 1, 9]].concat();
        let certificate = message(11, &[&[0, 0, 0, entry.len() as u8][..], &entry].concat());
        let request = message(13, &[0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]);
        let empty = message(11, &[0, 0, 0, 0]);
        let mut assembler = Assembler::of_decrypted(true);
        let mut told = Vec::new();
        let bytes = [certificate, request, empty].concat();
        assembler.bytes(&bytes, Provenance::at(0), &mut |event| told.push(event.kind));
        let [
            Message::Certificate(one),
            Message::CertificateRequest(request),
            Message::Certificate(none),
        ] = told.as_slice()
        else {
            panic!("{told:?}")
        };
        assert_eq!((one.chain.len(), none.chain.len()), (1, 0));
        assert_eq!(request.signature_schemes, [crate::tls::SignatureScheme(0x0403)]);
        assert!(!request.broken);
    }

    #[test]
    fn a_message_over_many_records_is_put_together_with_all_its_frames() {
        let bytes = certificates(&[300, 200]);
        let parts: Vec<Part<'_>> = bytes.chunks(100).map(Bytes).collect();
        let event = one(&parts);
        assert_eq!(chain(&event).chain.len(), 2);
        let frames: Vec<FrameNumber> = (1..=parts.len() as u64).map(FrameNumber).collect();
        assert_eq!(event.frames.to_vec(), frames);
        assert_eq!((event.from, event.to), (0, bytes.len() as u64));
        assert_eq!(event.time, Timestamp(10 * (parts.len() as i64 - 1)));
        assert_eq!(event.frame(), frames[frames.len() - 1]);
    }

    #[test]
    fn many_messages_in_one_record_are_told_apart() {
        let bytes = [
            message(14, &[]),
            certificates(&[10]),
            message(16, &[1, 2]),
            message(0, &[]),
        ]
        .concat();
        let (events, _) = read_parts(&[Bytes(&bytes)]);
        assert!(matches!(
            events.iter().map(|event| &event.kind).collect::<Vec<_>>()[..],
            [
                Message::ServerHelloDone,
                Message::Certificate(_),
                Message::ClientKeyExchange,
                Message::HelloRequest
            ]
        ));
        assert_eq!((events[1].from, events[1].to), (4, 24));
    }

    #[test]
    fn a_header_may_be_split_anywhere() {
        let bytes = [message(16, &[1, 2]), message(14, &[])].concat();
        for cut in 1..bytes.len() {
            let (first, second) = bytes.split_at(cut);
            let (events, _) = read_parts(&[Bytes(first), Bytes(second)]);
            assert_eq!(events.len(), 2, "cut at {cut}");
            assert_eq!((events[0].to, events[1].from), (6, 6), "cut at {cut}");
        }
    }

    #[test]
    fn a_hole_in_the_list_keeps_the_certificates_before_it() {
        let bytes = certificates(&[100, 100, 100]);
        let event = one(&[Bytes(&bytes[..150]), Hole(10), Bytes(&bytes[160..])]);
        assert_eq!((chain(&event).chain.len(), chain(&event).missing), (1, 10));
        assert_eq!(event.to, bytes.len() as u64);
        // And in the leaf itself, none: which is not an empty list.
        let event = one(&[Bytes(&bytes[..50]), Hole(10), Bytes(&bytes[60..])]);
        assert_eq!((chain(&event).chain.len(), chain(&event).missing), (0, 10));
    }

    #[test]
    fn a_list_whose_end_never_came_keeps_what_came() {
        let bytes = certificates(&[100, 100]);
        let event = one(&[Bytes(&bytes[..150])]);
        assert_eq!((chain(&event).chain.len(), chain(&event).missing), (1, 63));
    }

    #[test]
    fn an_empty_list_is_a_certificate_message_without_certificates() {
        let event = one(&[Bytes(&certificates(&[]))]);
        assert_eq!((chain(&event).chain.len(), chain(&event).missing), (0, 0));
    }

    #[test]
    fn certificates_beyond_200_are_counted() {
        let event = one(&[Bytes(&certificates(&[5; 230]))]);
        assert_eq!((chain(&event).chain.len(), chain(&event).surplus), (200, 30));
    }

    #[test]
    fn a_message_of_16_mib_costs_256_kib_and_is_not_taken_for_an_empty_one() {
        let mut parts = certificates(&[100]);
        (parts[1], parts[2], parts[3]) = (0xff, 0xff, 0xff);
        let filler = vec![0; 65_536];
        let mut assembler = Assembler::default();
        let mut events = Vec::new();
        assembler.bytes(&parts, Provenance::at(0), &mut |event| events.push(event));
        for _ in 0..300 {
            assembler.bytes(&filler, Provenance::at(0), &mut |event| events.push(event));
            assert!(assembler.body.capacity() <= 2 * MAX_MESSAGE);
        }
        let message = chain(&events[0]);
        assert_eq!(message.missing as usize, 0xff_ffff - MAX_MESSAGE);
        assert!(message.unread > 0, "{message:?}");
        assert!(!message.chain.is_empty());
        assert_eq!(message.chain[0].der.len(), 100);
    }

    #[test]
    fn a_hole_in_another_message_damages_it_and_not_the_next() {
        let bytes = [message(16, &[9; 50]), message(14, &[])].concat();
        let (events, assembler) = read_parts(&[Bytes(&bytes[..20]), Hole(7), Bytes(&bytes[27..])]);
        assert!(matches!(
            events[0].kind,
            Message::DamagedMessage { kind: 16, missing: 7 }
        ));
        assert!(matches!(events[1].kind, Message::ServerHelloDone));
        assert!(!assembler.is_lost());
    }

    #[test]
    fn a_hole_up_to_the_end_of_a_message_keeps_the_place_of_the_next() {
        let bytes = [message(16, &[9; 50]), message(14, &[])].concat();
        let (events, assembler) = read_parts(&[Bytes(&bytes[..20]), Hole(34), Bytes(&bytes[54..])]);
        assert_eq!(events.len(), 2);
        assert_eq!(events[0].to, 54);
        assert!(!assembler.is_lost());
    }

    #[test]
    fn a_hole_at_a_border_or_in_a_header_loses_track_until_a_record_begins_a_message() {
        let done = message(14, &[]);
        for before in 0..4 {
            let (events, assembler) = read_parts(&[Bytes(&done[..before]), Hole(3), Bytes(&done)]);
            assert!(
                events.is_empty() && assembler.is_lost(),
                "{before} bytes before the hole"
            );
        }
        let (_, mut assembler) = read_parts(&[Hole(3)]);
        let mut count = 0;
        assembler.resume();
        assembler.bytes(&done, Provenance::at(0), &mut |_| count += 1);
        assert_eq!(count, 1);
    }

    #[test]
    fn a_hole_beyond_the_message_ends_it_there() {
        let bytes = message(16, &[9; 50]);
        let (events, assembler) = read_parts(&[Bytes(&bytes[..20]), Hole(60), Bytes(&[14, 0, 0, 0])]);
        assert_eq!(events.len(), 1);
        assert!(matches!(
            events[0].kind,
            Message::DamagedMessage { kind: 16, missing: 34 }
        ));
        assert!(assembler.is_lost());
    }

    #[test]
    fn a_type_that_tls_never_had_is_no_message() {
        let (events, assembler) = read_parts(&[Bytes(&message(99, &[1, 2, 3]))]);
        assert!(events.is_empty() && assembler.is_lost());
        let event = one(&[Bytes(&message(24, &[0]))]);
        assert!(matches!(event.kind, Message::OtherMessage(24)));
    }

    #[test]
    fn a_list_with_impossible_lengths_ends_where_they_stop_making_sense() {
        let mut bytes = certificates(&[10, 10]);
        bytes[20] = 0xff; // the second entry claims 16 MiB
        assert_eq!(chain(&one(&[Bytes(&bytes)])).chain.len(), 1);
    }

    #[test]
    fn frames_are_noted_once_and_their_number_is_bounded() {
        let mut frames = Frames::one(FrameNumber(1));
        for frame in [1, 1, 2, 2, 1] {
            frames.note(FrameNumber(frame));
        }
        assert_eq!(frames.to_vec(), [1, 2, 1].map(FrameNumber));
        (0..5000).for_each(|frame| frames.note(FrameNumber(frame)));
        assert!(frames.iter().count() <= MAX_FRAMES + 1);
    }
}
