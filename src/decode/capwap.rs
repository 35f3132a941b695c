//! UDP datagram → Controllers: wireless controllers, recognised by the CAPWAP of their access points (RFC 5415).

use std::net::IpAddr;

use crate::base::endpoint::{Endpoint, is_host};
use crate::base::frame::FrameAt;

/// Controllers remembered: a site has two to a few.
const MAX_CONTROLLERS: usize = 64;

/// The controller's port for control (RFC 5415 section 14).
pub(crate) const CONTROL_PORT: u16 = 5246;

/// The controller's port for data.
pub(crate) const DATA_PORT: u16 = 5247;

/// True if a packet of CAPWAP data is about its channel and not inside it: a keep-alive (RFC 5415 section 4.4.1), or
/// DTLS.
pub(crate) const fn is_of_channel(payload: &[u8]) -> bool {
    const KEEP_ALIVE: u8 = 0x08;
    match payload {
        [0, _, _, flags, ..] => *flags & KEEP_ALIVE != 0,
        [1, _, _, _, ..] => true,
        _ => false,
    }
}

/// CAPWAP packets of a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capwap {
    /// Number of packets.
    pub packets: u64,
    /// The first.
    pub first: FrameAt,
    /// The last.
    pub last: FrameAt,
}

/// Wireless controllers, recognised by the CAPWAP of their access points.
#[derive(Clone, Debug, Default)]
pub struct Controllers {
    all: Vec<(IpAddr, Capwap)>,
}

impl Controllers {
    /// Counts a packet from or to a controller.
    pub(crate) fn saw(&mut self, controller: IpAddr, now: FrameAt) {
        if let Some((_, capwap)) = self.all.iter_mut().find(|(ip, _)| *ip == controller) {
            capwap.packets += 1;
            capwap.last = now;
        } else if self.all.len() < MAX_CONTROLLERS && is_host(controller) {
            let capwap = Capwap {
                packets: 1,
                first: now,
                last: now,
            };
            self.all.push((controller, capwap));
        }
    }

    /// All of them, in order of their first packets.
    pub fn iter(&self) -> impl Iterator<Item = (IpAddr, Capwap)> {
        self.all.iter().copied()
    }

    /// The CAPWAP packets of a host.
    #[must_use]
    pub fn of(&self, host: IpAddr) -> Option<Capwap> {
        self.all.iter().find(|(ip, _)| *ip == host).map(|&(_, capwap)| capwap)
    }
}

/// Which end of a UDP datagram is a CAPWAP controller, going by its ports and the first byte of its payload: RFC 5415
/// sections 3.1 (the controller's ports are 5246 and 5247, the access point's are any) and 4.1 (version 0, type 0 or 1).
pub(crate) fn capwap_controller((src, dst): (Endpoint, Endpoint), first: u8) -> Option<IpAddr> {
    const PORTS: [u16; 2] = [CONTROL_PORT, DATA_PORT];
    if first > 1 {
        return None;
    }
    match (PORTS.contains(&src.port), PORTS.contains(&dst.port)) {
        (true, false) => Some(src.ip),
        (false, true) => Some(dst.ip),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::endpoint::endpoint;
    use crate::base::frame::{FrameNumber, Timestamp};

    #[test]
    fn the_controller_is_the_end_with_the_controllers_port() {
        let of = |src: &str, dst: &str, first| capwap_controller((endpoint(src), endpoint(dst)), first);
        let controller: Option<IpAddr> = Some([10, 0, 0, 1].into());
        assert_eq!(of("10.0.0.9:5272", "10.0.0.1:5246", 1), controller);
        assert_eq!(of("10.0.0.1:5247", "10.0.0.9:5272", 0), controller);
        assert_eq!(of("10.0.0.1:5246", "10.0.0.9:5246", 0), None, "both ends could be it");
        assert_eq!(of("10.0.0.9:5272", "10.0.0.1:5246", 0x45), None, "that is no CAPWAP");
        assert_eq!(of("10.0.0.9:5272", "10.0.0.1:53", 0), None);
    }

    #[test]
    fn controllers_are_counted_up_to_a_bound() {
        let mut controllers = Controllers::default();
        for n in 0..1000_u32 {
            let ip = IpAddr::from(std::net::Ipv4Addr::from(n % 500));
            controllers.saw(ip, FrameAt::new(FrameNumber(n.into()), Timestamp(n.into())));
        }
        assert_eq!(controllers.iter().count(), MAX_CONTROLLERS);
        let seen = controllers.of([0, 0, 0, 5].into()).unwrap();
        assert_eq!(
            (seen.packets, seen.first.frame, seen.last.frame),
            (2, FrameNumber(5), FrameNumber(505))
        );
    }
}
