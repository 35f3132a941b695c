//! Bytes as datagrams: by port, as DNS, as DTLS that comes in other pieces, as QUIC under the keys that open it.

use std::sync::OnceLock;

use super::handed_on::leaves_nothing;
use super::wire::{Capture, Sender, header, parts, record};
use super::{analyze, options, quic_keys};
use tlswalk::base::phrase::Language;
use tlswalk::capture::read_frames;
use tlswalk::report::Report;

/// Bytes as datagrams of both sides: a byte of side and port, one of length, and so on. DTLS, CAPWAP, QUIC and DNS by port.
pub fn datagrams(mut data: &[u8]) {
    let mut capture = Capture::new();
    while let &[head, len, ref rest @ ..] = data {
        let (payload, after) = rest.split_at(rest.len().min(usize::from(len) * 8));
        let port: u16 = [443, 5246, 53, 4433][usize::from(head >> 1 & 3)];
        capture.udp(Sender::of(head & 1 == 0), port, payload);
        capture.wait(u32::from(head >> 3));
        data = after;
    }
    analyze(&capture.bytes);
}

/// Bytes as messages of DNS, questions and answers in turns. What analysis reads of them, redaction must have found.
pub fn dns(data: &[u8]) {
    let mut capture = Capture::new();
    for (number, message) in parts(data).into_iter().enumerate() {
        capture.udp(Sender::of(number % 2 == 0), 53, message);
    }
    leaves_nothing(&capture.bytes);
}

/// Joins and handshakes over DTLS, by what they should be read as.
const DTLS: [&[u8]; 4] = [
    include_bytes!("../../samples/dtls-healthy.pcap"),
    include_bytes!("../../samples/capwap-join-healthy.pcap"),
    include_bytes!("../../samples/dtls-server-certificate-expired.pcap"),
    include_bytes!("../../samples/capwap-join-ap-certificate-expired.pcap"),
];

/// A handshake of DTLS, chosen by the first byte, whose datagrams come as the bytes say: fragments cut again, datagrams twice
/// or in another order within a flight. Where every byte came, the verdict is that of the sample.
pub fn dtls(data: &[u8]) {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    static WHOLE: OnceLock<Vec<(Vec<Datagram>, String)>> = OnceLock::new();
    let whole = WHOLE.get_or_init(|| DTLS.map(|sample| (read(sample), verdicts(sample))).to_vec());
    let (datagrams, verdict) = &whole[usize::from(*which) % whole.len()];
    let mut datagrams = datagrams.clone();
    for change in data.chunks_exact(3).take(24) {
        let &[what, place, size] = change else { break };
        let at = usize::from(place) % datagrams.len();
        match what % 3 {
            0 => refragment(&mut datagrams, at, 1 + usize::from(size)),
            1 => datagrams.insert(at + 1, datagrams[at].clone()),
            _ => exchange(&mut datagrams, at),
        }
        if datagrams.len() > 400 {
            break;
        }
    }
    assert_eq!(verdicts(&file(&datagrams)), *verdict, "the order of datagrams decides");
}

/// An Ethernet frame of UDP over IPv4 without options, or any other.
#[derive(Clone)]
struct Datagram {
    time: i64,
    frame: Vec<u8>,
}

/// Ethernet, IPv4, UDP.
const HEADERS: usize = 14 + 20 + 8;

impl Datagram {
    /// The ends and ports.
    fn ends(&self) -> Option<&[u8]> {
        (self.frame.get(23) == Some(&17))
            .then(|| self.frame.get(26..38))
            .flatten()
    }

    /// Where handshake records in clear stand in the payload: behind a preamble of CAPWAP.
    fn records(&self) -> Option<usize> {
        let payload = self.frame.get(HEADERS..).filter(|_| self.ends().is_some())?;
        [0, 4]
            .into_iter()
            .find(|&at| matches!(payload.get(at..), Some([22, 0xfe, _, 0, 0, ..])))
    }

    fn of(&self, payload: &[u8]) -> Self {
        let mut frame = self.frame[..HEADERS].to_vec();
        for (at, len) in [(16, payload.len() + 28), (38, payload.len() + 8)] {
            frame[at..at + 2].copy_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
        }
        frame[40..42].fill(0);
        frame.extend(payload);
        Self { time: self.time, frame }
    }
}

fn read(sample: &[u8]) -> Vec<Datagram> {
    let mut datagrams = Vec::new();
    read_frames(sample, |frame| {
        let (time, frame) = (frame.time.0, frame.data.to_vec());
        datagrams.push(Datagram { time, frame });
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    datagrams
}

/// The frames in their order, each not before the one ahead of it.
fn file(datagrams: &[Datagram]) -> Vec<u8> {
    let mut file = header(1);
    let mut now = 0;
    for datagram in datagrams {
        now = now.max(datagram.time);
        record(&mut file, now, &datagram.frame);
    }
    file
}

/// Cuts the handshake fragments of a datagram, each piece into a datagram of its own (RFC 6347 section 4.2.3).
fn refragment(datagrams: &mut Vec<Datagram>, at: usize, size: usize) {
    let datagram = &datagrams[at];
    let Some(from) = datagram.records() else { return };
    let preamble = &datagram.frame[HEADERS..HEADERS + from];
    let mut rest = &datagram.frame[HEADERS + from..];
    let mut pieces = Vec::new();
    while let Some(head) = rest.first_chunk::<13>() {
        let len = usize::from(u16::from_be_bytes([head[11], head[12]]));
        let Some(body) = rest.get(13..13 + len) else { break };
        rest = &rest[13 + len..];
        if head[0] != 22 || head[3..5] != [0, 0] {
            pieces.push([head, body].concat());
            continue;
        }
        for fragment in fragments(body, size) {
            let [high, low] = u16::try_from(fragment.len()).unwrap().to_be_bytes();
            pieces.push([&head[..11], &[high, low], &fragment].concat());
        }
    }
    let pieces: Vec<Datagram> = pieces
        .iter()
        .map(|record| datagram.of(&[preamble, record, rest].concat()))
        .collect();
    if !pieces.is_empty() && pieces.len() < 100 {
        datagrams.splice(at..=at, pieces);
    }
}

/// The handshake fragments of a record, none longer than that.
fn fragments(mut body: &[u8], size: usize) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some(head) = body.first_chunk::<12>() {
        let number =
            |at: usize| usize::from(head[at]) << 16 | usize::from(head[at + 1]) << 8 | usize::from(head[at + 2]);
        let (offset, len) = (number(6), number(9));
        let Some(bytes) = body.get(12..12 + len) else { break };
        body = &body[12 + len..];
        let mut at = 0;
        loop {
            let piece = &bytes[at..bytes.len().min(at + size)];
            let place = [offset + at, piece.len()].map(|it| u32::try_from(it).unwrap().to_be_bytes());
            pieces.push([&head[..6], &place[0][1..], &place[1][1..], piece].concat());
            at += size;
            if at >= bytes.len() {
                break;
            }
        }
    }
    pieces
}

/// A datagram of handshake messages in clear and the next one of the same flight change places.
fn exchange(datagrams: &mut [Datagram], at: usize) {
    let Some([one, other]) = datagrams.get(at..at + 2) else {
        return;
    };
    let same = one.ends().is_some() && one.ends() == other.ends();
    if same && one.records().is_some() && other.records().is_some() {
        let (first, second) = (one.time, other.time);
        datagrams.swap(at, at + 1);
        (datagrams[at].time, datagrams[at + 1].time) = (first, second);
    }
}

fn verdicts(file: &[u8]) -> String {
    let said = report(file).attempts.into_iter();
    let said = said.map(|it| format!("{} {} {}\n", it.verdict.id.name(), it.verdict.by, it.verdict.at));
    said.collect()
}

fn report(file: &[u8]) -> Report {
    tlswalk::analyze(file, "fuzz", options(Language::En)).unwrap()
}

/// The identifier that the client chose for the server.
const IDENTIFIER: [u8; 8] = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];

/// The server's own.
const OF_SERVER: [u8; 4] = [0xf0, 0x67, 0xa5, 0x50];

/// Bytes as packets of QUIC: a byte of side, version and kind, two of length, and what is inside; what is inside an Initial is
/// protected as its sender would do it, so that it is opened and read. What analysis reads of them, redaction must have found.
pub fn quic(mut data: &[u8]) {
    let mut capture = Capture::new();
    let mut number = 0;
    while let &[head, high, low, ref rest @ ..] = data {
        let (inside, after) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes([high, low]) % 1400)));
        data = after;
        let from = Sender::of(head & 1 == 0);
        let version = [1, 0x6b33_43cf, 0xff00_001d, 0xff00_0017][usize::from(head >> 1 & 3)];
        let payload = match head >> 3 & 3 {
            // As it is: any packet, also one that nobody can open.
            3 => inside.to_vec(),
            // With a token.
            2 => initial(version, from, number, b"token", inside),
            _ => initial(version, from, number, b"", inside),
        };
        capture.udp(from, 443, &payload);
        capture.wait(u32::from(head >> 5));
        number = u16::wrapping_add(number, 1);
    }
    leaves_nothing(&capture.bytes);
}

fn initial(version: u32, from: Sender, number: u16, token: &[u8], frames: &[u8]) -> Vec<u8> {
    let ids: [&[u8]; 2] = match from {
        Sender::Client => [&IDENTIFIER, &[]],
        Sender::Server => [&[], &OF_SERVER],
    };
    quic_keys::initial(version, &IDENTIFIER, from == Sender::Client, ids, token, number, frames)
}

/// A Client Hello over QUIC whose bytes come in frames as the bytes say: cut anywhere, twice, in any order and in any packets
/// (RFC 9000 section 19.6). Where every byte came, the hello is read.
pub fn crypto(data: &[u8]) {
    use super::scenario::messages::{Group, Offer, SERVER_NAME, client_hello};
    let hello = client_hello(Offer::Tls13, Group::X25519);
    let mut pieces = vec![std::ops::Range {
        start: 0,
        end: hello.len(),
    }];
    for change in data.chunks_exact(3).take(40) {
        let &[what, place, size] = change else { break };
        let at = usize::from(place) % pieces.len();
        let piece = pieces[at].clone();
        match what % 4 {
            0 if piece.len() > 1 => {
                let middle = piece.start + 1 + usize::from(size) % (piece.len() - 1);
                pieces.splice(at..=at, [piece.start..middle, middle..piece.end]);
            }
            1 => pieces.push(piece),
            2 => pieces.push(piece.start..hello.len().min(piece.end + usize::from(size))),
            _ => {
                let other = usize::from(size) % pieces.len();
                pieces.swap(at, other);
            }
        }
    }
    let mut capture = Capture::new();
    // So many frames in each packet.
    let each = 1 + data.first().map_or(0, |it| usize::from(*it)) % 4;
    for (number, pieces) in (0_u16..).zip(pieces.chunks(each)) {
        let mut frames = Vec::new();
        for piece in pieces {
            let place = [piece.start, piece.len()].map(|it| (0x4000 | u16::try_from(it).unwrap()).to_be_bytes());
            frames.extend([&[6][..], &place.concat(), &hello[piece.clone()]].concat());
        }
        // A client's first datagrams are full (RFC 9000 section 14.1).
        frames.resize(frames.len().max(1162), 0);
        capture.udp(Sender::Client, 443, &initial(1, Sender::Client, number, b"", &frames));
    }
    let report = report(&capture.bytes);
    let names: Vec<_> = report
        .connections
        .iter()
        .filter_map(|it| it.tls.as_ref()?.sni.as_deref())
        .collect();
    assert_eq!(names, [SERVER_NAME], "the order of frames decides");
}
