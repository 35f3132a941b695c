//! Frame → Trace: the packets of a capture's TCP flows, so that two captures of one flow can be compared.
//!
//! A packet keeps its sequence numbers, flags and payload on its path; addresses and ports may be translated, and a
//! firewall may shift all sequence numbers of a direction by a constant. So flows are matched by the number of their
//! SYN, or by their first payload (a Client Hello holds 32 random bytes), and packets by their place in the stream.

use std::collections::HashMap;

use crate::base::endpoint::Endpoint;
use crate::base::frame::Frame;
use crate::decode::{Decoded, Decoder, Segment};
use crate::handoff::slice::choice::ordered;

/// The number of packets remembered per capture: enough for 100 MB of small ones, in some 100 MB of memory.
const MOST_PACKETS: usize = 1_500_000;

/// Two payloads of this length are not equal by chance.
const TELLING: usize = 32;

/// One packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) frame: u64,
    pub(super) time: i64,
    /// The end that sent it: 0 or 1 of the flow's ends.
    pub(super) from: usize,
    seq: u32,
    ack: u32,
    pub(super) flags: u8,
    len: u32,
    window: u16,
    payload: u64,
    pub(super) ttl: u8,
}

/// The packets of one pair of ends.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// The end that sent the first SYN, or the first packet, comes first.
    pub(super) ends: [Endpoint; 2],
    pub(super) packets: Vec<Packet>,
}

/// All flows of a capture, in order of their first packets.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) flows: Vec<Flow>,
    by_ends: HashMap<(Endpoint, Endpoint), usize>,
    packets: usize,
    /// Packets beyond what is remembered.
    pub(super) dropped: u64,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
}

/// Key of a packet, equal at both points: sender, place in both streams, kind, payload.
type Key = (usize, u32, u32, u8, u32, u64);

impl Trace {
    pub(super) fn push(&mut self, decoder: &mut Decoder, frame: &Frame<'_>) {
        self.first = Some(self.first.map_or(frame.time.0, |first| first.min(frame.time.0)));
        self.last = self.last.max(Some(frame.time.0));
        decoder.decode(frame, &mut |decoded| {
            if let Decoded::Tcp(segment) = decoded {
                self.segment(segment);
            }
        });
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        if self.packets >= MOST_PACKETS {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.packets = self.packets.saturating_add(1);
        let key = ordered(segment.src, segment.dst);
        let opens = segment.flags.syn() && !segment.flags.ack();
        let known = self.by_ends.get(&key).copied().filter(|&at| {
            // Another SYN from the same ports begins another flow.
            let is_other = |flow: &Flow| {
                let first = flow.packets.first();
                opens && first.is_some_and(|it| it.flags & 2 != 0 && it.seq != segment.seq.0)
            };
            !self.flows.get(at).is_some_and(is_other)
        });
        let at = known.unwrap_or_else(|| {
            let answers = segment.flags.syn() && segment.flags.ack();
            let ends = if answers {
                [segment.dst, segment.src]
            } else {
                [segment.src, segment.dst]
            };
            self.flows.push(Flow {
                ends,
                packets: Vec::new(),
            });
            let at = self.flows.len().saturating_sub(1);
            self.by_ends.insert(key, at);
            at
        });
        if let Some(flow) = self.flows.get_mut(at) {
            flow.packets.push(Packet {
                frame: segment.frame.0,
                time: segment.time.0,
                from: usize::from(flow.ends.first() != Some(&segment.src)),
                seq: segment.seq.0,
                ack: if segment.flags.ack() { segment.ack.0 } else { 0 },
                // PSH and ECN bits may be changed on the path.
                flags: segment.flags.0 & 0x17,
                len: segment.wire_payload_len(),
                window: segment.window,
                payload: hash(segment.payload.get(..TELLING).unwrap_or(segment.payload)),
                ttl: segment.ttl,
            });
        }
    }
}

/// FNV-1a: the same on both sides, and a collision helps no attacker.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Flow {
    /// The SYN's number, and the first distinctive payload of each end.
    fn marks(&self) -> (Option<u32>, [Option<u64>; 2]) {
        let syn = self.packets.iter().find(|it| it.from == 0 && it.flags & 0x12 == 2);
        let first = |from| {
            let mut sent = self.packets.iter().filter(|it| it.from == from);
            sent.find(|it| it.len as usize >= TELLING).map(|it| it.payload)
        };
        (syn.map(|it| it.seq), [first(0), first(1)])
    }

    /// True if two flows are the same flow, seen twice.
    fn is_same(&self, other: &Self) -> bool {
        let ((syn, payloads), (other_syn, other_payloads)) = (self.marks(), other.marks());
        let same_payload = |at: usize| {
            let (one, other) = (
                payloads.get(at).copied().flatten(),
                other_payloads.get(at).copied().flatten(),
            );
            one.is_some() && one == other
        };
        syn.is_some() && syn == other_syn || same_payload(0) || same_payload(1)
    }

    /// The amount by which the other's sequence numbers of each end are higher: 0 unless a device in between shifts
    /// them.
    fn shifts(&self, other: &Self) -> [u32; 2] {
        [0, 1].map(|from| {
            let mut sent = self.packets.iter().filter(|it| it.from == from);
            let pair = sent.find_map(|it| {
                let is_it = |that: &&Packet| {
                    that.from == from
                        && that.flags == it.flags
                        && that.len == it.len
                        && (it.flags & 2 != 0 || it.len as usize >= TELLING && that.payload == it.payload)
                };
                Some((it, other.packets.iter().find(is_it)?))
            });
            pair.map_or(0, |(it, that)| that.seq.wrapping_sub(it.seq))
        })
    }

    /// Key of each packet, in the other capture's numbers.
    fn keys(&self, shifts: [u32; 2]) -> Vec<Key> {
        let [own, peer] = shifts;
        self.packets
            .iter()
            .map(|it| {
                let (shift, back) = if it.from == 0 { (own, peer) } else { (peer, own) };
                let ack = if it.flags & 0x10 == 0 {
                    0
                } else {
                    it.ack.wrapping_add(back)
                };
                // Data is identified by its place alone; an acknowledgement only by its number and window.
                let is_bare = it.len == 0 && it.flags & 0x07 == 0;
                let rest = if is_bare { u64::from(it.window) } else { it.payload };
                let ack = if is_bare { ack } else { 0 };
                (it.from, it.seq.wrapping_add(shift), ack, it.flags, it.len, rest)
            })
            .collect()
    }
}

/// A flow at two points.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) first: usize,
    pub(super) second: usize,
    /// Positions of the same packet in both.
    pub(super) both: Vec<(usize, usize)>,
    pub(super) only_first: Vec<usize>,
    pub(super) only_second: Vec<usize>,
}

/// The flows that both captures hold.
pub(super) fn pairs(first: &Trace, second: &Trace) -> Vec<Pair> {
    let mut taken = vec![false; second.flows.len()];
    let mut by_mark: HashMap<u64, Vec<usize>> = HashMap::new();
    let marks = |flow: &Flow| {
        let (syn, payloads) = flow.marks();
        let syn = syn.map(|syn| u64::from(syn) << 32 | 1);
        syn.into_iter()
            .chain(payloads.into_iter().flatten())
            .collect::<Vec<u64>>()
    };
    for (at, flow) in second.flows.iter().enumerate() {
        for mark in marks(flow) {
            by_mark.entry(mark).or_default().push(at);
        }
    }
    let mut pairs = Vec::new();
    for (at, flow) in first.flows.iter().enumerate() {
        let candidates = marks(flow).into_iter().filter_map(|mark| by_mark.get(&mark)).flatten();
        let found = candidates.copied().find(|&other| {
            !taken.get(other).copied().unwrap_or(true) && second.flows.get(other).is_some_and(|it| flow.is_same(it))
        });
        if let Some(other) = found
            && let Some(second_flow) = second.flows.get(other)
        {
            if let Some(mark) = taken.get_mut(other) {
                *mark = true;
            }
            pairs.push(pair(at, other, flow, second_flow));
        }
    }
    pairs
}

fn pair(first: usize, second: usize, flow: &Flow, other: &Flow) -> Pair {
    // The nth packet of a kind here matches the nth there: which copy was lost cannot be determined.
    let mut waiting: HashMap<Key, std::collections::VecDeque<usize>> = HashMap::new();
    for (at, key) in other.keys([0, 0]).into_iter().enumerate() {
        waiting.entry(key).or_default().push_back(at);
    }
    let mut pair = Pair {
        first,
        second,
        both: Vec::new(),
        only_first: Vec::new(),
        only_second: Vec::new(),
    };
    for (at, key) in flow.keys(flow.shifts(other)).into_iter().enumerate() {
        match waiting.get_mut(&key).and_then(std::collections::VecDeque::pop_front) {
            Some(there) => pair.both.push((at, there)),
            None => pair.only_first.push(at),
        }
    }
    pair.only_second = waiting.into_values().flatten().collect();
    pair.only_second.sort_unstable();
    pair
}
