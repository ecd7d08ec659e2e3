//! The server's end.

use std::borrow::Cow;
use std::fmt::Debug;

use crate::{EndCode, EndReason};

use super::handshake::{Head, Request, write_acceptance, write_refusal};
use super::page_origins::{ForeignPage, PageOrigins};
use super::socket::Socket;
use crate::gateway::streams::{Found, MessageStream, StreamViolation};

/// The properties of servers that differ between networks.
#[derive(Clone, Copy, Debug)]
pub struct ServerRules {
    /// The network, in logs.
    pub network: &'static str,
    /// The `Sec-WebSocket-Protocol` that clients must request; `None` if none is needed.
    pub subprotocol: Option<&'static str>,
    /// The first message to an admitted client.
    pub welcome: Option<&'static [u8]>,
    /// Whether a message of a client is sent back instead of passed on.
    pub echoes: fn(&[u8]) -> bool,
    /// Whether empty messages are messages and texts are ignored; otherwise both are violations.
    pub is_lenient: bool,
    /// Whether silent clients may be pinged.
    pub pings: bool,
    /// How a page of a foreign origin is refused, and a request that names two hosts or two origins.
    pub bad_origin: PlainRefusal,
    /// How a client is told that it is not [admitted](MessageStream::refuse).
    pub refusal: PlainRefusal,
    /// The close code for a client that is [disconnected](MessageStream::end).
    pub end_code: u16,
    /// The close code for a client for which [too much waits](MessageStream::end_as_too_slow); without one it is cut
    /// off.
    pub too_slow_code: Option<u16>,
    /// Whether a client is told which rule it broke; otherwise it is cut off.
    pub names_violations: bool,
}

/// How a refusal is sent, whatever its text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainRefusal {
    /// Instead of a `WebSocket`, with an HTTP status, such as 403. Pages in browsers learn neither status nor words.
    Http,
    /// Over the `WebSocket`, with this close code.
    Close(u16),
}

impl PlainRefusal {
    fn with(self, status: &'static str, words: &'static str) -> PathRefusal {
        match self {
            Self::Http => PathRefusal::Http(status, words.into()),
            Self::Close(code) => PathRefusal::Close(code, words.to_owned()),
        }
    }
}

/// Why a path is not served, and how the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathRefusal {
    /// HTTP, such as `404 Not Found`, with a text for people.
    Http(&'static str, Cow<'static, str>),
    /// Over the `WebSocket`: a close code and a reason.
    Close(u16, String),
}

/// The paths that a server serves.
pub trait Paths: Debug + Send {
    /// The greeting of a client that requests this path, including the query.
    ///
    /// # Errors
    ///
    /// If nothing is served there.
    fn greeting(&self, path: &str) -> Result<Vec<u8>, PathRefusal>;
}

/// The connection to a client.
#[derive(Debug)]
pub struct ServerStream<P> {
    rules: &'static ServerRules,
    paths: P,
    origins: PageOrigins,
    message_bytes_max: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// For the client's request.
    Waiting,
    /// The client waits to be admitted or refused, in answer to this key.
    Asked(String),
    Open(Box<Socket>),
}

impl<P: Paths> ServerStream<P> {
    /// A connection that is open as far as TCP is concerned, for messages of at most this many bytes.
    pub fn new(
        rules: &'static ServerRules,
        paths: P,
        origins: PageOrigins,
        message_bytes_max: usize,
    ) -> Self {
        Self { rules, paths, origins, message_bytes_max, state: State::Waiting }
    }

    /// Closes the connection of an admitted client with this code.
    pub fn close(&mut self, code: u16, reason: &str, out: &mut Vec<u8>) {
        if let State::Open(socket) = &mut self.state {
            socket.close(code, reason, out);
        }
    }

    fn read_request(&mut self, stream: &[u8], greeting: &mut Vec<u8>, out: &mut Vec<u8>) -> (usize, Found) {
        let (request, bytes, admitted) = match Request::read(stream) {
            Head::Complete(request, bytes) => {
                let admitted = self.judge(&request);
                (request, bytes, admitted)
            }
            Head::Ambiguous(request, bytes) => {
                (request, bytes, Err(self.rules.bad_origin.with("400 Bad Request", AMBIGUOUS)))
            }
            Head::Partial => return (0, Found::Nothing),
            Head::Bad => {
                write_refusal("400 Bad Request", "only WebSocket connections are possible here", out);
                return (stream.len(), Found::End);
            }
        };
        self.state = State::Asked(request.key);
        match admitted {
            Ok(named) => {
                greeting.extend_from_slice(&named);
                (bytes, Found::Greeting)
            }
            Err(PathRefusal::Http(status, words)) => {
                write_refusal(status, &words, out);
                (bytes, Found::End)
            }
            Err(PathRefusal::Close(code, reason)) => {
                self.open(out, |socket, out| socket.close(code, &reason, out));
                (bytes, Found::End)
            }
        }
    }

    fn judge(&self, request: &Request) -> Result<Vec<u8>, PathRefusal> {
        if self.origins.check(request, self.rules.network).is_err() {
            return Err(self.rules.bad_origin.with(FORBIDDEN, ForeignPage::WORDS));
        }
        if let Some(needed) = self.rules.subprotocol
            && !request.protocols.iter().any(|protocol| protocol == needed)
        {
            let words = format!("ask for the subprotocol {needed}");
            return Err(PathRefusal::Http("400 Bad Request", words.into()));
        }
        self.paths.greeting(&request.path)
    }

    /// Accepts the upgrade, and sends the first frames.
    fn open(&mut self, out: &mut Vec<u8>, send: impl FnOnce(&mut Socket, &mut Vec<u8>)) {
        let State::Asked(key) = &self.state else { return };
        write_acceptance(key, self.rules.subprotocol, out);
        let mut socket = Box::new(Socket::server(self.message_bytes_max, self.rules.is_lenient));
        send(&mut socket, out);
        self.state = State::Open(socket);
    }
}

impl<P: Paths> MessageStream for ServerStream<P> {
    fn begin(&mut self, _out: &mut Vec<u8>) -> bool {
        false
    }

    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        let State::Open(socket) = &mut self.state else {
            return Ok(self.read_request(stream, message, out));
        };
        let mut taken = 0;
        loop {
            let (bytes, found) = socket.read(&stream[taken..], message, out)?;
            taken += bytes;
            if found != Found::Message || !(self.rules.echoes)(message) {
                return Ok((taken, found));
            }
            socket.write(message, out);
            message.clear();
        }
    }

    fn accept(&mut self, out: &mut Vec<u8>) {
        let welcome = self.rules.welcome;
        self.open(out, |socket, out| {
            if let Some(welcome) = welcome {
                socket.write(welcome, out);
            }
        });
    }

    fn refuse(&mut self, reason: &str, out: &mut Vec<u8>) {
        match self.rules.refusal {
            PlainRefusal::Http => write_refusal(FORBIDDEN, reason, out),
            PlainRefusal::Close(code) => self.open(out, |socket, out| socket.close(code, reason, out)),
        }
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        if let State::Open(socket) = &mut self.state {
            socket.write(message, out);
        }
    }

    fn ping(&mut self, out: &mut Vec<u8>) {
        if let State::Open(socket) = &mut self.state
            && self.rules.pings
        {
            socket.ping(out);
        }
    }

    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        self.close(self.rules.end_code, reason, out);
    }

    fn expel(&mut self, violation: StreamViolation, out: &mut Vec<u8>) {
        if let State::Open(socket) = &mut self.state
            && self.rules.names_violations
        {
            socket.close(socket.violation_code(), violation.0, out);
        }
    }

    fn end_as_too_slow(&mut self, out: &mut Vec<u8>) {
        if let Some(code) = self.rules.too_slow_code {
            self.close(code, &EndReason::from(EndCode::TooSlow).encode(), out);
        }
    }
}

const FORBIDDEN: &str = "403 Forbidden";
const AMBIGUOUS: &str = "a request names one host and at most one origin";
