//! Captures in memory, from a story: messages → records → segments → frames → a pcap or pcapng file.
//!
//! A story is told once ([`Scenario::tls12`], [`Scenario::tls13`], [`Scenario::alert`], or by hand from
//! [`Scenario::open`] and [`Scenario::send`]) and then bent: every transformation consumes the scenario and returns it.
//! Frames are counted from 1 in the order of the file, as Wireshark counts them.
//!
//! ```ignore
//! let file = Scenario::tls12().split(Server, 7).duplicate_all(DuplicateKind::Vlan).pcap();
//! ```
#![allow(dead_code, reason = "each test and bench takes what it needs")]
#![allow(unreachable_pub, reason = "a module of several test crates has no one interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code states its invariants"
)]

mod frames;
pub mod messages;

use std::fmt;

pub use Side::{Client, Server};
use messages::*;

/// Who opened the TCP connection, and who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

impl Side {
    /// The other one.
    pub fn peer(self) -> Self {
        match self {
            Client => Server,
            Server => Client,
        }
    }

    /// As the report writes it.
    pub fn name(self) -> &'static str {
        match self {
            Client => "client",
            Server => "server",
        }
    }
}

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const PSH: u8 = 8;
pub const ACK: u8 = 16;

/// Segment size both sides agree on: the one that the controllers use, and small enough to cut every flight.
pub const MSS: usize = 536;

/// When every story begins: 2026-02-01T12:00:00Z, inside the validity of the certificates in `tests/data`.
pub const START: i64 = 1_769_947_200_000_000_000;

/// One way through the network.
const HALF_ROUND_TRIP: i64 = 20_000_000;

/// Between two frames of one sender.
const BACK_TO_BACK: i64 = 40_000;

/// A TCP connection's ends and where its sequence numbers begin.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    pub client_port: u16,
    pub server_port: u16,
    pub client_isn: u32,
    pub server_isn: u32,
    pub ipv6: bool,
}

/// One packet. Sequence and acknowledgement numbers are relative: the SYN is 0, the first byte of data 1.
#[derive(Clone, Debug)]
pub struct Packet {
    pub flow: Flow,
    pub side: Side,
    /// Nanoseconds since the epoch.
    pub time: i64,
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub window: u16,
    pub payload: Vec<u8>,
    pub ip_id: u16,
    pub ttl: u8,
    /// Tells the MAC addresses of one link on the path from those of another.
    pub hop: u8,
    pub vlan: Option<u16>,
    pub bad_checksum: bool,
}

/// How the second copy of a packet differs from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateKind {
    /// In nothing: a mirror port that sees both ports.
    Identical,
    /// It passed a router: the TTL is one less.
    TtlLess,
    /// It was seen on another link: other MAC addresses.
    OtherMac,
    /// It was seen on a trunk: a VLAN tag.
    Vlan,
}

/// A capture, as packets in file order.
#[derive(Clone)]
pub struct Scenario {
    pub packets: Vec<Packet>,
    flow: Flow,
    /// The next relative sequence number of client and server.
    next: [u32; 2],
    /// When the next packet is sent.
    now: i64,
    ip_id: [u16; 2],
    snap: usize,
}

/// A line per packet, for a test that failed.
impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.packets.first().map_or(0, |p| p.time);
        for (index, p) in self.packets.iter().enumerate() {
            let flags = [(SYN, 'S'), (FIN, 'F'), (RST, 'R'), (PSH, 'P'), (ACK, '.')];
            let flags: String = flags
                .iter()
                .filter(|(bit, _)| p.flags & bit != 0)
                .map(|(_, letter)| letter)
                .collect();
            let seconds = (p.time - first) as f64 / 1e9;
            let (frame, side, len) = (index + 1, p.side.name(), p.payload.len());
            write!(
                f,
                "\n{frame:4} {seconds:9.6} {side} {flags:3} seq {} len {len} ack {}",
                p.seq, p.ack
            )?;
        }
        Ok(())
    }
}

/// # Telling the story
impl Scenario {
    /// Nothing happened yet.
    pub fn new() -> Self {
        let flow = Flow {
            client_port: 22425,
            server_port: 443,
            client_isn: 1_000_000,
            server_isn: 3_000_000_000,
            ipv6: false,
        };
        Self {
            packets: Vec::new(),
            flow,
            next: [0, 0],
            now: START,
            ip_id: [1000, 50_000],
            snap: 65_535,
        }
    }

    /// SYN, SYN-ACK, ACK.
    pub fn open() -> Self {
        Self::new()
            .packet(Client, SYN, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(Server, SYN | ACK, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(Client, ACK, &[])
    }

    /// One packet of the conversation with the sequence numbers that are due.
    pub fn packet(mut self, side: Side, flags: u8, payload: &[u8]) -> Self {
        let (own, peer) = (side as usize, side.peer() as usize);
        self.packets.push(Packet {
            flow: self.flow,
            side,
            time: self.now,
            seq: self.next[own],
            ack: if flags & ACK == 0 { 0 } else { self.next[peer] },
            flags,
            window: 4128,
            payload: payload.to_vec(),
            ip_id: self.ip_id[own],
            ttl: if side == Client { 64 } else { 52 },
            hop: 0,
            vlan: None,
            bad_checksum: false,
        });
        self.next[own] += payload.len() as u32 + u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        self.ip_id[own] = self.ip_id[own].wrapping_add(1);
        self.now += BACK_TO_BACK;
        self
    }

    /// Bytes in segments of [`MSS`], which the peer acknowledges half a round trip later.
    pub fn send(mut self, side: Side, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let segments = bytes.len().div_ceil(MSS);
        for (number, segment) in bytes.chunks(MSS).enumerate() {
            let push = if number + 1 == segments { PSH } else { 0 };
            self = self.packet(side, ACK | push, segment);
        }
        self.wait(HALF_ROUND_TRIP).packet(side.peer(), ACK, &[])
    }

    /// Time passes.
    pub fn wait(mut self, ns: i64) -> Self {
        self.now += ns;
        self
    }

    /// `side` sends FIN, the peer FIN, `side` the last ACK.
    pub fn close(self, side: Side) -> Self {
        self.packet(side, FIN | ACK, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(side.peer(), FIN | ACK, &[])
            .wait(HALF_ROUND_TRIP)
            .packet(side, ACK, &[])
    }

    /// `side` resets the connection.
    pub fn reset(self, side: Side) -> Self {
        self.packet(side, RST | ACK, &[])
    }

    /// TLS 1.2 with a client certificate, as the official guide's picture has it: RSA key exchange, NewSessionTicket.
    pub fn tls12() -> Self {
        Self::tls12_with(each_in_a_record)
    }

    /// The same, each flight packed into records by `pack`.
    pub fn tls12_with(pack: impl Fn(&[Vec<u8>]) -> Vec<u8>) -> Self {
        Self::open().handshake12(pack).data().close(Client)
    }

    /// The TLS 1.2 handshake alone.
    pub fn handshake12(self, pack: impl Fn(&[Vec<u8>]) -> Vec<u8>) -> Self {
        let client_finish = [change_cipher_spec(), finished(11)].concat();
        let server_finish = [pack(&[new_session_ticket()]), change_cipher_spec(), finished(12)].concat();
        self.send(Client, pack(&[client_hello(Offer::Tls12, Group::X25519)]))
            .send(Server, pack(&server_flight()))
            .send(Client, [pack(&client_flight()), client_finish].concat())
            .send(Server, server_finish)
    }

    /// A request and an answer in TLS 1.2 Application Data.
    pub fn data(self) -> Self {
        let answer = [
            encrypted(APPLICATION_DATA, 14, 900),
            encrypted(APPLICATION_DATA, 15, 300),
        ]
        .concat();
        self.send(Client, encrypted(APPLICATION_DATA, 13, 700))
            .send(Server, answer)
    }

    /// TLS 1.3 with a client certificate: all but the hellos is encrypted.
    pub fn tls13() -> Self {
        let hello = each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]);
        Self::open()
            .send(Client, hello)
            .handshake13(&[change_cipher_spec()])
            .data13()
    }

    /// TLS 1.3 in which the client first guesses a group that the server does not take.
    pub fn tls13_retry() -> Self {
        let hello = |share| each_in_a_record(&[client_hello(Offer::Tls13, share)]);
        Self::open()
            .send(Client, hello(Group::Secp256r1))
            .send(
                Server,
                [each_in_a_record(&[hello_retry_request()]), change_cipher_spec()].concat(),
            )
            .send(Client, [change_cipher_spec(), hello(Group::X25519)].concat())
            .handshake13(&[])
            .data13()
    }

    /// From the TLS 1.3 ServerHello to the client's Finished. `middle` is what stands between the hellos and the
    /// encrypted records: the ChangeCipherSpec for old middleboxes, which comes once (RFC 8446 appendix D.4).
    fn handshake13(self, middle: &[Vec<u8>]) -> Self {
        // EncryptedExtensions, CertificateRequest, Certificate, CertificateVerify, Finished
        let hidden = [(21, 6), (22, 40), (23, 1740), (24, 264), (25, 52)];
        let hidden: Vec<u8> = hidden.iter().flat_map(|&(seed, len)| encrypted_13(seed, len)).collect();
        let answer = [encrypted_13(26, 850), encrypted_13(27, 264), encrypted_13(28, 52)].concat();
        self.send(
            Server,
            [each_in_a_record(&[server_hello_13()]), middle.concat(), hidden].concat(),
        )
        .send(Client, [middle.concat(), answer].concat())
    }

    /// Tickets, a request, an answer, the end of TLS 1.3.
    fn data13(self) -> Self {
        self.send(Server, [encrypted_13(29, 240), encrypted_13(30, 240)].concat())
            .send(Client, encrypted_13(31, 700))
            .send(Server, encrypted_13(32, 900))
            .close(Client)
    }

    /// TLS 1.2 in which `side` refuses the other's certificate with a fatal alert, as OpenSSL does, and hangs up.
    pub fn alert(side: Side, code: u8) -> Self {
        let story = Self::open()
            .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
            .send(Server, each_in_a_record(&server_flight()));
        let story = match side {
            Client => story,
            Server => {
                let finish = [each_in_a_record(&client_flight()), change_cipher_spec(), finished(11)].concat();
                story.send(Client, finish)
            }
        };
        story.send(side, alert(Level::Fatal, code)).close(side)
    }

    /// TLS 1.3 in which the server refuses the client's certificate: one encrypted record of 19 bytes, then FIN.
    pub fn refused13() -> Self {
        let hello = each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]);
        Self::open()
            .send(Client, hello)
            .handshake13(&[change_cipher_spec()])
            .send(Server, encrypted_13(33, 2))
            .close(Server)
    }

    /// TLS 1.3 in which the client refuses the server's certificate: in clear, since OpenSSL has no write key yet.
    pub fn alert13(code: u8) -> Self {
        let hello = each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]);
        let mut story = Self::open().send(Client, hello).handshake13(&[change_cipher_spec()]);
        let answer = story.data_frames(Client)[1];
        story = story.cut_at(answer - 1);
        story.next[Client as usize] = story.packets[answer - 2].seq;
        story.send(Client, alert(Level::Fatal, code)).close(Client)
    }
}

/// ServerHello … ServerHelloDone of TLS 1.2.
pub fn server_flight() -> Vec<Vec<u8>> {
    let chain = certificate(&[SERVER_CERTIFICATE, ISSUER_CERTIFICATE]);
    vec![server_hello(), chain, certificate_request(), server_hello_done()]
}

/// The client's Certificate … CertificateVerify of TLS 1.2.
pub fn client_flight() -> Vec<Vec<u8>> {
    vec![
        certificate(&[CLIENT_CERTIFICATE]),
        client_key_exchange(),
        certificate_verify(),
    ]
}

/// # Addresses and numbers
impl Scenario {
    fn each(mut self, change: impl Fn(&mut Packet)) -> Self {
        self.packets.iter_mut().for_each(change);
        self
    }

    /// Initial sequence numbers; near `u32::MAX` they wrap.
    pub fn isn(mut self, client: u32, server: u32) -> Self {
        (self.flow.client_isn, self.flow.server_isn) = (client, server);
        self.each(|p| (p.flow.client_isn, p.flow.server_isn) = (client, server))
    }

    /// Ports of client and server.
    pub fn ports(mut self, client: u16, server: u16) -> Self {
        (self.flow.client_port, self.flow.server_port) = (client, server);
        self.each(|p| (p.flow.client_port, p.flow.server_port) = (client, server))
    }

    /// Over IPv6.
    pub fn ipv6(mut self) -> Self {
        self.flow.ipv6 = true;
        self.each(|p| p.flow.ipv6 = true)
    }

    /// On a trunk.
    pub fn vlan(self, id: u16) -> Self {
        self.each(|p| p.vlan = Some(id))
    }

    /// The checksums of `side` are filled in by its network card, after the capture.
    pub fn offloaded(self, side: Side) -> Self {
        self.each(|p| p.bad_checksum |= p.side == side)
    }

    /// Another capture's packets after these.
    pub fn then(mut self, mut other: Self) -> Self {
        let shift = self.last_time() + 1_000_000_000 - other.packets.first().map_or(0, |p| p.time);
        other.packets.iter_mut().for_each(|p| p.time += shift);
        self.packets.append(&mut other.packets);
        self
    }

    /// Another capture's packets between these.
    pub fn beside(mut self, mut other: Self) -> Self {
        self.packets.append(&mut other.packets);
        self.in_time_order()
    }
}

/// # Segments
impl Scenario {
    /// Cuts every segment of `side` into pieces of at most `size` bytes.
    pub fn split(mut self, side: Side, size: usize) -> Self {
        self.packets = std::mem::take(&mut self.packets)
            .into_iter()
            .flat_map(|packet| {
                if packet.side == side {
                    pieces(packet, size)
                } else {
                    vec![packet]
                }
            })
            .collect();
        self
    }

    /// Joins segments of `side` that follow each other, as receive offloading does, up to what fits in an IP packet.
    pub fn merge(mut self, side: Side) -> Self {
        let mut merged: Vec<Packet> = Vec::new();
        for packet in std::mem::take(&mut self.packets) {
            if let Some(last) = merged.last_mut()
                && packet.side == side
                && last.side == side
                && !packet.payload.is_empty()
                && last.flags & (SYN | FIN | RST) == 0
                && packet.flags & (SYN | RST) == 0
                && last.seq + last.payload.len() as u32 == packet.seq
                && last.payload.len() + packet.payload.len() < 60_000
            {
                last.payload.extend(packet.payload);
                (last.flags, last.ack, last.time) = (last.flags | packet.flags, packet.ack, packet.time);
            } else {
                merged.push(packet);
            }
        }
        self.packets = merged;
        self
    }

    /// Numbers of the frames of `side` that carry data.
    pub fn data_frames(&self, side: Side) -> Vec<usize> {
        let carries = |p: &Packet| p.side == side && !p.payload.is_empty();
        (1..=self.packets.len())
            .filter(|&frame| carries(&self.packets[frame - 1]))
            .collect()
    }

    /// The first frame with this flag from `side`.
    pub fn frame_with(&self, side: Side, flag: u8) -> usize {
        1 + self
            .packets
            .iter()
            .position(|p| p.side == side && p.flags & flag != 0)
            .unwrap()
    }

    /// Lets the packet of a frame be anything.
    pub fn change(mut self, frame: usize, change: impl FnOnce(&mut Packet)) -> Self {
        change(&mut self.packets[frame - 1]);
        self
    }

    /// Puts a packet like that of `frame` behind it, changed.
    pub fn insert_after(mut self, frame: usize, change: impl FnOnce(&mut Packet)) -> Self {
        let mut packet = self.packets[frame - 1].clone();
        packet.time += 3_000;
        packet.ip_id = packet.ip_id.wrapping_add(20_000);
        change(&mut packet);
        self.packets.insert(frame, packet);
        self
    }
}

/// # What networks and captures do
impl Scenario {
    fn last_time(&self) -> i64 {
        self.packets.last().map_or(START, |p| p.time)
    }

    fn in_time_order(mut self) -> Self {
        self.packets.sort_by_key(|p| p.time);
        self
    }

    /// Gives the packets a new order; the clock goes on as before, as it does when the network reorders.
    fn reordered(mut self, order: &[usize]) -> Self {
        let times: Vec<i64> = self.packets.iter().map(|p| p.time).collect();
        self.packets = order
            .iter()
            .zip(times)
            .map(|(&i, time)| Packet {
                time,
                ..self.packets[i].clone()
            })
            .collect();
        self
    }

    /// Two frames arrive in each other's place.
    pub fn swap(self, a: usize, b: usize) -> Self {
        let mut order: Vec<usize> = (0..self.packets.len()).collect();
        order.swap(a - 1, b - 1);
        self.reordered(&order)
    }

    /// Every frame may arrive up to `window` places late.
    pub fn shuffle(self, seed: u64, window: usize) -> Self {
        let late = noise(seed, self.packets.len());
        let mut order: Vec<usize> = (0..self.packets.len()).collect();
        order.sort_by_key(|&i| i + usize::from(late[i]) % (window + 1));
        self.reordered(&order)
    }

    /// The capture has a frame twice.
    pub fn duplicate(mut self, frame: usize, kind: DuplicateKind) -> Self {
        let copy = copy(&self.packets[frame - 1], kind);
        self.packets.insert(frame, copy);
        self
    }

    /// The capture has every frame twice.
    pub fn duplicate_all(mut self, kind: DuplicateKind) -> Self {
        self.packets = self.packets.iter().flat_map(|p| [p.clone(), copy(p, kind)]).collect();
        self
    }

    /// The sender sends a frame's segment again, 200 ms later.
    pub fn retransmit(mut self, frame: usize) -> Self {
        let mut again = self.packets[frame - 1].clone();
        again.time += 200_000_000;
        again.ip_id = again.ip_id.wrapping_add(10_000);
        self.packets.push(again);
        self.in_time_order()
    }

    /// The capture misses a frame.
    pub fn drop_frame(mut self, frame: usize) -> Self {
        self.packets.remove(frame - 1);
        self
    }

    /// The capture misses a direction.
    pub fn drop_side(mut self, side: Side) -> Self {
        self.packets.retain(|p| p.side != side);
        self
    }

    /// The clock that stamps one direction is late, so that the file, in order of time, is not in order of events.
    pub fn delay(self, side: Side, ns: i64) -> Self {
        self.each(|p| p.time += if p.side == side { ns } else { 0 })
            .in_time_order()
    }

    /// Only the first `len` bytes of each frame are kept.
    pub fn snap(mut self, len: usize) -> Self {
        self.snap = len;
        self
    }

    /// The capture begins with this frame.
    pub fn start_at(mut self, frame: usize) -> Self {
        self.packets.drain(..frame - 1);
        self
    }

    /// The capture ends with this frame.
    pub fn cut_at(mut self, frame: usize) -> Self {
        self.packets.truncate(frame);
        self
    }

    /// The file as pcap.
    pub fn pcap(&self) -> Vec<u8> {
        frames::pcap(&self.packets, self.snap)
    }

    /// The file as pcapng.
    pub fn pcapng(&self) -> Vec<u8> {
        frames::pcapng(&self.packets, self.snap)
    }
}

/// A packet's segment in pieces; the last keeps PSH and FIN, the first SYN.
fn pieces(packet: Packet, size: usize) -> Vec<Packet> {
    if packet.payload.len() <= size {
        return vec![packet];
    }
    let last = packet.payload.len().div_ceil(size) - 1;
    let piece = |(number, bytes): (usize, &[u8])| {
        let mut piece = packet.clone();
        piece.payload = bytes.to_vec();
        piece.seq += (number * size) as u32 + u32::from(number > 0 && packet.flags & SYN != 0);
        piece.time += BACK_TO_BACK * number as i64 / (last as i64 + 1);
        piece.ip_id = packet.ip_id.wrapping_add(number as u16);
        if number > 0 {
            piece.flags &= !SYN;
        }
        if number < last {
            piece.flags &= !(PSH | FIN);
        }
        piece
    };
    packet.payload.chunks(size).enumerate().map(piece).collect()
}

/// The second copy of a packet, a moment later.
fn copy(packet: &Packet, kind: DuplicateKind) -> Packet {
    let mut copy = packet.clone();
    copy.time += 3_000;
    match kind {
        DuplicateKind::Identical => {}
        DuplicateKind::TtlLess => (copy.ttl, copy.hop) = (copy.ttl - 1, 1),
        DuplicateKind::OtherMac => copy.hop = 1,
        DuplicateKind::Vlan => copy.vlan = Some(110),
    }
    copy
}
