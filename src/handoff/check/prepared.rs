//! Sentence → Token: the tokens that clauses are made of, with controllers by their side and Japanese denials as one.

use super::clauses::is_party;
use super::lexicon::Word;
use super::tokens::{Placed, Token, tokens};
use crate::connection::step::Side;

/// The tokens of a sentence, with what is particular to Japanese.
pub(super) fn prepared(plain: &str, cased: &str, controller: Side) -> Vec<Placed> {
    let mut all = tokens(plain, cased);
    name_controller(&mut all, controller);
    only_in_japanese(&mut all, plain);
    nobody_in_japanese(&mut all, plain);
    sender_in_japanese(&mut all, plain);
    all
}

/// A controller is the client of licensing, and the server of access points.
fn name_controller(tokens: &mut [Placed], controller: Side) {
    for placed in tokens {
        if placed.token == Token::Word(Word::Controller) {
            placed.token = Token::Word(match controller {
                Side::Client => Word::Client,
                Side::Server => Word::Server,
            });
        }
    }
}

/// `1 枚しか送っていません` denies nothing: there is one only.
fn only_in_japanese(tokens: &mut [Placed], plain: &str) {
    for it in tokens {
        let before = plain.get(..it.from).unwrap_or_default();
        let part = before.rsplit(['、', '。', ';', ',']).next().unwrap_or_default();
        if it.token == Token::Word(Word::Not) && part.contains("しか") && !part.contains("しかし") {
            it.token = Token::Word(Word::Only);
        }
    }
}

/// `誰も応答していません` has two words for one denial.
fn nobody_in_japanese(tokens: &mut Vec<Placed>, plain: &str) {
    let is_denial = |it: &Placed| it.token == Token::Word(Word::Not);
    let written = |it: &Placed| plain.get(it.from..it.to).unwrap_or_default();
    let nobody = tokens.iter().position(|it| is_denial(it) && written(it) == "誰も");
    let nobody = nobody.filter(|at| {
        let rest = tokens.get(at + 1..).unwrap_or_default();
        let mut next = rest.iter().take_while(|it| it.token != Token::Comma);
        next.any(is_denial)
    });
    if let Some(at) = nobody {
        tokens.remove(at);
    }
}

/// `送信元はサーバ` names one party.
fn sender_in_japanese(tokens: &mut Vec<Placed>, plain: &str) {
    let is_joint = |it: &&Placed| matches!(it.token, Token::Word(Word::Is) | Token::Colon);
    let label = tokens.iter().enumerate().position(|(at, label)| {
        let behind = tokens.get(at + 1..).unwrap_or_default();
        let mut behind = behind.iter().skip_while(is_joint);
        plain.get(label.from..label.to) == Some("送信元") && behind.next().is_some_and(|it| is_party(&it.token))
    });
    if let Some(at) = label {
        tokens.remove(at);
    }
}
