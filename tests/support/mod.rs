//! What several tests need: running the library or the program, and reading the report.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(unreachable_pub, reason = "a module of several test crates has no one interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tlswalk::Options;
use tlswalk::report::{Connection, Report};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All of a capture in memory, every TLS connection judged.
pub fn analyze(file: &[u8]) -> Report {
    tlswalk::analyze(file, "scenario", &Options::everything().unwrap()).unwrap()
}

/// Steps that are messages in clear: what an observer reads, not what it deduces.
const MESSAGES: &[&str] = &[
    "client-hello",
    "hello-retry-request",
    "server-hello",
    "encrypted-extensions",
    "certificate",
    "certificate-status",
    "server-key-exchange",
    "certificate-request",
    "server-hello-done",
    "client-key-exchange",
    "certificate-verify",
    "change-cipher-spec",
    "new-session-ticket",
    "hello-request",
    "key-update",
];

/// The messages in clear that `side` sent, in order, with spaces between.
pub fn messages(connection: &Connection, side: &str) -> String {
    let read = |step: &&tlswalk::report::Step| step.side == side && step.seen == "observed";
    let kinds = connection.steps.iter().filter(read).map(|step| step.kind);
    kinds
        .filter(|kind| MESSAGES.contains(kind))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The alerts in clear: who sent them, and their numbers.
pub fn alerts(connection: &Connection) -> Vec<(&'static str, u8)> {
    let tls = connection.tls.iter().flat_map(|tls| &tls.alerts);
    tls.filter(|alert| alert.seen == "observed")
        .filter_map(|alert| Some((alert.side, alert.code?)))
        .collect()
}

/// SHA-256 of a chain as presented.
pub fn fingerprints(chain: &[tlswalk::report::Certificate]) -> Vec<&str> {
    chain.iter().map(|certificate| certificate.sha256.as_str()).collect()
}

/// How a run of the program ended.
pub struct Outcome {
    /// `None`: it was stopped because it took too long.
    pub status: Option<ExitStatus>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// True if it ended by itself, with an exit code of the contract.
    pub fn is_orderly(&self) -> bool {
        self.status.is_some_and(|status| matches!(status.code(), Some(0..=3)))
    }

    /// The report on standard output.
    pub fn report(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no report: {error}\n{}", self.stderr))
    }
}

/// The program, without what the machine of whoever runs the tests says: no settings, no locale.
pub fn program() -> Command {
    bare(Command::new(env!("CARGO_BIN_EXE_tlswalk")))
}

/// A command in whose environment nothing changes what tlswalk says.
pub fn bare(mut command: Command) -> Command {
    for name in [
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
        "TLSWALK_CONFIG",
        "TLSWALK_SITE",
        "TLSWALK_LANG",
    ] {
        command.env_remove(name);
    }
    command.env("XDG_CONFIG_HOME", root().join("tests/no-settings"));
    command
}

/// Runs `tlswalk` in the repository's root, for at most `limit`, with at most 1 GiB of address space where that can be set.
pub fn tlswalk<S: AsRef<str>>(arguments: &[S], limit: Duration) -> Outcome {
    let program = env!("CARGO_BIN_EXE_tlswalk");
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 1048576; exec \"$0\" \"$@\"", program]);
        command
    } else {
        Command::new(program)
    };
    command = bare(command);
    command
        .args(arguments.iter().map(AsRef::as_ref))
        .current_dir(root())
        .env("COLUMNS", "100");
    run(&mut command, limit)
}

/// Runs a command for at most `limit`.
pub fn run(command: &mut Command, limit: Duration) -> Outcome {
    fn drain(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if began.elapsed() > limit => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    Outcome {
        status,
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
    }
}

/// Says on standard error that a test cannot run here; in CI that is a failure.
pub fn skip(test: &str, why: &str) {
    eprintln!("SKIPPED: {test}: {why}");
    assert!(
        std::env::var_os("TLSWALK_CI").is_none(),
        "{test} may not be skipped in CI: {why}"
    );
}

/// The recorded captures, in order of name.
pub fn samples() -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(root().join("samples")) else {
        return Vec::new();
    };
    let is_capture = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.contains(".pcap")
    };
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).filter(is_capture).collect();
    files.sort();
    files
}

/// One row of the table in `samples/README.md`.
#[derive(Clone, Debug)]
pub struct Row {
    pub file: String,
    pub verdict: String,
    pub by: String,
    pub at: String,
    pub options: Vec<String>,
}

/// The rows of the table in `samples/README.md`: file | verdict | by | at | options | what happened | recorded with.
pub fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("samples/README.md")).unwrap_or_default();
    let cells = |line: &str| {
        line.trim()
            .trim_matches('|')
            .split('|')
            .map(plain)
            .collect::<Vec<String>>()
    };
    let rows = text.lines().filter(|line| line.starts_with('|')).map(cells);
    rows.filter(|row| row.len() >= 7 && row[0].contains(".pcap"))
        .map(|row| Row {
            file: row[0].clone(),
            verdict: row[1].clone(),
            by: row[2].clone(),
            at: row[3].clone(),
            options: row[4]
                .split_whitespace()
                .filter(|word| !is_nothing(word))
                .map(String::from)
                .collect(),
        })
        .collect()
}

/// A report, or a list of them, without how it was made: that is the same in every sample, and `edits.rs` asks of it.
pub fn without_options(json: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut lines = json.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix("\"options\": {") else {
            kept.push(line.to_owned());
            continue;
        };
        let end = format!("{indent}}}");
        assert!(lines.any(|line| line == end), "an object ends");
        let before = kept.last_mut().unwrap();
        *before = before.strip_suffix(',').unwrap().to_owned();
    }
    kept.join("\n") + if json.ends_with('\n') { "\n" } else { "" }
}

/// One row of the table of device logs in `samples/README.md`.
#[derive(Clone, Debug)]
pub struct LogRow {
    pub log: String,
    /// `None`: the log is judged alone.
    pub capture: Option<String>,
    pub verdict: String,
    pub options: Vec<String>,
}

/// The rows of that table: log | capture | verdict | options | what it shows.
pub fn log_rows() -> Vec<LogRow> {
    let text = std::fs::read_to_string(root().join("samples/README.md")).unwrap_or_default();
    let cells = |line: &str| {
        line.trim()
            .trim_matches('|')
            .split('|')
            .map(plain)
            .collect::<Vec<String>>()
    };
    let rows = text.lines().filter(|line| line.starts_with('|')).map(cells);
    rows.filter(|row| row.len() == 5 && row[0].ends_with(".log"))
        .map(|row| LogRow {
            log: row[0].clone(),
            capture: Some(row[1].clone()).filter(|cell| !is_nothing(cell)),
            verdict: row[2].clone(),
            options: row[3]
                .split_whitespace()
                .filter(|word| !is_nothing(word))
                .map(String::from)
                .collect(),
        })
        .collect()
}

/// True if a cell says that there is nothing to say.
pub fn is_nothing(cell: &str) -> bool {
    matches!(cell, "" | "-" | "–" | "—" | "none")
}

/// A cell without the marks of Markdown: a link becomes its text.
fn plain(cell: &str) -> String {
    let text = cell.trim();
    let text = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]("))
        .map_or(text, |(name, _)| name);
    text.replace('`', "")
}
