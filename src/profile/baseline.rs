//! A noun of the profile: how a good attempt goes, step by step, as data with its source.

use serde::Deserialize;

use super::Transport;

/// A successful attempt.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Its name.
    pub id: String,
    /// The transports it is for.
    pub transports: Vec<Transport>,
    /// It goes through a proxy.
    #[serde(default)]
    pub proxy: bool,
    /// It is readable HTTP, without TLS.
    #[serde(default)]
    pub readable: bool,
    /// It is for TLS 1.3 and later, where less is readable.
    #[serde(default)]
    pub tls13: bool,
    /// Its source.
    pub source: String,
    /// The day a person last compared it with its source.
    pub checked: toml::value::Date,
    /// Every step that must be there, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Expected>,
}

/// A step of a good attempt.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The phase of the guide: 1 connect, 2 TLS, 3 report, 4 close.
    pub phase: u8,
    /// `client` or `server`.
    pub by: By,
    /// Its kind, in the words of the report's steps.
    pub kind: String,
}

/// Side that sends the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // one per side
pub enum By {
    Client,
    Server,
}
