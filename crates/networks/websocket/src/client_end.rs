//! The client's end of the protocol.

use consonance_gateway::streams::{Found, MessageStream, StreamProtocol, StreamViolation};
use consonance_gateway::websocket::{
    FrameReader, Opcode, Request, Upgrade, new_key, random, write_close, write_frame,
};

use crate::session_path::path_of;
use crate::{MESSAGE_BYTES_MAX, SUBPROTOCOL, WELCOME, WebSocketAddress, close_code};

/// What a client asks a server for.
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
        let request = Request {
            host: self.host.clone(),
            path: self.path.clone(),
            key: new_key(),
            protocols: vec![SUBPROTOCOL.to_owned()],
            origin: None,
        };
        ClientStream { request, stage: Stage::Asking, frames: FrameReader::new(false, MESSAGE_BYTES_MAX) }
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

/// The connection to a server.
#[derive(Debug)]
pub struct ClientStream {
    request: Request,
    stage: Stage,
    frames: FrameReader,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// For the upgrade from HTTP.
    Asking,
    /// There is a `WebSocket`, but the server has not said whether it takes us in.
    Waiting,
    Up,
}

impl ClientStream {
    #[cfg(feature = "fuzzing")]
    pub(crate) fn key(&self) -> &str {
        &self.request.key
    }

    fn read_response(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        match Upgrade::read(stream, &self.request.key, message)? {
            Upgrade::Partial => Ok((0, Found::Nothing)),
            Upgrade::Refused { bytes } => Ok((bytes, Found::Refusal)),
            Upgrade::Accepted { protocol, bytes } if protocol.as_deref() == Some(SUBPROTOCOL) => {
                self.stage = Stage::Waiting;
                Ok((bytes, Found::Nothing))
            }
            Upgrade::Accepted { .. } => Err(StreamViolation("the server does not speak consonance.v1")),
        }
    }

    /// What the first frames of a server mean.
    fn judge(&mut self, found: Found, message: &mut Vec<u8>) -> Result<Found, StreamViolation> {
        match found {
            Found::Message if message == WELCOME => {
                message.clear();
                self.stage = Stage::Up;
                Ok(Found::Greeting)
            }
            Found::Message => Err(StreamViolation("the server does not say first that we are in")),
            Found::End => Ok(Found::Refusal),
            found => Ok(found),
        }
    }
}

impl MessageStream for ClientStream {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        self.request.write(out);
        false
    }

    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        if self.stage == Stage::Asking {
            return self.read_response(stream, message);
        }
        let answer = |opcode, payload: &[u8]| write_frame(opcode, Some(random()), &[payload], out);
        let (bytes, found) = self.frames.read(stream, message, answer)?;
        if self.stage == Stage::Waiting {
            return Ok((bytes, self.judge(found, message)?));
        }
        Ok((bytes, found))
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        write_frame(Opcode::Binary, Some(random()), &[message], out);
    }

    fn ping(&mut self, out: &mut Vec<u8>) {
        write_frame(Opcode::Ping, Some(random()), &[], out);
    }

    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        write_close(Some(random()), close_code::NORMAL, reason, out);
    }
}
