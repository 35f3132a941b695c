//! Attempt → Answer: conditions about the name, its look-ups and the service.

use super::answer::{Answer, Missing, is};
use crate::attempt::Attempt;
use crate::base::frame::FrameNumber;
use crate::dns::lookup::Answer as DnsAnswer;
use crate::judge::context::Context;
use crate::judge::rules::odd_address::oddness;

fn dns_answers<'a>(attempt: &'a Attempt<'_>) -> impl Iterator<Item = &'a DnsAnswer> {
    attempt.lookups.iter().filter_map(|lookup| lookup.answer.as_ref())
}

fn first_question(attempt: &Attempt<'_>) -> Option<FrameNumber> {
    attempt.lookups.first().map(|lookup| lookup.first().frame)
}

/// The name was looked up.
pub(super) fn looked_up(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    is(
        !attempt.lookups.is_empty(),
        first_question(attempt).or(Some(attempt.first().frame)),
    )
}

/// No connection followed.
pub(super) fn no_connection(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let frame = attempt.connections.first().map(|connection| connection.first.frame);
    is(attempt.connections.is_empty(), frame)
}

/// DNS gave no answer.
pub(super) fn dns_unanswered(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    match dns_answers(attempt).next() {
        Some(answer) => Answer::NotMet(Some(answer.frame)),
        None => Answer::Met(first_question(attempt)),
    }
}

/// DNS answered, too long for UDP, and the connection over TCP failed.
pub(super) fn dns_over_tcp(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let frame = attempt.dns_over_tcp.map(|connection| connection.first.frame);
    is(frame.is_some(), frame.or_else(|| first_question(attempt)))
}

/// DNS answered.
pub(super) fn dns_answered(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    match dns_answers(attempt).next() {
        Some(answer) => Answer::Met(Some(answer.frame)),
        None if attempt.lookups.is_empty() => Answer::Hidden(Missing::Start, Some(attempt.first().frame)),
        None => Answer::NotMet(first_question(attempt)),
    }
}

/// No answer gave an address.
pub(super) fn dns_without_address(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let with = dns_answers(attempt).find(|answer| !answer.addresses.is_empty());
    is(
        with.is_none(),
        with.or_else(|| dns_answers(attempt).next()).map(|it| it.frame),
    )
}

/// An answer gave an address that a public service cannot have.
pub(super) fn dns_odd_address(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let odd = |answer: &&DnsAnswer| answer.addresses.iter().any(|&ip| oddness(ip).is_some());
    let found = dns_answers(attempt).find(odd);
    is(
        found.is_some(),
        found.or_else(|| dns_answers(attempt).next()).map(|it| it.frame),
    )
}

/// An answer gave a usable address.
pub(super) fn dns_usable_address(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let usable = |answer: &&DnsAnswer| answer.addresses.iter().any(|&ip| oddness(ip).is_none());
    let found = dns_answers(attempt).find(usable);
    is(
        found.is_some(),
        found.or_else(|| dns_answers(attempt).next()).map(|it| it.frame),
    )
}

/// The connection goes to an address that no answer gave.
pub(super) fn address_not_told(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return Answer::Hidden(Missing::Connection, first_question(attempt));
    };
    let told = dns_answers(attempt).any(|answer| answer.addresses.contains(&connection.server.ip));
    is(!told, Some(connection.first.frame))
}

/// The attempt is part of licensing.
pub(super) fn licensing(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    is(attempt.licensing, Some(attempt.first().frame))
}

/// The service is a public one.
pub(super) fn public_service(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    is(attempt.service.public_certificate, Some(attempt.first().frame))
}

/// The service has a successor.
pub(super) fn superseded(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    is(attempt.service.superseded_by.is_some(), Some(attempt.first().frame))
}
