//! `tlswalk check`: is what a text claims of a capture called true, false or not provable, and never false when it is true?
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use crate::answers::{Answer, Chance, Fact, Templates, answer, facts};
use crate::support::{root, rows, tlswalk};
use serde_json::Value;
use tlswalk::Options;
use tlswalk::handoff::check::{Check, Mark, check};
use tlswalk::profile::Profile;
use tlswalk::report::Report;

/// The report that `tlswalk check` puts a text to.
fn report(name: &str) -> Report {
    let file = std::fs::File::open(root().join("samples").join(name)).unwrap();
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    options.all = true;
    tlswalk::analyze(file, name, &options).unwrap()
}

/// Samples with their reports and facts; each is read once.
fn told() -> Vec<(String, Report, Vec<Fact>)> {
    let mut names: Vec<String> = rows().into_iter().map(|row| row.file).collect();
    names.sort();
    names.dedup();
    let reports = names.into_iter().map(|name| {
        let report = report(&name);
        let facts = facts(&serde_json::to_value(&report).unwrap());
        (name, report, facts)
    });
    reports.filter(|it| it.2.len() > 5).collect()
}

/// What came of answers: planted falsehoods by kind, caught and all; true sentences called false.
#[derive(Default)]
struct Grade {
    planted: BTreeMap<String, (usize, usize)>,
    missed: Vec<String>,
    slandered: Vec<String>,
    claims: usize,
    unread: usize,
}

impl Grade {
    fn add(&mut self, answer: &Answer, check: &Check) {
        let planted = answer.planted.as_ref();
        let is_planted = |sentence: &str| {
            // A template may have two sentences.
            let plain = |text: &str| text.replace('\u{3000}', " ");
            planted.is_some_and(|it| plain(&it.1).contains(plain(sentence).trim_start_matches("- ")))
        };
        self.claims += check.claims.len();
        self.unread += check.unread.len();
        for claim in check
            .claims
            .iter()
            .filter(|it| it.mark == Mark::False && !is_planted(&it.sentence))
        {
            self.slandered
                .push(format!("{}: {} ({})", answer.sample, claim.sentence, claim.claim));
        }
        if let Some((kind, sentence)) = planted {
            let (caught, all) = self.planted.entry(kind.clone()).or_default();
            *all += 1;
            if check
                .claims
                .iter()
                .any(|it| it.mark == Mark::False && is_planted(&it.sentence))
            {
                *caught += 1;
            } else {
                let said: Vec<String> = check
                    .claims
                    .iter()
                    .filter(|it| is_planted(&it.sentence))
                    .map(|it| format!("{:?} {}", it.mark, it.claim))
                    .collect();
                self.missed.push(format!("{}: {sentence} {said:?}", answer.sample));
            }
        }
    }

    fn of(templates: &str, answers: usize, seed: u64) -> Self {
        let templates = Templates::read(templates);
        let samples = told();
        let mut chance = Chance(seed);
        let mut grade = Self::default();
        let mut written = 0;
        while written < answers {
            let (name, report, facts) = &samples[chance.below(samples.len())];
            let plant = written % 2 == 0;
            let Some(answer) = answer(name, facts, &templates, plant, &mut chance) else {
                continue;
            };
            grade.add(&answer, &check(&answer.text, report));
            written += 1;
        }
        grade
    }

    fn share(&self) -> f64 {
        let (caught, all) = self
            .planted
            .values()
            .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        caught as f64 / all as f64
    }

    fn tell(&self, name: &str) {
        println!(
            "{name}: {:.1} % caught, {} true called false, {} claims, {} unread",
            self.share() * 100.0,
            self.slandered.len(),
            self.claims,
            self.unread
        );
        for (kind, (caught, all)) in &self.planted {
            println!("  {caught:>3} of {all:>3} {kind}");
        }
        self.missed.iter().for_each(|it| println!("  missed: {it}"));
        self.slandered.iter().for_each(|it| println!("  SLANDERED: {it}"));
    }
}

/// Templates of `tests/it/answers/`.
fn templates(name: &str) -> String {
    std::fs::read_to_string(root().join("tests/it/answers").join(name)).unwrap()
}

/// How many answers a run grades; `TLSWALK_ANSWERS` has more.
fn answers() -> usize {
    std::env::var("TLSWALK_ANSWERS")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(400)
}

#[test]
fn falsehoods_in_answers_are_caught_and_no_true_claim_is_called_false() {
    let grade = Grade::of(&templates("developed.tsv"), answers(), 1);
    grade.tell("developed");
    assert!(grade.slandered.is_empty());
    assert!(grade.share() >= 0.95);
}

/// A report as JSON with one value changed must give other facts: the generator reads the report, and does not repeat it.
#[test]
fn facts_follow_the_report() {
    let mut report = serde_json::to_value(report("client-certificate-self-signed-expired.pcap")).unwrap();
    let told = |report: &Value| format!("{:?}", facts(report));
    let before = told(&report);
    *report.pointer_mut("/connections/0/tls/version").unwrap() = Value::from("1.0");
    assert_ne!(before, told(&report));
    let kinds = Templates::read(&templates("developed.tsv"));
    assert!(kinds.kinds().len() > 30);
}

/// Templates in other words, on which the parser was developed after they had been graded.
#[test]
fn answers_in_other_words_are_read_as_well() {
    let grade = Grade::of(&templates("apart.tsv"), answers(), 7);
    grade.tell("apart");
    assert!(grade.slandered.is_empty());
    assert!(grade.share() >= 0.95);
}

/// Templates by authors who had not seen the parser. What they gave when they were graded, once, stands in their files, with the
/// share that has to be caught since.
#[test]
fn answers_in_words_kept_apart_are_caught_as_they_were_when_they_were_graded() {
    let mut wrong = Vec::new();
    for nth in 1..=12 {
        let name = match nth {
            1 => "graded.tsv".to_owned(),
            nth => format!("graded-{nth}.tsv"),
        };
        let text = templates(&name);
        let floor = text.lines().find_map(|line| line.strip_prefix("# Caught at least: "));
        let floor: f64 = floor.unwrap().trim_end_matches(" %").parse().unwrap();
        let grade = Grade::of(&text, answers(), 11 + 4 * (nth - 1));
        grade.tell(&name);
        if !grade.slandered.is_empty() || grade.share() * 100.0 < floor - 0.05 {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Answers written by hand, as engineers and assistants write. A line that begins with `=` is true, with `!` false, and with `~`
/// no claim, or one that the capture cannot show; of these three only `!` may be called false.
#[test]
fn answers_written_by_hand_are_read_as_a_person_reads_them() {
    let mut reports: BTreeMap<String, Report> = BTreeMap::new();
    let (mut wrong, mut missed, mut unproven) = (Vec::new(), Vec::new(), Vec::new());
    let (mut planted, mut caught, mut true_lines, mut true_found) = (0, 0, 0, 0);
    let mut names: Vec<_> = std::fs::read_dir(root().join("tests/it/answers/hand"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    names.sort();
    assert_eq!(names.len(), 30);
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let (head, body) = text.split_once('\n').unwrap();
        let sample = head.trim_start_matches("# ");
        let report = reports.entry(sample.to_owned()).or_insert_with(|| report(sample));
        let lines: Vec<(char, &str)> = body
            .lines()
            .map(|line| (line.chars().next().unwrap(), &line[2..]))
            .collect();
        let answer: Vec<&str> = lines.iter().map(|it| it.1).collect();
        let check = check(&answer.join("\n\n"), report);
        for (nth, (kind, line)) in lines.iter().enumerate() {
            let marks: Vec<Mark> = check
                .claims
                .iter()
                .filter(|it| it.line == nth * 2 + 1)
                .map(|it| it.mark)
                .collect();
            let claims: Vec<&str> = check
                .claims
                .iter()
                .filter(|it| it.line == nth * 2 + 1)
                .map(|it| it.claim.as_str())
                .collect();
            let said = format!(
                "{}: {line} {marks:?} {claims:?}",
                path.file_stem().unwrap().to_string_lossy()
            );
            let is_false = marks.contains(&Mark::False);
            match kind {
                '!' => {
                    planted += 1;
                    caught += usize::from(is_false);
                    if !is_false {
                        missed.push(said);
                    }
                }
                '=' => {
                    true_lines += 1;
                    true_found += usize::from(marks.contains(&Mark::True));
                    if is_false {
                        wrong.push(said);
                    } else if !marks.contains(&Mark::True) {
                        unproven.push(said);
                    }
                }
                '~' if is_false => wrong.push(said),
                '~' => {}
                other => panic!("{other}"),
            }
        }
    }
    println!("by hand: {caught} of {planted} falsehoods caught, {true_found} of {true_lines} true lines found true");
    missed.iter().for_each(|it| println!("  missed: {it}"));
    unproven.iter().for_each(|it| println!("  unproven: {it}"));
    assert!(wrong.is_empty(), "called false:\n{}", wrong.join("\n"));
    assert!(caught * 100 >= planted * 95, "{caught} of {planted}");
    assert!(true_found * 100 >= true_lines * 85, "{true_found} of {true_lines}");
}

const TIME_LIMIT: Duration = Duration::from_secs(120);
const SAMPLE: &str = "samples/client-certificate-self-signed-expired.pcap";

fn text_file(text: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn the_command_line_says_by_its_exit_code_what_came_of_a_text() {
    for (text, code) in [
        ("The server sent unknown_ca in frame 24.", 0),
        ("The client sent unknown_ca in frame 24.", 1),
        ("Nice weather today.", 3),
        ("", 3),
    ] {
        let file = text_file(text.as_bytes());
        let outcome = tlswalk(&["check", file.path().to_str().unwrap(), SAMPLE], TIME_LIMIT);
        assert_eq!(outcome.status.unwrap().code(), Some(code), "{text}: {}", outcome.stderr);
    }
    for arguments in [
        &["check", "nothing.txt", SAMPLE][..],
        &["check", "-", "-"],
        &["check", "samples", SAMPLE],
        &["check", "README.md"],
        &["check", "-v", "README.md", SAMPLE],
    ] {
        let outcome = tlswalk(arguments, TIME_LIMIT);
        assert_eq!(outcome.status.unwrap().code(), Some(2), "{arguments:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
}

#[test]
fn the_json_of_a_check_is_that_of_its_schema() {
    let schema = std::fs::read_to_string(root().join("schema/check-1.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for language in ["en", "ja"] {
        let arguments = ["check", "-f", "json", "--lang", language, "samples/answer.txt", SAMPLE];
        let outcome = tlswalk(&arguments, TIME_LIMIT);
        let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let errors: Vec<String> = schema.iter_errors(&told).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(told["counts"]["false"], 1, "{told:#}");
        let wrong = told["claims"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["mark"] == "false")
            .unwrap();
        assert_eq!(
            (&wrong["line"], &wrong["frames"]),
            (&Value::from(4), &serde_json::json!([24]))
        );
        assert!(told["unread"].as_array().unwrap().iter().any(|it| it["line"] == 5));
    }
}

/// Whatever a text holds, it costs as much as it is long, and comes out escaped.
#[test]
fn a_hostile_text_costs_little_and_is_shown_escaped() {
    let report = report("client-certificate-self-signed-expired.pcap");
    let clean = |check: &Check| {
        let told = serde_json::to_string(check).unwrap();
        assert!(!told.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{told}");
        assert!(check.claims.len() <= 2_000 && check.unread.len() <= 2_000);
        told
    };
    let escape = "The server \u{1b}[31m sent \u{202e} an alert unknown_ca in frame 24\u{7}.";
    assert!(clean(&check(escape, &report)).contains("frame 24"));
    let megabyte = |text: &str| text.repeat(1_000_000 / text.len());
    for part in [
        "a",
        "(",
        "\"",
        "frame ",
        "frame 1, ",
        "no ",
        "サーバ",
        "The server sent an alert. ",
        "\n",
        "1.",
        "cn=",
        "=",
        ":",
        "1.2.3.",
        "。",
        "-",
        "frames 1 and 2 and 3 and ",
        "2020-01-01 ",
        "unknown_ca ",
        "“",
        "server's ",
        "not neither nor ",
        "|",
        "if ",
        "\u{0}",
        "ない",
    ] {
        clean(&check(&megabyte(part), &report));
    }
    let long: String = std::iter::repeat_n("The server sent unknown_ca in frame 24. ", 100_000).collect();
    let checked = check(&long, &report);
    assert_eq!(checked.claims.len(), 2_000);
    assert!(
        checked.left_out > 90_000,
        "what is not judged is counted: {}",
        checked.left_out
    );
}

/// Whole answers: lists, mails, notes. In each file stand the share of falsehoods that must be caught, and for each answer its
/// capture, the planted sentence, if any, and the text.
#[test]
fn whole_answers_are_read_sentence_by_sentence() {
    let bare = |text: &str| {
        text.to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    let mut reports: BTreeMap<String, Report> = BTreeMap::new();
    for nth in 1..=9 {
        let name = &format!("whole-{nth}.txt");
        let file = templates(name);
        let floor = file.lines().find_map(|line| line.strip_prefix("# Caught at least: "));
        let floor: f64 = floor.unwrap().trim_end_matches(" %").parse().unwrap();
        let (mut planted, mut missed, mut slandered) = (0_usize, Vec::new(), Vec::new());
        for answer in file.split("\n== ").skip(1) {
            let (sample, mut text) = answer.split_once('\n').unwrap();
            let mut false_one = None;
            if let Some((line, rest)) = text.strip_prefix("!! ").and_then(|it| it.split_once('\n')) {
                false_one = line.split_once('\t').map(|(kind, sentence)| (kind, bare(sentence)));
                text = rest;
            }
            let report = reports.entry(sample.to_owned()).or_insert_with(|| report(sample));
            let check = check(text, report);
            let is_planted = |sentence: &str| {
                let sentence = bare(sentence);
                false_one
                    .as_ref()
                    .is_some_and(|(_, it)| it.contains(&sentence) || sentence.contains(it))
            };
            let false_claims = || check.claims.iter().filter(|it| it.mark == Mark::False);
            for claim in false_claims().filter(|it| !is_planted(&it.sentence)) {
                slandered.push(format!("{sample}: {} ({})", claim.sentence, claim.claim));
            }
            if let Some((kind, _)) = &false_one {
                planted += 1;
                if !false_claims().any(|it| is_planted(&it.sentence)) {
                    missed.push(format!("{sample}: {kind}"));
                }
            }
        }
        let share = 100.0 * (planted - missed.len()) as f64 / planted as f64;
        println!("{name}: {share:.1} % of {planted} caught; missed {missed:#?}");
        assert!(slandered.is_empty(), "{name}: {slandered:#?}");
        assert!(share >= floor, "{name}: {share:.1} %");
    }
}

/// Sentences like those that were once misread, each in a paragraph of its own: `sisters.txt` says how they are marked.
#[test]
fn sentences_like_those_once_misread_are_not_called_false() {
    let file = templates("sisters.txt");
    let (mut slandered, mut missed, mut planted) = (Vec::new(), Vec::new(), 0_usize);
    for part in file.split("\n== ").skip(1) {
        let (sample, body) = part.split_once('\n').unwrap();
        let lines: Vec<(&str, &str)> = body.lines().map(|line| line.split_at(2)).collect();
        let text: Vec<&str> = lines.iter().map(|it| it.1).collect();
        let check = check(&text.join("\n\n"), &report(sample));
        for (nth, (kind, line)) in lines.iter().enumerate() {
            let mut own = check.claims.iter().filter(|it| it.line == nth * 2 + 1);
            let false_one = own.find(|it| it.mark == Mark::False).map(|it| &it.claim);
            match (*kind, false_one) {
                ("= ", Some(claim)) => slandered.push(format!("{sample}: {line} ({claim})")),
                ("! ", None) => missed.push(format!("{sample}: {line}")),
                _ => {}
            }
            planted += usize::from(*kind == "! ");
        }
    }
    println!("{} of {planted} missed: {missed:#?}", missed.len());
    assert!(slandered.is_empty(), "{slandered:#?}");
    assert!(
        planted > 100 && missed.len() * 10 < planted,
        "{} of {planted}",
        missed.len()
    );
}
