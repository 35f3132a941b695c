//! Attempt → Finding: the client speaks TLCP, and the server does not.

use super::{client, elsewhere, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::plain::client::is_over;
use crate::connection::plain::{Spoken, TlsSign};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// GB/T 38636: a protocol like TLS 1.2, with version 0x0101 and suites of its own. A TLS server has no version in common
/// with such a client.
pub(super) fn mismatch(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let plain = connection.plain_client.filter(|plain| plain.spoken == Spoken::Tlcp)?;
    let finding = |summary: &'static str| {
        Finding::error(
            id,
            By::Client,
            At::Tls,
            phrase(summary)
                .with("who", client(attempt))
                .with("service", service(attempt)),
        )
        .evidence(plain.frame, phrase("tlcp-hello"))
    };
    let finding = match plain.sign {
        Some(TlsSign::Alert(frame, level, description)) => finding("tlcp-summary-alert").evidence(
            frame,
            phrase("plain-text-to-tls-alert").with(
                "alert",
                phrase("alert").with("level", level).with("description", description),
            ),
        ),
        _ if is_over(connection) => finding("tlcp-summary-silent")
            .confidence(Confidence::Likely)
            .evidence(connection.last.frame, phrase("plain-text-to-tls-end"))
            .alternative(OtherCause::ServerClosed, phrase("plain-text-to-tls-or-closed")),
        _ => return None,
    };
    Some(finding.remedy(elsewhere(
        attempt,
        Owner::Wlc,
        phrase("tlcp-switch").with("server", connection.server),
    )))
}
