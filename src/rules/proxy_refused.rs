//! Attempt → Finding: the proxy refused to open the tunnel.

use super::{elsewhere, without_proxy};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Finding, Owner, Rule};
use crate::phrase::phrase;

/// RFC 9110 section 9.3.6: any answer to CONNECT but 2xx means that there is no tunnel.
pub(super) const RULE: Rule = Rule {
    id: "proxy-refused",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let exchange = connection.connect()?;
    let (asked, request) = exchange.request.as_ref()?;
    let (answered, response) = exchange.response.as_ref()?;
    if matches!(response.status, 200..=299 | 407) {
        return None;
    }
    let (meaning, action) = match response.status {
        403 => (
            phrase("proxy-refused-forbidden"),
            phrase("proxy-refused-forbidden-do")
                .with("target", &request.target)
                .with("device", attempt.device),
        ),
        500..=599 => (
            phrase("proxy-refused-unreachable"),
            phrase("proxy-refused-unreachable-do").with("target", &request.target),
        ),
        _ => (
            phrase("proxy-refused-other"),
            phrase("proxy-refused-other-do")
                .with("device", attempt.device)
                .with("target", &request.target),
        ),
    };
    let mut finding = Finding::error(
        RULE.id,
        By::Path,
        At::Proxy,
        phrase("proxy-refused-summary")
            .with("proxy", connection.server)
            .with("status", response.status)
            .with("reason", &response.reason)
            .with("meaning", meaning),
    )
    .evidence(*asked, phrase("http-connect").with("target", &request.target))
    .evidence(
        *answered,
        phrase("http-status")
            .with("status", response.status)
            .with("reason", &response.reason),
    )
    .remedy(elsewhere(attempt, Owner::Proxy, action))
    .remedy(without_proxy(attempt, connection, &request.target));
    if let Some(server) = &response.server {
        finding = finding.cannot_tell(phrase("proxy-refused-cannot-tell").with("server", server));
    }
    Some(finding)
}
