//! Clause → Claims on the side that answered and the side that ended the connection.

use super::agents::other;
use super::claims::{Answerable, Ending, Step, What, Who};
use super::lexicon::{Event, Word};
use super::named::Named;
use super::reading::{Making, Role, side, who};
use super::tokens::{Frames, Placed, Token};
use crate::connection::step::Side;

/// Reads claims about answers and missing answers; the answered steps are no claims of their own.
pub(super) fn answers(making: &mut Making<'_>, named: &mut Vec<Named>) {
    let Some(verb) = making.first(&[Word::Answer]).or_else(|| to_syn(making)) else {
        return;
    };
    if making.clause.has_any(&[Word::Dns, Word::Http]) {
        return;
    }
    // `2 SYNs without an answer`: another part names the answered message.
    if making.clause.has(Word::Without) && named.is_empty() {
        return;
    }
    let with = making.first(&[Word::With]);
    let is_answered = |it: &Named| {
        with.is_none_or(|with| it.at < with) && it.event != Event::Alert && it.event != Event::Step("reset")
    };
    let to = named.iter().find(|it| is_answered(it)).map(|it| it.event);
    let before = named.len();
    if with.is_some() && named.iter().any(|it| !is_answered(it)) {
        // The result is stated: that is the claim.
        for it in named.iter_mut() {
            it.is_answered = is_answered(it);
        }
        return;
    }
    if named.iter().any(|it| !is_answered(it)) || before > 1 {
        return;
    }
    let (to, by) = match to {
        Some(Event::Step("syn")) => (Answerable::Syn, Some(Side::Server)),
        Some(Event::Step("client-hello")) => (Answerable::ClientHello, Some(Side::Server)),
        // `answers the Certificate Request with its certificate`: the request is not its own.
        Some(_) => {
            for it in named.iter_mut() {
                let is_object = it.at > verb && it.at <= verb + 2;
                it.is_answered = is_object && with.is_none_or(|with| it.at < with);
            }
            return;
        }
        None => (Answerable::Anything, None),
    };
    let parties = making.parties();
    let of_role = |role: Role| {
        parties
            .iter()
            .find(|it| it.1 == role)
            .and_then(|(at, _)| making.token(*at))
    };
    let told = of_role(Role::Agent)
        .or_else(|| of_role(Role::Subject))
        .or(making.clause.subject.as_ref());
    let told_side = told.and_then(side);
    // `the client got no answer`
    let receives = making.clause.has_any(&[Word::Receive, Word::Hold]);
    let by = match (by, told, told_side) {
        (Some(by), _, Some(told)) if told == by || receives => Some(by),
        (Some(by), None, _) => Some(by),
        (None, _, Some(told)) => Some(if receives { other(told) } else { told }),
        (None, None, _) if making.is_denied() => Some(Side::Server),
        _ => None,
    };
    let Some(by) = by else { return };
    named.clear();
    making.claim(verb, What::Answered { by, to });
}

/// `There is no answer to the SYN.`, `SYN を送っても何も返ってきませんでした`
fn to_syn(making: &Making<'_>) -> Option<usize> {
    let mut events = making.tokens.iter().enumerate().filter_map(|(at, it)| match it.token {
        Token::Event(event) => Some((at, event)),
        _ => None,
    });
    let (Some((at, Event::Step("syn"))), None) = (events.next(), events.next()) else {
        return None;
    };
    let says = ["answer to the syn", "reply to the syn", "response to the syn", "何も返"];
    (making.is_denied() && says.iter().any(|it| making.words.contains(it))).then_some(at)
}

/// Reads claims about the side that ended the connection.
pub(super) fn endings(making: &mut Making<'_>, named: &[Named]) {
    let Some(verb) = making.first(&[Word::Close, Word::Reset, Word::End]) else {
        return;
    };
    let how = match making.word(verb) {
        Some(Word::Close) => Ending::Fin,
        Some(Word::Reset) => Ending::Reset,
        // `ended the TCP connection`: by FIN or RST, whatever alert came before.
        _ if making.clause.has(Word::Tcp) => Ending::Fin,
        _ => Ending::Any,
    };
    let event = match how {
        Ending::Fin => Some(Event::Step("fin")),
        Ending::Reset => Some(Event::Step("reset")),
        Ending::Any => None,
    };
    // `hangs up first (FIN, frame 27)`
    let says_how = |it: &Named| matches!(it.event, Event::Step("fin" | "reset"));
    let is_told = named
        .iter()
        .any(|it| Some(it.event) == event || event.is_none() && says_how(it));
    let is_of_certificate = how == Ending::Any && making.clause.has_any(&[Word::Expire, Word::Certificate]);
    // `the reset is not the client's`
    let is_other = making.is_denied() && super::steps::is_copula(making);
    if is_told || is_of_certificate || is_other {
        return;
    }
    let Ok(by) = who_ended(making, verb) else { return };
    // Without a party it says little, unless it is a reset.
    if by.is_none() && how != Ending::Reset {
        return;
    }
    let first = making.clause.has(Word::First);
    // A claim about its frame is a claim on that frame.
    if let Some(event) = event
        && let Some(frames) = free_frames(making, verb)
    {
        let frames = Some(frames);
        let by = by.clone();
        let step = Step {
            frames,
            ..Step::of(event, by)
        };
        making.claim(verb, What::Step(step));
        if !first {
            return;
        }
    }
    making.claim(verb, What::Ended { how, by, first });
}

/// The party that ended the connection, according to the clause. `Err` if that is no side, or if it is unclear which of
/// several.
fn who_ended(making: &Making<'_>, verb: usize) -> Result<Option<Who>, ()> {
    let parties = making.parties();
    let agent = parties.iter().find(|it| it.1 == Role::Agent);
    let subjects = parties.iter().filter(|it| it.1 == Role::Subject);
    let subjects: Vec<usize> = subjects.map(|it| it.0).collect();
    let subject = match subjects.as_slice() {
        [one] => making.token(*one),
        [one, next] if *next <= *one + 2 => making.token(*one),
        [] => making.clause.subject.as_ref(),
        _ => return Err(()),
    };
    let is_passive = verb.checked_sub(1).and_then(|at| making.word(at)) == Some(Word::Is);
    match agent {
        Some((at, _)) => making.who(*at),
        None if is_passive => Ok(None),
        None => subject.map_or(Ok(None), who),
    }
}

/// Frames that no claim uses yet; from now on they are used.
fn free_frames(making: &mut Making<'_>, verb: usize) -> Option<Frames> {
    let is_free = |it: &Placed| matches!(it.token, Token::Frames(_)) && !making.used.contains(&it.from);
    let mut free = making
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, it)| is_free(it))
        .map(|it| it.0);
    // `the SYN in frame 9 is reset in frame 10`: those behind the verb, if there are any.
    let first = free.next()?;
    let at = if first > verb {
        first
    } else {
        free.find(|at| *at > verb).unwrap_or(first)
    };
    making.take(at);
    match making.token(at)? {
        Token::Frames(frames) => Some(frames.clone()),
        _ => None,
    }
}
