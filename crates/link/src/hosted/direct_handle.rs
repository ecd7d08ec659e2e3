//! The host's end of a hosted client's direct links.

use super::Received;
use super::client_handle::HostedClientHandle;
use super::server_handle::ServerRequest;
use crate::Delivery;

/// A request of a client to its host about its direct links.
#[derive(Debug, PartialEq, Eq)]
pub enum DirectRequest<'a> {
    /// Send this packet directly to all these players.
    Send {
        /// The host's numbers of them, each once.
        peers: &'a [u64],
        /// How it must be delivered.
        delivery: Delivery,
        /// Its bytes, valid until the next call on the handle.
        packet: &'a [u8],
    },
    /// This direct link is no longer needed, and counts as gone from now on: tell the other player, whose host then
    /// calls [`direct_disconnected`](HostedClientHandle::direct_disconnected).
    Disconnect {
        /// The host's number for the player.
        peer: u64,
    },
}

/// Direct links, for networks on which players reach each other. They come and go as the host reports, independently of
/// the link to the server; other players are identified by the host's own numbers.
impl HostedClientHandle {
    /// The next request for direct links, or `None`. Call it until it returns `None`, like [`poll`](Self::poll). A host
    /// without direct links need not call it at all.
    pub fn poll_direct(&mut self) -> Option<DirectRequest<'_>> {
        Some(match self.direct.poll()? {
            ServerRequest::Send { peers, delivery, packet } => {
                DirectRequest::Send { peers, delivery, packet }
            }
            ServerRequest::Disconnect { peer, .. } | ServerRequest::Refuse { peer, .. } => {
                DirectRequest::Disconnect { peer }
            }
            ServerRequest::Accept { .. } => {
                unreachable!("a direct link cannot be refused, so it is not accepted either")
            }
        })
    }

    /// Another player can be reached directly, under the host's own number for it.
    ///
    /// If the number is already in use, its earlier link is gone. False if there are too many: the link was not taken.
    pub fn direct_connected(&mut self, peer: u64) -> bool {
        self.direct.peer_connected(peer, "")
    }

    /// Another player has left, or its [`Disconnect`](DirectRequest::Disconnect) arrived. The reason may be empty.
    pub fn direct_disconnected(&mut self, peer: u64, words: &str) {
        self.direct.peer_disconnected(peer, words);
    }

    /// A direct link was lost without a goodbye.
    pub fn direct_lost(&mut self, peer: u64) {
        self.direct.peer_lost(peer);
    }

    /// Passes on a packet that came directly from another player. The sender must be the one known to the network,
    /// never one named in the packet.
    pub fn receive_direct(&mut self, peer: u64, delivery: Delivery, packet: &[u8]) -> Received {
        self.direct.receive(peer, delivery, packet)
    }

    /// The network could not deliver a reliable packet directly, so later ones would be meaningless: that direct link
    /// ends.
    pub fn direct_send_failed(&mut self, peer: u64) {
        self.direct.send_failed(peer);
    }
}
