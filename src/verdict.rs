//! Findings → Verdict: the root cause, how sure it is, and what holds besides.
//!
//! This is the one place where a claim that something is absent meets the burden of proof: "no answer" counts only when
//! the capture is shown to see that direction for that host.

use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::{self, RULES};
use crate::tls::walk::Side;

/// What happened to an attempt.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The root cause first, then everything else that holds, in order of precedence.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// The root cause.
    #[must_use]
    pub fn cause(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// What holds besides and is worth telling: not that something else went well or could not be told.
    #[must_use]
    pub fn also(&self) -> Vec<&'static str> {
        let telling = |finding: &&Finding| finding.severity >= Severity::Warning;
        self.findings
            .iter()
            .skip(1)
            .filter(telling)
            .map(|finding| finding.id)
            .collect()
    }
}

/// Judges an attempt by all rules.
#[must_use]
pub fn judge(attempt: &Attempt<'_>, context: &Context<'_>) -> Verdict {
    let mut findings: Vec<Finding> = RULES.iter().filter_map(|rule| (rule.check)(attempt, context)).collect();
    for finding in &mut findings {
        prove_silence(finding, attempt, context);
    }
    // Of what only says how it ended, nothing is left beside the cause.
    let cause = findings.first().map(|finding| finding.id);
    findings.retain(|finding| Some(finding.id) == cause || !rules::GENERAL.contains(&finding.id));
    Verdict { findings }
}

/// Downgrades a claim of silence that the capture cannot prove.
fn prove_silence(finding: &mut Finding, attempt: &Attempt<'_>, context: &Context<'_>) {
    let Some(side) = finding.claims_silence_of else { return };
    let own_connection = attempt
        .connection()
        .is_some_and(|connection| connection.tcp[side].frames > 0);
    let receiver = match side {
        Side::Server => Some(attempt.device),
        Side::Client => attempt.connection().map(|connection| connection.server.ip),
    };
    let elsewhere = receiver.is_some_and(|host| context.receivers.contains(&host));
    if !own_connection && !elsewhere {
        finding.confidence = Confidence::Possible;
        finding.cannot_tell.insert(
            0,
            format!(
                "whether an answer came: the capture holds no packet at all towards {}, so it may not see that direction",
                receiver.map(|host| host.to_string()).unwrap_or_default()
            ),
        );
    }
    if let Some(clock) = context
        .capture
        .anomalies
        .iter()
        .find(|it| matches!(it.id, "time-goes-back" | "no-time"))
    {
        finding.confidence = finding.confidence.min(Confidence::Likely);
        finding.cannot_tell.push(format!(
            "how long the silence was: the capture's clock is doubtful ({})",
            clock.detail
        ));
    }
    if let Some(drops) = context.capture.drops.filter(|&drops| drops > 0) {
        finding.confidence = finding.confidence.min(Confidence::Likely);
        finding.cannot_tell.push(format!(
            "whether an answer is among the {drops} packets that the capturing system dropped"
        ));
    }
}

/// What is said of a capture in which nobody attempted anything.
#[must_use]
pub fn without_attempts(contents: &crate::report::Contents, context: &Context<'_>) -> Finding {
    rules::damage(context).unwrap_or_else(|| rules::no_licensing_traffic::finding(contents, context))
}
