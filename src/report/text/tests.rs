//! The text, screen by screen. `TLSWALK_BLESS=1 cargo test` rewrites the screens: look at the diff.

use super::*;
use crate::report::At;
use crate::report::examples;
use unicode_width::UnicodeWidthStr as _;

fn text(report: &Report, style: TextStyle) -> String {
    let mut out = Vec::new();
    write_text(report, &mut out, &style).unwrap();
    String::from_utf8(out).unwrap()
}

fn check(screen: &str, report: &Report, style: TextStyle) {
    let path = format!("{}/src/report/text/screens/{screen}.txt", env!("CARGO_MANIFEST_DIR"));
    let now = text(report, style);
    if std::env::var_os("TLSWALK_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let then = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(now == then, "{screen} was\n{then}\nand is\n{now}");
}

const VERBOSE: TextStyle = TextStyle {
    width: 110,
    color: false,
    verbosity: Verbosity::Verbose,
};

#[test]
fn a_refused_client_certificate_is_one_screen() {
    check("rejected", &examples::rejected(), TextStyle::default());
    assert!(text(&examples::rejected(), TextStyle::default()).lines().count() <= 45);
}

#[test]
fn a_wider_terminal_is_used() {
    check(
        "rejected-wide",
        &examples::rejected(),
        TextStyle {
            width: 200,
            ..TextStyle::default()
        },
    );
}

#[test]
fn all_details_are_shown_on_demand() {
    check("rejected-verbose", &examples::rejected(), VERBOSE);
}

#[test]
fn a_healthy_attempt_takes_three_lines() {
    check("healthy", &examples::healthy(), TextStyle::default());
}

#[test]
fn what_was_deduced_is_marked_so() {
    check("inferred", &examples::inferred(), TextStyle::default());
}

#[test]
fn several_attempts_have_a_line_each_and_the_worst_follows() {
    check("several", &examples::several(), TextStyle::default());
    check("several-verbose", &examples::several(), VERBOSE);
}

#[test]
fn a_capture_without_licensing_says_what_it_holds_and_what_to_do() {
    check("no-traffic", &examples::no_traffic(), TextStyle::default());
}

#[test]
fn quiet_is_one_line() {
    let quiet = TextStyle {
        verbosity: Verbosity::Quiet,
        ..TextStyle::default()
    };
    assert_eq!(
        text(&examples::rejected(), quiet),
        "✗ export.pcap: Licensing failed: the server refused the controller's certificate [client-certificate-rejected]\n"
    );
    assert_eq!(text(&examples::no_traffic(), quiet).lines().count(), 1);
}

#[test]
fn no_line_but_a_command_is_wider_than_the_page_and_no_control_character_is_written() {
    for report in examples::all() {
        for width in [0, 32, 45, 60, 80, 110, 300] {
            for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
                let text = text(
                    &report,
                    TextStyle {
                        width,
                        color: false,
                        verbosity,
                    },
                );
                // Commands, filters and rows of tables stay on a line each.
                let is_whole = |line: &&str| {
                    ["      ", "  Wireshark", "  Details", "  To share", "  Explained"]
                        .iter()
                        .any(|lead| line.starts_with(lead))
                };
                // So does a hash: half a hash is useless.
                let has_hash = |line: &&str| line.split(' ').any(|word| word.len() == 64);
                for line in text.lines().filter(|line| !is_whole(line) && !has_hash(line)) {
                    assert!(line.width() <= width.clamp(32, 110), "{width}: {line}");
                    assert!(!line.ends_with(' '), "{line:?}");
                }
                assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for report in examples::all() {
        let plain = text(&report, TextStyle::default());
        let painted = text(
            &report,
            TextStyle {
                color: true,
                ..TextStyle::default()
            },
        );
        assert_ne!(plain, painted);
        assert_eq!(plain, anstream::adapter::strip_str(&painted).to_string());
    }
}

#[test]
fn numbers_and_times_are_readable() {
    assert_eq!(
        [0, 999, 1000, 1_234_567].map(grouped),
        ["0", "999", "1,000", "1,234,567"]
    );
    assert_eq!(
        [0.0, 0.11, 41.2, 200.0, 7500.0].map(|it| seconds(it, Language::En)),
        ["<0.001 s", "0.11 s", "41.2 s", "3 min 20 s", "2 h 5 min"]
    );
}

/// The phase lines of an attempt that failed at `at`; one that ended at the close succeeded.
fn walk(at: At, connection: Option<Connection>) -> String {
    let (severity, at) = match at {
        At::Close => (Severity::Ok, at),
        _ => (Severity::Error, at),
    };
    let attempt = examples::attempt(1, vec![1], examples::verdict("x", severity, at, "x"));
    let line = |phase: &walk::Phase| {
        format!(
            "{} {} {}",
            phase.name,
            phase.mark.sign().0,
            phase.text.replace('\u{a0}', " ")
        )
    };
    walk::phases(&attempt, connection.as_ref(), Language::En)
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

type Steps<'a> = &'a [(&'static str, &'static str, u64, u64)];
const CONNECT: Steps<'_> = &[
    ("syn", "client", 1, 0),
    ("syn-ack", "server", 2, 1),
    ("ack", "client", 3, 2),
];

fn connected(rest: Steps<'_>) -> Connection {
    examples::connection(1, examples::steps(&[CONNECT, rest].concat()))
}

#[test]
fn repeated_syns_without_an_answer() {
    let syns = examples::steps(&[
        ("syn", "client", 1, 0),
        ("syn", "client", 4, 1),
        ("syn", "client", 9, 2),
    ]);
    assert_eq!(
        walk(At::Tcp, Some(examples::connection(1, syns))),
        "Connect ✗ SYN 1, 4, 9, no answer\nTLS – never begun\nReport – never sent\nClose – not seen"
    );
}

#[test]
fn a_refused_syn() {
    let mut refused = examples::connection(
        1,
        examples::steps(&[("syn", "client", 1, 0), ("reset", "server", 2, 1)]),
    );
    refused.tcp.reset = Some(crate::report::Close {
        frame: 2,
        side: "server",
    });
    assert_eq!(
        walk(At::Tcp, Some(refused)),
        "Connect ✗ SYN 1, then RST from the server in frame 2\nTLS – never begun\nReport – never sent\nClose   ← RST 2"
    );
}

#[test]
fn a_reset_after_the_client_hello_and_silence_after_it() {
    let mut reset = connected(&[("client-hello", "client", 4, 3), ("reset", "server", 5, 4)]);
    assert!(walk(At::Tls, Some(reset.clone())).contains("TLS ✗ → Client Hello 4, then nothing more"));
    reset.tcp.reset = Some(crate::report::Close {
        frame: 5,
        side: "server",
    });
    assert!(walk(At::Tls, Some(reset)).contains("TLS ✗ → Client Hello 4, then RST from the server in frame 5\n"));
}

#[test]
fn a_proxy_that_asks_for_credentials() {
    let mut tunnel = connected(&[
        ("connect-request", "client", 4, 3),
        ("connect-response", "server", 6, 4),
    ]);
    tunnel.steps[4].detail = Some("407 Proxy Authentication Required".into());
    tunnel.tls = None;
    assert_eq!(
        walk(At::Proxy, Some(tunnel)),
        "Connect ✓ SYN 1, SYN-ACK 2, ACK 3\nProxy ✗ → CONNECT 4  ← answer 407 Proxy Authentication Required 6\n\
         TLS – never begun\nReport – never sent\nClose – not seen"
    );
}

#[test]
fn a_capture_that_begins_late_claims_nothing_of_the_beginning() {
    let late = examples::steps(&[
        ("application-data", "client", 7, 0),
        ("application-data", "server", 9, 1),
    ]);
    assert_eq!(
        walk(At::Close, Some(examples::connection(1, late))),
        "Connect – not in the capture\nTLS – not in the capture\n\
         Report ✓ → Application Data 7  ← Application Data 9\nClose – not seen"
    );
}

#[test]
fn a_request_without_an_answer() {
    let asked = connected(&[
        ("client-hello", "client", 4, 3),
        ("finished", "server", 5, 4),
        ("application-data", "client", 6, 5),
    ]);
    assert!(walk(At::Http, Some(asked)).contains("Report ✗ → Application Data 6, then nothing more"));
}

#[test]
fn readable_http_is_named_and_an_alert_after_data_closes() {
    let mut http = connected(&[("http-request", "client", 4, 3), ("http-response", "server", 5, 4)]);
    http.tls = None;
    let exchange = crate::report::Exchange {
        method: Some("POST".into()),
        target: Some("/cslu/v1/pi".into()),
        request: Some(4),
        status: Some(200),
        reason: Some("OK".into()),
        response: Some(5),
    };
    http.http = vec![exchange];
    let text = walk(At::Close, Some(http));
    assert!(text.contains("TLS – none: this transport is plain HTTP"), "{text}");
    assert!(text.contains("Report ✓ → POST /cslu/v1/pi 4  ← 200 OK 5"), "{text}");
    let closing = connected(&[
        ("application-data", "client", 6, 5),
        ("alert", "client", 7, 6),
        ("fin", "client", 8, 7),
    ]);
    assert!(walk(At::Close, Some(closing)).ends_with("Close ✓ → alert 7, FIN 8"));
}

#[test]
fn an_attempt_of_which_nothing_was_seen_has_no_walk() {
    assert_eq!(walk(At::Tcp, None), "");
}
