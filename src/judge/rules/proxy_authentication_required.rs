//! Attempt → Finding: the proxy wants credentials.

use super::behind_proxy::asked_of_proxy;
use super::{client, elsewhere, on_client, without_proxy};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::plain::Socks;
use crate::connection::plain::socks::Reply;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Rule, Severity};
use crate::judge::recapture;
use crate::profile::Transport;

/// RFC 9110 section 15.5.8 (407).
pub(super) const RULE: Rule = rule!("proxy-authentication-required", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if let Some(socks) = &connection.socks {
        return by_socks(attempt, connection, socks);
    }
    let exchange = connection.connect().or_else(|| connection.forwarded())?;
    let (asked, request) = exchange.request.as_ref()?;
    let (answered, response) = exchange.response.as_ref()?;
    if response.status != 407 {
        return None;
    }
    let met = context
        .surroundings
        .completed_through(connection, &attempt.service.name);
    let summary = match (met, request.has_credentials) {
        (Some(_), _) => "proxy-authentication-required-summary-met",
        (None, true) => "proxy-authentication-required-summary-refused",
        (None, false) => "proxy-authentication-required-summary",
    };
    let demand = match &response.proxy_authenticate {
        Some(scheme) => phrase("proxy-authentication-required-scheme").with("scheme", scheme),
        None => phrase("proxy-authentication-required-any"),
    };
    let summary = phrase(summary)
        .with("proxy", connection.server)
        .with("who", client(attempt))
        .with("demand", demand);
    let mut finding = Finding::error(RULE.id, By::Path, At::Proxy, summary)
        .evidence(*asked, asked_of_proxy(request))
        .evidence(
            *answered,
            phrase("http-status")
                .with("status", response.status)
                .with("reason", &response.reason),
        );
    // A demand that the client meets in its next connection is how such a proxy is used (RFC 9110 section 11.7).
    if let Some(met) = met {
        finding.beside.push(met.said);
        let finding = finding.evidence(met.said.first, phrase("proxy-authentication-required-met"));
        return Some(finding.severity(Severity::Note));
    }
    let exempt = phrase("proxy-authentication-required-exempt")
        .with("device", attempt.device)
        .with("target", &request.target);
    let finding = finding.remedy(elsewhere(attempt, Owner::Proxy, exempt));
    // Traffic to a CSLU stays inside: it needs no proxy, and is not told to go through a CSLU.
    let host = exchange.absolute().map(|(host, _)| WireText::from(host));
    let is_inside = attempt.service.transport == Transport::Cslu;
    Some(finding.remedy(match (host, attempt.licensing) {
        (Some(host), true) if is_inside => without_proxy(attempt, connection, &host),
        (_, true) => through_cslu(attempt),
        (host, false) => without_proxy(attempt, connection, &host.unwrap_or_else(|| request.target.clone())),
    }))
}

/// A SOCKS proxy accepts none of the ways to authenticate, which may be none, or not the password.
fn by_socks(attempt: &Attempt<'_>, connection: &Connection, socks: &Socks) -> Option<Finding> {
    let (reply, answered) = socks.reply.as_ref()?;
    let summary = match reply {
        Reply::NoMethod => "proxy-authentication-required-summary-socks",
        Reply::WrongCredentials => "proxy-authentication-required-summary-refused",
        Reply::Opened | Reply::Refused(_) => return None,
    };
    let summary = phrase(summary)
        .with("proxy", connection.server)
        .with("who", client(attempt))
        .with("demand", phrase("proxy-authentication-required-any"));
    let action = phrase("proxy-authentication-required-socks-do").with("device", attempt.device);
    Some(
        Finding::error(RULE.id, By::Path, At::Proxy, summary)
            .evidence(socks.asked.frame, Phrase::verbatim(socks.request()))
            .evidence(answered.frame, Phrase::verbatim(reply.name()))
            .remedy(elsewhere(attempt, Owner::Proxy, action)),
    )
}

/// The remedy: another transport, which has its own way to try again.
fn through_cslu(attempt: &Attempt<'_>) -> Remedy {
    let again = recapture::try_again(attempt.dialect, Transport::Cslu, None);
    let mut remedy = on_client(attempt, phrase("proxy-cslu"), &[task("use-cslu")]);
    if let Some(command) = again.first().filter(|_| attempt.licensing) {
        remedy.commands = attempt.dialect.lines(&[task("use-cslu")]);
        remedy.verify = phrase("verify-response").with("command", command.clone());
        remedy.commands.extend(again);
    }
    remedy
}
