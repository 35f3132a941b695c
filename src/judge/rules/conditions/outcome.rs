//! Attempt, Context → Answer: conditions about requests and answers, the file, and the device's log.

use super::answer::{Answer, Missing, absent, is, seen, tls};
use super::handshake::complete;
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::http::licensing_answer::Status;
use crate::judge::context::Context;
use crate::judge::rules::device_clock_off::LIMIT;
use crate::judge::rules::exchange::went_well;
use crate::judge::rules::heard::{ANSWER, late_answer, unanswered};
use crate::judge::rules::pair::takeover;
use crate::judge::rules::{contradicts, incomplete_capture, malformed_capture};

/// A request was sent: readable HTTP, or data after the handshake.
pub(super) fn requested(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let in_tls = tls(attempt).and_then(|tls| tls.first_application_data.client);
    let plain = attempt
        .connection()
        .and_then(|it| it.http.last()?.request.as_ref().map(|(frame, _)| *frame));
    seen(in_tls.or(plain), attempt, context)
}

/// An exchange began: the handshake is complete, or HTTP is readable.
pub(super) fn established(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match attempt.connection().and_then(|it| it.http.first()) {
        Some(exchange) => {
            let request = exchange.request.as_ref().map(|(frame, _)| *frame);
            Answer::Met(request.or_else(|| exchange.response.as_ref().map(|(frame, _)| *frame)))
        }
        None => complete(attempt, context),
    }
}

/// The server answered in readable HTTP.
pub(super) fn http_answer(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return absent(attempt, context, None);
    };
    let answer = connection
        .http
        .iter()
        .rev()
        .find_map(|exchange| exchange.response.as_ref());
    match answer {
        Some((frame, _)) if connection.tls.is_none() => Answer::Met(Some(*frame)),
        _ => match tls(attempt).and_then(|tls| tls.first_application_data.server) {
            Some(frame) => Answer::Hidden(Missing::Encrypted, Some(frame)),
            None => absent(attempt, context, None),
        },
    }
}

/// Another chassis has taken over the device's address.
pub(super) fn taken_over(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let takeover = takeover(attempt, context);
    let by_serial = takeover.and_then(|it| it.serials.map(|(_, now)| now.frame));
    let by_hardware = takeover.and_then(|it| it.hardware.map(|(_, now)| now.frame));
    is(takeover.is_some(), by_serial.or(by_hardware))
}

/// The exchange succeeded.
pub(super) fn exchange_went_well(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match went_well(attempt) {
        true => Answer::Met(attempt.connection().map(|it| it.last.frame)),
        false => absent(attempt, context, None),
    }
}

/// The file is damaged.
pub(super) fn damaged(_: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let frame = context.capture.damage.first().map(|it| it.after);
    is(malformed_capture::finding(context).is_some(), frame)
}

/// Something is missing from the capture.
pub(super) fn incomplete(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match attempt.connection() {
        Some(connection) => is(
            !incomplete_capture::reasons(connection, context).is_empty(),
            Some(connection.last.frame),
        ),
        None => Answer::Met(Some(attempt.first().frame)),
    }
}

/// The device's own log was given.
pub(super) fn log_given(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match context.options.logs.is_empty() {
        true => Answer::Hidden(Missing::Log, Some(attempt.first().frame)),
        false => Answer::Met(Some(attempt.first().frame)),
    }
}

/// A line of the log belongs to the attempt.
pub(super) fn log_speaks(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    is(!attempt.testimonies.is_empty(), Some(attempt.first().frame))
}

/// A line of the log contradicts the capture.
pub(super) fn log_contradicts(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let found = attempt.testimonies.iter().any(|it| contradicts(attempt, it));
    is(found, Some(attempt.first().frame))
}

/// The log's clock is compared with the capture's.
pub(super) fn log_clock(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let known = context
        .offsets
        .iter()
        .any(|it| it.device == Some(attempt.device) && it.pairs > 0 && it.certainty >= Confidence::Likely);
    is(known, Some(attempt.first().frame))
}

/// The log's clock is off by more than a clock drifts.
pub(super) fn clock_off(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let mut own = context.offsets.iter().filter(|it| it.device == Some(attempt.device));
    is(own.any(|it| it.error().abs() > LIMIT), Some(attempt.first().frame))
}

/// The last readable answer is a refusal: a status that is no success, or a success without the requested content.
pub(super) fn says_no(attempt: &Attempt<'_>, _: &Context<'_>) -> Answer {
    let mut answers = attempt.connection().into_iter().flat_map(|it| &it.http).rev();
    let Some((frame, response)) = answers.find_map(|exchange| exchange.response.as_ref()) else {
        return Answer::NotMet(None);
    };
    let refused = Status::of(response.excerpt.raw()).is_some_and(|status| status.is_refusal());
    is(refused || response.status >= 300 || response.has_no_body, Some(*frame))
}

/// The request has no answer, or none in time.
pub(super) fn no_answer(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return absent(attempt, context, None);
    };
    let late = late_answer(connection, ANSWER).is_some();
    let in_tls = tls(attempt).and_then(|tls| tls.first_application_data.server);
    let plain = connection
        .http
        .iter()
        .rev()
        .find_map(|it| it.response.as_ref().map(|(frame, _)| *frame));
    let request = unanswered(connection, late);
    is(request.is_some(), request.or(in_tls).or(plain))
}

/// A segment of the client was sent repeatedly and never acknowledged.
pub(super) fn sent_again(attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    let repeated = attempt
        .connection()
        .and_then(|it| it.tcp.client.delivery.repeated().map(|it| it.last.frame));
    seen(repeated, attempt, context)
}
