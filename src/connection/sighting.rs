//! Flow → Sighting: the facts of a connection that show that its hosts exist, whether it was followed or not.

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
    /// The end that opened it, if known.
    pub opener: Option<usize>,
    /// The tunnel of the first frame.
    pub tunnel: Tunnel,
    /// The first frame.
    pub first: FrameAt,
    /// The last one.
    pub last: FrameAt,
    /// It was dropped at a bound: the absence of further connections of its opener proves nothing.
    pub left_out: bool,
}

impl Sighting {
    /// The sighting of a flow, up to where it was followed.
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
