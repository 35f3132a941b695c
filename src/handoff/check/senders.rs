//! Clause → Claims on the sender of a frame, whatever the frame holds, and on the target of a tunnel through a proxy.

use super::Mark;
use super::claims::{Step, What, Who};
use super::facts::Facts;
use super::judging::Judgement;
use super::lexicon::{Event, Word};
use super::measured::found;
use super::reading::{Making, side};
use super::stepped::shown;
use super::tokens::{Frames, Placed, Token};
use crate::base::phrase::phrase;
use crate::base::wire_text::in_prose;

/// Words that lead from a frame to its sender, or back.
const SENDS: [&str; 17] = [
    "sends frame",
    "sends packet",
    "sent frame",
    "sent packet",
    "source of frame",
    "source of packet",
    "sender of frame",
    "sender of packet",
    "is sent by",
    "was sent by",
    "comes from",
    "came from",
    "の送信元は",
    "の送信者は",
    "が送った",
    "が送信した",
    "から送られ",
];

/// Reads them.
pub(super) fn read(making: &mut Making<'_>) {
    sender(making);
    opener(making);
    tunnel(making);
}

/// `The source of packet 10 is the server.`, `フレーム 10 の送信元はサーバーです`
fn sender(making: &mut Making<'_>) {
    let is_other = |it: &Placed| {
        matches!(
            it.token,
            Token::Event(_)
                | Token::Alert(..)
                | Token::Host(_)
                | Token::Word(
                    Word::Certificate
                        | Word::Chain
                        | Word::Dns
                        | Word::Http
                        | Word::Proxy
                        | Word::Answer
                        | Word::Receive
                )
        )
    };
    let says = SENDS.iter().any(|it| making.words.contains(it));
    if !says || making.is_denied() || making.tokens.iter().any(is_other) {
        return;
    }
    let mut frames = making.tokens.iter().filter_map(|it| match &it.token {
        Token::Frames(frames) if !frames.is_span && frames.list.len() == 1 => Some((it.from, frames.clone())),
        _ => None,
    });
    let mut senders = making.tokens.iter().filter_map(|it| match it.token {
        Token::Address(address, port) => Some((it.from, Who::At(address, port))),
        _ => side(&it.token).map(|side| (it.from, Who::Side(side))),
    });
    let (Some((place, frames)), None) = (frames.next(), frames.next()) else {
        return;
    };
    let (Some((by_place, by)), None) = (senders.next(), senders.next()) else {
        return;
    };
    making.used.extend([place, by_place]);
    making.claim(0, What::Sender { frames, by });
}

/// Words for the first SYN.
const OPENS: [&str; 12] = [
    "opens the tcp connection",
    "opened the tcp connection",
    "opens a tcp connection",
    "opened a tcp connection",
    "opens the connection",
    "opened the connection",
    "initiates the tcp connection",
    "initiated the tcp connection",
    "initiates the connection",
    "initiated the connection",
    "接続を開始し",
    "接続を開い",
];

/// `The controller opens the TCP connection.`
fn opener(making: &mut Making<'_>) {
    let Some(opens) = OPENS.iter().find(|it| making.words.contains(**it)) else {
        return;
    };
    let is_step = |it: &Placed| matches!(it.token, Token::Event(_) | Token::Alert(..) | Token::Word(Word::Proxy));
    if making.is_denied() || making.tokens.iter().any(is_step) {
        return;
    }
    let mut sides = making.tokens.iter().filter_map(|it| Some((it.from, side(&it.token)?)));
    let (Some((place, by)), None) = (sides.next(), sides.next()) else {
        return;
    };
    // `192.0.2.1 opens the connection to the server` names the other side only.
    if making.plain.get(place..).is_some_and(|it| it.contains(opens)) {
        making.used.push(place);
        making.claim(0, What::Step(Step::of(Event::Step("syn"), Some(Who::Side(by)))));
    }
}

/// Whether the steps in a frame are of this sender.
pub(super) fn sent_by(frames: &Frames, by: &Who, facts: &Facts<'_>) -> Judgement {
    let frame = frames.list.first().copied().unwrap_or_default();
    if frame == 0 || frame > facts.report.capture.frames {
        let frames = facts.report.capture.frames;
        return Judgement::new(Mark::False).because(phrase("why-no-frame").with("frames", frames));
    }
    let held = facts.at(frame);
    let is_his = |of: &super::facts::Of<'_>, event: &super::facts::Event<'_>| {
        of.side_of(by).map(|side| side.name() == event.side)
    };
    let told: Vec<Option<bool>> = held.iter().map(|(of, event)| is_his(of, event)).collect();
    let shows = held.iter().map(|(_, event)| (frame, shown(event).1)).collect();
    match () {
        () if told.is_empty() || told.contains(&None) => Judgement::open("check-why-unknown-frame"),
        () if told.iter().all(|it| *it == Some(true)) => Judgement::new(Mark::True).showing(shows),
        () if told.iter().all(|it| *it == Some(false)) => Judgement::new(Mark::False).showing(shows),
        () => Judgement::open("check-why-two-readings").showing(shows),
    }
}

/// `The controller sends CONNECT www.example.com:443 to the proxy.`
fn tunnel(making: &mut Making<'_>) {
    let is_target = |it: &Placed| {
        let before = making.plain.get(..it.from).unwrap_or_default();
        let before = before.trim_end_matches([' ', '"', ':']);
        before.ends_with("connect") || before.ends_with("connect to") && before.contains("request")
    };
    let target = making.tokens.iter().enumerate().find_map(|(at, it)| match &it.token {
        Token::Host(name) if is_target(it) => Some((at, name.clone())),
        _ => None,
    });
    let Some((at, name)) = target.filter(|_| !making.is_denied()) else {
        return;
    };
    // `they connect to www.example.com` is about no proxy.
    let is_request = making.clause.has(Word::Proxy)
        || making.words.contains("request")
        || making.words.contains("リクエスト")
        || making
            .tokens
            .iter()
            .any(|it| it.token == Token::Event(Event::Step("connect-request")));
    if is_request {
        making.take(at);
        making.claim(at, What::Tunnel(name));
    }
}

/// Whether a proxy was asked for a tunnel to this host.
pub(super) fn tunnel_to(name: &str, facts: &Facts<'_>) -> Judgement {
    let requests = facts.connections.iter().flat_map(|of| &of.connection.http);
    let targets: Vec<(u64, &str)> = requests
        .filter(|it| it.method.as_deref() == Some("CONNECT"))
        .filter_map(|it| Some((it.request?, it.target.as_deref()?)))
        .collect();
    let host = |target: &str| target.rsplit_once(':').map_or(target, |it| it.0).to_ascii_lowercase();
    let wanted = host(name);
    let is_it = |target: &&(u64, &str)| host(target.1) == wanted || target.1.eq_ignore_ascii_case(name);
    let is_complete = facts.report.capture.not_judged == 0;
    match (targets.iter().find(is_it), targets.first()) {
        (Some((frame, target)), _) => Judgement::new(Mark::True).showing(vec![(
            *frame,
            phrase("why-connect").with("target", in_prose(target).into_owned()),
        )]),
        (None, Some((_, target))) if is_complete => Judgement::new(Mark::False).because(found(&in_prose(target))),
        _ => Judgement::open("check-why-nothing-of-it"),
    }
}
