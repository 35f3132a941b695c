//! Attempt → Finding: in TLS 1.3 the client sends a certificate and gives up before it finishes.

use super::{client, elsewhere, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::walk::{Side, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// RFC 9846 section 4.4.3: a side that sends a certificate proves with a signature that it holds the key. A key in a
/// token, a TPM or another program may fail to sign, and then an alert takes the place of Certificate Verify and
/// Finished.
pub(super) fn finding(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let alert = tls.client_gave_up?;
    if !super::sees_handshake(connection) {
        return None;
    }
    let certificate = connection.step_by(StepKind::EncryptedHandshake, Side::Client)?;
    let who = client(attempt);
    Some(
        Finding::error(
            id,
            By::Client,
            At::Tls,
            phrase("client-gave-up-summary")
                .with("service", service(attempt))
                .with("who", &who),
        )
        .confidence(Confidence::Likely)
        .evidence(
            certificate.frame,
            phrase("client-gave-up-certificate").with("who", &who),
        )
        .evidence(alert, phrase("client-gave-up-alert").with("who", &who))
        .cannot_tell(phrase("client-gave-up-cannot-tell").with("who", &who))
        .alternative(
            OtherCause::Healthy,
            phrase("client-gave-up-or-closed").with("who", &who),
        )
        .remedy(elsewhere(
            attempt,
            Owner::Wlc,
            phrase("client-gave-up-log").with("who", &who),
        )),
    )
}
