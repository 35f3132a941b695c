//! The catalogues in `texts/`: every text in every language, none too many, and no other language in a Japanese report.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crate::support::{Row, log_rows, root, rows, tlswalk};
use fluent_bundle::FluentResource;
use serde_json::Value;
use tlswalk::base::carrier::Carrier;
use tlswalk::base::dialect::Dialect;
use tlswalk::base::phrase::Language;
use tlswalk::report::explain::{TOPICS, explanations};
use unicode_width::UnicodeWidthStr as _;

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Samples whose Japanese reports are kept, to be read: one of each kind of screen.
const READ: [&str; 10] = [
    "client-certificate-self-signed-expired.pcap",
    "crl-fetch-failed.pcap",
    "dns-error-nxdomain.pcap",
    "healthy-tls12.pcap",
    "incomplete-capture-one-direction.pcap",
    "interception-mitmproxy.pcap",
    "no-licensing-traffic.pcap",
    "proxy-authentication-required.pcap",
    "reset-during-handshake-middlebox.pcap",
    "tcp-no-response.pcap",
];

/// Columns of the widest page.
const WIDEST: usize = 110;

/// First words of commands and settings: they are English in every language.
const COMMANDS: [&str; 10] = [
    "show",
    "license",
    "ip",
    "configure",
    "monitor",
    "crypto",
    "copy",
    "telnet",
    "ping",
    "no",
];

/// The files of a folder with that extension, with their text.
fn files(folder: &Path, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// The files of a folder itself, with their text: those of dialects and carriers stand in folders below.
fn texts(language: Language) -> Vec<(String, String)> {
    let dialects: BTreeSet<String> = Dialect::ALL.map(|it| format!("{}.ftl", it.name())).into();
    let carriers = Carrier::ALL.into_iter().filter(|it| it.is_datagram());
    let carriers: BTreeSet<String> = carriers.map(|it| format!("{}.ftl", it.name())).collect();
    let mut texts = files(&root().join("texts").join(language.tag()), "ftl");
    texts.retain(|(name, _)| !dialects.contains(name) && !carriers.contains(name));
    texts
}

/// The files of the dialects, and of what TLS travels in.
fn of_dialects(language: Language) -> Vec<(String, String)> {
    let folder = root().join("texts").join(language.tag());
    ["dialects", "carriers"]
        .into_iter()
        .flat_map(|it| files(&folder.join(it), "ftl"))
        .collect()
}

/// A catalogue: each message's id with its pattern.
fn catalogue(language: Language) -> BTreeMap<String, String> {
    messages(texts(language), language)
}

fn messages(files: Vec<(String, String)>, language: Language) -> BTreeMap<String, String> {
    let mut messages: BTreeMap<String, String> = BTreeMap::new();
    for (name, text) in files {
        let mut last: Option<String> = None;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with([' ', '}']) {
                let id = last.as_ref().unwrap_or_else(|| panic!("{name}: {line}"));
                messages.get_mut(id).unwrap().push_str(line);
            } else if let Some((id, pattern)) = line.split_once(" = ") {
                let twice = messages.insert(id.to_owned(), pattern.to_owned());
                assert!(twice.is_none(), "{name}: {id} stands twice in {}", language.tag());
                last = Some(id.to_owned());
            } else {
                assert!(line.is_empty(), "{name}: {line}");
            }
        }
    }
    messages
}

/// The variables of a pattern that are shown; one that only selects a form may be missing where there is one form.
fn variables(pattern: &str) -> BTreeSet<&str> {
    values(pattern)
        .filter(|(_, chooses)| !chooses)
        .map(|(name, _)| name)
        .collect()
}

/// The values that a pattern shows or chooses its words by.
fn mentioned(pattern: &str) -> BTreeSet<&str> {
    values(pattern).map(|(name, _)| name).collect()
}

/// The values of a pattern, and whether they only choose its words there.
fn values(pattern: &str) -> impl Iterator<Item = (&str, bool)> {
    let name = |rest: &str| {
        rest.find(|c: char| c != '-' && !c.is_alphanumeric())
            .unwrap_or(rest.len())
    };
    pattern.split('$').skip(1).map(move |rest| {
        let (variable, behind) = rest.split_at(name(rest));
        (variable, behind.trim_start().starts_with("->"))
    })
}

/// The string literals of the sources outside their tests.
fn literals() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, text) in files(&root().join("src"), "rs") {
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            found.extend(
                line.split('"')
                    .skip(1)
                    .step_by(2)
                    .map(|literal| (name.clone(), literal.to_owned())),
            );
        }
    }
    found
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}')
}

/// Japanese next to a Latin letter or digit without the space that the catalogues put there.
fn lacks_space(text: &str) -> bool {
    let pairs = text.chars().zip(text.chars().skip(1));
    pairs
        .into_iter()
        .any(|(a, b)| is_japanese(a) && b.is_ascii_alphanumeric() || a.is_ascii_alphanumeric() && is_japanese(b))
}

#[test]
fn every_catalogue_is_read_without_an_error_and_belongs_to_its_language() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
    let phrase = read("src/base/phrase.rs");
    let dialect = read("src/base/dialect.rs") + &read("src/base/carrier.rs");
    let mut names = BTreeSet::new();
    for language in Language::ALL {
        for (name, text) in texts(language).into_iter().chain(of_dialects(language)) {
            let errors = FluentResource::try_new(text).map_err(|(_, errors)| errors);
            assert!(errors.is_ok(), "texts/{}/{name}: {errors:?}", language.tag());
            names.insert(name.trim_end_matches(".ftl").to_owned());
        }
    }
    for name in names {
        let uses = phrase.matches(&format!("\"{name}.ftl\"")).count();
        let of_dialect = dialect.contains(&format!("words!(\"{name}\"")) || dialect.contains(&format!(" \"{name}\""));
        assert!(
            uses == Language::ALL.len() || of_dialect,
            "{name} is not read in every language"
        );
    }
}

#[test]
fn every_language_has_every_message_with_the_same_values() {
    let english = catalogue(Language::En);
    for language in Language::ALL {
        let other = catalogue(language);
        let ids = |catalogue: &BTreeMap<String, String>| catalogue.keys().cloned().collect::<BTreeSet<_>>();
        let differing: Vec<_> = ids(&english).symmetric_difference(&ids(&other)).cloned().collect();
        assert!(
            differing.is_empty(),
            "only in one of en and {}: {differing:?}",
            language.tag()
        );
        for (id, pattern) in &english {
            // A value may be shown in one language and choose the words in the other.
            let both = [pattern.as_str(), &other[id]];
            for (shown, known) in [(both[0], both[1]), (both[1], both[0])] {
                let lacking: Vec<_> = variables(shown).difference(&mentioned(known)).copied().collect();
                assert!(lacking.is_empty(), "{id} in {}: {lacking:?}", language.tag());
            }
        }
    }
}

#[test]
fn a_dialect_says_in_each_language_the_same_things_otherwise() {
    let general = catalogue(Language::En);
    for ((name, english), (other, japanese)) in of_dialects(Language::En).into_iter().zip(of_dialects(Language::Ja)) {
        assert_eq!(name, other);
        let of = |text: String, language| messages(vec![(name.clone(), text)], language);
        let (english, japanese) = (of(english, Language::En), of(japanese, Language::Ja));
        for (id, pattern) in &english {
            // Another order of words may need another form of the client's name.
            assert!(japanese.contains_key(id), "{name}: {id} is not in Japanese");
            assert_eq!(mentioned(pattern), mentioned(&japanese[id]), "{name}: {id}");
        }
        for id in english.keys().chain(japanese.keys()) {
            assert!(
                id.starts_with('-') || general.contains_key(id),
                "{name}: nothing says {id}"
            );
        }
    }
}

#[test]
fn every_message_is_used_and_every_phrase_is_in_the_catalogues() {
    let catalogue = catalogue(Language::En);
    let literals = literals();
    let used: BTreeSet<&str> = literals.iter().map(|(_, literal)| literal.as_str()).collect();
    let unused: Vec<_> = catalogue.keys().filter(|id| !used.contains(id.as_str())).collect();
    assert!(unused.is_empty(), "messages that nothing says: {unused:?}");
    let mut missing = Vec::new();
    for (name, text) in files(&root().join("src"), "rs") {
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let named = text
            .split("phrase(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        missing.extend(
            named
                .filter(|id| !catalogue.contains_key(*id))
                .map(|id| format!("{name}: {id}")),
        );
    }
    // Families whose ids are chosen before they are said.
    let families = [
        "text-", "because-", "anomaly-", "damage-", "chain-", "span-", "icmp-", "element-",
    ];
    let verdicts: BTreeSet<&str> = explanations().map(|it| it.id).collect();
    let says_of_a_verdict = |literal: &str| {
        let rest = verdicts.iter().filter_map(|verdict| literal.strip_prefix(verdict));
        rest.into_iter().any(|rest| rest.starts_with('-'))
    };
    let chosen = literals.iter().filter(|(_, literal)| {
        let is_id = literal.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !literal.ends_with('-');
        is_id && (families.iter().any(|family| literal.starts_with(family)) || says_of_a_verdict(literal))
    });
    missing.extend(
        chosen
            .filter(|(_, id)| !catalogue.contains_key(id) && !verdicts.contains(id.as_str()))
            .map(|(name, id)| format!("{name}: {id}")),
    );
    assert!(missing.is_empty(), "phrases without a text:\n{}", missing.join("\n"));
}

#[test]
fn japanese_texts_are_japanese() {
    let english = catalogue(Language::En);
    for (id, pattern) in catalogue(Language::Ja) {
        // A text without a word of its own is made of values, names and marks.
        let own_of = |pattern: &str| pattern.split(['{', '}']).step_by(2).collect::<String>();
        let is_word = |word: &str| word.len() > 3 && word != "with" && word.bytes().all(|b| b.is_ascii_lowercase());
        let own = own_of(&pattern);
        let says_nothing = !own_of(&english[&id]).split(|c: char| !c.is_alphabetic()).any(is_word);
        assert!(pattern.chars().any(is_japanese) || says_nothing, "{id} = {pattern}");
        assert!(
            !own.chars()
                .any(|c| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')),
            "full width: {id}"
        );
        assert!(
            !pattern.ends_with('。') || id == "text-semicolon",
            "no full stop ends a text: {id}"
        );
    }
    for (name, text) in files(&root().join("texts/ja"), "ftl") {
        for line in text.lines() {
            let own: Vec<&str> = line.split(['{', '}']).step_by(2).collect();
            assert!(!own.iter().any(|text| lacks_space(text)), "{name}: {line}");
        }
    }
}

#[test]
fn every_explanation_exists_in_each_language() {
    for explanation in explanations().chain(TOPICS) {
        let (english, japanese) = (explanation.text(Language::En), explanation.text(Language::Ja));
        let commands = |text: &'static str| -> Vec<&str> {
            let is_command = |line: &&str| line.starts_with("    ") && line.is_ascii();
            text.lines().filter(is_command).collect()
        };
        let missing: Vec<_> = commands(japanese)
            .into_iter()
            .filter(|it| !english.contains(it))
            .collect();
        assert!(missing.is_empty(), "{}: {missing:?}", explanation.id);
        let headings = |text: &str| text.lines().filter(|line| line.starts_with("## ")).count();
        assert_eq!(headings(english), headings(japanese), "{}", explanation.id);
        for line in japanese.lines().filter(|line| !line.starts_with("    ")) {
            assert!(!lacks_space(&line.replace('`', "")), "{}: {line}", explanation.id);
        }
        assert!(
            explanation.title(Language::Ja).chars().any(is_japanese),
            "{}",
            explanation.id
        );
    }
}

/// A row's report as text in Japanese.
fn in_japanese(row: &Row) -> String {
    let file = format!("samples/{}", row.file);
    let mut arguments = row.options.clone();
    arguments.extend(["--color", "never", "--lang", "ja", &file].map(String::from));
    let outcome = tlswalk(&arguments, TIME_LIMIT);
    assert!(outcome.is_orderly(), "{}: {}", row.file, outcome.stderr);
    outcome.stdout
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches([',', ';', ':', '(', ')'])
}

/// Without what somebody on the wire said, which stands in quotation marks.
fn without_quotations(text: &str) -> String {
    let mut parts = text.split('“');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, part| {
        told + part.split_once('”').map_or(part, |(_, behind)| behind)
    })
}

/// So many English words in a row that are no command, no name and no quotation.
fn english_in(prose: &str, least: usize) -> Option<String> {
    let mut unquoted = String::new();
    let mut until = None;
    for (at, c) in prose.char_indices() {
        let is_placeholder = || prose.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphabetic);
        match (until, c) {
            (Some(end), c) if c == end => until = None,
            (Some(_), _) => {}
            (None, '「') => until = Some('」'),
            (None, '<') if is_placeholder() => until = Some('>'),
            (None, c) => unquoted.push(c),
        }
    }
    let mut run: Vec<&str> = Vec::new();
    let unquoted = unquoted.replace('：', " ： ");
    for word in unquoted.split_whitespace().chain(std::iter::once("")) {
        let bare = bare(word);
        if bare.len() > 1 && bare.bytes().all(|b| b.is_ascii_lowercase() || b == b'\'') {
            run.push(bare);
            continue;
        }
        if run.len() >= least && !COMMANDS.contains(&run[0]) {
            return Some(run.join(" "));
        }
        run.clear();
    }
    None
}

#[test]
fn a_japanese_report_has_no_missing_text_no_english_sentence_and_no_badly_broken_line() {
    let catalogue = catalogue(Language::En);
    let verdicts: BTreeSet<&str> = explanations().map(|it| it.id).collect();
    let mut wrong = Vec::new();
    for row in rows() {
        let text = in_japanese(&row);
        // Commands are what they are, and no other line is as deep and has no Japanese.
        let is_command = |line: &&str| line.starts_with("       ") && line.is_ascii();
        for line in text.lines().filter(|line| !is_command(line)) {
            let ids = line.split(|c: char| !c.is_ascii_lowercase() && c != '-');
            let is_id = |word: &&str| {
                let longer = || {
                    verdicts
                        .iter()
                        .any(|id| word.strip_prefix(id).is_some_and(|it| it.starts_with('-')))
                };
                word.contains('-') && !verdicts.contains(word) && (catalogue.contains_key(*word) || longer())
            };
            // A file is named after its verdict.
            let named = line.contains(&row.file);
            wrong.extend(
                ids.filter(|word| !named && is_id(word))
                    .map(|id| format!("{}: {id}", row.file)),
            );
            let is_to_copy = line.contains("Wireshark") || line.contains("tlswalk ");
            if line.width() > WIDEST && !is_to_copy
                || line.trim_start().starts_with(['、', '。', '）', '」', 'ー', '：'])
            {
                wrong.push(format!("{}: badly broken: {line}", row.file));
            }
        }
        // Placeholders of commands may be broken over two lines.
        let prose: Vec<&str> = text.lines().filter(|line| !is_command(line)).map(str::trim).collect();
        let prose = without_quotations(&prose.join(" "));
        wrong.extend(english_in(&prose, 4).map(|words| format!("{}: {words}", row.file)));
        assert!(!text.contains("{ $") && !text.contains("{$"), "{}: {text}", row.file);
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Fields of the JSON report that hold what was captured, logged, given or quoted, and what is typed: the same in every language,
/// as README says. All others are prose, identifiers and values.
const AS_IT_IS: [&str; 9] = [
    "commands", "file", "issuer", "reason", "settings", "source", "subject", "target", "text",
];

/// The strings of a report, each with the name of its field, but those of fields that are the same in every language.
fn told<'a>(name: &'a str, value: &'a Value, found: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::String(text) => found.push((name, text)),
        Value::Array(values) => values.iter().for_each(|value| told(name, value, found)),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !AS_IT_IS.contains(&name.as_str())) {
                told(name, value, found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_japanese_json_report_has_no_english_prose_in_any_field() {
    let captures = rows()
        .into_iter()
        .map(|row| [row.options, vec![format!("samples/{}", row.file)]].concat());
    let logs = log_rows().into_iter().map(|row| {
        let capture = row.capture.map(|file| format!("samples/{file}"));
        let log = ["--log".to_owned(), format!("samples/{}", row.log)];
        [row.options, log.to_vec(), capture.into_iter().collect()].concat()
    });
    let mut wrong = BTreeSet::new();
    for mut arguments in captures.chain(logs) {
        arguments.retain(|it| it != "--all");
        arguments.extend(["-f", "json", "--all", "--lang", "ja"].map(String::from));
        let outcome = tlswalk(&arguments, TIME_LIMIT);
        let report: Value =
            serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {}", outcome.stderr));
        // Words of a server or a log, which prose quotes.
        let exchanges = report["connections"].as_array().into_iter().flatten();
        let reasons = exchanges
            .flat_map(|it| it["http"].as_array().into_iter().flatten())
            .filter_map(|exchange| exchange["reason"].as_str().map(str::to_owned));
        let logs = arguments.iter().filter(|it| it.ends_with(".log"));
        let logs = logs.map(|file| String::from_utf8_lossy(&std::fs::read(root().join(file)).unwrap()).into_owned());
        let quoted: String = reasons.chain(logs).collect::<Vec<_>>().join(" / ");
        let quoted: String = quoted.split_whitespace().map(bare).collect::<Vec<_>>().join(" ");
        let mut found = Vec::new();
        told("", &report, &mut found);
        assert!(!found.is_empty());
        for (name, text) in found {
            let words = english_in(&without_quotations(text), 2).filter(|words| !quoted.contains(words));
            wrong.extend(words.map(|words| format!("{name}: {words}, in: {text}")));
        }
    }
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
}

#[test]
fn japanese_reports_read_as_their_snapshots() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots-ja");
    settings.bind(|| {
        for row in rows().iter().filter(|row| READ.contains(&row.file.as_str())) {
            insta::assert_snapshot!(row.file.replace('.', "-"), in_japanese(row));
        }
    });
    assert!(READ.iter().all(|file| rows().iter().any(|row| row.file == *file)));
}
