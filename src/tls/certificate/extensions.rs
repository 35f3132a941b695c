//! Extensions → Fields: the additions of a version 3 certificate to name, key and dates (RFC 5280 section 4.2).
//!
//! The extensions list the names for which a server certificate is good, whether the key may issue others, and where
//! revocation data is. An extension that does not parse costs only its own content; it is noted as an oddity.

use std::collections::HashSet;
use std::net::IpAddr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, ExtendedKeyUsage, GeneralName, KeyUsage, ParsedExtension};

use super::algorithms::dotted;
use super::{Fields, distinguished_name};
use crate::base::wire_text::WireText;

/// Adds what the extensions say.
pub(super) fn read(x509: &X509Certificate<'_>, fields: &mut Fields) {
    let mut seen = HashSet::new();
    for extension in x509.extensions() {
        let oid = dotted(&extension.oid);
        if !seen.insert(oid.clone()) {
            fields
                .oddities
                .push(format!("has the extension {} twice; the first one counts", name(&oid)));
            continue;
        }
        // Known by its identifier alone: what the timestamps say does not matter here.
        if oid == "1.3.6.1.4.1.11129.2.4.2" {
            fields.has_scts = true;
            continue;
        }
        if oid == "1.3.6.1.5.5.7.1.24" {
            fields.must_staple = lists_feature(extension.value, 5);
            continue;
        }
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => {
                fields.is_ca = constraints.ca;
                fields.path_len = constraints.path_len_constraint;
            }
            ParsedExtension::NameConstraints(_) => fields.has_name_constraints = true,
            ParsedExtension::KeyUsage(usage) => fields.key_usage = Some(key_usage(*usage)),
            ParsedExtension::ExtendedKeyUsage(usage) => fields.extended_key_usage = Some(extended_key_usage(usage)),
            ParsedExtension::SubjectAlternativeName(names) => read_names(&names.general_names, fields),
            ParsedExtension::CRLDistributionPoints(points) => {
                for point in points.points.iter() {
                    if let Some(DistributionPointName::FullName(names)) = &point.distribution_point {
                        fields.crl_urls.extend(names.iter().filter_map(url));
                    }
                }
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                for description in access.iter() {
                    match dotted(&description.access_method).as_str() {
                        "1.3.6.1.5.5.7.48.1" => fields.ocsp_urls.extend(url(&description.access_location)),
                        "1.3.6.1.5.5.7.48.2" => fields.issuer_urls.extend(url(&description.access_location)),
                        _ => {}
                    }
                }
            }
            ParsedExtension::ParseError { .. } => {
                fields
                    .oddities
                    .push(format!("has an unreadable extension {}", name(&oid)));
            }
            // RFC 5280 section 4.2: a client that does not know a critical extension must refuse the certificate.
            ParsedExtension::UnsupportedExtension { .. } if extension.critical => {
                fields
                    .oddities
                    .push(format!("has the unknown critical extension {}", name(&oid)));
            }
            _ => {}
        }
    }
}

/// True if a TLS feature extension lists a feature: a SEQUENCE of INTEGERs, each the number of a TLS extension (RFC
/// 7633 section 4). A number longer than a byte is never one that is needed here.
fn lists_feature(der: &[u8], feature: u8) -> bool {
    let &[0x30, len, ref list @ ..] = der else {
        return false;
    };
    let mut rest = list.get(..usize::from(len)).unwrap_or_default();
    while let &[0x02, len, ref tail @ ..] = rest {
        let Some((number, tail)) = tail.split_at_checked(usize::from(len)) else {
            return false;
        };
        if number == [feature] {
            return true;
        }
        rest = tail;
    }
    false
}

fn name(oid: &str) -> &str {
    match oid {
        "2.5.29.14" => "subjectKeyIdentifier",
        "2.5.29.15" => "keyUsage",
        "2.5.29.17" => "subjectAltName",
        "2.5.29.19" => "basicConstraints",
        "2.5.29.30" => "nameConstraints",
        "2.5.29.31" => "cRLDistributionPoints",
        "2.5.29.32" => "certificatePolicies",
        "2.5.29.35" => "authorityKeyIdentifier",
        "2.5.29.37" => "extKeyUsage",
        "1.3.6.1.5.5.7.1.1" => "authorityInfoAccess",
        "1.3.6.1.4.1.11129.2.4.3" => "of a precertificate, which is never valid for use",
        other => other,
    }
}

fn key_usage(usage: KeyUsage) -> Vec<&'static str> {
    [
        (usage.digital_signature(), "digitalSignature"),
        (usage.non_repudiation(), "nonRepudiation"),
        (usage.key_encipherment(), "keyEncipherment"),
        (usage.data_encipherment(), "dataEncipherment"),
        (usage.key_agreement(), "keyAgreement"),
        (usage.key_cert_sign(), "keyCertSign"),
        (usage.crl_sign(), "cRLSign"),
        (usage.encipher_only(), "encipherOnly"),
        (usage.decipher_only(), "decipherOnly"),
    ]
    .into_iter()
    .filter(|(is_set, _)| *is_set)
    .map(|(_, name)| name)
    .collect()
}

fn extended_key_usage(usage: &ExtendedKeyUsage<'_>) -> Vec<String> {
    let known = [
        (usage.any, "anyExtendedKeyUsage"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let known = known
        .into_iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, name)| name.to_owned());
    known.chain(usage.other.iter().map(dotted)).collect()
}

fn url(name: &GeneralName<'_>) -> Option<WireText> {
    match name {
        GeneralName::URI(url) => Some(WireText::from(*url)),
        _ => None,
    }
}

fn read_names(names: &[GeneralName<'_>], fields: &mut Fields) {
    for name in names {
        let text = match name {
            GeneralName::DNSName(name) if name.parse::<IpAddr>().is_ok() => {
                // Clients compare an address with addresses only, so this entry never fits.
                let shown = WireText::from(*name);
                fields
                    .oddities
                    .push(format!("gives the address {shown} as a DNS name in its subjectAltName"));
                format!("dns:{name}")
            }
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(bytes) => match address(bytes) {
                Some(ip) => ip.to_string(),
                None => {
                    fields
                        .oddities
                        .push(format!("has an address of {} bytes in its subjectAltName", bytes.len()));
                    continue;
                }
            },
            GeneralName::RFC822Name(name) => format!("email:{name}"),
            GeneralName::URI(url) => format!("uri:{url}"),
            GeneralName::DirectoryName(name) => {
                format!("dirname:{}", distinguished_name::to_text(name).raw())
            }
            GeneralName::RegisteredID(oid) => format!("rid:{}", dotted(oid)),
            GeneralName::OtherName(oid, _) => format!("other:{}", dotted(oid)),
            GeneralName::X400Address(_) | GeneralName::EDIPartyName(_) => continue,
            GeneralName::Invalid(tag, _) => {
                fields.oddities.push(format!(
                    "has an unreadable name of kind {} in its subjectAltName",
                    tag.0
                ));
                continue;
            }
        };
        fields.names.push(WireText::from(text.as_str()));
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}
