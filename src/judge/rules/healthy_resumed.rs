//! Attempt → Finding: an abbreviated handshake, which is normal.

use super::exchange::{handshake_took, left_at_once, went_well};
use super::reservations::as_far_as_seen;
use super::{seconds, service};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::walk::StepKind;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{Finding, Rule};

/// RFC 5246 section 7.3, RFC 5077, RFC 9846 section 2.2: a session known to both sides needs no certificates.
pub(super) const RULE: Rule = rule!("healthy-resumed", General, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    if !tls.resumed || !went_well(attempt) {
        return None;
    }
    let server_hello = connection.step(StepKind::ServerHello)?;
    let how = if tls.version().is_some_and(crate::tls::Version::is_tls13) {
        "healthy-resumed-psk"
    } else if tls.client_hello.as_ref().is_some_and(|hello| hello.offers_ticket) {
        "healthy-resumed-ticket"
    } else {
        "healthy-resumed-session-id"
    };
    let took = handshake_took(connection);
    let finding = Finding::ok(
        RULE.id,
        phrase("healthy-resumed-summary")
            .with("service", service(attempt))
            .with("how", phrase(how))
            .with("took", seconds(took)),
    )
    .evidence(
        server_hello.frame,
        phrase("healthy-resumed-accepts")
            .with("how", phrase(how))
            .with("took", seconds(took)),
    );
    let finding = as_far_as_seen(finding, attempt, connection, left_at_once(attempt, connection));
    // After the hellos only sizes are visible.
    Some(match connection.carrier {
        Carrier::Quic => finding
            .confidence(Confidence::Likely)
            .alternative(OtherCause::NoApplicationResponse, phrase("healthy-ticket-or-answer")),
        _ => finding,
    })
}
