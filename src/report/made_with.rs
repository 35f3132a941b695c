//! Options → MadeWith: the options of a report, so that a reader can repeat them and compare.
//!
//! Files have the name that was given and are identified by the SHA-256 of their content: a name proves nothing. For a
//! key log only the hash is recorded, because its lines are secrets.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Word, known};
use crate::base::hexadecimal::hexadecimal;
use crate::profile::Profile;
use crate::profile::listing::Listing;
use crate::profile::options::{Options, Target};

/// The options and files of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MadeWith {
    /// The version of tlswalk.
    pub version: String,
    /// The profile.
    pub profile: MadeWithProfile,
    /// Trust anchors beyond those that come with tlswalk (`--ca`), one for each certificate.
    pub anchors: Vec<MadeWithAnchor>,
    /// The devices' own texts (`--log`).
    pub logs: Vec<MadeWithFile>,
    /// SHA-256 of the key log (`--keylog`), or null.
    pub key_log: Option<String>,
    /// Controllers (`--wlc`).
    pub wlc: Vec<String>,
    /// Further hosts of the vendor's cloud (`--cssm`).
    pub cssm: Vec<String>,
    /// On-premises servers (`--on-prem`).
    pub on_prem: Vec<String>,
    /// Licensing utilities (`--cslu`).
    pub cslu: Vec<String>,
    /// HTTP proxies (`--proxy`).
    pub proxy: Vec<String>,
    /// All connections were judged, not only licensing (`--all`).
    pub all: bool,
    /// The time at which certificates were judged (`--at`); null: that of the capture.
    pub at: Option<String>,
    /// The requested language.
    #[serde(deserialize_with = "known::word")]
    pub language: Word,
    /// The requested dialect (`--dialect`); null: as profile and logs determine it.
    pub dialect: Option<String>,
    /// How names and addresses were replaced (`--redact`); null if they were not.
    pub redaction: Option<Redaction>,
    /// Which attempts were to be listed; absent: all.
    #[serde(default, skip_serializing_if = "MadeWithListing::is_none")]
    pub listing: MadeWithListing,
    /// The files that were read as one capture (`--merge`), in order; empty for one file.
    pub merged: Vec<String>,
}

/// Which attempts a report was to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MadeWithListing {
    /// `failures`, or ids of verdicts (`--only`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Servers (`--server`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// Clients (`--client`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
    /// From when on (`--since`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Until when (`--until`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// How many (`--first`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<usize>,
    /// Successful attempts were listed, however many (`--expect` and similar options).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

impl MadeWithListing {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }

    fn of(listing: &Listing) -> Self {
        Self {
            only: listing.only.iter().map(|it| it.name().to_owned()).collect(),
            servers: listing.servers.iter().map(ToString::to_string).collect(),
            clients: listing.clients.iter().map(ToString::to_string).collect(),
            since: listing.since.map(|it| it.to_string()),
            until: listing.until.map(|it| it.to_string()),
            first: listing.first,
            whole: listing.whole,
        }
    }

    /// As it was asked for; `None`: it holds something that nobody can have asked for.
    #[must_use]
    pub fn listing(&self) -> Option<Listing> {
        let time = |text: &Option<String>| text.as_deref().map(str::parse).transpose().ok();
        Some(Listing {
            only: self.only.iter().map(|it| Listing::only(it)).collect(),
            servers: self.servers.iter().map(|it| it.parse().ok()).collect::<Option<_>>()?,
            clients: self.clients.iter().map(|it| it.parse().ok()).collect::<Option<_>>()?,
            since: time(&self.since)?,
            until: time(&self.until)?,
            first: self.first,
            whole: self.whole,
        })
    }
}

/// The profile of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MadeWithProfile {
    /// Its `id`; empty if it was left out because the report is redacted.
    pub name: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// It is built into that version of tlswalk.
    pub built_in: bool,
}

/// A trust anchor of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MadeWithAnchor {
    /// The file that contained it, as given.
    pub file: String,
    /// Subject of the certificate.
    pub subject: String,
    /// SHA-256 of the certificate (DER).
    pub sha256: String,
}

/// A file of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MadeWithFile {
    /// As given.
    pub file: String,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// How names and addresses were replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Redaction {
    /// The source of the pseudonyms' key: `capture` or `file`.
    pub key: String,
    /// Certificates were left as they are.
    pub keeps_certificates: bool,
}

impl MadeWith {
    /// The record of these options.
    #[must_use]
    pub fn of(options: &Options) -> Self {
        let targets = |targets: &[Target]| targets.iter().map(ToString::to_string).collect();
        // A report on other connections is made if the user named no service to look for.
        let (name, sha256, built_in) = match options.others {
            true => {
                let (name, sha256) = Profile::usual();
                (name, sha256, true)
            }
            false => {
                let profile = &options.profile;
                (profile.id.as_str(), profile.sha256(), profile.is_built_in())
            }
        };
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: MadeWithProfile {
                name: name.to_owned(),
                sha256,
                built_in,
            },
            anchors: (options.anchors.own())
                .map(|(file, subject, sha256)| MadeWithAnchor {
                    file: file.to_owned(),
                    subject: subject.to_string(),
                    sha256: hexadecimal(sha256),
                })
                .collect(),
            logs: (options.logs.iter())
                .map(|log| MadeWithFile {
                    file: log.name.clone(),
                    sha256: log.sha256.clone(),
                })
                .collect(),
            key_log: options.key_log.as_ref().map(|log| log.sha256().to_owned()),
            wlc: options.wlc.iter().map(IpAddr::to_string).collect(),
            cssm: targets(&options.cssm),
            on_prem: targets(&options.on_prem),
            cslu: targets(&options.cslu),
            proxy: targets(&options.proxy),
            // The other connections judged in the second reading are in `others`.
            all: options.all && !options.others,
            at: options.at.map(|at| at.to_string()),
            language: options.language.tag(),
            dialect: options.dialect.map(|dialect| dialect.name().to_owned()),
            redaction: None,
            listing: MadeWithListing::of(&options.listing),
            merged: Vec::new(),
        }
    }

    /// The same without names and addresses: hosts in the options have pseudonyms already.
    #[must_use]
    pub fn redacted(mut self, redaction: Redaction) -> Self {
        // Chains are judged by the slice's note, so no anchor is needed again.
        self.anchors.clear();
        if !self.profile.built_in {
            self.profile.name.clear();
        }
        self.redaction = Some(redaction);
        self
    }
}

impl Redaction {
    /// With the user's own key, or one derived from the capture; with certificates unchanged, or not.
    #[must_use]
    pub fn new(has_key_file: bool, keeps_certificates: bool) -> Self {
        let key = if has_key_file { "file" } else { "capture" };
        Self {
            key: key.to_owned(),
            keeps_certificates,
        }
    }
}
