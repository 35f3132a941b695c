//! Clause → Claims on steps: the sender of a message and its frame.

use super::agents::{SENDING, agent, take_party};
use super::claims::{Step, What, Who};
use super::lexicon::{Event, Word};
use super::named::{Named, has_time, named};
use super::reading::Making;
use super::tokens::{Frames, Moment, Token};
use crate::connection::step::Side;

/// Words besides those for sending that make a claim of a named step.
const SAYING: &[Word] = &[Word::Receive, Word::See, Word::Hold, Word::Captured];

/// Reads claims on steps.
pub(super) fn read(making: &mut Making<'_>) {
    let mut named = named(making);
    super::endings::answers(making, &mut named);
    let frames = frames_of(making, &named);
    let sent = making.clause.has_any(SENDING) || making.clause.has_any(SAYING) || making.is_denied();
    for (place, it) in named.iter().enumerate() {
        let frames = frames.get(place).cloned().flatten();
        if it.is_answered {
            continue;
        }
        // Any frame may acknowledge: without one nothing is claimed.
        if it.event == Event::Step("ack") && frames.is_none() {
            continue;
        }
        let Ok((by, is_told)) = agent(making, it) else { continue };
        take_party(making, by.as_ref());
        let is_alert = it.event == Event::Alert && (it.alert.is_some() || it.number.is_some());
        let names_alert = is_alert && (making.clause.has(Word::Is) || it.alert.is_some() && it.number.is_some());
        // `Alert level: warning`
        let names_level = it.event == Event::Alert
            && making.words.contains("alert level")
            && making.clause.has_any(&[Word::Fatal, Word::Warning]);
        let names_alert = names_alert || names_level;
        let asks = asks(making, it);
        if frames.is_none() && !(sent || is_told || names_alert || asks || has_time(making)) {
            continue;
        }
        // `the handshake finished` is about the handshake.
        if it.event == Event::Step("finished") && making.clause.has(Word::Handshake) && frames.is_none() {
            continue;
        }
        // `the problem is not the certificate` denies no message.
        if frames.is_none() && making.is_denied() && (is_copula(making) || is_content(making, it.at)) {
            continue;
        }
        for at in it.at..it.to {
            making.take(at);
        }
        // `The first FIN comes from the client.`
        let is_first = making.clause.has(Word::First) || comes_before(making.plain);
        if let (Event::Step("fin"), Some(_), true) = (it.event, &by, is_first) {
            let (by, how) = (by.clone(), super::claims::Ending::Fin);
            making.claim(it.at, What::Ended { how, by, first: true });
        }
        let step = Step {
            event: it.event,
            by,
            frames: frames.map(|(at, frames)| {
                making.take(at);
                frames
            }),
            alert: it.alert,
            number: it.number,
            fatal: making.clause.has(Word::Fatal) && it.event == Event::Alert && !making.clause.has(Word::Warning),
            warning: making.clause.has(Word::Warning) && it.event == Event::Alert && !making.clause.has(Word::Fatal),
            at: moment(making, named.len()),
            in_capture: making.clause.has_any(&[Word::Captured, Word::See, Word::Hold]),
        };
        making.claim(it.at, What::Step(step));
    }
    super::endings::endings(making, &named);
    hellos(making);
}

/// True if what is denied is that one thing is another: `is not the one`, `証明書ではありません`.
pub(super) fn is_copula(making: &Making<'_>) -> bool {
    let Some(at) = making.tokens.iter().position(|it| super::clauses::is_denial(&it.token)) else {
        return false;
    };
    let Some(placed) = making.tokens.get(at) else {
        return false;
    };
    let written = making.plain.get(placed.from..placed.to).unwrap_or_default();
    let before = making.plain.get(..placed.from).unwrap_or_default().trim_end();
    if !written.is_ascii() {
        return before.ends_with("では") || before.ends_with("じゃ");
    }
    let is_verb = |word: Word| SENDING.contains(&word) || SAYING.contains(&word) || word == Word::Offer;
    let does = making.word(at + 1).is_some_and(is_verb)
        || matches!(
            making.word(at + 1),
            Some(Word::Is | Word::From | Word::By | Word::FromBefore)
        )
        || before.ends_with("there")
        || before.ends_with("there is")
        || before.ends_with("there was");
    // `not the certificate is the problem`
    if at == 0 && written == "not" {
        return true;
    }
    let be = ["is", "was", "are", "were", "it's"];
    let is_be = ["isn't", "wasn't", "aren't", "weren't"].contains(&written)
        || written == "not" && be.iter().any(|it| before.ends_with(it));
    is_be && !does
}

/// `証明書を含むパケットが届いていません` denies the packet.
fn is_content(making: &Making<'_>, at: usize) -> bool {
    let denial = making.tokens.iter().position(|it| super::clauses::is_denial(&it.token));
    (at + 1..denial.unwrap_or(0)).any(|at| matches!(making.word(at), Some(Word::Packets | Word::Frames)))
}

/// `sends its FIN before the server does`
fn comes_before(plain: &str) -> bool {
    let behind = plain.split_once(" before ").map_or("", |it| it.1).trim_end_matches('.');
    [" does", " did", " do"].iter().any(|it| behind.ends_with(it))
}

/// `the hellos are frames 8 (client) and 10 (server)`
fn hellos(making: &mut Making<'_>) {
    let Some((_, behind)) = making.plain.split_once("hellos ") else {
        return;
    };
    let frame_of = |sign: &str| {
        let before = behind.split_once(sign)?.0.trim_end();
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        before.get(before.len() - digits..)?.parse::<u64>().ok()
    };
    let both = frame_of("(client)").zip(frame_of("(server)"));
    let Some((client, server)) = both.filter(|_| !making.is_denied()) else {
        return;
    };
    for (event, frame, side) in [
        ("client-hello", client, Side::Client),
        ("server-hello", server, Side::Server),
    ] {
        let frames = Frames {
            list: vec![frame],
            is_span: false,
        };
        let step = Step {
            frames: Some(frames),
            ..Step::of(Event::Step(event), Some(Who::Side(side)))
        };
        making.claim(0, What::Step(step));
    }
}

/// True if the step is written as what its sender does: `asks for a client certificate`.
pub(super) fn asks(making: &Making<'_>, it: &Named) -> bool {
    if it.event != Event::Step("certificate-request") {
        return false;
    }
    let written = making.tokens.get(it.at).and_then(|it| making.plain.get(it.from..it.to));
    let is_verb = |text: &str| {
        ["ask", "request", "demand", "want"]
            .iter()
            .any(|verb| text.starts_with(verb))
    };
    written.is_some_and(|it| is_verb(it) && !it.starts_with("request for") || it.ends_with("を要求"))
}

/// The time of day for the only step of a clause.
fn moment(making: &mut Making<'_>, steps: usize) -> Option<Moment> {
    let at = making
        .tokens
        .iter()
        .position(|it| matches!(it.token, Token::Moment(Moment { seconds: Some(_), .. })))?;
    if steps != 1 || making.used.contains(&making.tokens.get(at)?.from) {
        return None;
    }
    making.take(at);
    match making.token(at)? {
        Token::Moment(moment) => Some(*moment),
        _ => None,
    }
}

/// The frames of each step, with their place.
fn frames_of(making: &Making<'_>, named: &[Named]) -> Vec<Option<(usize, Frames)>> {
    let mut of: Vec<Option<(usize, Frames)>> = named.iter().map(|_| None).collect();
    let all: Vec<(usize, &Frames)> = making
        .tokens
        .iter()
        .enumerate()
        .filter_map(|(at, it)| match &it.token {
            Token::Frames(frames) => Some((at, frames)),
            _ => None,
        })
        .collect();
    if let [(at, frames)] = all.as_slice()
        && let Some(each) = respectively(making, frames, named)
    {
        return each.into_iter().map(|frames| Some((*at, frames))).collect();
    }
    let beside = frames_beside(making, named, &all, &mut of);
    for (nth, (at, frames)) in all.iter().enumerate().filter(|(_, it)| !beside.contains(&it.0)) {
        let before = named.iter().rposition(|it| it.at < *at);
        let next_frames = all.get(nth + 1).map_or(usize::MAX, |(at, _)| *at);
        match before {
            // After a step: they belong to it, if it has none.
            Some(place) if of.get(place).is_some_and(Option::is_none) => {
                if let Some(slot) = of.get_mut(place) {
                    *slot = Some((*at, (*frames).clone()));
                }
            }
            // Before steps: they belong to those, up to the next frames.
            _ => {
                let following = named
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| it.at > *at && it.at < next_frames);
                // `frame 8 (Client Hello), frame 10 (Server Hello)` and `Certificate in frame 16 …` differ by their
                // first token.
                let mut following: Vec<(usize, &Named)> = following.collect();
                // `No. 5: SYN, Server Hello in No. 18`: the last step has the frames behind it.
                let is_last = nth + 2 == all.len() && named.iter().all(|it| it.at < next_frames);
                if following.len() > 1 && is_last {
                    following.pop();
                }
                for (place, _) in following {
                    if let Some(slot) = of.get_mut(place).filter(|slot| slot.is_none()) {
                        *slot = Some((*at, (*frames).clone()));
                    }
                }
            }
        }
    }
    of
}

/// `FIN in frame 10`: these frames can belong to no other step. Returns their places.
fn frames_beside(
    making: &Making<'_>,
    named: &[Named],
    all: &[(usize, &Frames)],
    of: &mut [Option<(usize, Frames)>],
) -> Vec<usize> {
    let mut beside = Vec::new();
    let is_latin = |at: usize| {
        let written = making.tokens.get(at).and_then(|it| making.plain.get(it.from..it.to));
        written.is_some_and(str::is_ascii)
    };
    for (slot, it) in of.iter_mut().zip(named) {
        let is_link = |at: &usize| {
            let links = matches!(making.token(*at), Some(Token::Open | Token::Word(Word::In | Word::Is)));
            links && is_latin(*at)
        };
        let next = (it.to..making.tokens.len()).find(|at| !is_link(at));
        // A comma between them is no token here.
        let place = |at: usize| making.tokens.get(at).map(|it| (it.from, it.to));
        let end = it.to.checked_sub(1).and_then(place).map(|it| it.1);
        let between = end
            .zip(next.and_then(place))
            .and_then(|(end, next)| making.plain.get(end..next.0));
        if between.is_none_or(|it| it.contains([',', ';', '、'])) {
            continue;
        }
        if let Some((at, frames)) = all.iter().find(|it| Some(it.0) == next) {
            *slot = Some((*at, (*frames).clone()));
            beside.push(*at);
        }
    }
    beside
}

/// `The SYN and the SYN-ACK are in frames 5 and 6`: as many steps as frames, one frame for each.
fn respectively(making: &Making<'_>, frames: &Frames, named: &[Named]) -> Option<Vec<Frames>> {
    let is_pairs = named.len() == frames.list.len() && named.len() > 1 && !frames.is_span;
    let one_after_another = named.windows(2).all(|pair| match pair {
        [one, next] => making.tokens.get(one.to..next.at).is_some_and(|between| {
            between.iter().all(|it| {
                matches!(
                    it.token,
                    Token::Comma
                        | Token::Word(Word::And | Word::Of | Word::Client | Word::Server | Word::With | Word::Fatal)
                )
            })
        }),
        _ => false,
    });
    let says = making.clause.has(Word::Respectively);
    (is_pairs && (says || one_after_another)).then(|| {
        let one = |frame: &u64| Frames {
            list: vec![*frame],
            is_span: false,
        };
        frames.list.iter().map(one).collect()
    })
}
