//! Chunk → Record: finds TLS in a direction's bytes, cuts it into records, and goes on after holes.
//!
//! A record is five bytes of header and up to 2^14 (+ 2,048 when encrypted) bytes of body (RFC 5246 section 6.2,
//! RFC 9846 section 5). Bodies of Application Data are counted and passed over; handshake bytes go to the
//! [`Assembler`](super::message::Assembler), since messages do not care about record borders.
//!
//! TLS need not begin at the first byte: a CONNECT, STARTTLS, SOCKS or PROXY-protocol preamble may precede it. It is
//! recognised by the first record whose header and content agree that it begins a TLS conversation, on any port.

use super::border::{
    Beginning, HEADER, MAX_BODY, Piece, beginning_of_tls, drop_front, is_hello, is_sslv2_server_hello, may_be_sslv2,
    messages_chain, plausible_header, provenance_at, resync_offset, sslv2_hello_len,
};
use super::message::{Assembler, Event, EventKind, Provenance};
use crate::stream::{Chunk, Gap, Position};

/// Bytes searched for the beginning of TLS before a direction is taken for something else. Preambles are short (a
/// CONNECT with credentials, an SMTP greeting, a negotiation of a database): 64 KiB leaves ample room.
const MAX_PREAMBLE: u64 = 64 * 1024;

/// Bytes kept to look for a record border after a hole: two of the largest records, so that one chain link fits.
const MAX_RESYNC: usize = 2 * (MAX_BODY as usize + HEADER);

/// Bytes searched for a border after a hole before the rest of the direction is given up.
const MAX_LOST: u64 = 1024 * 1024;

#[allow(missing_docs)] // RFC 9846 section 5.1
pub mod content {
    pub const CHANGE_CIPHER_SPEC: u8 = 20;
    pub const ALERT: u8 = 21;
    pub const HANDSHAKE: u8 = 22;
    pub const APPLICATION_DATA: u8 = 23;
    pub const HEARTBEAT: u8 = 24;
}

/// What a direction turned out to carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carries {
    /// Nothing yet, or too little to say.
    #[default]
    Unknown,
    /// TLS records.
    Tls,
    /// Something else, as far as it was searched.
    NotTls,
}

/// Cuts one direction into records.
#[derive(Debug)]
pub struct RecordReader {
    state: State,
    assembler: Assembler,
    /// A change_cipher_spec was seen: from here on, handshake and alert records are encrypted unless they prove otherwise.
    after_change: bool,
    /// Handshake records are known to be readable: the direction opened with a hello, or one proved to be a message
    /// chain. A capture that starts late may meet encrypted ones first.
    readable: bool,
    /// Bytes before TLS began (or all of them, where it did not).
    preamble: u64,
    lost: u64,
    /// A record was found, or may be behind a hole; not so where plaintext went before the hole.
    begun: bool,
}

#[derive(Debug)]
enum State {
    /// Looking for the first record.
    Searching { seen: Vec<u8>, pieces: Vec<Piece> },
    /// Between records, or inside a header.
    Header {
        bytes: [u8; HEADER],
        have: usize,
        at: Provenance,
    },
    /// Inside a body that is passed over.
    Passing { left: u32 },
    /// Inside a body that is collected: alerts, change_cipher_spec, and handshake records that may be encrypted.
    Collecting {
        kind: u8,
        len: u16,
        left: u32,
        body: Vec<u8>,
        missing: u32,
        at: Provenance,
    },
    /// Inside a plaintext handshake record.
    Handshake { left: u32 },
    /// After a hole that swallowed a header: looking for a border.
    Lost { seen: Vec<u8>, pieces: Vec<Piece> },
    /// Given up.
    Done,
}

impl Default for RecordReader {
    fn default() -> Self {
        Self {
            state: State::Searching {
                seen: Vec::new(),
                pieces: Vec::new(),
            },
            assembler: Assembler::default(),
            after_change: false,
            readable: false,
            preamble: 0,
            lost: 0,
            begun: false,
        }
    }
}

impl RecordReader {
    /// What the direction carries, as far as it was read.
    #[must_use]
    pub const fn carries(&self) -> Carries {
        match self.state {
            _ if self.begun => Carries::Tls,
            State::Done => Carries::NotTls,
            _ => Carries::Unknown,
        }
    }

    /// Bytes of plaintext before TLS began.
    #[must_use]
    pub const fn preamble(&self) -> u64 {
        self.preamble
    }

    /// How many of the next bytes need not even be handed in: they are the body of an Application Data record.
    #[must_use]
    pub const fn passing(&self) -> u32 {
        match self.state {
            State::Passing { left } => left,
            _ => 0,
        }
    }

    /// Takes bytes in order.
    pub fn chunk(&mut self, chunk: Chunk<'_>, sink: &mut impl FnMut(Event)) {
        let mut at = Provenance::of(&chunk);
        let mut rest = chunk.data;
        while !rest.is_empty() {
            let used = self.step(rest, at, sink);
            rest = rest.get(used..).unwrap_or_default();
            at.from = at.from.saturating_add(used as u64);
        }
    }

    /// Takes note of missing bytes.
    pub fn gap(&mut self, gap: &Gap, sink: &mut impl FnMut(Event)) {
        let missing = gap.to.saturating_sub(gap.from);
        let within = |left: u32| u32::try_from(missing).ok().filter(|&n| n <= left);
        match &mut self.state {
            State::Searching { seen, pieces } => {
                // What was searched has no beginning in it; the rest may start anywhere, also inside a record.
                // Bytes that could not begin TLS stay what they were: a hole in plaintext makes no TLS of it.
                let begun = self.preamble == 0 || !seen.is_empty();
                self.preamble += seen.len() as u64;
                *self = Self {
                    begun,
                    state: State::Lost {
                        seen: std::mem::take(seen),
                        pieces: std::mem::take(pieces),
                    },
                    preamble: self.preamble,
                    ..Self::default()
                };
                self.restart_search();
            }
            State::Passing { left } => match within(*left) {
                Some(n) if n < *left => *left -= n,
                Some(_) => self.next_header(gap.to),
                None => self.lose_track(),
            },
            State::Collecting {
                left, missing: lost, ..
            } => match within(*left) {
                Some(n) => {
                    *left -= n;
                    *lost += n;
                    if *left == 0 {
                        self.finish_collected(sink);
                    }
                }
                None => self.lose_track(),
            },
            State::Handshake { left } => match within(*left) {
                Some(n) => {
                    self.assembler.gap(n, sink);
                    *left -= n;
                    if *left == 0 {
                        self.next_header(gap.to);
                    }
                }
                None => {
                    self.assembler.lose_track(sink);
                    self.lose_track();
                }
            },
            State::Header { .. } => {
                self.assembler.lose_track(sink);
                self.lose_track();
            }
            State::Lost { .. } => self.restart_search(),
            State::Done => {}
        }
    }

    /// The direction has ended: a message that never became whole is handed on as far as it goes.
    pub fn finish(&mut self, sink: &mut impl FnMut(Event)) {
        if let State::Lost { seen, pieces } = &mut self.state {
            // A last record that ends with the data needs no successor.
            let (seen, pieces) = (std::mem::take(seen), std::mem::take(pieces));
            if let Some(offset) = resync_offset(&seen, &pieces, true) {
                self.resume(&seen, &pieces, offset, sink);
            }
        }
        self.assembler.finish(sink);
    }

    fn step(&mut self, rest: &[u8], at: Provenance, sink: &mut impl FnMut(Event)) -> usize {
        match &mut self.state {
            State::Done => rest.len(),
            State::Passing { left } => {
                let used = rest.len().min(*left as usize);
                *left -= u32::try_from(used).unwrap_or(*left);
                if *left == 0 {
                    self.next_header(at.from.saturating_add(used as u64));
                }
                used
            }
            State::Header { bytes, have, at: start } => {
                if *have == 0 {
                    *start = at;
                }
                let used = rest.len().min(HEADER.saturating_sub(*have));
                for (to, from) in bytes.iter_mut().skip(*have).zip(rest) {
                    *to = *from;
                }
                *have += used;
                if *have == HEADER {
                    let (header, start) = (*bytes, *start);
                    self.begin_record(header, start, sink);
                }
                used
            }
            State::Collecting { left, body, .. } => {
                let used = rest.len().min(*left as usize);
                body.extend_from_slice(rest.get(..used).unwrap_or_default());
                *left -= u32::try_from(used).unwrap_or(*left);
                if *left == 0 {
                    self.finish_collected(sink);
                }
                used
            }
            State::Handshake { left } => {
                let used = rest.len().min(*left as usize);
                self.assembler.bytes(rest.get(..used).unwrap_or_default(), at, sink);
                *left -= u32::try_from(used).unwrap_or(*left);
                if *left == 0 {
                    self.next_header(at.from.saturating_add(used as u64));
                }
                used
            }
            State::Searching { seen, pieces } => {
                pieces.push(Piece {
                    offset: seen.len(),
                    at,
                    whole: true,
                });
                seen.extend_from_slice(rest);
                self.search(sink);
                rest.len()
            }
            State::Lost { seen, pieces } => {
                pieces.push(Piece {
                    offset: seen.len(),
                    at,
                    whole: true,
                });
                seen.extend_from_slice(rest);
                self.resync(sink);
                rest.len()
            }
        }
    }

    fn next_header(&mut self, from: Position) {
        self.state = State::Header {
            bytes: [0; HEADER],
            have: 0,
            at: Provenance::at(from),
        };
    }

    fn lose_track(&mut self) {
        self.lost = self.lost.max(1);
        self.state = State::Lost {
            seen: Vec::new(),
            pieces: Vec::new(),
        };
    }

    /// After a hole, bytes from before it cannot chain to bytes after it.
    fn restart_search(&mut self) {
        if let State::Lost { seen, pieces } = &mut self.state {
            self.lost = self.lost.saturating_add(seen.len() as u64).max(1);
            seen.clear();
            pieces.clear();
        }
    }

    fn begin_record(&mut self, header: [u8; HEADER], at: Provenance, sink: &mut impl FnMut(Event)) {
        let Some((kind, len)) = plausible_header(&header) else {
            // Not a record where one must begin: the sender stopped speaking TLS, or bytes were altered.
            sink(at.event(EventKind::NotARecord, at.from.saturating_add(HEADER as u64)));
            self.assembler.lose_track(sink);
            self.lose_track();
            return;
        };
        self.begun = true;
        let end = at.from.saturating_add(HEADER as u64).saturating_add(u64::from(len));
        let left = u32::from(len);
        self.state = match kind {
            content::HANDSHAKE if self.readable && !self.after_change && !self.assembler.is_lost() => {
                State::Handshake { left }
            }
            content::APPLICATION_DATA | content::HEARTBEAT => {
                if kind == content::APPLICATION_DATA {
                    sink(at.event(EventKind::ApplicationData { len }, end));
                } else {
                    sink(at.event(EventKind::Heartbeat, end));
                }
                State::Passing { left }
            }
            _ => State::Collecting {
                kind,
                len,
                left,
                body: Vec::new(),
                missing: 0,
                at,
            },
        };
        if left == 0 {
            match self.state {
                State::Collecting { .. } => self.finish_collected(sink),
                _ => self.next_header(end),
            }
        }
    }

    /// A record that had to be seen whole before it could be understood.
    fn finish_collected(&mut self, sink: &mut impl FnMut(Event)) {
        let State::Collecting {
            kind,
            len,
            body,
            missing,
            at,
            ..
        } = std::mem::replace(&mut self.state, State::Done)
        else {
            return;
        };
        let end = at.from.saturating_add(HEADER as u64).saturating_add(u64::from(len));
        self.next_header(end);
        match kind {
            content::CHANGE_CIPHER_SPEC => {
                self.after_change = true;
                sink(at.event(EventKind::ChangeCipherSpec, end));
            }
            content::ALERT => self.alert(&body, len, missing, at, end, sink),
            _ => {
                // A handshake record after change_cipher_spec, or after a hole. TLS 1.3 sends hellos in clear after a
                // compatibility change_cipher_spec (RFC 9846 appendix D.4); everything else is ciphertext.
                let body_at = Provenance {
                    from: at.from.saturating_add(HEADER as u64),
                    ..at
                };
                let readable = missing == 0
                    && if self.after_change {
                        is_hello(&body, len)
                    } else {
                        messages_chain(&body)
                    };
                if readable {
                    self.readable = true;
                    self.assembler.resume();
                    self.assembler.bytes(&body, body_at, sink);
                } else {
                    sink(at.event(EventKind::EncryptedHandshake { len }, end));
                }
            }
        }
    }

    fn alert(&self, body: &[u8], len: u16, missing: u32, at: Provenance, end: Position, sink: &mut impl FnMut(Event)) {
        // Two bytes are readable on either side of change_cipher_spec: no cipher produces so short a record. Several
        // alerts may share a record before it.
        let known_level = |pair: &[u8]| matches!(pair.first(), Some(1 | 2));
        let readable = missing == 0
            && (len == 2
                || !self.after_change
                    && len > 0
                    && len <= 8
                    && len.is_multiple_of(2)
                    && body.chunks(2).all(known_level));
        if !readable {
            sink(at.event(EventKind::EncryptedAlert { len }, end));
            return;
        }
        for pair in body.chunks_exact(2) {
            if let [level, description] = *pair {
                sink(at.event(EventKind::Alert { level, description }, end));
            }
        }
    }

    /// Looks for the first record in what was seen so far.
    fn search(&mut self, sink: &mut impl FnMut(Event)) {
        let State::Searching { seen, pieces } = &mut self.state else {
            return;
        };
        if self.preamble == 0 && may_be_sslv2(seen) {
            return;
        }
        if let Some(len) = sslv2_hello_len(seen) {
            if seen.len() < len + 2 {
                return;
            }
            let (seen, pieces) = (std::mem::take(seen), std::mem::take(pieces));
            let at = provenance_at(&pieces, 0);
            let end = at.from.saturating_add(len as u64 + 2);
            if let Some(kind) = super::hello::parse_sslv2(seen.get(2..len + 2).unwrap_or_default()) {
                sink(at.event(kind, end));
                (self.readable, self.begun) = (true, true);
                self.resume(&seen, &pieces, len + 2, sink);
                return;
            }
            self.state = State::Searching { seen, pieces };
        }
        let State::Searching { seen, pieces } = &mut self.state else {
            return;
        };
        if self.preamble == 0 && is_sslv2_server_hello(seen) {
            // SSL 2.0 has records of its own, which are not read.
            let at = provenance_at(pieces, 0);
            let hello = super::hello::ServerHello {
                version: super::Version::SSL2.0,
                ..Default::default()
            };
            sink(at.event(EventKind::ServerHello(Box::new(hello)), at.from.saturating_add(11)));
            self.begun = true;
            self.state = State::Done;
            return;
        }
        match beginning_of_tls(seen, pieces) {
            Beginning::At(offset) => {
                self.preamble += offset as u64;
                let (seen, pieces) = (std::mem::take(seen), std::mem::take(pieces));
                // A record that opens with a hello begins the conversation; any other may come from its middle.
                self.readable = matches!(
                    (seen.get(offset), seen.get(offset + HEADER)),
                    (Some(&content::HANDSHAKE), Some(1 | 2))
                );
                self.resume(&seen, &pieces, offset, sink);
            }
            Beginning::NotBefore(offset) => {
                // What cannot hold a beginning any more is forgotten.
                drop_front(seen, pieces, offset);
                self.preamble += offset as u64;
                if self.preamble > MAX_PREAMBLE {
                    self.state = State::Done;
                }
            }
        }
    }

    /// Looks for a record border after a hole.
    fn resync(&mut self, sink: &mut impl FnMut(Event)) {
        let State::Lost { seen, pieces } = &mut self.state else {
            return;
        };
        if let Some(offset) = resync_offset(seen, pieces, false) {
            let (seen, pieces) = (std::mem::take(seen), std::mem::take(pieces));
            self.lost = self.lost.saturating_add(offset as u64);
            self.resume(&seen, &pieces, offset, sink);
        } else if seen.len() > MAX_RESYNC {
            let drop = seen.len() - MAX_RESYNC;
            drop_front(seen, pieces, drop);
            self.lost = self.lost.saturating_add(drop as u64);
            if self.lost > MAX_LOST {
                self.assembler.lose_track(sink);
                self.state = State::Done;
            }
        }
    }

    /// Reads records from `offset` of a buffer on.
    fn resume(&mut self, seen: &[u8], pieces: &[Piece], offset: usize, sink: &mut impl FnMut(Event)) {
        self.next_header(provenance_at(pieces, offset).from);
        for (at, piece) in pieces.iter().enumerate() {
            let end = pieces.get(at + 1).map_or(seen.len(), |next| next.offset);
            let begin = piece.offset.max(offset);
            let Some(data) = seen.get(begin..end).filter(|data| !data.is_empty()) else {
                continue;
            };
            let provenance = Provenance {
                from: piece.at.from.saturating_add((begin - piece.offset) as u64),
                ..piece.at
            };
            let mut rest = data;
            let mut at = provenance;
            while !rest.is_empty() {
                let used = self.step(rest, at, sink);
                rest = rest.get(used..).unwrap_or_default();
                at.from = at.from.saturating_add(used as u64);
            }
        }
    }
}
