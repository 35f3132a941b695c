//! Unreadable DER → the reason, and the claimed owner.
//!
//! A certificate is a fixed series of elements: version, serial number, signature algorithm, issuer, validity, subject,
//! key. If the whole does not parse, reading them one by one finds the faulty element; the elements before it, and the
//! subject after a bad date, can still be read.

use x509_parser::asn1_rs::{Any, FromDer as _, Header};
use x509_parser::certificate::Validity;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

use super::distinguished_name;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;

/// Subject and issuer that an unreadable certificate claims.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Subject as an RFC 4514 string.
    pub subject: WireText,
    /// Issuer, likewise.
    pub issuer: WireText,
    /// The subject's DER, for comparing names.
    pub subject_raw: Box<[u8]>,
}

/// An element of a certificate (RFC 5280 section 4.1), in their order.
#[derive(Clone, Copy, Debug)]
enum Element {
    Outer,
    Inner,
    Version,
    SerialNumber,
    SignatureAlgorithm,
    Issuer,
    Validity,
    Subject,
    PublicKey,
}

impl Element {
    fn phrase(self) -> Phrase {
        phrase(match self {
            Self::Outer => "element-outer",
            Self::Inner => "element-inner",
            Self::Version => "element-version",
            Self::SerialNumber => "element-serial-number",
            Self::SignatureAlgorithm => "element-signature-algorithm",
            Self::Issuer => "element-issuer",
            Self::Validity => "element-validity",
            Self::Subject => "element-subject",
            Self::PublicKey => "element-public-key",
        })
    }
}

/// The bytes not yet read, and which element is at fault, if one is.
struct Elements<'a> {
    whole_len: usize,
    rest: &'a [u8],
    fault: Option<Phrase>,
}

impl<'a> Elements<'a> {
    /// Notes the first fault: what cannot be read, and at which byte of the certificate.
    fn blame(&mut self, element: Element) {
        let at = self.whole_len.saturating_sub(self.rest.len());
        self.fault.get_or_insert_with(|| {
            phrase("unreadable-element")
                .with("element", element.phrase())
                .with("at", at)
        });
    }

    /// Steps into the SEQUENCE (or other container) that comes next.
    fn enter(&mut self, element: Element) -> Option<()> {
        match Header::from_der(self.rest) {
            Ok((rest, _)) => self.rest = rest,
            Err(_) => {
                self.blame(element);
                return None;
            }
        }
        Some(())
    }

    /// Steps over the next element, whatever it holds; records it as the fault unless `is_good` accepts it.
    fn take(&mut self, element: Element, is_good: impl Fn(&'a [u8]) -> bool) -> Option<&'a [u8]> {
        let Ok((rest, _)) = Any::from_der(self.rest) else {
            self.blame(element);
            return None;
        };
        let len = self.rest.len().saturating_sub(rest.len());
        let bytes = self.rest.get(..len)?;
        if !is_good(bytes) {
            self.blame(element);
        }
        self.rest = rest;
        Some(bytes)
    }
}

/// The reason why a certificate does not parse (a clause), and its claimed owner.
pub(super) fn salvage(der: &[u8]) -> (Phrase, Option<Identity>) {
    let mut elements = Elements {
        whole_len: der.len(),
        rest: der,
        fault: None,
    };
    let identity = walk(&mut elements);
    let reason = match (Header::from_der(der), elements.fault) {
        _ if der.is_empty() => phrase("unreadable-empty"),
        (Ok((content, header)), _) if header.length().definite().is_ok_and(|len| len > content.len()) => {
            let declared = header.length().definite().unwrap_or(0);
            phrase("unreadable-short")
                .with("len", content.len())
                .with("declared", declared)
        }
        (_, Some(fault)) => fault,
        (_, None) => phrase("unreadable-rest"),
    };
    (reason, identity)
}

fn walk(elements: &mut Elements<'_>) -> Option<Identity> {
    /// `[0]`, constructed: the optional version.
    const VERSION: u8 = 0xa0;
    elements.enter(Element::Outer)?;
    elements.enter(Element::Inner)?;
    if elements.rest.first() == Some(&VERSION) {
        elements.take(Element::Version, |_| true)?;
    }
    elements.take(Element::SerialNumber, |der| der.first() == Some(&0x02))?;
    elements.take(Element::SignatureAlgorithm, |der| {
        AlgorithmIdentifier::from_der(der).is_ok()
    })?;
    let issuer = elements.take(Element::Issuer, |der| X509Name::from_der(der).is_ok())?;
    elements.take(Element::Validity, |der| Validity::from_der(der).is_ok())?;
    let subject = elements.take(Element::Subject, |der| X509Name::from_der(der).is_ok())?;
    // Not needed for the owner, only to find the fault.
    let _ = elements.take(Element::PublicKey, |der| SubjectPublicKeyInfo::from_der(der).is_ok());

    let (_, issuer) = X509Name::from_der(issuer).ok()?;
    let (_, subject) = X509Name::from_der(subject).ok()?;
    Some(Identity {
        subject: distinguished_name::to_text(&subject),
        issuer: distinguished_name::to_text(&issuer),
        subject_raw: subject.as_raw().into(),
    })
}
