//! Attempt → Finding: the device talks to the service that has been superseded.

use super::on_device;
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{By, Confidence, Finding, Rule, Severity};

/// Cisco 217348: Smart Licensing Using Policy talks to smartreceiver.cisco.com; tools.cisco.com is the call-home path.
pub(super) const RULE: Rule = Rule {
    id: "legacy-endpoint",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let successor = attempt.service.superseded_by.as_ref()?;
    let name = crate::wire_text::WireText::from(attempt.service.name.as_str());
    let works = attempt.exchanged();
    let (frame, _) = attempt.first();
    let finding = Finding::ok(
        RULE.id,
        format!(
            "the controller still uses call-home ({name}){}; Smart Licensing Using Policy talks to {successor}",
            if works { ", and that works" } else { "" }
        ),
    );
    Some(
        Finding {
            by: Some(By::Device),
            ..finding
        }
        .severity(Severity::Warning)
        .confidence(Confidence::Certain)
        .evidence(frame, format!("{}: {name}", attempt.service.because))
        .remedy(on_device(
            attempt,
            "switch to Smart Transport",
            &[
                "configure terminal".to_owned(),
                "  license smart transport smart".to_owned(),
                "  license smart url default".to_owned(),
                "  end".to_owned(),
            ],
        )),
    )
}
