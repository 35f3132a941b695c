//! What the user wants and what the capture can show: everything a rule may ask beside its attempt.

use std::collections::HashSet;
use std::net::IpAddr;
use std::str::FromStr;

use crate::capture::CaptureFacts;
use crate::frame::Timestamp;
use crate::profile::Profile;
use crate::tls::trust::Anchors;

/// What the user asked for.
#[derive(Debug)]
pub struct Options {
    /// What to look for.
    pub profile: Profile,
    /// Roots that chains may end at.
    pub anchors: Anchors,
    /// Judge TLS connections that are not licensing, too.
    pub all: bool,
    /// Judge certificates at this time instead of the capture's.
    pub at: Option<Timestamp>,
    /// The controllers; none: every client.
    pub wlc: Vec<IpAddr>,
    /// Further addresses of Cisco's cloud.
    pub cssm: Vec<Target>,
    /// SSM On-Prem servers.
    pub on_prem: Vec<Target>,
    /// CSLU servers.
    pub cslu: Vec<Target>,
    /// HTTP proxies.
    pub proxy: Vec<Target>,
}

impl Options {
    /// The defaults with a profile.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            anchors: Anchors::built_in(),
            all: false,
            at: None,
            wlc: Vec::new(),
            cssm: Vec::new(),
            on_prem: Vec::new(),
            cslu: Vec::new(),
            proxy: Vec::new(),
        }
    }
}

/// A host as a user names it, with a port or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Address or name.
    pub host: Host,
    /// The port; `None`: the usual ones.
    pub port: Option<u16>,
}

/// An address or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Host {
    Ip(IpAddr),
    Name(String),
}

impl FromStr for Target {
    type Err = String;

    /// `address`, `name`, either with `:port`, `[v6]:port`.
    fn from_str(text: &str) -> Result<Self, String> {
        let port_of = |digits: &str| digits.parse().map_err(|_| format!("{digits:?} is no port"));
        if let Ok(ip) = text.parse() {
            return Ok(Self {
                host: Host::Ip(ip),
                port: None,
            });
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest
                    .split_once(']')
                    .ok_or_else(|| format!("{text:?} lacks a closing bracket"))?;
                (host, port.strip_prefix(':').map(port_of).transpose()?)
            }
            None => match text.rsplit_once(':') {
                Some((host, port)) => (host, Some(port_of(port)?)),
                None => (text, None),
            },
        };
        if let Ok(ip) = host.parse() {
            return Ok(Self {
                host: Host::Ip(ip),
                port,
            });
        }
        let name = host.trim_end_matches('.');
        let valid = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if !valid {
            return Err(format!(
                "{text:?} is neither an address nor a host name; give it without https:// and path"
            ));
        }
        Ok(Self {
            host: Host::Name(name.to_ascii_lowercase()),
            port,
        })
    }
}

/// What a rule may ask beside its attempt.
#[derive(Debug)]
pub struct Context<'a> {
    /// What the user asked for.
    pub options: &'a Options,
    /// The file.
    pub capture: &'a CaptureFacts,
    /// Hosts that the capture shows as receivers of packets: what is sent to them can be seen.
    pub receivers: &'a HashSet<IpAddr>,
    /// Segments that the snap length cut.
    pub snap_length_cut: u64,
}

impl Context<'_> {
    /// Whether the file ends inside a record or in bytes that are none.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.capture.end != crate::capture::End::Complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_people_write_them() {
        let target = |text: &str| text.parse::<Target>();
        assert_eq!(target("10.1.2.3:8443").unwrap().port, Some(8443));
        assert_eq!(target("[2001:db8::1]:443").unwrap().port, Some(443));
        assert_eq!(target("2001:db8::1").unwrap().port, None);
        assert_eq!(
            target("SSM.corp.example").unwrap().host,
            Host::Name("ssm.corp.example".into())
        );
        assert!(target("https://ssm.corp.example/x").is_err());
        assert!(target("ssm:port").is_err());
    }
}
