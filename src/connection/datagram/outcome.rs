//! sizes and directions → TlsFacts: the progress of a QUIC handshake beyond its readable part.
//!
//! A client sends packets with a short header when its handshake is complete (RFC 9001 section 5.7), a server may send
//! them earlier. Their content is hidden: a short answer may be an acknowledgement or the end of the connection. A side
//! that reads the end sends nothing more (RFC 9000 section 10.2.2), so a client that continues was not refused.

use std::collections::BTreeSet;

use crate::base::frame::{FrameNumber, Timestamp};
use crate::connection::datagram::direction::ONE_FLIGHT;
use crate::connection::datagram::quic::MAX_SAMPLES;
use crate::connection::step::{Seen, Side, Sides, Step, StepKind};
use crate::connection::walk::{Alert, TlsFacts, Walk};

/// A packet with only its size visible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) frame: FrameNumber,
    pub(super) time: Timestamp,
    pub(super) len: usize,
    /// True if it shares its datagram with an Initial packet, for which it may be padded.
    pub(super) is_joined: bool,
    /// How much of the other direction had been captured by then.
    pub(super) heard: u64,
}

/// The longest packet that ends a connection, with a reason phrase: a longer packet holds an answer, or tickets.
const LONGEST_CLOSE: usize = 300;

/// The shortest packet of a client's handshake that holds a certificate and its proof, and not only a Finished: 113 bytes were seen
/// of that with SHA-384, an empty Certificate and an acknowledgement.
const SHORTEST_CERTIFICATE: usize = 300;

/// Datagrams in which a server ends a connection: acknowledgements may come before.
const MOST_ENDINGS: usize = 3;

/// In nanoseconds. A refusal follows the refused message within this time; clocks of two captures may differ by as
/// much.
const PROMPT: i64 = 3_000_000_000;

/// In nanoseconds. An immediate reply comes within this time.
const AT_ONCE: i64 = 1_000_000_000;

/// In nanoseconds. A side without an answer sends again by then (RFC 9002 section 6.2: the first timer is a second at
/// most).
const WATCHED: i64 = 3_000_000_000;

/// Adds the facts that the packets of a handshake after the hellos, and of application data, show, if the capture
/// continued to `until`.
pub(super) fn tell(walk: &mut Walk, handshake: &Sides<Vec<Sample>>, data: &Sides<Vec<Sample>>, until: Timestamp) {
    let first = data.client.iter().min_by_key(|it| it.time).copied();
    let Some(first) = first else {
        // Application data from a server before the handshake is complete is no answer.
        walk.tls.application_data = Sides::default();
        walk.tls.first_application_data = Sides::default();
        if let Some(last) = broke_off(handshake, data).filter(|it| until.since(it.time) >= WATCHED)
            && refuse(walk, Side::Client, last)
        {
            walk.tls.client_alert_instead_of_finished = Some(last.frame);
        }
        return;
    };
    let tls = &mut walk.tls;
    let before = handshake.server.iter().filter(|it| it.time <= first.time);
    let shown = before.max_by_key(|it| it.time).map(|it| it.frame);
    let hello = walk.steps.iter().find(|it| it.kind == StepKind::ServerHello);
    let of_server = shown.or_else(|| hello.map(|it| it.frame)).unwrap_or(first.frame);
    // The last packet of the client's handshake is its Finished, usually in one datagram with the next packets.
    let of_client = handshake
        .client
        .iter()
        .filter(|it| it.time <= first.time)
        .max_by_key(|it| it.time);
    let finished = of_client.map(|it| it.frame);
    let is_it = |step: &&mut Step| {
        step.side == Side::Client && step.kind == StepKind::EncryptedHandshake && Some(step.frame) == finished
    };
    if let Some(step) = walk.steps.iter_mut().find(is_it) {
        (step.kind, step.seen) = (StepKind::Finished, Seen::Inferred);
    }
    tls.finished = Sides {
        client: Some(finished.unwrap_or(first.frame)),
        server: Some(of_server),
    };
    if let Some(end) = of_client.and_then(|finished| ended_by_server(handshake, data, finished, until)) {
        end_by_server(walk, handshake, end);
    } else {
        answer(&mut walk.tls, data, first);
    }
}

/// The server ended it in place of completing the handshake.
fn end_by_server(walk: &mut Walk, handshake: &Sides<Vec<Sample>>, end: Sample) {
    let shows_certificate = |it: &Sample| !it.is_joined && it.len >= SHORTEST_CERTIFICATE;
    let tls = &mut walk.tls;
    tls.client_sent_certificate = handshake.client.iter().any(shows_certificate);
    tls.application_data.server = 0;
    tls.first_application_data.server = None;
    tls.unclear_answer = Some(end.frame);
    if refuse(walk, Side::Server, end) {
        walk.tls.server_alert_after_finished = Some(end.frame);
    }
}

/// The packets that followed the handshake, which the client completed with its packet `first` at the latest.
fn answer(tls: &mut TlsFacts, data: &Sides<Vec<Sample>>, first: Sample) {
    let mut behind: Vec<&Sample> = data.server.iter().filter(|it| it.time >= first.time).collect();
    behind.sort_by_key(|it| it.time);
    match behind.first() {
        None => {
            tls.application_data.server = 0;
            tls.first_application_data.server = None;
            // Early data is answered before the handshake is complete, and a client without an answer asks again.
            let asks_again = data.client.iter().any(|it| it.time.since(first.time) >= ONE_FLIGHT);
            if let Some(shown) = data
                .server
                .first()
                .map(|it| it.frame)
                .or((!asks_again).then_some(first.frame))
            {
                tls.unclear_answer = Some(shown);
            }
        }
        Some(answer) if is_answered(&data.client, &behind) => {
            tls.first_application_data.server = Some(answer.frame);
            tls.ticket_or_answer = Some(answer.frame);
        }
        Some(short) => {
            tls.application_data.server = 0;
            tls.first_application_data.server = None;
            tls.unclear_answer = Some(short.frame);
        }
    }
}

/// True if the server sent more than the end of the connection: too many bytes for that, or the client continued and
/// was answered once more.
fn is_answered(client: &[Sample], behind: &[&Sample]) -> bool {
    let went_on = || {
        let first = behind.first()?;
        let on = client
            .iter()
            .filter(|it| it.time > first.time)
            .min_by_key(|it| it.time)?;
        let again = behind.iter().find(|it| it.time > on.time)?;
        client.iter().find(|it| it.time > again.time)
    };
    behind.iter().any(|it| it.len > LONGEST_CLOSE) || went_on().is_some()
}

/// The client's last packet of the handshake, if it aborted after the server's flight: it never completed the handshake
/// and did not ask again, and neither did the server, which would repeat its flight to a client that fell silent.
fn broke_off(handshake: &Sides<Vec<Sample>>, data: &Sides<Vec<Sample>>) -> Option<Sample> {
    let first = handshake.client.iter().min_by_key(|it| it.time)?;
    let last = handshake.client.iter().max_by_key(|it| it.time)?;
    let of_server = handshake.server.iter().chain(&data.server).map(|it| it.time);
    let heard = of_server.max()?;
    let is_prompt = last.time.since(heard).abs() < PROMPT && last.time.since(first.time) < AT_ONCE;
    is_prompt.then_some(*last)
}

/// The server's last packet of the handshake where it ended the connection behind the client's Finished. A server that accepts the
/// client has no keys of the handshake any more and says HANDSHAKE_DONE, which the client acknowledges (RFC 9001 section 4.9.2, RFC
/// 9000 section 19.20). An end is written in both kinds of packets (RFC 9000 section 10.2.3), and acknowledged by nobody.
fn ended_by_server(
    handshake: &Sides<Vec<Sample>>,
    data: &Sides<Vec<Sample>>,
    finished: &Sample,
    until: Timestamp,
) -> Option<Sample> {
    let is_full = |samples: &Vec<Sample>| samples.len() >= MAX_SAMPLES;
    if is_full(&handshake.client) || is_full(&data.client) || is_full(&data.server) {
        return None;
    }
    let behind = |samples: &'_ [Sample]| -> Vec<Sample> {
        samples.iter().filter(|it| it.time > finished.time).copied().collect()
    };
    let last = *behind(&handshake.server).iter().max_by_key(|it| it.time)?;
    let all = [behind(&handshake.server), behind(&data.server)].concat();
    let frames: BTreeSet<FrameNumber> = all.iter().map(|it| it.frame).collect();
    let is_short = frames.len() <= MOST_ENDINGS && all.iter().all(|it| it.len <= LONGEST_CLOSE);
    let is_last = all.iter().all(|it| it.time <= last.time) && last.time.since(finished.time) < PROMPT;
    // Whoever had asked and was not answered would ask again.
    let is_heard = data.client.iter().all(|it| it.time <= last.time) && until.since(last.time) >= WATCHED;
    (is_short && is_last && is_heard).then_some(last)
}

/// Makes an alert of the packet by which a side ended the handshake; whether there is such a step.
fn refuse(walk: &mut Walk, side: Side, last: Sample) -> bool {
    let is_it = |step: &Step| {
        step.side == side && step.kind == StepKind::EncryptedHandshake && step.frames.contains(&last.frame)
    };
    let Some(at) = walk.steps.iter().rposition(is_it) else {
        return false;
    };
    if let Some(step) = walk.steps.get_mut(at) {
        (step.kind, step.seen) = (StepKind::Alert, Seen::Inferred);
    }
    walk.tls.alerts.push(Alert {
        side,
        content: None,
        frame: last.frame,
        time: last.time,
        seen: Seen::Inferred,
        step: at,
        after_close: false,
    });
    walk.tls.alerts.sort_by_key(|alert| alert.step);
    true
}
