//! Attempt → Finding: a certificate has a visible fault that the other side's TLS did not mind.

use super::{certificate_causes, certificate_clauses, client, elsewhere, on_client, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::phrase::{Value, phrase};
use crate::connection::walk::{Side, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule, Severity};
use crate::tls::certificate::Fields;
use crate::tls::trust::{Fault, Judgement};

/// TLS leaves it to the application what to do about a certificate (RFC 9846 sections 4.4.2.4 and 4.4.3): a service may let a
/// handshake pass and refuse the request inside the encryption.
pub(super) const RULE: Rule = rule!("certificate-fault-accepted", Beside, check);

/// Faults worth a warning. Who trusts which issuer is each side's own affair and no fault of the certificate.
pub(super) const FAULTS: [&str; 7] = [
    "expired",
    "not-yet-valid",
    "unreadable",
    "weak-key",
    "weak-signature",
    "wrong-purpose",
    "name-mismatch",
];

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    // In TLS 1.3 the handshake looks complete before the server has judged the client.
    let accepted = tls.is_complete()
        && tls.first_error().is_none()
        && tls.server_alert_after_finished.is_none()
        && tls.client_alert_instead_of_finished.is_none()
        && (tls.application_data.server > 0 || tls.server_accepted);
    if !accepted {
        return None;
    }
    let who = client(attempt);
    let message = tls.certificates.client.as_ref();
    let empty = message.is_some_and(|message| message.chain.is_empty() && message.missing == 0);
    let empty_by_size = message.is_none() && tls.client_certificate_empty;
    let (side, clause, causes, at) = if empty || empty_by_size {
        let step = connection
            .step_by(StepKind::Certificate, Side::Client)
            .map(|step| step.frame)
            .or(tls.finished.client)?;
        (
            Side::Client,
            phrase("certificate-missing").into(),
            vec!["missing"],
            step,
        )
    } else {
        // A device that is called shows its own certificate, which nobody verifies by a name.
        let sides = if attempt.service.calls_device {
            &[Side::Client][..]
        } else {
            &[Side::Client, Side::Server]
        };
        sides.iter().find_map(|&side| {
            let judgement = attempt.judgements[side].as_ref()?;
            let leaf = tls.certificates[side].as_ref()?.chain.first()?.fields.as_deref().ok();
            let step = connection.step_by(StepKind::Certificate, side)?;
            let (clause, causes) = faults(judgement, leaf)?;
            Some((side, clause, causes, step.frame))
        })?
    };
    let (whose, by) = match side {
        Side::Client => (phrase("certificate-of-client").with("who", &who), By::Client),
        Side::Server => (
            phrase("certificate-of-server").with("service", service(attempt)),
            By::Server,
        ),
    };
    let other = if side == Side::Client { phrase("server") } else { who };
    let mut finding = Finding::error(
        RULE.id,
        by,
        At::Tls,
        phrase("certificate-fault-accepted-summary")
            .with("whose", &whose)
            .with("clauses", clause.clone())
            .with("other", other),
    )
    // Of other traffic it is nobody's business: browsers and servers do so all day.
    .severity(if attempt.licensing {
        Severity::Warning
    } else {
        Severity::Note
    })
    .causes(causes)
    .evidence(
        at,
        phrase("certificate-fault-accepted-fault")
            .with("whose", whose)
            .with("clauses", clause),
    );
    if empty_by_size {
        finding = finding
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("certificate-fault-accepted-cannot-tell-empty"));
    }
    if side == Side::Server {
        return Some(finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("certificate-fault-accepted-replace").with("server", connection.server),
        )));
    }
    Some(
        finding
            .cannot_tell(phrase("certificate-fault-accepted-cannot-tell-application"))
            .remedy(on_client(
                attempt,
                phrase("certificate-fault-accepted-choose"),
                &[
                    task("show-history"),
                    task("show-trustpoints"),
                    task("choose-built-in-certificate"),
                ],
            )),
    )
}

/// What is at fault with a certificate itself, as a clause and as causes.
fn faults(judgement: &Judgement, leaf: Option<&Fields>) -> Option<(Value, Vec<&'static str>)> {
    let mut causes = certificate_causes(judgement);
    causes.retain(|cause| FAULTS.contains(cause));
    if causes.is_empty() {
        return None;
    }
    // Without what only says who trusts whom.
    let mut own = judgement.clone();
    own.chain = crate::tls::trust::Chain::Empty;
    own.faults.retain(|fault| {
        matches!(
            fault,
            Fault::WrongPurpose | Fault::WeakKey(..) | Fault::WeakSignature(..)
        )
    });
    let clauses = certificate_clauses(&own, leaf);
    (!clauses.is_empty()).then(|| (clauses.into(), causes))
}
