//! Claim, Facts → Judgement: true, false or not provable, with the frames that show it.
//!
//! A claim is checked against each connection that it may be about. It is true if it is true of one, because a text
//! that names no connection means any. It is false if it is false of all, unless part of one is encrypted or was not
//! captured.

use super::Mark;
use super::claims::{Claim, Ending, Scope, What, Who};
use super::facts::{Facts, Hidden, Of};
use super::{certified, counted, lapses, measured, refused, requests, senders, stepped};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::step::Side;
use crate::judge::finding::{Kind, Severity};
use crate::judge::rules::RULES;
use crate::report::Attempt;

/// The result of a claim.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    pub(super) mark: Mark,
    /// Frames and what they show.
    pub(super) shown: Vec<(u64, Phrase)>,
    pub(super) why: Option<Phrase>,
}

impl Judgement {
    pub(super) fn new(mark: Mark) -> Self {
        Self {
            mark,
            shown: Vec::new(),
            why: None,
        }
    }

    pub(super) fn whether(holds: bool) -> Self {
        Self::new(if holds { Mark::True } else { Mark::False })
    }

    pub(super) fn open(why: &'static str) -> Self {
        Self::new(Mark::NotProvable).because(phrase(why))
    }

    pub(super) fn hidden(hidden: Hidden) -> Self {
        Self::open(match hidden {
            Hidden::Encrypted => "check-why-encrypted",
            Hidden::NotCaptured => "check-why-not-captured",
        })
    }

    pub(super) fn because(mut self, why: Phrase) -> Self {
        self.why = Some(why);
        self
    }

    pub(super) fn showing(mut self, shown: Vec<(u64, Phrase)>) -> Self {
        self.shown = shown;
        self
    }

    /// Not false if the claim's clause holds a word that is not understood.
    pub(super) fn unless_unknown(self, claim: &Claim) -> Self {
        match &claim.unknown {
            Some(word) if self.mark == Mark::False => Self {
                mark: Mark::NotProvable,
                why: Some(phrase("check-why-unknown").with("word", word.clone())),
                ..self
            },
            _ => self,
        }
    }

    /// The same for a sentence that denies it.
    pub(super) fn denied(mut self, not: bool) -> Self {
        if not {
            self.mark = match self.mark {
                Mark::True => Mark::False,
                Mark::False => Mark::True,
                Mark::NotProvable => Mark::NotProvable,
            };
        }
        self
    }
}

/// Judges a claim.
pub(super) fn judge(claim: &Claim, facts: &Facts<'_>) -> Judgement {
    let scope = &claim.scope;
    match &claim.what {
        What::Step(step) => return stepped::judge(step, claim.not, scope, facts),
        What::Count { of, number, by } => {
            return counted::count(*of, *number, *by, scope, facts).denied(claim.not && *number > 0);
        }
        What::Began(moment) => return measured::began(moment, facts).denied(claim.not),
        What::Asked { address, frames, name } => {
            return measured::asked(*address, frames.as_ref(), name.as_deref(), facts).denied(claim.not);
        }
        What::AskedName(name) => return measured::asked_name(name, facts).denied(claim.not),
        What::Sender { frames, by } => return senders::sent_by(frames, by, facts).denied(claim.not),
        What::Request { method, target, frame } => {
            return requests::judge(*method, target.as_deref(), *frame, facts).denied(claim.not);
        }
        What::Tunnel(name) => return senders::tunnel_to(name, facts).denied(claim.not),
        What::Repeated => return counted::repeated(scope, facts).denied(claim.not),
        What::Lapse { from, to, seconds } => {
            return lapses::judge(from.as_deref(), to, *seconds, scope, facts).denied(claim.not);
        }
        What::LapseOfFrames { from, to, seconds } => {
            return lapses::of_frames(*from, *to, *seconds, facts).denied(claim.not);
        }
        What::Length(seconds) => return measured::length(*seconds, facts).denied(claim.not),
        What::Place { of, address, port } => return measured::place(*of, *address, *port, facts).denied(claim.not),
        What::Between { from, to } => return measured::between(*from, *to, facts).denied(claim.not),
        What::DnsFrames { is_answer, frames } => {
            return measured::dns_frames(*is_answer, frames, facts).denied(claim.not);
        }
        What::Healthy
        | What::Succeeded
        | What::Proxy { .. }
        | What::Verdict(_)
        | What::Licensing
        | What::Resolved(_)
        | What::DnsAnswered
        | What::DnsStatus(_)
        | What::Rejected { .. } => {
            return of_attempts(claim, facts);
        }
        _ => {}
    }
    let Some(connections) = facts.in_scope(scope) else {
        return Judgement::open("check-why-no-attempt");
    };
    let judged: Vec<Judgement> = connections
        .iter()
        .map(|of| of_connection(&claim.what, of, claim.not, facts))
        .collect();
    together(judged, scope, claim.not)
}

/// For several connections: one that fits makes a claim true; a denied claim is false if one fits.
pub(super) fn together(judged: Vec<Judgement>, scope: &Scope, not: bool) -> Judgement {
    let first = |mark: Mark| judged.iter().find(|it| it.mark == mark).cloned();
    let order = if scope.everywhere && not {
        [Mark::False, Mark::NotProvable, Mark::True]
    } else {
        [Mark::True, Mark::NotProvable, Mark::False]
    };
    let found = order.into_iter().find_map(first);
    found.unwrap_or_else(|| Judgement::open("check-why-nothing-of-it"))
}

fn of_connection(what: &What, of: &Of<'_>, not: bool, facts: &Facts<'_>) -> Judgement {
    match what {
        What::Ended { how, by, first } => ended(*how, by.as_ref(), *first, of, facts).denied(not),
        What::Answered { by, to } => measured::answered(*by, *to, of, facts).denied(not),
        What::Version { version, offered, only } => measured::version(version, *offered, *only, of).denied(not),
        What::Highest { version, exact } => measured::highest(version, *exact, of).denied(not),
        What::Suite { suite, offered } => {
            let own = of.connection.tls.as_ref().and_then(|it| it.cipher_suite.as_deref());
            measured::chosen(own.filter(|_| !offered), suite, of).denied(not)
        }
        What::Group { group, offered } => {
            let own = of.connection.tls.as_ref().and_then(|it| it.group.as_deref());
            measured::chosen(own.filter(|_| !offered), group, of).denied(not)
        }
        What::ServerName(name) => server_name(name, of, facts).denied(not),
        What::Certificate {
            of: side,
            subject,
            what,
        } => certified::judge(*side, subject.as_deref(), what, not, of, facts),
        What::Handshake => handshake(of, facts).denied(not),
        What::QuicVersion(version) => measured::quic(*version, of).denied(not),
        What::TcpOpened => opened(of, facts).denied(not),
        What::HttpStatus { status, frames } => measured::status(*status, frames.as_ref(), of).denied(not),
        _ => Judgement::open("check-why-nothing-of-it"),
    }
}

fn ended(how: Ending, by: Option<&Who>, first: bool, of: &Of<'_>, facts: &Facts<'_>) -> Judgement {
    let side = match by {
        Some(who) => match of.side_of(who) {
            Some(side) => Some(side),
            None => return Judgement::open("check-why-no-attempt"),
        },
        None => None,
    };
    let is_end = |kind: &str, level: Option<&str>| match how {
        Ending::Fin => matches!(kind, "fin" | "reset") || kind == "alert" && of.connection.carrier.is_some(),
        Ending::Reset => kind == "reset",
        Ending::Any => matches!(kind, "fin" | "reset") || kind == "alert" && level == Some("fatal"),
    };
    let mut ends: Vec<_> = of.events.iter().filter(|it| is_end(it.kind, it.level)).collect();
    ends.sort_by_key(|it| it.frame);
    let shown = ends.iter().map(|it| stepped::shown(it)).collect::<Vec<_>>();
    let Some(side) = side else {
        return match ends.first() {
            Some(_) => Judgement::new(Mark::True).showing(shown),
            None => none_of(facts, of, None),
        };
    };
    let own = ends
        .iter()
        .find(|it| it.side == side.name() && (how != Ending::Fin || it.kind != "reset"));
    match (own, ends.first()) {
        (Some(own), Some(earliest)) if own.frame == earliest.frame => Judgement::new(Mark::True).showing(shown),
        (Some(own), Some(_)) if how == Ending::Reset && !first => {
            Judgement::new(Mark::True).showing(vec![stepped::shown(own)])
        }
        (Some(_), Some(_)) if first => Judgement::new(Mark::False).showing(shown),
        (Some(_), Some(earliest)) => {
            let why = phrase("check-why-both-closed")
                .with("side", phrase(side_name(earliest.side)))
                .with("frame", earliest.frame);
            Judgement::new(Mark::NotProvable).because(why).showing(shown)
        }
        // A RST ends the connection as well.
        (None, Some(_)) if how == Ending::Fin && ends.iter().any(|it| it.side == side.name()) => {
            Judgement::open("check-why-rst").showing(shown)
        }
        (_, _) if of.lacks(side, facts.report) => Judgement::hidden(Hidden::NotCaptured),
        // If there are several RSTs, the report lists only the first.
        (None, Some(earliest))
            if how != Ending::Fin
                && earliest.kind == "reset"
                && of.side(side).0.end
                && !of.events.iter().any(|it| it.kind == "fin" && it.side == side.name()) =>
        {
            Judgement::open("check-why-first-reset").showing(shown)
        }
        (_, _) => Judgement::new(Mark::False).showing(shown),
    }
}

fn none_of(facts: &Facts<'_>, of: &Of<'_>, side: Option<Side>) -> Judgement {
    match of.hides("reset", side, facts.report) {
        Some(hidden) => Judgement::hidden(hidden),
        None => Judgement::new(Mark::False).because(phrase("check-why-nothing")),
    }
}

pub(super) fn side_name(side: &str) -> &'static str {
    if side == "client" { "client" } else { "server" }
}

fn server_name(name: &str, of: &Of<'_>, facts: &Facts<'_>) -> Judgement {
    let Some(hello) = of.events.iter().find(|it| it.kind == "client-hello") else {
        return match of.hides("client-hello", Some(Side::Client), facts.report) {
            Some(hidden) => Judgement::hidden(hidden),
            None => Judgement::open("check-why-nothing-of-it"),
        };
    };
    let own = of.connection.tls.as_ref().and_then(|it| it.sni.as_deref());
    let holds = own.is_some_and(|it| it.eq_ignore_ascii_case(name));
    if own.is_none() && (of.lacks(Side::Client, facts.report) || hello.detail.is_some()) {
        return Judgement::open("check-why-not-captured");
    }
    Judgement::whether(holds).showing(vec![stepped::shown(hello)])
}

fn handshake(of: &Of<'_>, facts: &Facts<'_>) -> Judgement {
    let last = of
        .events
        .iter()
        .rev()
        .find(|it| it.kind == "finished")
        .or_else(|| of.events.iter().find(|it| it.kind == "client-hello"));
    let shown: Vec<_> = last.map(stepped::shown).into_iter().collect();
    let failed_in_tls = of
        .attempt
        .is_some_and(|it| it.verdict.severity == Severity::Error && it.verdict.at == "tls");
    let Some(tls) = &of.connection.tls else {
        return match of.lacks(Side::Server, facts.report) || of.lacks(Side::Client, facts.report) {
            true => Judgement::hidden(Hidden::NotCaptured),
            false => Judgement::new(Mark::False),
        };
    };
    let is_new = tls.version.as_deref() == Some("1.3");
    let is_certain = of.attempt.is_some_and(|it| it.verdict.confidence == "certain");
    // In TLS 1.3 a client's certificate is rejected when the handshake is complete for the client.
    let has_alert = of
        .events
        .iter()
        .any(|it| it.kind == "alert" && it.level != Some("warning"));
    match tls.complete {
        true if failed_in_tls && (is_new || has_alert) => Judgement::open("check-why-two-readings").showing(shown),
        true => Judgement::new(Mark::True).showing(shown),
        false if of.lacks(Side::Client, facts.report) || of.lacks(Side::Server, facts.report) => {
            Judgement::hidden(Hidden::NotCaptured)
        }
        false if is_new && !is_certain => Judgement::hidden(Hidden::Encrypted),
        false => {
            let alert = of.events.iter().find(|it| it.kind == "alert").map(stepped::shown);
            Judgement::new(Mark::False).showing(alert.into_iter().chain(shown).collect())
        }
    }
}

fn opened(of: &Of<'_>, facts: &Facts<'_>) -> Judgement {
    let tcp = &of.connection.tcp;
    if of.connection.carrier.is_some() {
        return Judgement::open("check-why-nothing-of-it");
    }
    let shown: Vec<_> = of
        .events
        .iter()
        .filter(|it| matches!(it.kind, "syn" | "syn-ack" | "ack"))
        .map(stepped::shown)
        .collect();
    let data = tcp.client_bytes > 0;
    match (tcp.syn_ack, tcp.ack) {
        (Some(_), Some(_)) => Judgement::new(Mark::True).showing(shown),
        _ if tcp.server_bytes > 0 && data => Judgement::new(Mark::True).showing(shown),
        (Some(_), None) => Judgement::open("check-why-not-captured").showing(shown),
        (None, _) if of.lacks(Side::Server, facts.report) || data => Judgement::hidden(Hidden::NotCaptured),
        (None, _) => Judgement::new(Mark::False).showing(shown),
    }
}

/// Claims about an attempt as a whole.
fn of_attempts(claim: &Claim, facts: &Facts<'_>) -> Judgement {
    let attempts = facts.attempts(&claim.scope);
    if let What::Licensing = claim.what {
        return licensing(facts).denied(claim.not);
    }
    if attempts.is_empty() {
        if let What::Verdict(id) = &claim.what
            && facts.report.verdict.id == id.as_str()
        {
            return Judgement::new(Mark::True).denied(claim.not);
        }
        return Judgement::open("check-why-no-attempt");
    }
    let judged = attempts.iter().map(|attempt| {
        let judgement = match &claim.what {
            // The connection may have succeeded although the answer was an error.
            What::Succeeded if attempt.verdict.at == "http" => Judgement::open("check-why-two-readings"),
            What::Healthy | What::Succeeded => healthy(attempt, facts),
            What::Proxy { address, port } => proxy(*address, *port, attempt),
            What::Verdict(id) => verdict(id, attempt),
            What::Rejected { by, of } => refused::rejected(by, *of, attempt, facts),
            What::Resolved(address) => lookups(attempt, |it| {
                let address = address.to_string();
                match it.addresses.contains(&address) {
                    true => Some(true),
                    // The address of the server that was asked is no answer that was misread.
                    false if it.server.starts_with(&address) => None,
                    false => Some(false),
                }
            }),
            // `DNS never answered` is not refuted by the answer to one of several questions.
            What::DnsAnswered if claim.not && attempt.lookups.iter().any(|it| it.answer.is_none()) => {
                match attempt.lookups.iter().any(|it| it.answer.is_some()) {
                    true => Judgement::open("check-why-two-readings"),
                    false => lookups(attempt, |_| Some(false)),
                }
            }
            What::DnsAnswered => lookups(attempt, |it| Some(it.answer.is_some())),
            What::DnsStatus(status) => lookups(attempt, |it| it.status.as_deref().map(|it| it == *status)),
            _ => Judgement::open("check-why-nothing-of-it"),
        };
        judgement.denied(claim.not)
    });
    together(judged.collect(), &claim.scope, claim.not)
}

pub(super) fn evidence(attempt: &Attempt) -> Vec<(u64, Phrase)> {
    attempt
        .verdict
        .evidence
        .iter()
        .map(|it| (it.frame, Phrase::verbatim(it.what.clone())))
        .collect()
}

fn healthy(attempt: &Attempt, facts: &Facts<'_>) -> Judgement {
    let verdict = &attempt.verdict;
    let why = phrase("check-why-verdict").with("id", verdict.id.to_string());
    let is_partial = facts.report.capture.not_judged > 0;
    // A handshake that completed may have succeeded, as far as the report shows.
    let mut own = facts
        .connections
        .iter()
        .filter(|of| attempt.connections.contains(&of.connection.id));
    let completed = own.any(|of| of.connection.tls.as_ref().is_some_and(|it| it.complete));
    let is_sure = verdict.confidence == "certain" || verdict.confidence == "likely" && !completed;
    match verdict.severity {
        Severity::Ok => Judgement::new(Mark::True),
        Severity::Error if is_sure && !is_partial => Judgement::new(Mark::False).because(why),
        _ => Judgement::new(Mark::NotProvable).because(why),
    }
    .showing(evidence(attempt))
}

/// Whether the attempt goes by that proxy.
fn proxy(address: std::net::IpAddr, port: Option<u16>, attempt: &Attempt) -> Judgement {
    let Some(own) = &attempt.via_proxy else {
        return Judgement::open("check-why-nothing-of-it");
    };
    let wanted = port.map_or_else(
        || address.to_string(),
        |port| std::net::SocketAddr::new(address, port).to_string(),
    );
    let holds = *own == wanted || port.is_none() && own.rsplit_once(':').is_some_and(|(host, _)| host == wanted);
    Judgement::whether(holds).because(phrase("why-instead").with("found", own.clone()))
}

fn verdict(id: &str, attempt: &Attempt) -> Judgement {
    let verdict = &attempt.verdict;
    let why = phrase("check-why-verdict").with("id", verdict.id.to_string());
    if verdict.id == id {
        return match verdict.confidence.name() {
            "certain" => Judgement::new(Mark::True),
            // It is the report's verdict, and not more certain than that.
            _ => Judgement::open("check-why-not-certain"),
        }
        .showing(evidence(attempt));
    }
    let open = verdict.alternatives.iter().any(|it| it.id == id && !it.excluded);
    let beside = verdict.also.iter().any(|it| it == id) || attempt.findings.iter().any(|it| it.id == id);
    let says_less = RULES.iter().any(|rule| rule.id == id && rule.kind == Kind::General);
    match verdict.confidence.name() {
        "certain" if !open && !beside && !says_less => {
            Judgement::new(Mark::False).because(why).showing(evidence(attempt))
        }
        _ => Judgement::new(Mark::NotProvable).because(why),
    }
}

fn licensing(facts: &Facts<'_>) -> Judgement {
    let has = facts.connections.iter().any(|of| of.connection.licensing);
    let none = facts.report.verdict.id == "no-licensing-traffic" || facts.is_complete && !facts.connections.is_empty();
    match (has, none) {
        (true, _) => Judgement::new(Mark::True),
        (false, true) => Judgement::new(Mark::False),
        (false, false) => Judgement::open("check-why-nothing-of-it"),
    }
}

fn lookups(attempt: &Attempt, holds: impl Fn(&crate::report::Lookup) -> Option<bool>) -> Judgement {
    let shown = |it: &crate::report::Lookup| {
        let name = crate::base::wire_text::in_prose(&it.name).into_owned();
        match (&it.status, it.answer) {
            (Some(status), Some(frame)) => (
                frame,
                phrase("why-answer").with("name", name).with("status", status.as_str()),
            ),
            _ => (it.question, phrase("why-question").with("name", name)),
        }
    };
    let judged: Vec<(Option<bool>, (u64, Phrase))> = attempt.lookups.iter().map(|it| (holds(it), shown(it))).collect();
    if let Some((_, shown)) = judged.iter().find(|it| it.0 == Some(true)) {
        return Judgement::new(Mark::True).showing(vec![shown.clone()]);
    }
    let all: Vec<_> = judged.iter().map(|it| it.1.clone()).collect();
    match judged.is_empty() || judged.iter().any(|it| it.0.is_none()) {
        true => Judgement::open("check-why-no-lookup").showing(all),
        false => Judgement::new(Mark::False).showing(all),
    }
}
