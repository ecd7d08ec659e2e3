//! A client whose cable is bad or can be pulled, for tests over real sockets.

use std::fmt;
use std::time::Instant;

use crate::gateway::udp::ClientEndpoint;
use crate::gateway::{MessageChannel, VoiceChannels};
use crate::random::Random;
use crate::{ClientLinkEvent, ClientNetwork, Delivery, PacketLimits, Statistics};

/// A client's machine that nothing reaches and nothing leaves once it is [cut](Self::cut), until it connects again.
pub struct Cable<C> {
    endpoint: C,
    is_cut: bool,
    /// How likely a datagram is lost, in each direction, from 0 to 1.
    loss: f64,
    random: Random,
}

impl<C: fmt::Debug> fmt::Debug for Cable<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cable").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl<C> Cable<C> {
    /// A cable to this machine.
    pub fn new(endpoint: C) -> Self {
        Self::losing(endpoint, 0.0, 0)
    }

    /// A cable that loses datagrams in both directions, each with this probability from 0 to 1.
    pub fn losing(endpoint: C, loss: f64, seed: u64) -> Self {
        Self { endpoint, is_cut: false, loss, random: Random::new(seed, "cable") }
    }

    /// Pulls it.
    pub fn cut(&mut self) {
        self.is_cut = true;
    }

    fn carries(&mut self) -> bool {
        !self.is_cut && !self.random.chance(self.loss)
    }
}

impl<C: ClientEndpoint> ClientNetwork<MessageChannel> for Cable<C> {
    fn set_greeting(&mut self, greeting: &[u8]) {
        self.endpoint.set_greeting(greeting);
    }

    fn connect(&mut self, now: Instant) {
        self.is_cut = false;
        self.endpoint.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        self.endpoint.poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        self.endpoint.send(now, channel, message);
    }

    fn disconnect(&mut self, now: Instant) {
        self.endpoint.disconnect(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.endpoint.wants_poll_at()
    }

    fn limits(&self) -> PacketLimits {
        self.endpoint.limits()
    }

    fn voice_channels(&self) -> VoiceChannels {
        self.endpoint.voice_channels()
    }

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.endpoint.delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        self.endpoint.message_bytes_max(channel)
    }

    fn statistics(&self) -> Statistics {
        self.endpoint.statistics()
    }
}

impl<C: ClientEndpoint> ClientEndpoint for Cable<C> {
    const DATAGRAM_BYTES_MAX: usize = C::DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        if self.carries() {
            self.endpoint.handle_datagram(now, datagram);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        while self.endpoint.poll_transmit(now, datagram) {
            if self.carries() {
                return true;
            }
            datagram.clear();
        }
        false
    }

    fn hang_up(&mut self, now: Instant) {
        self.endpoint.hang_up(now);
    }
}
