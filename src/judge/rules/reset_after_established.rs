//! Attempt → Finding: a RST came after the handshake and before the answer.

use super::behind_proxy::behind_proxy;
use super::exchange::settings_only;
use super::heard::unanswered;
use super::reset_origin::{Origin, origin};
use super::{client, elsewhere, named, seconds, service, side_name};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Rule};
use crate::tcp::side::Mark;

/// RFC 9293 section 3.5.2.
pub(super) const RULE: Rule = rule!("reset-after-established", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::later_request::reset(attempt, RULE.id) {
        return Some(finding);
    }
    let case = recognise(attempt)?;
    let finding = Finding::error(RULE.id, case.by, At::Http, case.summary()).confidence(match case.by {
        By::Unknown => Confidence::Possible,
        _ => Confidence::Likely,
    });
    let finding = case.with_evidence(finding).remedy(case.remedy());
    Some(behind_proxy(finding, attempt, case.connection))
}

/// A connection that a RST ended before an answer.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    /// The side whose address the RST has.
    side: Side,
    reset: Mark,
    origin: Origin,
    by: By,
    /// The frame of the request, if there was one.
    request: Option<FrameNumber>,
    is_plain: bool,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>) -> Option<Case<'a, 'c>> {
    let connection = attempt.connection()?;
    // After an answer, or after a close, a reset only cleans up.
    let request = match &connection.tls {
        Some(tls) if in_exchange(connection, tls) => tls.first_application_data.client,
        Some(_) => return None,
        None => Some(unanswered(connection, false)?),
    };
    let (side, reset) = Side::both()
        .into_iter()
        .filter_map(|side| Some((side, connection.tcp[side].reset?)))
        .min_by_key(|(_, reset)| reset.frame)?;
    let closed_before = super::closed_before(connection, side, &reset);
    if closed_before || !super::sees_without_holes(connection) {
        return None;
    }
    let origin = origin(connection, side, &reset);
    let by = match origin.by(side) {
        By::Server if connection.tunnel_target().is_some() => By::Unknown,
        by => by,
    };
    // A client that resets after waiting for its answer gives up: the missing answer is the cause.
    let waited = reset.time.since(connection.tcp.server.last.time);
    if by == By::Client && request.is_some() && waited >= super::SILENCE {
        return None;
    }
    // A client that had asked for nothing closes so, too: a browser's spare connection, a check of a balancer.
    if by == By::Client && request.is_none() && !attempt.licensing {
        return None;
    }
    Some(Case {
        attempt,
        connection,
        side,
        reset,
        origin,
        by,
        request,
        is_plain: connection.tls.is_none(),
    })
}

impl Case<'_, '_> {
    fn summary(&self) -> Phrase {
        phrase(match (self.by, self.is_plain) {
            (By::Path, false) => "reset-after-established-summary-path",
            (By::Client, false) => "reset-after-established-summary-client",
            (By::Server, false) => "reset-after-established-summary-server",
            (_, false) => "reset-after-established-summary-unknown",
            (By::Path, true) => "reset-after-established-plain-path",
            (By::Client, true) => "reset-after-established-plain-client",
            (By::Server, true) => "reset-after-established-plain-server",
            (_, true) => "reset-after-established-plain-unknown",
        })
        .with("who", client(self.attempt))
        .with("service", service(self.attempt))
        .with(
            "before",
            phrase(match self.request {
                Some(_) => "reset-after-established-before-answer",
                None => "reset-after-established-before-request",
            }),
        )
    }

    fn with_evidence(&self, mut finding: Finding) -> Finding {
        let (connection, side, reset) = (self.connection, self.side, &self.reset);
        let finished = connection.tls.as_ref().map(|tls| tls.finished);
        if let Some(frame) = finished.and_then(|finished| finished.client.max(finished.server)) {
            finding = finding.evidence(frame, phrase("reset-after-established-complete"));
        }
        if let Some(frame) = self.request {
            let what = if self.is_plain {
                phrase("no-application-response-request")
            } else {
                phrase("reset-after-established-request").with("who", client(self.attempt))
            };
            finding = finding.evidence(frame, what);
        }
        let before = connection.tcp[side.peer()].last.time;
        finding = finding.evidence(
            reset.frame,
            phrase("reset-after-established-reset")
                .with("who", side_name(side))
                .with("span", seconds(reset.time.since(before)))
                .with("clause", self.origin.clause()),
        );
        let idle = reset.time.since(before.max(last_before(connection, side, reset)));
        if idle >= IDLE {
            finding = finding.evidence(
                reset.frame,
                phrase("reset-after-established-idle").with("span", seconds(idle)),
            );
        }
        if !self.is_plain {
            return finding.cannot_tell(phrase("reset-after-established-cannot-tell"));
        }
        if connection.server.port == 443 {
            return finding.alternative(OtherCause::WrongScheme, phrase("reset-after-established-scheme"));
        }
        finding
    }

    fn remedy(&self) -> Remedy {
        let (owner, action) = match self.by {
            By::Path => (
                Owner::Firewall,
                phrase("reset-after-established-rule")
                    .with("device", self.attempt.device)
                    .with("name", named(self.attempt)),
            ),
            By::Client => (Owner::Wlc, phrase("reset-after-established-controller-log")),
            _ => (
                Owner::Server,
                phrase("reset-after-established-server-log").with("server", self.connection.tls_server()),
            ),
        };
        elsewhere(self.attempt, owner, action)
    }
}

/// Time-outs of firewalls, balancers and servers for idle connections are half a minute or longer.
const IDLE: i64 = 30_000_000_000;

/// The time at which a side last sent anything before its reset.
fn last_before(connection: &Connection, side: Side, reset: &Mark) -> Timestamp {
    connection
        .steps
        .iter()
        .rfind(|step| step.side == side && step.frame < reset.frame)
        .map_or(connection.first.time, |step| step.time)
}

/// True if the handshake is over and nothing was answered or refused since.
fn in_exchange(connection: &Connection, tls: &TlsFacts) -> bool {
    tls.is_complete()
        && (tls.application_data.server == 0 || settings_only(connection, tls))
        && tls.first_error().is_none()
        && tls.server_alert_after_finished.is_none()
}
