//! Attempt → Finding: a server that broke TLS 1.3 off behind its Server Hello, with an alert that TLS encrypts.

use super::{client, elsewhere, sees_handshake, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::walk::{Side, StepKind};
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// RFC 9846 section 4.3.1: what the server answers in Encrypted Extensions (a name, an application protocol) it may find out
/// only when its Server Hello is already sent; the alert is encrypted then.
pub(super) fn finding(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let frame = tls.server_broke_off.filter(|_| sees_handshake(connection))?;
    let hello = connection.step_by(StepKind::ServerHello, Side::Server)?;
    Some(
        Finding::error(
            id,
            By::Server,
            At::Tls,
            phrase("server-broke-off-summary")
                .with("who", client(attempt))
                .with("service", service(attempt)),
        )
        .confidence(Confidence::Likely)
        .evidence(hello.frame, phrase("server-broke-off-hello"))
        .evidence(frame, phrase("server-broke-off-alert"))
        .cannot_tell(phrase("server-broke-off-cannot-tell"))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("server-broke-off-log").with("server", connection.server),
        )),
    )
}
