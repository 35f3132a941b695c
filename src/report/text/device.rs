//! device logs → text: the log's own line under the capture's, the device's lines under an attempt, and a separate
//! screen if there is no capture.

use std::io;

use super::{Page, Paint, Verbosity, attempt, capitalised, grouped, mark};
use crate::attempt::device_clock::span;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::judge::finding::Severity;
use crate::report::labels::confidence;
use crate::report::{Attempt, ClockOffset, DeviceEvent, DeviceLog, MessageCount, Report};
use crate::report::{EventBearing, Standing};

/// The number of a device's lines shown for one attempt, or for a log by itself, without `-v`.
const SHOWN: usize = 8;

/// Summary of each log, in a line or two.
pub(super) fn logs(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let language = language(report);
    let alone = report.capture.format == "none";
    for log in &report.device_logs {
        let say = |phrase: Phrase| phrase.in_language(language);
        let forms: Vec<String> = log
            .forms
            .iter()
            .map(|(form, count)| format!("{form} {count}"))
            .collect();
        let mut text = say(phrase("device-lines")
            .with("recognised", grouped(log.recognised))
            .with("lines", log.lines));
        // Lines and entries are counted apart: an entry may have many lines, and a line may have none.
        if !forms.is_empty() {
            let entries: u64 = log.forms.values().sum();
            let forms = phrase("device-forms")
                .with("entries", entries)
                .with("forms", forms.join(", "));
            text.push_str(&say(phrase("text-colon")));
            text.push(' ');
            text.push_str(&say(forms));
        }
        let mut more: Vec<String> = Vec::new();
        match telling(log) {
            Some(offset) => {
                more.push(clock(offset, language));
                let same = |it: &ClockOffset| it.utc && it.pairs > 0 && it.ahead.abs() < 60.0;
                if offset.ahead.abs() >= 60.0 && log.offsets.iter().any(same) {
                    more.push(say(phrase("device-utc-agrees")));
                }
            }
            None if !alone && !log.events.is_empty() => more.push(say(phrase("device-offset-unknown"))),
            None => {}
        }
        match log.clock.as_str() {
            "not-set" => more.push(say(phrase("device-mark-not-set"))),
            "not-synchronised" => more.push(say(phrase("device-mark-not-synchronised"))),
            _ => {}
        }
        if log.cut_lines > 0 {
            more.push(say(phrase("device-cut").with("count", log.cut_lines)));
        }
        let dropped = log.event_count.saturating_sub(log.events.len() as u64);
        if dropped > 0 {
            more.push(say(phrase("device-dropped").with("count", dropped)));
        }
        if let Some(why) = &log.end_detail {
            more.push(say(phrase("device-ended").with("why", why)));
        }
        for part in more {
            text.push_str("; ");
            text.push_str(&part);
        }
        page.hang(
            &[(Paint::Strong, &super::visible(&log.file)), (Paint::Plain, "   ")],
            2,
            &text,
            "",
        )?;
    }
    Ok(())
}

/// The offset that most lines support.
fn telling(log: &DeviceLog) -> Option<&ClockOffset> {
    log.offsets.iter().rev().max_by_key(|offset| offset.pairs)
}

/// `written 2 hours ahead of the capture (3 pairs, likely)`.
fn clock(offset: &ClockOffset, language: Language) -> String {
    let id = match offset.ahead {
        ahead if ahead.abs() < 1.0 => "device-offset-none",
        ahead if ahead > 0.0 => "device-offset-ahead",
        _ => "device-offset-behind",
    };
    let ns = offset.ahead.abs() * 1e9;
    let pairs = phrase("device-offset-pairs").with("pairs", offset.pairs);
    format!(
        "{} ({}, {})",
        phrase(id).with("span", span(ns as i64)).in_language(language),
        pairs.in_language(language),
        confidence(offset.confidence).in_language(language)
    )
}

/// Lines of the device's log about an attempt, as part of its evidence.
pub(super) fn events(page: &mut Page<'_>, attempt: &Attempt, verbose: bool) -> io::Result<()> {
    // A line that agrees with a failure tells of one.
    let agrees = match attempt.verdict.severity {
        Severity::Ok => ("✓", Paint::Good),
        _ => ("✗", Paint::Bad),
    };
    let language = page.language;
    lines(page, attempt.device_events.iter(), agrees, language, verbose)
}

fn lines<'a>(
    page: &mut Page<'_>,
    events: impl ExactSizeIterator<Item = &'a DeviceEvent>,
    agrees: (&'static str, Paint),
    language: Language,
    verbose: bool,
) -> io::Result<()> {
    let all = events.len();
    let shown = if verbose { usize::MAX } else { SHOWN };
    let skip = all.saturating_sub(shown);
    let mut label = format!("  {} ", phrase("device-label-log").in_language(language));
    let mut rest = String::new();
    for event in events.skip(skip) {
        let when = match (&event.time, &event.written) {
            (Some(time), _) => time.get(11..23).unwrap_or_default().trim_end_matches(".000").to_owned(),
            (None, Some(written)) => written.clone(),
            (None, None) => String::new(),
        };
        let (sign, paint) = match event.bearing {
            Some(EventBearing::Agrees) => agrees,
            Some(EventBearing::Contradicts) => ("!", Paint::Warn),
            _ => (" ", Paint::Plain),
        };
        let text = format!("{when}  {}:{}  {}", short(&event.file), event.line, event.text);
        let mut text = text.trim_start().to_owned();
        if event.bearing == Some(EventBearing::Contradicts) {
            let note = phrase("device-contradicts").in_language(language);
            text.push_str(&format!(" ({note})"));
        }
        page.hang(
            &[(Paint::Strong, &pad(&label, 7)), (paint, sign), (Paint::Plain, " ")],
            11,
            &text,
            "",
        )?;
        label = " ".repeat(7);
    }
    if skip > 0 {
        rest.push_str(&phrase("device-more").with("count", skip).in_language(language));
        page.hang_painted(&[(Paint::Plain, " ")], 9, (Paint::Dim, &rest), "")?;
    }
    Ok(())
}

/// Texts of devices without a capture.
pub(super) fn alone(page: &mut Page<'_>, report: &Report, verbosity: Verbosity) -> io::Result<()> {
    let (sign, paint) = mark(report.verdict.severity);
    page.hang_painted(
        &[(paint, sign), (Paint::Plain, " ")],
        2,
        (Paint::Strong, &capitalised(&report.verdict.summary)),
        "",
    )?;
    said(page, report, verbosity == Verbosity::Verbose)?;
    let heading = match report.verdict.severity {
        Severity::Error | Severity::Warning => "text-fix",
        _ => "text-next",
    };
    attempt::remedies(page, &report.verdict.remedy, heading)?;
    attempt::not_visible(page, &report.verdict.cannot_tell)?;
    page.blank()?;
    attempt::explained(page, report, &report.verdict.id)
}

/// Settings, counts and lines that belong to no attempt.
pub(super) fn said(page: &mut Page<'_>, report: &Report, verbose: bool) -> io::Result<()> {
    let language = language(report);
    for log in &report.device_logs {
        let settings = settings(log, language);
        if !settings.is_empty() {
            page.hang(&[], 2, &settings, "")?;
        }
    }
    let messages: Vec<&MessageCount> = report
        .device_logs
        .iter()
        .flat_map(|log| &log.messages)
        .filter(|row| row.standing != Standing::Untried)
        .collect();
    if !messages.is_empty() {
        page.blank()?;
        let mut label = format!("  {} ", phrase("device-label-says").in_language(language));
        for row in messages {
            let (sign, paint) = if row.standing == Standing::Works {
                ("✓", Paint::Good)
            } else {
                ("✗", Paint::Bad)
            };
            page.hang(
                &[(Paint::Strong, &pad(&label, 7)), (paint, sign), (Paint::Plain, " ")],
                11,
                &counted(row, language),
                "",
            )?;
            label = String::new();
        }
    }
    let events: Vec<&DeviceEvent> = report
        .device_logs
        .iter()
        .flat_map(|log| &log.events)
        // Shown above already.
        .filter(|event| !matches!(event.form.as_str(), "license-status" | "license-history-epoch"))
        .filter(|event| verbose || !matches!(event.kind.as_str(), "measured" | "other"))
        .collect();
    if !events.is_empty() {
        page.blank()?;
        lines(page, events.into_iter(), (" ", Paint::Plain), language, verbose)?;
    }
    Ok(())
}

/// `Trust Establishment: NO REPLY, nothing comes back …; 2 tries, 0 good, 2 failed`.
fn counted(row: &MessageCount, language: Language) -> String {
    let standing = match row.standing {
        Standing::Works => "device-standing-works",
        Standing::NoReply => "device-standing-no-reply",
        Standing::Refused => "device-standing-refused",
        Standing::Untried | Standing::Fails => "device-standing-fails",
    };
    let counted = phrase("device-counted")
        .with("total", row.total)
        .with("success", row.success)
        .with("fail", row.fail);
    let mut text = format!("{}: ", row.message);
    if let Some(last) = row.last_response.as_ref().filter(|_| row.standing != Standing::Works) {
        text.push_str(&format!("{last}, "));
    }
    text.push_str(&phrase(standing).in_language(language));
    text.push_str(&format!("; {}", counted.in_language(language)));
    if row.ongoing > 0 {
        let ongoing = phrase("device-ongoing").with("count", row.ongoing);
        text.push_str(&format!(", {}", ongoing.in_language(language)));
    }
    if let Some(reason) = &row.reason {
        text.push_str(&format!("; {reason}"));
    }
    text
}

/// `WLC-1: transport Smart, https://…, through the proxy 10.1.1.1:8080`.
fn settings(log: &DeviceLog, language: Language) -> String {
    let get = |name: &str| log.settings.get(name);
    let transport = get("transport").or_else(|| get("configured-transport"));
    let proxy = get("proxy-address").map(|address| match get("proxy-port") {
        Some(port) => format!("{address}:{port}"),
        None => address.clone(),
    });
    let parts: Vec<String> = [
        transport.map(|it| phrase("device-transport").with("transport", it)),
        get("url")
            .or_else(|| get("configured-url"))
            .map(|url| Phrase::verbatim(url.clone())),
        proxy.map(|proxy| phrase("device-proxy").with("proxy", proxy)),
        get("vrf").map(|vrf| phrase("device-vrf").with("vrf", vrf)),
        get("trust-code").map(|trust| phrase("device-trust-code").with("trust", trust)),
    ]
    .into_iter()
    .flatten()
    .map(|phrase| phrase.in_language(language))
    .collect();
    match (&log.host, parts.is_empty()) {
        (Some(host), false) => format!("{host}: {}", parts.join(", ")),
        (Some(host), true) => host.clone(),
        (None, _) => parts.join(", "),
    }
}

fn language(report: &Report) -> Language {
    let named = Language::ALL
        .into_iter()
        .find(|language| language.tag() == report.language);
    named.unwrap_or_default()
}

/// A file's name without its folders.
fn short(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

fn pad(label: &str, width: usize) -> String {
    use unicode_width::UnicodeWidthStr as _;
    let missing = width.saturating_sub(label.width());
    format!("{label}{}", " ".repeat(missing))
}
