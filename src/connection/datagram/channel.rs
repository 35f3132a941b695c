//! Datagram → Channel: whether the data channel of an access point is answered (RFC 5415 sections 4.4.1 and 4.7.1).
//!
//! After its Join an access point keeps its data channel open on UDP port 5247. A firewall that passes only 5246 lets
//! the access point join, and blocks everything else.

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::base::frame::FrameAt;
use crate::decode::Datagram;
use crate::decode::capwap::DATA_PORT;

/// The number of channels remembered: a controller has at most 6,000 access points.
const MAX_CHANNELS: usize = 8 * 1024;

/// Keep-alives of an access point, or the DTLS of its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Packets from the access point.
    pub asked: u64,
    /// Packets from the controller.
    pub answered: u64,
    /// The first from the access point.
    pub first: FrameAt,
    /// The last from the access point.
    pub last: FrameAt,
}

/// The data channels of access points with controllers.
#[derive(Clone, Debug, Default)]
pub struct Channels(HashMap<(IpAddr, IpAddr), Channel, RandomState>);

impl Channels {
    /// Records a packet.
    pub fn note(&mut self, datagram: &Datagram<'_>) {
        let (ends, is_answer) = match (datagram.src.port == DATA_PORT, datagram.dst.port == DATA_PORT) {
            (false, true) => ((datagram.src.ip, datagram.dst.ip), false),
            (true, false) => ((datagram.dst.ip, datagram.src.ip), true),
            _ => return,
        };
        let now = datagram.frame_at();
        if self.0.len() >= MAX_CHANNELS && !self.0.contains_key(&ends) {
            return;
        }
        let channel = self.0.entry(ends).or_insert(Channel {
            asked: 0,
            answered: 0,
            first: now,
            last: now,
        });
        if is_answer {
            channel.answered += 1;
        } else {
            channel.asked += 1;
            channel.last = now;
        }
    }

    /// The channel of an access point with a controller.
    #[must_use]
    pub fn between(&self, access_point: IpAddr, controller: IpAddr) -> Option<Channel> {
        self.0.get(&(access_point, controller)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::endpoint::endpoint;
    use crate::base::frame::{FrameNumber, Timestamp};
    use crate::decode::Tunnel;

    #[test]
    fn keep_alives_and_their_answers_are_counted_by_who_sent_them() {
        let mut channels = Channels::default();
        for (n, (src, dst)) in [
            ("10.0.0.9:5265", "10.0.0.1:5247"),
            ("10.0.0.9:5265", "10.0.0.1:5247"),
            ("10.0.0.1:5247", "10.0.0.9:5265"),
            ("10.0.0.1:5247", "10.0.0.9:5247"),
        ]
        .into_iter()
        .enumerate()
        {
            channels.note(&Datagram {
                frame: FrameNumber(n as u64 + 1),
                time: Timestamp(n as i64),
                src: endpoint(src),
                dst: endpoint(dst),
                payload: &[],
                lost: 0,
                fragments_missing: false,
                tunnel: Tunnel::None,
            });
        }
        let channel = channels.between([10, 0, 0, 9].into(), [10, 0, 0, 1].into()).unwrap();
        assert_eq!(
            (channel.asked, channel.answered, channel.last.frame),
            (2, 1, FrameNumber(2))
        );
    }
}
