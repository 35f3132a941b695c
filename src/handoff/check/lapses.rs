//! Sentence → Claims on the time between two steps, or since the beginning of the capture, and their judgement.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Mark;
use super::claims::{Scope, Step, What};
use super::facts::Facts;
use super::judging::Judgement;
use super::lexicon::Event;
use super::measured::found;
use super::stepped::{matching, shown};
use super::tokens::{Placed, Token};

/// Links between two steps and the time between them, by what stands before, between and behind.
const AFTER: [&str; 5] = ["after the", "after", "after that", "behind the", "later than the"];

/// Reads the claim of a sentence, if it is one on a time between steps, with its place.
pub(super) fn read(plain: &str, tokens: &[Placed]) -> Option<What> {
    let mut lengths = tokens
        .iter()
        .enumerate()
        .filter(|(_, it)| matches!(it.token, Token::Seconds(_)));
    let (Some((at, length)), None) = (lengths.next(), lengths.next()) else {
        return None;
    };
    let Token::Seconds(seconds) = length.token else {
        return None;
    };
    if let Some((from, to)) = frames(plain, tokens) {
        return Some(What::LapseOfFrames { from, to, seconds });
    }
    let steps = steps(tokens);
    let (from, to) = match steps.as_slice() {
        [(_, step)] if at == 0 && is_label(plain, length) => (None, step.clone()),
        [first, second] => {
            let (one, other) = order(plain, tokens, length, first.0, second.0)?;
            // From the first SYN to the last: which ones, is not read here.
            if first.1.event == second.1.event {
                return None;
            }
            let of = |nth: usize| if nth == 0 { first.1.clone() } else { second.1.clone() };
            (Some(Box::new(of(one))), of(other))
        }
        _ => return None,
    };
    Some(What::Lapse {
        from,
        to: Box::new(to),
        seconds,
    })
}

/// `Frame 17 comes 22.1 seconds after frame 9.`, `フレーム 5 とフレーム 13 の間隔は 1.03 秒です`: the two frames, if only they
/// are what lies apart.
fn frames(plain: &str, tokens: &[Placed]) -> Option<(u64, u64)> {
    let is_step = |it: &Placed| {
        matches!(
            it.token,
            Token::Event(_) | Token::Alert(..) | Token::Word(super::lexicon::Word::Certificate)
        )
    };
    if tokens.iter().any(is_step) {
        return None;
    }
    let found = tokens.iter().filter_map(|it| match &it.token {
        Token::Frames(frames) => Some(frames),
        _ => None,
    });
    let (from, to) = match found.collect::<Vec<_>>().as_slice() {
        [both] => match both.list.as_slice() {
            [from, to] => (*from, *to),
            _ => return None,
        },
        [one, other] => match (one.list.as_slice(), other.list.as_slice()) {
            ([from], [to]) => (*from, *to),
            _ => return None,
        },
        _ => return None,
    };
    const APART: [&str; 9] = [
        "between",
        "gap",
        "interval",
        "apart",
        "after frame",
        "後に",
        "間隔",
        "時間差",
        "の間",
    ];
    APART.iter().any(|it| plain.contains(it)).then_some((from, to))
}

/// Judges the time between two frames, as far as the report has their times.
pub(super) fn of_frames(from: u64, to: u64, seconds: f64, facts: &Facts<'_>) -> Judgement {
    let time = |frame: u64| {
        let held = facts.at(frame);
        let (_, event) = held.first()?;
        Some((
            OffsetDateTime::parse(event.time, &Rfc3339).ok()?,
            (frame, shown(event).1),
        ))
    };
    let (Some((begin, first)), Some((end, last))) = (time(from), time(to)) else {
        return Judgement::open("check-why-unknown-frame");
    };
    let own = (end - begin).as_seconds_f64().abs();
    match same(seconds, own) {
        Some(true) => Judgement::new(Mark::True),
        Some(false) => Judgement::new(Mark::False).because(found(&format!("{own:.3}"))),
        None => Judgement::open("check-why-two-readings"),
    }
    .showing(vec![first, last])
}

/// The steps of a sentence, each with the frame right behind it.
fn steps(tokens: &[Placed]) -> Vec<(usize, Step)> {
    let mut found: Vec<(usize, Step)> = Vec::new();
    for (at, it) in tokens.iter().enumerate() {
        let event = match it.token {
            Token::Event(event) => event,
            Token::Word(super::lexicon::Word::Certificate) => Event::Step("certificate"),
            _ => continue,
        };
        let frames = tokens.iter().skip(at + 1).take(3).find_map(|it| match &it.token {
            Token::Frames(frames) => Some(frames.clone()),
            _ => None,
        });
        found.push((
            at,
            Step {
                frames,
                ..Step::of(event, None)
            },
        ));
    }
    found
}

/// `+0.754 s: Certificate`, `1.129 s ; TLS alert`: a time since the beginning.
fn is_label(plain: &str, length: &Placed) -> bool {
    let behind = plain.get(length.to..).unwrap_or_default().trim_start();
    let before = plain.get(..length.from).unwrap_or_default();
    behind.starts_with([':', ';']) && before.chars().all(|c| !c.is_alphanumeric())
}

/// Which of two steps is the earlier one according to the words: `0` and `1` for the first and the second that is named.
fn order(plain: &str, tokens: &[Placed], length: &Placed, first: usize, second: usize) -> Option<(usize, usize)> {
    let place = |at: usize| tokens.get(at).map(|it| (it.from, it.to));
    let ((first_from, first_to), (second_from, second_to)) = (place(first)?, place(second)?);
    let before = plain.get(..first_from)?;
    let between = plain.get(first_to..second_from)?;
    if before.contains("between") && (length.from > second_to || length.to < first_from) && between.contains("and") {
        return Some((0, 1));
    }
    let link = |from: usize, to: usize| plain.get(from..to).map(str::trim).unwrap_or_default();
    // `B comes two seconds after A`
    if length.from > first_to && length.to <= second_from && AFTER.contains(&link(length.to, second_from)) {
        return Some((1, 0));
    }
    // `Two seconds after A, B comes`
    if length.to <= first_from && AFTER.contains(&link(length.to, first_from)) {
        return Some((0, 1));
    }
    // `A から B まで 2 秒`, `A → B: 42 ms`
    let leads = between.contains("から") && plain.get(second_to..length.from).is_some_and(|it| it.contains("まで"))
        || between.trim() == "→" && length.from > second_to;
    leads.then_some((0, 1))
}

/// How far a rounded time may be off, and what is surely another.
fn same(claimed: f64, own: f64) -> Option<bool> {
    let apart = (claimed - own).abs();
    match () {
        () if apart <= 0.0006 || apart <= own * 0.03 || apart <= 0.006 && claimed >= 0.01 => Some(true),
        () if claimed >= 1.0 && (claimed - claimed.round()).abs() < 0.001 && apart <= 0.6 => Some(true),
        () if apart > 0.02 && apart > own * 0.15 => Some(false),
        () => None,
    }
}

/// Judges the time between all steps that fit.
pub(super) fn judge(from: Option<&Step>, to: &Step, seconds: f64, scope: &Scope, facts: &Facts<'_>) -> Judgement {
    let time = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    let Some(connections) = facts.in_scope(scope) else {
        return Judgement::open("check-why-no-attempt");
    };
    let mut apart = Vec::new();
    let mut frames = Vec::new();
    for of in &connections {
        let ends: Vec<_> = matching(to, of);
        let begins: Vec<Option<OffsetDateTime>> = match from {
            Some(from) => matching(from, of).iter().map(|it| time(it.time)).collect(),
            None => {
                let first = of.events.first().map(|it| it.time);
                vec![
                    facts.report.capture.first.as_deref().and_then(time),
                    first.and_then(time),
                ]
            }
        };
        for end in &ends {
            let pairs = begins.iter().filter_map(|begin| Some(time(end.time)? - (*begin)?));
            apart.extend(pairs.map(time::Duration::as_seconds_f64));
            frames.push(shown(end));
        }
    }
    let marks: Vec<Option<bool>> = apart.iter().map(|own| same(seconds, own.abs())).collect();
    match apart.first() {
        _ if marks.contains(&Some(true)) => Judgement::new(Mark::True).showing(frames),
        Some(own) if marks.iter().all(|it| *it == Some(false)) && facts.report.capture.not_judged == 0 => {
            Judgement::new(Mark::False)
                .because(found(&format!("{own:.3}")))
                .showing(frames)
        }
        _ => Judgement::open("check-why-two-readings"),
    }
}
