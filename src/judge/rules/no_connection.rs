//! Attempt → Finding: the name was resolved, and then no connection followed.

use super::odd_address::oddness;
use super::on_client;
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::{FrameAt, Timestamp};
use crate::base::phrase::phrase;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Rule, Severity};
use crate::judge::recapture;

/// In nanoseconds. A device that has an address connects to it at once.
const PATIENCE: i64 = 10_000_000_000;

/// Cisco 217348: the controller needs `ip http client source-interface` to choose the interface for a connection;
/// look-ups leave by another interface.
pub(super) const RULE: Rule = rule!("no-connection", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if !attempt.connections.is_empty() || !attempt.licensing || attempt.dns_over_tcp.is_some() {
        return None;
    }
    let (lookup, answer) = attempt.lookups.iter().find_map(|lookup| {
        // An answer that was too long must be requested again (RFC 2181 section 9).
        let answer = lookup.answer.as_ref().filter(|answer| !answer.truncated)?;
        let usable = answer.addresses.iter().any(|&ip| oddness(ip).is_none());
        usable.then_some((lookup, answer))
    })?;
    let &address = answer.addresses.first()?;
    let device = attempt.device;
    let waited = context.capture.watched_until(answer.time)?.since(answer.time);
    // Other connections of the device, later than the answer, prove that the capture would show one.
    let is_seen = |time: Timestamp| time > answer.time;
    let other = context.watched.hosts.of(device);
    let visible = other.sent > 0 && other.last.is_some_and(|last| is_seen(last.time));
    if waited < PATIENCE || !visible || other.left_out {
        return None;
    }
    // A host that asks may ask on behalf of another, unless an option names it as the controller.
    let is_named = context.options.wlc.contains(&device);
    let summary = phrase("no-connection")
        .with("name", &lookup.name)
        .with("device", device)
        .with("address", address)
        .with("seconds", super::seconds(waited));
    let (severity, confidence) = match is_named {
        true => (Severity::Error, Confidence::Likely),
        false => (Severity::Note, Confidence::Possible),
    };
    let asks = phrase("no-connection-asks")
        .with("server", lookup.server)
        .with("name", &lookup.name);
    let answers = phrase("no-connection-answer")
        .with("server", lookup.server)
        .with("address", address);
    let of_device = |id| phrase(id).with("device", device);
    let mut finding = Finding::error(RULE.id, By::Device, At::Tcp, summary)
        .severity(severity)
        .confidence(confidence)
        .evidence(lookup.first().frame, asks)
        .evidence(answer.frame, answers);
    if let Some(FrameAt { frame, .. }) = other.last {
        finding = finding.evidence(frame, of_device("no-connection-visible"));
    }
    finding = finding
        .alternative(OtherCause::OtherPath, of_device("no-connection-other-path"))
        .alternative(OtherCause::LookUpOnly, of_device("no-connection-look-up-only"))
        .remedy(on_client(
            attempt,
            of_device("no-connection-do"),
            &[
                task("show-settings"),
                task("show-transport"),
                task("show-route").with("server", &address),
                task("set-source").with("device", &device),
            ],
        ));
    finding.remedies.extend(recapture::for_attempt(attempt, context));
    Some(finding)
}
