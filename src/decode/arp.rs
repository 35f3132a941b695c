//! ARP → Neighbours: which hardware address claims an IPv4 address, and from which frame on another does (RFC 826, RFC 5227).
//!
//! After a switchover the chassis that takes over announces the address that both share: a gratuitous ARP, in which the sender
//! asks for its own address. Only what senders say of themselves is kept; probes have no address yet (RFC 5227 section 1.1).

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use foldhash::fast::RandomState;

use super::layer::Wire;
use crate::base::frame::FrameNumber;

/// Addresses remembered: those of some networks, not what a scan asks for.
const MAX_ADDRESSES: usize = 4096;

/// Claims kept of an address: a pair has two chassis, and more changes than these are a conflict.
const MAX_CLAIMS: usize = 6;

/// An Ethernet address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardware(pub [u8; 6]);

impl fmt::Display for Hardware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// From this frame on, this hardware address claims the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The first frame that shows it.
    pub frame: FrameNumber,
    /// The hardware address.
    pub hardware: Hardware,
    /// The frame is an announcement: no host had asked.
    pub announced: bool,
}

/// Claims of addresses, in order.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    claims: HashMap<Ipv4Addr, Vec<Claim>, RandomState>,
    /// Hosts whose own questions were answered.
    answered: HashSet<Ipv4Addr, RandomState>,
}

impl Neighbours {
    /// Takes a message of ARP.
    pub(super) fn saw(&mut self, wire: Wire<'_>, frame: FrameNumber) {
        const ETHERNET_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];
        let (Ok(kind), Ok(operation)) = (wire.array::<6>(0), wire.u16(6)) else {
            return;
        };
        let (Ok(hardware), Ok(sender), Ok(target)) = (wire.array(8), wire.array(14), wire.array(24)) else {
            return;
        };
        let [sender, target]: [Ipv4Addr; 2] = [sender, target].map(|it: [u8; 4]| it.into());
        if kind != ETHERNET_IPV4 || !matches!(operation, 1 | 2) || sender.is_unspecified() || hardware == [0; 6] {
            return;
        }
        if operation == 2 && sender != target && self.answered.len() < MAX_ADDRESSES {
            self.answered.insert(target);
        }
        if self.claims.len() >= MAX_ADDRESSES && !self.claims.contains_key(&sender) {
            return;
        }
        let claims = self.claims.entry(sender).or_default();
        let hardware = Hardware(hardware);
        if claims.last().is_none_or(|last| last.hardware != hardware) && claims.len() < MAX_CLAIMS {
            claims.push(Claim {
                frame,
                hardware,
                announced: sender == target,
            });
        }
    }

    /// True if a question of this host was answered.
    #[must_use]
    pub fn answers(&self, host: IpAddr) -> bool {
        matches!(host, IpAddr::V4(host) if self.answered.contains(&host))
    }

    /// The claims of an address up to a frame, the first first.
    pub fn claims(&self, address: Ipv4Addr, until: FrameNumber) -> impl Iterator<Item = &Claim> {
        let claims = self.claims.get(&address).into_iter().flatten();
        claims.take_while(move |claim| claim.frame <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::{Frame, LinkType, Timestamp};
    use crate::decode::Decoder;

    /// ARP over Ethernet: the sender, the claimed address, and the requested address.
    fn message(operation: u8, hardware: u8, sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
        let own = [2, 0, 0, 0, 0, hardware];
        [
            &[0xff; 6][..],
            &own,
            &[8, 6, 0, 1, 8, 0, 6, 4, 0, operation],
            &own,
            &sender,
            &[0; 6],
            &target,
        ]
        .concat()
    }

    fn seen(messages: &[Vec<u8>]) -> Vec<(u64, u8, bool)> {
        let mut decoder = Decoder::new();
        for (bytes, number) in messages.iter().zip(1..) {
            let frame = Frame {
                number: FrameNumber(number),
                time: Timestamp(0),
                link: LinkType::ETHERNET,
                interface: 0,
                wire_len: u32::try_from(bytes.len()).unwrap(),
                data: bytes,
            };
            decoder.decode(&frame, &mut |_| ());
        }
        let claims = decoder.neighbours().claims([10, 0, 0, 1].into(), FrameNumber(99));
        claims
            .map(|claim| (claim.frame.0, claim.hardware.0[5], claim.announced))
            .collect()
    }

    #[test]
    fn an_answer_is_to_another_host_that_asked() {
        let mut neighbours = Neighbours::default();
        for (message, number) in [message(1, 1, A, B), message(2, 1, A, A), message(2, 2, B, A)]
            .iter()
            .zip(1..)
        {
            let answered = neighbours.answers(IpAddr::from(A));
            assert!(!answered, "before frame {number}");
            let (data, cut) = (&message[14..], 0);
            neighbours.saw(Wire { data, cut }, FrameNumber(number));
        }
        assert!(neighbours.answers(IpAddr::from(A)) && !neighbours.answers(IpAddr::from(B)));
    }

    const A: [u8; 4] = [10, 0, 0, 1];
    const B: [u8; 4] = [10, 0, 0, 2];

    #[test]
    fn a_claim_by_another_sender_is_a_change_and_a_repeated_one_is_not() {
        let messages = [
            message(1, 1, A, B),
            message(2, 9, B, A),
            message(1, 1, A, B),
            message(1, 2, A, A),
            message(1, 2, A, A),
        ];
        assert_eq!(seen(&messages), [(1, 1, false), (4, 2, true)]);
        assert_eq!(Hardware([2, 0, 0, 0xab, 0, 1]).to_string(), "02:00:00:ab:00:01");
    }

    #[test]
    fn probes_and_what_is_no_arp_for_ipv4_over_ethernet_claim_nothing() {
        let mut other = message(1, 1, A, B);
        other[15] = 6; // another kind of hardware
        assert_eq!(seen(&[message(1, 1, [0; 4], A), message(8, 1, A, B), other]), []);
        for len in 0..42 {
            let _ = seen(&[message(1, 1, A, B)[..len].to_vec()]);
        }
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let messages: Vec<Vec<u8>> = (0..100).map(|n| message(1, n % 2 + 1, A, B)).collect();
        assert_eq!(seen(&messages).len(), MAX_CLAIMS);
    }
}
