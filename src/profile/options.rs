//! Options of an analysis: a profile, roots, hosts by name or address, and logs.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::Profile;
use super::listing::Listing;
use crate::base::carrier::Carrier;
use crate::base::command::IosName;
use crate::base::dialect::Dialect;
use crate::base::frame::Timestamp;
use crate::base::phrase::{Language, Voice};
use crate::device::{self, DeviceLog, System};
use crate::tls::keys::KeyLog;
use crate::tls::trust::Anchors;

/// Options of an analysis.
#[derive(Clone, Debug)]
pub struct Options {
    /// The profile: which connections to judge, and what to expect.
    pub profile: Profile,
    /// How access points join their controllers, reported in addition; `None` if it is not reported.
    pub join: Option<Profile>,
    /// Roots that chains may end at.
    pub anchors: Anchors,
    /// Judge TLS connections that are not licensing, too.
    pub all: bool,
    /// Nothing of the profile's service was in the capture: of every other TLS connection, report those that failed.
    pub others: bool,
    /// Judge certificates at this time instead of the capture's.
    pub at: Option<Timestamp>,
    /// The language of the report's texts.
    pub language: Language,
    /// The dialect for every client; `None`: as profile and logs determine it.
    pub dialect: Option<Dialect>,
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
    /// Texts of the devices themselves.
    pub logs: Vec<DeviceLog>,
    /// Secrets that open encrypted handshakes.
    pub key_log: Option<KeyLog>,
    /// Which attempts the report lists.
    pub listing: Listing,
}

impl Options {
    /// The dialect of the profile's clients: the requested one, or the one that a device's text shows.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        let shown = || self.logs.iter().find_map(DeviceLog::dialect);
        let of_profile = || match self.profile.dialect {
            // The agent's own messages come from some IOS XE system, if nothing shows which.
            Dialect::Generic if self.logs.iter().any(|log| log.system == Some(System::IosXe)) => Dialect::IosXe,
            other => other,
        };
        self.dialect.or_else(shown).unwrap_or_else(of_profile)
    }

    /// The routing table from which the device reaches its service, if its texts name one that can stand in a command.
    #[must_use]
    pub fn vrf(&self) -> Option<IosName> {
        let named = device::setting(&self.logs, "vrf").or_else(|| device::setting(&self.logs, "call-home-vrf"));
        named.and_then(|vrf| IosName::new(vrf.raw()))
    }

    /// The dialect of an attempt's client: of one that is no part of what the profile is about, nothing is known. A service may
    /// have clients of another kind.
    #[must_use]
    pub fn dialect_of(&self, licensing: bool, service: &str) -> Dialect {
        if !licensing {
            return self.dialect.unwrap_or_default();
        }
        let of_service = || self.profile.service_named(service)?.dialect;
        self.dialect.or_else(of_service).unwrap_or_else(|| self.dialect())
    }

    /// The language and dialect of the report as a whole.
    #[must_use]
    pub fn voice(&self) -> Voice {
        Voice {
            language: self.language,
            dialect: self.dialect(),
            carrier: Carrier::Tcp,
        }
    }

    /// The dialect of those who see to it that access points join.
    #[must_use]
    pub fn dialect_of_join(&self) -> Dialect {
        // A user who names no product gets no product's words.
        let is_general = self.profile.dialect == Dialect::Generic;
        let of_join = self.join.as_ref().map(|profile| profile.dialect);
        let of_profile = || of_join.filter(|_| !is_general);
        self.dialect.or_else(of_profile).unwrap_or_default()
    }

    /// The names of every service: those of the profile, and the user's own.
    pub fn service_names(&self) -> impl Iterator<Item = &str> {
        let of_profile = self.profile.endpoints.iter().flat_map(|it| &it.names);
        let targets = [&self.on_prem, &self.cslu, &self.cssm].into_iter().flatten();
        let of_options = targets.filter_map(|target| match &target.host {
            Host::Name(name) => Some(name),
            Host::Address(_) => None,
        });
        of_profile.chain(of_options).map(String::as_str)
    }

    /// Every TLS connection of any capture, whatever it is for.
    #[must_use]
    pub fn everything() -> Option<Self> {
        Some(Self {
            all: true,
            ..Self::new(Profile::built_in("default")?)
        })
    }

    /// True if the user named no service to look for: then, for a capture without licensing, the other failures are the
    /// answer.
    #[must_use]
    pub fn leave_open_what(&self) -> bool {
        let is_usual =
            Profile::BUILT_IN.first().is_some_and(|usual| *usual == self.profile.id) && self.profile.is_built_in();
        let no_host = [&self.cssm, &self.on_prem, &self.cslu, &self.proxy]
            .iter()
            .all(|it| it.is_empty());
        is_usual && !self.all && no_host && self.wlc.is_empty() && self.logs.is_empty()
    }

    /// The options for a report on the failures among all TLS connections, with the general profile: for a capture
    /// without the service that was looked for.
    #[must_use]
    pub fn of_others(&self) -> Option<Self> {
        Some(Self {
            profile: Profile::built_in("default")?,
            all: true,
            others: true,
            ..self.clone()
        })
    }

    /// The defaults with a profile.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            join: Profile::built_in("capwap-join"),
            anchors: Anchors::built_in(),
            all: false,
            others: false,
            at: None,
            language: Language::default(),
            dialect: None,
            wlc: Vec::new(),
            cssm: Vec::new(),
            on_prem: Vec::new(),
            cslu: Vec::new(),
            proxy: Vec::new(),
            logs: Vec::new(),
            key_log: None,
            listing: Listing::default(),
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

/// An address, or a name in lower case without its final dot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // explained above
pub enum Host {
    Address(IpAddr),
    Name(String),
}

/// As a user writes it: `address`, `[address]:port`, `name` or `name:port`.
impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") || text.contains('/') {
            return Err("give the host alone, without https:// or a path".to_owned());
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self {
                host: Host::Address(address),
                port: None,
            });
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (inside, after) = rest.split_once(']').ok_or("the ] is missing")?;
                let address = inside
                    .parse::<Ipv6Addr>()
                    .map_err(|_| format!("{inside} is not an IPv6 address"))?;
                let port = match after {
                    "" => None,
                    after => Some(port(after.strip_prefix(':').ok_or("after ] only :PORT can follow")?)?),
                };
                return Ok(Self {
                    host: Host::Address(address.into()),
                    port,
                });
            }
            None if text.matches(':').count() > 1 => {
                return Err("write an IPv6 address with a port as [2001:db8::1]:443".to_owned());
            }
            None => match text.split_once(':') {
                Some((host, number)) => (host, Some(port(number)?)),
                None => (text, None),
            },
        };
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Self {
                host: Host::Address(address),
                port,
            });
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        let is_name = !name.is_empty()
            && name.len() <= 253
            && name.split('.').all(|label| {
                !label.is_empty()
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            });
        // 300.1.2.3 or 10.1.2 is a mistyped address: no top-level domain is a number (RFC 3696 section 2).
        let is_number = name
            .rsplit('.')
            .next()
            .is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if !is_name || is_number {
            return Err(format!("{host} is neither an IP address nor a host name"));
        }
        Ok(Self {
            host: Host::Name(name.to_ascii_lowercase()),
            port,
        })
    }
}

/// The form that its option accepts.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (Host::Address(IpAddr::V6(ip)), Some(port)) => write!(f, "[{ip}]:{port}"),
            (Host::Address(ip), Some(port)) => write!(f, "{ip}:{port}"),
            (Host::Address(ip), None) => write!(f, "{ip}"),
            (Host::Name(name), Some(port)) => write!(f, "{name}:{port}"),
            (Host::Name(name), None) => f.write_str(name),
        }
    }
}

fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("{text} is not a port (1 to 65535)")),
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_addresses_or_names_with_or_without_port() {
        let show = |text: &str| text.parse::<Target>().map(|t| format!("{:?} {:?}", t.host, t.port));
        assert_eq!(show("10.0.0.1").unwrap(), "Address(10.0.0.1) None");
        assert_eq!(show("10.0.0.1:8443").unwrap(), "Address(10.0.0.1) Some(8443)");
        assert_eq!(show("2001:db8::1").unwrap(), "Address(2001:db8::1) None");
        assert_eq!(show("[2001:db8::1]:443").unwrap(), "Address(2001:db8::1) Some(443)");
        assert_eq!(show("[2001:db8::1]").unwrap(), "Address(2001:db8::1) None");
        assert_eq!(
            show("SSM.Example.net.:443").unwrap(),
            "Name(\"ssm.example.net\") Some(443)"
        );
        for wrong in [
            "https://ssm/x",
            "300.1.2.3",
            "10.1.2",
            "ssm:0",
            "ssm:70000",
            "[::1",
            "[::1]443",
            "a..b",
            "",
            "a b",
        ] {
            assert!(wrong.parse::<Target>().is_err(), "{wrong}");
        }
        assert!(
            "2001:db8::1:99999"
                .parse::<Target>()
                .unwrap_err()
                .contains("[2001:db8::1]:443")
        );
    }
}
