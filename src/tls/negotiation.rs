//! Client Hello, Server Hello → Flaw, Foreign: what an offer lacks by itself, and what of a choice was never offered.
//!
//! A server that refuses an offer does not say what it would take. Part of the reason is visible nevertheless: offers that
//! cannot lead anywhere (RFC 9846 section 9.2), and choices that answer another question than the one asked.

use super::hello::{ClientHello, ServerHello};
use super::{CipherSuite, Group, Version};

/// Why an offer cannot succeed, whatever the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// An extension that TLS 1.3 demands is missing, and the client offers nothing older (RFC 9846 section 9.2).
    Missing(&'static str),
    /// A key share is for a group that the client does not list (RFC 9846 section 4.2.8).
    ShareOutsideGroups(Group),
    /// None of the cipher suites can be used with any of the versions.
    NoSuiteForVersion,
    /// Every cipher suite is one that current guidance forbids ([`CipherSuite::is_obsolete`]).
    OnlyObsolete,
}

/// Something that the server chose although it was not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // what was chosen
pub enum Foreign {
    Version(Version),
    Suite(CipherSuite),
    Group(Group),
}

/// Defects of a Client Hello by itself.
#[must_use]
pub fn flaws(hello: &ClientHello) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    if hello.malformed || hello.sslv2_format {
        return flaws;
    }
    let versions = hello.offered_versions();
    let only_tls13 = versions.iter().all(|version| version.is_tls13());
    let suites = || hello.cipher_suites.iter().filter(|suite| !suite.is_signal());
    if only_tls13 && hello.broken_extensions == 0 {
        // With a pre-shared key alone neither groups nor signatures are needed.
        let missing = [
            ("supported_groups", hello.groups.is_empty() && !hello.offers_psk),
            ("key_share", hello.key_shares.is_none() && !hello.offers_psk),
            (
                "signature_algorithms",
                hello.signature_schemes.is_empty() && !hello.offers_psk,
            ),
        ];
        flaws.extend(
            missing
                .iter()
                .filter(|(_, is)| *is)
                .map(|(name, _)| Flaw::Missing(name)),
        );
    }
    if let Some(shares) = &hello.key_shares
        && !hello.groups.is_empty()
        && let Some(stray) = shares.iter().find(|share| !hello.groups.contains(share))
    {
        flaws.push(Flaw::ShareOutsideGroups(*stray));
    }
    let fits = |suite: &CipherSuite| versions.iter().any(|version| version.is_tls13() == suite.is_tls13());
    if suites().next().is_some() && !suites().any(fits) {
        flaws.push(Flaw::NoSuiteForVersion);
    } else if suites().next().is_some() && suites().all(|suite| suite.is_obsolete()) {
        flaws.push(Flaw::OnlyObsolete);
    }
    flaws
}

/// Choices of the server that the client had not offered. `group`: that of the key exchange, if seen.
#[must_use]
pub fn foreign(offer: &ClientHello, choice: &ServerHello, group: Option<Group>) -> Vec<Foreign> {
    let mut foreign = Vec::new();
    if offer.malformed || offer.sslv2_format {
        return foreign;
    }
    let version = Version(choice.version);
    let versions = offer.offered_versions();
    // Without the extension, the version is a maximum (RFC 5246 appendix E.1).
    let offered = if offer.supported_versions.is_empty() {
        versions.iter().any(|most| version <= *most)
    } else {
        versions.contains(&version)
    };
    if !offered {
        foreign.push(Foreign::Version(version));
    }
    let suite = CipherSuite(choice.cipher_suite);
    if !offer.cipher_suites.contains(&suite) {
        foreign.push(Foreign::Suite(suite));
    }
    if let Some(group) = choice
        .group
        .or(group)
        .filter(|group| !offer.groups.is_empty() && !offer.groups.contains(group))
    {
        foreign.push(Foreign::Group(group));
    }
    foreign
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::SignatureScheme;

    fn offer(versions: &[u16], suites: &[u16]) -> ClientHello {
        ClientHello {
            version: 0x0303,
            supported_versions: versions.iter().copied().map(Version).collect(),
            cipher_suites: suites.iter().copied().map(CipherSuite).collect(),
            groups: vec![Group(29), Group(23)],
            key_shares: Some(vec![Group(29)]),
            signature_schemes: vec![SignatureScheme(0x0804)],
            ..ClientHello::default()
        }
    }

    #[test]
    fn a_complete_offer_has_no_flaw() {
        assert!(flaws(&offer(&[0x0304, 0x0303], &[0x1301, 0xc02f, 0x00ff])).is_empty());
        assert!(flaws(&offer(&[], &[0xc02f])).is_empty());
    }

    #[test]
    fn what_tls13_demands_is_missed_only_where_nothing_older_is_offered() {
        let mut hello = offer(&[0x0304], &[0x1301]);
        hello.signature_schemes.clear();
        hello.key_shares = None;
        assert_eq!(
            flaws(&hello),
            [Flaw::Missing("key_share"), Flaw::Missing("signature_algorithms")]
        );
        hello.offers_psk = true;
        assert!(flaws(&hello).is_empty());
        hello.offers_psk = false;
        hello.supported_versions.push(Version::TLS12);
        assert!(flaws(&hello).is_empty());
    }

    #[test]
    fn suites_must_fit_a_version_and_not_all_be_forbidden() {
        assert_eq!(flaws(&offer(&[0x0304], &[0xc02f, 0x0035])), [Flaw::NoSuiteForVersion]);
        assert_eq!(flaws(&offer(&[], &[0x1301, 0x1302])), [Flaw::NoSuiteForVersion]);
        assert_eq!(flaws(&offer(&[], &[0x0005, 0x000a, 0x0004])), [Flaw::OnlyObsolete]);
        assert!(flaws(&offer(&[], &[0x0005, 0x002f])).is_empty());
    }

    #[test]
    fn a_share_for_an_unlisted_group_is_a_flaw() {
        let mut hello = offer(&[0x0304], &[0x1301]);
        hello.key_shares = Some(vec![Group(24)]);
        assert_eq!(flaws(&hello), [Flaw::ShareOutsideGroups(Group(24))]);
    }

    #[test]
    fn a_choice_is_compared_with_the_offer() {
        let hello = offer(&[0x0304, 0x0303], &[0x1301, 0xc02f]);
        let choice = |version, cipher_suite, group: u16| ServerHello {
            version,
            cipher_suite,
            group: Some(Group(group)),
            ..ServerHello::default()
        };
        assert!(foreign(&hello, &choice(0x0304, 0x1301, 29), None).is_empty());
        assert_eq!(
            foreign(&hello, &choice(0x0302, 0x0035, 24), None),
            [
                Foreign::Version(Version::TLS11),
                Foreign::Suite(CipherSuite(0x0035)),
                Foreign::Group(Group(24))
            ]
        );
        // Without the extension the version is a maximum.
        assert!(foreign(&offer(&[], &[0x0035]), &choice(0x0301, 0x0035, 29), None).is_empty());
    }

    #[test]
    fn a_suite_tells_which_key_its_server_needs() {
        let kinds = [0xc02f, 0xc02b, 0x002f, 0x0032, 0x1301, 0x008c].map(|suite| CipherSuite(suite).authentication());
        assert_eq!(kinds, [Some("RSA"), Some("EC"), Some("RSA"), Some("DSA"), None, None]);
    }
}
