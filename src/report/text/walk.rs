//! Steps → phases: the walk as the troubleshooting guide draws it, "1 Connect, 2 TLS, 3 Report, 4 Close".
//!
//! `→` is the device speaking, `←` the server. Name resolution and a proxy are lines of their own when there are any.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Paint, grouped, seconds};
use crate::report::{Attempt, Connection, Count, Lookup, Step};

/// What `~` means.
pub(super) const LEGEND: &str = "~ not read but deduced from order, size and side: it is encrypted";

/// One line of the walk.
pub(super) struct Phase {
    pub(super) number: Option<u8>,
    pub(super) name: &'static str,
    pub(super) mark: Mark,
    pub(super) text: String,
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

/// The walk of an attempt, phase by phase; empty where nothing at all was seen of it.
pub(super) fn phases(attempt: &Attempt, connection: Option<&Connection>) -> Vec<Phase> {
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
        let answered = attempt
            .lookups
            .iter()
            .any(|lookup| !lookup.addresses.is_empty());
        let mark = if failed {
            Mark::Failed
        } else if answered {
            Mark::Done
        } else {
            Mark::Plain
        };
        let text = lookups(&attempt.lookups, &attempt.name);
        phases.push(Phase {
            number: None,
            name: "DNS",
            mark,
            text,
            seconds: None,
        });
    }
    if connection.is_none() && phases.is_empty() {
        return phases;
    }
    let readable = connection.is_some_and(|c| c.tls.is_none() && !c.http.is_empty());
    let mut before = None;
    for (number, name, stage) in [
        (Some(1), "Connect", Stage::Connect),
        (None, "Proxy", Stage::Proxy),
        (Some(2), "TLS", Stage::Tls),
        (Some(3), "Report", Stage::Report),
        (Some(4), "Close", Stage::Close),
    ] {
        let own: Vec<&Step> = steps
            .iter()
            .filter(|(at, _)| *at == stage)
            .map(|(_, step)| *step)
            .collect();
        let failed = broken == Some(stage);
        if stage == Stage::Proxy && own.is_empty() && !failed {
            continue;
        }
        let later = steps.iter().any(|(at, _)| *at > stage);
        let mut text = match (stage, connection) {
            (Stage::Report, Some(connection)) => exchange(connection, &own),
            (Stage::Connect, _) => listed(&own, false),
            _ => listed(&own, true),
        };
        if failed {
            text = with_end(text, stage, connection);
        }
        let mark = match broken {
            _ if failed => Mark::Failed,
            _ if text.is_empty() => Mark::Absent,
            Some(broken) if stage > broken => Mark::Plain,
            _ if stage == Stage::Connect && !own.iter().any(|step| step.kind == "syn-ack") => {
                Mark::Plain
            }
            _ if stage == Stage::Close || later || verdict.severity == "ok" => Mark::Done,
            _ => Mark::Plain,
        };
        if text.is_empty() {
            text = match stage {
                Stage::Tls if readable => "none: this transport is plain HTTP",
                _ if later => "not in the capture",
                Stage::Connect => "never tried",
                Stage::Tls => "never begun",
                Stage::Report if broken.is_some() => "never sent",
                _ => "not seen",
            }
            .to_owned();
        }
        let ends: Vec<i128> = own.iter().filter_map(|step| nanoseconds(step)).collect();
        let end = ends.iter().copied().max();
        let begin = before.or(ends.iter().copied().min());
        // How long the device then waits before it closes is of no interest.
        let seconds = match (begin, end) {
            (Some(begin), Some(end)) if stage != Stage::Close && own.len() > 1 => {
                Some((end - begin) as f64 / 1e9)
            }
            _ => None,
        };
        before = end.or(before);
        phases.push(Phase {
            number,
            name,
            mark,
            text,
            seconds,
        });
    }
    phases
}

/// A good walk in one line.
pub(super) fn brief(connection: Option<&Connection>) -> String {
    let Some(connection) = connection else {
        return String::new();
    };
    let steps = staged(connection);
    let of = |stage: Stage| {
        steps
            .iter()
            .filter(move |(at, _)| *at == stage)
            .map(|(_, step)| *step)
            .collect::<Vec<_>>()
    };
    let mut parts = Vec::new();
    for stage in [Stage::Connect, Stage::Tls] {
        if let (Some(first), Some(last)) = (of(stage).first(), of(stage).last()) {
            let same = first.frame == last.frame && first.kind == last.kind;
            parts.push(if same {
                step_text(&[*first])
            } else {
                format!("{} … {}", step_text(&[*first]), step_text(&[*last]))
            });
        }
    }
    let report = exchange(connection, &of(Stage::Report));
    parts.extend((!report.is_empty()).then_some(report));
    let close = listed(&of(Stage::Close), true);
    parts.extend((!close.is_empty()).then_some(close));
    parts.join(", ")
}

/// From the first step to the last.
pub(super) fn duration(connection: Option<&Connection>) -> String {
    let times: Vec<i128> = connection
        .into_iter()
        .flat_map(|c| &c.steps)
        .filter_map(nanoseconds)
        .collect();
    match (times.iter().min(), times.iter().max()) {
        (Some(first), Some(last)) => seconds((last - first) as f64 / 1e9),
        _ => String::new(),
    }
}

/// `12, 14, 15`, or the ends of a long list.
pub(super) fn frames(frames: &[u64]) -> String {
    match frames {
        [first, _, _, _, .., last] => format!("{first}–{last}"),
        few => few
            .iter()
            .map(u64::to_string)
            .collect::<Vec<_>>()
            .join(",\u{a0}"),
    }
}

/// Each step with the phase it belongs to. An alert ends the handshake, or, after data has passed, the connection.
fn staged(connection: &Connection) -> Vec<(Stage, &Step)> {
    let mut reporting = false;
    let stage_of = |step: &Step, reporting: bool| match step.kind {
        "syn" | "syn-ack" | "ack" => Stage::Connect,
        "connect-request" | "connect-response" => Stage::Proxy,
        "application-data" | "http-request" | "http-response" => Stage::Report,
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

/// Steps in order, those of one side together, those of one frame with one number.
fn listed(steps: &[&Step], arrows: bool) -> String {
    let mut out = String::new();
    let mut side = "";
    let mut rest = steps;
    while let Some(first) = rest.first() {
        let same_kind = rest
            .iter()
            .take_while(|s| (s.kind, s.side, &s.detail) == (first.kind, first.side, &first.detail))
            .count();
        let same_frame = rest
            .iter()
            .take_while(|s| (s.frame, s.side) == (first.frame, first.side))
            .count();
        let (group, tail) = rest.split_at(same_kind.max(same_frame));
        if !out.is_empty() {
            out.push_str(if arrows && side != first.side {
                "  "
            } else {
                ", "
            });
        }
        if arrows && side != first.side {
            out.push_str(if first.side == "client" {
                "→\u{a0}"
            } else {
                "←\u{a0}"
            });
        }
        side = first.side;
        out.push_str(&step_text(group));
        rest = tail;
    }
    out
}

/// `Client Hello 8`, `SYN 5, 9, 14`, `Certificate Verify + Finished 21`, `~alert 30`
fn step_text(group: &[&Step]) -> String {
    let mut names: Vec<String> = group
        .iter()
        .map(|step| {
            let guess = if step.seen == "inferred" { "~" } else { "" };
            let detail = step
                .detail
                .as_ref()
                .filter(|_| matches!(step.kind, "alert" | "connect-response" | "reset"));
            match detail {
                Some(detail) => format!("{guess}{} {detail}", name(step.kind)),
                None => format!("{guess}{}", name(step.kind)),
            }
        })
        .collect();
    names.dedup();
    let mut numbers: Vec<u64> = group.iter().map(|step| step.frame).collect();
    numbers.dedup();
    let parts: Vec<String> = names
        .iter()
        .map(|name| name.replace(' ', "\u{a0}"))
        .collect();
    format!("{}\u{a0}{}", parts.join(" + "), frames(&numbers))
}

/// What the failing phase ended with, where its own steps do not say.
fn with_end(text: String, stage: Stage, connection: Option<&Connection>) -> String {
    let Some(connection) = connection else {
        return text;
    };
    let ended_by_alert =
        stage == Stage::Tls && connection.steps.iter().any(|step| step.kind == "alert");
    if ended_by_alert || stage == Stage::Close {
        return text;
    }
    let answered = stage == Stage::Proxy
        || stage == Stage::Report && connection.http.iter().any(|http| http.status.is_some());
    let end = match (&connection.tcp.reset, connection.tcp.fin.first()) {
        (Some(reset), _) => format!(
            "then RST\u{a0}{} from the {}",
            reset.frame,
            side(reset.side)
        ),
        (None, Some(fin)) if stage != Stage::Connect => {
            format!("then FIN\u{a0}{} from the {}", fin.frame, side(fin.side))
        }
        _ if answered => return text,
        _ if stage == Stage::Connect => "no answer".to_owned(),
        _ => "then nothing more".to_owned(),
    };
    if text.is_empty() {
        end
    } else {
        format!("{text}, {end}")
    }
}

fn side(side: &str) -> &str {
    if side == "client" { "device" } else { "server" }
}

/// What was reported: readable requests by name, else records by count.
fn exchange(connection: &Connection, steps: &[&Step]) -> String {
    let http: Vec<String> = connection
        .http
        .iter()
        .filter(|exchange| exchange.method.as_deref() != Some("CONNECT"))
        .map(|exchange| {
            let or_not = |text: &Option<String>| text.clone().unwrap_or_default();
            let request = match exchange.request {
                Some(frame) => format!(
                    "→ {} {}\u{a0}{frame}",
                    or_not(&exchange.method),
                    or_not(&exchange.target)
                ),
                None => "request not captured".to_owned(),
            };
            match (exchange.status, exchange.response) {
                (Some(status), Some(frame)) => format!(
                    "{request}  ← {status} {}\u{a0}{frame}",
                    or_not(&exchange.reason)
                ),
                _ => format!("{request}, no answer"),
            }
        })
        .collect();
    if !http.is_empty() {
        return http.join("; ");
    }
    let one = |arrow: &str, side: &str, count: Count| {
        let mut numbers: Vec<u64> = steps
            .iter()
            .filter(|step| step.side == side)
            .map(|step| step.frame)
            .collect();
        numbers.dedup();
        if numbers.is_empty() {
            return None;
        }
        let size = match count.records {
            0 => String::new(),
            1 => format!(" (1\u{a0}record, {}\u{a0}bytes)", grouped(count.bytes)),
            many => format!(
                " ({many}\u{a0}records, {}\u{a0}bytes)",
                grouped(count.bytes)
            ),
        };
        Some(format!(
            "{arrow}\u{a0}Application\u{a0}Data\u{a0}{}{size}",
            frames(&numbers)
        ))
    };
    let tls = connection.tls.as_ref();
    let client = one(
        "→",
        "client",
        tls.map(|tls| tls.client_application_data)
            .unwrap_or_default(),
    );
    let server = one(
        "←",
        "server",
        tls.map(|tls| tls.server_application_data)
            .unwrap_or_default(),
    );
    client
        .into_iter()
        .chain(server)
        .collect::<Vec<_>>()
        .join("  ")
}

fn lookups(lookups: &[Lookup], wanted: &str) -> String {
    let mut parts: Vec<String> = lookups
        .iter()
        .take(3)
        .map(|lookup| {
            let name = if lookup.name == wanted {
                String::new()
            } else {
                format!(" {}", lookup.name)
            };
            let asked = format!(
                "{}{name} asked of {} in {}",
                lookup.kind, lookup.server, lookup.question
            );
            match (lookup.answer, lookup.status.as_deref()) {
                (Some(frame), _) if !lookup.addresses.is_empty() => {
                    format!("{asked}, {} in {frame}", lookup.addresses.join(" "))
                }
                (Some(frame), Some("NOERROR") | None) => format!("{asked}, no address in {frame}"),
                (Some(frame), Some(status)) => format!("{asked}, {status} in {frame}"),
                (None, _) => format!("{asked}, no answer"),
            }
        })
        .collect();
    if lookups.len() > 3 {
        parts.push(format!("{} more", lookups.len() - 3));
    }
    parts.join("; ")
}

fn nanoseconds(step: &Step) -> Option<i128> {
    OffsetDateTime::parse(&step.time, &Rfc3339)
        .ok()
        .map(OffsetDateTime::unix_timestamp_nanos)
}

/// Wireshark's words.
pub(super) fn name(kind: &str) -> String {
    match kind {
        "syn" => "SYN".to_owned(),
        "syn-ack" => "SYN-ACK".to_owned(),
        "ack" => "ACK".to_owned(),
        "fin" => "FIN".to_owned(),
        "reset" => "RST".to_owned(),
        "alert" => "alert".to_owned(),
        "connect-request" => "CONNECT".to_owned(),
        "connect-response" => "answer".to_owned(),
        "http-request" => "HTTP request".to_owned(),
        "http-response" => "HTTP response".to_owned(),
        other => other
            .split('-')
            .map(super::capitalised)
            .collect::<Vec<_>>()
            .join(" "),
    }
}
