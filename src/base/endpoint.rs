//! A noun that all stages share: one end of a connection.

use std::fmt;
use std::net::IpAddr;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The address.
    pub ip: IpAddr,
    /// The TCP or UDP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip {
            IpAddr::V4(ip) => write!(f, "{ip}:{}", self.port),
            IpAddr::V6(ip) => write!(f, "[{ip}]:{}", self.port),
        }
    }
}

/// True if an address can belong to one host: no broadcast or multicast address, and no unspecified one. None of those
/// opens or accepts a connection (RFC 1122 section 4.2.3.10).
pub(crate) const fn is_host(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_unspecified() && !ip.is_broadcast() && !ip.is_multicast(),
        IpAddr::V6(ip) => !ip.is_unspecified() && !ip.is_multicast(),
    }
}

/// An endpoint from its text, for tests.
#[cfg(test)]
pub(crate) fn endpoint(text: &str) -> Endpoint {
    let (ip, port) = text.rsplit_once(':').unwrap();
    Endpoint {
        ip: ip.trim_matches(['[', ']']).parse().unwrap(),
        port: port.parse().unwrap(),
    }
}
