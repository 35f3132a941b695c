//! UDP payload → whether it is DTLS or QUIC: by its first bytes, on any port.
//!
//! A record of DTLS 1.0 or 1.2 names its version (RFC 6347 section 4.1: 0xfeff, 0xfefd), and so do those of DTLS 1.3 that are not
//! encrypted, and the packets of QUIC that set a connection up (RFC 9000 section 17.2). Encrypted ones of DTLS 1.3 have three fixed
//! bits (RFC 9147 section 4), later ones of QUIC none that everybody sets (RFC 9287): they count only between ports that spoke the
//! protocol before. So do records by the draft of DTLS 1.0, whose version 0x0100 many bytes have: a whole hello comes first.

/// Bits that remember pairs of ports. Two pairs may share one: what then looks like DTLS belongs to no flow of it.
const BITS: usize = 4096;

/// Pairs of ports on which DTLS or QUIC was seen.
#[derive(Debug)]
pub(crate) struct DatagramPorts {
    dtls: [u64; BITS / 64],
    quic: [u64; BITS / 64],
    /// Packets of QUIC after its handshake are wanted, too.
    pub(super) follows_quic: bool,
}

impl Default for DatagramPorts {
    fn default() -> Self {
        Self {
            dtls: [0; BITS / 64],
            quic: [0; BITS / 64],
            follows_quic: false,
        }
    }
}

/// The protocol at the beginning of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Dtls,
    Quic,
}

/// True if packets of a QUIC version have the form of those of version 1 (RFC 9000, RFC 9369, and the drafts from the
/// 23rd on).
#[must_use]
pub const fn is_quic_version(version: u32) -> bool {
    matches!(version, 1 | 0x6b33_43cf | 0xff00_0017..=0xff00_0022)
}

impl DatagramPorts {
    /// True if a payload may be DTLS or QUIC: the cheapest possible check.
    #[inline(always)]
    pub(super) fn may_begin(&self, ports: [u16; 2], payload: &[u8]) -> bool {
        match payload {
            [20..=26, 0xfe, 0xfc..=0xff, ..] => true,
            [20..=23, 1, 0, ..] => begins_draft(payload) || know(&self.dtls, ports),
            [0x80..=0xff, a, b, c, d, ..] => {
                let version = u32::from_be_bytes([*a, *b, *c, *d]);
                is_quic_version(version) || version == 0 && self.may_list(ports)
            }
            [0x20..=0x3f, _, ..] => know(&self.dtls, ports) || self.follows_quic && know(&self.quic, ports),
            [0x00..=0x7f, ..] => self.follows_quic && know(&self.quic, ports),
            _ => false,
        }
    }

    /// True if the payload may be a list of versions: it may come before the packet that it answers.
    #[inline]
    fn may_list(&self, ports: [u16; 2]) -> bool {
        ports.contains(&443) || know(&self.quic, ports)
    }

    /// The protocol at the beginning of a payload; its ports are remembered if that is in clear.
    pub(super) fn begins(&mut self, ports: [u16; 2], payload: &[u8]) -> Option<Spoken> {
        match payload {
            [20..=26, 0xfe, 0xfc..=0xff, _, _, _, _, _, _, _, _, _, _, ..] => {
                remember(&mut self.dtls, ports);
                Some(Spoken::Dtls)
            }
            [20..=23, 1, 0, ..] if begins_draft(payload) => {
                remember(&mut self.dtls, ports);
                Some(Spoken::Dtls)
            }
            [20..=23, 1, 0, ..] | [0x20..=0x3f, _, ..] if know(&self.dtls, ports) => Some(Spoken::Dtls),
            [0x80..=0xff, a, b, c, d, id, ..] if *id <= 20 && is_quic_version(u32::from_be_bytes([*a, *b, *c, *d])) => {
                remember(&mut self.quic, ports);
                Some(Spoken::Quic)
            }
            [0x80..=0xff, 0, 0, 0, 0, ..] => self.may_list(ports).then_some(Spoken::Quic),
            [0x00..=0x7f, ..] => (self.follows_quic && know(&self.quic, ports)).then_some(Spoken::Quic),
            _ => None,
        }
    }
}

/// True if a datagram begins with a hello of either side by the draft of DTLS 1.0: record, length and message agree.
fn begins_draft(payload: &[u8]) -> bool {
    let [22, 1, 0, 0, 0, 0, 0, 0, 0, _, _, r0, r1, 1..=3, m0, m1, m2, rest @ ..] = payload else {
        return false;
    };
    let record = usize::from(u16::from_be_bytes([*r0, *r1]));
    let message = u32::from_be_bytes([0, *m0, *m1, *m2]) as usize;
    // Number and place of the fragment, and its length: a hello is sent whole.
    let whole = matches!(rest, [0, _, 0, 0, 0, f0, f1, f2, 1, 0, ..] if [f0, f1, f2] == [m0, m1, m2]);
    whole && record == message.saturating_add(12)
}

fn remember(seen: &mut [u64; BITS / 64], ports: [u16; 2]) {
    let (word, bit) = place(ports);
    if let Some(word) = seen.get_mut(word) {
        *word |= bit;
    }
}

#[inline]
fn know(seen: &[u64; BITS / 64], ports: [u16; 2]) -> bool {
    let (word, bit) = place(ports);
    seen.get(word).is_some_and(|word| word & bit != 0)
}

/// The bit of a pair, whichever port comes first.
const fn place([one, other]: [u16; 2]) -> (usize, u64) {
    let hash = (one ^ other) as usize ^ (one.wrapping_add(other) as usize) << 3;
    (hash % BITS / 64, 1 << (hash % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted_records_of_1_3_count_only_where_dtls_was_spoken() {
        let mut ports = DatagramPorts::default();
        let sealed = [0x2f, 0, 1, 0, 2, 9, 9];
        assert_eq!(ports.begins([50_000, 4433], &sealed), None);
        let hello = [&[22, 0xfe, 0xfd][..], &[0; 10]].concat();
        assert!(ports.may_begin([50_000, 4433], &hello));
        assert_eq!(ports.begins([50_000, 4433], &hello), Some(Spoken::Dtls));
        assert_eq!(ports.begins([4433, 50_000], &sealed), Some(Spoken::Dtls));
        assert_eq!(ports.begins([4433, 50_001], &sealed), None);
    }

    #[test]
    fn packets_behind_the_handshake_count_only_where_quic_was_spoken_and_is_followed() {
        let initial = [0xc3, 0, 0, 0, 1, 8, 0, 0];
        let (list, later) = ([0x80, 0, 0, 0, 0, 0, 0], [0x41, 9, 9]);
        for follows_quic in [false, true] {
            let mut ports = DatagramPorts {
                follows_quic,
                ..DatagramPorts::default()
            };
            // Some servers leave the fixed bit out (RFC 9287).
            let without_bit = [0x21, 9, 9];
            assert!(!ports.may_begin([1, 444], &list) && !ports.may_begin([1, 443], &later));
            assert_eq!(ports.begins([1, 443], &initial), Some(Spoken::Quic));
            assert_eq!(ports.begins([443, 1], &list), Some(Spoken::Quic));
            assert_eq!(ports.begins([443, 1], &later), follows_quic.then_some(Spoken::Quic));
            assert_eq!(
                ports.begins([443, 1], &without_bit),
                follows_quic.then_some(Spoken::Quic)
            );
            assert_eq!(ports.may_begin([443, 1], &later), follows_quic);
        }
    }

    #[test]
    fn the_draft_of_1_0_begins_with_a_whole_hello() {
        let hello = |len: u8| {
            let record = [
                &[22, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, len + 12][..],
                &[1, 0, 0, len, 0, 0, 0, 0, 0, 0, 0, len],
            ]
            .concat();
            [record, vec![1, 0], vec![9; usize::from(len) - 2]].concat()
        };
        let data = [&[23, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 3][..], &[9; 3]].concat();
        let mut ports = DatagramPorts::default();
        assert_eq!(ports.begins([50_000, 443], &data), None, "nothing was said yet");
        for at in [3, 12, 13, 16, 22, 24, 25] {
            let mut other = hello(74);
            other[at] ^= 0x40;
            assert!(!ports.may_begin([50_000, 443], &other), "{at}");
            assert_eq!(ports.begins([50_000, 443], &other), None, "{at}");
        }
        assert!(ports.may_begin([50_000, 443], &hello(74)));
        assert_eq!(ports.begins([50_000, 443], &hello(74)), Some(Spoken::Dtls));
        assert!(ports.may_begin([443, 50_000], &data));
        assert_eq!(ports.begins([443, 50_000], &data), Some(Spoken::Dtls));
    }

    #[test]
    fn what_names_no_version_is_neither() {
        let mut ports = DatagramPorts::default();
        for other in [
            &[22, 3, 3][..],
            &[0x80, 0xfe, 0xfd],
            &[22, 0xfe],
            &[],
            &[0xc0, 0, 0, 0, 2, 8],
            &[0xc0, 0, 0, 0, 1, 21],
        ] {
            assert_eq!(ports.begins([1, 2], other), None, "{other:?}");
        }
        assert!(!ports.may_begin([1, 2], &[0x80, 8, 0, 0, 0, 1]));
    }
}
