//! UDP payload → whether it is DTLS: by its first bytes, on any port.
//!
//! A record of DTLS 1.0 or 1.2 names its version (RFC 6347 section 4.1: 0xfeff, 0xfefd), and so do those of DTLS 1.3 that are not
//! encrypted. Encrypted ones of DTLS 1.3 have three fixed bits (RFC 9147 section 4): they count only between ports that spoke
//! DTLS before.

/// Bits that remember pairs of ports. Two pairs may share one: what then looks like DTLS belongs to no flow of it.
const BITS: usize = 4096;

/// Pairs of ports on which DTLS was seen.
#[derive(Debug)]
pub(crate) struct DtlsPorts([u64; BITS / 64]);

impl Default for DtlsPorts {
    fn default() -> Self {
        Self([0; BITS / 64])
    }
}

impl DtlsPorts {
    /// Whether a payload may be DTLS: as cheap as can be.
    #[inline(always)]
    pub(super) fn may_begin(&self, ports: [u16; 2], payload: &[u8]) -> bool {
        match payload {
            [20..=26, 0xfe, 0xfc..=0xff, ..] => true,
            [0x20..=0x3f, _, ..] => self.know(ports),
            _ => false,
        }
    }

    /// Whether a payload opens with a record of DTLS; its ports are remembered when that is in clear.
    pub(super) fn begins(&mut self, ports: [u16; 2], payload: &[u8]) -> bool {
        match payload {
            [20..=26, 0xfe, 0xfc..=0xff, _, _, _, _, _, _, _, _, _, _, ..] => {
                let (word, bit) = place(ports);
                if let Some(word) = self.0.get_mut(word) {
                    *word |= bit;
                }
                true
            }
            [0x20..=0x3f, _, ..] => self.know(ports),
            _ => false,
        }
    }

    #[inline]
    fn know(&self, ports: [u16; 2]) -> bool {
        let (word, bit) = place(ports);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
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
        let mut ports = DtlsPorts::default();
        let sealed = [0x2f, 0, 1, 0, 2, 9, 9];
        assert!(!ports.begins([50_000, 4433], &sealed));
        let hello = [&[22, 0xfe, 0xfd][..], &[0; 10]].concat();
        assert!(ports.may_begin([50_000, 4433], &hello) && ports.begins([50_000, 4433], &hello));
        assert!(ports.begins([4433, 50_000], &sealed));
        assert!(!ports.begins([4433, 50_001], &sealed));
    }

    #[test]
    fn what_names_no_version_of_dtls_is_none() {
        let mut ports = DtlsPorts::default();
        for other in [&[22, 3, 3][..], &[0x80, 0xfe, 0xfd], &[22, 0xfe], &[]] {
            assert!(
                !ports.may_begin([1, 2], other) && !ports.begins([1, 2], other),
                "{other:?}"
            );
        }
    }
}
