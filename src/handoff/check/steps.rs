//! Clause → Claims on steps: who sent what in which frame, who answered, who ended it.

use super::claims::{Step, What, Who};
use super::lexicon::{Event, Word};
use super::reading::{Making, Role, side, who};
use super::tokens::{Frames, Moment, Token};
use crate::connection::step::Side;

/// A step that the clause names.
pub(super) struct Named {
    pub(super) at: usize,
    /// Where what is said of it ends.
    to: usize,
    pub(super) event: Event,
    alert: Option<u8>,
    number: Option<u64>,
    /// It is what was answered, and no claim of its own.
    pub(super) is_answered: bool,
}

/// What sends something.
const SENDING: &[Word] = &[
    Word::Send,
    Word::Close,
    Word::Reset,
    Word::End,
    Word::Reject,
    Word::Answer,
    Word::Fail,
];

/// What makes a claim of a step that is named.
const SAYING: &[Word] = &[
    Word::Send,
    Word::Receive,
    Word::See,
    Word::Hold,
    Word::Captured,
    Word::Close,
    Word::Reset,
    Word::End,
    Word::Reject,
    Word::Answer,
    Word::Fail,
];

/// Reads claims on steps.
pub(super) fn read(making: &mut Making<'_>) {
    let mut named = named(making);
    super::endings::answers(making, &mut named);
    let frames = frames_of(making, &named);
    let sent = making.clause.has_any(SAYING) || making.is_denied();
    for (place, it) in named.iter().enumerate() {
        let frames = frames.get(place).cloned().flatten();
        if it.is_answered {
            continue;
        }
        let Ok((by, is_told)) = agent(making, it) else { continue };
        take_party(making, by.as_ref());
        let is_alert = it.event == Event::Alert && (it.alert.is_some() || it.number.is_some());
        let names_alert = is_alert && making.clause.has(Word::Is);
        if frames.is_none() && !sent && !is_told && !names_alert && !has_time(making) {
            continue;
        }
        // `the handshake finished` is told of the handshake.
        if it.event == Event::Step("finished") && making.clause.has(Word::Handshake) && frames.is_none() {
            continue;
        }
        for at in it.at..it.to {
            making.take(at);
        }
        // `The first FIN comes from the client.`
        if let (Event::Step("fin"), Some(_), true) = (it.event, &by, making.clause.has(Word::First)) {
            let (by, how) = (by.clone(), super::claims::Ending::Fin);
            making.claim(it.at, What::Ended { how, by, first: true });
        }
        let step = Step {
            event: it.event,
            by,
            frames: frames.map(|(at, frames)| {
                making.take(at);
                frames
            }),
            alert: it.alert,
            number: it.number,
            fatal: making.clause.has(Word::Fatal) && it.event == Event::Alert,
            at: moment(making, named.len()),
            in_capture: making.clause.has_any(&[Word::Captured, Word::See, Word::Hold]),
        };
        making.claim(it.at, What::Step(step));
    }
    super::endings::endings(making, &named);
}

/// Whoever sent a step is no place that says which connection is meant.
fn take_party(making: &mut Making<'_>, by: Option<&Who>) {
    let Some(by @ (Who::At(..) | Who::Named(_))) = by else {
        return;
    };
    for at in 0..making.tokens.len() {
        if making.token(at).and_then(|it| who(it).ok().flatten()).as_ref() == Some(by) {
            making.take(at);
        }
    }
}

fn has_time(making: &Making<'_>) -> bool {
    let is_time = |it: &Token| matches!(it, Token::Moment(Moment { seconds: Some(_), .. }));
    making.tokens.iter().any(|it| is_time(&it.token))
}

/// The time of day that is said of the only step of a clause.
fn moment(making: &mut Making<'_>, steps: usize) -> Option<Moment> {
    let at = making
        .tokens
        .iter()
        .position(|it| matches!(it.token, Token::Moment(Moment { seconds: Some(_), .. })))?;
    if steps != 1 || making.used.contains(&making.tokens.get(at)?.from) {
        return None;
    }
    making.take(at);
    match making.token(at)? {
        Token::Moment(moment) => Some(*moment),
        _ => None,
    }
}

/// The steps that a clause names, in order.
#[allow(clippy::too_many_lines, reason = "one arm for each kind of token")]
fn named(making: &Making<'_>) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let has_alert = making.tokens.iter().any(|it| it.token == Token::Event(Event::Alert));
    let denial = making.tokens.iter().position(|it| super::clauses::is_denial(&it.token));
    // `no certificate`, and not `the certificate is no good`.
    let is_sent = |at: usize| {
        making.clause.has_any(&[Word::Send, Word::Receive, Word::See]) || denial.is_some_and(|denial| denial < at)
    };
    let has_frames = making.tokens.iter().any(|it| matches!(it.token, Token::Frames(_)));
    let says_more = making
        .claims
        .iter()
        .any(|(_, it)| matches!(it, What::Certificate { .. }));
    for (at, placed) in making.tokens.iter().enumerate() {
        match &placed.token {
            Token::Event(event) => {
                // The name of an alert may stand before the word.
                let known = found
                    .last_mut()
                    .filter(|it| *event == Event::Alert && it.event == Event::Alert && it.to == at);
                match known {
                    Some(known) => known.to = at + 1,
                    None => found.push(Named {
                        at,
                        to: at + 1,
                        event: *event,
                        alert: None,
                        number: None,
                        is_answered: false,
                    }),
                }
            }
            Token::Alert(code, is_one_word) if *is_one_word || has_alert => {
                let near = |it: &&mut Named| it.event == Event::Alert && it.alert.is_none() && at <= it.to + 3;
                match found.last_mut().filter(near) {
                    Some(known) => {
                        known.alert = Some(*code);
                        known.to = at + 1;
                    }
                    None => found.push(Named {
                        at,
                        to: at + 1,
                        event: Event::Alert,
                        alert: Some(*code),
                        number: None,
                        is_answered: false,
                    }),
                }
            }
            Token::Word(Word::Certificate | Word::Certificates | Word::Chain)
                if has_frames || (is_sent(at) || has_time(making)) && !says_more =>
            {
                let is_rejected = making.clause.has_any(&[Word::Reject, Word::Accept]);
                if !is_rejected
                    && found
                        .last()
                        .is_none_or(|it| it.event != Event::Step("certificate") || it.to != at)
                {
                    found.push(Named {
                        at,
                        to: at + 1,
                        event: Event::Step("certificate"),
                        alert: None,
                        number: None,
                        is_answered: false,
                    });
                }
            }
            Token::Number(number) if *number < 256 => {
                let behind = at.checked_sub(1).and_then(|it| making.token(it));
                // `(unknown_ca, 48)`
                let in_list = matches!(behind, Some(Token::Comma))
                    && matches!(
                        at.checked_sub(2).and_then(|it| making.token(it)),
                        Some(Token::Alert(..))
                    );
                let is_beside = in_list
                    || matches!(
                        behind,
                        Some(
                            Token::Open
                                | Token::Event(Event::Alert)
                                | Token::Alert(..)
                                | Token::Colon
                                | Token::Word(Word::Is)
                        )
                    );
                let is_count = matches!(
                    making.token(at + 1),
                    Some(Token::Word(
                        Word::Times | Word::Alerts | Word::Syns | Word::Frames | Word::Certificates
                    ))
                );
                let known = found
                    .last_mut()
                    .filter(|it| it.event == Event::Alert && at <= it.to + 1 + usize::from(in_list));
                if let Some(known) = known.filter(|_| is_beside && !is_count) {
                    known.number = Some(*number);
                    known.to = at + 1;
                }
            }
            _ => {}
        }
    }
    // `48 (unknown_ca)`
    for it in &mut found {
        let before = it.at.checked_sub(2).and_then(|at| making.token(at));
        if let (Some(Token::Number(number)), Some(Token::Open)) =
            (before, it.at.checked_sub(1).and_then(|at| making.token(at)))
            && it.number.is_none()
            && it.event == Event::Alert
        {
            it.number = Some(*number);
        }
    }
    found
}

/// The frames of each step, with their place.
fn frames_of(making: &Making<'_>, named: &[Named]) -> Vec<Option<(usize, Frames)>> {
    let mut of: Vec<Option<(usize, Frames)>> = named.iter().map(|_| None).collect();
    let all: Vec<(usize, &Frames)> = making
        .tokens
        .iter()
        .enumerate()
        .filter_map(|(at, it)| match &it.token {
            Token::Frames(frames) => Some((at, frames)),
            _ => None,
        })
        .collect();
    for (nth, (at, frames)) in all.iter().enumerate() {
        let before = named.iter().rposition(|it| it.at < *at);
        let next_frames = all.get(nth + 1).map_or(usize::MAX, |(at, _)| *at);
        match before {
            // Behind a step: it is that one's, if it has none.
            Some(place) if of.get(place).is_some_and(Option::is_none) => {
                if let Some(slot) = of.get_mut(place) {
                    *slot = Some((*at, (*frames).clone()));
                }
            }
            // Before steps: it is theirs, up to the next frames.
            _ => {
                let following = named
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| it.at > *at && it.at < next_frames);
                // `frame 8 (Client Hello), frame 10 (Server Hello)` and `Certificate in frame 16 …` differ by what comes first.
                for (place, _) in following {
                    if let Some(slot) = of.get_mut(place).filter(|slot| slot.is_none()) {
                        *slot = Some((*at, (*frames).clone()));
                    }
                }
            }
        }
    }
    of
}

pub(super) const fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}

/// Who sent a step, as far as the clause says so, and whether it says so by `from` or `by`. `Err`: somebody who is no side.
#[allow(clippy::too_many_lines, reason = "the ways to say who did it, the surest first")]
fn agent(making: &Making<'_>, step: &Named) -> Result<(Option<Who>, bool), ()> {
    let parties = making.parties();
    let agents: Vec<usize> = parties
        .iter()
        .filter(|(_, role)| *role == Role::Agent)
        .map(|(at, _)| *at)
        .collect();
    let behind = agents.iter().find(|at| **at > step.at);
    let before = agents.iter().rfind(|at| **at < step.at);
    if let Some(at) = behind.or(before) {
        return Ok((making.who(*at)?, true));
    }
    // Right behind it: `Certificate of the server`, `Client Hello (client)`.
    let next = making
        .token(step.to)
        .filter(|it| matches!(it, Token::Word(Word::Of) | Token::Open))
        .and_then(|_| making.token(step.to + 1));
    if let Some(next) = next.filter(|it| side(it).is_some()) {
        return Ok((who(next)?, false));
    }
    // `server → Client Hello`
    let arrow = step
        .at
        .checked_sub(2)
        .filter(|at| making.word(at + 1) == Some(Word::To));
    if let Some(sender) = arrow.and_then(|at| making.token(at)).filter(|it| side(it).is_some()) {
        return Ok((who(sender)?, false));
    }
    // Right in front of it.
    let mut at = step.at;
    while let Some(before) = at.checked_sub(1) {
        at = before;
        match making.token(at) {
            Some(
                Token::Word(Word::Of | Word::Fatal | Word::Warning)
                | Token::Alert(..)
                | Token::Version(_)
                | Token::Open
                | Token::Close,
            ) => {}
            Some(token) if parties.contains(&(at, Role::Owner)) => return Ok((who(token)?, false)),
            _ => break,
        }
    }
    let subjects: Vec<usize> = parties
        .iter()
        .filter(|(_, role)| *role == Role::Subject)
        .map(|(at, _)| *at)
        .collect();
    let verb = making.first(SENDING);
    let receives = making.first(&[Word::Receive]);
    let is_own = matches!(
        step.event,
        Event::Step("client-hello" | "client-key-exchange" | "server-hello" | "server-hello-done" | "syn" | "syn-ack")
    );
    let told = |at: Option<usize>| at.and_then(|at| making.token(at));
    let subject = match subjects.as_slice() {
        [one] => told(Some(*one)),
        // `the server 192.0.2.1`: one party told twice.
        [one, next] if *next <= *one + 2 && told(Some(*one)).is_some_and(|it| side(it).is_some()) => told(Some(*one)),
        [] => making.clause.subject.as_ref(),
        _ => return Ok((None, false)),
    };
    let is_passive = verb.is_some_and(|verb| {
        let before = verb.checked_sub(1).and_then(|at| making.word(at));
        before == Some(Word::Is)
            && making
                .tokens
                .get(verb)
                .and_then(|it| making.plain.get(it.from..it.to))
                .is_some_and(|it| it == "sent" || it == "reset" || it == "closed")
    });
    if let Some(subject) = subject {
        let is_sender = match (verb, receives) {
            (Some(verb), None) => !is_passive && (!is_own || making.word(verb) == Some(Word::Send)),
            _ => false,
        };
        if is_sender {
            return Ok((who(subject)?, false));
        }
        if let (None, Some(_)) = (verb, receives) {
            return Ok((side(subject).map(|it| Who::Side(other(it))), false));
        }
        if who(subject).is_err() {
            return Err(());
        }
    }
    // `The server does not report any alert`: of a verb that is not known, whoever is named does it, or nothing is claimed.
    if making.is_denied() && !subjects.is_empty() {
        return match (verb, receives, subject) {
            (None, None, Some(subject)) => Ok((who(subject)?, false)),
            _ => Err(()),
        };
    }
    let recipient = parties.iter().find(|(_, role)| *role == Role::Recipient);
    let recipient = recipient.and_then(|(at, _)| making.token(*at)).and_then(side);
    Ok((recipient.map(|it| Who::Side(other(it))), false))
}
