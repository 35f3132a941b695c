//! Attempt → Finding: the steps of a good trust establishment are complete.

use super::heard::{if_heard, late_answer};
use super::{first_fin, seconds, sees_without_holes, service};
use crate::attempt::Attempt;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{Confidence, Finding, Rule};
use crate::frame::FrameNumber;
use crate::phrase::phrase;
use crate::stream::GapCause;
use crate::tls::walk::{Side, StepKind};

/// Cisco 217348, “packet capture”: SYN to ACK, certificates of both sides, Finished of both, application data, FIN. A
/// New Session Ticket is normal and not required; neither is a tidy end.
pub(super) const RULE: Rule = Rule { id: "healthy", check };

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if !went_well(attempt) {
        return None;
    }
    let unseen = hole_in_handshake(connection);
    let took = seconds(connection.last.1.since(connection.first.1));
    let Some(tls) = &connection.tls else {
        let (frame, answer) = connection
            .http
            .iter()
            .rev()
            .find_map(|exchange| exchange.response.as_ref())?;
        let server_tcp = &connection.tcp.server;
        let cut = server_tcp.cut > 0 || server_tcp.unseen_end > 0 || !server_tcp.gaps.is_empty();
        let unread = cut && attempt.licensing;
        let finding = Finding::ok(
            RULE.id,
            phrase("healthy-summary-http")
                .with("service", service(attempt))
                .with("status", answer.status)
                .with("reason", &answer.reason)
                .with("took", &took),
        )
        .evidence(
            *frame,
            phrase("http-status")
                .with("status", answer.status)
                .with("reason", &answer.reason),
        )
        // A refusal would stand in the part that is missing.
        .confidence(if unread {
            Confidence::Likely
        } else {
            Confidence::Certain
        })
        .cannot_tell(phrase("healthy-cannot-tell-http"));
        return Some(if_heard(finding, attempt, connection, ANSWER));
    };
    let version = tls.version().map(super::negotiation::version_name).unwrap_or_default();
    let mut finding = Finding::ok(
        RULE.id,
        phrase("healthy-summary")
            .with("service", service(attempt))
            .with("version", &version)
            .with("took", &took),
    );
    if tls.application_data.server == 0 {
        finding.summary = phrase("healthy-summary-handshake")
            .with("version", &version)
            .with("service", service(attempt))
            .with("took", &took);
    }
    if tls.lone_answer {
        finding = finding
            .confidence(Confidence::Likely)
            .alternative("no-application-response", phrase("healthy-lone-answer"));
    }
    for frame in [tls.finished.client, tls.finished.server].into_iter().flatten() {
        finding = finding.evidence(frame, phrase("finished"));
    }
    if let Some(frame) = tls.first_application_data.server {
        finding = finding.evidence(frame, phrase("healthy-answer"));
    }
    if let Some(frame) = ends_without_goodbye(connection) {
        finding = finding.cannot_tell(phrase("healthy-without-close-notify").with("frame", frame));
    }
    finding = if_heard(finding, attempt, connection, ANSWER);
    if unseen {
        finding = finding
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("healthy-cannot-tell-hole"));
    }
    Some(finding.cannot_tell(phrase("healthy-cannot-tell")))
}

/// The server's FIN, where it closed first and took its leave in TCP only: TLS says with close_notify that nothing was cut
/// off (RFC 9846 section 6.1), and many servers leave that out.
fn ends_without_goodbye(connection: &Connection) -> Option<FrameNumber> {
    let tls = connection.tls.as_ref()?;
    let fin = connection.tcp.server.fin?;
    let goodbye = tls.alerts.iter().any(|alert| alert.side == Side::Server);
    (first_fin(connection) == Some(Side::Server) && !goodbye && sees_without_holes(connection)).then_some(fin.frame)
}

/// Whether the exchange went through, as far as can be seen.
pub(super) fn went_well(attempt: &Attempt<'_>) -> bool {
    attempt.connection().is_some_and(|connection| match &connection.tls {
        Some(tls) => {
            let sound = tls.first_error().is_none()
                && tls.client_alert_instead_of_finished.is_none()
                && tls.server_alert_after_finished.is_none()
                && tls.is_complete()
                && tls.server_hello.is_some();
            // Without an answer the connection must have been closed in good order, with nothing asked and nothing hidden:
            // TLS 1.3 shows only by what follows that the server accepted the client.
            let in_order = || {
                super::is_closed(connection)
                    && (tls.application_data.client == 0 || !attempt.licensing)
                    && super::sees_handshake(connection)
                    && (!tls.client_sent_certificate || tls.server_accepted)
            };
            // A hole in TLS 1.3 hides which record was the refusal.
            let readable = !tls.version().is_some_and(crate::tls::Version::is_tls13) || !hole_in_handshake(connection);
            let answered = tls.application_data.server > 0 && late_answer(connection, ANSWER).is_none();
            sound && readable && (answered || in_order() && tls.application_data.server == 0)
        }
        None => answered(connection),
    })
}

/// Whether bytes up to the server's first application data are missing: in TLS 1.3, where every record looks like any
/// other, a refusal may be among them.
pub(super) fn hole_in_handshake(connection: &Connection) -> bool {
    let Some(tls) = &connection.tls else { return false };
    let marks = [
        tls.finished.client,
        tls.finished.server,
        tls.first_application_data.server,
    ];
    let end = marks.into_iter().flatten().max();
    Side::both().iter().any(|&side| {
        let tcp = &connection.tcp[side];
        let early = |gap: &crate::stream::Gap| gap.cause != GapCause::NeverArrived && Some(gap.seen_at) <= end;
        !tcp.start_known && tcp.bytes > 0 || tcp.gaps.iter().any(early) || tcp.frames == 0
    })
}

/// The steps in which an answer shows.
pub(super) const ANSWER: &[StepKind] = &[StepKind::ApplicationData, StepKind::HttpResponse];

/// Plain HTTP whose last answer is a success, and was read.
fn answered(connection: &Connection) -> bool {
    connection
        .http
        .iter()
        .rev()
        .find_map(|exchange| Some((exchange.request.as_ref()?, exchange.response.as_ref()?)))
        .is_some_and(|(_, (_, answer))| answer.status < 300 && connection.connect().is_none())
        && late_answer(connection, ANSWER).is_none()
}
