//! Row → CSV (RFC 4180): a row per attempt, for spreadsheets and data frames.
//!
//! Several values in one cell are separated by a space.

use std::io::{self, Write};

use super::Report;
use super::row::Row;
use crate::base::word::join;
use crate::report::{At, By, Confidence, Severity, Transport, VerdictId};

/// The header: the fields of a [`Row`], in their order.
pub const COLUMNS: [&str; 25] = [
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
    "issuer",
    "sha256",
    "error",
    "note",
];

/// Writes the header line.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_header(out: &mut dyn Write) -> io::Result<()> {
    write_cells(&COLUMNS.map(str::to_owned), out)
}

/// Writes a row for each attempt of a report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_rows(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    Row::of(report).iter().try_for_each(|row| write_row(row, out))
}

/// Writes one row.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    write_cells(&cells(row), out)
}

fn cells(row: &Row) -> [String; COLUMNS.len()] {
    let number = |number: Option<u64>| number.map(|it| it.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
    let frames: Vec<String> = row.evidence_frames.iter().map(u64::to_string).collect();
    [
        row.capture.clone(),
        number(row.attempt),
        text(&row.time),
        number(row.frame),
        word(row.verdict.map(VerdictId::name)),
        word(row.severity.map(Severity::name)),
        word(row.confidence.map(Confidence::name)),
        word(row.by.map(By::name)),
        word(row.at.map(At::name)),
        join(&row.causes, " "),
        text(&row.summary),
        row.also.iter().map(|id| id.name()).collect::<Vec<_>>().join(" "),
        word(row.transport.map(Transport::name)),
        text(&row.device),
        text(&row.name),
        text(&row.server),
        text(&row.via_proxy),
        text(&row.tls_version),
        text(&row.cipher_suite),
        frames.join(" "),
        text(&row.display_filter),
        text(&row.issuer),
        text(&row.sha256),
        text(&row.error),
        text(&row.note),
    ]
}

fn write_cells(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell: quoted if necessary. A value that a spreadsheet would read as a formula gets an apostrophe before it: the
/// names in a capture are chosen by their senders.
///
/// Where the comma is the decimal sign, spreadsheets separate cells by semicolons, and the quotation marks of a cell
/// in the middle of theirs separate nothing. So a formula also begins behind a semicolon.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut is_start = true;
    for c in text.chars() {
        if is_start && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠') {
            safe.push('\'');
        }
        safe.push(c);
        is_start = c == ';' || is_start && matches!(c, ' ' | '"' | '\u{a0}');
    }
    if safe.contains(['"', ',', '\n', '\r', ';', '\'']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    #[test]
    fn behind_a_semicolon_no_formula_begins_either() {
        assert_eq!(cell("a; =b"), "\"a; '=b\"");
        assert_eq!(cell("a;\"=b;-c;d-e"), "\"a;\"\"'=b;'-c;d-e\"");
    }

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
        write_row(&Row::failed("x\u{1b}", None, "=no"), &mut text).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_slice());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
        let fields = serde_json::to_value(Row::default()).unwrap();
        assert!(COLUMNS.iter().all(|column| fields.get(column).is_some()), "{fields}");
        assert_eq!(fields.as_object().unwrap().len(), COLUMNS.len());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1 + 1 + 1 + 3 + 1 + 4 + 1 + 1);
        let [.., last, failed] = &rows[..] else {
            panic!("{rows:?}")
        };
        assert_eq!((&failed[0], &failed[1], &failed[23]), ("x\\x1b", "", "'=no"));
        assert_eq!(&last[10], "two\r\nlines, \"quoted\"");
        assert_eq!(&last[14], "'=HYPERLINK(\"http://x\",\"y\")");
        assert!(
            rows.iter()
                .flatten()
                .all(|cell| !cell.starts_with(['=', '+', '-', '@']))
        );
    }
}
