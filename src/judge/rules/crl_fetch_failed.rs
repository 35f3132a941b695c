//! Attempt → Finding: revocation data could not be fetched, and the handshake was aborted.

use super::{alert_from, alert_text, client, elsewhere, on_client, service, watched_after};
use crate::attempt::Attempt;
use crate::attempt::revocation::Revocation;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Exchange;
use crate::connection::walk::{Side, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Evidence, Finding, Owner, Rule};
use crate::profile::Transport;
use crate::tls::trust::{Chain, NameMatch, Validity};

/// RFC 5280 section 6.3; OpenSSL and libraries derived from it then send unknown_ca (48), Java certificate_unknown
/// (46).
pub(super) const RULE: Rule = rule!("crl-fetch-failed", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let certificate = connection.step_by(StepKind::Certificate, Side::Server)?;
    if tls.is_complete() || tls.application_data.server > 0 {
        return None;
    }
    let (revocation, failure) = attempt.revocation.iter().find_map(|it| Some((it, failure(it)?)))?;
    // A fault of the chain itself would be the better explanation.
    let judgement = attempt.presented.server.judgement()?;
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
    let summary = match alert {
        Some(alert) => phrase("crl-fetch-failed-summary-alert").with("alert", alert_text(alert)),
        None if ended.is_some() => phrase("crl-fetch-failed-summary-closed"),
        None => phrase("crl-fetch-failed-summary-waiting"),
    };
    let points = phrase("crl-fetch-failed-points")
        .with("service", service(attempt))
        .with("url", crate::base::wire_text::WireText::from(revocation.url.as_str()));
    let summary = summary.with("who", client(attempt)).with("host", &revocation.host);
    let mut finding = Finding::error(RULE.id, By::Client, At::Tls, summary)
        .confidence(Confidence::Likely)
        .evidence(certificate.frame, points);
    finding.evidence.extend(failure);
    if let Some(alert) = alert {
        finding = finding.evidence(alert.frame, alert_from(alert, client(attempt)));
    }
    finding = if anchored {
        finding.excluded(OtherCause::ServerCertificateRejected, phrase("crl-fetch-failed-sound"))
    } else {
        finding.alternative(
            OtherCause::ServerCertificateRejected,
            phrase("crl-fetch-failed-unchecked"),
        )
    };
    Some(with_remedies(finding, attempt, revocation))
}

/// Adds the remedies: let the client fetch the data, or stop requiring it.
fn with_remedies(finding: Finding, attempt: &Attempt<'_>, revocation: &Revocation<'_>) -> Finding {
    let tasks = [task("revocation-off")];
    if attempt.service.transport == Transport::OnPrem {
        return finding.remedy(on_client(attempt, phrase("crl-fetch-failed-off-on-prem"), &tasks));
    }
    let allow = phrase("crl-fetch-failed-allow")
        .with("device", attempt.device)
        .with("host", &revocation.host);
    finding
        .remedy(elsewhere(attempt, Owner::Firewall, allow))
        .remedy(on_client(attempt, phrase("crl-fetch-failed-off"), &tasks))
}

/// True if the fetch was tried repeatedly.
fn retries(revocation: &Revocation<'_>) -> bool {
    revocation.connections.len() > 2
}

/// Why a fetch failed, frame by frame; `None` if it succeeded, or if its outcome is not in the capture.
fn failure(revocation: &Revocation<'_>) -> Option<Vec<Evidence>> {
    let (frame, what) = why_failed(revocation)?;
    let what = what.with("host", &revocation.host);
    Some(vec![Evidence { frame, what }])
}

fn why_failed(revocation: &Revocation<'_>) -> Option<(FrameNumber, Phrase)> {
    let went_well = |exchange: &Exchange| matches!(&exchange.response, Some((_, answer)) if answer.status < 400);
    if revocation.connections.iter().any(|it| it.http.iter().any(went_well)) {
        return None;
    }
    for connection in &revocation.connections {
        if let Some((frame, answer)) = connection.http.iter().find_map(|exchange| exchange.response.as_ref()) {
            let answers = phrase("crl-fetch-failed-answers")
                .with("status", answer.status)
                .with("reason", &answer.reason);
            return Some((*frame, answers));
        }
    }
    if let Some(connection) = revocation.connections.first() {
        let tcp = &connection.tcp.server;
        let reset = tcp.reset.filter(|_| tcp.syns.is_empty());
        let (frame, what) = match reset {
            _ if tcp.frames == 0 => (connection.first.frame, "crl-fetch-failed-silent"),
            Some(reset) => (reset.frame, "crl-fetch-failed-refused"),
            None => (connection.first.frame, "crl-fetch-failed-connects"),
        };
        return Some((frame, phrase(what).with("server", connection.server)));
    }
    // Only the name was looked up; the fetch failed because no address was returned.
    let addressless = revocation
        .lookups
        .iter()
        .all(|it| it.answer.as_ref().is_none_or(|answer| answer.addresses.is_empty()));
    let lookup = revocation.lookups.first().filter(|_| addressless)?;
    Some(match &lookup.answer {
        Some(answer) => (
            answer.frame,
            phrase("crl-fetch-failed-dns-answers").with("status", answer.status),
        ),
        None => (lookup.first().frame, phrase("crl-fetch-failed-dns-silent")),
    })
}
