//! option bytes → Options: the content of a TCP header beyond its fixed fields (RFC 9293 section 3.2, RFC 7323, RFC 2018).

use super::Segment;
use crate::base::seq::SeqNumber;

/// The options of one segment. Of an option that is sent twice, the first counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Largest payload that the sender accepts in one segment (SYN only).
    pub mss: Option<u16>,
    /// Power of two by which the sender's window field is to be multiplied (SYN only); RFC 7323 allows up to 14.
    pub window_scale: Option<u8>,
    /// True if the sender supports selective acknowledgements (SYN only).
    pub sack_permitted: bool,
    /// Timestamp value and echo reply.
    pub timestamps: Option<(u32, u32)>,
    /// Selective acknowledgements: first byte received, and the byte after the last one. Four fit into a header.
    sack: [Option<(SeqNumber, SeqNumber)>; 4],
}

impl Options {
    /// Reads option bytes; bytes after an impossible length are ignored.
    #[must_use]
    pub fn read(mut rest: &[u8]) -> Self {
        let mut options = Self::default();
        while let [kind, tail @ ..] = rest {
            match kind {
                0 => break,
                1 => {
                    rest = tail;
                    continue;
                }
                _ => {}
            }
            // The length counts its own two bytes.
            let Some((&len, after)) = tail.split_first() else {
                break;
            };
            let Some(value_len) = usize::from(len).checked_sub(2) else {
                break;
            };
            let Some((value, next)) = after.split_at_checked(value_len) else {
                break;
            };
            options.take(*kind, value);
            rest = next;
        }
        options
    }

    /// The largest payload that these options announce; those of a SYN begin with it, as a rule.
    #[must_use]
    pub fn mss_of(options: &[u8]) -> Option<u16> {
        match *options {
            [] => None,
            [2, 4, high, low, ..] => Some(u16::from_be_bytes([high, low])),
            _ => Self::read(options).mss,
        }
    }

    fn take(&mut self, kind: u8, value: &[u8]) {
        match (kind, value) {
            (2, &[a, b]) => self.mss = self.mss.or(Some(u16::from_be_bytes([a, b]))),
            (3, &[shift]) => self.window_scale = self.window_scale.or(Some(shift)),
            (4, []) => self.sack_permitted = true,
            (5, blocks) => {
                for (slot, block) in self.sack.iter_mut().zip(blocks.chunks_exact(8)) {
                    *slot = slot.or_else(|| pair(block).map(|(left, right)| (SeqNumber(left), SeqNumber(right))));
                }
            }
            (8, value) => self.timestamps = self.timestamps.or_else(|| pair(value)),
            _ => {}
        }
    }

    /// The selectively acknowledged blocks.
    pub fn sack_blocks(&self) -> impl Iterator<Item = (SeqNumber, SeqNumber)> + '_ {
        self.sack.iter().copied().flatten()
    }
}

/// True if there are selective acknowledgements (RFC 2018); with a block, options have at least ten bytes.
#[inline]
pub(crate) fn holds_sack(options: &[u8]) -> bool {
    options.len() >= 10 && options.contains(&5) && Options::read(options).sack_blocks().next().is_some()
}

impl Segment<'_> {
    /// The TCP options, read now.
    #[must_use]
    pub fn read_options(&self) -> Options {
        Options::read(self.options)
    }
}

fn pair(bytes: &[u8]) -> Option<(u32, u32)> {
    let &[a, b, c, d, e, f, g, h] = bytes else {
        return None;
    };
    Some((u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYN: &[u8] = &[2, 4, 0x05, 0xb4, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];

    #[test]
    fn a_syn_tells_its_terms() {
        let options = Options::read(SYN);
        assert_eq!(options.mss, Some(1460));
        assert_eq!(options.window_scale, Some(7));
        assert!(options.sack_permitted);
        assert_eq!(options.timestamps, Some((1, 2)));
        assert_eq!(options.sack_blocks().count(), 0);
    }

    #[test]
    fn selective_acknowledgements_behind_an_unknown_option_are_found() {
        let bytes = [
            254, 4, 0xf9, 0x89, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 9,
        ];
        let blocks: Vec<_> = Options::read(&bytes).sack_blocks().collect();
        assert_eq!(blocks, [(SeqNumber(1), SeqNumber(2)), (SeqNumber(5), SeqNumber(9))]);
    }

    #[test]
    fn lengths_of_zero_and_one_end_the_list() {
        assert_eq!(Options::read(&[99, 0, 2, 4, 5, 5]), Options::default());
        assert_eq!(Options::read(&[99, 1, 2, 4, 5, 5]), Options::default());
        assert_eq!(Options::read(&[2, 200, 5]), Options::default());
    }

    #[test]
    fn options_cut_anywhere_give_those_before_the_cut() {
        for len in 0..SYN.len() {
            let cut = Options::read(&SYN[..len]);
            assert_eq!(cut.mss.is_some(), len >= 4);
        }
    }
}
