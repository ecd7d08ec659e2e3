//! A WebSocket without a socket: bytes go in and come out, with or without TLS between.

mod pipe;

use std::sync::{Arc, OnceLock};

use tungstenite::handshake::client::{ClientHandshake, Request};
use tungstenite::handshake::server::{Callback, ErrorResponse, Response, ServerHandshake};
use tungstenite::handshake::{HandshakeError, MidHandshake};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tungstenite::{Error, Message};

use consonance_gateway::websocket::Request as AskedFor;
use pipe::Pipe;

/// One end of a WebSocket that carries binary messages.
pub(crate) struct WebSocket {
    state: State,
    /// What the client asked for, at a server's end.
    request: Arc<OnceLock<Option<AskedFor>>>,
}

enum State {
    Accepting(Box<MidHandshake<ServerHandshake<Pipe, Noted>>>),
    Asking(Box<MidHandshake<ClientHandshake<Pipe>>>),
    Open(Box<tungstenite::WebSocket<Pipe>>),
    /// Only what still has to leave is left.
    Over(Vec<u8>),
}

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SocketEvent {
    /// The handshake is done; at a server's end, with what the client asked for, unless that is ambiguous: it may name
    /// one host and one page.
    Open(Option<AskedFor>),
    /// A binary message.
    Message(Vec<u8>),
    /// A pong.
    Pong,
    /// It is over: the other side closed it, or broke the rules.
    Closed(String),
}

impl WebSocket {
    /// A server's end.
    pub(crate) fn accept(tls: Option<rustls::ServerConnection>, message_bytes_max: usize) -> Self {
        let request = Arc::default();
        let pipe = Pipe::new(tls.map(Into::into));
        let callback = Noted(Arc::clone(&request));
        let handshake = ServerHandshake::start(pipe, callback, Some(config(message_bytes_max)));
        Self { state: State::Accepting(Box::new(handshake)), request }
    }

    /// A client's end, which asks for this URL.
    pub(crate) fn ask(
        request: Request,
        tls: Option<rustls::ClientConnection>,
        message_bytes_max: usize,
    ) -> Result<Self, String> {
        let pipe = Pipe::new(tls.map(Into::into));
        let handshake = ClientHandshake::start(pipe, request, Some(config(message_bytes_max)))
            .map_err(|error| error.to_string())?;
        Ok(Self { state: State::Asking(Box::new(handshake)), request: Arc::default() })
    }

    /// Bytes came, or none yet when it is to begin. Every event that follows is given to `note`.
    pub(crate) fn handle_bytes(&mut self, bytes: &[u8], mut note: impl FnMut(SocketEvent)) {
        let Some(pipe) = self.pipe() else { return };
        if let Err(error) = pipe.feed(bytes) {
            return self.end(error, &mut note);
        }
        if !self.shake_hands(&mut note) {
            return;
        }
        while let State::Open(socket) = &mut self.state {
            match socket.read() {
                Ok(Message::Binary(message)) => note(SocketEvent::Message(message.into())),
                Ok(Message::Pong(_)) => note(SocketEvent::Pong),
                Ok(Message::Close(_)) => self.end("it was closed".to_owned(), &mut note),
                // Pings are answered by the library; text is none of the protocol's.
                Ok(Message::Text(_) | Message::Ping(_) | Message::Frame(_)) => {}
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(error) => self.end(error.to_string(), &mut note),
            }
        }
    }

    /// Sends a binary message, if it is open.
    pub(crate) fn send(&mut self, message: Vec<u8>) {
        self.write(Message::Binary(message.into()));
    }

    /// Asks the other side for a pong, if it is open.
    pub(crate) fn ping(&mut self) {
        self.write(Message::Ping(Vec::new().into()));
    }

    /// Says goodbye, if it is open: in order, or because the rules of this server say so.
    pub(crate) fn close(&mut self, because: CloseCode, words: &str) {
        if let State::Open(socket) = &mut self.state {
            // The bytes wait in the pipe: nothing here can fail for now.
            let _ = socket.close(Some(CloseFrame { code: because, reason: words.to_owned().into() }));
            let _ = socket.flush();
        }
        self.state = State::Over(self.take_outgoing());
    }

    /// What has to leave.
    pub(crate) fn take_outgoing(&mut self) -> Vec<u8> {
        match &mut self.state {
            State::Over(bytes) => std::mem::take(bytes),
            _ => self.pipe().map(Pipe::take_outgoing).unwrap_or_default(),
        }
    }

    fn write(&mut self, message: Message) {
        if let State::Open(socket) = &mut self.state {
            // The pipe takes everything; its reader has the limit.
            let _ = socket.send(message);
        }
    }

    /// False as long as hands are not shaken.
    fn shake_hands(&mut self, note: &mut impl FnMut(SocketEvent)) -> bool {
        let outcome = match std::mem::replace(&mut self.state, State::Over(Vec::new())) {
            State::Accepting(handshake) => match handshake.handshake() {
                Ok(socket) => Ok(socket),
                Err(HandshakeError::Interrupted(handshake)) => {
                    self.state = State::Accepting(Box::new(handshake));
                    return false;
                }
                Err(HandshakeError::Failure(error)) => Err(error),
            },
            State::Asking(handshake) => match handshake.handshake() {
                Ok((socket, _response)) => Ok(socket),
                Err(HandshakeError::Interrupted(handshake)) => {
                    self.state = State::Asking(Box::new(handshake));
                    return false;
                }
                Err(HandshakeError::Failure(error)) => Err(error),
            },
            ready => {
                self.state = ready;
                return true;
            }
        };
        match outcome {
            Ok(socket) => {
                self.state = State::Open(Box::new(socket));
                note(SocketEvent::Open(self.request.get().cloned().flatten()));
                true
            }
            Err(error) => {
                note(SocketEvent::Closed(error.to_string()));
                false
            }
        }
    }

    fn end(&mut self, why: String, note: &mut impl FnMut(SocketEvent)) {
        self.state = State::Over(self.take_outgoing());
        note(SocketEvent::Closed(why));
    }

    fn pipe(&mut self) -> Option<&mut Pipe> {
        match &mut self.state {
            State::Accepting(handshake) => Some(handshake.get_mut().get_mut()),
            State::Asking(handshake) => Some(handshake.get_mut().get_mut()),
            State::Open(socket) => Some(socket.get_mut()),
            State::Over(_) => None,
        }
    }
}

impl std::fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match self.state {
            State::Accepting(_) | State::Asking(_) => "shaking hands",
            State::Open(_) => "open",
            State::Over(_) => "over",
        };
        f.debug_tuple("WebSocket").field(&state).finish()
    }
}

/// Notes what a client asks for and accepts it: a rejection follows as a close frame, as the protocol has it.
struct Noted(Arc<OnceLock<Option<AskedFor>>>);

impl Callback for Noted {
    fn on_request(self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        // Set once: hands are shaken once.
        let _ = self.0.set(asked_for(request));
        Ok(response)
    }
}

/// `None` if the request names two hosts or two origins: a proxy in front may have checked the other one.
fn asked_for(request: &Request) -> Option<AskedFor> {
    let only = |name: &str| {
        let mut values = request.headers().get_all(name).iter().map(|value| value.to_str().ok());
        match (values.next(), values.next()) {
            (None, _) => Some(None),
            (Some(Some(value)), None) => Some(Some(value.to_owned())),
            _ => None,
        }
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    Some(AskedFor {
        host: only("host")?.unwrap_or_default(),
        path: path.to_owned(),
        origin: only("origin")?,
        ..AskedFor::default()
    })
}

fn config(message_bytes_max: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(message_bytes_max))
        .max_frame_size(Some(message_bytes_max))
        .read_buffer_size(4096)
        .write_buffer_size(0)
}
