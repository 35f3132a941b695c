//! Flows → Ended, by the capture's clock: for a capture that grows and may be quiet for hours.
//!
//! A file's flows end with the file. Where reports are due before, a flow is over some time after it closed, or when it
//! said nothing for long. What still comes of it belongs to no new connection, so its ends are remembered for a while.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Ended, Flows, Key, State};
use crate::decode::{Endpoint, Segment};
use crate::frame::Timestamp;

const SECOND: i64 = 1_000_000_000;

/// A closed flow is handed on when nothing of it came for so long: late copies, and the first retransmissions after a reset.
pub(crate) const CLOSED: i64 = 5 * SECOND;

/// A connection that nobody answers: SYNs are repeated for up to 127 s (Linux, RFC 6298 back-off), the pause before the last is 64 s.
const UNANSWERED: i64 = 150 * SECOND;

/// A connection that says nothing is over, as far as a report is concerned.
const SILENT: i64 = 600 * SECOND;

/// Flows whose ends are remembered after they ended; the table is looked through when there are more.
const MAX_GONE: usize = 4096;

/// The ends of flows that were handed on, with the time of their last segment.
#[derive(Debug, Default)]
pub(super) struct Gone {
    ends: HashMap<Key, Timestamp, RandomState>,
    /// When connections that are not followed were looked through.
    swept: Timestamp,
}

impl Gone {
    /// Whether a segment belongs to a flow that was handed on. A file has none.
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

    fn add(&mut self, key: Key, last: Timestamp, now: Timestamp) {
        if self.ends.len() >= MAX_GONE {
            self.ends.retain(|_, last| now.since(*last) <= SILENT);
        }
        if self.ends.len() < MAX_GONE {
            self.ends.insert(key, last);
        }
    }
}

impl Flows {
    /// Hands on the flows that are over at this time, going by how long they have been closed, unanswered or silent.
    pub(crate) fn hand_on_quiet(&mut self, now: Timestamp, ended: &mut Vec<Ended>) {
        let sweeps = now.since(self.gone.swept) >= SILENT;
        if sweeps {
            self.gone.swept = now;
            self.gone.ends.retain(|_, last| now.since(*last) <= SILENT);
        }
        let mut over = Vec::new();
        for (at, slot) in (0_u32..).zip(&mut self.slots) {
            let last = match &slot.state {
                State::Free => continue,
                State::Lone(syn) if now.since(syn.time) > UNANSWERED => syn.time,
                State::Handshake(handshake) if now.since(handshake.times().1) > SILENT => handshake.times().1,
                State::Followed(flow) if now.since(flow.last().1) > flow.patience() => flow.last().1,
                // These do not tell the time of each segment: silent from one sweep to the next.
                State::Elsewhere { .. } if sweeps && !std::mem::take(&mut slot.active) => now,
                _ => continue,
            };
            over.push((at, slot.key, last));
        }
        for (at, key, last) in over {
            ended.extend(self.take(at));
            self.gone.add(key, last, now);
        }
        // Tickets of flows that have gone would else stay as long as there are few.
        for queue in [&mut self.order, &mut self.lone] {
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

    /// Ends and beginnings of the flows that may still become connections of interest.
    pub(crate) fn open(&self) -> impl Iterator<Item = ([Endpoint; 2], Timestamp)> {
        self.slots.iter().filter_map(|slot| match &slot.state {
            State::Lone(syn) => Some((slot.key.ends(), syn.time)),
            State::Handshake(handshake) => Some((slot.key.ends(), handshake.times().0)),
            State::Followed(flow) if !flow.is_given_up() => Some((flow.ends, flow.first.1)),
            _ => None,
        })
    }
}

impl crate::flow::Flow {
    /// How long to wait for more of it.
    fn patience(&self) -> i64 {
        if self.closing {
            CLOSED
        } else if self.directions.iter().any(|side| side.tcp.frames == 0) {
            UNANSWERED
        } else {
            SILENT
        }
    }
}
