//! What is fuzzed. The fuzzer, the replay of past crashes and the mutation test all call these functions.
#![allow(dead_code, reason = "each fuzz target calls one")]
#![allow(unreachable_pub, reason = "a module of several crates has no one interface")]

use std::ops::ControlFlow;

use tlswalk::Options;

#[path = "../tests/scenario/mod.rs"]
pub mod scenario;
use scenario::{Client, Scenario, Server};

/// Bytes as a capture file.
pub fn capture(data: &[u8]) {
    drop(tlswalk::capture::read_frames(data, |_frame| ControlFlow::Continue(())));
}

/// Bytes as one packet: the first two are the link type.
pub fn decode(data: &[u8]) {
    let Some((link, packet)) = data.split_first_chunk() else {
        return;
    };
    let link = u32::from(u16::from_be_bytes(*link)).to_le_bytes();
    let len = u32::try_from(packet.len()).unwrap_or(0).to_le_bytes();
    let header = [
        &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0][..],
        &link,
    ]
    .concat();
    analyze(&[&header, &[0; 8][..], &len, &len, packet].concat());
}

/// Bytes as what client and server send: the first says where the server's begin, in 1/256 of the length.
pub fn records(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else {
        return;
    };
    let (client, server) = bytes.split_at(bytes.len() * usize::from(*cut) / 256);
    analyze(
        &Scenario::open()
            .send(Client, client)
            .send(Server, server)
            .close(Client)
            .pcap(),
    );
}

/// Bytes as a capture file, to the end of the pipeline.
pub fn analyze(data: &[u8]) {
    drop(tlswalk::analyze(data, "fuzz", &Options::everything().unwrap()));
}
