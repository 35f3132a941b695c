//! Tcp → Frame: connections with a real handshake at their beginning and records or other bytes behind it.

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use super::World;
use super::rng::Rng;
use super::samples::Template;
use super::wire::{self, Ip, Way};

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
const PSH: u8 = 8;
pub const ACK: u8 = 16;

const APPLICATION_DATA: u8 = 23;

/// The largest record that TLS allows (RFC 8446 section 5.1).
const LARGEST_RECORD: usize = 16_384;

const MICROSECOND: u64 = 1000;
const MILLISECOND: u64 = 1_000_000;

/// The payload of a connection.
enum Carries {
    /// TLS, opened as in a sample; `None` when the connection began before the capture.
    Tls(Option<Rc<Template>>),
    /// Bytes that are nothing known.
    Other,
}

enum Phase {
    Opening(usize),
    Talking,
    Closing(usize),
}

/// How a connection ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Orderly,
    Reset,
    Silent,
}

pub struct Tcp {
    way: Way,
    ips: [IpAddr; 2],
    ports: [u16; 2],
    ttl: [u8; 2],
    id: [u16; 2],
    /// The next sequence number of each side; while opening, the number of its SYN.
    seq: [u32; 2],
    has_stamps: bool,
    carries: Carries,
    phase: Phase,
    ending: Ending,
    /// Content still to be exchanged.
    budget: u64,
    /// Who is sending, and how much content is left that stands in no record yet.
    sender: usize,
    left: usize,
    record: Record,
    unacknowledged: u8,
    /// A segment that others overtake: how many, and its bytes.
    overtaken: Option<(u8, Vec<u8>)>,
    payload: Vec<u8>,
}

/// The record that is being sent.
#[derive(Default)]
struct Record {
    header: [u8; 5],
    header_left: usize,
    left: usize,
}

impl Tcp {
    pub fn new(world: &mut World, running: bool) -> Self {
        let rng = &mut world.rng;
        let is_tls = !rng.once_in(10);
        let carries = match (is_tls, running) {
            (true, false) => Carries::Tls(Some(world.samples.template(rng))),
            (true, true) => Carries::Tls(None),
            (false, _) => Carries::Other,
        };
        Self {
            way: Way::random(rng),
            ips: wire::ends(rng),
            ports: [32_768 + rng.below(28_000) as u16, if is_tls { 443 } else { 445 }],
            ttl: [64, 52],
            id: [rng.next() as u16, rng.next() as u16],
            seq: [rng.next() as u32, rng.next() as u32],
            has_stamps: rng.once_in(2),
            carries,
            phase: if running { Phase::Talking } else { Phase::Opening(0) },
            ending: match rng.below(100) {
                0..85 => Ending::Orderly,
                85..95 => Ending::Reset,
                _ => Ending::Silent,
            },
            budget: rng.heavy_tail(256, 65_536),
            sender: 1,
            left: 0,
            record: Record::default(),
            unacknowledged: 0,
            overtaken: None,
            payload: Vec::new(),
        }
    }

    /// The same of a client of an access point.
    pub fn wireless(self, rng: &mut Rng) -> Self {
        Self {
            way: Way::wireless(rng),
            ..self
        }
    }

    /// The same between these ends, over plain Ethernet.
    pub fn between(self, ips: [IpAddr; 2], port: u16) -> Self {
        Self {
            way: Way::Plain,
            ips,
            ports: [self.ports[0], port],
            ..self
        }
    }

    /// Writes the next frame; the pause until the one after it, or `None` when there is none.
    pub fn next(&mut self, world: &mut World, out: &mut Vec<u8>) -> Option<u64> {
        if let Some((0, bytes)) = &self.overtaken {
            out.extend(bytes);
            self.overtaken = None;
            return Some(20 * MICROSECOND);
        }
        match self.phase {
            Phase::Opening(step) => Some(self.open(step, out)),
            Phase::Talking => self.talk(world, out),
            Phase::Closing(step) => self.close(step, out),
        }
    }

    /// The sample's opening, under this connection's addresses, ports and numbers; or a plain one.
    fn open(&mut self, step: usize, out: &mut Vec<u8>) -> u64 {
        let Carries::Tls(Some(template)) = &self.carries else {
            let (side, flags) = [(0, SYN), (1, SYN | ACK), (0, ACK)][step];
            let ack = if step == 0 { 0 } else { self.seq[1 - side] };
            self.segment(side, flags, self.seq[side], ack, &[2, 4, 5, 0xb4], &[], out);
            if step < 2 {
                self.seq[side] = self.seq[side].wrapping_add(1);
                self.phase = Phase::Opening(step + 1);
            } else {
                self.phase = Phase::Talking;
            }
            return 10 * MILLISECOND;
        };
        let template = Rc::clone(template);
        let it = &template.steps[step];
        let seq = self.seq[it.side].wrapping_add(it.seq);
        let ack = if it.flags & ACK == 0 {
            0
        } else {
            self.seq[1 - it.side].wrapping_add(it.ack)
        };
        self.segment(it.side, it.flags, seq, ack, &it.options, &it.payload, out);
        let Some(next) = template.steps.get(step + 1) else {
            for side in [0, 1] {
                self.seq[side] = self.seq[side].wrapping_add(template.ends[side]);
            }
            self.phase = Phase::Talking;
            return 5 * MILLISECOND;
        };
        self.phase = Phase::Opening(step + 1);
        next.after - it.after
    }

    /// Requests and answers, until the budget is spent.
    fn talk(&mut self, world: &mut World, out: &mut Vec<u8>) -> Option<u64> {
        let rng = &mut world.rng;
        let is_done = self.left == 0 && self.record.left == 0 && self.record.header_left == 0;
        if self.unacknowledged >= 2 || (is_done && self.unacknowledged > 0) {
            self.unacknowledged = 0;
            let side = 1 - self.sender;
            self.segment(side, ACK, self.seq[side], self.seq[self.sender], &[], &[], out);
            return Some((30 + rng.below(100)) * MICROSECOND);
        }
        if is_done {
            if self.budget == 0 {
                if self.ending == Ending::Silent {
                    return None;
                }
                self.phase = Phase::Closing(0);
                return Some(rng.below(300) * MILLISECOND);
            }
            self.sender = 1 - self.sender;
            let wanted = if self.sender == 0 {
                100 + rng.below(900)
            } else {
                rng.heavy_tail(128, 65_536)
            };
            self.left = wanted.min(self.budget) as usize;
            self.budget -= self.left as u64;
            return Some(if self.sender == 0 {
                (20 + rng.below(1500)) * MILLISECOND
            } else {
                (5 + rng.below(80)) * MILLISECOND
            });
        }
        self.fill(rng, &world.noise);
        let payload = std::mem::take(&mut self.payload);
        let (side, seq) = (self.sender, self.seq[self.sender]);
        let is_last = self.left == 0 && self.record.left == 0 && self.record.header_left == 0;
        let flags = if is_last { ACK | PSH } else { ACK };
        self.segment(side, flags, seq, self.seq[1 - side], &[], &payload, out);
        self.seq[side] = seq.wrapping_add(payload.len() as u32);
        self.unacknowledged += 1;
        self.payload = payload;
        if let Some((others, _)) = &mut self.overtaken {
            *others -= 1;
        } else if rng.once_in(400) {
            // Lost on the way, and sent again after some others.
            self.overtaken = Some((3 + rng.below(6) as u8, std::mem::take(out)));
        } else if rng.once_in(2000) {
            // The capture missed it.
            out.clear();
        }
        Some((10 + rng.below(60)) * MICROSECOND)
    }

    /// The next segment's payload: records one after the other, cut wherever the segment is full.
    fn fill(&mut self, rng: &mut Rng, noise: &[u8]) {
        self.payload.clear();
        let is_tls = matches!(self.carries, Carries::Tls(_));
        let record = &mut self.record;
        let mss = self.way.mss();
        loop {
            let room = mss - self.payload.len();
            if room == 0 {
                return;
            }
            if record.header_left > 0 {
                let used = room.min(record.header_left);
                let from = record.header.len() - record.header_left;
                self.payload.extend(&record.header[from..from + used]);
                record.header_left -= used;
            } else if record.left > 0 {
                let used = room.min(record.left);
                let from = rng.below((noise.len() - used) as u64) as usize;
                self.payload.extend(&noise[from..from + used]);
                record.left -= used;
            } else if self.left > 0 {
                record.left = self.left.min(LARGEST_RECORD);
                self.left -= record.left;
                if is_tls {
                    let [high, low] = (record.left as u16).to_be_bytes();
                    record.header = [APPLICATION_DATA, 3, 3, high, low];
                    record.header_left = record.header.len();
                }
            } else {
                return;
            }
        }
    }

    fn close(&mut self, step: usize, out: &mut Vec<u8>) -> Option<u64> {
        let steps: &[(usize, u8)] = match self.ending {
            Ending::Reset => &[(0, RST | ACK)],
            _ => &[(0, FIN | ACK), (1, FIN | ACK), (0, ACK)],
        };
        let &(side, flags) = steps.get(step)?;
        let (seq, ack) = (self.seq[side], self.seq[1 - side]);
        self.segment(side, flags, seq, ack, &[], &[], out);
        self.seq[side] = seq.wrapping_add(u32::from(flags & FIN));
        self.phase = Phase::Closing(step + 1);
        (step + 1 < steps.len()).then_some(10 * MILLISECOND)
    }

    #[allow(clippy::too_many_arguments, reason = "a segment has so many fields")]
    fn segment(
        &mut self,
        side: usize,
        flags: u8,
        seq: u32,
        ack: u32,
        options: &[u8],
        payload: &[u8],
        out: &mut Vec<u8>,
    ) {
        const STAMPS: [u8; 12] = [1, 1, 8, 10, 0x12, 0x34, 0x56, 0x78, 0x87, 0x65, 0x43, 0x21];
        let options = match options {
            [] if self.has_stamps && flags & SYN == 0 => &STAMPS,
            options => options,
        };
        let header = header(
            [self.ports[side], self.ports[1 - side]],
            seq,
            ack,
            options.len(),
            flags,
            502,
        );
        self.id[side] = self.id[side].wrapping_add(1);
        let ip = Ip {
            src: self.ips[side],
            dst: self.ips[1 - side],
            protocol: wire::TCP,
            ttl: self.ttl[side],
            id: self.id[side],
            from_client: side == 0,
        };
        wire::frame(out, self.way, &ip, &[&header, options, payload]);
    }
}

/// A TCP header; the checksum is filled in with the frame.
pub fn header(ports: [u16; 2], seq: u32, ack: u32, options_len: usize, flags: u8, window: u16) -> [u8; 20] {
    let mut header = [0; 20];
    header[..2].copy_from_slice(&ports[0].to_be_bytes());
    header[2..4].copy_from_slice(&ports[1].to_be_bytes());
    header[4..8].copy_from_slice(&seq.to_be_bytes());
    header[8..12].copy_from_slice(&ack.to_be_bytes());
    header[12] = ((20 + options_len) as u8 / 4) << 4;
    header[13] = flags;
    header[14..16].copy_from_slice(&window.to_be_bytes());
    header
}

/// The SYN with this number of a scan: source and port follow from the number, so that no two are of one flow.
pub fn scan_probe(number: u64, rng: &mut Rng, out: &mut Vec<u8>) {
    // An odd factor permutes the 2^24 sources.
    let source = (number as u32).wrapping_mul(0x9e37_79b1) & 0x00ff_ffff;
    let ports = [
        1024 + rng.below(64_000) as u16,
        (number >> 24) as u16 * 1000 + rng.below(1000) as u16,
    ];
    let header = header(ports, rng.next() as u32, 0, 0, SYN, 1024);
    let ip = Ip {
        src: Ipv4Addr::from(0x0b00_0000 | source).into(),
        dst: Ipv4Addr::from(0x0a40_0000 | (rng.next() as u32 & 0xffff)).into(),
        protocol: wire::TCP,
        ttl: 240,
        id: rng.next() as u16,
        from_client: false,
    };
    wire::frame(out, Way::Plain, &ip, &[&header]);
}
