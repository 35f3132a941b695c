//! Certificates → Judgement: chain, names and dates, at the time of the capture, against given anchors.
//!
//! A server or client presents its own certificate (the leaf) and those that lead from it towards a root. The receiver
//! follows the signatures up to a root it holds (RFC 5280 section 6), compares the name (RFC 9525) and the dates. These
//! are separate answers here, because one fault must not hide another: an expired certificate from an unknown CA has two
//! things to repair. Which roots the receiver really held, the capture does not show: the answer is only whether the
//! chain leads to one of the roots *given*.

mod anchors;
mod faults;
mod host_name;
mod path;
#[cfg(test)]
mod tests;

use crate::base::phrase::{Phrase, phrase};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

pub use self::anchors::{AnchorError, Anchors};
use self::path::{End, Path};
use super::certificate::{Certificate, Fields};
use crate::base::frame::Timestamp;
use crate::base::wire_text::WireText;

/// The role of the side that presents a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To prove a server's name.
    Server,
    /// To prove a client's identity.
    Client,
}

/// Three separate answers about a presented chain, and what is wrong with its leaf.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judgement {
    /// Whether the chain leads to one of the given anchors.
    pub chain: Chain,
    /// Whether the leaf is for the requested name.
    pub name: NameMatch,
    /// The leaf's validity at the time of judging.
    pub validity: Validity,
    /// Other faults of the leaf or the chain, most telling first.
    pub faults: Vec<Fault>,
    /// The leaf's issuer is of the same organization as a root given.
    pub kindred: bool,
    /// It ends at an issuer that is not known, of the same organization as a public root: perhaps a root that public
    /// stores held once.
    pub public_kin: bool,
    /// The certificates that were linked, as positions among those presented: the leaf first, then its issuers.
    pub path: Vec<usize>,
}

/// The root or gap that a chain leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Chain {
    /// Up to one of the anchors given, every signature verified.
    Anchored {
        /// The anchor's subject.
        anchor: WireText,
        /// The source of the anchor: `public roots`, `licensing roots`, or the file of `--ca`.
        origin: String,
    },
    /// The leaf signed itself.
    SelfSigned,
    /// The last certificate that could be linked was issued by a name that is neither presented nor among the anchors.
    IssuerNotGiven {
        /// That issuer.
        issuer: WireText,
    },
    /// It ends at a self-signed root that is presented but not among the anchors given.
    PrivateRoot {
        /// That root's subject.
        root: WireText,
    },
    /// A signature in the chain does not verify, or the chain runs in a circle.
    Broken {
        /// Which link failed and how, as a clause.
        detail: Phrase,
    },
    /// Linked by names, but by a signature that cannot be checked here (e.g. of a P-521 key): neither good nor bad.
    Unchecked {
        /// Which link, and why, as a clause.
        detail: Phrase,
    },
    /// The leaf, or the link above it, does not parse.
    Unreadable,
    /// No certificate was presented.
    Empty,
}

/// Whether a certificate is for the name that the client asked for (RFC 9525).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NameMatch {
    /// A subject alternative name fits.
    Matches,
    /// It has no alternative names, and its common name fits: some clients accept that, RFC 9525 does not.
    CommonNameOnly,
    /// It is for other names.
    Differs,
    /// The client asked for no name that the capture shows.
    NotAsked,
    /// There is no certificate that could be read.
    Unknown,
}

/// The validity period against the time of judging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Validity {
    /// Inside it.
    Current,
    /// It had ended this many seconds before.
    Expired(i64),
    /// It began only this many seconds later.
    NotYetValid(i64),
    /// The certificate could not be read.
    Unknown,
}

/// A further fault of a presented chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fault {
    /// A certificate above the leaf is outside its validity: its subject, and when it ended or begins.
    IssuerDates(WireText, Validity),
    /// The extended key usage or key usage does not allow the purpose.
    WrongPurpose,
    /// The leaf is a CA certificate.
    CaAsLeaf,
    /// A key that current policy calls too short: subject and key.
    WeakKey(WireText, String),
    /// A signature over SHA-1 or MD5: subject and algorithm.
    WeakSignature(WireText, String),
    /// An intermediate is missing: an issuer that was not presented, though its root may be known.
    MissingIntermediate(WireText),
    /// A certificate in the chain may not issue others.
    NotACa(WireText),
    /// The extended key usage of a CA in the chain does not allow the purpose.
    IssuerPurpose(WireText),
    /// There are more intermediates below a CA than its pathLenConstraint allows.
    PathTooLong(WireText),
    /// A CA in the chain may not issue for these names (nameConstraints).
    OutsideNameConstraints,
    /// An issuer's name is written otherwise in the certificate than by the issuer itself (case or string type): RFC 5280
    /// calls the names equal, but some receivers compare bytes.
    NameWrittenOtherwise(WireText),
    /// An anchor has the name of an issuer in the chain, but another key: a CA renewed under its old name, or a copy.
    SameNameOtherKey(WireText),
}

/// The name that a certificate must have: a host name or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerName {
    /// A DNS name.
    Dns(String),
    /// An IP address.
    Ip(IpAddr),
}

impl Judgement {
    /// Says nothing of dates, where nobody knows the time.
    pub(crate) fn forget_dates(&mut self) {
        self.validity = Validity::Unknown;
        self.faults.retain(|fault| !matches!(fault, Fault::IssuerDates(..)));
    }
}

/// Judges a chain as presented (leaf first, order of the rest does not matter, surplus is tolerated).
#[must_use]
pub fn judge(
    presented: &[Certificate],
    name: Option<&ServerName>,
    purpose: Purpose,
    at: Timestamp,
    anchors: &Anchors,
) -> Judgement {
    let leaf = match presented.first().map(|leaf| leaf.fields.as_deref()) {
        Some(Ok(leaf)) => leaf,
        unread => {
            return Judgement {
                chain: if unread.is_none() {
                    Chain::Empty
                } else {
                    Chain::Unreadable
                },
                name: if name.is_none() {
                    NameMatch::NotAsked
                } else {
                    NameMatch::Unknown
                },
                validity: Validity::Unknown,
                faults: Vec::new(),
                kindred: false,
                public_kin: false,
                path: Vec::new(),
            };
        }
    };
    let path = path::find(presented, purpose, anchors);
    Judgement {
        chain: chain(&path),
        name: host_name::compare(leaf, name),
        validity: validity(leaf, at),
        faults: faults::find(presented, leaf, &path, purpose, at, anchors),
        kindred: anchors.has_organization_of(&leaf.issuer_raw),
        public_kin: is_open(&path, |issuer| anchors.has_public_organization_of(issuer)),
        path: path.links.iter().map(|link| link.at).collect(),
    }
}

/// The report's name for the origin of an anchor: of `--ca`, the file's name.
pub(crate) fn origin_name(origin: &str) -> Phrase {
    match origin {
        "public roots" => phrase("origin-public"),
        "licensing roots" => phrase("origin-licensing"),
        file => Phrase::verbatim(file),
    }
}

fn chain(path: &Path<'_>) -> Chain {
    let Some(top) = path.links.last().map(|link| link.fields) else {
        return Chain::Empty;
    };
    match &path.end {
        End::Anchor(anchor) => Chain::Anchored {
            anchor: anchor.subject(&top.issuer),
            origin: anchor.origin().to_owned(),
        },
        End::SelfSigned if path.links.len() == 1 => Chain::SelfSigned,
        End::SelfSigned => Chain::PrivateRoot {
            root: top.subject.clone(),
        },
        End::IssuerNotGiven => Chain::IssuerNotGiven {
            issuer: top.issuer.clone(),
        },
        End::Wrong(detail) => Chain::Broken { detail: detail.clone() },
        End::Unchecked(detail) => Chain::Unchecked { detail: detail.clone() },
        End::Unreadable => Chain::Unreadable,
    }
}

/// True if a path ends at an issuer that is not among the anchors, and the issuer's name is as asked.
fn is_open(path: &Path<'_>, is_such: impl Fn(&[u8]) -> bool) -> bool {
    matches!(path.end, End::IssuerNotGiven | End::SelfSigned)
        && path.links.last().is_some_and(|top| is_such(&top.fields.issuer_raw))
}

/// The validity period against a time, by whole seconds: a certificate is good to the end of its last second.
fn validity(fields: &Fields, at: Timestamp) -> Validity {
    let (at, begin, end) = (at.seconds(), fields.not_before.seconds(), fields.not_after.seconds());
    if at > end {
        Validity::Expired(at.saturating_sub(end))
    } else if at < begin {
        Validity::NotYetValid(begin.saturating_sub(at))
    } else {
        Validity::Current
    }
}
