//! Reports → SARIF 2.1.0 (OASIS): a result per attempt, for programs that collect findings of many tools.
//!
//! SARIF describes places in files. A capture has frames instead: they are named in the message, as logical locations,
//! and as numbers in `properties`, and no line number is invented.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::labels::{frames_of, headline};
use super::notes::{self, left_out, notes};
use super::text::visible;
use super::{Attempt, Evidence, Report, Unread, explain};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;

/// Writes one log with one run. A capture of `unread` has no result: a notification of the run reports that it could
/// not be read, and the run is then not successful (sections 3.20.14 and 3.20.21). A warning reports that not
/// everything was read or judged.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_sarif(reports: &[Report], unread: &[Unread], out: &mut dyn Write) -> io::Result<()> {
    let results = results(reports);
    let captures = reports.iter().map(|report| report.capture.file.as_str());
    let artifacts: Vec<Value> = captures
        .chain(unread.iter().map(|it| it.capture.as_str()))
        .map(|file| json!({"location": {"uri": uri(file)}, "roles": ["analysisTarget"]}))
        .collect();
    let tool = reports.first().map(|report| &report.tool);
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": tool.map_or("tlswalk", |tool| tool.name),
                "semanticVersion": tool.map_or(env!("CARGO_PKG_VERSION"), |tool| tool.version.as_str()),
                "rules": rules(&results, reports),
                "notifications": [{
                    "id": Unread::ID,
                    "shortDescription": {"text": "a capture could not be read"},
                }, {
                    "id": notes::ID,
                    "shortDescription": {"text": "not everything in a capture was read or judged"},
                }, {
                    "id": notes::LEFT_OUT,
                    "shortDescription": {"text": "attempts were judged and are not listed"},
                }],
            }},
            "invocations": [{
                "executionSuccessful": unread.is_empty(),
                "toolExecutionNotifications": notifications(reports, unread),
            }],
            "language": reports.first().map_or("en", |report| report.language),
            "artifacts": artifacts,
            "results": results,
        }],
    });
    super::escaped::write_indented(&log, out)?;
    writeln!(out)
}

/// A result for each attempt, for each finding beside its verdict, and for each capture without an attempt.
fn results(reports: &[Report]) -> Vec<Value> {
    let mut results = Vec::new();
    for (artifact, report) in reports.iter().enumerate() {
        if report.attempts.is_empty() {
            results.push(result(&Told {
                artifact,
                report,
                attempt: None,
                id: &report.verdict.id,
                severity: report.verdict.severity,
                text: headline(report),
                evidence: &[],
            }));
        }
        for attempt in &report.attempts {
            let verdict = &attempt.verdict;
            let told = Told {
                artifact,
                report,
                attempt: Some(attempt),
                id: &verdict.id,
                severity: verdict.severity,
                text: verdict.summary.clone(),
                evidence: &verdict.evidence,
            };
            results.push(result(&told));
            // Other findings that are problems by themselves.
            let others = attempt.findings.iter().filter(|finding| finding.id != verdict.id);
            results.extend(others.map(|finding| {
                result(&Told {
                    id: &finding.id,
                    severity: finding.severity,
                    text: finding.detail.clone(),
                    evidence: &finding.evidence,
                    ..told
                })
            }));
        }
    }
    results
}

/// The verdicts that the results name.
fn rules(results: &[Value], reports: &[Report]) -> Vec<Value> {
    let language = reports.first().map(super::labels::language_of).unwrap_or_default();
    let ids: BTreeSet<&str> = results
        .iter()
        .filter_map(|result| result.get("ruleId")?.as_str())
        .collect();
    let rule = |id: &str| {
        let title = explain::title(id, language).unwrap_or(id);
        json!({"id": id, "shortDescription": {"text": title}, "help": {"text": format!("tlswalk explain {id}")}})
    };
    ids.into_iter().map(rule).collect()
}

/// The notifications about captures that could not be read, or only in part.
fn notifications(reports: &[Report], unread: &[Unread]) -> Vec<Value> {
    let notes = reports.iter().enumerate().flat_map(|(at, report)| {
        let file = &report.capture.file;
        notes(report)
            .into_iter()
            .map(move |text| notification(1, (file, at), &text))
    });
    let left_out = reports.iter().enumerate().filter_map(|(at, report)| {
        let text = left_out(report)?.in_language(super::labels::language_of(report));
        Some(notification(2, (&report.capture.file, at), &text))
    });
    let unread = unread.iter().enumerate();
    unread
        .map(|(at, it)| notification(0, (&it.capture, reports.len() + at), &it.why))
        .chain(notes)
        .chain(left_out)
        .collect()
}

/// A notification about a capture: the first kind, that it has no results, is an error of the run.
fn notification(kind: usize, (capture, artifact): (&str, usize), text: &str) -> Value {
    let (id, level) = match kind {
        0 => (Unread::ID, "error"),
        2 => (notes::LEFT_OUT, "note"),
        _ => (notes::ID, "warning"),
    };
    json!({
        "descriptor": {"id": id, "index": kind},
        "level": level,
        "message": message(&format!("{capture}: {text}")),
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": uri(capture), "index": artifact}}
        }],
    })
}

/// Message of one result.
struct Told<'a> {
    artifact: usize,
    report: &'a Report,
    attempt: Option<&'a Attempt>,
    id: &'a str,
    severity: Severity,
    text: String,
    evidence: &'a [Evidence],
}

fn result(told: &Told<'_>) -> Value {
    let (kind, level) = match (told.severity, told.id) {
        (Severity::Error, _) => ("fail", "error"),
        (Severity::Warning, _) => ("fail", "warning"),
        (_, "incomplete-capture" | "malformed-capture" | "unexplained-end" | "no-licensing-traffic") => {
            ("open", "none")
        }
        (Severity::Ok, _) => ("pass", "none"),
        (Severity::Note, _) => ("fail", "note"),
    };
    let frames = frames_of(told.evidence);
    let lines: Vec<String> = told
        .evidence
        .iter()
        .map(|it| format!("frame {}: {}", it.frame, it.what))
        .collect();
    let text = match (told.text.as_str(), lines.is_empty()) {
        ("", _) => told.id.to_owned(),
        (text, true) => text.to_owned(),
        (text, false) => format!("{text} ({})", lines.join("; ")),
    };
    let name = match told.attempt {
        Some(attempt) => format!(
            "attempt {}: {} to {}",
            attempt.id,
            attempt.device,
            in_prose(&attempt.name)
        ),
        None => "capture".to_owned(),
    };
    let mut properties = json!({"frames": frames});
    if let (Some(attempt), Some(map)) = (told.attempt, properties.as_object_mut()) {
        let verdict = &attempt.verdict;
        map.insert("attempt".into(), json!(attempt.id));
        map.insert("displayFilter".into(), json!(verdict.display_filter));
        if verdict.id == told.id {
            map.insert("confidence".into(), json!(verdict.confidence));
            map.insert("by".into(), json!(verdict.by));
            map.insert("at".into(), json!(verdict.at));
            map.insert("causes".into(), json!(verdict.causes));
        }
    }
    json!({
        "ruleId": told.id,
        "kind": kind,
        "level": level,
        "message": message(&text),
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&told.report.capture.file), "index": told.artifact}
            },
            "logicalLocations": [{"name": visible(&name)}],
        }],
        "properties": properties,
    })
}

/// A plain text message without placeholders and links: viewers replace `{0}` by an argument (section 3.11.5) and make
/// `[text](address)` a link (section 3.11.6), and both may stand in names that a sender chose.
///
/// Section 3.11.6 escapes brackets in the text of a link only, and viewers that search for links do not know the
/// escape. So a space is put between the two brackets, without which there is no link.
fn message(text: &str) -> Value {
    let text = visible(text).replace('{', "{{").replace('}', "}}");
    json!({"text": text.replace("](", "] (")})
}

/// A file name as a URI reference (RFC 3986).
fn uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            b'\\' if cfg!(windows) => out.push('/'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    #[test]
    fn a_message_holds_no_placeholder_and_no_link() {
        assert_eq!(
            message("a {0} {{1}} [b](http://x) \u{1b}"),
            json!({"text": "a {{0}} {{{{1}}}} [b] (http://x) \\x1b"})
        );
    }

    #[test]
    fn every_result_names_a_rule_and_an_artifact_that_are_there() {
        let mut out = Vec::new();
        let mut reports = examples::all();
        reports[0].capture.file = "a dir/ü#1?.pcap".into();
        let unread = [Unread::new("no.pcap", "no.pcap: no such file or directory")];
        write_sarif(&reports, &unread, &mut out).unwrap();
        let log: Value = serde_json::from_slice(&out).unwrap();
        let run = &log["runs"][0];
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let told = &invocation["toolExecutionNotifications"][0];
        assert_eq!(told["message"]["text"], "no.pcap: no such file or directory");
        let place = &told["locations"][0]["physicalLocation"]["artifactLocation"];
        let index = usize::try_from(place["index"].as_u64().unwrap()).unwrap();
        assert_eq!(place["uri"], run["artifacts"][index]["location"]["uri"]);
        let descriptor = &run["tool"]["driver"]["notifications"][0];
        assert_eq!(told["descriptor"]["id"], descriptor["id"]);
        assert_eq!(run["artifacts"][0]["location"]["uri"], "a%20dir/%C3%BC%231%3F.pcap");
        let rules: Vec<&Value> = run["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["id"])
            .collect();
        for result in run["results"].as_array().unwrap() {
            assert!(rules.contains(&&result["ruleId"]), "{result}");
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let index = usize::try_from(place["index"].as_u64().unwrap()).unwrap();
            assert_eq!(place["uri"], run["artifacts"][index]["location"]["uri"]);
            // Section 3.27.10: only a failure has a level.
            assert_eq!(result["kind"] == "fail", result["level"] != "none", "{result}");
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        }
    }
}
