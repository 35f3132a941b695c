//! Attempt → Finding: the certificate is not the licensing service's own.

use super::{alert_text, client, elsewhere};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule, Severity};
use crate::tls::certificate::{Fields, same_organization};
use crate::tls::trust::{Chain, Judgement, NameMatch};
use crate::tls::walk::{Side, StepKind};

/// A public service's certificate leads to a public root. One for its name that does not was made by somebody else; who
/// that is, the issuer's name may tell, but an administrator can choose it freely.
pub(super) const RULE: Rule = Rule {
    id: "interception-suspected",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if !attempt.service.public_certificate {
        return None;
    }
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let step = connection.step_by(StepKind::Certificate, Side::Server)?;
    let judgement = attempt.judgements.server.as_ref()?;
    let leaf = tls.certificates.server.as_ref()?.chain.first()?.fields.as_ref().ok()?;
    if !is_foreign(judgement, leaf, context) {
        return None;
    }
    let issuer = &leaf.issuer;
    let product = context.options.profile.interceptor(issuer.raw());
    let name = &attempt.service.name;
    let exchanged = attempt.exchanged();
    let consequence = match tls.first_error() {
        Some(alert) if alert.side == Side::Client => {
            format!("the {} refuses it ({})", client(attempt), alert_text(alert))
        }
        Some(alert) => format!("the other side then sends {}", alert_text(alert)),
        None if exchanged => format!("the {} accepts it, so everything is read on the way", client(attempt)),
        None => "the handshake does not complete".to_owned(),
    };
    let who = product.map_or_else(
        || format!("an authority called {issuer}"),
        |it| format!("{} ({issuer})", it.product),
    );
    let days = leaf.not_after.seconds().saturating_sub(leaf.not_before.seconds()) / 86_400;
    let age = step.time.seconds().saturating_sub(leaf.not_before.seconds()) / 86_400;
    let mut finding = Finding::error(
        RULE.id,
        By::Path,
        At::Tls,
        format!("the certificate shown for {name} is not the service's own: {who} signed it, and {consequence}"),
    )
    .severity(if exchanged { Severity::Warning } else { Severity::Error })
    .confidence(if product.is_some() {
        Confidence::Certain
    } else {
        Confidence::Likely
    })
    .evidence(
        step.frame,
        format!(
            "certificate of {}, issued by {issuer}; {}",
            leaf.subject,
            chain_clause(&judgement.chain)
        ),
    )
    .evidence(
        step.frame,
        format!(
            "valid for {days} days, made {age} days before this capture, {} signed certificate timestamps",
            if leaf.has_scts { "with" } else { "without the" }
        ),
    );
    if judgement.name == NameMatch::Matches {
        finding = finding.evidence(
            step.frame,
            "it is for the very name asked for: made for this connection, not a wrong server's",
        );
    }
    if let Some(alert) = tls.first_error() {
        finding = finding.evidence(
            alert.frame,
            format!("{} from the {}", alert_text(alert), alert.side.name()),
        );
    }
    if product.is_none() {
        finding = finding
            .alternative("private-service", "a lab or a service of your own under that name: give its root with --ca, and its chain counts as genuine")
            .cannot_tell("which product it is: the issuer's name is none that is known");
    }
    Some(
        finding
            .remedy(elsewhere(
                attempt,
                if attempt.service.proxy.is_some() { Owner::Proxy } else { Owner::Firewall },
                format!("exempt {name} from TLS inspection (decryption); the issuer {issuer} tells whose policy it is"),
            ))
            .remedy(elsewhere(attempt, Owner::Wlc, "second best: import the inspecting authority's root as a trustpoint, so that the controller accepts it")),
    )
}

/// Whether the chain leads to a stranger: to no root given, and not because an intermediate of a given root is missing.
fn is_foreign(judgement: &Judgement, leaf: &Fields, context: &Context<'_>) -> bool {
    match judgement.chain {
        Chain::SelfSigned | Chain::PrivateRoot { .. } => true,
        // The authority that issued it is unknown; of the same organization as a known root, it is rather an intermediate
        // that the server forgot to send.
        Chain::IssuerNotGiven { .. } => !context
            .options
            .anchors
            .subjects()
            .any(|subject| same_organization(subject, &leaf.issuer_raw)),
        _ => false,
    }
}

fn chain_clause(chain: &Chain) -> String {
    match chain {
        Chain::SelfSigned => "it signed itself".to_owned(),
        Chain::PrivateRoot { root } => format!("its root {root} is not among the roots given"),
        Chain::IssuerNotGiven { .. } => "that issuer is neither presented nor among the roots given".to_owned(),
        _ => "its chain does not hold".to_owned(),
    }
}
