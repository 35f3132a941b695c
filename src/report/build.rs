//! Attempts, Verdicts → Report: internal facts in their public form; no decisions are made here.

use super::connections::connection_of;
use super::courses;
use super::device;
use super::{
    Alternative, Anomaly, Attempt, Capture, Damage, Evidence, Finding, LooksLike, Lookup, MadeWith, Overall, Remedy,
    Report, SCHEMA, SeenAgain, SliceOf, Tool, Verdict,
};
use crate::attempt;
use crate::base::carrier::Carrier;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Language, Phrase, Voice, phrase};
use crate::base::wire_text::WireText;
use crate::capture::{CaptureFacts, End};
use crate::connection;
use crate::decode::capwap::DATA_PORT;
use crate::judge::context::Context;
use crate::judge::finding;
use crate::judge::verdict;

/// The number of attempts and connections in earlier parts of the report: numbering continues.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    pub(crate) attempts: usize,
    pub(crate) connections: usize,
}

/// Puts the report together.
#[must_use]
pub(crate) fn build(
    capture: Capture,
    (attempts, verdicts): (&[attempt::Attempt<'_>], &[verdict::Verdict]),
    listed: &[usize],
    context: &Context<'_>,
    before: Before,
) -> Report {
    let (courses, cadence) = courses::courses(attempts, verdicts, context);
    let language = context.options.language;
    let judged = |at: &usize| Some((*at, attempts.get(*at)?, verdicts.get(*at)?));
    let used = used(listed.iter().filter_map(|&at| attempts.get(at)));
    let id_of = |connection: &connection::Connection| {
        used.binary_search_by_key(&connection.index, |(it, _)| it.index)
            .map_or(0, |at| before.connections + at + 1)
    };
    let mut rows: Vec<Attempt> = Vec::with_capacity(listed.len());
    rows.extend(
        (listed.iter().filter_map(judged)).map(|(at, attempt, verdict)| Attempt {
            id: before.attempts + at + 1,
            connections: attempt.connections.iter().map(|connection| id_of(connection)).collect(),
            ..attempt_of(attempt, verdict, context)
        }),
    );
    courses::place(&courses, &mut rows);
    Report {
        schema: SCHEMA,
        language: language.tag(),
        dialect: context.options.dialect().name(),
        tool: Tool {
            name: "tlswalk",
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        verdict: overall(attempts, verdicts, context),
        capture,
        attempts: rows,
        connections: used
            .iter()
            .enumerate()
            .map(|(at, (connection, licensing))| {
                connection_of(before.connections + at + 1, connection, *licensing, context.options)
            })
            .collect(),
        part: None,
        courses,
        cadence,
        device_logs: device::logs_of(context, context.capture.first),
        beside: verdicts
            .iter()
            .flat_map(|verdict| &verdict.findings)
            .flat_map(|finding| finding.beside.iter().copied())
            .collect(),
        others: None,
        left_out: Vec::new(),
        made_with: Some(MadeWith::of(context.options)),
        options: Vec::new(),
        settings: None,
    }
}

/// The connections of the attempts in order of their first frames, each once, and whether they are part of licensing.
fn used<'r, 'a: 'r>(
    attempts: impl Iterator<Item = &'r attempt::Attempt<'a>>,
) -> Vec<(&'a connection::Connection, bool)> {
    let mut used = Vec::new();
    for attempt in attempts {
        let connections = attempt.connections.iter();
        used.extend(connections.map(|&connection| (connection, attempt.licensing)));
    }
    used.sort_by_key(|(connection, _)| connection.index);
    used
}

/// An attempt without its number, and without those of its connections.
fn attempt_of(attempt: &attempt::Attempt<'_>, verdict: &verdict::Verdict, context: &Context<'_>) -> Attempt {
    let voice = attempt.voice(context.options.language);
    Attempt {
        id: 0,
        transport: attempt.service.transport,
        via_proxy: attempt.service.proxy.map(|proxy| proxy.to_string()),
        opened_by_service: attempt.service.calls_device,
        device: attempt.device.to_string(),
        name: WireText::from(attempt.service.name.as_str()).to_string(),
        verdict: verdict_of(attempt, verdict, voice),
        findings: verdict.findings.iter().map(|it| finding_of(it, voice)).collect(),
        client_looks_like: attempt.looks_like.map(|stack| LooksLike {
            stack: stack.name(),
            because: phrase(stack.message()).told(voice),
        }),
        lookups: attempt.lookups.iter().map(|lookup| lookup_of(lookup)).collect(),
        connections: Vec::new(),
        course: None,
        baseline: courses::baseline_of(attempt, verdict, context),
        seen_again: attempt.seen_again.map(|again| SeenAgain {
            client: again.client.to_string(),
            server: again.server.to_string(),
            frame: again.first.frame.0,
        }),
        device_events: device::events_of(attempt, verdict),
    }
}

/// The verdict of the worst attempt: licensing before others, then the most severe, then the one that concludes least.
fn overall(attempts: &[attempt::Attempt<'_>], verdicts: &[verdict::Verdict], context: &Context<'_>) -> Overall {
    let worst = attempts
        .iter()
        .zip(verdicts)
        .filter_map(|(attempt, verdict)| Some((attempt, verdict.cause()?)))
        .rev() // of equals the first counts
        .max_by_key(|(_, finding)| finding.severity);
    let overall = |finding: &finding::Finding, voice: Voice| Overall {
        id: finding.id,
        severity: finding.severity,
        summary: finding.summary.told(voice),
        ..Overall::default()
    };
    match worst {
        Some((attempt, finding)) => overall(finding, attempt.voice(context.options.language)),
        None => {
            let (finding, voice) = (verdict::without_attempts(context), context.options.voice());
            Overall {
                evidence: finding.evidence.iter().map(|it| evidence_of(it, voice)).collect(),
                cannot_tell: texts(&finding.cannot_tell, voice),
                remedy: remedies_of(&finding, voice, false),
                ..overall(&finding, voice)
            }
        }
    }
}

fn verdict_of(attempt: &attempt::Attempt<'_>, verdict: &verdict::Verdict, voice: Voice) -> Verdict {
    let Some(cause) = verdict.cause() else {
        return Verdict::default();
    };
    Verdict {
        id: cause.id,
        severity: cause.severity,
        confidence: cause.confidence,
        by: cause.by.unwrap_or_default(),
        at: cause.at.unwrap_or_default(),
        summary: cause.summary.told(voice),
        causes: cause.causes.clone(),
        evidence: cause.evidence.iter().map(|it| evidence_of(it, voice)).collect(),
        also: verdict.also(),
        alternatives: cause
            .alternatives
            .iter()
            .map(|other| Alternative {
                id: other.id,
                why_not: other.why_not.told(voice),
                excluded: other.excluded,
            })
            .collect(),
        cannot_tell: texts(&cause.cannot_tell, voice),
        remedy: remedies_of(cause, voice, attempt.is_at_vendors()),
        display_filter: display_filter(attempt),
    }
}

/// `at_vendors`: the server is the vendor's own, which the reader reaches only through the vendor's support.
pub(super) fn remedies_of(finding: &finding::Finding, voice: Voice, at_vendors: bool) -> Vec<Remedy> {
    let told = |remedy: &finding::Remedy| {
        let action = action_of(remedy, voice);
        let (who, action) = match (remedy.owner, finding.at) {
            (finding::Owner::Server, Some(finding::At::Dns)) => (phrase("dns-server"), action),
            (finding::Owner::Server, _) if at_vendors => (
                phrase("vendors-server"),
                phrase("vendors-case").with("action", action).told(voice),
            ),
            (owner, _) => (phrase(owner.who()), action),
        };
        Remedy {
            owner: remedy.owner,
            who: who.told(voice),
            action,
            commands: remedy.commands.iter().map(ToString::to_string).collect(),
            verify: remedy.verify.told(voice),
        }
    };
    finding.remedies.iter().map(told).collect()
}

/// The action; if its commands are untested and have no document as source, the text says so.
fn action_of(remedy: &finding::Remedy, voice: Voice) -> String {
    let mut unread: Vec<&str> = remedy
        .commands
        .iter()
        .filter(|command| command.is_unread())
        .map(|command| command.as_str().trim())
        .collect();
    unread.dedup();
    if unread.is_empty() {
        return remedy.action.told(voice);
    }
    phrase("remedy-unread")
        .with("action", remedy.action.told(voice))
        .with("commands", unread.join(", "))
        .told(voice)
}

/// A display filter that shows the attempt whatever stream numbers Wireshark assigns: Wireshark also counts connections
/// that are not followed here.
fn display_filter(attempt: &attempt::Attempt<'_>) -> String {
    let address = |ip: std::net::IpAddr| match ip {
        std::net::IpAddr::V4(ip) => format!("ip.addr == {ip}"),
        std::net::IpAddr::V6(ip) => format!("ipv6.addr == {ip}"),
    };
    let mut filters: Vec<String> = attempt
        .connections
        .iter()
        .rev()
        .take(4)
        .map(|connection| {
            // An access point's data channel is a part of its session.
            if connection.carrier == Carrier::Capwap {
                let (client, server) = (address(connection.client.ip), address(connection.server.ip));
                let (control, data) = (connection.client.port, DATA_PORT);
                return format!("{client} && {server} && (udp.port == {control} || udp.port == {data})");
            }
            // The server's address and the client's ephemeral port are enough, and fit on a line.
            let transport = if connection.carrier.is_datagram() { "udp" } else { "tcp" };
            format!(
                "{} && {transport}.port == {}",
                address(connection.server.ip),
                connection.client.port
            )
        })
        .collect();
    if attempt.connections.is_empty() {
        filters.push(format!("dns && {}", address(attempt.device)));
    }
    match filters.as_slice() {
        [one] => one.clone(),
        _ => filters
            .iter()
            .map(|filter| format!("({filter})"))
            .collect::<Vec<_>>()
            .join(" || "),
    }
}

pub(super) fn texts(phrases: &[Phrase], voice: Voice) -> Vec<String> {
    phrases.iter().map(|phrase| phrase.told(voice)).collect()
}

fn evidence_of(evidence: &finding::Evidence, voice: Voice) -> Evidence {
    Evidence {
        frame: evidence.frame.0,
        what: evidence.what.told(voice),
    }
}

fn finding_of(finding: &finding::Finding, voice: Voice) -> Finding {
    Finding {
        id: finding.id,
        severity: finding.severity,
        evidence: finding.evidence.iter().map(|it| evidence_of(it, voice)).collect(),
        detail: finding.summary.told(voice),
    }
}

fn lookup_of(lookup: &crate::dns::lookup::Lookup) -> Lookup {
    Lookup {
        name: lookup.name.to_string(),
        kind: lookup.kind_name(),
        server: lookup.server.to_string(),
        question: lookup.first().frame.0,
        asked: lookup.first().time.to_string(),
        answered: lookup.answer.as_ref().map(|answer| answer.time.to_string()),
        answer: lookup.answer.as_ref().map(|answer| answer.frame.0),
        status: lookup.answer.as_ref().map(|answer| answer.status.to_string()),
        addresses: lookup
            .answer
            .iter()
            .flat_map(|answer| &answer.addresses)
            .map(ToString::to_string)
            .collect(),
    }
}

pub(super) fn numbers(frames: &[FrameNumber]) -> Vec<u64> {
    frames.iter().map(|frame| frame.0).collect()
}

impl Anomaly {
    /// The public form.
    pub(crate) fn of(anomaly: &crate::base::frame::Anomaly, voice: Voice) -> Self {
        Self {
            id: anomaly.kind.name().to_owned(),
            frame: anomaly.frame.0,
            detail: anomaly.detail.told(voice),
        }
    }
}

impl Capture {
    /// Facts of the file itself.
    pub(crate) fn of(facts: &CaptureFacts, language: Language) -> Self {
        let duration = match (facts.first, facts.last) {
            (Some(first), Some(last)) => last.since(first) as f64 / 1e9,
            _ => 0.0,
        };
        let (end, end_detail) = match &facts.end {
            End::Complete => ("complete", None),
            End::Truncated {
                after,
                offset,
                lost,
                detail,
                ..
            } => (
                "truncated",
                Some(
                    phrase("text-end-detail")
                        .with("offset", *offset)
                        .with("after", *after)
                        .with("detail", detail)
                        .with("lost", *lost)
                        .in_language(language),
                ),
            ),
        };
        Self {
            format: facts.format.to_owned(),
            compression: facts.compression.map(str::to_owned),
            link_types: facts.link_types.iter().map(ToString::to_string).collect(),
            slice_of: facts.slice.as_ref().map(|note| SliceOf {
                sha256: note.sha256.clone(),
                frames: note.frames,
                redacted: note.redacted,
            }),
            frames: facts.frames,
            bytes: facts.bytes,
            first: facts.first.map(|time| time.to_string()),
            last: facts.last.map(|time| time.to_string()),
            duration,
            end,
            end_detail,
            damage: facts
                .damage
                .iter()
                .map(|damage| Damage {
                    offset: damage.offset,
                    lost: damage.lost,
                    after_frame: damage.after.0,
                })
                .collect(),
            ..Self::default()
        }
    }
}
