//! Attempt → Finding: DNS gave a public service an address that cannot be its own.

use std::net::{IpAddr, Ipv4Addr};

use super::elsewhere;
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};

/// RFC 1918, RFC 6598, RFC 4193, RFC 6890: addresses that no public service has.
pub(super) const RULE: Rule = Rule {
    id: "dns-unexpected-address",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    // Only a service in public DNS has a public address to expect; a handshake that went well proves the address good.
    if !attempt.service.public_certificate || attempt.tls().is_some_and(|tls| tls.server_hello.is_some()) {
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
    let mut finding = Finding::error(
        RULE.id,
        By::Server,
        At::Dns,
        format!("the DNS server gave {name} the address {address}, {kind}: not the licensing service's"),
    )
    .confidence(Confidence::Likely)
    .evidence(lookup.first().0, format!("asks {server} for {name}"))
    .evidence(answer.frame, format!("{server} answers {address}"));
    for connection in attempt
        .connections
        .iter()
        .filter(|connection| answer.addresses.contains(&connection.server.ip))
    {
        let what = if connection.connected() {
            "connects to it"
        } else {
            "tries to connect to it, in vain"
        };
        finding = finding.evidence(connection.first.0, what.to_owned());
    }
    Some(
        finding
            .alternative(
                "private-path",
                "the address may be meant: a gateway inside the network that speaks for the service; then it should answer TLS",
            )
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                format!("on the DNS server {server}: remove the override or block-list entry for {name} (a sinkhole answers with such addresses)"),
            )),
    )
}

/// What is odd about an address for a public service.
pub(super) const fn oddness(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(ip) if ip.is_unspecified() => Some("the unspecified address"),
        IpAddr::V4(ip) if ip.is_loopback() => Some("a loopback address"),
        IpAddr::V4(ip) if ip.is_private() => Some("a private address"),
        IpAddr::V4(ip) if ip.is_link_local() => Some("a link-local address"),
        IpAddr::V4(ip) if ip.is_broadcast() || ip.is_multicast() => Some("no host's address"),
        IpAddr::V4(ip) if is_shared(ip) => Some("a carrier-grade NAT address"),
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) if ip.is_unspecified() => Some("the unspecified address"),
        IpAddr::V6(ip) if ip.is_loopback() => Some("a loopback address"),
        IpAddr::V6(ip) if ip.is_unique_local() => Some("a private (unique local) address"),
        IpAddr::V6(ip) if ip.is_unicast_link_local() => Some("a link-local address"),
        IpAddr::V6(_) => None,
    }
}

/// 100.64.0.0/10 (RFC 6598).
const fn is_shared(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 100 && second & 0xc0 == 64
}
