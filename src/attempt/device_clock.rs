//! DeviceEvents, Attempts → Offset: the difference between the device's clock, as it writes it, and the capture's.
//!
//! Time zones are names that an administrator configured, years are left out, and the clock itself may be wrong. But
//! the device writes a line when it begins a request and when one has failed, and the capture shows both times. Each
//! such pair bounds the offset; the offset that most pairs allow is taken, if there is only one. No offset at all is
//! preferred, then one that a zone can be, then any other, which needs more pairs to be believed.
//!
//! The offset of a device's clock: every line about a request, a failure or a success may belong to any attempt, within
//! a stretch of time around it (a request up to 10 s before the first frame, a failure up to a minute after the last).
//! Each such pair allows an interval of offsets; the offset that most lines allow is taken, if there is only one. No
//! offset is preferred, then one that a zone can be; any other needs three pairs to be likely, or two if the stamps are
//! known to be UTC. Each form of stamp has its own offset (a zone's name proves nothing), unless one offset explains
//! all. A cycle of eight hours that fits itself gives none. An offset that cannot be a zone is the clock's error.

mod beside;

use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::walk::Side;
use crate::device::{DeviceEvent, DeviceLog, Form, JoinReason, Reason, What};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
/// Zones differ by quarters of an hour, from 12 hours behind UTC to 14 ahead of it.
const QUARTER: i64 = 15 * MINUTE;
pub(super) const FARTHEST_ZONE: i64 = 14 * 60 * MINUTE;

/// The device asks for the name and the route before its first packet, and writes the request before that.
const BEFORE_REQUEST: i64 = 10 * SECOND;
/// The delay of a line about something that is over: the agent waits for its own timers, and syslog is sent late.
const AFTER_END: i64 = 60 * SECOND;
/// The tolerance for stamps without fractions and other imprecision.
const SLACK: i64 = 2 * SECOND;

/// The number of events and attempts compared: more would not change the result, and each event is compared with each
/// attempt.
const MAX_COMPARED: usize = 100;

/// The number of controllers that a log is compared with. A pair and its neighbours are a handful; a capture with more
/// is a data centre's.
const MAX_DEVICES: usize = 16;

/// The offset of one form of stamps in one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    /// The number of the log, counted from 0.
    pub log: usize,
    /// The form of the stamps.
    pub form: Form,
    /// The device that wrote the log; `None` if unknown.
    pub device: Option<IpAddr>,
    /// Nanoseconds by which the written time is ahead of the capture.
    pub ahead: i64,
    /// The tolerance of `ahead`, in nanoseconds.
    pub give: i64,
    /// Events that agree on it; 0: assumed.
    pub pairs: usize,
    /// The confidence in it.
    pub certainty: Confidence,
    /// The stamps are known to be UTC, so the offset is the clock's own error.
    pub is_utc: bool,
}

impl Offset {
    /// The part that can only be an error of the clock, not a zone, in nanoseconds.
    #[must_use]
    pub fn error(&self) -> i64 {
        if self.is_utc || self.ahead.abs() > FARTHEST_ZONE + QUARTER {
            return self.ahead;
        }
        let rest = self.ahead.rem_euclid(QUARTER);
        if rest > QUARTER / 2 { rest - QUARTER } else { rest }
    }

    /// The time of a stamp by the capture's clock.
    #[must_use]
    pub fn time_of(&self, written: Timestamp) -> Timestamp {
        Timestamp(written.0.saturating_sub(self.ahead))
    }
}

/// The times of an attempt that the clock needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) begin: Timestamp,
    pub(super) end: Timestamp,
    /// The service answered, as far as the capture shows.
    pub(super) went_through: bool,
}

impl Span {
    pub(super) fn of(attempt: &Attempt<'_>) -> Self {
        let begin = attempt.first().time;
        let connections = attempt.connections.iter().map(|connection| connection.last.time);
        let lookups = attempt.lookups.iter().flat_map(|lookup| {
            let answer = lookup.answer.as_ref().map(|answer| answer.time);
            lookup.questions.iter().map(|question| question.time).chain(answer)
        });
        Self {
            begin,
            end: connections.chain(lookups).max().unwrap_or(begin).max(begin),
            went_through: went_through(attempt),
        }
    }
}

/// True if the service answered: encrypted data both ways, or a good HTTP status, and neither side aborted.
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

/// True if a line tells of an answer, which may have been of no use: only a successful exchange brings one.
pub(super) const fn follows_answer(what: What) -> bool {
    matches!(
        what,
        What::TrustInstalled
            | What::CommunicationRestored
            | What::Answer(_)
            | What::TrustFailed
            | What::RegistrationFailed
            | What::OnPremTooOld
    )
}

/// The stretch of time around an attempt in which an event must lie; `None` if the event says nothing about an
/// attempt's time.
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
        What::CommunicationFailed(Reason::HttpStatus(_) | Reason::EmptyAnswer) if span.went_through => {
            Some((begin - SLACK, after))
        }
        what if follows_answer(what) && span.went_through => Some((begin - SLACK, after)),
        // Only an access point that got this far can be refused.
        What::JoinFailed(JoinReason::NotAuthorised) => Some((begin - SLACK, after)),
        What::JoinFailed(_) if !span.went_through => Some((begin - SLACK, after)),
        What::Joined if span.went_through => Some((begin - SLACK, after)),
        _ => None,
    }
}

/// An offset and its support.
#[derive(Clone, Copy, Debug)]
struct Solution {
    ahead: i64,
    /// All offsets from `from` to `to` fit equally well.
    from: i64,
    to: i64,
    /// The number of events that it explains, and of attempts that they are about.
    pairs: usize,
    attempts: usize,
    kind: Kind,
}

/// The kind of an offset, the most ordinary first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    None,
    Zone,
    Clock,
}

/// The offsets that would put one event beside an attempt, and that attempt.
type Allowed = Vec<(i64, i64, usize)>;

/// The support for an offset.
fn support(allowed: &[Allowed], ahead: i64, kind: Kind) -> Solution {
    let mut solution = Solution {
        ahead,
        from: i64::MIN,
        to: i64::MAX,
        pairs: 0,
        attempts: 0,
        kind,
    };
    let mut attempts: Vec<usize> = Vec::new();
    for event in allowed {
        let fits = event.iter().find(|(from, to, _)| (*from..=*to).contains(&ahead));
        if let Some(&(from, to, attempt)) = fits {
            solution.pairs += 1;
            solution.from = solution.from.max(from);
            solution.to = solution.to.min(to);
            attempts.push(attempt);
        }
    }
    attempts.sort_unstable();
    attempts.dedup();
    solution.attempts = attempts.len();
    solution
}

/// The whole hour that most events allow, else the half or the quarter; `None` if two fit equally well.
fn zone(allowed: &[Allowed]) -> Option<Solution> {
    for step in [4 * QUARTER, 2 * QUARTER, QUARTER] {
        let most = FARTHEST_ZONE / step;
        let mut zones: Vec<Solution> = (-most..=most)
            .filter(|&count| count != 0)
            .map(|count| support(allowed, count * step, Kind::Zone))
            .filter(|solution| solution.pairs > 0)
            .collect();
        zones.sort_by_key(|solution| std::cmp::Reverse(solution.pairs));
        match zones.as_slice() {
            [] => {}
            [one] => return Some(*one),
            [one, other, ..] => return (one.pairs > other.pairs).then_some(*one),
        }
    }
    None
}

/// The offset that most events allow, whatever it is; `None` if two fit equally well.
fn any_offset(allowed: &[Allowed]) -> Option<Solution> {
    let mut edges: Vec<(i64, i32)> = Vec::new();
    for event in allowed {
        // An event counts once, to however many attempts it may belong.
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for &(from, to, _) in event {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        edges.extend(merged.iter().flat_map(|&(from, to)| [(from, -1), (to, 1)]));
    }
    // At the same place, beginnings come before ends.
    edges.sort_unstable();
    let (mut now, mut most, mut since) = (0_usize, 0_usize, None);
    let mut best: Vec<i64> = Vec::new();
    for (at, edge) in edges {
        if edge < 0 {
            now += 1;
            since = Some(at);
            continue;
        }
        if let Some(from) = since.take()
            && now >= most
        {
            if now > most {
                best.clear();
            }
            most = now;
            best.push(from / 2 + at / 2);
        }
        now = now.saturating_sub(1);
    }
    match best.as_slice() {
        [one] => Some(support(allowed, *one, Kind::Clock)),
        _ => None,
    }
}

/// The offsets that would put each event beside an attempt.
fn allowed(events: &[(&DeviceEvent, Timestamp)], spans: &[Span]) -> Vec<Allowed> {
    events
        .iter()
        .map(|(event, written)| {
            let windows = spans.iter().enumerate().filter_map(|(at, &span)| {
                let (from, to) = window(event.what, event.form, span)?;
                Some((written.0.saturating_sub(to), written.0.saturating_sub(from), at))
            });
            let mut windows: Allowed = windows.collect();
            windows.sort_unstable();
            windows
        })
        .collect()
}

/// The offset that explains most of the events. A more ordinary one is believed unless another explains twice as many:
/// a long log holds many lines, and some would fit a short capture at any offset.
fn solve(events: &[(&DeviceEvent, Timestamp)], spans: &[Span], is_utc: bool) -> Option<Solution> {
    let allowed = allowed(events, spans);
    let none = support(&allowed, 0, Kind::None);
    let zone = if is_utc { None } else { zone(&allowed) };
    let other = any_offset(&allowed);
    let pairs = |solution: &Option<Solution>| solution.map_or(0, |it| it.pairs);
    if none.pairs > 0 && none.pairs * 2 > pairs(&zone).max(pairs(&other)) {
        return Some(none);
    }
    if pairs(&zone) > 0 && pairs(&zone) * 2 > pairs(&other) {
        return zone;
    }
    other
}

/// The confidence in an offset; `None` if there is too little evidence for it.
fn certainty(solution: Solution, is_utc: bool) -> Option<Confidence> {
    let Solution { pairs, attempts, .. } = solution;
    match solution.kind {
        Kind::None | Kind::Zone if pairs >= 3 && attempts >= 2 => Some(Confidence::Certain),
        Kind::None if pairs >= 1 => Some(Confidence::Likely),
        Kind::Zone if pairs >= 2 => Some(Confidence::Likely),
        Kind::Zone if pairs >= 1 => Some(Confidence::Possible),
        // One burst of lines fits one attempt at some offset; two attempts at the same distance do not by chance.
        Kind::Clock if pairs >= 3 && attempts >= 2 => Some(Confidence::Likely),
        Kind::Clock if pairs >= 2 && (is_utc || attempts >= 2) => Some(Confidence::Possible),
        _ => None,
    }
}

/// The offsets of every log beside the attempts of licensing, by form of stamp.
#[must_use]
pub fn offsets(logs: &[DeviceLog], attempts: &[Attempt<'_>]) -> Vec<Offset> {
    let mut devices: Vec<IpAddr> = attempts.iter().filter(|it| it.licensing).map(|it| it.device).collect();
    devices.sort_unstable();
    devices.dedup();
    let mut all = Vec::new();
    for (at, log) in logs.iter().enumerate() {
        let mut found: Vec<(usize, Vec<Offset>)> = devices
            .iter()
            .take(MAX_DEVICES)
            .map(|&device| {
                let offsets = beside::of_device(at, log, device, attempts);
                (offsets.iter().map(|offset| offset.pairs).sum(), offsets)
            })
            .collect();
        found.sort_by_key(|(pairs, _)| std::cmp::Reverse(*pairs));
        let is_one = devices.len() == 1;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            // If the log fits two controllers equally well, it is assigned to neither.
            (Some((pairs, _)), Some((same, _))) if pairs == same => {}
            (Some((pairs, offsets)), _) if pairs > 0 || is_one => all.extend(offsets),
            _ => {}
        }
    }
    all
}

/// The offsets of every log about access points, compared with all attempts to join: a controller's log covers many
/// access points, and an access point's log its controllers.
#[must_use]
pub fn offsets_of_joins(logs: &[DeviceLog], attempts: &[Attempt<'_>]) -> Vec<Offset> {
    let mut all = Vec::new();
    for (at, log) in logs.iter().enumerate() {
        if log.events.iter().any(|event| event.what.is_of_join()) {
            all.extend(beside::of_joins(at, log, attempts));
        }
    }
    all
}

/// `3 days`, `3 h 41 min`, `5 seconds`.
pub(crate) fn span(ns: i64) -> Phrase {
    let seconds = ns / 1_000_000_000;
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600);
    match seconds {
        172_800.. => phrase("span-days").with("count", seconds / 86_400),
        3600.. if minutes == 0 => phrase("span-hours").with("count", hours),
        3600.. => phrase("device-span").with("hours", hours).with("minutes", minutes),
        120.. => phrase("span-minutes").with("count", seconds / 60),
        _ => phrase("span-seconds").with("count", seconds),
    }
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
        let solution = solve(&events, &spans(begins), is_utc)?;
        Some((solution.ahead / SECOND, solution.pairs, certainty(solution, is_utc)))
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
        // If the stamps are UTC, no zone can explain the offset.
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
    fn a_burst_elsewhere_in_a_long_log_moves_no_clock() {
        // Weeks of failures: within the span of one attempt, many a burst would fit at some offset.
        let burst = (0..5).map(|n| (FAILED, 900_000 + n * 7));
        let lone = (0..40).map(|n| (FAILED, 20_000 * n + 3));
        let events: Vec<(What, i64)> = burst.chain(lone).collect();
        let sure = ahead(&events, &[1_700_000], false).and_then(|it| it.2);
        assert!(sure < Some(Confidence::Likely), "{sure:?}");
    }

    #[test]
    fn a_cycle_that_fits_itself_gives_no_offset() {
        let hours: Vec<i64> = (0..3).map(|n| 1000 + n * 28_800).collect();
        let events: Vec<(What, i64)> = hours.iter().take(2).map(|at| (What::Request, at + 12_345)).collect();
        assert_eq!(ahead(&events, &hours, false), None);
    }
}
