use super::*;
use std::collections::HashSet;

const KEY: [u8; 32] = [7; 32];

/// Sizes of what goes through a cycle: digits, letters, bytes of addresses, short and long words.
const SIZES: [u64; 9] = [2, 10, 26, 90, 156, 256, 257, 676, 1000];

#[test]
fn every_set_is_one_cycle_so_nothing_stays_and_no_two_meet() {
    let cycles = Cycles::new(&KEY);
    for n in SIZES {
        let (mut at, mut met) = (0, HashSet::new());
        for _ in 0..n {
            at = cycles.next(b"test", at, n);
            assert!(at < n && met.insert(at), "{n}");
        }
        assert_eq!((at, met.len() as u64), (0, n));
    }
    // What is no member stays, and so does one alone.
    assert_eq!((cycles.next(b"test", 10, 10), cycles.next(b"test", 0, 1)), (10, 0));
}

#[test]
fn the_largest_sets_are_left_by_nothing() {
    let cycles = Cycles::new(&KEY);
    for n in [u64::MAX, 26_u64.pow(13), (1 << 63) + 1, 1 << 24] {
        let ends = [0, 1, n / 2, n - 2, n - 1];
        let next: HashSet<u64> = ends.iter().map(|it| cycles.next(b"test", *it, n)).collect();
        assert!(next.len() == ends.len() && next.iter().all(|it| *it < n));
    }
}

#[test]
fn another_key_context_or_size_gives_another_cycle() {
    let (one, other) = (Cycles::new(&KEY), Cycles::new(&[8; 32]));
    for n in [26, 156, 676] {
        let of = |cycles: &Cycles, context: &[u8]| (0..n).map(|it| cycles.next(context, it, n)).collect::<Vec<_>>();
        assert_eq!(of(&one, b"a"), of(&Cycles::new(&KEY), b"a"));
        assert_ne!(of(&one, b"a"), of(&one, b"b"));
        assert_ne!(of(&one, b"a"), of(&other, b"a"));
        let larger = (0..n).map(|it| one.next(b"a", it, n + 1));
        assert_ne!(of(&one, b"a"), larger.collect::<Vec<_>>());
    }
}

/// log2 of the advantage that the published bound leaves to whoever knows q pairs.
fn advantage(n: f64, q: f64) -> f64 {
    let rounds = ROUNDS as f64;
    1.0 + 1.5 * n.log2() - (rounds + 2.0).log2() + (rounds / 2.0 + 1.0) * ((q + n) / (2.0 * n)).log2()
}

#[test]
fn the_rounds_are_as_many_as_the_bound_asks_for() {
    for bits in 9..=64 {
        let n = 2_f64.powi(bits);
        let known = (n / 2.0).min(2_f64.powi(24));
        assert!(advantage(n, known) < -63.0, "{bits}: {}", advantage(n, known));
    }
}

/// How often whoever knows some pairs of a cycle guesses another one right, by what the pairs leave possible.
fn guessed(n: u64, known: u64, keys: u8) -> (u64, f64) {
    let (mut right, mut expected) = (0, 0.0);
    for key in 0..keys {
        let cycles = Cycles::new(&[key; 32]);
        let image: Vec<u64> = (0..=known).map(|it| cycles.next(b"test", it, n)).collect();
        let taken: HashSet<u64> = image.iter().take(known as usize).copied().collect();
        let own = known;
        // The first that is free: no number itself, none that another one has. A cycle shorter than all is not looked for.
        let free: Vec<u64> = (0..n).filter(|it| *it != own && !taken.contains(it)).collect();
        right += u64::from(free.first() == image.get(own as usize));
        expected += 1.0 / free.len() as f64;
    }
    (right, expected)
}

#[test]
fn known_pairs_tell_of_the_others_only_what_they_are_not() {
    for (n, known) in [(26, 5), (26, 13), (90, 45), (156, 100), (300, 150)] {
        let (right, expected) = guessed(n, known, if n > MOST_SHUFFLED { 60 } else { 250 });
        let most = expected + 5.0 * expected.sqrt() + 2.0;
        assert!(
            (right as f64) < most,
            "{n} {known}: {right} right, {expected} by chance"
        );
    }
}

#[test]
fn every_image_is_equally_likely() {
    let (n, keys) = (10_u64, 2000_u32);
    let mut counts = [[0_u32; 10]; 10];
    for key in 0..keys {
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(&key.to_be_bytes());
        let cycles = Cycles::new(&secret);
        for index in 0..n {
            counts[index as usize][cycles.next(b"test", index, n) as usize] += 1;
        }
    }
    let expected = f64::from(keys) / (n - 1) as f64;
    for (index, row) in counts.iter().enumerate() {
        assert_eq!(row[index], 0);
        let others = row.iter().enumerate().filter(|(it, _)| *it != index);
        let distance: f64 = others
            .map(|(_, it)| (f64::from(*it) - expected).powi(2) / expected)
            .sum();
        // Chi-square with 8 degrees of freedom: above 35 in 1 of 40,000.
        assert!(distance < 35.0, "{index}: {row:?}");
    }
}

/// The network of four rounds that stood here before, on 2^(2 * half) numbers.
fn four_rounds(key: &hmac::Key, index: u64, half: u32) -> u64 {
    let mask = (1 << half) - 1;
    (0..4_u8).fold(index, |value, round| {
        let (left, right) = (value >> half, value & mask);
        let [first, second, ..] = prf(key, b"permute", &[&[round], &right.to_be_bytes()]);
        let image = u64::from(u16::from_be_bytes([first, second])) & mask;
        right << half | (left ^ image)
    })
}

/// How much more often than by chance two numbers with the same right half keep the difference of their left halves: of four
/// rounds of a Feistel network twice as often (Patarin, ASIACRYPT 2001).
fn kept_differences(half: u32, keys: u8, permutation: impl Fn(u8, u64) -> u64) -> f64 {
    let side = 1_u64 << half;
    let (mut kept, mut pairs) = (0, 0);
    for key in 0..keys {
        let image: Vec<u64> = (0..side * side).map(|it| permutation(key, it)).collect();
        for right in 0..side {
            for one in 0..side {
                for other in one + 1..side {
                    let [a, b] = [one, other].map(|it| image[(it << half | right) as usize] >> half);
                    kept += u64::from(a ^ b == one ^ other);
                    pairs += 1;
                }
            }
        }
    }
    kept as f64 / pairs as f64 * side as f64
}

#[test]
fn the_attack_on_four_rounds_of_a_feistel_network_finds_nothing_here() {
    let half = 5;
    let before = kept_differences(half, 4, |key, it| {
        four_rounds(&hmac::Key::new(hmac::HMAC_SHA256, &[key; 32]), it, half)
    });
    assert!(before > 1.7, "{before}: an attack that fails shows nothing");
    let all: Vec<Cycles> = (0..4).map(|key| Cycles::new(&[key; 32])).collect();
    let now = kept_differences(half, 4, |key, it| {
        all[usize::from(key)].next(b"test", it, 1 << (2 * half))
    });
    // 63,488 pairs, of which 1,984 are expected: three standard deviations are 0.07.
    assert!((0.9..1.1).contains(&now), "{now}");
}
