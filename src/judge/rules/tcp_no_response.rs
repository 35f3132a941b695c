//! Attempt → Finding: SYNs without an answer, or with an answer that does not fit, or that the client never acknowledged.

use super::{chained, client, elsewhere, frames, named, on_client, seconds, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::{FrameAt, FrameNumber};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tcp::side::StaleAnswer;

/// RFC 6298: a SYN is repeated after one second and then at doubled intervals.
pub(super) const RULE: Rule = rule!("tcp-no-response", Cause, check);

/// In nanoseconds. A port that accepted a connection this shortly before is not closed.
const JUST_BEFORE: i64 = 60_000_000_000;

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tcp = &connection.tcp;
    let (first, last) = (tcp.client.syns.first()?, tcp.client.syns.last()?);
    // An answer may still be on its way when the capture ends.
    if context
        .capture
        .last
        .is_none_or(|end| end.since(first.time) < super::SILENCE)
    {
        return None;
    }
    if let Some(waited) = connection.answered_too_late() {
        return too_late(attempt, connection, waited);
    }
    if connection.syn_ack_unanswered() {
        return unacknowledged(attempt, connection, context);
    }
    if connection.connected() {
        return None;
    }
    if let Some(stale) = &tcp.server.stale_answer {
        return (tcp.server.frames == stale.times).then(|| of_another(attempt, connection, stale));
    }
    // A client that is still waiting sends no RST: its own answers something that the capture does not hold.
    if tcp.server.frames > 0 || tcp.client.reset.is_some() {
        return None;
    }
    let tries = tcp.client.syns.len();
    let summary = phrase("tcp-no-response-summary")
        .with("who", client(attempt))
        .with("target", service(attempt))
        .with("tries", tries)
        .with("span", seconds(last.time.since(first.time)));
    let mut finding = Finding::error(RULE.id, By::Unknown, At::Tcp, summary)
        // A SYN that is not repeated was given up early, or its repetitions are not in the capture.
        .confidence(if tries > 1 {
            Confidence::Certain
        } else {
            Confidence::Possible
        })
        .evidence(first.frame, phrase("syn-to").with("server", connection.server))
        .claims_silence_of(Side::Server);
    if last.frame != first.frame {
        let repeated = phrase("tcp-no-response-last").with("steps", intervals(&tcp.client.syns));
        finding = finding.evidence(last.frame, repeated);
    }
    for earlier in attempt.connections.iter().rev().skip(1) {
        let tried = phrase("tcp-no-response-tried").with("server", earlier.server);
        finding = finding.evidence(earlier.first.frame, tried);
    }
    let accepted = context.watched.hosts.accepted.before(connection.server, first.time);
    if let Some(FrameAt { frame, time }) = accepted.filter(|it| first.time.since(it.time) <= JUST_BEFORE) {
        return Some(overloaded(
            finding,
            attempt,
            connection,
            (frame, first.time.since(time)),
        ));
    }
    Some(blocked(finding, attempt, connection))
}

/// Nothing is known about the port: a device on the path may have dropped the SYNs.
fn blocked(finding: Finding, attempt: &Attempt<'_>, connection: &Connection) -> Finding {
    let allow = phrase("tcp-no-response-allow")
        .with("port", connection.server.port)
        .with("device", attempt.device)
        .with("name", named(attempt));
    let finding = finding
        .cannot_tell(phrase("tcp-no-response-cannot-tell"))
        .remedy(elsewhere(attempt, Owner::Firewall, allow));
    if attempt.licensing {
        finding.remedy(from_interface(attempt, connection))
    } else {
        finding
    }
}

fn from_interface(attempt: &Attempt<'_>, connection: &Connection) -> crate::judge::finding::Remedy {
    on_client(
        attempt,
        phrase("tcp-no-response-interface"),
        &[
            task("reach")
                .with("host", &attempt.host())
                .with("port", &connection.server.port)
                .with("device", &attempt.device),
            task("show-route").with("server", &connection.server.ip),
            task("set-source").with("device", &attempt.device),
        ],
    )
}

fn intervals(times: &[FrameAt]) -> Phrase {
    let steps: Vec<Phrase> = times
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] => Some(seconds(b.time.since(a.time))),
            _ => None,
        })
        .collect();
    chained(&steps, "enumerated")
}

/// The same port accepted a connection a moment before: it is reachable, and accepts no more.
fn overloaded(
    mut finding: Finding,
    attempt: &Attempt<'_>,
    connection: &Connection,
    (frame, before): (FrameNumber, i64),
) -> Finding {
    finding.confidence = finding.confidence.min(Confidence::Likely);
    finding
        .evidence(
            frame,
            phrase("tcp-no-response-accepted")
                .with("server", connection.server)
                .with("span", seconds(before)),
        )
        .alternative(OtherCause::Firewall, phrase("tcp-no-response-became-closed"))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("tcp-no-response-backlog").with("server", connection.server),
        ))
        .remedy(elsewhere(
            attempt,
            Owner::Firewall,
            phrase("tcp-no-response-limit")
                .with("device", attempt.device)
                .with("server", connection.server),
        ))
}

/// The answers acknowledge bytes that the client never sent: the state of an older connection interferes.
fn of_another(attempt: &Attempt<'_>, connection: &Connection, stale: &StaleAnswer) -> Finding {
    let mut finding = Finding::error(
        RULE.id,
        By::Unknown,
        At::Tcp,
        phrase("tcp-no-response-summary-stale")
            .with("who", client(attempt))
            .with("service", service(attempt)),
    )
    .confidence(Confidence::Likely)
    .evidence(
        connection
            .tcp
            .client
            .syns
            .first()
            .map_or(connection.first.frame, |syn| syn.frame),
        phrase("syn-to").with("server", connection.server),
    )
    .evidence(
        stale.frame,
        phrase("tcp-no-response-stale-answer").with("times", stale.times),
    );
    if let Some(frame) = stale.refused {
        finding = finding.evidence(
            frame,
            phrase("tcp-no-response-stale-refused").with("who", client(attempt)),
        );
    }
    finding
        .alternative(
            OtherCause::SequenceNumbersChanged,
            phrase("tcp-no-response-stale-rewritten"),
        )
        .cannot_tell(phrase("tcp-no-response-stale-cannot-tell"))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("tcp-no-response-stale-drop")
                .with("server", connection.server)
                .with("client", connection.client),
        ))
        .remedy(elsewhere(
            attempt,
            Owner::Firewall,
            phrase("tcp-no-response-stale-ports"),
        ))
}

/// The server answers the SYN when the client has given up.
fn too_late(attempt: &Attempt<'_>, connection: &Connection, waited: i64) -> Option<Finding> {
    let (client_tcp, server_tcp) = (&connection.tcp.client, &connection.tcp.server);
    let (first, last) = (client_tcp.syns.first()?, client_tcp.syns.last()?);
    let (answer, refusal) = (server_tcp.syns.first()?, client_tcp.reset?);
    let summary = phrase("tcp-no-response-summary-too-late")
        .with("who", client(attempt))
        .with("target", service(attempt))
        .with("span", seconds(waited));
    let repeated = phrase("tcp-no-response-last").with("steps", intervals(&client_tcp.syns));
    let load = phrase("tcp-no-response-too-late-load").with("server", connection.server);
    Some(
        Finding::error(RULE.id, By::Unknown, At::Tcp, summary)
            .confidence(Confidence::Likely)
            .evidence(first.frame, phrase("syn-to").with("server", connection.server))
            .evidence(last.frame, repeated)
            .evidence(answer.frame, phrase("syn-ack"))
            .evidence(
                refusal.frame,
                phrase("tcp-no-response-too-late-refusal").with("who", client(attempt)),
            )
            .cannot_tell(phrase("tcp-no-response-too-late-cannot-tell"))
            .remedy(elsewhere(attempt, Owner::Firewall, load)),
    )
}

/// The server answers the SYN, and the client never acknowledges the answer.
fn unacknowledged(attempt: &Attempt<'_>, connection: &Connection, context: &Context<'_>) -> Option<Finding> {
    let (client_tcp, server_tcp) = (&connection.tcp.client, &connection.tcp.server);
    let first = server_tcp.syns.first()?;
    let last = server_tcp.syns.last()?.frame;
    let is_watched = context
        .capture
        .last
        .is_some_and(|end| end.since(first.time) >= super::SILENCE);
    let repeated = server_tcp.syns.len() > 1;
    if !is_watched {
        return None;
    }
    // A client that repeats its SYN has not received the answer.
    let asked_again: Vec<FrameNumber> = client_tcp
        .syns
        .iter()
        .filter(|syn| syn.frame > first.frame)
        .map(|syn| syn.frame)
        .collect();
    let mut finding = Finding::error(
        RULE.id,
        if asked_again.is_empty() { By::Unknown } else { By::Path },
        At::Tcp,
        phrase("tcp-no-response-summary-unacknowledged")
            .with("who", client(attempt))
            .with("service", service(attempt))
            .with("times", server_tcp.syns.len()),
    )
    .confidence(if repeated {
        Confidence::Likely
    } else {
        Confidence::Possible
    })
    .evidence(first.frame, phrase("syn-ack"))
    .claims_silence_of(Side::Client);
    if repeated {
        finding = finding.evidence(
            last,
            phrase("tcp-no-response-last").with("steps", intervals(&server_tcp.syns)),
        );
    }
    if let Some(&frame) = asked_again.last() {
        finding = finding.evidence(
            frame,
            phrase("tcp-no-response-asked-again")
                .with("who", client(attempt))
                .with("frames", frames(&asked_again)),
        );
    } else {
        finding = finding.alternative(OtherCause::Scan, phrase("tcp-no-response-scan"));
    }
    Some(
        finding
            .cannot_tell(phrase("tcp-no-response-unacknowledged-cannot-tell"))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("tcp-no-response-way-back")
                    .with("server", connection.server)
                    .with("device", attempt.device),
            )),
    )
}
