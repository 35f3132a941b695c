//! Rows → JUnit XML: one suite, a test case for each capture, for servers that show test results.
//!
//! A case is written as it comes; but the document begins with the number of cases, so the caller keeps the cases until
//! the end.

use std::io::{self, Write};

use super::super::Outcome;
use super::super::junit::{Expectation, escaped};
use super::super::row::Row;

/// The results of the cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseCounts {
    /// All cases.
    pub tests: u64,
    /// Captures in which something failed.
    pub failures: u64,
    /// Captures that could not be read.
    pub errors: u64,
    /// Captures without a conclusion.
    pub skipped: u64,
}

/// Writes the case of a capture; `outcome` is `None` if it could not be read.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_case(
    rows: &[Row],
    outcome: Option<Outcome>,
    counts: &mut CaseCounts,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(worst) = super::worst(rows) else {
        return Ok(());
    };
    let (folder, name) = worst.capture.rsplit_once('/').unwrap_or(("tlswalk", &worst.capture));
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
        escaped(folder),
        escaped(name)
    );
    let text = |row: &Row| {
        let verdict = row.verdict.as_deref().unwrap_or_default();
        let summary = row.summary.as_deref().unwrap_or_default();
        escaped(&format!("{verdict}: {summary}"))
    };
    let summary = worst.summary.as_deref().unwrap_or_default();
    let note = worst.note.as_ref().map_or_else(String::new, |note| {
        format!("      <system-out>{}</system-out>\n", escaped(note))
    });
    counts.tests = counts.tests.saturating_add(1);
    match outcome {
        None => {
            counts.errors = counts.errors.saturating_add(1);
            let why = escaped(worst.error.as_deref().unwrap_or_default());
            writeln!(
                out,
                "{head}>\n      <error type=\"not-read\" message=\"{why}\"/>\n    </testcase>"
            )
        }
        Some(Outcome::Failed | Outcome::Unusable) => {
            counts.failures = counts.failures.saturating_add(1);
            let kind = escaped(worst.verdict.as_deref().unwrap_or_default());
            let told: Vec<String> = rows.iter().map(text).collect();
            writeln!(
                out,
                "{head}>\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n{note}    </testcase>",
                escaped(summary),
                told.join("\n")
            )
        }
        Some(Outcome::Inconclusive | Outcome::PartlyJudged) => {
            counts.skipped = counts.skipped.saturating_add(1);
            writeln!(
                out,
                "{head}>\n      <skipped message=\"{}\"/>\n{note}    </testcase>",
                text(worst)
            )
        }
        Some(Outcome::Succeeded) if note.is_empty() => writeln!(out, "{head}/>"),
        Some(Outcome::Succeeded) => writeln!(out, "{head}>\n{note}    </testcase>"),
    }
}

/// Writes a case for each expectation of a capture; without rows, for captures that were missing.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_expected(
    rows: &[Row],
    expected: &[Expectation],
    counts: &mut CaseCounts,
    out: &mut dyn Write,
) -> io::Result<()> {
    let capture = rows.first().map_or("expectations", |row| row.capture.as_str());
    for it in expected {
        counts.tests = counts.tests.saturating_add(1);
        let head = format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
            escaped(capture),
            escaped(&it.text)
        );
        if it.met {
            writeln!(out, "{head}/>")?;
            continue;
        }
        counts.failures = counts.failures.saturating_add(1);
        let why = escaped(&it.complaint());
        writeln!(
            out,
            "{head}>\n      <failure type=\"unexpected\" message=\"{why}\"/>\n    </testcase>"
        )?;
    }
    Ok(())
}

/// Writes the part before the cases.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_junit_begin(counts: CaseCounts, out: &mut dyn Write) -> io::Result<()> {
    let CaseCounts {
        tests,
        failures,
        errors,
        skipped,
    } = counts;
    let counts =
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\"");
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"tlswalk\" {counts}>")?;
    if tests > 0 {
        writeln!(out, "  <testsuite name=\"tlswalk triage\" {counts}>")?;
    }
    Ok(())
}

/// Writes the part after the cases.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_junit_end(counts: CaseCounts, out: &mut dyn Write) -> io::Result<()> {
    if counts.tests > 0 {
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{examples, outcome};

    #[test]
    fn the_counts_are_those_of_the_cases_and_names_are_escaped() {
        let (mut counts, mut cases) = (CaseCounts::default(), Vec::new());
        for report in examples::all() {
            write_case(&Row::of(&report), Some(outcome([&report])), &mut counts, &mut cases).unwrap();
        }
        let failed = Row::failed("folder/<x>\u{1}.pcap", None, "\"no\"");
        write_case(&[failed], None, &mut counts, &mut cases).unwrap();
        let mut text = Vec::new();
        write_junit_begin(counts, &mut text).unwrap();
        text.extend(cases);
        write_junit_end(counts, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        for (attribute, tag) in [
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ] {
            let count = document.descendants().filter(|node| node.has_tag_name(tag)).count();
            assert_eq!(
                root.attribute(attribute),
                Some(count.to_string().as_str()),
                "{attribute}"
            );
        }
        assert_eq!(counts.errors, 1);
        assert!(
            text.contains("classname=\"folder\" name=\"&lt;x&gt;\\x01.pcap\""),
            "{text}"
        );
    }
}
