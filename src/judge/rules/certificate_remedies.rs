//! Certificate that was refused → Remedy: the cure follows the cause.
//!
//! A short key is cured by a longer key and not by another trust store; a gap in the chain is cured in the chain. The
//! alert's number (RFC 9846 section 6.2) decides: 48 speaks of authorities, 42 and 45 of the certificate and the clock,
//! 43 of its kind, 44 of revocation. The reader cannot change a vendor's cloud, so no remedy asks the cloud to trust an
//! authority.

use super::certificate_alerts::may_have_been_public;
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
    if described == Some(AlertDescription::UNKNOWN_CA) {
        // OpenSSL says so of an authority that may not issue as well. What else is at fault would be refused next.
        let finding = match by_path(judgement) {
            Some(action) => finding.remedy(server(action)),
            None => finding,
        };
        let finding = by_authority(finding, attempt, refused, judgement);
        return of_certificate(finding, attempt, refused, judgement).0;
    }
    match of_certificate(finding, attempt, refused, judgement) {
        (finding, true) => finding,
        (finding, false) => by_authority(finding, attempt, refused, judgement),
    }
}

/// Adds the remedies for what is at fault with the certificate and its chain, whichever authorities the client trusts;
/// returns whether that explains the refusal.
fn of_certificate(
    mut finding: Finding,
    attempt: &Attempt<'_>,
    refused: &Refused<'_>,
    judgement: &Judgement,
) -> (Finding, bool) {
    let server = refused.connection.tls_server();
    let on_server = |action: Phrase| elsewhere(attempt, Owner::Server, action.with("server", &server));
    let dates = by_dates(refused.connection, judgement);
    let fault = by_chain_sent(refused, judgement).or_else(|| by_fault(refused, judgement));
    let mut is_found = dates.is_some() || fault.is_some();
    for action in dates.into_iter().chain(fault) {
        finding = finding.remedy(on_server(action));
    }
    if matches!(judgement.validity, Validity::NotYetValid(_)) {
        finding = finding.behind(
            OtherCause::CaptureClock,
            phrase("server-certificate-rejected-capture-clock"),
        );
    }
    match judgement.name {
        NameMatch::Differs => {
            is_found = true;
            finding = other_name(finding, attempt, refused, judgement);
        }
        NameMatch::CommonNameOnly if refused.described != Some(AlertDescription::UNKNOWN_CA) => {
            let action = phrase("server-certificate-rejected-alternative-name").with("name", &attempt.service.name);
            finding = finding.remedy(on_server(action));
            // Some clients read the common name, and these lack the authority.
            is_found |= matches!(judgement.chain, Chain::Anchored { .. });
        }
        _ => {}
    }
    (finding, is_found)
}

/// Adds the remedies where nothing but the authority can be the reason: it is missing from the chain, or not trusted.
fn by_authority(finding: Finding, attempt: &Attempt<'_>, refused: &Refused<'_>, judgement: &Judgement) -> Finding {
    let server = refused.connection.tls_server();
    let on_server = |action: Phrase| elsewhere(attempt, Owner::Server, action.with("server", &server));
    let lacks = |fault: &Fault| match fault {
        Fault::MissingIntermediate(issuer) => Some(issuer.clone()),
        _ => None,
    };
    if let Some(issuer) = judgement.faults.iter().find_map(lacks) {
        let action = phrase("server-certificate-rejected-intermediate").with("issuer", &issuer);
        return finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-intermediate"))
            .remedy(on_server(action));
    }
    if refused.described == Some(AlertDescription::UNSUPPORTED_CERTIFICATE) {
        return finding.remedy(on_server(phrase("server-certificate-rejected-kind")));
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

/// The remedy for a fault of the certificates themselves. An unknown authority is refused whatever its key, and what its
/// path is at fault with has been told then.
fn by_fault(refused: &Refused<'_>, judgement: &Judgement) -> Option<Phrase> {
    if refused.described == Some(AlertDescription::UNKNOWN_CA) {
        return None;
    }
    let of_leaf = |fault: &Fault| match fault {
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
        // A device's self-signed certificate is its own authority.
        Fault::CaAsLeaf if judgement.chain != Chain::SelfSigned => {
            Some(phrase("server-certificate-rejected-not-authority"))
        }
        _ => None,
    };
    by_path(judgement).or_else(|| judgement.faults.iter().find_map(of_leaf))
}

/// The remedy for issuers that may not issue what they issued: no trust store cures that.
fn by_path(judgement: &Judgement) -> Option<Phrase> {
    let of_path = |fault: &Fault| {
        let (action, subject) = match fault {
            Fault::NotACa(subject) => ("server-certificate-rejected-may-not-issue", subject),
            Fault::PathTooLong(subject) => ("server-certificate-rejected-shorter-chain", subject),
            Fault::IssuerPurpose(subject) => ("server-certificate-rejected-issuer-purpose", subject),
            Fault::OutsideNameConstraints => return Some(phrase("server-certificate-rejected-constrained")),
            _ => return None,
        };
        Some(phrase(action).with("subject", subject))
    };
    let is_unread = judgement.chain == Chain::Unreadable;
    let unread = || is_unread.then(|| phrase("server-certificate-rejected-readable"));
    // An authority that was renewed under its old name is one that the client may lack.
    let is_renewed = |fault: &Fault| matches!(fault, Fault::SameNameOtherKey(_));
    let is_broken = matches!(judgement.chain, Chain::Broken { .. }) && !judgement.faults.iter().any(is_renewed);
    let broken = || is_broken.then(|| phrase("server-certificate-rejected-broken"));
    judgement
        .faults
        .iter()
        .find_map(of_path)
        .or_else(broken)
        .or_else(unread)
}

/// The remedy where the certificate shows no fault: the client does not trust the issuer, or its clock is wrong.
fn untrusted(finding: Finding, attempt: &Attempt<'_>, refused: &Refused<'_>, judgement: &Judgement) -> Finding {
    let clock_remedy = on_client(
        attempt,
        phrase("server-certificate-rejected-clock"),
        &[task("show-clock"), task("set-clock")],
    );
    let is_anchored = matches!(judgement.chain, Chain::Anchored { .. });
    let inside = phrase("server-certificate-rejected-cannot-tell-controller");
    if !is_anchored && refused.described == Some(AlertDescription::CERTIFICATE_EXPIRED) {
        // Whatever authority it is, the client speaks of dates, and these are in order.
        return finding.cannot_tell(inside).remedy(clock_remedy);
    }
    if !is_anchored {
        return unknown_authority(finding, attempt, refused, judgement);
    }
    // The chain is in order: the fault is in the client's trust store, or in its clock.
    let trust_remedy = on_client(
        attempt,
        phrase("server-certificate-rejected-pool"),
        &[task("show-roots"), task("fetch-roots")],
    );
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

/// The remedy for a chain that leads to no authority known here.
fn unknown_authority(
    mut finding: Finding,
    attempt: &Attempt<'_>,
    refused: &Refused<'_>,
    judgement: &Judgement,
) -> Finding {
    let server = refused.connection.tls_server();
    let is_own = matches!(attempt.service.transport, Transport::OnPrem | Transport::Cslu);
    if let Chain::IssuerNotGiven { issuer } = &judgement.chain
        && judgement.path.len() == 1
    {
        finding =
            finding.cannot_tell(phrase("server-certificate-rejected-root-or-intermediate").with("issuer", issuer));
        // To send it is never wrong; to leave it out is the most frequent fault of a chain.
        if !is_own {
            let send = phrase("server-certificate-rejected-send-chain")
                .with("server", &server)
                .with("issuer", issuer);
            finding = finding.remedy(elsewhere(attempt, Owner::Server, send));
        }
    }
    if is_own {
        return finding.remedy(on_client(
            attempt,
            phrase("server-certificate-rejected-import"),
            &[task("import-root")],
        ));
    }
    let finding = finding.remedy(elsewhere(
        attempt,
        Owner::Server,
        phrase("server-certificate-rejected-authority").with("server", &server),
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
fn other_name(finding: Finding, attempt: &Attempt<'_>, refused: &Refused<'_>, judgement: &Judgement) -> Finding {
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
    // Only the name is at fault where the authority is trusted, or is doubtful only to the list known here.
    let times = refused.connection.tls.as_ref().map(|tls| &tls.certificate_times);
    let shown = times.and_then(|times| times.server);
    let is_doubtful = || shown.is_some_and(|shown| may_have_been_public(judgement, shown));
    let issue = match matches!(judgement.chain, Chain::Anchored { .. }) || is_doubtful() {
        true => "server-certificate-rejected-name-alone",
        false => "server-certificate-rejected-name-issue",
    };
    let finding = finding.remedy(elsewhere(attempt, Owner::Server, phrase(issue).with("name", name)));
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
