//! Attempt → Finding: client and server have no protocol version in common.

use super::negotiation::{grounds, with_grounds};
use super::{alert_from, client, elsewhere, on_client, service, side_name};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::connection::walk::{Detail, Side, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tls::{AlertDescription, Version};

/// RFC 9846 section 6.2: protocol_version (70); RFC 7507: inappropriate_fallback (86).
pub(super) const RULE: Rule = rule!("version-mismatch", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::tlcp::mismatch(attempt, RULE.id) {
        return Some(finding);
    }
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let alert = tls.first_error()?;
    let (_, description) = alert.content?;
    if !matches!(
        description,
        AlertDescription::PROTOCOL_VERSION | AlertDescription::INAPPROPRIATE_FALLBACK
    ) {
        return None;
    }
    let hello = connection.step(StepKind::ClientHello)?;
    let offered: Vec<String> = match &tls.client_hello {
        Some(hello) => hello.offered_versions().iter().map(Version::to_string).collect(),
        None => Vec::new(),
    };
    let newest = offered.first().cloned().unwrap_or_default();
    let only_newest = offered.len() == 1 && newest == "1.3";
    let offer = if only_newest {
        phrase("version-mismatch-offer-only").with("newest", &newest)
    } else if offered.is_empty() {
        phrase("version-mismatch-offer-cut")
    } else if offered.len() > 1 {
        phrase("version-mismatch-offer").with("versions", offered.join(", "))
    } else {
        phrase("version-mismatch-offer-newest").with("newest", &newest)
    };
    let summary = match (alert.side, tls.version()) {
        (Side::Client, Some(chosen)) => phrase("version-mismatch-summary-client")
            .with("who", client(attempt))
            .with("chosen", chosen)
            .with("service", service(attempt)),
        (Side::Client, None) => phrase("version-mismatch-summary-client-gave-up")
            .with("who", client(attempt))
            .with("service", service(attempt)),
        (Side::Server, _) if description == AlertDescription::INAPPROPRIATE_FALLBACK => {
            phrase("version-mismatch-summary-fallback")
                .with("service", service(attempt))
                .with("who", client(attempt))
                .with("offer", &offer)
        }
        (Side::Server, _) => phrase("version-mismatch-summary-server")
            .with("service", service(attempt))
            .with("who", client(attempt))
            .with("offer", &offer),
    };
    let mut finding = Finding::error(RULE.id, alert.side.into(), At::Tls, summary)
        .evidence(hello.frame, phrase("version-mismatch-offers").with("offer", &offer));
    if tls.client_hello.as_ref().is_some_and(|hello| hello.sslv2_format) {
        finding = finding.evidence(hello.frame, phrase("refusal-sslv2"));
    }
    if let Some(hello) = &tls.client_hello {
        finding = with_grounds(finding, connection, &grounds(connection, hello, context));
    }
    if description == AlertDescription::INAPPROPRIATE_FALLBACK && tls.client_hello.is_some() {
        finding = finding.evidence(hello.frame, phrase("version-mismatch-fallback"));
    }
    if let Some(server_hello) = connection.step(StepKind::ServerHello) {
        finding = finding.evidence(
            server_hello.frame,
            phrase("version-mismatch-chooses").with(
                "version",
                server_hello.detail.as_ref().map(Detail::phrase).unwrap_or_default(),
            ),
        );
    }
    finding = finding.evidence(alert.frame, alert_from(alert, side_name(alert.side)));
    // There is no newer version than the one that it insists on.
    if only_newest && alert.side == Side::Server {
        return Some(
            finding
                .cannot_tell(phrase("version-mismatch-cannot-tell"))
                .remedy(elsewhere(
                    attempt,
                    Owner::Server,
                    phrase("version-mismatch-server-newest").with("server", connection.server),
                ))
                .remedy(elsewhere(
                    attempt,
                    Owner::Wlc,
                    phrase("version-mismatch-client-older").with("who", client(attempt)),
                )),
        );
    }
    // The alert answers a second try: what failed before is the cause.
    if description == AlertDescription::INAPPROPRIATE_FALLBACK {
        return Some(finding.remedy(elsewhere(attempt, Owner::Wlc, phrase("version-mismatch-first-try"))));
    }
    Some(match alert.side {
        Side::Server => finding
            .cannot_tell(phrase("version-mismatch-cannot-tell"))
            .remedy(on_client(
                attempt,
                if newest.is_empty() {
                    phrase("version-mismatch-newer-than-now")
                } else {
                    phrase("version-mismatch-newer").with("newest", &newest)
                },
                &[task("tls-version").with("endpoint", &connection.server)],
            ))
            .remedy(elsewhere(attempt, Owner::Server, phrase("version-mismatch-older"))),
        Side::Client => finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("version-mismatch-upgrade").with("server", connection.server),
        )),
    })
    .map(|finding| {
        if alert.side == Side::Client {
            Finding {
                by: Some(By::Client),
                ..finding
            }
        } else {
            finding
        }
    })
}
