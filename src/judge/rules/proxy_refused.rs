//! Attempt → Finding: the proxy refused to open the tunnel.

use super::behind_proxy::{asked_of_proxy, by_proxy_itself};
use super::{elsewhere, in_between, without_proxy};
use crate::attempt::Attempt;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::plain::Socks;
use crate::connection::plain::socks::Reply;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 9110 section 9.3.6: any answer to CONNECT other than 2xx means that there is no tunnel.
pub(super) const RULE: Rule = rule!("proxy-refused", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if let Some(socks) = &connection.socks {
        return by_socks(attempt, connection, socks);
    }
    let exchange = connection
        .connect()
        .or_else(|| by_proxy_itself(connection, &context.options.profile))?;
    let is_tunnel = exchange.absolute().is_none();
    let (asked, request) = exchange.request.as_ref()?;
    let (answered, response) = exchange.response.as_ref()?;
    if matches!(response.status, 200..=299 | 407) {
        return None;
    }
    let (meaning, action) = meaning(response.status, is_tunnel);
    let action = action.with("target", &request.target).with("device", attempt.device);
    let with_status = |what: Phrase| what.with("status", response.status).with("reason", &response.reason);
    let summary = phrase(if is_tunnel {
        "proxy-refused-summary"
    } else {
        "proxy-refused-summary-forward"
    })
    .with("proxy", connection.server)
    .with("meaning", meaning);
    let target = exchange
        .absolute()
        .map_or_else(|| request.target.clone(), |(host, _)| WireText::from(host));
    let mut finding = Finding::error(RULE.id, By::Path, At::Proxy, with_status(summary))
        .evidence(*asked, asked_of_proxy(request))
        .evidence(*answered, with_status(phrase("http-status")))
        .remedy(elsewhere(attempt, Owner::Proxy, action))
        .remedy(without_proxy(attempt, connection, &target));
    if let Some(page) = in_between::page(attempt, response, context) {
        finding = finding.evidence(*answered, in_between::evidence(&page));
    }
    if let Some(server) = &response.server {
        finding = finding.cannot_tell(phrase("proxy-refused-cannot-tell").with("server", server));
    }
    Some(finding)
}

/// A SOCKS proxy says by a number why it opened no tunnel (RFC 1928 section 6).
fn by_socks(attempt: &Attempt<'_>, connection: &Connection, socks: &Socks) -> Option<Finding> {
    let Some((reply @ Reply::Refused(code), answered)) = &socks.reply else {
        return None;
    };
    let (meaning, action) = match code {
        2 => ("proxy-refused-forbidden", "proxy-refused-forbidden-do"),
        3 => ("proxy-refused-socks-network", "proxy-refused-unreachable-do"),
        4 => ("proxy-refused-socks-host", "proxy-refused-unreachable-do"),
        5 => ("proxy-refused-socks-refused", "proxy-refused-unreachable-do"),
        6 => ("proxy-refused-timeout", "proxy-refused-unreachable-do"),
        _ => ("proxy-refused-other", "proxy-refused-other-do"),
    };
    let summary = phrase("proxy-refused-summary-socks")
        .with("proxy", connection.server)
        .with("target", &socks.target)
        .with("reply", reply.name())
        .with("meaning", phrase(meaning));
    let action = phrase(action)
        .with("target", &socks.target)
        .with("device", attempt.device);
    Some(
        Finding::error(RULE.id, By::Path, At::Proxy, summary)
            .evidence(socks.asked.frame, Phrase::verbatim(socks.request()))
            .evidence(answered.frame, Phrase::verbatim(reply.name()))
            .remedy(elsewhere(attempt, Owner::Proxy, action))
            .remedy(without_proxy(attempt, connection, &socks.target)),
    )
}

/// The meaning of a status for the proxy, and what to do there.
fn meaning(status: u16, is_tunnel: bool) -> (Phrase, Phrase) {
    match status {
        403 => (phrase("proxy-refused-forbidden"), phrase("proxy-refused-forbidden-do")),
        // RFC 9110 section 15.6: only these two speak of the server behind it.
        502 => (
            phrase("proxy-refused-bad-gateway"),
            phrase("proxy-refused-unreachable-do"),
        ),
        504 => (phrase("proxy-refused-timeout"), phrase("proxy-refused-unreachable-do")),
        500..=599 => (
            phrase("proxy-refused-unreachable"),
            phrase("proxy-refused-unreachable-do"),
        ),
        _ if is_tunnel => (phrase("proxy-refused-other"), phrase("proxy-refused-other-do")),
        _ => (phrase("proxy-refused-other-forward"), phrase("proxy-refused-other-do")),
    }
}
