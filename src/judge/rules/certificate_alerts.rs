//! Alert about a certificate + its visible faults → the cause that the alert means, and what stays open.
//!
//! The number of an alert ranks the causes: unknown_ca (48) speaks of authorities, certificate_expired (45) of dates.
//! Other numbers say almost nothing (RFC 9846 section 6.2), and a visible fault need not be the reason for the refusal.

use super::exchange::handshake_end;
use super::sees_handshake;
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Alert, Seen, Side, StepKind, TlsFacts};
use crate::judge::finding::Finding;
use crate::judge::reason::Reason;
use crate::tls::trust::{Chain, Judgement, NameMatch, Validity};
use crate::tls::{AlertDescription, AlertLevel};

/// Puts the cause that an alert names first, where the certificate's bytes confirm it.
pub(super) fn confirm(causes: &mut [Reason], described: Option<AlertDescription>) {
    use AlertDescription as Alert;
    let named: &[Reason] = match described {
        Some(Alert::CERTIFICATE_EXPIRED) => &[Reason::Expired, Reason::IssuerExpired, Reason::NotYetValid],
        Some(Alert::UNKNOWN_CA) => &[
            Reason::SelfSigned,
            Reason::MissingIntermediate,
            // OpenSSL says it of an issuer that may not issue, too.
            Reason::BrokenChain,
            Reason::UnknownIssuer,
        ],
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
/// Today's list does not show whether a chain that was sent before this date was trusted then. Later, it is doubtful
/// only for the organizations that have public roots: they replace theirs by newer ones.
const ROOTS_OF_TODAY: Timestamp = Timestamp::from_seconds(1_609_459_200);

/// True if a chain that leads to no given root may have led to a root that public stores held at the time.
pub(super) fn may_have_been_public(judgement: &Judgement, shown: Timestamp) -> bool {
    let unknown = matches!(
        judgement.chain,
        Chain::IssuerNotGiven { .. } | Chain::PrivateRoot { .. }
    );
    unknown && (shown < ROOTS_OF_TODAY || judgement.public_kin)
}

/// A client that refuses a certificate after the handshake does so as soon as it reads the server's Finished. Longer
/// than this, a round trip included, a client was idle: it had nothing to ask, and its alert is close_notify.
const AT_ONCE: i64 = 300_000_000;

/// True if the client left so soon after the handshake that the handshake can be the reason.
pub(super) fn is_at_once(connection: &Connection, left: Timestamp) -> bool {
    left.since(handshake_end(connection)) < AT_ONCE
}

/// The alert by which the client refuses the server's certificate, and the confidence that it does.
pub(super) fn refusal<'a>(
    attempt: &Attempt<'_>,
    connection: &Connection,
    tls: &'a TlsFacts,
) -> Option<(&'a Alert, Confidence)> {
    let tls13 = tls.version().is_some_and(crate::tls::Version::is_tls13);
    if let Some(alert) = tls.first_error() {
        let (_, description) = alert.content?;
        let about = alert.side == Side::Client
            && description.is_about_certificate()
            && (tls.server_hello.is_some() || !sees_handshake(connection));
        return about.then_some((alert, Confidence::Certain));
    }
    // TLS 1.3, encrypted: an alert where the client's Finished should be.
    if tls13 && tls.client_alert_instead_of_finished.is_some() && sees_handshake(connection) {
        let alert = tls
            .alerts
            .iter()
            .find(|alert| alert.side == Side::Client && alert.seen == Seen::Inferred)?;
        return Some((alert, Confidence::Likely));
    }
    // TLS 1.2: some stacks finish their flight first and refuse afterwards, encrypted: before the server's Finished can
    // have arrived, or at once after it although the certificate has a visible fault. Otherwise the alert is only
    // close_notify.
    let alert = tls.alerts.iter().find(|alert| alert.content.is_none())?;
    let early = tls.application_data.client == 0 && tls.application_data.server == 0;
    let server_finished = connection
        .steps
        .iter()
        .position(|step| step.kind == StepKind::Finished && step.side == Side::Server);
    let before_finished = server_finished.is_none_or(|finished| alert.step < finished);
    let faulty = || {
        attempt.presented.server.judgement().is_some_and(|it| {
            matches!(it.validity, Validity::Expired(_) | Validity::NotYetValid(_))
                || it.name == NameMatch::Differs
                || it.chain == Chain::SelfSigned
        })
    };
    let refused = !tls13
        && alert.side == Side::Client
        && early
        && !alert.after_close
        && sees_handshake(connection)
        && tls.certificates.server.is_some()
        && (before_finished || !connection.carrier.is_datagram() && is_at_once(connection, alert.time) && faulty());
    let confidence = if before_finished {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    refused.then_some((alert, confidence))
}

/// Adds the server's own warning that the name asked for is none of its names (RFC 6066 section 3), beside a certificate
/// for other names.
pub(super) fn with_warned_name(finding: Finding, tls: &TlsFacts, judgement: Option<&Judgement>) -> Finding {
    let warning = tls.alerts.iter().find(|alert| {
        alert.side == Side::Server && alert.content == Some((AlertLevel(1), AlertDescription::UNRECOGNIZED_NAME))
    });
    let differs = judgement.is_some_and(|it| it.name == NameMatch::Differs);
    let name = tls.client_hello.as_ref().and_then(|hello| hello.server_name.as_ref());
    match (warning, name) {
        (Some(warning), Some(name)) if differs => {
            finding.evidence(warning.frame, phrase("certificate-warned-name").with("name", name))
        }
        _ => finding,
    }
}
