//! Steps → phases: the walk as the troubleshooting guide draws it, "1 Connect, 2 TLS, 3 Report, 4 Close".
//!
//! `→` is the device speaking, `←` the server. Name resolution and a proxy are lines of their own when there are any.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::words::{exchange, listed, lookups, protocol, side};
use super::{Paint, seconds};
use crate::base::phrase::{Language, phrase};
use crate::report::{Attempt, Connection, Step};

/// One line of the walk.
pub(super) struct Phase {
    pub(super) number: Option<u8>,
    pub(super) name: String,
    pub(super) mark: Mark,
    pub(super) text: String,
    /// The first and the last frame that show it.
    pub(super) frames: Option<(u64, u64)>,
    pub(super) seconds: Option<f64>,
}

/// How a phase went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Done,
    Failed,
    /// Came after the failure, or says nothing of success.
    Plain,
    Absent,
}

impl Mark {
    pub(super) const fn sign(self) -> (&'static str, Paint) {
        match self {
            Self::Done => ("✓", Paint::Good),
            Self::Failed => ("✗", Paint::Bad),
            Self::Plain => (" ", Paint::Plain),
            Self::Absent => ("–", Paint::Dim),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Dns,
    Connect,
    Proxy,
    Tls,
    Report,
    Close,
}

impl Stage {
    /// What it is called: only of licensing is it known that a report is sent.
    fn name(self, attempt: &Attempt, language: Language) -> String {
        phrase(match self {
            Self::Dns => return "DNS".to_owned(),
            Self::Tls if attempt.transport == "capwap" => return "DTLS".to_owned(),
            Self::Tls => return "TLS".to_owned(),
            Self::Connect if attempt.transport == "capwap" => "text-phase-discovery",
            Self::Report if attempt.transport == "capwap" => "text-phase-join",
            Self::Connect => "text-phase-connect",
            Self::Proxy => "text-phase-proxy",
            Self::Report if attempt.transport == "other" => "text-phase-data",
            Self::Report => "text-phase-report",
            Self::Close => "text-phase-close",
        })
        .in_language(language)
    }
}

/// The walk of an attempt, phase by phase; empty where nothing at all was seen of it.
pub(super) fn phases(attempt: &Attempt, connection: Option<&Connection>, language: Language) -> Vec<Phase> {
    let steps: Vec<(Stage, &Step)> = connection.map(staged).unwrap_or_default();
    let verdict = &attempt.verdict;
    let broken = (verdict.severity == "error").then_some(match verdict.at.as_str() {
        "dns" => Stage::Dns,
        "tcp" => Stage::Connect,
        "proxy" => Stage::Proxy,
        "tls" => Stage::Tls,
        "http" => Stage::Report,
        _ => Stage::Close,
    });
    let mut phases = Vec::new();
    if !attempt.lookups.is_empty() {
        let failed = broken == Some(Stage::Dns);
        let answered = attempt.lookups.iter().any(|lookup| !lookup.addresses.is_empty());
        let mark = if failed {
            Mark::Failed
        } else if answered {
            Mark::Done
        } else {
            Mark::Plain
        };
        let text = lookups(&attempt.lookups, &attempt.name, language);
        phases.push(Phase {
            number: None,
            name: "DNS".to_owned(),
            mark,
            text,
            frames: span(
                attempt
                    .lookups
                    .iter()
                    .flat_map(|it| [Some(it.question), it.answer])
                    .flatten(),
            ),
            seconds: None,
        });
    }
    if connection.is_none() && phases.is_empty() {
        return phases;
    }
    // CONNECT asks for a tunnel to speak TLS in; other readable HTTP is the transport itself.
    let readable = connection.is_some_and(|c| {
        c.tls.is_none() && !c.http.is_empty() && c.http.iter().all(|it| it.method.as_deref() != Some("CONNECT"))
    });
    let mut before = None;
    for (number, stage) in [
        (Some(1), Stage::Connect),
        (None, Stage::Proxy),
        (Some(2), Stage::Tls),
        (Some(3), Stage::Report),
        (Some(4), Stage::Close),
    ] {
        let own: Vec<&Step> = steps
            .iter()
            .filter(|(at, _)| *at == stage)
            .map(|(_, step)| *step)
            .collect();
        let failed = broken == Some(stage);
        // Datagrams have nothing to open.
        let may_lack =
            stage == Stage::Proxy || stage == Stage::Connect && connection.is_some_and(|it| it.carrier.is_some());
        if may_lack && own.is_empty() && !failed {
            continue;
        }
        let later = steps.iter().any(|(at, _)| *at > stage);
        let mut text = match (stage, connection) {
            (Stage::Report, Some(connection)) => exchange(connection, &own, language),
            (Stage::Connect, _) => listed(&own, false, language),
            _ => listed(&own, true, language),
        };
        if failed {
            text = with_end(text, stage, connection, language);
        }
        let mark = match broken {
            _ if failed => Mark::Failed,
            _ if text.is_empty() => Mark::Absent,
            Some(broken) if stage > broken => Mark::Plain,
            _ if stage == Stage::Connect && !own.iter().any(|step| is_answer(step)) => Mark::Plain,
            _ if stage == Stage::Close || later || verdict.severity == "ok" => Mark::Done,
            _ => Mark::Plain,
        };
        if text.is_empty() {
            let absent = match stage {
                Stage::Tls if readable => "text-plain-http",
                Stage::Connect if broken.is_some_and(|broken| stage > broken) => "text-never-tried",
                Stage::Tls if broken.is_some_and(|broken| stage > broken) => "text-never-begun",
                Stage::Report if broken.is_some_and(|broken| stage > broken) => "text-never-sent",
                _ if later => "text-not-in-capture",
                _ => "text-not-seen",
            };
            text = phrase(absent).in_language(language);
        }
        let ends: Vec<i128> = own.iter().filter_map(|step| nanoseconds(step)).collect();
        let end = ends.iter().copied().max();
        let begin = before.or(ends.iter().copied().min());
        // How long the device then waits before it closes is of no interest.
        let seconds = match (begin, end) {
            (Some(begin), Some(end)) if stage != Stage::Close && own.len() > 1 => Some((end - begin) as f64 / 1e9),
            _ => None,
        };
        before = end.or(before);
        phases.push(Phase {
            number,
            name: stage.name(attempt, language),
            mark,
            text,
            frames: span(own.iter().flat_map(|step| ends_of(step))),
            seconds,
        });
    }
    phases
}

/// The walk in one line: how each phase went, and in which frames.
pub(super) fn line(phases: &[Phase]) -> String {
    let part = |phase: &Phase| {
        let sign = phase.mark.sign().0.trim();
        let shown = match (phase.mark, phase.frames) {
            (Mark::Absent, _) | (_, None) => phase.text.clone(),
            (_, Some((first, last))) if first < last => format!("{first}–{last}"),
            (_, Some((only, _))) => only.to_string(),
        };
        let words = [phase.name.as_str(), sign, &shown];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.join(" ").replace(' ', "\u{a0}")
    };
    let parts: Vec<String> = phases.iter().map(part).collect();
    // Three spaces, of which wrapping keeps those that do not break.
    parts.join("\u{a0}\u{a0} ")
}

/// A good walk in one line: which frames show which phase.
pub(super) fn brief(attempt: &Attempt, connection: Option<&Connection>, language: Language) -> String {
    let Some(connection) = connection else {
        return String::new();
    };
    let steps = staged(connection);
    let mut parts = Vec::new();
    for stage in [Stage::Connect, Stage::Proxy, Stage::Tls, Stage::Report, Stage::Close] {
        let own = steps.iter().filter(|(at, _)| *at == stage);
        let frames = span(own.flat_map(|(_, step)| ends_of(step)));
        let version = connection.tls.as_ref().and_then(|tls| tls.version.as_ref());
        let name = match version {
            Some(version) if stage == Stage::Tls => format!("{}\u{a0}{version}", protocol(connection)),
            _ => stage.name(attempt, language),
        };
        parts.push(match frames {
            Some((first, last)) if first < last => format!("{name}\u{a0}{first}–{last}"),
            Some((only, _)) => format!("{name}\u{a0}{only}"),
            None => continue,
        });
    }
    parts.join(", ")
}

/// Whether the other side let itself be reached.
fn is_answer(step: &Step) -> bool {
    matches!(step.kind, "syn-ack" | "discovery-response")
}

/// The first frame that a step was read from, and the last.
fn ends_of(step: &Step) -> [u64; 2] {
    [step.frames.first().copied().unwrap_or(step.frame), step.frame]
}

fn span(frames: impl Iterator<Item = u64>) -> Option<(u64, u64)> {
    frames.fold(None, |span, frame| match span {
        None => Some((frame, frame)),
        Some((first, last)) => Some((frame.min(first), frame.max(last))),
    })
}

/// From the first step to the last.
pub(super) fn duration(connection: Option<&Connection>, language: Language) -> String {
    let times: Vec<i128> = connection
        .into_iter()
        .flat_map(|c| &c.steps)
        .filter_map(nanoseconds)
        .collect();
    match (times.iter().min(), times.iter().max()) {
        (Some(first), Some(last)) => seconds((last - first) as f64 / 1e9, language),
        _ => String::new(),
    }
}

/// Each step with the phase it belongs to. An alert ends the handshake, or, after data has passed, the connection.
fn staged(connection: &Connection) -> Vec<(Stage, &Step)> {
    let mut reporting = false;
    let stage_of = |step: &Step, reporting: bool| match step.kind {
        "syn" | "syn-ack" | "ack" | "discovery-request" | "discovery-response" => Stage::Connect,
        "connect-request" | "connect-response" => Stage::Proxy,
        "application-data" | "http-request" | "http-response" | "join-request" | "join-response" => Stage::Report,
        "fin" | "reset" => Stage::Close,
        "alert" if reporting => Stage::Close,
        _ => Stage::Tls,
    };
    let mut staged = Vec::with_capacity(connection.steps.len());
    for step in &connection.steps {
        let stage = stage_of(step, reporting);
        reporting |= stage == Stage::Report;
        staged.push((stage, step));
    }
    staged
}

/// What the failing phase ended with, where its own steps do not say.
fn with_end(text: String, stage: Stage, connection: Option<&Connection>, language: Language) -> String {
    let Some(connection) = connection else {
        return text;
    };
    let ended_by_alert = stage == Stage::Tls && connection.steps.iter().any(|step| step.kind == "alert");
    if ended_by_alert || stage == Stage::Close {
        return text;
    }
    let answered =
        stage == Stage::Proxy || stage == Stage::Report && connection.http.iter().any(|http| http.status.is_some());
    let ended = |id, frame: u64, whose: &str| phrase(id).with("frame", frame).with("who", side(whose));
    let end = match (&connection.tcp.reset, connection.tcp.fin.first()) {
        (Some(reset), _) => ended("text-then-reset", reset.frame, reset.side),
        (None, Some(fin)) if stage != Stage::Connect => ended("text-then-fin", fin.frame, fin.side),
        _ if answered => return text,
        _ if stage == Stage::Connect => phrase("text-no-answer"),
        _ => phrase("text-nothing-more"),
    }
    .in_language(language);
    if text.is_empty() {
        end
    } else {
        format!("{text}{}{end}", phrase("list-separator").in_language(language))
    }
}

fn nanoseconds(step: &Step) -> Option<i128> {
    OffsetDateTime::parse(&step.time, &Rfc3339)
        .ok()
        .map(OffsetDateTime::unix_timestamp_nanos)
}
