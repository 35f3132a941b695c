//! DeviceLogs → Report: the contents of the device's own texts in their public form; also the report on texts alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Capture, MadeWith, Overall, Report, SCHEMA, Tool};
use crate::attempt;
use crate::attempt::device_clock::{self, Offset};
use crate::attempt::testimony::Testimony;
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::word::words;
use crate::device::{self, Mark, Standing};
use crate::judge::context::Context;
use crate::judge::finding::Severity;
use crate::judge::rules::device_reports_failure;
use crate::judge::testimony::{Bearing, bearing};
use crate::profile::options::Options;

/// The number of events listed per log, the latest: a report must stay readable. The counts give the total.
const MAX_LISTED: usize = 200;

/// One text of a device.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct DeviceLog {
    /// Its name as given.
    pub file: String,
    /// Name of the device in its own text; null if it has none.
    pub host: Option<String>,
    /// The address of the attempts it is about; null if unknown.
    pub device: Option<String>,
    /// `gzip`, `zstd`, `lz4`, `xz`, `bzip2`, `zip`, or null.
    pub compression: Option<String>,
    /// `utf-8`, `utf-16`, or `unknown` if some bytes are neither.
    pub encoding: String,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// The number of recognised lines.
    pub recognised: u64,
    /// The number of other lines.
    pub unrecognised: u64,
    /// Lines of more than 64 KiB, of which only the beginning was read.
    pub cut_lines: u64,
    /// Why reading ended early; null if it did not.
    pub end_detail: Option<String>,
    /// Recognised lines, by form.
    pub forms: BTreeMap<String, u64>,
    /// `set`, `not-synchronised` (`.`) or `not-set` (`*`): the weakest mark on any stamp.
    pub clock: String,
    /// How far its stamps are from the capture's time.
    pub offsets: Vec<ClockOffset>,
    /// Settings and states that affect licensing, by name.
    pub settings: BTreeMap<String, String>,
    /// Counters of the device, by type of message.
    pub messages: Vec<MessageCount>,
    /// Number of events.
    pub event_count: u64,
    /// The latest events.
    pub events: Vec<DeviceEvent>,
}

/// How far the stamps of one form are from the capture's time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ClockOffset {
    /// The form of the stamps.
    pub form: String,
    /// Seconds by which the written time is ahead of the capture.
    pub ahead: f64,
    /// The tolerance of `ahead`, in seconds.
    pub give: f64,
    /// The part that cannot be a time zone.
    pub clock_error: f64,
    /// Log lines that agree on it; 0: assumed.
    pub pairs: usize,
    /// `certain`, `likely` or `possible`.
    pub confidence: Confidence,
    /// The stamps are known to be UTC.
    pub utc: bool,
}

/// Counters of the device for one type of message.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct MessageCount {
    /// Its name, e.g. `Trust Establishment`.
    pub message: String,
    /// The line that contains it.
    pub line: u64,
    /// Tries.
    pub total: u64,
    /// Successful tries.
    pub success: u64,
    /// Failed tries.
    pub fail: u64,
    /// Consecutive failures up to now.
    pub ongoing: u64,
    /// `OK`, `NO REPLY`, `INVALID STATUS CODE` …; null where there was none.
    pub last_response: Option<String>,
    /// The reason given, or null.
    pub reason: Option<String>,
    /// `untried`, `works`, `no-reply`, `refused` or `fails`.
    pub standing: Standing,
}

words! {
    /// How a line of a device's text relates to the verdict of an attempt.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum EventBearing {
        /// It says the same.
        Agrees = "agrees",
        /// It contradicts the verdict.
        Contradicts = "contradicts",
        /// It is about the attempt, and neither agrees nor contradicts.
        Neutral = "neutral",
    }
}

/// A line of a device's text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct DeviceEvent {
    /// The text that contains it.
    pub file: String,
    /// Its line.
    pub line: u64,
    /// `syslog`, `license-history` …
    pub form: String,
    /// `communication-failed`, `trust-installed`, `request` …
    pub kind: String,
    /// The time as written; null if the line has none.
    pub written: Option<String>,
    /// The time by the capture's clock; null if unknown.
    pub time: Option<String>,
    /// The confidence in that time; null without one.
    pub confidence: Option<Confidence>,
    /// `agrees`, `contradicts` or `neutral` beside an attempt; null elsewhere.
    pub bearing: Option<EventBearing>,
    /// In the device's words.
    pub text: String,
}

/// A report on the texts of devices alone: [`Options::logs`]. Its capture has the format `none` and no frames.
#[must_use]
pub fn report_on_logs(options: &Options) -> Report {
    let finding = device_reports_failure::finding(options);
    let voice = device_reports_failure::voice(options);
    Report {
        schema: SCHEMA,
        language: voice.language.tag(),
        dialect: voice.dialect.name(),
        tool: Tool {
            name: "tlswalk",
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        capture: Capture {
            file: options
                .logs
                .iter()
                .map(|log| log.name.as_str())
                .collect::<Vec<_>>()
                .join(" + "),
            format: "none".to_owned(),
            end: "complete",
            ..Capture::default()
        },
        verdict: Overall {
            id: finding.id,
            severity: finding.severity,
            summary: finding.summary.told(voice),
            // The findings are among the texts' own events, with file and line: there are no frames to cite.
            evidence: Vec::new(),
            cannot_tell: super::build::texts(&finding.cannot_tell, voice),
            remedy: super::build::remedies_of(&finding, voice, false),
        },
        attempts: Vec::new(),
        connections: Vec::new(),
        courses: Vec::new(),
        cadence: None,
        part: None,
        device_logs: options.logs.iter().map(|log| log_of(log, &[], None)).collect(),
        beside: Vec::new(),
        others: None,
        left_out: Vec::new(),
        made_with: Some(MadeWith::of(options)),
        options: Vec::new(),
        settings: None,
    }
}

/// The logs beside a capture.
pub(super) fn logs_of(context: &Context<'_>, around: Option<Timestamp>) -> Vec<DeviceLog> {
    let offsets_of = |at: usize| context.offsets.iter().filter(move |offset| offset.log == at);
    let logs = context.options.logs.iter().enumerate();
    logs.map(|(at, log)| log_of(log, &offsets_of(at).cloned().collect::<Vec<_>>(), around))
        .collect()
}

fn log_of(log: &device::DeviceLog, offsets: &[Offset], around: Option<Timestamp>) -> DeviceLog {
    let skip = log.events.len().saturating_sub(MAX_LISTED);
    let time_of = |event: &device::DeviceEvent| {
        let offset = offsets.iter().find(|offset| offset.form == event.form)?;
        let written = device_clock::written(event, around?)?;
        Some((offset.time_of(written), offset.certainty))
    };
    let seconds = |ns: i64| ns as f64 / 1e9;
    DeviceLog {
        file: log.name.clone(),
        host: (!log.host.is_empty()).then(|| log.host.to_string()),
        device: offsets.iter().find_map(|offset| offset.device).map(|ip| ip.to_string()),
        compression: log.compression.map(str::to_owned),
        encoding: log.encoding.to_owned(),
        bytes: log.bytes,
        lines: log.lines,
        recognised: log.recognised,
        unrecognised: log.lines.saturating_sub(log.recognised),
        cut_lines: log.cut_lines,
        end_detail: log.failure.clone(),
        forms: log
            .forms
            .iter()
            .map(|(form, count)| ((*form).to_owned(), *count))
            .collect(),
        clock: match log.mark {
            Mark::None => "set",
            Mark::NotSynchronised => "not-synchronised",
            Mark::NotSet => "not-set",
        }
        .to_owned(),
        offsets: offsets
            .iter()
            .map(|offset| ClockOffset {
                form: offset.form.name().to_owned(),
                ahead: seconds(offset.ahead),
                give: seconds(offset.give),
                clock_error: seconds(offset.error()),
                pairs: offset.pairs,
                confidence: offset.certainty,
                utc: offset.is_utc,
            })
            .collect(),
        settings: log
            .settings
            .iter()
            .map(|(name, setting)| ((*name).to_owned(), setting.value.to_string()))
            .collect(),
        messages: log.statistics.iter().map(count_of).collect(),
        event_count: log.events_dropped.saturating_add(log.events.len() as u64),
        events: log
            .events
            .iter()
            .skip(skip)
            .map(|event| event_of(log, event, time_of(event), None))
            .collect(),
    }
}

fn count_of(row: &device::Statistics) -> MessageCount {
    let text = |text: &crate::base::wire_text::WireText| (!text.is_empty()).then(|| text.to_string());
    MessageCount {
        message: row.message.to_string(),
        line: row.line,
        total: row.total,
        success: row.success,
        fail: row.fail,
        ongoing: row.ongoing,
        last_response: text(&row.last_response),
        reason: text(&row.reason),
        standing: row.standing(),
    }
}

fn event_of(
    log: &device::DeviceLog,
    event: &device::DeviceEvent,
    time: Option<(Timestamp, Confidence)>,
    bearing: Option<EventBearing>,
) -> DeviceEvent {
    DeviceEvent {
        file: log.name.clone(),
        line: event.line,
        form: event.form.name().to_owned(),
        kind: event.what.name().to_owned(),
        written: event.stamp.as_ref().map(ToString::to_string),
        time: time.map(|(time, _)| time.to_string()),
        confidence: time.map(|(_, certainty)| certainty),
        bearing,
        text: event.text.to_string(),
    }
}

/// The device's lines about an attempt, each with its relation to the verdict.
pub(super) fn events_of(attempt: &attempt::Attempt<'_>, verdict: &crate::judge::verdict::Verdict) -> Vec<DeviceEvent> {
    let (id, severity) = verdict
        .cause()
        .map_or(("", Severity::Note), |cause| (cause.id.name(), cause.severity));
    let contradicts = |it: &Testimony<'_>| crate::judge::rules::contradicts(attempt, it);
    attempt
        .testimonies
        .iter()
        .map(|it| {
            let bearing = match bearing(it.what(attempt), id, severity) {
                _ if contradicts(it) => EventBearing::Contradicts,
                Bearing::Agrees | Bearing::Settles => EventBearing::Agrees,
                Bearing::Neutral => EventBearing::Neutral,
            };
            event_of(it.log, it.event, Some((it.time, it.certainty)), Some(bearing))
        })
        .collect()
}
