//! Connections → the connections that never opened and are reported if every TLS connection is requested.
//!
//! A connection that never opened does not show the protocol that it was for. A refused or repeated SYN to a port that
//! may speak TLS is a failure worth a report; the SYNs of a scan are not.
//!
//! A connection that never opened is an attempt with `--all` on any port except those of protocols without TLS: the
//! protocol it was for is not visible. More than eight ports of one host tried without success are a scan
//! (`attempt/unopened.rs`), and more than four servers on ports that say nothing of TLS are peers that come and go.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::base::endpoint::Endpoint;
use crate::connection::Connection;
use crate::connection::plain::client::is_tls_port;

/// Ports of protocols without TLS (echo, SSH, Telnet, DNS, HTTP and its proxies, portmapper, NetBIOS, SMB).
const WITHOUT_TLS: [u16; 11] = [7, 22, 23, 53, 80, 111, 135, 139, 445, 3128, 8080];

/// The port of TLS itself, where a single SYN counts.
pub(crate) const HTTPS: u16 = 443;

/// A host that tries more ports of another than this without success scans it.
const MAX_PORTS_TRIED: usize = 8;

/// A client that tries more servers than this without success, on ports whose numbers say nothing of TLS, looks for others
/// of its kind: those of a network of equals come and go.
const MAX_PEERS_TRIED: usize = 4;

/// The pairs of hosts of which one scans the other, and the clients that look for others of their kind.
#[derive(Debug, Default)]
pub(crate) struct Unopened {
    tried: HashMap<(IpAddr, IpAddr), HashSet<u16, RandomState>, RandomState>,
    peers: HashMap<IpAddr, HashSet<Endpoint, RandomState>, RandomState>,
}

impl Unopened {
    /// Reads all connections.
    pub(crate) fn of(connections: &[Connection]) -> Self {
        let mut tried: HashMap<_, HashSet<u16, RandomState>, RandomState> = HashMap::default();
        let mut peers: HashMap<_, HashSet<Endpoint, RandomState>, RandomState> = HashMap::default();
        for connection in connections.iter().filter(|it| never_opened(it)) {
            let ports = tried.entry((connection.client.ip, connection.server.ip)).or_default();
            if ports.len() <= MAX_PORTS_TRIED {
                ports.insert(connection.server.port);
            }
            if may_be_told(connection) && !is_tls_port(connection.server.port) {
                let peers = peers.entry(connection.client.ip).or_default();
                if peers.len() <= MAX_PEERS_TRIED {
                    peers.insert(connection.server);
                }
            }
        }
        Self { tried, peers }
    }

    /// True if a connection never opened and belongs to no scan.
    pub(crate) fn is_told(&self, connection: &Connection) -> bool {
        if !may_be_told(connection) {
            return false;
        }
        let hosts = (connection.client.ip, connection.server.ip);
        let is_scan = self
            .tried
            .get(&hosts)
            .is_some_and(|ports| ports.len() > MAX_PORTS_TRIED);
        let finds_none = || {
            let peers = self.peers.get(&connection.client.ip);
            peers.is_some_and(|peers| peers.len() > MAX_PEERS_TRIED)
        };
        match connection.server.port {
            HTTPS => true,
            port if is_tls_port(port) => !is_scan,
            _ => !is_scan && !finds_none(),
        }
    }
}

/// True if a connection never opened and is reported, unless it belongs to a scan.
pub(crate) fn may_be_told(connection: &Connection) -> bool {
    let port = connection.server.port;
    let was_serious = connection.tcp.client.syns.len() > 1 || connection.tcp.server.frames > 0;
    never_opened(connection) && (port == HTTPS || was_serious && !WITHOUT_TLS.contains(&port))
}

fn never_opened(connection: &Connection) -> bool {
    !connection.connected() || connection.syn_ack_unanswered() || connection.answered_too_late().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::connection;

    /// A connection to that port whose SYN was refused.
    fn refused(port: u16) -> Connection {
        let mut it = connection(5, "10.0.0.1:50000", &format!("10.0.0.2:{port}"));
        it.tcp.server.frames = 1;
        it
    }

    #[test]
    fn a_failure_to_connect_is_told_on_ports_that_may_speak_tls() {
        let told = |it: Connection| Unopened::of(std::slice::from_ref(&it)).is_told(&it);
        assert!(told(refused(443)) && told(refused(8443)) && told(refused(636)));
        assert!(!told(refused(22)) && !told(refused(80)));
        let single = |port| connection(5, "10.0.0.1:50000", &format!("10.0.0.2:{port}"));
        assert!(told(single(443)) && !told(single(8443)));
    }

    #[test]
    fn a_client_that_looks_for_peers_fails_with_none_of_them() {
        let peers = |count: u16| -> usize {
            let tried: Vec<Connection> = (1..=count)
                .map(|n| {
                    let mut it = connection(5, "10.0.0.1:50000", &format!("192.0.2.{n}:{}", 6000 + n));
                    it.tcp.server.frames = 1;
                    it
                })
                .chain([refused(8443)])
                .collect();
            let unopened = Unopened::of(&tried);
            tried.iter().filter(|it| unopened.is_told(it)).count()
        };
        assert_eq!((peers(3), peers(12)), (4, 1), "the port of TLS is told");
    }

    #[test]
    fn a_scan_tells_of_no_failure_but_on_the_port_of_tls() {
        let scan: Vec<Connection> = (440..460).map(refused).collect();
        let unopened = Unopened::of(&scan);
        let told: Vec<u16> = scan
            .iter()
            .filter(|it| unopened.is_told(it))
            .map(|it| it.server.port)
            .collect();
        assert_eq!(told, [443]);
        let few: Vec<Connection> = (6000..6003).map(refused).collect();
        let unopened = Unopened::of(&few);
        assert!(few.iter().all(|it| unopened.is_told(it)));
    }
}
