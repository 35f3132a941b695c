//! Conversations of a wireless controller → Frame: what an export of a busy one holds beside its clients' traffic, and how it is
//! disturbed on its way into the file.

use std::net::{IpAddr, Ipv4Addr};

use super::World;
use super::rng::Rng;
use super::tcp::Tcp;
use super::wire::{self, Ip, Way};

const MILLISECOND: u64 = 1_000_000;

/// The controller, where its access points reach it.
const CONTROLLER: u32 = 0x0a0a_0a0a;
/// The other chassis of the pair, over the link between them.
const PAIR: [u32; 2] = [0xa9fe_0a0a, 0xa9fe_0a0b];
const COLLECTOR: u32 = 0x0a0a_1414;

/// The datagrams that a controller exchanges.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// CAPWAP control: records of DTLS behind a preamble (RFC 5415 section 4.2).
    Control,
    Radius,
    /// Heartbeats of the pair.
    Heartbeat,
}

/// Datagrams of the controller itself.
pub struct Service {
    kind: Kind,
    ips: [IpAddr; 2],
    ports: [u16; 2],
    step: u64,
    left: u64,
    id: u16,
}

impl Service {
    fn new(kind: Kind, ips: [u32; 2], ports: [u16; 2], left: u64, rng: &mut Rng) -> Self {
        Self {
            kind,
            ips: ips.map(|ip| Ipv4Addr::from(ip).into()),
            ports,
            step: 0,
            left,
            id: rng.next() as u16,
        }
    }

    /// An access point and its controller.
    pub fn control(rng: &mut Rng) -> Self {
        let access_point = rng.below(200);
        let ends = [0x0a14_0000 | access_point as u32, CONTROLLER];
        let left = rng.heavy_tail(8, 64);
        Self::new(Kind::Control, ends, [5264 + access_point as u16, 5246], left, rng)
    }

    pub fn radius(rng: &mut Rng) -> Self {
        let port = if rng.once_in(2) { 1812 } else { 1813 };
        let left = 2 * (1 + rng.below(6));
        Self::new(
            Kind::Radius,
            [CONTROLLER, 0x0a0a_1e1e],
            [50_000 + rng.below(8) as u16, port],
            left,
            rng,
        )
    }

    pub fn heartbeat(rng: &mut Rng) -> Self {
        Self::new(Kind::Heartbeat, PAIR, [3200, 3200], 200, rng)
    }

    pub fn next(&mut self, world: &mut World, out: &mut Vec<u8>) -> Option<u64> {
        let rng = &mut world.rng;
        let side = (self.step % 2) as usize;
        let (head, len, pause): (&[u8], u64, u64) = match self.kind {
            Kind::Control => (&[1, 0, 0, 0, 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0], 60 + rng.below(900), 40),
            Kind::Radius => (&[[1, 11][side]], 120 + rng.below(260), 15),
            Kind::Heartbeat => (&[0x7e], 48, 100),
        };
        let from = rng.below(world.noise.len() as u64 - len) as usize;
        let body = &world.noise[from..from + len as usize];
        // What a record or a packet says of its own length.
        let own: Vec<u8> = match self.kind {
            Kind::Control => [&(self.step as u32).to_be_bytes()[..], &(len as u16).to_be_bytes()].concat(),
            Kind::Radius => [&[self.id as u8][..], &(len as u16 + 4).to_be_bytes()].concat(),
            Kind::Heartbeat => Vec::new(),
        };
        let mut header = [0; 8];
        header[..2].copy_from_slice(&self.ports[side].to_be_bytes());
        header[2..4].copy_from_slice(&self.ports[1 - side].to_be_bytes());
        header[4..6].copy_from_slice(&((8 + head.len() + own.len()) as u16 + len as u16).to_be_bytes());
        let ip = Ip {
            src: self.ips[side],
            dst: self.ips[1 - side],
            protocol: wire::UDP,
            ttl: 64,
            id: self.id.wrapping_add(self.step as u16),
            from_client: side == 0,
        };
        wire::frame(out, Way::Plain, &ip, &[&header, head, &own, body]);
        self.step += 1;
        (self.step < self.left).then_some(pause * MILLISECOND)
    }
}

/// Somebody looks at the controller's pages.
pub fn web_session(world: &mut World) -> Tcp {
    let administrator = Ipv4Addr::from(0x0a0a_2800 | world.rng.below(20) as u32);
    Tcp::new(world, false).between([administrator.into(), Ipv4Addr::from(CONTROLLER).into()], 443)
}

/// The controller's measurements, in a stream that began long ago.
pub fn telemetry(world: &mut World) -> Tcp {
    let ends = [CONTROLLER, COLLECTOR].map(|ip| Ipv4Addr::from(ip).into());
    Tcp::new(world, true).between(ends, 57_500)
}

/// The state that the chassis copy to each other.
pub fn bulk_sync(world: &mut World) -> Tcp {
    Tcp::new(world, true).between(PAIR.map(|ip| Ipv4Addr::from(ip).into()), 9001)
}

/// What becomes of frames on the way into the file: one in a hundred is lost, two come late, ten are seen by a second interface.
#[derive(Default)]
pub struct Disturbance {
    late: Option<Vec<u8>>,
}

impl Disturbance {
    /// The frames that are written in the place of one.
    pub fn of(&mut self, rng: &mut Rng, frame: &mut Vec<u8>) -> Vec<Vec<u8>> {
        let dice = rng.below(100);
        let frame = std::mem::take(frame);
        let mut written = match dice {
            0 => Vec::new(),
            1 | 2 if self.late.is_none() => {
                self.late = Some(frame);
                return Vec::new();
            }
            3..13 => vec![frame.clone(), frame],
            _ => vec![frame],
        };
        written.extend(self.late.take());
        written
    }
}
