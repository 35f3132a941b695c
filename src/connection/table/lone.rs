//! SYN → Lone: a connection with only a SYN.
//!
//! A scan creates a million of them. A [`Flow`] has three KiB and takes thousands of instructions to create; a `Lone`
//! becomes one when a second segment comes that is no regular answer, or when the connection is requested.

use super::bare::Bare;
use super::key::Key;
use crate::base::endpoint::Endpoint;
use crate::base::frame::FrameAt;
use crate::connection::flow::{Flow, FlowCounts};
use crate::decode::Tunnel;

/// A connection that is one SYN.
#[derive(Clone, Copy, Debug)]
pub struct Lone {
    /// In order of first frames, as a flow's.
    pub index: u64,
    key: Key,
    syn: Bare,
}

impl Lone {
    /// The entry of a SYN.
    pub(super) const fn of(syn: Bare, key: Key, index: u64) -> Self {
        Self { index, key, syn }
    }

    /// The client and the server.
    #[inline]
    #[must_use]
    pub fn ends(&self) -> [Endpoint; 2] {
        self.syn.ends(self.key.ends())
    }

    /// The tunnel it travelled in.
    #[must_use]
    pub const fn tunnel(&self) -> Tunnel {
        self.syn.tunnel
    }

    /// Its frame, and its time.
    #[must_use]
    pub const fn seen(&self) -> FrameAt {
        self.syn.frame_at()
    }

    /// The flow that this SYN begins.
    #[must_use]
    pub fn flow(&self) -> Box<Flow> {
        flow_of(&self.syn, &[], self.key.ends(), self.index)
    }
}

/// The flow that segments without data begin; they are not added to the counters.
pub(super) fn flow_of(first: &Bare, rest: &[Bare], ends: [Endpoint; 2], index: u64) -> Box<Flow> {
    let mut flow = first.with_segment(ends, |segment| Flow::begin(index, segment));
    for bare in std::iter::once(first).chain(rest) {
        bare.with_segment(ends, |segment| {
            flow.accept(segment, usize::from(bare.from), &mut FlowCounts::default(), None);
        });
    }
    flow
}
