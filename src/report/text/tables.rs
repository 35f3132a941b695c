//! Attempts, certificates, steps → tables.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::labels::names;
use super::words::versioned;
use super::{Page, Paint, mark, shown, visible, words};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::in_prose;
use crate::report::labels::{confidence, step_name};
use crate::report::{Attempt, Certificate, Connection, Report, Severity, Step, Tcp, Tls};

/// One line per wanted attempt.
pub(super) fn overview(page: &mut Page<'_>, report: &Report, wanted: impl Fn(&Attempt) -> bool) -> io::Result<()> {
    let first = report.attempts.first().map(|attempt| attempt.device.as_str());
    let devices = report
        .attempts
        .iter()
        .any(|attempt| Some(attempt.device.as_str()) != first);
    let mut rows = Vec::new();
    let uneven = uneven(report);
    for attempt in report.attempts.iter().filter(|attempt| wanted(attempt)) {
        let connection = shown(report, attempt);
        let frame = connection.map(|connection| connection.tcp.first_frame);
        let frame = frame.or(attempt.lookups.first().map(|lookup| lookup.question));
        let name = in_prose(&attempt.name);
        let to = match connection.filter(|_| uneven.contains(attempt.name.as_str())) {
            Some(connection) => format!("{name} ({})", connection.server),
            None => name.into_owned(),
        };
        rows.push(vec![
            mark(attempt.verdict.severity).0.to_owned(),
            frame.map(|frame| frame.to_string()).unwrap_or_default(),
            if devices {
                format!("{} → {to}", attempt.device)
            } else {
                to
            },
            attempt.verdict.id.to_string(),
            confidence(attempt.verdict.confidence).in_language(page.language),
        ]);
    }
    let to = if devices { "text-from-to" } else { "text-to" };
    let header = ["", "text-frame", to, "text-verdict", "text-confidence"];
    write(page, &header, 2, rows)
}

/// The names behind which several servers stand that did not all do well: their addresses tell which.
fn uneven(report: &Report) -> BTreeSet<&str> {
    let is_failed = |attempt: &Attempt| attempt.verdict.severity == Severity::Error;
    let failed = report.attempts.iter().filter(|attempt| is_failed(attempt)).count();
    if failed == 0 || failed == report.attempts.len() {
        return BTreeSet::new();
    }
    let mut outcomes: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for attempt in &report.attempts {
        let Some(connection) = shown(report, attempt) else {
            continue;
        };
        let servers = outcomes.entry(&attempt.name).or_default();
        *servers.entry(&connection.server).or_default() |= is_failed(attempt);
    }
    let is_uneven = |servers: &BTreeMap<&str, bool>| servers.values().any(|it| *it) && !servers.values().all(|it| *it);
    outcomes.retain(|_, servers| is_uneven(servers));
    outcomes.into_keys().collect()
}

/// The certificates of both sides: the leaves, or with `all` all presented ones.
pub(super) fn certificates(page: &mut Page<'_>, connection: &Connection, all: bool) -> io::Result<()> {
    let mut rows = Vec::new();
    let mut numbers = Vec::new();
    for (side, chain) in [
        ("server", &connection.certificates.server),
        ("client", &connection.certificates.client),
    ] {
        for certificate in chain.iter().take(if all { usize::MAX } else { 1 }) {
            let side = words::side(side).told(page.voice);
            rows.push(row(&side, certificate, all, page.language));
            let serial = certificate.serial.as_ref().map(|it| ("text-serial", it));
            for (label, value) in serial.into_iter().chain([("text-sha256", &certificate.sha256)]) {
                let told = phrase(label).with("value", visible(value)).in_language(page.language);
                numbers.push(format!("  {side}  {told}"));
            }
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let header = ["text-from", "text-certificate", "text-valid", "text-frames-head"];
    write(page, &header, 1, rows)?;
    // Numbers that are copied stand outside the table, whose cells would break them.
    let numbers = if all { numbers } else { Vec::new() };
    numbers.iter().try_for_each(|line| page.line(&[(Paint::Dim, line)]))
}

fn row(side: &str, certificate: &Certificate, all: bool, language: Language) -> Vec<String> {
    let say = |phrase: Phrase| phrase.in_language(language);
    let unknown = || say(phrase("text-not-readable"));
    let mut text = vec![
        certificate
            .subject
            .as_deref()
            .map(|subject| spaced(&in_prose(subject)))
            .or(certificate.error.clone())
            .unwrap_or_else(unknown),
    ];
    match &certificate.issuer {
        _ if certificate.self_signed => text.push(say(phrase("text-self-signed"))),
        Some(issuer) => text.push(say(phrase("text-issued-by").with("issuer", spaced(&in_prose(issuer))))),
        None => {}
    }
    if all {
        let joined = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
        let rest = [
            (
                "text-for",
                joined(&certificate.names).map(|_| names(&certificate.names)),
            ),
            ("text-key", certificate.key.clone()),
            ("text-signed-with", certificate.signature_algorithm.clone()),
            ("text-for-use-as", joined(&certificate.usages)),
        ];
        text.extend(
            rest.into_iter()
                .filter_map(|(label, value)| value.map(|value| say(phrase(label).with("value", value)))),
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
        "expired" => format!("\n{}", say(phrase("text-expired"))),
        _ => format!("\n{}", say(phrase("text-not-yet-valid"))),
    };
    let from = say(phrase("text-valid-from").with("day", day(&certificate.not_before)));
    let dates = format!("{from}\n{}{state}", day(&certificate.not_after));
    let text: Vec<_> = text.iter().map(|line| visible(line)).collect();
    vec![
        side.to_owned(),
        text.join("\n"),
        dates,
        words::frames(&certificate.frames),
    ]
}

/// A distinguished name with a space after each comma between two attributes, so that a line may end there.
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
    page.blank()?;
    let (language, voice) = (page.language, page.voice);
    let heading = phrase("text-connection")
        .with("id", connection.id)
        .with("client", &connection.client)
        .with("server", &connection.server);
    page.hang_painted(&[], 2, (Paint::Strong, &heading.in_language(language)), "")?;
    let separator = phrase("text-semicolon").in_language(language);
    let joined = |phrases: Vec<Phrase>| {
        let texts: Vec<String> = phrases.iter().map(|it| it.told(voice)).collect();
        texts.join(&separator)
    };
    page.hang(&[], 2, &joined(traffic(&connection.tcp)), "")?;
    if let Some(tls) = &connection.tls {
        let text = joined(negotiated(connection, tls));
        if !text.is_empty() {
            page.hang(&[], 2, &text, "")?;
        }
    }
    if connection.steps.is_empty() {
        return Ok(());
    }
    let parse = |time: &str| OffsetDateTime::parse(time, &Rfc3339).ok();
    let start = connection.steps.first().and_then(|step| parse(&step.time));
    let row = |step: &Step| {
        let offset = parse(&step.time).zip(start);
        let offset = offset.map(|(time, start)| (time - start).as_seconds_f64());
        let guess = if step.seen == "inferred" { "~" } else { "" };
        vec![
            if step.side == "client" { "→" } else { "←" }.to_owned(),
            format!("{guess}{}", step_name(step.kind, language)),
            step.frame.to_string(),
            offset.map(|offset| format!("{offset:.6}")).unwrap_or_default(),
            step.detail.clone().unwrap_or_default(),
        ]
    };
    let rows = connection.steps.iter().map(row).collect();
    write(page, &["", "text-step", "text-frame", "text-seconds", ""], 4, rows)
}

/// The amount of traffic, and the missing parts.
fn traffic(tcp: &Tcp) -> Vec<Phrase> {
    let traffic = phrase("text-traffic")
        .with("client-frames", tcp.client_frames)
        .with("client-bytes", tcp.client_bytes)
        .with("server-frames", tcp.server_frames)
        .with("server-bytes", tcp.server_bytes)
        .with("retransmissions", tcp.retransmissions)
        .with("copies", tcp.duplicates);
    let gaps = tcp.gaps.iter().map(|gap| {
        phrase("text-gap")
            .with("bytes", gap.bytes)
            .with("who", words::side(gap.side))
            .with("frame", gap.before_frame)
            .with("cause", gap.cause)
    });
    std::iter::once(traffic).chain(gaps).collect()
}

/// Server name, offers and choices of a connection.
fn negotiated(connection: &Connection, tls: &Tls) -> Vec<Phrase> {
    let parts = [
        ("text-sni", &tls.sni),
        ("text-cipher-suite", &tls.cipher_suite),
        ("text-group", &tls.group),
        ("text-alpn", &tls.alpn),
    ];
    let mut text: Vec<Phrase> = parts
        .iter()
        .filter_map(|(label, value)| Some(phrase(label).with("value", in_prose(value.as_ref()?).as_ref())))
        .collect();
    if !tls.offered_versions.is_empty() {
        text.push(phrase("text-offered").with("value", versioned(connection, &tls.offered_versions.join(", "))));
    }
    if !tls.acceptable_cas.is_empty() {
        text.push(phrase("text-accepted").with("value", names(&tls.acceptable_cas)));
    }
    text
}

/// Puts a table on the page, without borders. Its header consists of phrases. Only the column `flexible` wraps.
pub(crate) fn write(
    page: &mut Page<'_>,
    header: &[&'static str],
    flexible: usize,
    rows: Vec<Vec<String>>,
) -> io::Result<()> {
    if page.width < NARROW {
        return listed(page, header, &rows);
    }
    let mut table = Table::new();
    // The terminal's width is the page's, never the crate's own guess (CRATES P15).
    let width = u16::try_from(page.width.saturating_sub(2)).unwrap_or(u16::MAX);
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table.set_header(header.iter().map(|id| match *id {
        "" => String::new(),
        id => phrase(id).in_language(page.language),
    }));
    for row in rows {
        // Each line on its own: a cell may have several, and every other control character is removed.
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

/// Narrower than this, columns would be too thin to read.
const NARROW: usize = 60;

/// The same, a line per cell and a blank line between rows.
fn listed(page: &mut Page<'_>, header: &[&'static str], rows: &[Vec<String>]) -> io::Result<()> {
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            page.blank()?;
        }
        for (id, cell) in header.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let text = cell.lines().collect::<Vec<_>>().join(" ");
            let lead = match *id {
                "" => String::new(),
                id => format!("{}: ", phrase(id).in_language(page.language)),
            };
            page.hang(&[(Paint::Plain, "  "), (Paint::Dim, &lead)], 4, &text, "")?;
        }
    }
    Ok(())
}
