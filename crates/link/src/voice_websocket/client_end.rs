//! The client's end of the protocol.

use crate::gateway::streams::StreamProtocol;
use crate::gateway::websocket::{ClientRules, ClientStream};

use super::session_path::path_of;
use super::{MESSAGE_BYTES_MAX, SUBPROTOCOL, WELCOME, WebSocketAddress};

/// The request of a client to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientEnd {
    host: String,
    path: String,
}

impl ClientEnd {
    /// A client of this session.
    pub fn new(address: &WebSocketAddress) -> Self {
        Self { host: address.host().to_owned(), path: path_of(address.session()) }
    }

    /// A client of whatever is at this path of a host, with its port, such as a server whose page is on the same port.
    pub fn at(host: impl Into<String>, path: impl Into<String>) -> Self {
        Self { host: host.into(), path: path.into() }
    }
}

impl StreamProtocol for ClientEnd {
    type Stream = ClientStream;

    fn open(&mut self) -> ClientStream {
        ClientStream::new(&RULES, &*self.host, &*self.path, MESSAGE_BYTES_MAX)
    }

    fn message_bytes_max(&self) -> usize {
        MESSAGE_BYTES_MAX
    }

    fn carries_empty_messages(&self) -> bool {
        false
    }

    fn network(&self) -> &'static str {
        "websocket"
    }
}

static RULES: ClientRules =
    ClientRules { subprotocol: Some(SUBPROTOCOL), welcome: Some(WELCOME), is_lenient: false, pings: true };
