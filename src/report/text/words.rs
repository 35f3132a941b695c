//! Steps → words: Wireshark's names, with their frames, in few words.

use super::{capitalised, grouped};
use crate::report::{Connection, Count, Lookup, Step};

/// What `~` means.
pub(super) const LEGEND: &str = "~ not read but deduced from order, size and side: it is encrypted";

/// `12, 14, 15`, or the ends of a long list.
pub(super) fn frames(frames: &[u64]) -> String {
    match frames {
        [first, _, _, _, .., last] => format!("{first}–{last}"),
        few => few.iter().map(u64::to_string).collect::<Vec<_>>().join(",\u{a0}"),
    }
}

/// Steps in order, those of one side together, those of one frame with one number.
pub(super) fn listed(steps: &[&Step], arrows: bool) -> String {
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
            // Two spaces, of which wrapping keeps the one that does not break.
            out.push_str(if arrows && side != first.side { "\u{a0} " } else { ", " });
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
    let parts: Vec<String> = names.iter().map(|name| name.replace(' ', "\u{a0}")).collect();
    format!("{}\u{a0}{}", parts.join(" + "), frames(&numbers))
}

pub(super) fn side(side: &str) -> &str {
    if side == "client" { "device" } else { "server" }
}

/// What was reported: readable requests by name, else records by count.
pub(super) fn exchange(connection: &Connection, steps: &[&Step]) -> String {
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
                (Some(status), Some(frame)) => {
                    format!("{request}\u{a0} ← {status} {}\u{a0}{frame}", or_not(&exchange.reason))
                }
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
            many => format!(" ({many}\u{a0}records, {}\u{a0}bytes)", grouped(count.bytes)),
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
        tls.map(|tls| tls.client_application_data).unwrap_or_default(),
    );
    let server = one(
        "←",
        "server",
        tls.map(|tls| tls.server_application_data).unwrap_or_default(),
    );
    client.into_iter().chain(server).collect::<Vec<_>>().join("\u{a0} ")
}

pub(super) fn lookups(lookups: &[Lookup], wanted: &str) -> String {
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
                "{}{name}: question {} to {}",
                lookup.kind, lookup.question, lookup.server
            );
            match (lookup.answer, lookup.status.as_deref()) {
                (Some(frame), _) if !lookup.addresses.is_empty() => {
                    format!("{asked}, answer {frame}: {}", lookup.addresses.join(" "))
                }
                (Some(frame), Some("NOERROR") | None) => {
                    format!("{asked}, answer {frame}: no address")
                }
                (Some(frame), Some(status)) => format!("{asked}, answer {frame}: {status}"),
                (None, _) => format!("{asked}, no answer"),
            }
        })
        .collect();
    if lookups.len() > 3 {
        parts.push(format!("{} more", lookups.len() - 3));
    }
    parts.join("; ")
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
        other => other.split('-').map(capitalised).collect::<Vec<_>>().join(" "),
    }
}
