//! Attempt → Finding: the client ended the handshake itself, without an alert, and the message it had just read shows why.
//!
//! Not every client reports what it rejects: some close right after the certificate, and some finish the handshake and
//! close without sending a byte (Node after comparing names, gRPC if no application protocol was chosen).

use super::certificate_alerts::{is_at_once, refusal, with_warned_name};
use super::certificate_remedies::{Refused, with_remedies};
use super::{
    certificate_causes, certificate_clauses, client, elsewhere, first_fin, leaf_of, listed_texts, sees_handshake,
    service,
};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::judge::reason::Reason;
use crate::tls::Version;

/// A visible fault of the certificate.
pub(super) const CERTIFICATE: Rule = rule!("server-certificate-rejected", Cause, for_certificate);

/// The server chose none of the application protocols that the client speaks (RFC 7301).
pub(super) const PROTOCOL: Rule = rule!("handshake-refused", General, for_protocol);

/// Faults that make clients leave. Which issuers a client trusts is not visible.
const FAULTS: [Reason; 4] = [
    Reason::NameMismatch,
    Reason::Expired,
    Reason::NotYetValid,
    Reason::SelfSigned,
];

/// How a client left.
struct Left {
    frame: FrameNumber,
    time: Timestamp,
    /// After the handshake was complete.
    after: bool,
}

/// The client's end, if it left without an alert and without a byte of data, soon after the server had sent something.
fn left(connection: &Connection, tls: &TlsFacts) -> Option<Left> {
    let readable = tls
        .version()
        .is_some_and(|version| !version.is_tls13() && version >= Version::SSL3);
    // A server may speak unasked, as with the settings of HTTP/2.
    let silent = tls.application_data.client == 0
        && tls.first_error().is_none()
        && !tls
            .alerts
            .iter()
            .any(|alert| alert.side == Side::Client && alert.content.is_none() && !tls.is_complete());
    let after = tls.is_complete();
    let went_on = connection.step_by(StepKind::ClientKeyExchange, Side::Client).is_some();
    if !readable || !silent || !sees_handshake(connection) || !after && went_on {
        return None;
    }
    let FrameAt { frame, time } = departure(connection)?;
    let mut spoke = connection
        .steps
        .iter()
        .filter(|step| step.side == Side::Server && step.frame < frame);
    let last = spoke.rfind(|step| !matches!(step.kind, StepKind::Fin | StepKind::Alert))?;
    (time.since(last.time) < super::SILENCE).then_some(Left { frame, time, after })
}

/// The client's FIN or RST, if the client ended the connection.
fn departure(connection: &Connection) -> Option<FrameAt> {
    let tcp = &connection.tcp;
    if let Some(fin) = tcp.client.fin {
        return (first_fin(connection) == Some(Side::Client)).then_some(fin.frame_at());
    }
    let reset = tcp.client.reset?;
    (tcp.server.fin.is_none() && tcp.server.reset.is_none()).then_some(reset.frame_at())
}

fn for_certificate(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if attempt.carrier().is_datagram() {
        return super::silent_refusal::finding(attempt, context, Side::Server, CERTIFICATE.id);
    }
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let left = left(connection, tls)?;
    // An alert says more than the end after it; and who was idle after the handshake had nothing to ask.
    if refusal(attempt, connection, tls).is_some() || left.after && !is_at_once(connection, left.time) {
        return None;
    }
    let judgement = attempt.presented.server.judgement()?;
    let mut causes = certificate_causes(judgement);
    causes.retain(|cause| FAULTS.contains(cause));
    if causes.is_empty() || attempt.service.calls_device {
        return None;
    }
    // Servers under test are self-signed, and tests only ask whether they answer.
    if left.after && causes == [Reason::SelfSigned] {
        return None;
    }
    let step = connection.step_by(StepKind::Certificate, Side::Server)?;
    let presented = &tls.certificates.server.as_ref()?.chain;
    let leaf = leaf_of(presented)?;
    let who = client(attempt);
    let summary = phrase(if left.after {
        "client-left-summary-after"
    } else {
        "client-left-summary-during"
    })
    .with("who", &who)
    .with("service", service(attempt))
    .with("subject", &leaf.subject)
    .with("clauses", certificate_clauses(judgement, presented));
    let finding = Finding::error(CERTIFICATE.id, By::Client, At::Tls, summary)
        .confidence(if left.after {
            Confidence::Possible
        } else {
            Confidence::Likely
        })
        .causes(causes);
    let finding = with_warned_name(finding, tls, Some(judgement))
        .evidence(
            step.frame,
            phrase("server-certificate-rejected-certificate").with("subject", &leaf.subject),
        )
        .evidence(left.frame, phrase("client-left").with("who", &who))
        .cannot_tell(phrase("client-left-cannot-tell").with("who", &who))
        .alternative(OtherCause::NoRequest, phrase("client-left-probe"));
    let refused = Refused {
        connection,
        described: None,
        judgement: Some(judgement),
        beside: None,
        staple: false,
    };
    Some(with_remedies(finding, attempt, &refused))
}

fn for_protocol(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let hello = tls.client_hello.as_deref()?;
    let choice = tls.server_hello.as_deref()?;
    // A client that speaks HTTP/1.1 continues with it if no protocol is chosen.
    let needs_choice = !hello.alpn.is_empty() && !hello.alpn.iter().any(|name| name.raw().starts_with("http/1"));
    if !needs_choice || choice.alpn.is_some() || choice.broken_extensions > 0 {
        return None;
    }
    let left = left(connection, tls)?;
    let who = client(attempt);
    let list = listed_texts(&hello.alpn);
    let offer = connection.step(StepKind::ClientHello)?.frame;
    let chosen = connection.step(StepKind::ServerHello)?.frame;
    Some(
        Finding::error(
            PROTOCOL.id,
            By::Client,
            At::Tls,
            phrase("client-left-protocol")
                .with("who", &who)
                .with("service", service(attempt))
                .with("list", &list),
        )
        .confidence(Confidence::Likely)
        .causes(vec![Reason::ApplicationProtocol])
        .evidence(offer, phrase("refusal-protocols").with("who", &who).with("list", list))
        .evidence(chosen, phrase("client-left-protocol-chosen"))
        .evidence(left.frame, phrase("client-left").with("who", &who))
        .cannot_tell(phrase("client-left-cannot-tell").with("who", &who))
        .alternative(OtherCause::NoRequest, phrase("client-left-probe"))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("refusal-protocols-do").with("server", connection.tls_server()),
        )),
    )
}
