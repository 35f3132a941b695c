//! frames → Initial packet: protected as the sender does it, by a second hand than the one under test (RFC 9001 section 5).

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey, quic};
use ring::hkdf;

/// A length in bytes, for HKDF.
#[derive(Clone, Copy)]
struct Len(usize);

impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand-Label without a context (RFC 8446 section 7.1).
fn expand<const N: usize>(secret: &hkdf::Prk, label: &str) -> [u8; N] {
    let label = format!("tls13 {label}");
    let [high, low] = u16::try_from(N).unwrap().to_be_bytes();
    let head = [high, low, u8::try_from(label.len()).unwrap()];
    let mut out = [0; N];
    let info = [&head[..], label.as_bytes(), &[0]];
    secret.expand(&info, Len(N)).unwrap().fill(&mut out).unwrap();
    out
}

fn salt(version: u32) -> &'static [u8; 20] {
    match version {
        0x6b33_43cf => b"\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9",
        0xff00_001d..=0xff00_0020 => {
            b"\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
        }
        0xff00_0017..=0xff00_001c => {
            b"\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02"
        }
        _ => b"\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a",
    }
}

/// An Initial packet: identifiers of the receiver and the sender, a token, a number of two bytes, and frames. `original` is the
/// identifier that the client chose first.
pub fn initial(
    version: u32,
    original: &[u8],
    is_clients: bool,
    ids: [&[u8]; 2],
    token: &[u8],
    number: u16,
    frames: &[u8],
) -> Vec<u8> {
    let is_v2 = version == 0x6b33_43cf;
    let name = |of: &str| {
        if is_v2 {
            format!("quicv2 {of}")
        } else {
            format!("quic {of}")
        }
    };
    let common = hkdf::Salt::new(hkdf::HKDF_SHA256, salt(version)).extract(original);
    let secret: [u8; 32] = expand(&common, if is_clients { "client in" } else { "server in" });
    let secret = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &secret);
    let (key, mut nonce): ([u8; 16], [u8; 12]) = (expand(&secret, &name("key")), expand(&secret, &name("iv")));
    let mask_key: [u8; 16] = expand(&secret, &name("hp"));

    let mut packet = vec![if is_v2 { 0xd1 } else { 0xc1 }];
    packet.extend(version.to_be_bytes());
    for id in ids.into_iter().chain([token]) {
        packet.push(u8::try_from(id.len()).unwrap());
        packet.extend(id);
    }
    // Behind a packet number of two bytes, at least two of frames: the sample begins four bytes behind the number's place.
    let mut inside = frames.to_vec();
    inside.resize(inside.len().max(2), 0);
    packet.extend((u16::try_from(2 + inside.len() + 16).unwrap() | 0x4000).to_be_bytes());
    let number_at = packet.len();
    packet.extend(number.to_be_bytes());

    let [.., high, low] = &mut nonce;
    (*high, *low) = (*high ^ number.to_be_bytes()[0], *low ^ number.to_be_bytes()[1]);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::from(&packet), &mut inside)
        .unwrap();
    packet.extend(inside);

    let mask = quic::HeaderProtectionKey::new(&quic::AES_128, &mask_key).unwrap();
    let mask = mask.new_mask(&packet[number_at + 4..number_at + 20]).unwrap();
    packet[0] ^= mask[0] & 0x0f;
    packet[number_at] ^= mask[1];
    packet[number_at + 1] ^= mask[2];
    packet
}
