//! The `WebSocket`s of the signalling, with or without TLS.

use std::sync::Arc;

use consonance_link::gateway::streams::TlsStream;
use consonance_link::gateway::websocket::{
    ClientRules, ClientStream, PageOrigins, PathRefusal, Paths, PlainRefusal, ServerRules, ServerStream,
    close_code,
};
use rustls::{ClientConfig, ServerConfig};

use crate::webrtc_network::signalling::SignallingUrl;

/// A connection to a client of the signalling server, whose greeting is the path that it asks for.
pub(crate) type ServerSocket = TlsStream<ServerStream<AnyPath>>;

/// A connection to a signalling server.
pub(crate) type ClientSocket = TlsStream<ClientStream>;

/// A server's end, for messages of at most this many bytes.
pub(crate) fn server_socket(
    origins: PageOrigins,
    tls: Option<&Arc<ServerConfig>>,
    message_bytes_max: usize,
) -> ServerSocket {
    let stream = ServerStream::new(&SERVER_RULES, AnyPath, origins, message_bytes_max);
    match tls {
        Some(config) => TlsStream::server(stream, Arc::clone(config), message_bytes_max),
        None => TlsStream::plain(stream),
    }
}

/// A client's end.
pub(crate) fn client_socket(
    url: &SignallingUrl,
    tls: &Arc<ClientConfig>,
    message_bytes_max: usize,
) -> Result<ClientSocket, String> {
    let stream = ClientStream::new(&CLIENT_RULES, url.authority(), url.path(), message_bytes_max);
    if !url.is_secure() {
        return Ok(TlsStream::plain(stream));
    }
    let name = url.host().to_owned().try_into();
    let name = name.map_err(|_| "its name cannot be in a certificate".to_owned())?;
    Ok(TlsStream::client(stream, name, Arc::clone(tls), message_bytes_max))
}

/// The signalling server itself says which paths it serves.
#[derive(Debug)]
pub(crate) struct AnyPath;

impl Paths for AnyPath {
    fn greeting(&self, path: &str) -> Result<Vec<u8>, PathRefusal> {
        Ok(path.as_bytes().to_vec())
    }
}

/// A refusal follows the upgrade, as on the stock server, since pages are told close codes only.
static SERVER_RULES: ServerRules = ServerRules {
    network: "webrtc-network",
    subprotocol: None,
    welcome: None,
    echoes: |_| false,
    is_lenient: true,
    pings: true,
    bad_origin: PlainRefusal::Close(close_code::POLICY),
    refusal: PlainRefusal::Close(close_code::POLICY),
    end_code: close_code::NORMAL,
    too_slow_code: None,
    names_violations: false,
};

static CLIENT_RULES: ClientRules =
    ClientRules { subprotocol: None, welcome: None, is_lenient: true, pings: false };
