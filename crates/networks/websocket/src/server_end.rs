//! The server's end of the protocol.

use consonance_gateway::streams::{Found, MessageStream, StreamProtocol, StreamViolation};
use consonance_gateway::websocket::{
    ForeignPage, FrameReader, Head, Opcode, PageOrigins, Request, write_acceptance, write_close, write_frame,
    write_refusal,
};
use consonance_transport::{EndCode, EndReason};

use crate::session_path::session_of;
use crate::{MESSAGE_BYTES_MAX, QUESTION, QUESTION_BYTES_MAX, SUBPROTOCOL, WELCOME, close_code};

/// Which clients may connect.
#[derive(Clone, Debug, Default)]
pub struct ServerEnd {
    /// The only session that clients may name; `None` lets them name any, for the driver to judge. They may always name
    /// none.
    pub session: Option<String>,
    /// Which pages may connect.
    pub origins: PageOrigins,
}

impl StreamProtocol for ServerEnd {
    type Stream = ServerStream;

    fn open(&mut self) -> ServerStream {
        ServerStream { end: self.clone(), key: None, frames: FrameReader::new(true, MESSAGE_BYTES_MAX) }
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

/// One client's connection.
#[derive(Debug)]
pub struct ServerStream {
    end: ServerEnd,
    /// What the client's request has to be answered with, once it has come.
    key: Option<String>,
    frames: FrameReader,
}

impl ServerStream {
    fn read_request(&mut self, stream: &[u8], session: &mut Vec<u8>, out: &mut Vec<u8>) -> (usize, Found) {
        let (request, bytes) = match Request::read(stream) {
            Head::Complete(request, bytes) => (request, bytes),
            Head::Partial => return (0, Found::Nothing),
            Head::Bad => {
                write_refusal("400 Bad Request", "only WebSocket connections are possible here", out);
                return (stream.len(), Found::End);
            }
        };
        if let Some((status, words)) = self.objection(&request) {
            write_refusal(status, words, out);
            return (bytes, Found::End);
        }
        let Some(named) = session_of(&request.path) else {
            write_refusal("404 Not Found", "invalid session name in the path", out);
            return (bytes, Found::End);
        };
        let is_here = self.end.session.as_ref().is_none_or(|session| named.is_empty() || named == *session);
        if !is_here {
            // A page is told the code and the words of a goodbye, and nothing of an HTTP response.
            write_acceptance(&request.key, Some(SUBPROTOCOL), out);
            let served = self.end.session.as_deref().unwrap_or_default();
            let reason = EndReason::with_words(EndCode::SessionUnknown, served);
            write_close(None, close_code::NO_SUCH_SESSION, &reason.encode(), out);
            return (bytes, Found::End);
        }
        self.key = Some(request.key);
        session.extend_from_slice(named.as_bytes());
        (bytes, Found::Greeting)
    }

    /// Why a request is refused: an HTTP status, and words.
    fn objection(&self, request: &Request) -> Option<(&'static str, &'static str)> {
        if self.end.origins.check(request, "websocket").is_err() {
            return Some((ForeignPage::STATUS, ForeignPage::WORDS));
        }
        let is_known = request.protocols.iter().any(|protocol| protocol == SUBPROTOCOL);
        (!is_known).then_some(("400 Bad Request", "ask for the subprotocol consonance.v1"))
    }
}

impl MessageStream for ServerStream {
    fn begin(&mut self, _out: &mut Vec<u8>) -> bool {
        false
    }

    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        if self.key.is_none() {
            return Ok(self.read_request(stream, message, out));
        }
        let answer = |opcode, payload: &[u8]| write_frame(opcode, None, &[payload], out);
        let (bytes, found) = self.frames.read(stream, message, answer)?;
        if found == Found::Message && is_question(message) {
            write_frame(Opcode::Binary, None, &[message], out);
            message.clear();
            return Ok((bytes, Found::Nothing));
        }
        Ok((bytes, found))
    }

    fn accept(&mut self, out: &mut Vec<u8>) {
        write_acceptance(self.key.as_deref().unwrap_or_default(), Some(SUBPROTOCOL), out);
        write_frame(Opcode::Binary, None, &[WELCOME], out);
    }

    fn refuse(&mut self, reason: &str, out: &mut Vec<u8>) {
        write_acceptance(self.key.as_deref().unwrap_or_default(), Some(SUBPROTOCOL), out);
        write_close(None, close_code::REFUSED, reason, out);
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        write_frame(Opcode::Binary, None, &[message], out);
    }

    fn ping(&mut self, out: &mut Vec<u8>) {
        write_frame(Opcode::Ping, None, &[], out);
    }

    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        write_close(None, close_code::ENDED, reason, out);
    }

    fn expel(&mut self, violation: StreamViolation, out: &mut Vec<u8>) {
        if self.key.is_some() {
            write_close(None, self.frames.violation_code(), violation.0, out);
        }
    }

    fn end_as_too_slow(&mut self, out: &mut Vec<u8>) {
        let reason = EndReason::from(EndCode::TooSlow);
        write_close(None, close_code::TOO_SLOW, &reason.encode(), out);
    }
}
