//! Packets of one connection → what each side sent, and what was acknowledged of it.

use std::net::SocketAddr;

use super::wire::{ACK, FIN, Packet, RST, SYN};

/// One side of a connection, in the order of sequence numbers.
pub struct Side<'a> {
    /// Its packets, in the order of the file.
    pub packets: Vec<&'a Packet>,
    /// First byte after the SYN, where one was captured: else the lowest sequence number.
    pub start: u32,
    pub has_syn: bool,
    /// Several SYNs with other numbers, or one number used again: not looked into.
    pub is_odd: bool,
    /// Bytes from `start` without a hole, and the frame that brought each run: (offset, length, frame).
    pub bytes: Vec<u8>,
    pub pieces: Vec<(usize, usize, u64)>,
    /// The highest offset that the other side acknowledged.
    pub acknowledged: Option<usize>,
    /// The highest offset that was seen, captured or not.
    pub sent: usize,
}

/// Distance of two sequence numbers (RFC 9293 section 3.4), 0 where the second lies before the first.
fn offset(start: u32, seq: u32) -> usize {
    let distance = seq.wrapping_sub(start);
    if distance < 1 << 31 { distance as usize } else { 0 }
}

impl<'a> Side<'a> {
    pub fn of(all: &[&'a Packet], from: SocketAddr) -> Self {
        let (packets, others): (Vec<&Packet>, Vec<&Packet>) = all.iter().partition(|it| it.from == from);
        let seq = |it: &Packet| it.tcp.as_ref().unwrap().seq;
        let syns: Vec<u32> = packets.iter().filter(|it| it.has(SYN)).map(|it| seq(it)).collect();
        let lowest = packets
            .iter()
            .filter(|it| !it.has(RST))
            .map(|it| seq(it))
            .reduce(|a, b| if a.wrapping_sub(b) < 1 << 31 { b } else { a });
        let start = syns.first().map_or(lowest.unwrap_or(0), |it| it.wrapping_add(1));
        let mut side = Side {
            start,
            has_syn: !syns.is_empty(),
            is_odd: syns.iter().any(|it| it.wrapping_add(1) != start),
            bytes: Vec::new(),
            pieces: Vec::new(),
            acknowledged: None,
            sent: 0,
            packets,
        };
        side.join();
        // A reset may acknowledge as well; one that does says what had arrived when it was sent.
        for packet in others.iter().filter(|it| it.has(ACK)) {
            let upto = offset(start, packet.tcp.as_ref().unwrap().ack);
            side.acknowledged = Some(side.acknowledged.unwrap_or(0).max(upto));
        }
        side
    }

    fn join(&mut self) {
        // The frame that first brought each byte, 0 where none did; what lies further than that is not looked at.
        const KEPT: usize = 1 << 20;
        let (mut bytes, mut owner) = (Vec::new(), Vec::new());
        for packet in &self.packets {
            let tcp = packet.tcp.as_ref().unwrap();
            let from = tcp
                .seq
                .wrapping_add(u32::from(packet.has(SYN)))
                .wrapping_sub(self.start);
            // A keep-alive's byte lies before the beginning.
            if packet.length == 0 || packet.has(RST) || from >= 1 << 31 {
                continue;
            }
            let from = from as usize;
            self.sent = self.sent.max(from + packet.length);
            let upto = (from + packet.payload.len()).min(KEPT);
            if bytes.len() < upto {
                bytes.resize(upto, 0);
                owner.resize(upto, 0);
            }
            for at in from..upto {
                if owner[at] == 0 {
                    (bytes[at], owner[at]) = (packet.payload[at - from], packet.frame);
                }
            }
        }
        let whole = owner.iter().position(|&frame| frame == 0).unwrap_or(owner.len());
        bytes.truncate(whole);
        self.bytes = bytes;
        for (at, &frame) in owner[..whole].iter().enumerate() {
            match self.pieces.last_mut() {
                Some((from, length, last)) if *last == frame && *from + *length == at => *length += 1,
                _ => self.pieces.push((at, 1, frame)),
            }
        }
    }

    /// The frames that brought these bytes.
    pub fn frames(&self, from: usize, upto: usize) -> Vec<u64> {
        let touched = self
            .pieces
            .iter()
            .filter(|&&(at, length, _)| at < upto && at + length > from);
        touched.map(|&(_, _, frame)| frame).collect()
    }

    pub fn fins(&self) -> Vec<u64> {
        self.packets
            .iter()
            .filter(|it| it.has(FIN))
            .map(|it| it.frame)
            .collect()
    }
}

/// A TLS record whose bytes are all there (RFC 8446 section 5.1).
pub struct Record {
    pub kind: u8,
    pub from: usize,
    pub upto: usize,
}

/// The records from the beginning of a side on; `None` where it does not begin with one.
pub fn records(bytes: &[u8]) -> Option<Vec<Record>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let [kind @ 20..=24, 3, 0..=4, high, low, ..] = bytes.get(at..).unwrap_or_default() {
        let length = usize::from(*high) << 8 | usize::from(*low);
        if at + 5 + length > bytes.len() {
            break;
        }
        found.push(Record {
            kind: *kind,
            from: at,
            upto: at + 5 + length,
        });
        at += 5 + length;
    }
    (!found.is_empty()).then_some(found)
}

/// A handshake message in clear: its type, body, and where it lies in the side's bytes.
pub struct Message {
    pub kind: u8,
    pub body: Vec<u8>,
    pub from: usize,
    pub upto: usize,
}

/// The messages before the side's first change_cipher_spec (RFC 8446 section 4); no further than the first record of another kind.
pub fn messages(side: &Side<'_>, records: &[Record]) -> Vec<Message> {
    let mut bytes: Vec<(u8, usize)> = Vec::new();
    for record in records
        .iter()
        .take_while(|it| it.kind == 22 || it.kind == 21)
        .filter(|it| it.kind == 22)
    {
        bytes.extend((record.from + 5..record.upto).map(|at| (side.bytes[at], at)));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let [(kind, from), (a, _), (b, _), (c, _), ..] = bytes[at..] {
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        let Some(body) = bytes.get(at + 4..at + 4 + length) else {
            break;
        };
        let upto = body.last().map_or(from + 4, |&(_, at)| at + 1);
        found.push(Message {
            kind,
            body: body.iter().map(|&(byte, _)| byte).collect(),
            from,
            upto,
        });
        at += 4 + length;
    }
    found
}
