//! body → numbers and slices: everything for which tls-parser is asked, and nothing of it is seen outside this file.
//!
//! The crate's last release is of 2024, so this is the seam at which it can be replaced: the fixed parts of both hellos and of the
//! certificate request (RFC 5246 section 7.4), single extensions, and the names of cipher suites.

use tls_parser::{TlsCipherSuite, TlsExtension};

/// The part of a Client Hello before its extensions, and their bytes.
pub(super) struct Client<'a> {
    pub(super) version: u16,
    pub(super) random: [u8; 32],
    pub(super) session_id: &'a [u8],
    pub(super) cipher_suites: Vec<u16>,
    pub(super) extensions: &'a [u8],
}

/// The part of a Server Hello before its extensions.
pub(super) struct Server<'a> {
    pub(super) random: [u8; 32],
    pub(super) session_id: &'a [u8],
    pub(super) cipher_suite: u16,
}

/// A certificate request up to TLS 1.2.
pub(super) struct Request<'a> {
    pub(super) certificate_types: Vec<u8>,
    /// Empty before TLS 1.2.
    pub(super) signature_schemes: Vec<u16>,
    /// Names in DER.
    pub(super) authorities: Vec<&'a [u8]>,
}

/// The content of an extension of a Client Hello, of those that later steps need.
pub(super) enum Extension<'a> {
    /// The first host name.
    ServerName(Option<&'a [u8]>),
    Groups(Vec<u16>),
    SignatureSchemes(Vec<u16>),
    Alpn(Vec<&'a [u8]>),
    Ticket(&'a [u8]),
    /// Groups and keys, behind the length of them all.
    KeyShares(&'a [u8]),
    PreSharedKey,
    EarlyData,
    SupportedVersions(Vec<u16>),
    /// Encrypted Client Hello (RFC 9849), or the encrypted server name of its drafts.
    EncryptedHello,
    Other,
}

pub(super) fn client(body: &[u8]) -> Option<Client<'_>> {
    let (_, contents) = tls_parser::parse_tls_handshake_client_hello(body).ok()?;
    Some(Client {
        version: contents.version.0,
        random: contents.random.try_into().unwrap_or_default(),
        session_id: contents.session_id.unwrap_or_default(),
        cipher_suites: contents.ciphers.into_iter().map(|it| it.0).collect(),
        extensions: contents.ext.unwrap_or_default(),
    })
}

/// The version must be one that the crate knows.
pub(super) fn server(body: &[u8]) -> Option<Server<'_>> {
    let (_, contents) = tls_parser::parse_tls_handshake_server_hello(body).ok()?;
    Some(Server {
        random: contents.random.try_into().unwrap_or_default(),
        session_id: contents.session_id.unwrap_or_default(),
        cipher_suite: contents.cipher.0,
    })
}

pub(super) fn request(body: &[u8]) -> Option<Request<'_>> {
    let (_, contents) = tls_parser::parse_tls_handshake_certificaterequest(body).ok()?;
    Some(Request {
        certificate_types: contents.cert_types,
        signature_schemes: contents.sig_hash_algs.unwrap_or_default(),
        authorities: contents.unparsed_ca,
    })
}

/// An extension of a Client Hello, its header included; `None` where it is malformed.
pub(super) fn client_extension(whole: &[u8]) -> Option<Extension<'_>> {
    let (_, parsed) = tls_parser::parse_tls_client_hello_extension(whole).ok()?;
    Some(match parsed {
        TlsExtension::SNI(names) => {
            let host = names.iter().find(|name| name.0.0 == 0);
            Extension::ServerName(host.map(|name| name.1))
        }
        TlsExtension::EllipticCurves(groups) => Extension::Groups(groups.into_iter().map(|it| it.0).collect()),
        TlsExtension::SignatureAlgorithms(schemes) => Extension::SignatureSchemes(schemes),
        TlsExtension::ALPN(names) => Extension::Alpn(names),
        TlsExtension::SessionTicket(ticket) => Extension::Ticket(ticket),
        TlsExtension::KeyShare(shares) => Extension::KeyShares(shares),
        TlsExtension::PreSharedKey(_) => Extension::PreSharedKey,
        TlsExtension::EarlyData(_) => Extension::EarlyData,
        TlsExtension::SupportedVersions(versions) => {
            Extension::SupportedVersions(versions.into_iter().map(|it| it.0).collect())
        }
        TlsExtension::Unknown(kind, _) if kind.0 == 0xfe0d => Extension::EncryptedHello,
        TlsExtension::EncryptedServerName { .. } => Extension::EncryptedHello,
        _ => Extension::Other,
    })
}

/// An extension of a Server Hello, its header included, of which only application protocols are asked for here; `None` where it is
/// malformed.
pub(super) fn server_extension(whole: &[u8]) -> Option<Extension<'_>> {
    let (_, parsed) = tls_parser::parse_tls_server_hello_extension(whole).ok()?;
    Some(match parsed {
        TlsExtension::ALPN(names) => Extension::Alpn(names),
        _ => Extension::Other,
    })
}

/// The registered name of a cipher suite.
pub(super) fn suite_name(number: u16) -> Option<&'static str> {
    TlsCipherSuite::from_id(number).map(|suite| suite.name)
}
