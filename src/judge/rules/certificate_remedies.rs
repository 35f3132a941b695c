//! Certificate that was refused → Remedy: the cure follows the cause.
//!
//! A short key is cured by a longer key and not by another trust store; a gap in the chain is cured in the chain. The
//! alert's number (RFC 9846 section 6.2) decides: 48 speaks of authorities, 42 and 45 of the certificate and the clock,
//! 43 of its kind, 44 of revocation. The reader cannot change a vendor's cloud, so no remedy asks the cloud to trust an
//! authority.

use super::join_remedies;
use super::{elsewhere, is_all_early, leaf_of, on_client, span_outside};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::command::{HostName, Word};
use crate::base::dialect::{Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{Finding, Owner, Remedy};
use crate::judge::recapture;
use crate::profile::Transport;
use crate::tls::AlertDescription;
use crate::tls::certificate::Fields;
use crate::tls::trust::{Chain, Fault, Judgement, NameMatch, Validity};

/// The known facts about a server certificate that was refused.
pub(super) struct Refused<'a> {
    pub(super) connection: &'a Connection,
    /// The alert, where there is one in clear.
    pub(super) described: Option<AlertDescription>,
    pub(super) judgement: Option<&'a Judgement>,
    /// An expired certificate sent along in the chain.
    pub(super) beside: Option<&'a Fields>,
    /// A stapled response is required and was not sent.
    pub(super) staple: bool,
}

/// Adds the remedies for the cause.
pub(super) fn with_remedies(finding: Finding, attempt: &Attempt<'_>, refused: &Refused<'_>) -> Finding {
    let &Refused {
        connection,
        described,
        judgement,
        ..
    } = refused;
    if attempt.carrier() == Carrier::Capwap {
        return join_remedies::of_controller(finding, attempt, judgement);
    }
    let server = |action: Phrase| elsewhere(attempt, Owner::Server, action.with("server", connection.tls_server()));
    if described == Some(AlertDescription::CERTIFICATE_REVOKED) {
        return finding.remedy(server(phrase("server-certificate-rejected-revoked")));
    }
    let Some(judgement) = judgement else {
        return finding.remedy(unseen(attempt, connection, described));
    };
    if is_all_early(judgement) {
        let set = phrase("server-certificate-rejected-all-early");
        return finding
            .remedy(on_client(attempt, set, &[task("show-clock"), task("set-clock")]))
            .behind(
                OtherCause::CaptureClock,
                phrase("server-certificate-rejected-capture-clock"),
            );
    }
    if let Some(action) = by_dates(connection, judgement) {
        let finding = finding.remedy(server(action));
        return match judgement.validity {
            Validity::NotYetValid(_) => finding.behind(
                OtherCause::CaptureClock,
                phrase("server-certificate-rejected-capture-clock"),
            ),
            _ => finding,
        };
    }
    if let Some(action) = by_chain_sent(refused, judgement).or_else(|| by_fault(refused, judgement)) {
        return finding.remedy(server(action));
    }
    if judgement.name == NameMatch::Differs {
        return other_name(finding, attempt, judgement);
    }
    let lacks = |fault: &Fault| match fault {
        Fault::MissingIntermediate(issuer) => Some(issuer.clone()),
        _ => None,
    };
    if let Some(issuer) = judgement.faults.iter().find_map(lacks) {
        let action = phrase("server-certificate-rejected-intermediate").with("issuer", &issuer);
        return finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-intermediate"))
            .remedy(server(action));
    }
    if described == Some(AlertDescription::UNSUPPORTED_CERTIFICATE) {
        return finding.remedy(server(phrase("server-certificate-rejected-kind")));
    }
    untrusted(finding, attempt, refused, judgement)
}

/// The remedy for a certificate that was not valid at the time.
fn by_dates(connection: &Connection, judgement: &Judgement) -> Option<Phrase> {
    let message = connection.tls.as_ref()?.certificates.server.as_ref()?;
    let span = span_outside(judgement.validity, leaf_of(&message.chain)?)?;
    let action = match judgement.validity {
        Validity::NotYetValid(_) => phrase("server-certificate-rejected-not-yet"),
        _ => phrase("server-certificate-rejected-renew"),
    };
    Some(action.with("span", span))
}

/// The remedy for what was sent along with the certificate: an issuer that had expired, or a missing stapled response.
fn by_chain_sent(refused: &Refused<'_>, judgement: &Judgement) -> Option<Phrase> {
    let issuer_expired = judgement.faults.iter().find_map(|fault| match fault {
        Fault::IssuerDates(subject, Validity::Expired(_)) => Some(subject),
        _ => None,
    });
    let expired = issuer_expired.or(refused.beside.map(|fields| &fields.subject));
    let renew = |subject| phrase("server-certificate-rejected-chain-expired").with("subject", subject);
    let staple = || phrase("server-certificate-rejected-staple");
    expired.map(renew).or_else(|| refused.staple.then(staple))
}

/// The remedy for a fault of the certificates themselves. An unknown authority is refused whatever its key.
fn by_fault(refused: &Refused<'_>, judgement: &Judgement) -> Option<Phrase> {
    if refused.described == Some(AlertDescription::UNKNOWN_CA) {
        return None;
    }
    judgement.faults.iter().find_map(|fault| match fault {
        Fault::WeakKey(subject, key) => Some(
            phrase("server-certificate-rejected-longer-key")
                .with("subject", subject)
                .with("key", key),
        ),
        Fault::WeakSignature(subject, algorithm) => Some(
            phrase("server-certificate-rejected-sha-256")
                .with("subject", subject)
                .with("algorithm", algorithm),
        ),
        Fault::WrongPurpose => Some(phrase("server-certificate-rejected-purpose")),
        _ => None,
    })
}

/// The remedy where the certificate shows no fault: the client does not trust the issuer, or its clock is wrong.
fn untrusted(mut finding: Finding, attempt: &Attempt<'_>, refused: &Refused<'_>, judgement: &Judgement) -> Finding {
    if let Chain::IssuerNotGiven { issuer } = &judgement.chain
        && judgement.path.len() == 1
    {
        finding =
            finding.cannot_tell(phrase("server-certificate-rejected-root-or-intermediate").with("issuer", issuer));
    }
    match (&judgement.chain, attempt.service.transport) {
        (Chain::Anchored { .. }, _) => {
            // The chain is in order: the fault is in the client's trust store, or in its clock.
            let clock_remedy = on_client(
                attempt,
                phrase("server-certificate-rejected-clock"),
                &[task("show-clock"), task("set-clock")],
            );
            let trust_remedy = on_client(
                attempt,
                phrase("server-certificate-rejected-pool"),
                &[task("show-roots"), task("fetch-roots")],
            );
            let inside = phrase("server-certificate-rejected-cannot-tell-controller");
            match refused.described {
                Some(AlertDescription::BAD_CERTIFICATE | AlertDescription::CERTIFICATE_EXPIRED) => {
                    finding.cannot_tell(inside).remedy(clock_remedy).remedy(trust_remedy)
                }
                // No clock makes an authority unknown.
                Some(AlertDescription::UNKNOWN_CA) => finding
                    .cannot_tell(phrase("server-certificate-rejected-cannot-tell-roots"))
                    .remedy(trust_remedy),
                _ => finding.cannot_tell(inside).remedy(trust_remedy).remedy(clock_remedy),
            }
        }
        (_, Transport::OnPrem | Transport::Cslu) => finding.remedy(on_client(
            attempt,
            phrase("server-certificate-rejected-import"),
            &[task("import-root")],
        )),
        _ => {
            let finding = finding.remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("server-certificate-rejected-authority").with("server", refused.connection.tls_server()),
            ));
            // Each TLS library takes a root in its own way, and this library is known.
            match attempt.looks_like {
                Some(_) => finding.remedy(on_client(
                    attempt,
                    phrase("server-certificate-rejected-import-own"),
                    &[task("import-root")],
                )),
                None => finding,
            }
        }
    }
}

/// The remedy for a certificate that cannot be seen: only the alert shows where to look.
fn unseen(attempt: &Attempt<'_>, connection: &Connection, described: Option<AlertDescription>) -> Remedy {
    let action = match described {
        Some(AlertDescription::UNKNOWN_CA) => "server-certificate-rejected-unknown-ca",
        Some(AlertDescription::CERTIFICATE_EXPIRED) => "server-certificate-rejected-dates",
        _ => "server-certificate-rejected-clock-and-trust",
    };
    let shown = match connection.server_name().and_then(|name| HostName::new(name.raw())) {
        Some(name) => task("show-chain").with("host", &name),
        None => task("show-nameless-chain"),
    };
    let shown = recapture::towards(shown, connection);
    let tasks = match described {
        Some(AlertDescription::UNKNOWN_CA) => vec![shown, task("show-roots")],
        _ => vec![task("show-clock"), shown, task("show-roots")],
    };
    on_client(attempt, phrase(action).with("server", connection.tls_server()), &tasks)
}

/// The remedy for a certificate with other names.
fn other_name(finding: Finding, attempt: &Attempt<'_>, judgement: &Judgement) -> Finding {
    let name = &attempt.service.name;
    let url = url_by_name(attempt, judgement);
    let by_url = |action: &'static str| {
        on_client(
            attempt,
            phrase(action).with("name", name),
            &[task("show-transport"), url.clone()],
        )
    };
    if certified_host(attempt, judgement).is_some() && attempt.licensing {
        return finding.remedy(by_url("server-certificate-rejected-name"));
    }
    let finding = finding.remedy(elsewhere(
        attempt,
        Owner::Server,
        phrase("server-certificate-rejected-name-issue").with("name", name),
    ));
    if !attempt.licensing {
        return finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("server-certificate-rejected-name-elsewhere").with("name", name),
        ));
    }
    finding.remedy(by_url(if matches!(judgement.chain, Chain::Anchored { .. }) {
        "server-certificate-rejected-name-no-host"
    } else {
        "server-certificate-rejected-name-unverified"
    }))
}

/// The command that makes the device use the service by the name in its certificate.
pub(super) fn url_by_name(attempt: &Attempt<'_>, judgement: &Judgement) -> Task {
    let named = certified_host(attempt, judgement);
    let host: &dyn Word = match &named {
        Some(name) => name,
        None => &"<name in the certificate>",
    };
    // The connection's port is the proxy's if there is a proxy.
    let direct = attempt.connection().filter(|_| attempt.service.proxy.is_none());
    let port = direct.map_or(443, |connection| connection.server.port);
    match (attempt.service.transport, port) {
        (Transport::OnPrem | Transport::Cslu, 443) => task("use-on-prem-url").with("host", host),
        (Transport::OnPrem | Transport::Cslu, _) => {
            task("use-on-prem-url-by-port").with("host", host).with("port", &port)
        }
        _ => task("use-url").with("host", host),
    }
}

/// The name in the certificate, for use in a command: only if the chain leads to a root that is known or was given.
/// Anyone can write a name into a certificate, and a device with that URL would report to its owner.
fn certified_host(attempt: &Attempt<'_>, judgement: &Judgement) -> Option<HostName> {
    if !matches!(judgement.chain, Chain::Anchored { .. }) {
        return None;
    }
    let certificates = attempt.tls()?.certificates.server.as_ref()?;
    let leaf = certificates.chain.first()?.fields.as_deref().ok()?;
    let mut names = leaf.names.iter().chain(&leaf.common_name);
    names.find_map(|name| HostName::new(name.raw()))
}
