//! Attempt → Finding: a RST broke the handshake off.

use super::reset_origin::origin;
use super::{client, elsewhere, seconds, service, tls_with_hello};
use crate::attempt::Attempt;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::tcp_side::Mark;
use crate::tls::walk::{Side, StepKind};

/// RFC 9293 section 3.5.2 (reset generation).
pub(super) const RULE: Rule = Rule {
    id: "reset-during-handshake",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
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
    let last = format!("{} from the {}", step.kind.name(), step.side.name());
    let origin = origin(connection, side, &reset);
    let by = origin.by(side);
    let confidence = match by {
        By::Unknown => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let clause = origin.clause();
    let who = match by {
        By::Path => "something between them".to_owned(),
        By::Client => format!("the {}", client(attempt)),
        By::Server => service(attempt),
        _ => "somebody".to_owned(),
    };
    let mut finding = Finding::error(
        RULE.id,
        by,
        At::Tls,
        format!(
            "{who} reset the connection to {} during the handshake, after the {last}",
            service(attempt)
        ),
    )
    .confidence(confidence)
    .evidence(step.frame, last)
    .evidence(
        reset.frame,
        format!(
            "RST as from the {}, {} later; {clause}",
            side.name(),
            seconds(reset.time.since(step.time))
        ),
    );
    finding = match by {
        By::Path => finding
            .alternative(
                "server-reset",
                "the server could sit behind a balancer whose resets carry another time to live",
            )
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                format!(
                    "look for a rule that matches the name {} (URL filter, application control) and allow it for {}",
                    attempt.service.name, attempt.device
                ),
            )),
        By::Client => finding
            .alternative(
                "server-certificate-rejected",
                "some clients reset without an alert when they do not like the certificate",
            )
            .remedy(elsewhere(
                attempt,
                Owner::Wlc,
                "look at the controller's log for the reason: show logging | include PKI|SSL|TLS|SMART_LIC",
            )),
        _ => finding
            .alternative(
                "firewall-reset",
                "a firewall close to the server, or one that copies its time to live, looks the same: its log tells",
            )
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                format!(
                    "look at the log of {}: it ended the connection on purpose or crashed",
                    connection.server
                ),
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                format!(
                    "see that no rule resets connections from {} to {}",
                    attempt.device, attempt.service.name
                ),
            )),
    };
    Some(finding)
}

/// The RST, if it was what ended the connection: no FIN of its sender before it.
fn first_end(connection: &Connection) -> Option<(Side, Mark)> {
    let (side, reset) = Side::both()
        .into_iter()
        .filter_map(|side| Some((side, connection.tcp[side].reset?)))
        .min_by_key(|(_, reset)| reset.frame)?;
    let finished = super::closed_before(connection, side, &reset);
    (!finished).then_some((side, reset))
}
