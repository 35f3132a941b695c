//! Attempt → Finding: the steps of a good trust establishment are complete.

use super::heard::{if_heard, late_answer};
use super::reset_during_handshake::first_end;
use super::{client, first_fin, seconds, sees_without_holes, service, side_name};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{Finding, Rule};
use crate::tcp::side::Mark;
use crate::tcp::stream::GapCause;

/// Cisco 217348, “packet capture”: SYN to ACK, certificates of both sides, Finished of both, application data, FIN. A
/// New Session Ticket is normal and not required; neither is a tidy end.
pub(super) const RULE: Rule = Rule { id: "healthy", check };

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if !went_well(attempt) {
        return None;
    }
    let unseen = hole_in_handshake(connection);
    let Some(tls) = &connection.tls else {
        let (frame, answer) = connection
            .http
            .iter()
            .rev()
            .find_map(|exchange| exchange.response.as_ref())?;
        let took = seconds(time_in(connection, *frame).since(connection.first.1));
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
    // The handshake's time is not the connection's.
    let took = seconds(handshake_took(connection));
    let left = left_at_once(attempt, connection);
    let id = match (tls.application_data.client > 0, tls.application_data.server > 0) {
        (true, _) if left.is_some() && !answered_in_time(connection) => "healthy-summary-one-shot",
        (false, _) if left.is_some() => "healthy-summary-unused",
        (_, false) => "healthy-summary-handshake",
        // Nobody is answered who has asked nothing.
        (false, true) => "healthy-summary-data",
        (true, true) => "healthy-summary",
    };
    let mut finding = Finding::ok(
        RULE.id,
        phrase(id)
            .with("service", service(attempt))
            .with("who", client(attempt))
            .with("version", &version)
            .with("took", &took),
    );
    if let Some(fin) = left {
        finding = finding
            .confidence(Confidence::Likely)
            .evidence(fin.frame, phrase("healthy-left").with("who", client(attempt)))
            .alternative("broken-off", phrase("healthy-or-gave-up").with("who", client(attempt)));
    } else if tls.ticket_or_answer.is_some() {
        finding = finding
            .confidence(Confidence::Likely)
            .alternative("no-application-response", phrase("healthy-ticket-or-answer"));
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
    for clause in ends_of_answer(connection) {
        let confidence = finding.confidence.min(Confidence::Likely);
        finding = finding
            .confidence(confidence)
            .cannot_tell(clause)
            .alternative("answer-cut", phrase("healthy-or-cut"));
    }
    if tls.version().is_some_and(crate::tls::Version::is_tls13) && tls.certificates.server.is_none() && !tls.resumed {
        finding = finding.cannot_tell(phrase("healthy-cannot-tell-certificate"));
    }
    finding = if_heard(finding, attempt, connection, ANSWER);
    if unseen {
        finding = finding
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("healthy-cannot-tell-hole"));
    }
    Some(finding.cannot_tell(phrase("healthy-cannot-tell")))
}

/// Why the answer may not be whole: TLS says with close_notify that nothing was cut off (RFC 9846 section 6.1), which many
/// servers leave out, and a record that began shows how long it was to be.
fn ends_of_answer(connection: &Connection) -> Vec<Phrase> {
    let mut clauses = Vec::new();
    let Some(tls) = connection.tls.as_ref().filter(|tls| tls.application_data.server > 0) else {
        return clauses;
    };
    if !sees_without_holes(connection) {
        return clauses;
    }
    let server = &connection.tcp.server;
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

/// The FIN of a client that closed before anything came: it had asked for something and needed no answer, or gave up; or it
/// had asked for nothing, as of a connection that a browser opens in advance and does not use.
fn left_at_once(attempt: &Attempt<'_>, connection: &Connection) -> Option<Mark> {
    let tls = connection.tls.as_ref()?;
    let fin = connection.tcp.client.fin?;
    let answer = connection
        .steps
        .iter()
        .find(|step| step.side == Side::Server && step.kind == StepKind::ApplicationData);
    let before = match answer {
        Some(answer) => fin.acked <= answer.from,
        None => first_fin(connection) == Some(Side::Client),
    };
    let asked = tls.first_application_data.client;
    let soon = asked.is_none_or(|asked| fin.time.since(time_in(connection, asked)) < super::SILENCE);
    (!attempt.licensing && before && soon).then_some(fin)
}

/// Whether an answer came that the client did not refuse as too late.
fn answered_in_time(connection: &Connection) -> bool {
    let came = connection
        .tls
        .as_ref()
        .is_some_and(|tls| tls.application_data.server > 0);
    came && late_answer(connection, ANSWER).is_none()
}

/// How long it took from the Client Hello to the later Finished.
pub(super) fn handshake_took(connection: &Connection) -> i64 {
    let finished = connection.steps.iter().filter(|step| step.kind == StepKind::Finished);
    let end = finished.map(|step| step.time).max().unwrap_or(connection.last.1);
    let hello = connection.step(StepKind::ClientHello).map(|step| step.time);
    end.since(hello.unwrap_or(connection.first.1))
}

/// When something was whole that ended in this frame.
fn time_in(connection: &Connection, frame: FrameNumber) -> Timestamp {
    let mut steps = connection.steps.iter();
    steps
        .find(|step| step.frames.contains(&frame))
        .map_or(connection.last.1, |step| step.time)
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
            // What came for a client that had left without waiting is nothing that failed.
            let unanswered = tls.application_data.server == 0 || left_at_once(attempt, connection).is_some();
            sound && readable && (answered || in_order() && unanswered)
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
        let early = |gap: &crate::tcp::stream::Gap| gap.cause != GapCause::NeverArrived && Some(gap.seen_at) <= end;
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
