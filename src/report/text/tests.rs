//! What the text looks like, screen by screen. `TLSWALK_BLESS=1 cargo test` rewrites the screens: look at the diff.

use super::*;
use crate::report::examples;
use unicode_width::UnicodeWidthStr as _;

fn text(report: &Report, style: TextStyle) -> String {
    let mut out = Vec::new();
    write_text(report, &mut out, &style).unwrap();
    String::from_utf8(out).unwrap()
}

fn check(screen: &str, report: &Report, style: TextStyle) {
    let path = format!(
        "{}/src/report/text/screens/{screen}.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    let now = text(report, style);
    if std::env::var_os("TLSWALK_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let then = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
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
    assert!(
        text(&examples::rejected(), TextStyle::default())
            .lines()
            .count()
            <= 45
    );
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
        for width in [0, 60, 80, 110, 300] {
            for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
                let text = text(
                    &report,
                    TextStyle {
                        width,
                        color: false,
                        verbosity,
                    },
                );
                for line in text.lines().filter(|line| !line.starts_with("      ")) {
                    assert!(line.width() <= width.clamp(60, 110), "{width}: {line}");
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
        [0.0, 0.11, 41.2, 200.0, 7500.0].map(seconds),
        ["<0.01 s", "0.11 s", "41.2 s", "3 min 20 s", "2 h 5 min"]
    );
}
