//! Flow → Sighting: what of a connection tells that its hosts are there, whether it was followed or not.

use super::flow::Flow;
use crate::base::endpoint::Endpoint;
use crate::base::frame::FrameAt;
use crate::decode::Tunnel;

/// The facts of a flow that show its hosts, whether the flow was followed or not.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    /// The two ends.
    pub ends: [Endpoint; 2],
    /// Segments that each of them sent.
    pub frames: [u64; 2],
    /// Which of them opened it, as far as that shows.
    pub opener: Option<usize>,
    /// The tunnel of the first frame.
    pub tunnel: Tunnel,
    /// The first frame.
    pub first: FrameAt,
    /// The last one.
    pub last: FrameAt,
    /// It is given up at a bound: that its opener has no more connections says nothing.
    pub left_out: bool,
}

impl Sighting {
    /// The sighting of a flow as far as it was followed.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        Self {
            ends: flow.ends,
            frames: flow.directions.each_ref().map(|side| side.tcp.frames),
            opener: flow.opener,
            tunnel: flow.tunnel,
            first: flow.first,
            last: flow.last,
            left_out: false,
        }
    }
}
