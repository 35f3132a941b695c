//! Server Key Exchange → KeyExchange: the group or the prime that the server chose, and how it signed them.
//!
//! Up to TLS 1.2 an ephemeral key exchange has a message of its own, in clear (RFC 5246 section 7.4.3, RFC 8422 section
//! 5.4). Clients refuse short primes and signature algorithms that they did not offer.

use super::{Group, SignatureScheme};

/// The parameters in a Server Key Exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyExchange {
    /// The group of an elliptic-curve exchange.
    pub group: Option<Group>,
    /// Length of the prime of a finite-field exchange, in bits.
    pub prime_bits: Option<u32>,
    /// The algorithm of the signature, as TLS 1.2 writes it; earlier versions have none.
    pub scheme: Option<SignatureScheme>,
}

/// Reads the body of a Server Key Exchange; what it does not say stays `None`.
#[must_use]
pub fn parse(body: &[u8]) -> KeyExchange {
    if let &[3, high, low, len, ref rest @ ..] = body
        && len > 0
    {
        return KeyExchange {
            group: Some(Group(u16::from_be_bytes([high, low]))),
            prime_bits: None,
            scheme: rest.get(usize::from(len)..).and_then(scheme),
        };
    }
    finite_field(body).unwrap_or_default()
}

/// Prime, generator and public value, each after its length.
fn finite_field(body: &[u8]) -> Option<KeyExchange> {
    let (prime, rest) = vector(body)?;
    let (generator, rest) = vector(rest)?;
    let (public, rest) = vector(rest)?;
    let plausible = prime.len() >= 32 && (1..=prime.len()).contains(&generator.len()) && public.len() <= prime.len();
    let significant = prime.iter().position(|&byte| byte != 0)?;
    let first = prime.get(significant)?;
    let bytes = prime.len().checked_sub(significant)?;
    let bits = u32::try_from(bytes)
        .ok()?
        .checked_mul(8)?
        .checked_sub(first.leading_zeros())?;
    plausible.then(|| KeyExchange {
        group: None,
        prime_bits: Some(bits),
        scheme: scheme(rest),
    })
}

/// The bytes after a two-byte length, and the rest.
fn vector(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

/// The algorithm before a signature, if the signature after it has exactly its stated length.
fn scheme(bytes: &[u8]) -> Option<SignatureScheme> {
    let (scheme, signature) = bytes.split_first_chunk::<2>()?;
    let (_, rest) = vector(signature)?;
    rest.is_empty().then(|| SignatureScheme(u16::from_be_bytes(*scheme)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_len(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    #[test]
    fn a_prime_is_as_long_as_its_significant_bits() {
        let signature = [&[4, 1][..], &with_len(&[9; 256])].concat();
        let body = |prime: &[u8]| [with_len(prime), with_len(&[2]), with_len(&[5; 64]), signature.clone()].concat();
        let bits = |prime: &[u8]| parse(&body(prime)).prime_bits;
        assert_eq!(bits(&[0xff; 128]), Some(1024));
        assert_eq!(bits(&[&[0, 0x7f][..], &[1; 127]].concat()), Some(1023));
        assert_eq!(parse(&body(&[0xff; 128])).scheme, Some(SignatureScheme(0x0401)));
        // A prime whose length begins with the byte that elsewhere means a named curve.
        assert!(parse(&body(&[0xff; 0x0300])).prime_bits.is_none());
        assert_eq!(parse(&[]), KeyExchange::default());
        assert_eq!(parse(&[0, 4, 1]), KeyExchange::default());
    }

    #[test]
    fn a_curve_is_named_and_its_signature_algorithm_too() {
        let body = [&[3, 0, 29, 32][..], &[7; 32], &[4, 3], &with_len(&[1; 70])].concat();
        let read = parse(&body);
        assert_eq!(
            (read.group, read.scheme),
            (Some(Group(29)), Some(SignatureScheme(0x0403)))
        );
        let old = [&[3, 0, 23, 65][..], &[7; 65], &with_len(&[1; 70])].concat();
        assert_eq!(parse(&old).scheme, None);
    }
}
