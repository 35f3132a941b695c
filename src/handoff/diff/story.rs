//! Report, Report → Comparison: the first step at which two attempts differ, and the outcome of each.

use super::{Comparison, Difference, StepPair, StepTime, culprit};
use crate::base::frame::Timestamp;
use crate::base::phrase::{Language, Phrase, phrase};
use crate::report::step_name;
use crate::report::{Attempt, Connection, Report, Step};

/// The informative steps: without acknowledgements of the handshake and repeated data.
fn telling(connection: &Connection) -> Vec<&Step> {
    let mut steps: Vec<&Step> = Vec::new();
    for step in &connection.steps {
        let again = steps
            .last()
            .is_some_and(|it| (it.kind, it.side) == (step.kind, step.side));
        let means_little = matches!(step.kind, "ack" | "new-session-ticket");
        if !(means_little || again && step.kind == "application-data") {
            steps.push(step);
        }
    }
    steps
}

/// Compares the worst attempt of one report with the best of the other; `None` if one of them has none.
pub(super) fn compare(comparison: &mut Comparison, first: &Report, second: &Report, language: Language) -> Option<()> {
    comparison.kind = "two-stories";
    let say = |phrase: Phrase| phrase.in_language(language);
    let (one, other) = (telltale(first)?, telltale(second)?);
    let name = |attempt: &Attempt| format!("{} → {}", attempt.device, attempt.name);
    comparison.head.push(say(phrase("diff-two-stories")
        .with("first", name(one))
        .with("second", name(other))));
    let (walk, other_walk) = (connection(first, one), connection(second, other));
    let (steps, other_steps) = (
        walk.map(telling).unwrap_or_default(),
        other_walk.map(telling).unwrap_or_default(),
    );
    comparison.steps = beside(&steps, &other_steps);
    let same = steps
        .iter()
        .zip(&other_steps)
        .take_while(|(one, other)| (one.kind, one.side) == (other.kind, other.side) && told(one) == told(other))
        .count();
    let (here, there) = (steps.get(same), other_steps.get(same));
    if here.is_some() || there.is_some() {
        let before = same.checked_sub(1).and_then(|at| steps.get(at));
        let parts = phrase("diff-parts")
            .with("count", same)
            .with(
                "before",
                before.map_or_else(|| "-".to_owned(), |step| step_name(step.kind, language)),
            )
            .with("first", named(here, language))
            .with("second", named(there, language));
        comparison.differences.push(Difference {
            id: "parts",
            text: say(parts),
            first: here.map(|step| step.frame).into_iter().collect(),
            second: there.map(|step| step.frame).into_iter().collect(),
        });
    }
    if one.verdict.id != other.verdict.id {
        let evidence = |attempt: &Attempt| attempt.verdict.evidence.iter().map(|it| it.frame).collect();
        let verdict = phrase("diff-verdict")
            .with("first", one.verdict.summary.as_str())
            .with("second", other.verdict.summary.as_str());
        comparison.differences.push(Difference {
            id: "verdict",
            text: say(verdict),
            first: evidence(one),
            second: evidence(other),
        });
    }
    culprit::compare(comparison, (first, one), (second, other), language);
    Some(())
}

/// A step by its name, sender, details and frame.
fn named(step: Option<&&Step>, language: Language) -> Phrase {
    let Some(step) = step else {
        return phrase("diff-no-step");
    };
    let id = if step.detail.is_some() {
        "diff-step-detail"
    } else {
        "diff-step"
    };
    phrase(id)
        .with("step", step_name(step.kind, language))
        .with("side", step.side)
        .with("detail", step.detail.as_deref().unwrap_or_default())
        .with("frame", step.frame)
}

/// The steps of two walks side by side, each with its time since the walk began; a step that the other walk lacks
/// stands alone.
fn beside(steps: &[&Step], others: &[&Step]) -> Vec<StepPair> {
    let nanoseconds = |step: &Step| step.time.parse::<Timestamp>().ok();
    let times = |steps: &[&Step]| -> Vec<StepTime> {
        let begin = steps.first().and_then(|it| nanoseconds(it));
        let since = |step: &Step| Some(nanoseconds(step)?.since(begin?) as f64 / 1e9);
        let times = steps.iter().map(|step| StepTime {
            frame: step.frame,
            seconds: since(step),
        });
        times.collect()
    };
    let (here, there) = (times(steps), times(others));
    let mut pairs = Vec::new();
    let mut at = 0;
    for (step, time) in steps.iter().zip(here) {
        let is_it = |it: &&Step| (it.kind, it.side) == (step.kind, step.side);
        let ahead = others.iter().skip(at).position(is_it);
        // The steps that the other walk has in between come first.
        let found = ahead.map(|ahead| at.saturating_add(ahead));
        for skipped in at..found.unwrap_or(at) {
            pairs.extend(pair(others.get(skipped).copied(), None, there.get(skipped).copied()));
        }
        pairs.extend(pair(
            Some(step),
            Some(time),
            found.and_then(|it| there.get(it).copied()),
        ));
        at = found.map_or(at, |it| it.saturating_add(1));
    }
    for rest in at..others.len() {
        pairs.extend(pair(others.get(rest).copied(), None, there.get(rest).copied()));
    }
    pairs
}

fn pair(step: Option<&Step>, first: Option<StepTime>, second: Option<StepTime>) -> Option<StepPair> {
    step.map(|step| StepPair {
        step: step.kind,
        side: step.side,
        first,
        second,
    })
}

/// The attempt that gave the report its verdict.
pub(super) fn telltale(report: &Report) -> Option<&Attempt> {
    let mut attempts = report.attempts.iter();
    attempts
        .find(|it| it.verdict.id == report.verdict.id)
        .or(report.attempts.first())
}

/// The connection that decided an attempt.
fn connection<'a>(report: &'a Report, attempt: &Attempt) -> Option<&'a Connection> {
    let id = attempt.connections.last()?;
    report.connections.iter().find(|it| it.id == *id)
}

/// Details that distinguish two steps of a kind: the content of an alert or an answer.
fn told(step: &Step) -> Option<&str> {
    let counts = matches!(step.kind, "alert" | "http-response" | "connect-response");
    step.detail.as_deref().filter(|_| counts)
}
