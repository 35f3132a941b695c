//! Tokens → Scope: the attempt or connection that a statement is about.

use super::claims::{Scope, Who};
use super::lexicon::Word;
use super::reading::{Making, who};
use super::tokens::{Placed, Token};

/// `the first connection dies, the second one works`
pub(super) fn names_another(text: &str) -> bool {
    const OTHERS: [&str; 22] = [
        "second",
        "third",
        "fourth",
        "fifth",
        "other",
        "next",
        "latter",
        "former",
        "retry",
        "again",
        "再試行",
        "リトライ",
        "last one",
        " one ",
        "2nd",
        "3rd",
        "rest",
        "本目",
        "回目",
        "番目",
        "次",
        "他",
    ];
    OTHERS.iter().any(|it| text.contains(it))
}

/// The attempt or connection that is named, if there is one.
pub(super) fn scope_of(tokens: &[Placed]) -> Scope {
    let one = |found: Vec<usize>| match found.as_slice() {
        [first, rest @ ..] if rest.iter().all(|it| it == first) => Some(*first),
        _ => None,
    };
    let attempts = tokens.iter().filter_map(|it| match it.token {
        Token::Attempt(number) => Some(number),
        _ => None,
    });
    let connections = tokens.iter().filter_map(|it| match it.token {
        Token::Connection(number) => Some(number),
        _ => None,
    });
    Scope {
        attempt: one(attempts.collect()),
        connection: one(connections.collect()),
        ..Scope::default()
    }
}

/// A client's port that says which connection is meant: `on the connection from port 50000`, `for client port 50000`.
pub(super) fn port_of(making: &Making<'_>) -> Option<u16> {
    let word = making.first(&[Word::Port])?;
    let before = word.checked_sub(1).and_then(|at| making.word(at));
    let number = match making.token(word + 1)? {
        Token::Number(number) => u16::try_from(*number).ok()?,
        _ => return None,
    };
    let names_address = making.tokens.iter().any(|it| matches!(it.token, Token::Address(..)));
    let is_clients = matches!(before, Some(Word::From | Word::Client)) && number >= 1024 && !names_address;
    is_clients.then_some(number)
}

/// Addresses and names that no claim of the clause is about: they show which attempt is meant.
pub(super) fn places_of(making: &Making<'_>) -> Vec<Who> {
    let free = making.tokens.iter().filter(|it| !making.used.contains(&it.from));
    let places = free.filter(|it| matches!(it.token, Token::Address(..) | Token::Host(_)));
    places.filter_map(|it| who(&it.token).ok().flatten()).collect()
}
