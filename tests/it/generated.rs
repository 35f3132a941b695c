//! Generated captures: every licensing attempt in them is found, and read as its sample is.
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

use crate::generator::{self, Format, Mix, Plan, Truth};
use crate::support;
use tlswalk::Options;
use tlswalk::profile::Profile;

/// True if a sample by itself is read as its row says. One that is not is another test's matter.
fn is_read_alone(truth: &Truth, options: &Options) -> bool {
    let file = std::fs::File::open(support::root().join("samples").join(&truth.sample)).unwrap();
    let report = tlswalk::analyze(file, &truth.sample, options).unwrap();
    report
        .attempts
        .iter()
        .any(|attempt| *attempt.verdict.id == *truth.verdict)
}

#[test]
fn an_attempt_among_other_traffic_is_read_as_it_is_alone() {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let root = std::fs::read(support::root().join("samples/roots/lab-root.pem")).unwrap();
    options.anchors.add_pem(&root, "lab-root").unwrap();
    for (mix, format, bytes) in [
        (Mix::Licensing, Format::Pcap, 1_000_000),
        (Mix::Mixed, Format::Pcapng, 6_000_000),
        (Mix::Controller, Format::Pcap, 6_000_000),
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
            if !is_read_alone(truth, &options) {
                continue;
            }
            let of_it = |device: &str| device == truth.device || device == truth.device_v6;
            let attempts = report.attempts.iter().filter(|attempt| of_it(&attempt.device));
            let read: Vec<&str> = attempts.map(|attempt| attempt.verdict.id.name()).collect();
            assert!(read.contains(&truth.verdict.as_str()), "{read:?} of {truth:?}");
        }
    }
}

/// What was given up at a bound is not taken for what never was: an attempt whose connection was not kept has no verdict that
/// rests on there being none.
#[test]
fn an_attempt_whose_connection_was_not_kept_is_not_said_to_have_had_none() {
    let options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let mut capture = Vec::new();
    let plan = Plan {
        mix: Mix::Licensing,
        format: Format::Pcap,
        bytes: 40_000_000,
        seed: 1,
    };
    let written = generator::write(&plan, &mut capture).unwrap();
    let report = tlswalk::analyze(&capture[..], "generated", &options).unwrap();
    assert!(report.capture.anomalies.iter().any(|it| it.id == "bound"));
    let silent: Vec<&str> = written
        .attempts
        .iter()
        .filter(|truth| truth.verdict == "no-connection")
        .flat_map(|truth| [truth.device.as_str(), truth.device_v6.as_str()])
        .collect();
    let count = |id: &str| report.attempts.iter().filter(|it| it.verdict.id == id).count();
    assert!(count("no-connection") > 0 && count("incomplete-capture") > 100);
    for attempt in report.attempts.iter().filter(|it| it.verdict.id == "no-connection") {
        assert!(silent.contains(&attempt.device.as_str()), "{}", attempt.verdict.summary);
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
