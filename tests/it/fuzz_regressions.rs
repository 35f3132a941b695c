//! Every input that once broke a fuzz target, and those that fuzzing begins with: replayed, and changed without a fuzzer.
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

use std::path::{Path, PathBuf};

use crate::mutate::{Random, mutate};
use crate::support::root;
use crate::targets;

/// Changed inputs of each target, unless `TLSWALK_TARGET_RUNS` says another number; `TLSWALK_TARGET` names one of them.
const RUNS: u64 = 20;

/// What a target begins with.
fn begins_with(name: &str) -> PathBuf {
    let corpus = root().join("fuzz/corpus");
    let own = corpus.join(name);
    if own.exists() { own } else { corpus.join("captures") }
}

fn regressions(name: &str) -> PathBuf {
    root().join("fuzz/regressions").join(name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn past_crashes_stay_fixed() {
    let mut inputs = 0;
    for (name, target) in targets::ALL {
        for path in [files(&regressions(name)), files(&begins_with(name))].concat() {
            println!("{name}: {}", path.display());
            target(&std::fs::read(&path).unwrap());
            inputs += 1;
        }
    }
    assert!(inputs > 10 * targets::ALL.len(), "{inputs} inputs");
}

/// What no target reads would never be replayed.
#[test]
fn every_regression_belongs_to_a_target() {
    for folder in files(&root().join("fuzz/regressions")) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        assert!(targets::ALL.iter().any(|(target, _)| *target == name), "{name}");
    }
}

/// What the fuzzer does, blindly, on every toolchain. An input that fails is left in a file.
#[test]
fn changed_inputs_hold_too() {
    let runs = std::env::var("TLSWALK_TARGET_RUNS").map_or(RUNS, |text| text.parse().unwrap());
    let only = std::env::var("TLSWALK_TARGET").ok();
    let mut failed = Vec::new();
    for (name, target) in targets::ALL {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let inputs: Vec<Vec<u8>> = files(&begins_with(name))
            .iter()
            .map(|path| std::fs::read(path).unwrap())
            .filter(|input| !input.is_empty())
            .collect();
        for run in 0..runs {
            let mut random = Random((run + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
            let input = mutate(inputs[random.below(inputs.len())].clone(), &mut random);
            if std::panic::catch_unwind(|| target(&input)).is_err() {
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{run}"));
                std::fs::write(&path, &input).unwrap();
                failed.push(path);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
