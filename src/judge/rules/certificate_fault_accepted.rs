//! Attempt → Finding: a certificate has a visible fault, and the other side's TLS accepted it.

use super::{certificate_causes, certificate_clauses, client, elsewhere, is_all_early, on_client, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, Value, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule, Severity};
use crate::judge::reason::Reason;
use crate::tls::certificate::Certificate;
use crate::tls::trust::{Chain, Fault, Judgement};

/// TLS leaves the decision about a certificate to the application (RFC 9846 sections 4.4.2.4 and 4.4.3): a service may
/// complete a handshake and refuse the request inside the encryption.
pub(super) const RULE: Rule = rule!("certificate-fault-accepted", Beside, check);

/// Faults worth a warning. Which issuers a side trusts is its own choice and no fault of the certificate.
pub(super) const FAULTS: [Reason; 7] = [
    Reason::Expired,
    Reason::NotYetValid,
    Reason::Unreadable,
    Reason::WeakKey,
    Reason::WeakSignature,
    Reason::WrongPurpose,
    Reason::NameMismatch,
];

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref().filter(|tls| is_accepted(tls))?;
    let faulty = missing(connection, tls).or_else(|| faulty(attempt, connection, tls))?;
    let who = client(attempt);
    let (whose, by, other) = match faulty.side {
        Side::Client => (
            phrase("certificate-of-client").with("who", who),
            By::Client,
            phrase("server"),
        ),
        Side::Server => (
            phrase("certificate-of-server").with("service", service(attempt)),
            By::Server,
            who,
        ),
    };
    let of_certificate = |what: Phrase| what.with("whose", &whose).with("clauses", faulty.clauses.clone());
    let summary = of_certificate(phrase("certificate-fault-accepted-summary")).with("other", other);
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary)
        // In other traffic such faults are common and need no warning: browsers and servers accept them all day.
        .severity(if attempt.licensing {
            Severity::Warning
        } else {
            Severity::Note
        })
        .evidence(faulty.frame, of_certificate(phrase("certificate-fault-accepted-fault")))
        .causes(faulty.causes);
    if faulty.by_size {
        finding = finding
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("certificate-fault-accepted-cannot-tell-empty"));
    }
    if faulty.side == Side::Server && attempt.presented.server.judgement().is_some_and(is_all_early) {
        let clock = phrase("certificate-fault-accepted-clock");
        return Some(finding.remedy(elsewhere(attempt, Owner::Capture, clock)));
    }
    if faulty.side == Side::Server {
        let replace = phrase("certificate-fault-accepted-replace").with("server", connection.tls_server());
        return Some(finding.remedy(elsewhere(attempt, Owner::Server, replace)));
    }
    // The certificate that was sent is not the one to choose.
    let presented = attempt.presented.client.judgement();
    let choice = match presented.map(|it| &it.chain) {
        None | Some(Chain::SelfSigned | Chain::Empty) => "choose-built-in-certificate",
        Some(_) => "choose-certificate",
    };
    Some(
        finding
            .cannot_tell(phrase("certificate-fault-accepted-cannot-tell-application"))
            .remedy(on_client(
                attempt,
                phrase("certificate-fault-accepted-choose"),
                &[task("show-history"), task("show-trustpoints"), task(choice)],
            )),
    )
}

/// True if the other side continued. In TLS 1.3 the handshake looks complete before the server has judged the client.
fn is_accepted(tls: &TlsFacts) -> bool {
    tls.is_complete()
        && tls.first_error().is_none()
        && tls.server_alert_after_finished.is_none()
        && tls.client_alert_instead_of_finished.is_none()
        && (tls.application_data.server > 0 || tls.server_accepted)
}

/// A certificate with a fault.
struct Faulty {
    /// The side that sent it.
    side: Side,
    /// The faults, as clauses.
    clauses: Value,
    causes: Vec<Reason>,
    /// The frame that shows it.
    frame: FrameNumber,
    /// True if only the size of its message shows the fault.
    by_size: bool,
}

/// The client has no certificate to send.
fn missing(connection: &Connection, tls: &TlsFacts) -> Option<Faulty> {
    let message = tls.certificates.client.as_ref();
    let by_size = message.is_none() && tls.client_certificate_empty;
    if !by_size && !message.is_some_and(|message| message.chain.is_empty() && message.missing == 0) {
        return None;
    }
    let step = connection.step_by(StepKind::Certificate, Side::Client);
    Some(Faulty {
        side: Side::Client,
        clauses: phrase("certificate-missing").into(),
        causes: vec![Reason::Missing],
        frame: step.map(|step| step.frame).or(tls.finished.client)?,
        by_size,
    })
}

/// The first side whose certificate has a fault.
fn faulty(attempt: &Attempt<'_>, connection: &Connection, tls: &TlsFacts) -> Option<Faulty> {
    // A device that is the server of its connection shows its own certificate, which is not verified against a name.
    let sides = if attempt.service.calls_device {
        &[Side::Client][..]
    } else {
        &[Side::Client, Side::Server]
    };
    sides.iter().find_map(|&side| {
        let judgement = attempt.presented[side].judgement()?;
        let presented = &tls.certificates[side].as_ref().filter(|it| !it.chain.is_empty())?.chain;
        let step = connection.step_by(StepKind::Certificate, side)?;
        let (clauses, causes) = faults(judgement, presented)?;
        Some(Faulty {
            side,
            clauses,
            causes,
            frame: step.frame,
            by_size: false,
        })
    })
}

/// The faults of a certificate itself, as a clause and as causes.
fn faults(judgement: &Judgement, presented: &[Certificate]) -> Option<(Value, Vec<Reason>)> {
    let mut causes = certificate_causes(judgement);
    causes.retain(|cause| FAULTS.contains(cause));
    if causes.is_empty() {
        return None;
    }
    // Without the parts that only say which side trusts which issuer.
    let mut own = judgement.clone();
    own.chain = Chain::Empty;
    own.faults.retain(|fault| {
        matches!(
            fault,
            Fault::WrongPurpose | Fault::WeakKey(..) | Fault::WeakSignature(..)
        )
    });
    let clauses = certificate_clauses(&own, presented);
    (!clauses.is_empty()).then(|| (clauses.into(), causes))
}
