//! The client's end.

use super::close_code;
use super::handshake::Request;
use super::socket::Socket;
use super::upgrade::Upgrade;
use crate::gateway::streams::{Found, MessageStream, StreamViolation};

/// The properties of clients that differ between networks.
#[derive(Clone, Copy, Debug)]
pub struct ClientRules {
    /// The `Sec-WebSocket-Protocol` that the client requests and the server must choose; `None` requests none.
    pub subprotocol: Option<&'static str>,
    /// The server's first message to an admitted client; without one, the upgrade admits it.
    pub welcome: Option<&'static [u8]>,
    /// Whether empty messages are messages and texts are ignored; otherwise both are violations.
    pub is_lenient: bool,
    /// Whether a silent server may be pinged.
    pub pings: bool,
}

/// The connection to a server.
#[derive(Debug)]
pub struct ClientStream {
    rules: &'static ClientRules,
    request: Request,
    message_bytes_max: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// For the upgrade from HTTP.
    Asking,
    /// The `WebSocket` is open, and the server has not admitted us yet.
    Waiting(Box<Socket>),
    Up(Box<Socket>),
}

impl ClientStream {
    /// A connection that is open as far as TCP is concerned, on which the client asks for `path` of `host`. No message
    /// has more than `message_bytes_max` bytes.
    pub fn new(
        rules: &'static ClientRules,
        host: impl Into<String>,
        path: impl Into<String>,
        message_bytes_max: usize,
    ) -> Self {
        let request = Request::new(host, path, rules.subprotocol);
        Self { rules, request, message_bytes_max, state: State::Asking }
    }

    /// The key from which the server's answer must be derived.
    pub fn key(&self) -> &str {
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
            Upgrade::Accepted { protocol, .. }
                if self.rules.subprotocol.is_some() && protocol.as_deref() != self.rules.subprotocol =>
            {
                Err(StreamViolation("the server does not speak the subprotocol that was asked for"))
            }
            Upgrade::Accepted { bytes, .. } => {
                let socket = Box::new(Socket::client(self.message_bytes_max, self.rules.is_lenient));
                let is_up = self.rules.welcome.is_none();
                self.state = if is_up { State::Up(socket) } else { State::Waiting(socket) };
                Ok((bytes, if is_up { Found::Greeting } else { Found::Nothing }))
            }
        }
    }

    /// Interprets the first messages of a server.
    fn judge(&mut self, found: Found, message: &mut Vec<u8>) -> Result<Found, StreamViolation> {
        match found {
            Found::Message if self.rules.welcome == Some(message) => {
                message.clear();
                if let State::Waiting(socket) = std::mem::replace(&mut self.state, State::Asking) {
                    self.state = State::Up(socket);
                }
                Ok(Found::Greeting)
            }
            Found::Message => Err(StreamViolation("expected the server's welcome as its first message")),
            Found::End => Ok(Found::Refusal),
            found => Ok(found),
        }
    }

    fn socket(&mut self) -> Option<&mut Socket> {
        match &mut self.state {
            State::Asking => None,
            State::Waiting(socket) | State::Up(socket) => Some(socket),
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
        match &mut self.state {
            State::Asking => self.read_response(stream, message),
            State::Waiting(socket) => {
                let (bytes, found) = socket.read(stream, message, out)?;
                Ok((bytes, self.judge(found, message)?))
            }
            State::Up(socket) => socket.read(stream, message, out),
        }
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        if let Some(socket) = self.socket() {
            socket.write(message, out);
        }
    }

    fn ping(&mut self, out: &mut Vec<u8>) {
        if self.rules.pings
            && let Some(socket) = self.socket()
        {
            socket.ping(out);
        }
    }

    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        if let Some(socket) = self.socket() {
            socket.close(close_code::NORMAL, reason, out);
        }
    }
}
