//! Attempt → Finding: a RST came after the handshake and before the answer.

use super::reset_origin::origin;
use super::{client, elsewhere, seconds, service};
use crate::attempt::Attempt;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::frame::Timestamp;
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
    let who = match by {
        By::Path => "something between them".to_owned(),
        By::Client => format!("the {}", client(attempt)),
        By::Server => service(attempt),
        _ => "somebody".to_owned(),
    };
    let mut finding = Finding::error(
        RULE.id,
        by,
        At::Http,
        format!("{who} reset the connection after the TLS handshake, before any answer"),
    )
    .confidence(if by == By::Unknown {
        Confidence::Possible
    } else {
        Confidence::Likely
    });
    if let Some(frame) = tls.finished.client.max(tls.finished.server) {
        finding = finding.evidence(frame, "the handshake is complete");
    }
    if let Some(frame) = tls.first_application_data.client {
        finding = finding.evidence(frame, format!("the {}'s request, encrypted", client(attempt)));
    }
    let before = connection.tcp[side.peer()].last_time;
    finding = finding.evidence(
        reset.frame,
        format!(
            "RST as from the {}, {} after the other side's last packet; {}",
            side.name(),
            seconds(reset.time.since(before)),
            origin.clause()
        ),
    );
    let idle = reset.time.since(
        connection.tcp[side.peer()]
            .last_time
            .max(last_before(connection, side, &reset)),
    );
    if idle >= IDLE {
        finding = finding.evidence(
            reset.frame,
            format!(
                "nothing had been sent for {}: an idle time-out of a firewall, a proxy or the server",
                seconds(idle)
            ),
        );
    }
    Some(
        finding
            .cannot_tell(
                "what the application said: it is encrypted; show license history message on the controller has it",
            )
            .remedy(match by {
                By::Path => elsewhere(
                    attempt,
                    Owner::Firewall,
                    format!(
                        "look for a rule that ends established connections from {} to {}",
                        attempt.device, attempt.service.name
                    ),
                ),
                By::Client => elsewhere(
                    attempt,
                    Owner::Wlc,
                    "look at the controller's log for the reason: show logging | include SMART_LIC",
                ),
                _ => elsewhere(
                    attempt,
                    Owner::Server,
                    format!(
                        "look at the log of {}: its program ended or a limit was hit",
                        connection.server
                    ),
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
