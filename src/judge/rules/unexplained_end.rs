//! Attempt → Finding: the whole connection is in the capture, and nothing in it explains its end.

use super::lost_bytes;
use super::{client, elsewhere, message_name, seconds, service, side_name, watched_after};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{Finding, Owner, Rule, Severity};
use crate::tcp::delivery::Repeated;

/// The last rule: it matches if no other does. A new capture would show the same.
pub(super) const RULE: Rule = rule!("unexplained-end", General, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if let Some(finding) = super::no_record::unexplained(attempt, connection, RULE.id) {
        return Some(finding);
    }
    let Ending { last, own, end } = ending(connection);
    let summary = match (last, end) {
        (Some(last), Some(end)) => phrase("unexplained-end-summary")
            .with("service", service(attempt))
            .with("who", side_name(end.side))
            .with("message", message_name(last.kind))
            .with("from", side_name(last.side))
            .with("span", seconds(end.time.since(last.time))),
        _ if ends_at_once(connection, end, context) => phrase("unexplained-end-summary-short")
            .with("service", service(attempt))
            .with("frame", connection.last.frame),
        _ => phrase("unexplained-end-summary-bare").with("service", service(attempt)),
    };
    let mut finding = Finding::ok(RULE.id, summary)
        .severity(Severity::Note)
        .confidence(Confidence::Possible);
    for said in last.into_iter().chain(own) {
        finding = finding.evidence(
            said.frame,
            phrase("message-from")
                .with("message", message_name(said.kind))
                .with("who", side_name(said.side)),
        );
    }
    if let Some(end) = end {
        finding = finding.evidence(
            end.frame,
            phrase("unexplained-end-end").with("who", side_name(end.side)),
        );
    }
    if connection
        .tls
        .as_ref()
        .and_then(crate::connection::walk::TlsFacts::version)
        .is_some_and(crate::tls::Version::is_tls13)
    {
        finding = finding.cannot_tell(phrase("incomplete-capture-tls13"));
    }
    finding = with_resent(finding, connection).cannot_tell(cannot_tell(connection, end, context));
    // A check of a balancer, and a scan, open the connection and say nothing.
    if connection.tcp.client.bytes == 0 && end.is_some_and(|end| end.side == Side::Client) {
        finding = finding.alternative(OtherCause::HealthCheck, phrase("unexplained-end-or-check"));
    }
    Some(
        finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("unexplained-end-log")
                .with("server", connection.server)
                .with("who", client(attempt)),
        )),
    )
}

/// The side whose bytes were sent again and never acknowledged.
fn unheard(connection: &Connection) -> Option<(Side, &Repeated)> {
    let of = |side: Side| Some((side, connection.tcp[side].delivery.repeated()?));
    Side::both().into_iter().find_map(of)
}

/// True if the capture ends right behind the last packet. Nothing ends a session of datagrams in clear: only a pause shows that a
/// side had finished.
fn ends_at_once(connection: &Connection, end: Option<&Step>, context: &Context<'_>) -> bool {
    connection.carrier.is_datagram() && end.is_none() && !watched_after(connection, connection.last.time, context)
}

/// Adds bytes that were sent again and never acknowledged.
fn with_resent(finding: Finding, connection: &Connection) -> Finding {
    let Some((side, repeated)) = unheard(connection) else {
        return finding;
    };
    let resent = phrase("unexplained-end-resent")
        .with("who", side_name(side))
        .with("clause", lost_bytes::repeated(repeated));
    finding.evidence(repeated.last.frame, resent)
}

/// What the connection does not show.
fn cannot_tell(connection: &Connection, end: Option<&Step>, context: &Context<'_>) -> Phrase {
    let mut alerts = connection.tls.iter().flat_map(|tls| &tls.alerts);
    match alerts.find(|alert| alert.content.is_some()) {
        _ if unheard(connection).is_some() => phrase("unexplained-end-cannot-tell-resent"),
        _ if ends_at_once(connection, end, context) => phrase("unexplained-end-cannot-tell-short"),
        Some(alert) => phrase("unexplained-end-cannot-tell-alert").with("frame", alert.frame),
        None => phrase("unexplained-end-cannot-tell"),
    }
}

/// How a connection ends.
struct Ending<'c> {
    /// The last message before the close, if possible one of the side that did not close: it may be the reason.
    last: Option<&'c Step>,
    /// What the closer itself said behind that: a part of its close.
    own: Option<&'c Step>,
    /// The first FIN or RST.
    end: Option<&'c Step>,
}

fn ending(connection: &Connection) -> Ending<'_> {
    let is_end = |kind: StepKind| matches!(kind, StepKind::Fin | StepKind::Reset);
    let end = connection.steps.iter().find(|step| is_end(step.kind));
    let before = |step: &&Step| !is_end(step.kind) && end.is_none_or(|end| step.frame <= end.frame);
    let mut said = connection.steps.iter().rev().filter(before);
    let by_other = said.clone().find(|step| end.is_some_and(|end| step.side != end.side));
    let latest = said.next();
    let last = by_other.or(latest);
    let own = latest.filter(|own| last.is_some_and(|last| last.frame < own.frame));
    Ending { last, own, end }
}
