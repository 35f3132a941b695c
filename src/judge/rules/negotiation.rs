//! Connection → evidence: the offer, the choice, here and elsewhere in the capture, and what the two have in common.

use super::{chained, listed};
use crate::attempt::other_connections::Choice;
use crate::attempt::other_connections::Stretch;
use crate::base::carrier::Carrier;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::Finding;
use crate::tls::hello::ClientHello;
use crate::tls::negotiation::{Flaw, Foreign, flaws, foreign};
use crate::tls::{CipherSuite, Version};

/// The facts that explain why an offer was refused.
#[derive(Debug, Default)]
pub(super) struct Grounds {
    /// Reasons why no server can accept the offer, as clauses.
    pub(super) flaws: Vec<Phrase>,
    /// Choices that the server made elsewhere in the capture and that this offer excludes: frame and clause.
    pub(super) excluded: Vec<(FrameNumber, Phrase, Stretch)>,
    /// A choice that the server made elsewhere and that this offer contains as well.
    pub(super) acceptable: Option<(FrameNumber, Phrase, Stretch)>,
}

/// Examines an offer by itself, and against the choices of the same server in other connections.
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
            let known = (choice.frame, chosen(choice), choice.said);
            grounds.acceptable.get_or_insert(known);
        } else {
            let clause = phrase("negotiation-excluded")
                .with("chosen", chosen(choice))
                .with("lacking", chained(&lacking, "negotiation-nor"));
            grounds.excluded.push((choice.frame, clause, choice.said));
        }
    }
    grounds
}

/// Adds the offer: versions, cipher suites, groups and signature algorithms.
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
        phrase("negotiation-suites")
            .with("count", suites.len())
            .with("list", listed(&suites)),
    );
    if !hello.groups.is_empty() {
        finding = finding.evidence(
            step.frame,
            phrase("negotiation-groups")
                .with("count", hello.groups.len())
                .with("list", listed(&hello.groups)),
        );
    }
    if !hello.signature_schemes.is_empty() {
        finding = finding.evidence(
            step.frame,
            phrase("negotiation-signatures")
                .with("count", hello.signature_schemes.len())
                .with("list", listed(&hello.signature_schemes)),
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
    for (frame, clause, said) in grounds.excluded.iter().take(2) {
        finding = finding.evidence(*frame, clause.clone()).beside(*said);
    }
    if let Some((frame, chosen, said)) = grounds.acceptable.as_ref().filter(|_| grounds.excluded.is_empty()) {
        finding = finding
            .evidence(*frame, phrase("negotiation-acceptable").with("chosen", chosen))
            .beside(*said);
    }
    finding
}

/// The parts of the server's choice that the client had not offered, as clauses with both sides.
pub(super) fn foreign_clauses(tls: &TlsFacts, carrier: Carrier) -> Vec<Phrase> {
    let (Some(hello), Some(choice)) = (&tls.client_hello, &tls.server_hello) else {
        return Vec::new();
    };
    foreign(hello, choice, tls.group)
        .into_iter()
        .map(|foreign| match foreign {
            Foreign::Version(version) => phrase("negotiation-foreign-version")
                .with("version", version_name(version, carrier))
                .with(
                    "offered",
                    listed(
                        &hello
                            .offered_versions()
                            .into_iter()
                            .map(|version| version_name(version, carrier))
                            .collect::<Vec<_>>(),
                    ),
                ),
            Foreign::Suite(suite) => phrase("negotiation-foreign-suite").with("suite", suite),
            Foreign::Group(group) => phrase("negotiation-foreign-group").with("group", group),
        })
        .collect()
}

/// `TLS 1.2`, `SSL 3.0`, `DTLS 1.2`, `QUIC (TLS 1.3)`.
pub(super) fn version_name(version: Version, carrier: Carrier) -> String {
    let text = version.to_string();
    if text.starts_with("SSL") {
        text
    } else if carrier == Carrier::Quic {
        format!("QUIC (TLS {text})")
    } else if carrier.is_datagram() {
        format!("DTLS {text}")
    } else {
        format!("TLS {text}")
    }
}

fn chosen(choice: &Choice) -> Phrase {
    match choice.group {
        Some(group) => phrase("negotiation-chosen-group").with("group", group),
        None => phrase("negotiation-chosen"),
    }
    .with("version", version_name(choice.version, Carrier::Tcp))
    .with("suite", choice.suite)
}

/// The parts of a choice made elsewhere that this offer lacks.
fn lacking(hello: &ClientHello, choice: &Choice) -> Vec<Phrase> {
    let mut lacking = Vec::new();
    let versions = hello.offered_versions();
    let has_version = if hello.supported_versions.is_empty() {
        versions.iter().any(|most| choice.version <= *most)
    } else {
        versions.contains(&choice.version)
    };
    if !has_version {
        lacking.push(Phrase::verbatim(version_name(choice.version, Carrier::Tcp)));
    }
    // Any suite of the same kind might work as well; whether the server accepts others is unknown.
    if !hello.cipher_suites.contains(&choice.suite) {
        lacking.push(phrase("negotiation-lacks-suite"));
    }
    if let Some(group) = choice
        .group
        .filter(|group| !hello.groups.is_empty() && !hello.groups.contains(group))
    {
        lacking.push(phrase("negotiation-lacks-group").with("group", group));
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
            lacking.push(phrase("negotiation-lacks-key").with("key", key));
        }
    }
    lacking
}

fn flaw_clause(flaw: Flaw) -> Phrase {
    match flaw {
        Flaw::Missing(extension) => phrase("negotiation-flaw-missing").with("extension", extension),
        Flaw::ShareOutsideGroups(group) => phrase("negotiation-flaw-share").with("group", group),
        Flaw::NoSuiteForVersion => phrase("negotiation-flaw-no-suite"),
        Flaw::OnlyObsolete => phrase("negotiation-flaw-obsolete"),
    }
}
