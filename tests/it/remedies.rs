//! Who knows only the first screen can act: every failing sample's remedies name what was observed, and leave nothing open
//! that the capture shows.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::support;
use std::time::Duration;

use crate::support::{rows, tlswalk};
use serde_json::Value;

/// What no capture of a failed attempt can show: secrets, the device's own configuration, and hosts that took no part.
const NEVER_OBSERVED: &[&str] = &[
    "<token>",
    "<trustpoint",
    "<interface",
    "<address of a DNS server",
    "<address>", // of a time server
    "<account>",
    "<cslu>",
    "<source interface",
    "<name",
    "<VRF",
    "<file",
];

/// The report of a sample, as its row says.
fn report(row: &support::Row) -> Value {
    let file = format!("samples/{}", row.file);
    let mut arguments = row.options.clone();
    arguments.extend(["--color", "never", "--format", "json", &file].map(String::from));
    let outcome = tlswalk(&arguments, Duration::from_secs(60));
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    report.get(0).cloned().unwrap_or(report)
}

/// The attempts that failed, with the name of their sample.
fn failed() -> Vec<(String, Value)> {
    let mut failed = Vec::new();
    for row in rows() {
        let report = report(&row);
        for attempt in report["attempts"].as_array().unwrap() {
            if attempt["verdict"]["severity"] == "error" && attempt["transport"] != "other" {
                failed.push((row.file.clone(), attempt.clone()));
            }
        }
    }
    assert!(failed.len() > 50, "there are failing samples");
    failed
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Addresses and names that the attempt shows.
fn observed(attempt: &Value) -> Vec<String> {
    let mut names = vec![text(&attempt["device"]).to_owned(), text(&attempt["name"]).to_owned()];
    for lookup in list(&attempt["lookups"]) {
        names.push(text(&lookup["server"]).to_owned());
        names.extend(list(&lookup["addresses"]).iter().map(|it| text(it).to_owned()));
    }
    let proxy = text(&attempt["via_proxy"]);
    names.extend(proxy.rsplit_once(':').map(|(host, _)| host.to_owned()));
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn every_failing_sample_says_what_to_type_or_names_who_has_to_act_on_what() {
    let mut wrong = Vec::new();
    for (file, attempt) in failed() {
        let remedies = list(&attempt["verdict"]["remedy"]);
        let names = observed(&attempt);
        let is_filled = |text: &str| names.iter().any(|name| text.contains(name.as_str()));
        let acts = remedies.iter().any(|remedy| {
            let types = remedy["owner"] == "wlc" && !list(&remedy["commands"]).is_empty();
            types || is_filled(text(&remedy["do"]))
        });
        if !acts {
            wrong.push(format!("{file} ({}): {remedies:#?}", text(&attempt["verdict"]["id"])));
        }
    }
    assert!(wrong.is_empty(), "{} samples:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nothing_is_left_open_that_was_observed() {
    let mut wrong = Vec::new();
    for (file, attempt) in failed() {
        for remedy in list(&attempt["verdict"]["remedy"]) {
            let commands = list(&remedy["commands"]).iter().map(text);
            for told in commands.chain([text(&remedy["do"])]) {
                let open = told
                    .match_indices('<')
                    .filter(|(at, _)| told[*at..].contains('>'))
                    .filter(|(at, _)| !NEVER_OBSERVED.iter().any(|it| told[*at..].starts_with(it)))
                    .count();
                // The device's address tells its interface apart from others.
                let unnamed = told.contains("<interface>");
                if open > 0 || unnamed {
                    wrong.push(format!("{file} ({}): {told}", text(&attempt["verdict"]["id"])));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
