//! Attempt → Finding: the exchange went well on the wire, and the device's log says that the answer was no.
//!
//! What the service answers is encrypted; the device's history of messages holds it in clear. Network and TLS are fine
//! then, and nothing needs to be opened anywhere.

use super::on_device;
use crate::attempt::Attempt;
use crate::base::command::Command;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::device::What;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Rule};

/// Rests on a line whose time is at least likely, so it is never certain.
pub(super) const RULE: Rule = rule!("refused-by-service", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection().filter(|_| attempt.exchanged())?;
    let testimony = attempt.testimonies.iter().find(|it| {
        it.certainty >= Confidence::Likely && matches!(it.event.what, What::Answer(Some(false)) | What::TrustFailed)
    })?;
    let (by, at) = (By::Server, At::Http);
    let summary = phrase("refused-by-service").with("says", &testimony.event.text);
    let place = phrase("refused-by-service-evidence")
        .with("log", testimony.log.name.as_str())
        .with("line", testimony.event.line);
    Some(
        Finding::error(RULE.id, by, at, summary)
            .confidence(Confidence::Likely)
            .evidence(connection.last.0, place)
            .cannot_tell(phrase("refused-by-service-cannot-tell"))
            .remedy(on_device(
                attempt,
                phrase("device-do-token"),
                &[
                    Command::fixed("show license history message"),
                    Command::fixed("show clock detail"),
                ],
            )),
    )
}
