//! Message → facts: what the hellos, the certificate request and the key exchange say.
//!
//! `fixed` reads the fixed part; extensions are walked here by their four-byte headers and handed to it one at a time,
//! because a malformed one would otherwise hide all that follow.

use super::fixed::{self, Extension};
use super::message::Message;
use super::stack::Stack;
use super::{CipherSuite, Group, SignatureScheme, Version};
use crate::base::wire_text::WireText;

/// Entries kept of each list; the longest real cipher lists have about 150.
const MAX_LIST: usize = 256;

/// A Client Hello (RFC 9846 section 4.1.2).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ClientHello {
    /// `legacy_version`.
    pub version: u16,
    /// The `supported_versions` extension, GREASE removed; empty before TLS 1.3.
    pub supported_versions: Vec<Version>,
    /// Its random value, by which a key log names the session.
    pub random: [u8; 32],
    /// Cipher suites, GREASE removed.
    pub cipher_suites: Vec<CipherSuite>,
    /// Groups of `supported_groups`, GREASE removed.
    pub groups: Vec<Group>,
    /// Groups of `key_share`, GREASE removed; `None`: no such extension.
    pub key_shares: Option<Vec<Group>>,
    /// `signature_algorithms`, GREASE removed.
    pub signature_schemes: Vec<SignatureScheme>,
    /// Server name (RFC 6066 section 3).
    pub server_name: Option<WireText>,
    /// Application protocols offered.
    pub alpn: Vec<WireText>,
    /// The session identifier; in TLS 1.3 only a compatibility value.
    pub session_id: Vec<u8>,
    /// A session ticket is presented (RFC 5077).
    pub offers_ticket: bool,
    /// The session ticket extension is there, empty or not.
    pub accepts_ticket: bool,
    /// A pre-shared key is offered: TLS 1.3 resumption.
    pub offers_psk: bool,
    /// Early data follows.
    pub early_data: bool,
    /// Encrypted Client Hello: the server name shown may be a cover name (RFC 9849).
    pub encrypted_client_hello: bool,
    /// SSLv2 format (RFC 5246 appendix E.2).
    pub sslv2_format: bool,
    /// Renegotiation information, as an extension or as a signalling suite (RFC 5746).
    pub secure_renegotiation: bool,
    /// The extended master secret (RFC 7627).
    pub extended_master_secret: bool,
    /// A stapled OCSP response is asked for (RFC 6066 section 8).
    pub asks_staple: bool,
    /// Numbers that are there to keep servers tolerant (GREASE, RFC 8701).
    pub has_grease: bool,
    /// The length of the message with its header, as the message states it: some of it may not be captured.
    pub wire_len: usize,
    /// The library that it looks like; `None`: it fits none, or was not captured whole.
    pub stack: Option<Stack>,
    /// Extensions that did not parse.
    pub broken_extensions: usize,
    /// The part before the extensions did not parse: everything but the version is missing here.
    pub malformed: bool,
}

impl ClientHello {
    /// A hello whose body cannot be read.
    #[must_use]
    pub fn malformed(body: &[u8]) -> Self {
        let version = body.first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes));
        Self {
            version,
            malformed: true,
            ..Self::default()
        }
    }

    /// Versions offered, best first.
    #[must_use]
    pub fn offered_versions(&self) -> Vec<Version> {
        if !self.supported_versions.is_empty() {
            let mut versions = self.supported_versions.clone();
            versions.sort_by_key(|version| std::cmp::Reverse(version.0));
            return versions;
        }
        vec![Version(self.version)]
    }
}

/// A Server Hello or Hello Retry Request (RFC 9846 sections 4.1.3, 4.1.4).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ServerHello {
    /// The version chosen: `supported_versions` if present, else `legacy_version`.
    pub version: u16,
    /// Its random value.
    pub random: [u8; 32],
    /// The cipher suite chosen.
    pub cipher_suite: u16,
    /// The key share's group, or the group that a retry asks for.
    pub group: Option<Group>,
    /// Application protocol chosen (before TLS 1.3; later it is encrypted).
    pub alpn: Option<WireText>,
    /// The session identifier.
    pub session_id: Vec<u8>,
    /// A ticket will follow (RFC 5077).
    pub sends_ticket: bool,
    /// The pre-shared key was accepted: resumption in TLS 1.3.
    pub accepts_psk: bool,
    /// It is a Hello Retry Request.
    pub is_retry: bool,
    /// It acknowledges the server name.
    pub accepts_name: bool,
    /// Renegotiation information (RFC 5746).
    pub secure_renegotiation: bool,
    /// The extended master secret (RFC 7627).
    pub extended_master_secret: bool,
    /// Extensions that did not parse.
    pub broken_extensions: usize,
}

/// A certificate request (RFC 5246 section 7.4.4).
#[derive(Clone, Debug, Default)]
pub struct CertificateRequest {
    /// Distinguished names of acceptable authorities, as RFC 4514 text.
    pub authorities: Vec<WireText>,
    /// The same names in DER, for comparing.
    pub authorities_raw: Vec<Vec<u8>>,
    /// Signature algorithms accepted; empty before TLS 1.2.
    pub signature_schemes: Vec<SignatureScheme>,
    /// Certificate types accepted.
    pub certificate_types: Vec<u8>,
    /// The body did not parse.
    pub broken: bool,
}

/// The random value that makes a Server Hello a Hello Retry Request: SHA-256 of "HelloRetryRequest".
pub(crate) const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Reads a Client Hello's body. `cut`: its end is missing, so what can be read of the extensions is read.
#[must_use]
pub fn parse_client(body: &[u8], cut: bool) -> Option<ClientHello> {
    let (mut hello, extensions) = fixed_client(body, cut)?;
    let mut order = Vec::new();
    for extension in Extensions::of(extensions) {
        if order.len() < MAX_LIST {
            order.push(extension.kind);
        }
        match extension.kind {
            5 => hello.asks_staple = true,
            23 => hello.extended_master_secret = true,
            0xff01 => hello.secure_renegotiation = true,
            kind if super::is_grease(kind) => hello.has_grease = true,
            _ => {}
        }
        match fixed::client_extension(extension.whole) {
            Some(parsed) => hello.take(parsed),
            None => hello.broken_extensions += 1,
        }
    }
    if !cut {
        hello.stack = Stack::of(&hello, &order);
    }
    Some(hello)
}

impl ClientHello {
    /// Takes what an extension says.
    fn take(&mut self, extension: Extension<'_>) {
        match extension {
            Extension::ServerName(name) => self.server_name = name.map(WireText::from_bytes),
            Extension::Groups(groups) => self.groups = list(groups.into_iter(), Group),
            Extension::SignatureSchemes(schemes) => {
                self.signature_schemes = list(schemes.into_iter(), SignatureScheme);
            }
            Extension::Alpn(names) => {
                self.alpn = names.into_iter().take(MAX_LIST).map(WireText::from_bytes).collect();
            }
            Extension::Ticket(ticket) => {
                self.accepts_ticket = true;
                self.offers_ticket = !ticket.is_empty();
            }
            Extension::KeyShares(shares) => self.key_shares = Some(list(share_groups(shares), Group)),
            Extension::PreSharedKey => self.offers_psk = true,
            Extension::EarlyData => self.early_data = true,
            Extension::SupportedVersions(versions) => {
                self.supported_versions = list(versions.into_iter(), Version);
            }
            Extension::EncryptedHello => self.encrypted_client_hello = true,
            Extension::Other => {}
        }
    }
}

/// The groups of a Client Hello's `key_share` extension (RFC 9846 section 4.2.8): a group and a key with its length,
/// repeated, after the length of them all.
fn share_groups(shares: &[u8]) -> impl Iterator<Item = u16> + '_ {
    let mut rest = shares.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let &[high, low, len_high, len_low] = rest.first_chunk()?;
        let len = usize::from(u16::from_be_bytes([len_high, len_low]));
        rest = rest.get(4 + len..).unwrap_or_default();
        Some(u16::from_be_bytes([high, low]))
    })
}

/// The part before the extensions, and the extensions' bytes.
fn fixed_client(body: &[u8], cut: bool) -> Option<(ClientHello, &[u8])> {
    // If its end is cut off, the extension list is shorter than its stated length, and would be refused.
    let (contents, extensions) = if cut {
        let end = without_extensions(body)?;
        let extensions = body.get(end + 2..).unwrap_or_default();
        (fixed::client(body.get(..end)?)?, extensions)
    } else {
        let contents = fixed::client(body)?;
        let extensions = contents.extensions;
        (contents, extensions)
    };
    let suites = contents.cipher_suites;
    let hello = ClientHello {
        version: contents.version,
        random: contents.random,
        session_id: contents.session_id.to_vec(),
        secure_renegotiation: suites.contains(&0x00ff),
        has_grease: suites.iter().any(|&suite| super::is_grease(suite)),
        cipher_suites: list(suites.into_iter(), CipherSuite),
        wire_len: body.len().saturating_add(4),
        ..ClientHello::default()
    };
    Some((hello, extensions))
}

/// Length of a Client Hello's body up to the extensions' length field.
fn without_extensions(body: &[u8]) -> Option<usize> {
    let session = 35 + usize::from(*body.get(34)?);
    let ciphers = session + 2 + usize::from(u16::from_be_bytes([*body.get(session)?, *body.get(session + 1)?]));
    Some(ciphers + 1 + usize::from(*body.get(ciphers)?))
}

/// Reads a Server Hello's body.
#[must_use]
pub fn parse_server(body: &[u8], cut: bool) -> Option<ServerHello> {
    let version = u16::from_be_bytes([*body.first()?, *body.get(1)?]);
    let (mut hello, extensions) = if version >> 8 == 0x7f {
        // The drafts of TLS 1.3 up to number 21 put their number here and had no session identifier.
        let cipher_suite = u16::from_be_bytes([*body.get(34)?, *body.get(35)?]);
        let hello = ServerHello {
            version,
            cipher_suite,
            ..ServerHello::default()
        };
        (hello, body.get(38..).unwrap_or_default())
    } else {
        fixed_server(body, version, cut)?
    };
    for extension in Extensions::of(extensions) {
        // The two that say what was chosen have other shapes than in a Client Hello.
        match (extension.kind, extension.data) {
            (43, &[high, low]) => {
                hello.version = u16::from_be_bytes([high, low]);
                continue;
            }
            (51, &[high, low, ..]) => {
                hello.group = Some(Group(u16::from_be_bytes([high, low])));
                continue;
            }
            (41, _) => {
                hello.accepts_psk = true;
                continue;
            }
            (0, _) => {
                hello.accepts_name = true;
                continue;
            }
            (35, _) => {
                hello.sends_ticket = true;
                continue;
            }
            (23, _) => {
                hello.extended_master_secret = true;
                continue;
            }
            (0xff01, _) => {
                hello.secure_renegotiation = true;
                continue;
            }
            _ => {}
        }
        match fixed::server_extension(extension.whole) {
            Some(Extension::Alpn(names)) => hello.alpn = names.first().map(|name| WireText::from_bytes(name)),
            Some(_) => {}
            None => hello.broken_extensions += 1,
        }
    }
    Some(hello)
}

/// The part before the extensions, and the extensions' bytes.
fn fixed_server(body: &[u8], version: u16, cut: bool) -> Option<(ServerHello, &[u8])> {
    let fixed_len = 38 + usize::from(*body.get(34)?);
    let mut known = body.get(..fixed_len)?.to_vec();
    // Versions that are not known are refused; the layout has not changed since SSL 3.0.
    for (to, from) in known.iter_mut().zip(Version::TLS12.0.to_be_bytes()) {
        *to = from;
    }
    let contents = fixed::server(&known)?;
    let hello = ServerHello {
        version,
        cipher_suite: contents.cipher_suite,
        session_id: contents.session_id.to_vec(),
        random: contents.random,
        is_retry: contents.random == RETRY_RANDOM,
        ..ServerHello::default()
    };
    let extensions = body.get(fixed_len + 2..).unwrap_or_default();
    let len = body
        .get(fixed_len..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |len| usize::from(u16::from_be_bytes(*len)));
    Some((hello, if cut { extensions } else { extensions.get(..len)? }))
}

/// Reads the body of an SSLv2-format Client Hello.
#[must_use]
pub fn parse_sslv2(body: &[u8]) -> Option<Message> {
    let &[_, major, minor, ciphers_high, ciphers_low] = body.first_chunk::<5>()?;
    let ciphers = usize::from(u16::from_be_bytes([ciphers_high, ciphers_low]));
    let cipher_suites = body
        .get(9..9 + ciphers)?
        .chunks_exact(3)
        // A leading zero byte marks the suites of SSL 3.0 and later; others are SSL 2.0's own.
        .filter_map(|suite| match *suite {
            [0, high, low] => Some(u16::from_be_bytes([high, low])),
            _ => None,
        });
    Some(Message::ClientHello(Box::new(ClientHello {
        version: u16::from_be_bytes([major, minor]),
        cipher_suites: list(cipher_suites, CipherSuite),
        sslv2_format: true,
        ..ClientHello::default()
    })))
}

/// Reads a certificate request of TLS 1.2 or earlier; what does not parse is marked so.
#[must_use]
pub fn parse_certificate_request(body: &[u8]) -> CertificateRequest {
    let Some(contents) = fixed::request(body) else {
        return CertificateRequest {
            broken: true,
            ..CertificateRequest::default()
        };
    };
    let names = contents.authorities.iter().take(MAX_LIST);
    CertificateRequest {
        authorities: names.clone().map(|der| super::certificate::name_text(der)).collect(),
        authorities_raw: names.map(|der| der.to_vec()).collect(),
        signature_schemes: list(contents.signature_schemes.into_iter(), SignatureScheme),
        certificate_types: contents.certificate_types,
        broken: false,
    }
}

/// Reads the extensions of a CertificateRequest of TLS 1.3 (RFC 9846 section 4.3.2).
#[must_use]
pub fn parse_certificate_request_13(extensions: &[u8]) -> CertificateRequest {
    let mut request = CertificateRequest::default();
    for extension in Extensions::of(extensions) {
        let body = extension.data.get(2..).unwrap_or_default();
        match extension.kind {
            // signature_algorithms
            13 => {
                let schemes = body.as_chunks::<2>().0.iter().map(|it| u16::from_be_bytes(*it));
                request.signature_schemes = list(schemes, SignatureScheme);
            }
            // certificate_authorities
            47 => {
                let mut rest = body;
                while let Some((&len, after)) = rest.split_first_chunk::<2>()
                    && let Some((der, after)) = after.split_at_checked(usize::from(u16::from_be_bytes(len)))
                    && request.authorities.len() < MAX_LIST
                {
                    request.authorities.push(super::certificate::name_text(der));
                    request.authorities_raw.push(der.to_vec());
                    rest = after;
                }
            }
            _ => {}
        }
    }
    request
}

fn list<T>(numbers: impl Iterator<Item = u16>, wrap: impl Fn(u16) -> T) -> Vec<T> {
    numbers
        .filter(|&number| !super::is_grease(number))
        .take(MAX_LIST)
        .map(wrap)
        .collect()
}

/// One extension: its number, its data, and both with the header.
struct Raw<'a> {
    kind: u16,
    data: &'a [u8],
    whole: &'a [u8],
}

/// Walks extensions by their headers; ends at the first that is longer than what is left.
struct Extensions<'a>(&'a [u8]);

impl<'a> Extensions<'a> {
    const fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Raw<'a>> {
        let &[kind_high, kind_low, high, low] = self.0.first_chunk::<4>()?;
        let end = 4 + usize::from(u16::from_be_bytes([high, low]));
        let (whole, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        Some(Raw {
            kind: u16::from_be_bytes([kind_high, kind_low]),
            data: whole.get(4..)?,
            whole,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_len(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn extension(kind: u16, data: &[u8]) -> Vec<u8> {
        [kind.to_be_bytes().to_vec(), with_len(data)].concat()
    }

    fn server_name(name: &[u8]) -> Vec<u8> {
        extension(0, &with_len(&[&[0][..], &with_len(name)].concat()))
    }

    fn alpn(names: &[&[u8]]) -> Vec<u8> {
        let list: Vec<u8> = names
            .iter()
            .flat_map(|name| [&[u8::try_from(name.len()).unwrap()][..], name].concat())
            .collect();
        extension(16, &with_len(&list))
    }

    /// A Client Hello's body with these extensions.
    fn client(version: u16, ciphers: &[u16], extensions: &[Vec<u8>]) -> Vec<u8> {
        let ciphers: Vec<u8> = ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()).collect();
        [
            &version.to_be_bytes()[..],
            &[7; 32],
            &[4, 1, 2, 3, 4],
            &with_len(&ciphers),
            &[1, 0],
            &with_len(&extensions.concat()),
        ]
        .concat()
    }

    fn server(version: u16, random: &[u8; 32], extensions: &[Vec<u8>]) -> Vec<u8> {
        [
            &version.to_be_bytes()[..],
            random,
            &[2, 8, 9],
            &[0x13, 0x02, 0],
            &with_len(&extensions.concat()),
        ]
        .concat()
    }

    fn numbers<T>(list: &[T], number: impl Fn(&T) -> u16) -> Vec<u16> {
        list.iter().map(number).collect()
    }

    #[test]
    fn grease_is_removed_from_every_list() {
        let hello = parse_client(
            &client(
                0x0303,
                &[0x1a1a, 0x1301, 0xc02f],
                &[
                    extension(0x0a0a, &[]),
                    extension(10, &with_len(&[0x2a, 0x2a, 0, 29])),
                    extension(13, &with_len(&[0x3a, 0x3a, 8, 4])),
                    extension(43, &[6, 0xfa, 0xfa, 3, 4, 3, 3]),
                ],
            ),
            false,
        )
        .unwrap();
        assert_eq!(numbers(&hello.cipher_suites, |it| it.0), [0x1301, 0xc02f]);
        assert_eq!(numbers(&hello.groups, |it| it.0), [29]);
        assert_eq!(numbers(&hello.signature_schemes, |it| it.0), [0x0804]);
        assert_eq!(hello.supported_versions, [Version::TLS13, Version::TLS12]);
        assert_eq!(hello.session_id, [1, 2, 3, 4]);
        assert_eq!(hello.broken_extensions, 0);
    }

    #[test]
    fn a_broken_extension_does_not_hide_later_ones() {
        let broken = extension(10, &[0, 9, 1]); // a list longer than its extension
        let hello = parse_client(&client(0x0303, &[0x1301], &[broken, server_name(b"a.example")]), false).unwrap();
        assert_eq!(hello.server_name.unwrap().raw(), "a.example");
        assert_eq!(hello.broken_extensions, 1);
        assert!(hello.groups.is_empty());
    }

    #[test]
    fn an_extension_longer_than_the_hello_ends_the_list_and_not_the_hello() {
        let mut bytes = client(0x0303, &[0x1301], &[server_name(b"a.example"), extension(16, &[0; 8])]);
        let at = bytes.len() - 9;
        bytes[at] = 200;
        let hello = parse_client(&bytes, false).unwrap();
        assert_eq!(hello.server_name.unwrap().raw(), "a.example");
    }

    #[test]
    fn a_hello_cut_anywhere_in_its_extensions_shows_those_before_the_cut() {
        let name = server_name(b"a.example");
        let bytes = client(0x0303, &[0x1301], &[name.clone(), alpn(&[b"h2"])]);
        let extensions = bytes.len() - name.len() - alpn(&[b"h2"]).len();
        for cut in 0..bytes.len() {
            let hello = parse_client(&bytes[..cut], true);
            assert_eq!(hello.is_some(), cut >= extensions - 2, "cut at {cut}");
            let named = hello.is_some_and(|hello| hello.server_name.is_some());
            assert_eq!(named, cut >= extensions + name.len(), "cut at {cut}");
        }
        assert_eq!(parse_client(&bytes, false).unwrap().alpn, [WireText::from("h2")]);
    }

    #[test]
    fn no_cut_hello_is_read_as_a_whole_one_and_none_panics() {
        let bytes = client(0x0303, &[0x1301], &[server_name(b"a.example")]);
        for cut in 0..bytes.len() {
            // The fixed part alone is read when the extensions are short.
            let hello = parse_client(&bytes[..cut], false);
            assert!(hello.is_none_or(|hello| hello.server_name.is_none()), "cut at {cut}");
            assert!(parse_server(&bytes[..cut], false).is_none_or(|hello| !hello.is_retry));
            let _ = parse_certificate_request(&bytes[..cut]);
            let _ = parse_sslv2(&bytes[..cut]);
        }
    }

    #[test]
    fn supported_versions_count_before_the_legacy_version() {
        let only = |extensions: &[Vec<u8>]| parse_client(&client(0x0303, &[1], extensions), false).unwrap();
        assert_eq!(only(&[]).offered_versions(), [Version::TLS12]);
        let both = only(&[extension(43, &[4, 3, 3, 3, 4])]);
        assert_eq!(both.offered_versions(), [Version::TLS13, Version::TLS12]);
        assert_eq!(both.version, 0x0303);
        let chosen = parse_server(&server(0x0303, &[7; 32], &[extension(43, &[3, 4])]), false).unwrap();
        assert_eq!(chosen.version, 0x0304);
        assert_eq!(
            parse_server(&server(0x0301, &[7; 32], &[]), false).unwrap().version,
            0x0301
        );
    }

    #[test]
    fn the_retry_random_makes_a_hello_retry_request() {
        let share = extension(51, &[0, 23]);
        let retry = parse_server(&server(0x0303, &RETRY_RANDOM, &[extension(43, &[3, 4]), share]), false).unwrap();
        assert!(retry.is_retry);
        assert_eq!(retry.group, Some(Group(23)));
        let mut almost = RETRY_RANDOM;
        almost[31] ^= 1;
        assert!(!parse_server(&server(0x0303, &almost, &[]), false).unwrap().is_retry);
    }

    #[test]
    fn a_server_hello_tells_resumption_tickets_names_and_protocol() {
        let extensions = [
            extension(41, &[0, 0]),
            extension(0, &[]),
            extension(35, &[]),
            alpn(&[b"http/1.1"]),
            extension(51, &[&[0, 29, 0, 32][..], &[5; 32]].concat()),
        ];
        let hello = parse_server(&server(0x0303, &[7; 32], &extensions), false).unwrap();
        assert!(hello.accepts_psk && hello.accepts_name && hello.sends_ticket && !hello.is_retry);
        assert_eq!(hello.alpn, Some(WireText::from("http/1.1")));
        assert_eq!(hello.group, Some(Group(29)));
        assert_eq!((hello.cipher_suite, hello.session_id.as_slice()), (0x1302, &[8, 9][..]));
    }

    #[test]
    fn drafts_of_tls13_put_their_number_in_the_version() {
        let body = [
            &[0x7f, 18][..],
            &[7; 32],
            &[0x13, 0x01],
            &with_len(&extension(51, &[0, 29, 0, 1, 9])),
        ]
        .concat();
        let hello = parse_server(&body, false).unwrap();
        assert_eq!((hello.version, hello.cipher_suite), (0x7f12, 0x1301));
        assert_eq!(hello.group, Some(Group(29)));
        assert!(Version(hello.version).is_tls13());
    }

    #[test]
    fn a_server_hello_cut_in_its_extensions_is_one_only_where_a_cut_is_known() {
        let bytes = server(0x0303, &[7; 32], &[extension(43, &[3, 4]), extension(35, &[0; 9])]);
        let cut = &bytes[..bytes.len() - 5];
        assert!(parse_server(cut, false).is_none());
        assert_eq!(parse_server(cut, true).unwrap().version, 0x0304);
    }

    #[test]
    fn control_characters_in_a_server_name_are_shown_and_not_obeyed() {
        let hello = parse_client(&client(0x0303, &[1], &[server_name(b"a\x1b[2J\0\xff.example")]), false).unwrap();
        let name = hello.server_name.unwrap();
        assert!(!name.to_string().contains(['\x1b', '\0']), "{name}");
        assert!(name.raw().ends_with(".example"));
    }

    #[test]
    fn a_ticket_that_is_empty_is_wished_for_and_not_offered() {
        let with = |data: &[u8]| parse_client(&client(0x0303, &[1], &[extension(35, data)]), false).unwrap();
        assert!(with(&[]).accepts_ticket && !with(&[]).offers_ticket);
        assert!(with(&[1, 2]).accepts_ticket && with(&[1, 2]).offers_ticket);
    }

    #[test]
    fn resumption_early_data_and_a_hidden_name_are_recognised() {
        let hello = parse_client(
            &client(
                0x0303,
                &[0x1301],
                &[extension(0xfe0d, &[0; 20]), extension(42, &[]), extension(41, &[0; 40])],
            ),
            false,
        )
        .unwrap();
        assert!(hello.encrypted_client_hello && hello.early_data && hello.offers_psk);
    }

    #[test]
    fn long_lists_are_bounded() {
        let ciphers: Vec<u16> = (0..2000).collect();
        let hello = parse_client(&client(0x0303, &ciphers, &[]), false).unwrap();
        assert_eq!(hello.cipher_suites.len(), MAX_LIST);
    }

    /// The DER name `CN=a`.
    const NAME: &[u8] = b"\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01a";

    #[test]
    fn a_certificate_request_of_tls10_and_one_of_tls12_name_the_same_authorities() {
        let names = with_len(&[with_len(NAME), with_len(NAME)].concat());
        let tls10 = parse_certificate_request(&[&[2, 1, 64][..], &names].concat());
        let tls12 = parse_certificate_request(&[&[2, 1, 64][..], &with_len(&[4, 1, 4, 3]), &names].concat());
        for request in [&tls10, &tls12] {
            assert!(!request.broken);
            assert_eq!(request.authorities, [WireText::from("CN=a"), WireText::from("CN=a")]);
            assert_eq!(request.authorities_raw, [NAME, NAME]);
            assert_eq!(request.certificate_types, [1, 64]);
        }
        assert!(tls10.signature_schemes.is_empty());
        assert_eq!(numbers(&tls12.signature_schemes, |it| it.0), [0x0401, 0x0403]);
    }

    #[test]
    fn a_certificate_request_without_authorities_accepts_any_and_is_not_broken() {
        let request = parse_certificate_request(&[1, 1, 0, 2, 4, 1, 0, 0]);
        assert!(!request.broken && request.authorities.is_empty());
        assert_eq!(request.signature_schemes.len(), 1);
        let tls10 = parse_certificate_request(&[1, 1, 0, 0]);
        assert!(!tls10.broken && tls10.authorities.is_empty());
        assert!(parse_certificate_request(&[9, 1]).broken);
    }

    #[test]
    fn suites_of_ssl_2_are_left_out_of_an_sslv2_hello() {
        let body = [
            &[1, 3, 3, 0, 9, 0, 0, 0, 16][..],
            &[1, 0, 0x80, 0, 0xc0, 0x2f, 0, 0, 0x2f],
            &[9; 16],
        ]
        .concat();
        let Some(Message::ClientHello(hello)) = parse_sslv2(&body) else {
            panic!()
        };
        assert_eq!(numbers(&hello.cipher_suites, |it| it.0), [0xc02f, 0x002f]);
        assert!(parse_sslv2(&body[..12]).is_none());
    }
}
