//! TLS bytes as RFC 5246 and RFC 8446 write them. Whatever is random or encrypted on a real wire is pseudo-random here.

/// A vector with a length prefix of `N` bytes (RFC 5246 section 4.3).
fn vector<const N: usize>(body: &[u8]) -> Vec<u8> {
    let len = body.len().to_be_bytes();
    let mut out = len[len.len() - N..].to_vec();
    out.extend_from_slice(body);
    out
}

/// `len` bytes that look encrypted, the same for the same seed (xorshift64*).
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8
        })
        .collect()
}

pub const CHANGE_CIPHER_SPEC: u8 = 20;
pub const ALERT: u8 = 21;
pub const HANDSHAKE: u8 = 22;
pub const APPLICATION_DATA: u8 = 23;

/// One record (RFC 5246 section 6.2.1).
pub fn record(kind: u8, fragment: &[u8]) -> Vec<u8> {
    [vec![kind, 3, 3], vector::<2>(fragment)].concat()
}

/// A record for each message, as most stacks send them.
pub fn each_in_a_record(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|message| record(HANDSHAKE, message)).collect()
}

/// All messages in one record, as NSS and SChannel send them.
pub fn all_in_one_record(messages: &[Vec<u8>]) -> Vec<u8> {
    record(HANDSHAKE, &messages.concat())
}

/// All messages in records of at most `size` bytes: their borders fall anywhere.
pub fn in_records_of(size: usize, messages: &[Vec<u8>]) -> Vec<u8> {
    messages
        .concat()
        .chunks(size)
        .flat_map(|fragment| record(HANDSHAKE, fragment))
        .collect()
}

/// A handshake message (RFC 5246 section 7.4).
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [vec![kind], vector::<3>(body)].concat()
}

/// An extension (RFC 5246 section 7.4.1.4).
fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().to_vec(), vector::<2>(body)].concat()
}

/// What the client offers: TLS 1.2 at most, or TLS 1.3 too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    Tls12,
    Tls13,
}

/// The name the client asks for.
pub const SERVER_NAME: &str = "service.example";

/// ClientHello (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2); `groups` says whose key shares it carries.
pub fn client_hello(offer: Offer, share: Group) -> Vec<u8> {
    let name = [vec![0], vector::<2>(SERVER_NAME.as_bytes())].concat();
    let mut extensions = [
        extension(0, &vector::<2>(&name)),
        extension(10, &vector::<2>(&[0, 0x1d, 0, 0x17])),
        extension(11, &vector::<1>(&[0])),
        extension(13, &vector::<2>(&[4, 3, 8, 4, 4, 1, 5, 1, 2, 1])),
        extension(35, &[]),
    ]
    .concat();
    let mut ciphers = vec![0x00, 0x9d, 0x00, 0x9c, 0xc0, 0x2f, 0x00, 0x35, 0x00, 0xff];
    let mut session_id = Vec::new();
    if offer == Offer::Tls13 {
        ciphers.splice(0..0, [0x13, 0x02, 0x13, 0x01]);
        session_id = noise(3, 32);
        extensions.extend(extension(43, &vector::<1>(&[3, 4, 3, 3])));
        extensions.extend(extension(45, &vector::<1>(&[1])));
        extensions.extend(extension(51, &vector::<2>(&share.key_share(4))));
    }
    let body = [
        vec![3, 3],
        noise(1, 32),
        vector::<1>(&session_id),
        vector::<2>(&ciphers),
        vector::<1>(&[0]),
        vector::<2>(&extensions),
    ];
    message(1, &body.concat())
}

/// A key exchange group of TLS 1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    X25519,
    Secp256r1,
}

impl Group {
    fn key_share(self, seed: u64) -> Vec<u8> {
        match self {
            Self::X25519 => [vec![0, 0x1d], vector::<2>(&noise(seed, 32))].concat(),
            Self::Secp256r1 => [vec![0, 0x17], vector::<2>(&[vec![4], noise(seed, 64)].concat())].concat(),
        }
    }
}

fn any_server_hello(random: &[u8], session_id: &[u8], cipher: u16, extensions: &[u8]) -> Vec<u8> {
    let body = [
        vec![3, 3],
        random.to_vec(),
        vector::<1>(session_id),
        cipher.to_be_bytes().to_vec(),
        vec![0],
        vector::<2>(extensions),
    ];
    message(2, &body.concat())
}

/// ServerHello of TLS 1.2: TLS_RSA_WITH_AES_256_GCM_SHA384, secure renegotiation and a ticket to come.
pub fn server_hello() -> Vec<u8> {
    let extensions = [extension(0xff01, &[0]), extension(35, &[])].concat();
    any_server_hello(&noise(2, 32), &[], 0x009d, &extensions)
}

/// ServerHello of TLS 1.3 (RFC 8446 section 4.1.3).
pub fn server_hello_13() -> Vec<u8> {
    let extensions = [extension(43, &[3, 4]), extension(51, &Group::X25519.key_share(5))].concat();
    any_server_hello(&noise(2, 32), &noise(3, 32), 0x1302, &extensions)
}

/// HelloRetryRequest: a ServerHello whose random is the SHA-256 of its name (RFC 8446 section 4.1.3).
pub fn hello_retry_request() -> Vec<u8> {
    const RANDOM: [u8; 32] = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2,
        0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ];
    let extensions = [extension(43, &[3, 4]), extension(51, &[0, 0x1d])].concat();
    any_server_hello(&RANDOM, &noise(3, 32), 0x1302, &extensions)
}

pub const SERVER_CERTIFICATE: &[u8] = include_bytes!("../data/server.der");
pub const ISSUER_CERTIFICATE: &[u8] = include_bytes!("../data/issuer.der");
pub const CLIENT_CERTIFICATE: &[u8] = include_bytes!("../data/client.der");

/// Certificate (RFC 5246 section 7.4.2); an empty chain is how a client says that it has none.
pub fn certificate(chain: &[&[u8]]) -> Vec<u8> {
    let list: Vec<u8> = chain.iter().flat_map(|der| vector::<3>(der)).collect();
    message(11, &vector::<3>(&list))
}

/// CertificateRequest (RFC 5246 section 7.4.4) that names one acceptable authority.
pub fn certificate_request() -> Vec<u8> {
    // O=Example, CN=Example Device CA
    let authority = b"\x30\x2e\x31\x10\x30\x0e\x06\x03\x55\x04\x0a\x0c\x07Example\x31\x1a\x30\x18\x06\x03\x55\x04\x03\x0c\x11Example Device CA";
    let body = [
        vector::<1>(&[1, 64]),
        vector::<2>(&[4, 1, 5, 1, 6, 1]),
        vector::<2>(&vector::<2>(authority)),
    ];
    message(13, &body.concat())
}

/// ServerHelloDone (RFC 5246 section 7.4.5).
pub fn server_hello_done() -> Vec<u8> {
    message(14, &[])
}

/// ClientKeyExchange with an RSA-encrypted premaster secret (RFC 5246 section 7.4.7.1).
pub fn client_key_exchange() -> Vec<u8> {
    message(16, &vector::<2>(&noise(6, 256)))
}

/// CertificateVerify (RFC 5246 section 7.4.8): rsa_pkcs1_sha256.
pub fn certificate_verify() -> Vec<u8> {
    message(15, &[vec![4, 1], vector::<2>(&noise(7, 256))].concat())
}

/// NewSessionTicket (RFC 5077 section 3.3), in clear in TLS 1.2.
pub fn new_session_ticket() -> Vec<u8> {
    message(4, &[vec![0, 0, 0x1c, 0x20], vector::<2>(&noise(8, 192))].concat())
}

/// The ChangeCipherSpec record.
pub fn change_cipher_spec() -> Vec<u8> {
    record(CHANGE_CIPHER_SPEC, &[1])
}

/// An encrypted TLS 1.2 GCM record: explicit nonce of zeros, as several stacks begin, then `len` bytes and the tag.
/// Read as a handshake message the zeros would be an empty HelloRequest, twice.
pub fn encrypted(kind: u8, seed: u64, len: usize) -> Vec<u8> {
    record(kind, &[vec![0; 8], noise(seed, len + 16)].concat())
}

/// The encrypted Finished record of TLS 1.2: nonce 8, header 4, verify data 12, tag 16.
pub fn finished(seed: u64) -> Vec<u8> {
    encrypted(HANDSHAKE, seed, 16)
}

/// A record as TLS 1.3 shows everything after ServerHello: type 23, `len` bytes of content, content type and tag.
pub fn encrypted_13(seed: u64, len: usize) -> Vec<u8> {
    record(APPLICATION_DATA, &noise(seed, len + 1 + 16))
}

/// The level of an alert (RFC 5246 section 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Warning = 1,
    Fatal = 2,
}

/// An alert record in clear.
pub fn alert(level: Level, code: u8) -> Vec<u8> {
    record(ALERT, &[level as u8, code])
}
