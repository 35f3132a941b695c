//! Chunk → Record: finds TLS in a direction's bytes, cuts it into records, and continues after gaps.
//!
//! A record is five bytes of header and up to 2^14 (+ 2,048 if encrypted) bytes of body (RFC 5246 section 6.2, RFC 9846
//! section 5). Bodies of Application Data are counted and skipped; handshake bytes go to the [`Assembler`], because
//! messages may cross record borders.
//!
//! TLS need not begin at the first byte: a CONNECT, STARTTLS, SOCKS or PROXY-protocol preamble may precede it. It is
//! recognised by the first record whose header and content agree that it begins a TLS conversation, on any port.
//!
//! Encrypted or not is decided per record from its own bytes: two-byte alerts are readable on either side of
//! change_cipher_spec, a hello after it is TLS 1.3's, everything else is ciphertext. No state crosses directions.

use super::border::{
    Beginning, HEADER, MAX_BODY, Piece, at_segment, beginning_of_tls, drop_front, gather, is_sslv2_server_hello,
    may_be_sslv2, may_begin, plausible_header, provenance_at, sslv2_hello_len,
};
use super::held::Held;
use super::keys::opener::Bodies;
use super::message::{Assembler, Event, Message};
use crate::tcp::said::{MAX_FRAMES, Provenance};
use crate::tcp::stream::{Chunk, Gap};

mod collected;
mod passing;

/// Bytes searched for the beginning of TLS before a direction is taken for something else. Preambles are short (a
/// CONNECT with credentials, an SMTP greeting, a negotiation of a database): 64 KiB leaves ample room.
const MAX_PREAMBLE: u64 = 64 * 1024;

/// Bytes after a hole that are not counted as lost yet: two of the largest records, so that one chain link fits.
const MAX_RESYNC: usize = 2 * (MAX_BODY as usize + HEADER);

/// Bytes searched for a border after a hole before the rest of the direction is given up.
const MAX_LOST: u64 = 1024 * 1024;

/// Bytes shown of what stands in the place of a record, beyond the length of a header: a line of plain text.
const MAX_SHOWN: usize = 80;

#[allow(missing_docs)] // RFC 9846 section 5.1
pub mod content {
    pub const CHANGE_CIPHER_SPEC: u8 = 20;
    pub const ALERT: u8 = 21;
    pub const HANDSHAKE: u8 = 22;
    pub const APPLICATION_DATA: u8 = 23;
    pub const HEARTBEAT: u8 = 24;
}

/// The protocol that a direction carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carries {
    /// Nothing yet, or too little to say.
    #[default]
    Unknown,
    /// TLS records.
    Tls,
    /// Something else, as far as it was searched.
    NotTls,
    /// Its beginning was not captured, and no record was found after that: it may be any protocol.
    Hidden,
}

/// Cuts one direction into records.
#[derive(Debug, Default)]
pub struct RecordReader {
    state: State,
    assembler: Assembler,
    /// A change_cipher_spec was seen: from here on, handshake and alert records are encrypted unless they prove otherwise.
    after_change: bool,
    /// Handshake records are known to be readable: the direction opened with a hello, or one proved to be a message
    /// chain. A capture that starts late may meet encrypted ones first.
    readable: bool,
    /// Bytes before TLS began (or all of them, if it did not).
    preamble: u64,
    lost: u64,
    /// A record was found. A record that may have been in an uncaptured part does not show TLS.
    begun: bool,
    /// An Application Data record whose body is passed over: its event is sent when it is whole.
    open: Option<passing::Open>,
    /// Bodies of encrypted records, if there is a key log that may open them.
    pub(crate) bodies: Option<Box<Bodies>>,
    /// Application Data records whose events were sent so.
    data_records: u32,
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
    /// Inside a body that is collected: alerts, change_cipher_spec, heartbeats, and handshake records that may be
    /// encrypted.
    Collecting {
        kind: u8,
        len: u16,
        left: u32,
        body: Vec<u8>,
        /// Which segment brought what of the body.
        pieces: Vec<Piece>,
        missing: u32,
        at: Provenance,
    },
    /// Inside a plaintext handshake record.
    Handshake { left: u32 },
    /// After a hole that swallowed a header: looking for a border.
    Lost(Box<Held>),
    /// Given up.
    Done,
}

impl Default for State {
    fn default() -> Self {
        Self::Searching {
            seen: Vec::new(),
            pieces: Vec::new(),
        }
    }
}

impl RecordReader {
    /// The protocol of the direction, as far as it was read.
    #[must_use]
    pub const fn carries(&self) -> Carries {
        match self.state {
            _ if self.begun => Carries::Tls,
            State::Done => Carries::NotTls,
            State::Lost(_) => Carries::Hidden,
            _ => Carries::Unknown,
        }
    }

    /// Bytes of plaintext before TLS began.
    #[must_use]
    pub const fn preamble(&self) -> u64 {
        self.preamble
    }

    /// Takes bytes in order.
    pub fn chunk(&mut self, chunk: &Chunk<'_>, sink: &mut impl FnMut(Event)) {
        let mut at = Provenance::of(chunk);
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
                // The searched bytes hold no beginning; the rest may start anywhere, also inside a record. The hole itself
                // makes no TLS of what it hides: only a header does whose record it swallowed.
                self.begun = at_segment(pieces, 0) && plausible_header(seen).is_some();
                self.preamble += seen.len() as u64;
                self.lose_track();
            }
            State::Passing { left } => match within(*left) {
                Some(n) if n < *left => {
                    *left -= n;
                    self.forget_body();
                }
                within => {
                    self.forget_body();
                    self.tell_open(None, sink);
                    match within {
                        Some(_) => self.next_header(gap.to),
                        None => self.lose_track(),
                    }
                }
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
            // Bytes from before the hole cannot chain to bytes after it.
            State::Lost(held) => {
                self.lost = self.lost.saturating_add(held.searched(held.end()) as u64);
                self.lose_track();
            }
            State::Done => {}
        }
    }

    /// The direction has ended: a message that never became whole is handed on as far as it goes.
    pub fn finish(&mut self, sink: &mut impl FnMut(Event)) {
        self.tell_open(None, sink);
        if let State::Lost(held) = &mut self.state {
            // A last record that ends with the data needs no successor.
            let held = std::mem::take(held);
            if let Some(border) = held.last_border(self.begun) {
                self.resume(held, border, sink);
            }
        }
        self.assembler.finish(sink);
    }

    #[allow(clippy::too_many_lines, reason = "one state machine, on the hot path")]
    fn step(&mut self, rest: &[u8], at: Provenance, sink: &mut impl FnMut(Event)) -> usize {
        match &mut self.state {
            State::Done => rest.len(),
            State::Passing { left } => {
                let used = rest.len().min(*left as usize);
                *left -= u32::try_from(used).unwrap_or(*left);
                let is_whole = *left == 0;
                if let Some(bodies) = &mut self.bodies {
                    bodies.add(rest.get(..used).unwrap_or_default());
                    if is_whole {
                        bodies.end(true);
                    }
                }
                if is_whole {
                    self.tell_open(Some(at.frame_at()), sink);
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
                    let behind = rest.get(used..).unwrap_or_default();
                    self.begin_record(header, behind, start, sink);
                }
                used
            }
            State::Collecting { left, body, pieces, .. } => {
                let used = rest.len().min(*left as usize);
                let bytes = rest.get(..used).unwrap_or_default();
                // A message remembers no more frames than that, however small its segments are.
                match pieces.len() < MAX_FRAMES {
                    true => gather(body, pieces, bytes, at),
                    false => body.extend_from_slice(bytes),
                }
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
                // Nothing here can begin TLS, in SSLv2 format either: most of what is no TLS is never copied.
                if seen.is_empty() && !may_begin(rest) {
                    self.pass_preamble(rest.len());
                    return rest.len();
                }
                gather(seen, pieces, rest, at);
                self.search(sink);
                rest.len()
            }
            State::Lost(held) => {
                let mut held = std::mem::take(held);
                let from = held.end();
                held.gather(rest, at);
                match self.border_from(from, &mut held, sink) {
                    Some(border) => self.resume(held, border, sink),
                    None => self.stay_lost(held),
                }
                rest.len()
            }
        }
    }

    fn lose_track(&mut self) {
        self.state = State::Lost(Box::default());
    }

    /// Continues the search for a border, if it was not given up.
    fn stay_lost(&mut self, held: Box<Held>) {
        if !matches!(self.state, State::Done) {
            self.state = State::Lost(held);
        }
    }

    /// Begins the record of this header; `behind` are the bytes that follow it in the same segment.
    fn begin_record(&mut self, header: [u8; HEADER], behind: &[u8], at: Provenance, sink: &mut impl FnMut(Event)) {
        let Some((kind, len)) = plausible_header(&header) else {
            // No record where one must begin: the sender stopped speaking TLS, or bytes were altered.
            let shown = behind.get(..MAX_SHOWN).unwrap_or(behind);
            let bytes = [&header[..], shown].concat().into_boxed_slice();
            sink(at.said(Message::NotARecord(bytes), at.from.saturating_add(HEADER as u64)));
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
            content::APPLICATION_DATA => {
                self.open_record(at, len, end, sink);
                State::Passing { left }
            }
            _ => State::Collecting {
                kind,
                len,
                left,
                body: Vec::new(),
                pieces: Vec::new(),
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
                sink(at.said(kind, end));
                (self.readable, self.begun) = (true, true);
                self.resume(Box::new(Held::of(seen, pieces)), len + 2, sink);
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
            sink(at.said(Message::ServerHello(Box::new(hello)), at.from.saturating_add(11)));
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
                self.resume(Box::new(Held::of(seen, pieces)), offset, sink);
            }
            Beginning::NotBefore(offset) => {
                // Bytes that cannot hold the beginning of a record any more are forgotten.
                drop_front(seen, pieces, offset);
                self.pass_preamble(offset);
            }
        }
    }

    /// Looks for a record border after a hole, in what is held from `at` on, a segment at a time as they came.
    fn border_from(&mut self, mut at: usize, held: &mut Held, sink: &mut impl FnMut(Event)) -> Option<usize> {
        while let Some(end) = held.segment_end(at) {
            if let Some(border) = held.border(end) {
                self.lost = self.lost.saturating_add(held.searched(border) as u64);
                return Some(border);
            }
            let lost = held.searched(end).saturating_sub(MAX_RESYNC) as u64;
            if lost > 0 && self.lost.saturating_add(lost) > MAX_LOST {
                self.assembler.lose_track(sink);
                self.state = State::Done;
                return None;
            }
            at = end;
        }
        None
    }

    /// Reads records from a place in what was held back on.
    fn resume(&mut self, mut held: Box<Held>, mut at: usize, sink: &mut impl FnMut(Event)) {
        self.next_header(held.provenance_at(at).from);
        while let Some((bytes, provenance)) = held.segment_from(at) {
            if !matches!(self.state, State::Lost(_)) {
                at += self.step(bytes, provenance, sink);
                continue;
            }
            // The rest is searched in place: if it were copied for each false record, it would be looked at each time.
            held.restart(at);
            let Some(border) = self.border_from(at, &mut held, sink) else {
                return self.stay_lost(held);
            };
            self.next_header(held.provenance_at(border).from);
            at = border;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::content::{ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE};
    use super::*;
    use crate::base::frame::{FrameNumber, Timestamp};
    use crate::tcp::stream::GapCause;
    use crate::tcp::stream::Position;

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let len = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind, 3, 3], &len[..], body].concat()
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let len = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind], &len[1..], body].concat()
    }

    fn client_hello() -> Vec<u8> {
        message(1, &[&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0]].concat())
    }

    fn server_hello() -> Vec<u8> {
        message(2, &[&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat())
    }

    /// A certificate list of one entry that is no DER.
    fn certificate(len: u8) -> Vec<u8> {
        message(11, &[&[0, 0, len + 3, 0, 0, len][..], &vec![0xee; len.into()]].concat())
    }

    /// The records of a TLS 1.2 server: its flight in three, Finished, two of data and an alert.
    fn server() -> Vec<u8> {
        [
            record(HANDSHAKE, &server_hello()),
            record(HANDSHAKE, &certificate(120)),
            record(HANDSHAKE, &message(14, &[])),
            record(CHANGE_CIPHER_SPEC, &[1]),
            record(HANDSHAKE, &[0x5a; 40]),
            record(APPLICATION_DATA, &[0x5b; 90]),
            record(APPLICATION_DATA, &[0x5c; 80]),
            record(ALERT, &[2, 48]),
        ]
        .concat()
    }

    const SERVER: &str = "ServerHello Certificate ServerHelloDone ChangeCipherSpec EncryptedHandshake40 \
                          ApplicationData90 ApplicationData80 Alert2,48";

    fn word(kind: &Message) -> String {
        match kind {
            Message::ApplicationData { len } => format!("ApplicationData{len}"),
            Message::EncryptedHandshake { len } => format!("EncryptedHandshake{len}"),
            Message::EncryptedAlert { len } => format!("EncryptedAlert{len}"),
            Message::Alert { level, description } => format!("Alert{level},{description}"),
            Message::DamagedMessage { kind, missing } => format!("Damaged{kind}-{missing}"),
            Message::Certificate(message) if message.missing > 0 => format!("Certificate-{}", message.missing),
            other => {
                let text = format!("{other:?}");
                text.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()
            }
        }
    }

    const START: Position = 1000;

    /// Reads segments that end at `cuts`, without the bytes of `hole`.
    fn read_all(bytes: &[u8], cuts: &[usize], hole: std::ops::Range<usize>) -> (Vec<Event>, RecordReader) {
        let mut reader = RecordReader::default();
        let mut events = Vec::new();
        let mut borders: Vec<usize> = [cuts, &[0, bytes.len(), hole.start, hole.end]].concat();
        borders.sort_unstable();
        borders.dedup();
        for (n, ends) in borders.windows(2).enumerate() {
            let (from, to) = (ends[0], ends[1]);
            let frame = FrameNumber(n as u64 + 1);
            if hole.contains(&from) {
                if from == hole.start {
                    let gap = Gap {
                        from: START + hole.start as u64,
                        to: START + hole.end as u64,
                        cause: GapCause::NotCaptured,
                        seen_at: frame,
                    };
                    reader.gap(&gap, &mut |event| events.push(event));
                }
                continue;
            }
            let chunk = Chunk {
                from: START + from as u64,
                data: &bytes[from..to],
                frame,
                time: Timestamp(0),
                acked: 0,
            };
            reader.chunk(&chunk, &mut |event| events.push(event));
        }
        reader.finish(&mut |event| events.push(event));
        (events, reader)
    }

    fn words(events: &[Event]) -> String {
        events
            .iter()
            .map(|event| word(&event.kind))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn read(bytes: &[u8]) -> String {
        words(&read_all(bytes, &[], 0..0).0)
    }

    fn read_without(bytes: &[u8], cuts: &[usize], hole: std::ops::Range<usize>) -> String {
        words(&read_all(bytes, cuts, hole).0)
    }

    /// Offsets at which the records of a conversation begin, and its end.
    fn borders(bytes: &[u8]) -> Vec<usize> {
        let mut at = vec![0];
        while let Some(header) = bytes.get(at[at.len() - 1]..).filter(|rest| rest.len() > HEADER) {
            at.push(at[at.len() - 1] + HEADER + usize::from(u16::from_be_bytes([header[3], header[4]])));
        }
        at
    }

    #[test]
    fn a_conversation_is_cut_into_its_records() {
        let (events, reader) = read_all(&server(), &[], 0..0);
        assert_eq!(words(&events), SERVER);
        assert_eq!((reader.carries(), reader.preamble()), (Carries::Tls, 0));
    }

    #[test]
    fn every_split_into_two_segments_gives_the_same_events_with_the_frames_that_carried_them() {
        let bytes = server();
        let whole = read_all(&bytes, &[], 0..0).0;
        let starts: Vec<u64> = borders(&bytes).iter().map(|&at| START + at as u64).collect();
        for cut in 1..bytes.len() {
            let events = read_all(&bytes, &[cut], 0..0).0;
            assert_eq!(words(&events), SERVER, "cut at {cut}");
            for (n, (event, one)) in events.iter().zip(&whole).enumerate() {
                assert_eq!((event.from, event.to), (one.from, one.to), "cut at {cut}");
                // Records are named by the frame of their header, messages by all frames of their bytes.
                let last = event.frames.iter().last().unwrap();
                if event.from >= START + cut as u64 {
                    assert_eq!(event.frames.to_vec(), [FrameNumber(2)], "event {n}, cut at {cut}");
                }
                if starts[n + 1] <= START + cut as u64 {
                    assert_eq!(last, FrameNumber(1), "event {n}, cut at {cut}");
                }
            }
        }
    }

    #[test]
    fn segments_of_one_byte_are_enough() {
        let bytes = server();
        let every: Vec<usize> = (0..bytes.len()).collect();
        assert_eq!(read_without(&bytes, &every, 0..0), SERVER);
        let (events, _) = read_all(&bytes, &every, 0..0);
        assert_eq!(events[1].frames.to_vec().len(), 120 + 4 + 6);
    }

    #[test]
    fn tls_is_found_behind_a_preamble_of_any_length() {
        for n in [1, 2, 3, 10, 300, 5000] {
            let bytes = [
                &vec![b'x'; n][..],
                &record(HANDSHAKE, &client_hello()),
                &record(ALERT, &[1, 0]),
            ]
            .concat();
            for cuts in [&[][..], &[n], &[n + 1], &[n + 5], &[n + 10]] {
                let (events, reader) = read_all(&bytes, cuts, 0..0);
                assert_eq!(words(&events), "ClientHello Alert1,0", "preamble of {n}, cuts {cuts:?}");
                assert_eq!(events[0].from, START + (n + HEADER) as u64);
                assert_eq!(reader.preamble(), n as u64);
            }
        }
    }

    #[test]
    fn a_preamble_beyond_64_kib_is_not_searched_for_ever() {
        let preamble = vec![b'x'; 70_000];
        let cuts: Vec<usize> = (0..70_000).step_by(1460).collect();
        let bytes = [&preamble[..], &record(HANDSHAKE, &client_hello())].concat();
        let (events, reader) = read_all(&bytes, &cuts, 0..0);
        assert!(events.is_empty());
        assert_eq!(reader.carries(), Carries::NotTls);
    }

    #[test]
    fn a_hello_in_clear_text_that_quotes_a_record_type_is_not_taken_for_one() {
        let bytes =
            b"220 mail\x16\x03\x01 ESMTP ready \x17\x03\x03\x00\x05 \x15\x03\x01\x00\x02\x02\x28 and so on".to_vec();
        assert_eq!(read(&bytes), "");
        for cut in 1..bytes.len() {
            let words = read_without(&bytes, &[cut], 0..0);
            // Only a segment that begins with the whole alert may be one.
            assert!(
                words.is_empty() || matches!(bytes[cut..], [0x15 | 0x17, ..]),
                "cut at {cut}: {words}"
            );
        }
    }

    #[test]
    fn a_record_other_than_a_hello_begins_tls_only_where_a_segment_begins() {
        let bytes = [&b"plain text"[..], &record(APPLICATION_DATA, &[0x5a; 30])].concat();
        assert_eq!(read_without(&bytes, &[10], 0..0), "ApplicationData30");
        // Also when the end of one segment and the beginning of the next look like a header together.
        for cut in 11..14 {
            assert_eq!(read_without(&bytes, &[cut], 0..0), "", "cut at {cut}");
        }
    }

    #[test]
    fn a_message_whose_record_begins_a_direction_is_cited_by_all_its_frames() {
        let bytes = [record(HANDSHAKE, &certificate(200)), record(ALERT, &[2, 42])].concat();
        let end = borders(&bytes)[1];
        for cut in HEADER + 1..end {
            let (events, _) = read_all(&bytes, &[cut, end], 0..0);
            assert_eq!(
                events[0].frames.to_vec(),
                [FrameNumber(1), FrameNumber(2)],
                "cut at {cut}"
            );
            assert_eq!(
                (events[0].from, events[0].to),
                (START + HEADER as u64, START + end as u64)
            );
        }
    }

    #[test]
    fn a_hole_in_application_data_is_counted_past() {
        let bytes = server();
        let data = borders(&bytes)[5];
        for hole in [
            data + 5..data + 95,
            data + 5..data + 6,
            data + 94..data + 95,
            data + 20..data + 60,
        ] {
            assert_eq!(read_without(&bytes, &[], hole.clone()), SERVER, "hole {hole:?}");
        }
    }

    #[test]
    fn a_hole_in_a_certificate_damages_that_message_only() {
        let bytes = server();
        let at = borders(&bytes)[1];
        let words = read_without(&bytes, &[], at + 50..at + 70);
        assert_eq!(words, SERVER.replace("Certificate ", "Certificate-20 "));
        let to_its_end = read_without(&bytes, &[], at + 50..borders(&bytes)[2]);
        assert_eq!(to_its_end, SERVER.replace("Certificate ", "Certificate-85 "));
    }

    #[test]
    fn a_hole_in_an_encrypted_handshake_record_leaves_its_length() {
        let bytes = server();
        let at = borders(&bytes)[4];
        assert_eq!(read_without(&bytes, &[], at + 9..at + 19), SERVER);
    }

    #[test]
    fn a_hole_in_an_alert_hides_what_it_says() {
        let bytes = server();
        let words = read_without(&bytes, &[], bytes.len() - 1..bytes.len());
        assert_eq!(words, SERVER.replace("Alert2,48", "EncryptedAlert2"));
    }

    #[test]
    fn a_hole_across_a_header_is_left_at_the_next_border_that_another_header_confirms() {
        let bytes = server();
        let at = borders(&bytes);
        for (from, to) in [(-1, 1), (-1, 4), (-1, 5), (0, 5), (2, 4), (3, 20), (-20, 20)] {
            let place = |offset: isize| at[5].strict_add_signed(offset);
            let words = read_without(&bytes, &[], place(from)..place(to));
            // After the gap: a record, the next one, and the alert at the end.
            assert!(words.ends_with("ApplicationData80 Alert2,48"), "{from}..{to}: {words}");
            assert!(
                words.starts_with("ServerHello Certificate ServerHelloDone ChangeCipherSpec"),
                "{words}"
            );
        }
    }

    #[test]
    fn after_a_hole_a_lone_header_is_no_border() {
        let mut bytes = record(HANDSHAKE, &server_hello());
        let from = bytes.len();
        bytes.extend([0x17; 30]);
        bytes.extend([0x17, 3, 3, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        bytes.extend([0x5a; 100]);
        assert_eq!(read_without(&bytes, &[], from..from + 10), "ServerHello");
        // With a second header after it, it is one.
        let at = bytes.len() - 100;
        bytes.splice(at..at, record(APPLICATION_DATA, &[1; 4]));
        let words = read_without(&bytes, &[], from..from + 10);
        assert!(
            words.starts_with("ServerHello ApplicationData9 ApplicationData4"),
            "{words}"
        );
    }

    #[test]
    fn a_hole_of_any_place_and_size_invents_nothing() {
        let bytes = server();
        let real: Vec<&str> = SERVER.split(' ').collect();
        let at = borders(&bytes);
        for len in [1, 4, 5, 6, 37, 100, 200] {
            for from in 0..bytes.len() - len {
                let hole = from..from + len;
                let words = read_without(&bytes, &at, hole.clone());
                for word in words.split(' ').filter(|word| !real.contains(word)) {
                    let lesser = ["Damaged", "Certificate-", "EncryptedHandshake", "EncryptedAlert"];
                    assert!(
                        lesser.iter().any(|it| word.starts_with(it)),
                        "{word} from a hole {hole:?}: {words}"
                    );
                }
                // A border after two whole records is found again.
                if hole.end <= at[5] {
                    assert!(
                        words.ends_with("ApplicationData90 ApplicationData80 Alert2,48"),
                        "hole {hole:?}: {words}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_last_record_behind_a_hole_needs_no_successor() {
        let bytes = server();
        let at = borders(&bytes);
        let words = read_without(&bytes, &[at[7]], at[6] + 2..at[7]);
        assert!(words.ends_with("ApplicationData90 Alert2,48"), "{words}");
    }

    #[test]
    fn garbage_never_resynchronises() {
        // A linear congruential generator (Knuth's MMIX constants), so that every run sees the same bytes.
        let mut state = 1_u64;
        let garbage: Vec<u8> = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(1024 * 1024)
        .collect();
        let bytes = [&record(HANDSHAKE, &server_hello())[..], &[0; 10], &garbage].concat();
        let hole = bytes.len() - garbage.len() - 10..bytes.len() - garbage.len();
        let cuts: Vec<usize> = (hole.end..bytes.len()).step_by(1460).collect();
        let (events, _) = read_all(&bytes, &cuts, hole);
        assert_eq!(words(&events), "ServerHello");
        let (events, reader) = read_all(&garbage, &cuts, 0..0);
        assert_eq!((words(&events).as_str(), reader.carries()), ("", Carries::NotTls));
    }

    #[test]
    fn a_hole_in_plaintext_does_not_make_tls_of_it() {
        let text = b"SSH-2.0-OpenSSH_9.0\r\n and a lot more of it, none of which could be a record";
        let (events, reader) = read_all(text, &[], 30..40);
        assert!(events.is_empty());
        assert_ne!(reader.carries(), Carries::Tls);
        // TLS after it is found nevertheless.
        let bytes = [&text[..], &server()].concat();
        let (events, reader) = read_all(&bytes, &[], 30..40);
        assert_eq!(words(&events), SERVER);
        assert_eq!(reader.carries(), Carries::Tls);
    }

    #[test]
    fn a_lost_beginning_makes_no_tls_of_bytes_without_a_record() {
        let mut state = 7_u64;
        let random: Vec<u8> = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(200_000)
        .collect();
        let text = b"GET / HTTP/1.1\r\n".repeat(200);
        // One byte that could begin a header went before the hole.
        let cut = [&[22][..], &random].concat();
        for (bytes, hole) in [(&random[..], 0..100), (&text, 0..100), (&cut, 1..1461)] {
            let cuts: Vec<usize> = (hole.end..bytes.len()).step_by(1460).collect();
            let (events, reader) = read_all(bytes, &cuts, hole);
            assert!(events.is_empty());
            assert_ne!(reader.carries(), Carries::Tls);
        }
    }

    #[test]
    fn behind_a_lost_beginning_records_that_follow_each_other_or_fill_segments_are_tls() {
        let bytes = server();
        let at = borders(&bytes);
        let carries = |cuts: &[usize], hole| read_all(&bytes, cuts, hole).1.carries();
        for lost in [1, 60, at[4], at[5], at[6] - 3] {
            assert_eq!(carries(&[], 0..lost), Carries::Tls, "{lost}");
        }
        // The alert alone, after the end of another record, is recognised. The unreadable bytes are its whole segment.
        assert_eq!(carries(&[], 0..at[6] + 9), Carries::Tls);
        let bytes = [&[0x5a; 40][..], &record(APPLICATION_DATA, &[9; 20])].concat();
        let lone = |cuts: &[usize]| read_all(&bytes, cuts, 0..10).1.carries();
        assert_eq!((lone(&[40]), lone(&[])), (Carries::Tls, Carries::Hidden));
        // A header whose body was not captured.
        let bytes = server();
        let cut = |from: usize| read_all(&bytes, &[], from..bytes.len()).1.carries();
        assert_eq!((cut(HEADER), cut(HEADER - 1)), (Carries::Tls, Carries::Hidden));
    }

    #[test]
    fn records_among_junk_are_found_without_going_deeper_for_each() {
        let pair = [record(APPLICATION_DATA, &[1]), record(APPLICATION_DATA, &[2])].concat();
        let bytes = [
            &record(HANDSHAKE, &server_hello())[..],
            &[&pair[..], b"junk!"].concat().repeat(60_000),
        ]
        .concat();
        for cuts in [vec![], (0..bytes.len()).step_by(1460).collect()] {
            let (events, _) = read_all(&bytes, &cuts, 0..0);
            let records = events
                .iter()
                .filter(|it| matches!(it.kind, Message::ApplicationData { .. }));
            assert_eq!(records.count(), 120_000);
        }
    }

    #[test]
    fn encrypted_records_after_change_cipher_spec_are_not_read_as_messages() {
        let change = record(CHANGE_CIPHER_SPEC, &[1]);
        let begin = [record(HANDSHAKE, &server_hello()), change].concat();
        let with = |body: &[u8]| read(&[&begin[..], &record(HANDSHAKE, body)].concat());
        let before = "ServerHello ChangeCipherSpec";
        // An explicit nonce of zeros is no HelloRequest.
        assert_eq!(
            with(&[&[0; 8][..], &[0x5a; 32]].concat()),
            format!("{before} EncryptedHandshake40")
        );
        assert_eq!(with(&[0; 40]), format!("{before} EncryptedHandshake40"));
        // Nor is ciphertext that begins like a hello but is too short for its length.
        assert_eq!(
            with(&[&[1, 0, 200, 0, 3, 3][..], &[0x5a; 34]].concat()),
            format!("{before} EncryptedHandshake40")
        );
        // TLS 1.3 sends hellos in clear there.
        assert_eq!(with(&client_hello()), format!("{before} ClientHello"));
        assert_eq!(with(&server_hello()), format!("{before} ServerHello"));
    }

    #[test]
    fn two_bytes_of_alert_are_readable_on_either_side_of_change_cipher_spec_and_more_are_not() {
        let change = record(CHANGE_CIPHER_SPEC, &[1]);
        let hello = record(HANDSHAKE, &server_hello());
        let after = |body: &[u8]| read(&[&hello[..], &change, &record(ALERT, body)].concat());
        assert_eq!(after(&[2, 40]), "ServerHello ChangeCipherSpec Alert2,40");
        assert_eq!(after(&[1, 0, 2, 40]), "ServerHello ChangeCipherSpec EncryptedAlert4");
        assert_eq!(after(&[2; 26]), "ServerHello ChangeCipherSpec EncryptedAlert26");
    }

    #[test]
    fn a_record_may_hold_several_alerts() {
        let hello = record(HANDSHAKE, &server_hello());
        let with = |body: &[u8]| read(&[&hello[..], &record(ALERT, body)].concat());
        assert_eq!(with(&[1, 112, 2, 40]), "ServerHello Alert1,112 Alert2,40");
        assert_eq!(with(&[1, 112, 9, 40]), "ServerHello EncryptedAlert4");
    }

    #[test]
    fn empty_records_change_nothing() {
        let bytes = [
            record(HANDSHAKE, &server_hello()),
            record(HANDSHAKE, &[]),
            record(APPLICATION_DATA, &[]),
            record(APPLICATION_DATA, &[5; 5]),
        ]
        .concat();
        assert_eq!(read(&bytes), "ServerHello ApplicationData0 ApplicationData5");
    }

    #[test]
    fn a_body_of_18432_bytes_is_a_record_and_a_longer_one_is_not() {
        let hello = record(HANDSHAKE, &server_hello());
        let with = |len: usize| {
            let long = record(APPLICATION_DATA, &vec![0x5a; len]);
            read(&[&hello[..], &long, &record(ALERT, &[1, 0])].concat())
        };
        assert_eq!(with(16384 + 2048), "ServerHello ApplicationData18432 Alert1,0");
        assert!(with(16384 + 2049).starts_with("ServerHello NotARecord"));
    }

    #[test]
    fn what_stands_where_a_record_should_is_said_once() {
        let bytes = [&record(HANDSHAKE, &server_hello())[..], &[b'x'; 400]].concat();
        assert_eq!(read(&bytes), "ServerHello NotARecord");
    }

    fn sslv2_hello() -> Vec<u8> {
        let body = [&[1, 3, 1, 0, 6, 0, 0, 0, 16, 0, 0, 0x2f, 1, 0, 0x80][..], &[9; 16]].concat();
        [&[0x80, u8::try_from(body.len()).unwrap()][..], &body].concat()
    }

    #[test]
    fn a_hello_in_sslv2_format_is_read_however_it_is_cut() {
        let bytes = [sslv2_hello(), record(ALERT, &[2, 70])].concat();
        assert_eq!(read(&bytes), "ClientHello Alert2,70");
        for cut in 1..bytes.len() {
            assert_eq!(
                read_without(&bytes, &[cut], 0..0),
                "ClientHello Alert2,70",
                "cut at {cut}"
            );
        }
        let (events, _) = read_all(&bytes, &[], 0..0);
        let Message::ClientHello(hello) = &events[0].kind else {
            panic!()
        };
        assert!(hello.sslv2_format);
        assert_eq!((hello.version, hello.cipher_suites.len()), (0x0301, 1));
    }

    #[test]
    fn an_answer_in_ssl_2_is_named_however_it_is_cut() {
        let bytes = [0x84, 0x3c, 4, 0, 1, 0, 2, 4, 0x13, 0, 6, 0, 16, 0x30, 0x82];
        for cut in 0..bytes.len() {
            let (events, reader) = read_all(&bytes, &[cut], 0..0);
            assert_eq!(words(&events), "ServerHello", "cut at {cut}");
            assert_eq!(reader.carries(), Carries::Tls);
        }
    }

    #[test]
    fn high_bytes_that_are_no_sslv2_hello_do_not_hide_what_follows() {
        let bytes = [&[0x80, 0x2e, 1][..], &record(HANDSHAKE, &client_hello())].concat();
        for cut in 1..bytes.len() {
            assert_eq!(read_without(&bytes, &[cut], 0..0), "ClientHello", "cut at {cut}");
        }
        assert_eq!(
            read(&[&[0xff; 4][..], &record(HANDSHAKE, &client_hello())].concat()),
            "ClientHello"
        );
    }
}
