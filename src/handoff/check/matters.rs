//! Clause → Claims on negotiated values, counts, look-ups, answers and the overall outcome.

use super::claims::What;
use super::lexicon::{Event, Word};
use super::network;
use super::reading::Making;
use super::tokens::{Placed, Token};

/// Reads these claims.
pub(super) fn read(making: &mut Making<'_>) {
    negotiated(making);
    server_name(making);
    super::counting::counts(making);
    length(making);
    began(making);
    outcomes(making);
    super::rejected::read(making);
    network::read(making);
    for at in 0..making.tokens.len() {
        if let Some(Token::Verdict(id)) = making.token(at) {
            let id = id.clone();
            making.take(at);
            making.claim(at, What::Verdict(id));
        }
    }
    if let Some(at) = making.first(&[Word::Licensing])
        && making.is_denied()
    {
        making.claim(at, What::Licensing);
    }
}

/// Version, cipher suite and group.
fn negotiated(making: &mut Making<'_>) {
    let offered = making.clause.has(Word::Offer);
    let is_hello = |step: &str| {
        making.tokens.iter().any(|it| {
            it.token
                == Token::Event(Event::Step(if step == "client" {
                    "client-hello"
                } else {
                    "server-hello"
                }))
        })
    };
    let of_server = making.clause.has(Word::Server) && offered;
    if highest(making) {
        return;
    }
    // A value in a Client Hello may be an offer, or the content of a legacy field.
    let is_unclear = is_hello("client") && !offered || of_server || offered && making.clause.has(Word::Choose);
    let says = offered
        || is_bare(making)
        || is_hello("server")
        || making.clause.has_any(&[
            Word::Choose,
            Word::Suite,
            Word::Group,
            Word::Handshake,
            Word::Tls,
            Word::Complete,
            Word::Is,
            Word::See,
        ]);
    if is_unclear || !says {
        return;
    }
    let only = making.clause.has(Word::Only);
    if making.is_denied() && !denies_choice(making) {
        return;
    }
    for at in 0..making.tokens.len() {
        let what = match making.token(at) {
            Some(Token::Version(version)) => What::Version { version, offered, only },
            Some(Token::Suite(suite)) => What::Suite {
                suite: suite.clone(),
                offered,
            },
            Some(Token::Group(group)) => What::Group {
                group: group.clone(),
                offered,
            },
            _ => continue,
        };
        making.take(at);
        making.claim(at, what);
    }
}

/// True if a denial is one of a choice or of a value: `was not visible in TLS 1.3` denies neither.
fn denies_choice(making: &Making<'_>) -> bool {
    let denial = making.tokens.iter().position(|it| super::clauses::is_denial(&it.token));
    let is_choice = |at: Option<usize>| {
        at.and_then(|at| making.token(at)).is_some_and(|it| {
            matches!(
                it,
                Token::Word(Word::Choose | Word::Offer | Word::Is | Word::See)
                    | Token::Version(_)
                    | Token::Suite(_)
                    | Token::Group(_)
            )
        })
    };
    let Some(denial) = denial else { return true };
    let is_foreign = making
        .tokens
        .get(denial)
        .and_then(|it| making.plain.get(it.from..it.to))
        .is_some_and(|it| !it.is_ascii());
    // `is not visible in TLS 1.3`
    let is_seen = making.word(denial + 1) == Some(Word::See);
    match is_foreign {
        true => is_choice(denial.checked_sub(1)),
        false => is_choice(Some(denial + 1)) && !is_seen,
    }
}

/// `TLS 1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384`: a note without anything else states what was negotiated.
fn is_bare(making: &Making<'_>) -> bool {
    let is_value = |it: &Token| matches!(it, Token::Version(_) | Token::Suite(_) | Token::Group(_));
    let is_sign = |it: &Token| {
        matches!(
            it,
            Token::Comma | Token::Open | Token::Close | Token::Word(Word::With | Word::And)
        )
    };
    let has_suite = making.tokens.iter().any(|it| matches!(it.token, Token::Suite(_)));
    let says_version = making.plain.contains("version") || making.plain.contains("バージョン");
    (has_suite || says_version && making.tokens.len() == 1)
        && making.tokens.iter().all(|it| is_value(&it.token) || is_sign(&it.token))
}

/// `max version TLS 1.2`, `the client offers nothing newer than TLS 1.2`
fn highest(making: &mut Making<'_>) -> bool {
    let Some(word) = making.first(&[Word::Highest, Word::NoneHigher]) else {
        return false;
    };
    let exact = making.word(word) == Some(Word::Highest);
    let mut versions = making.tokens.iter().enumerate().filter_map(|(at, it)| match it.token {
        Token::Version(version) => Some((at, version)),
        _ => None,
    });
    if let (Some((at, version)), None) = (versions.next(), versions.next())
        && !making.clause.has_any(&[Word::Server, Word::Choose])
    {
        making.take(at);
        making.claim(word, What::Highest { version, exact });
    }
    true
}

/// The name in the Client Hello.
fn server_name(making: &mut Making<'_>) {
    let hello = making
        .tokens
        .iter()
        .position(|it| it.token == Token::Event(Event::Step("client-hello")));
    let Some(word) = making.first(&[Word::Sni]).or(hello) else {
        return;
    };
    let named = |(at, it): (usize, &Placed)| match &it.token {
        Token::Host(name) => Some((at, name.clone())),
        Token::Quoted(name) if making.word(word) == Some(Word::Sni) => Some((at, name.clone())),
        _ => None,
    };
    let is_sni = making.word(word) == Some(Word::Sni);
    let places = || making.tokens.iter().enumerate();
    // `asks for www.example.com in its SNI`
    let host = places()
        .skip(word)
        .find_map(named)
        .or_else(|| places().find_map(named).filter(|_| is_sni));
    let Some((at, name)) = host else { return };
    // `the Client Hello to www.example.com` names its destination.
    let before = at.checked_sub(1).and_then(|at| making.word(at));
    if making.word(word) != Some(Word::Sni) && matches!(before, Some(Word::To | Word::From | Word::By)) {
        return;
    }
    making.take(at);
    making.claim(at, What::ServerName(name));
}

/// `The first frame is from 2026-11-22 11:43:50 UTC.`
fn began(making: &mut Making<'_>) {
    let Some(word) = making.first(&[Word::Began]) else {
        return;
    };
    let mut moments = making.tokens.iter().enumerate().filter_map(|(at, it)| match it.token {
        Token::Moment(moment) => Some((at, moment)),
        _ => None,
    });
    let (Some((at, moment)), None) = (moments.next(), moments.next()) else {
        return;
    };
    if at > word && !making.tokens.iter().any(|it| matches!(it.token, Token::Event(_))) {
        making.take(at);
        making.claim(word, What::Began(moment));
    }
}

/// The length of the capture, if no other length is measured.
fn length(making: &mut Making<'_>) {
    let mut lengths = making.tokens.iter().enumerate().filter_map(|(at, it)| match it.token {
        Token::Seconds(seconds) => Some((at, seconds)),
        _ => None,
    });
    let (Some((at, seconds)), None) = (lengths.next(), lengths.next()) else {
        return;
    };
    let of_a_part = [Word::Handshake, Word::Tcp, Word::Tls, Word::Expire];
    let names_step = making.tokens.iter().any(|it| matches!(it.token, Token::Event(_)));
    if making.clause.has(Word::Capture) && !names_step && !making.clause.has_any(&of_a_part) {
        making.take(at);
        making.claim(at, What::Length(seconds));
    }
}

/// Reads the outcome.
fn outcomes(making: &mut Making<'_>) {
    let ends = making
        .tokens
        .iter()
        .position(|it| it.token == Token::Event(Event::Step("finished")));
    let complete = making
        .first(&[Word::Complete])
        .or(ends.filter(|_| !making.clause.has_any(&[Word::Send])));
    // `the handshake breaks off`, with nobody who does it
    let breaks = making.first(&[Word::End]).filter(|_| {
        making.clause.has(Word::Handshake) && making.parties().is_empty() && making.clause.subject.is_none()
    });
    let fail = making.first(&[Word::Fail]).or(breaks);
    // `the connection is established` may mean TCP, `did not fail` many things.
    let is_opened = complete.is_some_and(|at| {
        let written = making.tokens.get(at).and_then(|it| making.plain.get(it.from..it.to));
        written.is_some_and(|it| it.contains("establish") || it == "確立" || it == "成立")
    });
    let Some(at) = complete.or(fail.filter(|_| !making.is_denied())) else {
        return healthy(making);
    };
    // `確立に失敗`, `the attempt to establish it failed`; elsewhere the two are said of different things.
    let both = complete.zip(fail);
    let undone = both.is_some_and(|(done, fail)| is_undone(making, done, fail));
    if both.is_some() && !undone {
        return;
    }
    let fails = complete.is_none() || undone;
    let is_tcp = making.clause.has(Word::Tcp);
    let is_tls = making.clause.has_any(&[Word::Handshake, Word::Tls]);
    let is_nth = |it: &Placed| matches!(it.token, Token::Connection(_) | Token::Attempt(_));
    let is_whole = making.clause.has_any(&[Word::Attempt, Word::Attempts]) || making.tokens.iter().any(is_nth);
    let what = match (is_tcp, is_tls) {
        (true, false) => What::TcpOpened,
        (false, true) => What::Handshake,
        (false, false) if is_whole && !is_opened => What::Succeeded,
        // Without TCP no connection is established, of whatever kind.
        (false, false) if is_whole && !fails && !making.is_denied() => What::TcpOpened,
        _ => return,
    };
    if making.tokens.iter().any(|it| matches!(it.token, Token::Frames(_))) || making.clause.has(Word::Dns) {
        return;
    }
    if fails {
        making.fails.push((at, what));
    } else {
        making.claim(at, what);
    }
}

fn is_undone(making: &Making<'_>, done: usize, fail: usize) -> bool {
    let (Some(done), Some(fail)) = (making.tokens.get(done), making.tokens.get(fail)) else {
        return false;
    };
    let between = making.plain.get(done.to..fail.from).unwrap_or_default().trim();
    let written = making.plain.get(done.from..done.to).unwrap_or_default();
    !making.is_denied() && (matches!(between, "に" | "には" | "が") || written == "establish" || written == "complete")
}

fn healthy(making: &mut Making<'_>) {
    let Some(at) = making.first(&[Word::Healthy]) else {
        return;
    };
    let of_a_part = [
        Word::Certificate,
        Word::Certificates,
        Word::Chain,
        Word::Tcp,
        Word::Dns,
        Word::Http,
        Word::Port,
        Word::Sni,
        Word::Suite,
        Word::Group,
        Word::Proxy,
    ];
    let written = making
        .tokens
        .get(at)
        .and_then(|it| making.plain.get(it.from..it.to))
        .unwrap_or_default();
    // `no problem` is a negation by itself; a denial of it is not understood.
    let says_no = written.starts_with("no") || written.contains("問題");
    if making.clause.has_any(&of_a_part)
        || says_no && making.is_denied()
        || making.tokens.iter().any(|it| matches!(it.token, Token::Event(_)))
    {
        return;
    }
    if making.clause.has(Word::Handshake) {
        return making.claim(at, What::Handshake);
    }
    // `the connection works` says nothing about what goes over it.
    let what = match making
        .clause
        .has_any(&[Word::Attempt, Word::Attempts, Word::Connections])
        || making.words.contains("connection")
    {
        true => What::Succeeded,
        false => What::Healthy,
    };
    making.claim(at, what);
}
