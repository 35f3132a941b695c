//! Attempt → Finding: over datagrams one side falls silent after a certificate with a visible fault.
//!
//! Some DTLS stacks refuse a certificate silently: the side that sent it repeats its flight until it gives up.

use super::certificate_remedies::{Refused, with_remedies};
use super::datagram_silence::Stopped;
use super::{certificate_causes, certificate_clauses, client, leaf_of, seconds, service, side_name};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::walk::Side;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, Finding, VerdictId};
use crate::judge::reason::Reason;

/// Faults for which stacks refuse. Which issuers a stack trusts is not visible.
const FAULTS: [Reason; 2] = [Reason::Expired, Reason::NotYetValid];

/// The finding for silence after the certificate of this side.
pub(super) fn finding(attempt: &Attempt<'_>, context: &Context<'_>, presented: Side, id: VerdictId) -> Option<Finding> {
    let stopped = Stopped::of(attempt, context)?;
    let connection = stopped.connection;
    let tls = connection.tls.as_ref()?;
    let judgement = attempt.presented[presented].judgement()?;
    let mut causes = certificate_causes(judgement);
    causes.retain(|cause| FAULTS.contains(cause));
    if causes.is_empty() || stopped.last.side != presented || !stopped.may_have_arrived() {
        return None;
    }
    let chain = &tls.certificates[presented].as_ref()?.chain;
    let leaf = leaf_of(chain)?;
    let step = connection.step_by(crate::connection::walk::StepKind::Certificate, presented)?;
    let silent = presented.peer();
    let waited = connection.last.time.since(step.time);
    let summary = phrase(match presented {
        Side::Client => "silent-refusal-summary-server",
        Side::Server => "silent-refusal-summary-client",
    })
    .with("service", service(attempt))
    .with("who", client(attempt))
    .with("subject", &leaf.subject)
    .with("clauses", certificate_clauses(judgement, chain));
    let finding = Finding::error(id, silent.into(), At::Tls, summary)
        .confidence(Confidence::Likely)
        .causes(causes)
        .evidence(
            step.frame,
            phrase("server-certificate-rejected-certificate").with("subject", &leaf.subject),
        )
        .evidence(
            connection.last.frame,
            phrase("silent-refusal-silent")
                .with("who", side_name(silent))
                .with("times", stopped.facts.again[presented].len())
                .with("span", seconds(waited)),
        )
        .claims_silence_of(silent)
        .cannot_tell(phrase("silent-refusal-cannot-tell").with("who", side_name(silent)))
        .alternative(OtherCause::SilentMidHandshake, phrase("silent-refusal-or-lost"));
    match presented {
        Side::Server => {
            let refused = Refused {
                connection,
                described: None,
                judgement: Some(judgement),
                beside: None,
                staple: false,
            };
            Some(with_remedies(finding, attempt, &refused))
        }
        // The rule about a client's certificate has its own remedies.
        Side::Client => Some(finding),
    }
}
