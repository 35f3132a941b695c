//! Connection → evidence: what was offered, what was chosen, here and elsewhere in the capture, and what they have in common.

use super::listed;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::Finding;
use crate::surroundings::Choice;
use crate::tls::hello::ClientHello;
use crate::tls::negotiation::{Flaw, Foreign, flaws, foreign};
use crate::tls::walk::{StepKind, TlsFacts};
use crate::tls::{CipherSuite, Version};

/// What can be said about why an offer was refused.
#[derive(Debug, Default)]
pub(super) struct Grounds {
    /// The offer cannot succeed anywhere: clauses.
    pub(super) flaws: Vec<String>,
    /// The server chose this elsewhere in the capture, and the offer excludes it: frame and clause.
    pub(super) excluded: Vec<(crate::frame::FrameNumber, String)>,
    /// The server chose something elsewhere that this offer contains, too.
    pub(super) acceptable: Option<(crate::frame::FrameNumber, String)>,
}

/// Compares an offer with itself, and with what the same server chose in other connections.
pub(super) fn grounds(connection: &Connection, hello: &ClientHello, context: &Context<'_>) -> Grounds {
    let mut grounds = Grounds {
        flaws: flaws(hello).into_iter().map(flaw_clause).collect(),
        ..Grounds::default()
    };
    let own = connection.step(StepKind::ServerHello).map(|step| step.frame);
    let elsewhere = context.surroundings.choices(connection.server).iter();
    for choice in elsewhere.filter(|choice| Some(choice.frame) != own) {
        let lacking = lacking(hello, choice);
        if lacking.is_empty() {
            let known = (choice.frame, chosen(choice));
            grounds.acceptable.get_or_insert(known);
        } else {
            let clause = format!(
                "the same server chose {} for another Client Hello; this one does not offer {}",
                chosen(choice),
                lacking.join(", nor ")
            );
            grounds.excluded.push((choice.frame, clause));
        }
    }
    grounds
}

/// Adds what was offered, with versions, cipher suites, groups and signature algorithms.
pub(super) fn with_offer(mut finding: Finding, connection: &Connection, hello: &ClientHello) -> Finding {
    let Some(step) = connection.step(StepKind::ClientHello) else {
        return finding;
    };
    let suites: Vec<CipherSuite> = hello
        .cipher_suites
        .iter()
        .copied()
        .filter(|suite| !suite.is_signal())
        .collect();
    finding = finding.evidence(
        step.frame,
        format!(
            "Client Hello offers {} cipher suites: {}",
            suites.len(),
            listed(&suites)
        ),
    );
    if !hello.groups.is_empty() {
        finding = finding.evidence(step.frame, format!("and the groups {}", listed(&hello.groups)));
    }
    if !hello.signature_schemes.is_empty() {
        finding = finding.evidence(
            step.frame,
            format!("and the signature algorithms {}", listed(&hello.signature_schemes)),
        );
    }
    finding
}

/// Adds the grounds found, if any.
pub(super) fn with_grounds(mut finding: Finding, connection: &Connection, grounds: &Grounds) -> Finding {
    if let Some(step) = connection.step(StepKind::ClientHello) {
        for flaw in &grounds.flaws {
            finding = finding.evidence(step.frame, flaw.clone());
        }
    }
    for (frame, clause) in grounds.excluded.iter().take(2) {
        finding = finding.evidence(*frame, clause.clone());
    }
    if let Some((frame, chosen)) = grounds.acceptable.as_ref().filter(|_| grounds.excluded.is_empty()) {
        finding = finding.evidence(
            *frame,
            format!("the same server chose {chosen} in another connection, which this Client Hello offers as well"),
        );
    }
    finding
}

/// What of the server's choice the client had not offered, as clauses with both sides.
pub(super) fn foreign_clauses(tls: &TlsFacts) -> Vec<String> {
    let (Some(hello), Some(choice)) = (&tls.client_hello, &tls.server_hello) else {
        return Vec::new();
    };
    foreign(hello, choice, tls.group)
        .into_iter()
        .map(|foreign| match foreign {
            Foreign::Version(version) => format!(
                "the server chose {}, the client offers only {}",
                version_name(version),
                listed(
                    &hello
                        .offered_versions()
                        .into_iter()
                        .map(version_name)
                        .collect::<Vec<_>>()
                )
            ),
            Foreign::Suite(suite) => {
                format!("the server chose the cipher suite {suite}, which the client did not offer")
            }
            Foreign::Group(group) => format!("the server chose the group {group}, which the client did not offer"),
        })
        .collect()
}

/// `TLS 1.2`, `SSL 3.0`.
pub(super) fn version_name(version: Version) -> String {
    let text = version.to_string();
    if text.starts_with("SSL") {
        text
    } else {
        format!("TLS {text}")
    }
}

fn chosen(choice: &Choice) -> String {
    let group = choice.group.map(|group| format!(" and {group}")).unwrap_or_default();
    format!("{} with {}{group}", version_name(choice.version), choice.suite)
}

/// What of a choice made elsewhere this offer lacks.
fn lacking(hello: &ClientHello, choice: &Choice) -> Vec<String> {
    let mut lacking = Vec::new();
    let versions = hello.offered_versions();
    let has_version = if hello.supported_versions.is_empty() {
        versions.iter().any(|most| choice.version <= *most)
    } else {
        versions.contains(&choice.version)
    };
    if !has_version {
        lacking.push(version_name(choice.version));
    }
    // Any suite of the same kind might do as well; that the server knows others is not known.
    if !hello.cipher_suites.contains(&choice.suite) {
        lacking.push("that cipher suite".to_owned());
    }
    if let Some(group) = choice
        .group
        .filter(|group| !hello.groups.is_empty() && !hello.groups.contains(group))
    {
        lacking.push(format!("the group {group}"));
    }
    if let Some(key) = &choice.key {
        let kind = key.split_whitespace().next().unwrap_or_default();
        let kind = if kind.starts_with("RSA") { "RSA" } else { kind };
        let usable = |suite: &CipherSuite| suite.authentication().is_none_or(|needs| needs == kind);
        if !hello
            .cipher_suites
            .iter()
            .filter(|suite| !suite.is_signal())
            .any(usable)
        {
            lacking.push(format!("any cipher suite for its {key} key"));
        }
    }
    lacking
}

fn flaw_clause(flaw: Flaw) -> String {
    match flaw {
        Flaw::Missing(extension) => {
            format!("the Client Hello lacks the extension {extension}, which TLS 1.3 demands (RFC 9846 section 9.2)")
        }
        Flaw::ShareOutsideGroups(group) => {
            format!("the Client Hello brings a key share for {group}, which is not among its groups")
        }
        Flaw::NoSuiteForVersion => "none of its cipher suites can be used with the versions it offers".to_owned(),
        Flaw::OnlyObsolete => {
            "every cipher suite it offers is forbidden today (RFC 9325 section 4.1): current servers refuse them all"
                .to_owned()
        }
    }
}
