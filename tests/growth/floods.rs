//! Floods, as they are read from a pipe: what is remembered of them has a ceiling, and the work grows with their number.

use crate::flood::{Flood, Kind};
use tlswalk::Options;
use tlswalk::report::Report;

/// How many times the usual number come: `TLSWALK_FLOOD=100` makes millions of them.
fn times() -> u32 {
    std::env::var("TLSWALK_FLOOD").map_or(1, |times| times.parse().unwrap())
}

/// What a flood took: the peak and the number of allocations.
fn taken(kind: Kind, count: u32, check: impl Fn(&Report)) -> [u64; 2] {
    let options = Options::everything().unwrap();
    let used = allocation_counter::measure(|| {
        let report = tlswalk::analyze(Flood::new(kind, count), "-", &options).unwrap();
        check(&report);
    });
    [used.bytes_max, used.count_total]
}

/// The ceiling in MiB, at a number and at twice that number; and twice the work at most.
fn held(kind: Kind, count: u32, ceiling: u64, check: impl Fn(&Report, u32)) {
    let _ = taken(kind, 10, |_| ());
    let [count, more] = [count * times(), 2 * count * times()];
    let [few, many] = [count, more].map(|count| taken(kind, count, |report| check(report, count)));
    println!("{kind:?}: {count} took {few:?}, {more} took {many:?}");
    for [peak, _] in [few, many] {
        assert!(peak < ceiling << 20, "{kind:?}: a peak of {} MiB", peak >> 20);
    }
    assert!(many[1] <= 2 * few[1] + few[1] / 4, "{kind:?}: {few:?}, {many:?}");
}

fn frames(report: &Report) -> u64 {
    report.capture.frames
}

#[test]
fn refused_connections() {
    held(Kind::Refused, 22_000, 384, |report, count| {
        assert_eq!(frames(report), 5 * u64::from(count));
        // None is forgotten without being counted.
        let listed = report.attempts.len() as u64;
        let counted: u64 = report.left_out.iter().map(|it| it.attempts).sum();
        assert!(
            listed > 0 && listed + counted + report.capture.not_judged >= u64::from(count),
            "{listed} {counted}"
        );
    });
}

#[test]
fn connections_that_nobody_ends() {
    held(Kind::Open, 22_000, 320, |report, count| {
        assert_eq!(frames(report), 3 * u64::from(count))
    });
}

#[test]
fn half_open_connections() {
    held(Kind::HalfOpen, 20_000, 24, |report, count| {
        assert_eq!(frames(report), 2 * u64::from(count))
    });
}

#[test]
fn single_syns() {
    held(Kind::Syn, 50_000, 64, |report, count| {
        assert_eq!(frames(report), u64::from(count))
    });
}

#[test]
fn names() {
    held(Kind::Name, 20_000, 24, |report, count| {
        assert_eq!(frames(report), 2 * u64::from(count))
    });
}

#[test]
fn hellos_with_spoofed_addresses() {
    held(Kind::DtlsHello, 22_000, 320, |report, count| {
        assert_eq!(frames(report), u64::from(count))
    });
}

#[test]
fn names_and_lines_at_their_longest() {
    held(Kind::LongestNames, 500, 96, |report, _| {
        assert!(!report.attempts.is_empty())
    });
}

#[test]
fn certificates_at_their_largest() {
    // Each connection takes a megabyte: of those behind the first 250 it is said that they were not judged.
    held(Kind::LargestCertificates, 300, 448, |report, count| {
        let told = report.attempts.len() as u64 + report.left_out.iter().map(|it| it.attempts).sum::<u64>();
        assert_eq!(told + report.capture.not_judged, u64::from(count));
        assert_eq!(report.attempts[0].verdict.id.name(), "server-certificate-rejected");
        assert!(report.capture.not_judged > 0);
    });
}
