//! A client of a signalling server as a state machine without sockets: listens on one address, connects to others.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::message::{Data, SignalKind, SignalLinkId, SignalMessage, VERSION, text_as_bytes};

/// The time between heartbeats of a client.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30);

/// An event at the signalling server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SignallingEvent {
    /// We listen on our address.
    Listening,
    /// Our address is taken, or cannot be one.
    AddressDenied,
    /// We no longer listen.
    Stopped,
    /// A link is up: one of ours, or, with a name from 16384 on, one of a client that connects to our address.
    Linked(SignalLinkId),
    /// No client listens where we wanted to connect.
    Failed(SignalLinkId),
    /// A text from the other end of a link.
    Text(SignalLinkId, String),
    /// A link was dropped, by either end.
    Dropped(SignalLinkId),
    /// The server has stopped responding: its connection must be closed.
    Silent,
}

/// Speaks with a signalling server over one WebSocket that is open.
#[derive(Debug)]
pub(crate) struct SignallingClient {
    next_link: SignalLinkId,
    outgoing: VecDeque<SignalMessage>,
    events: VecDeque<SignallingEvent>,
    heartbeat_at: Instant,
    is_echo_awaited: bool,
    /// Old servers do not answer heartbeats.
    server_version: u8,
}

impl SignallingClient {
    /// The WebSocket is open.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            next_link: SignalLinkId(1),
            outgoing: [SignalMessage::Version(VERSION)].into(),
            events: VecDeque::new(),
            heartbeat_at: now + HEARTBEAT_INTERVAL,
            is_echo_awaited: false,
            server_version: 1,
        }
    }

    /// Wants to listen on an address.
    pub(crate) fn listen(&mut self, address: &str) {
        self.outgoing.push_back(SignalMessage::address(
            SignalKind::ServerInitialized,
            SignalLinkId::NONE,
            address,
        ));
    }

    /// Asks for a link with the listener on an address.
    pub(crate) fn connect(&mut self, address: &str) -> SignalLinkId {
        let link = self.next_link;
        // IDs of outgoing links are below those of incoming ones.
        self.next_link = SignalLinkId(link.0 % (SignalLinkId::FIRST_INCOMING.0 - 1) + 1);
        self.outgoing.push_back(SignalMessage::address(SignalKind::NewConnection, link, address));
        link
    }

    /// Sends a text over a link.
    pub(crate) fn send(&mut self, link: SignalLinkId, text: &str) {
        self.outgoing.push_back(SignalMessage::Relayed {
            is_reliable: true,
            link,
            data: text_as_bytes(text),
        });
    }

    /// Drops a link.
    pub(crate) fn drop_link(&mut self, link: SignalLinkId) {
        self.outgoing.push_back(SignalMessage::event(SignalKind::Disconnected, link));
    }

    /// The server sent a binary message.
    pub(crate) fn handle_message(&mut self, bytes: &[u8]) {
        match SignalMessage::parse(bytes) {
            Ok(SignalMessage::Version(version)) => self.server_version = version,
            Ok(SignalMessage::Heartbeat) => self.is_echo_awaited = false,
            Ok(SignalMessage::Relayed { link, data, .. }) => {
                if let Some(text) = data.to_text() {
                    self.events.push_back(SignallingEvent::Text(link, text));
                }
            }
            Ok(SignalMessage::Event { kind, link, data }) => self.handle_event(kind, link, &data),
            Err(error) => tracing::debug!(%error, "a message of the signalling server is dropped"),
        }
    }

    /// Sends heartbeats.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if now < self.heartbeat_at {
            return;
        }
        self.heartbeat_at = now + HEARTBEAT_INTERVAL;
        if self.is_echo_awaited && self.server_version > 1 {
            self.events.push_back(SignallingEvent::Silent);
        } else {
            self.is_echo_awaited = true;
            self.outgoing.push_back(SignalMessage::Heartbeat);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    pub(crate) fn poll_timeout(&self) -> Instant {
        self.heartbeat_at
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<SignalMessage> {
        self.outgoing.pop_front()
    }

    pub(crate) fn poll_event(&mut self) -> Option<SignallingEvent> {
        self.events.pop_front()
    }

    fn handle_event(&mut self, kind: SignalKind, link: SignalLinkId, data: &Data) {
        let event = match kind {
            SignalKind::ServerInitialized => SignallingEvent::Listening,
            SignalKind::ServerInitFailed => SignallingEvent::AddressDenied,
            SignalKind::ServerClosed => SignallingEvent::Stopped,
            SignalKind::NewConnection => SignallingEvent::Linked(link),
            SignalKind::ConnectionFailed => SignallingEvent::Failed(link),
            SignalKind::Disconnected => SignallingEvent::Dropped(link),
            SignalKind::FatalError | SignalKind::Warning | SignalKind::Log => {
                return tracing::debug!(words = data.to_text(), "the signalling server says");
            }
        };
        self.events.push_back(event);
    }
}
