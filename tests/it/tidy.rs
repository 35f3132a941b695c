//! What holds for every file, profile, verdict and rule, so that no reviewer has to remember it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{log_rows, root, rows, tlswalk};

/// The folders of the library, in the order of the pipeline: each uses only itself and those above it.
const FOLDERS: &[&str] = &[
    "base",
    "capture",
    "decode",
    "tcp",
    "dns",
    "http",
    "tls",
    "device",
    "profile",
    "connection",
    "attempt",
    "judge",
    "report",
    "analysis",
    "handoff",
];

/// The folder of the program: it sees of the library what everybody sees.
const PROGRAM: &str = "cli";

/// Files and folders whose first lines have no arrow, and why.
const NOT_A_STAGE: &[(&str, &str)] = &[
    ("lib.rs", "the pipeline itself"),
    ("base/", "nouns that all stages share"),
    ("tcp/side.rs", "nouns of a direction"),
    ("tls/mod.rs", "names and numbers"),
    ("profile/", "what is given, and not made"),
    ("connection/step.rs", "nouns of the walk"),
    ("connection/facts.rs", "nouns of the walk"),
    ("judge/context.rs", "a noun of the rules"),
    ("judge/finding.rs", "nouns of the rules"),
];

/// Where files are opened, clocks read and lines printed. Everything else is the core.
const EDGE: &[&str] = &["main.rs", "cli/", "report/"];

/// What the core does not name: it does no I/O, reads no clock and no environment, and prints nothing.
const FORBIDDEN_IN_CORE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::net::ToSocketAddrs",
    "File::open",
    "SystemTime",
    "Instant",
    "now_utc",
    "println!",
    "eprintln!",
    "print!(",
    "dbg!",
    "stdin()",
    "stdout()",
    "stderr()",
];

/// Files of more than 500 lines, tests not counted, and why they are not cut.
const LONG: &[(&str, &str)] = &[("report/mod.rs", "the public shape, in one place")];

/// The verdicts of the contract. New ones may be added; none is renamed.
const VERDICTS: &[&str] = &[
    "healthy",
    "healthy-resumed",
    "incomplete-capture",
    "client-certificate-rejected",
    "server-certificate-rejected",
    "interception-suspected",
    "tcp-no-response",
    "tcp-refused",
    "icmp-blocked",
    "tls-no-response",
    "reset-during-handshake",
    "silent-mid-handshake",
    "reset-after-established",
    "no-application-response",
    "application-error",
    "dns-no-response",
    "dns-error",
    "dns-unexpected-address",
    "legacy-endpoint",
    "proxy-authentication-required",
    "proxy-refused",
    "proxy-no-response",
    "version-mismatch",
    "cipher-mismatch",
    "not-tls",
    "tls-not-offered",
    "plain-text-to-tls",
    "unexplained-end",
    "crl-fetch-failed",
    "no-licensing-traffic",
    "malformed-capture",
    "handshake-refused",
    "no-connection",
    "refused-by-service",
    "device-reports-failure",
    "device-reports-success",
    "no-device-events",
];

/// Files under a folder of the repository with this extension: name from there, and text.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found)
            } else {
                found.push(path)
            }
        }
    }
    let base = root().join(folder);
    let mut paths = Vec::new();
    walk(&base, &mut paths);
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    let name = |path: &PathBuf| path.strip_prefix(&base).unwrap().to_string_lossy().replace('\\', "/");
    paths
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The part of a file that is shipped: nothing from its tests on.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

/// The source files that are shipped: name and text. A module that its parent declares under `cfg(test)` is not.
fn sources() -> Vec<(String, String)> {
    let all = files("src", "rs");
    let module_of = |name: &str| name.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
    // Modules declared so, by path: `tls/trust/tests`.
    let mut test_only = Vec::new();
    for (name, text) in &all {
        let parent = module_of(name);
        let declared = text
            .split("#[cfg(test)]\n")
            .skip(1)
            .filter_map(|rest| rest.lines().next()?.strip_suffix(';'));
        let modules = declared.filter_map(|line| line.split_once("mod "));
        test_only.extend(modules.map(|(_, module)| format!("{parent}/{module}").replace("lib/", "")));
    }
    let is_shipped = |name: &str| {
        let path = format!("{}/", module_of(name));
        !test_only.iter().any(|module| path.starts_with(&format!("{module}/")))
    };
    all.into_iter().filter(|(name, _)| is_shipped(name)).collect()
}

/// The code of a file: what is shipped, without comments.
fn code(text: &str) -> String {
    let lines = shipped(text)
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Ids of the rules: the names of their files.
fn rules() -> Vec<String> {
    // What several rules share has no id of its own.
    let is_rule = |text: &str| text.contains("RULE: Rule") || text.contains("const ID: &str");
    let files = files("src/judge/rules", "rs")
        .into_iter()
        .filter(|(_, text)| is_rule(text));
    let rules: Vec<String> = files
        .map(|(name, _)| name)
        .filter(|name| name != "mod.rs")
        .map(|name| name.replace(".rs", "").replace('_', "-"))
        .collect();
    assert!(!rules.is_empty(), "there are rules");
    rules
}

#[track_caller]
fn assert_none(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn every_file_begins_with_what_it_turns_into_what() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        let is_stage = !NOT_A_STAGE.iter().any(|(file, _)| name.starts_with(file));
        if !first.starts_with("//! ") || (is_stage && !first.contains('→')) {
            wrong.push(format!("{name}: {first}"));
        }
    }
    assert_none(&wrong, "files whose first line does not say `//! Noun → Noun: …`");
}

/// The names that come after `root::` in code, of a list in braces each.
fn named_after<'a>(code: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let places = code.match_indices(root).filter(move |(at, _)| {
        // Not the end of a longer word, nor of a longer path.
        !code[..*at].ends_with(|c: char| is_part(c) || c == ':')
    });
    places.flat_map(move |(at, _)| {
        let rest = &code[at + root.len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => rest.split(|c: char| !is_part(c)).next().unwrap_or_default(),
        };
        list.split(',')
            .map(move |it| it.trim().split(|c: char| !is_part(c)).next().unwrap_or_default())
            .filter(|it| !it.is_empty())
    })
}

#[test]
fn names_after_a_root_are_found_alone_and_in_lists() {
    let found = |code| named_after(code, "crate::").collect::<Vec<_>>();
    assert_eq!(
        found("use crate::tls::{self, Version};\nfn f(x: $crate::base::Y)"),
        ["tls", "base"]
    );
    assert_eq!(found("use crate::{report, tls::trust};"), ["report", "tls"]);
    assert_eq!(found("use other_crate::x; pub(in crate::tls) fn f()"), ["tls"]);
}

/// What of `src` a file uses beyond its own folder, by the names that stand right below the crate.
fn used_by(name: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let mut used: Vec<String> = named_after(&code, "crate::").map(String::from).collect();
    // As many `super` as the file lies deep lead out of its folder.
    let depth = name
        .trim_end_matches("/mod.rs")
        .trim_end_matches(".rs")
        .split('/')
        .count();
    let out = "super::".repeat(depth);
    used.extend(named_after(&code, &out).filter(|it| *it != "super").map(String::from));
    used
}

#[test]
fn a_folder_uses_only_those_above_it() {
    let rank = |folder: &str| FOLDERS.iter().position(|it| *it == folder);
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some((folder, _)) = name.split_once('/') else {
            continue;
        };
        if folder == PROGRAM {
            let own = used_by(&name, &text).into_iter().filter(|it| it != PROGRAM);
            wrong.extend(own.map(|it| format!("{name}: crate::{it} is no part of the program")));
            continue;
        }
        let Some(own) = rank(folder) else {
            wrong.push(format!("{name}: {folder}/ has no place in FOLDERS"));
            continue;
        };
        for used in used_by(&name, &text) {
            match rank(&used) {
                Some(used) if used <= own => {}
                Some(_) => wrong.push(format!("{name}: {folder}/ stands above {used}/ and may not use it")),
                None => wrong.push(format!("{name}: crate::{used} is named by its folder")),
            }
        }
    }
    assert_none(&wrong, "imports against the order of the pipeline");
}

#[test]
fn lib_rs_lists_the_folders_in_the_order_of_the_pipeline() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared = lib
        .lines()
        .filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';'));
    assert_eq!(declared.collect::<Vec<_>>(), FOLDERS);
    let mut folders: Vec<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut known: Vec<&str> = FOLDERS.iter().copied().chain([PROGRAM]).collect();
    known.sort_unstable();
    assert_eq!(folders, known, "folders of src");
}

#[test]
fn the_core_does_no_io() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        if EDGE.iter().any(|edge| name.starts_with(edge)) {
            continue;
        }
        let code = code(&text);
        let named = FORBIDDEN_IN_CORE.iter().filter(|word| code.contains(**word));
        wrong.extend(named.map(|word| format!("{name}: {word}")));
    }
    assert_none(&wrong, "core files that name what belongs to the edge");
}

#[test]
fn no_file_is_longer_than_a_head_can_hold() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let lines = shipped(&text).lines().count();
        if lines > 500 && !LONG.iter().any(|(file, _)| *file == name) {
            wrong.push(format!("{name}: {lines}"));
        }
    }
    assert_none(&wrong, "files of more than 500 lines, tests not counted");
}

#[test]
fn nothing_is_left_to_do_and_no_test_is_switched_off() {
    // Written in two parts, so that this file does not find itself.
    let marks = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("#[", "ignore"),
        concat!("#[should", "_panic"),
    ];
    let mut wrong = Vec::new();
    for (name, text) in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        wrong.extend(
            marks
                .iter()
                .filter(|mark| text.contains(**mark))
                .map(|mark| format!("{name}: {mark}")),
        );
    }
    assert_none(&wrong, "files with unfinished work");
}

#[test]
fn every_allow_has_a_reason() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let is_allow = line.contains("#[allow(") || line.contains("#![allow(") || line.contains("#[expect(");
            let nearby = lines[number.saturating_sub(1)..(number + 6).min(lines.len())].join("\n");
            if is_allow && !nearby.contains("reason =") && !nearby.contains("//") {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none(&wrong, "lints allowed without a reason");
}

#[test]
fn every_profile_loads() {
    let profiles = files("profiles", "toml");
    for name in ["cisco-smart-licensing.toml", "default.toml"] {
        assert!(
            profiles.iter().any(|(file, _)| file == name),
            "profiles/{name} is there"
        );
    }
    for (name, text) in profiles {
        if let Err(error) = tlswalk::profile::Profile::parse(&text) {
            panic!("profiles/{name}: {error}");
        }
    }
}

#[test]
fn every_verdict_is_explained() {
    let mut wrong = Vec::new();
    for id in VERDICTS {
        let outcome = tlswalk(&["explain", id], Duration::from_secs(60));
        let is_good = outcome.status.is_some_and(|status| status.success()) && outcome.stdout.lines().count() > 2;
        if !is_good {
            wrong.push(format!("{id}: {}", outcome.stderr.trim()));
        }
    }
    assert_none(&wrong, "verdicts that `tlswalk explain` does not explain");
}

#[test]
fn no_sample_has_a_verdict_that_is_not_listed_here() {
    let unknown = rows()
        .into_iter()
        .filter(|row| !VERDICTS.contains(&row.verdict.as_str()));
    let wrong: Vec<String> = unknown.map(|row| format!("{}: {}", row.file, row.verdict)).collect();
    assert_none(
        &wrong,
        "rows of samples/README.md with a verdict that is not in the contract",
    );
}

#[test]
fn every_rule_has_a_sample_a_snapshot_and_a_line_in_the_readme() {
    let snapshots = files("tests/snapshots", "snap");
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let mut wrong = Vec::new();
    for id in rules() {
        let quoted = format!("\"id\": \"{id}\"");
        if !snapshots.iter().any(|(_, text)| text.contains(&quoted)) {
            wrong.push(format!("{id}: no sample shows it (no snapshot holds {quoted})"));
        }
        let is_shown = rows().iter().any(|row| row.verdict == id) || log_rows().iter().any(|row| row.verdict == id);
        if VERDICTS.contains(&id.as_str()) && !is_shown {
            wrong.push(format!("{id}: no row of samples/README.md has this verdict"));
        }
        if !readme.contains(&format!("`{id}`")) {
            wrong.push(format!("{id}: no line in README.md"));
        }
    }
    assert_none(&wrong, "rules that are not shown");
}
