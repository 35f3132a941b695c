//! TOML → Profile: what the world looks like, as dated data; product knowledge lives there and not in the code.
//!
//! A profile selects connections, states what to expect of them, and words remedies; it computes nothing.

pub mod baseline;
mod error;
mod in_between;
pub mod listing;
pub mod options;

use std::borrow::Cow;
use std::net::IpAddr;

use ring::digest;
use serde::Deserialize;

use self::baseline::Baseline;
use crate::base::dialect::Dialect;
use crate::base::hexadecimal::hexadecimal;
use crate::base::word::words;
pub use crate::profile::error::ProfileError;
pub use crate::profile::in_between::{Interceptor, Page};

/// The profile of Cisco Smart Licensing, built in.
const CISCO_SMART_LICENSING: &str = include_str!("../../profiles/cisco-smart-licensing.toml");

/// SHA-256 of that text, which every report states: computing it took a fortieth of a small capture's run. A test compares.
const USUAL_SHA256: &str = "b1525f391e3ab2add42b63ca4c281871752469b5a129a9eb3d8d4655db106799";
/// The profile that judges every TLS connection, built in.
const DEFAULT: &str = include_str!("../../profiles/default.toml");

/// The profile of access points that join a wireless controller, built in.
const CAPWAP_JOIN: &str = include_str!("../../profiles/capwap-join.toml");

words! {
    /// The way in which a device reaches its licensing service.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Transport {
        /// Directly to Cisco's cloud by Smart Transport.
        Cssm = "cssm",
        /// A Smart Software Manager On-Prem.
        OnPrem = "on-prem",
        /// A Cisco Smart Licensing Utility.
        Cslu = "cslu",
        /// The call-home service that preceded Smart Transport.
        CallHome = "call-home",
        /// An access point joins its controller (RFC 5415).
        Capwap = "capwap",
        /// Anything else.
        Other = "other",
    }
}

/// A profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name for `--profile`.
    pub id: String,
    /// The service that it describes.
    pub title: String,
    /// The day on which a person last compared it with its sources.
    pub checked: toml::value::Date,
    /// The sources of its facts.
    pub sources: Vec<String>,
    /// The dialect of remedies; if absent, one that fits every client.
    #[serde(default)]
    pub dialect: Dialect,
    /// Every TLS connection is of interest, not only those to the endpoints.
    #[serde(default)]
    pub everything: bool,
    /// The services it speaks about.
    #[serde(default, rename = "endpoint")]
    pub endpoints: Vec<Service>,
    /// Products that answer in the name of others, in addition to those that every profile knows: an annotation, never
    /// a proof.
    #[serde(default, rename = "interceptor")]
    interceptors: Vec<Interceptor>,
    /// The names of HTTP proxies in the Server header, in lower case: beginnings.
    #[serde(default)]
    pub proxy_software: Vec<String>,
    /// Successful attempts.
    #[serde(default, rename = "baseline")]
    pub baselines: Vec<Baseline>,
    /// The rhythm of the services, where they have one.
    pub cadence: Option<Cadence>,
    /// Its text.
    #[serde(skip)]
    text: Cow<'static, str>,
    /// It comes with tlswalk.
    #[serde(skip)]
    built_in: bool,
}

/// A service that devices connect to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Description, in words.
    pub role: String,
    /// The way in which devices reach it.
    pub transport: Transport,
    /// Host names: matched against SNI, CONNECT targets, Host headers and DNS questions.
    #[serde(default)]
    pub names: Vec<String>,
    /// Its names also count before a domain, which a resolver appends to a name without one.
    #[serde(default)]
    pub in_any_domain: bool,
    /// Texts, one of which occurs in the name of an authority that issues only its certificates.
    #[serde(default)]
    pub issuer_contains: Vec<String>,
    /// Addresses it was seen at: hints, each as old as the profile.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
    /// Ports it listens on.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// Beginnings of request targets, for readable HTTP.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Connections to the port alone are taken for this service, since nothing else uses it.
    #[serde(default)]
    pub port_suffices: bool,
    /// Its certificate comes from a public authority, so that a private one is a stranger's.
    #[serde(default)]
    pub public_certificate: bool,
    /// The service opens the connection and the device is the server.
    #[serde(default)]
    pub calls_device: bool,
    /// The dialect of its clients, if it differs from the profile's.
    pub dialect: Option<Dialect>,
    /// It has been superseded: what to use instead.
    pub superseded_by: Option<String>,
}

/// How often devices contact the service by themselves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cadence {
    /// Seconds between two regular reports.
    pub report_seconds: i64,
    /// Seconds after which a failure is retried, once.
    pub retry_seconds: i64,
    /// Seconds, at least and at most, after which the result of a report is polled.
    pub poll_seconds: [i64; 2],
}

impl Cadence {
    /// Missed reports that a pause may hold.
    const MISSED: i64 = 9;

    /// True if a pause is a multiple of the time between reports, within a fiftieth of it.
    #[must_use]
    pub fn is_report(&self, seconds: i64) -> bool {
        let times = (seconds + self.report_seconds / 2)
            .checked_div(self.report_seconds)
            .unwrap_or_default();
        (1..=Self::MISSED).contains(&times) && (seconds - times * self.report_seconds).abs() <= self.report_seconds / 50
    }

    /// True if a pause is that before the retry, within a quarter of it.
    #[must_use]
    pub const fn is_retry(&self, seconds: i64) -> bool {
        (seconds - self.retry_seconds).abs() <= self.retry_seconds / 4
    }

    /// True if a pause is that before the poll.
    #[must_use]
    pub fn is_poll(&self, seconds: i64) -> bool {
        let [least, most] = self.poll_seconds;
        (least..=most).contains(&seconds)
    }
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// If it is not TOML of the right form; the error gives line and column.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text).map_err(|error| ProfileError::of(&error, text))?;
        Ok(Self {
            text: Cow::Owned(text.to_owned()),
            ..profile
        })
    }

    /// SHA-256 of the text that it was read from, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        match self.built_in && self.text == CISCO_SMART_LICENSING {
            true => USUAL_SHA256.to_owned(),
            false => sha256(&self.text),
        }
    }

    /// The name of the usual profile and the hash of its text, without parsing it.
    pub(crate) fn usual() -> (&'static str, String) {
        ("cisco-smart-licensing", USUAL_SHA256.to_owned())
    }

    /// True if it is one of those that come with tlswalk.
    #[must_use]
    pub const fn is_built_in(&self) -> bool {
        self.built_in
    }

    /// Names of the profiles that come with tlswalk, the usual one first.
    pub const BUILT_IN: &[&str] = &["cisco-smart-licensing", "default", "capwap-join"];

    /// A profile that comes with tlswalk, by name.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        let text = match name {
            "cisco-smart-licensing" => CISCO_SMART_LICENSING,
            "default" => DEFAULT,
            "capwap-join" => CAPWAP_JOIN,
            _ => return None,
        };
        let profile: Self = toml::from_str(text).ok()?; // a test reads all
        Some(Self {
            built_in: true,
            text: Cow::Borrowed(text),
            ..profile
        })
    }

    /// The service that a host name belongs to.
    #[must_use]
    pub fn service_named(&self, name: &str) -> Option<&Service> {
        let name = name.trim_end_matches('.');
        let host = name.split('.').next().unwrap_or(name);
        let is_named = |service: &&Service| {
            service
                .names
                .iter()
                .any(|own| own.eq_ignore_ascii_case(name) || service.in_any_domain && own.eq_ignore_ascii_case(host))
        };
        self.endpoints.iter().find(is_named)
    }

    /// The service whose certificates such an authority issues.
    #[must_use]
    pub fn service_issued_by(&self, issuer: &str) -> Option<&Service> {
        let issues = |service: &&Service| {
            service
                .issuer_contains
                .iter()
                .any(|part| issuer.contains(part.as_str()))
        };
        self.endpoints.iter().find(issues)
    }

    /// The service that a request's path belongs to: the longest that fits, unless the port by itself says which.
    #[must_use]
    pub fn service_of_path(&self, path: &str, port: u16) -> Option<&Service> {
        let fitting = self.endpoints.iter().filter_map(|service| {
            let fits = service.paths.iter().filter(|own| path.starts_with(own.as_str()));
            let by_port = service.port_suffices && service.ports.contains(&port);
            Some((by_port, fits.map(String::len).max()?, service))
        });
        fitting
            .max_by_key(|&(by_port, len, _)| (by_port, len))
            .map(|(_, _, service)| service)
    }

    /// True if a Server header names an HTTP proxy.
    #[must_use]
    pub fn is_proxy(&self, server: &str) -> bool {
        let server = server.to_ascii_lowercase();
        self.proxy_software.iter().any(|name| server.starts_with(name.as_str()))
    }
}

fn sha256(text: &str) -> String {
    hexadecimal(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profiles_load() {
        let licensing = Profile::built_in("cisco-smart-licensing").unwrap();
        assert_eq!(
            licensing.service_named("SmartReceiver.cisco.com.").unwrap().transport,
            Transport::Cssm
        );
        assert!(licensing.service_named("example.com").is_none());
        for name in ["cslu-local", "CSLU-local.branch.example"] {
            assert_eq!(licensing.service_named(name).unwrap().transport, Transport::Cslu);
        }
        assert!(licensing.service_named("x.cslu-local").is_none());
        assert!(Profile::built_in("default").unwrap().everything);
        assert!(Profile::built_in("nonsense").is_none());
        assert_eq!(
            USUAL_SHA256,
            sha256(CISCO_SMART_LICENSING),
            "the profile was changed: write its new hash there"
        );
        assert_eq!(Profile::usual(), (Profile::BUILT_IN[0], licensing.sha256()));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let error = Profile::parse("id = \"x\"\nnames = 3\n").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
