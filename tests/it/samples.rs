//! The regression suite: each recorded sample gives the verdict of its row and the report of its snapshot.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{Row, is_nothing, log_rows, root, rows, samples, tlswalk, without_options};
use serde_json::Value;

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Runs the program as the row says.
fn run(row: &Row, format: &str) -> String {
    let file = format!("samples/{}", row.file);
    let mut arguments = row.options.clone();
    arguments.extend(["--color", "never", "--format", format, &file].map(String::from));
    let outcome = tlswalk(&arguments, TIME_LIMIT);
    assert!(
        outcome.is_orderly(),
        "{}: {:?} {}",
        row.file,
        outcome.status,
        outcome.stderr
    );
    outcome.stdout
}

#[test]
fn every_sample_has_a_row_and_every_row_a_sample() {
    let files: BTreeSet<String> = samples()
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = rows().into_iter().map(|row| row.file).collect();
    assert!(!files.is_empty(), "there are samples");
    let without_row: Vec<_> = files.difference(&listed).collect();
    let without_file: Vec<_> = listed.difference(&files).collect();
    assert!(without_row.is_empty(), "samples without a row: {without_row:?}");
    assert!(without_file.is_empty(), "rows without a sample: {without_file:?}");
}

#[test]
fn every_sample_gives_the_verdict_of_its_row() {
    let mut wrong = Vec::new();
    for row in rows() {
        let report: Value = serde_json::from_str(&run(&row, "json")).unwrap();
        // A report on several captures is a list; the row speaks of the only or the first.
        let report = report.get(0).unwrap_or(&report);
        let id = report["verdict"]["id"].as_str().unwrap();
        let attempts = report["attempts"].as_array().unwrap();
        let worst = attempts
            .iter()
            .map(|attempt| &attempt["verdict"])
            .find(|verdict| verdict["id"] == id);
        let said = |key: &str| {
            worst
                .and_then(|verdict| verdict[key].as_str())
                .unwrap_or("-")
                .to_owned()
        };
        let ours = [id.to_owned(), said("by"), said("at")];
        let asked = [&row.verdict, &row.by, &row.at];
        let agrees = |(ours, asked): (&String, &&String)| ours == *asked || is_nothing(asked);
        if !ours.iter().zip(&asked).all(agrees) {
            wrong.push(format!("{}: {ours:?} instead of {asked:?}", row.file));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_sample_gives_the_report_of_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots");
    settings.bind(|| {
        for row in rows() {
            let name = row.file.replace('.', "-");
            let version = concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"");
            let report = without_options(&run(&row, "json")).replace(version, "\"version\": \"…\"");
            insta::assert_snapshot!(format!("{name}-json"), report);
            insta::assert_snapshot!(format!("{name}-text"), run(&row, "text"));
        }
    });
}

#[test]
fn every_snapshot_has_a_sample() {
    let captures = rows().into_iter().map(|row| row.file);
    let logs = log_rows().into_iter().map(|row| row.log);
    let known: BTreeSet<String> = captures.chain(logs).map(|file| file.replace('.', "-")).collect();
    let snapshots = std::fs::read_dir(root().join("tests/snapshots")).into_iter().flatten();
    for entry in snapshots {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        // What a failing test left behind belongs to a sample that is there.
        assert!(
            !name.ends_with(".new"),
            "tests/snapshots/{name} is a report that differs from its snapshot: look at the difference, then accept it with \
             INSTA_UPDATE=always cargo test --locked --test it -- samples::, or delete it"
        );
        let sample = name
            .trim_end_matches(".snap")
            .trim_end_matches("-json")
            .trim_end_matches("-text");
        assert!(
            known.contains(sample),
            "tests/snapshots/{name} has no sample any more: delete it"
        );
    }
}
