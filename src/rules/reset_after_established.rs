//! Attempt → Finding: a RST came after the handshake and before the answer.

use super::reset_origin::origin;
use super::{client, elsewhere, seconds, service, side_name};
use crate::attempt::Attempt;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::frame::Timestamp;
use crate::phrase::phrase;
use crate::tcp_side::Mark;
use crate::tls::walk::Side;

/// RFC 9293 section 3.5.2.
pub(super) const RULE: Rule = Rule {
    id: "reset-after-established",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    // After an answer, or after a close, a reset only tidies up.
    if !tls.is_complete()
        || tls.application_data.server > 0
        || tls.first_error().is_some()
        || tls.server_alert_after_finished.is_some()
    {
        return None;
    }
    let (side, reset) = Side::both()
        .into_iter()
        .filter_map(|side| Some((side, connection.tcp[side].reset?)))
        .min_by_key(|(_, reset)| reset.frame)?;
    let closed_before = super::closed_before(connection, side, &reset);
    if closed_before || !super::sees_without_holes(connection) {
        return None;
    }
    let origin = origin(connection, side, &reset);
    let by = origin.by(side);
    // A client that resets after it has waited for its answer gives up: that no answer came is the cause.
    let waited = reset.time.since(connection.tcp.server.last_time);
    if by == By::Client && tls.application_data.client > 0 && waited >= super::SILENCE {
        return None;
    }
    let summary = phrase(match by {
        By::Path => "reset-after-established-summary-path",
        By::Client => "reset-after-established-summary-client",
        By::Server => "reset-after-established-summary-server",
        _ => "reset-after-established-summary-unknown",
    })
    .with("who", client(attempt))
    .with("service", service(attempt));
    let mut finding = Finding::error(RULE.id, by, At::Http, summary).confidence(if by == By::Unknown {
        Confidence::Possible
    } else {
        Confidence::Likely
    });
    if let Some(frame) = tls.finished.client.max(tls.finished.server) {
        finding = finding.evidence(frame, phrase("reset-after-established-complete"));
    }
    if let Some(frame) = tls.first_application_data.client {
        finding = finding.evidence(
            frame,
            phrase("reset-after-established-request").with("who", client(attempt)),
        );
    }
    let before = connection.tcp[side.peer()].last_time;
    finding = finding.evidence(
        reset.frame,
        phrase("reset-after-established-reset")
            .with("who", side_name(side))
            .with("span", seconds(reset.time.since(before)))
            .with("clause", origin.clause()),
    );
    let idle = reset.time.since(
        connection.tcp[side.peer()]
            .last_time
            .max(last_before(connection, side, &reset)),
    );
    if idle >= IDLE {
        finding = finding.evidence(
            reset.frame,
            phrase("reset-after-established-idle").with("span", seconds(idle)),
        );
    }
    Some(
        finding
            .cannot_tell(phrase("reset-after-established-cannot-tell"))
            .remedy(match by {
                By::Path => elsewhere(
                    attempt,
                    Owner::Firewall,
                    phrase("reset-after-established-rule")
                        .with("device", attempt.device)
                        .with("name", &attempt.service.name),
                ),
                By::Client => elsewhere(attempt, Owner::Wlc, phrase("reset-after-established-controller-log")),
                _ => elsewhere(
                    attempt,
                    Owner::Server,
                    phrase("reset-after-established-server-log").with("server", connection.server),
                ),
            }),
    )
}

/// Time-outs of firewalls, balancers and servers for idle connections begin at half a minute.
const IDLE: i64 = 30_000_000_000;

/// When a side last said something before its reset.
fn last_before(connection: &Connection, side: Side, reset: &Mark) -> Timestamp {
    connection
        .steps
        .iter()
        .rfind(|step| step.side == side && step.frame < reset.frame)
        .map_or(connection.first.1, |step| step.time)
}
