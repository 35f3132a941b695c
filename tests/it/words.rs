//! What a person reads is plain English: idioms that only their author understands stay out of catalogues, explanations,
//! documents and help.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{root, tlswalk};

/// Idioms, and what to write instead.
const IDIOMS: &[(&str, &str)] = &[
    ("anew", "again, or: renew"),
    ("second best", "say when it is to be done"),
    ("broke off", "aborted"),
    ("broke it off", "aborted it"),
    ("just so", "in the same way"),
    ("goes on with", "continues with"),
    ("all the same", "nevertheless"),
    ("it watched", "it covers"),
    ("as a server does that", "which is how a server …"),
    ("are no arrivals", "does not count as an arrival"),
    ("is rather", "is more likely"),
    ("push out nothing", "never evicts"),
    ("shall", "must, or: will"),
    ("in vain", "without success"),
    ("log tells", "log shows"),
    ("logs tell", "logs show"),
    ("as a rule", "usually"),
    ("broke the handshake", "aborted the handshake"),
    ("without a word", "without sending anything"),
    ("so to say", "leave it out"),
    ("is told to use", "is configured to use"),
    ("in the midst of", "during"),
    ("for want of", "because there is no"),
    ("see to it", "make sure"),
    ("see whether", "check whether"),
    ("see why", "find out why"),
    ("good attempt", "successful attempt"),
    ("good attempts", "successful attempts"),
    ("by turns", "in alternation"),
    ("on and off", "intermittently"),
    ("what holds", "which settings are in effect"),
    ("stand for anything", "are wildcards"),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "ftl" || it == "md") {
            found.push(path);
        }
    }
}

/// The idioms in a text, as whole words.
fn idioms(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // The name of a message is read by nobody.
        let told = line
            .split_once(" = ")
            .filter(|_| name.ends_with(".ftl"))
            .map_or(line, |(_, told)| told);
        let words: Vec<String> = told
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let line = format!(" {} ", words.join(" "));
        let hits = IDIOMS.iter().filter(|(idiom, _)| line.contains(&format!(" {idiom} ")));
        found.extend(hits.map(|(idiom, instead)| format!("{name}:{}: “{idiom}”: {instead}", number + 1)));
    }
    found
}

#[test]
fn no_text_has_an_idiom_of_ours() {
    let mut paths = Vec::new();
    files(&root().join("texts/en"), &mut paths);
    files(&root().join("docs"), &mut paths);
    let documents = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"];
    paths.extend(documents.iter().map(|name| root().join(name)));
    let mut found = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        found.extend(idioms(&name, &fs::read_to_string(&path).unwrap()));
    }
    for command in [
        "", "slice", "verify", "diff", "why", "whynot", "check", "triage", "explain",
    ] {
        let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|it| !it.is_empty()).collect();
        let help = tlswalk(&arguments, Duration::from_secs(60)).stdout;
        assert!(help.contains("Usage:"), "{command}");
        found.extend(idioms(&format!("{command} --help"), &help));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn idioms_are_found_as_whole_words() {
    assert_eq!(idioms("x", "It was made anew.\nrenewal, ashallow").len(), 1);
    assert_eq!(idioms("x", "Refused, just so:").len(), 1);
}
