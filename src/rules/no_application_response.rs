//! Attempt → Finding: the request was sent, and no answer came.

use super::{client, elsewhere, seconds, service, watched_after};
use crate::attempt::Attempt;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::frame::FrameNumber;
use crate::tls::walk::Side;

/// RFC 9112 section 9.3: an HTTP server answers every request, or closes.
pub(super) const RULE: Rule = Rule {
    id: "no-application-response",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let request = unanswered(connection)?;
    let time = connection
        .steps
        .iter()
        .find(|step| step.frames.contains(&request))
        .map_or(connection.first.1, |step| step.time);
    let (client_tcp, server_tcp) = (&connection.tcp.client, &connection.tcp.server);
    if server_tcp.acked_unseen
        || server_tcp
            .gaps
            .iter()
            .any(|gap| gap.cause != crate::stream::GapCause::NeverArrived)
        || !watched_after(connection, time, context)
    {
        return None;
    }
    // A server that closes first has answered with that; a capture that ends at once proves nothing.
    let acked = client_tcp.acked_bytes >= client_tcp.bytes;
    let end = connection.last.1;
    Some(
        Finding::error(
            RULE.id,
            if acked { By::Server } else { By::Path },
            At::Http,
            format!("the {} sent its request to {} and got no answer for {}", client(attempt), service(attempt), seconds(end.since(time))),
        )
        .confidence(if acked { Confidence::Certain } else { Confidence::Likely })
        .evidence(request, "the request")
        .evidence(connection.last.0, if acked { "last packet; the request was acknowledged, and no data came back" } else { "last packet; the request was not wholly acknowledged" })
        .claims_silence_of(Side::Server)
        .cannot_tell("what the request said and why it was not answered, where TLS encrypts it; show license history message on the controller has it")
        .remedy(elsewhere(attempt, Owner::Server, format!("look at the log of {}: the request arrived there", connection.server)))
        .remedy(elsewhere(attempt, Owner::Wlc, "read what the controller noted: show license history message, show license tech support (Last Response: NO REPLY)")),
    )
}

/// The frame of a request that has no answer.
fn unanswered(connection: &Connection) -> Option<FrameNumber> {
    if let Some(tls) = &connection.tls {
        let open = tls.is_complete()
            && tls.application_data.client > 0
            && tls.application_data.server == 0
            && tls.first_error().is_none()
            && tls.server_alert_after_finished.is_none();
        return tls.first_application_data.client.filter(|_| open);
    }
    let exchange = connection.http.last()?;
    let (frame, request) = exchange.request.as_ref()?;
    (exchange.response.is_none() && request.method.raw() != "CONNECT").then_some(*frame)
}
