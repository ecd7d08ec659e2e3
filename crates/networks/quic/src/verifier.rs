//! The check that a server is the one that its address names.

use std::sync::{Arc, Mutex, PoisonError};

use consonance_link::DisconnectReason;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::Fingerprint;
use crate::cryptography::crypto_provider;

/// Verifies the server's certificate and remembers why it was rejected: QUIC's own error keeps only a line of text.
#[derive(Debug)]
pub(crate) struct ServerVerifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
    refused: Mutex<Option<DisconnectReason>>,
}

#[derive(Debug)]
enum Trust {
    /// Exactly this certificate, whatever its content.
    Pinned(Fingerprint),
    /// Certificates that the authorities vouch for, for this host.
    Authorities { verifier: Arc<WebPkiServerVerifier>, host: String },
}

impl ServerVerifier {
    /// Trusts exactly this certificate or, without one, those that are valid for the host by the usual authorities.
    pub(crate) fn new(host: &str, fingerprint: Option<Fingerprint>) -> Self {
        let provider = crypto_provider();
        let trust = match fingerprint {
            Some(fingerprint) => Trust::Pinned(fingerprint),
            None => {
                Trust::Authorities { verifier: authorities(Arc::clone(&provider)), host: host.to_owned() }
            }
        };
        Self { trust, provider, refused: Mutex::new(None) }
    }

    /// The reason why the certificate was rejected, if it was.
    pub(crate) fn refusal(&self) -> Option<DisconnectReason> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn refuse(&self, expected: String, got: String) {
        let reason = DisconnectReason::CertificateNotTrusted { expected, got };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }
}

fn authorities(provider: Arc<CryptoProvider>) -> Arc<WebPkiServerVerifier> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .expect("the list of authorities is not empty")
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let got = Fingerprint::of_certificate(end_entity);
        match &self.trust {
            Trust::Pinned(expected) if got == *expected => Ok(ServerCertVerified::assertion()),
            Trust::Pinned(expected) => {
                self.refuse(format!("sha256={expected}"), format!("sha256={got}"));
                Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
            }
            Trust::Authorities { verifier, host } => verifier
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .inspect_err(|error| {
                    self.refuse(
                        format!("one for {host} that a known authority signed, or #sha256=… in the address"),
                        format!("sha256={got} ({error})"),
                    );
                }),
        }
    }

    /// Never called over QUIC, which uses only TLS 1.3.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    /// Verifies the proof that the server has the certificate's key; without it, a pinned certificate is worthless.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
