//! Fragment → Datagram: pieces of IP datagrams and CAPWAP packets put together (RFC 791 section 3.2, RFC 8200 section 4.5).
//!
//! Pieces may come in any order. If two overlap, the bytes that came first stay. A datagram that never becomes whole is
//! handed on up to its first gap, so that ports, flags and the start of a first piece still count.

use crate::base::phrase::phrase;
use std::net::IpAddr;

use super::Tunnel;
use super::layer::{Context, Fragment, Fragmented, Layer, Wire};
use crate::base::frame::{Anomaly, AnomalyKind, FrameNumber, Timestamp};

/// Datagrams waiting at one time. Fragments of a datagram follow each other closely; a few flows interleave.
const MAX_WAITING: usize = 256;
/// Bytes waiting at one time: 64 datagrams of the largest size.
const MAX_BYTES: usize = 4 << 20;
/// Pieces of one datagram: 65,535 bytes over the smallest MTU that a host must accept (576, RFC 791) make 119.
const MAX_PIECES: usize = 256;
/// Frames for which a fragment may wait. Identifications repeat after 65,536 datagrams, so far fewer than that.
const MAX_DISTANCE: u64 = 10_000;
/// An IP datagram is not larger (RFC 791 section 3.1).
const MAX_DATAGRAM: u32 = 65_535;

/// A datagram, whole or given up.
#[derive(Debug)]
pub(super) struct Datagram {
    /// The type of its first header.
    pub(super) layer: Layer,
    /// The origin of its bytes: the last piece if it is whole, else the first.
    pub(super) context: Context,
    bytes: Vec<u8>,
    cut: u32,
}

impl Datagram {
    pub(super) fn wire(&self) -> Wire<'_> {
        Wire {
            data: &self.bytes,
            cut: self.cut,
        }
    }
}

/// The datagrams that wait for pieces, oldest first.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    waiting: Vec<Waiting>,
    bytes: usize,
    given_up: u64,
    first_given_up: Option<FrameNumber>,
}

/// The key that fragments of one datagram share (RFC 791 section 3.2; IPv6 leaves the protocol out).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    of: Fragmented,
    src: IpAddr,
    dst: IpAddr,
    id: u32,
    protocol: u8,
    tunnel: Tunnel,
}

#[derive(Debug)]
struct Waiting {
    key: Key,
    since: FrameNumber,
    time: Timestamp,
    /// In order of offset, without overlap.
    pieces: Vec<Piece>,
    /// Length of the datagram, once its last piece came.
    len: Option<u32>,
    /// Layer and context of the fragment at offset zero.
    first: Option<(Layer, Context)>,
}

#[derive(Debug)]
struct Piece {
    offset: u32,
    /// Its end on the wire, which is further than its bytes if the snap length cut it.
    end: u32,
    bytes: Vec<u8>,
}

impl Fragments {
    /// Takes a piece, and returns the datagram that it completes.
    pub(super) fn accept(&mut self, fragment: Fragment, wire: Wire<'_>, context: &Context) -> Option<Datagram> {
        let len = u32::try_from(wire.wire_len()).ok()?;
        let end = fragment
            .offset
            .checked_add(len)
            .filter(|end| *end <= MAX_DATAGRAM && len > 0)?;
        let key = Key {
            of: fragment.of,
            src: context.ip.src,
            dst: context.ip.dst,
            id: fragment.id,
            protocol: if fragment.of == Fragmented::Ipv6 {
                0
            } else {
                fragment.next
            },
            tunnel: context.tunnel,
        };
        let index = match self.waiting.iter().position(|waiting| waiting.key == key) {
            Some(index) => index,
            // One frame can hold thousands of pieces; between frames the bound is kept by `give_up`.
            None if self.waiting.len() >= 2 * MAX_WAITING => {
                self.count_given_up(context.frame);
                return None;
            }
            None => {
                self.waiting.push(Waiting {
                    key,
                    since: context.frame,
                    time: context.time,
                    pieces: Vec::new(),
                    len: None,
                    first: None,
                });
                self.waiting.len() - 1
            }
        };
        let waiting = self.waiting.get_mut(index)?;
        self.bytes += waiting.insert(fragment.offset, end, wire.data);
        if !fragment.more {
            waiting.len.get_or_insert(end);
        }
        if fragment.offset == 0 {
            waiting.first.get_or_insert((fragment.whole(), *context));
        }
        if !waiting.is_whole() {
            return None;
        }
        let mut datagram = self.take(index)?;
        datagram.context = Context {
            ip: datagram.context.ip,
            ..*context
        };
        Some(datagram)
    }

    /// The next datagram that has waited too long by frame `now`, or that exceeds the bounds.
    pub(super) fn give_up(&mut self, now: FrameNumber) -> Option<Datagram> {
        loop {
            let since = self.waiting.first()?.since;
            let is_old = now.0.saturating_sub(since.0) > MAX_DISTANCE;
            if !is_old && self.waiting.len() <= MAX_WAITING && self.bytes <= MAX_BYTES {
                return None;
            }
            if let Some(datagram) = self.give_up_oldest() {
                return Some(datagram);
            }
        }
    }

    /// The next datagram whose first fragment came before this time.
    pub(super) fn give_up_before(&mut self, time: Timestamp) -> Option<Datagram> {
        while self.waiting.first().is_some_and(|it| it.time < time) {
            if let Some(datagram) = self.give_up_oldest() {
                return Some(datagram);
            }
        }
        None
    }

    /// The next datagram that will never become whole, at the end of the capture.
    pub(super) fn give_up_all(&mut self) -> Option<Datagram> {
        while !self.waiting.is_empty() {
            if let Some(datagram) = self.give_up_oldest() {
                return Some(datagram);
            }
        }
        None
    }

    /// The anomaly to report: datagrams whose fragments never all came.
    pub(super) fn anomaly(&self) -> Option<Anomaly> {
        let frame = self.first_given_up?;
        Some(Anomaly {
            kind: AnomalyKind::FragmentsIncomplete,
            frame,
            detail: phrase("anomaly-fragments-incomplete").with("count", self.given_up),
        })
    }

    fn give_up_oldest(&mut self) -> Option<Datagram> {
        let since = self.waiting.first()?.since;
        self.count_given_up(since);
        let mut datagram = self.take(0)?;
        datagram.context.fragments_missing = true;
        Some(datagram)
    }

    fn count_given_up(&mut self, frame: FrameNumber) {
        self.given_up += 1;
        self.first_given_up.get_or_insert(frame);
    }

    /// Removes one and joins its pieces; `None` when nothing is known of its beginning.
    fn take(&mut self, index: usize) -> Option<Datagram> {
        let waiting = self.waiting.remove(index);
        let held: usize = waiting.pieces.iter().map(|piece| piece.bytes.len()).sum();
        self.bytes = self.bytes.saturating_sub(held);
        let end = waiting.pieces.last().map_or(0, |piece| piece.end);
        let len = waiting.len.unwrap_or(end);
        let (layer, mut context) = waiting.first?;
        context.open_ended |= waiting.len.is_none();

        let mut bytes = Vec::with_capacity(held);
        for piece in waiting.pieces {
            if usize::try_from(piece.offset) != Ok(bytes.len()) {
                break;
            }
            bytes.extend(piece.bytes);
        }
        let joined = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Some(Datagram {
            layer,
            context,
            bytes,
            cut: len.saturating_sub(joined),
        })
    }
}

impl Waiting {
    /// Adds what is new of a piece; returns how many bytes that was.
    fn insert(&mut self, offset: u32, end: u32, bytes: &[u8]) -> usize {
        let mut gaps = Vec::new();
        let mut start = offset;
        for piece in self
            .pieces
            .iter()
            .filter(|piece| piece.end > offset && piece.offset < end)
        {
            if piece.offset > start {
                gaps.push((start, piece.offset));
            }
            start = start.max(piece.end);
        }
        if start < end {
            gaps.push((start, end));
        }

        let mut added = 0;
        for (start, end) in gaps {
            if self.pieces.len() >= MAX_PIECES {
                break;
            }
            let from = usize::try_from(start - offset).unwrap_or(usize::MAX);
            let to = usize::try_from(end - offset).unwrap_or(usize::MAX).min(bytes.len());
            let bytes = bytes.get(from..to).unwrap_or_default().to_vec();
            added += bytes.len();
            self.pieces.push(Piece {
                offset: start,
                end,
                bytes,
            });
        }
        self.pieces.sort_unstable_by_key(|piece| piece.offset);
        added
    }

    fn is_whole(&self) -> bool {
        let Some(len) = self.len else { return false };
        let mut reached = 0;
        for piece in &self.pieces {
            if piece.offset != reached {
                return false;
            }
            reached = piece.end;
        }
        self.first.is_some() && reached >= len
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{empty_frame, ethernet, facts, hello, ipv4, ipv4_fragment, join, tcp, udp};
    use crate::base::frame::{Frame, FrameNumber, LinkType};
    use crate::decode::Decoder;

    #[test]
    fn fragments_in_any_order_give_one_segment() {
        let segment = tcp(&[b'x'; 76]);
        let piece = |from: usize, to: usize, more| {
            let offset = u16::try_from(from).unwrap();
            ethernet(0x0800, &ipv4_fragment(6, &segment[from..to], offset, more))
        };
        let pieces = [piece(0, 32, true), piece(32, 64, true), piece(64, 96, false)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
            let frames = order.map(|index: usize| pieces[index].clone());
            assert_eq!(
                facts(LinkType::ETHERNET, &frames),
                [
                    "skip fragment",
                    "skip fragment",
                    "tcp 3 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 76 lost 0 via none"
                ]
            );
        }
        // The middle never comes: the first piece speaks for itself.
        let frames = [pieces[2].clone(), pieces[0].clone()];
        assert_eq!(
            facts(LinkType::ETHERNET, &frames)[2..],
            ["tcp 2 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 12 lost 64 via none"]
        );
    }

    #[test]
    fn pieces_without_a_beginning_are_reported() {
        let bytes = ethernet(0x0800, &ipv4_fragment(6, &[0; 8], 64, false));
        let frame = Frame {
            number: FrameNumber(5),
            link: LinkType::ETHERNET,
            data: &bytes,
            ..empty_frame()
        };
        let mut decoder = Decoder::new();
        decoder.decode(&frame, &mut |_| {});
        assert_eq!(decoder.anomalies(), []);
        decoder.finish(&mut |_| panic!("nothing to tell"));
        let anomalies = decoder.anomalies();
        assert_eq!(
            anomalies[0].detail.english(),
            "fragments of 1 datagram never found their companions"
        );
        assert_eq!(anomalies[0].frame.0, 5);
    }

    #[test]
    fn a_flood_of_fragments_stays_bounded() {
        let mut decoder = Decoder::new();
        let mut skips = 0_u32;
        for number in 0..5000_u16 {
            let mut bytes = ethernet(0x0800, &ipv4_fragment(6, &[0; 1400], 64, true));
            bytes[18..20].copy_from_slice(&number.to_be_bytes());
            let frame = Frame {
                data: &bytes,
                ..empty_frame()
            };
            decoder.decode(&frame, &mut |_| skips += 1);
        }
        assert_eq!(skips, 5000);
        assert_eq!(
            decoder.anomalies()[0].detail.english(),
            "fragments of 4744 datagrams never found their companions"
        );
    }

    #[test]
    fn capwap_fragments_are_joined() {
        let inner = ethernet(0x0800, &hello());
        let piece = |place: u16, last: u8, bytes: &[u8]| {
            let [high, low] = place.to_be_bytes();
            ethernet(
                0x0800,
                &ipv4(
                    17,
                    &udp(
                        5247,
                        40_000,
                        &join(&[&[0, 0x10, 2, 0x80 | last, 0, 9, high, low], bytes]),
                    ),
                ),
            )
        };
        let frames = [piece(24, 0x40, &inner[24..]), piece(0, 0, &inner[..24])];
        assert_eq!(
            facts(LinkType::ETHERNET, &frames),
            [
                "skip fragment",
                "tcp 2 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 5 lost 0 via capwap"
            ]
        );
    }
}
