//! Attempt → Finding: the handshake began and then stopped, without alert or reset.

use super::behind_proxy::behind_proxy;
use super::datagram_silence;
use super::departure::{self, Departure};
use super::finished_order::{finished_too_soon, finished_unheard};
use super::heard::{came_partly_too_late, closed_unfinished, finished_lost, heard_to, if_heard};
use super::heartbeats::{or_test, with_heartbeats};
use super::large_chain::with_large_chain;
use super::modern_offer::or_too_old;
use super::no_record::with_no_record;
use super::sight::went_on_after_certificate;
use super::{
    client, elsewhere, first_fin, lost_bytes, message_name, named, seconds, sees_handshake, service, side_name,
    tls_with_hello, watched_after,
};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tls::Version;

/// RFC 9293 section 3.8.1 (retransmission), RFC 2923 section 2.1 (path-MTU black holes).
pub(super) const RULE: Rule = rule!("silent-mid-handshake", General, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if attempt.carrier().is_datagram() {
        return datagram_silence::broken_off(attempt, context, RULE.id);
    }
    let case = recognise(attempt, context)?;
    let (by, confidence) = case.blame();
    let finding = Finding::error(RULE.id, by, At::Tls, case.summary()).confidence(confidence);
    let finding = case.with_remedies(case.with_evidence(finding));
    let finding = if_heard(finding, attempt, case.connection, &[StepKind::ServerHello]);
    Some(behind_proxy(finding, attempt, case.connection))
}

/// A handshake that stopped.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    /// The last step.
    last: &'a Step,
    /// The server's certificate, if the client had not received all of it when it closed.
    rest: Option<&'a Step>,
    end: End,
    /// Packets of this side were lost.
    lost: Option<Side>,
    /// The side that closed first.
    closer: Option<Side>,
    /// The server's Finished, sent before the client's key exchange.
    too_soon: Option<&'a Step>,
}

/// How a handshake came to its end.
enum End {
    /// Packets were lost: a clause.
    Lost(Phrase),
    /// A side had no room for more since this frame.
    Stalled(Side, FrameNumber),
    /// The client waited so long, in nanoseconds, for the server's turn, and its close only ended a handshake that had
    /// already stopped.
    GaveUp(i64),
    /// The client closed before the server's Finished reached it.
    Unheard(Unheard),
    /// Only the other side's acknowledgement shows its FIN; an alert may have been lost with it.
    ClosedUnseen(Side),
    /// The client closed right after its own message, before an answer can have arrived.
    LeftAtOnce(Departure),
    /// A side closed; with the frame of an alert before it.
    Closed(Side, Option<FrameNumber>),
    Silent,
}

/// A Finished of the server that came when the client had closed.
#[derive(Clone, Copy)]
struct Unheard {
    frame: FrameNumber,
    /// The time from the client's last message to it, in nanoseconds.
    late: i64,
    /// Number of times for which the client had to send bytes again: then packets were lost on the path.
    again: u64,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>, context: &Context<'_>) -> Option<Case<'a, 'c>> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let began = tls.server_hello.is_some() || connection.tcp.server.bytes > 0 && connection.tunnel_target().is_none();
    let unheard = finished_unheard(connection);
    if !began
        || tls.is_complete() && !finished_lost(connection) && !closed_unfinished(connection) && unheard.is_none()
        || tls.first_error().is_some()
        || tls.application_data.server > 0 && unheard.is_none() && !is_flight_behind_hole(connection, tls)
        || !sees_handshake(connection)
    {
        return None;
    }
    let last = last_of_handshake(connection)?;
    // No message that the client received answers its hello: that is another verdict.
    if last.kind == StepKind::ClientHello && last.side == Side::Client && tls.server_hello.is_some() {
        return None;
    }
    if !watched_after(connection, last.time, context) {
        return None;
    }
    let loss = lost(connection);
    let closer = first_fin(connection);
    let mut late = connection
        .steps
        .iter()
        .filter(|step| came_partly_too_late(connection, step));
    // A client that had the certificate may have closed for it, whatever was still to come.
    let is_certificate = |step: &&Step| step.kind == StepKind::Certificate && step.frame > last.frame;
    let rest = late.find(is_certificate).filter(|_| closer == Some(Side::Client));
    Some(Case {
        rest,
        attempt,
        connection,
        last,
        lost: loss.as_ref().map(|(side, _)| *side),
        end: end_of(connection, last, loss.map(|(_, clause)| clause), closer),
        closer,
        too_soon: finished_too_soon(connection, tls),
    })
}

/// The last message that belongs to the handshake and reached the other side.
fn last_of_handshake(connection: &Connection) -> Option<&Step> {
    // Messages that the client sent to a server that had closed are not part of the handshake.
    let is_unfinished = closed_unfinished(connection);
    let came_to_a_closed_server = |step: &Step| {
        let closed = connection.tcp.server.fin;
        is_unfinished && step.side == Side::Client && closed.is_some_and(|fin| fin.acked <= step.from)
    };
    let heard = finished_unheard(connection).map(|_| heard_to(connection, Side::Server));
    let never_reached = |step: &Step| step.side == Side::Server && heard.is_some_and(|heard| step.from >= heard);
    // Whose turn it is, messages of the handshake say: a Heartbeat is none.
    let is_aside = |kind| {
        matches!(
            kind,
            StepKind::Fin | StepKind::Reset | StepKind::Alert | StepKind::Heartbeat
        )
    };
    connection.steps.iter().rev().find(|step| {
        !is_aside(step.kind)
            && !came_partly_too_late(connection, step)
            && !came_to_a_closed_server(step)
            && !never_reached(step)
    })
}

fn end_of(connection: &Connection, last: &Step, loss: Option<Phrase>, closer: Option<Side>) -> End {
    if let Some(clause) = loss {
        return End::Lost(clause);
    }
    let Some(side) = closer else {
        let is_stalled = |side| Some(End::Stalled(side, connection.tcp[side].window_closed?.frame));
        return Side::both().into_iter().find_map(is_stalled).unwrap_or(End::Silent);
    };
    match connection.tcp[side].fin {
        Some(fin) if gave_up(last, side, fin.time) => End::GaveUp(fin.time.since(last.time)),
        Some(_)
            if side == Side::Client
                && let Some(finished) = finished_unheard(connection) =>
        {
            End::Unheard(Unheard {
                frame: finished.frame,
                late: finished.time.since(last.time),
                again: connection.tcp.client.repeated_beyond_syns(),
            })
        }
        Some(_)
            if alert_of(connection, side).is_none()
                && let Some(left) = at_once(connection, last) =>
        {
            End::LeftAtOnce(left)
        }
        Some(_) => End::Closed(side, alert_of(connection, side)),
        None => End::ClosedUnseen(side),
    }
}

/// True if the server's records belong to its first flight, whose beginning is missing: the client has sent its hello and
/// nothing else, so there is nothing to answer with data. In TLS 1.3 all of that flight looks like data.
fn is_flight_behind_hole(connection: &Connection, tls: &TlsFacts) -> bool {
    let after_hello =
        |step: &Step| step.side == Side::Client && step.kind.is_tls() && step.kind != StepKind::ClientHello;
    tls.server_hello.is_none()
        && lost_bytes::hole(connection, Side::Server).is_some()
        && !connection.steps.iter().any(after_hello)
}

/// True if the client closed after a long wait for the server's turn.
fn gave_up(last: &Step, closer: Side, closed: Timestamp) -> bool {
    closer == Side::Client && last.side == Side::Client && closed.since(last.time) >= super::SILENCE
}

/// The client's close within a round trip of its last message: a client that sends data after its Finished without
/// waiting for the server's (RFC 7918), and then closes, left a handshake in which nothing failed, as far as the
/// capture shows.
fn at_once(connection: &Connection, last: &Step) -> Option<Departure> {
    departure::at_once(connection, last).filter(|left| left.within_round_trip.is_some())
}

impl Case<'_, '_> {
    fn blame(&self) -> (By, Confidence) {
        match self.end {
            End::Lost(_) => (By::Path, Confidence::Likely),
            End::Stalled(side, _) | End::ClosedUnseen(side) => (side.into(), Confidence::Likely),
            End::GaveUp(_) => (By::Server, Confidence::Likely),
            End::Unheard(Unheard { again: 1.., .. }) => (By::Path, Confidence::Likely),
            // Browsers open connections in advance, and drop those that they do not need.
            End::Unheard(_) if !self.has_asked() => (By::Client, Confidence::Possible),
            End::Unheard(_) => (By::Client, Confidence::Likely),
            End::LeftAtOnce(_) => (By::Client, Confidence::Likely),
            End::Closed(side, _) if self.rest.is_some() => (side.into(), Confidence::Likely),
            End::Closed(side, _) => (side.into(), Confidence::Certain),
            End::Silent => (By::Unknown, Confidence::Possible),
        }
    }

    /// True if the client sent data, which it did before the handshake was over.
    fn has_asked(&self) -> bool {
        let tls = self.connection.tls.as_ref();
        tls.is_some_and(|tls| tls.application_data.client > 0)
    }

    fn waited(&self) -> Phrase {
        seconds(self.connection.last.time.since(self.last.time))
    }

    /// The party that closed this side's connection: a proxy, on this side of it, for the server behind it.
    fn closer_name(&self, side: Side) -> Phrase {
        match side {
            Side::Server if self.connection.tunnel_target().is_some() => phrase("proxy"),
            side => side_name(side),
        }
    }

    /// The end as a clause.
    fn clause(&self) -> Phrase {
        match &self.end {
            End::Lost(clause) => clause.clone(),
            End::Stalled(side, frame) => phrase("silent-mid-handshake-window")
                .with("who", side_name(*side))
                .with("frame", *frame),
            End::GaveUp(waited) => phrase("silent-mid-handshake-waited").with("span", seconds(*waited)),
            End::Unheard(Unheard { again: 0, .. }) => phrase("silent-mid-handshake-unheard"),
            End::Unheard(Unheard { again, late, .. }) => phrase("silent-mid-handshake-unheard-lost")
                .with("count", *again)
                .with("span", seconds(*late)),
            End::ClosedUnseen(side) => {
                phrase("silent-mid-handshake-closed-unseen").with("who", self.closer_name(*side))
            }
            End::LeftAtOnce(left) => phrase("silent-mid-handshake-left-at-once")
                .with("span", seconds(left.after))
                .with("round-trip", seconds(left.within_round_trip.unwrap_or(left.after))),
            End::Closed(side, Some(frame)) => phrase("silent-mid-handshake-closed-behind")
                .with("who", self.closer_name(*side))
                .with("frame", *frame),
            End::Closed(side, None) if let Some(rest) = self.rest => phrase("silent-mid-handshake-closed-before")
                .with("who", side_name(*side))
                .with("frame", rest.frame),
            End::Closed(side, None) => phrase("silent-mid-handshake-closed").with("who", self.closer_name(*side)),
            End::Silent => phrase("silent-mid-handshake-silent").with("span", self.waited()),
        }
    }

    fn summary(&self) -> Phrase {
        match self.end {
            End::Lost(_) => phrase("silent-mid-handshake-summary-lost"),
            _ if self.too_soon.is_some() => phrase("silent-mid-handshake-summary-order"),
            _ => phrase("silent-mid-handshake-summary")
                .with("message", message_name(self.last.kind))
                .with("who", side_name(self.last.side)),
        }
        .with("service", service(self.attempt))
        .with("clause", self.clause())
    }

    fn with_evidence(&self, finding: Finding) -> Finding {
        let (connection, last) = (self.connection, self.last);
        let mut finding = with_large_chain(finding, connection).evidence(
            last.frame,
            phrase("silent-mid-handshake-last-message")
                .with("message", message_name(last.kind))
                .with("who", side_name(last.side)),
        );
        finding = with_heartbeats(finding, connection);
        finding = self.with_order(finding);
        finding = with_no_record(finding, connection);
        if let Some(rest) = self.rest {
            finding = finding.evidence(rest.frame, phrase("silent-mid-handshake-rest"));
        }
        for side in Side::both() {
            if let Some(gap) = connection.tcp[side].gaps.first() {
                let hole = phrase("silent-mid-handshake-hole")
                    .with("count", gap.to.saturating_sub(gap.from))
                    .with("who", side_name(side));
                finding = finding.evidence(gap.seen_at, hole);
            }
        }
        let repeated = self.lost.and_then(|side| connection.tcp[side].delivery.repeated());
        if let Some(repeated) = repeated {
            finding = finding.evidence(repeated.last.frame, lost_bytes::repeated(repeated));
        }
        let closed = self.closer.and_then(|side| Some((side, connection.tcp[side].fin?)));
        if let Some((side, fin)) = closed {
            let after = fin.time.since(last.time);
            let closes = phrase(if after < 0 {
                "silent-mid-handshake-fin-before"
            } else {
                "silent-mid-handshake-fin"
            });
            let closes = closes
                .with("who", self.closer_name(side))
                .with("span", seconds(after.abs()));
            finding = finding.evidence(fin.frame, closes);
        }
        if let End::Unheard(Unheard { frame, late, .. }) = self.end {
            let came = phrase("silent-mid-handshake-finished-late").with("span", seconds(late));
            finding = finding.evidence(frame, came);
        }
        finding = finding.evidence(
            connection.last.frame,
            phrase("silent-mid-handshake-last-packet").with("span", self.waited()),
        );
        if let End::ClosedUnseen(side) = self.end {
            let unseen = phrase("silent-mid-handshake-cannot-tell-close").with("who", side_name(side));
            finding = finding.cannot_tell(unseen);
        }
        match closed {
            Some((side, fin)) if !gave_up(last, side, fin.time) => finding,
            None if self.closer.is_some() => finding,
            _ => finding.claims_silence_of(last.side.peer()),
        }
    }

    /// Adds the frames that show a Finished before its turn.
    fn with_order(&self, finding: Finding) -> Finding {
        let Some(finished) = self.too_soon else { return finding };
        let after = |kind, side| self.connection.step_by(kind, side);
        let asked = after(StepKind::ServerHelloDone, Side::Server).map_or(finished.time, |done| done.time);
        let early = phrase("silent-mid-handshake-too-soon").with("span", seconds(finished.time.since(asked)));
        let finding = finding.evidence(finished.frame, early);
        match after(StepKind::ClientKeyExchange, Side::Client) {
            Some(late) => finding.evidence(late.frame, phrase("silent-mid-handshake-key-exchange-late")),
            None => finding,
        }
    }

    fn with_remedies(&self, finding: Finding) -> Finding {
        let (attempt, connection) = (self.attempt, self.connection);
        match self.blame().0 {
            By::Path if matches!(self.end, End::Unheard(_)) => finding
                .alternative(OtherCause::ServerSlow, phrase("silent-mid-handshake-slow"))
                .remedy(elsewhere(
                    attempt,
                    Owner::Firewall,
                    phrase("silent-mid-handshake-loss")
                        .with("device", attempt.device)
                        .with("name", named(attempt)),
                )),
            By::Path => {
                let side = self.lost.unwrap_or(Side::Server);
                let failed_again = connection.tcp[side].delivery.repeated().is_some();
                let loss = if failed_again {
                    "silent-mid-handshake-random-loss"
                } else {
                    "silent-mid-handshake-random-loss-once"
                };
                let finding = finding.alternative(OtherCause::RandomLoss, phrase(loss));
                lost_bytes::by_size(finding, attempt, connection, side).remedy(elsewhere(
                    attempt,
                    Owner::Firewall,
                    phrase("tls-no-response-part-rule")
                        .with("device", attempt.device)
                        .with("name", named(attempt)),
                ))
            }
            By::Client => self.why_it_left(finding).remedy(elsewhere(
                attempt,
                Owner::Wlc,
                phrase("silent-mid-handshake-log").with("who", client(attempt)),
            )),
            _ => disliked(self.or_too_old(finding), connection, Side::Client).remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("silent-mid-handshake-server-log").with("server", connection.tls_server()),
            )),
        }
    }
}

impl Case<'_, '_> {
    /// Adds that the server may not accept what the hello offers, if it closed right behind it.
    fn or_too_old(&self, finding: Finding) -> Finding {
        match self.last.kind == StepKind::ClientHello && self.closer == Some(Side::Server) {
            true => or_too_old(finding, self.connection),
            false => finding,
        }
    }

    /// Adds a possible reason why the client closed: a certificate that it rejected, unless it had already continued
    /// after the certificate.
    fn why_it_left(&self, finding: Finding) -> Finding {
        let went_on = |kind| self.connection.step_by(kind, Side::Client).is_some();
        let did_not_wait = || phrase("silent-mid-handshake-did-not-wait");
        let finding = match self.end {
            End::LeftAtOnce(_) => finding.alternative(OtherCause::Healthy, did_not_wait()),
            End::Unheard(_) => finding
                .alternative(OtherCause::Healthy, did_not_wait())
                .alternative(OtherCause::ServerSlow, phrase("silent-mid-handshake-slow")),
            _ => finding,
        };
        if went_on(StepKind::ApplicationData) || went_on_after_certificate(self.connection) {
            return or_test(finding, self.connection);
        }
        // It cannot have judged a certificate that it did not hold.
        if self.rest.is_some() {
            return finding.alternative(OtherCause::RandomLoss, phrase("silent-mid-handshake-rest-lost"));
        }
        disliked(finding, self.connection, Side::Server)
    }
}

/// Adds an explanation: the other side may have left, without an alert, because of the certificate it was sent.
fn disliked(finding: Finding, connection: &Connection, presented: Side) -> Finding {
    if alert_of(connection, presented.peer()).is_some() {
        return finding;
    }
    let tls = connection.tls.as_ref();
    let is_sealed = tls.and_then(|tls| tls.version()).is_some_and(Version::is_tls13);
    let was_sent = connection.step_by(StepKind::Certificate, presented).is_some();
    match presented {
        Side::Server if was_sent || is_sealed => finding.behind(
            OtherCause::ServerCertificateRejected,
            phrase("silent-mid-handshake-client-certificate"),
        ),
        Side::Client if was_sent || tls.is_some_and(|tls| tls.client_sent_certificate) => finding.behind(
            OtherCause::ClientCertificateRejected,
            phrase("silent-mid-handshake-server-certificate"),
        ),
        _ => finding,
    }
}

/// An alert that a side sent before it closed: in that case it did not leave without one.
fn alert_of(connection: &Connection, side: Side) -> Option<FrameNumber> {
    let alerts = &connection.tls.as_ref()?.alerts;
    alerts.iter().find(|alert| alert.side == side).map(|alert| alert.frame)
}

/// The side whose packets were lost, and the clause that shows it.
fn lost(connection: &Connection) -> Option<(Side, Phrase)> {
    Side::both().into_iter().find_map(|side| {
        let tcp = &connection.tcp[side];
        if let Some(gap) = lost_bytes::hole(connection, side) {
            let ids = [
                "silent-mid-handshake-never-arrived",
                "silent-mid-handshake-never-arrived-end",
            ];
            let clause = lost_bytes::gap_phrase(connection, side, gap, ids);
            return Some((side, clause.with("who", side_name(side))));
        }
        // A side without room for more makes the other wait: then nothing is lost.
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
