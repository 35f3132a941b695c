//! Attempt → Answer: conditions about TCP, ICMP, the proxy, and plain-text protocols.

use super::answer::{Answer, Missing, absent, frame_of, is, seen};
use crate::attempt::Attempt;
use crate::base::frame::FrameAt;
use crate::connection::plain::Spoken;
use crate::connection::plain::socks::Reply;
use crate::connection::walk::{Side, StepKind};
use crate::judge::context::Context;
use crate::judge::rules::quic_said::list_of_versions;
use crate::judge::rules::{SILENCE, first_end, first_fin, server_reset as server_resets};

/// There is a connection.
pub(super) fn connection(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    seen(attempt.connection().map(|it| it.first.frame), attempt, context)
}

/// An ICMP error quotes the connection.
pub(super) fn icmp_error(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    seen(attempt.icmp.first().map(|error| error.frame), attempt, context)
}

/// The client's SYN was captured.
pub(super) fn syn(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let syn = attempt.connection().and_then(|it| it.tcp.client.syns.first());
    seen(syn.map(|syn| syn.frame), attempt, context)
}

/// TCP did not open.
pub(super) fn not_open(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return Answer::Hidden(Missing::Connection, Some(attempt.first().frame));
    };
    let opened = connection
        .step(StepKind::SynAck)
        .or_else(|| connection.step(StepKind::Ack));
    is(
        !connection.connected(),
        Some(opened.map_or(connection.first.frame, |step| step.frame)),
    )
}

/// The server sent nothing.
pub(super) fn server_silent(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return Answer::Hidden(Missing::Connection, Some(attempt.first().frame));
    };
    let server = &connection.tcp.server;
    match (server.frames, connection.tcp.client.syns.last()) {
        (0, _) if server.acked_unseen => Answer::Hidden(Missing::Direction, Some(connection.last.frame)),
        (0, last) => Answer::Met(last.map(|syn| syn.frame)),
        _ => Answer::NotMet(Some(server.first)),
    }
}

/// The capture continues for long enough after the SYN.
pub(super) fn waited(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let started = attempt.connection().and_then(|it| it.tcp.client.syns.first());
    let Some(&FrameAt { frame, time }) = started else {
        return Answer::Hidden(Missing::Start, Some(attempt.first().frame));
    };
    let end = context.capture.watched_until(time);
    match end.is_some_and(|end| end.since(time) >= SILENCE) {
        true => Answer::Met(Some(frame)),
        false => Answer::Hidden(Missing::Longer, Some(frame)),
    }
}

/// The server's answer to the SYN was never acknowledged.
pub(super) fn syn_ack_unanswered(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match attempt.connection() {
        Some(connection) if connection.syn_ack_unanswered() => Answer::Met(Some(connection.tcp.server.first)),
        Some(connection) => Answer::NotMet(Some(connection.last.frame)),
        None => absent(attempt, context, None),
    }
}

/// The server answered the SYN when the client had given up.
pub(super) fn answered_late(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match attempt.connection() {
        Some(connection) if connection.answered_too_late().is_some() => Answer::Met(Some(connection.last.frame)),
        Some(connection) => Answer::NotMet(Some(connection.last.frame)),
        None => absent(attempt, context, None),
    }
}

/// The server's answers belonged to an older connection.
pub(super) fn stale_answer(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let stale = attempt.connection().and_then(|it| it.tcp.server.stale_answer.as_ref());
    match (stale, attempt.connection()) {
        (Some(stale), _) => Answer::Met(Some(stale.frame)),
        (None, Some(connection)) => Answer::NotMet(Some(connection.last.frame)),
        (None, None) => absent(attempt, context, None),
    }
}

/// The server reset the connection.
pub(super) fn server_reset(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    seen(
        attempt
            .connection()
            .and_then(|it| it.tcp.server.reset)
            .map(|it| it.frame),
        attempt,
        context,
    )
}

/// A side reset the connection, or an earlier one of the attempt.
pub(super) fn reset(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let resets = attempt
        .connections
        .iter()
        .rev()
        .flat_map(|it| [it.tcp.client.reset, it.tcp.server.reset]);
    seen(resets.flatten().map(|it| it.frame).next(), attempt, context)
}

/// A request was sent to a proxy.
pub(super) fn proxy_asked(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let connection = attempt.connection();
    let by_socks = connection.and_then(|it| Some(it.socks.as_ref()?.asked.frame));
    let asked = connection.and_then(|it| it.connect().or_else(|| it.forwarded()));
    let by_http = || asked.and_then(|it| it.request.as_ref()).map(|(frame, _)| *frame);
    seen(by_socks.or_else(by_http), attempt, context)
}

/// The proxy answered with a status of HTTP that fits, or with a reply of SOCKS that does.
fn proxy_answer(
    attempt: &Attempt<'_>,
    context: &Context<'_>,
    fits: fn(u16) -> bool,
    fits_socks: fn(Reply) -> bool,
) -> Answer {
    if let Some(socks) = attempt.connection().and_then(|it| it.socks.as_ref()) {
        return match socks.reply {
            Some((reply, part)) => is(fits_socks(reply), Some(part.frame)),
            None => absent(attempt, context, None),
        };
    }
    let asked = attempt
        .connection()
        .and_then(|it| it.connect().or_else(|| it.forwarded()));
    match asked.and_then(|it| it.response.as_ref()) {
        Some((frame, response)) => is(fits(response.status), Some(*frame)),
        None => absent(attempt, context, None),
    }
}

/// The proxy requires credentials.
pub(super) fn proxy_407(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let demands = |reply| matches!(reply, Reply::NoMethod | Reply::WrongCredentials);
    proxy_answer(attempt, context, |status| status == 407, demands)
}

/// The proxy refused.
pub(super) fn proxy_said_no(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let refuses = |reply| matches!(reply, Reply::Refused(_));
    proxy_answer(attempt, context, |status| !matches!(status, 200..=299 | 407), refuses)
}

/// The proxy was asked for a tunnel and did not answer.
pub(super) fn proxy_silent(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return absent(attempt, context, None);
    };
    let silent = match &connection.socks {
        Some(socks) => socks.reply.is_none() && connection.tls.is_none(),
        None => {
            let is_unanswered = connection.connect().is_none_or(|it| it.response.is_none());
            let said_before = connection.http.iter().any(|it| it.response.is_some());
            is_unanswered && connection.tls.is_none() && (connection.tcp.server.bytes == 0 || said_before)
        }
    };
    is(
        silent,
        Some(connection.tcp.server.last.frame)
            .filter(|frame| frame.0 > 0)
            .or(Some(connection.last.frame)),
    )
}

/// TLS was requested in plain text and did not follow.
pub(super) fn starttls(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let connection = attempt.connection();
    is(
        connection.is_some_and(|it| it.offer.is_some()),
        connection.map(|it| it.first.frame),
    )
}

/// The client speaks something other than TLS.
pub(super) fn plain_client(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let connection = attempt.connection();
    let plain = connection.and_then(|it| it.plain_client.as_ref());
    let hello = frame_of(attempt, StepKind::ClientHello);
    is(
        plain.is_some(),
        plain
            .map(|it| it.frame)
            .or(hello)
            .or_else(|| connection.map(|it| it.first.frame)),
    )
}

/// The client ended the connection.
pub(super) fn client_left(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let client = attempt.connection().map(|it| &it.tcp.client);
    let end = client.and_then(|client| client.fin.or(client.reset)).map(|it| it.frame);
    seen(end, attempt, context)
}

/// The server ended the connection before the client did.
pub(super) fn server_closed(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let connection = attempt.connection();
    let server = connection.map(|it| &it.tcp.server);
    let end = server.and_then(|server| server.fin.or(server.reset)).map(|it| it.frame);
    match end {
        Some(frame) if connection.and_then(first_fin) == Some(Side::Client) => Answer::NotMet(Some(frame)),
        _ => seen(end, attempt, context),
    }
}

/// TLS travels in datagrams.
pub(super) fn datagrams(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let connection = attempt.connection();
    is(attempt.carrier().is_datagram(), connection.map(|it| it.first.frame))
}

/// The client speaks TLCP.
pub(super) fn tlcp(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let connection = attempt.connection();
    let plain = connection.and_then(|it| it.plain_client.as_ref());
    let speaks = plain.is_some_and(|it| it.spoken == Spoken::Tlcp);
    is(
        speaks,
        plain.map(|it| it.frame).or_else(|| connection.map(|it| it.first.frame)),
    )
}

/// The server listed its versions of QUIC, and the client continued with none of them.
pub(super) fn versions_listed(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let list = list_of_versions(attempt);
    let first = || attempt.connection().map(|it| it.first.frame);
    is(list.is_some(), list.map(|(frame, _)| frame).or_else(first))
}

/// A sign shows that the port expects TLS.
pub(super) fn tls_expected(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let plain = attempt.connection().and_then(|it| it.plain_client.as_ref());
    let sign = plain.is_some_and(|it| it.sign.is_some());
    is(
        sign || attempt.speaks_tls.is_some(),
        attempt.speaks_tls.or(plain.map(|it| it.frame)),
    )
}

/// The server did not reset the connection before either side had closed it.
pub(super) fn no_server_reset(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let reset = attempt.connection().filter(|connection| server_resets(connection));
    let frame = reset.and_then(|it| it.tcp.server.reset).map(|it| it.frame);
    is(reset.is_none(), frame)
}

/// The RST came before any FIN of its sender.
pub(super) fn reset_first(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let first = attempt.connections.iter().rev().find_map(|it| first_end(it));
    let fin = attempt
        .connection()
        .and_then(|it| it.tcp.client.fin.or(it.tcp.server.fin));
    is(
        first.is_some(),
        first.map(|(_, reset)| reset.frame).or(fin.map(|it| it.frame)),
    )
}
