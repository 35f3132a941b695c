//! Attempt → Finding: the proxy never answered CONNECT.

use super::{elsewhere, watched_after, without_proxy};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::walk::Side;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 9110 section 9.3.6.
pub(super) const RULE: Rule = rule!("proxy-no-response", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let exchange = connection.connect()?;
    let (asked, request) = exchange.request.as_ref()?;
    let asked_at = connection.step(crate::connection::walk::StepKind::ConnectRequest)?.time;
    let answered = exchange.response.is_some() || connection.tls.is_some() || connection.tcp.server.bytes > 0;
    if answered || connection.tcp.server.said_unseen() || !watched_after(connection, asked_at, context) {
        return None;
    }
    let acked = connection.tcp.client.acked_bytes >= connection.tcp.client.bytes;
    let proxy = connection.server;
    Some(
        Finding::error(
            RULE.id,
            By::Path,
            At::Proxy,
            phrase("proxy-no-response-summary").with("proxy", proxy),
        )
        .confidence(if acked { Confidence::Certain } else { Confidence::Likely })
        .evidence(*asked, phrase("http-connect").with("target", &request.target))
        .evidence(
            connection.last.frame,
            if acked {
                phrase("proxy-no-response-acknowledged")
            } else {
                phrase("proxy-no-response-unacknowledged")
            },
        )
        .claims_silence_of(Side::Server)
        .remedy(elsewhere(
            attempt,
            Owner::Proxy,
            phrase("proxy-no-response-log")
                .with("device", attempt.device)
                .with("target", &request.target),
        ))
        .remedy(without_proxy(attempt, connection, &request.target)),
    )
}
