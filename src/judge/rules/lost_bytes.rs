//! Delivery → clauses about lost bytes, and whether their size is the reason.
//!
//! A path that drops large packets silently (RFC 2923 section 2.1) and a filter that drops by content look alike until
//! sizes are compared: a smaller packet size helps only if no packet of that size arrived.

use super::{elsewhere, on_client, seconds};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{Finding, Owner};
use crate::tcp::delivery::{Repeated, SizeLimit};
use crate::tcp::stream::{Gap, GapCause};

/// A clause about the last repetition of bytes that were never acknowledged.
pub(super) fn repeated(repeated: &Repeated) -> Phrase {
    phrase("lost-repeated")
        .with("len", repeated.len)
        .with("times", repeated.times)
        .with("span", seconds(repeated.last.time.since(repeated.first.time)))
}

/// The first gap of a side that its receiver never filled.
pub(super) fn hole(connection: &Connection, side: Side) -> Option<&Gap> {
    let mut gaps = connection.tcp[side].gaps.iter();
    gaps.find(|gap| gap.cause == GapCause::NeverArrived)
}

/// The phrase of a gap that its receiver never filled: what came behind it shows it, or only the end of the side.
pub(super) fn gap_phrase(connection: &Connection, side: Side, gap: &Gap, ids: [&'static str; 2]) -> Phrase {
    let [inside, at_end] = ids;
    let is_at_end = gap.from >= connection.tcp[side].end;
    phrase(if is_at_end { at_end } else { inside }).with("count", gap.to.saturating_sub(gap.from))
}

/// The payload of a side's first segment that did not arrive: the size of its repetition, or the size of the gap it
/// left, or the size that was announced and is missing.
fn lost_payload(connection: &Connection, side: Side) -> Option<u32> {
    let tcp = &connection.tcp[side];
    if let Some(repeated) = tcp.delivery.repeated() {
        return Some(repeated.len);
    }
    // A gap may be several segments, each at most as large as the other side accepts.
    let segment = u64::from(connection.tcp[side.peer()].mss.unwrap_or(u16::MAX));
    if let Some(gap) = hole(connection, side) {
        return u32::try_from(gap.to.saturating_sub(gap.from).min(segment)).ok();
    }
    let (_, end) = connection.hello_extent().filter(|_| side == Side::Client)?;
    let unsent = end.saturating_sub(tcp.delivery.acked()).min(segment);
    u32::try_from(unsent).ok().filter(|&len| len > 0)
}

/// The frame that shows that bytes of a side are missing.
fn shown_by(connection: &Connection, side: Side) -> FrameNumber {
    let repeated = connection.tcp[side].delivery.repeated().map(|it| it.last.frame);
    let hole = || hole(connection, side).map(|gap| gap.seen_at);
    repeated.or_else(hole).unwrap_or(connection.last.frame)
}

/// Whether size explains the delivery of a side's bytes.
pub(super) fn size_limit(connection: &Connection, side: Side) -> SizeLimit {
    match lost_payload(connection, side) {
        Some(lost) => connection.tcp[side].delivery.size_limit(lost),
        None => SizeLimit::Open,
    }
}

/// The same, with what arrived in other connections between the same hosts.
fn size_limit_of(attempt: &Attempt<'_>, connection: &Connection, side: Side) -> SizeLimit {
    match size_limit(connection, side) {
        SizeLimit::Likely { lost, .. } if attempt.arrived_beside[side] >= lost => SizeLimit::Excluded { lost },
        limit => limit,
    }
}

/// A clause about the size of what was lost, if the sizes of what arrived support it.
pub(super) fn size_clause(connection: &Connection, side: Side) -> Option<Phrase> {
    match size_limit(connection, side) {
        SizeLimit::Likely { lost, passed: 0 } => Some(phrase("lost-by-size-alone").with("lost", lost)),
        SizeLimit::Likely { lost, passed } => Some(phrase("lost-by-size").with("lost", lost).with("passed", passed)),
        _ => None,
    }
}

/// Adds whether size explains a loss, and the remedy for it only if it may.
pub(super) fn by_size(finding: Finding, attempt: &Attempt<'_>, connection: &Connection, side: Side) -> Finding {
    match size_limit_of(attempt, connection, side) {
        SizeLimit::Excluded { lost } => {
            return finding.excluded(OtherCause::PathMtu, phrase("lost-not-by-size").with("lost", lost));
        }
        SizeLimit::Hardly { lost } => {
            return finding.alternative(OtherCause::PathMtu, phrase("lost-hardly-by-size").with("lost", lost));
        }
        SizeLimit::Likely { .. } | SizeLimit::Open => {}
    }
    let finding = match size_clause(connection, side) {
        Some(clause) => finding
            .cannot_tell(phrase("lost-where"))
            .evidence(shown_by(connection, side), clause),
        None => finding.alternative(OtherCause::PathMtu, phrase("lost-maybe-by-size")),
    };
    let finding = finding.remedy(elsewhere(attempt, Owner::Firewall, phrase("silent-mid-handshake-icmp")));
    if attempt.licensing {
        finding.remedy(on_client(
            attempt,
            phrase("silent-mid-handshake-mss"),
            &[task("lower-mss").with("mss", &1200_u16)],
        ))
    } else {
        finding.remedy(elsewhere(attempt, Owner::Firewall, phrase("lost-try-smaller")))
    }
}
