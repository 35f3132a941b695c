//! Reports → Story: the reports on a capture so far, reduced to the part that later reports need.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::analysis::listing::Unlisted;
use crate::attempt::Attempt;
use crate::attempt::other_connections::Surroundings;
use crate::attempt::selection::Purposed;
use crate::base::endpoint::Endpoint;
use crate::base::frame::FrameNumber;
use crate::judge::finding::Severity;
use crate::judge::verdict::Verdict;
use crate::report::{Before, Overall, Part, Report};

/// The reports on a capture so far, reduced to the part that later reports need.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) before: Before,
    pub(crate) surroundings: Surroundings,
    pub(crate) learnt: BTreeMap<Endpoint, Purposed>,
    /// Attempts that no report lists.
    pub(crate) unlisted: Unlisted,
    /// How many were listed.
    pub(crate) listed: usize,
    parts: u64,
    /// Among equally serious ones, the attempt that began first.
    worst: Option<((Severity, Reverse<FrameNumber>), Overall)>,
}

impl Story {
    /// Continues after a report.
    pub(crate) fn tell(&mut self, report: &Report, verdicts: &[Verdict], attempts: &[Attempt<'_>]) {
        self.listed = self.listed.saturating_add(report.attempts.len());
        self.before.attempts = self.before.attempts.saturating_add(attempts.len());
        self.before.connections = self.before.connections.saturating_add(report.connections.len());
        let causes = attempts.iter().zip(verdicts);
        let causes = causes.filter_map(|(attempt, it)| Some((it.cause()?.severity, Reverse(attempt.first().frame))));
        let worst = causes.max();
        if let Some(worst) = worst
            && self.worst.as_ref().is_none_or(|(so_far, _)| *so_far < worst)
        {
            self.worst = Some((worst, report.verdict.clone()));
        }
    }

    /// Numbers a report as a part of the whole.
    pub(crate) fn mark(&mut self, report: &mut Report, last: bool) {
        self.parts = self.parts.saturating_add(1);
        report.part = Some(Part {
            number: self.parts,
            last,
        });
        if self.parts > 1 || !last {
            // Both need the whole story, and parts do not have it.
            report.courses.clear();
            report.cadence = None;
            report.attempts.iter_mut().for_each(|attempt| attempt.course = None);
        }
        if !last {
            // The last part says it of all.
            report.left_out.clear();
        }
        if last && let Some((_, worst)) = &self.worst {
            report.verdict = worst.clone();
        }
    }
}
