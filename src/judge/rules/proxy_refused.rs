//! Attempt → Finding: the proxy refused to open the tunnel.

use super::behind_proxy::{asked_of_proxy, by_proxy_itself};
use super::{elsewhere, in_between, without_proxy};
use crate::attempt::Attempt;
use crate::base::phrase::phrase;
use crate::base::wire_text::WireText;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 9110 section 9.3.6: any answer to CONNECT but 2xx means that there is no tunnel.
pub(super) const RULE: Rule = rule!("proxy-refused", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let exchange = connection
        .connect()
        .or_else(|| by_proxy_itself(connection, &context.options.profile))?;
    let is_tunnel = exchange.absolute().is_none();
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
            phrase(if is_tunnel {
                "proxy-refused-other"
            } else {
                "proxy-refused-other-forward"
            }),
            phrase("proxy-refused-other-do")
                .with("device", attempt.device)
                .with("target", &request.target),
        ),
    };
    let mut finding = Finding::error(
        RULE.id,
        By::Path,
        At::Proxy,
        phrase(if is_tunnel {
            "proxy-refused-summary"
        } else {
            "proxy-refused-summary-forward"
        })
        .with("proxy", connection.server)
        .with("status", response.status)
        .with("reason", &response.reason)
        .with("meaning", meaning),
    )
    .evidence(*asked, asked_of_proxy(request))
    .evidence(
        *answered,
        phrase("http-status")
            .with("status", response.status)
            .with("reason", &response.reason),
    )
    .remedy(elsewhere(attempt, Owner::Proxy, action))
    .remedy(without_proxy(
        attempt,
        connection,
        &exchange
            .absolute()
            .map_or_else(|| request.target.clone(), |(host, _)| WireText::from(host)),
    ));
    if let Some(page) = in_between::page(attempt, response, context) {
        finding = finding.evidence(*answered, in_between::evidence(&page));
    }
    if let Some(server) = &response.server {
        finding = finding.cannot_tell(phrase("proxy-refused-cannot-tell").with("server", server));
    }
    Some(finding)
}
