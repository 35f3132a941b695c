//! Fields → ClientCertificateKind: which of its certificates a network device presents.
//!
//! A device identifies itself with the certificate installed at manufacture (SUDI, an IEEE 802.1AR IDevID), with one it
//! made itself, or with one an administrator enrolled. They fail for different reasons, so the kind is useful. The
//! names alone decide: they do not prove that the certificate is genuine.

use std::fmt;

use super::Fields;
use super::distinguished_name::{COMMON_NAME, ORGANIZATION, SERIAL_NUMBER, attribute_of};
use crate::base::wire_text::WireText;

/// The kind of certificate that a client presents, judged by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientCertificateKind {
    /// `IOS-Self-Signed-Certificate-…`, which IOS XE makes when none is configured.
    IosSelfSigned,
    /// The device certificate installed at manufacture.
    Sudi {
        /// Common name of the issuing CA.
        issuer: WireText,
        /// The product identifier in the subject's serialNumber, e.g. `C9800-40-K9`.
        product: Option<WireText>,
        /// The device's serial number, from the same attribute.
        device_serial: Option<WireText>,
    },
    /// `<host>_WLC_TP`, the wireless management certificate that a virtual controller makes itself.
    WirelessManagement,
    /// Any other that may serve as a client certificate.
    Other,
}

/// Common names of the CAs that issue SUDI certificates, as in the trust pool of IOS XE devices.
const SUDI_ISSUERS: [&str; 5] = [
    "Cisco Manufacturing CA",
    "Cisco Manufacturing CA SHA2",
    "Cisco Manufacturing CA III",
    "ACT2 SUDI CA",
    "High Assurance SUDI CA",
];

/// The kind of a client certificate; `None` if its extended key usage rules out a client.
#[must_use]
pub fn client_certificate_kind(fields: &Fields) -> Option<ClientCertificateKind> {
    let common_name = fields.common_name.as_ref().map_or("", |name| name.raw());
    if common_name.starts_with("IOS-Self-Signed-Certificate-") {
        return Some(ClientCertificateKind::IosSelfSigned);
    }
    if common_name.ends_with("_WLC_TP") {
        return Some(ClientCertificateKind::WirelessManagement);
    }
    if let Some(sudi) = sudi(fields) {
        return Some(sudi);
    }
    let usages = fields.extended_key_usage.as_ref();
    let allowed = usages.is_none_or(|usages| {
        usages
            .iter()
            .any(|usage| usage == "clientAuth" || usage == "anyExtendedKeyUsage")
    });
    allowed.then_some(ClientCertificateKind::Other)
}

fn sudi(fields: &Fields) -> Option<ClientCertificateKind> {
    let issuer = attribute_of(&fields.issuer_raw, COMMON_NAME)?;
    let organization = attribute_of(&fields.issuer_raw, ORGANIZATION)?;
    if !SUDI_ISSUERS.contains(&issuer.raw()) || !organization.raw().starts_with("Cisco") {
        return None;
    }
    // `PID:C9800-40-K9 SN:TTM0000XXXX`; either half may be missing.
    let identity = attribute_of(&fields.subject_raw, SERIAL_NUMBER);
    let part = |prefix| {
        let words = identity.as_ref()?.raw().split_whitespace();
        words
            .filter_map(|word| word.strip_prefix(prefix))
            .find(|rest| !rest.is_empty())
            .map(WireText::from)
    };
    Some(ClientCertificateKind::Sudi {
        issuer,
        product: part("PID:"),
        device_serial: part("SN:"),
    })
}

impl fmt::Display for ClientCertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IosSelfSigned => f.write_str("IOS self-signed certificate"),
            Self::Sudi {
                issuer,
                product: Some(product),
                ..
            } => {
                write!(f, "device certificate (SUDI) of a {product}, issued by {issuer}")
            }
            Self::Sudi {
                issuer, product: None, ..
            } => write!(f, "device certificate (SUDI), issued by {issuer}"),
            Self::WirelessManagement => f.write_str("wireless management certificate made by the controller itself"),
            Self::Other => f.write_str("other certificate"),
        }
    }
}
