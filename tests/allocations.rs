//! Bulk data costs no memory: ten times the Application Data makes no more allocations.
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

mod scenario;
mod support;

use scenario::messages::*;
use scenario::*;
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
