//! The ciphers and signatures used by TLS.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring as provider};

/// The cryptography provider, chosen explicitly: the process may have another default, or none.
///
/// AES-128 comes first: it is the fastest on processors with AES instructions, and its handshake hash is SHA-256.
pub(crate) fn crypto_provider() -> Arc<CryptoProvider> {
    let mut provider = provider::default_provider();
    provider.cipher_suites = vec![
        provider::cipher_suite::TLS13_AES_128_GCM_SHA256,
        provider::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        provider::cipher_suite::TLS13_AES_256_GCM_SHA384,
    ];
    Arc::new(provider)
}

/// The provider for streams, which adds the suites of TLS 1.2 that keep recorded traffic secret if the key leaks later.
pub(crate) fn stream_crypto_provider() -> Arc<CryptoProvider> {
    let mut provider = provider::default_provider();
    provider.cipher_suites.clone_from(&crypto_provider().cipher_suites);
    provider.cipher_suites.extend([
        provider::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        provider::cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        provider::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        provider::cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        provider::cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        provider::cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ]);
    Arc::new(provider)
}
