//! Attempts, certificates, steps → tables.

use std::io;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Page, Paint, mark, shown, visible, words};
use crate::report::{Attempt, Certificate, Connection, Report};

/// A line per attempt that is wanted.
pub(super) fn overview(page: &mut Page<'_>, report: &Report, wanted: impl Fn(&Attempt) -> bool) -> io::Result<()> {
    let first = report.attempts.first().map(|attempt| attempt.device.as_str());
    let devices = report
        .attempts
        .iter()
        .any(|attempt| Some(attempt.device.as_str()) != first);
    let mut rows = Vec::new();
    for attempt in report.attempts.iter().filter(|attempt| wanted(attempt)) {
        let connection = shown(report, attempt).map(|connection| connection.tcp.first_frame);
        let frame = connection.or(attempt.lookups.first().map(|lookup| lookup.question));
        rows.push(vec![
            mark(&attempt.verdict.severity).0.to_owned(),
            frame.map(|frame| frame.to_string()).unwrap_or_default(),
            if devices {
                format!("{} → {}", attempt.device, attempt.name)
            } else {
                attempt.name.clone()
            },
            attempt.verdict.id.clone(),
            attempt.verdict.confidence.clone(),
        ]);
    }
    let to = if devices { "from → to" } else { "to" };
    write(page, &["", "frame", to, "verdict", "confidence"], 2, rows)
}

/// The certificates of both sides: the leaves, or with `all` everything presented.
pub(super) fn certificates(page: &mut Page<'_>, connection: &Connection, all: bool) -> io::Result<()> {
    let mut rows = Vec::new();
    for (side, chain) in [
        ("server", &connection.certificates.server),
        ("client", &connection.certificates.client),
    ] {
        for certificate in chain.iter().take(if all { usize::MAX } else { 1 }) {
            rows.push(row(side, certificate, all));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    page.blank()?;
    write(page, &["from", "certificate", "valid (UTC)", "frames"], 1, rows)
}

fn row(side: &str, certificate: &Certificate, all: bool) -> Vec<String> {
    let unknown = || "not readable".to_owned();
    let mut text = vec![
        certificate
            .subject
            .as_deref()
            .map(spaced)
            .or(certificate.error.clone())
            .unwrap_or_else(unknown),
    ];
    match &certificate.issuer {
        _ if certificate.self_signed => text.push("self-signed".to_owned()),
        Some(issuer) => text.push(format!("issued by {}", spaced(issuer))),
        None => {}
    }
    if all {
        let joined = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
        let rest = [
            ("for", joined(&certificate.names)),
            ("key", certificate.key.clone()),
            ("signed with", certificate.signature_algorithm.clone()),
            ("for use as", joined(&certificate.usages)),
            ("serial", certificate.serial.clone()),
            ("SHA-256", Some(certificate.sha256.clone())),
        ];
        text.extend(
            rest.into_iter()
                .filter_map(|(label, value)| value.map(|value| format!("{label} {value}"))),
        );
    }
    let day = |time: &Option<String>| {
        time.as_deref()
            .and_then(|time| time.get(..10))
            .unwrap_or("?")
            .to_owned()
    };
    let state = match certificate.validity {
        "current" | "unknown" => String::new(),
        other => format!("\n{}", other.replace('-', " ").to_uppercase()),
    };
    let dates = format!(
        "{} to\n{}{state}",
        day(&certificate.not_before),
        day(&certificate.not_after)
    );
    let text: Vec<_> = text.iter().map(|line| visible(line)).collect();
    vec![
        side.to_owned(),
        text.join("\n"),
        dates,
        words::frames(&certificate.frames),
    ]
}

/// A distinguished name with a space after each comma that parts two attributes, where a line may end.
fn spaced(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (index, part) in name.split(',').enumerate() {
        if index > 0 {
            let parts_attributes =
                !out.ends_with('\\') && part.split_once('=').is_some_and(|(key, _)| !key.contains(' '));
            out.push_str(if parts_attributes { ", " } else { "," });
        }
        out.push_str(part);
    }
    out
}

/// Every step of a connection, with the time since its first.
pub(super) fn steps(page: &mut Page<'_>, connection: &Connection) -> io::Result<()> {
    let parse = |time: &str| OffsetDateTime::parse(time, &Rfc3339).ok();
    let start = connection.steps.first().and_then(|step| parse(&step.time));
    let rows: Vec<_> = connection
        .steps
        .iter()
        .map(|step| {
            let offset = parse(&step.time)
                .zip(start)
                .map(|(time, start)| (time - start).as_seconds_f64());
            vec![
                if step.side == "client" { "→" } else { "←" }.to_owned(),
                format!(
                    "{}{}",
                    if step.seen == "inferred" { "~" } else { "" },
                    words::name(step.kind)
                ),
                step.frame.to_string(),
                offset.map(|offset| format!("{offset:.6}")).unwrap_or_default(),
                step.detail.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let tcp = &connection.tcp;
    page.blank()?;
    let heading = format!(
        "  Connection {}: {} → {}",
        connection.id, connection.client, connection.server
    );
    page.hang_painted(&[], 2, (Paint::Strong, heading.trim_start()), "")?;
    let mut facts = format!(
        "{} frames and {} bytes from the device, {} and {} from the server; {} retransmissions, {} copies",
        tcp.client_frames, tcp.client_bytes, tcp.server_frames, tcp.server_bytes, tcp.retransmissions, tcp.duplicates
    );
    for gap in &tcp.gaps {
        let whose = if gap.side == "client" {
            "the device"
        } else {
            "the server"
        };
        facts.push_str(&format!(
            "; {} bytes of {whose} missing before frame {} ({})",
            gap.bytes, gap.before_frame, gap.cause
        ));
    }
    page.hang(&[], 2, &facts, "")?;
    if let Some(tls) = &connection.tls {
        let parts = [
            ("SNI", &tls.sni),
            ("cipher suite", &tls.cipher_suite),
            ("group", &tls.group),
            ("ALPN", &tls.alpn),
        ];
        let mut text: Vec<_> = parts
            .iter()
            .filter_map(|(label, value)| value.as_ref().map(|value| format!("{label} {value}")))
            .collect();
        if !tls.offered_versions.is_empty() {
            text.push(format!("offered TLS {}", tls.offered_versions.join(", ")));
        }
        if !tls.acceptable_cas.is_empty() {
            text.push(format!(
                "client certificates accepted from {}",
                tls.acceptable_cas.join("; ")
            ));
        }
        if !text.is_empty() {
            page.hang(&[], 2, &text.join("; "), "")?;
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    write(page, &["", "step", "frame", "seconds", ""], 4, rows)
}

/// Puts a table on the page, without borders: the columns are read, not looked at. Only the column `flexible` wraps.
fn write(page: &mut Page<'_>, header: &[&str], flexible: usize, rows: Vec<Vec<String>>) -> io::Result<()> {
    let mut table = Table::new();
    // The terminal's width is the page's, never the crate's own guess (CRATES P15).
    let width = u16::try_from(page.width.saturating_sub(2)).unwrap_or(u16::MAX);
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table.set_header(header.to_vec());
    for row in rows {
        // Each line on its own: a cell may have several, and no other control character survives.
        let cells = row
            .iter()
            .map(|cell| cell.lines().map(visible).collect::<Vec<_>>().join("\n"));
        table.add_row(cells.collect::<Vec<_>>());
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if index != flexible {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    for (number, line) in table.lines().enumerate() {
        let line = format!(" {}", line.trim_end());
        page.line(&[(if number == 0 { Paint::Dim } else { Paint::Plain }, &line)])?;
    }
    Ok(())
}
