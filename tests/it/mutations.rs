//! Fuzzing for every toolchain: seeded mutations of good captures. None may panic, none may take long.
//!
//! `TLSWALK_MUTATIONS=100000 cargo test --test it mutations::` runs longer; a failure names the seed that repeats it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::targets;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::mutate::{Random, mutate};
use crate::scenario::messages::{all_in_one_record, in_records_of};
use crate::scenario::{Client, DuplicateKind, Scenario, Server};

/// Runs unless `TLSWALK_MUTATIONS` says another number; about ten seconds unoptimised on one core.
const RUNS: u64 = 5000;

/// An input takes a millisecond; this much means that its cost explodes, however busy the machine is.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Larger samples are mutated in their first part only, which keeps a run short.
const LARGEST: usize = 64 * 1024;

/// Good captures to start from.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        Scenario::tls12().pcap(),
        Scenario::tls12().pcapng(),
        Scenario::tls12_with(all_in_one_record).ipv6().pcap(),
        Scenario::tls12_with(|messages| in_records_of(80, messages))
            .vlan(7)
            .pcapng(),
        Scenario::tls13().shuffle(3, 4).pcap(),
        Scenario::tls13_retry().duplicate_all(DuplicateKind::TtlLess).pcap(),
        Scenario::refused13().pcap(),
        Scenario::alert(Server, 48).snap(128).pcap(),
        Scenario::alert(Client, 42).isn(u32::MAX, u32::MAX - 9).pcapng(),
    ];
    let samples = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/samples"))
        .into_iter()
        .flatten();
    let mut paths: Vec<_> = samples
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(".pcap"))
        .collect();
    paths.sort();
    for path in paths {
        let mut bytes = std::fs::read(path).unwrap();
        bytes.truncate(LARGEST);
        seeds.push(bytes);
    }
    seeds
}

#[test]
fn mutated_captures_neither_panic_nor_stall() {
    let runs = std::env::var("TLSWALK_MUTATIONS").map_or(RUNS, |text| text.parse().unwrap());
    let (progress, watch) = channel();
    let worker = std::thread::spawn(move || {
        let seeds = seeds();
        for run in 0..runs {
            progress.send(run).unwrap();
            let mut random = Random((run + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
            let seed = seeds[random.below(seeds.len())].clone();
            let bytes = mutate(seed, &mut random);
            // Now and then the bytes are taken for something else than a file.
            match random.below(8) {
                0 => targets::records(&bytes[bytes.len().min(40)..]),
                1 => targets::decode(&[&[0, 1], &bytes[bytes.len().min(40)..]].concat()),
                _ => targets::analyze(&bytes),
            }
        }
    });
    let mut current = 0;
    loop {
        match watch.recv_timeout(TIME_LIMIT) {
            Ok(run) => current = run,
            Err(RecvTimeoutError::Timeout) => {
                panic!("run {current} takes more than {TIME_LIMIT:?}")
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    assert!(worker.join().is_ok(), "run {current} panics");
    println!("{runs} runs");
}
