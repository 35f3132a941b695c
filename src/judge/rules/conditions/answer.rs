//! Attempt, Context → Answer: a condition is met, is not, or the capture does not show whether it is.
//!
//! Absent, encrypted and not captured stay apart: [`Missing`] says which capture would show it.

use crate::attempt::Attempt;
use crate::base::frame::FrameNumber;
use crate::capture::End;
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::rules::{SILENCE, is_closed};
use crate::tcp::stream::GapCause;

/// What a capture lacks to show whether a condition is met.
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
    /// The message that says what would show it.
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

/// Whether a condition is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is, as this frame shows.
    Met(Option<FrameNumber>),
    /// It is not; this frame comes closest.
    NotMet(Option<FrameNumber>),
    /// The capture does not show it.
    Hidden(Missing, Option<FrameNumber>),
}

impl Answer {
    /// Whether it is met.
    pub const fn is_met(self) -> bool {
        matches!(self, Self::Met(_))
    }
}

/// A step that is there, or hidden, or absent.
pub(super) fn seen(frame: Option<FrameNumber>, attempt: &Attempt<'_>, context: &Context<'_>) -> Answer {
    match frame {
        Some(frame) => Answer::Met(Some(frame)),
        None => absent(attempt, context, None),
    }
}

/// Something that is there, or absent whatever was captured.
pub(super) const fn is(holds: bool, frame: Option<FrameNumber>) -> Answer {
    if holds {
        Answer::Met(frame)
    } else {
        Answer::NotMet(frame)
    }
}

/// What was not seen: not there where all was captured, hidden where something is missing. The frame comes closest.
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

/// What the capture lacks of a connection, the most telling first.
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
