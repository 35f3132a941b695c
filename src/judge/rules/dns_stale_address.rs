//! Attempt → Finding: the device connects to an address that DNS no longer gives for the name.

use std::net::IpAddr;

use super::on_client;
use crate::attempt::Attempt;
use crate::base::command::HostArgument;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Rule, Severity};

/// RFC 1034 section 3.6: an answer may be used for its time to live, and no longer. The verdict is that the address
/// does not answer; this finding says why the device used that address.
pub(super) const RULE: Rule = rule!("dns-stale-address", Explaining, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    // An address that answers may well be the service: several servers take turns under one name.
    if attempt.service.proxy.is_some() || attempt.service.calls_device || connection.connected() {
        return None;
    }
    let used = connection.server.ip;
    let (lookup, answer) = attempt.lookups.iter().rev().find_map(|lookup| {
        let answer = lookup.answer.as_ref()?;
        let of_family = answer.addresses.iter().any(|ip| ip.is_ipv4() == used.is_ipv4());
        (of_family && !answer.truncated && answer.time < connection.first.time).then_some((lookup, answer))
    })?;
    // An address that any answer of the capture gave may still be in use; so may an address given to another device.
    let is_told = context.watched.addresses_of(lookup.name.raw()).any(|ip| ip == used);
    if is_told || attempt.service.name.parse::<IpAddr>().is_ok() {
        return None;
    }
    let &now = answer.addresses.iter().find(|ip| ip.is_ipv4() == used.is_ipv4())?;
    let name = &lookup.name;
    let host = HostArgument::new(name.raw(), "<name>");
    Some(
        Finding::error(
            RULE.id,
            By::Device,
            At::Dns,
            phrase("dns-stale-address")
                .with("device", attempt.device)
                .with("used", used)
                .with("name", name)
                .with("now", now),
        )
        .severity(Severity::Warning)
        .confidence(Confidence::Likely)
        .evidence(
            answer.frame,
            phrase("dns-stale-address-answer")
                .with("server", lookup.server)
                .with("name", name)
                .with("now", now),
        )
        .evidence(
            connection.first.frame,
            phrase("dns-stale-address-used").with("used", used),
        )
        .alternative(
            OtherCause::StaticEntry,
            phrase("dns-stale-address-static").with("used", used),
        )
        .remedy(on_client(
            attempt,
            phrase("dns-stale-address-do").with("used", used).with("name", name),
            &[
                task("show-host").with("host", &host),
                task("show-static-hosts"),
                task("clear-host-cache").with("host", &host),
                task("remove-static-host").with("host", &host).with("address", &used),
            ],
        )),
    )
}
