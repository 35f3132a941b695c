//! Attempt → Finding: the server closes right after the client's certificate, without a record.

use super::{certificate_causes, certificate_clauses, client, first_fin, leaf_of, seconds, sees_handshake, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, VerdictId};
use crate::judge::reason::Reason;
use crate::tcp::side::Mark;

/// Faults of a client's certificate for which servers refuse it, whatever they trust.
const REFUSED: [Reason; 4] = [
    Reason::Expired,
    Reason::NotYetValid,
    Reason::WrongPurpose,
    Reason::SelfSigned,
];

/// Some servers refuse a client's certificate by closing the connection, without the alert that RFC 9846 section 6.2
/// asks for: Node does so after the handshake.
pub(super) fn finding(
    attempt: &Attempt<'_>,
    connection: &Connection,
    tls: &TlsFacts,
    id: VerdictId,
) -> Option<Finding> {
    let silent = tls.application_data.server == 0 && tls.alerts.iter().all(|alert| alert.side != Side::Server);
    if !silent || !sees_handshake(connection) {
        return None;
    }
    if tls.version().is_some_and(crate::tls::Version::is_tls13) {
        behind_hidden(attempt, connection, tls, id)
    } else {
        behind_shown(attempt, connection, tls, id)
    }
}

/// TLS 1.3: no ticket and no data show that the server accepted the client, whatever the client had already sent.
fn behind_hidden(attempt: &Attempt<'_>, connection: &Connection, tls: &TlsFacts, id: VerdictId) -> Option<Finding> {
    let showed = tls.client_sent_certificate && !tls.client_certificate_empty && !tls.server_accepted;
    if !tls.is_complete() || !showed {
        return None;
    }
    let finished = connection.step_by(StepKind::Finished, Side::Client)?;
    let (end, span) = end_behind(connection, finished)?;
    let who = client(attempt);
    Some(
        Finding::error(
            id,
            By::Server,
            At::Tls,
            phrase("bare-end-summary")
                .with("service", service(attempt))
                .with("who", &who)
                .with("span", &span),
        )
        // A program that refuses closes; a RST may also come from one that ended.
        .confidence(match connection.tcp.server.fin {
            Some(_) => Confidence::Likely,
            None => Confidence::Possible,
        })
        .causes(vec![Reason::Other])
        .evidence(finished.frame, phrase("bare-end-certificate").with("who", &who))
        .evidence(end.frame, phrase("bare-end-closes").with("span", span))
        .cannot_tell(phrase("client-certificate-rejected-cannot-tell-encrypted"))
        .alternative(OtherCause::ApplicationClose, phrase("bare-end-or-close")),
    )
}

/// Before TLS 1.3: the certificate is readable, and is one that a server refuses.
fn behind_shown(attempt: &Attempt<'_>, connection: &Connection, tls: &TlsFacts, id: VerdictId) -> Option<Finding> {
    let judgement = attempt.presented.client.judgement()?;
    let mut causes = certificate_causes(judgement);
    causes.retain(|cause| REFUSED.contains(cause));
    if causes.is_empty() || tls.finished.server.is_some() {
        return None;
    }
    let certificate = connection.step_by(StepKind::Certificate, Side::Client)?;
    let finished = connection.step_by(StepKind::Finished, Side::Client)?;
    let (end, span) = end_behind(connection, finished)?;
    let presented = &tls.certificates.client.as_ref()?.chain;
    let leaf = leaf_of(presented)?;
    let who = client(attempt);
    Some(
        Finding::error(
            id,
            By::Server,
            At::Tls,
            phrase("bare-end-summary-shown")
                .with("service", service(attempt))
                .with("who", &who)
                .with("span", &span)
                .with("clauses", certificate_clauses(judgement, presented)),
        )
        .confidence(Confidence::Likely)
        .causes(causes)
        .evidence(
            certificate.frame,
            phrase("client-certificate-rejected-certificate")
                .with("who", &who)
                .with("subject", &leaf.subject)
                .with("issuer", &leaf.issuer),
        )
        .evidence(end.frame, phrase("bare-end-closes").with("span", span))
        .cannot_tell(phrase("bare-end-cannot-tell"))
        .alternative(OtherCause::ServerClosed, phrase("bare-end-or-other")),
    )
}

/// The server's end of the connection, if the server ended it first, soon after this step and after receiving the step;
/// and the time between the two.
fn end_behind<'c>(connection: &'c Connection, step: &Step) -> Option<(&'c Mark, crate::base::phrase::Phrase)> {
    let server = &connection.tcp.server;
    let end = match (&server.fin, first_fin(connection)) {
        (Some(fin), Some(Side::Server)) => fin,
        (None, None) => server.reset.as_ref()?,
        _ => return None,
    };
    let after = end.time.since(step.time);
    (after < super::SILENCE && end.acked > step.from).then(|| (end, seconds(after)))
}
