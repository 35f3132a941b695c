//! QUIC, against tshark run now: names, protocols, versions and ends of every attempt that begins in a readable packet.
//!
//! The samples, and the public captures with QUIC beside the repository. tshark reads Initial packets with the same public keys; secrets
//! that a capture carries are taken out of its copy first. What it reads that we do not, or reads otherwise, is named with a reason in
//! `tests/quic-exceptions.tsv`, and an exception that is not needed fails too.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{root, run, samples, skip, tlswalk};
use serde_json::Value;

const TIME_LIMIT: Duration = Duration::from_secs(120);

const FIELDS: [&str; 13] = [
    "ip.src",
    "ipv6.src",
    "udp.srcport",
    "ip.dst",
    "ipv6.dst",
    "udp.dstport",
    "quic.version",
    "tls.handshake.type",
    "tls.handshake.extensions_server_name",
    "tls.handshake.extensions_alpn_str",
    "quic.supported_version",
    "quic.long.packet_type",
    "quic.cc.error_code",
];

/// What is said between two ends, by client and server: sets, since a client may try more than once from one port.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    names: BTreeSet<String>,
    protocols: BTreeSet<String>,
    /// Versions that a client asked for in a hello that could be read.
    asked: BTreeSet<String>,
    listed: BTreeSet<String>,
    /// Numbers of the errors that ended it, in Initial packets.
    closed: BTreeSet<u64>,
}

type Ends = (String, String);

/// A version as reports write it.
fn version(number: &str) -> Option<String> {
    let number = u32::from_str_radix(number.trim_start_matches("0x"), 16).ok()?;
    let is_reserved = number & 0x0f0f_0f0f == 0x0a0a_0a0a;
    (!is_reserved && number != 0).then(|| match number {
        1 => "1".to_owned(),
        0x6b33_43cf => "2".to_owned(),
        0xff00_0000..=0xff00_00ff => format!("draft-{:02}", number & 0xff),
        _ => format!("{number:#010x}"),
    })
}

/// The innermost address and port of one end.
fn end(cells: &[Vec<&str>], fields: [usize; 3]) -> Option<String> {
    let [v4, v6, port] = fields.map(|field| cells[field].last());
    let port = port?;
    Some(match (v4, v6) {
        (Some(ip), _) => format!("{ip}:{port}"),
        (None, Some(ip)) => format!("[{ip}]:{port}"),
        (None, None) => return None,
    })
}

/// What tshark reads of a file.
fn of_tshark(file: &Path) -> BTreeMap<Ends, Said> {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(file);
    command.args(["-Y", "quic", "-T", "fields", "-E", "separator=/t", "-E", "aggregator=;"]);
    command.args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let outcome = run(&mut command, TIME_LIMIT);
    let mut all: BTreeMap<Ends, Said> = BTreeMap::new();
    for line in outcome.stdout.lines() {
        let cells: Vec<Vec<&str>> = line
            .split('\t')
            .map(|cell| cell.split(';').filter(|value| !value.is_empty()).collect())
            .collect();
        if cells.len() < FIELDS.len() {
            continue;
        }
        let (Some(from), Some(to)) = (end(&cells, [0, 1, 2]), end(&cells, [3, 4, 5])) else {
            continue;
        };
        let [versions, hellos, names, protocols, listed, kinds, closed] =
            [6, 7, 8, 9, 10, 11, 12].map(|at| cells[at].as_slice());
        let is_clients = hellos.contains(&"1");
        let backwards = all.contains_key(&(to.clone(), from.clone()));
        if !is_clients && !backwards && !all.contains_key(&(from.clone(), to.clone())) {
            continue;
        }
        let ends = if backwards && !is_clients {
            (to, from)
        } else {
            (from, to)
        };
        let said = all.entry(ends).or_default();
        if is_clients {
            said.names.extend(names.iter().map(ToString::to_string));
            said.protocols.extend(protocols.iter().map(ToString::to_string));
            said.asked.extend(versions.iter().filter_map(|it| version(it)));
        }
        said.listed.extend(listed.iter().filter_map(|it| version(it)));
        // Version 2 numbers its packets otherwise, and this tshark names none of them.
        if kinds.is_empty() || kinds.contains(&"0") {
            said.closed.extend(closed.iter().map(|it| it.parse::<u64>().unwrap()));
        }
    }
    all
}

/// The same of a report.
fn of_report(report: &Value) -> BTreeMap<Ends, Said> {
    let mut all: BTreeMap<Ends, Said> = BTreeMap::new();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let list = |value: &Value| {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(text)
            .collect::<Vec<_>>()
    };
    for connection in report["connections"].as_array().unwrap() {
        let quic = &connection["quic"];
        if quic.is_null() {
            continue;
        }
        let ends = (
            text(&connection["client"]).unwrap(),
            text(&connection["server"]).unwrap(),
        );
        let said = all.entry(ends).or_default();
        let steps = connection["steps"].as_array().unwrap();
        if steps.iter().any(|step| step["kind"] == "client-hello") {
            said.names.extend(text(&connection["tls"]["sni"]));
            said.protocols.extend(list(&quic["offered_protocols"]));
            said.asked.extend(text(&quic["asked"]));
        }
        said.listed.extend(list(&quic["listed"]));
        said.closed.extend(quic["close"]["code"].as_u64());
    }
    all
}

/// What one says and the other does not, a line each.
fn differences(name: &str, tshark: &BTreeMap<Ends, Said>, own: &BTreeMap<Ends, Said>) -> Vec<String> {
    let mut lines = Vec::new();
    let nothing = Said::default();
    let all: BTreeSet<&Ends> = tshark.keys().chain(own.keys()).collect();
    for ends in all {
        let (theirs, ours) = (tshark.get(ends).unwrap_or(&nothing), own.get(ends).unwrap_or(&nothing));
        let numbers = |said: &Said| said.closed.iter().map(ToString::to_string).collect();
        for (what, theirs, ours) in [
            ("name", &theirs.names, &ours.names),
            ("protocol", &theirs.protocols, &ours.protocols),
            ("version", &theirs.asked, &ours.asked),
            ("listed", &theirs.listed, &ours.listed),
            ("close", &numbers(theirs), &numbers(ours)),
        ] {
            for missed in theirs.difference(ours) {
                lines.push(format!("{name}\t{}\ttshark only\t{what} {missed}", ends.0));
            }
            for more in ours.difference(theirs) {
                lines.push(format!("{name}\t{}\ttlswalk only\t{what} {more}", ends.0));
            }
        }
    }
    lines
}

/// A copy without secrets, for tshark would read more with them.
fn without_secrets(file: &Path, folder: &Path) -> PathBuf {
    let copy = folder.join("without-secrets.pcapng");
    let _ = std::fs::remove_file(&copy);
    let mut command = Command::new("editcap");
    command.arg("--discard-all-secrets").arg(file).arg(&copy);
    run(&mut command, TIME_LIMIT);
    copy
}

#[test]
fn quic_is_read_as_tshark_reads_it() {
    let is_there = |program: &str| {
        let mut command = Command::new(program);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    };
    if !is_there("tshark") || !is_there("editcap") {
        return skip("quic_tshark", "tshark and editcap are not installed");
    }
    let is_quic = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().starts_with("quic-");
    let mut files: Vec<PathBuf> = samples().into_iter().filter(is_quic).collect();
    assert!(files.len() >= 14, "samples of QUIC are found");
    let corpus = root().join("../shared/corpus");
    match std::fs::read_to_string(corpus.join("MANIFEST.tsv")) {
        Ok(manifest) => {
            let lines = manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>());
            let is_tagged = |cells: &Vec<&str>| cells.len() > 6 && cells[6].split(',').any(|tag| tag == "quic");
            let with_quic = lines.filter(|cells| is_tagged(cells) || cells[0].contains("quic"));
            files.extend(with_quic.map(|cells| corpus.join("captures").join(cells[0])));
        }
        Err(_) => skip("quic_tshark", "../shared/corpus is not there; the samples are compared"),
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut found, mut ends, mut closes) = (Vec::new(), 0, 0);
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let path = file.to_string_lossy();
        let outcome = tlswalk(
            &["--all", "--profile", "default", "-f", "json", "--", &path],
            TIME_LIMIT,
        );
        let own = if outcome.stdout.is_empty() {
            BTreeMap::new()
        } else {
            of_report(&outcome.report())
        };
        let tshark = of_tshark(&without_secrets(file, folder.path()));
        ends += tshark.len();
        closes += tshark.values().map(|said| said.closed.len()).sum::<usize>();
        found.extend(differences(&name, &tshark, &own));
    }
    println!(
        "{} files, {ends} pairs of ends with a hello, {closes} ends said in the clear",
        files.len()
    );
    assert!(ends >= 14 && closes >= 2, "tshark reads the samples");
    let exceptions = std::fs::read_to_string(root().join("tests/quic-exceptions.tsv")).unwrap();
    let rows = exceptions
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let known: BTreeSet<&str> = rows
        .map(|row| {
            let (line, reason) = row.rsplit_once('\t').unwrap();
            assert!(
                reason.split_whitespace().count() > 3,
                "an exception needs a reason: {row}"
            );
            line
        })
        .collect();
    let seen: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let mut wrong = String::new();
    for line in seen.difference(&known) {
        writeln!(wrong, "{line}").unwrap();
    }
    for line in known.difference(&seen) {
        if files
            .iter()
            .any(|file| line.starts_with(&*file.file_name().unwrap().to_string_lossy()))
        {
            writeln!(wrong, "not needed any more: {line}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
