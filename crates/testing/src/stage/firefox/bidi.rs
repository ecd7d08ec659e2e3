//! `WebDriver BiDi` over a `WebSocket`: commands with responses, and events.

use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket};

use crate::stage::failure::Failure;
use crate::stage::patience::{BEAT, Patience, SOON};

/// A connected browser.
pub(crate) struct Bidi {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: Vec<Event>,
}

/// An event in the browser.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl Bidi {
    /// Begins a session at an address such as `ws://127.0.0.1:37123`.
    ///
    /// # Errors
    /// If there is no response.
    pub(crate) fn connect(address: &str) -> Result<Self, Failure> {
        let host = address.trim_start_matches("ws://");
        let stream = TcpStream::connect(host).map_err(Failure::io(address))?;
        stream.set_nodelay(true).map_err(Failure::io(address))?;
        // No size limits, as a screenshot is a single message.
        let settings = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let session = format!("{address}/session");
        let shaken = tungstenite::client::client_with_config(session, stream, Some(settings));
        let (socket, _) = shaken.map_err(|error| Failure::NotSo(format!("{address}: {error}")))?;
        let mut bidi = Self { socket, last_id: 0, events: Vec::new() };
        bidi.call("session.new", &json!({ "capabilities": {} }))?;
        bidi.call("session.subscribe", &json!({ "events": KEPT }))?;
        Ok(bidi)
    }

    /// Sends a command to the browser; returns its response.
    ///
    /// # Errors
    /// If the browser rejects the command, does not respond in time, or has gone.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Result<Value, Failure> {
        self.last_id += 1;
        let id = self.last_id;
        let command = json!({ "id": id, "method": method, "params": params });
        self.socket.send(Message::text(command.to_string())).map_err(|_| Failure::BrowserGone)?;
        let patience = Patience::of(SOON);
        loop {
            let left = patience.left(&format!("the browser has done {method}"))?;
            let Some(mut message) = self.next(left.min(BEAT))? else { continue };
            if message["id"].as_u64() != Some(id) {
                continue;
            }
            if message["type"] == "error" {
                let message = format!("{}: {}", message["error"], message["message"]);
                return Err(Failure::Refused { method: method.to_owned(), message });
            }
            return Ok(message["result"].take());
        }
    }

    /// The events so far.
    pub(crate) fn events(&mut self) -> &[Event] {
        while let Ok(Some(_)) = self.next(Duration::from_millis(1)) {}
        &self.events
    }

    /// The next message, if one comes in time; an event is kept, too.
    fn next(&mut self, within: Duration) -> Result<Option<Value>, Failure> {
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.socket.get_ref().set_read_timeout(Some(left)).map_err(|_| Failure::BrowserGone)?;
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let message = serde_json::from_str(&text).map_err(|_| Failure::BrowserGone)?;
                    self.keep(&message);
                    return Ok(Some(message));
                }
                Ok(_) => {}
                Err(Error::Io(error)) if is_nothing_yet(&error) => return Ok(None),
                Err(_) => return Err(Failure::BrowserGone),
            }
        }
    }

    fn keep(&mut self, message: &Value) {
        let Some(method) = message["method"].as_str() else { return };
        if self.events.len() < EVENTS_MAX {
            self.events.push(Event { method: method.to_owned(), params: message["params"].clone() });
        }
    }
}

fn is_nothing_yet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

/// More events than a run has; later ones are not kept.
const EVENTS_MAX: usize = 100_000;
/// The events that scenarios use.
const KEPT: [&str; 3] = ["log.entryAdded", "network.beforeRequestSent", "network.responseCompleted"];
