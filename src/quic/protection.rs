//! protected packet → its frames: Initial packets, whose keys need no secrets (RFC 9001 section 5.2, RFC 9369 section 3.3).

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey, quic};
use ring::hkdf;

use crate::quic::Version;
use crate::quic::packet::Packet;
use crate::tls::keys::expand_label;

/// Bytes of a packet number before the sample of its protection begins (RFC 9001 section 5.4.2).
const LONGEST_NUMBER: usize = 4;

/// Bits of the first byte of a long header that are protected: reserved ones, and the length of the packet number.
const PROTECTED_BITS: u8 = 0x0f;

/// The inputs from which a version derives its keys.
struct Recipe {
    salt: [u8; 20],
    labels: [&'static [u8]; 3],
    retry: ([u8; 16], [u8; NONCE_LEN]),
}

impl Recipe {
    const V1_LABELS: [&'static [u8]; 3] = [b"tls13 quic key", b"tls13 quic iv", b"tls13 quic hp"];
    const V2_LABELS: [&'static [u8]; 3] = [b"tls13 quicv2 key", b"tls13 quicv2 iv", b"tls13 quicv2 hp"];

    fn of(version: Version) -> Option<Self> {
        // The drafts' salts are those of draft-ietf-quic-tls-23, -29 and -33; the last one is that of RFC 9001.
        let (salt, retry) = match version {
            Version(0xff00_0017..=0xff00_001c) => (
                0xc3ee_f712_c72e_bb5a_11a7_d243_2bb4_6365_u128.to_be_bytes(),
                (
                    0x4d32_ecdb_2a21_33c8_41e4_043d_f27d_4430,
                    0x4d16_11d0_5513_a552_c587_d575,
                ),
            ),
            Version(0xff00_001d..=0xff00_0020) => (
                0xafbf_ec28_9993_d24c_9e97_86f1_9c61_11e0_u128.to_be_bytes(),
                (
                    0xccce_187e_d09a_09d0_5728_155a_6cb9_6be1,
                    0xe549_30f9_7f21_36f0_530a_8c1c,
                ),
            ),
            Version::V2 => (
                0x0ded_e3de_f700_a6db_8193_81be_6e26_9dcb_u128.to_be_bytes(),
                (
                    0x8fb4_b01b_56ac_48e2_60fb_cbce_ad7c_cc92,
                    0xd869_69bc_2d7c_6d99_90ef_b04a,
                ),
            ),
            _ if version.is_known() => (
                0x3876_2cf7_f559_34b3_4d17_9ae6_a4c8_0cad_u128.to_be_bytes(),
                (
                    0xbe0c_690b_9f66_575a_1d76_6b54_e368_c84e,
                    0x4615_99d3_5d63_2bf2_2398_25bb,
                ),
            ),
            _ => return None,
        };
        let end: u32 = match version {
            Version(0xff00_0017..=0xff00_001c) => 0xbef9_f502,
            Version(0xff00_001d..=0xff00_0020) => 0x4390_a899,
            Version::V2 => 0xf9bd_2ed9,
            _ => 0xccbb_7f0a,
        };
        let mut whole = [0; 20];
        let bytes = salt.into_iter().chain(end.to_be_bytes());
        whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        let (retry_key, retry_nonce): (u128, u128) = retry;
        let mut nonce = [0; NONCE_LEN];
        let bytes = retry_nonce.to_be_bytes().into_iter().skip(16 - NONCE_LEN);
        nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Some(Self {
            salt: whole,
            labels: if version == Version::V2 {
                Self::V2_LABELS
            } else {
                Self::V1_LABELS
            },
            retry: (retry_key.to_be_bytes(), nonce),
        })
    }
}

/// The keys of both directions of Initial packets.
pub struct Keys {
    /// The keys for the client's packets.
    pub client: DirectionKeys,
    /// The keys for the server's packets.
    pub server: DirectionKeys,
}

/// The keys for the Initial packets of one direction.
pub struct DirectionKeys {
    key: LessSafeKey,
    iv: [u8; NONCE_LEN],
    header: quic::HeaderProtectionKey,
}

/// The content of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The packet with its protection removed: header, packet number, frames, and an empty place for the tag.
    pub bytes: Vec<u8>,
    /// The position of the packet number.
    pub number_at: usize,
    /// The position of the frames.
    pub frames: std::ops::Range<usize>,
}

impl Opened {
    /// The frames.
    #[must_use]
    pub fn frames(&self) -> &[u8] {
        self.bytes.get(self.frames.clone()).unwrap_or_default()
    }

    /// The packet number as far as it was sent; those of Initial packets are small.
    fn number(&self) -> u64 {
        let bytes = self.bytes.get(self.number_at..self.frames.start).unwrap_or_default();
        bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
    }
}

impl Keys {
    /// The keys that belong to the identifier which a client chose for the server.
    #[must_use]
    pub fn initial(version: Version, identifier: &[u8]) -> Option<Self> {
        let recipe = Recipe::of(version)?;
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, &recipe.salt).extract(identifier);
        Some(Self {
            client: DirectionKeys::of(&secret, b"tls13 client in", &recipe)?,
            server: DirectionKeys::of(&secret, b"tls13 server in", &recipe)?,
        })
    }
}

impl DirectionKeys {
    fn of(initial: &hkdf::Prk, label: &[u8], recipe: &Recipe) -> Option<Self> {
        let mut secret = [0; 32];
        expand_label(initial, label, &mut secret)?;
        let secret = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &secret);
        let (mut key, mut iv, mut header) = ([0; 16], [0; NONCE_LEN], [0; 16]);
        let [for_key, for_iv, for_header] = recipe.labels;
        expand_label(&secret, for_key, &mut key)?;
        expand_label(&secret, for_iv, &mut iv)?;
        expand_label(&secret, for_header, &mut header)?;
        Some(Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?),
            iv,
            header: quic::HeaderProtectionKey::new(&quic::AES_128, &header).ok()?,
        })
    }

    /// The mask of a header, from the bytes after it (RFC 9001 section 5.4.3).
    fn mask(&self, bytes: &[u8], number_at: usize) -> Option<[u8; 5]> {
        let from = number_at.checked_add(LONGEST_NUMBER)?;
        let sample = bytes.get(from..from.checked_add(self.header.algorithm().sample_len())?)?;
        self.header.new_mask(sample).ok()
    }

    fn nonce(&self, number: u64) -> Nonce {
        let mut nonce = self.iv;
        for (to, from) in nonce.iter_mut().skip(NONCE_LEN - 8).zip(number.to_be_bytes()) {
            *to ^= from;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Opens a packet; `None`: these keys do not, or it was not captured whole.
    #[must_use]
    pub fn open(&self, packet: &Packet<'_>) -> Option<Opened> {
        if packet.cut > 0 {
            return None;
        }
        let mask = self.mask(packet.bytes, packet.body)?;
        let mut bytes = packet.bytes.to_vec();
        let first = bytes.first_mut()?;
        *first ^= mask.first()? & PROTECTED_BITS;
        let number_len = usize::from(*first & 3) + 1;
        let number = bytes.get_mut(packet.body..packet.body.checked_add(number_len)?)?;
        number
            .iter_mut()
            .zip(mask.iter().skip(1))
            .for_each(|(to, from)| *to ^= from);
        let mut opened = Opened {
            number_at: packet.body,
            frames: packet.body + number_len..bytes.len(),
            bytes,
        };
        let nonce = self.nonce(opened.number());
        let (header, frames) = opened.bytes.split_at_mut_checked(opened.frames.start)?;
        let len = self.key.open_in_place(nonce, Aad::from(&*header), frames).ok()?.len();
        opened.frames.end = opened.frames.start + len;
        Some(opened)
    }

    /// Protects what was opened, with whatever was changed in it: the bytes of a packet of the same length.
    #[must_use]
    pub fn seal(&self, mut opened: Opened) -> Option<Vec<u8>> {
        let nonce = self.nonce(opened.number());
        let (head, tag_place) = opened.bytes.split_at_mut_checked(opened.frames.end)?;
        let (header, frames) = head.split_at_mut_checked(opened.frames.start)?;
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(&*header), frames)
            .ok()?;
        if tag_place.len() != tag.as_ref().len() {
            return None;
        }
        tag_place.copy_from_slice(tag.as_ref());
        let mask = self.mask(&opened.bytes, opened.number_at)?;
        let number = opened.bytes.get_mut(opened.number_at..opened.frames.start)?;
        number
            .iter_mut()
            .zip(mask.iter().skip(1))
            .for_each(|(to, from)| *to ^= from);
        *opened.bytes.first_mut()? ^= mask.first()? & PROTECTED_BITS;
        Some(opened.bytes)
    }
}

/// The integrity tag of a Retry (RFC 9001 section 5.8) that answers a client which chose this identifier.
#[must_use]
pub fn retry_tag(version: Version, identifier: &[u8], without_tag: &[u8]) -> Option<[u8; 16]> {
    let Recipe {
        retry: (key, nonce), ..
    } = Recipe::of(version)?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    let len = [u8::try_from(identifier.len()).ok()?];
    let pseudo = [&len[..], identifier, without_tag].concat();
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(pseudo), &mut []).ok()?;
    tag.as_ref().try_into().ok()
}

/// True if a Retry answers a client that chose this identifier: others are no answer (RFC 9000 section 17.2.5.2).
#[must_use]
pub fn is_retry_to(packet: &Packet<'_>, identifier: &[u8]) -> bool {
    let (without_tag, tag) = packet.bytes.split_at(packet.body.min(packet.bytes.len()));
    retry_tag(packet.version, identifier, without_tag).is_some_and(|right| right == tag)
}

/// An Initial packet as a client or a server protects it: identifiers of the receiver and the sender, a token, and frames.
#[cfg(test)]
pub(crate) fn sealed_initial(
    version: Version,
    original: &[u8],
    is_clients: bool,
    (to, from): (&[u8], &[u8]),
    token: &[u8],
    frames: &[u8],
) -> Vec<u8> {
    let kind = if version == Version::V2 { 0xd1 } else { 0xc1 };
    let len = u16::try_from(2 + frames.len() + 16).unwrap();
    let mut bytes = [&[kind][..], &version.0.to_be_bytes(), &[to.len() as u8], to].concat();
    bytes.extend([&[from.len() as u8][..], from, &[token.len() as u8], token].concat());
    bytes.extend((len | 0x4000).to_be_bytes());
    let number_at = bytes.len();
    bytes.extend([0, 7]);
    let start = bytes.len();
    bytes.extend(frames);
    let end = bytes.len();
    bytes.extend([0; 16]);
    let opened = Opened {
        bytes,
        number_at,
        frames: start..end,
    };
    let keys = Keys::initial(version, original).unwrap();
    if is_clients { keys.client } else { keys.server }.seal(opened).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quic::packet::Packets;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|it| !it.is_ascii_whitespace()).collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    const IDENTIFIER: &str = "8394c8f03e515708";

    /// RFC 9001 appendix A.3: the server's Initial.
    #[test]
    fn the_example_of_version_1_is_opened_and_sealed_to_the_same_bytes() {
        let bytes = hex("cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a
             5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3
             dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84
             022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4
             2158407dd074ee");
        let keys = Keys::initial(Version::V1, &hex(IDENTIFIER)).unwrap();
        let packet = Packets(&bytes).next().unwrap();
        let opened = keys.server.open(&packet).unwrap();
        assert!(opened.frames().starts_with(&hex("02000000000600405a020000560303")));
        assert_eq!(opened.number(), 1);
        assert!(keys.client.open(&packet).is_none());
        assert_eq!(keys.server.seal(opened).unwrap(), bytes);
    }

    /// RFC 9369 appendix A.3.
    #[test]
    fn the_example_of_version_2_is_opened() {
        let bytes = hex("dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698
             baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17
             f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2
             c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca8
             4bed8521e2e140");
        let keys = Keys::initial(Version::V2, &hex(IDENTIFIER)).unwrap();
        let opened = keys.server.open(&Packets(&bytes).next().unwrap()).unwrap();
        assert!(opened.frames().starts_with(&hex("02000000000600405a020000560303")));
    }

    /// RFC 9001 appendix A.4 and RFC 9369 appendix A.4.
    #[test]
    fn a_retry_is_known_by_its_tag() {
        for text in [
            "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba",
            "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6",
        ] {
            let bytes = hex(text);
            let packet = Packets(&bytes).next().unwrap();
            assert_eq!(packet.token, b"token");
            assert!(is_retry_to(&packet, &hex(IDENTIFIER)) && !is_retry_to(&packet, &[1, 2]));
        }
    }

    #[test]
    fn every_salt_is_whole() {
        for version in [
            Version(0xff00_0017),
            Version(0xff00_001d),
            Version(0xff00_0022),
            Version::V1,
        ] {
            assert!(Keys::initial(version, &[1]).is_some());
        }
        assert!(Keys::initial(Version(7), &[1]).is_none());
    }
}
