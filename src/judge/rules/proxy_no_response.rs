//! Attempt → Finding: the proxy never answered CONNECT.

use super::{elsewhere, sees_without_holes, watched_after, without_proxy};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 9110 section 9.3.6.
pub(super) const RULE: Rule = rule!("proxy-no-response", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let (asked, request) = asked(connection)?;
    let asked_at = connection.step(StepKind::ConnectRequest)?.time;
    // An answer may lie in a hole.
    if connection.tls.is_some() || !sees_without_holes(connection) || !watched_after(connection, asked_at, context) {
        return None;
    }
    let spoke_before = connection.tcp.server.bytes > 0;
    let acked = connection.tcp.client.acked_bytes >= connection.tcp.client.bytes;
    let (proxy, target) = (connection.server, connection.tunnel_target()?);
    // It waited for nothing if it is the one that closed.
    let closed = connection.step_by(StepKind::Fin, Side::Server).filter(|own| {
        let client = connection.step_by(StepKind::Fin, Side::Client);
        client.is_none_or(|client| client.frame > own.frame)
    });
    let (summary, log) = match closed {
        Some(_) => ("proxy-no-response-closed-summary", "proxy-no-response-closed-log"),
        None => ("proxy-no-response-summary", "proxy-no-response-log"),
    };
    let asks = phrase(match connection.socks {
        Some(_) => "proxy-no-response-asks-socks",
        None => "proxy-no-response-asks",
    });
    let (last, ended) = match closed {
        Some(fin) if spoke_before => (fin.frame, "proxy-no-response-closed-unanswered"),
        Some(fin) => (fin.frame, "proxy-no-response-closed"),
        None if acked => (connection.last.frame, "proxy-no-response-acknowledged"),
        None => (connection.last.frame, "proxy-no-response-unacknowledged"),
    };
    // What came before may be an answer that was not read whole.
    let confidence = match acked && (connection.socks.is_some() || !spoke_before) {
        true => Confidence::Certain,
        false => Confidence::Likely,
    };
    let summary = phrase(summary).with("proxy", proxy).with("asks", asks);
    let finding = Finding::error(RULE.id, By::Path, At::Proxy, summary)
        .confidence(confidence)
        .evidence(asked, request)
        .evidence(last, phrase(ended))
        .claims_silence_of(Side::Server);
    // A SOCKS proxy that did not even agree on how to authenticate was not told the target.
    if target.is_empty() {
        let log = phrase("proxy-no-response-log-nameless").with("device", attempt.device);
        return Some(finding.remedy(elsewhere(attempt, Owner::Proxy, log)));
    }
    let log = phrase(log).with("device", attempt.device).with("target", target);
    Some(
        finding
            .remedy(elsewhere(attempt, Owner::Proxy, log))
            .remedy(without_proxy(attempt, connection, target)),
    )
}

/// The frame and the words of a request for a tunnel that was not answered.
fn asked(connection: &Connection) -> Option<(FrameNumber, Phrase)> {
    if let Some(socks) = &connection.socks {
        let is_unanswered = socks.reply.is_none();
        return is_unanswered.then(|| (socks.asked.frame, Phrase::verbatim(socks.request())));
    }
    let exchange = connection.connect()?;
    let (frame, request) = exchange.request.as_ref()?;
    // What the proxy said before, to another request of this connection, is no answer to this one.
    let said_before = connection.http.iter().any(|it| it.response.is_some());
    let spoke = connection.tcp.server.bytes > 0 && !said_before;
    let words = phrase("http-connect").with("target", &request.target);
    (exchange.response.is_none() && !spoke).then_some((*frame, words))
}
