//! encrypted record → its content: the AEAD suites of TLS 1.3 (RFC 9846 section 5.2) and 1.2 (RFC 5288, RFC 7905).

use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};
use ring::{hkdf, hmac};

use crate::tls::{CipherSuite, record::content};

/// Records that may be missing between two opened ones: as many as a hole of the capture swallows.
const MOST_MISSING: u64 = 8;

/// The cipher state of one direction between two changes of keys.
pub(super) struct Protection {
    key: LessSafeKey,
    iv: Iv,
    /// The sequence number of the next record.
    pub(super) sequence: u64,
}

/// The construction of a nonce.
enum Iv {
    /// TLS 1.3, and ChaCha20 in TLS 1.2: the sequence number is added to the IV (RFC 9846 section 5.3).
    Whole([u8; NONCE_LEN], bool),
    /// AES-GCM in TLS 1.2: the record holds the rest of the nonce (RFC 5288 section 3).
    Salt([u8; 4]),
}

/// The keys of a suite.
struct Suite {
    algorithm: &'static Algorithm,
    is_sha384: bool,
}

impl Suite {
    fn of(suite: CipherSuite) -> Option<Self> {
        let name = suite.to_string();
        let algorithm = if name.contains("AES_128_GCM") {
            &AES_128_GCM
        } else if name.contains("AES_256_GCM") {
            &AES_256_GCM
        } else if name.contains("CHACHA20_POLY1305") {
            &CHACHA20_POLY1305
        } else {
            return None;
        };
        Some(Self {
            algorithm,
            is_sha384: name.ends_with("SHA384"),
        })
    }
}

/// The length of what is derived.
struct Len(usize);

impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

impl Protection {
    /// Keys from a traffic secret (RFC 9846 section 7.3).
    pub(super) fn tls13(suite: CipherSuite, secret: &[u8]) -> Option<Self> {
        let suite = Suite::of(suite)?;
        let hash = if suite.is_sha384 {
            hkdf::HKDF_SHA384
        } else {
            hkdf::HKDF_SHA256
        };
        let secret = hkdf::Prk::new_less_safe(hash, secret);
        let mut key = vec![0; suite.algorithm.key_len()];
        let mut iv = [0; NONCE_LEN];
        expand_label(&secret, b"tls13 key", &mut key)?;
        expand_label(&secret, b"tls13 iv", &mut iv)?;
        Some(Self {
            key: LessSafeKey::new(UnboundKey::new(suite.algorithm, &key).ok()?),
            iv: Iv::Whole(iv, true),
            sequence: 0,
        })
    }

    /// Keys of both directions, the client's first, from the master secret (RFC 5246 section 6.3).
    pub(super) fn tls12(suite: CipherSuite, master: &[u8], [client, server]: [&[u8; 32]; 2]) -> Option<[Self; 2]> {
        let suite = Suite::of(suite)?;
        let key_len = suite.algorithm.key_len();
        let is_chacha = suite.algorithm == &CHACHA20_POLY1305;
        let iv_len = if is_chacha { NONCE_LEN } else { 4 };
        let seed = [&b"key expansion"[..], server, client].concat();
        let block = expand_tls12(&suite, master, &seed, 2 * (key_len + iv_len));
        let (keys, ivs) = block.split_at_checked(2 * key_len)?;
        let one = |n: usize| {
            let key = keys.chunks(key_len).nth(n)?;
            let iv = ivs.chunks(iv_len).nth(n)?;
            Some(Self {
                key: LessSafeKey::new(UnboundKey::new(suite.algorithm, key).ok()?),
                iv: if is_chacha {
                    Iv::Whole(iv.try_into().ok()?, false)
                } else {
                    Iv::Salt(iv.try_into().ok()?)
                },
                sequence: 0,
            })
        };
        Some([one(0)?, one(1)?])
    }

    /// Opens the next record, or one of those after it; `None` if these keys do not open it.
    pub(super) fn open(&mut self, kind: u8, body: &[u8]) -> Option<(u8, Vec<u8>)> {
        let last = self.sequence.checked_add(MOST_MISSING)?;
        (self.sequence..last).find_map(|sequence| {
            let opened = self.open_at(sequence, kind, body)?;
            self.sequence = sequence.checked_add(1)?;
            Some(opened)
        })
    }

    fn open_at(&self, sequence: u64, kind: u8, body: &[u8]) -> Option<(u8, Vec<u8>)> {
        let number = sequence.to_be_bytes();
        let (nonce, body, is_tls13) = match &self.iv {
            Iv::Whole(iv, is_tls13) => {
                let mut nonce = *iv;
                for (to, from) in nonce.iter_mut().skip(NONCE_LEN - number.len()).zip(number) {
                    *to ^= from;
                }
                (nonce, body, *is_tls13)
            }
            Iv::Salt(salt) => {
                let (explicit, body) = body.split_first_chunk::<8>()?;
                let mut nonce = [0; NONCE_LEN];
                nonce
                    .iter_mut()
                    .zip(salt.iter().chain(explicit))
                    .for_each(|(to, from)| *to = *from);
                (nonce, body, false)
            }
        };
        let aad = if is_tls13 {
            let [high, low] = u16::try_from(body.len()).ok()?.to_be_bytes();
            vec![content::APPLICATION_DATA, 3, 3, high, low]
        } else {
            let [high, low] = u16::try_from(body.len().checked_sub(16)?).ok()?.to_be_bytes();
            [&number[..], &[kind, 3, 3, high, low]].concat()
        };
        let mut opened = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let len = self.key.open_in_place(nonce, Aad::from(aad), &mut opened).ok()?.len();
        opened.truncate(len);
        if !is_tls13 {
            return Some((kind, opened));
        }
        // After the content come its type and padding of zeros (RFC 9846 section 5.4).
        while opened.last() == Some(&0) {
            opened.pop();
        }
        let kind = opened.pop()?;
        Some((kind, opened))
    }
}

/// HKDF-Expand-Label with no context (RFC 9846 section 7.1).
pub(crate) fn expand_label(secret: &hkdf::Prk, label: &[u8], out: &mut [u8]) -> Option<()> {
    let len = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_len = [u8::try_from(label.len()).ok()?];
    let info = [&len[..], &label_len, label, &[0]];
    secret.expand(&info, Len(out.len())).ok()?.fill(out).ok()
}

/// The pseudo-random function of TLS 1.2 (RFC 5246 section 5).
fn expand_tls12(suite: &Suite, secret: &[u8], seed: &[u8], len: usize) -> Vec<u8> {
    let algorithm = if suite.is_sha384 {
        hmac::HMAC_SHA384
    } else {
        hmac::HMAC_SHA256
    };
    let key = hmac::Key::new(algorithm, secret);
    let mut a = hmac::sign(&key, seed);
    let mut out = Vec::new();
    while out.len() < len {
        out.extend_from_slice(hmac::sign(&key, &[a.as_ref(), seed].concat()).as_ref());
        a = hmac::sign(&key, a.as_ref());
    }
    out.truncate(len);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        super::super::bytes(text.replace([' ', '\n'], "").as_bytes()).unwrap()
    }

    /// RFC 8448 section 3: the server's handshake traffic secret, and the keys made of it.
    #[test]
    fn keys_are_those_of_the_example_handshake() {
        let secret = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let secret = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &secret);
        let (mut key, mut iv) = ([0; 16], [0; 12]);
        expand_label(&secret, b"tls13 key", &mut key).unwrap();
        expand_label(&secret, b"tls13 iv", &mut iv).unwrap();
        assert_eq!(key[..], hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(iv[..], hex("5d313eb2671276ee13000b30"));
    }

    #[test]
    fn a_record_is_opened_with_its_own_number_only_and_a_few_may_be_missing() {
        let secret = [7; 32];
        let seal = |sequence: u64, content: &[u8]| {
            let protection = Protection::tls13(CipherSuite(0x1301), &secret).unwrap();
            let Iv::Whole(mut nonce, _) = protection.iv else {
                panic!()
            };
            for (to, from) in nonce.iter_mut().skip(4).zip(sequence.to_be_bytes()) {
                *to ^= from;
            }
            let mut body = content.to_vec();
            let len = (content.len() + 16) as u16;
            let aad = Aad::from([23, 3, 3, (len >> 8) as u8, len as u8]);
            let nonce = Nonce::assume_unique_for_key(nonce);
            protection.key.seal_in_place_append_tag(nonce, aad, &mut body).unwrap();
            body
        };
        let mut protection = Protection::tls13(CipherSuite(0x1301), &secret).unwrap();
        let alert = |sequence| seal(sequence, &[2, 48, 21, 0, 0]);
        assert_eq!(protection.open(23, &alert(0)), Some((21, vec![2, 48])));
        assert_eq!(protection.open(23, &alert(0)), None);
        assert_eq!(protection.open(23, &alert(4)), Some((21, vec![2, 48])));
        assert_eq!((protection.open(23, &alert(30)), protection.sequence), (None, 5));
        assert_eq!(protection.open(23, &[1, 2, 3]), None);
    }
}
