//! The client's half of the network: the handshake, and checks of the server's messages. No sockets, no clock.

use std::collections::VecDeque;
use std::time::Instant;

use consonance_link::DisconnectReason;

use crate::darkrift::ClientSettings;
use crate::darkrift::ProtocolVersion;
use crate::darkrift::format::{self, HEADER_BYTES, TOKEN_PACKET_BYTES, Token};

/// Decides for a client: its stream and its datagrams go in, messages and [orders](ConnectorOrder) come out. One of
/// these lives for one connection.
#[derive(Debug)]
pub struct Connector {
    settings: ClientSettings,
    phase: Phase,
    /// The deadline of the handshake.
    until: Instant,
    orders: VecDeque<ConnectorOrder>,
    malformed: u64,
}

/// An action for the driver.
#[derive(Debug, PartialEq, Eq)]
pub enum ConnectorOrder {
    /// Send this datagram.
    Datagram(Vec<u8>),
    /// Close the stream at once: the connection ended for this reason.
    Abort(DisconnectReason),
}

/// The result of reading a datagram or a piece of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectorEvent<'a> {
    /// The server accepted the connection. The body of its Configure command: our number, two bytes, big-endian.
    Connected(&'a [u8]),
    /// A message, header included.
    Message(&'a [u8]),
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Waiting for the token over TCP.
    Waiting,
    /// The token is sent over UDP until the server confirms the connection.
    Showing {
        token: Token,
        version: ProtocolVersion,
        again_at: Instant,
    },
    Up {
        token: Token,
        version: ProtocolVersion,
    },
    Over,
}

impl Connector {
    /// Starts the handshake of a new connection.
    pub fn new(now: Instant, settings: ClientSettings) -> Self {
        let until = now + settings.connecting_max;
        Self { settings, phase: Phase::Waiting, until, orders: VecDeque::new(), malformed: 0 }
    }

    /// Reads one item from the start of the stream and returns how many bytes it used: 0 while it is incomplete.
    pub fn handle_stream<'a>(
        &mut self,
        now: Instant,
        stream: &'a [u8],
    ) -> (usize, Option<ConnectorEvent<'a>>) {
        match self.phase {
            Phase::Over => (0, None),
            Phase::Waiting => (self.take_token(now, stream), None),
            Phase::Showing { token, version, .. } => {
                let Some((taken, message)) = self.next_message(stream) else { return (0, None) };
                let Some(body) = format::configure_body(message) else {
                    // The server sends nothing else before this message.
                    self.malformed += 1;
                    return (taken, None);
                };
                self.phase = Phase::Up { token, version };
                (taken, Some(ConnectorEvent::Connected(body)))
            }
            Phase::Up { .. } => {
                let Some((taken, message)) = self.next_message(stream) else { return (0, None) };
                (taken, self.check(message))
            }
        }
    }

    /// A datagram came from the server.
    pub fn handle_datagram<'a>(&mut self, datagram: &'a [u8]) -> Option<ConnectorEvent<'a>> {
        // The acknowledgement carries no news: the number over TCP already confirms the connection.
        let Phase::Up { token, version } = self.phase else { return None };
        if datagram.is_empty() || datagram == token.acknowledgement(version) {
            return None;
        }
        self.check(datagram)
    }

    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Up { .. } | Phase::Over) {
            return;
        }
        if now >= self.until {
            self.give_up(DisconnectReason::TimedOut);
        } else if let Phase::Showing { token, version, again_at } = self.phase
            && now >= again_at
        {
            self.show(now, token, version);
        }
    }

    /// The time of the next token, or the deadline of the handshake.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Waiting => Some(self.until),
            Phase::Showing { again_at, .. } => Some(again_at.min(self.until)),
            Phase::Up { .. } | Phase::Over => None,
        }
    }

    /// The next action for the driver.
    pub fn poll_order(&mut self) -> Option<ConnectorOrder> {
        self.orders.pop_front()
    }

    /// Whether messages may be sent.
    pub fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up { .. })
    }

    /// The number of messages that were invalid by the network's rules.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    fn take_token(&mut self, now: Instant, stream: &[u8]) -> usize {
        let Some((version, token)) = stream.get(..TOKEN_PACKET_BYTES).and_then(Token::of_packet) else {
            return 0;
        };
        match ProtocolVersion::from_byte(version) {
            Some(version) => self.show(now, token, version),
            None => self.break_off("it speaks a newer version of DarkRift"),
        }
        TOKEN_PACKET_BYTES
    }

    fn show(&mut self, now: Instant, token: Token, version: ProtocolVersion) {
        self.phase = Phase::Showing { token, version, again_at: now + self.settings.token_interval };
        self.orders.push_back(ConnectorOrder::Datagram(token.packet(version).to_vec()));
    }

    fn next_message<'a>(&mut self, stream: &'a [u8]) -> Option<(usize, &'a [u8])> {
        let next = format::next_message(stream, self.settings.incoming_message_bytes_max);
        next.unwrap_or_else(|format::BadLength| {
            self.break_off("a message of impossible length");
            None
        })
    }

    fn check<'a>(&mut self, message: &'a [u8]) -> Option<ConnectorEvent<'a>> {
        if message.len() < HEADER_BYTES {
            self.malformed += 1;
            return None;
        }
        Some(ConnectorEvent::Message(message))
    }

    fn break_off(&mut self, violation: &str) {
        self.give_up(DisconnectReason::ProtocolViolated { violation: violation.to_owned() });
    }

    fn give_up(&mut self, reason: DisconnectReason) {
        self.phase = Phase::Over;
        self.orders.push_back(ConnectorOrder::Abort(reason));
    }
}
