//! TLS around the network, with the certificate that a server also uses for QUIC.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use consonance_link::gateway::streams::{
    Found, MessageStream as _, StreamClientSettings, StreamProtocol as _, StreamViolation,
};
use consonance_link::voice_websocket::{
    ClientEnd, ClientStream, ServerEnd, ServerStream, TlsEnd, TlsStream, WebSocketAddress,
    WebSocketTlsClient, WebSocketTlsServer, default_settings, tls_client, tls_server,
};
use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason, ServerNetwork as _};
use consonance_quic::{Fingerprint, Identity, ShownIdentity, stream_client_tls, stream_server_tls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::websocket::listener::wait;

/// A server's certificate, and ends that present and expect it.
pub(crate) struct Certificate {
    server: Arc<rustls::ServerConfig>,
    fingerprint: Fingerprint,
}

impl Certificate {
    pub(crate) fn new() -> Self {
        let identity = Identity::self_signed(["localhost"]).unwrap();
        let fingerprint = identity.fingerprint();
        Self { server: stream_server_tls(ShownIdentity::new(identity)), fingerprint }
    }

    pub(crate) fn listen(&self) -> (WebSocketTlsServer, SocketAddr) {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let tls = Arc::clone(&self.server);
        let server = tls_server(address, "main", ServerEnd::default(), tls, default_settings()).unwrap();
        let at = server.network().local_addr().unwrap();
        (server, at)
    }

    pub(crate) fn client(&self, server: SocketAddr, session: &str) -> WebSocketTlsClient {
        client_that_trusts(self.fingerprint, server, session)
    }

    /// Both ends of one connection, without sockets.
    fn ends(&self) -> (TlsStream<ServerStream>, TlsStream<ClientStream>) {
        let address: WebSocketAddress = "wss://127.0.0.1/main".parse().unwrap();
        let tls = stream_client_tls("127.0.0.1", Some(self.fingerprint));
        let mut client = TlsEnd::client(ClientEnd::new(&address), address.host_name(), tls).unwrap();
        let mut server = TlsEnd::server(ServerEnd::default(), Arc::clone(&self.server));
        (server.open(), client.open())
    }
}

fn client_that_trusts(fingerprint: Fingerprint, server: SocketAddr, session: &str) -> WebSocketTlsClient {
    let address: WebSocketAddress = format!("wss://{server}/{session}").parse().unwrap();
    let tls = stream_client_tls(address.host_name(), Some(fingerprint));
    let settings = StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(server) };
    tls_client(ClientEnd::new(&address), address.host_name(), tls, settings).unwrap()
}

/// Polls both until the client's attempt has ended.
fn outcome(server: &mut WebSocketTlsServer, client: &mut dyn ClientNetwork) -> Result<(), DisconnectReason> {
    client.connect(Instant::now());
    wait(|| {
        let now = Instant::now();
        while server.poll_event(now, &mut Vec::new()).is_some() {}
        match client.poll_event(now, &mut Vec::new())? {
            ClientLinkEvent::Connected => Some(Ok(())),
            ClientLinkEvent::Disconnected { reason } => Some(Err(reason)),
            _ => None,
        }
    })
}

#[test]
fn a_client_does_not_talk_to_a_server_with_another_certificate() {
    let certificate = Certificate::new();
    let (mut server, at) = certificate.listen();
    assert_eq!(outcome(&mut server, &mut certificate.client(at, "main")), Ok(()));
    let mut wary = client_that_trusts(Certificate::new().fingerprint, at, "main");
    let Err(DisconnectReason::ProtocolViolated { violation }) = outcome(&mut server, &mut wary) else {
        panic!("it trusts another certificate")
    };
    assert!(violation.starts_with("the certificate is not the one"), "{violation}");
    let failed = || server.statistics().connections.failed_handshakes;
    assert_eq!(failed(), 0);
    wait(|| {
        while server.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
        (server.statistics().connections.failed_handshakes == 1).then_some(())
    });
}

/// Unity's runtimes support no newer version.
#[test]
fn a_client_that_knows_only_tls_1_2_is_admitted() {
    let (certificate, key) = Identity::self_signed_pem(["localhost"]).unwrap();
    let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    let tls = stream_server_tls(ShownIdentity::new(identity));
    let local = (Ipv4Addr::LOCALHOST, 0).into();
    let mut server = tls_server(local, "main", ServerEnd::default(), tls, default_settings()).unwrap();
    let at = server.network().local_addr().unwrap();
    let address: WebSocketAddress = format!("wss://localhost:{}/main", at.port()).parse().unwrap();
    let settings = StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(at) };
    let tls = tls_1_2_client(certificate.as_bytes());
    let mut client = tls_client(ClientEnd::new(&address), address.host_name(), tls, settings).unwrap();
    assert_eq!(outcome(&mut server, &mut client), Ok(()));
}

/// Trusts this certificate alone.
fn tls_1_2_client(certificate: &[u8]) -> Arc<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap();
    Arc::new(versions.with_root_certificates(roots).with_no_client_auth())
}

#[test]
fn plain_requests_get_nothing_from_a_listener_with_tls() {
    let (mut server, at) = Certificate::new().listen();
    let asking = thread::spawn(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.write_all(b"GET /main HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        // How the connection ends does not matter, only the bytes received before.
        let _ = stream.read_to_end(&mut answer);
        answer
    });
    wait(|| {
        while server.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
        asking.is_finished().then_some(())
    });
    let answer = asking.join().unwrap();
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(server.statistics().connections.failed_handshakes, 1);
}

#[test]
fn it_does_not_matter_how_records_are_cut() {
    for piece_bytes in [1, 7, 1000, usize::MAX] {
        let certificate = Certificate::new();
        let (mut server, mut client) = certificate.ends();
        let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
        client.begin(&mut to_server);
        while pass(&mut to_server, piece_bytes, &mut server, &mut to_client).unwrap()
            != Some(Vec::from("main"))
        {
            assert_eq!(pass(&mut to_client, piece_bytes, &mut client, &mut to_server), Ok(None));
        }
        server.accept(&mut to_client);
        assert_eq!(pass(&mut to_client, piece_bytes, &mut client, &mut to_server), Ok(Some(Vec::new())));
        // Several messages in one read, among them one of maximum length.
        let longest = vec![7; consonance_link::voice_websocket::MESSAGE_BYTES_MAX];
        let messages = [&b"\0one"[..], b"\x01two", &longest];
        for message in messages {
            client.write(message, &mut to_server);
        }
        for message in messages {
            assert_eq!(
                pass(&mut to_server, piece_bytes, &mut server, &mut to_client),
                Ok(Some(message.to_vec()))
            );
        }
        assert!(to_server.is_empty(), "everything was read");
        // A record that was modified in transit.
        client.write(b"\0three", &mut to_server);
        *to_server.last_mut().unwrap() ^= 1;
        assert!(pass(&mut to_server, piece_bytes, &mut server, &mut to_client).is_err());
    }
}

/// Feeds the waiting bytes to one end in pieces, and returns the first greeting or message that it finds.
fn pass(
    waiting: &mut Vec<u8>,
    piece_bytes: usize,
    end: &mut impl consonance_link::gateway::streams::MessageStream,
    out: &mut Vec<u8>,
) -> Result<Option<Vec<u8>>, StreamViolation> {
    loop {
        let mut message = Vec::new();
        let piece = waiting.len().min(piece_bytes);
        let (taken, found) = end.read(&waiting[..piece], &mut message, out)?;
        waiting.drain(..taken);
        match found {
            Found::Nothing if taken == 0 => return Ok(None),
            Found::Nothing => {}
            Found::Greeting | Found::Message => return Ok(Some(message)),
            Found::Refusal | Found::End => panic!("{found:?}: {message:?}"),
        }
    }
}
