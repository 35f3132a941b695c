//! Endpoints → Key: both ends of a connection, packed for the table.
//!
//! Two `Endpoint`s are compared and hashed field by field, with a branch for each address's family. Packed, an IPv4 pair is
//! two numbers: look-ups took half the time.

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::base::endpoint::Endpoint;

/// Both ends, the lower one first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Key {
    /// IPv4: both addresses in the first number; IPv6: two numbers each.
    addresses: [u64; 4],
    /// Both ports, and above them whether it is IPv6: in one number, because reading it right after writing its parts
    /// stalls.
    ports: u64,
}

impl Key {
    /// The key of a connection, and the index of the sender.
    #[inline]
    pub(super) fn of(src: Endpoint, dst: Endpoint) -> (Self, usize) {
        match (src.ip, dst.ip) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let (from, to) = (u64::from(from.to_bits()), u64::from(to.to_bits()));
                let is_second = (from << 16 | u64::from(src.port)) > (to << 16 | u64::from(dst.port));
                let (low, high) = if is_second { (to, from) } else { (from, to) };
                let key = Self {
                    addresses: [low << 32 | high, 0, 0, 0],
                    ports: ports(src, dst, is_second),
                };
                (key, usize::from(is_second))
            }
            _ => Self::of_long(src, dst),
        }
    }

    /// Both ends, the lower one first.
    pub(super) fn ends(&self) -> [Endpoint; 2] {
        let [a, b, c, d] = self.addresses;
        let (low, high) = if self.ports & IS_V6 == 0 {
            (
                IpAddr::from(Ipv4Addr::from((a >> 32) as u32)),
                IpAddr::from(Ipv4Addr::from(a as u32)),
            )
        } else {
            let long = |high: u64, low: u64| IpAddr::from(Ipv6Addr::from(u128::from(high) << 64 | u128::from(low)));
            (long(a, b), long(c, d))
        };
        let (low_port, high_port) = ((self.ports >> 16) as u16, self.ports as u16);
        [
            Endpoint {
                ip: low,
                port: low_port,
            },
            Endpoint {
                ip: high,
                port: high_port,
            },
        ]
    }

    fn of_long(src: Endpoint, dst: Endpoint) -> (Self, usize) {
        let number = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => u128::from(ip.to_bits()),
            IpAddr::V6(ip) => ip.to_bits(),
        };
        let is_second = src > dst;
        let (low, high) = if is_second { (dst, src) } else { (src, dst) };
        let (low, high) = (number(low.ip), number(high.ip));
        let key = Self {
            addresses: [(low >> 64) as u64, low as u64, (high >> 64) as u64, high as u64],
            ports: ports(src, dst, is_second) | IS_V6,
        };
        (key, usize::from(is_second))
    }
}

/// Both ports, that of the lower end first.
const fn ports(src: Endpoint, dst: Endpoint, is_second: bool) -> u64 {
    let (low, high) = if is_second {
        (dst.port, src.port)
    } else {
        (src.port, dst.port)
    };
    (low as u64) << 16 | high as u64
}

const IS_V6: u64 = 1 << 32;

/// Fields that are always zero are not hashed.
impl Hash for Key {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [first, rest @ ..] = self.addresses;
        state.write_u64(first);
        if self.ports & IS_V6 != 0 {
            rest.iter().for_each(|&part| state.write_u64(part));
        }
        state.write_u64(self.ports);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(ip: &str, port: u16) -> Endpoint {
        Endpoint {
            ip: ip.parse().unwrap(),
            port,
        }
    }

    #[test]
    fn both_directions_have_one_key_and_the_order_is_that_of_endpoints() {
        let ends = [
            end("10.0.0.1", 443),
            end("10.0.0.1", 50_000),
            end("10.0.0.2", 1),
            end("203.0.113.1", 443),
            end("::ffff:10.0.0.1", 443),
            end("2001:db8::1", 443),
            end("2001:db8::1", 444),
            end("2001:db8:1::1", 443),
        ];
        let mut keys = Vec::new();
        for (n, &one) in ends.iter().enumerate() {
            for &other in &ends[n + 1..] {
                let ((key, from), (same, back)) = (Key::of(one, other), Key::of(other, one));
                assert_eq!((key, from), (same, 1 - back));
                assert_eq!(from, usize::from(one > other));
                // No packet has one address of each family.
                if one.ip.is_ipv4() == other.ip.is_ipv4() {
                    assert_eq!(key.ends(), if from == 0 { [one, other] } else { [other, one] });
                }
                assert!(!keys.contains(&key), "{one} {other}");
                keys.push(key);
            }
        }
    }
}
