//! Attempt → Finding: an alert is the first message of the connection.

use super::{alert_from, alert_text, client, elsewhere, service, side_name};
use crate::attempt::Attempt;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Alert, Side, StepKind};
use crate::judge::finding::{At, Finding, Owner, VerdictId};

/// RFC 9846 section 6.2: a side that meets an error sends an alert and closes, even before its own Client Hello.
pub(super) fn finding(attempt: &Attempt<'_>, connection: &Connection, alert: &Alert, id: VerdictId) -> Option<Finding> {
    let mut tls = connection.steps.iter().filter(|step| step.kind.is_tls());
    let first = tls.next()?;
    // Both sides must be captured from their first byte: a hello that was not captured may still have been sent.
    let begins = super::sees_handshake(connection) && connection.opening.client.is_empty();
    if first.kind != StepKind::Alert || first.frame != alert.frame || !begins {
        return None;
    }
    let summary = match alert.side {
        Side::Client => "before-any-hello-summary-client",
        Side::Server => "before-any-hello-summary-server",
    };
    let mut finding = Finding::error(
        id,
        alert.side.into(),
        At::Tls,
        phrase(summary)
            .with("who", client(attempt))
            .with("service", service(attempt))
            .with("alert", alert_text(alert)),
    )
    .evidence(alert.frame, alert_from(alert, side_name(alert.side)));
    if let Some(answer) = tls.find(|step| step.kind == StepKind::Alert && step.side != alert.side) {
        finding = finding.evidence(answer.frame, phrase("before-any-hello-answer"));
    }
    Some(
        finding
            .cannot_tell(phrase("before-any-hello-cannot-tell").with("who", side_name(alert.side)))
            .remedy(elsewhere(
                attempt,
                match alert.side {
                    Side::Client => Owner::Wlc,
                    Side::Server => Owner::Server,
                },
                phrase("before-any-hello-log").with("who", side_name(alert.side)),
            )),
    )
}
