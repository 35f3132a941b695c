//! Generated captures: every licensing attempt in them is found, and read as its sample is.
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

#[path = "../benches/generator/mod.rs"]
mod generator;
mod support;

use generator::{Format, Mix, Plan};
use tlswalk::Options;
use tlswalk::profile::Profile;

/// The verdict of a sample by itself. A sample that is misread is another test's matter; here it must be read the same.
fn alone(sample: &str, options: &Options) -> Vec<String> {
    let file = std::fs::File::open(support::root().join("samples").join(sample)).unwrap();
    let report = tlswalk::analyze(file, sample, options).unwrap();
    let mut verdicts: Vec<String> = report.attempts.into_iter().map(|it| it.verdict.id).collect();
    verdicts.sort();
    verdicts
}

#[test]
fn an_attempt_among_other_traffic_is_read_as_it_is_alone() {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let root = std::fs::read(support::root().join("samples/roots/lab-root.pem")).unwrap();
    options.anchors.add_pem(&root, "lab-root").unwrap();
    for (mix, format, bytes) in [
        (Mix::Licensing, Format::Pcap, 1_000_000),
        (Mix::Mixed, Format::Pcapng, 6_000_000),
    ] {
        let mut capture = Vec::new();
        let plan = Plan {
            mix,
            format,
            bytes,
            seed: 1,
        };
        let written = generator::write(&plan, &mut capture).unwrap();
        let report = tlswalk::analyze(&capture[..], "generated", &options).unwrap();
        assert!(!written.attempts.is_empty());
        for truth in &written.attempts {
            let of_it = |device: &str| device == truth.device || device == truth.device_v6;
            let attempts = report.attempts.iter().filter(|attempt| of_it(&attempt.device));
            let mut read: Vec<String> = attempts.map(|attempt| attempt.verdict.id.clone()).collect();
            read.sort();
            assert_eq!(read, alone(&truth.sample, &options), "{truth:?}");
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_capture() {
    for mix in Mix::ALL {
        assert!(
            generator::capture(mix, Format::Pcap, 300_000) == generator::capture(mix, Format::Pcap, 300_000),
            "{}",
            mix.name()
        );
    }
}
