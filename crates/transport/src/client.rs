//! The client side of a network: one link to a server, and direct links to other players if supported.

use std::task::Waker;
use std::time::Instant;

use crate::{Delivery, DirectEvent, DirectLinks, DisconnectReason, PacketLimits, Peer, Statistics};

/// One link to a server, driven by calls: nothing here blocks, and nothing calls back except the waker.
/// Everything except [`direct_links`](Self::direct_links) is about that link.
///
/// The life of a link is `connect` → [`ClientLinkEvent::Connected`] → packets → [`ClientLinkEvent::Disconnected`].
/// Each `connect` is answered by exactly one `Disconnected` in the end, regardless of which end closed it and how
/// early; after it the same object may connect again.
pub trait ClientTransport: Send {
    /// Starts to connect; [`poll_event`](Self::poll_event) reports the outcome.
    ///
    /// Does nothing while a link is up or being made.
    fn connect(&mut self, now: Instant);

    /// The next event, or `None`. Call it until it returns `None`: only then will the waker be called
    /// again.
    ///
    /// A packet's bytes [replace](crate#events-and-their-bytes) what is in the buffer.
    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent>;

    /// Sends one packet.
    ///
    /// Before `Connected`, after the link ended, or above [`limits`](Self::limits), the packet is dropped and
    /// counted. A reliable packet that no longer fits the queue ends the link, which `poll_event` reports as
    /// [`DisconnectReason::Overloaded`].
    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]);

    /// Ends the link in order: reliable packets sent before are delivered first, if the network lets them.
    ///
    /// No packet is reported after this call. [`ClientLinkEvent::Disconnected`] comes when the goodbye is on its way,
    /// so a program that waits for it (with a limit) before it exits leaves politely.
    fn disconnect(&mut self, now: Instant);

    /// When `poll_event` will have an event even if nothing arrives, such as a delayed packet.
    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    /// Sets a waker, to be called from any thread when `poll_event` has an event.
    ///
    /// A network without its own threads ignores this; its driver polls every few milliseconds.
    fn set_waker(&mut self, _waker: Waker) {}

    /// The largest packets this network accepts.
    fn limits(&self) -> PacketLimits;

    /// Counters of sent, received and dropped packets since this object was made, direct links included.
    fn statistics(&self) -> Statistics;

    /// The direct links to other players, if this network can have any. Most cannot, and keep this default.
    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        None
    }
}

impl<T: ClientTransport + ?Sized> ClientTransport for Box<T> {
    fn connect(&mut self, now: Instant) {
        (**self).connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        (**self).poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        (**self).send(now, delivery, packet);
    }

    fn disconnect(&mut self, now: Instant) {
        (**self).disconnect(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        (**self).wants_poll_at()
    }

    fn set_waker(&mut self, waker: Waker) {
        (**self).set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        (**self).limits()
    }

    fn statistics(&self) -> Statistics {
        (**self).statistics()
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        (**self).direct_links()
    }
}

/// An event on one of a client's links; a packet is in the buffer given to [`ClientTransport::poll_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientLinkEvent {
    /// The server admitted this client: packets may be sent.
    Connected,
    /// A packet came from the server.
    Packet {
        /// How it was delivered.
        delivery: Delivery,
    },
    /// The link to the server is gone, or could not be made.
    Disconnected {
        /// Why, and what to do next.
        reason: DisconnectReason,
    },
    /// An event on a direct link to another player, independent of the link to the server. Only reported by networks
    /// with [direct links](ClientTransport::direct_links).
    Direct {
        /// The link.
        peer: Peer,
        /// The event.
        event: DirectEvent,
    },
}
