//! DNS message → DNS message of the same length: names and addresses replaced, other data emptied (RFC 1035 section 4).

use super::pseudonym::Pseudonyms;

/// Types whose data is a name: NS, CNAME, SOA, PTR, DNAME.
const NAMES: [u16; 5] = [2, 5, 6, 12, 39];

/// Replaces what identifies in a message, as far as it was captured.
pub(super) fn message(bytes: &mut [u8], names: &Pseudonyms) {
    let count = |at: usize| {
        bytes
            .get(at..)
            .and_then(|it| it.first_chunk::<2>())
            .map_or(0, |it| u16::from_be_bytes(*it))
    };
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
        at = behind.saturating_add(4);
    }
    for _ in 0..records {
        let Some(behind) = name(bytes, at, names) else {
            return empty(bytes, at);
        };
        let head = bytes.get(behind..).and_then(|it| it.first_chunk::<10>()).copied();
        let Some([k0, k1, .., l0, l1]) = head else {
            return empty(bytes, behind);
        };
        let kind = u16::from_be_bytes([k0, k1]);
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
            }
            _ => bytes.iter_mut().take(to).skip(from).for_each(|byte| *byte = 0),
        }
        at = to;
    }
    empty(bytes, at);
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
    }
}
