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
        let server = connection.map_or_else(|| resolvers.join(", "), |it| it.server.clone());
        let look = phrase(look)
            .with("device", attempt.device.as_str())
            .with(
                "client",
                connection.map_or(attempt.device.as_str(), |it| it.client.as_str()),
            )
            .with("server", server)
            .with("transport", connection.map_or("TCP", transport_of))
            .with("name", in_prose(&attempt.name).as_ref());
        let lines = [look, phrase(proves), phrase(disproves)];
        Section {
            heading: "ticket-look",
            lines: lines.into_iter().map(|line| Line::Item(self.say(line))).collect(),
        }
    }
}
