//! Attempt → Finding: DNS gave a public service an address that cannot be its own.

use std::net::IpAddr;

use super::elsewhere;
use super::odd_address::{can_be_a_gateways, oddness};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tls::trust::NameMatch;

/// RFC 1918, RFC 6598, RFC 4193, RFC 6890: addresses that no public service has.
pub(super) const RULE: Rule = rule!("dns-unexpected-address", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let oddness = |ip: IpAddr| {
        let block_page = || context.options.profile.block_page_at(ip);
        oddness(ip)
            .or_else(|| Some(phrase("dns-unexpected-address-block-page").with("product", &*block_page()?.product)))
    };
    // Only a service in public DNS is expected to have a public address. A handshake that succeeded proves the address
    // right; a certificate for other names shows another server.
    let is_other = || {
        let judgement = attempt.presented.server.judgement();
        judgement.is_some_and(|it| it.name == NameMatch::Differs)
    };
    let answered = attempt.tls().is_some_and(|tls| tls.server_hello.is_some());
    if !attempt.service.public_certificate || answered && !is_other() {
        return None;
    }
    let (lookup, answer) = attempt.lookups.iter().find_map(|lookup| {
        let answer = lookup.answer.as_ref()?;
        let all_odd = !answer.addresses.is_empty() && answer.addresses.iter().all(|&ip| oddness(ip).is_some());
        all_odd.then_some((lookup, answer))
    })?;
    let &address = answer.addresses.first()?;
    let kind = oddness(address)?;
    let (server, name) = (lookup.server, &lookup.name);
    let summary = phrase("dns-unexpected-address-summary")
        .with("name", name)
        .with("address", address)
        .with("kind", kind);
    let asks = phrase("dns-unexpected-address-asks")
        .with("server", server)
        .with("name", name);
    let answers = phrase("dns-unexpected-address-answers")
        .with("server", server)
        .with("address", address);
    let mut finding = Finding::error(RULE.id, By::Server, At::Dns, summary)
        .confidence(Confidence::Likely)
        .evidence(lookup.first().frame, asks)
        .evidence(answer.frame, answers);
    for connection in attempt
        .connections
        .iter()
        .filter(|connection| answer.addresses.contains(&connection.server.ip))
    {
        let what = if connection.connected() {
            phrase("dns-unexpected-address-connects")
        } else {
            phrase("dns-unexpected-address-tries")
        };
        finding = finding.evidence(connection.first.frame, what);
    }
    Some(
        or_other(finding, address).remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("dns-unexpected-address-on-server")
                .with("server", server)
                .with("name", name),
        )),
    )
}

/// Adds the other explanation: no gateway has an address that no host has.
fn or_other(finding: Finding, address: IpAddr) -> Finding {
    match can_be_a_gateways(address) {
        true => finding.alternative(OtherCause::PrivatePath, phrase("dns-unexpected-address-private-path")),
        false => finding.alternative(OtherCause::InBetween, phrase("dns-unexpected-address-rewritten")),
    }
}
