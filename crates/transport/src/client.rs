//! The client side of a network: one link to a server, and direct links to other players where there are any.

use std::task::Waker;
use std::time::Instant;

use crate::{Delivery, DirectEvent, DirectLinks, DisconnectReason, PacketLimits, Peer, Statistics};

/// One link to a server, driven by calls: nothing here blocks, and nothing calls back except the waker.
/// Everything but [`direct_links`](Self::direct_links) speaks of that link.
///
/// The life of a link is `connect` → [`ClientLinkEvent::Connected`] → packets → [`ClientLinkEvent::Disconnected`].
/// Each `connect` is answered by exactly one `Disconnected` in the end, regardless of which end closed it and how
/// early; after it the same object may connect again.
pub trait ClientTransport: Send {
    /// Begins to connect; the outcome comes from [`poll`](Self::poll).
    ///
    /// Does nothing while a link is up or being made.
    fn connect(&mut self, now: Instant);

    /// The next thing that happened, or `None`. Call it until it says `None`: only then will the waker be called
    /// again.
    fn poll(&mut self, now: Instant) -> Option<ClientLinkEvent<'_>>;

    /// Sends one packet.
    ///
    /// Before `Connected`, after the link ended, or above [`limits`](Self::limits), the packet is dropped and
    /// counted. A reliable packet that no longer fits the queue ends the link, which `poll` reports as
    /// [`DisconnectReason::Overloaded`].
    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]);

    /// Ends the link in order: reliable packets sent before are delivered first, if the network lets them.
    ///
    /// No packet is reported after this call. [`ClientLinkEvent::Disconnected`] comes when the goodbye is on its way,
    /// so a program that waits for it (with a limit) before it exits leaves politely.
    fn disconnect(&mut self, now: Instant);

    /// When `poll` will have something although nothing will arrive, such as a delayed packet.
    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    /// Asks to be woken, from any thread, when `poll` has something.
    ///
    /// A network without threads of its own ignores this; its driver polls every few milliseconds.
    fn set_waker(&mut self, _waker: Waker) {}

    /// The largest packets this network takes.
    fn limits(&self) -> PacketLimits;

    /// What was sent, received and dropped since this object was made, direct links included.
    fn statistics(&self) -> Statistics;

    /// The direct links to other players, if this network can have any. Most cannot, and leave this as it is.
    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        None
    }
}

impl<T: ClientTransport + ?Sized> ClientTransport for Box<T> {
    fn connect(&mut self, now: Instant) {
        (**self).connect(now);
    }

    fn poll(&mut self, now: Instant) -> Option<ClientLinkEvent<'_>> {
        (**self).poll(now)
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

/// What happened on a client's links.
#[derive(Debug, PartialEq, Eq)]
pub enum ClientLinkEvent<'a> {
    /// The server took us in: packets may be sent.
    Connected,
    /// A packet came from the server.
    Packet {
        /// How it travelled.
        delivery: Delivery,
        /// Its bytes, valid until the next call on the transport.
        packet: &'a [u8],
    },
    /// The link to the server is gone, or could not be made.
    Disconnected {
        /// Why, and what to do next.
        reason: DisconnectReason,
    },
    /// Something happened on a direct link to another player, whatever the link to the server does.
    /// Only networks with [direct links](ClientTransport::direct_links) say so.
    Direct {
        /// Which link.
        peer: Peer,
        /// What happened.
        event: DirectEvent<'a>,
    },
}
