//! Courses, Pauses → their public form: several tries as one story, and the rhythm they show.

use crate::base::frame::FrameAt;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use super::{Attempt, Baseline, Cadence, Controller, Course, Place, Try};
use crate::attempt;
use crate::base::phrase::{Phrase, phrase};
use crate::judge::cadence::{self, Pause, Rhythm};
use crate::judge::context::Context;
use crate::judge::course::{self, Kind};
use crate::judge::divergence;
use crate::judge::verdict::Verdict;
use crate::profile::Transport;
use crate::report::KnownBy;

/// Every course of more than one try, and the conclusions from the rhythm of the tries.
pub(super) fn courses(
    attempts: &[attempt::Attempt<'_>],
    verdicts: &[Verdict],
    context: &Context<'_>,
) -> (Vec<Course>, Option<Cadence>) {
    let usual = context.options.profile.cadence.as_ref();
    let mut shown = Vec::new();
    let mut pauses = Vec::new();
    for course in course::courses(attempts, verdicts, context.watched.lookups) {
        if course.tries.len() < 2 {
            continue;
        }
        let own = cadence::pauses(&course, attempts, verdicts, usual);
        shown.push(course_of(shown.len() + 1, &course, &own, attempts, verdicts, context));
        pauses.extend(own);
    }
    let nobody = attempts.iter().all(|it| it.service.transport == Transport::Other);
    let is_telling = !context.options.profile.everything && (nobody || !shown.is_empty());
    let cadence = is_telling.then(|| cadence_of(&pauses, attempts, context));
    (shown, cadence)
}

/// Gives each attempt its place.
pub(super) fn place(courses: &[Course], attempts: &mut [Attempt]) {
    for course in courses {
        for (at, one) in course.tries.iter().enumerate() {
            // Not every attempt is listed.
            let place = attempts.binary_search_by_key(&one.attempt, |attempt| attempt.id);
            if let Some(attempt) = place.ok().and_then(|at| attempts.get_mut(at)) {
                attempt.course = Some(Place {
                    id: course.id,
                    kind: course.kind,
                    number: at + 1,
                    of: course.tries.len(),
                });
            }
        }
    }
}

fn course_of(
    id: usize,
    course: &course::Course,
    pauses: &[Pause],
    attempts: &[attempt::Attempt<'_>],
    verdicts: &[Verdict],
    context: &Context<'_>,
) -> Course {
    let tries = course.tries.iter().enumerate().filter_map(|(number, &at)| {
        let (attempt, cause) = (attempts.get(at)?, verdicts.get(at)?.cause()?);
        let pause = number.checked_sub(1).and_then(|before| pauses.get(before));
        let FrameAt { frame, time } = attempt.first();
        Some(Try {
            attempt: at + 1,
            verdict: cause.id,
            severity: cause.severity,
            frame: frame.0,
            time: time.to_string(),
            pause: pause.map(|it| it.nanoseconds as f64 / 1e9),
            rhythm: pause.and_then(|it| it.rhythm),
        })
    });
    Course {
        id,
        device: course.device.to_string(),
        name: crate::base::wire_text::WireText::from(course.name.as_str()).to_string(),
        kind: course.kind,
        summary: summary(course, verdicts).told(context.options.voice()),
        failed: course.failed,
        worked: course.worked,
        tries: tries.collect(),
    }
}

/// Where a failed attempt leaves the successful walk.
pub(super) fn baseline_of(
    attempt: &attempt::Attempt<'_>,
    verdict: &Verdict,
    context: &Context<'_>,
) -> Option<Baseline> {
    let divergence = divergence::divergence(attempt, verdict, &context.options.profile)?;
    let (good, expected) = (divergence.baseline, divergence.expected);
    let consequence = phrase(match expected.phase {
        1 => "baseline-not-connected",
        2 => "baseline-not-secured",
        _ => "baseline-not-answered",
    });
    Some(Baseline {
        id: good.id.clone(),
        source: good.source.clone(),
        checked: good.checked.to_string(),
        phase: expected.phase,
        after: divergence.after.map(|(step, _)| step.kind.clone()),
        after_frame: divergence.after.map(|(_, frame)| frame.0),
        expected: expected.kind.clone(),
        by: expected.by.side().name(),
        consequence: consequence.told(context.options.voice()),
    })
}

/// The outcome of the tries, as a clause.
fn summary(course: &course::Course, verdicts: &[Verdict]) -> Phrase {
    let kinds: BTreeSet<&str> = course
        .tries
        .iter()
        .filter_map(|&at| course::outcome(verdicts.get(at)?)?)
        .collect();
    let id = match course.kind {
        Kind::Once | Kind::Unclear => "course-unclear",
        Kind::Steady => "course-steady",
        Kind::Constant => "course-constant",
        Kind::Changing => "course-changing",
        Kind::Cured => "course-cured",
        Kind::Broke => "course-broke",
        Kind::Flapping => "course-flapping",
    };
    phrase(id)
        .with("tries", course.tries.len())
        .with("failed", course.failed)
        .with("worked", course.worked)
        .with("kinds", kinds.len())
}

fn cadence_of(pauses: &[Pause], attempts: &[attempt::Attempt<'_>], context: &Context<'_>) -> Cadence {
    let count = |rhythm| pauses.iter().filter(|pause| pause.rhythm == Some(rhythm)).count();
    let watched = context.watched;
    let mut known: Vec<(IpAddr, KnownBy)> = context.options.wlc.iter().map(|&ip| (ip, KnownBy::Option)).collect();
    known.extend(watched.controllers.iter().map(|(ip, _)| (ip, KnownBy::Capwap)));
    let licensing = attempts.iter().filter(|it| it.service.transport != Transport::Other);
    known.extend(licensing.map(|it| (it.device, KnownBy::Attempt)));
    let mut asked: HashMap<IpAddr, usize> = HashMap::new();
    for lookup in watched.lookups {
        *asked.entry(lookup.client).or_default() += 1;
    }
    let mut told = BTreeSet::new();
    known.retain(|&(ip, _)| told.insert(ip));
    let controllers = known.into_iter().map(|(address, because)| {
        let (seen, capwap) = (watched.hosts.of(address), watched.controllers.of(address));
        let lookups = asked.get(&address).copied().unwrap_or_default();
        let capwap_packets = capwap.map_or(0, |it| it.packets);
        Controller {
            address: address.to_string(),
            because,
            seen: seen.sent + seen.received + capwap_packets > 0 || lookups > 0,
            capwap_packets,
            segments_sent: seen.sent,
            segments_received: seen.received,
            opened: seen.opened,
            lookups,
        }
    });
    Cadence {
        watched: match (context.capture.first, context.capture.last) {
            (Some(first), Some(last)) => last.since(first) as f64 / 1e9,
            _ => 0.0,
        },
        report_every: context
            .options
            .profile
            .cadence
            .as_ref()
            .map(|usual| usual.report_seconds),
        reports: count(Rhythm::Report),
        retries: count(Rhythm::Retry),
        polls: count(Rhythm::Poll),
        controllers: controllers.collect(),
    }
}
