//! Attempt → Answer: conditions about the certificates of both sides.

use super::answer::{Answer, Missing, absent, frame_of, is, seen, tls};
use crate::attempt::Attempt;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::reason::Reason;
use crate::judge::rules::certificate_fault_accepted::FAULTS;
use crate::judge::rules::certificate_faults::certificate_causes;
use crate::judge::rules::interception_suspected::is_foreign;
use crate::tls::Version;

/// The client sent a certificate, perhaps an empty one.
pub(super) fn client_certificate(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let step = attempt
        .connection()
        .and_then(|it| it.step_by(StepKind::Certificate, Side::Client));
    let inferred = tls(attempt)
        .filter(|tls| tls.client_sent_certificate)
        .and_then(|tls| tls.finished.client);
    seen(step.map(|step| step.frame).or(inferred), attempt, context)
}

/// The server's certificate can be read.
pub(super) fn server_certificate(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let step = attempt
        .connection()
        .and_then(|it| it.step_by(StepKind::Certificate, Side::Server));
    if let Some(step) = step {
        return Answer::Met(Some(step.frame));
    }
    let sealed = tls(attempt).and_then(TlsFacts::version).is_some_and(Version::is_tls13);
    match frame_of(attempt, StepKind::ServerHello) {
        Some(hello) if sealed => Answer::Hidden(Missing::Encrypted, Some(hello)),
        closest => absent(attempt, context, closest),
    }
}

/// The issuer of the server's certificate is not known to be the service's.
pub(super) fn foreign_issuer(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let leaf = tls(attempt)
        .and_then(|tls| tls.certificates.server.as_ref())
        .and_then(|it| it.chain.first())
        .and_then(|leaf| leaf.fields.as_deref().ok());
    let (Some(leaf), Some(judgement)) = (leaf, attempt.presented.server.judgement()) else {
        return server_certificate_unread(attempt, context);
    };
    let step = attempt
        .connection()
        .and_then(|it| it.step_by(StepKind::Certificate, Side::Server));
    let foreign = is_foreign(judgement, leaf, &attempt.service.name, context);
    is(foreign, step.map(|step| step.frame))
}

/// The answer to any condition about a certificate that cannot be read.
fn server_certificate_unread(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match server_certificate(attempt, context) {
        Answer::Met(frame) => Answer::Hidden(Missing::WholeFrames, frame),
        other => other,
    }
}

/// A certificate is missing, or has a fault that shows in its own bytes.
pub(super) fn visible_fault(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    fault(attempt, context, |_| true)
}

/// The fault is worth a warning if the certificate was accepted: which issuers a side trusts is its own choice.
pub(super) fn worth_a_warning(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    fault(attempt, context, |cause| FAULTS.contains(cause))
}

fn fault(attempt: &Attempt<'_>, context: &Context<'_>, counts: fn(&Reason) -> bool) -> Answer {
    let faulty = |side: &Side| {
        let judgement = attempt.presented[*side].judgement();
        judgement.is_some_and(|it| certificate_causes(it).iter().any(counts))
    };
    let empty = tls(attempt).is_some_and(|tls| {
        let message = tls.certificates.client.as_ref();
        tls.client_certificate_empty || message.is_some_and(|it| it.chain.is_empty())
    });
    let step = |side| {
        let step = attempt.connection()?.step_by(StepKind::Certificate, side)?;
        Some(step.frame)
    };
    match Side::both().iter().find(|side| faulty(side)) {
        Some(&side) => Answer::Met(step(side)),
        None if empty => Answer::Met(step(Side::Client).or_else(|| tls(attempt)?.finished.client)),
        None if attempt.presented.server.judgement().is_some() => Answer::NotMet(step(Side::Server)),
        None => server_certificate_unread(attempt, context),
    }
}

/// Revocation data was fetched during the handshake.
pub(super) fn revocation(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match server_certificate(attempt, context) {
        met @ Answer::Met(_) if !attempt.revocation.is_empty() => met,
        Answer::Met(frame) => absent(attempt, context, frame),
        other => other,
    }
}
