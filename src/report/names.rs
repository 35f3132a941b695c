//! Identifier → name: what a verdict or another explanation is called before a sentence about it.

use crate::base::phrase::{Language, phrase};

/// An explanation by a name that reads as words: `TLS inspection`. An identifier is for typing.
pub(super) fn plain_name(id: &str, language: Language) -> String {
    let known = NAMES.binary_search_by_key(&id, |(id, _)| id).ok();
    match known.and_then(|at| NAMES.get(at)) {
        Some((_, name)) => phrase(name).in_language(language),
        None => id.replace('-', " "),
    }
}

/// Identifiers in order, and the messages that name them.
const NAMES: &[(&str, &str)] = &[
    ("answer-cut", "name-answer-cut"),
    ("answer-later", "name-answer-later"),
    ("application-close", "name-application-close"),
    ("application-error", "name-application-error"),
    ("block-page", "name-block-page"),
    ("broken-off", "name-broken-off"),
    ("capture-clock", "name-capture-clock"),
    ("certificate-fault-accepted", "name-certificate-fault-accepted"),
    ("cipher-mismatch", "name-cipher-mismatch"),
    ("client-certificate-rejected", "name-client-certificate-rejected"),
    ("client-policy", "name-client-policy"),
    ("clock", "name-clock"),
    ("crl-fetch-failed", "name-crl-fetch-failed"),
    ("device-clock-off", "name-device-clock-off"),
    ("device-log-contradicts", "name-device-log-contradicts"),
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
    ("incomplete-capture", "name-incomplete-capture"),
    ("interception-suspected", "name-interception-suspected"),
    ("large-hello", "name-large-hello"),
    ("legacy-endpoint", "name-legacy-endpoint"),
    ("look-up-only", "name-look-up-only"),
    ("malformed-capture", "name-malformed-capture"),
    ("no-application-response", "name-no-application-response"),
    ("no-connection", "name-no-connection"),
    ("no-request", "name-no-request"),
    ("other-path", "name-other-path"),
    ("path-behind-proxy", "name-path-behind-proxy"),
    ("path-mtu", "name-path-mtu"),
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
    ("unexplained-end", "name-unexplained-end"),
    ("version-mismatch", "name-version-mismatch"),
    ("wrong-scheme", "name-wrong-scheme"),
    ("wrong-server", "name-wrong-server"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_in_order() {
        assert!(NAMES.is_sorted());
        assert_eq!(plain_name("interception-suspected", Language::En), "TLS inspection");
        assert_eq!(plain_name("of-a-later-version", Language::Ja), "of a later version");
    }
}
