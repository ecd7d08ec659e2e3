//! The identity of a server: a certificate and its private key.

use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use ring::hmac;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use crate::Fingerprint;
use crate::cryptography::crypto_provider;

/// A certificate chain with its private key.
#[derive(Clone, Debug)]
pub struct Identity {
    pub(crate) certified_key: Arc<CertifiedKey>,
    /// The key for reset tokens, derived from the private key, so that it is the same whenever the private key is.
    pub(crate) reset_key: hmac::Key,
    fingerprint: Fingerprint,
}

/// The reason why a certificate and a key do not make an identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A name that cannot be in a certificate.
    #[error("cannot create a certificate for these names: {cause}")]
    Names {
        /// The error of the certificate library.
        cause: String,
    },
    /// The certificate file is not PEM, or contains no certificate.
    #[error(
        "the certificate is not readable ({cause}); it must be a PEM file with the server's certificate first"
    )]
    Certificate {
        /// The problem with it.
        cause: String,
    },
    /// The key file is not PEM, or contains no key.
    #[error(
        "the private key is not readable ({cause}); it must be a PEM file with an unencrypted private key"
    )]
    Key {
        /// The problem with it.
        cause: String,
    },
    /// Both are readable, but do not belong together, or are of a kind that is not supported.
    #[error("the certificate and the private key do not match: {cause}")]
    Pair {
        /// The error of the TLS library.
        cause: String,
    },
}

impl IdentityError {
    /// An error code for logs and bindings; unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Names { .. } => "names",
            Self::Certificate { .. } => "certificate",
            Self::Key { .. } => "key",
            Self::Pair { .. } => "pair",
        }
    }
}

impl Identity {
    /// Creates a new key and a self-signed certificate for it, for these host names and IP addresses.
    ///
    /// Every call creates another one; clients trust it by its [fingerprint](Self::fingerprint).
    ///
    /// # Errors
    /// [`IdentityError::Names`] if a name cannot be in a certificate.
    pub fn self_signed<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, IdentityError> {
        let (certificate, key) = make(names)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Self::from_der(vec![certificate.der().clone()], key.into())
    }

    /// Creates the certificate and key of such an identity as PEM, for storage and for [`from_pem`](Self::from_pem).
    ///
    /// # Errors
    /// The same as of [`self_signed`](Self::self_signed).
    pub fn self_signed_pem<N: Into<String>>(
        names: impl IntoIterator<Item = N>,
    ) -> Result<(String, String), IdentityError> {
        make(names).map(|(certificate, key)| (certificate.pem(), key.serialize_pem()))
    }

    /// Creates an identity from the contents of two PEM files: the certificate chain, the server's own first, and its
    /// key.
    ///
    /// # Errors
    /// If one of them is not readable, or they do not belong together.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| IdentityError::Certificate { cause: error.to_string() })?;
        if chain.is_empty() {
            return Err(IdentityError::Certificate { cause: "the file contains no certificate".to_owned() });
        }
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| IdentityError::Key { cause: error.to_string() })?;
        Self::from_der(chain, key)
    }

    /// The fingerprint with which clients compare the server's certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn from_der(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, IdentityError> {
        let fingerprint = Fingerprint::of_certificate(&chain[0]);
        let reset_key = reset_key(&key);
        let certified_key = CertifiedKey::from_der(chain, key, &crypto_provider())
            .map_err(|error| IdentityError::Pair { cause: error.to_string() })?;
        Ok(Self { certified_key: Arc::new(certified_key), reset_key, fingerprint })
    }
}

fn make<N: Into<String>>(
    names: impl IntoIterator<Item = N>,
) -> Result<(rcgen::Certificate, KeyPair), IdentityError> {
    let refused = |error: rcgen::Error| IdentityError::Names { cause: error.to_string() };
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    let mut params = CertificateParams::new(names).map_err(refused)?;
    params.distinguished_name.push(DnType::CommonName, "Consonance");
    let key = KeyPair::generate().map_err(refused)?;
    let certificate = params.self_signed(&key).map_err(refused)?;
    Ok((certificate, key))
}

/// Derives the key for reset tokens, which reveal nothing of the private key.
fn reset_key(key: &PrivateKeyDer<'_>) -> hmac::Key {
    let private = hmac::Key::new(hmac::HMAC_SHA256, key.secret_der());
    let derived = hmac::sign(&private, b"consonance stateless reset");
    hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem_pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_pem_pair_makes_an_identity_with_the_fingerprint_of_its_certificate() {
        let (certificate, key) = pem_pair();
        let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        assert_eq!(identity.fingerprint(), Fingerprint::of_certificate(&der));
    }

    #[test]
    fn each_self_signed_identity_is_another_one() {
        let names = ["localhost", "127.0.0.1", "::1"];
        let fingerprint = || Identity::self_signed(names).unwrap().fingerprint();
        assert_ne!(fingerprint(), fingerprint());
    }

    #[test]
    fn unreadable_or_foreign_files_are_told_apart() {
        let (certificate, key) = pem_pair();
        let (_, foreign_key) = pem_pair();
        let error = |certificate: &str, key: &str| {
            Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err()
        };
        assert!(matches!(error("", &key), IdentityError::Certificate { .. }));
        assert!(matches!(error(&key, &key), IdentityError::Certificate { .. }));
        assert!(matches!(error(&certificate, ""), IdentityError::Key { .. }));
        assert!(matches!(error(&certificate, &certificate), IdentityError::Key { .. }));
        assert!(matches!(error(&certificate, &foreign_key), IdentityError::Pair { .. }));
    }
}
