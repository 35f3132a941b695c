//! Attempt → Finding: the handshake began and then stopped, without alert or reset.

use super::behind_proxy::behind_proxy;
use super::heard::{came_too_late, finished_lost, if_heard};
use super::{
    client, elsewhere, first_fin, lost_bytes, message_name, named, seconds, sees_handshake, service, side_name,
    tls_with_hello, watched_after,
};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tls::Version;

/// RFC 9293 section 3.8.1 (retransmission), RFC 2923 section 2.1 (path-MTU black holes).
pub(super) const RULE: Rule = rule!("silent-mid-handshake", General, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let began = tls.server_hello.is_some() || connection.tcp.server.bytes > 0 && connection.connect().is_none();
    if !began
        || tls.is_complete() && !finished_lost(connection)
        || tls.first_error().is_some()
        || tls.application_data.server > 0
    {
        return None;
    }
    // SSL 2.0 goes on in records of its own, which are not read.
    let sslv2 = tls.version() == Some(Version::SSL2);
    if sslv2 || !sees_handshake(connection) {
        return None;
    }
    let last = connection.steps.iter().rev().find(|step| {
        !matches!(step.kind, StepKind::Fin | StepKind::Reset | StepKind::Alert) && !came_too_late(connection, step)
    })?;
    // Nothing that the client heard answers its hello: that is another verdict.
    if last.kind == StepKind::ClientHello && last.side == Side::Client && tls.server_hello.is_some() {
        return None;
    }
    if !watched_after(connection, last.time, context) {
        return None;
    }
    let waited = connection.last.1.since(last.time);
    let loss = lost(connection);
    let closer = first_fin(connection);
    // Who has waited for so long for the other's turn only ends what had ended.
    let gave_up = connection.tcp.client.fin.filter(|fin| {
        closer == Some(Side::Client) && last.side == Side::Client && fin.time.since(last.time) >= super::SILENCE
    });
    let stalled = Side::both()
        .into_iter()
        .find_map(|side| Some((side, connection.tcp[side].window_closed?)));
    let (by, confidence, clause) = match (&loss, closer, stalled) {
        (Some((_, loss)), _, _) => (By::Path, Confidence::Likely, loss.clone()),
        (None, None, Some((side, (frame, _)))) => (
            side.into(),
            Confidence::Likely,
            phrase("silent-mid-handshake-window")
                .with("who", side_name(side))
                .with("frame", frame),
        ),
        (None, Some(Side::Client), _) if gave_up.is_some() => (
            By::Server,
            Confidence::Likely,
            phrase("silent-mid-handshake-waited").with("span", seconds(waited)),
        ),
        // Only the other side's acknowledgement shows its FIN; an alert may have been lost with it.
        (None, Some(side), _) if connection.tcp[side].fin.is_none() => (
            side.into(),
            Confidence::Likely,
            phrase("silent-mid-handshake-closed-unseen").with("who", side_name(side)),
        ),
        (None, Some(side), _) => (
            side.into(),
            Confidence::Certain,
            match alert_of(connection, side) {
                Some(frame) => phrase("silent-mid-handshake-closed-behind")
                    .with("who", side_name(side))
                    .with("frame", frame),
                None => phrase("silent-mid-handshake-closed").with("who", side_name(side)),
            },
        ),
        (None, None, None) => (
            By::Unknown,
            Confidence::Possible,
            phrase("silent-mid-handshake-silent").with("span", seconds(waited)),
        ),
    };
    let summary = match by {
        By::Path => phrase("silent-mid-handshake-summary-lost")
            .with("service", service(attempt))
            .with("clause", &clause),
        _ => phrase("silent-mid-handshake-summary")
            .with("service", service(attempt))
            .with("message", message_name(last.kind))
            .with("who", side_name(last.side))
            .with("clause", &clause),
    };
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary)
        .confidence(confidence)
        .evidence(
            last.frame,
            phrase("silent-mid-handshake-last-message")
                .with("message", message_name(last.kind))
                .with("who", side_name(last.side)),
        );
    for side in Side::both() {
        if let Some(gap) = connection.tcp[side].gaps.first() {
            finding = finding.evidence(
                gap.seen_at,
                phrase("silent-mid-handshake-hole")
                    .with("count", gap.to.saturating_sub(gap.from))
                    .with("who", side_name(side)),
            );
        }
    }
    if let Some((side, _)) = loss
        && let Some(repeated) = connection.tcp[side].delivery.repeated()
    {
        finding = finding.evidence(repeated.last.0, lost_bytes::repeated(repeated));
    }
    if let Some(side) = closer
        && let Some(fin) = connection.tcp[side].fin
    {
        finding = finding.evidence(
            fin.frame,
            phrase("silent-mid-handshake-fin")
                .with("who", side_name(side))
                .with("span", seconds(fin.time.since(last.time))),
        );
    }
    finding = finding.evidence(
        connection.last.0,
        phrase("silent-mid-handshake-last-packet").with("span", seconds(waited)),
    );
    if loss.is_none()
        && let Some(side) = closer.filter(|&side| connection.tcp[side].fin.is_none())
    {
        finding = finding.cannot_tell(phrase("silent-mid-handshake-cannot-tell-close").with("who", side_name(side)));
    }
    if closer.is_none() || gave_up.is_some() {
        finding = finding.claims_silence_of(last.side.peer());
    }
    let finding = match by {
        By::Path => {
            let finding = finding.alternative("random-loss", phrase("silent-mid-handshake-random-loss"));
            let side = loss.map_or(Side::Server, |(side, _)| side);
            lost_bytes::by_size(finding, attempt, connection, side).remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("tls-no-response-part-rule")
                    .with("device", attempt.device)
                    .with("name", named(attempt)),
            ))
        }
        By::Client => disliked(finding, connection, Side::Server).remedy(elsewhere(
            attempt,
            Owner::Wlc,
            phrase("silent-mid-handshake-log").with("who", client(attempt)),
        )),
        _ => disliked(finding, connection, Side::Client).remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("silent-mid-handshake-server-log").with("server", connection.server),
        )),
    };
    let finding = if_heard(finding, attempt, connection, &[StepKind::ServerHello]);
    Some(behind_proxy(finding, attempt, connection))
}

/// A certificate that was presented may be what the other side left for without an alert.
fn disliked(finding: Finding, connection: &Connection, presented: Side) -> Finding {
    if alert_of(connection, presented.peer()).is_some() {
        return finding;
    }
    let tls = connection.tls.as_ref();
    let is_sealed = tls.and_then(|tls| tls.version()).is_some_and(Version::is_tls13);
    let was_sent = connection.step_by(StepKind::Certificate, presented).is_some();
    match presented {
        Side::Server if was_sent || is_sealed => finding.behind(
            "server-certificate-rejected",
            phrase("silent-mid-handshake-client-certificate"),
        ),
        Side::Client if was_sent || tls.is_some_and(|tls| tls.client_sent_certificate) => finding.behind(
            "client-certificate-rejected",
            phrase("silent-mid-handshake-server-certificate"),
        ),
        _ => finding,
    }
}

/// An alert that a side sent before it closed: then it did not leave without one.
fn alert_of(connection: &Connection, side: Side) -> Option<FrameNumber> {
    let alerts = &connection.tls.as_ref()?.alerts;
    alerts.iter().find(|alert| alert.side == side).map(|alert| alert.frame)
}

/// What shows that packets of a side were lost, as a clause.
fn lost(connection: &Connection) -> Option<(Side, Phrase)> {
    Side::both().into_iter().find_map(|side| {
        let tcp = &connection.tcp[side];
        if let Some(gap) = lost_bytes::hole(connection, side) {
            let clause = phrase("silent-mid-handshake-never-arrived")
                .with("count", gap.to.saturating_sub(gap.from))
                .with("who", side_name(side));
            return Some((side, clause));
        }
        // Who has no room for more makes the other wait: nothing is lost then.
        if connection.tcp[side.peer()].window_closed.is_some() {
            return None;
        }
        let repeated = tcp.delivery.repeated()?;
        let clause = phrase("silent-mid-handshake-never-acknowledged")
            .with("count", repeated.len)
            .with("who", side_name(side));
        Some((side, clause))
    })
}
