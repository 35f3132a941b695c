//! Clause → Claims on certificates: their owner, validity and issuer.

use super::claims::{OfCertificate, What};
use super::lexicon::Word;
use super::reading::{Making, Role, side};
use super::tokens::Token;
use crate::connection::step::Side;

/// The certificate that the sentence is about: `… and expired on …` does not repeat it.
#[derive(Debug, Default)]
pub(super) struct About {
    is_known: bool,
    of: Option<Side>,
    subject: Option<String>,
}

const CERTIFICATE: &[Word] = &[Word::Certificate, Word::Certificates, Word::Chain];

/// Reads claims on certificates.
#[allow(clippy::too_many_lines, reason = "one claim after the other")]
pub(super) fn read(making: &mut Making<'_>, about: &mut About) {
    let noun = making.first(CERTIFICATE);
    let is_other = making.clause.has_any(&[Word::Root, Word::Reject, Word::Accept]);
    if let Some(noun) = noun {
        *about = About {
            is_known: true,
            of: owner(making, noun),
            subject: None,
        };
    }
    // An issuer or a serial number belongs to a certificate, whether the sentence says so or not.
    let speaks = about.is_known
        || making
            .clause
            .has_any(&[Word::Issuer, Word::Serial, Word::SelfSigned, Word::NotBefore]);
    if !speaks || is_other {
        return;
    }
    let issuer = issuer(making);
    subject(making, issuer.as_ref().map(|it| it.0), about);
    let claim = |making: &mut Making<'_>, at: usize, what: OfCertificate| {
        making.claim(
            at,
            What::Certificate {
                of: about.of,
                subject: about.subject.clone(),
                what,
            },
        );
    };
    if let Some((at, name)) = issuer {
        making.take(at);
        claim(making, at, OfCertificate::Issuer(name));
    }
    if let Some(at) = making.first(&[Word::SelfSigned]) {
        claim(making, at, OfCertificate::SelfSigned);
    }
    if let Some(at) = serial(making) {
        let serial = match making.token(at) {
            Some(Token::Hexadecimal(serial)) => serial.clone(),
            Some(Token::Number(serial)) => serial.to_string(),
            _ => return,
        };
        making.take(at);
        claim(making, at, OfCertificate::Serial(serial));
    }
    if let Some((at, bits)) = key_bits(making) {
        making.take(at);
        claim(making, at, OfCertificate::KeyBits(bits));
    }
    dates(making, claim);
    if let Some(at) = making.first(&[Word::NotYet]) {
        claim(making, at, OfCertificate::NotYet);
    } else if let Some(at) = making
        .first(&[Word::Valid])
        .filter(|_| !making.clause.has_any(&[Word::NotAfter, Word::NotBefore]))
        // Together with a day it means the beginning or the end of the validity.
        .filter(|_| !making.tokens.iter().any(|it| matches!(it.token, Token::Moment(_))))
    {
        claim(making, at, OfCertificate::Current);
    }
    let named = about.subject.is_some() && noun.is_some() && making.claims.is_empty();
    if let (true, Some(noun)) = (named, noun)
        && (making
            .clause
            .has_any(&[Word::Send, Word::Hold, Word::Is, Word::See, Word::Subject])
            || making.clause.has(Word::With))
        && !making.tokens.iter().any(|it| matches!(it.token, Token::Frames(_)))
    {
        claim(making, noun, OfCertificate::Sent);
    }
}

/// The number that the words `serial number` lead to.
fn serial(making: &Making<'_>) -> Option<usize> {
    let word = making.first(&[Word::Serial])?;
    let from = making.tokens.get(word)?.to;
    (word + 1..making.tokens.len()).find(|at| {
        making.tokens.get(*at).is_some_and(|it| {
            let is_number = matches!(it.token, Token::Hexadecimal(_) | Token::Number(_));
            is_number && making.plain.get(from..it.from).is_some_and(super::slots::leads)
        })
    })
}

/// `an RSA key of 2048 bits`, `RSA 2048`, `鍵長は 2048 ビット`
fn key_bits(making: &Making<'_>) -> Option<(usize, u64)> {
    let text = making.words;
    if !["key", "rsa", "鍵"].iter().any(|it| text.contains(it)) {
        return None;
    }
    making.tokens.iter().enumerate().find_map(|(at, it)| {
        let Token::Number(number) = it.token else { return None };
        let behind = making.plain.get(it.to..)?.trim_start_matches([' ', '-']);
        let before = making.plain.get(..it.from)?.trim_end_matches([' ', '-', '(', ':']);
        let is_size = ["bit", "ビット"].iter().any(|unit| behind.starts_with(unit)) || before.ends_with("rsa");
        (is_size && (512..=16_384).contains(&number)).then_some((at, number))
    })
}

/// The owner of the certificate.
fn owner(making: &Making<'_>, noun: usize) -> Option<Side> {
    let parties = making.parties();
    let mut owners = parties.iter().filter(|(at, role)| *role == Role::Owner && *at < noun);
    if let Some(side) = owners.next_back().and_then(|(at, _)| making.token(*at)).and_then(side) {
        return Some(side);
    }
    // `certificate of the server`
    if making.word(noun + 1) == Some(Word::Of)
        && let Some(side) = making.token(noun + 2).and_then(side)
    {
        return Some(side);
    }
    let mut agents = parties.iter().filter(|(_, role)| *role == Role::Agent);
    if let Some(side) = agents.next_back().and_then(|(at, _)| making.token(*at)).and_then(side)
        && !making.clause.has(Word::Issuer)
    {
        return Some(side);
    }
    let sends = making
        .first(&[Word::Send])
        .is_some_and(|verb| making.word(verb.wrapping_sub(1)) != Some(Word::Is));
    let subjects: Vec<_> = parties.iter().filter(|(_, role)| *role == Role::Subject).collect();
    match (sends, subjects.as_slice()) {
        (true, [(at, _)]) => making.token(*at).and_then(side),
        (true, []) => making.clause.subject.as_ref().and_then(side),
        _ => None,
    }
}

fn name_at(making: &Making<'_>, at: usize) -> Option<String> {
    match making.token(at)? {
        Token::Name(name) | Token::Quoted(name) | Token::Host(name) => Some(name.clone()),
        _ => None,
    }
}

/// True if the text between two tokens leads from the one to the other.
fn leads(making: &Making<'_>, from: usize, to: usize) -> bool {
    let ends = making
        .tokens
        .get(from)
        .map(|it| it.to)
        .zip(making.tokens.get(to).map(|it| it.from));
    ends.and_then(|(from, to)| making.plain.get(from..to))
        .is_some_and(super::slots::leads)
}

/// The issuer, with its place.
fn issuer(making: &Making<'_>) -> Option<(usize, String)> {
    let word = making.first(&[Word::Issuer])?;
    let written = making
        .tokens
        .get(word)
        .and_then(|it| making.plain.get(it.from..it.to))
        .unwrap_or_default();
    // `CN=X が発行`, `CN=X により発行`, `CN=X から発行`
    let stands_before = written.starts_with("issued th")
        || written.starts_with("signed th")
        || written.starts_with(['が', 'に', 'か', 'を', '発'])
            && !written.starts_with("発行者")
            && !written.starts_with("発行元");
    if stands_before {
        return (0..word).rev().find_map(|at| Some((at, name_at(making, at)?)));
    }
    named_behind(making, word)
}

/// The name that the words for an issuer lead to.
fn named_behind(making: &Making<'_>, word: usize) -> Option<(usize, String)> {
    let names: Vec<usize> = (word + 1..word + 9)
        .filter(|at| name_at(making, *at).is_some())
        .collect();
    let from = making.tokens.get(word)?.to;
    let leads = |at: &usize| {
        let to = making.tokens.get(*at).map_or(from, |it| it.from);
        making.plain.get(from..to).is_some_and(super::slots::leads)
    };
    let says = |at: &usize| {
        let before = making.token(at.saturating_sub(1));
        matches!(
            before,
            Some(Token::Colon | Token::Word(Word::Is | Word::By | Word::Issuer))
        )
    };
    // `the issuer of CN=a is CN=b`
    let at = match names.as_slice() {
        [one] => Some(*one).filter(leads),
        several => several.iter().find(|at| says(at)).copied(),
    }?;
    Some((at, name_at(making, at)?))
}

/// A name other than the issuer's shows which certificate is meant.
fn subject(making: &mut Making<'_>, issuer: Option<usize>, about: &mut About) {
    let explicit = making.first(&[Word::Subject]);
    let is_subject = |at: usize| {
        // `comes from CN=a` names its issuer, if anything.
        Some(at) != issuer
            && making.word(at.wrapping_sub(1)) != Some(Word::From)
            && match making.token(at) {
                Some(Token::Name(_)) => true,
                Some(Token::Host(_)) => explicit.is_some_and(|word| at > word && leads(making, word, at)),
                Some(Token::Quoted(_)) => {
                    explicit.is_some_and(|word| at > word && (at <= word + 3 || leads(making, word, at)))
                }
                _ => false,
            }
    };
    let found = (0..making.tokens.len()).find(|at| is_subject(*at));
    if let Some(at) = found {
        making.take(at);
        about.subject = name_at(making, at);
    }
}

/// The beginning and the end of the validity.
fn dates(making: &mut Making<'_>, claim: impl Fn(&mut Making<'_>, usize, OfCertificate)) {
    for (at, what) in super::validity::ends(making) {
        making.take(at);
        claim(making, at, what);
    }
    let ends = making.first(&[Word::NotAfter, Word::Expire]);
    let ago = making.tokens.iter().position(|it| matches!(it.token, Token::Days(_)));
    let Some(ends) = ends else { return };
    let written = making
        .tokens
        .get(ends)
        .and_then(|it| making.plain.get(it.from..it.to))
        .unwrap_or_default();
    // `will expire`, `期限切れになる` and `切れます` speak of a day to come.
    let behind = making
        .tokens
        .get(ends)
        .and_then(|it| making.plain.get(it.to..))
        .unwrap_or_default();
    let is_to_come = written.starts_with("expires")
        || written == "expire"
        || ["る", "ます", "になる", "となる", "になります"]
            .iter()
            .any(|it| behind.starts_with(it));
    let has_ended = !is_to_come
        && (making.word(ends) == Some(Word::Expire) || written.contains("expired") || written.contains("切れ"));
    if let (Some(at), true) = (ago, has_ended) {
        if let Some(Token::Days(days)) = making.token(at) {
            let days = *days;
            making.take(at);
            claim(making, at, OfCertificate::DaysBefore(days));
        }
    } else if has_ended {
        claim(making, ends, OfCertificate::Expired);
    }
}
