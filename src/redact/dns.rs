//! DNS message → DNS message of the same length: names and addresses replaced, other data emptied (RFC 1035 section 4).

use super::pseudonym::Pseudonyms;

/// Types whose data is a name: NS, CNAME, SOA, PTR, DNAME.
const NAMES: [u16; 5] = [2, 5, 6, 12, 39];

/// Replaces what identifies in a message, as far as it was captured.
pub(super) fn message(bytes: &mut [u8], names: &Pseudonyms) {
    // Other traffic of that port would keep what stands where a message has numbers.
    if crate::dns::parse(bytes).is_none() {
        return empty(bytes, 0);
    }
    let count = |at: usize| count_at(bytes, at);
    let (questions, records) = (
        count(4),
        u32::from(count(6))
            .saturating_add(u32::from(count(8)))
            .saturating_add(u32::from(count(10))),
    );
    let mut at = 12;
    for _ in 0..questions {
        let Some(behind) = name(bytes, at, names) else {
            return empty(bytes, at);
        };
        if !is_class(count_at(bytes, behind.saturating_add(2))) {
            return empty(bytes, behind);
        }
        at = behind.saturating_add(4);
    }
    for _ in 0..records {
        let Some(behind) = name(bytes, at, names) else {
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
        let from = behind.saturating_add(10);
        let to = from.saturating_add(usize::from(u16::from_be_bytes([l0, l1])));
        match kind {
            1 | 28 if to <= bytes.len() => names.address_bytes(bytes.get_mut(from..to).unwrap_or_default()),
            _ if NAMES.contains(&kind) => {
                let mut inside = from;
                // SOA has two names, and numbers behind them.
                for _ in 0..if kind == 6 { 2 } else { 1 } {
                    match name(bytes, inside, names) {
                        Some(behind) => inside = behind,
                        None => return empty(bytes, inside),
                    }
                }
                // Where the length is wrong, what stands behind is not those numbers, or more: records that nobody took apart.
                let numbers = if kind == 6 { 20 } else { 0 };
                let behind = inside.saturating_add(numbers);
                let behind = if behind == to { to } else { inside };
                bytes.iter_mut().take(to).skip(behind).for_each(|byte| *byte = 0);
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

/// What is not understood is not handed on.
fn empty(bytes: &mut [u8], from: usize) {
    bytes.iter_mut().skip(from).for_each(|byte| *byte = 0);
}

/// Replaces the labels that stand here; where the name ends. A pointer leads to labels that were replaced where they stand.
fn name(bytes: &mut [u8], mut at: usize, names: &Pseudonyms) -> Option<usize> {
    let start = at;
    let mut text = Vec::new();
    let mut labels = Vec::new();
    loop {
        let len = usize::from(*bytes.get(at)?);
        match len {
            0 => {
                at += 1;
                break;
            }
            1..=63 => {
                let from = at.checked_add(1)?;
                let label = bytes.get(from..from.checked_add(len)?)?;
                text.extend(label);
                text.push(b'.');
                labels.push((from, len));
                at = from.checked_add(len)?;
            }
            // What no name has (RFC 1035, section 4.1.4).
            64..=191 => return None,
            _ => {
                bytes.get(at.checked_add(1)?)?;
                at = at.checked_add(2)?;
                break;
            }
        }
        if at.saturating_sub(start) > 255 {
            return None;
        }
    }
    // The whole name at once: some words are addresses only together.
    names.text(&mut text);
    let mut rest = text.as_slice();
    for (from, len) in labels {
        let (label, behind) = rest.split_at_checked(len)?;
        bytes.get_mut(from..from.checked_add(len)?)?.copy_from_slice(label);
        rest = behind.get(1..)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn names_and_addresses_are_replaced_and_pointers_lead_to_the_new_labels() {
        let names = Pseudonyms::new(&[1; 32], &Profile::built_in("default").unwrap());
        let mut bytes = vec![0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        bytes.extend(b"\x08intranet\x04corp\x00\x00\x01\x00\x01");
        bytes.extend(b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x14\x1e\x28");
        let before = crate::dns::parse(&bytes).unwrap();
        message(&mut bytes, &names);
        let after = crate::dns::parse(&bytes).unwrap();
        assert_eq!(after.name.raw(), names.string(before.name.raw()));
        assert_eq!(after.addresses, [names.address(before.addresses[0])]);
        assert!(!bytes.windows(8).any(|it| it == b"intranet"));
        // What only looks like a message leaves nothing: here, a count of questions that nobody sends.
        let mut other = b"\x00\x01\x01\x00\x0a\x6f\x00\x00\x00\x00\x00\x00\x00secret\x00secret".to_vec();
        message(&mut other, &names);
        assert!(other.iter().all(|byte| *byte == 0), "{other:02x?}");
    }
}
