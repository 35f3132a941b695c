//! SYN → Lone: a connection of which nothing is known but that somebody asked for it.
//!
//! A scan makes a million of them. A [`Flow`] has three KiB and takes thousands of instructions to make; this is made
//! into one when a second segment comes that is no orderly answer, or somebody wants to know.

use super::bare::Bare;
use super::key::Key;
use crate::decode::{Endpoint, Tunnel};
use crate::flow::{Flow, FlowCounts};
use crate::hosts::Sighting;

/// A connection that is one SYN.
#[derive(Clone, Copy, Debug)]
pub struct Lone {
    /// In order of first frames, as a flow's.
    pub index: u64,
    key: Key,
    syn: Bare,
}

impl Lone {
    /// What the table knows of a SYN.
    pub(super) const fn of(syn: Bare, key: Key, index: u64) -> Self {
        Self { index, key, syn }
    }

    /// Who was asked.
    #[must_use]
    pub fn receiver(&self) -> Endpoint {
        self.syn.ends(self.key.ends())[1]
    }

    /// Who asked.
    #[must_use]
    pub fn sender(&self) -> Endpoint {
        self.syn.ends(self.key.ends())[0]
    }

    /// The tunnel it travelled in.
    #[must_use]
    pub const fn tunnel(&self) -> Tunnel {
        self.syn.tunnel
    }

    /// That its hosts were there. The ends stay in the order of the key: an [`Endpoint`] copied just after its parts were
    /// written stalls the processor, which took a sixth of a scan's time.
    #[must_use]
    pub fn sighting(&self) -> Sighting {
        let now = (self.syn.frame, self.syn.time);
        let is_second = self.syn.from > 0;
        Sighting {
            ends: self.key.ends(),
            frames: if is_second { [0, 1] } else { [1, 0] },
            opener: Some(usize::from(is_second)),
            tunnel: self.syn.tunnel,
            first: now,
            last: now,
            left_out: false,
        }
    }

    /// The flow that this SYN begins.
    #[must_use]
    pub fn flow(&self) -> Box<Flow> {
        flow_of(&self.syn, &[], self.key.ends(), self.index)
    }
}

/// The flow that segments without data begin; they add to none of the counters.
pub(super) fn flow_of(first: &Bare, rest: &[Bare], ends: [Endpoint; 2], index: u64) -> Box<Flow> {
    let mut flow = first.with_segment(ends, |segment| Flow::begin(index, segment));
    for bare in std::iter::once(first).chain(rest) {
        bare.with_segment(ends, |segment| {
            flow.accept(segment, usize::from(bare.from), &mut FlowCounts::default(), None);
        });
    }
    flow
}
