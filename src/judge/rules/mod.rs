//! Attempt → Finding: every cause that can be recognised, one file each.
//!
//! A rule never parses bytes and never looks at another rule: what it needs is a fact of [`Attempt`] or [`Context`].

use crate::attempt::Attempt;
use crate::base::command::{Command, HostArgument};
use crate::base::dialect::{Dialect, Task, task};
use crate::base::frame::Timestamp;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::walk::{Alert, Side, StepKind, TlsFacts};
use crate::judge::context::Context;
use crate::judge::finding::{Owner, Remedy, Rule};
use crate::profile::Transport;
use crate::tls::certificate::Fields;
use crate::tls::trust::{Chain, Fault, Judgement, NameMatch, Validity};
use departure::first_fin;

mod application_error;
mod bare_end;
mod before_any_hello;
mod behind_proxy;
mod certificate_alerts;
mod certificate_fault_accepted;
mod certificate_remedies;
mod cipher_mismatch;
mod client_certificate_rejected;
mod client_gave_up;
mod client_left;
mod crl_fetch_failed;
mod departure;
pub(crate) mod device_clock_off;
mod device_log_contradicts;
pub mod device_reports_failure;
mod dns_error;
mod dns_no_response;
mod dns_stale_address;
mod dns_unexpected_address;
mod handshake_refused;
mod healthy;
mod healthy_resumed;
mod heard;
mod icmp_blocked;
mod incomplete_capture;
mod interception_suspected;
mod large_hello;
mod later_request;
mod legacy_endpoint;
mod lost_bytes;
mod malformed_capture;
mod negotiation;
mod no_application_response;
mod no_connection;
pub mod no_licensing_traffic;
mod not_tls;
mod plain_text_to_tls;
mod proxy_authentication_required;
mod proxy_no_response;
mod proxy_refused;
mod refusal_causes;
mod refused_by_service;
mod reset_after_established;
mod reset_at_once;
mod reset_during_handshake;
mod reset_origin;
mod server_certificate_rejected;
mod silent_mid_handshake;
mod tcp_no_response;
mod tcp_refused;
mod tlcp;
mod tls_no_response;
mod tls_not_offered;
mod unexplained_end;
mod version_mismatch;
mod wording;

use wording::{
    alert_from, alert_text, chained, client, date, frames, listed, message_name, seconds, service, side_name, span,
};

/// Order is precedence: when several rules fire, the first is the cause and the rest are context. It follows the steps of
/// an attempt, and within a step goes from the specific to the general.
pub(super) const RULES: &[&Rule] = &[
    &dns_no_response::RULE,
    &dns_error::RULE,
    &dns_unexpected_address::RULE,
    &no_connection::RULE,
    &icmp_blocked::RULE,
    &tcp_refused::RULE,
    &tcp_no_response::RULE,
    &proxy_authentication_required::RULE,
    &proxy_refused::RULE,
    &proxy_no_response::RULE,
    &tls_not_offered::RULE,
    &plain_text_to_tls::RULE,
    &not_tls::RULE,
    &version_mismatch::RULE,
    &cipher_mismatch::RULE,
    &crl_fetch_failed::RULE,
    &interception_suspected::RULE,
    &server_certificate_rejected::RULE,
    &client_certificate_rejected::RULE,
    &interception_suspected::PASSED,
    &handshake_refused::RULE,
    &client_left::PROTOCOL,
    &client_left::CERTIFICATE,
    &reset_during_handshake::RULE,
    &tls_no_response::RULE,
    &silent_mid_handshake::RULE,
    &application_error::RULE,
    &reset_after_established::RULE,
    &no_application_response::RULE,
    &refused_by_service::RULE,
    &legacy_endpoint::RULE,
    &healthy_resumed::RULE,
    &healthy::RULE,
    &malformed_capture::RULE,
    &incomplete_capture::RULE,
    &unexplained_end::RULE,
    // Never the cause: what stands above always holds.
    &dns_stale_address::RULE,
    &certificate_fault_accepted::RULE,
    &device_log_contradicts::RULE,
    &device_clock_off::RULE,
];

/// What is said of a damaged file in which nobody attempted anything. One that merely ends early holds what it holds.
#[must_use]
pub fn damage(context: &Context<'_>) -> Option<crate::judge::finding::Finding> {
    malformed_capture::finding(context).filter(|_| !malformed_capture::is_only_cut(context.capture))
}

/// Whether a line of the device's log says one thing where the capture shows another.
pub(crate) fn contradicts(attempt: &Attempt<'_>, testimony: &crate::attempt::testimony::Testimony<'_>) -> bool {
    device_log_contradicts::contradicts(attempt, testimony)
}

/// Rules that never are the cause and explain it: what they say to do comes first.
pub const EXPLAINING: &[&str] = &[dns_stale_address::RULE.id];

/// Rules that only say how it ended. Where another rule knows why, they add nothing.
pub const GENERAL: &[&str] = &[
    handshake_refused::RULE.id,
    reset_during_handshake::RULE.id,
    tls_no_response::RULE.id,
    silent_mid_handshake::RULE.id,
    healthy_resumed::RULE.id,
    healthy::RULE.id,
    incomplete_capture::RULE.id,
    unexplained_end::RULE.id,
];

/// Silence shorter than this proves nothing: retransmission timers start at one second and double (RFC 6298), so within
/// three seconds a lost segment has been sent again at least once.
const SILENCE: i64 = 3_000_000_000;

/// Whether the time after `since`, when something should have come, was watched long enough to call it silence: the
/// connection was closed, or the capture went on and still followed it.
///
/// TCP repeats what is not acknowledged (RFC 6298: after about a second). Bytes that were neither acknowledged nor sent
/// again mean that the capture lost sight of the connection, not that the peer fell silent.
fn watched_after(connection: &Connection, since: Timestamp, context: &Context<'_>) -> bool {
    is_closed(connection)
        || !lost_sight(connection) && context.capture.last.is_some_and(|last| last.since(since) >= SILENCE)
}

/// Whether bytes of either side were neither acknowledged nor sent again.
fn lost_sight(connection: &Connection) -> bool {
    Side::both().iter().any(|&side| {
        let tcp = &connection.tcp[side];
        tcp.acked_bytes < tcp.bytes && tcp.retransmissions == 0 && !tcp.delivery.holds_beyond()
    })
}

/// Whether either side ended the connection.
fn is_closed(connection: &Connection) -> bool {
    Side::both()
        .iter()
        .any(|&side| connection.tcp[side].fin.is_some() || connection.tcp[side].reset.is_some())
}

/// Whether a side had closed before a reset: by the numbers, since the order in the file may be another.
fn closed_before(connection: &Connection, side: Side, reset: &crate::tcp::side::Mark) -> bool {
    let (own, peer) = (connection.tcp[side].fin, connection.tcp[side.peer()].fin);
    own.is_some_and(|fin| reset.at > fin.at || fin.frame < reset.frame)
        // The number between its last byte and the reset is a FIN that was not captured.
        || reset.at == connection.tcp[side].end.saturating_add(1)
        || peer.is_some_and(|fin| reset.ack && reset.acked > fin.at || fin.frame < reset.frame)
}

/// Whether the handshake's bytes are all there, from its beginning as far as it went: without that, absence of a message
/// proves nothing.
fn sees_handshake(connection: &Connection) -> bool {
    sees_without_holes(connection)
        && Side::both()
            .iter()
            .all(|&side| connection.tcp[side].start_known || connection.tcp[side].bytes == 0)
}

/// Whether no byte is missing from the first that was captured on.
fn sees_without_holes(connection: &Connection) -> bool {
    Side::both().iter().all(|&side| {
        let tcp = &connection.tcp[side];
        tcp.gaps
            .iter()
            .all(|gap| gap.cause == crate::tcp::stream::GapCause::NeverArrived)
            && !tcp.acked_unseen
            && tcp.unseen_end == 0
    })
}

/// Whether the server reset the connection before anybody had closed it.
fn server_reset(connection: &Connection) -> bool {
    connection
        .tcp
        .server
        .reset
        .is_some_and(|reset| !closed_before(connection, Side::Server, &reset))
}

/// TLS facts of a connection whose Client Hello was captured.
fn tls_with_hello<'a>(attempt: &Attempt<'a>) -> Option<(&'a Connection, &'a TlsFacts)> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref()?;
    tls.client_hello.is_some().then_some((connection, tls))
}

/// Whether an alert stands before the server chose anything.
fn before_server_hello(connection: &Connection, alert: &Alert) -> bool {
    let server_hello = connection
        .steps
        .iter()
        .position(|step| step.kind == StepKind::ServerHello);
    server_hello.is_none_or(|hello| alert.step < hello)
}

/// What is at fault with a presented chain, in the words of the report; empty where nothing visible is.
fn certificate_causes(judgement: &Judgement) -> Vec<&'static str> {
    let mut causes = Vec::new();
    match judgement.validity {
        Validity::Expired(_) => causes.push("expired"),
        Validity::NotYetValid(_) => causes.push("not-yet-valid"),
        Validity::Unknown => causes.push("unreadable"),
        Validity::Current => {}
    }
    match judgement.chain {
        Chain::SelfSigned => causes.push("self-signed"),
        Chain::PrivateRoot { .. } | Chain::IssuerNotGiven { .. } => causes.push("unknown-issuer"),
        Chain::Broken { .. } => causes.push("broken-chain"),
        _ => {}
    }
    for fault in &judgement.faults {
        causes.push(match fault {
            Fault::WrongPurpose | Fault::IssuerPurpose(_) => "wrong-purpose",
            Fault::WeakKey(..) => "weak-key",
            Fault::WeakSignature(..) => "weak-signature",
            Fault::MissingIntermediate(_) => "missing-intermediate",
            Fault::IssuerDates(_, Validity::Expired(_)) => "issuer-expired",
            Fault::IssuerDates(..) => "issuer-not-yet-valid",
            Fault::NotACa(_) | Fault::PathTooLong(_) | Fault::OutsideNameConstraints => "broken-chain",
            _ => continue,
        });
    }
    if judgement.name == NameMatch::Differs {
        causes.push("name-mismatch");
    }
    let mut seen = std::collections::BTreeSet::new();
    causes.retain(|cause| seen.insert(*cause));
    causes
}

/// What can be said against a presented chain at the time of the capture, as clauses about its leaf.
fn certificate_clauses(judgement: &Judgement, leaf: Option<&Fields>) -> Vec<Phrase> {
    let mut clauses = Vec::new();
    match &judgement.chain {
        Chain::SelfSigned => clauses.push(phrase("certificate-self-signed")),
        Chain::PrivateRoot { root } => clauses.push(phrase("certificate-private-root").with("root", root)),
        Chain::IssuerNotGiven { issuer } => clauses.push(match leaf.map(|leaf| &leaf.issuer) {
            // What the chain lacks is said of the chain: the leaf has an issuer of its own, which is there.
            Some(own) if judgement.path.len() > 1 => {
                phrase("certificate-chain-ends").with("own", own).with("issuer", issuer)
            }
            _ => phrase("certificate-issuer-not-given").with("issuer", issuer),
        }),
        Chain::Unchecked { detail } => clauses.push(phrase("certificate-unchecked").with("detail", detail)),
        Chain::Broken { detail } => clauses.push(phrase("certificate-broken").with("detail", detail)),
        Chain::Unreadable => clauses.push(phrase("certificate-unreadable")),
        _ => {}
    }
    match (judgement.validity, leaf) {
        (Validity::Expired(since), Some(leaf)) => clauses.push(
            phrase("certificate-expired")
                .with("span", span(since))
                .with("date", date(leaf.not_after)),
        ),
        (Validity::NotYetValid(until), Some(leaf)) => clauses.push(
            phrase("certificate-not-yet-valid")
                .with("span", span(until))
                .with("date", date(leaf.not_before)),
        ),
        _ => {}
    }
    // A device's self-signed certificate is its own authority: that is no fault of its own.
    let self_signed = judgement.chain == Chain::SelfSigned;
    let telling = judgement.faults.iter().filter(|fault| {
        !(matches!(fault, Fault::NameWrittenOtherwise(_)) || self_signed && **fault == Fault::CaAsLeaf)
    });
    clauses.extend(telling.take(4).map(fault_clause));
    match &judgement.name {
        NameMatch::Differs => clauses.push(phrase("certificate-other-names")),
        NameMatch::CommonNameOnly => clauses.push(phrase("certificate-common-name-only")),
        _ => {}
    }
    clauses
}

fn fault_clause(fault: &Fault) -> Phrase {
    match fault {
        Fault::WrongPurpose => phrase("certificate-wrong-purpose"),
        Fault::CaAsLeaf => phrase("certificate-is-authority"),
        Fault::WeakKey(subject, key) => phrase("certificate-weak-key").with("key", key).with("subject", subject),
        Fault::WeakSignature(subject, algorithm) => phrase("certificate-weak-signature")
            .with("algorithm", algorithm)
            .with("subject", subject),
        Fault::MissingIntermediate(issuer) => phrase("certificate-missing-intermediate").with("issuer", issuer),
        Fault::NotACa(subject) => phrase("certificate-not-a-ca").with("subject", subject),
        Fault::IssuerDates(subject, Validity::Expired(since)) => phrase("certificate-issuer-expired")
            .with("span", span(*since))
            .with("subject", subject),
        Fault::IssuerDates(subject, _) => phrase("certificate-issuer-not-yet-valid").with("subject", subject),
        Fault::IssuerPurpose(subject) => phrase("certificate-issuer-purpose").with("subject", subject),
        Fault::PathTooLong(subject) => phrase("certificate-path-too-long").with("subject", subject),
        Fault::OutsideNameConstraints => phrase("certificate-name-constraints"),
        Fault::NameWrittenOtherwise(subject) => phrase("certificate-name-written-otherwise").with("subject", subject),
        Fault::SameNameOtherKey(subject) => phrase("certificate-same-name-other-key").with("subject", subject),
    }
}

/// What makes the client try again.
fn try_again(attempt: &Attempt<'_>) -> Vec<Command> {
    crate::judge::recapture::try_again(attempt.dialect, attempt.service.transport, attempt.connection())
}

/// What shows that a remedy worked.
fn verify(attempt: &Attempt<'_>) -> Phrase {
    let id = match attempt.service.transport {
        _ if !attempt.licensing => return phrase("verify-handshake"),
        Transport::Cssm | Transport::CallHome => "verify-trust",
        _ => "verify-response",
    };
    match try_again(attempt).into_iter().next() {
        Some(command) => phrase(id).with("command", command),
        None => phrase("verify-handshake"),
    }
}

/// A remedy on the client, ended by trying again.
fn on_client(attempt: &Attempt<'_>, action: Phrase, tasks: &[Task]) -> Remedy {
    by_commands(attempt, action, attempt.dialect.lines(tasks))
}

/// The same where the commands are those of IOS XE alone.
fn on_device(attempt: &Attempt<'_>, action: Phrase, commands: &[Command]) -> Remedy {
    let known = matches!(attempt.dialect, Dialect::IosXe | Dialect::IosXeWireless);
    by_commands(attempt, action, if known { commands.to_vec() } else { Vec::new() })
}

fn by_commands(attempt: &Attempt<'_>, action: Phrase, mut commands: Vec<Command>) -> Remedy {
    // Where nothing is to be typed, trying again is left to who acts.
    if attempt.licensing || !commands.is_empty() {
        commands.extend(try_again(attempt));
    }
    Remedy {
        owner: Owner::Wlc,
        action,
        commands,
        verify: verify(attempt),
    }
}

/// Whether the service is the cloud of the device's own vendor: what it shows and trusts is nobody's to change.
fn is_vendors(attempt: &Attempt<'_>) -> bool {
    attempt.licensing && matches!(attempt.service.transport, Transport::Cssm | Transport::CallHome)
}

/// A remedy that leaves the proxy out.
fn without_proxy(attempt: &Attempt<'_>, connection: &Connection, target: &WireText) -> Remedy {
    let proxy = connection.server;
    let (host, port) = HostArgument::with_port(target.raw(), "<host>");
    // CONNECT names a port; an absolute URL without one is http (RFC 9112 section 3.2.2).
    let port = port.unwrap_or(80);
    on_client(
        attempt,
        phrase("proxy-other-way")
            .with("proxy", proxy.to_string())
            .with("device", attempt.device)
            .with("target", target),
        &[
            task("show-transport"),
            task("reach")
                .with("host", &host)
                .with("port", &port)
                .with("device", &attempt.device),
            task("remove-proxy").with("proxy", &proxy.ip).with("port", &proxy.port),
        ],
    )
}

/// A remedy for somebody else, verified by the next attempt.
fn elsewhere(attempt: &Attempt<'_>, owner: Owner, action: Phrase) -> Remedy {
    Remedy {
        owner,
        action,
        commands: Vec::new(),
        verify: verify(attempt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::FrameNumber;

    #[test]
    fn every_rule_has_its_own_id() {
        let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        ids.push(no_licensing_traffic::ID);
        ids.sort_unstable();
        let (_, again) = ids.iter().fold(("", Vec::new()), |(last, mut again), id| {
            if last == *id {
                again.push(*id);
            }
            (*id, again)
        });
        // Interception is judged twice: before a refusal of the certificate, and where it was let pass. So is a client that
        // refuses: with an alert, and without.
        let twice = [
            client_left::PROTOCOL.id,
            interception_suspected::PASSED.id,
            client_left::CERTIFICATE.id,
        ];
        assert_eq!(again, twice);
    }

    #[test]
    fn numbers_are_written_for_people() {
        let english = |phrase: Phrase| phrase.in_language(crate::base::phrase::Language::En);
        assert_eq!(english(span(86_400 * 601 + 5)), "601 days");
        assert_eq!(english(span(1)), "1 second");
        assert_eq!(english(seconds(90_000_000)), "0.09 s");
        assert_eq!(english(frames(&[FrameNumber(5), FrameNumber(7)])), "frames 5 and 7");
    }
}
