//! Attempt → Finding: an access point joined, and its data channel is never answered.

use super::{SILENCE, client, elsewhere, seconds, service};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// RFC 5415 section 4.7.1: a controller answers each keep-alive of the data channel. Keep-alives are 30 s apart, or
/// less until an answer arrives.
pub(super) fn unanswered(attempt: &Attempt<'_>, context: &Context<'_>, id: VerdictId) -> Option<Finding> {
    if attempt.carrier() != Carrier::Capwap || !attempt.exchanged() {
        return None;
    }
    let connection = attempt.connection()?;
    let channel = context
        .watched
        .channels
        .between(connection.client.ip, connection.server.ip)?;
    let span = channel.last.time.since(channel.first.time);
    let is_of_it = channel.first.time >= connection.first.time && channel.first.time <= connection.last.time;
    if channel.answered > 0 || channel.asked < 2 || span < SILENCE || !is_of_it {
        return None;
    }
    let summary = phrase("join-data-unanswered")
        .with("service", service(attempt))
        .with("who", client(attempt))
        .with("times", channel.asked)
        .with("span", seconds(span));
    Some(
        Finding::error(id, By::Unknown, At::Http, summary)
            .confidence(Confidence::Likely)
            .evidence(channel.first.frame, phrase("join-data-first"))
            .evidence(
                channel.last.frame,
                phrase("join-data-last").with("times", channel.asked),
            )
            .claims_silence_of(Side::Server)
            .cannot_tell(phrase("datagrams-cannot-tell-where"))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("join-data-allow")
                    .with("device", attempt.device)
                    .with("server", connection.server.ip),
            )),
    )
}

/// True if the controller answered on the data channel.
pub(super) fn is_answered(connection: &Connection, context: &Context<'_>) -> bool {
    let channels = &context.watched.channels;
    let channel = channels.between(connection.client.ip, connection.server.ip);
    channel.is_some_and(|channel| channel.answered > 0)
}
