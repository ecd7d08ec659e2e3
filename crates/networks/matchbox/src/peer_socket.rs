//! What voice needs of a socket whose other end is many players.

use consonance_transport::Delivery;

use crate::PlayerId;

/// A socket on which each player reaches each other, on two channels of it.
///
/// The one of matchbox is `SocketChannels`; others are as good.
pub trait PeerSocket {
    /// Who we are in the room; `None` before we are in it. Whoever comes back to a room is somebody else.
    fn id(&mut self) -> Option<PlayerId>;

    /// Who can be reached at present, each once.
    fn connected(&self) -> Vec<PlayerId>;

    /// Takes what came on the channel for this delivery, in the order in which it came.
    fn receive(&mut self, delivery: Delivery) -> Vec<(PlayerId, Vec<u8>)>;

    /// Sends on the channel for this delivery. To somebody who is gone, it is dropped.
    fn send(&mut self, delivery: Delivery, to: PlayerId, message: &[u8]);
}
