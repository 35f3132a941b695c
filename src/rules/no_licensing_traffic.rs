//! Capture → Finding: there is no attempt in it at all.

use crate::context::Context;
use crate::finding::{Finding, Owner, Remedy, Severity};
use crate::frame::FrameNumber;
use crate::phrase::{Phrase, phrase};
use crate::report::Contents;

/// The verdict id.
pub const ID: &str = "no-licensing-traffic";

/// What is said of a capture without attempts.
#[must_use]
pub fn finding(contents: &Contents, context: &Context<'_>) -> Finding {
    let watched = match (context.capture.first, context.capture.last) {
        (Some(first), Some(last)) => watched_for(last.since(first)),
        _ => phrase("no-licensing-traffic-no-time"),
    };
    let id = match (context.options.profile.everything, context.capture.frames) {
        (true, 0) => "no-licensing-traffic-summary-tls-empty",
        (true, _) => "no-licensing-traffic-summary-tls",
        (false, 0) => "no-licensing-traffic-summary-empty",
        (false, _) => "no-licensing-traffic-summary",
    };
    let mut finding = Finding::ok(
        ID,
        phrase(id)
            .with("watched", watched)
            .with("frames", context.capture.frames)
            .with("tcp", contents.tcp_connections)
            .with("tls", contents.tls_connections),
    )
    .severity(Severity::Note);
    if context.capture.frames > 0 {
        finding = finding.evidence(FrameNumber(1), phrase("no-licensing-traffic-first"));
    }
    if context.options.profile.everything {
        return finding.remedy(Remedy {
            owner: Owner::Capture,
            action: phrase("no-licensing-traffic-again"),
            commands: Vec::new(),
            verify: phrase("no-licensing-traffic-verify"),
        });
    }
    if contents.tcp_connections > 0 {
        finding = finding.cannot_tell(phrase("no-licensing-traffic-cannot-tell-private"));
    }
    finding
        .cannot_tell(phrase("no-licensing-traffic-cannot-tell"))
        .remedy(Remedy {
            owner: Owner::Capture,
            action: phrase("no-licensing-traffic-trigger"),
            commands: capture_commands(None),
            verify: phrase("no-licensing-traffic-verify"),
        })
}

/// What to type for a capture that shows licensing.
pub(super) fn capture_commands(interface: Option<&str>) -> Vec<String> {
    let interface = interface.unwrap_or("<interface>");
    let mut commands = Vec::new();
    if interface.starts_with('<') {
        commands.push("show running-config | include ip http client|license smart".to_owned());
    }
    commands.extend(
        [
            "show license all | section Transport",
            "show license air entities summary",
        ]
        .map(str::to_owned),
    );
    commands.push(format!("monitor capture LIC interface {interface} both"));
    commands.extend(
        [
            "monitor capture LIC control-plane both",
            "monitor capture LIC match any",
            "monitor capture LIC buffer size 100",
            "monitor capture LIC start",
            "license smart trust idtoken <token> all force",
            "monitor capture LIC stop",
            "monitor capture LIC export bootflash:lic.pcap",
        ]
        .map(str::to_owned),
    );
    commands
}

fn watched_for(ns: i64) -> Phrase {
    if ns < 120_000_000_000 {
        super::seconds(ns)
    } else {
        super::span(ns / 1_000_000_000)
    }
}
