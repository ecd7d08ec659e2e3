//! The server's end of the protocol.

use consonance_gateway::streams::{Found, MessageStream, StreamProtocol, StreamViolation};
use consonance_gateway::websocket::{
    ForeignPage, FrameReader, Head, Opcode, PageOrigins, Request, close_code, write_acceptance, write_close,
    write_frame, write_refusal,
};

use crate::MESSAGE_BYTES_MAX;

/// What a server serves.
#[derive(Clone, Debug)]
pub struct ServerEnd {
    /// The only path that is served, such as `/`; `None` serves any.
    pub path: Option<String>,
    /// Which pages may connect.
    pub origins: PageOrigins,
    /// The largest message, in bytes.
    pub message_bytes_max: usize,
}

impl Default for ServerEnd {
    /// Any path; pages of the server's own host; 16384 bytes.
    fn default() -> Self {
        Self { path: None, origins: PageOrigins::default(), message_bytes_max: MESSAGE_BYTES_MAX }
    }
}

impl StreamProtocol for ServerEnd {
    type Stream = ServerStream;

    fn open(&mut self) -> ServerStream {
        ServerStream {
            path: self.path.clone(),
            origins: self.origins.clone(),
            key: None,
            frames: FrameReader::new(true, self.message_bytes_max),
        }
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

/// One client's connection.
#[derive(Debug)]
pub struct ServerStream {
    path: Option<String>,
    origins: PageOrigins,
    /// What the client's request has to be answered with, once it has come.
    key: Option<String>,
    frames: FrameReader,
}

impl ServerStream {
    fn read_request(&mut self, stream: &[u8], out: &mut Vec<u8>) -> (usize, Found) {
        match Request::read(stream) {
            Head::Complete(request, bytes) => {
                if self.origins.check(&request, "simple-web").is_err() {
                    write_refusal(ForeignPage::STATUS, ForeignPage::WORDS, out);
                    return (bytes, Found::End);
                }
                if self.path.as_ref().is_some_and(|path| *path != request.path) {
                    write_refusal("404 Not Found", "nothing is here", out);
                    return (bytes, Found::End);
                }
                self.key = Some(request.key);
                (bytes, Found::Greeting)
            }
            Head::Partial => (0, Found::Nothing),
            Head::Bad => {
                write_refusal("400 Bad Request", "only WebSocket connections are possible here", out);
                (stream.len(), Found::End)
            }
        }
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
            return Ok(self.read_request(stream, out));
        }
        self.frames.read(stream, message, |opcode, payload| write_frame(opcode, None, &[payload], out))
    }

    fn accept(&mut self, out: &mut Vec<u8>) {
        write_acceptance(self.key.as_deref().unwrap_or_default(), None, out);
    }

    fn refuse(&mut self, reason: &str, out: &mut Vec<u8>) {
        write_refusal("403 Forbidden", reason, out);
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        write_frame(Opcode::Binary, None, &[message], out);
    }

    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        write_close(None, close_code::NORMAL, reason, out);
    }
}
