//! Certificate + requested name → NameMatch (RFC 9525).
//!
//! A client compares the host name it connects to with the DNS names in the certificate's subjectAltName, and an
//! address with the IP addresses there. The common name has not counted since RFC 6125 (2011) if there is any such
//! name.

use std::net::IpAddr;

use super::{NameMatch, ServerName};
use crate::tls::certificate::Fields;

/// Whether the certificate is for the requested name.
pub(super) fn compare(fields: &Fields, asked: Option<&ServerName>) -> NameMatch {
    let host = match asked {
        None => return NameMatch::NotAsked,
        Some(ServerName::Ip(ip)) => return compare_address(fields, *ip),
        // An address is not allowed in SNI (RFC 6066 section 3), but some clients put it there.
        Some(ServerName::Dns(host)) => match host.parse() {
            Ok(ip) => return compare_address(fields, ip),
            Err(_) => host,
        },
    };
    // A name with a colon is of another kind (`email:`, `uri:`).
    let mut dns_names = fields
        .names
        .iter()
        .map(|name| name.raw())
        .filter(|name| !name.contains(':') && name.parse::<IpAddr>().is_err())
        .peekable();
    if dns_names.peek().is_none() {
        let fits = fields
            .common_name
            .as_ref()
            .is_some_and(|name| name_matches(name.raw(), host));
        return if fits {
            NameMatch::CommonNameOnly
        } else {
            NameMatch::Differs
        };
    }
    if dns_names.any(|name| name_matches(name, host)) {
        NameMatch::Matches
    } else {
        NameMatch::Differs
    }
}

fn compare_address(fields: &Fields, asked: IpAddr) -> NameMatch {
    let asked = asked.to_canonical();
    let is_asked = |text: &str| text.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical() == asked);
    if fields.names.iter().any(|name| is_asked(name.raw())) {
        return NameMatch::Matches;
    }
    let common_name_fits = fields.common_name.as_ref().is_some_and(|name| is_asked(name.raw()));
    if fields.names.is_empty() && common_name_fits {
        NameMatch::CommonNameOnly
    } else {
        NameMatch::Differs
    }
}

/// True if a DNS name in a certificate covers a host name.
///
/// A wildcard is the whole left-most label and stands for exactly one label (RFC 9525 section 6.3). `*` and `*.com` cover
/// nothing, as in OpenSSL and webpki.
#[must_use]
pub fn name_matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.strip_suffix('.').unwrap_or(pattern);
    let host = host.strip_suffix('.').unwrap_or(host);
    if pattern.is_empty() || host.is_empty() {
        return false;
    }
    if let Some(parent) = pattern.strip_prefix("*.") {
        let Some((label, host_parent)) = host.split_once('.') else {
            return false;
        };
        return !label.is_empty()
            && !parent.contains('*')
            && parent.contains('.')
            && parent.eq_ignore_ascii_case(host_parent);
    }
    !pattern.contains('*') && pattern.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_whole_label() {
        assert!(name_matches("tools.cisco.com", "TOOLS.cisco.COM."));
        assert!(name_matches("*.cisco.com", "tools.cisco.com"));
        for (pattern, host) in [
            ("*.cisco.com", "cisco.com"),
            ("*.cisco.com", "a.b.cisco.com"),
            ("*.cisco.com", ".cisco.com"),
            ("t*.cisco.com", "tools.cisco.com"),
            ("tools.*.com", "tools.cisco.com"),
            ("*.*.com", "tools.cisco.com"),
            ("*", "cslu"),
            ("*.com", "cisco.com"),
            ("", ""),
            (".", "."),
            ("*.", "."),
            ("toos.cisco.com", "tools.cisco.com"),
        ] {
            assert!(!name_matches(pattern, host), "{pattern} {host}");
        }
    }
}
