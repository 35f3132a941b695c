//! What is fuzzed. The fuzzer, the replay of past crashes and the mutation test all call these functions.
#![allow(dead_code, reason = "each test and the fuzzer take what they need")]
#![allow(unreachable_pub, reason = "a module of several crates has no one interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what stands here states what must hold"
)]

pub mod containers;
mod conversations;
mod datagrams;
mod handed_on;
mod paths;
pub mod quic_keys;
mod texts;
mod wire;

use std::ops::ControlFlow;
use std::sync::OnceLock;

use tlswalk::Options;
use tlswalk::base::phrase::Language;
use tlswalk::capture::read_frames;

#[path = "../../tests/scenario/mod.rs"]
pub mod scenario;

pub use conversations::records;

/// A fuzz target: a function of bytes that panics if a property does not hold.
pub type Target = fn(&[u8]);

/// Each target, by its name. What it begins with is in `corpus/<name>`, or, of those that take captures, in `corpus/captures`.
pub const ALL: [(&str, Target); 26] = [
    ("capture", capture),
    ("compressed", containers::compressed),
    ("dumps", containers::dumps),
    ("decode", decode),
    ("straight", paths::straight),
    ("records", records),
    ("analyze", analyze),
    ("segments", conversations::segments),
    ("holes", conversations::holes),
    ("passing", paths::passing),
    ("live", paths::live),
    ("http", conversations::http),
    ("hello", conversations::hello),
    ("certificates", conversations::certificates),
    ("datagrams", datagrams::datagrams),
    ("dns", datagrams::dns),
    ("dtls", datagrams::dtls),
    ("quic", datagrams::quic),
    ("crypto", datagrams::crypto),
    ("writers", handed_on::writers),
    ("reported", handed_on::reported),
    ("slices", handed_on::slices),
    ("redaction", handed_on::redaction),
    ("device", texts::device),
    ("claims", texts::claims),
    ("profile", texts::profile),
];

/// Bytes as a capture file.
pub fn capture(data: &[u8]) {
    drop(read_frames(data, |_frame| ControlFlow::Continue(())));
}

/// Bytes as one packet: the first two are the link type.
pub fn decode(data: &[u8]) {
    let Some((link, packet)) = data.split_first_chunk() else {
        return;
    };
    let mut file = wire::header(u16::from_be_bytes(*link).into());
    wire::record(&mut file, scenario::START, packet);
    analyze(&file);
}

/// Bytes as a capture file, to the end of the pipeline.
pub fn analyze(data: &[u8]) {
    drop(tlswalk::analyze(data, "fuzz", options(Language::En)));
}

/// Options that read everything, in a language; made once, since to parse profiles takes longer than most inputs.
fn options(language: Language) -> &'static Options {
    static OPTIONS: OnceLock<[Options; 2]> = OnceLock::new();
    let of = |language| Options {
        language,
        ..Options::everything().unwrap()
    };
    let [english, japanese] = OPTIONS.get_or_init(|| Language::ALL.map(of));
    if language == Language::En { english } else { japanese }
}
