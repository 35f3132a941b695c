//! Attempt → Finding: the Client Hello was never answered.

use super::behind_proxy::behind_proxy;
use super::heard::late_answer;
use super::large_hello::or_large_hello;
use super::{client, elsewhere, seconds, service, tls_with_hello, watched_after};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::phrase::phrase;
use crate::tls::walk::{Side, StepKind};

/// RFC 9846 section 4.1.2: the server answers a Client Hello with a Server Hello, a retry or an alert.
pub(super) const RULE: Rule = Rule {
    id: "tls-no-response",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let hello = connection.step(StepKind::ClientHello)?;
    let before = connection.connect().is_some(); // bytes of a proxy's answer came before the hello
    let (client_tcp, server_tcp) = (&connection.tcp.client, &connection.tcp.server);
    let late = late_answer(connection, &[StepKind::ServerHello, StepKind::HelloRetryRequest]);
    let silent = tls.server_hello.is_none()
        // One that answers the other side's close is a consequence of that.
        && tls.alerts.iter().all(|alert| alert.after_close)
        && connection.step(StepKind::HelloRetryRequest).is_none()
        && (server_tcp.bytes == 0
            || before
                && !connection.steps.iter().any(|step| {
                    step.side == Side::Server
                        && step.frame > hello.frame
                        && !matches!(step.kind, StepKind::Fin | StepKind::Reset)
                }));
    if !(silent || late.is_some())
        || super::server_reset(connection)
        || server_tcp.acked_unseen
        || !watched_after(connection, hello.time, context)
    {
        return None;
    }
    let acked = client_tcp.acked_bytes >= client_tcp.bytes && client_tcp.bytes > 0;
    let end = match client_tcp.fin {
        Some(fin) if late.is_some() => (fin.frame, fin.time),
        _ => connection.last,
    };
    let waited = end.1.since(hello.time);
    // A FIN that had not even the hello's first byte was sent without waiting for it.
    let at_once = server_tcp
        .fin
        .filter(|fin| !before && !acked && fin.acked <= hello.from);
    let (by, summary) = if let Some(answer) = &late {
        (
            By::Server,
            phrase("tls-no-response-summary-late")
                .with("service", service(attempt))
                .with("who", client(attempt))
                .with("span", seconds(answer.time.since(hello.time))),
        )
    } else if let Some(fin) = at_once {
        (
            By::Server,
            phrase("tls-no-response-summary-closed")
                .with("service", service(attempt))
                .with("who", client(attempt))
                .with("frame", fin.frame),
        )
    } else if let (true, Some(_)) = (acked, connection.connect()) {
        (
            By::Server,
            phrase("behind-proxy-no-answer")
                .with("service", service(attempt))
                .with("who", client(attempt))
                .with("proxy", connection.server),
        )
    } else if acked {
        (
            By::Server,
            phrase("tls-no-response-summary-taken")
                .with("service", service(attempt))
                .with("who", client(attempt)),
        )
    } else {
        (
            By::Path,
            phrase("tls-no-response-summary-lost")
                .with("service", service(attempt))
                .with("who", client(attempt)),
        )
    };
    let ends = if server_tcp
        .fin
        .is_some_and(|fin| client_tcp.fin.is_none_or(|own| fin.frame < own.frame))
    {
        phrase("tls-no-response-closed")
    } else {
        phrase("tls-no-response-silent")
    };
    let has_beginning = !client_tcp.syns.is_empty();
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary)
        // Where the beginning was not captured, a proxy may stand between.
        .confidence(if acked && has_beginning {
            Confidence::Certain
        } else {
            Confidence::Likely
        })
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(
            end.0,
            phrase("tls-no-response-later")
                .with("span", seconds(waited))
                .with("ends", ends),
        );
    finding = match &late {
        Some(answer) => finding.evidence(answer.frame, phrase("tls-no-response-late")),
        None => finding.claims_silence_of(Side::Server),
    };
    if client_tcp.retransmissions > 0 {
        finding = finding.evidence(
            client_tcp.last,
            phrase("tls-no-response-repeated").with("count", client_tcp.retransmissions),
        );
    }
    if acked && !has_beginning {
        finding = finding.cannot_tell(phrase("tls-no-response-cannot-tell-beginning"));
    }
    let acked = acked || late.is_some();
    if at_once.is_some() {
        return Some(
            finding
                .alternative("firewall-proxying", phrase("tls-no-response-proxying"))
                .remedy(elsewhere(
                    attempt,
                    Owner::Server,
                    phrase("reset-at-once-listen").with("server", connection.server),
                )),
        );
    }
    let finding = if acked {
        finding
            .alternative("firewall-proxying", phrase("tls-no-response-proxying"))
            .cannot_tell(phrase("tls-no-response-cannot-tell"))
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("tls-no-response-listen").with("server", connection.server),
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("tls-no-response-inspection")
                    .with("device", attempt.device)
                    .with("name", &attempt.service.name),
            ))
    } else {
        finding
            .alternative("path-mtu", phrase("tls-no-response-path-mtu"))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("tls-no-response-rule")
                    .with("device", attempt.device)
                    .with("name", &attempt.service.name),
            ))
    };
    // A path that loses a long hello is told by its size already.
    let finding = if acked {
        or_large_hello(finding, attempt, connection)
    } else {
        finding
    };
    Some(behind_proxy(finding, attempt, connection))
}
