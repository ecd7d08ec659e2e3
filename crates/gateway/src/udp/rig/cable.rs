//! A client whose cable can be pulled, for tests over real sockets.

use std::time::Instant;

use consonance_transport::{Delivery, Statistics};

use crate::Channel;
use crate::udp::{ClientEndpoint, ClientEndpointEvent};

/// A client's machine that nothing reaches and nothing leaves once it is [cut](Self::cut), until it connects again.
#[derive(Debug)]
pub struct Cable<C> {
    endpoint: C,
    is_cut: bool,
}

impl<C> Cable<C> {
    /// A cable to this machine.
    pub fn new(endpoint: C) -> Self {
        Self { endpoint, is_cut: false }
    }

    /// Pulls it.
    pub fn cut(&mut self) {
        self.is_cut = true;
    }
}

impl<C: ClientEndpoint> ClientEndpoint for Cable<C> {
    const DATAGRAM_BYTES_MAX: usize = C::DATAGRAM_BYTES_MAX;

    fn connect(&mut self, now: Instant, greeting: &[u8]) {
        self.is_cut = false;
        self.endpoint.connect(now, greeting);
    }

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        if !self.is_cut {
            self.endpoint.handle_datagram(now, datagram);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.endpoint.poll_timeout()
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        while self.endpoint.poll_transmit(now, datagram) {
            if !self.is_cut {
                return true;
            }
            datagram.clear();
        }
        false
    }

    fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<ClientEndpointEvent> {
        self.endpoint.poll_event(bytes)
    }

    fn send(&mut self, now: Instant, channel: Channel, message: &[u8]) {
        self.endpoint.send(now, channel, message);
    }

    fn disconnect(&mut self, now: Instant) {
        self.endpoint.disconnect(now);
    }

    fn hang_up(&mut self, now: Instant) {
        self.endpoint.hang_up(now);
    }

    fn channel_for(&self, delivery: Delivery) -> Channel {
        self.endpoint.channel_for(delivery)
    }

    fn delivery_of(&self, channel: Channel) -> Delivery {
        self.endpoint.delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: Channel) -> usize {
        self.endpoint.message_bytes_max(channel)
    }

    fn statistics(&self) -> Statistics {
        self.endpoint.statistics()
    }
}
