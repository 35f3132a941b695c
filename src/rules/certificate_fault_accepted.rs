//! Attempt → Finding: a certificate has a visible fault that the other side's TLS did not mind.

use super::{certificate_causes, certificate_clauses, client, elsewhere, join, on_device, service};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule, Severity};
use crate::tls::certificate::Fields;
use crate::tls::trust::{Fault, Judgement};
use crate::tls::walk::{Side, StepKind};

/// TLS leaves it to the application what to do about a certificate (RFC 9846 sections 4.4.2.4 and 4.4.3): a service may let a
/// handshake pass and refuse the request inside the encryption.
pub(super) const RULE: Rule = Rule {
    id: "certificate-fault-accepted",
    check,
};

/// Faults worth a warning. Who trusts which issuer is each side's own affair and no fault of the certificate.
const FAULTS: [&str; 7] = [
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
            "is missing: the server asked for one".to_owned(),
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
        Side::Client => (format!("the {who}'s certificate"), By::Client),
        Side::Server => (format!("the certificate of {}", service(attempt)), By::Server),
    };
    let other = if side == Side::Client { "server" } else { who };
    let mut finding = Finding::error(
        RULE.id,
        by,
        At::Tls,
        format!("{whose} {clause}; TLS of the {other} accepted that all the same"),
    )
    // Of other traffic it is nobody's business: browsers and servers do so all day.
    .severity(if attempt.licensing {
        Severity::Warning
    } else {
        Severity::Note
    })
    .causes(causes)
    .evidence(at, format!("{whose} {clause}"));
    if empty_by_size {
        finding = finding.confidence(Confidence::Likely).cannot_tell(
            "whether the client's Certificate message really is empty: TLS 1.3 encrypts it, and its size is all that shows",
        );
    }
    if side == Side::Server {
        return Some(finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            format!(
                "give {} a certificate without that fault before a stricter client refuses it",
                connection.server
            ),
        )));
    }
    Some(
        finding
            .cannot_tell(
                "whether the application refused that certificate inside the encryption: show license history message on the controller tells",
            )
            .remedy(on_device(
                attempt,
                "if the exchange below TLS succeeded and the controller still reports a failure: choose a valid client certificate",
                &[
                    "show license history message".to_owned(),
                    "show crypto pki trustpoints".to_owned(),
                    "configure terminal".to_owned(),
                    "  ip http client secure-trustpoint <trustpoint, e.g. CISCO_IDEVID_SUDI>".to_owned(),
                    "  end".to_owned(),
                ],
            )),
    )
}

/// What is at fault with a certificate itself, as a clause and as causes.
fn faults(judgement: &Judgement, leaf: Option<&Fields>) -> Option<(String, Vec<&'static str>)> {
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
    (!clauses.is_empty()).then(|| (join(&clauses), causes))
}
