//! Clause → Claims on DNS: what was asked, of whom, and what came back.

use super::claims::What;
use super::lexicon::Word;
use super::network::is_reached;
use super::reading::Making;
use super::tokens::{Placed, Token};

/// Reads them.
pub(super) fn read(making: &mut Making<'_>) {
    asked(making);
    asked_name(making);
    name_server(making);
    resolved(making);
}

/// An answer of DNS, and the frames of questions and answers.
fn resolved(making: &mut Making<'_>) {
    let status = making
        .tokens
        .iter()
        .position(|it| matches!(it.token, Token::Word(Word::DnsStatus(_))));
    if let Some(at) = status
        && let Some(Word::DnsStatus(status)) = making.word(at)
    {
        return making.claim(at, What::DnsStatus(status));
    }
    let Some(word) = making.first(&[Word::Dns]) else { return };
    let written = making.tokens.get(word).and_then(|it| making.plain.get(it.from..it.to));
    let written = written.unwrap_or_default().to_owned();
    let names = |words: &[&str]| words.iter().any(|it| written.contains(it));
    let is_answer = making.clause.has(Word::Answer) || names(&["response", "answer", "reply", "応答"]);
    let is_question = names(&["query", "question", "request", "問い合わせ", "クエリ", "照会"]);
    if is_answer != is_question && !making.is_denied() && frames(making, word, is_answer) && !is_answer {
        return;
    }
    // `192.0.2.1 に解決`
    let from = if ["に解決", "へ解決"].contains(&written.as_str()) {
        0
    } else {
        word
    };
    let address = making.tokens.iter().enumerate().skip(from);
    let address = address.into_iter().find_map(|(at, it)| match it.token {
        Token::Address(address, _) if !making.used.contains(&it.from) => Some((at, address)),
        _ => None,
    });
    // `the result is sent to 192.0.2.1`
    let is_result = |at: usize| {
        let behind = making.tokens.get(at).and_then(|it| making.plain.get(it.to..));
        let behind = behind.unwrap_or_default().trim_start();
        behind.starts_with("に解決")
            || behind.starts_with("へ解決")
            || behind.starts_with("を返")
            || behind.starts_with("が返")
    };
    let is_receiver = |at: usize| is_reached(making, at) && !is_result(at);
    let address = address.filter(|(at, _)| !is_receiver(*at));
    match address {
        Some((at, address)) => {
            let before = at.checked_sub(1).and_then(|at| making.word(at));
            // `from 192.0.2.1` is the server that was asked, `is at 192.0.2.1` is what it said.
            let is_at = before == Some(Word::In) && at > 1 && making.word(at - 2) == Some(Word::Is);
            // `The answer in frame 4 is sent to 192.0.2.1`
            let is_sent = before == Some(Word::To) && !making.claims.is_empty();
            if is_at || !is_sent && !matches!(before, Some(Word::From | Word::By | Word::In | Word::Proxy)) {
                making.take(at);
                making.claim(at, What::Resolved(address));
            }
        }
        None if !making.claims.is_empty() => {}
        None if is_answer || making.clause.has(Word::Complete) => making.claim(word, What::DnsAnswered),
        None => {}
    }
}

/// `The query goes to 192.0.2.53 in frame 3.`, `the client asks 192.0.2.53 for the A record of …`
fn asked(making: &mut Making<'_>) {
    let asks_for_host =
        making.words.contains(" for ") && making.tokens.iter().any(|it| matches!(it.token, Token::Host(_)));
    let names_dns = making.clause.has(Word::Dns)
        || asks_for_host
        || ["resolve", "問い合わせ先", "name server", "dns "]
            .iter()
            .any(|it| making.words.contains(it));
    let is_step = making.tokens.iter().any(|it| matches!(it.token, Token::Event(_)));
    if !names_dns || is_step || making.is_denied() {
        return;
    }
    let found = making.tokens.iter().enumerate().find_map(|(at, it)| match it.token {
        Token::Address(address, _) if is_asked(making, it.from, it.to) => Some((at, address)),
        _ => None,
    });
    let Some((at, address)) = found else { return };
    let mut frames = making.tokens.iter().enumerate().filter_map(|(at, it)| match &it.token {
        Token::Frames(frames) => Some((at, frames.clone())),
        _ => None,
    });
    let frames = match (frames.next(), frames.next()) {
        (Some(frames), None) => Some(frames),
        _ => None,
    };
    let mut hosts = making.tokens.iter().filter_map(|it| match &it.token {
        Token::Host(name) => Some(name.clone()),
        _ => None,
    });
    let name = hosts.next().filter(|_| hosts.next().is_none());
    making.take(at);
    if let Some((at, _)) = frames {
        making.take(at);
    }
    let frames = frames.map(|it| it.1);
    making.claim(at, What::Asked { address, frames, name });
}

/// Words before and behind a name that was asked for.
const FOR_NAME: [&str; 27] = [
    "query is for",
    "query was for",
    "question is for",
    "question was for",
    "query for",
    "queries for",
    "question for",
    "look-up for",
    "look-up of",
    "lookup for",
    "lookup of",
    "asks dns for",
    "asked dns for",
    "asks the name server for",
    "asked the name server for",
    "asks the dns server for",
    "asked the dns server for",
    "asks the resolver for",
    "asked the resolver for",
    "looks up",
    "looked up",
    "name in the query is",
    "queried name is",
    "クエリの名前は",
    "クエリーの名前は",
    "問い合わせの名前は",
    "問い合わせた名前は",
];
const NAME_IS_ASKED: [&str; 9] = [
    "を引い",
    "を引き",
    "を名前解決",
    "を解決",
    "を問い合わせ",
    "について問い合わせ",
    "の名前解決",
    "is looked up",
    "was looked up",
];

/// `The DNS query is for www.example.com.`, `フレーム 2 で www.example.com を引いています`
fn asked_name(making: &mut Making<'_>) {
    let is_step = |it: &Placed| matches!(it.token, Token::Event(_));
    if making.is_denied() || making.tokens.iter().any(is_step) {
        return;
    }
    let mut hosts = making.tokens.iter().enumerate().filter_map(|(at, it)| match &it.token {
        Token::Host(name) => Some((at, name.clone())),
        _ => None,
    });
    let (Some((at, name)), None) = (hosts.next(), hosts.next()) else {
        return;
    };
    let place = making.tokens.get(at).map_or((0, 0), |it| (it.from, it.to));
    let before = making.plain.get(..place.0).unwrap_or_default();
    let before = before.trim_end_matches([' ', '"', ':']);
    let behind = making.plain.get(place.1..).unwrap_or_default();
    let behind = behind.trim_start_matches([' ', '"']);
    if FOR_NAME.iter().any(|it| before.ends_with(it)) || NAME_IS_ASKED.iter().any(|it| behind.starts_with(it)) {
        making.take(at);
        making.claim(at, What::AskedName(name));
    }
}

/// True if the words beside an address say that it is asked.
fn is_asked(making: &Making<'_>, from: usize, to: usize) -> bool {
    let before = making.plain.get(..from).unwrap_or_default().trim_end();
    let behind = making.plain.get(to..).unwrap_or_default().trim_start();
    const ASKS: [&str; 9] = [
        "asks",
        "ask",
        "asked",
        "asking",
        "queries",
        "queried",
        "query to",
        "question to",
        "type a, at",
    ];
    const IS_ASKED: [&str; 6] = [
        "is asked",
        "was asked",
        "is queried",
        "に問い合わせ",
        "へ問い合わせ",
        "に照会",
    ];
    // Answers are sent to somebody, too.
    const GOES: [&str; 7] = [
        "goes to",
        "sent to",
        "went to",
        "to the dns server",
        "to the name server",
        "to dns server",
        "to the resolver",
    ];
    let is_question = ["query", "question", "look-up", "look up", "lookup", "クエリ"]
        .iter()
        .any(|it| making.words.contains(it));
    let is_answer = ["answer", "response", "reply", "応答", "回答", "結果"]
        .iter()
        .any(|it| making.words.contains(it));
    let goes = is_question && !is_answer && GOES.iter().any(|it| before.ends_with(it));
    // `the name server is 192.0.2.53`
    let is_server = [
        "name server is",
        "ネームサーバーは",
        "ネームサーバは",
        "dns サーバーは",
        "dns サーバは",
        "dns server is",
        "resolver is",
        "dns server:",
        "name server:",
    ]
    .iter()
    .any(|it| before.ends_with(it))
        || making.words.contains("問い合わせ先") && before.ends_with(['は', ':']);
    goes || is_server || ASKS.iter().any(|it| before.ends_with(it)) || IS_ASKED.iter().any(|it| behind.starts_with(it))
}

/// `The name server never answered.`
fn name_server(making: &mut Making<'_>) {
    const NAMES: [&str; 5] = ["name server", "dns server", "resolver", "dns サーバ", "dns サーバー"];
    let is_server = |it: &Placed| {
        let written = making.plain.get(it.from..it.to).unwrap_or_default();
        it.token == Token::Word(Word::Proxy) && NAMES.contains(&written)
    };
    let is_other = |it: &Placed| matches!(it.token, Token::Event(_) | Token::Frames(_) | Token::Address(..));
    let Some(verb) = making.first(&[Word::Answer]) else {
        return;
    };
    let at = making.tokens.iter().position(is_server);
    if at.is_some_and(|at| at < verb)
        && !making.tokens.iter().any(is_other)
        && !making.clause.has_any(&[Word::With, Word::Receive])
    {
        making.claim(verb, What::DnsAnswered);
    }
}

/// The frames of a question or an answer, where the clause names no other step.
fn frames(making: &mut Making<'_>, word: usize, is_answer: bool) -> bool {
    let is_step = |it: &Placed| matches!(it.token, Token::Event(_));
    let mut frames = making.tokens.iter().enumerate().filter_map(|(at, it)| match &it.token {
        Token::Frames(frames) => Some((at, frames.clone())),
        _ => None,
    });
    let (Some((at, frames)), None, false) = (frames.next(), frames.next(), making.tokens.iter().any(is_step)) else {
        return false;
    };
    making.take(at);
    making.claim(word, What::DnsFrames { is_answer, frames });
    true
}
