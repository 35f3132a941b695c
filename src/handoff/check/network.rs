//! Clause → Claims on addresses and ports, on HTTP and on the version of QUIC.

use std::net::IpAddr;

use super::claims::What;
use super::lexicon::{Event, Word};
use super::reading::{Making, side};
use super::tokens::{Placed, Token};
use crate::connection::step::Side;

/// Reads them.
pub(super) fn read(making: &mut Making<'_>) {
    super::dns::read(making);
    super::senders::read(making);
    super::requests::read(making);
    quic(making);
    answered(making);
    between(making);
    places(making);
}

/// `QUIC version 1`, `QUIC v2`
fn quic(making: &mut Making<'_>) {
    let behind = making.words.split_once("quic").map_or("", |it| it.1).trim_start();
    let behind = ["version", "バージョン", "v"]
        .iter()
        .find_map(|it| behind.strip_prefix(it));
    let digits = behind.map(|it| it.trim_start_matches([' ', ':', 'は']));
    let version = digits.and_then(super::values::digits).filter(|(_, len)| *len > 0);
    if let Some((version, _)) = version {
        making.claim(0, What::QuicVersion(version));
    }
}

/// The status of an HTTP answer.
fn answered(making: &mut Making<'_>) {
    let named = |it: &Placed| {
        matches!(
            it.token,
            Token::Word(Word::Http | Word::Status) | Token::Event(Event::Step("http-response"))
        )
    };
    let word = making.tokens.iter().position(named);
    // `プロキシの応答は 407 です`
    let is_answer =
        |at: usize| at > 1 && making.word(at - 2) == Some(Word::Answer) && making.word(at - 1) == Some(Word::Is);
    let status = making.tokens.iter().enumerate().find_map(|(at, it)| match it.token {
        Token::Http(status) => Some((at, status)),
        Token::Number(number @ 100..=599)
            if is_answer(at)
                || is_returned(making, at, number)
                || word.is_some_and(|word| (word..word + 5).contains(&at)) =>
        {
            Some((at, number))
        }
        _ => None,
    });
    let Some((at, status)) = status else { return };
    making.take(at);
    let is_other = |it: &Placed| matches!(it.token, Token::Event(event) if event != Event::Step("http-response"));
    let mut frames = making.tokens.iter().enumerate().filter_map(|(at, it)| match &it.token {
        Token::Frames(frames) => Some((at, frames.clone())),
        _ => None,
    });
    let frames = match (frames.next(), frames.next()) {
        (Some(frames), None) if !making.tokens.iter().any(is_other) => Some(frames),
        _ => None,
    };
    if let Some((at, _)) = frames {
        making.take(at);
    }
    let frames = frames.map(|it| it.1);
    // `302, and the Location is www.example.com`: no party of the connection.
    if making.plain.contains("location") {
        let hosts = making.tokens.iter().filter(|it| matches!(it.token, Token::Host(_)));
        let places: Vec<usize> = hosts.map(|it| it.from).collect();
        making.used.extend(places);
    }
    making.claim(at, What::HttpStatus { status, frames });
}

/// Statuses that a number after `answers` or `sends back` may be (RFC 9110 section 15).
const STATUSES: [u64; 24] = [
    200, 201, 202, 204, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 407, 408, 413, 429, 500, 501, 502, 503,
    504,
];

/// `answers 404`, `answered with a 502`, `503 を返しました`
fn is_returned(making: &Making<'_>, at: usize, number: u64) -> bool {
    let is_verb = |at: Option<usize>| {
        at.and_then(|at| making.word(at))
            .is_some_and(|it| matches!(it, Word::Answer | Word::Send))
    };
    let before = at.checked_sub(1);
    let with = before.filter(|at| making.word(*at) == Some(Word::With));
    let behind = making.tokens.get(at).and_then(|it| making.plain.get(it.to..));
    let behind = behind.unwrap_or_default().trim_start();
    let is_returned = behind.starts_with('を') && is_verb(Some(at + 1));
    let counts = ["byte", "ms", "second", "packet", "segment", "frame", "time"];
    STATUSES.contains(&number)
        && (is_verb(before) || is_verb(with.and_then(|at| at.checked_sub(1))) || is_returned)
        && !counts.iter().any(|it| behind.starts_with(it))
        && !making.clause.has(Word::Port)
}

/// The port that is said of the address at a place, with its own: `192.0.2.1:443`, `192.0.2.1 on port 443`,
/// `192.0.2.1 のポート 443`.
fn port_of(making: &Making<'_>, at: usize, own: Option<u16>) -> Option<(usize, u16)> {
    if let Some(port) = own {
        return Some((at, port));
    }
    // `port 443 of 192.0.2.1`
    let in_front = at.checked_sub(3).filter(|word| making.word(word + 2) == Some(Word::Of));
    let in_front = in_front.filter(|word| making.word(*word) == Some(Word::Port));
    if let Some(found) = in_front.and_then(|word| port_behind(making, word)) {
        return Some(found);
    }
    let is_address = |at: &usize| matches!(making.token(*at), Some(Token::Address(..)));
    let behind = (at + 1..making.tokens.len()).take_while(|at| !is_address(at));
    let is_of_next =
        |at: usize| making.word(at + 2) == Some(Word::Of) && matches!(making.token(at + 3), Some(Token::Address(..)));
    let mut words = behind.filter(|at| making.word(*at) == Some(Word::Port) && !is_of_next(*at));
    words.find_map(|word| port_behind(making, word))
}

/// `port 80`, `port: 80`, `ポートは 80`
fn port_behind(making: &Making<'_>, word: usize) -> Option<(usize, u16)> {
    let at = match making.token(word + 1)? {
        Token::Word(Word::Is) | Token::Colon => word + 2,
        _ => word + 1,
    };
    match making.token(at)? {
        Token::Number(number) => Some((at, u16::try_from(*number).ok()?)),
        _ => None,
    }
}

/// `192.0.2.1:50000 → 192.0.2.2:443`, `the connection runs from … to …`, `192.0.2.1 が 192.0.2.2 に接続`
fn between(making: &mut Making<'_>) {
    let addresses: Vec<(usize, IpAddr, Option<u16>)> = making
        .tokens
        .iter()
        .enumerate()
        .filter_map(|(at, it)| match it.token {
            Token::Address(address, port) => Some((at, address, port)),
            _ => None,
        })
        .collect();
    let [(first, from, from_port), (second, to, to_port)] = addresses.as_slice() else {
        return;
    };
    let is_target = first.checked_sub(1).and_then(|at| making.word(at)) == Some(Word::To);
    let gap = making.tokens.get(*first).zip(making.tokens.get(*second));
    let gap = gap
        .and_then(|(one, other)| making.plain.get(one.to..other.from))
        .unwrap_or_default();
    let leads =
        !is_target && !gap.contains([',', '、']) && (*first..*second).any(|at| making.word(at) == Some(Word::To));
    let connects = making.clause.has(Word::Attempt) || making.word(second + 1) == Some(Word::ToBefore);
    let is_other = making.clause.has_any(&[Word::Dns, Word::Proxy, Word::Http]) || making.is_denied();
    if is_other || !(leads || connects) {
        return;
    }
    let from_port = port_of(making, *first, *from_port);
    let to_port = port_of(making, *second, *to_port);
    for (at, _) in from_port.into_iter().chain(to_port) {
        making.take(at);
    }
    making.take(*first);
    making.take(*second);
    let port = |it: Option<(usize, u16)>| it.map(|it| it.1);
    let what = What::Between {
        from: (*from, port(from_port)),
        to: (*to, port(to_port)),
    };
    making.claim(*second, what);
}

/// True if a party and an address do not belong together: `the controller queries 192.0.2.53`, `RST の送信元は 192.0.2.1`.
fn is_apart(making: &Making<'_>, party: usize, address: usize) -> bool {
    let place = |at: usize| making.tokens.get(at).map(|it| (it.from, it.to));
    let (Some((from, to)), Some((end, _))) = (place(party), place(address)) else {
        return true;
    };
    let written = making.plain.get(from..to).unwrap_or_default();
    let has_event = making
        .tokens
        .iter()
        .any(|it| matches!(it.token, Token::Event(_) | Token::Frames(_)));
    let is_role = ["送信元", "宛先", "接続先", "destination", "initiator"].contains(&written);
    const LINKS: [&str; 12] = [
        "has", "uses", "is", "was", "at", "the", "s", "address", "ip", "ipv4", "ipv6", "on",
    ];
    let has_host = (party..address).any(|at| matches!(making.token(at), Some(Token::Host(_))));
    let between = making.plain.get(to..end).unwrap_or_default();
    let mut words = between
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|it| !it.is_empty());
    is_role && has_event || !has_host && words.any(|it| !LINKS.contains(&it))
}

/// `192.0.2.1 のポート 443 に接続`: the address is what somebody reaches, and not that of the party before it.
pub(super) fn is_reached(making: &Making<'_>, at: usize) -> bool {
    let behind = making.tokens.get(at).and_then(|it| making.plain.get(it.to..));
    let behind = behind.unwrap_or_default().trim_start();
    let of_port = behind
        .strip_prefix("のポート")
        .or_else(|| behind.strip_prefix("の ポート"));
    let behind = of_port.map_or(behind, |it| {
        it.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == '番')
    });
    // `サーバーは 192.0.2.1 を使っています`
    !behind.starts_with("を使")
        && ["に", "へ", "を", "と", "から", "宛", "で受", "との"]
            .iter()
            .any(|it| behind.starts_with(it))
}

/// `the server has the address 192.0.2.1`
fn has_it(making: &Making<'_>, at: usize) -> bool {
    let ends = making.tokens.get(at).zip(making.tokens.get(at + 1));
    let behind = ends.and_then(|(verb, next)| making.plain.get(verb.to..next.from));
    let written = making.tokens.get(at).and_then(|it| making.plain.get(it.from..it.to));
    written == Some("has") && behind.is_some_and(|it| it.contains("address"))
}

/// `192.0.2.1 is the client and 192.0.2.2 the server`
fn roles(making: &mut Making<'_>) {
    let leads = |at: usize| {
        let gap = making.tokens.get(at).zip(making.tokens.get(at + 1));
        let gap = gap.and_then(|(one, other)| making.plain.get(one.to..other.from));
        gap.is_some_and(|it| it.trim() == "が") && making.word(at + 2) == Some(Word::Is)
    };
    let is = |at: usize| making.word(at + 1) == Some(Word::Is);
    let told = |at: usize| making.token(at + 1 + usize::from(is(at))).and_then(side);
    let found: Vec<(usize, IpAddr, Option<u16>, Side)> = making
        .tokens
        .iter()
        .enumerate()
        .filter_map(|(at, it)| match it.token {
            Token::Address(address, port) => Some((at, address, port, told(at)?)),
            _ => None,
        })
        .collect();
    // `192.0.2.1 は client からの …` says more than `192.0.2.1 は client です`.
    let ends = |at: usize| {
        let written = making
            .tokens
            .get(at + 1)
            .and_then(|it| making.plain.get(it.from..it.to));
        let next = making.token(at + 3);
        written != Some("は") || matches!(next, None | Some(Token::Comma | Token::Word(Word::Is)))
    };
    if making.is_denied() || !found.iter().any(|it| is(it.0) || leads(it.0)) || !found.iter().all(|it| ends(it.0)) {
        return;
    }
    for (at, address, port, of) in found {
        making.take(at);
        let (of, address) = (Some(of), Some(address));
        making.claim(at, What::Place { of, address, port });
    }
}

/// Addresses and ports of the two sides.
fn places(making: &mut Making<'_>) {
    roles(making);
    for at in 0..making.tokens.len() {
        if making.tokens.get(at).is_some_and(|it| making.used.contains(&it.from)) {
            continue;
        }
        let Some(Token::Address(address, port)) = making.token(at).cloned() else {
            continue;
        };
        let is_link = |at: &usize| {
            matches!(
                making.token(*at),
                Some(Token::Word(Word::Is | Word::Of) | Token::Open | Token::Colon | Token::Host(_))
            ) || has_it(making, *at)
        };
        let back = (0..at).rev().find(|at| !is_link(at));
        let party = back.and_then(|at| making.token(at)).and_then(side);
        let begins_verb = making.word(at.wrapping_sub(1)) == Some(Word::In);
        let is_apart = back.is_some_and(|back| is_apart(making, back, at)) || is_reached(making, at);
        // Only `is not 192.0.2.1` denies an address.
        let is_other = making.is_denied() && making.word(at.wrapping_sub(1)) != Some(Word::Not);
        if let (Some(party), false) = (party, begins_verb || is_apart || is_other) {
            making.take(at);
            let (of, address) = (Some(party), Some(address));
            making.claim(at, What::Place { of, address, port });
        }
    }
    proxy(making);
    let Some(word) = making.first(&[Word::Port]) else {
        return;
    };
    // `port 443 is not a TLS port` denies something else than the port.
    let is_other = making.is_denied() && !making.clause.has_verb();
    if let Some((at, port)) = port_behind(making, word)
        && !is_other
        && !making.clause.has_any(&[Word::Dns, Word::Proxy])
        && making.tokens.get(at).is_some_and(|it| !making.used.contains(&it.from))
    {
        making.take(at);
        let of = port_owner(making, word);
        let (address, port) = (None, Some(port));
        making.claim(word, What::Place { of, address, port });
    }
}

/// `The proxy is 192.0.2.1.`
fn proxy(making: &mut Making<'_>) {
    let is_proxy = |at: usize| {
        let written = making.tokens.get(at).and_then(|it| making.plain.get(it.from..it.to));
        making.word(at) == Some(Word::Proxy) && written.is_some_and(|it| it == "proxy" || it.starts_with("プロキシ"))
    };
    let is_link = |at: usize| {
        matches!(
            making.token(at),
            Some(Token::Word(Word::Is | Word::In) | Token::Open | Token::Colon)
        )
    };
    let found = (0..making.tokens.len()).filter(|at| is_proxy(*at)).find_map(|at| {
        let at = at + 1 + usize::from(is_link(at + 1));
        match making.token(at) {
            Some(Token::Address(address, port)) if !is_other_role(making, at) => Some((at, *address, *port)),
            _ => None,
        }
    });
    if let Some((at, address, port)) = found {
        let port_at = port_of(making, at, port).filter(|(word, _)| *word == at || is_its_port(making, at));
        let port = port_at.map(|it| it.1);
        if let Some((at, _)) = port_at {
            making.take(at);
        }
        making.take(at);
        making.claim(at, What::Proxy { address, port });
    }
}

/// `192.0.2.1 on port 80`, and not `192.0.2.1 refuses the request for port 80`
fn is_its_port(making: &Making<'_>, at: usize) -> bool {
    let behind = making.tokens.get(at).and_then(|it| making.plain.get(it.to..));
    let behind = behind.unwrap_or_default().trim_start_matches([' ', ',']);
    [
        "port",
        "on port",
        "on tcp port",
        "at port",
        "のポート",
        "の ポート",
        "(port",
        "(tcp port",
    ]
    .iter()
    .any(|it| behind.starts_with(it))
}

/// `via the proxy 192.0.2.1 to 192.0.2.2 on port 443`: with two addresses the port may be that of the other.
fn is_other_role(making: &Making<'_>, at: usize) -> bool {
    let others = making
        .tokens
        .iter()
        .enumerate()
        .filter(|(other, it)| *other != at && matches!(it.token, Token::Address(..) | Token::Host(_)));
    others.count() > 0
}

/// `server port 80`, `the server's port`, `接続先のポート`
fn port_owner(making: &Making<'_>, word: usize) -> Option<Side> {
    let written = making.tokens.get(word).and_then(|it| making.plain.get(..it.from));
    let written = written.unwrap_or_default().trim_end();
    if written.ends_with("source") {
        return Some(Side::Client);
    }
    let before = word.checked_sub(1)?;
    let at = match making.word(before) {
        Some(Word::Of) => before.checked_sub(1)?,
        _ => before,
    };
    making.token(at).and_then(side)
}
