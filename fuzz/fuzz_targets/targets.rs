//! Every target in one executable, since to link each by itself takes longer than to fuzz it in CI: `TARGET` names the one.
#![no_main]

#[path = "../targets/mod.rs"]
mod targets;

use std::sync::OnceLock;

static CHOSEN: OnceLock<targets::Target> = OnceLock::new();

/// Without a target, the names of all are printed.
fn choose() -> targets::Target {
    let wanted = std::env::var("TARGET").unwrap_or_default();
    let found = targets::ALL.iter().find(|(name, _)| *name == wanted);
    let Some((_, target)) = found else {
        targets::ALL.iter().for_each(|(name, _)| println!("{name}"));
        std::process::exit(2);
    };
    *target
}

libfuzzer_sys::fuzz_target!(
    init: {
        CHOSEN.get_or_init(choose);
    },
    |data: &[u8]| CHOSEN.get_or_init(choose)(data)
);
