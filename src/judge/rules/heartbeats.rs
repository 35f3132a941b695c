//! Connection → evidence: Heartbeat messages while the handshake was not complete.
//!
//! They belong to no step of the handshake, so they change nothing about whose turn it is. A request that names more
//! bytes than its record can hold is a test for the fault Heartbleed, or an attack on it.

use super::side_name;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Detail, Side, Step, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::Finding;

/// Adds the first Heartbeat of each side to a finding about a handshake that did not complete.
pub(super) fn with_heartbeats(mut finding: Finding, connection: &Connection) -> Finding {
    for side in Side::both() {
        let Some(beat) = connection.step_by(StepKind::Heartbeat, side) else {
            continue;
        };
        let what = match &beat.detail {
            Some(Detail::Heartbeat(read)) if read.asks_too_much() => phrase("heartbeat-too-much")
                .with("named", read.named)
                .with("len", read.len),
            Some(Detail::Heartbeat(read)) if !read.is_request => phrase("heartbeat-response").with("len", read.len),
            _ => phrase("heartbeat-early"),
        };
        finding = finding.evidence(beat.frame, what.with("who", side_name(side)));
    }
    finding
}

/// Adds that the client may only have tested the server, if its Heartbeat asked for too much.
pub(super) fn or_test(finding: Finding, connection: &Connection) -> Finding {
    let asks_too_much = |step: &Step| matches!(&step.detail, Some(Detail::Heartbeat(read)) if read.asks_too_much());
    let beat = connection.step_by(StepKind::Heartbeat, Side::Client);
    match beat.is_some_and(asks_too_much) {
        true => finding.behind(OtherCause::Scan, phrase("heartbeat-or-test")),
        false => finding,
    }
}
