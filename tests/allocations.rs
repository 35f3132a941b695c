//! Bulk data costs no memory: ten times the Application Data makes no more allocations.
#![allow(
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "test code states its invariants, and its data is long"
)]

#[path = "it/redaction/carriers.rs"]
mod carriers;
#[path = "it/redaction/handing.rs"]
mod handing;
mod scenario;
#[path = "it/redaction/searcher.rs"]
mod searcher;
mod support;

use std::net::Ipv4Addr;

use handing::{pcap, redacted};
use scenario::messages::*;
use scenario::*;
use searcher::Searcher;
use tlswalk::Options;

/// What may differ: tables that grow by doubling, and the number of digits in the report.
const SLACK: u64 = 24;

/// An established connection and then `count` full records of 1 KiB in each direction, in segments of [`MSS`].
fn bulk(count: u64) -> Vec<u8> {
    let story = (0..count).fold(Scenario::open().handshake12(each_in_a_record), |story, seed| {
        story
            .send(Client, encrypted(APPLICATION_DATA, seed, 1024))
            .send(Server, encrypted(APPLICATION_DATA, seed + 1_000_000, 1024))
    });
    story.close(Client).pcap()
}

fn allocations(file: &[u8]) -> u64 {
    let options = Options::everything().unwrap();
    let counted = allocation_counter::measure(|| drop(tlswalk::analyze(file, "bulk", &options).unwrap()));
    counted.count_total
}

#[test]
fn bulk_data_allocates_nothing_per_segment() {
    let (few, many) = (bulk(50), bulk(500));
    // The first run also fills what is made once.
    let _ = allocations(&few);
    let (few, many) = (allocations(&few), allocations(&many));
    println!("allocations: {few} for 100 records, {many} for 1000");
    assert!(many <= few + SLACK, "{many} allocations instead of about {few}");
}

/// ICMP errors about ICMP errors.
fn nested(levels: usize) -> Vec<u8> {
    let (ip, gateway) = (Ipv4Addr::new(10, 77, 66, 55), Ipv4Addr::new(10, 77, 66, 254));
    // Headers before what they quote; their lengths have no room for more than 64 KiB, so 0 stands for all there is.
    let mut frame = carriers::ethernet(0x0800, &[]);
    for _ in 0..levels {
        let mut head = carriers::v4(gateway, ip, 1, &[3, 1, 0, 0, 0, 0, 0, 0]);
        head[2..4].fill(0);
        frame.extend(head);
    }
    frame
}

fn cost(file: &[u8]) -> (u64, u64) {
    let _ = redacted(file);
    let counted = allocation_counter::measure(|| drop(redacted(file)));
    (counted.bytes_total, counted.bytes_max)
}

/// Whether a number grows no faster than its cause, for which it is known at n, 2n and 4n.
fn is_linear(costs: [u64; 3]) -> bool {
    let exponent = (costs[2] as f64 / costs[0].max(1) as f64).log2() / 2.0;
    println!("{costs:?}: exponent {exponent:.2}");
    exponent <= 1.15
}

#[test]
fn issue_17_7_quotations_within_quotations_cost_no_memory_and_no_stack() {
    let costs = [2_250, 4_500, 9_000].map(|levels| cost(&pcap(&[nested(levels)])));
    assert!(is_linear(costs.map(|it| it.0)) && is_linear(costs.map(|it| it.1)));
    // A copy of the frame or two, not of each level: 16 times its length, and what a report takes.
    let len = nested(9_000).len() as u64;
    assert!(costs[2].1 <= 16 * len + (1 << 20), "{} bytes for {len}", costs[2].1);
    // What is behind the first quotation is nobody's: an error is never about another.
    let told = redacted(&pcap(&[nested(9_000)])).unwrap();
    let mut searcher = Searcher::default();
    searcher.v4(Ipv4Addr::new(10, 77, 66, 55));
    searcher.v4(Ipv4Addr::new(10, 77, 66, 254));
    assert_eq!(searcher.found(&told.slice), [""; 0]);
}

#[test]
fn issue_17_7_many_small_messages_names_and_numbers_cost_what_they_hold() {
    let client = Ipv4Addr::new(10, 77, 66, 55);
    let text = |body: Vec<u8>| {
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.into_bytes(), body].concat()
    };
    type Shape = Box<dyn Fn(usize) -> Vec<u8>>;
    let shapes: [(&str, Shape); 5] = [
        ("a row of numbers", Box::new(move |n| text(b"1.".repeat(n)))),
        ("a row of nibbles", Box::new(move |n| text(b"a.1.".repeat(n / 2)))),
        (
            "a row behind a word",
            Box::new(move |n| text(b"x1.1.1.1.1".repeat(n / 5))),
        ),
        ("escapes", Box::new(move |n| text(b"%2525".repeat(n / 2)))),
        (
            "empty messages",
            Box::new(|n| {
                let records = n / 4000 + 1;
                [&[22, 3, 3, 0x1f, 0x40][..], &[0; 8000]].concat().repeat(records)
            }),
        ),
    ];
    for (name, shape) in shapes {
        let costs = [1, 2, 4].map(|times| {
            cost(&pcap(&carriers::conversation(
                client,
                (50_000, 80),
                &shape(times * 8_000),
                b"",
            )))
        });
        println!("{name}");
        assert!(
            is_linear(costs.map(|it| it.0)) && is_linear(costs.map(|it| it.1)),
            "{name}: {costs:?}"
        );
    }
}
