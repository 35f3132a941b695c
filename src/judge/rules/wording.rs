//! Facts → Phrase: the names of sides, messages, alerts and lengths of time that all rules use.

use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::base::elapsed::elapsed;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, Value, phrase};
use crate::base::wire_text::WireText;
use crate::connection::walk::{Alert, Side, StepKind};

/// The name of the client, which its dialect knows.
pub(super) fn client(_: &Attempt<'_>) -> Phrase {
    phrase("device")
}

/// The name of the attempt's target, or its address.
pub(super) fn named(attempt: &Attempt<'_>) -> WireText {
    WireText::from(attempt.service.name.as_str())
}

/// The attempt's target as a subject: `the server smartreceiver.cisco.com`.
pub(super) fn service(attempt: &Attempt<'_>) -> Phrase {
    phrase("service").with("name", named(attempt))
}

/// The name of the field that each hop counts down: IPv6 renamed it (RFC 8200 section 3).
pub(super) fn hops_field(address: IpAddr) -> Phrase {
    phrase(match address {
        IpAddr::V4(_) => "field-time-to-live",
        IpAddr::V6(_) => "field-hop-limit",
    })
}

/// A side by its part in TLS; the client as in all other sentences about the attempt.
pub(super) fn side_name(side: Side) -> Phrase {
    phrase(match side {
        Side::Client => "device",
        Side::Server => "server",
    })
}

/// A message by the name that Wireshark gives it: `Client Hello`.
pub(super) fn message_name(kind: StepKind) -> String {
    match kind {
        StepKind::Syn | StepKind::SynAck | StepKind::Ack => return kind.name().to_ascii_uppercase(),
        StepKind::ConnectRequest => return "CONNECT".to_owned(),
        _ => {}
    }
    let words = kind.name().split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Nanoseconds for people: `0.09 s`, `12 s`.
pub(super) fn seconds(ns: i64) -> Phrase {
    elapsed(ns as f64 / 1e9)
}

/// `3 days`, `1 day`, `5 hours`.
pub(super) fn span(seconds: i64) -> Phrase {
    let (count, id) = span_unit(seconds);
    phrase(id).with("count", count)
}

const fn span_unit(seconds: i64) -> (i64, &'static str) {
    match seconds {
        172_800.. => (seconds / 86_400, "span-days"),
        7200.. => (seconds / 3600, "span-hours"),
        120.. => (seconds / 60, "span-minutes"),
        _ => (seconds, "span-seconds"),
    }
}

/// The span from one time to a later one whose dates stand beside it: days as a calendar counts them, so that the
/// number agrees with the two dates.
pub(super) fn span_between(from: i64, to: i64) -> Phrase {
    let seconds = to.saturating_sub(from);
    match span_unit(seconds) {
        (_, "span-days") => {
            let day = |time: i64| time.div_euclid(86_400);
            phrase("span-days").with("count", day(to).saturating_sub(day(from)))
        }
        _ => span(seconds),
    }
}

/// The date of a time stamp: `2020-01-01`.
pub(super) fn date(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

/// `frame 5`, `frames 5, 7 and 9`.
pub(super) fn frames(numbers: &[FrameNumber]) -> Phrase {
    match numbers {
        [] => phrase("no-frame"),
        [one] => phrase("one-frame").with("frame", *one),
        [head @ .., last] => {
            let shown: Vec<String> = head.iter().take(8).map(FrameNumber::to_string).collect();
            let more = if head.len() > 8 { ", …" } else { "" };
            phrase("some-frames")
                .with("head", format!("{}{more}", shown.join(", ")))
                .with("last", *last)
        }
    }
}

/// The first few of a list.
pub(super) fn listed<T: std::fmt::Display>(items: &[T]) -> String {
    let shown: Vec<String> = items.iter().take(4).map(ToString::to_string).collect();
    let more = if items.len() > 4 { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// Names that a sender chose, each in the form for a sentence.
pub(super) fn listed_texts(texts: &[WireText]) -> String {
    let shown: Vec<String> = texts.iter().map(WireText::in_prose).collect();
    listed(&shown)
}

/// Phrases one after the other, joined by the message `id`; empty if there are none.
pub(super) fn chained(phrases: &[Phrase], id: &'static str) -> Phrase {
    let mut phrases = phrases.iter().cloned();
    let first = phrases.next().unwrap_or_else(|| Phrase::verbatim(""));
    phrases.fold(first, |text, next| phrase(id).with("text", text).with("next", next))
}

/// The alert as text: `fatal alert unknown_ca`.
pub(super) fn alert_text(alert: &Alert) -> Phrase {
    match alert.content {
        Some((level, description)) => phrase("alert").with("level", level).with("description", description),
        None => phrase("alert-encrypted"),
    }
}

/// The alert and its sender, as evidence.
pub(super) fn alert_from(alert: &Alert, who: impl Into<Value>) -> Phrase {
    phrase("alert-from").with("alert", alert_text(alert)).with("who", who)
}

/// True if bytes read as text: three quarters of the first are printable, or they are UTF-8 without control characters.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let is_readable = |byte: &&u8| byte.is_ascii_graphic() || matches!(**byte, b' ' | b'\t' | b'\r' | b'\n');
    let front = bytes.get(..16).unwrap_or(bytes);
    let is_utf8 =
        std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(|it| it.is_control() && !it.is_whitespace()));
    is_utf8 || front.iter().filter(is_readable).count() * 4 >= front.len() * 3
}

/// The first line, quoted; hexadecimal if it is no text.
pub(super) fn first_line(bytes: &[u8]) -> String {
    if !is_text(bytes) {
        let front = bytes.get(..16).unwrap_or(bytes);
        let more = if bytes.len() > front.len() { " …" } else { "" };
        let pairs: Vec<String> = front.iter().map(|byte| format!("{byte:02x}")).collect();
        return format!("{}{more}", pairs.join(" "));
    }
    let opening = WireText::from_bytes(bytes);
    shortened(&WireText::from(opening.raw().lines().next().unwrap_or_default()))
}

/// The beginning of a text, escaped, in quotes.
pub(super) fn shortened(text: &WireText) -> String {
    let shown: String = text.raw().chars().take(100).collect();
    WireText::from(shown.as_str()).quoted()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let english = |phrase: Phrase| phrase.in_language(crate::base::phrase::Language::En);
        assert_eq!(english(span(86_400 * 601 + 5)), "601 days");
        assert_eq!(english(span(1)), "1 second");
        // From noon of one day to the early morning of the fourth day after it: 3.6 days, and four dates apart.
        assert_eq!(english(span_between(43_200, 4 * 86_400 + 10_000)), "4 days");
        assert_eq!(english(span_between(86_000, 96_800)), "3 hours");
        assert_eq!(english(seconds(90_000_000)), "0.09 s");
        assert_eq!(english(frames(&[FrameNumber(5), FrameNumber(7)])), "frames 5 and 7");
    }
}
