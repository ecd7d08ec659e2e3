//! TLS of the server: any certificate of a client is taken, as long as the client has its key.

use std::sync::Arc;

use ring::digest;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ResolvesServerCert;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

/// TLS 1.2 and 1.3 that shows this certificate, and asks clients for theirs.
///
/// Mumble's clients make a certificate of their own, signed by no authority: it says only that a client is the one
/// that has shown it before.
///
/// # Panics
/// Never: the provider has suites of each version.
pub fn server_tls(shown: Arc<dyn ResolvesServerCert>) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider has suites of each version")
        .with_client_cert_verifier(Arc::new(AnyCertificate(provider)))
        .with_cert_resolver(shown);
    // No resumption: each connection must present its certificate, so that its hash is known.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    Arc::new(config)
}

/// The hashes that identify a client's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CertificateHash {
    /// The SHA-1, which Mumble calls the user's hash.
    pub sha1: [u8; 20],
    /// The SHA-256, which is used to compare certificates: SHA-1 collisions can be constructed.
    pub sha256: [u8; 32],
}

impl CertificateHash {
    /// The hashes of an encoded certificate (X.509, DER).
    pub fn of(certificate: &[u8]) -> Self {
        let mut hash = Self { sha1: [0; 20], sha256: [0; 32] };
        hash.sha1.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate).as_ref());
        hash.sha256.copy_from_slice(digest::digest(&digest::SHA256, certificate).as_ref());
        hash
    }

    /// The SHA-1 in hexadecimal digits, as Mumble's messages have it.
    pub fn user_hash(&self) -> String {
        hexadecimal(&self.sha1)
    }

    /// The account that the certificate stands for: `mumble:` and its SHA-256 in 64 hexadecimal digits, in lower case.
    pub fn account(&self) -> String {
        format!("mumble:{}", hexadecimal(&self.sha256))
    }

    /// A number for the certificate: the first 64 bits of its SHA-256.
    pub fn number(&self) -> u64 {
        self.sha256.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Requests a certificate, does not require one, and verifies nothing but the signature.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_known_by_its_hashes() {
        let hash = CertificateHash::of(b"abc");
        assert_eq!(hash.user_hash(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hash.number(), 0xBA78_16BF_8F01_CFEA);
        let account = "mumble:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.account(), account);
    }
}
