//! Path → faults: what else a strict receiver could object to in the chain that was found.
//!
//! Each is what some TLS library refuses for, though not every one does: OpenSSL looks at all of these, older devices at
//! few. They are listed apart from the chain so that none hides another.

use rustls_pki_types::{CertificateDer, UnixTime};
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
    let mut faults = Vec::new();
    // A leaf alone whose issuer is unknown (with an intermediate in between, leaving out the root is good practice). That
    // issuer may itself be a private root; it is none where it belongs to a root given, or where the certificate was
    // logged, as only public authorities do, and they issue from intermediates.
    let is_intermediate = || leaf.has_scts || anchors.has_organization_of(&leaf.issuer_raw);
    if matches!(path.end, End::IssuerNotGiven) && path.links.len() == 1 && is_intermediate() {
        faults.push(Fault::MissingIntermediate(leaf.issuer.clone()));
    }
    let issuers: Vec<&Fields> = path.links.iter().skip(1).map(|link| link.fields).collect();
    let anchor = match &path.end {
        End::Anchor(anchor) => anchor.fields(),
        _ => None,
    };
    // An intermediate that was given as an anchor: a receiver that has only its root cannot come that far.
    if let Some(anchor) = anchor
        && !anchor.self_issued
        && !presented
            .iter()
            .any(|it| it.fields.as_ref().is_ok_and(|it| it.subject_raw == anchor.subject_raw))
    {
        faults.push(Fault::MissingIntermediate(anchor.subject.clone()));
    }
    // The anchor itself may have been presented too, or be the leaf.
    let is_on_path = |anchor: &&Fields| {
        path.links
            .iter()
            .any(|link| link.fields.subject_raw == anchor.subject_raw)
    };
    let above_leaf = || {
        issuers
            .iter()
            .copied()
            .chain(anchor.filter(|anchor| !is_on_path(anchor)))
    };

    for issuer in above_leaf() {
        match validity(issuer, at) {
            Validity::Current | Validity::Unknown => {}
            outside => faults.push(Fault::IssuerDates(issuer.subject.clone(), outside)),
        }
    }
    if !allows(leaf, purpose) {
        faults.push(Fault::WrongPurpose);
    }
    for issuer in &issuers {
        let may_sign = issuer
            .key_usage
            .as_ref()
            .is_none_or(|usages| usages.contains(&"keyCertSign"));
        if !issuer.is_ca || !may_sign {
            faults.push(Fault::NotACa(issuer.subject.clone()));
        }
        if !allows_by_extension(issuer, purpose) {
            faults.push(Fault::IssuerPurpose(issuer.subject.clone()));
        }
    }
    // RFC 5280 section 4.2.1.9: self-issued certificates do not count.
    let mut intermediates_below: u32 = 0;
    for issuer in above_leaf() {
        if issuer.path_len.is_some_and(|most| intermediates_below > most) {
            faults.push(Fault::PathTooLong(issuer.subject.clone()));
        }
        if !issuer.self_issued {
            intermediates_below = intermediates_below.saturating_add(1);
        }
    }
    if breaks_name_constraints(presented, path) {
        faults.push(Fault::OutsideNameConstraints);
    }
    let mut issued = leaf;
    for issuer in above_leaf() {
        if issuer.subject_raw != issued.issuer_raw {
            faults.push(Fault::NameWrittenOtherwise(issuer.subject.clone()));
        }
        issued = issuer;
    }
    faults.extend(path.same_name_other_key.iter().cloned().map(Fault::SameNameOtherKey));
    for link in &path.links {
        if link.fields.has_weak_key(at) {
            faults.push(Fault::WeakKey(link.fields.subject.clone(), link.fields.key.clone()));
        }
    }
    for (above, link) in path.links.iter().enumerate() {
        // Nobody relies on the signature that a root makes on itself.
        if link.fields.has_weak_signature(at) && (above == 0 || !link.fields.self_signed) {
            faults.push(Fault::WeakSignature(
                link.fields.subject.clone(),
                link.fields.signature_algorithm.clone(),
            ));
        }
    }
    if leaf.is_ca {
        faults.push(Fault::CaAsLeaf);
    }
    faults
}

/// Whether key usage and extended key usage allow what the leaf is presented for.
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
/// inside the nameConstraints of its CAs. It is asked for a time at which all certificates of the path are valid.
fn breaks_name_constraints(presented: &[Certificate], path: &Path<'_>) -> bool {
    let End::Anchor(anchor) = &path.end else {
        return false;
    };
    let Some(anchor) = anchor.for_webpki().map(|anchor| [anchor]) else {
        return false;
    };
    let is_constrained = anchor.iter().any(|anchor| anchor.name_constraints.is_some())
        || path.links.iter().skip(1).any(|link| link.fields.has_name_constraints);
    let begin = path.links.iter().map(|link| link.fields.not_before.seconds()).max();
    let Some(time) = begin
        .and_then(|begin| u64::try_from(begin).ok())
        .filter(|_| is_constrained)
    else {
        return false;
    };

    let mut certificates = path
        .links
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

/// Usages are judged elsewhere.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}
