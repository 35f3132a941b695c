//! Attempt → Finding: revocation data could not be fetched, and the handshake was aborted.

use super::{alert_from, alert_text, client, elsewhere, on_client, service, watched_after};
use crate::attempt::Attempt;
use crate::attempt::revocation::Revocation;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::walk::{Side, StepKind};
use crate::connection::{Connection, Exchange};
use crate::dns::lookup::Lookup;
use crate::http::reader::Response;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
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
    let (revocation, failure) = attempt.revocation.iter().find_map(|it| Some((it, Failure::of(it)?)))?;
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
        .with("url", WireText::from(revocation.url.as_str()));
    let summary = summary.with("who", client(attempt)).with("host", &revocation.host);
    let mut finding = Finding::error(RULE.id, By::Client, At::Tls, summary)
        .confidence(Confidence::Likely)
        .evidence(certificate.frame, points);
    finding = finding.evidence(failure.frame(), failure.evidence(&revocation.host));
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
    Some(with_remedies(finding, attempt, revocation, &failure))
}

/// Adds the remedies: let the client fetch the data, or stop requiring it.
fn with_remedies(
    finding: Finding,
    attempt: &Attempt<'_>,
    revocation: &Revocation<'_>,
    failure: &Failure<'_>,
) -> Finding {
    let tasks = [task("revocation-off")];
    if attempt.service.transport == Transport::OnPrem {
        return finding.remedy(on_client(attempt, phrase("crl-fetch-failed-off-on-prem"), &tasks));
    }
    let (owner, action) = failure.cure();
    let action = action
        .with("device", attempt.device)
        .with("host", &revocation.host)
        .with("url", WireText::from(revocation.url.as_str()));
    finding
        .remedy(elsewhere(attempt, owner, action))
        .remedy(on_client(attempt, phrase("crl-fetch-failed-off"), &tasks))
}

/// True if the fetch was tried repeatedly.
fn retries(revocation: &Revocation<'_>) -> bool {
    revocation.connections.len() > 2
}

/// How a fetch failed. The remedy follows from it: a firewall cures neither an answer nor a name that is unknown.
enum Failure<'a> {
    /// The server answered with an error.
    Answered(FrameNumber, &'a Response),
    /// The SYN was never answered.
    Silent(&'a Connection),
    /// The SYN was answered by a reset in this frame.
    Refused(FrameNumber, &'a Connection),
    /// The connection was answered, the request was not.
    Unanswered(&'a Connection),
    /// The name was looked up, and no address was returned.
    NoAddress(&'a Lookup),
}

impl<'a> Failure<'a> {
    /// `None` if a fetch succeeded, or if its outcome is not in the capture.
    fn of(revocation: &Revocation<'a>) -> Option<Self> {
        let went_well = |exchange: &Exchange| matches!(&exchange.response, Some((_, answer)) if answer.status < 400);
        if revocation.connections.iter().any(|it| it.http.iter().any(went_well)) {
            return None;
        }
        for connection in &revocation.connections {
            if let Some((frame, answer)) = connection.http.iter().find_map(|exchange| exchange.response.as_ref()) {
                return Some(Self::Answered(*frame, answer));
            }
        }
        if let Some(connection) = revocation.connections.first().copied() {
            let tcp = &connection.tcp.server;
            return Some(match tcp.reset.filter(|_| tcp.syns.is_empty()) {
                _ if tcp.frames == 0 => Self::Silent(connection),
                Some(reset) => Self::Refused(reset.frame, connection),
                None => Self::Unanswered(connection),
            });
        }
        let is_addressless = |it: &&Lookup| it.answer.as_ref().is_none_or(|answer| answer.addresses.is_empty());
        let are_all = revocation.lookups.iter().all(is_addressless);
        revocation
            .lookups
            .first()
            .filter(|_| are_all)
            .copied()
            .map(Self::NoAddress)
    }

    fn frame(&self) -> FrameNumber {
        match self {
            Self::Answered(frame, _) | Self::Refused(frame, _) => *frame,
            Self::Silent(connection) | Self::Unanswered(connection) => connection.first.frame,
            Self::NoAddress(lookup) => lookup.answer.as_ref().map_or(lookup.first().frame, |it| it.frame),
        }
    }

    fn evidence(&self, host: &str) -> Phrase {
        match self {
            Self::Answered(_, answer) => phrase("crl-fetch-failed-answers")
                .with("status", answer.status)
                .with("reason", &answer.reason),
            Self::Silent(connection) => phrase("crl-fetch-failed-silent").with("server", connection.server),
            Self::Refused(_, connection) => phrase("crl-fetch-failed-refused").with("server", connection.server),
            Self::Unanswered(connection) => phrase("crl-fetch-failed-connects").with("server", connection.server),
            Self::NoAddress(lookup) => match &lookup.answer {
                Some(answer) => phrase("crl-fetch-failed-dns-answers").with("status", answer.status),
                None => phrase("crl-fetch-failed-dns-silent"),
            },
        }
        .with("host", host)
    }

    /// The party that has to act, and what it has to do.
    fn cure(&self) -> (Owner, Phrase) {
        match self {
            Self::Answered(_, answer) => (
                Owner::Server,
                phrase("crl-fetch-failed-do-answers").with("status", answer.status),
            ),
            Self::Silent(connection) => (
                Owner::Firewall,
                phrase("crl-fetch-failed-allow").with("port", connection.server.port),
            ),
            Self::Refused(_, connection) => (
                Owner::Server,
                phrase("crl-fetch-failed-do-listen").with("server", connection.server),
            ),
            Self::Unanswered(connection) => (
                Owner::Firewall,
                phrase("crl-fetch-failed-do-inspect").with("server", connection.server),
            ),
            Self::NoAddress(lookup) if lookup.answer.is_some() => (
                Owner::Server,
                phrase("crl-fetch-failed-do-resolve").with("resolver", lookup.server),
            ),
            Self::NoAddress(lookup) => (
                Owner::Firewall,
                phrase("crl-fetch-failed-do-allow-dns").with("resolver", lookup.server),
            ),
        }
    }
}
