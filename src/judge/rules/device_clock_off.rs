//! Attempt → Finding: the controller's clock is off by more than licensing tolerates.

use super::on_client;
use crate::attempt::Attempt;
use crate::attempt::device_clock::{Offset, span};
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{By, Finding, Remedy, Rule, Severity};

/// A device whose clock is off by an hour or more does not install a trust code (Cisco NX-OS guide, Smart Licensing
/// Using Policy: troubleshooting). Never the cause: the handshake is over before the clock is compared.
pub(super) const RULE: Rule = rule!("device-clock-off", Beside, check);

/// In nanoseconds. A smaller difference may be a drifting clock.
pub(super) const LIMIT: i64 = 3_600_000_000_000;

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    // Only offsets that are no time zone and no guess.
    let is_off = |offset: &&Offset| {
        offset.device == Some(attempt.device)
            && offset.pairs > 0
            && offset.certainty >= Confidence::Likely
            && offset.error().abs() > LIMIT
    };
    let offset = context.offsets.iter().find(is_off)?;
    let frame = attempt.first().frame;
    let log = context.options.logs.get(offset.log)?;
    let id = if offset.error() > 0 {
        "device-clock-off-fast"
    } else {
        "device-clock-off-slow"
    };
    let finding = Finding::ok(
        RULE.id,
        phrase(id)
            .with("span", span(offset.error().abs()))
            .with("pairs", offset.pairs)
            .with("log", log.name.as_str()),
    )
    .severity(Severity::Warning)
    .confidence(offset.certainty)
    .evidence(frame, phrase("device-clock-off-evidence"))
    .alternative(OtherCause::CaptureClock, phrase("device-clock-off-or-capture"))
    .remedy(Remedy {
        verify: phrase("device-clock-off-verify"),
        ..on_client(
            attempt,
            phrase("device-clock-off-set"),
            &[task("show-clock"), task("set-clock")],
        )
    });
    Some(Finding {
        by: Some(By::Device),
        ..finding
    })
}
