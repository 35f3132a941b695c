//! Client Hello → Stack: the TLS library that wrote it, if that is clear enough to choose commands by.
//!
//! Libraries write their extensions in an order of their own, and offer suites and signature algorithms in one. Each
//! rule below requires the order of several that the library's source fixes, whatever else is configured; a hello that
//! fits none has no known library. It never shows more than "looks like": a program can write any hello, and some
//! imitate browsers.

use super::hello::ClientHello;

/// A TLS library, or what is only built on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // the libraries' own names
pub enum Stack {
    OpenSsl,
    /// Node.js, whose suites are its own and whose library is OpenSSL.
    Node,
    GnuTls,
    /// NSS: Firefox and others of Mozilla.
    Nss,
    /// JSSE, Java's own.
    Java,
    Go,
    /// Chromium, on BoringSSL.
    Chromium,
    /// Windows' own.
    Schannel,
}

impl Stack {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] = [
        Self::OpenSsl,
        Self::Node,
        Self::GnuTls,
        Self::Nss,
        Self::Java,
        Self::Go,
        Self::Chromium,
        Self::Schannel,
    ];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenSsl => "openssl",
            Self::Node => "node",
            Self::GnuTls => "gnutls",
            Self::Nss => "nss",
            Self::Java => "java",
            Self::Go => "go",
            Self::Chromium => "chromium",
            Self::Schannel => "schannel",
        }
    }

    /// The message that names the library and the signs.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::OpenSsl => "stack-openssl",
            Self::Node => "stack-node",
            Self::GnuTls => "stack-gnutls",
            Self::Nss => "stack-nss",
            Self::Java => "stack-java",
            Self::Go => "stack-go",
            Self::Chromium => "stack-chromium",
            Self::Schannel => "stack-schannel",
        }
    }

    /// The library that wrote a hello with these extensions, in this order.
    #[must_use]
    pub fn of(hello: &ClientHello, extensions: &[u16]) -> Option<Self> {
        let hello = Written { hello, extensions };
        let of_openssl = hello.is_of_openssl();
        match () {
            () if hello.is_of_chromium() => Some(Self::Chromium),
            // No other stack here fills in numbers that mean nothing.
            () if hello.hello.has_grease => None,
            () if of_openssl && hello.begins_with(&NODE) => Some(Self::Node),
            () if of_openssl => Some(Self::OpenSsl),
            () if hello.is_of_gnutls() => Some(Self::GnuTls),
            () if hello.is_of_nss() => Some(Self::Nss),
            () if hello.is_of_java() => Some(Self::Java),
            () if hello.is_of_go() => Some(Self::Go),
            () if hello.is_of_schannel() => Some(Self::Schannel),
            () => None,
        }
    }
}

// Extensions by their numbers (IANA, TLS ExtensionType Values).
const STATUS_REQUEST: u16 = 5;
const GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURES: u16 = 13;
const CERTIFICATE_TIMESTAMP: u16 = 18;
const ENCRYPT_THEN_MAC: u16 = 22;
const EXTENDED_MASTER_SECRET: u16 = 23;
const COMPRESS_CERTIFICATE: u16 = 27;
const TICKET: u16 = 35;
const SIGNATURES_OF_CERTIFICATES: u16 = 50;
const RENEGOTIATION: u16 = 0xff01;
/// `application_settings`, in its old and its new number.
const APPLICATION_SETTINGS: [u16; 2] = [17513, 17613];

/// The beginning of Node.js's default list (nodejs.org, TLS: modifying the default TLS cipher suite).
const NODE: [u16; 8] = [0x1302, 0x1303, 0x1301, 0xc02f, 0xc02b, 0xc030, 0xc02c, 0x009e];

/// The beginning of Windows' default list after the suites of TLS 1.3 (learn.microsoft.com, TLS Cipher Suites in
/// Windows 10).
const WINDOWS: [u16; 4] = [0xc02c, 0xc02b, 0xc030, 0xc02f];

/// ECDSA with SHA-256, SHA-384 and SHA-512 before anything else: NSS and JSSE.
const ECDSA_FIRST: [u16; 3] = [0x0403, 0x0503, 0x0603];

/// GnuTLS puts each RSA form of a hash together (lib/priority.c).
const RSA_TOGETHER: [u16; 3] = [0x0401, 0x0809, 0x0804];

/// A hello as it was written.
struct Written<'h> {
    hello: &'h ClientHello,
    extensions: &'h [u16],
}

impl Written<'_> {
    fn has(&self, extension: u16) -> bool {
        self.extensions.contains(&extension)
    }

    /// True if all of these are there, in this order, whatever is between them.
    fn orders(&self, wanted: &[u16]) -> bool {
        let found = self.extensions.iter().filter(|it| wanted.contains(it));
        found.eq(wanted)
    }

    fn begins_with(&self, suites: &[u16]) -> bool {
        let own = self.hello.cipher_suites.iter().map(|suite| suite.0);
        own.take(suites.len()).eq(suites.iter().copied())
    }

    fn signs_first_with(&self, schemes: &[u16]) -> bool {
        let own = self.hello.signature_schemes.iter().map(|scheme| scheme.0);
        own.take(schemes.len()).eq(schemes.iter().copied())
    }

    /// ssl/statem/extensions.c (since 1.1.0): point formats before groups, then encrypt-then-MAC, the extended master
    /// secret, and the signature algorithms after all of them.
    fn is_of_openssl(&self) -> bool {
        let with = [
            POINT_FORMATS,
            GROUPS,
            ENCRYPT_THEN_MAC,
            EXTENDED_MASTER_SECRET,
            SIGNATURES,
        ];
        let without = [POINT_FORMATS, GROUPS, ENCRYPT_THEN_MAC, EXTENDED_MASTER_SECRET];
        self.orders(&with) || !self.has(SIGNATURES) && self.orders(&without)
    }

    /// lib/extv.c: groups, point formats, signature algorithms, encrypt-then-MAC and the extended master secret by number.
    fn is_of_gnutls(&self) -> bool {
        let order = [
            GROUPS,
            POINT_FORMATS,
            SIGNATURES,
            ENCRYPT_THEN_MAC,
            EXTENDED_MASTER_SECRET,
        ];
        self.orders(&order) && self.signs_first_with(&RSA_TOGETHER)
    }

    /// lib/ssl/ssl3ext.c: the extended master secret and renegotiation before the groups.
    fn is_of_nss(&self) -> bool {
        self.orders(&[EXTENDED_MASTER_SECRET, RENEGOTIATION, GROUPS, SIGNATURES])
            && !self.has(ENCRYPT_THEN_MAC)
            && self.signs_first_with(&ECDSA_FIRST)
    }

    /// sun.security.ssl.SSLExtension (since JDK 11): signature algorithms for certificates apart, and no timestamps.
    fn is_of_java(&self) -> bool {
        self.orders(&[GROUPS, SIGNATURES, SIGNATURES_OF_CERTIFICATES])
            && ![CERTIFICATE_TIMESTAMP, ENCRYPT_THEN_MAC].iter().any(|it| self.has(*it))
            && self.signs_first_with(&ECDSA_FIRST)
    }

    /// crypto/tls, handshake_messages.go: two orders, the second since Encrypted Client Hello.
    fn is_of_go(&self) -> bool {
        let old = [
            STATUS_REQUEST,
            GROUPS,
            POINT_FORMATS,
            SIGNATURES,
            RENEGOTIATION,
            CERTIFICATE_TIMESTAMP,
        ];
        let new = [
            POINT_FORMATS,
            RENEGOTIATION,
            CERTIFICATE_TIMESTAMP,
            STATUS_REQUEST,
            GROUPS,
            SIGNATURES,
        ];
        self.orders(&old) || self.orders(&new)
    }

    /// GREASE, and what only Chromium offers beside it: application settings, or, before those, compressed certificates,
    /// timestamps and tickets together. Apple's stack, which has GREASE too, offers no tickets.
    fn is_of_chromium(&self) -> bool {
        let of_old = [COMPRESS_CERTIFICATE, CERTIFICATE_TIMESTAMP, TICKET];
        self.hello.has_grease
            && (APPLICATION_SETTINGS.iter().any(|it| self.has(*it)) || of_old.iter().all(|it| self.has(*it)))
    }

    /// Windows' order of suites, and of extensions with renegotiation at their end.
    fn is_of_schannel(&self) -> bool {
        let suites = self.hello.cipher_suites.iter().map(|suite| suite.0);
        let suites = suites.skip_while(|suite| matches!(suite, 0x1301 | 0x1302));
        let order = [GROUPS, POINT_FORMATS, SIGNATURES, EXTENDED_MASTER_SECRET, RENEGOTIATION];
        suites.take(WINDOWS.len()).eq(WINDOWS) && self.orders(&order) && self.extensions.last() == Some(&RENEGOTIATION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::dialect::Dialect;
    use crate::tls::{CipherSuite, SignatureScheme};

    fn told(suites: &[u16], extensions: &[u16], schemes: &[u16], has_grease: bool) -> Option<Stack> {
        let hello = ClientHello {
            cipher_suites: suites.iter().copied().map(CipherSuite).collect(),
            signature_schemes: schemes.iter().copied().map(SignatureScheme).collect(),
            has_grease,
            ..ClientHello::default()
        };
        Stack::of(&hello, extensions)
    }

    #[test]
    fn each_stack_is_told_by_its_order() {
        let ecdsa = [0x0403, 0x0503, 0x0603, 0x0804];
        let openssl = [0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51];
        type Case<'a> = (Stack, &'a [u16], &'a [u16], &'a [u16], bool);
        let cases: &[Case<'_>] = &[
            (Stack::OpenSsl, &[0x1302, 0xc02c], &openssl, &ecdsa, false),
            (Stack::OpenSsl, &[0xc00a], &[0, 11, 10, 35, 22, 23], &[], false),
            (Stack::Node, &NODE, &openssl, &ecdsa, false),
            (
                Stack::GnuTls,
                &[0x1302],
                &[5, 10, 11, 13, 22, 23, 35, 51, 43, 65281, 0, 45, 28],
                &RSA_TOGETHER,
                false,
            ),
            (
                Stack::Nss,
                &[0x1301],
                &[0, 23, 65281, 10, 11, 16, 5, 51, 43, 13, 28, 21],
                &ecdsa,
                false,
            ),
            (
                Stack::Java,
                &[0x1302],
                &[0, 5, 10, 11, 17, 23, 35, 13, 43, 45, 50, 51],
                &ecdsa,
                false,
            ),
            (
                Stack::Go,
                &[0xc02b],
                &[0, 5, 10, 11, 13, 65281, 16, 18, 43, 51],
                &[0x0804],
                false,
            ),
            (
                Stack::Go,
                &[0xc02b],
                &[0, 11, 65281, 23, 18, 5, 10, 13, 50, 16, 43, 51],
                &[0x0804],
                false,
            ),
            (
                Stack::Chromium,
                &[0x1301],
                &[51, 17513, 0, 35, 5, 10, 27, 13, 18, 43],
                &[0x0403],
                true,
            ),
            (
                Stack::Schannel,
                &[0x1302, 0x1301, 0xc02c, 0xc02b, 0xc030, 0xc02f],
                &[0, 5, 10, 11, 13, 35, 16, 23, 65281],
                &[0x0804],
                false,
            ),
        ];
        for (stack, suites, extensions, schemes, grease) in cases {
            assert_eq!(
                told(suites, extensions, schemes, *grease),
                Some(*stack),
                "{extensions:?}"
            );
        }
    }

    #[test]
    fn a_hello_that_fits_none_is_nobodys() {
        for (extensions, grease) in [
            (&[][..], false),
            (&[0], false),
            // OpenSSL 1.0: without what came with 1.1.
            (&[0, 11, 10, 35, 13, 15], false),
            // mbed TLS
            (&[0, 13, 10, 11, 22, 23, 35], false),
            // Apple
            (&[0, 23, 65281, 10, 11, 16, 5, 13, 18, 51, 45, 43, 27, 21], true),
            // BoringSSL without GREASE
            (&[0, 23, 65281, 10, 11, 35, 16, 5, 13, 18, 51, 45, 43], false),
        ] {
            assert_eq!(
                told(&[0x1301, 0xc02b], extensions, &[0x0403, 0x0804, 0x0401], grease),
                None,
                "{extensions:?}"
            );
        }
    }

    #[test]
    fn each_has_a_dialect_of_its_name() {
        for stack in Stack::ALL {
            let dialect = Dialect::named(stack.name());
            assert!(dialect.is_some_and(|it| it != Dialect::Generic), "{}", stack.name());
        }
    }
}
