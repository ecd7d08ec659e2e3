//! Direct links: from a client to other players, besides the link to the server.

use std::time::Instant;

use crate::{Delivery, DisconnectReason, Peer};

/// Direct links of a client, on a network that has them; see
/// [`ClientNetwork::direct_links`](crate::ClientNetwork::direct_links).
///
/// Which players are connected, and when, is up to the network or the game. The transport need not know the player at
/// the other end, because the voice client introduces itself. The life of a direct link is [`DirectEvent::Up`] →
/// packets → [`DirectEvent::Down`], each exactly once at each end, regardless of which end closed it, and `poll_event`
/// reports them as [`ClientLinkEvent::Direct`](crate::ClientLinkEvent::Direct).
///
/// A direct link may come and go at any time, with or without a link to the server, and stays when that ends; a network
/// that cannot keep it ends it in that case, and documents that. It accepts the same packets as the link to the server,
/// see [`limits`](crate::ClientNetwork::limits), and is counted in the same
/// [`statistics`](crate::ClientNetwork::statistics). The number of direct links is limited, and dropping the
/// transport ends them all in order.
pub trait DirectLinks {
    /// Sends one packet over many direct links, with one copy for all of them.
    ///
    /// Links that are gone are skipped and counted; a packet above the limits is dropped and counted. A link whose
    /// queue cannot take another reliable packet ends as [`DisconnectReason::Overloaded`]; other links are not
    /// affected.
    fn send_direct(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]);

    /// Ends one direct link in order: reliable packets sent before are delivered first, if the network lets them.
    ///
    /// No packet from it is reported after this call; its [`DirectEvent::Down`] comes when the goodbye is on its way.
    fn disconnect_direct(&mut self, now: Instant, peer: Peer);
}

/// An event on a direct link; a packet is in the buffer given to
/// [`ClientNetwork::poll_event`](crate::ClientNetwork::poll_event).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectEvent {
    /// The link is up: packets may be sent.
    Up,
    /// A packet arrived.
    Packet {
        /// How it was delivered.
        delivery: Delivery,
    },
    /// The link is gone. No more packets will arrive over it.
    Down {
        /// Why.
        reason: DisconnectReason,
    },
}
