//! Attempt → Finding: an access point and its controller completed DTLS, and ended it after a few records.

use super::join_remedies::{on_access_point, on_controller};
use super::{client, seconds, service, side_name};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::connection::walk::StepKind;
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, VerdictId};

/// The number of encrypted records of both sides up to which a session held no more than a Join Request, its answer,
/// and one more message. An access point that was admitted continues with its configuration (RFC 5415 section 2.3.1:
/// Join, Configure, Data Check, Run).
const HARDLY: u64 = 4;

/// RFC 5415 section 6.2: a Join Response may refuse; the session is then torn down.
pub(super) fn finding(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    if attempt.carrier() != Carrier::Capwap {
        return None;
    }
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    let alert = tls.alerts.first().filter(|alert| alert.content.is_none())?;
    let count = tls.application_data.client.saturating_add(tls.application_data.server);
    if !tls.is_complete() || tls.application_data.client == 0 || count > HARDLY || tls.first_error().is_some() {
        return None;
    }
    let finished = connection.steps.iter().rfind(|it| it.kind == StepKind::Finished)?;
    let summary = phrase("join-refused-summary")
        .with("service", service(attempt))
        .with("who", client(attempt))
        .with("count", count)
        .with("span", seconds(alert.time.since(finished.time)));
    Some(
        Finding::error(id, By::Server, At::Http, summary)
            .confidence(Confidence::Likely)
            .evidence(finished.frame, phrase("join-refused-finished"))
            .evidence(
                alert.frame,
                phrase("join-refused-end").with("who", side_name(alert.side)),
            )
            .cannot_tell(phrase("join-refused-cannot-tell"))
            .alternative(OtherCause::Restart, phrase("join-refused-or-restart"))
            .remedy(on_controller(
                attempt,
                phrase("join-refused-do"),
                &[task("join-show"), task("join-certificates")],
            ))
            .remedy(on_access_point(attempt)),
    )
}
