//! TLS as both sides use it: version 1.3, our protocol's name, and always the same cryptography.

use std::sync::Arc;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::SupportedProtocolVersion;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring as provider};
use rustls::sign::SingleCertAndKey;

use crate::verifier::ServerVerifier;
use crate::{ALPN, Identity};

const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// The cryptography, named explicitly: the process may have another default, or none.
///
/// AES-128 goes first: it is the fastest wherever the processor knows AES, and its handshake hash is SHA-256.
pub(crate) fn crypto_provider() -> Arc<CryptoProvider> {
    let mut provider = provider::default_provider();
    provider.cipher_suites = vec![
        provider::cipher_suite::TLS13_AES_128_GCM_SHA256,
        provider::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        provider::cipher_suite::TLS13_AES_256_GCM_SHA384,
    ];
    Arc::new(provider)
}

/// TLS of a server that shows `identity`.
pub(crate) fn server_config(identity: &Identity) -> QuicServerConfig {
    let resolver = SingleCertAndKey::from(Arc::clone(&identity.certified_key));
    let mut config = rustls::ServerConfig::builder_with_provider(crypto_provider())
        .with_protocol_versions(VERSIONS)
        .expect("the provider has suites of TLS 1.3")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![ALPN.to_vec()];
    // Resumption saves nothing that counts here, and tickets cost bytes in every join.
    config.send_tls13_tickets = 0;
    QuicServerConfig::try_from(config).expect("the provider has the suite that QUIC starts with")
}

/// TLS of a client that trusts what `verifier` trusts.
pub(crate) fn client_config(verifier: Arc<ServerVerifier>) -> QuicClientConfig {
    let mut config = rustls::ClientConfig::builder_with_provider(crypto_provider())
        .with_protocol_versions(VERSIONS)
        .expect("the provider has suites of TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    QuicClientConfig::try_from(config).expect("the provider has the suite that QUIC starts with")
}
