//! Connection → Finding: the first exchange succeeded, and a later one failed.
//!
//! A connection that is kept open is used again (RFC 9112 section 9.3). The next request may meet a device that has
//! forgotten the connection, a server that has gone, or a path that does not carry it; and an answer may be cut. One
//! record in each direction does not prove that later ones pass.

use super::exchange::settings_only;
use super::lost_bytes;
use super::reset_origin::origin;
use super::{client, elsewhere, first_end, seconds, service, side_name};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};
use crate::tcp::side::Mark;

/// After this many repetitions the bytes are taken as lost: the timer has doubled twice (RFC 6298).
const GIVEN_EVERY_CHANCE: u64 = 3;

/// After this much silence, in nanoseconds, a device that forgets idle connections may have forgotten this one.
const IDLE: i64 = 2_000_000_000;

/// Lengths of TLS 1.3 record bodies that hold only an alert: with either tag length, and with the padding of JSSE.
const ALERT_BODIES: [u64; 3] = [11, 19, 35];

/// The length of a record's header.
const HEADER: u64 = 5;

/// The first data record that the client sent after the server's last one; `None` before any answer, and if either side
/// had sent an alert, closing or fatal.
fn open_request(connection: &Connection) -> Option<&Step> {
    let tls = connection.tls.as_ref()?;
    if !tls.is_complete() || tls.application_data.server == 0 || !tls.alerts.is_empty() {
        return None;
    }
    // What a server of HTTP/2 sends unasked is no answer.
    if settings_only(connection, tls) {
        return None;
    }
    let of = |side| move |step: &&Step| step.kind == StepKind::ApplicationData && step.side == side;
    let last = connection.steps.iter().rposition(|step| of(Side::Server)(&step))?;
    let request = connection.steps.get(last..)?.iter().find(of(Side::Client))?;
    let body = request.to.saturating_sub(request.from).saturating_sub(HEADER);
    let may_be_alert = tls.version().is_some_and(crate::tls::Version::is_tls13) && ALERT_BODIES.contains(&body);
    (!may_be_alert).then_some(request)
}

/// The time without any step before a step.
fn idle_before(connection: &Connection, step: &Step) -> i64 {
    let earlier = connection.steps.iter().filter(|it| it.frame < step.frame);
    let last = earlier.map(|it| it.time).max().unwrap_or(connection.first.time);
    step.time.since(last)
}

/// A request after the first exchange that was sent repeatedly and never acknowledged.
pub(super) fn unacknowledged(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let request = open_request(connection)?;
    let client_tcp = &connection.tcp.client;
    let repeated = client_tcp.delivery.repeated()?;
    let stalled = connection.tcp.server.window_closed.is_some();
    if stalled || repeated.from < request.from || repeated.times < GIVEN_EVERY_CHANCE {
        return None;
    }
    let mut finding = Finding::error(
        id,
        By::Path,
        At::Http,
        phrase("later-request-unacknowledged")
            .with("who", client(attempt))
            .with("service", service(attempt))
            .with("times", repeated.times)
            .with("span", seconds(repeated.last.time.since(request.time))),
    )
    .confidence(Confidence::Likely)
    .evidence(request.frame, phrase("later-request").with("who", client(attempt)))
    .evidence(repeated.last.frame, lost_bytes::repeated(repeated))
    .alternative(OtherCause::ServerGone, phrase("later-request-server-gone"))
    .claims_silence_of(Side::Server);
    finding = with_idle(finding, connection, request);
    let finding = lost_bytes::by_size(finding, attempt, connection, Side::Client);
    Some(
        finding.remedy(elsewhere(
            attempt,
            Owner::Firewall,
            phrase("later-request-forgotten")
                .with("device", attempt.device)
                .with("server", connection.tls_server()),
        )),
    )
}

fn with_idle(finding: Finding, connection: &Connection, request: &Step) -> Finding {
    let idle = idle_before(connection, request);
    if idle < IDLE {
        return finding;
    }
    finding.evidence(request.frame, phrase("later-request-idle").with("span", seconds(idle)))
}

/// A RST in answer to a later request, or during an answer.
pub(super) fn reset(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    if !super::sees_without_holes(connection) {
        return None;
    }
    let (side, reset) = first_end(connection)?;
    match open_request(connection) {
        // A client that resets its own request no longer wants an answer.
        Some(request) if side == Side::Server => Some(instead_of_answer(attempt, connection, request, &reset, id)),
        _ => inside_answer(attempt, connection, side, &reset, id),
    }
}

fn instead_of_answer(
    attempt: &Attempt<'_>,
    connection: &Connection,
    request: &Step,
    reset: &Mark,
    id: VerdictId,
) -> Finding {
    let origin = origin(connection, Side::Server, reset);
    let by = match origin.by(Side::Server) {
        By::Server if connection.tunnel_target().is_some() => By::Unknown,
        by => by,
    };
    let finding = Finding::error(
        id,
        by,
        At::Http,
        phrase("later-request-reset")
            .with("who", client(attempt))
            .with("service", service(attempt)),
    )
    .confidence(confidence(by))
    .evidence(request.frame, phrase("later-request").with("who", client(attempt)))
    .evidence(
        reset.frame,
        phrase("later-request-rst")
            .with("who", side_name(Side::Server))
            .with("span", seconds(reset.time.since(request.time)))
            .with("clause", origin.clause()),
    );
    let mut finding =
        with_idle(finding, connection, request).alternative(OtherCause::NoRequest, phrase("later-request-none"));
    let log = phrase("later-request-server-log").with("server", connection.tls_server());
    // What is forgotten was idle; a reset in the middle of a conversation is a rule's.
    let forgotten = match idle_before(connection, request) >= IDLE {
        true => phrase("later-request-forgotten"),
        false => phrase("later-request-rule"),
    }
    .with("device", attempt.device)
    .with("server", connection.tls_server());
    finding.remedies = vec![
        elsewhere(attempt, Owner::Server, log),
        elsewhere(attempt, Owner::Firewall, forgotten),
    ];
    // A RST that was sent from elsewhere on the path is not in the server's log.
    if by == By::Path {
        finding.remedies.reverse();
    }
    finding
}

/// The last record of the server's data was never complete: the RST cut the answer.
fn inside_answer(
    attempt: &Attempt<'_>,
    connection: &Connection,
    side: Side,
    reset: &Mark,
    id: VerdictId,
) -> Option<Finding> {
    let tls = connection.tls.as_ref()?;
    let missing = connection.tcp.server.unfinished_record;
    if missing == 0 || !tls.is_complete() || tls.first_error().is_some() || tls.application_data.server == 0 {
        return None;
    }
    let mut answers = connection
        .steps
        .iter()
        .filter(|step| step.side == Side::Server && step.kind == StepKind::ApplicationData);
    let first = answers.clone().next()?;
    let is_first_answer = !connection
        .steps
        .iter()
        .any(|step| step.side == Side::Client && step.kind == StepKind::ApplicationData && step.frame > first.frame);
    // A client that leaves during a later answer, such as a download, has what it wanted or no longer wants it.
    if side == Side::Client && !is_first_answer {
        return None;
    }
    let last = answers.next_back()?;
    let origin = origin(connection, side, reset);
    let by = origin.by(side);
    Some(
        Finding::error(
            id,
            by,
            At::Http,
            phrase(match by {
                By::Client => "answer-cut-client",
                By::Server => "answer-cut-server",
                By::Path => "answer-cut-path",
                _ => "answer-cut-unknown",
            })
            .with("who", client(attempt))
            .with("service", service(attempt))
            .with("missing", missing),
        )
        .confidence(confidence(by))
        .evidence(last.frame, phrase("answer-cut-record").with("missing", missing))
        .evidence(
            reset.frame,
            phrase("later-request-rst")
                .with("who", side_name(side))
                .with("span", seconds(reset.time.since(before(connection, side, reset))))
                .with("clause", origin.clause()),
        )
        .cannot_tell(phrase("answer-cut-cannot-tell"))
        .remedy(elsewhere(
            attempt,
            if by == By::Client { Owner::Wlc } else { Owner::Server },
            match by {
                By::Client => phrase("answer-cut-client-log").with("who", client(attempt)),
                _ => phrase("later-request-server-log").with("server", connection.tls_server()),
            },
        )),
    )
}

/// The time at which the other side had last sent anything.
fn before(connection: &Connection, side: Side, reset: &Mark) -> Timestamp {
    connection.tcp[side.peer()].last.time.min(reset.time)
}

const fn confidence(by: By) -> Confidence {
    match by {
        By::Unknown => Confidence::Possible,
        _ => Confidence::Likely,
    }
}
