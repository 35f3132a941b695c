//! key, context → a secret cycle through 0..n: each number's pseudonym is the next one, so none stays and no two meet.
//!
//! Up to 256 numbers are shuffled whole (Sattolo 1986, the cyclic Fisher–Yates shuffle) with random numbers of HMAC-SHA-256:
//! all cycles are equally likely, and known pairs tell of the others only what they are not. Larger sets go through swap-or-not
//! (Hoang, Morris, Rogaway, CRYPTO 2012), a permutation with a proof for sets as small as these; +1 between it and its inverse
//! makes a cycle of it. FF1 (NIST SP 800-38G revision 1) begins at a million, which four letters and no part of an address reach.
//! `docs/redaction.md` has the analysis.

use std::cell::RefCell;
use std::collections::HashMap;

use ring::{aead::quic, hmac};

/// Numbers that are shuffled whole.
const MOST_SHUFFLED: u64 = 256;

/// Rounds of swap-or-not. Whoever knows q pairs of n tells it from a random permutation with an advantage of at most
/// 2 n^1.5 / (r + 2) * ((q + n) / 2n)^(r/2 + 1): below 2^-63 for half of n, and of at most 2^24 words.
const ROUNDS: usize = 448;

/// Cycles remembered, to save time only; one has at most four KiB.
const MOST_REMEMBERED: usize = 4096;

/// A keyed function, and the cycles that were made of it.
pub(super) struct Cycles {
    key: hmac::Key,
    made: RefCell<HashMap<(Vec<u8>, u64), Cycle>>,
}

enum Cycle {
    /// The image of each number.
    Shuffled(Vec<u8>),
    SwapOrNot(Box<SwapOrNot>),
}

struct SwapOrNot {
    n: u64,
    /// AES-256 of one block, which is what QUIC's header protection is (RFC 9001 section 5.4.3).
    coin: Option<quic::HeaderProtectionKey>,
    pivots: Vec<u64>,
}

/// Random numbers from a seed.
struct Draws<'a> {
    key: &'a hmac::Key,
    seed: [u8; 32],
    block: u64,
    left: Vec<u8>,
}

impl Cycles {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            made: RefCell::default(),
        }
    }

    /// A keyed hash; what is hashed for different purposes never meets.
    pub(super) fn prf(&self, domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        prf(&self.key, domain, parts)
    }

    /// The number that stands for this one among 0..n. Another context gives another cycle.
    pub(super) fn next(&self, context: &[u8], index: u64, n: u64) -> u64 {
        if n < 2 || index >= n {
            return index;
        }
        let mut made = self.made.borrow_mut();
        if made.len() >= MOST_REMEMBERED {
            made.clear();
        }
        let cycle = made
            .entry((context.to_vec(), n))
            .or_insert_with(|| Cycle::new(&self.key, context, n));
        match cycle {
            Cycle::Shuffled(table) => {
                let next = usize::try_from(index).ok().and_then(|at| table.get(at));
                next.map_or(index, |it| u64::from(*it))
            }
            Cycle::SwapOrNot(it) => it.next(index),
        }
    }
}

impl Cycle {
    fn new(key: &hmac::Key, context: &[u8], n: u64) -> Self {
        let seed = prf(key, b"cycle", &[context, &n.to_be_bytes()]);
        let mut draws = Draws {
            key,
            seed,
            block: 0,
            left: Vec::new(),
        };
        if n > MOST_SHUFFLED {
            let coin = prf(key, b"coin", &[&seed]);
            return Self::SwapOrNot(Box::new(SwapOrNot {
                n,
                coin: quic::HeaderProtectionKey::new(&quic::AES_256, &coin).ok(),
                pivots: (0..ROUNDS).map(|_| draws.below(n)).collect(),
            }));
        }
        let mut table: Vec<u8> = (0..n).map(|it| it as u8).collect();
        // Each changes places with one before it, never with itself: that is what makes it one cycle.
        for at in (1..table.len()).rev() {
            let other = draws.below(at as u64) as usize;
            table.swap(at, other);
        }
        Self::Shuffled(table)
    }
}

impl SwapOrNot {
    fn next(&self, index: u64) -> u64 {
        let round = |at, (round, pivot): (usize, &u64)| self.round(round, *pivot, at);
        let there = self.pivots.iter().enumerate().fold(index, round);
        let next = there.wrapping_add(1);
        let next = if next >= self.n { 0 } else { next };
        // A round undoes itself.
        self.pivots.iter().enumerate().rev().fold(next, round)
    }

    /// Changes places with the number on the other side of the pivot, or not: a coin says so, the same for both.
    fn round(&self, round: usize, pivot: u64, at: u64) -> u64 {
        // The pivot less the number, modulo n; both are below n.
        let other = pivot.checked_sub(at);
        let other = other.unwrap_or_else(|| self.n.wrapping_sub(at).wrapping_add(pivot));
        let mut block = [0; 16];
        let (first, second) = block.split_at_mut(8);
        first.copy_from_slice(&(round as u64).to_be_bytes());
        second.copy_from_slice(&at.max(other).to_be_bytes());
        let coin = self.coin.as_ref().and_then(|it| it.new_mask(&block).ok());
        match coin {
            Some([first, ..]) if first & 1 == 1 => other,
            _ => at,
        }
    }
}

impl Draws<'_> {
    /// Each number below the limit is equally likely: what would make the first ones more so is drawn again.
    fn below(&mut self, limit: u64) -> u64 {
        let width = if limit <= 256 { 1 } else { 8 };
        let all = 1_u128 << (width * 8);
        let fair = all - all % u128::from(limit.max(1));
        loop {
            let drawn = (0..width).fold(0, |number, _| number << 8 | u128::from(self.byte()));
            if drawn < fair {
                return (drawn % u128::from(limit.max(1))) as u64;
            }
        }
    }

    fn byte(&mut self) -> u8 {
        if self.left.is_empty() {
            self.left = prf(self.key, b"draws", &[&self.seed, &self.block.to_be_bytes()]).to_vec();
            self.block = self.block.wrapping_add(1);
        }
        self.left.pop().unwrap_or_default()
    }
}

fn prf(key: &hmac::Key, domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in [domain].iter().chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().try_into().unwrap_or_default()
}

impl std::fmt::Debug for Cycles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is nobody's business.
        f.debug_struct("Cycles").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
