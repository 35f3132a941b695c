//! Reports → JUnit XML: a suite per capture, a test case per attempt, for servers that show test results.
//!
//! An attempt that failed is a failure, and one without a conclusion is skipped. If a capture has expectations, each
//! line of them is one more case, and only those cases can fail: an attempt that was expected to fail succeeds as a
//! test.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::labels::{beginning, connections, headline, seconds_of};
use super::notes::{left_out, not_judged, note};
use super::text::visible;
use super::{Attempt, Report, Unread};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;

/// Expectation of a capture, and whether it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The expectation as written.
    pub text: String,
    /// True if it was met.
    pub met: bool,
    /// The observation in its place; empty if it was met.
    pub seen: String,
}

impl Expectation {
    /// The expectation and what was seen instead, in a clause.
    #[must_use]
    pub fn complaint(&self) -> String {
        let wanted = self.text.strip_prefix("verdict is ").unwrap_or(&self.text);
        format!("expected {wanted}, seen {}", self.seen)
    }
}

/// A case: its name, its duration, and its result.
struct Case {
    name: String,
    seconds: f64,
    result: Result,
    text: String,
}

enum Result {
    Passed,
    Failed {
        kind: String,
        message: String,
    },
    Skipped {
        message: String,
    },
    /// No result: an error, in JUnit's terms, and not a failure.
    Unread {
        message: String,
    },
}

/// A capture's cases.
struct Suite<'a> {
    capture: &'a str,
    first: Option<&'a str>,
    cases: Vec<Case>,
    /// Captures that the cases do not cover.
    note: Option<String>,
}

/// Writes one document. `expectations` belong to the reports at the same index; a report without an entry has none. A
/// capture of `unread` is a suite with one case, an error; expectations for missing captures are a suite of their own.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_junit(
    reports: &[Report],
    expectations: &[Vec<Expectation>],
    unread: &[Unread],
    of_no_capture: &[Expectation],
    out: &mut dyn Write,
) -> io::Result<()> {
    let expected = expectations.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    let judged = reports.iter().zip(expected).map(|(report, expected)| Suite {
        capture: &report.capture.file,
        first: report.capture.first.as_deref(),
        cases: cases(report, expected),
        note: note(report),
    });
    let failed = unread.iter().map(|it| Suite {
        capture: &it.capture,
        first: None,
        cases: vec![Case {
            name: "capture can be read".to_owned(),
            seconds: 0.0,
            result: Result::Unread {
                message: it.why.clone(),
            },
            text: String::new(),
        }],
        note: None,
    });
    let missing = (!of_no_capture.is_empty()).then(|| Suite {
        capture: "expectations",
        first: None,
        cases: of_no_capture
            .iter()
            .map(|it| of_expectation(it, String::new()))
            .collect(),
        note: None,
    });
    let suites: Vec<Suite<'_>> = judged.chain(failed).chain(missing).collect();
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"tlswalk\"{}>", totals(all()))?;
    for Suite {
        capture,
        first,
        cases,
        note,
    } in &suites
    {
        let time = first.and_then(|time| time.get(..19)).unwrap_or_default();
        let stamp = if time.is_empty() {
            String::new()
        } else {
            format!(" timestamp=\"{time}\"")
        };
        let name = escaped(capture);
        writeln!(out, "  <testsuite name=\"{name}\"{}{stamp}>", totals(cases.iter()))?;
        for case in cases {
            write_case(&name, case, out)?;
        }
        if let Some(note) = note {
            writeln!(out, "    <system-out>{}</system-out>", lines(note))?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn totals<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped, mut seconds) = (0, 0, 0, 0, 0.0);
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case.result, Result::Failed { .. }));
        errors += usize::from(matches!(case.result, Result::Unread { .. }));
        skipped += usize::from(matches!(case.result, Result::Skipped { .. }));
        seconds += case.seconds;
    }
    format!(
        " tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{seconds:.3}\""
    )
}

/// An expectation becomes a case, named by its text.
fn of_expectation(expectation: &Expectation, text: String) -> Case {
    Case {
        name: expectation.text.clone(),
        seconds: 0.0,
        result: if expectation.met {
            Result::Passed
        } else {
            Result::Failed {
                kind: "unexpected".to_owned(),
                message: expectation.complaint(),
            }
        },
        text,
    }
}

fn cases(report: &Report, expectations: &[Expectation]) -> Vec<Case> {
    let mut cases: Vec<Case> = report
        .attempts
        .iter()
        .map(|attempt| case(report, attempt, !expectations.is_empty()))
        .collect();
    // For connections that were not kept, nothing can be concluded, whatever was expected of the others.
    let language = super::labels::language_of(report);
    if let Some(message) = not_judged(report.capture.not_judged) {
        cases.push(Case {
            name: "everything was judged".to_owned(),
            seconds: 0.0,
            result: Result::Skipped {
                message: message.in_language(language),
            },
            text: String::new(),
        });
    }
    if let Some(message) = left_out(report) {
        let message = message.in_language(language);
        let failed = report.left_out.iter().find(|it| it.severity == Severity::Error);
        cases.push(Case {
            name: "attempts that are not listed".to_owned(),
            seconds: 0.0,
            result: match failed {
                Some(it) => Result::Failed {
                    kind: it.verdict.to_string(),
                    message,
                },
                None => Result::Skipped { message },
            },
            text: String::new(),
        });
    }
    cases.extend(expectations.iter().map(|it| of_expectation(it, headline(report))));
    if expectations.is_empty() && report.attempts.is_empty() {
        cases.push(Case {
            name: report.verdict.id.to_string(),
            seconds: 0.0,
            result: Result::Skipped {
                message: headline(report),
            },
            text: String::new(),
        });
    }
    cases
}

fn case(report: &Report, attempt: &Attempt, expected: bool) -> Case {
    let verdict = &attempt.verdict;
    let frames: Vec<String> = verdict
        .evidence
        .iter()
        .map(|it| format!("frame {}: {}", it.frame, it.what))
        .collect();
    let begin = beginning(report, attempt).1.as_deref().and_then(seconds_of);
    let steps = connections(report, attempt).into_iter().flat_map(|it| it.steps.last());
    let end = steps.filter_map(|step| seconds_of(&step.time)).reduce(f64::max);
    // A fault beside a good verdict counts as it does for the exit code.
    let wrong = attempt
        .findings
        .iter()
        .find(|finding| finding.severity == Severity::Error);
    let result = match (verdict.severity, wrong) {
        _ if expected => Result::Passed,
        (Severity::Error, _) => Result::Failed {
            kind: verdict.id.to_string(),
            message: verdict.summary.clone(),
        },
        (_, Some(finding)) => Result::Failed {
            kind: finding.id.to_string(),
            message: finding.detail.clone(),
        },
        _ if matches!(
            verdict.id.name(),
            "incomplete-capture" | "malformed-capture" | "unexplained-end"
        ) =>
        {
            Result::Skipped {
                message: verdict.summary.clone(),
            }
        }
        _ => Result::Passed,
    };
    Case {
        name: format!(
            "attempt {}: {} to {}",
            attempt.id,
            attempt.device,
            in_prose(&attempt.name)
        ),
        seconds: begin.zip(end).map_or(0.0, |(begin, end)| (end - begin).max(0.0)),
        result,
        text: format!("{}\n{}", verdict.display_filter, frames.join("\n")),
    }
}

fn write_case(suite: &str, case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let head = format!(
        "    <testcase classname=\"{suite}\" name=\"{}\" time=\"{:.3}\"",
        escaped(&case.name),
        case.seconds
    );
    match &case.result {
        Result::Passed => writeln!(out, "{head}/>"),
        Result::Failed { kind, message } => writeln!(
            out,
            "{head}>\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
            escaped(kind),
            escaped(message),
            lines(&case.text)
        ),
        Result::Unread { message } => writeln!(
            out,
            "{head}>\n      <error type=\"{}\" message=\"{}\"/>\n    </testcase>",
            Unread::ID,
            escaped(message)
        ),
        Result::Skipped { message } => {
            writeln!(
                out,
                "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>",
                escaped(message)
            )
        }
    }
}

/// Text for an attribute. Characters that XML cannot hold were made visible before.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

fn lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    fn written(reports: &[Report], expectations: &[Vec<Expectation>]) -> String {
        written_with(reports, expectations, &[])
    }

    fn written_with(reports: &[Report], expectations: &[Vec<Expectation>], unread: &[Unread]) -> String {
        let mut out = Vec::new();
        write_junit(reports, expectations, unread, &[], &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_counts_are_those_of_the_cases() {
        let mut reports = examples::all();
        reports[0].attempts[0].name = "<a b=\"c\">&\u{1}\u{ffff}".into();
        let text = written(&reports, &[]);
        let document = roxmltree::Document::parse(&text).unwrap();
        let count = |name: &str| {
            document
                .descendants()
                .filter(|node| node.has_tag_name(name))
                .count()
                .to_string()
        };
        let root = document.root_element();
        assert_eq!(root.attribute("tests").unwrap(), count("testcase"));
        assert_eq!(root.attribute("failures").unwrap(), count("failure"));
        assert_eq!(root.attribute("skipped").unwrap(), count("skipped"));
        assert_eq!(count("testsuite"), examples::all().len().to_string());
        assert!(text.contains("&lt;a b=&quot;c&quot;&gt;&amp;\\x01"));
    }

    #[test]
    fn a_capture_that_cannot_be_read_is_an_error_of_its_own() {
        let unread = Unread::new("dir/a<b.pcap", "dir/a<b.pcap: not a capture");
        for reports in [&[examples::healthy()][..], &[]] {
            let text = written_with(reports, &[], std::slice::from_ref(&unread));
            let document = roxmltree::Document::parse(&text).unwrap();
            let root = document.root_element();
            assert_eq!(root.attribute("errors"), Some("1"));
            assert_eq!(root.attribute("tests").unwrap(), (reports.len() + 1).to_string());
            let suite = root.last_element_child().unwrap();
            assert_eq!(suite.attribute("name"), Some("dir/a<b.pcap"));
            assert_eq!(suite.attribute("errors"), Some("1"));
            let error = document.descendants().find(|it| it.has_tag_name("error")).unwrap();
            assert_eq!(error.attribute("message"), Some("not a capture"));
        }
    }

    #[test]
    fn an_expected_failure_passes_and_an_unexpected_verdict_fails() {
        let expect = |id: &str, met| {
            vec![Expectation {
                text: format!("verdict is {id}"),
                met,
                seen: "client-certificate-rejected".to_owned(),
            }]
        };
        let good = written(&[examples::rejected()], &[expect("client-certificate-rejected", true)]);
        assert!(!good.contains("<failure"), "{good}");
        let bad = written(&[examples::rejected()], &[expect("healthy", false)]);
        assert!(
            bad.contains("expected healthy, seen client-certificate-rejected"),
            "{bad}"
        );
    }
}
