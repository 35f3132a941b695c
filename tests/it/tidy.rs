//! What holds for every file, profile, verdict and rule, so that no reviewer has to remember it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{log_rows, root, rows, tlswalk};
use tlswalk::base::phrase::Language;
use tlswalk::report::OtherCause;
use tlswalk::report::explain;

/// The folders of the library, in the order of the pipeline: each uses only itself and those above it.
const FOLDERS: &[&str] = &[
    "base",
    "capture",
    "decode",
    "tcp",
    "dns",
    "http",
    "tls",
    "dtls",
    "quic",
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

/// Commands of products and shells: they stand in `dialects/`, and in no rule.
const COMMANDS: &[&str] = &[
    "show license",
    "show logging",
    "show running",
    "show ip ",
    "show ipv6",
    "show crypto",
    "show clock",
    "show ntp",
    "show hosts",
    "show monitor",
    "show route",
    "license smart",
    "smart-licensing-data",
    "ip http client",
    "ip name-server",
    "ip domain",
    "ip host",
    "ip tcp mss",
    "ntp server",
    "crypto pki",
    "crypto ca",
    "revocation-check none",
    "monitor capture",
    "configure terminal",
    "telnet ",
    "ethanalyzer",
    "copy /pcap",
    "openssl s_client",
    "openssl ciphers",
    "timedatectl",
    "update-ca",
    "tcpdump -i",
    "dig @",
    "nc -",
];

/// What reads the texts of devices, and so has to know what is typed there; and what is written for nobody to type.
const READS_DEVICES: &[(&str, &str)] = &[
    ("device/", "recognises settings and outputs by their commands"),
    (
        "base/secrets.rs",
        "strikes the token out of a command that somebody typed",
    ),
    (
        "capture/looks_like.rs",
        "recognises the log of a terminal that was given as a capture",
    ),
];

/// Files of more than 500 lines, tests not counted, and why they are not cut.
const LONG: &[(&str, &str)] = &[("report/mod.rs", "the public shape, in one place")];

/// Verdicts on what holds no attempt: no rule has anything to look at.
const WITHOUT_A_RULE: [&str; 4] = [
    "no-licensing-traffic",
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

/// A file of the repository, and what it holds.
type Tree = BTreeMap<String, String>;

/// The files in which a verdict has a place.
fn tree() -> Tree {
    let mut tree = Tree::new();
    for (folder, extension) in [
        ("src/judge/rules", "rs"),
        ("texts", "ftl"),
        ("texts", "md"),
        ("tests/snapshots", "snap"),
        ("samples", "md"),
    ] {
        let named = files(folder, extension).into_iter();
        tree.extend(named.map(|(name, text)| (format!("{folder}/{name}"), text)));
    }
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    tree.insert("README.md".to_owned(), readme);
    tree
}

/// Where a verdict must stand: in a file of that name, or in one of that folder, this text. What a person writes comes first,
/// then what is made of it.
fn places(id: &str) -> Vec<(String, String)> {
    let module = id.replace('-', "_");
    let mut places = vec![
        (format!("src/judge/rules/{module}.rs"), format!("rule!(\"{id}\", ")),
        ("src/judge/rules/mod.rs".to_owned(), format!("    &{module}::RULE,\n")),
    ];
    for language in Language::ALL.map(Language::tag) {
        places.push((format!("texts/{language}/"), format!("\n{id}-")));
        places.push((format!("texts/{language}/explain/{id}.md"), "# ".to_owned()));
    }
    // What only stands beside another verdict is no row's verdict.
    if explain::is_cause(id) {
        places.push(("samples/README.md".to_owned(), format!(" | {id} | ")));
    }
    places.push(("README.md".to_owned(), format!("\n| `{id}` | ")));
    places.push(("tests/snapshots/".to_owned(), format!("\"id\": \"{id}\"")));
    places
}

/// What is not there of all that a verdict needs.
fn lacking(id: &str, tree: &Tree) -> Vec<String> {
    let stands = |place: &str, text: &str| {
        let of_place = tree
            .iter()
            .filter(|(name, _)| name.as_str() == place || place.ends_with('/') && name.starts_with(place));
        of_place.into_iter().any(|(_, held)| held.contains(text))
    };
    let places = places(id).into_iter();
    places
        .filter(|(place, text)| !stands(place, text))
        .map(|(place, text)| format!("{place}: nothing like {text:?}"))
        .collect()
}

/// The ids of the verdicts that rules find.
fn of_rules() -> Vec<&'static str> {
    let all = explain::explanations().map(|it| it.id);
    all.filter(|id| !WITHOUT_A_RULE.contains(id)).collect()
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
fn no_command_of_a_product_stands_in_the_source() {
    let mut wrong = Vec::new();
    let mut found = 0;
    for (name, text) in sources() {
        let code = code(&text);
        let typed: Vec<&&str> = COMMANDS.iter().filter(|command| code.contains(**command)).collect();
        found += typed.len();
        if !READS_DEVICES.iter().any(|(reader, _)| name.starts_with(reader)) {
            wrong.extend(typed.into_iter().map(|command| format!("{name}: {command}")));
        }
    }
    assert!(found > 0, "what reads devices has their commands");
    assert_none(&wrong, "commands that do not stand in a book of `dialects/`");
}

#[test]
fn every_task_of_a_rule_is_one_that_books_may_have() {
    let book = fs::read_to_string(root().join("src/base/dialect/book.rs")).unwrap();
    let (_, list) = shipped(&book).split_once("const TASKS").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let known: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let mut asked = String::new();
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        // Some are chosen between first and asked for below.
        let code = code(&text);
        let of_rule = code.split("task(\"").skip(1).filter_map(|rest| rest.split('"').next());
        wrong.extend(
            of_rule
                .filter(|task| !known.contains(task))
                .map(|task| format!("{name}: {task}")),
        );
        if name.starts_with("judge/") {
            asked.push_str(&code);
        }
    }
    let asked = |task: &&str| asked.contains(&format!("\"{task}\""));
    wrong.extend(
        known
            .iter()
            .filter(|task| !asked(task))
            .map(|task| format!("{task} is asked for by no rule")),
    );
    let books: String = files("dialects", "toml").into_iter().map(|(_, text)| text).collect();
    let is_done = |task: &&str| books.contains(&format!("\n{task} = "));
    wrong.extend(
        known
            .iter()
            .filter(|task| !is_done(task))
            .map(|task| format!("{task} is in no book")),
    );
    assert!(known.len() > 50, "tasks are found");
    assert_none(&wrong, "tasks without a rule or a book");
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
    let mut profiles = files("profiles", "toml");
    // What all of them know is no profile.
    profiles.retain(|(file, _)| !file.starts_with("shared/"));
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
    for id in explain::explanations().map(|it| it.id) {
        let outcome = tlswalk(&["explain", id], Duration::from_secs(60));
        let is_good = outcome.status.is_some_and(|status| status.success()) && outcome.stdout.lines().count() > 2;
        if !is_good {
            wrong.push(format!("{id}: {}", outcome.stderr.trim()));
        }
    }
    assert_none(&wrong, "verdicts that `tlswalk explain` does not explain");
}

#[test]
fn no_sample_has_a_verdict_that_nothing_explains() {
    let captures = rows().into_iter().map(|row| (row.file, row.verdict));
    let logs = log_rows().into_iter().map(|row| (row.log, row.verdict));
    let unknown = captures
        .chain(logs)
        .filter(|(_, id)| explain::explanation(id).is_none());
    let wrong: Vec<String> = unknown.map(|(file, id)| format!("{file}: {id}")).collect();
    assert_none(&wrong, "rows of samples/README.md with a verdict that there is not");
}

#[test]
fn every_rule_stands_wherever_a_verdict_must() {
    let tree = tree();
    let mut wrong = Vec::new();
    for id in of_rules() {
        wrong.extend(lacking(id, &tree).into_iter().map(|what| format!("{id}: {what}")));
    }
    for id in WITHOUT_A_RULE {
        let is_shown = rows().iter().any(|row| row.verdict == id) || log_rows().iter().any(|row| row.verdict == id);
        let is_told = tree["README.md"].contains(&format!("\n| `{id}` | "));
        if !is_shown || !is_told {
            wrong.push(format!("{id}: no sample has it, or README.md does not tell it"));
        }
    }
    assert_none(&wrong, "verdicts without a place in");
}

#[test]
fn a_new_rule_is_led_from_file_to_file_until_nothing_lacks() {
    let id = "toy-verdict";
    let mut tree = tree();
    let contributing = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let mut places = places(id);
    assert_eq!(lacking(id, &tree).len(), places.len(), "of a new rule nothing is there");
    while let Some((place, text)) = places.pop() {
        let named = place.replace(&id.replace('-', "_"), "<id>").replace(id, "<id>");
        assert!(
            contributing.contains(&format!("`{named}")),
            "CONTRIBUTING.md does not name {named}"
        );
        let file = if place.ends_with('/') {
            format!("{place}toy")
        } else {
            place
        };
        tree.entry(file).or_default().push_str(&text);
        assert_eq!(lacking(id, &tree).len(), places.len(), "{text:?} was what lacked");
    }
}

#[test]
fn every_place_of_a_rule_is_missed_where_it_is_gone() {
    let whole = tree();
    for id in of_rules() {
        for (place, text) in places(id) {
            let mut tree = whole.clone();
            let is_there = |name: &String| *name == place || place.ends_with('/') && name.starts_with(&place);
            for (_, held) in tree.iter_mut().filter(|(name, _)| is_there(name)) {
                *held = held.replace(&text, "");
            }
            let expected = [format!("{place}: nothing like {text:?}")];
            assert_eq!(lacking(id, &tree), expected, "{id}");
        }
    }
}

#[test]
fn every_other_explanation_has_a_name_in_every_language_and_a_rule_that_gives_it() {
    let mut wrong = Vec::new();
    let names = Language::ALL.map(|language| {
        let file = root().join(format!("texts/{}/names.ftl", language.tag()));
        (language.tag(), fs::read_to_string(file).unwrap())
    });
    let judge: String = sources()
        .into_iter()
        .filter(|(file, _)| file.starts_with("judge/rules/"))
        .map(|(_, text)| code(&text))
        .collect();
    for cause in OtherCause::ALL {
        for (language, names) in &names {
            if !names.contains(&format!("name-{cause} = ")) {
                wrong.push(format!("{cause} has no name in {language}"));
            }
        }
        if !judge.contains(&format!("OtherCause::{cause:?},")) {
            wrong.push(format!("no rule gives {cause}"));
        }
    }
    assert_none(&wrong, "other explanations without a name, or that nothing gives");
}

#[test]
fn no_rule_uses_another() {
    let rules: Vec<(String, String)> = files("src/judge/rules", "rs")
        .into_iter()
        .filter(|(name, _)| name != "mod.rs")
        .map(|(name, text)| (name.trim_end_matches(".rs").to_owned(), code(&text)))
        .collect();
    let is_rule = |module: &str| {
        rules
            .iter()
            .any(|(name, code)| name == module && code.contains("RULE: Rule"))
    };
    let mut wrong = Vec::new();
    for (name, code) in &rules {
        let used = named_after(code, "super::").filter(|used| used != name && is_rule(used));
        wrong.extend(used.map(|used| format!("{name} uses {used}")));
    }
    assert_none(&wrong, "rules that look at others: what two share is a file of its own");
}

#[test]
fn everything_that_is_excused_is_there() {
    let excused = NOT_A_STAGE
        .iter()
        .chain(LONG)
        .chain(READS_DEVICES)
        .map(|(file, _)| file)
        .chain(EDGE);
    let gone: Vec<String> = excused
        .filter(|file| !root().join("src").join(file).exists())
        .map(ToString::to_string)
        .collect();
    assert_none(&gone, "exceptions for files that do not exist");
}
