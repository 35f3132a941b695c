//! bytes, key → signature, and back: whether a file is the one that the owner of a key signed.
//!
//! Ed25519 (RFC 8032) over the bytes of the file as they are, so that other programs can verify it, too. The signature
//! is a separate file beside it, so it is always clear which bytes it covers.

use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};

/// The beginning of every Ed25519 public key in DER (RFC 8410 section 4).
const PUBLIC_KEY: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A key that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text holds no private key.
    #[error(
        "holds no private key of Ed25519 in PEM (PKCS#8); one is made by: openssl genpkey -algorithm ed25519 -out key.pem"
    )]
    Private,
    /// No public key.
    #[error("holds no public key of Ed25519 in PEM; that of key.pem is given by: openssl pkey -in key.pem -pubout")]
    Public,
}

/// Signs.
#[derive(Debug)]
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// With the private key of a PEM text (PKCS#8, RFC 8410).
    ///
    /// # Errors
    /// If it holds none.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|_| KeyError::Private)?;
        // OpenSSL writes the first version of the format, which has no public key to compare with.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_pkcs8_der()).map_err(|_| KeyError::Private)?;
        Ok(Self(pair))
    }

    /// The signature: 64 bytes.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }
}

/// Verifies signatures.
#[derive(Debug)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The public key of a PEM text (RFC 8410).
    ///
    /// # Errors
    /// If it holds none.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| KeyError::Public)?;
        let key = der.strip_prefix(&PUBLIC_KEY).and_then(|key| key.try_into().ok());
        key.map(Self).ok_or(KeyError::Public)
    }

    /// True if the owner of the key signed these bytes.
    #[must_use]
    pub fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(bytes, signature)
            .is_ok()
    }
}
