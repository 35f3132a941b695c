//! Record → skipped bytes: those of a direction that need not be read, and the fact that they passed.

use super::{HEADER, MAX_PREAMBLE, RecordReader, State, content};
use crate::base::frame::FrameAt;
use crate::tcp::said::Provenance;
use crate::tcp::stream::Position;
use crate::tls::message::{Event, Message};

/// Application Data records whose event names the last frame beside the first: those of the encrypted handshake and the
/// first of the exchange. Later ones are bulk: the first frame is enough.
const MAX_TOLD_WHOLE: u32 = 48;

/// A record that was begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    at: Provenance,
    len: u16,
    end: Position,
}

impl RecordReader {
    /// The number of next bytes that need only be counted, not handed in, and whether that holds only as long as TLS
    /// cannot begin in them.
    #[must_use]
    pub(crate) fn passable(&self) -> (u64, bool) {
        match &self.state {
            State::Done => (u64::MAX, false),
            // The last of them ends the record.
            State::Passing { .. } if self.bodies.as_ref().is_some_and(|it| it.wants_more()) => (0, false),
            State::Passing { left } => (u64::from(left.saturating_sub(1)), false),
            State::Searching { seen, .. } if seen.is_empty() => (MAX_PREAMBLE.saturating_sub(self.preamble), true),
            _ => (0, false),
        }
    }

    /// Counts bytes that were not handed in, as [`Self::passable`] allowed.
    pub(crate) fn pass(&mut self, count: u64) {
        match &mut self.state {
            State::Passing { left } => *left = left.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX)),
            State::Searching { .. } => self.preamble += count,
            _ => {}
        }
    }

    /// Counts bytes before TLS.
    pub(super) fn pass_preamble(&mut self, count: usize) {
        self.preamble += count as u64;
        if self.preamble > MAX_PREAMBLE {
            self.state = State::Done;
        }
    }

    /// Waits for a header.
    pub(super) fn next_header(&mut self, from: Position) {
        self.state = State::Header {
            bytes: [0; HEADER],
            have: 0,
            at: Provenance::at(from),
        };
    }

    /// Begins an Application Data record. The event of an early one is sent when its last byte is there, so that it
    /// names the frame that completes it; any other at once.
    pub(super) fn open_record(&mut self, at: Provenance, len: u16, end: Position, sink: &mut impl FnMut(Event)) {
        if let Some(bodies) = &mut self.bodies {
            bodies.begin(at.from, content::APPLICATION_DATA, len);
        }
        if self.data_records >= MAX_TOLD_WHOLE || len == 0 {
            sink(at.said(Message::ApplicationData { len }, end));
            return;
        }
        self.data_records += 1;
        self.open = Some(Open { at, len, end });
    }

    /// Keeps the body of a record that was collected whole.
    pub(super) fn keep_body(&mut self, from: Position, kind: u8, body: &[u8], missing: u32) {
        if let Some(bodies) = &mut self.bodies
            && let Ok(len) = u16::try_from(body.len())
        {
            bodies.begin(from, kind, len);
            bodies.add(body);
            bodies.end(missing == 0);
        }
    }

    /// The record that was begun has a hole.
    pub(super) fn forget_body(&mut self) {
        if let Some(bodies) = &mut self.bodies {
            bodies.end(false);
        }
    }

    /// Missing bytes of the last Application Data record, which was begun and did not end.
    pub(crate) const fn unfinished(&self) -> u32 {
        match self.state {
            State::Passing { left } => left,
            _ => 0,
        }
    }

    /// Reports a record that was begun: with the frame and time of its last byte, if that was captured.
    pub(super) fn tell_open(&mut self, last: Option<FrameAt>, sink: &mut impl FnMut(Event)) {
        let Some(Open { at, len, end }) = self.open.take() else {
            return;
        };
        let mut event = at.said(Message::ApplicationData { len }, end);
        if let Some(FrameAt { frame, time }) = last {
            event.frames.note(frame);
            event.time = event.time.max(time);
        }
        sink(event);
    }
}
