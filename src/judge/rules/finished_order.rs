//! Connection → whether a handshake that shows a Finished of both sides completed for both, and in the order that TLS demands.

use super::heard::heard_to;
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::tls::Version;

/// The server's Finished, if the client had closed before it arrived: for the client the handshake was never complete.
pub(super) fn finished_unheard(connection: &Connection) -> Option<&Step> {
    let finished = connection.step_by(StepKind::Finished, Side::Server)?;
    let client = &connection.tcp.client;
    let left = client.fin.or(client.reset.filter(|reset| reset.ack))?;
    let never_heard = heard_to(connection, Side::Server) <= finished.from;
    (left.acked <= finished.from && never_heard).then_some(finished)
}

/// The server's Finished, if the server sent it although it had not received the client's key exchange, which a full
/// handshake up to TLS 1.2 puts before it (RFC 5246 section 7.3).
pub(super) fn finished_too_soon<'c>(connection: &'c Connection, tls: &TlsFacts) -> Option<&'c Step> {
    let is_old = tls
        .version()
        .is_some_and(|version| !version.is_tls13() && version != Version::SSL2);
    if !is_old || tls.resumed || connection.carrier.is_datagram() {
        return None;
    }
    let finished = connection.step_by(StepKind::Finished, Side::Server)?;
    let done = connection.step_by(StepKind::ServerHelloDone, Side::Server)?;
    let unheard = match connection.step_by(StepKind::ClientKeyExchange, Side::Client) {
        // Only what a server acknowledged when it closed proves what it had not received.
        Some(exchange) => connection.tcp.server.fin.is_some_and(|fin| fin.acked <= exchange.from),
        None => connection.step_by(StepKind::Finished, Side::Client).is_none(),
    };
    (unheard && done.to <= finished.from).then_some(finished)
}
