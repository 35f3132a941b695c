//! Dialects: nobody is told the words or commands of a product that is not in the capture, and a cure is for the machine and the
//! cause that the verdict names.
use std::path::PathBuf;

use crate::support::{log_rows, root, rows, samples, skip, tlswalk};
use serde_json::Value;
use tlswalk::base::dialect::Dialect;
use tlswalk::base::phrase::Language;
use tlswalk::{Host, Options, Target};

/// Words that belong to a product or to licensing; a name in the capture may hold them.
const WORDS_OF_PRODUCTS: &[&str] = &[
    "controller",
    "wlc",
    "catalyst",
    "show license",
    "show logging",
    "show ip",
    "show crypto",
    "show clock",
    "vrf",
    "ip http client",
    "ip tcp mss",
    "trust pool",
    "trustpool",
    "trustpoint",
    "identrust",
    "smart_lic",
    "monitor capture",
    "control plane",
    "configure terminal",
    "licensing",
    "on-prem",
    "ios xe",
    "telnet",
    "no-licensing-traffic",
    "コントローラ",
    "ライセンス",
    "トラストポイント",
    "トラストプール",
];

/// Captures beside the repository: none of them is of a controller.
fn beside(test: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["../shared/field/captures", "../shared/corpus/captures"] {
        match std::fs::read_dir(root().join(folder)) {
            Ok(folder) => files.extend(folder.map(|entry| entry.unwrap().path())),
            Err(_) => skip(test, &format!("{folder} is not there")),
        }
    }
    files.retain(|path| path.to_string_lossy().contains(".pcap"));
    files
}

/// The report of a capture, every TLS connection of it judged by the default profile; `None` where it cannot be read.
fn judged(path: &PathBuf, language: Language) -> Option<Value> {
    let options = Options {
        language,
        ..Options::everything()?
    };
    let capture = std::fs::File::open(path).ok()?;
    let report = tlswalk::analyze(capture, &path.to_string_lossy(), &options).ok()?;
    serde_json::to_value(report).ok()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What a verdict says in words.
fn told(verdict: &Value) -> Vec<&str> {
    let clauses = [&verdict["evidence"], &verdict["alternatives"], &verdict["remedy"]];
    let fields = clauses.into_iter().flat_map(list).flat_map(|clause| {
        let of = |name: &str| text(&clause[name]);
        [of("what"), of("why_not"), of("do"), of("who"), of("verify")]
    });
    let commands = list(&verdict["remedy"]).iter().flat_map(|it| list(&it["commands"]));
    let plain = list(&verdict["cannot_tell"]).iter().chain(commands).map(text);
    fields.chain(plain).chain([text(&verdict["summary"])]).collect()
}

/// Names that the capture holds: what they say is nobody's advice.
fn names(report: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for attempt in list(&report["attempts"]) {
        names.push(text(&attempt["name"]).to_lowercase());
    }
    for connection in list(&report["connections"]) {
        for side in ["client", "server"] {
            for certificate in list(&connection["certificates"][side]) {
                names.extend(["subject", "issuer"].map(|it| text(&certificate[it]).to_lowercase()));
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
}

#[test]
fn the_default_profile_has_no_word_of_a_product() {
    let mut files = samples();
    files.extend(beside("dialects"));
    let mut wrong = Vec::new();
    for path in &files {
        let languages = if path.starts_with(root().join("samples")) {
            &Language::ALL[..]
        } else {
            &[Language::En][..]
        };
        for &language in languages {
            let Some(report) = judged(path, language) else { continue };
            let names = names(&report);
            // That is what RFC 5415 calls it, whoever makes it.
            let is_join = list(&report["attempts"])
                .iter()
                .any(|it| text(&it["transport"]) == "capwap");
            let verdicts = list(&report["attempts"]).iter().map(|it| &it["verdict"]);
            for told in verdicts.chain([&report["verdict"]]).flat_map(told) {
                let own = names
                    .iter()
                    .fold(told.to_lowercase(), |text, name| text.replace(name.as_str(), ""));
                let mut words = WORDS_OF_PRODUCTS.iter();
                let word = words
                    .find(|word| own.contains(**word) && !(is_join && ["controller", "コントローラ"].contains(word)));
                // A server's own words stand in quotation marks.
                if let Some(word) = word.filter(|_| !told.contains('“') && !told.contains('「')) {
                    wrong.push(format!("{}: {word}: {told}", path.display()));
                }
            }
        }
    }
    assert!(files.len() > 100, "there are captures");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// What contradicts itself between a verdict and its cure.
fn contradictions(attempt: &Value) -> Vec<String> {
    let verdict = &attempt["verdict"];
    let (id, summary) = (text(&verdict["id"]), text(&verdict["summary"]));
    let causes: Vec<&str> = list(&verdict["causes"]).iter().map(text).collect();
    let remedies = list(&verdict["remedy"]);
    let of_vendor = matches!(text(&attempt["transport"]), "cssm" | "call-home");
    let mut wrong = Vec::new();
    // Where an access point joins, the server is the machine whose commands are told.
    let is_join = text(&attempt["transport"]) == "capwap";
    for remedy in remedies {
        let (owner, action) = (text(&remedy["owner"]), text(&remedy["do"]));
        let on_server = owner == "server" && !is_join;
        if on_server
            && ["choose a ", "set the clock", "clock of the", "'s clock"]
                .iter()
                .any(|it| action.contains(it))
        {
            wrong.push(format!("the client's work on the server: {action}"));
        }
        // The machine that its first clause names has to be its owner's.
        let first = action.split([';', ':']).next().unwrap();
        let names = |machines: &[&str]| machines.iter().any(|machine| first.contains(machine));
        let of_client = [
            "in the client",
            "on the client",
            "in the controller",
            "on the controller",
        ];
        if on_server && names(&of_client) {
            wrong.push(format!("the client's settings on the server: {action}"));
        }
        if owner == "wlc" && names(&["on the server", "listens on port", "log of the server"]) {
            wrong.push(format!("the server's work on the client: {action}"));
        }
        if on_server && of_vendor && action.contains("trust its issuer") {
            wrong.push(format!("the vendor's cloud is not ours to change: {action}"));
        }
        if on_server
            && !list(&remedy["commands"])
                .iter()
                .all(|it| text(it).starts_with("openssl s_client"))
        {
            wrong.push(format!("the client's commands on the server: {action}"));
        }
        if summary.contains("certificate_revoked") && (action.contains("clock") || action.contains("trust")) {
            wrong.push(format!("revoked, and: {action}"));
        }
        if causes.first() == Some(&"missing") && action.contains("trust its issuer") {
            wrong.push(format!("none was sent, and: {action}"));
        }
    }
    let first = remedies.first().map(|it| text(&it["do"])).unwrap_or_default();
    let unseen = matches!(
        causes.first(),
        Some(&("not-trusted-by-client" | "encrypted" | "not-captured"))
    );
    if id == "server-certificate-rejected" && unseen {
        if summary.contains("unknown_ca") && first.contains("clock") {
            wrong.push(format!("unknown_ca, and first: {first}"));
        }
        if summary.contains("certificate_expired") && !first.contains("clock") {
            wrong.push(format!("certificate_expired, and first: {first}"));
        }
    }
    if summary.contains("inappropriate_fallback") && first.contains("newer version than") {
        wrong.push(format!("a second try, and: {first}"));
    }
    wrong
}

#[test]
fn a_cure_is_for_the_machine_and_the_cause_that_the_verdict_names() {
    let mut wrong = Vec::new();
    let mut hold = |name: &str, report: &Value| {
        for attempt in list(&report["attempts"]) {
            wrong.extend(contradictions(attempt).into_iter().map(|it| format!("{name}: {it}")));
        }
    };
    for path in beside("cures") {
        if let Some(report) = judged(&path, Language::En) {
            hold(&path.to_string_lossy(), &report);
        }
    }
    for row in rows() {
        let file = format!("samples/{}", row.file);
        let mut arguments = row.options.clone();
        arguments.extend(["--format", "json", &file].map(String::from));
        let report: Value =
            serde_json::from_str(&tlswalk(&arguments, std::time::Duration::from_secs(60)).stdout).unwrap();
        hold(&row.file, report.get(0).unwrap_or(&report));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_dialect_calls_the_client_by_its_name_and_types_its_own_commands() {
    let name = "server-certificate-clock-wrong.pcap";
    for (dialect, who, line) in [
        (Dialect::Generic, "client", "timedatectl"),
        (Dialect::IosXe, "device", "configure terminal"),
        (Dialect::IosXeWireless, "controller", "configure terminal"),
        (Dialect::IosXr, "router", "  commit"),
        (Dialect::NxOs, "switch", "show ntp peer-status"),
        (Dialect::Asa, "firewall that connects", "show ntp status"),
    ] {
        let row = rows().into_iter().find(|row| row.file == name).unwrap();
        let mut arguments = row.options;
        arguments.extend(
            [
                "--format",
                "json",
                "--dialect",
                dialect.name(),
                &format!("samples/{name}"),
            ]
            .map(String::from),
        );
        let outcome = tlswalk(&arguments, std::time::Duration::from_secs(60));
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let report = report.get(0).unwrap_or(&report);
        assert_eq!(report["dialect"], dialect.name());
        let remedies = list(&report["attempts"][0]["verdict"]["remedy"]);
        let own = remedies.iter().find(|it| it["owner"] == "wlc").unwrap();
        assert_eq!(own["who"], who);
        assert!(
            list(&own["commands"]).iter().any(|it| it == line),
            "{}: {own}",
            dialect.name()
        );
        for foreign in ["show license air", "license smart proxy"] {
            assert!(!own.to_string().contains(foreign), "{}: {own}", dialect.name());
        }
    }
}

#[test]
fn a_dialect_that_is_named_holds_for_every_client() {
    let options = Options {
        dialect: Some(Dialect::NxOs),
        on_prem: vec![Target {
            host: Host::Name("none.example".to_owned()),
            port: None,
        }],
        ..Options::everything().unwrap()
    };
    let file = std::fs::read(root().join("samples/version-mismatch.pcap")).unwrap();
    let report = tlswalk::analyze(&file[..], "x", &options).unwrap();
    assert!(report.attempts[0].verdict.remedy.iter().any(|it| it.who == "switch"));
}

/// The lines of a book in `dialects/`, with what is filled in in braces and what is optional in brackets.
fn lines_of(book: &str) -> Vec<String> {
    fn collect(value: &toml::Value, lines: &mut Vec<String>) {
        match value {
            toml::Value::String(line) => lines.push(line.clone()),
            toml::Value::Array(all) => all.iter().for_each(|it| collect(it, lines)),
            toml::Value::Table(all) => all.values().for_each(|it| collect(it, lines)),
            _ => {}
        }
    }
    let text = std::fs::read_to_string(root().join(format!("dialects/{book}.toml"))).unwrap();
    let book: toml::Table = text.parse().unwrap();
    let mut lines = Vec::new();
    for part in ["modes", "tasks"] {
        book.get(part).into_iter().for_each(|it| collect(it, &mut lines));
    }
    lines
}

/// Every form of a line, with and without what is optional.
fn forms(line: &str) -> Vec<String> {
    let Some((before, rest)) = line.split_once('[') else {
        return vec![line.to_owned()];
    };
    let (inner, after) = rest.split_once(']').unwrap();
    let behind = forms(after);
    let without = behind.iter().map(|after| format!("{before}{after}"));
    let with = behind.iter().map(|after| format!("{before}{inner}{after}"));
    without.chain(with).collect()
}

/// True if a command is a line of a book with something in place of each name.
fn is_filled(command: &str, form: &str) -> bool {
    let mut literal = form.split('{').map(|piece| piece.rsplit('}').next().unwrap());
    let Some(mut rest) = command.strip_prefix(literal.next().unwrap()) else {
        return false;
    };
    for piece in literal {
        // A value has one character at least.
        let found = match (piece, rest.char_indices().nth(1)) {
            ("", _) => Some(rest.len()),
            (_, Some((from, _))) => rest[from..].find(piece).map(|at| from + at + piece.len()),
            (_, None) => None,
        };
        let Some(end) = found else { return false };
        rest = &rest[end..];
    }
    rest.is_empty()
}

/// The books that a dialect's commands may stand in; a check of the server is made on any machine with a shell.
fn books_of(dialect: &str) -> Vec<String> {
    let own: &[&str] = match dialect {
        "ios-xe-wireless" => &["ios-xe", "ios-xe-wireless", "generic"],
        // Of a client of which nothing is known, the hello may show the library.
        "generic" => &[
            "generic", "openssl", "gnutls", "java", "go", "node", "nss", "chromium", "schannel",
        ],
        other => &[other, "generic"],
    };
    own.iter()
        .flat_map(|book| lines_of(book))
        .flat_map(|line| forms(&line))
        .collect()
}

#[test]
fn every_command_of_a_sample_stands_in_the_book_of_its_dialect() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    let mut hold = |name: &str, report: &Value, books: &std::collections::BTreeMap<&str, Vec<String>>| {
        let own = text(&report["dialect"]);
        // A client of which only the library is known has that library's lines, whatever the report is about.
        let of_attempts = list(&report["attempts"]).iter().map(|it| {
            let looks_like = it.get("client_looks_like").is_some();
            (if looks_like { "generic" } else { own }, &it["verdict"])
        });
        let remedies = of_attempts.chain([(own, &report["verdict"])]);
        let remedies = remedies.flat_map(|(book, it)| list(&it["remedy"]).iter().map(move |remedy| (book, remedy)));
        for (book, remedy) in remedies {
            let lines = &books[book];
            for command in list(&remedy["commands"]).iter().map(text) {
                seen += 1;
                if !lines
                    .iter()
                    .any(|line| is_filled(command.trim_start(), line.trim_start()))
                {
                    wrong.push(format!("{name}: {command}"));
                }
            }
        }
    };
    let books = Dialect::ALL
        .map(|dialect| (dialect.name(), books_of(dialect.name())))
        .into();
    let run = |options: &[String], file: Option<&String>| {
        let mut arguments = options.to_vec();
        arguments.extend(["--format", "json"].map(String::from));
        arguments.extend(file.map(|file| format!("samples/{file}")));
        let report = tlswalk(&arguments, std::time::Duration::from_secs(60)).stdout;
        let report: Value = serde_json::from_str(&report).unwrap();
        report.get(0).cloned().unwrap_or(report)
    };
    for dialect in [None, Some(Dialect::NxOs), Some(Dialect::Asa), Some(Dialect::IosXr)] {
        let more: Vec<String> = dialect
            .into_iter()
            .flat_map(|it| ["--dialect".to_owned(), it.name().to_owned()])
            .collect();
        for row in rows() {
            let options = [row.options, more.clone()].concat();
            hold(&row.file, &run(&options, Some(&row.file)), &books);
        }
        for row in log_rows() {
            let log = ["--log".to_owned(), format!("samples/{}", row.log)];
            let options = [row.options, log.to_vec(), more.clone()].concat();
            hold(&row.log, &run(&options, row.capture.as_ref()), &books);
        }
    }
    assert!(seen > 1_000, "{seen}");
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_line_is_recognised_with_its_values_and_no_other() {
    assert_eq!(forms("a[ {b}][ c]").len(), 4);
    assert!(is_filled("telnet x 443", "telnet {host} {port}"));
    assert!(is_filled("telnet x 443 /vrf y", "telnet {host} {port} /vrf {vrf}"));
    assert!(!is_filled("show clock", "show clock detail"));
    assert!(!is_filled("show clock detail", "show clock"));
}

#[test]
fn a_line_that_no_document_has_is_printed_with_that_remark() {
    // `tcp mss`: no public text from IOS XR was found that has it.
    let row = rows()
        .into_iter()
        .find(|row| row.file == "silent-mid-handshake.pcap")
        .unwrap();
    let printed = |dialect: &str, language: &str| {
        let mut arguments = row.options.clone();
        let more = [
            "--lang",
            language,
            "--dialect",
            dialect,
            "-f",
            "json",
            "samples/silent-mid-handshake.pcap",
        ];
        arguments.extend(more.map(String::from));
        let report: Value =
            serde_json::from_str(&tlswalk(&arguments, std::time::Duration::from_secs(60)).stdout).unwrap();
        report.get(0).unwrap_or(&report)["attempts"][0]["verdict"]["remedy"].to_string()
    };
    let xr = printed("ios-xr", "en");
    assert!(xr.contains("found in no document: tcp mss "), "{xr}");
    assert!(printed("ios-xr", "ja").contains("確認していないコマンド：tcp mss "));
    assert!(!printed("ios-xe-wireless", "en").contains("found in no document"));
}

#[test]
fn each_book_of_a_product_says_of_each_of_its_lines_where_it_stands_or_that_nobody_read_it() {
    for book in ["asa", "ios-xr", "nx-os", "ios-xe", "ios-xe-wireless"] {
        let text = std::fs::read_to_string(root().join(format!("dialects/{book}.toml"))).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let sources = table["sources"].as_array().unwrap();
        assert!(sources.len() > 3, "{book}: {sources:?}");
        assert!(text.contains("none of them was tried on a device"), "{book}");
        let marked = table["tasks"].as_table().unwrap().values();
        let marked = marked.filter(|it| it.get("unread").is_some_and(|it| it.as_bool() == Some(true)));
        let (marked, is_looked_up) = (marked.count(), ["asa", "ios-xr", "nx-os"].contains(&book));
        assert_eq!(marked > 0, is_looked_up, "{book}: {marked}");
    }
}

#[test]
fn a_service_that_opens_the_connection_is_no_controller() {
    let minute = std::time::Duration::from_secs(60);
    for (sample, format) in [
        ("cslu-initiated", "text"),
        ("cslu-initiated-https", "text"),
        ("cslu-initiated-https", "html"),
    ] {
        let file = format!("samples/{sample}.pcap");
        let shown = tlswalk(&["-v", "-f", format, "--cslu", "10.10.20.7", &file], minute).stdout;
        assert!(shown.contains("10.10.20.7"), "{shown}");
        assert!(!shown.contains("controller"), "{shown}");
    }
}
