//! Steps → words: Wireshark's names with their frames, in short form.

use super::grouped;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::in_prose;
use crate::report::labels::{alert, step_name};
use crate::report::{Connection, Count, Exchange, Lookup, Step};

/// A version with its protocol: `TLS 1.2`, `DTLS 1.2` over UDP, `QUIC, TLS 1.3`.
pub(super) fn versioned(connection: &Connection, version: &str) -> String {
    let protocol = match connection.carrier.as_deref() {
        // `SSL 3.0` says by itself what it is a version of.
        None if version.starts_with("SSL") => return version.to_owned(),
        Some("quic") => "QUIC, TLS",
        Some(_) => "DTLS",
        None => "TLS",
    };
    format!("{protocol}\u{a0}{version}")
}

/// `12, 14, 15`, or the ends of a long list.
pub(super) fn frames(frames: &[u64]) -> String {
    match frames {
        [first, _, _, _, .., last] => format!("{first}–{last}"),
        few => few.iter().map(u64::to_string).collect::<Vec<_>>().join(",\u{a0}"),
    }
}

/// Steps in order; those of one side together, those in one frame with one number.
pub(super) fn listed(steps: &[&Step], arrows: bool, language: Language) -> String {
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
            // Two spaces; wrapping keeps the one that does not break.
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
        out.push_str(&step_text(group, language));
        rest = tail;
    }
    out
}

/// `Client Hello 8`, `SYN 5, 9, 14`, `Certificate Verify + Finished 21`, `~alert 30`
fn step_text(group: &[&Step], language: Language) -> String {
    let mut names: Vec<String> = group
        .iter()
        .map(|step| {
            let guess = if step.seen == "inferred" { "~" } else { "" };
            let detail = step
                .detail
                .as_ref()
                .filter(|_| matches!(step.kind, "alert" | "connect-response" | "reset"));
            match detail {
                Some(detail) if step.kind == "alert" => format!("{guess}{}", alert(detail, language)),
                Some(detail) => format!("{guess}{} {detail}", step_name(step.kind, language)),
                None => format!("{guess}{}", step_name(step.kind, language)),
            }
        })
        .collect();
    names.dedup();
    let mut numbers: Vec<u64> = group.iter().map(|step| step.frame).collect();
    numbers.dedup();
    let parts: Vec<String> = names.iter().map(|name| name.replace(' ', "\u{a0}")).collect();
    format!("{}\u{a0}{}", parts.join(" + "), frames(&numbers))
}

pub(super) fn side(side: &str) -> Phrase {
    phrase(if side == "client" { "text-device" } else { "server" })
}

/// The exchange: readable requests by name, otherwise records by count.
pub(super) fn exchange(connection: &Connection, steps: &[&Step], language: Language) -> String {
    let http: Vec<String> = connection
        .http
        .iter()
        .filter(|exchange| exchange.method.as_deref() != Some("CONNECT"))
        .map(|exchange| request_and_answer(exchange, language))
        .collect();
    if !http.is_empty() {
        return http.join("; ");
    }
    let tls = connection.tls.as_ref();
    let sent = tls.map(|tls| tls.client_application_data).unwrap_or_default();
    let received = tls.map(|tls| tls.server_application_data).unwrap_or_default();
    // In TLS 1.3 the records of the handshake count among them.
    let is_tls13 = tls.is_some_and(|tls| tls.version.as_deref() == Some("1.3"));
    let [sent, received] = [sent, received].map(|count| if is_tls13 { Count::default() } else { count });
    let client = records("→\u{a0}", "client", steps, sent, language);
    let server = records("←\u{a0}", "server", steps, received, language);
    client.into_iter().chain(server).collect::<Vec<_>>().join("\u{a0} ")
}

/// `→ POST /path 12 ← 200 OK 14`
fn request_and_answer(exchange: &Exchange, language: Language) -> String {
    let or_not = |text: &Option<String>| text.clone().unwrap_or_default();
    let request = match exchange.request {
        Some(frame) => format!(
            "→ {} {}\u{a0}{frame}",
            or_not(&exchange.method),
            or_not(&exchange.target)
        ),
        None => phrase("text-request-not-captured").in_language(language),
    };
    match (exchange.status, exchange.response) {
        (Some(status), Some(frame)) => {
            format!("{request}\u{a0} ← {status} {}\u{a0}{frame}", or_not(&exchange.reason))
        }
        _ => phrase("text-request-no-answer")
            .with("request", request)
            .in_language(language),
    }
}

/// `→ Application Data 15, 17 (2 records, 1,254 bytes)`; `None` if the side sent none.
fn records(arrow: &str, side: &str, steps: &[&Step], count: Count, language: Language) -> Option<String> {
    let own = steps.iter().filter(|step| step.side == side);
    let mut numbers: Vec<u64> = own.map(|step| step.frame).collect();
    numbers.dedup();
    if numbers.is_empty() {
        return None;
    }
    let size = match count.records {
        0 => String::new(),
        records => phrase("text-records")
            .with("records", records)
            .with("bytes", grouped(count.bytes))
            .in_language(language),
    };
    Some(format!("{arrow}Application\u{a0}Data\u{a0}{}{size}", frames(&numbers)))
}

pub(super) fn lookups(lookups: &[Lookup], wanted: &str, language: Language) -> String {
    let mut parts: Vec<Phrase> = lookups
        .iter()
        .take(3)
        .map(|lookup| {
            let asked = if lookup.name == wanted {
                phrase("text-lookup")
            } else {
                phrase("text-lookup-name").with("name", in_prose(&lookup.name).as_ref())
            }
            .with("kind", &lookup.kind)
            .with("question", lookup.question)
            .with("server", &lookup.server);
            let answered = |id, frame: u64| phrase(id).with("frame", frame);
            match (lookup.answer, lookup.status.as_deref()) {
                (Some(frame), _) if !lookup.addresses.is_empty() => {
                    answered("text-lookup-answer", frame).with("answer", lookup.addresses.join(" "))
                }
                (Some(frame), Some("NOERROR") | None) => answered("text-lookup-no-address", frame),
                (Some(frame), Some(status)) => answered("text-lookup-answer", frame).with("answer", status),
                (None, _) => phrase("text-lookup-no-answer"),
            }
            .with("asked", asked)
        })
        .collect();
    if lookups.len() > 3 {
        parts.push(phrase("text-lookup-more").with("count", lookups.len() - 3));
    }
    let parts: Vec<String> = parts.iter().map(|it| it.in_language(language)).collect();
    parts.join("; ")
}
