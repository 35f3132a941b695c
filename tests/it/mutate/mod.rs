//! Wounds for good captures: the same ones everywhere for the same seed.
#![allow(unreachable_pub, reason = "a module of several crates has no one interface")]

use crate::scenario::messages::noise;

/// xorshift64: the same numbers everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }
}

/// One to eight small wounds.
pub fn mutate(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        match random.below(8) {
            0 => bytes.truncate(at),
            1 => {
                let end = (at + random.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let end = (at + random.below(2000)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            3 => {
                let len = random.below(40);
                bytes.splice(at..at, noise(at as u64, len));
            }
            4 => {
                // Lengths like to be here: an extreme one.
                let extreme = [0, 1, 0x7f, 0x80, 0xff][random.below(5)];
                let end = (at + 1 + random.below(4)).min(bytes.len());
                bytes[at..end].fill(extreme);
            }
            5 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            _ if at < bytes.len() => bytes[at] = random.below(256) as u8,
            _ => {}
        }
    }
    bytes
}
