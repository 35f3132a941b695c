//! DeviceEvents, Attempts → Offset: how far the device's clock, as it writes it, is from the capture's.
//!
//! Zones are words that somebody configured, years are left out, and the clock itself may be wrong. But the device
//! writes a line when it begins a request and when one has failed, and the capture shows when that was. Each such pair
//! bounds the offset; the offset that most pairs allow is taken, if there is one only. Preferred is none at all, then
//! what a zone can be, then anything else, which takes more pairs to be believed.

use std::collections::HashSet;
use std::net::IpAddr;

use super::{DeviceEvent, DeviceLog, Form, What};
use crate::attempt::Attempt;
use crate::finding::Confidence;
use crate::frame::Timestamp;
use crate::tls::walk::Side;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
/// Zones differ by quarters of an hour, from 12 hours behind UTC to 14 ahead of it.
const QUARTER: i64 = 15 * MINUTE;
const FARTHEST_ZONE: i64 = 14 * 60 * MINUTE;

/// The device asks for the name and the route before its first packet, and writes the request before that.
const BEFORE_REQUEST: i64 = 10 * SECOND;
/// How late a line may be about what is over: the agent waits for its own timers, and syslog is no hurry to it.
const AFTER_END: i64 = 60 * SECOND;
/// Stamps without fractions, and the rest of what is imprecise.
const SLACK: i64 = 2 * SECOND;

/// Events and attempts compared, the latest: with more, what they say of the clock does not change.
const MAX_COMPARED: usize = 300;

/// The offset of one form of stamps in one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Which log, counted from 0.
    pub log: usize,
    /// Which form of stamps.
    pub form: Form,
    /// Whose log it is; `None` where that cannot be told.
    pub device: Option<IpAddr>,
    /// Nanoseconds by which what is written is ahead of the capture.
    pub ahead: i64,
    /// By how much that may be wrong.
    pub give: i64,
    /// Events that agree on it; 0: assumed.
    pub pairs: usize,
    /// How sure that is.
    pub certainty: Confidence,
    /// The stamps are known to be UTC, so the offset is the clock's own error.
    pub is_utc: bool,
}

impl Offset {
    /// What can only be an error of the clock, not a zone, in nanoseconds.
    #[must_use]
    pub fn error(&self) -> i64 {
        if self.is_utc || self.ahead.abs() > FARTHEST_ZONE + QUARTER {
            return self.ahead;
        }
        let rest = self.ahead.rem_euclid(QUARTER);
        if rest > QUARTER / 2 { rest - QUARTER } else { rest }
    }

    /// When a stamp was, by the capture's clock.
    #[must_use]
    pub fn time_of(&self, written: Timestamp) -> Timestamp {
        Timestamp(written.0.saturating_sub(self.ahead))
    }
}

/// An attempt in the terms of the clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) begin: Timestamp,
    pub(super) end: Timestamp,
    /// The service answered, as far as can be seen.
    pub(super) went_through: bool,
}

impl Span {
    pub(super) fn of(attempt: &Attempt<'_>) -> Self {
        let (_, begin) = attempt.first();
        let connections = attempt.connections.iter().map(|connection| connection.last.1);
        let lookups = attempt.lookups.iter().flat_map(|lookup| {
            let answer = lookup.answer.as_ref().map(|answer| answer.time);
            lookup.questions.iter().map(|question| question.1).chain(answer)
        });
        Self {
            begin,
            end: connections.chain(lookups).max().unwrap_or(begin).max(begin),
            went_through: went_through(attempt),
        }
    }
}

/// Whether the service answered: encrypted data both ways, or a good HTTP status, and nobody broke it off.
pub(super) fn went_through(attempt: &Attempt<'_>) -> bool {
    let Some(connection) = attempt.connection() else {
        return false;
    };
    let good_http = connection.http.iter().any(|exchange| {
        let is_connect = exchange
            .request
            .as_ref()
            .is_some_and(|(_, it)| it.method.raw() == "CONNECT");
        let answer = exchange.response.as_ref();
        !is_connect && answer.is_some_and(|(_, it)| (200..400).contains(&it.status))
    });
    let was_refused = connection.tls.as_ref().is_some_and(|tls| {
        tls.alerts
            .iter()
            .any(|alert| alert.side == Side::Server && alert.content.is_some_and(|(level, _)| level.0 == 2))
    });
    good_http || attempt.exchanged() && !was_refused
}

/// The time of an event as written, in the year that brings it nearest to `around`.
#[must_use]
pub fn written(event: &DeviceEvent, around: Timestamp) -> Option<Timestamp> {
    let stamp = event.stamp.as_ref()?;
    let utc = |time: Timestamp| Timestamp(time.0.saturating_sub(i64::from(stamp.offset.unwrap_or(0)) * SECOND));
    if stamp.year.is_some() {
        return stamp.as_written(0).map(utc);
    }
    let year: i32 = around.to_string().get(..4)?.parse().ok()?;
    (year - 1..=year + 1)
        .filter_map(|year| stamp.as_written(year))
        .min_by_key(|time| time.since(around).abs())
        .map(utc)
}

/// In which stretch of time around an attempt an event must lie; `None`: it says nothing about when an attempt was.
fn window(what: What, form: Form, span: Span) -> Option<(i64, i64)> {
    let (begin, end) = (span.begin.0, span.end.0);
    let after = end.saturating_add(AFTER_END);
    match what {
        What::Request => Some((begin - BEFORE_REQUEST, begin + SLACK)),
        What::NoAnswer if form == Form::History && !span.went_through => Some((begin - BEFORE_REQUEST, after)),
        What::CommunicationFailed(_) | What::NoAnswer | What::CertificateInvalid | What::RevocationFailed
            if !span.went_through =>
        {
            Some((begin - SLACK, after))
        }
        What::TrustInstalled | What::CommunicationRestored | What::Answer(_) if span.went_through => {
            Some((begin - SLACK, after))
        }
        _ => None,
    }
}

/// Offsets on which most events agree.
#[derive(Clone, Copy, Debug)]
struct Region {
    from: i64,
    to: i64,
    pairs: usize,
}

/// What is best believed of a region: the offset, and whether it is 0, a zone's, or neither.
fn settle(region: Region, is_utc: bool) -> (u8, i64) {
    if (region.from..=region.to).contains(&0) {
        return (0, 0);
    }
    let middle = region.from / 2 + region.to / 2;
    // Whole and half hours before the quarters of a few islands and mountains.
    for step in [4 * QUARTER, 2 * QUARTER, QUARTER] {
        let near = (middle + step / 2).div_euclid(step) * step;
        if !is_utc && near.abs() <= FARTHEST_ZONE && (region.from..=region.to).contains(&near) {
            return (1, near);
        }
    }
    (2, middle)
}

/// The offset that explains most of the events of these forms.
fn solve(events: &[(&DeviceEvent, Timestamp)], spans: &[Span], is_utc: bool) -> Option<(u8, Region, i64)> {
    let mut edges: Vec<(i64, i32)> = Vec::new();
    for (event, written) in events {
        let mut allowed: Vec<(i64, i64)> = spans
            .iter()
            .filter_map(|&span| window(event.what, event.form, span))
            .map(|(from, to)| (written.0.saturating_sub(to), written.0.saturating_sub(from)))
            .collect();
        // An event counts once, however many attempts it may belong to.
        allowed.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for (from, to) in allowed {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        edges.extend(merged.iter().flat_map(|&(from, to)| [(from, -1), (to, 1)]));
    }
    // At the same place what begins comes first.
    edges.sort_unstable();
    let (mut now, mut best) = (0_usize, Vec::<Region>::new());
    let mut from = None;
    for (at, edge) in edges {
        if edge < 0 {
            now += 1;
            from = Some(at);
        } else {
            let most = best.first().map_or(1, |region| region.pairs);
            if let Some(from) = from.take()
                && now >= most
            {
                if now > most {
                    best.clear();
                }
                best.push(Region {
                    from,
                    to: at,
                    pairs: now,
                });
            }
            now = now.saturating_sub(1);
        }
    }
    let mut settled: Vec<(u8, Region, i64)> = best
        .into_iter()
        .map(|region| {
            let (tier, offset) = settle(region, is_utc);
            (tier, region, offset)
        })
        .collect();
    settled.sort_by_key(|(tier, _, _)| *tier);
    match settled.as_slice() {
        [one] => Some(*one),
        // Ambiguous: an eight-hour cycle fits itself every eight hours.
        [one, other, ..] if one.0 < other.0 => Some(*one),
        _ => None,
    }
}

/// How sure an offset is.
fn certainty(tier: u8, pairs: usize, is_utc: bool) -> Option<Confidence> {
    match (tier, pairs) {
        (_, 0) => None,
        (0 | 1, 3..) => Some(Confidence::Certain),
        (0, _) | (1, 2) => Some(Confidence::Likely),
        (1, _) => Some(Confidence::Possible),
        (_, 3..) => Some(Confidence::Likely),
        (_, 2) => Some(if is_utc {
            Confidence::Likely
        } else {
            Confidence::Possible
        }),
        (_, _) => None,
    }
}

/// The offsets of every log, by form of stamp.
#[must_use]
pub fn offsets(logs: &[DeviceLog], attempts: &[Attempt<'_>]) -> Vec<Offset> {
    let mut devices: Vec<IpAddr> = attempts.iter().filter(|it| it.licensing).map(|it| it.device).collect();
    devices.sort_unstable();
    devices.dedup();
    let mut all = Vec::new();
    for (at, log) in logs.iter().enumerate() {
        let mut found: Vec<(usize, Vec<Offset>)> = devices
            .iter()
            .take(MAX_COMPARED)
            .map(|&device| {
                let offsets = of_device(at, log, device, attempts);
                (offsets.iter().map(|offset| offset.pairs).sum(), offsets)
            })
            .collect();
        found.sort_by_key(|(pairs, _)| std::cmp::Reverse(*pairs));
        let is_one = devices.len() == 1;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            // Two controllers that the log fits equally well: nobody's.
            (Some((pairs, _)), Some((same, _))) if pairs == same => {}
            (Some((pairs, offsets)), _) if pairs > 0 || is_one => all.extend(offsets),
            _ => {}
        }
    }
    all
}

fn of_device(at: usize, log: &DeviceLog, device: IpAddr, attempts: &[Attempt<'_>]) -> Vec<Offset> {
    let own = attempts.iter().filter(|it| it.licensing && it.device == device);
    let mut spans: Vec<Span> = own.map(Span::of).collect();
    spans.drain(..spans.len().saturating_sub(MAX_COMPARED));
    let Some(around) = spans.first().map(|span| span.begin) else {
        return Vec::new();
    };
    let dated: Vec<(&DeviceEvent, Timestamp)> = log
        .events
        .iter()
        .filter_map(|event| Some((event, written(event, around)?)))
        .collect();
    let mut forms: Vec<Form> = dated.iter().map(|(event, _)| event.form).collect();
    forms.sort_unstable();
    forms.dedup();
    // The stamp above a message and the milliseconds inside are one event: together they count once.
    let inside: HashSet<u64> = dated
        .iter()
        .filter(|(event, _)| event.form == Form::Epoch)
        .map(|(event, _)| event.line)
        .collect();
    let is_twin = |event: &DeviceEvent| event.form == Form::History && inside.contains(&event.line);
    let of_forms = |forms: &[Form]| -> Vec<(&DeviceEvent, Timestamp)> {
        let telling = dated.iter().filter(|(event, _)| {
            forms.contains(&event.form)
                && !(forms.len() > 1 && is_twin(event))
                && spans.iter().any(|&span| window(event.what, event.form, span).is_some())
        });
        // Those nearest to the capture: the log of a year holds much that it cannot show.
        let mut telling: Vec<_> = telling.copied().collect();
        telling.sort_by_key(|(_, time)| time.since(around).abs());
        telling.truncate(MAX_COMPARED);
        telling
    };
    let offset = |form: Form, (tier, region, ahead): (u8, Region, i64), is_utc: bool| {
        let certainty = certainty(tier, region.pairs, is_utc)?;
        Some(Offset {
            log: at,
            form,
            device: Some(device),
            ahead,
            give: (region.to - ahead).abs().max((ahead - region.from).abs()),
            pairs: region.pairs,
            certainty,
            is_utc,
        })
    };
    let is_utc = |form: Form| {
        form == Form::Epoch
            || dated
                .iter()
                .any(|(event, _)| event.form == form && event.stamp.as_ref().is_some_and(|it| it.offset.is_some()))
    };
    let single: Vec<Option<Offset>> = forms
        .iter()
        .map(|&form| offset(form, solve(&of_forms(&[form]), &spans, is_utc(form))?, is_utc(form)))
        .collect();
    // One clock in one zone explains all forms together: then they support one another.
    let any_utc = forms.iter().any(|&form| is_utc(form));
    let twins = of_forms(&[Form::History])
        .iter()
        .filter(|(event, _)| is_twin(event))
        .count();
    let singly: usize = forms
        .iter()
        .filter_map(|&form| solve(&of_forms(&[form]), &spans, is_utc(form)))
        .map(|(_, region, _)| region.pairs)
        .sum();
    let singly = singly.saturating_sub(twins);
    let together = solve(&of_forms(&forms), &spans, any_utc).filter(|(_, region, _)| region.pairs >= singly.max(1));
    let known = single.iter().flatten().max_by_key(|offset| offset.certainty).cloned();
    forms
        .iter()
        .zip(&single)
        .filter_map(|(&form, single)| {
            if let Some(together) = together
                && let Some(offset) = offset(form, together, any_utc)
            {
                return Some(offset);
            }
            if let Some(single) = single {
                return Some(single.clone());
            }
            // The same clock, shown in UTC: assumed, since nothing says otherwise.
            let ahead = known.as_ref().filter(|it| it.is_utc).map_or(0, |it| it.ahead);
            Some(Offset {
                log: at,
                form,
                device: Some(device),
                ahead,
                give: 0,
                pairs: 0,
                certainty: Confidence::Possible,
                is_utc: form == Form::Epoch,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Reason;

    const FAILED: What = What::CommunicationFailed(Reason::Unspecified);

    fn spans(begins: &[i64]) -> Vec<Span> {
        let span = |&begin: &i64| Span {
            begin: Timestamp::from_seconds(begin),
            end: Timestamp::from_seconds(begin + 5),
            went_through: false,
        };
        begins.iter().map(span).collect()
    }

    fn ahead(events: &[(What, i64)], begins: &[i64], is_utc: bool) -> Option<(i64, usize, Option<Confidence>)> {
        let events: Vec<(DeviceEvent, Timestamp)> = events
            .iter()
            .map(|&(what, at)| {
                let event = DeviceEvent {
                    line: 1,
                    stamp: None,
                    form: Form::Syslog,
                    what,
                    text: "".into(),
                };
                (event, Timestamp::from_seconds(at))
            })
            .collect();
        let events: Vec<_> = events.iter().map(|(event, at)| (event, *at)).collect();
        let (tier, region, ahead) = solve(&events, &spans(begins), is_utc)?;
        Some((ahead / SECOND, region.pairs, certainty(tier, region.pairs, is_utc)))
    }

    #[test]
    fn a_log_on_the_captures_clock_has_no_offset() {
        let found = ahead(&[(What::Request, 999), (FAILED, 1006)], &[1000], false).unwrap();
        assert_eq!(found, (0, 2, Some(Confidence::Likely)));
    }

    #[test]
    fn a_zone_is_preferred_to_a_wrong_clock() {
        let found = ahead(&[(What::Request, 8199), (FAILED, 8206)], &[1000], false).unwrap();
        assert_eq!(found, (7200, 2, Some(Confidence::Likely)));
        // Where the stamps are UTC there is no zone that could explain it.
        assert_eq!(ahead(&[(What::Request, 8199)], &[1000], true).unwrap().2, None);
    }

    #[test]
    fn a_wrong_clock_takes_several_pairs() {
        let far = 5000;
        let events = [
            (What::Request, 1000 + far),
            (FAILED, 1008 + far),
            (What::Request, 2300 + far),
        ];
        let (found, pairs, sure) = ahead(&events, &[1000, 2300], false).unwrap();
        assert!((found - far).abs() < 10 && pairs == 3, "{found} {pairs}");
        assert_eq!(sure, Some(Confidence::Likely));
        assert_eq!(ahead(&events[..1], &[1000], false).unwrap().2, None);
    }

    #[test]
    fn a_cycle_that_fits_itself_gives_no_offset() {
        let hours: Vec<i64> = (0..3).map(|n| 1000 + n * 28_800).collect();
        let events: Vec<(What, i64)> = hours.iter().take(2).map(|at| (What::Request, at + 12_345)).collect();
        assert_eq!(ahead(&events, &hours, false), None);
    }
}
