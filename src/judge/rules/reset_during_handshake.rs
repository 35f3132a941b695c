//! Attempt → Finding: a RST broke the handshake off.

use super::behind_proxy::behind_proxy;
use super::large_hello::or_large_hello;
use super::reset_origin::origin;
use super::{client, elsewhere, first_end, message_name, named, seconds, service, side_name, tls_with_hello};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::walk::{Side, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 9293 section 3.5.2 (reset generation).
pub(super) const RULE: Rule = rule!("reset-during-handshake", General, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::reset_at_once::finding(attempt, RULE.id) {
        return Some(finding);
    }
    let (connection, tls) = tls_with_hello(attempt)?;
    if tls.is_complete() || tls.first_error().is_some() || tls.alerts.iter().any(|alert| alert.content.is_none()) {
        return None;
    }
    // What was not captured may say why.
    if !super::sees_without_holes(connection) {
        return None;
    }
    let (side, reset) = first_end(connection)?;
    // After long silence a reset only tidies up.
    let before = connection.tcp[side.peer()]
        .last_time
        .max(connection.step(StepKind::ClientHello)?.time);
    if reset.time.since(before) >= super::SILENCE {
        return None;
    }
    let step = connection
        .steps
        .iter()
        .rev()
        .find(|step| step.frame < reset.frame && !matches!(step.kind, StepKind::Reset | StepKind::Fin))?;
    let last = phrase("message-from")
        .with("message", message_name(step.kind))
        .with("who", side_name(step.side));
    let origin = origin(connection, side, &reset);
    // Bytes that vanished on the way and then a reset: the reset may be the server's own, what came before it is not.
    let hole = connection.tcp.server.gaps.first().filter(|_| side == Side::Server);
    let by = match origin.by(side) {
        By::Server if hole.is_some() || connection.connect().is_some() => By::Unknown,
        by => by,
    };
    let confidence = match by {
        By::Unknown => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let clause = origin.clause();
    let summary = phrase(match by {
        By::Path => "reset-during-handshake-summary-path",
        By::Client => "reset-during-handshake-summary-client",
        By::Server => "reset-during-handshake-summary-server",
        _ => "reset-during-handshake-summary-unknown",
    })
    .with("who", client(attempt))
    .with("service", service(attempt));
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary.with("last", &last))
        .confidence(confidence)
        .evidence(step.frame, last)
        .evidence(
            reset.frame,
            phrase("reset-during-handshake-reset")
                .with("who", side_name(side))
                .with("span", seconds(reset.time.since(step.time)))
                .with("clause", &clause),
        );
    if let Some(gap) = hole {
        finding = finding.evidence(
            gap.seen_at,
            phrase("silent-mid-handshake-hole")
                .with("count", gap.to.saturating_sub(gap.from))
                .with("who", side_name(Side::Server)),
        );
    }
    finding = match by {
        By::Path => finding
            .alternative("server-reset", phrase("reset-during-handshake-balancer"))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("reset-during-handshake-rule")
                    .with("name", named(attempt))
                    .with("device", attempt.device),
            )),
        By::Client => finding
            .alternative(
                "server-certificate-rejected",
                phrase("reset-during-handshake-client-certificate"),
            )
            .remedy(elsewhere(
                attempt,
                Owner::Wlc,
                phrase("reset-during-handshake-controller-log"),
            )),
        _ => finding
            .alternative("firewall-reset", phrase("reset-during-handshake-firewall"))
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("reset-during-handshake-server-log").with("server", connection.server),
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("reset-during-handshake-no-rule")
                    .with("device", attempt.device)
                    .with("name", named(attempt)),
            )),
    };
    if side == Side::Server && step.kind == StepKind::ClientHello {
        finding = or_large_hello(finding, attempt, connection);
    }
    Some(behind_proxy(finding, attempt, connection))
}
