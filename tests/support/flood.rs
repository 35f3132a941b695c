//! number → a capture with so many of something, made while it is read: no flood has to fit into memory or on a disk.
#![allow(
    unreachable_pub,
    dead_code,
    reason = "a module of several test crates has no one interface"
)]

use std::io::{self, Read};

/// What comes in great numbers, each from an address and a port of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A connection whose hello is refused by an alert: five frames.
    Refused,
    /// A connection that nobody ends, after its hello: three frames.
    Open,
    /// SYN and SYN-ACK, and nothing else.
    HalfOpen,
    /// A single SYN.
    Syn,
    /// A look-up of a name that no other asks for, and that it does not exist.
    Name,
    /// A Client Hello of DTLS.
    DtlsHello,
    /// A hello with the longest name, and a page in clear with the longest lines as its answer.
    LongestNames,
    /// A hello that is answered with three certificates of 60 KB, whose names fill them, and refused.
    LargestCertificates,
}

/// A capture of raw IP packets, a millisecond for each of them.
pub struct Flood {
    kind: Kind,
    left: u32,
    made: u32,
    now: u64,
    /// What is not yet read.
    bytes: Vec<u8>,
    read: usize,
    hello: Vec<u8>,
}

const SERVER: [u8; 4] = [203, 0, 113, 5];
const START_MS: u64 = 1_770_000_000_000;

impl Flood {
    pub fn new(kind: Kind, count: u32) -> Self {
        let words = [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 262_144, 101];
        let longest = vec![b'n'; 16_000];
        let name: &[u8] = match kind {
            Kind::LongestNames => &longest,
            _ => b"service.example",
        };
        Self {
            kind,
            left: count,
            made: 0,
            now: START_MS,
            bytes: words.into_iter().flat_map(u32::to_le_bytes).collect(),
            read: 0,
            hello: hello(name),
        }
    }

    fn packet(&mut self, protocol: u8, ends: [[u8; 4]; 2], parts: &[&[u8]]) {
        let len = 20 + parts.iter().map(|it| it.len()).sum::<usize>();
        let [high, low] = u16::try_from(len).unwrap().to_be_bytes();
        let (seconds, rest) = (self.now / 1000, self.now % 1000 * 1_000_000);
        for word in [seconds as u32, rest as u32, len as u32, len as u32] {
            self.bytes.extend(word.to_le_bytes());
        }
        self.bytes.extend([0x45, 0, high, low, 0, 0, 0, 0, 64, protocol, 0, 0]);
        self.bytes.extend(ends.as_flattened());
        parts.iter().for_each(|part| self.bytes.extend(*part));
        self.now += 1;
    }

    /// A segment: from the client or to it.
    fn tcp(&mut self, number: u32, from_client: bool, numbers: [u32; 2], flags: u8, body: &[u8]) {
        let (client, port) = client(number);
        let (ends, ports) = match from_client {
            true => ([client, SERVER], [port, 443]),
            false => ([SERVER, client], [443, port]),
        };
        let head = [
            ports.map(u16::to_be_bytes).concat(),
            numbers.map(u32::to_be_bytes).concat(),
            vec![0x50, flags, 0xfa, 0, 0, 0, 0, 0],
        ]
        .concat();
        self.packet(6, ends, &[&head, body]);
    }

    fn udp(&mut self, number: u32, from_client: bool, port: u16, body: &[u8]) {
        let (client, own) = client(number);
        let (ends, ports) = match from_client {
            true => ([client, SERVER], [own, port]),
            false => ([SERVER, client], [port, own]),
        };
        let head = [ports[0], ports[1], body.len() as u16 + 8, 0]
            .map(u16::to_be_bytes)
            .concat();
        self.packet(17, ends, &[&head, body]);
    }

    fn one(&mut self, number: u32) {
        const SYN: u8 = 2;
        const ACK: u8 = 16;
        if let Kind::Name = self.kind {
            let name = format!("\x10{number:016x}\x07example\0");
            for flags in [0x0100_u16, 0x8183] {
                let [high, low] = flags.to_be_bytes();
                let head = [(number >> 8) as u8, number as u8, high, low, 0, 1, 0, 0, 0, 0, 0, 0];
                let message = [&head[..], name.as_bytes(), &[0, 1, 0, 1]].concat();
                self.udp(number, flags == 0x0100, 53, &message);
            }
            return;
        }
        if let Kind::DtlsHello = self.kind {
            let mut hello = dtls_hello();
            // Another random value: another attempt.
            hello[27..31].copy_from_slice(&number.to_be_bytes());
            return self.udp(number, true, 5246, &hello);
        }
        self.tcp(number, true, [number, 0], SYN, &[]);
        if self.kind == Kind::Syn {
            return;
        }
        self.tcp(number, false, [7, number.wrapping_add(1)], SYN | ACK, &[]);
        if self.kind == Kind::HalfOpen {
            return;
        }
        self.handshake(number);
    }

    /// A Client Hello, and how the server ends the connection.
    fn handshake(&mut self, number: u32) {
        const PUSH_ACK: u8 = 24;
        const RST_ACK: u8 = 20;
        let hello = std::mem::take(&mut self.hello);
        let (own, len) = (number.wrapping_add(1), hello.len() as u32);
        self.tcp(number, true, [own, 8], PUSH_ACK, &hello);
        self.hello = hello;
        match self.kind {
            Kind::Refused => {
                self.tcp(
                    number,
                    false,
                    [8, own.wrapping_add(len)],
                    PUSH_ACK,
                    &[21, 3, 3, 0, 2, 2, 40],
                );
                self.tcp(number, false, [15, own.wrapping_add(len)], RST_ACK, &[]);
            }
            Kind::LongestNames => {
                let line = [b'l'; 30_000];
                let page = [
                    &b"HTTP/1.1 400 "[..],
                    &line,
                    b"\r\nLocation: http://",
                    &line,
                    b"\r\n\r\n",
                ]
                .concat();
                self.tcp(number, false, [8, own.wrapping_add(len)], PUSH_ACK, &page);
                self.tcp(
                    number,
                    false,
                    [8 + page.len() as u32, own.wrapping_add(len)],
                    RST_ACK,
                    &[],
                );
            }
            Kind::LargestCertificates => {
                let chain = [0, 1, 2].map(|at| counted(3, &certificate(number * 3 + at))).concat();
                let messages = [server_hello(), message(11, &counted(3, &chain))].concat();
                let mut at = 8;
                for part in messages.chunks(16_000) {
                    let record = [&[22, 3, 3][..], &counted(2, part)].concat();
                    self.tcp(number, false, [at, own.wrapping_add(len)], PUSH_ACK, &record);
                    at += record.len() as u32;
                }
                let alert = [21, 3, 3, 0, 2, 2, 48];
                self.tcp(number, true, [own.wrapping_add(len), at], PUSH_ACK, &alert);
                self.tcp(number, false, [at, own.wrapping_add(len + 7)], RST_ACK, &[]);
            }
            _ => {}
        }
    }
}

/// A value behind its length in so many bytes.
fn counted(bytes: usize, value: &[u8]) -> Vec<u8> {
    [&value.len().to_be_bytes()[8 - bytes..], value].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &counted(3, body)].concat()
}

/// TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, no session, no extension.
fn server_hello() -> Vec<u8> {
    message(2, &[&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat())
}

/// A DER value.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = match body.len() {
        len @ 0..128 => vec![len as u8],
        len @ 128..256 => vec![0x81, len as u8],
        len @ 256..65_536 => [&[0x82][..], &(len as u16).to_be_bytes()].concat(),
        len => [&[0x84][..], &(len as u32).to_be_bytes()].concat(),
    };
    [&[tag][..], &length, &body].concat()
}

/// A certificate with a number of its own, an issuer of 20 KB and 4,000 names of its subject.
fn certificate(number: u32) -> Vec<u8> {
    let algorithm = der(0x30, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b, 5, 0]]);
    let name = |of: &[u8]| {
        let attribute = der(0x30, &[&[6, 3, 0x55, 4, 3], &der(0x0c, &[of])]);
        der(0x30, &[&der(0x31, &[&attribute])])
    };
    let dates = der(
        0x30,
        &[&der(0x17, &[b"250101000000Z"]), &der(0x17, &[b"350101000000Z"])],
    );
    let key = der(0x30, &[&[2, 65], &[0x51; 65], &[2, 3, 1, 0, 1]]);
    let key = der(
        0x30,
        &[
            &der(0x30, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0]]),
            &der(3, &[&[0], &key]),
        ],
    );
    let names: Vec<u8> = (0..4000)
        .flat_map(|at| der(0x82, &[format!("{at:04}.{number:x}").as_bytes()]))
        .collect();
    let alternative = der(0x30, &[&[6, 3, 0x55, 0x1d, 0x11], &der(4, &[&der(0x30, &[&names])])]);
    let inner = der(
        0x30,
        &[
            &[0xa0, 3, 2, 1, 2, 2, 5, 1],
            &number.to_be_bytes(),
            &algorithm,
            &name(&[b'i'; 20_000]),
            &dates,
            &name(number.to_string().as_bytes()),
            &key,
            &der(0xa3, &[&der(0x30, &[&alternative])]),
        ],
    );
    der(0x30, &[&inner, &algorithm, &der(3, &[&[0; 257]])])
}

impl Read for Flood {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.bytes.len() {
            self.bytes.clear();
            self.read = 0;
            while self.left > 0 && self.bytes.len() < 64 * 1024 {
                self.one(self.made);
                self.made += 1;
                self.left -= 1;
            }
        }
        let rest = &self.bytes[self.read..];
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.read += len;
        Ok(len)
    }
}

/// Another address or port for each number.
const fn client(number: u32) -> ([u8; 4], u16) {
    let [high, a, b, c] = number.to_be_bytes();
    ([11, a, b, c], 20_000 + high as u16)
}

/// A record with a Client Hello of TLS 1.2.
fn hello(name: &[u8]) -> Vec<u8> {
    let vector = |body: &[u8]| [&(body.len() as u16).to_be_bytes()[..], body].concat();
    let entry = [&[0][..], &vector(name)].concat();
    let extension = [&[0, 0][..], &vector(&vector(&entry))].concat();
    let body = [&[3, 3][..], &[0x5a; 32], &[0, 0, 2, 0, 0x9d, 1, 0], &vector(&extension)].concat();
    let message = [&[1][..], &(body.len() as u32).to_be_bytes()[1..], &body].concat();
    [&[22, 3, 3][..], &vector(&message)].concat()
}

/// A record of DTLS 1.2 with a Client Hello: 13 bytes of record, 12 of message, 2 of version, and 32 random ones.
fn dtls_hello() -> Vec<u8> {
    let body = [&[0xfe, 0xfd][..], &[0x5a; 32], &[0, 0, 0, 2, 0, 0x9d, 1, 0]].concat();
    let len = body.len() as u8;
    let message = [&[1, 0, 0, len, 0, 0, 0, 0, 0, 0, 0, len][..], &body].concat();
    [
        &[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, message.len() as u8][..],
        &message,
    ]
    .concat()
}
