//! The interface of a socket that connects many players, as far as voice needs it.

use consonance_link::Delivery;

use crate::matchbox::PlayerId;

/// A socket on which all players reach each other, on two channels of it.
///
/// The implementation for matchbox is `SocketChannels`; others work as well.
pub trait PeerSocket {
    /// Our id in the room; `None` before we are in it. A player that returns to a room has a new id.
    fn id(&mut self) -> Option<PlayerId>;

    /// The players that can be reached at present, each once.
    fn connected(&self) -> Vec<PlayerId>;

    /// Takes what came on the channel for this delivery, in the order in which it came.
    fn receive(&mut self, delivery: Delivery) -> Vec<(PlayerId, Vec<u8>)>;

    /// Sends on the channel for this delivery. To a player that is gone, it is dropped.
    fn send(&mut self, delivery: Delivery, to: PlayerId, message: &[u8]);
}
