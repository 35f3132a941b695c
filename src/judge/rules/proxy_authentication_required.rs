//! Attempt → Finding: the proxy wants credentials.

use super::behind_proxy::asked_of_proxy;
use super::{client, elsewhere, on_client};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 9110 section 15.5.8 (407).
pub(super) const RULE: Rule = rule!("proxy-authentication-required", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let exchange = connection.connect().or_else(|| connection.forwarded())?;
    let (asked, request) = exchange.request.as_ref()?;
    let (answered, response) = exchange.response.as_ref()?;
    if response.status != 407 {
        return None;
    }
    let summary = match &response.proxy_authenticate {
        Some(scheme) => phrase("proxy-authentication-required-summary-scheme").with("scheme", scheme),
        None => phrase("proxy-authentication-required-summary"),
    };
    Some(
        Finding::error(
            RULE.id,
            By::Path,
            At::Proxy,
            summary.with("proxy", connection.server).with("who", client(attempt)),
        )
        .evidence(*asked, asked_of_proxy(request))
        .evidence(
            *answered,
            phrase("http-status")
                .with("status", response.status)
                .with("reason", &response.reason),
        )
        .remedy(elsewhere(
            attempt,
            Owner::Proxy,
            phrase("proxy-authentication-required-exempt")
                .with("device", attempt.device)
                .with("target", &request.target),
        ))
        .remedy(on_client(attempt, phrase("proxy-cslu"), &[task("use-cslu")])),
    )
}
