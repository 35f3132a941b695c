//! DNS message → DNS message of the same length: names and addresses replaced, other data emptied (RFC 1035 section 4).

use super::pseudonym::Pseudonyms;

/// Types whose data is a name: NS, CNAME, SOA, PTR, DNAME.
const NAMES: [u16; 5] = [2, 5, 6, 12, 39];

/// Replaces the identifying parts of a message, as far as it was captured.
#[allow(
    clippy::too_many_lines,
    reason = "one pass over a message: each step needs where the one before it ended"
)]
pub(super) fn message(bytes: &mut [u8], names: &Pseudonyms) {
    // Other traffic on that port would keep the bytes where a message has numbers.
    if crate::dns::message::parse(bytes).is_none() {
        return empty(bytes, 0);
    }
    // The targets of pointers are read in their original form.
    let old = bytes.to_vec();
    let renamed = |bytes: &mut [u8], at: usize| name(bytes, &old, at, names);
    let count = |at: usize| count_at(bytes, at);
    let (questions, records) = (
        count(4),
        u32::from(count(6))
            .saturating_add(u32::from(count(8)))
            .saturating_add(u32::from(count(10))),
    );
    let mut at = 12;
    for _ in 0..questions {
        let Some(behind) = renamed(bytes, at) else {
            return empty(bytes, at);
        };
        if !is_class(count_at(bytes, behind.saturating_add(2))) {
            return empty(bytes, behind);
        }
        at = behind.saturating_add(4);
    }
    for _ in 0..records {
        let Some(behind) = renamed(bytes, at) else {
            return empty(bytes, at);
        };
        let head = bytes.get(behind..).and_then(|it| it.first_chunk::<10>()).copied();
        let Some([k0, k1, c0, c1, _, version, f0, f1, l0, l1]) = head else {
            return empty(bytes, behind);
        };
        let kind = u16::from_be_bytes([k0, k1]);
        // The class of OPT is a size, its time to live a version and flags (RFC 6891, section 6.1.3).
        let is_sound = match kind {
            41 => version == 0 && f0 & 0x7f == 0 && f1 == 0,
            _ => is_class(u16::from_be_bytes([c0, c1])),
        };
        if !is_sound {
            return empty(bytes, behind);
        }
        // Answers are not cached for longer than half a year; a larger number may be anything.
        if kind != 41 && bytes.get(behind.saturating_add(4)) != Some(&0) {
            let life = behind.saturating_add(4)..behind.saturating_add(8);
            bytes.get_mut(life).unwrap_or_default().fill(0);
        }
        let from = behind.saturating_add(10);
        let to = from.saturating_add(usize::from(u16::from_be_bytes([l0, l1])));
        match kind {
            1 | 28 if to <= bytes.len() => names.address_bytes(bytes.get_mut(from..to).unwrap_or_default()),
            _ if NAMES.contains(&kind) => {
                let mut inside = from;
                // SOA has two names. One of the numbers after them may identify its owner, and no verdict rests on the
                // others.
                for _ in 0..if kind == 6 { 2 } else { 1 } {
                    match renamed(bytes, inside) {
                        Some(behind) => inside = behind,
                        None => return empty(bytes, inside),
                    }
                }
                bytes.iter_mut().take(to).skip(inside).for_each(|byte| *byte = 0);
            }
            _ => bytes.iter_mut().take(to).skip(from).for_each(|byte| *byte = 0),
        }
        at = to;
    }
    empty(bytes, at);
}

fn count_at(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..).and_then(|it| it.first_chunk::<2>());
    two.map_or(0, |it| u16::from_be_bytes(*it))
}

/// IN, CH, HS and the two that only questions have.
const fn is_class(class: u16) -> bool {
    matches!(class, 1 | 3 | 4 | 254 | 255)
}

/// Empties parts that were not understood.
fn empty(bytes: &mut [u8], from: usize) {
    bytes.iter_mut().skip(from).for_each(|byte| *byte = 0);
}

/// Replaces the labels at this place; returns the end of the name. A pointer leads to labels that are replaced at their
/// own place.
fn name(bytes: &mut [u8], old: &[u8], at: usize, names: &Pseudonyms) -> Option<usize> {
    let mut text = Vec::new();
    let here = labels(bytes, at, &mut text)?;
    // The labels of an address are meaningful only together, and some of them may be elsewhere.
    if let Some(target) = here.pointer
        && text.iter().any(u8::is_ascii_hexdigit)
        && let Some(tail) = pointed_to(old, target)
        && [&b"in-addr.arpa."[..], b"ip6.arpa.", b"ip6.int."]
            .iter()
            .any(|zone| tail.to_ascii_lowercase().ends_with(zone))
    {
        text.extend(tail);
    }
    // A label contains no white space.
    text.iter_mut()
        .filter(|byte| matches!(byte, b'\t' | b'\n' | b'\r'))
        .for_each(|byte| *byte = 1);
    // The whole name at once: some words form an address only together.
    names.text(&mut text);
    let mut rest = text.as_slice();
    for (from, len) in here.labels {
        let (label, behind) = rest.split_at_checked(len)?;
        bytes.get_mut(from..from.checked_add(len)?)?.copy_from_slice(label);
        rest = behind.get(1..)?;
    }
    Some(here.end)
}

/// Consecutive labels.
struct Labels {
    /// The place and length of each.
    labels: Vec<(usize, usize)>,
    /// The place of the rest of the name, if it is elsewhere.
    pointer: Option<usize>,
    end: usize,
}

/// Reads labels up to an empty one or a pointer; their text, with a dot after each, goes to `text`.
fn labels(bytes: &[u8], start: usize, text: &mut Vec<u8>) -> Option<Labels> {
    let mut at = start;
    let mut labels = Vec::new();
    loop {
        let len = usize::from(*bytes.get(at)?);
        match len {
            0 => {
                return Some(Labels {
                    labels,
                    pointer: None,
                    end: at.checked_add(1)?,
                });
            }
            1..=63 => {
                let from = at.checked_add(1)?;
                let label = bytes.get(from..from.checked_add(len)?)?;
                text.extend(label);
                text.push(b'.');
                labels.push((from, len));
                at = from.checked_add(len)?;
            }
            // Lengths that no name has (RFC 1035, section 4.1.4).
            64..=191 => return None,
            _ => {
                let low = usize::from(*bytes.get(at.checked_add(1)?)?);
                return Some(Labels {
                    labels,
                    pointer: Some((len & 0x3f) << 8 | low),
                    end: at.checked_add(2)?,
                });
            }
        }
        if at.saturating_sub(start) > 255 {
            return None;
        }
    }
}

/// The rest of a name, through at most as many pointers as a name can need.
fn pointed_to(bytes: &[u8], mut target: usize) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    for _ in 0..crate::dns::message::MAX_JUMPS {
        match labels(bytes, target, &mut text)?.pointer {
            Some(next) if next < target && text.len() <= 255 => target = next,
            Some(_) => return None,
            None => return Some(text),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::profile::Profile;

    #[test]
    fn issue_17_6_a_name_whose_end_stands_elsewhere_is_replaced_as_it_would_be_whole() {
        let names = Pseudonyms::new(&[1; 32], &Profile::built_in("default").unwrap());
        let mut bytes = vec![0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        bytes.extend(b"\x0266\x0277\x0210\x07in-addr\x04arpa\x00\x00\x0c\x00\x01");
        bytes.extend(b"\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x3c\x00\x06\x03254\xc0\x0c");
        message(&mut bytes, &names);
        let IpAddr::V4(new) = names.address([10, 77, 66, 254].into()) else {
            panic!()
        };
        let [a, b, c, d] = new.octets().map(|it| it.to_string());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains(&format!("\x02{c}\x02{b}\x02{a}\x07in-addr")), "{text:?}");
        assert!(text.contains(&format!("\x03{d}")) && !text.contains("254"), "{text:?}");
    }

    #[test]
    fn names_and_addresses_are_replaced_and_pointers_lead_to_the_new_labels() {
        let names = Pseudonyms::new(&[1; 32], &Profile::built_in("default").unwrap());
        let mut bytes = vec![0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        bytes.extend(b"\x08intranet\x04corp\x00\x00\x01\x00\x01");
        bytes.extend(b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x14\x1e\x28");
        let before = crate::dns::message::parse(&bytes).unwrap();
        message(&mut bytes, &names);
        let after = crate::dns::message::parse(&bytes).unwrap();
        assert_eq!(after.name.raw(), names.string(before.name.raw()));
        assert_eq!(after.addresses, [names.address(before.addresses[0])]);
        assert!(!bytes.windows(8).any(|it| it == b"intranet"));
        // Bytes that only look like a message leave nothing: here, with a count of questions that is never sent.
        let mut other = b"\x00\x01\x01\x00\x0a\x6f\x00\x00\x00\x00\x00\x00\x00secret\x00secret".to_vec();
        message(&mut other, &names);
        assert!(other.iter().all(|byte| *byte == 0), "{other:02x?}");
    }
}
