//! Attempt → Finding: no common cipher suite, group or signature algorithm.

use super::negotiation::{Grounds, foreign_clauses, grounds, with_grounds, with_offer};
use super::refusal_causes::{Cause, of_refused_hello};
use super::{
    alert_from, before_server_hello, client, elsewhere, listed, on_client, service, side_name, tls_with_hello,
};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Alert, Detail, Side, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, Finding, Owner, Rule};
use crate::judge::reason::Reason;
use crate::tls::hello::ClientHello;
use crate::tls::{AlertDescription, CipherSuite, SignatureScheme, Version};

/// RFC 9846 section 4.1.1 and 6.2: handshake_failure (40), insufficient_security (71), missing_extension (109); before
/// a Server Hello they can only be about the Client Hello's offer. illegal_parameter (47): the server chose something
/// that was not offered.
pub(super) const RULE: Rule = rule!("cipher-mismatch", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let case = recognise(attempt, context)?;
    let finding =
        Finding::error(RULE.id, case.alert.side.into(), At::Tls, case.summary()).confidence(case.confidence());
    Some(case.with_remedies(case.with_evidence(finding)))
}

/// An offer, or a choice, that an alert refused.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    hello: &'a ClientHello,
    alert: &'a Alert,
    description: AlertDescription,
    /// True if the server refused the client's offer, false if the client refused the server's choice.
    refused_offer: bool,
    /// The parts of the choice that were not offered.
    foreign: Vec<Phrase>,
    /// The alert is about those parts.
    is_unasked: bool,
    grounds: Grounds,
    /// That the hello names no server may be the reason, too.
    nameless: Option<Cause>,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>, context: &Context<'_>) -> Option<Case<'a, 'c>> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let alert = tls.first_error()?;
    let (_, description) = alert.content?;
    let about_choice = matches!(
        description,
        AlertDescription::HANDSHAKE_FAILURE
            | AlertDescription::INSUFFICIENT_SECURITY
            | AlertDescription::MISSING_EXTENSION
    );
    let refused_offer = about_choice && alert.side == Side::Server && before_server_hello(connection, alert);
    // The client refuses the server's choice: because it never offered it, or before a certificate could be the reason.
    let foreign = foreign_clauses(tls, connection.carrier);
    let is_unasked = !foreign.is_empty()
        && matches!(
            description,
            AlertDescription::ILLEGAL_PARAMETER | AlertDescription::HANDSHAKE_FAILURE
        );
    let refused_choice = alert.side == Side::Client
        && tls.server_hello.is_some()
        && tls.certificates.server.is_none()
        && (is_unasked || about_choice && !tls.version().is_some_and(Version::is_tls13));
    // A choice may have been made without being captured, and refused for another reason.
    if !super::sees_without_holes(connection) || !(refused_offer || refused_choice) {
        return None;
    }
    let hello = tls.client_hello.as_ref()?;
    let grounds = grounds(connection, hello, context);
    // If the offer itself shows no fault and another part of the hello does, the suites are not the cause.
    let open = grounds.flaws.is_empty() && grounds.excluded.is_empty();
    let others = of_refused_hello(attempt, connection, tls, alert, context);
    let is_excused = open && description != AlertDescription::MISSING_EXTENSION && !others.is_empty();
    // A hello to an address names no server, which is as it should be: a narrow offer explains more than that.
    let is_nameless = matches!(others.as_slice(), [only] if only.reason == Reason::ServerNameMissing);
    if refused_offer && is_excused && !(is_nameless && is_narrow(hello)) {
        return None;
    }
    let nameless = others.into_iter().next().filter(|_| refused_offer && is_excused);
    Some(Case {
        attempt,
        connection,
        hello,
        alert,
        description,
        refused_offer,
        foreign,
        is_unasked,
        grounds,
        nameless,
    })
}

impl Case<'_, '_> {
    /// True if the alert can only mean the offer.
    fn says_so(&self) -> bool {
        matches!(
            self.description,
            AlertDescription::INSUFFICIENT_SECURITY | AlertDescription::MISSING_EXTENSION
        )
    }

    /// True if the offer is for TLS 1.3 alone and holds the cipher suite that every server of TLS 1.3 has to implement
    /// (RFC 9846 section 9.1): the groups or the signature algorithms are refused then.
    fn suits_by_suites(&self) -> bool {
        const TLS_AES_128_GCM_SHA256: CipherSuite = CipherSuite(0x1301);
        let is_new_alone = self.hello.offered_versions().iter().all(|version| version.is_tls13());
        is_new_alone
            && self.hello.cipher_suites.contains(&TLS_AES_128_GCM_SHA256)
            && self.grounds.excluded.is_empty()
            && self.refused_offer
    }

    fn is_certain(&self) -> bool {
        self.says_so() && !self.grounds.flaws.is_empty() || self.is_unasked
    }

    /// GnuTLS answers versions that it does not support with handshake_failure, too.
    fn may_be_version(&self) -> bool {
        let is_open = self.grounds.flaws.is_empty() && self.grounds.excluded.is_empty();
        self.refused_offer && is_open && !self.says_so() && may_miss_version(self.hello)
    }

    fn confidence(&self) -> Confidence {
        if self.is_certain() {
            return Confidence::Certain;
        }
        let is_new_alone = self.hello.offered_versions().iter().all(|version| version.is_tls13());
        if self.may_be_version() && is_new_alone {
            Confidence::Possible
        } else {
            Confidence::Likely
        }
    }

    fn summary(&self) -> Phrase {
        phrase(match self.description {
            AlertDescription::MISSING_EXTENSION if self.refused_offer => "cipher-mismatch-summary-misses",
            _ if self.refused_offer && self.suits_by_suites() => "cipher-mismatch-summary-groups",
            _ if self.refused_offer => "cipher-mismatch-summary-offer",
            _ => "cipher-mismatch-summary-choice",
        })
        .with("service", service(self.attempt))
        .with("who", client(self.attempt))
    }

    fn with_evidence(&self, finding: Finding) -> Finding {
        let (connection, alert) = (self.connection, self.alert);
        let mut finding = with_offer(finding, connection, self.hello);
        finding = with_grounds(finding, connection, &self.grounds);
        if let Some(step) = connection.step(StepKind::ServerHello) {
            let choice = step.detail.as_ref().map(Detail::phrase).unwrap_or_default();
            finding = finding.evidence(step.frame, phrase("cipher-mismatch-chooses").with("choice", choice));
            for clause in &self.foreign {
                finding = finding.evidence(step.frame, clause.clone());
            }
        }
        finding = finding.evidence(alert.frame, alert_from(alert, side_name(alert.side)));
        if !self.is_certain() {
            finding = finding.alternative(OtherCause::ServerPolicy, phrase("cipher-mismatch-policy"));
        }
        if self.may_be_version() {
            let or_version = phrase("cipher-mismatch-or-version").with("service", service(self.attempt));
            finding = finding.alternative(OtherCause::VersionMismatch, or_version);
        }
        if let Some(nameless) = &self.nameless {
            finding = finding.alternative(nameless.reason, nameless.clause.clone());
        }
        if self.grounds.excluded.is_empty() && self.refused_offer {
            finding = finding.cannot_tell(phrase("cipher-mismatch-cannot-tell"));
        }
        finding
    }

    fn with_remedies(&self, mut finding: Finding) -> Finding {
        let (attempt, server) = (self.attempt, &self.connection.tls_server());
        // The fault is in one side's software: no list of suites cures it.
        let software = |owner, whose: Phrase| {
            let action = phrase("cipher-mismatch-update").with("whose", whose);
            elsewhere(attempt, owner, action)
        };
        if self.is_unasked {
            let whose = phrase("cipher-mismatch-software-server").with("server", server);
            return finding.remedy(software(Owner::Server, whose));
        }
        if !self.grounds.flaws.is_empty() {
            let whose = phrase("cipher-mismatch-software-client").with("who", client(attempt));
            return finding.remedy(software(Owner::Wlc, whose));
        }
        // With a short list of signature algorithms, the server has no certificate that it can sign with.
        if self.refused_offer && has_few_signatures(self.hello) {
            let action = phrase("cipher-mismatch-signatures")
                .with("list", listed(&self.hello.signature_schemes))
                .with("server", server)
                .with("who", client(attempt));
            finding = finding.remedy(elsewhere(attempt, Owner::Server, action));
        }
        let (action, tasks) = if self.refused_offer && has_few_groups(self.hello) && has_many_suites(self.hello) {
            let few = phrase("cipher-mismatch-few-groups").with("list", listed(&self.hello.groups));
            (few, vec![])
        } else if self.suits_by_suites() {
            (phrase("cipher-mismatch-groups"), vec![])
        } else if !attempt.licensing && has_many_suites(self.hello) {
            // A library's usual list: nothing modern is left to allow. A controller's list is its own.
            let broad = phrase("cipher-mismatch-broad").with("server", server);
            (broad, vec![task("cipher-suites"), task("older-suites")])
        } else {
            (phrase("cipher-mismatch-suites"), vec![task("cipher-suites")])
        };
        let finding = finding.remedy(on_client(attempt, action, &tasks));
        // No vendor lowers the demands of its service for one client.
        if attempt.is_at_vendors() {
            return finding;
        }
        finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("cipher-mismatch-allow").with("server", server),
        ))
    }
}

/// True if the offer is for TLS 1.3 alone, or for earlier versions alone, and otherwise as broad as library defaults:
/// then the missing version may be the cause.
fn may_miss_version(hello: &ClientHello) -> bool {
    const GROUPS: usize = 3;
    let versions = hello.offered_versions();
    let is_new = |version: &Version| version.is_tls13();
    versions.iter().all(is_new) && hello.groups.len() >= GROUPS
        || !versions.iter().any(is_new) && has_many_suites(hello)
}

/// True if the cipher suites are as many as library defaults, recommended ones among them.
fn has_many_suites(hello: &ClientHello) -> bool {
    const SUITES: usize = 8;
    let suites = || hello.cipher_suites.iter().filter(|suite| !suite.is_signal());
    suites().count() >= SUITES && suites().any(|suite| suite.is_recommended())
}

/// True if the groups are fewer than those of library defaults, which are x25519, secp256r1, secp384r1 and more.
fn has_few_groups(hello: &ClientHello) -> bool {
    (1..3).contains(&hello.groups.len())
}

/// True if the client was told to offer next to nothing: one or two suites, one group, or TLS 1.3 alone.
fn is_narrow(hello: &ClientHello) -> bool {
    let suites = hello.cipher_suites.iter().filter(|suite| !suite.is_signal());
    let versions = hello.offered_versions();
    suites.count() <= 2 || hello.groups.len() == 1 || versions.iter().all(|version| version.is_tls13())
}

/// True if the offer lists fewer signature algorithms than library defaults, or lacks one that nearly every certificate
/// needs: RSA in both paddings and ECDSA over P-256, with SHA-256.
fn has_few_signatures(hello: &ClientHello) -> bool {
    let schemes = &hello.signature_schemes;
    let lacks_usual = [0x0401, 0x0804, 0x0403]
        .iter()
        .any(|usual| !schemes.contains(&SignatureScheme(*usual)));
    !schemes.is_empty() && (schemes.len() < 7 || lacks_usual)
}
