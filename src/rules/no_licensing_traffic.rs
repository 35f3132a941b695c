//! Capture → Finding: there is no attempt in it at all.

use crate::context::Context;
use crate::finding::{Finding, Owner, Remedy, Severity};
use crate::frame::FrameNumber;
use crate::report::Contents;

/// The verdict id.
pub const ID: &str = "no-licensing-traffic";

/// What is said of a capture without attempts.
#[must_use]
pub fn finding(contents: &Contents, context: &Context<'_>) -> Finding {
    let watched = match (context.capture.first, context.capture.last) {
        (Some(first), Some(last)) => watched_for(last.since(first)),
        _ => "no time at all".to_owned(),
    };
    let holds = if context.capture.frames == 0 {
        "not a single frame".to_owned()
    } else {
        format!(
            "{} frames, {} TCP connections, {} of them with TLS",
            context.capture.frames, contents.tcp_connections, contents.tls_connections
        )
    };
    let mut finding = Finding::ok(ID, format!("no licensing traffic in this capture: it watched for {watched} and holds {holds}"))
        .severity(Severity::Note)
        .cannot_tell(
            "whether licensing works: a controller reports every 8 hours and retries once after a minute, so a short capture without licensing packets proves little",
        );
    if context.capture.frames > 0 {
        finding = finding.evidence(FrameNumber(1), "the first frame of the capture");
    }
    if !contents.server_names.is_empty() {
        finding = finding.cannot_tell(format!(
            "whether these are meant: {} (name an On-Prem with --on-prem, a CSLU with --cslu, a proxy with --proxy; --all judges every TLS connection)",
            contents.server_names.join(", ")
        ));
    }
    finding.remedy(Remedy {
        owner: Owner::Capture,
        action: "capture again while the controller is made to talk".to_owned(),
        commands: vec![
            "monitor capture LIC interface <wireless management interface> both match any".to_owned(),
            "monitor capture LIC control-plane both".to_owned(),
            "monitor capture LIC buffer size 100".to_owned(),
            "monitor capture LIC start".to_owned(),
            "license smart trust idtoken <token> all force".to_owned(),
            "monitor capture LIC stop".to_owned(),
            "monitor capture LIC export flash:LIC.pcap".to_owned(),
        ],
        verify: "tlswalk then shows an attempt".to_owned(),
    })
}

fn watched_for(ns: i64) -> String {
    if ns < 120_000_000_000 {
        super::seconds(ns)
    } else {
        super::span(ns / 1_000_000_000)
    }
}
