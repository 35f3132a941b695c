//! Attempts, certificates, steps → tables.

use std::io;

use comfy_table::{ContentArrangement, Table, presets};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Page, Paint, mark, shown, visible, walk};
use crate::report::{Certificate, Connection, Report};

/// A line per attempt.
pub(super) fn overview(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let mut rows = Vec::new();
    for attempt in &report.attempts {
        let connection = shown(report, attempt);
        let frame = connection
            .map(|connection| connection.tcp.first_frame)
            .or(attempt.lookups.first().map(|l| l.question));
        rows.push(vec![
            mark(&attempt.verdict.severity).0.to_owned(),
            attempt.id.to_string(),
            attempt.device.clone(),
            attempt.name.clone(),
            frame.map(|frame| frame.to_string()).unwrap_or_default(),
            attempt.verdict.id.clone(),
            attempt.verdict.confidence.clone(),
        ]);
    }
    write(
        page,
        &["", "#", "device", "server", "from frame", "verdict", ""],
        rows,
    )
}

/// The certificates of both sides: the leaves, or with `all` everything presented.
pub(super) fn certificates(
    page: &mut Page<'_>,
    connection: &Connection,
    all: bool,
) -> io::Result<()> {
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
    write(
        page,
        &["from", "certificate", "valid (UTC)", "frames"],
        rows,
    )
}

fn row(side: &str, certificate: &Certificate, all: bool) -> Vec<String> {
    let unknown = || "not readable".to_owned();
    let mut text = certificate
        .subject
        .clone()
        .or_else(|| certificate.error.clone())
        .unwrap_or_else(unknown);
    match &certificate.issuer {
        _ if certificate.self_signed => text.push_str("; self-signed"),
        Some(issuer) => text.push_str(&format!("; issued by {issuer}")),
        None => {}
    }
    if all {
        if !certificate.names.is_empty() {
            text.push_str(&format!("; for {}", certificate.names.join(", ")));
        }
        for (label, value) in [
            ("key", &certificate.key),
            ("signed with", &certificate.signature_algorithm),
            ("serial", &certificate.serial),
        ] {
            if let Some(value) = value {
                text.push_str(&format!("; {label} {value}"));
            }
        }
        if !certificate.usages.is_empty() {
            text.push_str(&format!("; for use as {}", certificate.usages.join(", ")));
        }
        text.push_str(&format!("; SHA-256 {}", certificate.sha256));
    }
    let day = |time: &Option<String>| {
        time.as_deref()
            .and_then(|time| time.get(..10))
            .unwrap_or("?")
            .to_owned()
    };
    let state = match certificate.validity {
        "current" | "unknown" => String::new(),
        other => format!(" {}", other.replace('-', " ").to_uppercase()),
    };
    let dates = format!(
        "{} to {}{state}",
        day(&certificate.not_before),
        day(&certificate.not_after)
    );
    vec![
        side.to_owned(),
        text,
        dates,
        walk::frames(&certificate.frames),
    ]
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
                    walk::name(step.kind)
                ),
                step.frame.to_string(),
                offset
                    .map(|offset| format!("{offset:.6}"))
                    .unwrap_or_default(),
                step.detail.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let tcp = &connection.tcp;
    page.blank()?;
    let heading = format!(
        "  Connection {}: {} → {}, tcp.stream {}",
        connection.id, connection.client, connection.server, tcp.stream
    );
    page.hang_painted(&[], 2, (Paint::Strong, heading.trim_start()), "")?;
    let mut facts = format!(
        "{} frames and {} bytes from the device, {} and {} from the server; {} retransmissions, {} copies",
        tcp.client_frames,
        tcp.client_bytes,
        tcp.server_frames,
        tcp.server_bytes,
        tcp.retransmissions,
        tcp.duplicates
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
    page.hang(&[(Paint::Plain, "  ")], 2, &facts, "")?;
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
        page.hang(&[(Paint::Plain, "  ")], 2, &text.join("; "), "")?;
    }
    if rows.is_empty() {
        return Ok(());
    }
    write(page, &["", "step", "frame", "seconds", ""], rows)
}

/// Puts a table on the page, without borders: the columns are read, not looked at.
fn write(page: &mut Page<'_>, header: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
    let mut table = Table::new();
    // The terminal's width is the page's, never the crate's own guess (CRATES P15).
    let width = u16::try_from(page.width.saturating_sub(2)).unwrap_or(u16::MAX);
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row.iter().map(|cell| visible(cell)).collect::<Vec<_>>());
    }
    for (number, line) in table.lines().enumerate() {
        let line = format!(" {}", line.trim_end());
        page.line(&[(
            if number == 0 {
                Paint::Dim
            } else {
                Paint::Plain
            },
            &line,
        )])?;
    }
    Ok(())
}
