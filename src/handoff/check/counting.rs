//! Clause → Claims on numbers of things, and on whether there are any.

use super::claims::{Counted, Step, What, Who};
use super::lexicon::{Event, Word};
use super::reading::{Making, Role, side};
use super::tokens::Token;

/// Reads numbers of things.
pub(super) fn counts(making: &mut Making<'_>) {
    let parties = making.parties();
    let by = parties.iter().find(|it| it.1 != Role::Recipient);
    let by = by.and_then(|(at, _)| making.token(*at)).and_then(side);
    for at in 0..making.tokens.len() {
        let Some(of) = counted(making, at) else { continue };
        if let Some((place, number)) = number_of(making, at) {
            let is_whole = making.tokens.get(place).is_some_and(|it| {
                making
                    .plain
                    .get(..it.from)
                    .is_some_and(|before| before.trim_end().ends_with('全'))
            });
            let is_all = is_whole || is_number_word(making, at) || making.clause.has_any(&[Word::Capture, Word::Here]);
            if of != Counted::Frames || is_all {
                making.take(place);
                making.claim(at, What::Count { of, number, by });
            }
        } else if !making.is_denied()
            && of == Counted::Retransmissions
            && making.clause.has_any(&[Word::Hold, Word::See, Word::Captured])
        {
            making.claim(at, What::Repeated);
        } else if making.is_denied() && of == Counted::Retransmissions {
            let none = What::Count {
                of,
                number: 0,
                by: None,
            };
            making.claim(at, none);
        } else if making.is_denied() && of == Counted::Alerts {
            making.claim(at, What::Step(Step::of(Event::Alert, by.map(Who::Side))));
        }
    }
}

/// The thing that a token counts, if it can be counted.
fn counted(making: &Making<'_>, at: usize) -> Option<Counted> {
    Some(match making.token(at)? {
        Token::Word(Word::Frames | Word::Packets) if is_of_a_kind(making, at) => return None,
        Token::Word(Word::Frames | Word::Packets) => Counted::Frames,
        // `the SYN's destination port is 443`
        Token::Event(Event::Step("syn")) if making.clause.has(Word::Port) => return None,
        Token::Word(Word::Syns) | Token::Event(Event::Step("syn")) => Counted::Syns,
        Token::Word(Word::Retransmissions) => Counted::Retransmissions,
        Token::Word(Word::Attempts) => Counted::Attempts,
        Token::Word(Word::Connections) if is_tcp(making, at) => Counted::TcpConnections,
        Token::Word(Word::Connections) => Counted::Connections,
        Token::Event(Event::Step("discovery-request")) => Counted::DiscoveryRequests,
        Token::Word(Word::Initial) => Counted::Initials,
        Token::Word(Word::Dns) if is_question(making, at) => Counted::Questions,
        Token::Word(Word::Certificates) => Counted::Certificates,
        Token::Word(Word::Certificate)
            if making.word(at + 2) == Some(Word::Times) || at > 1 && making.word(at - 2) == Some(Word::Times) =>
        {
            Counted::Certificates
        }
        Token::Word(Word::Alerts) => Counted::Alerts,
        // `TCP 接続は 2 本です`
        Token::Word(Word::Tcp | Word::Attempt) if is_counted_in_hon(making, at) => Counted::Connections,
        _ => return None,
    })
}

fn written<'a>(making: &'a Making<'_>, at: usize) -> &'a str {
    let placed = making.tokens.get(at);
    placed
        .and_then(|it| making.plain.get(it.from..it.to))
        .unwrap_or_default()
}

fn is_tcp(making: &Making<'_>, at: usize) -> bool {
    written(making, at).starts_with("tcp")
}

fn is_question(making: &Making<'_>, at: usize) -> bool {
    ["queries", "questions", "query", "クエリ", "問い合わせ", "照会"]
        .iter()
        .any(|it| written(making, at).ends_with(it))
}

/// `FIN パケット`, `DNS packets`: not all of the packets.
fn is_of_a_kind(making: &Making<'_>, at: usize) -> bool {
    const KINDS: [&str; 20] = [
        "dns",
        "udp",
        "tcp",
        "tls",
        "dtls",
        "quic",
        "icmp",
        "data",
        "capwap",
        "client",
        "server",
        "http",
        "rst",
        "fin",
        "ack",
        "syn",
        "initial",
        "handshake",
        "duplicate",
        "lost",
    ];
    let before = making.tokens.get(at).and_then(|it| making.plain.get(..it.from));
    let before = before.unwrap_or_default().trim_end();
    let word = before
        .rsplit(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    KINDS.contains(&word) || before.ends_with("サーバ") || before.ends_with("クライアント")
}

fn is_counted_in_hon(making: &Making<'_>, at: usize) -> bool {
    let written = |at: usize| making.tokens.get(at).and_then(|it| making.plain.get(it.from..it.to));
    (at + 2..at + 5).any(|at| making.word(at) == Some(Word::Times) && written(at) == Some("本"))
}

/// `フレーム数`
fn is_number_word(making: &Making<'_>, at: usize) -> bool {
    let written = making.tokens.get(at).and_then(|it| making.plain.get(it.from..it.to));
    written.is_some_and(|it| it.ends_with('数'))
}

/// The number of things at a place: `4 SYNs`, `SYN を 4 回`, `再送は 3 回`, `sent the SYN 4 times`, `6 枚の証明書`, `フレーム数は 27`.
fn number_of(making: &Making<'_>, at: usize) -> Option<(usize, u64)> {
    let number = |at: usize| match making.token(at) {
        Some(Token::Number(number)) => Some((at, *number)),
        _ => None,
    };
    let is_singular = matches!(making.token(at), Some(Token::Event(_))) && !written(making, at).ends_with("requests");
    // `Step 3: the query …` counts nothing.
    let is_beside = |(place, _): &(usize, u64)| {
        let ends = making
            .tokens
            .get(*place)
            .map(|it| it.to)
            .zip(making.tokens.get(at).map(|it| it.from));
        let gap = ends
            .and_then(|(from, to)| making.plain.get(from..to))
            .unwrap_or_default();
        !gap.contains([':', ';', ',', ')', '.'])
    };
    let before = || {
        at.checked_sub(1)
            .and_then(number)
            .filter(|it| !is_singular && is_beside(it))
    };
    let times = || (at + 1..at + 4).find_map(|at| number(at).filter(|_| making.word(at + 1) == Some(Word::Times)));
    let is_of = |at: usize| making.word(at - 2) == Some(Word::Times) && making.word(at - 1) == Some(Word::Of);
    let of_noun = || at.checked_sub(3).and_then(number).filter(|_| is_of(at));
    let behind = || (at + 1..at + 3).find_map(number).filter(|_| is_number_word(making, at));
    // `Frames in capture: 11`, `number of certificates from the server: 2`
    let listed = || {
        let is_between = |at: &usize| {
            matches!(
                making.token(*at),
                Some(
                    Token::Colon
                        | Token::Word(
                            Word::In
                                | Word::Is
                                | Word::Of
                                | Word::From
                                | Word::By
                                | Word::Capture
                                | Word::Here
                                | Word::Client
                                | Word::Server
                        )
                )
            )
        };
        let behind = (at + 1..making.tokens.len()).find(|at| !is_between(at))?;
        let says = matches!(making.token(behind - 1), Some(Token::Colon | Token::Word(Word::Is)));
        // `DNS query: 3` is a frame.
        let is_one = ["query", "question", "answer"]
            .iter()
            .any(|it| written(making, at).ends_with(it));
        number(behind).filter(|_| says && !is_one)
    };
    before().or_else(listed).or_else(times).or_else(of_noun).or_else(behind)
}
