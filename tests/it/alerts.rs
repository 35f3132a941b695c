//! The measured table of alerts and causes: the same alert has several causes, the same cause several alerts. Each row's
//! sender is told right, and its cause named from the certificate's bytes.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code states its invariants"
)]

use std::time::Duration;

use crate::support::{rows, tlswalk};
use serde_json::Value;

/// Sample, the alert's sender and number (0: encrypted), the verdict, and the cause that comes first.
const TABLE: &[(&str, &str, u64, &str, &str)] = &[
    (
        "client-certificate-self-signed.pcap",
        "server",
        48,
        "client-certificate-rejected",
        "self-signed",
    ),
    (
        "client-certificate-self-signed-expired.pcap",
        "server",
        48,
        "client-certificate-rejected",
        "self-signed",
    ),
    (
        "client-certificate-unknown-issuer.pcap",
        "server",
        48,
        "client-certificate-rejected",
        "unknown-issuer",
    ),
    (
        "client-certificate-expired.pcap",
        "server",
        45,
        "client-certificate-rejected",
        "expired",
    ),
    (
        "client-certificate-not-yet-valid.pcap",
        "server",
        42,
        "client-certificate-rejected",
        "not-yet-valid",
    ),
    (
        "client-certificate-wrong-purpose.pcap",
        "server",
        43,
        "client-certificate-rejected",
        "wrong-purpose",
    ),
    (
        "client-certificate-revoked.pcap",
        "server",
        44,
        "client-certificate-rejected",
        "revoked",
    ),
    (
        "client-certificate-missing.pcap",
        "server",
        40,
        "client-certificate-rejected",
        "missing",
    ),
    // The same fault, other stacks: GnuTLS says access_denied, Java certificate_unknown.
    (
        "client-certificate-rejected-gnutls.pcap",
        "server",
        49,
        "client-certificate-rejected",
        "expired",
    ),
    (
        "client-certificate-rejected-java.pcap",
        "server",
        46,
        "client-certificate-rejected",
        "expired",
    ),
    // TLS 1.3 encrypts certificate and alert: an empty certificate shows by its size, everything else does not.
    (
        "client-certificate-missing-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "missing",
    ),
    (
        "client-certificate-missing-gnutls-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "missing",
    ),
    (
        "client-certificate-missing-java-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "missing",
    ),
    (
        "client-certificate-missing-nss-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "missing",
    ),
    (
        "client-certificate-rejected-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "other",
    ),
    (
        "client-certificate-rejected-gnutls-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "other",
    ),
    // The same alert from the other side is the opposite fault.
    (
        "server-certificate-unknown-ca.pcap",
        "client",
        48,
        "server-certificate-rejected",
        "not-trusted-by-client",
    ),
    (
        "server-certificate-self-signed-on-prem.pcap",
        "client",
        48,
        "server-certificate-rejected",
        "self-signed",
    ),
    (
        "server-certificate-missing-intermediate.pcap",
        "client",
        48,
        "server-certificate-rejected",
        "missing-intermediate",
    ),
    (
        "server-certificate-expired.pcap",
        "client",
        45,
        "server-certificate-rejected",
        "expired",
    ),
    (
        "server-certificate-not-yet-valid.pcap",
        "client",
        42,
        "server-certificate-rejected",
        "not-yet-valid",
    ),
    (
        "server-certificate-name-mismatch.pcap",
        "client",
        42,
        "server-certificate-rejected",
        "name-mismatch",
    ),
    // OpenSSL sends its alert in clear even in TLS 1.3, GnuTLS and Java do not.
    (
        "server-certificate-unknown-ca-tls13.pcap",
        "client",
        48,
        "server-certificate-rejected",
        "encrypted",
    ),
    (
        "server-certificate-rejected-gnutls-tls13.pcap",
        "client",
        0,
        "server-certificate-rejected",
        "encrypted",
    ),
    (
        "server-certificate-rejected-java-tls13.pcap",
        "client",
        0,
        "server-certificate-rejected",
        "encrypted",
    ),
    // unknown_ca from the client with other roots.
    (
        "interception-mitmproxy.pcap",
        "client",
        48,
        "interception-suspected",
        "",
    ),
    ("crl-fetch-failed-http.pcap", "client", 48, "crl-fetch-failed", ""),
    // The rest of the measured table: short keys, SHA-1, an expired authority in between.
    (
        "client-certificate-weak-key.pcap",
        "server",
        42,
        "client-certificate-rejected",
        "weak-key",
    ),
    (
        "client-certificate-weak-signature.pcap",
        "server",
        42,
        "client-certificate-rejected",
        "weak-signature",
    ),
    (
        "client-certificate-issuer-expired.pcap",
        "server",
        45,
        "client-certificate-rejected",
        "issuer-expired",
    ),
    // Nothing is wrong with it, and the server lists its issuer: unknown_ca cannot mean an unknown authority.
    (
        "client-certificate-no-revocation-data.pcap",
        "server",
        48,
        "client-certificate-rejected",
        "other",
    ),
    // A service whose root nobody gave: it is the server that refused.
    (
        "client-certificate-rejected-private-service.pcap",
        "server",
        45,
        "client-certificate-rejected",
        "expired",
    ),
    // rustls has no other alert for "not yet valid" than certificate_expired.
    (
        "client-certificate-rejected-rustls.pcap",
        "server",
        45,
        "client-certificate-rejected",
        "expired",
    ),
    (
        "client-certificate-not-yet-valid-rustls.pcap",
        "server",
        45,
        "client-certificate-rejected",
        "not-yet-valid",
    ),
    (
        "client-certificate-rejected-rustls-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "other",
    ),
    (
        "client-certificate-missing-rustls-tls13.pcap",
        "server",
        0,
        "client-certificate-rejected",
        "missing",
    ),
    (
        "server-certificate-weak-key.pcap",
        "client",
        42,
        "server-certificate-rejected",
        "weak-key",
    ),
    (
        "server-certificate-weak-signature.pcap",
        "client",
        42,
        "server-certificate-rejected",
        "weak-signature",
    ),
    // An address in the URL: the certificate has only the name.
    (
        "server-certificate-address.pcap",
        "client",
        42,
        "server-certificate-rejected",
        "name-mismatch",
    ),
    (
        "server-certificate-rejected-rustls.pcap",
        "client",
        48,
        "server-certificate-rejected",
        "not-trusted-by-client",
    ),
    (
        "server-certificate-rejected-rustls-tls13.pcap",
        "client",
        0,
        "server-certificate-rejected",
        "encrypted",
    ),
    (
        "interception-copied-subject.pcap",
        "client",
        48,
        "interception-suspected",
        "",
    ),
    ("cipher-mismatch.pcap", "server", 40, "cipher-mismatch", ""),
    (
        "cipher-mismatch-missing-extension.pcap",
        "server",
        109,
        "cipher-mismatch",
        "",
    ),
    ("version-mismatch.pcap", "server", 70, "version-mismatch", ""),
    ("version-mismatch-fallback.pcap", "server", 86, "version-mismatch", ""),
];

#[test]
fn an_alert_is_what_its_sender_said_and_the_cause_is_told_from_the_bytes() {
    let rows = rows();
    let mut wrong = Vec::new();
    for (file, sender, code, verdict, cause) in TABLE {
        let row = rows.iter().find(|row| row.file == *file).unwrap();
        let mut arguments = row.options.clone();
        arguments.extend(["--format", "json"].map(String::from));
        arguments.push(format!("samples/{file}"));
        let outcome = tlswalk(&arguments, Duration::from_secs(60));
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let judged = &report["attempts"][0]["verdict"];
        let connections = report["connections"].as_array().unwrap();
        let alerts = connections
            .iter()
            .flat_map(|it| it["tls"]["alerts"].as_array().into_iter().flatten());
        let alert = alerts.into_iter().find(|alert| alert["side"] == *sender).unwrap();
        let seen = (
            alert["code"].as_u64().unwrap_or_default(),
            judged["id"].as_str().unwrap(),
            judged["causes"][0].as_str().unwrap_or_default(),
        );
        if seen != (*code, *verdict, *cause) {
            wrong.push(format!("{file}: {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "rows that are read differently: {wrong:#?}");
}
