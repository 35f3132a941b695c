//! key, identifier → pseudonym: the same for the same, as long as the original, and not to be undone without the key.
//!
//! All pseudonyms come from one key, so that nothing has to be remembered and a report and a slice made with the same key agree.
//! Lengths stay, because a longer name would move every sequence number behind it. Words of up to 13 letters go through a secret
//! cycle (`permutation.rs`), so that no two of them meet and none stays; longer ones through HMAC-SHA-256. Addresses are
//! `address.rs`'s, and where all of it stands in text `written.rs`'s.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::permutation::Cycles;
use crate::profile::Profile;

/// Words remembered, and addresses, to save time only.
pub(super) const MOST_CACHED: usize = 65_536;

/// Words that stay in a row on a cycle: of one letter, there are some.
const MOST_PASSED: usize = 64;

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
    cycles: Cycles,
    words: HashSet<String>,
    /// Addresses of the public service, which the profile lists.
    pub(super) public: Vec<IpAddr>,
    pub(super) cache: RefCell<HashMap<IpAddr, IpAddr>>,
    /// Words in small letters, and what stands for them.
    replaced: RefCell<HashMap<Vec<u8>, Vec<u8>>>,
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
            cycles: Cycles::new(key),
            words,
            public: profile
                .endpoints
                .iter()
                .flat_map(|it| it.addresses.iter().copied())
                .collect(),
            cache: RefCell::default(),
            replaced: RefCell::default(),
        }
    }

    /// The words of a text stay from now on.
    pub(super) fn keep_words(&mut self, text: &str) {
        let words = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_ascii_lowercase));
        self.replaced.borrow_mut().clear();
    }

    /// A keyed hash, for saying of what a redacted file is made without giving its hash away.
    #[must_use]
    pub fn tag(&self, data: &[u8]) -> [u8; 32] {
        self.prf(b"tag", &[data])
    }

    pub(super) fn prf(&self, domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        self.cycles.prf(domain, parts)
    }

    /// The pseudonym of a number among 0..n: never the number itself, and never that of another.
    pub(super) fn derange(&self, context: &[u8], index: u64, n: u64) -> u64 {
        self.cycles.next(context, index, n)
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
        let known = self.replaced.borrow().get(&lower).cloned();
        let new = known.unwrap_or_else(|| self.new_word(&lower));
        for (to, new) in word.iter_mut().zip(new) {
            *to = if to.is_ascii_uppercase() {
                new.to_ascii_uppercase()
            } else {
                new
            };
        }
    }

    fn new_word(&self, lower: &[u8]) -> Vec<u8> {
        let radix: Vec<u64> = lower.iter().map(radix_of).collect();
        let size = radix.iter().try_fold(1_u64, |size, it| size.checked_mul(*it));
        let new = match size {
            Some(size) if lower.iter().all(u8::is_ascii_alphanumeric) => self.permuted(lower, &radix, size),
            _ => self.hashed(lower, &radix),
        };
        let mut replaced = self.replaced.borrow_mut();
        if replaced.len() < MOST_CACHED {
            replaced.insert(lower.to_vec(), new.clone());
        }
        new
    }

    fn is_public(&self, word: &[u8]) -> bool {
        std::str::from_utf8(word).is_ok_and(|it| self.words.contains(it))
    }

    /// A word that has less than 2^64 others of its shape: another one of them, and no two words become the same.
    fn permuted(&self, lower: &[u8], radix: &[u64], size: u64) -> Vec<u8> {
        let shape: Vec<u8> = radix.iter().map(|it| *it as u8).collect();
        let context = [b"word", &shape[..]].concat();
        let mut index = lower.iter().zip(radix).fold(0_u64, |index, (byte, radix)| {
            index.saturating_mul(*radix).saturating_add(digit_of(byte))
        });
        let mut word = vec![0; radix.len()];
        // A word that stays is not given to another: its place on the cycle is passed over.
        for _ in 0..MOST_PASSED {
            index = self.derange(&context, index, size);
            let mut rest = index;
            for (letter, radix) in word.iter_mut().zip(radix).rev() {
                *letter = letter_of(rest.checked_rem(*radix).unwrap_or(0), *radix);
                rest = rest.checked_div(*radix).unwrap_or(0);
            }
            if !self.is_public(&word) {
                break;
            }
        }
        word
    }

    /// A long word: letters drawn from its keyed hash.
    fn hashed(&self, lower: &[u8], radix: &[u64]) -> Vec<u8> {
        let drawn = |tries: u8| -> Vec<u8> {
            let seed = self.prf(b"word", &[lower, &[tries]]);
            let hashes = (0_u64..).map(|block| self.prf(b"letters", &[&seed, &block.to_be_bytes()]));
            // Eight bytes a letter: of one, some letters would be likelier than others.
            let numbers = hashes.flat_map(|hash| {
                let of = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
                hash.chunks(8).map(of).collect::<Vec<_>>()
            });
            let letters = radix.iter().zip(numbers);
            letters
                .map(|(radix, number)| letter_of(number.checked_rem(*radix).unwrap_or(0), *radix))
                .collect()
        };
        (0_u8..8)
            .map(drawn)
            .find(|word| !self.is_public(word) && word != lower)
            .unwrap_or_else(|| vec![b'x'; lower.len()])
    }
}

/// Of how many characters one is chosen in the place of this one: digits or letters.
const fn radix_of(byte: &u8) -> u64 {
    if byte.is_ascii_digit() { 10 } else { 26 }
}

/// Which of them it is.
fn digit_of(byte: &u8) -> u64 {
    u64::from(match byte {
        b'0'..=b'9' => byte.wrapping_sub(b'0'),
        b'a'..=b'z' => byte.wrapping_sub(b'a'),
        other => other % 26,
    })
}

const fn letter_of(value: u64, radix: u64) -> u8 {
    let first = if radix == 10 { b'0' } else { b'a' };
    first.wrapping_add(value as u8)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

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
            let all: HashSet<u64> = (0..n).map(|index| it.derange(b"test", index, n)).collect();
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
