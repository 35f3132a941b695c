//! Clause → Claim that a side rejected the other's certificate.

use super::claims::{What, Who};
use super::lexicon::Word;
use super::reading::{Making, Role, side, who};
use super::tokens::Token;
use crate::connection::step::Side;

/// Reads it.
pub(super) fn read(making: &mut Making<'_>) {
    let (Some(verb), Some(noun)) = (
        making.first(&[Word::Reject]),
        making.first(&[Word::Certificate, Word::Chain]),
    ) else {
        return;
    };
    let parties = making.parties();
    let is_presenter = |at: usize| presents(making, at, noun);
    let told = |role: Role| {
        let mut all = parties
            .iter()
            .filter(|it| it.1 == role && !is_presenter(it.0))
            .filter_map(|(at, _)| making.token(*at));
        let first = all.next();
        if all.next().is_some() { None } else { first }
    };
    let is_passive = verb.checked_sub(1).and_then(|at| making.word(at)) == Some(Word::Is);
    let presenter = parties.iter().find(|it| is_presenter(it.0));
    let owner = presenter
        .and_then(|(at, _)| making.token(*at))
        .or_else(|| told(Role::Owner));
    let of = owner.and_then(side);
    let by = told(Role::Agent)
        .or_else(|| told(Role::Subject).filter(|_| !is_passive))
        .or_else(|| making.clause.subject.as_ref().filter(|_| !is_passive));
    let by = match (by.map(who), of) {
        (Some(Ok(Some(Who::Side(by)))), Some(owner)) if by == owner => return,
        (Some(Ok(Some(by))), _) => by,
        // A party that is no side, or both sides.
        (Some(_), _) => return,
        (None, Some(Side::Client)) => Who::Side(Side::Server),
        (None, Some(Side::Server)) => Who::Side(Side::Client),
        (None, None) => return,
    };
    super::agents::take_party(making, Some(&by));
    making.claim(verb, What::Rejected { by, of });
}

/// True if the party is the one whose certificate it is: `the certificate that the server presented`, `presented by the
/// server`, `the certificate from the server`, `サーバが提示した証明書`.
fn presents(making: &Making<'_>, party: usize, noun: usize) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| making.word(at));
    let before = party.checked_sub(1);
    let by = matches!(word(before), Some(Word::By | Word::From));
    let sends_next = making.word(party + 1) == Some(Word::Send)
        || making.word(party + 1) == Some(Word::Of) && making.word(party + 2) == Some(Word::Send);
    let verb = (party + 1..party + 3).find(|at| making.word(*at) == Some(Word::Send));
    let of_noun = verb.is_some_and(|at| at + 1 == noun && is_foreign(making, at));
    let follows = party == noun + 1 && sends_next;
    let passes = |at: Option<usize>| matches!(word(at), Some(Word::Send | Word::Receive));
    let is_sent = by && passes(party.checked_sub(2)) && party.saturating_sub(2) > noun
        // `クライアントから受け取った証明書`
        || word(Some(party + 1)) == Some(Word::FromBefore) && passes(Some(party + 2)) && noun == party + 3;
    let is_from = matches!(word(before), Some(Word::From | Word::Of)) && party == noun + 2;
    follows || sends_next && of_noun || is_sent || is_from
}

fn is_foreign(making: &Making<'_>, at: usize) -> bool {
    let written = making
        .tokens
        .get(at)
        .map(|it| (&it.token, making.plain.get(it.from..it.to)));
    matches!(written, Some((Token::Word(_), Some(it))) if !it.is_ascii())
}
