//! SYN → Lone: a connection of which nothing is known but that somebody asked for it.
//!
//! A scan makes a million of them. A [`Flow`] has three KiB and takes thousands of instructions to make; this is made
//! into one when a second segment comes that is no orderly answer, or somebody wants to know.

use super::bare::Bare;
use crate::decode::{Endpoint, Tunnel};
use crate::flow::{Flow, FlowCounts};
use crate::hosts::Sighting;

/// A connection that is one SYN.
#[derive(Clone, Copy, Debug)]
pub struct Lone {
    /// In order of first frames, as a flow's.
    pub index: u64,
    /// Both ends, the lower one first.
    ends: [Endpoint; 2],
    syn: Bare,
}

impl Lone {
    /// What the table knows of a SYN.
    pub(super) const fn of(syn: Bare, ends: [Endpoint; 2], index: u64) -> Self {
        Self { index, ends, syn }
    }

    /// Who was asked.
    #[must_use]
    pub const fn receiver(&self) -> Endpoint {
        self.syn.ends(self.ends)[1]
    }

    /// Who asked.
    #[must_use]
    pub const fn sender(&self) -> Endpoint {
        self.syn.ends(self.ends)[0]
    }

    /// The tunnel it travelled in.
    #[must_use]
    pub const fn tunnel(&self) -> Tunnel {
        self.syn.tunnel
    }

    /// That its hosts were there.
    #[must_use]
    pub const fn sighting(&self) -> Sighting {
        let now = (self.syn.frame, self.syn.time);
        Sighting {
            ends: self.syn.ends(self.ends),
            frames: [1, 0],
            opener: Some(0),
            tunnel: self.syn.tunnel,
            first: now,
            last: now,
        }
    }

    /// The flow that this SYN begins.
    #[must_use]
    pub fn flow(&self) -> Box<Flow> {
        flow_of(&self.syn, &[], self.ends, self.index)
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
