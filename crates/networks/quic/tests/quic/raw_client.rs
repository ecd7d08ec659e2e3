//! A QUIC client that is not ours, and can do things that ours never does.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use consonance_quic::{ALPN, UdpOffload, wrap_udp_socket};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{
    ClientConfig, Connection, ConnectionError, Endpoint, EndpointConfig, RecvStream, SendStream,
    TokioRuntime, TransportConfig,
};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use tokio::runtime::{Builder, Runtime};

use crate::support::{PATIENCE, TestServer, localhost};

/// A QUIC client that speaks our TLS and is otherwise controlled by the test.
pub(crate) struct RawClient {
    pub(crate) runtime: Runtime,
    pub(crate) connection: Connection,
    endpoint: Endpoint,
}

impl RawClient {
    pub(crate) fn connect(server: &TestServer) -> Self {
        Self::connect_with(server, ALPN, TransportConfig::default()).unwrap()
    }

    pub(crate) fn connect_with(
        server: &TestServer,
        alpn: &[u8],
        transport: TransportConfig,
    ) -> Result<Self, ConnectionError> {
        Self::connect_from(localhost(), server, alpn, transport)
    }

    pub(crate) fn connect_from(
        local: SocketAddr,
        server: &TestServer,
        alpn: &[u8],
        transport: TransportConfig,
    ) -> Result<Self, ConnectionError> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let address = server.transport.local_addr();
        let mut trusting = ClientConfig::new(trusting_any_server(alpn));
        trusting.transport_config(Arc::new(transport));
        let (endpoint, connection) = runtime.block_on(async {
            let socket =
                wrap_udp_socket(UdpSocket::bind(local).unwrap(), UdpOffload::WhereAvailable).unwrap();
            let config = EndpointConfig::default();
            let endpoint =
                Endpoint::new_with_abstract_socket(config, None, socket, Arc::new(TokioRuntime)).unwrap();
            let connecting = endpoint.connect_with(trusting, address, "localhost").unwrap();
            (endpoint, connecting.await)
        });
        Ok(Self { runtime, connection: connection?, endpoint })
    }

    /// Opens the control stream with these bytes and leaves it open.
    pub(crate) fn open_with(&self, bytes: &[u8]) -> (SendStream, RecvStream) {
        self.runtime.block_on(async {
            let (mut send, receive) = self.connection.open_bi().await.unwrap();
            send.write_all(bytes).await.unwrap();
            (send, receive)
        })
    }

    /// Opens the control stream as a proper client does.
    pub(crate) fn enter(&self) -> (SendStream, RecvStream) {
        self.open_with(b"\0\0\0\x07\x01\0\x04main")
    }

    /// Leaves without a hello.
    pub(crate) fn leave(self) {
        self.connection.close(0_u32.into(), b"");
        self.runtime.block_on(self.endpoint.wait_idle());
    }

    /// Waits until the server closes the connection, and returns how it did.
    pub(crate) fn closed(&self) -> ConnectionError {
        self.runtime.block_on(async {
            tokio::time::timeout(PATIENCE, self.connection.closed()).await.expect("the server closes it")
        })
    }
}

fn trusting_any_server(alpn: &[u8]) -> Arc<QuicClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trusting(provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    Arc::new(config.try_into().unwrap())
}

#[derive(Debug)]
struct Trusting(Arc<CryptoProvider>);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
