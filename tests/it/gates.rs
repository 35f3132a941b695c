//! expectations, reports → exit code and JUnit: a gate lets through what was seen to be as expected, and nothing else.

use std::fs;
use std::time::Duration;

use crate::support::tlswalk;

const LIMIT: Duration = Duration::from_secs(60);

const CA: [&str; 2] = ["--ca", "samples/roots/lab-root.pem"];
const HEALTHY: &str = "samples/healthy-tls12.pcap";
const HEALTHY13: &str = "samples/healthy-tls13.pcap";
const REJECTED: &str = "samples/client-certificate-self-signed-expired.pcap";
const REFUSED: &str = "samples/tcp-refused.pcap";

/// Exit code and what was told on standard error.
fn gate(expected: &[&str], capture: &str) -> (i32, String) {
    let expected = expected.iter().flat_map(|it| ["--expect", it]);
    let arguments: Vec<&str> = ["-q"].into_iter().chain(CA).chain(expected).chain([capture]).collect();
    let outcome = tlswalk(&arguments, LIMIT);
    (outcome.status.unwrap().code().unwrap(), outcome.stderr)
}

#[test]
fn facts_and_steps_can_be_expected() {
    for (capture, met, unmet) in [
        (
            HEALTHY,
            &[
                "healthy",
                "tls: 1.2",
                "tls >= 1.2",
                "tls < 1.3",
                "alert: none",
                "healthy within 1 s",
                "within 900 ms",
                "by: client, server, path, device, unknown",
                "server-hello: server",
                "client-hello: seen",
                "reset: none",
                "finding: none",
            ][..],
            &[
                ("tls >= 1.3", "seen 1.2"),
                ("tcp-refused within 1 s", "seen healthy"),
                ("healthy within 1 ms", "seen healthy in 0."),
                ("alert: unknown_ca", "seen none"),
                ("client-hello: none", "seen from the client"),
                ("client-hello: server", "seen from the client"),
                ("hello-retry-request: seen", "seen none"),
            ][..],
        ),
        (
            REJECTED,
            &[
                "client-certificate-rejected",
                "verdict: client-certificate-rejected, healthy",
                "client-certificate: sent",
                "client-certificate: asked",
                "alert: unknown_ca",
                "alert: bad_certificate, unknown_ca",
                "by: server",
                "at: tls",
                "confidence: certain",
                "cause: expired",
                "client-issuer: \"IOS-Self-Signed-Certificate-3042117825\"",
                "server-subject: smartreceiver.cisco.com",
                "sni: smartreceiver.cisco.com",
            ],
            &[
                ("client-certificate: not-sent", "seen sent"),
                ("alert: none", "seen unknown_ca"),
                ("server-issuer: \"ACT2 SUDI CA\"", "seen CN="),
                // A part of a name is another name.
                ("client-issuer: \"IOS-Self-Signed\"", "seen CN="),
                ("cause: revoked", "seen "),
                ("finding: none", "seen client-certificate-rejected"),
            ],
        ),
        // What is hidden is not met, and not said to be otherwise either.
        (
            HEALTHY13,
            &["tls: 1.3"],
            &[
                ("client-certificate: not-sent", "nothing that tells"),
                ("client-certificate: sent", "nothing that tells"),
                ("client-issuer: x", "nothing that tells"),
            ],
        ),
        (
            REFUSED,
            &["tcp-refused", "reset: server", "at: tcp"],
            &[
                ("tls >= 1.2", "nothing that tells: no Server Hello"),
                ("client-certificate: sent", "nothing that tells"),
            ],
        ),
        (
            "samples/no-licensing-traffic.pcap",
            &["no-licensing-traffic"],
            &[("alert: none", "nothing that tells")],
        ),
    ] {
        let (code, told) = gate(met, capture);
        assert_eq!(code, 0, "{capture}: {told}");
        for (expected, seen) in unmet {
            let (code, told) = gate(&[expected], capture);
            assert_eq!(code, 1, "{capture} {expected}: {told}");
            assert!(told.contains(seen), "{capture} {expected}: {told}");
        }
    }
}

#[test]
fn a_mistake_in_what_is_expected_is_no_unmet_expectation() {
    for expected in [
        "tls => 1.3",
        "client-certificate: maybe",
        "colour: red",
        "healty within 2 s",
        "healthy within 2 hours",
        "tls >= x",
    ] {
        let (code, told) = gate(&[expected], HEALTHY);
        assert_eq!((code, told.lines().count()), (2, 1), "{expected}: {told}");
    }
}

/// A file in a folder of its own.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    let outcome = tlswalk(&[&CA[..], arguments].concat(), LIMIT);
    (outcome.status.unwrap().code().unwrap(), outcome.stdout, outcome.stderr)
}

#[test]
fn a_file_has_facts_below_its_lines_and_junit_a_case_for_each() {
    let (_folder, path) = file(
        "# two sites\nhealthy  healthy-*.pcap\n    tls >= 1.2\n    alert: none\n    hello-retry-request: seen\n\
         client-certificate-rejected,healthy  client-*.pcap\n\tclient-certificate: sent\n",
    );
    for command in [&[][..], &["triage"]] {
        let junit = [command, &["-f", "junit", "--expect-file", &path, HEALTHY, REJECTED]].concat();
        let outcome = tlswalk(&[&junit[..], &CA[..]].concat(), LIMIT);
        assert_eq!(outcome.status.unwrap().code(), Some(1), "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("expected hello-retry-request: seen, seen none"),
            "{}",
            outcome.stderr
        );
        let document = roxmltree::Document::parse(&outcome.stdout).unwrap();
        let cases: Vec<(&str, bool)> = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"))
            .map(|node| {
                (
                    node.attribute("name").unwrap(),
                    node.children().any(|it| it.has_tag_name("failure")),
                )
            })
            .filter(|(name, _)| !name.starts_with("attempt "))
            .collect();
        assert_eq!(
            cases,
            [
                ("verdict is healthy", false),
                ("tls >= 1.2", false),
                ("alert: none", false),
                ("hello-retry-request: seen", true),
                ("verdict is client-certificate-rejected or healthy", false),
                ("client-certificate: sent", false),
            ],
            "{command:?}"
        );
        assert_eq!(document.root_element().attribute("failures"), Some("1"));
    }
}

#[test]
fn a_pattern_that_fits_no_capture_fails() {
    let (_folder, path) = file("healthy  healthy-*.pcap\nhealthy  renamed-*.pcap\n");
    for command in [&[][..], &["triage"]] {
        let (code, _, told) = run_command(command, &["-q", "--expect-file", &path, HEALTHY]);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains("no capture was given that fits renamed-*.pcap"), "{told}");
        let (_, junit, _) = run_command(command, &["-f", "junit", "--expect-file", &path, HEALTHY]);
        assert!(
            junit.contains("a capture fits renamed-*.pcap") && junit.contains("failures=\"1\""),
            "{junit}"
        );
    }
    let (_folder, accepted) =
        file("[[accept]]\nfinding = \"tcp-refused\"\ncaptures = \"gone-*\"\nreason = \"x\"\nreview = 2030-01-01\n");
    let (code, _, told) = run(&["-q", "--accepted", &accepted, "--today", "2029-01-01", HEALTHY]);
    assert!(
        code == 1 && told.contains("no capture was given that fits gone-*"),
        "{told}"
    );
}

fn run_command(command: &[&str], arguments: &[&str]) -> (i32, String, String) {
    let outcome = tlswalk(&[command, &CA[..], arguments].concat(), LIMIT);
    (outcome.status.unwrap().code().unwrap(), outcome.stdout, outcome.stderr)
}

#[test]
fn accepted_findings_pass_until_their_review_and_new_ones_fail() {
    let (_folder, path) = file(
        "[[accept]]\nfinding = \"client-certificate-rejected\"\ncaptures = \"client-*.pcap\"\n\
         device = \"192.168.10.150\"\nreason = \"replaced in March\"\nreview = 2030-03-31\n",
    );
    let on = |day: &str, more: &[&str]| run(&[&["-q", "--accepted", &path, "--today", day, REJECTED], more].concat());
    let (code, _, told) = on("2030-03-31", &[]);
    assert_eq!(code, 0, "{told}");
    let (code, _, told) = on("2030-04-01", &[]);
    assert!(code == 1 && told.contains("its review was due on 2030-03-31"), "{told}");
    let (code, _, told) = on("2030-03-31", &[REFUSED]);
    assert!(
        code == 1 && told.contains("no finding that is not accepted, seen tcp-refused"),
        "{told}"
    );
    let (_, junit, _) = run(&["-f", "junit", "--accepted", &path, "--today", "2030-01-01", REJECTED]);
    assert!(
        junit.contains("client-certificate-rejected is accepted until 2030-03-31: replaced in March"),
        "{junit}"
    );
    // Beside what is expected.
    let (code, _, told) = on("2030-03-31", &["--expect", "tls >= 1.3"]);
    assert!(code == 1 && told.contains("expected tls >= 1.3"), "{told}");
    // Where nothing could be concluded, that nothing new is wrong says little.
    let (_folder, none) = file("");
    assert_eq!(
        run(&[
            "-q",
            "--accepted",
            &none,
            "samples/incomplete-capture-one-direction.pcap"
        ])
        .0,
        3
    );
    let entry = |text: &str| file(&format!("[[accept]]\n{text}\n"));
    for (text, told) in [
        (
            "finding = \"tcp-refuse\"\nreason = \"x\"\nreview = 2030-01-01",
            "did you mean tcp-refused?",
        ),
        (
            "finding = \"tcp-refused\"\nreason = \" \"\nreview = 2030-01-01",
            "a reason is needed",
        ),
        ("finding = \"tcp-refused\"\nreview = 2030-01-01", "reason"),
        (
            "finding = \"tcp-refused\"\nreason = \"x\"\nreview = 10:00:00",
            "review is a day",
        ),
        (
            "finding = \"tcp-refused\"\nreason = \"x\"\nreview = 2030-01-01\nsite = \"a\"",
            "site",
        ),
    ] {
        let (_folder, path) = entry(text);
        let (code, out, error) = run(&["--accepted", &path, HEALTHY]);
        assert!(
            code == 2 && out.is_empty() && error.contains(told) && error.lines().count() == 1,
            "{told}: {error}"
        );
    }
    assert_eq!(run(&["--accepted", &path, "--today", "tomorrow", HEALTHY]).0, 2);
}

/// The cases of a document, each with whether it failed.
fn cases(junit: &str) -> Vec<(String, bool)> {
    let document = roxmltree::Document::parse(junit).unwrap();
    let cases = document.descendants().filter(|it| it.has_tag_name("testcase"));
    let failed = |it: roxmltree::Node<'_, '_>| it.children().any(|it| it.has_tag_name("failure"));
    cases
        .map(|it| (it.attribute("name").unwrap().to_owned(), failed(it)))
        .collect()
}

#[test]
fn a_state_keeps_what_came_of_expectations_and_judges_again_what_others_ask() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("in")).unwrap();
    fs::copy(HEALTHY, at("in/good.pcap")).unwrap();
    let (state, captures, expected) = (at("state"), at("in"), at("expected"));
    fs::write(
        &expected,
        "healthy good*.pcap\n    tls >= 1.3\nclient-certificate-rejected bad*.pcap\n",
    )
    .unwrap();
    let triage = |format: &str| {
        let arguments = ["-f", format, "--state", &state, "--expect-file", &expected, &captures];
        run_command(&["triage"], &arguments)
    };
    let lines = || fs::read_to_string(&state).unwrap().lines().count();
    // What is there fails one line, and nothing fits the other.
    let first = triage("junit");
    assert_eq!(first.0, 1, "{}", first.2);
    assert!(first.2.contains("expected tls >= 1.3, seen 1.2"), "{}", first.2);
    assert!(
        cases(&first.1).contains(&("tls >= 1.3".to_owned(), true)),
        "{}",
        first.1
    );
    // Known from before, it still counts.
    assert_eq!((triage("junit"), lines()), (first, 1));
    assert!(triage("text").1.contains("1 known from before"));
    // What is new is judged, and what is known is not.
    fs::copy(REJECTED, at("in/bad.pcap")).unwrap();
    let (code, out, told) = triage("text");
    assert!(code == 1 && out.contains("1 known from before"), "{out}");
    assert!(
        told.contains("1 of 2 as expected") && !told.contains("no capture was given"),
        "{told}"
    );
    // Under a name that fits another line, something else is expected of it.
    fs::rename(at("in/bad.pcap"), at("in/good-2.pcap")).unwrap();
    let (_, out, told) = triage("text");
    assert!(
        out.contains("1 known from before") && told.contains("expected healthy, seen client-certificate-rejected"),
        "{out}{told}"
    );
    // Under one that fits the same, it is the same.
    fs::rename(at("in/good-2.pcap"), at("in/good-3.pcap")).unwrap();
    assert!(triage("text").1.contains("2 known from before"));
    // Another file of expectations asks for facts that nobody kept.
    fs::write(
        &expected,
        "healthy good.pcap\nclient-certificate-rejected good-3.pcap\n    alert: unknown_ca\n",
    )
    .unwrap();
    let (code, out, told) = triage("text");
    assert!(code == 0 && !out.contains("known from before"), "{told}");
}

#[test]
fn an_accepted_finding_in_a_state_is_judged_again_when_its_review_is_due_and_not_every_day() {
    let (folder, accepted) = file(
        "[[accept]]\nfinding = \"client-certificate-rejected\"\nreason = \"replaced in March\"\nreview = 2030-03-31\n",
    );
    let state = folder.path().join("state").to_str().unwrap().to_owned();
    let on = |day: &str| {
        let arguments = ["--accepted", &accepted, "--today", day, "--state", &state, REJECTED];
        run_command(&["triage"], &arguments)
    };
    assert_eq!(on("2030-03-01").0, 0);
    let (code, out, _) = on("2030-03-31");
    assert!(code == 0 && out.contains("1 known from before"), "{out}");
    let (code, out, told) = on("2030-04-01");
    assert!(code == 1 && told.contains("its review was due"), "{told}");
    assert!(!out.contains("known from before"), "{out}");
}
