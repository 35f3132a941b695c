//! Attempt, Context → Answer: a condition is met, is not met, or the capture does not show it.
//!
//! Absent, encrypted and not captured stay apart: [`Missing`] says which kind of capture would show it.

use crate::attempt::Attempt;
use crate::base::frame::FrameNumber;
use crate::capture::End;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::rules::{SILENCE, is_closed};
use crate::tcp::stream::GapCause;

/// The part that a capture lacks to show whether a condition is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A TCP connection of the attempt.
    Connection,
    /// The beginning of the connection.
    Start,
    /// One of the two directions.
    Direction,
    /// The bytes that the snap length cut off.
    WholeFrames,
    /// Packets that the capture did not record.
    Packets,
    /// The time after the last frame.
    Longer,
    /// Nothing: it is encrypted, and no capture shows it.
    Encrypted,
    /// The device's own log.
    Log,
}

impl Missing {
    /// The message that says which capture would show it.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Connection => "shown-by-connection",
            Self::Start => "shown-by-start",
            Self::Direction => "shown-by-direction",
            Self::WholeFrames => "shown-by-whole-frames",
            Self::Packets => "shown-by-packets",
            Self::Longer => "shown-by-longer",
            Self::Encrypted => "shown-by-nothing",
            Self::Log => "shown-by-log",
        }
    }
}

/// The answer to a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The condition is met, as this frame shows.
    Met(Option<FrameNumber>),
    /// The condition is not met; this frame comes closest.
    NotMet(Option<FrameNumber>),
    /// The capture does not show it.
    Hidden(Missing, Option<FrameNumber>),
}

impl Answer {
    /// True if the condition is met.
    pub const fn is_met(self) -> bool {
        matches!(self, Self::Met(_))
    }
}

/// The answer for a step that is seen, hidden or absent.
pub(super) fn seen(frame: Option<FrameNumber>, attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match frame {
        Some(frame) => Answer::Met(Some(frame)),
        None => absent(attempt, context, None),
    }
}

/// The answer for a fact that holds or does not, whatever was captured.
pub(super) const fn is(holds: bool, frame: Option<FrameNumber>) -> Answer {
    if holds {
        Answer::Met(frame)
    } else {
        Answer::NotMet(frame)
    }
}

/// The answer for a step that was not seen: not met if everything was captured, hidden if something is missing. The
/// frame comes closest.
pub(super) fn absent(attempt: &Attempt<'_>, context: &Context<'_>, closest: Option<FrameNumber>) -> Answer {
    let Some(connection) = attempt.connection() else {
        return Answer::Hidden(Missing::Connection, closest.or(Some(attempt.first().frame)));
    };
    let closest = closest.or(Some(connection.last.frame));
    match missing(connection, context) {
        Some(missing) => Answer::Hidden(missing, closest),
        None => Answer::NotMet(closest),
    }
}

/// The part of a connection that the capture lacks, most informative first.
pub(super) fn missing(connection: &Connection, context: &Context<'_>) -> Option<Missing> {
    let sides = || {
        Side::both()
            .into_iter()
            .map(|side| (&connection.tcp[side], &connection.tcp[side.peer()]))
    };
    let unrecorded = |cause: GapCause| !matches!(cause, GapCause::NeverArrived);
    if sides().any(|(own, peer)| {
        own.frames == 0 && peer.frames > 0 && peer.acked_bytes > 0 || own.frames == 0 && own.acked_unseen
    }) {
        return Some(Missing::Direction);
    }
    if sides().any(|(own, _)| own.bytes > 0 && !own.start_known) {
        return Some(Missing::Start);
    }
    if sides().any(|(own, _)| own.cut > 0) {
        return Some(Missing::WholeFrames);
    }
    if sides().any(|(own, _)| own.said_unseen() || own.gaps.iter().any(|gap| unrecorded(gap.cause))) {
        return Some(Missing::Packets);
    }
    let is_cut = matches!(context.capture.end, End::Truncated { .. });
    let stops = context
        .capture
        .last
        .is_none_or(|end| end.since(connection.last.time) < SILENCE);
    (!is_closed(connection) && (is_cut || stops)).then_some(Missing::Longer)
}

pub(super) fn tls<'a>(attempt: &Attempt<'a>) -> Option<&'a TlsFacts> {
    attempt.tls()
}

pub(super) fn frame_of(attempt: &Attempt<'_>, kind: StepKind) -> Option<FrameNumber> {
    attempt.connection()?.step(kind).map(|step| step.frame)
}
