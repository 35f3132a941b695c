//! Every input that once broke a fuzz target, and those that fuzzing begins with, replayed.
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

use crate::targets;

#[test]
fn past_crashes_stay_fixed() {
    let fuzz = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz");
    for (name, target) in targets::ALL {
        let takes_captures = ["capture", "analyze", "writers", "slices", "redaction"].contains(&name);
        let begins_with = if takes_captures { "captures" } else { name };
        for folder in [format!("regressions/{name}"), format!("corpus/{begins_with}")] {
            let Ok(entries) = std::fs::read_dir(format!("{fuzz}/{folder}")) else {
                continue;
            };
            for entry in entries {
                let path = entry.unwrap().path();
                println!("{}", path.display());
                target(&std::fs::read(&path).unwrap());
            }
        }
    }
}
