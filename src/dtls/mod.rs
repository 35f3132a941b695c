//! datagram → Record → Message: DTLS 1.0, 1.2 and what is in clear of 1.3, without its secrets.
//!
//! DTLS is TLS with what UDP lacks (RFC 6347, RFC 9147): records carry an epoch and a number, handshake messages a number and
//! the place of the fragment, and a server may first ask for a cookie. What messages say is TLS's, and read by `tls`.

pub mod assembler;

pub mod record;

/// The version of TLS that a version of DTLS corresponds to (RFC 6347 section 1, RFC 9147 section 1). DTLS 1.0 is a sibling of TLS
/// 1.1 and called 1.0: it is told by its own name, so its number here is that of TLS 1.0.
#[must_use]
pub const fn as_tls(version: u16) -> u16 {
    match version {
        0xfeff => 0x0301,
        0xfefd => 0x0303,
        0xfefc => 0x0304,
        other => other,
    }
}
