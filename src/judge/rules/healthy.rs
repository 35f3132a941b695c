//! Attempt → Finding: the steps of a successful trust establishment are complete.

use super::exchange::{answered_in_time, data, handshake_took, hole_in_handshake, left_at_once, time_in, went_well};
use super::heard::{ANSWER, heard_to, if_heard};
use super::join_data;
use super::no_record::{after_handshake, with_no_record};
use super::reservations::as_far_as_seen;
use super::{client, seconds, service};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::step::Detail;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::{Finding, Rule};

/// Cisco 217348, “packet capture”: SYN to ACK, certificates of both sides, Finished of both, application data, FIN. A
/// New Session Ticket is normal and not required; neither is an orderly end.
pub(super) const RULE: Rule = rule!("healthy", General, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if !went_well(attempt) {
        return None;
    }
    match &connection.tls {
        Some(tls) => Some(in_tls(attempt, connection, tls, context)),
        None => in_plain_http(attempt, connection),
    }
}

fn in_plain_http(attempt: &Attempt<'_>, connection: &Connection) -> Option<Finding> {
    let mut exchanges = connection.http.iter().rev();
    let (frame, answer) = exchanges.find_map(|exchange| exchange.response.as_ref())?;
    let took = seconds(time_in(connection, *frame).since(connection.first.time));
    let server_tcp = &connection.tcp.server;
    let cut = server_tcp.cut > 0 || server_tcp.unseen_end > 0 || !server_tcp.gaps.is_empty();
    let with_status = |what: Phrase| what.with("status", answer.status).with("reason", &answer.reason);
    let summary = phrase("healthy-summary-http")
        .with("service", service(attempt))
        .with("took", took);
    let finding = Finding::ok(RULE.id, with_status(summary))
        .evidence(*frame, with_status(phrase("http-status")))
        // A refusal would be in the part that is missing.
        .confidence(if cut && attempt.licensing {
            Confidence::Likely
        } else {
            Confidence::Certain
        })
        .cannot_tell(phrase("healthy-cannot-tell-http"));
    Some(if_heard(finding, attempt, connection, ANSWER))
}

fn in_tls(attempt: &Attempt<'_>, connection: &Connection, tls: &TlsFacts, context: &Context<'_>) -> Finding {
    let left = left_at_once(attempt, connection);
    let beside = after_handshake(connection);
    let id = match (tls.application_data.client > 0, tls.application_data.server > 0) {
        (true, false) if early_data_only(connection, tls) => "healthy-summary-early-data",
        (true, _) if left.is_some() && !answered_in_time(connection) => "healthy-summary-one-shot",
        (false, _) if left.is_some() && !heard_data(connection) => "healthy-summary-unused",
        (_, false) => match &beside {
            Some((_, true)) => "healthy-summary-plain",
            Some((_, false)) => "healthy-summary-no-record",
            None => "healthy-summary-handshake",
        },
        // Data from the server without a request is no answer.
        (false, true) => "healthy-summary-data",
        (true, true) => "healthy-summary",
    };
    let version = tls.version();
    let version = version.map(|version| super::negotiation::version_name(version, connection.carrier));
    let summary = phrase(id)
        .with("service", service(attempt))
        .with("who", client(attempt))
        .with("span", seconds(waited(connection, tls).unwrap_or_default()))
        .with("version", version.unwrap_or_default())
        .with("bytes", beside.map(|(bytes, _)| bytes).unwrap_or_default())
        // The duration of the handshake, not of the connection.
        .with("took", seconds(handshake_took(connection)));
    let mut finding = as_far_as_seen(Finding::ok(RULE.id, summary), attempt, connection, left);
    if connection.carrier == Carrier::Capwap && !join_data::is_answered(connection, context) {
        // The result of the Join is encrypted; an access point that was admitted keeps its data channel up.
        let confidence = finding.confidence.min(Confidence::Likely);
        finding = finding.confidence(confidence);
    }
    for frame in [tls.finished.client, tls.finished.server].into_iter().flatten() {
        finding = finding.evidence(frame, phrase("finished"));
    }
    if let Some(frame) = tls.first_application_data.server {
        // What a server sends by itself is no answer; it may be a ticket.
        let is_answer = tls.first_application_data.client.is_some_and(|asked| asked <= frame);
        let what = if is_answer { "healthy-answer" } else { "healthy-unasked" };
        finding = finding.evidence(frame, phrase(what));
    }
    finding = with_no_record(finding, connection);
    let hides_certificate = tls.version().is_some_and(crate::tls::Version::is_tls13);
    if hides_certificate && tls.certificates.server.is_none() && !tls.resumed {
        finding = finding.cannot_tell(phrase("healthy-cannot-tell-certificate"));
    }
    if hole_in_handshake(connection) {
        finding = finding
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("healthy-cannot-tell-hole"));
    }
    finding.cannot_tell(phrase("healthy-cannot-tell"))
}

/// True if the client received data of the server.
fn heard_data(connection: &Connection) -> bool {
    let data = data(connection, Side::Server).next();
    data.is_some_and(|data| heard_to(connection, Side::Server) > data.from)
}

/// True if all that the client asked was in early data that the server did not accept: it resumed no session (RFC 9846
/// section 4.2.10), and the client sent nothing after the handshake.
fn early_data_only(connection: &Connection, tls: &TlsFacts) -> bool {
    let mut data = connection
        .steps
        .iter()
        .filter(|step| step.side == Side::Client && step.kind == StepKind::ApplicationData);
    let resumed = tls.server_hello.as_ref().is_some_and(|hello| hello.accepts_psk);
    !resumed && data.all(|step| step.detail == Some(Detail::EarlyData))
}

/// The time from the client's last record of data to its close: longer than a moment, it waited for an answer.
fn waited(connection: &Connection, tls: &TlsFacts) -> Option<i64> {
    tls.first_application_data.client?;
    let fin = connection.tcp.client.fin?;
    let asked = data(connection, Side::Client).next_back()?;
    Some(fin.time.since(asked.time))
}
