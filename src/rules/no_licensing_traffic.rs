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
            "{}, {}, {} with TLS",
            counted(context.capture.frames, "frame"),
            counted(contents.tcp_connections, "TCP connection"),
            contents.tls_connections
        )
    };
    let what = if context.options.profile.everything {
        "TLS connection that could be judged"
    } else {
        "licensing traffic"
    };
    let mut finding = Finding::ok(
        ID,
        format!("no {what} in this capture: it watched for {watched} and holds {holds}"),
    )
    .severity(Severity::Note);
    if context.capture.frames > 0 {
        finding = finding.evidence(FrameNumber(1), "the first frame of the capture");
    }
    if context.options.profile.everything {
        return finding.remedy(Remedy {
            owner: Owner::Capture,
            action: "capture again while the client connects, from before its SYN, on an interface that sees both directions".to_owned().into(),
            commands: Vec::new(),
            verify: "tlswalk then shows an attempt".to_owned().into(),
        });
    }
    if contents.tcp_connections > 0 {
        finding = finding.cannot_tell(
            "whether a connection above is to an SSM On-Prem, a CSLU or a proxy of yours: name it with --on-prem, --cslu or --proxy; --all judges every TLS connection",
        );
    }
    finding
        .cannot_tell(
            "whether licensing works: a controller reports every 8 hours and retries once after a minute, so a short capture without licensing packets proves little",
        )
        .remedy(Remedy {
            owner: Owner::Capture,
            action: "make the controller talk while capturing on the interface that licensing leaves by".to_owned().into(),
            commands: [
                "show running-config | include ip http client|license smart",
                "show license all | section Transport",
                "show license air entities summary",
                "monitor capture LIC interface <interface> both",
                "monitor capture LIC control-plane both",
                "monitor capture LIC match any",
                "monitor capture LIC buffer size 100",
                "monitor capture LIC start",
                "license smart trust idtoken <token> all force",
                "monitor capture LIC stop",
                "monitor capture LIC export bootflash:lic.pcap",
            ]
            .map(str::to_owned)
            .to_vec(),
            verify: "tlswalk then shows an attempt".to_owned().into(),
        })
}

/// `1 frame`, `2 frames`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn watched_for(ns: i64) -> String {
    if ns < 120_000_000_000 {
        super::seconds(ns)
    } else {
        super::span(ns / 1_000_000_000)
    }
}
