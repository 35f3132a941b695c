//! DER → Certificate: what an X.509 certificate says of itself (RFC 5280).

use crate::frame::{FrameNumber, Timestamp};
use crate::wire_text::WireText;

/// A certificate as presented in a handshake. One that does not parse is kept all the same, with its hash.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The bytes as sent.
    pub der: Box<[u8]>,
    /// SHA-256 of those bytes.
    pub sha256: [u8; 32],
    /// The frames that carried it.
    pub frames: Vec<FrameNumber>,
    /// What it says, or why it could not be read (a clause).
    pub fields: Result<Box<Fields>, String>,
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
    /// Subject alternative names: DNS names and IP addresses as text.
    pub names: Vec<WireText>,
    /// Key algorithm and size, e.g. `RSA 2048`, `EC P-256`, `Ed25519`.
    pub key: String,
    /// Bits of the key, as the algorithm counts them (RSA modulus, curve size).
    pub key_bits: u32,
    /// Signature algorithm, e.g. `sha256WithRSAEncryption`.
    pub signature_algorithm: String,
    /// basicConstraints cA.
    pub is_ca: bool,
    /// Names of the keyUsage bits that are set, as RFC 5280 writes them; `None`: no such extension.
    pub key_usage: Option<Vec<&'static str>>,
    /// Names of the extended key usages; `None`: no such extension.
    pub extended_key_usage: Option<Vec<String>>,
    /// Subject equals issuer and the signature verifies with its own key.
    pub self_signed: bool,
    /// CRL distribution points (URLs).
    pub crl_urls: Vec<WireText>,
    /// OCSP responders (URLs).
    pub ocsp_urls: Vec<WireText>,
    /// Where the issuer's certificate can be fetched (URLs).
    pub issuer_urls: Vec<WireText>,
    /// Whether it carries signed certificate timestamps, as public certificates do.
    pub has_scts: bool,
    /// Whether it can be read but breaks RFC 5280 in a way worth telling (clauses).
    pub oddities: Vec<String>,
}

impl Certificate {
    /// Reads a certificate; never fails: what cannot be parsed is kept with the reason.
    #[must_use]
    pub fn parse(der: &[u8], frames: Vec<FrameNumber>) -> Self {
        Self {
            der: der.into(),
            sha256: [0; 32],
            frames,
            fields: Err("not implemented".into()),
        }
    }
}
