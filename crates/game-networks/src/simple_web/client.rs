//! The client's end of the protocol.

use consonance_link::gateway::streams::StreamProtocol;
use consonance_link::gateway::websocket::{ClientRules, ClientStream};

use super::MESSAGE_BYTES_MAX;

/// The request of a client to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleWebClientEnd {
    /// The server's name in the request, such as `game.example:27777`.
    pub host: String,
    /// The path, such as `/`.
    pub path: String,
    /// The largest message, in bytes.
    pub message_bytes_max: usize,
}

impl SimpleWebClientEnd {
    /// A client of the server with this name, at `/`, with messages of up to 16384 bytes.
    pub fn new(host: impl Into<String>) -> Self {
        Self { host: host.into(), path: "/".to_owned(), message_bytes_max: MESSAGE_BYTES_MAX }
    }
}

impl StreamProtocol for SimpleWebClientEnd {
    type Stream = ClientStream;

    fn open(&mut self) -> ClientStream {
        ClientStream::new(&RULES, &*self.host, &*self.path, self.message_bytes_max)
    }

    fn message_bytes_max(&self) -> usize {
        self.message_bytes_max
    }

    fn carries_empty_messages(&self) -> bool {
        false
    }

    fn network(&self) -> &'static str {
        "simpleweb"
    }
}

/// Stock servers answer no pings.
static RULES: ClientRules = ClientRules { subprotocol: None, welcome: None, is_lenient: false, pings: false };
