//! Damage never flips a verdict: every sample, bent in every way of `metamorph/cases.rs`, gives the verdict of the
//! untouched sample, or less than that and the reason why; never a different one as certain.
//!
//! A seeded part runs by default. Everything: `TLSWALK_METAMORPHIC=all cargo test --release --test it metamorphic::`.
//! `TLSWALK_METAMORPHIC_SAMPLE` and `TLSWALK_METAMORPHIC_CASE` narrow it to names that begin so, or hold that;
//! `TLSWALK_METAMORPHIC_KEEP=<folder>` keeps captures of which something else was said, some of each change;
//! `TLSWALK_METAMORPHIC_VERBOSE=1` lists what was downgraded, too.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::earned::Ledger;
use crate::metamorph::capture::Capture;
use crate::metamorph::cases::{Case, Kind, cases};
use crate::metamorph::judge::{Outcome, Said, compare};
use crate::metamorph::reviewed::{REVIEWED, Reviewed};
use crate::support::{Row, root, rows};
use tlswalk::profile::Profile;
use tlswalk::{Host, Options, Target};

/// Of this many cases, one runs by default: an unoptimised build judges about 2,500 a second.
const ONE_OF: u64 = 5;

/// Seeds of each random transformation in the full run.
const SEEDS: u64 = 6;

/// What the row says on the command line.
pub(crate) fn options(row: &Row) -> Options {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let mut words = row.options.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap().clone();
        match word.as_str() {
            "--all" => options.all = true,
            "--profile" => options.profile = Profile::built_in(&value()).unwrap(),
            "--ca" => {
                let name = value();
                let pem = std::fs::read(root().join(&name)).unwrap();
                options.anchors.add_pem(&pem, &name).unwrap();
            }
            "--wlc" => options.wlc.push(value().parse().unwrap()),
            "--cssm" => options.cssm.push(target(&value())),
            "--on-prem" => options.on_prem.push(target(&value())),
            "--cslu" => options.cslu.push(target(&value())),
            "--proxy" => options.proxy.push(target(&value())),
            other => panic!("{}: {other} is not known here", row.file),
        }
    }
    options
}

fn target(text: &str) -> Target {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port.parse().unwrap())),
        _ => (text, None),
    };
    let host = host.parse().map_or_else(|_| Host::Name(host.to_owned()), Host::Address);
    Target { host, port }
}

/// One change and where it was seen.
#[derive(Default)]
struct Seen {
    count: usize,
    samples: BTreeSet<String>,
    families: BTreeMap<&'static str, usize>,
    examples: Vec<String>,
}

#[derive(Default)]
struct Tally {
    captures: usize,
    /// Captures by their worst outcome: equal, downgraded, drifted, contradicted.
    by_outcome: [usize; 4],
    by_family: BTreeMap<&'static str, [usize; 4]>,
    downgrades: BTreeMap<String, Seen>,
    drifts: BTreeMap<String, Seen>,
    reviewed: usize,
    used: BTreeSet<usize>,
    contradictions: BTreeMap<String, Seen>,
    earned: Ledger,
}

impl Tally {
    fn take(&mut self, row: &Row, family: &'static str, name: &str, outcomes: Vec<Outcome>, file: &[u8]) {
        self.captures += 1;
        let outcomes: Vec<Outcome> = outcomes.into_iter().map(|it| self.review(row, name, it)).collect();
        let worst = outcomes.iter().max().unwrap();
        let place = match worst {
            Outcome::Equal => 0,
            Outcome::Downgraded(_) => 1,
            Outcome::Drifted(_) => 2,
            Outcome::Contradicted(_) => 3,
        };
        self.by_outcome[place] += 1;
        self.by_family.entry(family).or_default()[place] += 1;
        let outcomes: BTreeSet<Outcome> = outcomes.into_iter().collect();
        for outcome in outcomes {
            let (seen, change) = match outcome {
                Outcome::Equal => continue,
                Outcome::Downgraded(change) => (&mut self.downgrades, change),
                Outcome::Drifted(change) => (&mut self.drifts, change),
                Outcome::Contradicted(change) => (&mut self.contradictions, change),
            };
            let seen = seen.entry(change).or_default();
            seen.count += 1;
            *seen.families.entry(family).or_default() += 1;
            let is_new = seen.samples.insert(row.file.clone());
            if seen.examples.len() < 3 || (is_new && seen.examples.len() < 12) {
                seen.examples.push(format!("{}: {name}", row.file));
                if place > 1 {
                    keep(row, name, file);
                }
            }
        }
    }

    /// A drift that was looked at is a downgrade.
    fn review(&mut self, row: &Row, name: &str, outcome: Outcome) -> Outcome {
        let change = match &outcome {
            Outcome::Drifted(change) => change,
            // Something certain is excused only where nothing is said any more.
            Outcome::Contradicted(change) if change.ends_with("→ gone") => change,
            _ => return outcome,
        };
        let is_it =
            |it: &Reviewed| row.file.starts_with(it.sample) && name.starts_with(it.case) && change.ends_with(it.change);
        match REVIEWED.iter().position(is_it) {
            Some(at) => {
                self.reviewed += 1;
                self.used.insert(at);
                Outcome::Downgraded(format!("{change} (reviewed)"))
            }
            None => outcome,
        }
    }

    fn print(&self) {
        println!(
            "{:32} {:>8} {:>10} {:>8} {:>12}",
            "", "equal", "downgraded", "drifted", "contradicted"
        );
        for (family, [equal, down, drift, against]) in &self.by_family {
            println!("{family:32} {equal:8} {down:10} {drift:8} {against:12}");
        }
        let [equal, down, drift, against] = self.by_outcome;
        println!("{:32} {equal:8} {down:10} {drift:8} {against:12}", "all");
        println!("captures judged: {}; drifts reviewed: {}", self.captures, self.reviewed);
        if std::env::var_os("TLSWALK_METAMORPHIC_VERBOSE").is_some() {
            list("downgraded", &self.downgrades);
        }
        list("drifted, not reviewed", &self.drifts);
        list("contradicted", &self.contradictions);
    }
}

fn list(title: &str, seen: &BTreeMap<String, Seen>) {
    let mut all: Vec<_> = seen.iter().collect();
    all.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.count));
    for (change, seen) in all {
        println!(
            "{title}: {:5} × {change}   [{} samples; {:?}]",
            seen.count,
            seen.samples.len(),
            seen.families
        );
        seen.examples.iter().for_each(|example| println!("        {example}"));
    }
}

fn keep(row: &Row, name: &str, file: &[u8]) {
    if let Some(folder) = std::env::var_os("TLSWALK_METAMORPHIC_KEEP") {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
            .collect();
        let path = std::path::Path::new(&folder).join(format!("{}--{name}.pcap", row.file));
        std::fs::write(path, file).unwrap();
    }
}

fn chosen(row: &Row, name: &str) -> bool {
    let mut hasher = DefaultHasher::new();
    (&row.file, name).hash(&mut hasher);
    hasher.finish().is_multiple_of(ONE_OF)
}

/// True if frames, bytes, or the time or order of frames are no longer there.
fn takes_something(case: &Case) -> bool {
    case.kind == Kind::Damaged || case.family.starts_with("clock") || case.family.starts_with("shuffle")
}

fn run(row: &Row, is_all: bool, tally: &Mutex<Tally>) {
    let options = options(row);
    let sample = std::fs::read(root().join("samples").join(&row.file)).unwrap();
    let base = tlswalk::analyze(&sample[..], &row.file, &options).unwrap();
    let before = Said::of(&base);
    let mut capture = Capture::read(&sample);
    capture.devices = base.attempts.iter().map(|it| it.device.parse().unwrap()).collect();
    capture.named = [&options.cslu, &options.on_prem, &options.cssm, &options.proxy]
        .into_iter()
        .flatten()
        .filter_map(|target| match target.host {
            Host::Address(address) => Some(address),
            Host::Name(_) => None,
        })
        .collect();
    let filter = std::env::var("TLSWALK_METAMORPHIC_CASE").unwrap_or_default();
    for case in cases(&capture, SEEDS) {
        let name = case.name();
        if !(is_all || chosen(row, &name)) || !name.contains(&filter) {
            continue;
        }
        let file = case.file(&capture);
        let judged = catch_unwind(AssertUnwindSafe(|| tlswalk::analyze(&file[..], &row.file, &options)));
        let mut ledger = Ledger::default();
        // The row speaks of one attempt.
        if let (Ok(Ok(report)), 1, true) = (&judged, before.len(), case.kind != Kind::Wireless) {
            let told = report.attempts.iter().map(|it| &it.verdict);
            // That something is missing is right of a file from which something was taken, and of no other.
            let is_lacking = takes_something(&case) || row.verdict == "malformed-capture";
            told.for_each(|it| match it.id.name() {
                "incomplete-capture" | "malformed-capture" if is_lacking => {
                    ledger.count(&it.id, it.confidence.name(), true)
                }
                _ => ledger.judge(it, &row.verdict, &row.by),
            });
        }
        let outcomes = match judged {
            Ok(Ok(report)) => compare(&before, &Said::of(&report), case.kind),
            Ok(Err(error)) => vec![Outcome::Contradicted(format!("not read: {error}"))],
            Err(_) => vec![Outcome::Contradicted("panic".to_owned())],
        };
        let mut tally = tally.lock().unwrap();
        tally.earned.merge(ledger);
        tally.take(row, case.family, &name, outcomes, &file);
    }
}

#[test]
fn damage_never_flips_a_verdict() {
    let is_all = std::env::var("TLSWALK_METAMORPHIC").is_ok_and(|value| value == "all");
    let only = std::env::var("TLSWALK_METAMORPHIC_SAMPLE").unwrap_or_default();
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.file.starts_with(&only)).collect();
    let (tally, next) = (Mutex::new(Tally::default()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(row, is_all, &tally);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    tally.print();
    if only.is_empty() && std::env::var_os("TLSWALK_METAMORPHIC_CASE").is_none() {
        tally.earned.settle("damaged");
    }
    assert!(tally.contradictions.is_empty(), "contradictions: see above");
    assert!(
        tally.drifts.is_empty(),
        "drifts that are not in metamorph/reviewed.rs: see above"
    );
    if is_all && only.is_empty() && std::env::var_os("TLSWALK_METAMORPHIC_CASE").is_none() {
        let unused = (0..REVIEWED.len()).filter(|at| !tally.used.contains(at));
        let unused: Vec<String> = unused
            .map(|at| {
                format!(
                    "{} {}: {}",
                    REVIEWED[at].sample, REVIEWED[at].change, REVIEWED[at].reason
                )
            })
            .collect();
        assert!(
            unused.is_empty(),
            "reviewed drifts that no longer occur:\n{}",
            unused.join("\n")
        );
    }
}
