//! Every input that once broke a fuzz target, replayed.
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

use crate::targets;

#[test]
fn past_crashes_stay_fixed() {
    let regressions = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/regressions");
    let replay = |name: &str, target: fn(&[u8])| {
        for entry in std::fs::read_dir(format!("{regressions}/{name}")).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            target(&std::fs::read(&path).unwrap());
        }
    };
    replay("capture", targets::capture);
    replay("decode", targets::decode);
    replay("records", targets::records);
    replay("analyze", targets::analyze);
}
