//! Attempt → Finding: in TLS 1.3 the server closes right behind the client's certificate, without a record.

use super::{client, first_fin, seconds, sees_handshake, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::finding::{At, By, Finding};
use crate::judge::reason::Reason;

/// Some servers refuse a client's certificate by closing the connection, without the alert that RFC 9846 section 6.2 asks for.
/// Nothing shows then that the server accepted the client: no ticket, no data.
pub(super) fn finding(
    attempt: &Attempt<'_>,
    connection: &Connection,
    tls: &TlsFacts,
    id: &'static str,
) -> Option<Finding> {
    let is_tls13 = tls.version().is_some_and(crate::tls::Version::is_tls13);
    let silent = tls.application_data.server == 0 && tls.alerts.iter().all(|alert| alert.side != Side::Server);
    let showed = tls.client_sent_certificate && !tls.client_certificate_empty && !tls.server_accepted;
    if !is_tls13 || !tls.is_complete() || !silent || !showed || tls.application_data.client > 0 {
        return None;
    }
    let server = &connection.tcp.server;
    let end = match (server.fin, first_fin(connection)) {
        (Some(fin), Some(Side::Server)) => fin,
        (None, None) => server.reset?,
        _ => return None,
    };
    let finished = connection.step_by(StepKind::Finished, Side::Client)?;
    let after = end.time.since(finished.time);
    if after >= super::SILENCE || !sees_handshake(connection) || end.acked <= finished.from {
        return None;
    }
    let who = client(attempt);
    Some(
        Finding::error(
            id,
            By::Server,
            At::Tls,
            phrase("bare-end-summary")
                .with("service", service(attempt))
                .with("who", &who)
                .with("span", seconds(after)),
        )
        .confidence(Confidence::Likely)
        .causes(vec![Reason::Other])
        .evidence(finished.frame, phrase("bare-end-certificate").with("who", &who))
        .evidence(end.frame, phrase("bare-end-closes").with("span", seconds(after)))
        .cannot_tell(phrase("client-certificate-rejected-cannot-tell-encrypted"))
        .alternative("application-close", phrase("bare-end-or-close")),
    )
}
