//! Segment → Doubtful: a few zero bytes that are Ethernet's padding or data, until the next segment decides.

use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::seq::SeqNumber;
use crate::connection::direction::Direction;
use crate::decode::{Segment, TcpFlags};
use crate::tcp::stream::{Chunk, Stream};

/// True if a segment's payload may be Ethernet's padding, which some stacks count as data: up to six zero bytes, not
/// pushed. Treated as data they would displace the first bytes of the next segment.
pub(super) fn may_be_padding(segment: &Segment<'_>) -> bool {
    let len = segment.payload.len();
    // On a SYN or FIN, one zero byte is more likely data than padding.
    let least = if segment.flags.syn() || segment.flags.fin() {
        2
    } else {
        1
    };
    segment.flags.0 & TcpFlags::PSH == 0 && (least..=6).contains(&len) && segment.payload.iter().all(|&byte| byte == 0)
}

/// A few zero bytes that may be Ethernet's padding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubtful {
    seq: SeqNumber,
    len: usize,
    frame: FrameNumber,
    time: Timestamp,
    acked: SeqNumber,
}

impl Direction {
    /// Keeps bytes that may be padding until the next segment decides.
    pub(crate) fn doubt(&mut self, segment: &Segment<'_>) {
        if !segment.flags.syn() && !segment.flags.fin() {
            self.doubtful = Some(Doubtful {
                seq: segment.seq,
                len: segment.payload.len(),
                frame: segment.frame,
                time: segment.time,
                acked: segment.ack,
            });
        }
    }

    /// They were data if the sender's numbers continue after them, and padding if it sends from the same place again.
    /// An earlier segment, late or sent again, shows neither.
    pub(crate) fn settle_doubtful(&mut self, next: SeqNumber, peer: &mut Stream) {
        let Some(doubtful) = self.doubtful.take() else { return };
        let len = i32::try_from(doubtful.len).unwrap_or_default();
        let distance = next.distance_from(doubtful.seq);
        if distance < 0 {
            self.doubtful = Some(doubtful);
            return;
        }
        if distance >= len {
            let zeros = [0; 6];
            let chunk = Chunk {
                from: self.stream.position(doubtful.seq),
                data: zeros.get(..doubtful.len).unwrap_or_default(),
                frame: doubtful.frame,
                time: doubtful.time,
                acked: peer.position(doubtful.acked),
            };
            self.read(&chunk, 0);
        }
    }
}
