//! Path → faults: what else a strict receiver could object to in the chain that was found.
//!
//! Each is what some TLS library refuses for, though not every one does: OpenSSL looks at all of these, older devices at
//! few. They are listed apart from the chain so that none hides another.

use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter};

use super::path::{End, Path};
use super::{Anchors, Fault, Purpose, Validity, validity};
use crate::base::frame::Timestamp;
use crate::tls::certificate::{Certificate, Fields};

/// Lists the faults, most telling first.
pub(super) fn find(
    presented: &[Certificate],
    leaf: &Fields,
    path: &Path<'_>,
    purpose: Purpose,
    at: Timestamp,
    anchors: &Anchors,
) -> Vec<Fault> {
    let anchor = match &path.end {
        End::Anchor(anchor) => anchor.fields(),
        _ => None,
    };
    let chain = Chain {
        presented,
        leaf,
        path,
        anchor,
        at,
        faults: Vec::new(),
    };
    chain.find(purpose, anchors)
}

/// A chain that was found, and what is at fault with it so far.
struct Chain<'a, 'p> {
    presented: &'a [Certificate],
    leaf: &'a Fields,
    path: &'a Path<'p>,
    anchor: Option<&'a Fields>,
    at: Timestamp,
    faults: Vec<Fault>,
}

impl<'a> Chain<'a, '_> {
    fn find(mut self, purpose: Purpose, anchors: &Anchors) -> Vec<Fault> {
        self.missing_intermediate(anchors);
        self.dates();
        self.purposes(purpose);
        self.path_lengths();
        if breaks_name_constraints(self.presented, self.path) {
            self.faults.push(Fault::OutsideNameConstraints);
        }
        self.names();
        self.strength();
        if self.leaf.is_ca {
            self.faults.push(Fault::CaAsLeaf);
        }
        self.faults
    }

    /// The certificates above the leaf that were presented.
    fn issuers(&self) -> impl Iterator<Item = &'a Fields> + use<'a> {
        let path = self.path;
        path.links.iter().skip(1).map(|link| link.fields)
    }

    /// All above the leaf. The anchor itself may have been presented too, or be the leaf.
    fn above_leaf(&self) -> Vec<&'a Fields> {
        let is_on_path = |anchor: &Fields| {
            let mut links = self.path.links.iter();
            links.any(|link| link.fields.subject_raw == anchor.subject_raw)
        };
        let anchor = self.anchor.filter(|anchor| !is_on_path(anchor));
        self.issuers().chain(anchor).collect()
    }

    fn missing_intermediate(&mut self, anchors: &Anchors) {
        let Self { leaf, path, .. } = *self;
        // A leaf alone whose issuer is unknown (with an intermediate in between, leaving out the root is good
        // practice). That issuer may itself be a private root; it is not if it belongs to a given root, or if the
        // certificate was logged, as only public authorities do, and they issue from intermediates.
        let is_intermediate = || leaf.has_scts || anchors.has_organization_of(&leaf.issuer_raw);
        if matches!(path.end, End::IssuerNotGiven) && path.links.len() == 1 && is_intermediate() {
            self.faults.push(Fault::MissingIntermediate(leaf.issuer.clone()));
        }
        // An intermediate that was given as an anchor: a receiver that has only its root cannot come that far.
        let is_presented = |anchor: &Fields| {
            let mut fields = self.presented.iter().filter_map(|it| it.fields.as_ref().ok());
            fields.any(|it| it.subject_raw == anchor.subject_raw)
        };
        if let Some(anchor) = self.anchor.filter(|it| !it.self_issued && !is_presented(it)) {
            self.faults.push(Fault::MissingIntermediate(anchor.subject.clone()));
        }
    }

    fn dates(&mut self) {
        for issuer in self.above_leaf() {
            match validity(issuer, self.at) {
                Validity::Current | Validity::Unknown => {}
                outside => self.faults.push(Fault::IssuerDates(issuer.subject.clone(), outside)),
            }
        }
    }

    fn purposes(&mut self, purpose: Purpose) {
        if !allows(self.leaf, purpose) {
            self.faults.push(Fault::WrongPurpose);
        }
        for issuer in self.issuers() {
            let may_sign = issuer
                .key_usage
                .as_ref()
                .is_none_or(|usages| usages.contains(&"keyCertSign"));
            if !issuer.is_ca || !may_sign {
                self.faults.push(Fault::NotACa(issuer.subject.clone()));
            }
            if !allows_by_extension(issuer, purpose) {
                self.faults.push(Fault::IssuerPurpose(issuer.subject.clone()));
            }
        }
    }

    /// RFC 5280 section 4.2.1.9: self-issued certificates do not count.
    fn path_lengths(&mut self) {
        let mut intermediates_below: u32 = 0;
        for issuer in self.above_leaf() {
            if issuer.path_len.is_some_and(|most| intermediates_below > most) {
                self.faults.push(Fault::PathTooLong(issuer.subject.clone()));
            }
            if !issuer.self_issued {
                intermediates_below = intermediates_below.saturating_add(1);
            }
        }
    }

    fn names(&mut self) {
        let mut issued = self.leaf;
        for issuer in self.above_leaf() {
            if issuer.subject_raw != issued.issuer_raw {
                self.faults.push(Fault::NameWrittenOtherwise(issuer.subject.clone()));
            }
            issued = issuer;
        }
        let others = self.path.same_name_other_key.iter().cloned();
        self.faults.extend(others.map(Fault::SameNameOtherKey));
    }

    fn strength(&mut self) {
        let fields = self.path.links.iter().map(|link| link.fields);
        let weak_keys = fields.filter(|it| it.has_weak_key(self.at));
        let keys = weak_keys.map(|it| Fault::WeakKey(it.subject.clone(), it.key.clone()));
        // No client relies on the signature that a root makes on itself.
        let is_root = |at: usize| self.presented.get(at).is_some_and(Certificate::is_self_signed);
        let signatures = (self.path.links.iter().enumerate())
            .filter(|(above, link)| link.fields.has_weak_signature(self.at) && (*above == 0 || !is_root(link.at)))
            .map(|(_, link)| link.fields)
            .map(|it| Fault::WeakSignature(it.subject.clone(), it.signature_algorithm.clone()));
        let found: Vec<Fault> = keys.chain(signatures).collect();
        self.faults.extend(found);
    }
}

/// True if key usage and extended key usage allow the purpose for which the leaf is presented.
fn allows(leaf: &Fields, purpose: Purpose) -> bool {
    // RFC 5246 section 7.4.2: signing for (EC)DHE and TLS 1.3, encipherment for RSA, agreement for static (EC)DH.
    let bits: &[&str] = match purpose {
        Purpose::Server => &["digitalSignature", "keyEncipherment", "keyAgreement"],
        Purpose::Client => &["digitalSignature", "keyAgreement"],
    };
    let by_usage = leaf
        .key_usage
        .as_ref()
        .is_none_or(|usages| usages.iter().any(|usage| bits.contains(usage)));
    by_usage && allows_by_extension(leaf, purpose)
}

fn allows_by_extension(fields: &Fields, purpose: Purpose) -> bool {
    let wanted = match purpose {
        Purpose::Server => "serverAuth",
        Purpose::Client => "clientAuth",
    };
    let usages = fields.extended_key_usage.as_ref();
    usages.is_none_or(|usages| {
        usages
            .iter()
            .any(|usage| usage == wanted || usage == "anyExtendedKeyUsage")
    })
}

/// Asks webpki, whose one answer hides the others, only for what it alone knows here: whether the names of the leaf lie
/// inside the nameConstraints of its CAs (RFC 5280 section 4.2.1.10). It is asked for a time at which all certificates of
/// the path are valid. Where no anchor is known, the topmost CA of the path stands for one: whatever root is above it,
/// its limits and those below it hold.
fn breaks_name_constraints(presented: &[Certificate], path: &Path<'_>) -> bool {
    let limits = || path.links.iter().skip(1).any(|link| link.fields.has_name_constraints);
    let (anchor, links) = match (&path.end, path.links.split_last()) {
        (End::Anchor(anchor), _) => (anchor.for_webpki(), path.links.as_slice()),
        (_, Some((top, below))) if limits() => (presented.get(top.at).and_then(as_anchor), below),
        _ => return false,
    };
    let Some(anchor) = anchor.map(|anchor| [anchor]) else {
        return false;
    };
    let is_constrained = anchor.iter().any(|anchor| anchor.name_constraints.is_some())
        || links.iter().skip(1).any(|link| link.fields.has_name_constraints);
    let begin = path.links.iter().map(|link| link.fields.not_before.seconds()).max();
    let Some(time) = begin
        .and_then(|begin| u64::try_from(begin).ok())
        .filter(|_| is_constrained)
    else {
        return false;
    };

    let mut certificates = links
        .iter()
        .filter_map(|link| presented.get(link.at))
        .map(|one| CertificateDer::from(&*one.der));
    let Some(leaf) = certificates.next() else {
        return false;
    };
    let intermediates: Vec<_> = certificates.collect();
    let Ok(leaf) = EndEntityCert::try_from(&leaf) else {
        return false;
    };
    let outcome = leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchor,
        &intermediates,
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(time)),
        AnyUsage,
        None,
        None,
    );
    matches!(outcome, Err(webpki::Error::NameConstraintViolation))
}

/// A presented certificate as an anchor; `None` if webpki refuses it.
fn as_anchor(certificate: &Certificate) -> Option<TrustAnchor<'static>> {
    let der = CertificateDer::from(&*certificate.der);
    webpki::anchor_from_trusted_cert(&der)
        .ok()
        .map(|anchor| anchor.to_owned())
}

/// Usages are judged elsewhere.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}
