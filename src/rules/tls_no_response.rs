//! Attempt → Finding: the Client Hello was never answered.

use super::{client, elsewhere, seconds, service, tls_with_hello, watched_after};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
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
    let silent = tls.server_hello.is_none()
        && tls.alerts.is_empty()
        && connection.step(StepKind::HelloRetryRequest).is_none()
        && (server_tcp.bytes == 0
            || before
                && !connection.steps.iter().any(|step| {
                    step.side == Side::Server
                        && step.frame > hello.frame
                        && !matches!(step.kind, StepKind::Fin | StepKind::Reset)
                }));
    if !silent
        || super::server_reset(connection)
        || server_tcp.acked_unseen
        || !watched_after(connection, hello.time, context)
    {
        return None;
    }
    let acked = client_tcp.acked_bytes >= client_tcp.bytes && client_tcp.bytes > 0;
    let waited = connection.last.1.since(hello.time);
    let (by, summary) = if acked {
        (
            By::Server,
            format!(
                "{} took the {}'s Client Hello and never answered it",
                service(attempt),
                client(attempt)
            ),
        )
    } else {
        (
            By::Path,
            format!(
                "the connection to {} opened, but the {}'s Client Hello never arrived: it was not even acknowledged",
                service(attempt),
                client(attempt)
            ),
        )
    };
    let ends = if server_tcp
        .fin
        .is_some_and(|fin| client_tcp.fin.is_none_or(|own| fin.frame < own.frame))
    {
        "the server closed without a word"
    } else {
        "no answer"
    };
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary)
        .confidence(if acked { Confidence::Certain } else { Confidence::Likely })
        .evidence(hello.frame, "Client Hello")
        .evidence(connection.last.0, format!("{} later: {ends}", seconds(waited)))
        .claims_silence_of(Side::Server);
    if client_tcp.retransmissions > 0 {
        finding = finding.evidence(
            client_tcp.last,
            format!("sent again {} times", client_tcp.retransmissions),
        );
    }
    Some(if acked {
        finding
            .alternative("firewall-proxying", "a firewall that completes TCP on the server's behalf acknowledges just so: compare the SYN-ACK's round trip with the server's distance")
            .cannot_tell("whether the server itself acknowledged, or a device that speaks for it")
            .remedy(elsewhere(attempt, Owner::Server, format!("see what listens on {} and whether it is overloaded or waits for something", connection.server)))
            .remedy(elsewhere(attempt, Owner::Firewall, format!("see that no inspection holds back connections from {} to {}", attempt.device, attempt.service.name)))
    } else {
        finding
            .alternative("path-mtu", "a Client Hello larger than the path's MTU is lost just so; a smaller TCP MSS cures it (ip tcp mss 1200)")
            .remedy(elsewhere(attempt, Owner::Firewall, format!("the TCP handshake passes, data does not: look for a rule that drops by content or name between {} and {}", attempt.device, attempt.service.name)))
    })
}
