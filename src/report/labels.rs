//! report words → texts: the labels of the page and the ticket, in the language of the report.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Attempt, Capture, Connection, Evidence, Finding, Remedy, Report, Verdict, explain, story};
use crate::base::carrier::Carrier;
use crate::base::dialect::Dialect;
use crate::base::elapsed::elapsed;
use crate::base::phrase::{Language, Phrase, Voice, phrase};
use crate::base::wire_text::in_prose;
use crate::judge::finding::{By, Severity};
use crate::profile::Transport;
use crate::report::{Confidence, CourseKind, Owner};

/// The language of a report's texts.
pub(super) fn language_of(report: &Report) -> Language {
    let named = |language: &Language| language.tag() == report.language;
    Language::ALL.into_iter().find(named).unwrap_or_default()
}

/// The language and the dialect of a report.
pub(super) fn voice_of(report: &Report) -> Voice {
    Voice {
        language: language_of(report),
        dialect: Dialect::named(report.dialect).unwrap_or_default(),
        ..Voice::default()
    }
}

/// The words about one attempt: those of the report, unless the client is no device of the profile, and of the carrier
/// of TLS.
pub(super) fn voice_about(report: &Report, attempt: &Attempt) -> Voice {
    let all = connections(report, attempt);
    let named = all.iter().find_map(|it| it.carrier.as_deref());
    let carrier = Carrier::ALL.into_iter().find(|it| Some(it.name()) == named);
    let general = voice_of(report);
    Voice {
        carrier: carrier.unwrap_or_default(),
        dialect: match attempt.transport {
            Transport::Other => Dialect::Generic,
            // The client is the computer on which the service runs.
            _ if attempt.opened_by_service => Dialect::Generic,
            _ => general.dialect,
        },
        ..general
    }
}

/// Wireshark's words for a step; names of protocol messages are the same in every language.
pub(crate) fn step_name(kind: &str, language: Language) -> String {
    match kind {
        "syn" => "SYN".to_owned(),
        "syn-ack" => "SYN-ACK".to_owned(),
        "ack" => "ACK".to_owned(),
        "fin" => "FIN".to_owned(),
        "reset" => "RST".to_owned(),
        "alert" => phrase("text-alert").in_language(language),
        "connect-request" => "CONNECT".to_owned(),
        "connect-response" => phrase("text-answer").in_language(language),
        "http-request" => phrase("text-http-request").in_language(language),
        "http-response" => phrase("text-http-response").in_language(language),
        other => other.split('-').map(capitalised).collect::<Vec<_>>().join(" "),
    }
}

/// The party that caused a failure.
pub(crate) fn party(by: By) -> Phrase {
    phrase(match by {
        By::Client | By::Device => "page-device",
        By::Server => "page-server",
        By::Path => "page-path",
        By::Unknown => "party-unknown",
    })
}

/// An alert for a step: `fatal unknown_ca`, or one word that says that it is encrypted.
pub(super) fn alert(detail: &str, language: Language) -> String {
    match detail.split_once(' ') {
        Some((level, description)) => phrase("step-alert")
            .with("level", level)
            .with("description", description)
            .in_language(language),
        None => phrase("text-alert-encrypted").in_language(language),
    }
}

/// The frames of evidence, each once.
pub(super) fn frames_of(evidence: &[Evidence]) -> Vec<u64> {
    let mut frames: Vec<u64> = Vec::new();
    for it in evidence {
        if !frames.contains(&it.frame) {
            frames.push(it.frame);
        }
    }
    frames
}

/// True if an error beside the verdict is the same event, told with less: all its frames are evidence for the verdict.
pub(super) fn tells_again(verdict: &Verdict, finding: &Finding) -> bool {
    let cited = frames_of(&verdict.evidence);
    let own = frames_of(&finding.evidence);
    let is_error = |severity| severity == Severity::Error;
    is_error(verdict.severity)
        && is_error(finding.severity)
        && !own.is_empty()
        && own.iter().all(|frame| cited.contains(frame))
}

/// A sentence's first letter large, except that of a host name, which stays as it was captured.
pub(super) fn capitalised(text: &str) -> String {
    if text
        .split(' ')
        .next()
        .is_some_and(|word| word.trim_end_matches('.').contains('.'))
    {
        return text.to_owned();
    }
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// `1,254`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Seconds since the epoch of a time in a report.
pub(super) fn seconds_of(time: &str) -> Option<f64> {
    let time = OffsetDateTime::parse(time, &Rfc3339).ok()?;
    Some(time.unix_timestamp_nanos() as f64 / 1e9)
}

/// `2021-08-24 11:31:13`
pub(super) fn moment(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}

/// The outcome of an attempt as a sign that needs no colour.
pub(super) fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "✓",
        Severity::Error => "✗",
        Severity::Warning => "!",
        Severity::Note => "–",
    }
}

/// The attempt that is shown first: the one that the report's own verdict is about, and among equally bad ones the
/// first. If its fault was cured within the capture, one that still fails, or else the last try of its course.
pub(super) fn worst(report: &Report) -> Option<&Attempt> {
    let verdict = &report.verdict;
    let same = |attempt: &&Attempt| attempt.verdict.id == verdict.id && attempt.verdict.severity == verdict.severity;
    let worst = report.attempts.iter().find(same).or_else(|| report.attempts.first())?;
    if !is_cured(worst) {
        return Some(worst);
    }
    let course = |attempt: &Attempt| attempt.course.as_ref().map(|place| place.id);
    let is_broken = |attempt: &&Attempt| attempt.verdict.severity == Severity::Error && !is_cured(attempt);
    let is_last = |attempt: &&Attempt| course(attempt) == course(worst);
    let mut attempts = report.attempts.iter();
    attempts
        .clone()
        .find(is_broken)
        .or_else(|| attempts.rfind(is_last))
        .or(Some(worst))
}

/// True if the device failed at first and then worked until the end of the capture.
pub(super) fn is_cured(attempt: &Attempt) -> bool {
    attempt
        .course
        .as_ref()
        .is_some_and(|place| place.kind == CourseKind::Cured)
}

/// The present severity: a fault that was cured within the capture no longer counts.
pub(super) fn severity(report: &Report) -> Severity {
    story::turn(report).map_or(report.verdict.severity, |(severity, _)| severity)
}

/// The folder of all captures, with its final separator; empty if they share none, or if there is only one capture.
pub(super) fn common_folder<'a>(mut captures: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = captures.next() else { return "" };
    let folder_of = |path: &'a str| path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default();
    let mut common = folder_of(first);
    let mut several = false;
    for capture in captures {
        several = true;
        while !capture.starts_with(common) {
            common = folder_of(common.trim_end_matches('/'));
        }
    }
    if several { common } else { "" }
}

/// How the attempts turned, as a sentence; empty if they all went alike.
pub(super) fn turn(report: &Report) -> String {
    let turn = story::turn(report).map(|(_, turn)| capitalised(&turn.in_language(language_of(report))));
    turn.unwrap_or_default()
}

/// The sentence that a report begins with.
pub(super) fn headline(report: &Report) -> String {
    let language = language_of(report);
    let worst = worst(report).map(|attempt| attempt.verdict.summary.as_str());
    let own = Some(report.verdict.summary.as_str());
    let title = explain::title(&report.verdict.id, language);
    let mut texts = [own, worst, title].into_iter().flatten();
    let summary = texts.find(|text| !text.is_empty()).unwrap_or_default();
    capitalised(&match story::turn(report) {
        Some((Severity::Ok, turn)) => turn.in_language(language),
        Some((_, turn)) => phrase("story-turned")
            .with("turn", turn)
            .with("summary", summary)
            .in_language(language),
        None => summary.to_owned(),
    })
}

/// The number of the other TLS connections, if the capture has none to the service that was looked for.
fn others(report: &Report) -> Option<Phrase> {
    let others = report.others?;
    let only_asked = report.attempts.iter().all(|it| it.connections.is_empty());
    let id = match others.failed {
        0 => "others-not-failed",
        _ if only_asked => "others-unresolved",
        _ => "others-failed",
    };
    let all = others.failed.saturating_add(others.not_failed);
    let told = phrase(id).with("all", all).with("failed", others.failed);
    (all > 0).then_some(told)
}

/// Content beside the attempts that are listed: connections of others, and attempts that are only counted.
pub(super) fn beside(report: &Report) -> impl Iterator<Item = Phrase> {
    others(report).into_iter().chain(super::notes::left_out(report))
}

/// An attempt's connections, in order.
pub(super) fn connections<'a>(report: &'a Report, attempt: &Attempt) -> Vec<&'a Connection> {
    let by_id = |id: &usize| {
        // Ids count from 1 in the order of the list.
        let at = report.connections.get(id.checked_sub(1)?);
        at.filter(|connection| connection.id == *id)
    };
    attempt.connections.iter().filter_map(by_id).collect()
}

/// The first frame and the time of an attempt.
pub(super) fn beginning(report: &Report, attempt: &Attempt) -> (Option<u64>, Option<String>) {
    let asked = attempt.lookups.iter().map(|lookup| (lookup.question, &lookup.asked));
    let connections = connections(report, attempt);
    let opened = connections.iter().filter_map(|connection| {
        let step = connection.steps.first()?;
        Some((connection.tcp.first_frame, &step.time))
    });
    match asked.chain(opened).min() {
        Some((frame, time)) => (Some(frame), Some(time.clone())),
        None => (connections.first().map(|it| it.tcp.first_frame), None),
    }
}

/// Kind, size and limits of the file: clauses.
pub(super) fn about(capture: &Capture, language: Language) -> Vec<Phrase> {
    // A report on a device's texts alone has no capture to describe.
    if capture.format == "none" {
        return Vec::new();
    }
    let seen = &capture.visibility;
    let mut facts = vec![
        phrase("page-frames-in")
            .with("count", grouped(capture.frames))
            .with("frames", capture.frames)
            .with("time", elapsed(capture.duration)),
    ];
    if !capture.link_types.is_empty() {
        let links = capture
            .link_types
            .iter()
            .map(|link| link_name(link).in_language(language));
        facts.push(Phrase::verbatim(links.collect::<Vec<_>>().join(" + ")));
    }
    facts.push(phrase(if capture.end == "complete" {
        "page-complete"
    } else {
        "page-cut-short"
    }));
    if let Some(damage) = capture.damage.first() {
        facts.push(phrase("page-damaged").with("frame", damage.after_frame));
    }
    if seen.duplicates > 0 {
        facts.push(both("page-duplicates", "frames", seen.duplicates));
    }
    if seen.snap_length_cut > 0 {
        facts.push(both("page-snap", "segments", seen.snap_length_cut));
    }
    if seen.one_direction {
        facts.push(phrase("page-one-direction"));
    }
    if let Some(drops @ 1..) = seen.drops {
        facts.push(both("page-drops", "packets", drops));
    }
    facts.extend(super::notes::not_judged(capture.not_judged));
    facts
}

/// A number by both names: the plain one decides between singular and plural, the grouped one is shown.
fn both(id: &'static str, plain: &'static str, count: u64) -> Phrase {
    phrase(id).with(plain, count).with("count", grouped(count))
}

/// The usual name of a link type.
pub(super) fn link_name(link: &str) -> Phrase {
    match link {
        "ethernet" => Phrase::verbatim("Ethernet"),
        "linux-sll" | "linux-sll2" => Phrase::verbatim("Linux cooked"),
        "raw" | "ipv4" | "ipv6" => phrase("text-raw-ip"),
        "null" | "loop" => phrase("text-loopback"),
        "radiotap" => Phrase::verbatim("802.11 (radiotap)"),
        "ppp" => Phrase::verbatim("PPP"),
        other => Phrase::verbatim(other),
    }
}

/// Names from the wire, one after the other.
pub(super) fn names(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| in_prose(name)).collect();
    names.join(", ")
}

/// Content of a capture without attempts.
pub(super) fn held(capture: &Capture) -> Vec<Phrase> {
    if capture.format == "none" {
        return Vec::new();
    }
    let held = &capture.contents;
    let mut facts = vec![
        phrase("page-contents")
            .with("count", held.tcp_connections)
            .with("tcp", grouped(held.tcp_connections))
            .with("tls", grouped(held.tls_connections)),
    ];
    for (id, names) in [
        ("page-asked-for", &held.server_names),
        ("page-looked-up", &held.dns_names),
    ] {
        if !names.is_empty() {
            facts.push(phrase(id).with("names", super::text::visible(&self::names(names))));
        }
    }
    facts
}

/// The label of the party that has to act.
pub(super) fn owner(remedy: &Remedy) -> Phrase {
    match remedy.owner {
        Owner::Wlc if remedy.who.is_empty() => phrase("page-owner-device").with("who", phrase("device")),
        Owner::Wlc => phrase("page-owner-device").with("who", &remedy.who),
        Owner::Firewall => phrase("page-owner-firewall"),
        Owner::Proxy => phrase("page-owner-proxy"),
        Owner::Server if !remedy.who.is_empty() => phrase("page-owner-device").with("who", &remedy.who),
        Owner::Server => phrase("page-owner-server"),
        Owner::Capture => phrase("page-owner-capture"),
    }
}

pub(super) fn transport(transport: Transport) -> Phrase {
    match transport {
        Transport::Cssm => phrase("page-transport-cssm"),
        Transport::OnPrem => phrase("page-transport-on-prem"),
        Transport::Cslu => phrase("page-transport-cslu"),
        Transport::CallHome => phrase("page-transport-call-home"),
        Transport::Capwap => phrase("page-transport-capwap"),
        Transport::Other => phrase("page-transport-other"),
    }
}

pub(crate) fn confidence(confidence: Confidence) -> Phrase {
    match confidence {
        Confidence::Certain => phrase("confidence-certain"),
        Confidence::Likely => phrase("confidence-likely"),
        Confidence::Possible => phrase("confidence-possible"),
    }
}

/// A display filter for these frames.
pub(super) fn frames_filter(frames: impl IntoIterator<Item = u64>) -> String {
    let mut frames: Vec<u64> = frames.into_iter().collect();
    frames.sort_unstable();
    frames.dedup();
    match frames.as_slice() {
        [] => String::new(),
        [one] => format!("frame.number == {one}"),
        many => {
            let list: Vec<String> = many.iter().map(u64::to_string).collect();
            format!("frame.number in {{{}}}", list.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_captures_share_is_told_once() {
        let common = |captures: &[&'static str]| common_folder(captures.iter().copied());
        assert_eq!(common(&["a/b/x.pcap", "a/b/y.pcap", "a/b/c/z.pcap"]), "a/b/");
        assert_eq!(common(&["a/b/x.pcap", "a/bc/y.pcap"]), "a/");
        assert_eq!(common(&["/x.pcap", "/y.pcap"]), "/");
        assert_eq!(common(&["a/x.pcap", "b/y.pcap"]), "");
        assert_eq!(common(&["a/x.pcap"]), "");
        assert_eq!(common(&[]), "");
    }

    #[test]
    fn numbers_and_names_read_well() {
        assert_eq!(capitalised("the server"), "The server");
        assert_eq!(capitalised("www.example.com の証明書"), "www.example.com の証明書");
        assert_eq!(grouped(1_254_000), "1,254,000");
        assert_eq!(step_name("new-session-ticket", Language::En), "New Session Ticket");
        assert_eq!(frames_filter([24, 18, 24]), "frame.number in {18, 24}");
    }
}
