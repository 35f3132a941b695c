//! Attempt → Finding: another chassis takes over the device's address.

use super::pair::{Takeover, remedy, takeover};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::base::wire_text::WireText;
use crate::decode::arp::Claim;
use crate::http::licensing_request::ProductInstance;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{By, Finding, Rule, Severity};

/// Cisco 217348: each chassis of a pair needs its own trust code. Never the cause: the change of chassis does not
/// explain why the second one is refused.
pub(super) const RULE: Rule = rule!("chassis-changed", Beside, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let Takeover { serials, hardware } = takeover(attempt, context)?;
    let finding = match (serials, hardware) {
        (Some((before, now)), _) => Finding::ok(
            RULE.id,
            phrase("chassis-changed-serials")
                .with("device", attempt.device)
                .with("before", instance(&before.instance))
                .with("now", instance(&now.instance)),
        )
        .confidence(Confidence::Likely)
        .alternative(OtherCause::AddressTranslation, phrase("chassis-changed-or-translation")),
        (None, Some((before, now))) => Finding::ok(
            RULE.id,
            phrase("chassis-changed-hardware")
                .with("device", attempt.device)
                .with("before", before.hardware.to_string())
                .with("now", now.hardware.to_string()),
        )
        .confidence(Confidence::Possible)
        .alternative(OtherCause::SameAddress, phrase("chassis-changed-or-same-address")),
        (None, None) => return None,
    };
    let mut finding = Finding {
        by: Some(By::Device),
        ..finding
    }
    .severity(Severity::Warning);
    for shown in serials.into_iter().flat_map(|(before, now)| [before, now]) {
        let says = phrase("chassis-changed-named").with("instance", instance(&shown.instance));
        finding = finding.evidence(shown.frame, says);
    }
    for claim in hardware.into_iter().flat_map(|(before, now)| [before, now]) {
        finding = finding.evidence(claim.frame, claimed(claim, attempt));
    }
    Some(
        finding
            .cannot_tell(phrase("chassis-changed-cannot-tell"))
            .remedy(remedy(attempt)),
    )
}

fn claimed(claim: &Claim, attempt: &Attempt<'_>) -> crate::base::phrase::Phrase {
    let id = if claim.announced {
        "chassis-changed-announced"
    } else {
        "chassis-changed-claimed"
    };
    phrase(id)
        .with("hardware", claim.hardware.to_string())
        .with("device", attempt.device)
}

/// `C9800-40-K9 9SYNTHETIC1`.
fn instance(instance: &ProductInstance) -> WireText {
    let text = format!("{} {}", instance.product.raw(), instance.serial.raw());
    WireText::from(text.trim())
}
