//! Very many files → a row each, within a memory that does not grow with their number.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::support;

/// Address space in KiB: that of a call on one file is about half of it, and the rows and places of so many files a few MB.
const SPACE: u32 = 320 * 1024;

#[test]
fn a_folder_of_very_many_files_is_a_row_each_in_little_memory() {
    let count = std::env::var("TLSWALK_FLOOD").map_or(1500, |times| 1500 * times.parse::<u32>().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let sample = fs::read(support::root().join("samples/tcp-refused.pcap")).unwrap();
    for number in 0..count {
        // No two are the same: that of a second one is not judged again.
        let mut bytes = sample.clone();
        bytes[28..32].copy_from_slice(&number.to_le_bytes());
        fs::write(folder.path().join(format!("{number:06}.pcap")), bytes).unwrap();
    }
    let state = tempfile::tempdir().unwrap();
    let script = format!("ulimit -v {SPACE}; exec \"$0\" \"$@\"");
    // The second time everything is known.
    for _ in 0..2 {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &script,
            env!("CARGO_BIN_EXE_tlswalk"),
            "triage",
            "-f",
            "csv",
            "--state",
        ]);
        command.arg(state.path().join("state")).arg(folder.path());
        let outcome = support::run(&mut command, Duration::from_secs(3600));
        let rows = outcome.stdout.lines().filter(|it| it.contains(".pcap")).count();
        assert_eq!(rows, count as usize, "{}", outcome.stderr);
    }
}
