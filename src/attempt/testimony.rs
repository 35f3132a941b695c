//! DeviceEvents → Attempt: which of the device's lines are about which attempt.

use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::attempt::device_clock::{self, Offset, Span};
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::device::{DeviceEvent, DeviceLog, Form};

/// Lines kept of one attempt. A failed one has two or three, with debugging some dozens.
const MAX_LINES: usize = 64;

/// Attempts looked at for a line, the latest that had begun: one lasts minutes, and a controller makes a few an hour.
const MAX_LATER: usize = 256;

/// How long before its first packet and after its last an attempt's lines may be written.
const BEFORE: i64 = 15_000_000_000;
const AFTER: i64 = 75_000_000_000;

/// A line of a device that is about an attempt.
#[derive(Clone, Copy, Debug)]
pub struct Testimony<'a> {
    /// The log it stands in.
    pub log: &'a DeviceLog,
    /// The event on that line.
    pub event: &'a DeviceEvent,
    /// When that was, by the capture's clock.
    pub time: Timestamp,
    /// How sure that time is.
    pub certainty: Confidence,
}

/// Gives every attempt its lines; returns how far the clocks are off.
pub fn assign<'a>(logs: &'a [DeviceLog], attempts: &mut [Attempt<'a>]) -> Vec<Offset> {
    if logs.is_empty() {
        return Vec::new();
    }
    let offsets = device_clock::offsets(logs, attempts);
    let mut spans: Vec<(Span, IpAddr, usize)> = attempts
        .iter()
        .enumerate()
        .filter(|(_, attempt)| attempt.licensing)
        .map(|(at, attempt)| (Span::of(attempt), attempt.device, at))
        .collect();
    spans.sort_by_key(|(span, _, _)| span.begin);
    let Some(around) = spans.first().map(|(span, _, _)| span.begin) else {
        return offsets;
    };
    for (at, log) in logs.iter().enumerate() {
        for event in &log.events {
            let Some(offset) = offsets.iter().find(|it| (it.log, it.form) == (at, event.form)) else {
                continue;
            };
            // The stamp beside it belongs to a second line about the same event.
            if event.form == Form::Epoch {
                continue;
            }
            let Some(written) = device_clock::written(event, around) else {
                continue;
            };
            let time = offset.time_of(written);
            let begun = spans.partition_point(|(span, _, _)| span.begin.since(time) <= BEFORE);
            let nearest = spans
                .get(..begun)
                .unwrap_or_default()
                .iter()
                .rev()
                .take(MAX_LATER)
                .filter(|(_, device, _)| offset.device.is_none_or(|it| it == *device))
                .filter_map(|(span, _, index)| {
                    let early = span.begin.since(time).max(0);
                    let late = time.since(span.end).max(0);
                    let what = event.what;
                    let differs = what.is_failure() && span.went_through || what.is_success() && !span.went_through;
                    (late <= AFTER).then_some((differs, early + late, *index))
                })
                .min();
            if let Some(attempt) = nearest.and_then(|(_, _, index)| attempts.get_mut(index))
                && attempt.testimonies.len() < MAX_LINES
            {
                attempt.testimonies.push(Testimony {
                    log,
                    event,
                    time,
                    certainty: offset.certainty,
                });
            }
        }
    }
    for attempt in attempts {
        attempt.testimonies.sort_by_key(|it| it.time);
    }
    offsets
}
