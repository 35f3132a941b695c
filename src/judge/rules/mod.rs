//! Attempt → Finding: every cause that can be recognised, one file each.
//!
//! A rule never parses bytes and never uses another rule: each fact it needs is in [`Attempt`] or [`Context`].

use crate::attempt::Attempt;
use crate::judge::context::Context;
use crate::judge::explanation::{Explanation, explained};
use crate::judge::finding::{Kind, Rule, VerdictId};
use serde::{Deserialize, Deserializer, de};

/// A rule as data: its verdict, the role of its finding, and its check.
macro_rules! rule {
    ($id:literal, $kind:ident, $check:expr) => {
        $crate::judge::finding::Rule {
            id: $crate::judge::finding::VerdictId::new($id),
            kind: $crate::judge::finding::Kind::$kind,
            explanation: $crate::judge::explanation::explained!($id),
            check: $check,
        }
    };
}

mod application_error;
mod bare_end;
mod before_any_hello;
mod behind_proxy;
mod certificate_alerts;
mod certificate_fault_accepted;
mod certificate_faults;
mod certificate_remedies;
mod chassis_changed;
mod cipher_mismatch;
mod client_certificate_rejected;
mod client_certificate_remedies;
mod client_gave_up;
mod client_left;
pub mod conditions;
mod crl_fetch_failed;
mod cslu;
mod datagram_silence;
mod departure;
mod device_clock_off;
mod device_facts;
mod device_join;
mod device_log_contradicts;
mod device_remedies;
pub mod device_reports_failure;
mod device_service;
mod dns_error;
mod dns_no_response;
mod dns_stale_address;
mod dns_unexpected_address;
mod exchange;
mod finished_order;
mod handshake_refused;
mod healthy;
mod healthy_resumed;
mod heard;
mod heartbeats;
mod icmp_blocked;
mod in_between;
mod incomplete_capture;
mod interception_suspected;
mod join_data;
mod join_refused;
mod join_remedies;
mod large_chain;
mod large_hello;
mod later_request;
mod legacy_endpoint;
mod lost_bytes;
mod malformed_capture;
mod modern_offer;
mod negotiation;
mod no_application_response;
mod no_connection;
pub mod no_licensing_traffic;
mod no_record;
mod not_tls;
mod odd_address;
mod pair;
mod plain_text_to_tls;
mod proxy_authentication_required;
mod proxy_no_response;
mod proxy_refused;
mod quic_said;
mod refusal_causes;
mod refused_by_service;
mod remedy;
mod renegotiation;
mod request;
mod reservations;
mod reset_after_established;
mod reset_at_once;
mod reset_during_handshake;
mod reset_origin;
mod server_broke_off;
mod server_certificate_rejected;
mod sight;
mod silent_mid_handshake;
mod silent_refusal;
mod ssl2;
mod tcp_no_response;
mod tcp_refused;
mod tlcp;
mod tls_no_response;
mod tls_not_offered;
mod unasked;
mod unexplained_end;
mod version_mismatch;
mod wording;

// Helpers that rules share, so that no rule uses another.
use certificate_faults::{certificate_causes, certificate_clauses, is_all_early, lacking, leaf_of, span_outside};
use departure::first_fin;
use remedy::{elsewhere, on_client, verify, without_proxy};
use sight::{
    SILENCE, before_server_hello, closed_before, first_end, is_closed, sees_handshake, sees_without_holes,
    server_reset, tls_with_hello, watched_after,
};
use wording::{
    alert_from, alert_text, chained, client, frames, hops_field, listed, listed_texts, message_name, named, seconds,
    service, side_name, span, span_between,
};

/// Order is precedence: when several rules fire, the first is the cause and the rest are context. It follows the steps of
/// an attempt, and within a step goes from the specific to the general.
pub(crate) const RULES: &[&Rule] = &[
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
    &refused_by_service::REPORTED,
    &legacy_endpoint::RULE,
    &healthy_resumed::RULE,
    &healthy::RULE,
    &malformed_capture::RULE,
    &incomplete_capture::RULE,
    &unexplained_end::RULE,
    // Never the cause: one of the rules above always matches.
    &dns_stale_address::RULE,
    &certificate_fault_accepted::RULE,
    &device_log_contradicts::RULE,
    &device_clock_off::RULE,
    &chassis_changed::RULE,
];

/// The finding for a damaged file without any attempt. A file that merely ends early is judged by what it holds.
#[must_use]
pub fn damage(context: &Context<'_>) -> Option<crate::judge::finding::Finding> {
    malformed_capture::finding(context).filter(|_| !malformed_capture::is_only_cut(context.capture))
}

/// True if the capture contradicts a line of the device's log.
pub(crate) fn contradicts(attempt: &Attempt<'_>, testimony: &crate::attempt::testimony::Testimony<'_>) -> bool {
    device_log_contradicts::contradicts(attempt, testimony)
}

/// Verdicts on captures and logs without an attempt: no rule has anything to examine.
const WITHOUT_ATTEMPT: [Explanation; 3] = [
    explained!("no-licensing-traffic"),
    explained!("device-reports-success"),
    explained!("no-device-events"),
];

/// Each verdict's explanation once, in the order of the rules.
pub fn explanations() -> impl Iterator<Item = Explanation> {
    let is_first = |&(at, rule): &(usize, &&Rule)| !RULES.iter().take(at).any(|earlier| earlier.id == rule.id);
    let of_rules = RULES.iter().enumerate().filter(is_first);
    of_rules.map(|(_, rule)| rule.explanation).chain(WITHOUT_ATTEMPT)
}

impl VerdictId {
    /// The verdict with this id.
    #[must_use]
    pub fn known(id: &str) -> Option<Self> {
        let explained = explanations().find(|explanation| explanation.id == id);
        explained.map(|explanation| Self::new(explanation.id))
    }
}

/// An id that is read back must be one of these; any other was written by another version.
impl<'de> Deserialize<'de> for VerdictId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::known(&id).ok_or_else(|| de::Error::custom(format!("“{id}” is no verdict that this version knows")))
    }
}

/// True if a verdict can be an attempt's cause, and is not only reported beside one.
#[must_use]
pub fn is_cause(id: &str) -> bool {
    let is_beside = |rule: &&Rule| matches!(rule.kind, Kind::Beside | Kind::Explaining);
    !RULES.iter().any(|rule| rule.id == id && is_beside(rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_of_two_rules_is_of_one_kind() {
        let ids = |rules: &[&Rule]| rules.iter().map(|rule| rule.id).collect::<Vec<_>>();
        let again: Vec<&Rule> = RULES
            .iter()
            .enumerate()
            .filter(|(at, rule)| ids(&RULES[..*at]).contains(&rule.id))
            .map(|(_, rule)| *rule)
            .collect();
        // Interception is judged twice: before a refusal of the certificate, and after the client let it pass. So is a
        // client that refuses: with an alert, and without one.
        assert_eq!(
            ids(&again),
            [
                "interception-suspected",
                "handshake-refused",
                "server-certificate-rejected"
            ]
        );
        for rule in again {
            let first = RULES.iter().find(|it| it.id == rule.id).unwrap();
            assert_eq!(rule.kind, first.kind, "{}", rule.id);
        }
    }

    #[test]
    fn what_is_never_the_cause_stands_behind_what_always_holds() {
        let is_beside = |rule: &&Rule| matches!(rule.kind, Kind::Beside | Kind::Explaining);
        let first = RULES.iter().position(is_beside).unwrap();
        assert!(RULES.iter().skip(first).all(is_beside));
        assert!(RULES[..first].iter().all(|rule| is_cause(&rule.id)));
        assert!(!is_cause(&RULES[first].id));
    }
}
