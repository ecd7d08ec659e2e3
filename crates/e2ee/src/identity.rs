//! A player's signature key, which proves to the others which player speaks.

use core::fmt;

use mls_rs::crypto::{SignaturePublicKey, SignatureSecretKey};
use mls_rs::error::IntoAnyError;
use mls_rs::{CipherSuiteProvider, CryptoProvider};

use crate::crypto;
use crate::{CIPHER_SUITE, E2eeError};

/// A key pair of Ed25519 (RFC 8032). A player keeps it from session to session, so that others know it again.
#[derive(Clone)]
pub struct IdentityKey {
    secret: SignatureSecretKey,
    public: PublicKey,
}

/// The public half of an [`IdentityKey`]: 32 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(SignaturePublicKey);

impl IdentityKey {
    /// A new key, from the operating system's random numbers.
    ///
    /// # Errors
    /// [`E2eeError::Refused`] where the system has none.
    pub fn generate() -> Result<Self, E2eeError> {
        let made = cipher_suite().signature_key_generate();
        let (secret, public) = made.map_err(E2eeError::failed("the making of a key"))?;
        Ok(Self { secret, public: PublicKey(public) })
    }

    /// The secret half, to be kept: 64 bytes, seed and public half as RFC 8032 orders them. Keep it as a password.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.secret.as_bytes().to_vec()
    }

    /// The key whose secret half was kept.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] if it is not such a key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, E2eeError> {
        let secret = SignatureSecretKey::new(bytes.to_vec());
        let public = cipher_suite().signature_key_derive_public(&secret);
        let public = public.map_err(|error| {
            let why = format!("{} bytes: {}", bytes.len(), error.into_any_error());
            E2eeError::Malformed { what: "identity key", why }
        })?;
        Ok(Self { secret, public: PublicKey(public) })
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn secret(&self) -> &SignatureSecretKey {
        &self.secret
    }

    /// Signs content under a label, so that a signature for one purpose is invalid for any other.
    pub(crate) fn sign(&self, label: &str, content: &[u8]) -> Result<Vec<u8>, E2eeError> {
        let signature = cipher_suite().sign(&self.secret, &labelled(label, content));
        signature.map_err(E2eeError::failed("the making of a signature"))
    }
}

impl PublicKey {
    pub(crate) fn new(key: SignaturePublicKey) -> Self {
        Self(key)
    }

    pub(crate) fn as_signature_key(&self) -> &SignaturePublicKey {
        &self.0
    }

    /// Bytes of a key of Ed25519.
    pub const BYTES: usize = 32;

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The key of these bytes. That they are a key shows when a signature is checked.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(SignaturePublicKey::new_slice(bytes))
    }

    /// Whether the owner of this key signed that under this label.
    pub(crate) fn has_signed(&self, label: &str, content: &[u8], signature: &[u8]) -> bool {
        cipher_suite().verify(&self.0, signature, &labelled(label, content)).is_ok()
    }
}

/// Does not show the secret.
impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The key as hexadecimal digits.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// The algorithms of the group.
pub(crate) fn cipher_suite() -> impl CipherSuiteProvider {
    crypto::provider()
        .cipher_suite_provider(CIPHER_SUITE)
        .expect("the provider has the one suite that it was made with")
}

fn labelled(label: &str, content: &[u8]) -> Vec<u8> {
    [b"Consonance 1.0 ", label.as_bytes(), b"\0", content].concat()
}
