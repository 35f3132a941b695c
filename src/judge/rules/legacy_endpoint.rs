//! Attempt → Finding: the device uses a service that has been superseded.

use super::on_client;
use crate::attempt::Attempt;
use crate::attempt::selection::Clue;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::phrase;
use crate::connection::walk::StepKind;
use crate::judge::context::Context;
use crate::judge::finding::{By, Finding, Rule, Severity};

/// Cisco 217348: Smart Licensing Using Policy uses smartreceiver.cisco.com; tools.cisco.com is the call-home path.
pub(super) const RULE: Rule = rule!("legacy-endpoint", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let successor = attempt.service.superseded_by.as_ref()?;
    let name = crate::base::wire_text::WireText::from(attempt.service.name.as_str());
    let works = attempt.exchanged();
    let frame = named_in(attempt);
    let finding = Finding::ok(
        RULE.id,
        phrase(if works {
            "legacy-endpoint-summary-works"
        } else {
            "legacy-endpoint-summary"
        })
        .with("name", &name)
        .with("successor", successor),
    );
    Some(
        Finding {
            by: Some(By::Device),
            ..finding
        }
        .severity(Severity::Warning)
        .confidence(Confidence::Certain)
        .evidence(
            frame,
            phrase("legacy-endpoint-because")
                .with("because", attempt.service.because.phrase())
                .with("name", name),
        )
        .remedy(on_client(
            attempt,
            phrase("legacy-endpoint-switch"),
            &[task("use-smart-transport")],
        )),
    )
}

/// The frame that shows which service it is: the message that names it, or the attempt's first frame.
fn named_in(attempt: &Attempt<'_>) -> FrameNumber {
    let kind = match attempt.service.because {
        Clue::ClientHello => Some(StepKind::ClientHello),
        Clue::Connect => Some(StepKind::ConnectRequest),
        Clue::Http | Clue::HttpKind => Some(StepKind::HttpRequest),
        _ => None,
    };
    let step = kind.and_then(|kind| attempt.connection()?.step(kind));
    step.map_or(attempt.first().frame, |step| step.frame)
}
