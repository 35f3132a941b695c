//! Attempt → Finding: the server aborted TLS 1.3 after its Server Hello, with an alert that TLS encrypts.

use super::{client, elsewhere, sees_handshake, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::walk::{Side, StepKind};
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// RFC 9846 section 4.3.1: the server may notice a problem with what it answers in Encrypted Extensions (a name, an
/// application protocol) only after it has sent its Server Hello; the alert is encrypted then.
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
            phrase("server-broke-off-log").with("server", connection.tls_server()),
        )),
    )
}
