//! The public captures with CAPWAP, DTLS and QUIC beside the repository, against `docs/datagrams.tsv`: what is said of each.
//!
//! `TLSWALK_DOCUMENT=write cargo test --test it public_datagrams::` writes the table anew, with what tshark reads beside it; look at
//! each line that differs.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::{root, run, skip, tlswalk};
use serde_json::Value;

const TIME_LIMIT: Duration = Duration::from_secs(120);

const HEAD: &str = "# What is said of each public capture with CAPWAP, DTLS or QUIC (--all --profile default), and what tshark 4.0 reads \
                    in it without secrets.\n# tests/it/public_datagrams.rs holds the second column.\n# capture\ttlswalk\ttshark\n";

/// The captures, by their tags or names.
fn captures(manifest: &str) -> Vec<&str> {
    let is_one = |cells: &[&str]| {
        let tagged = cells[6]
            .split(',')
            .any(|tag| matches!(tag, "quic" | "dtls" | "encap-capwap"));
        tagged || ["quic", "dtls", "capwap"].iter().any(|word| cells[0].contains(word))
    };
    let lines = manifest
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .filter(|cells| cells.len() > 6 && is_one(cells))
        .map(|cells| cells[0])
        .collect()
}

/// `quic healthy likely`, each with how often where it is more than once.
fn told(report: &Value) -> String {
    let carrier = |id: &Value| {
        let connections = report["connections"].as_array().unwrap();
        let connection = connections.iter().find(|it| it["id"] == *id)?;
        connection["carrier"].as_str()
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for attempt in report["attempts"].as_array().unwrap() {
        let Some(carrier) = attempt["connections"].as_array().unwrap().iter().find_map(carrier) else {
            continue;
        };
        let verdict = &attempt["verdict"];
        let [id, confidence, by] = ["id", "confidence", "by"].map(|key| verdict[key].as_str().unwrap());
        let by = if by == "unknown" {
            String::new()
        } else {
            format!(" by {by}")
        };
        *count.entry(format!("{carrier} {id} {confidence}{by}")).or_default() += 1;
    }
    listed(&count)
}

fn listed(count: &BTreeMap<String, usize>) -> String {
    let one = |(what, count): (&String, &usize)| match count {
        1 => what.clone(),
        _ => format!("{what} ({count})"),
    };
    match count.is_empty() {
        true => "–".to_owned(),
        false => count.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

/// Hellos, alerts and ends that tshark reads.
fn read_by_tshark(file: &Path) -> String {
    let copy = tempfile::Builder::new().suffix(".pcapng").tempfile().unwrap();
    let mut command = Command::new("editcap");
    run(
        command.arg("--discard-all-secrets").arg(file).arg(copy.path()),
        TIME_LIMIT,
    );
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(copy.path());
    command.args([
        "-Y",
        "dtls || quic || capwap",
        "-T",
        "fields",
        "-E",
        "separator=/t",
        "-E",
        "aggregator=;",
    ]);
    let fields = [
        "dtls.handshake.type",
        "tls.handshake.type",
        "dtls.alert_message.desc",
        "quic.cc.error_code",
        "quic.version",
    ];
    command.args(fields.iter().flat_map(|field| ["-e", field]));
    let outcome = run(&mut command, TIME_LIMIT);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for line in outcome.stdout.lines() {
        for (n, cell) in line.split('\t').enumerate() {
            for value in cell.split(';').filter(|it| !it.is_empty()) {
                let what = match (n, value) {
                    (0 | 1, "1") => "Client Hello".to_owned(),
                    (0 | 1, "2") => "Server Hello".to_owned(),
                    (2, _) => format!("alert {value}"),
                    (3, _) => format!("CONNECTION_CLOSE {value}"),
                    // Versions that are not read here.
                    (4, "0xfaceb001" | "0xfaceb002" | "0xfaceb00e") => "mvfst packet".to_owned(),
                    (4, it) if it.starts_with("0x5") => "gQUIC packet".to_owned(),
                    _ => continue,
                };
                *count.entry(what).or_default() += 1;
            }
        }
    }
    listed(&count)
}

#[test]
fn public_captures_with_datagrams_are_told_as_documented() {
    let corpus = root().join("../shared/corpus");
    let Ok(manifest) = std::fs::read_to_string(corpus.join("MANIFEST.tsv")) else {
        return skip("public_datagrams", "../shared/corpus is not there");
    };
    let writes = std::env::var("TLSWALK_DOCUMENT").is_ok_and(|it| it == "write");
    let path = root().join("docs/datagrams.tsv");
    let table = std::fs::read_to_string(&path).unwrap_or_default();
    let rows: BTreeMap<&str, &str> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some((cells.next()?, cells.next()?))
        })
        .collect();
    let (mut text, mut wrong) = (HEAD.to_owned(), Vec::new());
    let captures = captures(&manifest);
    assert!(captures.len() > 40, "captures with datagrams are found");
    for name in captures {
        let file = corpus.join("captures").join(name);
        let outcome = tlswalk(
            &[
                "--all",
                "--profile",
                "default",
                "-f",
                "json",
                "--",
                &file.to_string_lossy(),
            ],
            TIME_LIMIT,
        );
        let own = match outcome.stdout.is_empty() {
            true => "–".to_owned(),
            false => told(&outcome.report()),
        };
        if writes {
            text.push_str(&format!("{name}\t{own}\t{}\n", read_by_tshark(&file)));
        } else if rows.get(name) != Some(&own.as_str()) {
            wrong.push(format!("{name}: {own}, documented {:?}", rows.get(name)));
        }
    }
    if writes {
        std::fs::write(&path, text).unwrap();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
