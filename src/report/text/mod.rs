//! Report → text: one screen that says what failed, why, and what to type next.
//!
//! The order is the reader's: verdict, who and where, why, what it is not, the walk in four steps, what to do. Nothing
//! that must be acted on stands below data that need not be read; `-v` adds the data at the end.

mod attempt;
mod page;
mod story;
mod tables;
mod walk;
mod words;

use std::io::{self, Write};

use super::{Anomaly, Attempt, Capture, Connection, Report, explain};
pub use page::visible;
pub(crate) use page::{Page, Paint};

/// How the text is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns of the terminal; the text uses at least 60 and at most 110 of them.
    pub width: usize,
    /// Whether to write ANSI colours.
    pub color: bool,
    /// How much to say.
    pub verbosity: Verbosity,
}

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// The verdict line only.
    Quiet,
    /// One screen.
    Normal,
    /// All certificates, steps and connections.
    Verbose,
}

impl TextStyle {
    /// Columns assumed where there is no terminal: what mail and tickets can show.
    pub const WIDTH: usize = 80;
    /// Narrower than this, lines are left to the terminal to break.
    const NARROWEST: usize = 60;
    /// Longer lines than this are hard to read.
    const WIDEST: usize = 110;
}

impl Default for TextStyle {
    fn default() -> Self {
        Self {
            width: Self::WIDTH,
            color: false,
            verbosity: Verbosity::Normal,
        }
    }
}

/// Anomalies shown without `-v`.
const ODDITIES: usize = 5;

/// Writes a report for a person.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_text(report: &Report, out: &mut dyn Write, style: &TextStyle) -> io::Result<()> {
    let mut page = Page::new(out, style);
    if style.verbosity == Verbosity::Quiet {
        let (mark, paint) = mark(&report.verdict.severity);
        let tail = format!(" {}: {} [{}]", report.capture.file, headline(report), report.verdict.id);
        return page.line(&[(paint, mark), (Paint::Plain, &tail)]);
    }
    capture_lines(&mut page, &report.capture)?;
    page.blank()?;
    let verbose = style.verbosity == Verbosity::Verbose;
    let Some(worst) = worst(report) else {
        return nothing(&mut page, report, verbose);
    };
    if !report.courses.is_empty() {
        story::write(&mut page, report, worst)?;
        page.blank()?;
    } else if report.attempts.len() > 1 {
        tables::overview(&mut page, report, |_| true)?;
        page.blank()?;
    }
    attempt::write(&mut page, report, worst, verbose)?;
    if verbose {
        for other in report.attempts.iter().filter(|other| other.id != worst.id) {
            page.blank()?;
            attempt::write(&mut page, report, other, true)?;
        }
    }
    if report.capture.anomalies.is_empty() {
        return Ok(());
    }
    page.blank()?;
    odd(&mut page, &report.capture, verbose)
}

/// The attempt that the report's own verdict is about: of equally bad ones the first.
fn worst(report: &Report) -> Option<&Attempt> {
    let same = |attempt: &&Attempt| {
        attempt.verdict.id == report.verdict.id && attempt.verdict.severity == report.verdict.severity
    };
    report.attempts.iter().find(same).or_else(|| report.attempts.first())
}

fn headline(report: &Report) -> String {
    let summary = match worst(report) {
        Some(attempt) if report.verdict.summary.is_empty() => &attempt.verdict.summary,
        _ => &report.verdict.summary,
    };
    if summary.is_empty() {
        capitalised(explain::title(&report.verdict.id).unwrap_or_default())
    } else {
        capitalised(summary)
    }
}

/// The file: what it is, how much, how whole, and what it may hide.
fn capture_lines(page: &mut Page<'_>, capture: &Capture) -> io::Result<()> {
    let mut facts = Vec::new();
    let frames = format!(
        "{} {}",
        grouped(capture.frames),
        if capture.frames == 1 { "frame" } else { "frames" }
    );
    facts.push(if capture.frames > 1 {
        format!("{frames} in {}", seconds(capture.duration))
    } else {
        frames
    });
    if !capture.link_types.is_empty() {
        facts.push(
            capture
                .link_types
                .iter()
                .map(|link| link_name(link))
                .collect::<Vec<_>>()
                .join(" + "),
        );
    }
    facts.push(match (capture.end, &capture.end_detail) {
        ("complete", _) => "complete".to_owned(),
        (_, Some(detail)) => format!("cut short: {detail}"),
        (_, None) => "cut short".to_owned(),
    });
    if !capture.damage.is_empty() {
        let lost: u64 = capture.damage.iter().map(|damage| damage.lost).sum();
        facts.push(format!(
            "damaged after frame {}, {} bytes lost: frame numbers behind that are uncertain",
            capture.damage.first().map_or(0, |damage| damage.after_frame),
            grouped(lost)
        ));
    }
    let mut text = facts.join(", ");
    let seen = &capture.visibility;
    let mut limits = Vec::new();
    if seen.duplicates > 0 {
        limits.push(format!(
            "{} frames are second copies of a packet",
            grouped(seen.duplicates)
        ));
    }
    if seen.snap_length_cut > 0 {
        limits.push(format!(
            "{} segments cut by the snap length",
            grouped(seen.snap_length_cut)
        ));
    }
    if seen.one_direction {
        limits.push("only one direction of the traffic was captured".to_owned());
    }
    if let Some(drops @ 1..) = seen.drops {
        limits.push(format!("the capturing device dropped {} packets", grouped(drops)));
    }
    for limit in limits {
        text.push_str("; ");
        text.push_str(&limit);
    }
    page.hang(
        &[(Paint::Strong, &visible(&capture.file)), (Paint::Plain, "   ")],
        2,
        &text,
        "",
    )
}

/// A capture without any attempt: what it holds instead, and what to do.
fn nothing(page: &mut Page<'_>, report: &Report, verbose: bool) -> io::Result<()> {
    let (mark, paint) = mark(&report.verdict.severity);
    page.hang_painted(
        &[(paint, mark), (Paint::Plain, " ")],
        2,
        (Paint::Strong, &headline(report)),
        "",
    )?;
    let held = &report.capture.contents;
    let mut text = match (held.tcp_connections, held.tls_connections) {
        (0, _) => "no TCP connection at all".to_owned(),
        (1, tls) => format!("1 TCP connection, {} TLS", if tls == 0 { "without" } else { "with" }),
        (tcp, 0) => format!("{} TCP connections, none of them with TLS", grouped(tcp)),
        (tcp, tls) => format!("{} TCP connections, {} of them with TLS", grouped(tcp), grouped(tls)),
    };
    if !held.server_names.is_empty() {
        text.push_str(&format!("; servers asked for: {}", held.server_names.join(", ")));
    }
    if !held.dns_names.is_empty() {
        text.push_str(&format!("; names looked up: {}", held.dns_names.join(", ")));
    }
    page.blank()?;
    page.hang(&[(Paint::Strong, "  Holds")], attempt::INDENT, &text, "")?;
    story::shows(page, report)?;
    odd(page, &report.capture, verbose)?;
    page.blank()?;
    attempt::remedies(page, &report.verdict.remedy)?;
    attempt::cannot_tell(page, &report.verdict.cannot_tell)?;
    page.blank()?;
    page.line(&[(Paint::Dim, &format!("  more: tlswalk explain {}", report.verdict.id))])
}

/// What is odd about the capture, and what was given up at a bound: nothing is lost silently.
fn odd(page: &mut Page<'_>, capture: &Capture, verbose: bool) -> io::Result<()> {
    let shown = if verbose { usize::MAX } else { ODDITIES };
    let label: &[page::Span<'_>] = &[(Paint::Strong, "  Odd")];
    for Anomaly { id, frame, detail } in capture.anomalies.iter().take(shown) {
        let text = match frame {
            0 => format!("{id}: {detail}"),
            frame => format!("frame\u{a0}{frame}, {id}: {detail}"),
        };
        page.hang(label, attempt::INDENT, &text, "")?;
    }
    match capture.anomalies.len().saturating_sub(shown) {
        0 => Ok(()),
        more => page.hang(label, attempt::INDENT, &format!("and {more} more, shown with -v"), ""),
    }
}

/// The connection that shows the verdict: the one its evidence lies in, else the last.
fn shown<'a>(report: &'a Report, attempt: &Attempt) -> Option<&'a Connection> {
    let connections: Vec<_> = connections(report, attempt).collect();
    let decisive = attempt.verdict.evidence.last().map(|evidence| evidence.frame);
    let holds = |connection: &&&Connection| {
        decisive.is_some_and(|frame| (connection.tcp.first_frame..=connection.tcp.last_frame).contains(&frame))
    };
    connections
        .iter()
        .rev()
        .find(holds)
        .or_else(|| connections.last())
        .copied()
}

fn connections<'a>(report: &'a Report, attempt: &Attempt) -> impl Iterator<Item = &'a Connection> {
    let ids = attempt.connections.clone();
    ids.into_iter()
        .filter_map(|id| report.connections.iter().find(|connection| connection.id == id))
}

const fn mark(severity: &str) -> (&'static str, Paint) {
    match severity.as_bytes() {
        b"ok" => ("✓", Paint::Good),
        b"error" => ("✗", Paint::Bad),
        b"warning" => ("!", Paint::Warn),
        _ => ("–", Paint::Plain),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// `1,254`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `0.11 s`, `41.2 s`, `3 min 20 s`, `2 h 5 min`
fn seconds(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match seconds {
        s if s < 0.005 => "<0.01 s".to_owned(),
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 119.95 => format!("{s:.1} s"),
        s if s < 7200.0 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

fn link_name(link: &str) -> &str {
    match link {
        "ethernet" => "Ethernet",
        "linux-sll" | "linux-sll2" => "Linux cooked",
        "raw" | "ipv4" | "ipv6" => "raw IP",
        "null" | "loop" => "loopback",
        "radiotap" => "802.11 (radiotap)",
        "ppp" => "PPP",
        other => other,
    }
}

#[cfg(test)]
mod tests;
