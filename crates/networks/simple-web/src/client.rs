//! The client's end of the protocol.

use consonance_gateway::streams::{Found, MessageStream, StreamProtocol, StreamViolation};
use consonance_gateway::websocket::{
    FrameReader, Opcode, Request, Upgrade, close_code, new_key, random, write_close, write_frame,
};

use crate::MESSAGE_BYTES_MAX;

/// What a client asks a server for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientEnd {
    /// How the server is called in the request, such as `game.example:27777`.
    pub host: String,
    /// The path, such as `/`.
    pub path: String,
    /// The largest message, in bytes.
    pub message_bytes_max: usize,
}

impl ClientEnd {
    /// A client of the server that is called so, at `/`, with messages of up to 16384 bytes.
    pub fn new(host: impl Into<String>) -> Self {
        Self { host: host.into(), path: "/".to_owned(), message_bytes_max: MESSAGE_BYTES_MAX }
    }
}

impl StreamProtocol for ClientEnd {
    type Stream = ClientStream;

    fn open(&mut self) -> ClientStream {
        ClientStream {
            end: self.clone(),
            key: new_key(),
            is_up: false,
            frames: FrameReader::new(false, self.message_bytes_max),
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

/// The connection to a server.
#[derive(Debug)]
pub struct ClientStream {
    end: ClientEnd,
    key: String,
    /// The server has answered that it takes us in.
    is_up: bool,
    frames: FrameReader,
}

impl ClientStream {
    #[cfg(feature = "fuzzing")]
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    fn read_response(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        Ok(match Upgrade::read(stream, &self.key, message)? {
            Upgrade::Partial => (0, Found::Nothing),
            Upgrade::Refused { bytes } => (bytes, Found::Refusal),
            Upgrade::Accepted { bytes, .. } => {
                self.is_up = true;
                (bytes, Found::Greeting)
            }
        })
    }
}

impl MessageStream for ClientStream {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        let ClientEnd { host, path, .. } = self.end.clone();
        Request { host, path, key: self.key.clone(), ..Request::default() }.write(out);
        false
    }

    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        if !self.is_up {
            return self.read_response(stream, message);
        }
        self.frames
            .read(stream, message, |opcode, payload| write_frame(opcode, Some(random()), &[payload], out))
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        write_frame(Opcode::Binary, Some(random()), &[message], out);
    }

    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        write_close(Some(random()), close_code::NORMAL, reason, out);
    }
}
