//! command × option → effect or refusal: nothing that is typed is taken and ignored.
//!
//! Which options there are is asked of the program's own definition, by the completion script that is made of it: an option that
//! is new is asked about here without anybody adding it, and fails until it has an input on which it does something.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::{Outcome, tlswalk};

const LIMIT: Duration = Duration::from_secs(60);

/// Commands that have no captures to try an option on take only these.
const OTHER: [(&str, &[&str]); 3] = [("explain", &["lang", "color"]), ("completions", &[]), ("man", &[])];

const REJECTED: &str = "samples/client-certificate-self-signed-expired.pcap";
const REFUSED: &str = "samples/tcp-refused.pcap";
const HEALTHY: &str = "samples/healthy-tls12.pcap";
const LOGGED: &str = "samples/server-certificate-unknown-ca.pcap";
const OTHERS: &str = "samples/no-licensing-traffic.pcap";
const SEALED: &str = "tests/data/keys/tls13-certificate-refused.pcap";

/// The long options of each command; of the main one under no name.
fn definition() -> BTreeMap<String, BTreeSet<String>> {
    let script = run(&["completions", "fish"]).stdout;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in script.lines() {
        let Some((_, condition)) = line.split_once("-n \"__fish_tlswalk_") else {
            continue;
        };
        let (condition, rest) = condition.split_once('"').unwrap();
        let command = condition.strip_prefix("using_subcommand ").unwrap_or_default();
        let options = found.entry(command.to_owned()).or_default();
        if let Some((_, long)) = rest.split_once(" -l ") {
            options.insert(long.split_whitespace().next().unwrap().to_owned());
        }
    }
    found
        .values_mut()
        .for_each(|it| it.retain(|it| it != "help" && it != "version"));
    found
}

fn run<S: AsRef<str>>(arguments: &[S]) -> Outcome {
    tlswalk(arguments, LIMIT)
}

/// An exit code, standard output and error, and files by name.
type Seen = (Option<i32>, String, String, Vec<(String, Vec<u8>)>);

/// Everything that can be seen of a run: its exit code, what it said, and the files that it left.
fn seen(arguments: &[String], folder: &Path) -> Seen {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("out") {
            fs::remove_file(path).unwrap();
        }
    }
    let outcome = run(arguments);
    let code = outcome.status.and_then(|it| it.code());
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    // How long it took is another thing in each run.
    let is_timed = |line: &str| line.contains("capture") && line.contains("attempt") && line.contains("; ");
    let stdout: Vec<&str> = outcome.stdout.lines().filter(|line| !is_timed(line)).collect();
    (code, stdout.join("\n"), outcome.stderr, files)
}

/// A call of a command on a capture.
fn base(command: &str, capture: &str, folder: &Path) -> Vec<String> {
    let file = |name: &str| folder.join(name).display().to_string();
    let words: Vec<String> = match command {
        "diff" => vec!["diff".into(), capture.into(), "samples/tcp-refused.pcap".into()],
        "verify" => {
            let report = file("report.json");
            run(&["-f", "json", "-o", &report, capture]);
            vec!["verify".into(), report, capture.into()]
        }
        "why" => vec!["why".into(), "16".into(), capture.into()],
        "whynot" => vec!["whynot".into(), "server-certificate-rejected".into(), capture.into()],
        "slice" => vec!["slice".into(), "-o".into(), file("out.pcapng"), capture.into()],
        "triage" => vec!["triage".into(), capture.into()],
        "config" => vec!["config".into()],
        "" => vec![capture.into()],
        other => panic!("{other}: say here how it is called"),
    };
    words
}

/// Calls on which an option must do something. `why` and `whynot` ask of one frame, or one verdict: an option bears on some of them.
fn tries(command: &str, option: &str, folder: &Path) -> Vec<(Vec<String>, Vec<String>)> {
    let asked: &[&str] = match command {
        "why" => &["16", "4", "6", "21"],
        "whynot" => &[
            "server-certificate-rejected",
            "certificate-fault-accepted",
            "device-log-contradicts",
            "tcp-refused",
            "client-certificate-rejected",
        ],
        _ => return tries_of(command, option, folder),
    };
    let ask = |(mut without, with): (Vec<String>, Vec<String>), what: &str| {
        what.clone_into(&mut without[1]);
        (without, with)
    };
    let all = tries_of(command, option, folder);
    asked
        .iter()
        .flat_map(|what| all.clone().into_iter().map(|it| ask(it, what)))
        .collect()
}

/// What is typed without an option, and with it besides.
fn tries_of(command: &str, option: &str, folder: &Path) -> Vec<(Vec<String>, Vec<String>)> {
    let file = |name: &str| folder.join(name).display().to_string();
    let on = |capture: &str, without: &[&str], with: &[&str]| {
        let mut call = base(command, capture, folder);
        call.extend(without.iter().map(|&it| it.to_owned()));
        (call, with.iter().map(|&it| it.to_owned()).collect::<Vec<_>>())
    };
    let name = format!("--{option}");
    let own = |name: &str, text: &str| {
        let path = file(name);
        fs::write(&path, text).unwrap();
        path
    };
    match option {
        "profile" => vec![
            on(OTHERS, &[], &[&name, "default"]),
            on(HEALTHY, &[], &[&name, "default"]),
        ],
        "wlc" => vec![on(REJECTED, &[], &[&name, "192.0.2.1"])],
        "cssm" | "on-prem" | "cslu" => vec![
            on(OTHERS, &[], &[&name, "www.example.com"]),
            on(HEALTHY, &[], &[&name, "192.133.220.90"]),
        ],
        "proxy" => vec![
            on(REFUSED, &["-f", "json"], &[&name, "192.133.220.90:443"]),
            on(OTHERS, &[], &[&name, "192.0.2.9:3128"]),
            on(HEALTHY, &[], &[&name, "192.133.220.90:443"]),
        ],
        "ca" => vec![on(HEALTHY, &[], &[&name, "samples/roots/lab-root.pem"])],
        "log" => ["samples/device-agrees.log", "samples/device-transport-off.log"]
            .into_iter()
            .flat_map(|log| [on(REJECTED, &[], &[&name, log]), on(LOGGED, &[], &[&name, log])])
            .collect(),
        "all" => vec![
            on(OTHERS, &[], &[&name]),
            on(HEALTHY, &["--wlc", "192.0.2.1"], &[&name]),
        ],
        "only" => vec![on(REJECTED, &[], &[&name, "healthy"])],
        "server" => vec![on(REJECTED, &[], &[&name, "192.0.2.1"])],
        "client" => vec![on(REJECTED, &[], &[&name, "192.0.2.1"])],
        "since" => vec![on(REJECTED, &[], &[&name, "2090-01-01T00:00:00Z"])],
        "until" => vec![on(REJECTED, &[], &[&name, "1990-01-01T00:00:00Z"])],
        "first" => vec![on(REJECTED, &[], &[&name, "0"])],
        "lang" => vec![on(REJECTED, &[], &[&name, "ja"])],
        "dialect" => vec![
            on(REJECTED, &[], &[&name, "generic"]),
            on(HEALTHY, &[], &[&name, "generic"]),
        ],
        "at" => vec![
            on(REJECTED, &[], &[&name, "2090-01-01T00:00:00Z"]),
            on(
                HEALTHY,
                &["--ca", "samples/roots/lab-root.pem"],
                &[&name, "2090-01-01T00:00:00Z"],
            ),
        ],
        "keylog" => {
            let secrets = own(
                "keys.txt",
                &format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48)),
            );
            vec![
                on(REJECTED, &[], &[&name, &secrets]),
                on(
                    SEALED,
                    &["--all"],
                    &[&name, "tests/data/keys/tls13-certificate-refused.keys"],
                ),
            ]
        }
        "format" => vec![on(REJECTED, &[], &[&name, "json"])],
        "output" if command == "slice" => vec![on(REJECTED, &["--force"], &[&name, &file("out2.pcapng")])],
        "output" => vec![on(REJECTED, &[], &[&name, &file("out.txt")])],
        "color" => vec![
            on(REJECTED, &[], &[&name, "always"]),
            on(REJECTED, &["-v"], &[&name, "always"]),
        ],
        "verbose" => vec![on(REJECTED, &[], &[&name]), on("samples/make", &[], &[&name])],
        "quiet" => vec![on(REJECTED, &[], &[&name])],
        "hash" => vec![on(REJECTED, &["-f", "json"], &[&name]), on(REJECTED, &[], &[&name])],
        "merge" => vec![on(REJECTED, &["samples/tcp-refused.pcap"], &[&name])],
        "for" => vec![on(REJECTED, &[], &[&name, "pki"])],
        "zone" => vec![on(REJECTED, &["--for", "pki"], &[&name, "+09:00"])],
        "redact" => vec![on(REJECTED, &[], &[&name])],
        "redact-key" => vec![on(REJECTED, &["--redact"], &[&name, &own("key", &"k".repeat(32))])],
        "keep-certificates" => vec![on(REJECTED, &["--redact"], &[&name])],
        "sign" => {
            let key = file("key.pem");
            let made = std::process::Command::new("openssl")
                .args(["genpkey", "-algorithm", "ed25519", "-out", &key])
                .output();
            assert!(made.is_ok_and(|it| it.status.success()), "openssl makes a key");
            let to = file("out.json");
            let output: &[&str] = if command == "slice" { &[] } else { &["-o", &to] };
            vec![on(REJECTED, output, &[&name, &key])]
        }
        "signed-by" => {
            let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
            vec![on(REJECTED, &[], &[&name, &own("public.pem", public)])]
        }
        "expect" => vec![on(REJECTED, &[], &[&name, "client-certificate-rejected"])],
        "expect-file" => vec![on(REJECTED, &[], &[&name, &own("expected", "healthy *.pcap\n")])],
        "accepted" => vec![on(REJECTED, &[], &[&name, &own("accepted.toml", "")])],
        "today" => {
            let accepted: String = ["client-certificate-rejected", "interception-suspected"]
                .map(|it| format!("[[accept]]\nfinding = \"{it}\"\nreason = \"known\"\nreview = 2030-01-01\n"))
                .concat();
            let accepted = own("accepted.toml", &accepted);
            vec![
                on(REJECTED, &["--accepted", &accepted, "--today", "2029-12-31"], &[]),
                on(REJECTED, &["--accepted", &accepted], &[&name, "2031-01-01"]),
            ]
        }
        // A settings file: of what it says of every call, and of a site that is asked for.
        "config" | "site" | "no-config" => {
            let settings = own("settings.toml", "lang = \"ja\"\n[site.lab]\nwlc = [\"192.0.2.1\"]\n");
            match option {
                "config" => vec![on(REJECTED, &[], &[&name, &settings])],
                "site" => vec![on(REJECTED, &["--config", &settings], &[&name, "lab"])],
                _ => vec![on(REJECTED, &["--config", &settings], &[&name])],
            }
        }
        "whole" => vec![on(REJECTED, &[], &[&name])],
        "force" => {
            own("there.pcapng", "x");
            let there = file("there.pcapng");
            vec![(vec!["slice".into(), "-o".into(), there, REJECTED.into()], vec![name])]
        }
        "state" => vec![on(REJECTED, &[], &[&name, &file("out.state")])],
        "no-rings" => {
            let bytes = fs::read(crate::support::root().join("samples/tcp-refused.pcap")).unwrap();
            let length = u32::from_le_bytes(bytes[32..36].try_into().unwrap()) as usize;
            fs::write(folder.join("ring_00001_20240101000000.pcap"), &bytes[..40 + length]).unwrap();
            fs::write(
                folder.join("ring_00002_20240101000001.pcap"),
                [&bytes[..24], &bytes[40 + length..]].concat(),
            )
            .unwrap();
            vec![(
                vec![
                    "triage".into(),
                    "-f".into(),
                    "ndjson".into(),
                    file("ring_00001_20240101000000.pcap"),
                    file("ring_00002_20240101000001.pcap"),
                ],
                vec![name],
            )]
        }
        // A watch ends with a signal only: what it takes is asked in `triage.rs`. Here it is refused where it cannot be meant.
        "watch" => vec![on(REJECTED, &[], &[&name, "samples"])],
        "settle" => vec![(
            vec!["triage".into(), "--watch".into(), "no-such-folder".into()],
            vec![name, "0".into()],
        )],
        other => panic!("--{other} of {command} is new: say here on which input it does something"),
    }
}

/// A call with an option that is to be refused, whatever its value.
fn refusable(command: &str, option: &str, folder: &Path) -> Vec<String> {
    let value: &[&str] = match option {
        "merge" | "all" | "no-config" | "verbose" | "redact" | "keep-certificates" | "hash" | "quiet" => &[],
        "zone" => &["UTC"],
        "for" => &["pki"],
        "format" => &["json"],
        "color" => &["always"],
        "today" => &["2030-01-01"],
        "expect" | "only" => &["healthy"],
        "server" | "client" => &["192.0.2.1"],
        "since" | "until" => &["2030-01-01T00:00:00Z"],
        "first" => &["1"],
        _ => &["x"],
    };
    let mut call = match command {
        "serve" => vec!["serve".to_owned()],
        "check" => vec!["check".to_owned(), "README.md".to_owned(), REJECTED.to_owned()],
        _ => base(command, REJECTED, folder),
    };
    call.push(format!("--{option}"));
    call.extend(value.iter().map(|&it| it.to_owned()));
    call
}

#[test]
fn every_option_of_every_command_has_an_effect_or_is_refused() {
    let definition = definition();
    let main = &definition[""];
    assert!(main.len() > 25 && definition.len() > 8, "{definition:?}");
    let mut ignored = Vec::new();
    for (command, options) in &definition {
        if let Some((_, takes)) = OTHER.iter().find(|(name, _)| name == command) {
            let found: BTreeSet<&str> = options.iter().map(String::as_str).collect();
            assert_eq!(found, takes.iter().copied().collect(), "{command}");
            continue;
        }
        // The one would serve until it is stopped, the other's answer hangs on what its text claims: `serve.rs` and `check.rs` ask of
        // what they take. Here they refuse what their help does not have.
        if let Some(command) = ["serve", "check"].into_iter().find(|it| it == command) {
            let help = run(&[command, "--help"]).stdout;
            for option in options.iter().filter(|it| !help.contains(&format!("--{it}"))) {
                let refused = run(&refusable(command, option, Path::new("")));
                assert_eq!(
                    refused.status.unwrap().code(),
                    Some(2),
                    "{command} --{option}: {}",
                    refused.stdout
                );
            }
            continue;
        }
        for option in options {
            let folder = tempfile::tempdir().unwrap();
            // What it needs beside itself may be what is refused.
            let needs = match option.as_str() {
                "redact-key" | "keep-certificates" => "redact",
                "zone" => "for",
                "today" => "accepted",
                other => other,
            };
            let refusals = [option.as_str(), needs].map(|it| format!("{command} does not take --{it};"));
            let does_something = tries(command, option, folder.path()).iter().any(|(without, with)| {
                let call: Vec<String> = without.iter().chain(with).cloned().collect();
                let (before, after) = (seen(without, folder.path()), seen(&call, folder.path()));
                let is_refused = after.0 == Some(2) && refusals.iter().any(|it| after.2.contains(it));
                !with.is_empty() && (before != after || is_refused)
            });
            if !does_something {
                ignored.push(format!("{command} --{option}"));
            }
        }
        // What the main command has and this one does not show is refused, not taken and forgotten.
        for option in main.difference(options) {
            let folder = tempfile::tempdir().unwrap();
            let call = refusable(command, option, folder.path());
            let outcome = run(&call);
            let refused = outcome.status.and_then(|it| it.code()) == Some(2) && outcome.stdout.is_empty();
            if !refused {
                ignored.push(format!("{command} --{option}, which its help does not have"));
            }
        }
    }
    assert!(ignored.is_empty(), "taken and ignored:\n{}", ignored.join("\n"));
}

#[test]
fn explain_tells_in_the_language_and_colour_asked_for() {
    let plain = run(&["explain", "tcp-refused"]).stdout;
    for option in [["--lang", "ja"], ["--color", "always"]] {
        assert_ne!(
            run(&[&["explain", "tcp-refused"], &option[..]].concat()).stdout,
            plain,
            "{option:?}"
        );
    }
}

#[test]
fn a_format_that_a_command_cannot_write_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let all = ["text", "json", "ndjson", "html", "markdown", "csv", "junit", "sarif"];
    for (command, writes) in [
        ("diff", &["text", "json", "ndjson"][..]),
        ("verify", &["text", "json", "ndjson"]),
        ("why", &["text", "json", "ndjson"]),
        ("whynot", &["text", "json", "ndjson"]),
        ("triage", &["text", "json", "ndjson", "csv", "junit", "html"]),
        ("", &all),
        ("slice", &[]),
    ] {
        let mut outputs = BTreeSet::new();
        for format in all {
            let mut call = base(command, REJECTED, folder.path());
            call.extend(["-f".to_owned(), format.to_owned()]);
            let outcome = run(&call);
            let code = outcome.status.unwrap().code().unwrap();
            if writes.contains(&format) {
                assert!(
                    code < 2 && outputs.insert(outcome.stdout),
                    "{command} -f {format}: {}",
                    outcome.stderr
                );
            } else {
                assert!(
                    code == 2 && outcome.stdout.is_empty(),
                    "{command} -f {format}: {}",
                    outcome.stdout
                );
                assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
            }
        }
    }
}

#[test]
fn the_ending_of_the_output_chooses_the_format_and_f_wins() {
    let folder = tempfile::tempdir().unwrap();
    let written = |command: &str, name: &str, more: &[&str]| {
        let path = folder.path().join(name);
        let _ = fs::remove_file(&path);
        let mut call = base(command, REJECTED, folder.path());
        call.extend(["-o".to_owned(), path.display().to_string()]);
        call.extend(more.iter().map(|&it| it.to_owned()));
        let outcome = run(&call);
        let code = outcome.status.unwrap().code().unwrap();
        (code, fs::read_to_string(&path).unwrap_or_default(), outcome.stderr)
    };
    for (name, begins) in [
        ("a.txt", "a"),
        ("a.json", "{\n"),
        ("a.ndjson", "{\"schema\""),
        ("a.jsonl", "{\"schema\""),
        ("a.HTML", "<!doctype html>"),
        ("a.htm", "<!doctype html>"),
        ("a.md", "#"),
        ("a.markdown", "#"),
        ("a.csv", "capture,"),
        ("a.xml", "<?xml"),
        ("a.sarif", "{"),
        ("a.report", "a"),
    ] {
        let (code, text, told) = written("", name, &[]);
        let is_text = begins == "a" && text.contains("✗ ");
        assert!(
            code == 1 && (is_text || text.to_lowercase().starts_with(begins)),
            "{name}: {told}{text:.300}"
        );
    }
    assert!(written("", "a.html", &["-f", "json"]).1.starts_with("{\n"));
    assert!(written("diff", "a.json", &[]).1.contains("tlswalk.diff/1"));
    assert!(written("verify", "a.json", &[]).1.contains("tlswalk.verify/1"));
    assert!(written("triage", "a.csv", &[]).1.starts_with("capture,"));
    assert!(
        written("triage", "a.html", &[])
            .1
            .to_lowercase()
            .starts_with("<!doctype html>")
    );
    for (command, name) in [
        ("diff", "b.html"),
        ("verify", "b.csv"),
        ("triage", "b.sarif"),
        ("why", "b.xml"),
    ] {
        let (code, text, told) = written(command, name, &[]);
        assert!(
            code == 2 && text.is_empty() && told.contains("is not written here; it can be text"),
            "{command} {name}: {told}"
        );
    }
    // A ticket is text, or markdown by its ending.
    assert!(written("", "t.md", &["--for", "pki"]).1.starts_with('#'));
    assert_eq!(written("", "t.html", &["--for", "pki"]).0, 2);
}
