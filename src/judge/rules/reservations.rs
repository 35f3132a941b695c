//! Attempt, Finding → Finding: what the exchange behind a complete handshake leaves open.
//!
//! A handshake that completed proves trust; whether the request was answered, wholly and in time, is encrypted and shows only in
//! sizes, order and acknowledgements.

use super::exchange::{data, settings_only, size};
use super::heard::{ANSWER, came_too_late, if_heard};
use super::{certificate_causes, client, first_end, first_fin, sees_without_holes, side_name};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::Finding;
use crate::tcp::side::TcpSide;

/// In bytes of a record of TLS 1.3, with its header and padding as JSSE adds it.
const LARGEST_ALERT: u64 = 40;

/// Lowers the success of a handshake by what the exchange behind it leaves open; `left`: the frame in which the client
/// closed before any answer.
pub(super) fn as_far_as_seen(
    finding: Finding,
    attempt: &Attempt<'_>,
    connection: &Connection,
    left: Option<FrameNumber>,
) -> Finding {
    let Some(tls) = &connection.tls else { return finding };
    let mut finding = or_otherwise(finding, attempt, tls, left);
    for clause in ends_of_answer(connection) {
        let confidence = finding.confidence.min(Confidence::Likely);
        finding = finding
            .confidence(confidence)
            .cannot_tell(clause)
            .alternative(OtherCause::AnswerCut, phrase("healthy-or-cut"));
    }
    if let Some(answer) = last_answer_too_late(connection) {
        let confidence = finding.confidence.min(Confidence::Likely);
        finding = finding
            .confidence(confidence)
            .cannot_tell(phrase("healthy-last-too-late").with("frame", answer.frame));
    }
    if let Some((closed, request)) = request_to_closed(connection) {
        let confidence = finding.confidence.min(Confidence::Likely);
        finding = finding
            .confidence(confidence)
            .evidence(request.frame, phrase("healthy-request-to-closed").with("frame", closed))
            .cannot_tell(phrase("healthy-cannot-tell-again").with("frame", request.frame));
    }
    if left.is_none() && settings_only(connection, tls) {
        let confidence = finding.confidence.min(Confidence::Likely);
        finding = finding
            .confidence(confidence)
            .alternative(OtherCause::NoApplicationResponse, phrase("healthy-or-settings"));
    }
    if_heard(finding, attempt, connection, ANSWER)
}

/// The frame of the server's close and the request that came to it too late and was answered by RST: the two crossed (RFC 9112
/// section 9.5). An alert is shorter than any request.
fn request_to_closed(connection: &Connection) -> Option<(FrameNumber, &Step)> {
    let server = &connection.tcp.server;
    let (fin, reset) = (server.fin?, server.reset?);
    let is_request = |step: &&Step| {
        let crossed = fin.frame < step.frame && step.frame < reset.frame;
        step.from >= fin.acked && crossed && size(step) > LARGEST_ALERT
    };
    Some((fin.frame, data(connection, Side::Client).find(is_request)?))
}

/// The answer to the client's last request, if it came to a client that had closed and refused it: earlier requests had
/// been answered.
fn last_answer_too_late(connection: &Connection) -> Option<&Step> {
    let is_data = |step: &Step, side| step.side == side && step.kind == StepKind::ApplicationData;
    let request = connection.steps.iter().rposition(|step| is_data(step, Side::Client))?;
    let behind = connection.steps.get(request..)?;
    behind
        .iter()
        .find(|step| is_data(step, Side::Server))
        .filter(|answer| came_too_late(connection, answer))
}

/// Adds the other explanations: if the client left at once, or if the server's data may be a ticket.
fn or_otherwise(mut finding: Finding, attempt: &Attempt<'_>, tls: &TlsFacts, left: Option<FrameNumber>) -> Finding {
    let who = client(attempt);
    if let Some(frame) = left {
        finding = finding
            .confidence(Confidence::Likely)
            .evidence(frame, phrase("healthy-left").with("who", &who))
            .alternative(OtherCause::BrokenOff, phrase("healthy-or-gave-up").with("who", &who));
        // A client that compares the name only after the handshake leaves in the same way.
        let is_hidden = tls.version().is_some_and(crate::tls::Version::is_tls13) && !tls.resumed;
        if tls.application_data.client == 0 && (is_hidden || shows_a_fault(attempt)) {
            finding = finding.confidence(Confidence::Possible).alternative(
                OtherCause::ServerCertificateRejected,
                phrase("healthy-or-certificate").with("who", who),
            );
        }
    } else if tls.ticket_or_answer.is_some() {
        finding = finding
            .confidence(Confidence::Likely)
            .alternative(OtherCause::NoApplicationResponse, phrase("healthy-ticket-or-answer"));
    }
    if tls.lone_answer {
        // What is only possible stays so.
        let confidence = finding.confidence.min(Confidence::Likely);
        finding = finding
            .confidence(confidence)
            .alternative(OtherCause::NoApplicationResponse, phrase("healthy-lone-answer"));
    }
    finding
}

/// Bytes that the server sent behind all that was captured of it, as its close shows, and that the client never
/// acknowledged.
fn lost_end(server: &TcpSide) -> Option<u64> {
    let gap = server.gaps.iter().find(|gap| gap.from >= server.end);
    let at_end = gap.map(|gap| gap.to.saturating_sub(gap.from));
    at_end.or_else(|| Some(server.unseen_end).filter(|&count| count > 0 && !server.acked_unseen))
}

/// True if the server's certificate, as far as it was readable, has a fault for which many clients refuse it.
fn shows_a_fault(attempt: &Attempt<'_>) -> bool {
    let judged = attempt.presented.server.judgement();
    judged.is_some_and(|judgement| !certificate_causes(judgement).is_empty())
}

/// Reasons why the answer may be incomplete. TLS confirms with close_notify that nothing was cut off (RFC 9846 section
/// 6.1), but many servers omit it; a record that began shows its intended length.
fn ends_of_answer(connection: &Connection) -> Vec<Phrase> {
    let mut clauses = Vec::new();
    let Some(tls) = connection.tls.as_ref().filter(|tls| tls.application_data.server > 0) else {
        return clauses;
    };
    let server = &connection.tcp.server;
    if let Some(count) = lost_end(server) {
        clauses.push(phrase("healthy-end-lost").with("count", count));
    }
    if !sees_without_holes(connection) {
        return clauses;
    }
    let goodbye = tls.alerts.iter().any(|alert| alert.side == Side::Server);
    let reset = first_end(connection);
    if server.unfinished_record > 0 && super::is_closed(connection) {
        clauses.push(phrase("healthy-record-cut").with("count", server.unfinished_record));
    }
    if goodbye {
        return clauses;
    }
    if let Some(fin) = server.fin.filter(|_| first_fin(connection) == Some(Side::Server)) {
        clauses.push(phrase("healthy-without-close-notify").with("frame", fin.frame));
    } else if let Some((side, reset)) = reset {
        clauses.push(
            phrase("healthy-reset")
                .with("frame", reset.frame)
                .with("who", side_name(side)),
        );
    }
    clauses
}
