//! Reports → Outcome: the one word that becomes the exit code.

use super::Report;
use crate::base::confidence::Confidence;
use crate::judge::finding::{Severity, VerdictId};

/// Outcome of a whole run, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every attempt that can be judged succeeded.
    Succeeded,
    /// Nothing failed, but nothing could be concluded either.
    Inconclusive,
    /// No judged attempt failed, but there were more than are kept.
    PartlyJudged,
    /// An attempt failed, or shows a problem of severity `error`.
    Failed,
    /// A capture is damaged beyond use.
    Unusable,
}

/// Outcome of several reports together.
///
/// A capture without licensing traffic beside one with a successful attempt changes nothing: the captured attempts
/// decide.
#[must_use]
pub fn outcome<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Outcome {
    let (mut failed, mut concluded, mut partly) = (false, false, false);
    for report in reports {
        partly |= report.capture.not_judged > 0;
        if report.attempts.is_empty() && report.verdict.id == "malformed-capture" {
            return Outcome::Unusable;
        }
        // The device's own statement counts if no capture has better evidence.
        if report.attempts.is_empty() {
            failed |= report.verdict.id == "device-reports-failure";
            concluded |= report.verdict.id == "device-reports-success";
        }
        for left_out in &report.left_out {
            failed |= left_out.severity == Severity::Error;
            concluded |= is_conclusion(left_out.verdict);
        }
        for attempt in &report.attempts {
            failed |= attempt.verdict.severity == Severity::Error
                || attempt
                    .findings
                    .iter()
                    .any(|finding| finding.severity == Severity::Error);
            // A success that is only possible proves nothing.
            concluded |= is_conclusion(attempt.verdict.id) && attempt.verdict.confidence > Confidence::Possible;
        }
    }
    match (failed, partly, concluded) {
        (true, ..) => Outcome::Failed,
        (false, true, _) => Outcome::PartlyJudged,
        (false, false, true) => Outcome::Succeeded,
        (false, false, false) => Outcome::Inconclusive,
    }
}

/// True if a verdict says how it went.
fn is_conclusion(verdict: VerdictId) -> bool {
    !matches!(
        verdict.name(),
        "incomplete-capture" | "malformed-capture" | "unexplained-end"
    )
}

impl Outcome {
    /// The exit code of CONTRACT: 0, 3, 1, 2.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::Failed => 1,
            Self::Unusable => 2,
            Self::Inconclusive | Self::PartlyJudged => 3,
        }
    }

    /// The outcome of two runs together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unusable, _) | (_, Self::Unusable) => Self::Unusable,
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            // A success elsewhere says nothing about connections that were not kept.
            (Self::PartlyJudged, _) | (_, Self::PartlyJudged) => Self::PartlyJudged,
            (Self::Succeeded, _) | (_, Self::Succeeded) => Self::Succeeded,
            (Self::Inconclusive, Self::Inconclusive) => Self::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    #[test]
    fn the_worst_attempt_decides_and_a_good_one_outweighs_silence() {
        let (bad, good, none) = (examples::rejected(), examples::healthy(), examples::no_traffic());
        assert_eq!(outcome([&good]), Outcome::Succeeded);
        assert_eq!(outcome([&none]), Outcome::Inconclusive);
        assert_eq!(outcome([&good, &none]), Outcome::Succeeded);
        assert_eq!(outcome([&good, &bad, &none]), Outcome::Failed);
        assert_eq!(Outcome::Failed.and(Outcome::Unusable).exit_code(), 2);
    }

    #[test]
    fn what_was_not_judged_is_no_success_whatever_else_succeeded() {
        let (bad, good) = (examples::rejected(), examples::healthy());
        let mut partly = examples::healthy();
        partly.capture.not_judged = 1;
        assert_eq!(outcome([&good, &partly, &good]).exit_code(), 3);
        assert_eq!(outcome([&partly, &bad]), Outcome::Failed);
        assert_eq!(outcome([&partly]).and(Outcome::Succeeded), Outcome::PartlyJudged);
        assert_eq!(Outcome::Failed.and(outcome([&partly])), Outcome::Failed);
    }
}
