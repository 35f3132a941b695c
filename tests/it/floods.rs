//! Very many files and frames → what the program says of them, within a memory that does not grow with their number. How many bytes
//! each flood may take stands in `tests/growth/floods.rs`.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::flood::{Flood, Kind};
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

/// The same for a flood of which twenty thousand attempts are listed: `tests/growth/floods.rs` says that they take some 300 MB.
const SPACE_FOR_ATTEMPTS: u32 = 640 * 1024;

/// Floods that come through a pipe, as they do from `tcpdump -w -`: address space is what bounds the program here. Most of it is what
/// any program maps.
#[test]
fn floods_through_a_pipe_are_read_to_their_end_in_little_memory() {
    let times = std::env::var("TLSWALK_FLOOD").map_or(1, |times| times.parse::<u32>().unwrap());
    for (kind, count, frames) in [
        (Kind::Refused, 20_000, 5),
        (Kind::HalfOpen, 20_000, 2),
        (Kind::Name, 20_000, 2),
        (Kind::DtlsHello, 20_000, 1),
    ] {
        let count = count * times;
        let script = format!("ulimit -v {SPACE_FOR_ATTEMPTS}; exec \"$0\" \"$@\"");
        let mut child = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_tlswalk"), "-f", "json", "--all", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let feeder = std::thread::spawn(move || {
            // If the program ends early, that is seen below.
            drop(std::io::copy(&mut Flood::new(kind, count), &mut pipe));
            drop(pipe.flush());
        });
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{kind:?}: {error}, {}", output.status));
        assert_eq!(report["capture"]["frames"], u64::from(count) * frames, "{kind:?}");
    }
}
