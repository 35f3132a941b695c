//! Connection → evidence: bytes that are no TLS record, where one should begin.

use super::wording::{first_line, is_text};
use super::{elsewhere, message_name, service, side_name};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{NotARecord, Side, StepKind};
use crate::judge::finding::{Finding, Owner, Severity, VerdictId};

/// The length of a record header.
const HEADER: usize = 5;

/// The first such bytes, if no byte of their sender is missing: behind a hole a record may only seem to end there.
pub(super) fn no_record(connection: &Connection) -> Option<&NotARecord> {
    let noted = connection.tls.as_ref()?.not_a_record.as_ref()?;
    let tcp = &connection.tcp[noted.side];
    (tcp.start_known && tcp.gaps.is_empty() && tcp.conflict.is_none()).then_some(noted)
}

/// A line of text, or the bytes that stand in the place of a header.
fn shown(noted: &NotARecord) -> String {
    match is_text(&noted.bytes) {
        true => first_line(&noted.bytes),
        false => format!("{} …", first_line(noted.bytes.get(..HEADER).unwrap_or(&noted.bytes))),
    }
}

/// Adds these bytes to a finding.
pub(super) fn with_no_record(finding: Finding, connection: &Connection) -> Finding {
    let Some(noted) = no_record(connection) else {
        return finding;
    };
    let what = match is_text(&noted.bytes) {
        true => phrase("no-record-text"),
        false => phrase("no-record-bytes"),
    };
    let what = what.with("who", side_name(noted.side)).with("bytes", shown(noted));
    finding.evidence(noted.frame, what)
}

/// The bytes in which the server went on after a handshake that completed, and whether they are text.
pub(super) fn after_handshake(connection: &Connection) -> Option<(String, bool)> {
    let noted = no_record(connection).filter(|noted| noted.side == Side::Server)?;
    let finished = connection.step_by(StepKind::Finished, Side::Server)?;
    (noted.from >= finished.to).then(|| (shown(noted), is_text(&noted.bytes)))
}

/// A connection in which nothing else is wrong.
pub(super) fn unexplained(attempt: &Attempt<'_>, connection: &Connection, id: VerdictId) -> Option<Finding> {
    let noted = no_record(connection)?;
    let (who, peer) = (side_name(noted.side), side_name(noted.side.peer()));
    let summary = phrase("no-record-summary")
        .with("service", service(attempt))
        .with("who", &who)
        .with("frame", noted.frame)
        .with("bytes", shown(noted));
    let finding = Finding::ok(id, summary)
        .severity(Severity::Note)
        .confidence(Confidence::Possible);
    let mut finding = with_no_record(finding, connection);
    let went_on = connection.steps.iter().find(|step| {
        let is_content = step.kind.is_tls() && step.kind != StepKind::Alert;
        step.side != noted.side && is_content && step.frame > noted.frame
    });
    if let Some(step) = went_on {
        let what = phrase("no-record-went-on")
            .with("message", message_name(step.kind))
            .with("who", &peer);
        finding = finding.evidence(step.frame, what);
    }
    let end = connection
        .steps
        .iter()
        .find(|step| matches!(step.kind, StepKind::Fin | StepKind::Reset));
    if let Some(end) = end {
        let what = phrase("unexplained-end-end").with("who", side_name(end.side));
        finding = finding.evidence(end.frame, what);
    }
    let log = phrase("no-record-do").with("who", who);
    Some(
        finding
            .cannot_tell(phrase("no-record-cannot-tell"))
            .remedy(elsewhere(attempt, owner(noted.side), log)),
    )
}

const fn owner(side: Side) -> Owner {
    match side {
        Side::Client => Owner::Wlc,
        Side::Server => Owner::Server,
    }
}
