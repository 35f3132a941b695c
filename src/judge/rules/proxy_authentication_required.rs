//! Attempt → Finding: the proxy wants credentials.

use super::behind_proxy::asked_of_proxy;
use super::{client, elsewhere, on_client, without_proxy};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::base::wire_text::WireText;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Rule};
use crate::judge::recapture;
use crate::profile::Transport;

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
    let finding = Finding::error(
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
    ));
    // Traffic to a CSLU stays inside: it needs no proxy, and is not told to go through a CSLU.
    Some(finding.remedy(match exchange.absolute() {
        Some((host, _)) if attempt.service.transport == Transport::Cslu => {
            without_proxy(attempt, connection, &WireText::from(host))
        }
        _ => through_cslu(attempt),
    }))
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
