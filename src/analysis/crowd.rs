//! Connections that went well → counts, if all connections are judged and there are too many to keep.
//!
//! A connection that went well is judged as soon as it has ended, counted by its verdict and forgotten, so that it takes no
//! room from a failure, and a capture of any length is judged whole. The first good connection of each server stays, because
//! failures are compared with it. An attempt to reach the service is never counted so, nor one with a finding.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::analyzer::Analyzer;
use crate::analysis::collector::Collected;
use crate::analysis::interest::{Grade, grade};
use crate::analysis::retention::Parts;
use crate::analysis::story::Story;
use crate::attempt::{self, Attempt};
use crate::base::endpoint::Endpoint;
use crate::base::frame::FrameNumber;
use crate::capture::CaptureFacts;
use crate::connection::Connection;
use crate::dns::lookup::{Fate, Lookup};
use crate::judge::context::Context;
use crate::judge::finding::Severity;
use crate::judge::verdict::{self, Verdict};
use crate::profile::Transport;
use crate::profile::options::Options;

/// The number of new connections after which good ones are counted. Grouping reads all kept connections, so it is done for
/// many at once; a connection takes some 10 KiB.
const MANY: usize = 2048;

/// Frames between the end of a connection and that of the latest one: by then its second sighting, after an address
/// translation, has ended too.
const OVER: u64 = 4096;

/// The number of servers whose first good attempt stays.
const MAX_SERVERS: usize = 1024;

/// The counts so far.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    /// The number of kept connections at which good ones are counted next.
    pub(crate) due: usize,
    /// Facts from the forgotten connections that later judgements need, and their number.
    pub(crate) story: Story,
    /// True if an attempt was counted.
    has_counted: bool,
    first: First,
}

/// The first good connection of each server.
#[derive(Clone, Debug, Default)]
struct First(HashMap<Endpoint, u64, RandomState>);

impl First {
    /// True if the attempt is that one.
    fn is(&mut self, attempt: &Attempt<'_>) -> bool {
        let Some(connection) = attempt.connection() else {
            return true;
        };
        let has_room = self.0.len() < MAX_SERVERS;
        match self.0.get(&connection.server) {
            Some(&first) => first == connection.index,
            None if has_room => {
                self.0.insert(connection.server, connection.index);
                true
            }
            None => false,
        }
    }
}

impl Crowd {
    /// Counts only if `everything` is judged.
    pub(crate) fn new(options: &Options, everything: bool) -> Self {
        // A device's own text may speak of any attempt.
        let counts = everything && !options.listing.whole && options.logs.is_empty();
        Self {
            due: if counts { MANY } else { usize::MAX },
            story: Story::default(),
            has_counted: false,
            first: First::default(),
        }
    }

    /// For a growing capture, whose attempts are reported as they end.
    pub(crate) fn never() -> Self {
        Self {
            due: usize::MAX,
            ..Self::default()
        }
    }

    /// Sets the next time, after `kept` connections that could not be counted. At most ten times [`MANY`] are kept
    /// (`collector.rs`).
    fn leave(&mut self, kept: usize) {
        self.due = kept.saturating_add(MANY);
    }

    /// True if an attempt may be counted now.
    fn may_count(&mut self, attempt: &Attempt<'_>, now: FrameNumber) -> bool {
        let is_over = |it: &Connection| grade(it) == Grade::Smooth && it.last.frame.0.saturating_add(OVER) <= now.0;
        let mut all = attempt.connections.iter().chain(&attempt.seen_again);
        is_others(attempt) && all.all(|it| is_over(it)) && !self.first.is(attempt)
    }

    /// True if an attempt with this verdict is counted and not listed.
    fn counts(&self, options: &Options, verdict: &Verdict) -> bool {
        let is_good = verdict.findings.iter().all(|it| it.severity == Severity::Ok);
        is_good
            && verdict
                .cause()
                .is_some_and(|it| !options.listing.asks_for(it.id.name()))
    }

    /// The same for the remaining attempts at the end, asked in order.
    pub(crate) fn is_one_of_many<'c>(
        &'c self,
        options: &'c Options,
    ) -> impl FnMut(&Attempt<'_>, &Verdict) -> bool + 'c {
        let mut first = self.first.clone();
        move |attempt, verdict| {
            self.has_counted && is_others(attempt) && self.counts(options, verdict) && !first.is(attempt)
        }
    }
}

/// True if an attempt belongs to no service: a TLS connection that is judged only because all are.
fn is_others(attempt: &Attempt<'_>) -> bool {
    !attempt.licensing && attempt.service.transport == Transport::Other && attempt.tls().is_some()
}

impl Analyzer<'_> {
    /// Judges and counts the good attempts, if there are many.
    #[cold]
    pub(crate) fn count_what_went_well(&mut self) {
        let connections = self.collected.connections.iter();
        let now = connections.map(|it| it.last.frame).max().unwrap_or_default();
        let facts = CaptureFacts::default();
        let mut crowd = std::mem::take(&mut self.crowd);
        self.arrange(&facts, &mut crowd.story);
        self.collected.lookups.sort();
        let hosts = std::mem::take(&mut self.collected.hosts);
        let (attempts, directory) = self.attempts(&mut crowd.story);
        let (contents, watched) = (self.contents(), self.watched(hosts));
        let mut gone = Parts::default();
        for mut attempt in attempts {
            if !crowd.may_count(&attempt, now) {
                continue;
            }
            attempt::complete(&mut attempt, self.options, &directory);
            let context = Context {
                options: self.options,
                capture: &facts,
                contents: &contents,
                watched: &watched,
                surroundings: &crowd.story.surroundings,
                snap_length_cut: self.collected.flows.counts.cut,
                offsets: &[],
            };
            let verdict = verdict::judge(&attempt, &context);
            if crowd.counts(self.options, &verdict) {
                crowd.has_counted = true;
                crowd.story.unlisted.count(&verdict);
                gone.add(&attempt.connections, &attempt.lookups);
                gone.connections.extend(attempt.seen_again.map(|it| it.index));
            }
        }
        self.collected.hosts = watched.hosts;
        self.collected.forget_counted(&gone);
        crowd.leave(self.collected.connections.len());
        self.crowd = crowd;
    }
}

impl Collected<'_> {
    /// Forgets counted connections; what their look-ups showed stays.
    fn forget_counted(&mut self, gone: &Parts) {
        if gone.connections.is_empty() {
            return;
        }
        self.connections.retain(|it| !gone.connections.contains(&it.index));
        self.recount();
        let past = self.lookups.past;
        let is_gone = |it: &Lookup| gone.lookups.contains(&std::ptr::from_ref(it));
        let fates: Vec<Fate> = (self.lookups.all.iter().enumerate())
            .map(|(at, it)| match at < past || is_gone(it) {
                true => Fate::Past,
                false => Fate::Current,
            })
            .collect();
        self.lookups
            .arrange(|at, _| fates.get(at).copied().unwrap_or(Fate::Current));
    }
}
