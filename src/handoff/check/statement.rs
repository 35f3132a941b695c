//! Sentence → Named: all that a sentence names, where it can hold one claim only.
//!
//! `#43: SYN-ACK, src = server` and `Sender of the SYN-ACK in packet no. 43 is the server` say one thing, in words of which no list
//! is ever complete. Where a sentence names one step with at most one side and one frame or time, or one value, and has no word
//! that relates them to something else (`relations`), its other words do not matter. `stated` makes the claim.

use std::net::IpAddr;

use super::claims::{Claim, Scope, What};
use super::lexicon::{Event, Word};
use super::relations::{is_aim, relates};
use super::tokens::{Frames, Moment, Placed, Token};
use crate::connection::step::Side;

/// In bytes. A longer sentence may hold more than one claim.
const LONGEST: usize = 140;

/// Words that neither act nor relate.
const QUIET: &[Word] = &[
    Word::Is,
    Word::In,
    Word::Of,
    Word::From,
    Word::By,
    Word::FromBefore,
    Word::ByBefore,
    Word::With,
    Word::Also,
    Word::Here,
    Word::Send,
    Word::See,
    Word::Hold,
    Word::Captured,
    Word::Capture,
    Word::Attempt,
    Word::Fatal,
    Word::Code,
];

/// Words by which a claim is chosen, or ruled out.
const TOPICS: &[Word] = &[
    Word::Certificate,
    Word::Certificates,
    Word::Chain,
    Word::Issuer,
    Word::NotAfter,
    Word::NotBefore,
    Word::Expire,
    Word::First,
    Word::Close,
    Word::Port,
    Word::Frames,
    Word::Packets,
    Word::Times,
    Word::Syns,
    Word::Sni,
    Word::SelfSigned,
    Word::Validity,
    Word::Valid,
    Word::Healthy,
    Word::Complete,
    Word::Fail,
    Word::Tcp,
    Word::Without,
    Word::Or,
    Word::Handshake,
    Word::Tls,
    Word::Choose,
    Word::Serial,
    Word::Dns,
    Word::Verdict,
    Word::Suite,
    Word::Group,
    Word::To,
    Word::ToBefore,
    Word::Answer,
    Word::End,
    Word::Receive,
    Word::Both,
    Word::And,
    Word::Break,
    Word::Until,
];

/// A value that a sentence gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Host(String),
    Address(IpAddr),
    Serial(String),
    Name(String),
    Day(Moment),
    /// A version, a cipher suite, a group or a verdict: the claim itself.
    Said(What),
}

/// What a sentence names.
#[derive(Default)]
pub(super) struct Named {
    pub(super) event: Option<Event>,
    pub(super) alert: Option<u8>,
    pub(super) side: Option<Side>,
    pub(super) has_both: bool,
    pub(super) frames: Option<Frames>,
    pub(super) moment: Option<Moment>,
    pub(super) number: Option<u64>,
    /// The number stands before what it belongs to.
    pub(super) counts: bool,
    pub(super) values: Vec<Value>,
    pub(super) denials: usize,
    /// A comma or a colon parts it.
    pub(super) has_parts: bool,
    /// It is a row of cells.
    pub(super) has_cells: bool,
    /// Something is done to the side, and not by it.
    pub(super) is_aim: bool,
    pub(super) is_fatal: bool,
    pub(super) in_capture: bool,
    pub(super) topics: Vec<Word>,
    /// `gets … out`: what follows was sent.
    gets_out: bool,
    /// Brackets that are open.
    depth: usize,
}

/// The only claim of a sentence.
pub(super) fn read(all: &[Placed], plain: &str, cased: &str) -> Option<Claim> {
    if plain.len() > LONGEST {
        return None;
    }
    // `(5) The attempt failed …`: the number of an item.
    let is_item = matches!(all, [open, number, close, ..]
        if open.token == Token::Open && matches!(number.token, Token::Number(_)) && close.token == Token::Close);
    let said = if is_item { all.get(3..)? } else { all };
    let mut named = Named {
        gets_out: [" out ", " away ", " across "].iter().any(|it| plain.contains(it)),
        ..Named::default()
    };
    let mut before: Option<&Token> = None;
    for placed in said {
        // `SYN in 5` names a frame without its word.
        let is_place = matches!(before, Some(Token::Word(Word::In | Word::Port | Word::From | Word::To)));
        if is_place && matches!(placed.token, Token::Number(_)) {
            return None;
        }
        named.take(&placed.token, cased.get(placed.from..placed.to).unwrap_or_default())?;
        let is_side = matches!(placed.token, Token::Word(Word::Client | Word::Server));
        named.is_aim |= is_side && is_aim(placed, plain);
        before = Some(&placed.token);
    }
    let (what, not, places) = super::stated::claim(&named, plain)?;
    // The words around a date say which date it is; a name is requested.
    let is_apart = |it: &Placed| {
        let has_day = matches!(it.token, Token::Moment(Moment { day: Some(_), .. }));
        has_day || matches!(it.token, Token::Word(Word::Sni | Word::Dns))
    };
    if !all.iter().any(is_apart) && relates(all, plain) {
        return None;
    }
    let scope = Scope {
        places,
        everywhere: all.iter().any(|it| it.token == Token::Word(Word::Here)),
        ..Scope::default()
    };
    Some(Claim {
        what,
        not,
        scope,
        unknown: None,
    })
}

impl Named {
    pub(super) fn has(&self, word: Word) -> bool {
        self.topics.contains(&word)
    }

    /// True if nothing else is a topic.
    pub(super) fn only(&self, words: &[Word]) -> bool {
        self.topics.iter().all(|it| words.contains(it))
    }

    /// Takes note of a token; `None` if the sentence may say something else with it.
    fn take(&mut self, token: &Token, written: &str) -> Option<()> {
        match token {
            Token::Word(word) => {
                // The message, written as its name.
                if *word == Word::Certificate && written.trim_matches('"') == "Certificate" && self.event.is_none() {
                    self.event = Some(Event::Step("certificate"));
                }
                self.word(*word, written)?;
            }
            Token::Event(Event::Icmp) => return None,
            Token::Event(event) => once(&mut self.event, *event)?,
            Token::Alert(code, true) => {
                once(&mut self.event, Event::Alert)?;
                once(&mut self.alert, *code)?;
            }
            Token::Frames(frames) if frames.list.len() == 1 => once(&mut self.frames, frames.clone())?,
            Token::Moment(moment @ Moment { day: Some(_), .. }) => self.value(Value::Day(*moment)),
            Token::Moment(moment @ Moment { seconds: Some(_), .. }) => once(&mut self.moment, *moment)?,
            Token::Number(number) => {
                once(&mut self.number, *number)?;
                self.counts = self.event.is_none();
            }
            Token::Name(name) | Token::Quoted(name) => self.value(Value::Name(name.trim().to_owned())),
            Token::Host(host) => self.value(Value::Host(host.clone())),
            Token::Address(address, None) => self.value(Value::Address(*address)),
            Token::Hexadecimal(serial) => self.value(Value::Serial(serial.clone())),
            Token::Version(version) => self.value(Value::Said(What::Version {
                version,
                offered: false,
                only: false,
            })),
            Token::Suite(suite) => self.value(Value::Said(What::Suite {
                suite: suite.clone(),
                offered: false,
            })),
            Token::Group(group) => self.value(Value::Said(What::Group {
                group: group.clone(),
                offered: false,
            })),
            Token::Verdict(id) => self.value(Value::Said(What::Verdict(id.clone()))),
            Token::Comma | Token::Colon => self.has_parts = true,
            Token::Open => self.depth += 1,
            Token::Close => self.depth = self.depth.saturating_sub(1),
            Token::Semicolon => {
                self.has_cells = true;
                self.topics.push(Word::And);
            }
            _ => return None,
        }
        Some(())
    }

    fn word(&mut self, word: Word, written: &str) -> Option<()> {
        let written = written.trim_matches('"').to_ascii_lowercase();
        match word {
            Word::Client => self.party(Side::Client),
            Word::Server => self.party(Side::Server),
            Word::Alerts => once(&mut self.event, Event::Alert)?,
            Word::Reset if self.event.is_none() => self.event = Some(Event::Step("reset")),
            // `見当たりません(未送信)` denies once.
            Word::Not if self.depth > 0 && self.denials > 0 => {}
            Word::Not => self.denials += 1,
            Word::Proxy if written.contains("resolver") => self.topics.push(Word::Dns),
            // `signals unknown_ca to its peer`
            Word::Proxy if self.side.is_some() && matches!(&*written, "peer" | "other side" | "相手" | "相手側") =>
                {}
            // `gets its Client Hello out`
            Word::Receive if self.gets_out && matches!(&*written, "get" | "gets" | "got") => {}
            Word::And if matches!(&*written, "also" | "then") => {}
            // `the Certificate Request, which is frame 8`
            Word::Break if written == "which" => {}
            word if TOPICS.contains(&word) => self.topics.push(word),
            word if QUIET.contains(&word) => {
                self.is_fatal |= word == Word::Fatal;
                self.in_capture |= matches!(word, Word::Captured | Word::See | Word::Hold);
            }
            _ => return None,
        }
        Some(())
    }

    fn party(&mut self, side: Side) {
        self.has_both |= self.side.is_some_and(|it| it != side);
        self.side = Some(side);
    }

    fn value(&mut self, value: Value) {
        if !self.values.contains(&value) {
            self.values.push(value);
        }
    }
}

/// Sets what may be said once, or again the same.
fn once<T: PartialEq>(slot: &mut Option<T>, value: T) -> Option<()> {
    let fits = slot.as_ref().is_none_or(|it| *it == value);
    fits.then(|| *slot = Some(value))
}
