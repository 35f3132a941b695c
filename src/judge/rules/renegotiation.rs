//! Attempt → Finding: the client began a second handshake in the connection, and the server answered with an alert.

use super::{client, elsewhere, sees_without_holes, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// RFC 5246 section 7.2.2: a side that does not want to renegotiate sends no_renegotiation, encrypted as the new hello is.
/// Many servers allow no renegotiation that a client begins.
pub(super) fn finding(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let nothing_asked = tls.application_data.server == 0 && tls.is_complete();
    if !nothing_asked || !sees_without_holes(connection) {
        return None;
    }
    let (begun, alert) = refused(connection)?;
    let log = phrase("renegotiation-do")
        .with("server", connection.tls_server())
        .with("who", client(attempt));
    Some(
        Finding::error(
            id,
            By::Server,
            At::Tls,
            phrase("renegotiation-summary")
                .with("who", client(attempt))
                .with("service", service(attempt)),
        )
        .confidence(Confidence::Likely)
        .evidence(begun.frame, phrase("renegotiation-begun").with("who", client(attempt)))
        .evidence(alert.frame, phrase("renegotiation-alert"))
        .alternative(OtherCause::BrokenOff, phrase("renegotiation-or"))
        .remedy(elsewhere(attempt, Owner::Server, log)),
    )
}

/// The client's handshake record behind both Finished, and the server's next message if that is an alert.
pub(super) fn refused(connection: &Connection) -> Option<(&Step, &Step)> {
    let tls = connection.tls.as_ref()?;
    let version = tls.version().filter(|version| !version.is_tls13());
    version.filter(|_| tls.server_hello.is_some())?;
    let mut steps = connection.steps.iter();
    let begun = steps.find(|step| step.side == Side::Client && step.kind == StepKind::EncryptedHandshake)?;
    let finished = |side| connection.step_by(StepKind::Finished, side).map(|step| step.frame);
    // A server that asks for it sends its HelloRequest, encrypted, before (RFC 5246 section 7.4.1.1).
    let asked = connection.step_by(StepKind::EncryptedHandshake, Side::Server);
    if asked.is_some_and(|asked| asked.frame <= begun.frame) {
        return None;
    }
    let is_second = finished(Side::Client) <= Some(begun.frame) && finished(Side::Server) <= Some(begun.frame);
    let answer = steps.find(|step| step.side == Side::Server)?;
    (is_second && answer.kind == StepKind::Alert).then_some((begun, answer))
}
