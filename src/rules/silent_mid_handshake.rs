//! Attempt → Finding: the handshake began and then stopped, without alert or reset.

use super::{client, elsewhere, first_fin, on_device, seconds, sees_handshake, service, tls_with_hello, watched_after};
use crate::attempt::Attempt;
use crate::connection::Connection;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::stream::GapCause;
use crate::tls::walk::{Side, StepKind};

/// RFC 9293 section 3.8.1 (retransmission), RFC 2923 section 2.1 (path-MTU black holes).
pub(super) const RULE: Rule = Rule {
    id: "silent-mid-handshake",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let began = tls.server_hello.is_some() || connection.tcp.server.bytes > 0 && connection.connect().is_none();
    if !began || tls.is_complete() || tls.first_error().is_some() || tls.application_data.server > 0 {
        return None;
    }
    // SSL 2.0 goes on in records of its own, which are not read.
    let sslv2 = tls.version() == Some(crate::tls::Version::SSL2);
    if sslv2 || !sees_handshake(connection) {
        return None;
    }
    let last = connection
        .steps
        .iter()
        .rev()
        .find(|step| !matches!(step.kind, StepKind::Fin | StepKind::Reset | StepKind::Alert))?;
    if !watched_after(connection, last.time, context) {
        return None;
    }
    let waited = connection.last.1.since(last.time);
    let loss = lost(connection);
    let closer = first_fin(connection);
    let stalled = Side::both()
        .into_iter()
        .find_map(|side| Some((side, connection.tcp[side].window_closed?)));
    let (by, confidence, clause) = match (&loss, closer, stalled) {
        (Some(loss), _, _) => (By::Path, Confidence::Likely, loss.clone()),
        (None, None, Some((side, (frame, _)))) => (
            side.into(),
            Confidence::Likely,
            format!(
                "the {} has no room for more bytes since frame {frame} (window 0)",
                side.name()
            ),
        ),
        (None, Some(side), _) => (
            side.into(),
            Confidence::Certain,
            format!("the {} closed (FIN) without an alert", side.name()),
        ),
        (None, None, None) => (
            By::Unknown,
            Confidence::Possible,
            format!("nothing more came for {}", seconds(waited)),
        ),
    };
    let summary = match by {
        By::Path => format!(
            "the handshake with {} stopped because packets were lost on the way: {clause}",
            service(attempt)
        ),
        _ => format!(
            "the handshake with {} stopped after {} from the {}: {clause}",
            service(attempt),
            last.kind.name(),
            last.side.name()
        ),
    };
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary)
        .confidence(confidence)
        .evidence(
            last.frame,
            format!(
                "the last message seen: {} from the {}",
                last.kind.name(),
                last.side.name()
            ),
        );
    for side in Side::both() {
        if let Some(gap) = connection.tcp[side].gaps.first() {
            finding = finding.evidence(
                gap.seen_at,
                format!(
                    "{} bytes of the {} before it never arrived",
                    gap.to.saturating_sub(gap.from),
                    side.name()
                ),
            );
        }
    }
    finding = finding.evidence(connection.last.0, format!("last packet, {} later", seconds(waited)));
    if closer.is_none() {
        finding = finding.claims_silence_of(last.side.peer());
    }
    Some(match by {
        By::Path => finding
            .alternative(
                "random-loss",
                "ordinary loss is repaired within seconds; here the same bytes failed again and again",
            )
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                "let ICMP “fragmentation needed” pass, and look for a rule, tunnel or link that drops large packets",
            ))
            .remedy(on_device(
                attempt,
                "work around it with a smaller TCP MSS",
                &[
                    "configure terminal".to_owned(),
                    "  ip tcp mss 1200".to_owned(),
                    "  end".to_owned(),
                ],
            )),
        By::Client => finding
            .alternative(
                "server-certificate-rejected",
                "some clients close without an alert when they do not like the certificate",
            )
            .remedy(elsewhere(
                attempt,
                Owner::Wlc,
                format!(
                    "look at the {}'s log for the reason: show logging | include PKI|SSL|TLS|SMART_LIC",
                    client(attempt)
                ),
            )),
        _ => finding
            .alternative(
                "client-certificate-rejected",
                "some servers close without an alert when they do not like the client's certificate",
            )
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                format!("look at the log of {} for the reason", connection.server),
            )),
    })
}

/// What shows that packets were lost, as a clause.
fn lost(connection: &Connection) -> Option<String> {
    for side in Side::both() {
        let tcp = &connection.tcp[side];
        if let Some(gap) = tcp.gaps.iter().find(|gap| gap.cause == GapCause::NeverArrived) {
            return Some(format!(
                "{} bytes of the {} never arrived, though later ones did",
                gap.to.saturating_sub(gap.from),
                side.name()
            ));
        }
        // Who has no room for more makes the other wait: nothing is lost then.
        if connection.tcp[side.peer()].window_closed.is_some() {
            continue;
        }
        if tcp.acked_bytes < tcp.bytes && tcp.retransmissions > 0 {
            return Some(format!(
                "{} bytes of the {} were sent again and again and never acknowledged",
                tcp.bytes.saturating_sub(tcp.acked_bytes),
                side.name()
            ));
        }
    }
    None
}
