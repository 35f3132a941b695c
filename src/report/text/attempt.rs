//! Attempt → text: the verdict, why, what it is not, the walk, what to do.

use std::io;

use unicode_width::UnicodeWidthStr as _;

use super::page::{Span, padded};
use super::{Page, Paint, connections, device, mark, sentence, shown, story, tables, walk, words};
use crate::base::command::shell_file;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::report::REDACTED;
use crate::report::labels::frames_of;
use crate::report::{Attempt, Connection, Finding, Remedy, Report, explain};

/// Where text under a label begins.
pub(super) const INDENT: usize = 9;

/// Writes one attempt: three lines when all is well, else a screen.
pub(super) fn write(page: &mut Page<'_>, report: &Report, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let language = page.language;
    let verdict = &attempt.verdict;
    let connection = shown(report, attempt);
    let (sign, paint) = mark(&verdict.severity);
    let lead: &[Span<'_>] = &[(paint, sign), (Paint::Plain, " ")];
    // That nothing can be told is no claim that could be more or less sure.
    let sure = if verdict.severity == "note" {
        String::new()
    } else {
        words::confidence(&verdict.confidence, language)
    };
    page.hang_painted(lead, 2, (Paint::Strong, &headline(attempt, language)), &sure)?;
    let route = route(attempt, connection, language);
    if verdict.severity == "ok" && !verbose {
        page.hang(&[], 2, &route, "")?;
        page.hang(
            &[],
            2,
            &walk::brief(attempt, connection, language),
            &walk::duration(connection, language),
        )?;
        return also(page, attempt, false);
    }
    let with = connection.and_then(|connection| connection.tls.as_ref()?.version.as_ref());
    let route = match with {
        Some(version) => phrase("text-route-version")
            .with("route", route)
            .with("version", version)
            .in_language(language),
        None => route,
    };
    page.hang(&[], 2, &route, "")?;
    let tries = connections(report, attempt).len();
    if let (2.., Some(connection)) = (tries, connection) {
        let text = phrase("text-tries")
            .with("tries", tries)
            .with("server", &connection.server)
            .in_language(language);
        page.hang_painted(&[], 2, (Paint::Dim, &text), "")?;
    }
    if !verdict.evidence.is_empty() || !verdict.alternatives.is_empty() {
        page.blank()?;
        reasons(page, attempt)?;
    }
    phases(page, attempt, connection)?;
    story::divergence(page, attempt)?;
    device::events(page, report, attempt, verbose)?;
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
fn route(attempt: &Attempt, connection: Option<&Connection>, language: Language) -> String {
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
        "cssm" => Some("text-service-cssm"),
        "on-prem" => Some("text-service-on-prem"),
        "cslu" => Some("text-service-cslu"),
        "call-home" => Some("text-service-call-home"),
        _ => None,
    };
    let route = match (&attempt.via_proxy, service) {
        (Some(proxy), Some(service)) => Some(
            phrase("text-route-proxy-service")
                .with("service", phrase(service))
                .with("proxy", proxy),
        ),
        (Some(proxy), None) => Some(phrase("text-route-proxy").with("proxy", proxy)),
        (None, Some(service)) => Some(phrase("text-route-direct").with("service", phrase(service))),
        (None, None) => None,
    };
    if let Some(route) = route {
        text = route.with("ends", text).in_language(language);
    }
    if let Some(tunnel) = connection.and_then(|connection| connection.tunnel.as_ref()) {
        text = phrase("text-route-tunnel")
            .with("route", text)
            .with("tunnel", tunnel)
            .in_language(language);
    }
    text
}

/// The verdict's sentence; a failure says first what failed.
fn headline(attempt: &Attempt, language: Language) -> String {
    let verdict = &attempt.verdict;
    if verdict.severity == "error" && attempt.transport != "other" {
        phrase("text-licensing-failed")
            .with("summary", &verdict.summary)
            .in_language(language)
    } else {
        sentence(&verdict.summary, language)
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
    let mut lead_label = label("text-why", page.language);
    for evidence in &verdict.evidence {
        let frame = phrase("one-frame")
            .with("frame", format!("{:>digits$}", evidence.frame))
            .in_language(page.language);
        let lead = format!("{}{frame}  ", padded(&lead_label, INDENT));
        page.hang(&[(Paint::Strong, &lead)], lead.width(), &evidence.what, "")?;
        lead_label.clear();
    }
    for other in &verdict.alternatives {
        let label = label(if other.excluded { "text-not" } else { "text-or" }, page.language);
        let text = named(&other.id, &other.why_not, page.language);
        page.hang(&[(Paint::Strong, &label)], INDENT, &text, "")?;
    }
    Ok(())
}

fn phases(page: &mut Page<'_>, attempt: &Attempt, connection: Option<&Connection>) -> io::Result<()> {
    let phases = walk::phases(attempt, connection, page.language);
    if phases.is_empty() {
        return Ok(());
    }
    page.blank()?;
    for phase in &phases {
        let number = phase.number.map_or(" ".to_owned(), |number| number.to_string());
        let name = format!("  {number}  {}", padded(&phase.name, 9));
        let (sign, paint) = phase.mark.sign();
        let lead: &[Span<'_>] = &[(Paint::Strong, &name), (paint, sign), (Paint::Plain, " ")];
        page.hang(
            lead,
            16,
            &phase.text,
            &phase
                .seconds
                .map(|seconds| super::seconds(seconds, page.language))
                .unwrap_or_default(),
        )?;
    }
    let guessed = connection.is_some_and(|c| c.steps.iter().any(|step| step.seen == "inferred"));
    if guessed {
        page.hang_painted(
            &[(Paint::Plain, "     ")],
            5,
            (Paint::Dim, &phrase("text-legend").in_language(page.language)),
            "",
        )?;
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
        let label = label("text-cannot-tell", page.language);
        page.hang(&[(Paint::Strong, &label), (Paint::Plain, "  ")], INDENT, what, "")?;
    }
    Ok(())
}

/// What to do: whose hands, what to type, how to see that it worked. Commands are never wrapped: they get copied.
fn to_do(page: &mut Page<'_>, remedy: &Remedy, expect: bool) -> io::Result<()> {
    let owner = match remedy.owner.as_str() {
        "wlc" => phrase("text-on-device").with("who", &remedy.who),
        "firewall" => phrase("text-on-firewall"),
        "proxy" => phrase("text-on-proxy"),
        "server" => phrase("text-on-server"),
        "capture" => phrase("text-for-capture"),
        other => Phrase::verbatim(other),
    };
    let id = if remedy.commands.is_empty() {
        "text-do-this"
    } else {
        "text-do-commands"
    };
    let text = phrase(id)
        .with("owner", owner)
        .with("action", remedy.action.trim_end_matches([':', '.']))
        .in_language(page.language);
    page.hang(&[(Paint::Strong, &label("text-do", page.language))], INDENT, &text, "")?;
    for command in &remedy.commands {
        page.line(&[(Paint::Plain, "           "), (Paint::Plain, command)])?;
    }
    if expect && !remedy.verify.is_empty() {
        let label = label("text-expect", page.language);
        page.hang(&[(Paint::Strong, &label)], INDENT, &remedy.verify, "")?;
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
        let frames = frames_of(&finding.evidence);
        let text = match frames.as_slice() {
            [] => named(&finding.id, &finding.detail, page.language),
            frames => phrase("text-named-frames")
                .with("id", &finding.id)
                .with("text", &finding.detail)
                .with("frames", words::frames(frames))
                .in_language(page.language),
        };
        page.hang(
            &[(Paint::Strong, &label("text-also", page.language))],
            INDENT,
            &text,
            "",
        )?;
    }
    for id in verdict
        .also
        .iter()
        .filter(|id| !attempt.findings.iter().any(|finding| finding.id == **id))
    {
        let meaning = explain::title(id, page.language)
            .map_or_else(|| phrase("text-holds-too").in_language(page.language), str::to_owned);
        let text = named(id, &meaning, page.language);
        page.hang(
            &[(Paint::Strong, &label("text-also", page.language))],
            INDENT,
            &text,
            "",
        )?;
    }
    Ok(())
}

fn hints(page: &mut Page<'_>, report: &Report, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let filter = &attempt.verdict.display_filter;
    if !filter.is_empty() {
        // Never wrapped: it gets copied.
        let text = phrase("text-wireshark")
            .with("filter", filter)
            .in_language(page.language);
        page.line(&[(Paint::Dim, "  "), (Paint::Dim, &text)])?;
    }
    let file = &report.capture.file;
    // What was redacted or put together has a name that is no file's.
    let is_file = !file.starts_with(REDACTED) && ![" + ", " … "].iter().any(|between| file.contains(between));
    let argument = shell_file(file).filter(|_| is_file);
    let again = match argument {
        _ if verbose || file == "-" => String::new(),
        // Not parted at a space: it gets copied.
        Some(argument) => format!("tlswalk\u{a0}-v\u{a0}{}, ", argument.replace(' ', "\u{a0}")),
        None => format!("{}, ", phrase("text-same-verbose").in_language(page.language)),
    };
    let more = format!("{again}tlswalk\u{a0}explain\u{a0}{}", attempt.verdict.id);
    let lead = format!("  {}", phrase("text-more").in_language(page.language));
    page.hang_painted(&[(Paint::Dim, &lead)], lead.width(), (Paint::Dim, &more), "")
}

/// A label of the first column.
pub(super) fn label(id: &'static str, language: Language) -> String {
    format!("  {}", phrase(id).in_language(language))
}

/// A verdict's id and what is said of it.
fn named(id: &str, text: &str, language: Language) -> String {
    phrase("text-named")
        .with("id", id)
        .with("text", text)
        .in_language(language)
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
