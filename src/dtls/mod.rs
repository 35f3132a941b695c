//! datagram → Record → Message: DTLS 1.0, 1.2 and what is in clear of 1.3, without its secrets.
//!
//! DTLS is TLS with what UDP lacks (RFC 6347, RFC 9147): records carry an epoch and a number, handshake messages a number and
//! the place of the fragment, and a server may first ask for a cookie. What messages say is TLS's, and read by `tls`.

pub mod assembler;

pub mod record;

use crate::tls::record::content;
use assembler::Fragments;
use record::Records;

/// The version of TLS that a version of DTLS corresponds to (RFC 6347 section 1, RFC 9147 section 1). DTLS 1.0 is a sibling of TLS
/// 1.1 and called 1.0: reports call it by that name, so its number here is that of TLS 1.0. 0x0100 is the draft of it that
/// Cisco's AnyConnect and OpenConnect speak (OpenSSL's `DTLS1_BAD_VER`).
#[must_use]
pub const fn as_tls(version: u16) -> u16 {
    match version {
        0xfeff | record::DRAFT => 0x0301,
        0xfefd => 0x0303,
        0xfefc => 0x0304,
        other => other,
    }
}

/// The random value of a Client Hello that begins in a datagram. With `fresh`, only of a hello that answers nothing, by
/// its number and its cookie: a client that sends such a hello with another value tries again (access points change it
/// for the hello with the cookie).
#[must_use]
pub fn hello_random(bytes: &[u8], fresh: bool) -> Option<[u8; 32]> {
    let record = Records(bytes).find(|it| it.kind == Some(content::HANDSHAKE) && it.epoch == 0)?;
    let hello = Fragments(record.body).find(|it| it.kind == 1 && it.offset == 0)?;
    let session = 35_usize.saturating_add(usize::from(*hello.bytes.get(34)?));
    let answers = hello.number > 0 || *hello.bytes.get(session)? > 0;
    (!fresh || !answers)
        .then(|| hello.bytes.get(2..34)?.first_chunk().copied())
        .flatten()
}
