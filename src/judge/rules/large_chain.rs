//! Certificate → evidence: a Certificate message that is too large for clients with a limit.

use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::judge::finding::Finding;

/// In bytes. Usual chains have some thousands; Java refuses messages beyond this (`jdk.tls.maxHandshakeMessageSize`), and
/// OpenSSL beyond 102,400 (`SSL_CTX_set_max_cert_list`).
const USUAL_LIMIT: usize = 32 * 1024;

/// Adds the size of the server's Certificate message, if it is beyond a limit that clients set.
pub(super) fn with_large_chain(finding: Finding, connection: &Connection) -> Finding {
    let sent = connection.tls.as_ref().and_then(|tls| tls.certificates.server.as_ref());
    let step = connection.step_by(StepKind::Certificate, Side::Server);
    match sent.zip(step).filter(|(sent, _)| sent.len > USUAL_LIMIT) {
        Some((sent, step)) => finding.evidence(step.frame, phrase("large-chain").with("bytes", sent.len)),
        None => finding,
    }
}
