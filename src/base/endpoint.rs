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

/// As it is written, for tests.
#[cfg(test)]
pub(crate) fn endpoint(text: &str) -> Endpoint {
    let (ip, port) = text.rsplit_once(':').unwrap();
    Endpoint {
        ip: ip.trim_matches(['[', ']']).parse().unwrap(),
        port: port.parse().unwrap(),
    }
}
