//! The public captures beside the repository, against what tshark says of them; and none of them may break the program.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::support::{Outcome, root, skip, tlswalk};
use crate::truth::{Tally, compare};
use serde_json::Value;

/// The largest capture has 3 MB and takes an unoptimised build well under a second; a loop takes for ever.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Of every 1000 handshake messages that tshark reads, we read this many.
const MESSAGES_PER_MILLE: usize = 995;

/// Runs the program on every capture, two at a time, and hands over each outcome.
fn run_all(files: Vec<PathBuf>, each: impl Fn(&str, Duration, Outcome) + Sync) {
    let queue = Mutex::new(files.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(file) = queue.lock().unwrap().next() else {
                        return;
                    };
                    let name = file.file_name().unwrap().to_string_lossy();
                    let began = Instant::now();
                    let path = file.to_string_lossy();
                    let outcome = tlswalk(
                        &["--all", "--profile", "default", "--format", "json", "--", &path],
                        TIME_LIMIT,
                    );
                    each(&name, began.elapsed(), outcome);
                }
            });
        }
    });
}

/// `tests/corpus-exceptions.tsv`: file, stream, what we do not find, and why that is right.
fn exceptions() -> BTreeSet<(String, u64, String)> {
    let text = std::fs::read_to_string(root().join("tests/corpus-exceptions.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let cells = rows.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, stream, what, reason] = cells[..] else {
            panic!("four columns: {line}")
        };
        assert!(!reason.trim().is_empty(), "an exception needs a reason: {line}");
        (file.to_owned(), stream.parse().unwrap(), what.to_owned())
    });
    cells.collect()
}

#[test]
fn tlswalk_reads_what_tshark_reads_in_public_captures() {
    let corpus = root().join("../shared/corpus");
    let Ok(folder) = std::fs::read_dir(corpus.join("captures")) else {
        return skip("corpus", "../shared/corpus is not there");
    };
    let mut truths: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in std::fs::read_to_string(corpus.join("truth.ndjson")).unwrap().lines() {
        let truth: Value = serde_json::from_str(line).unwrap();
        if truth["tls"] == Value::Bool(true) {
            truths
                .entry(truth["file"].as_str().unwrap().to_owned())
                .or_default()
                .push(truth);
        }
    }
    let files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    let count = files.len();
    let tally = Mutex::new(Tally::default());
    let broken = Mutex::new(Vec::new());
    let slowest = Mutex::new((Duration::ZERO, String::new()));
    run_all(files, |name, took, outcome| {
        {
            let mut slowest = slowest.lock().unwrap();
            if took > slowest.0 {
                *slowest = (took, name.to_owned());
            }
        }
        if !outcome.is_orderly() {
            let how = outcome
                .status
                .map_or("took too long".to_owned(), |status| status.to_string());
            let last = outcome.stderr.lines().last().unwrap_or_default().to_owned();
            broken.lock().unwrap().push(format!("{name}: {how} {last}"));
            return;
        }
        let report = || serde_json::from_str::<Value>(&outcome.stdout);
        if let Some(truths) = truths.get(name) {
            match report() {
                Ok(report) => {
                    let mut tally = tally.lock().unwrap();
                    truths
                        .iter()
                        .for_each(|truth| compare(&mut tally, name, truth, &report));
                }
                Err(error) => broken
                    .lock()
                    .unwrap()
                    .push(format!("{name}: no report: {error} {}", outcome.stderr)),
            }
        } else if outcome.status.and_then(|status| status.code()) != Some(2)
            && let Err(error) = report()
        {
            broken
                .lock()
                .unwrap()
                .push(format!("{name}: exit 0, 1 or 3 and no report: {error}"));
        }
    });

    let mut tally = tally.into_inner().unwrap();
    let mut broken = broken.into_inner().unwrap();
    let (slow, slow_name) = slowest.into_inner().unwrap();
    broken.sort();
    let mut unused = exceptions();
    let known = unused.clone();
    tally.missed.retain(|(file, stream, what)| {
        let key = (file.clone(), *stream, what.to_string());
        unused.remove(&key);
        !known.contains(&key)
    });
    tally.missed.sort();
    for (file, stream, what) in &tally.missed {
        eprintln!("missed\t{file}\t{stream}\t{what}");
    }
    for (file, stream, what) in &unused {
        eprintln!("exception not needed any more\t{file}\t{stream}\t{what}");
    }
    for line in &broken {
        eprintln!("broken\t{line}");
    }
    println!(
        "captures           {count}, with TLS {}, crashed or too slow {}",
        truths.len(),
        broken.len()
    );
    println!("slowest            {slow_name}: {:.1} s", slow.as_secs_f64());
    println!("{tally}");
    println!("exceptions         {}", known.len());

    assert!(broken.is_empty(), "{} captures break the program", broken.len());
    let [messages, alerts, leaves] = tally.missed_by_kind();
    assert_eq!(
        (alerts, leaves),
        (0, 0),
        "every alert in clear and every leaf certificate is found"
    );
    assert!(
        (tally.messages - messages) * 1000 >= tally.messages * MESSAGES_PER_MILLE,
        "{messages} messages missed"
    );
}
