//! key, identifier → pseudonym: the same for the same, as long as the original, and not to be undone without the key.
//!
//! All pseudonyms come from HMAC-SHA-256 under one key, so that nothing has to be remembered and a report and a slice made
//! with the same key agree. Lengths stay, because a longer name would move every sequence number behind it. Short words and
//! parts of addresses go through a small keyed permutation (a Feistel network), so that no two of them collide. Where they stand
//! in text is `written.rs`'s.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ring::hmac;

use crate::profile::Profile;

/// Addresses remembered, to save time only.
const MOST_CACHED: usize = 65_536;

/// Words that stay: they name products, protocols and the public service, never a customer.
const PUBLIC_WORDS: &str = "http https www com net org arpa addr in ip6 localhost \
    cn o ou c st l dc uid emailaddress serialnumber pid sn ca root sub intermediate issuing server client device \
    wlc tp sudi act2 manufacturing sha2 sha1 sha256 ii iii high assurance self signed certificate authority ios xe \
    cisco licensing smart license licservice smartlic service cslu v1 pi its oddce \
    smarttransport transportgateway crl ocsp crt cer pem der html json text xml plain application charset utf \
    get post put head connect options delete host user agent accept content type length encoding connection close keep \
    alive date cache control server location proxy authenticate authorization basic digest negotiate ntlm realm via \
    ok not found bad request forbidden unauthorized error required gateway timeout unavailable moved \
    permanently temporarily established authentication access denied method allowed true false null squid caching web \
    path message status code complete failure fail failed success invalid poll response header";

/// Makes pseudonyms.
#[derive(Debug)]
pub struct Pseudonyms {
    key: hmac::Key,
    words: HashSet<String>,
    /// Addresses of the public service, which the profile lists.
    public: Vec<IpAddr>,
    cache: RefCell<HashMap<IpAddr, IpAddr>>,
}

impl Pseudonyms {
    /// Under a key; what a profile says of public services and products stays readable.
    #[must_use]
    pub fn new(key: &[u8; 32], profile: &Profile) -> Self {
        let of_profile = profile
            .endpoints
            .iter()
            .flat_map(|it| it.names.iter().chain(&it.paths))
            // By these a re-signer and a page of somebody else are told: a verdict may rest on them.
            .chain(
                profile
                    .interceptors()
                    .flat_map(|it| it.issuer_contains.iter().chain(&it.page_contains)),
            );
        let words = of_profile
            .map(String::as_str)
            .chain([PUBLIC_WORDS])
            .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()))
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            words,
            public: profile
                .endpoints
                .iter()
                .flat_map(|it| it.addresses.iter().copied())
                .collect(),
            cache: RefCell::default(),
        }
    }

    /// The words of a text stay from now on.
    pub(super) fn keep_words(&mut self, text: &str) {
        let words = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_ascii_lowercase));
    }

    /// A keyed hash, for saying of what a redacted file is made without giving its hash away.
    #[must_use]
    pub fn tag(&self, data: &[u8]) -> [u8; 32] {
        self.prf(b"tag", &[data])
    }

    pub(super) fn prf(&self, domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        for part in [domain].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().unwrap_or_default()
    }

    /// A keyed permutation of 0..n: a Feistel network over the next even number of bits, walked until it is in range.
    fn permute(&self, context: &[u8], index: u32, n: u32) -> u32 {
        self.feistel(context, index, n, &[0, 1, 2, 3], |function, (left, right)| {
            (right, left ^ function(right))
        })
    }

    /// A keyed permutation of 0..n that leaves nothing where it was: all numbers stand on a circle in an order that the key
    /// gives, and each becomes its neighbour. A permutation as such leaves one number in place on average, and an address of
    /// short octets would now and then become itself.
    pub(super) fn derange(&self, context: &[u8], index: u32, n: u32) -> u32 {
        if n < 2 || index >= n {
            return index;
        }
        let next = self.permute(context, index, n).wrapping_add(1);
        let next = if next >= n { 0 } else { next };
        // The same rounds backwards.
        self.feistel(context, next, n, &[3, 2, 1, 0], |function, (left, right)| {
            (right ^ function(left), left)
        })
    }

    fn feistel(
        &self,
        context: &[u8],
        index: u32,
        n: u32,
        rounds: &[u8],
        step: impl Fn(&dyn Fn(u32) -> u32, (u32, u32)) -> (u32, u32),
    ) -> u32 {
        if n < 2 || index >= n {
            return index;
        }
        let bits = 32_u32.saturating_sub(n.saturating_sub(1).leading_zeros());
        let half = bits.div_ceil(2);
        let mask = 1_u32.checked_shl(half).map_or(u32::MAX, |it| it.wrapping_sub(1));
        let mut value = index;
        loop {
            let mut both = (value.checked_shr(half).unwrap_or(0) & mask, value & mask);
            for round in rounds {
                let function = |half: u32| {
                    let [a, b, c, d, ..] = self.prf(b"permute", &[context, &[*round], &half.to_be_bytes()]);
                    u32::from_be_bytes([a, b, c, d]) & mask
                };
                both = step(&function, both);
            }
            value = both.0.checked_shl(half).unwrap_or(0) | both.1;
            if value < n {
                return value;
            }
        }
    }

    /// An address: special ranges keep their kind, equal beginnings stay equal (by byte, or by group of an IPv6 address),
    /// and the text is as long as before. Addresses of the public service stay, and those that everybody has.
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

    /// The first octets of an address, or all of it.
    pub(super) fn octets(&self, octets: &mut [u8]) {
        let old = octets.to_vec();
        for (at, (to, &octet)) in octets.iter_mut().zip(&old).enumerate() {
            let prefix = old.get(..at).unwrap_or_default();
            let Some(class) = class_v4(prefix, octet) else { continue };
            let alike: Vec<u8> = (0..=255).filter(|&it| class_v4(prefix, it) == Some(class)).collect();
            let index = alike.iter().position(|&it| it == octet).unwrap_or(0);
            let context = [b"v4", prefix].concat();
            let index = self.derange(&[&context[..], &[class]].concat(), index as u32, alike.len() as u32);
            *to = alike.get(index as usize).copied().unwrap_or(octet);
        }
    }

    fn v6(&self, ip: Ipv6Addr) -> Ipv6Addr {
        let mut groups = ip.segments();
        // IPv4 inside: mapped, or translated (RFC 6052).
        if let [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] = groups {
            let inner = self.address(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into());
            let mut octets = ip.octets();
            if let (IpAddr::V4(inner), Some(to)) = (inner, octets.last_chunk_mut::<4>()) {
                *to = inner.octets();
            }
            return octets.into();
        }
        self.groups(&mut groups);
        groups.into()
    }

    /// The first groups of an IPv6 address, or all of it.
    pub(super) fn groups(&self, groups: &mut [u16]) {
        let mut context = b"v6".to_vec();
        let is_group = matches!(groups, [0xff00..=0xffff, ..]);
        for (at, to) in groups.iter_mut().enumerate() {
            let group = *to;
            let (from, until) = match (at, group) {
                // What kind of group it is stays, and that a node is asked for.
                (0, _) | (1..=5, 0 | 1) if is_group => (group, group),
                (6, 0xff00..=0xffff) if is_group => (0xff00, 0xffff),
                _ => class_v6(at, group),
            };
            let n = u32::from(until).saturating_sub(u32::from(from)).saturating_add(1);
            let index = self.derange(
                &[&context[..], &from.to_be_bytes()].concat(),
                u32::from(group.saturating_sub(from)),
                n,
            );
            *to = from.saturating_add(index as u16);
            context.extend(group.to_be_bytes());
        }
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
        let Ok([a, b, c, ..]) = <[u8; 6]>::try_from(&*mac) else {
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
        let maker = self.prf(b"maker", &[&[a, b, c]]);
        let device = self.prf(b"device", &[mac]);
        let new = maker.iter().take(3).chain(device.iter());
        mac.iter_mut().zip(new).for_each(|(to, from)| *to = *from);
        if let Some(first) = mac.first_mut() {
            *first = *first & 0xfc | 2 | a & 1;
        }
    }

    /// Bytes without a structure, in place: keys, signatures, hashes.
    pub fn scramble(&self, bytes: &mut [u8]) {
        let seed = self.prf(b"bytes", &[bytes]);
        for (at, chunk) in (0_u64..).zip(bytes.chunks_mut(32)) {
            let block = self.prf(b"more", &[&seed, &at.to_be_bytes()]);
            chunk.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        }
    }

    /// A word in place: letters become letters of the same case, digits digits, anything else letters.
    pub(super) fn word(&self, word: &mut [u8]) {
        let lower: Vec<u8> = word.to_ascii_lowercase();
        if self.is_public(&lower) {
            return;
        }
        let radix: Vec<u32> = lower.iter().map(radix_of).collect();
        let size = radix
            .iter()
            .try_fold(1_u32, |size, it| size.checked_mul(*it))
            .filter(|size| *size < 1 << 28);
        let new = match size {
            Some(size) if lower.is_ascii() => self.permuted(&lower, &radix, size),
            _ => self.hashed(&lower, &radix),
        };
        for (to, new) in word.iter_mut().zip(new) {
            *to = if to.is_ascii_uppercase() {
                new.to_ascii_uppercase()
            } else {
                new
            };
        }
    }

    fn is_public(&self, word: &[u8]) -> bool {
        std::str::from_utf8(word).is_ok_and(|it| self.words.contains(it))
    }

    /// A short word: another one of the same shape, and no two words become the same.
    fn permuted(&self, lower: &[u8], radix: &[u32], size: u32) -> Vec<u8> {
        let shape: Vec<u8> = radix.iter().map(|it| *it as u8).collect();
        let mut index = lower.iter().zip(radix).fold(0_u32, |index, (byte, radix)| {
            index.saturating_mul(*radix).saturating_add(digit_of(byte))
        });
        let mut tries = 0;
        loop {
            index = self.permute(&shape, index, size);
            let mut rest = index;
            let mut word: Vec<u8> = Vec::with_capacity(radix.len());
            for radix in radix.iter().rev() {
                word.push(letter_of(rest.checked_rem(*radix).unwrap_or(0), *radix));
                rest = rest.checked_div(*radix).unwrap_or(0);
            }
            word.reverse();
            tries += 1;
            if (!self.is_public(&word) && word != lower) || tries > 8 {
                return word;
            }
        }
    }

    /// A long word: letters drawn from its keyed hash.
    fn hashed(&self, lower: &[u8], radix: &[u32]) -> Vec<u8> {
        let drawn = |tries: u8| -> Vec<u8> {
            let seed = self.prf(b"word", &[lower, &[tries]]);
            let bytes = (0_u8..).flat_map(|block| self.prf(b"letters", &[&seed, &[block]]));
            let letters = radix.iter().zip(bytes);
            letters
                .map(|(radix, byte)| letter_of(u32::from(byte) % radix, *radix))
                .collect()
        };
        (0_u8..8)
            .map(drawn)
            .find(|word| !self.is_public(word) && word != lower)
            .unwrap_or_else(|| vec![b'x'; lower.len()])
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

/// The first and last group that may stand for a group at a place: of as many digits, and of the same kind.
const fn class_v6(at: usize, group: u16) -> (u16, u16) {
    match (at, group) {
        (_, 0) => (0, 0),
        (0, 0x2000..=0x3fff) => (0x2000, 0x3fff),
        (0, 0xfc00..=0xfdff) => (0xfc00, 0xfdff),
        (0, 0xfe80..=0xfebf) | (0, 0xff00..) => (group, group),
        // Of no known kind, and so perhaps no address at all.
        (0, 0x1000..=0x1fff) => (0x1000, 0x1fff),
        (0, 0x4000..=0xfbff) => (0x4000, 0xfbff),
        (0, 0xfe00..=0xfe7f) => (0xfe00, 0xfe7f),
        (0, 0xfec0..=0xfeff) => (0xfec0, 0xfeff),
        (_, 1..=0xf) => (1, 0xf),
        (_, 0x10..=0xff) => (0x10, 0xff),
        (_, 0x100..=0xfff) => (0x100, 0xfff),
        (_, 0x1000..) => (0x1000, 0xffff),
    }
}

/// Of how many characters one is chosen in the place of this one: digits or letters.
const fn radix_of(byte: &u8) -> u32 {
    if byte.is_ascii_digit() { 10 } else { 26 }
}

/// Which of them it is.
fn digit_of(byte: &u8) -> u32 {
    u32::from(match byte {
        b'0'..=b'9' => byte.wrapping_sub(b'0'),
        b'a'..=b'z' => byte.wrapping_sub(b'a'),
        other => other % 26,
    })
}

const fn letter_of(value: u32, radix: u32) -> u8 {
    let first = if radix == 10 { b'0' } else { b'a' };
    first.wrapping_add(value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&[7; 32], &Profile::built_in("cisco-smart-licensing").unwrap())
    }

    #[test]
    fn addresses_keep_length_kind_and_common_beginnings() {
        let it = pseudonyms();
        let mut seen = HashSet::new();
        for text in [
            "10.1.2.3",
            "10.1.2.4",
            "10.1.99.4",
            "172.20.1.1",
            "192.168.10.150",
            "8.8.8.8",
            "100.64.3.4",
        ] {
            let old: Ipv4Addr = text.parse().unwrap();
            let IpAddr::V4(new) = it.address(old.into()) else {
                panic!()
            };
            assert_eq!(new.to_string().len(), text.len(), "{text} {new}");
            assert_eq!(new.is_private(), old.is_private(), "{text} {new}");
            assert!(seen.insert(new));
        }
        let of = |text: &str| it.address(text.parse().unwrap()).to_string();
        let beginning = |text: &str| text.rsplit_once('.').unwrap().0.to_owned();
        assert_eq!(beginning(&of("10.1.2.3")), beginning(&of("10.1.2.4")));
        assert_ne!(of("10.1.2.3"), of("10.1.2.4"));
        for stays in [
            "127.0.0.1",
            "255.255.255.255",
            "0.0.0.0",
            "224.0.0.251",
            "::1",
            "ff02::1",
            "192.133.220.90",
        ] {
            assert_eq!(of(stays), stays);
        }
        for text in ["2001:db8:0:10::150", "fe80::a1b2:3c4d", "fd00:1:2::3"] {
            assert_eq!(of(text).len(), text.len(), "{}", of(text));
            assert_ne!(of(text), text);
        }
    }

    #[test]
    fn groups_that_hold_a_nodes_address_are_replaced_and_others_stay() {
        let names = pseudonyms();
        let new = |text: &str| names.address(text.parse().unwrap()).to_string();
        for known in ["ff02::1", "ff02::1:2", "ff05::1:3", "224.0.0.251"] {
            assert_eq!(new(known), known);
        }
        let asked = new("ff02::1:ff0d:be0f");
        assert!(
            asked.starts_with("ff02::1:ff") && asked != "ff02::1:ff0d:be0f",
            "{asked}"
        );
        let of_prefix = new("ff3e:40:2001:db8:1234:5678:0:99");
        assert!(
            of_prefix.starts_with("ff3e:") && !of_prefix.contains("1234"),
            "{of_prefix}"
        );
        let mac = |mut mac: [u8; 6]| {
            names.mac(&mut mac);
            mac
        };
        for known in [
            [0x33, 0x33, 0, 0, 0, 1],
            [1, 0, 0x5e, 0, 0, 0xfb],
            [1, 0x80, 0xc2, 0, 0, 0x0e],
            [0xff; 6],
        ] {
            assert_eq!(mac(known), known);
        }
        let asked = mac([0x33, 0x33, 0xff, 0x0d, 0xbe, 0x0f]);
        assert!(asked.starts_with(&[0x33, 0x33, 0xff]) && !asked.ends_with(&[0x0d, 0xbe, 0x0f]));
        // A group bit alone hides nobody.
        assert!(!mac([0x31, 0x0d, 0xbe, 0x0f, 1, 2]).ends_with(&[0x0f, 1, 2]));
    }

    #[test]
    fn no_two_octets_behind_a_prefix_become_one_and_none_becomes_itself() {
        let it = pseudonyms();
        for prefix in [
            "10.1.2", "172.16.1", "203.0.1", "10.10.10", "224.1.2", "127.1.1", "0.1.2", "253.1.2",
        ] {
            let addresses = (0..=255).map(|last| format!("{prefix}.{last}").parse::<IpAddr>().unwrap());
            let all: HashSet<IpAddr> = addresses.clone().map(|old| it.address(old)).collect();
            assert_eq!(all.len(), 256, "{prefix}");
            assert!(addresses.clone().all(|old| it.address(old) != old), "{prefix}");
        }
        for n in [2, 3, 10, 90, 156] {
            let all: HashSet<u32> = (0..n).map(|index| it.derange(b"test", index, n)).collect();
            assert_eq!(all.len(), n as usize);
            assert!((0..n).all(|index| it.derange(b"test", index, n) != index));
        }
    }

    #[test]
    fn half_a_mac_address_is_emptied_and_an_unknown_group_is_replaced() {
        let it = pseudonyms();
        for len in 0..6 {
            let mut cut = [0, 0x50, 0x56, 0xaa, 0xbb][..len.min(5)].to_vec();
            it.mac(&mut cut);
            assert!(cut.iter().all(|byte| *byte == 0), "{cut:02x?}");
        }
        let mut group = [1, 0, 0x5e, 0x0a, 0x4d, 0x42];
        it.mac(&mut group);
        assert!(
            group.starts_with(&[1, 0, 0x5e]) && group[3..] != [0x0a, 0x4d, 0x42],
            "{group:02x?}"
        );
    }

    #[test]
    fn words_keep_length_and_case_pattern_and_public_names_stay() {
        let it = pseudonyms();
        for text in ["ssm.corp-x.internal", "FCL1234ABCD", "größe", "a1", "Lab Server CA"] {
            let new = it.string(text);
            assert_eq!(new.len(), text.len(), "{new}");
            assert_ne!(new, text);
        }
        assert_eq!(it.string("smartreceiver.cisco.com"), "smartreceiver.cisco.com");
        assert_eq!(it.string("SSM.Corp").to_ascii_lowercase(), it.string("ssm.corp"));
        let host = it.string("https://10.10.20.7:8182/x9y8");
        let address = it.address("10.10.20.7".parse().unwrap()).to_string();
        assert!(host.starts_with(&format!("https://{address}:")), "{host}");
    }

    #[test]
    fn no_two_short_words_become_one() {
        let it = pseudonyms();
        let all: HashSet<String> = (0..1000).map(|n| it.string(&format!("{n:03}"))).collect();
        assert_eq!(all.len(), 1000);
    }
}
