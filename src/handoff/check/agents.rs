//! Named step → Who: the sender of a step, as far as a clause names it.

use super::claims::Who;
use super::lexicon::{Event, Word};
use super::named::Named;
use super::reading::{Making, Role, side, who};
use super::tokens::Token;
use crate::connection::step::Side;

/// Words for sending.
pub(super) const SENDING: &[Word] = &[
    Word::Send,
    Word::Close,
    Word::Reset,
    Word::End,
    Word::Reject,
    Word::Answer,
    Word::Fail,
];

/// The sender of a step, as far as the clause names it, and whether the clause uses `from` or `by`. `Err` for a party
/// that is no side.
///
/// The clearest way of naming it counts.
pub(super) fn agent(making: &Making<'_>, step: &Named) -> Result<(Option<Who>, bool), ()> {
    let parties = making.parties();
    if super::steps::asks(making, step) {
        return asker(making, step, &parties);
    }
    if let Some(at) = cleft(making, step) {
        return Ok((making.who(at)?, true));
    }
    let agents = || parties.iter().filter(|it| it.1 == Role::Agent).map(|it| it.0);
    if agents()
        .find(|at| *at > step.at)
        .is_some_and(|agent| is_refused(making, step, agent))
    {
        return Err(());
    }
    if let Some(at) = agents().find(|at| *at > step.at).or(agents().rfind(|at| *at < step.at)) {
        return Ok((by_agent(making, at)?, true));
    }
    if let Some(sender) = beside(making, step).or_else(|| in_front(making, step, &parties)) {
        return Ok((who(sender)?, false));
    }
    let subjects: Vec<usize> = parties
        .iter()
        .filter(|it| it.1 == Role::Subject)
        .map(|it| it.0)
        .collect();
    let told = |at: usize| making.token(at);
    let subject = match subjects.as_slice() {
        [one] => told(*one),
        // `the server 192.0.2.1`: one party named twice.
        [one, next] if *next <= *one + 2 && told(*one).is_some_and(|it| side(it).is_some()) => told(*one),
        [] => making.clause.subject.as_ref(),
        // `the server goes on, although the client has no certificate`
        _ if making.is_denied() => return Err(()),
        _ => return Ok((None, false)),
    };
    let verb = making.first(SENDING);
    let receives = making.clause.has(Word::Receive);
    // `the server hangs up, with its FIN`
    let opens = making
        .tokens
        .first()
        .is_some_and(|it| it.token == Token::Word(Word::With));
    if let (Some(subject), None, false, true) = (subject, verb, receives, opens && step.at <= 2) {
        return Ok((who(subject)?, false));
    }
    if let Some(subject) = subject {
        match (verb, receives) {
            (Some(verb), false) if is_active(making, step, verb) => return Ok((who(subject)?, false)),
            (None, true) => return Ok((side(subject).map(|it| Who::Side(other(it))), false)),
            _ => who(subject)?,
        };
    }
    // `The server does not report any alert`: with an unknown verb, the named party acts, or the clause claims nothing.
    if making.is_denied() && !subjects.is_empty() {
        return match (verb, receives, subject) {
            (None, false, Some(subject)) => Ok((who(subject)?, false)),
            _ => Err(()),
        };
    }
    let recipient = parties.iter().find(|it| it.1 == Role::Recipient);
    let recipient = recipient.and_then(|(at, _)| making.token(*at)).and_then(side);
    Ok((recipient.map(|it| Who::Side(other(it))), false))
}

/// `アラートを送ったのはサーバーです`: the party behind the words for sending.
fn cleft(making: &Making<'_>, step: &Named) -> Option<usize> {
    let verb = (step.to..making.tokens.len()).find(|at| making.word(*at) == Some(Word::Send))?;
    let behind = making.plain.get(making.tokens.get(verb)?.to..)?;
    let is_cleft = ["のは", "たのは", "ているのは", "ていたのは", "てきたのは"]
        .iter()
        .any(|it| behind.starts_with(it));
    let party = (verb + 1..making.tokens.len()).find(|at| making.token(*at).is_some_and(super::clauses::is_party))?;
    is_cleft.then_some(party)
}

/// Who sent a step, with a party behind `by` or `from`: `received by the client` names the one who did not.
fn by_agent(making: &Making<'_>, at: usize) -> Result<Option<Who>, ()> {
    let word = |at: Option<usize>| at.and_then(|at| making.word(at));
    let is_receiver = match word(at.checked_sub(1)) {
        Some(Word::By) => word(at.checked_sub(2)) == Some(Word::Receive),
        _ => word(Some(at + 1)) == Some(Word::ByBefore) && word(Some(at + 2)) == Some(Word::Receive),
    };
    if !is_receiver {
        return making.who(at);
    }
    let receiver = making.token(at).and_then(side).ok_or(())?;
    Ok(Some(Who::Side(other(receiver))))
}

/// `The SYN is refused by the server`: the step was refused, and its sender is not named.
fn is_refused(making: &Making<'_>, step: &Named, agent: usize) -> bool {
    let between = making.tokens.get(step.to..agent).unwrap_or_default();
    between
        .iter()
        .any(|it| matches!(it.token, Token::Word(Word::Reject | Word::Answer | Word::Accept)))
        || between.windows(2).any(|pair| match pair {
            // `The SYN is reset by the server`
            [is, verb] => is.token == Token::Word(Word::Is) && verb.token == Token::Word(Word::Reset),
            _ => false,
        })
}

/// `the server requests a certificate from the client`: the party before the request.
fn asker(making: &Making<'_>, step: &Named, parties: &[(usize, Role)]) -> Result<(Option<Who>, bool), ()> {
    let asker = parties.iter().rfind(|it| it.0 < step.at);
    let asker = asker
        .and_then(|it| making.token(it.0))
        .or(making.clause.subject.as_ref());
    match asker {
        Some(asker) => Ok((who(asker)?, true)),
        None => Ok((None, false)),
    }
}

/// A side right beside a step: `Certificate of the server`, `Client Hello (client)`, `server → Client Hello`.
fn beside<'a>(making: &'a Making<'_>, step: &Named) -> Option<&'a Token> {
    let is_side = |it: &&Token| side(it).is_some();
    let link = making.token(step.to);
    let behind = matches!(link, Some(Token::Word(Word::Of) | Token::Open)).then(|| making.token(step.to + 1));
    // `the FIN in frame 10 is the client's`
    if let [.., is, party, of] = making.tokens
        && (&is.token, &of.token) == (&Token::Word(Word::Is), &Token::Word(Word::Of))
        && side(&party.token).is_some()
    {
        return Some(&party.token);
    }
    let before = step.at.checked_sub(2);
    let before = before.filter(|at| making.word(at + 1) == Some(Word::To));
    let before = || before.and_then(|at| making.token(at)).filter(is_side);
    behind.flatten().filter(is_side).or_else(before)
}

/// The owner right before a step: `the server's fatal alert`.
fn in_front<'a>(making: &'a Making<'_>, step: &Named, parties: &[(usize, Role)]) -> Option<&'a Token> {
    let is_between = |token: &Token| {
        matches!(
            token,
            Token::Word(Word::Of | Word::Fatal | Word::Warning)
                | Token::Alert(..)
                | Token::Version(_)
                | Token::Open
                | Token::Close
        )
    };
    let at = (0..step.at)
        .rev()
        .find(|at| !making.token(*at).is_some_and(is_between))?;
    making.token(at).filter(|_| parties.contains(&(at, Role::Owner)))
}

/// True if the verb says that its subject sent the step: false if the step was sent to the subject, and false if the
/// step has only one possible sender, whatever the subject did.
fn is_active(making: &Making<'_>, step: &Named, verb: usize) -> bool {
    let is_own = matches!(
        step.event,
        Event::Step("client-hello" | "client-key-exchange" | "server-hello" | "server-hello-done" | "syn" | "syn-ack")
    );
    let is_behind_be = verb.checked_sub(1).and_then(|at| making.word(at)) == Some(Word::Is);
    let written = making.tokens.get(verb);
    let written = written.and_then(|it| making.plain.get(it.from..it.to));
    let is_passive = is_behind_be && written.is_some_and(|it| ["sent", "reset", "closed"].contains(&it));
    // `the attempt of 192.0.2.1 fails with unknown_ca` names no sender.
    !is_passive && making.word(verb) != Some(Word::Fail) && (!is_own || making.word(verb) == Some(Word::Send))
}

/// The sender of a step does not show which connection is meant.
pub(super) fn take_party(making: &mut Making<'_>, by: Option<&Who>) {
    let Some(by @ (Who::At(..) | Who::Named(_))) = by else {
        return;
    };
    for at in 0..making.tokens.len() {
        if making.token(at).and_then(|it| who(it).ok().flatten()).as_ref() == Some(by) {
            making.take(at);
        }
    }
}

pub(super) const fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}
