//! DeviceEvents → Attempt: the lines of a device's log that belong to each attempt.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::attempt::device_clock::{self, FARTHEST_ZONE, Offset, Span};
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::device::{DeviceEvent, DeviceLog, Form, JoinReason, Mark, What};

/// The number of lines kept per attempt. A failed attempt has two or three, with debugging some dozens.
const MAX_LINES: usize = 64;

/// The number of attempts compared with a line, the latest that had begun: an attempt lasts minutes, and a controller
/// makes a few an hour.
const MAX_LATER: usize = 256;

/// Time before the first packet and after the last in which an attempt's lines may be written.
pub(crate) const BEFORE: i64 = 15_000_000_000;
pub(crate) const AFTER: i64 = 75_000_000_000;

/// A line of a device that is about an attempt.
#[derive(Clone, Copy, Debug)]
pub struct Testimony<'a> {
    /// The log that contains it.
    pub log: &'a DeviceLog,
    /// The event on that line.
    pub event: &'a DeviceEvent,
    /// The time of the event, by the capture's clock.
    pub time: Timestamp,
    /// The confidence in that time.
    pub certainty: Confidence,
}

impl Testimony<'_> {
    /// The meaning of the line for an attempt: for access points, an invalid certificate is one of theirs or of their
    /// controller.
    #[must_use]
    pub fn what(&self, attempt: &Attempt<'_>) -> What {
        match self.event.what {
            What::CertificateInvalid if attempt.is_join() && self.event.text.raw().contains("EXPIRED") => {
                What::JoinFailed(JoinReason::CertificateDates)
            }
            What::CertificateInvalid if attempt.is_join() => What::JoinFailed(JoinReason::CertificateRefused),
            what => what,
        }
    }
}

/// Gives every attempt its lines; returns the offsets of the clocks.
pub fn assign<'a>(logs: &'a [DeviceLog], attempts: &mut [Attempt<'a>]) -> Vec<Offset> {
    if logs.is_empty() {
        return Vec::new();
    }
    let of_joins = assign_joins(logs, attempts);
    let offsets = device_clock::offsets(logs, attempts);
    assign_licensing(logs, attempts, &offsets);
    for attempt in attempts {
        attempt.testimonies.sort_by_key(|it| it.time);
    }
    // A log about access points only is compared with their attempts.
    let is_new = |it: &Offset| !offsets.iter().any(|known| (known.log, known.form) == (it.log, it.form));
    let more: Vec<Offset> = of_joins.into_iter().filter(is_new).collect();
    offsets.into_iter().chain(more).collect()
}

/// Gives every attempt of licensing its lines.
fn assign_licensing<'a>(logs: &'a [DeviceLog], attempts: &mut [Attempt<'a>], offsets: &[Offset]) {
    let mut spans: Vec<(Span, IpAddr, usize)> = attempts
        .iter()
        .enumerate()
        .filter(|(_, attempt)| attempt.licensing)
        .map(|(at, attempt)| (Span::of(attempt), attempt.device, at))
        .collect();
    spans.sort_by_key(|(span, _, _)| span.begin);
    let Some(around) = spans.first().map(|(span, _, _)| span.begin) else {
        return;
    };
    let offsets_of = |at: usize| -> Vec<&Offset> { offsets.iter().filter(|it| it.log == at).collect() };
    for (at, log) in logs.iter().enumerate() {
        for event in &log.events {
            let Some(offset) = offsets.iter().find(|it| (it.log, it.form) == (at, event.form)) else {
                continue;
            };
            // The stamp beside it belongs to a second line about the same event; lines about access points are not
            // about licensing.
            if event.form == Form::Epoch || event.what.is_of_join() {
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
                    let differs = if device_clock::follows_answer(event.what) {
                        !span.went_through
                    } else {
                        event.what.is_failure() && span.went_through
                    };
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
        assign_last_failure(log, &offsets_of(at), &spans, attempts);
    }
}

/// Gives the latest attempt the failure that a log ends with, if the line belongs to no attempt by its time. Where nothing confirms
/// the log's clock, the line may be about that attempt, and a line written later is about one that this capture does not hold.
/// Only an attempt that succeeds after the line, by a clock that is confirmed, shows that the failure is over. A line farther away than
/// any time zone explains is of another day, unless the device says that its clock is not set.
fn assign_last_failure<'a>(
    log: &'a DeviceLog,
    offsets: &[&Offset],
    spans: &[(Span, IpAddr, usize)],
    attempts: &mut [Attempt<'a>],
) {
    let Some(around) = spans.first().map(|(span, _, _)| span.begin) else {
        return;
    };
    let dated = log.events.iter().filter_map(|event| {
        let offset = offsets.iter().find(|it| it.form == event.form)?;
        let time = offset.time_of(device_clock::written(event, around)?);
        Some((event, *offset, time))
    });
    let last = dated
        .filter(|(event, _, _)| event.form != Form::Epoch && (is_of_licensing(event.what) || event.what.is_success()))
        .max_by_key(|(_, _, time)| *time);
    let Some((event, offset, time)) = last.filter(|(event, _, _)| event.what.is_failure()) else {
        return;
    };
    let is_assigned = |it: &Testimony<'_>| std::ptr::eq(it.event, event);
    if attempts
        .iter()
        .flat_map(|attempt| &attempt.testimonies)
        .any(is_assigned)
    {
        return;
    }
    let mut own = spans
        .iter()
        .filter(|(_, device, _)| offset.device.is_none_or(|it| it == *device));
    let Some((span, _, index)) = own.next_back() else {
        return;
    };
    let is_over = offset.pairs > 0 && time < span.begin;
    let is_near = span.begin.since(time).abs() <= FARTHEST_ZONE || log.mark == Mark::NotSet;
    if let Some(attempt) = attempts.get_mut(*index)
        && span.went_through
        && is_near
        && !is_over
        && attempt.testimonies.len() < MAX_LINES
    {
        attempt.testimonies.push(Testimony {
            log,
            event,
            time,
            certainty: Confidence::Possible,
        });
    }
}

/// True for failures of licensing itself: a certificate that was refused may be anybody's.
const fn is_of_licensing(what: What) -> bool {
    what.is_failure() && !matches!(what, What::CertificateInvalid | What::RevocationFailed)
}

/// Gives every attempt of an access point its lines, by their time and by the addresses that they name.
fn assign_joins<'a>(logs: &'a [DeviceLog], attempts: &mut [Attempt<'a>]) -> Vec<Offset> {
    let offsets = device_clock::offsets_of_joins(logs, attempts);
    let joins = attempts.iter().enumerate().filter(|(_, attempt)| attempt.is_join());
    let joins = Joins::of(joins.map(|(at, attempt)| Join::of(at, attempt)).collect());
    let Some(around) = joins.all.first().map(|join| join.span.begin) else {
        return offsets;
    };
    for (at, log) in logs.iter().enumerate() {
        let is_told = log.events.iter().any(|event| event.what.is_of_join());
        let events = log.events.iter().filter(|event| {
            event.what.is_of_join() || is_told && matches!(event.what, What::CertificateInvalid | What::ClockDoubtful)
        });
        for event in events {
            let named = addresses_in(event.text.raw());
            let time = device_clock::written(event, around).and_then(|written| {
                let offset = offsets.iter().find(|it| (it.log, it.form) == (at, event.form))?;
                Some((offset.time_of(written), offset.certainty))
            });
            let Some((attempt, (time, certainty))) = joins.about(&named, time, event.what) else {
                continue;
            };
            if let Some(attempt) = attempts.get_mut(attempt)
                && attempt.testimonies.len() < MAX_LINES
            {
                attempt.testimonies.push(Testimony {
                    log,
                    event,
                    time,
                    certainty,
                });
            }
        }
    }
    offsets
}

/// An attempt to join, with the facts that lines may mention.
#[derive(Clone)]
struct Join {
    at: usize,
    span: Span,
    device: IpAddr,
    controller: Option<IpAddr>,
}

impl Join {
    fn of(at: usize, attempt: &Attempt<'_>) -> Self {
        Self {
            at,
            span: Span::of(attempt),
            device: attempt.device,
            controller: attempt.connection().map(|connection| connection.server.ip),
        }
    }
}

/// Attempts to join, found by their device and their time: a log of a site holds thousands of lines about thousands of them.
struct Joins {
    all: Vec<Join>,
    /// All of them, and those of each device, in order of their beginnings.
    in_order: Vec<usize>,
    of_device: HashMap<IpAddr, Vec<usize>>,
    longest: i64,
}

impl Joins {
    fn of(all: Vec<Join>) -> Self {
        let mut in_order: Vec<usize> = (0..all.len()).collect();
        in_order.sort_by_key(|&at| all.get(at).map(|it| it.span.begin));
        let mut of_device: HashMap<IpAddr, Vec<usize>> = HashMap::new();
        for &at in &in_order {
            if let Some(join) = all.get(at) {
                of_device.entry(join.device).or_default().push(at);
            }
        }
        let longest = all.iter().map(|it| it.span.end.since(it.span.begin)).max();
        Self {
            all,
            in_order,
            of_device,
            longest: longest.unwrap_or_default(),
        }
    }

    /// Those of a list that had begun soon after a time, and may not have ended long before it.
    fn near<'j>(&'j self, list: &'j [usize], time: Timestamp) -> impl Iterator<Item = &'j Join> {
        let begin = move |at: &usize| self.all.get(*at).map(|it| it.span.begin.since(time));
        let oldest = -AFTER.saturating_add(self.longest);
        let first = list.partition_point(|at| begin(at) < Some(oldest));
        let rest = list.get(first..).unwrap_or_default().iter();
        rest.take_while(move |at| begin(at) <= Some(BEFORE))
            .filter_map(|at| self.all.get(*at))
    }

    /// The attempt that a line is about: of those whose addresses it names, or of all where it names none, the nearest in time. A
    /// line without a time is about the last attempt of the access point that it names, and that is a guess. Where several access
    /// points try at once, a line that names none of them is nobody's.
    fn about(
        &self,
        named: &[IpAddr],
        time: Option<(Timestamp, Confidence)>,
        what: What,
    ) -> Option<(usize, (Timestamp, Confidence))> {
        let of_named = || named.iter().filter_map(|ip| self.of_device.get(ip));
        let is_of_device = of_named().next().is_some();
        let Some((time, certainty)) = time else {
            let last = self.all.get(of_named().flatten().copied().max()?)?;
            return Some((last.at, (last.span.end, Confidence::Possible)));
        };
        let is_to = |join: &Join| named.is_empty() || join.controller.is_some_and(|it| named.contains(&it));
        let mut candidates: Vec<&Join> = match is_of_device {
            true => of_named().flat_map(|list| self.near(list, time)).collect(),
            false => self.near(&self.in_order, time).filter(|it| is_to(it)).collect(),
        };
        candidates.sort_by_key(|join| join.at);
        let mut near: Vec<(bool, i64, &Join)> = candidates
            .into_iter()
            .filter_map(|join| {
                let early = join.span.begin.since(time).max(0);
                let late = time.since(join.span.end).max(0);
                let went = join.span.went_through;
                let differs = matches!(what, What::JoinFailed(_)) && went || what == What::Joined && !went;
                (early <= BEFORE && late <= AFTER).then_some((differs, early + late, join))
            })
            .collect();
        near.sort_by_key(|(differs, distance, _)| (*differs, *distance));
        let (_, _, nearest) = near.first()?;
        let is_one = near.iter().all(|(_, _, join)| join.device == nearest.device);
        (is_of_device || is_one).then_some((nearest.at, (time, certainty)))
    }
}

/// The addresses that a line names.
fn addresses_in(text: &str) -> Vec<IpAddr> {
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.len() > 6);
    let address = |word: &str| {
        let word = word.trim_matches(['.', ':']);
        // `192.0.2.5:5246`
        let of_v4 = || word.split_once(':').and_then(|(host, _)| host.parse().ok());
        word.parse().ok().or_else(of_v4)
    };
    words.filter_map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(at: usize, device: u8, begin: i64, went_through: bool) -> Join {
        Join {
            at,
            span: Span {
                begin: Timestamp::from_seconds(begin),
                end: Timestamp::from_seconds(begin + 5),
                went_through,
            },
            device: [10, 0, 0, device].into(),
            controller: Some([10, 0, 1, 1].into()),
        }
    }

    fn about(joins: &[Join], text: &str, time: Option<i64>) -> Option<usize> {
        let joins = Joins::of(joins.to_vec());
        let time = time.map(|time| (Timestamp::from_seconds(time), Confidence::Likely));
        let what = What::JoinFailed(JoinReason::Unspecified);
        joins.about(&addresses_in(text), time, what).map(|(at, _)| at)
    }

    #[test]
    fn addresses_are_found_with_and_without_a_port() {
        let found = addresses_in("Alert to 192.0.2.5:5246, peer 2001:db8::1 (mac 00a1.b2c3.d4e5) at 05:00:00.1");
        assert_eq!(
            found,
            ["192.0.2.5", "2001:db8::1"].map(|it| it.parse::<IpAddr>().unwrap())
        );
    }

    #[test]
    fn a_line_is_about_the_access_point_that_it_names() {
        let joins = [join(0, 1, 100, false), join(1, 2, 100, false)];
        assert_eq!(about(&joins, "peer 10.0.0.2 failed", Some(106)), Some(1));
        // Both try at once, and the line names neither, or a third host.
        assert_eq!(about(&joins, "handshake with 10.0.1.1 failed", Some(106)), None);
        assert_eq!(about(&joins, "peer 10.0.0.9 failed", Some(106)), None);
        assert_eq!(about(&joins[..1], "handshake with 10.0.1.1 failed", Some(106)), Some(0));
        assert_eq!(about(&joins[..1], "handshake failed", Some(106)), Some(0));
        assert_eq!(about(&joins[..1], "handshake failed", Some(400)), None);
        // A table has no time.
        assert_eq!(about(&joins, "AP-3 10.0.0.2 Not Joined", None), Some(1));
        assert_eq!(about(&joins, "AP-3 Not Joined", None), None);
    }

    #[test]
    fn a_failure_is_rather_about_a_try_that_failed() {
        let joins = [join(0, 1, 100, false), join(1, 1, 110, true)];
        assert_eq!(about(&joins, "peer 10.0.0.1 failed", Some(112)), Some(0));
    }
}
