//! Report → CSV (RFC 4180): a row per attempt, for spreadsheets and data frames.
//!
//! The columns are a contract like the JSON report: new ones are added at the end. A capture without attempts has one
//! row too, with an empty `attempt`, so that none is missing. Several values in one cell are parted by a space.

use std::io::{self, Write};

use super::labels::{beginning, connections};
use super::text::visible;
use super::{Attempt, Report};

/// The header.
pub const COLUMNS: [&str; 21] = [
    "capture",
    "attempt",
    "time",
    "frame",
    "verdict",
    "severity",
    "confidence",
    "by",
    "at",
    "causes",
    "summary",
    "also",
    "transport",
    "device",
    "name",
    "server",
    "via_proxy",
    "tls_version",
    "cipher_suite",
    "evidence_frames",
    "display_filter",
];

/// Writes the header line.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_header(out: &mut dyn Write) -> io::Result<()> {
    write_row(&COLUMNS.map(str::to_owned), out)
}

/// Writes a row for each attempt of a report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_rows(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.attempts.is_empty() {
        let mut row = COLUMNS.map(|_| String::new());
        for (cell, column) in row.iter_mut().zip(COLUMNS) {
            match column {
                "capture" => *cell = visible(&report.capture.file),
                "time" => *cell = report.capture.first.clone().unwrap_or_default(),
                "verdict" => cell.clone_from(&report.verdict.id),
                "severity" => cell.clone_from(&report.verdict.severity),
                "summary" => cell.clone_from(&report.verdict.summary),
                _ => {}
            }
        }
        return write_row(&row, out);
    }
    report
        .attempts
        .iter()
        .try_for_each(|attempt| write_row(&row(report, attempt), out))
}

fn row(report: &Report, attempt: &Attempt) -> [String; COLUMNS.len()] {
    let verdict = &attempt.verdict;
    let connection = connections(report, attempt).into_iter().next_back();
    let tls = connection.and_then(|it| it.tls.as_ref());
    let (frame, time) = beginning(report, attempt);
    let evidence: Vec<String> = verdict.evidence.iter().map(|it| it.frame.to_string()).collect();
    [
        visible(&report.capture.file),
        attempt.id.to_string(),
        time.unwrap_or_default(),
        frame.map(|frame| frame.to_string()).unwrap_or_default(),
        verdict.id.clone(),
        verdict.severity.clone(),
        verdict.confidence.clone(),
        verdict.by.clone(),
        verdict.at.clone(),
        verdict.causes.join(" "),
        verdict.summary.clone(),
        verdict.also.join(" "),
        attempt.transport.clone(),
        attempt.device.clone(),
        attempt.name.clone(),
        connection.map(|it| it.server.clone()).unwrap_or_default(),
        attempt.via_proxy.clone().unwrap_or_default(),
        tls.and_then(|tls| tls.version.clone()).unwrap_or_default(),
        tls.and_then(|tls| tls.cipher_suite.clone()).unwrap_or_default(),
        evidence.join(" "),
        verdict.display_filter.clone(),
    ]
}

fn write_row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell: quoted where it must be. What a spreadsheet would take for a formula gets an apostrophe before it: names in
/// a capture are chosen by whoever sent them.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r', ';', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    #[test]
    fn a_reader_gets_back_what_was_written_and_no_formula() {
        let mut text = Vec::new();
        write_header(&mut text).unwrap();
        let mut hostile = examples::rejected();
        hostile.attempts[0].name = "=HYPERLINK(\"http://x\",\"y\")".into();
        hostile.attempts[0].verdict.summary = "two\r\nlines, \"quoted\"".into();
        for report in examples::all().iter().chain([&hostile]) {
            write_rows(report, &mut text).unwrap();
        }
        let mut reader = csv::Reader::from_reader(text.as_slice());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1 + 1 + 1 + 3 + 1 + 4 + 1);
        let last = rows.last().unwrap();
        assert_eq!(&last[10], "two\r\nlines, \"quoted\"");
        assert_eq!(&last[14], "'=HYPERLINK(\"http://x\",\"y\")");
        assert!(
            rows.iter()
                .flatten()
                .all(|cell| !cell.starts_with(['=', '+', '-', '@']))
        );
    }
}
