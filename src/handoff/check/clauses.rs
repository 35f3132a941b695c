//! Token → Clause: a sentence in parts that each make one statement, with the party that acts.
//!
//! A part that only names a place (`In frame 24,`) belongs to the next; a list without a verb continues the statement
//! with the verb. Words after `after` or before `の後` are no claim about what happened, but about the time.

use super::lexicon::{Event, Word};
use super::tokens::{Placed, Token};

/// A part of a sentence.
#[derive(Clone, Debug, Default)]
pub(super) struct Clause {
    pub(super) tokens: Vec<Placed>,
    /// It only names a time.
    pub(super) is_context: bool,
    /// It is hedged, general, or advice: no claim.
    pub(super) is_hedged: bool,
    /// The acting party, named in an earlier part.
    pub(super) subject: Option<Token>,
}

impl Clause {
    /// The place of its first token in the sentence.
    pub(super) fn from(&self) -> usize {
        self.tokens.iter().map(|it| it.from).min().unwrap_or(0)
    }

    /// The end of its last token.
    pub(super) fn to(&self) -> usize {
        self.tokens.iter().map(|it| it.to).max().unwrap_or(0)
    }

    pub(super) fn has(&self, word: Word) -> bool {
        self.tokens.iter().any(|it| it.token == Token::Word(word))
    }

    pub(super) fn has_any(&self, words: &[Word]) -> bool {
        self.tokens
            .iter()
            .any(|it| matches!(it.token, Token::Word(word) if words.contains(&word)))
    }

    fn has_event(&self) -> bool {
        self.tokens
            .iter()
            .any(|it| matches!(it.token, Token::Event(_) | Token::Alert(..)))
    }

    fn has_frames(&self) -> bool {
        self.tokens.iter().any(|it| matches!(it.token, Token::Frames(_)))
    }

    pub(super) fn has_verb(&self) -> bool {
        self.has_any(VERBS)
    }

    /// It is the name of a certificate, as of a message: `the client's certificate`.
    fn is_certificate(&self) -> bool {
        self.has_any(&[Word::Certificate, Word::Chain])
            && self.tokens.iter().all(|it| {
                is_party(&it.token) || matches!(it.token, Token::Word(Word::Certificate | Word::Chain | Word::Of))
            })
    }

    /// It says who did what is named before: `sent by the client`.
    fn is_participle(&self) -> bool {
        match self.tokens.as_slice() {
            [verb, by, party, ..] => {
                matches!(verb.token, Token::Word(verb) if VERBS.contains(&verb))
                    && matches!(by.token, Token::Word(Word::By | Word::From))
                    && is_party(&party.token)
                    && !self.has_event()
            }
            _ => false,
        }
    }

    /// The number of its negations.
    pub(super) fn denials(&self) -> usize {
        self.tokens.iter().filter(|it| is_denial(&it.token)).count()
    }

    /// `#4: smartreceiver.cisco.com → 192.0.2.1` is a statement of its own.
    fn is_way(&self) -> bool {
        self.has(Word::To) && self.has_frames() && self.is_place()
    }

    /// Things without a statement about them: `Certificate, Server Hello Done`.
    fn is_list(&self) -> bool {
        (self.has_event() || self.is_certificate()) && !self.has_verb() && !self.has_frames() && self.denials() == 0
    }

    /// True if it only names a place or a time.
    fn is_place(&self) -> bool {
        !self.has_event()
            && !self.has_verb()
            && self.denials() == 0
            // A single word that may be a property, alone: `As issuer, …`, `According to DNS, …`.
            && (self.tokens.len() == 1 || !self.tokens.iter().any(|it| is_property(&it.token)))
    }
}

/// Words for actions.
pub(super) const VERBS: &[Word] = &[
    Word::Send,
    Word::Receive,
    Word::Answer,
    Word::Close,
    Word::Reset,
    Word::End,
    Word::Reject,
    Word::Accept,
    Word::Hold,
    Word::See,
    Word::Captured,
    Word::Offer,
    Word::Choose,
    Word::Complete,
    Word::Fail,
    Word::Expire,
];

pub(super) const fn is_denial(token: &Token) -> bool {
    matches!(token, Token::Word(Word::Not | Word::NotThen | Word::Without))
}

/// Tokens that can be a statement without a verb.
const fn is_property(token: &Token) -> bool {
    matches!(
        token,
        Token::Word(
            Word::Issuer
                | Word::Subject
                | Word::Serial
                | Word::NotAfter
                | Word::NotBefore
                | Word::NotYet
                | Word::Valid
                | Word::SelfSigned
                | Word::Sni
                | Word::Suite
                | Word::Group
                | Word::Frames
                | Word::Packets
                | Word::Retransmissions
                | Word::Attempts
                | Word::Connections
                | Word::Certificates
                | Word::Certificate
                | Word::Alerts
                | Word::Syns
                | Word::Healthy
                | Word::Verdict
                | Word::Dns
                | Word::Http
                | Word::Handshake
                | Word::Licensing
                | Word::Began
                | Word::DnsStatus(_)
        ) | Token::Version(_)
            | Token::Suite(_)
            | Token::Group(_)
            | Token::Verdict(_)
    )
}

/// True if a token stands for a party.
pub(super) const fn is_party(token: &Token) -> bool {
    matches!(
        token,
        Token::Word(Word::Client | Word::Server | Word::Proxy | Word::Both) | Token::Address(..) | Token::Host(_)
    )
}

/// Without the one who did not do it: `the server, not the client, sends …`, `サーバではなくクライアントが …`.
fn without_contrast(tokens: &[Placed], plain: &str) -> Vec<Placed> {
    let is_foreign = |it: &Placed| plain.get(it.from..it.to).is_some_and(|it| !it.is_ascii());
    let mut kept = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some((first, behind)) = rest.split_first() {
        rest = match rest {
            [comma, not, party, end, behind @ ..]
                if comma.token == Token::Comma
                    && not.token == Token::Word(Word::Not)
                    && is_party(&party.token)
                    && end.token == Token::Comma =>
            {
                behind
            }
            // `fatal, not a warning`
            [comma, not, level, behind @ ..]
                if comma.token == Token::Comma
                    && not.token == Token::Word(Word::Not)
                    && matches!(level.token, Token::Word(Word::Warning | Word::Fatal)) =>
            {
                behind
            }
            [party, instead, behind @ ..]
                if is_party(&party.token) && instead.token == Token::Word(Word::Instead) && is_foreign(instead) =>
            {
                behind
            }
            _ => {
                kept.push(first.clone());
                behind
            }
        };
    }
    kept
}

/// The kind of part that a token begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// A comma or `and`: a new part only if both sides can stand alone.
    Soft,
    Hard,
    Context,
    Without,
}

/// The parts of a sentence. `None` if the sentence as a whole claims nothing: advice, a condition.
pub(super) fn clauses(tokens: &[Placed], plain: &str) -> Option<Vec<Clause>> {
    let is_foreign = |it: &Placed| plain.get(it.from..it.to).is_some_and(|it| !it.is_ascii());
    let speculates = |it: &Placed| {
        let hedges = matches!(it.token, Token::Word(Word::Hedge | Word::General | Word::Advice));
        // In Japanese the end of a sentence hedges the whole sentence.
        hedges && is_foreign(it) || it.token == Token::Word(Word::Condition)
    };
    if super::general::is_general(plain) {
        return None;
    }
    let tokens = &without_contrast(tokens, plain);
    let advises = tokens.first().is_some_and(|it| it.token == Token::Word(Word::Advice));
    if advises || tokens.iter().any(speculates) {
        return None;
    }
    let parts = cut(tokens, plain);
    let mut parts = joined(parts);
    inherit(&mut parts);
    Some(parts)
}

/// The kind of part that a token begins, if any.
fn begins(tokens: &[Placed], at: usize, depth: usize) -> Option<Cut> {
    let token = &tokens.get(at)?.token;
    match token {
        Token::Comma | Token::Word(Word::And) if depth == 0 => Some(Cut::Soft),
        // `Cipher: …` continues, `The handshake failed: the server sent …` begins a part.
        Token::Colon if depth == 0 => {
            let mut rest = tokens.iter().skip(at + 1);
            let says = |it: &Placed| match it.token {
                Token::Event(_) | Token::Alert(..) => true,
                Token::Word(word) => VERBS.contains(&word) || word == Word::Certificate,
                _ => false,
            };
            let is_part = |it: &&Placed| !matches!(it.token, Token::Comma | Token::Semicolon);
            rest.by_ref().take_while(is_part).any(says).then_some(Cut::Soft)
        }
        Token::Semicolon | Token::Word(Word::Break | Word::ContextBefore | Word::NotThen) => Some(Cut::Hard),
        Token::Word(Word::Context | Word::Instead) => Some(Cut::Context),
        Token::Word(Word::Without) => Some(Cut::Without),
        _ => None,
    }
}

fn cut(tokens: &[Placed], plain: &str) -> Vec<(Cut, Clause)> {
    let mut parts = Vec::new();
    let mut clause = Clause::default();
    let (mut how, mut hedged, mut depth) = (Cut::Hard, false, 0_usize);
    for (at, placed) in tokens.iter().enumerate() {
        match placed.token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Word(Word::Hedge | Word::General | Word::Advice) => {
                hedged = true;
                clause.is_hedged = true;
            }
            _ => {}
        }
        // `after the SYN in frame 5 no SYN-ACK follows`
        let denies = clause.is_context && clause.has_event() && placed.token == Token::Word(Word::Not);
        let begun = begins(tokens, at, depth).or_else(|| denies.then_some(Cut::Hard));
        let Some(mut next) = begun else {
            clause.tokens.push(placed.clone());
            continue;
        };
        let is_foreign = plain.get(placed.from..placed.to).is_some_and(|it| !it.is_ascii());
        let mut opens = false;
        match placed.token {
            // These stand after the words they refer to.
            Token::Word(Word::ContextBefore) => clause.is_context = true,
            Token::Word(Word::NotThen) => clause.tokens.push(placed.clone()),
            Token::Word(Word::Instead) if is_foreign => {
                clause.is_hedged = true;
                next = Cut::Hard;
            }
            Token::Word(Word::Without | Word::Context | Word::Instead | Word::Not) => opens = true,
            _ => {}
        }
        hedged &= next != Cut::Hard;
        let begun = Clause {
            is_context: next == Cut::Context,
            is_hedged: hedged,
            ..Clause::default()
        };
        parts.push((how, std::mem::replace(&mut clause, begun)));
        how = next;
        if opens {
            clause.tokens.push(placed.clone());
        }
    }
    parts.push((how, clause));
    parts.retain(|(_, clause)| !clause.tokens.is_empty());
    parts
}

/// Parts that cannot stand alone are joined with the parts that they belong to.
fn joined(parts: Vec<(Cut, Clause)>) -> Vec<Clause> {
    let mut out: Vec<Clause> = Vec::new();
    let mut waiting: Vec<Placed> = Vec::new();
    let mut is_open = false;
    // `| 1 | frame 5 | RST, frame 6 |`: with several frames in a row, none belongs to the next cell.
    let has_cells = parts.iter().filter(|it| it.0 == Cut::Hard).count() > 2;
    let of_cells = parts.iter().filter(|it| it.1.has_frames()).count();
    for (how, mut clause) in parts {
        if has_cells && of_cells > 1 && how == Cut::Hard && clause.is_place() && clause.has_frames() {
            out.append(&mut held(&mut waiting));
            out.push(clause);
            is_open = false;
            continue;
        }
        if clause.is_context || clause.is_way() && waiting.is_empty() && how == Cut::Hard {
            out.push(clause);
            is_open = false;
            continue;
        }
        let last = out.last_mut().filter(|_| is_open && how == Cut::Soft);
        match last {
            Some(last) if waiting.is_empty() && continues(last, &clause) => {
                last.tokens.append(&mut clause.tokens);
                last.is_hedged |= clause.is_hedged;
            }
            // `SYN-ACK の代わりに`: what did not come belongs to nothing.
            _ if clause.is_hedged && (clause.has_event() || clause.tokens.iter().any(|it| is_property(&it.token))) => {
                out.append(&mut held(&mut waiting));
                out.push(clause);
                is_open = false;
            }
            _ if clause.is_place() || clause.is_list() && !said_alone(&clause) => {
                waiting.append(&mut clause.tokens);
            }
            _ => {
                waiting.append(&mut clause.tokens);
                clause.tokens = std::mem::take(&mut waiting);
                out.push(clause);
                is_open = true;
            }
        }
    }
    if !waiting.is_empty() {
        out.push(Clause {
            tokens: waiting,
            ..Clause::default()
        });
    }
    out
}

/// True if a part continues the statement of the one before it.
fn continues(last: &Clause, clause: &Clause) -> bool {
    // `alert unknown_ca, sent by the client`
    let is_participle = clause.is_participle()
        && last.has_event()
        && (!last.has_verb() || last.has(Word::End) && clause.has(Word::Send));
    // Frames after a part without frames, or a further item of a statement.
    let is_place = clause.is_place() && !(last.has_frames() && clause.has_frames());
    let is_item = clause.is_list()
        && last.denials() == 0
        && last.has_event()
        && !clause.has(Word::Only)
        && (last.has_verb() || last.has_frames());
    is_participle || is_place || is_item
}

/// A part of its own of what waits for a statement.
fn held(waiting: &mut Vec<Placed>) -> Vec<Clause> {
    let tokens = std::mem::take(waiting);
    let clause = Clause {
        tokens,
        ..Clause::default()
    };
    if clause.tokens.is_empty() {
        Vec::new()
    } else {
        vec![clause]
    }
}

/// True if an item itself names the acting party.
fn said_alone(clause: &Clause) -> bool {
    clause.has_any(&[Word::From, Word::By, Word::FromBefore, Word::ByBefore])
        || clause.tokens.iter().any(|it| it.token == Token::Event(Event::Alert))
            && clause.tokens.iter().any(|it| matches!(it.token, Token::Alert(..)))
}

/// `the server's certificate`
fn owns_certificate(part: &Clause) -> bool {
    let is_noun = |it: &Placed| {
        matches!(
            it.token,
            Token::Word(Word::Certificate | Word::Certificates | Word::Chain)
        )
    };
    let party = part.tokens.iter().position(|it| is_party(&it.token));
    let behind = party.and_then(|at| part.tokens.get(at + 1..)).unwrap_or_default();
    match behind {
        [noun, ..] if is_noun(noun) => true,
        [of, noun, ..] => of.token == Token::Word(Word::Of) && is_noun(noun),
        _ => false,
    }
}

/// The subject of a part is also the subject of the next, if that one names no party.
fn inherit(parts: &mut [Clause]) {
    let mut subject: Option<Token> = None;
    for part in parts {
        let own = part
            .tokens
            .iter()
            .find(|it| is_party(&it.token))
            .map(|it| it.token.clone());
        match own {
            // The name in a Client Hello does nothing.
            Some(Token::Host(_)) if part.has(Word::Sni) => {}
            // Neither does the owner of a certificate.
            Some(_) if owns_certificate(part) => {}
            Some(own) if !part.is_context => subject = Some(own),
            Some(_) => {}
            None => part.subject.clone_from(&subject),
        }
        // In `クライアントは、Client Hello の後に …` the subject is in the part that names the time.
        if part.is_context
            && let Some([party, is]) = part.tokens.get(..2)
            && is_party(&party.token)
            && is.token == Token::Word(Word::Is)
        {
            subject = Some(party.token.clone());
        }
    }
}
