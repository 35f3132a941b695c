//! Which library a Client Hello looks like: right wherever it is named, on attempts whose client is known by how they were made,
//! and never a reason to be surer.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::{root, tlswalk};
use serde_json::Value;

const TIME_LIMIT: Duration = Duration::from_secs(120);

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn report(arguments: &[&str], file: &str) -> Value {
    let mut all: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
    all.extend(["--profile", "default", "--all", "-f", "json", file].map(str::to_owned));
    tlswalk(&all, TIME_LIMIT).report()
}

/// Right, wrong and unnamed attempts of one client.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    right: u32,
    wrong: u32,
    unnamed: u32,
}

/// The clients of `samples/make/stacks/record.py`, each against six servers: the address of the server names the attempt.
#[test]
fn a_library_that_is_named_is_the_one_that_wrote_the_hello() {
    let folder = root().join("tests/data/stacks");
    let attempts = std::fs::read_to_string(folder.join("attempts.tsv")).unwrap();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for server in ["openssl", "gnutls", "nss", "java", "go", "node"] {
        let file = folder.join(format!("{server}.pcap.zst"));
        let report = report(&[], &file.to_string_lossy());
        for row in attempts.lines().filter(|line| !line.starts_with('#')) {
            let row: Vec<&str> = row.split('\t').collect();
            if row[0] != server {
                continue;
            }
            let address = format!("{}:443", row[1]);
            let connection = list(&report["connections"]).iter().find(|it| it["server"] == *address);
            let own = connection.map(|it| &it["id"]);
            let told = list(&report["attempts"])
                .iter()
                .find(|attempt| list(&attempt["connections"]).iter().any(|id| Some(id) == own))
                .unwrap_or_else(|| panic!("{row:?} is not told"));
            let count = counts.entry(row[2]).or_default();
            match text(&told["client_looks_like"]["stack"]) {
                "" => count.unnamed += 1,
                stack if stack == row[2] => count.right += 1,
                // Node.js is OpenSSL with suites of its own; told to use others, it cannot be told apart.
                "openssl" if row[2] == "node" => count.right += 1,
                _ => count.wrong += 1,
            }
        }
    }
    let all = counts.values().fold(Count::default(), |sum, it| Count {
        right: sum.right + it.right,
        wrong: sum.wrong + it.wrong,
        unnamed: sum.unnamed + it.unnamed,
    });
    println!("{counts:?}");
    assert_eq!(counts.len(), 6, "{counts:?}");
    for (client, count) in &counts {
        assert!(count.wrong * 99 <= count.right, "{client}: {count:?}");
        // Conservative, and yet of use: of each client most attempts are named.
        assert!(
            count.right * 10 >= (count.right + count.unnamed) * 9,
            "{client}: {count:?}"
        );
    }
    assert!(all.right > 900 && all.wrong == 0, "{all:?}");
}

/// Chromium 156, which puts its extensions in another order each time: three calls of it, six hellos.
#[test]
fn hellos_of_chromium_are_named() {
    let file = root().join("tests/data/stacks/chromium.pcap.zst");
    let report = report(&[], &file.to_string_lossy());
    let attempts = list(&report["attempts"]);
    let named = attempts.iter().map(|it| text(&it["client_looks_like"]["stack"]));
    assert_eq!(named.collect::<Vec<_>>(), ["chromium"; 6]);
}

/// The samples say in their rows which program the client was.
#[test]
fn samples_of_other_programs_are_not_taken_for_one_of_these() {
    let rows = crate::support::rows();
    let mut named = 0;
    for row in rows {
        let report = report(&[], &root().join("samples").join(&row.file).to_string_lossy());
        for attempt in list(&report["attempts"]) {
            let stack = text(&attempt["client_looks_like"]["stack"]);
            named += usize::from(!stack.is_empty());
            // No sample was recorded with a browser, with Windows, Go or Node.js.
            assert!(
                ["", "openssl", "gnutls", "nss", "java"].contains(&stack),
                "{}: {stack}",
                row.file
            );
            let of_rustls = row.file.contains("rustls.pcap") || row.file.contains("rustls-both");
            assert!(
                !of_rustls || stack.is_empty() || row.file.starts_with("client-"),
                "{}: {stack}",
                row.file
            );
        }
    }
    assert!(named > 100, "{named}");
}

/// The commands follow the library, the verdict and its confidence do not.
#[test]
fn a_library_chooses_commands_and_nothing_else() {
    let folder = root().join("tests/data/stacks");
    for (server, client, address, line) in [
        ("openssl", "java", "10.99.13.5", "keytool -importcert -cacerts"),
        ("openssl", "go", "10.99.14.5", "SSL_CERT_FILE="),
        (
            "openssl",
            "gnutls",
            "10.99.11.23",
            "gnutls-cli --list --priority NORMAL",
        ),
        ("openssl", "nss", "10.99.12.21", "tstclnt -d sql:"),
    ] {
        let file = folder.join(format!("{server}.pcap.zst")).to_string_lossy().into_owned();
        let find = |report: &Value| {
            let own = list(&report["connections"])
                .iter()
                .find(|it| it["server"] == format!("{address}:443"))
                .map(|it| it["id"].clone());
            list(&report["attempts"])
                .iter()
                .find(|attempt| list(&attempt["connections"]).iter().any(|id| Some(id) == own.as_ref()))
                .cloned()
                .unwrap()
        };
        let (told, plain) = (
            find(&report(&[], &file)),
            find(&report(&["--dialect", "generic"], &file)),
        );
        assert_eq!(told["client_looks_like"]["stack"], client);
        assert!(plain.get("client_looks_like").is_none());
        for field in ["id", "confidence", "by", "at", "summary", "evidence", "alternatives"] {
            assert_eq!(told["verdict"][field], plain["verdict"][field], "{client}: {field}");
        }
        let (told, plain) = (
            told["verdict"]["remedy"].to_string(),
            plain["verdict"]["remedy"].to_string(),
        );
        assert!(told.contains(line), "{client}: {told}");
        assert!(!plain.contains(line), "{client}");
    }
}

/// Five libraries that were told to use a single group which no server of the recording takes.
#[test]
fn clients_of_one_group_are_told_to_offer_more() {
    let file = root().join("tests/data/stacks/openssl.pcap.zst");
    let report = report(&[], &file.to_string_lossy());
    for client in [
        "10.99.10.24",
        "10.99.11.24",
        "10.99.12.24",
        "10.99.14.24",
        "10.99.15.24",
    ] {
        let server = format!("{client}:443");
        let mut attempts = list(&report["attempts"]).iter();
        let own = attempts
            .find(|it| it["verdict"]["remedy"].to_string().contains(&server))
            .unwrap();
        let first = &own["verdict"]["remedy"][0];
        assert!(first["do"].as_str().unwrap().contains("offer more groups"), "{first}");
        assert!(list(&first["commands"]).is_empty(), "{first}");
    }
}

/// Go brings back old suites by a variable: no help where the client was told to offer few modern ones.
#[test]
fn what_brings_back_old_suites_is_no_cure_for_few_modern_ones() {
    let file = root().join("tests/data/stacks/openssl.pcap.zst");
    let report = report(&[], &file.to_string_lossy());
    let mut attempts = list(&report["attempts"]).iter();
    let own = attempts.find(|it| it["verdict"]["remedy"].to_string().contains("10.99.14.23:443"));
    let remedy = own.unwrap()["verdict"]["remedy"].to_string();
    assert!(remedy.contains("suites") && !remedy.contains("GODEBUG"), "{remedy}");
}
