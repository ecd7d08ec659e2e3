//! The server's end of the protocol.

use consonance_link::gateway::streams::StreamProtocol;
use consonance_link::gateway::websocket::{
    PageOrigins, PathRefusal, Paths, PlainRefusal, ServerRules, ServerStream, close_code,
};

use super::MESSAGE_BYTES_MAX;

/// A server's settings: its path, its pages, and the size of messages.
#[derive(Clone, Debug)]
pub struct SimpleWebServerEnd {
    /// The only path that is served, such as `/`; `None` serves any.
    pub path: Option<String>,
    /// The pages that may connect.
    pub origins: PageOrigins,
    /// The largest message, in bytes.
    pub message_bytes_max: usize,
}

impl Default for SimpleWebServerEnd {
    /// Any path; pages of the server's own host; 16384 bytes.
    fn default() -> Self {
        Self { path: None, origins: PageOrigins::default(), message_bytes_max: MESSAGE_BYTES_MAX }
    }
}

impl StreamProtocol for SimpleWebServerEnd {
    type Stream = ServerStream<OnePath>;

    fn open(&mut self) -> Self::Stream {
        let paths = OnePath(self.path.clone());
        ServerStream::new(&RULES, paths, self.origins.clone(), self.message_bytes_max)
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

/// The only path that is served; `None` serves any.
#[derive(Debug)]
pub struct OnePath(Option<String>);

impl Paths for OnePath {
    fn greeting(&self, path: &str) -> Result<Vec<u8>, PathRefusal> {
        if self.0.as_ref().is_some_and(|served| served != path) {
            return Err(PathRefusal::Http("404 Not Found", "nothing is here".into()));
        }
        Ok(Vec::new())
    }
}

static RULES: ServerRules = ServerRules {
    network: "simple-web",
    subprotocol: None,
    welcome: None,
    echoes: |_| false,
    is_lenient: false,
    // Stock clients outside browsers do not support pings.
    pings: false,
    bad_origin: PlainRefusal::Http,
    refusal: PlainRefusal::Http,
    end_code: close_code::NORMAL,
    too_slow_code: None,
    names_violations: false,
};
