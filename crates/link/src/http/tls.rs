//! TLS: a certificate from PEM files, which can be replaced while the listener runs.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The certificate for new connections; clones share it.
#[derive(Clone)]
pub struct Tls(Arc<RwLock<TlsAcceptor>>);

/// An error in a certificate or its key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate chain is invalid.
    #[error("cannot read the certificate: {cause}; expected PEM, the server's own certificate first")]
    Certificate {
        /// The cause.
        cause: String,
    },
    /// The private key is invalid.
    #[error("cannot read the key: {cause}; expected PEM without a password")]
    Key {
        /// The cause.
        cause: String,
    },
    /// The certificate and the key do not belong together.
    #[error("certificate and key do not match: {cause}")]
    Pair {
        /// The cause.
        cause: String,
    },
}

impl TlsError {
    /// A stable word for programs: `certificate`, `key` or `pair`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Certificate { .. } => "certificate",
            Self::Key { .. } => "key",
            Self::Pair { .. } => "pair",
        }
    }
}

impl Tls {
    /// Reads the contents of two PEM files: the certificate chain, the server's own first, and its key.
    ///
    /// # Errors
    /// If one of them cannot be parsed, or they do not belong together.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        acceptor(certificate, key).map(|acceptor| Self(Arc::new(RwLock::new(acceptor))))
    }

    /// Replaces the certificate for new connections. Established connections go on.
    ///
    /// # Errors
    /// The same as those of [`from_pem`](Self::from_pem); the previous certificate stays.
    pub fn replace(&self, certificate: &[u8], key: &[u8]) -> Result<(), TlsError> {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = acceptor(certificate, key)?;
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn acceptor(certificate: &[u8], key: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Certificate { cause: error.to_string() })?;
    if chain.is_empty() {
        return Err(TlsError::Certificate { cause: "the file contains none".to_owned() });
    }
    let key =
        PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Key { cause: error.to_string() })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| TlsError::Pair { cause: error.to_string() })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    fn pem_pair() -> (String, String) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    #[test]
    fn a_wrong_file_is_named_and_the_former_certificate_stays() {
        let (certificate, key) = pem_pair();
        let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let foreign = pem_pair();
        for (certificate, key, expected) in [
            ("", &*key, "cannot read the certificate"),
            (&*key, &*key, "cannot read the certificate"),
            (&*certificate, "", "cannot read the key"),
            (&*certificate, &*foreign.1, "certificate and key do not match"),
        ] {
            let error = tls.replace(certificate.as_bytes(), key.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        assert_eq!(tls.replace(foreign.0.as_bytes(), foreign.1.as_bytes()), Ok(()));
    }
}
