//! Options → MadeWith: how a report was made, so that whoever has it can make it again and compare.
//!
//! Files are named as they were given and known by the SHA-256 of their content: a name proves nothing. Of a key log the hash
//! alone stands here, for its lines are secrets.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Word, known};
use crate::base::hexadecimal::hexadecimal;
use crate::profile::Profile;
use crate::profile::listing::Listing;
use crate::profile::options::{Options, Target};

/// What a report was made with.
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
    /// Connections that are not licensing were judged, too (`--all`).
    pub all: bool,
    /// The time at which certificates were judged (`--at`); null: that of the capture.
    pub at: Option<String>,
    /// The language that was asked for.
    #[serde(deserialize_with = "known::word")]
    pub language: Word,
    /// The dialect that was asked for (`--dialect`); null: as profile and logs say.
    pub dialect: Option<String>,
    /// How names and addresses were replaced (`--redact`); null: they were not.
    pub redaction: Option<Redaction>,
    /// Which attempts were to be listed; absent: all.
    #[serde(default, skip_serializing_if = "MadeWithListing::is_none")]
    pub listing: MadeWithListing,
    /// The files that were read as one capture (`--merge`), in the order given; empty: one file.
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
    /// What went well was listed, however much it was (`--expect` and the like).
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
    /// Its `id`; empty where it was left out because the report is redacted.
    pub name: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// It came with that version of tlswalk.
    pub built_in: bool,
}

/// A trust anchor of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MadeWithAnchor {
    /// The file it stood in, as given.
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
    /// Where the key of the pseudonyms comes from: `capture` or `file`.
    pub key: String,
    /// Certificates were left as they are.
    pub keeps_certificates: bool,
}

impl MadeWith {
    /// What these options are, on record.
    #[must_use]
    pub fn of(options: &Options) -> Self {
        let targets = |targets: &[Target]| targets.iter().map(ToString::to_string).collect();
        // Of others a report tells where nothing was said about what to look for.
        let usual = (options.others).then(|| Profile::BUILT_IN.first().and_then(|name| Profile::built_in(name)));
        let usual = usual.flatten();
        let profile = usual.as_ref().unwrap_or(&options.profile);
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: MadeWithProfile {
                name: profile.id.clone(),
                sha256: profile.sha256().to_owned(),
                built_in: profile.is_built_in(),
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
            // What others were judged in the second reading stands in `others`.
            all: options.all && !options.others,
            at: options.at.map(|at| at.to_string()),
            language: options.language.tag(),
            dialect: options.dialect.map(|dialect| dialect.name().to_owned()),
            redaction: None,
            listing: MadeWithListing::of(&options.listing),
            merged: Vec::new(),
        }
    }

    /// The same without what names somebody: of hosts the options have pseudonyms already.
    #[must_use]
    pub fn redacted(mut self, redaction: Redaction) -> Self {
        // Chains are judged as the slice's note has them, so no anchor is needed again.
        self.anchors.clear();
        if !self.profile.built_in {
            self.profile.name.clear();
        }
        self.redaction = Some(redaction);
        self
    }
}

impl Redaction {
    /// With a key of the user's own, or of the capture; with certificates as they are, or not.
    #[must_use]
    pub fn new(has_key_file: bool, keeps_certificates: bool) -> Self {
        let key = if has_key_file { "file" } else { "capture" };
        Self {
            key: key.to_owned(),
            keeps_certificates,
        }
    }
}
