//! Attempt → Finding: the handshake is complete, and the server closes before the client sent a request.

use super::departure::first_fin;
use super::exchange::handshake_end;
use super::heard::closed_unfinished;
use super::{client, elsewhere, seconds, sees_handshake, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameAt;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// RFC 9110 section 15.5.9: a server may close a connection that it does not want to wait on. Time-outs of idle
/// connections are longer than this; a server that closes sooner has another reason, such as a load balancer without a
/// server behind it.
pub(super) fn finding(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let asked = tls.application_data.client > 0 || tls.application_data.server > 0;
    let refused = tls.first_error().is_some() || tls.server_alert_after_finished.is_some();
    let is_complete = tls.is_complete() && !closed_unfinished(connection);
    if !is_complete || asked || refused || !sees_handshake(connection) {
        return None;
    }
    let FrameAt { frame, time } = goodbye(connection)?;
    let after = time.since(handshake_end(connection));
    if after >= super::SILENCE {
        return None;
    }
    let who = client(attempt);
    let mut finding = Finding::error(
        id,
        By::Server,
        At::Http,
        phrase("no-application-response-summary-unasked")
            .with("who", &who)
            .with("service", service(attempt))
            .with("span", seconds(after.max(0))),
    )
    .confidence(Confidence::Likely)
    .evidence(frame, phrase("no-application-response-unasked"))
    .cannot_tell(phrase("no-application-response-unasked-cannot-tell"))
    .alternative(
        OtherCause::Healthy,
        phrase("no-application-response-unasked-probe").with("who", &who),
    )
    .remedy(elsewhere(
        attempt,
        Owner::Server,
        phrase("no-application-response-closed-log").with("server", connection.server),
    ));
    for finished in [tls.finished.client, tls.finished.server].into_iter().flatten() {
        finding = finding.evidence(finished, phrase("finished"));
    }
    if tls.client_sent_certificate {
        finding = finding.alternative(
            OtherCause::ClientCertificateRejected,
            phrase("no-application-response-or-refusal"),
        );
    }
    Some(finding)
}

/// The server's FIN, if the server had received nothing of the client's close_notify when it sent the FIN.
fn goodbye(connection: &Connection) -> Option<FrameAt> {
    let fin = connection.tcp.server.fin?;
    let mut alerts = connection
        .steps
        .iter()
        .filter(|step| step.kind == StepKind::Alert && step.side == Side::Client);
    let is_first = first_fin(connection) == Some(Side::Server) && alerts.all(|alert| alert.from >= fin.acked);
    let was_reset = connection.tcp.server.reset.is_some_and(|reset| reset.frame < fin.frame);
    (is_first && !was_reset).then_some(fin.frame_at())
}
