//! Attempt → Finding: revocation data could not be fetched, and the handshake was given up.

use super::{alert_text, client, elsewhere, on_device, service, watched_after};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Evidence, Finding, Owner, Rule};
use crate::frame::FrameNumber;
use crate::profile::Transport;
use crate::revocation::Revocation;
use crate::tls::trust::{Chain, NameMatch, Validity};
use crate::tls::walk::{Side, StepKind};

/// RFC 5280 section 6.3; OpenSSL and its relatives then send unknown_ca (48), Java certificate_unknown (46).
pub(super) const RULE: Rule = Rule {
    id: "crl-fetch-failed",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let certificate = connection.step_by(StepKind::Certificate, Side::Server)?;
    if tls.is_complete() || tls.application_data.server > 0 {
        return None;
    }
    let (revocation, failure) = attempt.revocation.iter().find_map(|it| Some((it, failure(it)?)))?;
    // A fault of the chain itself would be the better explanation.
    let judgement = attempt.judgements.server.as_ref()?;
    let sound =
        matches!(judgement.validity, Validity::Current | Validity::Unknown) && judgement.name != NameMatch::Differs;
    let anchored = matches!(judgement.chain, Chain::Anchored { .. });
    if !sound || !anchored && attempt.service.public_certificate {
        return None;
    }
    let alert = tls.first_error().filter(|alert| alert.side == Side::Client);
    if alert.is_none_or(|alert| {
        !alert
            .content
            .is_some_and(|(_, description)| description.is_about_certificate())
    }) && alert.is_some()
    {
        return None;
    }
    let ended = connection.tcp.client.fin.or(connection.tcp.client.reset);
    let waiting = alert.is_none() && ended.is_none();
    if waiting && !watched_after(connection, certificate.time, context) && !retries(revocation) {
        return None;
    }
    let what_then = match alert {
        Some(alert) => format!("and gave the handshake up with {}", alert_text(alert)),
        None if ended.is_some() => "and closed the connection".to_owned(),
        None => "and the handshake still waits for it when the capture ends".to_owned(),
    };
    let mut finding = Finding::error(
        RULE.id,
        By::Client,
        At::Tls,
        format!(
            "the {} could not fetch revocation data from {} {what_then}",
            client(attempt),
            revocation.host
        ),
    )
    .confidence(Confidence::Likely)
    .evidence(
        certificate.frame,
        format!(
            "the certificate of {} points to {}",
            service(attempt),
            crate::wire_text::WireText::from(revocation.url.as_str())
        ),
    );
    finding.evidence.extend(failure);
    if let Some(alert) = alert {
        finding = finding.evidence(
            alert.frame,
            format!("{} from the {}", alert_text(alert), client(attempt)),
        );
    }
    finding = if anchored {
        finding.excluded(
            "server-certificate-rejected",
            "the chain itself is sound: it leads to a known root, is current and for this name",
        )
    } else {
        finding.alternative(
            "server-certificate-rejected",
            "the chain cannot be checked without its root (give it with --ca); its dates and name are right",
        )
    };
    let commands = [
        "configure terminal".to_owned(),
        "  crypto pki trustpoint SLA-TrustPoint".to_owned(),
        "    revocation-check none".to_owned(),
        "  end".to_owned(),
    ];
    Some(if attempt.service.transport == Transport::OnPrem {
        finding.remedy(on_device(attempt, "turn revocation checking off for licensing: an On-Prem's certificate rarely has revocation data that the controller can reach", &commands))
    } else {
        finding
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                format!(
                    "allow HTTP from {} to {} (port 80), and let its name resolve",
                    attempt.device, revocation.host
                ),
            ))
            .remedy(on_device(
                attempt,
                "or turn revocation checking off for licensing",
                &commands,
            ))
    })
}

/// Whether the fetch was tried again and again.
fn retries(revocation: &Revocation<'_>) -> bool {
    revocation.connections.len() > 2
}

/// Why a fetch failed, frame by frame; `None` when it went well, or its outcome is not in the capture.
fn failure(revocation: &Revocation<'_>) -> Option<Vec<Evidence>> {
    let evidence = |frame: FrameNumber, what: String| {
        Some(vec![Evidence {
            frame,
            what: what.into(),
        }])
    };
    let host = &revocation.host;
    if revocation.connections.iter().any(|it| {
        it.http
            .iter()
            .any(|exchange| matches!(&exchange.response, Some((_, answer)) if answer.status < 400))
    }) {
        return None;
    }
    for connection in &revocation.connections {
        if let Some((frame, answer)) = connection.http.iter().find_map(|exchange| exchange.response.as_ref()) {
            return evidence(*frame, format!("{host} answers {} {}", answer.status, answer.reason));
        }
    }
    let connection = revocation.connections.first();
    if let Some(connection) = connection {
        if connection.tcp.server.frames == 0 {
            return evidence(
                connection.first.0,
                format!("SYN to {host} ({}), never answered", connection.server),
            );
        }
        if let Some(reset) = connection
            .tcp
            .server
            .reset
            .filter(|_| connection.tcp.server.syns.is_empty())
        {
            return evidence(
                reset.frame,
                format!("{host} ({}) refuses the connection", connection.server),
            );
        }
        return evidence(
            connection.first.0,
            format!("connects to {host} ({}) and gets no answer", connection.server),
        );
    }
    // Only the name was asked for: that failed when no address came.
    let addressless = revocation
        .lookups
        .iter()
        .all(|it| it.answer.as_ref().is_none_or(|answer| answer.addresses.is_empty()));
    let lookup = revocation.lookups.first().filter(|_| addressless)?;
    match &lookup.answer {
        Some(answer) => evidence(answer.frame, format!("DNS answers {} for {host}", answer.status)),
        None => evidence(lookup.first().0, format!("DNS is asked for {host} and never answers")),
    }
}
