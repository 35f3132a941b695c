//! Client Hello → whether it offers what servers of today need.

use super::negotiation::version_name;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::judge::alternative::OtherCause;
use crate::judge::finding::Finding;
use crate::tls::hello::ClientHello;
use crate::tls::{Group, SignatureScheme, Version};

/// Adds, where a server closed without an alert, that the client offers nothing that servers of today accept (RFC 8996).
pub(super) fn or_too_old(finding: Finding, connection: &Connection) -> Finding {
    let hello = connection.tls.as_ref().and_then(|tls| tls.client_hello.as_deref());
    let newest = hello.and_then(|hello| hello.offered_versions().into_iter().max());
    match newest.filter(|newest| *newest < Version::TLS12 && !connection.carrier.is_datagram()) {
        Some(newest) => finding.behind(
            OtherCause::VersionMismatch,
            phrase("offer-too-old").with("version", version_name(newest, connection.carrier)),
        ),
        None => finding,
    }
}

/// True if it offers TLS 1.3.
pub(super) fn offers_tls13(hello: &ClientHello) -> bool {
    hello.offered_versions().iter().any(|version| version.is_tls13())
}

/// True if current servers find what they need in an offer: ephemeral keys and AEAD with either kind of certificate, a
/// usual group, usual signatures, TLS 1.2 or later.
pub(super) fn is_modern(hello: &ClientHello) -> bool {
    let name = |part: &str, kind: &str| {
        hello.cipher_suites.iter().any(|suite| {
            let text = suite.to_string();
            text.starts_with(part) && text.contains(kind)
        })
    };
    let aead = |part: &str| name(part, "GCM") || name(part, "CHACHA20");
    let suites = offers_tls13(hello) || aead("TLS_ECDHE_RSA_") && aead("TLS_ECDHE_ECDSA_");
    let version = hello
        .offered_versions()
        .first()
        .is_some_and(|version| version.0 >= Version::TLS12.0);
    let group = hello.groups.iter().any(|group| matches!(group, Group(23 | 29)));
    let signs = |schemes: &[u16]| {
        schemes
            .iter()
            .any(|one| hello.signature_schemes.contains(&SignatureScheme(*one)))
    };
    suites && version && group && signs(&[0x0403]) && signs(&[0x0401, 0x0804])
}
