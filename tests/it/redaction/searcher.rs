//! identifier → every way in which bytes can hold it; bytes → what of that is in them.
#![allow(dead_code, unreachable_pub, reason = "a module of two tests has no one interface")]

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, Ipv6Addr};

/// What is looked for, by its first four bytes.
#[derive(Default)]
pub struct Searcher {
    needles: HashMap<[u8; 4], HashMap<Vec<u8>, String>>,
    /// In small letters: found in letters of either case, mixed as resolvers do it too (0x20).
    folded: HashMap<[u8; 4], HashMap<Vec<u8>, String>>,
}

/// Decimal digits beside a number make it another number.
fn is_number(needle: &[u8]) -> bool {
    let edges = [needle.first(), needle.last()];
    edges.into_iter().flatten().all(u8::is_ascii_digit) && needle.len() > 4
}

impl Searcher {
    pub fn add(&mut self, needle: impl Into<Vec<u8>>, of: &str) {
        let needle = needle.into();
        let first = *needle.first_chunk::<4>().unwrap();
        self.needles.entry(first).or_default().insert(needle, of.to_owned());
    }

    /// As [`Self::add`], in letters of either case.
    fn add_folded(&mut self, needle: impl Into<Vec<u8>>, of: &str) {
        let needle = needle.into().to_ascii_lowercase();
        let first = *needle.first_chunk::<4>().unwrap();
        self.folded.entry(first).or_default().insert(needle, of.to_owned());
    }

    /// A word in every encoding that this module knows, in letters of either case: as it is and backwards, as UTF-16 of both
    /// orders, in hexadecimal, percent signs and entities, and in Base64 at each of its three places.
    pub fn word(&mut self, word: &str) {
        let of = |way: &str| format!("{word} ({way})");
        let backwards: String = word.chars().rev().collect();
        for (text, way) in [(word, ""), (backwards.as_str(), "backwards, ")] {
            self.add_folded(text, &of(&format!("{way}text")));
            let wide = |low: bool| text.bytes().flat_map(move |it| if low { [it, 0] } else { [0, it] });
            self.add_folded(
                wide(true).collect::<Vec<_>>(),
                &of(&format!("{way}UTF-16, low byte first")),
            );
            self.add_folded(
                wide(false).collect::<Vec<_>>(),
                &of(&format!("{way}UTF-16, high byte first")),
            );
        }
        let (small, capital) = (word.to_ascii_lowercase(), word.to_ascii_uppercase());
        for text in [word, &small, &capital] {
            let percent: String = text.bytes().map(|it| format!("%{it:02x}")).collect();
            let entities: String = text.bytes().map(|it| format!("&#{it};")).collect();
            let escapes: String = text.bytes().map(|it| format!("\\x{it:02x}")).collect();
            self.add_folded(hexadecimal(text.as_bytes()), &of("hexadecimal"));
            self.add_folded(percent, &of("percent"));
            self.add_folded(entities, &of("entities"));
            self.add_folded(escapes, &of("escapes"));
            for place in 0..3 {
                self.add(base64_at(text.as_bytes(), place), &of(&format!("Base64 at {place}")));
            }
        }
    }

    /// A text as it is, in capitals, backwards, as UTF-16, in hexadecimal and in Base64.
    pub fn text(&mut self, text: &str) {
        let of = |way: &str| format!("{text} ({way})");
        self.add(text, &of("text"));
        self.add(text.to_ascii_uppercase(), &of("capitals"));
        self.add(text.to_ascii_lowercase(), &of("small letters"));
        self.add(text.bytes().rev().collect::<Vec<_>>(), &of("backwards"));
        self.add(text.bytes().flat_map(|it| [it, 0]).collect::<Vec<_>>(), &of("UTF-16"));
        self.add(text.bytes().flat_map(|it| [0, it]).collect::<Vec<_>>(), &of("UTF-16"));
        self.add(hexadecimal(text.as_bytes()), &of("hexadecimal"));
        self.add(base64(text.as_bytes()), &of("Base64"));
        let escaped: String = text.bytes().map(|it| format!("%{it:02X}")).collect();
        self.add(escaped, &of("percent"));
    }

    pub fn v4(&mut self, ip: Ipv4Addr) {
        let [a, b, c, d] = ip.octets();
        self.raw(&ip.octets(), &ip.to_string());
        for (text, way) in ways_v4(ip) {
            self.add(text.clone(), &format!("{ip} ({way})"));
            self.add(
                text.bytes().flat_map(|it| [0, it]).collect::<Vec<_>>(),
                &format!("{ip} ({way}, UTF-16)"),
            );
            self.add(
                text.bytes().flat_map(|it| [it, 0]).collect::<Vec<_>>(),
                &format!("{ip} ({way}, UTF-16)"),
            );
        }
        for labels in [[a, b, c, d], [d, c, b, a]] {
            let labels = labels.map(|it| it.to_string());
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            self.add(wire(&labels), &format!("{ip} (labels)"));
        }
    }

    pub fn v6(&mut self, ip: Ipv6Addr) {
        self.raw(&ip.octets(), &ip.to_string());
        for (text, way) in ways_v6(ip) {
            self.add(text, &format!("{ip} ({way})"));
        }
        let nibbles = nibbles(ip);
        let labels: Vec<&str> = nibbles.iter().map(String::as_str).collect();
        self.add(wire(&labels), &format!("{ip} (labels)"));
    }

    pub fn mac(&mut self, mac: [u8; 6]) {
        let name = hexadecimal(&mac);
        self.raw(&mac, &name);
        for (text, way) in ways_mac(mac) {
            self.add(text, &format!("{name} ({way})"));
        }
        // The end of an address in IPv6 that a host makes of it (RFC 4291 appendix A).
        let [a, b, c, d, e, f] = mac;
        let host = [a ^ 2, b, c, 0xff, 0xfe, d, e, f];
        self.add(host, &format!("{name} (EUI-64)"));
        let groups: Vec<String> = host
            .chunks(2)
            .map(|it| format!("{:x}", u16::from_be_bytes([it[0], it[1]])))
            .collect();
        self.add_folded(groups.join(":"), &format!("{name} (EUI-64 in text)"));
    }

    /// Bytes as they are, backwards, in hexadecimal of both cases and in Base64.
    pub fn raw(&mut self, bytes: &[u8], name: &str) {
        let backwards: Vec<u8> = bytes.iter().rev().copied().collect();
        for (bytes, way) in [(bytes, "raw"), (&backwards, "raw backwards")] {
            self.add(bytes, &format!("{name} ({way})"));
            self.add(hexadecimal(bytes), &format!("{name} ({way}, hexadecimal)"));
            self.add(
                hexadecimal(bytes).to_ascii_uppercase(),
                &format!("{name} ({way}, hexadecimal)"),
            );
            let coded = base64(bytes);
            self.add(coded.trim_end_matches('='), &format!("{name} ({way}, Base64)"));
        }
    }

    /// What is in the bytes, each once.
    pub fn found(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = HashSet::new();
        Self::find(&self.needles, bytes, &mut found);
        if !self.folded.is_empty() {
            Self::find(&self.folded, &bytes.to_ascii_lowercase(), &mut found);
        }
        let mut found: Vec<String> = found.into_iter().collect();
        found.sort();
        found
    }

    fn find(needles: &HashMap<[u8; 4], HashMap<Vec<u8>, String>>, bytes: &[u8], found: &mut HashSet<String>) {
        for (at, first) in bytes.windows(4).enumerate() {
            let first: &[u8; 4] = first.try_into().unwrap();
            for (needle, of) in needles.get(first).into_iter().flatten() {
                if !bytes[at..].starts_with(needle) {
                    continue;
                }
                let beside = [at.checked_sub(1), Some(at + needle.len())];
                let beside = beside.into_iter().flatten().filter_map(|it| bytes.get(it));
                if is_number(needle) && beside.into_iter().any(u8::is_ascii_digit) {
                    continue;
                }
                found.insert(of.clone());
            }
        }
    }
}

/// The ways in which an address is written.
pub fn ways_v4(ip: Ipv4Addr) -> Vec<(String, &'static str)> {
    let [a, b, c, d] = ip.octets();
    let number = u32::from(ip);
    vec![
        (format!("{a}.{b}.{c}.{d}"), "text"),
        (format!("{d}.{c}.{b}.{a}"), "backwards"),
        (format!("{d}.{c}.{b}.{a}.in-addr.arpa"), "in-addr.arpa"),
        (format!("{a:03}.{b:03}.{c:03}.{d:03}"), "leading zeros"),
        (format!("{d:03}.{c:03}.{b:03}.{a:03}"), "leading zeros backwards"),
        (format!("{a}-{b}-{c}-{d}"), "dashes"),
        (format!("{d}-{c}-{b}-{a}"), "dashes backwards"),
        (format!("{a}_{b}_{c}_{d}"), "underscores"),
        (format!("{a}%2E{b}%2E{c}%2E{d}"), "percent"),
        (format!("{a}%2e{b}%2e{c}%2e{d}"), "percent"),
        (percent(&format!("{a}.{b}.{c}.{d}")), "percent, every byte"),
        (format!("{number}"), "number"),
        (format!("0x{number:08x}"), "hexadecimal number"),
        (format!("::ffff:{:x}:{:x}", number >> 16, number & 0xffff), "mapped"),
        (base64(format!("{a}.{b}.{c}.{d}").as_bytes()), "Base64 of text"),
    ]
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn nibbles(ip: Ipv6Addr) -> Vec<String> {
    let digits = ip.octets().into_iter().rev().flat_map(|it| [it & 15, it >> 4]);
    digits.map(|it| format!("{it:x}")).collect()
}

pub fn ways_v6(ip: Ipv6Addr) -> Vec<(String, &'static str)> {
    let full = ip.segments().map(|it| format!("{it:04x}")).join(":");
    let short = ip.segments().map(|it| format!("{it:x}")).join(":");
    vec![
        (ip.to_string(), "text"),
        (ip.to_string().to_ascii_uppercase(), "capitals"),
        (full.to_ascii_uppercase(), "all zeros, capitals"),
        (full.replace(':', "-"), "dashes"),
        (full, "all zeros"),
        (short, "zeros"),
        (nibbles(ip).join("."), "ip6.arpa"),
    ]
}

pub fn ways_mac(mac: [u8; 6]) -> Vec<(String, &'static str)> {
    let two = mac.map(|it| format!("{it:02x}"));
    let four = hexadecimal(&mac);
    let four = format!("{}.{}.{}", &four[..4], &four[4..8], &four[8..]);
    vec![
        (two.join(":"), "colons"),
        (two.join(":").to_ascii_uppercase(), "colons, capitals"),
        (two.join("-"), "dashes"),
        (two.join("%3A"), "percent"),
        (four.to_ascii_uppercase(), "dots, capitals"),
        (four, "dots"),
    ]
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// Labels as DNS has them, each behind its length.
pub fn wire(labels: &[&str]) -> Vec<u8> {
    let each = labels
        .iter()
        .flat_map(|label| std::iter::once(label.len() as u8).chain(label.bytes()));
    each.collect()
}

pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0_usize, |number, at| {
            number << 8 | usize::from(*three.get(at).unwrap_or(&0))
        });
        for at in 0..4 {
            let digit = DIGITS[number >> (18 - 6 * at) & 63];
            text.push(if at <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The part of Base64 that shows bytes alone where so many others (0 to 2) stand before them in their group of three.
pub fn base64_at(bytes: &[u8], place: usize) -> String {
    let text = base64(&[&[0; 2][..place], bytes].concat());
    let (from, to) = ((place * 8).div_ceil(6), (place + bytes.len()) * 8 / 6);
    text[from..to].to_owned()
}
