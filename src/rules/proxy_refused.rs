//! Attempt → Finding: the proxy refused to open the tunnel.

use super::{elsewhere, without_proxy};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Finding, Owner, Rule};

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
            "its rules do not allow the target",
            format!("allow CONNECT to {} for {}", request.target, attempt.device),
        ),
        500..=599 => (
            "it could not reach the target itself",
            format!(
                "see why the proxy cannot reach {}: its own DNS, route and firewall",
                request.target
            ),
        ),
        _ => (
            "it does not open the tunnel",
            format!("look at the proxy's log for {} and {}", attempt.device, request.target),
        ),
    };
    let mut finding = Finding::error(
        RULE.id,
        By::Path,
        At::Proxy,
        format!(
            "the proxy {} answered CONNECT with {} {}: {meaning}",
            connection.server, response.status, response.reason
        ),
    )
    .evidence(*asked, format!("CONNECT {}", request.target))
    .evidence(*answered, format!("{} {}", response.status, response.reason))
    .remedy(elsewhere(attempt, Owner::Proxy, action))
    .remedy(without_proxy(attempt, connection, &request.target));
    if let Some(server) = &response.server {
        finding = finding.cannot_tell(format!(
            "whether another proxy stands behind this one; the answer names itself {server}"
        ));
    }
    Some(finding)
}
