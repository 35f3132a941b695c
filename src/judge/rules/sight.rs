//! Connection → the limits of what a rule may conclude: how long it was captured, what is missing, and which side ended it.
//!
//! The absence of a message proves something only if the capture would have shown the message.

use crate::attempt::Attempt;
use crate::base::frame::Timestamp;
use crate::connection::Connection;
use crate::connection::walk::{Alert, Seen, Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::tcp::side::Mark;
use crate::tcp::stream::GapCause;

/// Silence shorter than this proves nothing: retransmission timers start at one second and double (RFC 6298), so within
/// three seconds a lost segment has been sent again at least once.
pub(super) const SILENCE: i64 = 3_000_000_000;

/// True if the time after `since`, when a message should have come, was captured for long enough to call it silence:
/// the connection was closed, or the capture continued and still followed the connection.
///
/// TCP repeats what is not acknowledged (RFC 6298: after about a second). Bytes that were neither acknowledged nor sent
/// again mean that the capture lost sight of the connection, not that the peer fell silent.
pub(super) fn watched_after(connection: &Connection, since: Timestamp, context: &Context<'_>) -> bool {
    is_closed(connection)
        || !lost_sight(connection)
            && context
                .capture
                .watched_until(since)
                .is_some_and(|last| last.since(since) >= SILENCE)
}

/// True if bytes of either side were neither acknowledged nor sent again.
pub(super) fn lost_sight(connection: &Connection) -> bool {
    Side::both().iter().any(|&side| {
        let tcp = &connection.tcp[side];
        tcp.acked_bytes < tcp.bytes && tcp.retransmissions == 0 && !tcp.delivery.holds_beyond()
    })
}

/// True if either side ended the connection.
pub(super) fn is_closed(connection: &Connection) -> bool {
    // Datagrams are closed by an alert, or by QUIC's own frame. An alert inferred from its size only may be another
    // record.
    let is_seen = |alert: &Alert| alert.seen != Seen::Inferred;
    let has_alert = || {
        connection
            .tls
            .as_ref()
            .is_some_and(|tls| tls.alerts.iter().any(is_seen))
    };
    let quic = connection.datagrams.as_ref().and_then(|it| it.quic.as_ref());
    connection.carrier.is_datagram() && has_alert()
        || quic.is_some_and(|it| it.close.is_some())
        || Side::both()
            .iter()
            .any(|&side| connection.tcp[side].fin.is_some() || connection.tcp[side].reset.is_some())
}

/// True if a side had closed before a reset: by sequence numbers, because the order in the file may differ.
pub(super) fn closed_before(connection: &Connection, side: Side, reset: &Mark) -> bool {
    let (own, peer) = (connection.tcp[side].fin, connection.tcp[side.peer()].fin);
    own.is_some_and(|fin| reset.at > fin.at || fin.frame < reset.frame)
        // The one number between the side's last byte and the reset belongs to a FIN that was not captured.
        || reset.at == connection.tcp[side].end.saturating_add(1)
        || peer.is_some_and(|fin| reset.ack && reset.acked > fin.at || fin.frame < reset.frame)
}

/// The RST, if it ended the connection: no FIN of its sender before it.
pub(super) fn first_end(connection: &Connection) -> Option<(Side, Mark)> {
    let (side, reset) = Side::both()
        .into_iter()
        .filter_map(|side| Some((side, connection.tcp[side].reset?)))
        .min_by_key(|(_, reset)| reset.frame)?;
    let finished = closed_before(connection, side, &reset);
    (!finished).then_some((side, reset))
}

/// True if no byte of the handshake is missing, from its beginning to where it stopped: otherwise the absence of a
/// message proves nothing.
pub(super) fn sees_handshake(connection: &Connection) -> bool {
    sees_without_holes(connection)
        && Side::both()
            .iter()
            .all(|&side| connection.tcp[side].start_known || connection.tcp[side].bytes == 0)
}

/// True if no byte is missing after the first that was captured.
pub(super) fn sees_without_holes(connection: &Connection) -> bool {
    let is_whole = |side: Side| connection.datagrams.as_ref().is_none_or(|it| it.is_whole[side]);
    Side::both().iter().all(|&side| {
        let tcp = &connection.tcp[side];
        is_whole(side) && tcp.gaps.iter().all(|gap| gap.cause == GapCause::NeverArrived) && !tcp.said_unseen()
    })
}

/// True if the server reset the connection before either side had closed it.
pub(super) fn server_reset(connection: &Connection) -> bool {
    connection
        .tcp
        .server
        .reset
        .is_some_and(|reset| !closed_before(connection, Side::Server, &reset))
}

/// True if the client sent more than its part of the handshake after it had the server's certificate: a client that rejects the
/// certificate does not. Its part of the handshake proves nothing: NSS sends it before it has judged the certificate.
pub(super) fn went_on_after_certificate(connection: &Connection) -> bool {
    let mut steps = connection.steps.iter();
    let had = steps.any(|step| step.kind == StepKind::Certificate && step.side == Side::Server);
    let is_more = |kind| matches!(kind, StepKind::ApplicationData | StepKind::Heartbeat);
    had && steps.any(|step| step.side == Side::Client && is_more(step.kind))
}

/// TLS facts of a connection whose Client Hello was captured.
pub(super) fn tls_with_hello<'a>(attempt: &Attempt<'a>) -> Option<(&'a Connection, &'a TlsFacts)> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    tls.client_hello.is_some().then_some((connection, tls))
}

/// True if an alert came before the server chose anything.
pub(super) fn before_server_hello(connection: &Connection, alert: &Alert) -> bool {
    let server_hello = connection
        .steps
        .iter()
        .position(|step| step.kind == StepKind::ServerHello);
    server_hello.is_none_or(|hello| alert.step < hello)
}
