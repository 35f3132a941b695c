//! Connection → what is known of an encrypted request: its size, its place, and who may have acknowledged it.

use super::exchange::{data, size};
use crate::base::frame::FrameNumber;
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind};

/// In bytes of a record, with its header. No request of HTTP/1 fits into less: a method, a path and a version, and what TLS
/// adds.
const SMALLEST_REQUEST: u64 = 40;

/// In nanoseconds. Below this no two distances can be told apart.
const NOTABLE: i64 = 50_000_000;

/// The client's step that holds a request: the same frame may hold the end of the handshake.
pub(super) fn step_of(connection: &Connection, request: FrameNumber) -> Option<&Step> {
    let holds = |step: &&Step| {
        let kinds = [StepKind::ApplicationData, StepKind::HttpRequest];
        step.side == Side::Client && kinds.contains(&step.kind) && step.frames.contains(&request)
    };
    connection.steps.iter().find(holds)
}

/// True if the SYN was answered in a small part of the time that the hello took: then something near the client may hold
/// the connection, and acknowledges what the server never saw.
pub(super) fn acked_nearby(connection: &Connection) -> bool {
    let (client, server) = (&connection.tcp.client, &connection.tcp.server);
    let (Some(syn), Some(syn_ack)) = (client.syns.first(), server.syns.first()) else {
        return false;
    };
    let hello = connection.step_by(StepKind::ClientHello, Side::Client);
    let answer = connection.step_by(StepKind::ServerHello, Side::Server);
    let (Some(hello), Some(answer)) = (hello, answer) else {
        return false;
    };
    // What was captured out of order has no times to compare.
    let is_in_order = syn.frame < syn_ack.frame && syn_ack.frame < hello.frame && hello.frame < answer.frame;
    if !is_in_order || client.syns.len() > 1 {
        return false;
    }
    let syn_took = syn_ack.time.since(syn.time);
    let took = answer.time.since(hello.time);
    took >= NOTABLE && syn_took >= 0 && took / 20 > syn_took && client.retransmissions == 0
}

/// True if all that the client sent from its request on is too short for one of HTTP.
pub(super) fn is_small(connection: &Connection, request: &Step) -> bool {
    if connection.tls.is_none() || connection.carrier.is_datagram() {
        return false;
    }
    // In HTTP/2 a request of a few bytes is complete: heads are compressed.
    let offered = connection.tls.iter().filter_map(|tls| tls.client_hello.as_deref());
    if offered.flat_map(|hello| &hello.alpn).any(|it| it.raw() == "h2") {
        return false;
    }
    let sizes = data(connection, Side::Client)
        .filter(|step| step.from >= request.from)
        .map(size);
    sizes.max().is_some_and(|largest| largest < SMALLEST_REQUEST)
}
