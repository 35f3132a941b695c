//! Attempt → Finding: the request was sent, and no answer came.

use super::behind_proxy::behind_proxy;
use super::heard::{ANSWER, finished_lost, late_answer, unanswered};
use super::{client, elsewhere, first_fin, seconds, service, watched_after};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Alert, Seen, Side, Step, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tcp::delivery::Coverage;
use crate::tls::AlertDescription;

/// RFC 9112 section 9.3: an HTTP server answers every request, or closes.
pub(super) const RULE: Rule = rule!("no-application-response", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::join_data::unanswered(attempt, context, RULE.id) {
        return Some(finding);
    }
    if let Some(finding) = super::later_request::unacknowledged(attempt, RULE.id) {
        return Some(finding);
    }
    let connection = attempt.connection()?;
    let late = late_answer(connection, ANSWER);
    let request = unanswered(connection, late.is_some())?;
    let step = step_of(connection, request);
    let time = step.map_or(connection.first.1, |step| step.time);
    let (client_tcp, server_tcp) = (&connection.tcp.client, &connection.tcp.server);
    if server_tcp.acked_unseen
        || server_tcp.unseen_end > 0
        || super::server_reset(connection)
        || finished_lost(connection)
        || server_tcp
            .gaps
            .iter()
            .any(|gap| gap.cause != crate::tcp::stream::GapCause::NeverArrived)
        || !watched_after(connection, time, context)
    {
        return None;
    }
    // What comes when the client has gone is no answer to it.
    let is_open = !super::is_closed(connection);
    let end = match client_tcp.fin {
        Some(fin) if late.is_some() => fin.time,
        // An open connection is silent up to the capture's end.
        _ if is_open => context.capture.last.unwrap_or(connection.last.1),
        _ => connection.last.1,
    };
    // A client that closes soon after its request did not wait for an answer. Licensing is HTTP and needs one; of an
    // unknown protocol that proves nothing.
    let left = first_fin(connection) == Some(Side::Client) && (1..super::SILENCE).contains(&end.since(time));
    if left && !attempt.licensing {
        return None;
    }
    // What came back may be the answer: who leaves soon after it has what it wanted, for all that can be seen.
    let either = connection.tls.as_ref().and_then(|tls| tls.ticket_or_answer);
    let came = either.and_then(|frame| connection.steps.iter().find(|step| step.frames.contains(&frame)));
    if !attempt.licensing && came.is_some_and(|came| end.since(came.time) < super::SILENCE) {
        return None;
    }
    let coverage = step.map(|step| client_tcp.delivery.coverage(step.from, step.to));
    let closed_first = step
        .and_then(|step| closed_before(connection, step))
        .filter(|_| late.is_none());
    // A server that closes had the request, whatever of the client's last words it still acknowledged, unless it had closed
    // before.
    let acked = coverage == Some(Coverage::Whole) || server_tcp.fin.is_some();
    // A last record as short as an alert says goodbye, or is an answer of two bytes.
    let short_record = connection.tls.as_ref().is_some_and(|tls| {
        tls.alerts
            .iter()
            .any(|alert| alert.side == Side::Server && alert.seen == Seen::Inferred)
    });
    // In TLS 1.3 a server that does not like the client's certificate may leave without a word: nothing shows that it
    // accepted the client, and the request came with the client's last words.
    let may_be_refusal = connection.tls.as_ref().is_some_and(|tls| {
        let is_tls13 = tls.version().is_some_and(crate::tls::Version::is_tls13);
        is_tls13 && tls.client_sent_certificate && !tls.server_accepted && server_tcp.fin.is_some()
    });
    let mut finding = Finding::error(
        RULE.id,
        if left {
            By::Client
        } else if connection.carrier.is_datagram() {
            By::Unknown
        } else if acked {
            By::Server
        } else {
            By::Path
        },
        At::Http,
        phrase(match (&late, closed_first) {
            (Some(_), _) => "no-application-response-summary-late",
            (None, Some(_)) => "no-application-response-summary-closed",
            (None, None) => "no-application-response-summary",
        })
        .with("who", client(attempt))
        .with("service", service(attempt))
        .with("span", seconds(end.since(time))),
    )
    .confidence(match (short_record, acked) {
        (true, _) => Confidence::Possible,
        _ if left || either.is_some() || closed_first.is_some() => Confidence::Likely,
        _ if may_be_refusal || is_open => Confidence::Likely,
        (false, true) => Confidence::Certain,
        (false, false) => Confidence::Likely,
    })
    .evidence(request, phrase("no-application-response-request"))
    .evidence(
        client_tcp
            .fin
            .filter(|_| late.is_some())
            .map_or(connection.last.0, |fin| fin.frame),
        if late.is_some() {
            phrase("no-application-response-left").with("who", client(attempt))
        } else if closed_first.is_some() {
            phrase("no-application-response-after-close")
        } else if acked {
            phrase("no-application-response-acknowledged")
        } else {
            phrase("no-application-response-unacknowledged")
        },
    )
    .cannot_tell(phrase(if attempt.licensing {
        "no-application-response-cannot-tell"
    } else {
        "no-application-response-cannot-tell-encrypted"
    }))
    .remedy(if closed_first.is_some() {
        elsewhere(
            attempt,
            Owner::Server,
            phrase("no-application-response-closed-log").with("server", connection.server),
        )
    } else if acked || left {
        elsewhere(
            attempt,
            Owner::Server,
            phrase("no-application-response-log").with("server", connection.server),
        )
    } else {
        // What was never acknowledged did not arrive: the server's log holds nothing of it.
        elsewhere(
            attempt,
            Owner::Firewall,
            phrase("no-application-response-dropped")
                .with("device", attempt.device)
                .with("server", connection.server),
        )
    });
    if attempt.licensing {
        let noted = phrase("no-application-response-controller");
        finding = finding.remedy(elsewhere(attempt, Owner::Wlc, noted));
    }
    if let Some(frame) = closed_first {
        finding = finding
            .evidence(frame, phrase("no-application-response-closed"))
            .alternative("idle-time-out", phrase("no-application-response-crossed"));
    }
    if let Some(answer) = &late {
        finding = finding.evidence(
            answer.frame,
            phrase("no-application-response-late").with("span", seconds(answer.time.since(time))),
        );
    } else {
        finding = finding.claims_silence_of(Side::Server);
    }
    if is_open {
        finding = finding.alternative("answer-later", phrase("no-application-response-open"));
    }
    if let Some((frame, time)) = server_tcp.window_closed.filter(|_| !left) {
        finding = finding
            .evidence(
                frame,
                phrase("no-application-response-window").with("waited", seconds(end.since(time))),
            )
            .alternative("server-stalled", phrase("no-application-response-stalled"));
    }
    if may_be_refusal {
        finding = finding.alternative(
            "client-certificate-rejected",
            phrase("no-application-response-or-refusal"),
        );
    }
    if let Some(frame) = either {
        finding = finding
            .evidence(frame, phrase("no-application-response-record"))
            .alternative("healthy", phrase("no-application-response-or-answer"));
    }
    if short_record {
        finding = finding.alternative("healthy", phrase("no-application-response-short-record"));
    }
    Some(behind_proxy(finding, attempt, connection))
}

/// The client's step that holds a request: a frame may hold the end of the handshake as well.
fn step_of(connection: &Connection, request: FrameNumber) -> Option<&Step> {
    let holds = |step: &&Step| {
        let kinds = [StepKind::ApplicationData, StepKind::HttpRequest];
        step.side == Side::Client && kinds.contains(&step.kind) && step.frames.contains(&request)
    };
    connection.steps.iter().find(holds)
}

/// The frame by which the server had closed before the request: its goodbye that came first, or a FIN that had not a byte of
/// it though nothing was lost.
fn closed_before(connection: &Connection, request: &Step) -> Option<FrameNumber> {
    let fin = connection.tcp.server.fin?;
    let goodbye = connection.tls.as_ref().and_then(|tls| {
        // A warning of the handshake says nothing of its end; what is encrypted comes after that.
        let is_goodbye = |alert: &&Alert| {
            let says_so = alert
                .content
                .is_none_or(|(_, description)| description == AlertDescription::CLOSE_NOTIFY);
            says_so && alert.side == Side::Server && alert.frame < request.frame
        };
        tls.alerts.iter().find(is_goodbye)
    });
    let lost = connection.tcp.client.delivery.repeated().is_some();
    match goodbye {
        Some(alert) => Some(alert.frame),
        None => (fin.acked <= request.from && !lost).then_some(fin.frame),
    }
}
