//! Attempt → Finding: the server chose SSL 2.0.
//!
//! RFC 6176 forbids it to every TLS client and server. Its records are not read here, so what both sides said after their
//! hellos stays hidden, in any capture.

use super::{client, elsewhere, on_client, service};
use crate::attempt::Attempt;
use crate::base::phrase::phrase;
use crate::connection::walk::{Side, StepKind};
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};
use crate::tls::Version;

pub(super) fn finding(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    if tls.version() != Some(Version::SSL2) {
        return None;
    }
    let chosen = connection.step_by(StepKind::ServerHello, Side::Server)?;
    let hello = connection.step_by(StepKind::ClientHello, Side::Client);
    let went_on = hello.is_some_and(|hello| connection.tcp.client.end > hello.to);
    let summary = phrase(if went_on { "ssl2-summary-used" } else { "ssl2-summary" })
        .with("who", client(attempt))
        .with("service", service(attempt));
    let mut finding = Finding::error(id, By::Server, At::Tls, summary);
    let newest = tls.client_hello.as_ref().map(|hello| Version(hello.version));
    if let Some((hello, newest)) = hello.zip(newest) {
        finding = finding.evidence(hello.frame, phrase("ssl2-offer").with("newest", newest.to_string()));
    }
    finding = finding.evidence(chosen.frame, phrase("ssl2-chosen"));
    if went_on {
        finding = finding.cannot_tell(phrase("ssl2-cannot-tell"));
    }
    finding = finding.remedy(elsewhere(
        attempt,
        Owner::Server,
        phrase("version-mismatch-upgrade").with("server", connection.server),
    ));
    Some(match newest {
        Some(Version::SSL2) => finding.remedy(on_client(attempt, phrase("version-mismatch-newer-than-now"), &[])),
        _ => finding,
    })
}
