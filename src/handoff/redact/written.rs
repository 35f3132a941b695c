//! text → text of the same length: addresses as they are replaced elsewhere, other words word by word.
//!
//! An address is written in many ways: with dots, dashes or leading zeros, percent-encoded, backwards under `in-addr.arpa`
//! (RFC 1035 section 3.5) and nibble by nibble under `ip6.arpa` (RFC 3596 section 2.5). A name under those is turned
//! round, replaced as its address is, and turned back, so it leads to the same pseudonym. Rows of numbers that are none of
//! these are replaced one behind the other, each by what stood before it: number by number, every text would spell out the
//! same small table.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address::is_mask;
use super::pseudonym::Pseudonyms;

/// Encodings within one another that are taken off: a target inside a parameter of a target.
const MOST_LAYERS: u32 = 3;

/// Labels of a row that are looked at together: an IPv6 address has 32 nibbles, and names stand before them.
const MOST_LABELS: usize = 64;

/// Nibbles of an IPv6 address.
const NIBBLES: usize = 32;

/// Numbers with the same between each two of them.
#[derive(Debug, Default)]
struct Row {
    /// Where each begins, and how long it is.
    labels: Vec<(usize, usize)>,
    /// The first byte between them, if there are two.
    between: Option<u8>,
    /// Where the last one ends.
    end: usize,
    /// True if the text or another word follows, not more of the last one.
    is_delimited: bool,
}

/// The bytes that words consist of. Control bytes count among them: they are not text, and a raw address may hold them.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x7f || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

impl Pseudonyms {
    /// Text in place: addresses as addresses, other words word by word.
    pub fn text(&self, text: &mut [u8]) {
        self.layer(text, 0);
    }

    /// The same of a string.
    #[must_use]
    pub fn string(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        self.text(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Takes percent-encoding off (RFC 3986 section 2.1), replaces, and puts it on again where it was.
    fn layer(&self, text: &mut [u8], layer: u32) {
        let has_escape = text.windows(3).any(|it| escaped(it).is_some());
        if !has_escape || layer >= MOST_LAYERS {
            return self.words(text);
        }
        let mut plain = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let code = text.get(at..).and_then(escaped);
            plain.push(code.unwrap_or(byte));
            at = at.saturating_add(if code.is_some() { 3 } else { 1 });
        }
        self.layer(&mut plain, layer.saturating_add(1));
        let mut at = 0;
        for new in plain {
            let code = text.get(at..).and_then(escaped);
            let Some(to) = text.get_mut(at..) else { return };
            match (code, to) {
                (None, [to, ..]) => *to = new,
                (Some(old), [_, high, low, ..]) if old != new => {
                    let is_lower = high.is_ascii_lowercase() || low.is_ascii_lowercase();
                    (*high, *low) = (hex_digit(new >> 4, is_lower), hex_digit(new & 15, is_lower));
                }
                _ => {}
            }
            at = at.saturating_add(if code.is_some() { 3 } else { 1 });
        }
    }

    fn words(&self, text: &mut [u8]) {
        let mut at = 0;
        while at < text.len() {
            let is_inside = at
                .checked_sub(1)
                .and_then(|it| text.get(it))
                .is_some_and(|it| is_word(*it));
            if !is_inside && let Some(end) = self.written(text, at) {
                at = end.max(at.saturating_add(1));
                continue;
            }
            let rest = text.get(at..).unwrap_or_default();
            let mut len = rest.iter().take_while(|byte| is_word(**byte)).count();
            // Four numbers may begin inside a word, as in `ip10-1-2-3`.
            let word = rest.get(..len).unwrap_or_default();
            let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            if (1..=3).contains(&digits) && (digits < len || is_inside) {
                let from = at.saturating_add(len).saturating_sub(digits);
                let row = row(text, from, 3, 5, u8::is_ascii_digit);
                if row.labels.len() == 4 {
                    len = len.saturating_sub(digits);
                    let word = text.get_mut(at..at.saturating_add(len)).unwrap_or_default();
                    if !word.is_empty() {
                        self.word(word);
                    }
                    self.numbers(text, &row);
                    at = row.end;
                    continue;
                }
            }
            if let Some(word) = text.get_mut(at..at.saturating_add(len)).filter(|_| len > 0) {
                self.word(word);
            }
            at = at.saturating_add(len.max(1));
        }
    }

    /// Replaces the address that begins here, or the row of numbers; where it ends.
    fn written(&self, text: &mut [u8], at: usize) -> Option<usize> {
        if !text.get(at).is_some_and(|it| it.is_ascii_hexdigit() || *it == b':') {
            return None;
        }
        self.mac_text(text, at)
            .or_else(|| self.colons(text, at))
            .or_else(|| self.nibbles(text, at))
            .or_else(|| {
                let row = row(text, at, 3, MOST_LABELS, u8::is_ascii_digit);
                self.numbers(text, &row).then_some(row.end)
            })
            .or_else(|| {
                // What would be an IPv6 address, were it whole.
                let row = row(text, at, 4, MOST_LABELS, u8::is_ascii_hexdigit);
                if row.between != Some(b':') || row.labels.len() < 4 {
                    return None;
                }
                self.one_by_one(text, &row.labels, 16);
                Some(row.end)
            })
    }

    /// Six times two digits, or three times four.
    fn mac_text(&self, text: &mut [u8], at: usize) -> Option<usize> {
        let row = [2, 4]
            .into_iter()
            .map(|longest| row(text, at, longest, 7, u8::is_ascii_hexdigit))
            .find(|row| {
                let each = match (row.labels.len(), row.between) {
                    (6, Some(b':' | b'-')) => 2,
                    (3, Some(b':' | b'-' | b'.')) => 4,
                    _ => return false,
                };
                row.is_delimited && row.labels.iter().all(|(_, len)| *len == each)
            })?;
        let digits: Vec<u8> = row.values(text).flatten().collect();
        // Three words of a name have no digit.
        if row.labels.len() == 3 && !digits.iter().any(u8::is_ascii_digit) {
            return None;
        }
        let mut mac: Vec<u8> = digits
            .chunks_exact(2)
            .filter_map(|both| Some(value(*both.first()?, 16)? << 4 | value(*both.last()?, 16)?))
            .collect();
        self.mac(&mut mac);
        let new: Vec<u8> = mac.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
        let is_lower = digits.iter().any(u8::is_ascii_lowercase);
        let places = row
            .labels
            .iter()
            .flat_map(|(from, len)| *from..from.saturating_add(*len));
        for (place, new) in places.zip(new) {
            put(text, place, hex_digit(new, is_lower));
        }
        Some(row.end)
    }

    /// An IPv6 address with colons, each group as long as it was written.
    fn colons(&self, text: &mut [u8], at: usize) -> Option<usize> {
        let rest = text.get(at..)?;
        let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || matches!(**byte, b':' | b'.');
        let most = rest.iter().take_while(is_part).count().min(46);
        let all = std::str::from_utf8(rest.get(..most)?).ok()?;
        if all.bytes().filter(|it| *it == b':').count() < 2 {
            return None;
        }
        // Behind it the sentence may end.
        let shorter = |text: &'_ str| text.strip_suffix([':', '.']).map(str::len);
        let once = shorter(all).and_then(|len| all.get(..len)).unwrap_or(all);
        let (written, old) = [all, once]
            .into_iter()
            .find_map(|it| Some((it, it.parse::<Ipv6Addr>().ok()?)))?;
        if rest.get(written.len()).is_some_and(|it| is_word(*it)) {
            return None;
        }
        let IpAddr::V6(new) = self.address(old.into()) else {
            return None;
        };
        let new = as_written(written, new)?;
        let end = at.saturating_add(new.len());
        text.get_mut(at..end)?.copy_from_slice(new.as_bytes());
        Some(end)
    }

    /// Nibbles of an IPv6 address, the last first.
    fn nibbles(&self, text: &mut [u8], at: usize) -> Option<usize> {
        let row = row(text, at, 1, MOST_LABELS, u8::is_ascii_hexdigit);
        if !row.is_delimited {
            return None;
        }
        let is_name = [&b".ip6.arpa"[..], b".ip6.int"]
            .iter()
            .any(|it| row.is_followed(text, it));
        let values: Vec<u8> = row
            .values(text)
            .flatten()
            .filter_map(|digit| value(digit, 16))
            .collect();
        let is_global = |high: Option<&u8>| matches!(high, Some(2 | 3 | 0xf));
        // Without a name, the end that looks like the beginning of an address is one.
        let is_backwards = is_name || is_global(values.last());
        if !is_name && values.len() != NIBBLES {
            let has_letter = row.values(text).flatten().any(|it| it.is_ascii_alphabetic());
            if values.len() < 8 || !has_letter {
                return None;
            }
            self.one_by_one(text, &row.labels, 16);
            return Some(row.end);
        }
        let (before, mut places) = row.labels.split_at(values.len().saturating_sub(NIBBLES));
        self.one_by_one(text, before, 16);
        let backwards: Vec<(usize, usize)> = places.iter().rev().copied().collect();
        if is_backwards {
            places = &backwards;
        }
        let old = places.iter().filter_map(|(at, _)| value(*text.get(*at)?, 16));
        let old: Vec<u8> = old.collect();
        for ((at, _), new) in places.iter().zip(self.nibbles_of(&old)) {
            let is_lower = !text.get(*at).is_some_and(u8::is_ascii_uppercase);
            put(text, *at, hex_digit(new, is_lower));
        }
        Some(row.end)
    }

    /// The first nibbles of an IPv6 address, or all.
    fn nibbles_of(&self, old: &[u8]) -> Vec<u8> {
        let whole = old.chunks_exact(2);
        let rest = whole.remainder();
        let old: Vec<u8> = whole
            .filter_map(|both| Some(both.first()? << 4 | both.last()?))
            .collect();
        let mut bytes = old.clone();
        if bytes.len() == NIBBLES / 2 {
            self.address_bytes(&mut bytes);
        } else {
            self.bytes(&mut bytes);
        }
        let context = [b"nibble", old.as_slice()].concat();
        let last = rest.first().map(|it| self.derange(&context, u64::from(*it), 16) as u8);
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .chain(last)
            .collect()
    }

    /// Decimal numbers; whether they were replaced.
    fn numbers(&self, text: &mut [u8], row: &Row) -> bool {
        let is_name = row.between.is_none_or(|it| it == b'.') && row.is_followed(text, b".in-addr.arpa");
        let octet = |digits: Vec<u8>| std::str::from_utf8(&digits).ok()?.parse::<u8>().ok();
        let behind = row.labels.len().saturating_sub(4);
        let octets: Option<Vec<u8>> = row.values(text).skip(behind).map(octet).collect();
        let Some(mut octets) = octets.filter(|it| !it.is_empty() && (is_name || row.labels.len() == 4)) else {
            let is_row = row.labels.len() >= 4;
            if is_row {
                self.one_by_one(text, &row.labels, 10);
            }
            return is_row;
        };
        let (before, places) = row.labels.split_at(behind);
        self.one_by_one(text, before, 10);
        let all = <[u8; 4]>::try_from(octets.as_slice());
        if is_name || all.is_ok_and(is_backwards) {
            octets.reverse();
            self.some_octets(&mut octets);
            octets.reverse();
        } else {
            self.some_octets(&mut octets);
        }
        for ((from, len), octet) in places.iter().zip(octets) {
            // The digits of an octet stay as many, and zeros before it.
            let digits = format!("{octet:0len$}");
            digits
                .bytes()
                .zip(*from..)
                .take(*len)
                .for_each(|(digit, place)| put(text, place, digit));
        }
        true
    }

    fn some_octets(&self, octets: &mut [u8]) {
        match <[u8; 4]>::try_from(&*octets) {
            Ok(all) => {
                if let IpAddr::V4(new) = self.address(Ipv4Addr::from(all).into()) {
                    octets.copy_from_slice(&new.octets());
                }
            }
            Err(_) => self.octets(octets),
        }
    }

    /// Each label by what stands before it.
    fn one_by_one(&self, text: &mut [u8], labels: &[(usize, usize)], radix: u32) {
        let mut context = [0; 32];
        for (from, len) in labels {
            let Some(label) = text.get_mut(*from..from.saturating_add(*len)) else {
                return;
            };
            let old = label.to_ascii_lowercase();
            let index = old.iter().fold(0_u64, |index, digit| {
                index
                    .wrapping_mul(u64::from(radix))
                    .wrapping_add(u64::from(value(*digit, radix).unwrap_or(0)))
            });
            let mut rest = self.derange(&context, index, u64::from(radix).saturating_pow(*len as u32));
            let is_lower = !label.iter().any(u8::is_ascii_uppercase);
            for digit in label.iter_mut().rev() {
                *digit = hex_digit(rest.checked_rem(u64::from(radix)).unwrap_or(0) as u8, is_lower);
                rest = rest.checked_div(u64::from(radix)).unwrap_or(0);
            }
            context = self.prf(b"row", &[&context, &old]);
        }
    }
}

impl Row {
    fn values<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Vec<u8>> + 'a {
        self.labels
            .iter()
            .filter_map(|(from, len)| Some(text.get(*from..from.saturating_add(*len))?.to_vec()))
    }

    fn is_followed(&self, text: &[u8], name: &[u8]) -> bool {
        let rest = text.get(self.end..).unwrap_or_default();
        let is_there = rest.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
        is_there && !rest.get(name.len()).is_some_and(|it| is_word(*it))
    }
}

/// The row that begins here, of labels of at most so many digits.
fn row(text: &[u8], at: usize, longest: usize, most: usize, is_digit: fn(&u8) -> bool) -> Row {
    let mut row = Row {
        end: at,
        is_delimited: true,
        ..Row::default()
    };
    let mut between: Option<&[u8]> = None;
    let mut from = at;
    while row.labels.len() < most {
        let rest = text.get(from..).unwrap_or_default();
        let len = rest.iter().take_while(|it| is_digit(it)).count();
        let is_more = rest.get(len).is_some_and(|it| is_word(*it));
        // A number that letters follow is the last one; hexadecimal digits with others behind them are a word.
        if len == 0 || len > longest || (is_more && is_digit(&b'a')) {
            row.is_delimited &= len == 0 || !row.labels.is_empty();
            break;
        }
        row.labels.push((from, len));
        row.end = from.saturating_add(len);
        row.is_delimited = !is_more;
        let behind = rest.get(len..).unwrap_or_default();
        let gap = behind.iter().take(4).take_while(|it| !is_word(**it)).count();
        let gap = behind.get(..gap).filter(|it| (1..=3).contains(&it.len()));
        let Some(gap) = gap.filter(|it| between.is_none_or(|known| known == *it)) else {
            break;
        };
        if !behind.get(gap.len()).is_some_and(is_digit) {
            break;
        }
        between = Some(gap);
        from = row.end.saturating_add(gap.len());
    }
    row.between = between
        .and_then(|it| it.first().copied())
        .filter(|_| row.labels.len() > 1);
    row
}

/// Whether four numbers are an address only if read from the end: forwards they would be one that no host has.
fn is_backwards(octets: [u8; 4]) -> bool {
    match octets {
        [0, 0, 0, 0] | [127, 0, 0, 1 | 53] | [239, 255, 255, 250] => false,
        [0 | 127 | 224..=255, ..] => !is_mask(octets),
        _ => false,
    }
}

/// An address in the form that another was written in: zeros left out, groups filled up, the end as IPv4.
fn as_written(written: &str, new: Ipv6Addr) -> Option<String> {
    let groups = new.segments();
    let octets = new.octets();
    let part = |part: &str, from: usize| -> Option<String> {
        let mut at = from;
        let mut pieces = Vec::new();
        for piece in part.split(':').filter(|it| !it.is_empty()) {
            if piece.contains('.') {
                let labels = piece.split('.').zip(octets.get(at.checked_mul(2)?..)?);
                let labels = labels.map(|(old, octet)| {
                    let len = old.len();
                    Some(format!("{octet:0len$}")).filter(|it| it.len() == len)
                });
                pieces.push(labels.collect::<Option<Vec<_>>>()?.join("."));
                at = at.saturating_add(2);
                continue;
            }
            let len = piece.len();
            let group = groups.get(at)?;
            let new = if piece.bytes().any(|it| it.is_ascii_uppercase()) {
                format!("{group:0len$X}")
            } else {
                format!("{group:0len$x}")
            };
            pieces.push(Some(new).filter(|it| it.len() == len)?);
            at = at.saturating_add(1);
        }
        Some(pieces.join(":"))
    };
    let Some((head, tail)) = written.split_once("::") else {
        return part(written, 0);
    };
    let count = tail.split(':').filter(|it| !it.is_empty());
    let count: usize = count.map(|it| if it.contains('.') { 2 } else { 1 }).sum();
    Some(format!(
        "{}::{}",
        part(head, 0)?,
        part(tail, 8_usize.checked_sub(count)?)?
    ))
}

/// The byte that a percent sign and two digits stand for.
fn escaped(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] => Some(value(*high, 16)? << 4 | value(*low, 16)?),
        _ => None,
    }
}

fn value(digit: u8, radix: u32) -> Option<u8> {
    char::from(digit).to_digit(radix).map(|it| it as u8)
}

fn hex_digit(value: u8, is_lower: bool) -> u8 {
    let digit = char::from_digit(u32::from(value & 15), 16).map_or(b'0', |it| it as u8);
    if is_lower { digit } else { digit.to_ascii_uppercase() }
}

fn put(text: &mut [u8], at: usize, byte: u8) {
    if let Some(to) = text.get_mut(at) {
        *to = byte;
    }
}

#[cfg(test)]
mod tests;
