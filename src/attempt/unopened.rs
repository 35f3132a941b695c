//! Connections → the connections that never opened and are reported if every TLS connection is requested.
//!
//! A connection that never opened does not show the protocol that it was for. A refused or repeated SYN to a port that
//! may speak TLS is a failure worth a report; the SYNs of a scan are not.
//!
//! A connection that never opened is an attempt with `--all` on any port except those of protocols without TLS: the
//! protocol it was for is not visible. More than eight ports of one host tried without success are a scan
//! (`attempt/unopened.rs`).

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::connection::Connection;

/// Ports of protocols without TLS (SSH, Telnet, DNS, HTTP, portmapper, NetBIOS, SMB).
const WITHOUT_TLS: [u16; 8] = [22, 23, 53, 80, 111, 135, 139, 445];

/// The port of TLS itself, where a single SYN counts.
pub(crate) const HTTPS: u16 = 443;

/// A host that tries more ports of another than this without success scans it.
const MAX_PORTS_TRIED: usize = 8;

/// The pairs of hosts of which one scans the other.
#[derive(Debug, Default)]
pub(crate) struct Unopened {
    tried: HashMap<(IpAddr, IpAddr), HashSet<u16, RandomState>, RandomState>,
}

impl Unopened {
    /// Reads all connections.
    pub(crate) fn of(connections: &[Connection]) -> Self {
        let mut tried: HashMap<_, HashSet<u16, RandomState>, RandomState> = HashMap::default();
        for connection in connections.iter().filter(|it| never_opened(it)) {
            let ports = tried.entry((connection.client.ip, connection.server.ip)).or_default();
            if ports.len() <= MAX_PORTS_TRIED {
                ports.insert(connection.server.port);
            }
        }
        Self { tried }
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
        connection.server.port == HTTPS || !is_scan
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
