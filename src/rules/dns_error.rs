//! Attempt → Finding: the resolver answered, but without an address.

use super::{client, elsewhere, on_device};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Finding, Owner, Rule};

/// RFC 1035 section 4.1.1 (response codes), RFC 2308 (NXDOMAIN and no data).
pub(super) const RULE: Rule = Rule { id: "dns-error", check };

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    if !attempt.connections.is_empty() {
        return None; // it found an address somewhere
    }
    let answers = || {
        attempt
            .lookups
            .iter()
            .filter_map(|lookup| Some((lookup, lookup.answer.as_ref()?)))
    };
    if answers().any(|(_, answer)| !answer.addresses.is_empty()) {
        return None;
    }
    // An answer that was cut, by the server or by the snap length, does not show that there is no address.
    if answers().any(|(_, answer)| answer.truncated && answer.status.0 == 0) {
        return None;
    }
    // An empty answer for one type matters only when no other type failed worse.
    let (lookup, answer) = answers()
        .find(|(_, answer)| answer.status.0 != 0)
        .or_else(|| answers().next())?;
    let (server, name) = (lookup.server, &lookup.name);
    let (status, meaning, what) = match answer.status.0 {
        0 => (
            "no data".to_owned(),
            "the name exists, without an address of the type asked for",
            "have an address record added, or ask another server",
        ),
        2 => (
            answer.status.to_string(),
            "the server could not get an answer itself",
            "look at the DNS server's own path to the internet and its forwarders",
        ),
        3 => (
            answer.status.to_string(),
            "it says that the name does not exist",
            "let the DNS server resolve public names (forwarders, split-horizon zones, filter lists)",
        ),
        5 => (
            answer.status.to_string(),
            "it will not answer this client, or has nobody to ask",
            "allow recursion for the controller's address on the DNS server",
        ),
        _ => (answer.status.to_string(), "it failed", "look at the DNS server's log"),
    };
    let finding = Finding::error(
        RULE.id,
        By::Server,
        At::Dns,
        format!("the DNS server answered {status} for {name}: {meaning}"),
    )
    .evidence(
        lookup.first().0,
        format!("asks {server} for {name} ({})", lookup.kind_name()),
    )
    .evidence(answer.frame, format!("{server} answers {status}"))
    .remedy(elsewhere(
        attempt,
        Owner::Server,
        format!("on the DNS server {server}: {what}"),
    ))
    .remedy(on_device(
        attempt,
        format!("or let the {} ask a DNS server that knows {name}", client(attempt)),
        &[
            "show running-config | include name-server|domain lookup".to_owned(),
            "configure terminal".to_owned(),
            "  ip name-server <address of a DNS server that resolves public names>".to_owned(),
            "  end".to_owned(),
        ],
    ));
    Some(finding)
}
