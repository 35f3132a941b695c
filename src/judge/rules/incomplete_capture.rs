//! Attempt → Finding: nothing failed in what was captured, but too little was captured to conclude anything.

use super::sight::lost_sight;
use super::{alert_from, lost_bytes, service, side_name};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameAt;
use crate::base::phrase::{Phrase, phrase};
use crate::capture::End;
use crate::connection::Connection;
use crate::connection::plain::Spoken;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::{Finding, Rule, Severity};
use crate::judge::recapture;
use crate::tcp::stream::GapCause;
use crate::tls::Version;

/// Something is missing from the capture, and no other rule concludes anything from the rest.
pub(super) const RULE: Rule = rule!("incomplete-capture", General, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let reasons = attempt.connection().map_or_else(
        || of_lookups(attempt, context),
        |connection| reasons(connection, context),
    );
    // A capture that holds the whole connection is not the reason.
    if reasons.is_empty() {
        return None;
    }
    // Bytes may have been lost on the path: then a better capture shows no more.
    let may_be_whole =
        |reason: &Phrase| ["incomplete-capture-missed-or-lost", "incomplete-capture-tls13"].contains(&reason.id());
    let confidence = match reasons.iter().all(may_be_whole) {
        true => Confidence::Likely,
        false => Confidence::Certain,
    };
    let mut finding = Finding::ok(
        RULE.id,
        phrase("incomplete-capture-summary")
            .with("service", service(attempt))
            .with(
                "reason",
                reasons
                    .first()
                    .cloned()
                    .unwrap_or_else(|| phrase("incomplete-capture-nothing")),
            ),
    )
    .severity(Severity::Note)
    .confidence(confidence);
    if let Some(connection) = attempt.connection() {
        finding = finding
            .evidence(connection.first.frame, phrase("incomplete-capture-first-frame"))
            .evidence(connection.last.frame, phrase("incomplete-capture-last-frame"));
        // What it answers is missing, and it may be the whole story all the same.
        let alert = connection.tls.as_ref().and_then(TlsFacts::first_error);
        if let Some(alert) = alert.filter(|alert| alert.content.is_some()) {
            finding = finding.evidence(alert.frame, alert_from(alert, side_name(alert.side)));
        }
    } else {
        finding = finding.evidence(attempt.first().frame, phrase("incomplete-capture-first-frame"));
    }
    for reason in reasons {
        finding = finding.cannot_tell(reason);
    }
    finding.remedies = recapture::for_attempt(attempt, context);
    Some(finding)
}

/// The missing parts of an attempt whose capture holds only look-ups of the name.
fn of_lookups(attempt: &Attempt<'_>, context: &Context<'_>) -> Vec<Phrase> {
    let answers = || attempt.lookups.iter().filter_map(|lookup| lookup.answer.as_ref());
    let what = if answers().any(|answer| answer.truncated && answer.addresses.is_empty()) {
        "incomplete-capture-answer-cut"
    } else if answers().next().is_some() {
        "incomplete-capture-no-connection"
    } else {
        "incomplete-capture-no-answer"
    };
    let mut reasons = vec![phrase(what)];
    if context.watched.hosts.of(attempt.device).left_out {
        reasons.insert(0, phrase("incomplete-capture-left-out"));
    }
    if let Some(drops) = context.capture.drops.filter(|&drops| drops > 0) {
        reasons.push(phrase("incomplete-capture-dropped").with("drops", drops));
    }
    reasons
}

/// The missing parts, most informative first.
pub(super) fn reasons(connection: &Connection, context: &Context<'_>) -> Vec<Phrase> {
    let mut reasons = Vec::new();
    for side in Side::both() {
        missing_of(connection, side, context, &mut reasons);
    }
    let opening = [StepKind::Syn, StepKind::SynAck, StepKind::ClientHello];
    let started = opening.into_iter().any(|kind| connection.step(kind).is_some());
    if !started {
        reasons.push(phrase("incomplete-capture-no-beginning"));
    }
    // A new capture would not show the end of QUIC either.
    let hides_end = connection.carrier == Carrier::Quic && connection.tls.as_ref().is_some_and(TlsFacts::is_complete);
    if !super::is_closed(connection) && !hides_end {
        reasons.push(still_open(connection, context));
    }
    if let End::Truncated { after, detail, .. } = &context.capture.end {
        let cut = phrase("incomplete-capture-cut-short")
            .with("after", *after)
            .with("detail", detail);
        reasons.insert(0, cut);
    }
    if let Some(drops) = context.capture.drops.filter(|&drops| drops > 0) {
        reasons.push(phrase("incomplete-capture-dropped").with("drops", drops));
    }
    let version = connection.tls.as_ref().and_then(TlsFacts::version);
    if connection
        .plain_client
        .is_some_and(|client| client.spoken == Spoken::Tlcp)
    {
        reasons.insert(0, phrase("incomplete-capture-tlcp"));
    }
    // Encryption hides things, but is no fault of a capture in which nothing is missing.
    if version.is_some_and(Version::is_tls13) && !reasons.is_empty() {
        reasons.push(phrase("incomplete-capture-tls13"));
    }
    reasons
}

/// Adds the missing parts of one side.
fn missing_of(connection: &Connection, side: Side, context: &Context<'_>, reasons: &mut Vec<Phrase>) {
    let tcp = &connection.tcp[side];
    let of_side = |reason: Phrase| reason.with("who", side_name(side));
    if tcp.frames == 0 && connection.tcp[side.peer()].frames > 0 {
        reasons.push(of_side(phrase("incomplete-capture-one-direction")));
    } else if tcp.acked_unseen {
        reasons.push(of_side(phrase("incomplete-capture-acked-unseen")));
    }
    if tcp.cut > 0 {
        let cut = match context.capture.snap_length {
            Some(len) => phrase("incomplete-capture-snap-length").with("len", len),
            None => phrase("incomplete-capture-snap-length-unknown"),
        };
        reasons.push(of_side(cut.with("count", tcp.cut)));
    }
    if tcp.unseen_end > 0 {
        let end = match tcp.acked_unseen {
            true => phrase("incomplete-capture-unseen-end"),
            // They may have been lost on the path as well.
            false => phrase("incomplete-capture-unseen-end-unacknowledged"),
        };
        let end = end.with("count", tcp.unseen_end);
        reasons.push(of_side(end));
    }
    // Bytes that the other side still waits for were lost on the path: a better capture would not hold them.
    if let Some(gap) = lost_bytes::hole(connection, side) {
        let ids = [
            "incomplete-capture-never-arrived",
            "incomplete-capture-never-arrived-end",
        ];
        let lost = lost_bytes::gap_phrase(connection, side, gap, ids);
        reasons.push(of_side(lost.with("frame", gap.seen_at)));
        reasons.extend(lost_bytes::size_clause(connection, side));
    }
    let missing = |cause| {
        let gaps = tcp.gaps.iter().filter(move |gap| gap.cause == cause);
        gaps.map(|gap| gap.to.saturating_sub(gap.from)).sum::<u64>()
    };
    let kinds = [
        (GapCause::NotCaptured, "incomplete-capture-missed"),
        (GapCause::Unknown, "incomplete-capture-missed-or-lost"),
    ];
    for (cause, id) in kinds {
        let missed = missing(cause);
        if missed > 0 {
            reasons.push(of_side(phrase(id).with("missed", missed)));
        }
    }
}

/// A clause saying that neither side closed during the capture.
fn still_open(connection: &Connection, context: &Context<'_>) -> Phrase {
    let FrameAt { frame: last, time } = connection.last;
    let end = context.capture.watched_until(time);
    let goes_on = end.is_some_and(|end| end.since(time) >= super::SILENCE);
    if goes_on && lost_sight(connection) {
        return phrase("incomplete-capture-lost-sight").with("last", last);
    }
    match limit(context) {
        Some(limit) => phrase("incomplete-capture-still-open-limit").with("limit", limit),
        None => phrase("incomplete-capture-still-open"),
    }
    .with("last", last)
}

/// A limit of the capture that its size or duration suggests: buffers and durations are set to round numbers.
fn limit(context: &Context<'_>) -> Option<Phrase> {
    let bytes = context.capture.bytes;
    for megabytes in [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] {
        // The buffer holds its own headers beside the packets, so the export is smaller by a packet or a few percent.
        for full in [megabytes * 1_000_000, megabytes * 1024 * 1024] {
            if bytes <= full && bytes >= full / 100 * 98 {
                return Some(phrase("incomplete-capture-limit-size").with("megabytes", megabytes));
            }
        }
    }
    let (first, last) = (context.capture.first?, context.capture.last?);
    let seconds = last.since(first) / 1_000_000_000;
    [60, 120, 300, 600, 1800, 3600]
        .iter()
        .find(|&&limit| (limit - 2..=limit + 1).contains(&seconds))
        .map(|&limit| phrase("incomplete-capture-limit-time").with("seconds", limit))
}
