//! Sentence → Claims: the parts of a sentence that a capture can prove, and the parts that were not understood.

use super::claims::{Claim, Scope, What, Who};
use super::clauses::{Clause, clauses, is_party};
use super::lexicon::Word;
use super::scopes::{names_another, places_of, port_of, scope_of};
use super::tokens::{Moment, Placed, Token, cased};
use super::{certificates, matters, steps};
use crate::connection::step::Side;

/// The claims of a sentence.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) claims: Vec<Claim>,
    /// Values in it that no claim uses, as written in the normalised sentence.
    pub(super) left: Vec<String>,
}

/// The claims of one clause, while it is read.
pub(super) struct Making<'a> {
    pub(super) clause: &'a Clause,
    pub(super) tokens: &'a [Placed],
    pub(super) plain: &'a str,
    /// The words of the clause, with those between it and its neighbours.
    pub(super) words: &'a str,
    /// Each claim with the place of its main token.
    pub(super) claims: Vec<(usize, What)>,
    /// Things that failed according to the clause: claims that are denied by their own words.
    pub(super) fails: Vec<(usize, What)>,
    /// The places of the tokens that claims use.
    pub(super) used: Vec<usize>,
}

impl Making<'_> {
    pub(super) fn claim(&mut self, at: usize, what: What) {
        self.claims.push((at, what));
    }

    pub(super) fn take(&mut self, at: usize) {
        if let Some(placed) = self.tokens.get(at) {
            self.used.push(placed.from);
        }
    }

    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at).map(|it| &it.token)
    }

    pub(super) fn word(&self, at: usize) -> Option<Word> {
        match self.token(at)? {
            Token::Word(word) => Some(*word),
            _ => None,
        }
    }

    /// The place of the first of these words.
    pub(super) fn first(&self, words: &[Word]) -> Option<usize> {
        self.tokens
            .iter()
            .position(|it| matches!(it.token, Token::Word(word) if words.contains(&word)))
    }

    pub(super) fn is_denied(&self) -> bool {
        self.clause.denials() > 0
    }
}

/// The role of a party in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `from the server`, `by the server`, `サーバから`.
    Agent,
    /// `to the server`.
    Recipient,
    /// `the server's`, or right before a thing.
    Owner,
    Subject,
}

impl Making<'_> {
    /// The parties of the clause with their places and roles.
    pub(super) fn parties(&self) -> Vec<(usize, Role)> {
        let places = self.tokens.iter().enumerate().filter(|(_, it)| is_party(&it.token));
        places.map(|(at, _)| (at, self.role(at))).collect()
    }

    fn role(&self, at: usize) -> Role {
        let mut before = at.checked_sub(1).and_then(|at| self.token(at));
        // `from the server (192.0.2.1)` and `from the server smartreceiver.cisco.com`: one party named twice.
        let mut back = at;
        while matches!(before, Some(Token::Open))
            || before.is_some_and(is_party) && self.is_same(back.saturating_sub(1))
        {
            back = back.saturating_sub(1);
            before = back.checked_sub(1).and_then(|at| self.token(at));
        }
        let (mut next, mut open) = (at + 1, 0_usize);
        while let Some(token) = self.token(next) {
            match token {
                Token::Open => open += 1,
                Token::Close => open = open.saturating_sub(1),
                token if is_party(token) && self.is_same(next - 1) => {}
                _ => break,
            }
            next += 1;
        }
        match (before, self.token(next)) {
            (Some(Token::Word(Word::From | Word::By)), _) => Role::Agent,
            // `IPv6 宛て (2001:db8::1)`
            (Some(Token::Word(Word::ToBefore)), _) if back < at => Role::Recipient,
            (_, Some(Token::Word(Word::FromBefore | Word::ByBefore))) => Role::Agent,
            (Some(Token::Word(Word::To)), _) | (_, Some(Token::Word(Word::ToBefore))) => Role::Recipient,
            _ if self.is_object(at) => Role::Recipient,
            // `Requested name: www.example.com (Client Hello, frame 8)`: what is in brackets only proves it.
            (_, Some(Token::Event(_) | Token::Alert(..))) if open > 0 => Role::Subject,
            (_, Some(Token::Word(Word::Of | Word::Certificate | Word::Certificates | Word::Chain | Word::Fatal)))
            | (_, Some(Token::Event(_) | Token::Alert(..))) => Role::Owner,
            _ => Role::Subject,
        }
    }

    /// The text between a token and the next.
    fn gap(&self, at: usize) -> &str {
        let from = self.tokens.get(at).map_or(0, |it| it.to);
        let to = self.tokens.get(at + 1).map_or(self.clause.to(), |it| it.from);
        self.plain.get(from..to).unwrap_or_default()
    }

    /// True if no Japanese particle parts two parties that stand beside each other: `サーバがクライアントの…` names two.
    fn is_same(&self, at: usize) -> bool {
        !self.gap(at).contains(['が', 'は', 'を', 'に', 'と', 'も'])
    }

    /// `192.0.2.1 に Client Hello を送る`; with a passive, `に` marks who did it.
    fn is_object(&self, at: usize) -> bool {
        let behind = self
            .tokens
            .get(at)
            .and_then(|it| self.plain.get(it.to..))
            .unwrap_or_default();
        let behind = behind.trim_start();
        let is_passive = ["され", "られ", "れて", "れた", "れま"]
            .iter()
            .any(|it| behind.contains(it));
        let to = behind
            .strip_prefix('に')
            .is_some_and(|it| !it.starts_with(['よ', 'は', 'お', 'つ', 'と', 'も']));
        to && !is_passive
    }

    /// The party that a token stands for. `Err` for a party that is no side.
    pub(super) fn who(&self, at: usize) -> Result<Option<Who>, ()> {
        self.token(at).map_or(Ok(None), who)
    }
}

/// The party that a token stands for.
pub(super) fn who(token: &Token) -> Result<Option<Who>, ()> {
    Ok(Some(match token {
        Token::Word(Word::Client) => Who::Side(Side::Client),
        Token::Word(Word::Server) => Who::Side(Side::Server),
        Token::Word(Word::Proxy) => return Err(()),
        Token::Address(address, port) => Who::At(*address, *port),
        Token::Host(name) => Who::Named(name.clone()),
        _ => return Ok(None),
    }))
}

/// The side that a token stands for, if it is one.
pub(super) fn side(token: &Token) -> Option<Side> {
    match token {
        Token::Word(Word::Client) => Some(Side::Client),
        Token::Word(Word::Server) => Some(Side::Server),
        _ => None,
    }
}

/// The information that a clause leaves to later ones.
#[derive(Default)]
struct Before {
    about: certificates::About,
    /// `On the connection of 192.0.2.1:50000, … and …`
    places: Vec<Who>,
    /// `On the connection from port 50000, …`
    port: Option<u16>,
}

/// Reads a sentence.
pub(super) fn read(sentence: &str, controller: Side) -> Reading {
    let Some(sentence) = super::rows::stated(super::sentences::without_marker(sentence)) else {
        return Reading::default();
    };
    let cased = cased(&sentence);
    let plain = cased.to_ascii_lowercase();
    let all = super::prepared::prepared(&plain, &cased, controller);
    let mut unknown = super::tokens::unknown(&plain, &all);
    unknown.extend(super::ties::turning(&plain, &all));
    let mut claims = Vec::new();
    let mut used = Vec::new();
    let mut before = Before::default();
    let parts = clauses(&all, &plain).unwrap_or_default();
    if let Some(claim) = super::statement::read(&all, &plain, &cased).filter(|_| !parts.is_empty()) {
        let mut claims = vec![claim];
        super::ties::loosen(&mut claims, &plain);
        let left = Vec::new();
        return Reading { claims, left };
    }
    let whole = whole_scope(&all, &parts);
    for (nth, clause) in parts.iter().enumerate() {
        // Words between two clauses may belong to either.
        let from = nth.checked_sub(1).and_then(|it| parts.get(it)).map_or(0, Clause::to);
        let to = parts.get(nth + 1).map_or(plain.len(), Clause::from);
        let range = from.min(clause.from())..to.max(clause.to());
        let words = plain.get(range.clone()).unwrap_or_default();
        let strange: Vec<&str> = unknown
            .iter()
            .filter(|it| range.contains(&it.0))
            .map(|it| it.1)
            .collect();
        let is_context = clause.is_context && !clause.has(Word::Without);
        if is_context && clause.denials() == 0 && !clause.is_hedged {
            let (of_context, its) = read_context(clause, (&plain, words));
            claims.extend(of_context.into_iter().map(|it| it.with_unknown(&strange)));
            used.extend(its);
        }
        let is_tangled = clause.denials() > 1 && !clause.has(Word::Or);
        if !(clause.is_hedged || is_context || is_tangled) {
            let (of_clause, its) = read_clause(clause, (&plain, words), &whole, &mut before);
            claims.extend(of_clause.into_iter().map(|it| it.with_unknown(&strange)));
            used.extend(its);
        }
    }
    claims.extend(lapse(&plain, &all, &whole, &unknown).filter(|_| is_plain(&parts)));
    super::ties::loosen(&mut claims, &plain);
    without_sender(&mut claims, &all, &plain);
    claims.dedup();
    let left = all
        .iter()
        .filter(|it| is_value(&it.token) && !used.contains(&it.from))
        .filter_map(|it| plain.get(it.from..it.to));
    Reading {
        left: left.map(|it| it.trim().to_owned()).collect(),
        claims,
    }
}

/// `Nothing comes from the server; it sent no alert`: a side that is named may be meant where none was read.
fn without_sender(claims: &mut [Claim], tokens: &[Placed], plain: &str) {
    let is_side = |it: &&Placed| matches!(it.token, Token::Word(Word::Client | Word::Server));
    let Some(written) = tokens.iter().find(is_side).and_then(|it| plain.get(it.from..it.to)) else {
        return;
    };
    for claim in claims.iter_mut().filter(|it| it.not && it.unknown.is_none()) {
        if matches!(&claim.what, What::Step(step) if step.by.is_none() && step.frames.is_none()) {
            claim.unknown = Some(written.to_owned());
        }
    }
}

/// The time between two steps.
fn lapse(plain: &str, all: &[Placed], whole: &Scope, unknown: &[(usize, &str)]) -> Option<Claim> {
    let what = super::lapses::read(plain, all)?;
    let strange: Vec<&str> = unknown.iter().map(|it| it.1).collect();
    let claim = Claim {
        what,
        not: false,
        scope: whole.clone(),
        unknown: None,
    };
    Some(claim.with_unknown(&strange))
}

/// The attempt or connection that all parts are about: what a later part names is no scope of the parts before it.
fn whole_scope(tokens: &[Placed], parts: &[Clause]) -> Scope {
    let whole = scope_of(tokens);
    let first = parts.first().map(|it| scope_of(&it.tokens)).unwrap_or_default();
    let is_first = (first.connection, first.attempt) == (whole.connection, whole.attempt);
    if parts.len() < 2 || is_first {
        whole
    } else {
        Scope::default()
    }
}

/// True if nothing in a sentence is a guess or a denial.
fn is_plain(parts: &[Clause]) -> bool {
    !parts.is_empty() && !parts.iter().any(|it| it.is_hedged || it.denials() > 0)
}

/// `after the SYN-ACK in frame 6, …`: the clause only names a time, but the frame is a claim.
fn read_context(clause: &Clause, (plain, words): (&str, &str)) -> (Vec<Claim>, Vec<usize>) {
    let (mut claims, used) = read_clause(clause, (plain, words), &Scope::default(), &mut Before::default());
    claims.retain(|claim| matches!(&claim.what, What::Step(step) if step.frames.is_some()));
    let used = if claims.is_empty() { Vec::new() } else { used };
    (claims, used)
}

/// The claims of a clause, and the places of the values that they use.
fn read_clause(
    clause: &Clause,
    (plain, words): (&str, &str),
    whole: &Scope,
    before: &mut Before,
) -> (Vec<Claim>, Vec<usize>) {
    let mut making = Making {
        clause,
        tokens: &clause.tokens,
        plain,
        words,
        claims: Vec::new(),
        fails: Vec::new(),
        used: Vec::new(),
    };
    certificates::read(&mut making, &mut before.about);
    steps::read(&mut making);
    matters::read(&mut making);
    let denied = making.is_denied();
    keep_what_is_denied(&mut making);
    let mut scope = scope_of(&clause.tokens);
    scope.places = places_of(&making);
    if scope.places.is_empty() {
        scope.places.clone_from(&before.places);
    } else {
        before.places.clone_from(&scope.places);
    }
    scope.port = port_of(&making).or(before.port);
    before.port = scope.port;
    scope.everywhere = clause.has(Word::Here);
    if !names_another(making.words) {
        scope.attempt = scope.attempt.or(whole.attempt);
        scope.connection = scope.connection.or(whole.connection);
    }
    let said = std::mem::take(&mut making.claims)
        .into_iter()
        .map(|(_, what)| (denied, what));
    let fails = std::mem::take(&mut making.fails)
        .into_iter()
        .map(|(_, what)| (true, what));
    let claims: Vec<Claim> = said
        .chain(fails)
        .map(|(not, what)| Claim {
            not,
            what,
            scope: scope.clone(),
            unknown: None,
        })
        .collect();
    if claims.is_empty() {
        return (claims, Vec::new());
    }
    let claims = without_none(without_unread(claims, &making), &making);
    let places = making.tokens.iter().filter(|it| is_place_value(&it.token));
    let used = making.used.into_iter().chain(places.map(|it| it.from)).collect();
    (claims, used)
}

/// A date or a name that no claim of the clause uses may be the one that is meant: then none about a certificate is false.
fn without_unread(claims: Vec<Claim>, making: &Making<'_>) -> Vec<Claim> {
    let is_free = |it: &&Placed| {
        let is_other = matches!(
            it.token,
            Token::Moment(Moment { day: Some(_), .. }) | Token::Days(_) | Token::Name(_) | Token::Hexadecimal(_)
        );
        is_other && !making.used.contains(&it.from)
    };
    let free = making.tokens.iter().find(is_free);
    let Some(written) = free.and_then(|it| making.plain.get(it.from..it.to)) else {
        return claims;
    };
    let loosen = |claim: Claim| match claim.what {
        What::Certificate { .. } => claim.with_unknown(&[written]),
        _ => claim,
    };
    claims.into_iter().map(loosen).collect()
}

/// `DNS answers: 0` denies what it names: only a number of things may be false then.
fn without_none(claims: Vec<Claim>, making: &Making<'_>) -> Vec<Claim> {
    let none = making.tokens.iter().find(|it| it.token == Token::Number(0));
    let written = none.and_then(|it| making.plain.get(it.from..it.to));
    let Some(written) = written.filter(|_| !making.is_denied()) else {
        return claims;
    };
    let loosen = |claim: Claim| match claim.what {
        What::Count { .. } => claim,
        _ => claim.with_unknown(&[written]),
    };
    claims.into_iter().map(loosen).collect()
}

/// In a clause with a negation, keeps only the claims that are denied.
fn keep_what_is_denied(making: &mut Making<'_>) {
    if !making.is_denied() || making.claims.len() < 2 || making.clause.has(Word::Or) {
        return;
    }
    let denial = making
        .tokens
        .iter()
        .position(|it| super::clauses::is_denial(&it.token))
        .unwrap_or(0);
    let is_foreign = making
        .tokens
        .get(denial)
        .and_then(|it| making.plain.get(it.from..it.to))
        .is_some_and(|it| !it.is_ascii());
    let distance = |at: usize| match is_foreign {
        true if at <= denial => denial - at,
        false if at >= denial => at - denial,
        _ => usize::MAX,
    };
    if let Some(nearest) = making.claims.iter().map(|(at, _)| distance(*at)).min() {
        making.claims.retain(|(at, _)| distance(*at) == nearest);
    }
}

/// True for a token that is lost if no claim uses it.
const fn is_value(token: &Token) -> bool {
    matches!(
        token,
        Token::Frames(_)
            | Token::Alert(_, true)
            | Token::Address(..)
            | Token::Host(_)
            | Token::Moment(_)
            | Token::Seconds(_)
            | Token::Days(_)
            | Token::Version(_)
            | Token::Suite(_)
            | Token::Group(_)
            | Token::Name(_)
            | Token::Quoted(_)
            | Token::Hexadecimal(_)
            | Token::Verdict(_)
            | Token::Number(_)
            | Token::Http(_)
    )
}

const fn is_place_value(token: &Token) -> bool {
    matches!(
        token,
        Token::Address(..) | Token::Host(_) | Token::Attempt(_) | Token::Connection(_)
    )
}
