//! Steps → phases: the walk as the troubleshooting guide draws it, "1 Connect, 2 TLS, 3 Report, 4 Close".
//!
//! `→` marks messages of the device, `←` those of the server. Name resolution and a proxy have their own lines, if
//! there are any.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::words::{exchange, listed, lookups, side, versioned};
use super::{Paint, seconds};
use crate::base::phrase::{Language, Voice, phrase};
use crate::judge::finding::Severity;
use crate::profile::Transport;
use crate::report::At;
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

/// The outcome of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Done,
    Failed,
    /// After the failure, or without evidence of success.
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
    /// Name of the last phase: only for licensing it is known that a report is sent.
    fn name(self, attempt: &Attempt, language: Language) -> String {
        phrase(match self {
            Self::Dns => return "DNS".to_owned(),
            Self::Tls if attempt.transport == Transport::Capwap => return "DTLS".to_owned(),
            Self::Tls => return "TLS".to_owned(),
            Self::Connect if attempt.transport == Transport::Capwap => "text-phase-discovery",
            Self::Report if attempt.transport == Transport::Capwap => "text-phase-join",
            Self::Connect => "text-phase-connect",
            Self::Proxy => "text-phase-proxy",
            Self::Report if attempt.transport == Transport::Other => "text-phase-data",
            Self::Report => "text-phase-report",
            Self::Close => "text-phase-close",
        })
        .in_language(language)
    }
}

/// The walk of an attempt, phase by phase; empty if nothing of it was seen.
pub(super) fn phases(attempt: &Attempt, connection: Option<&Connection>, voice: impl Into<Voice>) -> Vec<Phase> {
    let walk = Walk::of(attempt, connection, voice.into());
    let mut phases = Vec::from_iter(walk.resolution());
    if connection.is_none() && phases.is_empty() {
        return phases;
    }
    let mut before = None;
    for (number, stage) in [
        (Some(1), Stage::Connect),
        (None, Stage::Proxy),
        (Some(2), Stage::Tls),
        (Some(3), Stage::Report),
        (Some(4), Stage::Close),
    ] {
        phases.extend(walk.phase(number, stage, &mut before));
    }
    phases
}

/// An attempt whose steps have their stages.
struct Walk<'a> {
    attempt: &'a Attempt,
    connection: Option<&'a Connection>,
    steps: Vec<(Stage, &'a Step)>,
    /// The stage at which it failed.
    broken: Option<Stage>,
    language: Language,
    voice: Voice,
}

impl<'a> Walk<'a> {
    fn of(attempt: &'a Attempt, connection: Option<&'a Connection>, voice: Voice) -> Self {
        let verdict = &attempt.verdict;
        let broken = (verdict.severity == Severity::Error).then_some(match verdict.at {
            At::Dns => Stage::Dns,
            At::Tcp => Stage::Connect,
            At::Proxy => Stage::Proxy,
            At::Tls => Stage::Tls,
            At::Http => Stage::Report,
            At::Close => Stage::Close,
        });
        Self {
            attempt,
            connection,
            steps: connection.map(|it| staged_for(it, broken)).unwrap_or_default(),
            broken,
            language: voice.language,
            voice,
        }
    }

    /// The name resolution, if the name was looked up.
    fn resolution(&self) -> Option<Phase> {
        let attempt = self.attempt;
        if attempt.lookups.is_empty() {
            return None;
        }
        let answered = attempt.lookups.iter().any(|lookup| !lookup.addresses.is_empty());
        let frames = attempt.lookups.iter().flat_map(|it| [Some(it.question), it.answer]);
        Some(Phase {
            number: None,
            name: "DNS".to_owned(),
            mark: match self.broken {
                Some(Stage::Dns) => Mark::Failed,
                _ if answered => Mark::Done,
                _ => Mark::Plain,
            },
            text: lookups(&attempt.lookups, &attempt.name, self.language),
            frames: span(frames.flatten()),
            seconds: None,
        })
    }

    /// A phase of the connection; `before` is the time at which the previous one ended.
    fn phase(&self, number: Option<u8>, stage: Stage, before: &mut Option<i128>) -> Option<Phase> {
        let own: Vec<&Step> = self
            .steps
            .iter()
            .filter(|(at, _)| *at == stage)
            .map(|(_, step)| *step)
            .collect();
        // Datagrams open no connection.
        let is_datagram = self.connection.is_some_and(|it| it.carrier.is_some());
        let may_lack = stage == Stage::Proxy || stage == Stage::Connect && is_datagram;
        if may_lack && own.is_empty() && self.broken != Some(stage) {
            return None;
        }
        let text = self.text(stage, &own);
        let mark = self.mark(stage, &own, &text);
        let ends: Vec<i128> = own.iter().filter_map(|step| nanoseconds(step)).collect();
        let end = ends.iter().copied().max();
        let begin = before.or(ends.iter().copied().min());
        // The time that the device waits before it closes is of no interest.
        let seconds = match (begin, end) {
            (Some(begin), Some(end)) if stage != Stage::Close && own.len() > 1 => Some((end - begin) as f64 / 1e9),
            _ => None,
        };
        *before = end.or(*before);
        Some(Phase {
            number,
            name: stage.name(self.attempt, self.language),
            mark,
            text: if text.is_empty() { self.absent(stage) } else { text },
            frames: span(own.iter().flat_map(|step| ends_of(step))),
            seconds,
        })
    }

    /// Messages of a phase and, for the one that failed, its end.
    fn text(&self, stage: Stage, own: &[&Step]) -> String {
        let text = match (stage, self.connection) {
            (Stage::Report, Some(connection)) if !own.is_empty() => exchange(connection, own, self.language),
            (Stage::Connect, _) => listed(own, false, self.language),
            _ => listed(own, true, self.language),
        };
        if self.broken == Some(stage) {
            with_end(text, stage, self.connection, self.voice)
        } else {
            text
        }
    }

    fn mark(&self, stage: Stage, own: &[&Step], text: &str) -> Mark {
        let went_well = self.attempt.verdict.severity == Severity::Ok;
        match self.broken {
            Some(broken) if broken == stage => Mark::Failed,
            _ if text.is_empty() => Mark::Absent,
            Some(broken) if stage > broken => Mark::Plain,
            _ if stage == Stage::Connect && !own.iter().any(|step| is_answer(step)) => Mark::Plain,
            _ if stage == Stage::Close || self.goes_on_after(stage) || went_well => Mark::Done,
            _ => Mark::Plain,
        }
    }

    fn goes_on_after(&self, stage: Stage) -> bool {
        self.steps.iter().any(|(at, _)| *at > stage)
    }

    /// Why a stage has no messages.
    fn absent(&self, stage: Stage) -> String {
        let came_to_nothing = self.broken.is_some_and(|broken| stage > broken);
        phrase(match stage {
            Stage::Tls if self.is_plain_http() => "text-plain-http",
            Stage::Connect if came_to_nothing => "text-never-tried",
            Stage::Tls if came_to_nothing => "text-never-begun",
            Stage::Report if came_to_nothing && self.is_plain_http() => "text-not-passed-on",
            Stage::Report if came_to_nothing => "text-never-sent",
            _ if self.goes_on_after(stage) => "text-not-in-capture",
            _ => "text-not-seen",
        })
        .in_language(self.language)
    }

    /// True if readable HTTP is the transport itself: CONNECT only asks for a tunnel for TLS.
    fn is_plain_http(&self) -> bool {
        self.connection.is_some_and(|c| {
            c.tls.is_none() && !c.http.is_empty() && c.http.iter().all(|it| it.method.as_deref() != Some("CONNECT"))
        })
    }
}

/// The walk in one line: the outcome and the frames of each phase.
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
    // Three spaces; wrapping keeps those that do not break.
    parts.join("\u{a0}\u{a0} ")
}

/// A successful walk in one line: the frames of each phase.
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
            Some(version) if stage == Stage::Tls => versioned(connection, version),
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

/// True if the step shows that the other side was reachable.
fn is_answer(step: &Step) -> bool {
    matches!(step.kind, "syn-ack" | "discovery-response")
}

/// The first and the last frame of a step.
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

/// The same where it failed at `broken`: a request that the proxy itself answered came no further.
fn staged_for(connection: &Connection, broken: Option<Stage>) -> Vec<(Stage, &Step)> {
    let mut steps = staged(connection);
    let has_tunnel = connection.steps.iter().any(|step| step.kind == "connect-request");
    if broken == Some(Stage::Proxy) && !has_tunnel {
        let asked = steps.iter_mut().filter(|(stage, _)| *stage == Stage::Report);
        asked.for_each(|(stage, _)| *stage = Stage::Proxy);
    }
    steps
}

/// Each step with its phase. An alert ends the handshake or, after data has passed, the connection.
fn staged(connection: &Connection) -> Vec<(Stage, &Step)> {
    let mut reporting = false;
    let has = |kind: &str| connection.steps.iter().any(|step| step.kind == kind);
    // An answer in clear to the Client Hello is no answer to a report.
    let answers_hello = has("client-hello") && !has("http-request");
    let stage_of = |step: &Step, reporting: bool| match step.kind {
        "syn" | "syn-ack" | "ack" | "discovery-request" | "discovery-response" => Stage::Connect,
        "connect-request" | "connect-response" => Stage::Proxy,
        "http-response" if answers_hello => Stage::Tls,
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

/// End of the failing phase, if its own steps do not show it.
fn with_end(text: String, stage: Stage, connection: Option<&Connection>, voice: Voice) -> String {
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
    let [reset_as, fin_as, nothing_as] = match text.is_empty() {
        true => ["text-ended-reset", "text-ended-fin", "text-ended-nothing"],
        false => ["text-then-reset", "text-then-fin", "text-nothing-more"],
    };
    let end = match (&connection.tcp.reset, connection.tcp.fin.first()) {
        (Some(reset), _) => ended(reset_as, reset.frame, reset.side),
        (None, Some(fin)) if stage != Stage::Connect => ended(fin_as, fin.frame, fin.side),
        _ if answered => return text,
        _ if stage == Stage::Connect => phrase("text-no-answer"),
        _ => phrase(nothing_as),
    }
    .told(voice);
    if text.is_empty() {
        end
    } else {
        format!("{text}{}{end}", phrase("list-separator").told(voice))
    }
}

fn nanoseconds(step: &Step) -> Option<i128> {
    OffsetDateTime::parse(&step.time, &Rfc3339)
        .ok()
        .map(OffsetDateTime::unix_timestamp_nanos)
}
