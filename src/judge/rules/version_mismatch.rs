//! Attempt → Finding: client and server have no protocol version in common.

use super::negotiation::{grounds, with_grounds};
use super::{alert_from, client, elsewhere, on_client, service, side_name};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Alert, Detail, Side, Step, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::{At, Finding, Owner, Rule};
use crate::judge::recapture;
use crate::tls::AlertDescription;

/// RFC 9846 section 6.2: protocol_version (70); RFC 7507: inappropriate_fallback (86).
pub(super) const RULE: Rule = rule!("version-mismatch", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::tlcp::mismatch(attempt, RULE.id) {
        return Some(finding);
    }
    if let Some(finding) = super::ssl2::finding(attempt, RULE.id) {
        return Some(finding);
    }
    if let Some(finding) = super::quic_said::no_version(attempt, context, RULE.id) {
        return Some(finding);
    }
    let case = recognise(attempt)?;
    let finding = Finding::error(RULE.id, case.alert.side.into(), At::Tls, case.summary());
    Some(case.with_remedies(case.with_evidence(finding, context)))
}

/// A handshake that an alert about versions ended.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    tls: &'a TlsFacts,
    alert: &'a Alert,
    hello: &'a Step,
    /// The alert answers a second try with an older version.
    is_fallback: bool,
    /// Versions of the Client Hello, the newest first.
    offered: Vec<String>,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>) -> Option<Case<'a, 'c>> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let alert = tls.first_error()?;
    let (_, description) = alert.content?;
    let is_fallback = description == AlertDescription::INAPPROPRIATE_FALLBACK;
    if !is_fallback && description != AlertDescription::PROTOCOL_VERSION {
        return None;
    }
    let offered = tls.client_hello.as_ref().map(|hello| hello.offered_versions());
    Some(Case {
        attempt,
        connection,
        tls,
        alert,
        hello: connection.step(StepKind::ClientHello)?,
        is_fallback,
        offered: offered.into_iter().flatten().map(|it| it.to_string()).collect(),
    })
}

impl Case<'_, '_> {
    fn newest(&self) -> &str {
        self.offered.first().map(String::as_str).unwrap_or_default()
    }

    /// True if there is no newer version than the one that the client insists on.
    fn offers_only_newest(&self) -> bool {
        self.offered == ["1.3"]
    }

    fn offer(&self) -> Phrase {
        match self.offered.len() {
            _ if self.offers_only_newest() => phrase("version-mismatch-offer-only").with("newest", self.newest()),
            0 => phrase("version-mismatch-offer-cut"),
            1 => phrase("version-mismatch-offer-newest").with("newest", self.newest()),
            _ => phrase("version-mismatch-offer").with("versions", self.offered.join(", ")),
        }
    }

    fn summary(&self) -> Phrase {
        match (self.alert.side, self.tls.version()) {
            (Side::Client, Some(chosen)) => phrase("version-mismatch-summary-client").with("chosen", chosen),
            (Side::Client, None) => phrase("version-mismatch-summary-client-gave-up"),
            (Side::Server, _) if self.is_fallback => {
                phrase("version-mismatch-summary-fallback").with("offer", self.offer())
            }
            (Side::Server, _) => phrase("version-mismatch-summary-server").with("offer", self.offer()),
        }
        .with("who", client(self.attempt))
        .with("service", service(self.attempt))
    }

    fn with_evidence(&self, finding: Finding, context: &Context<'_>) -> Finding {
        let hello = self.hello;
        let mut finding = finding.evidence(
            hello.frame,
            phrase("version-mismatch-offers").with("offer", self.offer()),
        );
        if let Some(facts) = &self.tls.client_hello {
            if facts.sslv2_format {
                finding = finding.evidence(hello.frame, phrase("refusal-sslv2"));
            }
            finding = with_grounds(finding, self.connection, &grounds(self.connection, facts, context));
            if self.is_fallback {
                finding = finding.evidence(hello.frame, phrase("version-mismatch-fallback"));
            }
        }
        if let Some(step) = self.connection.step(StepKind::ServerHello) {
            let version = step.detail.as_ref().map(Detail::phrase).unwrap_or_default();
            finding = finding.evidence(step.frame, phrase("version-mismatch-chooses").with("version", version));
        }
        finding.evidence(self.alert.frame, alert_from(self.alert, side_name(self.alert.side)))
    }

    fn with_remedies(&self, finding: Finding) -> Finding {
        let attempt = self.attempt;
        let on_server = |action: Phrase| elsewhere(attempt, Owner::Server, action);
        if self.offers_only_newest() && self.alert.side == Side::Server {
            return finding
                .cannot_tell(phrase("version-mismatch-cannot-tell"))
                .remedy(on_server(
                    phrase("version-mismatch-server-newest").with("server", self.connection.server),
                ))
                .remedy(elsewhere(
                    attempt,
                    Owner::Wlc,
                    phrase("version-mismatch-client-older").with("who", client(attempt)),
                ));
        }
        // The alert answers a second try: the failure before it is the cause.
        if self.is_fallback {
            return finding.remedy(elsewhere(attempt, Owner::Wlc, phrase("version-mismatch-first-try")));
        }
        if self.alert.side == Side::Client {
            let upgrade = phrase("version-mismatch-upgrade").with("server", self.connection.server);
            return finding.remedy(on_server(upgrade));
        }
        let newer = match self.newest() {
            draft if draft.contains("draft") => phrase("version-mismatch-draft"),
            "" => phrase("version-mismatch-newer-than-now"),
            newest => phrase("version-mismatch-newer").with("newest", newest),
        };
        // No command asks for a version that was refused.
        let command = match self.newest() {
            "1.3" => None,
            draft if draft.contains("draft") => None,
            "1.2" => Some(task("tls-version-newest")),
            _ => Some(task("tls-version")),
        };
        let tasks = command.map(|it| recapture::towards(it, self.connection));
        let finding = finding
            .cannot_tell(phrase("version-mismatch-cannot-tell"))
            .remedy(on_client(attempt, newer, tasks.as_slice()));
        // No vendor lowers the demands of its service for one client.
        if attempt.is_at_vendors() {
            return finding;
        }
        finding.remedy(on_server(phrase("version-mismatch-older")))
    }
}
