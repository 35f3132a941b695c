//! `tlswalk why` and `tlswalk whynot`: every claim of a report is found at its frame, and an answer to "why not" never
//! contradicts the verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::metamorphic::options;
use crate::support::{log_rows, root, rows, tlswalk};
use serde_json::Value;
use tlswalk::report::why::why;
use tlswalk::report::{explain, json};
use tlswalk::{Options, analyze, why_not};

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Each sample with its options, also those with a device's log beside them.
fn cases() -> Vec<(String, Options)> {
    let mut cases: Vec<(String, Options)> = rows().iter().map(|row| (row.file.clone(), options(row))).collect();
    for row in log_rows() {
        let Some(capture) = row.capture else { continue };
        let Some(of_capture) = rows().into_iter().find(|it| it.file == capture) else {
            continue;
        };
        let mut options = options(&of_capture);
        let log = std::fs::read(root().join("samples").join(&row.log)).unwrap();
        options.logs = vec![tlswalk::device::read(&row.log, &log[..])];
        cases.push((capture, options));
    }
    cases
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(root().join("samples").join(name)).unwrap()
}

#[test]
fn an_answer_never_contradicts_the_verdict() {
    let ids: Vec<&str> = explain::explanations().map(|it| it.id).collect();
    let mut wrong = Vec::new();
    // How often only the rule's own look at the details tells.
    let (mut only_details, mut refused) = (BTreeMap::<String, usize>::new(), 0_usize);
    for (name, options) in cases() {
        let capture = file(&name);
        let report = analyze(&capture[..], &name, &options).unwrap();
        let answers = why_not(&capture[..], &name, &options, &ids).unwrap();
        assert_eq!(answers.len(), ids.len());
        for answer in answers {
            assert_eq!(answer.attempts.len(), report.attempts.len(), "{name}");
            assert_eq!(answer.verdict, *report.verdict.id);
            for (asked, attempt) in answer.attempts.iter().zip(&report.attempts) {
                let is_given = *attempt.verdict.id == *answer.asked;
                let is_found = attempt.findings.iter().any(|finding| *finding.id == *answer.asked);
                let all_met = asked.conditions.iter().all(|it| it.state == "met");
                let last = asked.conditions.last().unwrap();
                let standing = match (is_given, is_found) {
                    (true, _) => asked.standing == "given",
                    (false, true) => asked.standing == "beside",
                    _ => matches!(asked.standing, "says-less" | "not"),
                };
                if !standing || all_met != (asked.standing != "not") {
                    wrong.push(format!(
                        "{name}: {}: {} although {:?}",
                        answer.asked, asked.standing, last
                    ));
                }
                if asked.standing == "not" {
                    refused += 1;
                    if last.id == "details" {
                        *only_details.entry(answer.asked.clone()).or_default() += 1;
                    }
                }
                for condition in &asked.conditions {
                    let frames = report.capture.frames;
                    assert!(
                        condition.frame.is_none_or(|frame| frame <= frames),
                        "{name}: {condition:?}"
                    );
                    assert_eq!(condition.shown_by.is_some(), condition.state == "not-visible");
                }
            }
            if answer.attempts.is_empty() {
                let all_met = answer.conditions.iter().all(|it| it.state == "met");
                if all_met != (answer.asked == answer.verdict) {
                    wrong.push(format!("{name}: {} without attempts", answer.asked));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} contradictions\n{}", wrong.len(), wrong.join("\n"));
    let details: usize = only_details.values().sum();
    assert!(
        details * 40 < refused,
        "{details} of {refused} answers name no condition but the details: {only_details:?}"
    );
}

/// The frames that a report cites in any place, by their keys.
fn cited(value: &Value, frames: &mut Vec<u64>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "evidence" | "steps" | "alerts" | "findings" | "verdict" | "tls" => cited(value, frames),
                    "frame" => frames.extend(value.as_u64()),
                    "certificates" | "server" | "client" => cited(value, frames),
                    "frames" => frames.extend(value.as_array().into_iter().flatten().filter_map(Value::as_u64)),
                    "question" | "answer" | "request" | "response" | "after_frame" => frames.extend(value.as_u64()),
                    "attempts" | "connections" | "lookups" | "http" | "baseline" => cited(value, frames),
                    _ => {}
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| cited(value, frames)),
        _ => {}
    }
}

#[test]
fn every_frame_that_a_report_cites_has_a_claim() {
    for (name, options) in cases() {
        let report = analyze(&file(&name)[..], &name, &options).unwrap();
        let mut text = Vec::new();
        json::write_line(&report, &mut text).unwrap();
        let mut frames = Vec::new();
        cited(&serde_json::from_slice(&text).unwrap(), &mut frames);
        frames.sort_unstable();
        frames.dedup();
        for frame in frames.into_iter().filter(|frame| *frame > 0) {
            let why = why(&report, frame);
            assert!(
                !why.claims.is_empty(),
                "{name}: frame {frame} is cited and has no claim"
            );
            assert!(why.nearest.is_empty() && why.exit_code() == 0);
        }
        for attempt in &report.attempts {
            for evidence in &attempt.verdict.evidence {
                let claims = why(&report, evidence.frame).claims;
                let is_told = claims
                    .iter()
                    .any(|it| it.kind == "verdict" && it.text.contains(&evidence.what));
                assert!(is_told, "{name}: frame {}: {}", evidence.frame, evidence.what);
            }
        }
    }
}

fn json_of(arguments: &[&str], schema: &str) -> Value {
    let output = tlswalk(arguments, TIME_LIMIT);
    let value: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{}", output.stderr));
    let schema = std::fs::read_to_string(root().join("schema").join(schema)).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

#[test]
fn a_frame_tells_what_rests_on_it() {
    let sample = "samples/client-certificate-self-signed-expired.pcap";
    let told = json_of(&["why", "-f", "json", "24", sample], "why-1.json");
    let kinds: Vec<&str> = told["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    for kind in ["verdict", "remedy", "alert"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let text = tlswalk(&["why", "24", sample], TIME_LIMIT);
    assert!(
        text.stdout.contains("fatal alert unknown_ca from the server"),
        "{}",
        text.stdout
    );
    let none = tlswalk(&["why", "1", sample], TIME_LIMIT);
    assert_eq!(none.status.and_then(|it| it.code()), Some(1));
    assert!(
        none.stdout.contains("No claim") && none.stdout.contains("Nearest"),
        "{}",
        none.stdout
    );
    let beyond = tlswalk(&["why", "28", sample], TIME_LIMIT);
    assert_eq!(beyond.status.and_then(|it| it.code()), Some(2));
    assert!(beyond.stderr.contains("its frames are 1 to 27"), "{}", beyond.stderr);
}

#[test]
fn what_is_hidden_is_told_with_what_would_show_it() {
    // TLS 1.3 hides the certificate: no capture shows it.
    let sample = "samples/healthy-tls13.pcap";
    let told = json_of(
        &["whynot", "-f", "json", "interception-suspected", sample],
        "whynot-1.json",
    );
    let last = told["attempts"][0]["conditions"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (last["id"].as_str(), last["state"].as_str()),
        (Some("server-certificate"), Some("not-visible"))
    );
    assert!(last["shown_by"].as_str().unwrap().starts_with("no capture"), "{last}");
    // A capture that begins in the middle says so.
    let started = tlswalk(
        &["whynot", "tcp-no-response", "samples/incomplete-capture-start.pcap"],
        TIME_LIMIT,
    );
    assert!(
        started.stdout.contains("started before the attempt"),
        "{}",
        started.stdout
    );
    let japanese = tlswalk(&["whynot", "--lang", "ja", "tcp-refused", sample], TIME_LIMIT);
    assert!(
        japanese.stdout.contains("TCP 接続が確立しなかった"),
        "{}",
        japanese.stdout
    );
    let unknown = tlswalk(&["whynot", "tcp-refussed", sample], TIME_LIMIT);
    assert!(
        unknown.stderr.contains("did you mean tcp-refused?"),
        "{}",
        unknown.stderr
    );
}
