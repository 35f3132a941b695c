//! Attempt → text: the verdict, why, what it is not, the walk, what to do.

use std::io;

use super::page::Span;
use super::{Page, Paint, capitalised, connections, mark, shown, story, tables, walk, words};
use crate::report::{Attempt, Connection, Finding, Remedy, Report, explain};

/// Where text under a label begins.
pub(super) const INDENT: usize = 9;

/// Writes one attempt: three lines when all is well, else a screen.
pub(super) fn write(page: &mut Page<'_>, report: &Report, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let verdict = &attempt.verdict;
    let connection = shown(report, attempt);
    let (sign, paint) = mark(&verdict.severity);
    let lead: &[Span<'_>] = &[(paint, sign), (Paint::Plain, " ")];
    // That nothing can be told is no claim that could be more or less sure.
    let sure = if verdict.severity == "note" {
        ""
    } else {
        &verdict.confidence
    };
    page.hang_painted(lead, 2, (Paint::Strong, &headline(attempt)), sure)?;
    let route = route(attempt, connection);
    if verdict.severity == "ok" && !verbose {
        page.hang(&[], 2, &route, "")?;
        page.hang(&[], 2, &walk::brief(connection), &walk::duration(connection))?;
        return also(page, attempt, false);
    }
    let with = connection.and_then(|connection| connection.tls.as_ref()?.version.as_ref());
    page.hang(
        &[],
        2,
        &with.map_or(route.clone(), |version| format!("{route}, TLS {version}")),
        "",
    )?;
    let tries = connections(report, attempt).count();
    if let (2.., Some(connection)) = (tries, connection) {
        let text = format!(
            "tried on {tries} connections; shown here: the last, to {}",
            connection.server
        );
        page.hang_painted(&[], 2, (Paint::Dim, &text), "")?;
    }
    if !verdict.evidence.is_empty() || !verdict.alternatives.is_empty() {
        page.blank()?;
        reasons(page, attempt)?;
    }
    phases(page, attempt, connection)?;
    story::divergence(page, report, attempt)?;
    if !verdict.remedy.is_empty() || !verdict.cannot_tell.is_empty() || !verdict.also.is_empty() {
        page.blank()?;
    }
    remedies(page, &verdict.remedy)?;
    also(page, attempt, verbose)?;
    cannot_tell(page, &verdict.cannot_tell)?;
    if let Some(connection) = connection.filter(|_| verbose || about_certificates(&verdict.id)) {
        tables::certificates(page, connection, verbose)?;
    }
    if verbose {
        for connection in connections(report, attempt) {
            tables::steps(page, connection)?;
        }
    }
    page.blank()?;
    hints(page, report, attempt, verbose)
}

/// Who to whom, how, and with what.
fn route(attempt: &Attempt, connection: Option<&Connection>) -> String {
    let mut text = format!("{} → {}", attempt.device, attempt.name);
    if let Some(connection) = connection {
        let address = connection
            .server
            .rsplit_once(':')
            .map_or(connection.server.as_str(), |(host, _)| host);
        if attempt.name == connection.server || attempt.name == address.trim_matches(['[', ']']) {
            text = format!("{} → {}", attempt.device, connection.server);
        } else {
            text.push_str(&format!(" ({})", connection.server));
        }
    }
    let service = match attempt.transport.as_str() {
        "cssm" => "to CSSM",
        "on-prem" => "to SSM On-Prem",
        "cslu" => "to CSLU",
        "call-home" => "to call home (the older service)",
        _ => "",
    };
    match (&attempt.via_proxy, service) {
        (Some(proxy), _) => text.push_str(&format!(", {service} through the proxy {proxy}").replace(",  ", ", ")),
        (None, "") => {}
        (None, _) => text.push_str(&format!(", direct {service}")),
    }
    if let Some(tunnel) = connection.and_then(|connection| connection.tunnel.as_ref()) {
        text.push_str(&format!(", inside {tunnel}"));
    }
    text
}

/// The verdict's sentence; a failure says first what failed.
fn headline(attempt: &Attempt) -> String {
    let verdict = &attempt.verdict;
    if verdict.severity == "error" && attempt.transport != "other" {
        format!("Licensing failed: {}", verdict.summary)
    } else {
        capitalised(&verdict.summary)
    }
}

/// Why, frame by frame, and why not something else.
fn reasons(page: &mut Page<'_>, attempt: &Attempt) -> io::Result<()> {
    let verdict = &attempt.verdict;
    let digits = verdict
        .evidence
        .iter()
        .map(|evidence| evidence.frame.to_string().len())
        .max()
        .unwrap_or_default();
    let mut label = "  Why    ";
    for evidence in &verdict.evidence {
        let lead = format!("{label}frame {:>digits$}  ", evidence.frame);
        let indent = lead.len();
        page.hang(&[(Paint::Strong, &lead)], indent, &evidence.what, "")?;
        label = "         ";
    }
    for other in &verdict.alternatives {
        let label = if other.excluded { "  Not" } else { "  Or" };
        page.hang(
            &[(Paint::Strong, label)],
            INDENT,
            &format!("{}: {}", other.id, other.why_not),
            "",
        )?;
    }
    Ok(())
}

fn phases(page: &mut Page<'_>, attempt: &Attempt, connection: Option<&Connection>) -> io::Result<()> {
    let phases = walk::phases(attempt, connection);
    if phases.is_empty() {
        return Ok(());
    }
    page.blank()?;
    for phase in &phases {
        let number = phase.number.map_or(" ".to_owned(), |number| number.to_string());
        let name = format!("  {number}  {:<9}", phase.name);
        let (sign, paint) = phase.mark.sign();
        let lead: &[Span<'_>] = &[(Paint::Strong, &name), (paint, sign), (Paint::Plain, " ")];
        page.hang(
            lead,
            16,
            &phase.text,
            &phase.seconds.map(super::seconds).unwrap_or_default(),
        )?;
    }
    let guessed = connection.is_some_and(|c| c.steps.iter().any(|step| step.seen == "inferred"));
    if guessed {
        page.hang_painted(&[(Paint::Plain, "     ")], 5, (Paint::Dim, words::LEGEND), "")?;
    }
    Ok(())
}

/// Everything to do, in order.
pub(super) fn remedies(page: &mut Page<'_>, remedies: &[Remedy]) -> io::Result<()> {
    for (at, remedy) in remedies.iter().enumerate() {
        // What all of them lead to is said once, after the last.
        let again = remedies.get(at + 1).is_some_and(|next| next.verify == remedy.verify);
        to_do(page, remedy, !again)?;
    }
    Ok(())
}

/// What the capture cannot show.
pub(super) fn cannot_tell(page: &mut Page<'_>, hidden: &[String]) -> io::Result<()> {
    for what in hidden {
        page.hang(
            &[(Paint::Strong, "  Cannot tell"), (Paint::Plain, "  ")],
            INDENT,
            what,
            "",
        )?;
    }
    Ok(())
}

/// What to do: whose hands, what to type, how to see that it worked. Commands are never wrapped: they get copied.
fn to_do(page: &mut Page<'_>, remedy: &Remedy, expect: bool) -> io::Result<()> {
    let owner = match remedy.owner.as_str() {
        "wlc" => "on the controller",
        "firewall" => "on the firewall",
        "proxy" => "on the proxy",
        "server" => "on the server",
        "capture" => "for the next capture",
        other => other,
    };
    let colon = if remedy.commands.is_empty() { "" } else { ":" };
    page.hang(
        &[(Paint::Strong, "  Do")],
        INDENT,
        &format!("{owner}: {}{colon}", remedy.action.trim_end_matches([':', '.'])),
        "",
    )?;
    for command in &remedy.commands {
        page.line(&[(Paint::Plain, "           "), (Paint::Plain, command)])?;
    }
    if expect && !remedy.verify.is_empty() {
        page.hang(&[(Paint::Strong, "  Expect")], INDENT, &remedy.verify, "")?;
    }
    Ok(())
}

/// What else holds. Notes wait for `-v` unless the verdict itself names them.
fn also(page: &mut Page<'_>, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let verdict = &attempt.verdict;
    let own = own(attempt);
    let wanted = |finding: &&Finding| {
        !own.is_some_and(|own| std::ptr::eq(own, *finding))
            && (verbose
                || verdict.also.contains(&finding.id)
                || matches!(finding.severity.as_str(), "error" | "warning"))
    };
    for finding in attempt.findings.iter().filter(wanted) {
        let frames: Vec<_> = finding.evidence.iter().map(|evidence| evidence.frame).collect();
        let frames = match frames.as_slice() {
            [] => String::new(),
            frames => format!(" ({})", words::frames(frames)),
        };
        page.hang(
            &[(Paint::Strong, "  Also")],
            INDENT,
            &format!("{}: {}{frames}", finding.id, finding.detail),
            "",
        )?;
    }
    for id in verdict
        .also
        .iter()
        .filter(|id| !attempt.findings.iter().any(|finding| finding.id == **id))
    {
        let meaning = explain::title(id).unwrap_or("holds too");
        page.hang(&[(Paint::Strong, "  Also")], INDENT, &format!("{id}: {meaning}"), "")?;
    }
    Ok(())
}

fn hints(page: &mut Page<'_>, report: &Report, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let filter = &attempt.verdict.display_filter;
    if !filter.is_empty() {
        // Never wrapped: it gets copied.
        page.line(&[(Paint::Dim, "  Wireshark: "), (Paint::Dim, filter)])?;
    }
    let file = &report.capture.file;
    let plain = file.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
    let again = match (verbose || file == "-", plain) {
        (true, _) => String::new(),
        (false, true) => format!("tlswalk\u{a0}-v\u{a0}{file}, "),
        (false, false) => format!("tlswalk\u{a0}-v\u{a0}'{}', ", file.replace('\'', r"'\''")),
    };
    let more = format!("{again}tlswalk\u{a0}explain\u{a0}{}", attempt.verdict.id);
    page.hang_painted(&[(Paint::Dim, "  more: ")], 8, (Paint::Dim, &more), "")
}

fn own(attempt: &Attempt) -> Option<&Finding> {
    attempt.findings.iter().find(|finding| finding.id == attempt.verdict.id)
}

fn about_certificates(id: &str) -> bool {
    matches!(
        id,
        "client-certificate-rejected" | "server-certificate-rejected" | "interception-suspected"
    )
}
