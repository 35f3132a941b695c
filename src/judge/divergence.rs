//! Attempt, Profile → Divergence: how a successful attempt goes, step by step, and where this attempt leaves that path.
//!
//! The successful walks are data in the profile, with their sources. An attempt leaves such a walk at the first step
//! that should follow its own last step; steps that were encrypted or not captured in between are no divergence.

use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::judge::finding::{At, Severity};
use crate::judge::verdict::Verdict;
use crate::profile::Profile;
use crate::profile::baseline::{Baseline, By, Expected};
use crate::tls::Version;

impl By {
    /// The connection side that takes the step.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Client => Side::Client,
            Self::Server => Side::Server,
        }
    }
}

/// The kind of a step; `None` for a word that no report uses.
fn step_kind(expected: &Expected) -> Option<StepKind> {
    StepKind::ALL.iter().copied().find(|kind| kind.name() == expected.kind)
}

/// Where an attempt leaves the successful walk.
#[derive(Clone, Debug)]
pub struct Divergence<'p> {
    /// The successful walk.
    pub baseline: &'p Baseline,
    /// The last step that was as expected, with its frame.
    pub after: Option<(&'p Expected, FrameNumber)>,
    /// The step that should have come next.
    pub expected: &'p Expected,
}

/// Where a failed attempt leaves the successful walk of its transport; `None` if it does not, or if that is uncertain.
#[must_use]
pub fn divergence<'p>(attempt: &Attempt<'_>, verdict: &Verdict, profile: &'p Profile) -> Option<Divergence<'p>> {
    let cause = verdict.cause()?;
    if cause.severity != Severity::Error || cause.confidence == Confidence::Possible || attempt.service.calls_device {
        return None;
    }
    let connection = attempt.connection();
    let baseline = profile.baselines.iter().find(|it| it.is_for(attempt, connection))?;
    // An answer of the proxy that refuses is not the expected one.
    let is_refused = |expected: &Expected| cause.at == Some(At::Proxy) && expected.kind == "connect-response";
    let refused = connection
        .filter(|_| cause.at == Some(At::Tls))
        .and_then(|it| refusal(it.tls.as_ref()?));
    // A step of the server that came after the client had closed came too late.
    let closed = connection.and_then(|it| it.tcp.client.fin).map(|fin| fin.time);
    let closed = closed.filter(|_| refused.is_none());
    let seen = |expected: &Expected| {
        let connection = connection.filter(|_| !is_refused(expected))?;
        let step = step_of(connection, expected)?;
        let is_late = expected.by == By::Server && closed.is_some_and(|closed| step.time > closed);
        (!is_late).then_some(step)
    };
    let made = baseline
        .steps
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, expected)| Some((at, expected, seen(expected)?)));
    // Messages that were on their way when the client refused are seen after the end, and nothing is expected after them.
    if let (Some((_, expected, step)), Some(refused)) = (made, refused)
        && expected.by == By::Server
        && step.time > refused
    {
        return None;
    }
    let next = made.map_or(0, |(at, ..)| at + 1);
    Some(Divergence {
        baseline,
        after: made.map(|(_, expected, step)| (expected, step.frame)),
        expected: baseline.steps.get(next)?,
    })
}

impl Baseline {
    /// True if an attempt is to be compared with this walk.
    fn is_for(&self, attempt: &Attempt<'_>, connection: Option<&Connection>) -> bool {
        let tls = connection.and_then(|connection| connection.tls.as_ref());
        let is_13 = tls.and_then(TlsFacts::version).is_some_and(Version::is_tls13);
        // Until either side has sent data, the port decides whether TLS was to follow.
        let readable = connection.is_some_and(|connection| {
            let spoke = connection.http.iter().any(|exchange| exchange.request.is_some());
            tls.is_none()
                && connection.tunnel_target().is_none()
                && (spoke || matches!(connection.server.port, 80 | 8182))
        });
        self.transports.contains(&attempt.service.transport)
            && self.proxy == attempt.service.proxy.is_some()
            && self.readable == readable
            && self.tls13 == is_13
    }
}

/// When the client gave up the handshake: its alert may be encrypted, and another may answer a close.
fn refusal(tls: &TlsFacts) -> Option<Timestamp> {
    let first = || tls.alerts.iter().find(|alert| !alert.after_close);
    let alert = tls.first_error().or_else(first)?;
    (alert.side == Side::Client).then_some(alert.time)
}

/// The step with that kind and side.
fn step_of<'c>(connection: &'c Connection, expected: &Expected) -> Option<&'c Step> {
    connection.step_by(step_kind(expected)?, expected.by.side())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Transport;

    #[test]
    fn every_step_of_the_built_in_baselines_is_a_step_of_reports() {
        let profile = Profile::built_in("cisco-smart-licensing").unwrap();
        assert!(profile.baselines.len() >= 5);
        for baseline in &profile.baselines {
            let phases: Vec<u8> = baseline.steps.iter().map(|step| step.phase).collect();
            assert!(
                phases.is_sorted() && phases.iter().all(|phase| (1..=4).contains(phase)),
                "{}",
                baseline.id
            );
            for step in &baseline.steps {
                assert!(step_kind(step).is_some(), "{}: {}", baseline.id, step.kind);
            }
        }
    }

    #[test]
    fn every_transport_has_a_baseline_direct_and_where_it_can_have_one_through_a_proxy() {
        let profile = Profile::built_in("cisco-smart-licensing").unwrap();
        let has = |transport, proxy, readable| {
            let fits =
                |it: &&Baseline| it.transports.contains(&transport) && it.proxy == proxy && it.readable == readable;
            profile.baselines.iter().any(|it| fits(&it))
        };
        assert!(has(Transport::Cssm, false, false) && has(Transport::Cssm, true, false));
        assert!(has(Transport::OnPrem, false, false) && has(Transport::OnPrem, false, true));
        assert!(has(Transport::Cslu, false, true) && has(Transport::CallHome, false, false));
    }
}
