//! TLS as both sides use it: version 1.3, our protocol's name, and always the same cryptography.

use std::sync::Arc;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::SupportedProtocolVersion;
use rustls::client::Resumption;

use crate::ALPN;
use crate::cryptography::crypto_provider;
use crate::shown_identity::ShownIdentity;
use crate::verifier::ServerVerifier;

const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// TLS of a server that shows whichever identity it has when somebody comes.
pub(crate) fn server_config(shown: ShownIdentity) -> QuicServerConfig {
    let mut config = rustls::ServerConfig::builder_with_provider(crypto_provider())
        .with_protocol_versions(VERSIONS)
        .expect("the provider has suites of TLS 1.3")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
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
