//! PEM → Anchors: the roots that a chain may end at, and the source of each.
//!
//! A trust anchor is a name and a key that a user chose to trust (RFC 5280 section 6.1.1); the signature on a root
//! certificate proves nothing and is not checked. Nothing is parsed before the first chain is judged.

use crate::base::phrase::{Language, phrase};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use rustls_pki_types::pem::{Error as PemError, PemObject as _};
use rustls_pki_types::{CertificateDer, TrustAnchor};
use x509_parser::asn1_rs::{BitString, FromDer as _, Header};
use x509_parser::certificate::X509Certificate;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::Purpose;
use crate::base::wire_text::WireText;
use crate::tls::certificate::signature::{Check, check};
use crate::tls::certificate::{Certificate, Fields, organization, sha256};

/// The report's name for Mozilla's list.
const PUBLIC: &str = "public roots";
/// The report's name for the roots under `roots/`.
const LICENSING: &str = "licensing roots";

/// The roots a chain may end at: today's public roots, the bundled roots that licensing used, and the user's own.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Anchors {
    own: Vec<Root>,
    has_built_in: bool,
    /// Protected by a lock, because several captures may be judged at once.
    checked: Mutex<Checked>,
}

/// Whether signatures were good, by the hashes of the certificate and of what holds its issuer's key.
type Checked = HashMap<([u8; 32], [u8; 32]), bool>;

/// Signatures remembered, 80 bytes each.
const MOST_CHECKED: usize = 4096;

/// Why a PEM text gave no trust anchor.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct AnchorError(pub String);

/// A root given as a certificate.
#[derive(Clone, Debug)]
pub(super) struct Root {
    der: Box<[u8]>,
    sha256: [u8; 32],
    fields: Box<Fields>,
    organization: Option<WireText>,
    origin: String,
    /// Issues device certificates only: no server's chain may end here.
    is_for_clients_only: bool,
}

/// The files of `roots/`: what Smart Licensing has used, and what the trust pool of a device holds beside it.
const LICENSING_ROOTS: [&[u8]; 7] = [
    include_bytes!("../../../roots/identrust-commercial-root-ca-1.pem"),
    include_bytes!("../../../roots/quovadis-root-ca-2.pem"),
    include_bytes!("../../../roots/quovadis-root-ca-2-g3.pem"),
    include_bytes!("../../../roots/cisco-licensing-root-ca.pem"),
    include_bytes!("../../../roots/cisco-root-ca-2048.pem"),
    include_bytes!("../../../roots/cisco-root-ca-m2.pem"),
    include_bytes!("../../../roots/cisco-root-ca-2099.pem"),
];

/// The files of `roots/client/`: intermediates that issue device certificates, which clients often present alone.
const CLIENT_ISSUERS: [&[u8]; 2] = [
    include_bytes!("../../../roots/client/cisco-act2-sudi-ca.pem"),
    include_bytes!("../../../roots/client/cisco-high-assurance-sudi-ca.pem"),
];

impl Clone for Anchors {
    /// Which signatures were good is found out again.
    fn clone(&self) -> Self {
        Self {
            own: self.own.clone(),
            has_built_in: self.has_built_in,
            checked: Mutex::default(),
        }
    }
}

impl Anchors {
    /// The roots that come with tlswalk.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            has_built_in: true,
            ..Self::default()
        }
    }

    /// Adds every certificate of a PEM text; `origin` (e.g. the file name) names them in reports.
    ///
    /// # Errors
    /// If the text holds no certificate, or one that cannot be an anchor; then none of it is added.
    pub fn add_pem(&mut self, pem: &[u8], origin: &str) -> Result<usize, AnchorError> {
        let roots = read_pem(pem, origin, false)?;
        let added = roots.len();
        self.own.extend(roots);
        Ok(added)
    }

    /// The origins of the anchors, in the order in which they are asked, and how many come from each.
    #[must_use]
    pub fn sources(&self) -> Vec<(String, usize)> {
        let mut sources: Vec<(String, usize)> = Vec::new();
        for root in &self.own {
            match sources.iter_mut().find(|(origin, _)| *origin == root.origin) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => sources.push((root.origin.clone(), 1)),
            }
        }
        if self.has_built_in {
            let bundled = LICENSING_ROOTS.len().saturating_add(CLIENT_ISSUERS.len());
            sources.push((LICENSING.into(), bundled));
            sources.push((PUBLIC.into(), webpki_roots::TLS_SERVER_ROOTS.len()));
        }
        sources
    }

    /// The user's own anchors: the source of each, its subject, and its SHA-256.
    pub fn own(&self) -> impl Iterator<Item = (&str, &WireText, &[u8; 32])> {
        let own = self.own.iter();
        own.map(|root| (root.origin.as_str(), &root.fields.subject, &root.sha256))
    }

    /// Keeps those of the user's own whose SHA-256 is wanted.
    pub fn retain_own(&mut self, wanted: impl Fn(&[u8; 32]) -> bool) {
        self.own.retain(|root| wanted(&root.sha256));
    }

    /// True if an anchor that was chosen for licensing or by the user is of the same organization as an issuer: then
    /// that issuer is more likely one of its intermediates than an unknown authority.
    #[must_use]
    pub fn has_organization_of(&self, issuer_der: &[u8]) -> bool {
        let Some(issuer) = organization_in(issuer_der) else {
            return false;
        };
        let is_its = |own: &WireText| own.raw().as_bytes() == issuer;
        self.roots(Purpose::Server)
            .any(|root| root.organization.as_ref().is_some_and(is_its))
    }

    /// True if a public root is of the same organization as an issuer.
    #[must_use]
    pub fn has_public_organization_of(&self, issuer_der: &[u8]) -> bool {
        static PUBLIC: OnceLock<Vec<&[u8]>> = OnceLock::new();
        let Some(issuer) = organization_in(issuer_der).filter(|_| self.has_built_in) else {
            return false;
        };
        PUBLIC.get_or_init(public_organizations).contains(&issuer)
    }

    /// Whether a key made a certificate's signature, from an earlier check. A device that tries again presents the same
    /// chain; checking one of its signatures costs more than all other questions about an attempt.
    pub(super) fn remembered(
        &self,
        certificate: &Certificate,
        issuer: [u8; 32],
        check: impl FnOnce() -> Check,
    ) -> Check {
        let key = (certificate.sha256, issuer);
        let known = |checked: &Checked| checked.get(&key).copied();
        match self.checked.lock().ok().and_then(|checked| known(&checked)) {
            Some(true) => Check::Verified,
            Some(false) => Check::Wrong,
            None => {
                let check = check();
                if let (Ok(mut checked), Check::Verified | Check::Wrong) = (self.checked.lock(), &check) {
                    if checked.len() >= MOST_CHECKED {
                        checked.clear();
                    }
                    checked.insert(key, check == Check::Verified);
                }
                check
            }
        }
    }

    /// True if a certificate's own key signed it; each signature is checked once.
    pub(crate) fn is_self_signed(&self, certificate: &Certificate) -> bool {
        certificate.is_self_signed_by(|x509| {
            self.remembered(certificate, certificate.sha256, || check(x509, x509.public_key()))
        })
    }

    /// True if this very certificate was given as an anchor; then it needs no proof.
    pub(super) fn exact(&self, der: &[u8], purpose: Purpose) -> Option<Anchor<'_>> {
        self.roots(purpose).find(|root| *root.der == *der).map(Anchor::Root)
    }

    /// The anchors that bear the name of a certificate's issuer, the user's own first.
    pub(super) fn issuers<'a>(&'a self, issued: &'a Fields, purpose: Purpose) -> impl Iterator<Item = Anchor<'a>> {
        let is_issuer = |root: &&Root| issued.names_issuer(&root.fields.subject_raw, &root.fields.subject);
        let roots = self.roots(purpose).filter(is_issuer).map(Anchor::Root);
        // webpki-roots keeps the names without their outermost header.
        let name_raw: &[u8] = &issued.issuer_raw;
        let content = Header::from_der(name_raw).map_or(name_raw, |(content, _)| content);
        let public: &[TrustAnchor<'static>] = if self.has_built_in {
            webpki_roots::TLS_SERVER_ROOTS
        } else {
            &[]
        };
        let public = public
            .iter()
            .filter(move |root| root.subject.as_ref() == content)
            .map(Anchor::Public);
        roots.chain(public)
    }

    fn roots(&self, purpose: Purpose) -> impl Iterator<Item = &Root> {
        static BUNDLED: OnceLock<Vec<Root>> = OnceLock::new();
        let bundled: &[Root] = if self.has_built_in {
            BUNDLED.get_or_init(bundled)
        } else {
            &[]
        };
        self.own
            .iter()
            .chain(bundled)
            .filter(move |root| purpose == Purpose::Client || !root.is_for_clients_only)
    }
}

fn public_organizations() -> Vec<&'static [u8]> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter();
    roots
        .filter_map(|root| organization_in(root.subject.as_ref()))
        .collect()
}

/// The value of the last organization in the DER of a name, without a parse: its type (RFC 5280 appendix A), the tag of a string, a
/// length of one byte, the string. Every attempt asks.
fn organization_in(name_der: &[u8]) -> Option<&[u8]> {
    const TYPE: [u8; 3] = [0x55, 4, 10];
    let at = name_der.windows(TYPE.len()).rposition(|it| it == TYPE)?;
    let (_, value) = name_der.get(at + TYPE.len()..)?.split_first()?;
    let (&len, value) = value.split_first()?;
    value.get(..usize::from(len)).filter(|_| len < 0x80)
}

fn bundled() -> Vec<Root> {
    let licensing = LICENSING_ROOTS.iter().map(|pem| (pem, false));
    let clients = CLIENT_ISSUERS.iter().map(|pem| (pem, true));
    // A test reads every file; one that fails here would only be missing.
    licensing
        .chain(clients)
        .flat_map(|(pem, for_clients)| read_pem(pem, LICENSING, for_clients).unwrap_or_default())
        .collect()
}

fn read_pem(pem: &[u8], origin: &str, is_for_clients_only: bool) -> Result<Vec<Root>, AnchorError> {
    let mut roots = Vec::new();
    for (at, section) in CertificateDer::pem_slice_iter(pem).enumerate() {
        let number = at.saturating_add(1);
        let der =
            section.map_err(|error| AnchorError(format!("{origin}: certificate {number} {}", pem_fault(&error))))?;
        let certificate = Certificate::parse(&der, Vec::new());
        match certificate.fields {
            Ok(fields) => {
                roots.push(Root {
                    der: certificate.der,
                    sha256: certificate.sha256,
                    organization: organization(&fields.subject_raw),
                    fields,
                    origin: origin.into(),
                    is_for_clients_only,
                });
            }
            Err(reason) => {
                // An error that stops the tool is in English, as all of them are.
                let reason = reason.in_language(Language::En);
                return Err(AnchorError(format!(
                    "{origin}: certificate {number} does not parse: {reason}"
                )));
            }
        }
    }
    if roots.is_empty() {
        return Err(AnchorError(format!("{origin}: no certificate in PEM form")));
    }
    Ok(roots)
}

/// In our own words: the crate's message prints the line at fault as a list of bytes.
fn pem_fault(error: &PemError) -> &'static str {
    match error {
        PemError::MissingSectionEnd { .. } => "has no END line",
        PemError::IllegalSectionStart { .. } => "has a malformed BEGIN line",
        PemError::Base64Decode(_) => "is not valid base64",
        _ => "cannot be read as PEM",
    }
}

/// A key that cannot be read proves nothing about what it signed.
pub(super) fn unreadable() -> Check {
    Check::Unchecked(phrase("chain-anchor-unreadable"))
}

/// One anchor: a certificate, or name and key alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor<'a> {
    Root(&'a Root),
    Public(&'static TrustAnchor<'static>),
}

impl Anchor<'_> {
    /// Checks whether the anchor's key signed the certificate.
    pub(super) fn check(&self, certificate: &X509Certificate<'_>) -> Check {
        match self {
            Self::Root(root) => match X509Certificate::from_der(&root.der) {
                Ok((_, root)) => check(certificate, root.public_key()),
                Err(_) => unreadable(),
            },
            Self::Public(root) => {
                let raw = root.subject_public_key_info.as_ref();
                let Ok((rest, algorithm)) = AlgorithmIdentifier::from_der(raw) else {
                    return unreadable();
                };
                let Ok((_, subject_public_key)) = BitString::from_der(rest) else {
                    return unreadable();
                };
                check(
                    certificate,
                    &SubjectPublicKeyInfo {
                        algorithm,
                        subject_public_key,
                        raw,
                    },
                )
            }
        }
    }

    /// A hash of what its key was given in.
    pub(super) fn sha256(&self) -> [u8; 32] {
        match self {
            Self::Root(root) => root.sha256,
            Self::Public(root) => sha256(root.subject_public_key_info.as_ref()),
        }
    }

    /// Its subject; `asked` is the name it was found by.
    pub(super) fn subject(&self, asked: &WireText) -> WireText {
        match self {
            Self::Root(root) => root.fields.subject.clone(),
            Self::Public(_) => asked.clone(),
        }
    }

    pub(super) fn origin(&self) -> &str {
        match self {
            Self::Root(root) => &root.origin,
            Self::Public(_) => PUBLIC,
        }
    }

    /// The fields of its certificate; the public roots are known by name and key only.
    pub(super) fn fields(&self) -> Option<&Fields> {
        match self {
            Self::Root(root) => Some(&root.fields),
            Self::Public(_) => None,
        }
    }

    /// The anchor as webpki wants it; `None` if webpki refuses its certificate.
    pub(super) fn for_webpki(&self) -> Option<TrustAnchor<'static>> {
        match self {
            Self::Root(root) => {
                let der = CertificateDer::from(&*root.der);
                webpki::anchor_from_trusted_cert(&der)
                    .ok()
                    .map(|anchor| anchor.to_owned())
            }
            Self::Public(root) => Some((*root).clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_checked_once_and_one_that_could_not_be_again() {
        let anchors = Anchors::default();
        let certificate = |n: usize| Certificate::parse(&n.to_be_bytes(), Vec::new());
        let asked = |n: usize, issuer: u8, check: Check| {
            let mut is_asked = false;
            let check = anchors.remembered(&certificate(n), [issuer; 32], || {
                is_asked = true;
                check
            });
            (check, is_asked)
        };
        let unchecked = || Check::Unchecked(phrase("chain-anchor-unreadable"));
        assert_eq!(asked(1, 1, Check::Verified), (Check::Verified, true));
        assert_eq!(asked(1, 1, Check::Wrong), (Check::Verified, false));
        assert_eq!(asked(1, 2, Check::Wrong), (Check::Wrong, true), "another issuer");
        assert_eq!(asked(1, 2, Check::Verified), (Check::Wrong, false));
        assert_eq!(asked(2, 1, unchecked()), (unchecked(), true), "another certificate");
        assert_eq!(asked(2, 1, Check::Verified), (Check::Verified, true));
        for n in 0..2 * MOST_CHECKED {
            asked(n, 3, Check::Wrong);
            assert!(anchors.checked.lock().unwrap().len() <= MOST_CHECKED);
        }
    }

    #[test]
    fn every_bundled_root_is_read_and_says_so() {
        let roots = bundled();
        assert_eq!(roots.len(), LICENSING_ROOTS.len() + CLIENT_ISSUERS.len());
        let readme = include_str!("../../../roots/README.md");
        for root in &roots {
            let hash = ring::digest::digest(&ring::digest::SHA256, &root.der);
            let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
            assert!(
                readme.contains(&hash),
                "{} has no fingerprint in the README",
                root.fields.subject
            );
            assert!(root.fields.is_ca);
            let is_self_signed = Certificate::parse(&root.der, Vec::new()).is_self_signed();
            assert_eq!(is_self_signed, !root.is_for_clients_only, "{}", root.fields.subject);
        }
    }

    #[test]
    fn the_organizations_of_public_roots_are_known() {
        let built_in = Anchors::built_in();
        let subject = |pem: &[u8]| {
            let roots = read_pem(pem, "", false).unwrap();
            roots.into_iter().next().unwrap().fields.subject_raw
        };
        let public = subject(LICENSING_ROOTS[0]);
        assert!(built_in.has_public_organization_of(&public));
        assert!(!built_in.has_public_organization_of(&subject(LICENSING_ROOTS[3])));
        assert!(!Anchors::default().has_public_organization_of(&public));
    }

    #[test]
    fn a_text_without_certificates_is_refused() {
        let mut anchors = Anchors::default();
        assert!(anchors.add_pem(b"", "empty.pem").is_err());
        assert!(
            anchors
                .add_pem(b"-----BEGIN CERTIFICATE-----\nMIID\n", "cut.pem")
                .is_err()
        );
        assert!(
            anchors
                .add_pem(
                    b"-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n",
                    "bad.pem"
                )
                .is_err()
        );
        assert_eq!(anchors.add_pem(LICENSING_ROOTS[3], "sla.pem").unwrap(), 1);
    }

    #[test]
    fn sources_are_listed_in_the_order_they_are_asked() {
        let mut anchors = Anchors::built_in();
        for _ in 0..2 {
            anchors.add_pem(LICENSING_ROOTS[3], "sla.pem").unwrap();
        }
        let public = webpki_roots::TLS_SERVER_ROOTS.len();
        let expected = [("sla.pem", 2), (LICENSING, 9), (PUBLIC, public)];
        assert_eq!(
            anchors.sources(),
            expected.map(|(origin, count)| (origin.to_owned(), count))
        );
    }

    #[test]
    fn the_issuers_of_device_certificates_are_no_anchors_for_servers() {
        let anchors = Anchors::built_in();
        let sudi = read_pem(include_bytes!("../testdata/sudi.pem"), "", false).unwrap();
        let issuers = |purpose| anchors.issuers(&sudi[0].fields, purpose).count();
        assert_eq!((issuers(Purpose::Server), issuers(Purpose::Client)), (0, 1));
    }
}
