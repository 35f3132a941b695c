//! Name → text: a distinguished name as the string of RFC 4514.
//!
//! A name is a list of attributes, general to specific (`C=US`, `O=…`, `CN=…`); RFC 4514 writes them the other way round,
//! joined by commas, and escapes what could be taken for a separator, so that `CN=a,O=b` cannot be forged by a common
//! name that contains a comma.

use std::fmt::Write as _;

use x509_parser::asn1_rs::{Any, FromDer as _, Tag, ToDer as _};
use x509_parser::x509::X509Name;

use super::algorithms::dotted;
use crate::base::wire_text::WireText;

/// commonName, 2.5.4.3, as it is encoded.
pub(super) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// serialNumber, 2.5.4.5: of the device, not of the certificate.
pub(super) const SERIAL_NUMBER: &[u8] = &[0x55, 4, 5];
/// organizationName, 2.5.4.10.
pub(super) const ORGANIZATION: &[u8] = &[0x55, 4, 10];

/// Writes a name as RFC 4514 does, most specific attribute first.
pub(super) fn to_text(name: &X509Name<'_>) -> WireText {
    let mut text = String::new();
    let relative_names: Vec<_> = name.iter_rdn().collect();
    for relative_name in relative_names.into_iter().rev() {
        // More is cut off by WireText anyway.
        if text.len() > WireText::MAX_LEN {
            break;
        }
        for (at, attribute) in relative_name.iter().enumerate() {
            match at {
                0 if text.is_empty() => {}
                0 => text.push(','),
                _ => text.push('+'),
            }
            write_attribute(&mut text, &dotted(attribute.attr_type()), attribute.attr_value());
        }
    }
    WireText::from(text.as_str())
}

/// Writes the DER of a name; one that does not parse is shown as such.
#[must_use]
pub fn name_text(name_der: &[u8]) -> WireText {
    X509Name::from_der(name_der).map_or_else(|_| WireText::from("(unreadable name)"), |(_, name)| to_text(&name))
}

/// True if two names have the same organization.
#[must_use]
pub fn same_organization(one_der: &[u8], other_der: &[u8]) -> bool {
    let organization = attribute_of(one_der, ORGANIZATION);
    organization.is_some() && organization == attribute_of(other_der, ORGANIZATION)
}

/// The organization in a name, if it has one.
#[must_use]
pub fn organization(name_der: &[u8]) -> Option<WireText> {
    attribute_of(name_der, ORGANIZATION)
}

/// The last, which is the most specific, attribute of that type in a name.
pub(super) fn attribute(name: &X509Name<'_>, oid: &[u8]) -> Option<WireText> {
    let found = name
        .iter_attributes()
        .filter(|attribute| attribute.attr_type().as_bytes() == oid)
        .last()?;
    string_value(found.attr_value()).map(|value| WireText::from(value.as_str()))
}

/// Like [`attribute`], from the DER of a name.
pub(super) fn attribute_of(name_der: &[u8], oid: &[u8]) -> Option<WireText> {
    let (_, name) = X509Name::from_der(name_der).ok()?;
    attribute(&name, oid)
}

/// The descriptors of RFC 4514 section 3 and others registered for LDAP that certificates use.
fn descriptor(dotted_oid: &str) -> Option<&'static str> {
    Some(match dotted_oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "surname",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.42" => "givenName",
        "2.5.4.46" => "dnQualifier",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "1.2.840.113549.1.9.2" => "unstructuredName",
        "1.2.840.113549.1.9.8" => "unstructuredAddress",
        _ => return None,
    })
}

fn write_attribute(text: &mut String, dotted_oid: &str, value: &Any<'_>) {
    if let (Some(descriptor), Some(value)) = (descriptor(dotted_oid), string_value(value)) {
        text.push_str(descriptor);
        text.push('=');
        escape(text, &value);
        return;
    }
    // RFC 4514 section 2.4: a type without a descriptor has its value as `#` and the hexadecimal of its encoding.
    let _ = write!(text, "{}=#", descriptor(dotted_oid).unwrap_or(dotted_oid));
    for byte in value.to_der_vec().unwrap_or_default().iter().take(WireText::MAX_LEN) {
        let _ = write!(text, "{byte:02X}");
    }
}

/// RFC 4514 section 2.4, the characters that must be escaped.
fn escape(text: &mut String, value: &str) {
    let mut rest = value.chars().peekable();
    let mut is_first = true;
    while let Some(c) = rest.next() {
        match c {
            '\0' => text.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', c]),
            ' ' if is_first || rest.peek().is_none() => text.push_str("\\ "),
            '#' if is_first => text.push_str("\\#"),
            c => text.push(c),
        }
        is_first = false;
    }
}

/// The value of one of ASN.1's many string types; `None` when it is no string.
fn string_value(value: &Any<'_>) -> Option<String> {
    let bytes = value.data;
    Some(match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString
        | Tag::GeneralString => String::from_utf8_lossy(bytes).into_owned(),
        // Teletex on paper, Latin-1 or UTF-8 in practice.
        Tag::T61String => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
        Tag::BmpString => {
            let units = bytes
                .chunks_exact(2)
                .map(|unit| unit.iter().fold(0, |all, byte| (all << 8) | u16::from(*byte)));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        Tag::UniversalString => bytes
            .chunks_exact(4)
            .map(|unit| unit.iter().fold(0, |all, byte| (all << 8) | u32::from(*byte)))
            .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
        _ => return None,
    })
}
