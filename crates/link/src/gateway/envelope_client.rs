//! A native player in a session that lives in a game's network.

use std::fmt;
use std::task::Waker;
use std::time::Instant;

use crate::gateway::{ClientEnvelope, MessagePart, MessageParts};
use crate::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, MessageChannel, PacketLimits, Statistics,
};

/// A [`ClientNetwork`] to a game's server that serves voice, as the game's own clients use it.
///
/// It reports itself connected when its envelope may send voice.
pub struct EnvelopeClient<G, E> {
    network: G,
    envelope: E,
    state: State,
    parts: MessageParts,
    /// A message that is being written.
    message: Vec<u8>,
    statistics: Statistics,
}

impl<G: fmt::Debug, E> fmt::Debug for EnvelopeClient<G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvelopeClient").field("network", &self.network).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No connection, or none that the network has reported.
    Down,
    /// Connected, but the game does not take voice yet.
    Entering,
    /// Reported as connected.
    Up,
    /// We broke it off, because the server broke a rule.
    Broken(&'static str),
}

impl<G: ClientNetwork<MessageChannel>, E: ClientEnvelope> EnvelopeClient<G, E> {
    /// A client of this network, not connected yet.
    pub fn new(network: G, envelope: E) -> Self {
        Self {
            network,
            envelope,
            state: State::Down,
            parts: MessageParts::default(),
            message: Vec::new(),
            statistics: Statistics::default(),
        }
    }

    /// The game network below.
    pub fn network(&self) -> &G {
        &self.network
    }

    /// The game network below.
    pub fn network_mut(&mut self) -> &mut G {
        &mut self.network
    }

    /// The next voice packet of the last message; parts for the server are sent.
    fn next_packet(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Delivery> {
        while let Some(part) = self.parts.take(bytes) {
            match part {
                MessagePart::Voice(delivery) if self.state == State::Up => return Some(delivery),
                MessagePart::ToGame(channel) => self.network.send(now, channel, bytes),
                // Voice that arrives before the connection is up is useless.
                MessagePart::Voice(_) | MessagePart::ToClient(_) => {}
            }
        }
        None
    }

    fn check_rules(&mut self, now: Instant) {
        if let Some(violation) = self.parts.take_violation() {
            self.state = State::Broken(violation);
            self.network.disconnect(now);
        }
    }

    fn run_timeout(&mut self, now: Instant) {
        let is_connected = matches!(self.state, State::Entering | State::Up);
        if is_connected && self.envelope.poll_timeout().is_some_and(|at| at <= now) {
            self.envelope.handle_timeout(now, &mut self.parts);
            self.check_rules(now);
        }
    }

    /// True if something came that did not end the connection; the reason if it ended.
    fn step(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Result<(), DisconnectReason>> {
        match self.network.poll_event(now, bytes)? {
            ClientLinkEvent::Connected => {
                self.state = State::Entering;
                self.envelope.handle_connected(now, &mut self.parts);
            }
            ClientLinkEvent::Packet { channel } => {
                if matches!(self.state, State::Entering | State::Up) {
                    self.envelope.handle_message(now, channel, bytes, &mut self.parts);
                }
            }
            ClientLinkEvent::Direct { .. } => {}
            ClientLinkEvent::Disconnected { reason } => {
                return Some(Err(match std::mem::replace(&mut self.state, State::Down) {
                    State::Broken(violation) => {
                        DisconnectReason::ProtocolViolated { violation: violation.to_owned() }
                    }
                    State::Down | State::Entering | State::Up => reason,
                }));
            }
        }
        self.check_rules(now);
        Some(Ok(()))
    }
}

impl<G: ClientNetwork<MessageChannel>, E: ClientEnvelope> ClientNetwork for EnvelopeClient<G, E> {
    fn connect(&mut self, now: Instant) {
        self.network.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        loop {
            if let Some(delivery) = self.next_packet(now, bytes) {
                self.statistics.received.count(delivery, 1, bytes.len());
                return Some(ClientLinkEvent::Packet { channel: delivery });
            }
            if self.state == State::Entering && self.envelope.is_ready() {
                self.state = State::Up;
                return Some(ClientLinkEvent::Connected);
            }
            self.run_timeout(now);
            if !self.parts.is_empty() {
                continue;
            }
            if let Err(reason) = self.step(now, bytes)? {
                self.parts.clear();
                return Some(ClientLinkEvent::Disconnected { reason });
            }
        }
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        if self.state != State::Up {
            self.statistics.dropped.not_connected += 1;
            return;
        }
        if !self.limits().allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        self.message.clear();
        if let Some(channel) = self.envelope.wrap(now, delivery, packet, &mut self.message) {
            self.network.send(now, channel, &self.message);
        } else {
            let mut parts = MessageParts::default();
            if !self.envelope.wrap_in_parts(now, delivery, packet, &mut parts) {
                return;
            }
            while let Some((part, bytes)) = parts.pop() {
                if let MessagePart::ToGame(channel) = part {
                    self.network.send(now, channel, bytes);
                }
            }
        }
        self.statistics.sent.count(delivery, 1, packet.len());
    }

    fn flush(&mut self, now: Instant) {
        self.network.flush(now);
    }

    fn disconnect(&mut self, now: Instant) {
        self.state = State::Down;
        self.parts.clear();
        self.network.disconnect(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let envelope = if self.state == State::Down { None } else { self.envelope.poll_timeout() };
        [envelope, self.network.wants_poll_at()].into_iter().flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.network.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.envelope.limits(self.network.limits())
    }

    fn statistics(&self) -> Statistics {
        let below = self.network.statistics();
        let dropped = Statistics { dropped: below.dropped, ..Statistics::default() };
        Statistics { quality: below.quality, ..self.statistics.with(&dropped) }
    }
}
