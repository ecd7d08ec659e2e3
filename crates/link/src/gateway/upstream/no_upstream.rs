//! The type of connections that are never opened.

use std::time::Instant;

use crate::gateway::MessageChannel;
use crate::{ClientLinkEvent, ClientNetwork, PacketLimits, Statistics};

/// The connections to the game's server of an [`EnvelopeServer`](crate::gateway::EnvelopeServer) that answers the
/// game's clients itself. It has no values.
#[derive(Clone, Copy, Debug)]
pub enum NoUpstream {}

impl ClientNetwork<MessageChannel> for NoUpstream {
    fn connect(&mut self, _now: Instant) {
        match *self {}
    }

    fn poll_event(&mut self, _now: Instant, _bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        match *self {}
    }

    fn send(&mut self, _now: Instant, _channel: MessageChannel, _message: &[u8]) {
        match *self {}
    }

    fn disconnect(&mut self, _now: Instant) {
        match *self {}
    }

    fn limits(&self) -> PacketLimits {
        match *self {}
    }

    fn statistics(&self) -> Statistics {
        match *self {}
    }
}
