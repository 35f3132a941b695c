//! Attempt → Finding: the port answered, but not in TLS.

use super::{elsewhere, service, tls_with_hello};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::phrase::phrase;
use crate::tls::walk::{Side, StepKind};
use crate::wire_text::WireText;

/// A Client Hello must be answered by a record (RFC 9846 section 5); anything else comes from something that does not
/// speak TLS.
pub(super) const RULE: Rule = Rule { id: "not-tls", check };

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let hello = connection.step(StepKind::ClientHello)?;
    if tls.server_hello.is_some() || tls.alerts.iter().any(|alert| alert.side == Side::Server) {
        return None;
    }
    let target = service(attempt);
    // Readable HTTP that answers no readable request (a CONNECT), hence the hello, whatever the order in the file.
    let answer = connection
        .http
        .iter()
        .filter(|exchange| exchange.request.is_none())
        .find_map(|exchange| exchange.response.as_ref());
    if let Some((frame, response)) = answer {
        let elsewhere_to = response
            .location
            .as_ref()
            .filter(|location| !location.raw().contains(&attempt.service.name));
        let (by, who) = if elsewhere_to.is_some() {
            (By::Path, "not-tls-somewhere")
        } else {
            (By::Server, "not-tls-there")
        };
        let redirecting = |plain, redirected| match elsewhere_to {
            Some(location) => phrase(redirected).with("location", location),
            None => phrase(plain),
        };
        let mut finding = Finding::error(
            RULE.id,
            by,
            At::Tls,
            redirecting("not-tls-summary", "not-tls-summary-redirect")
                .with("target", &target)
                .with("status", response.status)
                .with("reason", &response.reason)
                .with("who", phrase(who)),
        )
        .confidence(if by == By::Path {
            Confidence::Likely
        } else {
            Confidence::Certain
        })
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(
            *frame,
            redirecting("not-tls-http", "not-tls-http-redirect")
                .with("status", response.status)
                .with("reason", &response.reason),
        );
        if !response.excerpt.is_empty() {
            finding = finding.evidence(
                *frame,
                phrase("http-body").with("excerpt", shortened(&response.excerpt)),
            );
        }
        return Some(if by == By::Path {
            finding
                .alternative("server-misconfigured", phrase("not-tls-misconfigured"))
                .remedy(elsewhere(
                    attempt,
                    Owner::Firewall,
                    phrase("not-tls-exempt")
                        .with("name", &attempt.service.name)
                        .with("device", attempt.device),
                ))
        } else {
            finding
                .alternative("block-page", phrase("not-tls-block-page"))
                .remedy(elsewhere(
                    attempt,
                    Owner::Server,
                    phrase("not-tls-enable")
                        .with("ip", connection.server.ip)
                        .with("port", connection.server.port),
                ))
        });
    }
    // Bytes from the middle of a stream are no opening.
    let begins = connection.tcp.server.start_known && super::sees_handshake(connection);
    if !begins || !connection.speaks_other.server || connection.opening.server.is_empty() {
        return None;
    }
    // What was said before the hello belongs to another protocol that led to TLS (STARTTLS, a proxy), and what begins like
    // a record is broken TLS rather than none.
    // A server that speaks first (SSH, SMTP) said it to a client that had not said anything else before its hello.
    let hello_comes_first = connection.tcp.client.start_known && connection.opening.client.is_empty();
    let answers_hello = hello_comes_first || connection.opening_frame.server.is_some_and(|frame| frame > hello.frame);
    let like_record = matches!(connection.opening.server.raw().as_bytes(), [20..=24, 3, ..]);
    if !answers_hello || like_record {
        return None;
    }
    let first_line = WireText::from(connection.opening.server.raw().lines().next().unwrap_or_default());
    let frame = connection.opening_frame.server?;
    Some(
        Finding::error(
            RULE.id,
            By::Server,
            At::Tls,
            phrase("not-tls-summary-bytes")
                .with("target", &target)
                .with("bytes", shortened(&first_line)),
        )
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(frame, phrase("not-tls-bytes").with("bytes", shortened(&first_line)))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("not-tls-listen").with("server", connection.server),
        )),
    )
}

/// The beginning of a text, escaped.
fn shortened(text: &WireText) -> String {
    let shown: String = text.to_string().chars().take(100).collect();
    shown
}
