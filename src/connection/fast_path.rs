//! Segment → Run: segments that only continue a direction, counted without reading the rest of its state.
//!
//! Most segments of a connection come in order and carry nothing that is read: acknowledgements, plaintext of an
//! unknown protocol, the middle of a record's ciphertext. They change a few numbers, which are here in one or two cache
//! lines, while a direction has twenty-six. The direction catches up when a segment comes that must be examined, or
//! when it ends; then its state is as if it had examined each of them.

use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::seq::SeqNumber;
use crate::decode::{Segment, TcpFlags, options};
use crate::tcp::side::Ordinary;
use crate::tls::may_begin;

/// The number of segments remembered to distinguish the capture's second copies from the sender's retransmissions.
pub(crate) const MAX_RECENT: usize = 32;

/// The same for acknowledgements without data, which are the bulk of a capture and change nothing.
const MAX_RECENT_BARE: usize = 4;

/// In nanoseconds. A second copy of a packet without IP identification must come within this time, because a
/// retransmission looks the same; no TCP retransmits faster on purpose (RFC 6298 asks for a second, Linux waits 200
/// ms).
const COPY_WITHIN: i64 = 100_000_000;

/// Sequence numbers that a direction may advance before it catches up: well below half of sequence space.
const MAX_AHEAD: u32 = 64 * 1024 * 1024;

/// Counters of a direction since it last caught up, and the state that decides whether it must examine the next
/// segment.
///
/// Without `recent` it fits into one cache line. It is not aligned to one: alignment gained nothing, and cost memory.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// The last segments, in a ring.
    recent: [Seen; MAX_RECENT],
    /// The last segment.
    last: FrameAt,
    /// The number of the next byte.
    next: SeqNumber,
    /// The acknowledgement number of the last segment, and the one when the run began.
    acked: SeqNumber,
    acked_from: SeqNumber,
    /// The number of bytes that may pass.
    room: u32,
    /// The largest payload that may pass.
    largest: u32,
    /// Segments.
    frames: u32,
    /// All segments of the direction below TCP, these included.
    ordinary: Option<Ordinary>,
    /// The index in `recent` for the next segment.
    at: u8,
    /// True if segments may be taken.
    is_open: bool,
    /// True if TLS may begin in the bytes.
    is_searched: bool,
}

/// A segment that was seen. Frame and time without their high bits: only neighbours are compared.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    print: u64,
    /// Zero: none.
    frame: u32,
    time: u32,
}

/// The segments that passed.
pub(crate) struct Passed {
    pub(crate) frames: u32,
    pub(crate) last: FrameAt,
    pub(crate) ordinary: Option<Ordinary>,
    /// The numbers up to which it sent and acknowledged.
    pub(crate) next: SeqNumber,
    pub(crate) acked: SeqNumber,
}

impl Run {
    /// Lets segments be taken from number `next` on, until `room` bytes have passed; `is_searched` if none of them may
    /// begin TLS. A segment larger than all before is examined: `largest` is the largest payload so far.
    pub(crate) fn open(&mut self, next: SeqNumber, room: u32, is_searched: bool, ordinary: Ordinary, largest: u32) {
        self.next = next;
        self.acked_from = self.acked;
        self.room = room.min(MAX_AHEAD);
        self.is_searched = is_searched;
        self.ordinary = Some(ordinary);
        (self.frames, self.largest) = (0, largest);
        self.is_open = true;
    }

    /// Stops taking segments, and returns those that passed, if any.
    pub(crate) fn close(&mut self) -> Option<Passed> {
        self.is_open = false;
        let frames = std::mem::take(&mut self.frames);
        (frames > 0).then_some(Passed {
            frames,
            last: self.last,
            ordinary: self.ordinary,
            next: self.next,
            acked: self.acked,
        })
    }

    /// The last segment taken that the direction does not know yet.
    pub(crate) fn last(&self) -> Option<FrameAt> {
        (self.frames > 0).then_some(self.last)
    }

    /// Takes a segment, if it only continues the direction.
    #[inline]
    pub(crate) fn takes(&mut self, segment: &Segment<'_>) -> bool {
        const TOLD_APART: u8 = TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST | TcpFlags::ACK;
        let len = segment.wire_payload_len();
        let carries_on = self.is_open
            && segment.seq == self.next
            && segment.flags.0 & TOLD_APART == TcpFlags::ACK
            && len <= self.room
            && len <= self.largest
            && segment.lost == 0
            && segment.window != 0
            && segment.ack.distance_from(self.acked) >= 0
            && segment.ack.0.wrapping_sub(self.acked_from.0) <= MAX_AHEAD
            && !options::holds_sack(segment.options)
            && self.frames < u32::MAX;
        if !carries_on {
            return false;
        }
        let print = fingerprint(segment);
        let brings_nothing = match segment.payload {
            [] => self.copy_of(segment, print).is_none(),
            // Perhaps padding.
            [0, rest @ ..] if rest.len() < 6 => false,
            data => !self.is_searched || !may_begin(data),
        };
        if !brings_nothing {
            return false;
        }
        self.remember(segment, print);
        self.last = segment.frame_at();
        self.next = self.next.plus(len);
        self.acked = segment.ack;
        self.room -= len;
        self.frames += 1;
        self.ordinary = Some(Ordinary::add(self.ordinary, segment.ttl, segment.ip_id));
        true
    }

    /// Remembers a segment that the direction examines.
    #[inline]
    pub(crate) fn note(&mut self, segment: &Segment<'_>, print: u64) {
        if segment.flags.ack() {
            self.acked = segment.ack;
        }
        self.remember(segment, print);
    }

    /// The frame that holds this very packet: the same header and checksum, hence the same bytes.
    #[inline]
    pub(crate) fn copy_of(&self, segment: &Segment<'_>, print: u64) -> Option<FrameNumber> {
        let bare = segment.payload.is_empty() && segment.flags.0 & (TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST) == 0;
        let reach = if bare { MAX_RECENT_BARE } else { MAX_RECENT };
        let last = usize::from(self.at) + MAX_RECENT;
        (1..=reach).find_map(|back| {
            let seen = self.recent.get((last - back) % MAX_RECENT)?;
            (seen.print == print && seen.may_be(segment)).then(|| seen.frame_before(segment.frame))
        })
    }

    #[inline]
    fn remember(&mut self, segment: &Segment<'_>, print: u64) {
        if let Some(place) = self.recent.get_mut(usize::from(self.at) % MAX_RECENT) {
            *place = Seen {
                print,
                frame: segment.frame.0 as u32,
                time: short(segment.time),
            };
        }
        self.at = (self.at + 1) % MAX_RECENT as u8;
    }
}

impl Seen {
    fn may_be(&self, segment: &Segment<'_>) -> bool {
        let apart = short(segment.time).wrapping_sub(self.time).cast_signed().unsigned_abs();
        self.frame != 0 && (segment.is_numbered() || !segment.flags.rst() && apart <= (COPY_WITHIN >> SHORT) as u32)
    }

    const fn frame_before(&self, now: FrameNumber) -> FrameNumber {
        let back = (now.0 as u32).wrapping_sub(self.frame);
        FrameNumber(now.0.saturating_sub(back as u64))
    }
}

/// The number of low bits of a time that are dropped: units of 2^16 ns, so that 32 bits hold three days.
const SHORT: u32 = 16;

const fn short(time: Timestamp) -> u32 {
    (time.0 >> SHORT) as u32
}

/// True if a segment with the same fingerprint at that time may be the same packet.
pub(crate) fn may_be_copy(segment: &Segment<'_>, at: Timestamp) -> bool {
    segment.is_numbered() || !segment.flags.rst() && segment.time.0.abs_diff(at.0) <= COPY_WITHIN.unsigned_abs()
}

/// The fields that two copies of one packet share, however often it was forwarded between them: not TTL, MAC or VLAN
/// tag.
#[inline]
pub(crate) fn fingerprint(segment: &Segment<'_>) -> u64 {
    let numbers = u64::from(segment.seq.0) << 32 | u64::from(segment.ack.0);
    let rest = u64::from(segment.ip_id.unwrap_or_default()) << 48
        | u64::from(segment.checksum) << 32
        | u64::from(segment.window) << 16
        | u64::from(segment.flags.0) << 8
        | u64::from(segment.wire_payload_len() & 0xff);
    // A multiplicative mix: collisions only matter between neighbouring segments of one direction.
    (numbers ^ rest.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ rest
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed, TestRunner};

    use super::*;
    use crate::base::endpoint::Endpoint;
    use crate::connection::Connection;
    use crate::connection::flow::{Flow, FlowCounts};
    use crate::decode::Tunnel;

    /// The next action of a side.
    #[derive(Clone, Debug)]
    enum Step {
        /// Sends this many of its bytes, after this many that are not captured.
        Send {
            side: usize,
            skip: usize,
            len: usize,
        },
        /// Acknowledges everything except this much, selectively beyond, or announces that it has no room.
        Ack {
            side: usize,
            less: u32,
            sack: bool,
            window: u16,
        },
        /// The frame this many places before comes once more, as a copy or sent again.
        Again {
            back: usize,
            is_copy: bool,
        },
        /// The last two frames swap places.
        Swap,
        Close {
            side: usize,
            flag: u8,
        },
    }

    /// A frame without its place in the file.
    #[derive(Clone, Debug)]
    struct Sent {
        side: usize,
        seq: u32,
        ack: u32,
        flags: u8,
        window: u16,
        checksum: u16,
        options: Vec<u8>,
        payload: Vec<u8>,
    }

    fn step() -> impl Strategy<Value = Step> {
        let side = 0..2_usize;
        let len = prop_oneof![1..9_usize, 1..300_usize, 1400..1461_usize, 1..9000_usize];
        prop_oneof![
            40 => (side.clone(), len.clone()).prop_map(|(side, len)| Step::Send { side, skip: 0, len }),
            30 => side.clone().prop_map(|side| Step::Ack { side, less: 0, sack: false, window: 500 }),
            1 => (side.clone(), 1..2000_usize, len).prop_map(|(side, skip, len)| Step::Send { side, skip, len }),
            3 => (side, 0..3000_u32, any::<bool>(), 0..6_u16)
                .prop_map(|(side, less, sack, window)| Step::Ack { side, less, sack, window }),
            2 => (1..40_usize, any::<bool>()).prop_map(|(back, is_copy)| Step::Again { back, is_copy }),
            1 => Just(Step::Swap),
        ]
    }

    /// The bytes of a side: keystrokes, TLS, or random.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let record = (prop_oneof![1..40_usize, 1000..16_000_usize])
            .prop_map(|len| [&[23, 3, 3], &(len as u16).to_be_bytes()[..], &vec![0x9d; len]].concat());
        let tls = proptest::collection::vec(record, 1..30).prop_map(|records| records.concat());
        let hello = [
            &[22, 3, 1, 0, 50, 1, 0, 0, 46, 3, 3][..],
            &[7; 32],
            &[0, 0, 4, 0x13, 1, 0x13, 2, 1, 0, 0, 1, 0xff],
        ]
        .concat();
        let text = (0..30_000_usize)
            .prop_map(move |lines| [b"ls -l /tmp\r\n".repeat(lines), hello.clone(), vec![23, 3, 3, 0xff]].concat());
        let zeros = Just([b"login", &[0; 3][..]].concat().repeat(4000));
        let noise = any::<u64>().prop_map(|seed| {
            let mut state = seed | 1;
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state as u8
            };
            (0..60_000).map(|_| next()).collect()
        });
        let http = (0..2000_usize).prop_map(|len| {
            let answer = format!(
                "HTTP/1.1 200 OK\r\nServer: {:300}\r\nContent-Length: {len}\r\n\r\n",
                "x"
            );
            [answer.as_bytes(), &vec![b'.'; len]].concat().repeat(8)
        });
        prop_oneof![tls, text, zeros, noise, http]
    }

    /// The frames of a connection with these actions.
    fn frames(says: &[Vec<u8>; 2], steps: &[Step], isn: [u32; 2]) -> Vec<Sent> {
        let mut at = [0_usize; 2];
        let mut frames: Vec<Sent> = Vec::new();
        let frame = |side: usize, at: [usize; 2], flags: u8| Sent {
            side,
            seq: isn[side].wrapping_add(at[side] as u32),
            ack: isn[1 - side].wrapping_add(at[1 - side] as u32),
            flags,
            window: 500,
            checksum: 0,
            options: Vec::new(),
            payload: Vec::new(),
        };
        for (side, flags) in [(0, TcpFlags::SYN), (1, TcpFlags::SYN | TcpFlags::ACK)] {
            let mut syn = frame(side, at, flags);
            syn.seq = syn.seq.wrapping_sub(1);
            frames.push(syn);
        }
        frames.push(frame(0, at, TcpFlags::ACK));
        for step in steps {
            let mut next = match *step {
                Step::Send { side, skip, len } => {
                    at[side] += skip;
                    let mut next = frame(side, at, TcpFlags::ACK);
                    next.payload = says[side].iter().skip(at[side]).take(len).copied().collect();
                    at[side] += next.payload.len();
                    next
                }
                Step::Ack {
                    side,
                    less,
                    sack,
                    window,
                } => {
                    let mut next = frame(side, at, TcpFlags::ACK);
                    next.window = window;
                    if sack {
                        let [left, right] = [1, 2].map(|n| next.ack.wrapping_add(n * 1000).to_be_bytes());
                        next.options = [&[1, 1, 5, 10], &left[..], &right].concat();
                    }
                    next.ack = next.ack.wrapping_sub(less);
                    next
                }
                Step::Again { back, is_copy } => {
                    let Some(at) = frames.len().checked_sub(back) else {
                        continue;
                    };
                    let mut next = frames[at].clone();
                    next.window += u16::from(!is_copy);
                    if is_copy {
                        frames.push(next);
                        continue;
                    }
                    next
                }
                Step::Swap => {
                    let len = frames.len();
                    frames.swap(len - 1, len - 2);
                    continue;
                }
                Step::Close { side, flag } => frame(side, at, flag | TcpFlags::ACK),
            };
            next.checksum = frames.len() as u16 + 1;
            frames.push(next);
        }
        frames
    }

    /// The connection, and the number of segments that passed; none if each is examined.
    fn read(frames: &[Sent], numbered: bool, may_pass: bool) -> (String, String, u64) {
        let ends = [0, 1].map(|side| Endpoint {
            ip: [10, 0, 0, side].into(),
            port: 50_000,
        });
        let (mut flow, mut counts, mut passed) = (None::<Box<Flow>>, FlowCounts::default(), 0);
        for (sent, number) in frames.iter().zip(1_u64..) {
            let segment = Segment {
                frame: FrameNumber(number),
                time: Timestamp(number as i64 * 7_000_000),
                src: ends[sent.side],
                dst: ends[1 - sent.side],
                seq: SeqNumber(sent.seq),
                ack: SeqNumber(sent.ack),
                flags: TcpFlags(sent.flags),
                window: sent.window,
                checksum: sent.checksum,
                options: &sent.options,
                payload: &sent.payload,
                lost: 0,
                ttl: 60 + (number % 50 / 49) as u8,
                ip_id: numbered.then_some(sent.checksum),
                interface: 0,
                tunnel: Tunnel::None,
            };
            let flow = flow.get_or_insert_with(|| Flow::begin(0, &segment));
            if may_pass && flow.carries_on(&segment, sent.side) {
                passed += 1;
            } else {
                flow.accept(&segment, sent.side, &mut counts, None);
            }
        }
        let connection = Connection::of(flow.unwrap(), None);
        (format!("{connection:#?}"), format!("{counts:?}"), passed)
    }

    #[test]
    fn a_flow_is_given_up_at_the_same_segment() {
        let says = [0, 1].map(|_| b"ls -l /tmp\r\n".repeat(40_000));
        for tail in 0..40 {
            let send = |side| Step::Send {
                side,
                skip: 0,
                len: 1000,
            };
            let steps = (0..260 + tail).map(|n| send(n % 2)).collect::<Vec<_>>();
            let frames = frames(&says, &steps, [1, 1]);
            assert_eq!(read(&frames, true, false).0, read(&frames, true, true).0, "{tail}");
        }
    }

    #[test]
    fn what_passes_leaves_everything_as_if_each_segment_had_been_looked_at() {
        let closes = (0..2_usize, prop_oneof![Just(TcpFlags::FIN), Just(TcpFlags::RST)]);
        let end = proptest::collection::vec(closes.prop_map(|(side, flag)| Step::Close { side, flag }), 0..3);
        let steps = (proptest::collection::vec(step(), 1..600), end).prop_map(|(steps, end)| [steps, end].concat());
        // The place of the SYN, the first frame that acknowledges, and how long the client sends nothing.
        let odd = prop_oneof![2 => Just((0, 0, 0)), 1 => (0..40_usize, 0..40_usize, 0..40_usize)];
        let isn = prop_oneof![[0..100_u32, 0..100_u32], any::<[u32; 2]>()];
        let strategy = ([bytes(), bytes()], steps, isn, any::<bool>(), odd);
        let (passed, all) = (Cell::new(0), Cell::new(0));
        let config = Config {
            cases: 100,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..Config::default()
        };
        let done = TestRunner::new(config).run(&strategy, |(says, steps, isn, numbered, (syn, ack, idle))| {
            let idle = vec![
                Step::Ack {
                    side: 0,
                    less: 0,
                    sack: false,
                    window: 9
                };
                idle
            ];
            let mut frames = frames(&says, &[idle, steps].concat(), isn);
            frames
                .iter_mut()
                .take(ack)
                .for_each(|frame| frame.flags &= !TcpFlags::ACK);
            let last = frames.len() - 1;
            frames.get_mut(..=syn.min(last)).unwrap_or_default().rotate_left(1);
            let (connection, counts, none) = read(&frames, numbered, false);
            let (same, also, some) = read(&frames, numbered, true);
            prop_assert_eq!(none, 0);
            prop_assert_eq!(counts, also);
            prop_assert!(connection == same, "{}", first_difference(&connection, &same));
            passed.set(passed.get() + some);
            all.set(all.get() + frames.len() as u64);
            Ok(())
        });
        done.unwrap();
        // Otherwise nothing would have been compared.
        assert!(passed.get() * 4 > all.get(), "{} of {}", passed.get(), all.get());
    }

    fn first_difference(one: &str, other: &str) -> String {
        let mut lines = one.lines().zip(other.lines());
        let lines = lines.find(|(one, other)| one != other);
        lines.map_or_else(|| "length".to_owned(), |(one, other)| format!("{one} | {other}"))
    }
}
