//! What a report lists is what was asked for; the rest is judged and counted, in every format, and changes no verdict.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::generator::{self, Format, Mix};
use crate::support::{root, tlswalk};
use serde_json::Value;
use tlswalk::Options;
use tlswalk::profile::Profile;
use tlswalk::profile::listing::Listing;
use tlswalk::report::{Report, Severity};

const LIMIT: Duration = Duration::from_secs(60);

/// Four tries: dns-error, tcp-refused, version-mismatch, healthy.
const STORY: &str = "samples/story-three-faults.pcap";

fn json(options: &[&str]) -> (i32, Value) {
    let outcome = tlswalk(&[options, &["-f", "json", STORY]].concat(), LIMIT);
    let code = outcome.status.unwrap().code().unwrap();
    (code, serde_json::from_str(&outcome.stdout).unwrap())
}

/// Number and verdict of each attempt that is listed, and counts of those that are not.
fn listed(report: &Value) -> (Vec<String>, Vec<String>) {
    let attempts = report["attempts"].as_array().unwrap().iter();
    let attempts = attempts.map(|it| format!("{} {}", it["id"], it["verdict"]["id"].as_str().unwrap()));
    let left_out = report["left_out"].as_array().into_iter().flatten();
    let left_out = left_out.map(|it| format!("{} {}", it["attempts"], it["verdict"].as_str().unwrap()));
    (attempts.collect(), left_out.collect())
}

#[test]
fn what_is_not_listed_is_counted_and_neither_verdict_nor_courses_nor_exit_code_change() {
    let (code, whole) = json(&[]);
    let all = ["1 dns-error", "2 tcp-refused", "3 version-mismatch", "4 healthy"];
    assert_eq!(listed(&whole), (all.map(str::to_owned).to_vec(), Vec::new()));
    assert!(whole.get("left_out").is_none() && whole["options"].get("listing").is_none());
    let second = whole["courses"][0]["tries"][1]["time"].as_str().unwrap();
    let client = whole["attempts"][0]["device"].as_str().unwrap();
    let server = whole["connections"][0]["server"].as_str().unwrap();
    let name = whole["attempts"][0]["name"].as_str().unwrap();
    for (options, wanted) in [
        (vec!["--only", "failures"], &[0, 1, 2][..]),
        (vec!["--only", "healthy,tcp-refused"], &[1, 3]),
        (vec!["--only", "healthy", "--only", "dns-error"], &[0, 3]),
        (vec!["--only", "tls-no-response"], &[]),
        (vec!["--first", "2"], &[0, 1]),
        (vec!["--first", "0"], &[]),
        (vec!["--only", "failures", "--first", "1"], &[0]),
        (vec!["--since", second], &[1, 2, 3]),
        (vec!["--until", second], &[0, 1]),
        (vec!["--since", second, "--until", second], &[1]),
        (vec!["--client", client], &[0, 1, 2, 3]),
        (vec!["--client", "192.0.2.77"], &[]),
        (vec!["--client", "192.0.2.77", "--client", client], &[0, 1, 2, 3]),
        (vec!["--server", server], &[1, 2, 3]),
        (vec!["--server", name], &[0, 1, 2, 3]),
        (vec!["--server", "192.0.2.77"], &[]),
    ] {
        let (again, report) = json(&options);
        let (attempts, left_out) = listed(&report);
        let expected: Vec<&str> = wanted.iter().map(|&at: &usize| all[at]).collect();
        assert_eq!(attempts, expected, "{options:?}");
        let counted: u64 = left_out
            .iter()
            .map(|it| it.split(' ').next().unwrap().parse::<u64>().unwrap())
            .sum();
        assert_eq!(attempts.len() as u64 + counted, 4, "{options:?}: {left_out:?}");
        assert_eq!(again, code, "{options:?}");
        for same in ["verdict", "courses", "cadence"] {
            assert_eq!(report.get(same), whole.get(same), "{same} with {options:?}");
        }
        assert!(report["options"]["listing"].is_object(), "{options:?}");
    }
}

#[test]
fn every_format_says_in_both_languages_how_many_are_not_listed() {
    for (format, language) in ["text", "json", "ndjson", "html", "markdown", "csv", "junit", "sarif"]
        .into_iter()
        .flat_map(|format| [(format, "en"), (format, "ja")])
    {
        for only in ["healthy", "tls-no-response"] {
            let outcome = tlswalk(&["--only", only, "--lang", language, "-f", format, STORY], LIMIT);
            let text = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
            let count = if only == "healthy" { 3 } else { 4 };
            let says = match (format, language) {
                ("json" | "ndjson", _) => text.contains("left_out"),
                (_, "en") => text.contains(&format!("{count} attempts are counted and not listed")),
                _ => text.contains(&format!("試行が {count} 件")),
            };
            assert!(says, "{format} {language} --only {only}: {text}");
            assert_eq!(outcome.status.unwrap().code(), Some(1), "{format}");
        }
    }
    // Nobody takes a suite for passed in which only good attempts are listed.
    let suite = tlswalk(&["--only", "healthy", "-f", "junit", STORY], LIMIT).stdout;
    assert!(suite.contains("failures=\"1\""), "{suite}");
}

#[test]
fn a_report_that_lists_some_is_verified_as_it_was_made_and_no_count_can_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let (_, report) = json(&[
        "--only",
        "failures",
        "--client",
        "192.168.10.150",
        "--since",
        "2020-01-01T00:00:00Z",
    ]);
    assert_eq!(listed(&report).1, ["1 healthy"]);
    let verify = |report: &Value| {
        std::fs::write(&path, serde_json::to_string(report).unwrap()).unwrap();
        let outcome = tlswalk(&["verify", path.to_str().unwrap(), STORY], LIMIT);
        outcome.status.unwrap().code().unwrap()
    };
    assert_eq!(verify(&report), 0);
    let edits: [fn(&mut Value); 3] = [
        |it| it["left_out"][0]["attempts"] = 7.into(),
        |it| it["left_out"][0]["verdict"] = "tcp-refused".into(),
        |it| drop(it.as_object_mut().unwrap().remove("left_out")),
    ];
    for edit in edits {
        let mut changed = report.clone();
        edit(&mut changed);
        assert_eq!(verify(&changed), 1, "{}", changed["left_out"]);
    }
}

#[test]
fn a_redacted_report_names_nobody_that_was_asked_for() {
    let (_, report) = json(&["--redact", "--client", "192.168.10.150", "--only", "failures"]);
    assert_eq!(listed(&report).0.len(), 3);
    assert!(!report.to_string().contains("192.168.10.150"), "{report}");
}

#[test]
fn what_is_expected_of_each_attempt_is_not_asked_of_some() {
    for expecting in [["--expect", "healthy"], ["--expect-file", "x"], ["--accepted", "x"]] {
        let outcome = tlswalk(&[&expecting, &["--only", "healthy", STORY][..]].concat(), LIMIT);
        assert_eq!(
            outcome.status.unwrap().code(),
            Some(2),
            "{expecting:?}: {}",
            outcome.stdout
        );
    }
    let wrong = tlswalk(&["--only", "tcp-refusd", STORY], LIMIT);
    assert!(wrong.stderr.contains("did you mean tcp-refused?"), "{}", wrong.stderr);
}

#[test]
fn a_capture_that_grows_tells_what_was_asked_for_and_counts_the_rest_at_its_end() {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    options.listing.only = vec![Listing::only("failures")];
    options.listing.first = Some(2);
    let capture = std::fs::read(root().join(STORY)).unwrap();
    let mut told = Vec::new();
    tlswalk::analyze_stream(&capture[..], "-", &options, |report| {
        told.push(report);
        ControlFlow::Continue(())
    })
    .unwrap();
    let (last, parts) = told.split_last().unwrap();
    assert!(parts.iter().all(|it| !it.attempts.is_empty() && it.left_out.is_empty()));
    let ids: Vec<usize> = told.iter().flat_map(|it| &it.attempts).map(|it| it.id).collect();
    assert_eq!(ids, [1, 2]);
    let left_out: Vec<_> = last
        .left_out
        .iter()
        .map(|it| (it.verdict.name(), it.attempts))
        .collect();
    assert_eq!(left_out, [("healthy", 1), ("version-mismatch", 1)]);
    assert_eq!(last.verdict.severity, Severity::Error);
}

/// What is said of each attempt that did not simply go well.
fn told(report: &Report) -> Vec<String> {
    let attempts = report.attempts.iter();
    let telling = attempts.filter(|it| it.findings.iter().any(|finding| finding.severity != Severity::Ok));
    let mut told: Vec<String> = telling
        .map(|it| {
            format!(
                "{} {} {:?}",
                it.device,
                it.name,
                (&it.verdict.summary, &it.verdict.evidence)
            )
        })
        .collect();
    told.sort();
    told
}

/// How many attempts have each verdict, listed or not.
fn counts(report: &Report) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    let listed = report.attempts.iter().map(|it| (it.verdict.id.name(), 1));
    for (id, count) in listed.chain(report.left_out.iter().map(|it| (it.verdict.name(), it.attempts))) {
        *counts.entry(id).or_default() += count;
    }
    counts
}

#[test]
fn of_very_many_connections_what_went_well_is_counted_and_nothing_else_changes() {
    let capture = generator::capture(Mix::Handshakes, Format::Pcap, 16_000_000);
    let mut options = Options::new(Profile::built_in("default").unwrap());
    let few = tlswalk::analyze(&capture[..], "-", &options).unwrap();
    assert!(!few.left_out.is_empty() && few.left_out.iter().all(|it| it.severity == Severity::Ok));
    options.listing.whole = true;
    let all = tlswalk::analyze(&capture[..], "-", &options).unwrap();
    assert!(
        all.left_out.is_empty() && all.attempts.len() > few.attempts.len(),
        "{}",
        all.attempts.len()
    );
    assert_eq!(told(&few), told(&all));
    assert_eq!(counts(&few), counts(&all));
    assert_eq!(few.verdict.id, all.verdict.id);
    assert_eq!(few.capture.not_judged, 0);
}
