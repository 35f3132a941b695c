//! Attempt → text: the verdict, the fix, the evidence, where it stopped, and further reading.

use std::io;

use unicode_width::UnicodeWidthStr as _;

use super::page::{Span, padded};
use super::words::versioned;
use super::{Page, Paint, connections, device, mark, sentence, shown, story, tables, walk, words};
use crate::base::command::shell_file;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::Severity;
use crate::profile::Transport;
use crate::report::Owner;
use crate::report::REDACTED;
use crate::report::labels::{beginning, confidence, frames_of, moment, tells_again, voice_about};
use crate::report::names::plain_name;
use crate::report::{Attempt, Connection, Finding, Remedy, Report, Verdict, explain};

/// Writes one attempt: three lines if it succeeded, otherwise a screen.
pub(super) fn write(page: &mut Page<'_>, report: &Report, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let language = page.language;
    page.voice = voice_about(report, attempt);
    let verdict = &attempt.verdict;
    let connection = shown(report, attempt);
    let (sign, paint) = mark(verdict.severity);
    let lead: &[Span<'_>] = &[(paint, sign), (Paint::Plain, " ")];
    let sure = sure(verdict, language);
    page.hang_painted(lead, 2, (Paint::Strong, &headline(attempt, language)), &sure)?;
    let route = route(attempt, connection, language);
    if verdict.severity == Severity::Ok && !verbose {
        page.hang(&[], 2, &dated(route, report, attempt, language), "")?;
        page.hang(
            &[],
            2,
            &walk::brief(attempt, connection, language),
            &walk::duration(connection, language),
        )?;
        also(attempt, false, language)
            .iter()
            .try_for_each(|text| labelled(page, "text-also", text))?;
        return not_visible(page, &verdict.cannot_tell);
    }
    let with = connection.and_then(|connection| Some((connection, connection.tls.as_ref()?.version.as_ref()?)));
    let route = match with {
        Some((connection, version)) => phrase("text-route-version")
            .with("route", route)
            .with("version", versioned(connection, version))
            .in_language(language),
        None => match connection.filter(|connection| connection.carrier.as_deref() == Some("quic")) {
            Some(_) => phrase("text-route-quic").with("route", route).in_language(language),
            None => route,
        },
    };
    page.hang(&[], 2, &dated(route, report, attempt, language), "")?;
    remarks(page, report, attempt, connection)?;
    fix(page, verdict)?;
    evidence(page, attempt, verbose)?;
    stopped(page, attempt, connection, verbose)?;
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

/// Below the route: the number of connections, and the library that the client looks like.
fn remarks(page: &mut Page<'_>, report: &Report, attempt: &Attempt, connection: Option<&Connection>) -> io::Result<()> {
    let tries = connections(report, attempt).len();
    let tried = connection.filter(|_| tries > 1).map(|connection| {
        phrase("text-tries")
            .with("tries", tries)
            .with("server", &connection.server)
            .with("frame", connection.tcp.first_frame)
    });
    let looks = attempt.client_looks_like.as_ref();
    let looks = looks.map(|looks| phrase("text-looks-like").with("because", &looks.because));
    for remark in tried.into_iter().chain(looks) {
        let text = remark.in_language(page.language);
        page.hang_painted(&[], 2, (Paint::Dim, &text), "")?;
    }
    Ok(())
}

/// The confidence of the verdict; empty for a verdict that claims nothing.
fn sure(verdict: &Verdict, language: Language) -> String {
    if verdict.severity == Severity::Note {
        return String::new();
    }
    confidence(verdict.confidence).in_language(language)
}

/// With the time at which the attempt began: a log is compared by it. Texts without dates count from 1970, which says
/// nothing.
fn dated(route: String, report: &Report, attempt: &Attempt, language: Language) -> String {
    match beginning(report, attempt).1 {
        Some(time) if !time.starts_with("1970-") => phrase("text-route-time")
            .with("route", route)
            .with("time", moment(&time).replace(' ', "\u{a0}"))
            .in_language(language),
        _ => route,
    }
}

/// Both ends and the route between them.
fn route(attempt: &Attempt, connection: Option<&Connection>, language: Language) -> String {
    let mut text = format!("{} → {}", attempt.device, in_prose(&attempt.name));
    if let Some(connection) = connection {
        let address = connection
            .server
            .rsplit_once(':')
            .map_or(connection.server.as_str(), |(host, _)| host);
        if attempt.via_proxy.as_ref() == Some(&connection.server) {
            // The connection is to the proxy, which the route names: the server's address is not in the capture.
        } else if attempt.name == connection.server || attempt.name == address.trim_matches(['[', ']']) {
            text = format!("{} → {}", attempt.device, connection.server);
        } else {
            text.push_str(&format!(" ({})", connection.server));
        }
    }
    let service = match attempt.transport {
        Transport::Cssm => Some("text-service-cssm"),
        Transport::OnPrem => Some("text-service-on-prem"),
        Transport::Cslu => Some("text-service-cslu"),
        Transport::CallHome => Some("text-service-call-home"),
        _ => None,
    };
    let route = match (&attempt.via_proxy, service) {
        (None, Some(_)) if attempt.opened_by_service => Some(phrase("text-route-opened")),
        (Some(proxy), Some(service)) => Some(
            phrase("text-route-proxy-service")
                .with("service", phrase(service))
                .with("proxy", proxy),
        ),
        (Some(proxy), None) => Some(phrase("text-route-proxy").with("proxy", proxy)),
        // Whoever answers without TLS need not be the service.
        (None, Some(service)) if attempt.verdict.id == "not-tls" => {
            Some(phrase("text-route-service").with("service", phrase(service)))
        }
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

/// The verdict's sentence; for a failure, it first says what failed.
fn headline(attempt: &Attempt, language: Language) -> String {
    let verdict = &attempt.verdict;
    if verdict.severity == Severity::Error && attempt.transport != Transport::Other {
        let what = match attempt.transport {
            Transport::Capwap => "text-join-failed",
            _ => "text-licensing-failed",
        };
        phrase(what).with("summary", &verdict.summary).in_language(language)
    } else {
        sentence(&verdict.summary, language)
    }
}

/// A heading, with a blank line before it.
pub(super) fn section(page: &mut Page<'_>, heading: Phrase) -> io::Result<()> {
    page.blank()?;
    let heading = heading.in_language(page.language);
    page.hang_painted(&[], 0, (Paint::Strong, &heading), "")
}

/// The evidence frame by frame, the explanations that are excluded or possible, and what the capture cannot show.
fn evidence(page: &mut Page<'_>, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let verdict = &attempt.verdict;
    let others = also(attempt, verbose, page.language);
    if verdict.evidence.is_empty()
        && verdict.alternatives.is_empty()
        && verdict.cannot_tell.is_empty()
        && others.is_empty()
        && attempt.device_events.is_empty()
    {
        return Ok(());
    }
    section(page, phrase("text-evidence"))?;
    let digits = verdict
        .evidence
        .iter()
        .map(|evidence| evidence.frame.to_string().len())
        .max()
        .unwrap_or_default();
    for evidence in &verdict.evidence {
        let frame = phrase("one-frame")
            .with("frame", format!("{:>digits$}", evidence.frame))
            .in_language(page.language);
        let lead = format!("  {frame}  ");
        // On a narrow page the further lines need the room below the frame's number.
        let indent = if page.is_narrow() { 4 } else { lead.width() };
        page.hang(&[(Paint::Strong, &lead)], indent, &evidence.what, "")?;
    }
    device::events(page, attempt, verbose)?;
    for text in &others {
        labelled(page, "text-also", text)?;
    }
    for other in &verdict.alternatives {
        let label = if other.excluded {
            "text-ruled-out"
        } else {
            "text-could-be"
        };
        labelled(
            page,
            label,
            &named(
                &plain_name(other.id.name(), page.language),
                &other.why_not,
                page.language,
            ),
        )?;
    }
    not_visible(page, &verdict.cannot_tell)
}

/// A line that begins with a label.
pub(super) fn labelled(page: &mut Page<'_>, label: &'static str, text: &str) -> io::Result<()> {
    let label = phrase(label).in_language(page.language);
    // A full-width colon has its space within.
    let space = if label.ends_with('：') { "" } else { " " };
    let label = format!("  {label}{space}");
    page.hang(&[(Paint::Strong, &label)], 4, text, "")
}

/// The walk in one line, or with `verbose` phase by phase; and the step with which a successful attempt continues.
fn stopped(page: &mut Page<'_>, attempt: &Attempt, connection: Option<&Connection>, verbose: bool) -> io::Result<()> {
    let phases = walk::phases(attempt, connection, page.voice);
    if phases.is_empty() {
        return story::divergence(page, attempt);
    }
    let heading = match attempt.verdict.severity {
        Severity::Error => "text-where",
        _ => "text-walk",
    };
    section(page, phrase(heading))?;
    if verbose {
        full_walk(page, &phases, connection)?;
    } else {
        page.hang(&[], 2, &walk::line(&phases), "")?;
    }
    story::divergence(page, attempt)
}

fn full_walk(page: &mut Page<'_>, phases: &[walk::Phase], connection: Option<&Connection>) -> io::Result<()> {
    for phase in phases {
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

/// The remedies of an attempt.
fn fix(page: &mut Page<'_>, verdict: &Verdict) -> io::Result<()> {
    let heading = match verdict.severity {
        Severity::Error | Severity::Warning => "text-fix",
        _ => "text-next",
    };
    remedies(page, &verdict.remedy, heading)
}

/// All remedies, in order and numbered, under the party that has to act. Commands are never wrapped, because they are
/// copied.
pub(super) fn remedies(page: &mut Page<'_>, remedies: &[Remedy], heading: &'static str) -> io::Result<()> {
    let mut owner = None;
    for (at, remedy) in remedies.iter().enumerate() {
        if owner != Some(remedy.owner) {
            owner = Some(remedy.owner);
            section(page, owned(heading, remedy))?;
        }
        let number = format!("  {}. ", at + 1);
        let number = if remedies.len() > 1 { number.as_str() } else { "  " };
        let mut action = sentence(remedy.action.trim_end_matches([':', '.']), page.language);
        if !remedy.commands.is_empty() {
            action.push_str(&phrase("text-colon").in_language(page.language));
        }
        page.hang(&[(Paint::Plain, number)], number.width(), &action, "")?;
        for command in &remedy.commands {
            page.line(&[(Paint::Plain, "       "), (Paint::Plain, command)])?;
        }
        // A check that several remedies share is shown once, after the last of them.
        let again = remedies.get(at + 1).is_some_and(|next| next.verify == remedy.verify);
        if !again && !remedy.verify.is_empty() {
            let text = phrase("text-done-when")
                .with("verify", &remedy.verify)
                .in_language(page.language);
            page.hang(
                &[(Paint::Plain, &" ".repeat(number.width()))],
                number.width(),
                &text,
                "",
            )?;
        }
    }
    Ok(())
}

/// Heading of a remedy: the side that has to act.
fn owned(heading: &'static str, remedy: &Remedy) -> Phrase {
    let owner = match remedy.owner {
        Owner::Wlc => phrase("text-on-device").with("who", &remedy.who),
        Owner::Firewall => phrase("text-on-firewall"),
        Owner::Proxy => phrase("text-on-proxy"),
        // For an access point that joins, the server is a controller.
        Owner::Server if !remedy.who.is_empty() => phrase("text-on-device").with("who", &remedy.who),
        Owner::Server => phrase("text-on-server"),
        Owner::Capture => return phrase("text-next-capture"),
    };
    phrase(heading).with("owner", owner)
}

/// Facts that the capture cannot show.
pub(super) fn not_visible(page: &mut Page<'_>, hidden: &[String]) -> io::Result<()> {
    hidden
        .iter()
        .try_for_each(|what| labelled(page, "text-not-visible", what))
}

/// Findings beside the verdict. Notes are shown only with `-v`, unless the verdict itself names them.
fn also(attempt: &Attempt, verbose: bool, language: Language) -> Vec<String> {
    let verdict = &attempt.verdict;
    let own = own(attempt);
    let wanted = |finding: &&Finding| {
        !own.is_some_and(|own| std::ptr::eq(own, *finding))
            && (verbose
                || !tells_again(verdict, finding)
                    && (verdict.also.contains(&finding.id)
                        || matches!(finding.severity, Severity::Error | Severity::Warning)))
    };
    let found = attempt.findings.iter().filter(wanted).map(|finding| {
        let frames = frames_of(&finding.evidence);
        match frames.as_slice() {
            [] => named(&plain_name(&finding.id, language), &finding.detail, language),
            frames => phrase("text-named-frames")
                .with("id", plain_name(&finding.id, language))
                .with("text", &finding.detail)
                .with("count", frames.len())
                .with("frames", words::frames(frames))
                .in_language(language),
        }
    });
    let unfound = verdict
        .also
        .iter()
        .filter(|id| !attempt.findings.iter().any(|finding| finding.id == **id));
    let meant = unfound.map(|id| {
        let meaning =
            explain::title(id, language).map_or_else(|| phrase("text-holds-too").in_language(language), str::to_owned);
        named(&plain_name(id, language), &meaning, language)
    });
    found.chain(meant).collect()
}

/// Commands for further reading, ready to paste: with the options that were given.
fn hints(page: &mut Page<'_>, report: &Report, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    let filter = &attempt.verdict.display_filter;
    if !filter.is_empty() {
        hint(page, "text-wireshark", filter)?;
    }
    let file = &report.capture.file;
    // A redacted or merged capture has a name that is not a file's.
    let is_file = !file.starts_with(REDACTED) && file != "-" && ![" + ", " … "].iter().any(|it| file.contains(it));
    if let Some(file) = shell_file(file).filter(|_| is_file) {
        let again = |command: &str, options: &[&str]| [&[command], options, &[&file]].concat().join(" ");
        let options: Vec<&str> = report.options.iter().map(String::as_str).collect();
        if !verbose {
            hint(page, "text-details", &again("tlswalk -v", &options))?;
        }
        // The verdict of a slice rests on its frames alone.
        let options: Vec<&str> = options.into_iter().filter(|it| !it.starts_with("--log")).collect();
        hint(
            page,
            "text-for-others",
            &again("tlswalk slice -o case.pcapng", &options),
        )?;
    } else if !verbose {
        let same = phrase("text-same-verbose").in_language(page.language);
        hint(page, "text-details", &same)?;
    }
    explained(page, report, &attempt.verdict.id)?;
    settings(page, report)
}

/// The settings that influenced the report without being typed.
fn settings(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let Some(settings) = &report.settings else {
        return Ok(());
    };
    let options: Vec<&str> = settings.options.iter().map(|it| it.option.as_str()).collect();
    let from = [&settings.site, &settings.file].into_iter().flatten();
    let from: Vec<&str> = from.map(String::as_str).collect();
    let text = match from.as_slice() {
        [] => options.join(" "),
        from => format!("{} ({})", options.join(" "), from.join(", ")),
    };
    hint(page, "text-settings", &text)
}

/// The command that explains a verdict, in the language that was asked for.
pub(super) fn explained(page: &mut Page<'_>, report: &Report, id: &str) -> io::Result<()> {
    let language = report.options.iter().map(String::as_str);
    let language = language.filter(|option| option.starts_with("--lang"));
    let command: Vec<&str> = ["tlswalk explain"].into_iter().chain(language).chain([id]).collect();
    hint(page, "text-explained", &command.join(" "))
}

/// A line to copy, so it is never wrapped.
fn hint(page: &mut Page<'_>, label: &'static str, text: &str) -> io::Result<()> {
    let label = padded(&phrase(label).in_language(page.language), 11);
    page.line(&[(Paint::Dim, "  "), (Paint::Dim, &label), (Paint::Dim, text)])
}

/// A name and a sentence about it.
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
