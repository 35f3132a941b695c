//! Certificates → Judgement: chain, names and dates, at the time of the capture, against given anchors.

use std::net::IpAddr;

use super::certificate::Certificate;
use crate::frame::Timestamp;
use crate::wire_text::WireText;

/// The roots a chain may end at: today's public roots, the bundled roots that licensing used, and the user's own.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Anchors {}

/// Why a PEM text gave no trust anchor.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct AnchorError(pub String);

impl Anchors {
    /// The roots that come with tlswalk.
    #[must_use]
    pub fn built_in() -> Self {
        Self {}
    }

    /// Adds every certificate of a PEM text; `origin` (e.g. the file name) names them in reports.
    ///
    /// # Errors
    /// When the text holds no certificate, or one that cannot be an anchor.
    pub fn add_pem(&mut self, _pem: &[u8], _origin: &str) -> Result<usize, AnchorError> {
        Ok(0)
    }
}

/// What a certificate is presented for.
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
    /// Whether the chain leads to one of the anchors given.
    pub chain: Chain,
    /// Whether the leaf is for the name asked for.
    pub name: NameMatch,
    /// The leaf's validity at the time of judging.
    pub validity: Validity,
    /// What else is wrong with the leaf or the chain, most telling first.
    pub faults: Vec<Fault>,
}

/// Where a chain leads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Chain {
    /// Up to one of the anchors given, every signature verified.
    Anchored {
        /// The anchor's subject.
        anchor: WireText,
        /// Where the anchor comes from: `public roots`, `licensing roots`, or the file of `--ca`.
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
    /// A signature in the chain does not verify, or uses an algorithm that cannot be checked.
    Broken {
        /// Which link failed and how, as a clause.
        detail: String,
    },
    /// The leaf, or the link above it, does not parse.
    Unreadable,
    /// No certificate was presented.
    Empty,
}

/// Whether a certificate is for the name that the client asked for (RFC 9525).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameMatch {
    /// A subject alternative name fits.
    Matches,
    /// Only the common name fits: some clients accept that, RFC 9525 does not.
    CommonNameOnly,
    /// It is for other names.
    Differs,
    /// The client asked for no name that the capture shows.
    NotAsked,
}

/// The validity period against the time of judging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// An intermediate is missing: the issuer that nobody presented, though its root may be known.
    MissingIntermediate(WireText),
    /// A certificate in the chain may not issue others.
    NotACa(WireText),
}

/// What the client asked for: a host name or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerName {
    /// A DNS name.
    Dns(String),
    /// An IP address.
    Ip(IpAddr),
}

/// Judges a chain as presented (leaf first, order of the rest does not matter, surplus is tolerated).
#[must_use]
pub fn judge(
    _presented: &[Certificate],
    _name: Option<&ServerName>,
    _purpose: Purpose,
    _at: Timestamp,
    _anchors: &Anchors,
) -> Judgement {
    Judgement {
        chain: Chain::Empty,
        name: NameMatch::NotAsked,
        validity: Validity::Unknown,
        faults: Vec::new(),
    }
}
