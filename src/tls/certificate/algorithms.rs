//! Algorithm identifiers → names: what a key is, how long, and how a certificate was signed.
//!
//! RFC 3279, 4055, 5480, 5758, 8410 and 9881 assign the object identifiers. What has no name here is printed dotted.

use x509_parser::asn1_rs::{Any, FromDer as _, Oid, Sequence};
use x509_parser::public_key::RSAPublicKey;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// A public key in a few words.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) bits: u32,
}

/// Names of [`signature`] whose hash no longer protects: forged certificates have been shown for MD5 (2008), colliding
/// ones for SHA-1 (2017).
pub(super) const WEAK_SIGNATURES: [&str; 9] = [
    "md2WithRSAEncryption",
    "md4WithRSAEncryption",
    "md5WithRSAEncryption",
    "sha1WithRSAEncryption",
    "ecdsa-with-SHA1",
    "dsa-with-sha1",
    "RSASSA-PSS with SHA-1",
    "RSASSA-PSS with MD5",
    "sha1WithRSA",
];

/// Describes a public key.
pub(super) fn key(spki: &SubjectPublicKeyInfo<'_>) -> Key {
    let bits_of_key = || rsa_modulus_bits(&spki.subject_public_key.data);
    let oid = dotted(&spki.algorithm.algorithm);
    let fixed = |name: &str, bits| Key {
        name: name.into(),
        bits,
    };
    let (name, bits) = match oid.as_str() {
        "1.2.840.113549.1.1.1" => ("RSA", bits_of_key()),
        "1.2.840.113549.1.1.10" => ("RSA-PSS", bits_of_key()),
        "1.2.840.10045.2.1" => return ec_key(spki),
        "1.2.840.10040.4.1" => ("DSA", dsa_modulus_bits(spki)),
        "1.3.101.110" => return fixed("X25519", 256),
        "1.3.101.111" => return fixed("X448", 448),
        "1.3.101.112" => return fixed("Ed25519", 256),
        "1.3.101.113" => return fixed("Ed448", 456),
        "2.16.840.1.101.3.4.3.17" => return fixed("ML-DSA-44", 0),
        "2.16.840.1.101.3.4.3.18" => return fixed("ML-DSA-65", 0),
        "2.16.840.1.101.3.4.3.19" => return fixed("ML-DSA-87", 0),
        _ => return fixed(&oid, 0),
    };
    match bits {
        Some(bits) => Key {
            name: format!("{name} {bits}"),
            bits,
        },
        None => Key {
            name: format!("{name} (key unreadable)"),
            bits: 0,
        },
    }
}

fn ec_key(spki: &SubjectPublicKeyInfo<'_>) -> Key {
    let Some(curve) = curve(spki) else {
        return Key {
            name: "EC (curve given by its parameters)".into(),
            bits: 0,
        };
    };
    let (name, bits) = match curve.as_str() {
        "1.2.840.10045.3.1.1" => ("P-192", 192),
        "1.3.132.0.33" => ("P-224", 224),
        "1.2.840.10045.3.1.7" => ("P-256", 256),
        "1.3.132.0.34" => ("P-384", 384),
        "1.3.132.0.35" => ("P-521", 521),
        "1.3.132.0.10" => ("secp256k1", 256),
        "1.3.36.3.3.2.8.1.1.7" => ("brainpoolP256r1", 256),
        "1.3.36.3.3.2.8.1.1.11" => ("brainpoolP384r1", 384),
        "1.3.36.3.3.2.8.1.1.13" => ("brainpoolP512r1", 512),
        other => (other, 0),
    };
    Key {
        name: format!("EC {name}"),
        bits,
    }
}

/// The dotted identifier of the named curve of an EC key.
pub(super) fn curve(spki: &SubjectPublicKeyInfo<'_>) -> Option<String> {
    let oid = spki.algorithm.parameters.as_ref()?.as_oid().ok()?;
    Some(dotted(&oid))
}

/// Bits of the modulus of an RSA key, without leading zeros.
pub(super) fn rsa_modulus_bits(key: &[u8]) -> Option<u32> {
    let (_, key) = RSAPublicKey::from_der(key).ok()?;
    significant_bits(key.modulus)
}

/// Bits of the prime p, the first of the three domain parameters of DSA (RFC 3279 section 2.3.2).
fn dsa_modulus_bits(spki: &SubjectPublicKeyInfo<'_>) -> Option<u32> {
    let parameters = spki.algorithm.parameters.as_ref()?;
    let sequence = Sequence::try_from(parameters.clone()).ok()?;
    let (_, prime) = Any::from_der(&sequence.content).ok()?;
    significant_bits(prime.data)
}

fn significant_bits(big_endian: &[u8]) -> Option<u32> {
    let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
    let first = big_endian.get(zeros)?;
    let bytes = big_endian.len().saturating_sub(zeros);
    u32::try_from(bytes)
        .ok()?
        .checked_mul(8)?
        .checked_sub(first.leading_zeros())
}

/// Names a signature algorithm.
pub(super) fn signature(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = dotted(&algorithm.algorithm);
    let name = match oid.as_str() {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.3" => "md4WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.3.14.3.2.29" => "sha1WithRSA",
        "1.2.840.113549.1.1.10" => {
            return match pss(algorithm) {
                Some(pss) => format!("RSASSA-PSS with {}", pss.hash),
                None => "RSASSA-PSS (parameters unreadable)".into(),
            };
        }
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.113549.1.1.14" => "sha224WithRSAEncryption",
        "1.2.840.10040.4.3" => "dsa-with-sha1",
        "2.16.840.1.101.3.4.3.1" => "dsa-with-sha224",
        "2.16.840.1.101.3.4.3.2" => "dsa-with-sha256",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        _ => return oid,
    };
    name.into()
}

/// The parameters of an RSASSA-PSS signature (RFC 4055 section 3.1).
pub(super) struct Pss {
    pub(super) hash: String,
    /// True if mask, salt and trailer are the usual ones for that hash.
    pub(super) is_ordinary: bool,
}

pub(super) fn pss(algorithm: &AlgorithmIdentifier<'_>) -> Option<Pss> {
    let parameters = RsaSsaPssParams::try_from(algorithm.parameters.as_ref()?).ok()?;
    let hash = hash(parameters.hash_algorithm_oid());
    let mask = parameters.mask_gen_algorithm().ok()?;
    let digest_len = match hash.as_str() {
        "SHA-1" => 20,
        "SHA-256" => 32,
        "SHA-384" => 48,
        "SHA-512" => 64,
        _ => 0,
    };
    let is_ordinary = mask.hash == *parameters.hash_algorithm_oid()
        && parameters.salt_length() == digest_len
        && parameters.trailer_field() == 1;
    Some(Pss { hash, is_ordinary })
}

fn hash(oid: &Oid<'_>) -> String {
    let oid = dotted(oid);
    match oid.as_str() {
        "1.2.840.113549.2.5" => "MD5".into(),
        "1.3.14.3.2.26" => "SHA-1".into(),
        "2.16.840.1.101.3.4.2.1" => "SHA-256".into(),
        "2.16.840.1.101.3.4.2.2" => "SHA-384".into(),
        "2.16.840.1.101.3.4.2.3" => "SHA-512".into(),
        "2.16.840.1.101.3.4.2.4" => "SHA-224".into(),
        _ => oid,
    }
}

/// An object identifier as dotted numbers.
pub(super) fn dotted(oid: &Oid<'_>) -> String {
    /// Real ones have under 20 bytes; turning a huge one into decimals takes quadratic time.
    const LONGEST: usize = 64;
    let len = oid.as_bytes().len();
    if len > LONGEST {
        return format!("object identifier of {len} bytes");
    }
    // Arcs that fit 64 bits, as all real ones do, need no big integers.
    let Some(arcs) = oid.iter() else {
        return oid.to_id_string();
    };
    let mut text = String::with_capacity(24);
    for arc in arcs {
        if !text.is_empty() {
            text.push('.');
        }
        push_decimal(&mut text, arc);
    }
    text
}

/// Every name in a certificate holds half a dozen of these, and the formatter takes ten times as long.
fn push_decimal(text: &mut String, number: u64) {
    if number > 9 {
        push_decimal(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}
