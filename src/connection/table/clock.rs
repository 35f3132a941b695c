//! Flows → Ended, by the capture's clock: for a capture that grows and may be quiet for hours.
//!
//! A file's flows end with the file. If reports are due earlier, a flow is over some time after it closed, or after
//! long silence. Later segments of it belong to no new connection, so its ends are remembered for a while.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Ended, Flows, Key, State};
use crate::base::clock::Moment;
use crate::base::endpoint::Endpoint;
use crate::base::frame::Timestamp;
use crate::connection::event::EventKind;
use crate::decode::Segment;
use crate::tls::message::Message;

const SECOND: i64 = 1_000_000_000;

/// A closed flow is handed on after this much silence: late copies, and the first retransmissions after a reset, have
/// come by then.
pub(crate) const CLOSED: i64 = 5 * SECOND;

/// For an unanswered connection: SYNs are repeated for up to 127 s (Linux, RFC 6298 back-off), and the pause before the
/// last is 64 s.
const UNANSWERED: i64 = 150 * SECOND;

/// For a silent connection: it is over, as far as a report is concerned.
const SILENT: i64 = 600 * SECOND;

/// The number of ended flows whose ends are remembered; the table is searched when there are more.
const MAX_GONE: usize = 4096;

/// The ends of flows that were handed on, with the time of their last segment.
#[derive(Debug, Default)]
pub(super) struct Gone {
    ends: HashMap<Key, Timestamp, RandomState>,
    /// The time at which unfollowed connections were last searched.
    swept: Timestamp,
}

impl Gone {
    /// True if a segment belongs to a flow that was handed on. A file has none.
    #[inline]
    pub(super) fn has(&mut self, key: &Key, segment: &Segment<'_>) -> bool {
        if self.ends.is_empty() {
            return false;
        }
        if segment.flags.syn() {
            self.ends.remove(key);
            return false;
        }
        match self.ends.get_mut(key) {
            Some(last) => {
                *last = segment.time.max(*last);
                true
            }
            None => false,
        }
    }

    fn add(&mut self, key: Key, last: Timestamp, moment: Moment) {
        if self.ends.len() >= MAX_GONE {
            self.ends.retain(|_, last| moment.since(*last) <= SILENT);
        }
        if self.ends.len() < MAX_GONE {
            self.ends.insert(key, last);
        }
    }
}

impl Flows {
    /// Hands on the flows that are over at this time, because they have been closed, unanswered or silent for long
    /// enough.
    pub(crate) fn hand_on_quiet(&mut self, moment: Moment, ended: &mut Vec<Ended>) {
        let now = moment.now;
        let sweeps = moment.since(self.gone.swept) >= SILENT;
        if sweeps {
            self.gone.swept = now;
            self.gone.ends.retain(|_, last| moment.since(*last) <= SILENT);
        }
        let (mut over, mut closed) = (Vec::new(), Vec::new());
        for (at, slot) in (0_u32..).zip(&mut self.slots) {
            let last = match &slot.state {
                State::Free => continue,
                State::Lone(syn) if moment.since(syn.time) > UNANSWERED => syn.time,
                State::Handshake(handshake) if moment.since(handshake.times().1) > SILENT => handshake.times().1,
                State::Followed(flow) if moment.since(flow.last().time) > flow.patience() => flow.last().time,
                // A connection's end shows that its device was there, and if little is captured, no other frames show
                // it.
                State::Elsewhere { rest, .. } if moment.since(rest.closed_at().unwrap_or(now)) > CLOSED => {
                    closed.push(at);
                    continue;
                }
                // These do not record the time of each segment: silent means from one sweep to the next.
                State::Elsewhere { .. } if sweeps && !std::mem::take(&mut slot.active) => now,
                _ => continue,
            };
            over.push((at, slot.key, last));
        }
        for (at, key, last) in over {
            ended.extend(self.take(at));
            self.gone.add(key, last, moment);
        }
        // Late segments of these begin no connection of interest: their place is used for the ends of others.
        ended.extend(closed.into_iter().filter_map(|at| self.take(at)));
        // Tickets of flows that have gone would otherwise stay as long as there are few.
        for queue in [&mut self.order, &mut self.unopened] {
            if sweeps || queue.len() > 2 * super::MAX_FLOWS {
                queue.retain(|ticket| {
                    let slot = self.slots.get(ticket.slot as usize);
                    slot.is_some_and(|slot| slot.index == ticket.index && !matches!(slot.state, State::Free))
                });
            }
        }
        if sweeps {
            let slots = &self.slots;
            self.closing.retain(|(ticket, _)| {
                let slot = slots.get(ticket.slot as usize);
                slot.is_some_and(|slot| slot.index == ticket.index && !matches!(slot.state, State::Free))
            });
        }
    }

    /// The flows that may still become connections of interest.
    pub(crate) fn open(&self) -> impl Iterator<Item = OpenFlow> {
        self.slots.iter().filter_map(|slot| {
            let (first, has_asked) = match &slot.state {
                State::Lone(syn) => (syn.time, false),
                State::Handshake(handshake) => (handshake.times().0, false),
                State::Followed(flow) if !flow.is_given_up() => (flow.first.time, flow.has_asked()),
                _ => return None,
            };
            let ends = slot.key.ends();
            Some(OpenFlow { ends, first, has_asked })
        })
    }
}

/// A flow that may still become a connection of interest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenFlow {
    pub(crate) ends: [Endpoint; 2],
    /// The time at which it began.
    pub(crate) first: Timestamp,
    /// It sent a hello to a server of interest.
    pub(crate) has_asked: bool,
}

/// The number of first events of a direction that include its hello: usually the first, or later after the CONNECT to a
/// proxy.
const FIRST_EVENTS: usize = 4;

impl crate::connection::flow::Flow {
    /// The time to wait for more of it.
    fn patience(&self) -> i64 {
        // If only one direction is captured, data shows that it was answered.
        let unanswered = self.directions.iter().any(|side| side.tcp.frames == 0)
            && self.directions.iter().all(|side| side.tcp.bytes == 0);
        if self.closing {
            CLOSED
        } else if unanswered {
            UNANSWERED
        } else {
            SILENT
        }
    }

    fn has_asked(&self) -> bool {
        let mut events = self
            .directions
            .iter()
            .flat_map(|side| side.events.iter().take(FIRST_EVENTS));
        events.any(|event| matches!(event.kind, EventKind::Tls(Message::ClientHello(_))))
    }
}
