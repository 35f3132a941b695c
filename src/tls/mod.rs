//! The TLS layer: its names and numbers here, and the files that turn chunks into a walk.
//!
//! Numbers from the wire are newtypes; one that has no name is shown in hexadecimal, never refused.
//! TLS 1.3 is RFC 9846 (which replaced RFC 8446), TLS 1.2 is RFC 5246.

use crate::base::phrase::words;
use std::fmt;

pub mod record;

mod border;
pub(crate) use border::{may_begin, may_hold_header};

mod held;

pub mod message;

mod fixed;

pub mod heartbeat;

pub mod hello;

pub mod stack;

pub mod key_exchange;

pub mod peek;

pub mod negotiation;

pub mod certificate;

pub mod keys;

pub mod trust;

words!(Version CipherSuite Group SignatureScheme AlertLevel AlertDescription);

/// A protocol version as two bytes: 0x0303 is TLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16);

#[allow(missing_docs)] // the protocols' own names
impl Version {
    pub const SSL2: Self = Self(0x0002);
    pub const SSL3: Self = Self(0x0300);
    pub const TLS10: Self = Self(0x0301);
    pub const TLS11: Self = Self(0x0302);
    pub const TLS12: Self = Self(0x0303);
    pub const TLS13: Self = Self(0x0304);

    /// True if the handshake after the Server Hello is encrypted: TLS 1.3 and its drafts (0x7fXX; 0xfb17 and 0xfb1a
    /// were one vendor's experiments with drafts 23 and 26).
    #[must_use]
    pub const fn is_tls13(self) -> bool {
        self.0 >= 0x0304 && self.0 <= 0x03ff || self.0 >> 8 == 0x7f || self.0 >> 8 == 0xfb
    }

    /// GREASE values (RFC 8701) are in lists to keep peers tolerant and mean nothing.
    #[must_use]
    pub const fn is_grease(self) -> bool {
        is_grease(self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SSL2 => f.write_str("SSL 2.0"),
            Self::SSL3 => f.write_str("SSL 3.0"),
            Self::TLS10 => f.write_str("1.0"),
            Self::TLS11 => f.write_str("1.1"),
            Self::TLS12 => f.write_str("1.2"),
            Self::TLS13 => f.write_str("1.3"),
            Self(draft) if draft >> 8 == 0x7f => write!(f, "1.3 draft {}", draft & 0xff),
            Self(other) => write!(f, "0x{other:04x}"),
        }
    }
}

/// True if a cipher suite, group, version or extension number is one of the sixteen of RFC 8701: 0x?A?A, both bytes
/// equal.
#[must_use]
pub const fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

/// A cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CipherSuite(pub u16);

impl CipherSuite {
    /// Bytes of the hash of its key schedule, which is the length of a TLS 1.3 Finished message's body.
    #[must_use]
    pub const fn hash_len(self) -> usize {
        match self.0 {
            0x1302 => 48,
            _ => 32,
        }
    }

    /// True if it belongs to TLS 1.3, which names no key exchange and no signature (RFC 9846 appendix B.4).
    #[must_use]
    pub const fn is_tls13(self) -> bool {
        self.0 >> 8 == 0x13
    }

    /// True if current guidance forbids it for every version (RFC 9325 section 4.1, RFC 7465): no encryption, export
    /// strength, RC4, DES and triple DES, MD5, anonymous peers.
    #[must_use]
    pub fn is_obsolete(self) -> bool {
        let name = self.to_string();
        let parts = [
            "_NULL", "EXPORT", "_RC4_", "_RC2_", "_DES_", "_3DES_", "_IDEA_", "_anon_",
        ];
        parts.iter().any(|part| name.contains(part)) || name.ends_with("_MD5")
    }

    /// The kind of key that its server proves to have: `RSA`, `EC`, `DSA`; `None` if the suite does not determine it
    /// (TLS 1.3) or needs no certificate.
    #[must_use]
    pub fn authentication(self) -> Option<&'static str> {
        let name = self.to_string();
        let exchange = name.strip_prefix("TLS_")?.split("_WITH_").next()?;
        let last = exchange
            .split('_')
            .find(|part| matches!(*part, "RSA" | "ECDSA" | "DSS"))?;
        (!exchange.contains("PSK")).then_some(match last {
            "ECDSA" => "EC",
            "DSS" => "DSA",
            _ => "RSA",
        })
    }

    /// True if its number has an assigned meaning.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.is_signal() || is_grease(self.0) || fixed::suite_name(self.0).is_some()
    }

    /// Suites that only signal something: renegotiation (RFC 5746) and fallback (RFC 7507).
    #[must_use]
    pub const fn is_signal(self) -> bool {
        matches!(self.0, 0x00ff | 0x5600)
    }

    /// True if its key is ephemeral and its cipher authenticates what it encrypts: recommended for TLS 1.2 (RFC 9325
    /// section 4.2).
    #[must_use]
    pub fn is_recommended(self) -> bool {
        let name = self.to_string();
        let ephemeral = name.contains("_ECDHE_") || name.contains("_DHE_");
        ephemeral && (name.contains("_GCM") || name.contains("_CCM") || name.contains("POLY1305"))
    }
}

impl fmt::Display for CipherSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match fixed::suite_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

/// A key exchange group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group(pub u16);

impl Group {
    /// True if it is post-quantum: ML-KEM or its draft Kyber, alone or beside a curve. Its share takes more than a
    /// kilobyte, and with it the Client Hello more than a segment.
    #[must_use]
    pub const fn is_post_quantum(self) -> bool {
        matches!(self.0, 0x0200..=0x0202 | 0x11eb..=0x11ee | 0x6399 | 0x639a | 0xfe30..=0xfe32)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            19 => "secp192r1",
            21 => "secp224r1",
            22 => "secp256k1",
            23 => "secp256r1",
            24 => "secp384r1",
            25 => "secp521r1",
            26 => "brainpoolP256r1",
            27 => "brainpoolP384r1",
            28 => "brainpoolP512r1",
            29 => "x25519",
            30 => "x448",
            0x100 => "ffdhe2048",
            0x101 => "ffdhe3072",
            0x102 => "ffdhe4096",
            0x103 => "ffdhe6144",
            0x104 => "ffdhe8192",
            0x11eb => "SecP256r1MLKEM768",
            0x11ec => "X25519MLKEM768",
            0x11ed => "SecP384r1MLKEM1024",
            0x6399 => "X25519Kyber768Draft00",
            other => return write!(f, "0x{other:04x}"),
        })
    }
}

/// A signature algorithm of the `signature_algorithms` extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignatureScheme(pub u16);

impl fmt::Display for SignatureScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0x0101 => "rsa_pkcs1_md5",
            0x0201 => "rsa_pkcs1_sha1",
            0x0202 => "dsa_sha1",
            0x0203 => "ecdsa_sha1",
            0x0301 => "rsa_pkcs1_sha224",
            0x0303 => "ecdsa_sha224",
            0x0401 => "rsa_pkcs1_sha256",
            0x0402 => "dsa_sha256",
            0x0403 => "ecdsa_secp256r1_sha256",
            0x0501 => "rsa_pkcs1_sha384",
            0x0503 => "ecdsa_secp384r1_sha384",
            0x0601 => "rsa_pkcs1_sha512",
            0x0603 => "ecdsa_secp521r1_sha512",
            0x0804 => "rsa_pss_rsae_sha256",
            0x0805 => "rsa_pss_rsae_sha384",
            0x0806 => "rsa_pss_rsae_sha512",
            0x0807 => "ed25519",
            0x0808 => "ed448",
            0x0809 => "rsa_pss_pss_sha256",
            0x080a => "rsa_pss_pss_sha384",
            0x080b => "rsa_pss_pss_sha512",
            other => return write!(f, "0x{other:04x}"),
        })
    }
}

/// An alert's level. TLS 1.3 ignores it: every error alert ends the connection (RFC 9846 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AlertLevel(pub u8);

impl fmt::Display for AlertLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("warning"),
            2 => f.write_str("fatal"),
            other => write!(f, "0x{other:02x}"),
        }
    }
}

/// An alert's description: its sender's statement, which is not yet the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AlertDescription(pub u8);

#[allow(missing_docs)] // RFC 9846 section 6, and what earlier versions defined
impl AlertDescription {
    pub const CLOSE_NOTIFY: Self = Self(0);
    pub const UNEXPECTED_MESSAGE: Self = Self(10);
    pub const RECORD_OVERFLOW: Self = Self(22);
    pub const HANDSHAKE_FAILURE: Self = Self(40);
    pub const NO_CERTIFICATE: Self = Self(41);
    pub const BAD_CERTIFICATE: Self = Self(42);
    pub const UNSUPPORTED_CERTIFICATE: Self = Self(43);
    pub const CERTIFICATE_REVOKED: Self = Self(44);
    pub const CERTIFICATE_EXPIRED: Self = Self(45);
    pub const CERTIFICATE_UNKNOWN: Self = Self(46);
    pub const ILLEGAL_PARAMETER: Self = Self(47);
    pub const UNKNOWN_CA: Self = Self(48);
    pub const ACCESS_DENIED: Self = Self(49);
    pub const DECODE_ERROR: Self = Self(50);
    pub const DECRYPT_ERROR: Self = Self(51);
    pub const PROTOCOL_VERSION: Self = Self(70);
    pub const INSUFFICIENT_SECURITY: Self = Self(71);
    pub const INTERNAL_ERROR: Self = Self(80);
    pub const INAPPROPRIATE_FALLBACK: Self = Self(86);
    pub const USER_CANCELED: Self = Self(90);
    pub const NO_RENEGOTIATION: Self = Self(100);
    pub const MISSING_EXTENSION: Self = Self(109);
    pub const UNRECOGNIZED_NAME: Self = Self(112);
    pub const BAD_CERTIFICATE_STATUS_RESPONSE: Self = Self(113);
    pub const CERTIFICATE_REQUIRED: Self = Self(116);
    pub const NO_APPLICATION_PROTOCOL: Self = Self(120);

    /// Its registered name, if it has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            21 => "decryption_failed",
            22 => "record_overflow",
            30 => "decompression_failure",
            40 => "handshake_failure",
            41 => "no_certificate",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            52 => "too_many_cids_requested",
            60 => "export_restriction",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            100 => "no_renegotiation",
            109 => "missing_extension",
            110 => "unsupported_extension",
            111 => "certificate_unobtainable",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            114 => "bad_certificate_hash_value",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            117 => "general_error",
            120 => "no_application_protocol",
            121 => "ech_required",
            _ => return None,
        })
    }

    /// True if it is about the peer's certificate.
    #[must_use]
    pub const fn is_about_certificate(self) -> bool {
        matches!(self.0, 41..=46 | 48 | 49 | 111 | 113 | 114 | 116)
    }
}

impl fmt::Display for AlertDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "alert 0x{:02x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grease_is_only_the_sixteen_values() {
        assert!(is_grease(0x0a0a) && is_grease(0xfafa));
        assert!(!is_grease(0x1a2a) && !is_grease(0x0303));
    }

    #[test]
    fn what_has_no_name_is_shown_in_hexadecimal() {
        assert_eq!(CipherSuite(0x1301).to_string(), "TLS_AES_128_GCM_SHA256");
        assert_eq!(CipherSuite(0xabcd).to_string(), "0xabcd");
        assert_eq!(Version(0x7f17).to_string(), "1.3 draft 23");
        assert_eq!(AlertDescription(200).to_string(), "alert 0xc8");
        assert_eq!(Group(0x11ec).to_string(), "X25519MLKEM768");
    }
}
