//! Connections, Lookups → Revocation: a device's fetches from the revocation URLs in a certificate.

use std::net::IpAddr;

use crate::attempt::index::Directory;
use crate::attempt::{Attempt, CLOCK_SKEW};
use crate::base::endpoint::Endpoint;
use crate::base::frame::Timestamp;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::dns::lookup::Lookup;

/// Connections to one address that are looked at for a fetch: the first ones, where a handshake stays open for hours.
const MOST_FETCHES: usize = 64;

/// A fetch of revocation data that a handshake may have waited for.
#[derive(Clone, Debug)]
pub struct Revocation<'a> {
    /// The URL in the certificate.
    pub url: String,
    /// Its host.
    pub host: String,
    /// Look-ups of the host.
    pub lookups: Vec<&'a Lookup>,
    /// Connections to it.
    pub connections: Vec<&'a Connection>,
}

/// The latest start of a fetch that the handshake may have waited for; `None` if no certificate named a URL. While the
/// connection is open, a fetch may still begin.
pub(crate) fn fetched_by(connection: &Connection) -> Option<Timestamp> {
    connection.step_by(StepKind::Certificate, Side::Server)?;
    Some(if closed(connection) {
        Timestamp(connection.last.time.0.saturating_add(CLOCK_SKEW))
    } else {
        Timestamp(i64::MAX)
    })
}

fn closed(connection: &Connection) -> bool {
    let sides = Side::both().into_iter();
    sides
        .map(|side| &connection.tcp[side])
        .any(|side| side.fin.is_some() || side.reset.is_some())
}

/// The device's fetches of revocation data, from the URLs in the server's certificate.
pub(crate) fn revocation<'a>(attempt: &Attempt<'a>, directory: &Directory<'a>) -> Vec<Revocation<'a>> {
    let Some(connection) = attempt.connection() else {
        return Vec::new();
    };
    let (Some(step), Some(until)) = (
        connection.step_by(StepKind::Certificate, Side::Server),
        fetched_by(connection),
    ) else {
        return Vec::new();
    };
    let from = Timestamp(step.time.0.saturating_sub(CLOCK_SKEW));
    let over = |time: Timestamp| time > until;
    let chain = connection
        .tls
        .iter()
        .filter_map(|tls| tls.certificates.server.as_ref())
        .flat_map(|it| &it.chain);
    let mut urls: Vec<String> = Vec::new();
    for fields in chain.take(4).filter_map(|certificate| certificate.fields.as_ref().ok()) {
        for url in fields.crl_urls.iter().chain(&fields.ocsp_urls).take(4) {
            if !urls.iter().any(|known| known == url.raw()) {
                urls.push(url.raw().to_owned());
            }
        }
    }
    urls.into_iter()
        .filter_map(|url| {
            let (host, port) = host_and_port(&url)?;
            let lookups = directory.lookups_of(attempt.device, &host);
            let address: Option<IpAddr> = host.parse().ok();
            let told = lookups.into_iter().flat_map(|it| it.told()).copied();
            let mut connections: Vec<&Connection> = told
                .filter(|ip| Some(*ip) != address)
                .chain(address)
                .flat_map(|ip| {
                    let fetches = directory.connections_to(attempt.device, Endpoint { ip, port }, from);
                    let fetches = fetches.iter().copied().take(MOST_FETCHES);
                    fetches.take_while(|it| !over(it.first.time))
                })
                .collect();
            connections.sort_by_key(|it| it.index);
            let lookups: Vec<&Lookup> = lookups.into_iter().flat_map(|it| it.between(from.0, until.0)).collect();
            let seen = !lookups.is_empty() || !connections.is_empty();
            seen.then_some(Revocation {
                url,
                host,
                lookups,
                connections,
            })
        })
        .collect()
}

/// Host and port of an `http` URL.
fn host_and_port(url: &str) -> Option<(String, u16)> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("HTTP://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => Some((host.to_ascii_lowercase(), port.parse().ok()?)),
        _ => Some((authority.to_ascii_lowercase(), 80)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_revocation_urls_are_found() {
        assert_eq!(
            host_and_port("http://crl.example/x.crl"),
            Some(("crl.example".into(), 80))
        );
        assert_eq!(host_and_port("http://10.1.1.1:8080/x"), Some(("10.1.1.1".into(), 8080)));
        assert_eq!(host_and_port("ldap://dir/x"), None);
    }
}
