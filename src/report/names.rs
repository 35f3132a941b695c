//! Identifier → name: the name of a verdict or another explanation before a sentence about it.

use crate::base::phrase::{Language, phrase};
use crate::report::explain::title;

/// The name of an explanation in words: `TLS inspection`. An identifier is for typing.
pub(super) fn plain_name(id: &str, language: Language) -> String {
    let known = NAMES.binary_search_by_key(&id, |(id, _)| id).ok();
    match known.and_then(|at| NAMES.get(at)) {
        Some((_, name)) => phrase(name).in_language(language),
        // A verdict without such a message has at least a title.
        None => title(id, language).map_or_else(|| id.replace('-', " "), str::to_owned),
    }
}

/// Identifiers in order, and the messages that name them.
const NAMES: &[(&str, &str)] = &[
    ("address-translation", "name-address-translation"),
    ("another-client", "name-another-client"),
    ("another-host", "name-another-host"),
    ("answer-cut", "name-answer-cut"),
    ("answer-later", "name-answer-later"),
    ("application-close", "name-application-close"),
    ("application-error", "name-application-error"),
    ("block-page", "name-block-page"),
    ("broken-off", "name-broken-off"),
    ("broken-tls", "name-broken-tls"),
    ("capture-clock", "name-capture-clock"),
    ("certificate-fault-accepted", "name-certificate-fault-accepted"),
    ("chassis-changed", "name-chassis-changed"),
    ("cipher-mismatch", "name-cipher-mismatch"),
    ("client-certificate-rejected", "name-client-certificate-rejected"),
    ("client-policy", "name-client-policy"),
    ("clock", "name-clock"),
    ("crl-fetch-failed", "name-crl-fetch-failed"),
    ("device-clock-off", "name-device-clock-off"),
    ("device-log-contradicts", "name-device-log-contradicts"),
    ("device-reports-failure", "name-device-reports-failure"),
    ("device-reports-success", "name-device-reports-success"),
    ("dns-error", "name-dns-error"),
    ("dns-no-response", "name-dns-no-response"),
    ("dns-server-not-used", "name-dns-server-not-used"),
    ("dns-stale-address", "name-dns-stale-address"),
    ("dns-unexpected-address", "name-dns-unexpected-address"),
    ("firewall", "name-firewall"),
    ("firewall-proxying", "name-firewall-proxying"),
    ("firewall-reject", "name-firewall-reject"),
    ("firewall-reset", "name-firewall-reset"),
    ("handshake-refused", "name-handshake-refused"),
    ("health-check", "name-health-check"),
    ("healthy", "name-healthy"),
    ("healthy-resumed", "name-healthy-resumed"),
    ("icmp-blocked", "name-icmp-blocked"),
    ("idle-time-out", "name-idle-time-out"),
    ("in-between", "name-in-between"),
    ("incomplete-capture", "name-incomplete-capture"),
    ("interception-suspected", "name-interception-suspected"),
    ("large-hello", "name-large-hello"),
    ("legacy-endpoint", "name-legacy-endpoint"),
    ("look-up-only", "name-look-up-only"),
    ("malformed-capture", "name-malformed-capture"),
    ("no-application-response", "name-no-application-response"),
    ("no-connection", "name-no-connection"),
    ("no-device-events", "name-no-device-events"),
    ("no-licensing-traffic", "name-no-licensing-traffic"),
    ("no-request", "name-no-request"),
    ("not-tls", "name-not-tls"),
    ("other-path", "name-other-path"),
    ("path-behind-proxy", "name-path-behind-proxy"),
    ("path-mtu", "name-path-mtu"),
    ("plain-text-to-tls", "name-plain-text-to-tls"),
    ("private-path", "name-private-path"),
    ("private-service", "name-private-service"),
    ("proxy-authentication-required", "name-proxy-authentication-required"),
    ("proxy-no-response", "name-proxy-no-response"),
    ("proxy-refused", "name-proxy-refused"),
    ("random-loss", "name-random-loss"),
    ("reachability", "name-reachability"),
    ("refused-by-service", "name-refused-by-service"),
    ("reset-after-established", "name-reset-after-established"),
    ("reset-during-handshake", "name-reset-during-handshake"),
    ("restart", "name-restart"),
    ("revocation-unavailable", "name-revocation-unavailable"),
    ("same-address", "name-same-address"),
    ("scan", "name-scan"),
    ("sequence-numbers-changed", "name-sequence-numbers-changed"),
    ("server-certificate-rejected", "name-server-certificate-rejected"),
    ("server-closed", "name-server-closed"),
    ("server-failed", "name-server-failed"),
    ("server-gone", "name-server-gone"),
    ("server-misconfigured", "name-server-misconfigured"),
    ("server-policy", "name-server-policy"),
    ("server-refuses", "name-server-refuses"),
    ("server-reset", "name-server-reset"),
    ("server-slow", "name-server-slow"),
    ("server-stalled", "name-server-stalled"),
    ("server-without-tls", "name-server-without-tls"),
    ("silent-mid-handshake", "name-silent-mid-handshake"),
    ("static-entry", "name-static-entry"),
    ("tcp-no-response", "name-tcp-no-response"),
    ("tcp-refused", "name-tcp-refused"),
    ("tls-no-response", "name-tls-no-response"),
    ("tls-not-offered", "name-tls-not-offered"),
    ("unexplained-end", "name-unexplained-end"),
    ("version-mismatch", "name-version-mismatch"),
    ("wrong-scheme", "name-wrong-scheme"),
    ("wrong-server", "name-wrong-server"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_never_called_by_its_identifier_in_another_language() {
        for verdict in crate::report::explain::explanations() {
            let name = plain_name(verdict.id, Language::Ja);
            assert!(!name.is_ascii(), "{}: {name}", verdict.id);
        }
    }

    #[test]
    fn an_alternative_is_never_called_by_its_identifier_in_another_language() {
        for id in crate::judge::alternative::OtherCause::ALL {
            let name = plain_name(id.name(), Language::Ja);
            assert!(!name.is_ascii(), "{id}: {name}");
        }
    }

    #[test]
    fn identifiers_are_in_order() {
        assert!(NAMES.is_sorted());
        assert_eq!(plain_name("interception-suspected", Language::En), "TLS inspection");
        assert_eq!(plain_name("of-a-later-version", Language::Ja), "of a later version");
    }
}
