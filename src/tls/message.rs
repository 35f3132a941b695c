//! Record → Message: handshake messages put together across records, and read.
//!
//! A message is a type, a three-byte length and a body (RFC 9846 section 4); it may span many records, and a record may
//! hold many. tls-parser reads whole messages only, so bytes are gathered here first.

use super::certificate::Certificate;
use super::hello::{self, CertificateRequest, ClientHello, ServerHello};
use crate::frame::{FrameNumber, Timestamp};
use crate::stream::{Chunk, Position};

/// The largest message put together. A chain of a dozen certificates is under 30 KiB; RFC 9846 allows 16 MiB.
const MAX_MESSAGE: usize = 256 * 1024;

/// Frames remembered per message: one of 256 KiB in segments of 536 bytes has 490.
const MAX_FRAMES: usize = 512;

/// Certificates read from one message; TLS stacks refuse chains of more than about ten.
const MAX_CERTIFICATES: usize = 200;

/// Where bytes came from.
#[derive(Clone, Copy, Debug)]
pub struct Provenance {
    /// Position of the first byte.
    pub from: Position,
    /// The frame.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// How far the sender had received the other direction.
    pub acked: Position,
}

impl Provenance {
    /// Of a chunk's first byte.
    #[must_use]
    pub const fn of(chunk: &Chunk<'_>) -> Self {
        Self {
            from: chunk.from,
            frame: chunk.frame,
            time: chunk.time,
            acked: chunk.acked,
        }
    }

    /// Of a place whose bytes have not come yet.
    #[must_use]
    pub const fn at(from: Position) -> Self {
        Self {
            from,
            frame: FrameNumber(0),
            time: Timestamp(0),
            acked: 0,
        }
    }

    /// An event that these bytes carry, up to `to`.
    #[must_use]
    pub fn event(self, kind: EventKind, to: Position) -> Event {
        Event {
            kind,
            frames: Frames::one(self.frame),
            time: self.time,
            from: self.from,
            to,
            acked: self.acked,
        }
    }
}

/// Something a direction said, in its order.
#[derive(Clone, Debug)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// The frames that carried it.
    pub frames: Frames,
    /// Time of the frame by which it was whole.
    pub time: Timestamp,
    /// Position of its first byte.
    pub from: Position,
    /// Position after its last byte.
    pub to: Position,
    /// How far its sender had received the other direction.
    pub acked: Position,
}

impl Event {
    /// The frame by which the event was wholly captured.
    #[must_use]
    pub fn frame(&self) -> FrameNumber {
        self.frames.iter().max().unwrap_or_default()
    }
}

/// The frames that carried something, in stream order; one of them needs no allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames {
    first: FrameNumber,
    more: Vec<FrameNumber>,
}

impl Frames {
    /// A single frame.
    #[must_use]
    pub const fn one(frame: FrameNumber) -> Self {
        Self {
            first: frame,
            more: Vec::new(),
        }
    }

    /// Every frame.
    pub fn iter(&self) -> impl Iterator<Item = FrameNumber> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    /// Every frame, in a list.
    #[must_use]
    pub fn to_vec(&self) -> Vec<FrameNumber> {
        self.iter().collect()
    }

    /// Adds a frame that is not the last one already.
    pub fn note(&mut self, frame: FrameNumber) {
        if self.more.last().copied().unwrap_or(self.first) != frame && self.more.len() < MAX_FRAMES {
            self.more.push(frame);
        }
    }
}

impl Default for Frames {
    fn default() -> Self {
        Self::one(FrameNumber(0))
    }
}

/// What a direction can say.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // TCP's and TLS's own names
pub enum EventKind {
    Syn,
    /// The acknowledgement that completes TCP's handshake.
    Ack,
    Fin,
    Reset,
    ClientHello(Box<ClientHello>),
    ServerHello(Box<ServerHello>),
    HelloRequest,
    Certificate(CertificateMessage),
    CertificateStatus,
    ServerKeyExchange {
        group: Option<super::Group>,
    },
    CertificateRequest(Box<CertificateRequest>),
    ServerHelloDone,
    ClientKeyExchange,
    CertificateVerify,
    NewSessionTicket,
    /// Readable only with a NULL cipher.
    Finished,
    /// A message that has no reader here: its type.
    OtherMessage(u8),
    /// A message of which bytes are missing: its type, and how many.
    DamagedMessage {
        kind: u8,
        missing: u32,
    },
    ChangeCipherSpec,
    Alert {
        level: u8,
        description: u8,
    },
    /// An alert record that is encrypted; its length tells the cipher, not the alert.
    EncryptedAlert {
        len: u16,
    },
    /// A handshake record that is encrypted.
    EncryptedHandshake {
        len: u16,
    },
    ApplicationData {
        len: u16,
    },
    Heartbeat,
    /// Readable HTTP, before TLS or instead of it.
    HttpRequest(Box<crate::http::Request>),
    HttpResponse(Box<crate::http::Response>),
    /// Where a record should begin stands something else.
    NotARecord,
}

/// A Certificate message.
#[derive(Clone, Debug, Default)]
pub struct CertificateMessage {
    /// The chain as sent, leaf first; empty when the sender has none to show.
    pub chain: Vec<Certificate>,
    /// Bytes of the message that are missing from the capture, or beyond the longest message kept.
    pub missing: u32,
    /// Certificates beyond those read.
    pub surplus: usize,
}

/// Whether a handshake type exists and may have a body of this length.
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
    /// Behind a hole: the rest is passed over.
    holed: bool,
    frames: Frames,
    time: Timestamp,
    from: Position,
    acked: Position,
    /// A hole swallowed a message border: nothing is known until a record proves to begin one.
    lost: bool,
}

impl Assembler {
    /// Whether a hole swallowed the border between messages.
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
                    self.missing = self.missing.saturating_add(u32::try_from(used - kept).unwrap_or(u32::MAX));
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
            // What follows the hole belongs elsewhere in the message: keep only what precedes it.
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

    /// The rest of the current message, and where the next begins, are unknown.
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
        let kind = read(self.header, &self.body, self.missing, &self.frames);
        sink(Event {
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

/// Reads one message; a body that does not parse becomes [`EventKind::OtherMessage`], one with a hole
/// [`EventKind::DamagedMessage`], unless what precedes the hole can be read.
fn read(header: [u8; 4], body: &[u8], missing: u32, frames: &Frames) -> EventKind {
    let [kind, ..] = header;
    if missing > 0 && kind != 11 {
        let hello = match kind {
            1 => hello::parse_client(body, true).map(|hello| EventKind::ClientHello(Box::new(hello))),
            2 => hello::parse_server(body, true).map(|hello| EventKind::ServerHello(Box::new(hello))),
            _ => None,
        };
        return hello.unwrap_or(EventKind::DamagedMessage { kind, missing });
    }
    match kind {
        0 => EventKind::HelloRequest,
        1 => {
            let hello = hello::parse_client(body, false).unwrap_or_else(|| ClientHello::malformed(body));
            EventKind::ClientHello(Box::new(hello))
        }
        2 => hello::parse_server(body, false).map_or(EventKind::OtherMessage(kind), |hello| {
            EventKind::ServerHello(Box::new(hello))
        }),
        4 => EventKind::NewSessionTicket,
        11 => EventKind::Certificate(read_certificates(body, missing, frames)),
        12 => EventKind::ServerKeyExchange {
            group: hello::server_key_exchange_group(body),
        },
        13 => EventKind::CertificateRequest(Box::new(hello::parse_certificate_request(body))),
        14 => EventKind::ServerHelloDone,
        15 => EventKind::CertificateVerify,
        16 => EventKind::ClientKeyExchange,
        20 => EventKind::Finished,
        22 => EventKind::CertificateStatus,
        other => EventKind::OtherMessage(other),
    }
}

/// A TLS 1.2 certificate list: a three-byte total, then length and DER of each (RFC 5246 section 7.4.2).
///
/// Not left to tls-parser: it refuses the whole list when its end is missing, and the leaf, which comes first, is what
/// matters.
fn read_certificates(body: &[u8], missing: u32, frames: &Frames) -> CertificateMessage {
    let mut message = CertificateMessage {
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
