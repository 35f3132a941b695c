//! Twice the capture takes twice the memory and twice the work, and not four times: exponents at n, 2n and 4n.
//!
//! Allocations stand for work where everything that is kept would be looked at again and again; counters beside the code
//! (`src/tls/held.rs`, `src/attempt/lookups.rs`) and `benches/growth.py` count what allocates nothing.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code states its invariants"
)]

#[path = "support/flood.rs"]
mod flood;
#[path = "growth/floods.rs"]
mod floods;

use std::ops::ControlFlow;
use tlswalk::Options;
use tlswalk::base::phrase::Language;
use tlswalk::profile::Profile;
use tlswalk::report::Report;

/// What may be lost to tables that double.
const MOST: f64 = 1.15;

/// How much more a stream may take than its file: each of its reports is whole, and says what the capture is.
const MOST_OF_STREAM: u64 = 3;

const SERVICE: &str = "smartreceiver.cisco.com";
const DEVICE: [u8; 4] = [10, 1, 1, 1];
const RESOLVER: [u8; 4] = [10, 9, 9, 9];
const SERVER: [u8; 4] = [203, 0, 113, 5];
const MILLISECOND: i64 = 1_000_000;

/// A capture of raw IP packets, with a clock of its own.
struct Frames {
    pcap: Vec<u8>,
    now: i64,
}

impl Frames {
    fn new() -> Self {
        let mut pcap = [0xa1b2_3c4d_u32.to_le_bytes(), [2, 0, 4, 0], [0; 4], [0; 4]].concat();
        pcap.extend(262_144_u32.to_le_bytes());
        pcap.extend(101_u32.to_le_bytes());
        let now = 1_770_000_000_000 * MILLISECOND;
        Self { pcap, now }
    }

    fn packet(&mut self, protocol: u8, ends: [[u8; 4]; 2], body: &[u8]) {
        let len = u16::try_from(20 + body.len()).unwrap();
        let [high, low] = len.to_be_bytes();
        let header = [0x45, 0, high, low, 0, 0, 0, 0, 64, protocol, 0, 0];
        let seconds = u32::try_from(self.now / 1_000_000_000).unwrap();
        let rest = u32::try_from(self.now % 1_000_000_000).unwrap();
        for number in [seconds, rest, len.into(), len.into()] {
            self.pcap.extend(number.to_le_bytes());
        }
        self.pcap.extend([&header[..], &ends[0], &ends[1], body].concat());
        self.now += MILLISECOND;
    }

    /// A look-up of a name and its answer: an address, or that there is no such name.
    fn lookup(&mut self, number: usize, client: [u8; 4], name: &str, address: Option<[u8; 4]>) {
        let mut question = Vec::new();
        for label in name.split('.') {
            question.push(u8::try_from(label.len()).unwrap());
            question.extend(label.bytes());
        }
        question.extend([0, 0, 1, 0, 1]);
        let id = u16::try_from(number % 60_000).unwrap().to_be_bytes();
        let port = u16::try_from(1024 + number % 60_000).unwrap().to_be_bytes();
        for is_answer in [false, true] {
            let found = address.filter(|_| is_answer);
            let flags = [
                if is_answer { 0x81 } else { 1 },
                if is_answer && found.is_none() { 0x83 } else { 0 },
            ];
            let counts = [0, 1, 0, u8::from(found.is_some()), 0, 0, 0, 0];
            let mut message = [&id[..], &flags, &counts, &question].concat();
            if let Some(address) = found {
                message.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
                message.extend(address);
            }
            let len = u16::try_from(8 + message.len()).unwrap().to_be_bytes();
            let (ports, ends) = if is_answer {
                ([[0, 53], port], [RESOLVER, client])
            } else {
                ([port, [0, 53]], [client, RESOLVER])
            };
            let header = [&ports.concat()[..], &len, &[0, 0]].concat();
            self.packet(17, ends, &[header, message].concat());
        }
    }

    /// A SYN that is refused.
    fn refused(&mut self, number: usize, client: [u8; 4]) {
        let port = u16::try_from(1024 + number % 60_000).unwrap().to_be_bytes();
        let seq = u32::try_from(number * 1000).unwrap();
        for (from_client, seq, ack, flags) in [(true, seq, 0, 2), (false, 0, seq + 1, 0x14)] {
            let (ports, ends) = if from_client {
                ([port, [1, 187]], [client, SERVER])
            } else {
                ([[1, 187], port], [SERVER, client])
            };
            let numbers = [seq.to_be_bytes(), u32::to_be_bytes(ack)].concat();
            self.packet(
                6,
                ends,
                &[&ports.concat()[..], &numbers, &[0x50, flags, 0xfa, 0, 0, 0, 0, 0]].concat(),
            );
        }
    }
}

/// Tries of one device, each with its look-up, so many milliseconds apart.
fn tries(count: usize, apart: i64) -> Vec<u8> {
    tries_of(1, count, apart)
}

/// Tries of so many devices in turns.
fn tries_of(devices: usize, count: usize, apart: i64) -> Vec<u8> {
    let mut frames = Frames::new();
    for number in 0..count {
        let [.., last] = DEVICE;
        let device = [10, 1, 1, last + u8::try_from(number % devices).unwrap()];
        frames.lookup(number, device, SERVICE, Some(SERVER));
        frames.refused(number, device);
        frames.now += apart * MILLISECOND;
    }
    frames.pcap
}

/// Look-ups that fail, each a try of its own.
fn failing(count: usize) -> Vec<u8> {
    let mut frames = Frames::new();
    for number in 0..count {
        frames.lookup(number, DEVICE, SERVICE, None);
        frames.now += 40_000 * MILLISECOND;
    }
    frames.pcap
}

/// What runs of three sizes took, each twice the one before.
fn assert_grows_evenly(what: &str, taken: [u64; 3]) {
    println!("{what}: {taken:?}");
    for pair in taken.windows(2) {
        let exponent = (pair[1] as f64 / pair[0] as f64).log2();
        assert!(exponent <= MOST, "{what} grows with exponent {exponent:.2}: {taken:?}");
    }
}

fn licensing() -> Options {
    Options::new(Profile::built_in("cisco-smart-licensing").unwrap())
}

fn analyze(capture: &[u8]) -> Report {
    tlswalk::analyze(capture, "-", &licensing()).unwrap()
}

#[test]
fn attempts_and_lookups_take_memory_and_allocations_in_proportion() {
    type Made<'a> = &'a dyn Fn(usize) -> Vec<u8>;
    let kinds: [(&str, Made<'_>); 3] = [
        ("tries", &|count| tries(count, 10_000)),
        ("tries close together", &|count| tries(count, 50)),
        ("failing look-ups", &failing),
    ];
    analyze(&tries(10, 10_000));
    for (what, make) in kinds {
        let taken = [400, 800, 1600].map(|count| {
            let capture = make(count);
            allocation_counter::measure(|| drop(analyze(&capture)))
        });
        assert_grows_evenly(&format!("peak of {what}"), taken.map(|it| it.bytes_max));
        assert_grows_evenly(&format!("allocations of {what}"), taken.map(|it| it.count_total));
    }
}

/// Of a stream: how many reports, and how many attempts they tell.
fn stream(capture: &[u8]) -> [usize; 2] {
    let mut told = [0; 2];
    tlswalk::analyze_stream(capture, "-", &licensing(), |report| {
        told = [told[0] + 1, told[1] + report.attempts.len()];
        ControlFlow::Continue(())
    })
    .unwrap();
    told
}

#[test]
fn what_is_told_as_it_comes_takes_allocations_in_proportion_and_little_more_than_at_once() {
    type Made<'a> = &'a dyn Fn(usize) -> Vec<u8>;
    let kinds: [(&str, Made<'_>); 4] = [
        ("tries", &|count| tries(count, 10_000)),
        ("tries close together", &|count| tries(count, 50)),
        ("tries of many devices", &|count| tries_of(50, count, 10_000)),
        ("failing look-ups", &failing),
    ];
    analyze(&tries(10, 10_000));
    for (what, make) in kinds {
        let taken = [500, 1000, 2000].map(|count| {
            let capture = make(count);
            let attempts = analyze(&capture).attempts.len();
            let mut told = [0; 2];
            let streamed = allocation_counter::measure(|| told = stream(&capture)).count_total;
            assert!(told[0] > 1 && told[1] == attempts, "{what}: {told:?} of {attempts}");
            let at_once = allocation_counter::measure(|| drop(analyze(&capture))).count_total;
            assert!(streamed <= MOST_OF_STREAM * at_once, "{what}: {streamed} and {at_once}");
            streamed
        });
        assert_grows_evenly(&format!("allocations of a stream of {what}"), taken);
    }
}

#[test]
fn a_report_is_verified_in_memory_in_proportion_and_without_a_tree_of_it() {
    let options = licensing();
    let taken = [200, 400, 800].map(|count| {
        let capture = tries(count, 10_000);
        let report = analyze(&capture);
        assert_eq!(report.attempts.len(), count);
        let mut text = Vec::new();
        tlswalk::report::json::write_line(&report, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        drop(report);
        let read = allocation_counter::measure(|| {
            drop(tlswalk::handoff::verify::read_report(&text, Language::default()).unwrap());
        });
        assert!(read.bytes_max <= 2 * text.len() as u64, "{read:?} for {}", text.len());
        let claimed = tlswalk::handoff::verify::read_report(&text, Language::default()).unwrap();
        allocation_counter::measure(|| {
            let files = tlswalk::handoff::verify::Files {
                names: vec![claimed.capture.file.clone()],
                ..Default::default()
            };
            let verified =
                tlswalk::handoff::verify::verify(&claimed, &files, || Ok(vec![&capture[..]]), &options, None).unwrap();
            assert_eq!(verified.fails, 0);
        })
    });
    assert_grows_evenly("peak of a verification", taken.map(|it| it.bytes_max));
    assert_grows_evenly("allocations of a verification", taken.map(|it| it.count_total));
}
