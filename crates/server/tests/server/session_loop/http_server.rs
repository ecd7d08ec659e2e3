//! The HTTP server of all tests, also over TLS.

use std::sync::Arc;

pub(crate) use consonance_testing::http_server::{HttpRequest, HttpServer, ok};

/// Starts a server that answers each request over TLS; returns it with the certificate to trust.
pub(crate) fn start_tls(answer: impl Fn(&HttpRequest) -> Vec<u8> + Send + 'static) -> (HttpServer, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let server = HttpServer::run("https", answer, move |stream, answer| {
        let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        answer(Box::new(rustls::StreamOwned::new(connection, stream)));
    });
    (server, made.cert.pem())
}
