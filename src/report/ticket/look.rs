//! Attempt, team → Section: the log entries to look for, and those that would confirm or refute the suspicion.

use super::super::labels::connections;
use super::{Line, Section, Team, Ticket, transport_of};
use crate::base::phrase::phrase;
use crate::base::wire_text::in_prose;
use crate::report::{At, Attempt};

impl Ticket<'_> {
    /// The part of the ticket about the log of the addressed team.
    pub(super) fn look(&self, attempt: &Attempt) -> Section {
        let stage = attempt.verdict.at;
        let connections = connections(self.report, attempt);
        let has_certificates = connections.iter().any(|connection| {
            let shown = &connection.certificates;
            !shown.server.is_empty() || !shown.client.is_empty()
        });
        let look = match (self.team, stage) {
            (Team::Firewall, At::Dns) => "ticket-look-firewall-dns",
            (Team::Firewall, At::Tcp) => "ticket-look-firewall-tcp",
            (Team::Firewall, _) => "ticket-look-firewall-tls",
            (Team::Pki, _) if has_certificates => "ticket-look-pki",
            (Team::Pki, _) => "ticket-look-pki-unseen",
            (Team::Proxy, _) => "ticket-look-proxy",
            (Team::Server, At::Dns) => "ticket-look-server-dns",
            (Team::Server, At::Tcp) => "ticket-look-server-tcp",
            (Team::Server, At::Http) => "ticket-look-server-http",
            (Team::Server, _) => "ticket-look-server-tls",
            (Team::Support, _) => "ticket-look-support",
        };
        let (proves, disproves) = match self.team {
            Team::Firewall => ("ticket-proves-firewall", "ticket-disproves-firewall"),
            Team::Pki => ("ticket-proves-pki", "ticket-disproves-pki"),
            Team::Proxy => ("ticket-proves-proxy", "ticket-disproves-proxy"),
            Team::Server => ("ticket-proves-server", "ticket-disproves-server"),
            Team::Support => ("ticket-proves-support", "ticket-disproves-support"),
        };
        let connection = connections.into_iter().next_back().filter(|_| stage != At::Dns);
        let mut resolvers: Vec<&str> = attempt.lookups.iter().map(|lookup| lookup.server.as_str()).collect();
        // One resolver is asked for both kinds of addresses.
        resolvers.dedup();
        let name = in_prose(&attempt.name);
        // The server behind a proxy sees connections of the proxy.
        let proxy = attempt.via_proxy.as_deref().filter(|_| self.team == Team::Server);
        let (client, server) = match (connection, proxy) {
            (Some(_), Some(proxy)) => (address(proxy), name.to_string()),
            (Some(connection), None) => (connection.client.as_str(), connection.server.clone()),
            (None, _) => (attempt.device.as_str(), resolvers.join(", ")),
        };
        let look = phrase(look)
            .with("device", attempt.device.as_str())
            .with("client", client)
            .with("server", server)
            .with("transport", connection.map_or("TCP", transport_of))
            .with("name", name.as_ref());
        let lines = [look, phrase(proves), phrase(disproves)];
        Section {
            heading: "ticket-look",
            lines: lines.into_iter().map(|line| Line::Item(self.say(line))).collect(),
        }
    }
}

/// An endpoint's address, without its port.
fn address(endpoint: &str) -> &str {
    endpoint.rsplit_once(':').map_or(endpoint, |(address, _)| address)
}
