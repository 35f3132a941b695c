//! certificate → certificate of the same length: names, numbers, keys and signatures replaced, everything else as it was.
//!
//! Dates, usages, algorithms and the structure stay (RFC 5280): a verdict rests on them. The code that replaces
//! signatures records what they proved (`tls::attested`).

use super::pseudonym::Pseudonyms;

/// Deeper than any certificate nests.
const DEEPEST: usize = 24;

/// An element of DER: its tag, and the place of its content.
#[derive(Clone, Copy, Debug)]
struct Element {
    tag: u8,
    from: usize,
    to: usize,
}

/// The elements between two places; bytes that are no element are scrambled.
fn taken_apart(der: &mut [u8], from: usize, to: usize, names: &Pseudonyms) -> Vec<Element> {
    let found = elements(der, from, to);
    let behind = found.last().map_or(from, |it| it.to);
    names.scramble(der.get_mut(behind.min(to)..to).unwrap_or_default());
    found
}

/// The elements between two places.
fn elements(der: &[u8], mut at: usize, end: usize) -> Vec<Element> {
    let mut found = Vec::new();
    while at < end
        && let Some(element) = element(der, at, end)
    {
        at = element.to.max(at.saturating_add(1));
        found.push(element);
    }
    found
}

fn element(der: &[u8], at: usize, end: usize) -> Option<Element> {
    let tag = *der.get(at)?;
    let first = *der.get(at.checked_add(1)?)?;
    let (len, head) = match first {
        0..=0x7f => (usize::from(first), 2),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let bytes = der.get(at.checked_add(2)?..at.checked_add(2)?.checked_add(count)?)?;
            (
                bytes.iter().fold(0, |len, byte| len << 8 | usize::from(*byte)),
                count + 2,
            )
        }
        _ => return None,
    };
    let from = at.checked_add(head)?;
    let to = from.checked_add(len)?;
    (to <= end && to <= der.len()).then_some(Element { tag, from, to })
}

/// Replaces the identifying parts of a certificate. A certificate that cannot be parsed is scrambled as a whole.
pub(super) fn certificate(der: &mut [u8], names: &Pseudonyms) {
    if walk(der, names).is_none() {
        names.scramble(der);
    }
}

/// True if it can be parsed as a certificate, with no bytes after it.
pub(super) fn is_certificate(der: &[u8], names: &Pseudonyms) -> bool {
    let is_all = element(der, 0, der.len()).is_some_and(|it| it.to == der.len());
    is_all && walk(&mut der.to_vec(), names).is_some()
}

fn walk(der: &mut [u8], names: &Pseudonyms) -> Option<()> {
    let len = der.len();
    let outer = element(der, 0, len).filter(|it| it.tag == 0x30)?;
    let [body, outer_algorithm, signature] = elements(der, outer.from, outer.to).try_into().ok()?;
    // Bytes after the last element were not understood.
    if elements(der, body.from, body.to).last()?.to != body.to || signature.to != outer.to {
        return None;
    }
    let mut parts = elements(der, body.from, body.to).into_iter().peekable();
    parts.next_if(|it| it.tag == 0xa0 && it.to - it.from <= 3);
    let [serial, algorithm, issuer, validity, subject, key] = [(); 6].map(|()| parts.next());
    let (serial, algorithm, validity) = (serial?, algorithm?, validity?);
    // The parts that stay must be what they seem: if a byte is missing, a name may be in the place of another part.
    let tags = |it: &Element| {
        elements(der, it.from, it.to)
            .iter()
            .map(|it| it.tag)
            .collect::<Vec<_>>()
    };
    let is_sound = serial.tag == 2
        && tags(&algorithm).first() == Some(&6)
        && matches!(tags(&validity).as_slice(), [0x17 | 0x18, 0x17 | 0x18])
        && tags(&key?).as_slice() == [0x30, 3]
        && elements(der, key?.from, key?.to).last()?.to == key?.to;
    if !is_sound {
        return None;
    }
    number(der.get_mut(serial.from..serial.to)?, names);
    for it in [algorithm, issuer?, validity, subject?, outer_algorithm] {
        strings(der, it, names, 0);
    }
    public_key(der, key?, names);
    for part in parts {
        if part.tag != 0xa3 {
            names.scramble(der.get_mut(part.from..part.to)?);
            continue;
        }
        for list in taken_apart(der, part.from, part.to, names) {
            for extension in taken_apart(der, list.from, list.to, names) {
                self::extension(der, extension, names);
            }
        }
    }
    // The first octet counts unused bits.
    names.scramble(der.get_mut(signature.from.checked_add(1)?..signature.to)?);
    // Bytes after the certificate are not needed.
    names.scramble(der.get_mut(outer.to..)?);
    Some(())
}

/// An integer keeps its length and sign.
fn number(content: &mut [u8], names: &Pseudonyms) {
    let (first, is_zero) = (content.first().copied().unwrap_or(0), content.iter().all(|it| *it == 0));
    if is_zero {
        return;
    }
    names.scramble(content);
    match content {
        [head, next, ..] if first == 0 => {
            *head = 0;
            *next |= 0x80;
        }
        [head, ..] => {
            *head = if first & 0x80 == 0 {
                *head & 0x7f | 0x40
            } else {
                *head | 0x80
            }
        }
        [] => {}
    }
}

fn public_key(der: &mut [u8], key: Element, names: &Pseudonyms) {
    let [algorithm, bits] = *elements(der, key.from, key.to) else {
        return names.scramble(der.get_mut(key.from..key.to).unwrap_or_default());
    };
    strings(der, algorithm, names, 0);
    let inside = bits.from.saturating_add(1);
    // An RSA key is a sequence of modulus and exponent; its size is the modulus's.
    let rsa = element(der, inside, bits.to).filter(|it| it.tag == 0x30 && it.to == bits.to);
    let numbers = rsa.and_then(|it| {
        let both: [Element; 2] = elements(der, it.from, it.to).try_into().ok()?;
        both.last().is_some_and(|last| last.to == it.to).then_some(both)
    });
    if let Some([modulus, exponent]) = numbers.filter(|both| both.iter().all(|it| it.tag == 2)) {
        strings(der, exponent, names, 0);
        if let Some(content) = der.get_mut(modulus.from..modulus.to) {
            let (head, tail): (Vec<u8>, usize) = (content.iter().take(2).copied().collect(), content.len());
            names.scramble(content);
            // The highest bits give the size; a modulus is odd.
            content.iter_mut().zip(head).for_each(|(to, from)| *to = from);
            if let Some(last) = content.get_mut(tail.saturating_sub(1)) {
                *last |= 1;
            }
        }
    } else if let Some(content) = der.get_mut(inside..bits.to) {
        let first = content.first().copied();
        names.scramble(content);
        if let (Some(to), Some(0x04)) = (content.first_mut(), first) {
            *to = 0x04; // an uncompressed point
        }
    }
}

fn extension(der: &mut [u8], extension: Element, names: &Pseudonyms) {
    let parts = elements(der, extension.from, extension.to);
    let (oid, value) = match parts.as_slice() {
        [oid, value] if oid.tag == 6 && value.tag == 4 && value.to == extension.to => (oid, value),
        [oid, critical, value]
            if oid.tag == 6
                && (critical.tag, critical.to.saturating_sub(critical.from)) == (1, 1)
                && value.tag == 4
                && value.to == extension.to =>
        {
            (oid, value)
        }
        _ => return names.scramble(der.get_mut(extension.from..extension.to).unwrap_or_default()),
    };
    let place = *oid;
    let oid = der.get(place.from..place.to).unwrap_or_default().to_vec();
    strings(der, place, names, 0);
    let said = der.get(value.from..value.to).unwrap_or_default();
    match oid.as_slice() {
        // Usage: few bits and no identifiers.
        [0x55, 0x1d, 15] if matches!(said, [3, 2, _, _] | [3, 3, _, _, _]) => {}
        // Key identifiers.
        [0x55, 0x1d, 14] => {
            for inner in taken_apart(der, value.from, value.to, names) {
                if let Some(content) = der.get_mut(inner.from..inner.to) {
                    names.scramble(content);
                }
            }
        }
        [0x55, 0x1d, 35] => {
            for list in taken_apart(der, value.from, value.to, names) {
                for inner in taken_apart(der, list.from, list.to, names) {
                    match (inner.tag, der.get_mut(inner.from..inner.to)) {
                        (0x82, Some(content)) => number(content, names),
                        (0x80, Some(content)) => names.scramble(content),
                        _ => strings(der, inner, names, 0),
                    }
                }
            }
        }
        // All other DER: names, addresses and URLs in it, and unknown bytes.
        _ => {
            let inner = elements(der, value.from, value.to);
            if inner.last().is_none_or(|it| it.to != value.to) {
                if let Some(content) = der.get_mut(value.from..value.to) {
                    names.scramble(content);
                }
                return;
            }
            for it in inner {
                strings(der, it, names, 0);
            }
        }
    }
}

/// Replaces strings, addresses and unstructured bytes in an element and all below it.
pub(super) fn any(der: &mut [u8], names: &Pseudonyms) {
    for it in taken_apart(der, 0, der.len(), names) {
        strings(der, it, names, 0);
    }
}

/// Digits alone may be a personal number; a time has a fixed number of digits, and a fixed end.
fn is_time(content: &[u8]) -> bool {
    let Some((b'Z', digits)) = content.split_last() else {
        return false;
    };
    matches!(digits.len(), 10 | 12 | 14) && digits.iter().all(u8::is_ascii_digit)
}

fn strings(der: &mut [u8], element: Element, names: &Pseudonyms, depth: usize) {
    let Element { tag, from, to } = element;
    let Some(content) = der.get_mut(from..to) else { return };
    match tag {
        _ if tag & 0x20 != 0 && depth < DEEPEST => {
            for inner in taken_apart(der, from, to, names) {
                strings(der, inner, names, depth + 1);
            }
        }
        // Text: UTF8, numeric, printable, teletex, IA5, visible; in general names mail, DNS and URL.
        0x0c | 0x12 | 0x13 | 0x14 | 0x16 | 0x1a | 0x81 | 0x82 | 0x83 | 0x85 | 0x86 => names.text(content),
        0x1e => {
            let mut text: Vec<u8> = content.iter().skip(1).step_by(2).copied().collect();
            names.text(&mut text);
            let units = text.iter().flat_map(|byte| [0, *byte]).chain([0]);
            content.iter_mut().zip(units).for_each(|(to, from)| *to = from);
        }
        0x87 => match content.len() {
            // With a mask, in name constraints.
            8 | 32 => {
                let (network, mask) = content.split_at_mut(content.len() / 2);
                names.address_bytes(network);
                let ones: usize = mask.iter().map(|byte| byte.leading_ones() as usize).sum();
                let is_mask = mask.iter().map(|byte| byte.count_ones() as usize).sum::<usize>() == ones
                    && mask.iter().skip(ones.div_ceil(8)).all(|byte| *byte == 0);
                if !is_mask {
                    names.scramble(mask);
                }
            }
            _ => names.address_bytes(content),
        },
        // Numbers that identify are long; a version or a depth is short.
        0x02 if content.len() > 3 => number(content, names),
        // Booleans, short numbers, nothing, enumerations.
        0x02 => {}
        0x01 | 0x05 | 0x0a if content.len() <= 1 => {}
        // Object identifiers under the arcs that certificates use.
        0x06 | 0x88
            if content.len() <= 12 && matches!(content.first(), Some(0x09 | 0x2a | 0x2b | 0x55 | 0x60 | 0x67)) => {}
        0x17 | 0x18 if is_time(content) => {}
        0x03 => names.scramble(content.get_mut(1..).unwrap_or_default()),
        _ => names.scramble(content),
    }
}
