//! DER → Certificate: the statements of an X.509 certificate (RFC 5280).
//!
//! A certificate is a signed statement "this key belongs to this name, from then until then". Only the statement is
//! read here; [`super::trust`] decides whether it is believable. No certificate is refused for being wrong: a capture
//! shows what was sent, and the fault in it is often what the user is looking for.

mod algorithms;
mod distinguished_name;
mod era;
mod extensions;
mod kind;
mod salvage;
pub(super) mod signature;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use x509_parser::asn1_rs::FromDer as _;
use x509_parser::certificate::X509Certificate;

pub use self::distinguished_name::{name_text, organization, same_organization};
pub use self::kind::{ClientCertificateKind, client_certificate_kind};
pub use self::salvage::Identity;
use self::signature::Check;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::phrase::Phrase;
use crate::base::wire_text::WireText;

/// A certificate as presented in a handshake. One that does not parse is kept as well, with its hash.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The bytes as sent.
    pub der: Box<[u8]>,
    /// SHA-256 of those bytes.
    pub sha256: [u8; 32],
    /// The frames that carried it.
    pub frames: Vec<FrameNumber>,
    /// Its fields, or why it could not be read (a clause).
    pub fields: Result<Box<Fields>, Phrase>,
    /// The names it claims, when `fields` could not be read but they could.
    pub salvaged: Option<Box<Identity>>,
    /// True if its own key signed it; checked when first needed, which is rare.
    self_signed: OnceLock<bool>,
}

/// The readable fields of a certificate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fields {
    /// Subject as an RFC 4514 string, most specific attribute first.
    pub subject: WireText,
    /// Issuer, likewise.
    pub issuer: WireText,
    /// The subject's common name, if it has one.
    pub common_name: Option<WireText>,
    /// The subject's DER, for comparing names.
    pub subject_raw: Box<[u8]>,
    /// The issuer's DER.
    pub issuer_raw: Box<[u8]>,
    /// Serial number in upper-case hexadecimal without leading zeros' sign byte.
    pub serial: String,
    /// First second of validity.
    pub not_before: Timestamp,
    /// Last second of validity (inclusive, RFC 5280 section 4.1.2.5).
    pub not_after: Timestamp,
    /// Subject alternative names. DNS names and IP addresses are unchanged; other kinds carry a prefix (`email:`,
    /// `uri:`, `dirname:`, `rid:`, `other:`), and so does a DNS name that looks like an address (`dns:10.0.0.1`), so
    /// that text without a prefix that reads as an IP address is one.
    pub names: Vec<WireText>,
    /// Key algorithm and size, e.g. `RSA 2048`, `EC P-256`, `Ed25519`.
    pub key: String,
    /// Bits of the key, as the algorithm counts them (RSA modulus, curve size); 0 when not known.
    pub key_bits: u32,
    /// Signature algorithm, e.g. `sha256WithRSAEncryption`.
    pub signature_algorithm: String,
    /// basicConstraints cA.
    pub is_ca: bool,
    /// basicConstraints pathLenConstraint: the greatest number of intermediates below it.
    pub path_len: Option<u32>,
    /// True if it limits the names below it (nameConstraints).
    pub has_name_constraints: bool,
    /// Names of the keyUsage bits that are set, as RFC 5280 writes them; `None`: no such extension.
    pub key_usage: Option<Vec<&'static str>>,
    /// Names of the extended key usages; `None`: no such extension.
    pub extended_key_usage: Option<Vec<String>>,
    /// Subject equals issuer.
    pub self_issued: bool,
    /// CRL distribution points (URLs).
    pub crl_urls: Vec<WireText>,
    /// OCSP responders (URLs).
    pub ocsp_urls: Vec<WireText>,
    /// The URLs of the issuer's certificate.
    pub issuer_urls: Vec<WireText>,
    /// True if it carries signed certificate timestamps, as public certificates do.
    pub has_scts: bool,
    /// True if it requires a stapled OCSP response (TLS feature status_request, RFC 7633).
    pub must_staple: bool,
    /// Violations of RFC 5280 that do not prevent reading it and are worth reporting (clauses).
    pub oddities: Vec<String>,
}

impl Certificate {
    /// Reads a certificate; never fails: what cannot be parsed is kept with the reason.
    #[must_use]
    pub fn parse(der: &[u8], frames: Vec<FrameNumber>) -> Self {
        let (fields, salvaged) = match X509Certificate::from_der(der) {
            Ok((rest, x509)) => (Ok(Box::new(Fields::read(&x509, rest.len()))), None),
            Err(_) => {
                let (reason, identity) = salvage::salvage(der);
                (Err(reason), identity.map(Box::new))
            }
        };
        Self {
            der: der.into(),
            sha256: sha256(der),
            frames,
            fields,
            salvaged,
            self_signed: OnceLock::new(),
        }
    }

    /// Subject equals issuer and the signature verifies with its own key. After a CA has changed its key, the old key may
    /// sign a certificate with the same name.
    #[must_use]
    pub fn is_self_signed(&self) -> bool {
        self.is_self_signed_by(|x509| signature::check(x509, x509.public_key()))
    }

    /// The same with a check that remembers.
    pub(in crate::tls) fn is_self_signed_by(&self, check: impl FnOnce(&X509Certificate<'_>) -> Check) -> bool {
        let is_self_issued = || self.fields.as_ref().is_ok_and(|fields| fields.self_issued);
        let check = || X509Certificate::from_der(&self.der).is_ok_and(|(_, x509)| check(&x509) == Check::Verified);
        *self.self_signed.get_or_init(|| is_self_issued() && check())
    }

    /// Marks it as self-signed, because the original was.
    pub fn attest_self_signed(&mut self) {
        self.self_signed = OnceLock::from(true);
    }
}

pub(in crate::tls) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    // The length of a SHA-256.
    digest.as_ref().try_into().unwrap_or_default()
}

impl Fields {
    fn read(x509: &X509Certificate<'_>, trailing_len: usize) -> Self {
        let key = algorithms::key(x509.public_key());
        let mut fields = Self {
            subject: distinguished_name::to_text(x509.subject()),
            issuer: distinguished_name::to_text(x509.issuer()),
            common_name: distinguished_name::attribute(x509.subject(), distinguished_name::COMMON_NAME),
            subject_raw: x509.subject().as_raw().into(),
            issuer_raw: x509.issuer().as_raw().into(),
            serial: serial_text(x509.raw_serial()),
            not_before: Timestamp::from_seconds(x509.validity().not_before.timestamp()),
            not_after: Timestamp::from_seconds(x509.validity().not_after.timestamp()),
            names: Vec::new(),
            key: key.name,
            key_bits: key.bits,
            signature_algorithm: algorithms::signature(&x509.signature_algorithm),
            is_ca: false,
            path_len: None,
            has_name_constraints: false,
            key_usage: None,
            extended_key_usage: None,
            self_issued: false,
            crl_urls: Vec::new(),
            ocsp_urls: Vec::new(),
            issuer_urls: Vec::new(),
            has_scts: false,
            must_staple: false,
            oddities: Vec::new(),
        };
        fields.note_oddities(x509, trailing_len);
        extensions::read(x509, &mut fields);
        fields.self_issued = fields.names_issuer(&fields.subject_raw, &fields.subject);
        fields
    }

    /// Notes what RFC 5280 section 4.1 forbids, in the parts that every certificate has.
    fn note_oddities(&mut self, x509: &X509Certificate<'_>, trailing_len: usize) {
        let oddities = &mut self.oddities;
        if trailing_len > 0 {
            oddities.push(format!("{trailing_len} bytes follow the certificate"));
        }
        match x509.version().0 {
            2 => {}
            version @ 0..=1 if !x509.extensions().is_empty() => {
                oddities.push(format!(
                    "has extensions, although its version is {}",
                    version.saturating_add(1)
                ));
            }
            0 => oddities.push("is of version 1, which has no extensions".into()),
            1 => oddities.push("is of version 2, which nobody uses".into()),
            unknown => oddities.push(format!("has the unknown version value {unknown}")),
        }
        match x509.raw_serial() {
            [] => oddities.push("has an empty serial number".into()),
            [first, ..] if first & 0x80 != 0 => oddities.push("has a negative serial number".into()),
            zero if zero.iter().all(|byte| *byte == 0) => oddities.push("has the serial number 0".into()),
            long if long.len() > 21 => oddities.push(format!("has a serial number of {} bytes", long.len())),
            _ => {}
        }
        if x509.signature_algorithm != x509.tbs_certificate.signature {
            oddities.push("names two different signature algorithms".into());
        }
        let validity = x509.validity();
        if validity.not_after < validity.not_before {
            oddities.push("ends before it begins".into());
        }
        // 9999-12-31 is how RFC 5280 section 4.1.2.5 writes "no end".
        for (verb, date) in [("begins", validity.not_before), ("ends", validity.not_after)] {
            let year = date.to_datetime().year();
            if !(1678..=2261).contains(&year) {
                oddities.push(format!("{verb} in the year {year:04}, which is beyond the times shown"));
            }
        }
    }

    /// True if a name, given as DER and as text, is that of the issuer.
    ///
    /// RFC 5280 section 7.1 ignores case and string type: one encoder writes a PrintableString where another writes a
    /// UTF8String. A comparison of the RFC 4514 text is good enough, because a signature has to agree anyway.
    pub(in crate::tls) fn names_issuer(&self, name_raw: &[u8], name: &WireText) -> bool {
        *self.issuer_raw == *name_raw || self.issuer.raw().eq_ignore_ascii_case(name.raw())
    }
}

/// Upper-case hexadecimal; the zero byte that keeps an ASN.1 integer positive is left out.
fn serial_text(raw: &[u8]) -> String {
    use std::fmt::Write as _;
    /// RFC 5280 allows 20 bytes; a longer one is shown by its beginning.
    const SHOWN: usize = 32;
    let bytes = match raw {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    let mut text = String::with_capacity(SHOWN.saturating_mul(2));
    for byte in bytes.iter().take(SHOWN) {
        let _ = write!(text, "{byte:02X}");
    }
    if bytes.len() > SHOWN {
        text.push('…');
    }
    text
}
