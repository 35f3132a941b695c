//! Attempt → Finding: the client refused the server's certificate.

use super::{
    alert_from, alert_text, certificate_causes, certificate_clauses, client, confirm, elsewhere, on_device,
    sees_handshake, service, span,
};
use crate::attempt::Attempt;
use crate::command::{Command, HostName, Word};
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::phrase::{Phrase, phrase};
use crate::profile::Transport;
use crate::tls::AlertDescription;
use crate::tls::trust::{Chain, Fault, Judgement, NameMatch, Validity};
use crate::tls::walk::{Alert, Seen, Side, StepKind, TlsFacts};

/// RFC 9846 section 6.2 (the alerts 42 to 46, 48). The alert is what the client says; the cause is judged from the
/// certificate's own bytes.
pub(super) const RULE: Rule = Rule {
    id: "server-certificate-rejected",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let judgement = attempt.judgements.server.as_ref();
    let (alert, confidence) = refusal(connection, tls, judgement)?;
    let tls13 = tls.version().is_some_and(crate::tls::Version::is_tls13);
    let is_shown = tls
        .certificates
        .server
        .as_ref()
        .is_some_and(|it| it.missing == 0 && !it.chain.is_empty());
    // It was fetching revocation data: that may have failed, outside the capture.
    let fetches = !attempt.revocation.is_empty();
    let confidence = if (tls13 || is_shown) && !fetches {
        confidence
    } else {
        confidence.min(Confidence::Likely)
    };
    let who = client(attempt);
    let subject = tls
        .certificates
        .server
        .as_ref()
        .and_then(|it| it.chain.first())
        .map(|leaf| match &leaf.fields {
            Ok(fields) => Phrase::verbatim(fields.subject.to_string()),
            Err(_) => phrase("server-certificate-rejected-unreadable"),
        });
    let leaf = tls
        .certificates
        .server
        .as_ref()
        .and_then(|it| it.chain.first()?.fields.as_deref().ok());
    let mut clauses = judgement.map(|it| certificate_clauses(it, leaf)).unwrap_or_default();
    // Beside another visible fault it is one more explanation of an alert that is about either.
    let is_about_either = alert
        .content
        .is_some_and(|(_, it)| it == AlertDescription::BAD_CERTIFICATE);
    let by_address = by_address(attempt, connection, alert, leaf).filter(|_| clauses.is_empty() || is_about_either);
    let confidence = if by_address.is_some() {
        confidence.min(Confidence::Likely)
    } else {
        confidence
    };
    clauses.extend(by_address.clone());
    let summary = match (subject, clauses.is_empty()) {
        (Some(subject), false) => phrase("server-certificate-rejected-summary-why")
            .with("subject", subject)
            .with("clauses", clauses),
        (Some(_), true) => phrase("server-certificate-rejected-summary-sound"),
        (None, _) if !tls13 => phrase("server-certificate-rejected-summary-uncaptured"),
        (None, _) => phrase("server-certificate-rejected-summary-encrypted"),
    };
    let mut causes = judgement.map(certificate_causes).unwrap_or_default();
    if by_address.is_some() {
        causes.push("name-mismatch");
    }
    confirm(&mut causes, alert.content.map(|(_, description)| description));
    if causes.is_empty() {
        // Nothing in the bytes explains it: what the client trusts, or its clock, does; encrypted: not even that is known.
        causes.push(if judgement.is_some() {
            "not-trusted-by-client"
        } else {
            "encrypted"
        });
    }
    let mut finding = Finding::error(
        RULE.id,
        By::Client,
        At::Tls,
        summary
            .with("who", &who)
            .with("service", service(attempt))
            .with("alert", alert_text(alert)),
    )
    .confidence(confidence)
    .causes(causes);
    if let Some(step) = connection.step_by(StepKind::Certificate, Side::Server) {
        finding = finding.evidence(
            step.frame,
            match &step.detail {
                Some(subject) => phrase("server-certificate-rejected-certificate").with("subject", subject),
                None => phrase("server-certificate-rejected-received"),
            },
        );
        if let Some(Chain::Anchored { anchor, origin }) = judgement.map(|it| &it.chain) {
            finding = finding
                .evidence(
                    step.frame,
                    phrase("server-certificate-rejected-chain")
                        .with("anchor", anchor)
                        .with("origin", crate::tls::trust::origin_name(origin)),
                )
                .excluded(
                    "interception-suspected",
                    phrase("server-certificate-rejected-genuine")
                        .with("anchor", anchor)
                        .with("origin", crate::tls::trust::origin_name(origin)),
                );
        }
    } else if let Some(step) = connection.step(StepKind::ServerHello) {
        finding = finding.evidence(step.frame, phrase("server-certificate-rejected-hello"));
    }
    if let Some(revocation) = attempt.revocation.first() {
        finding = finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-revocation").with("host", &revocation.host))
            .alternative("crl-fetch-failed", phrase("server-certificate-rejected-revocation"));
    }
    finding = finding.evidence(alert.frame, alert_from(alert, &who));
    if by_address.is_some() {
        finding = finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-url"))
            .alternative("clock", phrase("server-certificate-rejected-slow-clock"))
            .remedy(on_device(
                attempt,
                phrase("server-certificate-rejected-address"),
                &[
                    Command::fixed("show license all | section Transport"),
                    Command::fixed("configure terminal"),
                    if attempt.service.transport == Transport::Cssm {
                        Command::fixed("  license smart url default")
                    } else {
                        Command::with("  license smart url <https://{}/…>", &[&attempt.host().in_url()])
                    },
                    Command::fixed("  end"),
                ],
            ));
    }
    if alert.content.is_none() {
        finding = finding.cannot_tell(phrase("server-certificate-rejected-cannot-tell-alert"));
    }
    if !is_shown && !tls13 {
        finding = finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-certificate"))
            .alternative("interception-suspected", phrase("server-certificate-rejected-resigned"))
            .alternative(
                "crl-fetch-failed",
                phrase("server-certificate-rejected-revocation-unknown"),
            );
    } else if tls.certificates.server.is_none() {
        finding = finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-encrypted"))
            .alternative(
                "interception-suspected",
                phrase("server-certificate-rejected-resigned-encrypted"),
            );
    }
    Some(with_remedies(finding, attempt, connection, alert, judgement))
}

/// That the client seems to have asked for an address, which the certificate does not name: neither a server name in the
/// Client Hello nor a look-up, and an alert that says so. As a clause about the certificate.
fn by_address(
    attempt: &Attempt<'_>,
    connection: &Connection,
    alert: &Alert,
    leaf: Option<&crate::tls::certificate::Fields>,
) -> Option<Phrase> {
    let (_, description) = alert.content?;
    let nameless = connection.server_name().is_none() && attempt.lookups.is_empty() && connection.connect().is_none();
    let about_names = matches!(
        description,
        AlertDescription::BAD_CERTIFICATE | AlertDescription::CERTIFICATE_UNKNOWN
    );
    let ip = connection.server.ip;
    let leaf = leaf.filter(|leaf| !leaf.names.iter().any(|name| name.raw().parse() == Ok(ip)))?;
    let names: Vec<String> = leaf.names.iter().take(3).map(ToString::to_string).collect();
    (nameless && about_names && !names.is_empty()).then(|| {
        phrase("server-certificate-rejected-by-address")
            .with("names", names.join(", "))
            .with("ip", ip)
    })
}

/// The alert by which the client refuses the server's certificate, and how sure that is.
fn refusal<'a>(
    connection: &Connection,
    tls: &'a TlsFacts,
    judgement: Option<&Judgement>,
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
    // TLS 1.2: some stacks finish their flight first and refuse then, encrypted: before the server's Finished could reach
    // them, or without any data after it though the certificate has a visible fault. Otherwise it only says goodbye.
    let alert = tls.alerts.iter().find(|alert| alert.content.is_none())?;
    let early = tls.application_data.client == 0 && tls.application_data.server == 0;
    let server_finished = connection
        .steps
        .iter()
        .position(|step| step.kind == StepKind::Finished && step.side == Side::Server);
    let before_finished = server_finished.is_none_or(|finished| alert.step < finished);
    let faulty = judgement.is_some_and(|it| {
        matches!(it.validity, Validity::Expired(_) | Validity::NotYetValid(_))
            || it.name == NameMatch::Differs
            || it.chain == Chain::SelfSigned
    });
    let refused = !tls13
        && alert.side == Side::Client
        && early
        && !alert.after_close
        && sees_handshake(connection)
        && tls.certificates.server.is_some()
        && (before_finished || faulty);
    let confidence = if before_finished {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    refused.then_some((alert, confidence))
}

fn with_remedies(
    mut finding: Finding,
    attempt: &Attempt<'_>,
    connection: &Connection,
    alert: &Alert,
    judgement: Option<&Judgement>,
) -> Finding {
    let described = alert.content.map(|(_, description)| description);
    let Some(judgement) = judgement else {
        return finding.remedy(on_device(
            attempt,
            phrase("server-certificate-rejected-clock-and-trust"),
            &[
                Command::fixed("show clock detail"),
                Command::fixed("show ntp status"),
                Command::fixed("show crypto pki trustpool | include cn="),
            ],
        ));
    };
    match judgement.validity {
        Validity::Expired(since) => {
            return finding.remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("server-certificate-rejected-renew")
                    .with("server", connection.server)
                    .with("span", span(since)),
            ));
        }
        Validity::NotYetValid(until) => {
            return finding
                .remedy(elsewhere(
                    attempt,
                    Owner::Server,
                    phrase("server-certificate-rejected-not-yet")
                        .with("server", connection.server)
                        .with("span", span(until)),
                ))
                .alternative("capture-clock", phrase("server-certificate-rejected-capture-clock"));
        }
        _ => {}
    }
    if judgement.name == NameMatch::Differs {
        return other_name(finding, attempt, judgement);
    }
    if let Some(Fault::MissingIntermediate(issuer)) = judgement
        .faults
        .iter()
        .find(|fault| matches!(fault, Fault::MissingIntermediate(_)))
    {
        return finding
            .cannot_tell(phrase("server-certificate-rejected-cannot-tell-intermediate"))
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("server-certificate-rejected-intermediate")
                    .with("server", connection.server)
                    .with("issuer", issuer),
            ));
    }
    if let Chain::IssuerNotGiven { issuer } = &judgement.chain
        && judgement.path.len() == 1
    {
        finding =
            finding.cannot_tell(phrase("server-certificate-rejected-root-or-intermediate").with("issuer", issuer));
    }
    match (&judgement.chain, attempt.service.transport) {
        (Chain::Anchored { .. }, _) => {
            // Nothing is wrong with the chain: the fault lies with what the client trusts, or with its clock.
            let clock = described == Some(AlertDescription::BAD_CERTIFICATE)
                || described == Some(AlertDescription::CERTIFICATE_EXPIRED);
            let clock_remedy = on_device(
                attempt,
                phrase("server-certificate-rejected-clock"),
                &[
                    Command::fixed("show clock detail"),
                    Command::fixed("show ntp status"),
                    Command::fixed("configure terminal"),
                    Command::fixed("  ntp server <address>"),
                    Command::fixed("  end"),
                ],
            );
            let trust_remedy = on_device(
                attempt,
                phrase("server-certificate-rejected-pool"),
                &[
                    Command::fixed("show crypto pki trustpool | include cn="),
                    Command::fixed(
                        "crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b",
                    ),
                ],
            );
            let finding = finding.cannot_tell(phrase("server-certificate-rejected-cannot-tell-controller"));
            if clock {
                finding.remedy(clock_remedy).remedy(trust_remedy)
            } else {
                finding.remedy(trust_remedy).remedy(clock_remedy)
            }
        }
        (_, Transport::OnPrem | Transport::Cslu) => finding.remedy(on_device(
            attempt,
            phrase("server-certificate-rejected-import"),
            &[
                Command::fixed("configure terminal"),
                Command::fixed("  crypto pki trustpoint SSM-ONPREM"),
                Command::fixed("    enrollment terminal"),
                Command::fixed("    revocation-check none"),
                Command::fixed("  crypto pki authenticate SSM-ONPREM"),
                Command::fixed("  end"),
            ],
        )),
        _ => finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("server-certificate-rejected-authority").with("server", connection.server),
        )),
    }
}

/// What to do about a certificate for other names. Its name only stands in a command where its chain leads to a root that is
/// known or was given: anybody can write a name into a certificate, and whoever pastes the URL then reports there.
fn other_name(finding: Finding, attempt: &Attempt<'_>, judgement: &Judgement) -> Finding {
    let name = &attempt.service.name;
    let leaf = attempt
        .tls()
        .and_then(|tls| tls.certificates.server.as_ref()?.chain.first()?.fields.as_deref().ok());
    let anchored = matches!(judgement.chain, Chain::Anchored { .. });
    let named = leaf.filter(|_| anchored).and_then(|leaf| {
        leaf.names
            .iter()
            .chain(&leaf.common_name)
            .find_map(|name| HostName::new(name.raw()))
    });
    let host: &dyn Word = match &named {
        Some(name) => name,
        None => &"<name in the certificate>",
    };
    let url = match attempt.service.transport {
        Transport::OnPrem | Transport::Cslu => {
            Command::with("  license smart url cslu https://{}/cslu/v1/pi/<account>-1", &[host])
        }
        _ => Command::with("  license smart url https://{}/licservice/license", &[host]),
    };
    let by_url = |action: &'static str| {
        on_device(
            attempt,
            phrase(action).with("name", name),
            &[
                Command::fixed("show license all | section Transport"),
                Command::fixed("configure terminal"),
                url.clone(),
                Command::fixed("  end"),
            ],
        )
    };
    if named.is_some() {
        return finding.remedy(by_url("server-certificate-rejected-name"));
    }
    finding
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("server-certificate-rejected-name-issue").with("name", name),
        ))
        .remedy(by_url(if anchored {
            "server-certificate-rejected-name-no-host"
        } else {
            "server-certificate-rejected-name-unverified"
        }))
}
