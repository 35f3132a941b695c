//! Attempts, Verdicts → which of them the report lists, and how many of which verdict it does not.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::judge::finding::{Severity, VerdictId};
use crate::judge::verdict::Verdict;
use crate::profile::listing::Listing;
use crate::profile::options::{Host, Target};
use crate::report::LeftOut;

/// Attempts that are not listed, by verdict and by the worst that was found of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unlisted(BTreeMap<(VerdictId, Severity), u64>);

impl Unlisted {
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        let id = verdict.cause().map(|it| it.id).unwrap_or_default();
        let count = self.0.entry((id, worst(verdict))).or_default();
        *count = count.saturating_add(1);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    pub(crate) fn told(&self) -> Vec<LeftOut> {
        let counts = self.0.iter().map(|(&(verdict, severity), &attempts)| LeftOut {
            verdict,
            severity,
            attempts,
        });
        counts.collect()
    }
}

/// The worst of all that was found of an attempt.
fn worst(verdict: &Verdict) -> Severity {
    verdict.findings.iter().map(|it| it.severity).max().unwrap_or_default()
}

/// True if an attempt with its verdict is listed.
pub(crate) fn is_listed(listing: &Listing, attempt: &Attempt<'_>, verdict: &Verdict) -> bool {
    let id = verdict.cause().map_or("", |it| it.id.name());
    let began = attempt.first().time;
    listing.lists(id, worst(verdict) == Severity::Error)
        && listing.since.is_none_or(|since| began >= since)
        && listing.until.is_none_or(|until| began <= until)
        && (listing.clients.is_empty() || listing.clients.iter().any(|&client| is_of(attempt, client)))
        && (listing.servers.is_empty() || listing.servers.iter().any(|server| is_to(attempt, server)))
}

/// True if an attempt is a client's.
fn is_of(attempt: &Attempt<'_>, client: IpAddr) -> bool {
    attempt.device == client
        || attempt.connections.iter().any(|it| it.client.ip == client)
        || attempt.lookups.iter().any(|it| it.client == client)
}

/// True if an attempt is one to reach a server, by its name or at its address.
fn is_to(attempt: &Attempt<'_>, server: &Target) -> bool {
    let is_port = |port: u16| server.port.is_none_or(|wanted| wanted == port);
    match &server.host {
        Host::Address(ip) => attempt
            .connections
            .iter()
            .any(|it| it.server.ip == *ip && is_port(it.server.port)),
        Host::Name(name) => {
            let is_name = |other: &str| other.trim_end_matches('.').eq_ignore_ascii_case(name);
            let connections = || attempt.connections.iter();
            let is_named = is_name(&attempt.service.name)
                || attempt.lookups.iter().any(|it| is_name(it.name.raw()))
                || connections().any(|it| it.server_name().is_some_and(|it| is_name(it.raw())));
            is_named && (server.port.is_none() || connections().any(|it| is_port(it.server.port)))
        }
    }
}
