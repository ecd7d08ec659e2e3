//! A hosted client with the game's number of its player, by which the game introduces it to others.

use std::fmt;
use std::task::Waker;
use std::time::Instant;

use consonance_link::hosted::HostedClient;
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, PacketLimits, Statistics};

pub(crate) struct GameClient {
    pub(crate) transport: HostedClient,
    pub(crate) number: u64,
}

impl fmt::Debug for GameClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GameClient").field("number", &self.number).finish_non_exhaustive()
    }
}

impl ClientNetwork for GameClient {
    fn connect(&mut self, now: Instant) {
        self.transport.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.transport.poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.transport.send(now, delivery, packet);
    }

    fn disconnect(&mut self, now: Instant) {
        self.transport.disconnect(now);
    }

    fn set_waker(&mut self, waker: Waker) {
        self.transport.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.transport.limits()
    }

    fn statistics(&self) -> Statistics {
        self.transport.statistics()
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        self.transport.direct_links()
    }
}
