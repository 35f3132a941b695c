//! SECURITY.md and docs/dependencies.md → whether what they claim has its test, and is so where a test can read it off the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// The Rust files that people run: name from the repository's root, and code without comments and tests.
fn code() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut paths = Vec::new();
    for folder in ["src", "mcp/src", "python/src"] {
        walk(&root().join(folder), &mut paths);
    }
    let code = paths
        .into_iter()
        .filter(|it| it.extension().is_some_and(|it| it == "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let lines = shipped.lines().map(|line| line.split("//").next().unwrap());
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            (name, lines.collect::<Vec<_>>().join("\n"))
        });
    let code: Vec<_> = code.collect();
    assert!(code.len() > 400, "{}", code.len());
    code
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// True if a text has a word, and not as a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

#[test]
fn own_code_is_without_unsafe() {
    assert!(has_word("let x = unsafe { y };", "unsafe") && !has_word("unsafe_code", "unsafe"));
    let found: Vec<String> = code()
        .into_iter()
        .filter(|(_, code)| has_word(code, "unsafe"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(found, Vec::<String>::new());
    for manifest in ["Cargo.toml", "mcp/Cargo.toml"] {
        assert!(text(manifest).contains("unsafe_code = \"forbid\""), "{manifest}");
    }
}

#[test]
fn nothing_but_serve_knows_of_sockets() {
    let names = [
        "TcpListener",
        "TcpStream",
        "UdpSocket",
        "UnixStream",
        "ToSocketAddrs",
        "getaddrinfo",
    ];
    let mut serving = 0;
    for (name, code) in code() {
        let found: Vec<&str> = names.into_iter().filter(|it| has_word(&code, it)).collect();
        match name.starts_with("src/cli/commands/serve/") {
            true => serving += found.len(),
            false => assert_eq!(found, [""; 0], "{name}"),
        }
        assert!(
            !code.contains("TcpStream::connect") && !code.contains("UdpSocket::bind"),
            "{name}"
        );
    }
    assert!(serving > 0, "serve listens");
}

#[test]
fn one_file_alone_uses_tls_parser() {
    let used: Vec<String> = code()
        .into_iter()
        .filter(|(_, code)| has_word(code, "tls_parser"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(used, ["src/tls/fixed.rs"]);
}

/// The rows of a document's tables, each as its cells.
fn table(document: &str) -> Vec<Vec<String>> {
    let rows = document
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| row.split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// Text in one line, so that a claim may stand on two.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_claim_of_safety_stands_where_it_is_said_and_has_its_test() {
    let document = text("SECURITY.md");
    let claims: Vec<_> = table(&document)
        .into_iter()
        .filter(|row| row.len() == 3 && row[2].contains(".rs::"))
        .collect();
    assert!(claims.len() > 20, "{}", claims.len());
    let mut wrong = Vec::new();
    for row in &claims {
        let [claim, place, test] = [&row[0], &row[1], &row[2]];
        // What stands in the table alone is said there.
        if place != "SECURITY.md" && !flat(&text(place)).contains(&flat(claim)) {
            wrong.push(format!("{place} does not say: {claim}"));
        }
        let (file, name) = test.trim_matches('`').split_once("::").unwrap();
        let body = fs::read_to_string(root().join(file)).unwrap_or_default();
        if !body.contains(&format!("fn {name}(")) {
            wrong.push(format!("{claim}: there is no {file}::{name}"));
        }
    }
    // Each sentence of the README on this has a row.
    let readme: BTreeSet<&str> = claims
        .iter()
        .filter(|it| it[1] == "README.md")
        .map(|it| it[0].as_str())
        .collect();
    for claim in [
        "without `unsafe`",
        "tlswalk sends nothing",
        "decrypts nothing",
        "reads no clock",
    ] {
        assert!(flat(&text("README.md")).contains(claim), "{claim}");
        if !readme.contains(claim) {
            wrong.push(format!("README.md: {claim} has no row"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_direct_dependency_has_been_reviewed_in_the_version_that_is_built() {
    let lock: toml::Table = text("Cargo.lock").parse().unwrap();
    let versions: BTreeSet<(String, String)> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            [&it["name"], &it["version"]]
                .map(|it| it.as_str().unwrap().to_owned())
                .into()
        })
        .collect();
    let document = text("docs/dependencies.md");
    let reviewed: BTreeSet<(String, String)> = table(&document)
        .into_iter()
        .filter(|row| row.len() > 2 && row[0].starts_with('`'))
        .map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone()))
        .collect();
    let mut wrong: Vec<String> = reviewed
        .difference(&versions)
        .map(|(name, version)| format!("{name} {version} is reviewed, and another version is built"))
        .collect();
    let mut direct = BTreeSet::new();
    for manifest in ["Cargo.toml", "mcp/Cargo.toml", "python/Cargo.toml"] {
        let manifest: toml::Table = text(manifest).parse().unwrap();
        let of_targets = manifest.get("target").and_then(toml::Value::as_table).into_iter();
        let of_targets = of_targets.flat_map(|it| it.values()).filter_map(toml::Value::as_table);
        for table in of_targets.chain([&manifest]) {
            let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
            direct.extend(dependencies.into_iter().flat_map(|it| it.keys().cloned()));
        }
    }
    direct.remove("tlswalk");
    assert!(direct.len() > 35, "{direct:?}");
    let names: BTreeSet<&str> = reviewed.iter().map(|(name, _)| name.as_str()).collect();
    let missing = direct.iter().filter(|it| !names.contains(it.as_str()));
    wrong.extend(missing.map(|it| format!("{it} has no row in docs/dependencies.md")));
    assert_eq!(wrong, Vec::<String>::new());
}
