//! TLS of both sides: version 1.3, our protocol's name, and always the same cryptography. Also TLS for streams beside
//! QUIC, on which a server presents the same certificate and accepts version 1.2, too: the runtimes of Unity have no
//! other.

use std::sync::Arc;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::SupportedProtocolVersion;
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::version::{TLS12, TLS13};

use crate::cryptography::{crypto_provider, stream_crypto_provider};
use crate::shown_identity::ShownIdentity;
use crate::verifier::ServerVerifier;
use crate::{ALPN, Fingerprint};

const VERSIONS: &[&SupportedProtocolVersion] = &[&TLS13];
const STREAM_VERSIONS: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// TLS of a server that presents its current identity to each connection.
pub(crate) fn server_config(shown: ShownIdentity) -> QuicServerConfig {
    QuicServerConfig::try_from(server_tls(shown, ALPN, crypto_provider(), VERSIONS))
        .expect("the provider has the suite that QUIC starts with")
}

/// TLS of a server's TCP listener for HTTP/1.1, such as one for `WebSocket`s, that presents the current identity to
/// each client. It accepts TLS 1.2, too.
pub fn stream_server_tls(shown: ShownIdentity) -> Arc<rustls::ServerConfig> {
    Arc::new(server_tls(shown, HTTP, stream_crypto_provider(), STREAM_VERSIONS))
}

/// TLS of a client of such a listener. It trusts exactly the certificate with this fingerprint or, without one,
/// certificates that are valid for `host` by the usual authorities.
pub fn stream_client_tls(host: &str, fingerprint: Option<Fingerprint>) -> Arc<rustls::ClientConfig> {
    Arc::new(client_tls(Arc::new(ServerVerifier::new(host, fingerprint)), HTTP))
}

/// The ALPN name of HTTP/1.1 (RFC 7301, section 6).
const HTTP: &[u8] = b"http/1.1";

fn server_tls(
    shown: ShownIdentity,
    protocol: &[u8],
    provider: Arc<CryptoProvider>,
    versions: &[&'static SupportedProtocolVersion],
) -> rustls::ServerConfig {
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("the provider has suites of each version")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = vec![protocol.to_vec()];
    // Resumption saves nothing that matters here, and tickets cost bytes in every join.
    config.send_tls13_tickets = 0;
    config
}

/// TLS of a client that trusts the certificates that `verifier` trusts.
pub(crate) fn client_config(verifier: Arc<ServerVerifier>) -> QuicClientConfig {
    QuicClientConfig::try_from(client_tls(verifier, ALPN))
        .expect("the provider has the suite that QUIC starts with")
}

fn client_tls(verifier: Arc<ServerVerifier>, protocol: &[u8]) -> rustls::ClientConfig {
    let mut config = rustls::ClientConfig::builder_with_provider(crypto_provider())
        .with_protocol_versions(VERSIONS)
        .expect("the provider has suites of TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    config.resumption = Resumption::disabled();
    config
}
