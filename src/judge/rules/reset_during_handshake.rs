//! Attempt → Finding: a RST ended the handshake.

use super::behind_proxy::behind_proxy;
use super::heartbeats::{or_test, with_heartbeats};
use super::large_chain::with_large_chain;
use super::large_hello::or_large_hello;
use super::no_record::with_no_record;
use super::reset_origin::{Origin, origin};
use super::sight::went_on_after_certificate;
use super::{client, elsewhere, first_end, message_name, named, seconds, service, side_name, tls_with_hello};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tcp::side::Mark;
use crate::tcp::stream::Gap;

/// RFC 9293 section 3.5.2 (reset generation).
pub(super) const RULE: Rule = rule!("reset-during-handshake", General, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::reset_at_once::finding(attempt, RULE.id) {
        return Some(finding);
    }
    let case = recognise(attempt)?;
    let confidence = match case.by {
        By::Unknown => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let finding = Finding::error(RULE.id, case.by, At::Tls, case.summary()).confidence(confidence);
    let mut finding = case.with_remedies(case.with_evidence(finding));
    if case.side == Side::Server && case.last.kind == StepKind::ClientHello {
        finding = or_large_hello(finding, attempt, case.connection);
    }
    Some(behind_proxy(finding, attempt, case.connection))
}

/// A handshake that a RST ended.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    /// The side whose address the RST has.
    side: Side,
    reset: Mark,
    origin: Origin,
    by: By,
    /// The last step before the RST.
    last: &'a Step,
    /// Bytes of the server that were lost on the path.
    hole: Option<&'a Gap>,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>) -> Option<Case<'a, 'c>> {
    let (connection, tls) = tls_with_hello(attempt)?;
    if tls.is_complete() || tls.first_error().is_some() || tls.alerts.iter().any(|alert| alert.content.is_none()) {
        return None;
    }
    // A part that was not captured may hold the reason.
    if !super::sees_without_holes(connection) {
        return None;
    }
    let (side, reset) = first_end(connection)?;
    // After long silence a reset only cleans up.
    let before = connection.tcp[side.peer()]
        .last
        .time
        .max(connection.step(StepKind::ClientHello)?.time);
    if reset.time.since(before) >= super::SILENCE {
        return None;
    }
    // A Heartbeat is no step of the handshake.
    let is_aside = |kind| matches!(kind, StepKind::Reset | StepKind::Fin | StepKind::Heartbeat);
    let is_said = |step: &&Step| step.frame < reset.frame && !is_aside(step.kind);
    let last = connection.steps.iter().rev().find(is_said)?;
    // A client that had received nothing, and had sent its hello again, gave up: it did not reject anything.
    if side == Side::Client && connection.tcp.server.bytes == 0 && connection.tcp.client.retransmissions > 0 {
        return None;
    }
    let origin = origin(connection, side, &reset);
    // Bytes were lost on the path and then a reset came: the reset may be the server's own, the loss is not.
    let hole = connection.tcp.server.gaps.first().filter(|_| side == Side::Server);
    let by = match origin.by(side) {
        By::Server if hole.is_some() || connection.tunnel_target().is_some() => By::Unknown,
        by => by,
    };
    Some(Case {
        attempt,
        connection,
        side,
        reset,
        origin,
        by,
        last,
        hole,
    })
}

impl Case<'_, '_> {
    /// Adds that the path or the server may have kept the client waiting.
    fn or_waited(&self, finding: Finding) -> Finding {
        let before = |step: &&Step| step.frame <= self.reset.frame;
        let times: Vec<Timestamp> = self
            .connection
            .steps
            .iter()
            .filter(before)
            .map(|step| step.time)
            .collect();
        let pauses = times
            .windows(2)
            .filter_map(|pair| Some(pair.get(1)?.since(*pair.first()?)));
        match pauses.max().filter(|pause| *pause >= super::SILENCE) {
            Some(longest) => finding.alternative(
                OtherCause::ServerSlow,
                phrase("reset-during-handshake-waited").with("span", seconds(longest)),
            ),
            None => finding,
        }
    }

    fn last_message(&self) -> Phrase {
        phrase("message-from")
            .with("message", message_name(self.last.kind))
            .with("who", side_name(self.last.side))
    }

    fn summary(&self) -> Phrase {
        phrase(match self.by {
            By::Path => "reset-during-handshake-summary-path",
            By::Client => "reset-during-handshake-summary-client",
            By::Server => "reset-during-handshake-summary-server",
            _ => "reset-during-handshake-summary-unknown",
        })
        .with("who", client(self.attempt))
        .with("service", service(self.attempt))
        .with("last", self.last_message())
    }

    fn with_evidence(&self, finding: Finding) -> Finding {
        let connection = self.connection;
        let finding = with_large_chain(finding, connection);
        let finding = finding.evidence(self.last.frame, self.last_message());
        let finding = with_heartbeats(finding, connection);
        let finding = with_no_record(finding, connection);
        let finding = finding.evidence(
            self.reset.frame,
            phrase("reset-during-handshake-reset")
                .with("who", side_name(self.side))
                .with("span", seconds(self.reset.time.since(self.last.time)))
                .with("clause", self.origin.clause()),
        );
        let Some(gap) = self.hole else { return finding };
        finding.evidence(
            gap.seen_at,
            phrase("silent-mid-handshake-hole")
                .with("count", gap.to.saturating_sub(gap.from))
                .with("who", side_name(Side::Server)),
        )
    }

    fn with_remedies(&self, finding: Finding) -> Finding {
        let attempt = self.attempt;
        let of_path = |rule| phrase(rule).with("name", named(attempt)).with("device", attempt.device);
        match self.by {
            By::Path => finding
                .alternative(OtherCause::ServerReset, phrase("reset-during-handshake-balancer"))
                .remedy(elsewhere(
                    attempt,
                    Owner::Firewall,
                    of_path("reset-during-handshake-rule"),
                )),
            By::Client => self.why_it_reset(finding).remedy(elsewhere(
                attempt,
                Owner::Wlc,
                phrase("reset-during-handshake-controller-log"),
            )),
            _ => finding
                .alternative(OtherCause::FirewallReset, phrase("reset-during-handshake-firewall"))
                .remedy(elsewhere(
                    attempt,
                    Owner::Server,
                    phrase("reset-during-handshake-server-log").with("server", self.connection.tls_server()),
                ))
                .remedy(elsewhere(
                    attempt,
                    Owner::Firewall,
                    of_path("reset-during-handshake-no-rule"),
                )),
        }
    }

    /// Adds why the client may have reset: the certificate, unless it went on after it or had received nothing.
    fn why_it_reset(&self, finding: Finding) -> Finding {
        let finding = self.or_waited(finding);
        if self.connection.tcp.server.bytes == 0 {
            return finding;
        }
        if went_on_after_certificate(self.connection) {
            return or_test(finding, self.connection)
                .alternative(OtherCause::BrokenOff, phrase("reset-during-handshake-stopped"));
        }
        finding.alternative(
            OtherCause::ServerCertificateRejected,
            phrase("reset-during-handshake-client-certificate"),
        )
    }
}
