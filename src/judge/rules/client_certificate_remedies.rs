//! Client certificate that was refused → Remedy: another certificate, or the server's trust in its issuer.
//!
//! Only an issuer that the server does not know is cured on the server: a certificate that has expired or is for another
//! purpose is refused by servers that trust its issuer, too.

use super::join_remedies;
use super::{elsewhere, on_client};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::judge::finding::{Finding, Owner};
use crate::judge::reason::Reason;
use crate::tls::AlertDescription;
use crate::tls::certificate::{ClientCertificateKind, Fields, client_certificate_kind};

/// Adds the remedies for the visible faults of the certificate, or for its absence.
pub(super) fn with_remedies(
    finding: Finding,
    attempt: &Attempt<'_>,
    leaf: Option<&Fields>,
    faults: &[Reason],
    missing: bool,
    described: Option<AlertDescription>,
) -> Finding {
    if attempt.carrier() == Carrier::Capwap {
        return join_remedies::of_access_point(finding, attempt, attempt.presented.client.judgement());
    }
    let kind = leaf.and_then(client_certificate_kind);
    let (action, choice) = match (&kind, missing) {
        (_, true) => (
            phrase("client-certificate-rejected-choose-missing"),
            "choose-built-in-certificate",
        ),
        (Some(ClientCertificateKind::IosSelfSigned), _) => (
            phrase("client-certificate-rejected-choose-self-signed"),
            "choose-built-in-certificate",
        ),
        _ => {
            let action = match faults.first() {
                Some(Reason::Expired) => "client-certificate-rejected-choose-renewed",
                Some(Reason::WrongPurpose) => "client-certificate-rejected-choose-purpose",
                _ => "client-certificate-rejected-choose",
            };
            (phrase(action), "choose-certificate")
        }
    };
    let finding = finding.remedy(on_client(
        attempt,
        action,
        &[
            task("show-trustpoints"),
            task("show-certificates"),
            task(choice),
            task("set-source").with("device", &attempt.device),
        ],
    ));
    // The server's trust is irrelevant if no certificate was sent, if the certificate has a fault of its own, or if the
    // alert says something else.
    let is_of_issuer = |fault: &Reason| matches!(fault, Reason::UnknownIssuer | Reason::SelfSigned);
    let is_about_trust = !missing
        && (described == Some(AlertDescription::UNKNOWN_CA) || faults.iter().all(is_of_issuer))
        && !matches!(
            described,
            Some(
                AlertDescription::CERTIFICATE_EXPIRED
                    | AlertDescription::CERTIFICATE_REVOKED
                    | AlertDescription::UNSUPPORTED_CERTIFICATE
                    | AlertDescription::CERTIFICATE_REQUIRED
            )
        );
    if !is_about_trust || attempt.is_at_vendors() {
        return finding;
    }
    finding.remedy(elsewhere(
        attempt,
        Owner::Server,
        phrase("client-certificate-rejected-trust"),
    ))
}
