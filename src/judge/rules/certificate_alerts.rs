//! Alert about a certificate + its visible faults → the cause that the alert means, and what stays open.
//!
//! The number of an alert ranks the causes: unknown_ca (48) speaks of authorities, certificate_expired (45) of dates.
//! Other numbers say almost nothing (RFC 9846 section 6.2), and a visible fault need not be the reason for the refusal.

use crate::base::frame::Timestamp;
use crate::judge::reason::Reason;
use crate::tls::AlertDescription;
use crate::tls::trust::{Chain, Judgement};

/// Puts the cause that an alert names first, where the certificate's bytes confirm it.
pub(super) fn confirm(causes: &mut [Reason], described: Option<AlertDescription>) {
    use AlertDescription as Alert;
    let named: &[Reason] = match described {
        Some(Alert::CERTIFICATE_EXPIRED) => &[Reason::Expired, Reason::IssuerExpired, Reason::NotYetValid],
        Some(Alert::UNKNOWN_CA) => &[Reason::SelfSigned, Reason::MissingIntermediate, Reason::UnknownIssuer],
        Some(Alert::UNSUPPORTED_CERTIFICATE) => &[Reason::WrongPurpose],
        Some(Alert::BAD_CERTIFICATE) => &[
            Reason::NotYetValid,
            Reason::NameMismatch,
            Reason::MissingStaple,
            Reason::WeakKey,
            Reason::WeakSignature,
        ],
        Some(Alert::BAD_CERTIFICATE_STATUS_RESPONSE) => &[Reason::MissingStaple],
        _ => return,
    };
    causes.sort_by_key(|cause| named.iter().position(|name| name == cause).unwrap_or(named.len()));
}

/// True if the alert speaks of a visible cause: of the first one, because the alert has ranked them.
pub(super) fn is_said_by(causes: &[Reason], described: Option<AlertDescription>) -> bool {
    use AlertDescription as Alert;
    let first = causes.first().copied().unwrap_or(Reason::Other);
    match described {
        Some(Alert::CERTIFICATE_EXPIRED) => {
            matches!(first, Reason::Expired | Reason::IssuerExpired | Reason::NotYetValid)
        }
        // The alert itself says that the client knows no such authority.
        Some(Alert::UNKNOWN_CA | Alert::CERTIFICATE_REVOKED) | None => true,
        Some(Alert::BAD_CERTIFICATE | Alert::CERTIFICATE_UNKNOWN) => !matches!(
            first,
            Reason::UnknownIssuer
                | Reason::MissingIntermediate
                | Reason::NotTrustedByClient
                | Reason::Encrypted
                | Reason::NotCaptured
                | Reason::NotRead
        ),
        Some(Alert::UNSUPPORTED_CERTIFICATE) => {
            matches!(first, Reason::WrongPurpose | Reason::WeakKey | Reason::WeakSignature)
        }
        Some(Alert::BAD_CERTIFICATE_STATUS_RESPONSE) => first == Reason::MissingStaple,
        Some(_) => false,
    }
}

/// True for alerts that clients send when they find a certificate outside its validity.
pub(super) const fn may_be_clock(described: Option<AlertDescription>) -> bool {
    matches!(
        described,
        Some(
            AlertDescription::BAD_CERTIFICATE
                | AlertDescription::CERTIFICATE_EXPIRED
                | AlertDescription::CERTIFICATE_UNKNOWN
        )
    )
}

/// 2021-01-01. Stores drop roots: Mozilla distrusted Symantec's until December 2020, and dozens of others before.
/// Today's list does not show whether a chain that was sent before this date was trusted then.
const ROOTS_OF_TODAY: Timestamp = Timestamp::from_seconds(1_609_459_200);

/// True if a chain that leads to no given root may have led to a root that public stores held at the time.
pub(super) fn may_have_been_public(judgement: &Judgement, shown: Timestamp) -> bool {
    let unknown = matches!(
        judgement.chain,
        Chain::IssuerNotGiven { .. } | Chain::PrivateRoot { .. }
    );
    unknown && shown < ROOTS_OF_TODAY
}
