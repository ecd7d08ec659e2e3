//! Direct links: from a client to other players, beside the link to the server.

use std::time::Instant;

use crate::{Delivery, DisconnectReason, Peer};

/// What a client does with direct links, on a network that has them; see
/// [`ClientTransport::direct_links`](crate::ClientTransport::direct_links).
///
/// Which players are connected, and when, is up to the network or the game. The transport need not know the player at
/// the other end, because the voice client introduces itself. The life of a direct link is [`DirectEvent::Up`] →
/// packets → [`DirectEvent::Down`], each exactly once at each end, regardless of which end closed it, and `poll`
/// reports them as [`ClientLinkEvent::Direct`](crate::ClientLinkEvent::Direct).
///
/// A direct link may come and go at any time, with or without a link to the server, and stays when that ends; a network
/// that cannot keep it then ends it, and says so in its documentation. It takes what the link to the server takes, see
/// [`limits`](crate::ClientTransport::limits), and is counted in the same
/// [`statistics`](crate::ClientTransport::statistics). There is a limit to the number of direct links, and dropping the
/// transport ends them all in order.
pub trait DirectLinks {
    /// Sends one packet over many direct links, with one copy for all of them.
    ///
    /// Links that are gone are skipped and counted; a packet above the limits is dropped and counted. A link whose
    /// queue cannot take another reliable packet ends as [`DisconnectReason::Overloaded`], and that one alone.
    fn send_direct(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]);

    /// Ends one direct link in order: reliable packets sent before are delivered first, if the network lets them.
    ///
    /// No packet from it is reported after this call; its [`DirectEvent::Down`] comes when the goodbye is on its way.
    fn disconnect_direct(&mut self, now: Instant, peer: Peer);
}

/// What happened on a direct link.
#[derive(Debug, PartialEq, Eq)]
pub enum DirectEvent<'a> {
    /// It is there: packets may be sent.
    Up,
    /// A packet came over it.
    Packet {
        /// How it travelled.
        delivery: Delivery,
        /// Its bytes, valid until the next call on the transport.
        packet: &'a [u8],
    },
    /// It is gone. Nothing will come over it again.
    Down {
        /// Why.
        reason: DisconnectReason,
    },
}
