//! Claim on a rejected certificate, Facts → Judgement.

use super::Mark;
use super::agents::other;
use super::claims::Who;
use super::facts::{Facts, Of};
use super::judging::{Judgement, evidence};
use super::stepped;
use crate::base::phrase::phrase;
use crate::connection::step::Side;
use crate::judge::finding::Severity;
use crate::report::Attempt;

/// Whether a party rejected the other's certificate in an attempt; `owner` is the side whose certificate the sentence
/// speaks of.
pub(super) fn rejected(by: &Who, owner: Option<Side>, attempt: &Attempt, facts: &Facts<'_>) -> Judgement {
    let own: Vec<&Of<'_>> = facts
        .connections
        .iter()
        .filter(|of| attempt.connections.contains(&of.connection.id))
        .collect();
    let Some(by) = own.iter().find_map(|of| of.side_of(by)) else {
        return Judgement::open("check-why-no-attempt");
    };
    // Nobody rejects its own certificate: the sentence means something else.
    if owner == Some(by) {
        return Judgement::open("check-why-two-readings");
    }
    let (verdict_of_it, opposite) = match by {
        Side::Server => ("client-certificate-rejected", "server-certificate-rejected"),
        Side::Client => ("server-certificate-rejected", "client-certificate-rejected"),
    };
    let verdict = &attempt.verdict;
    let is_certain = verdict.confidence == "certain";
    // An alert about a certificate, from that side, in clear, states the rejection itself.
    let mut alerts = own
        .iter()
        .flat_map(|of| &of.events)
        .filter(|it| it.kind == "alert" && it.code.is_some_and(|it| matches!(it, 42..=46 | 48)));
    let shown = evidence(attempt);
    if verdict.id == verdict_of_it && is_certain {
        return Judgement::new(Mark::True).showing(shown);
    }
    if let Some(alert) = alerts.clone().find(|it| it.side == by.name()) {
        return Judgement::new(Mark::True).showing(vec![stepped::shown(alert)]);
    }
    let is_opposite = verdict.id == opposite && is_certain || alerts.any(|it| it.side != by.name());
    let accepted = !own.is_empty() && own.iter().all(|of| accepts(of, by));
    match verdict.severity {
        _ if is_opposite || accepted => Judgement::new(Mark::False).showing(shown),
        _ if !own.is_empty() && own.iter().all(|of| has_nothing(of, other(by), facts)) => Judgement::new(Mark::False)
            .because(phrase("check-why-nothing"))
            .showing(shown),
        Severity::Ok if is_certain => Judgement::new(Mark::False).showing(shown),
        _ => Judgement::open("check-why-not-certain").showing(shown),
    }
}

/// True if a side sent no certificate that could be rejected.
fn has_nothing(of: &Of<'_>, side: Side, facts: &Facts<'_>) -> bool {
    of.certificates(side).is_empty()
        && !of
            .events
            .iter()
            .any(|it| it.kind == "certificate" && it.side == side.name())
        && of.hides("certificate", Some(side), facts.report).is_none()
}

/// True if a side goes on with data when the handshake is complete: it accepted the certificate. In TLS 1.3 a server may
/// send data before it has looked at the client's.
fn accepts(of: &Of<'_>, side: Side) -> bool {
    let Some(tls) = &of.connection.tls else { return false };
    let is_old = tls.version.as_deref() != Some("1.3");
    let sends = of
        .events
        .iter()
        .any(|it| it.kind == "application-data" && it.side == side.name());
    tls.complete && sends && (is_old || side == Side::Client)
}
