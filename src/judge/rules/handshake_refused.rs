//! Attempt → Finding: one side aborted the handshake with an alert that no other rule explains.

use super::refusal_causes::{Cause, causes};
use super::{alert_from, alert_text, client, elsewhere, on_client, service, side_name};
use crate::attempt::Attempt;
use crate::base::command::HostName;
use crate::base::confidence::Confidence;
use crate::base::dialect::{Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::walk::{Alert, Side, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, Finding, Owner, Remedy, Rule};
use crate::judge::reason::Reason;
use crate::tls::AlertDescription;

/// RFC 9846 section 6.2, RFC 6066 section 3 (unrecognized_name), RFC 7301 section 3.2 (no_application_protocol).
pub(super) const RULE: Rule = rule!("handshake-refused", General, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    super::client_gave_up::finding(attempt, RULE.id)
        .or_else(|| super::server_broke_off::finding(attempt, RULE.id))
        .or_else(|| super::quic_said::end(attempt, RULE.id))
        .or_else(|| super::renegotiation::finding(attempt, RULE.id))
        .or_else(|| by_alert(attempt, context))
}

fn by_alert(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let alert = connection.tls.as_ref()?.first_error()?;
    alert.content.filter(|_| !attempt.exchanged())?;
    super::before_any_hello::finding(attempt, connection, alert, RULE.id)
        .or_else(|| after_hello(attempt, connection, alert, context))
}

fn after_hello(
    attempt: &Attempt<'_>,
    connection: &Connection,
    alert: &Alert,
    context: &Context<'_>,
) -> Option<Finding> {
    let tls = connection.tls.as_ref()?;
    let (_, description) = alert.content?;
    let causes = causes(attempt, connection, tls, alert, context);
    let hello = connection.step(StepKind::ClientHello)?;
    let name = tls.client_hello.as_ref().and_then(|hello| hello.server_name.as_ref());
    let offer = match name {
        Some(name) => phrase("handshake-refused-hello").with("name", name),
        None if tls.client_hello.is_some() => phrase("handshake-refused-hello-nameless"),
        None => phrase("handshake-refused-hello-cut"),
    };
    let mut finding = Finding::error(RULE.id, alert.side.into(), At::Tls, summary(attempt, alert, &causes))
        .confidence(Confidence::Likely)
        .causes(causes.iter().map(|cause| cause.reason).collect())
        .evidence(hello.frame, offer);
    for cause in &causes {
        finding = finding.evidence(cause.frame, cause.clause.clone());
        finding.beside.extend(cause.beside);
    }
    finding = finding.evidence(alert.frame, alert_from(alert, side_name(alert.side)));
    for cause in causes.iter().skip(1) {
        finding = finding.alternative(cause.reason, cause.clause.clone());
    }
    if description == AlertDescription::UNRECOGNIZED_NAME && tls.client_hello.is_some() {
        return Some(finding.remedy(by_another_name(attempt, connection, name)));
    }
    if causes.is_empty() {
        finding = finding.cannot_tell(phrase("handshake-refused-cannot-tell"));
    }
    let is_nameless = matches!(causes.as_slice(), [only] if only.reason == Reason::ServerNameMissing);
    if is_nameless && description == AlertDescription::HANDSHAKE_FAILURE {
        finding = finding.alternative(
            OtherCause::CipherMismatch,
            phrase("handshake-refused-or-nothing-in-common"),
        );
    }
    for cause in causes {
        finding = finding.remedy(cause.remedy);
        finding.remedies.extend(cause.otherwise);
    }
    let owner = match alert.side {
        Side::Server => Owner::Server,
        Side::Client => Owner::Wlc,
    };
    let log = phrase("handshake-refused-log")
        .with("who", side_name(alert.side))
        .with("description", description);
    Some(finding.remedy(elsewhere(attempt, owner, log)))
}

/// The name is wrong, or right and leads to the wrong server.
fn by_another_name(attempt: &Attempt<'_>, connection: &Connection, name: Option<&WireText>) -> Remedy {
    let other_name = match name {
        Some(name) => phrase("handshake-refused-unknown-name")
            .with("name", name)
            .with("server", connection.tls_server()),
        None => phrase("handshake-refused-nameless"),
    };
    let host = name.and_then(|name| HostName::new(name.raw()));
    let shown = host.map(|host| task("show-host").with("host", &host));
    let tasks: Vec<Task> = std::iter::once(task("show-transport")).chain(shown).collect();
    on_client(attempt, other_name, &tasks)
}

/// The side that refused, and the best explanation.
fn summary(attempt: &Attempt<'_>, alert: &Alert, causes: &[Cause]) -> Phrase {
    let summary = phrase(match alert.side {
        Side::Client => "handshake-refused-summary-client",
        Side::Server => "handshake-refused-summary-server",
    })
    .with("who", client(attempt))
    .with("service", service(attempt))
    .with("alert", alert_text(alert));
    match causes.first() {
        Some(cause) => phrase("handshake-refused-because")
            .with("summary", summary)
            .with("clause", &cause.clause),
        None => summary,
    }
}
