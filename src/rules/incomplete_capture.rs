//! Attempt → Finding: nothing failed in what was captured, but too little was captured to conclude anything.

use super::service;
use crate::advice;
use crate::attempt::Attempt;
use crate::capture::End;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{Finding, Rule, Severity};
use crate::stream::GapCause;
use crate::tls::walk::{Side, StepKind};

/// The last rule: it holds whenever no other does.
pub(super) const RULE: Rule = Rule {
    id: "incomplete-capture",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let reasons = attempt.connection().map_or_else(
        || of_lookups(attempt, context),
        |connection| reasons(connection, context),
    );
    let mut finding = Finding::ok(
        RULE.id,
        format!(
            "cannot tell how the attempt to reach {} ended: {}",
            service(attempt),
            reasons
                .first()
                .map_or("nothing in it failed, and nothing in it shows success", String::as_str)
        ),
    )
    .severity(Severity::Note);
    if let Some(connection) = attempt.connection() {
        finding = finding
            .evidence(connection.first.0, "its first frame in the capture")
            .evidence(connection.last.0, "its last");
    } else {
        finding = finding.evidence(attempt.first().0, "its first frame in the capture");
    }
    for reason in reasons {
        finding = finding.cannot_tell(reason);
    }
    finding.remedies = advice::for_attempt(attempt, context);
    Some(finding)
}

/// What is missing of an attempt of which only look-ups of the name were captured.
fn of_lookups(attempt: &Attempt<'_>, context: &Context<'_>) -> Vec<String> {
    let answers = || attempt.lookups.iter().filter_map(|lookup| lookup.answer.as_ref());
    let what = if answers().any(|answer| answer.truncated && answer.addresses.is_empty()) {
        "the answer to the look-up was cut before any address"
    } else if answers().next().is_some() {
        "the name was looked up, but no connection to an address of it was captured"
    } else {
        "the name was looked up; neither an answer nor a connection was captured"
    };
    let mut reasons = vec![what.to_owned()];
    if let Some(drops) = context.capture.drops.filter(|&drops| drops > 0) {
        reasons.push(format!("the capturing system dropped {drops} packets"));
    }
    reasons
}

/// What is missing, most telling first.
pub(super) fn reasons(connection: &Connection, context: &Context<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    for side in Side::both() {
        let tcp = &connection.tcp[side];
        if tcp.frames == 0 && connection.tcp[side.peer()].frames > 0 {
            reasons.push(format!(
                "no packet from the {} was captured: only one direction is there",
                side.name()
            ));
        } else if tcp.acked_unseen {
            reasons.push(format!(
                "bytes of the {} are missing that the other side acknowledged: the capture did not see them",
                side.name()
            ));
        }
        if tcp.cut > 0 {
            let snap = context
                .capture
                .snap_length
                .map(|len| format!(" of {len} bytes"))
                .unwrap_or_default();
            reasons.push(format!(
                "the snap length{snap} cut {} packets of the {}",
                tcp.cut,
                side.name()
            ));
        }
        let missed: u64 = tcp
            .gaps
            .iter()
            .filter(|gap| gap.cause == GapCause::NotCaptured)
            .map(|gap| gap.to.saturating_sub(gap.from))
            .sum();
        if tcp.unseen_end > 0 {
            reasons.push(format!(
                "the last {} bytes of the {} were not captured",
                tcp.unseen_end,
                side.name()
            ));
        }
        if missed > 0 {
            reasons.push(format!(
                "{missed} bytes of the {} were not captured, though they arrived",
                side.name()
            ));
        }
    }
    let started = connection.step(StepKind::Syn).is_some() || connection.step(StepKind::ClientHello).is_some();
    if !started {
        reasons.push(
            "the beginning of the connection was not captured: the handshake lies before the first frame".to_owned(),
        );
    }
    if !super::is_closed(connection) {
        let last = connection.last.0;
        let goes_on = context
            .capture
            .last
            .is_some_and(|end| end.since(connection.last.1) >= super::SILENCE);
        reasons.push(if goes_on && super::lost_sight(connection) {
            format!("the capture loses sight of the connection after frame {last}: what was sent last was neither acknowledged nor sent again")
        } else {
            let limit = limit(context).map(|limit| format!(", {limit}")).unwrap_or_default();
            format!("the connection is still open at frame {last}, the last one of it{limit}")
        });
    }
    if let End::Truncated { after, detail, .. } = &context.capture.end {
        let cut = format!("the file ends inside a record, after frame {after} ({detail}): it was cut short");
        reasons.insert(0, cut);
    }
    if context.capture.drops.is_some_and(|drops| drops > 0) {
        reasons.push(format!(
            "the capturing system dropped {} packets",
            context.capture.drops.unwrap_or_default()
        ));
    }
    if connection.tls.as_ref().and_then(crate::tls::walk::TlsFacts::version) == Some(crate::tls::Version::SSL2) {
        reasons.push("it speaks SSL 2.0, whose records are not read".to_owned());
    }
    if let Some(version) = connection.tls.as_ref().and_then(crate::tls::walk::TlsFacts::version)
        && version.is_tls13()
    {
        reasons.push("TLS 1.3 encrypts what follows the Server Hello".to_owned());
    }
    if reasons.is_empty() {
        reasons.push("what came before its end: the packets that were captured do not say why it ended".to_owned());
    }
    reasons
}

/// A limit of the capture that its size or duration suggests: buffers and durations are set to round numbers.
fn limit(context: &Context<'_>) -> Option<String> {
    let bytes = context.capture.bytes;
    for megabytes in [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] {
        // The buffer holds its own headers beside the packets: the export is a little smaller, by a packet or some percent.
        for full in [megabytes * 1_000_000, megabytes * 1024 * 1024] {
            if bytes <= full && bytes >= full / 100 * 98 {
                return Some(format!(
                    "and the file has nearly {megabytes} MB: the capture buffer may have been full"
                ));
            }
        }
    }
    let (first, last) = (context.capture.first?, context.capture.last?);
    let seconds = last.since(first) / 1_000_000_000;
    [60, 120, 300, 600, 1800, 3600]
        .iter()
        .find(|&&limit| (limit - 2..=limit + 1).contains(&seconds))
        .map(|limit| format!("and the capture lasted {limit} seconds: its time limit may have ended it"))
}
