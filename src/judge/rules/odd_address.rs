//! Address → Phrase: why no public service can have the address.

use std::net::{IpAddr, Ipv4Addr};

use crate::base::phrase::{Phrase, phrase};

/// The reason why a public service cannot have an address; `None` if it can.
pub(super) fn oddness(address: IpAddr) -> Option<Phrase> {
    match address {
        IpAddr::V4(ip) if ip.is_unspecified() => Some(phrase("dns-unexpected-address-unspecified")),
        IpAddr::V4(ip) if ip.is_loopback() => Some(phrase("dns-unexpected-address-loopback")),
        IpAddr::V4(ip) if ip.is_private() => Some(phrase("dns-unexpected-address-private")),
        IpAddr::V4(ip) if ip.is_link_local() => Some(phrase("dns-unexpected-address-link-local")),
        IpAddr::V4(ip) if ip.is_broadcast() || ip.is_multicast() => Some(phrase("dns-unexpected-address-no-host")),
        IpAddr::V4(ip) if is_shared(ip) => Some(phrase("dns-unexpected-address-shared")),
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) if ip.is_unspecified() => Some(phrase("dns-unexpected-address-unspecified")),
        IpAddr::V6(ip) if ip.is_loopback() => Some(phrase("dns-unexpected-address-loopback")),
        IpAddr::V6(ip) if ip.is_unique_local() => Some(phrase("dns-unexpected-address-unique-local")),
        IpAddr::V6(ip) if ip.is_unicast_link_local() => Some(phrase("dns-unexpected-address-link-local")),
        IpAddr::V6(_) => None,
    }
}

/// True if a gateway inside the network may have such an address.
pub(super) const fn can_be_a_gateways(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => ip.is_private() || is_shared(ip),
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

/// 100.64.0.0/10 (RFC 6598).
const fn is_shared(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 100 && second & 0xc0 == 64
}
