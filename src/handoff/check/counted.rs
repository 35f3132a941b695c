//! Claim on a number of things, Facts → Judgement.

use super::Mark;
use super::claims::{Counted, Scope};
use super::facts::{Facts, Of};
use super::judging::Judgement;
use super::measured::found;
use crate::base::phrase::phrase;
use crate::connection::step::Side;
use crate::profile::Transport;

/// Compares a number of things with every number that the capture gives for them: people count frames, tries and copies
/// in different ways.
pub(super) fn count(of: Counted, number: u64, by: Option<Side>, scope: &Scope, facts: &Facts<'_>) -> Judgement {
    let report = facts.report;
    let Some(connections) = facts.in_scope(scope) else {
        return Judgement::open("check-why-no-attempt");
    };
    let mut counts: Vec<u64> = match of {
        Counted::Frames => vec![report.capture.frames],
        Counted::Syns => connections.iter().map(syns).collect(),
        Counted::Retransmissions => retransmissions(&connections),
        Counted::Attempts | Counted::Connections => tries(&connections, facts),
        Counted::Certificates => certificates(&connections, by),
        Counted::Alerts => connections.iter().map(|it| alerts(it, by)).collect(),
        Counted::TcpConnections => tcp_connections(facts),
        Counted::Questions => questions(facts),
        Counted::DiscoveryRequests => connections.iter().map(|it| steps(it, "discovery-request")).collect(),
        Counted::Initials => connections.iter().filter_map(initials).collect(),
    };
    // `six SYNs in total`
    if matches!(
        of,
        Counted::Syns | Counted::Certificates | Counted::Alerts | Counted::DiscoveryRequests
    ) {
        counts.push(counts.iter().sum());
    }
    if let Some(why) =
        hidden(of, by, &connections, facts).filter(|_| of == Counted::Alerts || !counts.contains(&number))
    {
        return Judgement::open(why);
    }
    if counts.contains(&number) {
        return Judgement::new(Mark::True);
    }
    // A connection that the report does not list may have more of them.
    let of_packets = matches!(of, Counted::Retransmissions | Counted::Syns | Counted::Alerts);
    if of_packets && !facts.is_complete {
        return Judgement::open("check-why-nothing-of-it");
    }
    // Connections that were not judged are not counted, and a side's share of a number is none of these.
    if report.capture.not_judged > 0
        || !report.left_out.is_empty()
        || counts.is_empty()
        || of == Counted::Frames && by.is_some()
    {
        return Judgement::open("check-why-nothing-of-it");
    }
    counts.sort_unstable();
    counts.dedup();
    let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
    Judgement::new(Mark::False).because(found(&counts.join(", ")))
}

/// The reason why there may be more of it than the capture shows.
fn hidden(of: Counted, by: Option<Side>, connections: &[&Of<'_>], facts: &Facts<'_>) -> Option<&'static str> {
    let report = facts.report;
    let lacks = |it: &Of<'_>, side| it.lacks(side, report) || it.seals("certificate", Some(side));
    match of {
        Counted::Certificates => {
            let any = connections.iter().any(|it| sides(by).any(|side| lacks(it, side)));
            any.then_some("check-why-not-captured")
        }
        Counted::Alerts => {
            let any = connections.iter().any(|it| it.hides("alert", by, report).is_some());
            any.then_some("check-why-encrypted")
        }
        _ => None,
    }
}

fn sides(by: Option<Side>) -> impl Iterator<Item = Side> {
    let both = [Side::Server, Side::Client];
    both.into_iter().filter(move |side| by.is_none_or(|by| by == *side))
}

fn syns(it: &&Of<'_>) -> u64 {
    it.connection.tcp.syns.len() as u64
}

/// For each connection and for all: with and without repeated SYNs, with and without copies.
fn retransmissions(connections: &[&Of<'_>]) -> Vec<u64> {
    let of_one = |it: &&Of<'_>| {
        let tcp = &it.connection.tcp;
        let again = syns(it).saturating_sub(1);
        [0, again, tcp.duplicates, again + tcp.duplicates].map(|more| tcp.retransmissions + more)
    };
    let each: Vec<[u64; 4]> = connections.iter().map(of_one).collect();
    let sum = |at: usize| each.iter().filter_map(|it| it.get(at)).sum::<u64>();
    each.iter().flatten().copied().chain((0..4).map(sum)).collect()
}

/// The numbers of everything that a person may call an attempt or a connection.
fn tries(connections: &[&Of<'_>], facts: &Facts<'_>) -> Vec<u64> {
    let report = facts.report;
    let licensing = report.attempts.iter().filter(|it| it.transport != Transport::Other);
    let own = report.connections.iter().filter(|it| it.licensing);
    let some = [
        report.attempts.len(),
        licensing.count(),
        report.connections.len(),
        own.count(),
    ];
    let courses = report.courses.iter().map(|it| it.tries.len());
    let contents = &report.capture.contents;
    let all = some.into_iter().chain(courses).map(|it| it as u64);
    all.chain(connections.iter().map(syns))
        .chain([
            contents.tcp_connections,
            contents.tls_connections,
            contents.dtls_connections,
        ])
        .collect()
}

fn certificates(connections: &[&Of<'_>], by: Option<Side>) -> Vec<u64> {
    let of_one = |it: &&Of<'_>| {
        sides(by)
            .map(|side| it.certificates(side).len() as u64)
            .collect::<Vec<_>>()
    };
    connections.iter().flat_map(of_one).collect()
}

fn alerts(it: &&Of<'_>, by: Option<Side>) -> u64 {
    let alerts = it.events.iter().filter(|it| it.kind == "alert");
    alerts.filter(|it| by.is_none_or(|side| side.name() == it.side)).count() as u64
}

fn steps(of: &&Of<'_>, kind: &str) -> u64 {
    of.events.iter().filter(|it| it.kind == kind).count() as u64
}

/// Connections over TCP, and those of them that a person who counts only some may mean.
fn tcp_connections(facts: &Facts<'_>) -> Vec<u64> {
    let over_tcp = facts.connections.iter().filter(|it| it.connection.carrier.is_none());
    let answered = over_tcp
        .clone()
        .filter(|it| it.connection.tcp.syn_ack.is_some())
        .count() as u64;
    let contents = &facts.report.capture.contents;
    vec![contents.tcp_connections, over_tcp.count() as u64, answered]
}

/// The report lists a question once however often it was sent: from that number to what the other frames leave room for.
fn questions(facts: &Facts<'_>) -> Vec<u64> {
    let capture = &facts.report.capture;
    let lookups: Vec<_> = facts.report.attempts.iter().flat_map(|it| &it.lookups).collect();
    let answers = lookups.iter().filter(|it| it.answer.is_some()).count() as u64;
    let tcp = |of: &Of<'_>| of.connection.tcp.client_frames + of.connection.tcp.server_frames;
    let others: u64 = facts.connections.iter().map(tcp).sum::<u64>() + capture.skipped.values().sum::<u64>() + answers;
    let least = lookups.len() as u64;
    (least..=capture.frames.saturating_sub(others).max(least))
        .take(MOST_QUESTIONS)
        .collect()
}

/// More questions than anybody counts.
const MOST_QUESTIONS: usize = 200;

/// If nothing came back, everything that a client of QUIC sends is an Initial.
fn initials(of: &&Of<'_>) -> Option<u64> {
    let tcp = &of.connection.tcp;
    (of.connection.quic.is_some() && tcp.server_frames == 0).then_some(tcp.client_frames)
}

/// Whether anything was sent again.
pub(super) fn repeated(scope: &Scope, facts: &Facts<'_>) -> Judgement {
    let Some(connections) = facts.in_scope(scope) else {
        return Judgement::open("check-why-no-attempt");
    };
    let has_any = retransmissions(&connections).iter().any(|it| *it > 0);
    match has_any || connections.is_empty() || !facts.is_complete {
        true if has_any => Judgement::new(Mark::True),
        true => Judgement::open("check-why-nothing-of-it"),
        false => Judgement::new(Mark::False).because(phrase("check-why-nothing")),
    }
}
