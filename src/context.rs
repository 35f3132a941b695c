//! What the user wants and what the capture can show: everything a rule may ask beside its attempt.

use std::collections::HashSet;
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::capture::CaptureFacts;
use crate::device::DeviceLog;
use crate::device::clock::Offset;
use crate::frame::Timestamp;
use crate::hosts::Watched;
use crate::phrase::Language;
use crate::profile::Profile;
use crate::surroundings::Surroundings;
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
    /// The language of the report's texts.
    pub language: Language,
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
    /// What the devices say of themselves.
    pub logs: Vec<DeviceLog>,
}

impl Options {
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

    /// The defaults with a profile.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            anchors: Anchors::built_in(),
            all: false,
            at: None,
            language: Language::default(),
            wlc: Vec::new(),
            cssm: Vec::new(),
            on_prem: Vec::new(),
            cslu: Vec::new(),
            proxy: Vec::new(),
            logs: Vec::new(),
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

/// What a rule may ask beside its attempt.
#[derive(Debug)]
pub struct Context<'a> {
    /// What the user asked for.
    pub options: &'a Options,
    /// The file.
    pub capture: &'a CaptureFacts,
    /// Hosts that the capture shows as receivers of packets: what is sent to them can be seen.
    pub receivers: &'a HashSet<IpAddr, RandomState>,
    /// Who was seen, with licensing or without.
    pub watched: &'a Watched<'a>,
    /// What the other connections tell about servers and issuers.
    pub surroundings: &'a Surroundings,
    /// Segments that the snap length cut.
    pub snap_length_cut: u64,
    /// How far the clocks of the devices' logs are off.
    pub offsets: &'a [Offset],
}

impl Context<'_> {
    /// Whether the file ends inside a record or in bytes that are none.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.capture.end != crate::capture::End::Complete
    }
}
