//! The recorded samples, against tshark run now: with and without out-of-order reassembly, of which either may be blind.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{root, rows, run, samples, skip, tlswalk};
use crate::truth::{Tally, compare};
use serde_json::{Value, json};

const TIME_LIMIT: Duration = Duration::from_secs(60);

const FIELDS: [&str; 11] = [
    "tcp.stream",
    "frame.number",
    "ip.src",
    "ipv6.src",
    "tcp.srcport",
    "ip.dst",
    "ipv6.dst",
    "tcp.dstport",
    "tls.handshake.type",
    "tls.handshake.certificate",
    "tls.alert_message.desc",
];

/// A row of tshark's output, a list of values per field.
type Line = BTreeMap<&'static str, Vec<String>>;

fn tshark(file: &Path, reassemble_out_of_order: bool) -> Vec<Line> {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(file).args([
        "-Y",
        "tcp",
        "-T",
        "fields",
        "-E",
        "separator=/t",
        "-E",
        "aggregator=;",
    ]);
    command.args(["-o", &format!("tcp.reassemble_out_of_order:{reassemble_out_of_order}")]);
    command.args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let outcome = run(&mut command, TIME_LIMIT);
    let cells = |line: &str| {
        let values = line
            .split('\t')
            .map(|cell| cell.split(';').filter(|v| !v.is_empty()).map(String::from).collect());
        FIELDS.into_iter().zip(values).collect::<Line>()
    };
    outcome.stdout.lines().map(cells).collect()
}

/// Innermost address and port of one end; the last value is the innermost header's.
fn end(line: &Line, fields: [&str; 3]) -> Option<Value> {
    let [v4, v6, port] = fields.map(|field| line[field].last());
    Some(json!({"ip": v4.or(v6)?, "port": port?.parse::<u64>().ok()?}))
}

fn sha256(hexadecimal: &str) -> String {
    let digits: String = hexadecimal.chars().filter(char::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> = (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap())
        .collect();
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()[..64].to_owned()
}

/// One run of tshark in the shape of the corpus' truth, a stream each.
fn truths(lines: &[Line]) -> BTreeMap<u64, Value> {
    let mut streams: BTreeMap<u64, Value> = BTreeMap::new();
    for line in lines {
        let (Some(stream), Some(frame)) = (line["tcp.stream"].last(), line["frame.number"].last()) else {
            continue;
        };
        let (stream, frame): (u64, u64) = (stream.parse().unwrap(), frame.parse().unwrap());
        let (Some(src), Some(dst)) = (
            end(line, ["ip.src", "ipv6.src", "tcp.srcport"]),
            end(line, ["ip.dst", "ipv6.dst", "tcp.dstport"]),
        ) else {
            continue;
        };
        let truth = streams.entry(stream).or_insert_with(|| {
            json!({"stream": stream, "client": src, "server": dst, "tls_client": null, "frames": [frame, frame],
                   "handshake": {"c2s": [], "s2c": []}, "alerts": [], "certs": {"c2s": [], "s2c": []}})
        });
        truth["frames"][1] = json!(frame);
        let direction = if truth["client"] == src { "c2s" } else { "s2c" };
        for kind in &line["tls.handshake.type"] {
            let kind: u64 = kind.parse().unwrap();
            if kind == 1 {
                truth["tls_client"] = json!(if direction == "c2s" { "client" } else { "server" });
            }
            truth["handshake"][direction]
                .as_array_mut()
                .unwrap()
                .push(json!([kind, frame]));
        }
        for code in &line["tls.alert_message.desc"] {
            let code: u64 = code.parse().unwrap();
            truth["alerts"]
                .as_array_mut()
                .unwrap()
                .push(json!({"dir": direction, "frame": frame, "desc": code}));
        }
        for certificate in &line["tls.handshake.certificate"] {
            let leaf = json!({"frame": frame, "leaf": {"sha256": sha256(certificate)}});
            truth["certs"][direction].as_array_mut().unwrap().push(leaf);
        }
    }
    streams
}

/// What tshark and tlswalk read in a sample: its name, tshark's streams, and the report.
fn both_read(file: &Path, options: &BTreeMap<String, Vec<String>>) -> (String, BTreeMap<u64, Value>, Value) {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let shown = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    let mut arguments = options.get(&name).cloned().unwrap_or_default();
    arguments.retain(|option| option != "--all");
    arguments.extend(["--all", "--profile", "default", "--format", "json", &shown].map(String::from));
    if arguments.iter().filter(|argument| *argument == "--profile").count() > 1 {
        // The row's own profile selects less than all; here everything is compared.
        let own = arguments.iter().position(|argument| argument == "--profile").unwrap();
        arguments.drain(own..own + 2);
    }
    let outcome = tlswalk(&arguments, TIME_LIMIT);
    assert!(outcome.is_orderly(), "{name}: {}", outcome.stderr);
    let mut streams = truths(&tshark(file, true));
    for (stream, other) in truths(&tshark(file, false)) {
        if let Some(truth) = streams.get_mut(&stream) {
            truth["no_ooo"] = other;
        }
    }
    (name, streams, outcome.report())
}

#[test]
fn tlswalk_reads_what_tshark_reads_in_the_samples() {
    if Command::new("tshark")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        return skip("tshark", "tshark is not installed");
    }
    let options: BTreeMap<String, Vec<String>> = rows().into_iter().map(|row| (row.file, row.options)).collect();
    let files = samples();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // Two runs of tshark for each sample are most of the time.
    let read: Vec<_> = std::thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(threads).max(1));
        let running: Vec<_> = parts
            .map(|part| scope.spawn(|| part.iter().map(|file| both_read(file, &options)).collect::<Vec<_>>()))
            .collect();
        running.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    let mut tally = Tally::default();
    for (name, streams, report) in &read {
        let has_tls = |truth: &&Value| {
            let runs = [&truth["handshake"], &truth["no_ooo"]["handshake"]];
            runs.iter()
                .any(|run| run["c2s"][0].is_array() || run["s2c"][0].is_array())
        };
        streams
            .values()
            .filter(has_tls)
            .for_each(|truth| compare(&mut tally, name, truth, report));
    }
    for (file, stream, what) in &tally.missed {
        eprintln!("missed\t{file}\t{stream}\t{what}");
    }
    println!("{tally}");
    assert!(
        tally.missed.is_empty(),
        "{} things that tshark reads are missed",
        tally.missed.len()
    );
}
