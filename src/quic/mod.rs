//! datagram → Packet → frames → handshake bytes: the readable part of QUIC (RFC 9000, RFC 9001, RFC 9369).
//!
//! A client protects its first packets, and a server its answers to them, with keys derived from a connection
//! identifier that is in the same packets in clear: an observer of the first packet can read the Client Hello, the
//! Server Hello and a refusal in their place. Later packets are protected with negotiated keys, and show only their
//! length and direction.

pub mod frame;

pub mod packet;

pub mod protection;

pub mod stream;

use std::fmt;

use crate::decode::datagram::is_quic_version;

/// The longest connection identifier of the versions read here (RFC 9000 section 17.2).
pub const LONGEST_ID: usize = 20;

/// A version of QUIC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Version(pub u32);

impl Version {
    /// RFC 9000.
    pub const V1: Self = Self(1);
    /// RFC 9369.
    pub const V2: Self = Self(0x6b33_43cf);
    /// True if its Initial packets can be read here.
    #[must_use]
    pub const fn is_known(self) -> bool {
        is_quic_version(self.0)
    }

    /// True if it is a version of an RFC or of a draft of RFC 9000.
    #[must_use]
    pub const fn is_published(self) -> bool {
        matches!(self, Self::V1 | Self::V2 | Self(0xff00_0000..=0xff00_00ff))
    }

    /// True if it is one of the versions that exist only so that no one relies on a list of versions (RFC 9000 section
    /// 15).
    #[must_use]
    pub const fn is_reserved(self) -> bool {
        self.0 & 0x0f0f_0f0f == 0x0a0a_0a0a
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V1 => f.write_str("1"),
            Self::V2 => f.write_str("2"),
            Self(number @ 0xff00_0000..=0xff00_00ff) => write!(f, "draft-{:02}", number & 0xff),
            Self(number) => write!(f, "{number:#010x}"),
        }
    }
}

/// A number of variable length (RFC 9000 section 16) at the beginning of `bytes`, and what follows it.
#[must_use]
pub(crate) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    let (own, rest) = bytes.split_at_checked(1 << (first >> 6))?;
    let value = own.iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    // The two bits that encode the length.
    let bits = 8 * own.len() as u32 - 2;
    Some((value & (u64::MAX >> (64 - bits)), rest))
}

/// The number of an error that ended a connection (RFC 9000 section 20.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportError(pub u64);

impl TransportError {
    /// The TLS alert that it stands for (RFC 9001 section 4.8).
    #[must_use]
    pub const fn alert(self) -> Option<u8> {
        match self.0 {
            code @ 0x100..=0x1ff => Some((code & 0xff) as u8),
            _ => None,
        }
    }

    /// Its name in the register.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0x00 => "NO_ERROR",
            0x01 => "INTERNAL_ERROR",
            0x02 => "CONNECTION_REFUSED",
            0x03 => "FLOW_CONTROL_ERROR",
            0x04 => "STREAM_LIMIT_ERROR",
            0x05 => "STREAM_STATE_ERROR",
            0x06 => "FINAL_SIZE_ERROR",
            0x07 => "FRAME_ENCODING_ERROR",
            0x08 => "TRANSPORT_PARAMETER_ERROR",
            0x09 => "CONNECTION_ID_LIMIT_ERROR",
            0x0a => "PROTOCOL_VIOLATION",
            0x0b => "INVALID_TOKEN",
            0x0c => "APPLICATION_ERROR",
            0x0d => "CRYPTO_BUFFER_EXCEEDED",
            0x0e => "KEY_UPDATE_ERROR",
            0x0f => "AEAD_LIMIT_REACHED",
            0x10 => "NO_VIABLE_PATH",
            0x11 => "VERSION_NEGOTIATION_ERROR",
            0x100..=0x1ff => "CRYPTO_ERROR",
            _ => "an error that has no name",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:#x})", self.name(), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9000 appendix A.1.
    #[test]
    fn numbers_of_variable_length_are_read() {
        for (bytes, value) in [
            (
                &[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c][..],
                151_288_809_941_952_652,
            ),
            (&[0x9d, 0x7f, 0x3e, 0x7d], 494_878_333),
            (&[0x7b, 0xbd], 15_293),
            (&[0x25], 37),
            (&[0x40, 0x25], 37),
        ] {
            assert_eq!(varint(bytes), Some((value, &[][..])));
            assert_eq!(varint(&bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(varint(&[0x25, 9]), Some((37, &[9][..])));
    }

    #[test]
    fn an_error_of_the_handshake_is_the_alert_of_tls() {
        assert_eq!(TransportError(0x178).alert(), Some(120));
        assert_eq!(TransportError(0x02).alert(), None);
        assert_eq!(TransportError(0x02).to_string(), "CONNECTION_REFUSED (0x2)");
        assert_eq!(Version(0xff00_001d).to_string(), "draft-29");
        assert!(Version(0x1a2a_3a4a).is_reserved() && !Version::V2.is_reserved());
    }
}
