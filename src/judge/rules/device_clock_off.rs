//! Attempt → Finding: the controller's clock is wrong by more than licensing puts up with.

use crate::attempt::Attempt;
use crate::attempt::device_clock::Offset;
use crate::base::command::Command;
use crate::base::confidence::Confidence;
use crate::base::phrase::{Phrase, phrase};
use crate::judge::context::Context;
use crate::judge::finding::{By, Finding, Owner, Remedy, Rule, Severity};

/// A trust code is not installed by a device whose clock is off by an hour or more (Cisco NX-OS guide, Smart Licensing
/// Using Policy: troubleshooting). Never the cause: the handshake is over before the clock is compared.
pub(super) const RULE: Rule = Rule {
    id: "device-clock-off",
    check,
};

const LIMIT: i64 = 3_600_000_000_000;

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    // Only what can be no zone, and is no guess.
    let is_off = |offset: &&Offset| {
        offset.device == Some(attempt.device)
            && offset.pairs > 0
            && offset.certainty >= Confidence::Likely
            && offset.error().abs() > LIMIT
    };
    let offset = context.offsets.iter().find(is_off)?;
    let (frame, _) = attempt.first();
    let log = context.options.logs.get(offset.log)?;
    let id = if offset.error() > 0 {
        "device-clock-fast"
    } else {
        "device-clock-slow"
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
    .evidence(frame, phrase("device-clock-evidence"))
    .alternative("capture-clock", phrase("device-clock-or-capture"))
    .remedy(Remedy {
        owner: Owner::Wlc,
        action: phrase("device-clock-set"),
        commands: [
            "show clock detail",
            "show ntp status",
            "configure terminal",
            "  ntp server <address>",
            "  end",
            "license smart trust idtoken <token> all force",
        ]
        .map(Command::fixed)
        .to_vec(),
        verify: phrase("device-clock-verify"),
    });
    Some(Finding {
        by: Some(By::Device),
        ..finding
    })
}

/// `3 days`, `3 h 41 min`, `5 seconds`.
pub(crate) fn span(ns: i64) -> Phrase {
    let seconds = ns / 1_000_000_000;
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600);
    match seconds {
        172_800.. => phrase("span-days").with("count", seconds / 86_400),
        3600.. if minutes == 0 => phrase("span-hours").with("count", hours),
        3600.. => phrase("device-span").with("hours", hours).with("minutes", minutes),
        120.. => phrase("span-minutes").with("count", seconds / 60),
        _ => phrase("span-seconds").with("count", seconds),
    }
}
