//! Seed → numbers: splitmix64, which is the same everywhere and good enough for traffic.

pub struct Rng(u64);

impl Rng {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `limit`, exclusively.
    pub const fn below(&mut self, limit: u64) -> u64 {
        ((self.next() as u128 * limit as u128) >> 64) as u64
    }

    /// True once in `many` times.
    pub const fn once_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// From `least` to `most`; each power of two between them is as likely as the next, so most are small. Integers only,
    /// so that no machine rounds differently.
    pub const fn heavy_tail(&mut self, least: u64, most: u64) -> u64 {
        let octaves = (most / least).ilog2() as u64;
        let from = least << self.below(octaves);
        let value = from + self.below(from);
        if value < most { value } else { most }
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..len.div_ceil(8)).flat_map(|_| self.next().to_le_bytes()).collect();
        bytes.truncate(len);
        bytes
    }
}
