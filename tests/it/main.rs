//! The integration tests, in one executable: each file asks one question of the library or of the program.
//!
//! `cargo test --test it samples::` runs those of `samples.rs`. `tests/allocations.rs` and `tests/growth.rs` have executables of their own: they
//! count with a global allocator.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "test code states its invariants, and its data is long"
)]

// What several of them use.
mod answers;
#[path = "../support/flood.rs"]
mod flood;
#[path = "../../benches/generator/mod.rs"]
mod generator;
mod metamorph;
mod mutate;
mod second_judge;
#[path = "../support/mod.rs"]
mod support;
#[path = "../../fuzz/targets/mod.rs"]
mod targets;
mod truth;

use targets::scenario;

// The tests.
mod alerts;
mod bounds;
mod catalogues;
mod chassis;
mod check;
mod cli;
mod compatible;
mod corpus;
mod cures;
mod device_logs;
mod dialects;
mod earned;
mod edits;
mod endings;
mod every_option;
mod evidence;
mod examples;
mod faults;
mod first_screen;
mod floods;
mod formats;
mod fuzz_regressions;
mod gates;
mod generated;
mod handed_on;
mod holes;
mod in_between;
mod injection;
mod key_log;
mod listing;
mod metamorphic;
mod mutations;
mod nobody;
mod odd_handshakes;
mod outputs;
mod page;
mod pasted;
mod properties;
mod public_datagrams;
mod quic_tshark;
mod reached;
mod read_errors;
mod reading;
mod redaction;
mod refusals;
mod refutation;
mod remedies;
mod samples;
mod scenarios;
mod schemas;
mod security;
mod serve;
mod settings;
mod stacks;
mod stream;
mod text_dumps;
mod through_proxy;
mod ticket;
mod tidy;
mod told;
mod triage;
mod tshark;
mod twins;
mod two_points;
mod weighed;
mod words;
