//! Certificate + issuer's key → Check: whether that key signed it (RFC 5280 section 6.1.3).
//!
//! A certificate's signature covers its inner part, the "to be signed" bytes. A signature that cannot be checked, because
//! its algorithm is missing here, is not one that is wrong: the first says nothing about the certificate.

use crate::base::phrase::{Phrase, phrase};
use ring::signature::{self, VerificationAlgorithm};
use x509_parser::certificate::X509Certificate;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::algorithms;

/// The outcome of checking one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tls) enum Check {
    /// The key signed it.
    Verified,
    /// The key did not sign it.
    Wrong,
    /// Not known; the reason, as a clause.
    Unchecked(Phrase),
}

/// Checks the signature of a certificate with the key that should have made it.
pub(in crate::tls) fn check(certificate: &X509Certificate<'_>, issuer_key: &SubjectPublicKeyInfo<'_>) -> Check {
    let algorithm = match choose(certificate, issuer_key) {
        Ok(algorithm) => algorithm,
        Err(check) => return check,
    };
    let key = signature::UnparsedPublicKey::new(algorithm, issuer_key.subject_public_key.data.as_ref());
    match key.verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data) {
        Ok(()) => Check::Verified,
        Err(_) => Check::Wrong,
    }
}

/// Matches signature and key; a mismatch of families is a wrong signature, a gap in `ring` an unchecked one.
fn choose(
    certificate: &X509Certificate<'_>,
    issuer_key: &SubjectPublicKeyInfo<'_>,
) -> Result<&'static dyn VerificationAlgorithm, Check> {
    let name = algorithms::signature(&certificate.signature_algorithm);
    let key = algorithms::key(issuer_key);
    let unchecked = || {
        Check::Unchecked(
            phrase("signature-unsupported")
                .with("name", &name)
                .with("key", &key.name),
        )
    };
    let family = match name.as_str() {
        ecdsa if ecdsa.starts_with("ecdsa") => "EC",
        "Ed25519" => "Ed25519",
        pss if pss.starts_with("RSASSA-PSS") => "RSA",
        rsa if rsa.contains("WithRSA") => "RSA",
        _ => return Err(unchecked()),
    };
    if !key.name.starts_with(family) {
        return Err(Check::Wrong);
    }
    // `ring` takes RSA moduli from 2048 bits, in some legacy cases from 1024, up to 8192.
    let is_long = (2048..=8192).contains(&key.bits);
    let is_short = (1024..2048).contains(&key.bits);
    Ok(match (name.as_str(), key.name.as_str()) {
        ("sha1WithRSAEncryption" | "sha1WithRSA", _) if is_long || is_short => {
            &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
        }
        ("sha256WithRSAEncryption", _) if is_long || is_short => {
            &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        }
        ("sha384WithRSAEncryption", _) if is_long => &signature::RSA_PKCS1_2048_8192_SHA384,
        ("sha512WithRSAEncryption", _) if is_long || is_short => {
            &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
        }
        ("RSASSA-PSS with SHA-256", _) if is_long && has_ordinary_pss(certificate) => {
            &signature::RSA_PSS_2048_8192_SHA256
        }
        ("RSASSA-PSS with SHA-384", _) if is_long && has_ordinary_pss(certificate) => {
            &signature::RSA_PSS_2048_8192_SHA384
        }
        ("RSASSA-PSS with SHA-512", _) if is_long && has_ordinary_pss(certificate) => {
            &signature::RSA_PSS_2048_8192_SHA512
        }
        ("ecdsa-with-SHA256", "EC P-256") => &signature::ECDSA_P256_SHA256_ASN1,
        ("ecdsa-with-SHA384", "EC P-256") => &signature::ECDSA_P256_SHA384_ASN1,
        ("ecdsa-with-SHA256", "EC P-384") => &signature::ECDSA_P384_SHA256_ASN1,
        ("ecdsa-with-SHA384", "EC P-384") => &signature::ECDSA_P384_SHA384_ASN1,
        ("Ed25519", _) => &signature::ED25519,
        _ => return Err(unchecked()),
    })
}

fn has_ordinary_pss(certificate: &X509Certificate<'_>) -> bool {
    algorithms::pss(&certificate.signature_algorithm).is_some_and(|pss| pss.is_ordinary)
}
