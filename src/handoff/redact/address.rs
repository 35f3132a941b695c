//! address → address of the same length and kind: equal beginnings stay equal by whole bytes, and no address becomes itself.
//!
//! Each byte goes through a secret cycle of those that may stand there, another one behind each beginning. That is the structure of
//! Crypto-PAn (Xu, Fan, Ammar, Moon 2002) by bytes instead of bits, so that it tells less, and text keeps its length.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::pseudonym::{MOST_CACHED, Pseudonyms};

impl Pseudonyms {
    /// An address: special ranges keep their kind, equal beginnings stay equal by whole bytes, and the text is as long as
    /// before. Addresses of the public service stay, and those that everybody has.
    pub fn address(&self, address: IpAddr) -> IpAddr {
        if self.stays(address) {
            return address;
        }
        if let Some(known) = self.cache.borrow().get(&address) {
            return *known;
        }
        let mut pseudonym = self.mapped(address);
        // A permutation may lead to an address that stays; that one's own place is free.
        for _ in 0..16 {
            if !self.stays(pseudonym) {
                break;
            }
            pseudonym = self.mapped(pseudonym);
        }
        let mut cache = self.cache.borrow_mut();
        if cache.len() < MOST_CACHED {
            cache.insert(address, pseudonym);
        }
        pseudonym
    }

    fn stays(&self, address: IpAddr) -> bool {
        let is_everybodys = match address {
            IpAddr::V4(ip) => is_everybodys_v4(ip.octets()),
            // Groups that everybody knows; others hold a part of somebody's address (RFC 4291, section 2.7.1; RFC 3306).
            IpAddr::V6(ip) => matches!(
                ip.segments(),
                [0xff00..=0xffff, 0, 0, 0, 0, 0, 0 | 1, _] | [0, 0, 0, 0, 0, 0, 0, 0 | 1]
            ),
        };
        is_everybodys || self.public.contains(&address)
    }

    fn mapped(&self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(ip) => {
                let mut octets = ip.octets();
                self.octets(&mut octets);
                octets.into()
            }
            IpAddr::V6(ip) => self.v6(ip).into(),
        }
    }

    /// The first octets of an IPv4 address, or all of it.
    pub(super) fn octets(&self, octets: &mut [u8]) {
        self.bytes_of(b"v4", octets, class_v4);
    }

    /// The first bytes of an IPv6 address, or all of it.
    pub(super) fn bytes(&self, bytes: &mut [u8]) {
        self.bytes_of(b"v6", bytes, class_v6);
    }

    /// Each byte by what stands before it, among those of its class.
    fn bytes_of(&self, family: &[u8], bytes: &mut [u8], class: fn(&[u8], u8) -> Option<u8>) {
        let old = bytes.to_vec();
        for (at, (to, &byte)) in bytes.iter_mut().zip(&old).enumerate() {
            let prefix = old.get(..at).unwrap_or_default();
            let Some(own) = class(prefix, byte) else { continue };
            let alike: Vec<u8> = (0..=255).filter(|&it| class(prefix, it) == Some(own)).collect();
            let index = alike.iter().position(|&it| it == byte).unwrap_or(0);
            let context = [family, prefix, &[own]].concat();
            let index = self.derange(&context, index as u64, alike.len() as u64);
            let new = usize::try_from(index).ok().and_then(|at| alike.get(at));
            *to = new.copied().unwrap_or(byte);
        }
    }

    fn v6(&self, ip: Ipv6Addr) -> Ipv6Addr {
        let groups = ip.segments();
        // IPv4 inside: mapped, or translated (RFC 6052).
        if let [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] = groups {
            let inner = self.address(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into());
            let mut octets = ip.octets();
            if let (IpAddr::V4(inner), Some(to)) = (inner, octets.last_chunk_mut::<4>()) {
                *to = inner.octets();
            }
            return octets.into();
        }
        let mut octets = ip.octets();
        self.bytes(&mut octets);
        octets.into()
    }

    /// An IPv4 or IPv6 address in place, whichever its length says; other lengths are scrambled.
    pub fn address_bytes(&self, bytes: &mut [u8]) {
        if let Ok(octets) = <[u8; 4]>::try_from(&*bytes) {
            if let IpAddr::V4(ip) = self.address(octets.into()) {
                bytes.copy_from_slice(&ip.octets());
            }
        } else if let Ok(octets) = <[u8; 16]>::try_from(&*bytes) {
            if let IpAddr::V6(ip) = self.address(octets.into()) {
                bytes.copy_from_slice(&ip.octets());
            }
        } else {
            self.scramble(bytes);
        }
    }

    /// A MAC address in place: the maker's half and the device's, each by itself, marked as locally administered. Groups that
    /// name nobody and zeros stay.
    pub fn mac(&self, mac: &mut [u8]) {
        let Ok([a, b, c, d, e, f]) = <[u8; 6]>::try_from(&*mac) else {
            // Where a frame was cut, the half that is left still tells the maker or the device.
            return mac.fill(0);
        };
        match *mac {
            [0, 0, 0, 0, 0, 0] | [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] => return,
            // Groups of protocols; IPv4's and IPv6's that everybody knows.
            [1, 0x80, 0xc2, 0, 0, _]
            | [1, 0, 0x0c, 0xcc, 0xcc, _]
            | [1, 0, 0x5e, 0, 0 | 1, _]
            | [1, 0, 0x5e, 0x7f, 0xff, 0xfa]
            | [0x33, 0x33, 0, 0, 0 | 1, _] => {
                return;
            }
            // The end of the group's address (RFC 1112, section 6.4), which is the end of a node's (RFC 2464, section 7).
            [1, 0, 0x5e, ..] => {
                self.scramble(mac.get_mut(3..).unwrap_or_default());
                return mac.iter_mut().skip(3).take(1).for_each(|byte| *byte &= 0x7f);
            }
            [0x33, 0x33, 0xff, ..] => return self.scramble(mac.get_mut(3..).unwrap_or_default()),
            [0x33, 0x33, ..] => return self.scramble(mac.get_mut(2..).unwrap_or_default()),
            _ => {}
        }
        // The two lowest bits of the first byte are no part of a maker's number (IEEE 802).
        let maker = u64::from(a >> 2) << 16 | u64::from(b) << 8 | u64::from(c);
        let maker = self.derange(&[b'm', a & 3], maker, 1 << 22);
        let device = u64::from(d) << 16 | u64::from(e) << 8 | u64::from(f);
        let device = self.derange(&[b"device", &[a, b, c][..]].concat(), device, 1 << 24);
        let [.., high, middle, low] = maker.to_be_bytes();
        let [.., d, e, f] = device.to_be_bytes();
        mac.copy_from_slice(&[high << 2 | 2 | a & 1, middle, low, d, e, f]);
    }
}

/// Addresses that every network has: this host, all hosts, groups of protocols, masks.
fn is_everybodys_v4(octets: [u8; 4]) -> bool {
    matches!(
        octets,
        [0, 0, 0, 0] | [127, 0, 0, 1 | 53] | [224, 0, 0 | 1, _] | [239, 255, 255, 250]
    ) || is_mask(octets)
}

/// Whether it is a mask of a network of at least eight bits.
pub(super) const fn is_mask(octets: [u8; 4]) -> bool {
    let bits = u32::from_be_bytes(octets);
    bits.leading_ones() >= 8 && bits.leading_ones() + bits.trailing_zeros() >= 32
}

/// Octets that may stand for one another behind a prefix: of as many digits, on the same side of every special range.
/// `None`: stays as it is.
fn class_v4(prefix: &[u8], octet: u8) -> Option<u8> {
    let digits = match octet {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    };
    match (prefix, octet) {
        ([], 0 | 10 | 100 | 127 | 169 | 172 | 192 | 198 | 203 | 224..=239) => None,
        ([], 240..) => Some(20),
        ([169], 254) | ([192], 0 | 168) | ([198], 18 | 19 | 51) | ([203], 0) => None,
        ([192, 0], 0 | 2) | ([198, 51], 100) | ([203, 0], 113) => None,
        ([172], 16..=31) => Some(10),
        ([100], 64..=127) => Some(10 + digits),
        _ => Some(digits),
    }
}

/// The same of the bytes of an IPv6 address: a group keeps its number of digits, and what kind of address it is.
fn class_v6(prefix: &[u8], byte: u8) -> Option<u8> {
    let is_group = prefix.first() == Some(&0xff);
    match (prefix, byte) {
        // Of a group, what kind it is stays, and that a node is asked for.
        ([], 0 | 0xfc..) | ([0xfe], 0x80..=0xbf) | ([0xff], _) => None,
        ([.., 0], 0 | 1) if is_group && prefix.len() < 12 && !prefix.len().is_multiple_of(2) => None,
        (_, 0xff) if is_group && prefix.len() == 12 => None,
        ([], 0x20..=0x3f) => Some(10),
        // Of no known kind, and so perhaps no address at all.
        ([], 0x40..) => Some(11),
        ([0xfe], 0..=0x7f) => Some(12),
        ([0xfe], _) => Some(13),
        _ => {
            let is_first = prefix.len().is_multiple_of(2);
            match prefix.last() {
                Some(1..) if !is_first => Some(3),
                _ => match byte {
                    0 => None,
                    1..=0xf => Some(1),
                    _ => Some(2),
                },
            }
        }
    }
}
