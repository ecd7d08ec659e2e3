//! The server's end of the protocol.

use crate::gateway::streams::StreamProtocol;
use crate::gateway::websocket::{PageOrigins, PathRefusal, Paths, PlainRefusal, ServerRules, ServerStream};
use crate::{EndCode, EndReason};

use super::session_path::session_of;
use super::{MESSAGE_BYTES_MAX, QUESTION, QUESTION_BYTES_MAX, SUBPROTOCOL, WELCOME, close_code};

/// A server's settings: the clients that may connect.
#[derive(Clone, Debug, Default)]
pub struct ServerEnd {
    /// The only session that clients may name; `None` lets them name any, for the driver to judge. They may always name
    /// none.
    pub session: Option<String>,
    /// The pages that may connect.
    pub origins: PageOrigins,
}

impl StreamProtocol for ServerEnd {
    type Stream = ServerStream<SessionPaths>;

    fn open(&mut self) -> Self::Stream {
        let paths = SessionPaths(self.session.clone());
        ServerStream::new(&RULES, paths, self.origins.clone(), MESSAGE_BYTES_MAX)
    }

    fn message_bytes_max(&self) -> usize {
        MESSAGE_BYTES_MAX
    }

    fn carries_empty_messages(&self) -> bool {
        false
    }

    fn carries_end_reasons(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        "websocket"
    }
}

/// Whether a client asks how long an answer takes, which is this message again: pages
/// cannot send the pings of RFC 6455.
pub fn is_question(message: &[u8]) -> bool {
    message.first() == Some(&QUESTION) && message.len() <= QUESTION_BYTES_MAX
}

/// Paths that name a session, which is the greeting: the only one that clients may name, or `None`.
#[derive(Debug)]
pub struct SessionPaths(Option<String>);

impl Paths for SessionPaths {
    fn greeting(&self, path: &str) -> Result<Vec<u8>, PathRefusal> {
        let named = session_of(path)
            .ok_or_else(|| PathRefusal::Http("404 Not Found", "invalid session name in the path".into()))?;
        match &self.0 {
            // A page can see the code and reason of a close frame, but nothing of an HTTP response.
            Some(served) if !named.is_empty() && named != *served => {
                let reason = EndReason::with_words(EndCode::SessionUnknown, served.as_str());
                Err(PathRefusal::Close(close_code::NO_SUCH_SESSION, reason.encode()))
            }
            _ => Ok(named.into_bytes()),
        }
    }
}

static RULES: ServerRules = ServerRules {
    network: "websocket",
    subprotocol: Some(SUBPROTOCOL),
    welcome: Some(WELCOME),
    echoes: is_question,
    is_lenient: false,
    pings: true,
    bad_origin: PlainRefusal::Http,
    refusal: PlainRefusal::Close(close_code::REFUSED),
    end_code: close_code::ENDED,
    too_slow_code: Some(close_code::TOO_SLOW),
    names_violations: true,
};
