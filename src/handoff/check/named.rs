//! Clause → Named: the steps that it names, in order.

use super::claims::What;
use super::lexicon::{Event, Word};
use super::reading::Making;
use super::tokens::{Moment, Token};

/// A step that the clause names.
pub(super) struct Named {
    pub(super) at: usize,
    /// The end of the statements about it.
    pub(super) to: usize,
    pub(super) event: Event,
    pub(super) alert: Option<u8>,
    pub(super) number: Option<u64>,
    /// It is the answered step, and no claim of its own.
    pub(super) is_answered: bool,
}

impl Named {
    const fn new(at: usize, event: Event) -> Self {
        Self {
            at,
            to: at + 1,
            event,
            alert: None,
            number: None,
            is_answered: false,
        }
    }
}

/// The steps that a clause names, in order.
pub(super) fn named(making: &Making<'_>) -> Vec<Named> {
    let has_alert = making.tokens.iter().any(|it| it.token == Token::Event(Event::Alert));
    let mut found: Vec<Named> = Vec::new();
    for (at, placed) in making.tokens.iter().enumerate() {
        match &placed.token {
            // `証明書要求 (Certificate Request)`
            Token::Event(event)
                if making.token(at.wrapping_sub(1)) == Some(&Token::Open)
                    && found.last().is_some_and(|it| it.event == *event && it.to + 1 == at) => {}
            Token::Event(event) => take_event(&mut found, at, *event),
            Token::Alert(code, is_one_word) if *is_one_word || has_alert => take_alert(&mut found, at, *code),
            Token::Word(Word::Certificate | Word::Certificates | Word::Chain) if is_message(making, at) => {
                let known = found.last();
                if known.is_none_or(|it| it.event != Event::Step("certificate") || it.to != at) {
                    found.push(Named::new(at, Event::Step("certificate")));
                }
            }
            Token::Number(number) if *number < 256 => take_number(&mut found, making, at, *number),
            _ => {}
        }
    }
    for it in &mut found {
        take_number_before(it, making);
    }
    found
}

fn take_event(found: &mut Vec<Named>, at: usize, event: Event) {
    // The name of an alert may precede the word.
    let known = found
        .last_mut()
        .filter(|it| event == Event::Alert && it.event == Event::Alert && it.to == at);
    match known {
        Some(known) => known.to = at + 1,
        None => found.push(Named::new(at, event)),
    }
}

/// The name of an alert: of the one named just before, or of a new one.
fn take_alert(found: &mut Vec<Named>, at: usize, code: u8) {
    let near = |it: &&mut Named| it.event == Event::Alert && it.alert.is_none() && at <= it.to + 3;
    if found.last_mut().filter(near).is_none() {
        found.push(Named::new(at, Event::Alert));
    }
    if let Some(it) = found.last_mut() {
        it.alert = Some(code);
        it.to = at + 1;
    }
}

/// True if a certificate is meant as a message that is sent, and not as a document.
fn is_message(making: &Making<'_>, at: usize) -> bool {
    if making.clause.has_any(&[Word::Reject, Word::Accept]) {
        return false;
    }
    if making.tokens.iter().any(|it| matches!(it.token, Token::Frames(_))) {
        return true;
    }
    let says_more = |(_, what): &(usize, What)| matches!(what, What::Certificate { .. });
    if making.claims.iter().any(says_more) {
        return false;
    }
    // `no certificate`, and not `the certificate is no good`.
    let denial = making.tokens.iter().position(|it| super::clauses::is_denial(&it.token));
    let is_foreign = |at: usize| {
        let placed = making.tokens.get(at);
        placed
            .and_then(|it| making.plain.get(it.from..it.to))
            .is_some_and(|it| !it.is_ascii())
    };
    // `the issuer is not in the chain` denies no message.
    let is_place = |denial: usize| (denial..at).any(|at| making.word(at) == Some(Word::In));
    let denial = denial.filter(|denial| !is_place(*denial) && !making.clause.has(Word::Issuer));
    let is_validity = making.clause.has_any(&[
        Word::Valid,
        Word::Validity,
        Word::NotAfter,
        Word::NotBefore,
        Word::NotYet,
        Word::Expire,
    ]);
    // `the certificate of the issuing CA was not sent` says nothing of the others in the message.
    const OTHERS: [&str; 8] = [
        "intermediate",
        "issuing",
        "issuer",
        "root",
        " ca ",
        "中間",
        "ルート",
        "発行",
    ];
    if making.is_denied() && OTHERS.iter().any(|it| making.words.contains(it)) {
        return false;
    }
    has_time(making) && !is_validity
        || making.clause.has_any(&[Word::Send, Word::Receive, Word::See])
        || denial.is_some_and(|denial| denial < at || denial == at + 1 && is_foreign(denial))
}

/// The number of an alert, after its name or beside the word.
fn take_number(found: &mut [Named], making: &Making<'_>, at: usize, number: u64) {
    let token = |back: usize| at.checked_sub(back).and_then(|at| making.token(at));
    // `(unknown_ca, 48)`
    let in_list = matches!((token(2), token(1)), (Some(Token::Alert(..)), Some(Token::Comma)));
    let is_beside = in_list
        || matches!(
            token(1),
            Some(Token::Open | Token::Event(Event::Alert) | Token::Alert(..) | Token::Colon | Token::Word(Word::Is))
        );
    // `the alert has the number 43`
    let is_code = matches!(
        (token(2), token(1)),
        (_, Some(Token::Word(Word::Code)))
            | (
                Some(Token::Word(Word::Code)),
                Some(Token::Word(Word::Is) | Token::Colon)
            )
    );
    let counted = [Word::Times, Word::Alerts, Word::Syns, Word::Frames, Word::Certificates];
    if !(is_beside || is_code) || making.word(at + 1).is_some_and(|word| counted.contains(&word)) {
        return;
    }
    let known = found.last_mut();
    let is_near = |it: &&mut Named| at <= it.to + 1 + usize::from(in_list);
    if let Some(known) = known.filter(|it| it.event == Event::Alert && (is_code || is_near(it))) {
        known.number = Some(number);
        if !is_code {
            known.to = at + 1;
        }
    }
}

/// `48 (unknown_ca)`, `コード 10 のアラート`
fn take_number_before(it: &mut Named, making: &Making<'_>) {
    let token = |back: usize| it.at.checked_sub(back).and_then(|at| making.token(at));
    let number = match (token(3), token(2), token(1)) {
        (_, Some(Token::Number(number)), Some(Token::Open)) => Some(number),
        (Some(Token::Word(Word::Code)), Some(Token::Number(number)), Some(Token::Word(Word::Of))) => Some(number),
        _ => None,
    };
    if let Some(number) = number
        && it.number.is_none()
        && it.event == Event::Alert
    {
        it.number = Some(*number);
    }
}

/// True if a time of day is given.
pub(super) fn has_time(making: &Making<'_>) -> bool {
    let is_time = |it: &Token| matches!(it, Token::Moment(Moment { seconds: Some(_), .. }));
    making.tokens.iter().any(|it| is_time(&it.token))
}
