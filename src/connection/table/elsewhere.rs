//! Flow → Elsewhere: a dropped connection, reduced to what is still needed of it.
//!
//! It named a server of no interest, or sends nothing that is read. Its segments cost a look-up and no more.

use crate::base::frame::Timestamp;
use crate::base::seq::SeqNumber;
use crate::base::wire_text::WireText;
use crate::connection::event::EventKind;
use crate::connection::fast_path::{fingerprint, may_be_copy};
use crate::connection::flow::{Flow, LATE_SYN};
use crate::connection::sighting::Sighting;
use crate::decode::Segment;
use crate::tls::message::Message;
use crate::tls::record::Carries;

/// The remainder of a dropped flow.
#[derive(Debug)]
pub struct Elsewhere {
    /// The sighting of its hosts, before and after it was dropped.
    pub sighting: Sighting,
    /// Whether each end has sent anything, before or after the flow was dropped.
    pub spoke: [bool; 2],
    /// It carries TLS.
    pub is_tls: bool,
    /// The server that it asked for.
    pub name: Option<WireText>,
    syns: [Option<SeqNumber>; 2],
    /// The lowest byte seen, per side.
    first: [Option<SeqNumber>; 2],
    fins: [bool; 2],
    reset: bool,
    /// Fingerprint and time of each side's last closing segment: its copies are counted.
    closed: [(u64, Timestamp); 2],
    closing: bool,
}

const NOTHING_CLOSED: [(u64, Timestamp); 2] = [(0, Timestamp(i64::MIN)); 2];

impl Elsewhere {
    /// The remainder of this flow.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let sides = flow.directions.each_ref();
        let hello = sides
            .iter()
            .flat_map(|side| &side.events)
            .find_map(|event| match &event.kind {
                EventKind::Tls(Message::ClientHello(hello)) => Some(hello),
                _ => None,
            });
        let name = hello.and_then(|hello| hello.server_name.as_ref());
        let name = flow.asks_for.as_ref().or(name);
        let is_tls =
            sides.iter().any(|side| side.carries_so_far() == Carries::Tls) || hello.is_some() || name.is_some();
        Self {
            sighting: Sighting::of(flow),
            spoke: sides.map(|side| side.tcp.frames > 0),
            is_tls,
            name: name.cloned(),
            syns: sides.map(|side| side.syn_seq),
            first: sides.map(|side| side.stream.first_seq()),
            fins: sides.map(|side| side.tcp.fin.is_some()),
            reset: sides.iter().any(|side| side.tcp.reset.is_some()),
            closed: NOTHING_CLOSED,
            closing: flow.closing,
        }
    }

    /// A connection that opened properly, or not yet, and whose first message, if it has one, was a hello for another
    /// server.
    pub(super) fn of_handshake(sighting: Sighting, syns: [SeqNumber; 2], name: Option<WireText>) -> Self {
        Self {
            sighting,
            spoke: [true; 2],
            is_tls: name.is_some(),
            name,
            syns: syns.map(Some),
            first: syns.map(|syn| Some(syn.plus(1))),
            fins: [false; 2],
            reset: false,
            closed: NOTHING_CLOSED,
            closing: false,
        }
    }

    /// Processes any segment; returns whether it is a copy of the previous one.
    pub(super) fn accept(&mut self, segment: &Segment<'_>, from: usize) -> bool {
        let Some(closed) = self.closed.get_mut(from) else {
            return false;
        };
        let print = fingerprint(segment);
        if closed.0 == print && may_be_copy(segment, closed.1) {
            return true;
        }
        *closed = (print, segment.time);
        if let Some(frames) = self.sighting.frames.get_mut(from) {
            *frames = frames.saturating_add(1);
        }
        self.sighting.last = segment.frame_at();
        if let Some(fin) = self.fins.get_mut(from) {
            *fin |= segment.flags.fin();
        }
        self.reset |= segment.flags.rst();
        false
    }

    /// True if a SYN on the same addresses and ports starts a new connection, by the same rules as [`Flow`].
    pub(super) fn is_reused_by(&self, segment: &Segment<'_>, from: usize) -> bool {
        match (self.syns.get(from), self.first.get(from)) {
            (Some(Some(syn)), _) => *syn != segment.seq,
            (_, Some(Some(first))) => !(0..=LATE_SYN).contains(&first.distance_from(segment.seq)),
            _ => false,
        }
    }

    /// True if it closes with this segment: both sides have closed, or one has reset.
    pub(super) fn closes(&mut self) -> bool {
        let closes = !self.closing && (self.reset || self.fins == [true; 2]);
        self.closing |= closes;
        closes
    }

    /// The time of its last segment, if it is over.
    pub(super) fn closed_at(&self) -> Option<Timestamp> {
        self.closing.then_some(self.sighting.last.time)
    }
}
