//! Checksum before → checksum after: as right as before, and without information about the original bytes.
//!
//! A right checksum becomes the right one of the new bytes. A wrong one must not be corrected by the change (RFC 1624):
//! if a network card was to fill it in, it is the sum of the addresses, and would reveal them beside their pseudonyms.
//! The same holds for a checksum that cannot be verified because the snap length cut the packet. Both become other
//! values, equal ones for equal ones.

use super::pseudonym::Pseudonyms;

/// The state of a checksum before the bytes that it covers changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Checksum {
    /// There is none, or its place is empty.
    None,
    Right,
    /// Wrong, or of bytes that were not captured.
    Other(u16),
}

/// The sum of what a checksum covers in addition to the bytes that hold it: nothing, or a pseudo header.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside(u64);

impl Beside {
    /// The pseudo header of TCP, UDP and ICMPv6 (RFC 9293 section 3.1, RFC 8200 section 8.1).
    pub(super) fn new(addresses: &[u8], protocol: u8, len: usize) -> Self {
        Self(sum(addresses) + u64::from(protocol) + len as u64)
    }
}

impl Checksum {
    /// Reads the checksum at a place. `is_whole`: all bytes that it covers were captured.
    pub(super) fn of(bytes: &[u8], at: usize, beside: Beside, is_whole: bool) -> Self {
        match read(bytes, at) {
            None => Self::None,
            Some(_) if is_whole && fold(sum(bytes) + beside.0) == 0xffff => Self::Right,
            Some(0) => Self::None,
            Some(checksum) => Self::Other(checksum),
        }
    }

    /// Writes its successor into the bytes as they are now.
    pub(super) fn renew(self, bytes: &mut [u8], at: usize, beside: Beside, names: &Pseudonyms) {
        if read(bytes, at).is_none() {
            return;
        }
        put(bytes, at, 0);
        // Zero would mean that there is none (RFC 768), and equals the other zero.
        let right = match !fold(sum(bytes) + beside.0) {
            0 => 0xffff,
            other => other,
        };
        match self {
            Self::None => {}
            Self::Right => put(bytes, at, right),
            Self::Other(old) => {
                let [high, low, ..] = names.prf(b"checksum", &[&old.to_be_bytes()]);
                let new = u16::from_be_bytes([high, low]).max(1);
                // Neither right by chance nor absent.
                put(bytes, at, if new == right { new ^ 0x8001 } else { new }.max(1));
            }
        }
    }
}

fn read(bytes: &[u8], at: usize) -> Option<u16> {
    let both = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_be_bytes(*both))
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(to) = bytes.get_mut(at..at.saturating_add(2)) {
        to.copy_from_slice(&value.to_be_bytes());
    }
}

fn sum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(2).map(|both| match both {
        [high, low] => u64::from(u16::from_be_bytes([*high, *low])),
        [high] => u64::from(*high) << 8,
        _ => 0,
    });
    words.sum()
}

fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn a_right_checksum_stays_right_and_another_tells_nothing_of_the_addresses() {
        let names = Pseudonyms::new(&[7; 32], &Profile::built_in("default").unwrap());
        let mut bytes = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 77, 66, 55, 10, 77, 66, 53];
        Checksum::Right.renew(&mut bytes, 10, Beside::default(), &names);
        assert!(matches!(
            Checksum::of(&bytes, 10, Beside::default(), true),
            Checksum::Right
        ));
        // The same wrong one over other addresses becomes the same.
        let wrong = |last: u8| {
            let mut bytes = bytes;
            bytes[10..12].copy_from_slice(&[0x12, 0x34]);
            let before = Checksum::of(&bytes, 10, Beside::default(), true);
            bytes[15] = last;
            before.renew(&mut bytes, 10, Beside::default(), &names);
            assert!(matches!(
                Checksum::of(&bytes, 10, Beside::default(), true),
                Checksum::Other(_)
            ));
            [bytes[10], bytes[11]]
        };
        assert_eq!(wrong(9), wrong(77));
        assert_ne!(wrong(9), [0x12, 0x34]);
        // For a cut packet it cannot be known which it is.
        assert!(matches!(
            Checksum::of(&bytes, 10, Beside::default(), false),
            Checksum::Other(_)
        ));
    }
}
