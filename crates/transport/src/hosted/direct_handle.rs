//! The host's end of a hosted client's direct links.

use super::Received;
use super::client_handle::HostedClientHandle;
use super::server_handle::ServerRequest;
use crate::Delivery;

/// What a client wants from its host for its direct links.
#[derive(Debug, PartialEq, Eq)]
pub enum DirectRequest<'a> {
    /// Send this packet to all these players, directly.
    Send {
        /// The host's numbers for them, each once.
        peers: &'a [u64],
        /// How it must travel.
        delivery: Delivery,
        /// Its bytes, valid until the next call on the handle.
        packet: &'a [u8],
    },
    /// The voice needs this direct link no more, and it counts as gone from now on: tell the other player, whose host
    /// says [`direct_disconnected`](HostedClientHandle::direct_disconnected).
    Disconnect {
        /// The host's number for the player.
        peer: u64,
    },
}

/// Direct links, for networks on which players reach each other. They come and go as the host says, whatever the link
/// to the server does; other players have the host's own numbers.
impl HostedClientHandle {
    /// The next thing to do for direct links, or `None`. Call it until it says `None`, as [`poll`](Self::poll). A host
    /// that tells of no direct links need not call it at all.
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
    /// A number that is in use already means that its earlier link is gone. False if there are too
    /// many: the link was not taken.
    pub fn direct_connected(&mut self, peer: u64) -> bool {
        self.direct.peer_connected(peer, "")
    }

    /// Another player has left, or its [`Disconnect`](DirectRequest::Disconnect) arrived. The words may be
    /// empty.
    pub fn direct_disconnected(&mut self, peer: u64, words: &str) {
        self.direct.peer_disconnected(peer, words);
    }

    /// A direct link was lost without a word.
    pub fn direct_lost(&mut self, peer: u64) {
        self.direct.peer_lost(peer);
    }

    /// A packet came from another player directly. The sender must be the one that the network
    /// knows, never what the packet says.
    pub fn receive_direct(&mut self, peer: u64, delivery: Delivery, packet: &[u8]) -> Received {
        self.direct.receive(peer, delivery, packet)
    }

    /// The network could not deliver a reliable packet directly, so nothing after it makes
    /// sense: that direct link ends.
    pub fn direct_send_failed(&mut self, peer: u64) {
        self.direct.send_failed(peer);
    }
}
